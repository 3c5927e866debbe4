"""Outreach: visits need people and open doors, events need guests, scenarios need applicants."""

import numpy as np
import pytest
from world import (
    START,
    Given,
    add_bodies,
    add_firms,
    add_platforms,
    grant_money,
    next_quarter,
    offer,
    promised,
    tiny,
)

from sim.indicators.outreach import (
    application_scenarios,
    event_firms,
    firm_visits,
    firm_visits_with_deal,
    matchmaking_events,
    scenarios_additional,
    visiting_researchers,
    visiting_researchers_now,
)
from sim.processes.outreach import (
    Parameters,
    attendance,
    begin,
    events_held,
    going,
    of_quarter,
    opening_chance,
    reach_out,
)
from sim.state.flows import Flows

EASY = Parameters(
    open_to_visits=1.0,
    has_time=1.0,
    usual_visits=0.0,
    usual_events=0.0,
    held=1.0,
    willing=0.05,
    visits_a_year=8,
    gives_way=0.0,
    accepts=0.9,
    applicants=6.0,
    science_money=0.1,
)


def town(*offers, firms=400, researchers=1000.0, money=100.0, weight=1.0, seed=1, **stock):
    """400 high-tech firms with R&D, one university, money in plenty."""
    money = money if offers else 0.0
    state = tiny(*offers, money=money, weight=weight, seed=seed, **stock)
    add_bodies(state, "university", 1, researchers=researchers)
    add_firms(state, firms, rd=1.0, high_tech_until=START + 40)
    return state


def live(state, p=EASY, quarters=1):
    for _ in range(quarters):
        reach_out(state, p)
        next_quarter(state)


def test_a_years_number_in_whole_ones():
    assert [of_quarter(30, START + quarter) for quarter in range(4)] == [7, 8, 7, 8]
    assert sum(of_quarter(5, START + quarter) for quarter in range(4)) == 5
    assert of_quarter(0, START) == 0


# Visits


def test_visits_are_as_many_as_planned_where_doors_and_people_are_plenty():
    state = town(offer("visit_number", 80))
    live(state, quarters=4)
    assert firm_visits(state) == 80
    assert (state.firms.visited >= START).sum() == 80
    assert (state.firms.visitor[state.firms.visited > 0] == 0).all()
    # 20 visits a quarter at two each: ten persons; nobody gives way, so they stay the same.
    assert 10 <= visiting_researchers(state) <= 11
    assert sum(promised(state).values()) == 80 * 2000


def test_people_bound_visits():
    # 0.05 of 100 researchers go, twice a quarter each.
    state = town(offer("visit_number", 80), researchers=100.0)
    live(state, quarters=4)
    assert firm_visits(state) == 4 * 10
    assert visiting_researchers(state) == 5


def test_nobody_is_visited_twice_and_firms_run_out():
    state = town(offer("visit_number", 400), firms=150)
    live(state, quarters=4)
    assert firm_visits(state) == 150


def test_a_closed_door_stays_closed():
    p = Parameters(open_to_visits=0.6, has_time=1.0, invited=2.5, usual_visits=0.0)
    state = town(offer("visit_number", 4000), firms=1000, researchers=1e6, money=1000.0)
    live(state, p, quarters=8)
    assert firm_visits(state) == pytest.approx(600, abs=4 * np.sqrt(240))


def test_only_high_tech_firms_are_visited():
    state = town(offer("visit_number", 80))
    state.firms.high_tech_until[::2] = START - 1
    state.firms.alive[1::4] = False
    live(state)
    visited = np.flatnonzero(state.firms.visited)
    assert visited.size == 20
    assert (visited % 4 == 3).all()


def test_visits_stop_with_the_money():
    state = town(offer("visit_number", 80), money=0.01)
    live(state)
    assert firm_visits(state) == 5  # of 2000 yuan each


