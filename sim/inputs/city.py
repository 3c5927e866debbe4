"""A city as data: its districts, clusters, starting figures and the rules that stand anyway."""

from dataclasses import dataclass, field, fields
from typing import Any

from sim.core.quantity import Quantity
from sim.inputs.instrument import Instrument

WIPO_FIELDS = 35


def _figure_in(unit: str) -> Any:
    return field(metadata={"unit": unit})


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Every figure that a city needs, with its unit; here those of one replicate's city."""

    gdp: float = _figure_in("million CNY")
    gdp_growth: float = _figure_in("share a year")
    population: float = _figure_in("persons")
    employed: float = _figure_in("persons")
    general_budget: float = _figure_in("million CNY a year")
    science_share: float = _figure_in("share of the general budget")
    platform_fund_share: float = _figure_in("share of the science money")
    above_scale_firms: float = _figure_in("firms")
    above_scale_revenue: float = _figure_in("million CNY a year")
    revenue_per_employee: float = _figure_in("million CNY a year")
    rd_firm_share: float = _figure_in("share of above-scale firms")
    rd_expenditure: float = _figure_in("million CNY a year")
    firm_rd_share: float = _figure_in("share of the R&D expenditure")
    rd_expense: float = _figure_in(
        "R&D expense of above-scale firms over the R&D expenditure of all firms"
    )
    rd_staff: float = _figure_in("person-years")
    technology_smes: float = _figure_in("firms")
    startup_entry: float = _figure_in("firms a year")
    high_tech_firms: float = _figure_in("firms")
    high_tech_output_share: float = _figure_in("share of above-scale output")
    valid_patents: float = _figure_in("patents")
    high_value_share: float = _figure_in("share of valid patents")
    universities: float = _figure_in("universities")
    researchers: float = _figure_in("person-years")
    hospitals: float = _figure_in("hospitals")
    public_bodies: float = _figure_in("bodies")
    outside_parents: float = _figure_in("institutions")
    consultancies: float = _figure_in("firms")
    technology_innovation_centres: float = _figure_in("platforms")
    technology_innovation_centres_provincial: float = _figure_in("platforms")
    key_laboratories: float = _figure_in("platforms")
    engineering_research_centres: float = _figure_in("platforms")
    enterprise_technology_centres: float = _figure_in("platforms")
    institutes: float = _figure_in("platforms")
    academician_stations: float = _figure_in("platforms")
    clinical_research_centres: float = _figure_in("platforms")
    public_service_platforms: float = _figure_in("platforms")
    overseas_rd_centres: float = _figure_in("platforms")
    transfer_services: float = _figure_in("platforms")
    registration_services: float = _figure_in("platforms")
    ip_services: float = _figure_in("platforms")
    makerspaces: float = _figure_in("platforms")
    incubators: float = _figure_in("platforms")
    accelerators: float = _figure_in("platforms")
    rural_makerspaces: float = _figure_in("platforms")
    science_parks: float = _figure_in("platforms")
    joint_rd_units: float = _figure_in("platforms")
    enterprise_joint_innovation_centres: float = _figure_in("platforms")
    technology_transfer_offices: float = _figure_in("platforms")
    proof_of_concept_centres: float = _figure_in("platforms")
    pilot_platforms: float = _figure_in("platforms")
    research_infrastructures: float = _figure_in("platforms")
    yongjiang_laboratories: float = _figure_in("platforms")
    provincial_share_of_carriers: float = _figure_in("share of incubators and makerspaces")
    national_share_of_carriers: float = _figure_in("share of incubators and makerspaces")
    carrier_space: float = _figure_in("square metres")
    vacancy: float = _figure_in("share of the carrier space")
    high_tech_parks: float = _figure_in("districts")
    shared_equipment: float = _figure_in("instruments")
    equipment_uses: float = _figure_in("uses a year")
    brokers: float = _figure_in("persons")
    contracts_per_bn_rd: float = _figure_in("contracts a year per billion CNY of R&D")
    contract_mean: float = _figure_in("million CNY")
    joint_projects: float = _figure_in("projects a year")
    key_projects: float = _figure_in("projects a year")
    scenarios: float = _figure_in("scenarios a year")
    fund_capital: float = _figure_in("million CNY")
    skilled_workers: float = _figure_in("persons")
    highly_skilled_share: float = _figure_in("share of skilled workers")
    vice_presidents: float = _figure_in("persons")
    industry_professors: float = _figure_in("persons")
    top_talents: float = _figure_in("persons")
    leading_talents: float = _figure_in("persons a year")
    institute_talents: float = _figure_in("persons or teams")
    graduates: float = _figure_in("persons a year")


# A city's file says the value of each of them, or a range of it.
FIGURES: dict[str, str] = {f.name: f.metadata["unit"] for f in fields(Figures)}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One starting figure.

    Attributes:
        name: One of ``FIGURES``.
        quantity: Its value or range; ``fixed`` where it is known.
        year: The year that it was observed in, where it was.
    """

    name: str
    quantity: Quantity
    year: int | None


@dataclass(frozen=True, kw_only=True)
class District:
    """One district or county.

    Attributes:
        id: Its name in tables.
        zh: Its name.
        share: Its share of the city's firms.
    """

    id: str
    zh: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One industrial cluster.

    Attributes:
        id: Its name in tables.
        zh: Its name.
        fields: Its fields of technology: WIPO's numbers, 1 to 35.
        share: Its share of the city's firms.
    """

    id: str
    zh: str
    fields: tuple[int, ...]
    share: float


@dataclass(frozen=True, kw_only=True)
class City:
    """A city.

    Attributes:
        name: Its name in tables.
        zh: Its name.
        districts: Its districts and counties by id.
        clusters: Its industrial clusters.
        figures: Its starting figures by name.
        background: National, provincial and earlier rules, in force under every mix.
    """

    name: str
    zh: str
    districts: dict[str, District]
    clusters: tuple[Cluster, ...]
    figures: dict[str, Figure]
    background: tuple[Instrument, ...]
