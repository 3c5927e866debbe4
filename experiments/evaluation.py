"""What mixes of one plan come to on the same replicates; shared by the searches beside it.

Outlay is what city and county have paid by the run's end or owe by then: rewards fall due up to six
quarters after they are earned, and a mix must not look cheap because its bills come later.
Evaluations are kept below the output folder under the hash of case and code, so that an interrupted
command goes on and a second one need not run again what the first ran.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from asking import Asked
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.core.errors import ConfigError, SimError, unknown
from sim.core.plain import hash_of
from sim.core.quantity import STRATA
from sim.core.quarter import label
from sim.inputs.plan import Plan, Target
from sim.policy.choosing import MIXES, build_mix
from sim.policy.mix import Choice, Mix
from sim.policy.mix import paying as pays_public_money
from sim.region.case import LARGEST_SEED, Case
from sim.report.figures.look import chinese_font, styled
from sim.runs import chunks, ensemble
from sim.runs.effort import Effort
from sim.runs.folder import held, replacing
from sim.runs.version import code_hash
from sim.state.books import PUBLIC

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
EPSILON = 1e-9
GROUPS = tuple(name for name in MIXES if name not in ("none", "as_written"))
FUND = "city fund"  # the money of the lines of the city, and of its counties with it
_FRESH = 1000  # what was chosen is run again with a seed so much higher
BUDGET = "budget"  # budget_rule belongs to all groups' mixes, hence to none: a group of its own


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A mix on its replicates: a row per replicate, a column per target.

    Attributes:
        mix: The mix.
        targets: The modelled targets whose date lies within the run.
        values: Their values at their dates.
        reals: The real activity beside each.
        paths: Their values by replicate, quarter and target.
        quarters: The quarters.
        outlay: Per replicate the public outlay in million CNY, paid or owed.
        paid: What of it was paid by the end, as in ``summary.csv``.
        assumed: What of the paid rests on no number in the text.
        parameters: A row per replicate.
    """

    mix: Mix
    targets: tuple[Target, ...]
    values: Floats
    reals: Floats
    paths: Floats
    quarters: tuple[str, ...]
    outlay: Floats
    paid: Floats
    assumed: Floats
    parameters: pd.DataFrame

    @property
    def met(self) -> NDArray[np.bool_]:
        """Whether each target was met."""
        columns = [target.met(self.values[:, at]) for at, target in enumerate(self.targets)]
        return np.array(columns, np.bool_).reshape(len(self.targets), -1).T

    @property
    def assumed_share(self) -> float:
        """The share of the money paid that rests on no number in the text."""
        paid = float(self.paid.sum())
        return float(self.assumed.sum()) / paid if paid else np.nan

    def columns(self, targets: Sequence[Target]) -> list[int]:
        """Return where some targets stand."""
        ids = [target.id for target in self.targets]
        return [ids.index(target.id) for target in targets]

    def chances(self, targets: Sequence[Target]) -> Floats:
        """Return the probability of each of some targets."""
        return self.met[:, self.columns(targets)].mean(axis=0)


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """Runs mixes of a plan, or reads what was run.

    Attributes:
        case: What is run; each mix takes the place of its own.
        effort: How much of it.
        folder: Where evaluations are kept.
    """

    case: Case
    effort: Effort
    folder: Path

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.case.plan

    def outcomes(self, mixes: Sequence[Mix]) -> list[Outcome]:
        """Return what each mix comes to.

        Raises:
            ConfigError: If another process is at work in the folder.
            SimError: If a replicate failed.
        """
        # A name makes no difference to what a mix does.
        cases = [replace(self.case, mix=replace(mix, name="mix"), costs_as=None) for mix in mixes]
        folders = [self.folder / _key(case) for case in cases]
        once = dict(zip(folders, cases, strict=True))
        self.folder.mkdir(parents=True, exist_ok=True)
        with held(self.folder):
            failures = ensemble.run(list(once.values()), list(once), self.effort)
        if failures:
            first = failures[0]
            raise SimError(
                f"{len(failures)} replicates of {first.plan} failed; the first is "
                f"{first.replicate}: {first.error}"
            )
        return [self._outcome(mix, folder) for mix, folder in zip(mixes, folders, strict=True)]

    def outcome(self, mix: Mix) -> Outcome:
        """Return what one mix comes to."""
        return self.outcomes([mix])[0]

    def fresh(self, seed: int, replicates: int) -> "Evaluator":
        """Return an evaluator in another world of luck."""
        effort = replace(self.effort, replicates=replicates)
        return replace(self, case=replace(self.case, seed=seed), effort=effort)

    def _outcome(self, mix: Mix, folder: Path) -> Outcome:
        arrays = chunks.read(folder, self.effort.replicates)
        targets = chunks.dated(arrays, self.plan)
        return Outcome(
            mix=mix,
            targets=targets,
            values=chunks.at_dates(arrays, targets),
            reals=chunks.at_dates(arrays, targets, "real"),
            paths=chunks.paths(arrays, targets),
            quarters=tuple(label(int(quarter)) for quarter in arrays["quarters"]),
            outlay=chunks.public_outlay(arrays),
            paid=chunks.public_paid(arrays),
            assumed=chunks.public_paid(arrays, "assumed"),
            parameters=pd.DataFrame(
                arrays["parameters"], columns=arrays["parameters.names"].tolist()
            ),
        )


