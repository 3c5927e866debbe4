"""Talent: titles, talents who move, graduates and skilled staff."""

import numpy as np

from sim.core.arrays import Flags
from sim.indicators.measure import Indicator
from sim.processes.talent.hosts import local_science
from sim.processes.talent.kinds import CODE, OF_FIRMS
from sim.state.columns import ACTIVE
from sim.state.state import State


def _counted(state: State, kind: str, which: Flags) -> float:
    weight = state.weight if kind in OF_FIRMS else 1.0
    return float((which & (state.talents.kind == CODE[kind])).sum()) * weight


def _new(state: State, kind: str) -> float:
    return _counted(state, kind, state.talents.came >= state.start)


def _new_that_brought(state: State, kind: str) -> float:
    talents = state.talents
    brought = (talents.capability >= 0) | talents.tied
    return _counted(state, kind, brought & (talents.came >= state.start))


def _present(state: State) -> Flags:
    """Return who has not left, at an organisation or firm in being."""
    talents, table = state.talents, state.organisations
    stays = (talents.until == 0) | (talents.until > state.quarter)
    working = np.append(table.status == ACTIVE, False)[talents.organisation]
    employed = np.append(state.firms.alive, False)[talents.firm]
    return np.asarray(stays & (working | employed), np.bool_)


def vice_presidents_new(state: State) -> float:
    """Return science vice-presidents appointed since the start."""
    return _new(state, "vice_president")


def vice_presidents_who_brought(state: State) -> float:
    """Return those of them who brought a new capability or a new tie."""
    return _new_that_brought(state, "vice_president")


def vice_presidents_local(state: State) -> float:
    """Return those of them whom universities and institutes of the city sent."""
    near = np.isin(state.talents.organisation, local_science(state))
    return _counted(state, "vice_president", near & (state.talents.came >= state.start))


def industry_professors_new(state: State) -> float:
    """Return industry professors appointed since the start."""
    return _new(state, "industry_professor")


def industry_professors_who_tied(state: State) -> float:
    """Return those of them who brought a tie between firm and university."""
    return _new_that_brought(state, "industry_professor")


def institute_talents(state: State) -> float:
    """Return talents and teams brought in by institutes, those before the start included."""
    return _counted(state, "institute_talent", np.ones(len(state.talents), np.bool_))


def institute_talents_new(state: State) -> float:
    """Return those of them who came since the start."""
    return _new(state, "institute_talent")


def institute_talents_present(state: State) -> float:
    """Return all who still work at an institute in operation."""
    return _counted(state, "institute_talent", _present(state))


def top_talents_new(state: State) -> float:
    """Return top talents who came since the start."""
    return _new(state, "top_talent")


def top_talents_new_present(state: State) -> float:
    """Return those of them who still work in the city."""
    return _counted(state, "top_talent", _present(state) & (state.talents.came >= state.start))


def top_talents_ever(state: State) -> float:
    """Return all top talents who ever came, those of the start included."""
    return _counted(state, "top_talent", np.ones(len(state.talents), np.bool_))


def top_talents_in_being(state: State) -> float:
    """Return top talents in the city."""
    return _counted(state, "top_talent", _present(state))


def leading_talents_new(state: State) -> float:
    """Return national and provincial titles of leading talent won since the start."""
    return _new(state, "leading_talent")


def leading_talents_new_present(state: State) -> float:
    """Return those of them whose host is in being."""
    return _counted(state, "leading_talent", _present(state) & (state.talents.came >= state.start))


def graduates_trained(state: State) -> float:
    """Return masters and doctors trained at institutes, those before the start included."""
    return state.totals.graduates


def graduates_new(state: State) -> float:
    """Return those of them who finished since the start."""
    return state.totals.graduates_since_the_start


def graduates_staying(state: State) -> float:
    """Return graduates since the start who took work in the city."""
    return state.totals.graduates_staying


def skilled_share(state: State) -> float:
    """Return the highly skilled share of skilled staff, percent."""
    return 100 * state.totals.highly_skilled / max(state.totals.skilled, 1.0)


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="science_vice_presidents_new",
        unit="persons",
        zh="科技副总",
        meaning="science vice-presidents titled since the start",
        measure=vice_presidents_new,
        real=vice_presidents_who_brought,
        activity="who brought knowledge into their firm",
        moved_by=("talent",),
    ),
    Indicator(
        name="industry_professors_new",
        unit="persons",
        zh="产业教授",
        meaning="industry professors titled since the start",
        measure=industry_professors_new,
        real=industry_professors_who_tied,
        activity="who tied their firm to a university",
        moved_by=("talent",),
    ),
    Indicator(
        name="high_end_talents",
        unit="persons or teams",
        zh="高端创新人才(团队)",
        meaning="high-end talents or teams brought in by institutes",
        measure=institute_talents,
        real=institute_talents_present,
        activity="still there",
        moved_by=("talent", "founding"),
    ),
    Indicator(
        name="top_talents",
        unit="persons",
        zh="院士等顶尖人才",
        meaning="top talents who came since the start",
        measure=top_talents_new,
        real=top_talents_new_present,
        activity="still there",
        moved_by=("talent",),
    ),
    Indicator(
        name="graduates_trained",
        unit="persons",
        zh="培养硕博士",
        meaning="masters and doctors trained by institutes",
        measure=graduates_trained,
        real=graduates_staying,
        activity="who stayed, since the start",
        moved_by=("talent",),
    ),
    Indicator(
        name="top_talents_total",
        unit="persons",
        zh="顶尖人才",
        meaning="top talents brought in, in being",
        measure=top_talents_in_being,
        moved_by=("talent",),
    ),
    Indicator(
        name="leading_talents_new",
        unit="persons",
        zh="领军人才",
        meaning="leading talents titled since the start",
        measure=leading_talents_new,
        real=leading_talents_new_present,
        activity="still there",
        moved_by=("talent",),
    ),
    Indicator(
        name="skilled_share",
        unit="percent",
        zh="高技能人才占比",
        meaning="highly skilled share of the skilled workforce",
        measure=skilled_share,
        moved_by=("talent",),
    ),
    Indicator(
        name="science_vice_presidents_local",
        unit="persons",
        zh="科技副总",
        meaning="science vice-presidents sent by local universities and institutes",
        measure=vice_presidents_local,
        moved_by=("talent",),
    ),
    Indicator(
        name="high_end_talents_new",
        unit="persons or teams",
        zh="高端创新人才(团队)",
        meaning="high-end talents or teams brought in by institutes since the start",
        measure=institute_talents_new,
        moved_by=("talent", "founding"),
    ),
    Indicator(
        name="graduates_trained_new",
        unit="persons",
        zh="培养硕博士",
        meaning="masters and doctors trained by institutes since the start",
        measure=graduates_new,
        real=graduates_staying,
        activity="who stayed",
        moved_by=("talent",),
    ),
    Indicator(
        name="top_talents_ever",
        unit="persons",
        zh="顶尖人才",
        meaning="top talents ever brought in",
        measure=top_talents_ever,
        real=top_talents_in_being,
        activity="still there",
        moved_by=("talent",),
    ),
)
