"""What a plan costs, and who pays what to whom."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.inputs.levers import LEVERS
from sim.region.paths import MoneyPath, path_of
from sim.report.numerals import NONE, SPAN, number, rough, span_words
from sim.report.payments import PAYER_GROUPS, paid_by, spending
from sim.report.sections.cells import Cell, Table, assumed_words, cost_cell
from sim.report.view import Row, View
from sim.report.words import mix_words, name_words, plural
from sim.results.combination import Combination

_PAID_HEADS = ("Instrument", "Paid by", "Median", "Nine in ten futures", "Mean", "Amount")


def cost_words(view: View) -> str:
    """Return what the chapter's mix costs the city and its counties."""
    row, one = view.summary(view.main), view.main
    if row["cost_p95"] == 0:
        return "City and counties pay nothing under it."
    low, middle, high = np.quantile(one.committed, SPAN).tolist()
    return (
        f"City and counties pay {rough(row['cost_p50'])} million CNY in the median future "
        f"(nine in ten futures: {rough(row['cost_p05'])} to {rough(row['cost_p95'])}), "
        f"{assumed_words(row)}, because the text gives no amount. A further {rough(middle)} "
        f"million ({rough(low)} to {rough(high)}) are earned in the run and fall due after its "
        "end; they rest on assumed amounts in the same way. Fund capital, provincial and national "
        "money and tax forgone are not in it."
    )


def spending_parts(view: View) -> list[dict[str, Any]]:
    """Return what the chapter's mix pays, and each of the others that are told and pay anything."""
    tables = [(one, spending(one)) for one in view.told]
    return [
        _spending_part(view, one, table)
        for one, table in tables
        if one is view.main or not table.empty
    ]


def _spending_part(view: View, one: Combination, table: pd.DataFrame) -> dict[str, Any]:
    """Return what a mix pays: words and table."""
    cost = cost_cell(view.summary(one))
    return {
        "policy": one.policy,
        "title": mix_words(one.policy),
        "words": f"City and counties: {cost.text} million CNY, {cost.note}.",
        "silent": _silent(one, set(table["instrument"])),
        "table": None if table.empty else spending_table(one, table),
    }


def _silent(one: Combination, paying: Collection[str]) -> list[str]:
    """Return the instruments of a mix that could have paid, and did not in any future."""
    modelled = [i for i in one.mix.instruments if i.modelled and i.id not in paying]
    return [name_words(i.id) for i in modelled if LEVERS[str(i.lever)].pays]


def spending_table(one: Combination, table: pd.DataFrame) -> Table:
    """Return what each instrument paid, by who pays."""
    rows: list[Sequence[Cell] | str] = []
    for payers, words in PAYER_GROUPS.items():
        part = table[table["payer"].isin(payers)]
        if len(part):
            total = np.quantile(paid_by(one, payers), SPAN)
            rows.append(f"{words}; in all {span_words(*total)}, {_assumed(one, payers)}")
            rows += [_payment(row) for row in part.to_dict("records")]
    return Table(_PAID_HEADS, rows, "cards")


def _assumed(one: Combination, payers: Sequence[str]) -> str:
    paid = one.ledger[one.ledger["payer"].isin(payers) & ~one.ledger["background"]]
    total = paid["amount"].sum()
    share = (paid["amount"] * paid["assumed"]).sum() / total if total else 0.0
    return f"{number(share, share=True)} of it assumed"


def paths_table(view: View) -> Table:
    """Return where each instrument leads: who acts, and who reads what that changes."""
    plan = view.plan
    rows = [_path(path_of(plan, instrument)) for instrument in view.main.mix.instruments]
    heads = ("Instrument", "Paid to", "Who acts on it", "What these change is read by", "Targets")
    return Table(heads, rows, "cards")


def _path(path: MoneyPath) -> list[Cell]:
    acts = ", ".join((*path.acts, *path.booked)) or NONE
    names = [name_words(target) for target in path.at_once]
    further = f"{plural(len(path.onwards), 'more target')} further on" if path.onwards else ""
    lever = name_words(path.lever.name) if path.lever else ""
    return [
        Cell(name_words(path.instrument), lever, strong=True),
        Cell(", ".join(map(name_words, path.paid_to)) or NONE),
        Cell(acts),
        Cell(", ".join(path.onward) or NONE),
        Cell(", ".join(names) or (NONE if path.onwards else f"ends {path.ends}"), further),
    ]


def _payment(row: Row) -> list[Cell]:
    return [
        Cell(name_words(row["instrument"]), f"clause {row['clause']}", strong=True),
        Cell(row["payer"]),
        Cell(rough(row["p50"])),
        Cell(f"{rough(row['p05'])} to {rough(row['p95'])}"),
        Cell(rough(row["mean"])),
        Cell("assumed" if row["assumed"] else "in the text"),
    ]


def standing_table(one: Combination) -> Table:
    """Return what the rules that stand anyway pay, whatever the mix."""
    table = spending(one, background=True)
    return Table(_PAID_HEADS, [_payment(row) for row in table.to_dict("records")], "cards")
