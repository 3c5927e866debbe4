"""Instruments read from the mappings of a plan or a city, and checked."""

import dataclasses

from sim.core.errors import ConfigError, unknown
from sim.core.quarter import label, parse
from sim.inputs.codes import KIND_NAMES, LEVELS
from sim.inputs.instrument import AND, GOVERNMENTS, LARGEST_SCALE, OR_HIGHER, PAYERS, Instrument
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
from sim.inputs.numbers import quantity_from
from sim.inputs.reading import Entry

WORDINGS = ("exact", "ceiling", "about", "case_by_case", "unstated")


STRENGTHS = ("amount", "stated", "encouraged")


DOSE = "times the dose of the text"


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


_PAIRS = tuple(low + AND + high for at, low in enumerate(LEVELS) for high in LEVELS[at + 1 :])


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
            "level", ("", *LEVELS, *(level + OR_HIGHER for level in LEVELS), *_PAIRS), ""
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
        start=quarter_at(entry, "start", window[0]),
        end=quarter_at(entry, "end", window[1]),
        effect=quantity_from(entry.tree["effect"], f"{where}.effect")
        if entry.has("effect")
        else None,
        scale=times_at(entry, "scale", DOSE) if entry.has("scale") else 1.0,
        later_start=quarter_at(entry, "later_start") if entry.has("later_start") else None,
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


def quarter_at(entry: Entry, key: str, default: int | None = None) -> int:
    """Return a quarter; without a default it is needed."""
    if default is not None and not entry.has(key):
        return default
    return parse(entry.value(key), f"{entry.where}.{key}")


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
