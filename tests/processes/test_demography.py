"""Demography: closing, entering, the statistical threshold and the statuses."""

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
    spread,
    tiny,
)

from sim.core.identity import LATENT_FOUNDER
from sim.processes.demography import Parameters, hazards, keep_technology_smes, renew

# Nobody closes, enters or applies.
STILL = {
    "exit_scale": 0.0,
    "above_scale_exit": 0.0,
    "above_scale_entry": 0.0,
    "spin_offs": 0.0,
    "becomes_sme": 0.0,
    "considers": 0.0,
    "relabels": 0.0,
}
YEARLY = [0.016, 0.063, 0.095, 0.085, 0.085, 0.085, 0.085, 0.06, 0.06]  # by age; then it stays


def still(**numbers):
    return Parameters(**(STILL | numbers))


def chances(state):
    """Return the draw of each firm that decides whether it closes."""
    return state.luck("demography").uniform(state.firms.id, 0)


# Closing


def test_small_firms_close_by_age():
    state = tiny()
    years = np.repeat(np.arange(9), 2000)
    add_firms(state, years.size, above_scale=False, founded=START - 4 * years - 2)
    u = chances(state)
    renew(state, still(exit_scale=1.0))
    hazard = np.array(YEARLY)[years]
    assert np.array_equal(~state.firms.alive, u < hazard / 4)
    assert state.flows.closed == (~state.firms.alive).sum()
    for year, expected in enumerate(YEARLY):
        share = (~state.firms.alive)[years == year].mean()
        assert share == pytest.approx(expected / 4, abs=spread(expected / 4, 2000)), year


def test_the_hazards_by_age_are_as_published():
    by_age = [0.016, 0.063, 0.095, 0.085, 0.085, 0.085, 0.085, 0.06]
    assert hazards(Parameters()).tolist() == by_age


def test_a_carrier_shelters_and_the_time_after_it_is_harder():
    state = tiny()
    carrier = add_platforms(state, "incubator", 1)[0]
    row = {"above_scale": False, "founded": START - 10}  # two years: 0.095 a year
    add_firms(state, 3000, **row)
    add_firms(state, 3000, **row, carrier=carrier)
    add_firms(state, 3000, **row, left_seat=START - 11)
    add_firms(state, 3000, **row, left_seat=START - 12)  # three years ago
    u = chances(state)
    renew(state, still(exit_scale=1.0, inside=0.8, after=1.2))
    ratio = np.repeat([1.0, 0.8, 1.2, 1.0], 3000)
    assert np.array_equal(~state.firms.alive, u < 0.095 / 4 * ratio)


def test_large_firms_close_less_often_the_larger_they_are():
    # The norm makes the mean hazard the stated one: here that of a firm of one person.
    state = tiny(mean_closing_size=1.0)
    add_firms(state, 4000, employees=np.repeat([1.0, 1024.0], 2000))
    u = chances(state)
    renew(state, still(above_scale_exit=0.4, size_effect=0.3))
    hazard = np.repeat([0.4, 0.4 / 8], 2000)  # 1024 ** 0.3 = 8
    assert np.array_equal(~state.firms.alive, u < hazard / 4)


def test_the_norm_makes_the_mean_hazard_the_stated_one():
    employees = np.repeat([10.0, 100.0, 1000.0], 4000)
    state = tiny(mean_closing_size=float((employees**-0.3).mean()))
    add_firms(state, 12_000, employees=employees)
    renew(state, still(above_scale_exit=0.2, size_effect=0.3))
    share = (~state.firms.alive).mean()
    assert share == pytest.approx(0.05, abs=spread(0.05, 12_000))


# Entering


def entrants(state):
    new = state.firms.founded == state.quarter
    return state.firms.id[new]


def test_latent_founders_enter_at_the_citys_rate():
    state = tiny(startup_entry=4000.0)
    renew(state, still())
    # 2000 latent founders, of whom half enter.
    assert entrants(state).size == pytest.approx(1000, abs=4 * np.sqrt(2000 / 4))
    assert state.flows.entered == entrants(state).size
    assert not state.firms.above_scale.any()


