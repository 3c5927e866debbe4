"""All parameters of a replicate under their full names, from the declarations they stand in.

Names are ``process.parameter``, ``kind.<kind>.<number>``, ``start.<figure>`` and
``dose.<instrument>``; the last are where in its range an instrument's vague wording lies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import unknown
from sim.core.quantity import Quantity, declared
from sim.inputs.instrument import Instrument
from sim.inputs.kinds import KINDS
from sim.inputs.number_set import NumberSet
from sim.inputs.plan import Plan
from sim.processes import (
    accreditation,
    budget,
    contract,
    demography,
    districts,
    equipment,
    evaluation,
    founding,
    funds,
    incubation,
    market,
    maturation,
    meeting,
    outreach,
    projects,
    research,
    services,
    space,
    subsidy_response,
    talent,
)
from sim.region import population
from sim.state import founders, kene

DECLARED: dict[str, type] = {
    "population": population.Parameters,
    "founders": founders.Parameters,
    "kene": kene.Parameters,
    "budget": budget.Parameters,
    "research": research.Parameters,
    "meeting": meeting.Parameters,
    "contract": contract.Parameters,
    "founding": founding.Parameters,
    "incubation": incubation.Parameters,
    "services": services.Parameters,
    "market": market.Parameters,
    "demography": demography.Parameters,
    "accreditation": accreditation.Parameters,
    "evaluation": evaluation.Parameters,
    "funds": funds.Parameters,
    "space": space.Parameters,
    "equipment": equipment.Parameters,
    "districts": districts.Parameters,
    "maturation": maturation.Parameters,
    "outreach": outreach.Parameters,
    "projects": projects.Parameters,
    "subsidy_response": subsidy_response.Parameters,
    "talent": talent.Parameters,
}
KIND_NUMBERS = (
    "found_cost",
    "run_cost",
    "building",
    "rate",
    "seats",
    "researchers",
    "plaque",
    "firm_weight",
)


def all_parameters(plan: Plan) -> dict[str, Quantity]:
    """Return every quantity that a replicate of a plan rests on, by full name."""
    found = {
        f"{process}.{name}": quantity
        for process, parameters in DECLARED.items()
        for name, quantity in declared(parameters).items()
    }
    for kind, data in KINDS.items():
        found |= {f"kind.{kind}.{name}": getattr(data, name) for name in KIND_NUMBERS}
    found |= {f"start.{name}": figure.quantity for name, figure in plan.city.figures.items()}
    return found


def drawn_names(plan: Plan, instruments: Iterable[Instrument], numbers: NumberSet) -> list[str]:
    """Return the names that a design draws a share for: whatever has a range."""
    names = [
        name
        for name, quantity in _ranged(plan, numbers).items()
        if quantity.spread != "fixed" and quantity.low < quantity.high
    ]
    return names + dose_names(instruments)


def dose_names(instruments: Iterable[Instrument]) -> list[str]:
    """Return the names of the doses that are drawn."""
    return [f"dose.{i.id}" for i in instruments if i.modelled and i.has_draw]


@dataclass(frozen=True)
class Values:
    """The parameters of one replicate.

    Attributes:
        flat: Full name → value.
    """

    flat: Mapping[str, float]
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, process: str) -> Any:
        """Return the ``Parameters`` of a process with this replicate's values."""
        if process not in self._made:
            kind = DECLARED[process]
            numbers = {name: self.flat[f"{process}.{name}"] for name in declared(kind)}
            self._made[process] = kind(**numbers)
        return self._made[process]

    def start(self, figure: str) -> float:
        """Return a starting figure."""
        return self.flat[f"start.{figure}"]

    def kinds(self) -> dict[str, NDArray[np.float64]]:
        """Return the numbers of platform kinds, each an array by kind code."""
        return {
            name: np.array([self.flat[f"kind.{kind}.{name}"] for kind in KINDS])
            for name in KIND_NUMBERS
        }


def values(
    plan: Plan,
    shares: Mapping[str, float],
    numbers: NumberSet | None = None,
    start: Mapping[str, float] | None = None,
) -> Values:
    """Return a replicate's values: each quantity at its share, unless it is set.

    Args:
        plan: The plan, whose city holds the starting figures.
        shares: Name → share of the probability below the value; 0.5 where none is given.
        numbers: The numbers that are set.
        start: The starting figures that are known, by name.

    Raises:
        ConfigError: If a number that is set does not exist.
    """
    numbers = numbers or NumberSet()
    quantities = _ranged(plan, numbers)
    for name in numbers.values:
        if name not in quantities:
            raise unknown("parameters", "parameter", name, quantities)
    flat = {name: quantity.at(shares.get(name, 0.5)) for name, quantity in quantities.items()}
    known = {f"start.{name}": value for name, value in (start or {}).items()}
    return Values(flat | dict(numbers.values) | known)


def _ranged(plan: Plan, numbers: NumberSet) -> dict[str, Quantity]:
    """Return every quantity, with the ranges that are set."""
    found = all_parameters(plan)
    for name, (low, high) in numbers.ranges.items():
        if name not in found:
            raise unknown("parameters", "parameter", name, found)
        found[name] = replace(found[name], low=low, high=high)
    return found
