"""How long a question to many stored runs takes.

    python experiments/stored_runs.py DIR [--runs 100000] [--files 1] [--indicator brokers]

Writes runs of 20 quarters into DIR in the layout of ``trajectories.parquet``, where DIR holds none
yet, and asks for the 5, 50 and 95 % of one indicator by quarter over all of them, three times. The
runs are made up: each value is that of some replicate of one small real run, in the same column and
quarter, times a factor of 0.9 to 1.1. What is measured is the question, not the model.
"""

import argparse
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import numpy as np
import pandas as pd
from sim.results.results import carry_out, write_table
from sim.runs.settings import Settings, job_of

from sim.inputs.plan import load_plan
from sim.policy.policy import build_mix

PLAN, POLICY = "weihai_2018", "as_written"
QUARTERS = 20
KEYS = ("plan", "policy", "replicate", "quarter")
BANDS = (0.05, 0.5, 0.95)


def real_run(replicates: int, scale: float) -> pd.DataFrame:
    """Return the trajectories of a small run."""
    plan = load_plan(PLAN)
    more = max(0, QUARTERS - (plan.end - plan.start + 1))
    settings = Settings(replicates=replicates, scale=scale, after=more, workers=1)
    job = job_of(settings, [(plan, build_mix(plan, POLICY))], (), several=False)
    with TemporaryDirectory() as folder:
        lived = carry_out(job, Path(folder)).combinations[0].trajectories
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


def main() -> None:
    """Write what is missing, ask, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--indicator", default="brokers")
    asked = parser.parse_args()
    if not list(asked.folder.glob("**/trajectories.parquet")):
        store(asked.folder, real_run(replicates=20, scale=0.1), asked.runs, asked.files)
    stored = list(asked.folder.glob("**/trajectories.parquet"))
    size = sum(path.stat().st_size for path in stored)
    print(f"{len(stored)} files, {size / 1e6:.0f} MB")
    for _ in range(3):
        begun = perf_counter()
        found = bands(asked.folder, asked.indicator)
        print(f"{perf_counter() - begun:.2f} s")
    print(found.pivot(index="quarter", columns="share", values="value"))


if __name__ == "__main__":
    main()
