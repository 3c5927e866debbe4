"""Demography, told for one firm and one latent founder at a time."""

from bisect import bisect_left
from itertools import accumulate
from math import ceil, exp, log, sqrt

from scipy.special import ndtr, ndtri

from sim.core import identity, quarter
from sim.inputs.levers import HIGH_TECH_RELIEF, HIGH_TECH_REWARD, RECOGNITION_REWARD, STATUS_RELIEF
from sim.processes.demography import MIDDLE_YEARS, SERVICE_FIELDS
from sim.state import places, rules
from sim.state.columns import ACTIVE, FIRM_UNITS

from .knowledge import capabilities, units_held
from .luck import plain_id
from .status import status_share

# Slots of a firm's draws: of a quarter, and of its life.
EXIT, SME = 0, 1
WEIGHS, PASSES, WEIGHS_SERVICE, PASSES_SERVICE = 4, 5, 7, 8
ENTERS, DISTRICT, CLUSTER, FIELD, SIZE, PROPENSITY, DOES_RD, LENGTH, INDUSTRY = range(9)
BASED, RELABELS, COSTS, STAYS = 9, 10, 11, 12

FIRST_FIELD, LAST_FIELD = SERVICE_FIELDS


def hazard_at(age, p):
    """Return the chance that a small firm of an age in years closes in a year."""
    early = (p.first_year, p.second_year, p.third_year)
    if age < len(early):
        return early[max(age, 0)]
    return p.middle_years if age < len(early) + MIDDLE_YEARS else p.later_years


