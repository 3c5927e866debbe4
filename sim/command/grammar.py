"""The grammar of what is typed: flags and ``key=value``, in Hydra's own way of writing values."""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from sim.core.errors import ConfigError, unknown
from sim.inputs.number_set import settable_as
from sim.inputs.reading import as_mapping, names_in, read_tree

CHOICES = ("plan", "policy", "baseline", "experiment")
SWEPT = ("plan", "policy", "baseline")
PLAIN = (
    "replicates",
    "seed",
    "uncertainty",
    "population.scale",
    "population.force",
    "quarters",
    "after",
    "workers",
    "cluster",
    "precision",
    "most_replicates",
    "micro",
    "plugins",
)
NUMBERS = ("parameters", "kinds")  # any number of theirs; a file of them, too
BRANCHES = ("plan", "targets", "policy.instruments", "policy.without", "start", *NUMBERS)
MICRO = "micro.replicates"  # beside micro=true: a value and what is below it are one to Hydra
KNOWN = {*CHOICES, *PLAIN, *BRANCHES, MICRO, "output"}
# Words of the command line that are others, and what they are.
RENAMED = {"scale": "population.scale", "starts": "start", "known": "start"}
FLAGS = ("-m", "--multirun", "-h", "--help", "-c", "--cfg", "--version")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was typed.

    Attributes:
        choices: Names or files of plans, mixes, baselines and the experiment.
        values: All other overrides, as typed, by key.
        output: Where the files go, if it was said.
        sweep: Whether there may be several.
        compared: Whether mixes are compared with a baseline.
        show: Whether the composed configuration is shown, and nothing run.
    """

    choices: Mapping[str, Sequence[str]]
    values: Mapping[str, Override]
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
    typed: dict[str, str] = {}
    for argument in rest:
        if argument not in flags:
            key, raw = _pair(argument, own)
            if key in typed and key.partition(".")[0] in NUMBERS:
                raise ConfigError(f"{argument}: {key}={typed[key]} was given already")
            typed[key] = raw
    choices = {key: _listed(key, typed.pop(key)) for key in CHOICES if key in typed}
    output = _listed("output", typed.pop("output", "null"))
    sweep = bool(flags or choices.get("experiment"))
    for key, names in choices.items():
        if len(names) > 1 and not sweep:
            raise ConfigError(f"{key}={','.join(names)}: several values need -m, for a sweep")
    compared = sweep or bool(choices.get("baseline"))
    chosen = _defaults() | ({"baseline": ["none"]} if compared else {})
    for name in choices.get("experiment", []):
        chosen |= _experiment(name)
    return Request(
        choices=chosen | choices,
        values={key: _override(key, raw) for key, raw in typed.items()},
        output=Path(output[0]).expanduser() if output else None,
        sweep=sweep,
        compared=compared,
        show=show,
    )


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
    word = flag.lstrip("-").partition("=")[0].replace("-", "_")
    key = RENAMED.get(word, word)
    if key in KNOWN:
        return ConfigError(f"{flag}: it is typed {key}=")
    return unknown("command line", "flag", flag, FLAGS)


def _pair(argument: str, own: Collection[str]) -> tuple[str, str]:
    key, equals, raw = argument.partition("=")
    if key[:1] in ("+", "~"):
        raise _no_sign(argument, own)
    if not equals:
        raise ConfigError(f"'{argument}': an override is written key=value")
    word, dot, below = key.partition(".")
    if word in RENAMED:
        raise ConfigError(f"{argument}: {word} is now {RENAMED[word]}{dot}{below}=")
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
    quote = raw[:1] if raw[:1] in ("'", '"') else "'"
    names = next(csv.reader([raw], quotechar=quote)) or [""]
    if len(names) > 1 and key not in SWEPT:
        raise _no_sweep(key, raw)
    if not all(names):
        raise ConfigError(f"{key}={raw}: a name is missing")
    return names


def quoted(name: str) -> str:
    """Return a name or file as it is typed, in quotes where it would be read as several."""
    if "," not in name and name[:1] not in ("'", '"'):
        return name
    return "'" + name.replace("'", "''") + "'"


def _no_sweep(key: str, raw: str) -> ConfigError:
    return ConfigError(
        f"{key}={raw}: only {', '.join(SWEPT)} can be swept; a list is written [a,b], and a text "
        "with a comma stands in quotes"
    )


def _override(key: str, raw: str) -> Override:
    try:
        override = OverridesParser.create().parse_override(f"{key}={raw}")
    except HydraException as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"'{key}={raw}' cannot be read: {reason}; put it in quotes") from None
    if override.is_sweep_override():
        raise _no_sweep(key, raw)
    return override


def _defaults() -> dict[str, list[str]]:
    """Return the choices that hold where nothing is typed: a name each, or none."""
    defaults = read_tree(".", "config")["defaults"]
    chosen = {
        key: name for entry in defaults if isinstance(entry, dict) for key, name in entry.items()
    }
    return {key: [chosen[key]] if chosen.get(key) else [] for key in CHOICES}


def _experiment(name: str) -> dict[str, list[str]]:
    """Return the lists that an experiment sweeps over.

    Raises:
        ConfigError: If there is none of that name, or its file holds anything else.
    """
    if name not in names_in("experiment"):
        raise unknown("command line", "experiment", name, names_in("experiment"))
    where, lists = f"experiment {name}", read_tree("experiment", name)
    for key in ("hydra", "sweeper", "params"):
        for other in lists:
            if other != key:
                raise ConfigError(
                    f"{where}: {other} is not read from there; what is no list to sweep over is "
                    f"typed beside experiment={name}"
                )
        where += f".{key}"
        lists = as_mapping(lists.get(key), where)
    for key, raw in lists.items():
        if key not in SWEPT or not isinstance(raw, str):
            raise ConfigError(
                f"{where}: {key}: {raw!r}: it takes {', '.join(SWEPT)}, each with a text such as "
                f"none,as_written; all else is typed beside experiment={name}"
            )
    return {key: _listed(key, raw) for key, raw in lists.items()}
