"""How likely is a regional science-and-technology plan to meet its written targets?

    plan = sim.load_plan("weihai_2018")
    result = sim.run(plan, policy="as_written", replicates=100, seed=1)
    result.attainment()                      # a row per target: quantiles, probability, …
    result.trajectories("brokers")           # a row per replicate, a column per quarter
    sim.compare(plan, ["none", "as_written"], replicates=100, seed=1)
    sim.sweep(plan, {"start.brokers": [50, 100], "seed": [1, 2]}, replicates=50)
    sim.run(plan, parameters={"research.stop": 0.05}, start={"brokers": 150}, scale=0.2)

    region = sim.Region(plan, policy="none", seed=1)     # a mesa.Model

Rules of one's own stand in a module that calls ``sim.register`` and is named in ``plugins=``: see
docs/extending.md.

Everything is loaded when it is first asked for, so that ``import sim`` costs next to nothing.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from sim.command.combine import Source
    from sim.indicators.measure import Indicator
    from sim.inputs.levers import InstrumentType, Lever
    from sim.inputs.numbers import Numbers, number
    from sim.inputs.plan import Plan
    from sim.inputs.plan_file import load_plan
    from sim.policy.mix import Mix
    from sim.region.agents import Firm, Incubator, Institute, Platform, Region, University
    from sim.region.plugins import Process, register
    from sim.results.combination import Combination
    from sim.results.study import Study
    from sim.runs.effort import Effort
    from sim.runs.job import Job

    type AnyPlan = Plan | str | Path
    type AnyMix = Mix | Mapping[str, Any] | str | Path

__all__ = [
    "Firm",
    "Incubator",
    "Indicator",
    "Institute",
    "InstrumentType",
    "Lever",
    "Numbers",
    "Platform",
    "Process",
    "Region",
    "Result",
    "University",
    "compare",
    "load_plan",
    "number",
    "register",
    "run",
    "sweep",
]
# Where a name lives; all others are agents.
_HOMES = {
    "Indicator": "sim.indicators.measure",
    "InstrumentType": "sim.inputs.levers",
    "Lever": "sim.inputs.levers",
    "Numbers": "sim.inputs.numbers",
    "Process": "sim.region.plugins",
    "load_plan": "sim.inputs.plan_file",
    "number": "sim.inputs.numbers",
    "register": "sim.region.plugins",
}

# What decides on the numbers of a case; all else that can be said is effort.
_WORDS = (
    "seed",
    "uncertainty",
    "scale",
    "quarters",
    "after",
    "start",
    "parameters",
    "kinds",
    "plugins",
)


def __getattr__(name: str) -> Any:
    """Return one of the names above from the module it lives in."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return getattr(import_module(_HOMES.get(name, "sim.region.agents")), name)


@dataclass(frozen=True)
class Result:
    """What a run of one plan and mix says.

    Attributes:
        combination: All that was recorded, as the files and the report have it.
    """

    combination: "Combination"

    def attainment(self) -> "pd.DataFrame":
        """Return a row per target, as in ``attainment.csv``."""
        return self.combination.attainment

    def trajectories(self, name: str) -> "pd.DataFrame":
        """Return a target or a context indicator: a row per replicate, a column per quarter.

        Raises:
            ConfigError: If there is none of that name.
        """
        from sim.core.errors import unknown

        frame = self.combination.trajectories
        known = [str(column) for column in frame if column not in ("plan", "policy", "replicate")]
        if name not in known:
            raise unknown("trajectories", "target or indicator", name, known)
        return frame.pivot(index="replicate", columns="quarter", values=name)

    def ledger(self) -> "pd.DataFrame":
        """Return a row per replicate, quarter, instrument, payer and payee; million CNY."""
        return self.combination.ledger

    def parameters(self) -> "pd.DataFrame":
        """Return a row per replicate, a column per parameter."""
        return self.combination.parameters


