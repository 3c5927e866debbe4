"""Services: brokers are trained and work or not; transfer and IP services enter and leave.

Brokers. Certificates = people who enrol × pass rate, as far as there are places. Who could
enrol is finite: staff of services, carriers, R&D firms and universities. A certificate is not an
active broker: 5-20 % of holders work, the more the better the living from fees.

Services. A body that could run a transfer service weighs it now and then, and opens one with
chance logistic(s · (expected income + support - cost) / cost): fees of brokered contracts, and a
bonus on the registered ones of them where it is offered, are shared by all who serve. Parents
from outside open branches likewise. How often a service is weighed is fixed at the start, such that
without a plan as many open a year as the kind's rate · its stock. A district body opens a
technology-market registration service where its district has none. IP services live on the filing
of patents by the firms that are their clients, and enter while a mean share of that pays their
cost. Those that do not live on their income, beside what the body's own use is worth, close in
time, once support ends.
"""

from typing import NamedTuple

import numpy as np

from sim.core import identity
from sim.core.arrays import Flags, Floats, Rows
from sim.core.tables import among
from sim.inputs.codes import HOSTS, KIND_CODE
from sim.inputs.kinds import KINDS
from sim.inputs.levers import OPERATING_GRANT, TRAINING_PLACES, TRANSFER_BONUS
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state.columns import ACTIVE, BUILDING
from sim.state.founders import CARRIERS, Hosts
from sim.state.hosts import bodies_as_hosts, hosts
from sim.state.means import bear
from sim.state.platforms import build, close, lifts, press
from sim.state.promises import boost, claim_founding, expected_gain
from sim.state.ring import ring
from sim.state.state import State


class Parameters(Numbers, name="services"):
    """Numbers of the process."""

    per_service: float = meaning("persons who could be trained, per transfer service")
    per_carrier: float = meaning("persons who could be trained, per incubator or makerspace")
    per_firm: float = meaning(
        "persons who could be trained, per firm that does R&D, start-ups apart"
    )
    per_researcher: float = meaning("persons who could be trained, per researcher")
    enrol: float = meaning("a person who could be trained enrols where a place is free")
    national_places: float = meaning("places in national and provincial courses, without any plan")
    passes: float = meaning("those trained that are certified")
    place_cost: float = meaning("cost of a place")
    fee: float = meaning("a brokered contract's value that is the broker's fee")
    active: float = meaning("holders who work where income equals the reserve")
    least_active: float = meaning("holders who work at least")
    most_active: float = meaning("holders who work at most")
    reserve: float = meaning("income that makes brokering worth one's time")
    weighs: float = meaning("local bodies without a transfer service that weigh one")
    weighs_outside: float = meaning("outside parents that weigh a branch")
    sensitivity: float = meaning("logit of opening per expected profit over cost")
    own_use: float = meaning("the cost that a body's own results, tenants and clients are worth")
    registration_weighs: float = meaning("a district without registration service weighs one")
    patent_fee: float = meaning("agents' income per invention grant")
    local_agents: float = meaning("agents' income that stays in the city")
    ip_weighs: float = meaning("agents that weigh an office")
    weighs_operator: float = meaning(
        "universities and institutes that weigh an IP operator of their own"
    )
    closes: float = meaning("services below their cost that close")
    latent_agents: float = meaning("latent agents who may weigh an office")


# Slots of a body's draws in a quarter, of a person's life (quarter 0) and of a quarter.
_WEIGHS, _OPENS, _PLACE, _CLOSES = 0, 1, 2, 3
_WEIGHS_REGISTRATION, _WEIGHS_OPERATOR = 4, 6
_TASTE, _ENROLS, _LOT, _PASSES = 0, 0, 1, 2
_RING, _OFFICE = 7, 8  # an office's place for good, and a firm's


def active_share(income: float, p: Parameters) -> float:
    """Return the share of certificate holders who work at a yearly income per active broker."""
    share = p.active * np.sqrt(income / p.reserve)
    return float(np.clip(share, p.least_active, p.most_active))


def opening_chance(income: float, support: float, cost: float, p: Parameters) -> float:
    """Return the chance that a body which weighs a service opens it; yearly money."""
    return float(1 / (1 + np.exp(-p.sensitivity * (income + support - cost) / cost)))


