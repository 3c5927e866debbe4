"""Researchers' time: what takes of it, who declines, and that it is never over-spent."""

import dataclasses

import numpy as np
import pytest
from deals import EAGER, matched
from hypothesis import given
from hypothesis import strategies as st
from project_towns import QUIET, vice_president
from project_towns import town as town_of_projects
from talent_towns import PLAIN
from talent_towns import live as live_with_talents
from talent_towns import town as town_of_talents
from world import (
    START,
    add_bodies,
    add_firms,
    add_platforms,
    add_results,
    offer,
    one_project,
    tiny,
)

from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.processes import contract, outreach, projects
from sim.region.region import start_run
from sim.state.columns import CLOSED
from sim.state.researchers import Parameters
from sim.state.time import free_time, promised, taken_on

TIME = Parameters(room=1.0, sale=0.5, visits=0.1, post=0.5, vice_president=0.2, student=0.1)


def crowded(*offers, firms, **options):
    """Return a city whose firms would agree on a thousand joint projects a quarter."""
    usual = {"universities": 2, "joint_projects": 4000.0, "p": projects.Parameters(**QUIET)}
    return town_of_projects(*offers, firms=firms, **usual, **options)


def with_time(state, **numbers):
    """Let researchers of a city have the time that the numbers say."""
    state.researchers = dataclasses.replace(TIME, **numbers)
    return state


# What takes time


def test_each_task_takes_its_part_of_the_posts():
    state = with_time(tiny(), room=0.5)
    firms = add_firms(state, 2, rd=1.0)
    university = add_bodies(state, "university", 1, researchers=100.0)[0]
    institute = add_platforms(state, "institute", 1, researchers=40.0)[0]
    assert free_time(state)[[university, institute]].tolist() == [50.0, 20.0]
    one_project(state, organisation=university, researchers=3.0, stands_for=2.0)
    one_project(state, organisation=university, researchers=3.0, phase=2)  # over
    one_project(state, organisation=university, firm=-1)  # its own research
    vice_president(state, firm=0, organisation=university)
    vice_president(state, firm=1, organisation=university, until=START - 1)  # went home
    for quarter, value in ((START - 4, 8.0), (START - 3, 4.0), (START, 2.0)):
        state.contracts.add(
            np.array([quarter], np.uint64), quarter=quarter, transfer=True,
            buyer=firms[0], seller=university, value=value,
        )  # fmt: skip
    state.organisations.visiting[university] = 5
    state.organisations.posted[university] = 4.0
    state.totals.graduates_due[START + 2] = 30.0
    # 6 in projects, 3 after sales of the year, 0.5 on visits, 2 on posts, 0.2 in a firm.
    assert promised(state)[university] == pytest.approx(6 + 3 + 0.5 + 2 + 0.2)
    assert promised(state)[institute] == pytest.approx(3.0)  # thirty students
    assert free_time(state)[university] == pytest.approx(50 - 11.7)


def test_who_is_closed_has_none_and_outsiders_have_theirs_elsewhere():
    state = with_time(tiny())
    shut = add_platforms(state, "institute", 1, researchers=40.0, status=CLOSED)[0]
    outside = add_bodies(state, "outside", 1)[0]
    assert free_time(state)[shut] == 0.0
    assert free_time(state)[outside] == np.inf


# Who declines


def test_tasks_are_taken_by_lot_as_far_as_the_time_of_each_goes():
    state = with_time(tiny(), room=1.0)
    first, second = add_bodies(state, "university", 2, researchers=[5.0, 2.0])
    asked = np.array([first, first, first, second, -1])
    lot = np.array([0.3, 0.1, 0.2, 0.9, 0.5])
    # The first takes the two of lots .1 and .2, of 2 posts each, and has one post left.
    taken = taken_on(state, asked, 2.0, lot)
    assert taken.tolist() == [False, True, True, True, True]


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 9), st.floats(0, 1)), max_size=30))
def test_nobody_takes_on_more_than_is_left(tasks):
    state = with_time(tiny(), room=1.0)
    add_bodies(state, "university", 3, researchers=[0.0, 10.0, 25.0])
    who, posts, lot = (np.array(part) for part in zip(*tasks, strict=True)) if tasks else (
        np.empty(0, int), np.empty(0), np.empty(0))  # fmt: skip
    taken = taken_on(state, who.astype(np.int64), posts, lot)
    given_away = np.bincount(who[taken].astype(int), posts[taken], minlength=3)
    assert (given_away <= free_time(state) + 1e-9).all()


