"""Floor space: developers build where space is short; buildings of the institutes' cluster area.

Carrier space. Developers look at the share of space that would stand empty, counting part of what
is being built, and compare it with the share at the start:

    starts = growth · space at the start / 4 · clip((usual empty / empty ahead)^response, 1/4, 4)

A project takes 6-10 quarters and is lognormal in size [22 000 to 280 000 m2 in southern Jiangsu].
Carriers that open in buildings of their own bring floor space too. Space is taken by tenants of
carriers and by small technology firms around them, in proportion to the start. An office's effort
quickens permits. Means toward founding carriers act through the founders, and are paid there.

Cluster area. A public body builds the key buildings of so many functional blocks. Some are done
or under way at the start; the rest are begun, each quarter, with the odds that any large building
has, raised by means toward institutes as for any founding, min(5, 1 + share of the cost paid).
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Floats, Ids, Rows
from sim.inputs.codes import KIND_CODE
from sim.inputs.levers import CLUSTER_AREA_MEANS, MANAGEMENT_EFFORT
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state.columns import ACTIVE
from sim.state.state import State


class Parameters(Numbers, name="space"):
    """Numbers of the process."""

    growth: float = meaning(
        "space begun over the space at the start, where as much is empty as then"
    )
    response: float = meaning("starts to the empty share, negative")
    known: float = meaning("what is being built that developers count")
    project: float = meaning("space of a project, mean")
    project_spread: float = meaning("size of projects")
    fastest: float = meaning("time of building, at least")
    slowest: float = meaning("time of building, at most")
    incubator_space: float = meaning("space of an incubator or accelerator")
    park_space: float = meaning("space of a science park")
    own_building: float = meaning("carriers and parks that open in a new building of their own")
    carriers_share: float = meaning("the space taken at the start that carriers' tenants take")
    blocks: float = meaning("functional blocks of the cluster area")
    blocks_done: float = meaning("blocks finished at the start")
    blocks_begun: float = meaning("blocks under way at the start")
    block_start: float = meaning("a block is begun without means from the city")
    block_space: float = meaning("space of a block")
    cost: float = meaning("cost of a square metre of space")
    latent_projects: float = meaning("latent projects")
    most_swing: float = meaning("how far starts rise or fall beside the usual")


SQUARE_METRES = 1e6  # in a million of them
OWN_BUILDINGS = ("incubator", "accelerator", "science_park")
SEATING = ("incubator", "makerspace", "accelerator", "rural_makerspace", "science_park")
# Slots of a project in its quarter, of a block's life, of a block in a quarter.
_BEGINS, _SIZE, _TIME = 0, 1, 2
_STATUS, _BUILDING = 3, 4
_BLOCK_BEGINS = 5
# Slot of a carrier's life.
_OWN = 6
# Groups of ids that stand for no row.
_PROJECT, _BLOCK = 0, 1


def build(state: State, p: Parameters) -> None:
    """Finish and begin buildings."""
    _finish(state)
    _move_in(state, p)
    state.totals.space_in_use = taken(state, p)
    _begin_projects(state, p)
    _build_cluster_area(state, p)


def begin(state: State, values: Values) -> None:
    """Start the city with its space, with buildings under way and with what takes the space."""
    p = values.of(Parameters)
    totals = state.totals
    totals.space = state.figures.carrier_space
    state.norms.space_taken = state.figures.carrier_space * (1 - state.figures.vacancy)
    state.norms.space_tenants, state.norms.space_firms = _users(state)
    for back in range(1, round(p.slowest) + 1):
        _launch(state, p, state.start - back, _usual(state, p))
    state.norms.empty_ahead = empty_ahead(totals.space, totals.space_begun, taken(state, p), p)
    _prepare_blocks(state, p)


# Carrier space


def _users(state: State) -> tuple[float, float]:
    """Return tenants of carriers and small technology firms."""
    firms, table = state.firms, state.organisations
    tenants = float(table.tenants[state.platforms(*SEATING)].sum())
    return tenants, float((firms.alive & ~firms.above_scale).sum()) * state.weight


def taken(state: State, p: Parameters) -> float:
    """Return the space in use, square metres: as users beside those at the start, all at most."""
    tenants, small = _users(state)
    carriers = tenants / state.norms.space_tenants if state.norms.space_tenants > 0 else 1.0
    others = small / state.norms.space_firms if state.norms.space_firms > 0 else 1.0
    use = p.carriers_share * carriers + (1 - p.carriers_share) * others
    return min(state.norms.space_taken * use, state.totals.space)


def empty_ahead(space: float, begun: float, use: float, p: Parameters) -> float:
    """Return the share of space that would stand empty, counting part of what is being built."""
    whole = space + p.known * begun
    return 1 - use / whole if whole > 0 else 0.0


def swing(usual: float, now: float, p: Parameters) -> float:
    """Return how starts move with the empty share, beside the usual."""
    if usual <= 0:
        return 1.0
    ratio = usual / max(now, usual / p.most_swing**2)
    return float(np.clip(ratio**p.response, 1 / p.most_swing, p.most_swing))


def _usual(state: State, p: Parameters) -> float:
    """Return the chance of a latent project at the start."""
    yearly = p.growth * state.figures.carrier_space
    return yearly / 4 / (p.latent_projects * p.project)


def _finish(state: State) -> None:
    finished = state.totals.space_due.pop(state.quarter, 0.0)
    state.totals.space_begun -= finished
    _add(state, finished)


def _add(state: State, area: float) -> None:
    state.totals.space += area
    state.totals.space_new += area
    state.flows.space_finished += area


def _launch(state: State, p: Parameters, quarter: int, chance: float) -> None:
    """Begin the projects of a quarter; those that would be finished before the start are."""
    luck = state.draws.at("space", quarter)
    ids = identity.plain(identity.OUTSIDER, _PROJECT, np.arange(round(p.latent_projects)))
    ids = ids[luck.happens(ids, chance, _BEGINS)]
    spread = p.project_spread
    area = p.project * np.exp(spread * luck.normal(ids, _SIZE) - spread**2 / 2)
    due = quarter + _time(luck.uniform(ids, _TIME), p)
    later = due >= state.start
    for size, when in zip(area[later].tolist(), due[later].tolist(), strict=True):
        state.totals.space_due[when] += size
        state.totals.space_begun += size


def _time(u: Floats, p: Parameters) -> NDArray[np.int64]:
    return np.rint(p.fastest + u * (p.slowest - p.fastest)).astype(np.int64)


def _begin_projects(state: State, p: Parameters) -> None:
    usual = state.norms.empty_ahead
    totals = state.totals
    now = empty_ahead(totals.space, totals.space_begun, totals.space_in_use, p)
    pace = 1 + state.offers.dose(MANAGEMENT_EFFORT, "science_park")
    _launch(state, p, state.quarter, _usual(state, p) * swing(usual, now, p) * pace)


def _move_in(state: State, p: Parameters) -> None:
    """Count the floor space of carriers that opened in this quarter in buildings of their own."""
    table = state.organisations
    rows: Rows = state.platforms(*OWN_BUILDINGS, status=ACTIVE)
    rows = rows[(table.opens[rows] == state.quarter) & table.new_unit[rows]]
    rows = rows[state.draws.at("space", 0).happens(table.id[rows], p.own_building, _OWN)]
    park = table.kind[rows] == KIND_CODE["science_park"]
    _add(state, float(np.where(park, p.park_space, p.incubator_space).sum()))


# Cluster area


def _blocks(p: Parameters) -> Ids:
    return identity.plain(identity.OUTSIDER, _BLOCK, np.arange(round(p.blocks)))


def blocks_finish(state: State) -> Floats:
    """Return the quarter in which each block that is begun is finished."""
    return np.array([finished for _, finished in sorted(state.totals.blocks_finished.items())])


def _prepare_blocks(state: State, p: Parameters) -> None:
    """Note when each block that is done or under way is finished."""
    state.totals.blocks = round(p.blocks)
    ids, luck = _blocks(p), state.draws.at("space", 0)
    order = np.argsort(luck.uniform(ids, _STATUS), kind="stable")
    done = round(p.blocks_done * ids.size)
    begun = round((p.blocks_done + p.blocks_begun) * ids.size)
    # Work under way is of even ages.
    left = np.ceil(luck.uniform(ids, _BUILDING) * p.slowest).astype(np.int64)
    for place, number in enumerate(order[:begun].tolist()):
        finished = state.start - 1 if place < done else state.start + int(left[number])
        state.totals.blocks_finished[number] = finished


def block_chance(p: Parameters, share: float) -> float:
    """Return the chance a quarter that a block is begun, when a share of its cost is paid."""
    return min(p.block_start * (1 + share), 1.0)


def _build_cluster_area(state: State, p: Parameters) -> None:
    """Begin blocks that are not begun; claim the promised share of their cost."""
    ids, luck = _blocks(p), state.luck("space")
    idle = np.array([number not in state.totals.blocks_finished for number in range(ids.size)])
    share = state.counted_on(CLUSTER_AREA_MEANS, most=1.0)
    u = luck.uniform(ids, _BLOCK_BEGINS)
    begins = np.flatnonzero(idle & (u < block_chance(p, share)))
    for offer in state.offers.on(CLUSTER_AREA_MEANS):
        cost = p.cost * p.block_space
        state.claim(offer, offer.dose * cost, payee="public_body", rows=begins)
    due = state.quarter + _time(luck.uniform(ids[begins], _TIME), p)
    for number, when in zip(begins.tolist(), due.tolist(), strict=True):
        state.totals.blocks_finished[number] = when
