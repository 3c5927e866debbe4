"""Platforms: laboratories, centres, stations and facilities, new, at a level, at work."""

import numpy as np

from sim.core.arrays import Rows
from sim.indicators.measure import (
    HOLLOW,
    Indicator,
    at_level,
    at_level_now,
    begun,
    busy,
    ever,
    in_being,
    new,
    new_busy,
)
from sim.inputs.codes import KIND_CODE, KIND_NAMES, LEVEL_CODE
from sim.state.columns import BUILDING
from sim.state.platforms import hollow
from sim.state.state import State

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
    return state.number(rows)


def platforms_new(state: State) -> float:
    """Return new platforms of all kinds, each level reached counted again."""
    return sum(new(kind, level)(state) for kind, level in PLATFORMS_OF_JIANGYIN)


def platforms_new_once(state: State) -> float:
    """Return the platforms among them, each counted once."""
    table = state.organisations
    new = state.of_kinds(*dict(PLATFORMS_OF_JIANGYIN)) & (table.status != BUILDING)
    new &= table.opens >= state.start
    return state.number(new)


def platforms_new_busy(state: State) -> float:
    """Return the platforms among them, each counted once, that are not hollow."""
    return sum(new_busy(kind)(state) for kind in dict(PLATFORMS_OF_JIANGYIN))


ROWS: tuple[Indicator, ...] = (
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
        name="research_infrastructures",
        unit="facilities",
        zh="科研基础设施",
        meaning="research infrastructures, cumulative",
        measure=ever("research_infrastructure"),
        moved_by=("founding",),
        kinds=("research_infrastructure",),
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
        kinds=tuple(dict(PLATFORMS_OF_JIANGYIN)),
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
        kinds=tuple(dict(PLATFORMS_OF_JIANGYIN)),
    ),
)
