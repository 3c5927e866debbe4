"""Numbers of a city that are declared once, with unit and meaning: one, by code or by number."""

import copy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np


def amount(unit: str, meaning: str) -> Any:
    """Declare a number that is 0 until something is counted."""
    return field(default=0.0, metadata={"unit": unit, "meaning": meaning})


def amounts(unit: str, meaning: str, *by: tuple[str, ...]) -> Any:
    """Declare an array of such numbers by the codes of these names."""
    shape = tuple(len(names) for names in by)
    metadata = {"unit": unit, "meaning": meaning, "by": by}
    return field(default_factory=lambda: np.zeros(shape), metadata=metadata)


def by_number(unit: str, meaning: str) -> Any:
    """Declare such numbers by quarter, by number of an instrument or of a district."""
    return field(
        default_factory=lambda: defaultdict(float), metadata={"unit": unit, "meaning": meaning}
    )


@dataclass(eq=False, slots=True)
class Declared:
    """Numbers of a city, each declared with its unit and its meaning.

    A misspelt one is an error, and whoever asks for the uses of one finds them.
    """

    def flat(self) -> Iterator[tuple[str, float]]:
        """Yield every number that is not 0, under a name that says whose it is."""
        for declared in fields(self):
            held = getattr(self, declared.name)
            by = declared.metadata.get("by", ())
            if isinstance(held, dict):
                named = {f"{declared.name} {number}": value for number, value in held.items()}
            elif by:
                named = {
                    " ".join(
                        (declared.name, *(names[i] for names, i in zip(by, at, strict=True)))
                    ): held[at]
                    for at in np.ndindex(held.shape)
                }
            else:
                named = {declared.name: held}
            yield from ((name, float(value)) for name, value in named.items() if value)

    @property
    def empty(self) -> bool:
        """Whether all are 0."""
        held = (getattr(self, declared.name) for declared in fields(self))
        return not any(np.any(list(h.values()) if isinstance(h, dict) else h) for h in held)

    def __eq__(self, other: object) -> bool:
        """Return whether all numbers are the same."""
        return isinstance(other, Declared) and dict(self.flat()) == dict(other.flat())

    def copy(self) -> Self:
        """Return the same numbers, which nothing that is added here reaches."""
        return copy.deepcopy(self)
