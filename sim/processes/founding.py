"""Founding: hosts found platforms of every kind but transfer and IP services.

Each quarter an eligible host draws once among competing kinds. Its rate for kind k is

    λ(k) = rate(k) / 4 · stock at the start(k) · suitability / total suitability
           · min(most gain, 1 + expected gain / true cost) · peers · what the cluster lacks · demand

where rate × stock is what cities like this one found without any plan, the expected gain is what
the offers promise over the planning horizon, and the true cost is the whole cost to the host: two
million CNY move a decision of eighty million by a fortieth. What would be founded without offers
is drawn first and stays: offers only add. Demand counts for carriers: nobody
builds an incubator beside an empty one. A host that money ran out for goes ahead only if it
would have done so anyway, by the same draw. Parents from outside come through talks of 4-8
quarters with 15-30 % success. What is decided, here or by services, is
built and opens here.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Address, Flags, Floats, Ids, Rows
from sim.core.compiled import compiled, record
from sim.core.draws import four
from sim.inputs.codes import KIND_CODE, KIND_NAMES
from sim.inputs.kinds import KINDS
from sim.inputs.levers import PILOT_OFFICES
from sim.inputs.numbers import Numbers, meaning
from sim.state.columns import ACTIVE, BUILDING
from sim.state.founders import CARRIERS, Hosts
from sim.state.hosts import class_weights, hosts
from sim.state.platforms import build, opened
from sim.state.promises import boost, boosts, fund
from sim.state.ring import ring
from sim.state.state import State


class Parameters(Numbers, name="founding"):
    """Numbers of the process."""

    peers: float = meaning("rate of founding where every possible host of the cluster has one")
    lack: float = meaning(
        "rate of founding where the cluster has none of the kind to that elsewhere"
    )
    demand: float = meaning("founding of carriers to seats taken, beside the start")
    approval: float = meaning("proposals that the city lets found")
    partner_agrees: float = meaning("a partner from science agrees to a joint unit")
    known_agrees: float = meaning("a partner known from a contract agrees")
    takes_office: float = meaning("a university or institute takes up a pilot transfer office")
    talks: float = meaning(
        "outside parents that open talks, per 1000 bn CNY of GDP: each one's chance"
    )
    talks_succeed: float = meaning("talks that end in an institute, without support")
    shortest_talks: float = meaning("length of the shortest talks")
    longest_talks: float = meaning("length of the longest talks")
    least_stock: float = meaning("units that a city which starts with none of a kind founds like")
    least_demand: float = meaning("least ratio of the rate of carriers as seats stand empty")
    most_demand: float = meaning(
        "largest ratio of the rate of carriers as start-ups are turned away"
    )
    pilot_universities: float = meaning("a plan's pilot transfer offices that go to universities")


# Transfer and IP services enter by expected income, in the process ``services``.
ELSEWHERE = ("transfer_service", "ip_service")
TRILLION = 1e6  # million CNY: the unit of GDP in the rate of talks
# Slots of a host's draws in a quarter; the talks have slots of their own.
_WHETHER, _WHICH, _APPROVED, _PLACE = range(4)
_OPENS_TALKS, _LENGTH, _SUCCESS, _TALKS_PLACE, _TALKS_DISTRICT = range(4, 9)
_PARTNER, _AGREES, _PARTNER_PLACE, _TAKES_OFFICE = range(9, 13)


@dataclass(frozen=True)
class Decisions:
    """What hosts of one class decided: rows, kinds, and whether they would have anyway."""

    host: Hosts
    at: Rows
    kind: Rows
    anyway: NDArray[np.bool_]
    place: NDArray[np.float64]


class Candidates(NamedTuple):
    """What hosts of one class decide by, of ``Hosts``."""

    ids: Ids
    hosted: Rows
    cluster: Rows
    suitability: Floats


@compiled
def _decide(
    address: Address,
    those: Candidates,
    rate: Floats,
    boost: Floats,
    lacks: Floats,
    approval: float,
) -> tuple[Rows, Flags, Floats]:
    """Draw once per host among competing kinds; -1 for no founding.

    What would be founded without offers is drawn first and stays what it is; offers only add.
    Returned are the kind, whether it would be founded anyway, and a draw for its place.
    """
    hosted, suitability = those.hosted, those.suitability
    chosen = np.full(hosted.size, -1)
    anyway = np.zeros(hosted.size, np.bool_)
    place = np.zeros(hosted.size)
    for i in range(hosted.size):
        plain = 0.0
        extra = 0.0
        for k in range(rate.size):
            if rate[k] > 0.0 and (hosted[i] >> k) & 1 == 0:
                hazard = rate[k] * suitability[i] * lacks[those.cluster[i], k]
                plain += hazard
                extra += hazard * (boost[k] - 1.0)
        draws = four(address, those.ids[i], 0)
        if draws[0] >= 1.0 - np.exp(-plain - extra) or draws[2] > approval:
            continue
        anyway[i] = draws[0] < 1.0 - np.exp(-plain)
        place[i] = draws[3]
        pointer = draws[1] * (plain if anyway[i] else extra)
        for k in range(rate.size):
            if rate[k] > 0.0 and (hosted[i] >> k) & 1 == 0:
                weight = 1.0 if anyway[i] else boost[k] - 1.0
                pointer -= rate[k] * suitability[i] * lacks[those.cluster[i], k] * weight
                if pointer < 0.0:
                    chosen[i] = k
                    break
    return chosen, anyway, place


@cache
def _founded_by(host: str) -> tuple[tuple[str, ...], Rows]:
    """Return the kinds that a class of hosts may found here, and their codes."""
    kinds = tuple(k for k, data in KINDS.items() if host in data.hosts and k not in ELSEWHERE)
    return kinds, np.array([KIND_CODE[kind] for kind in kinds], np.int64)


def _lacks(state: State, p: Parameters) -> NDArray[np.float64]:
    """Return peers × what is lacking, per cluster (the last row: hosts of none) and kind."""
    table = state.organisations
    clusters = len(state.city.clusters)
    count = np.zeros((clusters + 1, len(KIND_NAMES)))
    here = (table.kind < len(KIND_NAMES)) & (table.status <= ACTIVE)
    np.add.at(count, (table.cluster[here], table.kind[here]), table.weight[here])
    possible = np.maximum(state.possible_hosts / clusters, 1.0)
    factor = 1 + p.peers * np.minimum(count / possible, 1.0)
    factor[:clusters][count[:clusters] == 0] = p.lack
    factor[clusters] = 1.0
    return factor


def _demand(state: State, p: Parameters) -> float:
    """Return how seats taken and sought, beside those at the start, move founding carriers.

    The rate is what cities found with their seats as they are: 1 at the start, less as carriers
    stand empty, more as start-ups are turned away.
    """
    usual = state.norms.seats_taken
    if usual == 0:
        return 1.0
    table = state.organisations
    rows = state.platforms(*CARRIERS)
    wanted = float(table.tenants[rows].sum()) + state.past_year(lambda flows: flows.turned_away)
    taken = wanted / max(float(table.seats[rows].sum()), 1.0)
    return float(np.clip((taken / usual) ** p.demand, p.least_demand, p.most_demand))


def _rates(
    state: State, p: Parameters, host: str, demand: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return per kind the quarterly rate at unit suitability, and the boost, for a host class."""
    kinds, codes = _founded_by(host)
    stock = np.array([getattr(state.figures, KINDS[kind].stock) for kind in kinds])
    per_host = np.array([KINDS[kind].per_host for kind in kinds], np.bool_)
    units = np.where(per_host, state.free_hosts[codes], np.maximum(stock, p.least_stock))
    # A rate is what is founded, of what is proposed, by hosts that had none at the start.
    yearly = state.costs["rate"][codes] / p.approval * units
    yearly /= np.maximum(state.host_weight[codes], 1.0)
    yearly *= class_weights(state, codes, host)
    rate = np.zeros(len(KIND_NAMES))
    rate[codes] = yearly / 4
    for kind in CARRIERS:
        rate[KIND_CODE[kind]] *= demand
    return rate, boosts(state, host)


