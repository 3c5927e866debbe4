"""Founding, told for one host and one platform at a time."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from math import exp, nextafter

import numpy as np

from sim.core import identity
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES, LEVEL_CODE, LEVELS
from sim.inputs.kinds import KINDS
from sim.inputs.levers import PILOT_OFFICES
from sim.processes.founding import ELSEWHERE, TRILLION
from sim.state.books import Purse
from sim.state.columns import ACTIVE, BUILDING, CLOSED
from sim.state.founders import CARRIERS
from sim.state.platforms import REPEATABLE
from sim.state.promises import PAYEE

from .demography import by_share
from .luck import Ring, descending_id, mix
from .promises import advance, boost, founding_offers

CLASSES = ("firm", "leading_firm", "university", "institute", "hospital", "public_body")

# Slots of a host's or outside parent's draws in a quarter, and of a platform's life.
WHETHER, WHICH, APPROVED, PLACE = range(4)
OPENS_TALKS, LENGTH, SUCCESS, TALKS_PLACE, TALKS_DISTRICT = range(4, 9)
PARTNER, AGREES, PARTNER_PLACE, TAKES_OFFICE = range(9, 13)
QUALITY, SEATS, NEW_UNIT, DESIGN = range(4)
DISTRICT, CLUSTER, FIELD = 5, 6, 7
FIRMS = ("firm", "leading_firm")


@dataclass
class Climate:
    """What hosts of one class find: per kind a rate, its boost by offers and what is advanced."""

    rates: dict
    boosts: dict
    advances: dict
    lacks: list


@dataclass
class Decision:
    """What a host decided to found, and where a draw puts it."""

    host: object
    kind: int
    place: float
    pressed: bool


class Host:
    """Whoever may found a platform: a firm or a body."""

    itself = True

    def hosts_kind(self, kind):
        return self.platforms >> kind & 1 == 1

    def own_cluster(self):
        """Return the number of its cluster; the number of clusters where it has none."""
        return self.cluster if self.cluster >= 0 else len(self.model.made_of.clusters)

    def hazards(self, climate):
        """Return at what hazard it founds each kind that it does not host, offers apart."""
        suitability, lacks = self.suitability_as_host(), climate.lacks[self.own_cluster()]
        return {
            kind: rate * suitability * lacks[kind] * self.carries(kind)
            for kind, rate in climate.rates.items()
            if not self.hosts_kind(kind)
        }

    def extras(self, climate):
        """Return what offers add to these hazards: by what they are worth and what they advance."""
        suitability, lacks = self.suitability_as_host(), climate.lacks[self.own_cluster()]
        return {
            kind: climate.rates[kind]
            * suitability
            * lacks[kind]
            * (
                climate.boosts[kind] * self.carries(kind, climate.advances[kind])
                - self.carries(kind)
            )
            for kind in self.hazards(climate)
        }

    def carries(self, kind, advance=0.0):
        """Return how far its means and an advance carry the cost of a kind, 0 to 1."""
        part = (max(self.means, 0.0) + advance) / float(self.model.costs["found_cost"][kind])
        return min(part, 1.0) ** self.model.founders.carries

    def chance_to_found(self, p, climate, wanted):
        """Return the chance that it founds a kind in this quarter, if money does not lack."""
        hazards, extras = self.hazards(climate), self.extras(climate)
        plain, extra = sum(hazards.values()), sum(extras.values())
        chance = hazards[wanted] / plain * (1.0 - exp(-plain)) if plain else 0.0
        if extra:
            chance += extras[wanted] / extra * (exp(-plain) - exp(-plain - extra))
        if KINDS[KIND_NAMES[wanted]].joint:
            chance *= p.known_agrees if self.known_seller() >= 0 else p.partner_agrees
        return min(p.approval * (1 + self.lift(wanted)), 1.0) * chance

    def lift(self, kind):
        """Return by how much a government's effort lifts what is let through where it stands."""
        lifted = self.model.totals.lift_of_kinds
        if self.itself:
            return lifted.get((kind, self.district), 0.0)
        # Nobody knows yet where it stands.
        districts = [district.share for district in self.model.made_of.districts.values()]
        rises = [share * lifted.get((kind, place), 0.0) for place, share in enumerate(districts)]
        return sum(rises) / sum(districts)

    def bear_cost(self, kind, weight):
        """Take the cost of founding one that stands for so many from its means."""
        cost = float(self.model.costs["found_cost"][KIND_CODE[kind]])
        self.model.flows.invested += self.give(-cost * weight)

    def decide_on_founding(self, p, climate):
        """Draw once among competing kinds; what would be founded without offers is drawn first."""
        hazards, extras = self.hazards(climate), self.extras(climate)
        plain, extra = sum(hazards.values()), sum(extras.values())
        whether = self.draw("founding", WHETHER)
        approved = self.draw("founding", APPROVED)
        if whether >= 1.0 - exp(-plain - extra):
            return None
        anyway = whether < 1.0 - exp(-plain)
        pointer = self.draw("founding", WHICH) * (plain if anyway else extra)
        for kind, hazard in (hazards if anyway else extras).items():
            pointer -= hazard
            if pointer < 0.0:
                if approved > p.approval * (1 + self.lift(kind)):
                    return None
                return Decision(self, kind, self.draw("founding", PLACE), approved > p.approval)
        return None

    def win_partner(self, p, science):
        """Return the row of the partner from science that agrees to a joint unit; -1 for none.

        A firm asks the seller it knows first, others ask whom they meet; if that is itself, the
        one after it.
        """
        known = self.known_seller()
        if self.draw("founding", AGREES) >= (p.known_agrees if known >= 0 else p.partner_agrees):
            return -1
        if known >= 0:
            return known
        met = science.pick(self.draw("founding", PARTNER))
        if met is self:
            met = science.pick(nextafter(self.draw("founding", PARTNER_PLACE), 1.0))
        return -1 if met is None or met is self else met.row

    def build(self, kind, cluster, *, host_class, partner=-1, district=None):
        """Start building a platform; its id descends from host, kind and quarter."""
        city, code = self.model, KIND_CODE[kind]
        number = descending_id(identity.FOUNDED_ORGANISATION, self.id, code, city.quarter)
        time = round(float(city.costs["building"][code]))
        firm = host_class in FIRMS
        weight = stands_for(city, kind, host_class)
        platform = city.new_organisation(
            id=number,
            kind=code,
            level=LEVEL_CODE[KINDS[kind].levels[0]],
            status=BUILDING if time else ACTIVE,
            host_class=HOSTS.index(host_class),
            host_firm=self.row if firm else -1,
            host_body=-1 if firm else self.row,
            district=self.district if district is None else district,
            cluster=cluster if cluster < len(self.model.made_of.clusters) else -1,
            field=self.field,
            decided=city.quarter,
            opens=city.quarter + time,
            reached=city.quarter + time,
            partner=partner,
            stands_for=weight,
        )
        platform.be_born(kind)
        if self.itself and kind not in REPEATABLE:
            self.platforms |= 1 << code
        if not self.itself:
            platform.stand_elsewhere(district)
        city.flows.founded[KIND_CODE[kind]] += weight
        if time == 0:
            platform.note_level()
        return platform


