import pytest

from sim.city import FIGURES
from sim.indicators import INDICATORS
from sim.instrument import Instrument
from sim.kinds import KINDS
from sim.levers import LEVERS
from sim.plan import Plan, Target, load_plan, plan_names
from sim.quarter import parse

# As the texts have them: value, measure, nature, clause; then type, strength, clause.
INSTITUTES_GOALS = {
    "institutes_total": (80, "cumulative", "behavioural", "一"),
    "high_end_talents": (300, "cumulative", "behavioural", "一;二(一)4"),
    "key_technologies": (200, "cumulative", "behavioural", "一"),
    "strategic_products": (100, "cumulative", "behavioural", "一"),
    "high_tech_seedlings": (100, "cumulative", "behavioural", "一"),
    "yongjiang_labs": (4, "cumulative", "quota", "二(一)1"),
    "national_platforms": (3, "cumulative", "quota", "二(一)1"),
    "provincial_projects_per_institute": (2, "annual", "quota", "二(一)2"),
    "national_project_coverage": (1.0, "share", "quota", "二(一)2"),
    "institute_incubators": (20, "stock", "behavioural", "二(一)3"),
    "institute_incubators_provincial": (5, "stock", "quota", "二(一)3"),
    "incubated_per_year": (100, "annual", "behavioural", "二(一)3"),
    "top_talents": (10, "new", "quota", "二(一)4"),
    "graduates_trained": (3000, "cumulative", "delivered", "二(一)4"),
    "high_level_institutes_new": (10, "new", "quota", "二(二)5"),
    "design_institutes_new": (5, "new", "behavioural", "二(二)6"),
    "firm_led_institutes": (20, "cumulative", "behavioural", "二(二)7"),
    "research_infrastructures": (4, "cumulative", "delivered", "二(三)9"),
    "equipment_registered": (1.0, "share", "delivered", "二(三)10"),
    "equipment_sharing_uses": (100000, "cumulative", "behavioural", "二(三)10"),
    "matchmaking_events": (30, "annual", "delivered", "二(三)11"),
    "technology_matches": (500, "cumulative", "behavioural", "二(三)11"),
    "cluster_coverage": (1.0, "share", "behavioural", "二(二)5"),
    "cluster_area_built": (1.0, "share", "delivered", "二(三)8"),
}
INSTITUTES_INSTRUMENTS = {
    "entrusted_projects": ("project_funding", "stated", "二(一)2"),
    "incubation_funds": ("fund", "stated", "二(一)3"),
    "matchmaking": ("matchmaking", "amount", "二(三)11"),
    "equipment_sharing": ("sharing_reward", "stated", "二(三)10"),
    "classification": ("management", "stated", "二(四)12"),
    "ownership_incentive": ("incentive", "stated", "二(四)14"),
    "case_by_case": ("platform_support", "stated", "二(四)14"),
    "delisting": ("evaluation", "stated", "三17"),
    "land_priority": ("priority", "stated", "三16"),
    "talent_package": ("talent_package", "stated", "三16"),
    "institute_training": ("training", "stated", "三16"),
    "performance_support": ("performance_reward", "stated", "三17"),
    "graduate_training": ("training", "stated", "二(一)4"),
    "high_level_attraction": ("platform_support", "stated", "二(二)5"),
    "design_institute_support": ("platform_support", "stated", "二(二)6"),
    "firm_led_support": ("platform_support", "stated", "二(二)7"),
    "institute_cluster_area": ("platform_support", "stated", "二(三)8"),
    "pilot_infrastructure": ("platform_support", "stated", "二(三)9"),
    "equipment_registry": ("management", "stated", "二(三)10"),
    "technology_market_column": ("market_listing", "stated", "二(三)11"),
    "operation_pilot": ("management", "stated", "二(四)13"),
}
INSTITUTES_AMOUNTS = {"matchmaking": 30}
PROJECTS_GOALS = {
    "rd_to_gdp": (3.75, "level", "statistical", "一(一)2"),
    "rd_to_revenue_above_scale": (3.4, "level", "statistical", "一(一)2"),
    "high_tech_value_added_share": (66, "level", "statistical", "一(一)2"),
    "high_value_patents_per_10k": (20, "level", "statistical", "一(一)2"),
    "rd_staff_per_10k": (200, "level", "statistical", "一(一)2"),
    "key_labs": (100, "stock", "behavioural", "一(二)2"),
    "provincial_innovation_centres": (3, "stock", "quota", "一(二)2"),
    "key_rd_projects_per_year": (100, "annual", "delivered", "一(二)3"),
    "hard_core_results": (100, "cumulative", "behavioural", "一(二)3"),
    "application_scenarios": (400, "cumulative", "delivered", "一(二)3"),
    "ip_services_new": (10, "new", "behavioural", "一(二)4"),
    "top_talents_total": (25, "stock", "quota", "一(二)5"),
    "leading_talents_new": (500, "new", "quota", "一(二)5"),
    "skilled_share": (35, "level", "delivered", "一(二)5"),
    "fiscal_growth": (15, "annual_mean", "delivered", "一(三)二"),
    "innovation_poles": (10, "stock", "delivered", "一(二)1"),
    "innovation_fund": (100000, "stock", "delivered", "一(三)三"),
    "high_tech_park_coverage": (1.0, "share", "delivered", "一(二)1"),
    "national_key_lab_marine": (1, "cumulative", "quota", "一(二)2"),
}
PROJECTS_INSTRUMENTS = {
    "rd_post_subsidy": ("rd_subsidy", "stated", "一(三)"),
    "super_deduction": ("tax_incentive", "stated", "一(三)"),
    "priority_high_rd": ("priority", "amount", "一(三)"),
    "fiscal_growth": ("budget_rule", "amount", "一(三)二"),
    "use_first_pay_later": ("transfer_term", "stated", "一(三)"),
    "angel_fund": ("fund", "stated", "一(三)"),
    "proof_of_concept": ("platform_support", "stated", "一(二)4"),
    "key_rd_programme": ("project_funding", "amount", "一(二)3"),
    "scenarios": ("demand_pull", "amount", "一(二)3"),
    "institute_classes": ("management", "stated", "一(二)2"),
    "innovation_fund": ("fund", "amount", "一(三)"),
    "innovation_points": ("management", "stated", "一(三)"),
    "monthly_monitoring": ("management", "stated", "一(二)1;一(三)"),
    "key_lab_reorganisation": ("management", "stated", "一(二)2"),
    "innovation_centre_support": ("platform_support", "stated", "一(二)2"),
    "institute_attraction": ("platform_support", "stated", "一(二)2"),
    "firm_diagnosis": ("capacity_building", "stated", "一(二)3"),
    "three_lists": ("matchmaking", "stated", "一(二)3"),
    "innovation_consortia": ("project_funding", "stated", "一(二)4"),
    "technology_market": ("market_listing", "stated", "一(二)4"),
    "ip_protection": ("management", "encouraged", "一(二)4"),
    "talent_policy": ("talent_package", "encouraged", "一(二)5"),
    "youth_projects": ("project_funding", "encouraged", "一(二)5"),
    "research_autonomy": ("incentive", "encouraged", "一(二)6"),
    "liability_exemption": ("incentive", "encouraged", "一(二)6"),
}
PROJECTS_AMOUNTS = {
    "priority_high_rd": 0.05,
    "fiscal_growth": 0.15,
    "key_rd_programme": 100,
    "scenarios": 400,
    "innovation_fund": 100000,
}

