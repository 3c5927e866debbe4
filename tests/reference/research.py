"""Research, told for one firm, one organisation and one result at a time."""

from collections import Counter
from dataclasses import dataclass
from math import exp, log, log1p

from sim.core import identity
from sim.inputs.codes import KIND_NAMES
from sim.inputs.kinds import KINDS
from sim.inputs.levers import DIAGNOSIS, SELLER_INCENTIVE
from sim.state.columns import ACTIVE, RESULT_UNITS

from .knowledge import capabilities
from .luck import descending_id, poisson
from .status import status_share

STATUS, GRANTS, LAPSES, HIGH_VALUE, DIAGNOSED, COACHED, LOT = range(7)
VALUE = 63  # slot of a result's life


@dataclass
class Norms:
    """What firms' research is compared with in a quarter."""

    stop: tuple
    start: tuple
    lead: float
    typical: float
    grants: float
    high_value: float


def norms(city, p):
    """Return what was fixed at the start, and how far firms plan ahead."""
    return Norms(
        stop=tuple(city.norms.stop.tolist()),
        start=tuple(city.norms.start.tolist()),
        lead=1 + log1p(city.macro_growth) / 4 / p.adjustment,
        typical=max(city.norms.typical_rd_stock, 1e-9),
        grants=city.norms.grants_scale,
        high_value=city.norms.high_value_norm,
    )


class ResearchingFirm:
    def invest_and_find(self, p, usual):
        self.results = 0
        if not self.alive:
            return
        if self.rd > 0.0:
            self.stop_or_adjust_research(p, usual)
        else:
            self.weigh_starting_research(p, usual)
        self.add_to_its_stock(p, usual)
        if self.rd > 0.0:
            expected = usual.grants * self.rd**p.elasticity
            expected *= (1 + self.outside) ** p.outside_effect
            expected *= 1 + p.post_effect * self.who_serve()
            expected *= (1 + self.tests) ** p.equipment_effect
            self.results = poisson(expected, self.draw("research", GRANTS))
        self.keep_patents(p, usual)

    def stop_or_adjust_research(self, p, usual):
        size = self.employees**p.size_effect
        if self.draw("research", STATUS) < usual.stop[self.above_scale] / size:
            self.rd = 0.0
            return
        share = self.propensity
        if self.high_tech_until >= self.model.quarter and self.rd_relabelled == 0.0:
            share = max(share, status_share(self.revenue))
        wanted = share * self.revenue * usual.lead * self.of_its_unit(p) + self.rd_induced
        self.rd += p.adjustment * (wanted - self.rd)

    def weigh_starting_research(self, p, usual):
        if self.draw("research", STATUS) < self.chance_of_starting(p, usual):
            self.start_research(p)

    def of_its_unit(self, p):
        """Return what the firm's own R&D unit makes of its propensity, beside the start's."""
        has = min(self.model.units_of_firms.get(self.row, 0.0) / self.model.weight, 1.0)
        return (1 + p.unit_effect * has) / (1 + p.unit_effect * self.rd_unit)

    def chance_of_starting(self, p, usual):
        return usual.start[self.above_scale] * self.employees**p.size_effect

    def start_research(self, p):
        self.rd = self.propensity * self.revenue * self.of_its_unit(p)

    def add_to_its_stock(self, p, usual):
        before = self.rd_stock
        self.rd_stock += self.rd / 4.0 - p.depreciation / 4 * before
        self.rd_growth = log((usual.typical + self.rd_stock) / (usual.typical + before))

    def keep_patents(self, p, usual):
        """Some patents lapse, grants are added; whoever loses a valuable one has lost one."""
        luck = self.draw("research", LAPSES)
        lapse = p.patent_lapse / 4
        self.patents += self.results - lost(self.patents, lapse, luck)
        lapse = p.patent_lapse * p.high_value_lapse / 4
        kept = self.high_value - lost(self.high_value, lapse, luck)
        if self.results > 0:
            chance = usual.high_value * (self.rd / self.revenue) ** p.high_value_slope
            kept += int(self.results * min(chance, 1.0) + self.draw("research", HIGH_VALUE))
        self.high_value = min(self.patents, kept)

    def is_technology_firm(self):
        known = self.technology_sme or self.high_tech_until > self.model.quarter
        return self.alive and (known or (self.above_scale and self.high_tech_industry))


