"""Evaluation: grades in autumn, what they pay, and who is closed."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm
from world import (
    AUTUMN,
    START,
    add_bodies,
    add_firms,
    add_platforms,
    autumn,
    ids,
    offer,
    promised,
    spread,
)

from sim.inputs.codes import HOSTS, KIND_CODE, LEVEL_CODE
from sim.processes import settle
from sim.processes.evaluation import Parameters, grade, grades
from sim.state.columns import ACTIVE, CLOSED, A, B, C, D
from sim.state.platforms import hollow
from sim.state.promises import expected_gain

CENTRE, INCUBATOR = "enterprise_technology_centre", "incubator"
YEAR = 4
# The score is quality alone: the place of 10 is 1, of -10 is 0, of 0 is one half.
BY_QUALITY = Parameters(lasting=1.0, hollow=0.0, awards=1e-9, national_awards=1e-9)
BEST, MIDDLE, WORST = 10.0, 0.0, -10.0


def years(state, p, number=1):
    """Evaluate in so many autumns, one after the other."""
    for _ in range(number):
        grade(state, p)
        settle.clear_claims(state, settle.Parameters())
        state.quarter += YEAR


# Grades


def test_grades_change_at_their_shares():
    p = Parameters(best=0.25, good=0.5, worst=0.125)
    place = np.array([0.0, 0.1249, 0.125, 0.2499, 0.25, 0.7499, 0.75, 1.0])
    assert grades(place, p, 0.0).tolist() == [D, D, C, C, B, B, A, A]


def test_strictness_widens_d_and_leaves_a_and_b():
    p = Parameters(best=0.25, good=0.5, worst=0.125)
    place = np.array([0.1249, 0.15, 0.2249, 0.2251, 0.25, 0.75])
    assert grades(place, p, 0.1).tolist() == [D, D, D, C, B, A]


def test_where_everybody_fails_nobody_is_good():
    assert grades(np.array([0.1, 0.5, 0.99]), Parameters(), 1.0).tolist() == [D, D, D]


@pytest.mark.parametrize(("dose", "worst"), [(0.0, 0.02), (0.5, 0.07), (1.0, 0.12)])
def test_strictness_is_a_share_of_the_lowest_tenth(dose, worst):
    state = autumn(offer("strictness", dose, CENTRE))
    near = norm.ppf([worst - 1e-4, worst + 1e-4])
    rows = add_platforms(state, CENTRE, 2, quality=near)
    others = add_platforms(state, INCUBATOR, 2, quality=norm.ppf([0.0199, 0.0201]))
    grade(state, Parameters(worst=0.02, lasting=1.0, hollow=0.0))
    assert state.organisations.grade[rows].tolist() == [D, C]
    assert state.organisations.grade[others].tolist() == [D, C]  # no strictness for that kind


def test_grades_are_given_in_the_fourth_quarter():
    for quarter in range(START, START + 4):
        state = autumn(quarter=quarter)
        row = add_platforms(state, CENTRE, 1)
        grade(state, BY_QUALITY)
        assert (state.organisations.grade[row] > 0) == (quarter == AUTUMN)


def test_what_is_being_built_or_closed_is_not_graded():
    state = autumn()
    rows = add_platforms(state, CENTRE, 2, status=np.array([0, 2]))
    university = add_bodies(state, "university", 1)
    grade(state, BY_QUALITY)
    assert state.organisations.grade[rows].tolist() == [0, 0]
    assert state.organisations.grade[university].tolist() == [0]


def many(number=40_000, **numbers):
    """Return many platforms of standard normal quality after two evaluations, and the first D."""
    state = autumn()
    quality = state.draws.at("founding").normal(ids(number))
    rows = add_platforms(state, CENTRE, number, quality=quality)
    p = Parameters(hollow=0.0, **numbers)
    years(state, p)
    first = state.organisations.grade[rows].copy()
    years(state, p)
    return first, state.organisations, rows


def test_the_shares_of_grades_are_as_stated():
    first, _, _ = many(best=0.25, good=0.44, worst=0.02)
    for letter, share in ((A, 0.25), (B, 0.44), (C, 0.29), (D, 0.02)):
        found = (first == letter).mean()
        assert found == pytest.approx(share, abs=spread(share, 40_000)), letter


@pytest.mark.parametrize("lasting", [0.75, 0.80, 0.85])
def test_a_d_persists_with_three_to_five_tenths_and_two_weed_out(lasting):
    first, table, rows = many(worst=0.02, lasting=lasting)
    failed = first == D
    again = table.grade[rows][failed] == D
    # Both scores of a unit are normal with this correlation: the chance that both lie in the
    # lowest fiftieth, over the chance that one does.
    cut = norm.ppf(0.02)
    both = multivariate_normal(cov=[[1.0, lasting], [lasting, 1.0]]).cdf([cut, cut])
    expected = both / 0.02
    assert 0.3 <= expected <= 0.5
    assert again.mean() == pytest.approx(expected, abs=spread(expected, failed.sum()))
    closed = (table.status[rows] == CLOSED).mean()
    assert closed == pytest.approx(both, abs=spread(both, 40_000))


# Two D in a row


def hosted_by_both(state, **columns):
    """Add one centre of a firm and one of a university."""
    bit = 1 << KIND_CODE[CENTRE]
    firm = add_firms(state, 1, platforms=bit | 1)[0]
    university = add_bodies(state, "university", 1, platforms=bit | 1)[0]
    return (
        add_platforms(
            state,
            CENTRE,
            2,
            host_firm=np.array([firm, -1]),
            host_body=np.array([-1, university]),
            **columns,
        ),
        firm,
        university,
    )


def test_two_d_in_a_row_close_a_unit_and_let_its_host_found_another():
    state = autumn()
    rows, firm, university = hosted_by_both(state, quality=WORST)
    table, bit = state.organisations, 1 << KIND_CODE[CENTRE]
    years(state, BY_QUALITY)
    assert table.status[rows].tolist() == [ACTIVE, ACTIVE]
    assert state.firms.platforms[firm] & bit
    years(state, BY_QUALITY)
    assert table.status[rows].tolist() == [CLOSED, CLOSED]
    assert state.flows.closed_platforms == 2
    assert state.firms.platforms[firm] == 1  # the other kind that it hosts stays
    assert table.platforms[university] == 1


def test_a_firms_unit_closes_with_its_firm():
    state = autumn()
    firms = add_firms(state, 2, alive=np.array([True, False]))
    rows = add_platforms(state, CENTRE, 2, host_firm=firms)
    grade(state, BY_QUALITY)
    assert state.organisations.status[rows].tolist() == [ACTIVE, CLOSED]
    assert state.flows.closed_platforms == 1


def test_what_an_institute_hosts_closes_with_it():
    state = autumn()
    institutes = add_platforms(state, "institute", 2)
    state.organisations.status[institutes[0]] = CLOSED
    rows = add_platforms(state, "incubator", 2, host_body=institutes)
    grade(state, BY_QUALITY)
    assert state.organisations.status[rows].tolist() == [CLOSED, ACTIVE]


def test_a_registration_service_that_is_closed_leaves_its_hosts_transfer_service_alone():
    # A body with a transfer service of its own may not open a second one because the registration
    # service that it ran as well was struck off.
    state, bit = autumn(), 1 << KIND_CODE["transfer_service"]
    body = add_bodies(state, "public_body", 1, platforms=bit)[0]
    rows = add_platforms(
        state,
        "transfer_service",
        2,
        host_body=body,
        registration=np.array([False, True]),
        quality=np.array([MIDDLE, WORST]),
    )
    years(state, BY_QUALITY, 2)
    assert state.organisations.status[rows].tolist() == [ACTIVE, CLOSED]
    assert state.organisations.platforms[body] == bit


def test_a_good_year_between_forgives_the_first_d():
    state = autumn()
    row = add_platforms(state, CENTRE, 1)
    for quality in (WORST, MIDDLE, WORST, MIDDLE):
        state.organisations.quality[row] = quality
        years(state, BY_QUALITY)
    assert state.organisations.status[row].tolist() == [ACTIVE]


def test_a_stricter_evaluation_never_closes_fewer():
    before = set()
    for dose in (0.0, 0.3, 1.0):
        state = autumn(offer("strictness", dose, CENTRE))
        quality = state.draws.at("founding").normal(ids(3000))
        rows = add_platforms(state, CENTRE, 3000, quality=quality)
        years(state, Parameters(hollow=0.0), 3)
        closed = set(np.flatnonzero(state.organisations.status[rows] == CLOSED).tolist())
        assert before <= closed
        before = closed
    assert len(before) > 100


# Money


def test_an_a_is_rewarded_every_year_and_nothing_else():
    state = autumn(offer("grade_reward", 2.0, CENTRE), money=100)
    add_platforms(state, CENTRE, 3, quality=np.array([BEST, MIDDLE, WORST]))
    add_platforms(state, INCUBATOR, 1, quality=BEST)
    years(state, BY_QUALITY, 2)
    assert promised(state) == {
        (AUTUMN + 4, "grade_reward"): 2_000_000,
        (AUTUMN + 8, "grade_reward"): 2_000_000,
    }


@pytest.mark.parametrize(("level", "rewarded"), [("", 3), ("municipal", 3), ("national", 1)])
def test_a_grade_is_rewarded_at_the_levels_that_the_offer_names_and_above(level, rewarded):
    state = autumn(offer("grade_reward", 2.0, CENTRE, level=level), money=100)
    add_platforms(state, CENTRE, 3, quality=BEST, level=np.array([1, 2, 3]))
    grade(state, BY_QUALITY)
    assert sum(promised(state).values()) == rewarded * 2_000_000


def test_a_reward_for_some_hosts_is_paid_to_those():
    public = offer("grade_reward", 2.0, CENTRE, recipient="university or institute")
    state = autumn(public, money=100)
    add_platforms(state, CENTRE, 1, quality=BEST, host_class=HOSTS.index("firm"))
    grade(state, BY_QUALITY)
    assert promised(state) == {}


def test_the_first_pass_is_paid_once():
    state = autumn(offer("first_pass_reward", 1.0, CENTRE), money=100)
    add_platforms(state, CENTRE, 2, quality=np.array([BEST, MIDDLE]))
    years(state, BY_QUALITY, 3)
    assert promised(state) == {(AUTUMN + 4, "first_pass_reward"): 2_000_000}


def test_who_fails_first_is_paid_when_it_first_passes():
    state = autumn(offer("first_pass_reward", 1.0, CENTRE), money=100)
    row = add_platforms(state, CENTRE, 1, quality=WORST)
    years(state, BY_QUALITY)
    assert promised(state) == {}
    state.organisations.quality[row] = MIDDLE
    years(state, BY_QUALITY, 2)
    assert promised(state) == {(AUTUMN + 8, "first_pass_reward"): 1_000_000}


def test_running_costs_are_paid_in_the_first_years_of_units_brought_in_under_the_plan():
    jointly = offer("operating_grant", 1.5, CENTRE, recipient="platform brought in jointly")
    state = autumn(jointly, quarter=AUTUMN + 8, money=100)
    body, firm = HOSTS.index("public_body"), HOSTS.index("firm")
    young = {"host_class": body, "decided": START, "opens": START + 1}
    add_platforms(state, CENTRE, 1, **young)
    for other in (
        {"host_class": firm},  # founded by one whom the offer does not name
        {"decided": START - 1},  # founded before the plan
        {"opens": AUTUMN + 8 - 12},  # twelve quarters old
        {"status": 0},  # not open yet
    ):
        add_platforms(state, CENTRE, 1, **(young | other))
    add_platforms(state, INCUBATOR, 1, **young)
    grade(state, Parameters(support_years=3.0))
    assert promised(state) == {(AUTUMN + 12, "operating_grant"): 1_500_000}


def test_support_pays_no_more_than_running_costs():
    state = autumn(offer("operating_grant", 5.0, CENTRE), money=100)
    add_platforms(state, CENTRE, 1, decided=START, opens=START)
    grade(state, BY_QUALITY)
    assert promised(state) == {(AUTUMN + 4, "operating_grant"): 2_000_000}


def test_legal_persons_save_tax_on_what_they_spend():
    state = autumn(
        offer("running_relief", 0.05, "institute", CENTRE, payer="nation"), quarter=AUTUMN
    )
    add_platforms(state, "institute", 3)
    add_platforms(state, CENTRE, 3)
    grade(state, BY_QUALITY)
    # A running cost of 2 M CNY a year: 0.1 M CNY each, for institutes only.
    assert promised(state) == {(AUTUMN + 4, "running_relief"): 3 * 100_000}


def test_awards_go_to_services_with_contracts_and_the_city_adds_to_them():
    state = autumn(
        offer("award_match", 0.2, level="national", name="national"),
        offer("award_match", 0.1, level="provincial", name="provincial"),
        money=100,
    )
    add_platforms(state, "transfer_service", 3, cases=np.array([0.0, 6.0, 2.0]))
    # Eight awards a year by share of contracts: 6/8 · 8 and 2/8 · 8 are certain, 0 never.
    grade(state, Parameters(awards=8.0, national_awards=8.0))
    assert (
        state.flows.awards[LEVEL_CODE["provincial"]]
        == state.flows.awards[LEVEL_CODE["national"]]
        == 2
    )
    assert promised(state) == {
        (AUTUMN + 4, "national"): 2 * 200_000,
        (AUTUMN + 4, "provincial"): 2 * 100_000,
    }


def test_without_contracts_there_is_no_award():
    state = autumn()
    add_platforms(state, "transfer_service", 3)
    grade(state, Parameters(awards=8.0))
    assert state.flows.awards.sum() == 0


# Hollow units


def hollow_of(state, row):
    return bool(hollow(state, np.atleast_1d(row), 0.2)[0])


@pytest.mark.parametrize(("tenants", "empty"), [(19, True), (20, False), (100, False)])
def test_a_carrier_is_hollow_below_a_fifth_of_its_seats(tenants, empty):
    state = autumn()
    row = add_platforms(state, INCUBATOR, 1, seats=100, tenants=tenants, cases=9.0)
    assert hollow_of(state, row) == empty


@pytest.mark.parametrize(
    ("column", "empty"),
    [({}, True), ({"cases": 0.9}, True), ({"cases": 1.0}, False), ({"researchers": 5.0}, False)],
)
def test_a_service_is_hollow_without_a_contract_in_about_a_year(column, empty):
    state = autumn()
    row = add_platforms(state, "public_service_platform", 1, **column)
    assert hollow_of(state, row) == empty


@pytest.mark.parametrize("host", ["firm", "leading_firm"])
@pytest.mark.parametrize(
    ("firm", "empty"),
    [({"rd": 3.0}, False), ({"rd": 0.0}, True), ({"rd": 3.0, "alive": False}, True)],
)
def test_a_firms_centre_is_hollow_where_no_research_stands_behind_it(host, firm, empty):
    state = autumn()
    row = add_firms(state, 1, **firm)[0]
    centre = add_platforms(state, CENTRE, 1, host_class=HOSTS.index(host), host_firm=row)
    assert hollow_of(state, centre) == empty


def test_a_universitys_laboratory_is_not_hollow_where_researchers_stand_behind_it():
    state = autumn()
    university = add_bodies(state, "university", 1, researchers=300.0)[0]
    laboratory = add_platforms(
        state, "key_laboratory", 1, host_class=HOSTS.index("university"), host_body=university
    )
    assert not hollow_of(state, laboratory)


def test_an_office_that_lives_on_its_income_is_not_hollow():
    # Offices for patents sell no technology: they live on filing, 2 M CNY a year by their cost.
    state = autumn()
    rows = add_platforms(state, "ip_service", 2, income=np.array([0.1, 0.6]))
    assert hollow(state, rows, 0.2).tolist() == [True, False]


def test_a_hollow_unit_loses_its_penalty():
    # At a place of 0.8, an A; half a standard deviation lower 0.63, a B.
    state = autumn()
    quality = norm.ppf(0.8)
    rows = add_platforms(
        state, INCUBATOR, 2, quality=quality, seats=10, tenants=np.array([0.0, 10.0])
    )
    grade(state, Parameters(lasting=1.0, hollow=0.5))
    assert state.organisations.grade[rows].tolist() == [B, A]


@pytest.mark.parametrize("host", ["university", "firm"])
def test_who_expects_support_is_who_is_paid_it(host):
    kind = "technology_transfer_office"
    state = autumn(
        offer("operating_grant", 0.5, kind, recipient="university and institute"), money=100
    )
    add_platforms(state, kind, 1, host_class=HOSTS.index(host), decided=START, opens=START)
    grade(state, BY_QUALITY)
    assert bool(promised(state)) == (expected_gain(state, kind, host) > 0)
    assert bool(promised(state)) == (host == "university")
