"""Founders: the numbers of their outlook, and the possible founders of one class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Ids, Rows
from sim.inputs.numbers import Numbers, meaning

FIRMS = ("firm", "leading_firm")  # classes of hosts that are firms
CARRIERS = ("incubator", "makerspace")  # kinds that house firms and, as hosts, found platforms


class Parameters(Numbers, name="founders"):
    """Numbers of the outlook of founders and of what they found."""

    horizon: float = meaning("running cost and support that a founder looks ahead")
    climb: float = meaning("the next level within the horizon, as a founder expects")
    top_grade: float = meaning("an A, as a founder expects")
    equity_worth: float = meaning("worth of equity to a founder, beside money given")
    size_of_host: float = meaning("a firm's suitability as host to its R&D stock")
    design: float = meaning("institutes that are institutes of design")
    spread: float = meaning("seats and staff, between units")
    outside_weight: float = meaning(
        "how likely each outside parent hosts an institute of the start, beside a body of the city"
    )
    most_gain: float = meaning(
        "most that promises multiply a rate of founding by: cap on 1 + gain / cost"
    )


@dataclass(frozen=True)
class Hosts:
    """Possible founders of one class.

    Attributes:
        name: The class, one of ``kinds.HOSTS``.
        rows: Rows in the table of firms or of organisations.
        ids: Their ids.
        hosted: Bits of the kinds that they host already.
        cluster: Cluster number; the number of clusters where none.
        suitability: How likely one is beside another.
    """

    name: str
    rows: Rows
    ids: Ids
    hosted: NDArray[np.int64]
    cluster: NDArray[np.int64]
    suitability: NDArray[np.float64]

    def rows_stand_for(self, weight: float) -> float:
        """Return how many hosts of the city a row is, where a row of firms is ``weight``."""
        return weight if self.firms else 1.0

    @property
    def firms(self) -> bool:
        """Return whether the rows are firms."""
        return self.name in FIRMS
