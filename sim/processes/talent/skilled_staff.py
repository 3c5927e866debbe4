"""Skilled staff: the highly skilled gain by certificates and lose by retirement.

The others gain beginners, so that the share of the highly skilled moves slowly.
"""

from sim.processes.talent.parameters import Parameters
from sim.state.state import State


def skilled_after(skilled: float, highly: float, p: Parameters) -> tuple[float, float]:
    """Return the skilled and, of them, the highly skilled after one more quarter."""
    others = skilled - highly
    gain = p.certifies / 4 * others - p.retires_highly / 4 * highly
    change = p.enters / 4 * skilled - p.retires / 4 * others - p.retires_highly / 4 * highly
    return skilled + change, highly + gain


def age(state: State, p: Parameters) -> None:
    """Let skilled staff learn and retire, and the cost of R&D staff and employment move."""
    totals = state.totals
    totals.skilled, totals.highly_skilled = skilled_after(totals.skilled, totals.highly_skilled, p)
    totals.employed *= (1 + p.employment_growth) ** 0.25
    totals.person_year_cost *= (1 + p.cost_growth) ** 0.25


def begin_skilled(state: State) -> None:
    """Set skilled staff, employment and the cost of R&D staff to the city's figures."""
    totals = state.totals
    totals.skilled = state.figures.skilled_workers
    totals.highly_skilled = state.figures.skilled_workers * state.figures.highly_skilled_share
    totals.employed = state.figures.employed
    totals.person_year_cost = state.figures.rd_expenditure / max(state.figures.rd_staff, 1.0)
