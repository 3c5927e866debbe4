"""Public finance: science money of the budget, and what the plan was paid."""

from sim.indicators.measure import Indicator
from sim.state.books import YUAN
from sim.state.state import State


def fiscal_growth(state: State) -> float:
    """Return the mean yearly growth of fiscal science spending since the start, percent."""
    years = state.totals.years_of_science_money
    return 100 * state.totals.growth_of_science_money / years if years else 0.0


def public_spending(state: State) -> float:
    """Return what city and counties paid under the plan in the last four quarters, million CNY."""
    books = state.books
    paid = sum(
        payment.amount
        for payment in reversed(books.payments)
        if payment.quarter > state.quarter - 4
        and payment.account.payer in ("city", "county")
        and not payment.account.background
    )
    return paid / YUAN


def city_trust(state: State) -> float:
    """Return the part of the city's promises that their recipients count on."""
    return state.trust.get("city_fund", 1.0)


def county_trust(state: State) -> float:
    """Return the part of the counties' promises that their recipients count on."""
    return state.trust.get("county_fund", 1.0)


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="city_trust",
        unit="share",
        zh="市级政策兑现预期",
        meaning="part of what the city promises that recipients count on, from what it granted",
        measure=city_trust,
        moved_by=("settle",),
    ),
    Indicator(
        name="county_trust",
        unit="share",
        zh="区县政策兑现预期",
        meaning="part of what counties promise that recipients count on, from what they granted",
        measure=county_trust,
        moved_by=("settle",),
    ),
    Indicator(
        name="fiscal_growth",
        unit="percent per year",
        zh="财政科技投入年均增长",
        meaning="mean yearly growth of fiscal science money",
        measure=fiscal_growth,
        moved_by=("budget",),
    ),
    Indicator(
        name="public_spending",
        unit="million CNY a year",
        zh="财政支出",
        meaning="what city and counties paid under the plan in four quarters",
        measure=public_spending,
        moved_by=("settle", "budget"),
    ),
)
