"""Vouchers: small firms have part of a bill for services or for equipment paid.

A small firm with a voucher commissions an additional service with chance 0.8, has paid what it
would have bought with 0.1, and lets it lapse with 0.1 [P11].
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Floats, Rows
from sim.inputs.levers import EQUIPMENT_SHARE, VOUCHER_SHARE, Lever
from sim.processes.contract import slots
from sim.processes.contract.deals import Deals
from sim.processes.contract.parameters import Parameters
from sim.processes.contract.sellers import name_sellers
from sim.processes.contract.signing import sign
from sim.state.state import State


def _sign_additional(state: State, p: Parameters, buyer: Rows, slot: int) -> None:
    """Sign the contracts that vouchers brought about; the use of equipment teaches nothing."""
    ids = identity.mixed(identity.CONTRACT, state.firms.id[buyer], state.quarter, slot << 20)
    nowhere = np.zeros(buyer.size, np.bool_)
    named = name_sellers(state, ids, buyer, nowhere, ~nowhere)
    if slot == slots.EQUIPMENT:
        named = named._replace(unit=np.full(buyer.size, -1))
    deals = Deals(
        ids=ids,
        buyer=buyer,
        named=named,
        service=np.full(buyer.size, -1),
        value=np.full(buyer.size, p.voucher_bill),
        additional=True,
    )
    sign(state, p, deals)


def _note(state: State, rows: Rows, million: Floats) -> None:
    state.firms.voucher[rows] += million / state.weight


def _vouchers(
    state: State, p: Parameters, lever: Lever, small: NDArray[np.bool_], reach: float, slot: int
) -> None:
    """Let firms ask for one voucher; those who use it sign a contract, or would have anyway.

    Several governments may pay parts of one bill; a firm asks the oftener the more it counts on
    in all.
    """
    firms, luck = state.firms, state.luck("contract")
    chance = min(reach / 4 * state.counted_on(lever, most=1.0) / p.usual_share, 1.0)
    rows = np.flatnonzero(small & luck.happens(firms.id, chance, slot))
    use = luck.uniform(firms.id[rows], slot + 1)
    rows, use = rows[use < 1 - p.voucher_unused], use[use < 1 - p.voucher_unused]
    offers = list(state.offers.on(lever))
    total = max(sum(offer.dose for offer in offers), 1.0)
    for offer in offers:
        bill = p.voucher_bill * offer.dose / total * state.weight
        state.claim(offer, bill, payee="firm", rows=rows, note=_note)
    _sign_additional(state, p, rows[use < p.voucher_additional], slot)


def use_vouchers(state: State, p: Parameters) -> None:
    """Small firms use vouchers for services, and for equipment from carriers and lessors."""
    firms = state.firms
    small = firms.alive & (firms.employees < p.voucher_staff)
    small &= firms.technology_sme | (firms.rd > 0)
    _vouchers(state, p, VOUCHER_SHARE, small, p.voucher_reach, slots.TAKES_VOUCHER)
    reach = p.voucher_reach * p.equipment_uses
    _vouchers(state, p, EQUIPMENT_SHARE, small, reach, slots.EQUIPMENT)
