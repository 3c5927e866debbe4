"""Figures that compare many mixes of a plan, in place of figures of each.

How likely each makes every target, what it adds, at which outlay, and what stands behind the
counts. What arrives anyway stands first.
"""

import itertools
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.indicators.indicators import INDICATORS
from sim.inputs.plan import NATURES, Plan, Target
from sim.report.figures import (
    APART,
    AS_NUMBER,
    GOAL,
    GREY,
    GRID,
    INK,
    LEFT,
    NATURE_WORDS,
    PERCENT,
    WIDTH,
    Floats,
    Ink,
    Page,
    has_real,
    headline,
    is_share,
    number,
    write_left,
)
from sim.results.combination import Combination
from sim.results.study import Study
from sim.runs.folder import folder_name

_NUMBERED = 14  # mixes whose chances fit into a heat map as numbers
_NARROW = 0.125  # inches: a column of a heat map, at least
_BESIDE = 0.25  # of a column between the first mix and the others
_HEAT = mpl.colormaps["Blues"]
_DARK = 0.55  # a chance from which on words stand in white
_ROWS = 12  # mixes in a panel, those that differ most
_NAME = 27  # letters of a mix's name in a panel
_LONG_NAME = 45  # where there is more room
_ALL_WIDE = 112  # letters of a note across the figure
_COLUMN = 4.15  # inches: a column of panels
_PLOT = (1.6, 3.22)  # inches: from where to where a panel has its values
_ROW = 0.165  # inches: a mix in a panel
_SHIFTS = (0.14, -0.14, 0.28, -0.28, 0.42, -0.42, 0.56, -0.56)  # inches, of a label


def compared(
    study: Study, plan: Plan, ones: Sequence[Combination]
) -> list[tuple[str, Callable[[Ink], Figure]]]:
    """Return the figures that compare a plan's mixes by name, yet to be drawn."""
    columns = anyway_first(study, ones)
    found: list[tuple[str, Callable[[Ink], Figure]]] = [
        (compared_name(plan, "attainment"), partial(heat_map, plan, columns))
    ]
    changes = added_rows(study, plan, columns)
    if changes:
        found.append(
            (compared_name(plan, "added"), partial(added_chart, changes, study.baselines[0]))
        )
    points = outlay_points(plan, columns)
    if not points.empty:
        found.append((compared_name(plan, "outlay"), partial(outlay_chart, points)))
    activities = real_rows(plan, columns)
    if activities:
        found.append((compared_name(plan, "real"), partial(real_chart, activities)))
    return found


def compared_name(plan: Plan, what: str) -> str:
    """Return the name, without its ending, of a figure that compares a plan's mixes."""
    return folder_name(f"{plan.name}-mixes-{what}")


def anyway_first(study: Study, ones: Sequence[Combination]) -> list[Combination]:
    """Return mixes with what arrives anyway first, then what else they are compared with."""
    return sorted(ones, key=lambda one: (not one.mix.empty, one.policy not in study.baselines))


