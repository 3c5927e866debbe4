"""Rewards for what was signed: to who shares services with small firms, and to who brokers."""

import numpy as np

from sim.core.arrays import Rows
from sim.inputs.levers import SHARING_REWARD, TRANSFER_BONUS
from sim.processes.contract.parameters import Parameters
from sim.processes.contract.signing import claim
from sim.state.state import State


def reward_sharing(state: State, p: Parameters, signed: Rows) -> None:
    """Reward organisations for the shared services that small firms bought with vouchers."""
    contracts, table = state.contracts, state.organisations
    shared = signed[contracts.additional[signed] & (contracts.seller[signed] >= 0)]
    sold = contracts.value[shared] * state.weight
    value = np.bincount(contracts.seller[shared], sold, minlength=len(table))
    rows = np.flatnonzero(value > 0)
    for offer in state.offers.on(SHARING_REWARD):
        claim(state, p, offer, table.id[rows], value[rows] * offer.dose, "platform")


def pay_bonus(state: State, p: Parameters, signed: Rows) -> None:
    """Pay intermediaries a share of the registered contracts that they brokered."""
    contracts = state.contracts
    rows = signed[contracts.registered[signed] & (contracts.service[signed] >= 0)]
    weight = np.where(contracts.transfer[rows], 1.0, state.weight)
    base = np.minimum(contracts.value[rows], p.bonus_base) * weight
    state.flows.bonus_base += float(base.sum())
    for offer in state.offers.on(TRANSFER_BONUS):
        served = claim(state, p, offer, contracts.id[rows], base * offer.dose, "platform")
        contracts.bonus[rows[served]] += base[served] * offer.dose
    state.flows.bonus += float(contracts.bonus[rows].sum())
