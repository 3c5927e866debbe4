"""Meeting, told for one result, one firm and one meeting at a time."""

from dataclasses import dataclass

from sim.core import identity
from sim.inputs.codes import KIND_CODE
from sim.inputs.levers import LISTING

from .knowledge import appeal
from .luck import Ring, descending_id, poisson

# Slots of a result, of a firm or service, and of a meeting.
BY_CHANCE, BY_BROKER, SHOWN, LISTED = 0, 1, 11, 0
NEAR_PLACE, EVERYBODY_PLACE, OFFICE_PLACE = 5, 6, 7
PARTNER_PLACE = 8
MEETS_AT_EVENT, EVENT_POINTER, EVENT_SHELF, VISIT_POINTER, VISIT_SHELF = range(20, 25)
OWN_FIELD, WHO, OFFICE, PARTNER, FITS = range(5)
# Serials that keep meetings apart.
FIRST_SHOWN, AT_EVENT, ON_VISIT = 1 << 16, 1 << 24, 1 << 25


@dataclass
class Meeting:
    """A firm and a result that met, and the service that brought them together, if any."""

    id: int
    result: object
    buyer: object
    service: object = None
    appeal: float = 0.0


class MeetingFirm:
    def meets(self, result, serial):
        """Return the meeting in which this firm comes across a result."""
        number = descending_id(identity.CONTRACT, self.id, self.model.quarter, serial)
        return Meeting(number, result, self)

    def is_guest(self):
        return self.attended == self.model.quarter and self.alive and self.rd > 0

    def is_visited(self):
        return self.visited == self.model.quarter and self.alive and self.visitor >= 0


class MeetingResult:
    def meetings_by_chance(self, p):
        return poisson(p.chance, self.draw("meeting", BY_CHANCE))

    def meetings_through_brokers(self, cases_each):
        return poisson(cases_each, self.draw("meeting", BY_BROKER))

    def showings_on_the_market(self, p):
        """Return how many firms it meets because it is listed on a technology market."""
        listed = self.draw_for_life("meeting", LISTED) < self.model.offers.dose(LISTING)
        return poisson(p.listed if listed else 0.0, self.draw("meeting", SHOWN))

    def meets_somebody(self, p, serial, brokered, rings):
        """Return its meeting with a firm, mostly of its own field, or a partner of its owner."""
        city = self.model
        near, everybody, partners, offices = rings
        number = descending_id(identity.CONTRACT, self.id, city.quarter, serial)

        def luck(slot):
            return city.luck.uniform("meeting", city.quarter, number, slot)

        buyer = near.pick(luck(WHO), self.field) if luck(OWN_FIELD) < p.own_field else None
        if buyer is None:
            buyer = everybody.pick(luck(WHO))
        partner = partners.pick(luck(PARTNER), self.owner)
        if partner is not None and self.appeals_to(partner) > self.appeals_to(buyer):
            buyer = partner
        service = offices.pick(luck(OFFICE)) if brokered else None
        return Meeting(number, self, buyer, service)

    def appeals_to(self, firm):
        return appeal(self.model.knowledge, firm.capabilities, self.capabilities)


def cases(brokers, p):
    """Return how many cases brokers can serve in a quarter."""
    return brokers * p.broker_time * p.cases_a_year / 4


def meet(city, p):
    results = [result for result in city.results if result.open]
    firms = [firm for firm in city.firms if firm.alive and firm.rd > 0]
    city.matches = []
    city.flows.broker_cases = cases(city.brokers, p) * (1 - p.broker_results)
    if not results or not firms:
        return
    meetings = strangers(city, p, results, firms)
    meetings += guests(city, p, results, firms)
    meetings += visited(city, results)
    for met in meetings:
        met.appeal = appeal(city.knowledge, met.buyer.capabilities, met.result.capabilities)
        if city.luck.uniform("meeting", city.quarter, met.id, FITS) < met.appeal:
            city.matches.append(met)
    city.flows.meetings += len(meetings)
    count(city)


def strangers(city, p, results, firms):
    partners = former_partners(firms)
    offices = Ring()
    for service in city.platforms("transfer_service"):
        offices.lay(service.draw("meeting", OFFICE_PLACE), service)
    rings = (*rings_of_firms(firms), partners, offices.close())
    cases_each = min(cases(city.brokers, p) * p.broker_results / len(results), p.most_meetings)
    meetings = []
    for result in results:
        by_chance = result.meetings_by_chance(p)
        by_broker = result.meetings_through_brokers(cases_each)
        shown = result.showings_on_the_market(p)
        serials = [*range(by_chance + by_broker), *range(FIRST_SHOWN, FIRST_SHOWN + shown)]
        for serial in serials:
            brokered = by_chance <= serial < FIRST_SHOWN
            meetings.append(result.meets_somebody(p, serial, brokered, rings))
    return meetings


def rings_of_firms(firms):
    """Return the firms that do R&D on a ring by field, and on one for all."""
    near, everybody = Ring(), Ring()
    for firm in firms:
        near.lay(firm.draw("meeting", NEAR_PLACE), firm, firm.field)
        everybody.lay(firm.draw("meeting", EVERYBODY_PLACE), firm)
    return near.close(), everybody.close()


def shelf(results, slot, group):
    """Return results on a ring for each of their owners or fields."""
    laid = Ring()
    for result in results:
        laid.lay(result.draw("meeting", slot), result, getattr(result, group))
    return laid.close()


def former_partners(firms):
    """Return the firms that remember a deal with an organisation, on a ring of each of these."""
    partners = Ring()
    for firm in firms:
        for organisation in firm.organisations_it_remembers():
            partners.lay(firm.draw("meeting", PARTNER_PLACE), firm, organisation)
    return partners.close()


def guests(city, p, results, firms):
    """Firms at this quarter's events meet more results, mostly of their field."""
    on_offer = shelf(results, EVENT_SHELF, "field")
    usual = p.chance * len(results) / len(firms) / city.weight
    meetings = []
    for firm in city.firms:
        if not firm.is_guest():
            continue
        if firm.draw("meeting", MEETS_AT_EVENT) < (p.event_odds - 1) * usual:
            result = on_offer.pick(firm.draw("meeting", EVENT_POINTER), firm.field)
            if result is not None:
                meetings.append(firm.meets(result, AT_EVENT))
    return meetings


def visited(city, results):
    """A firm that researchers visited this quarter hears of a result of their house."""
    on_offer = shelf(results, VISIT_SHELF, "owner")
    meetings = []
    for firm in city.firms:
        if firm.is_visited():
            result = on_offer.pick(firm.draw("meeting", VISIT_POINTER), firm.visitor)
            if result is not None:
                meetings.append(firm.meets(result, ON_VISIT))
    return meetings


def count(city):
    """Count matches, and those over results of institutes, this quarter and since the start."""
    owners = [city.organisations[match.result.owner] for match in city.matches]
    institutes = sum(owner.kind == KIND_CODE["institute"] for owner in owners)
    city.flows.matches += len(owners)
    city.flows.institute_matches += institutes
    if city.quarter >= city.start:
        city.totals.matches += len(owners)
        city.totals.institute_matches += institutes
