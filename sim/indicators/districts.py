"""Districts: high-tech parks and innovation poles."""

import numpy as np

from sim.core.arrays import Flags
from sim.core.tables import among
from sim.indicators.measure import Indicator
from sim.processes.districts import parks, poles
from sim.state.state import State


def high_tech_park_coverage(state: State) -> float:
    """Return the share of districts with a provincial high-tech park."""
    return float(parks(state).mean())


def _working(state: State) -> Flags:
    """Return which districts have a carrier with tenants or an institute in operation."""
    table = state.organisations
    carriers = state.platforms("science_park", "incubator", "accelerator")
    carriers = carriers[table.tenants[carriers] > 0]
    rows = np.concatenate([carriers, state.platforms("institute")])
    return among(len(state.city.districts), table.district[rows])


def high_tech_parks_working(state: State) -> float:
    """Return the share of districts with a park and a carrier or institute at work."""
    return float((parks(state) & _working(state)).mean())


def innovation_poles(state: State) -> float:
    """Return the poles that the city has named."""
    return float(len(state.totals.poles_of_districts) + len(state.totals.poles_of_zones))


def innovation_poles_working(state: State) -> float:
    """Return those of districts in which a carrier or institute is at work."""
    return float((poles(state) & _working(state)).sum())


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="innovation_poles",
        unit="poles",
        zh="区域创新极",
        meaning="innovation poles designated",
        measure=innovation_poles,
        real=innovation_poles_working,
        activity="that work as poles",
        moved_by=("districts",),
    ),
    Indicator(
        name="high_tech_park_coverage",
        unit="share of districts",
        zh="省级高新园区全覆盖",
        meaning="districts with a provincial high-tech park",
        measure=high_tech_park_coverage,
        real=high_tech_parks_working,
        activity="whose park works",
        moved_by=("districts",),
    ),
)
