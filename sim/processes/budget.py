"""Budget: the year's money is opened in the first quarter.

    city fund(year) = general budget × science share × platform share × growth × (1 + reserved)

No plan says how much the city may spend, so the fund is a share of the general budget with a
wide range (``science_share``, ``platform_fund_share`` of the city). Counties add a share of the
city's. Venture funds are opened by the capital that is offered; they do not lapse.
"""

from dataclasses import dataclass

from sim import quarter
from sim.books import yuan
from sim.quantity import quantity
from sim.state import State


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of the process."""

    growth: float = quantity(
        0.08,
        unit="share a year",
        low=0.0,
        high=0.15,
        status="assumed",
        source="science budgets of eastern cities grew by some 15 % a year; judged, wide",
    )
    county_share: float = quantity(
        0.5,
        unit="ratio of the counties' money to the city's",
        low=0.2,
        high=1.0,
        status="assumed",
        source="Changzhou 2010 paid 30 M from the city and 18 M from districts; wide",
    )


def open_the_year(state: State, p: Parameters) -> None:
    """Allot the year's money to every line that has a budget."""
    if quarter.season(state.quarter) != 1 and state.quarter != state.start:
        return
    years = quarter.year(state.quarter) - quarter.year(state.start)
    fund = state.fund * (1 + p.growth) ** years * (1 + state.offers.dose("reserved_money"))
    capital = state.offers.dose("transfer_finance")
    money = {"city_fund": fund, "county_fund": fund * p.county_share, "venture_fund": capital}
    for line in sorted(state.books.limited):
        state.books.allot(line, int(yuan(money[line])))
