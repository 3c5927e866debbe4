"""A small run of each plan, value for value as committed: no speed-up may move a number.

`make baseline` writes the tables anew after a change that is meant to move them; the commit then
says which numbers moved and why.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.core.quarter import label
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.region.region import simulate

FOLDER = Path(__file__).parent / "baseline"
PLANS = ("weihai_2018", "changzhou_2019", "ningbo_2019", "ningbo_315", "jiangyin_2025")
MIXES = ("none", "as_written")
SCALE = 0.1  # firms per firm of the city
DIGITS = 12  # written; 9 of them are compared
REPLICATE = 3


def small_run(plan_name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return trajectories with the real activity, and payments, of a small run under two mixes."""
    plan = load_plan(plan_name)
    trajectories, payments = [], []
    for mix in MIXES:
        record = simulate(
            plan,
            build_mix(plan, mix),
            seed=1,
            replicate=REPLICATE,
            quarters=plan.end - plan.start + 1,
            scale=SCALE,
        )
        columns = {**record.trajectories, **{f"real {k}": v for k, v in record.real.items()}}
        table = pd.DataFrame(columns)
        table.insert(0, "quarter", [label(quarter) for quarter in record.quarters])
        table.insert(0, "policy", mix)
        trajectories.append(table)
        paid = record.payments[["quarter", "instrument", "payer", "payee", "amount"]]
        payments.append(paid.assign(policy=mix))
    return pd.concat(trajectories), pd.concat(payments).sort_values(
        ["policy", "quarter", "instrument", "payee"]
    )


def files(plan: str) -> tuple[Path, Path]:
    """Return where a plan's two tables are committed."""
    return FOLDER / f"{plan}.csv", FOLDER / f"{plan}-payments.csv"


def write() -> None:
    """Write the tables of all plans."""
    FOLDER.mkdir(exist_ok=True)
    for plan in PLANS:
        for table, path in zip(small_run(plan), files(plan), strict=True):
            table.to_csv(path, index=False, float_format=f"%.{DIGITS}g")


@pytest.mark.parametrize("plan", PLANS)
def test_a_small_run_gives_the_committed_numbers(plan):
    for now, path in zip(small_run(plan), files(plan), strict=True):
        then = pd.read_csv(path)
        assert list(now.columns) == list(then.columns)
        assert len(now) == len(then)
        for name in then.columns:
            before, after = then[name].to_numpy(), now[name].to_numpy()
            if before.dtype.kind in "OTU":
                assert before.tolist() == after.tolist(), name
            elif (before == np.rint(before)).all():
                assert (before == after.astype(float)).all(), name
            else:
                np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-12, err_msg=name)


if __name__ == "__main__":
    write()
