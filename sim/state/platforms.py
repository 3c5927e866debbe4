"""Platforms: how one is built, opens, climbs and closes, and what it is born with."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.core import identity
from sim.core.arrays import Flags, Ids, Rows
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES, LEVEL_CODE, LEVELS
from sim.inputs.kinds import KINDS
from sim.state import places
from sim.state.columns import ACTIVE, BUILDING, CLOSED
from sim.state.founders import CARRIERS, Hosts
from sim.state.state import State

REPEATABLE = ("institute", "science_park", *CARRIERS)  # a host may found more than one
_REPEATABLE = np.isin(KIND_NAMES, REPEATABLE)
_FIRST_LEVEL = np.array([LEVEL_CODE[data.levels[0]] for data in KINDS.values()])
# Slots of a platform's own draws.
_QUALITY, _SEATS, _NEW_UNIT, _DESIGN = range(4)
_DISTRICT, _CLUSTER, _FIELD = 5, 6, 7


def build(
    state: State,
    kind: Rows | int,
    host: Hosts,
    at: Rows,
    cluster: NDArray[np.int64],
    *,
    district: NDArray[np.int64] | None = None,
    registration: bool = False,
    partner: Rows | int = -1,
) -> Rows:
    """Start building a platform per host, of one kind or one each; no host stands twice.

    A platform's id descends from host, kind and quarter. It stands in its host's district, unless
    another is given, or it is of another firm than its row's; of no cluster is who is of all.

    Args:
        state: The city.
        kind: Codes of the kinds.
        host: A class of hosts.
        at: Which of them.
        cluster: Where each platform belongs.
        district: Where it stands, if not with its host.
        registration: Whether they register contracts for the technology market.
        partner: Rows of the partners of joint units.

    Returns:
        The rows of the platforms, in the same order.
    """
    if at.size == 0:
        return at
    code, rows = np.full(at.size, kind), host.rows[at]
    # A body may open a transfer and a registration service in one quarter: they are two.
    variant = code | registration << 8
    ids = identity.mixed(identity.FOUNDED_ORGANISATION, host.ids[at], variant, state.quarter)
    owners = state.firms if host.firms else state.organisations
    weight = state.stands_for(code, firms=host.firms)
    its_own = host.itself[at]
    elsewhere = spread_out(state, ids)
    time = np.rint(state.costs["building"][code]).astype(np.int64)
    rows_built = state.organisations.add(
        ids,
        kind=code,
        level=_FIRST_LEVEL[code],
        status=np.where(time > 0, BUILDING, ACTIVE),
        host_class=HOSTS.index(host.name),
        host_firm=rows if host.firms else -1,
        host_body=-1 if host.firms else rows,
        district=np.where(its_own, owners.district[rows], elsewhere["district"])
        if district is None
        else district,
        cluster=np.where(
            its_own,
            np.where(cluster < len(state.city.clusters), cluster, -1),
            elsewhere["cluster"],
        ),
        field=np.where(its_own, owners.field[rows], elsewhere["field"]),
        decided=state.quarter,
        opens=state.quarter + time,
        reached=state.quarter + time,
        registration=registration,
        partner=partner,
        stands_for=weight,
        **platform_traits(state, code, ids),
    )
    if not registration:
        noted = its_own & ~_REPEATABLE[code]
        owners.platforms[rows[noted]] |= 1 << code[noted]
    np.add.at(state.flows.founded, code, weight)
    opened(state, rows_built[time == 0])
    return rows_built


def press(state: State, rows: Rows, pressed: Flags) -> None:
    """Note which platforms came of effort for a target alone: plaques, without staff or seats."""
    table, plaques = state.organisations, rows[pressed]
    table.pressed[plaques] = True
    table.new_unit[plaques] = False
    table.researchers[plaques] = 0.0
    table.seats[plaques] = 0


def lifts(state: State, codes: Rows) -> NDArray[np.float64]:
    """Return by how much effort lifts what is let through, of districts × these kinds.

    The last row is for hosts of which it is not known where they stand.
    """
    shares = np.array([district.share for district in state.city.districts.values()])
    lifted = np.zeros((shares.size + 1, len(KIND_NAMES)))
    for (kind, district), rise in state.totals.lift_of_kinds.items():
        lifted[district, kind] = rise
    lifted[-1] = shares @ lifted[:-1] / shares.sum()
    return lifted[:, codes]


def spread_out(state: State, ids: Ids) -> dict[str, Rows]:
    """Return where firms of the city stand: district, cluster and field, by the city's shares."""
    luck = state.draws.at("founding", 0)
    cluster = places.clusters(state.city, luck.uniform(ids, _CLUSTER))
    return {
        "district": places.districts(state.city, luck.uniform(ids, _DISTRICT)),
        "cluster": cluster,
        "field": places.fields(state.city, cluster, luck.uniform(ids, _FIELD)),
    }


def opened(state: State, rows: Rows) -> None:
    """Count platforms that open: each has now reached its first level."""
    table = state.organisations
    for row in rows.tolist():
        weight = float(table.stands_for[row])
        reached(state, KIND_NAMES[table.kind[row]], LEVELS[table.level[row]], weight)


def reached(state: State, kind: str, level: str, count: float) -> None:
    """Count that platforms of a kind reached a level, by opening or by climbing."""
    state.totals.reached[KIND_CODE[kind], LEVEL_CODE[level]] += count


def platform_traits(state: State, code: Rows | int, ids: Ids) -> dict[str, NDArray[np.generic]]:
    """Return what platforms are born with: quality, seats, researchers, plaque or new unit."""
    u = state.draws.at("founding", 0).block(ids)
    spread = state.founders.spread
    size = np.exp(spread * ndtri(u[_SEATS]) - spread**2 / 2)
    design = np.where(code == KIND_CODE["institute"], state.founders.design, 0.0)
    return {
        "quality": ndtri(u[_QUALITY]),
        "seats": np.rint(state.costs["seats"][code] * size).astype(np.int32),
        "researchers": state.costs["researchers"][code] * size,
        "new_unit": u[_NEW_UNIT] >= state.costs["plaque"][code],
        "design": u[_DESIGN] < design,
    }


def close(state: State, rows: Rows) -> None:
    """Close or strike off platforms, and let their hosts found another."""
    table = state.organisations
    table.status[rows] = CLOSED
    for row in rows[~table.registration[rows]].tolist():
        bit = ~(1 << int(table.kind[row]))
        if table.host_firm[row] >= 0:
            state.firms.platforms[table.host_firm[row]] &= bit
        elif table.host_body[row] >= 0:
            table.platforms[table.host_body[row]] &= bit


def research_behind(state: State, rows: Rows) -> NDArray[np.float64]:
    """Return the R&D of the living firm that hosts a platform, million CNY a year; 0 for none."""
    host = state.organisations.host_firm[rows]
    return np.where(host >= 0, state.firms.rd[host] * state.firms.alive[host], 0.0)


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
