"""Time: what researchers of universities and institutes have promised, and who is asked in vain.

A body's researchers can give so much of their time to others as

    room · researchers >= projects + sales + visits + exchange posts + vice-presidents + students

and whoever is asked for more than is left declines, so that it is never over-spent; researchers are
as many as posts (编制) and teams make them. Of 57 hours a week [T50] a little over half is direct
research [T51], of which young scientists are to keep 0.8 [T53]; work with firms raises output up
to a point and lowers it beyond [T59, T60]. How much a task takes is judged. Parents from outside
have their time elsewhere. Where the room is very large nobody declines.
"""

import numpy as np

from sim.core.arrays import Flags, Floats, Rows, Whole
from sim.state.columns import ACTIVE, BODY_CODE, TALENT_KINDS
from sim.state.state import State

Ranking = Floats | Rows
OVER = 2  # the phase of a project from which on it binds nobody
_VICE_PRESIDENT = TALENT_KINDS.index("vice_president")
YEAR = 4  # quarters


def promised(state: State) -> Floats:
    """Return the full posts that each organisation's researchers have given away, by row."""
    table, p = state.organisations, state.researchers
    posts = table.visiting * p.visits + table.posted * p.post
    posts += _by_organisation(state, *_projects(state))
    posts += _by_organisation(state, *_sales(state))
    posts += _by_organisation(state, *_vice_presidents(state))
    institutes = state.platforms("institute")
    staff = table.researchers[institutes]
    students = sum(state.totals.graduates_due.values())
    posts[institutes] += p.student * students * staff / max(float(staff.sum()), 1e-9)
    return np.asarray(posts)


def room_left(state: State) -> Floats:
    """Return the full posts that each organisation could still give; below 0 where it gave more."""
    table = state.organisations
    room = state.researchers.room * np.where(table.status == ACTIVE, table.researchers, 0.0)
    left = room - promised(state)
    left[table.kind == BODY_CODE["outside"]] = np.inf
    return np.asarray(left)


def free_time(state: State) -> Floats:
    """Return the full posts that each organisation could still give, 0 or more, by row."""
    return np.maximum(room_left(state), 0.0)


def taken_on(state: State, organisation: Whole, posts: Floats | float, lot: Ranking) -> Flags:
    """Return which tasks are taken on by those asked for them: by lot, as far as time goes.

    Args:
        state: The city.
        organisation: Who is asked, row; -1 where it is nobody of the city.
        posts: Full posts that each takes, or all alike.
        lot: Which of one's tasks come first: the lower ones.
    """
    order = np.lexsort((lot, organisation))
    asked = np.broadcast_to(np.float64(posts), organisation.shape)[order]
    who, together = organisation[order], np.cumsum(asked)
    first = np.searchsorted(who, who)
    before = together[first] - asked[first] if who.size else together
    taken = np.empty(who.size, np.bool_)
    taken[order] = together - before <= np.append(free_time(state), np.inf)[who]
    return taken


def _by_organisation(state: State, organisation: Whole, posts: Floats) -> Floats:
    return np.bincount(organisation, posts, minlength=len(state.organisations))


def _projects(state: State) -> tuple[Whole, Floats]:
    """Return the partners of firms' projects; what they lead themselves is their research."""
    projects = state.projects
    rows = np.flatnonzero((projects.organisation >= 0) & (projects.phase < OVER))
    return projects.organisation[rows], projects.researchers[rows] * projects.stands_for[rows]


def _sales(state: State) -> tuple[Whole, Floats]:
    """Return who sold results in the past year, and what follows up on each."""
    contracts = state.contracts
    first = int(np.searchsorted(contracts.quarter, state.quarter - YEAR + 1))
    rows = first + np.flatnonzero(contracts.transfer[first:])
    return contracts.seller[rows], state.researchers.sale * contracts.value[rows]


def _vice_presidents(state: State) -> tuple[Whole, Floats]:
    talents = state.talents
    serves = (talents.kind == _VICE_PRESIDENT) & (talents.organisation >= 0)
    serves &= (talents.came <= state.quarter) & (talents.until >= state.quarter)
    rows = np.flatnonzero(serves)
    each = state.researchers.vice_president * state.weight
    return talents.organisation[rows], np.full(rows.size, each)
