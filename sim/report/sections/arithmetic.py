"""The plan's arithmetic: what is asked against the start, what fits together, even bets."""

import numpy as np

from sim.inputs.plan import Plan, Target
from sim.report import audit
from sim.report.counted import headline, target_cell
from sim.report.numerals import NONE, between, number, range_words, signed
from sim.report.sections.cells import Cell, Table, goal_cell, start_cell
from sim.report.view import Row, View, ordered
from sim.report.words import is_share, mix_words


def requirements_table(view: View) -> Table:
    """Return what each target asks against the start."""
    heads = ["Target", "Start", "Where the start comes from", "Goal", "Asked a year"]
    heads += ["Met at the start already"]
    asked = audit.requirements(view.plan, view.main.starts).set_index("target").to_dict("index")
    rows = []
    for target in ordered(view.plan):
        row, share = asked[target.id], is_share(target)
        over = row["asked_over_start"]
        pace = f"{signed(100 * over)} % of the start" if np.isfinite(over) else ""
        rows.append(
            [
                target_cell(target),
                start_cell(view.main, target),
                Cell(_prior_words(view, target)),
                goal_cell(target),
                Cell(signed(row["asked_a_year"], share), pace),
                Cell(number(row["met_at_start"], share=True), "of the draws"),
            ]
        )
    return Table(heads, rows, "cards")


def _prior_words(view: View, target: Target) -> str:
    if target.reason:
        return NONE
    if not target.start_stock:
        return "worked out from the city's other figures"
    if target.start_stock in view.study.case(view.plan.name).start:
        return "set for this run"
    quantity = view.plan.city.figures[target.start_stock].quantity
    return f"{quantity.status}, {range_words(quantity)}: {quantity.source}"


def break_even_table(view: View) -> Table:
    """Return the start at which each target would be an even bet, mix by mix."""
    found = audit.break_even(view.plan, view.told)
    by_key = found.set_index(["target", "policy"]).to_dict("index")
    rows = []
    for target in ordered(view.plan):
        cells = [_even_cell(target, by_key.get((target.id, one.policy))) for one in view.told]
        rows.append([target_cell(target), start_cell(view.main, target), *cells])
    names = [f"Even bet, {mix_words(one.policy)}" for one in view.told]
    return Table(["Target", "Start assumed", *names], rows, "cards")


def _even_cell(target: Target, row: Row | None) -> Cell:
    if row is None:
        return Cell(NONE)
    share, even = is_share(target), row["break_even"]
    tried = between(row["tried_low"], row["tried_high"], share)
    if not tried:
        return Cell(number(even, share), "the same start in all futures")
    if not np.isfinite(even):
        return Cell("none found", f"the end does not rise with the start ({tried})")
    if share and even > 1:
        return Cell("none", f"above 100 %; starts tried: {tried}")
    where = "starts tried" if row["tried"] else "beyond the starts tried"
    return Cell(number(even, share), f"{where}: {tried}")


def contradiction_words(plan: Plan) -> list[str]:
    """Return what in the targets does not fit together."""
    names = {target.id: headline(target) for target in plan.targets}
    return [
        " and ".join(names[name] for name in (row["target"], row["other"]) if name)
        + f": {row['problem']}."
        for row in audit.contradictions(plan).to_dict("records")
    ]


def together_words(view: View) -> list[str]:
    """Return which targets are nearly one."""
    names = {target.id: headline(target) for target in view.plan.targets}
    return [
        f"{names[row['target']]} and {names[row['other']]}: "
        + ("the same count; " if row["same_count"] else "")
        + f"rank correlation {signed(row['correlation'])} over the futures."
        for row in audit.moving_together(view.plan, view.main).to_dict("records")
    ]
