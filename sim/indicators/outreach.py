"""Outreach: visits to firms, matchmaking events and application scenarios."""

from sim.indicators.measure import Indicator
from sim.state.state import State


def firm_visits(state: State) -> float:
    """Return high-tech firms visited since the start, each once."""
    return state.totals.firms_visited


def firm_visits_with_deal(state: State) -> float:
    """Return those of them whose last partner is the organisation that visited them."""
    firms = state.firms
    met = (firms.visited >= state.start) & (firms.visitor >= 0)
    return float((met & (firms.partner == firms.visitor)).sum()) * state.weight


def visiting_researchers(state: State) -> float:
    """Return persons of universities and institutes who visited firms since the start."""
    return float(state.organisations.visitors.sum())


def visiting_researchers_now(state: State) -> float:
    """Return those who go in this quarter."""
    return float(state.organisations.visiting.sum())


def matchmaking_events(state: State) -> float:
    """Return events of the last year."""
    return state.last_year(lambda flows: flows.events)


def event_firms(state: State) -> float:
    """Return firms that attended them, each time counted."""
    return state.last_year(lambda flows: flows.event_firms)


def application_scenarios(state: State) -> float:
    """Return scenarios built up to now, those before the start included."""
    return state.totals.scenarios


def application_scenarios_new(state: State) -> float:
    """Return scenarios built since the start."""
    return state.totals.scenarios_since_the_start


def scenarios_additional(state: State) -> float:
    """Return scenarios opened since the start that would not have been opened anyway."""
    return state.totals.scenarios_additional


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="firm_visits",
        unit="firms",
        zh="十校十所进千企",
        meaning="firms visited by researchers",
        measure=firm_visits,
        real=firm_visits_with_deal,
        activity="that bought from science since",
        moved_by=("outreach",),
    ),
    Indicator(
        name="visiting_researchers",
        unit="persons",
        zh="百名教师及科研人员",
        meaning="researchers who visited firms",
        measure=visiting_researchers,
        real=visiting_researchers_now,
        activity="who went in this quarter",
        moved_by=("outreach",),
    ),
    Indicator(
        name="matchmaking_events",
        unit="events per year",
        zh="科技成果推介会",
        meaning="matchmaking events of four quarters",
        measure=matchmaking_events,
        real=event_firms,
        activity="firms at them, each time counted",
        real_unit="firms per year",
        moved_by=("outreach",),
    ),
    Indicator(
        name="application_scenarios",
        unit="scenarios",
        zh="应用场景",
        meaning="application scenarios opened, cumulative",
        measure=application_scenarios,
        real=scenarios_additional,
        activity="that would not have come anyway",
        moved_by=("outreach",),
    ),
    Indicator(
        name="application_scenarios_new",
        unit="scenarios",
        zh="应用场景",
        meaning="application scenarios built since the start",
        measure=application_scenarios_new,
        real=scenarios_additional,
        activity="that would not have come anyway",
        moved_by=("outreach",),
    ),
)
