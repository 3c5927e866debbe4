"""What firms make of money for R&D: in fact, in their reports, and as far as the money goes."""

import dataclasses

import numpy as np
import pytest
from world import START, add_firms, next_quarter, offer, promised, spread, tiny

from sim.core import identity
from sim.processes import research, subsidy_response
from sim.processes.subsidy_response import Parameters
from sim.state.offers import Offers

SPRING = START + 1  # the second quarter, in which firms claim
ALL = {"knows": 0.9, "application": 0.005}


def city(*offers, money=0.0, quarter=SPRING, number=1, **columns):
    """Return a tiny city with firms that spend 10 M CNY a year on R&D, who all know the rules."""
    state = tiny(*offers, money=money, quarter=quarter)
    add_firms(state, number, **({"rd": 10.0, "employees": 1000.0} | columns))
    return state


def everybody(**changes):
    return Parameters(**(ALL | changes))


@pytest.mark.parametrize(("rd", "promised_sum"), [(0.0, 0.0), (4.0, 0.4), (100.0, 1.0)])
def test_a_subsidy_is_a_share_up_to_a_ceiling(rd, promised_sum):
    assert subsidy_response.grant(np.array([rd]), 0.1, Parameters(ceiling=1.0)) == promised_sum


def test_without_an_offer_nothing_happens():
    state = city()
    subsidy_response.respond(state, everybody())
    assert state.firms.rd_induced[0] == state.firms.rd_padded[0] == 0
    assert promised(state) == {}


def who_knows(number=40, **columns):
    """Return the firms of a city that know of subsidies."""
    state = city(number=number, **columns)
    luck = state.draws.at("subsidy_response", 0)
    return luck.happens(state.firms.id, 0.9, 0)


def test_small_firms_do_more_and_all_report_more():
    staff = np.tile([1000.0, 100.0], 20)
    state = city(offer("rd_share", 0.05, recipient="firm"), money=100, number=40, employees=staff)
    p = everybody(additional_large=0.0, additional_small=0.5, relabelled=0.25, ceiling=1.0)
    subsidy_response.respond(state, p)
    knows = who_knows()
    # Half a million is promised each; all of it is believed and paid.
    assert np.array_equal(state.firms.rd_induced, np.where(knows & (staff < 300), 0.25, 0.0))
    assert np.array_equal(state.firms.rd_padded, np.where(knows, 0.125, 0.0))
    assert promised(state) == {(SPRING + 4, "rd_share"): int(knows.sum()) * 500_000}
    assert np.array_equal(state.firms.rd_subsidy, np.where(knows, 0.5, 0.0))
    assert state.flows.rd_subsidy_granted == 0.5 * knows.sum()
    assert subsidy_response.reported_rd(state) == pytest.approx(10 + 0.125 * knows)


def test_crowding_out_is_possible():
    state = city(offer("rd_share", 0.05, recipient="firm"), money=100, number=40)
    subsidy_response.respond(state, everybody(additional_large=-0.5))
    assert state.firms.rd_induced.min() == -0.25


def test_it_is_claimed_once_a_year_and_responded_to_in_every_quarter():
    state = city(offer("rd_share", 0.05, recipient="firm"), money=100, number=40, quarter=START)
    for _ in range(4):
        subsidy_response.respond(state, everybody())
        assert state.firms.rd_padded.max() > 0
        next_quarter(state)
    assert {due for due, _ in promised(state)} == {SPRING + 4}


def test_nobody_takes_the_trouble_for_less_than_it_costs():
    state = city(offer("rd_share", 0.05, recipient="firm"), money=100, number=40, rd=0.3)
    subsidy_response.respond(state, everybody(application=0.02))
    assert promised(state) == {}
    assert state.firms.rd_padded.max() == 0


def test_firms_count_on_what_was_paid_before():
    state = city(offer("rd_share", 0.05, recipient="firm"), money=5.0, number=40)
    p = everybody(additional_large=0.2)
    subsidy_response.respond(state, p)
    claims = int(who_knows().sum())
    each = 5_000_000 // claims  # all share what there is
    assert promised(state) == {(SPRING + 4, "rd_share"): each * claims}
    assert state.firms.rd_subsidy.max() == each / 1e6
    trust = 0.5 + 0.5 * each / 500_000
    assert state.trust["city_fund"] == pytest.approx(trust)
    subsidy_response.respond(state, p)
    assert state.firms.rd_induced.max() == pytest.approx(0.2 * 0.5 * trust)


def test_where_nobody_trusts_nobody_claims():
    state = city(offer("rd_share", 0.05, recipient="firm"), number=40)
    state.trust["city_fund"] = 0.0
    subsidy_response.respond(state, everybody())
    assert promised(state) == {}
    assert state.firms.rd_padded.max() == 0


