"""Bodies and platforms at the start: hosts, levels, ages, and platforms under way."""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Floats, Rows
from sim.inputs.codes import HOSTS, KIND_CODE, LEVEL_CODE
from sim.inputs.kinds import KINDS
from sim.inputs.values import Values
from sim.processes import (
    founding,
)
from sim.region.population.numbers import (
    AGE,
    CLUSTER,
    DISTRICT,
    FIELD,
    SLOTS,
    Parameters,
    ids_of,
    lognormal,
)
from sim.region.population.pools import Chosen, draw, note_hosts, pool_of
from sim.state import places
from sim.state.columns import ACTIVE, BODY_CODE, BUILDING
from sim.state.founders import CARRIERS
from sim.state.platforms import platform_traits
from sim.state.state import State

# Slots of a starting organisation's draws.
_LEVEL, _OLD, _TALKS, _STAFFING = 1, 3, 4, 5


def place_bodies(state: State, values: Values) -> None:
    """Place universities, hospitals, public bodies, outside parents and consultancies."""
    p, talking = values.of(Parameters), values.of(founding.Parameters)
    universities = max(round(state.figures.universities), 1)
    institute_staff = state.figures.institutes * state.costs["researchers"][KIND_CODE["institute"]]
    staff = max(
        state.figures.researchers - institute_staff,
        p.least_at_universities * state.figures.researchers,
    )
    for number, (body, count) in enumerate(
        (
            ("university", universities),
            ("hospital", round(state.figures.hospitals)),
            ("public_body", round(state.figures.public_bodies)),
            ("outside", round(state.figures.outside_parents)),
            ("consultancy", round(state.figures.consultancies)),
        )
    ):
        ids = ids_of(identity.INCUMBENT_ORGANISATION, count, 100 + number)
        luck = state.draws.at("population", 0)
        u = luck.table(ids, SLOTS)
        district = places.districts(state.city, u[:, DISTRICT])
        first = np.arange(count) < len(state.city.districts)
        if body == "public_body":
            district = np.where(first, np.arange(count), district)
        size = lognormal(luck.normal(ids, _STAFFING), p.university_spread)
        cluster = places.clusters(state.city, u[:, CLUSTER])
        share, length = founding.talks_under_way(state, talking)
        talks = u[:, _TALKS] < share
        state.organisations.add(
            ids,
            kind=BODY_CODE[body],
            status=ACTIVE,
            district=district,
            field=places.fields(state.city, cluster, u[:, FIELD]),
            quality=luck.normal(ids, _LEVEL),
            researchers=staff * size / size.sum() if body == "university" else 0.0,
            negotiates_until=np.where(
                talks & (body == "outside"), state.start + (u[:, AGE] * length).astype(int), 0
            ),
        )


def place_platforms(state: State, values: Values) -> None:
    """Place platforms in being and under way, each with a host, a cluster, a level and an age."""
    p, rates = values.of(Parameters), values.of(founding.Parameters)
    for kind, data in KINDS.items():
        pool = pool_of(state, kind)
        ready = round(getattr(state.figures, data.stock))
        free = max(float(pool.stands.sum()) - ready, 0.0)
        begun = min(_under_way(state, rates, kind, free), free)
        _place_kind(state, p, draw(state, pool, ready + begun), ready)


def _under_way(state: State, p: founding.Parameters, kind: str, free: float) -> int:
    """Return how many platforms of a kind are being built as the plan begins.

    As many as a city like this one begins in the time that building takes, without any plan; of
    institutes also those that outside parents agreed to. Services are built in no time to speak of.
    """
    if kind in founding.ELSEWHERE:
        return 0
    code, data = KIND_CODE[kind], KINDS[kind]
    quarterly = float(founding.wanted_at_the_start(state, p, np.full(len(KINDS), free))[code])
    if "outside" in data.hosts and kind == "institute":
        share, length = founding.talks_under_way(state, p)
        quarterly += share / length * state.bodies("outside").size * p.talks_succeed
    expected = quarterly * round(float(state.costs["building"][code]))
    return state.draws.at("population", 0).whole(identity.of_name(f"building {kind}"), expected)


