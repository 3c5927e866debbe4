"""A town of equal firms and universities, for all that is told of projects."""

from types import SimpleNamespace

import numpy as np
from world import START, add_bodies, add_firms, tiny

from sim.core import identity
from sim.processes.projects import Parameters, begin
from sim.state.columns import TALENT_KINDS

CALL = START + 1  # 2019Q2, in which calls close
QUIET = {
    "provincial_proposals": 1e-9,
    "national_proposals": 1e-9,
    "firm_proposals": 1e-9,
    "floor": 1e-9,
}


def town(*offers, firms=200, universities=4, quarter=START, p=None, weight=1.0, **stock):
    """Return a city of equal firms and universities with its norms fixed and no past."""
    state = tiny(*offers, quarter=quarter, weight=weight, **stock)
    add_bodies(state, "university", universities, researchers=500.0)
    add_firms(state, firms, rd=10.0, rd_stock=50.0, founded=quarter)
    start(state, p or Parameters(**QUIET))
    return state


def start(state, p):
    """Fix the norms of a city and give it its past projects."""
    begin(state, SimpleNamespace(of=lambda name: p))


def vice_president(state, firm=0, **columns):
    """Add a science vice-president of a firm and the first organisation; return the row."""
    ids = identity.plain(identity.PERSON, 3, np.arange(len(state.talents), len(state.talents) + 1))
    usual = {"came": START - 2, "until": START + 6, "organisation": 0}
    kind = TALENT_KINDS.index("vice_president")
    return state.talents.add(ids, kind=kind, firm=firm, **(usual | columns))[0]
