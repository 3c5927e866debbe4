"""What each instrument of a mix pays, public money apart from all other."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from sim.core.arrays import Floats
from sim.report.figures.look import AS_NUMBER, GREY, INK, LEFT, WIDTH, Ink, write_left
from sim.report.numerals import SPAN, number, span_words
from sim.report.payments import PAYER_GROUPS, paid_by, spending
from sim.report.words import mix_words, name_words
from sim.results.combination import Combination

_LITTLE = 0.05  # million CNY, below which what is paid is not shown
_PAID: dict[str, Any] = {"facecolor": "#4d7a9e", "edgecolor": "#4d7a9e"}
_ASSUMED: dict[str, Any] = {"facecolor": "#e3ecf2", "edgecolor": "#4d7a9e", "hatch": "////"}


def spending_chart(one: Combination, ink: Ink) -> Figure:
    """Return what each instrument of a mix pays, public money apart from all other."""
    table = spending(one)
    table = table[table["p95"] >= _LITTLE]
    groups = [(payers, table[table["payer"].isin(payers)]) for payers in PAYER_GROUPS]
    groups = [(payers, part) for payers, part in groups if len(part)]
    rows = len(table) + 1.4 * len(groups)
    height = 1.95 + 0.25 * rows
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LEFT - 0.17, 0.85 / height, 0.81 - LEFT + 0.17, (rows * 0.25) / height))
    at, places = 0.4, list[float]()
    for payers, part in groups:
        _draw_group(axes, at, one, payers)
        places += (at + np.arange(1, len(part) + 1)).tolist()
        at += len(part) + 1.4
    if groups:
        _draw_payments(axes, np.array(places), pd.concat([part for _, part in groups]), ink)
    _spending_axes(axes, rows)
    _spending_words(figure, one, height)
    return figure


def _draw_group(axes: Axes, at: float, one: Combination, payers: Collection[str]) -> None:
    across = axes.get_yaxis_transform()
    total = np.quantile(paid_by(one, payers), SPAN)
    write_left(axes, at, PAYER_GROUPS[tuple(payers)], weight="bold", backgroundcolor="white")
    words = span_words(*total)
    axes.text(1.02, at, words, transform=across, va="center", fontsize=7.5, weight="bold")


def _draw_payments(axes: Axes, places: Floats, table: pd.DataFrame, ink: Ink) -> None:
    across = axes.get_yaxis_transform()
    for at, row in zip(places, table.to_dict("records"), strict=True):
        clause = ink.clause(row["clause"]).removeprefix("clause ")
        write_left(axes, at, clause, color=GREY, fontsize=7.5)
        name = ink.words(name_words(row["instrument"]))
        axes.text(-0.05, at, name, transform=across, ha="right", va="center", fontsize=8.5)
        look = _ASSUMED if row["assumed"] else _PAID
        swatch = Rectangle((-0.037, at - 0.31), 0.02, 0.62, transform=across, clip_on=False, **look)
        axes.add_artist(swatch)
        words = span_words(row["p05"], row["p50"], row["p95"])
        axes.text(1.02, at, words, transform=across, va="center", fontsize=7.5, color=GREY)
    median, assumed = table["p50"].to_numpy(), table["assumed"].to_numpy()
    in_text = median * (1 - assumed)
    for left, right, look in ((0 * median, in_text, _PAID), (in_text, median, _ASSUMED)):
        seen = right > left
        axes.barh(places[seen], (right - left)[seen], left=left[seen], height=0.62, **look)
    axes.hlines(places, table["p05"], table["p95"], color=INK, linewidth=0.9)


def _spending_axes(axes: Axes, rows: float) -> None:
    axes.set_ylim(rows - 0.6, -0.3)
    axes.set_xlim(left=0)
    axes.set_yticks([])
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("million CNY over the whole run", color=GREY)
    axes.xaxis.set_major_formatter(AS_NUMBER)


def _spending_words(figure: Figure, one: Combination, height: float) -> None:
    title = f"What each instrument pays, {mix_words(one.policy)}"
    figure.text(0.015, 1 - 0.32 / height, title, fontsize=12, fontweight="bold")
    notes = [
        "Bar and number: median of all futures. Line and brackets: nine in ten of them. Medians do "
        "not add up.",
        f"{number(one.assumed_share, share=True)} of the public cost rests on amounts that are "
        "assumed. What pays under "
        f"{_LITTLE} million in 19 of 20 futures is left out.",
    ]
    figure.text(0.015, 1 - 0.76 / height, "\n".join(notes), color=GREY, linespacing=1.4)
    figure.legend(
        handles=[
            Patch(**_PAID, label="the amount stands in the text"),
            Patch(**_ASSUMED, label="the amount is assumed: the text has no number"),
        ],
        loc="lower left",
        bbox_to_anchor=(0.005, 0.06 / height),
        ncols=2,
        frameon=False,
    )
