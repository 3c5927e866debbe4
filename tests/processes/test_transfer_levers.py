"""Levers on the way from a result to a contract: bonus, listing, terms, incentives, diagnosis."""

import dataclasses

import numpy as np
import pytest
from world import (
    START,
    Given,
    add_bodies,
    add_brokers,
    add_firms,
    add_platforms,
    add_results,
    next_quarter,
    offer,
    promised,
    spread,
    tiny,
)

from sim.indicators import transfer
from sim.indicators.research import high_value_patents_per_10k, patents_per_10k
from sim.inputs.codes import KIND_CODE
from sim.processes import contract, meeting, research, services, settle
from sim.processes.contract.bonus import bonus_excess, brokering_chance
from sim.state.state import Matches

RARE = contract.Parameters(intermediated=0.02, bonus_response=0.4, brokering_cost=0.02)


# The bonus


@pytest.mark.parametrize(
    ("value", "excess"),
    [
        (0.5, 0.0),  # a bonus of 0.01 is below the cost
        (1.0, 0.0),  # at the cost
        (4.0, 0.75),  # a bonus of 0.08
        (1000.0, 1 - 0.02 / 0.5),  # 25 M CNY count at most
    ],
)
def test_a_bonus_counts_from_the_cost_of_a_case_on(value, excess):
    assert bonus_excess(np.array([value]), 0.02, RARE) == pytest.approx(excess)


def test_brokering_with_a_bonus():
    values = np.array([0.5, 4.0])
    assert brokering_chance(values, 0.0, RARE).tolist() == [0.02, 0.02]
    assert brokering_chance(values, 0.02, RARE) == pytest.approx([0.02, 0.02 + 0.98 * 0.4 * 0.75])
    unmoved = dataclasses.replace(RARE, bonus_response=0.0)
    assert brokering_chance(values, 0.02, unmoved).tolist() == [0.02, 0.02]


def market(*offers, money=0.0, mean=4.0, firms=500):
    """Return a tiny city where firms sign a contract a quarter each, and one service."""
    state = tiny(*offers, money=money * bool(offers), contract_scale=1.0, contract_mean=mean)
    add_firms(state, firms, rd=1.0, rd_stock=5.0)
    add_platforms(state, "transfer_service", 1)
    state.flows.broker_cases = 1e6
    return state


def test_a_bonus_is_paid_on_registered_brokered_contracts_and_is_income():
    state = market(offer("transfer_bonus", 0.02), money=1000)
    contract.agree(state, RARE)
    contracts = state.contracts
    rows = contracts.registered & (contracts.service >= 0)
    expected = 0.02 * np.minimum(contracts.value[rows], 25)
    assert sum(promised(state).values()) == pytest.approx(
        expected.sum() * 1e6, abs=float(rows.sum())
    )
    assert np.array_equal(contracts.bonus > 0, rows)
    assert contracts.bonus[rows] == pytest.approx(expected, abs=1e-6)
    assert state.flows.bonus == pytest.approx(expected.sum(), abs=1e-4)
    brokered = contracts.value[contracts.service == 0].sum()
    services.train_and_enter(state, services.Parameters(fee=0.02))
    assert state.organisations.income[0] == pytest.approx(0.02 * brokered)
    next_quarter(state, 4)  # the bonus is in the account when it is paid
    settle.settle(state, settle.Parameters())
    assert state.organisations.received[0] == pytest.approx(expected.sum(), abs=1e-4)


def test_a_bonus_that_no_money_backs_is_not_paid():
    state = market(offer("transfer_bonus", 0.02))
    contract.agree(state, RARE)
    assert not (state.contracts.bonus > 0).any()
    assert promised(state) == {}


def test_a_larger_bonus_brings_a_superset_to_brokers_and_into_the_register():
    before = set(), set()
    for share in (0.0, 0.002, 0.02, 0.1):
        state = market(offer("transfer_bonus", share), money=1e4)
        contract.agree(state, RARE)
        contracts = state.contracts
        now = (
            set(contracts.id[contracts.service >= 0].tolist()),
            set(contracts.id[contracts.registered].tolist()),
        )
        assert before[0] <= now[0]
        assert before[1] <= now[1]
        before = now
    assert len(before[0]) > 0.2 * len(state.contracts)


def test_a_bonus_below_every_cost_changes_nothing():
    def signed(*offers):
        state = market(*offers, money=100, mean=0.01)
        contract.agree(state, RARE)
        kept = ("id", "service", "registered", "value")
        return [getattr(state.contracts, name).tolist() for name in kept]

    assert signed() == signed(offer("transfer_bonus", 0.02))


