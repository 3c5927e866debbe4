"""The command line: what is typed becomes a job, is run, and is told in one table.

Hydra's own grammar and its Compose API stand behind an entry point of ours, so that an error is
one sentence and a sweep is one job. A plan or mix is first read and checked as plain data and
then put into Hydra's store under a name of its own.
"""

import csv
import datetime
import hashlib
import json
import math
import shlex
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from hydra import compose as compose_tree
from hydra import initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.core.errors import ConfigError, SimError, unknown
from sim.core.home import configs
from sim.inputs.plan import Plan, plan_from_tree, tree_of
from sim.inputs.reading import Entry, as_mapping, names_in, read_tree
from sim.policy.mixes import parse as parse_mix
from sim.policy.policy import Mix, build_mix, expand, mix_names
from sim.runs.cluster import check_reached
from sim.runs.precision import needed_at_half
from sim.runs.settings import (
    Job,
    Settings,
    check_whole,
    claim,
    default_root,
    job_of,
    manifest_of,
    write_manifest,
)

if TYPE_CHECKING:
    from sim.results.results import Combination, Study

HELP = """\
python -m sim [-m] [key=value ...]     How likely is a plan to meet its targets?

  plan=NAME|FILE       {plans}
  policy=NAME|FILE     {mixes}
  policy=MIX~ID  +ID  +ID.FIELD=V  +scale=F  +budget=F  +cost=MIX  +from=PLAN
  targets.ID.value=V   start.FIGURE=V                   other goals and starts
  targets.ID.variant=NAME          another reading of a target's text
  replicates=100       seed=1   population.scale=1   workers=auto (all cores)
  uncertainty=both     or noise (parameters at defaults), or parameters
  precision=0.05       adds replicates until every 95 % interval is that narrow
  cluster=tcp://HOST:PORT          runs on the workers of a Dask scheduler
  quarters=N  after=N  end before the plan does, or go on after it
  baseline=NAME        also run this mix and compare with it (sweeps: none)
  output=DIR           else outputs/<experiment or plan>/<hash>/
  experiment=NAME      {experiments}
  micro=true           also firms, contracts … of micro.replicates=3 replicates
  -m                   a sweep: commas in plan, policy, baseline; also MIX~each
  --cfg job            print the composed configuration and stop

The same command goes on where it stopped; with more replicates= it grows.
Exit status: 0 all right, 1 a replicate failed, 2 wrong input, 130 Ctrl-C.
"""
_INDENT = "\n" + 23 * " "

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
)
BRANCHES = ("plan", "targets", "policy.instruments", "policy.without", "start")
MICRO = "micro.replicates"  # beside micro=true: a value and what is below it are one to Hydra
KNOWN = {*CHOICES, *PLAIN, *BRANCHES, MICRO, "output"}
FLAGS = ("-m", "--multirun", "-h", "--help", "-c", "--cfg")


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit status."""
    try:
        return _main(list(arguments))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (SimError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What is finished is kept; the same command goes on.", file=sys.stderr)
        return 130


def _main(arguments: list[str]) -> int:
    if "-h" in arguments or "--help" in arguments:
        print(_help(), end="")
        return 0
    request = parse(arguments)
    job, shown = compose(request)
    if request.show:
        print("---\n".join(OmegaConf.to_yaml(config) for config in shown), end="")
        return 0
    root = request.output or default_root(_title(request, job), job)
    study = publish(job, root, shlex.join(["python", "-m", "sim", *arguments]))
    print(_told(study), end="")
    if study.settings.precision is not None:
        print(f"Precision: {study.precision_words}.")
    for one in study.combinations:
        if one.mix.empty and one.policy != "none":
            print(f"{one.policy} selects nothing of {one.plan}: it ran as none", file=sys.stderr)
    for failure in study.failures:
        where = f"{failure.plan}, {failure.policy}, replicate {failure.replicate}"
        print(f"failed: {where}: {failure.error}", file=sys.stderr)
    return 1 if study.failures else 0


def _help() -> str:
    listed = {
        "plans": names_in("plan"),
        "mixes": mix_names(),
        "experiments": names_in("experiment"),
    }
    return HELP.format_map(
        {what: _INDENT.join(textwrap.wrap(", ".join(names), 57)) for what, names in listed.items()}
    )


def _title(request: "Request", job: Job) -> str:
    names = request.choices["experiment"] or [case.plan.name for case in job.cases]
    return "+".join(dict.fromkeys(names))


def publish(job: Job, root: Path, command: str) -> "Study":
    """Run a job in a folder and write all its files there.

    Raises:
        ConfigError: If the cluster or the folder cannot be used; nothing is written then.
    """
    if job.settings.cluster:
        check_reached(job.settings.cluster)  # before anything else takes time
    _warn_of_precision(job.settings)
    from sim.core.compiled import first_use
    from sim.results.results import carry_out, write_tables

    with claim(root, job, command) as manifest:
        if first_use():
            print("Compiling the model, once for this version: about a minute", file=sys.stderr)
        # What is needed afterwards is loaded while the replicates run.
        later = ("sim.report.drawing", "sim.report.page")
        Thread(target=lambda: [*map(import_module, later)], daemon=True).start()
        study = carry_out(job, root)
        rows = write_tables(study)
        from sim.report import drawing, page

        page.write(study, drawing.draw(study))
        manifest |= {
            "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "seconds": round(study.seconds, 3),
            "replicates": study.settings.replicates,
            "micro": study.settings.kept,
            "widest_interval": study.widest,
            "rows": rows,
            "failed": [vars(failure) for failure in study.failures],
        }
        write_manifest(root, manifest)
        if job.several:
            for case, one in zip(job.cases, study.combinations, strict=True):
                own = one.folder.relative_to(root)
                part = manifest_of(case, job, manifest)
                part["rows"] = {
                    Path(name).name: count
                    for name, count in rows.items()
                    if Path(name).parent == own
                }
                part["failed"] = [vars(failure) for failure in one.failures]
                write_manifest(one.folder, part)
        return study


def _warn_of_precision(settings: Settings) -> None:
    """Say before a run that its precision may be out of reach."""
    if settings.precision is None:
        return
    needed = needed_at_half(settings.precision)
    if needed > settings.most_replicates:
        print(
            f"precision = {settings.precision:g}: a probability of 1/2 needs some {needed} "
            f"replicates, and most_replicates = {settings.most_replicates}",
            file=sys.stderr,
        )


# What was typed


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


def parse(arguments: Sequence[str]) -> Request:
    """Return what was typed.

    Raises:
        ConfigError: If a flag or key is unknown or its value cannot be read.
    """
    rest, show = _without_cfg(list(arguments))
    flags = [argument for argument in rest if argument.startswith("-")]
    for flag in flags:
        if flag not in ("-m", "--multirun"):
            raise unknown("command line", "flag", flag, FLAGS)
    typed = dict(_pair(argument) for argument in rest if argument not in flags)
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


def _pair(argument: str) -> tuple[str, str]:
    key, equals, raw = argument.partition("=")
    if not equals or key[:1] in ("+", "~"):
        raise ConfigError(
            f"'{argument}': an override is written key=value; policy.without=[id] leaves an "
            "instrument out"
        )
    if key not in KNOWN and not key.startswith(tuple(f"{branch}." for branch in BRANCHES)):
        raise unknown("command line", "key", key, KNOWN)
    return key, raw


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
    """Return the lists that an experiment sweeps over."""
    if name not in names_in("experiment"):
        raise unknown("command line", "experiment", name, names_in("experiment"))
    params = read_tree("experiment", name)["hydra"]["sweeper"]["params"]
    return {key: _listed(key, raw) for key, raw in params.items()}


# From what was typed to a job


@dataclass(frozen=True, kw_only=True)
class _Composed:
    """A plan and mix with all overrides, and how the configuration they come from is composed."""

    plan: Plan
    mix: Mix
    config: Callable[[], DictConfig]


def compose(request: Request) -> tuple[Job, list[DictConfig]]:
    """Return the job that was asked for and, if they are to be shown, its configurations.

    Raises:
        ConfigError: If anything in it is wrong.
    """
    with initialize_config_dir(str(configs()), version_base="1.3"):
        composed, baselines = _composed(request)
        # A composition takes a moment, and all say the same of the settings.
        shown = [one.config() for one in composed[: None if request.show else 1]]
    chosen = [(one.plan, one.mix) for one in composed]
    settings = _settings(shown[0], request.output)
    return job_of(settings, chosen, baselines, several=request.compared), shown


def _settings(config: DictConfig, output: Path | None) -> Settings:
    starts = as_mapping(config.start, "start")
    return Settings(
        replicates=config.replicates,
        seed=config.seed,
        uncertainty=config.uncertainty,
        scale=config.population.scale,
        force=config.population.force,
        quarters=config.quarters,
        after=config.after,
        starts={name: value for name, value in starts.items() if value is not None},
        workers=config.workers,
        cluster=config.cluster,
        precision=config.precision,
        most_replicates=config.most_replicates,
        micro=config.micro,
        output=output,
    )


def _composed(request: Request) -> tuple[list[_Composed], tuple[str, ...]]:
    """Return all cases, and the names of the baselines among them."""
    typed = _typed_mix(request)
    found: list[_Composed] = []
    baselines: dict[str, None] = {}
    for name in request.choices["plan"]:
        source = _source(name)
        policies = request.choices["policy"]
        if request.sweep:
            policies = expand(source.plan, policies)
        several = len(policies) > 1
        listed = [_one(request, source, policy, typed, several=several) for policy in policies]
        others = [_one(request, source, policy, None) for policy in request.choices["baseline"]]
        baselines |= dict.fromkeys(one.mix.name for one in others)
        found += [one for one in others if one.mix not in [own.mix for own in listed]]
        found += listed
        _check_used(typed, listed)
    return found, tuple(baselines)


@dataclass(frozen=True, kw_only=True)
class _TypedMix:
    """How the mixes asked for are modified: ids left out, and values changed by id and field."""

    without: tuple[str, ...]
    changes: Mapping[str, Mapping[str, Any]]


def _typed_mix(request: Request) -> _TypedMix:

    typed = OmegaConf.create({"policy": {"without": [], "instruments": {}}})
    for key, override in request.values.items():
        if key.startswith("policy."):
            OmegaConf.update(typed, key, override.value(), merge=True, force_add=True)
    policy = as_mapping(OmegaConf.to_container(typed), "policy")["policy"]
    changes = as_mapping(policy["instruments"], "policy.instruments")
    return _TypedMix(
        without=Entry(policy, "policy", ("without", "instruments")).words("without"),
        changes={
            id: as_mapping(change, f"policy.instruments.{id}") for id, change in changes.items()
        },
    )


def _check_used(typed: _TypedMix, listed: Sequence[_Composed]) -> None:
    selected = {instrument.id for one in listed for instrument in one.mix.instruments}
    for name in typed.changes:
        if name not in selected:
            raise ConfigError(
                f"policy.instruments.{name} is changed, but none of the mixes selects it; they "
                f"select: {', '.join(sorted(selected)) or 'nothing'}"
            )


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A plan as it was read: where, its tree, and what it says."""

    where: str
    tree: Mapping[str, Any]
    plan: Plan