def heat_map(plan: Plan, ones: Sequence[Combination], ink: Ink) -> Figure:
    """Return how likely each target is to be met under each mix, as colours."""
    groups = [(n, [t for t in plan.targets if t.nature == n]) for n in NATURES]
    groups = [(nature, targets) for nature, targets in groups if targets]
    rows = len(plan.targets) + 0.8 * len(groups)
    names = short_names([one.policy for one in ones], _LONG_NAME)
    above = 0.62 + 0.062 * max(map(len, names))
    height = above + 0.3 * rows + 0.62
    few = len(ones) <= _NUMBERED
    wide = max(WIDTH, LEFT * WIDTH + _NARROW * len(ones))
    left = LEFT * WIDTH / wide
    figure = Figure(figsize=(wide, height))
    axes = figure.add_axes((left, 0.55 / height, 0.985 - left, 0.3 * rows / height))
    axes.set_xlim(0, len(ones) + _BESIDE)
    axes.set_ylim(rows, 0)
    axes.set_axis_off()
    lefts = np.array([0.0, *(np.arange(1, len(ones)) + _BESIDE)])
    told = _told(ones)
    at = 0.0
    for nature, targets in groups:
        write_left(axes, at + 0.45, NATURE_WORDS[nature], weight="bold", fontsize=8.5)
        at += 0.8
        for target in targets:
            name, size = _in_two_lines(ink.words(headline(target)), 66, 8)
            write_left(axes, at + 0.5, name, fontsize=size)
            chances = [told[one.policy, target.id]["probability"] for one in ones]
            _draw_heat(axes, at, lefts, chances)
            at += 1
    for left, one, name in zip(lefts, ones, names, strict=True):
        look: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "bottom"}
        look |= {"fontsize": 7.5, "weight": "bold"} if few else {"fontsize": 6.5}
        axes.text(left + 0.5, -0.15, name, color=ink.colour(one.policy) if few else INK, **look)
    title = "How likely is each target to be met by its date, mix by mix?"
    figure.text(0.015, 1 - 0.27 / height, title, fontsize=12, fontweight="bold")
    first = "what arrives anyway" if ones[0].mix.empty else ones[0].policy
    note = f"Share of futures that meet it, percent. First column: {first}."
    figure.text(0.015, 0.2 / height, note, color=GREY, fontsize=8.5)
    _heat_scale(figure, height)
    return figure


def _told(ones: Sequence[Combination]) -> dict[tuple[str, str], Mapping[Any, Any]]:
    """Return the rows of attainment by mix and target."""
    return {
        (one.policy, row["target"]): row
        for one in ones
        for row in one.attainment.to_dict("records")
    }


def _draw_heat(axes: Axes, at: float, lefts: Floats, chances: Sequence[float]) -> None:
    """Draw the row of a target."""
    for left, chance in zip(lefts, chances, strict=True):
        known = np.isfinite(chance)
        face = _HEAT(0.92 * chance) if known else "#f4f4f4"
        cell = Rectangle((left, at), 1, 1, facecolor=face, edgecolor="white", linewidth=1.2)
        axes.add_artist(cell)
        if len(chances) <= _NUMBERED:
            words = number(100 * round(chance, 2)) if known else "–"
            look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8}
            look["color"] = "white" if known and chance > _DARK else INK
            axes.text(left + 0.5, at + 0.5, words, **look)


def _in_two_lines(words: str, wide: int, size: float) -> tuple[str, float]:
    """Return words on one line or, smaller, on two; and their size."""
    if len(words) <= wide:
        return words, size
    lines = textwrap.wrap(words, round(1.2 * wide), max_lines=2, placeholder=" …")
    return "\n".join(lines), size / 1.2


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


def short_names(policies: Sequence[str], most: int) -> list[str]:
    """Return names of mixes, without the mix they begin with where all but none begin with it.

    A mix of another plan, or one at another's cost, would read as an addition: it stays whole.
    """
    pairs = [re.split("(?=[~+])", policy, maxsplit=1) for policy in policies]
    one = len({pair[0] for pair in pairs if pair != ["none"]}) == 1
    names = [
        pair[-1] if one and not re.search(r"\+from=|^\+cost=", pair[-1]) else "".join(pair)
        for pair in pairs
    ]
    return [name if len(name) <= most else f"{name[: most - 1]}…" for name in names]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A mix in a target's panel.

    Attributes:
        policy: The mix.
        low: Where its bar begins.
        high: Where its bar ends.
        mark: Where its marker stands.
        hollow: Where a hollow one stands, if there is one.
        words: What stands at the end.
    """

    policy: str
    low: float
    high: float
    mark: float
    hollow: float | None = None
    words: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A target with its mixes.

    Attributes:
        target: The target.
        rows: Its mixes.
        upright: Where a line stands to measure by.
        tick: A value on the axis in words.
        note: What stands below the title.
    """

    target: Target
    rows: Sequence[Row]
    upright: float
    tick: Callable[[float], str]
    note: str


def _ordered(plan: Plan) -> list[Target]:
    """Return a plan's targets, behavioural ones first."""
    return sorted(plan.targets, key=lambda target: NATURES.index(target.nature))


