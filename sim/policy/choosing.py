"""Mixes: which of a plan's instruments are in force, and with which values.

``spelling`` reads what a mix is called; here it is made.
"""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.core.errors import ConfigError, unknown
from sim.core.quarter import label
from sim.inputs.codes import KIND_NAMES
from sim.inputs.instrument import Instrument
from sim.inputs.instrument_file import INSTRUMENT_KEYS, instrument_from, quarter_at, times_at
from sim.inputs.levers import LEVERS, TYPES
from sim.inputs.plan import Plan
from sim.inputs.plan_file import load_plan
from sim.inputs.reading import Entry, as_mapping, as_name, read_tree
from sim.policy import spelling
from sim.policy.mix import Choice, Mix
from sim.policy.transplant import transplanted

MIXES = (
    "none",
    "as_written",
    "founding",
    "ladder",
    "transfer",
    "incubation",
    "talent",
    "research",
)

LINES = "times the money of the lines"

Changes = Mapping[str, Mapping[str, Any]]


def mix_names() -> list[str]:
    """Return the names of the mixes that come with the package."""
    return list(MIXES)


def expand(plan: Plan, policies: Iterable[str]) -> list[str]:
    """Return names of mixes, with one per instrument for a name that holds ``each``.

    Raises:
        ConfigError: If such a name cannot be read, or stands for no mix.
    """
    found: list[str] = []
    for policy in policies:
        said = spelling.parse(policy)
        if not said.several:
            found.append(policy)
            continue
        source = load_plan(said.source) if said.source else plan
        held = [i.id for i in _of_source(source, said.with_nothing_for_each()).instruments]
        each = list(spelling.expanded(said, held, [i.id for i in source.instruments]))
        if not each:
            raise ConfigError(f"policy {policy}: no instrument is left that 'each' could stand for")
        found += [one.name(one.base, one.source, one.cost) for one in each]
    return found


def build_mix(
    plan: Plan,
    policy: str | Path | Mapping[str, Any] | Mix | None,
    *,
    without: Collection[str] = (),
    changes: Changes | None = None,
) -> Mix:
    """Return a mix of a plan's instruments.

    Args:
        plan: The plan.
        policy: A mix by its name, from a file or a mapping of its form, or ready; None is no
            policy.
        without: Ids of instruments to leave out.
        changes: Values to change, by id and field.

    Raises:
        ConfigError: If a mix, an id or a field is unknown, a changed value is wrong, or the mix is
            to have another's cost.
    """
    return changed(plan, choose(plan, policy), without, changes or {}).alone()


def choose(plan: Plan, policy: str | Path | Mapping[str, Any] | Mix | None) -> Choice:
    """Return a mix as it is asked for, which may be at another's cost; see ``build_mix``.

    Raises:
        ConfigError: If a mix, an id or a field is unknown.
    """
    if isinstance(policy, Mix):
        return Choice(mix=policy)
    if isinstance(policy, str):
        return _said(plan, spelling.parse(policy))
    return Choice(mix=_selected(plan, policy))


def changed(plan: Plan, choice: Choice, without: Collection[str], changes: Changes) -> Choice:
    """Return a choice whose mix, and its name, lacks some instruments and changes values of others.

    Raises:
        ConfigError: If an id or a field is unknown, or a changed value is wrong.
    """
    mix = choice.mix
    modified = _modified(plan, mix, without, changes)
    left_out = sorted(f"~{i.id}" for i in mix.instruments if i.id in without)
    last = spelling.COST + choice.costs_as.name if choice.costs_as else ""
    parts = [mix.name.removesuffix(last), *left_out, *spelling.change_names(changes), last]
    renamed = dataclasses.replace(modified, name="".join(parts))
    return dataclasses.replace(choice, mix=renamed)


def _said(plan: Plan, said: spelling.Said) -> Choice:
    """Return the mix that a text describes."""
    where = f"policy {said.text}"
    source = load_plan(said.source) if said.source else plan
    mix = _of_source(source, said)
    base = mix.name
    if said.source:
        mix = _transplanted(mix, source, plan, where)
    if said.scale is not None:
        mix = mix.rescaled(said.scale)
    costs_as = build_mix(plan, said.cost) if said.cost else None
    name = said.name(base, source.name if said.source else "", "")
    if costs_as:
        _check_cost(mix, name, costs_as, where)
        name += spelling.COST + costs_as.name
    if said.budget is not None:
        mix = mix.financed(said.budget)
    return Choice(mix=dataclasses.replace(mix, name=name), costs_as=costs_as)