def test_intermediaries_expect_the_bonus():
    p = services.Parameters(fee=0.02)
    for dose, expected in ((0.0, 2.0), (0.03, 2.0 + 0.9)):
        state = tiny(offer("transfer_bonus", dose))
        state.flows.brokered_value = 100.0
        state.flows.bonus_base = 30.0
        assert services.brokerage(state, p) == pytest.approx(expected)


# Listing and matches


def shelf(*offers, number=2000, institute=False, seed=1):
    """Return a tiny city with results of a university, or an institute, and firms with R&D."""
    state = tiny(*offers, seed=seed)
    if institute:
        add_platforms(state, "institute", 1)
    else:
        add_bodies(state, "university", 1, researchers=10.0)
    add_results(state, 0, number, field=25, capabilities=np.array([500, 501, 502]))
    know = np.full((50, 12), -1)
    know[:, 0] = 500
    add_firms(state, 50, rd=1.0, field=25, capabilities=know)
    return state


def test_listed_results_meet_more_firms():
    p = meeting.Parameters(chance=0.5, listed=0.2)
    met = []
    for share in (0.0, 0.5, 1.0):
        state = shelf(offer("listing", share))
        meeting.meet(state, p)
        met.append(state.flows.meetings / 2000)
    # A half of the results, then all, meet 0.2 firms more.
    for share, meetings in zip((0.0, 0.5, 1.0), met, strict=True):
        mean = 0.5 + 0.2 * share
        assert meetings == pytest.approx(mean, abs=4 * np.sqrt(mean / 2000))
    assert met[0] < met[1] < met[2]


def matches(state, p):
    meeting.meet(state, p)
    found = state.matches
    return set(
        zip(found.result.tolist(), found.buyer.tolist(), found.service.tolist(), strict=True)
    )


def test_listing_only_adds_meetings_and_a_list_nobody_reads_adds_none():
    p = meeting.Parameters(listed=0.3)
    plain = matches(shelf(), p)
    assert plain < matches(shelf(offer("listing", 0.5)), p)
    unread = meeting.Parameters(listed=0.0)
    assert matches(shelf(), unread) == matches(shelf(offer("listing", 1.0)), unread)


def test_listed_meetings_need_no_broker():
    state = shelf(offer("listing", 1.0), number=500)
    add_platforms(state, "transfer_service", 1)
    add_brokers(state, 50)
    meeting.meet(state, meeting.Parameters(broker_time=0.2, broker_results=0.3))
    without = shelf(number=500)
    add_platforms(without, "transfer_service", 1)
    add_brokers(without, 50)
    meeting.meet(without, meeting.Parameters(broker_time=0.2, broker_results=0.3))
    assert (state.matches.service >= 0).sum() == (without.matches.service >= 0).sum()


@pytest.mark.parametrize("institute", [False, True])
def test_matches_over_results_of_institutes_are_counted_since_the_start(institute):
    state = shelf(institute=institute)
    state.quarter = START - 1
    meeting.meet(state, meeting.Parameters())
    assert transfer.all_matches(state) == transfer.technology_matches(state) == 0
    next_quarter(state)
    counted = 0.0
    for _ in range(2):
        meeting.meet(state, meeting.Parameters())
        counted += state.matches.result.size
        next_quarter(state)
    assert transfer.all_matches(state) == counted > 0
    assert transfer.technology_matches(state) == counted * institute


def test_what_came_of_the_matches():
    state = shelf(institute=True)
    state.matches = Matches(np.arange(100), np.zeros(100, int), np.full(100, -1), np.ones(100))
    contract.agree(state, contract.Parameters())
    assert transfer.matches_signed(state) == state.flows.transfers > 0


# Terms and incentives


def deals(*offers, **changes):
    state = shelf(*offers)
    rows = np.arange(2000)
    state.matches = Matches(rows, rows % 50, np.full(2000, -1), np.full(2000, 0.4))
    contract.agree(state, contract.Parameters(**changes))
    return set(state.results.id[state.results.sold > 0].tolist())


@pytest.mark.parametrize("lever", ["risk_relief", "seller_incentive"])
def test_terms_and_incentives_only_add_deals(lever):
    before = deals()
    for dose in (0.0, 0.3, 1.0):
        now = deals(offer(lever, dose))
        assert before <= now
        assert dose > 0 or now == before
        before = now
    assert len(before) > len(deals())


def test_terms_move_nothing_where_nobody_fears_risk_or_cooperation_is_worth_nothing():
    assert deals(risk=0.0) == deals(offer("risk_relief", 1.0), risk=0.0)
    assert deals(cooperation=0.0) == deals(offer("seller_incentive", 1.0), cooperation=0.0)


