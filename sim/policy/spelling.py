"""What a mix without a file is called, and what that says of it.

    NAME|FILE  [+from=PLAN]  ~ID …  +ID …  +ID.FIELD=VALUE …  [+scale=F]  [+budget=F]  [+cost=MIX]

A name says how its mix differs from the one it begins with, so that what is typed is what stands
in tables, whatever the order it is typed in; ``+cost=`` stands last, since a mix follows it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim.core.errors import ConfigError, unknown
from sim.inputs.instrument import LARGEST_SCALE
from sim.inputs.reading import names_in

EACH = "each"  # the id that stands for each instrument in turn
WORDS = ("from", "scale", "budget", "cost")
COST = "+cost="

_UNSAFE = re.compile(r"[^\w.,+-]+")  # in the name of a folder
_SIGN = re.compile(r"(?!(?<=\d[eE])\+\d)[~+]")  # but not the sign in 1e+5


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a text says of a mix.

    Attributes:
        text: The text.
        base: The name or file of the mix that it begins with.
        source: The plan whose instruments are meant, where it is another.
        without: Ids of instruments that are left out.
        added: Ids of instruments that are added from the plan.
        changes: Values that are changed, by id and field.
        scale: How many times their dose instruments offer that pay, if it is said.
        budget: How many times their money the city's and counties' lines have, if it is said.
        cost: The mix whose public outlay it is to have, if it is said.
    """

    text: str
    base: str
    source: str = ""
    without: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scale: float | None = None
    budget: float | None = None
    cost: str = ""

    @property
    def several(self) -> bool:
        """Whether it stands for a mix per instrument."""
        return EACH in (*self.without, *self.added)

    def with_nothing_for_each(self) -> "Said":
        """Return what else it says."""
        without = tuple(id for id in self.without if id != EACH)
        return replace(self, without=without, added=tuple(id for id in self.added if id != EACH))

    def name(self, base: str, source: str, cost: str) -> str:
        """Return the mix's name, from those of the mixes and the plan that it speaks of."""
        parts = [base]
        parts += [f"+from={source}"] if source else []
        parts += sorted(f"~{id}" for id in self.without)
        parts += sorted(f"+{id}" for id in self.added)
        parts += change_names(self.changes)
        parts += [f"+scale={plain(self.scale)}"] if self.scale is not None else []
        parts += [f"+budget={plain(self.budget)}"] if self.budget is not None else []
        parts += [COST + cost] if cost else []
        return "".join(parts)


def parse(text: str) -> Said:
    """Return what a text says of a mix.

    Raises:
        ConfigError: If it cannot be read.
    """
    base = _base(text)
    rest, equal, cost = text[len(base) :].partition(COST)
    if COST in cost or (equal and not cost):
        raise ConfigError(f"policy {text}: {COST} stands once and last, with one mix behind it")
    said: dict[str, Any] = {"text": text, "base": base, "cost": cost}
    changes: dict[str, dict[str, Any]] = {}
    seen = set[str]()
    for part in _parts(rest):
        sign, (word, equal, value) = part[0], part[1:].partition("=")
        if not all(word.split(".")) or (sign == "~" and equal) or (equal and not value):
            raise ConfigError(f"policy {text}: '{part}' is none of {_allowed()}")
        if sign + word in seen:
            raise ConfigError(f"policy {text}: {sign}{word} stands twice")
        seen.add(sign + word)
        if not equal:
            key = "without" if sign == "~" else "added"
            said[key] = (*said.get(key, ()), word)
        elif "." in word:
            id, _, leaf = word.partition(".")
            _put(changes.setdefault(id, {}), leaf.split("."), _value(value))
        elif word == "from":
            said["source"] = value
        elif word in WORDS:
            said[word] = _times(text, word, value)
        else:
            raise unknown(f"policy {text}", "word", word, (*WORDS, "ID.FIELD"))
    return Said(**said, changes=changes)


def expanded(said: Said, held: Collection[str], plan: Collection[str]) -> Iterator[Said]:
    """Yield a mix per instrument where ``each`` stands: one that is held left out, or one added."""
    rest = said.with_nothing_for_each()
    less = [replace(rest, without=(*rest.without, id)) for id in held]
    for one in less if EACH in said.without else [rest]:
        changes = {id: change for id, change in one.changes.items() if id not in one.without}
        one = replace(one, changes=changes)
        if EACH not in said.added:
            yield one
        else:
            yield from (replace(one, added=(*one.added, id)) for id in plan if id not in held)


def change_names(changes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return how a name tells changed values, sorted."""
    return sorted(f"+{id}.{leaf}" for id in changes for leaf in _leaves(changes[id]))


def plain(value: object) -> str:
    """Return a value as a name tells it: whole numbers without a point, no signs of a path."""
    text = str(value).removesuffix(".0") if isinstance(value, float) else str(value)
    return _UNSAFE.sub("_", text)


def _base(text: str) -> str:
    """Return the longest beginning that is a mix; of none, what stands before the first sign."""
    ends = [sign.start() for sign in _SIGN.finditer(text) if sign.start() > 0]
    for end in (len(text), *reversed(ends)):
        with suppress(OSError):  # longer than a file's name may be
            if text[:end] in names_in("policy") or Path(text[:end]).is_file():
                return text[:end]
    return text[: ends[0]] if ends else text


def _parts(rest: str) -> list[str]:
    starts = [sign.start() for sign in _SIGN.finditer(rest)]
    return [rest[a:b] for a, b in zip(starts, [*starts[1:], len(rest)], strict=False)]


def _allowed() -> str:
    return "~ID, +ID, +ID.FIELD=VALUE, " + ", ".join(f"+{word}=…" for word in WORDS)


def _times(text: str, word: str, value: str) -> float:
    with suppress(ValueError):
        if 0 <= float(value) <= LARGEST_SCALE:
            return float(value)
    raise ConfigError(
        f"policy {text}: {word} = {value}: a number from 0 to {LARGEST_SCALE:g} is needed (times)"
    )


def _put(tree: dict[str, Any], path: list[str], value: float | str) -> None:
    """Put a value at the end of a path of fields."""
    *outer, last = path
    for key in outer:
        tree = tree.setdefault(key, {})
    tree[last] = value


def _value(text: str) -> float | str:
    with suppress(ValueError):
        return float(text)
    return text


def _leaves(values: Mapping[str, Any]) -> list[str]:
    """Return ``name=value`` of every leaf of a mapping, the names of inner ones with dots."""
    leaves = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            leaves += [f"{key}.{leaf}" for leaf in _leaves(value)]
        else:
            leaves.append(f"{key}={plain(value)}")
    return leaves
