"""What a plan's figures and chapter are told from: its mixes in order, and their rows by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from sim.inputs.plan import NATURES, Plan, Target
from sim.report.colours import colour_of
from sim.results.combination import Combination
from sim.results.study import Study
from sim.runs.folder import folder_name

FEW = 2  # mixes that are told one by one; more are compared
Row = Mapping[Any, Any]


@dataclass(frozen=True, kw_only=True)
class View:
    """A plan's runs, as its figures and its chapter look at them.

    Attributes:
        study: The study.
        plan: The plan.
        ones: Its mixes that have replicates: the chapter's own first, baselines last.
        base: The mix that it is compared with, if there is one.
    """

    study: Study
    plan: Plan
    ones: Sequence[Combination]
    base: Combination | None

    @property
    def anchor(self) -> str:
        """What the chapter is called in addresses."""
        return folder_name(self.plan.name)

    @property
    def policies(self) -> list[str]:
        """The names of all its mixes, those without replicates, too."""
        return [one.policy for one in self.study.combinations if one.plan == self.plan.name]

    @property
    def main(self) -> Combination:
        """The mix that the chapter is about."""
        return self.ones[0]

    @property
    def many(self) -> bool:
        """Whether its mixes are compared, and not told one by one."""
        return len(self.ones) > FEW

    @property
    def told(self) -> Sequence[Combination]:
        """The mixes that are told one by one: the chapter's own and what it is compared with."""
        return [one for one in self.ones if not self.many or one in (self.main, self.base)]

    @property
    def anyway_first(self) -> list[Combination]:
        """Its mixes, first what arrives anyway, then what else they are compared with."""
        bases = self.study.baselines
        return sorted(self.ones, key=lambda one: (not one.mix.empty, one.policy not in bases))

    def colour(self, one: Combination) -> str:
        """Return the colour of a mix, the same as in the figures."""
        return colour_of(one.policy, self.policies)

    def attained(self, one: Combination, target: Target) -> Row:
        """Return a target's row of attainment."""
        return self._attained[one.policy, target.id]

    def summary(self, one: Combination) -> Row:
        """Return a mix's row of the summary."""
        return self._summaries[one.policy]

    def added(self, one: Combination, target: Target) -> Row:
        """Return a target's row of the comparison with the baseline; empty without one."""
        against = self.base.policy if self.base else ""
        return self._added.get((one.policy, against, target.id), {})

    def most_added(self, targets: Iterable[Target]) -> tuple[Target, float] | None:
        """Return to which target's chance the chapter's mix adds most, and how much it adds."""
        rows = [(self.added(self.main, target), target) for target in targets]
        gains = [(target, float(row["probability_change"])) for row, target in rows if row]
        return max(gains, key=lambda pair: pair[1], default=None)

    def binding(self, one: Combination) -> Target | None:
        """Return the target that holds a mix back most."""
        name = self.summary(one)["binding_target"]
        return next((target for target in self.plan.targets if target.id == name), None)

    @cached_property
    def _attained(self) -> Mapping[tuple[str, str], Row]:
        return attained_rows(self.ones)

    @cached_property
    def _summaries(self) -> Mapping[str, Row]:
        return {row["policy"]: row for row in self._own(self.study.summary)}

    @cached_property
    def _added(self) -> Mapping[tuple[str, str, str], Row]:
        rows = self._own(self.study.comparison)
        return {(row["policy"], row["against"], row["target"]): row for row in rows}

    def _own(self, rows: pd.DataFrame) -> Sequence[Row]:
        return rows[rows["plan"] == self.plan.name].to_dict("records")


def views_of(study: Study) -> list[View]:
    """Return what the plans of a study look like, one after the other."""
    return [view_of(study, plan) for plan in study.plans.values()]


def view_of(study: Study, plan: Plan) -> View:
    """Return what a plan's figures and chapter look at."""
    ones = [one for one in study.combinations if one.plan == plan.name and one.replicates]
    ones.sort(key=lambda one: one.policy in study.baselines)
    bases = [one for one in ones[1:] if one.policy in study.baselines]
    return View(study=study, plan=plan, ones=ones, base=bases[0] if bases else None)


def attained_rows(ones: Iterable[Combination]) -> Mapping[tuple[str, str], Row]:
    """Return the rows of attainment by mix and target."""
    rows = (row for one in ones for row in one.attainment.to_dict("records"))
    return {(row["policy"], row["target"]): row for row in rows}


def by_nature(plan: Plan) -> list[tuple[str, list[Target]]]:
    """Return a plan's targets by their nature, behavioural ones first."""
    groups = [(n, [target for target in plan.targets if target.nature == n]) for n in NATURES]
    return [(nature, targets) for nature, targets in groups if targets]


def ordered(plan: Plan) -> list[Target]:
    """Return a plan's targets, behavioural ones first."""
    return [target for _, targets in by_nature(plan) for target in targets]


def instrument_counts(plan: Plan) -> dict[str, int]:
    """Return how many instruments there are, have an amount, and have a mechanism."""
    return {
        "all": len(plan.instruments),
        "with_amount": sum(i.amount is not None for i in plan.instruments),
        "modelled": sum(i.modelled for i in plan.instruments),
    }


def published_figures(plan: Plan) -> tuple[int, int]:
    """Return how many of a city's figures were published, and how many there are."""
    figures = plan.city.figures.values()
    return sum(figure.quantity.status == "cited" for figure in figures), len(figures)
