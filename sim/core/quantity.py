"""Numbers that never travel without unit, bounds, status and source.

From one quantity come the default, the range an ensemble draws from, the row in the tables of
numbers and the error message for a value out of bounds.
"""

import math
from dataclasses import dataclass

from sim.core.errors import ConfigError

STATUSES = ("cited", "calibrated", "assumed")
SPREADS = ("uniform", "log-uniform", "fixed")
STRATA = 50  # draws of a parameter in a block, one from each fiftieth of its range: see ``design``
UNCERTAINTIES = ("both", "noise", "parameters")  # what replicates differ in: see ``design``


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One number with everything that must travel beside it.

    Attributes:
        default: The central value, used when parameters are not drawn.
        unit: Its unit, in words.
        low: Lower end of the plausible range.
        high: Upper end of the plausible range.
        status: ``cited``, ``calibrated`` or ``assumed``.
        source: A row of the evidence, a clause, or the reason for an assumption.
        spread: How a draw is spread over the range; ``fixed`` is never drawn.
        above: What any value must lie above so that a city can be reckoned, where its unit does not
            say so already.
    """

    default: float
    unit: str
    low: float
    high: float
    status: str
    source: str
    spread: str = "uniform"
    above: float | None = None

    def __post_init__(self) -> None:
        """Refuse a number that lacks one of its companions."""
        numbers = (self.default, self.low, self.high)
        if not all(math.isfinite(number) for number in numbers):
            raise ConfigError(f"{self!r}: default, low and high must be finite numbers")
        if not self.low <= self.default <= self.high:
            raise ConfigError(
                f"{self.default} {self.unit} is outside [{self.low}, {self.high}]; "
                f"its source is '{self.source}'"
            )
        if self.status not in STATUSES:
            raise ConfigError(f"status '{self.status}' of '{self.source}'; allowed: {STATUSES}")
        if self.spread not in SPREADS:
            raise ConfigError(f"spread '{self.spread}' of '{self.source}'; allowed: {SPREADS}")
        if self.spread == "log-uniform" and self.low <= 0:
            raise ConfigError(f"a log-uniform range starts above 0, not at {self.low} {self.unit}")
        if self.above is not None and self.low <= self.above:
            raise ConfigError(f"a range above {self.above} does not start at {self.low}")
        if not self.unit or not self.source:
            raise ConfigError(f"a quantity of {self.default} needs a unit and a source")

    def at(self, share: float) -> float:
        """Return the value at a share (0 to 1) of the probability below it.

        The default is the median of every draw: each half of the range is spread over one
        half of the shares, so that a run at the defaults is a run at the median.
        """
        if self.spread == "fixed" or self.low == self.high:
            return self.default
        if share < 0.5:
            return self._between(self.low, self.default, share * 2)
        return self._between(self.default, self.high, share * 2 - 1)

    def _between(self, low: float, high: float, share: float) -> float:
        if self.spread == "log-uniform":
            return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        return low + share * (high - low)
