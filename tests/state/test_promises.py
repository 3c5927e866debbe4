"""Places and promises: who is served, and that what is expected is what is granted and trusted."""

import numpy as np
import pytest
from world import (
    AUTUMN,
    START,
    add_platforms,
    autumn,
    grant_money,
    ids,
    offer,
    promised,
    tiny,
)

from sim.inputs.levers import FOUNDING_GRANT, PLATFORM_EQUITY
from sim.processes import accreditation, evaluation
from sim.state.founders import Parameters as Outlook
from sim.state.promises import claim_founding, expected_gain

INSTITUTE = "institute"


def grants(*names, money, **lines):
    """Return a city with founding grants of 1 M CNY, and what each would pay a founder."""
    offers = [offer("founding_grant", 1.0, INSTITUTE, payer=name, name=name) for name in names]
    state = tiny(*offers, money=money)
    for line, million in lines.items():
        grant_money(state, million, line)
    return state, [(one, one.dose) for one in state.offers.on(FOUNDING_GRANT)]


def spent(state):
    """Return million CNY promised by instrument."""
    sums = {}
    for (_, name), amount in promised(state).items():
        sums[name] = sums.get(name, 0.0) + amount / 1e6
    return sums


# Claims


def test_places_are_given_by_the_lot_of_the_offer_and_are_due_now():
    state, [(grant, _)] = grants("city", money=2)
    served = state.reserve(grant, ids(5), 1.0, payee="firm")
    first = np.argsort(state.luck("lot").uniform(ids(5), grant.lot))[:2]
    assert sorted(np.flatnonzero(served)) == sorted(first)
    assert promised(state) == {(START, "city"): 2_000_000}


def test_merit_comes_before_the_lot_and_another_lot_before_the_offers_own():
    state, [(grant, _)] = grants("city", money=1)
    merit = np.array([0.0, 2.0, 1.0])
    assert state.reserve(grant, ids(3), 1.0, payee="firm", merit=merit).tolist() == [0, 1, 0]
    state, [(grant, _)] = grants("city", money=1)
    lot = np.array([0.5, 0.9, 0.1])
    assert state.reserve(grant, ids(3), 1.0, payee="firm", lot=lot).tolist() == [0, 0, 1]


def test_each_may_reserve_a_sum_of_its_own_at_a_time_of_its_own():
    state, [(grant, _)] = grants("city", money=10)
    due = np.array([START + 1, START + 2])
    served = state.reserve(grant, ids(2), np.array([1.5, 2.5]), due=due, payee="firm")
    assert served.all()
    assert promised(state) == {
        (START + 1, "city"): 1_500_000,
        (START + 2, "city"): 2_500_000,
    }


def test_where_nobody_asks_nobody_is_served():
    state, [(grant, _)] = grants("city", money=10)
    assert state.reserve(grant, ids(0), 1.0, payee="firm").size == 0
    state.claim(grant, 1.0, payee="firm", rows=ids(0).astype(int))
    assert state.claims == []
    assert promised(state) == {}


# Expected and paid

# Million CNY that each offer brings an institute which costs 10 to found and 2 a year to run.
BROUGHT = {
    "founding_grant": 1.0,
    "founding_means": 0.3 * 10,
    "platform_equity": 0.2 * 10,
    "operating_grant": 0.5,
    "running_relief": 0.1 * 2,
    "grade_reward": 0.3,
    "first_pass_reward": 0.4,
    "level_reward": 0.7,
    "level_match": 0.5 * 0.7,
}
OFFERS = (
    offer("founding_grant", 1.0, INSTITUTE),
    offer("founding_means", 0.3, INSTITUTE),
    offer("platform_equity", 0.2, INSTITUTE, payer="fund"),
    offer("operating_grant", 0.5, INSTITUTE),
    offer("running_relief", 0.1, INSTITUTE, payer="nation"),
    offer("grade_reward", 0.3, INSTITUTE),
    offer("first_pass_reward", 0.4, INSTITUTE),
    offer("level_reward", 0.7, INSTITUTE, level="provincial", payer="province"),
    offer("level_match", 0.5, INSTITUTE, level="provincial"),
)
# A founder that looks a year ahead and is sure of an A and of the next level.
SURE = Outlook(horizon=1, climb=1.0, top_grade=1.0, equity_worth=1.0)


