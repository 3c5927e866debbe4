"""Research: firms start, stop and adjust R&D; its stock; results and their age."""

import numpy as np
import pytest
from world import START, add_bodies, add_firms, add_platforms, add_results, next_quarter, tiny

from sim.processes.research import (
    Parameters,
    grants_scale,
    invest_and_find,
    know_units,
    of_units,
    rd_units,
    transition_norms,
)
from sim.processes.research import (
    add_results as find_results,
)
from sim.state.columns import CLOSED
from sim.state.norms import LARGE, SMALL
from sim.state.rules import status_share, status_shares

# Nobody finds anything and no patent lapses.
P = Parameters(patent_lapse=0.0, result_rate=0.0, ageing=0.0)


def draws(state):
    """Return each firm's draws of the quarter: status, grants, lapses."""
    return state.luck("research").block(state.firms.id)


# Starting and stopping


def mixed_city(seed=1):
    """Return 3000 firms of two classes and three sizes, of which a third does R&D."""
    state = tiny(seed=seed)
    size = np.tile([10.0, 100.0, 1000.0], 1000)
    add_firms(
        state,
        3000,
        employees=size,
        above_scale=np.arange(3000) < 1200,
        rd=np.where(np.arange(3000) // 3 % 3 == 0, 1.0, 0.0),
        propensity=0.01,
    )
    return state


def test_expected_starts_equal_expected_stops_in_each_class():
    state = mixed_city()
    p = Parameters(stop=0.08, size_effect=0.3)
    transition_norms(state, p)
    firms = state.firms
    for group in (SMALL, LARGE):
        here = firms.above_scale == bool(group)
        performers, others = here & (firms.rd > 0), here & (firms.rd == 0)
        # By hand: a fiftieth of the performers a quarter, on both sides.
        stops = (state.norms.stop[group] / firms.employees[performers] ** 0.3).sum()
        starts = (state.norms.start[group] * firms.employees[others] ** 0.3).sum()
        assert stops == pytest.approx(0.02 * performers.sum())
        assert starts == pytest.approx(0.02 * performers.sum())


def test_as_many_start_as_stop():
    started = stopped = 0
    for seed in range(20):
        state = mixed_city(seed)
        p = Parameters(stop=0.4, patent_lapse=0.0, result_rate=0.0)
        transition_norms(state, p)
        before = state.firms.rd > 0
        invest_and_find(state, p)
        now = state.firms.rd > 0
        started += (now & ~before).sum()
        stopped += (before & ~now).sum()
    # 20 times a tenth of a thousand performers, each with a spread of its root.
    assert stopped == pytest.approx(2000, abs=4 * np.sqrt(2000))
    assert started == pytest.approx(2000, abs=4 * np.sqrt(2000))


def test_size_makes_starting_likelier_and_stopping_less_so():
    state = tiny(start=(0.0, 0.02), stop=(0.0, 0.4))
    size = np.tile([1.0, 1024.0], 2000)
    add_firms(
        state,
        4000,
        employees=size,
        rd=np.arange(4000) % 4 // 2 * 1.0,
        propensity=0.01,
        revenue=50.0,
    )
    u = draws(state)[0]
    before = state.firms.rd > 0
    invest_and_find(state, Parameters(size_effect=0.3, patent_lapse=0.0))
    now = state.firms.rd > 0
    # 1024 ** 0.3 = 8.
    factor = np.where(size > 1, 8.0, 1.0)
    assert np.array_equal(before & ~now, before & (u < 0.4 / factor))
    assert np.array_equal(now & ~before, ~before & (u < 0.02 * factor))


def test_who_starts_does_as_much_as_its_propensity_says():
    state = tiny(start=(0.0, 1.0))
    add_firms(state, 1, revenue=200.0, propensity=0.03, employees=1.0)
    add_firms(state, 1, rd=1.0, propensity=0.01)
    invest_and_find(state, P)
    assert state.firms.rd[0] == pytest.approx(6.0)


def test_the_closed_do_no_research():
    state = tiny(start=(0.0, 1.0))
    add_firms(state, 1, rd=1.0)
    add_firms(state, 1, alive=False, rd=4.0, rd_stock=10.0, results=3, propensity=0.1)
    invest_and_find(state, P)
    assert state.firms.rd[1] == 4.0
    assert state.firms.rd_stock[1] == 10.0
    assert state.firms.results[1] == 0


# Adjusting, and the stock


def test_a_quarter_closes_a_part_of_the_gap_and_feeds_the_stock():
    state = tiny()
    add_firms(state, 1, rd=4.0, rd_stock=10.0, revenue=200.0, propensity=0.05)
    invest_and_find(state, Parameters(adjustment=0.5, depreciation=0.15, patent_lapse=0.0))
    # Half way from 4 to 0.05 · 200; then 10 + 7 / 4 - 0.0375 · 10.
    assert state.firms.rd[0] == pytest.approx(7.0)
    assert state.firms.rd_stock[0] == pytest.approx(11.375)
    # The typical stock is 10: growth is that of 10 + 10.
    assert state.firms.rd_growth[0] == pytest.approx(np.log(21.375 / 20))


def test_a_firm_that_stops_lives_on_its_stock():
    state = tiny(stop=(0.0, 1.0))
    add_firms(state, 1, rd=4.0, rd_stock=10.0, employees=1.0)
    invest_and_find(state, Parameters(depreciation=0.15))
    assert state.firms.rd[0] == 0.0
    assert state.firms.rd_stock[0] == pytest.approx(9.625)
    assert state.firms.rd_growth[0] == pytest.approx(np.log(19.625 / 20))


def test_a_firm_that_begins_grows_by_what_its_stock_is_beside_the_typical():
    # From nothing to 6 / 4 M CNY: no growth without bounds, but that of 10 to 11.5.
    state = tiny(start=(0.0, 1.0))
    add_firms(state, 1, revenue=200.0, propensity=0.03, employees=1.0)
    invest_and_find(state, P)
    assert state.firms.rd_stock[0] == pytest.approx(1.5)
    assert state.firms.rd_growth[0] == pytest.approx(np.log(1.15))


def test_a_stock_of_spending_over_depreciation_neither_grows_nor_falls():
    state = tiny()
    add_firms(state, 1, rd=3.0, rd_stock=20.0, revenue=100.0, propensity=0.03)
    invest_and_find(state, Parameters(depreciation=0.15, patent_lapse=0.0))
    assert state.firms.rd[0] == pytest.approx(3.0)
    assert state.firms.rd_stock[0] == pytest.approx(20.0)
    assert state.firms.rd_growth[0] == pytest.approx(0.0, abs=1e-12)


def test_firms_plan_ahead_so_that_spending_keeps_up_with_a_growing_economy():
    state = tiny()
    state.macro_growth = 0.08
    add_firms(state, 1, rd=3.0, rd_stock=20.0, revenue=100.0, propensity=0.03)
    p = Parameters(adjustment=0.15, patent_lapse=0.0)
    for _ in range(200):
        invest_and_find(state, p)
        state.firms.revenue[0] *= 1.08**0.25
    # At the quarter's end: 3 %, but for the second order of a quarter's growth.
    assert state.firms.rd[0] / state.firms.revenue[0] == pytest.approx(0.03, rel=2e-3)


@pytest.mark.parametrize(
    ("revenue", "share"),
    [(20.0, 0.05), (50.0, 0.05), (50.01, 0.04), (200.0, 0.04), (200.01, 0.03), (9000.0, 0.03)],
)
def test_the_status_asks_for_three_to_five_percent(revenue, share):
    assert status_share(revenue) == share
    assert status_shares(np.array([revenue]))[0] == share


@pytest.mark.parametrize(
    ("until", "propensity", "rd"),
    [
        (START + 4, 0.01, 30.0),  # a holder: 3 % of 1000 M CNY
        (START, 0.01, 30.0),
        (START - 1, 0.01, 10.0),  # it has run out
        (0, 0.01, 10.0),
        (START + 4, 0.06, 60.0),  # a holder who does more anyway
    ],
)
def test_holders_of_the_status_keep_to_its_threshold(until, propensity, rd):
    state = tiny()
    add_firms(state, 1, rd=5.0, revenue=1000.0, propensity=propensity, high_tech_until=until)
    invest_and_find(state, Parameters(adjustment=1.0, patent_lapse=0.0))
    assert state.firms.rd[0] == pytest.approx(rd)


# What firms find


def test_grants_are_scaled_to_the_citys():
    rd = np.array([1.0, 4.0, 9.0])
    scale = grants_scale(rd, 80.0, Parameters(elasticity=0.5))
    # The roots are 1, 2 and 3: 20 a quarter over 6.
    assert scale == pytest.approx(20 / 6)


def test_results_are_poisson_and_become_patents():
    state = tiny(grants_scale=0.5)
    add_firms(state, 4000, rd=1.0, rd_stock=10.0, propensity=0.01)
    state.scale = 1 / 2.0
    invest_and_find(state, P)
    found = state.firms.results.sum()
    assert found == pytest.approx(2000, abs=4 * np.sqrt(2000))
    assert state.firms.patents.sum() == found
    assert state.flows.grants == 2 * found


def test_twice_the_research_is_less_than_twice_the_results():
    state = tiny(grants_scale=1.0)
    add_firms(state, 6000, rd=np.repeat([1.0, 2.0], 3000), propensity=np.repeat([0.01, 0.02], 3000))
    invest_and_find(state, Parameters(elasticity=0.85, patent_lapse=0.0))
    more = state.firms.results[3000:].sum()
    expected = 3000 * 2**0.85
    assert more == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_a_share_of_patents_lapses():
    state = tiny()
    add_firms(state, 4000, patents=10, rd=1.0)
    invest_and_find(state, Parameters(patent_lapse=0.08))
    lapsed = 40_000 - state.firms.patents.sum()
    assert lapsed == pytest.approx(800, abs=4 * np.sqrt(800))
    assert (state.firms.patents >= 0).all()


def test_results_of_last_quarter_are_not_counted_again_when_nobody_does_research():
    state = tiny()
    add_firms(state, 1, results=3)
    invest_and_find(state, P)
    assert state.flows.grants == 0.0


# What universities and institutes find


def test_researchers_find_what_can_be_sold():
    state = tiny()
    university = add_bodies(state, "university", 1, researchers=2000.0, field=9)[0]
    add_platforms(state, "institute", 1, researchers=500.0, status=CLOSED)
    add_platforms(state, "institute", 1, researchers=500.0, status=0)
    p = Parameters(result_rate=0.4, sellable=0.2, ageing=0.0)
    for _ in range(10):
        invest_and_find(state, p)
        next_quarter(state)
    # 2000 · 0.4 · 0.2 a year, in ten quarters.
    assert len(state.results) == pytest.approx(400, abs=4 * np.sqrt(400))
    assert set(state.results.owner.tolist()) == {university}
    assert set(state.results.field.tolist()) == {9}
    assert np.unique(state.results.id).size == len(state.results)
    assert state.results.open.all()


def test_values_are_lognormal_with_the_stated_mean():
    state = tiny()
    university = add_bodies(state, "university", 1)[0]
    p = Parameters(value_mean=0.64, value_spread=1.6)
    find_results(state, np.full(4000, university), np.arange(4000), START, p)
    logs = np.log(state.results.value)
    assert logs.mean() == pytest.approx(np.log(0.64) - 1.6**2 / 2, abs=4 * 1.6 / np.sqrt(4000))
    assert logs.std() == pytest.approx(1.6, abs=4 * 1.6 / np.sqrt(8000))


def test_what_is_not_sold_lapses_with_age():
    state = tiny()
    university = add_bodies(state, "university", 1)[0]
    add_results(state, university, 4000)
    state.results.open[:10] = False
    invest_and_find(state, Parameters(ageing=0.2, result_rate=0.0))
    left = state.results.open.sum() / 3990
    assert left == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 3990))
    assert not state.results.open[:10].any()


