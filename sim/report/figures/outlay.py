"""What each of many mixes costs, and what it reaches."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.figures.look import AS_NUMBER, GREY, LONG_NAME, WIDTH, Ink
from sim.report.numerals import PERCENT
from sim.report.words import short_names
from sim.results.combination import Combination

_NAMED = 12  # mixes that are all named; of more, those on the front
_SHIFTS = (0.14, -0.14, 0.28, -0.28, 0.42, -0.42, 0.56, -0.56)  # inches, of a label


def outlay_points(ones: Sequence[Combination]) -> pd.DataFrame:
    """Return each mix's public outlay, and the share of behavioural targets that it meets."""
    rows = []
    for one in ones:
        told = one.attainment
        met = told.loc[told["nature"] == "behavioural", "probability"].mean()
        low, high = np.quantile(one.outlays, (0.05, 0.95))
        costs = {"cost": one.outlays.mean(), "low": low, "high": high}
        rows.append({"policy": one.policy, **costs, "met": met, "assumed": one.assumed_share})
    return pd.DataFrame(rows).dropna(subset="met")


def outlay_chart(points: pd.DataFrame, ink: Ink) -> Figure:
    """Return outlay against attainment, a point per mix."""
    figure = Figure(figsize=(WIDTH, 4.6))
    axes = figure.add_axes((0.085, 0.115, 0.885, 0.7))
    few = len(points) <= _NAMED
    for row in points.to_dict("records"):
        colour = ink.colour(row["policy"])
        span = [row["low"], row["high"]]
        if few:
            axes.plot(span, [100 * row["met"]] * 2, linewidth=2.5, alpha=0.3, color=colour)
        look: dict[str, Any] = {"color": colour, "markersize": 7}
        axes.plot(row["cost"], 100 * row["met"], ink.marker(row["policy"]), **look)
    axes.margins(x=0.06, y=0.14)
    axes.set_xlim(left=min(0.0, *axes.get_xlim()))
    axes.grid()
    axes.xaxis.set_major_formatter(AS_NUMBER)
    axes.yaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.yaxis.set_major_formatter(f"{{x:.0f}}{PERCENT}")
    words = "public outlay of city and counties, paid or owed at the end, million CNY"
    axes.set_xlabel(words, color=GREY)
    _label_points(axes, points, ink)
    title = "What does each mix cost, and what does it reach?"
    figure.text(0.015, 0.94, title, fontsize=12, fontweight="bold")
    bands = " Line: nine in ten futures." if few else " Of so many mixes only those are named."
    notes = (
        "Upward: the share of behavioural targets that are met, on average over the futures. "
        f"Marker: mean outlay.\nBold: no other mix reaches as much for less.{bands}"
    )
    figure.text(0.015, 0.925, notes, color=GREY, va="top", fontsize=8.5, linespacing=1.35)
    return figure


def on_the_front(points: pd.DataFrame) -> "pd.Series[bool]":
    """Return for which mixes no other reaches as much for less, or more for as little."""
    cost, met = points["cost"].to_numpy(), points["met"].to_numpy()
    no_dearer = cost[None, :] <= cost[:, None]
    no_worse = met[None, :] >= met[:, None]
    better = (cost[None, :] < cost[:, None]) | (met[None, :] > met[:, None])
    return pd.Series(~(no_dearer & no_worse & better).any(axis=1), index=points.index)


def _label_points(axes: Axes, points: pd.DataFrame, ink: Ink) -> None:
    """Write the mixes' names where they do not hide one another: of many, those on the front."""
    points = points.assign(front=on_the_front(points))
    shown = points if len(points) <= _NAMED else points[points["front"]]
    names = short_names(shown["policy"].tolist(), LONG_NAME)
    place = axes.transData + axes.figure.dpi_scale_trans.inverted()
    taken: list[tuple[float, float, float]] = []
    for row, name in zip(shown.to_dict("records"), names, strict=True):
        x, y = place.transform((row["cost"], 100 * row["met"])).tolist()
        wide = 0.085 * len(name)
        tries = [(x + dx, y + dy) for dy in _SHIFTS for dx in (0.02, -0.02 - wide)]
        spot = next((spot for spot in tries if _free(*spot, wide, taken)), tries[0])
        taken.append((*spot, wide))
        look: dict[str, Any] = {"color": ink.colour(row["policy"]), "va": "center"}
        look |= {"weight": "bold"} if row["front"] else {}
        axes.text(*spot, name, transform=axes.figure.dpi_scale_trans, **look)


def _free(x: float, y: float, wide: float, taken: Sequence[tuple[float, float, float]]) -> bool:
    """Return whether a label fits here beside those that stand already."""
    if x < 0.5 or x + wide > WIDTH:
        return False
    return all(
        abs(y - other_y) >= 0.13 or x >= other_x + other or other_x >= x + wide
        for other_x, other_y, other in taken
    )
