"""Founders: who may found a platform, what the offers promise them, and how it is built.

Shared by the two processes in which platforms come into being: ``founding`` and ``services``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.core import identity
from sim.core.draws import Ids
from sim.core.tables import Rows
from sim.inputs.kinds import HOSTS, KIND_CODE, KIND_NAMES, KINDS, LEVEL_CODE, LEVELS
from sim.inputs.levers import Offer
from sim.inputs.numbers import Numbers, meaning
from sim.state.books import yuan
from sim.state.state import ACTIVE, BUILDING, CLOSED, State

CARRIERS = ("incubator", "makerspace")
REPEATABLE = ("institute", "science_park", *CARRIERS)  # a host may found more than one
PAYEE = {
    "firm": "firm",
    "leading_firm": "firm",
    "university": "university",
    "institute": "institute",
    "hospital": "hospital",
    "public_body": "public_body",
    "carrier": "platform",
    "outside": "outside",
    "consultancy": "platform",
}
_REPEATABLE = np.isin(KIND_NAMES, REPEATABLE)
_FIRST_LEVEL = np.array([LEVEL_CODE[data.levels[0]] for data in KINDS.values()])
# Slots of a platform's own draws.
_QUALITY, _SEATS, _NEW_UNIT, _DESIGN = range(4)


class Parameters(Numbers, name="founders"):
    """Numbers of the outlook of founders and of what they found."""

    horizon: float = meaning("running cost and support that a founder looks ahead")
    climb: float = meaning("the next level within the horizon, as a founder expects")
    top_grade: float = meaning("an A, as a founder expects")
    equity_worth: float = meaning("worth of equity to a founder, beside money given")
    size_of_host: float = meaning("a firm's suitability as host to its R&D stock")
    design: float = meaning("institutes that are institutes of design")
    spread: float = meaning("seats and staff, between units")
    outside_weight: float = meaning(
        "how likely each outside parent hosts an institute of the start, beside a body of the city"
    )
    most_gain: float = meaning(
        "most that promises multiply a rate of founding by: cap on 1 + gain / cost"
    )


@dataclass(frozen=True)
class Hosts:
    """Possible founders of one class.

    Attributes:
        name: The class, one of ``kinds.HOSTS``.
        rows: Rows in the table of firms or of organisations.
        ids: Their ids.
        hosted: Bits of the kinds that they host already.
        cluster: Cluster number; the number of clusters where none.
        suitability: How likely one is beside another.
    """

    name: str
    rows: Rows
    ids: Ids
    hosted: NDArray[np.int64]
    cluster: NDArray[np.int64]
    suitability: NDArray[np.float64]

    @property
    def firms(self) -> bool:
        """Return whether the rows are firms."""
        return self.name in ("firm", "leading_firm")


def hosts(state: State, name: str) -> Hosts:
    """Return the possible founders of a class, with what makes one likelier than another."""
    everywhere = len(state.city.clusters)
    if name in ("firm", "leading_firm"):
        firms = state.firms
        able = firms.alive & firms.above_scale & (firms.rd > 0)
        rows = np.flatnonzero(able & (firms.leading == (name == "leading_firm")))
        typical = max(state.starting_stock["typical_rd_stock"], 1e-9)
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


def expected_gain(state: State, kind: str, host: str) -> float:
    """Return what the offers promise a founder of a kind, million CNY over the horizon."""
    gains = state.offers.gains
    if (kind, host) not in gains:
        gains[kind, host] = _gain(state, kind, host)
    return gains[kind, host]


def _gain(state: State, kind: str, host: str) -> float:
    offers, code, p = state.offers, KIND_CODE[kind], state.founders
    levels = KINDS[kind].levels
    gain = offers.dose("founding_grant", kind, levels[0], host)
    gain += offers.dose("founding_means", kind, None, host) * state.costs["found_cost"][code]
    support = offers.dose("operating_grant", kind, None, host)
    gain += min(support, float(state.costs["run_cost"][code])) * p.horizon
    gain += offers.dose("grade_reward", kind, levels[0], host) * p.horizon * p.top_grade
    gain += offers.dose("first_pass_reward", kind, levels[0], host)
    if KINDS[kind].legal_person:
        equity = offers.dose("platform_equity", kind, None, host)
        gain += equity * p.equity_worth * state.costs["found_cost"][code]
        relief = offers.dose("running_relief", kind, None, host)
        gain += relief * state.costs["run_cost"][code] * p.horizon
    if len(levels) > 1:
        match = offers.dose("level_match", kind, levels[1], host)
        reward = offers.dose("level_reward", kind, levels[1], host)
        gain += (reward + match * provincial_grant(state, kind, levels[1])) * p.climb
    return float(gain)


def provincial_grant(state: State, kind: str, level: str) -> float:
    """Return what the province itself grants for a level of a kind, million CNY."""
    return sum(
        offer.dose
        for offer in state.offers.on("level_reward", kind, level)
        if state.books.accounts[offer.instrument].payer == "province"
    )


def boost(state: State, kind: str, host: str) -> float:
    """Return 1 + expected gain / true cost, up to a most."""
    cost = float(state.costs["found_cost"][KIND_CODE[kind]])
    return min(state.founders.most_gain, 1 + expected_gain(state, kind, host) / cost)


def boosts(state: State, host: str) -> NDArray[np.float64]:
    """Return the same for each kind by its code, kept while the offers stand."""
    kept = state.offers.boosts
    if host not in kept:
        kept[host] = np.array([boost(state, kind, host) for kind in KINDS])
    return kept[host]


def pick_cluster(
    state: State, lacks: NDArray[np.float64], place: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return a cluster per draw: by its share of the firms and by what it lacks."""
    share = np.array([cluster.share for cluster in state.city.clusters]) * lacks
    return np.minimum(np.searchsorted(np.cumsum(share) / share.sum(), place), share.size - 1)


