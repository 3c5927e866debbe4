"""Projects: who agrees with whom, who wins a call, what comes of it, what a city starts with."""

from types import SimpleNamespace

import numpy as np
import pytest
from world import (
    START,
    add_bodies,
    add_firms,
    add_platforms,
    grant_money,
    offer,
    one_project,
    promised,
    tiny,
)

from sim.core import identity
from sim.indicators import projects as counted
from sim.processes.projects import (
    CITY,
    NATIONAL,
    OVER,
    PROVINCIAL,
    SECOND_HALF,
    STOPPED,
    Parameters,
    ahead,
    begin,
    expertise,
    first_in_line,
    fit,
    free_researchers,
    joint_values,
    lengths,
    merit,
    pilot_share,
    tied_share,
    undertake,
    worth,
)
from sim.state.columns import CLOSED, TALENT_KINDS
from sim.state.flows import Flows
from sim.state.state import Matches

CALL = START + 1  # 2019Q2, in which calls close
QUIET = {
    "provincial_proposals": 1e-9,
    "national_proposals": 1e-9,
    "firm_proposals": 1e-9,
    "floor": 1e-9,
}


def town(*offers, firms=200, universities=4, quarter=START, p=None, weight=1.0, **stock):
    """Return a city of equal firms and universities with its norms fixed and no past."""
    state = tiny(*offers, quarter=quarter, weight=weight, **stock)
    add_bodies(state, "university", universities, researchers=500.0)
    add_firms(state, firms, rd=10.0, rd_stock=50.0, founded=quarter)
    start(state, p or Parameters(**QUIET))
    return state


def start(state, p):
    begin(state, SimpleNamespace(of=lambda name: p))


def vice_president(state, firm=0, **columns):
    ids = identity.plain(identity.PERSON, 3, np.arange(len(state.talents), len(state.talents) + 1))
    usual = {"came": START - 2, "until": START + 6, "organisation": 0}
    kind = TALENT_KINDS.index("vice_president")
    return state.talents.add(ids, kind=kind, firm=firm, **(usual | columns))[0]


# Numbers by hand


def test_a_partner_is_likelier_with_age():
    assert tied_share(np.array([0.1, 0.1]), np.array([0.0, 10.0])).tolist() == pytest.approx(
        [0.0, 1 - np.exp(-1)]
    )


@pytest.mark.parametrize(("places", "apply"), [(0, 0.0), (10, 1.0), (40, 2.0), (4000, 5.0)])
def test_more_places_bring_more_applicants(places, apply):
    assert worth(places, 10, Parameters(response=0.5)) == pytest.approx(apply)
    assert worth(max(places, 1), 10, Parameters(response=0.0)) == 1.0


def test_merit_is_expertise_and_fit_after_who_comes_first():
    p = Parameters(fit_weight=0.4)
    able, fits = np.array([0.5, 0.5, 0.1]), np.array([1.0, 0.5, 0.1])
    got = merit(able, fits, np.array([False, False, True]), p)
    assert got.tolist() == pytest.approx([0.7, 0.5, 10.1])


def test_expertise_and_fit():
    assert expertise(np.array([0.0, 10.0, 30.0]), 10.0).tolist() == pytest.approx([0, 0.5, 0.75])
    assert fit(np.array([3, 3, 3]), np.array([3, 4, 30]), Parameters()).tolist() == [1.0, 0.5, 0.1]


def test_rank_among_rivals_and_each_other():
    bar = np.array([2.0, 1.0, 0.0, -1.0])
    before = ahead(np.array([1.5, -2.0, 0.5]), np.ones(3), bar)
    assert before.tolist() == [1, 6, 3]  # rivals above, and one's own city's


def test_values_lie_in_their_class():
    p = Parameters()
    normal = np.linspace(-4, 4, 99)
    assert (joint_values(normal, np.ones(99, bool), p) >= 1.0).all()
    assert (joint_values(normal, np.zeros(99, bool), p) < 1.0).all()
    p = Parameters(value_spread=0.5, major_above=0.3)
    assert joint_values(np.zeros(1), np.array([True]), p)[0] == pytest.approx(
        1 + 0.3 * np.exp(-0.125)
    )


def test_lengths_vary_around_the_usual_one():
    assert lengths(np.array([0.0, 0.5, 1.0]), Parameters(years=2.0)).tolist() == [6, 8, 10]


def test_pilot_platforms_have_time_for_some():
    p = Parameters(per_pilot_platform=20)
    assert [pilot_share(n, 10.0, p) for n in (0, 1, 2, 9)] == [0.0, 0.5, 1.0, 1.0]


