"""Whom firms remember: six counterparts, by the last deal with each, for a while."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import add_firms, next_quarter, tiny

from sim.state import ties
from sim.state.columns import TIES


def town(firms=10, **numbers):
    state = tiny()
    state.ties = dataclasses.replace(state.ties, **numbers)
    add_firms(state, firms)
    return state


def dealt(state, *others):
    """Let the first firm deal with some, one after another."""
    state.tie(np.zeros(len(others), np.int64), np.array(others))


def known(state):
    return {row for row in state.remembered(np.array([0]))[0].tolist() if row != ties.NOBODY}


def test_a_firm_and_an_organisation_of_the_same_row_are_two_counterparts():
    state = town()
    code = int(ties.of_organisation(np.array([3]))[0])
    dealt(state, 3, code)
    assert known(state) == {3, code}
    assert ties.of_organisation(np.array([code])).tolist() == [3]


def test_the_one_dealt_with_longest_ago_gives_way():
    state = town()
    for other in range(1, TIES + 1):
        dealt(state, other)
        next_quarter(state)
    dealt(state, 1)  # again: now it is the latest
    next_quarter(state)
    dealt(state, 9)
    assert known(state) == {1, 9, *range(3, TIES + 1)}


@pytest.mark.parametrize(("memory", "after", "still"), [(4, 3, True), (4, 4, False), (0, 0, False)])
def test_whom_one_has_not_dealt_with_for_a_while_is_forgotten(memory, after, still):
    state = town(memory=memory)
    dealt(state, 5)
    next_quarter(state, after)
    assert known(state) == ({5} if still else set())


def test_a_deal_of_long_ago_does_not_take_the_place_of_a_later_one():
    state = town()
    dealt(state, 5)
    state.tie(np.zeros(2, np.int64), np.array([5, 6]), np.array([state.quarter - 9] * 2))
    assert known(state) == {5, 6}
    next_quarter(state, 4)  # twelve and more since the sixth, four since the fifth
    assert known(state) == {5}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=40))
def test_what_is_remembered_are_the_last_that_were_dealt_with(deals):
    state, last = town(), {}
    for quarters, other in deals:
        next_quarter(state, quarters)
        dealt(state, other)
        last[other] = state.quarter
    fresh = [o for o, when in last.items() if state.quarter - when < state.ties.memory]
    newest = sorted(fresh, key=lambda other: -last[other])[:TIES]
    if len(fresh) <= TIES:
        assert known(state) == set(newest)
    else:  # of those dealt with in the same quarter any may give way
        least = min(last[other] for other in newest)
        assert {o for o in newest if last[o] > least} <= known(state) <= set(fresh)


def test_a_pair_is_to_each_other_what_it_is_for_good():
    state = town()
    first, second = state.firms.id[:5], state.firms.id[5:]
    now = state.taste(first, second, first)
    next_quarter(state, 5)
    assert state.taste(first, second, first).tolist() == now.tolist()
    assert len(set(now.tolist())) == 5
