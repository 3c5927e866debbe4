import pytest
from plans import PLANS, instrument_of, target_of

from sim.core.quarter import parse
from sim.inputs.plan import Plan

NAMES = ("changzhou_2019", "jiangyin_2025")


@pytest.fixture(scope="module")
def changzhou() -> Plan:
    return PLANS["changzhou_2019"]


@pytest.fixture(scope="module")
def jiangyin() -> Plan:
    return PLANS["jiangyin_2025"]


def doses(plan: Plan, name: str) -> list[float]:
    return [instrument_of(plan, name).dose(share) for share in (0, 0.5, 1)]


# Both plans


def test_both_plans_are_known_and_run_for_three_years(changzhou, jiangyin):
    assert (changzhou.start, changzhou.end) == (parse("2019Q1"), parse("2021Q4"))
    assert (jiangyin.start, jiangyin.end) == (parse("2023Q1"), parse("2025Q4"))
    assert (changzhou.city.name, jiangyin.city.name) == ("changzhou", "jiangyin")


# Changzhou


def test_changzhou_asks_for_more_than_a_hundred_vice_presidents(changzhou):
    target = target_of(changzhou, "science_vice_presidents_new")
    assert target.strict
    assert not target.met(100)
    assert [other.id for other in changzhou.targets if other.strict] == [target.id]


def test_changzhou_gives_no_date_for_offices_and_visits(changzhou):
    undated = {target.id for target in changzhou.targets if not target.date_stated}
    assert undated == {"tto_universities", "tto_institutes", "firm_visits", "visiting_researchers"}


@pytest.mark.parametrize(
    ("name", "lever", "expected"),
    [
        ("transfer_bonus", "transfer_bonus", (0.018, 0.02, 0.022)),
        ("tto_pilot", "pilot_offices", (40 / 3, 40 / 3, 40 / 3)),
        ("broker_training", "training_places", (50, 78, 96)),
        ("science_vice_presidents", "vice_president_posts", (100 / 3, 100 / 3, 100 / 3)),
        ("industry_professors", "professor_posts", (200 / 3, 200 / 3, 200 / 3)),
        ("thousand_firm_visits", "visit_number", (300, 1000 / 3, 1100 / 3)),
        ("income_retention", "seller_incentive", (0, 0.1, 0.3)),
        ("liability_exemption", "risk_relief", (0, 0.1, 0.3)),
        ("staff_exchange", "exchange_posts", (5, 20, 60)),
    ],
)
def test_an_offer_of_changzhou_is_spread_over_its_three_years(changzhou, name, lever, expected):
    assert instrument_of(changzhou, name).lever == lever
    assert doses(changzhou, name) == pytest.approx(expected, rel=1e-5)


def test_adjunct_professors_do_not_count_as_industry_professors(changzhou):
    assert instrument_of(changzhou, "adjunct_professors").lever == "exchange_posts"


def test_rules_that_changzhou_restates_belong_to_higher_governments_and_may_add_nothing(changzhou):
    higher = {i.id: i.controller for i in changzhou.instruments if i.controller != "city"}
    assert higher == {
        "income_retention": "nation",
        "indirect_cost_reform": "province",
        "contract_research_autonomy": "province",
    }
    assert all(doses(changzhou, name)[0] == 0 for name in higher)


# Jiangyin


def test_the_parts_of_jiangyins_five_hundred_platforms_sum_to_about_that(jiangyin):
    parts = (
        "engineering_centres_county_new",
        "engineering_centres_municipal_new",
        "engineering_centres_provincial_new",
        "joint_innovation_centres_new",
        "academician_stations_new",
        "public_service_platforms_new",
        "new_rd_institutions",
        "transfer_services_new",
    )
    assert sum(target_of(jiangyin, part).value for part in parts) == 505
    assert target_of(jiangyin, "platforms_new").wording == "about"


@pytest.mark.parametrize(
    ("name", "lever", "expected"),
    [
        ("broker_training", "training_places", (100, 117, 144)),
        ("angel_fund", "guidance_fund", (90, 240, 699)),
        ("technology_finance", "transfer_finance", (0, 10, 40)),
        ("joint_training", "graduate_places", (0, 30, 200)),
        ("rd_unit_nurture", "founding_means", (0, 0.03, 0.1)),
        ("budget_growth", "budget_growth", (0, 0.03, 0.1)),
    ],
)
def test_an_offer_of_jiangyin_is_a_dose_of_its_lever(jiangyin, name, lever, expected):
    assert instrument_of(jiangyin, name).lever == lever
    assert doses(jiangyin, name) == pytest.approx(expected, rel=1e-5)


def test_the_size_of_jiangyins_angel_funds_starts_from_what_the_city_has(jiangyin):
    assert target_of(jiangyin, "angel_fund").start_stock == "fund_capital"
    assert instrument_of(jiangyin, "angel_fund").payer == "fund"


# The cities


def test_the_districts_are_those_of_the_city(changzhou, jiangyin):
    assert [district.zh for district in changzhou.city.districts.values()] == [
        "天宁区",
        "钟楼区",
        "新北区",
        "武进区",
        "金坛区",
        "溧阳市",
    ]
    assert len(jiangyin.city.districts) == 6
    assert (len(changzhou.city.clusters), len(jiangyin.city.clusters)) == (11, 8)


@pytest.mark.parametrize(
    ("plan", "name", "value"),
    [
        ("changzhou_2019", "gdp", 705030),
        ("changzhou_2019", "population", 4723000),
        ("changzhou_2019", "general_budget", 58910),
        ("changzhou_2019", "high_tech_output_share", 0.45),
        ("jiangyin_2025", "gdp", 458033),
        ("jiangyin_2025", "population", 1784000),
        ("jiangyin_2025", "rd_firm_share", 0.6012),
        ("jiangyin_2025", "technology_innovation_centres_provincial", 1),
        ("jiangyin_2025", "proof_of_concept_centres", 0),
    ],
)
def test_a_published_figure_is_known_and_never_drawn(plan, name, value):
    figure = PLANS[plan].city.figures[name]
    assert figure.quantity.status == "cited"
    assert [figure.quantity.at(share) for share in (0, 0.5, 1)] == [value] * 3


@pytest.mark.parametrize("plan", NAMES)
def test_no_figure_of_the_city_was_observed_after_the_start(plan):
    first_year = PLANS[plan].start // 4
    for figure in PLANS[plan].city.figures.values():
        assert figure.year is None or figure.year < first_year


@pytest.mark.parametrize("plan", NAMES)
def test_the_background_is_controlled_by_higher_governments(plan):
    rules = PLANS[plan].city.background
    assert {rule.controller for rule in rules} == {"nation", "province"}
    assert {rule.id for rule in rules if rule.modelled} == {
        "high_tech_income_tax",
        "high_tech_first_recognition",
        "earlier_carrier_practice",
        "broker_reward_province",
    }
    assert all(rule.clause for rule in rules)
    assert all(rule.reason for rule in rules if not rule.modelled)