def trainable(state: State, p: Parameters) -> int:
    """Return how many people of the city could become brokers at all."""
    table = state.organisations
    firms = state.firms
    settled = firms.above_scale | firms.technology_sme
    performers = float((firms.alive & settled & (firms.rd > 0)).sum()) * state.weight
    return int(
        p.per_service * state.platforms("transfer_service").size
        + p.per_carrier * state.platforms(*CARRIERS).size
        + p.per_firm * performers
        + p.per_researcher * float(table.researchers[table.status == ACTIVE].sum())
    )


def _train(state: State, p: Parameters) -> None:
    number = trainable(state, p)
    trained = identity.first_of(state.people.id)
    open_to = np.ones(number, np.bool_)
    open_to[trained[trained < number]] = False
    untrained = identity.plain(identity.PERSON, np.flatnonzero(open_to))
    luck = state.luck("services")
    keen = untrained[luck.happens(untrained, p.enrol, _ENROLS)]
    keen = keen[np.argsort(luck.uniform(keen, _LOT), kind="stable")]
    national = luck.whole(identity.of_name("national places"), p.national_places / 4)
    taken, keen = keen[:national], keen[national:]
    for offer in state.offers.on(TRAINING_PLACES):
        places = luck.whole(identity.of_name("places"), offer.dose / 4)
        group, keen = keen[:places], keen[places:]
        lot = luck.uniform(group, _LOT)
        served = state.reserve(offer, group, p.place_cost, payee="broker_training", lot=lot)
        taken = np.concatenate([taken, group[served]])
    u = luck.uniform(taken, _PASSES)
    passes = u < p.passes * (1 + state.totals.lift_of_brokers)
    certified, pressed = taken[passes], u[passes] >= p.passes
    state.people.add(certified, certified=state.quarter, pressed=pressed)
    state.flows.certified += float(certified.size)


def brokerage(state: State, p: Parameters) -> float:
    """Return what all intermediaries may expect a year: fees, and the bonus that is offered."""
    fees = p.fee * state.last_year(lambda flows: flows.brokered_value)
    return fees + state.counted_on(TRANSFER_BONUS) * state.last_year(lambda flows: flows.bonus_base)


def _work(state: State, p: Parameters) -> None:
    people = state.people
    if people.size == 0:
        return
    working = max(int(people.active.sum()), 1)
    share = active_share(brokerage(state, p) / working, p)
    would = state.draws.at("services", 0).uniform(people.id, _TASTE) < share
    people.active[:] = would & ~people.pressed


class Weighing(NamedTuple):
    """Bodies of one class that could open a service of a kind.

    Attributes:
        host: The class.
        able: Which of them have none yet.
        chance: Chance a quarter that one weighs it, before the city's norm.
        own_use: Whether its own results, tenants or patents are worth a part of the cost.
        slot: Slot of the draw.
    """

    host: Hosts
    able: Flags
    chance: float
    own_use: bool
    slot: int


def _bodies(state: State, p: Parameters) -> list[Weighing]:
    """Bodies of the city and parents from outside that could open a transfer service."""
    found = []
    for name in KINDS["transfer_service"].hosts:
        host = hosts(state, name)
        lacks = (host.hosted >> KIND_CODE["transfer_service"]) & 1 == 0
        weighs = p.weighs_outside if name == "outside" else p.weighs
        found.append(Weighing(host, lacks, weighs / 4, name != "outside", _WEIGHS))
    return found


def _agents(state: State, p: Parameters) -> list[Weighing]:
    """Latent agents that could open an office, and universities and institutes an operator.

    An agent opens as a branch under one of the outside parents' rows; an operator works for the
    patents of its own house (知识产权运营).
    """
    luck, parents = state.luck("services"), state.bodies("outside")
    found = []
    if parents.size:
        slots = identity.plain(identity.OUTSIDER, state.quarter, np.arange(round(p.latent_agents)))
        rows = parents[(luck.uniform(slots, _PLACE) * parents.size).astype(np.int64)]
        nothing, everywhere = np.zeros(slots.size, np.int64), len(state.city.clusters)
        clusters = np.full(slots.size, everywhere)
        host = bodies_as_hosts(state, "outside", rows, slots, nothing, clusters)
        each = p.ip_weighs / 4 / p.latent_agents
        found.append(Weighing(host, np.ones(slots.size, np.bool_), each, False, _WEIGHS))
    for name in ("university", "institute"):
        host = hosts(state, name)
        lacks = (host.hosted >> KIND_CODE["ip_service"]) & 1 == 0
        found.append(Weighing(host, lacks, p.weighs_operator / 4, True, _WEIGHS_OPERATOR))
    return found


