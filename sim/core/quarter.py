"""Quarters as whole numbers: ``2019Q1`` ↔ 8076 (four times the year plus 0 … 3)."""

import datetime
import re

from sim.core.errors import ConfigError

_LABEL = re.compile(r"^(\d{4})Q([1-4])$")


def parse(label: object, where: str = "quarter") -> int:
    """Return the number of a quarter written ``2019Q1``.

    Raises:
        ConfigError: If the label is not a year, ``Q`` and 1 to 4.
    """
    match = _LABEL.match(str(label))
    if match is None:
        raise ConfigError(f"{where} = {label!r}: a quarter is written like 2019Q1 (Q1 to Q4)")
    return int(match[1]) * 4 + int(match[2]) - 1


def label(quarter: int) -> str:
    """Return ``2019Q1`` for 8076."""
    return f"{quarter // 4}Q{quarter % 4 + 1}"


def year(quarter: int) -> int:
    """Return the calendar year of a quarter."""
    return quarter // 4


def season(quarter: int) -> int:
    """Return 1 to 4: which quarter of its year."""
    return quarter % 4 + 1


def of_date(date: object, where: str = "date") -> int:
    """Return the quarter whose end (or whose middle) a calendar date falls into.

    Raises:
        ConfigError: If the value is not an ISO date such as 2020-12-31.
    """
    if isinstance(date, datetime.date):
        day = date
    else:
        try:
            day = datetime.date.fromisoformat(str(date))
        except ValueError:
            raise ConfigError(
                f"{where} = {date!r}: a date is written year-month-day, like 2020-12-31"
            ) from None
    return day.year * 4 + (day.month - 1) // 3