def later_seed(seed: int, steps: int = _FRESH) -> int:
    """Return a seed so much higher, that of fresh futures; after the largest comes 0."""
    return (seed + steps) % (LARGEST_SEED + 1)


def evaluator(asked: Asked) -> Evaluator:
    """Return an evaluator of what was asked; all questions about a plan share what it keeps.

    Raises:
        ConfigError: If the mix that was typed is to have another's cost.
    """
    Choice(mix=asked.case.mix, costs_as=asked.case.costs_as).alone()
    return Evaluator(case=asked.case, effort=asked.effort, folder=asked.kept)


def _key(case: Case) -> str:
    return hash_of([case.hash, _code()])[:16]


@cache
def _code() -> str:
    return code_hash()


# Which instruments belong together, and which targets are meant


def groups_of(plan: Plan, by: str = "group") -> dict[str, list[str]]:
    """Return the modelled instruments of each group, by their ids.

    An instrument that several groups' mixes select belongs to the first of ``GROUPS``, and a budget
    rule, which all select, to ``BUDGET``.

    Args:
        plan: The plan.
        by: ``group``, ``type`` or ``instrument``.
    """
    selecting = {name: {i.id for i in build_mix(plan, name).instruments} for name in GROUPS}
    found: dict[str, list[str]] = {}
    for instrument in plan.instruments:
        if not instrument.modelled:
            continue
        first = next((name for name in GROUPS if instrument.id in selecting[name]), "other")
        group = BUDGET if instrument.type == "budget_rule" else first
        name = {"group": group, "type": instrument.type, "instrument": instrument.id}[by]
        found.setdefault(name, []).append(instrument.id)
    return found


def shared_instruments(plan: Plan) -> list[str]:
    """Return the instruments that the mixes of several groups select, budget rules apart."""
    chosen = [{i.id for i in build_mix(plan, name).instruments} for name in GROUPS]
    return [
        i.id
        for i in plan.instruments
        if i.type != "budget_rule" and sum(i.id in ids for ids in chosen) > 1
    ]


def paying(plan: Plan) -> set[str]:
    """Return the instruments on which the city or its counties decide, and which they pay."""
    return {i.id for i in plan.instruments if pays_public_money(i) and i.payer in PUBLIC}


