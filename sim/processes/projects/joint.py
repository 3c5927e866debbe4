"""Joint projects: what firms agree on with local universities and institutes.

A firm that does R&D agrees on a project

    at a rate a quarter of scale · R&D^elasticity · (tie if it has worked with one before, else 1)

or because it met the owner of a result this quarter, or through a science vice-president who works
in it. ``scale`` is fixed once so that all this together gives the city's yearly number of joint
projects at the start. Most projects are small; those of a million CNY and more are the major ones
(Changzhou, three quarters of 2019: 71 of 815, 187 M CNY). Only those are followed one by one. A
vice-president's becomes a provincial one if the firm pays enough (Jiangsu 2018: 0.3 M CNY) and the
province lists it.
"""

from typing import NamedTuple

import numpy as np

from sim.core import identity
from sim.core.arithmetic import power
from sim.core.arrays import Flags, Floats, Ids, Rows, Whole
from sim.core.compiled import compiled, record
from sim.core.draws import mix, poisson
from sim.processes.projects import slots
from sim.processes.projects.beginning import Beginning, joint_values, repeated, start
from sim.processes.projects.codes import JOINT, PROVINCIAL
from sim.processes.projects.parameters import Parameters
from sim.processes.projects.partner import Partners, choose, serving_vice_presidents
from sim.state.state import State
from sim.state.time import taken_on


class Seen(NamedTuple):
    """What a firm's joint projects depend on."""

    alive: Flags
    rd: Floats
    ally: Whole
    partner: Whole


@compiled
def _joint(
    draws: Floats,
    seen: Seen,
    elasticity: float,
    scale: float,
    tie: float,
    leaders: Rows,
    numbers: Rows,
) -> int:
    found = 0
    for i in range(seen.alive.size):
        if seen.alive[i] and seen.rd[i] > 0.0:
            mean = scale * power(seen.rd[i], elasticity)
            if seen.ally[i] >= 0 or seen.partner[i] >= 0:
                mean *= tie
            number = poisson(mean, draws[i])
            if number > 0:
                leaders[found] = i
                numbers[found] = number
                found += 1
    return found


def _own_accord(state: State, p: Parameters) -> tuple[Ids, Rows, Floats]:
    firms = state.firms
    leaders, numbers = np.empty(len(firms), np.int64), np.empty(len(firms), np.int64)
    found = _joint(
        state.luck("projects").uniform(firms.id, slots.COUNT),
        record(Seen, firms),
        p.elasticity,
        state.norms.project_scale,
        p.tie,
        leaders,
        numbers,
    )
    return repeated(state, leaders[:found], numbers[:found], state.quarter)


def _after_meetings(state: State, p: Parameters) -> tuple[Ids, Rows, Floats]:
    """Of those who met over a result and mean to deal, some agree on a project instead."""
    firms, matches = state.firms, state.matches
    pairs = mix(state.results.id[matches.result], firms.id[matches.buyer])
    # Who met twice over a result agrees once.
    met = np.sort(np.unique(pairs, return_index=True)[1])
    pairs, buyer = pairs[met], matches.buyer[met]
    ids = identity.mixed(identity.CONTRACT, pairs, state.quarter, 1 << 20)
    agreed = state.luck("projects").happens(ids, p.after_match)
    agreed &= firms.alive[buyer] & (firms.rd[buyer] > 0)
    rows = buyer[agreed]
    return ids[agreed], rows, np.ones(rows.size)


def _with_time(state: State, p: Parameters, organisation: Rows, stands: Floats, ids: Ids) -> Flags:
    """Return which large projects their partners have researchers' time for."""
    lot = state.draws.at("projects", 0).uniform(ids, slots.TURN)
    return taken_on(state, organisation, p.staff * stands, lot)


