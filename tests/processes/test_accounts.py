"""Accounts: what units earn and spend, how they follow their income, and who fails."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import (
    START,
    Given,
    add_bodies,
    add_firms,
    add_platforms,
    next_quarter,
    offer,
    set_cost,
    tiny,
)

from sim.inputs.codes import HOSTS, KIND_CODE
from sim.processes import accounts, incubation, settle
from sim.processes.accounts import Parameters, begin, keep_accounts, rents, resized
from sim.state.books import Purse
from sim.state.columns import ACTIVE, CLOSED

CARRIER, LAB = "incubator", "key_laboratory"
STILL = {"adjusts": 0.0, "rescued": 1.0, "rent_answers": 0.0, "replaces": 0.0}


def town(*offers, carriers=0, labs=0, tenants=20.0, money=0.0, begins=True, **numbers):
    """Return a city of carriers with 40 seats and laboratories, which cost 3 and 2 a year."""
    state = tiny(*offers, money=money)
    add_firms(state, 1)
    add_bodies(state, "university", 1)
    for kind, cost in ((CARRIER, 3.0), (LAB, 2.0)):
        set_cost(state, kind, run_cost=cost)
    state.costs["seats"][KIND_CODE[CARRIER]] = 40.0
    where = {"host_class": HOSTS.index("university"), "host_body": 0, "opens": START}
    add_platforms(state, CARRIER, carriers, seats=40, tenants=tenants, **where)
    add_platforms(state, LAB, labs, **where)
    state.norms.seats_taken = 0.5
    p = Parameters(**(STILL | numbers))
    if begins:
        begin(state, Given(p))
    return state, p


def live(state, p, quarters=1):
    for _ in range(quarters):
        keep_accounts(state, p)
        next_quarter(state)


# At the start


def test_at_the_start_every_unit_balances():
    state, p = town(carriers=2, labs=1, tenants=np.array([10.0, 30.0]), tenants_pay=0.6)
    table = state.organisations
    rows = accounts.holders(state)
    # Two carriers cost 6, of which forty tenants pay 3.6: 0.09 each, 0.9 and 2.7 in all.
    assert state.norms.price[KIND_CODE[CARRIER]] == pytest.approx(0.09)
    assert table.host_pays[rows] == pytest.approx([2.1, 0.3, 2.0])
    cash = table.cash[rows].copy()
    live(state, p, 8)
    assert table.cash[rows] == pytest.approx(cash)
    assert table.status[rows].tolist() == [ACTIVE] * 3
    assert table.capacity[rows].tolist() == [1.0] * 3


def test_reserves_of_the_start_are_of_all_sizes_and_a_new_unit_has_the_usual_one():
    state, _ = town(labs=400, reserve=0.5)
    held = state.organisations.cash[accounts.holders(state)]
    assert held.mean() == pytest.approx(0.5 * 2.0, rel=0.1)
    assert held.min() < 0.1
    assert held.max() > 1.9
    state, p = town(labs=1, begins=False, reserve=0.5)
    keep_accounts(state, p)
    assert state.organisations.cash[accounts.holders(state)] == pytest.approx([1.0])


def test_what_is_a_part_of_a_firm_has_no_account():
    state, _ = town()
    add_platforms(state, "enterprise_technology_centre", 1)
    assert accounts.holders(state).size == 0


def test_where_nobody_pays_at_the_start_the_host_pays_all():
    state, p = town(carriers=1, tenants=0.0)
    assert state.organisations.host_pays[accounts.holders(state)] == pytest.approx([3.0])
    live(state, p, 4)
    assert state.flows.failed_platforms == 0


# Books


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.floats(0, 60), min_size=4, max_size=4),
    st.lists(st.floats(0, 5), min_size=4, max_size=4),
    st.floats(0, 0.2),
    st.floats(0, 1),
)
def test_changes_of_cash_are_receipts_less_costs(tenants, received, adjusts, rescued):
    state, p = town(carriers=3, labs=1, adjusts=adjusts, rescued=rescued, reserve=0.25, patience=2)
    table, rows = state.organisations, accounts.holders(state)
    for number, taken in enumerate(tenants):
        table.tenants[rows[:3]] = [taken, 20.0, 0.0]
        table.received[rows] = received[number]
        before, cost = table.cash[rows].copy(), accounts.cost(state, rows)
        going = table.status[rows] == ACTIVE
        expected = (table.host_pays[rows] + accounts.earned(state, rows) - cost) / 4
        expected += table.received[rows]
        keep_accounts(state, p)
        # Unit by unit, where no host made a loss good or took over what was left.
        kept = going & (table.cash[rows] != 0.0)
        assert (table.cash[rows] - before)[kept] == pytest.approx(expected[kept], abs=1e-9)
        flows = state.flows
        inflow = flows.hosts_paid + flows.earned + flows.received - flows.spent
        assert table.cash.sum() - before.sum() == pytest.approx(inflow, abs=1e-9)
        next_quarter(state)


def test_support_reaches_the_account_when_it_is_paid():
    grant = offer("operating_grant", 1.5, LAB, recipient="university and institute")
    state, p = town(grant, labs=1, money=1.0)  # two thirds of what is claimed
    [row] = accounts.holders(state)
    state.claim(state.offers.published[0], 1.5, payee="platform", rows=np.array([row]),
                to=Purse(np.array([row])))  # fmt: skip
    cash = state.organisations.cash[row]
    for _ in range(5):
        assert state.organisations.cash[row] == pytest.approx(cash)
        keep_accounts(state, p)
        settle.settle(state, settle.Parameters(delay=4.0))
        state.remember()
        state.books.begin_quarter()
    assert state.organisations.received[row] == 1.0
    keep_accounts(state, p)
    assert state.organisations.cash[row] == pytest.approx(cash + 1.0)
    assert state.flows.received == 1.0
    assert state.organisations.received[row] == 0.0


# What a balance changes


def test_who_takes_in_more_grows_out_of_a_full_reserve_and_who_takes_in_less_shrinks():
    p = Parameters(adjusts=0.5, smallest=0.25, largest=2.0)
    one, income = np.ones(4), np.array([4.0, 4.0, 0.25, 0.25])
    rich = np.array([True, False, True, False])
    assert resized(one, income, one, rich, p).tolist() == [2.0, 1.0, 1.0, 0.5]
    assert resized(one, income, one, rich, Parameters(adjusts=0.0)).tolist() == [1.0] * 4
    bounded = resized(np.array([1.9, 0.3]), np.array([9.0, 0.1]), np.ones(2), rich[[0, 3]], p)
    assert bounded.tolist() == [2.0, 0.25]


def test_a_carrier_that_empties_gives_up_seats_and_costs():
    state, p = town(carriers=1, adjusts=0.2, reserve=0.25, tenants_pay=0.9)
    [row] = accounts.holders(state)
    table = state.organisations
    table.tenants[row] = 5.0
    live(state, p, 12)
    assert table.capacity[row] < 0.7
    assert table.seats[row] == round(40 * table.capacity[row])
    assert accounts.cost(state, np.array([row])) == pytest.approx(3.0 * table.capacity[row])


def test_support_lets_a_unit_grow_and_its_end_lets_it_shrink():
    state, p = town(labs=1, adjusts=0.1)
    [row] = accounts.holders(state)
    table = state.organisations
    grown = []
    for quarter in range(40):
        table.received[row] = 0.25 if quarter < 16 else 0.0
        live(state, p)
        grown.append(table.capacity[row])
    assert max(grown) > 1.2
    assert grown[-1] < 0.95 * max(grown)


def test_whose_support_was_promised_has_less_from_its_host_and_fails_without():
    failed = {}
    for paid in (True, False):
        grant = offer("operating_grant", 1.5, LAB, recipient="university and institute")
        state, p = town(
            grant, labs=200, begins=False, replaces=1.0, rescued=0.3, reserve=0.25, adjusts=0.05
        )
        rows = accounts.holders(state)
        for _ in range(24):
            state.organisations.received[rows] = 1.5 / 4 * paid
            live(state, p)
        assert state.organisations.host_pays[rows] == pytest.approx(0.5)
        failed[paid] = float((state.organisations.status[rows] == CLOSED).mean())
    assert failed[True] == 0.0
    assert failed[False] > 0.5


@pytest.mark.parametrize(("rescued", "status"), [(1.0, ACTIVE), (0.0, CLOSED)])
def test_after_a_year_below_zero_the_host_decides(rescued, status):
    state, p = town(labs=1, rescued=rescued)
    [row] = accounts.holders(state)
    state.organisations.cash[row] = -1.0
    for quarter in range(4):
        assert state.organisations.status[row] == ACTIVE, quarter
        keep_accounts(state, p)
        state.remember()
    assert state.organisations.status[row] == status
    assert state.organisations.cash[row] == 0.0
    last = state.history[-1]
    assert (last.failed_platforms, last.rescued_platforms) == (1 - rescued, rescued)
    assert last.hosts_paid == pytest.approx(2.0 / 4 + 1.0)


def test_a_unit_that_others_close_leaves_its_cash_to_its_host():
    state, p = town(labs=1)
    [row] = accounts.holders(state)
    cash = float(state.organisations.cash[row])
    state.organisations.status[row] = CLOSED
    keep_accounts(state, p)
    assert state.organisations.cash[row] == 0.0
    assert state.flows.hosts_paid == pytest.approx(-cash)


# Rents


def test_rents_follow_occupancy_within_bounds():
    p = Parameters(rent_answers=0.5, lowest_rent=0.5, highest_rent=1.5)
    taken = np.array([0.5, 0.125, 0.0, 1.0, 2.0])
    assert rents(taken, 0.5, p) == pytest.approx([1.0, 0.5, 0.5, 2**0.5, 1.5])
    assert rents(taken, 0.5, Parameters(rent_answers=0.0)).tolist() == [1.0] * 5
    assert rents(taken, 0.0, p).tolist() == [1.0] * 5


def test_start_ups_prefer_the_cheaper_of_two_carriers():
    took = {}
    for matters in (0.0, 1.5):
        state, _ = town(carriers=2, tenants=0.0)
        rows = accounts.holders(state)
        state.organisations.rent[rows] = [0.5, 1.5]
        state.organisations.seats[rows] = 10_000
        add_firms(state, 2000, above_scale=False, founded=START)
        state.norms.seeks_seat = 1.0
        p = incubation.Parameters(near=1.0, graduate=0.07, rent_matters=matters)
        incubation.incubate(state, p)
        took[matters] = float(state.organisations.tenants[rows[0]] / 2000)
    assert took[0.0] == pytest.approx(0.5, abs=0.05)
    assert took[1.5] == pytest.approx(3**1.5 / (1 + 3**1.5), abs=0.04)
