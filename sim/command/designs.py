"""Designs: which combinations of the values of swept keys are run.

An axis is a list of values or a range. A design places each combination on all axes: at a number
of a list, at a share of the way through a range.

| design | places |
|---|---|
| grid | every value of every list with every other; of a range so many points, evenly spaced |
| zip | the first values together, then the second ones |
| lhs | a Latin hypercube of so many samples over all ranges, each with every value of every list |
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import numpy as np

from sim.core.checks import as_whole
from sim.core.errors import ConfigError, unknown

DESIGNS = ("grid", "zip", "lhs")
LATER = ("sobol", "morris")  # designs of sensitivity analysis: known, and not yet built
MOST_SAMPLES = 1_000_000
_DIGITS = 6  # of a value within a range, so that it can be typed again


class Range(Protocol):
    """What has a value at each share of the way through it."""

    def at(self, share: float) -> float:
        """Return the value at a share from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Steps(Sequence[float]):
    """Numbers at equal steps, made when they are asked for.

    Attributes:
        first: The first.
        by: The step.
        size: How many there are.
    """

    first: Decimal
    by: Decimal
    size: int

    def __len__(self) -> int:
        """Return how many there are."""
        return self.size

    def __getitem__(self, number: Any) -> Any:
        """Return one of them."""
        if not 0 <= number < self.size:
            raise IndexError(number)
        return float(self.first + number * self.by)


type Axis = Sequence[Any] | Range
type Place = int | float  # of a list: which value; of a range: at which share


@dataclass(frozen=True, kw_only=True)
class Interval:
    """All numbers from one to another.

    Attributes:
        low: The lowest.
        high: The highest.
        log: Whether equal shares of the way are equal ratios.
        whole: Whether only whole numbers are meant.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def at(self, share: float) -> float:
        """Return the number at a share of the way."""
        if self.log:
            value = math.exp(
                math.log(self.low) + share * (math.log(self.high) - math.log(self.low))
            )
        else:
            value = self.low + share * (self.high - self.low)
        return round(value) if self.whole else value


def value_at(axis: Axis, place: Place) -> Any:
    """Return the value of an axis at a place; within a range, as it is typed."""
    if isinstance(axis, Sequence):
        return axis[int(place)]
    value = axis.at(place)
    return value if isinstance(value, int) else float(f"{value:.{_DIGITS}g}")


@dataclass(frozen=True, kw_only=True)
class Design:
    """A design as it is typed.

    Attributes:
        name: One of ``DESIGNS``.
        samples: How many samples, for those that draw them.
        points: How many points a range has, for those that draw none.
    """

    name: str = "grid"
    samples: int | None = None
    points: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no design.

        Raises:
            ConfigError: If its name is unknown, or a number is missing, too many or no number.
        """
        if self.name in LATER:
            raise ConfigError(
                f"design = {self.name}: it is not built yet; there are {', '.join(DESIGNS)}"
            )
        if self.name not in DESIGNS:
            raise unknown("command line", "design", self.name, DESIGNS)
        for name in ("samples", "points"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, as_whole(name, value, 1, MOST_SAMPLES))
        if (self.name == "lhs") != (self.samples is not None):
            raise ConfigError(
                "design = lhs: samples=N says how many combinations are drawn"
                if self.name == "lhs"
                else f"samples = {self.samples}: design={self.name} draws none; it takes design=lhs"
            )

    @property
    def words(self) -> str:
        """What it is called, with its numbers."""
        if self.name == "lhs":
            return f"a Latin hypercube of {self.samples} samples"
        points = f", {self.points} points of each range" if self.points else ""
        return {"grid": "a grid", "zip": "lists in step"}[self.name] + points

    def check(self, axes: Mapping[str, Axis]) -> None:
        """Refuse axes that the design cannot place combinations on.

        Raises:
            ConfigError: If there is no range where one is needed, or lists in step differ.
        """
        ranges = [key for key, axis in axes.items() if not isinstance(axis, Sequence)]
        if self.name == "lhs":
            if not ranges:
                raise ConfigError(
                    "design = lhs: it samples ranges, and there is none; type one as "
                    "start.brokers=interval(50,150), or name some as 'vary=[parameters.services]'"
                )
            if self.points is not None:
                raise ConfigError(
                    f"points = {self.points}: design=lhs takes samples= instead of points"
                )
            return
        if ranges and self.points is None:
            raise ConfigError(
                f"{ranges[0]}: a range needs points=N beside it, that many values evenly spaced, "
                "or design=lhs with samples=N"
            )
        if self.points is not None and not ranges:
            raise ConfigError(
                f"points = {self.points}: no key is swept over a range, as in interval(50,150)"
            )
        sizes = self._sizes(axes)
        if self.name == "zip" and len(set(sizes.values())) > 1:
            told = ", ".join(f"{key} has {size}" for key, size in sizes.items())
            raise ConfigError(f"design = zip: lists that run in step are of one length; {told}")

    def count(self, axes: Mapping[str, Axis]) -> int:
        """Return how many combinations there are."""
        sizes = self._sizes(axes)
        if self.name == "zip":
            return next(iter(sizes.values()), 1)
        return math.prod(sizes.values()) * (self.samples or 1)

    def places(self, axes: Mapping[str, Axis], seed: int) -> Iterator[dict[str, Place]]:
        """Yield where on each axis each combination lies.

        Args:
            axes: The axes by key.
            seed: What a sample is drawn from; the same seed gives the same sample.
        """
        sizes = self._sizes(axes)
        if self.name == "lhs":
            yield from self._sampled(axes, sizes, seed)
            return
        steps: dict[str, Sequence[Place]] = {
            key: range(sizes[key])
            if isinstance(axis, Sequence)
            else np.linspace(0, 1, sizes[key]).tolist()
            if sizes[key] > 1
            else [0.5]
            for key, axis in axes.items()
        }
        joined = (
            zip(*steps.values(), strict=True)
            if self.name == "zip" and steps
            else itertools.product(*steps.values())
        )
        for places in joined:
            yield dict(zip(axes, places, strict=True))

    def _sampled(
        self, axes: Mapping[str, Axis], sizes: Mapping[str, int], seed: int
    ) -> Iterator[dict[str, Place]]:
        from scipy.stats import qmc

        ranges = [key for key in axes if key not in sizes]
        sample = qmc.LatinHypercube(len(ranges), rng=seed).random(self.samples or 1)
        for shares in sample.tolist():
            for numbers in itertools.product(*map(range, sizes.values())):
                placed = dict(zip(ranges, shares, strict=True))
                placed |= dict(zip(sizes, numbers, strict=True))
                yield {key: placed[key] for key in axes}

    def _sizes(self, axes: Mapping[str, Axis]) -> dict[str, int]:
        """Return how many values each axis has; a range that is sampled has none of its own."""
        return {
            key: len(axis) if isinstance(axis, Sequence) else self.points or 1
            for key, axis in axes.items()
            if isinstance(axis, Sequence) or self.name != "lhs"
        }