class HostingFirm(Host):
    def suitability_as_host(self):
        city = self.model
        typical = max(city.norms.typical_rd_stock, 1e-9)
        return (self.rd_stock / typical) ** city.founders.size_of_host

    def known_seller(self):
        """Return the row of the last seller, if it is still at work; -1 for none."""
        works = self.partner >= 0 and self.model.organisations[self.partner].status == ACTIVE
        return self.partner if works else -1


class AnotherFirm(Host):
    """Another firm for which a row stands: it founds what has a life of its own."""

    itself = False

    def __init__(self, firm, turn):
        self.firm, self.model, self.row = firm, firm.model, firm.row
        self.id = mix(firm.id, turn)
        self.district, self.cluster, self.field = firm.district, firm.cluster, firm.field
        self.suitability_as_host, self.known_seller = firm.suitability_as_host, firm.known_seller
        self.give = firm.give

    @property
    def means(self):
        return self.firm.means

    def draw(self, process, slot=0):
        return self.model.luck.uniform(process, self.model.quarter, self.id, slot)

    def hosts_kind(self, kind):
        return is_part_of_firms(KIND_NAMES[kind])


class HostingOrganisation(Host):
    def suitability_as_host(self):
        return 1.0

    def known_seller(self):
        return -1

    def is_platform(self):
        return self.kind < len(KIND_NAMES)

    def be_born(self, kind):
        """Draw what lasts: quality, seats, researchers, plaque or new unit."""
        city, outlook = self.model, self.model.founders
        size = exp(outlook.spread * self.normal_for_life("founding", SEATS) - outlook.spread**2 / 2)
        costs = {name: float(city.costs[name][self.kind]) for name in ("seats", "researchers")}
        plaque = float(city.costs["plaque"][self.kind])
        design = outlook.design if kind == "institute" else 0.0
        self.quality = self.normal_for_life("founding", QUALITY)
        self.seats = round(costs["seats"] * size)
        self.researchers = costs["researchers"] * size
        self.new_unit = self.draw_for_life("founding", NEW_UNIT) >= plaque
        self.design = self.draw_for_life("founding", DESIGN) < design

    def stand_elsewhere(self, district):
        """Stand where firms of the city do: it is of another firm than that of its host's row."""
        made_of = self.model.made_of
        if district is None:
            shares = [d.share for d in made_of.districts.values()]
            self.district = by_share(shares, self.draw_for_life("founding", DISTRICT))
        shares = [c.share for c in made_of.clusters]
        self.cluster = by_share(shares, self.draw_for_life("founding", CLUSTER))
        fields = made_of.clusters[self.cluster].fields
        self.field = fields[int(self.draw_for_life("founding", FIELD) * len(fields))] - 1

    def open_if_built(self):
        if self.status == BUILDING and self.opens <= self.model.quarter:
            self.status = ACTIVE
            self.note_level()

    def note_level(self):
        """Count that it reached its level."""
        kind, level = KIND_NAMES[self.kind], LEVELS[self.level]
        self.model.totals.reached[KIND_CODE[kind], LEVEL_CODE[level]] += self.stands_for

    def close(self):
        """Close, and let the host found another."""
        self.status = CLOSED
        if self.registration:
            return
        bit = 1 << self.kind
        if self.host_firm >= 0:
            self.model.firms[self.host_firm].platforms &= ~bit
        elif self.host_body >= 0:
            self.model.organisations[self.host_body].platforms &= ~bit

    def may_take(self, offer):
        return HOSTS[self.host_class] in offer.hosts

    def research_behind(self):
        """Return the R&D of the living firm that hosts it; 0 for none."""
        if self.host_firm < 0:
            return 0.0
        host = self.model.firms[self.host_firm]
        return host.rd if host.alive else 0.0