# Joint projects


@pytest.mark.parametrize("weight", [1.0, 5.0])
def test_a_city_starts_with_its_own_number_of_joint_projects(weight):
    p = Parameters(**QUIET, tie=1.0)
    state = town(firms=4000, joint_projects=2000.0, weight=weight, p=p)
    for _ in range(4):
        undertake(state, p)
        state.quarter += 1
    # 2 000 a year; a row stands for five where the city is thinned.
    assert state.flows.joint_projects == pytest.approx(2000, abs=4 * np.sqrt(2000 * weight))


def test_no_figure_no_project():
    state = town(joint_projects=0.0)
    undertake(state, Parameters(**QUIET))
    assert state.flows.joint_projects == 0
    assert len(state.projects) == 0


def test_a_tenth_are_major_and_followed():
    state = town(firms=5000, joint_projects=40000.0)
    before = len(state.projects)
    undertake(state, Parameters(**QUIET))
    share = (len(state.projects) - before) / state.flows.joint_projects
    assert share == pytest.approx(0.087, abs=4 * np.sqrt(0.087 * 0.913 / 10000))
    assert state.projects.major.all()


def test_firms_without_rd_or_life_have_none():
    state = town(firms=400, joint_projects=4000.0)
    state.firms.rd[::2] = 0.0
    state.firms.alive[1::4] = False
    undertake(state, Parameters(**QUIET))
    assert set(np.flatnonzero(state.firms.ally >= 0) % 4) == {3}


def test_without_researchers_there_is_no_partner():
    state = town(joint_projects=1000.0)
    state.organisations.status[:] = CLOSED
    undertake(state, Parameters(**QUIET))
    assert state.flows.joint_projects == 0


def test_large_projects_bind_researchers():
    state = town(universities=2)
    one_project(state, organisation=1)
    one_project(state, organisation=1, phase=OVER)
    assert free_researchers(state, Parameters(staff=3)).tolist() == [500.0, 497.0]


def test_those_who_met_may_agree():
    p = Parameters(**QUIET, after_match=1.0)
    state = town(joint_projects=0.0, p=p)
    state.results.add(identity.plain(identity.RESULT, 0, np.arange(3)), owner=0, open=True)
    state.matches = Matches(np.arange(3), np.array([5, 6, 7]), np.full(3, -1), np.ones(3))
    undertake(state, p)
    assert state.flows.joint_projects == 3
    assert np.flatnonzero(state.firms.ally >= 0).tolist() == [5, 6, 7]
    state.flows = Flows()
    undertake(state, Parameters(**QUIET, after_match=0.0))
    assert state.flows.joint_projects == 0


# Vice-presidents


def test_a_vice_presidents_project_is_listed_once_a_term():
    p = Parameters(**QUIET, vice_president_projects=1.5, vice_president_value=0.45, listed=0.95)
    state = town(joint_projects=0.0)
    vice_president(state)
    for _ in range(6):
        undertake(state, p)
        state.quarter += 1
    assert counted.vp_led_projects(state) == 1
    assert state.projects.firm.tolist() == [0]
    assert (state.projects.kind == PROVINCIAL).all()


@pytest.mark.parametrize(
    "columns",
    [{"until": START - 1}, {"came": START + 9}, {"firm": -1}],
    ids=["term over", "not yet there", "nowhere"],
)
def test_who_does_not_serve_brings_nothing(columns):
    state = town(joint_projects=0.0)
    vice_president(state, **columns)
    undertake(state, Parameters(**QUIET, vice_president_projects=1.5))
    assert state.flows.joint_projects == 0


def test_a_firm_that_pays_less_than_the_rule_asks_is_not_listed():
    state = town(joint_projects=0.0)
    state.firms.rd[:] = 0.29
    for firm in range(100):
        vice_president(state, firm=firm)
    undertake(state, Parameters(**QUIET, vice_president_projects=1.5))
    assert state.flows.joint_projects > 10
    assert counted.vp_led_projects(state) == 0


# Calls of the city


def test_standing_places_are_filled_and_cost_the_plan_nothing():
    state = town(quarter=CALL, key_projects=20.0, universities=9)
    undertake(state, Parameters(**QUIET))
    assert state.flows.key_projects == 20
    assert promised(state.books) == {}


def test_no_call_in_other_quarters():
    state = town(quarter=START, key_projects=20.0)
    undertake(state, Parameters(**QUIET))
    assert state.flows.key_projects == 0


