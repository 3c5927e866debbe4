"""How likely each target is to be met, under one mix or two."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.inputs.plan import Plan, Target
from sim.report.counted import headline
from sim.report.figures.look import (
    AS_SHARE,
    GREY,
    LEFT,
    LINE,
    WIDTH,
    Ink,
    legend_columns,
    legend_rows,
    write_left,
)
from sim.report.numerals import number
from sim.report.view import Row, attained_rows, by_nature
from sim.report.words import NATURE_WORDS, goal_words, mix_words
from sim.results.combination import Combination


def attainment_chart(plan: Plan, ones: Sequence[Combination], ink: Ink) -> Figure:
    """Return how likely each target is to be met under each mix."""
    told = attained_rows(ones)
    groups, names = by_nature(plan), [mix_words(one.policy) for one in ones]
    rows = len(plan.targets) + 0.8 * len(groups)
    inside = rows * 0.52
    height = 1.15 + inside + LINE * legend_rows(names)
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LEFT, 0.55 / height, 0.91 - LEFT, inside / height))
    at = 0.0
    for nature, targets in groups:
        write_left(axes, at + 0.1, NATURE_WORDS[nature], weight="bold", backgroundcolor="white")
        at += 0.8
        for target in targets:
            _draw_attainment(axes, at, target, [told[one.policy, target.id] for one in ones], ink)
            at += 1
    _attainment_axes(axes, rows)
    title = "How likely is each target to be met by its date?"
    figure.text(0.015, 1 - 0.32 / height, title, fontsize=12, fontweight="bold")
    figure.legend(
        handles=[_mark(one, ink) for one in ones],
        loc="upper left",
        bbox_to_anchor=(0.005, 1 - 0.38 / height),
        ncols=legend_columns(names),
        frameon=False,
    )
    return figure


def _mark(one: Combination, ink: Ink) -> Line2D:
    line = Line2D([], [], linewidth=1.5, marker=ink.marker(one.policy))
    line.set(color=ink.colour(one.policy), label=mix_words(one.policy))
    return line


def _draw_attainment(axes: Axes, at: float, target: Target, rows: Sequence[Row], ink: Ink) -> None:
    name = textwrap.shorten(ink.words(headline(target)), 66, placeholder=" …")
    goal = textwrap.shorten(ink.words(goal_words(target)), 42, placeholder=" …")
    note = f"{goal}, by {target.date} · {ink.clause(target.clause)}"
    write_left(axes, at - 0.17, name, fontsize=8.5)
    write_left(axes, at + 0.19, note, color=GREY, fontsize=7.5)
    if target.reason:
        axes.text(0.5, at, "not modelled", ha="center", va="center", color=GREY, style="italic")
        return
    for place, row in enumerate(rows):
        _draw_probability(axes, at + 0.28 * (place - (len(rows) - 1) / 2), row, ink)


def _draw_probability(axes: Axes, at: float, row: Row, ink: Ink) -> None:
    colour, chance = ink.colour(row["policy"]), row["probability"]
    axes.text(1.03, at, number(chance, share=True), va="center", color=colour, fontsize=8)
    if np.isfinite(chance):
        low, high = row["probability_low"], row["probability_high"]
        axes.hlines(at, low, high, color=colour, linewidth=1.5)
        axes.plot(chance, at, ink.marker(row["policy"]), color=colour, clip_on=False, zorder=3)


def _attainment_axes(axes: Axes, rows: float) -> None:
    axes.set_ylim(rows - 0.4, -0.3)
    axes.set_xlim(-0.02, 1.02)
    axes.set_yticks([])
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(AS_SHARE)
    axes.set_xlabel("share of futures that meet it, with 95 % interval", color=GREY)
    axes.spines["left"].set_visible(False)
