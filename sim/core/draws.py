"""Random numbers that are addressed, never consumed.

Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
SC11) maps a counter of four words under a key of two words to four words. Here

    key     = mix(seed, replicate)                                   64 bits
    counter = (id low, id high, process << 16 | quarter, slot // 4)  4 × 32 bits

and slot ``s`` reads word ``s % 4``: one call gives the four numbers of four neighbouring slots.
No generator object exists, so no order of execution can matter: the same agent asks the same
question in the same quarter and gets the same answer, whatever happened to anybody else.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sim.core.arithmetic import exp, log
from sim.core.arrays import Address, Flags, Floats, Ids
from sim.core.compiled import compiled, inlined

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]
Uniforms = tuple[float, float, float, float]

# Codes are part of every draw's address: a code is never reused and never changes.
# From 1024 on they are those of plug-ins, by their names: see region/plugins.
PROCESSES = {
    "parameters": 1,
    "wording": 2,
    "population": 3,
    "kene": 4,
    "budget": 5,
    "research": 6,
    "meeting": 7,
    "contract": 8,
    "founding": 9,
    "incubation": 10,
    "services": 11,
    "market": 12,
    "demography": 13,
    "accreditation": 14,
    "evaluation": 15,
    "lot": 16,
    "talent": 17,
    "subsidy_response": 18,
    "maturation": 19,
    "projects": 20,
    "outreach": 21,
    "funds": 22,
    "space": 23,
    "districts": 24,
    "equipment": 25,
    "accounts": 26,
    "ties": 27,
    "learning": 28,
}

_MASK = np.uint64(0xFFFFFFFF)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_32 = np.uint64(32)
_SCALE = 2.0**-32


@inlined
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> Words:
    """Return the four words of Philox4x32-10 for a counter and a key, all as 64-bit integers.

    Words are masked where they are multiplied: the compiler then knows that they have 32 bits,
    and a loop over agents takes several of them at a time.
    """
    for _ in range(10):
        p0 = _MULTIPLIER_0 * (c0 & _MASK)
        p1 = _MULTIPLIER_1 * (c2 & _MASK)
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _MASK, (p0 >> _32) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + _WEYL_0) & _MASK
        k1 = (k1 + _WEYL_1) & _MASK
    return c0, c1, c2, c3


@inlined
def four(address: Address, identity: np.uint64, block: int) -> Uniforms:
    """Return the uniforms of slots ``4 × block`` to ``4 × block + 3`` of one agent."""
    w0, w1, w2, w3 = philox(
        identity & _MASK, identity >> _32, address[2], np.uint64(block), address[0], address[1]
    )
    return (
        (np.float64(w0) + 0.5) * _SCALE,
        (np.float64(w1) + 0.5) * _SCALE,
        (np.float64(w2) + 0.5) * _SCALE,
        (np.float64(w3) + 0.5) * _SCALE,
    )


# One loop per word: the compiler leaves out what no agent asked for.


@compiled
def _first(address: Address, ids: Ids, block: int, out: Floats) -> None:
    for i in range(ids.size):
        out[i] = four(address, ids[i], block)[0]


@compiled
def _second(address: Address, ids: Ids, block: int, out: Floats) -> None:
    for i in range(ids.size):
        out[i] = four(address, ids[i], block)[1]


@compiled
def _third(address: Address, ids: Ids, block: int, out: Floats) -> None:
    for i in range(ids.size):
        out[i] = four(address, ids[i], block)[2]


@compiled
def _fourth(address: Address, ids: Ids, block: int, out: Floats) -> None:
    for i in range(ids.size):
        out[i] = four(address, ids[i], block)[3]


_WORDS = (_first, _second, _third, _fourth)


@compiled
def _block(address: Address, ids: Ids, block: int, out: Floats) -> None:
    for i in range(ids.size):
        out[0, i], out[1, i], out[2, i], out[3, i] = four(address, ids[i], block)


@inlined
def laplace(share: float) -> float:
    """Return the quantile of the standard Laplace distribution at a share."""
    side = log(2.0 * min(share, 1.0 - share))
    return side if share < 0.5 else -side


def laplace_share(place: float) -> float:
    """Return the share of the standard Laplace distribution below a place."""
    tail = 0.5 * math.exp(-abs(place))
    return tail if place < 0 else 1 - tail


@compiled
def poisson(mean: float, share: float) -> int:
    """Return the Poisson count at a share of the probability below it (inversion)."""
    if share <= 1.0 - mean:  # which is below exp(-mean)
        return 0
    count = 0
    chance = exp(-mean)
    total = chance
    while share > total and count < 1000:
        count += 1
        chance *= mean / count
        total += chance
    return count


@compiled
def _poisson_all(means: Floats, shares: Floats, out: NDArray[np.int64]) -> None:
    for i in range(means.size):
        out[i] = poisson(means[i], shares[i])


@compiled
def _ordered(numbers: Floats, span: float, order: NDArray[np.int64]) -> None:
    n = numbers.size
    ends = np.zeros(n + 1, np.int64)
    bucket = np.empty(n, np.int64)
    for i in range(n):
        bucket[i] = min(int(numbers[i] * (n / span)), n - 1)
        ends[bucket[i] + 1] += 1
    for b in range(n):
        ends[b + 1] += ends[b]
    for i in range(n):
        order[ends[bucket[i]]] = i
        ends[bucket[i]] += 1
    # Buckets stand in order now; within one, a few neighbours change places.
    for at in range(1, n):
        i = order[at]
        before = at - 1
        while before >= 0 and numbers[order[before]] > numbers[i]:
            order[before + 1] = order[before]
            before -= 1
        order[before + 1] = i


def ordered(numbers: Floats, span: float = 1.0) -> NDArray[np.int64]:
    """Return the stable order of numbers that lie spread over 0 to a span, as draws do."""
    order = np.empty(numbers.size, np.int64)
    _ordered(numbers, span, order)
    return order


def poisson_counts(means: Floats, shares: Floats) -> NDArray[np.int64]:
    """Return Poisson counts by inversion, one per mean and share; a mean is at most some 50."""
    out = np.empty(means.size, np.int64)
    _poisson_all(np.ascontiguousarray(means, np.float64), shares, out)
    return out


@inlined
def _splitmix(value: np.uint64) -> np.uint64:
    z = value + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@inlined
def mixed(first: np.uint64, second: np.uint64) -> np.uint64:
    """Return one 64-bit id for an ordered pair of ids; see ``mix``."""
    return _splitmix(_splitmix(first) ^ second)


@compiled
def _mix_all(first: Ids, second: Ids, out: Ids) -> None:
    for i in range(out.size):
        out[i] = mixed(first[i], second[i])


def mix(first: ArrayLike, second: ArrayLike) -> Ids:
    """Return one 64-bit id for each ordered pair of ids.

    It is splitmix(splitmix(first) ^ second) with the SplitMix64 finaliser (Steele, Lea & Flood
    2014, "Fast splittable pseudorandom number generators", OOPSLA).
    """
    a = np.atleast_1d(np.asarray(first, np.uint64))
    b = np.atleast_1d(np.asarray(second, np.uint64))
    size = max(a.size, b.size) if min(a.size, b.size) else 0
    out = np.empty(size, np.uint64)
    _mix_all(_spread(a, size), _spread(b, size), out)
    return out


def _spread(ids: Ids, size: int) -> Ids:
    return ids if ids.size == size else np.full(size, ids[0] if size else 0, np.uint64)


@lru_cache(maxsize=4096)
def _key(seed: int, replicate: int) -> tuple[np.uint64, np.uint64]:
    key = int(mix(seed, replicate)[0])
    return np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32)


@dataclass(frozen=True)
class Addressed:
    """The draws of one process in one quarter: agents ask by id and slot.

    Attributes:
        address: Key low, key high, process and quarter: what kernels pass on to ``four``.
    """

    address: Address

    def uniform(self, ids: Ids, slot: int = 0) -> Floats:
        """Return a number in (0, 1) for each id."""
        out = np.empty(ids.size)
        _WORDS[slot % 4](self.address, ids, slot // 4, out)
        return out

    def block(self, ids: Ids, block: int = 0) -> Floats:
        """Return the numbers of four neighbouring slots, as rows of a 4 × n array."""
        out = np.empty((4, ids.size))
        _block(self.address, ids, block, out)
        return out

    def table(self, ids: Ids, slots: int) -> Floats:
        """Return an n × slots array: slot 0, 1, 2 … of each id, in columns."""
        blocks = (slots + 3) // 4
        out = np.empty((4 * blocks, ids.size))
        for block in range(blocks):
            _block(self.address, ids, block, out[4 * block : 4 * block + 4])
        return out[:slots].T

    def happens(self, ids: Ids, probability: Floats | float, slot: int = 0) -> Flags:
        """Return for each id whether an event of that probability happens to it."""
        return np.asarray(self.uniform(ids, slot) < probability, np.bool_)

    def normal(self, ids: Ids, slot: int = 0) -> Floats:
        """Return a standard normal number for each id, by the inverse distribution."""
        return np.asarray(ndtri(self.uniform(ids, slot)), np.float64)

    def whole(self, ids: Ids, value: float, slot: int = 0) -> int:
        """Return a whole number whose mean is the value, by the draw of the first id."""
        return int(value + self.uniform(ids[:1], slot)[0])

    def poisson(self, ids: Ids, means: Floats, slot: int = 0) -> NDArray[np.int64]:
        """Return a Poisson count for each id."""
        return poisson_counts(means, self.uniform(ids, slot))


@dataclass(frozen=True)
class Draws:
    """All the luck of one replicate of one seed.

    Attributes:
        seed: A whole number from 0; two seeds are two worlds.
        replicate: Which replicate of that world.
        until: The last quarter of that luck; None where it never ends.
        then: Whose luck follows. What was drawn for life, at quarter 0, stays.
    """

    seed: int
    replicate: int
    until: int | None = None
    then: int = 0

    def at(self, process: str, quarter: int = 0) -> Addressed:
        """Return the draws of a process in a quarter.

        Raises:
            KeyError: If the process has no code in ``PROCESSES``.
        """
        over = self.until is not None and quarter > self.until
        return _addressed(self.seed, self.then if over else self.replicate, process, quarter)


@lru_cache(maxsize=4096)
def _addressed(seed: int, replicate: int, process: str, quarter: int) -> Addressed:
    low, high = _key(seed, replicate)
    return Addressed((low, high, np.uint64(PROCESSES[process] << 16 | quarter)))
