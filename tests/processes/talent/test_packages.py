"""Packages: whom they reach, and how far they raise the odds."""

import pytest
from talent_towns import town
from world import add_platforms, offer, promised, tiny

from sim.processes.talent import Parameters
from sim.processes.talent.packages import (
    acceptance,
    attraction,
    claim_packages,
    counted_on,
    packages,
)


def test_money_and_hosts_raise_the_odds():
    p = Parameters(response=0.5, pull=1.0)
    assert attraction(0.0, 3.0, 1.0, p) == 1.0
    assert attraction(9.0, 3.0, 1.0, p) == pytest.approx(2.0)  # (1 + 3)^0.5
    assert attraction(0.0, 3.0, 1.5, p) == pytest.approx(1.5)
    assert attraction(9.0, 3.0, 1.0, Parameters(response=0.0)) == 1.0
    assert acceptance(0.25, 1.0) == pytest.approx(0.25)
    assert acceptance(0.25, 3.0) == pytest.approx(0.5)  # odds of 1 : 3, three times
    assert acceptance(0.25, 1e9) < 1.0


def test_packages_for_firms_do_not_reach_institutes():
    package = offer("talent_money", 20.0, recipient="firm")
    state = town(package, institutes=10, institute_talents=100, leading_talents=5, money=1000)
    assert packages(state, "institute_talent") == []
    assert len(packages(state, "leading_talent")) == 1
    other = offer("talent_money", 20.0, "incubator", recipient="talent or team")
    assert packages(town(other), "institute_talent") == []
    named = offer("talent_money", 20.0, "institute", recipient="talent or team")
    assert len(packages(town(named), "institute_talent")) == 1


def test_who_comes_has_both_packages_claimed_and_counts_on_each_by_its_line():
    city = offer("talent_money", 3.0, recipient="talent or team", name="of the city")
    county = offer("talent_money", 2.0, recipient="talent or team", payer="county", name="county")
    state = tiny(city, county, money=100.0)  # nothing on the county's line
    state.trust = {"city_fund": 0.5, "county_fund": 0.1}
    assert counted_on(state, "top_talent") == pytest.approx(3.0 * 0.5 + 2.0 * 0.1)
    claim_packages(state, "top_talent", add_platforms(state, "institute", 4))
    assert promised(state) == {(state.quarter + 4, "of the city"): 12_000_000}
