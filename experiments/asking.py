"""What an experiment is asked: keys of its own beside those of ``python -m sim``, typed alike.

An experiment declares its own keys once; from that come the reading, the help and the name of the
folder for its answer. All other keys are read by the grammar of the command line and composed as
there, so that whatever decides on a run's numbers can be typed here, too.
"""

import csv
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from sim.command.compose import as_yaml, compose
from sim.command.grammar import KNOWN, RENAMED, Request, parse
from sim.command.terminal import status_of
from sim.core.checks import as_whole, check_encoding
from sim.core.errors import ConfigError, unknown
from sim.core.plain import as_json, hash_of
from sim.inputs.plan_file import tree_of
from sim.inputs.reading import as_mapping, read_tree
from sim.region.case import Case, as_typed
from sim.runs.effort import Effort
from sim.runs.folder import folder_name, replacing
from sim.runs.manifest import MANIFEST

Reader = Callable[[str, str], Any]  # the key and what was typed → the value

# Keys of the command line without a meaning here: an experiment compares mixes in its own way.
APART = ("experiment", "baseline", "precision", "most_replicates", "micro", "micro.replicates")
QUESTION = "question.json"  # beside the answer: what was asked, and all that was set
ASIDE = ("plan", "workers", "cluster", "force", "output")  # with no say in the answer
_SHARED = """\
  plan={plan}     replicates={replicates}  seed=1  population.scale=1  workers=auto
  uncertainty=both     quarters=N  after=N  targets.ID.value=V  start.FIGURE=V
  parameters.PROCESS.NAME=V  kinds.KIND.NAME=V  ...  (see python -m sim --help)
  output=DIR           else {output}
"""
_WIDE = 79


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key of an experiment's own.

    Attributes:
        name: The key; one that ends in a dot has names below it, each with a value.
        read: What makes a value of what is typed.
        default: The value where nothing is typed; a key without one must be typed.
        words: What it is.
        shown: How the default is told, where it is not the value.
    """

    name: str
    read: Reader
    default: Any
    words: str
    shown: str = ""

    @property
    def usage(self) -> str:
        """Return the key with its default, as the help has it."""
        if self.name.endswith("."):
            return f"{self.name}NAME=V"
        return f"{self.name}={self.shown or self.default}"

    def holds(self, key: str) -> bool:
        """Return whether a key that was typed is this one, or a name below it."""
        return key.startswith(self.name) if self.name.endswith(".") else key == self.name


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """An experiment as it is typed.

    Attributes:
        name: The name of its file.
        doc: Its file's docstring; its first sentence is told.
        keys: Its own keys.
        replicates: How many futures of each mix, where nothing is typed.
        policy: Whether it begins with a mix that can be typed.
    """

    name: str
    doc: str
    keys: tuple[Key, ...]
    replicates: int = 0
    policy: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked of an experiment.

    Attributes:
        case: The plan and mix, with all that decides their numbers.
        effort: How much is run.
        tree: The plan with what was typed, as a plan's file has it.
        own: The values of the experiment's own keys; those below a key as a mapping.
        typed: What was typed of the shared keys and is not the default, by key.
        plan: The plan as it was typed.
        folder: Where answers go.
        kept: Where evaluations are kept.
    """

    case: Case
    effort: Effort
    tree: Mapping[str, Any]
    own: Mapping[str, Any]
    typed: Mapping[str, str]
    plan: str
    folder: Path
    kept: Path


def ask(experiment: Experiment, arguments: Sequence[str] | None) -> Asked:
    """Return what was typed; help and the composed configuration are shown, and nothing is run.

    Raises:
        ConfigError: If anything in it is wrong, or the folder cannot be written.
    """
    own, rest = _parted(experiment, arguments)
    _check_shared(experiment, rest)
    if not any(argument.startswith("replicates=") for argument in rest):
        rest.append(f"replicates={experiment.replicates}")
    request = parse(rest, [key.name for key in experiment.keys])
    job, shown = compose(request, whole=True)
    if request.show:
        print(as_yaml(shown, job), end="")
        sys.exit(0)
    for remark in job.remarks:
        print(remark, file=sys.stderr)
    (case,) = job.cases
    composed = as_mapping(OmegaConf.to_container(shown[0]), "what was typed")
    (plan,) = request.choices["plan"]
    tree = {**tree_of(plan), "plan": composed["plan"], "targets": composed["targets"]}
    values, typed = values_of(experiment, own), _typed(experiment, request)
    root = request.output or Path("outputs") / experiment.name / case.plan.name
    folder = request.output or root / _folder_of(experiment, values, typed, case)
    question = {
        "experiment": experiment.name,
        "asked": {key: str(value) for key, value in values.items()},
        "replicates": job.effort.replicates,
        "set": case.set_words,
        "configuration": case.configuration(),
    }
    _claim(folder, as_json(question, indent=1) + "\n", told=request.output is not None)
    return Asked(
        case=case,
        effort=job.effort,
        tree=tree,
        own=values,
        typed=typed,
        plan=plan,
        folder=folder,
        kept=root / "evaluations",
    )


