"""The grammar of what is typed: flags and ``key=value``, in Hydra's own way of writing values."""

import csv
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import (
    ChoiceSweep,
    Glob,
    IntervalSweep,
    Override,
    RangeSweep,
)
from hydra.errors import HydraException

from sim.command.designs import Axis, Design, Interval, Steps
from sim.command.hydra_words import no_flag_of_hydra, no_key_of_hydra
from sim.command.study_file import quoted, read_study
from sim.core.errors import ConfigError, unknown
from sim.inputs.number_set import settable_as
from sim.inputs.reading import names_in, read_tree

CHOICES = ("plan", "policy", "baseline", "experiment")
SWEPT = ("plan", "policy", "baseline")  # choices of which there may be several
PLAIN = (
    "replicates",
    "seed",
    "uncertainty",
    "population.scale",
    "force",
    "quarters",
    "after",
    "workers",
    "cluster",
    "precision",
    "most_replicates",
    "micro",
    "plugins",
)
WHOLE = ("seed", "replicates", "quarters", "after")  # keys that take whole numbers alone
NUMBERS = ("parameters", "kinds")  # any number of theirs; a file of them, too
BRANCHES = ("plan", "targets", "policy.instruments", "policy.without", "start", *NUMBERS)
MICRO = "micro.replicates"  # beside micro=true: a value and what is below it are one to Hydra
SWEEPING = ("design", "samples", "points", "vary")  # which combinations of what is swept are run
KNOWN = {*CHOICES, *PLAIN, *BRANCHES, *SWEEPING, MICRO, "output"}
# How a job is run, or how much of it: one for all combinations.
ONE_FOR_ALL = {
    *("output", "workers", "cluster", "force", "precision", "most_replicates", "micro", MICRO),
    "plugins",
    *("experiment", *SWEEPING),
}
# Words of the command line that are others, and what they are.
RENAMED = {
    "scale": "population.scale",
    "starts": "start",
    "known": "start",
    "population.force": "force",
}
FLAGS = ("-m", "--multirun", "-h", "--help", "-c", "--cfg", "--version")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was typed.

    Attributes:
        choices: Names or files of plans, mixes, baselines and the experiment.
        values: All other overrides that are not swept, as typed, by key.
        swept: The values of those that are, by key.
        vary: Names of numbers that are swept over the ranges they have, ``*`` for any letters.
        design: Which combinations of them are run.
        typed: All that was typed and all that the experiment says, by key, choices that were not
            typed among them.
        output: Where the files go, if it was said.
        sweep: Whether there may be several.
        compared: Whether mixes are compared with a baseline.
        show: Whether the composed configuration is shown, and nothing run.
    """

    choices: Mapping[str, Sequence[str]]
    values: Mapping[str, Override]
    swept: Mapping[str, Axis]
    vary: tuple[str, ...]
    design: Design
    typed: Mapping[str, str]
    output: Path | None
    sweep: bool
    compared: bool
    show: bool


def parse(arguments: Sequence[str], own: Collection[str] = ()) -> Request:
    """Return what was typed.

    Args:
        arguments: What was typed.
        own: Keys of the caller's own, which are taken out before; they are told, too, where a key
            is unknown.

    Raises:
        ConfigError: If a flag or key is unknown or its value cannot be read.
    """
    rest, show = _without_cfg(list(arguments))
    flags = [argument for argument in rest if argument.startswith("-")]
    for flag in flags:
        if flag not in ("-m", "--multirun"):
            raise _no_flag(flag)
    typed = _typed([argument for argument in rest if argument not in flags], own)
    studies = _listed("experiment", typed.get("experiment", "null"))
    sweep = bool(flags or studies)
    for name in studies:
        typed = _joined(name, typed)
    output = _listed("output", typed.get("output", "null"))
    given = {key: _listed(key, typed[key]) for key in CHOICES if key in typed}
    overrides = {
        key: _override(key, raw)
        for key, raw in typed.items()
        if key not in CHOICES and key != "output"
    }
    several = {key for key, names in given.items() if len(names) > 1}
    several |= {key for key, override in overrides.items() if override.is_sweep_override()}
    for key in typed:
        if key in several and not sweep:
            raise ConfigError(f"{key}={typed[key]}: several values need -m, for a sweep")
    design, vary = _design(overrides, sweep=sweep)
    compared = sweep or bool(given.get("baseline"))
    choices = _defaults() | ({"baseline": ["none"]} if compared else {}) | given
    return Request(
        choices=choices,
        values={
            key: override
            for key, override in overrides.items()
            if key not in several and key not in SWEEPING
        },
        swept={
            key: axis_of(key, override, typed[key])
            for key, override in overrides.items()
            if key in several
        },
        vary=vary,
        design=design,
        typed={key: _chosen(names) for key, names in choices.items()} | typed,
        output=Path(output[0]).expanduser() if output else None,
        sweep=sweep,
        compared=compared,
        show=show,
    )


def _chosen(names: Sequence[str]) -> str:
    """Return names as they are typed."""
    return ",".join(map(quoted, names)) if len(names) > 1 else next(iter(names), "null")


def _typed(arguments: Sequence[str], own: Collection[str]) -> dict[str, str]:
    """Return what was typed, by key; of a key that was typed twice the last value holds."""
    typed: dict[str, str] = {}
    for argument in arguments:
        key, raw = _pair(argument, own)
        if key in typed and (
            key.partition(".")[0] in NUMBERS or _sweeps(key, raw) or _sweeps(key, typed[key])
        ):
            raise ConfigError(f"{argument}: {key}={typed[key]} was given already")
        typed[key] = raw
    return typed


def _sweeps(key: str, raw: str) -> bool:
    """Return whether several values were typed."""
    if key in CHOICES:
        return len(_listed(key, raw)) > 1
    return key != "output" and _override(key, raw).is_sweep_override()


def _joined(study: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what a study says and what was typed beside it, which holds against the study.

    Raises:
        ConfigError: If there is no such study, it has an unknown key, or there is no plan.
    """
    said = read_study(study)
    for key, raw in said.items():
        try:
            _pair(f"{key}={raw}", ())
        except ConfigError as error:
            raise ConfigError(f"experiment {study}: {error}") from None
        if key == "experiment":
            raise ConfigError(f"experiment {study}: a study names no other; it names plan and keys")
    if "plan" not in said and "plan" not in typed:
        raise ConfigError(
            f"experiment {study}: plan is missing; a study names its plan: plan: weihai_2018"
        )
    return {key: raw for key, raw in said.items() if key not in typed} | dict(typed)


