"""Indicators: what is counted, and the real activity beside the count."""

import pkgutil

import numpy as np
import pytest
from plans import PLANS, target_of
from world import (
    NORTH,
    SHIPS,
    SOUTH,
    START,
    TOOLS,
    add_bodies,
    add_brokers,
    add_firms,
    add_platforms,
    ids,
    next_quarter,
    offer,
    tiny,
)

from sim import indicators
from sim.core.quarter import parse
from sim.indicators.table import COLUMNS, CONTEXT, INDICATORS, THEMES
from sim.inputs.codes import HOSTS, KIND_CODE, LEVEL_CODE
from sim.inputs.kinds import KINDS
from sim.policy.choosing import build_mix
from sim.region.region import start_run
from sim.state.columns import ACTIVE, BUILDING, CLOSED, PROJECT_KINDS, TALENT_KINDS
from sim.state.platforms import opened

SERVICE, CENTRE = "transfer_service", "technology_innovation_centre"


def measured(state, name):
    return INDICATORS[name].measure(state)


def real(state, name):
    return INDICATORS[name].real(state)


# Five platforms to each key industry


def test_the_five_ones_are_counted_cluster_by_cluster():
    state = tiny()
    add_firms(state, 1)
    assert measured(state, "five_ones_coverage") == 0.0
    add_platforms(state, "public_service_platform", 1, cluster=TOOLS)
    add_platforms(state, "institute", 2, cluster=TOOLS)
    add_platforms(state, "makerspace", 1, cluster=SHIPS)
    add_platforms(state, "incubator", 1, cluster=SHIPS)  # the same of the five
    assert measured(state, "five_ones_coverage") == pytest.approx(3 / 10)
    add_platforms(state, "science_park", 1, cluster=SHIPS)
    add_platforms(state, CENTRE, 1, cluster=TOOLS)
    assert measured(state, "five_ones_coverage") == pytest.approx(5 / 10)


@pytest.mark.parametrize(
    "column", [{"status": BUILDING}, {"status": CLOSED}, {"cluster": -1}], ids=str
)
def test_what_is_not_at_work_or_of_no_industry_covers_none(column):
    state = tiny()
    add_platforms(state, "institute", 1, **({"cluster": TOOLS} | column))
    assert measured(state, "five_ones_coverage") == 0.0


def test_other_kinds_are_none_of_the_five():
    state = tiny()
    for kind in ("key_laboratory", "accelerator", "rural_makerspace", SERVICE):
        add_platforms(state, kind, 1)
    assert measured(state, "five_ones_coverage") == 0.0


def test_full_coverage_is_one():
    state = tiny()
    for kind in ("public_service_platform", "institute", CENTRE, "incubator", "science_park"):
        add_platforms(state, kind, 2, cluster=np.array([TOOLS, SHIPS]))
    assert measured(state, "five_ones_coverage") == 1.0


def test_hollow_platforms_count_but_are_not_real():
    state = tiny()
    add_firms(state, 1)
    add_platforms(state, "incubator", 2, seats=10, tenants=np.array([1.0, 2.0]), cluster=SHIPS)
    add_platforms(state, "public_service_platform", 1, cluster=TOOLS, cases=0.5)
    assert measured(state, "five_ones_coverage") == pytest.approx(2 / 10)
    assert real(state, "five_ones_coverage") == pytest.approx(1 / 10)
    assert measured(state, "incubators_makerspaces") == 2
    assert real(state, "incubators_makerspaces") == 1


# Transfer in every county


def registering(state, district, **columns):
    add_platforms(state, SERVICE, 1, district=district, registration=True, **columns)


def test_a_county_needs_a_high_level_service_and_a_registration_service():
    state = tiny()
    registering(state, NORTH)
    assert measured(state, "county_transfer_coverage") == 0.0
    university = HOSTS.index("university")
    add_platforms(state, SERVICE, 1, district=SOUTH, host_class=university)
    assert measured(state, "county_transfer_coverage") == 0.0  # one of each, in two counties
    add_platforms(state, SERVICE, 1, district=NORTH, host_class=university)
    assert measured(state, "county_transfer_coverage") == 0.5
    registering(state, SOUTH)
    assert measured(state, "county_transfer_coverage") == 1.0