@pytest.mark.parametrize(("number", "filled"), [(10, 20), (20, 20), (30, 30), (40, 40)])
def test_a_plan_that_restates_the_programme_adds_only_an_increment(number, filled):
    state = town(
        offer("project_number", number), quarter=CALL, key_projects=20.0, universities=9, firms=400
    )
    grant_money(state, 1000)
    undertake(state, Parameters(**QUIET))
    assert state.flows.key_projects == filled
    assert bool(promised(state.books)) == (filled > 20)


def test_what_is_paid_is_the_public_share_of_what_was_taken_in():
    p = Parameters(**QUIET, public_share=0.3, payment_delay=1)
    state = town(offer("project_number", 30), quarter=CALL, firms=400, p=p, key_projects=20.0)
    grant_money(state, 1000)
    before = len(state.projects)
    undertake(state, p)
    new = np.arange(before + 20, before + 30)
    paid = promised(state.books)[CALL + 1, "project_number"]
    assert paid / 1e6 == pytest.approx(state.projects.public[new].sum(), abs=1e-5)
    assert (state.projects.public[new] <= 0.5 * state.projects.value[new]).all()


def test_money_ends_the_list_and_more_money_serves_more():
    taken = []
    for money in (0, 5, 20, 1000):
        state = town(offer("project_number", 60), quarter=CALL, key_projects=20.0, firms=400)
        grant_money(state, money)
        undertake(state, Parameters(**QUIET))
        taken.append(state.flows.key_projects)
    assert taken == sorted(taken)
    assert taken[0] == 20
    assert taken[-1] > taken[1] > 20 - 1


def test_nobody_is_found_where_there_are_no_able_firms():
    state = town(offer("project_number", 50), quarter=CALL, key_projects=10.0)
    grant_money(state, 1000)
    state.firms.rd[:] = 1.0
    undertake(state, Parameters(**QUIET))
    assert state.flows.key_projects == 0


def test_call_money_is_spent_up_to_the_offer():
    state = town(
        offer("project_money", 10.0, recipient="firm"), quarter=CALL, key_projects=20.0, firms=400
    )
    grant_money(state, 1000)
    undertake(state, Parameters(**QUIET))
    paid = sum(promised(state.books).values()) / 1e6
    assert 5 < paid <= 10
    assert state.flows.key_projects == 20
    assert state.flows.city_projects > 20


def test_institutes_are_commissioned_directly():
    state = town(offer("project_money", 50.0, "institute"), quarter=CALL, firms=0)
    add_platforms(state, "institute", 20, researchers=40.0)
    grant_money(state, 1000)
    undertake(state, Parameters(**QUIET, platforms_apply=1.0))
    new = state.projects.kind == CITY
    assert new.sum() >= 5
    assert (state.projects.firm[new] == -1).all()
    assert (state.projects.organisation[new] >= 4).all()


def test_firms_with_much_rd_come_first():
    state = town(
        offer("project_priority", 0.05), quarter=CALL, key_projects=20.0, firms=400, universities=9
    )
    state.firms.rd[::2] = 4.0  # four per cent of revenue; the others have ten
    state.firms.rd_stock[::2] = 500.0  # and more expertise
    before = len(state.projects)
    undertake(state, Parameters(**QUIET))
    assert (state.projects.firm[before:] % 2 == 1).all()
    assert first_in_line(state, np.arange(2)).tolist() == [False, True]


def test_the_bar_of_priority_is_strict():
    state = town(offer("project_priority", 0.1))
    assert not first_in_line(state, np.arange(3)).any()  # ten of a hundred: exactly at the bar


# Provincial and national calls


def higher(p, *offers, organisations=30, quality=0.0, rd_stock=50.0):
    state = tiny(*offers, quarter=CALL)
    rows = add_platforms(state, "institute", organisations, researchers=40.0, opens=CALL)
    add_firms(state, 200, rd=10.0, rd_stock=50.0, founded=CALL)
    start(state, p)
    state.organisations.quality[rows] = quality
    state.firms.rd_stock[:] = rd_stock
    undertake(state, p)
    return state


def test_the_city_wins_about_its_share_of_the_outside_places():
    p = Parameters(provincial_proposals=20, provincial_pass=0.25, floor=1e-9)
    won = higher(p).flows.won_projects[PROVINCIAL]
    # 30 · 40 · 20 / 100 + 200 · 0.06 = 252 proposals, a quarter of which wins.
    assert won == pytest.approx(63, abs=30)


