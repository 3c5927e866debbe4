"""Indicators: what is measured, in which unit, and the real activity beside each count.

An indicator is read off the state and the books; nothing else moves it. To add one, add a row.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.core.tables import Rows, among
from sim.inputs.kinds import HOSTS, KIND_CODE, KIND_NAMES, KINDS, LEVEL_CODE
from sim.inputs.numbers import quantities
from sim.processes import (
    budget,
    districts,
    equipment,
    evaluation,
    funds,
    incubation,
    meeting,
    outreach,
    projects,
    research,
    space,
    subsidy_response,
    talent,
)
from sim.processes.evaluation import hollow
from sim.state.books import YUAN
from sim.state.founders import CARRIERS
from sim.state.state import ACTIVE, BUILDING, State

Measure = Callable[[State], float]
# Share of seats below which a carrier is hollow in a report: evaluation's default in every
# replicate, so that counts are of one thing while what graders think of it is drawn.
HOLLOW: float = quantities(evaluation.Parameters)["hollow_carrier"].default
# Which of the five each kind counts for.
FIVE_ONES = {
    "public_service_platform": 0,
    "institute": 1,
    "technology_innovation_centre": 2,
    "incubator": 3,
    "makerspace": 3,
    "science_park": 4,
}
_FIVE_ONES_COLUMN = np.array([FIVE_ONES.get(kind, -1) for kind in KIND_NAMES])


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
        moved_by: The processes that move it, the first of them most.
        kinds: The platform kinds of which it counts platforms, if it counts such.
        level: The level that they must have reached, where one is meant.
        host: The class of their host, where one is meant.
    """

    name: str
    unit: str
    zh: str
    meaning: str
    measure: Measure
    real: Measure | None = None
    activity: str = ""
    moved_by: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    level: str = ""
    host: str = ""


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

    def measure(state: State) -> float:
        return float((state.of_kinds(*kinds) & (state.organisations.status != BUILDING)).sum())

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


def _five_ones(state: State, rows: Rows) -> float:
    """Return the share of clusters × five kinds of platform that have one among some platforms."""
    table, clusters = state.organisations, len(state.city.clusters)
    # The last row is for platforms of no cluster.
    covered = np.zeros((clusters + 1, max(FIVE_ONES.values()) + 1), np.bool_)
    covered[table.cluster[rows], _FIVE_ONES_COLUMN[table.kind[rows]]] = True
    return float(covered[:-1].mean())


def five_ones(state: State) -> float:
    """Return the share of key industries × 5 platform kinds that have one in operation."""
    return _five_ones(state, state.platforms(*FIVE_ONES))


def five_ones_busy(state: State) -> float:
    """Return the same for platforms that are not hollow."""
    rows = state.platforms(*FIVE_ONES)
    return _five_ones(state, rows[~hollow(state, rows, HOLLOW)])


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
    high = among(districts, table.district[rows[rank & ~table.registration[rows]]])
    office = state.platforms("transfer_service")
    office = office[table.registration[office]]
    return float((high & among(districts, table.district[office])).mean())


def new(kind: str, level: str | None = None) -> Measure:
    """Return the measure of platforms that reached a level since the start, its lowest if none.

    Opening at a level and climbing to it count; ends are never subtracted.
    """
    reached = f"reached {kind} {level or KINDS[kind].levels[0]}"
    return lambda state: state.totals[reached]


def begun(kind: str) -> Measure:
    """Return the measure of platforms that were ever begun, those being built included."""
    return lambda state: float((state.organisations.kind == KIND_CODE[kind]).sum())


def brokering_services(*, new: bool = False, serving: bool = False) -> Measure:
    """Return the measure of transfer services, those of registration left out.

    Args:
        new: Whether only those opened since the start count.
        serving: Whether only those with a contract in about a year count.
    """

    def measure(state: State) -> float:
        table = state.organisations
        counts = (table.kind == KIND_CODE["transfer_service"]) & ~table.registration
        if serving:
            counts &= (table.status == ACTIVE) & (table.cases >= 1)
        opened = (table.status != BUILDING) & (table.opens >= (state.start if new else 0))
        return float((counts & opened).sum())

    return measure


def new_busy(kind: str, host: str | None = None) -> Measure:
    """Return the measure of platforms opened since the start that are not hollow."""

    def measure(state: State) -> float:
        table, rows = state.organisations, state.platforms(kind)
        rows = rows[(table.opens[rows] >= state.start) & _hosted(state, rows, host)]
        return float((~hollow(state, rows, HOLLOW)).sum())

    return measure


def hosted(kinds: tuple[str, ...], host: str, *, ever_since: str = "", level: str = "") -> Measure:
    """Return the measure of platforms of a class of host.

    Args:
        kinds: The kinds.
        host: The class, one of ``kinds.HOSTS``.
        ever_since: ``start`` counts what was opened since the start, ``always`` all that ever
            was in being; otherwise what is in operation now.
        level: The level that must be reached, where one is meant.
    """

    def measure(state: State) -> float:
        table = state.organisations
        rows = np.flatnonzero(state.of_kinds(*kinds))
        rows = rows[_hosted(state, rows, host) & (table.status[rows] != BUILDING)]
        if ever_since == "start":
            rows = rows[table.opens[rows] >= state.start]
        elif not ever_since:
            rows = rows[table.status[rows] == ACTIVE]
        least = LEVEL_CODE[level] if level else 0
        return float((table.level[rows] >= least).sum())

    return measure


def _hosted(state: State, rows: Rows, host: str | None) -> np.ndarray:
    if host is None:
        return np.ones(rows.size, np.bool_)
    return np.asarray(state.organisations.host_class[rows] == HOSTS.index(host))


