"""Contracts: who signs, for what price, through whom, registered where, with which voucher."""

import numpy as np
import pytest
from world import (
    NORTH,
    SOUTH,
    START,
    Given,
    add_bodies,
    add_firms,
    add_platforms,
    add_results,
    grant_money,
    next_quarter,
    offer,
    promised,
    spread,
    tiny,
)

from sim.processes import contract
from sim.processes.contract import (
    FIRM_SELLS,
    OUTSIDER_SELLS,
    Parameters,
    absorptive_capacity,
    agree,
    signing_chance,
)
from sim.state.columns import CLOSED
from sim.state.state import Matches

# Signed whenever it is worth its price at all.
EAGER = Parameters(close=1.0, gain=1000.0)


def commissioning(number=2000, mean=1.0, **state):
    """Return a city whose firms commission on average so many contracts each."""
    made = tiny(contract_scale=mean, **state)
    add_firms(made, number, rd=1.0, rd_stock=10.0)
    return made


def matched(state, result, buyer, *, appeal=1.0, service=-1):
    """Let results and buyers have met."""
    rows = np.atleast_1d(result)
    state.matches = Matches(
        rows,
        np.broadcast_to(buyer, rows.shape),
        np.broadcast_to(service, rows.shape),
        np.broadcast_to(np.asarray(appeal, float), rows.shape),
    )


def one_deal(*offers, number=1, **firm):
    """Return a city with a university, its results, and one firm that could buy."""
    state = tiny(*offers)
    university = add_bodies(state, "university", 1)[0]
    add_results(state, university, number)
    add_firms(state, 1, **({"rd": 1.0, "rd_stock": 10.0} | firm))
    return state, university


# The chance of a deal


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


# Stream (a): results of universities and institutes


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
        state.firms.partner[:] = university
    matched(state, 0, 0, service=office if broker else -1)
    # Without ease it costs two thousand prices to deal; with ease nothing.
    agree(state, Parameters(close=1.0, gain=1000.0, transaction_cost=2000.0, cost_saved=1.0))
    assert len(state.contracts) == signed
    assert state.organisations.cases[office] == (1.0 if broker else 0.0)


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
    assert contract._financed(state, Parameters(risk=0.5), np.array([1.0, 1.0])) == 1.0
    assert contract._financed(state, Parameters(risk=0.5), np.array([2.0, 2.0])) == 0.5
    matched(state, np.array([0, 1]), 0)
    agree(state, Parameters(close=1.0, gain=1000.0, risk=0.3, payment_delay=2))
    # Of each price of 1 M CNY, 0.3 is risk, and all of that is carried.
    assert promised(state.books) == {(START + 2, "transfer_finance"): 2 * 300_000}


def test_where_nothing_is_at_risk_there_is_nothing_to_carry():
    state, _ = one_deal(offer("transfer_finance", 4.0, payer="fund"))
    grant_money(state, 4.0, "venture_fund")
    matched(state, 0, 0)
    agree(state, Parameters(close=1.0, gain=1000.0, risk=0.0))
    assert len(state.contracts) == 1
    assert promised(state.books) == {}


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


# Stream (b): development and services


def test_contracts_are_scaled_to_the_published_ratio_of_registered_ones():
    # Ten firms with 100 M CNY each are 1 bn CNY of R&D: 200 registered contracts a year.
    state = tiny(contracts_per_bn_rd=200.0)
    add_firms(state, 10, rd=100.0)
    contract.begin(state, Given(Parameters(register=0.5, elasticity=0.6)))
    each = state.norms.contract_scale * 100**0.6
    assert each * 10 * 4 * 0.5 == pytest.approx(200)


def test_the_published_ratio_holds_where_a_local_service_registers():
    # The same billion, in a district whose service wins over half of the unregistered.
    state = tiny(contracts_per_bn_rd=200.0)
    add_firms(state, 10, rd=100.0, district=NORTH)
    add_platforms(state, "transfer_service", 1, registration=True, district=NORTH)
    p = Parameters(register=0.5, register_locally=0.5, elasticity=0.6)
    contract.begin(state, Given(p))
    each = state.norms.contract_scale * 100**0.6
    assert each * 10 * 4 * (0.5 + 0.5 * 0.5) == pytest.approx(200)


def test_only_living_performers_commission():
    state = tiny(contract_scale=5.0)
    add_firms(state, 1, rd=1.0)
    add_firms(state, 1, rd=0.0)
    add_firms(state, 1, rd=1.0, alive=False)
    agree(state, Parameters())
    assert set(state.contracts.buyer.tolist()) == {0}


