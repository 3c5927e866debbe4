"""Talent as a whole: the same people come in every world, whatever is offered."""

import numpy as np
from talent_towns import live, new, town
from world import START, offer

CITY = {
    "vice_presidents": 40,
    "industry_professors": 20,
    "leading_talents": 20,
    "top_talents": 10,
    "institute_talents": 60,
    "graduates": 50,
    "institutes": 8,
    "quarter": START,
}


LEVERS = (
    "vice_president_posts",
    "professor_posts",
    "exchange_posts",
    "talent_money",
    "graduate_places",
)


def lived(*offers, quarters=12):
    state = town(*offers, money=1000.0 if offers else 0.0, **CITY)
    live(state, quarters=quarters)
    return state


def tables(state):
    return {
        (name, column): getattr(getattr(state, name), column).copy()
        for name in ("firms", "organisations", "talents")
        for column in getattr(state, name).columns
    }


def test_zero_dose_changes_nothing():
    without, nothing = lived(), lived(*(offer(lever, 0.0) for lever in LEVERS))
    after = tables(nothing)
    for key, column in tables(without).items():
        np.testing.assert_array_equal(column, after[key], err_msg=str(key))
    assert without.totals == nothing.totals


def test_the_same_people_come_in_both_worlds():
    without, more = lived(), lived(offer("talent_money", 3.0), offer("graduate_places", 30.0))
    for kind in ("vice_president", "industry_professor"):
        ids = [state.talents.id[new(state, kind)].tolist() for state in (without, more)]
        assert ids[0] == ids[1]
    came = [set(s.talents.id[new(s, "top_talent")].tolist()) for s in (without, more)]
    assert came[0] <= came[1]


def test_posts_leave_the_applications_of_others_as_they_were():
    without = lived(quarters=4)
    posts = lived(offer("vice_president_posts", 30.0), quarters=4)
    first, second = (
        dict(
            zip(
                state.talents.id[new(state, "vice_president")].tolist(),
                state.talents.organisation[new(state, "vice_president")].tolist(),
                strict=True,
            )
        )
        for state in (without, posts)
    )
    both = first.keys() & second.keys()
    assert len(both) >= 0.8 * len(first)
    assert all(first[who] == second[who] for who in both)


def test_ids_are_unique():
    state = lived(offer("vice_president_posts", 30.0), offer("talent_money", 3.0))
    assert np.unique(state.talents.id).size == len(state.talents)
