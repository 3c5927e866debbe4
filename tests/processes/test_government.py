"""A government that watches its targets: when it presses, where, and what comes of it alone."""

import dataclasses

import numpy as np
import pytest
from test_founding import CENTRE, PLAIN, performers
from world import (
    NORTH,
    SOUTH,
    START,
    add_bodies,
    add_firms,
    add_platforms,
    founded,
    grant_money,
    next_quarter,
    offer,
    promised,
    set_hazard,
    spread,
    tiny,
)

from sim.indicators.measure import founded_for, nominal, pressed
from sim.indicators.table import INDICATORS
from sim.inputs.codes import HOSTS, KIND_CODE
from sim.inputs.number_set import NumberSet
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.processes import demography, founding, government, services
from sim.processes.government import Parameters, effort, in_districts, watch
from sim.region.region import simulate, start_run
from sim.state.platforms import press
from sim.state.targets import Watched

ALERT = Parameters(attention=1.0, rivalry=0.0, presses=0.4, reports=0.1, bids=1.0)
TO_TEN = Watched(
    indicator="engineering_centres_new", start=0.0, now=0.0, goal=10.0, since=START, by=START + 9
)


def pressing(state, now, *, by=START + 9, indicator="", kinds=(CENTRE,), goal=10.0):
    """Let the government of a city see one target, ten to be reached in ten quarters."""
    seen = {"start": 0.0, "now": now, "goal": goal, "since": START, "by": by}
    state.targets = (Watched(indicator=indicator, kinds=kinds, **seen),)
    return state


# When


@pytest.mark.parametrize(
    ("now", "quarter", "pressure"),
    [
        (0.0, START, 0.0),  # at the start the pace is even
        (5.0, START + 5, 0.0),  # half-way, half of it
        (4.0, START + 5, 0.2),  # six in five quarters where one a quarter was meant
        (0.0, START + 5, 1.0),  # twice the pace
        (9.0, START + 9, 0.0),
        (8.5, START + 9, 0.5),  # the last quarter
        (0.0, START + 9, 1.0),
        (10.0, START + 9, 0.0),  # reached
        (8.0, START + 10, 0.0),  # the date is past
        (float("nan"), START + 5, 0.0),
    ],
)
def test_effort_rises_with_what_is_missing_over_the_quarters_left(now, quarter, pressure):
    target = dataclasses.replace(TO_TEN, now=now)
    assert effort(target, quarter, ALERT) == pytest.approx(pressure)
    half = dataclasses.replace(ALERT, attention=0.5)
    assert effort(target, quarter, half) == pytest.approx(pressure / 2)


def test_a_goal_that_is_reached_at_the_start_is_not_pressed_for():
    reached = dataclasses.replace(TO_TEN, start=12.0, now=9.0)
    assert effort(reached, START + 5, ALERT) == 0.0


# Where


def test_districts_that_lag_press_more_and_those_ahead_less():
    p = dataclasses.replace(ALERT, rivalry=1.0)
    shares = np.array([0.5, 0.5])
    # One has three of four where two would be its share.
    assert in_districts(np.array([3.0, 1.0]), shares, 0.4, p) == pytest.approx([0.2, 0.6])
    assert in_districts(np.zeros(2), shares, 0.4, p) == pytest.approx([0.4, 0.4])
    alone = dataclasses.replace(p, rivalry=0.0)
    assert in_districts(np.array([3.0, 1.0]), shares, 0.4, alone).tolist() == [0.4, 0.4]


def test_institutes_from_outside_go_where_more_is_bid_and_are_no_more():
    def districts(bids):
        state = tiny()
        add_bodies(state, "outside", 2000, negotiates_until=START)
        state.totals.bids.update(bids)
        p = dataclasses.replace(PLAIN, talks_succeed=1.0)
        founding.found(state, p)
        return state.organisations.district[founded(state, "institute")]

    alike, bid = districts({}), districts({NORTH: 3.0, SOUTH: 0.0})
    assert alike.size == bid.size == 2000
    assert np.mean(alike == NORTH) == pytest.approx(0.5, abs=spread(0.5, 2000))
    assert np.mean(bid == NORTH) == pytest.approx(0.8, abs=spread(0.8, 2000))


# What comes of it


def town(state, number=2000):
    performers(state, number)
    set_hazard(state, CENTRE, 100.0)
    return state


def test_what_effort_alone_lets_found_is_a_plaque():
    calm, pushed = town(tiny()), pressing(town(tiny(quarter=START + 5)), 0.0)
    calm.quarter = START + 5
    p = dataclasses.replace(PLAIN, approval=0.5)
    for state in (calm, pushed):
        watch(state, ALERT)
        founding.found(state, p)
    before, now = founded(calm, CENTRE), founded(pushed, CENTRE)
    table = pushed.organisations
    assert before.size / 2000 == pytest.approx(0.5, abs=spread(0.5, 2000))
    assert now.size / 2000 == pytest.approx(0.7, abs=spread(0.7, 2000))
    hosts = set(calm.organisations.host_firm[before])
    assert hosts == set(table.host_firm[now[~table.pressed[now]]])
    plaques = now[table.pressed[now]]
    assert not table.new_unit[plaques].any()
    # It costs nothing: the hosts of the others alone have borne theirs.
    assert pushed.flows.invested == pytest.approx(-10.0 * (now.size - plaques.size))
    assert table.new_unit[now[~table.pressed[now]]].all()