def test_a_university_without_time_agrees_on_no_large_project():
    p = projects.Parameters(**QUIET)
    state = with_time(crowded(firms=400))
    state.organisations.researchers[:] = 30.0
    projects.undertake(state, p)
    large = float(state.projects.stands_for[state.projects.began == START].sum())
    assert 0 < large * p.staff <= 2 * 30.0
    assert state.flows.declined > 0
    many = with_time(crowded(firms=400), room=1e6)
    many.organisations.researchers[:] = 30.0
    projects.undertake(many, p)
    assert float(many.projects.stands_for[many.projects.began == START].sum()) > large


def test_who_has_no_time_to_follow_a_sale_sells_nothing():
    sold = []
    for researchers in (0.9, 100.0):
        state = with_time(tiny())
        owner = add_bodies(state, "university", 1, researchers=researchers)[0]
        add_firms(state, 1, rd=1.0, rd_stock=10.0)
        result = add_results(state, owner, 1, value=2.0, worth=1.0)
        matched(state, result, 0)
        contract.agree(state, EAGER)
        sold.append((state.flows.transfers, state.flows.sales_declined))
    # A sale of 2 M CNY takes one post of a year.
    assert sold == [(0.0, 1.0), (1.0, 0.0)]


def test_a_thousand_visits_cost_joint_projects():
    p = projects.Parameters(**QUIET)
    numbers = []
    for visits in (0.0, 1000.0):
        state = crowded(offer("visit_number", 4 * visits), firms=2000, money=1e6)
        state.organisations.researchers[:] = 60.0
        state.firms.high_tech_until[:] = START + 40
        with_time(state, visits=0.2)
        easy = outreach.Parameters(
            willing=1.0, visits_a_year=20.0, open_to_visits=1.0, has_time=1.0, usual_visits=0.0
        )
        outreach.reach_out(state, easy)
        projects.undertake(state, p)
        numbers.append((state.flows.visits, float(state.projects.stands_for.sum())))
    assert numbers[0][0] == 0
    assert numbers[1][0] > 500
    assert numbers[1][1] < numbers[0][1]


def test_projects_leave_no_time_for_visits():
    state = tiny(offer("visit_number", 400.0), money=1e6)
    add_firms(state, 100, rd=1.0, high_tech_until=START + 40)
    host = add_bodies(state, "university", 1, researchers=30.0)[0]
    one_project(state, organisation=host, researchers=30.0)
    easy = outreach.Parameters(willing=1.0, open_to_visits=1.0, has_time=1.0, usual_visits=0.0)
    with_time(state)
    outreach.reach_out(state, easy)
    assert state.flows.visits == 0
    with_time(state, room=2.0)
    outreach.reach_out(state, easy)
    assert state.flows.visits > 0


def test_posts_and_vice_presidents_go_as_far_as_time_does():
    posts = [offer("exchange_posts", 400.0), offer("vice_president_posts", 400.0)]
    eager = {"sent": 1.0, "willing": 1.0, "local_senders": 1.0}
    p = dataclasses.replace(PLAIN, **eager, vice_president_quota=1e4, vice_president_pass=1.0)
    state = with_time(town_of_talents(*posts, p=p, vice_presidents=40.0, money=1e6), room=0.2)
    committed = promised(state)
    live_with_talents(state, p, 1)
    local = state.organisations.researchers > 0
    assert state.organisations.posted.sum() > 0
    over = promised(state) - np.maximum(0.2 * state.organisations.researchers, committed)
    assert over[local].max() <= 1e-9


@pytest.mark.parametrize("name", ["weihai_2018", "changzhou_2019"])
def test_time_is_never_over_spent(name):
    plan = load_plan(name)
    run = start_run(plan, build_mix(plan, "as_written"), uncertainty="both", scale=0.1)
    state = run.state
    room = state.researchers.room
    universities = state.bodies("university")
    before = promised(state)[universities]
    for _ in range(8):
        run.step()
        now = promised(state)[universities]
        limit = np.maximum(room * state.organisations.researchers[universities], before)
        assert (now <= limit + 1e-9).all()
        before = now
        run.finish()
