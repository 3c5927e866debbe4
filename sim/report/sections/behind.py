"""What stands behind the counts: what works, what was pressed for, what is so in name only."""

from math import isfinite

from sim.inputs.plan import Target
from sim.report.counted import activity_words, has_real, real_number, target_cell
from sim.report.numerals import NONE, number
from sim.report.sections.cells import Cell, Table
from sim.report.view import View, ordered
from sim.report.words import is_share


def behind_table(view: View) -> Table:
    """Return per target the count beside what works, what was pressed for and what is a name."""
    heads = ("Target", "Counted", "That works", "Pressed for", "In name only")
    rows = [_row(view, target) for target in ordered(view.plan) if _dated(view, target)]
    return Table(heads, rows, "cards")


def _dated(view: View, target: Target) -> bool:
    return not target.reason and not view.main.at(target).empty


def _row(view: View, target: Target) -> list[Cell]:
    one, share = view.main, is_share(target)
    told = view.attained(one, target)
    works = Cell(real_number(target, told["real_p50"]), activity_words(target))
    return [
        target_cell(target),
        Cell(number(told["p50"], share)),
        works if has_real(target) else Cell(NONE, "nothing else is measured"),
        *(
            _part(float(one.at(target, frame).median()), share)
            for frame in (one.pressed, one.nominal)
        ),
    ]


def _part(value: float, share: bool) -> Cell:
    return Cell(number(value, share)) if isfinite(value) else Cell(NONE, "not measured")
