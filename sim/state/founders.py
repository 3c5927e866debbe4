"""Founders: the numbers of their outlook, and the possible founders of one class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import Ids
from sim.core.quantity import quantity
from sim.core.tables import Rows

CARRIERS = ("incubator", "makerspace")  # kinds that house firms and, as hosts, found platforms


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of the outlook of founders and of what they found."""

    horizon: float = quantity(
        3,
        unit="years of running cost and support that a founder looks ahead",
        low=1,
        high=5,
        status="assumed",
        source="a plan's usual length; judged",
    )
    climb: float = quantity(
        0.10,
        unit="chance a founder gives itself of the next level within the horizon",
        low=0.02,
        high=0.25,
        status="assumed",
        source="Yangzhou 2017: 20 % of stations upgraded in ten years; judged",
    )
    top_grade: float = quantity(
        0.25,
        unit="chance a founder gives itself of an A in a year",
        low=0.10,
        high=0.35,
        status="cited",
        source="S25: 20-30 % A",
    )
    equity_worth: float = quantity(
        0.3,
        unit="worth of a yuan of equity to a founder, beside a yuan given",
        low=0.0,
        high=0.6,
        status="assumed",
        source="equity must be earned back; judged",
    )
    size_of_host: float = quantity(
        0.3,
        unit="elasticity of a firm's suitability as host to its R&D stock",
        low=0.0,
        high=0.6,
        status="assumed",
        source="larger R&D firms host more platforms; judged",
    )
    design: float = quantity(
        0.10,
        unit="share of institutes that are institutes of design",
        low=0.03,
        high=0.25,
        status="assumed",
        source="consumer goods are two of Ningbo's twelve clusters; judged",
    )
    spread: float = quantity(
        0.4,
        unit="standard deviation of the logarithm of seats and staff between units",
        low=0.2,
        high=0.8,
        status="assumed",
        source="makerspaces of 500 to 6200 m2 (Chengdu 2018); judged",
    )
    outside_weight: float = quantity(
        0.15,
        unit="how likely each outside parent hosts an institute of the start, beside a body of the "
        "city",
        low=0.05,
        high=0.4,
        status="assumed",
        source="outside parents then host a third of the institutes; judged",
        spread="fixed",
    )
    most_gain: float = quantity(
        5,
        unit="most that promises multiply a rate of founding by: cap on 1 + gain / cost",
        low=3,
        high=10,
        status="assumed",
        source="land, staff and partners bound what money can hasten; judged",
        spread="fixed",
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

    @property
    def firms(self) -> bool:
        """Return whether the rows are firms."""
        return self.name in ("firm", "leading_firm")
