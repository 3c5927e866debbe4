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

from sim.command.combine import Shared, Source, Swept, combined
from sim.command.grammar import MICRO, NUMBERS, PLAIN, Request
from sim.core.checks import as_whole
from sim.core.errors import ConfigError, unknown
from sim.core.home import configs
from sim.inputs.number_set import NumberSet, number_set
from sim.inputs.plan import Plan
from sim.inputs.plan_file import plan_from_tree, tree_of
from sim.inputs.reading import Entry, as_mapping, read_tree
from sim.policy.choosing import expand
from sim.policy.spelling import parse as parse_mix
from sim.region.case import as_typed, value_words
from sim.region.plugins import load
from sim.runs.effort import Effort
from sim.runs.job import Job, job_of


def compose(request: Request, *, whole: bool = False) -> tuple[Job, list[DictConfig]]:
    """Return the job that was asked for and, if they are to be shown, its configurations.

    Args:
        request: What was typed.
        whole: Whether the first configuration, with plan and mix, is needed though none is shown.

    Raises:
        ConfigError: If anything in it is wrong.
    """
    plugins = load(_plugin_names(request))  # before anything that may name what they add
    numbers = _numbers(request)
    mix = _typed_mix(request)
    with initialize_config_dir(str(configs()), version_base="1.3"):
        sources = [_source(request, name, mix) for name in request.choices["plan"]]
        # A composition takes a moment, and all say the same of what is not plan or mix.
        wanted = [
            (source, policy) for source in sources for policy in _policies(request, source.plan)
        ]
        shown = [
            _config(request, source, policy, mix, whole=whole or request.show)
            for source, policy in (wanted if request.show else wanted[:1])
        ]
    for config in shown:
        config.update(as_typed(numbers))
    effort = _effort(shown[0], request)
    cases, baselines = combined(
        Shared(
            sources=sources,
            policies=request.choices["policy"],
            baselines=request.choices["baseline"],
            words=_words(shown[0]) | {"plugins": plugins},
            numbers=numbers,
            without=mix.without,
            changes=mix.changes,
            sweep=request.sweep,
        ),
        Swept(axes=request.swept, vary=request.vary, design=request.design),
        force=effort.force,
    )
    design = request.design.words
    job = job_of(cases, effort, baselines, several=request.compared, design=design)
    from sim.indicators.table import check_measured  # loads the model: last of all checks

    check_measured(case.plan for case in cases)
    return job, shown


def as_yaml(shown: Sequence[DictConfig], job: Job) -> str:
    """Return composed configurations as they are shown, and after them what is swept."""
    told = [OmegaConf.to_yaml(config) for config in shown]
    if job.swept:
        values: dict[str, list[str]] = {key: [] for key in job.swept}
        for case in job.cases:
            for key, value in case.swept:
                values[key].append(value_words(value))
        listed = {key: list(dict.fromkeys(each)) for key, each in values.items()}
        swept = {"swept": listed, "points": len(job.parts), "cases": len(job.cases)}
        told.append(OmegaConf.to_yaml(OmegaConf.create(swept)))
    return "---\n".join(told)


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
        force=config.force,
        output=request.output,
    )


def _policies(request: Request, plan: Plan) -> Sequence[str]:
    policies = request.choices["policy"]
    return expand(plan, policies) if request.sweep else policies


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


def _source(request: Request, name: str, typed: _TypedMix) -> Source:
    """Return a plan, read once; what was typed of its targets takes their composed form."""
    where, tree = f"plan {name}", tree_of(name)
    source = Source(where=where, tree=tree, plan=plan_from_tree(tree, where))
    if not any(key.startswith(("plan", "targets")) for key in request.values):
        return source
    config = _config(request, source, request.choices["policy"][0], typed, whole=True)
    return _typed_plan(source, config)


def _config(
    request: Request, source: Source, policy: str, typed: _TypedMix, *, whole: bool
) -> DictConfig:
    """Return the composed configuration of one case; without plan and mix it takes a fifth."""
    tree = (whole and source.tree) or {}
    node = {
        "plan": tree.get("plan", {}),
        "targets": tree.get("targets", {}),
        "policy": {"instruments": tree.get("instruments", {})},
        "start": dict.fromkeys(source.plan.city.figures),
    }
    overrides = [
        _stored("plan", node, "_global_"),
        _stored("policy", _policy_tree(policy), "policy"),
        *(
            ("" if key in PLAIN else "++") + str(override.input_line)
            for key, override in request.values.items()
            if key.partition(".")[0] not in NUMBERS
            if key != MICRO
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


def _typed_plan(source: Source, config: DictConfig) -> Source:
    """Return a plan with what was typed."""
    assert source.tree is not None
    whole = as_mapping(OmegaConf.to_container(config), source.where)
    targets = as_mapping(whole["targets"], f"{source.where}: targets")
    for name in targets:
        if name not in source.tree["targets"]:
            raise unknown(f"{source.where}: targets", "target", name, source.tree["targets"])
    tree = {**source.tree, "plan": whole["plan"], "targets": targets}
    return replace(source, tree=tree, plan=plan_from_tree(tree, source.where))


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
