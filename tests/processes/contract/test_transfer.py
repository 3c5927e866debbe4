"""Transfer of results: who signs, for what price, and what venture money carries."""

import numpy as np
import pytest
from deals import EAGER, matched
from world import (
    START,
    add_bodies,
    add_firms,
    add_platforms,
    add_results,
    grant_money,
    offer,
    promised,
    tiny,
)

from sim.processes.contract import Parameters, agree
from sim.processes.contract.transfer import _financed, signing_chance
from sim.state import ties
from sim.state.learnt import absorptive_capacity


def one_deal(*offers, number=1, **firm):
    """Return a city with a university, its results, and one firm that could buy."""
    state = tiny(*offers)
    university = add_bodies(state, "university", 1)[0]
    add_results(state, university, number)
    add_firms(state, 1, **({"rd": 1.0, "rd_stock": 10.0} | firm))
    return state, university


@pytest.mark.parametrize(("stock", "capacity"), [(0.0, 0.0), (10.0, 0.5), (30.0, 0.75)])
def test_absorptive_capacity_is_the_stock_over_itself_plus_the_typical(stock, capacity):
    assert absorptive_capacity(np.array([stock]), 10.0)[0] == pytest.approx(capacity)


@pytest.mark.parametrize(
    ("price", "appeal", "absorptive", "borne", "cost", "chance"),
    [
        # benefit 1 · 3 · 0.5 · (0.5 + 0.5) = 1.5; surplus (1.5 - 1.3 - 0.04) / 0.5 = 0.32;
        # 0.5 / (1 + e^-0.32) = 0.28966.
        (1.0, 0.5, 0.5, 1.3, 0.04, 0.28966),
        # Twice the price: benefit 3, surplus (3 - 2.6 - 0.04) / 1 = 0.36.
        (2.0, 0.5, 0.5, 2.6, 0.04, 0.29452),
        # No appeal: surplus (0 - 1.3 - 0.04) / 0.5 = -2.68.
        (1.0, 0.0, 0.5, 1.3, 0.04, 0.03208),
        # Worth exactly what it costs: half of those who would sign.
        (1.0, 0.5, 0.5, 1.5, 0.0, 0.25),
    ],
)
def test_the_chance_of_a_deal_by_hand(price, appeal, absorptive, borne, cost, chance):
    p = Parameters(close=0.5, gain=3.0, noise=0.5)
    numbers = (np.array([number]) for number in (price, appeal, absorptive, borne, cost))
    assert signing_chance(*numbers, p)[0] == pytest.approx(chance, abs=2e-5)


def test_a_deal_is_likelier_the_better_it_fits_and_the_less_it_costs():
    p, one = Parameters(), np.ones(5)
    rising = np.linspace(0, 1, 5)
    assert (np.diff(signing_chance(one, rising, 0.5 * one, one, 0.1 * one, p)) > 0).all()
    assert (np.diff(signing_chance(one, 0.5 * one, rising, one, 0.1 * one, p)) > 0).all()
    assert (np.diff(signing_chance(one, 0.5 * one, 0.5 * one, one + rising, one, p)) < 0).all()
    assert (np.diff(signing_chance(one, 0.5 * one, 0.5 * one, one, rising, p)) < 0).all()


def test_a_deal_closes_the_result_and_ties_buyer_and_seller():
    state, university = one_deal()
    matched(state, 0, 0)
    agree(state, EAGER)
    contracts = state.contracts
    assert contracts.transfer.tolist() == [True]
    assert (contracts.buyer[0], contracts.seller[0], contracts.value[0]) == (0, university, 1.0)
    assert not state.results.open[0]
    assert state.firms.partner[0] == university
    assert state.firms.absorbed[0] == 1.0
    assert state.firms.purchases[0] == 1
    assert state.organisations.cases[university] == 1.0
    assert state.organisations.income[university] == 1.0
    assert state.flows.transfers == 1


def test_one_result_is_sold_once_to_the_buyer_it_appeals_to_most():
    state, _ = one_deal()
    add_firms(state, 2, rd=1.0, rd_stock=10.0)
    matched(state, np.array([0, 0, 0]), np.array([0, 1, 2]), appeal=np.array([0.5, 0.9, 0.7]))
    agree(state, EAGER)
    assert state.contracts.buyer.tolist() == [1]


