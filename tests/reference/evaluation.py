"""Evaluation, told for one platform at a time."""

from math import sqrt

from scipy.special import ndtr

from sim.core import quarter
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES, LEVEL_CODE, LEVELS
from sim.inputs.kinds import KINDS
from sim.inputs.levers import (
    AWARD_MATCH,
    FIRST_PASS_REWARD,
    GRADE_REWARD,
    OPERATING_GRANT,
    RUNNING_RELIEF,
    STRICTNESS,
)
from sim.processes.evaluation import DECILE
from sim.state.columns import ACTIVE, CLOSED, A, B, C, D

from .promises import claim_for_platforms

SCORE, AWARD, NATIONAL_AWARD = 0, 1, 2  # slots of a platform's draws in a quarter


class EvaluatedPlatform:
    def be_graded(self, p, performing_places):
        strict = self.model.offers.dose(STRICTNESS, KIND_NAMES[self.kind]) * DECILE
        place = float(ndtr(self.evaluation_score(p, performing_places)))
        worst = min(p.worst + strict, 1.0)
        if place >= max(1 - p.best, worst):
            self.grade = A
        elif place >= max(1 - p.best - p.good, worst):
            self.grade = B
        else:
            self.grade = C if place >= worst else D
        self.failures = self.failures + 1 if self.grade == D else 0

    def evaluation_score(self, p, performing_places):
        """Return lasting quality and the year's luck, less where the unit is hollow."""
        luck = self.normal("evaluation", SCORE)
        score = sqrt(p.lasting) * self.quality + sqrt(1 - p.lasting) * luck
        return score - p.hollow * self.is_hollow(p, performing_places)

    def is_hollow(self, p, performing_places):
        """Tell whether it does hardly anything: no tenants, or no sales and no research behind."""
        if self.seats > 0:
            return self.tenants < p.hollow_carrier * self.seats
        park = self.kind == KIND_CODE["science_park"]
        works = (
            self.researchers_within_reach() > 0
            or self.host_class == HOSTS.index("hospital")
            or self.cases >= 1
            or self.income * 4 >= self.running_cost()
            or (park and (self.district, self.cluster) in performing_places)
        )
        return not works

    def researchers_within_reach(self):
        """Return the R&D and researchers of the platform and of its host."""
        of_host = 0.0
        if self.host_body >= 0:
            of_host = self.model.organisations[self.host_body].researchers
        return self.research_behind() + self.researchers + of_host

    def running_cost(self):
        return float(self.model.costs["run_cost"][self.kind])

    def passes_for_the_first_time(self):
        if self.passed or self.grade == D:
            return False
        self.passed = True
        return True

    def is_at_level_of(self, offer):
        """Tell whether it stands at a level that the offer names, or above the lowest of them."""
        return not offer.levels or self.level >= min(offer.levels)

    def is_young(self, p):
        city = self.model
        return city.quarter - self.opens < 4 * p.support_years and self.decided >= city.start

    def must_close(self, p):
        city, orphaned = self.model, False
        if self.host_firm >= 0:
            orphaned = not city.firms[self.host_firm].alive
        elif self.host_body >= 0:
            orphaned = city.organisations[self.host_body].status == CLOSED
        return self.failures >= p.closes_after or orphaned


def grade(city, p):
    if quarter.season(city.quarter) != 4:
        return
    platforms = [o for o in city.organisations if o.is_platform() and o.status == ACTIVE]
    places = {(firm.district, firm.cluster) for firm in city.firms if firm.alive and firm.rd > 0}
    for platform in platforms:
        platform.be_graded(p, places)
    reward(city, platforms)
    closing = [platform for platform in platforms if platform.must_close(p)]
    support(city, p, [platform for platform in platforms if platform not in closing])
    award(city, p)
    for platform in closing:
        platform.close()
    city.flows.closed_platforms += sum(platform.stands_for for platform in closing)


def by_kind(platforms):
    """Yield each kind that is there, with its platforms."""
    for code in sorted({platform.kind for platform in platforms}):
        yield KIND_NAMES[code], [platform for platform in platforms if platform.kind == code]


def reward(city, platforms):
    """Have an A claimed for, and for passing the first time."""
    best = [platform for platform in platforms if platform.grade == A]
    passed = [platform for platform in platforms if platform.passes_for_the_first_time()]
    for lever, happened in ((GRADE_REWARD, best), (FIRST_PASS_REWARD, passed)):
        for kind, here in by_kind(happened):
            for offer in city.offers.on(lever, kind):
                paid = [platform for platform in here if platform.is_at_level_of(offer)]
                claim_for_platforms(city, offer, paid, offer.dose)


def support(city, p, platforms):
    """Have running costs claimed by whom each offer names, and tax relief by legal persons."""
    for kind, here in by_kind(platforms):
        cost = float(city.costs["run_cost"][KIND_CODE[kind]])
        young = [platform for platform in here if platform.is_young(p)]
        promised = city.offers.dose(OPERATING_GRANT, kind)
        for offer in city.offers.on(OPERATING_GRANT, kind):
            part = min(promised, cost) / promised if promised else 0.0
            claim_for_platforms(city, offer, young, offer.dose * part)
        if KINDS[kind].legal_person:
            for offer in city.offers.on(RUNNING_RELIEF, kind):
                claim_for_platforms(city, offer, here, offer.dose * cost)


def award(city, p):
    """Give technology-market awards: services with most contracts first."""
    services = city.platforms("transfer_service")
    cases = sum(service.cases for service in services)
    if cases == 0:
        return
    for level, number, slot in (
        ("provincial", p.awards, AWARD),
        ("national", p.national_awards, NATIONAL_AWARD),
    ):
        won = [
            service
            for service in services
            if service.draw("evaluation", slot) < min(number * service.cases / cases, 1.0)
        ]
        city.flows.awards[LEVEL_CODE[level]] += sum(service.stands_for for service in won)
        for offer in city.offers.on(AWARD_MATCH):
            if not offer.levels or LEVELS.index(level) in offer.levels:
                claim_for_platforms(city, offer, won, offer.dose)
