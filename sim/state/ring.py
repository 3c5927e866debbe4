"""Choosing somebody from a changing population without disturbing everybody else's choice.

Candidates lie on a ring at addressed positions; a chooser points at a place and takes the next
candidate (consistent hashing, Karger et al. 1997). When somebody enters or leaves, only those
who pointed just before them choose otherwise: in two scenarios the same chooser meets the same
candidate unless policy put a nearer one there.
"""

from dataclasses import dataclass

import numpy as np

from sim.core.arrays import Floats, Ids, Rows, Whole
from sim.core.compiled import compiled
from sim.core.draws import Addressed, ordered


@compiled
def _first_from(places: Floats, number: float) -> int:
    """Return the first position whose place is not below a number."""
    low, high = 0, places.size
    while low < high:
        middle = (low + high) // 2
        if places[middle] < number:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _pick(places: Floats, rows: Rows, pointers: Floats, groups: Rows, out: Rows) -> None:
    for i in range(pointers.size):
        group = float(groups[i])
        at = _first_from(places, group + pointers[i])
        if at == places.size or places[at] >= group + 1.0:  # once round
            at = _first_from(places, group)
        inside = at < places.size and places[at] < group + 1.0
        out[i] = rows[at] if inside else -1


@dataclass(frozen=True)
class Ring:
    """Candidates in the order of their places; groups lie one after another.

    Attributes:
        places: Sorted: the group's number plus a position in (0, 1).
        rows: The candidates' rows in the same order.
    """

    places: Floats
    rows: Rows

    def pick(self, pointers: Floats, groups: Whole | int = 0) -> Rows:
        """Return one candidate's row per pointer in (0, 1); -1 where the group is empty."""
        found = np.empty(pointers.size, np.int64)
        if isinstance(groups, int):
            groups = np.full(pointers.size, groups)
        _pick(self.places, self.rows, pointers, groups.astype(np.int64, copy=False), found)
        return found


def ring(luck: Addressed, ids: Ids, rows: Rows, groups: Whole | int = 0, *, slot: int) -> Ring:
    """Lay candidates on a ring by their draws; the ids and groups are those of the rows."""
    places = luck.uniform(ids, slot)
    if isinstance(groups, int):
        order = ordered(places)
        return Ring(places[order] + groups, rows[order])
    places += groups
    order = ordered(places, float(groups.max()) + 1.0 if groups.size else 1.0)
    return Ring(places[order], rows[order])
