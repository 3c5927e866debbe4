"""Subsidy response, told for one firm at a time."""

from sim.core import quarter
from sim.inputs.levers import RD_SHARE
from sim.processes.subsidy_response import CLAIM_SEASON, LEVERS

KNOWS = 0  # slot of a firm's life


def promise(p, offer, rd):
    """Return what an offer promises on a year's R&D: a subsidy has a ceiling, a deduction none."""
    return min(offer.dose * rd, p.ceiling) if offer.lever == RD_SHARE else offer.dose * rd


class SubsidisedFirm:
    def reported_research(self):
        return self.rd + self.rd_relabelled + self.rd_padded

    def expects(self, p, offer, trusted, rd):
        """Return what the firm expects a year of an offer: 0 where it does not apply."""
        expected = trusted * promise(p, offer, rd)
        if expected > p.application and self.draw_for_life("subsidy_response", KNOWS) < p.knows:
            return expected
        return 0.0

    def additional(self, p):
        """Return how much R&D the firm adds of a yuan."""
        return p.additional_small if self.employees < p.small_staff else p.additional_large

    def respond_to(self, p, offer, trusted):
        """Plan more R&D for what is expected, and claim other costs as R&D."""
        expected = self.expects(p, offer, trusted, self.rd)
        self.rd_induced += self.additional(p) * expected
        self.rd_padded += p.relabelled * expected


def respond(city, p):
    offers = [offer for lever in LEVERS for offer in city.offers.on(lever) if offer.dose > 0]
    performers = [firm for firm in city.firms if firm.alive and firm.rd > 0]
    for firm in city.firms:
        firm.rd_subsidy = 0.0
    if quarter.season(city.quarter) == CLAIM_SEASON:
        for offer in offers:
            claim(city, p, offer, performers)
    for firm in city.firms:
        firm.rd_induced = 0.0
        firm.rd_padded = 0.0
    for firm, yearly in project_grants(city):
        firm.rd_induced += p.of_grants * firm.additional(p) * yearly
    for offer in offers:
        # A rule that stood before the start is in the city's starting R&D already.
        if not offer.account.background:
            trusted = city.trust_in(offer)
            for firm in performers:
                firm.respond_to(p, offer, trusted)


def project_grants(city):
    """Yield who leads a project under way with a grant of the plan, and the grant of a year."""
    projects = city.run.state.projects
    for row in range(len(projects)):
        began, ends = int(projects.began[row]), int(projects.ends[row])
        if projects.grant[row] > 0 and began <= city.quarter < ends:
            yearly = 4 * float(projects.grant[row]) / (ends - began)
            firm = city.firms[projects.firm[row]]
            yield firm, yearly * float(projects.stands_for[row]) / city.weight


def claim(city, p, offer, performers):
    """Claim for last year's reported R&D, and note what is granted of it."""
    trusted = city.trust_in(offer)
    claimants = [
        firm for firm in performers if firm.expects(p, offer, trusted, firm.reported_research()) > 0
    ]
    sums = [promise(p, offer, firm.reported_research()) * city.weight for firm in claimants]
    city.flows.rd_subsidy_claims += len(claimants) * city.weight

    def note(_, rows, millions):
        city.flows.rd_subsidy_granted += sum(millions)
        for row, million in zip(rows, millions, strict=True):
            city.firms[row].rd_subsidy += million / city.weight * (offer.lever == RD_SHARE)

    city.claim(offer, [firm.row for firm in claimants], sums, "firm", note=note)
