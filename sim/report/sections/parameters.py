"""Every number that the runs rest on, with its range, its status and its source."""

from collections.abc import Sequence
from dataclasses import replace

from sim.core.quantity import Quantity
from sim.inputs.instrument import Instrument
from sim.inputs.levers import LEVERS
from sim.inputs.number_set import NumberSet, instead_of, settable
from sim.inputs.parameters import all_parameters
from sim.region.declared import unit_and_meaning
from sim.report.numerals import exact
from sim.report.sections.cells import Cell, Table
from sim.report.view import View

_HEADS = ("Name", "Median", "Range", "Unit and meaning", "Status", "Source")
_SET = "set for this run"


def parameter_tables(view: View) -> dict[str, Table]:
    """Return all numbers that the runs rest on, by where they belong."""
    groups: dict[str, list[Sequence[Cell]]] = {}
    case = view.study.case(view.plan.name)
    figures = {f"start.{name}": value for name, value in case.start.items()}
    for name, quantity in all_parameters(view.plan, case.numbers).items():
        group, _, rest = name.partition(".")
        unit = unit_and_meaning(name, quantity)
        status, usual = _set_words(case.numbers, name), settable().get(name, quantity)
        if name in figures:
            known = figures[name]  # perhaps beyond the range that it is drawn from elsewhere
            quantity = replace(quantity, default=known, low=known, high=known, spread="fixed")
            status = _SET
        if status:
            quantity = replace(quantity, source=f"{instead_of(usual)}, from {quantity.source}")
        row = _parameter(rest, quantity, unit, status or quantity.status)
        groups.setdefault(group, []).append(row)
    doses = [_dose(i) for i in (*view.plan.city.background, *view.plan.instruments) if i.modelled]
    titles = {"start": "start (figures of the city)", "kind": "kinds (platform kinds)"}
    tables = {titles.get(group, group): Table(_HEADS, rows) for group, rows in groups.items()}
    return tables | {"dose (amounts of the instruments)": Table(_HEADS, doses)}


def _set_words(numbers: NumberSet, name: str) -> str:
    """Return what is set of a number for these runs and why, empty where nothing is."""
    if name not in numbers.names:
        return ""
    words = "range set for this run" if name in numbers.ranges else _SET
    return ": ".join(filter(None, (words, numbers.reasons.get(name))))


def _parameter(name: str, quantity: Quantity, unit: str, status: str) -> list[Cell]:
    low, high = exact(quantity.low), exact(quantity.high)
    drawn = quantity.spread != "fixed" and quantity.low < quantity.high
    return [
        Cell(name),
        Cell(exact(quantity.default)),
        Cell(f"{low} to {high}, {quantity.spread}" if drawn else "not drawn"),
        Cell(unit),
        Cell(status),
        Cell(quantity.source),
    ]


def _dose(instrument: Instrument) -> list[Cell]:
    low, middle, high = (exact(instrument.dose(share)) for share in (0.0, 0.5, 1.0))
    in_text = instrument.amount is not None
    source = instrument.effect.source if instrument.effect else f"clause {instrument.clause}"
    return [
        Cell(instrument.id),
        Cell(middle),
        Cell(f"{low} to {high}" if instrument.has_draw else "not drawn"),
        Cell(LEVERS[str(instrument.lever)].unit),
        Cell("cited" if in_text else "assumed"),
        Cell(source),
    ]