def _source(name: str) -> _Source:
    where, tree = f"plan {name}", tree_of(name)
    return _Source(where=where, tree=tree, plan=plan_from_tree(tree, where))


def _one(
    request: Request,
    source: _Source,
    policy: str,
    typed: _TypedMix | None,
    *,
    several: bool = False,
) -> _Composed:
    """Return one case; ``typed`` modifies its mix, and of several mixes each as far as it can."""
    config = cache(partial(_config, request, source, policy, typed))
    plan = source.plan
    if any(key.startswith(("plan", "targets")) for key in request.values):
        plan = _typed_plan(source, config())
    return _Composed(plan=plan, mix=_mix(plan, policy, typed, several), config=config)


def _config(request: Request, source: _Source, policy: str, typed: _TypedMix | None) -> DictConfig:
    """Return the composed configuration of one case."""
    node = {
        "plan": source.tree["plan"],
        "targets": source.tree["targets"],
        "policy": {"instruments": source.tree["instruments"]},
        "start": dict.fromkeys(source.plan.city.figures),
    }
    overrides = [
        _stored("plan", node, "_global_"),
        _stored("policy", _policy_tree(policy), "policy"),
        *(f"experiment={name}" for name in request.choices["experiment"]),
        *(
            ("" if key in PLAIN else "++") + str(override.input_line)
            for key, override in request.values.items()
            if key != MICRO and (typed or not key.startswith("policy."))
        ),
    ]
    try:
        config = compose_tree("config", overrides)
        config.baseline = list(request.choices["baseline"]) or None
        config.output = request.output and str(request.output)
        config.micro = _kept(config.micro, request.values.get(MICRO))
        OmegaConf.resolve(config)
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(f"the command cannot be read: {str(error).splitlines()[0]}") from None
    return config


