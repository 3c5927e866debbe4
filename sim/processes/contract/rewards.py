"""Rewards for what was signed: to who shares services with small firms, and to who brokers."""

import numpy as np

from sim.core.arrays import Floats, Rows
from sim.inputs.levers import SHARING_REWARD, TRANSFER_BONUS
from sim.processes.contract.parameters import Parameters
from sim.state.books import Purse
from sim.state.state import State


def reward_sharing(state: State, signed: Rows) -> None:
    """Reward organisations for the shared services that small firms bought with vouchers."""
    contracts = state.contracts
    shared = signed[contracts.additional[signed] & (contracts.seller[signed] >= 0)]
    sold = contracts.value[shared] * state.weight
    value = np.bincount(contracts.seller[shared], sold, minlength=len(state.organisations))
    rows = np.flatnonzero(value > 0)
    for offer in state.offers.on(SHARING_REWARD):
        sums = value[rows] * offer.dose
        state.claim(offer, sums, payee="platform", rows=rows, to=Purse(rows))


def pay_bonus(state: State, p: Parameters, signed: Rows) -> None:
    """Let intermediaries claim a share of the registered contracts that they brokered."""
    contracts = state.contracts
    rows = signed[contracts.registered[signed] & (contracts.service[signed] >= 0)]
    weight = np.where(contracts.transfer[rows], 1.0, state.weight)
    base = np.minimum(contracts.value[rows], p.bonus_base) * weight
    state.flows.bonus_base += float(base.sum())
    for offer in state.offers.on(TRANSFER_BONUS):
        sums, to = base * offer.dose, Purse(contracts.service[rows].astype(np.int64))
        state.claim(offer, sums, payee="platform", rows=rows, to=to, note=_note_bonus)


def _note_bonus(state: State, rows: Rows, million: Floats) -> None:
    state.contracts.bonus[rows] += million
    state.flows.bonus += float(million.sum())
