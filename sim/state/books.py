"""Public money: budget lines, claims that fall due, payments, and identities that must close.

Everything is whole yuan. A line is opened once a year, drawn on by commitments, and paid when
a claim falls due; what nobody claimed by the year's end lapses, but for the venture fund's.
In every quarter and per line

    opening + allotted = paid + lapsed + closing

where closing is free money plus what is committed and not yet due. Lines of governments that
pay whatever falls due (a province's grant, a nation's tax relief) are allotted on demand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import AccountingError

YUAN = 1_000_000  # yuan in a million CNY, the unit at the door
PAYERS = ("city", "county", "province", "nation", "firm", "fund")
PUBLIC = ("city", "county")  # whose outlay is public cost; the background's is not
PAYEES = (
    "firm",
    "university",
    "institute",
    "hospital",
    "public_body",
    "outside",
    "platform",
    "broker_training",
)

Yuan = NDArray[np.int64]


def yuan(million: NDArray[np.float64] | float) -> Yuan:
    """Return whole yuan for an amount in million CNY."""
    return np.asarray(np.rint(np.multiply(million, YUAN)), np.int64)


@dataclass(frozen=True)
class Account:
    """What the books know of one instrument.

    Attributes:
        number: Its place among the instruments of its mix.
        name: The instrument's id.
        clause: Its clause, or the rule behind a background instrument.
        payer: Who pays.
        line: The budget line it is paid from.
        assumed: The share of its money that rests on no number in the text.
        background: Whether it stands without the plan.
    """

    number: int
    name: str
    clause: str
    payer: str
    line: str
    assumed: float
    background: bool


@dataclass
class Line:
    """One budget line of the present quarter and its running totals, in yuan.

    Attributes:
        in_all: What was ever allotted.
        unclaimed: What of it lapsed.
    """

    opening: int = 0
    allotted: int = 0
    paid: int = 0
    lapsed: int = 0
    free: int = 0
    committed: int = 0
    in_all: int = 0
    unclaimed: int = 0

    def gap(self) -> int:
        """Return opening + allotted - paid - lapsed - closing, which must be 0."""
        return self.opening + self.allotted - self.paid - self.lapsed - self.free - self.committed


@dataclass(frozen=True)
class Payment:
    """One sum that left a line: all claims of an instrument and a class that fell due together."""

    quarter: int
    account: Account
    payee: str
    amount: int


class Books:
    """All public money of one run."""

    def __init__(self, accounts: Sequence[Account], limited: Sequence[str]) -> None:
        """Open the books for the instruments; ``limited`` names the lines with a budget."""
        self.limited = frozenset(limited)
        self.lines = {account.line: Line() for account in accounts}
        self.lines.update({name: Line() for name in limited})
        self.payments: list[Payment] = []
        self._due: dict[int, list[Payment]] = {}

    def begin_quarter(self) -> None:
        """Carry each line's balance into a new quarter."""
        for line in self.lines.values():
            line.opening = line.free + line.committed
            line.allotted = line.paid = line.lapsed = 0

    def allot(self, name: str, amount: int) -> None:
        """Put new money on a line."""
        line = self.lines[name]
        line.allotted += amount
        line.in_all += amount
        line.free += amount

    def lapse(self, name: str) -> None:
        """Let what nobody claimed go back at the end of the year."""
        line = self.lines[name]
        line.lapsed += line.free
        line.unclaimed += line.free
        line.free = 0

    def affords(
        self,
        name: str,
        amounts: Yuan,
        *,
        merit: NDArray[np.float64],
        lot: NDArray[np.float64],
    ) -> NDArray[np.bool_]:
        """Return which claims a line could meet now, by merit, then by lot; nothing is promised."""
        if name not in self.limited or int(amounts.sum()) <= self.lines[name].free:
            return np.ones(amounts.size, np.bool_)
        served = np.zeros(amounts.size, np.bool_)
        queue = np.lexsort((lot, -merit))
        served[queue[np.cumsum(amounts[queue]) <= self.lines[name].free]] = True
        return served

    def pay(
        self,
        account: Account,
        amounts: Yuan,
        *,
        due: NDArray[np.int64] | int,
        payees: Sequence[str] | str,
        merit: NDArray[np.float64],
        lot: NDArray[np.float64],
    ) -> NDArray[np.bool_]:
        """Promise money for events that happened; it leaves the line when it falls due.

        Claims are served by merit, then by lot, until the first that the line cannot meet:
        from the same claims a larger budget therefore serves a superset.

        Args:
            account: The instrument's account.
            amounts: Yuan per claim, 0 or more.
            due: The quarter in which each is paid.
            payees: The class of each recipient, one of ``PAYEES``.
            merit: Who comes first.
            lot: The addressed draw that decides between equals.

        Returns:
            Per claim whether it was promised.
        """
        if amounts.size == 0:
            return np.zeros(0, np.bool_)
        name = account.line
        served = self.affords(name, amounts, merit=merit, lot=lot)
        if name not in self.limited:
            self.allot(name, int(amounts.sum()))
        line = self.lines[name]
        total = int(amounts[served].sum())
        line.free -= total
        line.committed += total
        if isinstance(due, int) and isinstance(payees, str):
            self._owe(account, due, payees, total)
            return served
        dates = np.broadcast_to(due, amounts.shape)
        classes = np.broadcast_to(np.asarray(payees), amounts.shape)
        # Claims of one class and date leave the line together.
        for date in np.unique(dates[served]).tolist():
            for payee in np.unique(classes[served]).tolist():
                together = served & (dates == date) & (classes == payee)
                self._owe(account, date, payee, int(amounts[together].sum()))
        return served

    def _owe(self, account: Account, date: int, payee: str, amount: int) -> None:
        if amount > 0:
            self._due.setdefault(date, []).append(Payment(date, account, payee, amount))

    def claimed(self) -> dict[str, float]:
        """Return which share of its money was claimed so far, by line with a budget."""
        lines = {name: self.lines[name] for name in sorted(self.limited)}
        return {
            name: 1 - (line.unclaimed + line.free) / line.in_all if line.in_all else 0.0
            for name, line in lines.items()
        }

    def free(self, name: str) -> float:
        """Return the yuan that a line could still promise."""
        return self.lines[name].free if name in self.limited else math.inf

    def settle(self, quarter: int) -> None:
        """Pay what falls due in this quarter and check that every line closes.

        Raises:
            AccountingError: If an identity does not close or a balance is negative.
        """
        for payment in self._due.pop(quarter, []):
            line = self.lines[payment.account.line]
            line.committed -= payment.amount
            line.paid += payment.amount
            self.payments.append(payment)
        for name, line in self.lines.items():
            if line.gap() != 0:
                raise AccountingError(f"line '{name}' does not close: a gap of {line.gap()} yuan")
            if min(line.free, line.committed, line.paid, line.lapsed) < 0:
                raise AccountingError(f"line '{name}' has a negative balance: {line}")

    def outstanding(self, payers: Sequence[str]) -> int:
        """Return the yuan promised by these payers under the plan and not yet due."""
        return sum(
            payment.amount
            for payments in self._due.values()
            for payment in payments
            if not payment.account.background and payment.account.payer in payers
        )
