"""What a user types, refused where it is no number, no known word, or not allowed."""

import math
import os
from collections.abc import Collection
from contextlib import suppress
from numbers import Integral, Real

from sim.core.errors import ConfigError, unknown

# Words of Python's door that were others before.
RENAMED = {"starts": "start", "known": "start", "population_scale": "scale"}


def as_whole(name: str, value: object, least: int, most: float = math.inf, more: str = "") -> int:
    """Return a whole number, NumPy's too, as Python's own.

    Args:
        name: What it is called where it is typed.
        value: What was typed.
        least: The least that it may be.
        most: The most.
        more: What else may stand there, for the sentence.

    Raises:
        ConfigError: If it is none, or lies outside its range.
    """
    if isinstance(value, Integral) and not isinstance(value, bool):
        number = int(value)
        if least <= number <= most:
            return number
    upper = f" to {most}" if most < math.inf else " on"
    text = ", without quotes" if isinstance(value, str) and value.isdecimal() else ""
    raise ConfigError(
        f"{name} = {value!r}: a whole number from {least}{upper} is needed{text}{more}"
    )


def check_encoding(text: str) -> None:
    """Refuse a text that no file can hold: typed in another encoding than the system's, above all.

    Raises:
        ConfigError: If one of its characters is no letter but a byte, or ends a text.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        hint = f"; in GBK they read {meant}" if (meant := _as_gbk(text)) else ""
        raise ConfigError(
            f"{text!a}: it holds bytes that are not UTF-8{hint}: a terminal and names of files "
            "in UTF-8 are needed"
        ) from None
    if "\0" in text:
        raise ConfigError(f"{text!r}: no name holds the character 0")


def _as_gbk(text: str) -> str:
    """Return what was meant by bytes of another encoding; nothing where that cannot be told."""
    try:
        return os.fsencode(text).decode("gbk")
    except UnicodeError:
        return ""


def finite(name: str, value: object) -> float:
    """Return a finite number.

    Raises:
        ConfigError: If it is none.
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):
            if math.isfinite(number := float(value)):
                return number
    raise ConfigError(f"{name} = {value!r}: a finite number is needed")


def check_words(where: str, words: Collection[str], known: Collection[str]) -> None:
    """Refuse words that a function does not take.

    Raises:
        ConfigError: If there is one; one that was in use before is told with its new word.
    """
    for word in words:
        if word in RENAMED:
            raise ConfigError(f"{where}: '{word}=' is no longer known: say {RENAMED[word]}=")
        if word not in known:
            raise unknown(where, "word", word, known)