def _policy_tree(policy: str) -> dict[str, Any]:
    """Return the tree of the mix that a mix begins with, under the name that was typed."""
    base = parse_mix(policy).base
    tree = read_tree("policy", base)
    return tree if base == policy else {**tree, "name": policy}


def _kept(micro: Any, number: Override | None) -> Any:
    """Return of how many replicates micro-data are kept; the number says it beside true."""
    if number is None:
        return micro
    if micro is not True:
        raise ConfigError(
            f"{number.input_line}: of so many replicates micro=true keeps the firms, "
            "organisations, contracts and projects; it needs micro=true beside it"
        )
    wanted = number.value()
    check_whole(MICRO, wanted, 1)
    return wanted


def _typed_plan(source: _Source, config: DictConfig) -> Plan:
    """Return a plan with what was typed."""
    whole = as_mapping(OmegaConf.to_container(config), source.where)
    targets = as_mapping(whole["targets"], f"{source.where}: targets")
    for name in targets:
        if name not in source.tree["targets"]:
            raise unknown(f"{source.where}: targets", "target", name, source.tree["targets"])
    tree = {**source.tree, "plan": whole["plan"], "targets": targets}
    return plan_from_tree(tree, source.where)


def _mix(plan: Plan, policy: str, typed: _TypedMix | None, several: bool) -> Mix:
    """Return a mix as typed; of several mixes each takes the changes of what it selects."""
    mix = build_mix(plan, policy)
    if typed is None:
        return mix
    selected = {instrument.id for instrument in mix.instruments}
    known = {instrument.id for instrument in plan.instruments}
    changes = {
        name: change
        for name, change in typed.changes.items()
        if not several or name in selected or name not in known
    }
    return build_mix(plan, mix, without=typed.without, changes=changes)


