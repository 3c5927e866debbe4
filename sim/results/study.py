"""A study: all that a job's folders hold, and what it says."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.inputs.plan import Plan
from sim.region.case import Case
from sim.results import combination
from sim.results.attainment import attained, summary
from sim.results.combination import Combination
from sim.results.comparison import comparison
from sim.runs.effort import Effort
from sim.runs.job import Done, Job
from sim.runs.outcome import Failure, Unreached


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What was run at all points of a sweep over other keys than plan and mix.

    Attributes:
        keys: The keys that are swept.
        design: Which points they are, in words.
        points: How many points there are.
        table: As in ``sweep.csv``.
        attainment: As in ``attainment.csv`` at the root, the swept keys first.
        summary: As in ``summary.csv``, likewise.
        comparison: As in ``comparison.csv``, likewise.
        failures: The replicates that raised an error.
    """

    keys: tuple[str, ...]
    design: str
    points: int
    table: pd.DataFrame
    attainment: pd.DataFrame
    summary: pd.DataFrame
    comparison: pd.DataFrame
    failures: tuple[Failure, ...]


@dataclass(frozen=True, kw_only=True)
class Study:
    """All that was run, and what it says.

    Attributes:
        root: Where the files are.
        plans: The plans by name.
        effort: How much was run, and on what.
        baselines: Names of the mixes that the others are compared with.
        combinations: Plan by plan, mix by mix.
        attainment: As in ``attainment.csv`` at the root.
        summary: As in ``summary.csv``.
        comparison: As in ``comparison.csv``; no rows without a baseline.
        unreached: The mixes that cannot cost what they are to cost, and are in nothing else here.
        sweep: Where other keys than plan and mix were swept: all points. All else here is then of
            the first point alone, but for what failed and was not reached.
    """

    root: Path
    plans: Mapping[str, Plan]
    effort: Effort
    baselines: tuple[str, ...]
    combinations: tuple[Combination, ...]
    attainment: pd.DataFrame
    summary: pd.DataFrame
    comparison: pd.DataFrame
    unreached: tuple[Unreached, ...]
    sweep: "Sweep | None" = None

    @classmethod
    def read(cls, done: Done, root: Path) -> "Study":
        """Return what a root holds of a job that was run there."""
        job = done.job
        plans = {case.plan.name: case.plan for case in job.cases}
        combinations = tuple(_combination(job, root, case, done.failures) for case in job.cases)
        return cls(
            root=root,
            plans=plans,
            effort=job.effort,
            baselines=job.baselines,
            combinations=combinations,
            attainment=pd.concat([one.attainment for one in combinations], ignore_index=True),
            summary=pd.DataFrame([summary(one, plans[one.plan]) for one in combinations]),
            comparison=comparison(combinations, plans, job.baselines),
            unreached=done.unreached,
        )

    @property
    def failures(self) -> list[Failure]:
        """The replicates that raised an error."""
        if self.sweep:
            return list(self.sweep.failures)
        return [failure for one in self.combinations for failure in one.failures]

    @property
    def whole(self) -> bool:
        """Whether all was run that was asked for."""
        return not self.failures and not self.unreached

    @property
    def widest(self) -> dict[str, Any]:
        """The plan, policy, target and width of the widest interval; empty where there is none."""
        table = self.sweep.attainment if self.sweep else self.attainment
        rows = table.dropna(subset="probability")
        if rows.empty:
            return {}
        wide = (rows["probability_high"] - rows["probability_low"]).to_numpy()
        row = rows.iloc[int(wide.argmax())]
        names = {name: row[name] for name in ("plan", "policy", "target")}
        return names | {"width": float(wide.max())}

    @property
    def precision_words(self) -> str:
        """Whether every interval is as narrow as was asked, and which is the widest."""
        asked, widest = self.effort.precision, self.widest
        if asked is None:
            return ""
        if not widest:
            return "no target has a probability in this run, which ends before their dates"
        said = (
            f"the widest is {widest['width']:.3g} ({widest['plan']}, {widest['policy']}, "
            f"{widest['target']}) with {self.effort.replicates} replicates"
        )
        if widest["width"] <= asked:
            return f"every 95 % interval is at most {asked:g} wide; {said}"
        return f"{asked:g} was not reached by most_replicates=; {said}"

    def case(self, plan: str) -> Case:
        """Return the first case of a plan, by its name."""
        return next(one.case for one in self.combinations if one.plan == plan)

    def against(self, one: Combination) -> Combination | None:
        """Return the first mix that a combination is compared with."""
        others = {c.policy: c for c in self.combinations if c.plan == one.plan and c is not one}
        return next((others[name] for name in self.baselines if name in others), None)

    def find(self, plan: str, policy: str) -> Combination:
        """Return the combination of a plan and a mix, by their names."""
        return next(c for c in self.combinations if (c.plan, c.policy) == (plan, policy))


def _combination(job: Job, root: Path, case: Case, failures: Sequence[Failure]) -> Combination:
    """Return a case as it was run, with its attainment and what failed of it."""
    one = combination.read(case, job.folder(root, case), job.effort.replicates_of(case))
    return dataclasses.replace(
        one,
        attainment=pd.DataFrame([attained(one, target) for target in case.plan.targets]),
        failures=tuple(f for f in failures if f.key == case.key),
        fit=job.fits.get(case.key),
    )