def ask_alone(experiment: Experiment, arguments: Sequence[str] | None) -> Mapping[str, Any]:
    """Return the values of an experiment that takes no keys but its own.

    Raises:
        ConfigError: If another key was typed, or a value is wrong.
    """
    own, rest = _parted(experiment, arguments)
    if rest:
        key = rest[0].partition("=")[0]
        raise unknown(f"{experiment.name}.py", "key", key, [key.name for key in experiment.keys])
    return values_of(experiment, own)


def values_of(experiment: Experiment, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of an experiment's own keys, from what was typed of them.

    Raises:
        ConfigError: If a value is wrong, or one that is needed is missing.
    """
    values: dict[str, Any] = {}
    for key in experiment.keys:
        said = {name: key.read(name, raw) for name, raw in typed.items() if key.holds(name)}
        if key.name.endswith("."):
            values[key.name] = {name.removeprefix(key.name): value for name, value in said.items()}
        elif key.default is inspect.Parameter.empty and not said:
            raise ConfigError(f"{key.name}= is missing: {key.words}")
        else:
            values[key.name] = said.get(key.name, key.default)
    return values


def help_of(experiment: Experiment) -> str:
    """Return the help, which fits a screen."""
    first = inspect.cleandoc(experiment.doc).split("\n\n")[0]
    lines = [f"python experiments/{experiment.name}.py [key=value ...]", ""]
    lines += [*textwrap.wrap(first, _WIDE), ""]
    for key in experiment.keys:
        usage = f"  {key.usage:<20} "
        lines += textwrap.wrap(usage + key.words, _WIDE, subsequent_indent=" " * 23)
    if not experiment.replicates:
        return "\n".join([*lines, ""])
    lines += ["  policy=as_written    the mix to begin with"] if experiment.policy else []
    shared = _SHARED.format(
        plan="weihai_2018",
        replicates=experiment.replicates,
        output=f"outputs/{experiment.name}/<plan>/<what was asked>/",
    )
    return "\n".join([*lines, "", "As with python -m sim:", "", shared])


def told(work: Callable[[Sequence[str] | None], None], typed: Sequence[str] | None = None) -> None:
    """Do the work of a command line; wrong input ends it with status 2 and one sentence."""

    def worked() -> int:
        work(typed)
        return 0

    if status := status_of(worked):
        sys.exit(status)


# Readers


def text(key: str, raw: str) -> str:
    """Return a text; it must not be empty."""
    if not raw:
        raise ConfigError(f"{key}=: a value is missing")
    return raw


def names(key: str, raw: str) -> tuple[str, ...]:
    """Return names with commas, also in brackets, each once."""
    inner = raw[1:-1] if raw[:1] == "[" and raw[-1:] == "]" else raw
    found = [name.strip() for name in next(csv.reader([inner]), [""])]
    if not all(found):
        raise ConfigError(f"{key}={raw}: a name is missing")
    return tuple(dict.fromkeys(found))


def path(key: str, raw: str) -> Path:
    """Return a path."""
    return Path(text(key, raw)).expanduser()


def flag(key: str, raw: str) -> bool:
    """Return yes or no."""
    if raw not in ("true", "false"):
        raise ConfigError(f"{key} = {raw}: true or false is needed")
    return raw == "true"


def choice(*known: str) -> Reader:
    """Return a reader of one of some words."""

    def read(key: str, raw: str) -> str:
        if raw not in known:
            raise unknown("command line", key, raw, known)
        return raw

    return read


def whole(least: int) -> Reader:
    """Return a reader of a whole number from a least one on."""

    def read(key: str, raw: str) -> int:
        value = int(raw) if re.fullmatch(r"[+-]?\d+", raw) else raw
        return as_whole(key, value, least)

    return read


def number(allowed: Callable[[float], bool], words: str) -> Reader:
    """Return a reader of a number of which something holds, that is told in words."""

    def read(key: str, raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            raise ConfigError(f"{key} = {raw}: {words} is needed") from None
        if not allowed(value):  # false for NaN, too
            raise ConfigError(f"{key} = {raw}: {words} is needed")
        return value

    return read


probability = number(lambda value: 0 < value <= 1, "a probability above 0 and up to 1")
NEEDED = inspect.Parameter.empty  # the default of a key that must be typed


# What was typed


def _parted(
    experiment: Experiment, arguments: Sequence[str] | None
) -> tuple[dict[str, str], list[str]]:
    """Return what was typed of the experiment's own keys, and all other arguments."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    for argument in typed:
        check_encoding(argument)
    if "-h" in typed or "--help" in typed:
        print(help_of(experiment), end="")
        sys.exit(0)
    own: dict[str, str] = {}
    rest = []
    for argument in typed:
        _check_flag(experiment, argument)
        key, equals, raw = argument.partition("=")
        if not equals or not any(one.holds(key) for one in experiment.keys):
            rest.append(argument)
        elif key in own:
            raise ConfigError(f"{argument}: {key}={own[key]} was given already")
        else:
            own[key] = raw
    return own, rest


def _check_flag(experiment: Experiment, argument: str) -> None:
    """Refuse a flag; one whose word is a key is told with the key."""
    if not argument.startswith("--") or argument == "--cfg":
        return
    word = argument[2:].partition("=")[0].replace("-", "_")
    key = RENAMED.get(word, word)
    own = [one.name for one in experiment.keys]
    if f"{word}." in own:
        raise ConfigError(f"--{word} is now {word}.NAME=")
    if key in KNOWN or key in own:
        raise ConfigError(f"--{word} is now {key}=")
    raise unknown("command line", "flag", argument, ("--help", "--cfg job"))


def _check_shared(experiment: Experiment, arguments: Sequence[str]) -> None:
    """Refuse what has no meaning in an experiment."""
    for argument in arguments:
        key = argument.partition("=")[0]
        of_mix = key == "policy" or key.startswith("policy.")
        if key in APART or key in ("-m", "--multirun") or (of_mix and not experiment.policy):
            own = ", ".join(one.name for one in experiment.keys)
            raise ConfigError(
                f"{argument}: {experiment.name}.py takes no {key}; beside what decides on a run it "
                f"takes: {own}"
            )


def _typed(experiment: Experiment, request: Request) -> dict[str, str]:
    """Return what was typed of the shared keys, where it is not the default."""
    defaults = {**_flat(read_tree(".", "config")), "replicates": experiment.replicates}
    typed = {
        key: str(override.input_line).partition("=")[2]
        for key, override in sorted(request.values.items())
        if key not in ASIDE and override.value() != defaults.get(key, NEEDED)
    }
    (policy,) = request.choices["policy"]
    return typed if policy == "as_written" else {"policy": policy, **typed}


def _flat(tree: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tree.items():
        inner = isinstance(value, Mapping)
        found |= _flat(value, f"{where}{key}.") if inner else {f"{where}{key}": value}
    return found


def _claim(folder: Path, question: str, *, told: bool) -> None:
    """Make the folder of an answer, with the question; one that was told keeps its own question."""
    path = folder / QUESTION
    try:
        if told and (folder / MANIFEST).exists():
            raise ConfigError(
                f"output = {folder}: it holds a run of the model; give another folder"
            )
        if told and path.exists() and path.read_text("utf-8") != question:
            raise ConfigError(
                f"output = {folder}: it answers another question, as its {QUESTION} says; give "
                "another folder"
            )
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            unfinished.write_text(question, "utf-8")
    except OSError as error:
        raise ConfigError(f"output = {folder}: cannot be written: {error.strerror}") from None


def _folder_of(
    experiment: Experiment, values: Mapping[str, Any], typed: Mapping[str, str], case: Case
) -> str:
    """Return what was typed that is not the default, as the name of a folder.

    It has none of the signs that mean something in ``policy=FOLDER/FILE``. Of a file with numbers
    it has what the file says, since two may have one name and one may change.
    """
    said = {"parameters": f"{case.numbers.name}-{hash_of(as_typed(case.numbers))[:8]}"}
    words = [f"{key}-{said.get(key, value)}" for key, value in typed.items()]
    for key in experiment.keys:
        value = values[key.name]
        if key.name.endswith("."):
            words += [f"{key.name}{name}-{x:g}" for name, x in value.items()]
        elif value != key.default:
            told = "-".join(value) if isinstance(value, tuple) else f"{value}"
            words.append(f"{key.name}-{told}")
    return folder_name(re.sub("[=,+~]", "-", "_".join(words)) or "default")
