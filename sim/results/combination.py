"""A combination: what was recorded of one plan under one mix, as tables."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.core.quarter import label
from sim.inputs.plan import Target
from sim.policy.mix import Mix
from sim.region.case import Case
from sim.runs import chunks
from sim.runs.chunks import LEDGER, Arrays
from sim.runs.outcome import Failure, Fit


@dataclass(frozen=True, kw_only=True, eq=False)
class Combination:
    """One case, run.

    Attributes:
        plan: The plan's name.
        policy: The mix's name.
        case: The case.
        folder: Where its files are.
        attainment: A row per target, as in ``attainment.csv``.
        trajectories: A row per replicate and quarter, as in ``trajectories.parquet``.
        reals: The same rows: per target with one, the real activity beside the count.
        pressed: The same rows: what of a count came of effort for a target alone.
        nominal: The same rows: what of a count is so in name only.
        starts: A row per replicate (its index): the values just before the first quarter.
        ledger: A row per replicate, quarter, instrument, payer and payee, as in
            ``ledger.parquet``, and whether it belongs to the background.
        parameters: A row per replicate, as in ``parameters.parquet``.
        costs: Per replicate (its index) the public cost: city and county outlay for the mix.
        committed: Per replicate (its index) the million CNY of city and county money that were
            earned and fall due after the end.
        outlays: Per replicate (its index) the public outlay, paid in the run or owed at its end.
        assumed_share: The share of the public cost that rests on no number in the text.
        failures: The replicates that raised an error.
        fit: What scale gives it another mix's cost, where it is to have that.
    """

    plan: str
    policy: str
    case: Case
    folder: Path
    attainment: pd.DataFrame
    trajectories: pd.DataFrame
    reals: pd.DataFrame
    pressed: pd.DataFrame
    nominal: pd.DataFrame
    starts: pd.DataFrame
    ledger: pd.DataFrame
    parameters: pd.DataFrame
    costs: "pd.Series[float]"
    committed: "pd.Series[float]"
    outlays: "pd.Series[float]"
    assumed_share: float
    failures: tuple[Failure, ...]
    fit: Fit | None = None

    @property
    def mix(self) -> Mix:
        """The mix."""
        return self.case.mix

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

    def last(self, name: str) -> "pd.Series[float]":
        """Return an indicator's value at the end of the run, per replicate."""
        if not self.replicates:
            return pd.Series(dtype=float)
        return pd.Series(self.paths(name)[:, -1], index=self.starts.index)

    def paths(self, name: str, frame: pd.DataFrame | None = None) -> NDArray[np.float64]:
        """Return the values of a target or indicator: a row per replicate, a column per quarter."""
        frame = self.trajectories if frame is None else frame
        return frame[name].to_numpy(np.float64).reshape(len(self.replicates), -1)

    @cached_property
    def quarters(self) -> list[str]:
        """The quarters that were run."""
        return self.trajectories["quarter"].unique().tolist()


def read(case: Case, folder: Path, replicates: int) -> Combination:
    """Return what a folder holds of a case; its attainment is still to be reckoned."""
    arrays = chunks.read(folder, replicates)
    plan, policy, _ = case.key
    names = {"plan": plan, "policy": policy}
    done = pd.Index(arrays["replicate"], name="replicate")
    quarters = [label(int(quarter)) for quarter in arrays["quarters"]]
    keys = pd.DataFrame({**names, "replicate": done})
    moments = keys.loc[keys.index.repeat(len(quarters))].reset_index(drop=True)
    moments["quarter"] = quarters * len(done)
    ledger = pd.DataFrame({**names, **{name: arrays[f"ledger.{name}"] for name in LEDGER}})
    return Combination(
        plan=plan,
        policy=policy,
        case=case,
        folder=folder,
        attainment=pd.DataFrame(),
        trajectories=_beside(moments, arrays, "trajectories"),
        reals=_beside(moments, arrays, "real"),
        pressed=_beside(moments, arrays, "pressed"),
        nominal=_beside(moments, arrays, "nominal"),
        starts=_beside(pd.DataFrame(index=range(len(done))), arrays, "start").set_index(done),
        ledger=ledger,
        parameters=_beside(keys, arrays, "parameters"),
        costs=pd.Series(chunks.public_paid(arrays), index=done),
        committed=pd.Series(arrays["committed"], index=done),
        outlays=pd.Series(chunks.public_outlay(arrays), index=done),
        assumed_share=_assumed_share(ledger[chunks.is_public(arrays)]),
        failures=(),
    )


def _assumed_share(public: pd.DataFrame) -> float:
    total = public["amount"].sum()
    return float((public["amount"] * public["assumed"]).sum() / total) if total else np.nan


def _beside(keys: pd.DataFrame, arrays: Arrays, part: str) -> pd.DataFrame:
    """Return rows with their keys and, beside them, the numbers of a part."""
    names = arrays[f"{part}.names"]
    numbers = arrays[part].reshape(len(keys), len(names))
    return pd.concat([keys, pd.DataFrame(numbers, columns=names.tolist())], axis=1)