def run(
    plan: "AnyPlan",
    policy: "AnyMix" = "as_written",
    replicates: int = 100,
    seed: int = 1,
    *,
    output: str | Path | None = None,
    **settings: Any,
) -> Result:
    """Run one plan and mix.

    Args:
        plan: A plan, its name or its file.
        policy: A mix, its name, its file or a mapping of its form; a name or file may go on, as
            in ``as_written~transfer_bonus`` (see ``mixes``).
        replicates: How many replicates.
        seed: Which world of luck.
        output: A folder for all files; without it nothing is kept.
        settings: What decides on numbers: ``uncertainty``; ``scale``; ``quarters``; ``after``;
            ``start``, known starting figures, as ``{"brokers": 150}``; ``parameters``, as
            ``{"research.stop": 0.05, "founders.horizon.range": [2, 4]}`` or a file; ``kinds``, as
            ``{"incubator.rate": 0.1}``; ``plugins``, modules with rules of one's own, as
            ``["my_rules"]``. How much is run: ``workers``, ``cluster``, ``precision``,
            ``most_replicates``, ``force``; ``micro``, of how many replicates firms, organisations,
            contracts and projects are kept in the folder (True for three).

    Raises:
        ConfigError: If anything in it is wrong.
    """
    settings |= {"replicates": replicates, "seed": seed, "output": output}
    return Result(_study("sim.run", plan, [policy], (), settings).combinations[0])


def compare(
    plan: "AnyPlan",
    policies: "Sequence[AnyMix]",
    replicates: int = 100,
    seed: int = 1,
    *,
    baseline: "AnyMix" = "none",
    output: str | Path | None = None,
    **settings: Any,
) -> "pd.DataFrame":
    """Return what mixes change against a baseline, as in ``comparison.csv``.

    Args:
        plan: A plan, its name or its file.
        policies: The mixes, ``~each`` and ``+each`` standing for one per instrument; the baseline
            is run too where it is not among them.
        replicates: How many replicates of each mix.
        seed: Which world of luck, the same for all.
        baseline: The mix to compare with.
        output: A folder for all files; without it nothing is kept.
        settings: As ``run`` takes them.

    Raises:
        ConfigError: If anything in it is wrong.
    """
    settings |= {"replicates": replicates, "seed": seed, "output": output}
    return _study("sim.compare", plan, policies, [baseline], settings).comparison


def sweep(
    plan: "AnyPlan | list[AnyPlan]",
    keys: Mapping[str, Any],
    policy: "AnyMix | list[AnyMix]" = "as_written",
    replicates: int = 100,
    seed: int = 1,
    *,
    baseline: "AnyMix" = "none",
    output: str | Path | None = None,
    **settings: Any,
) -> "pd.DataFrame":
    """Return a row per combination of swept values and target or indicator, as in ``sweep.csv``.

    Args:
        plan: A plan, its name or its file, or several.
        keys: The values of each key, as ``{"start.brokers": [50, 100], "seed": range(1, 4)}``; a
            text as it is typed, such as ``"interval(50,150)"``.
        policy: A mix or several, as ``compare`` takes them.
        replicates: How many replicates of each mix at each point.
        seed: Which world of luck, where it is not swept; samples are drawn from it, too.
        baseline: The mix that the others are compared with.
        output: A folder for all files; without it nothing is kept.
        settings: As ``run`` takes them, and which points are run: ``design``, one of ``grid``,
            ``zip`` and ``lhs``; ``samples``, how many ``lhs`` draws; ``points``, how many a range
            has in the others; ``vary``, names of numbers that are swept over the ranges they have,
            as ``["parameters.services", "start.*"]``.

    Raises:
        ConfigError: If anything in it is wrong.
    """
    from sim.command.combine import Shared, Swept, combined
    from sim.command.designs import Design
    from sim.command.grammar import axis_from
    from sim.core.errors import ConfigError
    from sim.results.sweep import tidy
    from sim.runs.job import job_of

    if not isinstance(keys, Mapping):
        raise ConfigError(f"sim.sweep: keys is a mapping of keys to their values, not {keys!r}")
    settings |= {"replicates": replicates, "seed": seed, "output": output}
    own = {name: settings.pop(name) for name in ("samples", "points") if name in settings}
    design = Design(name=settings.pop("design", "grid"), **own)
    vary = settings.pop("vary", ())
    words, effort = _parted("sim.sweep", settings)
    numbers = words.pop("numbers")
    cases, baselines = combined(
        Shared(
            sources=[_source(one) for one in (plan if isinstance(plan, list) else [plan])],
            policies=policy if isinstance(policy, list) else [policy],
            baselines=[baseline],
            words=words,
            numbers=numbers,
            sweep=True,
        ),
        Swept(
            axes={key: axis_from(key, values) for key, values in keys.items()},
            vary=[vary] if isinstance(vary, str) else vary,
            design=design,
        ),
        force=effort.force,
    )
    job = job_of(cases, effort, baselines, several=True, design=design.words)
    study = _run("sim.sweep", job)
    return study.sweep.table if study.sweep else tidy(study)


