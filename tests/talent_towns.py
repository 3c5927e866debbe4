"""Towns of alike R&D firms in which talents come, for the tests of what talents do."""

import numpy as np
from world import AUTUMN, START, Given, add_bodies, add_firms, add_platforms, next_quarter, tiny

from sim.processes.talent import Parameters, begin, recruit_and_train
from sim.processes.talent.kinds import CODE

PLAIN = Parameters(
    vice_president_growth=0.0,
    professor_growth=0.0,
    professor_term=2,
    leading_growth=0.0,
    size_of_applicant=0.0,
    weaker=0.0,
    enrolment_growth=0.0,
    pull=0.0,
)


FIRM = {"rd": 1.0, "rd_stock": 10.0, "field": 3}


def town(*offers, p=PLAIN, firms=400, universities=2, institutes=0, columns=FIRM, **options):
    """Return a town of alike R&D firms, in flow; other options are figures."""
    state = tiny(*offers, **({"quarter": AUTUMN} | options))
    add_firms(state, firms, **columns)
    add_bodies(state, "university", universities, researchers=100.0)
    add_bodies(state, "outside", 3)
    add_platforms(state, "institute", institutes, researchers=40.0)
    begin(state, Given(p))
    return state


def live(state, p=PLAIN, quarters=1):
    for _ in range(quarters):
        recruit_and_train(state, p)
        next_quarter(state)


def new(state, kind):
    talents = state.talents
    return np.flatnonzero((talents.kind == CODE[kind]) & (talents.came >= START))
