"""Settle: claims are cleared, trust follows, what falls due is paid, and the books are checked.

All claims on a line are cleared together (``state.claims``). Whoever acts for a promise has done so
before, on trust in its line: of a promise it counts on trust · promise, and every quarter

    trust' = kept · trust + (1 - kept) · granted / claimed in the past year, if there were claims

from 0.7: of claimed vehicle subsidies 0.71 was accepted [P25], of overdue debts 0.75 was paid in a
year [P20], of a poor unit's approved budget 0.39 arrived [P40]. Lines without a budget, such as a
nation's, pay whatever is claimed and are trusted. What is granted is paid some quarters later [P26,
P39]: accounts of platforms and founders' means have it then, and no sooner. Calls and places were
decided before, when their processes filled them.

What nobody claimed by the year's end lapses, but for the rest of the venture fund: a fund is
invested over several years.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from sim.core import quarter
from sim.core.arrays import Whole
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.policy.schedule import PLAN_LINES
from sim.state.books import YUAN
from sim.state.claims import Claim, divided
from sim.state.means import repaid
from sim.state.state import State

YEAR = 4  # quarters


class Parameters(Numbers, name="settle"):
    """Numbers of the process."""

    first_trust: float = meaning("a promise on a line with a budget that is counted on at first")
    kept_trust: float = meaning("trust of a quarter that is left in the next")
    delay: float = meaning("time from the claim of a reward or support to its payment")


def begin(state: State, values: Values) -> None:
    """Let recipients count on each line with a budget as they do at first."""
    state.trust |= dict.fromkeys(PLAN_LINES.values(), values.of(Parameters).first_trust)


def learnt(trust: float, granted: int, claimed: int, kept: float) -> float:
    """Return the trust in a line that granted so much of what was claimed in a year, yuan."""
    return kept * trust + (1 - kept) * granted / claimed if claimed > 0 else trust


def _merit(state: State, claim: Claim) -> Whole:
    """Return classes of merit, in each of which offers for kinds alone that lag come first."""
    kinds = list(claim.offer.kinds)
    first = bool(kinds) and bool(state.totals.served_first[kinds].all())
    return np.asarray(2 * claim.merit + first)


def clear_claims(state: State, p: Parameters) -> None:
    """Divide each line's money among the quarter's claims on it; let trust follow."""
    sums: dict[str, tuple[int, int]] = {}
    on_line = defaultdict[str, list[Claim]](list)
    for claim in state.claims:
        on_line[claim.offer.account.line].append(claim)
    state.claims.clear()
    for line, claims in sorted(on_line.items()):
        asked = np.concatenate([claim.amounts for claim in claims])
        granted = asked
        if line in state.books.limited:
            merit = np.concatenate([_merit(state, claim) for claim in claims])
            granted = divided(state.books.lines[line].free, asked, merit)
            sums[line] = int(granted.sum()), int(asked.sum())
        ends = np.cumsum([claim.amounts.size for claim in claims])[:-1]
        due = state.quarter + round(p.delay)
        for claim, amounts in zip(claims, np.split(granted, ends), strict=True):
            state.books.promise(
                claim.offer.account, amounts, due=due, payees=claim.payee, to=claim.to
            )
            if claim.note:
                claim.note(state, claim.rows, amounts / YUAN)
    _learn(state, p, sums)


def _learn(state: State, p: Parameters, sums: Mapping[str, tuple[int, int]]) -> None:
    """Let trust in each line follow a year's claims, of which this quarter's sums are the last."""
    for line in sorted(state.books.limited):
        year = (*state.cleared.get(line, ())[1 - YEAR :], sums.get(line, (0, 0)))
        granted, claimed = map(sum, zip(*year, strict=True))
        state.trust[line] = learnt(state.trust.get(line, 1.0), granted, claimed, p.kept_trust)
        state.cleared[line] = year
    state.offers.weigh_anew()


def settle(state: State, p: Parameters) -> None:
    """Clear the claims, and close the public books of the quarter.

    Raises:
        AccountingError: If an identity does not close.
    """
    clear_claims(state, p)
    if quarter.season(state.quarter) == 4:
        for line in sorted(state.books.limited - {"venture_fund"}):
            state.books.lapse(line)
    pay(state)


def pay(state: State) -> None:
    """Pay what falls due, and let those have it whose money it then is.

    Raises:
        AccountingError: If an identity does not close.
    """
    state.books.settle(state.quarter)
    table = state.organisations
    for to, sums in state.books.receipts(state.quarter):
        if to.of == "account":
            np.add.at(table.received, to.rows, sums / YUAN / table.stands_for[to.rows])
        else:
            repaid(state, to.rows, sums / YUAN, firms=to.of == "firm")
