"""Incubation: incubators and makerspaces, who sits in them, and what hatches."""

from sim.indicators.measure import Indicator, busy, firms_that, hosted, in_being, new, new_busy
from sim.state.founders import CARRIERS
from sim.state.state import State


def incubated_by_institutes(state: State) -> float:
    """Return start-ups seated in institutes' carriers in four quarters."""
    return state.last_year(lambda flows: flows.hatched)


def seedlings(state: State) -> float:
    """Return the firms hatched by institutes that became high-tech seedlings, cumulative."""
    return state.totals.seedlings


def seedlings_alive(state: State) -> float:
    """Return those of them that live."""
    firms = state.firms
    return float((firms.seedling & firms.alive).sum()) * state.weight


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="incubators_makerspaces",
        unit="units",
        zh="科技企业孵化器、众创空间",
        meaning="incubators and makerspaces in operation",
        measure=in_being(*CARRIERS),
        real=busy(*CARRIERS),
        activity="with at least a fifth of their seats taken",
        moved_by=("founding", "evaluation"),
        kinds=CARRIERS,
    ),
    Indicator(
        name="startups_incubated",
        unit="firms",
        zh="在孵企业",
        meaning="start-ups seated in incubators and makerspaces",
        measure=firms_that(lambda state: state.firms.carrier >= 0),
        moved_by=("incubation", "demography"),
    ),
    Indicator(
        name="high_tech_seedlings",
        unit="firms",
        zh="高新技术苗子企业",
        meaning="firms hatched by institutes that became high-tech seedlings",
        measure=seedlings,
        real=seedlings_alive,
        activity="that live",
        moved_by=("incubation", "demography"),
    ),
    Indicator(
        name="institute_incubators",
        unit="incubators",
        zh="依托研究院建设的孵化器",
        meaning="incubators and makerspaces of institutes",
        measure=hosted(CARRIERS, "institute"),
        moved_by=("founding", "evaluation"),
        kinds=CARRIERS,
        host="institute",
    ),
    Indicator(
        name="institute_incubators_provincial",
        unit="incubators",
        zh="省级以上",
        meaning="incubators and makerspaces of institutes at provincial level or higher",
        measure=hosted(CARRIERS, "institute", level="provincial"),
        moved_by=("founding", "accreditation"),
        kinds=CARRIERS,
        level="provincial",
        host="institute",
    ),
    Indicator(
        name="incubated_per_year",
        unit="firms per year",
        zh="每年孵化企业",
        meaning="start-ups seated by institutes in four quarters",
        measure=incubated_by_institutes,
        moved_by=("incubation", "founding"),
    ),
    Indicator(
        name="incubators_makerspaces_new",
        unit="incubators",
        zh="孵化器和众创空间",
        meaning="incubators and makerspaces opened since the start",
        measure=lambda state: new("incubator")(state) + new("makerspace")(state),
        real=lambda state: new_busy("incubator")(state) + new_busy("makerspace")(state),
        activity="that are not hollow",
        moved_by=("founding",),
        kinds=CARRIERS,
    ),
)
