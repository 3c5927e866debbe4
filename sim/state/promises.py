"""Promises: what the offers hold out for an event, read by who expects it and by who claims it.

A founder weighs what it is promised for founding, running, grades and levels; each of these is
claimed, from the same list, by the process in which the event happens.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Rows
from sim.inputs.codes import KIND_CODE
from sim.inputs.kinds import KINDS
from sim.inputs.levers import (
    FIRST_PASS_REWARD,
    FOUNDING_GRANT,
    FOUNDING_MEANS,
    GRADE_REWARD,
    LEVEL_MATCH,
    LEVEL_REWARD,
    OPERATING_GRANT,
    PLATFORM_EQUITY,
    RUNNING_RELIEF,
    Lever,
)
from sim.state.books import Purse
from sim.state.claims import EQUAL, FIRST, LAST
from sim.state.columns import A, D
from sim.state.founders import FIRMS
from sim.state.offers import Offer
from sim.state.state import State

PAYEE = {
    "firm": "firm",
    "leading_firm": "firm",
    "university": "university",
    "institute": "institute",
    "hospital": "hospital",
    "public_body": "public_body",
    "carrier": "platform",
    "outside": "outside",
    "consultancy": "platform",
}

Part = tuple[Offer, float]  # an offer and the million CNY that it pays


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What the offers on one lever hold out for an event.

    Attributes:
        offers: The offers.
        base: Million CNY per unit of their dose: 1 where it is money, or what they pay a share of.
        most: Million CNY that is promised at most, by all together.
    """

    offers: tuple[Offer, ...] = ()
    base: float = 1.0
    most: float = math.inf

    @property
    def dose(self) -> float:
        """Return the sum of the doses."""
        return sum(offer.dose for offer in self.offers)

    @property
    def million(self) -> float:
        """Return what the offers promise together, million CNY."""
        return min(self.dose * self.base, self.most)

    def counted_on(self, state: State) -> float:
        """Return what recipients count on of that, by their trust in each line, million CNY."""
        trusted = sum(state.trust_in(offer) * offer.dose for offer in self.offers)
        return self.million * trusted / self.dose if trusted else 0.0

    @property
    def parts(self) -> list[Part]:
        """Return what each of the offers pays, million CNY: its part of what all may pay."""
        pays = self.million / self.dose if self.dose else 0.0
        return [(offer, offer.dose * pays) for offer in self.offers]


# What is promised for each event. Without a class of host it is promised to all of them.


def at_founding(state: State, kind: str, host: str) -> tuple[Promise, Promise, Promise]:
    """Return what founding a platform brings: a grant, a share of its cost, and equity."""
    cost, equity = float(state.costs["found_cost"][KIND_CODE[kind]]), Promise()
    grant = Promise(offers=_offers(state, FOUNDING_GRANT, kind, KINDS[kind].levels[0], host))
    means = Promise(offers=_offers(state, FOUNDING_MEANS, kind, None, host), base=cost)
    if KINDS[kind].legal_person:
        equity = Promise(offers=_offers(state, PLATFORM_EQUITY, kind, None, host), base=cost)
    return grant, means, equity


def each_year(state: State, kind: str, host: str | None = None) -> tuple[Promise, Promise]:
    """Return what running a platform brings a year: support up to its cost, and tax relief."""
    cost, relief = float(state.costs["run_cost"][KIND_CODE[kind]]), Promise()
    support = Promise(offers=_offers(state, OPERATING_GRANT, kind, None, host), most=cost)
    if KINDS[kind].legal_person:
        relief = Promise(offers=_offers(state, RUNNING_RELIEF, kind, None, host), base=cost)
    return support, relief


def for_top_grade(
    state: State, kind: str, level: str | None = None, host: str | None = None
) -> Promise:
    """Return what an A in the yearly evaluation brings."""
    return Promise(offers=_offers(state, GRADE_REWARD, kind, level, host))


def for_first_pass(
    state: State, kind: str, level: str | None = None, host: str | None = None
) -> Promise:
    """Return what passing the evaluation for the first time brings."""
    return Promise(offers=_offers(state, FIRST_PASS_REWARD, kind, level, host))


