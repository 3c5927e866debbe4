"""Numbers as people read them: rounded, in percent, with a sign, as a range, with a unit."""

import numpy as np

from sim.core.quantity import Quantity

NONE = "–"  # where there is no number
PERCENT = "\u00a0%"
POINTS = " points"
SPAN = (0.05, 0.5, 0.95)  # nine in ten futures, and the middle one


def number(value: float, share: bool = False) -> str:
    """Return a number for people: a share in percent, thousands with commas, three digits."""
    if not np.isfinite(value):
        return NONE
    if share:
        percent = 100 * value
        return f"{_rounded(percent, 0 if 10 <= percent < 99 else 1)}{PERCENT}"
    return _rounded(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)


def rough(value: float, share: bool = False) -> str:
    """Return a number for people with two digits; for money, and for the ends of ranges."""
    if share or not np.isfinite(value):
        return number(value, share)
    return _rounded(value, 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2)


def _rounded(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")


def exact(value: float) -> str:
    """Return a number as it was declared."""
    return f"{value:,.6g}".replace("-", "−")


def signed(value: float, share: bool = False) -> str:
    """Return a difference with its sign; of shares in percentage points."""
    if not np.isfinite(value):
        return NONE
    size = rough(abs(100 * value if share else value))
    sign = "" if size == "0" else "+" if value > 0 else "−"
    return f"{sign}{size}" + (POINTS if share else "")


def span_words(low: float, middle: float, high: float) -> str:
    """Return an amount's median and, in brackets, the span of nine in ten futures."""
    if low == high:
        return rough(middle)
    return f"{rough(middle)} ({rough(low)} to {rough(high)})"


def between(low: float, high: float, share: bool = False) -> str:
    """Return a range, or nothing where it has no width that can be seen."""
    first, last = rough(low, share), rough(high, share)
    if first == last or not np.isfinite(low + high):
        return ""
    return f"{first.removesuffix(PERCENT)} to {last}"


def range_words(quantity: Quantity) -> str:
    """Return a quantity's default, range and unit."""
    span = ""
    if quantity.low < quantity.high:
        span = f" (range {exact(quantity.low)} to {exact(quantity.high)})"
    return in_unit(f"{exact(quantity.default)}{span}", quantity.unit)


def in_unit(words: str, unit: str) -> str:
    """Return a number's words with its unit; a ratio's unit says what it is a ratio of."""
    return f"{words} ({unit})" if unit.startswith(("ratio", "share")) else f"{words} {unit}"
