"""Learning: firms take in units of knowledge of those they deal with, whose worth fades.

Whoever buys a result or a service, ends a project with an organisation, or has researchers on a
visit may learn the unit of knowledge that it was about, with chance

    learns · S / (S + typical S)      S: its own R&D stock; a visit counts ``visit`` of a contract

since little is taken in without own R&D [K8, K62], and licences, projects and posts bring
inventions where they do [K50, K54, K60]; what one holds already teaches nothing. A new unit takes a
free place or that of the unit taken in longest ago, so that it enters which results appeal to the
firm, and what it is asked to sell. How many units are at work is a book of its own,

    outside' = (1 - fades / 4) · outside + learnt + kept · people who leave

since what was learnt loses its worth before it is forgotten. People who serve in the firm, science
vice-presidents and researchers on exchange posts, raise its results as long as they do
(``research``); when they go, the firm keeps a part: of what a firm uses of a hired inventor's work
almost half is by the recruit alone [K85]. What is at work raises patents (``research``). A firm
begins with what the contracts it usually signs have left it with.
"""

from typing import NamedTuple

import numpy as np

from sim.core.arrays import Flags, Floats, Ids, Rows, Whole
from sim.core.compiled import compiled
from sim.inputs.numbers import Numbers, meaning
from sim.state import kene
from sim.state.columns import FIRM_UNITS
from sim.state.learnt import absorptive_capacity, posts_of_firms
from sim.state.state import State


class Parameters(Numbers, name="learning"):
    """Numbers of the process."""

    learns: float = meaning("a firm of boundless R&D learns what a contract is about")
    visit: float = meaning("a visit's chance of teaching to a contract's")
    kept: float = meaning("what somebody who served there knows that stays when they go")
    fades: float = meaning("units from outside that are no longer at work")


PLACES = FIRM_UNITS - 1  # the last place is for what a person brings
_LEARNS, _TAKES, _UNIT = 0, 1, 2  # slots of an occasion in a quarter
_OVER = 2  # phase of a project that was carried through


class Occasions(NamedTuple):
    """Occasions to learn, in their order.

    Attributes:
        ids: What they are known by.
        firm: Who may learn, rows.
        unit: What there is to learn; -1 for nothing.
        share: Of the firms of a row, how many have the occasion.
        ratio: Chance to that of a contract.
    """

    ids: Ids
    firm: Rows
    unit: Rows
    share: Floats
    ratio: Floats


def _contracts(state: State) -> Occasions:
    """Return this quarter's contracts; results are bought by single firms."""
    table = state.contracts
    rows = np.flatnonzero((table.quarter == state.quarter) & (table.unit >= 0))
    share = np.where(table.transfer[rows], 1 / state.weight, 1.0)
    firm, unit = table.buyer[rows].astype(np.int64), table.unit[rows].astype(np.int64)
    return Occasions(table.id[rows], firm, unit, share, np.ones(rows.size))


def _units(state: State, ids: Ids, organisation: Whole) -> Rows:
    """Return a unit of what each organisation knows."""
    u = state.luck("learning").uniform(ids, _UNIT)
    field = state.organisations.field[organisation].astype(np.int64)
    return field * kene.PER_FIELD + (u * kene.PER_FIELD).astype(np.int64)


def _projects(state: State) -> Occasions:
    """Return projects with an organisation that end now."""
    table = state.projects
    over = (table.phase == _OVER) & (table.ends == state.quarter)
    rows = np.flatnonzero(over & (table.firm >= 0) & (table.organisation >= 0))
    unit = _units(state, table.id[rows], table.organisation[rows])
    share = np.minimum(table.stands_for[rows] / state.weight, 1.0)
    firm = table.firm[rows].astype(np.int64)
    return Occasions(table.id[rows], firm, unit, share, np.ones(rows.size))


def _visits(state: State, p: Parameters) -> Occasions:
    """Return firms that researchers visited in this quarter."""
    firms = state.firms
    rows = np.flatnonzero((firms.visited == state.quarter) & (firms.visitor >= 0))
    unit = _units(state, firms.id[rows], firms.visitor[rows])
    each = np.ones(rows.size)
    return Occasions(firms.id[rows], rows, unit, each, p.visit * each)


@compiled
def _take_in(
    capabilities: Whole, oldest: Whole, firms: Rows, units: Rows, takes: Flags, learnt: Floats
) -> None:
    """Let firms take in units; where one is held already, nothing is learnt."""
    for n in range(firms.size):
        i, free, held = firms[n], -1, False
        for j in range(capabilities.shape[1]):
            held = held or capabilities[i, j] == units[n]
            if capabilities[i, j] < 0 and free < 0 and j < PLACES:
                free = j
        if held:
            learnt[n] = 0.0
        elif takes[n]:
            if free < 0:
                free = oldest[i]
                oldest[i] = (free + 1) % PLACES
            capabilities[i, free] = units[n]


def _learn(state: State, p: Parameters, those: Occasions) -> None:
    firms, luck = state.firms, state.luck("learning")
    can = absorptive_capacity(firms.rd_stock[those.firm], state.norms.typical_rd_stock)
    happens = luck.happens(those.ids, p.learns * those.ratio * can, _LEARNS)
    happens &= firms.alive[those.firm] & (firms.rd[those.firm] > 0)
    ids, firm, unit = those.ids[happens], those.firm[happens], those.unit[happens]
    learnt = those.share[happens]
    takes = luck.happens(ids, learnt, _TAKES)
    _take_in(firms.capabilities, firms.oldest, firm, unit, takes, learnt)
    np.add.at(firms.outside, firm, learnt)
    state.flows.units_learnt += float(learnt.sum()) * state.weight


def _keep_of_leavers(state: State, p: Parameters) -> None:
    """Let firms keep a part of what people knew whose term or post ends."""
    firms, posts = state.firms, posts_of_firms(state.talents)
    ended = posts[state.talents.until[posts] == state.quarter]
    np.add.at(firms.outside, state.talents.firm[ended], p.kept)
    firms.outside[firms.posted_until == state.quarter] += p.kept


def learn(state: State, p: Parameters) -> None:
    """Let units fade, and firms learn from whom they dealt with."""
    firms = state.firms
    firms.outside[:] *= 1 - p.fades / 4
    _keep_of_leavers(state, p)
    for those in (_contracts(state), _projects(state), _visits(state, p)):
        _learn(state, p, those)
    np.minimum(firms.outside, PLACES, out=firms.outside)
