"""Institutes: new research and development organisations, by parent and industry."""

from sim.core.tables import among
from sim.indicators.measure import Indicator, busy, ever, hosted, in_being, new, new_busy
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES, LEVEL_CODE
from sim.state.columns import BUILDING
from sim.state.state import State


def design_institutes_new(state: State) -> float:
    """Return institutes of design opened since the start."""
    table = state.organisations
    rows = (table.kind == KIND_CODE["institute"]) & table.design & (table.status != BUILDING)
    return state.number(rows & (table.opens >= state.start))


def design_plaques(state: State) -> float:
    """Return those of them that came of effort for a target alone."""
    table = state.organisations
    rows = state.platforms("institute")
    rows = rows[table.pressed[rows] & table.design[rows] & (table.opens[rows] >= state.start)]
    return state.number(rows)


def cluster_coverage(state: State) -> float:
    """Return the share of clusters with an institute in operation."""
    cluster = state.organisations.cluster[state.platforms("institute")]
    return float(among(len(state.city.clusters), cluster).mean())


def national_platforms(state: State) -> float:
    """Return institutes, and platforms that institutes host, that ever reached national level."""
    table = state.organisations
    theirs = (table.host_class == HOSTS.index("institute")) | (table.kind == KIND_CODE["institute"])
    national = (table.kind < len(KIND_NAMES)) & (table.level >= LEVEL_CODE["national"])
    return state.number(theirs & national & (table.status != BUILDING))


ROWS: tuple[Indicator, ...] = (
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
        name="national_platforms",
        unit="platforms",
        zh="国家级创新平台",
        meaning="platforms of institutes, and institutes, that reached national level",
        measure=national_platforms,
        moved_by=("founding", "accreditation"),
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
        pressed=design_plaques,
        nominal=design_plaques,
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
        name="cluster_coverage",
        unit="share",
        zh="每个产业集群都有研究院",
        meaning="clusters with an institute in operation",
        measure=cluster_coverage,
        moved_by=("founding", "evaluation"),
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
        name="firm_led_institutes_in_being",
        unit="institutes",
        zh="龙头企业牵头",
        meaning="institutes of leading firms in operation",
        measure=hosted(("institute",), "leading_firm"),
        moved_by=("founding", "evaluation"),
        kinds=("institute",),
        host="leading_firm",
    ),
)
