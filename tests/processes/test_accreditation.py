"""Accreditation: one level up in autumn, against competitors from elsewhere."""

import numpy as np
import pytest
from world import (
    AUTUMN,
    START,
    add_firms,
    add_platforms,
    autumn,
    offer,
    promised,
    spread,
    tiny,
)

from sim.indicators.measure import new
from sim.indicators.table import INDICATORS
from sim.inputs.codes import KIND_CODE, LEVEL_CODE
from sim.processes import accreditation
from sim.processes.accreditation import Parameters, pass_share, promote, ready_platforms, reward
from sim.state.claims import divided
from sim.state.columns import A, B
from sim.state.platforms import opened

CENTRE, INCUBATOR = "enterprise_technology_centre", "incubator"
MUNICIPAL, PROVINCIAL, NATIONAL = (
    LEVEL_CODE[name] for name in ("municipal", "provincial", "national")
)

ENGINEERING = "engineering_research_centre"
RUNGS = (
    "engineering_centres_county_new",
    "engineering_centres_municipal_new",
    "engineering_centres_provincial_new",
    "platforms_new",
    "platforms_new_once",
)

# Everybody applies, and the score is quality alone.
BY_QUALITY = {"apply": 1.0, "lasting": 1.0, "work": 0.0}
PROVINCE = offer("level_reward", 0.5, INCUBATOR, level="provincial", payer="province", name="grant")


def climbed(state):
    """Return the rows above municipal level."""
    return np.flatnonzero(state.organisations.level > MUNICIPAL).tolist()


# Who may apply


def test_accreditation_is_in_the_fourth_quarter():
    for quarter in range(START, START + 4):
        state = autumn(quarter=quarter)
        add_platforms(state, CENTRE, 1, quality=10.0)
        promote(state, Parameters(**BY_QUALITY))
        assert climbed(state) == ([0] if quarter == AUTUMN else [])


def test_nobody_climbs_before_two_years_at_a_level():
    state = autumn()
    add_platforms(state, CENTRE, 2, quality=10.0, reached=np.array([AUTUMN - 7, AUTUMN - 8]))
    p = Parameters(**BY_QUALITY, youngest=2.0)
    assert ready_platforms(state, p).tolist() == [1]
    promote(state, p)
    assert climbed(state) == [1]


@pytest.mark.parametrize(
    ("column", "ready"),
    [
        ({"grade": 3}, True),
        ({"grade": 4}, False),  # a D
        ({"status": 0}, False),  # being built
        ({"status": 2}, False),  # closed
    ],
)
def test_a_platform_that_failed_or_is_not_at_work_is_not_ready(column, ready):
    state = autumn()
    add_platforms(state, CENTRE, 1, **column)
    assert (ready_platforms(state, Parameters()).size == 1) == ready


def test_applicants_rise_with_the_reward_over_the_cost():
    # A quarter apply anyway; a reward as large as the cost of applying makes it a half.
    won = []
    for offers in ((), (offer("level_reward", 0.3, CENTRE, level="provincial"),)):
        state = autumn(*offers, money=1e6 if offers else 0)
        add_platforms(state, CENTRE, 4000, quality=10.0)
        # So many places that everybody who applies wins.
        p = Parameters(apply=0.25, cost=0.3, lasting=1.0, competitors=9000, provincial=1.0)
        promote(state, p)
        won.append(set(climbed(state)))
    assert len(won[0]) / 4000 == pytest.approx(0.25, abs=spread(0.25, 4000))
    assert len(won[1]) / 4000 == pytest.approx(0.50, abs=spread(0.50, 4000))
    assert won[0] < won[1]


# Who wins


def test_nobody_passes_where_the_share_is_zero():
    state = autumn()
    add_platforms(state, CENTRE, 10, quality=10.0)
    promote(state, Parameters(**BY_QUALITY, provincial=0.0))
    assert climbed(state) == []


def test_the_best_of_ten_passes_where_everybody_passes():
    state = autumn()
    add_platforms(state, CENTRE, 10, quality=np.linspace(-1, 1, 10))
    promote(state, Parameters(**BY_QUALITY, provincial=1.0))
    assert 9 in climbed(state)


def test_the_places_do_not_grow_with_the_citys_applicants():
    # Three of a hundred places; the city's five are better than all competitors.
    state = autumn()
    add_platforms(state, CENTRE, 5, quality=np.array([11.0, 10.0, 14.0, 12.0, 13.0]))
    promote(state, Parameters(**BY_QUALITY, provincial=0.03, competitors=100))
    assert climbed(state) == [2, 3, 4]


def test_the_worst_do_not_pass_however_many_places_there_are():
    state = autumn()
    add_platforms(state, CENTRE, 2, quality=np.array([10.0, -10.0]))
    promote(state, Parameters(**BY_QUALITY, provincial=1.0))
    assert climbed(state) == [0]


