"""Who works with whom: partners with researchers free, ties, and vice-presidents in firms.

The partner is one that the firm remembers a deal with, if it has time (``state/time``), or one near
its field that has researchers free: whoever has the higher sum of fit and taste. A large project
binds some of a partner's researchers. No share goes back to the same partner: that comes of memory
[K30, S41]. At the start a firm has a tie with chance

    1 - exp(-rate · age)

where the rate is that of its joint projects. Of up to three partners the table names the first.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.arrays import Flags, Floats, Ids, Rows, decay
from sim.core.draws import mix
from sim.processes.projects import slots
from sim.processes.projects.codes import OVER
from sim.processes.projects.parameters import Parameters
from sim.state import kene, ties
from sim.state.columns import ACTIVE, TALENT_KINDS
from sim.state.ring import Ring, ring
from sim.state.state import State


def tied_share(rate: Floats, age: Floats) -> Floats:
    """Return the chance that a firm of this age has had a project at this rate a quarter."""
    return np.asarray(1 - decay(rate * np.maximum(age, 0.0)))


@dataclass(frozen=True)
class Partners:
    """Local universities and institutes on rings, as often as they have researchers free.

    Attributes:
        near: Grouped by WIPO field.
        wide: All together.
        has_time: Which organisations have researchers' time for a large project, by row.
    """

    near: Ring
    wide: Ring
    has_time: Flags


def free_researchers(state: State, p: Parameters) -> Floats:
    """Return per organisation the researchers that no large project binds."""
    table, projects = state.organisations, state.projects
    rows = np.flatnonzero((projects.phase < OVER) & (projects.organisation >= 0))
    bound = np.bincount(
        projects.organisation[rows], projects.stands_for[rows], minlength=len(table)
    )
    able = np.where(table.status == ACTIVE, table.researchers, 0.0)
    return np.maximum(able - p.staff * bound, 0.0)


def partners(state: State, p: Parameters, time: Floats) -> Partners:
    """Return those who could be a partner this quarter, given the full posts that each has left."""
    table = state.organisations
    asked = p.staff * state.weight
    places = np.minimum(free_researchers(state, p), np.where(time < asked, 0.0, time))
    places = np.ceil(places / p.per_place).astype(np.int64)
    rows = np.repeat(np.arange(len(table)), places)
    ends = np.cumsum(places)
    serial = np.arange(rows.size) - np.repeat(ends - places, places)
    ids = mix(table.id[rows], serial)
    luck = state.draws.at("projects", 0)
    fields = table.field[rows].astype(np.int64)
    return Partners(
        ring(luck, ids, rows, fields, slot=slots.NEAR_RING),
        ring(luck, ids, rows, slot=slots.WIDE_RING),
        time >= asked,
    )


def choose(state: State, p: Parameters, those: Partners, ids: Ids, firm: Rows) -> Rows:
    """Return each project's partner: whoever fits best, known or not; -1 where nobody has time."""
    firms, table = state.firms, state.organisations
    if len(table) == 0:
        return np.full(ids.size, ties.NOBODY)
    u = state.draws.at("projects", 0).block(ids, 0)
    field = firms.field[firm].astype(np.int64)
    near = np.where(u[slots.NEAR] < p.own_field, those.near.pick(u[slots.POINTER], field), -1)
    stranger = np.where(near >= 0, near, those.wide.pick(u[slots.POINTER]))
    known = state.organisations_remembered(firm)
    works = (table.status == ACTIVE) & (table.researchers > 0) & those.has_time
    candidates = np.column_stack([known, stranger])
    able = (candidates >= 0) & np.append(works, False)[candidates]
    able[:, -1] = stranger >= 0
    places = candidates.shape[1]
    rows, each = np.maximum(candidates, 0).ravel(), np.repeat(firm, places)
    score = kene.nearness(firms.field[each], table.field[rows], p.fit_sector, p.fit_far)
    score += state.taste(firms.id[each], table.id[rows], np.repeat(ids, places))
    return ties.best(score.reshape(candidates.shape), candidates, able)


def serving_vice_presidents(state: State) -> Rows:
    """Return the rows of science vice-presidents who serve in a firm now."""
    talents = state.talents
    serving = (talents.kind == TALENT_KINDS.index("vice_president")) & (talents.firm >= 0)
    serving &= (talents.came <= state.quarter) & (
        (talents.until == 0) | (talents.until >= state.quarter)
    )
    return np.flatnonzero(serving)
