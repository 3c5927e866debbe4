"""How long a question to many stored runs takes.

    python experiments/stored_runs.py folder=DIR [runs=100000] [files=1] [indicator=brokers]

Writes runs of 20 quarters into a folder in the layout of ``trajectories.parquet``, where it holds
none yet, and asks for the 5, 50 and 95 % of one indicator by quarter over all of them, three times.
The runs are made up: each value is that of some replicate of one small real run, in the same column
and quarter, times a factor of 0.9 to 1.1. What is measured is the question, not the model.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import numpy as np
import pandas as pd
from asking import NEEDED, Experiment, Key, ask_alone, path, text, told, whole

from sim.inputs.plan import load_plan
from sim.policy.policy import choose
from sim.publish import run_and_read
from sim.region.case import case_of
from sim.results.files import write_table
from sim.runs.effort import Effort
from sim.runs.job import job_of

PLAN, POLICY = "weihai_2018", "as_written"
QUARTERS = 20
KEYS = ("plan", "policy", "replicate", "quarter")
BANDS = (0.05, 0.5, 0.95)
EXPERIMENT = Experiment(
    name="stored_runs",
    doc=__doc__,
    keys=(
        Key(name="folder", read=path, default=NEEDED, shown="DIR", words="where runs are; needed"),
        Key(name="runs", read=whole(1), default=100_000, words="how many are made up"),
        Key(name="files", read=whole(1), default=1, words="in how many files"),
        Key(name="indicator", read=text, default="brokers", words="what is asked of them"),
    ),
)


def real_run(replicates: int, scale: float) -> pd.DataFrame:
    """Return the trajectories of a small run."""
    plan = load_plan(PLAN)
    more = max(0, QUARTERS - (plan.end - plan.start + 1))
    case = case_of(plan, choose(plan, POLICY), scale=scale, after=more)
    job = job_of([case], Effort(replicates=replicates, workers=1))
    with TemporaryDirectory() as folder:
        lived = run_and_read(job, Path(folder)).combinations[0].trajectories
    return lived[lived["quarter"].isin(lived["quarter"].unique()[:QUARTERS])]


def made_up(real: pd.DataFrame, first: int, runs: int) -> pd.DataFrame:
    """Return runs, numbered from a first one on, in the layout of a real run."""
    luck = np.random.default_rng(first)
    quarters = real["quarter"].unique()
    columns = {
        "plan": np.repeat(PLAN, runs * len(quarters)),
        "policy": np.repeat(POLICY, runs * len(quarters)),
        "replicate": np.repeat(np.arange(first, first + runs), len(quarters)),
        "quarter": np.tile(quarters, runs),
    }
    for name in real.columns.difference(KEYS, sort=False):
        lived = real[name].to_numpy().reshape(-1, len(quarters))
        taken = luck.integers(len(lived), size=(runs, len(quarters)))
        factor = luck.uniform(0.9, 1.1, taken.shape)
        columns[name] = (lived[taken, np.arange(len(quarters))] * factor).ravel()
    return pd.DataFrame(columns)


def store(folder: Path, real: pd.DataFrame, runs: int, files: int) -> None:
    """Write runs into a folder for each of some files."""
    ends = np.linspace(0, runs, files + 1).astype(int).tolist()
    for number, (first, last) in enumerate(pairwise(ends)):
        path = folder / f"{number:03}" / "trajectories.parquet"
        path.parent.mkdir(parents=True)
        write_table(made_up(real, first, last - first), path)


def bands(folder: Path, indicator: str) -> pd.DataFrame:
    """Return the 5, 50 and 95 % of an indicator by quarter over all runs below a folder."""
    return duckdb.execute(
        f'SELECT quarter, unnest(quantile_cont("{indicator}", {list(BANDS)})) AS value, '
        f"unnest({list(BANDS)}) AS share FROM read_parquet($files) "
        "GROUP BY quarter ORDER BY quarter, share",
        {"files": str(folder / "**" / "trajectories.parquet")},
    ).df()


def main(typed: Sequence[str] | None = None) -> None:
    """Write what is missing, ask, and print the seconds."""
    asked = ask_alone(EXPERIMENT, typed)
    folder, indicator = asked["folder"], asked["indicator"]
    if not list(folder.glob("**/trajectories.parquet")):
        store(folder, real_run(replicates=20, scale=0.1), asked["runs"], asked["files"])
    stored = list(folder.glob("**/trajectories.parquet"))
    size = sum(path.stat().st_size for path in stored)
    print(f"{len(stored)} files, {size / 1e6:.0f} MB")
    for _ in range(3):
        begun = perf_counter()
        found = bands(folder, indicator)
        print(f"{perf_counter() - begun:.2f} s")
    print(found.pivot(index="quarter", columns="share", values="value"))


if __name__ == "__main__":
    told(main)