def _decisions(
    state: State, p: Parameters, host: Hosts, lacks: NDArray[np.float64], demand: float
) -> Decisions:
    rate, lift = _rates(state, p, host.name, demand)
    address = state.luck("founding").address
    chosen, anyway, place = _decide(
        address, record(Candidates, host), rate, lift, lacks, p.approval
    )
    at = np.flatnonzero(chosen >= 0)
    return Decisions(host, at, chosen[at], anyway[at], place[at])


def _carry_out(
    state: State, p: Parameters, decisions: Decisions, lacks: NDArray[np.float64]
) -> None:
    """Pay what is promised for each founding, kind by kind, and start building."""
    host, started = decisions.host, list[tuple[Rows, Rows, Rows, Rows]]()
    for kind in np.unique(decisions.kind):
        chosen = decisions.kind == kind
        at, name = decisions.at[chosen], KIND_NAMES[kind]
        anyway, place = decisions.anyway[chosen], decisions.place[chosen]
        partner = np.full(at.size, -1)
        if KINDS[name].joint:
            partner = _partners(state, p, host, at)
            agreed = partner >= 0
            at, anyway, place, partner = at[agreed], anyway[agreed], place[agreed], partner[agreed]
        go = fund(state, name, host.name, host.ids[at], host.suitability[at], anyway)
        at, place = at[go], place[go]
        cluster = np.where(
            host.cluster[at] < len(state.city.clusters),
            host.cluster[at],
            pick_cluster(state, lacks[:-1, kind], place),
        )
        started.append((np.full(at.size, kind), at, cluster, partner[go]))
    if started:
        kinds, at, cluster, partner = map(np.concatenate, zip(*started, strict=True))
        build(state, kinds, host, at, cluster, partner=partner)


