"""The starting population of a city, from its figures, in flow from the first quarter.

Every number is a figure of the city (with a source or a range) or a draw addressed to the one
it concerns. Nothing here knows a goal. Firms are thinned or multiplied by ``scale``; each then
stands for 1 / scale firms. Organisations stay one to one.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Ids, Rows
from sim.core.draws import mix, poisson_counts
from sim.inputs.city import City
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES, LEVEL_CODE
from sim.inputs.kinds import KINDS
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.processes import (
    demography,
    founding,
    incubation,
    maturation,
    research,
    services,
    subsidy_response,
    talent,
)
from sim.state import kene, places, rules
from sim.state.columns import ACTIVE, BODY_CODE, BUILDING, FIRM_UNITS
from sim.state.founders import CARRIERS, Hosts
from sim.state.hosts import class_weight, hosts
from sim.state.platforms import REPEATABLE, platform_traits
from sim.state.state import State

Start = Callable[[str], float]


class Parameters(Numbers, name="population"):
    """Numbers of the starting population that no figure gives."""

    size_tail: float = meaning("tail of revenue")
    largest: float = meaning("the largest firm's revenue")
    mean_age: float = meaning("mean age of above-scale firms at the start")
    leading_share: float = meaning("above-scale firms that lead their cluster")
    sme_revenue: float = meaning("median revenue of technology SMEs")
    technology_based: float = meaning("firms at the high-tech thresholds per firm with the status")
    above_threshold: float = meaning(
        "R&D over revenue above the threshold, of firms at the high-tech thresholds"
    )
    based_share: float = meaning("the city's R&D that one technology-based firm may have at most")
    based_together: float = meaning("the city's R&D that all technology-based firms have at most")
    staff_spread: float = meaning("staff over revenue")
    sme_spread: float = meaning("technology SMEs' revenue")
    smes_with_rd: float = meaning("technology SMEs that do R&D")
    university_spread: float = meaning("researchers per university")
    sold: float = meaning("open results that are sold, before the start")
    provincial_share: float = meaning("platforms at provincial level")
    municipal_share: float = meaning("platforms below provincial level that are on the second rung")
    occupancy: float = meaning("seats that are taken at the start, at most")
    platform_age: float = meaning("mean age of platforms")
    oldest_firm: float = meaning("age of the oldest firms at the start")
    least_staff: float = meaning("staff of an above-scale firm at least")
    youngest_sme: float = meaning("age of the youngest technology SMEs at the start")
    oldest_sme: float = meaning("age of the oldest technology SMEs at the start")
    sme_staff: float = meaning("staff of a technology SME beside those that go with revenue")
    sme_staff_by_size: float = meaning(
        "further staff of a technology SME of median revenue, in proportion to revenue"
    )
    own_unit: float = meaning("firms with R&D that have an R&D unit of their own, platforms apart")
    least_for_others: float = meaning(
        "the city's R&D that firms which are not technology-based do at least"
    )
    least_at_universities: float = meaning(
        "the city's researchers that are at universities at least"
    )
    cohort_years: float = meaning(
        "start-ups at the start of so many years are kept apart from the ordinary economy"
    )
    oldest_platform: float = meaning("age of the oldest platforms at the start")
    left_before: float = meaning("time before the start in which former tenants left their seat")
    found_years: float = meaning("time before the start whose results may still lie open")


# Slots of a starting firm's draws.
_DISTRICT, _CLUSTER, _FIELD, _SIZE, _STAFF, _AGE, _PERFORMS, _PROPENSITY = range(8)
_INDUSTRY, _PATENTS, _LENGTH, _SURVIVES, _CARRIER = 8, 9, 10, 11, 12
# Slots of a starting organisation's draws.
_PLACE, _LEVEL, _HOST, _OLD, _TALKS, _STAFFING = 0, 1, 2, 3, 4, 5
_TERM, _BASED = 13, 14
_SLOTS = 12  # of the block of draws that places a firm or an organisation
_HOSTS = 16  # first slot of a host's lots, one for each kind
_LARGEST_MEAN = 500.0  # patents of one firm: what an inverted Poisson draw can bear


def settle(state: State, values: Values, scale: float) -> None:
    """Fill the tables of a new city from a replicate's values."""
    start, p = values.start, values.of(Parameters)
    state.norms.own_unit = p.own_unit
    _large_firms(state, start, scale, p)
    _small_firms(state, start, scale, p)
    _research_and_development(state, values, p)
    _startups(state, start, p, values.of(demography.Parameters))
    _norms(state, values)
    _bodies(state, start, p, values.of(founding.Parameters))
    _platforms(state, start, p, values.of(founding.Parameters))
    _tenants(state, p, values.of(incubation.Parameters))
    _status(state, start)
    _brokers(state, start, values.of(services.Parameters).active)
    _results(state, p, values.of(research.Parameters))
    for process in (talent, maturation, subsidy_response):
        process.begin(state, values)


