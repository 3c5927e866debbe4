"""The values of one replicate: its parameters by process, its starting figures, its kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.kinds import KIND_NUMBERS, KINDS
from sim.inputs.numbers import Numbers, quantities


@dataclass(frozen=True)
class Values:
    """The parameters of one replicate.

    Attributes:
        flat: Full name → value.
    """

    flat: Mapping[str, float]
    _made: dict[type[Numbers], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of[T: Numbers](self, numbers: type[T]) -> T:
        """Return the numbers of a class, with this replicate's values."""
        if numbers not in self._made:
            own = {name: self.flat[f"{numbers.sheet}.{name}"] for name in quantities(numbers)}
            self._made[numbers] = numbers(**own)
        made: T = self._made[numbers]
        return made

    def start(self, figure: str) -> float:
        """Return a starting figure."""
        return self.flat[f"start.{figure}"]

    def kinds(self) -> dict[str, NDArray[np.float64]]:
        """Return the numbers of platform kinds, each an array by kind code."""
        return {
            name: np.array([self.flat[f"kind.{kind}.{name}"] for kind in KINDS])
            for name in KIND_NUMBERS
        }
