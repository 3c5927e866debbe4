"""Market: how firms grow."""

import numpy as np
import pytest
from world import START, add_firms, tiny

from sim.processes.market import Parameters, grow

# No luck, no youth.
STILL = Parameters(spread=0.0, youth=0.0)


def test_without_shocks_nothing_grows():
    state = tiny()
    add_firms(state, 3, revenue=np.array([20.0, 300.0, 4000.0]))
    for _ in range(8):
        grow(state, STILL)
    assert state.firms.revenue.tolist() == [20.0, 300.0, 4000.0]
    assert state.firms.employees.tolist() == [100.0, 100.0, 100.0]
    assert state.gdp == 1000.0


def test_firms_and_the_economy_grow_by_the_year():
    state = tiny()
    state.macro_growth = 0.06
    add_firms(state, 1, revenue=100.0)
    for _ in range(4):
        grow(state, STILL)
    assert state.firms.revenue[0] == pytest.approx(106.0)
    assert state.gdp == pytest.approx(1060.0)


def test_a_tenth_more_research_is_a_hundredth_more_revenue():
    state = tiny()
    add_firms(state, 2, revenue=100.0, rd_growth=np.array([np.log(1.1), np.log(0.9)]))
    grow(state, Parameters(spread=0.0, youth=0.0, elasticity=0.09))
    # 1.1 ** 0.09 = 1.008615 and 0.9 ** 0.09 = 0.990562.
    assert state.firms.revenue == pytest.approx([100.8615, 99.0562], abs=1e-4)


def test_a_yuan_of_technology_bought_adds_its_return_to_the_yearly_revenue():
    state = tiny()
    add_firms(state, 1, revenue=1000.0, absorbed=10.0)
    grow(state, Parameters(spread=0.0, youth=0.0, contract_return=0.10))
    # 10 M CNY bought in the quarter, 0.10 a year each: 1 M CNY a year more.
    assert state.firms.revenue[0] == pytest.approx(1001.0, rel=1e-5)


def test_the_return_on_what_is_bought_is_bounded():
    state = tiny()
    add_firms(state, 2, revenue=10.0, absorbed=np.array([5.0, 5000.0]))
    grow(state, STILL)
    assert state.firms.revenue[0] == state.firms.revenue[1] > 10.0


@pytest.mark.parametrize(
    ("quarters", "growth"), [(1, 0.08 / 4), (4, 0.08 / 4), (8, 0.04 / 4), (40, 0.008 / 4)]
)
def test_young_firms_grow_fastest(quarters, growth):
    state = tiny()
    add_firms(state, 1, revenue=100.0, founded=START - quarters)
    grow(state, Parameters(spread=0.0, youth=0.08))
    assert np.log(state.firms.revenue[0] / 100) == pytest.approx(growth)


def test_employees_follow_revenue_by_half():
    state = tiny()
    add_firms(state, 1, revenue=100.0, rd_growth=1.0)
    grow(state, Parameters(spread=0.0, youth=0.0, elasticity=0.1, staff=0.5))
    assert state.firms.revenue[0] == pytest.approx(100 * np.exp(0.1))
    assert state.firms.employees[0] == pytest.approx(100 * np.exp(0.05))


def test_luck_adds_nothing_on_average():
    state = tiny()
    add_firms(state, 40_000, revenue=100.0)
    grow(state, Parameters(spread=0.2, youth=0.0))
    # A year's standard deviation of 0.2 is a Laplace scale b = 0.1 / sqrt(2) a quarter; exp(b L)
    # has mean 1 / (1 - b²) and mean square 1 / (1 - 4 b²), and is divided by its mean.
    b = 0.1 / np.sqrt(2)
    spread = np.sqrt((1 - b**2) ** 2 / (1 - 4 * b**2) - 1)
    ratio = state.firms.revenue / 100
    assert ratio.mean() == pytest.approx(1.0, abs=4 * spread / np.sqrt(40_000))
    assert ratio.std() == pytest.approx(spread, rel=0.05)


def test_growth_is_laplace():
    state = tiny()
    add_firms(state, 40_000, revenue=100.0)
    grow(state, Parameters(spread=0.2, youth=0.0))
    b = 0.1 / np.sqrt(2)
    shock = (np.log(state.firms.revenue / 100) - np.log(1 - b**2)) / b
    assert np.abs(shock).mean() == pytest.approx(1.0, abs=4 / np.sqrt(40_000))
    assert (np.abs(shock) > 3).mean() == pytest.approx(np.exp(-3), abs=4 * 0.05**0.5 / 200)


def shocks(employees, **numbers):
    """Return log growth of the same 100 firms at a size, under the same luck."""
    state = tiny(mean_employees=100.0)
    add_firms(state, 100, revenue=100.0, employees=employees)
    grow(state, Parameters(youth=0.0, **numbers))
    return np.log(state.firms.revenue / 100)


def test_the_spread_falls_with_size():
    b = 0.1 / np.sqrt(2)
    mean = (shocks(100.0, spread=0.2) - np.log(1 - b**2)) / b
    # 32 times the mean size at an elasticity of 0.2: half the scale.
    large = (shocks(3200.0, spread=0.2, size_effect=0.2) - np.log(1 - (b / 2) ** 2)) / (b / 2)
    assert large == pytest.approx(mean)


def test_a_firm_of_one_person_varies_most():
    assert np.array_equal(shocks(1.0, spread=0.2), shocks(0.2, spread=0.2))


def test_the_closed_do_not_grow():
    state = tiny()
    state.macro_growth = 0.1
    add_firms(state, 2, revenue=100.0, alive=np.array([True, False]))
    grow(state, Parameters())
    assert state.firms.revenue[0] != 100.0
    assert state.firms.revenue[1] == 100.0


def test_nobody_grows_by_who_else_is_there():
    worlds = []
    for others in (0, 50):
        state = tiny()
        add_firms(state, 10)
        add_firms(state, others, revenue=9000.0)
        grow(state, Parameters())
        worlds.append(state.firms.revenue[:10].tolist())
    assert worlds[0] == worlds[1]
