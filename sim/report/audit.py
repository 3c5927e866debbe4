"""Audits: the plan's own arithmetic before any quarter is run, and where the spread comes from.

The first part needs a plan and what is known of its city's start: what each target asks, which
are met already, which contradict or repeat each other. The second part reads finished runs: the
starting stock at which a target would be an even bet, which targets move together, and how much
of the outcome's spread is luck and how much is not knowing the parameters.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.core.quantity import STRATA
from sim.core.quarter import label
from sim.inputs.plan import Plan, Target
from sim.results.combination import Combination

TOGETHER = 0.9  # rank correlation from which two targets are said to move together
_QUANTILES = {"start_p05": 0.05, "start_p50": 0.5, "start_p95": 0.95}
_FEWEST_DRAWS = 10  # of fewer, rank correlations tell nothing
_NO_KEYS = ("plan", "policy", "replicate")

Floats = NDArray[np.floating[Any]]


# Before any quarter is run


def requirements(plan: Plan, starts: pd.DataFrame) -> pd.DataFrame:
    """Return what each target asks, against what the city starts with.

    Args:
        plan: The plan.
        starts: A row per draw of the starting figures, a column per modelled target.

    Returns:
        A row per target: goal, wording, strict, date_stated, years to the date, quantiles of the
        start, start_known, the share of draws that meet the goal already, and what is asked a
        year, in the target's unit and over the median start.
    """
    return pd.DataFrame([_requirement(plan, target, starts) for target in plan.targets])


def _requirement(plan: Plan, target: Target, starts: pd.DataFrame) -> dict[str, Any]:
    years = (target.by - plan.start + 1) / 4
    row: dict[str, Any] = {
        "target": target.id,
        "goal": target.value,
        "wording": target.wording,
        "strict": target.strict,
        "date_stated": target.date_stated,
        "years": years,
        **dict.fromkeys((*_QUANTILES, "met_at_start", "asked_a_year", "asked_over_start"), np.nan),
        "start_known": False,
    }
    if target.id not in starts or starts.empty:
        return row
    start = starts[target.id].to_numpy(np.float64)
    row |= {name: np.quantile(start, level) for name, level in _QUANTILES.items()}
    row["start_known"] = bool(np.ptp(start) == 0)
    row["met_at_start"] = target.met(start).mean()
    row["asked_a_year"] = (target.value - row["start_p50"]) / years
    if row["start_p50"] > 0:
        row["asked_over_start"] = row["asked_a_year"] / row["start_p50"]
    return row


def contradictions(plan: Plan) -> pd.DataFrame:
    """Return what in the targets does not fit together: target, other and what is wrong.

    ``other`` is empty where a target does not fit the plan itself.
    """
    rows = [*_outside(plan)]
    for one, two in itertools.combinations(plan.targets, 2):
        if _same_count(one, two):
            rows += _against_each_other(*sorted((one, two), key=lambda target: target.by))
    return pd.DataFrame(rows, columns=["target", "other", "problem"])


def _outside(plan: Plan) -> Iterator[tuple[str, str, str]]:
    for target in plan.targets:
        if target.by > plan.end:
            end = label(plan.end)
            yield target.id, "", f"its date, {target.date}, lies after the plan's end, {end}"


def _same_count(one: Target, two: Target) -> bool:
    return (one.indicator, one.measure, one.count_rule) == (
        two.indicator,
        two.measure,
        two.count_rule,
    )


def _against_each_other(early: Target, late: Target) -> Iterator[tuple[str, str, str]]:
    if early.by == late.by and early.value != late.value:
        yield early.id, late.id, "two goals for the same count at the same date"
    elif early.by < late.by and early.value > late.value:
        yield early.id, late.id, "the later goal for the same count is the lower one"


# After the runs


def break_even(plan: Plan, ones: Sequence[Combination]) -> pd.DataFrame:
    """Return the start at which a target would be met in half of the replicates.

    A robust line (Theil-Sen) through start and value at the date, a point per replicate, gives
    the median value that a start leads to; the break-even start is where it meets the goal. Where
    all replicates start alike, it is the goal less the median growth.

    Returns:
        A row per target with a starting stock and mix: policy, break_even, tried_low and
        tried_high (the starts that the replicates have), and whether it lies among them.
    """
    rows = [
        {"target": target.id, "policy": one.policy, **_even_start(target, one)}
        for target in plan.targets
        if not target.reason and target.measure != "new"
        for one in ones
        if one.at(target).size
    ]
    columns = ["target", "policy", "break_even", "tried_low", "tried_high", "tried"]
    return pd.DataFrame(rows, columns=columns)


def _even_start(target: Target, one: Combination) -> dict[str, Any]:
    start = one.starts[target.id].to_numpy(np.float64)
    values = _ends(one, target)
    low, high = start.min(), start.max()
    if low == high:
        even = target.value - np.median(values - start)
    else:
        slope = theil_sen(start, values)
        at_goal = np.median(start) + (target.value - np.median(values)) / (slope or np.nan)
        even = at_goal if slope > 0 else np.nan
    return {
        "break_even": even,
        "tried_low": low,
        "tried_high": high,
        "tried": bool(low <= even <= high),
    }


def theil_sen(x: Floats, y: Floats) -> float:
    """Return the median of the slopes between all pairs of points."""
    across, up = (values[:, None] - values for values in (x, y))
    return float(np.median(up[across > 0] / across[across > 0]))


def moving_together(plan: Plan, one: Combination) -> pd.DataFrame:
    """Return pairs of targets that are nearly one: the same count, or values that move together.

    Returns:
        A row per pair: target, other, same_count, correlation (rank, over the replicates).
    """
    targets = [target for target in plan.targets if not target.reason]
    ranks = rank_correlations(pd.DataFrame({target.id: one.at(target) for target in targets}))
    rows = [
        (a.id, b.id, _same_count(a, b), ranks.loc[a.id, b.id])
        for a, b in itertools.combinations(targets, 2)
    ]
    found = pd.DataFrame(rows, columns=["target", "other", "same_count", "correlation"])
    near = found["correlation"].abs() >= TOGETHER
    return found[near | found["same_count"]].reset_index(drop=True)


def _ends(one: Combination, target: Target) -> Floats:
    return one.at(target).to_numpy(np.float64)


def rank_correlations(values: pd.DataFrame) -> pd.DataFrame:
    """Return Spearman's rank correlation of all columns; nothing where one does not vary."""
    return values.corr("spearman", min_periods=3)


