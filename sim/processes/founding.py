"""Founding: hosts found platforms of every kind but transfer and IP services.

Each quarter an eligible host draws once among competing kinds. Its rate for kind k is

    λ(k) = norm(k) · suitability · peers · what the cluster lacks · demand
           · min(most gain, 1 + expected gain / true cost)
           · min(1, (means + advance) / true cost)^carries

where the expected gain is what it counts on of the offers (trust · promise) over the planning
horizon, and the true cost is the whole cost to the host: two million CNY move a decision of eighty
million by a fortieth. The advance is what it counts on of money paid toward the founding, and its
means (``state/means``) what it has set aside: what these do not carry has to be found elsewhere,
and whose means are used up founds nothing without an advance. The norm is fixed at the start, such
that the chances of all hosts, approved and with a partner who agrees, add up to rate(k) × stock(k)
a year: that is what cities like this one found without any plan, with the neighbours, gaps and
standing rules that they have. What would be founded without offers is drawn first and stays: offers
only add. Demand counts for carriers: nobody builds an incubator beside an empty one. Who has
decided founds, and claims what was promised as the quarter closes. Parents from outside come
through talks of 4-8 quarters with 15-30 % success. What is decided, here or by services, is built
and opens here.
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
from sim.inputs.values import Values
from sim.state.columns import ACTIVE, BUILDING
from sim.state.founders import CARRIERS, SERVICES, Hosts
from sim.state.hosts import bodies_as_hosts, class_weights, each_stands_for, hosts
from sim.state.means import Money, bear, carried, money_of
from sim.state.platforms import build, lifts, opened, press
from sim.state.promises import advance, boost, boosts, claim_founding
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
    most_hosts: float = meaning("hosts without a unit that found one at most, as the plan begins")
    least_demand: float = meaning("least ratio of the rate of carriers as seats stand empty")
    most_demand: float = meaning(
        "largest ratio of the rate of carriers as start-ups are turned away"
    )
    pilot_universities: float = meaning("a plan's pilot transfer offices that go to universities")


# Transfer and IP services enter by expected income, in the process ``services``.
ELSEWHERE = SERVICES
CLASSES = ("firm", "leading_firm", "university", "institute", "hospital", "public_body")
SCIENCE = ("university", "institute")  # classes of hosts that are themselves asked as partners
CARRIER_CODES = [KIND_CODE[kind] for kind in CARRIERS]
NEAR, STEPS = 1e-6, 40  # how near the norms come to what they stand for, and by how many steps
TRILLION = 1e6  # million CNY: the unit of GDP in the rate of talks
# Slots of a host's draws in a quarter; the talks have slots of their own.
_WHETHER, _WHICH, _APPROVED, _PLACE = range(4)
_OPENS_TALKS, _LENGTH, _SUCCESS, _TALKS_PLACE, _TALKS_DISTRICT = range(4, 9)
_PARTNER, _AGREES, _PARTNER_PLACE, _TAKES_OFFICE = range(9, 13)


@dataclass(frozen=True)
class Decisions:
    """What hosts of one class decided: who, which kind, a draw for its place, if only by effort."""

    host: Hosts
    at: Rows
    kind: Rows
    place: NDArray[np.float64]
    pressed: Flags


class Candidates(NamedTuple):
    """What hosts of one class decide by, of ``Hosts``."""

    ids: Ids
    hosted: Rows
    cluster: Rows
    district: Rows
    suitability: Floats


@compiled
def _decide(
    address: Address,
    those: Candidates,
    rate: Floats,
    boost: Floats,
    lacks: Floats,
    money: Money,
    approval: float,
    lift: Floats,
) -> tuple[Rows, Floats, Flags]:
    """Draw once per host among competing kinds; -1 for no founding.

    What would be founded without offers is drawn first and stays what it is; offers only add.
    Returned are the kind, a draw for its place, and whether only effort had it approved.
    """
    hosted, suitability = those.hosted, those.suitability
    chosen = np.full(hosted.size, -1)
    place = np.zeros(hosted.size)
    pressed = np.zeros(hosted.size, np.bool_)
    for i in range(hosted.size):
        plain = 0.0
        extra = 0.0
        for k in range(rate.size):
            if rate[k] > 0.0 and (hosted[i] >> k) & 1 == 0:
                hazard = rate[k] * suitability[i] * lacks[those.cluster[i], k]
                own = carried(money, i, k, 0.0)
                plain += hazard * own
                extra += hazard * (boost[k] * carried(money, i, k, money.advance[k]) - own)
        draws = four(address, those.ids[i], 0)
        if draws[0] >= 1.0 - np.exp(-plain - extra):
            continue
        anyway = draws[0] < 1.0 - np.exp(-plain)
        place[i] = draws[3]
        pointer = draws[1] * (plain if anyway else extra)
        for k in range(rate.size):
            if rate[k] > 0.0 and (hosted[i] >> k) & 1 == 0:
                weight = carried(money, i, k, 0.0)
                if not anyway:
                    weight = boost[k] * carried(money, i, k, money.advance[k]) - weight
                pointer -= rate[k] * suitability[i] * lacks[those.cluster[i], k] * weight
                if pointer < 0.0:
                    if draws[2] <= approval * (1.0 + lift[those.district[i], k]):
                        chosen[i] = k
                        pressed[i] = draws[2] > approval
                    break
    return chosen, place, pressed


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
    np.add.at(count, (table.cluster[here], table.kind[here]), table.stands_for[here])
    possible = np.maximum(state.norms.possible_hosts / clusters, 1.0)
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
    state: State, host: str, demand: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return per kind the quarterly rate at unit suitability, and the boost, for a host class."""
    kinds, codes = _founded_by(host)
    rate = np.zeros(len(KIND_NAMES))
    rate[codes] = state.norms.founding_rate[codes] * class_weights(state, codes, host)
    rate[CARRIER_CODES] *= demand
    return rate, boosts(state, host, kinds)