def test_more_applicants_do_not_bring_more_places():
    p = Parameters(provincial_proposals=20, floor=1e-9)
    state = tiny(quarter=CALL)
    rows = add_platforms(state, "institute", 30, researchers=40.0, opens=CALL)
    start(state, p)
    places = p.provincial_pass * (1 + p.rivals) * state.norms.project_proposals[PROVINCIAL]
    state.organisations.researchers[rows] *= 10
    state.organisations.quality[rows] = 3.0
    undertake(state, p)
    assert state.flows.won_projects[PROVINCIAL] <= np.ceil(places)


def test_quality_wins():
    p = Parameters(provincial_proposals=20, floor=1e-9)
    won = [higher(p, quality=q).flows.won_projects[PROVINCIAL] for q in (-2.0, 0.0, 2.0)]
    assert won == sorted(won)
    assert won[0] < won[2]


def test_city_money_does_not_move_higher_places():
    p = Parameters(floor=1e-9, experience=0.0)
    plain = higher(p)
    rich = higher(p, offer("project_money", 100.0, recipient="firm"))
    for kind in (PROVINCIAL, NATIONAL):
        ids = [s.projects.id[s.projects.kind == kind].tolist() for s in (plain, rich)]
        assert ids[0] == ids[1]


# The life of a project


def live(state, p, quarters):
    for _ in range(quarters):
        undertake(state, p)
        state.quarter += 1
    return state.projects


def sure(**numbers):
    usual = {
        "proves": 0.95,
        "finds_user": 0.4,
        "finds_user_piloted": 0.8,
        "production": 7.0,
        "turnover": 2.0,
        "sales_spread": 0.6,
    }
    return Parameters(**QUIET, **(usual | numbers))


def test_sales_begin_half_way_rise_to_the_end_and_are_counted_for_a_while():
    state, p = town(joint_projects=0.0, universities=1), sure(counted=1.0)
    row = one_project(state, quarters=4)
    state.projects.phase[row] = SECOND_HALF
    state.projects.potential[row] = 12.0
    sales = []
    state.quarter = START + 2
    for _ in range(8):
        undertake(state, p)
        sales.append(state.projects.sales[row])
        state.quarter += 1
    assert sales == pytest.approx([6, 12, 12, 12, 12, 12, 0, 0])


def test_investment_and_sales_are_summed_for_major_joint_projects():
    state, p = town(joint_projects=0.0, universities=1), sure(profit_tax=0.1)
    row = one_project(state, quarters=4, value=2.0, stands_for=3.0)
    state.projects.phase[row] = SECOND_HALF
    state.projects.production[row], state.projects.potential[row] = 8.0, 16.0
    state.quarter = START + 3
    undertake(state, p)
    # A quarter of 2 M and half of 8 M, of three projects; sales at their height.
    assert counted.joint_project_investment(state) == pytest.approx(3 * (0.5 + 4.0))
    assert counted.joint_project_sales(state) == pytest.approx(3 * 4.0)
    assert counted.joint_project_profit_tax(state) == pytest.approx(1.2)
    assert counted.joint_project_sales_new(state) == counted.joint_project_sales(state)


def test_old_projects_count_in_the_sum_but_not_among_the_new():
    state, p = town(joint_projects=0.0, universities=1), sure()
    one_project(state, began=START - 2, quarters=8)
    undertake(state, p)
    assert counted.joint_project_investment(state) == pytest.approx(2 / 8)
    assert counted.joint_project_investment_new(state) == 0
    assert counted.joint_projects_new(state) == 0


def test_a_firm_that_closes_ends_its_project():
    state, p = town(joint_projects=0.0), sure()
    row = one_project(state, potential=5.0)
    state.firms.alive[0] = False
    undertake(state, p)
    assert state.projects.phase[row] == STOPPED
    assert state.projects.sales[row] == 0


def test_shares_of_projects_that_prove_sell_and_are_accepted():
    state = town(joint_projects=0.0)
    for firm in range(200):
        for _ in range(5):
            one_project(state, PROVINCIAL, firm=firm)
    p = Parameters(**QUIET, proves=0.75, finds_user=0.3)
    table = live(state, p, 5)
    error = 4 * np.sqrt(0.25 / 1000)
    assert (table.phase == OVER).all()
    assert table.milestones.mean() == pytest.approx(0.75, abs=error)
    assert (table.potential > 0).mean() == pytest.approx(0.75 * 0.3, abs=error)
    assert ((table.products > 0) == ((table.potential > 0) & (table.milestones > 0))).all()