def draws(replicates: Sequence[int], uncertainty: str) -> NDArray[np.int64]:
    """Return which draw of the parameters each replicate has."""
    numbers = np.asarray(replicates, np.int64)
    return numbers % STRATA if uncertainty == "both" else numbers


def spread(plan: Plan, one: Combination, uncertainty: str) -> pd.DataFrame:
    """Return how much of each target's variance at its date comes from the parameters.

    Replicates with the same draw differ by luck alone. With mean squares between and within draws,
    and n replicates a draw, the share of the parameters is

        (between - within) / (between + (n - 1) within), cut at 0 and 1;

    the rest is luck. It is empty where no draw has two replicates or nothing varies.

    Returns:
        A row per modelled target: parameters, luck and error, the standard error of both.
    """
    rows = []
    for target in plan.targets:
        values = _ends(one, target)
        if not target.reason and values.size:
            share, error = _shares(values, draws(one.replicates, uncertainty), uncertainty)
            rows.append((target.id, share, 1 - share, error))
    return pd.DataFrame(rows, columns=["target", "parameters", "luck", "error"])


def _shares(values: Floats, draw: NDArray[np.int64], uncertainty: str) -> tuple[float, float]:
    if values.size < 2 or np.ptp(values) == 0:
        return np.nan, np.nan
    if uncertainty != "both":
        return float(uncertainty == "parameters"), 0.0
    return between_share(values, draw)


def between_share(values: Floats, group: NDArray[np.int64]) -> tuple[float, float]:
    """Return the share of variance between groups, by one-way analysis, and its standard error."""
    _, members, sizes = np.unique(group, return_inverse=True, return_counts=True)
    groups, total = sizes.size, values.size
    if groups < 2 or groups == total:
        return np.nan, np.nan
    means = np.bincount(members, values) / sizes
    between = float(np.sum(sizes * (means - values.mean()) ** 2) / (groups - 1))
    within = float(np.sum((values - means[members]) ** 2) / (total - groups))
    n = (total - np.sum(sizes**2) / total) / (groups - 1)
    share = min(1.0, max(0.0, (between - within) / (between + (n - 1) * within)))
    error = (1 - share) * (1 + (n - 1) * share) / np.sqrt(n * (n - 1) * (groups - 1) / 2)
    return share, float(error)


def drivers(plan: Plan, one: Combination, uncertainty: str, most: int = 5) -> pd.DataFrame:
    """Return the parameters that each target's value goes with most, by rank correlation.

    Values are first averaged over the replicates of a draw. Among so many parameters some go with
    any outcome by chance: ``chance`` is the correlation that the largest of them all exceeds in
    one case of twenty where none matters.

    Returns:
        Up to ``most`` rows per target: parameter, correlation, chance.
    """
    draw = draws(one.replicates, uncertainty)
    _, first, members = np.unique(draw, return_index=True, return_inverse=True)
    drawn = one.parameters.drop(columns=list(_NO_KEYS)).iloc[first]
    drawn = drawn.loc[:, np.ptp(drawn.to_numpy(), axis=0) > 0]
    rows: list[tuple[str, str, float, float]] = []
    enough = len(drawn) >= _FEWEST_DRAWS and not drawn.empty
    chance = chance_correlation(*drawn.shape) if enough else np.nan
    ranks = _ranks(drawn)
    for target in plan.targets:
        values = _ends(one, target)
        if target.reason or not values.size or np.isnan(chance):
            continue
        means = np.bincount(members, values) / np.bincount(members)
        if np.ptp(means) > 0:
            correlations = _ranks(means)[:, 0] @ ranks
            order = np.argsort(-np.abs(correlations), kind="stable")[:most]
            found = zip(drawn.columns[order], correlations[order].tolist(), strict=True)
            rows += [(target.id, *pair, chance) for pair in found]
    return pd.DataFrame(rows, columns=["target", "parameter", "correlation", "chance"])


def _ranks(values: Floats | pd.DataFrame) -> Floats:
    """Return ranks with mean 0 and length 1, so that a product of two is their correlation."""
    ranks = pd.DataFrame(values).rank().to_numpy(np.float64)
    apart = ranks - ranks.mean(axis=0)
    return np.asarray(apart / np.linalg.norm(apart, axis=0))


def chance_correlation(draws: int, parameters: int) -> float:
    """Return what the largest of many chance correlations exceeds in one case of twenty."""
    t = stdtrit(draws - 2, 1 - 0.025 / parameters)
    return float(t / np.sqrt(draws - 2 + t**2))
