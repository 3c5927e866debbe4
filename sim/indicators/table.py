"""All indicators: what is measured, in which unit, and the real activity beside each count.

To add one, add a row to the file of its theme and its name to ``COLUMNS``.
"""

from collections.abc import Iterable

from sim.indicators import (
    districts,
    equipment,
    firms,
    funds,
    incubation,
    institutes,
    outreach,
    platforms,
    projects,
    public_finance,
    research,
    space,
    talent,
    transfer,
)
from sim.indicators.measure import Indicator
from sim.inputs.plan import Plan, check_indicators

# The order in which files and figures hold them: as the plans came that asked for them.
COLUMNS: tuple[str, ...] = (
    # Weihai 2018
    "incubators_makerspaces",
    "transfer_services",
    "brokers",
    "ip_services",
    "five_ones_coverage",
    "national_innovation_centres",
    "county_transfer_coverage",
    # The economy around a plan
    "gdp",
    "rd_to_gdp",
    "above_scale_firms",
    "high_tech_firms",
    "technology_smes",
    "contracts",
    "contract_turnover",
    "valid_invention_patents",
    "high_tech_value_added_share",
    "institutes_total",
    "startups_incubated",
    # Changzhou 2019
    "joint_projects_new",
    "joint_project_investment",
    "joint_project_sales",
    "joint_project_profit_tax",
    "science_vice_presidents_new",
    "industry_professors_new",
    "key_labs_municipal_new",
    "joint_rd_units_new",
    "tto_universities",
    "tto_institutes",
    "brokers_certified",
    "vp_led_projects",
    "firm_visits",
    "visiting_researchers",
    # Ningbo 2019
    "institutes_ever",
    "high_end_talents",
    "key_technologies",
    "strategic_products",
    "high_tech_seedlings",
    "yongjiang_labs",
    "national_platforms",
    "provincial_projects_per_institute",
    "national_project_coverage",
    "institute_incubators",
    "institute_incubators_provincial",
    "incubated_per_year",
    "top_talents",
    "graduates_trained",
    "high_level_institutes_new",
    "design_institutes_new",
    "firm_led_institutes",
    "research_infrastructures",
    "matchmaking_events",
    "technology_matches",
    "cluster_coverage",
    # Ningbo 315
    "rd_to_revenue_above_scale",
    "high_value_patents_per_10k",
    "rd_staff_per_10k",
    "key_labs",
    "provincial_innovation_centres",
    "key_rd_projects_per_year",
    "hard_core_results",
    "application_scenarios",
    "ip_services_new",
    "top_talents_total",
    "leading_talents_new",
    "skilled_share",
    "fiscal_growth",
    "innovation_fund",
    # Jiangyin 2025
    "angel_fund",
    "national_key_lab",
    "platforms_new",
    "academician_stations_new",
    "public_service_platforms_new",
    "public_service_platforms_provincial_new",
    "institutes_new",
    "joint_innovation_centres_new",
    "engineering_centres_county_new",
    "engineering_centres_municipal_new",
    "engineering_centres_provincial_new",
    "transfer_services_new",
    "brokers_new",
    "incubators_makerspaces_new",
    "rd_unit_coverage",
    # Equipment, space and districts, of several plans
    "equipment_registered",
    "equipment_sharing_uses",
    "cluster_area_built",
    "carrier_space_new",
    "innovation_poles",
    "high_tech_park_coverage",
    # Context that no plan names
    "advanced_service_firms",
    "public_spending",
    "city_trust",
    "county_trust",
    # Other readings of targets; a plan names them as variants
    "transfer_services_in_being",
    "brokering_services",
    "brokering_services_new",
    "joint_project_investment_new",
    "joint_project_sales_new",
    "joint_project_profit_tax_new",
    "science_vice_presidents_local",
    "vp_led_projects_new",
    "high_end_talents_new",
    "key_technologies_new",
    "strategic_products_new",
    "provincial_projects_mean",
    "national_project_coverage_after",
    "graduates_trained_new",
    "firm_led_institutes_in_being",
    "research_infrastructures_begun",
    "equipment_uses_a_year",
    "technology_matches_all",
    "technology_matches_signed",
    "rd_to_revenue_statistical",
    "application_scenarios_new",
    "top_talents_ever",
    "fund_commitments",
    "national_key_labs_new",
    "platforms_new_once",
)
THEMES = (
    districts,
    equipment,
    firms,
    funds,
    incubation,
    institutes,
    outreach,
    platforms,
    projects,
    public_finance,
    research,
    space,
    talent,
    transfer,
)
_ROWS = {row.name: row for theme in THEMES for row in theme.ROWS}
INDICATORS: dict[str, Indicator] = {name: _ROWS[name] for name in COLUMNS}

CONTEXT: tuple[str, ...] = (
    "gdp",
    "rd_to_gdp",
    "above_scale_firms",
    "high_tech_firms",
    "technology_smes",
    "contracts",
    "contract_turnover",
    "valid_invention_patents",
    "high_tech_value_added_share",
    "institutes_total",
    "incubators_makerspaces",
    "brokers",
    "startups_incubated",
    "public_spending",
    "city_trust",
    "county_trust",
)


def check_measured(plans: Iterable[Plan]) -> None:
    """Refuse a plan with a target, or a variant of one, that no indicator measures.

    Raises:
        ConfigError: If there is one that gives no reason.
    """
    for plan in {plan.hash: plan for plan in plans}.values():
        check_indicators(plan, INDICATORS)
