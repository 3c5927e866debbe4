"""Market, told for one firm at a time."""

from dataclasses import dataclass
from math import exp, log, log1p, sqrt

from .luck import laplace


@dataclass
class Norms:
    """What growth is compared with in a quarter."""

    macro: float
    spread: float
    employees: float
    youth: float


class GrowingFirm:
    def grow(self, p, usual):
        age = max((self.model.quarter - self.founded) / 4.0, 1.0)
        growth = (usual.macro + p.youth / age - usual.youth) / 4.0
        growth += self.luck_in_the_market(p, usual)
        growth += p.elasticity * self.rd_growth
        growth += p.contract_return * min(self.absorbed / self.revenue, p.most_bought)
        growth += p.order_stays * min(self.first_orders / self.revenue, p.most_bought)
        self.revenue *= exp(growth)
        self.employees *= exp(p.staff * growth)

    def luck_in_the_market(self, p, usual):
        """Return Laplace growth: its spread falls with size, its mean in levels is 0."""
        if usual.spread <= 0.0:
            return 0.0
        size = max(self.employees, 1.0) / usual.employees
        spread = min(usual.spread * size**-p.size_effect, p.widest)
        return spread * laplace(self.draw("market")) + log(1.0 - spread * spread)


def grow(city, p):
    usual = Norms(
        macro=log1p(city.macro_growth) + city.norms.left_by_closing,
        # A quarter's Laplace scale b has variance 2 b²; four quarters add up to the year's.
        spread=p.spread / 2 / sqrt(2),
        employees=city.norms.mean_employees,
        youth=p.youth * city.norms.mean_youth,
    )
    for firm in city.firms:
        if firm.alive:
            firm.grow(p, usual)
    city.gdp *= (1 + city.macro_growth) ** 0.25
