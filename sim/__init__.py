"""How likely is a regional science-and-technology plan to meet its written targets?

    plan = sim.load_plan("weihai_2018")
    result = sim.run(plan, policy="as_written", replicates=100, seed=1)
    result.attainment()                      # a row per target: quantiles, probability, …
    result.trajectories("brokers")           # a row per replicate, a column per quarter
    sim.compare(plan, ["none", "as_written"], replicates=100, seed=1)

    region = sim.Region(plan, policy="none", seed=1)     # a mesa.Model

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

    from sim.inputs.plan import Plan, load_plan
    from sim.policy.policy import Mix
    from sim.region.agents import Firm, Incubator, Institute, Platform, Region, University
    from sim.results.results import Combination, Study

    type AnyPlan = Plan | str | Path
    type AnyMix = Mix | Mapping[str, Any] | str | Path

__all__ = [
    "Firm",
    "Incubator",
    "Institute",
    "Platform",
    "Region",
    "Result",
    "University",
    "compare",
    "load_plan",
    "run",
]


def __getattr__(name: str) -> Any:
    """Return one of the names above from the module it lives in."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    home = "sim.inputs.plan" if name == "load_plan" else "sim.region.agents"
    return getattr(import_module(home), name)


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
        settings: ``uncertainty``, ``scale``, ``force``, ``quarters``, ``after``, ``starts``,
            ``workers``, ``cluster``, ``precision``, ``most_replicates``; ``micro``, of how many
            replicates firms, organisations, contracts and projects are kept in the folder (True
            for three).

    Raises:
        ConfigError: If anything in it is wrong.
    """
    settings |= {"replicates": replicates, "seed": seed}
    return Result(_study("sim.run", plan, [policy], (), output, settings).combinations[0])


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
        settings: ``uncertainty``, ``scale``, ``force``, ``quarters``, ``after``, ``starts``,
            ``workers``, ``cluster``, ``precision``, ``most_replicates``; ``micro``, of how many
            replicates firms, organisations, contracts and projects are kept in the folder (True
            for three).

    Raises:
        ConfigError: If anything in it is wrong.
    """
    settings |= {"replicates": replicates, "seed": seed}
    return _study("sim.compare", plan, policies, [baseline], output, settings).comparison


def _study(
    command: str,
    plan: "AnyPlan",
    policies: "Sequence[AnyMix]",
    baselines: "Sequence[AnyMix]",
    output: str | Path | None,
    typed: Mapping[str, Any],
) -> "Study":
    """Run mixes and the baselines not among them; keep the files where a folder is given."""
    from sim.core.errors import ConfigError
    from sim.inputs.plan import Plan, load_plan
    from sim.policy.policy import build_mix, expand
    from sim.runs.settings import Settings, job_of

    loaded = plan if isinstance(plan, Plan) else load_plan(plan)
    several = bool(baselines)
    names = [expand(loaded, [p]) if several and isinstance(p, str) else [p] for p in policies]
    mixes = [build_mix(loaded, policy) for listed in names for policy in listed]
    against = [build_mix(loaded, policy) for policy in baselines]
    folder = None if output is None else Path(output)
    chosen = Settings(**typed, output=folder)
    if chosen.kept and folder is None:
        raise ConfigError("micro keeps files: say in which folder, with output=")
    job = job_of(
        chosen,
        [(loaded, mix) for mix in (*(mix for mix in against if mix not in mixes), *mixes)],
        [mix.name for mix in against],
        several=several,
    )
    if folder is not None:
        from sim.command.command import publish

        study = publish(job, folder, command)
    else:
        from sim.results.results import carry_out

        with TemporaryDirectory(prefix="sim-") as meanwhile:
            study = carry_out(job, Path(meanwhile))
    if study.failures:
        first = study.failures[0]
        warnings.warn(
            f"{len(study.failures)} replicates failed; the first, of {first.policy}, is "
            f"{first.replicate}: {first.error}",
            stacklevel=3,
        )
    return study
