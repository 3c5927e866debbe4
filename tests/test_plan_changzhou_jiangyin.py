import pytest

from sim.city import FIGURES, City
from sim.indicators import INDICATORS
from sim.instrument import Instrument
from sim.kinds import KINDS
from sim.levers import LEVERS
from sim.plan import Plan, Target, load_plan, plan_names
from sim.quarter import parse

# As the texts have them: value, measure, nature, clause.
CHANGZHOU_GOALS = {
    "joint_projects_new": (300, "new", "behavioural", "二;三(一)2"),
    "joint_project_investment": (2000, "cumulative", "behavioural", "二;三(一)2"),
    "joint_project_sales": (8000, "cumulative", "behavioural", "二;三(一)2"),
    "joint_project_profit_tax": (1500, "cumulative", "behavioural", "二;三(一)2"),
    "science_vice_presidents_new": (100, "new", "quota", "二;三(三)1"),
    "industry_professors_new": (200, "new", "quota", "二;三(三)1"),
    "key_labs_municipal_new": (10, "new", "behavioural", "二;三(一)3"),
    "joint_rd_units_new": (100, "new", "behavioural", "二;三(一)3"),
    "tto_universities": (10, "new", "delivered", "三(二)1"),
    "tto_institutes": (30, "new", "delivered", "三(二)1"),
    "brokers_certified": (200, "stock", "delivered", "三(二)2"),
    "vp_led_projects": (50, "cumulative", "quota", "三(三)1"),
    "firm_visits": (1000, "cumulative", "delivered", "三(三)4"),
    "visiting_researchers": (100, "cumulative", "delivered", "三(三)4"),
}
# Type, strength, clause.
CHANGZHOU_INSTRUMENTS = {
    "transfer_bonus": ("contract_bonus", "amount", "三(二)3"),
    "tto_pilot": ("capacity_building", "amount", "三(二)1"),
    "broker_training": ("training", "amount", "三(二)2"),
    "science_vice_presidents": ("secondment", "amount", "三(三)1"),
    "industry_professors": ("secondment", "amount", "三(三)1"),
    "thousand_firm_visits": ("matchmaking", "amount", "三(三)4"),
    "listing_on_market": ("market_listing", "stated", "三(二)3"),
    "income_retention": ("incentive", "amount", "三(四)3"),
    "liability_exemption": ("incentive", "stated", "三(四)4"),
    "performance_grants": ("performance_reward", "stated", "四2"),
    "evaluation": ("evaluation", "stated", "四3;三(四)2"),
    "talent_base_support": ("platform_support", "stated", "四2"),
    "public_technology_platforms": ("platform_support", "stated", "三(一)3"),
    "ip_operators": ("platform_support", "stated", "三(一)4"),
    "transfer_alliance": ("matchmaking", "stated", "三(二)1"),
    "transfer_academy": ("training", "stated", "三(二)2"),
    "broker_firms": ("capacity_building", "stated", "三(二)2"),
    "technology_market_branch": ("market_listing", "stated", "三(二)3"),
    "staff_exchange": ("secondment", "stated", "三(一)1;三(二)4"),
    "park_pilot_platforms": ("platform_support", "stated", "三(二)4"),
    "adjunct_professors": ("secondment", "stated", "三(三)1"),
    "technology_fair": ("matchmaking", "stated", "三(三)4"),
    "indirect_cost_reform": ("incentive", "stated", "三(四)1"),
    "contract_research_autonomy": ("incentive", "stated", "三(四)3"),
}
CHANGZHOU_AMOUNTS = {
    "transfer_bonus": 0.02,
    "tto_pilot": 40,
    "broker_training": 200,
    "science_vice_presidents": 100,
    "industry_professors": 200,
    "thousand_firm_visits": 1000,
    "income_retention": 1.0,
}
JIANGYIN_GOALS = {
    "national_innovation_centre": (1, "stock", "quota", "一(三);二(一)2"),
    "platforms_new": (500, "new", "behavioural", "一(三)"),
    "academician_stations_new": (10, "new", "behavioural", "一(三);二(一)3"),
    "public_service_platforms_new": (10, "new", "behavioural", "一(三)"),
    "public_service_platforms_provincial_new": (3, "new", "quota", "二(三)6"),
    "new_rd_institutions": (10, "new", "behavioural", "一(三);二(一)2"),
    "joint_innovation_centres_new": (50, "new", "behavioural", "一(三);二(一)3"),
    "engineering_centres_county_new": (300, "new", "behavioural", "二(一)3"),
    "engineering_centres_municipal_new": (60, "new", "behavioural", "二(一)3"),
    "engineering_centres_provincial_new": (50, "new", "quota", "一(三);二(一)3"),
    "transfer_services_new": (15, "new", "behavioural", "一(三);二(二)5"),
    "brokers_new": (300, "new", "delivered", "二(二)5"),
    "key_labs_municipal_new": (5, "new", "behavioural", "二(一)2"),
    "national_key_lab": (1, "stock", "quota", "二(一)2"),
    "angel_fund": (3000, "stock", "delivered", "二(三)7"),
    "carrier_space_new": (3, "new", "delivered", "二(三)8"),
    "incubators_makerspaces_new": (15, "new", "behavioural", "二(三)8"),
    "rd_unit_coverage": (1, "share", "behavioural", "一(三);二(一)3"),
}
JIANGYIN_INSTRUMENTS = {
    "platform_ladder": ("management", "stated", "一(二);二(一)3"),
    "proof_of_concept": ("platform_support", "stated", "二(二)4"),
    "pilot_scale": ("platform_support", "stated", "二(二)5"),
    "broker_training": ("training", "amount", "二(二)5"),
    "angel_fund": ("fund", "amount", "二(三)7"),
    "incubation_chain": ("platform_support", "stated", "二(三)8"),
    "evaluation": ("evaluation", "stated", "三(三)"),
    "quarterly_review": ("management", "stated", "三(四)"),
    "classification": ("management", "encouraged", "一(二)"),
    "performance_funding": ("performance_reward", "encouraged", "一(二)"),
    "innovation_consortia": ("project_funding", "encouraged", "一(二)"),
    "new_rd_institution_support": ("platform_support", "encouraged", "二(一)2"),
    "rd_unit_nurture": ("capacity_building", "encouraged", "二(一)3"),
    "joint_centre_programme": ("platform_support", "encouraged", "二(一)3"),
    "transfer_branches": ("platform_support", "encouraged", "二(二)5"),
    "testing_platforms": ("platform_support", "encouraged", "二(三)6"),
    "technology_market": ("market_listing", "encouraged", "二(三)7"),
    "technology_finance": ("fund", "encouraged", "二(三)7"),
    "talent_platforms": ("talent_package", "encouraged", "二(四)9"),
    "joint_training": ("training", "encouraged", "二(四)10"),
    "budget_growth": ("budget_rule", "encouraged", "三(二)"),
}
JIANGYIN_AMOUNTS = {"broker_training": 300, "angel_fund": 3000}

