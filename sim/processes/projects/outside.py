"""Calls of province and nation, in which the city competes for places that are set outside.

Applicants are ranked with rivals from elsewhere whose number does not move, by

    lasting · strength + √(1 - lasting²) · luck

and for organisations by what experience adds. City money moves nothing but experience.
"""

import numpy as np

from sim.core import identity
from sim.core.arrays import Floats, Rows
from sim.core.draws import mix
from sim.processes.projects import slots
from sim.processes.projects.beginning import Beginning, called_value, start
from sim.processes.projects.codes import NATIONAL
from sim.processes.projects.parameters import Parameters
from sim.processes.projects.partner import Partners, choose
from sim.processes.projects.proposals import (
    LARGEST_MEAN,
    Proposals,
    able_to_lead,
    carried,
    firm_chance,
    proposal_means,
)
from sim.state.state import State
from sim.state.time import taken_on

_RIVALS = 1000  # groups of ids that stand for no row: rivals by kind


def ahead(scores: Floats, stands_for: Floats, bar: Floats) -> Floats:
    """Return how many proposals, rivals' and the city's own, rank before each; bar descends."""
    order = np.argsort(-scores, kind="stable")
    before = np.empty(scores.size)
    before[order] = np.cumsum(stands_for[order]) - stands_for[order]
    return before + np.searchsorted(-bar, -scores)


def _body_strength(state: State, p: Parameters, rows: Rows) -> Floats:
    """Return the lasting part of organisations' scores: quality and experience."""
    table = state.organisations
    gained = np.log2(1 + carried(state)[rows] * 100 / np.maximum(table.researchers[rows], 1.0))
    gained -= state.norms.project_experience
    return np.asarray(
        p.lasting * np.clip(table.quality[rows], -p.strongest, p.strongest) + p.experience * gained
    )


def _firm_strength(state: State, p: Parameters, rows: Rows) -> Floats:
    """Return the lasting part of firms' scores: R&D stock beside the start's able firms."""
    size = np.log(np.maximum(state.firms.rd_stock[rows], 1e-9))
    standard = (size - state.norms.project_size) / state.norms.project_spread
    return np.asarray(p.lasting * np.clip(standard, -p.strongest, p.strongest))


def _higher_proposals(
    state: State, p: Parameters, those: Partners, kind: int
) -> tuple[Proposals, Floats]:
    """Return this year's proposals for higher projects and the applicants' lasting strength."""
    table, firms, luck = state.organisations, state.firms, state.luck("projects")
    slot = slots.NATIONAL if kind == NATIONAL else slots.PROVINCIAL
    rows = np.flatnonzero(table.researchers > 0)
    number = luck.poisson(
        table.id[rows], np.minimum(proposal_means(state, p, kind)[rows], LARGEST_MEAN), slot
    )
    bodies = np.repeat(rows, number)
    serial = np.arange(bodies.size) - np.repeat(np.cumsum(number) - number, number)
    leads = able_to_lead(state, p)
    leads = leads[luck.happens(firms.id[leads], firm_chance(p, kind), slot)]
    stamp = (4 + kind) << 20
    own = identity.mixed(identity.CONTRACT, table.id[bodies], state.quarter, stamp + serial)
    led = identity.mixed(identity.CONTRACT, firms.id[leads], state.quarter, stamp)
    chosen = choose(state, p, those, led, leads)
    found = chosen >= 0
    leads, led, chosen = leads[found], led[found], chosen[found]
    blank = np.zeros(bodies.size + leads.size)
    made = Proposals(
        np.concatenate([own, led]),
        np.concatenate([np.full(bodies.size, -1), leads]),
        np.concatenate([bodies, chosen]),
        blank,
        blank,
        np.concatenate([np.ones(bodies.size), np.full(leads.size, state.weight)]),
    )
    return made, np.concatenate([_body_strength(state, p, bodies), _firm_strength(state, p, leads)])


def compete(state: State, p: Parameters, those: Partners, kind: int) -> None:
    """Rank the city's proposals with the rivals' for places that are set outside."""
    made, strength = _higher_proposals(state, p, those, kind)
    if made.ids.size == 0:
        return
    noise = state.draws.at("projects", 0).normal(made.ids, slots.SCORE)
    scores = strength + np.sqrt(1 - p.lasting**2) * noise
    expected = float(state.norms.project_proposals[kind])
    number = max(round(p.rivals * expected), 1)
    rivals = identity.plain(identity.OUTSIDER, _RIVALS + kind, np.arange(number))
    bar = np.sort(state.luck("projects").normal(mix(rivals, state.quarter), slots.SCORE))[::-1]
    share = p.national_pass if kind == NATIONAL else p.provincial_pass
    won = ahead(scores, made.stands_for, bar) < share * (number + expected)
    mean = p.national_value if kind == NATIONAL else p.provincial_value
    taken = made.take(won)
    partners = np.where(taken.firm >= 0, taken.organisation, -1)
    lot = state.draws.at("projects", 0).uniform(taken.ids, slots.TURN)
    able = taken_on(state, partners, p.staff * taken.stands_for, lot)
    state.flows.declined += float(taken.stands_for[~able].sum())
    taken = taken.take(able)
    value = called_value(state, p, taken.ids, taken.firm, mean)
    start(
        state,
        p,
        Beginning(
            kind=kind,
            ids=taken.ids,
            firm=taken.firm,
            organisation=taken.organisation,
            value=value,
            stands_for=taken.stands_for,
            public=p.public_share,
        ),
    )
    state.flows.won_projects[kind] += float(taken.stands_for.sum())
