"""How all figures look: fonts, lines, legends, and a page in inches.

Chinese terms stand in them where the machine has a font with simplified Chinese.
"""

import logging
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike

from sim.report.colours import colour_of, marker_of
from sim.report.numerals import number

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
GREY = "#595959"
INK = "#222222"
GOAL = "#111111"
WIDTH = 8.4  # inches
LEFT = 0.545  # where axes begin beside a column of words
LINE = 0.2  # inches: a row of a legend
LONG_NAME = 45  # letters of a mix's name where there is room
APART = 1.6  # a real activity this many times beyond count and goal would squash them
EDGE: dict[str, Any] = {"color": "#8c8c8c", "linewidth": 0.8}
GRID: dict[str, Any] = {"color": "#e4e4e4", "linewidth": 0.7}
_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "svg.hashsalt": "regional-innovation-simulator",
    "svg.fonttype": "path",
    "text.hinting": "none",
    "text.parse_math": False,  # a plan's signs are its own
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": EDGE["color"],
    "axes.linewidth": EDGE["linewidth"],
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
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_NUMERALS = {numeral: i for i, numeral in enumerate("一二三四五六七八九十", start=1)}
AS_NUMBER = FuncFormatter(lambda value, _: number(value))
AS_SHARE = FuncFormatter(lambda value, _: number(value, share=True))


@dataclass(frozen=True)
class Ink:
    """What all figures of a plan share.

    Attributes:
        policies: The names of the plan's mixes.
        chinese: Whether Chinese can be drawn.
    """

    policies: Sequence[str]
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
        return colour_of(policy, self.policies)

    def marker(self, policy: str) -> str:
        """Return the marker of a mix."""
        return marker_of(policy, self.policies)


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


def write_left(axes: Axes, at: float, text: str, **look: Any) -> None:
    """Write at the figure's left edge, in the row of an axes."""
    place = axes.get_position()
    edge = (0.015 - place.x0) / place.width
    axes.text(edge, at, text, transform=axes.get_yaxis_transform(), va="center", **look)


def legend_columns(names: Sequence[str]) -> int:
    """Return in how many columns the names of mixes stand in a legend."""
    return max(1, 92 // (8 + max(map(len, names))))


def legend_rows(names: Sequence[str]) -> int:
    """Return how many rows a legend of mixes takes."""
    return -(-len(names) // legend_columns(names))


def in_two_lines(words: str, wide: int, size: float) -> tuple[str, float]:
    """Return words on one line or, smaller, on two; and their size."""
    if len(words) <= wide:
        return words, size
    lines = textwrap.wrap(words, round(1.2 * wide), max_lines=2, placeholder=" …")
    return "\n".join(lines), size / 1.2


@contextmanager
def styled(font: str | None) -> Iterator[None]:
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
