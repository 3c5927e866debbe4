"""Finite pools elsewhere: who weighs a move to the city, and who competes with it for a quota.

With ``a`` applicants here, ``b`` elsewhere and ``q`` places, the ``q`` best scores of ``a + b``
win, so that a city wins about q · a / (a + b).
"""

import numpy as np

from sim.core import identity
from sim.core.arrays import Flags, Floats, Ids
from sim.processes.talent import slots
from sim.processes.talent.kinds import CODE
from sim.state.columns import TALENT_KINDS
from sim.state.state import State

_RIVALS = len(TALENT_KINDS)  # groups of strangers: candidates by kind, then rivals by kind


def wins(scores: Floats, rivals: Floats, places: float, weight: float, lot: Floats) -> Flags:
    """Return who is among the best; an applicant stands for ``weight`` of them, a rival for one.

    Who stands for more than the places that are left wins by lot, as often as one of them would.
    """
    better = np.searchsorted(np.sort(-rivals), -scores)
    rank = np.argsort(np.argsort(-scores, kind="stable"), kind="stable")
    return np.asarray(better + (rank + lot) * weight < places, np.bool_)


def strangers(state: State, group: int, number: float) -> Ids:
    """Return candidates or rivals of this quarter, known by a number within their group."""
    numbers = np.arange(max(round(number), 0)) + (group << 20)
    return identity.plain(identity.OUTSIDER, state.quarter, numbers)


def rival_scores(state: State, kind: str, applicants: float, own: float) -> Floats:
    """Return the scores of applicants elsewhere, where so many apply in all without policy."""
    ids = strangers(state, _RIVALS + CODE[kind], applicants - own)
    return state.luck("talent").normal(ids, slots.SCORE)


def growth_so_far(state: State, growth: float) -> float:
    """Return growth since the award before the start."""
    return float((1 + growth) ** ((state.quarter - state.start) // 4 + 1))
