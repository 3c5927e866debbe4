"""How likely each target is to be met under each of many mixes, as colours."""

import itertools
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.core.arrays import Floats
from sim.inputs.plan import Plan
from sim.report.counted import headline
from sim.report.figures.look import (
    GREY,
    INK,
    LEFT,
    LONG_NAME,
    WIDTH,
    Ink,
    in_two_lines,
    write_left,
)
from sim.report.numerals import NONE, number
from sim.report.view import attained_rows, by_nature
from sim.report.words import NATURE_WORDS, short_names
from sim.results.combination import Combination

_NUMBERED = 14  # mixes whose chances fit into a heat map as numbers
_NARROW = 0.125  # inches: a column of a heat map, at least
_BESIDE = 0.25  # of a column between the first mix and the others
_HEAT = mpl.colormaps["Blues"]
_DARK = 0.55  # a chance from which on words stand in white


def heat_map(plan: Plan, ones: Sequence[Combination], ink: Ink) -> Figure:
    """Return how likely each target is to be met under each mix, as colours."""
    rows = len(plan.targets) + 0.8 * len(by_nature(plan))
    names = short_names([one.policy for one in ones], LONG_NAME)
    height = 0.62 + 0.062 * max(map(len, names)) + 0.3 * rows + 0.62
    wide = max(WIDTH, LEFT * WIDTH + _NARROW * len(ones))
    left = LEFT * WIDTH / wide
    figure = Figure(figsize=(wide, height))
    axes = figure.add_axes((left, 0.55 / height, 0.985 - left, 0.3 * rows / height))
    axes.set_xlim(0, len(ones) + _BESIDE)
    axes.set_ylim(rows, 0)
    axes.set_axis_off()
    lefts = np.array([0.0, *(np.arange(1, len(ones)) + _BESIDE)])
    _draw_targets(axes, lefts, plan, ones, ink)
    _draw_names(axes, lefts, names, [ink.colour(one.policy) for one in ones])
    title = "How likely is each target to be met by its date, mix by mix?"
    figure.text(0.015, 1 - 0.27 / height, title, fontsize=12, fontweight="bold")
    first = "what arrives anyway" if ones[0].mix.empty else ones[0].policy
    note = f"Share of futures that meet it, percent. First column: {first}."
    figure.text(0.015, 0.2 / height, note, color=GREY, fontsize=8.5)
    _heat_scale(figure, height)
    return figure


def _draw_targets(
    axes: Axes, lefts: Floats, plan: Plan, ones: Sequence[Combination], ink: Ink
) -> None:
    """Draw the targets' names and rows, nature by nature."""
    told, at = attained_rows(ones), 0.0
    for nature, targets in by_nature(plan):
        write_left(axes, at + 0.45, NATURE_WORDS[nature], weight="bold", fontsize=8.5)
        at += 0.8
        for target in targets:
            name, size = in_two_lines(ink.words(headline(target)), 66, 8)
            write_left(axes, at + 0.5, name, fontsize=size)
            chances = [told[one.policy, target.id]["probability"] for one in ones]
            _draw_heat(axes, at, lefts, chances)
            at += 1


def _draw_names(axes: Axes, lefts: Floats, names: Sequence[str], colours: Sequence[str]) -> None:
    """Draw the mixes' names above their columns."""
    few = len(names) <= _NUMBERED
    look: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "bottom"}
    look |= {"fontsize": 7.5, "weight": "bold"} if few else {"fontsize": 6.5}
    for left, name, colour in zip(lefts, names, colours, strict=True):
        axes.text(left + 0.5, -0.15, name, color=colour if few else INK, **look)


def _draw_heat(axes: Axes, at: float, lefts: Floats, chances: Sequence[float]) -> None:
    """Draw the row of a target."""
    for left, chance in zip(lefts, chances, strict=True):
        known = np.isfinite(chance)
        face = _HEAT(0.92 * chance) if known else "#f4f4f4"
        cell = Rectangle((left, at), 1, 1, facecolor=face, edgecolor="white", linewidth=1.2)
        axes.add_artist(cell)
        if len(chances) <= _NUMBERED:
            words = number(100 * round(chance, 2)) if known else NONE
            look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8}
            look["color"] = "white" if known and chance > _DARK else INK
            axes.text(left + 0.5, at + 0.5, words, **look)


def _heat_scale(figure: Figure, height: float) -> None:
    """Draw which colour is which chance."""
    axes = figure.add_axes((0.62, 0.3 / height, 0.25, 0.12 / height))
    steps = np.linspace(0, 1, 26)
    for left, right in itertools.pairwise(steps):
        axes.add_artist(Rectangle((left, 0), right - left, 1, facecolor=_HEAT(0.92 * left)))
    axes.set_axis_off()
    look: dict[str, Any] = {"va": "center", "fontsize": 8, "color": GREY}
    axes.text(-0.02, 0.5, number(0, share=True), ha="right", **look)
    axes.text(1.02, 0.5, number(1, share=True), ha="left", **look)
