"""Whether a city of fewer firms tells the same: means of all targets at several scales.

    python experiments/scale.py [replicates=40] [seed=1] [write=FOLDER]

Each plan is run as written at population.scale=1 and at smaller ones, the same futures at each:
what is drawn of parameters, figures and doses is the same, the luck of firms is not. A target's
values at its date are compared with those at scale 1, replicate by replicate; its mean differs
where the paired t of the differences lies beyond what one of all comparisons together would reach
in a hundred such questions (Bonferroni). Chances may differ with size: luck weighs more in a small
city. ``write`` makes scale.csv with a row per plan, scale and target.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from asking import Experiment, Key, ask_alone, names, number, path, told, whole
from scipy.stats import t as student

from sim.indicators.table import INDICATORS
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.region.region import start_run

PLANS = ("weihai_2018", "changzhou_2019", "ningbo_2019", "ningbo_315", "jiangyin_2025")
SCALES = (0.1, 0.3)
EXPERIMENT = Experiment(
    name="scale",
    doc=__doc__,
    keys=(
        Key(name="replicates", read=whole(3), default=40, words="futures of each plan"),
        Key(name="seed", read=whole(0), default=1, words="which world of luck"),
        Key(name="plans", read=names, default=PLANS, shown="[a,b]", words="else all five"),
        Key(
            name="full",
            read=number(lambda value: 0 < value <= 1, "above 0, at most 1"),
            default=1.0,
            shown="S",
            words="the scale that the others are compared with",
        ),
        Key(name="write", read=path, default=None, shown="FOLDER", words="also writes scale.csv"),
    ),
)
JOINTLY = 0.01  # chance that any of all comparisons is called different where none is


def at_dates(name: str, replicate: int, seed: int, scale: float) -> dict[str, float]:
    """Run a plan as written and return what each modelled target is at its date."""
    plan = load_plan(name)
    run = start_run(
        plan, build_mix(plan, "as_written"), seed=seed, replicate=replicate, scale=scale
    )
    measured: dict[str, float] = {}
    while run.state.quarter <= plan.end:
        run.step()
        for target in plan.targets:
            if not target.reason and target.by == run.state.quarter:
                measured[target.id] = INDICATORS[target.indicator].measure(run.state)
        run.finish()
    return measured


def compared(
    plans: Sequence[str], replicates: int, seed: int, full: float, scales: Sequence[float] = SCALES
) -> pd.DataFrame:
    """Return a row per plan, scale and target: means, their difference, and whether it is one.

    Raises:
        ConfigError: If there is no such plan.
    """
    rows = []
    for name in plans:
        values = {
            scale: pd.DataFrame([at_dates(name, one, seed, scale) for one in range(replicates)])
            for scale in (full, *scales)
        }
        for scale in scales:
            differences = values[scale] - values[full]
            error = differences.std(ddof=1) / np.sqrt(replicates)
            for target, mean in differences.mean().items():
                rows.append(
                    {
                        "plan": name,
                        "scale": scale,
                        "target": target,
                        "mean": values[scale][target].mean(),
                        "mean_at_full": values[full][target].mean(),
                        "difference": mean,
                        "error": error[target],
                    }
                )
    table = pd.DataFrame(rows)
    # Where nothing varies the means are the same or they are not.
    t = table["difference"].abs() / table["error"].clip(lower=1e-12)
    table["t"] = t.where(table["difference"].abs() > 1e-12, 0.0)
    table["bound"] = student.ppf(1 - JOINTLY / 2 / len(table), replicates - 1)
    table["differs"] = table["t"] > table["bound"]
    return table


def answer(table: pd.DataFrame) -> str:
    """Return what was found, in a few lines."""
    off = table[table["differs"]]
    bound = table["bound"].iloc[0]
    lines = [
        f"{len(table)} means of targets compared; {len(off)} differ (t beyond {bound:.2f}, "
        f"{JOINTLY:.0%} jointly)"
    ]
    shown = off if len(off) else table.nlargest(5, "t")
    lines += [
        f"{row.plan} {row.target} at {row.scale:g}: {row.mean:.4g}, at full {row.mean_at_full:.4g} "
        f"(t {row.t:.1f})"
        for row in shown.sort_values("t", ascending=False).itertuples()
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, and write the table."""
    asked = ask_alone(EXPERIMENT, arguments)
    table = compared(asked["plans"], asked["replicates"], asked["seed"], asked["full"])
    print(answer(table))
    if asked["write"]:
        asked["write"].mkdir(parents=True, exist_ok=True)
        table.to_csv(asked["write"] / "scale.csv", index=False)


if __name__ == "__main__":
    told(main)
