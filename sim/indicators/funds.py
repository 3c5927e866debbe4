"""Funds: their size, public money in them, and equity of start-ups."""

from sim.indicators.measure import Indicator
from sim.state.state import State


def funds_in_being(state: State) -> float:
    """Return the size of the funds that have closed and not ended, million CNY."""
    return state.totals.funds


def equity_invested(state: State) -> float:
    """Return what start-ups of the city got since the start, million CNY."""
    return state.totals.equity


def public_commitments(state: State) -> float:
    """Return public money committed since the start to funds whose partners sign, million CNY."""
    return state.totals.fund_commitments


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="innovation_fund",
        unit="million CNY",
        zh="科技创新基金",
        meaning="science and technology funds in being",
        measure=funds_in_being,
        real=equity_invested,
        activity="invested in firms",
        moved_by=("funds",),
    ),
    Indicator(
        name="angel_fund",
        unit="million CNY",
        zh="天使类投资基金",
        meaning="angel-type funds in being",
        measure=funds_in_being,
        real=equity_invested,
        activity="invested in firms",
        moved_by=("funds",),
    ),
    Indicator(
        name="fund_commitments",
        unit="million CNY",
        zh="财政出资",
        meaning="public money committed to funds that close, since the start",
        measure=public_commitments,
        real=equity_invested,
        activity="invested in firms",
        moved_by=("funds",),
    ),
)