WHO_WEIGHS = {"transfer_service": _bodies, "ip_service": _agents}


def _income(state: State, p: Parameters, kind: str) -> float:
    """Return what one more service of a kind may expect a year, million CNY: a mean share."""
    serving = state.platforms(kind).size + state.platforms(kind, status=BUILDING).size
    all_together = brokerage(state, p) if kind == "transfer_service" else ip_income(state, p)
    return float(all_together / (serving + 1))


def _worth(state: State, p: Parameters, kind: str, one: Weighing) -> tuple[float, float, float]:
    """Return the yearly income, support and cost by which a class of bodies decides."""
    code = KIND_CODE[kind]
    cost = state.costs["run_cost"][code] + state.costs["found_cost"][code] / state.founders.horizon
    income = _income(state, p, kind) + (p.own_use * cost if one.own_use else 0.0)
    support = expected_gain(state, kind, one.host.name) / state.founders.horizon
    return income, support, float(cost)


def expected_openings(state: State, p: Parameters, kind: str) -> float:
    """Return how many services of a kind are expected to open in this quarter."""
    norm = float(state.norms.weighing[KIND_CODE[kind]])
    return sum(
        float(one.able.sum())
        * min(one.chance * norm, 1.0)
        * opening_chance(*_worth(state, p, kind, one), p)
        for one in WHO_WEIGHS[kind](state, p)
    )


def begin(state: State, values: Values) -> None:
    """Fix how often services are weighed: as the plan begins a kind's rate of its stock opens."""
    p = values.of(Parameters)
    for kind in WHO_WEIGHS:
        code = KIND_CODE[kind]
        state.norms.weighing[code] = 1.0
        state.norms.service_income[code] = _income(state, p, kind)
        wanted = state.costs["rate"][code] / 4 * getattr(state.figures, KINDS[kind].stock)
        expected = expected_openings(state, p, kind)
        state.norms.weighing[code] = wanted / expected if expected > 0 else 0.0


def _open_services(state: State, p: Parameters, kind: str) -> None:
    """Let bodies weigh a service of a kind; some open it."""
    luck, norm = state.luck("services"), float(state.norms.weighing[KIND_CODE[kind]])
    for one in WHO_WEIGHS[kind](state, p):
        weighs = luck.happens(one.host.ids, min(one.chance * norm, 1.0), one.slot)
        _open(state, p, kind, one, np.flatnonzero(one.able & weighs))


def _open(state: State, p: Parameters, kind: str, one: Weighing, at: Rows) -> None:
    """Let bodies that weigh a service decide, claim the support and start building."""
    if at.size == 0:
        return
    code, host = KIND_CODE[kind], one.host
    income, support, cost = _worth(state, p, kind, one)
    u = state.luck("services").uniform(host.ids[at], _OPENS)
    place = state.luck("services").uniform(host.ids[at], _PLACE)
    outside = (place * len(state.city.districts)).astype(np.int64)
    district = outside if host.name == "outside" else host.district[at]
    chance = opening_chance(income, support, cost, p)
    goes = u < chance * (1 + lifts(state, np.array([code]))[district, 0])
    opens, pressed, outside = at[goes], u[goes] >= chance, outside[goes]
    if opens.size == 0:
        return
    bear(state, kind, host.name, host.rows[opens[~pressed]])
    claim_founding(state, kind, host.name, host.rows[opens])
    built = build(
        state,
        code,
        host,
        opens,
        host.cluster[opens],
        district=outside if host.name == "outside" else None,
    )
    press(state, built, pressed)


