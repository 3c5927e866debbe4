"""Government: it watches its targets and presses where the plan is behind, district by district.

Under a plan each quarter begins with a look at its targets. Where a count has fallen behind an even
pace from where it began, effort rises with what is missing over the quarters left,

    effort = attention · clip(pace - 1, 0, 1)
    pace   = (goal - now) / quarters left : (goal - start) / quarters in all

and ends when the goal is reached or its date is past. Districts compete: those that lag behind the
others, for their share of firms, press more, those ahead less,

    effort in a district = effort · (1 + rivalry · (1 - its units / (its share · all units)))

and bid for institutes that come from outside. Effort lets ``presses`` more through at its fullest:
proposals of hosts, openings of services, certificates of brokers, applications for the high-tech
status. What comes of it alone is a plaque, a certificate that nobody works with, or R&D that is
only called so: a target for patents raised applications by 0.29 and R&D by 0 [G10]. R&D is over-
reported, and the more so toward the end of a term [G4, G5]. Claims on a line for kinds that lag are
served first. The goal enters what this agent does, never a start; with attention 0, or without a
plan, no target is seen.
"""

import numpy as np

from sim.core.arrays import Floats
from sim.inputs.codes import KIND_CODE, KIND_NAMES
from sim.inputs.numbers import Numbers, meaning
from sim.state.columns import ACTIVE
from sim.state.state import State
from sim.state.targets import Watched


class Parameters(Numbers, name="government"):
    """Numbers of the process."""

    attention: float = meaning("effort of a government that is behind by a whole pace, at most")
    rivalry: float = meaning("effort of a district to how far it lags behind the others")
    presses: float = meaning("rise of what is let through at full effort")
    reports: float = meaning("R&D reported beside what is done, at full effort")
    bids: float = meaning("weight of a district's effort as institutes from outside choose one")
    serves_first: float = meaning("effort from which claims for a kind are served first")


# What else than platforms is pressed for, by the indicators of targets.
BROKERS = ("brokers", "brokers_new", "brokers_certified")
STATUSES = ("high_tech_firms",)
REPORTED = (
    "rd_to_gdp",
    "rd_to_revenue_above_scale",
    "rd_to_revenue_statistical",
    "rd_staff_per_10k",
)
PRESSED = (*BROKERS, *STATUSES, *REPORTED)


def effort(target: Watched, quarter: int, p: Parameters) -> float:
    """Return the effort on a target in a quarter."""
    left, wanted = target.by - quarter + 1, target.goal - target.start
    if left <= 0 or wanted <= 0 or not target.now < target.goal:
        return 0.0
    pace = (target.goal - target.now) / left / wanted * (target.by - target.since + 1)
    return p.attention * min(max(pace - 1, 0.0), 1.0)


def in_districts(units: Floats, shares: Floats, effort_on_kind: float, p: Parameters) -> Floats:
    """Return the effort of each district on a kind of which it has so many units."""
    lag = 1 - units / np.maximum(shares * units.sum(), 1e-9) if units.sum() > 0 else 0 * shares
    return np.clip(effort_on_kind * (1 + p.rivalry * np.clip(lag, -1, 1)), 0, 1)


def watch(state: State, p: Parameters) -> None:
    """Look at the targets of the plan, and press where it is behind."""
    totals = state.totals
    on_kinds = np.zeros(len(KIND_NAMES))
    others = {BROKERS: 0.0, STATUSES: 0.0, REPORTED: 0.0}
    for target in state.targets:
        now = effort(target, state.quarter, p)
        codes = [KIND_CODE[kind] for kind in target.kinds]
        on_kinds[codes] = np.maximum(on_kinds[codes], now)
        for names in others:
            if target.indicator in names:
                others[names] = max(others[names], now)
    totals.lift_of_brokers = p.presses * others[BROKERS]
    totals.lift_of_statuses = p.presses * others[STATUSES]
    # What was once published stays in the series.
    totals.over_reported = max(totals.over_reported, p.reports * others[REPORTED])
    totals.served_first[:] = on_kinds >= max(p.serves_first, 1e-9)
    totals.lift_of_kinds.clear()
    totals.bids.clear()
    shares = np.array([district.share for district in state.city.districts.values()])
    for kind in np.flatnonzero(on_kinds).tolist():
        efforts = in_districts(_units(state, kind), shares, float(on_kinds[kind]), p)
        for district, each in enumerate(efforts.tolist()):
            totals.lift_of_kinds[kind, district] = p.presses * each
            if kind == KIND_CODE["institute"]:
                totals.bids[district] = p.bids * each


def _units(state: State, kind: int) -> Floats:
    """Return how many units of a kind stand, or are built, in each district."""
    table = state.organisations
    here = (table.kind == kind) & (table.status <= ACTIVE)
    return np.bincount(
        table.district[here], table.stands_for[here], minlength=len(state.city.districts)
    )
