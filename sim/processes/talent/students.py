"""Students of institutes: they enrol in autumn and finish two or three springs on.

The cohorts of earlier years are under way at the start.
"""

from sim.core.quarter import season
from sim.inputs.levers import GRADUATE_PLACES
from sim.processes.talent.parameters import Parameters
from sim.state.state import State

# Quarters from an autumn's start of a degree to the spring two and three years on.
TWO_YEARS, THREE_YEARS = 7, 11
AUTUMNS = 3  # years of students who are under way at once


def enrolment(normal: float, places: float, researchers: float, p: Parameters) -> float:
    """Return who enrols: the usual number and further places, as far as there are supervisors."""
    return normal + min(places * p.filled, max(p.supervises * researchers - normal, 0.0))


def _enrol(state: State, p: Parameters, autumn: int, number: float) -> None:
    """Let students begin in an autumn; they finish in the second or third spring after a year."""
    for quarters, share in ((TWO_YEARS, p.two_years), (THREE_YEARS, 1 - p.two_years)):
        if autumn + quarters >= state.start:
            state.totals.graduates_due[autumn + quarters] += number * share * p.completes


def teach(state: State, p: Parameters) -> None:
    """Let students enrol in autumn and finish in spring."""
    rows = state.platforms("institute")
    if season(state.quarter) == 3 and rows.size:
        normal = state.norms.enrolled * rows.size / max(state.norms.institutes, 1.0)
        staff = float(state.organisations.researchers[rows].sum())
        places = state.offers.dose(GRADUATE_PLACES)
        number = enrolment(normal, places, staff, p)
        state.flows.enrolled += number
        _enrol(state, p, state.quarter, number)
    finished = state.totals.graduates_due.pop(state.quarter, 0.0)
    state.flows.students_graduated += finished
    state.totals.graduates += finished
    state.totals.graduates_since_the_start += finished
    state.totals.graduates_staying += finished * p.stays


def begin_graduates(state: State, p: Parameters) -> None:
    """Put the students of the last three autumns on their way; G a year finish at the start."""
    yearly = state.figures.graduates
    growth = 1 + p.enrolment_growth
    finishing = p.completes * (p.two_years * growth**-2 + (1 - p.two_years) * growth**-3)
    state.norms.enrolled = yearly / finishing
    state.norms.institutes = float(state.platforms("institute").size)
    autumn = state.start - 1 - (state.start + 1) % 4  # the last third quarter before the start
    for back in range(AUTUMNS):
        _enrol(state, p, autumn - 4 * back, state.norms.enrolled * growth**-back)
    state.totals.graduates = yearly * p.years_before
