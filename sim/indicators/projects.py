"""Projects: joint ones, those of calls and institutes, and what comes of them."""

import numpy as np

from sim.core.arrays import Flags, Floats, Rows
from sim.indicators.measure import Indicator
from sim.inputs.codes import KIND_CODE
from sim.processes.projects.codes import CITY, JOINT, NATIONAL, PROVINCIAL
from sim.processes.projects.outcomes import major_joint
from sim.state.columns import BUILDING
from sim.state.state import State


def _number(state: State, which: Flags) -> float:
    return float(state.projects.stands_for[which].sum())


def joint_projects_new(state: State) -> float:
    """Return major joint projects begun since the start."""
    return _number(state, major_joint(state) & (state.projects.began >= state.start))


def joint_projects_new_real(state: State) -> float:
    """Return those of them that passed their last milestone or sell already."""
    projects = state.projects
    real = (projects.milestones > 0) | (projects.potential > 0)
    return _number(state, major_joint(state) & (projects.began >= state.start) & real)


def joint_project_investment(state: State) -> float:
    """Return investment since the start in all major joint projects, million CNY."""
    return float(state.totals.joint_investment)


def joint_project_investment_new(state: State) -> float:
    """Return investment in those that began since the start alone."""
    return float(state.totals.joint_investment_new)


def joint_project_sales(state: State) -> float:
    """Return sales since the start from all major joint projects, million CNY."""
    return float(state.totals.joint_sales)


def joint_project_sales_new(state: State) -> float:
    """Return sales from those that began since the start alone."""
    return float(state.totals.joint_sales_new)


def joint_project_profit_tax(state: State) -> float:
    """Return profit and tax since the start from all major joint projects, million CNY."""
    return float(state.totals.joint_profit_and_tax)


def joint_project_profit_tax_new(state: State) -> float:
    """Return profit and tax from those that began since the start alone."""
    return float(state.totals.joint_profit_and_tax_new)


def vp_led_projects(state: State) -> float:
    """Return provincial projects led by science vice-presidents, cumulative."""
    projects = state.projects
    return _number(state, projects.led_by_talent & (projects.kind == PROVINCIAL))


def vp_led_projects_new(state: State) -> float:
    """Return those of them that began since the start."""
    projects = state.projects
    led = projects.led_by_talent & (projects.kind == PROVINCIAL)
    return _number(state, led & (projects.began >= state.start))


def vp_led_projects_real(state: State) -> float:
    """Return all that passed their last milestone or sell already."""
    projects = state.projects
    real = (projects.milestones > 0) | (projects.potential > 0)
    return _number(state, projects.led_by_talent & (projects.kind == PROVINCIAL) & real)


def _of_institutes(state: State) -> Flags:
    """Return which projects an institute leads or takes part in."""
    organisation = state.projects.organisation
    kind = state.organisations.kind[organisation] if organisation.size else organisation
    return np.asarray((organisation >= 0) & (kind == KIND_CODE["institute"]))


def key_technologies(state: State) -> float:
    """Return technologies of institutes, cumulative: provincial or higher projects accepted."""
    projects = state.projects
    higher = projects.kind >= PROVINCIAL
    return _number(state, _of_institutes(state) & higher & (projects.milestones > 0))


def key_technologies_new(state: State) -> float:
    """Return those accepted since the start."""
    projects = state.projects
    which = _of_institutes(state) & (projects.kind >= PROVINCIAL)
    return _number(state, which & (projects.accepted >= state.start))


def key_technologies_used(state: State) -> float:
    """Return those with a paying user."""
    projects = state.projects
    which = _of_institutes(state) & (projects.kind >= PROVINCIAL)
    return _number(state, which & (projects.products > 0))


def strategic_products(state: State) -> float:
    """Return products from institutes' large projects, cumulative: accepted and paid for."""
    return _number(state, _of_institutes(state) & (state.projects.products > 0))


def strategic_products_new(state: State) -> float:
    """Return those of them that were accepted since the start."""
    projects = state.projects
    which = _of_institutes(state) & (projects.products > 0)
    return _number(state, which & (projects.accepted >= state.start))


