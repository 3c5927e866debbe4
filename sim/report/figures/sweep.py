"""What a sweep shows: chances and medians against what is swept."""

import itertools
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter

from sim.inputs.plan import Plan, Target
from sim.report.counted import headline
from sim.report.figures.look import (
    AS_NUMBER,
    AS_SHARE,
    GOAL,
    GREY,
    INK,
    LINE,
    WIDTH,
    Ink,
    legend_columns,
    legend_rows,
)
from sim.report.numerals import number
from sim.report.words import is_share, mix_words

MOST_PANELS = 12  # targets that are drawn in one figure
_CHANCE = ("probability", "probability_low", "probability_high")
_MEDIAN = ("p50", "p05", "p95")
_BINS = 8  # of a key with many values, each told by its mean
_VALUES = 12  # values of a key that are told one by one though others vary, too
_ROW = 1.6  # inches: a target's panels
_HEAT = mpl.colormaps["Blues"]
_DARK = 0.55
_CELL = 0.34  # inches
_COLUMNS = 3  # of heat maps


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a plan in a sweep's table.

    Attributes:
        table: The rows.
        plan: The plan.
        keys: The keys that are swept and have several values.
    """

    table: pd.DataFrame
    plan: Plan
    keys: Sequence[str]

    @property
    def policies(self) -> list[str]:
        """The names of the mixes."""
        return self.table["policy"].unique().tolist()

    @property
    def moving(self) -> list[Target]:
        """The targets whose chance or median is not the same at all points."""
        return [target for target in self._targets if _moves(self.of(target))]

    @property
    def still(self) -> list[Target]:
        """The targets that the sweep does not move."""
        return [target for target in self._targets if not _moves(self.of(target))]

    @property
    def _targets(self) -> list[Target]:
        told = set(self.table.loc[self.table["goal"].notna(), "target"])
        return [target for target in self.plan.targets if target.id in told]

    def of(self, target: Target) -> pd.DataFrame:
        """Return the rows of a target."""
        return self.table[self.table["target"] == target.id]


def rows_of(table: pd.DataFrame, plan: Plan, keys: Sequence[str]) -> Rows:
    """Return the rows of a plan, and which of the keys have several values there."""
    own = table[table["plan"] == plan.name]
    return Rows(table=own, plan=plan, keys=[key for key in keys if own[key].nunique() > 1])


def _moves(rows: pd.DataFrame) -> bool:
    """Return whether a target's chance or median differs between points under some mix."""
    groups = rows.groupby("policy")[["probability", "p50"]]
    spread = (groups.max() - groups.min()).abs()
    size = rows["p50"].abs().max()
    return bool((spread["probability"] > 0).any() or (spread["p50"] > 1e-9 * (size or 1)).any())


def _title(figure: Figure, height: float, title: str, note: str) -> None:
    figure.text(0.015, 1 - 0.27 / height, title, fontsize=12, fontweight="bold")
    figure.text(0.015, 1 - 0.5 / height, note, fontsize=8.5, color=GREY)


def _still_words(rows: Rows, ink: Ink) -> str:
    """Return which targets are the same everywhere, and how many more there are."""
    still = [ink.words(headline(target)) for target in rows.still]
    more = len(rows.moving) - MOST_PANELS
    said = [f"The same at all points: {'; '.join(still)}."] if still else []
    said += [f"{more} more targets move: sweep.csv has them."] if more > 0 else []
    return "\n".join(textwrap.wrap(" ".join(said), 150, max_lines=4, placeholder=" …"))


# Against one key


