"""Talent: titles under a quota, talents from finite pools, students, skilled staff, exchange."""

import dataclasses

import numpy as np
import pytest
from world import (
    AUTUMN,
    START,
    add_bodies,
    add_firms,
    add_platforms,
    next_quarter,
    offer,
    promised,
    tiny,
)

from sim.indicators import talent as counted
from sim.indicators.research import rd_staff_per_10k
from sim.processes import talent
from sim.processes.talent import (
    CODE,
    Parameters,
    acceptance,
    attraction,
    enrolment,
    nominated,
    posts_of_quarter,
    prepare,
    recruit_and_train,
    recruiting,
    recruiting_years,
    skilled_after,
    wins,
    yearly_flow,
)

PLAIN = Parameters(
    vice_president_growth=0.0,
    professor_growth=0.0,
    professor_term=2,
    leading_growth=0.0,
    size_of_applicant=0.0,
    weaker=0.0,
    enrolment_growth=0.0,
    pull=0.0,
)
FIRM = {"rd": 1.0, "rd_stock": 10.0, "field": 3}


def town(*offers, p=PLAIN, firms=400, universities=2, institutes=0, columns=FIRM, **options):
    """Return a town of alike R&D firms, in flow; other options are figures."""
    state = tiny(*offers, **({"quarter": AUTUMN} | options))
    add_firms(state, firms, **columns)
    add_bodies(state, "university", universities, researchers=100.0)
    add_bodies(state, "outside", 3)
    add_platforms(state, "institute", institutes, researchers=40.0)
    prepare(state, p)
    return state


def live(state, p=PLAIN, quarters=1):
    for _ in range(quarters):
        recruit_and_train(state, p)
        next_quarter(state)


def new(state, kind):
    talents = state.talents
    return np.flatnonzero((talents.kind == CODE[kind]) & (talents.came >= START))


# By hand.


def test_flow_behind_a_stock_in_office():
    assert yearly_flow(80, 2, 0.0) == pytest.approx(40)
    assert yearly_flow(21, 2, 0.1) == pytest.approx(11)  # 11 this year and 10 the year before
    assert yearly_flow(30, 4, 0.0) == pytest.approx(7.5)


def test_the_best_of_the_city_and_of_elsewhere_win():
    scores, rivals = np.array([0.0, 2.0, 1.0]), np.array([0.5, 1.5])
    assert wins(scores, rivals, 1, 1.0).tolist() == [False, True, False]
    assert wins(scores, rivals, 2, 1.0).tolist() == [False, True, False]  # 1.5 comes second
    assert wins(scores, rivals, 3, 1.0).tolist() == [False, True, True]
    assert wins(scores, rivals, 5, 1.0).all()
    # Each stands for two: places 1 and 2 are taken by the first, 3 by the rival.
    assert wins(scores, rivals, 3, 2.0).tolist() == [False, True, False]
    assert wins(np.empty(0), rivals, 3, 1.0).size == 0


def test_nominations_are_limited_and_need_a_university():
    organisation, scores = np.array([0, -1, 1, 0]), np.array([1.0, 9.0, 3.0, 2.0])
    assert nominated(organisation, scores, 2).tolist() == [False, False, True, True]
    assert nominated(organisation, scores, 9).tolist() == [True, False, True, True]


def test_money_and_hosts_raise_the_odds():
    p = Parameters(response=0.5, pull=1.0)
    assert attraction(0.0, 3.0, 1.0, p) == 1.0
    assert attraction(9.0, 3.0, 1.0, p) == pytest.approx(2.0)  # (1 + 3)^0.5
    assert attraction(0.0, 3.0, 1.5, p) == pytest.approx(1.5)
    assert attraction(9.0, 3.0, 1.0, Parameters(response=0.0)) == 1.0
    assert acceptance(0.25, 1.0) == pytest.approx(0.25)
    assert acceptance(0.25, 3.0) == pytest.approx(0.5)  # odds of 1 : 3, three times
    assert acceptance(0.25, 1e9) < 1.0


def test_young_institutes_recruit_faster():
    p = Parameters(build_up=2.0, build_up_years=3)
    assert recruiting(np.array([1.0, 5.0]), p).tolist() == [2.0, 1.0]
    assert recruiting_years(np.array([1.0, 5.0]), p).tolist() == [2.0, 8.0]


def test_places_need_supervisors_and_students():
    p = Parameters(supervises=0.5, filled=0.8)
    assert enrolment(10, 0, 100, p) == 10
    assert enrolment(10, 20, 100, p) == pytest.approx(26)
    assert enrolment(10, 500, 100, p) == pytest.approx(50)
    assert enrolment(80, 500, 100, p) == 80  # no more than usual, and no less


