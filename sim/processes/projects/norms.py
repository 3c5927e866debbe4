"""What later projects are compared with, fixed once: the scale, usual applicants, their strength.

``scale`` is found by iterating, since ties lift the rate and the rate brings ties about.
"""

import numpy as np

from sim.processes.projects.codes import NATIONAL, PROVINCIAL
from sim.processes.projects.parameters import Parameters
from sim.processes.projects.partner import serving_vice_presidents, tied_share
from sim.processes.projects.proposals import able_to_lead, firm_chance, proposal_means
from sim.state.state import State

STEPS = 12  # iterations of the fixed point for the scale of joint projects


def fix_norms(state: State, p: Parameters) -> None:
    """Fix the usual numbers of applicants and the strength of the firms able to lead."""
    able = able_to_lead(state, p)
    number = able.size * state.weight
    state.norms.project_places = max(state.figures.key_projects, p.floor * number)
    state.norms.project_applies = state.norms.project_places / p.usual_pass / max(number, 1.0)
    for kind in (PROVINCIAL, NATIONAL):
        expected = float(proposal_means(state, p, kind).sum()) + firm_chance(p, kind) * number
        state.norms.project_proposals[kind] = expected
    size = np.log(np.maximum(state.firms.rd_stock[able], 1e-9))
    state.norms.project_size = float(size.mean()) if able.size else 0.0
    state.norms.project_spread = max(float(size.std()), p.least_spread) if able.size else 1.0
    state.norms.project_experience = 0.0


def usual_pilot_projects(state: State, p: Parameters) -> float:
    """Return the projects a quarter whose technology works, and which ask for pilot tests."""
    number = able_to_lead(state, p).size * state.weight
    won = p.major * state.figures.joint_projects + max(state.figures.key_projects, p.floor * number)
    for kind, passes in ((PROVINCIAL, p.provincial_pass), (NATIONAL, p.national_pass)):
        handed_in = float(proposal_means(state, p, kind).sum()) + firm_chance(p, kind) * number
        won += passes * handed_in
    return p.proves * won / 4


def scale_joint_projects(state: State, p: Parameters) -> None:
    """Find the scale at which all ways together give the city's joint projects of a year."""
    firms = state.firms
    rows = np.flatnonzero(firms.alive & (firms.rd > 0))
    size = firms.rd[rows] ** p.elasticity
    age = (state.quarter - firms.founded[rows]).astype(np.float64)
    target = state.figures.joint_projects / 4
    past = state.history[-4:]
    matches = sum(flows.matches for flows in past) / max(len(past), 1)
    others = p.after_match * matches
    others += p.vice_president_projects / 4 * serving_vice_presidents(state).size * state.weight
    wanted = max(target - others, p.least_own * target) / state.weight
    total = max(float(size.sum()), 1e-9)
    scale = wanted / total
    for _ in range(STEPS):
        lift = 1 + (p.tie - 1) * tied_share(scale * size, age)
        scale = wanted / max(float((size * lift).sum()), 1e-9)
    state.norms.project_scale = scale
    means = scale * size * (1 + (p.tie - 1) * tied_share(scale * size, age))
    able = float(means[firms.rd[rows] >= p.major_from].sum()) / max(float(means.sum()), 1e-9)
    state.norms.project_major_chance = min(p.major / max(able, 1e-9), 1.0)
