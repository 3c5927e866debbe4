"""The bonus to intermediaries, as a function of numbers: what it is worth above a case's cost.

It is a share of the value of a registered contract that an intermediary brokered. Below what a
case costs the intermediary it moves nothing; above, with the excess e = 1 - cost / bonus,

    P(use an intermediary) = u + (1 - u) · response · e

and a part of what is brokered and would not be registered is registered for the bonus [B17, Q12].
"""

import numpy as np
from numpy.typing import NDArray

from sim.processes.contract.parameters import Parameters


def bonus_excess(value: NDArray[np.float64], share: float, p: Parameters) -> NDArray[np.float64]:
    """Return 1 - cost / bonus of brokering contracts of a value; 0 below the cost."""
    bonus = np.maximum(share * np.minimum(value, p.bonus_base), 1e-12)
    return np.asarray(np.maximum(1 - p.brokering_cost / bonus, 0.0))


def brokering_chance(
    value: NDArray[np.float64], share: float, p: Parameters
) -> NDArray[np.float64]:
    """Return the chance that a contract uses an intermediary, where one is free."""
    drawn_in = (1 - p.intermediated) * p.bonus_response * bonus_excess(value, share, p)
    return np.asarray(p.intermediated + drawn_in)
