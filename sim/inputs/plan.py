"""A plan as data: its targets and its instruments, each with the clause it rests on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.errors import ConfigError, unknown
from sim.core.quarter import label, of_date
from sim.inputs.city import City, load_city
from sim.inputs.instrument import Instrument, instrument_from
from sim.inputs.reading import Entry, as_mapping, as_name, names_in, read_tree

__all__ = [
    "Instrument",
    "Plan",
    "Target",
    "Variant",
    "check_indicators",
    "load_plan",
    "plan_from_tree",
    "plan_names",
    "tree_of",
]

MEASURES = ("stock", "cumulative", "new", "annual", "annual_mean", "share", "level")
WORDINGS = ("exact", "at_least", "about", "aspiration", "full_coverage")
NATURES = ("behavioural", "delivered", "quota", "statistical")
COUNT_RULES = ("", "accreditations")
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


_TARGET_KEYS = tuple(f.name for f in fields(Target) if f.name not in ("id", "date"))
# What another reading may change; goal, date and words are the text's.
_VARIANT_KEYS = (
    "indicator",
    "measure",
    "unit",
    "strict",
    "count_rule",
    "start_stock",
    "reading",
)


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


def plan_names() -> list[str]:
    """Return the names of the plans that come with the package."""
    return names_in("plan")


def tree_of(name_or_path: str | Path) -> dict[str, Any]:
    """Return the mapping in a plan's file, given by the plan's name or by a path.

    Raises:
        ConfigError: If there is no such plan, or its file does not hold one plain mapping.
    """
    return read_tree("plan", name_or_path)


def load_plan(name_or_path: str | Path) -> Plan:
    """Return a plan by its name or from a file of one's own.

    Raises:
        ConfigError: If there is no such plan, or anything in it is wrong.
    """
    return plan_from_tree(tree_of(name_or_path), f"plan {name_or_path}")


def plan_from_tree(tree: Mapping[str, Any], where: str) -> Plan:
    """Return the plan in a mapping of plan, targets and instruments.

    Raises:
        ConfigError: If anything is missing, unknown or contradicts the rest.
    """
    whole = Entry(tree, where, ("plan", "targets", "instruments"))
    head = Entry(
        whole.value("plan"),
        f"{where}: plan",
        ("name", "title", "document", "status", "start", "end", "city"),
    )
    start, end = head.quarter("start"), head.quarter("end")
    if end < start:
        raise ConfigError(f"{head.where}: it ends in {label(end)}, before it starts")
    name = as_name(head.text("name"), head.where)
    city = _city(head)
    instruments = tuple(
        instrument_from(*named, (start, end)) for named in whole.entries("instruments")
    )
    _check_background(instruments, city, where)
    targets = tuple(_target(*named, start, city) for named in whole.entries("targets"))
    if not targets:
        raise ConfigError(f"{where}: a plan needs at least one target")
    return Plan(
        name=name,
        title=head.text("title", name),
        document=head.text("document"),
        status=head.text("status"),
        start=start,
        end=end,
        city=city,
        targets=targets,
        instruments=instruments,
    )


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


def _city(head: Entry) -> City:
    city = head.value("city")
    if isinstance(city, str):
        return load_city(city, head.where)
    return load_city(as_mapping(city, f"{head.where}.city"), f"{head.where}.city")


def _check_background(instruments: tuple[Instrument, ...], city: City, where: str) -> None:
    standing = {rule.id for rule in city.background}
    for instrument in instruments:
        if instrument.id in standing:
            raise ConfigError(
                f"{where}: instruments.{instrument.id} has the name of a background rule of "
                f"{city.name}; give it another"
            )


def _target(name: str, tree: object, where: str, start: int, city: City) -> Target:
    """Return a target in the reading that is chosen; all others are checked, too."""
    entry = Entry(tree, where, _TARGET_KEYS)
    readings = {DEFAULT: _reading(name, entry, start, city)}
    for variant, changes, place in entry.entries("variants") if entry.has("variants") else ():
        if variant == DEFAULT:
            raise ConfigError(f"{place}: this is the name of the target's own reading")
        changed = {"reading": None, **Entry(changes, place, _VARIANT_KEYS).tree}
        own = Entry({**entry.tree, **changed}, place, _TARGET_KEYS)
        readings[variant] = _reading(name, own, start, city)
    chosen = entry.choice("variant", readings, DEFAULT)
    variants = tuple(
        Variant(id=variant, indicator=target.indicator, reading=target.reading)
        for variant, target in readings.items()
    )
    return replace(readings[chosen], variant=chosen, variants=variants if len(variants) > 1 else ())


def _reading(name: str, entry: Entry, start: int, city: City) -> Target:
    """Return the target that an entry describes, its variants apart."""
    where = entry.where
    by = of_date(entry.value("by"), f"{where}.by")
    if by < start:
        raise ConfigError(
            f"{where}: its date {entry.tree['by']} lies before the plan's start, {label(start)}"
        )
    measure = entry.choice("measure", MEASURES)
    unit = entry.text("unit")
    return Target(
        id=name,
        value=entry.amount("value", f"share: {unit}" if measure == "share" else unit),
        unit=unit,
        measure=measure,
        by=by,
        date=str(entry.tree["by"]),
        date_stated=entry.flag("date_stated", True),
        wording=entry.choice("wording", WORDINGS),
        strict=entry.flag("strict", False),
        nature=entry.choice("nature", NATURES),
        count_rule=entry.choice("count_rule", COUNT_RULES, ""),
        clause=entry.text("clause"),
        zh=entry.text("zh", ""),
        meaning=entry.text("meaning", ""),
        indicator=entry.text("indicator", name),
        reason=entry.text("reason", ""),
        start_stock=entry.choice("start_stock", ("", *city.figures), ""),
        reading=entry.text("reading", ""),
    )