def test_pilot_platforms_bring_more_users():
    selling = []
    for platforms in (0, 1, 4):
        state = town(joint_projects=4600.0, firms=200)
        if platforms:
            add_platforms(state, "pilot_platform", platforms)
        before = len(state.projects)
        for firm in range(200):
            one_project(state, firm=firm, began=START - 2)
        state.norms.project_scale = 0.0
        undertake(state, Parameters(**QUIET, per_pilot_platform=100))
        selling.append((state.projects.potential[before:] > 0).sum())
    assert selling == sorted(selling)
    assert selling[0] < selling[-1]


def test_investment_in_production_fits_the_firm():
    state = town(joint_projects=0.0)
    state.firms.revenue[:] = 1.0
    for firm in range(200):
        one_project(state, firm=firm, began=START - 2)
    undertake(state, sure(most_production=0.3))
    assert state.projects.production.max() == pytest.approx(0.3)


def test_what_an_institute_does_alone_needs_a_firm_in_its_field():
    for field, found in ((0, True), (5, False)):
        state = town(joint_projects=0.0)
        state.organisations.field[:] = field
        for _ in range(100):
            one_project(state, NATIONAL, firm=-1, began=START - 2)
        undertake(state, sure())
        assert (state.projects.potential > 0).any() == found
        assert ((state.projects.firm >= 0) == (found and (state.projects.firm >= 0))).all()


# The start


def test_a_city_starts_in_flow():
    p = Parameters(**QUIET)
    sums = []
    for quarters in (1, 8):
        state = tiny(joint_projects=4000.0, quarter=START)
        add_bodies(state, "university", 4, researchers=5000.0)
        add_firms(state, 2000, rd=10.0, rd_stock=50.0, founded=START - 100)
        start(state, p)
        for _ in range(quarters):
            state.flows = Flows()
            undertake(state, p)
            state.quarter += 1
        sums.append((state.flows.joint_investment, state.flows.joint_sales))
    assert sums[0] == pytest.approx(sums[1], rel=0.25)


def test_past_projects_are_no_older_than_those_who_carry_them():
    state = tiny(joint_projects=4000.0, key_projects=50.0)
    young = START - 6
    add_platforms(state, "institute", 5, researchers=400.0, opens=young)
    add_firms(state, 500, rd=10.0, rd_stock=50.0, founded=young)
    start(state, Parameters())
    assert len(state.projects) > 100
    assert (state.projects.began >= young).all()
    assert (state.projects.began < START).all()


def test_vice_presidents_of_the_start_may_have_had_their_project():
    state = tiny()
    add_bodies(state, "university", 1, researchers=500.0)
    add_firms(state, 300, rd=10.0, rd_stock=50.0)
    for firm in range(300):
        vice_president(state, firm=firm, came=START - 8)
    start(state, Parameters(**QUIET))
    assert 10 < counted.vp_led_projects(state) < 290


# Fair comparison


def test_a_firm_that_is_not_there_changes_only_its_own_projects():
    worlds = []
    for alive in (True, False):
        state = town(joint_projects=800.0)
        state.firms.alive[7] = alive
        undertake(state, Parameters(**QUIET))
        worlds.append(
            dict(zip(state.projects.id.tolist(), state.projects.firm.tolist(), strict=True))
        )
    gone = set(worlds[0]) - set(worlds[1])
    assert set(worlds[1]) <= set(worlds[0])
    assert {worlds[0][i] for i in gone} <= {7}


def test_an_offer_of_nothing_changes_nothing():
    tables = []
    for offers in (
        (),
        (
            offer("project_money", 0.0, recipient="firm"),
            offer("project_number", 0.0),
            offer("project_priority", 0.0),
        ),
    ):
        state = town(*offers, quarter=CALL, key_projects=20.0, joint_projects=400.0, firms=400)
        undertake(state, Parameters())
        tables.append([state.projects.id.tolist(), state.projects.value.tolist(), state.flows])
    assert tables[0] == tables[1]


def test_an_empty_city_measures_nothing():
    state = tiny()
    start(state, Parameters())
    undertake(state, Parameters())
    for name in (
        "joint_projects_new",
        "vp_led_projects",
        "key_technologies",
        "strategic_products",
        "provincial_projects_per_institute",
        "national_project_coverage",
        "key_rd_projects_per_year",
        "hard_core_results",
    ):
        assert getattr(counted, name)(state) == 0