def against_chart(rows: Rows, key: str, ink: Ink) -> Figure:
    """Return chance and median of each target that moves, against one swept key."""
    targets, names = rows.moving[:MOST_PANELS], [mix_words(name) for name in rows.policies]
    foot = 1.0 + LINE * legend_rows(names)
    height = 0.62 + _ROW * len(targets) + foot
    figure = Figure(figsize=(WIDTH, height))
    for place, target in enumerate(targets):
        bottom = (foot + _ROW * (len(targets) - 1 - place) + 0.35) / height
        own = rows.of(target)
        look = {"bottom": bottom, "tall": (_ROW - 0.72) / height}
        chance = figure.add_axes((0.075, look["bottom"], 0.385, look["tall"]))
        median = figure.add_axes((0.575, look["bottom"], 0.385, look["tall"]))
        alone = rows.keys == [key]
        for axes, columns in ((chance, _CHANCE), (median, _MEDIAN)):
            _draw_against(axes, own, key, columns, ink, alone=alone)
        _draw_goal(median, own, key)
        chance.set_ylim(-0.04, 1.04)
        chance.yaxis.set_major_formatter(AS_SHARE)
        median.yaxis.set_major_formatter(AS_SHARE if is_share(target) else AS_NUMBER)
        median.yaxis.set_major_locator(MaxNLocator(5))
        title = textwrap.shorten(ink.words(headline(target)), 88, placeholder=" …")
        at = bottom + (_ROW - 0.66) / height
        figure.text(0.015, at, title, fontsize=9, fontweight="bold")
        for axes in (chance, median):
            _name_values(axes, own, key, named=place == len(targets) - 1)
    _title(
        figure,
        height,
        textwrap.shorten(f"{rows.plan.name}, against {key}", 84, placeholder=" …"),
        "Left: share of futures that meet the target. Right: its median, and its goal (dashed).",
    )
    _foot(figure, rows, key, height, ink)
    return figure


def _foot(figure: Figure, rows: Rows, key: str, height: float, ink: Ink) -> None:
    names = [mix_words(name) for name in rows.policies]
    marks = [
        Line2D([], [], color=ink.colour(policy), marker=ink.marker(policy), label=name)
        for policy, name in zip(rows.policies, names, strict=True)
    ]
    figure.legend(
        handles=marks,
        loc="lower left",
        bbox_to_anchor=(0.005, 0.5 / height),
        ncols=legend_columns(names),
        frameon=False,
    )
    others = [other for other in rows.keys if other != key]
    bands = "Bands: 95 % interval of the chance; nine in ten futures."
    if others:
        bands = f"Dots: points; {', '.join(others)} vary, too. Lines: means."
    note = textwrap.shorten(bands, 118, placeholder=" … vary, too. Lines: means.")
    words = _still_words(rows, ink)
    figure.text(0.015, 0.06 / height, words, fontsize=7.5, color=GREY, va="bottom")
    figure.text(0.985, 0.62 / height, note, fontsize=7.5, color=GREY, ha="right", va="bottom")


def positions(values: "pd.Series[Any]") -> Mapping[Any, float]:
    """Return where the values of a key stand on an axis: numbers where they are, words in order."""
    known = values.dropna().unique().tolist()
    if _numeric(values):
        return {value: float(value) for value in known}
    return {value: float(place) for place, value in enumerate(known)}


