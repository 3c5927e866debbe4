"""Brokers at the start, and results of earlier years that lie open."""

import numpy as np

from sim.core import identity
from sim.core.arrays import Rows
from sim.inputs.values import Values
from sim.processes import (
    research,
    services,
)
from sim.region.population.numbers import (
    Parameters,
)
from sim.state.columns import ACTIVE
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
