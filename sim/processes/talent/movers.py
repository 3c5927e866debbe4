"""Talents who move: top talents from the nation's pool, talents and teams of institutes.

Both weigh a package and come from finite pools: top talents from the nation's; teams from those
that know an institute, in which new institutes recruit faster.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Floats, Ids, Rows
from sim.core.draws import Addressed
from sim.processes.talent import slots
from sim.processes.talent.hosts import drawn_hosts, hosts_now, local_science
from sim.processes.talent.kinds import CODE
from sim.processes.talent.packages import claim_packages, weighing
from sim.processes.talent.parameters import Parameters
from sim.processes.talent.pools import strangers
from sim.state.state import State

ONE_EVENT = 0.5  # events before any is known: Jeffreys prior of a rate


def recruiting(years: Floats, p: Parameters) -> Floats:
    """Return how fast institutes of an age recruit, later years being 1."""
    return np.where(years < p.build_up_years, p.build_up, 1.0)


def recruiting_years(years: Floats, p: Parameters) -> Floats:
    """Return the years behind institutes, weighted by how fast they recruited."""
    young = np.clip(years, 0.0, p.build_up_years)
    return np.asarray(p.build_up * young + np.maximum(years - p.build_up_years, 0.0))


def _stay(luck: Addressed, ids: Ids, mean: float) -> NDArray[np.int64]:
    """Return quarters until somebody leaves, a year at least."""
    quarters = -4 * mean * np.log(luck.uniform(ids, slots.STAYS))
    return np.maximum(np.rint(quarters), 4).astype(np.int64)


def _staff(state: State, institutes: Rows, number: float) -> None:
    """Change institutes' researchers by a number per talent or team."""
    researchers = state.organisations.researchers
    np.add.at(researchers, institutes, number)
    researchers[institutes] = np.maximum(researchers[institutes], 0.0)


def come_to_the_top(state: State, p: Parameters) -> None:
    """Let top talents weigh the city, and claim the packages for those who come."""
    kind, luck = "top_talent", state.luck("talent")
    pool = strangers(state, CODE[kind], max(p.top_pool / 4, 1.0))
    share = min(state.norms.top_talents_a_year / 4 / pool.size, p.top_share)
    ids = weighing(state, p, kind, pool, share, p.top_package, hosts_now(state))
    organisation = drawn_hosts(state, luck, ids)
    if (organisation < 0).any():  # nobody to host them
        return
    claim_packages(state, kind, organisation)
    state.talents.add(
        ids,
        kind=CODE[kind],
        came=state.quarter,
        until=state.quarter + _stay(luck, ids, p.top_stay),
        organisation=organisation,
    )


def come_to_institutes(state: State, p: Parameters) -> None:
    """Let talents and teams weigh the institutes that would have them."""
    kind, luck = "institute_talent", state.luck("talent")
    rows = state.platforms("institute")
    if rows.size == 0:
        return
    table = state.organisations
    speed = recruiting((state.quarter - table.opens[rows]) / 4, p)
    crowding = min(1.0, p.team_pool * max(state.norms.recruiting, 1.0) / float(speed.sum()))
    mean = state.norms.talents_a_year / 4 * speed * p.candidates * crowding
    number = luck.poisson(table.id[rows], mean, slots.CANDIDATES)
    serial = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    at = np.repeat(rows, number)
    everybody = identity.mixed(identity.OUTSIDER, table.id[at], state.quarter, serial)
    ids = weighing(state, p, kind, everybody, 1 / p.candidates, p.team_package, 1.0)
    at = at[np.isin(everybody, ids)]
    claim_packages(state, kind, at)
    state.talents.add(
        ids,
        kind=CODE[kind],
        came=state.quarter,
        until=state.quarter + _stay(luck, ids, p.team_stay),
        organisation=at,
    )
    _staff(state, at, p.team_staff)


def leave(state: State, p: Parameters) -> None:
    """Let institutes lose those whose stay ends."""
    talents = state.talents
    ending = np.flatnonzero(talents.until == state.quarter)
    teams = ending[talents.kind[ending] == CODE["institute_talent"]]
    _staff(state, talents.organisation[teams], -p.team_staff)


def begin_movers(state: State, p: Parameters) -> None:
    """Put the talents of the start into office, and fix the rates behind them."""
    state.norms.talent_hosts = float(local_science(state).size)
    _begin_top(state, p)
    _begin_institute_talents(state, p)


def _incumbents(kind: str, number: int) -> Ids:
    """Return people of the start; the 0 is left to certified brokers."""
    return identity.plain(identity.PERSON, CODE[kind], np.arange(1, number + 1))


def _begin_top(state: State, p: Parameters) -> None:
    number = round(state.figures.top_talents)
    state.norms.top_talents_a_year = (state.figures.top_talents + ONE_EVENT) / p.programme_years
    ids = _incumbents("top_talent", number)
    luck = state.draws.at("talent", 0)
    back = luck.uniform(ids, slots.SINCE) * 4 * p.programme_years
    state.talents.add(
        ids,
        kind=CODE["top_talent"],
        came=state.start - 1 - back.astype(np.int64),
        until=state.start + _stay(luck, ids, p.top_stay),
        organisation=drawn_hosts(state, luck, ids),
    )


def _begin_institute_talents(state: State, p: Parameters) -> None:
    """Spread those brought in so far over the institutes' years, and fix the rate behind them."""
    table = state.organisations
    rows = state.platforms("institute")
    years = (state.start - table.opens[rows]) / 4
    weighted = recruiting_years(years, p)
    number = round(state.figures.institute_talents) if rows.size else 0
    known = max(float(weighted.sum()), 1.0)
    state.norms.talents_a_year = (state.figures.institute_talents + ONE_EVENT) / known
    state.norms.recruiting = float(recruiting(years, p).sum())
    ids = _incumbents("institute_talent", number)
    luck = state.draws.at("talent", 0)
    at = np.searchsorted(np.cumsum(weighted), luck.uniform(ids, slots.POINTER) * weighted.sum())
    age = luck.uniform(ids, slots.SINCE) * years[at] * 4
    came = state.start - 1 - age.astype(np.int64)
    state.talents.add(
        ids,
        kind=CODE["institute_talent"],
        came=came,
        until=came + _stay(luck, ids, p.team_stay),
        organisation=rows[at],
    )
