"""Evaluation (fourth quarter): grades A to D by score within the kind; the good are rewarded.

The score is lasting quality, a penalty for hollow units, and the year's luck; its standard normal
place gives the grade [S25: 20-30 % A, 40-48 % B, 20-37 % C, 1-3 % D]. The weight of lasting quality
makes D persist: 0.3-0.5 next year. The plan's strictness adds to the share of D; two D in a row
close a unit or strike it off; so does the end of its host. The best transfer services may win a
technology-market award of the province or the nation, to which the city adds.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.core import quarter
from sim.core.arrays import Flags, Rows
from sim.inputs.codes import KIND_NAMES, LEVELS
from sim.inputs.levers import (
    AWARD_MATCH,
    STRICTNESS,
)
from sim.inputs.numbers import Numbers, meaning
from sim.state import promises
from sim.state.columns import ACTIVE, CLOSED, A, D
from sim.state.offers import Offer
from sim.state.platforms import close, hollow
from sim.state.promises import claim_for_platforms
from sim.state.state import State


class Parameters(Numbers, name="evaluation"):
    """Numbers of the process."""

    best: float = meaning("platforms graded A")
    good: float = meaning("platforms graded B")
    worst: float = meaning("platforms graded D where nobody is strict")
    lasting: float = meaning("scores from year to year")
    hollow: float = meaning("what a hollow unit loses")
    hollow_carrier: float = meaning("seats taken below which a carrier is hollow")
    awards: float = meaning("provincial technology-market awards won by the city's best services")
    national_awards: float = meaning("national technology-market awards")
    support_years: float = meaning("operating support")
    closes_after: float = meaning("grades D in a row after which a platform is closed")


DECILE = 0.1  # share of platforms: the lever's unit of strictness is the lowest tenth
# Slots of a platform's draws in a quarter.
_SCORE, _AWARD, _NATIONAL_AWARD = 0, 1, 2


def grades(place: NDArray[np.float64], p: Parameters, strict: float) -> NDArray[np.int8]:
    """Return grades for places in the distribution of scores: 0 is the worst, 1 the best."""
    worst = min(p.worst + strict, 1.0)
    edges = np.array([worst, max(1 - p.best - p.good, worst), max(1 - p.best, worst)])
    return (D - np.searchsorted(edges, place, side="right")).astype(np.int8)


def _score(state: State, p: Parameters, rows: Rows) -> NDArray[np.float64]:
    table = state.organisations
    noise = state.luck("evaluation").normal(table.id[rows], _SCORE)
    lasting = np.sqrt(p.lasting) * table.quality[rows] + np.sqrt(1 - p.lasting) * noise
    return np.asarray(lasting - p.hollow * hollow(state, rows, p.hollow_carrier))


def _reward(state: State, rows: Rows) -> None:
    """Have an A claimed for, and passing the first time."""
    table = state.organisations
    passed = ~table.passed[rows] & (table.grade[rows] < D)
    table.passed[rows[passed]] = True
    best = table.grade[rows] == A
    for promised, happened in ((promises.for_top_grade, best), (promises.for_first_pass, passed)):
        for kind in np.unique(table.kind[rows[happened]]):
            name = KIND_NAMES[kind]
            here = rows[happened & (table.kind[rows] == kind)]
            for offer, million in promised(state, name).parts:
                claim_for_platforms(state, offer, _at_levels(state, offer, here), million)


def _at_levels(state: State, offer: Offer, rows: Rows) -> Rows:
    """Return the platforms at a level that the offer names, or above the lowest it names."""
    if not offer.levels:
        return rows
    return rows[state.organisations.level[rows] >= min(offer.levels)]


def _support(state: State, p: Parameters, rows: Rows) -> None:
    """Have running costs claimed in the first years, and tax relief by legal persons.

    Support goes to whom its offer names as founders: the very hosts who expect it.
    """
    table = state.organisations
    young = state.quarter - table.opens[rows] < 4 * p.support_years
    founded = table.decided[rows] >= state.start
    for kind in np.unique(table.kind[rows]):
        name, here = KIND_NAMES[kind], table.kind[rows] == kind
        support, relief = promises.each_year(state, name)
        for offer, million in support.parts:
            claim_for_platforms(state, offer, rows[here & young & founded], million)
        for offer, million in relief.parts:
            claim_for_platforms(state, offer, rows[here], million)


def _award(state: State, p: Parameters) -> None:
    """Give technology-market awards: services with most contracts first."""
    table, luck = state.organisations, state.luck("evaluation")
    rows = state.platforms("transfer_service")
    weight = table.cases[rows]
    if weight.sum() == 0:
        return
    for level, number, slot in (
        ("provincial", p.awards, _AWARD),
        ("national", p.national_awards, _NATIONAL_AWARD),
    ):
        chance = np.minimum(number * weight / weight.sum(), 1.0)
        won = rows[luck.happens(table.id[rows], chance, slot)]
        state.flows.awards[LEVELS.index(level)] += state.number(won)
        for offer in state.offers.on(AWARD_MATCH):
            if not offer.levels or LEVELS.index(level) in offer.levels:
                claim_for_platforms(state, offer, won, offer.dose)


def _orphaned(state: State, rows: Rows) -> Flags:
    """Return whose host, a firm or an institute, is gone: a platform goes with its host."""
    table = state.organisations
    firm, body = table.host_firm[rows], table.host_body[rows]
    gone = (body >= 0) & (table.status[body] == CLOSED)
    gone[firm >= 0] = ~state.firms.alive[firm[firm >= 0]]
    return np.asarray(gone, np.bool_)


def grade(state: State, p: Parameters) -> None:
    """Grade all platforms once a year; reward, support, close."""
    if quarter.season(state.quarter) != 4:
        return
    table = state.organisations
    rows = np.flatnonzero((table.kind < len(KIND_NAMES)) & (table.status == ACTIVE))
    for kind in np.unique(table.kind[rows]):
        here = rows[table.kind[rows] == kind]
        strict = state.offers.dose(STRICTNESS, KIND_NAMES[kind])
        place = ndtr(_score(state, p, here))
        table.grade[here] = grades(place, p, strict * DECILE)
    failed = table.grade[rows] == D
    table.failures[rows] = np.where(failed, table.failures[rows] + 1, 0)
    _reward(state, rows)
    closes = (table.failures[rows] >= p.closes_after) | _orphaned(state, rows)
    closing = rows[closes]
    _support(state, p, rows[~closes])
    _award(state, p)
    close(state, closing)
    state.flows.closed_platforms += state.number(closing)