def test_sellers_with_an_incentive_offer_more_of_what_they_find():
    found = []
    for dose in (0.0, 0.3):
        state = tiny(offer("seller_incentive", dose))
        add_bodies(state, "university", 200, researchers=1000.0)
        research.find_results(state, research.Parameters(result_rate=0.4, sellable=0.1))
        found.append(set(state.results.id.tolist()))
    assert found[0] < found[1]
    # 200 000 researchers · 0.4 · 0.1 / 4.
    assert len(found[0]) == pytest.approx(2000, abs=4 * np.sqrt(2000))
    assert len(found[1]) == pytest.approx(2600, abs=4 * np.sqrt(2600))


# Diagnosis


def coached(*offers, money=1000.0, **changes):
    """Return a tiny city of technology SMEs without R&D after a quarter."""
    state = tiny(*offers, money=money * bool(offers), start=(0.2, 0.0))
    add_firms(state, 4000, above_scale=False, technology_sme=True, propensity=0.1, employees=1.0)
    research.invest_and_find(state, research.Parameters(patent_lapse=0.03, **changes))
    return state


def test_coached_firms_start_likelier_and_are_paid_for():
    plain = coached().firms.rd > 0
    state = coached(offer("diagnosis", 0.8), coaching=1.0, diagnosis_cost=0.02)
    number = state.flows.diagnosed
    assert number / 4000 == pytest.approx(0.2, abs=spread(0.2, 4000))
    assert sum(promised(state).values()) == number * 20_000
    now = state.firms.rd > 0
    assert (now >= plain).all()
    # Of 0.8 of the coached that did not start, 0.2 · 1.0 do.
    added = (now & ~plain).sum()
    assert added == state.flows.coached_into_rd
    assert added / (0.8 * number) == pytest.approx(0.2, abs=spread(0.2, int(0.8 * number)))
    assert np.allclose(state.firms.rd[now], 10.0)


def test_coaching_that_is_a_visit_only_moves_nobody():
    plain = coached().firms.rd
    assert np.array_equal(plain, coached(offer("diagnosis", 0.8), coaching=0.0).firms.rd)
    unpaid = coached(offer("diagnosis", 0.8), money=0.0, coaching=1.0)
    assert np.array_equal(plain, unpaid.firms.rd)
    assert unpaid.flows.diagnosed == 0


def test_only_technology_firms_are_coached():
    state = tiny(offer("diagnosis", 1.0), money=100)
    add_firms(state, 10)
    add_firms(state, 1, technology_sme=True, alive=False)
    assert research.technology_firms(state).sum() == 0
    add_firms(state, 1, high_tech_industry=True)
    add_firms(state, 1, high_tech_industry=True, above_scale=False)
    add_firms(state, 1, high_tech_until=START + 1)
    assert np.flatnonzero(research.technology_firms(state)).tolist() == [11, 13]


# Patents of high value


def holders(**changes):
    state = tiny(high_value_share=0.4, population=1e5, grants_scale=0.5)
    rd = np.tile([1.0, 8.0], 1000)
    add_firms(state, 2000, rd=rd, revenue=100.0, propensity=rd / 100, patents=5)
    p = research.Parameters(**({"patent_lapse": 0.05} | changes))
    research.begin(state, Given(p))
    return state, p


def test_a_city_begins_with_its_share_of_high_value():
    state, _ = holders(high_value_slope=0.3)
    firms = state.firms
    assert firms.high_value.sum() / 10_000 == pytest.approx(0.4, abs=0.01)
    assert (firms.high_value <= firms.patents).all()
    # Eight times the intensity makes 8 ** 0.3 = 1.87 times the share.
    few, many = firms.high_value[::2].mean(), firms.high_value[1::2].mean()
    assert many / few == pytest.approx(8**0.3, rel=0.05)
    held = high_value_patents_per_10k(state)
    assert held == firms.high_value.sum() / 10
    assert patents_per_10k(state) == 1000


def test_the_share_of_high_value_stays_where_nothing_sets_it_apart():
    state, p = holders(high_value_slope=0.0, high_value_grants=1.0, high_value_lapse=1.0)
    for _ in range(12):
        research.invest_and_find(state, p)
        next_quarter(state)
    firms = state.firms
    assert firms.patents.sum() > 12_000
    assert firms.high_value.sum() / firms.patents.sum() == pytest.approx(0.4, abs=0.03)
    assert (firms.high_value <= firms.patents).all()


def test_patents_of_high_value_that_last_longer_are_a_growing_share():
    shares = []
    for lapse in (1.0, 0.1):
        state, p = holders(high_value_lapse=lapse, patent_lapse=0.1)
        for _ in range(12):
            research.invest_and_find(state, p)
            next_quarter(state)
        shares.append(high_value_patents_per_10k(state))
    assert shares[1] > shares[0]


def test_kinds_that_maturation_asks_for_exist():
    assert {"proof_of_concept_centre", "pilot_platform", "institute"} <= set(KIND_CODE)
