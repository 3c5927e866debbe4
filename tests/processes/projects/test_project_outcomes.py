"""What comes of projects: their length, technologies, users, investment and sales."""

import numpy as np
import pytest
from project_towns import QUIET, town
from world import START, add_platforms, one_project

from sim.indicators import projects as counted
from sim.inputs.codes import KIND_CODE
from sim.processes.projects import Parameters, undertake
from sim.processes.projects.beginning import lengths
from sim.processes.projects.codes import NATIONAL, OVER, PROVINCIAL, SECOND_HALF, STOPPED


def test_lengths_vary_around_the_usual_one():
    assert lengths(np.array([0.0, 0.5, 1.0]), Parameters(years=2.0)).tolist() == [6, 8, 10]


def live(state, p, quarters):
    for _ in range(quarters):
        undertake(state, p)
        state.quarter += 1
    return state.projects


def sure(**numbers):
    usual = {
        "proves": 0.95,
        "finds_user": 0.4,
        "finds_user_piloted": 0.8,
        "production": 7.0,
        "turnover": 2.0,
        "sales_spread": 0.6,
    }
    return Parameters(**QUIET, **(usual | numbers))


def test_sales_begin_half_way_rise_to_the_end_and_are_counted_for_a_while():
    state, p = town(joint_projects=0.0, universities=1), sure(counted=1.0)
    row = one_project(state, quarters=4)
    state.projects.phase[row] = SECOND_HALF
    state.projects.potential[row] = 12.0
    sales = []
    state.quarter = START + 2
    for _ in range(8):
        undertake(state, p)
        sales.append(state.projects.sales[row])
        state.quarter += 1
    assert sales == pytest.approx([6, 12, 12, 12, 12, 12, 0, 0])


def test_investment_and_sales_are_summed_for_major_joint_projects():
    state, p = town(joint_projects=0.0, universities=1), sure(profit_tax=0.1)
    row = one_project(state, quarters=4, value=2.0, stands_for=3.0)
    state.projects.phase[row] = SECOND_HALF
    state.projects.production[row], state.projects.potential[row] = 8.0, 16.0
    state.quarter = START + 3
    undertake(state, p)
    # A quarter of 2 M and half of 8 M, of three projects; sales at their height.
    assert counted.joint_project_investment(state) == pytest.approx(3 * (0.5 + 4.0))
    assert counted.joint_project_sales(state) == pytest.approx(3 * 4.0)
    assert counted.joint_project_profit_tax(state) == pytest.approx(1.2)
    assert counted.joint_project_sales_new(state) == counted.joint_project_sales(state)


def test_old_projects_count_in_the_sum_but_not_among_the_new():
    state, p = town(joint_projects=0.0, universities=1), sure()
    one_project(state, began=START - 2, quarters=8)
    undertake(state, p)
    assert counted.joint_project_investment(state) == pytest.approx(2 / 8)
    assert counted.joint_project_investment_new(state) == 0
    assert counted.joint_projects_new(state) == 0


def test_a_firm_that_closes_ends_its_project():
    state, p = town(joint_projects=0.0), sure()
    row = one_project(state, potential=5.0)
    state.firms.alive[0] = False
    undertake(state, p)
    assert state.projects.phase[row] == STOPPED
    assert state.projects.sales[row] == 0


def test_shares_of_projects_that_prove_sell_and_are_accepted():
    state = town(joint_projects=0.0)
    for firm in range(200):
        for _ in range(5):
            one_project(state, PROVINCIAL, firm=firm)
    p = Parameters(**QUIET, finds_user=0.3)
    table = live(state, p, 5)
    error = 4 * np.sqrt(0.25 / 1000)
    assert (table.phase == OVER).all()
    assert table.milestones.mean() == pytest.approx(0.75, abs=error)
    assert (table.potential > 0).mean() == pytest.approx(0.75 * 0.3, abs=error)
    # Who fails has failed half-way already: it sells nothing, then or later.
    assert (table.milestones[table.potential > 0] == 1).all()
    assert ((table.products > 0) == (table.potential > 0)).all()


def test_a_product_is_taken_up_by_its_firm_and_by_none_where_that_is_switched_off():
    for taken_up, share in ((1.0, 3.0 / 2.0), (0.0, 0.0)):
        state = town(joint_projects=0.0, weight=2.0)
        row = one_project(state, quarters=4, value=3.0, firm=5, works=1.0)
        state.projects.phase[row] = SECOND_HALF
        state.projects.potential[row] = 1.0
        state.quarter = START + 4
        undertake(state, sure(taken_up=taken_up))
        assert state.projects.products[row] == 1
        # One of the two firms of the row has used 3 M CNY.
        assert state.firms.absorbed[5] == share
        assert state.firms.absorbed.sum() == share


def test_pilot_platforms_bring_more_users():
    selling = []
    for room in (0.0, 75.0, 1000.0):
        state = town(joint_projects=4600.0, firms=200)
        platform = add_platforms(state, "pilot_platform", 1)
        state.totals.pilot_room = room
        before = len(state.projects)
        for firm in range(200):
            one_project(state, firm=firm, began=START - 2)
        state.norms.project_scale = 0.0
        undertake(state, Parameters(**QUIET))
        helped = state.flows.helped[KIND_CODE["pilot_platform"]]
        assert state.organisations.cases[platform] == helped
        if room < 150:
            assert helped == room
        else:
            assert helped == pytest.approx(150, abs=4 * np.sqrt(200 * 0.75 * 0.25))  # all that work
        selling.append((state.projects.potential[before:] > 0).sum())
    assert selling == sorted(selling)
    assert selling[0] < selling[-1]


def test_projects_ask_for_pilot_tests_in_the_quarter_in_which_they_are_half_way():
    state = town(joint_projects=0.0, universities=1)
    p = Parameters(**QUIET)
    one_project(state, quarters=4, stands_for=3.0, works=1.0)  # half-way two quarters on
    asked = []
    for _ in range(4):
        undertake(state, p)
        asked.append(state.totals.pilot_projects)
        state.quarter += 1
    assert asked == [0, 3, 0, 0]


def test_investment_in_production_fits_the_firm():
    state = town(joint_projects=0.0)
    state.firms.revenue[:] = 1.0
    for firm in range(200):
        one_project(state, firm=firm, began=START - 2)
    undertake(state, sure(most_production=0.3))
    assert state.projects.production.max() == pytest.approx(0.3)


def test_what_an_institute_does_alone_needs_a_firm_in_its_field():
    for field, found in ((0, True), (5, False)):
        state = town(joint_projects=0.0)
        state.organisations.field[:] = field
        for _ in range(100):
            one_project(state, NATIONAL, firm=-1, began=START - 2)
        undertake(state, sure())
        assert (state.projects.potential > 0).any() == found
        assert ((state.projects.firm >= 0) == (found and (state.projects.firm >= 0))).all()