def test_some_visits_come_about_anyway():
    p = Parameters(usual_visits=0.10)
    state = town(firms=2000, researchers=1e5)
    live(state, p)
    assert firm_visits(state) == pytest.approx(50, abs=4 * np.sqrt(50))


def test_visits_that_led_to_a_deal():
    state = town(offer("visit_number", 80))
    live(state)
    state.firms.partner[np.flatnonzero(state.firms.visited)[:3]] = 0
    assert firm_visits_with_deal(state) == 3


def test_who_goes():
    p = Parameters(visits_a_year=8)
    people = np.array([30.0, 10.0])
    # 20 visits at two each ask for ten persons, spread by how many there are.
    assert going(people, 20, np.zeros(2), p).tolist() == [7, 2]
    assert going(people, 20, np.full(2, 0.9), p).tolist() == [8, 3]
    assert going(people, 1000, np.full(2, 0.9), p).tolist() == [30, 10]
    assert going(np.zeros(2), 20, np.full(2, 0.9), p).tolist() == [0, 0]


def test_those_who_give_way_are_replaced_until_nobody_is_left():
    p = Parameters(
        open_to_visits=1.0, has_time=1.0, usual_visits=0, willing=0.05, visits_a_year=8,
        gives_way=0.5,
    )  # fmt: skip
    state = town(offer("visit_number", 80))
    live(state, p)
    first = visiting_researchers(state)
    assert first == visiting_researchers_now(state)
    live(state, p, quarters=3)
    assert first < visiting_researchers(state) <= 50


def test_a_firm_row_stands_for_its_weight():
    state = town(offer("visit_number", 80), firms=40, weight=10.0)
    live(state, quarters=4)
    assert firm_visits(state) == 80
    assert (state.firms.visited > 0).sum() == 8


# Events


def test_events_need_guests():
    # 400 firms that attend 0.8 a year are 80 guests a quarter: eight events of ten at least.
    p = Parameters(appetite=0.8, least=10, size=30)
    assert events_held(5, 400, p) == 5
    assert events_held(50, 400, p) == 8
    assert events_held(5, 0, p) == 0
    assert attendance(2, 400, p) == pytest.approx(60 / 400)
    assert attendance(8, 400, p) == pytest.approx(0.2)
    assert attendance(8, 0, p) == pytest.approx(0.2)


def test_planned_events_are_held_and_attended():
    state = town(offer("event_number", 8))
    live(state)
    assert matchmaking_events(state) == 2
    assert event_firms(state) == pytest.approx(60, abs=4 * np.sqrt(51))
    assert (state.firms.attended == START).sum() == event_firms(state)
    live(state, quarters=3)
    assert matchmaking_events(state) == 8
    assert sum(promised(state).values()) == 8 * 50_000


def test_too_many_events_are_not_all_held():
    state = town(offer("event_number", 400))
    live(state)
    assert matchmaking_events(state) == 8


def test_some_events_fall_through():
    p = Parameters(usual_events=0.03, held=0.5)
    state = town(offer("event_number", 400), firms=20_000, money=1000.0)
    live(state, p, quarters=4)
    assert matchmaking_events(state) == pytest.approx(200, abs=4 * np.sqrt(100) + 2)


def test_bodies_hold_events_of_their_own():
    p = Parameters(usual_events=0.4)
    state = town(firms=20_000)
    add_platforms(state, "institute", 999)
    live(state, p)
    assert matchmaking_events(state) == pytest.approx(100, abs=40)


# Scenarios


def test_a_plans_number_covers_what_comes_anyway():
    p = Parameters(accepts=0.5)
    assert opening_chance(0.1, 0.1, p) == 0.1
    assert opening_chance(0.1, 0.4, p) == 0.2
    assert opening_chance(0.0, 0.0, p) == 0.0
    assert opening_chance(0.0, 9.0, p) == 1.0