def found(city, p):
    for organisation in city.organisations:
        organisation.open_if_built()
    lacks = what_clusters_lack(city, p)
    demand = demand_for_carriers(city, p)
    for name in CLASSES:
        climate = Climate(*rates_and_boosts(city, name, demand), lacks)
        decisions = [host.decide_on_founding(p, climate) for host in hosts(city, name)]
        carry_out(city, p, name, [decision for decision in decisions if decision], lacks)
    pilot_offices(city, p)
    talk_with_outsiders(city, p, lacks)


def expected_foundings(city, p):
    """Return how many of each kind all hosts are expected to found in a quarter as this one."""
    expected = dict.fromkeys(KIND_NAMES, 0.0)
    lacks, demand = what_clusters_lack(city, p), demand_for_carriers(city, p)
    for name in CLASSES:
        climate = Climate(*rates_and_boosts(city, name, demand), lacks)
        for host in hosts(city, name):
            for kind in host.hazards(climate):
                chance = host.chance_to_found(p, climate, kind)
                expected[KIND_NAMES[kind]] += chance * stands_for(city, KIND_NAMES[kind], name)
    return expected


def hosts(city, name):
    """Return the possible founders of a class."""
    if name in ("firm", "leading_firm"):
        leads = name == "leading_firm"
        able = [firm for firm in city.firms if firm.alive and firm.above_scale and firm.rd > 0]
        able = [firm for firm in able if firm.leading == leads]
        turns = range(1, firms_in_row(city))
        return able + [AnotherFirm(firm, turn) for turn in turns for firm in able]
    return city.platforms("institute") if name == "institute" else city.bodies(name)