def _of_source(source: Plan, said: spelling.Said) -> Mix:
    """Return the mix with what a text leaves out, adds and changes, in the plan it speaks of."""
    where = f"policy {said.text}"
    if said.several:
        raise ConfigError(
            f"{where}: '{spelling.EACH}' stands for a mix per instrument; a sweep (-m, "
            "sim.compare) takes it"
        )
    mix = _selected(source, said.base)
    held = [i.id for i in mix.instruments]
    known = [i.id for i in source.instruments]
    _check_ids(source, known, (*said.without, *said.added), where)
    for id in said.without:
        if id not in held:
            raise ConfigError(
                f"{where}: ~{id} is not in the mix; it holds: {', '.join(held) or 'nothing'}"
            )
    for id in said.added:
        if id in held:
            raise ConfigError(f"{where}: +{id} is in the mix {mix.name} already")
    own = {i.id: i for i in mix.instruments}
    chosen = [own.get(i.id, i) for i in source.instruments if i.id in (*held, *said.added)]
    whole = dataclasses.replace(mix, instruments=tuple(chosen))
    return _modified(source, whole, said.without, said.changes)


def _transplanted(mix: Mix, source: Plan, plan: Plan, where: str) -> Mix:
    instruments, attached = transplanted(mix.instruments, source, plan)
    if not instruments:
        reasons = dict.fromkeys(f"{one.instrument} ({one.why})" for one in attached)
        raise ConfigError(
            f"{where}: nothing of it attaches to {plan.city.name} under {plan.name}: "
            f"{'; '.join(reasons) or f'the mix selects nothing of {source.name}'}"
        )
    later = None if mix.later_start is None else mix.later_start - source.start + plan.start
    return dataclasses.replace(mix, instruments=instruments, attached=attached, later_start=later)


def _check_cost(mix: Mix, name: str, other: Mix, where: str) -> None:
    if name == other.name:
        raise ConfigError(f"{where}: {spelling.COST}{other.name} is the mix itself; name another")
    for one, role in ((mix, name), (other, other.name)):
        if not one.spends:
            raise ConfigError(
                f"{where}: city and county pay for nothing in {role}, so no scale makes "
                f"{name} cost what {other.name} costs"
            )


def _selected(plan: Plan, policy: str | Path | Mapping[str, Any] | None) -> Mix:
    if isinstance(policy, Mapping):
        tree, where = dict(policy), "policy"
    else:
        name = "none" if policy is None else policy
        tree, where = read_tree("policy", name), f"policy {name}"
    entry = Entry(
        tree,
        where,
        (
            *("name", "types", "types_for_kinds", "kinds", "only", "without", "instruments"),
            *("budget", "later_start", "later_budget", "watched"),
        ),
    )
    only = entry.words("only")
    _check_ids(plan, [i.id for i in plan.instruments], only, f"{where}.only")
    chosen = tuple(
        instrument
        for instrument in _by_type(plan, entry)
        if not entry.has("only") or instrument.id in only
    )
    mix = Mix(
        name=_name(entry),
        instruments=chosen,
        watched=entry.flag("watched", True),
        budget=times_at(entry, "budget", LINES) if entry.has("budget") else 1.0,
        later_start=quarter_at(entry, "later_start") if entry.has("later_start") else None,
        later_budget=times_at(entry, "later_budget", LINES) if entry.has("later_budget") else None,
    )
    _check_later_budget(plan, mix, where)
    changes = as_mapping(entry.tree.get("instruments") or {}, f"{where}.instruments")
    mix = _modified(plan, mix, entry.words("without"), changes)
    if mix.name in MIXES and policy not in (None, *MIXES) and mix != _selected(plan, mix.name):
        raise ConfigError(
            f"{where}.name: '{mix.name}' is another mix, one that comes with the program; a mix of "
            "your own needs a name of its own"
        )
    return mix


