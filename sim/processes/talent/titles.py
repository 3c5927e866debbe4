"""Titles at firms: science vice-presidents and industry professors, won in autumn for some years.

Applicants of the city compete with those elsewhere for one quota. Without policy a R&D firm
applies with chance

    a · (R&D stock / typical)^e / Σ at the start of the same,    a = yearly titles / pass share

where the yearly titles follow from the stock in office and its terms: in a city whose stock is 0
the title does not exist. Posts that a plan offers bring further, weaker applicants; the quota stays
what it is, and universities nominate only so many professors a year. A vice-president may bring
a capability that is new to the firm and, like a professor, a tie to the university; the firm
must do R&D [K8]; at the end of the term the capability may be forgotten [K9].
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Flags, Floats, Ids, Rows
from sim.core.draws import Addressed
from sim.inputs.levers import PROFESSOR_POSTS, VICE_PRESIDENT_POSTS, Lever
from sim.processes.talent import slots
from sim.processes.talent.hosts import local_science, seekers, tie
from sim.processes.talent.kinds import CODE, OF_FIRMS
from sim.processes.talent.parameters import Parameters
from sim.processes.talent.pools import growth_so_far, rival_scores, wins
from sim.state.kene import PER_FIELD
from sim.state.ring import ring
from sim.state.state import State
from sim.state.time import taken_on


@dataclass(frozen=True)
class Title:
    """A title that the province grants to firms' people or to people sent to firms.

    Attributes:
        kind: One of ``OF_FIRMS``.
        lever: The lever that brings further applications.
        quota: Titles a year in the province at the start.
        growth: Growth a year of quota and applications.
        passes: Share of applicants who win.
        term: Years in office.
    """

    kind: str
    lever: Lever
    quota: float
    growth: float
    passes: float
    term: int


def titles(p: Parameters) -> tuple[Title, ...]:
    """Return the titles that are bound to firms."""
    return (
        Title(
            "vice_president",
            VICE_PRESIDENT_POSTS,
            p.vice_president_quota,
            p.vice_president_growth,
            p.vice_president_pass,
            round(p.vice_president_term),
        ),
        Title(
            "industry_professor",
            PROFESSOR_POSTS,
            p.professor_quota,
            p.professor_growth,
            p.professor_pass,
            round(p.professor_term),
        ),
    )


def yearly_flow(in_office: float, term: int, growth: float) -> float:
    """Return the titles of the last year where so many stand from terms of whole years."""
    return float(in_office / sum((1 + growth) ** -year for year in range(term)))


def nominated(organisation: Rows, scores: Floats, room: float) -> Flags:
    """Return who is among the best ``room`` applicants; who has no university (-1) is not."""
    able = organisation >= 0
    rank = np.argsort(np.argsort(np.where(able, -scores, np.inf), kind="stable"), kind="stable")
    return np.asarray(able & (rank < room), np.bool_)


def _in_office(state: State, title: Title) -> float:
    """Return the city's holders of a title at the start."""
    figures = state.figures
    return figures.vice_presidents if title.kind == OF_FIRMS[0] else figures.industry_professors


def _suitability(state: State, rows: Rows, p: Parameters) -> Floats:
    typical = max(state.norms.typical_rd_stock, 1e-9)
    return np.asarray((state.firms.rd_stock[rows] / typical) ** p.size_of_applicant)


def _holders(state: State, kind: str, quarter: int) -> Flags:
    """Return which firms have a title of a kind in office after a quarter."""
    talents = state.talents
    rows = np.flatnonzero((talents.kind == CODE[kind]) & (talents.until > quarter))
    held = np.zeros(len(state.firms), np.bool_)
    held[talents.firm[rows]] = True
    return held


def _of_firms(state: State, kind: str, rows: Rows, came: NDArray[np.int64] | int) -> Ids:
    return identity.mixed(identity.PERSON, state.firms.id[rows], came, CODE[kind])


def _applicants(
    state: State, p: Parameters, title: Title, rows: Rows, normal: float
) -> tuple[Rows, Flags]:
    """Return who applies, and who of them only because posts are offered."""
    luck = state.luck("talent")
    ids, slot = state.firms.id[rows], OF_FIRMS.index(title.kind)
    own = normal * _suitability(state, rows, p) / max(state.norms.seekers[CODE[title.kind]], 1e-9)
    posts = state.offers.dose(title.lever)
    push = posts * p.mobilised / max(state.norms.eligible[CODE[title.kind]], 1e-9)
    applies = luck.happens(ids, own, slots.APPLIES + slot)
    pushed = ~applies & luck.happens(ids, push, slots.PUSHED + slot)
    return rows[applies | pushed], pushed[applies | pushed]


def _senders(state: State, p: Parameters, title: Title, luck: Addressed, rows: Rows) -> Rows:
    """Return the university or institute of each pair: the firm's partner, or one near or far.

    Professors teach at universities of the city.
    """
    table, ids = state.organisations, state.firms.id[rows]
    professor = title.kind == "industry_professor"
    near = state.bodies("university") if professor else local_science(state)
    far = near if professor else state.bodies("outside")
    own = luck.uniform(ids, slots.SENDER) < p.local_senders
    pointer = luck.uniform(ids, slots.POINTER)
    close = ring(luck, table.id[near], near, slot=slots.LOCAL).pick(pointer)
    distant = ring(luck, table.id[far], far, slot=slots.OUTSIDE).pick(pointer)
    found = np.where((own | professor) & (close >= 0), close, distant)
    partner = state.firms.partner[rows].astype(np.int64)
    return np.where(np.isin(partner, near), partner, found)