def test_scenarios_are_opened_ordered_and_built_later():
    p = Parameters(
        departments=20, departments_per_district=3, accepts=0.9, applicants=6.0, science_money=0.1,
        scenario_building=2,
    )  # fmt: skip
    state = town(offer("scenario_number", 1000.0), money=1000.0)
    reach_out(state, p)
    opened = state.flows.scenarios_opened
    assert 20 <= opened <= 26  # one per department but where nobody applies
    orders = state.firms.first_orders
    assert opened <= orders.sum() <= 5 * opened
    assert sum(promised(state).values()) == pytest.approx(1e5 * orders.sum(), abs=26)
    assert scenarios_additional(state) == opened
    assert application_scenarios(state) == 0
    next_quarter(state)
    reach_out(state, p)
    assert application_scenarios(state) == 0
    next_quarter(state)
    reach_out(state, p)
    assert application_scenarios(state) == opened


def test_no_scenario_without_a_firm_or_money():
    state = town(offer("scenario_number", 1000.0), firms=0)
    reach_out(state, EASY)
    assert state.flows.scenarios_opened == 0
    state = town(offer("scenario_number", 1000.0), money=0.0)
    reach_out(state, EASY)
    assert state.flows.scenarios_opened == 0


def test_first_orders_last_a_quarter():
    state = town(offer("scenario_number", 1000.0), money=1000.0)
    live(state)
    assert state.firms.first_orders.sum() > 0
    state.quarter += 400  # the offers are published once; their window is long over
    state.offers = tiny().offers
    reach_out(state, EASY)
    assert state.firms.first_orders.sum() == 0


def test_the_start_is_in_flow():
    p = Parameters(scenario_years=2, scenario_building=3, usual_events=0.2)
    state = town(scenarios=8.0)
    state.history.extend(Flows() for _ in range(4))
    begin(state, Given(p))
    assert application_scenarios(state) == 16
    assert matchmaking_events(state) == pytest.approx(4 * 0.05)
    reach_out(state, p)
    assert application_scenarios(state) == 18


# What all have in common


def test_without_offers_and_habits_nothing_moves():
    state = town()
    live(state, quarters=4)
    assert firm_visits(state) == matchmaking_events(state) == application_scenarios(state) == 0
    assert visiting_researchers(state) == 0
    assert not state.books.payments


LEVERS = ("visit_number", "event_number", "scenario_number")


def lived(*offers, seed=1):
    p = Parameters(usual_visits=0.1, usual_events=0.6)
    state = town(*offers, scenarios=20.0, seed=seed)
    live(state, p, quarters=4)
    return state


@pytest.mark.parametrize("lever", LEVERS)
def test_an_empty_offer_changes_nothing(lever):
    one, other = lived(), lived(offer(lever, 0.0))
    assert one.totals == other.totals
    assert one.history == other.history
    for name in ("visited", "visitor", "attended", "first_orders"):
        assert (getattr(one.firms, name) == getattr(other.firms, name)).all()


def test_who_is_reached_anyway_is_reached_with_a_plan():
    without = lived()
    for lever in LEVERS:
        grown = lived(offer(lever, 40.0))
        assert ((grown.firms.visited > 0) >= (without.firms.visited > 0)).all()
        assert grown.totals.scenarios >= without.totals.scenarios
    assert firm_visits(lived(offer("visit_number", 40.0))) > firm_visits(without)


def test_effort_quickens_the_pace():
    def visits(*effort):
        state = town(offer("visit_number", 40.0), *effort)
        live(state, quarters=4)
        return firm_visits(state)

    from dataclasses import replace

    effort = replace(offer("management_effort", 0.5), platform_kind=("all",))
    assert visits() == 40
    assert visits(effort) == 60


def test_money_of_one_line_is_shared():
    state = town(offer("visit_number", 80), offer("event_number", 8), money=0.0)
    grant_money(state, 0.12)
    live(state)
    assert matchmaking_events(state) == 2  # 0.10 of it
    assert firm_visits(state) == 10
