"""Incubation, told for one start-up and one carrier at a time."""

from collections import Counter
from math import log

from sim.inputs.codes import HOSTS
from sim.processes.incubation import SEATING
from sim.state.columns import ACTIVE

from .luck import mix

# Slots of a start-up's draws: of its life, and of a quarter.
SEEKS = 0
GRADUATES, LEAVES, LOT, LAST_SEAT = 0, 1, 2, 3


class IncubatedFirm:
    def is_tenant(self):
        return self.alive and self.carrier >= 0

    def graduate_or_leave(self, p):
        """Leave the seat for one of four reasons; tell whether it graduates."""
        city = self.model
        graduates = self.draw("incubation", GRADUATES) < p.graduate / 4
        too_long = city.quarter - self.seated >= p.longest
        closed = city.organisations[self.carrier].status != ACTIVE
        if graduates or too_long or closed or self.draw("incubation", LEAVES) < p.leave / 4:
            self.left_seat = city.quarter
            self.carrier = -1
        if graduates:
            self.graduated = True
        return graduates

    def seeks_seat(self, p):
        young = self.alive and not self.above_scale and self.seated == 0
        young = young and self.model.quarter - self.founded <= p.search
        return young and self.draw_for_life("incubation", SEEKS) < self.model.norms.seeks_seat

    def is_at_its_last_try(self, p):
        return self.model.quarter + 1 - self.founded > p.search

    def prefers(self, p, carriers):
        """Return the carrier that suits it best: near, of a high level and cheap ones mostly."""
        return max(carriers, key=lambda carrier: self.liking(p, carrier))

    def liking(self, p, carrier):
        city = self.model
        u = city.luck.uniform("incubation", city.quarter, mix(self.id, carrier.id))
        nearness = (self.district == carrier.district) + (self.cluster == carrier.cluster)
        wanted = p.near**nearness * (1.0 + carrier.level) * carrier.rent**-p.rent_matters
        return log(u) / wanted

    def take_seat(self, carrier):
        self.carrier = carrier.row
        self.seated = self.model.quarter
        carrier.tenants += self.model.weight
        self.hatched = self.hatched or carrier.belongs_to_institute()

    def be_named_seedling(self, p):
        """Pass the tests of revenue and R&D, where an institute hatched it."""
        tested = self.alive and self.hatched and not self.seedling
        if tested and self.revenue >= p.seedling_revenue:
            self.seedling = self.rd >= p.seedling_rd * self.revenue
            self.model.totals.seedlings += self.seedling * self.model.weight


class SeatingOrganisation:
    def belongs_to_institute(self):
        return self.host_class == HOSTS.index("institute")

    def seat(self, seekers):
        """Seat those who ask, by lot, as far as there are seats; return them."""
        free = (self.seats - self.tenants) / self.model.weight
        queue = sorted(seekers, key=lambda firm: firm.draw("incubation", LOT))
        last = self.draw("incubation", LAST_SEAT)  # of a row that stands for several firms
        seated = [firm for place, firm in enumerate(queue) if place + last < free]
        for firm in seated:
            firm.take_seat(self)
        return seated


def incubate(city, p):
    end_tenancies(city, p)
    seat_seekers(city, p)
    for firm in city.firms:
        firm.be_named_seedling(p)


def end_tenancies(city, p):
    for firm in city.firms:
        if firm.is_tenant():
            city.flows.graduates += firm.graduate_or_leave(p) * city.weight
    tenants = Counter(firm.carrier for firm in city.firms if firm.is_tenant())
    for organisation in city.organisations:
        organisation.tenants = tenants[organisation.row] * city.weight


def seat_seekers(city, p):
    seekers = [firm for firm in city.firms if firm.seeks_seat(p)]
    carriers = [carrier for carrier in city.platforms(*SEATING) if carrier.seats > 0]
    asked = {}
    if carriers:
        for firm in seekers:
            asked.setdefault(firm.prefers(p, carriers).row, []).append(firm)
    for row, firms in asked.items():
        seated = city.organisations[row].seat(firms)
        city.flows.seated += len(seated) * city.weight
        city.flows.hatched += sum(firm.hatched for firm in seated) * city.weight
    turned_away = [firm for firm in seekers if firm.seated == 0 and firm.is_at_its_last_try(p)]
    city.flows.turned_away += len(turned_away) * city.weight
