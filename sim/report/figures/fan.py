"""A target's fan chart: its path under each mix, and where it stands at its date."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from sim.core.arrays import Floats
from sim.core.quarter import label, parse, season, year
from sim.inputs.plan import Target
from sim.report.counted import activity_words, has_real, headline, real_number, real_unit
from sim.report.figures.look import (
    APART,
    EDGE,
    GOAL,
    GREY,
    GRID,
    LINE,
    Ink,
    Page,
    legend_columns,
    legend_rows,
)
from sim.report.numerals import number
from sim.report.words import date_words, goal_words, is_share, mix_words, share_of
from sim.results.combination import Combination

COUNTS = ("stock", "cumulative", "new", "annual")
_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_WIDTH = 6.8  # inches
_TALL = 2.4  # inches: what there is for the values
_PATH = (0.578, 4.42)  # inches: from where to where the quarters stand
_ENDS = (4.624, 5.916)  # inches: and what is reached at the date
_SIGN = 0.0727  # inches: a letter of a legend, about
_QUARTERS = 13  # from which on a time axis names years only


@dataclass(frozen=True, kw_only=True)
class Sheet(Page):
    """A fan chart as it is being drawn.

    Attributes:
        floor: Where the lowest value stands.
        last: How many quarters after the first the time axis ends.
        bottom: The lowest value.
        top: The highest value.
    """

    floor: float
    last: int
    bottom: float
    top: float

    def across(self, when: ArrayLike) -> Any:
        """Return where quarters stand, counted from the first; the start is at -1."""
        share = (np.asarray(when) + 1.15) / (self.last + 1.3)
        return _PATH[0] + share * (_PATH[1] - _PATH[0])

    def up(self, values: ArrayLike) -> Any:
        """Return where values stand."""
        share = (np.asarray(values) - self.bottom) / (self.top - self.bottom)
        return self.floor + np.clip(share, 0, 1) * _TALL

    def area(self, x: Floats, low: Floats, high: Floats, **look: Any) -> None:
        """Fill what lies between two lines."""
        corners = np.column_stack([np.hstack([x, x[::-1]]), np.hstack([low, high[::-1]])])
        look["transform"] = self.figure.dpi_scale_trans
        self.figure.add_artist(Polygon(corners, linewidth=0, **look))


def fan_chart(target: Target, ones: Sequence[Combination], ink: Ink) -> Figure:
    """Return a target's fan chart: its path under each mix, and where it stands at its date."""
    title, facts = _fan_title(target, ink), _fan_facts(target, ink)
    above = 0.75 + 0.2 * len(title) + 0.17 * len(facts)
    floor = 0.83 + LINE * legend_rows(_names(ones))
    height = above + _TALL + floor
    quarters = ones[0].quarters
    bottom, top = value_range(target, ones)
    sheet = Sheet(
        figure=Figure(figsize=(_WIDTH, height)),
        floor=floor,
        last=max(len(quarters) - 1, target.by - parse(quarters[0])),
        bottom=bottom,
        top=top,
    )
    _draw_values(sheet, target)
    for one in reversed(ones):
        _draw_path(sheet, target, one, ink)
    if has_real(target) and not _real_apart(target, ones):
        real, colour = _real(target, ones[0]), ink.colour(ones[0].policy)
        x = sheet.across(np.arange(real.size))
        sheet.line(x, sheet.up(real), color=colour, linewidth=1.6, dashes=(3, 2))
    _draw_ends(sheet, target, ones, ink)
    _draw_time(sheet, target, parse(quarters[0]))
    look: dict[str, Any] = {"va": "top", "linespacing": 1.35}
    sheet.write(0.1, height - 0.12, "\n".join(title), fontsize=10.5, fontweight="bold", **look)
    under = height - 0.15 - 0.2 * len(title)
    sheet.write(0.1, under, "\n".join(facts), color=GREY, fontsize=8.5, **look)
    unit = f"% of {share_of(target)}" if is_share(target) else target.unit
    sheet.write(0.1, floor + 2.5, ink.words(unit), color=GREY, fontsize=8.5)
    _fan_legend(sheet, target, ones, ink)
    return sheet.figure


