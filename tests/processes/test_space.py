"""Floor space: developers build where it is short; the cluster area is built block by block."""

from dataclasses import replace

import numpy as np
import pytest
from world import START, Given, add_firms, add_platforms, next_quarter, offer, promised, tiny

from sim.indicators.space import (
    carrier_space_new,
    carrier_space_taken,
    cluster_area_begun,
    cluster_area_built,
)
from sim.processes.space import (
    Parameters,
    begin,
    block_chance,
    build,
    empty_ahead,
    swing,
    taken,
)
from sim.state.flows import Totals

PLAIN = Parameters(
    growth=0.20, response=1.0, known=0.5, project=20_000, project_spread=0.4, fastest=6, slowest=8,
    carriers_share=0.5, blocks=5, blocks_done=0.2, blocks_begun=0.2, block_start=0.25,
    block_space=100_000, cost=0.005,
)  # fmt: skip
HELD = replace(PLAIN, response=0.0)


def town(*offers, p=PLAIN, space=4e6, vacancy=0.2, tenants=100.0, firms=50, money=1e4, **options):
    money = money if offers else 0.0
    state = tiny(*offers, money=money, carrier_space=space, vacancy=vacancy, **options)
    add_platforms(state, "incubator", 1, tenants=tenants, new_unit=True)
    add_firms(state, firms, above_scale=False)
    begin(state, Given(p))
    return state


def live(state, p=PLAIN, quarters=1):
    for _ in range(quarters):
        build(state, p)
        next_quarter(state)
    state.quarter -= 1


def means(share, name=""):
    return offer("cluster_area_means", share, recipient="institute", name=name)


# Carrier space


def test_what_developers_see_and_do():
    p = Parameters(known=0.5, response=1.0)
    assert empty_ahead(100.0, 50.0, 75.0, p) == pytest.approx(1 - 75 / 125)
    assert empty_ahead(0.0, 0.0, 0.0, p) == 0.0
    assert swing(0.2, 0.2, p) == 1.0
    assert swing(0.2, 0.4, p) == pytest.approx(0.5)
    assert swing(0.2, 0.0, p) == 4.0
    assert swing(0.2, 1.0, Parameters(response=2.0)) == 0.25
    assert swing(0.2, 0.9, Parameters(response=0.0)) == 1.0


def test_space_is_taken_by_tenants_and_by_firms_around_them():
    state = town()
    assert taken(state, PLAIN) == pytest.approx(3.2e6)
    state.organisations.tenants[0] = 120.0
    assert taken(state, PLAIN) == pytest.approx(3.2e6 * 1.1)
    state.firms.alive[:25] = False
    assert taken(state, PLAIN) == pytest.approx(3.2e6 * 0.85)
    state.organisations.tenants[0] = 1e6
    assert taken(state, PLAIN) == 4e6  # no more than there is


def test_space_grows_as_it_did_where_as_much_is_empty():
    state = town(p=HELD)
    live(state, HELD, quarters=20)
    # A fifth of 4 M m2 a year, from the first quarter on: what was begun before is finished.
    number = 0.2 * 4e6 * 5 / 20_000
    error = 4 * 20_000 * np.sqrt(number * np.exp(0.16))
    assert carrier_space_new(state) == pytest.approx(4.0, abs=error / 1e6)
    assert 0 < state.totals.space_begun < 4e6


def test_what_is_begun_now_is_finished_later():
    state = tiny(carrier_space=4e6, vacancy=0.2)
    begin(state, Given(replace(PLAIN, growth=0.04)))
    state.totals = Totals()
    state.totals.space = 4e6
    live(state, HELD, quarters=6)
    assert carrier_space_new(state) == 0.0
    assert state.totals.space_begun > 0
    state.quarter += 1
    live(state, HELD, quarters=3)
    assert carrier_space_new(state) > 0.0


def test_empty_space_slows_building():
    def begun(users):
        state = town()
        state.organisations.tenants[0] *= users
        live(state, PLAIN, quarters=12)
        return state.totals.space_new + state.totals.space_begun

    assert begun(0.2) < begun(1.0) < begun(1.4)


def test_carriers_bring_floor_space_once():
    p = replace(PLAIN, growth=0.04, own_building=0.8, incubator_space=10_000, park_space=50_000)
    state = town(p=p, space=0.0)
    add_platforms(state, "incubator", 100, opens=START, new_unit=True)
    add_platforms(state, "incubator", 100, opens=START, new_unit=False)
    add_platforms(state, "makerspace", 100, opens=START, new_unit=True)
    live(state, p, quarters=2)
    assert carrier_space_new(state) == pytest.approx(0.8, abs=0.16)
    add_platforms(state, "science_park", 100, opens=START + 1, new_unit=True)
    live(state, p)
    assert carrier_space_new(state) == pytest.approx(4.8, abs=1.0)