@pytest.mark.parametrize(
    ("host", "level", "high"),
    [
        ("university", 1, True),
        ("institute", 1, True),
        ("outside", 1, True),
        ("public_body", 1, False),
        ("carrier", 1, False),
        ("hospital", 1, False),
        ("public_body", 2, True),  # provincial
        ("carrier", 3, True),  # national
    ],
)
def test_what_makes_a_service_high_level(host, level, high):
    state = tiny()
    registering(state, NORTH)
    add_platforms(state, SERVICE, 1, district=NORTH, host_class=HOSTS.index(host), level=level)
    assert (measured(state, "county_transfer_coverage") == 0.5) == high


def test_a_registration_service_is_not_its_own_high_level_service():
    state = tiny()
    registering(state, NORTH, level=2)
    assert measured(state, "county_transfer_coverage") == 0.0


@pytest.mark.parametrize("status", [BUILDING, CLOSED])
def test_a_service_that_is_not_at_work_covers_no_county(status):
    state = tiny()
    add_platforms(state, SERVICE, 1, district=NORTH, level=2)
    registering(state, NORTH, status=status)
    assert measured(state, "county_transfer_coverage") == 0.0


def test_coverage_is_real_where_the_service_had_a_contract():
    state = tiny()
    for district, cases in ((NORTH, 1.0), (SOUTH, 0.9)):
        registering(state, district)
        add_platforms(state, SERVICE, 1, district=district, level=2, cases=cases)
    assert measured(state, "county_transfer_coverage") == 1.0
    assert real(state, "county_transfer_coverage") == 0.5


# Counts


def test_a_cumulative_count_never_falls_when_a_service_closes():
    state = tiny()
    rows = add_platforms(state, SERVICE, 3, status=np.array([ACTIVE, ACTIVE, BUILDING]))
    assert measured(state, "transfer_services") == 2
    state.organisations.status[rows] = ACTIVE
    assert measured(state, "transfer_services") == 3
    state.organisations.status[rows] = CLOSED
    assert measured(state, "transfer_services") == 3


def test_a_level_that_was_reached_stays_counted():
    state = tiny()
    rows = add_platforms(state, CENTRE, 4, level=np.array([1, 2, 3, 3]))
    assert measured(state, "national_innovation_centres") == 2
    state.organisations.status[rows] = CLOSED
    assert measured(state, "national_innovation_centres") == 2


def test_a_stock_falls_when_a_unit_closes():
    state = tiny()
    for kind, name in (
        ("makerspace", "incubators_makerspaces"),
        ("ip_service", "ip_services"),
        ("institute", "institutes_total"),
    ):
        row = add_platforms(state, kind, 1)
        assert measured(state, name) == 1
        state.organisations.status[row] = CLOSED
        assert measured(state, name) == 0


def test_services_are_real_with_a_contract_and_offices_with_an_income():
    state = tiny()
    add_platforms(state, SERVICE, 2, cases=np.array([0.99, 1.0]))
    # Half a million a quarter pays a running cost of 2 M CNY a year.
    add_platforms(state, "ip_service", 2, income=np.array([0.49, 0.5]))
    assert (measured(state, "transfer_services"), real(state, "transfer_services")) == (2, 1)
    assert (measured(state, "ip_services"), real(state, "ip_services")) == (2, 1)


def test_brokers_and_those_who_work():
    state = tiny()
    add_brokers(state, 10, active=False)
    state.people.active[:3] = True
    assert measured(state, "brokers") == 10
    assert real(state, "brokers") == 3


# Firms


def test_firms_are_counted_one_to_one_with_the_city():
    state = tiny(weight=10.0)
    add_firms(state, 1)
    add_firms(state, 1, alive=False)
    add_firms(state, 2, above_scale=False, technology_sme=True)
    add_firms(state, 1, technology_sme=True)  # above the threshold
    add_firms(state, 1, above_scale=False, carrier=0)
    assert measured(state, "above_scale_firms") == 20
    assert measured(state, "technology_smes") == 20
    assert measured(state, "startups_incubated") == 10


