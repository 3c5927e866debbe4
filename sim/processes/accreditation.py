"""Accreditation (fourth quarter): one level up, against a quota that is set outside the city.

A platform applies when it is old enough and its last grade was no D, the likelier the more the
next level promises. It wins when its score is among the best ``pass share`` of all applicants,
the city's own and the competitors from elsewhere: what it wins is not free, and city money only
moves who applies. The score is lasting quality plus the year's work plus luck, in standard
deviations of the competitors.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity, quarter
from sim.core.arrays import Rows
from sim.core.draws import mix
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES, LEVEL_CODE, LEVELS
from sim.inputs.kinds import KINDS
from sim.inputs.levers import MANAGEMENT_EFFORT
from sim.inputs.numbers import Numbers, meaning
from sim.state import promises
from sim.state.columns import ACTIVE, D
from sim.state.platforms import reached, research_behind
from sim.state.state import State


class Parameters(Numbers, name="accreditation"):
    """Numbers of the process."""

    apply: float = meaning("platforms that apply where nothing is promised")
    cost: float = meaning("cost of an application")
    youngest: float = meaning("time at a level before the next")
    municipal: float = meaning("applicants at municipal level that pass")
    provincial: float = meaning("applicants at provincial level that pass")
    national: float = meaning("applicants at national level that pass")
    national_innovation_centres: float = meaning(
        "provincial technology innovation centres that pass at national level"
    )
    competitors: float = meaning("applicants from elsewhere per kind and level")
    lasting: float = meaning("the score's standard deviation that lasting quality weighs")
    work: float = meaning("what a doubling of contracts, tenants or R&D adds to a score")


# Slots of a platform's draws in a quarter.
_APPLIES, _SCORE, _PLACE = 0, 1, 2


def pass_share(kind: str, level: str, p: Parameters) -> float:
    """Return the share of all applicants that a level takes."""
    if (kind, level) == ("technology_innovation_centre", "national"):
        return p.national_innovation_centres
    return {"municipal": p.municipal, "provincial": p.provincial, "national": p.national}[level]


def score(
    quality: NDArray[np.float64],
    worked: NDArray[np.float64],
    luck: NDArray[np.float64],
    p: Parameters,
) -> NDArray[np.float64]:
    """Return scores in standard deviations of the competitors; work is relative to the mean."""
    relative = np.log2((1 + worked) / (1 + worked.mean()))
    noise = np.sqrt(1 - p.lasting**2)
    return np.asarray(p.lasting * quality + noise * luck + p.work * relative)


def ready_platforms(state: State, p: Parameters) -> Rows:
    """Return active platforms old enough at their level and not graded D."""
    table = state.organisations
    able = (table.kind < len(KIND_NAMES)) & (table.status == ACTIVE) & (table.grade != D)
    return np.flatnonzero(able & (state.quarter - table.reached >= 4 * p.youngest))


def _next(kind: str, level: str) -> str:
    levels = KINDS[kind].levels
    return levels[levels.index(level) + 1]


def reward(state: State, kind: str, level: str, host: str | None = None) -> float:
    """Return what a platform counts on for reaching a level, million CNY."""
    promised = promises.for_level(state, kind, level, host)
    return sum(promise.counted_on(state) for promise in promised)


def rewards(state: State, kind: str, level: str) -> NDArray[np.float64]:
    """Return the same for each class of host."""
    if not any(promise.offers for promise in promises.for_level(state, kind, level)):
        return np.zeros(len(HOSTS))
    return np.array([reward(state, kind, level, host) for host in HOSTS])


def work(state: State, rows: Rows) -> NDArray[np.float64]:
    """Return the yearly work of platforms: contracts, tenants, and what their host's R&D adds."""
    table = state.organisations
    return np.asarray(table.cases[rows] + table.tenants[rows] + research_behind(state, rows))


def _before(key: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what those with a lower key weigh together, for each."""
    order = np.argsort(key, kind="stable")
    before = np.empty(key.size)
    before[order] = np.cumsum(weight[order]) - weight[order]
    return before


def _compete(state: State, p: Parameters, rows: Rows, kind: str, level: str) -> None:
    table, luck = state.organisations, state.luck("accreditation")
    by_host = rewards(state, kind, level)
    effort = 1 + state.offers.dose(MANAGEMENT_EFFORT, kind)
    chance = np.minimum(1.0, effort * p.apply * (1 + by_host[table.host_class[rows]] / p.cost))
    rows = rows[luck.happens(table.id[rows], chance, _APPLIES)]
    if rows.size == 0:
        return
    scores = score(table.quality[rows], work(state, rows), luck.normal(table.id[rows], _SCORE), p)
    number = int(p.competitors)
    rivals = identity.plain(
        identity.OUTSIDER, KIND_CODE[kind] * len(LEVELS) + LEVEL_CODE[level], np.arange(number)
    )
    bar = np.sort(luck.normal(mix(rivals, state.quarter)))[::-1]
    share = pass_share(kind, level, p)
    places = luck.whole(identity.of_name(f"places {kind} {level}"), share * number)
    # The places do not grow with the city's applications: rank against everybody. Of a row that
    # stands for several platforms so many would win; it wins as often as one of them.
    better = np.searchsorted(-bar, -scores) + _before(-scores, table.stands_for[rows])
    lot = luck.uniform(table.id[rows], _PLACE) * table.stands_for[rows]
    won = rows[better + lot < places]
    table.level[won] = LEVEL_CODE[level]
    table.reached[won] = state.quarter
    state.flows.promoted[KIND_CODE[kind], LEVEL_CODE[level]] += state.number(won)
    reached(state, kind, level, state.number(won))
    for promise in promises.for_level(state, kind, level):
        for offer, million in promise.parts:
            promises.claim_for_platforms(state, offer, won, million)


def promote(state: State, p: Parameters) -> None:
    """Once a year, let platforms apply for the next level and promote the best."""
    if quarter.season(state.quarter) != 4:
        return
    ready = ready_platforms(state, p)
    table = state.organisations
    # From the top down, so that nobody climbs twice in a year.
    for kind in np.unique(table.kind[ready]):
        for level in reversed(KINDS[KIND_NAMES[kind]].levels[:-1]):
            here = ready[(table.kind[ready] == kind) & (table.level[ready] == LEVEL_CODE[level])]
            if here.size:
                _compete(state, p, here, KIND_NAMES[kind], _next(KIND_NAMES[kind], level))