def _money(state: State, host: Hosts) -> Money:
    """Return what hosts of a class have at hand, and what they count on for each kind."""
    kinds, codes = _founded_by(host.name)
    advances = np.zeros(len(KIND_NAMES))
    advances[codes] = [advance(state, kind, host.name) for kind in kinds]
    return money_of(state, host, advances)


def _decisions(
    state: State, p: Parameters, host: Hosts, lacks: NDArray[np.float64], demand: float
) -> Decisions:
    rate, lift = _rates(state, host.name, demand)
    address = state.luck("founding").address
    those, money = record(Candidates, host), _money(state, host)
    pushed = lifts(state, np.arange(len(KIND_NAMES)))
    chosen, place, pressed = _decide(address, those, rate, lift, lacks, money, p.approval, pushed)
    at = np.flatnonzero(chosen >= 0)
    return Decisions(host, at, chosen[at], place[at], pressed[at])


def chances(
    state: State, p: Parameters, host: Hosts, lacks: NDArray[np.float64], demand: float
) -> Floats:
    """Return each host's chance to found each kind in this quarter, where the city's money lasts.

    It is what ``_decide`` draws by and what a partner of joint kinds says to it.

    Returns:
        An array of hosts × the kinds that their class may found.
    """
    kinds, codes = _founded_by(host.name)
    rate, lift = (of_kinds[codes] for of_kinds in _rates(state, host.name, demand))
    able = (host.hosted[:, None] >> codes) & 1 == 0
    hazard = able * rate * host.suitability[:, None] * lacks[host.cluster][:, codes]
    money = _money(state, host)
    carries, costs = money.carries, money.cost[codes]
    part = np.minimum(money.means[:, None] / costs, 1.0) ** carries
    more = np.minimum((money.means[:, None] + money.advance[codes]) / costs, 1.0) ** carries
    plain, extra = hazard * part, hazard * (lift * more - part)
    all_plain, all_extra = plain.sum(axis=1), extra.sum(axis=1)
    anyway = 1.0 - np.exp(-all_plain)
    added = np.exp(-all_plain) * (1.0 - np.exp(-all_extra))
    chance = _parts(plain, anyway, all_plain) + _parts(extra, added, all_extra)
    chance *= np.minimum(p.approval * (1 + lifts(state, codes)[host.district]), 1.0)
    joint = np.array([KINDS[kind].joint for kind in kinds])
    return np.where(joint, chance * _consent(state, p, host)[:, None], chance)


def _parts(weight: Floats, whole: Floats, total: Floats) -> Floats:
    """Return a whole per host, parted among kinds by weights with a total per host."""
    each = np.divide(whole, total, out=np.zeros_like(total), where=total > 0.0)
    return np.asarray(weight * each[:, None])