def what_clusters_lack(city, p):
    """Return peers × what is lacking, per cluster (the last: hosts of none) and kind."""
    clusters = len(city.made_of.clusters)
    counts = [[0] * len(KIND_NAMES) for _ in range(clusters + 1)]
    for organisation in city.organisations:
        if organisation.is_platform() and organisation.status <= ACTIVE:
            counts[organisation.own_cluster()][organisation.kind] += organisation.stands_for
    possible = [max(number / clusters, 1.0) for number in city.norms.possible_hosts.tolist()]
    factors = [
        [
            1 + p.peers * min(count / most, 1.0) if count else p.lack
            for count, most in zip(counts[cluster], possible, strict=True)
        ]
        for cluster in range(clusters)
    ]
    return [*factors, [1.0] * len(KIND_NAMES)]


def demand_for_carriers(city, p):
    """Return how seats taken and sought, beside those at the start, move founding carriers."""
    usual = city.norms.seats_taken
    if usual == 0:
        return 1.0
    carriers = city.platforms(*CARRIERS)
    wanted = sum(carrier.tenants for carrier in carriers) + city.past_year(
        lambda flows: flows.turned_away
    )
    taken = wanted / max(float(sum(carrier.seats for carrier in carriers)), 1.0)
    return min(max((taken / usual) ** p.demand, p.least_demand), p.most_demand)


def rates_and_boosts(city, host, demand):
    """Return per kind the quarterly rate at unit suitability, and the boost, for a host class.

    What a body founds that nothing else moves was fixed at the start.
    """
    rates, boosts, advances = {}, {}, {}
    for kind, data in KINDS.items():
        if host not in data.hosts or kind in ELSEWHERE:
            continue
        code = KIND_CODE[kind]
        rate = float(city.norms.founding_rate[code]) * class_weight(city, kind, host)
        if kind in CARRIERS:
            rate *= demand
        if rate > 0.0:
            rates[code] = rate
            boosts[code] = boost(city, kind, host)
            advances[code] = advance(city, kind, host)
    return rates, boosts, advances


def class_weight(city, kind, host):
    """Return how likely a host of a class is to found a kind, beside a body's 1."""
    if host == "outside":
        return city.founders.outside_weight
    if host not in FIRMS:
        return 1.0
    each = 1.0 if is_part_of_firms(kind) else city.weight / firms_in_row(city)
    return float(city.costs["firm_weight"][KIND_CODE[kind]]) * each


def firms_in_row(city):
    """Return how many firms a row is, each of which founds what has a life of its own."""
    return max(round(city.weight), 1)


def stands_for(city, kind, host):
    """Return how many platforms of the city one is: parts of firms are thinned with them."""
    return city.weight if is_part_of_firms(kind) and host in FIRMS else 1.0


def is_part_of_firms(kind):
    """Return whether a kind has no legal person, seats or researchers of its own."""
    data = KINDS[kind]
    apart = data.legal_person or data.seats.default > 0 or data.researchers.default > 0
    return "firm" in data.hosts and not apart


def carry_out(city, p, name, decisions, lacks):
    """Claim what is promised for each founding and start building."""
    for code in sorted({decision.kind for decision in decisions}):
        kind = KIND_NAMES[code]
        chosen = [(decision, -1) for decision in decisions if decision.kind == code]
        if KINDS[kind].joint:
            science = ring_of_science(city)
            asked = [(d, d.host.win_partner(p, science)) for d, _ in chosen]
            chosen = [(decision, partner) for decision, partner in asked if partner >= 0]
        for decision, _ in chosen:
            if not decision.pressed:  # a plaque costs nothing
                decision.host.bear_cost(kind, stands_for(city, kind, name))
        claim_founding(city, kind, name, [decision.host for decision, _ in chosen])
        for decision, partner in chosen:
            cluster = decision.host.own_cluster()
            if cluster == len(city.made_of.clusters):
                cluster = pick_cluster(city, lacks, code, decision.place)
            platform = decision.host.build(kind, cluster, host_class=name, partner=partner)
            if decision.pressed:
                platform.pressed, platform.new_unit = True, False
                platform.researchers, platform.seats = 0.0, 0