def test_expected_foundings_know_of_the_effort():
    state = pressing(town(tiny(quarter=START + 5), 4000), 0.0)
    set_hazard(state, CENTRE, 0.05)
    watch(state, ALERT)
    p = dataclasses.replace(PLAIN, approval=0.5)
    expected = founding.expected_foundings(state, p).sum()
    founding.found(state, p)
    assert founded(state, CENTRE).size == pytest.approx(expected, abs=4 * expected**0.5)


def test_certificates_that_effort_adds_are_nobodys_work():
    def trained(now):
        state = tiny(offer("training_places", 4000.0), money=1e6, quarter=START + 5)
        add_firms(state, 4000, rd=1.0)
        pressing(state, now, indicator="brokers_new", kinds=())
        watch(state, ALERT)
        p = services.Parameters(per_firm=1.0, enrol=1.0, passes=0.5, national_places=0.0)
        services.train_and_enter(state, p)
        services.train_and_enter(state, dataclasses.replace(p, least_active=1.0))
        return state.people

    calm, pushed = trained(5.0), trained(0.0)
    assert not calm.pressed.any()
    assert pushed.pressed.sum() > 100
    assert not (pushed.active & pushed.pressed).any()
    assert len(pushed) > len(calm)


def test_more_firms_apply_for_the_high_tech_status_and_more_relabel():
    def decided(lift):
        state = tiny(offer("high_tech_relief", 0.1), quarter=START + 3)
        add_firms(state, 4000, rd=np.tile([6.0, 2.0], 2000), revenue=100.0)
        state.totals.lift_of_statuses = lift
        p = demography.Parameters(considers=0.3, passes=1.0, relabels=0.3, reach=0.1)
        state.norms.status_cost = 0.0
        demography._decide_on_high_tech(state, p)
        return state.firms

    calm, pushed = decided(0.0), decided(0.4)
    held, holds = calm.high_tech_until > START, pushed.high_tech_until > START
    assert (held <= holds).all()
    assert held[::2].mean() == pytest.approx(0.3, abs=spread(0.3, 2000))
    assert holds[::2].mean() == pytest.approx(0.42, abs=spread(0.42, 2000))
    assert pushed.status_pressed[::2].mean() == pytest.approx(0.12, abs=spread(0.12, 2000))
    assert (pushed.rd_relabelled > 0).sum() > 1.5 * (calm.rd_relabelled > 0).sum()
    assert pushed.rd.sum() == calm.rd.sum()


def test_reported_rd_rises_and_real_rd_does_not():
    ratio = INDICATORS["rd_to_gdp"]
    state = tiny(quarter=START + 5, gdp=1000.0, firm_rd_share=1.0, rd_expenditure=20.0)
    add_firms(state, 10, rd=2.0)
    before = ratio.measure(state), ratio.real(state)
    pressing(state, 1.0, indicator="rd_to_gdp", kinds=(), goal=4.0)
    watch(state, ALERT)
    assert before == pytest.approx((2.0, 2.0))
    # Three in five quarters where one in two and a half was meant: half of full effort.
    assert ratio.measure(state) == pytest.approx(2.1)
    assert ratio.real(state) == pytest.approx(2.0)
    assert pressed(ratio, state) == pytest.approx(0.1)
    assert nominal(ratio, state) == pytest.approx(0.1)


def test_kinds_that_lag_are_paid_first():
    one = offer("founding_grant", 3.0, CENTRE, name="lags")
    two = offer("founding_grant", 3.0, "academician_station", name="other")

    def paid(now):
        state = pressing(tiny(one, two, money=4.0, quarter=START + 5), now)
        add_firms(state, 2)
        watch(state, ALERT)
        for each, row in zip(state.offers.published, ([0], [1]), strict=True):
            state.claim(each, 3.0, payee="firm", rows=np.array(row))
        return {name: amount for (_, name), amount in promised(state).items()}

    assert paid(5.0) == {"lags": 2_000_000, "other": 2_000_000}
    assert paid(0.0) == {"lags": 3_000_000, "other": 1_000_000}


def test_what_a_count_holds_of_plaques_and_of_what_was_pressed_for():
    indicator = INDICATORS["joint_rd_units_new"]
    state = tiny()
    add_platforms(state, "joint_rd_unit", 1, new_unit=False)  # before the plan
    columns = {"decided": START, "opens": START, "reached": START}
    made = {"new_unit": [True, False, False], "pressed": [False, False, True]}
    add_platforms(state, "joint_rd_unit", 3, **columns, **made)
    assert nominal(indicator, state) == 2
    assert pressed(indicator, state) == 1


