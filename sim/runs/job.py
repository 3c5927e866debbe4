"""A job: the cases to run, how much of each, and what they are compared with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.errors import ConfigError
from sim.core.plain import hash_of
from sim.region.case import Case, check_size
from sim.runs.effort import Effort
from sim.runs.folder import folder_name
from sim.runs.outcome import Failure, Fit, Unreached

Key = tuple[str, str]  # names of plan and mix
# What of a configuration the cases of a job mostly share.
_SHARED = (
    "seed",
    "uncertainty",
    "population.scale",
    "start",
    "parameters",
    "kinds",
    "plugins",
    "fork",
)


# Runs what the folders of some cases lack, and returns the replicates that failed.
Engine = Callable[[Sequence[Case], Sequence[Path], Effort], list[Failure]]


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be run.

    Attributes:
        cases: The cases, with the baselines.
        effort: How much of each is run, and on what.
        baselines: Names of the mixes that the others are compared with.
        several: Whether each case has a folder of its own below the root.
        fits: What was found of the cases that cost what another does, by their names.
    """

    cases: tuple[Case, ...]
    effort: Effort
    baselines: tuple[str, ...] = ()
    several: bool = False
    fits: Mapping[Key, Fit] = field(default_factory=dict)

    def folder(self, root: Path, case: Case) -> Path:
        """Return where a case's files go."""
        if not self.several:
            return root
        return root / folder_name(case.plan.name) / folder_name(case.mix.name)

    @property
    def remarks(self) -> list[str]:
        """A sentence for each number that was set beyond its range, or without effect."""
        told = (sentence for case in self.cases for sentence in case.remarks)
        return list(dict.fromkeys(told))

    @property
    def hash(self) -> str:
        """The hash of all that decides on its numbers; that of its case where it has one."""
        if not self.several:
            return self.cases[0].hash
        return hash_of([self.baselines, [case.hash for case in self.cases]])

    def configuration(self) -> dict[str, Any]:
        """Return all that decides on its numbers, as plain values, each told once."""
        told = [case.configuration() for case in self.cases]
        plans = {case.plan.name: each for case, each in zip(self.cases, told, strict=True)}
        names = ["/".join(case.key) for case in self.cases]
        mixes = dict(zip(names, told, strict=True))
        return {
            **{key: _once({name: each[key] for name, each in mixes.items()}) for key in _SHARED},
            "baseline": list(self.baselines),
            "several": self.several,
            "quarters": {name: each["quarters"] for name, each in plans.items()},
            "plan": {name: each["plan"] for name, each in plans.items()},
            "policy": {name: each["policy"] for name, each in mixes.items()},
            "cost": {name: each["cost"] for name, each in mixes.items() if each["cost"]},
        }


@dataclass(kw_only=True)
class Done:
    """A job as it was run.

    Attributes:
        job: The job with what was found on the way: scales of mixes, the number of replicates.
        failures: The replicates that raised an error.
        unreached: The mixes that cannot cost what they are to cost; the job is without them.
        rows: The rows of each table that was written, by its path below the root.
        widest: Which target's probability has the widest interval, and how wide it is.
    """

    job: Job
    failures: tuple[Failure, ...]
    unreached: tuple[Unreached, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    widest: dict[str, Any] = field(default_factory=dict)


def job_of(
    cases: Sequence[Case], effort: Effort, baselines: Sequence[str] = (), *, several: bool = False
) -> Job:
    """Return the job of running cases.

    Raises:
        ConfigError: If a city is too large, or two cases have one name.
    """
    known = set[Key]()  # without capitals, in which names of folders may not differ
    for case in cases:
        if not effort.force:
            check_size(case)
        plan, mix = case.key
        if (key := (plan.casefold(), mix.casefold())) in known:
            raise ConfigError(
                f"plan {plan} with policy {mix} is asked for twice; a plan or mix of one's own "
                "needs a name of its own, that differs by more than capitals"
            )
        known.add(key)
    return Job(cases=tuple(cases), effort=effort, baselines=tuple(baselines), several=several)


def _once(told: Mapping[str, Any]) -> Any:
    """Return what all cases say, or by name what each says."""
    first, *others = told.values()
    return dict(told) if any(other != first for other in others) else first
