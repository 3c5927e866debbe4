"""Meeting: who meets whom over a result, and registers the intention to deal.

A result of a university or institute meets a firm through

* chance and the market: ``chance`` meetings per result and quarter;
* an active broker: 24 cases a full-time year [T1], part of them about results;
* an event at which both are: the odds of a pair are 1.75 times the usual [K6];
* a visit of researchers of the result's house;
* a technology market: a result listed there meets ``listed`` more firms a quarter. Which results
  are listed is an offer's share of them; 0 meetings are in the range, since lists are cheap.

Who is met works on R&D, mostly in the result's field. Where a firm remembers a deal with the owner
(``state/ties``), the owner thinks of one such firm as well, and meets whichever of the two the
result has more appeal for: partners come back where they still fit [K30, S41], and no rate says so.
A meeting becomes a match with the appeal of what is offered to what the firm knows: overlap ×
novelty, an inverted U [K15]. Matches over results of institutes are counted apart as well.
"""

import numpy as np

from sim.core import identity
from sim.core.arrays import Rows
from sim.inputs.codes import KIND_CODE
from sim.inputs.levers import LISTING
from sim.inputs.numbers import Numbers, meaning
from sim.state import kene
from sim.state.ring import Ring, ring
from sim.state.state import Matches, State, no_matches


class Parameters(Numbers, name="meeting"):
    """Numbers of the process."""

    chance: float = meaning("meetings per open result")
    broker_time: float = meaning("a full-time post that an active broker fills")
    broker_results: float = meaning("brokers' cases that are about results")
    event_odds: float = meaning("chance of a pair that attends an event to that of another pair")
    listed: float = meaning("meetings per listed result")
    own_field: float = meaning("meetings within the WIPO field")
    cases_a_year: float = meaning("cases that a full-time broker serves")
    most_meetings: float = meaning("brokered meetings per result at most")


# Slots: of a result's life (quarter 0), of a result in a quarter.
_LISTED, _SHOWN = 0, 11
_SHOWN_SERIAL = 1 << 16  # meetings through the market are numbered from here
# Slots of a firm's draws about events and visits, and serials that keep their meetings apart.
_MEETS_AT_EVENT, _EVENT_POINTER, _EVENT_SHELF, _VISIT_POINTER, _VISIT_SHELF = range(20, 25)
_EVENT_SERIAL, _VISIT_SERIAL = 1 << 24, 1 << 25


def cases(active_brokers: int, p: Parameters) -> float:
    """Return how many cases brokers can serve in a quarter."""
    return active_brokers * p.broker_time * p.cases_a_year / 4


def _count(state: State, matched: Rows) -> None:
    """Count matches, and those over results of institutes, this quarter and since the start."""
    owner = state.results.owner[matched]
    of_institutes = state.organisations.kind[owner] == KIND_CODE["institute"]
    for counted in (state.flows, state.totals) if state.quarter >= state.start else (state.flows,):
        counted.matches += float(matched.size)
        counted.institute_matches += float(of_institutes.sum())


def _shown(state: State, results: Rows, p: Parameters) -> np.ndarray:
    """Return how many firms each result meets because it is listed on a technology market."""
    ids = state.results.id[results]
    listed = state.draws.at("meeting", 0).happens(ids, state.offers.dose(LISTING), _LISTED)
    return state.luck("meeting").poisson(ids, np.where(listed, p.listed, 0.0), _SHOWN)


def _strangers(
    state: State, results: Rows, firms: Rows, p: Parameters
) -> tuple[Rows, Rows, Rows, np.ndarray]:
    luck = state.luck("meeting")
    ids = state.results.id[results]
    broker_cases = cases(int(state.people.active.sum()), p) * p.broker_results
    through_broker = min(broker_cases / results.size, p.most_meetings)
    by_chance = luck.poisson(ids, np.full(results.size, p.chance), slot=0)
    by_broker = luck.poisson(ids, np.full(results.size, through_broker), slot=1)
    met_in_person = by_chance + by_broker
    number = met_in_person + _shown(state, results, p)
    result = np.repeat(results, number)
    serial = _serial(number)
    shown = serial >= np.repeat(met_in_person, number)
    brokered = (serial >= np.repeat(by_chance, number)) & ~shown
    serial += shown * (_SHOWN_SERIAL - np.repeat(met_in_person, number))
    met = identity.mixed(identity.CONTRACT, state.results.id[result], state.quarter, serial)
    u = luck.block(met)
    field = state.results.field[result].astype(np.int64)
    near = ring(luck, state.firms.id[firms], firms, state.firms.field[firms], slot=5)
    everybody = ring(luck, state.firms.id[firms], firms, slot=6)
    buyer = np.where(u[0] < p.own_field, near.pick(u[1], field), -1)
    buyer = np.where(buyer < 0, everybody.pick(u[1]), buyer)
    partner = _former_partners(state, firms).pick(
        u[3], state.results.owner[result].astype(np.int64)
    )
    buyer = _better(state, result, buyer, partner)
    services = state.platforms("transfer_service")
    offices = ring(luck, state.organisations.id[services], services, slot=7)
    service = np.where(brokered, offices.pick(u[2]), -1)
    return result, buyer, service, met