def wanted(plan: Plan, names: Sequence[str], quarters: int | None = None) -> tuple[Target, ...]:
    """Return the targets that were named, or the behavioural ones that fall due within the run.

    Args:
        plan: The plan.
        names: Ids of targets; none for the behavioural ones.
        quarters: How many quarters are run, where not the whole plan.

    Raises:
        ConfigError: If there is none, none of that name, it is not modelled or falls due later.
    """
    known = {target.id: target for target in plan.targets}
    last = plan.end if quarters is None else plan.start + quarters - 1
    chosen = names or [
        t.id for t in plan.targets if t.nature == "behavioural" and not t.reason and t.by <= last
    ]
    if not chosen:
        raise ConfigError(
            f"{plan.name} has no behavioural target that is modelled and falls due by "
            f"{label(last)}: name some with targets="
        )
    for name in chosen:
        if name not in known:
            raise unknown("targets", f"target of {plan.name}", name, known)
        if known[name].reason:
            raise ConfigError(f"targets: {name} is not modelled: {known[name].reason}")
        if known[name].by > last:
            raise ConfigError(
                f"targets: {name} falls due in {label(known[name].by)}, and the run ends in "
                f"{label(last)}"
            )
    return tuple(known[name] for name in chosen)


# Numbers and files


def standard_error(rows: Floats) -> Floats:
    """Return the Monte Carlo error of the mean over the first axis, a row per replicate.

    Beyond 50 replicates parameter draws repeat, so rows of one draw are averaged first.
    """
    draws = min(len(rows), STRATA)
    means = np.array([rows[draw::STRATA].mean(axis=0) for draw in range(draws)])
    if draws < 2:
        return np.full(rows.shape[1:], np.nan)
    return np.asarray(means.std(axis=0, ddof=1) / np.sqrt(draws))


def real_losses(before: Outcome, after: Outcome, rows: Rows | slice = slice(None)) -> Floats:
    """Return by which share each target's real activity is lower under a second mix.

    A loss counts as far as it exceeds its Monte Carlo error: one event less in one future of twenty
    is chance.

    Args:
        before: The first mix.
        after: The second, on the same replicates.
        rows: The replicates that count.
    """
    lost = before.reals[rows] - after.reals[rows]
    sure = lost.mean(axis=0) - np.nan_to_num(standard_error(lost))
    usual = np.abs(before.reals[rows].mean(axis=0))
    return np.asarray(np.maximum(sure, 0.0) / np.maximum(usual, EPSILON))


def write_files(asked: Asked, tables: Mapping[str, pd.DataFrame], text: str) -> None:
    """Write tables and a text, which is printed, too, with what was set below it."""
    folder = asked.folder
    if asked.case.set_words:
        text += "\n".join(
            ["", "Set for these runs:", "", *(f"* {x}" for x in asked.case.set_words), ""]
        )
    for name, table in tables.items():
        with replacing(folder / f"{name}.csv") as unfinished:
            table.to_csv(unfinished, index=False, lineterminator="\n")
    with replacing(folder / "result.md") as unfinished:
        unfinished.write_text(text, "utf-8")
    print(text, end="")
    print(f"Written to {folder}", file=sys.stderr)


@contextmanager
def picture(path: Path, **shape: Any) -> Iterator[Figure]:
    """Give a figure that looks as the report's do; it is then saved, whole or not at all."""
    with styled(chinese_font()):
        figure = Figure(**shape)
        yield figure
        with replacing(path) as unfinished:
            figure.savefig(unfinished, format="png", dpi=120)


def figure(value: float, digits: int = 3, sign: str = "") -> str:
    """Return a figure with so many digits, or all of its whole part."""
    large = abs(value) >= 999.5
    return f"{value:{sign}.0f}" if large else f"{value:{sign}.{digits}g}"


def markdown(table: pd.DataFrame) -> str:
    """Return a table in Markdown; empty where there is no number."""

    def cell(value: object) -> str:
        if isinstance(value, float):
            return "" if np.isnan(value) else figure(value)
        return str(value)

    rows = [list(map(str, table.columns)), ["---"] * len(table.columns)]
    rows += [[cell(value) for value in row] for row in table.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