def _source(plan: "AnyPlan") -> "Source":
    """Return a plan as a sweep takes it; one that is no object can have its targets swept."""
    from sim.command.combine import Source
    from sim.inputs.plan import Plan
    from sim.inputs.plan_file import plan_from_tree, tree_of

    if isinstance(plan, Plan):
        return Source(where=f"plan {plan.name}", tree=None, plan=plan)
    tree = tree_of(plan)
    return Source(where=f"plan {plan}", tree=tree, plan=plan_from_tree(tree, f"plan {plan}"))


def _study(
    command: str,
    plan: "AnyPlan",
    policies: "Sequence[AnyMix]",
    baselines: "Sequence[AnyMix]",
    settings: Mapping[str, Any],
) -> "Study":
    """Run mixes and the baselines not among them; keep the files where a folder is given."""
    return _run(command, _job(command, plan, policies, baselines, settings))


def _run(command: str, job: "Job") -> "Study":
    """Run a job; keep the files where a folder is given."""
    from sim.indicators.table import check_measured
    from sim.publish import publish, run_and_read

    check_measured(case.plan for case in job.cases)
    for remark in job.remarks:
        warnings.warn(remark, stacklevel=4)
    if job.effort.output is not None:
        study = publish(job, job.effort.output, command)
    else:
        with TemporaryDirectory(prefix="sim-") as meanwhile:
            study = run_and_read(job, Path(meanwhile))
    for left_out in study.unreached:
        warnings.warn(f"left out: {left_out.why}", stacklevel=4)
    if study.failures:
        first = study.failures[0]
        warnings.warn(
            f"{len(study.failures)} replicates failed; the first is {first.where}: {first.error}",
            stacklevel=4,
        )
    return study


def _job(
    command: str,
    plan: "AnyPlan",
    policies: "Sequence[AnyMix]",
    baselines: "Sequence[AnyMix]",
    settings: Mapping[str, Any],
) -> "Job":
    from sim.core.errors import ConfigError
    from sim.inputs.plan import Plan
    from sim.inputs.plan_file import load_plan
    from sim.policy.choosing import choose, expand
    from sim.region.case import case_of
    from sim.runs.job import job_of

    if isinstance(policies, str) or not isinstance(policies, Sequence):
        raise ConfigError(f"{command}: policies is a list of mixes, not {policies!r}")
    words, effort = _parted(command, settings)
    loaded = plan if isinstance(plan, Plan) else load_plan(plan)
    several = bool(baselines)
    names = [expand(loaded, [p]) if several and isinstance(p, str) else [p] for p in policies]
    choices = [choose(loaded, policy) for listed in names for policy in listed]
    against = [choose(loaded, policy) for policy in baselines]
    return job_of(
        [
            case_of(loaded, choice, **words)
            for choice in (*(one for one in against if one not in choices), *choices)
        ],
        effort,
        [one.mix.name for one in against],
        several=several,
    )


def _parted(command: str, settings: Mapping[str, Any]) -> "tuple[dict[str, Any], Effort]":
    """Return what decides on numbers, and the effort, of what was said."""
    from dataclasses import fields

    from sim.core.checks import check_words
    from sim.core.errors import ConfigError
    from sim.inputs.number_set import number_set
    from sim.region.plugins import load
    from sim.runs.effort import Effort

    own = [field.name for field in fields(Effort)]
    check_words(command, settings, (*_WORDS, *own))
    words = {name: value for name, value in settings.items() if name in _WORDS}
    words["plugins"] = load(words.get("plugins"))  # before anything that may name what they add
    numbers = number_set(words.pop("parameters", None), words.pop("kinds", None))
    said = {name: value for name, value in settings.items() if name in own}
    if isinstance(said["output"], str):
        said["output"] = Path(said["output"])
    effort = Effort(**said)
    if effort.kept and effort.output is None:
        raise ConfigError("micro keeps files: say in which folder, with output=")
    start = words.get("start")
    return words | {"numbers": numbers, "start": {} if start is None else start}, effort
