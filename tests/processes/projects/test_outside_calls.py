"""Provincial and national calls: who wins places that are set outside."""

import numpy as np
import pytest
from project_towns import CALL, start
from world import add_firms, add_platforms, offer, tiny

from sim.processes.projects import Parameters, undertake
from sim.processes.projects.codes import NATIONAL, PROVINCIAL
from sim.processes.projects.outside import ahead


def test_rank_among_rivals_and_each_other():
    bar = np.array([2.0, 1.0, 0.0, -1.0])
    before = ahead(np.array([1.5, -2.0, 0.5]), np.ones(3), bar)
    assert before.tolist() == [1, 6, 3]  # rivals above, and one's own city's


def higher(p, *offers, organisations=30, quality=0.0, rd_stock=50.0):
    state = tiny(*offers, quarter=CALL)
    rows = add_platforms(state, "institute", organisations, researchers=40.0, opens=CALL)
    add_firms(state, 200, rd=10.0, rd_stock=50.0, founded=CALL)
    start(state, p)
    state.organisations.quality[rows] = quality
    state.firms.rd_stock[:] = rd_stock
    undertake(state, p)
    return state


def test_the_city_wins_about_its_share_of_the_outside_places():
    p = Parameters(provincial_proposals=20, provincial_pass=0.25, floor=1e-9)
    won = higher(p).flows.won_projects[PROVINCIAL]
    # 30 · 40 · 20 / 100 + 200 · 0.06 = 252 proposals, a quarter of which wins.
    assert won == pytest.approx(63, abs=30)


def test_more_applicants_do_not_bring_more_places():
    p = Parameters(provincial_proposals=20, floor=1e-9)
    state = tiny(quarter=CALL)
    rows = add_platforms(state, "institute", 30, researchers=40.0, opens=CALL)
    start(state, p)
    places = p.provincial_pass * (1 + p.rivals) * state.norms.project_proposals[PROVINCIAL]
    state.organisations.researchers[rows] *= 10
    state.organisations.quality[rows] = 3.0
    undertake(state, p)
    assert state.flows.won_projects[PROVINCIAL] <= np.ceil(places)


def test_quality_wins():
    p = Parameters(provincial_proposals=20, floor=1e-9)
    won = [higher(p, quality=q).flows.won_projects[PROVINCIAL] for q in (-2.0, 0.0, 2.0)]
    assert won == sorted(won)
    assert won[0] < won[2]


def test_city_money_does_not_move_higher_places():
    p = Parameters(floor=1e-9, experience=0.0)
    plain = higher(p)
    rich = higher(p, offer("project_money", 100.0, recipient="firm"))
    for kind in (PROVINCIAL, NATIONAL):
        ids = [s.projects.id[s.projects.kind == kind].tolist() for s in (plain, rich)]
        assert ids[0] == ids[1]
