"""From replicates to answers: attainment, cost and comparison, and the files they stand in.

Quantiles are linear. A probability is a share of plausible futures, with a Jeffreys 95 % interval:
the 2.5 % and 97.5 % quantiles of Beta(k + 1/2, n - k + 1/2) for k of n, closed at 0 and at 1.
Differences between two mixes are taken replicate by replicate: the same city, the same luck.
"""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.core.quarter import label
from sim.inputs.plan import Plan, Target
from sim.policy.policy import Mix
from sim.policy.transplant import Attachment
from sim.runs import equal_cost, micro
from sim.runs.ensemble import LEDGER, Arrays, Failure, read
from sim.runs.equal_cost import Fit
from sim.runs.precision import jeffreys, next_number
from sim.runs.settings import Case, Job, Settings, replacing
from sim.state.books import PUBLIC

COMPARISON = (
    "plan",
    "policy",
    "against",
    "target",
    "delta_p05",
    "delta_p50",
    "delta_p95",
    "delta_mean",
    "delta_se",
    "probability_change",
    "cost_change",
    "cost_per_unit",
    "variance_ratio",
)
TRANSPLANT = ("plan", "policy", *(f.name for f in dataclasses.fields(Attachment)))
_NUMBERS = (
    "start_p50",
    "p05",
    "p50",
    "p95",
    "mean",
    "probability",
    "probability_low",
    "probability_high",
    "expected_quarter",
    "shortfall_p50",
    "real_p50",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Combination:
    """One plan and mix, run.

    Attributes:
        plan: The plan's name.
        policy: The mix's name.
        mix: The mix.
        folder: Where its files are.
        attainment: A row per target, as in ``attainment.csv``.
        trajectories: A row per replicate and quarter, as in ``trajectories.parquet``.
        reals: The same rows: per target with one, the real activity beside the count.
        starts: A row per replicate (its index): the values just before the first quarter.
        ledger: A row per replicate, quarter, instrument, payer and payee, as in
            ``ledger.parquet``, and whether it belongs to the background.
        parameters: A row per replicate, as in ``parameters.parquet``.
        committed: Per replicate (its index) the million CNY of city and county money that were
            earned and fall due after the end.
        failures: The replicates that raised an error.
        fit: What scale gives it another mix's cost, where it is to have that.
    """

    plan: str
    policy: str
    mix: Mix
    folder: Path
    attainment: pd.DataFrame
    trajectories: pd.DataFrame
    reals: pd.DataFrame
    starts: pd.DataFrame
    ledger: pd.DataFrame
    parameters: pd.DataFrame
    committed: "pd.Series[float]"
    failures: tuple[Failure, ...]
    fit: Fit | None = None

    @cached_property
    def replicates(self) -> list[int]:
        """The replicates that were completed."""
        return self.starts.index.to_list()

    def at(self, target: Target, frame: pd.DataFrame | None = None) -> "pd.Series[float]":
        """Return a target's value at its date per replicate; empty where the run ends before."""
        frame = self.trajectories if frame is None else frame
        by = label(target.by)
        if target.id not in frame or by not in self.quarters:
            return pd.Series(dtype=float)
        values = self.paths(target.id, frame)[:, self.quarters.index(by)]
        return pd.Series(values, index=self.starts.index)

    def paths(self, name: str, frame: pd.DataFrame | None = None) -> NDArray[np.float64]:
        """Return the values of a target or indicator: a row per replicate, a column per quarter."""
        frame = self.trajectories if frame is None else frame
        return frame[name].to_numpy(np.float64).reshape(len(self.replicates), -1)

    @cached_property
    def quarters(self) -> list[str]:
        """The quarters that were run."""
        return self.trajectories["quarter"].unique().tolist()

    @cached_property
    def costs(self) -> "pd.Series[float]":
        """Each replicate's public cost: city and county outlay for the mix."""
        return self._public.groupby("replicate")["amount"].sum().reindex(self.replicates).fillna(0)

    @property
    def outlays(self) -> "pd.Series[float]":
        """Each replicate's public outlay, paid in the run or owed at its end."""
        return self.costs + self.committed

    @cached_property
    def assumed_share(self) -> float:
        """The share of the public cost that rests on no number in the text."""
        public = self._public
        total = public["amount"].sum()
        return float((public["amount"] * public["assumed"]).sum() / total) if total else np.nan

    @cached_property
    def _public(self) -> pd.DataFrame:
        return self.ledger[self.ledger["payer"].isin(PUBLIC) & ~self.ledger["background"]]


@dataclass(frozen=True, kw_only=True)
class Study:
    """All that was run, and what it says.

    Attributes:
        root: Where the files are.
        plans: The plans by name.
        settings: How it was run.
        baselines: Names of the mixes that the others are compared with.
        combinations: Plan by plan, mix by mix.
        attainment: As in ``attainment.csv`` at the root.
        summary: As in ``summary.csv``.
        comparison: As in ``comparison.csv``; no rows without a baseline.
        seconds: How long the replicates took this time.
    """

    root: Path
    plans: Mapping[str, Plan]
    settings: Settings
    baselines: tuple[str, ...]
    combinations: tuple[Combination, ...]
    attainment: pd.DataFrame
    summary: pd.DataFrame
    comparison: pd.DataFrame
    seconds: float

    @property
    def failures(self) -> list[Failure]:
        """The replicates that raised an error."""
        return [failure for one in self.combinations for failure in one.failures]

    @property
    def widest(self) -> dict[str, Any]:
        """The plan, policy, target and width of the widest interval; empty where there is none."""
        rows = self.attainment.dropna(subset="probability")
        if rows.empty:
            return {}
        wide = (rows["probability_high"] - rows["probability_low"]).to_numpy()
        row = rows.iloc[int(wide.argmax())]
        names = {name: row[name] for name in ("plan", "policy", "target")}
        return names | {"width": float(wide.max())}

    @property
    def precision_words(self) -> str:
        """Whether every interval is as narrow as was asked, and which is the widest."""
        asked, widest = self.settings.precision, self.widest
        if asked is None:
            return ""
        if not widest:
            return "no target has a probability in this run, which ends before their dates"
        said = (
            f"the widest is {widest['width']:.3g} ({widest['plan']}, {widest['policy']}, "
            f"{widest['target']}) with {self.settings.replicates} replicates"
        )
        if widest["width"] <= asked:
            return f"every 95 % interval is at most {asked:g} wide; {said}"
        return f"{asked:g} was not reached by most_replicates=; {said}"

    def find(self, plan: str, policy: str) -> Combination:
        """Return the combination of a plan and a mix, by their names."""
        return next(c for c in self.combinations if (c.plan, c.policy) == (plan, policy))


def carry_out(job: Job, root: Path) -> Study:
    """Run what a root does not hold yet and return everything that it then holds."""
    started = time.perf_counter()
    folders = [job.folder(root, case) for case in job.cases]
    settings = job.settings
    while True:
        ran = equal_cost.run(dataclasses.replace(job, settings=settings), root)
        combinations = tuple(
            _combination(case, folder, settings.replicates, ran)
            for case, folder in zip(ran.cases, folders, strict=True)
        )
        enough = _enough(combinations, settings)
        if enough == settings.replicates:
            break
        settings = dataclasses.replace(settings, replicates=enough)
    seconds = time.perf_counter() - started
    plans = {case.plan.name: case.plan for case in job.cases}
    return Study(
        root=root,
        plans=plans,
        settings=settings,
        baselines=job.baselines,
        combinations=combinations,
        attainment=pd.concat([c.attainment for c in combinations], ignore_index=True),
        summary=pd.DataFrame([_summary(c, plans[c.plan]) for c in combinations]),
        comparison=_comparison(combinations, plans, job.baselines),
        seconds=seconds,
    )


def _enough(combinations: Sequence[Combination], settings: Settings) -> int:
    """Return how many replicates the precision asks for next."""
    if settings.precision is None:
        return settings.replicates
    rows = pd.concat([one.attainment for one in combinations]).dropna(subset="probability")
    trials = rows["replicates"].to_numpy()
    met = np.rint(rows["probability"].to_numpy() * trials).astype(int)
    return next_number(
        zip(met.tolist(), trials.tolist(), strict=True),
        settings.replicates,
        settings.precision,
        settings.most_replicates,
    )


# Tables


def _combination(case: Case, folder: Path, replicates: int, ran: equal_cost.Done) -> Combination:
    arrays = read(folder, replicates)
    names = {"plan": case.plan.name, "policy": case.mix.name}
    own = [f for f in ran.failures if (f.plan, f.policy) == (case.plan.name, case.mix.name)]
    done = pd.Index(arrays["replicate"], name="replicate")
    quarters = [label(int(quarter)) for quarter in arrays["quarters"]]
    keys = pd.DataFrame({**names, "replicate": done})
    moments = keys.loc[keys.index.repeat(len(quarters))].reset_index(drop=True)
    moments["quarter"] = quarters * len(done)
    ledger = {name: arrays[f"ledger.{name}"] for name in LEDGER}
    one = Combination(
        **names,
        mix=case.mix,
        folder=folder,
        attainment=pd.DataFrame(),
        trajectories=_beside(moments, arrays, "trajectories"),
        reals=_beside(moments, arrays, "real"),
        starts=_beside(pd.DataFrame(index=range(len(done))), arrays, "start").set_index(done),
        ledger=pd.DataFrame({**names, **ledger}),
        parameters=_beside(keys, arrays, "parameters"),
        committed=pd.Series(arrays["committed"], index=done),
        failures=tuple(own),
        fit=ran.fits.get((case.plan.name, case.mix.name)),
    )
    rows = [_attained(one, target) for target in case.plan.targets]
    return dataclasses.replace(one, attainment=pd.DataFrame(rows))


def _beside(keys: pd.DataFrame, arrays: Arrays, part: str) -> pd.DataFrame:
    """Return rows with their keys and, beside them, the numbers of a part."""
    names = arrays[f"{part}.names"]
    numbers = arrays[part].reshape(len(keys), len(names))
    return pd.concat([keys, pd.DataFrame(numbers, columns=names.tolist())], axis=1)


def _attained(one: Combination, target: Target) -> dict[str, Any]:
    """Return a target's row of ``attainment.csv``."""
    row: dict[str, Any] = {
        "plan": one.plan,
        "policy": one.policy,
        "target": target.id,
        "status": "not_modelled" if target.reason else "modelled",
        "clause": target.clause,
        "nature": target.nature,
        "measure": target.measure,
        "unit": target.unit,
        "goal": target.value,
        "by": target.date,
        **dict.fromkeys(_NUMBERS, np.nan),
        "replicates": len(one.replicates),
    }
    row["expected_quarter"] = ""
    if target.reason or not one.replicates:
        return row
    row["start_p50"] = np.median(one.starts[target.id])
    row["expected_quarter"] = _expected_quarter(one, target)
    values = one.at(target).to_numpy()
    if not values.size:
        return row
    met = target.met(values)
    low, high = jeffreys(int(met.sum()), met.size)
    row |= dict(zip(("p05", "p50", "p95"), np.quantile(values, (0.05, 0.5, 0.95)), strict=True))
    row |= {"mean": values.mean(), "probability": met.mean()}
    row |= {"probability_low": low, "probability_high": high}
    row["shortfall_p50"] = np.median(np.maximum(0.0, target.value - values))
    row["real_p50"] = one.at(target, one.reals).median()
    return row


def _expected_quarter(one: Combination, target: Target) -> str:
    """Return the quarter by which half of all replicates have met a target; else nothing."""
    met = target.met(one.paths(target.id))
    reached = np.maximum.accumulate(met, axis=1).sum(axis=0)
    enough = np.flatnonzero(2 * reached >= len(met))
    return one.quarters[enough[0]] if enough.size else ""


def _summary(one: Combination, plan: Plan) -> dict[str, Any]:
    """Return a combination's row of ``summary.csv``."""
    costs = one.costs.to_numpy()
    p05, p50, p95 = np.quantile(costs, (0.05, 0.5, 0.95)) if costs.size else [np.nan] * 3
    return {
        "plan": one.plan,
        "policy": one.policy,
        "cost_p05": p05,
        "cost_p50": p50,
        "cost_p95": p95,
        "cost_assumed_share": one.assumed_share,
        "all_behavioural_probability": _all_behavioural(one, plan),
        "binding_target": _binding(one),
        "replicates": len(one.replicates),
        "cost_mean": costs.mean() if costs.size else np.nan,
        "outlay_mean": one.outlays.mean() if costs.size else np.nan,
        "scale": one.fit.scale if one.fit else np.nan,
        "costs_as": one.fit.other if one.fit else "",
        "outlay_wanted": one.fit.wanted if one.fit else np.nan,
    }


def _all_behavioural(one: Combination, plan: Plan) -> float:
    """Return the probability that every modelled behavioural target is met at its date."""
    wanted = [t for t in plan.targets if t.nature == "behavioural" and not t.reason]
    values = [one.at(target).to_numpy() for target in wanted]
    if not values or not all(column.size for column in values):
        return np.nan
    met = [target.met(column) for target, column in zip(wanted, values, strict=True)]
    return float(np.all(met, axis=0).mean())


def _binding(one: Combination) -> str:
    """Return the target with the lowest probability, of equals the one that falls shortest."""
    rows = one.attainment.dropna(subset="probability")
    behavioural = rows[rows["nature"] == "behavioural"]
    rows = rows if behavioural.empty else behavioural
    if rows.empty:
        return ""
    short = -rows["shortfall_p50"] / rows["goal"].abs().clip(lower=1e-12)
    order = rows.assign(short=short).sort_values(["probability", "short"], kind="stable")
    return str(order["target"].iloc[0])


def _comparison(
    combinations: Sequence[Combination], plans: Mapping[str, Plan], baselines: Sequence[str]
) -> pd.DataFrame:
    rows = [
        _difference(one, other, target)
        for one in combinations
        for other in combinations
        if other.plan == one.plan and other.policy in baselines and other.policy != one.policy
        for target in plans[one.plan].targets
        if not target.reason
    ]
    return pd.DataFrame(rows, columns=list(COMPARISON))


def _difference(one: Combination, other: Combination, target: Target) -> dict[str, Any]:
    """Return what a mix changes against another, paired by replicate."""
    pair = one.at(target).align(other.at(target), join="inner")
    a, b = (values.to_numpy(np.float64) for values in pair)
    cost = (one.costs - other.costs).mean()
    row: dict[str, Any] = dict.fromkeys(COMPARISON, np.nan)
    row |= {"plan": one.plan, "policy": one.policy, "against": other.policy, "target": target.id}
    row["cost_change"] = cost
    if not a.size:
        return row
    delta = a - b
    quantiles = np.quantile(delta, (0.05, 0.5, 0.95))
    row |= dict(zip(("delta_p05", "delta_p50", "delta_p95"), quantiles, strict=True))
    row["delta_mean"] = delta.mean()
    row["probability_change"] = target.met(a).mean() - target.met(b).mean()
    if delta.mean() > 0:
        row["cost_per_unit"] = cost / delta.mean()
    if delta.size > 1:
        apart = a.var(ddof=1) + b.var(ddof=1)
        row["delta_se"] = delta.std(ddof=1) / np.sqrt(delta.size)
        row["variance_ratio"] = delta.var(ddof=1) / apart if apart > 0 else np.nan
    return row


# Files


def write_tables(study: Study) -> dict[str, int]:
    """Write all tables of a study; return the rows of each by its path below the root."""
    tables: dict[Path, pd.DataFrame] = {study.root / "attainment.csv": study.attainment}
    tables[study.root / "summary.csv"] = study.summary
    if study.baselines:
        tables[study.root / "comparison.csv"] = study.comparison
    for one in study.combinations:
        tables[one.folder / "attainment.csv"] = one.attainment
        tables[one.folder / "trajectories.parquet"] = one.trajectories
        tables[one.folder / "ledger.parquet"] = one.ledger.drop(columns="background")
        tables[one.folder / "parameters.parquet"] = one.parameters
        if one.mix.attached:
            tables[one.folder / "transplant.csv"] = transplant_table(one)
    for path, table in tables.items():
        with replacing(path) as unfinished:
            write_table(table, unfinished)
    rows = {path: len(table) for path, table in tables.items()}
    for one in study.combinations:
        rows |= micro.publish(one.folder, study.settings.kept)
    return {str(path.relative_to(study.root)): number for path, number in rows.items()}


def transplant_table(one: Combination) -> pd.DataFrame:
    """Return what became of each instrument of a mix of another plan."""
    rows = [vars(attachment) for attachment in one.mix.attached]
    return pd.DataFrame(rows).assign(plan=one.plan, policy=one.policy)[list(TRANSPLANT)]


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the form that the ending of its path says."""
    if path.suffix == ".csv":
        table.to_csv(path, index=False, lineterminator="\n")
        return
    import pyarrow as pa
    from pyarrow import parquet

    numbers = table.select_dtypes("float64")
    keys = pa.Table.from_pandas(table.drop(columns=numbers.columns), preserve_index=False)
    columns = [pa.array(column, from_pandas=True) for column in numbers.to_numpy().T]
    parquet.write_table(
        pa.table([*keys.columns, *columns], names=[*keys.column_names, *numbers]),
        path,
        compression="zstd",
        use_dictionary=keys.column_names,
        column_encoding=dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
    )
