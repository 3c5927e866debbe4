"""Where the spread comes from: luck, and not knowing the parameters."""

from typing import Any

import pandas as pd

from sim.core.quantity import STRATA
from sim.report import audit
from sim.report.counted import target_cell
from sim.report.numerals import NONE, number, signed
from sim.report.sections.cells import Cell, Table
from sim.report.view import View, ordered


def spread_part(view: View) -> dict[str, Any]:
    """Return the table of luck and drivers, and how much in it can be chance."""
    drivers = audit.drivers(view.plan, view.main, view.main.case.uncertainty)
    chance = "" if drivers.empty else number(float(drivers["chance"].iloc[0]))
    return {
        "spread": _spread_table(view, drivers),
        "chance": chance,
        "few_draws": _few_draws(view),
    }


def _spread_table(view: View, drivers: pd.DataFrame) -> Table:
    """Return how much of each outcome's variance is luck, and what else moves it."""
    shares = audit.spread(view.plan, view.main, view.main.case.uncertainty)
    by_target = shares.set_index("target").to_dict("index")
    rows = []
    for target in ordered(view.plan):
        if target.id not in by_target:
            continue
        row, own = by_target[target.id], drivers[drivers["target"] == target.id]
        error = f"± {number(100 * row['error'])} points" if row["error"] > 0 else ""
        clear = own[own["correlation"].abs() >= own["chance"]]
        unclear = own[own["correlation"].abs() < own["chance"]]
        rows.append(
            [
                target_cell(target),
                Cell(number(row["parameters"], share=True), error),
                Cell(number(row["luck"], share=True)),
                Cell(_driver_words(clear) or "none stands out"),
                Cell(_driver_words(unclear) or NONE),
            ]
        )
    heads = ("Target", "Not knowing the parameters", "Luck", "Goes with, clearly")
    return Table([*heads, "Goes with, perhaps by chance"], rows, "cards")


def _driver_words(rows: pd.DataFrame) -> str:
    pairs = zip(rows["parameter"], rows["correlation"], strict=True)
    return ", ".join(f"{name} ({signed(value)})" for name, value in pairs)


def _few_draws(view: View) -> int:
    """Return how many draws of the parameters a plan's futures share; 0 where each has its own."""
    shared = view.main.case.uncertainty == "both" and view.study.effort.replicates > STRATA
    return STRATA if shared else 0