def _numeric(values: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _draw_against(
    axes: Axes,
    rows: pd.DataFrame,
    key: str,
    columns: tuple[str, str, str],
    ink: Ink,
    *,
    alone: bool,
) -> None:
    """Draw a figure of a target against a key, mix by mix; with bands where it varies alone."""
    places = positions(rows[key])
    middle, low, high = columns
    for policy, own in rows.dropna(subset=[key]).groupby("policy", sort=False):
        told = own.assign(x=own[key].map(places)).sort_values("x", kind="stable")
        colour, marker = ink.colour(str(policy)), ink.marker(str(policy))
        if alone:
            axes.fill_between(told["x"], told[low], told[high], color=colour, alpha=0.15, lw=0)
            axes.plot(told["x"], told[middle], marker, ls="-", color=colour, ms=4, lw=1.6)
            continue
        axes.plot(told["x"], told[middle], marker, color=colour, ms=3.5, alpha=0.5, mew=0)
        means = binned(told["x"], told[middle])
        axes.plot(means.index, means, color=colour, lw=1.8)
    axes.grid(axis="y")


def binned(x: "pd.Series[float]", y: "pd.Series[float]") -> "pd.Series[float]":
    """Return the mean of y at each x, or where there are many, in bins of as many points."""
    if x.nunique() <= _VALUES:
        return y.groupby(x).mean()
    bins = pd.qcut(x, _BINS, labels=False, duplicates="drop")
    return pd.Series(y.groupby(bins).mean().to_numpy(), index=x.groupby(bins).mean().to_numpy())


def _draw_goal(axes: Axes, rows: pd.DataFrame, key: str) -> None:
    places = positions(rows[key])
    goals = rows.assign(x=rows[key].map(places)).groupby("x")["goal"].mean()
    look: dict[str, Any] = {"color": GOAL, "linewidth": 1.1, "linestyle": (0, (6, 2))}
    if goals.nunique() == 1:
        axes.axhline(goals.iloc[0], **look)
    else:
        axes.plot(goals.index, goals, **look)


def _name_values(axes: Axes, rows: pd.DataFrame, key: str, *, named: bool) -> None:
    places = positions(rows[key])
    if _numeric(rows[key]):
        axes.xaxis.set_major_formatter(AS_NUMBER)
        few = len(places) <= _VALUES
        axes.xaxis.set_major_locator(
            FixedLocator(sorted(places.values())) if few and len(places) < 7 else MaxNLocator(6)
        )
    else:
        names = [textwrap.shorten(str(value), 18, placeholder="…") for value in places]
        axes.set_xticks(list(places.values()), names)
    if named:
        axes.set_xlabel(key, color=GREY)
    else:
        axes.xaxis.set_major_formatter(NullFormatter())
    axes.margins(x=0.04)


# Against two keys


def heat_chart(rows: Rows, policy: str, ink: Ink) -> Figure:
    """Return the chance of each target that moves over two swept keys; or the median beside them.

    A target whose chance is the same at all points is told by its median.
    """
    across, up = rows.keys[:2]
    own = Rows(table=rows.table[rows.table["policy"] == policy], plan=rows.plan, keys=rows.keys)
    targets = own.moving[:MOST_PANELS]
    wide, tall = (list(positions(own.table[key])) for key in (across, up))
    if all(isinstance(value, int | float) for value in wide):
        wide = sorted(wide)
    if all(isinstance(value, int | float) for value in tall):
        tall = sorted(tall)
    lines = -(-len(targets) // _COLUMNS)
    inside = max(1.1, _CELL * len(tall))
    each = inside + 1.0
    height = 0.75 + each * lines + 0.75
    figure = Figure(figsize=(WIDTH, height))
    for place, target in enumerate(targets):
        left = 0.085 + (place % _COLUMNS) * 0.31
        bottom = (height - 0.75 - each * (place // _COLUMNS + 1) + 0.55) / height
        axes = figure.add_axes((left, bottom, 0.235, inside / height))
        values, share, measure = _cells(own.of(target), across, up, wide, tall, target)
        _draw_cells(axes, values, share=share)
        axes.set_xticks(range(len(wide)), [_short(value) for value in wide], fontsize=7)
        axes.set_yticks(range(len(tall)), [_short(value) for value in tall], fontsize=7)
        if len(wide) > 6:
            axes.tick_params(axis="x", rotation=90)
        title = textwrap.wrap(ink.words(headline(target)), 36, max_lines=2, placeholder=" …")
        axes.set_title("\n".join([*title, measure]), fontsize=7.5, loc="left", color=INK)
        if place // _COLUMNS == lines - 1 or place + _COLUMNS >= len(targets):
            axes.set_xlabel(across, color=GREY, fontsize=8)
        if place % _COLUMNS == 0:
            axes.set_ylabel(up, color=GREY, fontsize=8)
    whole = textwrap.shorten(f"{rows.plan.name}, {mix_words(policy)}", 84, placeholder=" …")
    note = f"Across: {across}. Upward: {up}. Chance in percent; the median where no chance moves."
    _title(figure, height, whole, note)
    words = _still_words(own, ink)
    figure.text(0.015, 0.06 / height, words, fontsize=7.5, color=GREY, va="bottom")
    return figure


def _cells(
    rows: pd.DataFrame,
    across: str,
    up: str,
    wide: Sequence[Any],
    tall: Sequence[Any],
    target: Target,
) -> tuple[Any, bool, str]:
    """Return a target's values over two keys, whether they are shares, and what they are."""
    chance = rows["probability"].max() > rows["probability"].min()
    column = "probability" if chance else "p50"
    means = rows.groupby([up, across])[column].mean()
    values = np.array([[means.get((y, x), np.nan) for x in wide] for y in tall], np.float64)
    if chance:
        return values, True, "chance"
    return values, is_share(target), f"median; chance {number(rows['probability'].iloc[0], True)}"


def _draw_cells(axes: Axes, values: Any, *, share: bool) -> None:
    low, high = (0.0, 1.0) if share else (np.nanmin(values), np.nanmax(values))
    shades = (values - low) / ((high - low) or 1.0)
    axes.imshow(
        np.nan_to_num(shades, nan=0.0), cmap=_HEAT, vmin=0, vmax=1 / 0.92, aspect="auto",
        origin="lower",
    )  # fmt: skip
    rows, columns = values.shape
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if columns > 8:
        return
    for y, x in itertools.product(range(rows), range(columns)):
        if np.isfinite(values[y, x]):
            words = number(100 * values[y, x]) if share else number(values[y, x])
            colour = "white" if shades[y, x] > _DARK else INK
            axes.text(x, y, words, ha="center", va="center", fontsize=7, color=colour)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else textwrap.shorten(str(value), 14)


# Plan by plan


def plans_chart(plans: Sequence[Rows], key: str, ink: Ink) -> Figure:
    """Return the mean chance over a plan's targets against a key, a panel per plan."""
    columns = min(3, len(plans))
    lines = -(-len(plans) // columns)
    names = [mix_words(name) for name in ink.policies]
    foot = 0.55 + LINE * legend_rows(names)
    height = 0.75 + 2.0 * lines + foot
    figure = Figure(figsize=(WIDTH, height))
    for place, rows in enumerate(plans):
        left = 0.075 + (place % columns) * 0.92 / columns
        bottom = (foot + 2.0 * (lines - 1 - place // columns) + 0.42) / height
        axes = figure.add_axes((left, bottom, 0.92 / columns - 0.07, 1.25 / height))
        means = (
            rows.table.dropna(subset="probability")
            .groupby(["policy", *rows.keys], sort=False, dropna=False)["probability"]
            .mean()
            .reset_index()
            .assign(low=np.nan, high=np.nan)
        )
        alone = rows.keys == [key]
        _draw_against(axes, means, key, ("probability", "low", "high"), ink, alone=alone)
        axes.set_ylim(-0.04, 1.04)
        axes.yaxis.set_major_formatter(AS_SHARE)
        _name_values(axes, means, key, named=True)
        axes.set_title(rows.plan.name, fontsize=9, loc="left")
    title, note = f"Plan by plan, against {key}", "Mean over the targets of the chance of each."
    _title(figure, height, title, note)
    marks = [
        Line2D([], [], color=ink.colour(policy), marker=ink.marker(policy), label=name)
        for policy, name in zip(ink.policies, names, strict=True)
    ]
    figure.legend(
        handles=marks,
        loc="lower left",
        bbox_to_anchor=(0.005, 0.02),
        ncols=legend_columns(names),
        frameon=False,
    )
    return figure
