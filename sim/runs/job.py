"""A job: the cases to run, how much of each, and what they are compared with."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.errors import ConfigError
from sim.core.plain import hash_of
from sim.region.case import Case, Key, check_size
from sim.runs.effort import Effort
from sim.runs.folder import folder_name
from sim.runs.outcome import Failure, Fit, Unreached

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
        design: Which points of what is swept they are, in words.
        fits: What was found of the cases that cost what another does, by what they are called.
    """

    cases: tuple[Case, ...]
    effort: Effort
    baselines: tuple[str, ...] = ()
    several: bool = False
    design: str = ""
    fits: Mapping[Key, Fit] = field(default_factory=dict)

    def folder(self, root: Path, case: Case) -> Path:
        """Return where a case's files go."""
        if not self.several:
            return root
        own = root / folder_name(case.plan.name) / folder_name(case.mix.name)
        return own / folder_name(case.point) if case.point else own

    @property
    def swept(self) -> tuple[str, ...]:
        """The keys that are swept, beside plan and mix."""
        return tuple(key for key, _ in self.cases[0].swept)

    @property
    def parts(self) -> list["Job"]:
        """The same job in parts: for each point of what is swept, the cases that are there."""
        points: dict[str, list[Case]] = {}
        for case in self.cases:
            points.setdefault(case.point, []).append(case)
        return [self.of(cases) for cases in points.values()]

    @property
    def first(self) -> "Job":
        """The part of it at the first point that each plan has."""
        points: dict[str, str] = {}
        for case in self.cases:
            points.setdefault(case.plan.name, case.point)
        return self.of([case for case in self.cases if case.point == points[case.plan.name]])

    def of(self, cases: Sequence[Case]) -> "Job":
        """Return the part of it that runs some of its cases."""
        most = max(self.effort.replicates_of(case) for case in cases)
        effort = dataclasses.replace(self.effort, replicates=most)
        return dataclasses.replace(self, cases=tuple(cases), effort=effort)

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
        """Return all that decides on its numbers, as plain values, each told once.

        Of a sweep over other keys than plan and mix the first point is told, and of each case what
        differs there, and the hash of the whole.
        """
        if self.swept:
            cases = {"/".join(case.key): case for case in self.cases}
            return self.of(self.parts[0].cases)._whole() | {
                "swept": list(self.swept),
                "combinations": {name: case.hash[:16] for name, case in cases.items()},
            }
        return self._whole()

    def _whole(self) -> dict[str, Any]:
        told = [case.configuration() for case in self.cases]
        plans = {case.plan.name: each for case, each in zip(self.cases, told, strict=True)}
        names = ["/".join(filter(None, case.key)) for case in self.cases]
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
    cases: Sequence[Case],
    effort: Effort,
    baselines: Sequence[str] = (),
    *,
    several: bool = False,
    design: str = "",
) -> Job:
    """Return the job of running cases; see its attributes.

    Raises:
        ConfigError: If a city is too large, or two cases have one name.
    """
    known = set[str]()  # without capitals, in which names of folders may not differ
    for case in cases:
        if not effort.force:
            check_size(case)
        if (name := "/".join(case.key).casefold()) in known:
            at = f" at {case.point}" if case.point else ""
            raise ConfigError(
                f"plan {case.plan.name} with policy {case.mix.name}{at} is asked for twice; a plan "
                "or mix of one's own needs a name of its own, that differs by more than capitals"
            )
        known.add(name)
    effort = _swept_effort(cases, effort)
    return Job(
        cases=tuple(cases),
        effort=effort,
        baselines=tuple(baselines),
        several=several,
        design=design,
    )


def _swept_effort(cases: Sequence[Case], effort: Effort) -> Effort:
    """Return the effort with the most replicates that any case is to have, where that is swept."""
    swept = [value for case in cases for key, value in case.swept if key == "replicates"]
    if not swept:
        return effort
    if effort.precision is not None:
        raise ConfigError(
            f"precision = {effort.precision:g}: it adds replicates where they are too few, so "
            "replicates cannot be swept beside it"
        )
    return dataclasses.replace(effort, replicates=max(swept))


def _once(told: Mapping[str, Any]) -> Any:
    """Return what all cases say, or by name what each says."""
    first, *others = told.values()
    return dict(told) if any(other != first for other in others) else first
