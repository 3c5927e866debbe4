"""What is measured of a city, quarter by quarter, for the targets of a plan and as context."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.core import quarter
from sim.core.errors import SimError
from sim.indicators.measure import nominal, pressed
from sim.indicators.table import CONTEXT, INDICATORS, check_measured
from sim.inputs.plan import Plan
from sim.region.record import PAYMENTS, Record, Series
from sim.state.books import PUBLIC, YUAN, Account, Books
from sim.state.state import State


@dataclass
class Recorder:
    """Measures a city quarter by quarter for the targets of a plan and the context."""

    plan: Plan
    start: dict[str, float] = field(default_factory=dict)
    quarters: list[int] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)
    real: list[dict[str, float]] = field(default_factory=list)
    pressed: list[dict[str, float]] = field(default_factory=list)
    nominal: list[dict[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse a plan with a target that nothing measures.

        Raises:
            ConfigError: If there is one that gives no reason.
        """
        check_measured([self.plan])

    def columns(self) -> dict[str, str]:
        """Return column → indicator: modelled targets first, then the context."""
        targets = {t.id: t.indicator for t in self.plan.targets if not t.reason}
        return targets | {name: name for name in CONTEXT if name not in targets}

    def measure(self, state: State) -> dict[str, float]:
        """Return all indicators of this moment."""
        columns = self.columns()
        measured = {n: INDICATORS[n].measure(state) for n in dict.fromkeys(columns.values())}
        return {column: measured[name] for column, name in columns.items()}

    def note_start(self, state: State) -> None:
        """Remember the moment before the first quarter."""
        self.start = self.measure(state)

    def note_quarter(self, state: State) -> None:
        """Remember this quarter."""
        self.quarters.append(state.quarter)
        counted = self.measure(state)
        self.rows.append(counted)
        modelled = [target for target in self.plan.targets if not target.reason]
        for noted, part in ((self.pressed, pressed), (self.nominal, nominal)):
            noted.append({t.id: part(INDICATORS[t.indicator], state) for t in modelled})
        # Where nothing else stands for real activity, the count is it.
        self.real.append(
            {
                target.id: real(state)
                if (real := INDICATORS[target.indicator].real)
                else counted[target.id]
                for target in modelled
            }
        )

    def close(self, replicate: int, books: Books, parameters: dict[str, float]) -> Record:
        """Return the finished record.

        Raises:
            SimError: If something became infinite.
        """
        trajectories = _columns(self.rows)
        for name, path in trajectories.items():
            if np.isinf(path).any():
                when = quarter.label(self.quarters[int(np.isinf(path).argmax())])
                raise SimError(f"{name} became infinite in {when}: a number is set far too high")
        return Record(
            replicate=replicate,
            quarters=self.quarters,
            trajectories=trajectories,
            real=_columns(self.real),
            pressed=_columns(self.pressed),
            nominal=_columns(self.nominal),
            start=self.start,
            payments=payments_table(books),
            committed=books.outstanding(PUBLIC) / YUAN,
            claimed=books.claimed(),
            parameters=parameters,
        )


def _columns(rows: list[dict[str, float]]) -> Series:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]} if rows else {}


def payments_table(books: Books) -> pd.DataFrame:
    """Return all payments, summed by quarter, instrument and payee."""
    sums: dict[tuple[int, Account, str], int] = {}
    for payment in books.payments:
        key = (payment.quarter, payment.account, payment.payee)
        sums[key] = sums.get(key, 0) + payment.amount
    return pd.DataFrame(
        [
            {
                "quarter": quarter.label(when),
                "instrument": account.name,
                "clause": account.clause,
                "payer": account.payer,
                "payee": payee,
                "amount": amount / YUAN,
                "assumed": account.assumed,
                "background": account.background,
            }
            for (when, account, payee), amount in sums.items()
        ],
        columns=PAYMENTS,
    )
