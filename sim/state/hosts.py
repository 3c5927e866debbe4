"""Hosts: who may found a platform, and what makes one likelier to than another."""

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Rows
from sim.state.founders import CARRIERS, FIRMS, Hosts
from sim.state.state import State


def hosts(state: State, name: str) -> Hosts:
    """Return the possible founders of a class, with what makes one likelier than another."""
    everywhere = len(state.city.clusters)
    if name in FIRMS:
        firms = state.firms
        able = firms.alive & firms.above_scale & (firms.rd > 0)
        rows = np.flatnonzero(able & (firms.leading == (name == "leading_firm")))
        typical = max(state.norms.typical_rd_stock, 1e-9)
        suitability = (firms.rd_stock[rows] / typical) ** state.founders.size_of_host
        cluster = firms.cluster[rows].astype(np.int64)
        return Hosts(name, rows, firms.id[rows], firms.platforms[rows], cluster, suitability)
    table = state.organisations
    if name == "carrier":
        rows = state.platforms(*CARRIERS)
    elif name == "institute":
        rows = state.platforms("institute")
    else:
        rows = state.bodies(name)
    cluster = np.where(table.cluster[rows] < 0, everywhere, table.cluster[rows]).astype(np.int64)
    return Hosts(name, rows, table.id[rows], table.platforms[rows], cluster, np.ones(rows.size))


def class_weights(state: State, codes: Rows, host: str) -> NDArray[np.float64]:
    """Return how likely a host of a class is to found kinds, by their codes, beside a body's 1.

    A row of firms is so many hosts of what has a life of its own.
    """
    if host in FIRMS:
        hosts_in_row = state.weight / state.stands_for(codes, firms=True)
        return np.asarray(state.costs["firm_weight"][codes] * hosts_in_row, np.float64)
    return np.full(codes.size, state.founders.outside_weight if host == "outside" else 1.0)
