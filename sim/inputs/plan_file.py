"""Plans read from their files, or from a mapping in the same form, and checked."""

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from sim.core.errors import ConfigError
from sim.core.quarter import label, of_date
from sim.inputs.city import City
from sim.inputs.city_file import load_city
from sim.inputs.instrument import Instrument
from sim.inputs.instrument_file import instrument_from, quarter_at
from sim.inputs.plan import DEFAULT, NATURES, Plan, Target, Variant
from sim.inputs.reading import Entry, as_mapping, as_name, names_in, read_tree

MEASURES = ("stock", "cumulative", "new", "annual", "annual_mean", "share", "level")


WORDINGS = ("exact", "at_least", "about", "aspiration", "full_coverage")


COUNT_RULES = ("", "accreditations")


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
    start, end = quarter_at(head, "start"), quarter_at(head, "end")
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


def retargeted(plan: Plan, targets: Mapping[str, Any], where: str) -> Plan:
    """Return a plan with other targets in place of those of the same names.

    Raises:
        ConfigError: If anything in them is missing, unknown or contradicts the rest.
    """
    read = {
        name: _target(*named, plan.start, plan.city)
        for named in Entry({"targets": targets}, where, ("targets",)).entries("targets")
        for name in (named[0],)
    }
    return replace(plan, targets=tuple(read.get(target.id, target) for target in plan.targets))


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
