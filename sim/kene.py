"""What firms and results know: capabilities, after SKIN's kene (Gilbert, Pyka & Ahrweiler 2001).

Capabilities are numbered 20 to each of the 35 WIPO fields (Schmoch 2008), so ``c // 20`` is a
field. The appeal of a piece of knowledge to a firm is overlap × novelty, an inverted U in
cognitive distance [K15]; it is longest where nothing is shared and shortened within a sector.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.draws import Addressed, Ids
from sim.quantity import quantity

PER_FIELD = 20  # capabilities numbered to a field: how finely knowledge is told apart
# The five WIPO sectors: the last field (from 0) of each of them.
_SECTOR_ENDS = np.array([7, 12, 23, 31, 34])

Capabilities = NDArray[np.int16]


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of what is known; structural, after SKIN: outcomes should not hang on them."""

    least: float = quantity(
        3,
        unit="units of knowledge that a firm holds at least",
        low=2,
        high=5,
        status="assumed",
        source="as many as a result has; judged",
        spread="fixed",
    )
    own_field: float = quantity(
        0.8,
        unit="share of units in the owner's own field, the others in its sector",
        low=0.6,
        high=0.95,
        status="assumed",
        source="structural; judged",
        spread="fixed",
    )
    same_field: float = quantity(
        0.5,
        unit="overlap of two units of one field, the same capability being 1",
        low=0.25,
        high=0.75,
        status="assumed",
        source="nearer than the sector; structural, judged",
        spread="fixed",
    )
    same_sector: float = quantity(
        0.1,
        unit="overlap of two units of one sector, the same capability being 1",
        low=0.0,
        high=0.25,
        status="assumed",
        source="distance is shortened within a sector; structural, judged",
        spread="fixed",
    )


def sector(field: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the WIPO sector, 0 to 4, of fields numbered from 0."""
    return np.searchsorted(_SECTOR_ENDS, field)


def lengths(u: NDArray[np.float64], most: int, p: Parameters) -> NDArray[np.int64]:
    """Return how many units firms hold, evenly from the least up to below the most."""
    least = round(p.least)
    return least + (u * (most - least)).astype(np.int64)


def build(
    ids: Ids,
    fields: NDArray[np.integer],
    lengths: NDArray[np.integer],
    width: int,
    luck: Addressed,
    p: Parameters,
) -> Capabilities:
    """Return an n × width array of capabilities; the first ``length`` cells are filled.

    Most units lie in the owner's own field, the others in its sector.
    """
    u = luck.table(ids, 2 * width)
    own = u[:, :width] < p.own_field
    ends = _SECTOR_ENDS[sector(fields)]
    starts = np.concatenate(([0], _SECTOR_ENDS[:-1] + 1))[sector(fields)]
    share = (u[:, :width].T - p.own_field) / (1 - p.own_field)
    wander = starts + (share * (ends - starts + 1)).astype(np.int64)
    field = np.where(own, fields[:, None], wander.T)
    units = field * PER_FIELD + (u[:, width:] * PER_FIELD).astype(np.int64)
    filled = np.arange(width) < lengths[:, None]
    return np.where(filled, units, -1).astype(np.int16)


def appeal(firms: Capabilities, others: Capabilities, p: Parameters) -> NDArray[np.float64]:
    """Return overlap × novelty, scaled to 0 … 1, for pairs of owners row by row.

    A unit overlaps fully where the same capability is held, in part where the field is held,
    and less where only the sector is; the inverted U has its top at one half.
    """
    a, b = firms[:, :, None], others[:, None, :]
    field_a, field_b = a // PER_FIELD, b // PER_FIELD
    shared = np.where(a == b, 1.0, 0.0)
    shared = np.maximum(shared, np.where(field_a == field_b, p.same_field, 0.0))
    same_sector = sector(np.maximum(field_a, 0)) == sector(np.maximum(field_b, 0))
    shared = np.maximum(shared, np.where(same_sector, p.same_sector, 0.0))
    shared = np.where((a < 0) | (b < 0), 0.0, shared)
    overlap = shared.max(axis=1).sum(axis=1) / np.maximum((others >= 0).sum(axis=1), 1)
    return np.asarray(4 * overlap * (1 - overlap), np.float64)  # 4: the top is 1
