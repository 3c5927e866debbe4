"""A panel per target with a row per mix: what each mix adds, and what stands behind the counts."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.inputs.plan import Target
from sim.report.counted import activity_words, has_real, headline, real_number, real_unit
from sim.report.figures.look import (
    APART,
    GOAL,
    GREY,
    GRID,
    WIDTH,
    Ink,
    Page,
    in_two_lines,
)
from sim.report.numerals import PERCENT, exact, number
from sim.report.view import Row, View, ordered
from sim.report.words import is_share, short_names

_MOST = 12  # mixes in a panel, those that differ most
_NAME = 27  # letters of a mix's name in a panel
_ALL_WIDE = 112  # letters of a note across the figure
_COLUMN = 4.15  # inches: a column of panels
_PLOT = (1.6, 3.22)  # inches: from where to where a panel has its values
_ROW = 0.165  # inches: a mix in a panel
_SMALL: dict[str, Any] = {"va": "center", "fontsize": 6.7}


@dataclass(frozen=True, kw_only=True)
class Bar:
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
        bars: Its mixes.
        upright: Where a line stands to measure by.
        tick: A value on the axis in words.
        note: What stands below the title.
    """

    target: Target
    bars: Sequence[Bar]
    upright: float
    tick: Callable[[float], str]
    note: str


def added_panels(view: View) -> list[Panel]:
    """Return what each mix adds to each target, against the first baseline."""
    table = view.study.comparison
    against = table["against"].isin(view.study.baselines[:1])
    table = table[(table["plan"] == view.plan.name) & against]
    order = {one.policy: place for place, one in enumerate(view.anyway_first)}
    found = []
    for target in ordered(view.plan):
        part = table[(table["target"] == target.id) & table["delta_mean"].notna()]
        part = part.loc[part["delta_mean"].abs().sort_values(ascending=False, kind="stable").index]
        share = is_share(target)
        bars = [_added_bar(row, share) for row in part.head(_MOST).to_dict("records")]
        bars.sort(key=lambda bar: order[bar.policy])
        left_out = len(part) - len(bars)
        note = "percentage points" if share else target.unit
        note += f"; {left_out} mixes that change less are left out" if left_out else ""
        tick = _points if share else exact
        if bars:
            found.append(Panel(target=target, bars=bars, upright=0.0, tick=tick, note=note))
    return found


def _added_bar(row: Row, share: bool) -> Bar:
    mean = row["delta_mean"]
    words = number(100 * mean if share else mean)
    return Bar(
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
    moved = [p for p in panels if any(bar.low or bar.high or bar.mark for bar in p.bars)]
    still = [ink.words(headline(panel.target)) for panel in panels if panel not in moved]
    if still:
        listed = textwrap.wrap(f"No mix changes: {'; '.join(still)}.", _ALL_WIDE)
        note = "\n".join([note, *listed])
    return _panels_chart(moved, title, note, ink)


def real_panels(view: View) -> list[Panel]:
    """Return each target's count and the real activity beside it, mix by mix."""
    counted = [t for t in ordered(view.plan) if not t.reason and has_real(t)]
    panels = (_real_panel(view, target) for target in counted)
    return [panel for panel in panels if panel.bars]


def _real_panel(view: View, target: Target) -> Panel:
    """Return a target's panel: the first mix, and those whose counts differ most from its own."""
    share = is_share(target)
    told = [view.attained(one, target) for one in view.anyway_first]
    told = [row for row in told if np.isfinite(row["p50"])]
    apart = sorted(told[1:], key=lambda row: -abs(row["p50"] - told[0]["p50"]))
    kept = {row["policy"] for row in [*told[:1], *apart[: _MOST - 1]]}
    size = max([target.value, *(row["p50"] for row in told)])
    largest = max((row["real_p50"] for row in told), default=0.0)
    other = bool(real_unit(target)) or largest > APART * size
    return Panel(
        target=target,
        bars=[_real_bar(row, target, drawn=not other) for row in told if row["policy"] in kept],
        upright=target.value,
        tick=_percent if share else exact,
        note=f"real: {real_unit(target) or activity_words(target)}"
        + (" (not drawn)" if other else ""),
    )


def _points(value: float) -> str:
    return exact(100 * value)


def _percent(value: float) -> str:
    return _points(value) + PERCENT


def _real_bar(row: Row, target: Target, *, drawn: bool) -> Bar:
    count, real = row["p50"], row["real_p50"]
    first = number(count, is_share(target)).removesuffix("" if real_unit(target) else PERCENT)
    return Bar(
        policy=row["policy"],
        low=min(count, real) if drawn else count,
        high=max(count, real) if drawn else count,
        mark=count,
        hollow=real if drawn else None,
        words=f"{first} · {real_number(target, real)}",
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
    talls = [0.78 + _ROW * max(len(panel.bars) for panel in pair) for pair in pairs]
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
    title, size = in_two_lines(ink.words(headline(panel.target)), 58, 8.5)
    page.write(x, top - 0.14, title, fontsize=size, fontweight="bold", va="center")
    note = textwrap.shorten(ink.words(panel.note), 74, placeholder=" …")
    page.write(x, top - 0.28, note, fontsize=7, color=GREY)
    known = [bar for bar in panel.bars for value in (bar.low, bar.high) if np.isfinite(value)]
    low = min(panel.upright, 0.0, *(bar.low for bar in known))
    high = max(panel.upright, *(bar.high for bar in known))
    margin = 0.04 * (high - low) or 1.0
    low, high = low - margin, high + margin

    def across(value: float) -> float:
        return x + _PLOT[0] + (value - low) / (high - low) * (_PLOT[1] - _PLOT[0])

    first = top - 0.42
    floor = first - _ROW * (len(panel.bars) - 0.4)
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
    names = short_names([bar.policy for bar in panel.bars], _NAME)
    for place, (bar, name) in enumerate(zip(panel.bars, names, strict=True)):
        y = first - _ROW * place
        page.write(x + _PLOT[0] - 0.06, y, name, ha="right", **_SMALL)
        colour = ink.colour(bar.policy)
        end = x + _PLOT[1] + 0.05
        page.write(end, y, bar.words, color=colour, fontweight="bold", **_SMALL)
        _draw_bar(page, bar, across, y, ink)


def _draw_bar(page: Page, bar: Bar, across: Callable[[float], float], y: float, ink: Ink) -> None:
    """Draw a mix's bar and markers at a height."""
    colour = ink.colour(bar.policy)
    wide: dict[str, Any] = {"color": colour, "linewidth": 4, "solid_capstyle": "butt"}
    page.line([across(bar.low), across(bar.high)], [y, y], alpha=0.4, **wide)
    dot: dict[str, Any] = {"color": colour, "marker": ink.marker(bar.policy), "markersize": 5}
    if bar.hollow is not None:
        page.line([across(bar.hollow)], [y], mfc="white", **dot)
    page.line([across(bar.mark)], [y], **dot)
