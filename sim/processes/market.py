"""Market: firms grow, by the economy, by luck, by age, by R&D and by what they bought.

    Δ log revenue = (macro growth + left by those who close) / 4
                    + youth · (1 / age - its mean at the start) / 4
                    + spread · (employees / mean)^-β · Laplace
                    + ε · Δ log R&D stock + return · contracts / revenue

Growth is Laplace with a spread that falls with size [S3, S6, S8]; young firms grow fastest
[S20]; the elasticity of productivity to R&D is 0.09 [P6]: over three years hardly visible in a
city's GDP, and the report says so. Employees follow revenue by half.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.arithmetic import exp, log, power
from sim.core.compiled import compiled
from sim.core.draws import laplace
from sim.core.quantity import quantity
from sim.state.state import State


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of the process."""

    spread: float = quantity(
        0.20,
        unit="standard deviation of yearly log growth at mean size",
        low=0.0,
        high=0.35,
        status="assumed",
        source="S3, S33 give the form; size judged; 0 is the still life",
    )
    size_effect: float = quantity(
        0.18,
        unit="elasticity of the spread to size, negative",
        low=0.0,
        high=0.25,
        status="cited",
        source="S6: 0.18 for employees; S34: soft for China",
    )
    youth: float = quantity(
        0.08,
        unit="extra yearly log growth at age 1, falling with 1 / age",
        low=0.0,
        high=0.20,
        status="assumed",
        source="S20: young firms grow fastest; size judged",
    )
    elasticity: float = quantity(
        0.09,
        unit="elasticity of revenue to R&D stock",
        low=0.05,
        high=0.12,
        status="cited",
        source="P6",
    )
    contract_return: float = quantity(
        0.10,
        unit="revenue a year per yuan of technology bought",
        low=0.0,
        high=0.30,
        status="assumed",
        source="K4 gives the sign only; P12: no productivity effect of vouchers; judged",
    )
    order_stays: float = quantity(
        0.3,
        unit="share of a first order that stays as yearly revenue",
        low=0.0,
        high=0.8,
        status="assumed",
        source="a scenario's first customer may bring others; judged",
    )
    staff: float = quantity(
        0.5,
        unit="elasticity of employees to revenue",
        low=0.2,
        high=0.9,
        status="assumed",
        source="judged",
    )
    widest: float = quantity(
        0.5,
        unit="largest Laplace scale of a firm's log growth in a quarter",
        low=0.3,
        high=0.7,
        status="assumed",
        source="below 1, where the mean would not exist; structural",
        spread="fixed",
    )
    most_bought: float = quantity(
        0.5,
        unit="technology bought, or first orders, over yearly revenue that still count",
        low=0.25,
        high=1.0,
        status="assumed",
        source="no purchase multiplies a small firm; judged",
        spread="fixed",
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
            np.log1p(state.macro_growth) + state.norms.left_by_closing,
            scale,
            state.norms.mean_employees,
            p.size_effect,
            p.youth,
            p.youth * state.norms.mean_youth,
            p.elasticity,
            p.contract_return,
            p.staff,
            p.widest,
            p.most_bought,
        )
    state.gdp *= (1 + state.macro_growth) ** 0.25
