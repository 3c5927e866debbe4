"""Ties and projects that a city starts with, brought to where they stand.

Each kind came about at the rate of the start since its firm or organisation was there, and no
longer ago than still counts.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.core import identity
from sim.core.arrays import Floats, Ids, Rows
from sim.core.draws import poisson_counts
from sim.processes.projects import slots
from sim.processes.projects.beginning import (
    Beginning,
    called_value,
    joint_values,
    repeated,
    start,
)
from sim.processes.projects.codes import CITY, JOINT, NATIONAL, PROVINCIAL
from sim.processes.projects.outcomes import find_users, finish, half_way, sell, tested_before
from sim.processes.projects.parameters import Parameters
from sim.processes.projects.partner import Partners, choose, serving_vice_presidents, tied_share
from sim.processes.projects.proposals import (
    LARGEST_MEAN,
    able_to_lead,
    carried,
    expertise,
    firm_chance,
    proposal_means,
)
from sim.state.columns import ACTIVE
from sim.state.state import State


def tie_up(state: State, p: Parameters, those: Partners) -> None:
    """Give firms the partner of an earlier project, as likely as their age and R&D make it."""
    firms, luck = state.firms, state.draws.at("projects", 0)
    rows = np.flatnonzero(firms.alive & (firms.rd > 0))
    rate = state.norms.project_scale * firms.rd[rows] ** p.elasticity
    share = tied_share(rate, (state.quarter - firms.founded[rows]).astype(np.float64))
    rows = rows[luck.happens(firms.id[rows], share, slots.TIED)]
    firms.ally[rows] = choose(state, p, those, firms.id[rows], rows)


def _past_of_firms(
    state: State, p: Parameters, those: Partners, rows: Rows, yearly: Floats, kind: int
) -> tuple[Ids, Rows, Rows, Floats, NDArray[np.int64]]:
    """Return ids, firms, partners, weights and beginnings of firms' projects of the past."""
    firms, luck = state.firms, state.draws.at("projects", 0)
    age = np.clip(state.quarter - firms.founded[rows], 0, round(p.past))
    means = np.minimum(yearly / 4 * age, LARGEST_MEAN)
    number = poisson_counts(means, luck.uniform(firms.id[rows], slots.PAST + kind))
    ids, firm, stands = repeated(state, rows, number, (1 << 20) + kind)
    back = 1 + (luck.uniform(ids, slots.BEGAN) * np.repeat(age, number)).astype(np.int64)
    organisation = choose(state, p, those, ids, firm)
    found = organisation >= 0
    return ids[found], firm[found], organisation[found], stands[found], state.start - back[found]


def past_joint_projects(state: State, p: Parameters, those: Partners) -> None:
    """Start major joint projects of firms: the likelier the more R&D and ties they have."""
    firms = state.firms
    rows = np.flatnonzero(firms.alive & (firms.rd >= p.major_from))
    means = state.norms.project_scale * firms.rd[rows] ** p.elasticity
    means *= np.where(firms.ally[rows] >= 0, p.tie, 1.0)
    # Those that came about by meetings and vice-presidents began with these firms, too.
    yearly = (
        state.figures.joint_projects * min(p.major, state.norms.project_major_chance) / state.weight
    )
    share = means / max(float(means.sum()), 1e-9)
    ids, firm, organisation, stands, began = _past_of_firms(
        state, p, those, rows, yearly * share, JOINT
    )
    value = joint_values(
        state.draws.at("projects", 0).normal(ids, slots.VALUE), np.ones(ids.size, np.bool_), p
    )
    start(
        state,
        p,
        Beginning(
            kind=JOINT,
            ids=ids,
            firm=firm,
            organisation=organisation,
            value=value,
            stands_for=stands,
            began=began,
        ),
    )


def _past_called(
    state: State, p: Parameters, those: Partners, rows: Rows, yearly: Floats, kind: int, mean: float
) -> None:
    ids, firm, organisation, stands, began = _past_of_firms(state, p, those, rows, yearly, kind)
    value = called_value(state, p, ids, firm, mean)
    start(
        state,
        p,
        Beginning(
            kind=kind,
            ids=ids,
            firm=firm,
            organisation=organisation,
            value=value,
            stands_for=stands,
            public=p.public_share,
            began=began,
        ),
    )


