"""Projects: firms and researchers work together; cities, provinces and nations hold calls.

Firms agree with local universities and institutes on joint projects (``joint``), each with the one
it knows or one that is near and free (``partner``). In the second quarter the city's calls close
(``calls``), and those of province and nation, whose places are set outside (``outside``); what is
handed in, and by whom, is told once for both (``proposals``). A project that is agreed on or taken
has a value and a length (``beginning``); half-way and at its end it passes a milestone or not, and
may sell (``outcomes``). A city starts with norms that all later quarters are compared with
(``norms``) and with projects under way (``past``). Equations and evidence stand in each file.
"""

from sim.core import quarter
from sim.inputs.values import Values
from sim.processes.projects.calls import hold_city_calls
from sim.processes.projects.codes import NATIONAL, PROVINCIAL
from sim.processes.projects.joint import agree, through_vice_presidents
from sim.processes.projects.norms import (
    fix_norms,
    scale_joint_projects,
    usual_pilot_projects,
)
from sim.processes.projects.outcomes import ask_for_pilots, carry_on, count
from sim.processes.projects.outside import compete
from sim.processes.projects.parameters import Parameters
from sim.processes.projects.partner import partners
from sim.processes.projects.past import (
    past_city_projects,
    past_higher_projects,
    past_joint_projects,
    past_listed_projects,
    ripen,
    tie_up,
)
from sim.state.state import State
from sim.state.time import free_time

__all__ = ["Parameters", "begin", "expect_pilots", "undertake"]


def undertake(state: State, p: Parameters) -> None:
    """Agree on joint projects, hold the calls of the year, and carry all projects on."""
    those = partners(state, p, free_time(state))
    agree(state, p, those)
    through_vice_presidents(state, p, those)
    if quarter.season(state.quarter) == 2:
        hold_city_calls(state, p, those)
        for kind in (NATIONAL, PROVINCIAL):
            compete(state, p, those, kind)
    carry_on(state, p)
    count(state, p)


def expect_pilots(state: State, values: Values) -> None:
    """Note how many projects usually ask for pilot tests, before there are any."""
    state.totals.pilot_projects = usual_pilot_projects(state, values.of(Parameters))


def begin(state: State, values: Values) -> None:
    """Fix what later quarters are compared with, and start the city with its projects under way.

    To be called when firms, organisations and talents are there, and best after the year of
    history, whose matches count as one of the ways to a joint project.
    """
    p = values.of(Parameters)
    fix_norms(state, p)
    scale_joint_projects(state, p)
    those = partners(state, p, free_time(state))
    tie_up(state, p, those)
    past_joint_projects(state, p, those)
    past_city_projects(state, p, those)
    for kind in (PROVINCIAL, NATIONAL):
        past_higher_projects(state, p, those, kind)
    past_listed_projects(state, p, those)
    ripen(state, p)
    ask_for_pilots(state, p, state.start)
