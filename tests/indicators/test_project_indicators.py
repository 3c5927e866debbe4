"""Projects as they are counted: the least of all institutes, what was accepted, and by whom."""

import pytest
from world import START, add_bodies, add_platforms, one_project, tiny

from sim.indicators.projects import (
    hard_core_results,
    hard_core_results_used,
    key_technologies,
    key_technologies_new,
    key_technologies_used,
    national_project_coverage,
    provincial_projects,
    provincial_projects_per_institute,
    provincial_projects_per_institute_mean,
    strategic_products,
)
from sim.processes.projects.codes import CITY, JOINT, NATIONAL, PROVINCIAL


def test_the_least_of_all_institutes_counts():
    state = tiny(quarter=START + 8)
    rows = add_platforms(state, "institute", 3, researchers=40.0)
    add_platforms(state, "institute", 1, opens=START + 6)  # not yet a year old
    now = state.quarter
    for row, kinds in zip(rows, ((1, 2, 3), (2, 2), (2,)), strict=True):
        for kind in kinds:
            one_project(state, kind, began=now - 6, quarters=8, organisation=row, firm=-1)
    one_project(state, PROVINCIAL, began=now - 12, quarters=8, organisation=rows[2], firm=-1)
    assert provincial_projects(state, rows).tolist() == [2, 2, 1]
    assert provincial_projects_per_institute(state) == 1
    assert provincial_projects_per_institute_mean(state) == pytest.approx(5 / 3)


def test_institutes_since_2018_that_carried_a_national_project():
    state = tiny()
    rows = add_platforms(state, "institute", 4, opens=START - 2)
    old = add_platforms(state, "institute", 1)
    one_project(state, NATIONAL, organisation=rows[0], firm=-1)
    one_project(state, PROVINCIAL, organisation=rows[1], firm=-1)
    one_project(state, NATIONAL, organisation=old[0], firm=-1)
    assert national_project_coverage(state) == 0.25


def test_technologies_products_and_hard_core_results():
    state = tiny()
    institute = add_platforms(state, "institute", 1)[0]
    university = add_bodies(state, "university", 1)[0]
    one_project(state, PROVINCIAL, organisation=institute, milestones=1, accepted=START - 1)
    one_project(state, NATIONAL, organisation=institute, milestones=1, accepted=START, products=1)
    one_project(state, PROVINCIAL, organisation=university, milestones=1, accepted=START)
    one_project(state, CITY, organisation=institute, milestones=1, accepted=START, products=1)
    one_project(state, CITY, organisation=institute, accepted=START, major=False)
    one_project(state, JOINT, organisation=university, accepted=START, products=1)
    assert key_technologies(state) == 2
    assert key_technologies_new(state) == 1
    assert key_technologies_used(state) == 1
    assert strategic_products(state) == 2
    assert hard_core_results(state) == 3
    assert hard_core_results_used(state) == 2