# R&D units


UNITS = Parameters(
    patent_lapse=0.0, result_rate=0.0, ageing=0.0, stop=0.0, adjustment=1.0, unit_effect=0.1
)


def with_units(*new_unit, kind="engineering_research_centre", weight=1.0):
    """Return a city of firms with R&D of 1 M CNY, each with a unit founded after the start."""
    state = tiny(weight=weight)
    number = len(new_unit)
    add_firms(state, number, revenue=100.0, propensity=0.01, rd=1.0)
    rows = add_platforms(state, kind, number, new_unit=np.array(new_unit))
    state.organisations.host_firm[rows] = np.arange(number)
    return state, rows


def test_a_unit_adds_to_its_hosts_rd_and_a_plaque_adds_none():
    state, _ = with_units(True, False)
    invest_and_find(state, UNITS)
    assert state.firms.rd == pytest.approx([1.1, 1.0])


def test_only_units_that_do_research_count():
    state, _ = with_units(True, kind="makerspace")
    invest_and_find(state, UNITS)
    assert state.firms.rd == pytest.approx([1.0])


def test_what_a_firm_had_at_the_start_is_in_its_rd_and_goes_with_its_last_unit():
    state, rows = with_units(True, True)
    know_units(state, None)
    invest_and_find(state, UNITS)
    assert state.firms.rd.tolist() == [1.0, 1.0]
    state.organisations.status[rows[0]] = CLOSED
    next_quarter(state)
    invest_and_find(state, UNITS)
    assert state.firms.rd == pytest.approx([1 / 1.1, 1.0])


def test_a_unit_is_shared_by_the_firms_of_a_row_and_a_second_adds_none():
    for weight, share in ((4.0, 0.5), (1.0, 1.0)):
        state, _ = with_units(True, True, weight=weight)
        state.organisations.host_firm[:] = 0
        assert rd_units(state).tolist() == [share, 0.0]


def test_units_that_add_nothing_leave_every_byte():
    state, _ = with_units(True, False)
    assert of_units(state, Parameters(unit_effect=0.0)).tobytes() == np.ones(2).tobytes()
