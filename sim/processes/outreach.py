"""Outreach: researchers visit firms, events bring the two together, departments buy first.

Visits. A plan's visits are planned by the quarter. They need people: a few in a hundred of the
researchers of local universities and institutes would go, each to so many firms a year. They
need hosts: high-tech firms that nobody visited yet are invited, more than are planned for, and
one comes about where the firm is open to visits at all (a lasting trait) and has time.

    visits = min(planned, people · visits a person, open and free among the invited)

Events. Universities and institutes hold some of their own accord, a plan's are held by an office
and some fall through. Firms that do R&D attend only so many a year: ``size`` firms come to one,
and where too few would come it is not held [Linyi 2025: 24 firms, Yantai 2023: 35]. Who attends
or is visited is left in the firms' rows; what comes of it [K6: odds × 1.75] is no count of ours.

Scenarios. Departments and districts let new technology be tried. One opens a scenario with chance

    max(usual, accepts · asked)    usual = scenarios a year / departments / 4

so that a plan's number covers those that come anyway. It needs a firm that applies; the firm has
a first order of 1-5 million CNY; the scenario stands when it is built.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Flags, Floats, Ids, Rows
from sim.core.quarter import season
from sim.inputs.levers import EVENT_NUMBER, MANAGEMENT_EFFORT, SCENARIO_NUMBER, VISIT_NUMBER
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state.offers import Offer
from sim.state.ring import ring
from sim.state.state import State
from sim.state.time import room_left


class Parameters(Numbers, name="outreach"):
    """Numbers of the process."""

    willing: float = meaning("local researchers who would visit firms")
    visits_a_year: float = meaning("visits per person who goes")
    gives_way: float = meaning("those who go that somebody else replaces in the next quarter")
    invited: float = meaning("invitations per planned visit")
    open_to_visits: float = meaning("high-tech firms that are open to visits")
    has_time: float = meaning("open firms that have time in the quarter")
    usual_visits: float = meaning("unvisited high-tech firms that are visited, without any plan")
    visit_cost: float = meaning("cost of a visit")
    usual_events: float = meaning("events per university or institute, without any plan")
    held: float = meaning("planned events that are held")
    size: float = meaning("firms per event")
    least: float = meaning("firms below which an event is not held")
    appetite: float = meaning("events that a firm with R&D would attend")
    event_cost: float = meaning("cost of an event")
    departments: float = meaning(
        "departments and public companies of the city that could open scenarios"
    )
    departments_per_district: float = meaning("departments per district")
    accepts: float = meaning("scenarios asked for that a department has money and use for")
    applicants: float = meaning("firms that apply for a scenario")
    least_order: float = meaning("the smallest order of a scenario")
    largest_order: float = meaning("the largest order of a scenario")
    science_money: float = meaning(
        "the order that is paid from science money; the department pays the rest"
    )
    scenario_building: float = meaning("time from the order to a scenario that stands")
    scenario_years: float = meaning(
        "years at the usual pace that scenarios of before the start stand for"
    )


# Slots of a firm's life and of a firm in a quarter.
_OPEN = 0
_ANYWAY, _TURN, _TIME, _ATTENDS, _POINTER, _ANYBODY, _SUPPLIER = range(7)
# Slots of an organisation, of a planned event and of a department in a quarter.
_OWN, _PLACE, _ROUND, _GIVES_WAY = 8, 9, 10, 11
_HELD, _ROOM = 12, 18
_ACCEPTS, _ASKED_BY, _APPLICANTS, _VALUE, _CHOICE = 13, 14, 15, 16, 17
# Groups of ids that stand for no row: planned events, departments.
_EVENT, _DEPARTMENT = 0, 1


def reach_out(state: State, p: Parameters) -> None:
    """Hold events, send researchers into firms, open scenarios."""
    state.firms.first_orders[:] = 0.0
    pace = 1 + state.offers.dose(MANAGEMENT_EFFORT, "transfer_service")
    able = performers(state)
    _hold_events(state, p, pace, able)
    _visit(state, p, pace)
    _finish_scenarios(state)
    _open_scenarios(state, p, pace, able)


def begin(state: State, values: Values) -> None:
    """Start the city with its events, its visits and its scenarios under way."""
    p = values.of(Parameters)
    yearly = state.figures.scenarios
    state.totals.scenarios = yearly * p.scenario_years
    for ahead in range(round(p.scenario_building)):
        state.totals.scenarios_due[state.start + ahead] = yearly / 4
    for flows in state.history:
        flows.events = p.usual_events / 4 * local(state).size


def of_quarter(yearly: float, quarter: int) -> int:
    """Return how many of a year's number fall into a quarter, in whole ones."""
    return int(yearly * season(quarter) / 4 + 1e-9) - int(yearly * (season(quarter) - 1) / 4 + 1e-9)


