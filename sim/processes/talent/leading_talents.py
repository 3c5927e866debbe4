"""Leading talents: national and provincial titles that people win through the city in autumn.

They weigh whether to apply through the city as those do who move there; the quota is contested
like that of the titles at firms.
"""

import numpy as np

from sim.processes.talent import slots
from sim.processes.talent.hosts import drawn_hosts, hosts_now
from sim.processes.talent.kinds import CODE
from sim.processes.talent.packages import acceptance, attraction, claim_packages, counted_on
from sim.processes.talent.parameters import Parameters
from sim.processes.talent.pools import growth_so_far, rival_scores, strangers, wins
from sim.state.ring import ring
from sim.state.state import State


def grant_leading(state: State, p: Parameters) -> None:
    """Let people apply through the city for titles of leading talent."""
    yearly, luck = state.figures.leading_talents, state.luck("talent")
    if yearly <= 0:
        return
    kind, grown = "leading_talent", growth_so_far(state, p.leading_growth)
    normal = yearly / p.leading_pass * grown
    ids = strangers(state, CODE[kind], normal * p.candidates)
    raised = attraction(counted_on(state, kind), p.leading_package, hosts_now(state), p)
    ids = ids[luck.happens(ids, acceptance(1 / p.candidates, raised), slots.ACCEPTS)]
    places = p.leading_quota * grown
    rivals = rival_scores(state, kind, places / p.leading_pass, normal)
    state.flows.applied[CODE[kind]] += float(ids.size)
    scores, lot = luck.normal(ids, slots.SCORE), luck.uniform(ids, slots.PLACE)
    ids = ids[wins(scores, rivals, places, 1.0, lot)]
    firms = np.flatnonzero(state.firms.alive & state.firms.above_scale & (state.firms.rd > 0))
    around = ring(luck, state.firms.id[firms], firms, slot=slots.FIRM)
    at_firm = luck.happens(ids, p.at_firms, slots.SENDER)
    organisation = np.where(at_firm, -1, drawn_hosts(state, luck, ids))
    firm = np.where(organisation < 0, around.pick(luck.uniform(ids, slots.POINTER)), -1)
    state.talents.add(
        ids, kind=CODE[kind], came=state.quarter, firm=firm, organisation=organisation
    )
    claim_packages(state, kind, organisation)