def design_institutes_new(state: State) -> float:
    """Return institutes of design opened since the start."""
    table = state.organisations
    rows = (table.kind == KIND_CODE["institute"]) & table.design & (table.status != BUILDING)
    return float((rows & (table.opens >= state.start)).sum())


def cluster_coverage(state: State) -> float:
    """Return the share of clusters with an institute in operation."""
    cluster = state.organisations.cluster[state.platforms("institute")]
    return float(among(len(state.city.clusters), cluster).mean())


def brokers_new(state: State) -> float:
    """Return brokers certified since the start."""
    return float((state.people.certified >= state.start).sum())


def active_brokers_new(state: State) -> float:
    """Return brokers certified since the start who work."""
    people = state.people
    return float((people.active & (people.certified >= state.start)).sum())


def national_key_laboratories_new(state: State) -> float:
    """Return key laboratories that reached national level since the start.

    Where the city has a cluster of new materials (Ningbo's named laboratory is one of marine
    materials) only those of that cluster count.
    """
    table = state.organisations
    rows = np.flatnonzero(table.kind == KIND_CODE["key_laboratory"])
    rows = rows[
        (table.level[rows] >= LEVEL_CODE["national"]) & (table.reached[rows] >= state.start)
    ]
    names = [cluster.id for cluster in state.city.clusters]
    if "new_materials" in names:
        rows = rows[table.cluster[rows] == names.index("new_materials")]
    return float(rows.size)


def at_level_now(kind: str, *levels: str) -> Measure:
    """Return the measure of platforms in operation at one of these levels."""
    codes = [LEVEL_CODE[level] for level in levels]

    def measure(state: State) -> float:
        rows = state.platforms(kind)
        return float(np.isin(state.organisations.level[rows], codes).sum())

    return measure


def national_platforms(state: State) -> float:
    """Return institutes, and platforms that institutes host, that ever reached national level."""
    table = state.organisations
    theirs = (table.host_class == HOSTS.index("institute")) | (table.kind == KIND_CODE["institute"])
    national = (table.kind < len(KIND_NAMES)) & (table.level >= LEVEL_CODE["national"])
    return float((theirs & national & (table.status != BUILDING)).sum())


PLATFORMS_OF_JIANGYIN = (
    ("engineering_research_centre", "county"),
    ("engineering_research_centre", "municipal"),
    ("engineering_research_centre", "provincial"),
    ("enterprise_joint_innovation_centre", None),
    ("academician_station", None),
    ("public_service_platform", None),
    ("institute", None),
    ("transfer_service", None),
)


def platforms_new(state: State) -> float:
    """Return new platforms of all kinds, each level reached counted again."""
    return sum(new(kind, level)(state) for kind, level in PLATFORMS_OF_JIANGYIN)


def platforms_new_once(state: State) -> float:
    """Return the platforms among them, each counted once."""
    table = state.organisations
    new = state.of_kinds(*dict(PLATFORMS_OF_JIANGYIN)) & (table.status != BUILDING)
    new &= table.opens >= state.start
    return float(new.sum())


def platforms_new_busy(state: State) -> float:
    """Return the platforms among them, each counted once, that are not hollow."""
    return sum(new_busy(kind)(state) for kind in dict(PLATFORMS_OF_JIANGYIN))


RD_UNITS = (
    "technology_innovation_centre",
    "key_laboratory",
    "engineering_research_centre",
    "enterprise_technology_centre",
    "joint_rd_unit",
    "enterprise_joint_innovation_centre",
    "academician_station",
)
_OWN_UNIT_SLOT = 20


def _rd_units(state: State, *, working: bool) -> float:
    """Return the share of above-scale firms with an R&D unit; ``working`` asks for R&D now."""
    firms = state.firms
    large = firms.alive & firms.above_scale
    if not large.any():
        return 0.0
    bits = sum(1 << KIND_CODE[kind] for kind in RD_UNITS)
    performs = firms.rd > 0
    share = state.starting_stock["own_unit"]
    own = state.draws.at("population", 0).uniform(firms.id, _OWN_UNIT_SLOT) < share
    has = (firms.platforms & bits != 0) | (own & performs)
    return float((has & performs if working else has)[large].mean())


def rd_unit_coverage(state: State) -> float:
    """Return the share of above-scale firms with an R&D unit, named or of their own."""
    return _rd_units(state, working=False)