def test_a_status_counts_while_it_is_valid():
    state = tiny()
    add_firms(state, 4, high_tech_until=START + np.array([-1, 0, 1, 12]))
    add_firms(state, 1, high_tech_until=START + 12, alive=False)
    assert measured(state, "high_tech_firms") == 2


def test_research_over_the_gross_domestic_product():
    # Firms report 3 + 1 M CNY in rows that stand for two each; of the published 20 M CNY a tenth
    # is public. The gross domestic product is 1000 M CNY.
    state = tiny(weight=2.0, rd_expenditure=20.0, firm_rd_share=0.9)
    add_firms(state, 1, rd=3.0, rd_relabelled=1.0)
    add_firms(state, 1, rd=9.0, alive=False)
    assert measured(state, "rd_to_gdp") == pytest.approx(100 * (2 * 4 + 2) / 1000)


def test_the_two_books_and_the_real_part():
    state = tiny(rd_accounting=1.25)
    add_firms(state, 1, rd=10.0, revenue=400.0)
    add_firms(state, 1, rd=5.0, revenue=1.0, above_scale=False)
    state.firms.rd_relabelled[0] = 2.0
    state.firms.rd_padded[0] = 4.0
    assert measured(state, "rd_to_revenue_statistical") == pytest.approx(4)
    assert measured(state, "rd_to_revenue_above_scale") == pytest.approx(5)
    assert real(state, "rd_to_revenue_above_scale") == pytest.approx(3.125)


def test_patents_of_living_firms():
    state = tiny(weight=2.0)
    add_firms(state, 3, patents=np.array([4, 0, 3]), alive=np.array([True, True, False]))
    assert measured(state, "valid_invention_patents") == 8


def test_the_high_tech_share_moves_from_the_published_one():
    state = tiny(high_tech_output_share=0.41, high_tech_share_drawn=0.5)
    add_firms(state, 1, revenue=60.0, high_tech_industry=True)
    add_firms(state, 1, revenue=40.0)
    add_firms(state, 1, revenue=900.0, above_scale=False, high_tech_industry=True)
    # 0.6 of the drawn firms, who stood at 0.5 when the city stood at 0.41.
    assert measured(state, "high_tech_value_added_share") == pytest.approx(51)


# Flows of a year


def test_contracts_are_those_of_four_quarters():
    state = tiny()
    for number in (1.0, 10.0, 20.0, 30.0):
        state.flows.contracts = number
        state.flows.turnover = 2 * number
        state.flows.contracts_real = 3 * number
        next_quarter(state)
    state.flows.contracts = 40.0
    assert measured(state, "contracts") == 10 + 20 + 30 + 40
    assert measured(state, "contract_turnover") == 2 * (10 + 20 + 30)
    assert real(state, "contracts") == 3 * (10 + 20 + 30)


def test_public_spending_is_the_citys_and_counties_under_the_plan_in_a_year():
    state = tiny(
        offer("founding_grant", 1.0, "institute", payer="city"),
        offer("founding_means", 1.0, "institute", payer="county"),
        offer("high_tech_relief", 1.0, payer="nation"),
        offer("platform_equity", 1.0, "institute", payer="fund"),
        money=1000,
    )
    state.books.allot("county_fund", 10**9)
    for quarter in range(5):
        for place, offered in enumerate(state.offers.published):
            state.reserve(offered, ids(1), 10.0**place, due=START + quarter, payee="firm")
        if quarter < 4:
            next_quarter(state)
    state.books.settle(state.quarter)
    # 1 + 10 M CNY in each of the last four quarters.
    assert measured(state, "public_spending") == pytest.approx(44.0)


# Other readings of a target


def readings(plan, name, state):
    """Return what a target of a plan measures, by reading."""
    target = target_of(PLANS[plan], name)
    return {variant.id: measured(state, variant.indicator) for variant in target.variants}


def test_uses_of_the_year_and_of_the_plan():
    state = tiny()
    for number in (10.0, 20.0, 30.0, 40.0, 50.0):
        state.flows.equipment_uses = number
        state.totals.equipment_uses += number
        next_quarter(state)
    counts = readings("ningbo_2019", "equipment_sharing_uses", state)
    assert counts == {"default": 150, "annual": 20 + 30 + 40 + 50}


