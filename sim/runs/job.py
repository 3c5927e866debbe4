"""A job: the cases to run, how much of each, and what they are compared with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.errors import ConfigError
from sim.core.plain import hash_of
from sim.inputs.plan import check_indicators
from sim.region.case import Case, check_size
from sim.runs.effort import Effort
from sim.runs.folder import folder_name

Key = tuple[str, str]  # names of plan and mix


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A replicate that raised an error."""

    plan: str
    policy: str
    replicate: int
    error: str


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A mix at another's cost.

    Attributes:
        other: The name of the mix that it costs as much as.
        scale: How many times their dose its paying instruments offer.
        outlay: Its mean public outlay, million CNY.
        wanted: That of the other mix.
    """

    other: str
    scale: float
    outlay: float
    wanted: float

    @property
    def miss(self) -> float:
        """The logarithm of the outlay over what is wanted; far below 0 where nothing is paid."""
        return math.log(max(self.outlay, 1e-9 * self.wanted) / self.wanted)


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
        """A sentence for each number that was set outside its range."""
        told = (sentence for case in self.cases for sentence in case.numbers.outside())
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
        shared = ("seed", "uncertainty", "population.scale", "start", "parameters", "kinds", "fork")
        return {
            **{key: _once({name: each[key] for name, each in mixes.items()}) for key in shared},
            "baseline": list(self.baselines),
            "several": self.several,
            "quarters": {name: each["quarters"] for name, each in plans.items()},
            "plan": {name: each["plan"] for name, each in plans.items()},
            "policy": {name: each["policy"] for name, each in mixes.items()},
            "cost": {name: each["cost"] for name, each in mixes.items() if each["cost"]},
        }


def job_of(
    cases: Sequence[Case], effort: Effort, baselines: Sequence[str] = (), *, several: bool = False
) -> Job:
    """Return the job of running cases.

    Raises:
        ConfigError: If a plan has a target that nothing measures, a city is too large, or two
            cases have one name.
    """
    from sim.indicators.indicators import INDICATORS

    known = set[Key]()
    for case in cases:
        check_indicators(case.plan, INDICATORS)
        if not effort.force:
            check_size(case)
        if case.key in known:
            raise ConfigError(
                f"plan {case.plan.name} with policy {case.mix.name} is asked for twice; a plan or "
                "mix of one's own needs a name of its own"
            )
        known.add(case.key)
    return Job(cases=tuple(cases), effort=effort, baselines=tuple(baselines), several=several)


def _once(told: Mapping[str, Any]) -> Any:
    """Return what all cases say, or by name what each says."""
    first, *others = told.values()
    return dict(told) if any(other != first for other in others) else first
