"""Indicators: what is measured, in which unit, and the real activity beside each count.

An indicator is read off the state and the books; nothing else moves it. To add one, add a row.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.books import YUAN
from sim.founders import CARRIERS
from sim.kinds import HOSTS, KIND_CODE, LEVEL_CODE
from sim.processes.evaluation import hollow
from sim.state import BUILDING, State
from sim.tables import Rows

Measure = Callable[[State], float]
# A platform is counted as hollow in the report below this share of seats (evaluation's default).
HOLLOW = 0.2
FIVE_ONES = (
    "public_service_platform",
    "institute",
    "technology_innovation_centre",
    "incubation",
    "science_park",
)


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One declared measure.

    Attributes:
        name: Its name in tables.
        unit: Its unit.
        zh: The documents' or the statistics' term.
        meaning: One line.
        measure: State → value now, comparable with a goal in every quarter.
        real: State → the real activity beside it; None where the measure is real already.
        activity: What the real activity is.
    """

    name: str
    unit: str
    zh: str
    meaning: str
    measure: Measure
    real: Measure | None = None
    activity: str = ""


def in_being(*kinds: str) -> Measure:
    """Return the measure of platforms in operation."""
    return lambda state: float(state.platforms(*kinds).size)


def busy(*kinds: str) -> Measure:
    """Return the measure of platforms in operation that are not hollow."""

    def measure(state: State) -> float:
        rows = state.platforms(*kinds)
        return float((~hollow(state, rows, HOLLOW)).sum())

    return measure


def ever(*kinds: str) -> Measure:
    """Return the cumulative measure: starts are counted, ends never subtracted."""
    codes = [KIND_CODE[kind] for kind in kinds]

    def measure(state: State) -> float:
        table = state.organisations
        return float((np.isin(table.kind, codes) & (table.status != BUILDING)).sum())

    return measure


def serving(kind: str) -> Measure:
    """Return the measure of services with at least one contract in about a year."""

    def measure(state: State) -> float:
        rows = state.platforms(kind)
        return float((state.organisations.cases[rows] >= 1).sum())

    return measure


def living(kind: str) -> Measure:
    """Return the measure of services whose income pays their running cost."""

    def measure(state: State) -> float:
        rows = state.platforms(kind)
        cost = state.costs["run_cost"][KIND_CODE[kind]]
        return float((state.organisations.income[rows] * 4 >= cost).sum())

    return measure


def at_level(kind: str, level: str) -> Measure:
    """Return the cumulative measure of platforms that ever reached a level or a higher one."""

    def measure(state: State) -> float:
        table = state.organisations
        reached = (table.kind == KIND_CODE[kind]) & (table.level >= LEVEL_CODE[level])
        return float((reached & (table.status != BUILDING)).sum())

    return measure


def _five_ones(state: State, rows: Callable[[str], Rows]) -> float:
    """Return the share of clusters × five kinds of platform that have one."""
    clusters = len(state.city.clusters)
    covered = np.zeros((clusters, len(FIVE_ONES)), np.bool_)
    for column, kind in enumerate(FIVE_ONES):
        kinds = CARRIERS if kind == "incubation" else (kind,)
        for name in kinds:
            cluster = state.organisations.cluster[rows(name)]
            covered[cluster[cluster >= 0], column] = True
    return float(covered.mean())


def five_ones(state: State) -> float:
    """Return the share of key industries × 5 platform kinds that have one in operation."""
    return _five_ones(state, state.platforms)


def five_ones_busy(state: State) -> float:
    """Return the same for platforms that are not hollow."""

    def rows(kind: str) -> Rows:
        found = state.platforms(kind)
        return found[~hollow(state, found, HOLLOW)]

    return _five_ones(state, rows)


def _covered(state: State, least_cases: float) -> float:
    """Return the share of districts with a high-level transfer service and a registration one.

    High-level is a service at provincial level or higher, or one of a university, an institute
    or a parent from outside.
    """
    table, districts = state.organisations, len(state.city.districts)
    rows = state.platforms("transfer_service")
    rows = rows[table.cases[rows] >= least_cases]
    rank = table.level[rows] >= LEVEL_CODE["provincial"]
    rank |= np.isin(table.host_class[rows], HIGH_LEVEL_HOSTS)
    high = np.isin(np.arange(districts), table.district[rows[rank & ~table.registration[rows]]])
    office = state.platforms("transfer_service")
    office = office[table.registration[office]]
    return float((high & np.isin(np.arange(districts), table.district[office])).mean())


HIGH_LEVEL_HOSTS = [HOSTS.index(name) for name in ("university", "institute", "outside")]


def brokers(state: State) -> float:
    """Return certified brokers, cumulative."""
    return float(state.people.size)


def active_brokers(state: State) -> float:
    """Return brokers who work."""
    return float(state.people.active.sum())


def firms_that(condition: Callable[[State], np.ndarray]) -> Measure:
    """Return the measure of living firms for which a condition holds, one to one with the city."""
    return lambda state: float((state.firms.alive & condition(state)).sum()) * state.weight


def rd(state: State) -> float:
    """Return R&D expenditure as reported, million CNY a year: firms, universities, institutes."""
    firms = state.firms
    performed = float((firms.rd + firms.rd_relabelled)[firms.alive].sum()) * state.weight
    start = state.starting_stock
    public = start["rd_expenditure"] * (1 - start["firm_rd_share"])
    return performed + public * state.gdp / start["gdp"]


