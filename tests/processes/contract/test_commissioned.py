"""Development and services: how many are commissioned, who sells and who brokers."""

import numpy as np
import pytest
from deals import commissioning
from world import (
    NORTH,
    Given,
    add_firms,
    add_platforms,
    spread,
    tiny,
)

from sim.processes.contract import Parameters, agree, begin
from sim.processes.contract.deals import FIRM_SELLS, OUTSIDER_SELLS
from sim.state.columns import CLOSED


def test_contracts_are_scaled_to_the_published_ratio_of_registered_ones():
    # Ten firms with 100 M CNY each are 1 bn CNY of R&D: 200 registered contracts a year.
    state = tiny(contracts_per_bn_rd=200.0)
    add_firms(state, 10, rd=100.0)
    begin(state, Given(Parameters(register=0.5, elasticity=0.6)))
    each = state.norms.contract_scale * 100**0.6
    assert each * 10 * 4 * 0.5 == pytest.approx(200)


def test_the_published_ratio_holds_where_a_local_service_registers():
    # The same billion, in a district whose service wins over half of the unregistered.
    state = tiny(contracts_per_bn_rd=200.0)
    add_firms(state, 10, rd=100.0, district=NORTH)
    add_platforms(state, "transfer_service", 1, registration=True, district=NORTH)
    p = Parameters(register=0.5, register_locally=0.5, elasticity=0.6)
    begin(state, Given(p))
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
