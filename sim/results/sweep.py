"""A sweep: one tidy table over all points, for whatever keys are swept.

Each row is a target, or another indicator of the city, under one plan and mix at one point. A
target is told at its date, an indicator at the end of the run. Points are read one by one, since
all of them together may not fit into memory.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
from sim.runs import workers
from sim.runs.job import Done, Job
from sim.runs.outcome import Failure

type Write = Callable[[Study], dict[str, int]]

SWEEP = (
    *("plan", "policy", "target", "measure", "unit", "goal", "by", "start_p50"),
    *("p05", "p50", "p95", "mean", "probability", "probability_low", "probability_high"),
    *("outlay_mean", "delta_mean", "delta_se", "replicates"),
)

_TABLES = ("table", "attainment", "summary", "comparison")
_MANY = 8  # points from which they are worth several processes


def read(done: Done, root: Path, write: Write | None = None) -> Study:
    """Return what a root holds of a job that was run there.

    Args:
        done: The job as it was run; the rows of all tables that are written are noted there.
        root: Where its folders are.
        write: Writes the tables of each combination of a study; returns the rows of each.
    """
    job = done.job
    if not job.swept:
        study = Study.read(done, root)
        done.rows |= write(study) if write else {}
        return study
    parts = [dataclasses.replace(done, job=part) for part in job.parts]
    processes = 1 if len(parts) < _MANY else workers.number_of(job.effort.workers)
    # Where replicates were run, these are the same processes.
    told = workers.computed(partial(_point, root, write), parts, processes, in_order=True)
    points = list[_Point]()
    for point in told:
        done.rows |= point.rows
        points.append(point)
    sweep = Sweep(
        keys=job.swept,
        design=job.design,
        points=len(points),
        failures=tuple(failure for point in points for failure in point.failures),
        **{name: _joined(job, [point.tables[name] for point in points]) for name in _TABLES},
    )
    first = Study.read(dataclasses.replace(done, job=job.first), root)
    return dataclasses.replace(first, sweep=sweep)


@dataclass(frozen=True, kw_only=True)
class _Point:
    """What is told of a point: its tables, the rows that were written, and what failed."""

    tables: Mapping[str, pd.DataFrame]
    rows: Mapping[str, int]
    failures: Sequence[Failure]


def _point(root: Path, write: Write | None, done: Done) -> _Point:
    """Read a point, and write the tables of its combinations."""
    study = Study.read(done, root)
    tables = {"table": tidy(study)} | {name: getattr(study, name) for name in _TABLES[1:]}
    return _Point(
        tables={name: _beside(done.job.cases[0], table) for name, table in tables.items()},
        rows=write(study) if write else {},
        failures=study.failures,
    )


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
    """Return a table with the swept keys as its first columns; some have their own already."""
    told = {key: _told(value) for key, value in case.swept if key not in table}
    keys = pd.DataFrame({key: [value] * len(table) for key, value in told.items()})
    return pd.concat([keys, table.reset_index(drop=True)], axis=1)


def _told(value: Any) -> Any:
    """Return a value as it stands in a column; a list or a mapping as it is typed."""
    return value_words(value) if isinstance(value, list | dict) else value


def _joined(job: Job, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the tables of all points as one; a swept key has a column of one type."""
    table = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    return table.assign(**{key: table[key].tolist() for key in job.swept if key in table})