def test_a_plaque_has_neither_staff_nor_seats():
    state = tiny()
    rows = add_platforms(state, "institute", 2, researchers=40.0, seats=10, new_unit=True)
    press(state, rows, np.array([True, False]))
    table = state.organisations
    assert table.researchers[rows].tolist() == [0.0, 40.0]
    assert table.seats[rows].tolist() == [0, 10]
    assert table.new_unit[rows].tolist() == [False, True]


def test_what_was_once_over_reported_stays_in_the_series():
    state = pressing(tiny(quarter=START + 5), 0.0, indicator="rd_to_gdp", kinds=())
    watch(state, ALERT)
    before = state.totals.over_reported
    pressing(state, 20.0, indicator="rd_to_gdp", kinds=())
    watch(state, ALERT)
    assert state.totals.over_reported == before == pytest.approx(0.1)


def test_a_founding_is_pressed_for_only_where_it_raises_the_count():
    assert founded_for(INDICATORS["joint_rd_units_new"]) == ("joint_rd_unit",)
    assert founded_for(INDICATORS["engineering_centres_county_new"]) == (
        "engineering_research_centre",
    )
    assert founded_for(INDICATORS["national_innovation_centres"]) == ()  # by climbing
    assert founded_for(INDICATORS["tto_universities"]) == ()  # of universities alone


def test_targets_stand_where_they_stood_as_the_last_quarter_ended():
    plan = load_plan("weihai_2018")
    run = start_run(plan, build_mix(plan, "as_written"), scale=0.1, uncertainty="noise")
    measured = [INDICATORS[target.indicator].measure for target in run.state.targets]
    assert [target.now for target in run.state.targets] == [each(run.state) for each in measured]
    for _ in range(5):
        run.step()
        ended = [each(run.state) for each in measured]
        run.finish()
        assert [target.now for target in run.state.targets] == ended


# Nothing seen


def test_without_attention_no_target_is_seen():
    state = pressing(tiny(quarter=START + 5), 0.0, indicator="rd_to_gdp")
    watch(state, dataclasses.replace(ALERT, attention=0.0))
    totals = state.totals
    assert not totals.lift_of_kinds
    assert not totals.bids
    assert not totals.served_first.any()
    assert (totals.lift_of_brokers, totals.lift_of_statuses, totals.over_reported) == (0, 0, 0)


def lives(policy, goal=None, **numbers):
    plan = load_plan("jiangyin_2025")
    if goal:
        targets = [dataclasses.replace(target, value=goal) for target in plan.targets]
        plan = dataclasses.replace(plan, targets=tuple(targets))
    numbers = NumberSet(values={f"government.{name}": value for name, value in numbers.items()})
    case = {"quarters": 8, "seed": 2, "uncertainty": "noise", "scale": 0.1, "numbers": numbers}
    return simulate(plan, build_mix(plan, policy), **case).trajectories


def same(one, other):
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def test_goals_move_nobody_without_attention_and_some_with_it():
    blind = [lives("as_written", goal, attention=0.0) for goal in (None, 1e4)]
    assert same(*blind)
    seen = [lives("as_written", goal, attention=1.0) for goal in (None, 1e4)]
    assert not same(*seen)


def test_without_a_plan_no_target_is_watched_nor_with_an_instrument_alone():
    for policy in ("none", "none+performance_funding"):
        assert same(*(lives(policy, 1e4, attention=attention) for attention in (0.0, 1.0))), policy


def test_effort_ends_where_the_goal_is_reached():
    state = pressing(town(tiny(quarter=START + 5)), 0.0)
    watch(state, ALERT)
    assert state.totals.lift_of_kinds[KIND_CODE[CENTRE], NORTH] == pytest.approx(0.4)
    pressing(state, 10.0)
    next_quarter(state)
    watch(state, ALERT)
    assert not state.totals.lift_of_kinds


def test_services_that_effort_opens_are_pressed():
    def opened(now):
        state = pressing(tiny(quarter=START + 5), now, kinds=("transfer_service",))
        add_bodies(state, "public_body", 2000, host_class=HOSTS.index("public_body"))
        grant_money(state, 0.0) if "city_fund" in state.books.lines else None
        watch(state, ALERT)
        services.train_and_enter(state, services.Parameters(weighs=1.0, registration_weighs=0.0))
        rows = founded(state, "transfer_service")
        return rows.size, int(state.organisations.pressed[rows].sum())

    calm, pushed = opened(5.0), opened(0.0)
    assert calm[1] == 0
    assert pushed[0] == calm[0] + pushed[1]
    assert pushed[1] > 0


def test_the_government_is_declared_to_press_for_what_plans_ask_for():
    assert set(government.PRESSED) <= set(INDICATORS)
