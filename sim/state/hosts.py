"""Hosts: who may found a platform, and what makes one likelier to than another."""

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Rows
from sim.inputs.codes import KIND_CODE, KIND_NAMES
from sim.state.founders import CARRIERS, Hosts
from sim.state.state import State


def hosts(state: State, name: str) -> Hosts:
    """Return the possible founders of a class, with what makes one likelier than another."""
    everywhere = len(state.city.clusters)
    if name in ("firm", "leading_firm"):
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


def class_weight(state: State, kind: str, host: str) -> float:
    """Return how likely a host of a class is to found a kind, beside a body's 1."""
    if host == "outside":
        return state.founders.outside_weight
    firm = host in ("firm", "leading_firm")
    return float(state.costs["firm_weight"][KIND_CODE[kind]]) if firm else 1.0


def class_weights(state: State, codes: Rows, host: str) -> NDArray[np.float64]:
    """Return the same for several kinds by their codes."""
    if host in ("firm", "leading_firm"):
        return np.asarray(state.costs["firm_weight"][codes], np.float64)
    return np.full(codes.size, class_weight(state, KIND_NAMES[0], host))