def _design(overrides: Mapping[str, Override], *, sweep: bool) -> tuple[Design, tuple[str, ...]]:
    """Return the design that was typed, and the names of what is to vary.

    Raises:
        ConfigError: If it is none, or there is no sweep.
    """
    said: dict[str, Any] = {}
    for key in SWEEPING:
        if key in overrides:
            if overrides[key].is_sweep_override():
                raise _no_sweep(key, overrides[key].input_line or key)
            if not sweep:
                raise ConfigError(f"{overrides[key].input_line}: it needs -m, for a sweep")
            said[key] = overrides[key].value()
    vary = said.pop("vary", None) or []
    names = [vary] if isinstance(vary, str) else vary
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(
            f"vary = {vary}: names are needed, as in 'vary=[parameters.services,start.*]', or all"
        )
    if "design" in said:
        said["name"] = said.pop("design")
    return Design(**said), tuple(names)


def _without_cfg(arguments: list[str]) -> tuple[list[str], bool]:
    for flag in ("--cfg", "-c"):
        if flag in arguments:
            at = arguments.index(flag)
            if arguments[at + 1 : at + 2] != ["job"]:
                raise ConfigError(f"{flag}: what can be shown is the job: {flag} job")
            return arguments[:at] + arguments[at + 2 :], True
    return arguments, False


