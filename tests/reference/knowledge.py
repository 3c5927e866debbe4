"""Capabilities, one owner at a time: what ``sim/kene.py`` says of arrays of them."""

from bisect import bisect_left

PER_FIELD = 20
SECTOR_ENDS = (7, 12, 23, 31, 34)  # the last field, from 0, of each WIPO sector


def sector(field):
    """Return the WIPO sector of a field."""
    return bisect_left(SECTOR_ENDS, field)


def units_held(u, most, p):
    """Return how many units a firm holds."""
    least = round(p.least)
    return least + int(u * (most - least))


def capabilities(luck, p, identity, field, length, width):
    """Return what somebody knows: most units lie in the own field, the others in its sector."""
    last = SECTOR_ENDS[sector(field)]
    first = SECTOR_ENDS[sector(field) - 1] + 1 if sector(field) else 0
    units = []
    for cell in range(length):
        u = luck.uniform("kene", 0, identity, cell)
        if u < p.own_field:
            of_field = field
        else:
            share = (u - p.own_field) / (1 - p.own_field)
            of_field = first + int(share * (last - first + 1))
        number = int(luck.uniform("kene", 0, identity, width + cell) * PER_FIELD)
        units.append(of_field * PER_FIELD + number)
    return units + [-1] * (width - length)


def closeness(p, unit, other):
    """Return 1 for the same capability, less for the same field or sector."""
    if unit == other:
        return 1.0
    if unit // PER_FIELD == other // PER_FIELD:
        return p.same_field
    return p.same_sector if sector(unit // PER_FIELD) == sector(other // PER_FIELD) else 0.0


def nearest(p, holder, unit):
    """Return how far the nearest of somebody's units overlaps with one, and which it is."""
    mine = [held for held in holder if held >= 0]
    overlap = [closeness(p, held, unit) for held in mine]
    if not mine:
        return 0.0, -1
    return max(overlap), mine[overlap.index(max(overlap))]


def fit_of_field(p, field, unit):
    """Return how far a field known as a whole overlaps with a unit."""
    of = unit // PER_FIELD
    if field == of:
        return max(p.same_field, p.same_sector)
    return p.same_sector if sector(field) == sector(of) else 0.0


def appeal(p, firm, other):
    """Return overlap × novelty, scaled to 0 … 1, of a piece of knowledge to a firm."""
    mine = [unit for unit in firm if unit >= 0]
    theirs = [unit for unit in other if unit >= 0]
    shared = 0.0
    for unit in theirs:
        shared += max((closeness(p, held, unit) for held in mine), default=0.0)
    overlap = shared / max(len(theirs), 1)
    return 4 * overlap * (1 - overlap)
