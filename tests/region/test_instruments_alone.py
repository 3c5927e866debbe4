"""Each instrument of the five plans alone: what its clause speaks of moves, and nothing at none."""

import dataclasses
import functools

import numpy as np
import pytest
from plans import PLANS, instrument_of

from sim.indicators.table import INDICATORS
from sim.inputs.codes import KIND_CODE
from sim.inputs.levers import LEVERS
from sim.policy.mix import NO_POLICY
from sim.region.region import Run, start_run

A_YEAR = 5  # quarters: all that comes once a year, and what follows of it
SMALL = 0.1
# What only steers the money of others does nothing alone; tested beside them by its lever.
STEERING = {"special_fund_priority"}
# A threshold ten times as high is passed by nobody.
THRESHOLDS = {"priority_high_rd"}
EVERY = [(plan.name, i.id) for plan in PLANS.values() for i in plan.instruments if i.modelled]
# Expected by founders, and earned by none of these few small cities within the plan.
NEVER_EARNED = {"innovation_centre_national"}
# So few of these are founded that means seldom decide on one: that they are paid counts.
RARE = {
    "pilot_platform",
    "research_infrastructure",
    "science_park",
    "technology_innovation_centre",
}
# A reward may move nobody and still do what its clause says: be paid for what is reached.
REWARDS = {
    "award_match",
    "first_pass_reward",
    "grade_reward",
    "level_match",
    "level_reward",
    "running_relief",
}


def column(table, *names):
    """Return what reads columns of a table off a state."""
    return lambda state: [getattr(getattr(state, table), name).tolist() for name in names]


def total(name):
    """Return what reads a sum off a state."""
    return lambda state: getattr(state.totals, name)


def blocks(state):
    """Return which blocks of a cluster area are finished when."""
    return dict(state.totals.blocks_finished)


CONTRACTS = column("contracts", "id", "value", "registered", "service")
RESEARCH = column("firms", "rd", "rd_padded")
# What the clauses of a lever speak of; all other levers are about platforms of the kinds named.
SUBJECTS = {
    "budget_growth": lambda state: state.fund,
    "cluster_area_means": blocks,
    "diagnosis": RESEARCH,
    "equipment_share": CONTRACTS,
    "event_number": column("firms", "attended"),
    "exchange_posts": column("firms", "partner"),
    "fund_capital": column("firms", "equity"),
    "graduate_places": total("graduates"),
    "guidance_fund": total("funds"),
    "listing": CONTRACTS,
    "professor_posts": column("talents", "id"),
    "project_money": column("projects", "id"),
    "project_number": column("projects", "id"),
    "project_priority": column("projects", "id"),
    "rd_price": RESEARCH,
    "rd_share": RESEARCH,
    "recognition_reward": column("firms", "service_status"),
    "risk_relief": CONTRACTS,
    "scenario_number": total("scenarios"),
    "seller_incentive": CONTRACTS,
    "sharing_reward": total("equipment_uses"),
    "status_relief": column("firms", "service_status"),
    "talent_money": column("talents", "id"),
    "training_places": column("people", "id"),
    "transfer_bonus": CONTRACTS,
    "transfer_finance": CONTRACTS,
    "vice_president_posts": column("talents", "id"),
    "visit_number": column("firms", "visited"),
    "voucher_share": CONTRACTS,
}


def platforms(state, instrument):
    """Return the platforms of an instrument's kinds, and what an office that manages can move."""
    table = state.organisations
    rows = np.isin(table.kind, [KIND_CODE[kind] for kind in instrument.kinds])
    names = ("id", "level", "status", "grade", "opens", "instruments_registered")
    poles = len(state.totals.poles_of_districts) + len(state.totals.poles_of_zones)
    seen = [getattr(table, name)[rows].tolist() for name in names]
    return [*seen, poles, state.totals.scenarios]


def subject(state, instrument):
    """Return what an instrument's clause speaks of."""
    if instrument.lever in SUBJECTS:
        return SUBJECTS[instrument.lever](state)
    books = state.books
    paid = [p.amount for p in books.payments if not p.account.background]
    counts = instrument.lever in REWARDS or set(instrument.kinds) <= RARE
    return platforms(state, instrument), paid if counts else []


def lived(plan, mix, factor, replicate, quarters=None):
    """Return the end of a world whose doses are multiplied, and all indicators and money."""
    run = start_run(plan, mix, seed=1, replicate=replicate, scale=SMALL)
    entries = tuple(
        dataclasses.replace(e, offer=dataclasses.replace(e.offer, dose=e.offer.dose * factor))
        if not e.offer.account.background
        else e
        for e in run.program.entries
    )
    run = Run(run.state, dataclasses.replace(run.program, entries=entries), run.values)
    measured = []
    for _ in range(quarters or plan.end - plan.start + 1):
        run.step()
        measured.append([i.measure(run.state) for i in INDICATORS.values()])
        run.finish()
    measured.append([len(run.state.organisations), len(run.state.projects)])
    money = sorted((p.quarter, p.payee, p.amount) for p in run.state.books.payments)
    return run.state, (measured, money)


@functools.cache
def without(plan, replicate, quarters=None):
    """Return a world of a plan without any instrument."""
    return lived(PLANS[plan], NO_POLICY, 1.0, replicate, quarters)


@pytest.mark.parametrize(("plan", "name"), EVERY)
def test_an_instrument_alone_moves_what_its_clause_speaks_of_and_nothing_at_none(plan, name):
    instrument = instrument_of(PLANS[plan], name)
    one = dataclasses.replace(NO_POLICY, name=name, instruments=(instrument,))
    assert lived(PLANS[plan], one, 0.0, 0, A_YEAR)[1] == without(plan, 0, A_YEAR)[1]
    if name in STEERING:
        return
    factor = 1.0 if name in THRESHOLDS else 10.0
    moved, paid = False, not LEVERS[instrument.lever].pays or name in NEVER_EARNED
    for replicate in range(48):  # what is rare does not come up in each
        state, _ = lived(PLANS[plan], one, factor, replicate)
        moved |= subject(state, instrument) != subject(without(plan, replicate)[0], instrument)
        paid |= bool(state.books.outstanding((instrument.payer,)))
        paid |= any(p.account.name == name for p in state.books.payments)
        if moved and paid:
            break
    assert moved
    assert paid, "it is said to pay, acts, and has no row in the ledger"
