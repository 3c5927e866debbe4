"""Claims that are cleared together, and the trust that follows from what was granted of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import START, grant_money, next_quarter, offer, promised, tiny

from sim.processes.settle import Parameters, clear_claims, learnt
from sim.state.claims import EQUAL, FIRST, LAST, divided

KIND = "institute"
AMOUNTS = st.lists(
    st.tuples(st.integers(0, 10**12), st.sampled_from((LAST, EQUAL, FIRST))),
    min_size=1,
    max_size=20,
)


def columns(claims):
    amounts, merit = zip(*claims, strict=True)
    return np.array(amounts, np.int64), np.array(merit)


# How a line is divided


def test_the_better_class_is_served_whole_and_the_last_one_reached_shares():
    amounts = np.array([10, 20, 5, 9])
    merit = np.array([EQUAL, EQUAL, FIRST, LAST])
    assert divided(20, amounts, merit).tolist() == [5, 10, 5, 0]
    assert divided(19, amounts, merit).tolist() == [4, 9, 5, 0]  # whole yuan; two are left over
    assert divided(44, amounts, merit).tolist() == [10, 20, 5, 9]
    assert divided(3, amounts, merit).tolist() == [0, 0, 3, 0]
    assert divided(0, amounts, merit).tolist() == [0, 0, 0, 0]


@settings(deadline=None)
@given(AMOUNTS, st.integers(0, 10**13), st.integers(0, 10**12))
def test_nobody_gets_less_from_a_larger_budget(claims, money, more):
    amounts, merit = columns(claims)
    fewer, granted = divided(money, amounts, merit), divided(money + more, amounts, merit)
    assert (fewer <= granted).all()
    assert (granted <= amounts).all()
    assert granted.sum() <= money + more
    if amounts.sum() <= money:
        assert np.array_equal(fewer, amounts)


@settings(deadline=None)
@given(AMOUNTS, st.integers(0, 10**13), st.randoms())
def test_no_order_of_claims_matters(claims, money, random):
    order = list(range(len(claims)))
    random.shuffle(order)
    amounts, merit = columns(claims)
    shuffled = divided(money, amounts[order], merit[order])
    assert np.array_equal(divided(money, amounts, merit)[order], shuffled)


@settings(deadline=None)
@given(AMOUNTS, st.integers(0, 10**13))
def test_only_a_yuan_for_each_is_left_where_claims_go_unmet(claims, money):
    amounts, merit = columns(claims)
    left = money - int(divided(money, amounts, merit).sum())
    assert left >= 0
    if amounts.sum() > money:
        assert left < len(claims)


def two_instruments(money, names=("one", "two")):
    """Return what two instruments on one line pay, named in an order, that two processes claim."""
    doses = {"one": 6.0, "two": 4.0}
    offers = [offer("founding_grant", doses[name], KIND, name=name) for name in names]
    state = tiny(*offers, money=money)
    for one in state.offers.published:
        state.claim(one, one.dose, payee="platform", rows=np.arange(2))
    return {name: amount for (_, name), amount in promised(state).items()}


def test_instruments_on_a_line_share_it_by_what_is_claimed_in_either_order():
    assert two_instruments(20) == {"one": 12_000_000, "two": 8_000_000}
    assert two_instruments(5) == {"one": 3_000_000, "two": 2_000_000}
    assert two_instruments(5, ("two", "one")) == two_instruments(5)


def test_a_larger_dose_takes_a_larger_part_of_the_same_line():
    paid = []
    for dose in (1.0, 3.0, 10.0, 100.0):
        other = offer("founding_grant", 4.0, KIND, name="other")
        state = tiny(offer("founding_grant", dose, KIND, name="grant"), other, money=10)
        for one in state.offers.published:
            state.claim(one, one.dose, payee="platform", rows=np.arange(3))
        paid.append({name: amount for (_, name), amount in promised(state).items()})
    grants = [sums["grant"] for sums in paid]
    assert grants == sorted(set(grants))
    assert paid[-1]["other"] < paid[0]["other"]  # what others lose


# Trust


@pytest.mark.parametrize(
    ("trust", "granted", "claimed", "kept", "then"),
    [
        (0.7, 0, 10, 0.5, 0.35),
        (0.7, 10, 10, 0.5, 0.85),
        (0.7, 5, 10, 0.5, 0.6),
        (0.7, 0, 0, 0.5, 0.7),  # who claims nothing learns nothing
        (0.7, 0, 10, 1.0, 0.7),
        (0.7, 0, 10, 0.0, 0.0),
    ],
)
def test_trust_follows_the_part_that_was_granted(trust, granted, claimed, kept, then):
    assert learnt(trust, granted, claimed, kept) == pytest.approx(then)


def trusted(*money, kept=0.5):
    """Return the trust in a line, quarter by quarter, with so much money for a claim of 10."""
    state = tiny(offer("founding_grant", 10.0, KIND))
    state.trust["city_fund"] = 0.7
    trusts = []
    for million in money:
        grant_money(state, million)
        state.claim(state.offers.published[0], 10.0, payee="firm", rows=np.arange(1))
        clear_claims(state, Parameters(kept_trust=kept))
        trusts.append(state.trust["city_fund"])
    return trusts


def test_trust_falls_when_refused_and_recovers_when_paid():
    assert trusted(0, 0, 10, 10) == pytest.approx(
        [0.35, 0.175, 0.0875 + 0.5 / 3, 0.04375 + 0.25 / 3 + 0.25]
    )
    assert trusted(*[0] * 8)[-1] < 0.01  # two years


def test_trust_goes_on_falling_for_a_year_after_a_refusal_and_stays_then():
    state = tiny(offer("founding_grant", 10.0, KIND))
    state.trust["city_fund"] = 0.8
    state.claim(state.offers.published[0], 10.0, payee="firm", rows=np.arange(1))
    trusts = []
    for _ in range(6):
        clear_claims(state, Parameters(kept_trust=0.5))
        trusts.append(state.trust["city_fund"])
    assert trusts == pytest.approx([0.4, 0.2, 0.1, 0.05, 0.05, 0.05])


def test_where_trust_is_kept_nothing_is_learnt():
    assert trusted(0, 0, 10, kept=1.0) == [0.7] * 3


def test_each_line_is_trusted_by_itself_and_one_without_a_budget_is_not_doubted():
    city, nation = (
        offer("founding_grant", 10.0, KIND),
        offer("founding_grant", 10.0, KIND, payer="nation", name="nation"),
    )
    county = offer("founding_grant", 10.0, KIND, payer="county", name="county")
    state = tiny(city, county, nation, money=10)
    state.trust = {"city_fund": 0.7, "county_fund": 0.7}
    for one in state.offers.published:
        state.claim(one, 10.0, payee="firm", rows=np.arange(1))
    clear_claims(state, Parameters())
    assert state.trust == pytest.approx({"city_fund": 0.85, "county_fund": 0.35})
    assert [state.trust_in(one) for one in state.offers.published] == pytest.approx(
        [
            0.35 if one.account.name == "county" else 0.85 if one.account.payer == "city" else 1.0
            for one in state.offers.published
        ]
    )


# When it is paid


@pytest.mark.parametrize("delay", [2.0, 20.0])
def test_what_is_granted_is_committed_and_paid_after_the_delay(delay):
    state = tiny(offer("founding_grant", 10.0, KIND), money=10)
    state.claim(state.offers.published[0], 10.0, payee="firm", rows=np.arange(1))
    clear_claims(state, Parameters(delay=delay))
    line = state.books.lines["city_fund"]
    assert (line.free, line.committed) == (0, 10_000_000)
    next_quarter(state, int(delay))
    assert state.books.payments == []
    next_quarter(state)
    [payment] = state.books.payments
    assert (payment.quarter, payment.amount) == (START + int(delay), 10_000_000)


def test_who_is_granted_something_notes_it():
    had = []
    state = tiny(offer("founding_grant", 10.0, KIND), money=5)
    rows = np.array([7, 9])
    state.claim(
        state.offers.published[0],
        np.array([6.0, 4.0]),
        payee="firm",
        rows=rows,
        note=lambda state, rows, million: had.append((rows.tolist(), million.tolist())),
    )
    clear_claims(state, Parameters())
    assert had == [([7, 9], [3.0, 2.0])]
