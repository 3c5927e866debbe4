"""Means of hosts: what they set aside, what foundings take, and who has too little to found."""

import dataclasses

import numpy as np
import pytest
from test_founding import CENTRE, PLAIN, SURE, performers
from world import (
    START,
    Given,
    add_bodies,
    add_firms,
    add_platforms,
    founded,
    next_quarter,
    offer,
    set_cost,
    set_hazard,
    tiny,
)

from sim.inputs.codes import HOSTS
from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.choosing import build_mix
from sim.processes import accounts, founding
from sim.region.region import start_run
from sim.state.columns import CLOSED
from sim.state.hosts import hosts
from sim.state.means import Money, at_hand, carried

# A quarter of revenue of 100 a year, 2 a hospital, a thousandth of a GDP of 1000, kept two years.
SAVING = accounts.Parameters(
    firms_set_aside=0.04,
    science_sets_aside=0.1,
    hospital_sets_aside=2.0,
    public_sets_aside=0.002,
    saved=2.0,
    adjusts=0.0,
)


def town(*offers, carries=1.0, money=0.0, hazard=SURE, firms=0, **columns):
    """Return a city in which every firm wants to found a centre, which costs 10 M CNY."""
    state = tiny(*offers, money=money)
    state.founders = dataclasses.replace(state.founders, carries=carries)
    performers(state, firms, **columns)
    set_hazard(state, CENTRE, hazard)
    return state


def book(state):
    """Return all means, for all that the rows stand for, million CNY."""
    table = state.organisations
    return float(state.firms.means.sum() * state.weight + (table.means * table.stands_for).sum())


def moved(flows):
    return flows.set_aside + flows.invested + flows.founders_paid + flows.from_platforms


# What carries a founding


@pytest.mark.parametrize(
    ("means", "advance", "carries", "part"),
    [
        (10.0, 0.0, 1.0, 1.0),
        (2.5, 0.0, 1.0, 0.25),
        (2.5, 0.0, 0.5, 0.5),
        (0.0, 2.5, 0.5, 0.5),
        (50.0, 5.0, 0.5, 1.0),
        (0.0, 0.0, 0.5, 0.0),
        (0.0, 0.0, 0.0, 1.0),
    ],
)
def test_how_far_means_and_an_advance_carry_a_cost_of_ten(means, advance, carries, part):
    money = Money(np.array([means]), np.array([advance]), np.array([10.0]), carries)
    assert carried(money, 0, 0, advance) == pytest.approx(part)


def test_of_firms_with_a_quarter_of_the_cost_a_quarter_as_many_found():
    numbers = []
    for means in (10.0, 2.5):
        state = town(firms=4000, means=means, hazard=0.01)
        founding.found(state, PLAIN)
        numbers.append(founded(state, CENTRE).size)
    assert numbers[0] > numbers[1] > 0
    # Chances of .01 and .0025 of 4,000 firms: 40 and 10, within four standard errors.
    assert abs(numbers[0] - 40) < 26
    assert abs(numbers[1] - 10) < 13


def test_whose_means_are_used_up_founds_nothing_unless_it_is_given_an_advance():
    state = town(firms=50, means=-3.0)
    founding.found(state, PLAIN)
    assert founded(state, CENTRE).size == 0
    state = town(offer("founding_grant", 5.0, CENTRE), firms=50, means=-3.0)
    founding.found(state, PLAIN)
    assert founded(state, CENTRE).size == 50


def test_an_advance_that_nobody_trusts_carries_nothing():
    state = town(offer("founding_grant", 5.0, CENTRE), firms=50)
    state.trust["city_fund"] = 0.0
    founding.found(state, PLAIN)
    assert founded(state, CENTRE).size == 0


def test_without_the_effect_means_change_no_founding():
    kinds = []
    for means in (-50.0, 0.0, 1e9):
        state = town(firms=200, means=means, hazard=0.2, carries=0.0)
        founding.found(state, PLAIN)
        kinds.append(state.organisations.host_firm[founded(state, CENTRE)].tolist())
    assert kinds[0] == kinds[1] == kinds[2] != []


