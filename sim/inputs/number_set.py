"""Numbers that somebody sets: a value that holds in all futures, or another range to draw from.

What is set is spelled as it is typed, with dots or nested, or both::

    number_set({"research.stop": 0.05, "research": {"adjustment": {"range": [0.1, 0.2]}}}, None)
    number_set(None, {"incubator.rate": 0.1})
    number_set("my_set.yaml", None)

A file names itself, says why, and holds ``parameters`` and ``kinds``; each number may say why, too.
"""

import dataclasses
import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.errors import ConfigError, unknown
from sim.core.quantity import Quantity
from sim.core.units import UNITS
from sim.inputs.kinds import KIND_NUMBERS, KINDS
from sim.inputs.numbers import sheets
from sim.inputs.reading import Entry, as_mapping, legible, read_file, shown

type _Parts = tuple[str, ...]

_KEYS = ("name", "why", "parameters", "kinds")
_ASPECTS = ("value", "range", "why")
_LONGEST_PATH = 3  # of what has something below it: parameters.research.stop
_KIND = "kind."  # what the full name of a kind's number begins with


@dataclass(frozen=True)
class NumberSet:
    """Numbers that are set, by full name: ``research.stop``, ``kind.incubator.rate``.

    Attributes:
        values: What numbers are in all futures, or, beside a range, in the median future.
        ranges: Lowest and highest value of numbers that are drawn from another range.
        reasons: Why a number is set: what it says itself, else what the set in its file says.
        name: The name of a set that stands in a file.
        why: Why that set is as it is.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    why: str = ""

    def __hash__(self) -> int:
        """Return a hash of what it holds."""
        mappings = (self.values, self.ranges, self.reasons)
        return hash((*(frozenset(m.items()) for m in mappings), self.name, self.why))

    @property
    def names(self) -> tuple[str, ...]:
        """The full names of all numbers that are set."""
        return tuple(dict.fromkeys((*self.values, *self.ranges)))

    def joined(self, later: "NumberSet") -> "NumberSet":
        """Return both sets in one; of a number that both set, what the later one says holds."""

        def both[T](mine: Mapping[str, T], its: Mapping[str, T]) -> dict[str, T]:
            return {name: x for name, x in mine.items() if name not in later.names} | dict(its)

        return NumberSet(
            both(self.values, later.values),
            both(self.ranges, later.ranges),
            both(self.reasons, later.reasons),
            later.name or self.name,
            later.why or self.why,
        )

    def changed(self, name: str, quantity: Quantity) -> Quantity:
        """Return a quantity as this set has it: the same where it is not set.

        A value without a range is never drawn; a range makes a draw of what was fixed.
        """
        value = self.values.get(name, quantity.default)
        if name in self.ranges:
            low, high = self.ranges[name]
            spread = "uniform" if quantity.spread == "fixed" else quantity.spread
            return dataclasses.replace(quantity, default=value, low=low, high=high, spread=spread)
        if name in self.values:
            value = _as_median(value, quantity)
            return dataclasses.replace(
                quantity, default=value, low=value, high=value, spread="fixed"
            )
        return quantity

    def told(self) -> tuple[str, ...]:
        """Return a phrase for each number that is set: as it is typed, instead of what, and why."""
        said = []
        for name in self.names:
            typed = [f"{spelled(name)} = {x:g}" for x in (self.values.get(name),) if x is not None]
            ends = (self.ranges[name],) if name in self.ranges else ()
            typed += [f"{spelled(name)}.range = [{low:g}, {high:g}]" for low, high in ends]
            why = f": {self.reasons[name]}" if name in self.reasons else ""
            said.append(f"{', '.join(typed)}, {instead_of(settable()[name])}{why}")
        return tuple(said)

    def outside(self) -> tuple[str, ...]:
        """Return a sentence for each number set beyond its range: unusual, not wrong."""
        told = []
        for name in self.names:
            usual = settable()[name]
            ends = self.ranges.get(name) or (self.values[name],) * 2
            if usual.spread == "fixed" and name in self.ranges:
                continue  # that it is drawn at all is what was asked for
            if not usual.low <= ends[0] <= ends[1] <= usual.high:
                told.append(unusual(spelled(name), usual, ends))
        return tuple(told)


NOTHING_SET = NumberSet()


def _as_median(value: float, quantity: Quantity) -> float:
    """Return a value to the last bit as the median of a draw has it, which goes by logarithms.

    So a number that is set to its default is what it is in a future without parameter draws.
    """
    if quantity.spread != "log-uniform" or value <= 0:
        return value
    return math.exp(math.log(value))


def instead_of(usual: Quantity) -> str:
    """Return what a number is where it is not set."""
    usually = f" ({usual.low:g} to {usual.high:g})" if usual.low < usual.high else ""
    return f"instead of {usual.default:g}{usually}"


def unusual(typed: str, usual: Quantity, ends: tuple[float, float]) -> str:
    """Return the sentence that a number, as it is typed, was set beyond its range."""
    low, high = ends
    if usual.low == usual.high:
        return f"{typed} = {low:g} is not the one value known, {usual.default:g}"
    beyond = f"{typed} = {low:g} lies outside"
    if low < high:
        beyond = f"{typed}.range = [{low:g}, {high:g}] goes beyond"
    return f"{beyond} its range, {usual.low:g} to {usual.high:g} ({usual.unit})"


@cache
def settable() -> dict[str, Quantity]:
    """Return all numbers that can be set, by full name: those of the sheets and of the kinds."""
    rows = {f"{s}.{name}": q for s, own in sheets().items() for name, q in own.items()}
    return rows | {
        f"{_KIND}{kind.name}.{name}": getattr(kind, name)
        for kind in KINDS.values()
        for name in KIND_NUMBERS
    }


def spelled(name: str) -> str:
    """Return a full name as it is typed: ``parameters.research.stop``, ``kinds.incubator.rate``."""
    if name.startswith(_KIND):
        return f"kinds.{name.removeprefix(_KIND)}"
    return f"parameters.{name}"


def settable_as(key: str) -> str:
    """Return as what a number is typed that was spelt another way, empty where none is meant."""
    name = key.removeprefix("params.").removeprefix("parameters.").removeprefix("kinds.")
    found = next((full for full in (name, f"{_KIND}{name}") if full in settable()), "")
    return found and spelled(found)


def number_set(
    parameters: Mapping[str, Any] | str | Path | None, kinds: Mapping[str, Any] | None
) -> NumberSet:
    """Return the numbers that are set, checked.

    Args:
        parameters: What is set of the sheets, or the path of a file with a set.
        kinds: What is set of the platform kinds; beside a file, it holds against the file.

    Raises:
        ConfigError: If a name is unknown or set twice, a value is not possible in its unit, a range
            does not hold its value, or there is no such file or it is no set.
    """
    if parameters == "":
        raise ConfigError("parameters=: the file of a set of numbers is missing")
    if isinstance(parameters, str | Path):
        return _from_file(Path(parameters).expanduser()).joined(_set(None, kinds))
    return _set(parameters, kinds)


def _from_file(path: Path) -> NumberSet:
    entry = Entry(read_file(path, "set of numbers"), f"{path}", _KEYS)
    why = entry.text("why")
    try:
        numbers = _set(*(entry.tree.get(part) for part in _KEYS[2:]))
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    if not numbers.names:
        raise ConfigError(f"{path}: sets no number; give parameters or kinds")
    reasons = {**dict.fromkeys(numbers.names, why), **numbers.reasons}
    name = entry.text("name") if entry.has("name") else path.stem
    return dataclasses.replace(numbers, reasons=reasons, name=name, why=why)


def _set(parameters: object, kinds: object) -> NumberSet:
    said: dict[tuple[str, str], object] = {}
    for kind, tree in (("parameters", parameters), ("kinds", kinds)):
        for parts, value in _leaves(as_mapping({} if tree is None else tree, kind), (kind,)):
            at = _found(parts)
            if at in said:
                raise ConfigError(f"{spelled(at[0])}: its {at[1]} is set twice")
            said[at] = value
    values = {name: _value(name, x) for (name, what), x in said.items() if what == "value"}
    ranges = {
        name: _range(name, x, values.get(name, settable()[name].default))
        for (name, what), x in said.items()
        if what == "range"
    }
    reasons = {name: _reason(name, x) for (name, what), x in said.items() if what == "why"}
    for name in reasons:
        if name not in values and name not in ranges:
            raise ConfigError(f"{spelled(name)}: says why, but sets neither value nor range")
    return NumberSet(values, ranges, reasons)


def _leaves(
    tree: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield what stands in a tree by its path, dotted keys taken apart."""
    for key, value in tree.items():
        parts = (*path, *key.split("."))
        if not isinstance(value, Mapping):
            yield parts, value
        elif len(parts) > _LONGEST_PATH:
            raise ConfigError(f"{'.'.join(parts)}: one value is needed, not {shown(value)}")
        elif value:
            yield from _leaves(as_mapping(value, ".".join(parts)), parts)
        else:
            raise ConfigError(f"{'.'.join(parts)}: nothing is set")


