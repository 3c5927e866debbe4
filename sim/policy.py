"""Mixes: which of a plan's instruments are in force, and with which values."""

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import ConfigError, unknown
from sim.instrument import (
    INSTRUMENT_KEYS,
    Entry,
    Instrument,
    as_mapping,
    as_name,
    instrument_from,
    read_tree,
)
from sim.kinds import KIND_NAMES
from sim.levers import LEVERS, TYPES
from sim.plan import Plan
from sim.quarter import label

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

_UNSAFE = re.compile(r"[^\w.,+-]+")  # in the name of a folder

Changes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Mix:
    """A policy mix.

    Attributes:
        name: Its name, which says how it differs from the mix it is made from.
        instruments: What is in force beside the city's background, in the plan's order.
    """

    name: str
    instruments: tuple[Instrument, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is in force, so that the mix is no policy."""
        return not self.instruments

    def scaled(self, factors: Mapping[str, float], name: str) -> "Mix":
        """Return a mix of another name that offers so many times the dose, by instrument."""
        scaled = [
            dataclasses.replace(i, scale=i.scale * factors.get(i.id, 1.0)) for i in self.instruments
        ]
        return Mix(name=name, instruments=tuple(scaled))


def mix_names() -> list[str]:
    """Return the names of the mixes that come with the package."""
    return list(MIXES)


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
        ConfigError: If a mix, an id or a field is unknown, or a changed value is wrong.
    """
    mix = policy if isinstance(policy, Mix) else _selected(plan, policy)
    changes = changes or {}
    modified = _modified(plan, mix, without, changes)
    left_out = sorted(f"~{i.id}" for i in mix.instruments if i.id in without)
    changed = sorted(f"+{name}.{leaf}" for name in changes for leaf in _leaves(changes[name]))
    return dataclasses.replace(modified, name="".join([mix.name, *left_out, *changed]))


def _selected(plan: Plan, policy: str | Path | Mapping[str, Any] | None) -> Mix:
    if isinstance(policy, Mapping):
        tree, where = dict(policy), "policy"
    else:
        name = "none" if policy is None else policy
        tree, where = read_tree("policy", name), f"policy {name}"
    entry = Entry(
        tree,
        where,
        ("name", "types", "types_for_kinds", "kinds", "only", "without", "instruments"),
    )
    only = entry.words("only")
    _check_ids(plan, only, f"{where}.only")
    chosen = tuple(
        instrument
        for instrument in _by_type(plan, entry)
        if not entry.has("only") or instrument.id in only
    )
    mix = Mix(name=as_name(entry.text("name"), where), instruments=chosen)
    changes = as_mapping(entry.tree.get("instruments") or {}, f"{where}.instruments")
    return _modified(plan, mix, entry.words("without"), changes)


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
    _check_ids(plan, without, f"policy {mix.name}: without")
    _check_ids(plan, changes, f"policy {mix.name}: instruments")
    kept = tuple(i for i in mix.instruments if i.id not in without)
    for name in changes:
        if name not in {i.id for i in kept}:
            raise ConfigError(
                f"policy {mix.name}: instruments.{name} is changed, but the mix does not select "
                f"it; it selects: {', '.join(i.id for i in kept) or 'nothing'}"
            )
    return Mix(
        name=mix.name,
        instruments=tuple(_changed(plan, i, changes[i.id]) if i.id in changes else i for i in kept),
    )


def _check_ids(plan: Plan, ids: Collection[str], where: str) -> None:
    known = [instrument.id for instrument in plan.instruments]
    for name in ids:
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


def _leaves(values: Mapping[str, Any]) -> list[str]:
    """Return ``name=value`` of every leaf of a mapping, the names of inner ones with dots."""
    leaves = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            leaves += [f"{key}.{leaf}" for leaf in _leaves(value)]
        else:
            text = str(value).removesuffix(".0") if isinstance(value, float) else str(value)
            leaves.append(f"{key}={_UNSAFE.sub('_', text)}")
    return leaves
