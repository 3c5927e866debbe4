"""Stable 64-bit ids by origin: who somebody is follows from where they came from.

The top byte is the origin; below it stand the numbers that make the origin unique. The same
latent founder therefore has the same id, and the same draws, in every scenario, whether or not
it enters; and an organisation is known by its host, its kind and the quarter of the decision.
"""

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.arrays import Ids
from sim.core.draws import mix

# Origins are part of every id: a number is never reused and never changes.
INCUMBENT_FIRM = 1
LATENT_FOUNDER = 2
INCUMBENT_ORGANISATION = 3
FOUNDED_ORGANISATION = 4
RESULT = 5
PERSON = 6
OUTSIDER = 7
CONTRACT = 9

_LOW_56 = np.uint64((1 << 56) - 1)


def plain(origin: int, first: ArrayLike, second: ArrayLike = 0) -> Ids:
    """Return ids that can be read back: origin, a number below 2^24 and one below 2^32."""
    a = np.asarray(first, np.uint64) << np.uint64(32)
    b = np.asarray(second, np.uint64)
    return np.atleast_1d(np.uint64(origin << 56) | a | b)


def first_of(ids: Ids) -> NDArray[np.int64]:
    """Return the first number of plain ids."""
    return (ids >> np.uint64(32) & np.uint64((1 << 24) - 1)).astype(np.int64)


def mixed(origin: int, parent: Ids, first: ArrayLike, second: ArrayLike = 0) -> Ids:
    """Return ids that descend from a parent's id and two numbers below 2^32."""
    below = np.asarray(first, np.uint64) << np.uint64(32) | np.asarray(second, np.uint64)
    return np.uint64(origin << 56) | (mix(parent, below) & _LOW_56)


def of_name(name: str) -> Ids:
    """Return the id of something that is known by its name, such as a parameter."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return np.array([int.from_bytes(digest, "little")], np.uint64)