def added_rows(study: Study, plan: Plan, ones: Sequence[Combination]) -> list[Panel]:
    """Return what each mix adds to each target, against the first baseline."""
    table = study.comparison
    against = table["against"].isin(study.baselines[:1])
    table = table[(table["plan"] == plan.name) & against]
    order = {one.policy: place for place, one in enumerate(ones)}
    found = []
    for target in _ordered(plan):
        part = table[(table["target"] == target.id) & table["delta_mean"].notna()]
        part = part.loc[part["delta_mean"].abs().sort_values(ascending=False, kind="stable").index]
        rows = [_added_row(row, is_share(target)) for row in part.head(_ROWS).to_dict("records")]
        rows.sort(key=lambda row: order[row.policy])
        left_out = len(part) - len(rows)
        note = f"; {left_out} mixes that change less are left out" if left_out else ""
        share = is_share(target)
        unit = "percentage points" if share else target.unit
        tick = partial(_tick, 100 if share else 1)
        if rows:
            found.append(Panel(target=target, rows=rows, upright=0.0, tick=tick, note=unit + note))
    return found


def _tick(factor: float, value: float) -> str:
    """Return a value on an axis in words: all its digits, since ticks stand evenly."""
    return f"{factor * value:,.6g}".replace("-", "−")


def _added_row(row: Mapping[Any, Any], share: bool) -> Row:
    mean = row["delta_mean"]
    words = number(100 * mean if share else mean)
    return Row(
        policy=row["policy"],
        low=row["delta_p05"],
        high=row["delta_p95"],
        mark=mean,
        words=f"+{words}" if mean > 0 and words != "0" else words,
    )


def added_chart(panels: Sequence[Panel], against: str, ink: Ink) -> Figure:
    """Return what each mix adds to each target."""
    title = f"What does each mix change, against {against}?"
    note = (
        "Same city, same luck, future by future. Marker and number: mean. Bar: nine in ten futures."
    )
    moved = [p for p in panels if any(row.low or row.high or row.mark for row in p.rows)]
    still = [ink.words(headline(panel.target)) for panel in panels if panel not in moved]
    if still:
        listed = textwrap.wrap(f"No mix changes: {'; '.join(still)}.", _ALL_WIDE)
        note = "\n".join([note, *listed])
    return _panels_chart(moved, title, note, ink)


def real_rows(plan: Plan, ones: Sequence[Combination]) -> list[Panel]:
    """Return each target's count and the real activity beside it, mix by mix."""
    found, every = [], _told(ones)
    for target in _ordered(plan):
        if target.reason or not has_real(target):
            continue
        share = is_share(target)
        told = [every[one.policy, target.id] for one in ones]
        told = [row for row in told if np.isfinite(row["p50"])]
        if not told:
            continue
        apart = sorted(told[1:], key=lambda row: -abs(row["p50"] - told[0]["p50"]))
        kept = {row["policy"] for row in [*told[:1], *apart[: _ROWS - 1]]}
        size = max(target.value, *(row["p50"] for row in told))
        other = max(row["real_p50"] for row in told) > APART * size
        rows = [_real_row(row, share, drawn=not other) for row in told if row["policy"] in kept]
        note = f"real: {INDICATORS[target.indicator].activity}" + (" (not drawn)" if other else "")
        tick = _percent if share else partial(_tick, 1)
        found.append(Panel(target=target, rows=rows, upright=target.value, tick=tick, note=note))
    return found


def _percent(value: float) -> str:
    return _tick(100, value) + PERCENT


def _real_row(row: Mapping[Any, Any], share: bool, *, drawn: bool) -> Row:
    count, real = row["p50"], row["real_p50"]
    return Row(
        policy=row["policy"],
        low=min(count, real) if drawn else count,
        high=max(count, real) if drawn else count,
        mark=count,
        hollow=real if drawn else None,
        words=f"{number(count, share).removesuffix(PERCENT)} · {number(real, share)}",
    )


def real_chart(panels: Sequence[Panel], ink: Ink) -> Figure:
    """Return the count of each target beside its real activity, mix by mix."""
    note = (
        "Medians. Full marker and first number: the count that the target names. Hollow marker and "
        "second number:\nthe real activity, which is named below each title. Dashed: the goal."
    )
    return _panels_chart(panels, "What stands behind the counts?", note, ink)


