"""What the offers of a quarter promise for founding a platform and for reaching a level."""

import numpy as np

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
)
from sim.state.books import Purse
from sim.state.claims import EQUAL, FIRST, LAST


def boost(city, kind, host):
    """Return by how much promises multiply the rate at which a class of hosts founds a kind."""
    cost = float(city.costs["found_cost"][KIND_CODE[kind]])
    return min(city.founders.most_gain, 1 + expected_gain(city, kind, host) / cost)


def expected_gain(city, kind, host):
    """Return what a founder of a kind is promised, million CNY over its horizon."""
    gain = at_the_founding(city, kind, host) + while_it_runs(city, kind, host)
    levels = KINDS[kind].levels
    if len(levels) > 1:
        climbs = city.founders.climb
        gain += climbs * city.counted_on(LEVEL_REWARD, kind, levels[1], host)
        match = city.counted_on(LEVEL_MATCH, kind, levels[1], host)
        gain += climbs * match * provincial_grant(city, kind, levels[1])
    return gain


def at_the_founding(city, kind, host):
    """Return what is paid once: a grant, a part of the cost, equity."""
    cost = float(city.costs["found_cost"][KIND_CODE[kind]])
    once = city.counted_on(FOUNDING_GRANT, kind, KINDS[kind].levels[0], host)
    once += city.counted_on(FOUNDING_MEANS, kind, None, host) * cost
    if KINDS[kind].legal_person:
        equity = city.counted_on(PLATFORM_EQUITY, kind, None, host)
        once += equity * city.founders.equity_worth * cost
    return once


def advance(city, kind, host):
    """Return what a founder counts on of what is paid toward the founding, million CNY."""
    offers = founding_offers(city, kind, host)
    return sum(million * city.trust_in(offer) for offer, million in offers)


def while_it_runs(city, kind, host):
    """Return what is paid over the horizon: support, rewards for grades, relief of taxes."""
    outlook = city.founders
    lowest, cost = KINDS[kind].levels[0], float(city.costs["run_cost"][KIND_CODE[kind]])
    yearly = city.counted_on(OPERATING_GRANT, kind, None, host, most=cost)
    yearly += city.counted_on(GRADE_REWARD, kind, lowest, host) * outlook.top_grade
    if KINDS[kind].legal_person:
        yearly += city.counted_on(RUNNING_RELIEF, kind, None, host) * cost
    return yearly * outlook.horizon + city.counted_on(FIRST_PASS_REWARD, kind, lowest, host)


def founding_offers(city, kind, host):
    """Return the offers that are paid at a founding, with their million CNY."""
    cost = float(city.costs["found_cost"][KIND_CODE[kind]])
    grants = city.offers.on(FOUNDING_GRANT, kind, KINDS[kind].levels[0], host)
    shares = list(city.offers.on(FOUNDING_MEANS, kind, None, host))
    if KINDS[kind].legal_person:
        shares += city.offers.on(PLATFORM_EQUITY, kind, None, host)
    return [(offer, offer.dose) for offer in grants] + [(o, o.dose * cost) for o in shares]


def provincial_grant(city, kind, level):
    """Return what the province itself grants for a level of a kind, million CNY."""
    grants = city.offers.on(LEVEL_REWARD, kind, level)
    return sum(o.dose for o in grants if o.account.payer == "province")


def rewards_for_level(city, kind, level, host=None):
    """Yield the offers for reaching a level, with million CNY: sums, and parts of a grant.

    An offer that names no level is for the first step of all.
    """
    matched = {LEVEL_REWARD: 1.0, LEVEL_MATCH: provincial_grant(city, kind, level)}
    first_step = level == KINDS[kind].levels[1]
    for lever, base in matched.items():
        for offer in city.offers.on(lever, kind, level, host):
            if offer.levels or first_step:
                yield offer, offer.dose * base


def claim_for_platforms(city, offer, platforms, million):
    """Have an offer claimed by those platforms that it is for: an A comes first, a D last."""
    paid = [platform for platform in platforms if platform.may_take(offer)]
    city.claim(
        offer,
        [platform.row for platform in paid],
        [million * platform.stands_for for platform in paid],
        "platform",
        to=Purse(np.array([platform.row for platform in paid])),
        merits=[{1: FIRST, 4: LAST}.get(platform.grade, EQUAL) for platform in paid],
    )