def _former_partners(state: State, firms: Rows) -> Ring:
    """Return the firms that remember a deal with an organisation, on a ring of each of these."""
    known = state.organisations_remembered(firms)
    here, place = np.nonzero(known >= 0)
    rows, owner = firms[here], known[here, place]
    return ring(state.luck("meeting"), state.firms.id[rows], rows, owner, slot=8)


def _better(state: State, result: Rows, stranger: Rows, partner: Rows) -> Rows:
    """Return of a stranger and a former partner, if there is one, for whom a result has more."""
    firms, units = state.firms.capabilities, state.results.capabilities[result]
    new = kene.appeal(firms[stranger], units, state.knowledge)
    known = kene.appeal(firms[np.maximum(partner, 0)], units, state.knowledge)
    return np.where((partner >= 0) & (known > new), partner, stranger)


def _guests(
    state: State, results: Rows, firms: Rows, p: Parameters
) -> tuple[Rows, Rows, Rows, np.ndarray]:
    """Firms at this quarter's events meet more results, mostly of their field [K6]."""
    luck, table = state.luck("meeting"), state.firms
    guests = np.flatnonzero((table.attended == state.quarter) & table.alive & (table.rd > 0))
    usual = p.chance * results.size / firms.size / state.weight
    guests = guests[luck.happens(table.id[guests], (p.event_odds - 1) * usual, _MEETS_AT_EVENT)]
    fields = state.results.field[results]
    shelf = ring(luck, state.results.id[results], results, fields, slot=_EVENT_SHELF)
    result = shelf.pick(luck.uniform(table.id[guests], _EVENT_POINTER), table.field[guests])
    return _met(state, result, guests, _EVENT_SERIAL)


def _visited(state: State, results: Rows) -> tuple[Rows, Rows, Rows, np.ndarray]:
    """A firm that researchers visited this quarter hears of a result of their house."""
    luck, table = state.luck("meeting"), state.firms
    rows = np.flatnonzero((table.visited == state.quarter) & table.alive & (table.visitor >= 0))
    owners = state.results.owner[results]
    shelf = ring(luck, state.results.id[results], results, owners, slot=_VISIT_SHELF)
    result = shelf.pick(luck.uniform(table.id[rows], _VISIT_POINTER), table.visitor[rows])
    return _met(state, result, rows, _VISIT_SERIAL)


def _met(
    state: State, result: Rows, firms: Rows, serial: int
) -> tuple[Rows, Rows, Rows, np.ndarray]:
    """Return the meetings of firms that found a result, each under an id of its own."""
    result, firms = result[result >= 0], firms[result >= 0]
    met = identity.mixed(identity.CONTRACT, state.firms.id[firms], state.quarter, serial)
    return result, firms, np.full(result.size, -1), met


def _serial(number: np.ndarray) -> np.ndarray:
    """Return 0, 1, 2 … within each repeated row."""
    ends = np.cumsum(number)
    serial: np.ndarray = np.arange(ends[-1] if ends.size else 0) - np.repeat(ends - number, number)
    return serial


def meet(state: State, p: Parameters) -> None:
    """Let results meet firms; leave the matches for the contract process."""
    open_results = np.flatnonzero(state.results.open)
    firms = np.flatnonzero(state.firms.alive & (state.firms.rd > 0))
    state.matches = no_matches()
    brokers = int(state.people.active.sum())
    state.flows.broker_cases = cases(brokers, p) * (1 - p.broker_results)
    if open_results.size == 0 or firms.size == 0:
        return
    met = [
        _strangers(state, open_results, firms, p),
        _guests(state, open_results, firms, p),
        _visited(state, open_results),
    ]
    result, buyer, service, met_id = (np.concatenate(part) for part in zip(*met, strict=True))
    appeal = kene.appeal(
        state.firms.capabilities[buyer], state.results.capabilities[result], state.knowledge
    )
    match = state.luck("meeting").happens(met_id, appeal, slot=4)
    state.flows.meetings += float(result.size)
    _count(state, result[match])
    state.matches = Matches(result[match], buyer[match], service[match], appeal[match])
