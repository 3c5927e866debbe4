"""Figures: a fan chart per target, the attainment of all targets, and spending by instrument.

Each is drawn once and saved as PNG and SVG below ``figures``; many are drawn by several processes.
The same study gives the same bytes.
A mix has one colour and one marker in all figures, and colours that colour-blind readers tell
apart. Chinese terms stand in them where the machine has a font with simplified Chinese.
"""

import dataclasses
import logging
import re
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from sim.indicators import INDICATORS
from sim.plan import NATURES, Plan, Target
from sim.quarter import label, parse, season, year
from sim.results import Combination, Study
from sim.settings import folder_name, replacing

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

_GREY = "#595959"
_INK = "#222222"
_GOAL = "#111111"
_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_NUMERALS = {numeral: i for i, numeral in enumerate("一二三四五六七八九十", start=1)}
_WIDTH = 8.4  # inches
_LINE = 0.2  # inches: a row of a legend
_FAN_WIDTH = 6.8  # inches
_FEW = 3  # mixes whose numbers stand side by side
_LEFT = 0.545  # where axes begin beside a column of words
_LITTLE = 0.05  # million CNY
_MANY = 24  # figures from which they are worth several processes
_APART = 1.6  # a real activity this many times beyond the count and goal would squash them
_QUARTERS = 13  # from which on a time axis names years only
_PAID: dict[str, Any] = {"facecolor": "#4d7a9e", "edgecolor": "#4d7a9e"}
_ASSUMED: dict[str, Any] = {"facecolor": "#e3ecf2", "edgecolor": "#4d7a9e", "hatch": "////"}
_SHORT = {"rd": "R&D", "ip": "IP", "tto": "TTO", "vp": "VP"}
_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "svg.hashsalt": "regional-innovation-simulator",
    "svg.fonttype": "path",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8c8c8c",
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _GREY,
    "ytick.color": _GREY,
    "hatch.linewidth": 0.7,
    "path.simplify": False,
}


def draw(root: Path, study: Study) -> None:
    """Draw all figures of a study below a root, many of them in several processes."""
    if chinese_font() is None:
        print(NO_FONT, file=sys.stderr)
    number = sum(len(_wanted(study, plan)) for plan in study.plans.values())
    if number < _MANY or study.settings.workers == 1:
        _draw_part(root, study, 0, 1)
        return
    from joblib import Parallel, cpu_count, delayed

    wanted = study.settings.workers
    workers = cpu_count() if wanted == "auto" else min(int(wanted), number)
    parts = [part for plan in study.plans.values() for part in _parts(study, plan)]
    Parallel(n_jobs=workers)(
        delayed(_draw_part)(root, part, place, of) for part, place, of in parts
    )