def pick_cluster(
    state: State, lacks: NDArray[np.float64], place: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return a cluster per draw: by its share of the firms and by what it lacks."""
    share = np.array([cluster.share for cluster in state.city.clusters]) * lacks
    return np.minimum(np.searchsorted(np.cumsum(share) / share.sum(), place), share.size - 1)


def _partners(state: State, p: Parameters, host: Hosts, at: Rows) -> Rows:
    """Return the partner from science of each joint founding; -1 where none agrees.

    A firm asks the seller it knows from a contract first, others ask whom they meet; a tie makes
    agreeing likelier.
    """
    table, luck = state.organisations, state.luck("founding")
    science = np.concatenate(
        [state.bodies("university"), state.platforms("institute"), state.bodies("outside")]
    )
    met = ring(luck, table.id[science], science, slot=_PARTNER_PLACE).pick(
        luck.uniform(host.ids[at], _PARTNER)
    )
    known = np.full(at.size, -1)
    if host.firms:
        known = state.firms.partner[host.rows[at]].astype(np.int64)
    chance = np.where(known >= 0, p.known_agrees, p.partner_agrees)
    agrees = luck.happens(host.ids[at], chance, _AGREES)
    return np.where(agrees, np.where(known >= 0, known, met), -1)


def _pilot_offices(state: State, p: Parameters) -> None:
    """Offer pilot transfer offices to universities and institutes; some take them up."""
    kind = "technology_transfer_office"
    bit = 1 << KIND_CODE[kind]
    for offer in state.offers.on(PILOT_OFFICES, kind):
        # The year's offices come up quarter by quarter; the fraction is carried along.
        before = state.totals.pilot_offices_offered
        state.totals.pilot_offices_offered += offer.dose / 4
        number = int(state.totals.pilot_offices_offered) - int(before)
        shares = {"university": p.pilot_universities, "institute": 1 - p.pilot_universities}
        for name, share in shares.items():
            host = hosts(state, name)
            at = np.flatnonzero(host.hosted & bit == 0)
            lot = state.lot(host.ids[at], offer.lot)
            at = at[np.argsort(lot, kind="stable")][: round(number * share)]
            accepts = state.luck("founding").happens(host.ids[at], p.takes_office, _TAKES_OFFICE)
            build(state, KIND_CODE[kind], host, at[accepts], host.cluster[at[accepts]])


def talks_a_quarter(state: State, p: Parameters) -> float:
    """Return the chance that an outside parent opens talks: larger cities draw more of them."""
    return p.talks * state.figures.gdp / TRILLION / 4


def _talk_with_outsiders(state: State, p: Parameters, lacks: NDArray[np.float64]) -> None:
    """Outside parents open talks; talks that end succeed or fail; success is a new institute."""
    table, luck = state.organisations, state.luck("founding")
    parents = state.bodies("outside")
    ending = parents[table.negotiates_until[parents] == state.quarter]
    table.negotiates_until[ending] = 0
    chance = min(1.0, p.talks_succeed * boost(state, "institute", "outside"))
    u = luck.uniform(table.id[ending], _SUCCESS)
    won, anyway = ending[u < chance], (u < p.talks_succeed)[u < chance]
    won = won[fund(state, "institute", "outside", table.id[won], np.zeros(won.size), anyway)]
    place = luck.uniform(table.id[won], _TALKS_PLACE)
    cluster = pick_cluster(state, lacks[:-1, KIND_CODE["institute"]], place)
    host = Hosts("outside", won, table.id[won], table.platforms[won], cluster, np.ones(won.size))
    u = luck.uniform(table.id[won], _TALKS_DISTRICT)
    district = (u * len(state.city.districts)).astype(np.int64)
    code = KIND_CODE["institute"]
    build(state, code, host, np.arange(won.size), cluster, district=district)
    free = parents[table.negotiates_until[parents] == 0]
    opens = free[luck.happens(table.id[free], talks_a_quarter(state, p), _OPENS_TALKS)]
    length = p.shortest_talks + luck.uniform(table.id[opens], _LENGTH) * (
        p.longest_talks - p.shortest_talks + 1
    )
    table.negotiates_until[opens] = state.quarter + length.astype(np.int32)


def found(state: State, p: Parameters) -> None:
    """Open what is built; let hosts decide, have them approved and paid, and start building."""
    open_what_is_built(state)
    lacks = _lacks(state, p)
    demand = _demand(state, p)
    for name in ("firm", "leading_firm", "university", "institute", "hospital", "public_body"):
        _carry_out(state, p, _decisions(state, p, hosts(state, name), lacks, demand), lacks)
    _pilot_offices(state, p)
    _talk_with_outsiders(state, p, lacks)


def open_what_is_built(state: State) -> None:
    """Turn platforms whose building time is over into active ones."""
    table = state.organisations
    ready = np.flatnonzero((table.status == BUILDING) & (table.opens <= state.quarter))
    table.status[ready] = ACTIVE
    opened(state, ready)