def high_tech_share(state: State) -> float:
    """Return the high-tech industries' share of above-scale output, from the published start."""
    firms = state.firms
    large = firms.alive & firms.above_scale
    total = float(firms.revenue[large].sum())
    part = float(firms.revenue[large & firms.high_tech_industry].sum())
    if total == 0:
        return 0.0
    start = state.starting_stock
    return part / total + start["high_tech_output_share"] - start["high_tech_share_drawn"]


def public_spending(state: State) -> float:
    """Return what city and counties paid under the plan in the last four quarters, million CNY."""
    books = state.books
    paid = sum(
        payment.amount
        for payment in reversed(books.payments)
        if payment.quarter > state.quarter - 4
        and books.accounts[payment.account].payer in ("city", "county")
        and not books.accounts[payment.account].background
    )
    return paid / YUAN


INDICATORS: dict[str, Indicator] = {
    indicator.name: indicator
    for indicator in (
        Indicator(
            name="incubators_makerspaces",
            unit="units",
            zh="科技企业孵化器、众创空间",
            meaning="incubators and makerspaces in operation",
            measure=in_being(*CARRIERS),
            real=busy(*CARRIERS),
            activity="with at least a fifth of their seats taken",
        ),
        Indicator(
            name="transfer_services",
            unit="organisations",
            zh="技术转移服务机构",
            meaning="transfer and registration services, cumulative",
            measure=ever("transfer_service"),
            real=serving("transfer_service"),
            activity="with a contract served in about a year",
        ),
        Indicator(
            name="brokers",
            unit="persons",
            zh="技术经纪人",
            meaning="certified technology brokers, cumulative",
            measure=brokers,
            real=active_brokers,
            activity="who broker contracts",
        ),
        Indicator(
            name="ip_services",
            unit="organisations",
            zh="知识产权服务机构",
            meaning="intellectual-property services in operation",
            measure=in_being("ip_service"),
            real=living("ip_service"),
            activity="that live on their income",
        ),
        Indicator(
            name="five_ones_coverage",
            unit="share",
            zh="五个一",
            meaning="key industries × 5 platform kinds with one in operation",
            measure=five_ones,
            real=five_ones_busy,
            activity="by platforms not hollow",
        ),
        Indicator(
            name="national_innovation_centres",
            unit="platforms",
            zh="国家级技术创新中心",
            meaning="technology innovation centres that reached national level",
            measure=at_level("technology_innovation_centre", "national"),
        ),
        Indicator(
            name="county_transfer_coverage",
            unit="share",
            zh="县域全覆盖",
            meaning="districts with a high-level transfer and a registration service",
            measure=lambda state: _covered(state, 0.0),
            real=lambda state: _covered(state, 1.0),
            activity="by services with a contract in about a year",
        ),
        Indicator(
            name="gdp",
            unit="million CNY a year",
            zh="地区生产总值",
            meaning="gross domestic product, nominal",
            measure=lambda state: state.gdp,
        ),
        Indicator(
            name="rd_to_gdp",
            unit="share",
            zh="研发投入强度",
            meaning="R&D expenditure over GDP, as reported",
            measure=lambda state: rd(state) / state.gdp,
        ),
        Indicator(
            name="above_scale_firms",
            unit="firms",
            zh="规模以上工业企业",
            meaning="industrial firms with 20 million CNY of revenue and more",
            measure=firms_that(lambda state: state.firms.above_scale),
        ),
        Indicator(
            name="high_tech_firms",
            unit="firms",
            zh="高新技术企业",
            meaning="firms with a valid high-tech status",
            measure=firms_that(lambda state: state.firms.high_tech_until > state.quarter),
        ),
        Indicator(
            name="technology_smes",
            unit="firms",
            zh="科技型中小企业",
            meaning="technology SMEs below the threshold",
            measure=firms_that(lambda state: state.firms.technology_sme & ~state.firms.above_scale),
        ),
        Indicator(
            name="contracts",
            unit="contracts a year",
            zh="技术合同登记数",
            meaning="registered technology contracts of four quarters",
            measure=lambda state: state.last_year("contracts"),
            real=lambda state: state.last_year("contracts_real"),
            activity="signed, registered or not",
        ),
        Indicator(
            name="contract_turnover",
            unit="million CNY a year",
            zh="技术合同成交额",
            meaning="value of registered contracts of four quarters",
            measure=lambda state: state.last_year("turnover"),
            real=lambda state: state.last_year("turnover_real"),
            activity="signed, registered or not",
        ),
        Indicator(
            name="valid_invention_patents",
            unit="patents",
            zh="有效发明专利",
            meaning="valid invention patents of firms",
            measure=lambda state: (
                float(state.firms.patents[state.firms.alive].sum()) * state.weight
            ),
        ),
        Indicator(
            name="high_tech_value_added_share",
            unit="share",
            zh="高新技术产业占比",
            meaning="high-tech industries' share of above-scale output",
            measure=high_tech_share,
        ),
        Indicator(
            name="institutes_total",
            unit="institutes",
            zh="新型研发机构",
            meaning="institutes in operation",
            measure=in_being("institute"),
        ),
        Indicator(
            name="startups_incubated",
            unit="firms",
            zh="在孵企业",
            meaning="start-ups seated in incubators and makerspaces",
            measure=firms_that(lambda state: state.firms.carrier >= 0),
        ),
        Indicator(
            name="advanced_service_firms",
            unit="firms",
            zh="技术先进型服务企业",
            meaning="firms with the status of technologically advanced service enterprise",
            measure=firms_that(lambda state: state.firms.service_status),
        ),
        Indicator(
            name="public_spending",
            unit="million CNY a year",
            zh="财政支出",
            meaning="what city and counties paid under the plan in four quarters",
            measure=public_spending,
        ),
    )
}

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
)
