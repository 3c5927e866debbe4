"""Who hosts the platforms of the start: a draw among all possible hosts of a kind."""

from dataclasses import dataclass

import numpy as np

from sim.core import identity
from sim.core.arrays import Floats, Ids, Rows
from sim.inputs.codes import HOSTS, KIND_CODE
from sim.inputs.kinds import KINDS
from sim.state.founders import Hosts
from sim.state.hosts import class_weights, hosts
from sim.state.platforms import REPEATABLE
from sim.state.state import State

_HOSTS = 16  # first slot of a host's lots, one for each kind


@dataclass(frozen=True)
class Pool:
    """The possible hosts of a kind, one after the other.

    Attributes:
        kind: The kind.
        classes: Their classes.
        of: Which class each is of.
        at: Which of that class.
        ids: An id of each.
        weight: How likely it is a host beside another.
        stands: How many platforms of the city one that it hosts stands for.
    """

    kind: str
    classes: list[Hosts]
    of: Rows
    at: Rows
    ids: Ids
    weight: Floats
    stands: Floats


@dataclass(frozen=True)
class Chosen:
    """The hosts of a kind's starting platforms, in the order in which they were drawn.

    Attributes:
        pool: Among whom.
        number: Their numbers among them; there may be fewer hosts than platforms.
        stands: How many platforms of the city each row stands for.
        position: How many of the city's come before it, by lot where it stands for several.
    """

    pool: Pool
    number: Rows
    stands: Floats
    position: Floats


def pool_of(state: State, kind: str) -> Pool:
    """Return the possible hosts of a kind; of outside parents only those of institutes."""
    names = [n for n in KINDS[kind].hosts if n != "outside" or kind == "institute"]
    classes = [hosts(state, name) for name in names]
    parts = [_part(state, kind, number, one) for number, one in enumerate(classes)]
    nobody = np.empty(0, np.int64)
    parts.append((nobody, nobody, np.empty(0, np.uint64), np.empty(0), np.empty(0)))
    return Pool(kind, classes, *map(np.concatenate, zip(*parts, strict=True)))


def _part(
    state: State, kind: str, number: int, one: Hosts
) -> tuple[Rows, Rows, Ids, Floats, Floats]:
    """Return the hosts of one class that have no platform of a kind and may host one."""
    code = np.array([KIND_CODE[kind]])
    stands = float(state.stands_for(code, firms=one.firms)[0])
    at = np.flatnonzero((one.hosted >> code) & 1 == 0)
    weight = one.suitability[at] * class_weights(state, code, one.name)
    return np.full(at.size, number), at, one.ids[at], weight, np.full(at.size, stands)


def draw(state: State, pool: Pool, wanted: float) -> Chosen:
    """Draw hosts for so many platforms of the city; none where there are too few.

    A last row that would stand for more than are left is taken by lot.
    """
    code = KIND_CODE[pool.kind]
    # Weighted sampling without replacement: the smallest of exponential draws over weights.
    key = -np.log(state.draws.at("founding", 0).uniform(pool.ids, _HOSTS + code)) / pool.weight
    order = np.argsort(key, kind="stable")
    name = identity.of_name(f"hosts {pool.kind}")
    lot = float(state.draws.at("population", 0).uniform(name)[0])
    stands = pool.stands[order]
    position = np.cumsum(stands) - stands + lot * stands
    taken = position < wanted
    there = float(stands.sum())
    alone = np.arange(max(round(wanted - there), 0))
    return Chosen(
        pool=pool,
        number=order[taken],
        stands=np.concatenate([stands[taken], np.ones(alone.size)]),
        position=np.concatenate([position[taken], there + lot + alone]),
    )


def note_hosts(state: State, chosen: Chosen, columns: dict[str, Rows]) -> None:
    """Write into columns who hosts each platform, and that it stands where its host does."""
    pool = chosen.pool
    for number, one in enumerate(pool.classes):
        of_class = np.flatnonzero(pool.of[chosen.number] == number)
        rows = one.rows[pool.at[chosen.number[of_class]]]
        itself = one.itself[pool.at[chosen.number[of_class]]]
        owners = state.firms if one.firms else state.organisations
        if pool.kind not in REPEATABLE:
            owners.platforms[rows[itself]] |= 1 << KIND_CODE[pool.kind]
        columns["host_class"][of_class] = HOSTS.index(one.name)
        columns["host_firm" if one.firms else "host_body"][of_class] = rows
        at = of_class[itself]
        columns["district"][at] = owners.district[rows[itself]]
        columns["field"][at] = owners.field[rows[itself]]
        if one.firms:
            columns["cluster"][at] = one.cluster[pool.at[chosen.number[at]]]
