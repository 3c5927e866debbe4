"""Pairs of a firm and an organisation: who is asked again, and whose projects work."""

import dataclasses

import numpy as np
import pytest
from project_towns import QUIET, town
from world import add_bodies, add_platforms, next_quarter

from sim.core import identity
from sim.processes.projects import Parameters
from sim.processes.projects.beginning import works
from sim.processes.projects.partner import choose, partners
from sim.state import ties
from sim.state.time import free_time

NUMBERS = Parameters(
    **QUIET, proves=0.75, of_fit=0.5, of_known=0.4, of_unit=0.3, fit_sector=0.5, fit_far=0.0
)
ALONE = Parameters(**QUIET, proves=0.75, of_fit=0.0, of_known=0.0, of_unit=0.0)


def chance(state, firm, organisation, p=NUMBERS):
    return works(state, p, np.array([firm]), np.array([organisation]))[0]


def logit(share):
    return np.log(share / (1 - share))


def test_fit_a_former_deal_and_a_joint_unit_add_to_the_logit_of_success():
    state = town(joint_projects=0.0)
    usual = logit(0.75)
    assert logit(chance(state, 0, 0)) == pytest.approx(usual + 0.25 - 0.2)  # one field, strangers
    state.firms.field[1] = 34
    assert logit(chance(state, 1, 0)) == pytest.approx(usual - 0.25 - 0.2)
    state.tie(np.array([0]), ties.of_organisation(np.array([0])))
    assert logit(chance(state, 0, 0)) == pytest.approx(usual + 0.25 + 0.2)
    add_platforms(state, "joint_rd_unit", 1, host_firm=0, partner=0)
    assert logit(chance(state, 0, 0)) == pytest.approx(usual + 0.25 + 0.2 + 0.3)
    assert logit(chance(state, 0, 1)) == pytest.approx(usual + 0.25 - 0.2)


def test_what_an_organisation_does_alone_works_as_usual():
    assert chance(town(joint_projects=0.0), -1, 0) == 0.75


def test_without_these_effects_every_pair_works_as_stated_to_the_bit():
    state = town(joint_projects=0.0)
    state.tie(np.array([0]), ties.of_organisation(np.array([0])))
    assert chance(state, 0, 0, ALONE) == 0.75


@pytest.mark.parametrize("proves", [0.0, 1.0])
def test_what_never_or_always_works_does(proves):
    p = dataclasses.replace(NUMBERS, proves=proves)
    assert chance(town(joint_projects=0.0), 0, 0, p) == proves


def chosen(state, number=500):
    """Return whom the first firm takes for each of so many projects."""
    those = partners(state, NUMBERS, free_time(state))
    ids = identity.plain(identity.CONTRACT, 5, np.arange(number))
    return choose(state, NUMBERS, those, ids, np.zeros(number, np.int64))


def test_a_partner_that_fits_is_taken_again_as_long_as_it_is_remembered():
    state = town(joint_projects=0.0, universities=40)
    state.organisations.field[1:] = 34
    state.ties = dataclasses.replace(state.ties, taste=0.0, memory=4.0)
    state.tie(np.array([0]), ties.of_organisation(np.array([0])))
    assert (chosen(state) == 0).all()  # of its field: nobody fits better
    next_quarter(state, 4)
    forgotten = chosen(state) == 0
    assert 0 < forgotten.mean() < 1


def test_a_partner_without_time_or_that_fits_worse_is_not():
    state = town(joint_projects=0.0, universities=40)
    state.ties = dataclasses.replace(state.ties, taste=0.0)
    state.organisations.field[3] = 34
    state.tie(np.array([0]), ties.of_organisation(np.array([3])))
    near = chosen(state) != 3
    assert near.mean() > 0.6  # strangers are mostly of the firm's field
    state.organisations.field[3] = 0
    state.organisations.researchers[3] = 0.0
    assert (chosen(state) != 3).all()


def test_a_city_without_science_has_no_partner():
    state = town(joint_projects=0.0, universities=0)
    assert (chosen(state) == ties.NOBODY).all()
    add_bodies(state, "hospital", 1)
    assert (chosen(state) == ties.NOBODY).all()