def test_large_firms_enter_as_others_left_at_the_start():
    state = tiny(leave_above_scale=400.0)
    renew(state, still(above_scale_entry=1.0))
    assert entrants(state).size == pytest.approx(400, abs=4 * np.sqrt(800 / 4))
    assert state.firms.above_scale.all()
    assert (state.firms.revenue > 20.0).all()


def test_a_thinned_city_has_fewer_entrants_who_stand_for_as_many():
    state = tiny(startup_entry=4000.0, weight=10.0)
    renew(state, still())
    assert entrants(state).size == pytest.approx(100, abs=4 * np.sqrt(200 / 4))
    assert state.flows.entered == 10 * entrants(state).size


def test_start_ups_grow_in_number_with_the_economy():
    state = tiny(startup_entry=4000.0)
    state.gdp = 1.5 * state.figures.gdp
    renew(state, still())
    assert entrants(state).size == pytest.approx(1500, abs=4 * np.sqrt(3000 / 4))


def test_researchers_spin_off_firms():
    state = tiny()
    add_bodies(state, "university", 1, researchers=100_000.0)
    renew(state, still(spin_offs=0.02))
    assert entrants(state).size == pytest.approx(500, abs=4 * np.sqrt(1000 / 4))


def test_entrants_are_the_same_founders_in_two_worlds():
    columns = ("id", "district", "cluster", "field", "revenue", "employees", "propensity", "rd")
    worlds = []
    for incumbents in (3, 50):
        state = tiny(startup_entry=400.0, rd_firm_share=0.3)
        add_firms(state, incumbents)
        add_platforms(state, "incubator", incumbents)
        for _ in range(3):
            renew(state, still())
            next_quarter(state)
        new = state.firms.founded >= START
        assert (state.firms.id[new] >> np.uint64(56) == LATENT_FOUNDER).all()
        worlds.append({name: getattr(state.firms, name)[new].tolist() for name in columns})
    assert worlds[0] == worlds[1]
    assert len(set(worlds[0]["id"])) == len(worlds[0]["id"]) > 200


def test_more_researchers_bring_more_founders_and_lose_none():
    worlds = []
    for researchers in (0.0, 20_000.0):
        state = tiny(startup_entry=400.0)
        add_bodies(state, "university", 1, researchers=researchers)
        renew(state, still(spin_offs=0.004))
        worlds.append(set(entrants(state).tolist()))
    assert worlds[0] < worlds[1]


def test_start_ups_with_research_become_technology_smes():
    state = tiny(becomes_sme=0.05)
    add_firms(state, 4000, above_scale=False, rd=1.0)
    add_firms(state, 500, above_scale=False)
    add_firms(state, 500, rd=1.0)
    renew(state, still(becomes_sme=2.0))
    new = state.firms.technology_sme
    assert new[:4000].mean() == pytest.approx(0.1, abs=spread(0.1, 4000))
    assert not new[4000:].any()


def test_as_many_start_ups_become_technology_smes_as_leave_them():
    state = tiny()
    add_firms(state, 800, above_scale=False, technology_sme=True, founded=START - 40)
    add_firms(state, 1200, above_scale=False, rd=1.0)
    keep_technology_smes(state, still(exit_scale=1.0))
    assert state.norms.becomes_sme == pytest.approx(800 * 0.06 / 4 / 1200)  # ten years: 6 % a year


def test_start_ups_too_old_for_one_end_their_research():
    state = tiny()
    founded = START - np.array([19, 20, 20, 20])
    smes, large = np.array([False, False, True, False]), np.array([False, False, False, True])
    add_firms(state, 4, rd=1.0, technology_sme=smes, above_scale=large, founded=founded)
    renew(state, still(cohort_years=5.0, leaves_technology=1.0))
    assert state.firms.rd.tolist() == [1.0, 0.0, 1.0, 1.0]
    assert state.firms.propensity[1] == 0.0  # and none begins again


# The yearly count


