"""Funds: private partners decide whether a fund closes; funds invest in start-ups by appeal.

Raising. In every quarter latent managers weigh a fund of their own, of a size lognormal about a
small share of the city's output. Some raise it anyway, so many that the funds of the start grow
by ``usual`` a year. Others come for public commitments while there are any: managers are taken
by lot as far as the commitments reach, each with size / leverage of public money [Ningbo 2024:
about 6; Ningbo 2012: 5.3; Yangzhou 2025: 3-3.8]. Managers who would have come anyway stand in the
same queue: their fund is no larger for it. Whether private partners sign is theirs to decide,

    chance = closes · private money / (private money + raised in the last year)

so that the money of partners is finite. It takes some quarters; only then is the fund counted,
whole, and the public part due. A commitment whose fund fails is free again. Funds of the start
end with their terms.

Investing. Closed funds invest in equal parts over years, a share of it in the city: start-ups of
a few years without equity so far, by appeal (R&D stock, revenue and what only an investor sees),
until the quarter's money is gone. ``fund_capital`` buys more of it. Equity changes nothing else:
the raw gap to others is selection [P13: 0 on survival, patents and further money].
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Flags, Floats, Ids, Rows
from sim.inputs.levers import FUND_CAPITAL, GUIDANCE_FUND
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state.offers import Offer
from sim.state.state import State


class Parameters(Numbers, name="funds"):
    """Numbers of the process."""

    managers: float = meaning("managers who could raise a fund in a quarter")
    size: float = meaning("mean fund over the city's output of a year")
    size_spread: float = meaning("size of funds")
    usual: float = meaning("funds raised without any plan, per fund in being at the start")
    comes: float = meaning("managers who come for public commitments while there are any")
    leverage: float = meaning("fund over its public part")
    leverage_spread: float = meaning("leverage between funds")
    closes: float = meaning("private partners sign where hardly any fund is raised")
    private_money: float = meaning("private money for the city's funds over its output of a year")
    fastest: float = meaning("time until a fund closes, at least")
    slowest: float = meaning("time until a fund closes, at most")
    term: float = meaning("time from a fund's closing to its end")
    period: float = meaning("time over which a fund invests")
    invested_before: float = meaning("the funds of the start that is invested already")
    local: float = meaning("investments in the city's start-ups")
    ticket: float = meaning("equity per firm, mean")
    ticket_spread: float = meaning("equity per firm")
    oldest: float = meaning("age above which a start-up gets no equity")
    seen: float = meaning("what only an investor sees, beside the logarithm of size")


# Slots of a manager in a quarter, and of a start-up's life.
_WEIGHS, _SIZE, _LEVERAGE, _QUEUE, _SIGNS, _TIME = range(6)
_SEEN, _TICKET = 0, 1


def raise_and_invest(state: State, p: Parameters) -> None:
    """End and close funds, let managers raise new ones, invest in start-ups."""
    _end_and_close(state, p)
    _raise(state, p)
    _invest(state, p)


def begin(state: State, values: Values) -> None:
    """Start the city with its funds, partly invested, and with funds that are being raised."""
    p = values.of(Parameters)
    capital = state.figures.fund_capital
    state.totals.funds = capital
    state.totals.fund_money = capital * (1 - p.invested_before)
    for back in range(1, round(p.slowest) + 1):
        those = _managers(state, p, state.start - back)
        anyway = those.weighs < _usual_chance(state, p)
        for size, due in zip(those.size[anyway], those.closing[anyway], strict=True):
            if due >= state.start:
                state.totals.funds_due[int(due)] += float(size)


# Raising


@dataclass(frozen=True)
class Managers:
    """Latent managers of one quarter: their fund, if they raise it.

    Attributes:
        ids: Who they are.
        weighs: The draw that decides whether they come.
        size: Million CNY.
        public: Million CNY of it from public commitments, if they get any.
        closing: The quarter in which it closes.
    """

    ids: Ids
    weighs: Floats
    size: Floats
    public: Floats
    closing: NDArray[np.int64]


def _mean_size(state: State, p: Parameters) -> float:
    return p.size * state.figures.gdp


def _managers(state: State, p: Parameters, quarter: int) -> Managers:
    luck = state.draws.at("funds", quarter)
    ids = identity.plain(identity.OUTSIDER, quarter, np.arange(round(p.managers)))
    spread, other = p.size_spread, p.leverage_spread
    size = _mean_size(state, p) * np.exp(spread * luck.normal(ids, _SIZE) - spread**2 / 2)
    leverage = np.maximum(p.leverage * np.exp(other * luck.normal(ids, _LEVERAGE)), 1.0)
    time = p.fastest + luck.uniform(ids, _TIME) * (p.slowest - p.fastest)
    closing = quarter + np.rint(time).astype(np.int64)
    return Managers(ids, luck.uniform(ids, _WEIGHS), size, size / leverage, closing)


def _usual_chance(state: State, p: Parameters) -> float:
    """Return the chance of a manager to raise a fund without any plan."""
    mean = p.managers * _mean_size(state, p)
    yearly = p.usual * state.figures.fund_capital
    return min(yearly / 4 / mean, 1.0) if mean > 0 else 0.0


def signing(private: float, raised: float, p: Parameters) -> float:
    """Return the chance that private partners sign, after so much was raised in a year."""
    return p.closes * private / (private + raised) if private > 0 else 0.0


def _end_and_close(state: State, p: Parameters) -> None:
    """Take funds of the start off the list as their terms end; count those that close."""
    if state.quarter - state.start < 4 * p.term:
        state.totals.funds -= state.figures.fund_capital / (4 * p.term)
    closed = state.totals.funds_due.pop(state.quarter, 0.0)
    state.totals.funds += closed
    state.totals.fund_money += closed
    state.totals.funds_closed += closed
    state.flows.funds_closed += closed


def _raise(state: State, p: Parameters) -> None:
    """Let managers come; commit public money to some of them; see whose partners sign."""
    those = _managers(state, p, state.quarter)
    usual = _usual_chance(state, p)
    anyway = those.weighs < usual
    chosen = np.zeros(those.ids.size, np.bool_)
    chance = signing(
        p.private_money * state.figures.gdp, state.last_year(lambda flows: flows.private_raised), p
    )
    signs = anyway | state.luck("funds").happens(those.ids, chance, _SIGNS)
    for offer in state.offers.on(GUIDANCE_FUND):
        comes = (those.weighs < max(usual, p.comes)) & ~chosen
        chosen |= _commit(state, offer, those, comes, signs)
    closes = chosen & signs | anyway
    for size, due in zip(those.size[closes], those.closing[closes], strict=True):
        state.totals.funds_due[int(due)] += float(size)
    raised = those.size - those.public * chosen
    state.flows.private_raised += float(raised[closes].sum())


def _commit(state: State, offer: Offer, those: Managers, comes: Flags, signs: Flags) -> Flags:
    """Commit an offer's public money by lot; return whom it was committed to."""
    account, totals = offer.account.number, state.totals
    back = totals.commitments_free.pop((account, state.quarter), 0.0)
    totals.commitments_open[account] += offer.dose / 4 + back
    at = np.flatnonzero(comes)
    lot = state.luck("funds").uniform(those.ids[at], _QUEUE)
    at = at[np.argsort(lot, kind="stable")]
    at = at[np.cumsum(those.public[at]) <= totals.commitments_open[account]]
    served = np.ones(at.size, np.bool_)
    signed = np.flatnonzero(signs[at])
    served[signed] = state.reserve(
        offer,
        those.ids[at[signed]],
        those.public[at[signed]],
        due=those.closing[at[signed]],
        payee="outside",
        lot=state.lot(those.ids[at[signed]], offer.lot),
    )
    at = at[served]
    totals.commitments_open[account] -= float(those.public[at].sum())
    for row in at[~signs[at]].tolist():
        totals.commitments_free[account, int(those.closing[row])] += float(those.public[row])
    state.flows.fund_commitments += float(those.public[at].sum())
    state.totals.fund_commitments += float(those.public[at[signs[at]]].sum())
    mask = np.zeros(those.ids.size, np.bool_)
    mask[at] = True
    return mask


