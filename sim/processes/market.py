"""Market: firms grow, by the economy, by luck, by age, by R&D and by what they bought.

    Δ log revenue = (macro growth + left by those who close) / 4
                    + youth · (1 / age - its mean at the start) / 4
                    + spread · (employees / mean)^-β · Laplace
                    + ε · Δ log R&D stock + return · contracts / revenue

Growth is Laplace with a spread that falls with size [S3, S6, S8]; young firms grow fastest
[S20]; the elasticity of productivity to R&D is 0.09 [P6]: over three years hardly visible in a
city's GDP, and the report says so. Employees follow revenue by half.
"""

from typing import Any

import numpy as np

from sim.core.arithmetic import exp, log, power
from sim.core.compiled import compiled
from sim.core.draws import laplace
from sim.inputs.numbers import Numbers, meaning
from sim.state.state import State


class Parameters(Numbers, name="market"):
    """Numbers of the process."""

    spread: float = meaning("yearly log growth at mean size")
    size_effect: float = meaning("the spread to size, negative")
    youth: float = meaning("extra growth at age 1, falling with 1 / age")
    elasticity: float = meaning("revenue to R&D stock")
    contract_return: float = meaning("revenue a year for technology bought")
    order_stays: float = meaning("a first order that stays as yearly revenue")
    staff: float = meaning("employees to revenue")
    widest: float = meaning("a firm's log growth in a quarter, at most")
    most_bought: float = meaning(
        "technology bought, or first orders, over yearly revenue that still count"
    )


@compiled
def _firms(
    draws: Any,
    alive: Any,
    founded: Any,
    now: Any,
    employees: Any,
    revenue: Any,
    rd_growth: Any,
    absorbed: Any,
    first_orders: Any,
    order_stays: Any,
    macro: Any,
    spread: Any,
    mean_employees: Any,
    size_effect: Any,
    youth: Any,
    usual_youth: Any,
    elasticity: Any,
    contract_return: Any,
    staff: Any,
    widest: Any,
    most_bought: Any,
) -> Any:
    # Without a branch, so that several firms are taken at a time; who is closed stays as it is.
    for i in range(alive.size):
        age = max((now - founded[i]) / 4.0, 1.0)
        growth = (macro + youth / age - usual_youth) / 4.0
        # At least one person: a firm of one varies most.
        size = max(employees[i], 1.0) / mean_employees
        b = min(spread * power(size, -size_effect), widest)
        growth += b * laplace(draws[i]) + log(1.0 - b * b)
        growth += elasticity * rd_growth[i]
        growth += contract_return * min(absorbed[i] / revenue[i], most_bought)
        growth += order_stays * min(first_orders[i] / revenue[i], most_bought)
        revenue[i] *= exp(growth) if alive[i] else 1.0
        employees[i] *= exp(staff * growth) if alive[i] else 1.0


def grow(state: State, p: Parameters) -> None:
    """Let every firm grow or shrink for one quarter, and the economy with them."""
    firms = state.firms
    live = firms.alive
    if live.any():
        # A quarter's Laplace scale b has variance 2 b²; four quarters add up to the year's.
        scale = p.spread / 2 / np.sqrt(2)
        _firms(
            state.luck("market").uniform(firms.id),
            live,
            firms.founded,
            state.quarter,
            firms.employees,
            firms.revenue,
            firms.rd_growth,
            firms.absorbed,
            firms.first_orders,
            p.order_stays,
            np.log1p(state.macro_growth) + state.starting_stock["left_by_closing"],
            scale,
            state.starting_stock["mean_employees"],
            p.size_effect,
            p.youth,
            p.youth * state.starting_stock["mean_youth"],
            p.elasticity,
            p.contract_return,
            p.staff,
            p.widest,
            p.most_bought,
        )
    state.gdp *= (1 + state.macro_growth) ** 0.25