def test_matches_of_institutes_those_that_were_signed_and_those_of_all():
    state = tiny()
    add_firms(state, 1)
    institute = add_platforms(state, "institute", 1)[0]
    university = add_bodies(state, "university", 1)[0]
    state.totals.institute_matches, state.totals.matches = 7.0, 9.0
    sellers = np.array([institute, institute, institute, university])
    when = START + np.array([-1, 0, 1, 1])
    state.contracts.add(ids(4), quarter=when, transfer=True, buyer=0, seller=sellers)
    counts = readings("ningbo_2019", "technology_matches", state)
    assert counts == {"default": 7, "signed": 2, "all": 9}


def test_technologies_and_products_ever_and_under_the_plan():
    state = tiny()
    institute = add_platforms(state, "institute", 1)[0]
    accepted = START + np.array([-2, -1, 0, 1])
    provincial = PROJECT_KINDS.index("provincial")
    columns = {"kind": provincial, "organisation": institute, "milestones": 1, "firm": -1}
    state.projects.add(ids(4), accepted=accepted, products=np.array([0, 1, 0, 1]), **columns)
    for name, ever, new in (("key_technologies", 4, 2), ("strategic_products", 2, 1)):
        assert readings("ningbo_2019", name, state) == {"default": ever, "new": new}


def test_the_least_of_all_institutes_and_their_mean():
    state = tiny()
    institutes = add_platforms(state, "institute", 2)
    provincial = PROJECT_KINDS.index("provincial")
    columns = {"kind": provincial, "began": START - 4, "ends": START + 8, "firm": -1}
    state.projects.add(ids(4), organisation=institutes[[0, 0, 0, 1]], **columns)
    counts = readings("ningbo_2019", "provincial_projects_per_institute", state)
    assert counts == {"default": 1, "mean": 2}


def test_whether_2018_is_after_2018():
    state = tiny()
    quarters = [parse(label) for label in ("2017Q4", "2018Q1", "2018Q4", "2019Q1")]
    institutes = add_platforms(state, "institute", 4, opens=np.array(quarters))
    national = PROJECT_KINDS.index("national")
    state.projects.add(ids(1), kind=national, organisation=institutes[3], firm=-1)
    counts = readings("ningbo_2019", "national_project_coverage", state)
    assert counts == {"default": pytest.approx(1 / 3), "after_2018": 1.0}


def test_services_ever_in_operation_and_for_brokering():
    state = tiny()
    status = np.array([ACTIVE, ACTIVE, CLOSED, BUILDING, ACTIVE])
    registration = np.array([False, True, False, False, False])
    opens = START + np.array([-4, -4, -4, 1, 0])
    columns = {"status": status, "registration": registration, "opens": opens}
    add_platforms(state, SERVICE, 5, **columns, cases=np.array([1.0, 1.0, 1.0, 1.0, 0.0]))
    counts = readings("weihai_2018", "transfer_services", state)
    assert counts == {"default": 4, "stock": 3, "brokering": 3}
    assert real(state, "brokering_services") == 1
    state.totals.reached[KIND_CODE[SERVICE], LEVEL_CODE["municipal"]] = 1.0
    counts = readings("jiangyin_2025", "transfer_services_new", state)
    assert counts == {"default": 1, "brokering": 1}
    assert real(state, "brokering_services_new") == 0


def test_a_platform_at_each_level_and_once():
    state = tiny()
    for level in ("county", "municipal"):
        state.totals.reached[KIND_CODE["engineering_research_centre"], LEVEL_CODE[level]] = 2.0
    opens = START + np.array([-1, 0, 1])
    add_platforms(state, "engineering_research_centre", 3, opens=opens)
    add_platforms(state, "key_laboratory", 1, opens=START)  # none of Jiangyin's eight
    assert readings("jiangyin_2025", "platforms_new", state) == {"default": 4, "once": 2}