def test_a_quarter_of_skilled_staff():
    p = Parameters(certifies=0.04, enters=0.06, retires=0.02, retires_highly=0.04)
    skilled, highly = skilled_after(1000.0, 300.0, p)
    assert highly == pytest.approx(300 + 7 - 3)
    assert skilled == pytest.approx(1000 + 15 - 3.5 - 3)
    none = Parameters(certifies=0.024, enters=0.04)
    assert skilled_after(1000.0, 300.0, none)[1] < highly


def test_a_years_posts_fall_into_its_quarters():
    assert [posts_of_quarter(10, AUTUMN + back) for back in range(-3, 1)] == [2, 3, 2, 3]
    assert sum(posts_of_quarter(33, quarter) for quarter in range(START, START + 4)) == 33


# Titles.


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


def test_leading_talents_follow_the_citys_rate_and_money_raises_them():
    won = {}
    for money in (0.0, 3.0):
        state = town(offer("talent_money", money), leading_talents=30, money=1000, columns=FIRM)
        live(state)
        rows = new(state, "leading_talent")
        won[money] = rows.size
        at_firm = state.talents.firm[rows] >= 0
        assert ((state.talents.organisation[rows] >= 0) != at_firm).all()
        assert counted.leading_talents_new_present(state) == rows.size
    assert won[0.0] == pytest.approx(30, abs=4 * np.sqrt(30))
    assert won[3.0] > won[0.0]
    assert sum(promised(state.books).values()) == won[3.0] * 3_000_000


# Talents who move.


def institutes_with(money, line=1000.0, p=PLAIN, **options):
    package = offer("talent_money", money, recipient="talent or team")
    state = town(package, p=p, institutes=10, institute_talents=100, money=line, **options)
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


def test_packages_bring_a_superset_until_the_money_is_gone():
    came = {}
    for money, line in ((0.0, 1000.0), (20.0, 1000.0), (20.0, 0.0)):
        state = institutes_with(money, line)
        came[money, line] = set(state.talents.id[new(state, "institute_talent")].tolist())
    assert came[0.0, 1000.0] < came[20.0, 1000.0]
    assert came[20.0, 0.0] == came[0.0, 1000.0]
    unmoved = institutes_with(20.0, p=dataclasses.replace(PLAIN, response=0.0))
    assert new(unmoved, "institute_talent").size == len(came[0.0, 1000.0])


def test_packages_for_firms_do_not_reach_institutes():
    package = offer("talent_money", 20.0, recipient="firm")
    state = town(package, institutes=10, institute_talents=100, leading_talents=5, money=1000)
    assert talent.packages(state, "institute_talent") == []
    assert len(talent.packages(state, "leading_talent")) == 1
    other = offer("talent_money", 20.0, "incubator", recipient="talent or team")
    assert talent.packages(town(other), "institute_talent") == []
    named = offer("talent_money", 20.0, "institute", recipient="talent or team")
    assert len(talent.packages(town(named), "institute_talent")) == 1


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


# Students, skilled staff, R&D staff.


def test_students_are_under_way_at_the_start():
    p = dataclasses.replace(PLAIN, years_before=3)
    state = town(p=p, institutes=4, graduates=100, quarter=START)
    assert counted.graduates_trained(state) == pytest.approx(300)
    yearly = []
    for _ in range(5):
        before = counted.graduates_trained(state)
        live(state, p, 4)
        yearly.append(counted.graduates_trained(state) - before)
    assert yearly == pytest.approx([100] * 5)
    assert counted.graduates_staying(state) == pytest.approx(300)
    growing = dataclasses.replace(p, enrolment_growth=0.1)
    state = town(p=growing, institutes=4, graduates=100, quarter=START)
    live(state, growing, 4)
    assert counted.graduates_trained(state) == pytest.approx(300 + 110)


def test_places_offered_now_are_graduates_in_two_or_three_years():
    p = dataclasses.replace(PLAIN, two_years=0.5, completes=1.0, filled=1.0)
    trained = {}
    for places in (0.0, 40.0):
        state = town(
            offer("graduate_places", places), p=p, institutes=4, graduates=20, quarter=START
        )
        trained[places] = []
        for _ in range(12):
            live(state, p)
            trained[places].append(counted.graduates_trained(state))
    further = np.subtract(trained[40.0], trained[0.0])
    # Enrolled in 2019Q3, half of them finish in 2021Q2, the tenth quarter.
    assert further == pytest.approx([0.0] * 9 + [20.0] * 3)


