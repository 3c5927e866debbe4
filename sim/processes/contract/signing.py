"""Signing: contracts are written down, registered or not, and counted.

Registration is a choice of its own: it saves tax and takes an errand, the less where the
district has a registration service. Real and registered contracts are counted apart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Flags, Floats, Ids, Rows, Whole
from sim.inputs.levers import TRANSFER_BONUS
from sim.processes.contract import slots
from sim.processes.contract.bonus import bonus_excess
from sim.processes.contract.parameters import Parameters
from sim.state.columns import ACTIVE
from sim.state.state import State


@dataclass(frozen=True, kw_only=True)
class Deals:
    """What contracts of one stream say when they are signed.

    Attributes:
        ids: Their ids.
        buyer: Rows of firms.
        seller: Rows of organisations; or a firm, or an outsider.
        service: Who brokered them, row; -1 for nobody.
        value: Million CNY.
        transfer: Whether they sell results of universities or institutes.
        additional: Whether a voucher brought them about.
        absorbed: Whether the buyer itself uses what it bought.
    """

    ids: Ids
    buyer: Rows
    seller: Whole
    service: Rows
    value: Floats
    transfer: bool = False
    additional: bool = False
    absorbed: Flags | bool = True


def registration_districts(state: State) -> NDArray[np.bool_]:
    """Return per district whether it has an active technology-market registration service."""
    table = state.organisations
    served = np.zeros(len(state.city.districts), np.bool_)
    here = table.registration & (table.status == ACTIVE)
    served[table.district[here]] = True
    return served


def registration_chance(
    state: State, district: NDArray[np.integer], p: Parameters
) -> NDArray[np.float64]:
    """Return the chance that a contract of a buyer in a district is registered."""
    local = registration_districts(state)[district]
    return p.register + np.where(local, p.register_locally * (1 - p.register), 0.0)


def _registered(state: State, p: Parameters, deals: Deals) -> Flags:
    """Return which contracts are registered: of themselves, or for the bonus of a broker."""
    chance = registration_chance(state, state.firms.district[deals.buyer], p)
    luck = state.draws.at("contract", 0)
    paid = bonus_excess(deals.value, state.counted_on(TRANSFER_BONUS), p) > 0
    won_over = luck.happens(deals.ids, p.bonus_registers, slots.REGISTERED_FOR_BONUS)
    brokered = paid & (deals.service >= 0)
    return luck.happens(deals.ids, chance, slots.REGISTERED) | (brokered & won_over)


def sign(state: State, p: Parameters, deals: Deals) -> None:
    """Write contracts down and book what they mean for buyer, seller and intermediary."""
    if deals.ids.size == 0:
        return
    state.contracts.add(
        deals.ids,
        quarter=state.quarter,
        transfer=deals.transfer,
        buyer=deals.buyer,
        seller=deals.seller,
        service=deals.service,
        value=deals.value,
        registered=_registered(state, p, deals),
        additional=deals.additional,
    )
    firms, table = state.firms, state.organisations
    np.add.at(firms.absorbed, deals.buyer, deals.value * deals.absorbed)
    np.add.at(firms.purchases, deals.buyer, 1)
    weight = 1.0 if deals.transfer else state.weight
    for party in (deals.seller, deals.service):
        known = party >= 0
        np.add.at(table.cases, party[known], weight)
        np.add.at(table.income, party[known], deals.value[known] * weight)


def count(state: State, rows: Rows) -> None:
    """Add this quarter's contracts to the flows."""
    contracts, flows = state.contracts, state.flows
    transfer = contracts.transfer[rows]
    weight = np.where(transfer, 1.0, state.weight)
    value = contracts.value[rows] * weight
    registered = contracts.registered[rows]
    brokered = contracts.service[rows] >= 0
    flows.contracts_real += float(weight.sum())
    flows.contracts += float(weight[registered].sum())
    flows.turnover_real += float(value.sum())
    flows.turnover += float(value[registered].sum())
    flows.transfers += float(transfer.sum())
    flows.brokered += float(weight[brokered].sum())
    flows.brokered_value += float(value[brokered].sum())
    flows.voucher_contracts += float(weight[contracts.additional[rows]].sum())
