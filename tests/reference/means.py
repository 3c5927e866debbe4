"""Means of hosts, told for one firm or body at a time."""

from sim.inputs.codes import KIND_CODE
from sim.state.columns import BODY_CODE

SAVE = ("university", "hospital", "public_body")


class SavingFirm:
    def give(self, million):
        """Add to its means what all the firms of its row get; return what is booked."""
        self.means += million / self.model.weight
        return million

    def sets_aside(self, p):
        return p.firms_set_aside * self.revenue if self.alive else 0.0

    def stands_for_hosts(self):
        return self.model.weight


class SavingOrganisation:
    def saves(self):
        return self.kind in [KIND_CODE["institute"], *(BODY_CODE[body] for body in SAVE)]

    def give(self, million):
        """Add to its means, if they are booked at all; return what is booked."""
        if not self.saves():
            return 0.0
        self.means += million / self.stands_for
        return million

    def sets_aside(self, p):
        public = self.model.bodies("public_body")
        if self.kind == BODY_CODE["public_body"]:
            return p.public_sets_aside * self.model.gdp / len(public)
        if self.kind == BODY_CODE["hospital"]:
            return p.hospital_sets_aside
        works = self in self.model.platforms("institute") and self.short == 0
        if works or self.kind == BODY_CODE["university"]:
            return p.science_sets_aside * self.researchers
        return 0.0

    def stands_for_hosts(self):
        return self.stands_for

    def give_to_host(self, million):
        """Let its host have money, or make it good where it is below zero."""
        city = self.model
        host = None
        if self.host_firm >= 0:
            host = city.firms[self.host_firm]
        elif self.host_body >= 0:
            host = city.organisations[self.host_body]
        if host is not None:
            city.flows.from_platforms += host.give(million)


def set_aside(city, p):
    """Let hosts set money aside, up to what they keep at hand."""
    for host in [*city.firms, *city.organisations]:
        yearly = host.sets_aside(p)
        added = min(max(p.saved * yearly - host.means, 0.0), yearly / 4)
        host.means += added
        city.flows.set_aside += added * host.stands_for_hosts()


def repaid(city, hosts, row, million):
    """Let a host have what is paid to it for founding."""
    city.flows.founders_paid += hosts[row].give(million)
