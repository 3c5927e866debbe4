"""Start-ups that sit in carriers at the start."""

import numpy as np

from sim.core.arrays import decay
from sim.core.draws import mix
from sim.inputs.codes import HOSTS
from sim.inputs.values import Values
from sim.processes import (
    incubation,
)
from sim.region.population.numbers import CARRIER, LAST_SEAT, SURVIVES, Parameters
from sim.state.founders import CARRIERS
from sim.state.state import State


def seat_tenants(state: State, values: Values) -> None:
    """Seat as many start-ups as carriers have on average, as far as there are any.

    They are those that seek a seat, which a share of all start-ups do: it is set such that so many
    have one now.
    """
    p, staying = values.of(Parameters), values.of(incubation.Parameters)
    firms, table = state.firms, state.organisations
    luck = state.draws.at("incubation", 0)
    carriers = state.platforms(*incubation.SEATING)
    usual = np.floor(table.seats[carriers] * p.occupancy) / state.weight
    room = (usual + luck.uniform(table.id[carriers], LAST_SEAT)).astype(np.int64)
    slots = np.repeat(carriers, room)
    young = np.flatnonzero(firms.alive & ~firms.above_scale & ~firms.technology_sme)
    years = (state.start - firms.founded[young]) / 4
    left = decay((staying.graduate + staying.leave) * years)
    stays = luck.happens(firms.id[young], left, SURVIVES) & (4 * years <= staying.longest)
    keen = state.lasting("incubation", 0)[young]
    enough = np.append(np.sort(keen[stays]), 1.0)
    state.norms.seeks_seat = (
        enough[min(slots.size, enough.size - 1)] if slots.size else staying.seek
    )
    sought = keen < state.norms.seeks_seat
    young, stays = young[sought], stays[sought]
    rows = young[stays]
    order = np.argsort(luck.uniform(firms.id[rows], CARRIER), kind="stable")[: slots.size]
    seat = np.arange(slots.size) - np.searchsorted(slots, slots)
    lot = luck.uniform(mix(table.id[slots], seat), CARRIER)
    taken = np.argsort(lot, kind="stable")[: order.size]
    seated = rows[order]
    firms.carrier[seated] = slots[taken]
    # Nobody has sat so long that the first quarter of the plan ends all tenancies at once.
    earliest = state.start - round(staying.longest) + 1
    firms.seated[seated] = np.maximum(firms.founded[seated] + 1, earliest)
    own = table.host_class[slots[taken]] == HOSTS.index("institute")
    firms.hatched[seated[own]] = True
    gone = young[~stays]
    firms.seated[gone] = firms.founded[gone] + 1
    firms.left_seat[gone] = state.start - round(p.left_before)
    table.tenants[:] = np.bincount(slots[taken], minlength=len(table)) * state.weight
    rows = state.platforms(*CARRIERS)
    seats = max(float(table.seats[rows].sum()), 1.0)
    state.norms.seats_taken = float(table.tenants[rows].sum()) / seats
