"""Hosts: who may found a platform, and what makes one likelier to than another."""

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Ids, Rows
from sim.core.draws import mix
from sim.inputs.codes import KIND_CODE
from sim.inputs.kinds import KINDS
from sim.state.founders import CARRIERS, FIRMS, Hosts
from sim.state.state import State

_PARTS_OF_FIRMS = sum(1 << KIND_CODE[kind] for kind, data in KINDS.items() if data.of_host)


def hosts(state: State, name: str) -> Hosts:
    """Return the possible founders of a class, with what makes one likelier than another.

    In a thinned city the other firms for which a row stands found only what has a life of its own:
    parts of firms are thinned with them.
    """
    everywhere = len(state.city.clusters)
    if name in FIRMS:
        firms = state.firms
        able = firms.alive & firms.above_scale & (firms.rd > 0)
        each = np.flatnonzero(able & (firms.leading == (name == "leading_firm")))
        turn, rows = np.indices((firms_in_row(state), each.size)).reshape(2, -1)
        itself, rows = turn == 0, each[rows]
        typical = max(state.norms.typical_rd_stock, 1e-9)
        return Hosts(
            name=name,
            rows=rows,
            ids=np.where(itself, firms.id[rows], mix(firms.id[rows], turn)),
            itself=itself,
            hosted=np.where(itself, firms.platforms[rows], _PARTS_OF_FIRMS),
            cluster=firms.cluster[rows].astype(np.int64),
            district=np.where(itself, firms.district[rows], len(state.city.districts)),
            suitability=(firms.rd_stock[rows] / typical) ** state.founders.size_of_host,
        )
    table = state.organisations
    if name == "carrier":
        rows = state.platforms(*CARRIERS)
    elif name == "institute":
        rows = state.platforms("institute")
    else:
        rows = state.bodies(name)
    cluster = np.where(table.cluster[rows] < 0, everywhere, table.cluster[rows]).astype(np.int64)
    return bodies_as_hosts(state, name, rows, table.id[rows], table.platforms[rows], cluster)


def bodies_as_hosts(
    state: State, name: str, rows: Rows, ids: Ids, hosted: Rows, cluster: Rows
) -> Hosts:
    """Return bodies as possible founders: each is as suitable as another."""
    alike, itself = np.ones(rows.size), np.ones(rows.size, np.bool_)
    district = state.organisations.district[rows].astype(np.int64)
    return Hosts(name, rows, ids, itself, hosted, cluster, district, alike)


def firms_in_row(state: State) -> int:
    """Return how many hosts a row of firms is of what has a life of its own."""
    return max(round(state.weight), 1)


def each_stands_for(state: State, codes: Rows, host: str) -> NDArray[np.float64]:
    """Return how many hosts of the city each that may found these kinds is."""
    if host not in FIRMS:
        return np.ones(codes.size)
    parts = (_PARTS_OF_FIRMS >> codes) & 1 == 1
    return np.where(parts, state.weight, state.weight / firms_in_row(state))


def class_weights(state: State, codes: Rows, host: str) -> NDArray[np.float64]:
    """Return how likely a host of a class is to found kinds, by their codes, beside a body's 1."""
    if host in FIRMS:
        hosts_in_row = each_stands_for(state, codes, host) / state.stands_for(codes, firms=True)
        return np.asarray(state.costs["firm_weight"][codes] * hosts_in_row, np.float64)
    return np.full(codes.size, state.founders.outside_weight if host == "outside" else 1.0)
