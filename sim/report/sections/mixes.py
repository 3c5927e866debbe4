"""Several mixes beside each other, at equal cost, and from another plan."""

from typing import Any

from sim.inputs.plan import Target
from sim.report.counted import headline, target_cell
from sim.report.numerals import NONE, number, rough
from sim.report.sections.cells import Cell, Table, all_met, assumed_words, chance_cell, cost_cell
from sim.report.view import View, ordered
from sim.report.words import capital, mix_words, name_words, plural
from sim.results.combination import Combination

_COLUMNS = 9  # mixes whose chances fit into a table


def mixes_tables(view: View) -> list[Table]:
    """Return how several mixes compare: each in all, and each target's chance under each."""
    if not view.many:
        return []
    heads = ("Mix", "All behavioural targets met", "Hardest target", "Public cost, million CNY")
    ones = view.anyway_first
    whole = [
        [
            Cell(mix_words(one.policy), strong=True),
            all_met(view.summary(one)),
            _binding_cell(view, one),
            _mean_cost_cell(view, one),
        ]
        for one in ones
    ]
    if len(view.ones) > _COLUMNS:  # the heat map has them, and attainment.csv
        return [Table(heads, whole)]
    chances = [
        [target_cell(target), *_chances(view, target)]
        for target in ordered(view.plan)
        if not target.reason
    ]
    names = [mix_words(one.policy) for one in ones]
    return [Table(heads, whole), Table(["Target", *names], chances, "cards")]


def _chances(view: View, target: Target) -> list[Cell]:
    return [
        chance_cell(one, target, view.attained(one, target), view.colour(one))
        for one in view.anyway_first
    ]


def _binding_cell(view: View, one: Combination) -> Cell:
    target = view.binding(one)
    return Cell(headline(target) if target else NONE)


def _mean_cost_cell(view: View, one: Combination) -> Cell:
    row = view.summary(one)
    cost, mean = cost_cell(row), row["cost_mean"]
    return Cell(cost.text, f"{rough(mean)} on average; {cost.note}" if mean else cost.note)


def equal_cost_words(view: View) -> list[str]:
    """Return for each mix at another's cost its scale, its outlay, and how much is assumed."""
    return [
        f"{capital(mix_words(one.policy))}: every paying instrument that city or county decide "
        f"on offers {number(one.fit.scale)} times its dose. That costs {number(one.fit.outlay)} "
        f"million CNY on average, paid or owed at the end, beside {number(one.fit.wanted)} "
        f"million; {assumed_words(view.summary(one))}."
        for one in view.ones
        if one.fit
    ]


def transplant_part(one: Combination) -> dict[str, Any]:
    """Return what of another plan's mix attaches to this city, and what does not."""
    attached = one.mix.attached
    count = sum(attachment.attaches != "no" for attachment in attached)
    rows = [
        [
            Cell(name_words(a.instrument), f"{a.type.replace('_', ' ')}; clause {a.clause}"),
            Cell({"later": "yes, to what is founded first"}.get(a.attaches, a.attaches)),
            Cell(f"{a.start} to {a.end}" if a.start else NONE),
            Cell(a.why or NONE),
        ]
        for a in attached
    ]
    return {
        "title": mix_words(one.policy),
        "words": f"{count} of {plural(len(attached), 'instrument')} attach to this city.",
        "table": Table(("Instrument", "Attaches", "In force", "Why"), rows, "cards"),
    }