def strategic_products_selling(state: State) -> float:
    """Return all that sell now."""
    projects = state.projects
    return _number(state, _of_institutes(state) & (projects.products > 0) & (projects.sales > 0))


def _institutes(state: State, age: int) -> Rows:
    rows = state.platforms("institute")
    return rows[state.organisations.opens[rows] <= state.quarter - age]


def provincial_projects(state: State, rows: Rows) -> Floats:
    """Return per organisation its provincial or higher projects under way in the last year."""
    projects = state.projects
    which = (projects.kind >= PROVINCIAL) & (projects.organisation >= 0)
    which &= (projects.ends > state.quarter - 4) & (projects.began <= state.quarter)
    number = np.bincount(
        projects.organisation[which],
        projects.stands_for[which],
        minlength=len(state.organisations),
    )
    return np.asarray(number[rows], np.float64)


def provincial_projects_per_institute(state: State) -> float:
    """Return the least of all institutes a year old: provincial or higher projects of a year."""
    number = provincial_projects(state, _institutes(state, 4))
    return float(number.min()) if number.size else 0.0


def provincial_projects_per_institute_mean(state: State) -> float:
    """Return the mean of them."""
    number = provincial_projects(state, _institutes(state, 4))
    return float(number.mean()) if number.size else 0.0


# Quarters: the first of 2018 and of 2019; whether “after 2018” takes 2018 in is open.
SINCE, AFTER = 2018 * 4, 2019 * 4


def national_project_coverage(state: State, first: int = SINCE) -> float:
    """Return the share of institutes opened from a quarter on that carried a national project."""
    table, projects = state.organisations, state.projects
    institute = (table.kind == KIND_CODE["institute"]) & (table.status != BUILDING)
    young = np.flatnonzero(institute & (table.opens >= first))
    if young.size == 0:
        return 0.0
    having = projects.organisation[projects.kind == NATIONAL]
    return float(np.isin(young, having).mean())


def key_rd_projects_per_year(state: State) -> float:
    """Return projects that the city's key R&D programme took in within four quarters."""
    return state.last_year(lambda flows: flows.key_projects)


def key_rd_projects_accepted(state: State) -> float:
    """Return city projects that passed their last milestone within four quarters."""
    projects = state.projects
    return _number(state, (projects.kind == CITY) & (projects.accepted > state.quarter - 4))


def hard_core_results(state: State) -> float:
    """Return major called projects that passed their last milestone since the start.

    A result is a major project of the city's programme, of the province or the nation that was
    accepted; the title is new, so nothing stood at the start.
    """
    projects = state.projects
    called = (projects.kind != JOINT) & ~projects.led_by_talent & projects.major
    return _number(state, called & (projects.accepted >= state.start))