def _stored(group: str, tree: Mapping[str, Any], package: str) -> str:
    """Put a tree into Hydra's store; return the override that chooses it."""
    node = _storable(tree)
    name = f"typed_{hashlib.sha256(json.dumps(node).encode()).hexdigest()[:16]}"
    ConfigStore.instance().store(group=group, name=name, node=node, package=package)
    return f"{group}={name}"


def _storable(value: Any) -> Any:
    """Return plain YAML without what Hydra would not store or would interpret."""
    if isinstance(value, Mapping):
        return {key: _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value.replace("${", "\\${") if isinstance(value, str) else value


# What is told


def _told(study: "Study") -> str:
    """Return the table of attainment and where the report lies."""
    shown = [one for one in study.combinations if one.policy not in study.baselines[:1]]
    tables = [_table(study, one) for one in shown or study.combinations]
    return "\n".join([*tables, f"Report: {study.root / 'report.html'}\n"])


def _table(study: "Study", one: "Combination") -> str:
    baseline = next((name for name in study.baselines if name != one.policy), None)
    rows = [["target", "start", "median", "5-95 %", "goal", "probability"]]
    for row in one.attainment.to_dict("records"):
        if row["status"] == "not_modelled":
            numbers = ["", "not modelled", "", _short(row["goal"]), ""]
        else:
            span = "" if math.isnan(row["p05"]) else f"{_short(row['p05'])}-{_short(row['p95'])}"
            ends = [_short(row["goal"]), _chance(row["probability"])]
            numbers = [_short(row["start_p50"]), _short(row["p50"]), span, *ends]
        rows.append([row["target"], *numbers])
    if baseline:
        beside = study.find(one.plan, baseline).attainment["probability"]
        last = ["without" if baseline == "none" else baseline, *map(_chance, beside)]
        rows = [[*cells, cell] for cells, cell in zip(rows, last, strict=True)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    title = f"{one.plan}, {one.policy}, {len(one.replicates)} replicates\n"
    return title + "".join(_line(cells, widths) for cells in rows)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(c.rjust(w) for c, w in rest)]).rstrip() + "\n"


def _short(number: float) -> str:
    """Return a number with three digits or, where it is larger, without decimals."""
    if math.isnan(number):
        return ""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _chance(probability: float) -> str:
    return "" if math.isnan(probability) else f"{probability:.2f}"
