"""What firms learnt from outside: how much they can take in, and how much of it is at work."""

import numpy as np

from sim.core.arrays import Floats, Rows
from sim.state.columns import TALENT_KINDS, Firms, Talents

_DUAL_POST = TALENT_KINDS.index("vice_president")


def absorptive_capacity(rd_stock: Floats, typical: float) -> Floats:
    """Return R&D stock over itself plus the typical stock: 0 without own R&D, below 1."""
    return rd_stock / (rd_stock + max(typical, 1e-9))


def posts_of_firms(talents: Talents) -> Rows:
    """Return the rows of talents who hold a post in a firm beside one in science."""
    return np.flatnonzero((talents.kind == _DUAL_POST) & (talents.firm >= 0))


def who_serve(firms: Firms, talents: Talents, now: int) -> Floats:
    """Return how many science vice-presidents and researchers on posts serve in each firm.

    Shape (firms,), persons, 0 or more.
    """
    posts = posts_of_firms(talents)
    until = talents.until[posts]
    serve = posts[(talents.came[posts] <= now) & ((until == 0) | (until > now))]
    people = np.bincount(talents.firm[serve], minlength=len(firms))
    return np.asarray(people + (firms.posted_until > now), np.float64)
