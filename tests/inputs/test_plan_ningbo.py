import pytest
from plans import PLANS, instrument_of

from sim.core.quarter import parse

NAMES = ("ningbo_2019", "ningbo_315")


# Both plans


def test_the_plans_follow_each_other_in_the_same_city():
    first, second = (PLANS[name] for name in NAMES)
    assert (first.start, first.end) == (parse("2020Q1"), parse("2022Q4"))
    assert (second.start, second.end) == (parse("2023Q1"), parse("2027Q4"))
    assert (first.city.name, second.city.name) == ("ningbo_2019", "ningbo_2022")
    assert first.city.zh == second.city.zh == "宁波市"
    assert first.city.districts == second.city.districts
    assert first.city.clusters == second.city.clusters
    assert first.document == "甬自创办〔2019〕6号"
    assert second.status.startswith("draft")


def test_only_a_target_that_the_text_puts_above_its_number_is_strict():
    strict = {plan: [t.id for t in PLANS[plan].targets if t.strict] for plan in NAMES}
    assert strict["ningbo_2019"] == [
        "high_end_talents",
        "high_tech_seedlings",
        "top_talents",
        "graduates_trained",
        "technology_matches",
    ]
    assert strict["ningbo_315"] == []


def test_a_stock_counts_from_what_the_city_has():
    stocks = {t.id: t.start_stock for plan in NAMES for t in PLANS[plan].targets if t.start_stock}
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
def test_an_offer_is_a_dose_of_its_lever(plan, name, lever, expected):
    instrument = instrument_of(PLANS[plan], name)
    assert instrument.lever == lever
    assert [instrument.dose(share) for share in (0, 0.5, 1)] == pytest.approx(expected)


def test_money_rests_on_the_text_only_where_nothing_is_assumed_between():
    written = {i.id for plan in NAMES for i in PLANS[plan].instruments if not i.assumed}
    assert written == {
        "matchmaking",
        "priority_high_rd",
        "fiscal_growth",
        "key_rd_programme",
        "scenarios",
    }


def test_municipal_and_provincial_centres_are_both_supported():
    support = instrument_of(PLANS["ningbo_315"], "innovation_centre_support")
    assert support.levels == ("municipal", "provincial")


def test_national_academies_come_from_outside():
    attraction = instrument_of(PLANS["ningbo_2019"], "high_level_attraction")
    assert attraction.hosts == ("outside",)
    assert instrument_of(PLANS["ningbo_2019"], "firm_led_support").hosts == ("leading_firm",)


# The city


@pytest.mark.parametrize("plan", NAMES)
def test_the_city_has_ten_districts_and_twelve_clusters(plan):
    city = PLANS[plan].city
    assert "".join(district.zh for district in city.districts.values()) == (
        "海曙区江北区北仑区镇海区鄞州区奉化区象山县宁海县余姚市慈溪市"
    )
    assert len(city.clusters) == 12


@pytest.mark.parametrize(("plan", "year"), [("ningbo_2019", 2019), ("ningbo_315", 2023)])
def test_nothing_observed_within_the_plan_starts_it(plan, year):
    """The draft itself says in 2023 how many provincial centres there are."""
    years = [figure.year for figure in PLANS[plan].city.figures.values() if figure.year]
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
def test_a_known_figure_is_never_drawn(plan, name, value):
    quantity = PLANS[plan].city.figures[name].quantity
    assert [quantity.at(share) for share in (0, 0.5, 1)] == [value] * 3


def test_ningbo_has_no_titles_of_jiangsu():
    for plan in map(PLANS.get, NAMES):
        for name in (
            "vice_presidents",
            "industry_professors",
            "enterprise_joint_innovation_centres",
        ):
            assert plan.city.figures[name].quantity.default == 0


def test_what_stands_anyway_has_names_of_its_own():
    for plan in PLANS.values():
        background = {rule.id for rule in plan.city.background}
        assert not background & {instrument.id for instrument in plan.instruments}
        assert all(rule.reason for rule in plan.city.background if not rule.modelled)
