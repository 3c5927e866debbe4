"""Signing: contracts are written down, registered or not, and counted.

Registration is a choice of its own: it saves tax and takes an errand, the less where the
district has a registration service. Real and registered contracts are counted apart.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Flags, Rows
from sim.inputs.levers import TRANSFER_BONUS
from sim.processes.contract import slots
from sim.processes.contract.bonus import bonus_excess
from sim.processes.contract.deals import Deals
from sim.processes.contract.parameters import Parameters
from sim.state import ties
from sim.state.columns import ACTIVE
from sim.state.state import State


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
        seller=deals.named.seller,
        seller_firm=deals.named.firm,
        unit=deals.named.unit,
        service=deals.service,
        value=deals.value,
        registered=_registered(state, p, deals),
        additional=deals.additional,
    )
    _remember(state, deals)
    firms, table = state.firms, state.organisations
    # A result is bought by one of the firms of a row, services by each of them.
    weight = 1.0 if deals.transfer else state.weight
    used = deals.value * deals.absorbed * weight / state.weight
    np.add.at(firms.absorbed, deals.buyer, used)
    np.add.at(firms.purchases, deals.buyer, 1)
    for party in (deals.named.seller, deals.service):
        known = party >= 0
        np.add.at(table.cases, party[known], weight)
        np.add.at(table.income, party[known], deals.value[known] * weight)


def _remember(state: State, deals: Deals) -> None:
    """Let each buyer remember who sold to it, and each firm to whom it sold, deal after deal."""
    seller, firm = deals.named.seller, deals.named.firm
    code = np.where(seller >= 0, ties.of_organisation(seller), firm)
    who, whom = np.column_stack([deals.buyer, firm]), np.column_stack([code, deals.buyer])
    dealt = np.column_stack([code != ties.NOBODY, firm >= 0])
    if deals.transfer:  # one of the firms of a row remembers it
        luck = state.draws.at("contract", 0)
        dealt &= luck.happens(deals.ids, 1 / state.weight, slots.REMEMBERED)[:, None]
    state.tie(who[dealt].astype(np.int64), whom[dealt])


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