def test_more_institutes_enrol_more():
    state = town(institutes=4, graduates=20, quarter=START + 2)
    add_platforms(state, "institute", 4, opens=START)
    recruit_and_train(state, PLAIN)
    assert state.flows.enrolled == pytest.approx(2 * state.norms.enrolled)


def test_shares_and_staff_start_where_the_city_says():
    state = town(
        skilled_workers=1000.0,
        highly_skilled_share=0.3,
        employed=50_000.0,
        rd_staff=1000.0,
        rd_expenditure=300.0,
    )
    assert counted.skilled_share(state) == pytest.approx(30)
    assert rd_staff_per_10k(state, 300.0) == pytest.approx(200)
    assert rd_staff_per_10k(state, 330.0) == pytest.approx(220)
    p = dataclasses.replace(PLAIN, cost_growth=0.05, employment_growth=0.0)
    live(state, p, 4)
    assert rd_staff_per_10k(state, 315.0) == pytest.approx(200)
    assert counted.skilled_share(state) > 30
    assert rd_staff_per_10k(tiny(), 300.0) == 0.0


# Exchange.

SENT = dataclasses.replace(PLAIN, willing=0.06, sent=0.08, ties=1.0, post_cost=0.05)


def exchange(posts, p=SENT, money=100.0, **options):
    state = town(offer("exchange_posts", posts), p=p, money=money, **options)
    recruit_and_train(state, p)
    return state


def test_exchange_fills_posts_as_far_as_firms_accept():
    few = exchange(8, firms=2000)
    assert few.flows.exchange_posts == 2
    assert few.flows.exchange_ties == 2
    assert (few.firms.partner >= 0).sum() == 2
    assert sum(promised(few.books).values()) == 100_000
    many = exchange(4000, firms=2000)
    assert many.flows.exchange_posts == 4  # 8 % of 200 researchers, a quarter of a year
    staffed = exchange(4000, p=dataclasses.replace(SENT, sent=1.0), firms=400)
    assert staffed.flows.exchange_posts == pytest.approx(24, abs=4 * np.sqrt(24))


def test_exchange_needs_money_and_staff():
    assert exchange(8, money=0.0).flows.exchange_posts == 0
    assert exchange(8, universities=0).flows.exchange_posts == 0
    assert exchange(8, p=dataclasses.replace(SENT, ties=0.0)).flows.exchange_ties == 0
    tied = exchange(8, columns=FIRM | {"partner": 1})
    assert tied.flows.exchange_posts == 2
    assert tied.flows.exchange_ties == 0


# Fair comparison.

CITY = {
    "vice_presidents": 40,
    "industry_professors": 20,
    "leading_talents": 20,
    "top_talents": 10,
    "institute_talents": 60,
    "graduates": 50,
    "institutes": 8,
    "quarter": START,
}
LEVERS = (
    "vice_president_posts",
    "professor_posts",
    "exchange_posts",
    "talent_money",
    "graduate_places",
)


def lived(*offers, quarters=12):
    state = town(*offers, money=1000.0 if offers else 0.0, **CITY)
    live(state, quarters=quarters)
    return state


def tables(state):
    return {
        (name, column): getattr(getattr(state, name), column).copy()
        for name in ("firms", "organisations", "talents")
        for column in getattr(state, name).columns
    }


def test_zero_dose_changes_nothing():
    without, nothing = lived(), lived(*(offer(lever, 0.0) for lever in LEVERS))
    after = tables(nothing)
    for key, column in tables(without).items():
        np.testing.assert_array_equal(column, after[key], err_msg=str(key))
    assert without.totals == nothing.totals


def test_the_same_people_come_in_both_worlds():
    without, more = lived(), lived(offer("talent_money", 3.0), offer("graduate_places", 30.0))
    for kind in ("vice_president", "industry_professor"):
        ids = [state.talents.id[new(state, kind)].tolist() for state in (without, more)]
        assert ids[0] == ids[1]
    came = [set(s.talents.id[new(s, "top_talent")].tolist()) for s in (without, more)]
    assert came[0] <= came[1]


def test_posts_leave_the_applications_of_others_as_they_were():
    without = lived(quarters=4)
    posts = lived(offer("vice_president_posts", 30.0), quarters=4)
    first, second = (
        dict(
            zip(
                state.talents.id[new(state, "vice_president")].tolist(),
                state.talents.organisation[new(state, "vice_president")].tolist(),
                strict=True,
            )
        )
        for state in (without, posts)
    )
    both = first.keys() & second.keys()
    assert len(both) >= 0.8 * len(first)
    assert all(first[who] == second[who] for who in both)


def test_ids_are_unique():
    state = lived(offer("vice_president_posts", 30.0), offer("talent_money", 3.0))
    assert np.unique(state.talents.id).size == len(state.talents)
