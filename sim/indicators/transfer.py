"""Transfer: services, offices and brokers, matches, and technology contracts."""

import numpy as np

from sim.core.tables import among
from sim.indicators.measure import Indicator, Measure, ever, hosted, in_being, new, new_busy
from sim.inputs.codes import HOSTS, KIND_CODE, LEVEL_CODE
from sim.state.columns import ACTIVE, BUILDING
from sim.state.state import State

HIGH_LEVEL_HOSTS = [HOSTS.index(name) for name in ("university", "institute", "outside")]


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


def brokers_pressed(state: State) -> float:
    """Return certificates that came of effort for a target alone."""
    return float(state.people.pressed.sum())


def brokers(state: State) -> float:
    """Return certified brokers, cumulative."""
    return float(state.people.size)


def active_brokers(state: State) -> float:
    """Return brokers who work."""
    return float(state.people.active.sum())


def brokers_new(state: State) -> float:
    """Return brokers certified since the start."""
    return float((state.people.certified >= state.start).sum())


def active_brokers_new(state: State) -> float:
    """Return brokers certified since the start who work."""
    people = state.people
    return float((people.active & (people.certified >= state.start)).sum())


def technology_matches(state: State) -> float:
    """Return matches over results of institutes since the start, cumulative."""
    return state.totals.institute_matches


def all_matches(state: State) -> float:
    """Return matches over results of institutes and universities since the start."""
    return state.totals.matches


def matches_signed(state: State) -> float:
    """Return contracts over results of institutes since the start: what came of the matches."""
    contracts = state.contracts
    rows = np.flatnonzero(contracts.transfer & (contracts.quarter >= state.start))
    kind = state.organisations.kind[contracts.seller[rows]]
    return float((kind == KIND_CODE["institute"]).sum())


ROWS: tuple[Indicator, ...] = (
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
        pressed=brokers_pressed,
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
        name="contracts",
        unit="contracts a year",
        zh="技术合同登记数",
        meaning="registered technology contracts of four quarters",
        measure=lambda state: state.last_year(lambda flows: flows.contracts),
        real=lambda state: state.last_year(lambda flows: flows.contracts_real),
        activity="signed, registered or not",
        moved_by=("contract", "meeting"),
    ),
    Indicator(
        name="contract_turnover",
        unit="million CNY a year",
        zh="技术合同成交额",
        meaning="value of registered contracts of four quarters",
        measure=lambda state: state.last_year(lambda flows: flows.turnover),
        real=lambda state: state.last_year(lambda flows: flows.turnover_real),
        activity="signed, registered or not",
        moved_by=("contract", "meeting"),
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
        pressed=brokers_pressed,
        moved_by=("services",),
    ),
    Indicator(
        name="technology_matches",
        unit="matches",
        zh="技术成果对接",
        meaning="matches of institutes' results with firms, since the start",
        measure=technology_matches,
        real=matches_signed,
        activity="that were signed",
        moved_by=("meeting", "research"),
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
        pressed=brokers_pressed,
        moved_by=("services",),
    ),
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
        name="technology_matches_all",
        unit="matches",
        zh="技术成果对接",
        meaning="matches of institutes' and universities' results with firms",
        measure=all_matches,
        moved_by=("meeting", "research"),
    ),
    Indicator(
        name="technology_matches_signed",
        unit="matches",
        zh="技术成果对接",
        meaning="signed matches of institutes' results with firms, since the start",
        measure=matches_signed,
        moved_by=("contract", "meeting"),
    ),
)