def test_only_space_that_is_used_is_real():
    state = town(p=HELD)
    live(state, HELD, quarters=8)
    assert carrier_space_new(state) > 0.5
    assert carrier_space_taken(state) == 0.0
    state.organisations.tenants[0] = 110.0
    state.quarter += 1
    live(state, HELD)
    assert carrier_space_taken(state) == pytest.approx(0.05 * 3.2)


def test_effort_quickens_permits():
    effort = replace(offer("management_effort", 0.5), platform_kind=("all",))
    one, other = town(p=HELD), town(effort, p=HELD)
    live(one, HELD, quarters=12)
    live(other, HELD, quarters=12)
    assert other.totals.space_begun > one.totals.space_begun
    assert carrier_space_new(other) >= carrier_space_new(one)


# Cluster area


def test_the_chance_of_a_block():
    p = Parameters(block_start=0.1)
    assert block_chance(p, 0.0) == pytest.approx(0.1)
    assert block_chance(p, 0.5) == pytest.approx(0.15)
    assert block_chance(p, 1.0) == pytest.approx(0.2)


def test_some_blocks_are_done_or_under_way():
    state = town()
    assert cluster_area_built(state) == pytest.approx(0.2)
    assert cluster_area_begun(state) == pytest.approx(0.4)
    never = replace(PLAIN, block_start=0.02)
    live(state, never, quarters=9)
    assert cluster_area_built(state) >= 0.4


def test_blocks_take_their_time():
    p = replace(PLAIN, blocks_done=0.0, blocks_begun=0.0)
    state = town(p=p)
    live(state, p, quarters=6)
    assert cluster_area_built(state) == 0.0
    state.quarter += 1
    live(state, p, quarters=40)
    assert cluster_area_built(state) == 1.0


def test_means_pay_for_what_they_bring_about():
    p = replace(PLAIN, blocks=8, blocks_done=0.0, blocks_begun=0.0, block_start=0.02)
    state = town(means(0.5), p=p)
    live(state, p, quarters=400)
    assert cluster_area_begun(state) == 1.0
    # Eight blocks at half of 500 M CNY.
    assert sum(promised(state).values()) == 8 * 250_000_000


def test_blocks_are_begun_for_means_as_far_as_these_are_counted_on():
    p = replace(PLAIN, blocks=8, blocks_done=0.0, blocks_begun=0.0, block_start=0.10)
    one, other = town(p=p), town(means(0.5), p=p, money=1.0)
    other.trust["city_fund"] = 0.0
    live(one, p, quarters=10)
    live(other, p, quarters=10)
    assert 0 < cluster_area_begun(one) == cluster_area_begun(other) < 1
    # Whoever begins claims, whether or not it would have begun without: 1 M CNY is shared.
    assert 999_000 <= sum(promised(other).values()) <= 1_000_000


def test_two_offers_on_a_line_share_what_there_is_by_what_they_promise():
    p = replace(PLAIN, blocks=8, blocks_done=0.0, blocks_begun=0.0, block_start=0.02)
    state = town(means(0.5, name="one"), means(0.3, name="two"), p=p, money=800.0)
    live(state, p, quarters=400)
    sums = {name: amount for (_, name), amount in promised(state).items()}
    assert sums == {"one": 500_000_000, "two": 300_000_000}


def test_means_for_founding_institutes_do_not_reach_the_area():
    p = replace(PLAIN, blocks=8, blocks_done=0.0, blocks_begun=0.0, block_start=0.02)
    one, other = town(p=p), town(offer("founding_means", 0.8, "institute"), p=p)
    live(one, p, quarters=30)
    live(other, p, quarters=30)
    assert one.totals == other.totals


# What all have in common


@pytest.mark.parametrize("empty", [means(0.0), offer("management_effort", 0.0)])
def test_an_empty_offer_changes_nothing(empty):
    one, other = town(), town(empty)
    live(one, quarters=12)
    live(other, quarters=12)
    assert one.totals == other.totals


def test_a_city_without_carriers_builds_none():
    state = tiny(carrier_space=0.0, vacancy=0.0)
    begin(state, Given(PLAIN))
    live(state, PLAIN, quarters=8)
    assert carrier_space_new(state) == 0.0
