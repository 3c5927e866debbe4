"""Combining: from what all combinations share, and from what is swept, come the cases of a sweep.

What is the same in many combinations is made once: a plan with the changes of its targets, a mix
with those of its instruments, a set of numbers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sim.command.designs import Axis, Design, value_at
from sim.core.checks import as_whole
from sim.core.errors import ConfigError, unknown
from sim.core.quantity import Quantity
from sim.inputs.city import FIGURES
from sim.inputs.number_set import NumberSet, number_set, settable, settable_as, spelled
from sim.inputs.plan import Plan
from sim.inputs.plan_file import plan_from_tree, retargeted
from sim.inputs.reading import Entry, as_mapping
from sim.policy.choosing import changed, choose, expand
from sim.policy.mix import Choice, Mix
from sim.region.case import Case, case_of, value_words
from sim.runs.effort import MOST_REPLICATES

MOST_COMBINATIONS = 10_000  # unless forced: each has files of its own
ALL = "all"  # vary all numbers that have a range
_START = "start."
_OF_PLAN = ("plan", "targets")

type AnyMix = str | Path | Mapping[str, Any] | Mix


@dataclass(frozen=True, kw_only=True)
class Source:
    """A plan with what is set of it in all combinations.

    Attributes:
        where: Where it was read, for errors.
        tree: What its file says, with what was set; None for a plan that was made otherwise.
        plan: The plan.
    """

    where: str
    tree: Mapping[str, Any] | None
    plan: Plan


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all combinations share, before the swept keys change it.

    Attributes:
        sources: The plans.
        policies: The mixes.
        baselines: The mixes that they are compared with; no change of a mix changes these.
        words: What else decides on numbers, as ``case_of`` takes it, numbers apart.
        numbers: The numbers that are set.
        without: Ids of instruments that the mixes lack.
        changes: Values of instruments that are changed, by id and field.
        sweep: Whether a mix may stand for several.
    """

    sources: Sequence[Source]
    policies: Sequence[AnyMix]
    baselines: Sequence[AnyMix]
    words: Mapping[str, Any]
    numbers: NumberSet
    without: Sequence[str] = ()
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sweep: bool = False


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What is swept.

    Attributes:
        axes: The values of each key.
        vary: Names of numbers that are swept over the ranges they have.
        design: Which combinations of them are run.
    """

    axes: Mapping[str, Axis] = field(default_factory=dict)
    vary: Sequence[str] = ()
    design: Design = field(default_factory=Design)


def combined(shared: Shared, swept: Swept, *, force: bool) -> tuple[list[Case], tuple[str, ...]]:
    """Return all cases, plan by plan and point by point, and the names of the baselines.

    Raises:
        ConfigError: If a combination cannot be run, there are too many of them, or the design does
            not fit what is swept.
    """
    varied = _varied(shared, swept)
    axes: dict[str, Axis] = {**swept.axes, **dict.fromkeys(varied, Share())}
    stepped = swept.design.name == "zip"
    if stepped:
        both: dict[str, Sequence[Any]] = {"plan": shared.sources, "policy": shared.policies}
        axes = {**{key: names for key, names in both.items() if len(names) > 1}, **axes}
    swept.design.check(axes)
    mixes = 1 if stepped else len(shared.sources) * len(shared.policies)
    number = swept.design.count(axes) * mixes
    if number > MOST_COMBINATIONS and not force:
        raise ConfigError(
            f"{_large(number)} combinations are asked for; up to {MOST_COMBINATIONS:,} are run, "
            "more with force=true"
        )
    seeds = swept.axes.get("seed")
    seed = shared.words["seed"] if seeds is None else value_at(seeds, 0)
    places = list(swept.design.places(axes, as_whole("seed", seed, 0)))
    maker, cases = _Maker(shared), list[Case]()
    for source in shared.sources:
        ranges = {name: _quantity(source.plan, shared, name) for name in varied}
        known = set[str]()
        for place in places:
            if source is not place_of(place, axes, "plan", source):
                continue
            policies = [place_of(place, axes, "policy", None)] if "policy" in axes else None
            point = tuple(
                (key, value_at(ranges.get(key, axis), place[key]))
                for key, axis in axes.items()
                if key not in ("plan", "policy")
            )
            name = repr((policies, [(key, value_words(value)) for key, value in point]))
            if name not in known:
                known.add(name)
                cases += maker.cases(source, policies or shared.policies, point)
    return cases, tuple(maker.baselines)


def place_of(place: Mapping[str, Any], axes: Mapping[str, Axis], key: str, other: Any) -> Any:
    """Return the value of a key at a place where it is swept in step; else another value."""
    return value_at(axes[key], place[key]) if key in place else other


def _large(number: int) -> str:
    return f"{number:,}" if number < 10**12 else f"some 10^{len(str(number)) - 1}"


class Share:
    """A range whose values hang on the plan: here only its shares."""

    def at(self, share: float) -> float:
        """Return the share itself."""
        return share


class _Maker:
    """Makes cases, and of each part of them no more than differ."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._made: dict[str, Any] = {}
        self.baselines: dict[str, None] = {}

    def cases(
        self, source: Source, policies: Sequence[AnyMix], point: tuple[tuple[str, Any], ...]
    ) -> Iterator[Case]:
        """Yield the cases of a plan at a point: the baselines that are no mix of it, the mixes."""
        values = dict(point)
        plan = self._once(
            ("plan", source.where, *_of(values, _OF_PLAN)), lambda: _plan(source, values)
        )
        choices = self._once(
            ("policy", source.where, plan.hash, repr(policies), *_of(values, ("policy",))),
            lambda: self._choices(plan, policies, values),
        )
        numbers = self._once(
            ("numbers", *_of(values, ("parameters", "kinds"))), lambda: self._numbers(values)
        )
        words = _words(self._shared.words, values)
        for choice in choices:
            yield case_of(plan, choice, **words, numbers=numbers, swept=point)

    def _once[T](self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        name = repr(key)
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made

    def _choices(
        self, plan: Plan, policies: Sequence[AnyMix], values: Mapping[str, Any]
    ) -> list[Choice]:
        """Return the mixes of a point, those first that others are compared with."""
        shared = self._shared
        others = [choose(plan, policy) for policy in shared.baselines]
        self.baselines |= dict.fromkeys(one.mix.name for one in others)
        without, changes = _changes(shared, values)
        if shared.sweep:
            policies = [
                each
                for policy in policies
                for each in (expand(plan, [policy]) if isinstance(policy, str) else [policy])
            ]
        own = [choose(plan, policy) for policy in policies]
        if policies_are_all := len(policies) >= len(shared.policies):
            _check_used(shared, changes, own)
        one = policies_are_all and len(own) == 1
        renamed = _with(plan, own, shared.without, shared.changes, one=one)
        made = _with(plan, own, without, changes, one=one)
        chosen = [
            replace(one, mix=replace(one.mix, name=self._name(name.mix, one.mix, others)))
            for one, name in zip(made, renamed, strict=True)
        ]
        return [one for one in others if one not in chosen] + chosen

    def _name(self, named: Mix, mix: Mix, others: Sequence[Choice]) -> str:
        """Return the name of a mix: without what is swept of it, unless a baseline is called so."""
        same = [one.mix for one in others if one.mix.name == named.name]
        return f"{named.name}+swept" if same and named.name != mix.name else named.name

    def _numbers(self, values: Mapping[str, Any]) -> NumberSet:
        typed: dict[str, dict[str, Any]] = {"parameters": {}, "kinds": {}}
        numbers = self._shared.numbers
        for key, value in values.items():
            branch, dot, name = key.partition(".")
            if branch in typed and dot:
                typed[branch][name] = value
            elif branch in typed and isinstance(value, str):
                numbers = number_set(value, None).joined(numbers)
            elif branch in typed and isinstance(value, Mapping):
                typed[branch] |= value
        return numbers.joined(number_set(typed["parameters"], typed["kinds"]))


def _of(values: Mapping[str, Any], branches: Sequence[str]) -> list[tuple[str, Any]]:
    """Return the swept values of some branches."""
    return [(key, value) for key, value in values.items() if key.partition(".")[0] in branches]


def _plan(source: Source, values: Mapping[str, Any]) -> Plan:
    """Return a plan with the swept values of its targets and its head."""
    own = _of(values, _OF_PLAN)
    if not own:
        return source.plan
    if source.tree is None:
        raise ConfigError(
            f"{own[0][0]}: it can be swept where the plan is given by its name or its file"
        )
    tree = dict(source.tree)
    for key, value in own:
        _check_target(source, key)
        tree = merged(tree, key.split("."), value)
    if all(key.startswith("targets.") for key, _ in own):
        targets = {key.split(".")[1]: tree["targets"][key.split(".")[1]] for key, _ in own}
        return retargeted(source.plan, targets, source.where)
    return plan_from_tree(tree, source.where)


def _check_target(source: Source, key: str) -> None:
    branch, *name = key.split(".")[:2]
    assert source.tree is not None
    if branch == "targets" and name and name[0] not in source.tree["targets"]:
        raise unknown(f"{source.where}: targets", "target", name[0], source.tree["targets"])


def merged(tree: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """Return a tree with a value at a path; a mapping is joined with what stands there."""
    if not path:
        return {**tree, **value}
    first, *rest = path
    below = tree.get(first)
    if rest or (isinstance(value, Mapping) and isinstance(below, Mapping)):
        inner = as_mapping({} if below is None else below, first)
        return {**tree, first: merged(inner, rest, value)}
    return {**tree, first: value}


def _changes(
    shared: Shared, values: Mapping[str, Any]
) -> tuple[Sequence[str], Mapping[str, Mapping[str, Any]]]:
    """Return which instruments mixes lack at a point, and which values are changed."""
    tree: dict[str, Any] = {"without": list(shared.without), "instruments": dict(shared.changes)}
    for key, value in _of(values, ("policy",)):
        tree = merged(tree, key.split(".")[1:], value)
    changes = as_mapping(tree["instruments"], "policy.instruments")
    return Entry(tree, "policy", ("without", "instruments")).words("without"), {
        id: as_mapping(change, f"policy.instruments.{id}") for id, change in changes.items()
    }


def _check_used(
    shared: Shared, changes: Mapping[str, Mapping[str, Any]], own: Sequence[Choice]
) -> None:
    selected = {instrument.id for one in own for instrument in one.mix.instruments}
    known = {i.id for source in shared.sources for i in source.plan.instruments}
    for name in changes:
        if name not in selected and (shared.sweep and name in known):
            raise ConfigError(
                f"policy.instruments.{name} is changed, but none of the mixes selects it; they "
                f"select: {', '.join(sorted(selected)) or 'nothing'}"
            )


def _with(
    plan: Plan,
    choices: Sequence[Choice],
    without: Sequence[str],
    changes: Mapping[str, Mapping[str, Any]],
    *,
    one: bool,
) -> list[Choice]:
    """Return mixes with changes, each with those of what it selects; one alone takes all."""
    known = {instrument.id for instrument in plan.instruments}
    found = []
    for choice in choices:
        selected = {instrument.id for instrument in choice.mix.instruments}
        own = {
            name: change
            for name, change in changes.items()
            if one or name in selected or name not in known
        }
        found.append(changed(plan, choice, without, own))
    return found


def _words(words: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what else decides on numbers at a point."""
    found = dict(words)
    for key, value in values.items():
        branch, dot, name = key.partition(".")
        if branch == "start":
            own = {name: value} if dot else as_mapping(value, "start")
            found["start"] = {**found.get("start", {}), **own}
        elif key == "population.scale":
            found["scale"] = value
        elif key == "replicates":
            as_whole(key, value, 1, MOST_REPLICATES)
        elif key in ("seed", "uncertainty", "quarters", "after"):
            found[key] = value
    return found


# What varies over the range it has


def _varied(shared: Shared, swept: Swept) -> list[str]:
    """Return the numbers that vary, as they are typed.

    Raises:
        ConfigError: If a name is unknown, has no range, or is swept otherwise, too.
    """
    known = [spelled(name) for name in settable()] + [_START + name for name in FIGURES]
    ranged = {
        name
        for name in known
        for source in shared.sources
        if (quantity := _quantity(source.plan, shared, name)).spread != "fixed"
        and quantity.low < quantity.high
    }
    typed = {_START + name for name in shared.words.get("start", {})}
    found: dict[str, None] = {}
    for pattern in swept.vary:
        named = [name for name in known if pattern == ALL or _matches(name, pattern)]
        if not named:
            raise ConfigError(_no_number(pattern, known))
        own = [name for name in named if name in ranged and name not in typed]
        if not own:
            raise ConfigError(f"vary = [{pattern}]: nothing of it has a range that is not set")
        found |= dict.fromkeys(own)
    for name in found:
        if name in swept.axes:
            raise ConfigError(f"{name}: it is swept by its own values, and named in vary, too")
    return list(found)


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or name.startswith(f"{pattern}.")


def _no_number(pattern: str, known: Sequence[str]) -> str:
    if typed := settable_as(pattern):
        return f"vary = [{pattern}]: it is typed {typed}"
    groups = dict.fromkeys(".".join(name.split(".")[:-1]) for name in known)
    return str(unknown("vary", "number or group of numbers", pattern, [ALL, *groups]))


def _quantity(plan: Plan, shared: Shared, name: str) -> Quantity:
    """Return a number with the range that it has under a plan, by the name it is typed by."""
    if name.startswith(_START):
        return plan.city.figures[name.removeprefix(_START)].quantity
    full = name.removeprefix("parameters.")
    if name.startswith("kinds."):
        full = "kind." + name.removeprefix("kinds.")
    return shared.numbers.changed(full, settable()[full])