def ring_of_science(city):
    """Return those who may be partners of joint units on this quarter's ring."""
    laid = Ring()
    for partner in city.bodies("university") + city.platforms("institute") + city.bodies("outside"):
        laid.lay(partner.draw("founding", PARTNER_PLACE), partner)
    return laid.close()


def pick_cluster(city, lacks, kind, place):
    """Return a cluster by its share of the firms and by what it lacks."""
    clusters = city.made_of.clusters
    shares = [cluster.share * lacks[number][kind] for number, cluster in enumerate(clusters)]
    whole = sum(shares)
    edges = [edge / whole for edge in accumulate(shares)]
    return min(bisect_left(edges, place), len(clusters) - 1)


def claim_founding(city, kind, name, hosts):
    """Let those who found claim what they were promised."""
    weight = stands_for(city, kind, name)
    for offer, million in founding_offers(city, kind, name):
        rows = [host.row for host in hosts]
        sums = [million * weight for _ in hosts]
        to = Purse(np.array(rows), "firm" if name in FIRMS else "body")
        city.claim(offer, rows, sums, PAYEE[name], to=to)


def pilot_offices(city, p):
    """Offer pilot transfer offices to universities and institutes; some take them up."""
    kind = "technology_transfer_office"
    for offer in city.offers.on(PILOT_OFFICES, kind):
        # The year's offices come up quarter by quarter; the fraction is carried along.
        before = city.totals.pilot_offices_offered
        city.totals.pilot_offices_offered += offer.dose / 4
        number = int(city.totals.pilot_offices_offered) - int(before)
        shares = {"university": p.pilot_universities, "institute": 1 - p.pilot_universities}
        for name, share in shares.items():
            without = [h for h in hosts(city, name) if not h.hosts_kind(KIND_CODE[kind])]
            without.sort(key=lambda host, slot=offer.lot: host.draw("lot", slot))
            for host in without[: round(number * share)]:
                if host.draw("founding", TAKES_OFFICE) < p.takes_office:
                    host.bear_cost(kind, 1.0)
                    host.build(kind, host.own_cluster(), host_class=name)


class OutsideParent:
    def district_of_choice(self):
        """Return where it goes: districts are alike, but for what they bid."""
        number, bids = len(self.model.made_of.districts), self.model.totals.bids
        place = self.draw("founding", TALKS_DISTRICT)
        if not any(bids.values()):
            return int(place * number)
        edges = list(accumulate(1 + bids.get(district, 0.0) for district in range(number)))
        return min(bisect_left([edge / edges[-1] for edge in edges], place), number - 1)

    def talks_succeed(self, chance):
        return self.draw("founding", SUCCESS) < chance

    def weigh_opening_talks(self, p, chance):
        if self.negotiates_until == 0 and self.draw("founding", OPENS_TALKS) < chance:
            length = self.draw("founding", LENGTH) * (p.longest_talks - p.shortest_talks + 1)
            self.negotiates_until = self.model.quarter + int(p.shortest_talks + length)


def talk_with_outsiders(city, p, lacks):
    """Outside parents open talks; talks that end succeed or fail; success is a new institute."""
    parents = city.bodies("outside")
    ending = [parent for parent in parents if parent.negotiates_until == city.quarter]
    chance = min(1.0, p.talks_succeed * boost(city, "institute", "outside"))
    won = [parent for parent in ending if parent.talks_succeed(chance)]
    claim_founding(city, "institute", "outside", won)
    for parent in won:
        place = parent.draw("founding", TALKS_PLACE)
        parent.build(
            "institute",
            pick_cluster(city, lacks, KIND_CODE["institute"], place),
            host_class="outside",
            district=parent.district_of_choice(),
        )
    for parent in ending:
        parent.negotiates_until = 0
    opening = p.talks * city.figures.gdp / TRILLION / 4
    for parent in parents:
        parent.weigh_opening_talks(p, opening)