def _names(ones: Sequence[Combination]) -> list[str]:
    return [mix_words(one.policy) for one in ones]


def _fan_title(target: Target, ink: Ink) -> list[str]:
    return textwrap.wrap(ink.words(headline(target)), 68, max_lines=2, placeholder=" …")


def _fan_facts(target: Target, ink: Ink) -> list[str]:
    facts = [
        f"Goal: {ink.words(goal_words(target))} {date_words(target)}",
        ink.clause(target.clause),
    ]
    if target.zh and ink.chinese:
        facts.append(target.zh)
    return textwrap.wrap(" · ".join(facts), 92, max_lines=3, placeholder=" …")


def value_range(target: Target, ones: Sequence[Combination]) -> tuple[float, float]:
    """Return the lowest and the highest value that a target's fan chart shows."""
    if is_share(target):
        return 0.0, 1.06
    shown = [_bands(one, target) for one in ones]
    if has_real(target) and not _real_apart(target, ones):
        shown.append(_real(target, ones[0]))
    low, high = min(map(np.min, shown)), max(map(np.max, shown))
    margin = 0.05 * (high - low)
    top = float(max(high + margin, 1.08 * target.value)) or 1.0
    # A level that moves little beside its size is shown from near where it starts.
    near = target.measure == "level" and low - margin > 0.6 * top
    return float(2 * (low - margin) - top) if near else 0.0, top


def _bands(one: Combination, target: Target) -> Floats:
    """Return the quantiles of the start and of every quarter."""
    values = one.paths(target.id)
    start = one.starts[target.id].to_numpy()[:, None]
    quantiles: Floats = np.quantile(np.hstack([start, values]), _LEVELS, axis=0)
    return quantiles


def _real(target: Target, one: Combination) -> Floats:
    """Return the median real activity in every quarter."""
    return np.median(one.paths(target.id, one.reals), axis=0)


def _real_apart(target: Target, ones: Sequence[Combination]) -> bool:
    """Return whether the real activity is of another unit or size than the target."""
    top = max(target.value, *(_bands(one, target)[4].max() for one in ones))
    return bool(real_unit(target)) or bool(_real(target, ones[0]).max() > APART * top)


def _draw_values(sheet: Sheet, target: Target) -> None:
    """Draw the values' lines and names, and the goal."""
    share = is_share(target)
    steps = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], integer=target.measure in COUNTS)
    ticks = np.asarray(steps.tick_values(sheet.bottom, sheet.top))
    ticks = ticks[(ticks >= sheet.bottom) & (ticks <= sheet.top)]
    lines = [[(x, y) for x in side] for y in sheet.up(ticks).tolist() for side in (_PATH, _ENDS)]
    sheet.lines(lines, colors=GRID["color"], linewidths=GRID["linewidth"], zorder=0.5)
    look: dict[str, Any] = {"ha": "right", "va": "center", "color": GREY}
    for tick in ticks.tolist():
        sheet.write(_PATH[0] - 0.07, sheet.up(tick), number(tick, share), **look)
    goal = float(sheet.up(target.value))
    for side in (_PATH, _ENDS):
        sheet.line(side, [goal, goal], color=GOAL, linewidth=1.2, linestyle=(0, (6, 2)))
    words = f"goal\n{number(target.value, share)}"
    sheet.write(_ENDS[1] + 0.05, goal, words, va="center", fontweight="bold")


def _draw_path(sheet: Sheet, target: Target, one: Combination, ink: Ink) -> None:
    low, lower, middle, upper, high = sheet.up(_bands(one, target))
    x = sheet.across(np.arange(middle.size) - 1)
    colour = ink.colour(one.policy)
    sheet.area(x, low, high, facecolor=colour, alpha=0.16)
    sheet.area(x, lower, upper, facecolor=colour, alpha=0.28)
    sheet.line(x, middle, color=colour, linewidth=2.2)


