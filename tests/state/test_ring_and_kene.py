"""Choosing from a changing population, and what knowledge appeals to whom."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.draws import Draws
from sim.state import kene
from sim.state.knowledge import Parameters
from sim.state.ring import Ring, ring

LUCK = Draws(1, 0).at("meeting", 0)


def numbers(count, first=0):
    return np.arange(first, first + count, dtype=np.uint64)


# The ring

# Group 0 holds the rows 7 at 0.2 and 8 at 0.6, group 2 the row 9 at 0.5; group 1 is empty.
HAND = Ring(np.array([0.2, 0.6, 2.5]), np.array([7, 8, 9]))


@pytest.mark.parametrize(
    ("pointer", "group", "row"),
    [
        (0.1, 0, 7),
        (0.2, 0, 7),  # at its place
        (0.3, 0, 8),
        (0.7, 0, 7),  # once round
        (0.1, 2, 9),
        (0.9, 2, 9),
        (0.5, 1, -1),  # nobody there
        (0.5, 3, -1),
    ],
)
def test_a_pointer_takes_the_next_candidate_of_its_group(pointer, group, row):
    assert HAND.pick(np.array([pointer]), np.array([group])).tolist() == [row]


def test_an_empty_ring_has_nobody():
    empty = ring(LUCK, numbers(0), np.empty(0, np.int64), slot=0)
    assert empty.pick(np.array([0.1, 0.9])).tolist() == [-1, -1]
    assert HAND.pick(np.empty(0)).tolist() == []


def test_candidates_lie_where_their_draws_say_in_their_groups():
    ids, groups = numbers(50), np.arange(50) % 3
    made = ring(LUCK, ids, np.arange(50), groups, slot=2)
    places = LUCK.uniform(ids, 2)
    for place, row in zip(made.places, made.rows, strict=True):
        assert place == places[row] + groups[row]
    assert (np.diff(made.places) > 0).all()
    assert sorted(made.rows.tolist()) == list(range(50))


def test_a_newcomer_changes_only_those_who_pointed_just_before_it():
    pointers = LUCK.uniform(numbers(5000, 100))
    before = ring(LUCK, numbers(20), np.arange(20), slot=0).pick(pointers)
    after = ring(LUCK, numbers(21), np.arange(21), slot=0).pick(pointers)
    assert set(after[before != after].tolist()) == {20}
    assert (before != after).mean() < 0.3


@settings(deadline=None)
@given(st.sets(st.integers(0, 40), min_size=2), st.integers(0, 40), st.integers(1, 4))
def test_who_leaves_is_missed_only_by_those_who_had_chosen_it(present, leaver, groups):
    present = np.array(sorted(present | {leaver}))
    pointers, wanted = LUCK.uniform(numbers(300, 100)), np.arange(300) % groups

    def chosen(rows):
        made = ring(LUCK, rows.astype(np.uint64), rows, rows % groups, slot=1)
        return made.pick(pointers, wanted)

    before, after = chosen(present), chosen(present[present != leaver])
    moved = before != after
    assert (before[moved] == leaver).all()
    assert not (after == leaver).any()


@settings(deadline=None)
@given(st.lists(st.floats(0.001, 0.999), min_size=1), st.integers(0, 3))
def test_who_is_chosen_is_in_the_group_that_was_asked_for(pointers, group):
    rows = np.arange(30)
    made = ring(LUCK, numbers(30), rows, rows % 3, slot=0)
    picked = made.pick(np.array(pointers), np.full(len(pointers), group))
    assert (picked % 3 == group).all() if group < 3 else (picked == -1).all()


# Knowledge

KNOWLEDGE = Parameters(own_field=0.8, same_field=0.5, same_sector=0.1)


@pytest.mark.parametrize(
    ("field", "sector"),
    [(0, 0), (7, 0), (8, 1), (12, 1), (13, 2), (23, 2), (24, 3), (31, 3), (32, 4), (34, 4)],
)
def test_the_35_fields_lie_in_five_sectors(field, sector):
    assert kene.sector(np.array([field]))[0] == sector


def appeal(firm, other):
    width = max(len(firm), 4)
    firm = np.array([[*firm, *[-1] * (width - len(firm))]])
    return kene.appeal(firm, np.array([other]), KNOWLEDGE)[0]


@pytest.mark.parametrize(
    ("firm", "result", "overlap"),
    [
        # Capabilities 0-19 are field 0, 20-39 field 1; both lie in sector 0; 600 lies elsewhere.
        ([0, 1, 2], [0, 1, 2], 1.0),
        ([0], [0, 600, 620], 1 / 3),
        ([0], [5, 6, 7], 0.5),  # the field is shared: a half each
        ([0], [25, 26, 27], 0.1),  # the sector is shared: a tenth each
        ([0], [0, 5, 25], (1 + 0.5 + 0.1) / 3),
        ([0], [600, 601, 602], 0.0),
        ([0, 25], [5, 26, 600], (0.5 + 0.5 + 0) / 3),  # each unit meets the nearest
        ([0], [0, 600, -1], 1 / 2),  # an empty cell is no unit
        ([], [0, 1, 2], 0.0),
    ],
)
def test_appeal_is_four_times_overlap_times_novelty(firm, result, overlap):
    assert appeal(firm, result) == pytest.approx(4 * overlap * (1 - overlap))


def test_appeal_is_an_inverted_u_with_its_top_at_one_half():
    everything = [appeal(list(range(known)), [0, 1, 20, 21]) for known in range(1, 3)]
    assert appeal([0, 1, 2], [0, 1, 2]) == 0.0
    assert appeal([0], [5, 6, 7]) == 1.0
    assert all(0 <= value <= 1 for value in everything)


def test_empty_cells_are_never_shared():
    assert appeal([-1, -1], [-1, -1, -1]) == 0.0


def test_a_kene_has_its_length_and_lies_mostly_in_its_own_field():
    ids = numbers(2000)
    fields = np.full(2000, 25)
    lengths = np.arange(2000) % 12 + 1
    units = kene.build(ids, fields, lengths, 12, LUCK, KNOWLEDGE)
    assert ((units >= 0).sum(axis=1) == lengths).all()
    filled = units[units >= 0]
    own = filled // kene.PER_FIELD == 25
    # Four fifths, and of the rest the own field's eighth of its sector.
    share = 0.8 + 0.2 / 8
    spread = 4 * np.sqrt(share * (1 - share) / filled.size)
    assert own.mean() == pytest.approx(share, abs=spread)
    assert (kene.sector(filled // kene.PER_FIELD) == 3).all()


@pytest.mark.parametrize("field", [0, 7, 8, 34])
def test_no_unit_leaves_the_numbers_there_are(field):
    units = kene.build(numbers(3000), np.full(3000, field), np.full(3000, 3), 3, LUCK, KNOWLEDGE)
    assert units.min() >= 0
    assert units.max() < 35 * kene.PER_FIELD
    assert (kene.sector(units.ravel() // kene.PER_FIELD) == kene.sector(np.array([field]))).all()


def test_the_same_owner_knows_the_same_whoever_else_is_built():
    alone = kene.build(numbers(1, 5), np.array([9]), np.array([4]), 12, LUCK, KNOWLEDGE)
    together = kene.build(numbers(10), np.full(10, 9), np.full(10, 4), 12, LUCK, KNOWLEDGE)
    assert together[5].tolist() == alone[0].tolist()
