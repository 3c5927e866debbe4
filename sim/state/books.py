"""Public money: budget lines, claims that fall due, payments, and identities that must close.

Everything is whole yuan. A line is opened once a year, drawn on by commitments, and paid when
a claim falls due; what nobody claimed by the year's end lapses, but for the venture fund's.
In every quarter and per line

    opening + allotted = paid + lapsed + closing

where closing is free money plus what is committed and not yet due. Lines of governments that
pay whatever falls due (a province's grant, a nation's tax relief) are allotted on demand.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Rows
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


class Purse(NamedTuple):
    """Whose money it is once it is paid: rows of a table, and what of theirs it goes to.

    Attributes:
        rows: Rows of firms where it goes to the means of firms, else of organisations.
        of: ``account`` of an organisation, or what a host keeps for founding: the means of a
            ``firm`` or of a ``body``.
    """

    rows: Rows
    of: str = "account"


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
        self._receipts: dict[int, list[tuple[Purse, Yuan]]] = {}

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

    def reserve(
        self,
        account: Account,
        amounts: Yuan,
        *,
        due: NDArray[np.int64] | int,
        payees: Sequence[str] | str,
        merit: NDArray[np.float64],
        lot: NDArray[np.float64],
    ) -> NDArray[np.bool_]:
        """Promise money for places, which there are no more of than the line can pay.

        They are filled by merit, then by lot, until the first that the line cannot meet: of the
        same applicants a larger budget therefore serves a superset.

        Args:
            account: The instrument's account.
            amounts: Yuan per place, 0 or more.
            due: The quarter in which each is paid.
            payees: The class of each recipient, one of ``PAYEES``.
            merit: Who comes first.
            lot: The addressed draw that decides between equals.

        Returns:
            Per applicant whether it has a place.
        """
        served = np.ones(amounts.size, np.bool_)
        if account.line in self.limited and int(amounts.sum()) > self.lines[account.line].free:
            queue = np.lexsort((lot, -merit))
            reached = np.cumsum(amounts[queue]) <= self.lines[account.line].free
            served[queue[~reached]] = False
        self.promise(account, np.where(served, amounts, 0), due=due, payees=payees)
        return served

    def promise(
        self,
        account: Account,
        amounts: Yuan,
        *,
        due: NDArray[np.int64] | int,
        payees: Sequence[str] | str,
        to: Purse | None = None,
    ) -> None:
        """Commit money of an instrument's line; it leaves the line when it falls due.

        Args:
            account: The instrument's account.
            amounts: Yuan per recipient, together no more than the line has free.
            due: The quarter in which each is paid.
            payees: The class of each recipient, one of ``PAYEES``.
            to: Whose it is then, all at one date; none where it is in no book of the city.
        """
        total = int(amounts.sum())
        if account.line not in self.limited:
            self.allot(account.line, total)
        line = self.lines[account.line]
        line.free -= total
        line.committed += total
        if to is not None and isinstance(due, int) and total > 0:
            self._receipts.setdefault(due, []).append((to, amounts))
        if isinstance(due, int) and isinstance(payees, str):
            self._owe(account, due, payees, total)
            return
        dates = np.broadcast_to(due, amounts.shape)
        classes = np.broadcast_to(np.asarray(payees), amounts.shape)
        # What one class gets at one date leaves the line together.
        for date in np.unique(dates[amounts > 0]).tolist():
            for payee in np.unique(classes[amounts > 0]).tolist():
                together = (dates == date) & (classes == payee)
                self._owe(account, date, payee, int(amounts[together].sum()))

    def _owe(self, account: Account, date: int, payee: str, amount: int) -> None:
        if amount > 0:
            self._due.setdefault(date, []).append(Payment(date, account, payee, amount))

    def receipts(self, quarter: int) -> list[tuple[Purse, Yuan]]:
        """Hand over what is paid in a quarter to accounts and means: whose, and yuan for each."""
        return self._receipts.pop(quarter, [])

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
            for payment in self.pending()
            if not payment.account.background and payment.account.payer in payers
        )

    def pending(self) -> Iterator[Payment]:
        """Yield what is promised and not yet due, the earliest promise first."""
        for payments in self._due.values():
            yield from payments
