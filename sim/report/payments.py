"""What each instrument paid over the run, and who paid it."""

from collections.abc import Collection
from functools import lru_cache

import numpy as np
import pandas as pd

from sim.core.arrays import Floats
from sim.report.numerals import SPAN
from sim.results.combination import Combination

PAYER_GROUPS = {
    ("city", "county"): "City and county money: the public cost",
    ("fund",): "Fund capital: not in the public cost",
    ("province", "nation"): "Provincial and national money, tax forgone: not in the public cost",
    ("firm",): "Firms' money: not in the public cost",
}


@lru_cache(maxsize=64)
def spending(one: Combination, *, background: bool = False) -> pd.DataFrame:
    """Return what each instrument paid over the run, million CNY, largest first.

    Returns:
        A row per payer and instrument: clause, quantiles over the replicates, mean, assumed share.
    """
    paid = one.ledger[one.ledger["background"] == background]
    keys = ["payer", "instrument", "clause"]
    sums = paid.pivot_table(index=keys, columns="replicate", values="amount", aggfunc="sum")
    table = sums.index.to_frame(index=False)
    if table.empty:
        return table.reindex(columns=[*keys, "p05", "p50", "p95", "mean", "assumed"])
    amounts = sums.reindex(columns=one.replicates).fillna(0).to_numpy()
    table[["p05", "p50", "p95"]] = np.quantile(amounts, SPAN, axis=1).T
    table["mean"] = amounts.mean(axis=1)
    table["assumed"] = paid.groupby(keys)["assumed"].mean().to_numpy()
    return table.sort_values(["p50", "mean"], ascending=False, ignore_index=True)


def paid_by(one: Combination, payers: Collection[str], *, background: bool = False) -> Floats:
    """Return per replicate what some payers paid in all, million CNY."""
    chosen = one.ledger["payer"].isin(payers) & (one.ledger["background"] == background)
    sums = one.ledger[chosen].groupby("replicate")["amount"].sum()
    return sums.reindex(one.replicates).fillna(0).to_numpy(np.float64)
