"""A case: one plan under one mix, with all that decides its numbers, checked when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sim.core.checks import as_whole, finite
from sim.core.errors import ConfigError, unknown
from sim.core.fork import Fork
from sim.core.plain import as_json, hash_of, plain
from sim.core.quantity import UNCERTAINTIES
from sim.core.quarter import label
from sim.inputs.city import FIGURES
from sim.inputs.number_set import NOTHING_SET, NumberSet, instead_of, spelled, unusual
from sim.inputs.plan import Plan
from sim.inputs.plugin import Plugin
from sim.inputs.reading import as_mapping
from sim.policy.mix import Choice, Mix

Key = tuple[str, str, str]  # names of plan and mix, and the values of other keys that are swept

LARGEST_SEED = 2**64 - 1
LARGEST_SCALE = 1e4
LONGEST_AFTER = 400  # quarters
SMALL_SCALE = 0.1  # below it a row stands for so many firms that chances are another city's
LARGEST_FIGURE = 1e12  # no starting figure of a city is larger, in its unit
MOST_ROWS = 10_000_000  # of a table at the start, unless forced: beyond, memory runs out unseen
_COHORTS = 5  # years of start-ups in being at the start, closing left out
_COPIES = 3  # of the firms' rows in memory: the start, the living city, room to grow
# Figures that become rows, or counts in a column of 32 bits.
_ROWS = (
    *(name for name, unit in FIGURES.items() if unit == "platforms"),
    "universities",
    "hospitals",
    "public_bodies",
    "outside_parents",
    "consultancies",
    "brokers",
    "vice_presidents",
    "industry_professors",
    "top_talents",
    "institute_talents",
    "shared_equipment",
    "researchers",
)
_POSITIVE = ("gdp", "population", "revenue_per_employee", "contract_mean")  # 0 would mean nothing
_KIND = "kind."


@dataclass(frozen=True, kw_only=True)
class Case:
    """One plan under one mix in one world; nothing else decides what a replicate of it comes to.

    Attributes:
        plan: The plan.
        mix: The mix.
        quarters: How many quarters are run.
        seed: Which world of luck.
        uncertainty: What differs between replicates, one of ``UNCERTAINTIES``.
        scale: Firms in the model per firm in the city.
        start: Starting figures that are known, by name.
        numbers: Parameters and numbers of platform kinds that are set.
        fork: Of which replicate all are futures, and from when on; None where each is itself.
        costs_as: The mix whose public outlay its own is to have; ``equal_cost`` makes of it a case
            with the scale that does so.
        plugins: The rules from outside that are in force.
        swept: The keys that are swept, each with its value here: what it is called by beside plan
            and mix. All but ``replicates`` are in what stands above already.
    """

    plan: Plan
    mix: Mix
    quarters: int
    seed: int = 1
    uncertainty: str = "both"
    scale: float = 1.0
    start: Mapping[str, float] = field(default_factory=dict)
    numbers: NumberSet = NOTHING_SET
    fork: "Fork | None" = None
    costs_as: Mix | None = None
    plugins: tuple[Plugin, ...] = ()
    swept: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be run.

        Raises:
            ConfigError: If a value is of the wrong type or outside its range.
        """
        object.__setattr__(self, "seed", as_whole("seed", self.seed, 0, LARGEST_SEED))
        if self.uncertainty not in UNCERTAINTIES:
            raise unknown("uncertainty", "kind", self.uncertainty, UNCERTAINTIES)
        if not 0 < finite("population.scale", self.scale) <= LARGEST_SCALE:
            raise ConfigError(
                f"population.scale = {self.scale}: a number above 0 and up to {LARGEST_SCALE:g} "
                "is needed; 1 is one firm in the model per firm in the city"
            )
        for name, value in as_mapping(self.start, "start").items():
            _check_figure(self.plan, name, value)

    @property
    def key(self) -> Key:
        """The names of its plan and its mix, and what else it is called by."""
        return self.plan.name, self.mix.name, self.point

    @cached_property
    def point(self) -> str:
        """The keys that are swept with their values, as in ``seed=1,start.brokers=50``."""
        return ",".join(f"{key}={value_words(value)}" for key, value in self.swept)

    @property
    def set_words(self) -> list[str]:
        """A phrase for each number and starting figure that is set, instead of what, and why."""
        figures = self.plan.city.figures
        return [*self.numbers.told()] + [
            f"start.{name} = {value:g}, {instead_of(figures[name].quantity)}"
            for name, value in self.start.items()
        ]

    @property
    def remarks(self) -> list[str]:
        """A sentence for each number that was set beyond its range, or without effect."""
        figures = self.plan.city.figures
        told = [*self.numbers.outside()]
        for name, value in self.start.items():
            usual = figures[name].quantity
            if not usual.low <= value <= usual.high:
                told.append(unusual(f"start.{name}", usual, (value, value)))
        if self.scale < SMALL_SCALE:
            told.append(
                f"population.scale = {self.scale:g} lies below {SMALL_SCALE:g}: a row stands for "
                f"{1 / self.scale:.0f} firms, so that luck weighs far more than in the city; "
                "compare means, not chances"
            )
        if self.uncertainty == "noise":
            told += [
                f"{spelled(name)}.range says nothing with uncertainty=noise: no number is drawn"
                for name in self.numbers.ranges
            ]
        return told

    def configuration(self) -> dict[str, Any]:
        """Return all that decides on its numbers, as plain values."""
        mix, other = self.mix, self.costs_as
        return self._told() | {
            "quarters": self.quarters,
            "plan": plain(self.plan),
            "policy": {"name": mix.name, **mix.offered()},
            "cost": {} if other is None else {other.name: other.offered()},
        }

    def _told(self) -> dict[str, Any]:
        """Return what of it is neither plan nor mix, length apart, as plain values."""
        return {
            "seed": self.seed,
            "uncertainty": self.uncertainty,
            "population.scale": float(self.scale),
            "start": {name: float(value) for name, value in self.start.items()},
            **as_typed(self.numbers),
            "plugins": [[one.name, one.sha256] for one in self.plugins],
            "fork": plain(self.fork),
        }

    @cached_property
    def hash(self) -> str:
        """The hash of all that decides on its numbers: its folder is named by it."""
        mix, other = self.mix, self.costs_as
        return hash_of(
            self._told()
            | {
                "quarters": self.quarters,
                "plan": self.plan.hash,
                "policy": [mix.name, mix.effect],
                "cost": other and [other.name, other.effect],
            }
        )

    @cached_property
    def world(self) -> str:
        """The hash of what decides on the city before its plan begins, whatever the mix."""
        return hash_of(self._told() | {"plan": self.plan.lived})

    @property
    def life(self) -> tuple[str, str, int, str]:
        """What is the same where two cases come to the same, whatever they are called."""
        goals = self.plan.goals if self.mix.watched else ""
        return self.world, self.mix.effect, self.quarters, goals