def _name(entry: Entry) -> str:
    """Return the name of a mix in a file: one that says nothing of another mix."""
    name = as_name(entry.text("name"), entry.where)
    if name == spelling.EACH or "~" in name or "+" in name:
        raise ConfigError(
            f"{entry.where}.name: '{name}' would be read as "
            + ("each instrument in turn" if name == spelling.EACH else "another mix, changed")
            + f"; ~, + and '{spelling.EACH}' are not for names"
        )
    return name


def _check_later_budget(plan: Plan, mix: Mix, where: str) -> None:
    later = mix.later_start
    if (later is None) != (mix.later_budget is None):
        raise ConfigError(f"{where}: later_start and later_budget go together")
    if later is None:
        return
    if not plan.start < later <= plan.end:
        raise ConfigError(
            f"{where}.later_start: a quarter of {plan.name} after its first is needed, "
            f"{label(plan.start + 1)} to {label(plan.end)}, not {label(later)}"
        )


def _by_type(plan: Plan, entry: Entry) -> tuple[Instrument, ...]:
    types_for_kinds = entry.words("types_for_kinds", TYPES)
    kinds = entry.words("kinds", KIND_NAMES)
    if bool(types_for_kinds) != bool(kinds):
        raise ConfigError(f"{entry.where}: types_for_kinds and kinds go together")
    unsaid = "types" not in entry.tree and not types_for_kinds
    everything = unsaid or entry.tree.get("types") == "all"
    types = tuple(TYPES) if everything else entry.words("types", TYPES)
    chosen = []
    for instrument in plan.instruments:
        if instrument.type in types:
            chosen.append(instrument)
        elif instrument.type in types_for_kinds and set(kinds) & set(instrument.kinds):
            acts_on = tuple(kind for kind in instrument.kinds if kind in kinds)
            chosen.append(dataclasses.replace(instrument, acts_on=acts_on))
    return tuple(chosen)


def _modified(plan: Plan, mix: Mix, without: Collection[str], changes: Changes) -> Mix:
    """Return a mix, still of the same name, with instruments left out and values changed."""
    known = list(dict.fromkeys(i.id for i in (*plan.instruments, *mix.instruments)))
    _check_ids(plan, known, without, f"policy {mix.name}: without")
    _check_ids(plan, known, changes, f"policy {mix.name}: instruments")
    kept = tuple(i for i in mix.instruments if i.id not in without)
    for name in changes:
        if name not in {i.id for i in kept}:
            raise ConfigError(
                f"policy {mix.name}: instruments.{name} is changed, but the mix does not select "
                f"it; it selects: {', '.join(i.id for i in kept) or 'nothing'}"
            )
    changed = [_changed(plan, i, changes[i.id]) if i.id in changes else i for i in kept]
    return dataclasses.replace(mix, instruments=tuple(changed))


def _check_ids(plan: Plan, known: Sequence[str], ids: Collection[str], where: str) -> None:
    for name in ids:
        if name in MIXES and name not in known:
            raise ConfigError(
                f"{where}: '{name}' is a mix, and ~ and + take an instrument; a file joins two "
                "mixes, by their types"
            )
        if name not in known:
            raise unknown(where, f"instrument of {plan.name}", name, known)


def _changed(plan: Plan, instrument: Instrument, change: object) -> Instrument:
    """Return an instrument with changed values, checked like a new one."""
    where = f"policy.instruments.{instrument.id}"
    values = Entry(change, where, INSTRUMENT_KEYS).tree
    tree = _tree(instrument)
    if "amount" in values and instrument.amount is None and instrument.lever:
        # A number where the text has none: it stands in for the assumed range.
        tree |= {"wording": "exact", "unit": LEVERS[instrument.lever].unit, "effect": None}
    if isinstance(values.get("effect"), Mapping):
        values["effect"] = (tree["effect"] or {}) | dict(values["effect"])
    return instrument_from(instrument.id, tree | values, where, (plan.start, plan.end))


def _tree(instrument: Instrument) -> dict[str, Any]:
    tree = dataclasses.asdict(instrument)
    del tree["id"]
    dates = {
        "start": instrument.start,
        "end": instrument.end,
        "later_start": instrument.later_start,
    }
    return tree | {key: label(date) for key, date in dates.items() if date is not None}
