"""Hosts: universities and institutes where talents work, firms that seek them, ties of both."""

import numpy as np

from sim.core.arrays import Flags, Ids, Rows
from sim.core.draws import Addressed
from sim.processes.talent import slots
from sim.processes.talent.parameters import Parameters
from sim.state.ring import ring
from sim.state.state import State


def local_science(state: State) -> Rows:
    """Return universities and institutes in operation."""
    return np.concatenate([state.bodies("university"), state.platforms("institute")])


def seekers(state: State) -> Rows:
    """Return firms that do R&D, start-ups apart."""
    firms = state.firms
    settled = firms.above_scale | firms.technology_sme
    return np.flatnonzero(firms.alive & settled & (firms.rd > 0))


def hosts_now(state: State) -> float:
    """Return universities and institutes over those of the start."""
    return local_science(state).size / max(state.norms.talent_hosts, 1.0)


def drawn_hosts(state: State, luck: Addressed, ids: Ids) -> Rows:
    """Return a university or institute per talent."""
    rows = local_science(state)
    around = ring(luck, state.organisations.id[rows], rows, slot=slots.LOCAL)
    return around.pick(luck.uniform(ids, slots.POINTER))


def tie(
    state: State, p: Parameters, luck: Addressed, ids: Ids, rows: Rows, organisation: Rows
) -> Flags:
    """Tie firms without a partner to a local university or institute; return which."""
    partner = state.firms.partner
    free = np.isin(organisation, local_science(state)) & (partner[rows] < 0)
    tied = free & luck.happens(ids, p.ties, slots.TIES)
    partner[rows[tied]] = organisation[tied]
    return tied
