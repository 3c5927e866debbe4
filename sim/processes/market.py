"""Market: firms grow, by the economy, by luck, by age, by R&D and by what they bought.

    Δ log revenue = (macro growth + left by those who close) / 4
                    + youth · (1 / age - its mean at the start) / 4
                    + spread · (employees / mean)^-β · Laplace
                    + ε · Δ log R&D stock + return · contracts / revenue

Growth is Laplace with a spread that falls with size [S3, S6, S8]; young firms grow fastest
[S20]; the elasticity of productivity to R&D is 0.09 [P6]: over three years hardly visible in a
city's GDP, and the report says so. Employees follow revenue by half.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.core.arithmetic import exp, log, power
from sim.core.arrays import Flags, Floats, Whole
from sim.core.compiled import compiled, record
from sim.core.draws import laplace
from sim.inputs.numbers import Numbers, meaning
from sim.state.state import State


class Parameters(Numbers, name="market"):
    """Numbers of the process."""

    spread: float = meaning("yearly log growth at mean size")
    size_effect: float = meaning("the spread of growth to size, negative")
    youth: float = meaning("extra growth at age 1, falling with 1 / age")
    elasticity: float = meaning("revenue to R&D stock")
    contract_return: float = meaning("revenue a year for technology bought")
    order_stays: float = meaning("a first order that stays as yearly revenue")
    staff: float = meaning("employees to revenue")
    widest: float = meaning("a firm's log growth in a quarter, at most")
    most_bought: float = meaning(
        "technology bought, or first orders, over yearly revenue that still count"
    )


class Seen(NamedTuple):
    """What growth depends on."""

    alive: Flags
    founded: Whole
    rd_growth: Floats
    absorbed: Floats
    first_orders: Floats


class Owned(NamedTuple):
    """What grows."""

    revenue: Floats
    employees: Floats


class Usual(NamedTuple):
    """What a firm of mean size, age and R&D meets in a quarter.

    Attributes:
        growth: Yearly log growth, of the economy and by what those who close leave.
        spread: Laplace scale of a quarter's log growth.
        employees: Mean size, persons.
        youth: Mean extra yearly log growth of the young.
    """

    growth: float
    spread: float
    employees: float
    youth: float


class Response(NamedTuple):
    """The parameters that say how growth answers, by their names."""

    size_effect: float
    youth: float
    elasticity: float
    contract_return: float
    order_stays: float
    staff: float
    widest: float
    most_bought: float


@compiled
def _firms(
    draws: Floats, seen: Seen, owned: Owned, now: int, usual: Usual, response: Response
) -> None:
    # Without a branch, so that several firms are taken at a time; who is closed stays as it is.
    for i in range(seen.alive.size):
        age = max((now - seen.founded[i]) / 4.0, 1.0)
        growth = (usual.growth + response.youth / age - usual.youth) / 4.0
        # At least one person: a firm of one varies most.
        size = max(owned.employees[i], 1.0) / usual.employees
        b = min(usual.spread * power(size, -response.size_effect), response.widest)
        growth += b * laplace(draws[i]) + log(1.0 - b * b)
        growth += response.elasticity * seen.rd_growth[i]
        bought = min(seen.absorbed[i] / owned.revenue[i], response.most_bought)
        growth += response.contract_return * bought
        ordered = min(seen.first_orders[i] / owned.revenue[i], response.most_bought)
        growth += response.order_stays * ordered
        owned.revenue[i] *= exp(growth) if seen.alive[i] else 1.0
        owned.employees[i] *= exp(response.staff * growth) if seen.alive[i] else 1.0


def usual_growth(state: State, p: Parameters) -> Usual:
    """Return what a usual firm meets in this quarter."""
    return Usual(
        growth=float(np.log1p(state.macro_growth)) + state.norms.left_by_closing,
        # A quarter's Laplace scale b has variance 2 b²; four quarters add up to the year's.
        spread=p.spread / 2 / math.sqrt(2),
        employees=state.norms.mean_employees,
        youth=p.youth * state.norms.mean_youth,
    )


def grow(state: State, p: Parameters) -> None:
    """Let every firm grow or shrink for one quarter, and the economy with them."""
    firms = state.firms
    if firms.alive.any():
        _firms(
            state.luck("market").uniform(firms.id),
            record(Seen, firms),
            record(Owned, firms),
            state.quarter,
            usual_growth(state, p),
            record(Response, p),
        )
    state.gdp *= (1 + state.macro_growth) ** 0.25
