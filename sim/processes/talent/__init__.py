"""Talent: titles that a province grants, talents who move, students, skilled staff, exchange.

In autumn firms' people and people sent to firms win titles (``titles``), and others those of
leading talent (``leading_talents``), against applicants elsewhere (``pools``). Top talents and
teams weigh a package (``packages``) and come or not (``movers``); researchers are sent into firms
(``posts``) by universities and institutes (``hosts``). Students enrol and finish (``students``);
skilled staff learn and retire (``skilled_staff``). Equations and evidence stand in each file.
"""

from sim.core.quarter import season
from sim.inputs.values import Values
from sim.processes.talent import leading_talents, movers, posts, skilled_staff, students, titles
from sim.processes.talent.parameters import Parameters
from sim.state.state import State

__all__ = ["Parameters", "begin", "recruit_and_train"]


def recruit_and_train(state: State, p: Parameters) -> None:
    """End terms, grant titles, bring talents in, send people out, train."""
    titles.end_terms(state, p)
    movers.leave(state, p)
    if season(state.quarter) == 4:
        titles.grant_titles(state, p)
        leading_talents.grant_leading(state, p)
    movers.come_to_the_top(state, p)
    movers.come_to_institutes(state, p)
    posts.exchange(state, p)
    students.teach(state, p)
    skilled_staff.age(state, p)


def begin(state: State, values: Values) -> None:
    """Put title holders, talents, students and skilled staff into a new city, in flow."""
    p = values.of(Parameters)
    titles.begin_titles(state, p)
    movers.begin_movers(state, p)
    students.begin_graduates(state, p)
    skilled_staff.begin_skilled(state)