def for_level(
    state: State, kind: str, level: str, host: str | None = None
) -> tuple[Promise, Promise]:
    """Return what reaching a level brings: a reward, and a match of the province's grant.

    An offer without a level is for the first step of all.
    """
    first = level == KINDS[kind].levels[1]

    def meant(lever: Lever) -> tuple[Offer, ...]:
        offers = _offers(state, lever, kind, level, host)
        return tuple(offer for offer in offers if offer.levels or first)

    match = Promise(offers=meant(LEVEL_MATCH), base=provincial_grant(state, kind, level))
    return Promise(offers=meant(LEVEL_REWARD)), match


def provincial_grant(state: State, kind: str, level: str) -> float:
    """Return what the province itself grants for a level of a kind, million CNY."""
    grants = state.offers.on(LEVEL_REWARD, kind, level)
    return sum(offer.dose for offer in grants if offer.account.payer == "province")


def _offers(
    state: State, lever: Lever, kind: str, level: str | None, host: str | None
) -> tuple[Offer, ...]:
    return tuple(state.offers.on(lever, kind, level, host))


# Expecting


def advance(state: State, kind: str, host: str) -> float:
    """Return what a founder counts on of what is paid toward the founding, million CNY."""
    return sum(promise.counted_on(state) for promise in at_founding(state, kind, host))


def expected_gain(state: State, kind: str, host: str) -> float:
    """Return what a founder of a kind counts on of the offers, million CNY over the horizon."""
    gains = state.offers.gains
    if (kind, host) not in gains:
        gains[kind, host] = _gain(state, kind, host)
    return gains[kind, host]


def _gain(state: State, kind: str, host: str) -> float:
    p, levels = state.founders, KINDS[kind].levels
    grant, means, equity = at_founding(state, kind, host)
    support, relief = each_year(state, kind, host)
    top = for_top_grade(state, kind, levels[0], host)
    gain = grant.counted_on(state)
    gain += means.counted_on(state)
    gain += support.counted_on(state) * p.horizon
    gain += top.counted_on(state) * p.horizon * p.top_grade
    gain += for_first_pass(state, kind, levels[0], host).counted_on(state)
    gain += equity.counted_on(state) * p.equity_worth
    gain += relief.counted_on(state) * p.horizon
    if len(levels) > 1:
        for promise in for_level(state, kind, levels[1], host):
            gain += promise.counted_on(state) * p.climb
    return gain


def boost(state: State, kind: str, host: str) -> float:
    """Return 1 + expected gain / true cost, up to a most."""
    cost = float(state.costs["found_cost"][KIND_CODE[kind]])
    return min(state.founders.most_gain, 1 + expected_gain(state, kind, host) / cost)


def boosts(state: State, host: str, kinds: Sequence[str]) -> NDArray[np.float64]:
    """Return the same by code for these kinds, 1 for others, kept while the offers stand."""
    kept = state.offers.boosts
    if host not in kept:
        kept[host] = np.array(
            [boost(state, kind, host) if kind in kinds else 1.0 for kind in KINDS]
        )
    return kept[host]


# Claiming


def claim_founding(state: State, kind: str, host: str, rows: Rows) -> None:
    """Let hosts of a class, by their rows, claim what they were promised for founding a kind.

    Args:
        state: The city.
        kind: The kind.
        host: The class.
        rows: Their rows.
    """
    weight = float(state.stands_for(KIND_CODE[kind], firms=host in FIRMS))
    to = Purse(rows, "firm" if host in FIRMS else "body")
    for promise in at_founding(state, kind, host):
        for offer, million in promise.parts:
            state.claim(offer, million * weight, payee=PAYEE[host], rows=rows, to=to)


def claim_for_platforms(state: State, offer: Offer, rows: Rows, million: float) -> None:
    """Let those of these platforms that an offer is for claim it, by what they were graded."""
    table = state.organisations
    rows = rows[offer.holds_for(table.host_class[rows])]
    graded = table.grade[rows]
    merit = np.where(graded == A, FIRST, np.where(graded == D, LAST, EQUAL))
    sums = million * table.stands_for[rows]
    state.claim(offer, sums, payee="platform", merit=merit, rows=rows, to=Purse(rows))
