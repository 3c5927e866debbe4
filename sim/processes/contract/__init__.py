"""Contract: two streams of technology contracts, and which of them are registered.

Firms buy results of universities and institutes that they met (``transfer``), and commission
development and services (``services``) from who sells them (``sellers``), small firms some of them
with a voucher (``vouchers``). Intermediaries broker, more of them for a bonus (``bonus``). What is
signed is registered or not (``signing``), and rewarded where it is shared or brokered
(``rewards``). Equations and evidence stand in each file.
"""

import numpy as np

from sim.processes.contract import rewards, services, signing, transfer, vouchers
from sim.processes.contract.parameters import Parameters
from sim.processes.contract.services import begin
from sim.state.state import State

__all__ = ["Parameters", "agree", "begin"]


def agree(state: State, p: Parameters) -> None:
    """Sign this quarter's contracts, register them, and have vouchers and rewards claimed."""
    state.firms.absorbed[:] = 0.0
    state.firms.voucher[:] = 0.0
    table = state.organisations
    table.income[:] = 0.0
    table.cases[:] *= p.remembered
    before = len(state.contracts)
    transfer.transfer_results(state, p)
    services.develop(state, p)
    vouchers.use_vouchers(state, p)
    signed = np.arange(before, len(state.contracts))
    rewards.reward_sharing(state, signed)
    rewards.pay_bonus(state, p, signed)
    signing.count(state, signed)
