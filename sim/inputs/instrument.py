"""Instruments of policy as data: what a plan's text offers, to whom, when and how much."""

import dataclasses
from dataclasses import dataclass

from sim.core.errors import ConfigError, unknown
from sim.core.quantity import Quantity
from sim.core.quarter import label
from sim.inputs.codes import KIND_NAMES, LEVELS
from sim.inputs.kinds import KINDS
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
from sim.inputs.reading import Entry, quantity_from

WORDINGS = ("exact", "ceiling", "about", "case_by_case", "unstated")
STRENGTHS = ("amount", "stated", "encouraged")
GOVERNMENTS = ("city", "county", "province", "nation")
PAYERS = (*GOVERNMENTS, "firm", "fund")
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
