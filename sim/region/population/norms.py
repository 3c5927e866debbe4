"""What firms are compared with from the start on."""

import numpy as np
from numpy.typing import NDArray

from sim.inputs.values import Values
from sim.processes import (
    demography,
)
from sim.region.population.numbers import Parameters
from sim.state import rules
from sim.state.state import State


def fix_norms(state: State, values: Values) -> None:
    """Fix, once, what firms are compared with: no firm's life may hang on who else lives."""
    firms, aging = state.firms, values.of(demography.Parameters)
    large = firms.above_scale
    size = firms.employees[large] ** -aging.size_effect
    drawn = float(firms.revenue[large & firms.high_tech_industry].sum())
    age = np.maximum((state.start - firms.founded) / 4, 1.0)
    state.norms.own_unit = values.of(Parameters).own_unit
    state.norms.mean_youth = float(np.sum(firms.revenue / age) / firms.revenue.sum())
    state.norms.left_by_closing = _left_by_closing(state, aging, size)
    state.norms.mean_employees = float(firms.employees.mean())
    state.norms.mean_closing_size = float(size.mean())
    state.norms.high_tech_share_drawn = drawn / float(firms.revenue[large].sum())


def _left_by_closing(state: State, p: demography.Parameters, size: NDArray[np.float64]) -> float:
    """Return the share of above-scale revenue a year that closing leaves to those who stay.

    Entrants bring part of it back; an economy's growth is that of all its firms together.
    """
    firms = state.firms
    revenue = firms.revenue[firms.above_scale]
    lost = p.above_scale_exit * float(np.sum(revenue * size) / size.mean() / revenue.sum())
    entrant = (1 + p.entrant_above) * rules.ABOVE_SCALE
    brought = p.above_scale_entry * revenue.size * entrant / float(revenue.sum())
    return float(max(lost - brought, 0.0))