def value_words(value: object) -> str:
    """Return a value that is swept as it is told: a text as it is, all else as it is typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    return as_json(value, separators=(",", ":")).replace('"', "")


def case_of(
    plan: Plan, choice: Choice, *, quarters: int | None = None, after: int = 0, **others: Any
) -> Case:
    """Return the case of running a plan under a mix.

    Args:
        plan: The plan.
        choice: The mix, at another's cost or its own.
        quarters: How many quarters to run, where not the whole plan.
        after: How many quarters to go on after the plan.
        others: What else ``Case`` takes.

    Raises:
        ConfigError: If anything of it cannot be run.
    """
    length = quarters_of(plan, quarters, after)
    return Case(plan=plan, mix=choice.mix, costs_as=choice.costs_as, quarters=length, **others)


def quarters_of(plan: Plan, quarters: int | None = None, after: int = 0) -> int:
    """Return how many quarters a plan is run.

    Raises:
        ConfigError: If the plan is shorter than ``quarters``, or a number is none.
    """
    after = as_whole("after", after, 0, LONGEST_AFTER)
    if quarters is not None:
        quarters = as_whole("quarters", quarters, 1)
    length = plan.end - plan.start + 1
    if quarters is None or quarters == length:
        return length + after
    if quarters > length:
        raise ConfigError(
            f"quarters = {quarters}: the plan {plan.name} has {length} "
            f"({label(plan.start)} to {label(plan.end)}); after={quarters - length} lets "
            "it go on beyond its end"
        )
    if after:
        raise ConfigError(
            f"quarters = {quarters} ends the plan {plan.name} early and "
            f"after = {after} lets it go on; give one of them"
        )
    return quarters


def check_size(case: Case) -> None:
    """Refuse a city whose tables would not fit into memory, or whose counts into a column.

    Raises:
        ConfigError: If it is larger than ``MOST_ROWS``.
    """

    def most(name: str) -> float:
        return float(case.start.get(name, case.plan.city.figures[name].quantity.high))

    firms = most("above_scale_firms") + most("technology_smes")
    firms = case.scale * (firms + _COHORTS * most("startup_entry"))
    if firms > MOST_ROWS:
        from sim.state.columns import Firms

        row = sum(
            np.dtype(column.dtype).itemsize * max(column.width, 1)
            for column in Firms.columns.values()
        )
        raise ConfigError(
            f"population.scale = {case.scale:g}: {case.plan.name} would begin with up to "
            f"{firms:.2g} firms, which take some {_COPIES * row * firms / 1e9:.0f} GB per "
            f"worker; up to {MOST_ROWS:.0e} are run, more with force=true"
        )
    for name in _ROWS:
        if most(name) > MOST_ROWS:
            raise ConfigError(
                f"start.{name} = {most(name):g}: up to {MOST_ROWS:.0e} {FIGURES[name]} are "
                "run, more with force=true"
            )


def _check_figure(plan: Plan, name: str, value: object) -> None:
    """Refuse a starting figure that the plan's city does not have, or an impossible value."""
    figures = plan.city.figures
    if name not in figures:
        raise unknown("start", f"starting figure of {plan.city.name}", name, figures)
    unit = figures[name].quantity.unit
    highest = 1.0 if unit.startswith("share") else LARGEST_FIGURE
    if value == 0 and name in _POSITIVE:
        raise ConfigError(f"start.{name} = 0: a number above 0 is needed ({unit})")
    if not 0 <= finite(f"start.{name}", value) <= highest:
        needed = "a share from 0 to 1" if highest == 1 else f"0 to {LARGEST_FIGURE:.0e}"
        raise ConfigError(f"start.{name} = {value}: {needed} is needed ({unit})")


def as_typed(numbers: NumberSet) -> dict[str, dict[str, Any]]:
    """Return the numbers that are set under the names by which they are typed."""
    named: dict[str, Any] = dict(numbers.values)
    named |= {f"{name}.range": list(ends) for name, ends in numbers.ranges.items()}
    kinds = [name for name in named if name.startswith(_KIND)]
    return {
        "parameters": {name: named[name] for name in named if name not in kinds},
        "kinds": {name.removeprefix(_KIND): named[name] for name in kinds},
    }