@pytest.mark.parametrize("quarter", range(START, START + 4))
def test_firms_are_counted_anew_at_the_years_end(quarter):
    state = tiny(quarter=quarter)
    add_firms(
        state,
        4,
        revenue=np.array([19.9, 20.0, 20.0, 19.9]),
        above_scale=np.array([True, True, False, False]),
    )
    renew(state, still())
    if quarter == AUTUMN:
        assert state.firms.above_scale.tolist() == [False, True, True, False]
        assert (state.flows.fell_below, state.flows.rose_above) == (1, 1)
    else:
        assert state.firms.above_scale.tolist() == [True, True, False, False]


# High-tech status. A firm of 100 M CNY needs 4 M CNY of R&D and saves 0.10 · 0.06 · 100 = 0.6 M
# CNY a year.

RELIEF = offer("high_tech_relief", 0.10, payer="nation", name="relief")
REWARD = offer("high_tech_reward", 0.2, name="reward")
ALL_PASS = {"considers": 1.0, "passes": 1.0, "renews": 1.0, "cost_spread": 0.0}


def holders(state):
    return np.flatnonzero(state.firms.high_tech_until > state.quarter).tolist()


def statuses(*offers, money=1e6, p=None, cost=0.0, **columns):
    state = tiny(*offers, quarter=AUTUMN, money=money if REWARD in offers else 0, status_cost=cost)
    number = max((np.size(column) for column in columns.values()), default=1)
    add_firms(state, number, **columns)
    renew(state, still(**(ALL_PASS | (p or {}))))
    return state


@pytest.mark.parametrize(
    ("revenue", "needed"), [(30.0, 1.5), (50.0, 2.5), (100.0, 4.0), (200.0, 8.0), (1000.0, 30.0)]
)
def test_the_status_asks_for_a_share_of_revenue_by_size(revenue, needed):
    state = statuses(RELIEF, revenue=revenue, rd=np.array([needed - 0.001, needed]))
    assert holders(state) == [1]
    assert state.firms.high_tech_until[1] == AUTUMN + 12  # three years


@pytest.mark.parametrize(
    ("column", "holds"),
    [
        ({}, True),
        ({"above_scale": False, "revenue": 19.0, "technology_sme": True}, True),
        ({"above_scale": False, "revenue": 19.0}, False),
        ({"alive": False}, False),
    ],
)
def test_who_may_apply(column, holds):
    state = statuses(RELIEF, rd=50.0, **column)
    assert (holders(state) == [0]) == holds


def test_nobody_applies_for_what_does_not_pay():
    # Three years of relief on 20 M CNY: 0.10 · 0.06 · 20 · 3 = 0.36 M CNY.
    for cost, holds in ((0.35, True), (0.37, False)):
        state = statuses(RELIEF, cost=cost, revenue=20.0, rd=9.0)
        assert (holders(state) == [0]) == holds
    assert holders(statuses(cost=0.01, rd=50.0)) == []  # nothing is offered


def test_the_more_a_firm_gains_the_likelier_it_applies():
    p = {"cost_spread": 0.5}
    revenue = np.repeat([20.0, 40.0], 4000)
    state = statuses(RELIEF, p=p, cost=0.36, revenue=revenue, rd=9.0)
    holds = state.firms.high_tech_until > AUTUMN
    # At the median cost a half; at twice the gain all but those beyond ln 2 / 0.5 deviations.
    assert holds[:4000].mean() == pytest.approx(0.5, abs=spread(0.5, 4000))
    assert holds[4000:].mean() == pytest.approx(0.917, abs=spread(0.917, 4000))


def test_a_reward_moves_the_first_application_only():
    columns = {"revenue": 20.0, "rd": 9.0, "high_tech_until": np.array([0, AUTUMN])}
    assert holders(statuses(RELIEF, REWARD, cost=0.45, **columns)) == [0]  # 0.36 + 0.2, and 0.36


def test_a_share_of_firms_applies_and_a_share_of_those_passes():
    p = {"considers": 0.5, "passes": 0.4}
    state = statuses(RELIEF, p=p, rd=np.full(4000, 50.0))
    assert len(holders(state)) / 4000 == pytest.approx(0.2, abs=spread(0.2, 4000))
    applied = state.flows.high_tech_applications / 4000
    assert applied == pytest.approx(0.5, abs=spread(0.5, 4000))


