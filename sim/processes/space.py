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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.draws import Ids
from sim.core.quantity import quantity
from sim.core.tables import Rows
from sim.inputs.kinds import KIND_CODE
from sim.inputs.levers import CLUSTER_AREA_MEANS, MANAGEMENT_EFFORT
from sim.state.promises import go_ahead
from sim.state.state import ACTIVE, State

if TYPE_CHECKING:
    from sim.inputs.parameters import Values

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SQUARE_METRES = 1e6  # in a million of them
OWN_BUILDINGS = ("incubator", "accelerator", "science_park")
SEATING = ("incubator", "makerspace", "accelerator", "rural_makerspace", "science_park")


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of the process."""

    growth: float = quantity(
        0.25,
        unit="space begun a year over the space at the start, where as much is empty as then",
        low=0.04,
        high=1.5,
        status="assumed",
        source="Torch: incubators grew 12-20 % a year in 2016-18; Wuxi high-tech zone 2022: a "
        "million m2 in a year, more than all that this city may have had at the start; wide",
        spread="log-uniform",
    )
    response: float = quantity(
        1.0,
        unit="elasticity of starts to the empty share, negative",
        low=0.0,
        high=2.0,
        status="assumed",
        source="state-owned developers hardly look at it; judged, 0 allowed",
    )
    known: float = quantity(
        0.5,
        unit="share of what is being built that developers count",
        low=0.0,
        high=1.0,
        status="assumed",
        source="others' plans are known in part; judged",
    )
    project: float = quantity(
        40_000,
        unit="square metres per project, mean",
        low=15_000,
        high=120_000,
        status="cited",
        source="Changzhou Wujin 2023-24: 22 000 and 67 000 m2; Yongxiu 2017: 65 000; Wuxi and "
        "Lianyungang 2025: 162 500; Changzhou Xinbei 2023: 280 000; most are smaller",
        spread="log-uniform",
    )
    project_spread: float = quantity(
        0.8,
        unit="standard deviation of the logarithm of size",
        low=0.4,
        high=1.2,
        status="assumed",
        source="the sizes above; judged",
    )
    fastest: float = quantity(
        6,
        unit="quarters of building",
        low=4,
        high=7,
        status="assumed",
        source="model design 4: 6-10 quarters",
    )
    slowest: float = quantity(
        10,
        unit="quarters of building",
        low=8,
        high=12,
        status="assumed",
        source="model design 4: 6-10 quarters",
    )
    incubator_space: float = quantity(
        9_000,
        unit="square metres per incubator or accelerator",
        low=5_000,
        high=20_000,
        status="cited",
        source="5 000 m2 at least; Ningbo 2020: 20 000 at one university park",
    )
    park_space: float = quantity(
        100_000,
        unit="square metres per science park",
        low=30_000,
        high=280_000,
        status="cited",
        source="parks of 65 000-280 000 m2; smaller ones judged",
        spread="log-uniform",
    )
    own_building: float = quantity(
        0.4,
        unit="share of those that open in a new building of their own",
        low=0.1,
        high=0.8,
        status="assumed",
        source="conversions are common; judged, wide",
    )
    carriers_share: float = quantity(
        0.5,
        unit="share of the space taken at the start that carriers' tenants take",
        low=0.2,
        high=0.8,
        status="assumed",
        source="the rest are other technology firms and services; judged",
    )
    blocks: float = quantity(
        5,
        unit="functional blocks of the cluster area",
        low=3,
        high=8,
        status="assumed",
        source="laboratories, pilot space, infrastructure, institutes, flats are named; judged",
    )
    blocks_done: float = quantity(
        0.1,
        unit="share of blocks finished at the start",
        low=0.0,
        high=0.3,
        status="assumed",
        source="the area is being planned (谋划) in 2019; judged",
    )
    blocks_begun: float = quantity(
        0.2,
        unit="share of blocks under way at the start",
        low=0.0,
        high=0.5,
        status="assumed",
        source="as above; judged, wide",
    )
    block_start: float = quantity(
        0.08,
        unit="chance a quarter that a block is begun without means from the city",
        low=0.02,
        high=0.25,
        status="assumed",
        source="land, money and permits take years; judged, wide",
        spread="log-uniform",
    )
    block_space: float = quantity(
        60_000,
        unit="square metres per block",
        low=20_000,
        high=200_000,
        status="assumed",
        source="as park phases; judged",
        spread="log-uniform",
    )
    cost: float = quantity(
        0.005,
        unit="million CNY per square metre",
        low=0.0037,
        high=0.0068,
        status="cited",
        source="parks and incubators in Jiangsu and Jiangxi: 3 730 to 6 800 CNY",
    )
    latent_projects: float = quantity(
        60,
        unit="latent projects a quarter",
        low=60,
        high=120,
        status="assumed",
        source="more than ever are begun; structural",
        spread="fixed",
    )
    most_swing: float = quantity(
        4.0,
        unit="how far starts rise or fall beside the usual, as a ratio",
        low=2.0,
        high=8.0,
        status="assumed",
        source="against runaways; structural",
        spread="fixed",
    )


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
    state.totals["space in use"] = taken(state, p)
    _begin_projects(state, p)
    _build_cluster_area(state, p)


def begin(state: State, values: "Values") -> None:
    """Start the city with its space, with buildings under way and with what takes the space."""
    prepare(state, values.of("space"))


def prepare(state: State, p: Parameters) -> None:
    """Do so with the parameters at hand; firms and carriers stand already."""
    stock, totals = state.starting_stock, state.totals
    totals["space"] = stock["carrier_space"]
    stock["space taken"] = stock["carrier_space"] * (1 - stock["vacancy"])
    stock["space tenants"], stock["space firms"] = _users(state)
    for back in range(1, round(p.slowest) + 1):
        _launch(state, p, state.start - back, _usual(state, p))
    stock["empty ahead"] = empty_ahead(totals["space"], totals["space begun"], taken(state, p), p)
    _prepare_blocks(state, p)


# Carrier space


def _due(quarter: int) -> str:
    return f"space due {quarter}"


def _users(state: State) -> tuple[float, float]:
    """Return tenants of carriers and small technology firms."""
    firms, table = state.firms, state.organisations
    tenants = float(table.tenants[state.platforms(*SEATING)].sum())
    return tenants, float((firms.alive & ~firms.above_scale).sum()) * state.weight


def taken(state: State, p: Parameters) -> float:
    """Return the space in use, square metres: as users beside those at the start, all at most."""
    stock, (tenants, small) = state.starting_stock, _users(state)
    carriers = tenants / stock["space tenants"] if stock["space tenants"] > 0 else 1.0
    others = small / stock["space firms"] if stock["space firms"] > 0 else 1.0
    use = p.carriers_share * carriers + (1 - p.carriers_share) * others
    return min(stock["space taken"] * use, state.totals["space"])


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
    yearly = p.growth * state.starting_stock["carrier_space"]
    return yearly / 4 / (p.latent_projects * p.project)


def _finish(state: State) -> None:
    finished = state.totals.pop(_due(state.quarter), 0.0)
    state.totals["space begun"] -= finished
    _add(state, finished)


def _add(state: State, area: float) -> None:
    state.totals["space"] += area
    state.totals["space new"] += area
    state.flows["space_finished"] += area


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
        state.totals[_due(when)] += size
        state.totals["space begun"] += size


def _time(u: Floats, p: Parameters) -> NDArray[np.int64]:
    return np.rint(p.fastest + u * (p.slowest - p.fastest)).astype(np.int64)


def _begin_projects(state: State, p: Parameters) -> None:
    usual = state.starting_stock["empty ahead"]
    totals = state.totals
    now = empty_ahead(totals["space"], totals["space begun"], totals["space in use"], p)
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


def _block(number: int) -> str:
    return f"block {number} finished in"


def _prepare_blocks(state: State, p: Parameters) -> None:
    """Note when each block that is done or under way is finished."""
    state.totals["blocks"] = round(p.blocks)
    ids, luck = _blocks(p), state.draws.at("space", 0)
    order = np.argsort(luck.uniform(ids, _STATUS), kind="stable")
    done = round(p.blocks_done * ids.size)
    begun = round((p.blocks_done + p.blocks_begun) * ids.size)
    # Work under way is of even ages.
    left = np.ceil(luck.uniform(ids, _BUILDING) * p.slowest).astype(np.int64)
    for place, number in enumerate(order[:begun].tolist()):
        finished = state.start - 1 if place < done else state.start + int(left[number])
        state.totals[_block(number)] = finished


def block_chance(p: Parameters, share: float) -> float:
    """Return the chance a quarter that a block is begun, when a share of its cost is paid."""
    return min(p.block_start * (1 + share), 1.0)


def _build_cluster_area(state: State, p: Parameters) -> None:
    """Begin blocks that are not begun; pay the promised share of their cost."""
    ids, luck = _blocks(p), state.luck("space")
    idle = np.array([_block(number) not in state.totals for number in range(ids.size)])
    offers = list(state.offers.on(CLUSTER_AREA_MEANS))
    share = min(sum(offer.dose for offer in offers), 1.0)
    u = luck.uniform(ids, _BLOCK_BEGINS)
    begins = np.flatnonzero(idle & (u < block_chance(p, share)))
    parts = [(offer, offer.dose * (p.cost * p.block_space)) for offer in offers]
    anyway = u[begins] < p.block_start
    begins = begins[go_ahead(state, parts, ids[begins], anyway, payee="public_body")]
    due = state.quarter + _time(luck.uniform(ids[begins], _TIME), p)
    for number, when in zip(begins.tolist(), due.tolist(), strict=True):
        state.totals[_block(number)] = when


# Measures


def carrier_space_new(state: State) -> float:
    """Return floor space of carriers finished since the start, million square metres."""
    return state.totals["space new"] / SQUARE_METRES


def carrier_space_taken(state: State) -> float:
    """Return how much of it is in use beyond the start's use, million square metres."""
    more = state.totals["space in use"] - state.starting_stock.get("space taken", 0.0)
    return max(min(more, state.totals["space new"]), 0.0) / SQUARE_METRES


def _finished(state: State) -> Floats:
    names = (_block(number) for number in range(round(state.totals["blocks"])))
    return np.array([state.totals[name] for name in names if name in state.totals])


def cluster_area_built(state: State) -> float:
    """Return the share of the cluster area's blocks whose key buildings are finished."""
    blocks = state.totals["blocks"]
    return float((_finished(state) <= state.quarter).sum()) / blocks if blocks else 0.0


def cluster_area_begun(state: State) -> float:
    """Return the share of its blocks that are begun, the finished included."""
    blocks = state.totals["blocks"]
    return _finished(state).size / blocks if blocks else 0.0