NAMES = ("ningbo_2019", "ningbo_315")
GOALS = {"ningbo_2019": INSTITUTES_GOALS, "ningbo_315": PROJECTS_GOALS}
MEASURES = {"ningbo_2019": INSTITUTES_INSTRUMENTS, "ningbo_315": PROJECTS_INSTRUMENTS}
AMOUNTS = {"ningbo_2019": INSTITUTES_AMOUNTS, "ningbo_315": PROJECTS_AMOUNTS}
ALL_GOALS = [(plan, name) for plan in NAMES for name in GOALS[plan]]
ALL_MEASURES = [(plan, name) for plan in NAMES for name in MEASURES[plan]]


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    return {name: load_plan(name) for name in NAMES}


def target_of(plan: Plan, name: str) -> Target:
    return next(target for target in plan.targets if target.id == name)


def instrument_of(plan: Plan, name: str) -> Instrument:
    return next(instrument for instrument in plan.instruments if instrument.id == name)


# Both plans


def test_the_plans_follow_each_other_in_the_same_city(plans):
    assert set(NAMES) <= set(plan_names())
    first, second = (plans[name] for name in NAMES)
    assert (first.start, first.end) == (parse("2020Q1"), parse("2022Q4"))
    assert (second.start, second.end) == (parse("2023Q1"), parse("2027Q4"))
    assert (first.city.name, second.city.name) == ("ningbo_2019", "ningbo_2022")
    assert first.city.zh == second.city.zh == "宁波市"
    assert first.city.districts == second.city.districts
    assert first.city.clusters == second.city.clusters
    assert first.document == "甬自创办〔2019〕6号"
    assert second.status.startswith("draft")


