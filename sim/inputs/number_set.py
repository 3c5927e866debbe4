"""Numbers that are set by hand: values that hold in all futures, and ranges that are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.checks import finite


@dataclass(frozen=True, kw_only=True)
class NumberSet:
    """Numbers that are set.

    Attributes:
        values: Full name → value, the same in all futures.
        ranges: Full name → the lowest and the highest value that is drawn.
        name: The name of the file that they come from, if any.
        why: Why they are set, in its words.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    name: str = ""
    why: str = ""

    def joined(self, other: "NumberSet") -> "NumberSet":
        """Return both; where both set a number the other's holds."""
        return NumberSet(
            values={**self.values, **other.values},
            ranges={**self.ranges, **other.ranges},
            name=self.name or other.name,
            why=self.why or other.why,
        )


def number_set(
    parameters: Mapping[str, Any] | str | Path | None, kinds: Mapping[str, Any] | None = None
) -> NumberSet:
    """Return the numbers in mappings by name, as they are typed."""
    assert parameters is None or isinstance(parameters, Mapping)
    named = dict(parameters or {}) | {
        f"kind.{name}": value for name, value in (kinds or {}).items()
    }
    ranges = {
        name.removesuffix(".range"): (float(value[0]), float(value[1]))
        for name, value in named.items()
        if name.endswith(".range")
    }
    values = {
        name: finite(f"parameters.{name}", value)
        for name, value in named.items()
        if not name.endswith(".range")
    }
    return NumberSet(values=values, ranges=ranges)


def outside(numbers: NumberSet) -> list[str]:
    """Return a sentence for each value that lies outside its range."""
    return []