def test_holders_renew_without_weighing_and_lose_it_without_the_research():
    p = {"considers": 0.0, "renews": 1.0, "passes": 0.0}
    until = np.array([AUTUMN, AUTUMN, AUTUMN + 4, 0])
    state = statuses(RELIEF, p=p, rd=np.array([4.0, 3.9, 0.0, 9.0]), high_tech_until=until)
    assert state.firms.high_tech_until.tolist() == [AUTUMN + 12, AUTUMN, AUTUMN + 4, 0]
    assert holders(state) == [0, 2]


def test_some_just_below_relabel_other_cost_as_research():
    p = {"relabels": 1.0, "reach": 0.6}
    state = statuses(RELIEF, p=p, rd=np.array([2.39, 2.4, 3.9, 4.0]))
    assert holders(state) == [1, 2, 3]
    assert state.firms.rd_relabelled == pytest.approx([0.0, 1.6, 0.1, 0.0])
    assert state.firms.rd.tolist() == [2.39, 2.4, 3.9, 4.0]  # the real book does not move


def test_relabelling_ends_with_the_status():
    state = statuses(rd=3.0, high_tech_until=AUTUMN, rd_relabelled=1.0)
    assert state.firms.rd_relabelled[0] == 0.0


def test_relief_is_noted_every_year_and_the_reward_is_paid_once():
    state = tiny(RELIEF, REWARD, quarter=AUTUMN, money=10, weight=2.0)
    add_firms(state, 1, rd=50.0)
    p = still(**ALL_PASS, margin=0.06)
    for _ in range(2):
        renew(state, p)
        promised(state)
        state.quarter += 4
    # A row stands for two firms: 2 · 0.6 M CNY a year, 2 · 0.2 M CNY once.
    assert promised(state) == {
        (AUTUMN + 4, "relief"): 1_200_000,
        (AUTUMN + 4, "reward"): 400_000,
        (AUTUMN + 8, "relief"): 1_200_000,
    }


# Advanced service firms: 0.10 · 0.06 of revenue a year

SERVICE = offer("recognition_reward", 0.2, name="service")
SERVICE_RELIEF = offer("status_relief", 0.10, payer="nation", name="service relief")


def service_city(*offers, number=4000, **columns):
    state = tiny(*offers, quarter=AUTUMN, money=1e6 if SERVICE in offers else 0)
    usual = {"above_scale": False, "technology_sme": True, "revenue": 10.0, "field": 4}
    add_firms(state, number, **(usual | columns))
    return state


def test_a_share_of_firms_a_year_weighs_the_service_status():
    state = service_city(SERVICE)
    renew(state, still(considers=0.6, passes=0.5, cost=0.15))
    share = state.firms.service_status.mean()
    assert share == pytest.approx(0.3, abs=spread(0.3, 4000))


@pytest.mark.parametrize(
    ("column", "able"),
    [
        ({}, True),
        ({"field": 2}, True),
        ({"field": 6}, True),
        ({"field": 1}, False),  # not of information technology
        ({"field": 7}, False),
        ({"technology_sme": False}, False),
        ({"alive": False}, False),
    ],
)
def test_who_may_become_an_advanced_service_firm(column, able):
    state = service_city(SERVICE, number=400, **column)
    renew(state, still(considers=1.0, passes=1.0))
    assert state.firms.service_status.any() == able


@pytest.mark.parametrize(("cost", "applies"), [(0.37, True), (0.39, False)])
def test_the_service_status_must_pay(cost, applies):
    # 0.2 M CNY and three years of 0.10 · 0.06 · 10: 0.38 M CNY.
    state = service_city(SERVICE, SERVICE_RELIEF, number=400)
    renew(state, still(considers=1.0, passes=1.0, cost=cost))
    assert state.firms.service_status.any() == applies


def test_the_service_reward_is_paid_once_to_each():
    state = service_city(SERVICE, number=200)
    p = still(considers=1.0, passes=1.0)
    for _ in range(6):
        renew(state, p)
        state.quarter += 4
    holding = state.firms.service_status.sum()
    assert sum(promised(state).values()) == holding * 200_000
