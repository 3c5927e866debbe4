"""Accreditation, told for one platform and one contest at a time."""

from itertools import pairwise
from math import log2, sqrt

from sim.core import identity, quarter
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES, LEVEL_CODE, LEVELS
from sim.inputs.kinds import KINDS
from sim.inputs.levers import MANAGEMENT_EFFORT
from sim.processes.accreditation import pass_share
from sim.state.columns import ACTIVE, D

from .luck import id_of_name, mix, plain_id
from .promises import claim_for_platforms, rewards_for_level

APPLIES, SCORE, PLACE = 0, 1, 2  # slots of a platform's draws in a quarter


class AccreditedPlatform:
    def is_ready_to_climb(self, p):
        able = self.is_platform() and self.status == ACTIVE and self.grade != D
        return able and self.model.quarter - self.reached >= 4 * p.youngest

    def applies(self, p, kind, promised):
        """Apply, the likelier the more the next level promises."""
        effort = 1 + self.model.offers.dose(MANAGEMENT_EFFORT, kind)
        chance = min(1.0, effort * p.apply * (1 + promised[self.host_class] / p.cost))
        return self.draw("accreditation", APPLIES) < chance

    def yearly_work(self):
        return self.cases + self.tenants + self.research_behind()

    def score(self, p, mean_work):
        """Return its score in standard deviations of the competitors."""
        relative = log2((1 + self.yearly_work()) / (1 + mean_work))
        luck = self.normal("accreditation", SCORE)
        return p.lasting * self.quality + sqrt(1 - p.lasting**2) * luck + p.work * relative

    def climb(self, kind, level):
        city = self.model
        self.level = LEVEL_CODE[level]
        self.reached = city.quarter
        city.flows.promoted[KIND_CODE[kind], LEVEL_CODE[level]] += self.stands_for
        self.note_level()


def promote(city, p):
    if quarter.season(city.quarter) != 4:
        return
    ready = [platform for platform in city.organisations if platform.is_ready_to_climb(p)]
    # From the top down, so that nobody climbs twice in a year.
    for code in sorted({platform.kind for platform in ready}):
        kind = KIND_NAMES[code]
        levels = KINDS[kind].levels
        for level, above in reversed(list(pairwise(levels))):
            here = [
                platform
                for platform in ready
                if platform.kind == code and platform.level == LEVEL_CODE[level]
            ]
            compete(city, p, here, kind, above)


def compete(city, p, platforms, kind, level):
    """Rank applicants against each other and against competitors from elsewhere."""
    promised = [
        sum(
            million * city.trust_in(offer)
            for offer, million in rewards_for_level(city, kind, level, host)
        )
        for host in HOSTS
    ]
    applicants = [platform for platform in platforms if platform.applies(p, kind, promised)]
    if not applicants:
        return
    mean_work = sum(platform.yearly_work() for platform in applicants) / len(applicants)
    scores = {platform.row: platform.score(p, mean_work) for platform in applicants}
    rivals = scores_of_rivals(city, p, kind, level)
    share = pass_share(kind, level, p) * int(p.competitors)
    name = id_of_name(f"places {kind} {level}")
    places = int(share + city.luck.uniform("accreditation", city.quarter, name))
    best_first = sorted(applicants, key=lambda platform: -scores[platform.row])
    # The places do not grow with the city's applications: rank against everybody.
    won, before = set(), 0.0
    for platform in best_first:
        beaten_by = before + sum(rival > scores[platform.row] for rival in rivals)
        # Of several that it stands for some may win: it does as often as one of them.
        if beaten_by + platform.draw("accreditation", PLACE) * platform.stands_for < places:
            won.add(platform.row)
        before += platform.stands_for
    winners = [platform for platform in applicants if platform.row in won]
    for platform in winners:
        platform.climb(kind, level)
    for offer, million in rewards_for_level(city, kind, level):
        claim_for_platforms(city, offer, winners, million)


def scores_of_rivals(city, p, kind, level):
    """Return the luck of the applicants from elsewhere."""
    contest = KIND_CODE[kind] * len(LEVELS) + LEVEL_CODE[level]
    scores = []
    for number in range(int(p.competitors)):
        rival = mix(plain_id(identity.OUTSIDER, contest, number), city.quarter)
        scores.append(city.luck.normal("accreditation", city.quarter, rival))
    return scores
