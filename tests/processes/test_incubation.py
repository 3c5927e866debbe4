"""Incubation: who seeks a seat, who gets one, and how a tenancy ends."""

import numpy as np
import pytest
from world import (
    NORTH,
    SHIPS,
    SOUTH,
    START,
    TOOLS,
    add_firms,
    add_platforms,
    next_quarter,
    spread,
    tiny,
)

from sim.processes.incubation import Parameters, incubate, seekers
from sim.state.columns import CLOSED

INCUBATOR = "incubator"
# Everybody seeks, nobody graduates or leaves before the time is over, and no place is nearer.
PLAIN = {"graduate": 0.0, "leave": 0.0, "near": 1.0}


def add_startups(state, number, **columns):
    """Add start-ups of a quarter's age."""
    young = {"above_scale": False, "founded": state.quarter - 1, "employees": 7.0, "revenue": 2.0}
    return add_firms(state, number, **(young | columns))


def seated(state):
    return np.flatnonzero(state.firms.alive & (state.firms.carrier >= 0)).tolist()


# Who gets a seat


def test_seats_are_never_exceeded():
    state = tiny()
    rows = add_platforms(state, INCUBATOR, 2, seats=np.array([3, 5]))
    add_startups(state, 100)
    for _ in range(5):
        incubate(state, Parameters(**PLAIN))
        next_quarter(state)
        add_startups(state, 50)
    assert state.organisations.tenants[rows].tolist() == [3, 5]
    assert len(seated(state)) == 8


def test_as_many_seats_are_taken_where_a_row_stands_for_many_firms():
    # A city thinned to a tenth: 54 seats hold five rows of ten firms, or six by lot.
    state = tiny(weight=10.0)
    rows = add_platforms(state, INCUBATOR, 400, seats=54)
    add_startups(state, 40_000)
    incubate(state, Parameters(**PLAIN))
    tenants = state.organisations.tenants[rows]
    assert set(tenants.tolist()) == {50, 60}
    assert tenants.mean() == pytest.approx(54, abs=4 * 10 * np.sqrt(0.4 * 0.6 / 400))


def test_a_seat_that_is_taken_is_not_given_again():
    state = tiny()
    row = add_platforms(state, INCUBATOR, 1, seats=4)[0]
    add_startups(state, 3, carrier=row, seated=START - 1)
    add_startups(state, 10)
    incubate(state, Parameters(**PLAIN))
    assert state.organisations.tenants[row] == 4
    assert len(seated(state)) == 4
    assert state.flows.seated == 1


@pytest.mark.parametrize(
    ("column", "seeks"),
    [
        ({}, True),
        ({"founded": START - 4}, True),
        ({"founded": START - 5}, False),  # too late
        ({"above_scale": True}, False),
        ({"alive": False}, False),
        ({"seated": START - 1}, False),  # had its seat
    ],
)
def test_who_seeks_a_seat(column, seeks):
    state = tiny()
    add_startups(state, 1, **column)
    assert (seekers(state, Parameters(search=4.0)).size == 1) == seeks


def test_a_share_of_start_ups_seeks_and_stays_the_same():
    state = tiny(seeks_seat=0.35)
    add_startups(state, 4000)
    p = Parameters()
    first = seekers(state, p)
    assert first.size / 4000 == pytest.approx(0.35, abs=spread(0.35, 4000))
    next_quarter(state)
    assert np.array_equal(seekers(state, p), first)
    state.norms.seeks_seat = 0.5
    assert set(first) < set(seekers(state, p))


def test_a_carrier_of_ones_own_district_is_preferred_by_its_weight():
    state = tiny()
    near = add_platforms(state, INCUBATOR, 1, seats=10_000, district=NORTH, cluster=SHIPS)
    add_platforms(state, INCUBATOR, 1, seats=10_000, district=SOUTH, cluster=SHIPS)
    add_startups(state, 4000, district=NORTH, cluster=TOOLS)
    incubate(state, Parameters(**(PLAIN | {"near": 3.0})))
    # Three to one.
    share = state.organisations.tenants[near][0] / 4000
    assert share == pytest.approx(0.75, abs=spread(0.75, 4000))


def test_district_and_cluster_count_one_by_one_and_a_level_adds_one():
    state = tiny()
    weights = []
    for district, cluster, level in ((NORTH, TOOLS, 1), (NORTH, SHIPS, 1), (SOUTH, SHIPS, 2)):
        add_platforms(
            state, INCUBATOR, 1, seats=10_000, district=district, cluster=cluster, level=level
        )
        same = (district == NORTH) + (cluster == TOOLS)
        weights.append(2.0**same * (1 + level))
    assert weights == [8.0, 4.0, 3.0]
    add_startups(state, 4000, district=NORTH, cluster=TOOLS)
    incubate(state, Parameters(**(PLAIN | {"near": 2.0})))
    for tenants, weight in zip(state.organisations.tenants, weights, strict=True):
        share = weight / 15
        assert tenants / 4000 == pytest.approx(share, abs=spread(share, 4000))


