"""Incubation: start-ups seek seats, stay, graduate or leave.

A start-up that seeks a seat asks, for up to a year, the carrier that suits it best: pairs score by
an addressed draw weighted by nearness of cluster and district, by level, and by the rent asked. The
share that seeks one is fixed at the start, such that the tenants published for carriers came to be.
A carrier takes whom it has seats for. Tenants stay at most 48 months, graduate at some 10 % a year
and leave at 8-12 %. A carrier in which hardly a seat is taken is hollow: it still counts, and the
report says so.
"""

from typing import NamedTuple

import numpy as np

from sim.core.arithmetic import log
from sim.core.arrays import Address, Floats, Ids, Rows, Whole
from sim.core.compiled import compiled
from sim.core.draws import four, mixed
from sim.core.tables import Table
from sim.inputs.codes import HOSTS
from sim.inputs.numbers import Numbers, meaning
from sim.state.columns import ACTIVE
from sim.state.state import State


class Parameters(Numbers, name="incubation"):
    """Numbers of the process."""

    seek: float = meaning("start-ups that seek a seat, in a city where no carrier tells")
    search: float = meaning("time after its founding in which a start-up seeks a seat")
    near: float = meaning(
        "a carrier of one's own district or cluster, for each of the two, beside another"
    )
    rent_matters: float = meaning("a carrier's appeal to its rent, taken negative")
    longest: float = meaning("longest stay in a seat")
    graduate: float = meaning("tenants that graduate")
    leave: float = meaning("tenants that leave without graduating")
    seedling_revenue: float = meaning("sales of a high-tech seedling at least")
    seedling_rd: float = meaning("R&D over revenue of a high-tech seedling at least")


SEATING = ("incubator", "makerspace", "accelerator", "rural_makerspace", "science_park")
# Slots of a start-up's draws: of its life (quarter 0) and of a quarter.
_SEEKS = 0
_GRADUATES, _LEAVES, _LOT, _LAST_SEAT = 0, 1, 2, 3


class Located(NamedTuple):
    """Start-ups or carriers, and where they are."""

    id: Ids
    district: Whole
    cluster: Whole


@compiled
def _prefer(
    address: Address, seeker: Located, carrier: Located, weight: Floats, near: float
) -> Rows:
    best = np.empty(seeker.id.size, np.int64)
    draws = np.empty(carrier.id.size)
    pairs = np.empty(carrier.id.size, np.uint64)
    for i in range(best.size):
        for j in range(pairs.size):
            pairs[j] = mixed(seeker.id[i], carrier.id[j])
        for j in range(pairs.size):
            draws[j] = four(address, pairs[j], 0)[0]
        for j in range(pairs.size):
            wanted = weight[j]
            wanted *= near if seeker.district[i] == carrier.district[j] else 1.0
            wanted *= near if seeker.cluster[i] == carrier.cluster[j] else 1.0
            draws[j] = log(draws[j]) / wanted
        best[i] = np.argmax(draws)
    return best


def _tenants(state: State) -> Rows:
    return np.flatnonzero(state.firms.alive & (state.firms.carrier >= 0))


def _end_tenancies(state: State, p: Parameters) -> None:
    firms, table = state.firms, state.organisations
    rows = _tenants(state)
    u = state.luck("incubation").block(firms.id[rows])
    graduates = u[_GRADUATES] < p.graduate / 4
    too_long = state.quarter - firms.seated[rows] >= p.longest
    closed = table.status[firms.carrier[rows]] != ACTIVE
    leaves = graduates | too_long | closed | (u[_LEAVES] < p.leave / 4)
    firms.graduated[rows[graduates]] = True
    firms.left_seat[rows[leaves]] = state.quarter
    firms.carrier[rows[leaves]] = -1
    state.flows.graduates += float(graduates.sum()) * state.weight
    tenants = np.bincount(firms.carrier[_tenants(state)], minlength=len(table))
    table.tenants[:] = tenants * state.weight


def seekers(state: State, p: Parameters) -> Rows:
    """Return the start-ups that look for a seat now."""
    firms = state.firms
    young = firms.alive & ~firms.above_scale & (firms.seated == 0)
    rows = np.flatnonzero(young & (firms.founded >= state.quarter - p.search))
    return rows[state.lasting("incubation", _SEEKS)[rows] < state.norms.seeks_seat]


def _seat(state: State, p: Parameters) -> None:
    firms, table = state.firms, state.organisations
    rows, carriers = seekers(state, p), state.platforms(*SEATING)
    carriers = carriers[table.seats[carriers] > 0]
    last_try = state.quarter + 1 - firms.founded[rows] > p.search
    if rows.size == 0 or carriers.size == 0:
        state.flows.turned_away += float(last_try.sum()) * state.weight
        return
    best = carriers[_preferred(state, p, rows, carriers)]
    lot = state.luck("incubation").uniform(firms.id[rows], _LOT)
    order = np.lexsort((lot, best))
    place = np.arange(rows.size) - np.searchsorted(best[order], best[order])
    free = (table.seats - table.tenants) / state.weight
    # Where a row stands for several firms the last seats are taken by lot.
    last = state.luck("incubation").uniform(table.id, _LAST_SEAT)
    seated = order[place + last[best[order]] < free[best[order]]]
    firms.carrier[rows[seated]] = best[seated]
    firms.seated[rows[seated]] = state.quarter
    np.add.at(table.tenants, best[seated], state.weight)
    own = table.host_class[best[seated]] == HOSTS.index("institute")
    firms.hatched[rows[seated[own]]] = True
    state.flows.hatched += float(own.sum()) * state.weight
    state.flows.seated += seated.size * state.weight
    last_try[seated] = False
    state.flows.turned_away += float(last_try.sum()) * state.weight


def _located(table: Table, rows: Rows) -> Located:
    return Located(table.id[rows], table.district[rows], table.cluster[rows])


def _preferred(state: State, p: Parameters, rows: Rows, carriers: Rows) -> Rows:
    """Return for each start-up the position of the carrier that suits it best."""
    table = state.organisations
    return _prefer(
        state.luck("incubation").address,
        _located(state.firms, rows),
        _located(table, carriers),
        (1.0 + table.level[carriers]) * table.rent[carriers] ** -p.rent_matters,
        p.near,
    )


def _name_seedlings(state: State, p: Parameters) -> None:
    """Count firms that institutes hatched once they pass the tests of revenue and R&D."""
    firms = state.firms
    rows = np.flatnonzero(firms.alive & firms.hatched & ~firms.seedling)
    revenue, rd = firms.revenue[rows], firms.rd[rows]
    rows = rows[(revenue >= p.seedling_revenue) & (rd >= p.seedling_rd * revenue)]
    firms.seedling[rows] = True
    state.totals.seedlings += rows.size * state.weight


def incubate(state: State, p: Parameters) -> None:
    """Let tenants graduate or leave, and seat the seekers."""
    _end_tenancies(state, p)
    _seat(state, p)
    _name_seedlings(state, p)