def _bring_knowledge(state: State, p: Parameters, luck: Addressed, ids: Ids, rows: Rows) -> Rows:
    """Let scientists of the firm's field bring a capability; -1 where known or without room."""
    firms = state.firms
    unit = firms.field[rows].astype(np.int64) * PER_FIELD
    unit += (luck.uniform(ids, slots.UNIT) * PER_FIELD).astype(np.int64)
    known = firms.capabilities[rows]
    room = (known < 0).any(axis=1) & ~(known == unit[:, None]).any(axis=1)
    brings = room & (firms.rd[rows] > 0) & luck.happens(ids, p.carries, slots.CARRIES)
    firms.capabilities[rows[brings], (known < 0).argmax(axis=1)[brings]] = unit[brings]
    return np.where(brings, unit, -1)


def _appoint(
    state: State,
    p: Parameters,
    title: Title,
    luck: Addressed,
    rows: Rows,
    organisation: Rows,
    came: NDArray[np.int64] | int,
) -> None:
    """Write title holders down, with what they bring."""
    ids = _of_firms(state, title.kind, rows, came)
    brought = np.full(rows.size, -1)
    if title.kind == "vice_president":
        brought = _bring_knowledge(state, p, luck, ids, rows)
    state.talents.add(
        ids,
        kind=CODE[title.kind],
        came=came,
        until=came + 4 * title.term,
        firm=rows,
        organisation=organisation,
        capability=brought,
        tied=tie(state, p, luck, ids, rows, organisation),
    )


def _with_time(state: State, organisation: Rows, lot: Floats) -> Flags:
    """Return which senders have the time that a vice-president gives a firm."""
    return taken_on(state, organisation, state.researchers.vice_president * state.weight, lot)


def _grant(state: State, p: Parameters, title: Title) -> None:
    """Let firms apply for a title, and appoint those that win it."""
    luck = state.luck("talent")
    in_office = _in_office(state, title)
    if in_office <= 0:
        return
    rows = seekers(state)
    rows = rows[~_holders(state, title.kind, state.quarter)[rows]]
    grown = growth_so_far(state, title.growth)
    normal = yearly_flow(in_office, title.term, title.growth) / title.passes * grown
    rows, pushed = _applicants(state, p, title, rows, normal)
    ids = _of_firms(state, title.kind, rows, state.quarter)
    organisation = _senders(state, p, title, luck, rows)
    scores = luck.normal(ids, slots.SCORE) - p.weaker * pushed
    if title.kind == "industry_professor":
        room = max(p.nominations * state.bodies("university").size, normal)
        able = nominated(organisation, scores, room / state.weight)
        rows, ids, scores = rows[able], ids[able], scores[able]
        organisation = organisation[able]
    places = title.quota * grown
    rivals = rival_scores(state, title.kind, places / title.passes, normal)
    won = wins(scores, rivals, places, state.weight, luck.uniform(ids, slots.PLACE))
    if title.kind == "vice_president":
        won[won] = _with_time(state, organisation[won], luck.uniform(ids[won], slots.PLACE))
    state.flows.applied[CODE[title.kind]] += float(rows.size) * state.weight
    _appoint(state, p, title, luck, rows[won], organisation[won], state.quarter)


def grant_titles(state: State, p: Parameters) -> None:
    """Let firms apply for the titles of the year, and appoint those that win them."""
    for title in titles(p):
        _grant(state, p, title)


def end_terms(state: State, p: Parameters) -> None:
    """Let some of the knowledge go that those brought whose term ends."""
    talents, firms, luck = state.talents, state.firms, state.luck("talent")
    ending = np.flatnonzero(talents.until == state.quarter)
    lost = ending[talents.capability[ending] >= 0]
    lost = lost[luck.happens(talents.id[lost], p.forgets, slots.FORGETS)]
    rows = talents.firm[lost]
    units = firms.capabilities[rows]
    firms.capabilities[rows] = np.where(units == talents.capability[lost][:, None], -1, units)


def begin_titles(state: State, p: Parameters) -> None:
    """Give the titles of the start to firms."""
    for title in titles(p):
        _begin_title(state, p, title)


def _begin_title(state: State, p: Parameters, title: Title) -> None:
    """Give the title to as many R&D firms as the city's stock says, and fix who may apply."""
    firms = state.firms
    slot, luck = OF_FIRMS.index(title.kind), state.draws.at("talent", 0)
    rows = seekers(state)
    fit = _suitability(state, rows, p)
    key = -np.log(luck.uniform(firms.id[rows], slots.HOLDS + slot)) / np.maximum(fit, 1e-9)
    count = round(_in_office(state, title) / state.weight)
    held = rows[np.argsort(key, kind="stable")[:count]]
    weights = np.cumsum((1 + title.growth) ** -np.arange(title.term, dtype=np.float64))
    since = luck.uniform(firms.id[held], slots.SINCE + slot) * weights[-1]
    last_autumn = state.start // 4 * 4 - 1
    came = last_autumn - 4 * np.searchsorted(weights, since)
    _appoint(state, p, title, luck, held, _senders(state, p, title, luck, held), came)
    free = rows[~_holders(state, title.kind, state.start + 3)[rows]]
    state.norms.seekers[CODE[title.kind]] = float(_suitability(state, free, p).sum()) * state.weight
    state.norms.eligible[CODE[title.kind]] = free.size * state.weight
