"""Signing: what is counted and how often, and registration, a choice of its own."""

import numpy as np
import pytest
from deals import EAGER, commissioning, matched
from world import (
    NORTH,
    SOUTH,
    add_bodies,
    add_platforms,
    add_results,
    spread,
    tiny,
)

from sim.processes.contract import Parameters, agree
from sim.state.columns import CLOSED


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
