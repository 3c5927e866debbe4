"""Tables and their cells: a target, its start, its goal, its chance; what a mix costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.inputs.plan import Target
from sim.report.numerals import NONE, SPAN, between, number, span_words
from sim.report.words import WORDINGS, goal_words, is_share
from sim.results.combination import Combination
from sim.runs.precision import jeffreys

_NEARLY = 0.95  # a share that is nearly all


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: What it says.
        note: What stands below in small print.
        zh: Chinese words below.
        share: A share from 0 to 1 to be drawn as a bar.
        colour: The bar's colour.
        strong: Whether it is what the eye should find.
        link: The part of the page that it leads to.
    """

    text: str
    note: str = ""
    zh: str = ""
    share: float | None = None
    colour: str = ""
    strong: bool = False
    link: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        heads: A heading per column.
        rows: Cells; or one text, which heads the rows that follow.
        look: Classes for the style.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[Cell] | str]
    look: str = ""


def start_cell(one: Combination, target: Target, *, met: bool = False) -> Cell:
    """Return where a target starts and, if asked, in how many futures it is met already."""
    if target.reason:
        return Cell(NONE)
    start, share = one.starts[target.id], is_share(target)
    low, middle, high = np.quantile(start, SPAN).tolist()
    notes = [between(low, high, share) or ("known" if middle else "counted from nothing")]
    already = float(target.met(start).mean())
    if met and already > 0:
        notes.append(f"met already in {number(already, share=True)} of the futures")
    return Cell(number(middle, share), "; ".join(notes))


def goal_cell(target: Target) -> Cell:
    """Return a target's goal, by when it is to be met, and how the text hedges."""
    date = f"by {target.date}" + ("" if target.date_stated else " (inferred: the plan's end)")
    return Cell(goal_words(target), "; ".join(filter(None, [date, WORDINGS[target.wording]])))


def chance_cell(one: Combination, target: Target, row: Mapping[Any, Any], colour: str) -> Cell:
    """Return how likely a mix meets a target at its date, from its row, with the interval."""
    chance = row["probability"]
    if not np.isfinite(chance):
        return Cell(NONE, "the date lies beyond this run")
    notes = [between(row["probability_low"], row["probability_high"], share=True)]
    if is_share(target) and target.value == 1:
        nearly = (one.at(target) >= _NEARLY).mean()
        notes.append(f"{number(_NEARLY, share=True)} or more: {number(nearly, share=True)}")
    return Cell(
        number(chance, share=True),
        "; ".join(notes),
        share=chance,
        colour=colour,
        strong=True,
    )


def all_met(row: Mapping[Any, Any]) -> Cell:
    """Return in how many futures all behavioural targets are met, from a mix's summary."""
    chance, futures = row["all_behavioural_probability"], row["replicates"]
    if not np.isfinite(chance):
        return Cell(NONE)
    low, high = jeffreys(round(chance * futures), futures)
    return Cell(number(chance, share=True), f"95 % interval {between(low, high, share=True)}")


def cost_cell(row: Mapping[Any, Any]) -> Cell:
    """Return a mix's public cost with its assumed share, from its summary."""
    return Cell(span_words(row["cost_p05"], row["cost_p50"], row["cost_p95"]), assumed_words(row))


def assumed_words(row: Mapping[Any, Any]) -> str:
    """Return how much of a mix's cost is assumed; it goes with every word on cost."""
    share = row["cost_assumed_share"]
    return f"{number(share, share=True)} of it assumed" if np.isfinite(share) else "nothing is paid"