NAMES = ("changzhou_2019", "jiangyin_2025")
GOALS = {"changzhou_2019": CHANGZHOU_GOALS, "jiangyin_2025": JIANGYIN_GOALS}
MEASURES = {"changzhou_2019": CHANGZHOU_INSTRUMENTS, "jiangyin_2025": JIANGYIN_INSTRUMENTS}
AMOUNTS = {"changzhou_2019": CHANGZHOU_AMOUNTS, "jiangyin_2025": JIANGYIN_AMOUNTS}
ALL_GOALS = [(plan, name) for plan in NAMES for name in GOALS[plan]]
ALL_MEASURES = [(plan, name) for plan in NAMES for name in MEASURES[plan]]


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    return {name: load_plan(name) for name in NAMES}


@pytest.fixture(scope="module")
def changzhou(plans) -> Plan:
    return plans["changzhou_2019"]


@pytest.fixture(scope="module")
def jiangyin(plans) -> Plan:
    return plans["jiangyin_2025"]


def target_of(plan: Plan, name: str) -> Target:
    return next(target for target in plan.targets if target.id == name)


def instrument_of(plan: Plan, name: str) -> Instrument:
    return next(instrument for instrument in plan.instruments if instrument.id == name)


def doses(plan: Plan, name: str) -> list[float]:
    return [instrument_of(plan, name).dose(share) for share in (0, 0.5, 1)]


# Both plans


def test_both_plans_are_known_and_run_for_three_years(changzhou, jiangyin):
    assert set(NAMES) <= set(plan_names())
    assert (changzhou.start, changzhou.end) == (parse("2019Q1"), parse("2021Q4"))
    assert (jiangyin.start, jiangyin.end) == (parse("2023Q1"), parse("2025Q4"))
    assert (changzhou.city.name, jiangyin.city.name) == ("changzhou", "jiangyin")


@pytest.mark.parametrize(
    ("name", "targets", "instruments"), [(NAMES[0], 14, 24), (NAMES[1], 18, 21)]
)
def test_targets_and_instruments_stand_in_the_order_of_the_text(plans, name, targets, instruments):
    plan = plans[name]
    assert [target.id for target in plan.targets] == list(GOALS[name])
    assert [instrument.id for instrument in plan.instruments] == list(MEASURES[name])
    assert (len(plan.targets), len(plan.instruments)) == (targets, instruments)


