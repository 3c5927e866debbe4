"""Joint projects: who agrees with whom, on what, and what vice-presidents bring about."""

import numpy as np
import pytest
from project_towns import QUIET, town, vice_president
from world import START, one_project

from sim.core import identity
from sim.indicators import projects as counted
from sim.processes.projects import Parameters, undertake
from sim.processes.projects.beginning import joint_values
from sim.processes.projects.codes import OVER, PROVINCIAL
from sim.processes.projects.partner import free_researchers
from sim.state.columns import CLOSED
from sim.state.flows import Flows
from sim.state.state import Matches


def test_values_lie_in_their_class():
    p = Parameters()
    normal = np.linspace(-4, 4, 99)
    assert (joint_values(normal, np.ones(99, bool), p) >= 1.0).all()
    assert (joint_values(normal, np.zeros(99, bool), p) < 1.0).all()
    p = Parameters(value_spread=0.5, major_above=0.3)
    assert joint_values(np.zeros(1), np.array([True]), p)[0] == pytest.approx(
        1 + 0.3 * np.exp(-0.125)
    )


@pytest.mark.parametrize("weight", [1.0, 5.0])
def test_a_city_starts_with_its_own_number_of_joint_projects(weight):
    p = Parameters(**QUIET, tie=1.0)
    state = town(firms=4000, joint_projects=2000.0, weight=weight, p=p)
    for _ in range(4):
        undertake(state, p)
        state.quarter += 1
    # 2 000 a year; a row stands for five where the city is thinned.
    assert state.flows.joint_projects == pytest.approx(2000, abs=4 * np.sqrt(2000 * weight))


def test_no_figure_no_project():
    state = town(joint_projects=0.0)
    undertake(state, Parameters(**QUIET))
    assert state.flows.joint_projects == 0
    assert len(state.projects) == 0


def test_a_tenth_are_major_and_followed():
    state = town(firms=5000, joint_projects=40000.0)
    before = len(state.projects)
    undertake(state, Parameters(**QUIET))
    share = (len(state.projects) - before) / state.flows.joint_projects
    assert share == pytest.approx(0.087, abs=4 * np.sqrt(0.087 * 0.913 / 10000))
    assert state.projects.major.all()


def test_firms_without_rd_or_life_have_none():
    state = town(firms=400, joint_projects=4000.0)
    state.firms.rd[::2] = 0.0
    state.firms.alive[1::4] = False
    undertake(state, Parameters(**QUIET))
    assert set(np.flatnonzero(state.firms.ally >= 0) % 4) == {3}


def test_without_researchers_there_is_no_partner():
    state = town(joint_projects=1000.0)
    state.organisations.status[:] = CLOSED
    undertake(state, Parameters(**QUIET))
    assert state.flows.joint_projects == 0


def test_large_projects_bind_researchers():
    state = town(universities=2)
    one_project(state, organisation=1)
    one_project(state, organisation=1, phase=OVER)
    assert free_researchers(state, Parameters(staff=3)).tolist() == [500.0, 497.0]


def test_those_who_met_may_agree():
    p = Parameters(**QUIET, after_match=1.0)
    state = town(joint_projects=0.0, p=p)
    state.results.add(identity.plain(identity.RESULT, 0, np.arange(3)), owner=0, open=True)
    state.matches = Matches(np.arange(3), np.array([5, 6, 7]), np.full(3, -1), np.ones(3))
    undertake(state, p)
    assert state.flows.joint_projects == 3
    assert np.flatnonzero(state.firms.ally >= 0).tolist() == [5, 6, 7]
    state.flows = Flows()
    undertake(state, Parameters(**QUIET, after_match=0.0))
    assert state.flows.joint_projects == 0


def test_a_vice_presidents_project_is_listed_once_a_term():
    p = Parameters(**QUIET, vice_president_projects=1.5, vice_president_value=0.45, listed=0.95)
    state = town(joint_projects=0.0)
    vice_president(state)
    for _ in range(6):
        undertake(state, p)
        state.quarter += 1
    assert counted.vp_led_projects(state) == 1
    assert state.projects.firm.tolist() == [0]
    assert (state.projects.kind == PROVINCIAL).all()


@pytest.mark.parametrize(
    "columns",
    [{"until": START - 1}, {"came": START + 9}, {"firm": -1}],
    ids=["term over", "not yet there", "nowhere"],
)
def test_who_does_not_serve_brings_nothing(columns):
    state = town(joint_projects=0.0)
    vice_president(state, **columns)
    undertake(state, Parameters(**QUIET, vice_president_projects=1.5))
    assert state.flows.joint_projects == 0


def test_a_firm_that_pays_less_than_the_rule_asks_is_not_listed():
    state = town(joint_projects=0.0)
    state.firms.rd[:] = 0.29
    for firm in range(100):
        vice_president(state, firm=firm)
    undertake(state, Parameters(**QUIET, vice_president_projects=1.5))
    assert state.flows.joint_projects > 10
    assert counted.vp_led_projects(state) == 0


def test_a_vice_presidents_project_stands_for_as_many_as_his_firm():
    p = Parameters(**QUIET, vice_president_projects=1.5, vice_president_value=0.45, listed=0.95)
    state = town(joint_projects=0.0, weight=10.0)
    for firm in range(200):
        vice_president(state, firm=firm)
    undertake(state, p)
    led = state.projects.led_by_talent
    assert led.any()
    assert set(state.projects.stands_for[led].tolist()) == {10.0}
    assert state.flows.listed_projects == 10 * led.sum()