def test_a_firm_may_buy_two_results():
    state, _ = one_deal(number=2)
    matched(state, np.array([0, 1]), 0)
    agree(state, EAGER)
    assert state.contracts.buyer.tolist() == [0, 0]
    assert state.firms.absorbed[0] == 2.0


@pytest.mark.parametrize(
    ("tie", "broker", "signed"), [(False, False, 0), (True, False, 1), (False, True, 1)]
)
def test_a_tie_or_a_broker_saves_the_cost_of_the_transaction(tie, broker, signed):
    state, university = one_deal()
    office = add_platforms(state, "transfer_service", 1)[0]
    if tie:
        state.tie(np.arange(1), ties.of_organisation(np.array([university])))
    matched(state, 0, 0, service=office if broker else -1)
    # Without ease it costs two thousand prices to deal; with ease nothing.
    agree(state, Parameters(close=1.0, gain=1000.0, transaction_cost=2000.0, cost_saved=1.0))
    assert len(state.contracts) == signed
    assert state.organisations.cases[office] == (1.0 if broker else 0.0)


def test_of_a_row_of_firms_one_uses_and_remembers_a_result():
    state = tiny(weight=4.0)
    university = add_bodies(state, "university", 1)[0]
    add_results(state, university, 400)
    add_firms(state, 400, rd=1.0, rd_stock=10.0)
    matched(state, np.arange(400), np.arange(400))
    agree(state, EAGER)
    assert state.firms.absorbed.tolist() == [0.25] * 400
    remembers = (state.organisations_remembered(np.arange(400)) == university).any(axis=1)
    assert remembers.mean() == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / 400) ** 0.5)


def test_no_match_means_no_transfer():
    state, _ = one_deal()
    agree(state, EAGER)
    assert len(state.contracts) == 0
    assert state.results.open[0]


def test_venture_money_carries_its_share_of_the_risk():
    # 4 M CNY a year are 1 M a quarter; two results of 1 M CNY have met a buyer.
    state, _ = one_deal(offer("transfer_finance", 4.0, payer="fund"), number=2)
    grant_money(state, 4.0, "venture_fund")
    # A risk of 0.5 of two prices of 1 M CNY, half of it carried.
    assert _financed(state, Parameters(risk=0.5), np.array([1.0, 1.0])) == 1.0
    assert _financed(state, Parameters(risk=0.5), np.array([2.0, 2.0])) == 0.5
    matched(state, np.array([0, 1]), 0)
    agree(state, Parameters(close=1.0, gain=1000.0, risk=0.3, payment_delay=2))
    # Of each price of 1 M CNY, 0.3 is risk, and all of that is carried.
    assert promised(state) == {(START + 2, "transfer_finance"): 2 * 300_000}


def test_where_nothing_is_at_risk_there_is_nothing_to_carry():
    state, _ = one_deal(offer("transfer_finance", 4.0, payer="fund"))
    grant_money(state, 4.0, "venture_fund")
    matched(state, 0, 0)
    agree(state, Parameters(close=1.0, gain=1000.0, risk=0.0))
    assert len(state.contracts) == 1
    assert promised(state) == {}


def deals_with_finance(*offers, money):
    state, _ = one_deal(*offers, number=1500)
    if money:
        grant_money(state, money, "venture_fund")
    matched(state, np.arange(1500), 0)
    agree(state, Parameters(close=1.0, gain=1.5, risk=0.6))
    return set(np.flatnonzero(~state.results.open).tolist())


def test_venture_money_never_means_fewer_deals():
    without = deals_with_finance(money=0)
    half = deals_with_finance(offer("transfer_finance", 3000.0, payer="fund"), money=3000)
    whole = deals_with_finance(offer("transfer_finance", 6000.0, payer="fund"), money=6000)
    assert without < half < whole


def test_venture_money_that_is_not_there_brings_no_deal():
    without = deals_with_finance(money=0)
    unfunded = deals_with_finance(offer("transfer_finance", 6000.0, payer="fund"), money=0)
    assert len(unfunded) == len(without)
    assert unfunded == without