def _norms(state: State, values: Values) -> None:
    """Fix, once, what firms are compared with: no firm's life may hang on who else lives."""
    firms = state.firms
    large = firms.above_scale
    size = firms.employees[large] ** -values.of(demography.Parameters).size_effect
    drawn = float(firms.revenue[large & firms.high_tech_industry].sum())
    age = np.maximum((state.start - firms.founded) / 4, 1.0)
    state.norms.mean_youth = float(np.sum(firms.revenue / age) / firms.revenue.sum())
    state.norms.left_by_closing = _left_by_closing(state, values.of(demography.Parameters), size)
    state.norms.mean_employees = float(firms.employees.mean())
    state.norms.mean_closing_size = float(size.mean())
    state.norms.high_tech_share_drawn = drawn / float(firms.revenue[large].sum())
    research.begin(state, values.of(research.Parameters))


def _left_by_closing(state: State, p: demography.Parameters, size: NDArray[np.float64]) -> float:
    """Return the share of above-scale revenue a year that closing leaves to those who stay.

    Entrants bring part of it back; an economy's growth is that of all its firms together.
    """
    firms = state.firms
    revenue = firms.revenue[firms.above_scale]
    lost = p.above_scale_exit * float(np.sum(revenue * size) / size.mean() / revenue.sum())
    entrant = (1 + p.entrant_above) * rules.ABOVE_SCALE
    brought = p.above_scale_entry * revenue.size * entrant / float(revenue.sum())
    return float(max(lost - brought, 0.0))


def _ids(origin: int, count: int, group: int) -> Ids:
    return identity.plain(origin, group, np.arange(count))