def _parts(study: Study, plan: Plan) -> Iterator[tuple[Study, int, int]]:
    """Yield what draws a plan's figures: all of the study that they need, which, and of how many.

    All plans of a study have the same mixes, so that a mix looks the same in every part.
    """
    ones = tuple(one for one in study.combinations if one.plan == plan.name)
    part = dataclasses.replace(study, plans={plan.name: plan}, combinations=ones)
    of = -(-len(_wanted(study, plan)) // (_MANY // 2))
    yield from ((part, place, of) for place in range(of))


def _draw_part(root: Path, study: Study, place: int, of: int) -> None:
    """Draw every so-manieth of the figures of a study."""
    font = chinese_font()  # each process looks for itself
    with _styled(font):
        ink = Ink(study, font is not None)
        for plan in study.plans.values():
            for name, figure in _wanted(study, plan)[place::of]:
                _save(figure(ink), root / FOLDER / name)


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
    for ending, facts in ((".png", {"Software": None}), (".svg", {"Date": None, "Creator": None})):
        with replacing(path.with_name(path.name + ending)) as unfinished:
            canvas.print_figure(unfinished, format=ending[1:], dpi=DPI, metadata=facts)


# What is shown, and in which words


def shown_mixes(study: Study, plan: Plan) -> list[Combination]:
    """Return a plan's mixes that have replicates: the plan's own first, baselines last."""
    ones = [one for one in study.combinations if one.plan == plan.name and one.replicates]
    return sorted(ones, key=lambda one: one.policy in study.baselines)


def mix_words(policy: str) -> str:
    """Return what a mix is called, with what was left out of it or changed."""
    base, *changes = re.split("(?=[~+])", policy)
    words = {"none": "without the plan", "as_written": "with the plan as written"}
    parts = [f"less {change[1:]}" if change[0] == "~" else change[1:] for change in changes]
    return ", ".join([words.get(base, f"with the mix {base}"), *parts])


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
        return f"{_rounded(percent, 0 if 10 <= percent < 99 else 1)}\u00a0%"
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


_AS_NUMBER = FuncFormatter(lambda value, _: number(value))
_AS_SHARE = FuncFormatter(lambda value, _: number(value, share=True))


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
    """What all figures of a study share.

    Attributes:
        study: The study.
        chinese: Whether Chinese can be drawn.
    """

    study: Study
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
        names = dict.fromkeys(one.policy for one in self.study.combinations)
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


# Fan charts


def fan_chart(target: Target, ones: Sequence[Combination], ink: Ink) -> Figure:
    """Return a target's fan chart: its path under each mix, and where it stands at its date."""
    title, facts = _fan_title(target, ink), _fan_facts(target, ink)
    above = 0.75 + 0.2 * len(title) + 0.17 * len(facts) + (0.25 if len(ones) > _FEW else 0)
    below = 0.83 + _LINE * _legend_rows(ones)
    height = above + 2.4 + below
    figure = Figure(figsize=(_FAN_WIDTH, height))
    path = figure.add_axes((0.085, below / height, 0.565, 2.4 / height))
    ends = figure.add_axes((0.68, below / height, 0.19, 2.4 / height), sharey=path)
    for one in reversed(ones):
        _draw_path(path, target, one, ink, filled=one is ones[0] or one is ones[-1])
    if has_real(target) and not _real_apart(target, ones):
        _draw_real(path, target, ones[0], ink)
    _draw_ends(ends, target, ones, ink)
    _draw_goal(path, ends, target)
    _time_axis(path, ones[0], target)
    _value_axis(path, target)
    top = 1 - 0.12 / height
    look: dict[str, Any] = {"va": "top", "linespacing": 1.35}
    figure.text(0.015, top, "\n".join(title), fontsize=10.5, fontweight="bold", **look)
    under = top - 0.2 * len(title) / height
    figure.text(0.015, under - 0.03 / height, "\n".join(facts), color=_GREY, fontsize=8.5, **look)
    unit = f"% of {_share_of(target)}" if is_share(target) else target.unit
    figure.text(0.015, (below + 2.5) / height, ink.words(unit), color=_GREY, fontsize=8.5)
    _fan_legend(figure, target, ones, ink)
    return figure


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


def _draw_path(axes: Axes, target: Target, one: Combination, ink: Ink, *, filled: bool) -> None:
    bands = _bands(one, target)
    when = np.arange(bands.shape[1]) - 1
    colour = ink.colour(one.policy)
    if filled:
        axes.fill_between(when, bands[0], bands[4], color=colour, alpha=0.16, linewidth=0)
        axes.fill_between(when, bands[1], bands[3], color=colour, alpha=0.28, linewidth=0)
    axes.plot(when, bands[2], color=colour, linewidth=2.2, clip_on=False)


def _bands(one: Combination, target: Target) -> NDArray[np.float64]:
    """Return the quantiles of the start and of every quarter."""
    values = _by_quarter(one, target, one.trajectories)
    start = one.starts[target.id].to_numpy()[:, None]
    quantiles: NDArray[np.float64] = np.quantile(np.hstack([start, values]), _LEVELS, axis=0)
    return quantiles


def _by_quarter(one: Combination, target: Target, frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return a row per replicate and a column per quarter."""
    return frame[target.id].to_numpy(np.float64).reshape(len(one.replicates), -1)


def has_real(target: Target) -> bool:
    """Return whether a real activity is measured beside the count."""
    known = INDICATORS.get(target.indicator)
    return known is not None and known.real is not None


def _real(target: Target, one: Combination) -> NDArray[np.float64]:
    """Return the median real activity in every quarter."""
    return np.median(_by_quarter(one, target, one.reals), axis=0)


def _real_apart(target: Target, ones: Sequence[Combination]) -> bool:
    """Return whether the real activity is of another size, such as firms at events."""
    top = max(target.value, *(_bands(one, target)[4].max() for one in ones))
    return bool(_real(target, ones[0]).max() > _APART * top)


def _draw_real(axes: Axes, target: Target, one: Combination, ink: Ink) -> None:
    real, colour = _real(target, one), ink.colour(one.policy)
    axes.plot(np.arange(real.size), real, color=colour, linewidth=1.6, dashes=(3, 2))


def _draw_ends(axes: Axes, target: Target, ones: Sequence[Combination], ink: Ink) -> None:
    title = f"share of futures that\nmeet it in {label(target.by)}"
    few = len(ones) <= _FEW
    axes.set_title(title, fontsize=8.5, color=_GREY, pad=20 if few else 38)
    axes.set_xlim(-0.7, len(ones) - 0.3)
    axes.tick_params(left=False, labelleft=False, bottom=False, labelbottom=False)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y")
    for place, one in enumerate(ones):
        values = one.at(target).to_numpy()
        colour = ink.colour(one.policy)
        if not values.size:
            axes.text(0.5, 0.5, "beyond\nthis run", transform=axes.transAxes, ha="center")
            return
        low, lower, middle, upper, high = np.quantile(values, _LEVELS)
        axes.vlines(place, low, high, color=colour, alpha=0.35, linewidth=7)
        axes.vlines(place, lower, upper, color=colour, alpha=0.6, linewidth=7)
        axes.plot(place, middle, ink.marker(one.policy), color=colour, mec="white", clip_on=False)
        met = np.mean([target.met(value) for value in values.tolist()])
        axes.annotate(
            number(float(met), share=True),
            (place, 1.02),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            color=colour,
            fontweight="bold",
            rotation=0 if few else 90,
        )


def _draw_goal(path: Axes, ends: Axes, target: Target) -> None:
    for axes in (path, ends):
        axes.axhline(target.value, color=_GOAL, linewidth=1.2, linestyle=(0, (6, 2)))
    ends.annotate(
        f"goal\n{number(target.value, is_share(target))}",
        (1.04, target.value),
        xycoords=("axes fraction", "data"),
        va="center",
        fontweight="bold",
    )


def _time_axis(axes: Axes, one: Combination, target: Target) -> None:
    quarters = one.trajectories["quarter"].unique().tolist()
    first = parse(quarters[0])
    last = max(len(quarters) - 1, target.by - first)
    shown = [i for i in range(last + 1) if last < _QUARTERS or season(first + i) == 1]
    names = [_quarter_name(first + i, first=i == shown[0]) for i in shown]
    if last >= _QUARTERS and shown[0] < 2:  # no room for both the start and the first quarter
        names[0] = "\n" + str(year(first + shown[0]))
    axes.set_xticks([-1, *shown], ["start", *names])
    axes.set_xlim(-1.15, last + 0.15)
    axes.axvline(target.by - first, color=_GOAL, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.axvline(-1, color="#8c8c8c", linewidth=0.8)


def _quarter_name(quarter: int, *, first: bool) -> str:
    spring = season(quarter) == 1
    return f"Q{season(quarter)}" + (f"\n{year(quarter)}" if spring or first else "")


def _value_axis(axes: Axes, target: Target) -> None:
    axes.grid(axis="y")
    low, high = axes.get_ylim()
    top = max(high, 1.08 * target.value)
    # A level that moves little beside its size is shown from near where it starts.
    near = target.measure == "level" and low > 0.6 * top
    axes.set_ylim(bottom=2 * low - top if near else 0, top=top)
    if is_share(target):
        axes.set_ylim(top=1.06)
        axes.yaxis.set_major_formatter(_AS_SHARE)
    else:
        axes.yaxis.set_major_formatter(_AS_NUMBER)
        axes.yaxis.set_major_locator(
            MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], integer=target.measure in COUNTS)
        )
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _fan_legend(figure: Figure, target: Target, ones: Sequence[Combination], ink: Ink) -> None:
    height = figure.get_figheight()
    mixes = [
        Line2D([], [], color=ink.colour(one.policy), linewidth=2.2, label=mix_words(one.policy))
        for one in ones
    ]
    look: dict[str, Any] = {"loc": "lower left", "frameon": False, "borderpad": 0}
    look |= {"ncols": _legend_columns(ones), "handlelength": 2.6, "fontsize": 8.5}
    figure.legend(handles=mixes, bbox_to_anchor=(0.07, 0.41 / height), **look)
    if has_real(target):
        activity = INDICATORS[target.indicator].activity
        words = f"real activity, {mix_words(ones[0].policy)}: {activity}"
        real = Line2D([], [], color=ink.colour(ones[0].policy), linewidth=1.6, dashes=(3, 2))
        if _real_apart(target, ones):
            last = number(float(_real(target, ones[0])[-1]), is_share(target))
            real, words = Line2D([], [], linewidth=0), f"{words}, {last} at the end (not drawn)"
            look["handlelength"] = 0
        real.set_label(words)
        figure.legend(handles=[real], bbox_to_anchor=(0.07, 0.2 / height), **look)
    bands = "Line: median. Dark band: half of all futures. Light band: nine in ten."
    figure.text(0.085, 0.07 / height, bands, color=_GREY, fontsize=8)


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
    inside = rows * max(0.52, 0.16 * len(ones))
    height = 1.15 + inside + _LINE * _legend_rows(ones)
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.add_axes((_LEFT, 0.55 / height, 0.91 - _LEFT, inside / height))
    at = 0.0
    for nature, targets in groups:
        _write_left(axes, at + 0.1, NATURE_WORDS[nature], weight="bold", backgroundcolor="white")
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


def _write_left(axes: Axes, at: float, text: str, **look: Any) -> None:
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
    _write_left(axes, at - 0.17, name, fontsize=8.5)
    _write_left(axes, at + 0.19, note, color=_GREY, fontsize=7.5)
    if target.reason:
        axes.text(0.5, at, "not modelled", ha="center", va="center", color=_GREY, style="italic")
        return
    step = min(0.28, 0.8 / len(ones))
    for place, one in enumerate(ones):
        row = one.attainment[one.attainment["target"] == target.id].iloc[0]
        _draw_probability(axes, at + step * (place - (len(ones) - 1) / 2), row, ink)


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
    axes.xaxis.set_major_formatter(_AS_SHARE)
    axes.set_xlabel("share of futures that meet it, with 95 % interval", color=_GREY)
    axes.spines["left"].set_visible(False)


# Spending


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


def paid_by(
    one: Combination, payers: Collection[str], *, background: bool = False
) -> NDArray[np.float64]:
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
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.add_axes(
        (_LEFT - 0.17, 0.85 / height, 0.81 - _LEFT + 0.17, (rows * 0.25) / height)
    )
    at = 0.4
    for payers, part in groups:
        _draw_group(axes, at, one, payers, part)
        for place, row in enumerate(part.to_dict("records"), start=1):
            _draw_payment(axes, at + place, row, ink)
        at += len(part) + 1.4
    _spending_axes(axes, rows)
    _spending_words(figure, one, height)
    return figure


def _draw_group(
    axes: Axes, at: float, one: Combination, payers: Collection[str], part: pd.DataFrame
) -> None:
    across = axes.get_yaxis_transform()
    total = np.quantile(paid_by(one, payers), (0.05, 0.5, 0.95))
    _write_left(axes, at, PAYER_GROUPS[tuple(payers)], weight="bold", backgroundcolor="white")
    words = span_words(*total)
    axes.text(1.02, at, words, transform=across, va="center", fontsize=7.5, weight="bold")


def _draw_payment(axes: Axes, at: float, row: Mapping[Any, Any], ink: Ink) -> None:
    across = axes.get_yaxis_transform()
    clause = ink.clause(row["clause"]).removeprefix("clause ")
    _write_left(axes, at, clause, color=_GREY, fontsize=7.5)
    name = ink.words(name_words(row["instrument"]))
    axes.text(-0.05, at, name, transform=across, ha="right", va="center", fontsize=8.5)
    look = _ASSUMED if row["assumed"] else _PAID
    swatch = Rectangle((-0.037, at - 0.31), 0.02, 0.62, transform=across, clip_on=False, **look)
    axes.add_patch(swatch)
    in_text = row["p50"] * (1 - row["assumed"])
    axes.barh(at, in_text, height=0.62, **_PAID)
    axes.barh(at, row["p50"] - in_text, left=in_text, height=0.62, **_ASSUMED)
    axes.hlines(at, row["p05"], row["p95"], color=_INK, linewidth=0.9)
    words = span_words(row["p05"], row["p50"], row["p95"])
    axes.text(1.02, at, words, transform=across, va="center", fontsize=7.5, color=_GREY)


def _spending_axes(axes: Axes, rows: float) -> None:
    axes.set_ylim(rows - 0.6, -0.3)
    axes.set_xlim(left=0)
    axes.set_yticks([])
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("million CNY over the whole run", color=_GREY)
    axes.xaxis.set_major_formatter(_AS_NUMBER)


def _spending_words(figure: Figure, one: Combination, height: float) -> None:
    title = f"What each instrument pays, {mix_words(one.policy)}"
    figure.text(0.015, 1 - 0.32 / height, title, fontsize=12, fontweight="bold")
    notes = [
        "Bar and number: median of all futures. Line and brackets: nine in ten of them. Medians do "
        "not add up.",
        f"{number(one.assumed_share(), share=True)} of the public cost rests on amounts that are "
        "assumed. What pays under "
        f"{_LITTLE} million in 19 of 20 futures is left out.",
    ]
    figure.text(0.015, 1 - 0.76 / height, "\n".join(notes), color=_GREY, linespacing=1.4)
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
