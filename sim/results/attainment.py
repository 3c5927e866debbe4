"""Attainment: how a mix meets each target and all together, and what it costs.

Quantiles are linear. A probability is a share of plausible futures, with a Jeffreys 95 % interval:
the 2.5 % and 97.5 % quantiles of Beta(k + 1/2, n - k + 1/2) for k of n, closed at 0 and at 1.
"""

from typing import Any

import numpy as np

from sim.inputs.plan import Plan, Target
from sim.results.combination import Combination
from sim.runs.precision import jeffreys

_NUMBERS = (
    "start_p50",
    "p05",
    "p50",
    "p95",
    "mean",
    "probability",
    "probability_low",
    "probability_high",
    "expected_quarter",
    "shortfall_p50",
    "real_p50",
)


def attained(one: Combination, target: Target) -> dict[str, Any]:
    """Return a target's row of ``attainment.csv``."""
    row: dict[str, Any] = {
        "plan": one.plan,
        "policy": one.policy,
        "target": target.id,
        "status": "not_modelled" if target.reason else "modelled",
        "clause": target.clause,
        "nature": target.nature,
        "measure": target.measure,
        "unit": target.unit,
        "goal": target.value,
        "by": target.date,
        **dict.fromkeys(_NUMBERS, np.nan),
        "replicates": len(one.replicates),
    }
    row["expected_quarter"] = ""
    if target.reason or not one.replicates:
        return row
    row["start_p50"] = np.median(one.starts[target.id])
    row["expected_quarter"] = _expected_quarter(one, target)
    values = one.at(target).to_numpy()
    if not values.size:
        return row
    met = target.met(values)
    low, high = jeffreys(int(met.sum()), met.size)
    row |= dict(zip(("p05", "p50", "p95"), np.quantile(values, (0.05, 0.5, 0.95)), strict=True))
    row |= {"mean": values.mean(), "probability": met.mean()}
    row |= {"probability_low": low, "probability_high": high}
    row["shortfall_p50"] = np.median(np.maximum(0.0, target.value - values))
    row["real_p50"] = one.at(target, one.reals).median()
    return row


def _expected_quarter(one: Combination, target: Target) -> str:
    """Return the quarter by which half of all replicates have met a target; else nothing."""
    met = target.met(one.paths(target.id))
    reached = np.maximum.accumulate(met, axis=1).sum(axis=0)
    enough = np.flatnonzero(2 * reached >= len(met))
    return one.quarters[enough[0]] if enough.size else ""


def summary(one: Combination, plan: Plan) -> dict[str, Any]:
    """Return a combination's row of ``summary.csv``."""
    costs = one.costs.to_numpy()
    p05, p50, p95 = np.quantile(costs, (0.05, 0.5, 0.95)) if costs.size else [np.nan] * 3
    return {
        "plan": one.plan,
        "policy": one.policy,
        "cost_p05": p05,
        "cost_p50": p50,
        "cost_p95": p95,
        "cost_assumed_share": one.assumed_share,
        "all_behavioural_probability": _all_behavioural(one, plan),
        "binding_target": _binding(one),
        "replicates": len(one.replicates),
        "cost_mean": costs.mean() if costs.size else np.nan,
        "outlay_mean": one.outlays.mean() if costs.size else np.nan,
        "scale": one.fit.scale if one.fit else np.nan,
        "costs_as": one.fit.other if one.fit else "",
        "outlay_wanted": one.fit.wanted if one.fit else np.nan,
    }


def _all_behavioural(one: Combination, plan: Plan) -> float:
    """Return the probability that every modelled behavioural target is met at its date."""
    wanted = [t for t in plan.targets if t.nature == "behavioural" and not t.reason]
    values = [one.at(target).to_numpy() for target in wanted]
    if not values or not all(column.size for column in values):
        return np.nan
    met = [target.met(column) for target, column in zip(wanted, values, strict=True)]
    return float(np.all(met, axis=0).mean())


def _binding(one: Combination) -> str:
    """Return the target with the lowest probability, of equals the one that falls shortest."""
    rows = one.attainment.dropna(subset="probability")
    behavioural = rows[rows["nature"] == "behavioural"]
    rows = rows if behavioural.empty else behavioural
    if rows.empty:
        return ""
    short = -rows["shortfall_p50"] / rows["goal"].abs().clip(lower=1e-12)
    order = rows.assign(short=short).sort_values(["probability", "short"], kind="stable")
    return str(order["target"].iloc[0])