def _lognormal(normal: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Return numbers with mean 1."""
    return np.asarray(np.exp(spread * normal - spread**2 / 2))


def _common(state: State, ids: Ids, u: NDArray[np.float64]) -> dict[str, NDArray[np.generic]]:
    """Return where firms stand and what they know."""
    city: City = state.city
    cluster = places.clusters(city, u[:, _CLUSTER])
    field = places.fields(city, cluster, u[:, _FIELD])
    lengths = kene.lengths(u[:, _LENGTH], FIRM_UNITS, state.knowledge)
    luck = state.draws.at("kene", 0)
    return {
        "district": places.districts(city, u[:, _DISTRICT]),
        "cluster": cluster,
        "field": field,
        "capabilities": kene.build(ids, field, lengths, FIRM_UNITS, luck, state.knowledge),
        "high_tech_industry": u[:, _INDUSTRY] < state.figures.high_tech_output_share,
    }


def revenues(u: NDArray[np.float64], total: float, p: Parameters) -> NDArray[np.float64]:
    """Return above-scale revenues: a Pareto tail from 20 M CNY up, cut, scaled to the total."""
    least = rules.ABOVE_SCALE
    cut = (least / p.largest) ** p.size_tail
    raw = least * (1 - u * (1 - cut)) ** (-1 / p.size_tail)
    above = raw - least
    return np.asarray(least + above * max(total - least * u.size, 0.0) / above.sum())


def _large_firms(state: State, start: Start, scale: float, p: Parameters) -> None:
    count = max(round(start("above_scale_firms") * scale), 1)
    ids = _ids(identity.INCUMBENT_FIRM, count, 0)
    luck = state.draws.at("population", 0)
    u = luck.table(ids, _SLOTS)
    revenue = revenues(u[:, _SIZE], start("above_scale_revenue") * scale, p)
    staff = (
        revenue
        / start("revenue_per_employee")
        * _lognormal(luck.normal(ids, _STAFF), p.staff_spread)
    )
    years = -p.mean_age * np.log(u[:, _AGE])
    state.firms.add(
        ids,
        alive=True,
        founded=state.start - 1 - np.minimum(4 * years, 4 * p.oldest_firm).astype(np.int64),
        employees=np.maximum(staff, p.least_staff),
        revenue=revenue,
        above_scale=True,
        **_common(state, ids, u),
    )


def _small_firms(state: State, start: Start, scale: float, p: Parameters) -> None:
    """Technology SMEs below the threshold."""
    count = round(start("technology_smes") * scale)
    ids = _ids(identity.INCUMBENT_FIRM, count, 1)
    luck = state.draws.at("population", 0)
    u = luck.table(ids, _SLOTS)
    spread = np.exp(p.sme_spread * luck.normal(ids, _SIZE))
    youngest, ages = 4 * p.youngest_sme, 4 * (p.oldest_sme - p.youngest_sme)
    state.firms.add(
        ids,
        alive=True,
        founded=state.start - round(youngest) - (u[:, _AGE] * ages).astype(np.int64),
        employees=p.sme_staff + p.sme_staff_by_size * spread,
        revenue=np.minimum(p.sme_revenue * spread, rules.ABOVE_SCALE * rules.JUST_UNDER),
        technology_sme=True,
        **_common(state, ids, u),
    )


def _research_and_development(state: State, values: Values, own: Parameters) -> None:
    """Choose who does R&D and how much, so that the city's share and total are met."""
    firms, start = state.firms, values.start
    p = values.of(research.Parameters)
    luck = state.draws.at("population", 0)
    large = firms.above_scale
    size = np.log(firms.employees / firms.employees[large].mean())
    u = luck.uniform(firms.id, _PERFORMS)
    score = p.size_effect * size + np.log(u / (1 - u))
    count = round(start("rd_firm_share") * large.sum())
    performs = ~large & (u < own.smes_with_rd)
    performs[np.argsort(np.where(large, -score, np.inf), kind="stable")[:count]] = True
    typical = values.of(demography.Parameters).startup_rd
    mean = _propensities(state, start, own, performs, typical)
    firms.rd[:] = np.where(performs, firms.propensity * firms.revenue, 0.0)
    firms.rd_stock[:] = firms.rd / p.depreciation
    busy = firms.rd[performs]
    state.norms.typical_propensity = mean
    state.norms.typical_rd_stock = float(np.median(firms.rd_stock[performs])) if count else 0.0
    state.norms.yearly_grants = start("valid_patents") * p.grants_per_patent
    rows_yearly = state.norms.yearly_grants / state.weight
    state.norms.grants_scale = research.grants_scale(busy, rows_yearly, p) if busy.size else 0.0
    share = busy**p.elasticity / max(np.sum(busy**p.elasticity), 1e-9)
    held = poisson_counts(
        np.minimum(share * start("valid_patents") / state.weight, _LARGEST_MEAN),
        luck.uniform(firms.id[performs], _PATENTS),
    )
    firms.patents[performs] = held
    leading = np.argsort(np.where(large & performs, -firms.revenue, np.inf), kind="stable")
    firms.leading[leading[: min(round(own.leading_share * large.sum()), count)]] = True


def _propensities(
    state: State, start: Start, p: Parameters, performs: NDArray[np.bool_], small: float
) -> float:
    """Set R&D over revenue: technology-based firms near the high-tech thresholds, others below.

    The city's high-tech firms fix how many performers are technology-based; the rest of the
    city's R&D fixes the mean of the others, which is returned. Neither hangs on size, but for
    firms so large that the threshold alone would be a large part of the city's R&D. Small firms
    are typically at ``small``.
    """
    firms, large = state.firms, state.firms.above_scale
    luck = state.draws.at("population", 0)
    normal = luck.normal(firms.id, _PROPENSITY)
    firms.propensity[:] = places.propensity(1.0, normal)
    firms.propensity[~large] *= small
    total = start("rd_expenditure") * start("firm_rd_share") / state.weight
    needed = rules.status_shares(firms.revenue)
    able = performs & (needed * firms.revenue < p.based_share * total)
    wanted = round(start("high_tech_firms") * p.technology_based / state.weight)
    order = np.argsort(np.where(able, luck.uniform(firms.id, _BASED), 2.0), kind="stable")
    order = order[: min(wanted, int(able.sum()))]
    intensity = needed[order] * np.exp(p.above_threshold * np.abs(normal[order]))
    fits = np.cumsum(intensity * firms.revenue[order]) <= p.based_together * total
    based = order[fits]
    firms.propensity[based] = intensity[fits]
    rest = performs & large
    rest[based] = False
    done = performs & ~rest
    left = total - float((firms.propensity * firms.revenue)[done].sum())
    weight = float((firms.propensity * firms.revenue)[rest].sum())
    mean = max(left, p.least_for_others * total) / max(weight, 1e-9)
    others = large.copy()
    others[based] = False
    firms.propensity[others] *= mean
    return mean


def _startups(state: State, start: Start, own: Parameters, p: demography.Parameters) -> None:
    """Cohorts of the last years, thinned by the hazards they have lived through."""
    hazards = demography.hazards(p)
    yearly = start("startup_entry") / state.weight
    cohort_of, slots = [], []
    for age in range(1, round(4 * own.cohort_years) + 1):
        alive = np.prod(1 - np.repeat(hazards, 4)[:age] / 4)
        number = round(yearly / 4 * float(alive) * (1 + state.macro_growth) ** (-age / 4))
        cohort_of.append(np.full(number, state.start - age))
        slots.append(np.arange(number))
    founded = np.concatenate(cohort_of)
    ids = identity.plain(identity.LATENT_FOUNDER, founded, np.concatenate(slots))
    demography.add_firms(state, p, ids, large=False, founded=founded)


def _bodies(state: State, start: Start, p: Parameters, talking: founding.Parameters) -> None:
    """Universities, hospitals, public bodies (one per district first), and outside parents."""
    universities = max(round(start("universities")), 1)
    institute_staff = start("institutes") * state.costs["researchers"][KIND_CODE["institute"]]
    staff = max(
        start("researchers") - institute_staff, p.least_at_universities * start("researchers")
    )
    for number, (body, count) in enumerate(
        (
            ("university", universities),
            ("hospital", round(start("hospitals"))),
            ("public_body", round(start("public_bodies"))),
            ("outside", round(start("outside_parents"))),
            ("consultancy", round(start("consultancies"))),
        )
    ):
        ids = _ids(identity.INCUMBENT_ORGANISATION, count, 100 + number)
        luck = state.draws.at("population", 0)
        u = luck.table(ids, _SLOTS)
        district = places.districts(state.city, u[:, _DISTRICT])
        first = np.arange(count) < len(state.city.districts)
        if body == "public_body":
            district = np.where(first, np.arange(count), district)
        size = _lognormal(luck.normal(ids, _STAFFING), p.university_spread)
        cluster = places.clusters(state.city, u[:, _CLUSTER])
        length = (talking.shortest_talks + talking.longest_talks) / 2
        talks = u[:, _TALKS] < founding.talks_a_quarter(state, talking) * length
        state.organisations.add(
            ids,
            kind=BODY_CODE[body],
            status=ACTIVE,
            district=district,
            field=places.fields(state.city, cluster, u[:, _FIELD]),
            quality=luck.normal(ids, _LEVEL),
            researchers=staff * size / size.sum() if body == "university" else 0.0,
            negotiates_until=np.where(
                talks & (body == "outside"), state.start + (u[:, _AGE] * length).astype(int), 0
            ),
        )


def _platforms(state: State, start: Start, p: Parameters, rates: founding.Parameters) -> None:
    """Platforms in being and under way, each with a host, a cluster, a level and an age."""
    for kind, data in KINDS.items():
        names = [n for n in data.hosts if n != "outside" or kind == "institute"]
        pools = [hosts(state, name) for name in names]
        weights = np.concatenate(
            [pool.suitability * class_weight(state, kind, pool.name) for pool in pools]
            or [np.empty(0)]
        )
        ready = round(start(data.stock))
        free = max(sum(pool.rows.size for pool in pools) - ready, 0)
        begun = min(_under_way(state, start, rates, kind, free), free)
        _place_kind(state, start, p, kind, ready, begun, pools, weights)
    for kind, data in KINDS.items():
        code = KIND_CODE[kind]
        for name in data.hosts:
            if name != "outside":
                host = hosts(state, name)
                free = (host.hosted >> code) & 1 == 0
                weight = class_weight(state, kind, name)
                state.host_weight[code] += weight * host.suitability[free].sum()
                state.free_hosts[code] += free.sum()
                state.possible_hosts[code] += free.size


def _under_way(state: State, start: Start, p: founding.Parameters, kind: str, free: int) -> int:
    """Return how many platforms of a kind are being built as the plan begins.

    As many as a city like this one begins in the time that building takes, without any plan; of
    institutes also those that outside parents agreed to. Services are built in no time to speak of.
    """
    if kind in founding.ELSEWHERE:
        return 0
    code, data = KIND_CODE[kind], KINDS[kind]
    units = free if data.per_host else max(start(data.stock), p.least_stock)
    quarterly = float(state.costs["rate"][code]) * units / 4
    if "outside" in data.hosts and kind == "institute":
        parents = state.bodies("outside").size
        quarterly += founding.talks_a_quarter(state, p) * parents * p.talks_succeed
    expected = quarterly * round(float(state.costs["building"][code]))
    return state.draws.at("population", 0).whole(identity.of_name(f"building {kind}"), expected)


def _place_kind(
    state: State,
    start: Start,
    p: Parameters,
    kind: str,
    ready: int,
    begun: int,
    pools: list[Hosts],
    weights: NDArray[np.float64],
) -> None:
    """Give each starting platform of a kind a host of its own, as far as there are hosts.

    The last of them are under way: they open one after the other while building takes.
    """
    count = ready + begun
    if count == 0:
        return
    code = KIND_CODE[kind]
    ids = _ids(identity.INCUMBENT_ORGANISATION, count, code)
    luck = state.draws.at("population", 0)
    u = luck.table(ids, _SLOTS)
    host_class, firm, body, district, cluster, field = _choose_hosts(
        state, code, count, pools, weights, u
    )
    age = -p.platform_age * np.log(u[:, _OLD])
    opened = state.start - 1 - np.minimum(4 * age, 4 * p.oldest_platform).astype(np.int64)
    building = np.arange(count) >= ready
    time = round(float(state.costs["building"][code]))
    opens = np.where(building, state.start + (u[:, _OLD] * time).astype(np.int64), opened)
    lowest = LEVEL_CODE[KINDS[kind].levels[0]]
    state.organisations.add(
        ids,
        kind=code,
        status=np.where(building, BUILDING, ACTIVE),
        passed=~building,
        host_class=host_class,
        host_firm=firm,
        host_body=body,
        district=district,
        cluster=cluster,
        field=field,
        decided=np.where(building, opens - time, opens),
        opens=opens,
        reached=opens,
        level=np.where(building, lowest, _levels(state, start, p, kind, u[:, _LEVEL])),
        registration=_registers(state, start, kind, count),
        **platform_traits(state, KIND_CODE[kind], ids),
    )
    if kind == "transfer_service":
        served = round(start("registration_services"))
        spread = np.arange(len(state.city.districts))[:served]
        rows = state.platforms("transfer_service")[: spread.size]
        state.organisations.district[rows] = spread


def _registers(state: State, start: Start, kind: str, count: int) -> NDArray[np.bool_]:
    """The first transfer services register contracts, one per district."""
    served = round(start("registration_services")) if kind == "transfer_service" else 0
    return np.arange(count) < min(served, len(state.city.districts))


def _levels(
    state: State, start: Start, p: Parameters, kind: str, u: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return levels: by the city's shares for carriers, as the text says for innovation centres."""
    lowest = LEVEL_CODE[KINDS[kind].levels[0]]
    provincial, national = LEVEL_CODE["provincial"], LEVEL_CODE["national"]
    if kind in CARRIERS:
        top = start("national_share_of_carriers")
        middle = max(start("provincial_share_of_carriers"), top)
        return np.where(u < top, national, np.where(u < middle, provincial, lowest))
    if kind == "technology_innovation_centre":
        count = round(start("technology_innovation_centres_provincial"))
        return np.where(np.arange(u.size) < count, provincial, lowest)
    if "provincial" not in KINDS[kind].levels:
        return np.full(u.size, lowest)
    second = LEVEL_CODE[KINDS[kind].levels[min(1, len(KINDS[kind].levels) - 1)]]
    middle = p.provincial_share + p.municipal_share * (1 - p.provincial_share)
    below = np.where(u < middle, second, lowest) if second < provincial else lowest
    return np.where(u < p.provincial_share, provincial, below)


def _choose_hosts(
    state: State,
    code: int,
    count: int,
    pools: list[Hosts],
    weights: NDArray[np.float64],
    u: NDArray[np.float64],
) -> tuple[NDArray[np.int64], ...]:
    """Return host class, firm row, body row, district, cluster and field per platform."""
    clusters = places.clusters(state.city, u[:, _CLUSTER])
    columns = [
        np.zeros(count, np.int64),
        np.full(count, -1),
        np.full(count, -1),
        places.districts(state.city, u[:, _DISTRICT]),
        clusters,
        places.fields(state.city, clusters, u[:, _FIELD]),
    ]
    columns[0][:] = HOSTS.index("public_body")
    # Weighted sampling without replacement: the smallest of exponential draws over weights.
    ends = np.cumsum([pool.rows.size for pool in pools])
    all_ids = np.concatenate([pool.ids for pool in pools]) if pools else np.empty(0, np.uint64)
    key = -np.log(state.draws.at("founding", 0).uniform(all_ids, _HOSTS + code)) / weights
    chosen = np.argsort(key, kind="stable")[:count]
    of_pool = np.searchsorted(ends, chosen, side="right")
    for number, pool in enumerate(pools):
        at = np.flatnonzero(of_pool == number)
        within = chosen[at] - (ends[number] - pool.rows.size)
        rows = pool.rows[within]
        owners = state.firms if pool.firms else state.organisations
        if KIND_NAMES[code] not in REPEATABLE:
            owners.platforms[rows] |= 1 << code
        columns[0][at] = HOSTS.index(pool.name)
        columns[1 if pool.firms else 2][at] = rows
        columns[3][at], columns[5][at] = owners.district[rows], owners.field[rows]
        if pool.firms:
            columns[4][at] = pool.cluster[within]
    return tuple(columns)


def _tenants(state: State, p: Parameters, staying: incubation.Parameters) -> None:
    """Seat the start-ups that sought a seat and have not left it, as far as there are seats."""
    firms, table = state.firms, state.organisations
    luck = state.draws.at("incubation", 0)
    young = np.flatnonzero(firms.alive & ~firms.above_scale & ~firms.technology_sme)
    young = young[luck.happens(firms.id[young], staying.seek, 0)]
    years = (state.start - firms.founded[young]) / 4
    left = np.exp(-(staying.graduate + staying.leave) * years)
    stays = luck.happens(firms.id[young], left, _SURVIVES) & (4 * years <= staying.longest)
    rows = young[stays]
    carriers = state.platforms(*incubation.SEATING)
    room = np.floor(table.seats[carriers] * p.occupancy / state.weight).astype(np.int64)
    slots = np.repeat(carriers, room)
    order = np.argsort(luck.uniform(firms.id[rows], _CARRIER), kind="stable")[: slots.size]
    seat = np.arange(slots.size) - np.searchsorted(slots, slots)
    lot = luck.uniform(mix(table.id[slots], seat), _CARRIER)
    taken = np.argsort(lot, kind="stable")[: order.size]
    seated = rows[order]
    firms.carrier[seated] = slots[taken]
    # Nobody has sat so long that the first quarter of the plan ends all tenancies at once.
    earliest = state.start - round(staying.longest) + 1
    firms.seated[seated] = np.maximum(firms.founded[seated] + 1, earliest)
    own = table.host_class[slots[taken]] == HOSTS.index("institute")
    firms.hatched[seated[own]] = True
    gone = young[~stays]
    firms.seated[gone] = firms.founded[gone] + 1
    firms.left_seat[gone] = state.start - round(p.left_before)
    table.tenants[:] = np.bincount(slots[taken], minlength=len(table)) * state.weight
    rows = state.platforms(*CARRIERS)
    seats = max(float(table.seats[rows].sum()), 1.0)
    state.norms.seats_taken = float(table.tenants[rows].sum()) / seats


def _status(state: State, start: Start) -> None:
    """Give the high-tech status to the firms nearest to what it asks for, with years to run."""
    firms = state.firms
    needed = rules.status_shares(firms.revenue) * firms.revenue
    able = firms.alive & (firms.rd > 0) & (firms.above_scale | firms.technology_sme)
    ratio = np.where(able, firms.rd / needed, -1.0)
    count = min(round(start("high_tech_firms") / state.weight), int(able.sum()))
    rows = np.argsort(-ratio, kind="stable")[:count]
    # A status ends with a calendar year: the first, second or third from now.
    years = (
        state.draws.at("population", 0).uniform(firms.id[rows], _TERM) * rules.STATUS_YEARS
    ).astype(np.int64)
    firms.high_tech_until[rows] = 4 * (state.start // 4 + 1 + years) - 1
    firms.rd_relabelled[rows] = np.maximum(needed[rows] - firms.rd[rows], 0.0)


def _brokers(state: State, start: Start, active: float) -> None:
    ids = identity.plain(identity.PERSON, np.arange(round(start("brokers"))))
    working = state.draws.at("services", 0).uniform(ids, 0) < active
    state.people.add(ids, certified=state.start - 1, active=working)


def _results(state: State, own: Parameters, p: research.Parameters) -> None:
    """Results that lie open from earlier years: last year's finds, thinned by age and sales."""
    table = state.organisations
    rows = np.flatnonzero((table.researchers > 0) & (table.status == ACTIVE))
    luck = state.draws.at("research", 0)
    for back in range(1, round(4 * own.found_years) + 1):
        left = (1 - (p.ageing + own.sold) / 4) ** back
        mean = table.researchers[rows] * p.result_rate * p.sellable / 4 * left
        found = luck.poisson(table.id[rows], mean, slot=16 + back)
        owners: Rows = np.repeat(rows, found)
        serial = np.concatenate([np.arange(n) for n in found]) if found.any() else rows[:0]
        research.add_results(state, owners, serial, state.quarter - back, p)
