"""Choosing somebody from a changing population without disturbing everybody else's choice.

Candidates lie on a ring at addressed positions; a chooser points at a place and takes the next
candidate (consistent hashing, Karger et al. 1997). When somebody enters or leaves, only those
who pointed just before them choose otherwise: in two scenarios the same chooser meets the same
candidate unless policy put a nearer one there.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.draws import Addressed, Ids
from sim.tables import Rows


@dataclass(frozen=True)
class Ring:
    """Candidates in the order of their places; groups lie one after another.

    Attributes:
        places: Sorted: the group's number plus a position in (0, 1).
        rows: The candidates' rows in the same order.
    """

    places: NDArray[np.float64]
    rows: Rows

    def pick(self, pointers: NDArray[np.float64], groups: NDArray[np.integer] | int = 0) -> Rows:
        """Return one candidate's row per pointer in (0, 1); -1 where the group is empty."""
        groups = np.broadcast_to(np.asarray(groups), pointers.shape)
        if self.rows.size == 0:
            return np.full(pointers.size, -1)
        first = np.searchsorted(self.places, groups)
        last = np.searchsorted(self.places, groups + 1)
        at = np.searchsorted(self.places, groups + pointers)
        at = np.where(at >= last, first, at)
        found = self.rows[np.minimum(at, self.rows.size - 1)]
        return np.where(last > first, found, -1)


def ring(
    luck: Addressed, ids: Ids, rows: Rows, groups: NDArray[np.integer] | int = 0, *, slot: int
) -> Ring:
    """Lay candidates on a ring by their draws; the ids and groups are those of the rows."""
    places = luck.uniform(ids, slot) + groups
    order = np.argsort(places, kind="stable")
    return Ring(places[order], rows[order])
