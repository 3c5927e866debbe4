"""Public money: what a year brings, who is served, and books that close."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import AUTUMN, START, grant_money, ids, next_quarter, offer, tiny

from sim.core.errors import AccountingError
from sim.indicators.public_finance import fiscal_growth
from sim.inputs.levers import FOUNDING_GRANT
from sim.processes import budget, settle
from sim.processes.budget import Parameters, open_the_year
from sim.state.books import Account, Books, yuan

CITY = Account(
    number=0, name="grant", clause="1", payer="city", line="city", assumed=0.0, background=False
)
NATION = Account(
    number=1, name="tax", clause="2", payer="nation", line="nation", assumed=0.0, background=True
)


def books(money=0):
    """Return books with a limited line of the city and one of the nation, on demand."""
    made = Books([CITY, NATION], ["city"])
    made.allot("city", money)
    return made


def claim(made, amounts, *, account=CITY, due=START, merit=None, lot=None, payees="firm"):
    amounts = np.asarray(amounts, np.int64)
    return made.reserve(
        account,
        amounts,
        due=due,
        payees=payees,
        merit=np.zeros(amounts.size) if merit is None else np.asarray(merit, float),
        lot=np.arange(amounts.size) / 1e6 if lot is None else np.asarray(lot, float),
    )


# The year's money


STEADY = {"growth": 0.0, "swing": 0.0, "execution": 1.0}


def test_the_fund_grows_year_by_year():
    state = tiny(offer("founding_grant", 1.0, "institute"), fund=100.0)
    for fund in (108.0, 116.64, 125.9712):
        state.books.lapse("city_fund")
        open_the_year(state, Parameters(growth=0.08, swing=0.0, execution=1.0))
        assert state.books.lines["city_fund"].free == pytest.approx(fund * 1e6, abs=1)
        state.quarter += 4
    assert fiscal_growth(state) == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("own", "rule", "kept", "growth"),
    [(0.08, 0.0, 0.6, 0.08), (0.05, 0.15, 0.6, 0.11), (0.05, 0.15, 0.0, 0.05), (0.2, 0.15, 1, 0.2)],
)
def test_a_growth_rule_draws_a_year_toward_it_and_never_down(own, rule, kept, growth):
    assert budget.yearly_growth(own, rule, Parameters(kept=kept)) == pytest.approx(growth)


def test_money_is_opened_in_the_first_quarter_only():
    for quarter in range(START, START + 4):
        state = tiny(offer("founding_grant", 1.0, "institute"), quarter=quarter)
        open_the_year(state, Parameters())
        assert (state.books.lines["city_fund"].allotted > 0) == (quarter == START)


@pytest.mark.parametrize(("quarter", "opens"), [(START + 1, False), (START + 2, True)])
def test_a_plan_that_starts_within_a_year_has_money_from_its_start(quarter, opens):
    state = tiny(offer("founding_grant", 1.0, "institute"), quarter=quarter)
    state.start = START + 2
    open_the_year(state, Parameters())
    assert (state.books.lines["city_fund"].allotted > 0) == opens


def test_a_first_call_on_the_science_money_enlarges_the_fund():
    state = tiny(offer("founding_grant", 1.0, "institute"), offer("reserved_money", 0.25))
    open_the_year(state, Parameters(**STEADY))
    assert state.books.lines["city_fund"].free == 125_000_000


def test_counties_add_a_share_of_the_citys_money():
    county = offer("founding_means", 0.1, "institute", payer="county")
    state = tiny(offer("founding_grant", 1.0, "institute"), county)
    open_the_year(state, Parameters(county_share=0.5, **STEADY))
    assert state.books.lines["county_fund"].free == 50_000_000


def test_venture_money_is_what_is_offered():
    state = tiny(offer("transfer_finance", 30.0, payer="fund"))
    open_the_year(state, Parameters())
    assert state.books.lines["venture_fund"].free == 30_000_000
    assert "city_fund" not in state.books.lines


def test_equity_is_raised_with_each_founding_and_has_no_budget():
    state = tiny(offer("platform_equity", 0.3, "institute", payer="fund"))
    open_the_year(state, Parameters())
    assert state.books.limited == set()
    assert set(state.books.lines) == {"equity"}


def test_what_nobody_claimed_lapses_at_the_years_end_but_for_venture_money():
    for quarter in range(START, START + 4):
        state = tiny(
            offer("founding_grant", 1.0, "institute"),
            offer("transfer_finance", 30.0, payer="fund"),
            money=100,
            quarter=quarter,
        )
        grant_money(state, 30, "venture_fund")
        grant = state.offers.published[0]
        state.reserve(grant, ids(1), 40.0, due=AUTUMN + 4, payee="firm")
        settle.settle(state, settle.Parameters())
        fund = state.books.lines["city_fund"]
        assert fund.lapsed == (60_000_000 if quarter == AUTUMN else 0)
        assert fund.committed == 40_000_000  # what was promised stays
        assert state.books.lines["venture_fund"].free == 30_000_000


def test_what_instruments_promise_does_not_enlarge_the_fund():
    means = offer("founding_means", 9.0, "institute")
    state = tiny(offer("founding_grant", 1.0, "institute"), means)
    open_the_year(state, Parameters(**STEADY))
    assert state.books.lines["city_fund"].free == 100_000_000


@pytest.mark.parametrize(("end", "offers"), [(START, 0), (START + 1, 1), (START + 9, 1)])
def test_an_instrument_offers_within_its_window_only(end, offers):
    short = dataclasses.replace(offer("founding_grant", 1.0, "institute"), end=end)
    state = tiny(short, quarter=START + 1)
    assert len(list(state.offers.on(FOUNDING_GRANT))) == offers


# Who is served


def test_claims_are_served_by_merit_then_by_lot():
    made = books(25)
    served = claim(made, [10, 10, 10, 10], merit=[1, 2, 1, 0], lot=[0.9, 0.5, 0.1, 0.0])
    assert served.tolist() == [False, True, True, False]
    assert made.lines["city"].free == 5


def test_nobody_overtakes_a_claim_that_cannot_be_met():
    # The best takes 10 of 25, the next asks for 20: the small claims behind it wait as well.
    made = books(25)
    assert claim(made, [10, 20, 1], merit=[3, 2, 1]).tolist() == [True, False, False]


def test_the_last_yuan_is_spent_and_no_more():
    assert claim(books(30), [10, 10, 10, 1]).tolist() == [True, True, True, False]
    assert claim(books(29), [10, 10, 10]).tolist() == [True, True, False]


def test_a_claim_on_nothing_is_served_and_leaves_no_payment():
    made = books(0)
    assert claim(made, [0, 0]).tolist() == [True, True]
    made.settle(START)
    assert made.payments == []


CLAIMS = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(0, 3), st.floats(0, 1)), min_size=1, max_size=30
)


@settings(deadline=None)
@given(CLAIMS, st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_larger_budget_serves_a_superset(claims, money, more):
    amounts, merit, lot = (list(column) for column in zip(*claims, strict=True))
    served = [
        set(np.flatnonzero(claim(books(total), amounts, merit=merit, lot=lot)).tolist())
        for total in (money, money + more)
    ]
    assert served[0] <= served[1]


@settings(deadline=None)
@given(CLAIMS, st.integers(0, 10_000))
def test_who_is_served_is_the_longest_beginning_of_the_queue_that_can_be_met(claims, money):
    made = books(money)
    amounts, merit, lot = (list(column) for column in zip(*claims, strict=True))
    served = claim(made, amounts, merit=merit, lot=lot)
    left, expected = money, []
    for number in sorted(range(len(claims)), key=lambda i: (-merit[i], lot[i])):
        if amounts[number] > left:
            break
        left -= amounts[number]
        expected.append(number)
    assert sorted(expected) == np.flatnonzero(served).tolist()
    assert made.lines["city"].free == left


@settings(deadline=None)
@given(CLAIMS, CLAIMS, st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_larger_budget_never_pays_less_for_two_rounds_of_claims(first, second, money, more):
    # Two instruments draw on one line, one after the other. Who comes second may lose what the
    # larger budget spends on the first, but in all it never pays less.
    paid = []
    for total in (money, money + more):
        made = books(total)
        for claims in (first, second):
            amounts, merit, lot = (list(column) for column in zip(*claims, strict=True))
            claim(made, amounts, merit=merit, lot=lot)
        paid.append(made.lines["city"].committed)
    assert paid[0] <= paid[1]


def test_a_government_that_pays_what_falls_due_serves_everybody():
    made = books(0)
    assert claim(made, [10**9, 10**9], account=NATION).all()
    made.settle(START)
    nation = made.lines["nation"]
    assert (nation.allotted, nation.paid, nation.free, nation.committed) == (
        2 * 10**9,
        2 * 10**9,
        0,
        0,
    )


# Books that close


def test_a_line_closes_in_every_quarter():
    made = books(100)
    claim(made, [30], due=START)
    claim(made, [40], due=START + 1)
    made.settle(START)
    line = made.lines["city"]
    # opening 0 + allotted 100 = paid 30 + lapsed 0 + free 30 + committed 40
    assert (line.opening, line.allotted, line.paid, line.lapsed) == (0, 100, 30, 0)
    assert (line.free, line.committed) == (30, 40)
    made.begin_quarter()
    made.allot("city", 5)
    made.lapse("city")
    made.settle(START + 1)
    # opening 70 + allotted 5 = paid 40 + lapsed 35 + 0 + 0
    assert (line.opening, line.allotted, line.paid, line.lapsed) == (70, 5, 40, 35)
    assert (line.free, line.committed) == (0, 0)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 500),  # allotted
            st.lists(st.integers(0, 200), max_size=5),  # claims
            st.integers(0, 3),  # due after
            st.booleans(),  # lapse
        ),
        max_size=12,
    )
)
def test_whatever_happens_money_is_neither_made_nor_lost(quarters):
    made = books(0)
    allotted = lapsed = promised = 0
    for number, (money, claims, delay, lapse) in enumerate(quarters):
        made.begin_quarter()
        made.allot("city", money)
        allotted += money
        served = claim(made, claims, due=number + delay)
        promised += int(np.sum(np.asarray(claims, np.int64)[served]))
        claim(made, claims, account=NATION, due=number)
        if lapse:
            made.lapse("city")
        made.settle(number)
        lapsed += made.lines["city"].lapsed
    line = made.lines["city"]
    paid = sum(p.amount for p in made.payments if p.account == CITY)
    assert allotted == paid + lapsed + line.free + line.committed
    assert promised == paid + line.committed
    assert line.committed == made.outstanding(("city",))


def test_a_claim_is_paid_in_the_quarter_in_which_it_falls_due():
    made = books(100)
    claim(made, [10, 20], due=np.array([START + 2, START + 1]), payees=["firm", "university"])
    for quarter, paid in ((START, []), (START + 1, [20]), (START + 2, [20, 10])):
        made.settle(quarter)
        assert [payment.amount for payment in made.payments] == paid
        made.begin_quarter()
    assert [payment.payee for payment in made.payments] == ["university", "firm"]


def test_by_instrument_equals_by_payee_equals_by_line():
    made = books(100)
    claim(made, [10, 20], payees=["firm", "university"])
    claim(made, [7], account=NATION)
    made.settle(START)
    assert sum(payment.amount for payment in made.payments) == 37
    for account, paid in ((CITY, 30), (NATION, 7)):
        assert made.lines[account.line].paid == paid
        assert sum(p.amount for p in made.payments if p.account == account) == paid


@pytest.mark.parametrize("field", ["opening", "allotted", "paid", "lapsed", "free", "committed"])
def test_a_line_that_does_not_close_is_an_error(field):
    made = books(100)
    claim(made, [30], due=START + 1)
    line = made.lines["city"]
    setattr(line, field, getattr(line, field) + 1)
    with pytest.raises(AccountingError, match=r"line 'city' does not close: a gap of -?1 yuan"):
        made.settle(START)


def test_a_negative_balance_is_an_error():
    made = books(100)
    made.lines["city"].free -= 150
    made.lines["city"].committed += 150
    with pytest.raises(AccountingError, match="line 'city' has a negative balance"):
        made.settle(START)


def test_what_is_promised_under_the_plan_is_outstanding_until_it_is_paid():
    made = books(100)
    claim(made, [10, 20], due=np.array([START, START + 1]))
    claim(made, [99], account=NATION, due=START + 1)  # background
    assert made.outstanding(("city", "county")) == 30
    made.settle(START)
    assert made.outstanding(("city", "county")) == 20
    assert made.outstanding(("nation",)) == 0


def test_money_is_whole_yuan():
    assert yuan(np.array([0.0000004, 0.0000006, 1.5, 2.0])).tolist() == [0, 1, 1_500_000, 2_000_000]
    assert yuan(0.004).item() == 4000


def test_a_quarter_passes_without_claims():
    state = tiny(offer("founding_grant", 1.0, "institute"), money=10)
    next_quarter(state, 3)
    assert state.books.lines["city_fund"].free == 10_000_000
    assert state.books.payments == []