def test_an_average_applicant_passes_with_the_pass_share():
    # One applicant a year, of average quality with luck, against 100 that are as good: it is
    # among the best 25 of them about every fourth time.
    passed = []
    for seed in range(600):
        state = autumn(seed=seed)
        quality = state.draws.at("founding").normal(np.array([seed], np.uint64))
        add_platforms(state, CENTRE, 1, quality=quality)
        promote(state, Parameters(apply=1.0, work=0.0, provincial=0.25))
        passed.append(bool(climbed(state)))
    assert np.mean(passed) == pytest.approx(0.25, abs=spread(0.25, 600))


def test_a_higher_share_never_passes_fewer():
    before = set()
    for share in (0.0, 0.1, 0.3, 0.6, 1.0):
        state = autumn()
        quality = state.draws.at("founding").normal(np.arange(300, dtype=np.uint64))
        add_platforms(state, CENTRE, 300, quality=quality)
        promote(state, Parameters(apply=1.0, provincial=share))
        assert before <= set(climbed(state))
        before = set(climbed(state))
    assert len(before) > 50


def test_nobody_climbs_twice_in_a_year():
    state = autumn()
    rows = add_platforms(state, CENTRE, 3, quality=10.0, level=np.array([1, 2, 3]))
    p = Parameters(**BY_QUALITY, national=0.5, provincial=0.5)
    promote(state, p)
    table = state.organisations
    assert table.level[rows].tolist() == [PROVINCIAL, NATIONAL, NATIONAL]
    assert table.reached[rows].tolist() == [AUTUMN, AUTUMN, START - 40]
    assert state.flows.promoted[KIND_CODE[CENTRE], LEVEL_CODE["national"]] == 1
    promote(state, p)
    assert table.level[rows].tolist() == [PROVINCIAL, NATIONAL, NATIONAL]


def test_a_climb_from_county_to_national_counts_at_each_level_that_a_text_counts():
    state = tiny(quarter=AUTUMN)
    add_firms(state, 1)
    row = add_platforms(state, ENGINEERING, 1, quality=10.0, opens=START, reached=AUTUMN - 8)
    opened(state, row)
    counts = []
    for _ in range(4):
        counts.append({name: INDICATORS[name].measure(state) for name in RUNGS})
        promote(state, Parameters(**BY_QUALITY, national=0.5, provincial=0.5, municipal=0.5))
        state.quarter += 8
    ladder = [tuple(count[name] for name in RUNGS[:3]) for count in counts]
    assert ladder == [(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 1)]
    # Jiangyin counts three rungs of an engineering centre in its 500; the national one in none.
    assert [count["platforms_new"] for count in counts] == [1, 2, 3, 3]
    assert [count["platforms_new_once"] for count in counts] == [1, 1, 1, 1]
    assert state.organisations.level[row] == NATIONAL
    assert new(ENGINEERING, "national")(state) == 1


@pytest.mark.parametrize(
    ("kind", "level", "share"),
    [
        (CENTRE, "municipal", 0.6),
        (CENTRE, "provincial", 0.3),
        (CENTRE, "national", 0.1),
        ("technology_innovation_centre", "provincial", 0.3),
        ("technology_innovation_centre", "national", 0.02),
    ],
)
def test_each_level_has_its_share(kind, level, share):
    p = Parameters(municipal=0.6, provincial=0.3, national=0.1, national_innovation_centres=0.02)
    assert pass_share(kind, level, p) == share


def test_work_counts_beside_the_mean_by_doublings():
    quality, none = np.array([1.0, 1.0]), np.zeros(2)
    p = Parameters(lasting=0.6, work=0.2)
    # Work of 3 and 0, on average 1.5: log2(4 / 2.5) = 0.678 and log2(1 / 2.5) = -1.322.
    scores = accreditation.score(quality, np.array([3.0, 0.0]), none, p)
    assert scores == pytest.approx([0.6 + 0.2 * 0.678, 0.6 - 0.2 * 1.322], abs=1e-3)
    # Luck has the weight that makes the standard deviation 1: sqrt(1 - 0.36) = 0.8.
    assert accreditation.score(none, none, np.ones(2), p) == pytest.approx([0.8, 0.8])


def test_work_is_contracts_tenants_and_the_research_of_the_host():
    state = autumn()
    firm = add_firms(state, 1, rd=7.0)[0]
    rows = add_platforms(state, CENTRE, 1, cases=2.0, tenants=3.0, host_firm=firm)
    rows = np.append(rows, add_platforms(state, CENTRE, 1, cases=2.0, tenants=3.0))
    assert accreditation.work(state, rows).tolist() == [12.0, 5.0]


def test_the_research_of_a_firm_that_has_closed_is_no_work():
    state = autumn()
    firm = add_firms(state, 1, rd=7.0, alive=False)[0]
    rows = add_platforms(state, CENTRE, 1, host_firm=firm)
    assert accreditation.work(state, rows).tolist() == [0.0]