class MortalFirm:
    def hazard_of_closing(self, p, mean_size):
        """Return its chance of closing in a year."""
        if self.above_scale:
            return p.above_scale_exit / mean_size * self.employees**-p.size_effect
        now = self.model.quarter
        hazard = hazard_at((now - self.founded) // 4, p) * p.exit_scale
        if self.carrier >= 0:
            return hazard * p.inside
        if self.left_seat > 0 and now - self.left_seat < 4 * p.after_years:
            return hazard * p.after
        return hazard

    def closes(self, p, mean_size):
        return self.draw("demography", EXIT) < self.hazard_of_closing(p, mean_size) / 4.0

    def is_technology_startup(self):
        known = self.above_scale or self.technology_sme
        return self.alive and not known and self.rd > 0

    def be_evaluated_as_sme(self, p):
        if self.is_technology_startup():
            chance = p.becomes_sme * self.model.norms.becomes_sme
            self.technology_sme = self.draw("demography", SME) < chance

    def leave_technology(self, p):
        """End R&D for good, too old for a start-up and no technology SME."""
        old = self.model.quarter - self.founded >= round(4 * p.cohort_years)
        leaves = self.draw_for_life("demography", STAYS) < p.leaves_technology
        if self.is_technology_startup() and old and leaves:
            self.rd = self.propensity = 0.0

    def be_counted(self):
        """Tell whether it is above scale this year; return by how much that changes the count."""
        before = self.alive and self.above_scale
        self.above_scale = self.alive and self.revenue >= rules.ABOVE_SCALE
        return self.above_scale - before

    def holds_high_tech_status(self):
        return self.alive and self.high_tech_until > self.model.quarter

    def may_apply_for_high_tech(self):
        free = self.alive and self.high_tech_until <= self.model.quarter
        return free and self.rd > 0 and (self.above_scale or self.technology_sme)

    def research_enough_for_high_tech(self, p):
        """Tell whether its R&D reaches the threshold, or may be made to look so."""
        needed = self.research_needed()
        if self.rd >= needed:
            return True
        lifted = min(p.relabels * (1 + self.model.totals.lift_of_statuses), 1.0)
        relabels = self.draw_for_life("demography", RELABELS) < lifted
        return relabels and self.rd >= p.reach * needed

    def research_needed(self):
        return status_share(self.revenue) * self.revenue

    def apply_for_high_tech(self, p):
        """Apply where it pays and R&D, or what passes for it, suffices; tell (applied, won)."""
        city = self.model
        first = self.high_tech_until == 0
        renews = self.high_tech_until == city.quarter
        worth = city.counted_on(HIGH_TECH_RELIEF) * p.margin * self.revenue * rules.STATUS_YEARS
        worth += city.counted_on(HIGH_TECH_REWARD) if first else 0.0
        own_cost = exp(p.cost_spread * self.normal_for_life("demography", COSTS))
        mind = self.draw("demography", WEIGHS)
        weighs = renews or mind < p.considers * (1 + city.totals.lift_of_statuses)
        gains = worth > city.norms.status_cost * own_cost
        if not (gains and weighs and self.research_enough_for_high_tech(p)):
            return False, False
        if self.draw("demography", PASSES) >= (p.renews if renews else p.passes):
            return True, False
        self.high_tech_until = city.quarter + 4 * rules.STATUS_YEARS
        self.rd_relabelled = max(self.research_needed() - self.rd, 0.0)
        pushed = (
            self.rd < self.research_needed()
            and self.draw_for_life("demography", RELABELS) >= p.relabels
        )
        pressed = self.status_pressed if renews else mind >= p.considers
        self.status_pressed = pushed or pressed
        return True, True

    def may_apply_for_service_status(self):
        able = self.alive and self.technology_sme and not self.service_status
        return able and FIRST_FIELD <= self.field <= LAST_FIELD

    def apply_for_service_status(self, p):
        city = self.model
        relief = city.counted_on(STATUS_RELIEF) * p.margin * self.revenue * rules.STATUS_YEARS
        if city.counted_on(RECOGNITION_REWARD) + relief <= p.cost:
            return
        if self.draw("demography", WEIGHS_SERVICE) < p.considers:
            self.service_status = self.draw("demography", PASSES_SERVICE) < p.passes


def renew(city, p):
    for firm in city.firms:
        if firm.alive and firm.closes(p, city.norms.mean_closing_size):
            firm.alive = False
            city.flows.closed += city.weight
    enter(city, p)
    for firm in city.firms:
        firm.be_evaluated_as_sme(p)
    for firm in city.firms:
        firm.leave_technology(p)
    if quarter.season(city.quarter) == 4:
        count_above_scale(city)
        decide_on_high_tech(city, p)
        decide_on_service_status(city, p)


def enter(city, p):
    """Let latent founders enter: start-ups, spin-offs of researchers, and new large firms."""
    researchers = sum(o.researchers for o in city.organisations if o.status == ACTIVE)
    usual = p.startups_enter * city.figures.startup_entry * city.gdp / city.figures.gdp
    startups = (usual + p.spin_offs * researchers) / city.weight
    enter_group(city, p, startups / 4, group=0)
    enter_group(city, p, p.above_scale_entry * city.norms.leave_above_scale, group=1)


def enter_group(city, p, expected, group):
    """Each slot of a latent founder has a chance of its own."""
    for slot in range(ceil(expected * p.latent)):
        number = plain_id(identity.LATENT_FOUNDER, city.quarter, slot + (group << 28))
        chance = min(max(expected * p.latent - slot, 0.0), 1.0) / p.latent
        if city.luck.uniform("demography", 0, number, ENTERS) < chance:
            add_firm(city, p, number, large=bool(group))
            city.flows.entered += city.weight


def add_firm(city, p, number, large):
    """Add a young firm: a technology start-up, or one that just crossed the threshold."""

    def u(slot):
        return city.luck.uniform("demography", 0, number, slot)

    made_of = city.made_of
    cluster = by_share([c.share for c in made_of.clusters], u(CLUSTER))
    fields = made_of.clusters[cluster].fields
    field = fields[int(u(FIELD) * len(fields))] - 1
    below = ndtr(log(rules.ABOVE_SCALE / p.startup_revenue) / p.size_spread)
    spread = exp(p.size_spread * float(ndtri(u(SIZE) * (1.0 if large else below))))
    if large:
        revenue = rules.ABOVE_SCALE * (1 + p.entrant_above * spread)
        staff = revenue / city.figures.revenue_per_employee
        typical, rd_share = city.norms.typical_propensity, city.figures.rd_firm_share
    else:
        revenue = p.startup_revenue * spread
        staff = p.startup_staff * sqrt(spread)
        typical, rd_share = p.startup_rd, p.startups_with_rd
    normal = float(ndtri(u(PROPENSITY)))
    propensity = float(places.propensity(typical, normal))
    if u(BASED) < city.norms.technology_based[int(large)]:
        at_threshold = status_share(revenue) * exp(p.above_threshold * abs(normal))
        propensity = max(propensity, at_threshold)
    rd = propensity * revenue if u(DOES_RD) < rd_share else 0.0
    length = units_held(u(LENGTH), FIRM_UNITS, city.knowledge)
    known = capabilities(city.luck, city.knowledge, number, field, length, FIRM_UNITS)
    city.new_firm(
        id=number,
        alive=True,
        founded=city.quarter,
        district=by_share([d.share for d in made_of.districts.values()], u(DISTRICT)),
        cluster=cluster,
        field=field,
        capabilities=known,
        employees=staff,
        revenue=revenue,
        above_scale=large,
        propensity=propensity,
        rd=rd,
        rd_stock=rd,
        high_tech_industry=u(INDUSTRY) < city.figures.high_tech_output_share,
    )


def by_share(shares, u):
    """Return which of several things a draw falls on."""
    edges = list(accumulate(shares))
    return min(bisect_left([edge / edges[-1] for edge in edges], u), len(shares) - 1)


def count_above_scale(city):
    changes = [firm.be_counted() for firm in city.firms]
    city.flows.fell_below += changes.count(-1) * city.weight
    city.flows.rose_above += changes.count(1) * city.weight


def decide_on_high_tech(city, p):
    for firm in city.firms:
        if firm.high_tech_until <= city.quarter:
            firm.rd_relabelled = 0.0
    new = []
    for firm in city.firms:
        if firm.may_apply_for_high_tech():
            first = firm.high_tech_until == 0
            applied, won = firm.apply_for_high_tech(p)
            city.flows.high_tech_applications += applied * city.weight
            if won and first:
                new.append(firm)
    for firm in city.firms:
        if firm.rd_relabelled > 0:
            firm.rd_relabelled = max(firm.research_needed() - firm.rd, 0.0)
    holders = [firm for firm in city.firms if firm.holds_high_tech_status()]
    reward(city, HIGH_TECH_REWARD, new)
    relieve(city, p, HIGH_TECH_RELIEF, holders)


def decide_on_service_status(city, p):
    """Small firms of information technology weigh the status of advanced service firm."""
    able = [firm for firm in city.firms if firm.may_apply_for_service_status()]
    for firm in able:
        firm.apply_for_service_status(p)
    new = [firm for firm in able if firm.service_status]
    city.flows.service_statuses += len(new) * city.weight
    holders = [firm for firm in city.firms if firm.alive and firm.service_status]
    reward(city, RECOGNITION_REWARD, new)
    relieve(city, p, STATUS_RELIEF, holders)


def reward(city, lever, firms):
    """Have a sum claimed for a new status."""
    for offer in city.offers.on(lever):
        sums = [offer.dose * city.weight for _ in firms]
        city.claim(offer, [firm.row for firm in firms], sums, "firm")


def relieve(city, p, lever, firms):
    """Relieve holders of a status of a part of their taxes."""
    for offer in city.offers.on(lever):
        saved = [offer.dose * p.margin * firm.revenue * city.weight for firm in firms]
        city.claim(offer, [firm.row for firm in firms], saved, "firm")