def test_the_expected_number_is_what_is_drawn():
    state = town(firms=6000, means=np.tile([0.0, 1.0, 5.0, 20.0], 1500), hazard=0.05, carries=0.5)
    expected = founding.expected_foundings(state, PLAIN).sum()
    founding.found(state, PLAIN)
    assert founded(state, CENTRE).size == pytest.approx(expected, abs=4 * expected**0.5)


# What goes in and out


def test_a_founding_takes_its_cost_and_a_grant_comes_back_when_it_is_paid():
    state = town(offer("founding_grant", 3.0, CENTRE), firms=1, means=12.0, money=2.0)
    founding.found(state, PLAIN)
    assert state.firms.means[0] == pytest.approx(2.0)
    for _ in range(4):
        next_quarter(state)
        assert state.firms.means[0] == pytest.approx(2.0)
    next_quarter(state)
    assert state.firms.means[0] == pytest.approx(2.0 + 2.0)  # of 3 claimed the line had 2


def test_a_promise_that_is_never_paid_leaves_the_founder_with_the_cost():
    state = town(offer("founding_grant", 3.0, CENTRE), firms=1, means=12.0)
    founding.found(state, PLAIN)
    next_quarter(state)
    assert state.firms.means[0] == pytest.approx(2.0)
    assert state.history[-1].founders_paid == 0.0


def test_in_a_thinned_city_one_firm_of_ten_bears_its_own_institute():
    state = tiny(weight=10.0)
    state.founders = dataclasses.replace(state.founders, carries=1.0)
    performers(state, 1, means=20.0, leading=True)
    set_hazard(state, "institute", SURE)
    founding.found(state, PLAIN)
    # All ten found one, of 10 M CNY each: each firm of the row is 10 M CNY poorer.
    assert founded(state, "institute").size == 10
    assert state.firms.means[0] == pytest.approx(10.0)
    assert state.flows.invested == pytest.approx(-100.0)


def test_each_host_sets_aside_by_what_it_is_up_to_what_it_keeps():
    state = tiny(gdp=1000.0)
    add_firms(state, 1, revenue=100.0)
    bodies = {name: add_bodies(state, name, 2, researchers=50.0) for name in
              ("university", "hospital", "public_body", "outside")}  # fmt: skip
    table, yearly = state.organisations, {"university": 5.0, "hospital": 2.0, "public_body": 1.0}
    accounts.keep_accounts(state, SAVING)
    assert state.firms.means[0] == pytest.approx(4.0 / 4)
    for name, rows in bodies.items():
        assert table.means[rows] == pytest.approx(yearly.get(name, 0.0) / 4), name
    for _ in range(20):
        accounts.keep_accounts(state, SAVING)
    assert state.firms.means[0] == pytest.approx(2 * 4.0)
    assert table.means[bodies["hospital"]] == pytest.approx(2 * 2.0)
    table.means[bodies["hospital"]] = 9.0  # what it was given beyond that it may keep
    accounts.keep_accounts(state, SAVING)
    assert table.means[bodies["hospital"]] == pytest.approx(9.0)


def test_who_founded_lately_begins_with_less():
    state = tiny()
    firms = add_firms(state, 3, revenue=100.0)
    for firm, age in ((0, 4), (1, 12)):
        add_platforms(state, CENTRE, 1, host_class=HOSTS.index("firm"), host_firm=firm,
                      decided=START - age)  # fmt: skip
    accounts.begin(state, Given(SAVING))
    # It keeps 8 and sets 4 a year aside: a year after a founding of 10 it lacks 6 of them.
    assert state.firms.means[firms] == pytest.approx([2.0, 8.0, 8.0])
    set_cost(state, CENTRE, found_cost=100.0)
    accounts.begin(state, Given(SAVING))
    assert state.firms.means[firms] == pytest.approx([1.0, 1.0, 8.0])