def test_more_trust_and_a_larger_share_move_more():
    padded = []
    for share, trust in ((0.02, 0.5), (0.05, 0.5), (0.05, 0.8), (0.05, 1.0)):
        state = city(offer("rd_share", share, recipient="firm"), number=40)
        state.trust["city_fund"] = trust
        subsidy_response.respond(state, everybody())
        padded.append(float(state.firms.rd_padded.sum()))
    assert padded == sorted(set(padded))


def test_a_deduction_has_no_ceiling_and_no_limit():
    state = city(offer("rd_price", 0.1, recipient="firm", payer="nation"), number=40, rd=100.0)
    subsidy_response.respond(state, everybody(ceiling=1.0))
    assert promised(state) == {(SPRING + 4, "rd_price"): int(who_knows().sum()) * 10_000_000}


def test_what_stood_before_is_paid_and_moves_nobody():
    state = city(offer("rd_share", 0.05, recipient="firm"), money=100, number=40)
    [offered] = state.offers.published
    standing = dataclasses.replace(offered.account, background=True)
    state.offers = Offers([dataclasses.replace(offered, account=standing)])
    subsidy_response.respond(state, everybody(additional_large=0.2))
    assert promised(state) != {}
    assert state.firms.rd_induced.max() == state.firms.rd_padded.max() == 0


def test_an_offer_that_ends_leaves_no_trace_but_what_was_done():
    state = city(offer("rd_share", 0.05, recipient="firm"), money=100, number=40)
    subsidy_response.respond(state, everybody(additional_large=0.2))
    assert state.firms.rd_induced.max() > 0
    state.offers = type(state.offers)()
    subsidy_response.respond(state, everybody())
    assert state.firms.rd_induced.max() == state.firms.rd_padded.max() == 0


def test_research_adjusts_to_what_subsidies_add():
    state = city(rd=2.0, revenue=100.0, propensity=0.02)
    state.firms.rd_induced[:] = 1.0
    p = research.Parameters(adjustment=0.15, patent_lapse=0.03)
    research.invest_and_find(state, p)
    assert state.firms.rd[0] == pytest.approx(2.15)


def granted(state, firms, grants, *, began=START, ends=START + 12, stands_for=1.0):
    """Add projects that firms lead, with grants of a plan."""
    ids = identity.plain(identity.CONTRACT, 9, np.arange(len(firms)))
    state.projects.add(
        ids,
        kind=1,
        major=False,
        firm=firms,
        began=began,
        ends=ends,
        value=4.0,
        grant=grants,
        stands_for=stands_for,
    )


def test_a_grant_adds_rd_by_size_while_its_project_runs():
    staff = np.array([1000.0, 100.0, 100.0])
    state = city(number=3, employees=staff)
    granted(state, [0, 1, 1, 2], [3.0, 3.0, 1.5, 0.0])  # over three years; 0: a standing call
    p = everybody(additional_large=0.1, additional_small=0.5)
    subsidy_response.respond(state, p)
    assert state.firms.rd_induced == pytest.approx([0.1, 0.75, 0.0])
    assert state.firms.rd_padded.max() == 0
    while state.quarter < START + 11:
        next_quarter(state)
    subsidy_response.respond(state, p)
    assert state.firms.rd_induced[1] == pytest.approx(0.75)
    next_quarter(state)
    subsidy_response.respond(state, p)
    assert state.firms.rd_induced.max() == 0


def test_grants_that_add_nothing_leave_every_byte():
    state = city(number=2, employees=np.array([1000.0, 100.0]))
    granted(state, [0, 1], [3.0, 3.0])
    subsidy_response.respond(state, everybody(of_grants=0.0, additional_large=-0.5))
    assert state.firms.rd_induced.tobytes() == np.zeros(2).tobytes()


def test_a_row_of_firms_has_the_mean_of_its_projects_grants():
    state = tiny(weight=10.0, quarter=SPRING)
    add_firms(state, 1, rd=10.0, employees=100.0)
    granted(state, [0], [3.0], stands_for=1.0)
    subsidy_response.respond(state, everybody(additional_small=0.5))
    assert state.firms.rd_induced[0] == pytest.approx(0.05)


def test_take_up_is_the_share_that_knows():
    state = city(offer("rd_share", 0.05, recipient="firm"), money=10_000, number=4000)
    subsidy_response.respond(state, everybody(knows=0.6))
    share = (state.firms.rd_padded > 0).mean()
    assert share == pytest.approx(0.6, abs=spread(0.6, 4000))
