"""Who sells development and services: firms, outsiders, and organisations of the city.

A contract is about a unit of knowledge: mostly of the buyer's field, else of its sector. The buyer
asks whom it remembers, one that somebody it knows has dealt with (a common partner [S21, K77]), and
some strangers, every second one of the field that is wanted, the others of its cluster, or anybody
where organisations are asked [K24, S38]. It takes whoever has the highest

    fit of the seller's nearest unit to the one wanted + taste of the pair

where taste is drawn once for a pair: what people and places add. Being remembered brings a place
among those asked and nothing else, and a lot parts who fit as well; so ties come back where one of
the field is wanted again. An organisation knows its field as a whole. Outsiders have no name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.core.arrays import Flags, Floats, Ids, Rows
from sim.inputs.kinds import KINDS
from sim.processes.contract import slots
from sim.processes.contract.deals import FIRM_SELLS, OUTSIDER_SELLS, Named
from sim.state import kene, ties
from sim.state.columns import ACTIVE, BODIES
from sim.state.ring import Ring, ring
from sim.state.state import State

# They broker, file or house; what their hosts know is sold by the hosts.
BROKERING = ("transfer_service", "technology_transfer_office", "ip_service", "science_park")
# Which kind codes sell development and services, bodies included: universities do.
SELLING = np.array(
    [
        bool({"transfer", "service"} & set(kind.functions)) and name not in BROKERING
        for name, kind in KINDS.items()
    ]
    + [body == "university" for body in BODIES]
)


def _wanted(state: State, ids: Ids, buyer: Rows) -> Rows:
    """Return the unit of knowledge that each contract is about."""
    luck, one = state.draws.at("kene", 0), np.ones(ids.size, np.int64)
    units = kene.build(ids, state.firms.field[buyer], one, 1, luck, state.knowledge)
    return units[:, 0].astype(np.int64)


@dataclass(frozen=True)
class Side:
    """Who may sell: firms, or organisations.

    Attributes:
        ids: Ids of all rows.
        sells: Whether each row sells, and at the end that nobody does not.
        near: Those who sell on a ring by field.
        around: Those who sell on a ring by cluster, or all together.
        fit: Returns how far what rows know overlaps with units wanted.
        provides: Returns the unit that rows provide where others are wanted.
    """

    ids: Ids
    sells: Flags
    near: Ring
    around: Ring
    fit: Callable[[Rows, Rows], Floats]
    provides: Callable[[Rows, Rows], Rows]


def firms_that_sell(state: State) -> Side:
    """Return firms that do R&D, by field and by cluster."""
    firms, luck, p = state.firms, state.luck("contract"), state.knowledge
    sells = firms.alive & (firms.rd > 0)
    rows = np.flatnonzero(sells)
    ids, field, cluster = firms.id[rows], firms.field[rows], firms.cluster[rows]
    return Side(
        ids=firms.id,
        sells=np.append(sells, False),
        near=ring(luck, ids, rows, field.astype(np.int64), slot=slots.NEAR_SELLER),
        around=ring(luck, ids, rows, cluster.astype(np.int64), slot=slots.CLUSTER_SELLER),
        fit=lambda those, wanted: kene.fit(firms.capabilities[those], wanted, p)[0],
        provides=lambda those, wanted: kene.fit(firms.capabilities[those], wanted, p)[1],
    )


def organisations_that_sell(state: State) -> Side:
    """Return organisations that sell development and services, by field and all together."""
    table, luck, p = state.organisations, state.luck("contract"), state.knowledge
    sells = SELLING[table.kind] & (table.status == ACTIVE)
    rows, field = np.flatnonzero(sells), table.field.astype(np.int64)
    ids = table.id[rows]
    return Side(
        ids=table.id,
        sells=np.append(sells, False),
        near=ring(luck, ids, rows, field[rows], slot=slots.NEAR_SELLER),
        around=ring(luck, ids, rows, slot=slots.SELLER),
        fit=lambda those, wanted: kene.fit_of_field(field[those], wanted, p),
        provides=lambda those, wanted: kene.in_field(field[those], wanted),
    )


def _strangers(
    state: State, side: Side, ids: Ids, fields: Rows, groups: Rows | int
) -> Iterator[Rows]:
    """Yield the strangers that each contract's buyer asks."""
    luck = state.draws.at("contract", 0)
    for number in range(round(state.ties.asked)):
        pointer = luck.uniform(ids, slots.ASKED + number)
        if number % 2 == 0:
            yield side.near.pick(pointer, fields)
        else:
            yield side.around.pick(pointer, groups)