def _no_flag(flag: str) -> ConfigError:
    """Return the error for a flag that there is not; one whose word is a key is told the key."""
    if error := no_flag_of_hydra(flag):
        return error
    word = flag.lstrip("-").partition("=")[0].replace("-", "_")
    key = RENAMED.get(word, word)
    if key in KNOWN:
        return ConfigError(f"{flag}: it is typed {key}=")
    return unknown("command line", "flag", flag, FLAGS)


def _pair(argument: str, own: Collection[str]) -> tuple[str, str]:
    key, equals, raw = argument.partition("=")
    if error := no_key_of_hydra(argument):
        raise error
    if key[:1] in ("+", "~"):
        raise _no_sign(argument, own)
    if not equals:
        raise ConfigError(f"'{argument}': an override is written key=value")
    word, dot, below = key.partition(".")
    if key in RENAMED or word in RENAMED:
        now = RENAMED.get(key) or f"{RENAMED[word]}{dot}{below}"
        raise ConfigError(f"{argument}: {key if key in RENAMED else word} is now {now}=")
    if key not in KNOWN and not key.startswith(tuple(f"{branch}." for branch in BRANCHES)):
        if name := settable_as(key):
            raise ConfigError(f"{argument}: it is typed {name}=")
        raise unknown("command line", "key", key, {*KNOWN, *own})
    return key, raw


def _no_sign(argument: str, own: Collection[str]) -> ConfigError:
    """Return the error for a key with a sign before it, as Hydra's own command lines take."""
    rest = argument.lstrip("+~")
    if argument[0] == "+" and "=" in rest:
        _pair(rest, own)
        return ConfigError(f"{argument}: a key has no + here: it is typed {rest}")
    return ConfigError(
        f"{argument}: no key is added or taken away; policy=MIX~ID leaves an instrument out, and "
        "policy=MIX+ID adds one"
    )


def _listed(key: str, raw: str) -> list[str]:
    """Return the names or files in a list with commas; quotes keep a name with a comma whole."""
    if raw == "null" and key not in ("plan", "policy"):
        return []
    if raw.startswith("glob(") and raw.endswith(")") and key in SWEPT:
        return _matching(key, raw)
    if raw.startswith("choice(") and raw.endswith(")"):
        raw = raw.removeprefix("choice(").removesuffix(")")
    quote = raw[:1] if raw[:1] in ("'", '"') else "'"
    names = next(csv.reader([raw], quotechar=quote)) or [""]
    if len(names) > 1 and key not in SWEPT:
        raise _no_sweep(key, raw)
    if not all(names):
        raise ConfigError(f"{key}={raw}: a name is missing")
    return names


def _matching(key: str, raw: str) -> list[str]:
    """Return the names of ours that a glob stands for."""
    from sim.policy.choosing import mix_names

    known = names_in("plan") if key == "plan" else mix_names()
    glob = _override(key, raw).value()
    assert isinstance(glob, Glob)
    if names := glob.filter(known):
        return names
    raise ConfigError(f"{key}={raw}: no name of ours is like that; known: {', '.join(known)}")


def _no_sweep(key: str, raw: str) -> ConfigError:
    if key in ONE_FOR_ALL:
        return ConfigError(
            f"{raw if '=' in raw else f'{key}={raw}'}: it is one for all combinations of a sweep, "
            "and takes one value; a text with a comma stands in quotes"
        )
    return ConfigError(
        f"{key}={raw}: it takes one value; a list is written [a,b], and a text with a comma "
        "stands in quotes"
    )


def _override(key: str, raw: str) -> Override:
    try:
        return OverridesParser.create().parse_override(f"{key}={raw}")
    except HydraException as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"'{key}={raw}' cannot be read: {reason}; put it in quotes") from None