def _draw_ends(sheet: Sheet, target: Target, ones: Sequence[Combination], ink: Ink) -> None:
    """Draw where the target stands at its date, mix by mix."""
    middle, ceiling = sum(_ENDS) / 2, sheet.floor + _TALL
    look: dict[str, Any] = {"ha": "center", "va": "bottom"}
    title = f"share of futures that\nmeet it in {label(target.by)}"
    sheet.write(middle, ceiling + 0.28, title, fontsize=8.5, color=GREY, **look)
    if not ones[0].at(target).size:
        sheet.write(middle, sheet.floor + _TALL / 2, "beyond\nthis run", ha="center")
        return
    for place, one in enumerate(ones, start=1):
        values, colour = one.at(target).to_numpy(), ink.colour(one.policy)
        x = _ENDS[0] + (place - 0.3) / (len(ones) + 0.4) * (_ENDS[1] - _ENDS[0])
        low, lower, median, upper, high = sheet.up(np.quantile(values, _LEVELS))
        bar: dict[str, Any] = {"color": colour, "linewidth": 7, "solid_capstyle": "butt"}
        sheet.line([x, x], [low, high], alpha=0.35, **bar)
        sheet.line([x, x], [lower, upper], alpha=0.6, **bar)
        sheet.line([x], [median], marker=ink.marker(one.policy), color=colour, mec="white")
        met = number(float(target.met(values).mean()), share=True)
        sheet.write(x, ceiling + 0.05, met, color=colour, fontweight="bold", **look)


def _draw_time(sheet: Sheet, target: Target, first: int) -> None:
    """Draw the quarters' names and what stands upright."""
    last, floor = sheet.last, sheet.floor
    shown = [i for i in range(last + 1) if last < _QUARTERS or season(first + i) == 1]
    names = [_quarter_name(first + i, first=i == shown[0]) for i in shown]
    if last >= _QUARTERS and shown[0] < 2:  # no room for both the start and the first quarter
        names[0] = "\n" + str(year(first + shown[0]))
    places = sheet.across([-1, *shown]).tolist()
    look: dict[str, Any] = {"ha": "center", "va": "top", "color": GREY}
    for x, name in zip(places, ["start", *names], strict=True):
        sheet.write(x, floor - 0.09, name, **look)
    edges = [[(x, floor - 0.05), (x, floor)] for x in places]
    edges += [[(x, floor) for x in side] for side in (_PATH, _ENDS)]
    edges.append([(places[0], floor), (places[0], floor + _TALL)])
    sheet.lines(edges, colors=EDGE["color"], linewidths=EDGE["linewidth"])
    by = float(sheet.across(target.by - first))
    look = {"color": GOAL, "linewidth": 0.9, "linestyle": (0, (1, 2))}
    sheet.line([by, by], [floor, floor + _TALL], **look)


def _quarter_name(quarter: int, *, first: bool) -> str:
    spring = season(quarter) == 1
    return f"Q{season(quarter)}" + (f"\n{year(quarter)}" if spring or first else "")


def _fan_legend(sheet: Sheet, target: Target, ones: Sequence[Combination], ink: Ink) -> None:
    names = _names(ones)
    columns, rows = legend_columns(names), legend_rows(names)
    step = _SIGN * (8 + max(map(len, names)))
    write = partial(sheet.write, va="center", fontsize=8.5)
    for place, (one, name) in enumerate(zip(ones, names, strict=True)):
        x, y = _PATH[0] + step * (place % columns), 0.53 + LINE * (rows - 1 - place // columns)
        sheet.line([x, x + 0.3], [y, y], color=ink.colour(one.policy), linewidth=2.2)
        write(x + 0.38, y, name)
    if has_real(target):
        words, x, y = f"real activity, {names[0]}: {activity_words(target)}", _PATH[0], 0.32
        if _real_apart(target, ones):
            last = real_number(target, float(_real(target, ones[0])[-1]))
            if unit := real_unit(target):
                words = f"real activity, {names[0]}: {last} {unit} at the end (not drawn)"
            else:
                words += f", {last} at the end (not drawn)"
            write(x, y, words)
        else:
            colour = ink.colour(ones[0].policy)
            sheet.line([x, x + 0.3], [y, y], color=colour, linewidth=1.6, dashes=(3, 2))
            write(x + 0.38, y, words)
    bands = "Line: median. Dark band: half of all futures. Light band: nine in ten."
    write(_PATH[0], 0.11, bands, color=GREY)
