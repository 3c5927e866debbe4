"""What firms are compared with from the start on."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.inputs.values import Values
from sim.processes import demography, market
from sim.region.population.numbers import Parameters
from sim.state import rules
from sim.state.state import State


def fix_norms(state: State, values: Values) -> None:
    """Fix, once, what firms are compared with: no firm's life may hang on who else lives."""
    firms, aging = state.firms, values.of(demography.Parameters)
    large = firms.above_scale
    size = firms.employees[large] ** -aging.size_effect
    drawn = float(firms.revenue[large & firms.high_tech_industry].sum())
    age = np.maximum((state.start - firms.founded) / 4, 1.0)
    state.norms.own_unit = values.of(Parameters).own_unit
    state.norms.mean_youth = float(np.sum(firms.revenue / age) / firms.revenue.sum())
    demography.keep_technology_smes(state, aging)
    state.norms.mean_employees = float(firms.employees.mean())
    state.norms.mean_closing_size = float(size.mean())
    state.norms.leave_above_scale = _leaving(state, aging, values.of(market.Parameters)) / 4
    state.norms.left_by_closing = _left_by_closing(state, aging, size)
    state.norms.high_tech_share_drawn = drawn / float(firms.revenue[large].sum())


def _left_by_closing(state: State, p: demography.Parameters, size: NDArray[np.float64]) -> float:
    """Return the share of above-scale revenue a year that closing leaves to those who stay.

    Entrants bring part of it back; an economy's growth is that of all its firms together.
    """
    firms = state.firms
    revenue = firms.revenue[firms.above_scale]
    lost = p.above_scale_exit * float(np.sum(revenue * size) / size.mean() / revenue.sum())
    entrant = (1 + p.entrant_above) * rules.ABOVE_SCALE
    entering = 4 * p.above_scale_entry * state.norms.leave_above_scale
    brought = entering * entrant / float(revenue.sum())
    return float(max(lost - brought, 0.0))


def _leaving(state: State, p: demography.Parameters, growth: market.Parameters) -> float:
    """Return how many rows a year the above-scale firms become fewer by without new ones.

    By closing and by falling under the threshold, less the small firms that rise above it, where
    the economy stands still: what a year's luck does to those who stand near it.
    """
    firms = state.firms
    age = np.maximum((state.start - firms.founded) / 4, 1.0)
    usual = market.usual_growth(state, growth)
    # A year's log growth: four times a quarter's Laplace law, whose variance is 2 b² each.
    size = np.maximum(firms.employees, 1.0) / usual.employees
    b = np.minimum(usual.spread * size**-growth.size_effect, growth.widest)
    mean = growth.youth / age - usual.youth + 4 * np.log(1 - b**2)
    distance = np.log(rules.ABOVE_SCALE / firms.revenue) - mean
    below = ndtr(distance / np.maximum(2 * np.sqrt(2) * b, 1e-9))
    large = firms.above_scale
    fall, rise = float(below[large].sum()), float((1 - below[~large]).sum())
    return max(p.above_scale_exit * int(large.sum()) + fall - rise, 0.0)
