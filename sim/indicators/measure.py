"""What an indicator is, and the measures that several themes share.

A measure is read off the state and the books; nothing else moves it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.core.arrays import Rows
from sim.inputs.codes import HOSTS, KIND_CODE, LEVEL_CODE
from sim.inputs.kinds import KINDS
from sim.inputs.numbers import sheets
from sim.state.columns import ACTIVE, BUILDING
from sim.state.platforms import hollow
from sim.state.state import State

Measure = Callable[[State], float]
# Share of seats below which a carrier is hollow in a report: evaluation's default in every
# replicate, so that counts are of one thing while what graders think of it is drawn.
HOLLOW: float = sheets()["evaluation"]["hollow_carrier"].default


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One declared measure.

    Attributes:
        name: Its name in tables.
        unit: Its unit.
        zh: The documents' or the statistics' term.
        meaning: One line.
        measure: State → value now, comparable with a goal in every quarter.
        real: State → the real activity beside it; None where the measure is real already.
        activity: What the real activity is.
        real_unit: Its unit, where it is another than the count's.
        moved_by: The processes that move it, the first of them most.
        kinds: The platform kinds of which it counts platforms, if it counts such.
        level: The level that they must have reached, where one is meant.
        host: The class of their host, where one is meant.
        pressed: State → what of the count came of effort for a target alone; None where nothing
            else than platforms could.
        nominal: State → what of it is so in name only; None likewise.
    """

    name: str
    unit: str
    zh: str
    meaning: str
    measure: Measure
    real: Measure | None = None
    activity: str = ""
    real_unit: str = ""
    moved_by: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    level: str = ""
    host: str = ""
    pressed: Measure | None = None
    nominal: Measure | None = None

    @property
    def beside(self) -> str:
        """What the real activity is, with its unit where that is another than the count's."""
        return f"{self.activity} ({self.real_unit})" if self.real_unit else self.activity


def pressed(indicator: Indicator, state: State) -> float:
    """Return what of a count came of effort for a target alone; NaN where nothing measures it."""
    if indicator.pressed or not indicator.kinds:
        return indicator.pressed(state) if indicator.pressed else math.nan
    rows = _founded_under_the_plan(indicator, state)
    return state.number(rows[state.organisations.pressed[rows]])


def nominal(indicator: Indicator, state: State) -> float:
    """Return what of a count is so in name only: new plaques, what is called so; NaN likewise."""
    if indicator.nominal or not indicator.kinds:
        return indicator.nominal(state) if indicator.nominal else math.nan
    rows = _founded_under_the_plan(indicator, state)
    return state.number(rows[~state.organisations.new_unit[rows]])


def founded_for(indicator: Indicator) -> tuple[str, ...]:
    """Return the kinds of which a founding by anybody raises a count at once.

    None where platforms must climb first, or only some hosts count.
    """
    lowest = {KINDS[kind].levels[0] for kind in indicator.kinds}
    if indicator.host or (indicator.level and indicator.level not in lowest):
        return ()
    return indicator.kinds


def _founded_under_the_plan(indicator: Indicator, state: State) -> Rows:
    """Return the platforms of an indicator's kinds, level and host that were founded since."""
    table = state.organisations
    rows = state.platforms(*indicator.kinds)
    rows = rows[table.decided[rows] >= state.start]
    if indicator.level:
        rows = rows[table.level[rows] >= LEVEL_CODE[indicator.level]]
    if indicator.host:
        rows = rows[table.host_class[rows] == HOSTS.index(indicator.host)]
    return rows


def in_being(*kinds: str) -> Measure:
    """Return the measure of platforms in operation."""
    return lambda state: state.number(state.platforms(*kinds))


def busy(*kinds: str) -> Measure:
    """Return the measure of platforms in operation that are not hollow."""

    def measure(state: State) -> float:
        rows = state.platforms(*kinds)
        return state.number(rows[~hollow(state, rows, HOLLOW)])

    return measure


def ever(*kinds: str) -> Measure:
    """Return the cumulative measure: starts are counted, ends never subtracted."""

    def measure(state: State) -> float:
        return state.number(state.of_kinds(*kinds) & (state.organisations.status != BUILDING))

    return measure


def at_level(kind: str, level: str) -> Measure:
    """Return the cumulative measure of platforms that ever reached a level or a higher one."""

    def measure(state: State) -> float:
        table = state.organisations
        reached = (table.kind == KIND_CODE[kind]) & (table.level >= LEVEL_CODE[level])
        return state.number(reached & (table.status != BUILDING))

    return measure


def at_level_now(kind: str, *levels: str) -> Measure:
    """Return the measure of platforms in operation at one of these levels."""
    codes = [LEVEL_CODE[level] for level in levels]

    def measure(state: State) -> float:
        rows = state.platforms(kind)
        return state.number(rows[np.isin(state.organisations.level[rows], codes)])

    return measure


def new(kind: str, level: str | None = None) -> Measure:
    """Return the measure of platforms that reached a level since the start, its lowest if none.

    Opening at a level and climbing to it count; ends are never subtracted.
    """
    at = KIND_CODE[kind], LEVEL_CODE[level or KINDS[kind].levels[0]]
    return lambda state: float(state.totals.reached[at])


def begun(kind: str) -> Measure:
    """Return the measure of platforms that were ever begun, those being built included."""
    return lambda state: state.number(state.organisations.kind == KIND_CODE[kind])


def new_busy(kind: str, host: str | None = None) -> Measure:
    """Return the measure of platforms opened since the start that are not hollow."""

    def measure(state: State) -> float:
        table, rows = state.organisations, state.platforms(kind)
        rows = rows[(table.opens[rows] >= state.start) & _hosted(state, rows, host)]
        return state.number(rows[~hollow(state, rows, HOLLOW)])

    return measure


def hosted(kinds: tuple[str, ...], host: str, *, ever_since: str = "", level: str = "") -> Measure:
    """Return the measure of platforms of a class of host.

    Args:
        kinds: The kinds.
        host: The class, one of ``kinds.HOSTS``.
        ever_since: ``start`` counts what was opened since the start, ``always`` all that ever
            was in being; otherwise what is in operation now.
        level: The level that must be reached, where one is meant.
    """

    def measure(state: State) -> float:
        table = state.organisations
        rows = np.flatnonzero(state.of_kinds(*kinds))
        rows = rows[_hosted(state, rows, host) & (table.status[rows] != BUILDING)]
        if ever_since == "start":
            rows = rows[table.opens[rows] >= state.start]
        elif not ever_since:
            rows = rows[table.status[rows] == ACTIVE]
        least = LEVEL_CODE[level] if level else 0
        return state.number(rows[table.level[rows] >= least])

    return measure


def _hosted(state: State, rows: Rows, host: str | None) -> np.ndarray:
    if host is None:
        return np.ones(rows.size, np.bool_)
    return np.asarray(state.organisations.host_class[rows] == HOSTS.index(host))


def firms_that(condition: Callable[[State], np.ndarray]) -> Measure:
    """Return the measure of living firms for which a condition holds, one to one with the city."""
    return lambda state: float((state.firms.alive & condition(state)).sum()) * state.weight
