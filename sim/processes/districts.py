"""Districts: provincial high-tech parks, won against others, and the city's own poles.

A district scores, in standard deviations of the province's districts,

    standing + (log R&D - mean at the start) / spread at the start - growth of the economy + luck

so that it gains on others only by R&D that grows faster than theirs do. In the fourth quarter
districts without a provincial high-tech park apply now and then, and so do others of the province
without one. Of all applicants the best so many get one: the province's quota.

A pole is named by the city itself. A district or a zone proposes one when its plan is drawn up;
the city names it if the district scores no less than a bar of its own. An office's effort quickens
both kinds of papers. What a title changes in a district is left out: it is counted, and beside it
whether anything works there.
"""

import numpy as np

from sim.core import identity
from sim.core.arrays import Flags, Floats, Ids
from sim.core.quarter import season
from sim.inputs.levers import MANAGEMENT_EFFORT
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state.state import State


class Parameters(Numbers, name="districts"):
    """Numbers of the process."""

    standing: float = meaning("the city's districts above the province's")
    others: float = meaning("districts elsewhere in the province without a park")
    quota: float = meaning("parks that the province grants")
    applies: float = meaning("a district without a park applies")
    luck: float = meaning("luck in a year's score")
    zones: float = meaning("zones beside the districts that could be a pole")
    proposes: float = meaning("a district or zone proposes a pole")
    bar: float = meaning("the score from which the city names a pole")
    least_spread: float = meaning("R&D between districts, at least")
    least_rd: float = meaning("R&D that a district without any scores as")


# Slots of a district: of its life (zones' standing), of a year, of a quarter.
_ZONE = 0
_APPLIES, _SCORE = 0, 1
_PROPOSES = 2
# Groups of ids that stand for no row: zones, districts elsewhere.
_ZONES, _ELSEWHERE = 0, 1


def designate(state: State, p: Parameters) -> None:
    """Grant parks once a year, name poles in any quarter."""
    pace = 1 + state.offers.dose(MANAGEMENT_EFFORT, "science_park")
    if season(state.quarter) == 4:
        _grant_parks(state, p, pace)
    _name_poles(state, p, pace)


def begin(state: State, values: Values) -> None:
    """Give the city's parks to the districts that score best."""
    p = values.of(Parameters)
    size = np.log(district_rd(state, p))
    state.norms.district_mean = float(size.mean())
    state.norms.district_spread = max(float(size.std()), p.least_spread)
    order = np.argsort(-scores(state, p), kind="stable")
    for number in order[: round(state.figures.high_tech_parks)].tolist():
        state.totals.parks[number] = 1.0


# Scores


def ids_of(state: State) -> Ids:
    """Return the districts' ids, by their names."""
    return np.concatenate([identity.of_name(name) for name in state.city.districts])


def district_rd(state: State, p: Parameters) -> Floats:
    """Return R&D of the firms in each district, million CNY a year, a least for none."""
    firms, number = state.firms, len(state.city.districts)
    sums = np.bincount(firms.district, firms.rd * firms.alive, number) * state.weight
    return np.maximum(sums, p.least_rd)


def scores(state: State, p: Parameters) -> Floats:
    """Return lasting scores of the districts, against others that grow with the economy."""
    growth = (state.quarter - state.start) / 4 * np.log1p(state.macro_growth)
    gain = np.log(district_rd(state, p)) - state.norms.district_mean - growth
    return np.asarray(p.standing + gain / state.norms.district_spread)


# Parks


def parks(state: State) -> Flags:
    """Return which districts have a provincial high-tech park."""
    return np.array([number in state.totals.parks for number in range(len(state.city.districts))])


def best(own: Floats, rivals: Floats, places: int) -> Flags:
    """Return which of the own are among the best so many of all."""
    bar = np.sort(np.concatenate([own, rivals]))[::-1][: max(places, 0)]
    return np.asarray(own >= bar[-1]) if bar.size else np.zeros(own.size, np.bool_)


def _grant_parks(state: State, p: Parameters, pace: float) -> None:
    luck, ids = state.luck("districts"), ids_of(state)
    elsewhere = identity.plain(identity.OUTSIDER, _ELSEWHERE, np.arange(round(p.others)))
    elsewhere = elsewhere[luck.happens(elsewhere, p.applies, _APPLIES)]
    # Lasting standing and the year's luck of others are one draw: they win once and are gone.
    spread = np.sqrt(1 + p.luck**2)
    rivals = spread * luck.normal(elsewhere, _SCORE)
    applies = np.flatnonzero(~parks(state) & luck.happens(ids, p.applies * pace, _APPLIES))
    own = scores(state, p)[applies] + p.luck * luck.normal(ids[applies], _SCORE)
    won = applies[best(own, rivals, round(p.quota))]
    for number in won.tolist():
        state.totals.parks[number] = 1.0
    state.flows.park_applications += float(applies.size)
    state.flows.parks_granted += float(won.size)


# Poles


def poles(state: State) -> Flags:
    """Return which districts the city has named poles."""
    numbers = range(len(state.city.districts))
    return np.array([number in state.totals.poles_of_districts for number in numbers])


def _name_poles(state: State, p: Parameters, pace: float) -> None:
    """Name those who propose and score no less than the city's bar."""
    luck, districts = state.luck("districts"), ids_of(state)
    zones = identity.plain(identity.OUTSIDER, _ZONES, np.arange(round(p.zones)))
    standing = p.standing + state.draws.at("districts", 0).normal(zones, _ZONE)
    for named, ids, score in (
        (state.totals.poles_of_districts, districts, scores(state, p)),
        (state.totals.poles_of_zones, zones, standing),
    ):
        proposes = luck.happens(ids, p.proposes * pace, _PROPOSES) & (score >= p.bar)
        for number in np.flatnonzero(proposes).tolist():
            if number not in named:
                named[number] = 1.0
                state.flows.poles_named += 1
