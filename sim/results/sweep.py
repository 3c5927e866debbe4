"""A sweep: one tidy table over all points, for whatever keys are swept.

Each row is a target, or another indicator of the city, under one plan and mix at one point. A
target is told at its date, an indicator at the end of the run. Points are read one by one, since
all of them together may not fit into memory.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.indicators.table import INDICATORS
from sim.region.case import Case, value_words
from sim.results.attainment import attained
from sim.results.combination import Combination
from sim.results.comparison import mean_and_error
from sim.results.study import Study, Sweep
from sim.runs.job import Done

SWEEP = (
    *("plan", "policy", "target", "measure", "unit", "goal", "by", "start_p50"),
    *("p05", "p50", "p95", "mean", "probability", "probability_low", "probability_high"),
    *("outlay_mean", "delta_mean", "delta_se", "replicates"),
)


def read(done: Done, root: Path, each: Callable[[Study], None] = lambda study: None) -> Study:
    """Return what a root holds of a job that was run there.

    Args:
        done: The job as it was run.
        root: Where its folders are.
        each: Is shown the study of each point, before the next one is read.
    """
    job = done.job
    if not job.swept:
        study = Study.read(done, root)
        each(study)
        return study
    tables: dict[str, list[pd.DataFrame]] = {}
    failures = []
    for part in job.parts:
        study = Study.read(dataclasses.replace(done, job=part), root)
        each(study)
        point = part.cases[0]
        tables.setdefault("table", []).append(_beside(point, tidy(study)))
        for name in ("attainment", "summary", "comparison"):
            tables.setdefault(name, []).append(_beside(point, getattr(study, name)))
        failures += study.failures
    sweep = Sweep(
        keys=job.swept,
        points=len(job.parts),
        failures=tuple(failures),
        **{name: _joined(parts) for name, parts in tables.items()},
    )
    first = Study.read(dataclasses.replace(done, job=job.first), root)
    return dataclasses.replace(first, sweep=sweep)


def tidy(study: Study) -> pd.DataFrame:
    """Return a row per plan, mix, and target or other indicator of a study."""
    rows = [row for one in study.combinations for row in _rows(study, one)]
    return pd.DataFrame(rows, columns=list(SWEEP))


def _rows(study: Study, one: Combination) -> Iterator[Mapping[str, Any]]:
    base = study.against(one)
    targets = [target for target in study.plans[one.plan].targets if not target.reason]
    outlay = {"outlay_mean": one.outlays.mean() if len(one.outlays) else np.nan}
    for target in targets:
        values = one.at(target)
        delta = _delta(values, base.at(target)) if base else {}
        yield {**attained(one, target), **outlay, **delta}
    own = {target.id for target in targets}
    for name in one.starts.columns:
        if name not in own:
            values = one.last(name)
            delta = _delta(values, base.last(name)) if base else {}
            yield {**_indicator(one, name, values), **outlay, **delta}


def _indicator(one: Combination, name: str, values: "pd.Series[float]") -> dict[str, Any]:
    row: dict[str, Any] = {
        "plan": one.plan,
        "policy": one.policy,
        "target": name,
        "measure": "",
        "unit": INDICATORS[name].unit,
        "by": "",
        "replicates": len(one.replicates),
    }
    if values.empty:
        return row
    quantiles = np.quantile(values, (0.05, 0.5, 0.95))
    row |= dict(zip(("p05", "p50", "p95"), quantiles, strict=True))
    return row | {"mean": values.mean(), "start_p50": np.median(one.starts[name])}


def _delta(own: "pd.Series[float]", others: "pd.Series[float]") -> dict[str, float]:
    a, b = own.align(others, join="inner")
    return mean_and_error((a - b).to_numpy(np.float64)) if a.size else {}


def _beside(case: Case, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the swept keys as its first columns."""
    told = {key: _told(value) for key, value in case.swept}
    keys = pd.DataFrame({key: [value] * len(table) for key, value in told.items()})
    return pd.concat([keys, table.reset_index(drop=True)], axis=1)


def _told(value: Any) -> Any:
    """Return a value as it stands in a column; a list or a mapping as it is typed."""
    return value_words(value) if isinstance(value, list | dict) else value


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]