def test_the_number_of_contracts_is_poisson_with_its_mean():
    state = commissioning(number=2000, mean=1.5)
    agree(state, Parameters())
    # The sum of 2000 Poisson counts of mean 1.5: 3000, standard deviation sqrt(3000).
    assert len(state.contracts) == pytest.approx(3000, abs=4 * np.sqrt(3000))
    assert state.flows.contracts_real == len(state.contracts)
    assert state.flows.turnover_real == pytest.approx(state.contracts.value.sum())


def test_a_firm_with_a_hundred_times_the_research_commissions_sixteen_times_as_much():
    state = tiny(contract_scale=1.0)
    add_firms(state, 500, rd=1.0)
    add_firms(state, 500, rd=100.0)
    agree(state, Parameters(elasticity=0.6))
    large = (state.contracts.buyer >= 500).sum()
    assert large == pytest.approx(500 * 100**0.6, abs=4 * np.sqrt(500 * 100**0.6))


def test_values_are_lognormal_around_the_citys_mean():
    state = commissioning(number=4000, mean=1.0, contract_mean=2.0)
    agree(state, Parameters(size_spread=1.5))
    logs = np.log(state.contracts.value)
    assert logs.mean() == pytest.approx(np.log(2) - 1.5**2 / 2, abs=4 * 1.5 / np.sqrt(logs.size))
    assert logs.std() == pytest.approx(1.5, rel=0.05)


def test_who_sells():
    state = commissioning(number=4000)
    institute = add_platforms(state, "institute", 1)[0]
    add_platforms(state, "institute", 1, status=CLOSED)
    add_platforms(state, "transfer_service", 1)
    agree(state, Parameters(outside=0.5, organisations_sell=0.2))
    seller = state.contracts.seller
    n = seller.size
    assert set(seller.tolist()) == {FIRM_SELLS, OUTSIDER_SELLS, institute}
    assert (seller == OUTSIDER_SELLS).mean() == pytest.approx(0.5, abs=spread(0.5, n))
    assert (seller == institute).mean() == pytest.approx(0.1, abs=spread(0.1, n))


def test_where_no_organisation_sells_a_firm_does():
    state = commissioning(number=100)
    agree(state, Parameters(outside=0.0, organisations_sell=1.0))
    assert set(state.contracts.seller.tolist()) == {FIRM_SELLS}


def test_served_contracts_fade_by_a_quarter_each_quarter():
    state = tiny()
    office = add_platforms(state, "transfer_service", 1, cases=4.0, income=9.0)
    agree(state, Parameters())
    assert state.organisations.cases[office] == 3.0
    assert state.organisations.income[office] == 0.0


def test_a_row_counts_for_the_firms_it_stands_for_and_a_result_for_itself():
    state = commissioning(number=50, weight=10.0)
    university = add_bodies(state, "university", 1)[0]
    add_results(state, university, 1)
    matched(state, 0, 0)
    agree(state, EAGER)
    commissioned = len(state.contracts) - 1
    assert state.flows.contracts_real == 10 * commissioned + 1


# Brokers have so much time


@pytest.mark.parametrize(
    ("cases", "weight", "served"), [(0.0, 1.0, {0}), (12.4, 1.0, {12, 13}), (12.4, 4.0, {3, 4})]
)
def test_brokers_serve_no_more_than_they_have_time_for(cases, weight, served):
    state = commissioning(number=400, weight=weight)
    add_platforms(state, "transfer_service", 2)
    state.flows.broker_cases = cases
    agree(state, Parameters(intermediated=1.0))
    number = int((state.contracts.service >= 0).sum())
    assert number in served
    assert state.flows.brokered == number * weight


def test_no_more_contracts_use_a_broker_than_want_one():
    state = commissioning(number=4000)
    add_platforms(state, "transfer_service", 2)
    state.flows.broker_cases = 1e6
    agree(state, Parameters(intermediated=0.1))
    brokered = state.contracts.service >= 0
    assert brokered.mean() == pytest.approx(0.1, abs=spread(0.1, brokered.size))


def test_without_a_transfer_service_nothing_is_brokered():
    state = commissioning(number=100)
    state.flows.broker_cases = 50.0
    agree(state, Parameters(intermediated=1.0))
    assert (state.contracts.service == -1).all()


def test_scarce_brokers_serve_all_services_and_not_the_first_on_the_ring():
    # 40 services and time for 200 of some 2000 contracts. If each office were picked with its
    # share of the ring, about 40 · (1 - E[exp(-200 · gap)]) = 33 of them would have a case.
    state = commissioning(number=2000)
    add_platforms(state, "transfer_service", 40)
    state.flows.broker_cases = 200.0
    agree(state, Parameters(intermediated=1.0))
    service = state.contracts.service
    assert np.unique(service[service >= 0]).size > 20


