"""What becomes of a replicate that fails, and of a mix that is to cost what another costs."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A replicate that raised an error."""

    plan: str
    policy: str
    replicate: int
    error: str


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A mix at another's cost.

    Attributes:
        other: The name of the mix that it costs as much as.
        scale: How many times their dose its paying instruments offer.
        outlay: Its mean public outlay, million CNY.
        wanted: That of the other mix.
    """

    other: str
    scale: float
    outlay: float
    wanted: float

    @property
    def miss(self) -> float:
        """The logarithm of the outlay over what is wanted; far below 0 where nothing is paid."""
        return math.log(max(self.outlay, 1e-9 * self.wanted) / self.wanted)