def test_a_newer_unit_costs_its_host_a_reserve_and_what_it_adds_each_year():
    state = tiny(money=0.0)
    host = add_bodies(state, "university", 1)[0]
    set_cost(state, "key_laboratory", run_cost=2.0)
    older, newer = START - 1, START
    where = {"host_class": HOSTS.index("university"), "host_body": host}
    add_platforms(state, "key_laboratory", 1, decided=older, **where)
    accounts.begin(state, Given(SAVING))
    add_platforms(state, "key_laboratory", 1, decided=newer, **where)
    before = float(state.organisations.means[host])
    p = dataclasses.replace(SAVING, science_sets_aside=0.0, reserve=1.0)
    accounts.keep_accounts(state, p)
    assert state.organisations.means[host] == pytest.approx(before - 2.0 - 2.0 / 4)


def test_money_for_a_unit_without_an_account_is_its_hosts():
    state = tiny()
    firm = add_firms(state, 1, revenue=0.0)[0]
    unit = add_platforms(state, CENTRE, 1, host_class=HOSTS.index("firm"), host_firm=firm)[0]
    state.organisations.received[unit] = 1.5
    accounts.keep_accounts(state, SAVING)
    assert state.firms.means[firm] == pytest.approx(1.5)


def test_an_institute_below_zero_saves_nothing_and_leaves_what_it_has_to_its_host():
    state = tiny()
    university = add_bodies(state, "university", 1)[0]
    where = {"host_class": HOSTS.index("university"), "host_body": university}
    poor = add_platforms(state, "institute", 1, researchers=50.0, short=1, means=3.0, **where)[0]
    accounts.keep_accounts(state, SAVING)
    assert state.organisations.means[poor] == pytest.approx(3.0)
    before, cash = state.organisations.means[university], state.organisations.cash[poor]
    state.organisations.status[poor] = CLOSED
    accounts.keep_accounts(state, SAVING)
    assert state.organisations.means[poor] == 0.0
    assert state.organisations.means[university] == pytest.approx(before + 3.0 + cash)


def test_savings_pay_for_one_founding_after_the_other():
    state = tiny()
    firm = add_firms(state, 1, revenue=100.0)[0]  # sets 4 a year aside and keeps 8
    for _ in range(2):
        add_platforms(state, CENTRE, 1, host_class=HOSTS.index("firm"), host_firm=firm,
                      decided=START - 8)  # fmt: skip
    accounts.begin(state, Given(SAVING))
    # Two of 10 from 8, and two years' savings since: 8 - 20 + 8 is below a quarter's savings.
    assert state.firms.means[firm] == pytest.approx(1.0)
    set_cost(state, CENTRE, found_cost=5.0)
    accounts.begin(state, Given(SAVING))
    assert state.firms.means[firm] == pytest.approx(8.0 - 2 * 5.0 + 8.0)


@pytest.mark.parametrize("name", ["weihai_2018", "jiangyin_2025"])
def test_the_hosts_books_close_in_every_quarter(name):
    plan = load_plan(name)
    run = start_run(plan, build_mix(plan, "as_written"), uncertainty="both", scale=0.1)
    # Who enters has nothing at hand yet.
    before = book(run.state)
    for _ in range(8):
        run.step()
        after, flows = book(run.state), run.state.flows
        run.finish()
        assert after - before == pytest.approx(moved(flows), rel=1e-9, abs=1e-6)
        assert flows.set_aside > 0
        before = after


@pytest.mark.parametrize("name", plan_names())
def test_no_class_of_hosts_begins_without_means(name):
    run = start_run(load_plan(name), None, scale=0.1)
    for each in ("firm", "university", "public_body", "institute", "hospital"):
        host = hosts(run.state, each)
        if host.rows.size:
            assert at_hand(run.state, host).max() > 0, each