# Registration is a choice of its own


def registered(local, seed=1, **numbers):
    state = commissioning(number=4000, seed=seed)
    state.firms.district[:2000] = NORTH
    state.firms.district[2000:] = SOUTH
    if local:
        add_platforms(state, "transfer_service", 1, registration=True, district=NORTH)
        add_platforms(
            state, "transfer_service", 1, registration=True, district=SOUTH, status=CLOSED
        )
        add_platforms(state, "transfer_service", 1, district=SOUTH)
    agree(state, Parameters(**numbers))
    north = state.firms.district[state.contracts.buyer] == NORTH
    return state, north, state.contracts.registered.copy()


def test_a_registration_service_wins_over_a_share_of_its_district():
    state, north, who = registered(True, register=0.6, register_locally=0.5)
    # 0.6 + 0.5 · (1 - 0.6) = 0.8 in the north; a closed service or a mere broker wins nobody.
    assert who[north].mean() == pytest.approx(0.8, abs=spread(0.8, north.sum()))
    assert who[~north].mean() == pytest.approx(0.6, abs=spread(0.6, (~north).sum()))
    assert state.flows.contracts == who.sum()
    assert state.flows.turnover == pytest.approx(state.contracts.value[who].sum())


def test_a_registration_service_changes_what_is_registered_and_nothing_else():
    without, north, before = registered(False)
    with_service, _, after = registered(True)
    assert np.array_equal(without.contracts.value, with_service.contracts.value)
    assert not (before & ~after).any()
    assert np.array_equal(before[~north], after[~north])
    assert without.flows.contracts_real == with_service.flows.contracts_real


# Vouchers: a bill of 0.08 M CNY, of which the voucher pays a share


def small_firms(*offers, number=4000, money=1e6, weight=1.0, **numbers):
    """Return a city of small firms that all ask for a voucher at a share of 0.4."""
    state = tiny(*offers, money=money, weight=weight)
    add_firms(state, number, technology_sme=True, above_scale=False, employees=20.0)
    p = Parameters(**({"voucher_reach": 4.0, "voucher_bill": 0.08} | numbers))
    agree(state, p)
    return state


def test_of_vouchers_most_are_additional_some_are_paid_anyway_and_some_lapse():
    state = small_firms(offer("voucher_share", 0.4), voucher_additional=0.8, voucher_unused=0.1)
    additional = len(state.contracts) / 4000
    paid = promised(state.books)[(START + 2, "voucher_share")] / 32_000 / 4000
    assert additional == pytest.approx(0.8, abs=spread(0.8, 4000))
    assert paid == pytest.approx(0.9, abs=spread(0.9, 4000))
    assert paid - additional == pytest.approx(0.1, abs=spread(0.1, 4000))  # would have anyway
    assert state.contracts.additional.all()
    assert state.flows.voucher_contracts == len(state.contracts)


def test_a_voucher_pays_its_share_of_the_bill_when_the_delay_is_over():
    state = small_firms(
        offer("voucher_share", 0.5), number=3, voucher_unused=0.0, payment_delay=3.0
    )
    assert promised(state.books) == {(START + 3, "voucher_share"): 3 * 40_000}
    assert (state.contracts.value == 0.08).all()
    for quarter in range(4):
        assert state.books.payments == []
        next_quarter(state)
        if quarter == 3:
            assert sum(payment.amount for payment in state.books.payments) == 120_000


def test_a_voucher_pays_no_more_than_the_bill():
    state = small_firms(offer("voucher_share", 3.0), number=2, voucher_unused=0.0)
    assert promised(state.books) == {(START + 2, "voucher_share"): 2 * 80_000}


def test_a_row_takes_a_voucher_for_each_firm_it_stands_for():
    state = small_firms(offer("voucher_share", 0.5), number=3, weight=10.0, voucher_unused=0.0)
    assert promised(state.books) == {(START + 2, "voucher_share"): 3 * 10 * 40_000}
    assert state.firms.voucher == pytest.approx([0.04] * 3)  # a firm's own


def test_vouchers_reach_a_share_of_small_technology_firms():
    state = small_firms(
        offer("voucher_share", 0.2), voucher_reach=0.8, voucher_additional=1.0, voucher_unused=0.0
    )
    # 0.8 a year at a share of 0.4: a quarter of it, at half the share, is 0.1.
    assert len(state.contracts) / 4000 == pytest.approx(0.1, abs=spread(0.1, 4000))


