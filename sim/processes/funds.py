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
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.draws import Ids
from sim.core.quantity import quantity
from sim.core.tables import Rows
from sim.inputs.levers import FUND_CAPITAL, GUIDANCE_FUND
from sim.state.offers import Offer
from sim.state.state import State

if TYPE_CHECKING:
    from sim.inputs.parameters import Values

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of the process."""

    managers: float = quantity(
        60,
        unit="managers who could raise a fund in a quarter",
        low=60,
        high=60,
        status="assumed",
        source="more than ever do; structural",
        spread="fixed",
    )
    size: float = quantity(
        0.0003,
        unit="mean fund over the city's output of a year",
        low=0.0001,
        high=0.001,
        status="assumed",
        source="an angel sub-fund of 100 M CNY (Ningbo 2025) is 0.00006, a city's fund of funds of "
        "10 000 M (Dalian 2023) 0.01; judged",
        spread="log-uniform",
    )
    size_spread: float = quantity(
        0.8,
        unit="standard deviation of the logarithm of size",
        low=0.4,
        high=1.2,
        status="assumed",
        source="judged",
    )
    usual: float = quantity(
        0.15,
        unit="funds raised a year without any plan, per fund in being at the start",
        low=0.05,
        high=0.35,
        status="assumed",
        source="no count found; wide",
        spread="log-uniform",
    )
    comes: float = quantity(
        0.25,
        unit="share of managers who come for public commitments while there are any",
        low=0.10,
        high=0.60,
        status="assumed",
        source="judged, wide",
    )
    leverage: float = quantity(
        4.0,
        unit="fund over its public part",
        low=2.0,
        high=6.0,
        status="cited",
        source="model design 4: 3-6; Ningbo 2024: 6, 2012: 5.3; Yangzhou 2025: 3.8; an angel "
        "sub-fund at its ceiling 1.43; Ningbo 2013-18: 10.8",
    )
    leverage_spread: float = quantity(
        0.3,
        unit="standard deviation of the logarithm of leverage between funds",
        low=0.0,
        high=0.6,
        status="assumed",
        source="judged",
    )
    closes: float = quantity(
        0.6,
        unit="chance that private partners sign where hardly any fund is raised",
        low=0.3,
        high=0.9,
        status="assumed",
        source="no count found; judged, wide",
    )
    private_money: float = quantity(
        0.008,
        unit="private money for the city's funds over its output of a year",
        low=0.002,
        high=0.02,
        status="assumed",
        source="China's funds together raise some 1-2 % of output a year (from memory); wide",
        spread="log-uniform",
    )
    fastest: float = quantity(
        2, unit="quarters until a fund closes", low=1, high=3, status="assumed", source="judged"
    )
    slowest: float = quantity(
        6, unit="quarters until a fund closes", low=4, high=8, status="assumed", source="judged"
    )
    term: float = quantity(
        8,
        unit="years from a fund's closing to its end",
        low=7,
        high=10,
        status="assumed",
        source="usual terms of five and more years, prolonged; judged",
    )
    period: float = quantity(
        4,
        unit="years over which a fund invests",
        low=3,
        high=5,
        status="assumed",
        source="usual investment periods; judged",
    )
    invested_before: float = quantity(
        0.5,
        unit="share of the funds of the start that is invested already",
        low=0.3,
        high=0.8,
        status="assumed",
        source="funds of even ages; judged",
    )
    local: float = quantity(
        0.4,
        unit="share of investments in the city's start-ups",
        low=0.15,
        high=0.7,
        status="assumed",
        source="public money asks for a multiple of its own part; judged, wide",
    )
    ticket: float = quantity(
        4.0,
        unit="million CNY of equity per firm, mean",
        low=1.0,
        high=11.0,
        status="cited",
        source="Ningbo 2013-18: 200 public and 2153 private million for 215 firms, upper; ceiling "
        "of the public part 2 million (2013)",
        spread="log-uniform",
    )
    ticket_spread: float = quantity(
        0.7,
        unit="standard deviation of the logarithm of the ticket",
        low=0.3,
        high=1.2,
        status="assumed",
        source="judged",
    )
    oldest: float = quantity(
        5,
        unit="years: a start-up that is older gets no equity",
        low=3,
        high=6,
        status="assumed",
        source="Ningbo 2013: 36 months; invested at 1.3 years on average (2018)",
    )
    seen: float = quantity(
        1.0,
        unit="weight of what only an investor sees, beside the logarithm of size",
        low=0.0,
        high=3.0,
        status="assumed",
        source="P13: selection explains the raw gap; judged",
    )


# Slots of a manager in a quarter, and of a start-up's life.
_WEIGHS, _SIZE, _LEVERAGE, _QUEUE, _SIGNS, _TIME = range(6)
_SEEN, _TICKET = 0, 1


def raise_and_invest(state: State, p: Parameters) -> None:
    """End and close funds, let managers raise new ones, invest in start-ups."""
    _end_and_close(state, p)
    _raise(state, p)
    _invest(state, p)


def begin(state: State, values: "Values") -> None:
    """Start the city with its funds, partly invested, and with funds that are being raised."""
    prepare(state, values.of("funds"))


def prepare(state: State, p: Parameters) -> None:
    """Do so with the parameters at hand."""
    capital = state.starting_stock["fund_capital"]
    state.totals["funds"] = capital
    state.totals["fund money"] = capital * (1 - p.invested_before)
    for back in range(1, round(p.slowest) + 1):
        those = _managers(state, p, state.start - back)
        anyway = those.weighs < _usual_chance(state, p)
        for size, due in zip(those.size[anyway], those.closing[anyway], strict=True):
            if due >= state.start:
                state.totals[_closing(int(due))] += float(size)


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
    return p.size * state.starting_stock["gdp"]


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
    yearly = p.usual * state.starting_stock["fund_capital"]
    return min(yearly / 4 / mean, 1.0) if mean > 0 else 0.0


def _closing(quarter: int) -> str:
    return f"funds closing {quarter}"


def _back(account: int, quarter: int) -> str:
    return f"commitments free {account} {quarter}"


def _open(account: int) -> str:
    return f"commitments open {account}"


def signing(private: float, raised: float, p: Parameters) -> float:
    """Return the chance that private partners sign, after so much was raised in a year."""
    return p.closes * private / (private + raised) if private > 0 else 0.0


def _end_and_close(state: State, p: Parameters) -> None:
    """Take funds of the start off the list as their terms end; count those that close."""
    if state.quarter - state.start < 4 * p.term:
        state.totals["funds"] -= state.starting_stock["fund_capital"] / (4 * p.term)
    closed = state.totals.pop(_closing(state.quarter), 0.0)
    state.totals["funds"] += closed
    state.totals["fund money"] += closed
    state.totals["funds closed"] += closed
    state.flows["funds_closed"] += closed


def _raise(state: State, p: Parameters) -> None:
    """Let managers come; commit public money to some of them; see whose partners sign."""
    those = _managers(state, p, state.quarter)
    usual = _usual_chance(state, p)
    anyway = those.weighs < usual
    chosen = np.zeros(those.ids.size, np.bool_)
    chance = signing(
        p.private_money * state.starting_stock["gdp"], state.last_year("private_raised"), p
    )
    signs = anyway | state.luck("funds").happens(those.ids, chance, _SIGNS)
    for offer in state.offers.on(GUIDANCE_FUND):
        comes = (those.weighs < max(usual, p.comes)) & ~chosen
        chosen |= _commit(state, offer, those, comes, signs)
    closes = chosen & signs | anyway
    for size, due in zip(those.size[closes], those.closing[closes], strict=True):
        state.totals[_closing(int(due))] += float(size)
    raised = those.size - those.public * chosen
    state.flows["private_raised"] += float(raised[closes].sum())


def _commit(state: State, offer: Offer, those: Managers, comes: Flags, signs: Flags) -> Flags:
    """Commit an offer's public money by lot; return whom it was committed to."""
    account, totals = offer.account.number, state.totals
    totals[_open(account)] += offer.dose / 4 + totals.pop(_back(account, state.quarter), 0.0)
    at = np.flatnonzero(comes)
    lot = state.luck("funds").uniform(those.ids[at], _QUEUE)
    at = at[np.argsort(lot, kind="stable")]
    at = at[np.cumsum(those.public[at]) <= totals[_open(account)]]
    served = np.ones(at.size, np.bool_)
    signed = np.flatnonzero(signs[at])
    served[signed] = state.claim(
        offer,
        those.ids[at[signed]],
        those.public[at[signed]],
        due=those.closing[at[signed]],
        payee="outside",
        lot=state.lot(those.ids[at[signed]], account),
    )
    at = at[served]
    totals[_open(account)] -= float(those.public[at].sum())
    for row in at[~signs[at]].tolist():
        totals[_back(account, int(those.closing[row]))] += float(those.public[row])
    state.flows["fund_commitments"] += float(those.public[at].sum())
    state.totals["fund commitments"] += float(those.public[at[signs[at]]].sum())
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
    outflow = totals["fund money"] / (4 * p.period)
    totals["fund money"] -= outflow
    totals["to invest"] += p.local * outflow
    offers = list(state.offers.on(FUND_CAPITAL))
    if totals["to invest"] <= 0 and not offers:
        return
    rows = candidates(state, p)
    tickets = _tickets(state, p, rows)
    number = _affordable(tickets * state.weight, totals["to invest"])
    totals["to invest"] -= _give(state, rows[:number], tickets[:number])
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
    state.flows["equity"] += million
    state.flows["equity_firms"] += rows.size * state.weight
    state.totals["equity"] += million
    return million


def _buy(state: State, offer: Offer, rows: Rows, tickets: Floats) -> int:
    """Buy equity with an offer's capital, as far as its line goes; return of how many firms."""
    name = f"capital open {offer.account.number}"
    state.totals[name] += offer.dose / 4
    number = _affordable(tickets * state.weight, state.totals[name])
    served = state.claim(
        offer,
        state.firms.id[rows[:number]],
        tickets[:number] * state.weight,
        payee="firm",
        merit=-np.arange(number, dtype=np.float64),
    )
    bought = int(served.sum())  # the first of them, since they are served by merit
    state.totals[name] -= _give(state, rows[:bought], tickets[:bought])
    return bought


# Measures


def funds_in_being(state: State) -> float:
    """Return the size of the funds that have closed and not ended, million CNY."""
    return state.totals["funds"]


def equity_invested(state: State) -> float:
    """Return what start-ups of the city got since the start, million CNY."""
    return state.totals["equity"]


def public_commitments(state: State) -> float:
    """Return public money committed since the start to funds whose partners sign, million CNY."""
    return state.totals["fund commitments"]
