"""A plan as data: its targets and its instruments, each with the clause it rests on."""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.errors import ConfigError, unknown
from sim.core.plain import hash_of, plain
from sim.inputs.city import City
from sim.inputs.instrument import Instrument

NATURES = ("behavioural", "delivered", "quota", "statistical")
DEFAULT = "default"  # the reading that stands in the target itself

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One reading of a target whose text leaves more than one open.

    Attributes:
        id: Its name; ``default`` is the reading in the target itself.
        indicator: The indicator that measures the target so read.
        reading: What is counted, where the indicator's own words do not say it.
    """

    id: str
    indicator: str
    reading: str


@dataclass(frozen=True, kw_only=True)
class Target:
    """One written target.

    Attributes:
        id: Its name in tables.
        value: The goal.
        unit: Unit of the goal.
        measure: How it is counted, one of ``MEASURES``.
        by: The quarter of its date.
        date: Its date.
        date_stated: Whether the text gives the date; otherwise it is the plan's end.
        wording: How the text states the goal.
        strict: Whether the goal must be exceeded.
        nature: Who brings it about, one of ``NATURES``.
        count_rule: ``accreditations`` where each level reached counts again.
        clause: Where in the text it stands.
        zh: The text's own words.
        meaning: What it means.
        indicator: The indicator that measures it.
        reason: Why it is not modelled, if it is not.
        start_stock: The city's figure that is its starting stock, if there is one.
        reading: What is counted, where the indicator's own words do not say it.
        variant: The reading that is chosen, the name of one of the variants.
        variants: All readings, the default first; none where only that exists.
    """

    id: str
    value: float
    unit: str
    measure: str
    by: int
    date: str
    date_stated: bool
    wording: str
    strict: bool
    nature: str
    count_rule: str
    clause: str
    zh: str
    meaning: str
    indicator: str
    reason: str
    start_stock: str
    reading: str = ""
    variant: str = DEFAULT
    variants: tuple[Variant, ...] = ()

    def met(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Return which values meet the goal, whatever the rounding of their last digits."""
        slack = _ROUNDING * abs(self.value)
        if self.strict:
            return np.asarray(values) > self.value + slack
        return np.asarray(values) >= self.value - slack


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One plan.

    Attributes:
        name: Its name in tables.
        title: Its title.
        document: The number of the document.
        status: Whether the text is in force.
        start: The first quarter.
        end: The last quarter.
        city: The city it is written for.
        targets: What it wants.
        instruments: What it does.
    """

    name: str
    title: str
    document: str
    status: str
    start: int
    end: int
    city: City
    targets: tuple[Target, ...]
    instruments: tuple[Instrument, ...]

    @cached_property
    def hash(self) -> str:
        """The hash of all that it says."""
        return hash_of(plain(self))

    @cached_property
    def lived(self) -> str:
        """The hash of what a city lives by, goals and dates apart, and what is measured of it."""
        measured = {target.id: [target.indicator, not target.reason] for target in self.targets}
        return hash_of({**plain(dataclasses.replace(self, targets=())), "targets": measured})

    @cached_property
    def goals(self) -> str:
        """The hash of what a government watches: its goals and their dates."""
        return hash_of([[target.id, target.value, target.by] for target in self.targets])


def check_indicators(plan: Plan, known: Collection[str]) -> None:
    """Refuse a plan with a target that no indicator measures and that gives no reason.

    Raises:
        ConfigError: If there is such a target, or one with such a variant.
    """
    for target in plan.targets:
        where = f"plan {plan.name}: targets.{target.id}"
        if not target.reason and target.indicator not in known:
            raise ConfigError(
                f"{unknown(where, 'indicator', target.indicator, known)} "
                "A target that is not modelled gives a reason"
            )
        for variant in target.variants:
            if not target.reason and variant.indicator not in known:
                place = f"{where}.variants.{variant.id}"
                raise unknown(place, "indicator", variant.indicator, known)