def agree(state: State, p: Parameters, those: Partners) -> None:
    """Let firms agree on joint projects on their own accord and after meetings."""
    routes = (_own_accord(state, p), _after_meetings(state, p))
    ids, firm, stands = (np.concatenate(part) for part in zip(*routes, strict=True))
    if ids.size == 0:
        return
    organisation = choose(state, p, those, ids, firm)
    luck = state.draws.at("projects", 0)
    able = state.firms.rd[firm] >= p.major_from
    major = able & luck.happens(ids, state.norms.project_major_chance, slots.MAJOR)
    found = organisation >= 0
    asks = found & major
    found[asks] = _with_time(state, p, organisation[asks], stands[asks], ids[asks])
    state.flows.declined += float(stands[asks & ~found].sum())
    ids, firm, stands, organisation = ids[found], firm[found], stands[found], organisation[found]
    major = major[found]
    state.firms.ally[firm] = organisation
    value = joint_values(luck.normal(ids, slots.VALUE), major, p)
    state.flows.joint_projects += float(stands.sum())
    state.flows.joint_value += float((stands * value).sum())
    start(
        state,
        p,
        Beginning(
            kind=JOINT,
            ids=ids[major],
            firm=firm[major],
            organisation=organisation[major],
            value=value[major],
            stands_for=stands[major],
        ),
    )


def _listed_before(state: State, rows: Rows) -> Flags:
    """Return whether a vice-president's firm has a listed project within the term."""
    projects, talents = state.projects, state.talents
    led = np.flatnonzero(projects.led_by_talent)
    last = np.full(len(state.firms), -1, np.int64)
    np.maximum.at(last, projects.firm[led], projects.began[led])
    return np.asarray(last[talents.firm[rows]] >= talents.came[rows], np.bool_)


def through_vice_presidents(state: State, p: Parameters, those: Partners) -> None:
    """Let vice-presidents bring joint projects about; the province may list one in a term."""
    talents, firms = state.talents, state.firms
    rows = serving_vice_presidents(state)
    luck = state.luck("projects")
    rows = rows[luck.happens(talents.id[rows], p.vice_president_projects / 4, slots.BRINGS)]
    rows = rows[firms.alive[talents.firm[rows]] & (firms.rd[talents.firm[rows]] > 0)]
    if rows.size == 0:
        return
    ids = identity.mixed(identity.CONTRACT, talents.id[rows], state.quarter, 2 << 20)
    firm = talents.firm[rows].astype(np.int64)
    home = talents.organisation[rows]
    found = choose(state, p, those, ids, firm)
    organisation = np.where(home >= 0, home, found)
    own = state.draws.at("projects", 0)
    value = p.vice_president_value * np.exp(p.value_spread * own.normal(ids, slots.VALUE))
    value = np.minimum(value, np.maximum(firms.rd[firm], 0.0))
    agreed, stands = organisation >= 0, np.full(rows.size, state.weight)
    able = agreed & (value >= p.listed_from) & ~_listed_before(state, rows)
    listed = able & own.happens(ids, p.listed, slots.LISTED)
    large = agreed & (listed | (value >= p.major_from))
    agreed[large] = _with_time(state, p, organisation[large], stands[large], ids[large])
    listed &= agreed
    state.flows.declined += float(stands[large & ~agreed].sum())
    firms.ally[firm[agreed]] = organisation[agreed]
    # A vice-president is tied to a row of firms, and stands for as many.
    state.flows.joint_projects += float(agreed.sum()) * state.weight
    state.flows.joint_value += float(value[agreed].sum()) * state.weight
    state.flows.listed_projects += float(listed.sum()) * state.weight
    for kind, here in ((PROVINCIAL, listed), (JOINT, agreed & ~listed & (value >= p.major_from))):
        start(
            state,
            p,
            Beginning(
                kind=kind,
                ids=ids[here],
                firm=firm[here],
                organisation=organisation[here],
                value=value[here],
                stands_for=stands[here],
                led=kind == PROVINCIAL,
            ),
        )
