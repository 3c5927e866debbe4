"""Addressed draws in whole numbers of Python: what ``sim/draws.py`` and ``sim/ring.py`` promise.

A draw is asked for by process, quarter, id and slot. One call of Philox4x32-10 answers four
neighbouring slots; the last answer is remembered, since one agent often asks for several.
"""

from bisect import bisect_left
from math import exp, log

from scipy.special import ndtri

from sim.core.draws import PROCESSES
from sim.core.identity import of_name

_MASK = 0xFFFFFFFF
_MASK_64 = 0xFFFFFFFFFFFFFFFF
_LOW_56 = (1 << 56) - 1


def round_keys(key):
    """Return the keys of Philox's ten rounds, which are the same for all draws of a replicate."""
    low, high = key
    return [((low + 0x9E3779B9 * n) & _MASK, (high + 0xBB67AE85 * n) & _MASK) for n in range(10)]


def philox(counter, keys):
    """Return the four words of Philox4x32-10."""
    c0, c1, c2, c3 = counter
    for k0, k1 in keys:
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = p1 >> 32 ^ c1 ^ k0, p1 & 0xFFFFFFFF, p0 >> 32 ^ c3 ^ k1, p0 & 0xFFFFFFFF
    return c0, c1, c2, c3


def _splitmix(value):
    z = (value + 0x9E3779B97F4A7C15) & _MASK_64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK_64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK_64
    return z ^ (z >> 31)


def mix(first, second):
    """Return the id of an ordered pair of ids."""
    return _splitmix(_splitmix(first) ^ second)


def plain_id(origin, first, second=0):
    """Return an id that can be read back."""
    return origin << 56 | first << 32 | second


def descending_id(origin, parent, first, second=0):
    """Return an id that descends from a parent's id and two numbers."""
    return origin << 56 | (mix(parent, first << 32 | second) & _LOW_56)


def id_of_name(name):
    """Return the id of something that is known by its name."""
    return int(of_name(name)[0])


def poisson(mean, share):
    """Return the Poisson count at a share of the probability below it."""
    count = 0
    chance = total = exp(-mean)
    while share > total and count < 1000:
        count += 1
        chance *= mean / count
        total += chance
    return count


def laplace(share):
    """Return the quantile of the standard Laplace distribution at a share."""
    if share < 0.5:
        return log(2.0 * share)
    return -log(2.0 * (1.0 - share))


class Luck:
    """All the luck of one replicate of one seed."""

    def __init__(self, seed, replicate):
        key = mix(seed, replicate)
        self._keys = round_keys((key & _MASK, key >> 32))
        self._last = None
        self._words = None

    def uniform(self, process, quarter, identity, slot=0):
        """Return a number in (0, 1)."""
        counter = identity & _MASK, identity >> 32, PROCESSES[process] << 16 | quarter, slot >> 2
        if counter != self._last:
            self._last = counter
            self._words = philox(counter, self._keys)
        return (self._words[slot & 3] + 0.5) * 2.0**-32

    def normal(self, process, quarter, identity, slot=0):
        """Return a standard normal number."""
        return float(ndtri(self.uniform(process, quarter, identity, slot)))


class Ring:
    """Candidates at drawn places; whoever points takes the next one (see ``sim/ring.py``).

    Each group of candidates has a ring of its own.
    """

    def __init__(self):
        self._groups = {}

    def lay(self, place, candidate, group=0):
        """Put a candidate at a place."""
        self._groups.setdefault(group, []).append((place, candidate))

    def close(self):
        """Sort the candidates, after which they can be picked; return the ring."""
        for candidates in self._groups.values():
            candidates.sort(key=_place)
        return self

    def pick(self, pointer, group=0):
        """Return the next candidate after a pointer in (0, 1), or None where the group is empty."""
        candidates = self._groups.get(group)
        if candidates is None:
            return None
        at = bisect_left(candidates, pointer, key=_place)
        return candidates[at if at < len(candidates) else 0][1]


def _place(laid):
    return laid[0]
