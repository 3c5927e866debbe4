"""The city's own indicators, beside what it published."""

import numpy as np

from sim.core.arrays import Floats
from sim.indicators.table import CONTEXT, INDICATORS
from sim.inputs.plan import Plan
from sim.report.numerals import NONE, SPAN, between, number
from sim.report.sections.cells import Cell, Table
from sim.report.view import View
from sim.report.words import capital, mix_words
from sim.results.starts import STARTS_FROM


def context_table(view: View) -> Table:
    """Return the city's indicators at the start and the end, beside what was published."""
    heads = ["Indicator", "Start", *(f"End, {mix_words(one.policy)}" for one in view.told)]
    rows = [_context(view, name) for name in CONTEXT if name in view.main.starts]
    return Table([*heads, "What the city published"], rows, "cards")


def _context(view: View, name: str) -> list[Cell]:
    known = INDICATORS[name]
    share = known.unit == "share"
    start = view.main.starts[name]
    ends = [one.paths(name)[:, -1] for one in view.told]
    cells = [Cell(capital(known.meaning), "%" if share else known.unit, known.zh, strong=True)]
    cells += [_quantile_cell(values, share) for values in (start.to_numpy(np.float64), *ends)]
    return [*cells, _published_cell(view.plan, name, share)]


def _quantile_cell(values: Floats, share: bool) -> Cell:
    low, middle, high = np.quantile(values, SPAN).tolist()
    return Cell(number(middle, share), between(low, high, share))


def _published_cell(plan: Plan, name: str, share: bool) -> Cell:
    if name not in STARTS_FROM:
        return Cell(NONE)
    figure = plan.city.figures[STARTS_FROM[name]]
    if figure.quantity.status != "cited":
        return Cell("not published", f"assumed: {figure.quantity.source}")
    year = f"{figure.year}: " if figure.year else ""
    percent = INDICATORS[name].unit == "percent" and figure.quantity.unit.startswith("share")
    value = figure.quantity.default * (100 if percent else 1)
    return Cell(year + number(value, share), figure.quantity.source)