@pytest.mark.parametrize(
    ("firm", "takes"),
    [
        ({"employees": 299.0, "rd": 1.0}, True),
        ({"employees": 300.0, "rd": 1.0}, False),
        ({"employees": 20.0, "technology_sme": True}, True),
        ({"employees": 20.0}, False),  # neither a technology firm nor with R&D
        ({"employees": 20.0, "rd": 1.0, "alive": False}, False),
    ],
)
def test_who_may_take_a_voucher(firm, takes):
    state = tiny(offer("voucher_share", 0.4), money=1e6)
    add_firms(state, 1, **firm)
    agree(state, Parameters(voucher_reach=4.0, voucher_additional=1.0, voucher_unused=0.0))
    assert len(state.contracts) == takes


def test_equipment_is_used_half_as_often_as_other_vouchers():
    state = small_firms(
        offer("equipment_share", 0.4),
        voucher_reach=2.0,
        equipment_uses=0.5,
        voucher_additional=1.0,
        voucher_unused=0.0,
    )
    assert len(state.contracts) / 4000 == pytest.approx(0.25, abs=spread(0.25, 4000))


def test_a_higher_voucher_never_means_fewer_services():
    before = set()
    for share in (0.0, 0.1, 0.4, 1.0):
        buyers = set(
            small_firms(offer("voucher_share", share), voucher_reach=1.0).contracts.buyer.tolist()
        )
        assert before <= buyers
        before = buyers
    assert before


def test_without_money_no_voucher_brings_a_service_and_more_money_more():
    before = set()
    for money in (0.0, 1.0, 20.0, 1000.0):
        state = small_firms(offer("voucher_share", 0.4), money=money)
        buyers = set(state.contracts.buyer.tolist())
        assert before <= buyers
        assert sum(promised(state.books).values()) <= money * 1e6
        if money == 0.0:
            assert not buyers
        before = buyers


PROVINCE = offer("voucher_share", 0.2, payer="province", name="province")


def test_two_governments_pay_parts_of_one_bill_for_one_service():
    city = offer("voucher_share", 0.3, payer="city", name="city")
    state = small_firms(PROVINCE, city, number=50, voucher_unused=0.0, voucher_additional=1.0)
    assert sorted(state.contracts.buyer.tolist()) == list(range(50))
    assert np.unique(state.contracts.id).size == 50
    # Of a bill of 80 000 yuan two and three tenths.
    assert promised(state.books) == {
        (START + 2, "province"): 50 * 16_000,
        (START + 2, "city"): 50 * 24_000,
    }


def test_two_governments_together_pay_no_more_than_the_bill():
    whole = [offer("voucher_share", 1.0, payer=payer, name=payer) for payer in ("province", "city")]
    state = small_firms(*whole, number=50, voucher_unused=0.0)
    assert promised(state.books) == {
        (START + 2, "province"): 50 * 40_000,
        (START + 2, "city"): 50 * 40_000,
    }


def test_a_voucher_of_the_city_without_money_brings_no_service_beside_the_provinces():
    city = offer("voucher_share", 0.6, payer="city", name="city")
    alone = small_firms(PROVINCE, money=0, voucher_reach=1.0).contracts.buyer.tolist()
    unfunded = small_firms(PROVINCE, city, money=0, voucher_reach=1.0).contracts.buyer.tolist()
    assert len(unfunded) == len(alone)
    assert unfunded == alone


def test_an_organisation_is_rewarded_for_a_share_of_what_it_sold_for_vouchers():
    state = tiny(offer("voucher_share", 0.4), offer("sharing_reward", 0.25), money=1e6)
    add_platforms(state, "public_service_platform", 1)
    add_firms(state, 5, technology_sme=True, above_scale=False, employees=20.0)
    p = Parameters(voucher_reach=4.0, voucher_bill=0.08, voucher_additional=1.0, voucher_unused=0.0)
    agree(state, p)
    # Five services of 0.08 M CNY, a quarter of each.
    assert promised(state.books)[(START + 2, "sharing_reward")] == 5 * 20_000


def test_what_firms_sell_for_vouchers_is_not_rewarded():
    state = tiny(offer("voucher_share", 0.4), offer("sharing_reward", 0.25), money=1e6)
    add_firms(state, 5, technology_sme=True, above_scale=False, employees=20.0)
    agree(state, Parameters(voucher_reach=4.0))
    assert (START + 2, "sharing_reward") not in promised(state.books)
