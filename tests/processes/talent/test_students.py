"""Students: on their way at the start, supervised, and graduates years on."""

import dataclasses

import numpy as np
import pytest
from talent_towns import PLAIN, live, town
from world import START, add_platforms, offer

from sim.indicators import talent as counted
from sim.processes.talent import Parameters, recruit_and_train
from sim.processes.talent.students import enrolment


def test_places_need_supervisors_and_students():
    p = Parameters(supervises=0.5, filled=0.8)
    assert enrolment(10, 0, 100, p) == 10
    assert enrolment(10, 20, 100, p) == pytest.approx(26)
    assert enrolment(10, 500, 100, p) == pytest.approx(50)
    assert enrolment(80, 500, 100, p) == 80  # no more than usual, and no less


def test_students_are_under_way_at_the_start():
    p = dataclasses.replace(PLAIN, years_before=3)
    state = town(p=p, institutes=4, graduates=100, quarter=START)
    assert counted.graduates_trained(state) == pytest.approx(300)
    yearly = []
    for _ in range(5):
        before = counted.graduates_trained(state)
        live(state, p, 4)
        yearly.append(counted.graduates_trained(state) - before)
    assert yearly == pytest.approx([100] * 5)
    assert counted.graduates_staying(state) == pytest.approx(300)
    growing = dataclasses.replace(p, enrolment_growth=0.1)
    state = town(p=growing, institutes=4, graduates=100, quarter=START)
    live(state, growing, 4)
    assert counted.graduates_trained(state) == pytest.approx(300 + 110)


def test_places_offered_now_are_graduates_in_two_or_three_years():
    p = dataclasses.replace(PLAIN, two_years=0.5, completes=1.0, filled=1.0)
    trained = {}
    for places in (0.0, 40.0):
        state = town(
            offer("graduate_places", places), p=p, institutes=4, graduates=20, quarter=START
        )
        trained[places] = []
        for _ in range(12):
            live(state, p)
            trained[places].append(counted.graduates_trained(state))
    further = np.subtract(trained[40.0], trained[0.0])
    # Enrolled in 2019Q3, half of them finish in 2021Q2, the tenth quarter.
    assert further == pytest.approx([0.0] * 9 + [20.0] * 3)


def test_more_institutes_enrol_more():
    state = town(institutes=4, graduates=20, quarter=START + 2)
    add_platforms(state, "institute", 4, opens=START)
    recruit_and_train(state, PLAIN)
    assert state.flows.enrolled == pytest.approx(2 * state.norms.enrolled)
