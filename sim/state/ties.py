"""Ties: with whom firms dealt lately, which they remember for a while.

A firm remembers up to six counterparts, firms and organisations alike, by its last deal with each;
who is new takes the place of the one dealt with longest ago. Who was not dealt with for ``memory``
quarters is forgotten. Nothing says that anybody is chosen again: who deals looks at those it
remembers beside strangers, and takes whoever fits best.
"""

import numpy as np

from sim.core.arrays import Flags, Floats, Rows, Whole
from sim.core.compiled import compiled
from sim.state.columns import Firms

NOBODY = -1
LOT, LOT_SLOT = 1e-6, 1  # what a lot weighs beside a fit from 0 to 1; its draw


def of_organisation(rows: Whole) -> Rows:
    """Return how organisations stand among counterparts, where firms stand by their rows.

    It is its own inverse: of what stands there it returns the rows.
    """
    return np.asarray(-2 - rows, np.int64)


@compiled
def _remember(known: Whole, dealt: Whole, rows: Rows, others: Rows, when: Whole) -> None:
    for n in range(rows.size):
        i, place = rows[n], 0
        for j in range(known.shape[1]):
            if known[i, j] == others[n]:
                place = j
                break
            if dealt[i, j] < dealt[i, place]:
                place = j
        if when[n] >= dealt[i, place]:
            known[i, place], dealt[i, place] = others[n], when[n]


def remember(firms: Firms, rows: Rows, others: Rows, when: Whole) -> None:
    """Let firms remember whom they dealt with in these quarters, one deal after another."""
    _remember(firms.known, firms.dealt, rows, others, when)


def remembered(firms: Firms, rows: Rows, since: float) -> Rows:
    """Return whom firms dealt with after a quarter, in columns; nobody where it was before."""
    known = firms.known[rows].astype(np.int64)
    return np.where(firms.dealt[rows] > since, known, NOBODY)


def best(score: Floats, candidates: Rows, able: Flags) -> Rows:
    """Return of each row of candidates the able one with the highest score, or -1."""
    most = np.where(able, score, -np.inf).argmax(axis=1)
    here = np.arange(candidates.shape[0])
    return np.where(able.any(axis=1), candidates[here, most], NOBODY)