@pytest.mark.parametrize(
    ("name", "targets", "instruments"), [(NAMES[0], 24, 21), (NAMES[1], 19, 25)]
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
    assert target.count_rule == ""
    assert target.zh
    assert target.meaning
    assert target.reason == ""
    assert target.indicator in INDICATORS


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
def test_a_modelled_instrument_pulls_a_lever_in_its_unit(plans, plan, name):
    instrument = instrument_of(plans[plan], name)
    assert instrument.modelled == (name != "ip_protection")
    unit = LEVERS[instrument.lever].unit
    if instrument.modelled and instrument.amount is None:
        assert instrument.effect.unit == unit
    elif instrument.effect:
        assert instrument.effect.unit.startswith(f"{unit} per ")


@pytest.mark.parametrize(("plan", "name"), ALL_MEASURES)
def test_what_is_only_encouraged_restated_or_managed_may_do_nothing(plans, plan, name):
    instrument = instrument_of(plans[plan], name)
    soft = instrument.type in ("management", "incentive", "transfer_term")
    if instrument.modelled and (
        instrument.strength == "encouraged" or soft or instrument.controller == "nation"
    ):
        assert instrument.dose(0.0) == 0.0


def test_only_a_target_that_the_text_puts_above_its_number_is_strict(plans):
    strict = {plan: [t.id for t in plans[plan].targets if t.strict] for plan in NAMES}
    assert strict["ningbo_2019"] == [
        "high_end_talents",
        "high_tech_seedlings",
        "top_talents",
        "graduates_trained",
        "technology_matches",
    ]
    assert strict["ningbo_315"] == []


def test_a_stock_counts_from_what_the_city_has(plans):
    stocks = {t.id: t.start_stock for plan in NAMES for t in plans[plan].targets if t.start_stock}
    assert stocks == {
        "institutes_total": "institutes",
        "high_end_talents": "institute_talents",
        "yongjiang_labs": "yongjiang_laboratories",
        "research_infrastructures": "research_infrastructures",
        "key_labs": "key_laboratories",
        "provincial_innovation_centres": "technology_innovation_centres_provincial",
        "top_talents_total": "top_talents",
        "innovation_fund": "fund_capital",
    }


@pytest.mark.parametrize(
    ("plan", "name", "lever", "expected"),
    [
        ("ningbo_2019", "matchmaking", "event_number", (30, 30, 30)),
        ("ningbo_2019", "case_by_case", "founding_means", (0, 0.02, 0.08)),
        ("ningbo_2019", "land_priority", "founding_means", (0, 0.04, 0.1)),
        ("ningbo_2019", "graduate_training", "graduate_places", (0, 150, 600)),
        ("ningbo_2019", "institute_training", "training_places", (0, 20, 60)),
        ("ningbo_315", "priority_high_rd", "project_priority", (0.05, 0.05, 0.05)),
        ("ningbo_315", "fiscal_growth", "budget_growth", (0.15, 0.15, 0.15)),
        ("ningbo_315", "key_rd_programme", "project_number", (100, 100, 100)),
        ("ningbo_315", "scenarios", "scenario_number", (80, 80, 80)),
        ("ningbo_315", "innovation_fund", "guidance_fund", (400, 3000, 8000)),
        ("ningbo_315", "super_deduction", "rd_price", (0, 0.01, 0.04)),
        ("ningbo_315", "liability_exemption", "risk_relief", (0, 0.04, 0.3)),
    ],
)
def test_an_offer_is_a_dose_of_its_lever(plans, plan, name, lever, expected):
    instrument = instrument_of(plans[plan], name)
    assert instrument.lever == lever
    assert [instrument.dose(share) for share in (0, 0.5, 1)] == pytest.approx(expected)


def test_money_rests_on_the_text_only_where_nothing_is_assumed_between(plans):
    written = {i.id for plan in NAMES for i in plans[plan].instruments if not i.assumed}
    assert written == {
        "matchmaking",
        "priority_high_rd",
        "fiscal_growth",
        "key_rd_programme",
        "scenarios",
    }


def test_municipal_and_provincial_centres_are_both_supported(plans):
    support = instrument_of(plans["ningbo_315"], "innovation_centre_support")
    assert support.levels == ("municipal", "provincial")


def test_national_academies_come_from_outside(plans):
    attraction = instrument_of(plans["ningbo_2019"], "high_level_attraction")
    assert attraction.hosts == ("outside",)
    assert instrument_of(plans["ningbo_2019"], "firm_led_support").hosts == ("leading_firm",)


# The city


@pytest.mark.parametrize("plan", NAMES)
def test_the_city_has_ten_districts_twelve_clusters_and_every_figure(plans, plan):
    city = plans[plan].city
    assert "".join(district.zh for district in city.districts.values()) == (
        "海曙区江北区北仑区镇海区鄞州区奉化区象山县宁海县余姚市慈溪市"
    )
    assert len(city.clusters) == 12
    assert set(city.figures) == set(FIGURES)
    assert {kind.stock for kind in KINDS.values()} <= set(city.figures)


@pytest.mark.parametrize(("plan", "year"), [("ningbo_2019", 2019), ("ningbo_315", 2023)])
def test_nothing_observed_within_the_plan_starts_it(plans, plan, year):
    """The draft itself says in 2023 how many provincial centres there are."""
    years = [figure.year for figure in plans[plan].city.figures.values() if figure.year]
    assert years
    assert max(years) <= year


@pytest.mark.parametrize(
    ("plan", "name", "value"),
    [
        ("ningbo_2019", "gdp", 1198500),
        ("ningbo_2019", "general_budget", 176860),
        ("ningbo_2019", "technology_innovation_centres_provincial", 0),
        ("ningbo_315", "gdp", 1570430),
        ("ningbo_315", "population", 9618000),
        ("ningbo_315", "high_tech_firms", 5337),
        ("ningbo_315", "technology_innovation_centres_provincial", 3),
    ],
)
def test_a_known_figure_is_never_drawn(plans, plan, name, value):
    quantity = plans[plan].city.figures[name].quantity
    assert [quantity.at(share) for share in (0, 0.5, 1)] == [value] * 3


@pytest.mark.parametrize("plan", NAMES)
def test_a_figure_is_known_or_assumed_in_a_range(plans, plan):
    for figure in plans[plan].city.figures.values():
        if figure.quantity.spread != "fixed":
            assert figure.quantity.status == "assumed"
            assert figure.quantity.low < figure.quantity.high


@pytest.mark.parametrize("plan", NAMES)
def test_parts_of_a_stock_are_never_more_than_the_whole(plans, plan):
    ranges = {name: figure.quantity for name, figure in plans[plan].city.figures.items()}
    provincial = ranges["technology_innovation_centres_provincial"]
    assert provincial.high <= ranges["technology_innovation_centres"].low
    assert ranges["registration_services"].high <= ranges["transfer_services"].low
    assert ranges["employed"].high < ranges["population"].low
    assert ranges["high_tech_parks"].high <= len(plans[plan].city.districts)


def test_ningbo_has_no_titles_of_jiangsu(plans):
    for plan in plans.values():
        for name in (
            "vice_presidents",
            "industry_professors",
            "enterprise_joint_innovation_centres",
        ):
            assert plan.city.figures[name].quantity.default == 0


def test_what_stands_anyway_has_names_of_its_own(plans):
    for plan in plans.values():
        background = {rule.id for rule in plan.city.background}
        assert not background & {instrument.id for instrument in plan.instruments}
        assert all(rule.reason for rule in plan.city.background if not rule.modelled)
