"""Meeting: results meet firms by chance, through brokers and through former partners."""

import dataclasses

import numpy as np
import pytest
from world import (
    START,
    add_bodies,
    add_brokers,
    add_firms,
    add_platforms,
    add_results,
    tiny,
)

from sim.processes.meeting import Parameters, cases, meet
from sim.state import ties

# A firm that holds capability 0 shares the field, and half of each unit, with a result that
# holds 5, 6 and 7: an overlap of one half, at which appeal is 1.
FIRM = np.array([0, *[-1] * 11])
RESULT = np.array([5, 6, 7])
BY_CHANCE = Parameters(chance=0.7, own_field=0.7)
ALONE = Parameters(chance=0.0)


def town(results=500, firms=300, **columns):
    state = tiny()
    university = add_bodies(state, "university", 1)[0]
    add_results(state, university, results, capabilities=RESULT)
    add_firms(state, firms, **({"rd": 1.0, "capabilities": FIRM} | columns))
    return state


def test_what_brokers_have_time_for():
    # Ten active brokers of a fifth of a post, each with 24 cases a year: 12 a quarter.
    assert cases(10, Parameters(broker_time=0.2)) == pytest.approx(12)
    state = town()
    add_brokers(state, 10)
    add_brokers(state, 30, active=False)
    meet(state, Parameters(broker_time=0.2, broker_results=0.25))
    assert state.flows.broker_cases == pytest.approx(9)  # the rest is about results


def test_results_meet_by_chance_as_often_as_stated():
    state = town()
    meet(state, BY_CHANCE)
    # 500 results meet 0.7 firms each: 350 in all, Poisson.
    assert state.flows.meetings == pytest.approx(350, abs=4 * np.sqrt(350))
    assert state.flows.matches == state.flows.meetings  # appeal is 1
    assert (state.matches.appeal == 1.0).all()
    assert (state.matches.service == -1).all()


@pytest.mark.parametrize(
    ("capabilities", "appeal"),
    [
        ((0, 0, 0), 0.0),  # all known already: no novelty
        ((600, 601, 602), 0.0),  # nothing shared, not even the sector: no overlap
        ((0, 5, 6), 4 * (2 / 3) * (1 / 3)),  # 1 + 1/2 + 1/2 of three
    ],
)
def test_a_meeting_becomes_a_match_with_its_appeal(capabilities, appeal):
    state = town()
    state.results.capabilities[:] = capabilities
    meet(state, BY_CHANCE)
    met = state.flows.meetings
    spread = 4 * np.sqrt(appeal * (1 - appeal) / met)
    assert state.flows.matches / met == pytest.approx(appeal, abs=spread)
    assert state.matches.appeal == pytest.approx(appeal)


def test_only_open_results_and_living_performers_meet():
    state = town(results=60, firms=60)
    state.results.open[::2] = False
    state.firms.alive[::3] = False
    state.firms.rd[1::3] = 0.0
    meet(state, Parameters(chance=3.0))
    assert state.matches.result.size > 0
    assert (state.matches.result % 2 == 1).all()
    assert (state.matches.buyer % 3 == 2).all()


@pytest.mark.parametrize(("results", "firms"), [(0, 5), (5, 0)])
def test_where_one_side_is_missing_nobody_meets(results, firms):
    state = town(results=results, firms=firms)
    add_brokers(state, 10)
    meet(state, Parameters())
    assert state.matches.result.size == 0
    assert state.flows.broker_cases > 0


def test_meetings_stay_within_the_field_as_often_as_stated():
    state = town(results=2000, firms=400)
    state.firms.field[:200], state.firms.field[200:] = 3, 9
    state.results.field[:] = 9
    meet(state, Parameters(chance=1.0, own_field=0.6))
    inside = state.firms.field[state.matches.buyer] == 9
    # Those who look beyond the field still find it at its share of the ring, about one half.
    assert inside.mean() == pytest.approx(0.6 + 0.4 * 0.5, abs=0.06)
    meet(state, Parameters(chance=1.0, own_field=1.0))
    assert (state.firms.field[state.matches.buyer] == 9).all()


