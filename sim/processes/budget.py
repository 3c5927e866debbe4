"""Budget: the year's money is opened in the first quarter.

    city fund(year) = base(year) × (1 + reserved) × money of the mix × execution
    base(year) = base(year before) × (1 + growth), never below 0
    growth = own + kept · (rule - own), where own < rule; own is drawn for each year

No plan says how much the city may spend, so the fund is a share of the general budget with a
wide range (``science_share``, ``platform_fund_share`` of the city); not all of what is budgeted
arrives [P37, P38, P40]. Counties add a share of the city's. Venture funds are opened by the
capital that is offered; they do not lapse.
"""

from sim.core import identity, quarter
from sim.inputs.levers import (
    BUDGET_GROWTH,
    FUND_CAPITAL,
    GUIDANCE_FUND,
    RESERVED_MONEY,
    TRANSFER_FINANCE,
)
from sim.inputs.numbers import Numbers, meaning
from sim.state.books import yuan
from sim.state.state import State


class Parameters(Numbers, name="budget"):
    """Numbers of the process."""

    growth: float = meaning("science money of the city, without a rule")
    swing: float = meaning("growth of science money from year to year")
    kept: float = meaning("the way to a growth rule that a year goes")
    execution: float = meaning("budgeted money that arrives on the line")
    county_share: float = meaning("the counties' money to the city's")


# What opens the venture fund: capital that is offered for a year.
VENTURE = (TRANSFER_FINANCE, GUIDANCE_FUND, FUND_CAPITAL)
# Slot of the city's draw in a year.
_YEAR = 0


def yearly_growth(own: float, rule: float, p: Parameters) -> float:
    """Return the growth of a year's science money: its own, drawn toward a growth rule."""
    return own + p.kept * max(rule - own, 0.0) if rule > 0 else own


def open_the_year(state: State, p: Parameters) -> None:
    """Let the year's science money grow, and allot what is open to every line with a budget."""
    if quarter.season(state.quarter) != 1 and state.quarter != state.start:
        return
    city = identity.of_name(state.city.name)
    own = p.growth + p.swing * float(state.luck("budget").normal(city, _YEAR)[0])
    growth = yearly_growth(own, state.offers.dose(BUDGET_GROWTH), p)
    state.totals.years_of_science_money += 1
    state.totals.growth_of_science_money += growth
    state.fund *= max(1 + growth, 0.0)
    fund = state.fund * (1 + state.offers.dose(RESERVED_MONEY)) * state.offers.money
    fund *= p.execution
    capital = sum(state.offers.dose(lever) for lever in VENTURE)
    money = {"city_fund": fund, "county_fund": fund * p.county_share, "venture_fund": capital}
    for line in sorted(state.books.limited):
        state.books.allot(line, int(yuan(money[line])))
