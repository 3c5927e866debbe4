"""Figures: a fan chart per target, the attainment of all targets, and spending by instrument.

More than two mixes are compared instead (``contrast``). Each is drawn once and saved as PNG and SVG
below ``figures``; many are drawn by several processes. The same study gives the same bytes.
A mix has one colour and one marker in all figures, and colours that colour-blind readers tell
apart. Chinese terms stand in them where the machine has a font with simplified Chinese.
"""

import dataclasses
import gc
import io
import logging
import re
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike, NDArray

from sim.core.quarter import label, parse, season, year
from sim.indicators.indicators import INDICATORS
from sim.inputs.plan import NATURES, Plan, Target
from sim.policy.mixes import COST
from sim.results.combination import Combination
from sim.results.study import Study
from sim.runs.ensemble import IDLE
from sim.runs.folder import folder_name, replacing

Floats = NDArray[np.float64]

FOLDER = "figures"
DPI = 110
FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "SimHei",
    "DengXian",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "Songti SC",
    "Droid Sans Fallback",
    "AR PL UMing CN",
)
NEEDED = "统业补贴专发"  # what fonts for Japanese lack
NO_FONT = (
    "figures: no Chinese font found, so the figures are in English only; on Debian or Ubuntu "
    "'apt-get install fonts-wqy-microhei' installs one"
)
COLOURS = {
    "none": "#6b6b6b",
    "as_written": "#0072b2",
    "founding": "#e69f00",
    "ladder": "#009e73",
    "transfer": "#d55e00",
    "incubation": "#cc79a7",
    "talent": "#56b4e9",
    "research": "#8a7500",
}
MARKERS = {
    "none": "s",
    "as_written": "o",
    "founding": "^",
    "ladder": "D",
    "transfer": "v",
    "incubation": "P",
    "talent": "X",
    "research": "*",
}
NATURE_WORDS = {
    "behavioural": "Behavioural: firms, universities and other agents decide",
    "delivered": "Delivered: the government and its staff bring it about",
    "quota": "Quota: a higher level or an outside party decides; city money decides little",
    "statistical": "Statistical: a ratio by definition of the statistics",
}
COUNTS = ("stock", "cumulative", "new", "annual")
PAYER_GROUPS = {
    ("city", "county"): "City and county money: the public cost",
    ("fund",): "Fund capital: not in the public cost",
    ("province", "nation"): "Provincial and national money, tax forgone: not in the public cost",
    ("firm",): "Firms' money: not in the public cost",
}

GREY = "#595959"
INK = "#222222"
GOAL = "#111111"
_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_NUMERALS = {numeral: i for i, numeral in enumerate("一二三四五六七八九十", start=1)}
FEW = 2  # mixes that are drawn one by one; more are compared, in ``contrast``
WIDTH = 8.4  # inches
_LINE = 0.2  # inches: a row of a legend
_FAN_WIDTH = 6.8  # inches
_TALL = 2.4  # inches: what a fan chart has for its values
_PATH = (0.578, 4.42)  # inches: from where to where a fan chart has its quarters
_ENDS = (4.624, 5.916)  # inches: and what is reached at the date
_SIGN = 0.0727  # inches: a letter of a legend, about
LEFT = 0.545  # where axes begin beside a column of words
PERCENT = "\u00a0%"
_LITTLE = 0.05  # million CNY
_MANY = 24  # figures from which they are worth several processes
APART = 1.6  # a real activity this many times beyond the count and goal would squash them
_QUARTERS = 13  # from which on a time axis names years only
_PAID: dict[str, Any] = {"facecolor": "#4d7a9e", "edgecolor": "#4d7a9e"}
_ASSUMED: dict[str, Any] = {"facecolor": "#e3ecf2", "edgecolor": "#4d7a9e", "hatch": "////"}
_SHORT = {"rd": "R&D", "ip": "IP", "tto": "TTO", "vp": "VP"}
_FORMATS: dict[str, dict[str, Any]] = {
    "png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 3}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
}
_EDGE: dict[str, Any] = {"color": "#8c8c8c", "linewidth": 0.8}
GRID: dict[str, Any] = {"color": "#e4e4e4", "linewidth": 0.7}
_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "svg.hashsalt": "regional-innovation-simulator",
    "svg.fonttype": "path",
    "text.hinting": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _EDGE["color"],
    "axes.linewidth": _EDGE["linewidth"],
    "axes.axisbelow": True,
    "grid.color": GRID["color"],
    "grid.linewidth": GRID["linewidth"],
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "hatch.linewidth": 0.7,
    "path.simplify": False,
}


