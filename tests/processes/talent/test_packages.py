"""Packages: whom they reach, and how far they raise the odds."""

import numpy as np
import pytest
from talent_towns import town
from world import grant_money, ids, offer, promised, tiny

from sim.processes.talent import Parameters
from sim.processes.talent.packages import acceptance, attraction, packages, pay_packages


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


def test_who_cannot_get_all_that_is_promised_stays_away_and_costs_nothing():
    city = offer("talent_money", 3.0, recipient="talent or team", name="of the city")
    county = offer("talent_money", 2.0, recipient="talent or team", payer="county", name="county")
    state = tiny(city, county, money=100.0)  # nothing on the county's line
    people = ids(4)
    anyway = np.array([True, False, False, True])
    comes = pay_packages(state, Parameters(), "top_talent", people, anyway, ["university"] * 4)
    assert comes.tolist() == [True, False, False, True]
    # Who comes whatever is paid takes what there is; the others take nothing.
    assert promised(state.books) == {(state.quarter + 4, "of the city"): 6_000_000}
    grant_money(state, 8.0, "county_fund")
    comes = pay_packages(state, Parameters(), "top_talent", people, ~anyway, ["university"] * 4)
    assert comes.all()