def _through_partners(state: State, ids: Ids, known: Rows) -> Rows:
    """Return with whom a firm that each buyer remembers has dealt; a firm, or nobody."""
    luck, places = state.draws.at("contract", 0).block(ids, slots.COMMON // 4), known.shape[1]
    here = np.arange(ids.size)
    first = known[here, (luck[0] * places).astype(np.int64)]
    theirs = state.remembered(np.maximum(first, 0))
    second = theirs[here, (luck[1] * places).astype(np.int64)]
    return np.where(first >= 0, second, ties.NOBODY)


def _chosen(
    state: State, side: Side, ids: Ids, buyer: Rows, wanted: Rows, candidates: Rows
) -> tuple[Rows, Rows]:
    """Return who is taken of each contract's candidates, -1 for nobody, and what they provide."""
    places, able = candidates.shape[1], side.sells[np.maximum(candidates, ties.NOBODY)]
    rows = np.where(able, candidates, 0).ravel()
    deal, first = np.repeat(ids, places), np.repeat(state.firms.id[buyer], places)
    score = state.taste(first, side.ids[rows], deal)
    score += side.fit(rows, np.repeat(wanted, places))
    seller = ties.best(score.reshape(candidates.shape), candidates, able)
    named, unit = seller >= 0, wanted.copy()
    unit[named] = side.provides(seller[named], wanted[named])
    return seller, unit


def _name_firms(state: State, ids: Ids, buyer: Rows, wanted: Rows) -> tuple[Rows, Rows]:
    """Return the firm that each contract is signed with, -1 for none, and the unit it provides."""
    if ids.size == 0:
        return np.empty(0, np.int64), wanted
    side, known = firms_that_sell(state), state.remembered(buyer)
    cluster = state.firms.cluster[buyer].astype(np.int64)
    strangers = _strangers(state, side, ids, wanted // kene.PER_FIELD, cluster)
    candidates = np.column_stack([known, _through_partners(state, ids, known), *strangers])
    candidates[candidates == buyer[:, None]] = ties.NOBODY
    return _chosen(state, side, ids, buyer, wanted, candidates)


def _name_organisations(state: State, ids: Ids, buyer: Rows, wanted: Rows) -> tuple[Rows, Rows]:
    """Return the organisation that each contract is signed with, -1 for none, and its unit."""
    if len(state.organisations) == 0 or ids.size == 0:
        return np.full(ids.size, ties.NOBODY), wanted
    side, known = organisations_that_sell(state), state.organisations_remembered(buyer)
    strangers = _strangers(state, side, ids, wanted // kene.PER_FIELD, 0)
    return _chosen(state, side, ids, buyer, wanted, np.column_stack([known, *strangers]))


def name_sellers(
    state: State, ids: Ids, buyer: Rows, outsider: Flags, organisation: Flags
) -> Named:
    """Return with whom contracts are signed, some with outsiders, some with organisations.

    The others are signed with firms, and so are those for which no organisation is found.
    """
    unit = _wanted(state, ids, buyer)
    seller, firm = np.full(ids.size, FIRM_SELLS), np.full(ids.size, ties.NOBODY)
    seller[outsider] = OUTSIDER_SELLS
    at = np.flatnonzero(organisation)
    seller[at], unit[at] = _name_organisations(state, ids[at], buyer[at], unit[at])
    at = np.flatnonzero(seller == FIRM_SELLS)
    firm[at], unit[at] = _name_firms(state, ids[at], buyer[at], unit[at])
    return Named(seller, firm, unit)