def draw(root: Path, study: Study) -> None:
    """Draw all figures of a study below a root, many of them in several processes."""
    if chinese_font() is None:
        print(NO_FONT, file=sys.stderr)
    number = sum(len(_wanted(study, plan)) for plan in study.plans.values())
    if number < _MANY or study.effort.workers == 1:
        _draw_part(root, study, 0, 1)
        return
    from joblib import Parallel, cpu_count, delayed

    wanted = study.effort.workers
    workers = cpu_count() if wanted == "auto" else min(int(wanted), number)
    parts = [part for plan in study.plans.values() for part in _parts(study, plan)]
    # The same workers as those of the replicates.
    Parallel(n_jobs=workers, idle_worker_timeout=IDLE)(
        delayed(_draw_part)(root, part, place, of) for part, place, of in parts
    )


def _parts(study: Study, plan: Plan) -> Iterator[tuple[Study, int, int]]:
    """Yield what draws a plan's figures: what they need of the study, which, and of how many."""
    ones = tuple(one for one in study.combinations if one.plan == plan.name)
    part = dataclasses.replace(study, plans={plan.name: plan}, combinations=ones)
    of = -(-len(_wanted(study, plan)) // (_MANY // 2))
    yield from ((part, place, of) for place in range(of))


def _draw_part(root: Path, study: Study, place: int, of: int) -> None:
    """Draw every so-manieth of the figures of a study."""
    font = chinese_font()  # each process looks for itself
    gc.freeze()  # figures make so much garbage that all else would be searched again and again
    with _styled(font):
        for plan in study.plans.values():
            ink = Ink(study, plan, font is not None)
            for name, figure in _wanted(study, plan)[place::of]:
                _save(figure(ink), root / FOLDER / name)
    gc.unfreeze()


def fan_name(plan: Plan, target: Target) -> str:
    """Return the name, without its ending, of a target's fan chart."""
    return folder_name(f"{plan.name}-{target.id}")


def attainment_name(plan: Plan) -> str:
    """Return the name, without its ending, of the figure of all targets."""
    return folder_name(f"{plan.name}-attainment")


def spending_name(one: Combination) -> str:
    """Return the name, without its ending, of a mix's spending figure."""
    return folder_name(f"{one.plan}-spending-{one.policy}")


def _wanted(study: Study, plan: Plan) -> list[tuple[str, Callable[["Ink"], Figure]]]:
    """Return a plan's figures by name, yet to be drawn; what has no replicates has no figure."""
    ones = shown_mixes(study, plan)
    if not ones:
        return []
    if len(ones) > FEW:
        from sim.report.contrast import compared

        return compared(study, plan, ones)
    found: list[tuple[str, Callable[[Ink], Figure]]] = [
        (fan_name(plan, target), partial(fan_chart, target, ones))
        for target in plan.targets
        if not target.reason
    ]
    found.append((attainment_name(plan), partial(attainment_chart, plan, ones)))
    paying = [one for one in ones if not spending(one).empty]
    return [*found, *((spending_name(one), partial(spending_chart, one)) for one in paying)]


def _save(figure: Figure, path: Path) -> None:
    canvas = FigureCanvasAgg(figure)
    for ending, options in _FORMATS.items():
        drawn = io.BytesIO()  # the drawing library would not say that a disk is full
        canvas.print_figure(drawn, format=ending, dpi=DPI, **options)
        with replacing(path.with_name(f"{path.name}.{ending}")) as unfinished:
            unfinished.write_bytes(drawn.getvalue())


# What is shown, and in which words


def shown_mixes(study: Study, plan: Plan) -> list[Combination]:
    """Return a plan's mixes that have replicates: the plan's own first, baselines last."""
    ones = [one for one in study.combinations if one.plan == plan.name and one.replicates]
    return sorted(ones, key=lambda one: one.policy in study.baselines)


def mix_words(policy: str) -> str:
    """Return what a mix is called, with what was left out of it or changed."""
    whole, _, cost = policy.partition(COST)
    base, *changes = re.split("(?=[~+])", whole)
    words = {"none": "without the plan", "as_written": "with the plan as written"}
    first = words.get(base, f"with the mix {base}")
    if changes and changes[0].startswith("+from="):
        source = changes.pop(0).removeprefix("+from=")
        first = f"with {source} as written" if base == "as_written" else f"{first} of {source}"
    parts = [_change_words(change) for change in changes]
    parts += [f"at the cost of {cost}"] if cost else []
    return ", ".join([first, *parts])


def _change_words(change: str) -> str:
    word, _, value = change[1:].partition("=")
    if change[0] == "~":
        return f"less {word}"
    words = {"scale": f"{value} times the doses", "budget": f"{value} times the budget"}
    return words.get(word, change[1:] if value else f"plus {word}")


def headline(target: Target) -> str:
    """Return in a few words what a target counts."""
    known = INDICATORS.get(target.indicator)
    words = known.meaning if known else target.meaning or name_words(target.id)
    return words[:1].upper() + words[1:]


def is_share(target: Target) -> bool:
    """Return whether a target's numbers are shares of one."""
    return target.measure == "share" or target.unit.startswith("share")


def number(value: float, share: bool = False) -> str:
    """Return a number for people: a share in percent, thousands with commas, three digits."""
    if not np.isfinite(value):
        return "–"
    if share:
        percent = 100 * value
        return f"{_rounded(percent, 0 if 10 <= percent < 99 else 1)}{PERCENT}"
    return _rounded(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)


def rough(value: float, share: bool = False) -> str:
    """Return a number for people with two digits; for money, and for the ends of ranges."""
    if share or not np.isfinite(value):
        return number(value, share)
    return _rounded(value, 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2)


def span_words(low: float, middle: float, high: float) -> str:
    """Return an amount's median and, in brackets, the span of nine in ten futures."""
    if low == high:
        return rough(middle)
    return f"{rough(middle)} ({rough(low)} to {rough(high)})"


def _rounded(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")


AS_NUMBER = FuncFormatter(lambda value, _: number(value))
AS_SHARE = FuncFormatter(lambda value, _: number(value, share=True))


def name_words(name: str) -> str:
    """Return the id of an instrument or target in words."""
    words = " ".join(_SHORT.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def goal_words(target: Target) -> str:
    """Return a target's goal with its unit and, where the text hedges, how."""
    hedge = {"at_least": "at least ", "about": "about ", "aspiration": "strives for "}
    prefix = "more than " if target.strict else hedge.get(target.wording, "")
    unit = f" of {_share_of(target)}" if is_share(target) else f" {target.unit}"
    return f"{prefix}{number(target.value, is_share(target))}{unit}"


def _share_of(target: Target) -> str:
    return target.unit.removeprefix("share").removeprefix(" of ").replace(" x ", " × ") or "all"


# Style and fonts


@dataclass(frozen=True)
class Ink:
    """What all figures of a plan share.

    Attributes:
        study: The study.
        plan: The plan.
        chinese: Whether Chinese can be drawn.
    """

    study: Study
    plan: Plan
    chinese: bool

    def words(self, text: str) -> str:
        """Return a text, without its Chinese where that cannot be drawn."""
        return text if self.chinese else _CHINESE.sub("", text).strip()

    def clause(self, clause: str) -> str:
        """Return a clause's number, with Arabic numerals where Chinese cannot be drawn."""
        arabic = "".join(str(_NUMERALS.get(sign, sign)) for sign in clause)
        return f"clause {clause if self.chinese else self.words(arabic)}"

    def colour(self, policy: str) -> str:
        """Return the colour of a mix."""
        return self._look(policy, COLOURS)

    def marker(self, policy: str) -> str:
        """Return the marker of a mix."""
        return self._look(policy, MARKERS)

    def _look(self, policy: str, looks: Mapping[str, str]) -> str:
        """Return a built-in mix's look; mixes of one's own take in turn what the others leave."""
        if policy in looks:
            return looks[policy]
        ones = (one for one in self.study.combinations if one.plan == self.plan.name)
        names = dict.fromkeys(one.policy for one in ones)
        kept = {"none", "as_written", *names}
        spare = [look for name, look in looks.items() if name not in kept] or list(looks.values())
        own = [name for name in names if name not in looks]
        return spare[own.index(policy) % len(spare)]


@contextmanager
def _styled(font: str | None) -> Iterator[None]:
    """Set the style, with a font for Chinese if there is one."""
    families = ["DejaVu Sans", *([font] if font else [])]
    # Chinese fonts often lack a bold face, of which matplotlib would warn.
    log = logging.getLogger("matplotlib.font_manager")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with mpl.rc_context({**_STYLE, "font.family": families}):
            yield
    finally:
        log.setLevel(before)


def chinese_font() -> str | None:
    """Return the family of an installed font with simplified Chinese; None if there is none."""
    fonts = font_manager.fontManager
    found = _listed()
    if found is None:
        listed = {entry.fname for entry in fonts.ttflist}
        for path in sorted(set(font_manager.findSystemFonts()) - listed):
            with suppress(OSError, RuntimeError):  # a damaged file
                fonts.addfont(path)  # installed after matplotlib made its list
        found = _listed()
    return found


def _listed() -> str | None:
    entries = {entry.name: entry for entry in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in entries and _covers(entries[name])), None)


def _covers(entry: font_manager.FontEntry) -> bool:
    try:
        font = FT2Font(entry.fname, face_index=entry.index)
    except (OSError, RuntimeError):  # removed since matplotlib made its list, or damaged
        return False
    return all(font.get_char_index(ord(sign)) for sign in NEEDED)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A figure as it is being drawn, in inches: axes of matplotlib's own take too long.

    Attributes:
        figure: The figure.
    """

    figure: Figure

    def line(self, x: ArrayLike, y: ArrayLike, **look: Any) -> None:
        """Draw a line."""
        self.figure.add_artist(Line2D(x, y, transform=self.figure.dpi_scale_trans, **look))

    def lines(self, ends: Sequence[Any], **look: Any) -> None:
        """Draw straight lines, each from a point to another."""
        look["transform"] = self.figure.dpi_scale_trans
        self.figure.add_artist(LineCollection(ends, **look))

    def write(self, x: float, y: float, text: str, **look: Any) -> None:
        """Write words."""
        self.figure.text(x, y, text, transform=self.figure.dpi_scale_trans, **look)


# Fan charts


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
    floor = 0.83 + _LINE * _legend_rows(ones)
    height = above + _TALL + floor
    quarters = ones[0].quarters
    bottom, top = value_range(target, ones)
    sheet = Sheet(
        figure=Figure(figsize=(_FAN_WIDTH, height)),
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
    unit = f"% of {_share_of(target)}" if is_share(target) else target.unit
    sheet.write(0.1, floor + 2.5, ink.words(unit), color=GREY, fontsize=8.5)
    _fan_legend(sheet, target, ones, ink)
    return sheet.figure


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


def _legend_rows(ones: Sequence[Combination]) -> int:
    """Return how many rows a legend of mixes takes."""
    return -(-len(ones) // _legend_columns(ones))


def _legend_columns(ones: Sequence[Combination]) -> int:
    return max(1, 92 // (8 + max(len(mix_words(one.policy)) for one in ones)))


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


def has_real(target: Target) -> bool:
    """Return whether a real activity is measured beside the count."""
    known = INDICATORS.get(target.indicator)
    return known is not None and known.real is not None


def _real(target: Target, one: Combination) -> Floats:
    """Return the median real activity in every quarter."""
    return np.median(one.paths(target.id, one.reals), axis=0)


def _real_apart(target: Target, ones: Sequence[Combination]) -> bool:
    """Return whether the real activity is of another size, such as firms at events."""
    top = max(target.value, *(_bands(one, target)[4].max() for one in ones))
    return bool(_real(target, ones[0]).max() > APART * top)


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
    sheet.lines(edges, colors=_EDGE["color"], linewidths=_EDGE["linewidth"])
    by = float(sheet.across(target.by - first))
    look = {"color": GOAL, "linewidth": 0.9, "linestyle": (0, (1, 2))}
    sheet.line([by, by], [floor, floor + _TALL], **look)


def _quarter_name(quarter: int, *, first: bool) -> str:
    spring = season(quarter) == 1
    return f"Q{season(quarter)}" + (f"\n{year(quarter)}" if spring or first else "")


def _fan_legend(sheet: Sheet, target: Target, ones: Sequence[Combination], ink: Ink) -> None:
    columns, rows = _legend_columns(ones), _legend_rows(ones)
    step = _SIGN * (8 + max(len(mix_words(one.policy)) for one in ones))
    write = partial(sheet.write, va="center", fontsize=8.5)
    for place, one in enumerate(ones):
        x, y = _PATH[0] + step * (place % columns), 0.53 + _LINE * (rows - 1 - place // columns)
        sheet.line([x, x + 0.3], [y, y], color=ink.colour(one.policy), linewidth=2.2)
        write(x + 0.38, y, mix_words(one.policy))
    if has_real(target):
        activity = INDICATORS[target.indicator].activity
        words, x, y = f"real activity, {mix_words(ones[0].policy)}: {activity}", _PATH[0], 0.32
        if _real_apart(target, ones):
            last = number(float(_real(target, ones[0])[-1]), is_share(target))
            write(x, y, f"{words}, {last} at the end (not drawn)")
        else:
            colour = ink.colour(ones[0].policy)
            sheet.line([x, x + 0.3], [y, y], color=colour, linewidth=1.6, dashes=(3, 2))
            write(x + 0.38, y, words)
    bands = "Line: median. Dark band: half of all futures. Light band: nine in ten."
    write(_PATH[0], 0.11, bands, color=GREY)


def date_words(target: Target) -> str:
    """Return by when a target is to be met, and whether the text says so."""
    return f"by {target.date}" + (
        "" if target.date_stated else " (end of the plan; no date stated)"
    )


# Attainment


def attainment_chart(plan: Plan, ones: Sequence[Combination], ink: Ink) -> Figure:
    """Return how likely each target is to be met under each mix."""
    groups = [(n, [t for t in plan.targets if t.nature == n]) for n in NATURES]
    groups = [(nature, targets) for nature, targets in groups if targets]
    rows = len(plan.targets) + 0.8 * len(groups)
    inside = rows * 0.52
    height = 1.15 + inside + _LINE * _legend_rows(ones)
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LEFT, 0.55 / height, 0.91 - LEFT, inside / height))
    at = 0.0
    for nature, targets in groups:
        write_left(axes, at + 0.1, NATURE_WORDS[nature], weight="bold", backgroundcolor="white")
        at += 0.8
        for target in targets:
            _draw_attainment(axes, at, target, ones, ink)
            at += 1
    _attainment_axes(axes, rows)
    title = "How likely is each target to be met by its date?"
    figure.text(0.015, 1 - 0.32 / height, title, fontsize=12, fontweight="bold")
    figure.legend(
        handles=[_mark(one, ink) for one in ones],
        loc="upper left",
        bbox_to_anchor=(0.005, 1 - 0.38 / height),
        ncols=_legend_columns(ones),
        frameon=False,
    )
    return figure


def _mark(one: Combination, ink: Ink) -> Line2D:
    line = Line2D([], [], linewidth=1.5, marker=ink.marker(one.policy))
    line.set(color=ink.colour(one.policy), label=mix_words(one.policy))
    return line


def write_left(axes: Axes, at: float, text: str, **look: Any) -> None:
    """Write at the figure's left edge, in the row of an axes."""
    place = axes.get_position()
    edge = (0.015 - place.x0) / place.width
    axes.text(edge, at, text, transform=axes.get_yaxis_transform(), va="center", **look)


def _draw_attainment(
    axes: Axes, at: float, target: Target, ones: Sequence[Combination], ink: Ink
) -> None:
    name = textwrap.shorten(ink.words(headline(target)), 66, placeholder=" …")
    goal = textwrap.shorten(ink.words(goal_words(target)), 42, placeholder=" …")
    note = f"{goal}, by {target.date} · {ink.clause(target.clause)}"
    write_left(axes, at - 0.17, name, fontsize=8.5)
    write_left(axes, at + 0.19, note, color=GREY, fontsize=7.5)
    if target.reason:
        axes.text(0.5, at, "not modelled", ha="center", va="center", color=GREY, style="italic")
        return
    for place, one in enumerate(ones):
        row = one.attainment[one.attainment["target"] == target.id].iloc[0]
        _draw_probability(axes, at + 0.28 * (place - (len(ones) - 1) / 2), row, ink)


def _draw_probability(axes: Axes, at: float, row: "pd.Series[Any]", ink: Ink) -> None:
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


# Spending


@lru_cache(maxsize=64)
def spending(one: Combination, *, background: bool = False) -> pd.DataFrame:
    """Return what each instrument paid over the run, million CNY, largest first.

    Returns:
        A row per payer and instrument: clause, quantiles over the replicates, mean, assumed share.
    """
    paid = one.ledger[one.ledger["background"] == background]
    keys = ["payer", "instrument", "clause"]
    sums = paid.pivot_table(index=keys, columns="replicate", values="amount", aggfunc="sum")
    table = sums.index.to_frame(index=False)
    if table.empty:
        return table.reindex(columns=[*keys, "p05", "p50", "p95", "mean", "assumed"])
    amounts = sums.reindex(columns=one.replicates).fillna(0).to_numpy()
    table[["p05", "p50", "p95"]] = np.quantile(amounts, (0.05, 0.5, 0.95), axis=1).T
    table["mean"] = amounts.mean(axis=1)
    table["assumed"] = paid.groupby(keys)["assumed"].mean().to_numpy()
    return table.sort_values(["p50", "mean"], ascending=False, ignore_index=True)


def paid_by(one: Combination, payers: Collection[str], *, background: bool = False) -> Floats:
    """Return per replicate what some payers paid in all, million CNY."""
    chosen = one.ledger["payer"].isin(payers) & (one.ledger["background"] == background)
    sums = one.ledger[chosen].groupby("replicate")["amount"].sum()
    return sums.reindex(one.replicates).fillna(0).to_numpy(np.float64)


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
    total = np.quantile(paid_by(one, payers), (0.05, 0.5, 0.95))
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
