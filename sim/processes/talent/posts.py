"""Exchange posts: researchers go into firms, as far as firms accept and staff can be sent.

A post lasts a year, in which what the researcher knows is at work in the firm (``learning``). A
firm without a partner may gain one.
"""

import numpy as np

from sim.core import identity
from sim.core.quarter import season
from sim.inputs.levers import EXCHANGE_POSTS
from sim.processes.talent import slots
from sim.processes.talent.hosts import local_science, seekers, tie
from sim.processes.talent.parameters import Parameters
from sim.state.ring import ring
from sim.state.state import State
from sim.state.time import YEAR, taken_on


def posts_of_quarter(yearly: float, quarter: int) -> int:
    """Return how many of a year's posts are filled in a quarter, in whole posts."""
    return int(yearly * season(quarter) / 4) - int(yearly * (season(quarter) - 1) / 4)


def exchange(state: State, p: Parameters) -> None:
    """Send researchers into firms that would take them, as far as posts, staff and money go."""
    state.organisations.posted[:] *= 1 - 1 / YEAR
    offers = list(state.offers.on(EXCHANGE_POSTS))
    if not offers:
        return
    firms, luck = state.firms, state.luck("talent")
    rows = seekers(state)
    rows = rows[luck.happens(firms.id[rows], p.willing, slots.WILLING)]
    rows = rows[np.argsort(luck.uniform(firms.id[rows], slots.LOT), kind="stable")]
    near = local_science(state)
    staff = p.sent * float(state.organisations.researchers[near].sum())
    # A row stands for ``weight`` firms: whole posts are rounded to rows by lot.
    most = posts_of_quarter(staff, state.quarter) / state.weight
    rows = rows[: luck.whole(identity.of_name("posts"), most, slots.ROOM)]
    around = ring(luck, state.organisations.id[near], near, slot=slots.LOCAL)
    for offer in offers:
        filled = posts_of_quarter(offer.dose, state.quarter) / state.weight
        number = luck.whole(identity.of_name("posts"), filled, offer.lot)
        group, rows = rows[:number], rows[number:]
        sender = around.pick(luck.uniform(firms.id[group], slots.POINTER))
        turn = luck.uniform(firms.id[group], slots.LOT)
        free = taken_on(state, sender, state.researchers.post * state.weight, turn)
        group, sender = group[free], sender[free]
        cost = p.post_cost * state.weight
        served = state.reserve(offer, firms.id[group], cost, payee="university")
        sent, sender = group[served], sender[served]
        np.add.at(state.organisations.posted, sender, state.weight)
        firms.posted_until[sent] = state.quarter + YEAR
        tied = tie(state, p, luck, firms.id[sent], sent, sender)
        state.flows.exchange_posts += sent.size * state.weight
        state.flows.exchange_ties += float(tied.sum()) * state.weight