def past_city_projects(state: State, p: Parameters, those: Partners) -> None:
    """Projects of standing calls: the likelier the more expertise a firm has."""
    rows = able_to_lead(state, p)
    weight = expertise(state.firms.rd_stock[rows], state.norms.typical_rd_stock)
    total = state.figures.key_projects / state.weight
    yearly = np.asarray(total * weight / max(float(weight.sum()), 1e-9))
    _past_called(state, p, those, rows, yearly, CITY, p.city_value)


def past_higher_projects(state: State, p: Parameters, those: Partners, kind: int) -> None:
    """Provincial and national projects of organisations since they opened, and of firms."""
    table, luck = state.organisations, state.draws.at("projects", 0)
    national = kind == NATIONAL
    share = p.national_pass if national else p.provincial_pass
    mean = p.national_value if national else p.provincial_value
    able = able_to_lead(state, p)
    yearly = np.full(able.size, share * firm_chance(p, kind))
    _past_called(state, p, those, able, yearly, kind, mean)
    rows = np.flatnonzero((table.researchers > 0) & (table.status == ACTIVE))
    age = np.clip(state.start - table.opens[rows], 0, round(p.past))
    means = share * proposal_means(state, p, kind)[rows] / 4 * age
    number = poisson_counts(
        np.minimum(means, LARGEST_MEAN), luck.uniform(table.id[rows], slots.PAST + kind)
    )
    body = np.repeat(rows, number)
    serial = np.arange(body.size) - np.repeat(np.cumsum(number) - number, number)
    ids = identity.mixed(identity.CONTRACT, table.id[body], (1 << 20) + kind, serial)
    back = 1 + (luck.uniform(ids, slots.BEGAN) * np.repeat(age, number)).astype(np.int64)
    nobody = np.full(ids.size, -1)
    value = called_value(state, p, ids, nobody, mean)
    start(
        state,
        p,
        Beginning(
            kind=kind,
            ids=ids,
            firm=nobody,
            organisation=body,
            value=value,
            stands_for=np.ones(ids.size),
            public=p.public_share,
            began=state.start - back,
        ),
    )


def past_listed_projects(state: State, p: Parameters, those: Partners) -> None:
    """Projects that the vice-presidents of the start have had listed in their terms so far."""
    talents, luck = state.talents, state.draws.at("projects", 0)
    rows = serving_vice_presidents(state)
    large = 1 - ndtr(np.log(p.listed_from / p.vice_president_value) / p.value_spread)
    rate = p.vice_president_projects / 4 * large * p.listed
    share = tied_share(np.full(rows.size, rate), (state.start - talents.came[rows]).astype(float))
    rows = rows[luck.happens(talents.id[rows], share, slots.PAST)]
    firm = talents.firm[rows].astype(np.int64)
    ids = identity.mixed(identity.CONTRACT, talents.id[rows], 1 << 20, 2 << 20)
    home = talents.organisation[rows]
    organisation = np.where(home >= 0, home, choose(state, p, those, ids, firm))
    value = np.full(rows.size, p.listed_from)
    began = (
        state.start
        - 1
        - (luck.uniform(ids, slots.BEGAN) * (state.start - talents.came[rows])).astype(np.int64)
    )
    began = np.maximum(began, talents.came[rows])
    start(
        state,
        p,
        Beginning(
            kind=PROVINCIAL,
            ids=ids,
            firm=firm,
            organisation=organisation,
            value=value,
            stands_for=np.full(rows.size, state.weight),
            led=True,
            began=began,
        ),
    )


def ripen(state: State, p: Parameters) -> None:
    """Bring past projects to where they stand now, and fix the usual experience."""
    projects, table = state.projects, state.organisations
    rows = np.arange(len(projects))
    find_users(state, p, rows[half_way(state, rows) < state.start], tested_before)
    finish(state, p, rows[projects.ends < state.start])
    sell(state, p)
    staff = np.where(table.status == ACTIVE, table.researchers, 0.0)
    gained = np.log2(1 + carried(state) * 100 / np.maximum(staff, 1.0))
    usual = float((gained * staff).sum()) / max(float(staff.sum()), 1e-9)
    state.norms.project_experience = usual