def rd_unit_coverage_real(state: State) -> float:
    """Return the share of above-scale firms with such a unit that do R&D now."""
    return _rd_units(state, working=True)


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
    performed = float(subsidy_response.reported_rd(state)[firms.alive].sum()) * state.weight
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
            moved_by=("founding", "evaluation"),
            kinds=CARRIERS,
        ),
        Indicator(
            name="transfer_services",
            unit="organisations",
            zh="技术转移服务机构",
            meaning="transfer and registration services, cumulative",
            measure=ever("transfer_service"),
            real=serving("transfer_service"),
            activity="with a contract served in about a year",
            moved_by=("services", "founding"),
            kinds=("transfer_service",),
        ),
        Indicator(
            name="brokers",
            unit="persons",
            zh="技术经纪人",
            meaning="certified technology brokers, cumulative",
            measure=brokers,
            real=active_brokers,
            activity="who broker contracts",
            moved_by=("services",),
        ),
        Indicator(
            name="ip_services",
            unit="organisations",
            zh="知识产权服务机构",
            meaning="intellectual-property services in operation",
            measure=in_being("ip_service"),
            real=living("ip_service"),
            activity="that live on their income",
            moved_by=("services",),
            kinds=("ip_service",),
        ),
        Indicator(
            name="five_ones_coverage",
            unit="share",
            zh="五个一",
            meaning="key industries × 5 platform kinds with one in operation",
            measure=five_ones,
            real=five_ones_busy,
            activity="by platforms not hollow",
            moved_by=("founding", "evaluation"),
        ),
        Indicator(
            name="national_innovation_centres",
            unit="platforms",
            zh="国家级技术创新中心",
            meaning="technology innovation centres that reached national level",
            measure=at_level("technology_innovation_centre", "national"),
            moved_by=("founding", "accreditation"),
            kinds=("technology_innovation_centre",),
            level="national",
        ),
        Indicator(
            name="county_transfer_coverage",
            unit="share",
            zh="县域全覆盖",
            meaning="districts with a high-level transfer and a registration service",
            measure=lambda state: _covered(state, 0.0),
            real=lambda state: _covered(state, 1.0),
            activity="by services with a contract in about a year",
            moved_by=("services", "accreditation", "contract"),
        ),
        Indicator(
            name="gdp",
            unit="million CNY a year",
            zh="地区生产总值",
            meaning="gross domestic product, nominal",
            measure=lambda state: state.gdp,
            moved_by=("market",),
        ),
        Indicator(
            name="rd_to_gdp",
            unit="percent",
            zh="研发投入强度",
            meaning="R&D expenditure over GDP, as reported",
            measure=lambda state: 100 * rd(state) / state.gdp,
            moved_by=("research", "subsidy_response", "market", "demography"),
        ),
        Indicator(
            name="above_scale_firms",
            unit="firms",
            zh="规模以上工业企业",
            meaning="industrial firms with 20 million CNY of revenue and more",
            measure=firms_that(lambda state: state.firms.above_scale),
            moved_by=("market", "demography"),
        ),
        Indicator(
            name="high_tech_firms",
            unit="firms",
            zh="高新技术企业",
            meaning="firms with a valid high-tech status",
            measure=firms_that(lambda state: state.firms.high_tech_until > state.quarter),
            moved_by=("demography", "research"),
        ),
        Indicator(
            name="technology_smes",
            unit="firms",
            zh="科技型中小企业",
            meaning="technology SMEs below the threshold",
            measure=firms_that(lambda state: state.firms.technology_sme & ~state.firms.above_scale),
            moved_by=("demography", "market"),
        ),
        Indicator(
            name="contracts",
            unit="contracts a year",
            zh="技术合同登记数",
            meaning="registered technology contracts of four quarters",
            measure=lambda state: state.last_year("contracts"),
            real=lambda state: state.last_year("contracts_real"),
            activity="signed, registered or not",
            moved_by=("contract", "meeting"),
        ),
        Indicator(
            name="contract_turnover",
            unit="million CNY a year",
            zh="技术合同成交额",
            meaning="value of registered contracts of four quarters",
            measure=lambda state: state.last_year("turnover"),
            real=lambda state: state.last_year("turnover_real"),
            activity="signed, registered or not",
            moved_by=("contract", "meeting"),
        ),
        Indicator(
            name="valid_invention_patents",
            unit="patents",
            zh="有效发明专利",
            meaning="valid invention patents of firms",
            measure=lambda state: (
                float(state.firms.patents[state.firms.alive].sum()) * state.weight
            ),
            moved_by=("research", "demography"),
        ),
        Indicator(
            name="high_tech_value_added_share",
            unit="percent",
            zh="高新技术产业占比",
            meaning="high-tech industries' share of above-scale output",
            measure=lambda state: 100 * high_tech_share(state),
            moved_by=("market", "demography"),
        ),
        Indicator(
            name="institutes_total",
            unit="institutes",
            zh="新型研发机构",
            meaning="institutes in operation",
            measure=in_being("institute"),
            moved_by=("founding", "evaluation"),
            kinds=("institute",),
        ),
        Indicator(
            name="startups_incubated",
            unit="firms",
            zh="在孵企业",
            meaning="start-ups seated in incubators and makerspaces",
            measure=firms_that(lambda state: state.firms.carrier >= 0),
            moved_by=("incubation", "demography"),
        ),
        Indicator(
            name="joint_projects_new",
            unit="projects",
            zh="重大技术攻关项目",
            meaning="new major joint projects of universities or institutes with firms",
            measure=projects.joint_projects_new,
            real=projects.joint_projects_new_real,
            activity="in which a technology was proved",
            moved_by=("projects", "meeting", "talent"),
        ),
        Indicator(
            name="joint_project_investment",
            unit="million CNY",
            zh="新增投入",
            meaning="investment of joint projects since the start",
            measure=projects.joint_project_investment,
            real=projects.joint_project_investment_new,
            activity="of projects begun since the start",
            moved_by=("projects",),
        ),
        Indicator(
            name="joint_project_sales",
            unit="million CNY",
            zh="新增销售",
            meaning="new sales from joint projects since the start",
            measure=projects.joint_project_sales,
            real=projects.joint_project_sales_new,
            activity="of projects begun since the start",
            moved_by=("projects", "maturation"),
        ),
        Indicator(
            name="joint_project_profit_tax",
            unit="million CNY",
            zh="利税",
            meaning="profit and tax from joint projects since the start",
            measure=projects.joint_project_profit_tax,
            real=projects.joint_project_profit_tax_new,
            activity="of projects begun since the start",
            moved_by=("projects", "maturation"),
        ),
        Indicator(
            name="science_vice_presidents_new",
            unit="persons",
            zh="科技副总",
            meaning="science vice-presidents titled since the start",
            measure=talent.vice_presidents_new,
            real=talent.vice_presidents_who_brought,
            activity="who brought knowledge into their firm",
            moved_by=("talent",),
        ),
        Indicator(
            name="industry_professors_new",
            unit="persons",
            zh="产业教授",
            meaning="industry professors titled since the start",
            measure=talent.industry_professors_new,
            real=talent.industry_professors_who_tied,
            activity="who tied their firm to a university",
            moved_by=("talent",),
        ),
        Indicator(
            name="key_labs_municipal_new",
            unit="platforms",
            zh="市级重点实验室",
            meaning="key laboratories that reached municipal level since the start",
            measure=new("key_laboratory", "municipal"),
            real=new_busy("key_laboratory"),
            activity="opened since the start and not hollow",
            moved_by=("founding", "accreditation"),
            kinds=("key_laboratory",),
            level="municipal",
        ),
        Indicator(
            name="joint_rd_units_new",
            unit="platforms",
            zh="共建研发机构",
            meaning="joint R&D units opened since the start",
            measure=new("joint_rd_unit"),
            real=new_busy("joint_rd_unit"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("joint_rd_unit",),
        ),
        Indicator(
            name="tto_universities",
            unit="offices",
            zh="高校技术转移办公室",
            meaning="transfer offices opened by universities since the start",
            measure=hosted(("technology_transfer_office",), "university", ever_since="start"),
            real=new_busy("technology_transfer_office", "university"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("technology_transfer_office",),
            host="university",
        ),
        Indicator(
            name="tto_institutes",
            unit="offices",
            zh="院所技术转移办公室",
            meaning="transfer offices opened by institutes since the start",
            measure=hosted(("technology_transfer_office",), "institute", ever_since="start"),
            real=new_busy("technology_transfer_office", "institute"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("technology_transfer_office",),
            host="institute",
        ),
        Indicator(
            name="brokers_certified",
            unit="persons",
            zh="获资格证书的经纪人",
            meaning="certified technology brokers",
            measure=brokers,
            real=active_brokers,
            activity="who broker contracts",
            moved_by=("services",),
        ),
        Indicator(
            name="vp_led_projects",
            unit="projects",
            zh="科技副总牵头项目",
            meaning="provincial projects led by science vice-presidents",
            measure=projects.vp_led_projects,
            real=projects.vp_led_projects_real,
            activity="in which a technology was proved",
            moved_by=("projects", "talent"),
        ),
        Indicator(
            name="firm_visits",
            unit="firms",
            zh="十校十所进千企",
            meaning="firms visited by researchers",
            measure=outreach.firm_visits,
            real=outreach.firm_visits_with_deal,
            activity="that bought from science since",
            moved_by=("outreach",),
        ),
        Indicator(
            name="visiting_researchers",
            unit="persons",
            zh="百名教师及科研人员",
            meaning="researchers who visited firms",
            measure=outreach.visiting_researchers,
            real=outreach.visiting_researchers_now,
            activity="who went in this quarter",
            moved_by=("outreach",),
        ),
        Indicator(
            name="institutes_ever",
            unit="institutes",
            zh="产业技术研究院",
            meaning="institutes, cumulative",
            measure=ever("institute"),
            real=busy("institute"),
            activity="in operation and not hollow",
            moved_by=("founding",),
            kinds=("institute",),
        ),
        Indicator(
            name="high_end_talents",
            unit="persons or teams",
            zh="高端创新人才(团队)",
            meaning="high-end talents or teams brought in by institutes",
            measure=talent.institute_talents,
            real=talent.institute_talents_present,
            activity="still there",
            moved_by=("talent", "founding"),
        ),
        Indicator(
            name="key_technologies",
            unit="technologies",
            zh="关键核心技术",
            meaning="technologies proved in provincial or higher projects of institutes",
            measure=projects.key_technologies,
            real=projects.key_technologies_used,
            activity="taken into a product",
            moved_by=("projects",),
        ),
        Indicator(
            name="strategic_products",
            unit="products",
            zh="战略性产品",
            meaning="products of institutes with a paying user",
            measure=projects.strategic_products,
            real=projects.strategic_products_selling,
            activity="that sell now",
            moved_by=("projects", "maturation"),
        ),
        Indicator(
            name="high_tech_seedlings",
            unit="firms",
            zh="高新技术苗子企业",
            meaning="firms hatched by institutes that became high-tech seedlings",
            measure=incubation.seedlings,
            real=incubation.seedlings_alive,
            activity="that live",
            moved_by=("incubation", "demography"),
        ),
        Indicator(
            name="yongjiang_labs",
            unit="platforms",
            zh="甬江实验室",
            meaning="Yongjiang laboratories, cumulative",
            measure=ever("yongjiang_laboratory"),
            real=in_being("yongjiang_laboratory"),
            activity="in operation",
            moved_by=("founding",),
            kinds=("yongjiang_laboratory",),
        ),
        Indicator(
            name="national_platforms",
            unit="platforms",
            zh="国家级创新平台",
            meaning="platforms of institutes, and institutes, that reached national level",
            measure=national_platforms,
            moved_by=("founding", "accreditation"),
        ),
        Indicator(
            name="provincial_projects_per_institute",
            unit="projects per institute per year",
            zh="省级以上项目",
            meaning="provincial or higher projects of the institute with fewest, in four quarters",
            measure=projects.provincial_projects_per_institute,
            real=projects.provincial_projects_per_institute_mean,
            activity="on average over institutes",
            moved_by=("projects", "founding"),
        ),
        Indicator(
            name="national_project_coverage",
            unit="share",
            zh="国家重大项目",
            meaning="institutes founded after 2018 that have carried a national project",
            measure=projects.national_project_coverage,
            moved_by=("projects", "founding"),
        ),
        Indicator(
            name="institute_incubators",
            unit="incubators",
            zh="依托研究院建设的孵化器",
            meaning="incubators and makerspaces of institutes",
            measure=hosted(CARRIERS, "institute"),
            moved_by=("founding", "evaluation"),
            kinds=CARRIERS,
            host="institute",
        ),
        Indicator(
            name="institute_incubators_provincial",
            unit="incubators",
            zh="省级以上",
            meaning="incubators and makerspaces of institutes at provincial level or higher",
            measure=hosted(CARRIERS, "institute", level="provincial"),
            moved_by=("founding", "accreditation"),
            kinds=CARRIERS,
            level="provincial",
            host="institute",
        ),
        Indicator(
            name="incubated_per_year",
            unit="firms per year",
            zh="每年孵化企业",
            meaning="start-ups seated by institutes in four quarters",
            measure=incubation.incubated_by_institutes,
            moved_by=("incubation", "founding"),
        ),
        Indicator(
            name="top_talents",
            unit="persons",
            zh="院士等顶尖人才",
            meaning="top talents who came since the start",
            measure=talent.top_talents_new,
            real=talent.top_talents_new_present,
            activity="still there",
            moved_by=("talent",),
        ),
        Indicator(
            name="graduates_trained",
            unit="persons",
            zh="培养硕博士",
            meaning="masters and doctors trained by institutes",
            measure=talent.graduates_trained,
            real=talent.graduates_staying,
            activity="who stayed, since the start",
            moved_by=("talent",),
        ),
        Indicator(
            name="high_level_institutes_new",
            unit="institutes",
            zh="高水平研究院",
            meaning="institutes of outside parents opened since the start",
            measure=hosted(("institute",), "outside", ever_since="start"),
            real=new_busy("institute", "outside"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("institute",),
            host="outside",
        ),
        Indicator(
            name="design_institutes_new",
            unit="institutes",
            zh="设计类研究院",
            meaning="institutes of design opened since the start",
            measure=design_institutes_new,
            moved_by=("founding",),
            kinds=("institute",),
        ),
        Indicator(
            name="firm_led_institutes",
            unit="institutes",
            zh="龙头企业牵头",
            meaning="institutes of leading firms, cumulative",
            measure=hosted(("institute",), "leading_firm", ever_since="always"),
            real=hosted(("institute",), "leading_firm"),
            activity="in operation",
            moved_by=("founding",),
            kinds=("institute",),
            host="leading_firm",
        ),
        Indicator(
            name="research_infrastructures",
            unit="facilities",
            zh="科研基础设施",
            meaning="research infrastructures, cumulative",
            measure=ever("research_infrastructure"),
            moved_by=("founding",),
            kinds=("research_infrastructure",),
        ),
        Indicator(
            name="matchmaking_events",
            unit="events per year",
            zh="科技成果推介会",
            meaning="matchmaking events of four quarters",
            measure=outreach.matchmaking_events,
            real=outreach.event_firms,
            activity="firms at them",
            moved_by=("outreach",),
        ),
        Indicator(
            name="technology_matches",
            unit="matches",
            zh="技术成果对接",
            meaning="matches of institutes' results with firms, since the start",
            measure=meeting.technology_matches,
            real=meeting.matches_signed,
            activity="that were signed",
            moved_by=("meeting", "research"),
        ),
        Indicator(
            name="cluster_coverage",
            unit="share",
            zh="每个产业集群都有研究院",
            meaning="clusters with an institute in operation",
            measure=cluster_coverage,
            moved_by=("founding", "evaluation"),
        ),
        Indicator(
            name="rd_to_revenue_above_scale",
            unit="percent",
            zh="规上工业企业研发费用占比",
            meaning="R&D expense over revenue of above-scale firms, as reported",
            measure=lambda state: 100 * subsidy_response.rd_to_revenue_above_scale(state),
            real=lambda state: 100 * subsidy_response.real_rd_to_revenue_above_scale(state),
            activity="of real R&D",
            moved_by=("research", "subsidy_response", "market", "demography"),
        ),
        Indicator(
            name="high_value_patents_per_10k",
            unit="patents per 10 000 residents",
            zh="高价值发明专利",
            meaning="high-value invention patents of firms per 10 000 residents",
            measure=research.high_value_patents_per_10k,
            real=research.patents_per_10k,
            activity="all valid invention patents",
            moved_by=("research",),
        ),
        Indicator(
            name="rd_staff_per_10k",
            unit="person-years per 10 000 employed",
            zh="研发人员",
            meaning="R&D person-years per 10 000 employed",
            measure=lambda state: talent.rd_staff_per_10k(state, rd(state)),
            moved_by=("research", "subsidy_response", "market"),
        ),
        Indicator(
            name="key_labs",
            unit="platforms",
            zh="重点实验室",
            meaning="key laboratories in operation",
            measure=in_being("key_laboratory"),
            real=busy("key_laboratory"),
            activity="that are not hollow",
            moved_by=("founding", "evaluation"),
            kinds=("key_laboratory",),
        ),
        Indicator(
            name="provincial_innovation_centres",
            unit="platforms",
            zh="省级技术创新中心",
            meaning="technology innovation centres at provincial level or higher",
            measure=at_level_now("technology_innovation_centre", "provincial", "national"),
            moved_by=("founding", "accreditation", "evaluation"),
            kinds=("technology_innovation_centre",),
            level="provincial",
        ),
        Indicator(
            name="key_rd_projects_per_year",
            unit="projects per year",
            zh="重点研发计划项目",
            meaning="key R&D projects taken in in four quarters",
            measure=projects.key_rd_projects_per_year,
            real=projects.key_rd_projects_accepted,
            activity="accepted at their end",
            moved_by=("projects",),
        ),
        Indicator(
            name="hard_core_results",
            unit="results",
            zh="重大硬核科技攻关成果",
            meaning="large projects with a proved technology since the start",
            measure=projects.hard_core_results,
            real=projects.hard_core_results_used,
            activity="with a paying user",
            moved_by=("projects", "maturation"),
        ),
        Indicator(
            name="application_scenarios",
            unit="scenarios",
            zh="应用场景",
            meaning="application scenarios opened, cumulative",
            measure=outreach.application_scenarios,
            real=outreach.scenarios_additional,
            activity="that would not have come anyway",
            moved_by=("outreach",),
        ),
        Indicator(
            name="ip_services_new",
            unit="organisations",
            zh="知识产权服务机构",
            meaning="intellectual-property services opened since the start",
            measure=new("ip_service"),
            real=new_busy("ip_service"),
            activity="that are not hollow",
            moved_by=("services",),
            kinds=("ip_service",),
        ),
        Indicator(
            name="top_talents_total",
            unit="persons",
            zh="顶尖人才",
            meaning="top talents brought in, in being",
            measure=talent.top_talents_in_being,
            moved_by=("talent",),
        ),
        Indicator(
            name="leading_talents_new",
            unit="persons",
            zh="领军人才",
            meaning="leading talents titled since the start",
            measure=talent.leading_talents_new,
            real=talent.leading_talents_new_present,
            activity="still there",
            moved_by=("talent",),
        ),
        Indicator(
            name="skilled_share",
            unit="percent",
            zh="高技能人才占比",
            meaning="highly skilled share of the skilled workforce",
            measure=talent.skilled_share,
            moved_by=("talent",),
        ),
        Indicator(
            name="fiscal_growth",
            unit="percent per year",
            zh="财政科技投入年均增长",
            meaning="mean yearly growth of fiscal science money",
            measure=budget.fiscal_growth,
            moved_by=("budget",),
        ),
        Indicator(
            name="innovation_fund",
            unit="million CNY",
            zh="科技创新基金",
            meaning="science and technology funds in being",
            measure=funds.funds_in_being,
            real=funds.equity_invested,
            activity="invested in firms",
            moved_by=("funds",),
        ),
        Indicator(
            name="angel_fund",
            unit="million CNY",
            zh="天使类投资基金",
            meaning="angel-type funds in being",
            measure=funds.funds_in_being,
            real=funds.equity_invested,
            activity="invested in firms",
            moved_by=("funds",),
        ),
        Indicator(
            name="national_key_lab",
            unit="platforms",
            zh="国家重点实验室",
            meaning="key laboratories that reached national level since the start",
            measure=national_key_laboratories_new,
            moved_by=("founding", "accreditation"),
            kinds=("key_laboratory",),
            level="national",
        ),
        Indicator(
            name="platforms_new",
            unit="platforms",
            zh="各级各类科技创新平台",
            meaning="new platforms of all kinds, each level counted again",
            measure=platforms_new,
            real=platforms_new_busy,
            activity="counted once and not hollow",
            moved_by=("founding", "accreditation", "services"),
        ),
        Indicator(
            name="academician_stations_new",
            unit="platforms",
            zh="院士工作站",
            meaning="academician stations opened since the start",
            measure=new("academician_station"),
            real=new_busy("academician_station"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("academician_station",),
        ),
        Indicator(
            name="public_service_platforms_new",
            unit="platforms",
            zh="科技公共服务平台",
            meaning="public service platforms opened since the start",
            measure=new("public_service_platform"),
            real=new_busy("public_service_platform"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("public_service_platform",),
        ),
        Indicator(
            name="public_service_platforms_provincial_new",
            unit="platforms",
            zh="省级科技公共服务平台",
            meaning="public service platforms that reached provincial level",
            measure=new("public_service_platform", "provincial"),
            moved_by=("founding", "accreditation"),
            kinds=("public_service_platform",),
            level="provincial",
        ),
        Indicator(
            name="institutes_new",
            unit="platforms",
            zh="新型研发机构",
            meaning="institutes opened since the start",
            measure=new("institute"),
            real=new_busy("institute"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("institute",),
        ),
        Indicator(
            name="joint_innovation_centres_new",
            unit="platforms",
            zh="企业联合创新中心",
            meaning="enterprise joint innovation centres opened since the start",
            measure=new("enterprise_joint_innovation_centre"),
            real=new_busy("enterprise_joint_innovation_centre"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("enterprise_joint_innovation_centre",),
        ),
        Indicator(
            name="engineering_centres_county_new",
            unit="platforms",
            zh="市工程技术研究中心",
            meaning="engineering research centres that reached county level",
            measure=new("engineering_research_centre", "county"),
            real=new_busy("engineering_research_centre"),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=("engineering_research_centre",),
            level="county",
        ),
        Indicator(
            name="engineering_centres_municipal_new",
            unit="platforms",
            zh="市级工程技术研究中心",
            meaning="engineering research centres that reached municipal level",
            measure=new("engineering_research_centre", "municipal"),
            moved_by=("founding", "accreditation"),
            kinds=("engineering_research_centre",),
            level="municipal",
        ),
        Indicator(
            name="engineering_centres_provincial_new",
            unit="platforms",
            zh="省级工程技术研究中心",
            meaning="engineering research centres that reached provincial level",
            measure=new("engineering_research_centre", "provincial"),
            moved_by=("founding", "accreditation"),
            kinds=("engineering_research_centre",),
            level="provincial",
        ),
        Indicator(
            name="transfer_services_new",
            unit="organisations",
            zh="技术转移机构",
            meaning="transfer services opened since the start",
            measure=new("transfer_service"),
            real=new_busy("transfer_service"),
            activity="that are not hollow",
            moved_by=("services", "founding"),
            kinds=("transfer_service",),
        ),
        Indicator(
            name="brokers_new",
            unit="persons",
            zh="技术经纪(经理)人",
            meaning="brokers certified since the start",
            measure=brokers_new,
            real=active_brokers_new,
            activity="who broker contracts",
            moved_by=("services",),
        ),
        Indicator(
            name="incubators_makerspaces_new",
            unit="incubators",
            zh="孵化器和众创空间",
            meaning="incubators and makerspaces opened since the start",
            measure=lambda state: new("incubator")(state) + new("makerspace")(state),
            real=lambda state: new_busy("incubator")(state) + new_busy("makerspace")(state),
            activity="that are not hollow",
            moved_by=("founding",),
            kinds=CARRIERS,
        ),
        Indicator(
            name="rd_unit_coverage",
            unit="share",
            zh="规上工业企业研发机构全覆盖",
            meaning="above-scale firms with an R&D unit",
            measure=rd_unit_coverage,
            real=rd_unit_coverage_real,
            activity="that do R&D now",
            moved_by=("founding", "research", "demography", "market"),
        ),
        Indicator(
            name="equipment_registered",
            unit="share",
            zh="登记入库全覆盖",
            meaning="institutes' purchased equipment that is in the register",
            measure=equipment.equipment_registered,
            real=equipment.equipment_used,
            activity="uses a year per registered instrument, another scale",
            moved_by=("equipment", "founding"),
        ),
        Indicator(
            name="equipment_sharing_uses",
            unit="uses",
            zh="仪器设备共享次数",
            meaning="uses of shared equipment since the start",
            measure=equipment.equipment_uses,
            real=equipment.equipment_uses_of_small_firms,
            activity="by small firms",
            moved_by=("equipment", "research"),
        ),
        Indicator(
            name="cluster_area_built",
            unit="share",
            zh="完成各功能板块重点楼宇建设",
            meaning="functional blocks of the cluster area that are built",
            measure=space.cluster_area_built,
            real=space.cluster_area_begun,
            activity="begun",
            moved_by=("space",),
        ),
        Indicator(
            name="carrier_space_new",
            unit="million square metres",
            zh="科创载体",
            meaning="new floor space of innovation carriers",
            measure=space.carrier_space_new,
            real=space.carrier_space_taken,
            activity="taken",
            moved_by=("space", "founding"),
        ),
        Indicator(
            name="innovation_poles",
            unit="poles",
            zh="区域创新极",
            meaning="innovation poles designated",
            measure=districts.innovation_poles,
            real=districts.innovation_poles_working,
            activity="that work as poles",
            moved_by=("districts",),
        ),
        Indicator(
            name="high_tech_park_coverage",
            unit="share of districts",
            zh="省级高新园区全覆盖",
            meaning="districts with a provincial high-tech park",
            measure=districts.high_tech_park_coverage,
            real=districts.high_tech_parks_working,
            activity="whose park works",
            moved_by=("districts",),
        ),
        Indicator(
            name="advanced_service_firms",
            unit="firms",
            zh="技术先进型服务企业",
            meaning="firms with the status of technologically advanced service enterprise",
            measure=firms_that(lambda state: state.firms.service_status),
            moved_by=("demography",),
        ),
        Indicator(
            name="public_spending",
            unit="million CNY a year",
            zh="财政支出",
            meaning="what city and counties paid under the plan in four quarters",
            measure=public_spending,
            moved_by=("settle", "budget"),
        ),
        # Other readings of targets; a plan names them as variants.
        Indicator(
            name="transfer_services_in_being",
            unit="organisations",
            zh="技术转移服务机构",
            meaning="transfer and registration services in operation",
            measure=in_being("transfer_service"),
            real=serving("transfer_service"),
            activity="with a contract served in about a year",
            moved_by=("services", "founding"),
            kinds=("transfer_service",),
        ),
        Indicator(
            name="brokering_services",
            unit="organisations",
            zh="技术转移机构",
            meaning="transfer services without registration services, cumulative",
            measure=brokering_services(),
            real=brokering_services(serving=True),
            activity="with a contract served in about a year",
            moved_by=("services", "founding"),
        ),
        Indicator(
            name="brokering_services_new",
            unit="organisations",
            zh="技术转移机构",
            meaning="transfer services without registration services since the start",
            measure=brokering_services(new=True),
            real=brokering_services(new=True, serving=True),
            activity="with a contract served in about a year",
            moved_by=("services", "founding"),
        ),
        Indicator(
            name="joint_project_investment_new",
            unit="million CNY",
            zh="新增投入",
            meaning="investment of joint projects begun since the start",
            measure=projects.joint_project_investment_new,
            moved_by=("projects",),
        ),
        Indicator(
            name="joint_project_sales_new",
            unit="million CNY",
            zh="新增销售",
            meaning="new sales from joint projects begun since the start",
            measure=projects.joint_project_sales_new,
            moved_by=("projects", "maturation"),
        ),
        Indicator(
            name="joint_project_profit_tax_new",
            unit="million CNY",
            zh="利税",
            meaning="profit and tax from joint projects begun since the start",
            measure=projects.joint_project_profit_tax_new,
            moved_by=("projects", "maturation"),
        ),
        Indicator(
            name="science_vice_presidents_local",
            unit="persons",
            zh="科技副总",
            meaning="science vice-presidents sent by local universities and institutes",
            measure=talent.vice_presidents_local,
            moved_by=("talent",),
        ),
        Indicator(
            name="vp_led_projects_new",
            unit="projects",
            zh="科技副总牵头项目",
            meaning="provincial projects led by vice-presidents, begun since the start",
            measure=projects.vp_led_projects_new,
            moved_by=("projects", "talent"),
        ),
        Indicator(
            name="high_end_talents_new",
            unit="persons or teams",
            zh="高端创新人才(团队)",
            meaning="high-end talents or teams brought in by institutes since the start",
            measure=talent.institute_talents_new,
            moved_by=("talent", "founding"),
        ),
        Indicator(
            name="key_technologies_new",
            unit="technologies",
            zh="关键核心技术",
            meaning="technologies of institutes proved since the start",
            measure=projects.key_technologies_new,
            moved_by=("projects",),
        ),
        Indicator(
            name="strategic_products_new",
            unit="products",
            zh="战略性产品",
            meaning="products of institutes with a paying user since the start",
            measure=projects.strategic_products_new,
            moved_by=("projects", "maturation"),
        ),
        Indicator(
            name="provincial_projects_mean",
            unit="projects per institute per year",
            zh="省级以上项目",
            meaning="provincial or higher projects per institute, in four quarters",
            measure=projects.provincial_projects_per_institute_mean,
            moved_by=("projects", "founding"),
        ),
        Indicator(
            name="national_project_coverage_after",
            unit="share",
            zh="国家重大项目",
            meaning="institutes founded from 2019 on that have carried a national project",
            measure=lambda state: projects.national_project_coverage(state, projects.AFTER),
            moved_by=("projects", "founding"),
        ),
        Indicator(
            name="graduates_trained_new",
            unit="persons",
            zh="培养硕博士",
            meaning="masters and doctors trained by institutes since the start",
            measure=talent.graduates_new,
            real=talent.graduates_staying,
            activity="who stayed",
            moved_by=("talent",),
        ),
        Indicator(
            name="firm_led_institutes_in_being",
            unit="institutes",
            zh="龙头企业牵头",
            meaning="institutes of leading firms in operation",
            measure=hosted(("institute",), "leading_firm"),
            moved_by=("founding", "evaluation"),
            kinds=("institute",),
            host="leading_firm",
        ),
        Indicator(
            name="research_infrastructures_begun",
            unit="facilities",
            zh="科研基础设施",
            meaning="research infrastructures opened or being built",
            measure=begun("research_infrastructure"),
            real=ever("research_infrastructure"),
            activity="that opened",
            moved_by=("founding",),
        ),
        Indicator(
            name="equipment_uses_a_year",
            unit="uses per year",
            zh="仪器设备共享次数",
            meaning="uses of shared equipment in four quarters",
            measure=equipment.equipment_uses_a_year,
            moved_by=("equipment", "research"),
        ),
        Indicator(
            name="technology_matches_all",
            unit="matches",
            zh="技术成果对接",
            meaning="matches of institutes' and universities' results with firms",
            measure=meeting.all_matches,
            moved_by=("meeting", "research"),
        ),
        Indicator(
            name="technology_matches_signed",
            unit="matches",
            zh="技术成果对接",
            meaning="signed matches of institutes' results with firms, since the start",
            measure=meeting.matches_signed,
            moved_by=("contract", "meeting"),
        ),
        Indicator(
            name="rd_to_revenue_statistical",
            unit="percent",
            zh="规上工业企业研发投入占比",
            meaning="statistical R&D over revenue of above-scale firms, as reported",
            measure=lambda state: (
                100 * subsidy_response.statistical_rd_to_revenue_above_scale(state)
            ),
            moved_by=("research", "subsidy_response", "market", "demography"),
        ),
        Indicator(
            name="application_scenarios_new",
            unit="scenarios",
            zh="应用场景",
            meaning="application scenarios built since the start",
            measure=outreach.application_scenarios_new,
            real=outreach.scenarios_additional,
            activity="that would not have come anyway",
            moved_by=("outreach",),
        ),
        Indicator(
            name="top_talents_ever",
            unit="persons",
            zh="顶尖人才",
            meaning="top talents ever brought in",
            measure=talent.top_talents_ever,
            real=talent.top_talents_in_being,
            activity="still there",
            moved_by=("talent",),
        ),
        Indicator(
            name="fund_commitments",
            unit="million CNY",
            zh="财政出资",
            meaning="public money committed to funds that close, since the start",
            measure=funds.public_commitments,
            real=funds.equity_invested,
            activity="invested in firms",
            moved_by=("funds",),
        ),
        Indicator(
            name="national_key_labs_new",
            unit="platforms",
            zh="国家重点实验室",
            meaning="key laboratories of any field that reached national level since the start",
            measure=new("key_laboratory", "national"),
            moved_by=("founding", "accreditation"),
            kinds=("key_laboratory",),
            level="national",
        ),
        Indicator(
            name="platforms_new_once",
            unit="platforms",
            zh="各级各类科技创新平台",
            meaning="new platforms of all kinds, each counted once",
            measure=platforms_new_once,
            real=platforms_new_busy,
            activity="that are not hollow",
            moved_by=("founding", "services"),
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