def _panels_chart(panels: Sequence[Panel], title: str, note: str, ink: Ink) -> Figure:
    """Return panels in two columns."""
    pairs = [panels[at : at + 2] for at in range(0, len(panels), 2)]
    talls = [0.78 + _ROW * max(len(panel.rows) for panel in pair) for pair in pairs]
    height = 0.62 + 0.15 * note.count("\n") + sum(talls)
    page = Page(figure=Figure(figsize=(WIDTH, height)))
    page.write(0.12, height - 0.27, title, fontsize=12, fontweight="bold")
    page.write(0.12, height - 0.36, note, color=GREY, fontsize=8.5, va="top", linespacing=1.3)
    top = height - 0.62 - 0.15 * note.count("\n")
    for pair, tall in zip(pairs, talls, strict=True):
        for place, panel in enumerate(pair):
            _draw_panel(page, panel, 0.12 + place * _COLUMN, top, ink)
        top -= tall
    return page.figure


def _draw_panel(page: Page, panel: Panel, x: float, top: float, ink: Ink) -> None:
    """Draw a target's panel below a height."""
    title, size = _in_two_lines(ink.words(headline(panel.target)), 58, 8.5)
    page.write(x, top - 0.14, title, fontsize=size, fontweight="bold", va="center")
    note = textwrap.shorten(ink.words(panel.note), 74, placeholder=" …")
    page.write(x, top - 0.28, note, fontsize=7, color=GREY)
    known = [row for row in panel.rows for value in (row.low, row.high) if np.isfinite(value)]
    low = min(panel.upright, 0.0, *(row.low for row in known))
    high = max(panel.upright, *(row.high for row in known))
    margin = 0.04 * (high - low) or 1.0
    low, high = low - margin, high + margin

    def across(value: float) -> float:
        return x + _PLOT[0] + (value - low) / (high - low) * (_PLOT[1] - _PLOT[0])

    first = top - 0.42
    floor = first - _ROW * (len(panel.rows) - 0.4)
    ticks = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [tick for tick in ticks if low <= tick <= high]
    upright = [[(across(t), floor), (across(t), first + 0.1)] for t in ticks]
    page.lines(upright, colors=GRID["color"], linewidths=GRID["linewidth"], zorder=0.5)
    for tick in ticks:
        look = {"ha": "center", "va": "top", "fontsize": 7, "color": GREY}
        page.write(across(tick), floor - 0.03, panel.tick(tick), **look)
    measure: dict[str, Any] = {"color": GOAL, "linewidth": 0.9, "zorder": 1}
    measure["linestyle"] = (0, (6, 2)) if panel.upright else "-"
    page.line([across(panel.upright)] * 2, [floor, first + 0.1], **measure)
    names = short_names([row.policy for row in panel.rows], _NAME)
    for place, (row, name) in enumerate(zip(panel.rows, names, strict=True)):
        y, colour = first - _ROW * place, ink.colour(row.policy)
        small: dict[str, Any] = {"va": "center", "fontsize": 6.7}
        page.write(x + _PLOT[0] - 0.06, y, name, ha="right", **small)
        page.write(x + _PLOT[1] + 0.05, y, row.words, color=colour, fontweight="bold", **small)
        bar: dict[str, Any] = {"color": colour, "linewidth": 4, "solid_capstyle": "butt"}
        page.line([across(row.low), across(row.high)], [y, y], alpha=0.4, **bar)
        dot: dict[str, Any] = {"color": colour, "marker": ink.marker(row.policy), "markersize": 5}
        if row.hollow is not None:
            page.line([across(row.hollow)], [y], mfc="white", **dot)
        page.line([across(row.mark)], [y], **dot)


def outlay_points(plan: Plan, ones: Sequence[Combination]) -> pd.DataFrame:
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
    few = len(points) <= _ROWS
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
    shown = points if len(points) <= _ROWS else points[points["front"]]
    names = short_names(shown["policy"].tolist(), _LONG_NAME)
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