def lost(held, lapse, luck):
    """Return how many of some patents lapse in a quarter."""
    return min(held, poisson(lapse * held, luck)) if held > 0 else 0


class ResearchingOrganisation:
    def find_results(self, p, sellable):
        """Each result that can be sold is offered; how many there are is drawn."""
        city = self.model
        mean = self.researchers * p.result_rate * sellable / 4
        for serial in range(poisson(mean, self.draw("research"))):
            self.offer_result(p, descending_id(identity.RESULT, self.id, city.quarter, serial))

    def offer_result(self, p, number):
        city, spread = self.model, p.value_spread
        luck = city.luck.normal("kene", 0, number, VALUE)
        city.new_result(
            id=number,
            owner=self.row,
            field=self.field,
            capabilities=self.what_is_known(number),
            value=exp(log(p.value_mean) - spread**2 / 2 + spread * luck),
            found=city.quarter,
            open=True,
        )

    def what_is_known(self, number):
        """Return the capabilities in a result."""
        city, units = self.model, RESULT_UNITS
        return capabilities(city.luck, city.knowledge, number, self.field, units, units)


class LapsingResult:
    def lapse_with_age(self, p):
        if self.draw("research") < p.ageing / 4:
            self.open = False


def invest_and_find(city, p):
    usual = norms(city, p)
    city.units_of_firms = units_of_firms(city)
    for firm in city.firms:
        firm.invest_and_find(p, usual)
    diagnose(city, p, usual)
    city.flows.grants += sum(firm.results for firm in city.firms) * city.weight
    for result in city.results:
        result.lapse_with_age(p)
    # Sellers who keep more of the income bring more of what they found to be sold.
    sellable = min(p.sellable * (1 + city.offers.dose(SELLER_INCENTIVE)), 1.0)
    for organisation in city.organisations:
        if organisation.researchers > 0 and organisation.status == ACTIVE:
            organisation.find_results(p, sellable)


def units_of_firms(city):
    """Return how many R&D units that are more than a plaque work in firms, by the firm's row."""
    units = Counter()
    for platform in city.organisations:
        if platform.host_firm < 0 or platform.status != ACTIVE or not platform.new_unit:
            continue
        if "research" in KINDS[KIND_NAMES[platform.kind]].functions:
            units[int(platform.host_firm)] += float(platform.stands_for)
    return units


def diagnose(city, p, usual):
    """Coach technology firms, as far as the money goes; some that had no R&D start it."""
    if city.offers.dose(DIAGNOSIS) == 0:
        return
    able = [firm for firm in city.firms if firm.is_technology_firm()]
    first, coached = 0.0, []
    # Of several offers each has firms of its own.
    for offer in city.offers.on(DIAGNOSIS):
        last = first + offer.dose / 4
        chosen = [firm for firm in able if first <= firm.draw("research", DIAGNOSED) < last]
        first = last
        served = city.reserve(
            offer,
            [p.diagnosis_cost * city.weight for _ in chosen],
            due=city.quarter,
            payees="firm",
            lots=[firm.draw("research", LOT) for firm in chosen],
        )
        coached.append([firm for firm, paid in zip(chosen, served, strict=True) if paid])
    for firms in coached:
        resting = [firm for firm in firms if firm.rd <= 0]
        starting = [
            firm
            for firm in resting
            if firm.draw("research", COACHED) < p.coaching * firm.chance_of_starting(p, usual)
        ]
        for firm in starting:
            firm.start_research(p)
        city.flows.diagnosed += len(firms) * city.weight
        city.flows.coached_into_rd += len(starting) * city.weight
