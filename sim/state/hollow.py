"""Platforms that do hardly anything: what graders see, and what a count of platforms hides."""

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Rows
from sim.inputs.codes import HOSTS, KIND_CODE
from sim.state.platforms import research_behind
from sim.state.state import State


def hollow(state: State, rows: Rows, share: float) -> NDArray[np.bool_]:
    """Return which platforms do hardly anything.

    Where there are seats, hardly one is taken. Elsewhere nothing is sold, income does not pay
    the running cost, and nobody does research behind it: no host's R&D, no researchers, no
    hospital, and, for a park, no firm that does R&D in its district and cluster.
    """
    table = state.organisations
    kind, body = table.kind[rows], table.host_body[rows]
    behind = research_behind(state, rows) + table.researchers[rows]
    behind += np.where(body >= 0, table.researchers[body], 0.0)
    works = (behind > 0) | (table.host_class[rows] == HOSTS.index("hospital"))
    works |= table.cases[rows] >= 1
    works |= table.income[rows] * 4 >= state.costs["run_cost"][kind]
    parks = kind == KIND_CODE["science_park"]
    if parks.any():
        works |= parks & _among_performers(state, rows)
    seats = table.seats[rows]
    return np.where(seats > 0, table.tenants[rows] < share * seats, ~works)


def _among_performers(state: State, rows: Rows) -> NDArray[np.bool_]:
    """Return whether a firm that does R&D stands in a platform's district and cluster."""
    firms, table = state.firms, state.organisations
    active = firms.alive & (firms.rd > 0)
    # The last column is for platforms of no cluster, where no firm stands.
    there = np.zeros((len(state.city.districts), len(state.city.clusters) + 1), np.bool_)
    there[firms.district[active], firms.cluster[active]] = True
    return np.asarray(there[table.district[rows], table.cluster[rows]], np.bool_)
