"""Instruments of policy as data, and the careful reading of the YAML that all data stand in.

A plan, a city and a mix are mappings in a YAML file. ``read_tree`` reads the file, ``Entry`` reads
one mapping key by key, and whatever is wrong becomes a ConfigError that says where it is, what
stands there and what may stand there.
"""

import dataclasses
import datetime
import re
import sys
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sim.core.errors import ConfigError, closest, unknown
from sim.core.home import configs
from sim.core.quantity import SPREADS, STATUSES, Quantity
from sim.core.quarter import label, parse
from sim.inputs.kinds import KIND_NAMES, KINDS, LEVELS
from sim.inputs.levers import (
    FIRST_PASS_REWARD,
    FOUNDING_GRANT,
    FOUNDING_MEANS,
    GRADE_REWARD,
    LEVEL_MATCH,
    LEVEL_REWARD,
    LEVERS,
    OPERATING_GRANT,
    PLATFORM_EQUITY,
    RECIPIENTS,
    TYPES,
)

WORDINGS = ("exact", "ceiling", "about", "case_by_case", "unstated")
STRENGTHS = ("amount", "stated", "encouraged")
GOVERNMENTS = ("city", "county", "province", "nation")
PAYERS = (*GOVERNMENTS, "firm", "fund")
LONGEST = 80  # characters of a wrong text that a message repeats
_DEEPEST = 10_000  # brackets in a file, and signs in a line
LARGEST_SCALE = 100.0  # times the dose of the text, or the money, that a mix may offer
DOSE = "times the dose of the text"
CASE_BY_CASE = (0.5, 20.0)  # million CNY, log-uniform
ALWAYS = (0, 4 * 9999 + 3)  # the window of an instrument that no plan bounds
# Levers that only act through a platform kind.
KIND_LEVERS = (
    FOUNDING_GRANT,
    FOUNDING_MEANS,
    OPERATING_GRANT,
    LEVEL_REWARD,
    LEVEL_MATCH,
    GRADE_REWARD,
    FIRST_PASS_REWARD,
    PLATFORM_EQUITY,
)

_OR_HIGHER = " or higher"
_AND = " and "
_PAIRS = tuple(low + _AND + high for at, low in enumerate(LEVELS) for high in LEVELS[at + 1 :])
_NAME = re.compile(r"\w[\w.,~+=-]*")


# Files


def names_in(folder: str) -> list[str]:
    """Return the names of the files of one folder of ``configs``, sorted."""
    return sorted(path.stem for path in (configs() / folder).glob("*.yaml"))


