"""What a plan asks, and the answer: in a few sentences, and target by target."""

from collections.abc import Sequence

import numpy as np

from sim.core.quarter import label
from sim.inputs.plan import Plan, Target
from sim.report.counted import activity_words, has_real, headline, real_number, target_cell
from sim.report.numerals import NONE, POINTS, between, number, rough, signed
from sim.report.sections.cells import Cell, Table, all_met, chance_cell, goal_cell, start_cell
from sim.report.view import Row, View, by_nature, ordered
from sim.report.words import NATURE_WORDS, is_share, mix_words, natures_words, plural
from sim.results.combination import Combination


def asked(plan: Plan) -> str:
    """Return what a plan asks, in a sentence."""
    numbers = sum(instrument.amount is not None for instrument in plan.instruments)
    return (
        f"{plan.document or plan.name} sets {plural(len(plan.targets), 'target')} "
        f"({natures_words(plan)}) and {plural(len(plan.instruments), 'instrument')}, {numbers} of "
        f"them with an amount in the text, for {label(plan.start)} to {label(plan.end)}."
    )


def verdict(view: View) -> list[str]:
    """Return the answer in a few sentences."""
    main, base = view.main, view.base
    rows = [(t, view.attained(main, t)) for t in ordered(view.plan) if not t.reason]
    rows = [(target, row) for target, row in rows if np.isfinite(row["probability"])]
    if not rows:
        return ["No target's date lies within this run."]
    words = []
    met = all_met(view.summary(main))
    if met.text != NONE:
        without = (
            f"; {mix_words(base.policy)}, in {all_met(view.summary(base)).text}" if base else ""
        )
        words.append(
            f"All behavioural targets are met together in {met.text} of the futures "
            f"({met.note}){without}."
        )
    likely, best = max(rows, key=lambda pair: pair[1]["probability"])
    words.append(f"Most likely: {_told(view, likely, best)}.")
    if held := view.binding(main):
        row = view.attained(main, held)
        words.append(f"What holds the plan back most: {_told(view, held, row)}{_short(held, row)}.")
    return words + _most_added(view, [target for target, _ in rows])


def _told(view: View, target: Target, row: Row) -> str:
    chance = number(row["probability"], share=True)
    if view.base is None:
        return f"{headline(target)}, {chance}"
    without = number(view.attained(view.base, target)["probability"], share=True)
    return f"{headline(target)}, {chance} ({mix_words(view.base.policy)}: {without})"


def _short(target: Target, row: Row) -> str:
    if row["shortfall_p50"] <= 0:
        return ""
    size = number(row["shortfall_p50"], is_share(target))
    return f"; half of the futures fall short of {_goal(target)} by {size} or more"


def _goal(target: Target) -> str:
    return number(target.value, is_share(target))


def _most_added(view: View, targets: Sequence[Target]) -> list[str]:
    """Return for which target the mix adds most to the chance."""
    added = view.most_added(targets)
    if added is None or view.base is None:
        return []
    against = f"Compared with the runs {mix_words(view.base.policy)}"
    target, gain = added
    if gain <= 0:
        return [f"{against}, no target is more likely."]
    return [f"{against}, most is added for: {headline(target)}, {signed(gain, share=True)}."]


def answer_table(view: View) -> Table:
    """Return the answer for every target, behavioural ones first."""
    main, base = mix_words(view.main.policy), view.base
    heads = ["Target", "Start", "Goal", f"Chance {main}"]
    heads += [f"Chance {mix_words(base.policy)}"] if base else []
    heads += [f"At the date, {main}"]
    heads += [_without_head(base), "Added, on average"] if base else []
    heads += ["Falls short by", "Real activity beside the count", "Half have met it by"]
    rows: list[Sequence[Cell] | str] = []
    for nature, targets in by_nature(view.plan):
        rows.append(NATURE_WORDS[nature])
        rows += [_answer(view, target) for target in targets]
    return Table(heads, rows, "cards answers")


def _without_head(base: Combination) -> str:
    return "Arrives anyway" if base.mix.empty else f"At the date, {mix_words(base.policy)}"


def _answer(view: View, target: Target) -> list[Cell]:
    cells = [target_cell(target), start_cell(view.main, target, met=True), goal_cell(target)]
    if target.reason:
        return [*cells, Cell("not modelled", target.reason)]
    share, base = is_share(target), view.base
    main = view.attained(view.main, target)
    cells += [
        chance_cell(one, target, view.attained(one, target), view.colour(one))
        for one in (view.main, base)
        if one
    ]
    cells.append(Cell(number(main["p50"], share), _span(main, share)))
    if base:
        anyway = view.attained(base, target)
        cells.append(Cell(number(anyway["p50"], share), _span(anyway, share)))
        cells.append(_added_cell(view.added(view.main, target), share))
    return [
        *cells,
        Cell(number(main["shortfall_p50"], share)),
        _real_cell(view, target),
        _expected_cell(view, target),
    ]


def _span(row: Row, share: bool) -> str:
    return between(row["p05"], row["p95"], share)


def _added_cell(row: Row, share: bool) -> Cell:
    mean, error = row["delta_mean"], 1.96 * row["delta_se"]
    if not np.isfinite(mean):
        return Cell(NONE)
    notes = [f"± {rough(100 * error if share else error)}"] if np.isfinite(error) else []
    low, high = (signed(row[name], share) for name in ("delta_p05", "delta_p95"))
    if low != high:
        notes.append(f"in single futures {low.removesuffix(POINTS)} to {high}")
    return Cell(signed(mean, share), "; ".join(notes))


def _real_cell(view: View, target: Target) -> Cell:
    if not has_real(target):
        return Cell(NONE, "nothing else is measured")
    words = [activity_words(target)]
    if view.base:
        words.append(f"{mix_words(view.base.policy)}: {_real(view, view.base, target)}")
    return Cell(_real(view, view.main, target), "; ".join(words))


def _real(view: View, one: Combination, target: Target) -> str:
    return real_number(target, view.attained(one, target)["real_p50"])


def _expected_cell(view: View, target: Target) -> Cell:
    main = view.attained(view.main, target)["expected_quarter"]
    base = view.attained(view.base, target)["expected_quarter"] if view.base else ""
    note = f"{mix_words(view.base.policy)}: {base or NONE}" if view.base and (main or base) else ""
    return Cell(main or NONE, note)
