"""Talents who move: to institutes and to the top, from finite pools."""

import dataclasses

import numpy as np
import pytest
from talent_towns import PLAIN, live, new, town
from world import AUTUMN, add_bodies, add_platforms, offer

from sim.indicators import talent as counted
from sim.processes.talent import Parameters
from sim.processes.talent.movers import recruiting, recruiting_years


def test_young_institutes_recruit_faster():
    p = Parameters(build_up=2.0, build_up_years=3)
    assert recruiting(np.array([1.0, 5.0]), p).tolist() == [2.0, 1.0]
    assert recruiting_years(np.array([1.0, 5.0]), p).tolist() == [2.0, 8.0]


def institutes_with(money, trust=1.0, p=PLAIN, **options):
    package = offer("talent_money", money, recipient="talent or team")
    state = town(
        package, p=p, institutes=10, institute_talents=100, money=1000.0 * trust, **options
    )
    state.trust["city_fund"] = trust
    live(state, p, 4)
    return state


def test_institutes_recruit_at_the_rate_behind_their_stock():
    state = institutes_with(0.0)
    # 100 in ten institutes of ten years, the first three counted twice: 100.5 / 130 a year each.
    assert state.norms.talents_a_year == pytest.approx(100.5 / 130)
    came = new(state, "institute_talent").size
    assert came == pytest.approx(7.7, abs=4 * np.sqrt(7.7))
    assert counted.institute_talents(state) == 100 + came
    assert counted.institute_talents_present(state) < 100


def test_packages_bring_a_superset_as_far_as_they_are_counted_on():
    came = {}
    for money, trust in ((0.0, 1.0), (20.0, 1.0), (20.0, 0.0)):
        state = institutes_with(money, trust)
        came[money, trust] = set(state.talents.id[new(state, "institute_talent")].tolist())
    assert came[0.0, 1.0] < came[20.0, 1.0]
    assert came[20.0, 0.0] == came[0.0, 1.0]
    unmoved = institutes_with(20.0, p=dataclasses.replace(PLAIN, response=0.0))
    assert new(unmoved, "institute_talent").size == len(came[0.0, 1.0])


def test_talents_add_staff_and_take_it_along():
    p = dataclasses.replace(PLAIN, team_staff=2.0)
    state = institutes_with(0.0, p=p)
    rows = state.platforms("institute")
    talents = state.talents
    lived = range(AUTUMN, AUTUMN + 4)
    change = new(state, "institute_talent").size - np.isin(talents.until, lived).sum()
    assert change != 0
    assert state.organisations.researchers[rows].sum() == pytest.approx(400 + 2 * change)


def test_the_pool_of_teams_is_finite():
    came = []
    for more in (0, 20, 200):
        p = dataclasses.replace(PLAIN, team_pool=2.0)
        state = town(p=p, institutes=10, institute_talents=300)
        add_platforms(state, "institute", more, opens=AUTUMN)
        live(state, p, 4)
        came.append(new(state, "institute_talent").size)
    assert came[0] < came[1]
    assert came[2] < 3 * came[0]


def test_top_talents_come_from_the_nations_pool():
    p = dataclasses.replace(PLAIN, programme_years=5, top_pool=40, top_stay=6, pull=1.0)
    state = town(p=p, universities=4, top_talents=19.5)
    assert state.norms.top_talents_a_year == pytest.approx(4)
    assert counted.top_talents_in_being(state) == 20
    assert counted.top_talents_new(state) == 0
    live(state, p, 20)
    came = counted.top_talents_new(state)
    assert came == pytest.approx(20, abs=4 * np.sqrt(20))
    assert counted.top_talents_in_being(state) < 20 + came  # some have left
    assert counted.top_talents_new_present(state) <= came
    larger = town(p=p, universities=4, top_talents=19.5)
    add_bodies(larger, "university", 8)
    live(larger, p, 20)
    assert counted.top_talents_new(larger) > came


def test_nobody_comes_where_nobody_hosts():
    state = town(universities=0, top_talents=20, leading_talents=0)
    live(state, quarters=8)
    assert counted.top_talents_new(state) == 0
