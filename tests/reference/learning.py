"""Learning, told for one firm and one occasion at a time."""

from sim.state.columns import FIRM_UNITS, TALENT_KINDS

from .knowledge import PER_FIELD

LEARNS, TAKES, UNIT = 0, 1, 2
PLACES = FIRM_UNITS - 1
OVER = 2  # a project that was carried through
DUAL_POST = TALENT_KINDS.index("vice_president")


class LearningFirm:
    def learns_from(self, unit, chance, share, luck):
        """Learn a unit, if it happens, so many of the firms that the row stands for."""
        typical = max(self.model.norms.typical_rd_stock, 1e-9)
        can = self.rd_stock / (self.rd_stock + typical)
        if not self.alive or self.rd <= 0.0 or luck(LEARNS) >= chance * can:
            return
        if unit in self.capabilities:
            return
        self.outside += share
        self.model.flows.units_learnt += share * self.model.weight
        if luck(TAKES) < share:
            self.take_in(unit)

    def take_in(self, unit):
        """Hold a unit, in a free place or in that of the one taken in longest ago."""
        place = self.oldest
        if -1 in self.capabilities[:PLACES]:
            place = self.capabilities.index(-1)
        else:
            self.oldest = (place + 1) % PLACES
        self.capabilities[place] = unit

    def who_serve(self):
        """Return how many people of science serve in it."""
        now = self.model.quarter
        people = sum(
            came <= now and (until == 0 or until > now)
            for came, until in self.model.dual_posts.get(self.row, ())
        )
        return people + (self.posted_until > now)


def dual_posts(state):
    """Return the beginnings and ends of vice-presidents' terms, by firm."""
    talents, found = state.talents, {}
    for row in range(len(talents)):
        if talents.kind[row] == DUAL_POST and talents.firm[row] >= 0:
            term = int(talents.came[row]), int(talents.until[row])
            found.setdefault(int(talents.firm[row]), []).append(term)
    return found


def learn(city, p):
    """Let units fade, keep part of what leavers knew, and learn on every occasion."""
    for firm in city.firms:
        firm.outside *= 1 - p.fades / 4
    for row, terms in city.dual_posts.items():
        for _, until in terms:
            city.firms[row].outside += p.kept * (until == city.quarter)
    for firm in city.firms:
        firm.outside += p.kept * (firm.posted_until == city.quarter)
    for firm, number, unit, share, chance in [
        *contracts(city, p),
        *projects(city, p),
        *visits(city, p),
    ]:

        def luck(slot, number=number):
            return city.luck.uniform("learning", city.quarter, number, slot)

        firm.learns_from(unit(luck), chance, share, luck)
    for firm in city.firms:
        firm.outside = min(firm.outside, PLACES)


def contracts(city, p):
    """Yield what this quarter's contracts are about; single firms buy results."""
    table = city.run.state.contracts
    for row in range(len(table)):
        if table.quarter[row] == city.quarter and table.unit[row] >= 0:
            share = 1 / city.weight if table.transfer[row] else 1.0
            unit = int(table.unit[row])
            buyer = city.firms[table.buyer[row]]
            yield buyer, int(table.id[row]), lambda luck, unit=unit: unit, share, p.learns


def projects(city, p):
    """Yield projects with an organisation that end now."""
    table = city.run.state.projects
    for row in range(len(table)):
        over = table.phase[row] == OVER and table.ends[row] == city.quarter
        if over and table.firm[row] >= 0 and table.organisation[row] >= 0:
            knows = of_organisation(city.organisations[table.organisation[row]])
            share = min(float(table.stands_for[row]) / city.weight, 1.0)
            yield city.firms[table.firm[row]], int(table.id[row]), knows, share, p.learns


def visits(city, p):
    """Yield firms that researchers visited in this quarter."""
    for firm in city.firms:
        if firm.visited == city.quarter and firm.visitor >= 0:
            knows = of_organisation(city.organisations[firm.visitor])
            yield firm, firm.id, knows, 1.0, p.visit * p.learns


def of_organisation(organisation):
    """Return what draws a unit of what an organisation knows."""
    return lambda luck: organisation.field * PER_FIELD + int(luck(UNIT) * PER_FIELD)