def test_facilities_that_opened_and_that_are_laid_out():
    state = tiny()
    status = np.array([ACTIVE, BUILDING, CLOSED])
    add_platforms(state, "research_infrastructure", 3, status=status)
    counts = readings("ningbo_2019", "research_infrastructures", state)
    assert counts == {"default": 2, "begun": 3}


def test_talents_in_the_city_ever_and_under_the_plan():
    state = tiny()
    row = add_bodies(state, "university", 1)[0]
    kind = TALENT_KINDS.index("top_talent")
    came = START + np.array([-8, -1, 0, 0])
    until = np.array([START - 4, START + 9, START + 9, 0])  # the last stays for good
    state.talents.add(ids(4), kind=kind, came=came, until=until, organisation=row, firm=-1)
    counts = readings("ningbo_315", "top_talents_total", state)
    assert counts == {"default": 3, "cumulative": 4, "new": 2}


def test_real_activity_is_never_more_than_the_count():
    state = tiny()
    add_firms(state, 1)
    add_bodies(state, "university", 1)
    for kind in ("incubator", "makerspace", SERVICE, "ip_service", "institute", CENTRE):
        add_platforms(state, kind, 3, seats=5, cases=np.arange(3.0), tenants=np.arange(3.0))
    add_brokers(state, 5, active=False)
    names = (
        "incubators_makerspaces",
        "transfer_services",
        "brokers",
        "ip_services",
        "five_ones_coverage",
        "county_transfer_coverage",
        "institutes_ever",
        "key_labs",
    )
    for indicator in (INDICATORS[name] for name in names):
        assert indicator.real(state) <= indicator.measure(state), indicator.name


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_a_real_activity_in_the_unit_of_a_share_is_a_share(plan):
    run = start_run(plan, build_mix(plan, "as_written"), scale=0.1)
    for _ in range(2):
        run.step()
        for name, indicator in INDICATORS.items():
            if indicator.real and indicator.unit.startswith("share") and not indicator.real_unit:
                assert 0 <= indicator.real(run.state) <= 1, name
        run.finish()


def test_an_empty_city_measures_without_an_error():
    state = tiny()
    for name, indicator in INDICATORS.items():
        known = {"gdp": 1000.0, "city_trust": 1.0, "county_trust": 1.0}
        assert indicator.measure(state) == known.get(name, 0.0), name
        assert indicator.real is None or np.isfinite(indicator.real(state)), name


@pytest.mark.parametrize("name", [name for name, i in INDICATORS.items() if i.kinds])
def test_platforms_of_the_kinds_level_and_host_that_an_indicator_names_are_what_it_counts(name):
    indicator = INDICATORS[name]
    host = HOSTS.index(indicator.host or "public_body")
    for kind in indicator.kinds:
        level = LEVEL_CODE[indicator.level or KINDS[kind].levels[0]]
        counts = []
        for its_kind, its_level, its_host in (
            (kind, level, host),
            (kind, level - 1 if indicator.level else level, host),
            (kind, level, HOSTS.index("firm") if indicator.host else host),
            ("engineering_research_centre" if kind == "ip_service" else "ip_service", level, host),
        ):
            state = tiny()
            columns = {"level": its_level, "host_class": its_host, "opens": state.start}
            columns |= {"reached": state.start, "design": True}
            opened(state, add_platforms(state, its_kind, 1, **columns))
            counts.append(measured(state, name))
        assert counts == [1, 0 if indicator.level else 1, 0 if indicator.host else 1, 0]


def test_every_indicator_says_what_it_is():
    for name, indicator in INDICATORS.items():
        assert indicator.name == name
        assert indicator.unit
        assert indicator.zh
        assert indicator.meaning
        assert bool(indicator.activity) == (indicator.real is not None)
    assert set(CONTEXT) <= set(INDICATORS)


def test_every_row_of_a_theme_is_a_column_once():
    rows = [row.name for theme in THEMES for row in theme.ROWS]
    assert sorted(rows) == sorted(COLUMNS)


def test_every_file_of_the_room_is_a_theme_of_the_table():
    files = {file.name for file in pkgutil.iter_modules(indicators.__path__)}
    themes = {theme.__name__.rpartition(".")[2] for theme in THEMES}
    assert files - {"measure", "table"} == themes