# Investing


def candidates(state: State, p: Parameters) -> Rows:
    """Return start-ups without equity so far, the most appealing first."""
    firms = state.firms
    young = firms.alive & ~firms.above_scale & (firms.equity == 0)
    rows = np.flatnonzero(young & (state.quarter - firms.founded <= 4 * p.oldest))
    seen = state.lasting("funds", _SEEN, normal=True)[rows]
    size = np.log((1 + firms.rd_stock[rows]) * (1 + firms.revenue[rows]))
    return rows[np.argsort(-(size + p.seen * seen))]


def _tickets(state: State, p: Parameters, rows: Rows) -> Floats:
    normal = state.lasting("funds", _TICKET, normal=True)[rows]
    return np.asarray(p.ticket * np.exp(p.ticket_spread * normal - p.ticket_spread**2 / 2))


def _invest(state: State, p: Parameters) -> None:
    """Let closed funds invest, then the public capital that is offered beside them."""
    totals = state.totals
    outflow = totals.fund_money / (4 * p.period)
    totals.fund_money -= outflow
    totals.to_invest += p.local * outflow
    offers = list(state.offers.on(FUND_CAPITAL))
    if totals.to_invest <= 0 and not offers:
        return
    rows = candidates(state, p)
    tickets = _tickets(state, p, rows)
    number = _affordable(tickets * state.weight, totals.to_invest)
    totals.to_invest -= _give(state, rows[:number], tickets[:number])
    rows, tickets = rows[number:], tickets[number:]
    for offer in offers:
        number = _buy(state, offer, rows, tickets)
        rows, tickets = rows[number:], tickets[number:]


def _affordable(cost: Floats, money: float) -> int:
    return int(np.searchsorted(np.cumsum(cost), money, side="right"))


def _give(state: State, rows: Rows, tickets: Floats) -> float:
    """Give equity to start-ups; return what it costs."""
    state.firms.equity[rows] = tickets
    million = float(tickets.sum()) * state.weight
    state.flows.equity += million
    state.flows.equity_firms += rows.size * state.weight
    state.totals.equity += million
    return million


def _buy(state: State, offer: Offer, rows: Rows, tickets: Floats) -> int:
    """Buy equity with an offer's capital, as far as its line goes; return of how many firms."""
    capital, account = state.totals.capital_open, offer.account.number
    capital[account] += offer.dose / 4
    number = _affordable(tickets * state.weight, capital[account])
    served = state.reserve(
        offer,
        state.firms.id[rows[:number]],
        tickets[:number] * state.weight,
        payee="firm",
        merit=-np.arange(number, dtype=np.float64),
    )
    bought = int(served.sum())  # the first of them, since they are served by merit
    capital[account] -= _give(state, rows[:bought], tickets[:bought])
    return bought