def test_a_field_without_firms_meets_others():
    state = town(results=50)
    state.results.field[:] = 20
    meet(state, Parameters(chance=2.0, own_field=1.0))
    assert state.matches.result.size > 0


def test_brokers_bring_results_together_with_firms():
    state = town()
    office = add_platforms(state, "transfer_service", 1)[0]
    add_brokers(state, 500)
    # 500 brokers: 500 · 0.2 · 6 = 600 cases, of which half are about the 500 results.
    meet(state, Parameters(chance=0.0, broker_results=0.5))
    assert state.flows.meetings == pytest.approx(300, abs=4 * np.sqrt(300))
    assert (state.matches.service == office).all()


def test_brokers_show_no_result_to_everybody():
    state = town()
    add_platforms(state, "transfer_service", 1)
    add_brokers(state, 100_000)
    meet(state, ALONE)
    most = ALONE.most_meetings * 500
    assert state.flows.meetings == pytest.approx(most, abs=4 * np.sqrt(most))


def test_brokers_who_do_not_work_bring_nobody_together():
    state = town()
    add_brokers(state, 1000, active=False)
    meet(state, ALONE)
    assert state.flows.meetings == 0


def test_more_brokers_never_mean_fewer_meetings():
    before = 0
    for number in (0, 10, 100, 1000):
        state = town()
        add_brokers(state, number)
        meet(state, BY_CHANCE)
        assert state.flows.meetings >= before
        before = state.flows.meetings


# A unit of another field of the sector: with half of what a result holds unknown to it, a firm
# finds it more appealing than one that knows nothing near.
STRANGE = np.array([34 * 20, *[-1] * 11])


def two_firms(**numbers):
    """A firm to which results do not appeal, and one to which they do and that dealt before."""
    state = town(results=40, firms=2, capabilities=np.array([STRANGE, FIRM]), field=[0, 34])
    state.ties = dataclasses.replace(state.ties, **numbers)
    state.tie(np.array([1]), ties.of_organisation(np.array([0])))
    return state


def test_an_owner_thinks_of_a_former_partner_and_meets_whom_its_result_appeals_to():
    state = two_firms()
    meet(state, Parameters(chance=2.0, own_field=1.0))
    assert state.flows.meetings > 40
    assert set(state.matches.buyer.tolist()) == {1}


def test_without_memory_strangers_of_the_field_are_met_alone():
    state = two_firms(memory=0.0)
    meet(state, Parameters(chance=2.0, own_field=1.0))
    assert state.matches.buyer.size == 0  # nothing that the first firm knows is near


def test_a_partner_does_not_come_before_a_stranger_who_fits_better():
    state = two_firms()
    state.firms.capabilities[:] = state.firms.capabilities[::-1].copy()
    meet(state, Parameters(chance=2.0, own_field=1.0))
    assert set(state.matches.buyer.tolist()) == {0}


def test_a_partner_that_is_forgotten_is_not_thought_of():
    state = two_firms(memory=3.0)
    state.quarter += 3
    meet(state, Parameters(chance=2.0, own_field=1.0))
    assert state.matches.buyer.size == 0


def test_a_firm_that_is_not_there_changes_only_the_meetings_it_had():
    worlds = []
    for alive in (True, False):
        state = town(results=300, firms=100)
        state.firms.alive[7] = alive
        meet(state, Parameters(chance=2.0))
        worlds.append(
            list(zip(state.matches.result.tolist(), state.matches.buyer.tolist(), strict=True))
        )
    everybody, without = worlds
    assert len(everybody) == len(without)
    changed = [old for old, new in zip(everybody, without, strict=True) if old != new]
    assert changed
    assert {buyer for _, buyer in changed} == {7}
    assert state.quarter == START
