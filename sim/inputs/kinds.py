"""Platform kinds: one registry, as data. To add a kind, add a row here.

A row says who may found one, at what true cost, how long it is built, how often cities found
one without any plan, which levels it may climb and which processes it lifts. Costs are the whole
cost to the host, not the subsidy: two million CNY are a small share of most of them.
"""

from dataclasses import dataclass

from sim.core.quantity import Quantity

LEVELS = ("county", "municipal", "provincial", "national")
HOSTS = (
    "firm",
    "leading_firm",
    "university",
    "institute",
    "hospital",
    "public_body",
    "carrier",
    "outside",
    "consultancy",
)


NONE = Quantity(
    default=0,
    unit="none",
    low=0,
    high=0,
    status="assumed",
    source="the kind has none",
    spread="fixed",
)


ONE = Quantity(
    default=1,
    unit="ratio of a firm's suitability to a body's",
    low=1,
    high=1,
    status="assumed",
    source="a firm is as likely a host as a body",
    spread="fixed",
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One platform kind.

    Attributes:
        name: Its name in plans and tables.
        zh: The documents' term.
        hosts: Classes of founders, a subset of ``HOSTS``.
        levels: Levels it may have, lowest first.
        functions: What it does: which processes it lifts.
        found_cost: True cost of founding one, to the host.
        run_cost: True cost of running one for a year.
        building: Quarters from the decision to the opening.
        rate: Foundings a year, per unit in being at the start; where a city starts with none,
            per eligible host.
        per_host: Whether ``rate`` is per eligible host.
        stock: Name of the city figure that holds the starting stock.
        seats: Seats for firms.
        researchers: Researchers who find results that can be sold.
        plaque: Share of foundings that are a name on a unit that works already.
        firm_weight: How likely a firm is to found one, beside a body of science or government.
        legal_person: Whether it is usually a body of its own that pays income tax.
        joint: Whether it needs a partner from science who agrees.
    """

    name: str
    zh: str
    hosts: tuple[str, ...]
    levels: tuple[str, ...]
    functions: tuple[str, ...]
    found_cost: Quantity
    run_cost: Quantity
    building: Quantity
    rate: Quantity
    stock: str
    seats: Quantity = NONE
    researchers: Quantity = NONE
    plaque: Quantity = NONE
    firm_weight: Quantity = ONE
    per_host: bool = False
    legal_person: bool = False
    joint: bool = False


def _cost(default: float, low: float, high: float, source: str, unit: str) -> Quantity:
    return Quantity(
        default=default,
        unit=unit,
        low=low,
        high=high,
        status="assumed",
        source=source,
        spread="log-uniform",
    )


def _found(default: float, low: float, high: float, source: str) -> Quantity:
    return _cost(default, low, high, source, "million CNY per founding")


def _run(default: float, low: float, high: float, source: str) -> Quantity:
    return _cost(default, low, high, source, "million CNY a year")


def _building(default: float, low: float, high: float, source: str) -> Quantity:
    return Quantity(
        default=default, unit="quarters", low=low, high=high, status="assumed", source=source
    )


def _rate(
    default: float, low: float, high: float, status: str, source: str, unit: str = ""
) -> Quantity:
    return Quantity(
        default=default,
        unit=unit or "foundings a year per unit in being at the start",
        low=low,
        high=high,
        status=status,
        source=source,
        spread="log-uniform",
    )


def _number(default: float, low: float, high: float, unit: str, source: str) -> Quantity:
    return Quantity(default=default, unit=unit, low=low, high=high, status="assumed", source=source)


_MOSTLY_PLAQUES = _number(
    0.7, 0.4, 0.9, "share of foundings", "most centres are named within a firm's R&D; judged"
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="technology_innovation_centre",
            zh="技术创新中心",
            hosts=("leading_firm", "university", "institute"),
            levels=("municipal", "provincial", "national"),
            functions=("research", "transfer"),
            found_cost=_found(
                20, 8, 60, "between a municipal centre and Jiangsu's 30 M CNY minimum (2025)"
            ),
            run_cost=_run(6, 2, 19, "Changzhou 2022: 19 M CNY a year per municipal centre, upper"),
            building=_building(3, 1, 6, "trial preparation (试点筹建), judged"),
            rate=_rate(0.20, 0.05, 0.35, "cited", "Shandong 2022: 25 on 106, then 5 on 131"),
            plaque=_MOSTLY_PLAQUES,
            stock="technology_innovation_centres",
        ),
        Kind(
            name="key_laboratory",
            zh="重点实验室",
            hosts=("leading_firm", "university", "institute", "hospital"),
            levels=("municipal", "provincial", "national"),
            functions=("research",),
            found_cost=_found(15, 5, 40, "Jiangsu 2016: 36 M CNY per provincial laboratory, upper"),
            run_cost=_run(4, 1.5, 12, "15-16 M CNY a year in all for a province-ministry one"),
            building=_building(3, 1, 6, "judged"),
            rate=_rate(0.08, 0.03, 0.15, "assumed", "Ningbo 2021: 3 provincial a year; judged"),
            plaque=_MOSTLY_PLAQUES,
            stock="key_laboratories",
        ),
        Kind(
            name="engineering_research_centre",
            zh="工程(技术)研究中心",
            hosts=("firm", "leading_firm", "university", "institute"),
            levels=("county", "municipal", "provincial", "national"),
            functions=("research",),
            found_cost=_found(8, 2, 20, "Changzhou 2022: 3077 m2 and 31 staff per municipal one"),
            run_cost=_run(4, 1.5, 19, "Changzhou 2022: 19 M CNY R&D a year each, mostly anyway"),
            building=_building(2, 0, 4, "mostly a plaque on a unit that works already"),
            rate=_rate(0.09, 0.05, 0.20, "cited", "Wuxi 2012-21: +91 %; Zhenjiang 2023: 28 on 247"),
            plaque=_MOSTLY_PLAQUES,
            stock="engineering_research_centres",
        ),
        Kind(
            name="enterprise_technology_centre",
            zh="企业技术中心",
            hosts=("firm", "leading_firm"),
            levels=("municipal", "provincial", "national"),
            functions=("research",),
            found_cost=_found(5, 1.5, 15, "a firm's own unit, below an engineering centre; judged"),
            run_cost=_run(3, 1, 10, "judged"),
            building=_building(2, 0, 4, "mostly a plaque on a unit that works already"),
            rate=_rate(0.12, 0.05, 0.20, "cited", "Zhenjiang 2022: 20 new provincial on 125"),
            plaque=_MOSTLY_PLAQUES,
            stock="enterprise_technology_centres",
        ),
        Kind(
            name="institute",
            zh="新型研发机构、产业技术研究院",
            hosts=("leading_firm", "university", "public_body", "outside"),
            levels=("municipal", "provincial", "national"),
            functions=("research", "transfer", "incubation"),
            found_cost=_found(80, 50, 200, "docs/odd.md: a 50-200 M CNY institute"),
            run_cost=_run(14, 4, 20, "JITRI 2018: about 14 M CNY a year and institute"),
            building=_building(5, 2, 8, "judged"),
            rate=_rate(
                0.07,
                0.04,
                0.12,
                "cited",
                "Torch 2022: the stock grew 12.71 % in all, half from within",
            ),
            researchers=_number(40, 15, 60, "persons", "92 staff, 65 % R&D (Torch 2021), upper"),
            firm_weight=Quantity(
                default=0.03,
                unit="ratio of a firm's suitability to a body's",
                low=0.01,
                high=0.10,
                status="assumed",
                source="a fifth to a third of institutes are led by firms, of hundreds of firms",
                spread="log-uniform",
            ),
            stock="institutes",
            legal_person=True,
        ),
        Kind(
            name="academician_station",
            zh="院士(专家)工作站",
            hosts=("firm", "leading_firm", "hospital"),
            levels=("municipal", "provincial"),
            functions=("research", "talent"),
            found_cost=_found(2, 0.5, 5, "Hangzhou Binjiang 2021: grants of 0.5-2 M CNY"),
            run_cost=_run(0.8, 0.3, 2, "1.8 projects per station in ten years (Yangzhou); judged"),
            building=_building(2, 1, 4, "judged"),
            rate=_rate(0.12, 0.05, 0.20, "cited", "Yangzhou 2017: 77 in ten years, 10 new at once"),
            stock="academician_stations",
        ),
        Kind(
            name="clinical_research_centre",
            zh="临床医学研究中心",
            hosts=("hospital",),
            levels=("municipal", "provincial", "national"),
            functions=("research",),
            found_cost=_found(6, 2, 15, "judged from rewards of 1-3 M CNY (Zhengzhou 2023: 3 M)"),
            run_cost=_run(2, 0.8, 5, "judged"),
            building=_building(2, 1, 4, "judged"),
            rate=_rate(
                0.15,
                0.05,
                0.40,
                "assumed",
                "the text starts the work (启动组建), so none exist; wide",
                "foundings a year per eligible host",
            ),
            per_host=True,
            stock="clinical_research_centres",
        ),
        Kind(
            name="public_service_platform",
            zh="公共创新服务平台",
            hosts=("public_body", "university", "institute"),
            levels=("municipal", "provincial", "national"),
            functions=("service",),
            found_cost=_found(25, 8, 60, "five joint platforms in Changzhou 2010: 9.6 M each"),
            run_cost=_run(5, 2, 12, "judged"),
            building=_building(4, 2, 6, "judged"),
            rate=_rate(0.08, 0.03, 0.15, "assumed", "Wuxi: 26 provincial ones in some ten years"),
            stock="public_service_platforms",
            legal_person=True,
        ),
        Kind(
            name="overseas_rd_centre",
            zh="海外研发机构",
            hosts=("leading_firm",),
            levels=("municipal",),
            functions=("research",),
            found_cost=_found(15, 5, 50, "a small laboratory abroad; judged"),
            run_cost=_run(5, 2, 15, "judged"),
            building=_building(3, 1, 6, "judged"),
            rate=_rate(
                0.005,
                0.001,
                0.02,
                "assumed",
                "no count found; a few firms of a city go abroad; wide",
                "foundings a year per eligible host",
            ),
            per_host=True,
            stock="overseas_rd_centres",
        ),
        Kind(
            name="transfer_service",
            zh="技术转移服务机构",
            hosts=(
                "university",
                "institute",
                "hospital",
                "public_body",
                "carrier",
                "outside",
                "consultancy",
            ),
            levels=("municipal", "provincial", "national"),
            functions=("transfer",),
            found_cost=_found(0.8, 0.3, 2, "Xiamen 2022: 1 M CNY for the opening year"),
            run_cost=_run(0.6, 0.3, 1.2, "three to six staff; Xiamen 2022 pays 1 M CNY a year"),
            building=_building(1, 0, 3, "judged"),
            rate=_rate(0.08, 0.03, 0.20, "assumed", "branches of outside bodies; no count found"),
            plaque=_number(
                0.6, 0.3, 0.9, "share of foundings", "a body that exists takes the name"
            ),
            stock="transfer_services",
            legal_person=True,
        ),
        Kind(
            name="ip_service",
            zh="知识产权服务机构",
            hosts=("public_body", "outside", "university", "institute"),
            levels=("municipal", "provincial", "national"),
            functions=("service",),
            found_cost=_found(0.6, 0.2, 1.5, "a small office; judged"),
            run_cost=_run(0.8, 0.4, 1.6, "five to eight staff; judged"),
            building=_building(1, 0, 2, "judged"),
            rate=_rate(0.05, 0.02, 0.15, "assumed", "branches of outside offices; no count found"),
            stock="ip_services",
            legal_person=True,
        ),
        Kind(
            name="makerspace",
            zh="众创空间",
            hosts=("leading_firm", "university", "public_body", "institute"),
            levels=("municipal", "provincial", "national"),
            functions=("incubation",),
            found_cost=_found(2, 0.5, 6, "500-1000 m2 rented and fitted; Wuhan pays 0.5-1 M CNY"),
            run_cost=_run(1, 0.4, 3, "3 staff, 20 events; judged"),
            building=_building(1, 0, 3, "judged"),
            rate=_rate(0.14, 0.10, 0.22, "cited", "Torch: 4298, 5739, 6959 in 2016-18; slowing"),
            seats=_number(12, 5, 25, "firms", "30 seats and more, mostly for teams; judged"),
            stock="makerspaces",
            legal_person=True,
        ),
        Kind(
            name="incubator",
            zh="科技企业孵化器",
            hosts=("leading_firm", "university", "public_body", "institute"),
            levels=("municipal", "provincial", "national"),
            functions=("incubation",),
            found_cost=_found(25, 8, 80, "5000 m2 at 3850-6800 CNY; conversions cost a third"),
            run_cost=_run(3, 1, 6, "operators' income 5.5 M CNY a year [I17]"),
            building=_building(3, 1, 6, "judged"),
            rate=_rate(0.12, 0.08, 0.20, "cited", "Torch: 3255, 4069, 4849 in 2016-18; slowing"),
            seats=_number(54, 40, 75, "firms", "43 tenants each (Torch 2017) at four fifths full"),
            stock="incubators",
            legal_person=True,
        ),
        Kind(
            name="accelerator",
            zh="加速器",
            hosts=("leading_firm", "university", "public_body"),
            levels=("municipal", "provincial", "national"),
            functions=("incubation",),
            found_cost=_found(60, 20, 150, "10 000-20 000 m2 at 3850-6800 CNY"),
            run_cost=_run(5, 2, 10, "judged"),
            building=_building(5, 3, 8, "judged"),
            rate=_rate(0.08, 0.03, 0.15, "assumed", "no count found; wide"),
            seats=_number(30, 15, 60, "firms", "larger rooms, fewer firms; judged"),
            stock="accelerators",
            legal_person=True,
        ),
        Kind(
            name="rural_makerspace",
            zh="星创天地",
            hosts=("public_body", "firm", "university"),
            levels=("municipal", "provincial", "national"),
            functions=("incubation",),
            found_cost=_found(2, 0.5, 5, "as a makerspace"),
            run_cost=_run(0.6, 0.2, 1.5, "judged"),
            building=_building(1, 0, 3, "judged"),
            rate=_rate(0.10, 0.03, 0.20, "assumed", "as makerspaces, slower; no count found"),
            seats=_number(8, 4, 15, "firms", "judged"),
            stock="rural_makerspaces",
        ),
        Kind(
            name="science_park",
            zh="科技园区(基地)、创新型园区",
            hosts=("public_body", "university"),
            levels=("municipal", "provincial", "national"),
            functions=("incubation", "service"),
            found_cost=_found(500, 150, 1500, "parks of 60 000-280 000 m2 cost 250-1500 M CNY"),
            run_cost=_run(15, 5, 40, "judged"),
            building=_building(8, 6, 10, "docs/odd.md: parks take 6-10 quarters"),
            rate=_rate(0.05, 0.02, 0.10, "assumed", "no count found; wide"),
            stock="science_parks",
            legal_person=True,
        ),
        Kind(
            name="joint_rd_unit",
            zh="校企共建研发机构",
            hosts=("firm", "leading_firm", "university", "institute"),
            levels=("municipal", "provincial"),
            functions=("research",),
            found_cost=_found(
                3, 1, 10, "below an engineering centre; a joint project costs 0.18-0.23 M; judged"
            ),
            run_cost=_run(
                1.5, 0.4, 4, "some eight joint projects of 0.18 M CNY (Jiangyin 2019); judged"
            ),
            building=_building(1, 0, 3, "mostly a plaque on a unit that works already"),
            rate=_rate(
                0.10, 0.04, 0.25, "assumed", "as engineering centres: Zhenjiang 2023: 28 on 247"
            ),
            plaque=_MOSTLY_PLAQUES,
            joint=True,
            stock="joint_rd_units",
        ),
        Kind(
            name="enterprise_joint_innovation_centre",
            zh="企业联合创新中心",
            hosts=("firm", "leading_firm"),
            levels=("provincial",),
            functions=("research",),
            found_cost=_found(
                5, 1.5, 15, "as a firm's technology centre; Haimen 2022 rewards one with 0.5 M CNY"
            ),
            run_cost=_run(3, 1, 8, "as a firm's technology centre; judged"),
            building=_building(1, 0, 3, "judged"),
            rate=_rate(
                0.25,
                0.10,
                0.60,
                "assumed",
                "some five years old in 2022: at a steady pace a fifth of its stock a year, more "
                "where it grows, as young programmes do; wide",
            ),
            plaque=_MOSTLY_PLAQUES,
            joint=True,
            stock="enterprise_joint_innovation_centres",
        ),
        Kind(
            name="technology_transfer_office",
            zh="技术转移办公室",
            hosts=("university", "institute"),
            levels=("municipal",),
            functions=("transfer",),
            found_cost=_found(0.5, 0.2, 1.5, "an office in a house that exists; Xiamen 2022: 1 M"),
            run_cost=_run(0.6, 0.3, 1.6, "two to six staff; as a transfer service"),
            building=_building(1, 0, 3, "judged"),
            rate=_rate(
                0.03,
                0.01,
                0.10,
                "assumed",
                "a host opens one in ten to a hundred years; no count found; wide",
                "foundings a year per eligible host",
            ),
            plaque=_number(
                0.6, 0.3, 0.9, "share of foundings", "an office that exists takes the name"
            ),
            per_host=True,
            stock="technology_transfer_offices",
        ),
        Kind(
            name="proof_of_concept_centre",
            zh="概念验证中心",
            hosts=("leading_firm", "university", "institute", "hospital", "public_body"),
            levels=("municipal", "provincial", "national"),
            functions=("transfer",),
            found_cost=_found(
                5, 2, 15, "Shenzhen 2024: up to 5 M CNY for two years' own spend on validation"
            ),
            run_cost=_run(2.5, 1, 6, "Shenzhen 2024: 5 M CNY in two years; half of it from firms"),
            building=_building(2, 0, 4, "judged"),
            rate=_rate(
                0.004,
                0.0005,
                0.02,
                "assumed",
                "China 2024: over 30 in all; Chengdu 2024: 29, pilot platforms included; wide",
                "foundings a year per eligible host",
            ),
            per_host=True,
            stock="proof_of_concept_centres",
        ),
        Kind(
            name="pilot_platform",
            zh="中试平台(基地)",
            hosts=("leading_firm", "university", "institute", "public_body"),
            levels=("municipal", "provincial", "national"),
            functions=("service", "transfer"),
            found_cost=_found(
                50, 15, 200, "Beijing 2026: 25-35 % of the investment, up to 50-100 M CNY"
            ),
            run_cost=_run(8, 3, 25, "Xiamen 2024: up to 20 M CNY in all; judged"),
            building=_building(4, 2, 8, "between an incubator and a park; judged"),
            rate=_rate(
                0.10, 0.03, 0.25, "assumed", "China 2025: 2400; Chengdu 2023-24: 40, then 29; wide"
            ),
            stock="pilot_platforms",
        ),
        Kind(
            name="research_infrastructure",
            zh="重大科研基础设施",
            hosts=("public_body", "university", "institute"),
            levels=("municipal", "provincial", "national"),
            functions=("research", "service"),
            found_cost=_found(
                500, 100, 1700, "Ningbo 2025: 500 M CNY and more; Hefei 2014: 1700 M for a phase"
            ),
            run_cost=_run(25, 8, 80, "a twentieth of the building cost; judged"),
            building=_building(8, 6, 10, "as a park: model design 4"),
            rate=_rate(
                0.003,
                0.0005,
                0.01,
                "assumed",
                "a large city builds one in some ten years; no count found; wide",
                "foundings a year per eligible host",
            ),
            per_host=True,
            stock="research_infrastructures",
        ),
        Kind(
            name="yongjiang_laboratory",
            zh="甬江实验室",
            hosts=("institute",),
            levels=("municipal", "provincial"),
            functions=("research",),
            found_cost=_found(
                60,
                15,
                500,
                "mostly a label on an institute; Ningbo 2025: 500 M CNY for a provincial",
            ),
            run_cost=_run(15, 4, 60, "province-ministry laboratories cost 15-16 M CNY a year"),
            building=_building(3, 1, 6, "as a key laboratory; judged"),
            rate=_rate(0.20, 0.05, 0.60, "assumed", "a programme of one city, just begun; wide"),
            plaque=_MOSTLY_PLAQUES,
            stock="yongjiang_laboratories",
        ),
    )
}

KIND_NAMES: tuple[str, ...] = tuple(KINDS)
KIND_CODE: dict[str, int] = {name: code for code, name in enumerate(KIND_NAMES)}
LEVEL_CODE: dict[str, int] = {name: code for code, name in enumerate(LEVELS)}
