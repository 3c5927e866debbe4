"""What firms and results know: capabilities, after SKIN's kene (Gilbert, Pyka & Ahrweiler 2001).

Capabilities are numbered 20 to each of the 35 WIPO fields (Schmoch 2008), so ``c // 20`` is a
field. The appeal of a piece of knowledge to a firm is overlap × novelty, an inverted U in
cognitive distance [K15]; it is longest where nothing is shared and shortened within a sector.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Floats, Ids, Rows, Whole
from sim.core.compiled import compiled
from sim.core.draws import Addressed
from sim.state.knowledge import Parameters

PER_FIELD = 20  # capabilities numbered to a field: how finely knowledge is told apart
# The five WIPO sectors: the last field (from 0) of each of them.
_SECTOR_ENDS = np.array([7, 12, 23, 31, 34])
_SECTOR_STARTS = np.concatenate(([0], _SECTOR_ENDS[:-1] + 1))
_SECTOR_OF = np.searchsorted(_SECTOR_ENDS, np.arange(_SECTOR_ENDS[-1] + 1))

Capabilities = NDArray[np.int16]


def sector(field: Whole) -> Rows:
    """Return the WIPO sector, 0 to 4, of fields numbered from 0."""
    return np.asarray(_SECTOR_OF[field])


def lengths(u: Floats, most: int, p: Parameters) -> Rows:
    """Return how many units firms hold, evenly from the least up to below the most."""
    least = round(p.least)
    return least + (u * (most - least)).astype(np.int64)


@compiled
def _build(
    draws: Floats,
    fields: Whole,
    lengths: Whole,
    own_field: float,
    starts: Rows,
    ends: Rows,
    out: Capabilities,
) -> None:
    width = out.shape[1]
    for i in range(fields.size):
        sector = _SECTOR_OF[fields[i]]
        for j in range(min(lengths[i], width)):
            field = int(fields[i])
            if draws[i, j] >= own_field:
                share = (draws[i, j] - own_field) / (1 - own_field)
                field = starts[sector] + int(share * (ends[sector] - starts[sector] + 1))
            out[i, j] = field * PER_FIELD + int(draws[i, width + j] * PER_FIELD)


def build(
    ids: Ids,
    fields: Whole,
    lengths: Whole,
    width: int,
    luck: Addressed,
    p: Parameters,
) -> Capabilities:
    """Return an n × width array of capabilities; the first ``length`` cells are filled.

    Most units lie in the owner's own field, the others in its sector.
    """
    out = np.full((ids.size, width), -1, np.int16)
    draws = luck.table(ids, 2 * width)
    _build(draws, fields, lengths, p.own_field, _SECTOR_STARTS, _SECTOR_ENDS, out)
    return out


@compiled
def _shared(held: int, wanted: int, same_field: float, same_sector: float) -> float:
    """Return how far two units overlap."""
    if held == wanted:
        return 1.0
    if held // PER_FIELD == wanted // PER_FIELD:
        return max(same_field, same_sector)
    if _SECTOR_OF[held // PER_FIELD] == _SECTOR_OF[wanted // PER_FIELD]:
        return same_sector
    return 0.0


@compiled
def _nearest(units: Whole, wanted: int, same_field: float, same_sector: float) -> tuple[float, int]:
    """Return how far the nearest of somebody's units overlaps with one, and which it is."""
    best, which = 0.0, -1
    for k in range(units.size):
        held = units[k]
        if held < 0:
            continue
        shared = _shared(held, wanted, same_field, same_sector)
        if which < 0 or shared > best:
            best, which = shared, held
    return best, which


@compiled
def _appeal(
    firms: Whole, others: Whole, same_field: float, same_sector: float, out: Floats
) -> None:
    for i in range(out.size):
        units, overlap = 0, 0.0
        for j in range(others.shape[1]):
            wanted = others[i, j]
            if wanted < 0:
                continue
            units += 1
            overlap += _nearest(firms[i], wanted, same_field, same_sector)[0]
        overlap /= max(units, 1)
        out[i] = 4 * overlap * (1 - overlap)  # 4: the top is 1


def appeal(firms: Whole, others: Whole, p: Parameters) -> Floats:
    """Return overlap × novelty, scaled to 0 … 1, for pairs of owners row by row.

    A unit overlaps fully where the same capability is held, in part where the field is held,
    and less where only the sector is; the inverted U has its top at one half.
    """
    out = np.empty(firms.shape[0])
    _appeal(firms, others, p.same_field, p.same_sector, out)
    return out


@compiled
def _fit(
    holders: Whole,
    wanted: Whole,
    same_field: float,
    same_sector: float,
    out: Floats,
    taught: Rows,
) -> None:
    for i in range(out.size):
        out[i], taught[i] = _nearest(holders[i], wanted[i], same_field, same_sector)


def fit(holders: Whole, wanted: Whole, p: Parameters) -> tuple[Floats, Rows]:
    """Return how far the nearest unit of each holder overlaps with one wanted, and that unit.

    Args:
        holders: Whole, a row each.
        wanted: A unit for each row.
        p: How units are compared.
    """
    out, taught = np.empty(wanted.size), np.empty(wanted.size, np.int64)
    _fit(holders, wanted, p.same_field, p.same_sector, out, taught)
    return out, taught


def fit_of_field(fields: Whole, wanted: Whole, p: Parameters) -> Floats:
    """Return how far fields that are known as a whole overlap with units wanted."""
    of = wanted // PER_FIELD
    near = np.where(sector(fields) == sector(of), p.same_sector, 0.0)
    return np.where(fields == of, max(p.same_field, p.same_sector), near)


def nearness(first: Whole, second: Whole, of_sector: float, far: float) -> Floats:
    """Return how near pairs of fields are: 1 for the same, less in one sector, or ``far``."""
    near = np.where(sector(first) == sector(second), of_sector, far)
    return np.where(first == second, 1.0, near)


def in_field(fields: Whole, wanted: Whole) -> Rows:
    """Return the units of fields that stand where those wanted stand in theirs."""
    return np.asarray(fields * PER_FIELD + wanted % PER_FIELD, np.int64)