def expected_foundings(state: State, p: Parameters) -> Floats:
    """Return per kind how many all hosts together are expected to found in this quarter."""
    lacks, demand = _lacks(state, p), _demand(state, p)
    expected = np.zeros(len(KIND_NAMES))
    for name in CLASSES:
        host, codes = hosts(state, name), _founded_by(name)[1]
        chance = chances(state, p, host, lacks, demand).sum(axis=0)
        expected[codes] += chance * state.stands_for(codes, firms=host.firms)
    return expected


def begin(state: State, values: Values) -> None:
    """Fix the norm of each kind: without a plan all hosts found as many as its rate says.

    It is found by iterating, since kinds compete for the same hosts. Where nobody can found a
    kind yet, it is that of a lone host. The city's standing rules are on offer already.
    """
    p, norms = values.of(Parameters), state.norms
    free = np.zeros(len(KIND_NAMES))
    for name in CLASSES:
        host, codes = hosts(state, name), _founded_by(name)[1]
        norms.possible_hosts[codes] += host.itself.sum() * (state.weight if host.firms else 1.0)
        without = ((host.hosted[:, None] >> codes) & 1 == 0).sum(axis=0)
        free[codes] += without * each_stands_for(state, codes, name)
    wanted = wanted_at_the_start(state, p, np.maximum(free, 1.0))
    norms.founding_rate[:] = wanted / np.maximum(free, 1.0)
    for _ in range(STEPS):
        expected = expected_foundings(state, p)
        ratio = np.divide(wanted, expected, out=np.ones_like(wanted), where=expected > 0.0)
        norms.founding_rate *= ratio
        if np.abs(ratio - 1.0).max() < NEAR:
            break


def wanted_at_the_start(state: State, p: Parameters, free: Floats) -> Floats:
    """Return per kind what hosts found in a quarter without a plan, of so many that have none."""
    stock = np.array([getattr(state.figures, data.stock) for data in KINDS.values()])
    per_host = [data.per_host for data in KINDS.values()]
    units = np.where(per_host, free, np.maximum(stock, p.least_stock))
    return np.minimum(state.costs["rate"] / 4 * units, p.most_hosts * free)


def _carry_out(
    state: State, p: Parameters, decisions: Decisions, lacks: NDArray[np.float64]
) -> None:
    """Claim what is promised for each founding, kind by kind, and start building."""
    host, started = decisions.host, list[tuple[Rows, Rows, Rows, Rows, Flags]]()
    for kind in np.unique(decisions.kind):
        chosen = decisions.kind == kind
        at, name = decisions.at[chosen], KIND_NAMES[kind]
        place, pressed = decisions.place[chosen], decisions.pressed[chosen]
        partner = np.full(at.size, -1)
        if KINDS[name].joint:
            partner = _partners(state, p, host, at)
            agreed = partner >= 0
            at, place, partner = at[agreed], place[agreed], partner[agreed]
            pressed = pressed[agreed]
        bear(state, name, host.name, host.rows[at[~pressed]])  # a plaque costs nothing
        claim_founding(state, name, host.name, host.rows[at])
        cluster = np.where(
            host.cluster[at] < len(state.city.clusters),
            host.cluster[at],
            pick_cluster(state, lacks[:-1, kind], place),
        )
        started.append((np.full(at.size, kind), at, cluster, partner, pressed))
    if started:
        kinds, at, cluster, partner, pressed = map(np.concatenate, zip(*started, strict=True))
        press(state, build(state, kinds, host, at, cluster, partner=partner), pressed)


