"""Titles at firms: who applies and wins, under a quota, and what the holder brings."""

import dataclasses

import numpy as np
import pytest
from talent_towns import FIRM, PLAIN, live, new, town
from world import AUTUMN, START, offer

from sim.indicators import talent as counted
from sim.processes.talent import recruit_and_train
from sim.processes.talent.kinds import CODE
from sim.processes.talent.titles import nominated, yearly_flow


def test_flow_behind_a_stock_in_office():
    assert yearly_flow(80, 2, 0.0) == pytest.approx(40)
    assert yearly_flow(21, 2, 0.1) == pytest.approx(11)  # 11 this year and 10 the year before
    assert yearly_flow(30, 4, 0.0) == pytest.approx(7.5)


def test_nominations_are_limited_and_need_a_university():
    organisation, scores = np.array([0, -1, 1, 0]), np.array([1.0, 9.0, 3.0, 2.0])
    assert nominated(organisation, scores, 2).tolist() == [False, False, True, True]
    assert nominated(organisation, scores, 9).tolist() == [True, False, True, True]


def test_a_city_starts_with_holders_in_office_from_two_autumns():
    state = town(vice_presidents=40)
    talents = state.talents
    assert len(talents) == 40
    assert np.unique(talents.firm).size == 40
    assert set(talents.came.tolist()) == {START - 1, START - 5}
    assert (talents.until == talents.came + 8).all()
    assert counted.vice_presidents_new(state) == 0
    # Those whose term goes on cannot apply.
    going_on = int((talents.until > AUTUMN).sum())
    assert state.norms.eligible[CODE["vice_president"]] == 400 - going_on


def test_without_policy_a_city_wins_what_it_won_before():
    won = []
    for seed in range(12):
        state = town(vice_presidents=40, seed=seed)
        live(state)
        won.append(counted.vice_presidents_new(state))
    assert np.mean(won) == pytest.approx(20, abs=4 * np.sqrt(20 / 12))


@pytest.mark.parametrize("weight", [0.5, 2.0])
def test_thinned_firms_win_as_many(weight):
    won = []
    for seed in range(12):
        state = town(vice_presidents=40, seed=seed, weight=weight, firms=round(400 / weight))
        live(state)
        won.append(counted.vice_presidents_new(state))
    assert np.mean(won) == pytest.approx(20, abs=4 * np.sqrt(20 * max(weight, 1) / 12))


def test_a_city_without_the_title_never_has_it():
    posts = offer("vice_president_posts", 100), offer("professor_posts", 100)
    state = town(*posts)
    live(state, quarters=9)
    assert len(state.talents) == 0


def test_posts_bring_applications_and_the_quota_stays():
    applied, won = [], []
    for posts in (0, 40, 4000):
        state = town(offer("vice_president_posts", posts), vice_presidents=40)
        recruit_and_train(state, PLAIN)
        applied.append(state.flows.applied[CODE["vice_president"]])
        won.append(set(state.talents.id[new(state, "vice_president")].tolist()))
    assert applied[0] < applied[1] < applied[2]
    assert len(won[0]) < len(won[1]) < len(won[2]) < applied[2]
    # Of 2036 applicants elsewhere 1018 win: a flood from here meets a higher bar.
    assert len(won[2]) / applied[2] < len(won[0]) / applied[0] + 0.1
    few = dataclasses.replace(PLAIN, vice_president_quota=5)
    state = town(offer("vice_president_posts", 4000), vice_presidents=4, p=few)
    live(state, few)
    assert 0 < counted.vice_presidents_new(state) <= 5


def test_weaker_applications_win_less():
    won = []
    for weaker in (0.0, 1.0):
        p = dataclasses.replace(PLAIN, weaker=weaker)
        state = town(offer("vice_president_posts", 200), p=p, vice_presidents=40)
        live(state, p)
        won.append(counted.vice_presidents_new(state))
    assert won[0] > won[1] > 20


def test_universities_nominate_only_so_many_professors():
    # Two universities with three each; without a plan five apply a year.
    p = dataclasses.replace(PLAIN, nominations=5, professor_pass=0.9, mobilised=2.0)
    state = town(offer("professor_posts", 200), p=p, industry_professors=4)
    live(state, p)
    assert 0 < counted.industry_professors_new(state) <= 10
    rows = new(state, "industry_professor")
    assert set(state.talents.organisation[rows].tolist()) <= set(state.bodies("university"))
    alone = town(offer("professor_posts", 200), p=p, industry_professors=4, universities=0)
    live(alone, p)
    assert counted.industry_professors_new(alone) == 0


def test_a_vice_president_brings_a_capability_of_the_firms_field_and_takes_it_along():
    p = dataclasses.replace(PLAIN, carries=1.0, forgets=1.0, ties=0.0, mobilised=0.0)
    state = town(p=p, vice_presidents=40, quarter=AUTUMN)
    talents, firms = state.talents, state.firms
    known = firms.capabilities[talents.firm, 0]
    assert (known == talents.capability).all()
    assert (known // 20 == 3).all()
    assert (firms.partner == -1).all()
    live(state, p)
    first = talents.firm[talents.until == AUTUMN]
    back = np.setdiff1d(first, state.talents.firm[new(state, "vice_president")])
    assert back.size
    assert (firms.capabilities[back] == -1).all()
    kept = talents.firm[talents.until == AUTUMN + 4]
    assert (firms.capabilities[kept, 0] >= 0).all()


def test_knowledge_that_is_known_or_finds_no_room_counts_for_nothing():
    p = dataclasses.replace(PLAIN, carries=1.0, ties=0.0)
    state = town(p=p, vice_presidents=40, columns=FIRM | {"capabilities": np.arange(60, 72)})
    assert (state.talents.capability == -1).all()
    assert counted.vice_presidents_who_brought(state) == 0


def test_a_post_ties_only_firms_without_a_partner():
    p = dataclasses.replace(PLAIN, carries=0.0, ties=1.0, local_senders=1.0)
    state = town(p=p, vice_presidents=40)
    rows = state.talents.firm
    assert state.talents.tied.all()
    assert (state.firms.partner[rows] == state.talents.organisation).all()
    tied = town(p=p, vice_presidents=40, columns=FIRM | {"partner": 1})
    assert not tied.talents.tied.any()
    assert (tied.talents.organisation == 1).all()  # the partner sends
    far = town(p=dataclasses.replace(p, local_senders=0.0), vice_presidents=40)
    assert not far.talents.tied.any()
    live(state, p)
    assert counted.vice_presidents_local(state) == counted.vice_presidents_new(state)
    rows = new(state, "vice_president")
    again = np.isin(state.talents.firm[rows], state.talents.firm[:40])
    assert (state.talents.tied[rows] == ~again).all()  # a firm is tied once
    assert counted.vice_presidents_who_brought(state) == (~again).sum()
