"""Who sells development and services: firms, outsiders, and organisations on a ring."""

import numpy as np

from sim.inputs.kinds import KINDS
from sim.processes.contract import slots
from sim.state.columns import ACTIVE, BODIES
from sim.state.ring import Ring, ring
from sim.state.state import State

FIRM_SELLS, OUTSIDER_SELLS = -1, -2
# They broker, file or house; what their hosts know is sold by the hosts.
BROKERING = ("transfer_service", "technology_transfer_office", "ip_service", "science_park")
# Which kind codes sell development and services, bodies included: universities do.
SELLING = np.array(
    [
        bool({"transfer", "service"} & set(kind.functions)) and name not in BROKERING
        for name, kind in KINDS.items()
    ]
    + [body == "university" for body in BODIES]
)


def sellers(state: State) -> Ring:
    """Return the organisations that sell development and services, on this quarter's ring."""
    table = state.organisations
    rows = np.flatnonzero(SELLING[table.kind] & (table.status == ACTIVE))
    return ring(state.luck("contract"), table.id[rows], rows, slot=slots.SELLER)