def test_more_seats_never_seat_fewer():
    before = 0
    for seats in (0, 1, 10, 100):
        state = tiny()
        add_platforms(state, INCUBATOR, 3, seats=seats)
        add_startups(state, 60)
        incubate(state, Parameters(**PLAIN))
        assert len(seated(state)) >= before
        before = len(seated(state))
    assert before == 60


# Who is turned away


def turned_away(search, weight=1.0, seats=0, carriers=1):
    """Return how many of 8 start-ups a city without enough seats has turned away in two years."""
    state = tiny(weight=weight)
    add_platforms(state, INCUBATOR, carriers, seats=seats)
    add_startups(state, 8)
    total = 0.0
    for _ in range(8):
        incubate(state, Parameters(**PLAIN, search=search))
        total += state.flows.turned_away
        next_quarter(state)
    return total


@pytest.mark.parametrize("search", [2.0, 4.0, 6.0])
def test_who_finds_no_seat_is_turned_away_once(search):
    assert turned_away(search, seats=3) == 5


@pytest.mark.parametrize("search", [2.5, 3.9])
def test_who_finds_no_seat_is_turned_away_however_long_the_search(search):
    assert turned_away(search, seats=3) == 5


@pytest.mark.parametrize("carriers", [0, 1])
def test_where_there_is_no_seat_at_all_each_is_turned_away_once(carriers):
    assert turned_away(4.0, carriers=carriers) == 8


# How it ends


def test_a_tenancy_ends_after_sixteen_quarters():
    state = tiny()
    row = add_platforms(state, INCUBATOR, 1, seats=5, tenants=2.0)[0]
    add_startups(state, 2, carrier=row, seated=np.array([START, START + 1]))
    p = Parameters(**PLAIN, longest=16.0)
    state.quarter = START + 15
    incubate(state, p)
    assert seated(state) == [0, 1]
    next_quarter(state)
    incubate(state, p)
    assert seated(state) == [1]
    assert state.firms.left_seat.tolist() == [START + 16, 0]
    assert not state.firms.graduated.any()
    assert state.organisations.tenants[row] == 1
    next_quarter(state)
    incubate(state, p)
    assert seated(state) == []
    assert state.organisations.tenants[row] == 0


def test_a_carrier_that_closes_empties():
    state = tiny()
    rows = add_platforms(state, INCUBATOR, 2, seats=5, status=np.array([CLOSED, 1]))
    add_startups(state, 4, carrier=rows[[0, 0, 1, 1]], seated=START - 1)
    incubate(state, Parameters(**PLAIN))
    assert seated(state) == [2, 3]
    assert state.organisations.tenants[rows].tolist() == [0, 2]
    assert state.firms.left_seat.tolist() == [START, START, 0, 0]


def test_a_firm_that_has_closed_leaves_its_seat_to_another():
    state = tiny()
    row = add_platforms(state, INCUBATOR, 1, seats=1)[0]
    add_startups(state, 1, carrier=row, seated=START - 1, alive=False)
    add_startups(state, 1)
    incubate(state, Parameters(**PLAIN))
    assert seated(state) == [1]


def test_shares_of_tenants_graduate_and_leave():
    state = tiny(weight=2.0, seeks_seat=0.0)
    row = add_platforms(state, INCUBATOR, 1, seats=20_000)[0]
    add_startups(state, 8000, carrier=row, seated=START - 1)
    incubate(state, Parameters(graduate=0.4, leave=0.2))
    graduated = state.firms.graduated.mean()
    gone = (state.firms.carrier < 0).mean()
    assert graduated == pytest.approx(0.1, abs=spread(0.1, 8000))
    # A tenth graduates; of all, a twentieth leaves: 1 - 0.9 · 0.95.
    assert gone == pytest.approx(0.145, abs=spread(0.145, 8000))
    assert state.flows.graduates == 2 * state.firms.graduated.sum()
    assert state.organisations.tenants[row] == 2 * (state.firms.carrier >= 0).sum()


def test_who_has_left_seeks_no_other_seat():
    state = tiny()
    row = add_platforms(state, INCUBATOR, 1, seats=5)[0]
    add_startups(state, 1, carrier=row, seated=START - 1)
    incubate(state, Parameters(graduate=4.0))
    assert state.firms.graduated[0]
    assert seated(state) == []
    next_quarter(state)
    incubate(state, Parameters(**PLAIN))
    assert seated(state) == []


@pytest.mark.parametrize("kind", ["makerspace", "accelerator", "rural_makerspace", "science_park"])
def test_every_kind_with_seats_takes_tenants(kind):
    state = tiny()
    row = add_platforms(state, kind, 1, seats=2)[0]
    add_startups(state, 3)
    incubate(state, Parameters(**PLAIN))
    assert state.organisations.tenants[row] == 2


def test_a_building_site_has_no_seats():
    state = tiny()
    add_platforms(state, INCUBATOR, 1, seats=2, status=0)
    add_startups(state, 3)
    incubate(state, Parameters(**PLAIN))
    assert seated(state) == []