def _found(parts: _Parts) -> tuple[str, str]:
    """Return the full name of the number that a path leads to, and what is said of it."""
    root, group, *rest = parts
    known: Mapping[str, Collection[str]] = sheets()
    words, start = ("sheet", "parameter"), group
    if root == "kinds":
        known = dict.fromkeys(KINDS, KIND_NUMBERS)
        words, start = ("kind", "number of the kind"), f"{_KIND}{group}"
    if group not in known:
        if name := settable_as(".".join(parts[1:])):
            raise ConfigError(f"{'.'.join(parts)}: it is spelt {name}")
        raise unknown(root, words[0], group, known)
    if not rest:
        example = f"{root}.{group}.{next(iter(known[group]))}"
        raise ConfigError(f"{root}.{group}: name one of its numbers, like {example}")
    if rest[0] not in known[group]:
        raise unknown(f"{root}.{group}", words[1], rest[0], known[group])
    aspect = ".".join(rest[1:]) or "value"
    if aspect not in _ASPECTS:
        raise unknown(f"{root}.{group}.{rest[0]}", "key", aspect, _ASPECTS)
    return f"{start}.{rest[0]}", aspect


def _value(name: str, value: object, where: str = "") -> float:
    usual = settable()[name]
    unit, where = UNITS[usual.unit], where or spelled(name)
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise ConfigError(f"{where}: a number is needed ({unit.name}), not {shown(value)}")
    with suppress(OverflowError):
        if math.isfinite(number := float(value)) and unit.holds(number):
            if usual.above is not None and number <= usual.above:
                raise ConfigError(
                    f"{where}: a number above {usual.above:g} is needed ({unit.name}; usual are "
                    f"{usual.low:g} to {usual.high:g}), not {shown(value)}"
                )
            return number
    raise ConfigError(f"{where}: {unit.reach} is needed ({unit.name}), not {shown(value)}")


def _range(name: str, ends: object, middle: float) -> tuple[float, float]:
    where, quantity = spelled(name), settable()[name]
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        given = f"{len(ends)} values" if isinstance(ends, list | tuple) else shown(ends)
        raise ConfigError(f"{where}.range: [lowest, highest] is needed, not {given}")
    low, high = (_value(name, end, f"{where}.range") for end in ends)
    if low > high:
        raise ConfigError(f"{where}.range: the lowest comes first, not [{low:g}, {high:g}]")
    if not low <= middle <= high:
        raise ConfigError(
            f"{where}.range: [{low:g}, {high:g}] does not hold its value, {middle:g}; "
            f"set another value beside it with {where}.value"
        )
    if quantity.spread == "log-uniform" and low <= 0:
        raise ConfigError(f"{where}.range: drawn by logarithms, it starts above 0, not at {low:g}")
    return low, high


def _reason(name: str, why: object) -> str:
    if not isinstance(why, str) or not why.strip():
        raise ConfigError(f"{spelled(name)}.why: a reason in words is needed, not {shown(why)}")
    return legible(why, f"{spelled(name)}.why")
