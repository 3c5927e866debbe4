"""Where somebody stands: district, cluster and field by the city's shares, and R&D propensity."""

import numpy as np
from numpy.typing import NDArray

from sim.inputs.city import City

Shares = NDArray[np.float64]

# Among firms that do R&D its share of revenue is lognormal and unrelated to size [S26]; the
# spread is judged from Cohen, Levin & Mowery 1987: half of the variance lies within industries.
PROPENSITY_SPREAD = 0.8


def _by_share(shares: list[float], u: Shares) -> NDArray[np.int64]:
    edges = np.cumsum(shares)
    return np.minimum(np.searchsorted(edges / edges[-1], u), len(shares) - 1)


def districts(city: City, u: Shares) -> NDArray[np.int64]:
    """Return a district number per draw."""
    return _by_share([district.share for district in city.districts.values()], u)


def clusters(city: City, u: Shares) -> NDArray[np.int64]:
    """Return a cluster number per draw."""
    return _by_share([cluster.share for cluster in city.clusters], u)


def fields(city: City, cluster: NDArray[np.int64], u: Shares) -> NDArray[np.int64]:
    """Return a WIPO field, from 0, per cluster and draw: each of its fields is as likely."""
    width = max(len(c.fields) for c in city.clusters)
    table = np.array([(c.fields * width)[:width] for c in city.clusters]) - 1
    number = np.array([len(c.fields) for c in city.clusters])
    return np.asarray(table[cluster, (u * number[cluster]).astype(np.int64)])


def propensity(mean: float, normal: Shares) -> Shares:
    """Return R&D over revenue with this mean, one per standard normal draw."""
    return np.asarray(mean * np.exp(PROPENSITY_SPREAD * normal - PROPENSITY_SPREAD**2 / 2))
