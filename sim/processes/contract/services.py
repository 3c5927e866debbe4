"""Development and services, stream (b): what firms that do R&D commission, and who brokers it.

Contracts are Poisson with mean ∝ R&D^elasticity, scaled to 150-250 contracts per billion CNY of
R&D [K16, S24]; sizes lognormal; half with outsiders. Intermediaries broker as many as want one, as
far as brokers have time.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arithmetic import power
from sim.core.arrays import Flags, Floats, Rows
from sim.core.compiled import compiled
from sim.core.draws import ordered, poisson
from sim.inputs.levers import TRANSFER_BONUS
from sim.inputs.values import Values
from sim.processes.contract import slots
from sim.processes.contract.bonus import brokering_chance
from sim.processes.contract.deals import Deals
from sim.processes.contract.parameters import Parameters
from sim.processes.contract.sellers import name_sellers
from sim.processes.contract.signing import registration_chance, sign
from sim.state.ring import ring
from sim.state.state import State

BILLION = 1000.0  # million CNY


@compiled
def _commission(
    draws: Floats,
    alive: Flags,
    rd: Floats,
    elasticity: float,
    scale: float,
    buyers: Rows,
    numbers: Rows,
) -> int:
    found = 0
    for i in range(alive.size):
        if alive[i] and rd[i] > 0.0:
            number = poisson(scale * power(rd[i], elasticity), draws[i])
            if number > 0:
                buyers[found] = i
                numbers[found] = number
                found += 1
    return found


def _intermediaries(
    state: State, p: Parameters, ids: np.ndarray, value: NDArray[np.float64]
) -> Rows:
    """Return the transfer service that brokers each contract, as far as brokers have time."""
    luck = state.draws.at("contract", 0)
    chance = brokering_chance(value, state.counted_on(TRANSFER_BONUS), p)
    wants = luck.happens(ids, chance, slots.BROKER)
    wanting = np.flatnonzero(wants)
    queue = wanting[ordered(luck.uniform(ids[wanting], slots.ORDER))]
    cases = state.flows.broker_cases / state.weight
    time = state.luck("contract").whole(identity.of_name("broker cases"), cases)
    served = np.zeros(ids.size, np.bool_)
    served[queue[:time]] = True
    services = state.platforms("transfer_service")
    offices = ring(
        state.luck("contract"), state.organisations.id[services], services, slot=slots.SELLER
    )
    return np.where(served, offices.pick(luck.uniform(ids, slots.OFFICE)), -1)


def develop(state: State, p: Parameters) -> None:
    """Stream (b): development and services that firms commission."""
    firms = state.firms
    buyers, numbers = np.empty(len(firms), np.int64), np.empty(len(firms), np.int64)
    found = _commission(
        state.luck("contract").uniform(firms.id, slots.COUNT),
        firms.alive,
        firms.rd,
        p.elasticity,
        state.norms.contract_scale,
        buyers,
        numbers,
    )
    if found == 0:
        return
    number = numbers[:found]
    buyer = np.repeat(buyers[:found], number)
    total = buyer.size
    serial = np.arange(total) - np.repeat(np.cumsum(number) - number, number)
    ids = identity.mixed(identity.CONTRACT, firms.id[buyer], state.quarter, serial)
    luck = state.draws.at("contract", 0)
    mean = state.figures.contract_mean
    spread = p.size_spread
    value = np.exp(np.log(mean) - spread**2 / 2 + spread * luck.normal(ids, slots.VALUE))
    outsider = luck.happens(ids, p.outside, slots.OUTSIDE)
    organisation = ~outsider & luck.happens(ids, p.organisations_sell, slots.ORGANISATION)
    service = _intermediaries(state, p, ids, value)
    named = name_sellers(state, ids, buyer, outsider, organisation)
    sign(state, p, Deals(ids=ids, buyer=buyer, named=named, service=service, value=value))


def begin(state: State, values: Values) -> None:
    """Scale stream (b) to the city: contracts per billion CNY of R&D, and their mean value."""
    firms, p = state.firms, values.of(Parameters)
    performs = firms.alive & (firms.rd > 0)
    rd = firms.rd[performs]
    yearly = state.figures.contracts_per_bn_rd * rd.sum() / BILLION
    # The published ratio counts registered contracts.
    chance = registration_chance(state, firms.district[performs], p)
    registered = np.sum(chance * rd**p.elasticity)
    state.norms.contract_scale = yearly / 4 / registered if rd.size else 0.0