# What it pays


def test_a_level_pays_its_reward_when_the_delay_is_over():
    state = autumn(
        offer("level_reward", 5.0, CENTRE, level="provincial", name="provincial"),
        offer("level_reward", 10.0, CENTRE, level="national", name="national"),
        money=100,
    )
    add_platforms(state, CENTRE, 3, quality=10.0, level=np.array([1, 1, 2]))
    add_platforms(state, INCUBATOR, 1, quality=10.0)
    p = Parameters(**BY_QUALITY, provincial=0.5, national=0.5)
    promote(state, p)
    assert promised(state) == {
        (AUTUMN + 4, "provincial"): 2 * 5_000_000,
        (AUTUMN + 4, "national"): 10_000_000,
    }


def test_a_reward_without_a_level_is_for_the_first_recognition():
    # "Recognised as": once, on leaving the lowest level, and not again at the national one.
    state = autumn(offer("level_reward", 1.0, CENTRE), money=100)
    add_platforms(state, CENTRE, 2, quality=10.0, level=np.array([MUNICIPAL, PROVINCIAL]))
    promote(state, Parameters(**BY_QUALITY, national=0.5))
    assert state.organisations.level.tolist() == [PROVINCIAL, NATIONAL]
    assert promised(state) == {(AUTUMN + 4, "level_reward"): 1_000_000}


def test_who_is_not_promoted_is_not_rewarded():
    state = autumn(offer("level_reward", 5.0, CENTRE), money=100)
    add_platforms(state, CENTRE, 3, quality=-10.0)
    promote(state, Parameters(**BY_QUALITY))
    assert promised(state) == {}


def test_scarce_rewards_are_shared_by_equals_and_go_first_to_those_graded_a():
    state = autumn(offer("level_reward", 5.0, CENTRE), money=9)
    add_platforms(state, CENTRE, 3, quality=10.0)
    promote(state, Parameters(**BY_QUALITY))
    assert len(climbed(state)) == 3  # the level is won, whoever has money
    assert promised(state) == {(AUTUMN + 4, "level_reward"): 9_000_000}
    graded = autumn(offer("level_reward", 5.0, CENTRE), money=9)
    add_platforms(graded, CENTRE, 3, quality=10.0, grade=np.array([0, A, B]))
    promote(graded, Parameters(**BY_QUALITY))
    [claim] = graded.claims
    granted = divided(9_000_000, claim.amounts, claim.merit)
    assert granted.tolist() == [2_000_000, 5_000_000, 2_000_000]


def test_a_reward_moves_as_far_as_it_is_counted_on():
    state = autumn(offer("level_reward", 5.0, CENTRE), money=9)
    state.trust["city_fund"] = 0.5
    assert reward(state, CENTRE, "provincial") == 2.5


@pytest.mark.parametrize(("ratio", "yuan"), [(1.0, 500_000), (0.5, 250_000)])
def test_the_city_matches_the_provinces_grant(ratio, yuan):
    match = offer("level_match", ratio, INCUBATOR, level="provincial", name="match")
    state = autumn(PROVINCE, match, money=100)
    assert reward(state, INCUBATOR, "provincial") == pytest.approx(0.5 * (1 + ratio))
    add_platforms(state, INCUBATOR, 1, quality=10.0)
    promote(state, Parameters(**BY_QUALITY))
    assert promised(state) == {(AUTUMN + 4, "grant"): 500_000, (AUTUMN + 4, "match"): yuan}


def test_without_a_provincial_grant_there_is_nothing_to_match():
    city = offer("level_reward", 0.5, INCUBATOR, level="provincial", name="reward")
    state = autumn(city, offer("level_match", 1.0, INCUBATOR), money=100)
    add_platforms(state, INCUBATOR, 1, quality=10.0)
    promote(state, Parameters(**BY_QUALITY))
    assert promised(state) == {(AUTUMN + 4, "reward"): 500_000}


def test_a_level_for_which_the_province_grants_nothing_is_not_matched():
    state = autumn(PROVINCE, offer("level_match", 1.0, INCUBATOR), money=100)
    add_platforms(state, INCUBATOR, 1, quality=10.0, level=PROVINCIAL)
    assert reward(state, INCUBATOR, "national") == 0.0
    promote(state, Parameters(**BY_QUALITY, national=0.5))
    assert promised(state) == {}


def test_a_reward_for_some_hosts_is_paid_to_those():
    # The offer is to universities and institutes; a firm's centre climbs without it.
    reward_public = offer("level_reward", 5.0, CENTRE, recipient="university or institute")
    state = autumn(reward_public, money=100)
    add_platforms(state, CENTRE, 1, quality=10.0, host_class=0)
    promote(state, Parameters(**BY_QUALITY))
    assert climbed(state) == [0]
    assert promised(state) == {}