def hard_core_results_used(state: State) -> float:
    """Return those of them with a paying user."""
    projects = state.projects
    called = (projects.kind != JOINT) & ~projects.led_by_talent & projects.major
    return _number(state, called & (projects.accepted >= state.start) & (projects.products > 0))


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="joint_projects_new",
        unit="projects",
        zh="重大技术攻关项目",
        meaning="new major joint projects of universities or institutes with firms",
        measure=joint_projects_new,
        real=joint_projects_new_real,
        activity="in which a technology was proved",
        moved_by=("projects", "meeting", "talent"),
    ),
    Indicator(
        name="joint_project_investment",
        unit="million CNY",
        zh="新增投入",
        meaning="investment of joint projects since the start",
        measure=joint_project_investment,
        real=joint_project_investment_new,
        activity="of projects begun since the start",
        moved_by=("projects",),
    ),
    Indicator(
        name="joint_project_sales",
        unit="million CNY",
        zh="新增销售",
        meaning="new sales from joint projects since the start",
        measure=joint_project_sales,
        real=joint_project_sales_new,
        activity="of projects begun since the start",
        moved_by=("projects", "maturation"),
    ),
    Indicator(
        name="joint_project_profit_tax",
        unit="million CNY",
        zh="利税",
        meaning="profit and tax from joint projects since the start",
        measure=joint_project_profit_tax,
        real=joint_project_profit_tax_new,
        activity="of projects begun since the start",
        moved_by=("projects", "maturation"),
    ),
    Indicator(
        name="vp_led_projects",
        unit="projects",
        zh="科技副总牵头项目",
        meaning="provincial projects led by science vice-presidents",
        measure=vp_led_projects,
        real=vp_led_projects_real,
        activity="in which a technology was proved",
        moved_by=("projects", "talent"),
    ),
    Indicator(
        name="key_technologies",
        unit="technologies",
        zh="关键核心技术",
        meaning="technologies proved in provincial or higher projects of institutes",
        measure=key_technologies,
        real=key_technologies_used,
        activity="taken into a product",
        moved_by=("projects",),
    ),
    Indicator(
        name="strategic_products",
        unit="products",
        zh="战略性产品",
        meaning="products of institutes with a paying user",
        measure=strategic_products,
        real=strategic_products_selling,
        activity="that sell now",
        moved_by=("projects", "maturation"),
    ),
    Indicator(
        name="provincial_projects_per_institute",
        unit="projects per institute per year",
        zh="省级以上项目",
        meaning="provincial or higher projects of the institute with fewest, in four quarters",
        measure=provincial_projects_per_institute,
        real=provincial_projects_per_institute_mean,
        activity="on average over institutes",
        moved_by=("projects", "founding"),
    ),
    Indicator(
        name="national_project_coverage",
        unit="share",
        zh="国家重大项目",
        meaning="institutes founded after 2018 that have carried a national project",
        measure=national_project_coverage,
        moved_by=("projects", "founding"),
    ),
    Indicator(
        name="key_rd_projects_per_year",
        unit="projects per year",
        zh="重点研发计划项目",
        meaning="key R&D projects taken in in four quarters",
        measure=key_rd_projects_per_year,
        real=key_rd_projects_accepted,
        activity="accepted at their end",
        moved_by=("projects",),
    ),
    Indicator(
        name="hard_core_results",
        unit="results",
        zh="重大硬核科技攻关成果",
        meaning="large projects with a proved technology since the start",
        measure=hard_core_results,
        real=hard_core_results_used,
        activity="with a paying user",
        moved_by=("projects", "maturation"),
    ),
    Indicator(
        name="joint_project_investment_new",
        unit="million CNY",
        zh="新增投入",
        meaning="investment of joint projects begun since the start",
        measure=joint_project_investment_new,
        moved_by=("projects",),
    ),
    Indicator(
        name="joint_project_sales_new",
        unit="million CNY",
        zh="新增销售",
        meaning="new sales from joint projects begun since the start",
        measure=joint_project_sales_new,
        moved_by=("projects", "maturation"),
    ),
    Indicator(
        name="joint_project_profit_tax_new",
        unit="million CNY",
        zh="利税",
        meaning="profit and tax from joint projects begun since the start",
        measure=joint_project_profit_tax_new,
        moved_by=("projects", "maturation"),
    ),
    Indicator(
        name="vp_led_projects_new",
        unit="projects",
        zh="科技副总牵头项目",
        meaning="provincial projects led by vice-presidents, begun since the start",
        measure=vp_led_projects_new,
        moved_by=("projects", "talent"),
    ),
    Indicator(
        name="key_technologies_new",
        unit="technologies",
        zh="关键核心技术",
        meaning="technologies of institutes proved since the start",
        measure=key_technologies_new,
        moved_by=("projects",),
    ),
    Indicator(
        name="strategic_products_new",
        unit="products",
        zh="战略性产品",
        meaning="products of institutes with a paying user since the start",
        measure=strategic_products_new,
        moved_by=("projects", "maturation"),
    ),
    Indicator(
        name="provincial_projects_mean",
        unit="projects per institute per year",
        zh="省级以上项目",
        meaning="provincial or higher projects per institute, in four quarters",
        measure=provincial_projects_per_institute_mean,
        moved_by=("projects", "founding"),
    ),
    Indicator(
        name="national_project_coverage_after",
        unit="share",
        zh="国家重大项目",
        meaning="institutes founded from 2019 on that have carried a national project",
        measure=lambda state: national_project_coverage(state, AFTER),
        moved_by=("projects", "founding"),
    ),
)