def read_tree(folder: str, name_or_path: str | Path) -> dict[str, Any]:
    """Return the mapping in a YAML file, given by its name in ``configs`` or by its path.

    Raises:
        ConfigError: If there is no such file, or it does not hold one plain mapping.
    """
    path = _find(folder, name_or_path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    tree = _parsed(_decoded(content, str(path)), str(path))
    if tree is None:
        raise ConfigError(f"{path}: the file is empty; a {folder} is needed")
    return as_mapping(tree, str(path))


def _find(folder: str, name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and name_or_path in names_in(folder):
        return configs() / folder / f"{name_or_path}.yaml"
    if path.is_file():
        return path
    known = names_in(folder)
    raise ConfigError(
        f"no {folder} '{name_or_path}': neither a known name nor a file; "
        f"known: {', '.join(known)}.{closest(path.stem, known)}"
    )


def _decoded(content: bytes, where: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{where}: byte {error.start} (0x{content[error.start]:02x}, line {line}) is not "
            "UTF-8; the file was probably saved in another encoding, such as GBK: save it as UTF-8"
        ) from None
    for number, row in enumerate(text.splitlines(), start=1):
        if "\t" in row:
            raise ConfigError(f"{where}: line {number} holds a tab; YAML is indented with spaces")
    return text


class _Loader(yaml.CSafeLoader):
    """A safe loader that refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping of a node."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    line = key.start_mark.line + 1
                    raise ConfigError(f"line {line}: the key '{key.value}' stands twice")
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _parsed(text: str, where: str) -> object:
    # The loader in C is ten times faster, but knows no limit but its stack; no text is nested
    # deeper than it has brackets, or a line columns.
    if text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0) > _DEEPEST:
        raise ConfigError(f"{where}: holds a value that YAML cannot read: nested too deeply")
    try:
        return yaml.load(text, Loader=_Loader)  # a safe loader
    except yaml.constructor.ConstructorError as error:
        raise ConfigError(f"{where}: {_position(error)}{error.problem}: plain YAML only") from None
    except yaml.MarkedYAMLError as error:
        raise ConfigError(f"{where}: not YAML: {_position(error)}{error.problem}") from None
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # e.g. a 31st of February
        raise ConfigError(f"{where}: holds a value that YAML cannot read: {error}") from None


def _position(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


# Entries


def shown(value: object) -> str:
    """Return a value as an error message shows it: what it is, and the value."""
    if isinstance(value, bool):
        return f"the yes/no value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text '{value if len(value) <= LONGEST else value[:LONGEST] + '…'}'"
    if isinstance(value, datetime.date):
        return f"the date {value}"
    if isinstance(value, Mapping):
        return "a mapping"
    return "nothing" if value is None else f"a {type(value).__name__}"


def as_mapping(value: object, where: str) -> dict[str, Any]:
    """Return a mapping with text keys.

    Raises:
        ConfigError: If the value is anything else.
    """
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: a mapping (key: value) is needed, not {shown(value)}")
    for key in value:
        if not isinstance(key, str):
            raise ConfigError(f"{where}: a key is a text, not {shown(key)}; put it in quotes")
    return dict(value)


def as_name(value: str, where: str) -> str:
    """Return a name that may head a column or a folder: letters, digits and some signs.

    Raises:
        ConfigError: If it holds anything else.
    """
    if not _NAME.fullmatch(value):
        raise ConfigError(
            f"{where}: the name '{value}' may hold only letters, digits and . , _ ~ + = -, "
            "and starts with a letter or digit"
        )
    return value


class Entry:
    """One mapping of a file, read key by key."""

    def __init__(self, tree: object, where: str, keys: Collection[str]) -> None:
        """Take a mapping that may hold certain keys.

        Raises:
            ConfigError: If it is no mapping or holds another key.
        """
        self.where = where
        self.tree = as_mapping(tree, where)
        for key in self.tree:
            if key not in keys:
                raise unknown(where, "key", key, keys)

    def has(self, key: str) -> bool:
        """Return whether something stands at a key."""
        return self.tree.get(key) is not None

    def wrong(self, key: str, needed: str) -> ConfigError:
        """Return the error for a value that cannot stand at a key."""
        return ConfigError(f"{self.where}.{key}: {needed}, not {shown(self.tree[key])}")

    def value(self, key: str) -> Any:
        """Return what stands at a key that must not be left out."""
        if not self.has(key):
            raise ConfigError(f"{self.where}: '{key}' is missing")
        return self.tree[key]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it is needed and must not be empty."""
        if default is not None and not self.has(key):
            return default
        value = self.value(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a text is needed (put it in quotes)")
        if default is None and not value.strip():
            raise ConfigError(f"{self.where}: '{key}' is empty")
        return value

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """Return a text that is one of the known ones."""
        value = self.text(key, default)
        if value not in known:
            raise unknown(self.where, key, value, (word for word in known if word))
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return yes or no."""
        value = self.tree.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "yes or no is needed")
        return default if value is None else value

    def number(self, key: str) -> float:
        """Return a finite number."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "a number is needed (no quotes; a large one like 1.0e+5)")
        if not abs(value) <= sys.float_info.max:  # false for NaN, too
            raise self.wrong(key, "a finite number is needed")
        return float(value)

    def amount(self, key: str, unit: str) -> float:
        """Return a number from 0 on; a share is at most 1."""
        value = self.number(key)
        if value < 0:
            raise self.wrong(key, f"an amount from 0 on is needed ({unit})")
        if unit.startswith("share") and value > 1:
            raise self.wrong(key, f"a share from 0 to 1 is needed ({unit}; 5 percent is 0.05)")
        return value

    def words(self, key: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """Return the texts of a list, or of one text with semicolons; none if left out."""
        value = self.tree.get(key)
        listed = value.split(";") if isinstance(value, str) else value or []
        if not isinstance(listed, list | tuple):
            raise self.wrong(key, "a list of texts is needed")
        for word in listed:
            if not isinstance(word, str):
                raise ConfigError(f"{self.where}.{key}: a text is needed, not {shown(word)}")
            if known is not None and word and word not in known:
                raise unknown(self.where, key, word, known)
        return tuple(word for word in listed if word)

    def quarter(self, key: str, default: int | None = None) -> int:
        """Return a quarter."""
        if default is not None and not self.has(key):
            return default
        return parse(self.value(key), f"{self.where}.{key}")

    def entries(self, key: str) -> Iterator[tuple[str, object, str]]:
        """Yield name, tree and place of each entry of a mapping by name."""
        where = f"{self.where}: {key}"
        for name, tree in as_mapping(self.value(key), where).items():
            yield as_name(name, where), tree, f"{where}.{name}"


def quantity_from(tree: object, where: str) -> Quantity:
    """Return a quantity from ``{default, low, high, unit, status, source, spread}``.

    Raises:
        ConfigError: If anything is missing or does not fit.
    """
    entry = Entry(tree, where, [f.name for f in dataclasses.fields(Quantity)])
    unit = entry.text("unit")
    spread = entry.choice("spread", SPREADS, "uniform")
    default = entry.amount("default", unit)
    low, high = (
        default if spread == "fixed" and not entry.has(key) else entry.amount(key, unit)
        for key in ("low", "high")
    )
    status = entry.choice("status", STATUSES)
    source = entry.text("source")
    try:
        return Quantity(
            default=default,
            low=low,
            high=high,
            unit=unit,
            status=status,
            source=source,
            spread=spread,
        )
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


# Instruments


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One instrument of a plan, or one rule that stands in its city anyway.

    Attributes:
        id: Its name in tables.
        type: One of ``levers.TYPES``.
        platform_kind: The kinds that the text names; ``all`` for every kind.
        acts_on: The kinds it acts on, where the text names none or the mix takes only some.
        level: A level, one with "or higher", two with "and", or nothing for every level.
        recipient: Who may take it, in the words of ``levers.RECIPIENTS``.
        amount: The number in the text, if there is one.
        unit: Unit of the amount, in the text's words.
        wording: How the text states the amount.
        strength: Whether the text gives an amount, a measure or only encouragement.
        clause: Where in the text it stands.
        zh: The text's own words.
        note: What it means.
        controller: The government that decides on it.
        payer: Who pays.
        start: First quarter in force.
        end: Last quarter in force.
        effect: The dose, where the text gives no amount; beside an amount that is not in the
            lever's unit, the dose per unit of it.
        scale: How many times that dose a mix offers; 1 is the text's. A share stays below 1.
        later_start: The quarter from which a mix offers another multiple, if it changes on its way.
        later_scale: The multiple from then on.
        lever: The lever it pulls; none while the process of its type is absent.
        reason: Why it has no mechanism, if it has none.
    """

    id: str
    type: str
    platform_kind: tuple[str, ...] = ()
    acts_on: tuple[str, ...] = ()
    level: str = ""
    recipient: str = ""
    amount: float | None = None
    unit: str = ""
    wording: str
    strength: str
    clause: str
    zh: str = ""
    note: str = ""
    controller: str
    payer: str
    start: int
    end: int
    effect: Quantity | None = None
    scale: float = 1.0
    later_start: int | None = None
    later_scale: float | None = None
    lever: str | None
    reason: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the platform kinds it acts on."""
        if self.acts_on:
            return self.acts_on
        return KIND_NAMES if "all" in self.platform_kind else self.platform_kind

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels it holds for; none where the text names none: whatever the level."""
        if self.level.endswith(_OR_HIGHER):
            return LEVELS[LEVELS.index(self.level.removesuffix(_OR_HIGHER)) :]
        return tuple(self.level.split(_AND)) if self.level else ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The classes of those who may take it."""
        return RECIPIENTS[self.recipient]

    @property
    def modelled(self) -> bool:
        """Whether it can act: it pulls a lever and nothing speaks against it."""
        return self.lever is not None and not self.reason

    @property
    def waits_for(self) -> str:
        """The process that it waits for, if that process is absent."""
        return "" if TYPES[self.type].levers else TYPES[self.type].process

    @property
    def has_draw(self) -> bool:
        """Whether its dose differs between replicates."""
        return self.modelled and self.dose(0.0) != self.dose(1.0)

    @property
    def assumed(self) -> float:
        """The share of its money that rests on no number in the text."""
        guessed = self.effect is not None and self.effect.status == "assumed"
        return 1.0 if self.amount is None or guessed else 0.0

    @property
    def phases(self) -> tuple[tuple[int, int, float], ...]:
        """First quarter, last quarter and multiple of each stretch of its window."""
        if self.later_start is None or self.later_scale is None:
            return ((self.start, self.end, self.scale),)
        later = (self.later_start, self.end, self.later_scale)
        return (self.start, self.later_start - 1, self.scale), later

    def scaled(self, factor: float) -> "Instrument":
        """Return the same with so many times the dose, from first to last."""
        later = None if self.later_scale is None else self.later_scale * factor
        return dataclasses.replace(self, scale=self.scale * factor, later_scale=later)

    def dose(self, share: float, scale: float | None = None) -> float:
        """Return the lever's dose at a share (0 to 1) of the probability below it.

        A ceiling pays half of its number to all of it, "about" means a tenth either way, and a
        case-by-case amount is anything from 0.5 to 20 million CNY. One half is the median.
        ``scale`` is the multiple of a later phase, where not that of the beginning.
        """
        scale = self.scale if scale is None else scale
        dose = scale * self._as_written(share)
        whole = self.lever is not None and LEVERS[self.lever].unit.startswith("share")
        return min(dose, 1.0) if whole and scale != 1 else dose

    def _as_written(self, share: float) -> float:
        if self.effect is not None:
            return (1.0 if self.amount is None else self.amount) * self.effect.at(share)
        if self.amount is not None:
            factors = {"ceiling": 0.5 + 0.5 * share, "about": 0.9 + 0.2 * share}
            return self.amount * factors.get(self.wording, 1.0)
        if self.wording == "case_by_case":
            low, high = CASE_BY_CASE
            return float(low * (high / low) ** share)
        return 0.0


INSTRUMENT_KEYS = tuple(f.name for f in dataclasses.fields(Instrument) if f.name != "id")


def instrument_from(
    name: str, tree: object, where: str, window: tuple[int, int] = ALWAYS
) -> Instrument:
    """Return an instrument from its mapping; it is in force within a window of quarters.

    Raises:
        ConfigError: If anything is missing, unknown or contradicts the rest.
    """
    entry = Entry(tree, where, INSTRUMENT_KEYS)
    kind = entry.choice("type", TYPES)
    unit = entry.text("unit", "")
    controller = entry.choice("controller", GOVERNMENTS)
    instrument = Instrument(
        id=name,
        type=kind,
        platform_kind=entry.words("platform_kind", ("all", *KIND_NAMES)),
        acts_on=entry.words("acts_on", KIND_NAMES),
        level=entry.choice(
            "level", ("", *LEVELS, *(level + _OR_HIGHER for level in LEVELS), *_PAIRS), ""
        ),
        recipient=entry.choice("recipient", RECIPIENTS, ""),
        amount=entry.amount("amount", unit) if entry.has("amount") else None,
        unit=unit,
        wording=entry.choice("wording", WORDINGS),
        strength=entry.choice("strength", STRENGTHS),
        clause=entry.text("clause"),
        zh=entry.text("zh", ""),
        note=entry.text("note", ""),
        controller=controller,
        payer=entry.choice("payer", PAYERS, controller),
        start=entry.quarter("start", window[0]),
        end=entry.quarter("end", window[1]),
        effect=quantity_from(entry.tree["effect"], f"{where}.effect")
        if entry.has("effect")
        else None,
        scale=times_at(entry, "scale", DOSE) if entry.has("scale") else 1.0,
        later_start=entry.quarter("later_start") if entry.has("later_start") else None,
        later_scale=times_at(entry, "later_scale", DOSE) if entry.has("later_scale") else None,
        lever=_lever(entry, kind),
        reason=entry.text("reason", ""),
    )
    _check_window(instrument, where, window)
    _check_kinds(instrument, where)
    _check_amount(instrument, where)
    if instrument.modelled:
        _check_dose(instrument, where)
    return instrument


def times_at(entry: Entry, key: str, of: str) -> float:
    """Return a multiple, from 0 to the largest that a mix may have."""
    times = entry.amount(key, of)
    if times > LARGEST_SCALE:
        raise entry.wrong(key, f"up to {LARGEST_SCALE:g} {of} is needed")
    return times


def _lever(entry: Entry, kind: str) -> str | None:
    levers = [lever.name for lever in TYPES[kind].levers]
    if not levers and entry.has("lever"):
        process = TYPES[kind].process
        raise entry.wrong("lever", f"type '{kind}' waits for the process '{process}': no lever")
    return entry.choice("lever", levers, levers[0]) if levers else None


def _check_window(instrument: Instrument, where: str, window: tuple[int, int]) -> None:
    start, end = instrument.start, instrument.end
    if end < start:
        raise ConfigError(f"{where}: its end {label(end)} lies before its start {label(start)}")
    if start < window[0] or end > window[1]:
        raise ConfigError(
            f"{where}: its window {label(start)} to {label(end)} leaves the plan's, "
            f"{label(window[0])} to {label(window[1])}"
        )
    later = instrument.later_start
    if (later is None) != (instrument.later_scale is None):
        raise ConfigError(f"{where}: later_start and later_scale go together")
    if later is not None and not start < later <= end:
        raise ConfigError(
            f"{where}: its later_start {label(later)} must lie after its start {label(start)} and "
            f"not after its end {label(end)}"
        )


def _check_kinds(instrument: Instrument, where: str) -> None:
    named = instrument.platform_kind
    for kind in instrument.acts_on:
        if named and "all" not in named and kind not in named:
            raise ConfigError(
                f"{where}: acts_on '{kind}' is none of its platform_kind: {', '.join(named)}"
            )
    if "all" in named:
        return
    for kind in instrument.kinds:
        known = KINDS[kind].levels
        if instrument.levels and not set(instrument.levels) & set(known):
            raise unknown(f"{where}: platform_kind {kind}", "level", instrument.level, known)


def _check_amount(instrument: Instrument, where: str) -> None:
    needs = instrument.wording in ("exact", "ceiling", "about")
    if instrument.amount is None and (needs or instrument.strength == "amount"):
        raise ConfigError(
            f"{where}: strength '{instrument.strength}' and wording '{instrument.wording}' need "
            "an amount; without a number in the text: strength 'stated', wording 'unstated'"
        )
    if instrument.amount is not None and not needs:
        raise ConfigError(
            f"{where}: an amount of {instrument.amount} with wording '{instrument.wording}'; "
            "with an amount it is one of: exact, ceiling, about"
        )
    effect = instrument.effect
    if instrument.amount is not None and effect is not None and " per " not in effect.unit:
        raise ConfigError(
            f"{where}: give an amount or an effect range, not both, unless the effect is what one "
            "unit of the amount does: then its unit says so, such as 'offices a year per office "
            f"of the plan', not '{effect.unit}'"
        )


def _check_dose(instrument: Instrument, where: str) -> None:
    lever = LEVERS[str(instrument.lever)]
    if instrument.effect is not None:
        unit = instrument.effect.unit
    elif instrument.amount is not None:
        unit = instrument.unit
    elif instrument.wording == "case_by_case":
        unit = "million CNY"
    else:
        raise ConfigError(
            f"{where}: strength '{instrument.strength}' without an amount needs an effect range "
            f"(in {lever.unit}), or a reason why it is not modelled"
        )
    if unit.split(" ")[0] != lever.unit.split(" ")[0]:
        raise ConfigError(
            f"{where}: the unit '{unit}' does not fit the lever {lever.name}, "
            f"which is in '{lever.unit}'"
        )
    if lever in KIND_LEVERS and not instrument.kinds:
        raise ConfigError(
            f"{where}: the lever {lever.name} acts through a platform kind; name it in "
            f"platform_kind, or in acts_on where the text names none; known: "
            f"{', '.join(KIND_NAMES)}"
        )
