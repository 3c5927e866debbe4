"""Composing: what was typed becomes a job.

Hydra's own grammar and its Compose API stand behind an entry point of ours, so that an error is
one sentence and a sweep is one job. A plan or mix is first read and checked as plain data and
then put into Hydra's store under a name of its own.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hydra import compose as compose_tree
from hydra import initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.command.grammar import MICRO, NUMBERS, PLAIN, Request
from sim.core.checks import as_whole
from sim.core.errors import ConfigError, unknown
from sim.core.home import configs
from sim.inputs.number_set import NumberSet, number_set
from sim.inputs.plan import Plan
from sim.inputs.plan_file import plan_from_tree, tree_of
from sim.inputs.reading import Entry, as_mapping, read_tree
from sim.policy.choosing import changed, choose, expand
from sim.policy.mix import Choice
from sim.policy.spelling import parse as parse_mix
from sim.region.case import as_typed, case_of
from sim.region.plugins import load
from sim.runs.effort import Effort
from sim.runs.job import Job, job_of


def compose(request: Request) -> tuple[Job, list[DictConfig]]:
    """Return the job that was asked for and, if they are to be shown, its configurations.

    Raises:
        ConfigError: If anything in it is wrong.
    """
    plugins = load(_plugin_names(request))  # before anything that may name what they add
    numbers = _numbers(request)
    with initialize_config_dir(str(configs()), version_base="1.3"):
        composed, baselines = _composed(request)
        # A composition takes a moment, and all say the same of what is not plan or mix.
        wanted = composed[: None if request.show else 1]
        shown = [_config(request, one.source, one.policy, one.typed) for one in wanted]
    for config in shown:
        config.update(as_typed(numbers))
    words = _words(shown[0]) | {"numbers": numbers, "plugins": plugins}
    cases = [case_of(one.source.plan, one.choice, **words) for one in composed]
    job = job_of(cases, _effort(shown[0], request), baselines, several=request.compared)
    from sim.indicators.table import check_measured  # loads the model: last of all checks

    check_measured(case.plan for case in cases)
    return job, shown


def as_yaml(shown: Sequence[DictConfig]) -> str:
    """Return composed configurations as they are shown."""
    return "---\n".join(OmegaConf.to_yaml(config) for config in shown)


def _plugin_names(request: Request) -> Any:
    """Return the modules of rules from outside that were typed: one, or a list."""
    typed = request.values.get("plugins")
    return typed.value() if typed else None


def _numbers(request: Request) -> NumberSet:
    """Return the numbers that are set; what is typed wins over what a file says."""
    typed: dict[str, dict[str, Any]] = {branch: {} for branch in NUMBERS}
    file = None
    for key, override in request.values.items():
        branch, dot, name = key.partition(".")
        if branch in NUMBERS and dot:
            typed[branch][name] = override.value()
        elif branch in NUMBERS:
            file = _set_file(branch, override)
    by_hand = number_set(typed["parameters"], typed["kinds"])
    return by_hand if file is None else number_set(file, None).joined(by_hand)


def _set_file(branch: str, override: Override) -> str:
    """Return the file of numbers that was typed."""
    value = override.value()
    if branch != "parameters" or not isinstance(value, str):
        raise ConfigError(
            f"{override.input_line}: a number is set by parameters.PROCESS.NAME=value or "
            "kinds.KIND.NAME=value, several by parameters=FILE"
        )
    return value


def _words(config: DictConfig) -> dict[str, Any]:
    """Return what was typed of each case, beside plan, mix and numbers."""
    start = as_mapping(config.start, "start")
    return {
        "seed": config.seed,
        "uncertainty": config.uncertainty,
        "scale": config.population.scale,
        "quarters": config.quarters,
        "after": config.after,
        "start": {name: value for name, value in start.items() if value is not None},
    }


def _effort(config: DictConfig, request: Request) -> Effort:
    return Effort(
        replicates=config.replicates,
        workers=config.workers,
        precision=config.precision,
        most_replicates=config.most_replicates,
        cluster=config.cluster,
        micro=config.micro,
        force=config.population.force,
        output=request.output,
    )


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A plan with what was typed: where it was read, its tree there, and what it says."""

    where: str
    tree: Mapping[str, Any]
    plan: Plan


@dataclass(frozen=True, kw_only=True)
class _Composed:
    """A plan and mix with all overrides: what was typed of the mix, and the mix it became."""

    source: _Source
    policy: str
    typed: "_TypedMix | None"
    choice: Choice


def _composed(request: Request) -> tuple[list[_Composed], tuple[str, ...]]:
    """Return all cases, and the names of the baselines among them."""
    typed = _typed_mix(request)
    found: list[_Composed] = []
    baselines: dict[str, None] = {}
    for name in request.choices["plan"]:
        source = _source(request, name, typed)
        policies = request.choices["policy"]
        if request.sweep:
            policies = expand(source.plan, policies)
        several = len(policies) > 1
        listed = [_one(source, policy, typed, several=several) for policy in policies]
        others = [_one(source, policy, None) for policy in request.choices["baseline"]]
        baselines |= dict.fromkeys(one.choice.mix.name for one in others)
        found += [one for one in others if one.choice not in [own.choice for own in listed]]
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
    selected = {instrument.id for one in listed for instrument in one.choice.mix.instruments}
    for name in typed.changes:
        if name not in selected:
            raise ConfigError(
                f"policy.instruments.{name} is changed, but none of the mixes selects it; they "
                f"select: {', '.join(sorted(selected)) or 'nothing'}"
            )


def _source(request: Request, name: str, typed: _TypedMix) -> _Source:
    """Return a plan, read once; what was typed of its targets takes their composed form."""
    where, tree = f"plan {name}", tree_of(name)
    source = _Source(where=where, tree=tree, plan=plan_from_tree(tree, where))
    if not any(key.startswith(("plan", "targets")) for key in request.values):
        return source
    config = _config(request, source, request.choices["policy"][0], typed)
    return replace(source, plan=_typed_plan(source, config))


def _one(
    source: _Source, policy: str, typed: _TypedMix | None, *, several: bool = False
) -> _Composed:
    """Return one case; ``typed`` modifies its mix, and of several mixes each as far as it can."""
    choice = _choice(source.plan, policy, typed, several)
    return _Composed(source=source, policy=policy, typed=typed, choice=choice)


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
            if key.partition(".")[0] not in NUMBERS
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
    return as_whole(MICRO, number.value(), 1)


def _typed_plan(source: _Source, config: DictConfig) -> Plan:
    """Return a plan with what was typed."""
    whole = as_mapping(OmegaConf.to_container(config), source.where)
    targets = as_mapping(whole["targets"], f"{source.where}: targets")
    for name in targets:
        if name not in source.tree["targets"]:
            raise unknown(f"{source.where}: targets", "target", name, source.tree["targets"])
    tree = {**source.tree, "plan": whole["plan"], "targets": targets}
    return plan_from_tree(tree, source.where)


def _choice(plan: Plan, policy: str, typed: _TypedMix | None, several: bool) -> Choice:
    """Return a mix as typed; of several mixes each takes the changes of what it selects."""
    choice = choose(plan, policy)
    if typed is None:
        return choice
    selected = {instrument.id for instrument in choice.mix.instruments}
    known = {instrument.id for instrument in plan.instruments}
    changes = {
        name: change
        for name, change in typed.changes.items()
        if not several or name in selected or name not in known
    }
    return changed(plan, choice, typed.without, changes)


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
