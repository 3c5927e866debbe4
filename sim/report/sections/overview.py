"""The first page: what stands for each plan, side by side."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.core.quarter import label
from sim.inputs.plan import Plan
from sim.report.counted import headline
from sim.report.numerals import NONE, PERCENT, SPAN, between, number, signed, span_words
from sim.report.sections.cells import Cell, Table, all_met, cost_cell
from sim.report.view import View, instrument_counts, ordered, published_figures
from sim.report.words import goal_words, is_share, mix_words, natures_words, plural
from sim.results.combination import Combination

LIKELY, UNLIKELY = 2 / 3, 1 / 3  # chances above and below which a target is called so
_CLEARLY = 0.1  # by which a chance is clearly higher


def overview(views: Sequence[View]) -> dict[str, Any]:
    """Return the first page: what stands for each plan, side by side."""
    run = [view for view in views if view.ones]
    return {
        "words": _overview_words(run),
        "answers": _overview_answers(views),
        "money": _overview_money(run),
        "starts": _overview_starts(views),
    }


def _overview_words(views: Sequence[View]) -> list[str]:
    if not views:
        return []
    mains = [sort_targets(view, view.main) for view in views]
    first, total = views[0].main.policy, sum(map(sum, mains))
    words = [
        f"Of the {total} targets of all plans that have a chance here, "
        f"{sum(m[0] for m in mains)} are likely, {sum(m[1] for m in mains)} about even and "
        f"{sum(m[2] for m in mains)} unlikely to be met by their dates, {mix_words(first)}."
    ]
    pairs = [(view, view.base) for view in views if view.base]
    if len(pairs) == len(views):
        bases = [sort_targets(view, base) for view, base in pairs]
        words[0] += (
            f" {mix_words(pairs[0][1].policy).capitalize()}, {sum(b[0] for b in bases)} are "
            f"likely, {sum(b[1] for b in bases)} even, {sum(b[2] for b in bases)} unlikely."
        )
        moved = [_moved(view) for view in views]
        words.append(
            f"For {sum(m[0] for m in moved)} of them the plan raises the chance by 10 points or "
            f"more; {sum(m[1] for m in moved)} are likely already {mix_words(pairs[0][1].policy)}."
        )
    return words


def _moved(view: View) -> tuple[int, int]:
    """Return how many targets a plan makes clearly likelier, and how many are likely without it."""
    rows = [view.added(view.main, target) for target in view.plan.targets]
    clear = sum(bool(row) and row["probability_change"] >= _CLEARLY for row in rows)
    return clear, sort_targets(view, view.base)[0] if view.base else 0


def sort_targets(view: View, one: Combination) -> tuple[int, int, int]:
    """Return how many targets are likely, about even and unlikely to be met."""
    rows = [view.attained(one, target)["probability"] for target in view.plan.targets]
    chances = np.array([chance for chance in rows if np.isfinite(chance)])
    likely, unlikely = chances >= LIKELY, chances <= UNLIKELY
    return int(likely.sum()), int((~likely & ~unlikely).sum()), int(unlikely.sum())


def _plan_cell(view: View) -> Cell:
    plan = view.plan
    english = re.search(r"\(([^()]+)\)$", plan.title)
    where = english[1] if english else plan.city.zh or plan.city.name
    words = f"{where}; {label(plan.start)} to {label(plan.end)}"
    return Cell(plan.name, words, strong=True, link=view.anchor)


def _overview_answers(views: Sequence[View]) -> Table:
    bases = any(view.base for view in views)
    heads = ["Plan", "Targets", "Likely · even · unlikely"]
    heads += ["The same, without"] if bases else []
    heads += ["All behavioural targets met", "What holds it back most", "Most added by the plan"]
    rows: list[Sequence[Cell] | str] = []
    for view in views:
        cells = [_plan_cell(view), _natures_cell(view.plan)]
        if not view.ones:
            rows.append([*cells, Cell("no replicate was completed")])
            continue
        cells.append(_sorted_cell(view, view.main))
        if bases:
            cells.append(_sorted_cell(view, view.base) if view.base else Cell(NONE))
        rows.append([*cells, _all_met_cell(view), _binding_cell(view), _gain_cell(view)])
    return Table(heads, rows, "cards")


def _natures_cell(plan: Plan) -> Cell:
    unmodelled = sum(bool(target.reason) for target in plan.targets)
    more = f"; {unmodelled} not modelled" if unmodelled else ""
    return Cell(str(len(plan.targets)), natures_words(plan) + more)


def _sorted_cell(view: View, one: Combination) -> Cell:
    return Cell(" · ".join(map(str, sort_targets(view, one))), mix_words(one.policy))


def _all_met_cell(view: View) -> Cell:
    met = all_met(view.summary(view.main))
    if view.base is None or met.text == NONE:
        return met
    without = f"{mix_words(view.base.policy)}: {all_met(view.summary(view.base)).text}"
    return Cell(met.text, f"{met.note}; {without}", strong=True)


def _binding_cell(view: View) -> Cell:
    target = view.binding(view.main)
    if target is None:
        return Cell(NONE)
    row, share = view.attained(view.main, target), is_share(target)
    return Cell(
        headline(target),
        f"chance {number(row['probability'], share=True)}; median {number(row['p50'], share)}; "
        f"goal: {goal_words(target)}",
    )


def _gain_cell(view: View) -> Cell:
    added = view.most_added(view.plan.targets)
    if added is None:
        return Cell(NONE)
    target, gain = added
    if not gain > 0:
        return Cell("no target is likelier")
    return Cell(headline(target), f"{signed(gain, share=True)} of chance")


def _overview_money(views: Sequence[View]) -> Table:
    heads = ["Plan", "Instruments", "Public cost, million CNY", "Assumed"]
    heads += ["Committed beyond the run, million CNY", "Public cost a year over GDP"]
    rows: list[Sequence[Cell]] = []
    for view in views:
        counts = instrument_counts(view.plan)
        share = view.main.assumed_share
        words = f"{counts['with_amount']} with an amount, {counts['modelled']} act in the model"
        committed = np.quantile(view.main.committed, SPAN).tolist()
        rows.append(
            [
                _plan_cell(view),
                Cell(str(counts["all"]), words),
                Cell(cost_cell(view.summary(view.main)).text),
                Cell(number(share, share=True) if np.isfinite(share) else "nothing is paid"),
                Cell(span_words(*committed)),
                Cell(_of_gdp(view)),
            ]
        )
    return Table(heads, rows, "cards")


def _of_gdp(view: View) -> str:
    """Return the yearly public cost in the median future over the city's GDP at the start."""
    years = len(view.main.quarters) / 4
    gdp = view.main.starts["gdp"].median() if "gdp" in view.main.starts else 0.0
    cost = view.summary(view.main)["cost_p50"] / years
    return f"{100 * cost / gdp:.2g}{PERCENT}" if gdp > 0 and cost > 0 else NONE


def _overview_starts(views: Sequence[View]) -> Table:
    heads = ["Plan", "Figures of the city", "Starting stocks of targets that were not known"]
    rows: list[Sequence[Cell]] = []
    for view in views:
        known, number_of = published_figures(view.plan)
        figure = Cell(f"{known} of {number_of} published")
        rows.append([_plan_cell(view), figure, Cell(*_unknown_starts(view))])
    return Table(heads, rows, "cards")


def _unknown_starts(view: View) -> tuple[str, str]:
    """Return the targets whose start was drawn, with its range, and how many begin at nothing."""
    if not view.ones:
        return NONE, ""
    drawn, from_nothing = [], 0
    for target in ordered(view.plan):
        if target.reason:
            continue
        share = is_share(target)
        low, _, high = np.quantile(view.main.starts[target.id], SPAN).tolist()
        span = between(low, high, share)
        if span:
            drawn.append(f"{headline(target)} ({span})")
        from_nothing += low == high == 0
    note = f"{plural(from_nothing, 'target')} counted from nothing" if from_nothing else ""
    return "; ".join(drawn) or "none", note
