"""Brokers at the start, and results of earlier years that lie open."""

import numpy as np

from sim.core import identity
from sim.core.arrays import Rows
from sim.inputs.values import Values
from sim.processes import learning, research, services
from sim.processes.contract.parameters import Parameters as Contracts
from sim.region.population.numbers import Parameters
from sim.state import kene
from sim.state.columns import ACTIVE
from sim.state.learnt import absorptive_capacity
from sim.state.state import State


def certify_brokers(state: State, values: Values) -> None:
    """Place certified brokers, some of whom work."""
    active = values.of(services.Parameters).active
    ids = identity.plain(identity.PERSON, np.arange(round(state.figures.brokers)))
    working = state.draws.at("services", 0).uniform(ids, 0) < active
    state.people.add(ids, certified=state.start - 1, active=working)


def lay_open_results(state: State, values: Values) -> None:
    """Lay open results of earlier years: each year's finds, thinned by age and sales."""
    own, p = values.of(Parameters), values.of(research.Parameters)
    table = state.organisations
    rows = np.flatnonzero((table.researchers > 0) & (table.status == ACTIVE))
    luck = state.draws.at("research", 0)
    for back in range(1, round(4 * own.found_years) + 1):
        left = (1 - (p.ageing + own.sold) / 4) ** back
        mean = table.researchers[rows] * p.result_rate * p.sellable / 4 * left
        found = luck.poisson(table.id[rows], mean, slot=16 + back)
        owners: Rows = np.repeat(rows, found)
        serial = np.concatenate([np.arange(n) for n in found]) if found.any() else rows[:0]
        research.add_results(state, owners, serial, state.quarter - back, p)


def know_what_contracts_taught(state: State, values: Values) -> None:
    """Let firms have learnt what the contracts they usually sign teach, less what has faded.

    Units at work are those expected of a firm that has learnt at this rate since it began R&D; the
    scale of grants allows for them and for who serves in firms, so that the city begins with its
    own grants.
    """
    signs, p = values.of(Contracts), values.of(learning.Parameters)
    finds = values.of(research.Parameters)
    firms, performs = state.firms, np.flatnonzero(state.firms.alive & (state.firms.rd > 0))
    rd = firms.rd[performs]
    usual = state.norms.contract_scale * rd**signs.elasticity
    can = absorptive_capacity(firms.rd_stock[performs], state.norms.typical_rd_stock)
    in_field = firms.capabilities[performs] // kene.PER_FIELD == firms.field[performs, None]
    held = state.knowledge.own_field * in_field.sum(axis=1) / kene.PER_FIELD
    learnt = usual * p.learns * can * (1 - held)
    # Spells of R&D end at their own rate, so that their ages are those of a memoryless spread.
    stops = state.norms.stop[firms.above_scale[performs].astype(np.int64)]
    lost = p.fades / 4 + stops / firms.employees[performs] ** finds.size_effect
    firms.outside[performs] = np.minimum(learnt / np.maximum(lost, 1e-9), learning.PLACES)
    grants = rd**finds.elasticity
    raised = grants * research.of_outside(state, finds)[performs]
    state.norms.grants_scale *= float(grants.sum()) / max(float(raised.sum()), 1e-9)