def lived_through(state):
    """Let one public body found an institute; let one that it founded have its best year."""
    claim_founding(state, INSTITUTE, "public_body", np.arange(1))
    add_platforms(state, INSTITUTE, 1, quality=10.0, decided=START, opens=START)
    accreditation.promote(state, accreditation.Parameters(apply=1.0, lasting=1.0, work=0.0))
    evaluation.grade(state, evaluation.Parameters(lasting=1.0, hollow=0.0))


def test_a_founder_expects_what_it_is_paid_when_all_goes_well():
    state = autumn(*OFFERS, money=100)
    state.founders = SURE
    lived_through(state)
    assert spent(state) == pytest.approx(BROUGHT)
    gain = expected_gain(state, INSTITUTE, "public_body")
    assert gain == pytest.approx(sum(spent(state).values()))


@pytest.mark.parametrize("lever", BROUGHT)
def test_each_promise_is_expected_and_paid_by_itself(lever):
    # There is nothing to match but what the province grants.
    wanted = {lever, "level_reward"} if lever == "level_match" else {lever}
    alone = [one for one in OFFERS if one.lever in wanted]
    by_city = any(one.payer == "city" for one in alone)
    state = autumn(*alone, money=100 if by_city else 0)
    state.founders = SURE
    lived_through(state)
    assert spent(state)[lever] == pytest.approx(BROUGHT[lever])
    gain = expected_gain(state, INSTITUTE, "public_body")
    assert gain == pytest.approx(sum(spent(state).values()))


def test_support_is_paid_up_to_the_running_cost_and_expected_so():
    state = autumn(offer("operating_grant", 5.0, INSTITUTE), money=100)
    state.founders = SURE
    lived_through(state)
    assert promised(state) == {(AUTUMN + 4, "operating_grant"): 2_000_000}
    assert expected_gain(state, INSTITUTE, "public_body") == 2.0


def test_equity_is_worth_less_than_a_gift_of_the_same_sum():
    state = tiny(offer("platform_equity", 0.2, INSTITUTE, payer="fund"))
    assert expected_gain(state, INSTITUTE, "public_body") == pytest.approx(0.3 * 2.0)
    assert sum(one.dose for one in state.offers.on(PLATFORM_EQUITY)) == 0.2
    claim_founding(state, INSTITUTE, "public_body", np.arange(1))
    assert spent(state) == {"platform_equity": 2.0}


@pytest.mark.parametrize("trust", [1.0, 0.7, 0.1])
def test_a_cap_leaves_trust_what_it_is(trust):
    # 5 M CNY are promised by the city and 1 by the nation; the running cost is 2 M a year.
    city = offer("operating_grant", 5.0, INSTITUTE)
    nation = offer("operating_grant", 1.0, INSTITUTE, payer="nation", name="nation")
    state = autumn(city, nation, money=100)
    state.founders = SURE
    state.trust["city_fund"] = trust
    gain = expected_gain(state, INSTITUTE, "public_body")
    assert gain == pytest.approx(2.0 * (5.0 * trust + 1.0) / 6.0)
    state.trust["city_fund"] = 1.0
    lived_through(state)  # both together pay the cost once
    assert sum(spent(state).values()) == pytest.approx(2.0, abs=1e-6)


def test_of_each_promise_the_trust_in_its_line_is_counted_on():
    state = autumn(*OFFERS, money=100)
    state.founders = SURE
    state.trust = {"city_fund": 0.25}
    by_city = {one.lever for one in OFFERS if one.payer == "city"}
    trusted = {lever: (0.25 if lever in by_city else 1.0) * m for lever, m in BROUGHT.items()}
    gain = expected_gain(state, INSTITUTE, "public_body")
    assert gain == pytest.approx(sum(trusted.values()))
    state.trust["city_fund"] = 0.0
    state.offers.weigh_anew()
    assert expected_gain(state, INSTITUTE, "public_body") == pytest.approx(2.0 + 0.2 + 0.7)
