"""The units that numbers of the model are in, from one list, each with what it may reach.

A number's unit says how it counts and how far it can go at all; what is counted is said by its
meaning. ``share a year`` with "performers that stop R&D" reads: the share of performers that stop
R&D in a year. The range of a number is narrower: what is plausible.
"""

import math
from dataclasses import dataclass

_ANY = (-math.inf, math.inf)
_FROM_0 = (0.0, math.inf)
_PART = (0.0, 1.0)


@dataclass(frozen=True)
class Unit:
    """One unit.

    Attributes:
        name: As sheets of numbers spell it.
        bounds: The least and the largest value that can be meant.
        meaning: What it is.
    """

    name: str
    bounds: tuple[float, float]
    meaning: str

    def holds(self, value: float) -> bool:
        """Return whether a value can be in this unit."""
        return self.bounds[0] <= value <= self.bounds[1]

    @property
    def reach(self) -> str:
        """What the bounds allow, in words."""
        low, high = self.bounds
        if self.bounds == _ANY:
            return "a finite number"
        return f"a number from {low:g} " + ("on" if high == math.inf else f"to {high:g}")


UNITS: dict[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("share", _PART, "a part of the whole"),
        Unit("share a year", _PART, "the part of a stock that it befalls in a year"),
        Unit("share a quarter", _PART, "the part of a stock that it befalls in a quarter"),
        Unit("chance", _PART, "a probability"),
        Unit("chance a year", _PART, "a probability in each year"),
        Unit("chance a quarter", _PART, "a probability in each quarter"),
        Unit("correlation", _PART, "how far two series go together, never against each other"),
        Unit("ratio", _FROM_0, "one quantity over another of the same kind"),
        Unit("weight", _FROM_0, "how much one thing counts beside another that counts 1"),
        Unit("yuan per yuan", _ANY, "one sum of money over another that brings it about"),
        Unit("rate a year", _FROM_0, "events a year for each of those there are; may exceed 1"),
        Unit("rate a quarter", _FROM_0, "events a quarter for each of those there are"),
        Unit("growth a year", (-1.0, math.inf), "what a year adds, over what there was"),
        Unit("relative rise", (-1.0, math.inf), "what is added, over what it would be otherwise"),
        Unit("elasticity", _ANY, "percent of change for one percent of change in another"),
        Unit("exponent", _ANY, "a power"),
        Unit("coefficient", _ANY, "a factor in an equation"),
        Unit("logarithm a year", _ANY, "what a year adds to a natural logarithm"),
        Unit("standard deviation", _FROM_0, "a spread, in the measure that the meaning names"),
        Unit("standard deviation of a logarithm", _FROM_0, "a relative spread"),
        Unit("Laplace scale", _FROM_0, "the mean distance from the median of a Laplace spread"),
        Unit("standard deviations", _ANY, "a distance on the scale of a score"),
        Unit("years", (0.0, 1000.0), "a length of time"),
        Unit("quarters", (0.0, 4000.0), "a length of time, in quarters of a year"),
        Unit("hours", _FROM_0, "a length of time"),
        Unit("hours a year", _FROM_0, "time in use in a year"),
        Unit("persons", _FROM_0, "people"),
        Unit("persons per million CNY", _FROM_0, "people that a sum of money brings about"),
        Unit("units", _FROM_0, "a count of what the meaning names"),
        Unit("units a year", _FROM_0, "a count in a year of what the meaning names"),
        Unit("units a quarter", _FROM_0, "a count in a quarter of what the meaning names"),
        Unit("square metres", _FROM_0, "floor space"),
        Unit("million CNY", _FROM_0, "money"),
        Unit("million CNY a year", _FROM_0, "money in a year"),
    )
}
