"""All parameters of a replicate under their full names, from the sheets they stand in.

Names are ``process.parameter``, ``kind.<kind>.<number>``, ``start.<figure>`` and
``dose.<instrument>``; the last are where in its range an instrument's vague wording lies.
"""

from collections.abc import Iterable, Mapping

from sim.core.errors import unknown
from sim.core.quantity import Quantity
from sim.inputs.instrument import Instrument
from sim.inputs.number_set import NOTHING_SET, NumberSet, settable
from sim.inputs.plan import Plan
from sim.inputs.values import Values


def all_parameters(plan: Plan, numbers: NumberSet = NOTHING_SET) -> dict[str, Quantity]:
    """Return every quantity that a replicate of a plan rests on, by full name."""
    found = {name: numbers.changed(name, quantity) for name, quantity in settable().items()}
    return found | {f"start.{name}": figure.quantity for name, figure in plan.city.figures.items()}


def drawn_names(
    plan: Plan, instruments: Iterable[Instrument], numbers: NumberSet = NOTHING_SET
) -> list[str]:
    """Return the names that a design draws a share for: whatever has a range."""
    names = [
        name
        for name, quantity in all_parameters(plan, numbers).items()
        if quantity.spread != "fixed" and quantity.low < quantity.high
    ]
    return names + dose_names(instruments)


def dose_names(instruments: Iterable[Instrument]) -> list[str]:
    """Return the names of the doses that are drawn."""
    return [f"dose.{i.id}" for i in instruments if i.modelled and i.has_draw]


def values(
    plan: Plan,
    shares: Mapping[str, float],
    numbers: NumberSet = NOTHING_SET,
    start: Mapping[str, float] | None = None,
) -> Values:
    """Return a replicate's values: each quantity at its share, unless it is set.

    Args:
        plan: The plan, whose city holds the starting figures.
        shares: Name → share of the probability below the value; 0.5 where none is given.
        numbers: Parameters and numbers of kinds that are set.
        start: Starting figures that are set, by name.

    Raises:
        ConfigError: If a name that is set does not exist.
    """
    parameters = all_parameters(plan, numbers)
    figures = {f"start.{name}": value for name, value in (start or {}).items()}
    for name in (*numbers.names, *figures):
        if name not in parameters:
            raise unknown("parameters", "parameter", name, parameters)
    flat = {name: quantity.at(shares.get(name, 0.5)) for name, quantity in parameters.items()}
    return Values(flat | figures)