def local(state: State) -> Rows:
    """Return universities and institutes in operation."""
    return np.concatenate([state.bodies("university"), state.platforms("institute")])


def performers(state: State) -> Rows:
    """Return living firms that do R&D."""
    return np.flatnonzero(state.firms.alive & (state.firms.rd > 0))


# Events


def events_held(wanted: int, firms: float, p: Parameters) -> int:
    """Return how many of the events find enough firms, when so many firms do R&D."""
    return min(wanted, int(firms * p.appetite / 4 / p.least))


def attendance(events: int, firms: float, p: Parameters) -> float:
    """Return the chance that a firm attends one, when so many are held."""
    return min(events * p.size / max(firms, 1.0), p.appetite / 4, 1.0)


def _hold_events(state: State, p: Parameters, pace: float, rows: Rows) -> None:
    firms, luck = state.firms, state.luck("outreach")
    hosts = local(state)
    number = rows.size * state.weight
    ids = state.organisations.id[hosts]
    own = int(luck.poisson(ids, np.full(ids.size, p.usual_events / 4), _OWN).sum())
    events = events_held(own, number, p)
    for offer in state.offers.on(EVENT_NUMBER):
        room = events_held(1 << 30, number, p) - events
        events += _planned_events(state, p, offer, pace, room)
    goes = luck.happens(firms.id, attendance(events, number, p), _ATTENDS)
    attends = np.flatnonzero(goes & firms.alive & (firms.rd > 0))
    firms.attended[attends] = state.quarter
    state.flows.events += float(events)
    state.flows.event_firms += attends.size * state.weight


def _planned_events(state: State, p: Parameters, offer: Offer, pace: float, room: int) -> int:
    """Return how many events of an offer are held: those with people, firms and money."""
    number = of_quarter(offer.dose * pace, state.quarter)
    instrument = np.full(number, offer.lot, np.uint64)
    ids = identity.mixed(identity.OUTSIDER, instrument, _EVENT, np.arange(number))
    ids = ids[state.luck("outreach").happens(ids, p.held, _HELD)][:room]
    return int(state.reserve(offer, ids, p.event_cost, payee="public_body").sum())


# Visits


def _visit(state: State, p: Parameters, pace: float) -> None:
    """Send researchers to high-tech firms that nobody visited yet."""
    firms, luck = state.firms, state.luck("outreach")
    table, hosts = state.organisations, local(state)
    people = np.floor(p.willing * table.researchers[hosts] + 0.5)
    if state.researchers.visits > 0:
        # Those who go now may go again: their time is theirs.
        time = room_left(state)[hosts] + table.visiting[hosts] * state.researchers.visits
        people = np.minimum(people, np.floor(np.maximum(time, 0.0) / state.researchers.visits))
    room = float(people.sum()) * p.visits_a_year / 4
    status = firms.alive & (firms.high_tech_until >= state.quarter)
    new = np.flatnonzero(status & (firms.visited == 0))
    anyway = luck.happens(firms.id[new], p.usual_visits / 4, _ANYWAY)
    # A row stands for ``weight`` firms: whole visits are rounded to rows by lot.
    most = luck.whole(identity.of_name("visits"), int(room) / state.weight, _ROOM)
    visited = new[anyway][:most]
    left = new[~anyway]
    for offer in state.offers.on(VISIT_NUMBER):
        whole = of_quarter(offer.dose * pace, state.quarter) / state.weight
        planned = luck.whole(identity.of_name("visits"), whole, offer.lot)
        free = max(most - visited.size, 0)
        went = _campaign(state, p, offer, left, min(planned, free))
        visited, left = np.concatenate([visited, went]), np.setdiff1d(left, went)
    _record(state, p, visited, hosts, people)


def _campaign(state: State, p: Parameters, offer: Offer, rows: Rows, number: int) -> Rows:
    """Invite firms, by lot; return those that are open to it, have time and are paid for."""
    firms, luck = state.firms, state.luck("outreach")
    rows = rows[np.argsort(luck.uniform(firms.id[rows], _TURN), kind="stable")]
    rows = rows[: round(p.invited * number)]
    ids = firms.id[rows]
    accepts = state.lasting("outreach", _OPEN)[rows] < p.open_to_visits
    rows = rows[accepts & luck.happens(ids, p.has_time, _TIME)][:number]
    cost = p.visit_cost * state.weight
    return rows[state.reserve(offer, firms.id[rows], cost, payee="university")]


