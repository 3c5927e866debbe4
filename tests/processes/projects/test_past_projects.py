"""What a city starts with: ties, and projects under way."""

import numpy as np
import pytest
from project_towns import QUIET, start, vice_president
from world import START, add_bodies, add_firms, add_platforms, tiny

from sim.indicators import projects as counted
from sim.processes.projects import Parameters, undertake
from sim.processes.projects.partner import tied_share
from sim.state.flows import Flows


def test_a_partner_is_likelier_with_age():
    assert tied_share(np.array([0.1, 0.1]), np.array([0.0, 10.0])).tolist() == pytest.approx(
        [0.0, 1 - np.exp(-1)]
    )


def test_a_city_starts_in_flow():
    p = Parameters(**QUIET)
    sums = []
    for quarters in (1, 8):
        state = tiny(joint_projects=4000.0, quarter=START)
        add_bodies(state, "university", 4, researchers=5000.0)
        add_firms(state, 2000, rd=10.0, rd_stock=50.0, founded=START - 100)
        start(state, p)
        for _ in range(quarters):
            state.flows = Flows()
            undertake(state, p)
            state.quarter += 1
        sums.append((state.flows.joint_investment, state.flows.joint_sales))
    assert sums[0] == pytest.approx(sums[1], rel=0.25)


def test_past_projects_are_no_older_than_those_who_carry_them():
    state = tiny(joint_projects=4000.0, key_projects=50.0)
    young = START - 6
    add_platforms(state, "institute", 5, researchers=400.0, opens=young)
    add_firms(state, 500, rd=10.0, rd_stock=50.0, founded=young)
    start(state, Parameters())
    assert len(state.projects) > 100
    assert (state.projects.began >= young).all()
    assert (state.projects.began < START).all()


def test_vice_presidents_of_the_start_may_have_had_their_project():
    state = tiny()
    add_bodies(state, "university", 1, researchers=500.0)
    add_firms(state, 300, rd=10.0, rd_stock=50.0)
    for firm in range(300):
        vice_president(state, firm=firm, came=START - 8)
    start(state, Parameters(**QUIET))
    assert 10 < counted.vp_led_projects(state) < 290