def _open_registration_services(state: State, p: Parameters) -> None:
    """District bodies without a registration service in their district weigh one."""
    table, luck = state.organisations, state.luck("services")
    host = hosts(state, "public_body")
    served = table.registration & (table.status <= ACTIVE)
    provided = among(len(state.city.districts), table.district[served])
    missing = ~provided[table.district[host.rows]]
    # One body speaks for a district: the first of them.
    _, first = np.unique(table.district[host.rows], return_index=True)
    speaks = among(host.rows.size, first)
    chance = p.registration_weighs * boost(state, "transfer_service", "public_body")
    opens = np.flatnonzero(missing & speaks & luck.happens(host.ids, chance, _WEIGHS_REGISTRATION))
    bear(state, "transfer_service", "public_body", host.rows[opens])
    claim_founding(state, "transfer_service", "public_body", host.rows[opens])
    code, nowhere = KIND_CODE["transfer_service"], np.full(opens.size, -1)
    build(state, code, host, opens, nowhere, registration=True)


def ip_income(state: State, p: Parameters) -> float:
    """Return the yearly income of all IP services of the city together, million CNY."""
    return state.last_year(lambda flows: flows.grants) * p.patent_fee * p.local_agents


def _serve_filers(state: State, p: Parameters, offices: Rows) -> None:
    """Let each office earn what its own clients have filed: firms keep the office they took.

    A firm takes the office that lies next to it on a ring, and another where that one closes or a
    nearer one opens.
    """
    firms, table = state.firms, state.organisations
    table.income[offices] = 0.0
    filers = np.flatnonzero(firms.results > 0)
    if offices.size == 0 or filers.size == 0:
        return
    around = ring(state.draws.at("services", 0), table.id[offices], offices, slot=_RING)
    office = around.pick(state.lasting("services", _OFFICE)[filers])
    earned = firms.results[filers] * state.weight * p.patent_fee * p.local_agents
    np.add.at(table.income, office, earned)


def _close_services(state: State, p: Parameters) -> None:
    """Close services that do not live on their income and the support that they count on."""
    table, luck = state.organisations, state.luck("services")
    offices = state.platforms("ip_service")
    _serve_filers(state, p, offices)
    table.income[state.platforms("transfer_service")] *= p.fee
    rows = np.concatenate([offices, state.platforms("transfer_service")])
    cost = state.costs["run_cost"][table.kind[rows]]
    # What helped a body to open a service of its own helps it to keep it.
    own = np.where(table.host_class[rows] == HOSTS.index("outside"), 0.0, p.own_use)
    income = 4 * (table.income[rows] + _bonus(state)[rows]) + _support(state, rows)
    idle = (income < cost * (1 - own)) & (table.cases[rows] < 1)
    idle &= ~table.registration[rows]
    closing = rows[idle & luck.happens(table.id[rows], p.closes / 4, _CLOSES)]
    close(state, closing)
    state.flows.services_closed += float(closing.size)


def _support(state: State, rows: Rows) -> Floats:
    """Return what services count on of operating support, million CNY a year."""
    table, support = state.organisations, np.zeros(rows.size)
    for kind in WHO_WEIGHS:
        most = float(state.costs["run_cost"][KIND_CODE[kind]])
        by_host = [state.counted_on(OPERATING_GRANT, kind, None, host, most=most) for host in HOSTS]
        here = table.kind[rows] == KIND_CODE[kind]
        support[here] = np.array(by_host)[table.host_class[rows[here]]]
    return support


def _bonus(state: State) -> Floats:
    """Return what each organisation was granted as the last quarter closed for what it brokered."""
    contracts = state.contracts
    rows = np.flatnonzero((contracts.bonus > 0) & (contracts.quarter == state.quarter - 1))
    granted = np.bincount(
        contracts.service[rows], contracts.bonus[rows], minlength=len(state.organisations)
    )
    return np.asarray(granted, np.float64)


def train_and_enter(state: State, p: Parameters) -> None:
    """Train brokers, see who works, and let services enter and leave."""
    _train(state, p)
    _work(state, p)
    _open_services(state, p, "transfer_service")
    _open_registration_services(state, p)
    _open_services(state, p, "ip_service")
    _close_services(state, p)
