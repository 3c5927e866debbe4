"""Skilled staff: who learns and retires, and what R&D staff costs."""

import dataclasses

import pytest
from talent_towns import PLAIN, live, town
from world import tiny

from sim.indicators import talent as counted
from sim.indicators.research import rd_staff_per_10k
from sim.processes.talent import Parameters
from sim.processes.talent.skilled_staff import skilled_after


def test_a_quarter_of_skilled_staff():
    p = Parameters(certifies=0.04, enters=0.06, retires=0.02, retires_highly=0.04)
    skilled, highly = skilled_after(1000.0, 300.0, p)
    assert highly == pytest.approx(300 + 7 - 3)
    assert skilled == pytest.approx(1000 + 15 - 3.5 - 3)
    none = Parameters(certifies=0.024, enters=0.04)
    assert skilled_after(1000.0, 300.0, none)[1] < highly


def test_shares_and_staff_start_where_the_city_says():
    state = town(
        skilled_workers=1000.0,
        highly_skilled_share=0.3,
        employed=50_000.0,
        rd_staff=1000.0,
        rd_expenditure=300.0,
    )
    assert counted.skilled_share(state) == pytest.approx(30)
    assert rd_staff_per_10k(state, 300.0) == pytest.approx(200)
    assert rd_staff_per_10k(state, 330.0) == pytest.approx(220)
    p = dataclasses.replace(PLAIN, cost_growth=0.05, employment_growth=0.0)
    live(state, p, 4)
    assert rd_staff_per_10k(state, 315.0) == pytest.approx(200)
    assert counted.skilled_share(state) > 30
    assert rd_staff_per_10k(tiny(), 300.0) == 0.0
