"""Rules of the state that hold in every city: the statistical threshold, the high-tech status."""

import numpy as np

from sim.core.arrays import Floats
from sim.core.compiled import compiled

ABOVE_SCALE = 20.0  # million CNY of revenue: above-scale industry (规模以上工业), since 2011
JUST_UNDER = 0.99  # of a threshold: where a size is kept that must stay below it
STATUS_YEARS = 3  # years that a high-tech status lasts: 高新技术企业认定管理办法
# R&D over revenue that the status asks for, by revenue in million CNY (same rule, 2016).
LARGE, MIDDLE = 200.0, 50.0
LARGE_SHARE, MIDDLE_SHARE, SMALL_SHARE = 0.03, 0.04, 0.05


@compiled
def status_share(revenue: float) -> float:
    """Return the R&D over revenue that the high-tech status asks of a firm."""
    if revenue > LARGE:
        return LARGE_SHARE
    if revenue > MIDDLE:
        return MIDDLE_SHARE
    return SMALL_SHARE


def status_shares(revenue: Floats) -> Floats:
    """Return the same for many firms."""
    small = np.where(revenue > MIDDLE, MIDDLE_SHARE, SMALL_SHARE)
    return np.where(revenue > LARGE, LARGE_SHARE, small)