def _record(state: State, p: Parameters, rows: Rows, hosts: Rows, people: Floats) -> None:
    """Note who was visited, by whom, and how many persons went."""
    firms, table, luck = state.firms, state.organisations, state.luck("outreach")
    able = hosts[people > 0]
    near = ring(luck, table.id[able], able, table.field[able], slot=_PLACE)
    around = ring(luck, table.id[able], able, slot=_PLACE)
    pointer = luck.uniform(firms.id[rows], _POINTER)
    visitor = near.pick(pointer, firms.field[rows])
    firms.visitor[rows] = np.where(visitor < 0, around.pick(pointer), visitor)
    firms.visited[rows] = state.quarter
    visits = rows.size * state.weight
    state.flows.visits += visits
    if state.quarter >= state.start:
        state.totals.firms_visited += visits
    _send(state, p, hosts, people, visits)


def going(people: Floats, visits: float, share: Floats, p: Parameters) -> NDArray[np.int64]:
    """Return how many persons of each organisation go for so many visits; by lot when rounded."""
    wanted = visits / (p.visits_a_year / 4)
    part = people * min(wanted / max(float(people.sum()), 1.0), 1.0)
    return np.minimum(np.floor(part + share), people).astype(np.int64)


def _send(state: State, p: Parameters, hosts: Rows, people: Floats, visits: float) -> None:
    """Count persons: who went before goes again, but for some who give way to others."""
    table, luck = state.organisations, state.luck("outreach")
    ids = table.id[hosts]
    now = going(people, visits, luck.uniform(ids, _ROUND), p)
    again = np.minimum(table.visiting[hosts], now)
    again -= np.floor(p.gives_way * again + luck.uniform(ids, _GIVES_WAY)).astype(np.int64)
    ever = np.maximum(table.visitors[hosts], now)
    others = np.minimum(table.visitors[hosts] + now - np.maximum(again, 0), people)
    table.visitors[hosts] = np.maximum(ever, others)
    table.visiting[hosts] = now


# Scenarios


def _finish_scenarios(state: State) -> None:
    built = state.totals.scenarios_due.pop(state.quarter, 0.0)
    state.totals.scenarios += built
    state.totals.scenarios_since_the_start += built
    state.flows.scenarios += built


def opening_chance(usual: float, asked: float, p: Parameters) -> float:
    """Return the chance that a department opens a scenario in a quarter."""
    return min(max(usual, p.accepts * asked), 1.0)


def _open_scenarios(state: State, p: Parameters, pace: float, able: Rows) -> None:
    """Let departments open scenarios, and firms that apply have their first orders."""
    luck, offers = state.luck("outreach"), list(state.offers.on(SCENARIO_NUMBER))
    number = round(p.departments + p.departments_per_district * len(state.city.districts))
    ids = identity.plain(identity.OUTSIDER, _DEPARTMENT, np.arange(number))
    usual = min(state.figures.scenarios / 4 / number, 1.0)
    asked = sum(offer.dose for offer in offers) * pace / 4 / number
    u = luck.uniform(ids, _ACCEPTS)
    opens = u < opening_chance(usual, asked, p)
    applies = luck.poisson(ids, np.full(number, p.applicants), _APPLICANTS) > 0
    opens &= applies & (able.size > 0)
    ids, anyway = ids[opens], u[opens] < usual
    value = p.least_order * (p.largest_order / p.least_order) ** luck.uniform(ids, _VALUE)
    goes = _paid(state, p, offers, ids, value, anyway)
    _order(state, p, ids[goes], value[goes], able)
    state.flows.scenarios_opened += float(goes.sum())
    state.totals.scenarios_additional += float((goes & ~anyway).sum())


def _paid(
    state: State, p: Parameters, offers: list[Offer], ids: Ids, value: Floats, anyway: Flags
) -> Flags:
    """Pay science money toward the orders; return which go ahead."""
    goes = anyway.copy()
    if not offers:
        return goes
    share = np.cumsum([offer.dose for offer in offers])
    u = state.luck("outreach").uniform(ids, _ASKED_BY) * max(share[-1], 1e-9)
    by = np.searchsorted(share, u)
    for number, offer in enumerate(offers):
        mine = np.flatnonzero(by == number)
        served = state.reserve(offer, ids[mine], p.science_money * value[mine], payee="firm")
        goes[mine[served]] = True
    return goes


def _order(state: State, p: Parameters, ids: Ids, value: Floats, rows: Rows) -> None:
    """Give each order to a firm that does R&D; it counts once the scenario is built."""
    if ids.size == 0:
        return
    firms, luck = state.firms, state.luck("outreach")
    around = ring(luck, firms.id[rows], rows, slot=_SUPPLIER)
    winner = around.pick(luck.uniform(ids, _CHOICE))
    # A row stands for ``weight`` firms, one of which has the order.
    np.add.at(firms.first_orders, winner, value / state.weight)
    state.flows.first_orders += float(value.sum())
    state.totals.scenarios_due[state.quarter + round(p.scenario_building)] += float(ids.size)
