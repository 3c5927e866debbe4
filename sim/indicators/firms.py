"""Firms and the economy: product, size classes, high-tech status and industries."""

from sim.indicators.measure import Indicator, firms_that
from sim.state.state import State


def high_tech_share(state: State) -> float:
    """Return the high-tech industries' share of above-scale output, from the published start."""
    firms = state.firms
    large = firms.alive & firms.above_scale
    total = float(firms.revenue[large].sum())
    part = float(firms.revenue[large & firms.high_tech_industry].sum())
    if total == 0:
        return 0.0
    drawn = state.norms.high_tech_share_drawn
    return part / total + state.figures.high_tech_output_share - drawn


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="gdp",
        unit="million CNY a year",
        zh="地区生产总值",
        meaning="gross domestic product, nominal",
        measure=lambda state: state.gdp,
        moved_by=("market",),
    ),
    Indicator(
        name="above_scale_firms",
        unit="firms",
        zh="规模以上工业企业",
        meaning="industrial firms with 20 million CNY of revenue and more",
        measure=firms_that(lambda state: state.firms.above_scale),
        moved_by=("market", "demography"),
    ),
    Indicator(
        name="high_tech_firms",
        unit="firms",
        zh="高新技术企业",
        meaning="firms with a valid high-tech status",
        measure=firms_that(lambda state: state.firms.high_tech_until > state.quarter),
        pressed=firms_that(
            lambda state: (state.firms.high_tech_until > state.quarter) & state.firms.status_pressed
        ),
        nominal=firms_that(
            lambda state: (
                (state.firms.high_tech_until > state.quarter) & (state.firms.rd_relabelled > 0)
            )
        ),
        moved_by=("demography", "research"),
    ),
    Indicator(
        name="technology_smes",
        unit="firms",
        zh="科技型中小企业",
        meaning="technology SMEs below the threshold",
        measure=firms_that(lambda state: state.firms.technology_sme & ~state.firms.above_scale),
        moved_by=("demography", "market"),
    ),
    Indicator(
        name="high_tech_value_added_share",
        unit="percent",
        zh="高新技术产业占比",
        meaning="high-tech industries' share of above-scale output",
        measure=lambda state: 100 * high_tech_share(state),
        moved_by=("market", "demography"),
    ),
    Indicator(
        name="advanced_service_firms",
        unit="firms",
        zh="技术先进型服务企业",
        meaning="firms with the status of technologically advanced service enterprise",
        measure=firms_that(lambda state: state.firms.service_status),
        moved_by=("demography",),
    ),
)
