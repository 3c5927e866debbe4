"""Cities in which firms commission services, or meet results, for the tests of contracts."""

import numpy as np
from world import add_firms, tiny

from sim.processes.contract import Parameters
from sim.state.state import Matches

# Signed whenever it is worth its price at all.
EAGER = Parameters(close=1.0, gain=1000.0)


def commissioning(number=2000, mean=1.0, **state):
    """Return a city whose firms commission on average so many contracts each."""
    made = tiny(contract_scale=mean, **state)
    add_firms(made, number, rd=1.0, rd_stock=10.0)
    return made


def matched(state, result, buyer, *, appeal=1.0, service=-1):
    """Let results and buyers have met."""
    rows = np.atleast_1d(result)
    state.matches = Matches(
        rows,
        np.broadcast_to(buyer, rows.shape),
        np.broadcast_to(service, rows.shape),
        np.broadcast_to(np.asarray(appeal, float), rows.shape),
    )
