"""Accounts, told for one platform at a time."""

from sim.inputs.codes import HOSTS, KIND_NAMES
from sim.inputs.kinds import KINDS
from sim.inputs.levers import OPERATING_GRANT, RUNNING_RELIEF
from sim.state.columns import ACTIVE, CLOSED

from .means import set_aside

RESCUED = 1  # slot of a platform's draws in a quarter


class PlatformWithAccount:
    def has_account(self):
        active = self.is_platform() and self.status == ACTIVE
        return active and not KINDS[self.name_of_kind()].of_host

    def name_of_kind(self):
        return KIND_NAMES[self.kind]

    def is_seated(self):
        return KINDS[self.name_of_kind()].seats.default > 0

    def yearly_cost(self):
        return float(self.model.costs["run_cost"][self.kind]) * self.capacity

    def yearly_earnings(self):
        """Return rents of tenants, or what contracts bring, at the prices of the start."""
        sold = self.rent * self.tenants if self.is_seated() else 4 * self.income
        return float(self.model.norms.price[self.kind]) * sold

    def size_when_new(self):
        size = 1.0
        for name in ("seats", "researchers"):
            usual = float(self.model.costs[name][self.kind])
            if usual > 0 and getattr(self, name) > 0:
                size = getattr(self, name) / usual
        return size

    def open_account(self, p):
        """Let the host promise the rest of the cost, less what support it counts on."""
        self.funded, self.capacity = True, self.size_when_new()
        adds = (1 - self.earns_at_the_start(p)) * self.yearly_cost()
        adds -= min(p.replaces * self.support_counted_on(), adds)
        self.host_pays = adds
        self.cash = p.reserve * self.yearly_cost()
        self.takings = self.yearly_cost() / 4
        self.model.flows.hosts_paid += self.cash * self.stands_for
        self.give_to_host(-self.cash * self.stands_for)

    def earns_at_the_start(self, p):
        """Return the part of its cost that a unit of its kind earned, if any was sold."""
        if self.model.norms.price[self.kind] <= 0:
            return 0.0
        if self.is_seated():
            return p.tenants_pay
        earners = {"institute": p.institutes_earn}
        earners |= dict.fromkeys(("transfer_service", "ip_service"), p.services_earn)
        return earners.get(self.name_of_kind(), 0.0)

    def support_counted_on(self):
        kind, cost = self.name_of_kind(), float(self.model.costs["run_cost"][self.kind])
        host = HOSTS[self.host_class]
        support = self.model.counted_on(OPERATING_GRANT, kind, None, host, most=cost)
        if KINDS[kind].legal_person:
            support += self.model.counted_on(RUNNING_RELIEF, kind, None, host) * cost
        return support

    def ask_rent(self, p):
        usual = self.model.norms.seats_taken
        if self.seats > 0:
            answer = (self.tenants / self.seats / usual) ** p.rent_answers if usual > 0 else 1.0
            bounded = min(max(answer, p.lowest_rent), p.highest_rent)
            self.rent = bounded if usual > 0 else 1.0

    def book_quarter(self, p):
        flows, cost, earns = self.model.flows, self.yearly_cost() / 4, self.yearly_earnings() / 4
        income = self.host_pays / 4 + earns + self.received
        self.cash += income - cost
        self.takings = p.steady * self.takings + (1 - p.steady) * income
        self.short = self.short + 1 if self.cash < 0 else 0
        flows.hosts_paid += self.host_pays / 4 * self.stands_for
        if self.decided >= self.model.start:
            self.give_to_host(-self.host_pays / 4 * self.stands_for)
        flows.earned += earns * self.stands_for
        flows.received += self.received * self.stands_for
        flows.spent += cost * self.stands_for

    def follow_income(self, p):
        """Grow out of a full reserve, shrink without one; seats and researchers go along."""
        cost = self.yearly_cost()
        ratio = max(4 * self.takings / cost, p.smallest)
        rich = self.cash >= p.reserve * cost
        after = self.capacity
        if ratio > 1 and rich:
            after = min(self.capacity * ratio**p.adjusts, max(p.largest, self.capacity))
        elif ratio <= 1 and not rich:
            after = max(self.capacity * ratio**p.adjusts, min(p.smallest, self.capacity))
        if after != self.capacity:
            self.researchers *= after / self.capacity
            self.capacity = after
            if self.seats > 0:
                self.seats = max(round(float(self.model.costs["seats"][self.kind]) * after), 1)

    def have_loss_made_good(self, p):
        """Let the host decide on four quarters below zero; tell whether it goes on."""
        flows = self.model.flows
        flows.hosts_paid -= self.cash * self.stands_for
        self.give_to_host(self.cash * self.stands_for)
        self.cash, self.short = 0.0, 0
        saved = self.draw("accounts", RESCUED) < p.rescued
        if saved:
            flows.rescued_platforms += self.stands_for
        else:
            self.close()
            flows.failed_platforms += self.stands_for
        return saved


def keep_accounts(city, p):
    set_aside(city, p)
    wind_up(city)
    platforms = [o for o in city.organisations if o.has_account()]
    for platform in platforms:
        if not platform.funded:
            platform.open_account(p)
    for platform in platforms:
        platform.ask_rent(p)
        platform.book_quarter(p)
        platform.received = 0.0
    pass_on(city)
    for platform in platforms:
        platform.follow_income(p)
    for platform in platforms:
        if platform.short >= p.patience:
            platform.have_loss_made_good(p)


def wind_up(city):
    """Leave what closed units had, or owed, to their hosts."""
    for organisation in city.organisations:
        if organisation.status == CLOSED and organisation.means != 0:
            left = organisation.means * organisation.stands_for
            city.flows.from_platforms -= left
            organisation.means = 0.0
            organisation.give_to_host(left)
        if organisation.status == CLOSED and organisation.cash != 0:
            city.flows.hosts_paid -= organisation.cash * organisation.stands_for
            organisation.give_to_host(organisation.cash * organisation.stands_for)
            organisation.cash = 0.0


def pass_on(city):
    """Leave what was paid to units without an account, or that have closed, to their hosts."""
    for organisation in city.organisations:
        city.flows.passed_on += organisation.received * organisation.stands_for
        organisation.give_to_host(organisation.received * organisation.stands_for)
        organisation.received = 0.0
