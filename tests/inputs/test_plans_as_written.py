"""Four plans against their texts, and what holds for the plans and cities of all five."""

import pytest
from plans import PLANS, instrument_of, target_of

from sim.indicators.table import INDICATORS
from sim.inputs.city import FIGURES
from sim.inputs.kinds import KINDS
from sim.inputs.levers import LEVERS

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

GOALS = {
    "changzhou_2019": CHANGZHOU_GOALS,
    "ningbo_2019": INSTITUTES_GOALS,
    "ningbo_315": PROJECTS_GOALS,
    "jiangyin_2025": JIANGYIN_GOALS,
}
MEASURES = {
    "changzhou_2019": CHANGZHOU_INSTRUMENTS,
    "ningbo_2019": INSTITUTES_INSTRUMENTS,
    "ningbo_315": PROJECTS_INSTRUMENTS,
    "jiangyin_2025": JIANGYIN_INSTRUMENTS,
}
AMOUNTS = {
    "changzhou_2019": CHANGZHOU_AMOUNTS,
    "ningbo_2019": INSTITUTES_AMOUNTS,
    "ningbo_315": PROJECTS_AMOUNTS,
    "jiangyin_2025": JIANGYIN_AMOUNTS,
}
ALL_GOALS = [(plan, name) for plan, goals in GOALS.items() for name in goals]
ALL_MEASURES = [(plan, name) for plan, measures in MEASURES.items() for name in measures]
EVERY = [(plan.name, i.id) for plan in PLANS.values() for i in plan.instruments]


@pytest.mark.parametrize(
    ("name", "targets", "instruments"),
    [
        ("changzhou_2019", 14, 24),
        ("ningbo_2019", 24, 21),
        ("ningbo_315", 19, 25),
        ("jiangyin_2025", 18, 21),
    ],
)
def test_targets_and_instruments_stand_in_the_order_of_the_text(name, targets, instruments):
    plan = PLANS[name]
    assert [target.id for target in plan.targets] == list(GOALS[name])
    assert [instrument.id for instrument in plan.instruments] == list(MEASURES[name])
    assert (len(plan.targets), len(plan.instruments)) == (targets, instruments)


@pytest.mark.parametrize(("plan", "name"), ALL_GOALS)
def test_a_goal_is_carried_over_as_written(plan, name):
    target = target_of(PLANS[plan], name)
    value, measure, nature, clause = GOALS[plan][name]
    assert (target.value, target.measure) == (value, measure)
    assert (target.nature, target.clause) == (nature, clause)
    assert target.by == PLANS[plan].end
    assert target.zh
    assert target.meaning
    assert target.reason == ""
    assert target.indicator in INDICATORS


@pytest.mark.parametrize(("plan", "name"), ALL_MEASURES)
def test_an_instrument_is_carried_over_as_written(plan, name):
    instrument = instrument_of(PLANS[plan], name)
    kind, strength, clause = MEASURES[plan][name]
    assert (instrument.type, instrument.strength, instrument.clause) == (kind, strength, clause)
    assert instrument.amount == AMOUNTS[plan].get(name)
    assert (instrument.start, instrument.end) == (PLANS[plan].start, PLANS[plan].end)
    assert instrument.zh
    assert instrument.note


@pytest.mark.parametrize(("plan", "name"), ALL_MEASURES)
def test_a_modelled_instrument_pulls_a_lever_in_its_unit(plan, name):
    instrument = instrument_of(PLANS[plan], name)
    assert instrument.modelled == (name != "ip_protection")
    unit = LEVERS[instrument.lever].unit
    if instrument.modelled and instrument.amount is None:
        assert instrument.effect.unit == unit
    elif instrument.effect:
        assert instrument.effect.unit.startswith(f"{unit} per ")


@pytest.mark.parametrize(("plan", "name"), EVERY)
def test_what_is_only_encouraged_restated_or_managed_may_do_nothing(plan, name):
    instrument = instrument_of(PLANS[plan], name)
    soft = instrument.type in ("management", "incentive", "transfer_term")
    if instrument.modelled and (
        instrument.strength == "encouraged" or soft or instrument.controller == "nation"
    ):
        assert instrument.dose(0.0) == 0.0


def test_only_jiangyin_counts_each_level_of_a_platform_again():
    ladder = {t.id for plan in PLANS.values() for t in plan.targets if t.count_rule}
    assert ladder == {
        "platforms_new",
        "public_service_platforms_provincial_new",
        "engineering_centres_county_new",
        "engineering_centres_municipal_new",
        "engineering_centres_provincial_new",
    }


# The cities


@pytest.mark.parametrize("plan", PLANS)
def test_a_city_has_every_figure_and_all_places_have_names(plan):
    city = PLANS[plan].city
    assert set(city.figures) == set(FIGURES)
    assert {kind.stock for kind in KINDS.values()} <= set(city.figures)
    assert all(district.zh for district in city.districts.values())
    assert all(cluster.zh and cluster.fields for cluster in city.clusters)


@pytest.mark.parametrize("plan", PLANS)
def test_every_figure_of_a_city_is_published_with_a_year_or_a_range_with_a_reason(plan):
    for name, figure in PLANS[plan].city.figures.items():
        quantity = figure.quantity
        assert quantity.source.strip(), name
        assert quantity.unit, name
        assert (quantity.status == "cited") == (figure.year is not None), name
        if quantity.spread != "fixed":
            assert quantity.status == "assumed", name
            assert quantity.low < quantity.high, name


@pytest.mark.parametrize("plan", PLANS)
def test_parts_of_a_stock_are_never_more_than_the_whole(plan):
    figures = {name: figure.quantity for name, figure in PLANS[plan].city.figures.items()}
    for part, whole in (
        ("technology_innovation_centres_provincial", "technology_innovation_centres"),
        ("registration_services", "transfer_services"),
        ("national_share_of_carriers", "provincial_share_of_carriers"),
    ):
        assert figures[part].high <= figures[whole].low, part
    for part, whole in (
        ("researchers", "rd_staff"),
        ("rd_staff", "skilled_workers"),
        ("skilled_workers", "employed"),
        ("employed", "population"),
    ):
        assert figures[part].high < figures[whole].low, part
    assert figures["high_tech_parks"].high <= len(PLANS[plan].city.districts)