def founding_offers(state: State, kind: str, host: str) -> list[tuple[Offer, float]]:
    """Return what is paid when a host founds a kind: offers with their million CNY each."""
    cost = float(state.costs["found_cost"][KIND_CODE[kind]])
    grants = state.offers.on("founding_grant", kind, KINDS[kind].levels[0], host)
    shares = list(state.offers.on("founding_means", kind, None, host))
    if KINDS[kind].legal_person:
        shares += state.offers.on("platform_equity", kind, None, host)
    return [(offer, offer.dose) for offer in grants] + [
        (offer, offer.dose * cost) for offer in shares
    ]


def fund(
    state: State,
    kind: str,
    host: str,
    ids: Ids,
    merit: NDArray[np.float64],
    anyway: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Pay those who found; return who does.

    Whoever can get all that was promised goes ahead; others only if they would have without any
    promise, with what part of it there is. Nothing is paid to those who do not.
    """
    if ids.size == 0:
        return np.zeros(0, np.bool_)
    by_line: dict[str, list[tuple[Offer, float]]] = {}
    for offer, million in founding_offers(state, kind, host):
        by_line.setdefault(state.books.accounts[offer.instrument].line, []).append((offer, million))
    if not by_line:
        return np.ones(ids.size, np.bool_)
    lot = state.luck("lot").uniform(ids)
    covered = {}
    for line, offers in by_line.items():
        whole = yuan(np.full(ids.size, sum(million for _, million in offers)))
        covered[line] = state.books.affords(line, whole, merit=merit, lot=lot)
    goes = anyway | np.logical_and.reduce([np.ones(ids.size, np.bool_), *covered.values()])
    for line, offers in by_line.items():
        paid = goes & covered[line]
        for offer, million in offers:
            state.books.pay(
                offer.instrument,
                yuan(np.full(int(paid.sum()), million)),
                due=state.quarter,
                payees=PAYEE[host],
                merit=merit[paid],
                lot=lot[paid],
            )
    return np.asarray(goes, np.bool_)


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
) -> None:
    """Start building a platform per host, of one kind or one each; no host stands twice.

    A platform's id descends from host, kind and quarter. It stands in its host's district, unless
    another is given; of no cluster is who is of all.

    Args:
        state: The city.
        kind: Codes of the kinds.
        host: A class of hosts.
        at: Which of them.
        cluster: Where each platform belongs.
        district: Where it stands, if not with its host.
        registration: Whether they register contracts for the technology market.
        partner: Rows of the partners of joint units.
    """
    if at.size == 0:
        return
    code, rows = np.full(at.size, kind), host.rows[at]
    # A body may open a transfer and a registration service in one quarter: they are two.
    variant = code | registration << 8
    ids = identity.mixed(identity.FOUNDED_ORGANISATION, host.ids[at], variant, state.quarter)
    owners = state.firms if host.firms else state.organisations
    time = np.rint(state.costs["building"][code]).astype(np.int64)
    rows_built = state.organisations.add(
        ids,
        kind=code,
        level=_FIRST_LEVEL[code],
        status=np.where(time > 0, BUILDING, ACTIVE),
        host_class=HOSTS.index(host.name),
        host_firm=rows if host.firms else -1,
        host_body=-1 if host.firms else rows,
        district=owners.district[rows] if district is None else district,
        cluster=np.where(cluster < len(state.city.clusters), cluster, -1),
        field=owners.field[rows],
        decided=state.quarter,
        opens=state.quarter + time,
        reached=state.quarter + time,
        jointly=host.name in ("public_body", "outside"),
        registration=registration,
        partner=partner,
        **platform_traits(state, code, ids),
    )
    if not registration:
        owners.platforms[rows] |= np.where(_REPEATABLE[code], 0, 1 << code)
    for founded in code.tolist():
        state.flows[f"founded {KIND_NAMES[founded]}"] += 1.0
    opened(state, rows_built[time == 0])


def opened(state: State, rows: Rows) -> None:
    """Count platforms that open: each has now reached its first level."""
    table = state.organisations
    for row in rows.tolist():
        reached(state, KIND_NAMES[table.kind[row]], LEVELS[table.level[row]], 1)


def reached(state: State, kind: str, level: str, count: int) -> None:
    """Count that platforms of a kind reached a level, by opening or by climbing."""
    state.totals[f"reached {kind} {level}"] += count


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


def takes(state: State, offer: Offer, rows: Rows) -> NDArray[np.bool_]:
    """Return which platforms an offer is for, by the class of their host."""
    meant = np.array([name in offer.hosts for name in HOSTS])
    return np.asarray(meant[state.organisations.host_class[rows]])


def research_behind(state: State, rows: Rows) -> NDArray[np.float64]:
    """Return the R&D of the living firm that hosts a platform, million CNY a year; 0 for none."""
    host = state.organisations.host_firm[rows]
    return np.where(host >= 0, state.firms.rd[host] * state.firms.alive[host], 0.0)