def pick_cluster(
    state: State, lacks: NDArray[np.float64], place: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return a cluster per draw: by its share of the firms and by what it lacks."""
    share = np.array([cluster.share for cluster in state.city.clusters]) * lacks
    return np.minimum(np.searchsorted(np.cumsum(share) / share.sum(), place), share.size - 1)


def _science(state: State) -> Rows:
    """Return who may be met as a partner of a joint unit."""
    universities, institutes = state.bodies("university"), state.platforms("institute")
    return np.concatenate([universities, institutes, state.bodies("outside")])


def _known(state: State, host: Hosts) -> Rows:
    """Return the seller that each host knows from a contract and that still works; -1 for none."""
    if not host.firms:
        return np.full(host.rows.size, -1)
    known = state.firms.partner[host.rows].astype(np.int64)
    works = known >= 0
    works[works] = state.organisations.status[known[works]] == ACTIVE
    return np.where(works, known, -1)


def _consent(state: State, p: Parameters, host: Hosts) -> Floats:
    """Return for each host the chance that whom it asks for a joint unit agrees."""
    others = _science(state).size - (host.name in SCIENCE)
    stranger = p.partner_agrees if others > 0 else 0.0
    return np.where(_known(state, host) >= 0, p.known_agrees, stranger)


def _partners(state: State, p: Parameters, host: Hosts, at: Rows) -> Rows:
    """Return the partner from science of each joint founding; -1 where none agrees.

    A firm asks the seller it knows from a contract first, others ask whom they meet; a tie makes
    agreeing likelier. Who meets itself asks the next one.
    """
    table, luck, science = state.organisations, state.luck("founding"), _science(state)
    laid = ring(luck, table.id[science], science, slot=_PARTNER_PLACE)
    met = laid.pick(luck.uniform(host.ids[at], _PARTNER))
    if not host.firms:
        itself = met == host.rows[at]
        place = luck.uniform(host.ids[at][itself], _PARTNER_PLACE)
        met[itself] = laid.pick(np.nextafter(place, 1.0))
    known = _known(state, host)[at]
    agrees = luck.happens(host.ids[at], _consent(state, p, host)[at], _AGREES)
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
            opens = at[accepts]
            bear(state, kind, host.name, host.rows[opens])
            build(state, KIND_CODE[kind], host, opens, host.cluster[opens])


def talks_a_quarter(state: State, p: Parameters) -> float:
    """Return the chance that a free outside parent opens talks: larger cities draw more of them."""
    return p.talks * state.figures.gdp / TRILLION / 4


def talks_under_way(state: State, p: Parameters) -> tuple[float, float]:
    """Return the share of outside parents in talks at a steady pace, and how long talks last.

    Who is in talks opens no others: of a parent's time, in quarters, (1 - chance) / chance pass
    between two talks.
    """
    length = (p.shortest_talks + p.longest_talks) / 2
    chance = min(talks_a_quarter(state, p), 1.0)
    return length * chance / (1.0 + chance * (length - 1.0)), length


def _winning_districts(state: State, u: Floats) -> Rows:
    """Return where institutes from outside go: districts are alike, but for what they bid."""
    number = len(state.city.districts)
    if not any(state.totals.bids.values()):
        return (u * number).astype(np.int64)
    weight = np.array([1 + state.totals.bids.get(place, 0.0) for place in range(number)])
    return np.minimum(np.searchsorted(np.cumsum(weight) / weight.sum(), u), number - 1)


def _talk_with_outsiders(state: State, p: Parameters, lacks: NDArray[np.float64]) -> None:
    """Outside parents open talks; talks that end succeed or fail; success is a new institute."""
    table, luck = state.organisations, state.luck("founding")
    parents = state.bodies("outside")
    ending = parents[table.negotiates_until[parents] == state.quarter]
    table.negotiates_until[ending] = 0
    chance = min(1.0, p.talks_succeed * boost(state, "institute", "outside"))
    won = ending[luck.happens(table.id[ending], chance, _SUCCESS)]
    claim_founding(state, "institute", "outside", won)
    place = luck.uniform(table.id[won], _TALKS_PLACE)
    cluster = pick_cluster(state, lacks[:-1, KIND_CODE["institute"]], place)
    host = bodies_as_hosts(state, "outside", won, table.id[won], table.platforms[won], cluster)
    district = _winning_districts(state, luck.uniform(table.id[won], _TALKS_DISTRICT))
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
    for name in CLASSES:
        _carry_out(state, p, _decisions(state, p, hosts(state, name), lacks, demand), lacks)
    _pilot_offices(state, p)
    _talk_with_outsiders(state, p, lacks)


def open_what_is_built(state: State) -> None:
    """Turn platforms whose building time is over into active ones."""
    table = state.organisations
    ready = np.flatnonzero((table.status == BUILDING) & (table.opens <= state.quarter))
    table.status[ready] = ACTIVE
    opened(state, ready)
