"""The numbers of the starting population, and what its parts share: ids, spreads, slots."""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Ids
from sim.inputs.numbers import Numbers, meaning


class Parameters(Numbers, name="population"):
    """Numbers of the starting population that no figure gives."""

    size_tail: float = meaning("tail of revenue")
    largest: float = meaning("the largest firm's revenue")
    mean_age: float = meaning("mean age of above-scale firms at the start")
    leading_share: float = meaning("above-scale firms that lead their cluster")
    sme_revenue: float = meaning("median revenue of technology SMEs")
    based_share: float = meaning("the city's R&D that one technology-based firm may have at most")
    based_together: float = meaning("the city's R&D that all technology-based firms have at most")
    staff_spread: float = meaning("staff over revenue")
    sme_spread: float = meaning("technology SMEs' revenue")
    smes_with_rd: float = meaning("technology SMEs that do R&D")
    university_spread: float = meaning("researchers per university")
    sold: float = meaning("open results that are sold, before the start")
    provincial_share: float = meaning("platforms at provincial level")
    municipal_share: float = meaning("platforms below provincial level that are on the second rung")
    occupancy: float = meaning("seats that are taken at the start, as far as there are start-ups")
    platform_age: float = meaning("mean age of platforms")
    oldest_firm: float = meaning("age of the oldest firms at the start")
    least_staff: float = meaning("staff of an above-scale firm at least")
    youngest_sme: float = meaning("age of the youngest technology SMEs at the start")
    oldest_sme: float = meaning("age of the oldest technology SMEs at the start")
    sme_staff: float = meaning("staff of a technology SME beside those that go with revenue")
    sme_staff_by_size: float = meaning(
        "further staff of a technology SME of median revenue, in proportion to revenue"
    )
    own_unit: float = meaning("firms with R&D that have an R&D unit of their own, platforms apart")
    least_for_others: float = meaning(
        "the city's R&D that firms which are not technology-based do at least"
    )
    least_at_universities: float = meaning(
        "the city's researchers that are at universities at least"
    )
    oldest_platform: float = meaning("age of the oldest platforms at the start")
    left_before: float = meaning("time before the start in which former tenants left their seat")
    found_years: float = meaning("time before the start whose results may still lie open")


# Slots of a starting firm's draws, the first of them an organisation's, too.
DISTRICT, CLUSTER, FIELD, SIZE, STAFF, AGE, PERFORMS, PROPENSITY = range(8)
INDUSTRY, PATENTS, LENGTH, SURVIVES, CARRIER, TERM, BASED, HOLDS, APPLIES, LAST_SEAT = range(8, 18)
SLOTS = 12  # of the block of draws that places a firm or an organisation


def ids_of(origin: int, count: int, group: int) -> Ids:
    """Return the ids of a group of those who are there at the start."""
    return identity.plain(origin, group, np.arange(count))


def lognormal(normal: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Return numbers with mean 1."""
    return np.asarray(np.exp(spread * normal - spread**2 / 2))