def _place_kind(state: State, p: Parameters, chosen: Chosen, ready: float) -> None:
    """Give each starting platform of a kind a host of its own, as far as there are hosts.

    So many are ready; the others are under way, and open one after the other while building takes.
    """
    kind, count = chosen.pool.kind, chosen.stands.size
    if count == 0:
        return
    code = KIND_CODE[kind]
    ids = ids_of(identity.INCUMBENT_ORGANISATION, count, code)
    luck = state.draws.at("population", 0)
    u = luck.table(ids, SLOTS)
    age = -p.platform_age * np.log(u[:, _OLD])
    opened = state.start - 1 - np.minimum(4 * age, 4 * p.oldest_platform).astype(np.int64)
    building = chosen.position >= ready
    time = round(float(state.costs["building"][code]))
    opens = np.where(building, state.start + (u[:, _OLD] * time).astype(np.int64), opened)
    lowest = LEVEL_CODE[KINDS[kind].levels[0]]
    state.organisations.add(
        ids,
        kind=code,
        status=np.where(building, BUILDING, ACTIVE),
        passed=~building,
        stands_for=chosen.stands,
        **_hosted(state, chosen, u),
        decided=np.where(building, opens - time, opens),
        opens=opens,
        reached=opens,
        level=np.where(building, lowest, _levels(state, p, kind, u[:, _LEVEL], chosen.position)),
        registration=_registers(state, kind, count),
        **platform_traits(state, KIND_CODE[kind], ids),
    )
    if kind == "transfer_service":
        served = round(state.figures.registration_services)
        spread = np.arange(len(state.city.districts))[:served]
        rows = state.platforms("transfer_service")[: spread.size]
        state.organisations.district[rows] = spread


def _registers(state: State, kind: str, count: int) -> NDArray[np.bool_]:
    """The first transfer services register contracts, one per district."""
    served = round(state.figures.registration_services) if kind == "transfer_service" else 0
    return np.arange(count) < min(served, len(state.city.districts))


def _levels(
    state: State, p: Parameters, kind: str, u: NDArray[np.float64], position: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return levels: by the city's shares for carriers, as the text says for innovation centres."""
    lowest = LEVEL_CODE[KINDS[kind].levels[0]]
    provincial, national = LEVEL_CODE["provincial"], LEVEL_CODE["national"]
    if kind in CARRIERS:
        top = state.figures.national_share_of_carriers
        middle = max(state.figures.provincial_share_of_carriers, top)
        return np.where(u < top, national, np.where(u < middle, provincial, lowest))
    if kind == "technology_innovation_centre":
        count = round(state.figures.technology_innovation_centres_provincial)
        return np.where(position < count, provincial, lowest)
    if "provincial" not in KINDS[kind].levels:
        return np.full(u.size, lowest)
    second = LEVEL_CODE[KINDS[kind].levels[min(1, len(KINDS[kind].levels) - 1)]]
    middle = p.provincial_share + p.municipal_share * (1 - p.provincial_share)
    below = np.where(u < middle, second, lowest) if second < provincial else lowest
    return np.where(u < p.provincial_share, provincial, below)


def _hosted(state: State, chosen: Chosen, u: Floats) -> dict[str, Rows]:
    """Return who hosts each platform, and where it stands; no host where there are too few."""
    count, clusters = len(u), places.clusters(state.city, u[:, CLUSTER])
    columns = {
        "host_class": np.full(count, HOSTS.index("public_body")),
        "host_firm": np.full(count, -1),
        "host_body": np.full(count, -1),
        "district": places.districts(state.city, u[:, DISTRICT]),
        "cluster": clusters,
        "field": places.fields(state.city, clusters, u[:, FIELD]),
    }
    note_hosts(state, chosen, columns)
    return columns