@pytest.mark.parametrize(("plan", "name"), ALL_GOALS)
def test_a_goal_is_carried_over_as_written(plans, plan, name):
    target = target_of(plans[plan], name)
    value, measure, nature, clause = GOALS[plan][name]
    assert (target.value, target.measure) == (value, measure)
    assert (target.nature, target.clause) == (nature, clause)
    assert target.by == plans[plan].end
    assert target.zh
    assert target.meaning


@pytest.mark.parametrize(("plan", "name"), ALL_GOALS)
def test_every_goal_is_to_be_measured(plans, plan, name):
    assert target_of(plans[plan], name).reason == ""
    assert target_of(plans[plan], name).indicator in INDICATORS


@pytest.mark.parametrize(("plan", "name"), ALL_MEASURES)
def test_an_instrument_is_carried_over_as_written(plans, plan, name):
    instrument = instrument_of(plans[plan], name)
    kind, strength, clause = MEASURES[plan][name]
    assert (instrument.type, instrument.strength, instrument.clause) == (kind, strength, clause)
    assert instrument.amount == AMOUNTS[plan].get(name)
    assert (instrument.start, instrument.end) == (plans[plan].start, plans[plan].end)
    assert instrument.zh
    assert instrument.note


@pytest.mark.parametrize(("plan", "name"), ALL_MEASURES)
def test_every_instrument_pulls_a_lever_in_its_unit(plans, plan, name):
    instrument = instrument_of(plans[plan], name)
    assert instrument.modelled
    unit = LEVERS[instrument.lever].unit
    if instrument.amount is None:
        assert instrument.effect.unit == unit
    elif instrument.effect:
        assert instrument.effect.unit.startswith(f"{unit} per ")


@pytest.mark.parametrize("plan", NAMES)
def test_what_the_text_only_encourages_may_do_nothing(plans, plan):
    for instrument in plans[plan].instruments:
        if instrument.strength == "encouraged":
            assert instrument.dose(0.0) == 0.0


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


def test_jiangyin_counts_each_level_of_a_platform_again(jiangyin):
    ladder = {target.id for target in jiangyin.targets if target.count_rule == "accreditations"}
    assert ladder == {
        "platforms_new",
        "public_service_platforms_provincial_new",
        "engineering_centres_county_new",
        "engineering_centres_municipal_new",
        "engineering_centres_provincial_new",
    }


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


@pytest.mark.parametrize("plan", NAMES)
def test_a_city_has_every_figure_and_shares_that_add_up(plans, plan):
    city: City = plans[plan].city
    assert set(city.figures) == set(FIGURES)
    assert {kind.stock for kind in KINDS.values()} <= set(city.figures)
    assert all(district.zh for district in city.districts.values())
    assert all(cluster.zh and cluster.fields for cluster in city.clusters)


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
def test_a_published_figure_is_known_and_never_drawn(plans, plan, name, value):
    figure = plans[plan].city.figures[name]
    assert figure.quantity.status == "cited"
    assert [figure.quantity.at(share) for share in (0, 0.5, 1)] == [value] * 3


@pytest.mark.parametrize("plan", NAMES)
def test_no_figure_of_the_city_was_observed_after_the_start(plans, plan):
    first_year = plans[plan].start // 4
    for figure in plans[plan].city.figures.values():
        assert figure.year is None or figure.year < first_year
        assert (figure.quantity.status == "cited") == (figure.year is not None)


@pytest.mark.parametrize("plan", NAMES)
def test_what_nobody_published_is_a_range_around_an_assumption(plans, plan):
    for figure in plans[plan].city.figures.values():
        if figure.quantity.spread != "fixed":
            assert figure.quantity.status == "assumed"
            assert figure.quantity.low < figure.quantity.high


@pytest.mark.parametrize("plan", NAMES)
def test_parts_are_never_more_than_the_whole(plans, plan):
    figures = {name: figure.quantity for name, figure in plans[plan].city.figures.items()}
    assert (
        figures["technology_innovation_centres_provincial"].high
        <= figures["technology_innovation_centres"].low
    )
    assert figures["registration_services"].high <= figures["transfer_services"].low
    assert figures["national_share_of_carriers"].high <= figures["provincial_share_of_carriers"].low
    assert figures["researchers"].high < figures["rd_staff"].low
    assert figures["rd_staff"].high < figures["skilled_workers"].low
    assert figures["skilled_workers"].high < figures["employed"].low


@pytest.mark.parametrize("plan", NAMES)
def test_the_background_is_controlled_by_higher_governments(plans, plan):
    rules = plans[plan].city.background
    assert {rule.controller for rule in rules} == {"nation", "province"}
    assert {rule.id for rule in rules if rule.modelled} == {
        "high_tech_income_tax",
        "high_tech_first_recognition",
        "earlier_carrier_practice",
        "broker_reward_province",
    }
    assert all(rule.clause for rule in rules)
    assert all(rule.reason for rule in rules if not rule.modelled)
