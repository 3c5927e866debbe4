"""The city's calls: who applies, who comes first, and how far places and money go."""

import numpy as np
import pytest
from project_towns import CALL, QUIET, town
from world import START, add_platforms, grant_money, offer, promised

from sim.processes.projects import Parameters, undertake
from sim.processes.projects.calls import first_in_line, fit, merit, worth
from sim.processes.projects.codes import CITY
from sim.processes.projects.proposals import expertise


@pytest.mark.parametrize(("places", "apply"), [(0, 0.0), (10, 1.0), (40, 2.0), (4000, 5.0)])
def test_more_places_bring_more_applicants(places, apply):
    assert worth(places, 10, Parameters(response=0.5)) == pytest.approx(apply)
    assert worth(max(places, 1), 10, Parameters(response=0.0)) == 1.0


def test_merit_is_expertise_and_fit_after_who_comes_first():
    p = Parameters(fit_weight=0.4)
    able, fits = np.array([0.5, 0.5, 0.1]), np.array([1.0, 0.5, 0.1])
    got = merit(able, fits, np.array([False, False, True]), p)
    assert got.tolist() == pytest.approx([0.7, 0.5, 10.1])


def test_expertise_and_fit():
    assert expertise(np.array([0.0, 10.0, 30.0]), 10.0).tolist() == pytest.approx([0, 0.5, 0.75])
    assert fit(np.array([3, 3, 3]), np.array([3, 4, 30]), Parameters()).tolist() == [1.0, 0.5, 0.1]


def test_standing_places_are_filled_and_cost_the_plan_nothing():
    state = town(quarter=CALL, key_projects=20.0, universities=9)
    undertake(state, Parameters(**QUIET))
    assert state.flows.key_projects == 20
    assert promised(state) == {}


def test_no_call_in_other_quarters():
    state = town(quarter=START, key_projects=20.0)
    undertake(state, Parameters(**QUIET))
    assert state.flows.key_projects == 0


@pytest.mark.parametrize(("number", "filled"), [(10, 20), (20, 20), (30, 30), (40, 40)])
def test_a_plan_that_restates_the_programme_adds_only_an_increment(number, filled):
    state = town(
        offer("project_number", number), quarter=CALL, key_projects=20.0, universities=9, firms=400
    )
    grant_money(state, 1000)
    undertake(state, Parameters(**QUIET))
    assert state.flows.key_projects == filled
    assert bool(promised(state)) == (filled > 20)


def test_what_is_paid_is_the_public_share_of_what_was_taken_in():
    p = Parameters(**QUIET, public_share=0.3, payment_delay=1)
    state = town(offer("project_number", 30), quarter=CALL, firms=400, p=p, key_projects=20.0)
    grant_money(state, 1000)
    before = len(state.projects)
    undertake(state, p)
    new = np.arange(before + 20, before + 30)
    paid = promised(state)[CALL + 1, "project_number"]
    assert paid / 1e6 == pytest.approx(state.projects.public[new].sum(), abs=1e-5)
    assert (state.projects.public[new] <= 0.5 * state.projects.value[new]).all()
    # Standing calls are in the city's R&D already; what a plan grants on top is not.
    assert np.array_equal(state.projects.grant[new], state.projects.public[new])
    assert state.projects.grant[: before + 20].max() == 0


def test_money_ends_the_list_and_more_money_serves_more():
    taken = []
    for money in (0, 5, 20, 1000):
        state = town(offer("project_number", 60), quarter=CALL, key_projects=20.0, firms=400)
        grant_money(state, money)
        undertake(state, Parameters(**QUIET))
        taken.append(state.flows.key_projects)
    assert taken == sorted(taken)
    assert taken[0] == 20
    assert taken[-1] > taken[1] > 20 - 1


def test_nobody_is_found_where_there_are_no_able_firms():
    state = town(offer("project_number", 50), quarter=CALL, key_projects=10.0)
    grant_money(state, 1000)
    state.firms.rd[:] = 1.0
    undertake(state, Parameters(**QUIET))
    assert state.flows.key_projects == 0


def test_call_money_is_spent_up_to_the_offer():
    state = town(
        offer("project_money", 10.0, recipient="firm"), quarter=CALL, key_projects=20.0, firms=400
    )
    grant_money(state, 1000)
    undertake(state, Parameters(**QUIET))
    paid = sum(promised(state).values()) / 1e6
    assert 5 < paid <= 10
    assert state.flows.key_projects == 20
    assert state.flows.city_projects > 20


def test_institutes_are_commissioned_directly():
    state = town(offer("project_money", 50.0, "institute"), quarter=CALL, firms=0)
    add_platforms(state, "institute", 20, researchers=40.0)
    grant_money(state, 1000)
    undertake(state, Parameters(**QUIET, platforms_apply=1.0))
    new = state.projects.kind == CITY
    assert new.sum() >= 5
    assert (state.projects.firm[new] == -1).all()
    assert (state.projects.organisation[new] >= 4).all()


def test_firms_with_much_rd_come_first():
    state = town(
        offer("project_priority", 0.05), quarter=CALL, key_projects=20.0, firms=400, universities=9
    )
    state.firms.rd[::2] = 4.0  # four per cent of revenue; the others have ten
    state.firms.rd_stock[::2] = 500.0  # and more expertise
    before = len(state.projects)
    undertake(state, Parameters(**QUIET))
    assert (state.projects.firm[before:] % 2 == 1).all()
    assert first_in_line(state, np.arange(2)).tolist() == [False, True]


def test_the_bar_of_priority_is_strict():
    state = town(offer("project_priority", 0.1))
    assert not first_in_line(state, np.arange(3)).any()  # ten of a hundred: exactly at the bar