def axis_of(key: str, override: Override, raw: str) -> Axis:
    """Return the values of a key that is swept.

    Raises:
        ConfigError: If the key is one for all combinations, or the values have no end, are none,
            or are of several types.
    """
    if key in ONE_FOR_ALL:
        raise _no_sweep(key, raw)
    sweep = override.value()
    if isinstance(sweep, Glob):
        raise ConfigError(f"{key}={raw}: glob() stands for names of plan, policy and baseline")
    if isinstance(sweep, IntervalSweep):
        return _interval(key, sweep, raw)
    if isinstance(sweep, RangeSweep):
        return _steps(key, sweep, raw)
    assert isinstance(sweep, ChoiceSweep)
    return listed_values(key, [Override._convert_value(each) for each in sweep.list])


def axis_from(key: str, values: Any) -> Axis:
    """Return the values of a key that is swept from Python: a list, or a text as it is typed.

    Raises:
        ConfigError: If the key is unknown, or its values cannot be swept.
    """
    raw = values if isinstance(values, str) else ""
    _pair(f"{key}={raw}", ())
    if key in SWEPT:
        raise ConfigError(f"{key}: it is no key here; say {key}=, of which there may be several")
    if key in ONE_FOR_ALL:
        raise _no_sweep(key, str(values))
    if isinstance(values, str):
        override = _override(key, values)
        if override.is_sweep_override():
            return axis_of(key, override, values)
        return [override.value()]
    if not isinstance(values, Iterable) or isinstance(values, Mapping):
        raise ConfigError(f"{key} = {values!r}: a list of values is needed")
    return listed_values(key, [getattr(each, "item", lambda each=each: each)() for each in values])


def listed_values(key: str, values: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a list that is swept.

    Raises:
        ConfigError: If there is none, or they are of several types.
    """
    if not values:
        raise ConfigError(f"{key}: an empty list; there is nothing to sweep over")
    kinds = {_kind(value): value for value in values if value is not None}
    if len(kinds) > 1:
        (one, first), (two, second), *_ = kinds.items()
        raise ConfigError(
            f"{key}: {first!r} is {one} and {second!r} is {two}; values that are swept are of one "
            "type"
        )
    return list(values)


def _kind(value: Any) -> str:
    """Return what type of value it is, in words."""
    kinds = {bool: "yes or no", str: "a text", dict: "a mapping", list: "a list"}
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), "a number")


def _interval(key: str, sweep: IntervalSweep, raw: str) -> Interval:
    low, high = sweep.start, sweep.end
    if low is None or high is None or not -math.inf < low < high < math.inf:
        raise ConfigError(f"{key}={raw}: two finite numbers are needed, the lower one first")
    if sweep.tags - {"log"}:
        raise ConfigError(f"{key}={raw}: the only tag is log, for values that go by ratios")
    if sweep.tags and low <= 0:
        raise ConfigError(f"{key}={raw}: by ratios it begins above 0")
    whole = key in WHOLE or isinstance(low, int)  # as in int(interval(1,5))
    return Interval(low=float(low), high=float(high), log=bool(sweep.tags), whole=whole)


def _steps(key: str, sweep: RangeSweep, raw: str) -> Sequence[float]:
    """Return the numbers of a range, counted before they are made."""
    start, stop, step = sweep.start, sweep.stop, sweep.step
    if start is None or stop is None or not all(map(math.isfinite, (start, stop, step))):
        raise ConfigError(f"{key}={raw}: it has no end; start, stop and step are finite numbers")
    if step == 0:
        raise ConfigError(f"{key}={raw}: it never ends; a step other than 0 is needed")
    exact = (Decimal(str(number)) for number in (start, stop, step))
    first, last, by = exact
    count = max(0, math.ceil((last - first) / by))
    if not count:
        raise ConfigError(f"{key}={raw}: an empty range; there is nothing to sweep over")
    if all(isinstance(number, int) for number in (start, stop, step)):
        return range(int(start), int(stop), int(step))
    return Steps(first=first, by=by, size=count)


def _defaults() -> dict[str, list[str]]:
    """Return the choices that hold where nothing is typed: a name each, or none."""
    defaults = read_tree(".", "config")["defaults"]
    chosen = {
        key: name for entry in defaults if isinstance(entry, dict) for key, name in entry.items()
    }
    return {key: [chosen[key]] if chosen.get(key) else [] for key in CHOICES}
