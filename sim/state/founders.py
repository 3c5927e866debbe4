"""Founders: the numbers of their outlook, and the possible founders of one class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Flags, Ids, Rows
from sim.inputs.numbers import Numbers, meaning

FIRMS = ("firm", "leading_firm")  # classes of hosts that are firms
SERVICES = ("transfer_service", "ip_service")  # kinds that bodies weigh by what they may earn
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
    carries: float = meaning("founding to the part of its cost that the host has at hand")
    most_gain: float = meaning(
        "most that promises multiply a rate of founding by: cap on 1 + gain / cost"
    )


@dataclass(frozen=True)
class Hosts:
    """Possible founders of one class.

    In a thinned city a row of firms is several hosts, one for each firm for which it stands.

    Attributes:
        name: The class, one of ``kinds.HOSTS``.
        rows: Rows in the table of firms or of organisations.
        ids: Their ids.
        itself: Whether it is the firm or body of the row, and not another for which that stands.
        hosted: Bits of the kinds that they host already.
        cluster: Cluster number; the number of clusters where none.
        district: District number; the number of districts where it is not known.
        suitability: How likely one is beside another.
    """

    name: str
    rows: Rows
    ids: Ids
    itself: Flags
    hosted: NDArray[np.int64]
    cluster: NDArray[np.int64]
    district: NDArray[np.int64]
    suitability: NDArray[np.float64]

    @property
    def firms(self) -> bool:
        """Return whether the rows are firms."""
        return self.name in FIRMS
