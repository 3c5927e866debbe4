"""What mixes of one plan come to on the same replicates; shared by the searches beside it.

Outlay is what city and county have paid by the run's end or owe by then: rewards fall due up to six
quarters after they are earned, and a mix must not look cheap because its bills come later.
Evaluations are kept below the output folder under the hash of mix, settings and code, so that an
interrupted command goes on and a second one need not run again what the first ran.
"""

import argparse
import dataclasses
import hashlib
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sim.runs.settings import (
    Job,
    Settings,
    code_hash,
    configuration,
    folder_name,
    held,
    job_of,
    replacing,
)

from sim.core.errors import ConfigError, SimError, unknown
from sim.core.quarter import label
from sim.inputs.design import STRATA, Fork
from sim.inputs.plan import Plan, Target
from sim.policy.policy import MIXES, Mix, build_mix
from sim.policy.policy import paying as pays_public_money
from sim.runs import ensemble
from sim.state.books import PUBLIC

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
EPSILON = 1e-9
GROUPS = tuple(name for name in MIXES if name not in ("none", "as_written"))
FUND = "city fund"  # the money of the lines of the city, and of its counties with it
FRESH = 1000  # what was chosen is run again with a seed so much higher
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
        plan: The plan.
        settings: How it is run.
        folder: Where evaluations are kept.
    """

    plan: Plan
    settings: Settings
    folder: Path

    def outcomes(self, mixes: Sequence[Mix]) -> list[Outcome]:
        """Return what each mix comes to.

        Raises:
            ConfigError: If another process is at work in the folder, or a mix lacks its scale.
            SimError: If a replicate failed.
        """
        for mix in mixes:
            if mix.costs_as:
                raise ConfigError(
                    f"policy {mix.name}: +cost= works with python -m sim alone; its summary.csv "
                    "says the scale, which +scale= takes here"
                )
        # A name makes no difference to what a mix does.
        jobs = [
            job_of(
                self.settings, [(self.plan, dataclasses.replace(m, name="mix"))], (), several=False
            )
            for m in mixes
        ]
        folders = [self.folder / _key(job) for job in jobs]
        cases = {f: job.cases[0] for f, job in zip(folders, jobs, strict=True)}
        self.folder.mkdir(parents=True, exist_ok=True)
        with held(self.folder):
            failures = ensemble.run(list(cases.values()), list(cases), self.settings)
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
        settings = dataclasses.replace(self.settings, seed=seed, replicates=replicates)
        return dataclasses.replace(self, settings=settings)

    def _outcome(self, mix: Mix, folder: Path) -> Outcome:
        arrays = ensemble.read(folder, self.settings.replicates)
        quarters = tuple(label(int(quarter)) for quarter in arrays["quarters"])
        targets = tuple(t for t in self.plan.targets if not t.reason and label(t.by) in quarters)
        paths, reals = (
            arrays[part][:, :, [list(arrays[f"{part}.names"]).index(t.id) for t in targets]]
            for part in ("trajectories", "real")
        )
        dates = [quarters.index(label(t.by)) for t in targets]
        columns = range(len(targets))
        public = np.isin(arrays["ledger.payer"], PUBLIC) & ~arrays["ledger.background"]
        rows = np.searchsorted(arrays["replicate"], arrays["ledger.replicate"][public])
        amounts = arrays["ledger.amount"][public]
        guessed = amounts * arrays["ledger.assumed"][public]
        paid, assumed = (
            np.bincount(rows, weights, len(arrays["replicate"])) for weights in (amounts, guessed)
        )
        return Outcome(
            mix=mix,
            targets=targets,
            values=paths[:, dates, columns],
            reals=reals[:, dates, columns],
            paths=paths,
            quarters=quarters,
            outlay=paid + arrays["committed"],
            paid=paid,
            assumed=assumed,
            parameters=pd.DataFrame(
                arrays["parameters"], columns=arrays["parameters.names"].tolist()
            ),
        )


def _key(job: Job) -> str:
    both = json.dumps([configuration(job), _code()], sort_keys=True, default=int)
    return hashlib.sha256(both.encode()).hexdigest()[:16]


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


def wanted(plan: Plan, names: str | None) -> tuple[Target, ...]:
    """Return the targets that were named, with commas, or the behavioural ones.

    Raises:
        ConfigError: If there is none, none of that name, or it is not modelled.
    """
    known = {target.id: target for target in plan.targets}
    chosen = [t.id for t in plan.targets if t.nature == "behavioural" and not t.reason]
    if names is not None:
        chosen = list(dict.fromkeys(names.split(",")))
    if not chosen:
        raise ConfigError(f"{plan.name} has no behavioural target that is modelled: name --targets")
    for name in chosen:
        if name not in known:
            raise unknown("--targets", f"target of {plan.name}", name, known)
        if known[name].reason:
            raise ConfigError(f"--targets: {name} is not modelled: {known[name].reason}")
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


def write_files(folder: Path, tables: Mapping[str, pd.DataFrame], text: str) -> None:
    """Write tables and a text, which is printed, too."""
    for name, table in tables.items():
        with replacing(folder / f"{name}.csv") as unfinished:
            table.to_csv(unfinished, index=False, lineterminator="\n")
    with replacing(folder / "result.md") as unfinished:
        unfinished.write_text(text, "utf-8")
    print(text, end="")
    print(f"Written to {folder}", file=sys.stderr)


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


# Command lines


class _Help(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Shows the description as it is written, and defaults where there are any."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default is None else super()._get_help_string(action)


def parser(doc: str, replicates: int) -> argparse.ArgumentParser:
    """Return a parser with the options that all searches share."""
    # No abbreviations: one command's --replicate would be another's --replicates.
    made = argparse.ArgumentParser(description=doc, formatter_class=_Help, allow_abbrev=False)
    made.set_defaults(parser=made)
    made.add_argument("--plan", default="weihai_2018", help="a plan, or its file")
    made.add_argument("--replicates", type=int, default=replicates, help="futures of each mix")
    made.add_argument("--seed", type=int, default=1, help="which world of luck")
    made.add_argument("--scale", type=float, default=1.0, help="population.scale")
    made.add_argument("--workers", type=int, help="processes; all cores where not given")
    made.add_argument(
        "--output",
        type=Path,
        help="a folder; if not given, outputs/<command>/<plan>/<what was asked>",
    )
    return made


def question(asked: argparse.Namespace) -> str:
    """Return what was typed that is not the default, as the name of a folder.

    It has none of the signs that mean something in ``policy=FOLDER/FILE``.
    """
    aside = ("plan", "workers", "output", "parser")
    typed = {
        name: value
        for name, value in vars(asked).items()
        if name not in aside and value != asked.parser.get_default(name)
    }
    words = [
        f"{name}-{'-'.join(value) if isinstance(value, list) else value}"
        for name, value in typed.items()
    ]
    return folder_name(re.sub("[=,+~]", "-", "_".join(words)) or "default")


def evaluator(
    asked: argparse.Namespace, plan: Plan, command: str, fork: Fork | None = None
) -> tuple[Evaluator, Path]:
    """Return an evaluator with the settings that were typed, and the folder for files.

    Evaluations are shared by all questions about a plan; answers are not, unless told where to.

    Raises:
        ConfigError: If a setting is wrong or the folder cannot be written.
    """
    settings = Settings(
        replicates=asked.replicates,
        seed=asked.seed,
        scale=asked.scale,
        workers="auto" if asked.workers is None else asked.workers,
        fork=fork,
    )
    root = asked.output or Path("outputs") / command / plan.name
    folder = asked.output or root / question(asked)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--output {folder}: no folder can be made: {error.strerror}") from None
    return Evaluator(plan=plan, settings=settings, folder=root / "evaluations"), folder


def told(work: Callable[[Sequence[str] | None], None], typed: Sequence[str] | None = None) -> None:
    """Do the work of a command line; wrong input ends it with status 2 and one sentence."""
    try:
        work(typed)
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except (SimError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("Stopped. What is finished is kept; the same command goes on.", file=sys.stderr)
        sys.exit(130)


def probability(name: str, value: float) -> float:
    """Return a probability that was typed.

    Raises:
        ConfigError: If it is none.
    """
    if not 0 < value <= 1:
        raise ConfigError(f"{name} {value}: a probability above 0 and up to 1 is needed")
    return value
