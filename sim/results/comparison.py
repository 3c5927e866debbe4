"""Comparison: what a mix changes against another, replicate by replicate.

Both are the same city with the same luck.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.inputs.plan import Plan, Target
from sim.results.combination import Combination

COMPARISON = (
    "plan",
    "policy",
    "against",
    "target",
    "delta_p05",
    "delta_p50",
    "delta_p95",
    "delta_mean",
    "delta_se",
    "probability_change",
    "cost_change",
    "cost_per_unit",
    "variance_ratio",
)


def comparison(
    combinations: Sequence[Combination], plans: Mapping[str, Plan], baselines: Sequence[str]
) -> pd.DataFrame:
    """Return ``comparison.csv``: a row per mix, baseline and modelled target."""
    rows = [
        _difference(one, other, target)
        for one in combinations
        for other in combinations
        if other.plan == one.plan and other.policy in baselines and other.policy != one.policy
        for target in plans[one.plan].targets
        if not target.reason
    ]
    return pd.DataFrame(rows, columns=list(COMPARISON))


def _difference(one: Combination, other: Combination, target: Target) -> dict[str, Any]:
    """Return what a mix changes against another, paired by replicate."""
    pair = one.at(target).align(other.at(target), join="inner")
    a, b = (values.to_numpy(np.float64) for values in pair)
    cost = (one.costs - other.costs).mean()
    row: dict[str, Any] = dict.fromkeys(COMPARISON, np.nan)
    row |= {"plan": one.plan, "policy": one.policy, "against": other.policy, "target": target.id}
    row["cost_change"] = cost
    if not a.size:
        return row
    delta = a - b
    quantiles = np.quantile(delta, (0.05, 0.5, 0.95))
    row |= dict(zip(("delta_p05", "delta_p50", "delta_p95"), quantiles, strict=True))
    row |= mean_and_error(delta)
    row["probability_change"] = target.met(a).mean() - target.met(b).mean()
    if delta.mean() > 0:
        row["cost_per_unit"] = cost / delta.mean()
    if delta.size > 1:
        apart = a.var(ddof=1) + b.var(ddof=1)
        row["variance_ratio"] = delta.var(ddof=1) / apart if apart > 0 else np.nan
    return row


def mean_and_error(delta: NDArray[np.float64]) -> dict[str, float]:
    """Return the mean of paired differences and its standard error; nothing where it has none."""
    error = delta.std(ddof=1) / np.sqrt(delta.size) if delta.size > 1 else np.nan
    return {"delta_mean": float(delta.mean()), "delta_se": float(error)}
