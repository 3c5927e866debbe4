"""A city as data: its districts, clusters, starting figures and the rules that stand anyway."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.errors import ConfigError
from sim.core.quantity import Quantity
from sim.inputs.instrument import Instrument, instrument_from
from sim.inputs.reading import Entry, as_name, quantity_from, read_tree

WIPO_FIELDS = 35

# Every figure that a city needs, with its unit. A city says its value, or a range of it.
FIGURES: dict[str, str] = {
    "gdp": "million CNY",
    "gdp_growth": "share a year",
    "population": "persons",
    "employed": "persons",
    "general_budget": "million CNY a year",
    "science_share": "share of the general budget",
    "platform_fund_share": "share of the science money",
    "above_scale_firms": "firms",
    "above_scale_revenue": "million CNY a year",
    "revenue_per_employee": "million CNY a year",
    "rd_firm_share": "share of above-scale firms",
    "rd_expenditure": "million CNY a year",
    "firm_rd_share": "share of the R&D expenditure",
    "rd_staff": "person-years",
    "technology_smes": "firms",
    "startup_entry": "firms a year",
    "high_tech_firms": "firms",
    "high_tech_output_share": "share of above-scale output",
    "valid_patents": "patents",
    "high_value_share": "share of valid patents",
    "universities": "universities",
    "researchers": "person-years",
    "hospitals": "hospitals",
    "public_bodies": "bodies",
    "outside_parents": "institutions",
    "consultancies": "firms",
    "technology_innovation_centres": "platforms",
    "technology_innovation_centres_provincial": "platforms",
    "key_laboratories": "platforms",
    "engineering_research_centres": "platforms",
    "enterprise_technology_centres": "platforms",
    "institutes": "platforms",
    "academician_stations": "platforms",
    "clinical_research_centres": "platforms",
    "public_service_platforms": "platforms",
    "overseas_rd_centres": "platforms",
    "transfer_services": "platforms",
    "registration_services": "platforms",
    "ip_services": "platforms",
    "makerspaces": "platforms",
    "incubators": "platforms",
    "accelerators": "platforms",
    "rural_makerspaces": "platforms",
    "science_parks": "platforms",
    "joint_rd_units": "platforms",
    "enterprise_joint_innovation_centres": "platforms",
    "technology_transfer_offices": "platforms",
    "proof_of_concept_centres": "platforms",
    "pilot_platforms": "platforms",
    "research_infrastructures": "platforms",
    "yongjiang_laboratories": "platforms",
    "provincial_share_of_carriers": "share of incubators and makerspaces",
    "national_share_of_carriers": "share of incubators and makerspaces",
    "carrier_space": "square metres",
    "vacancy": "share of the carrier space",
    "high_tech_parks": "districts",
    "shared_equipment": "instruments",
    "equipment_uses": "uses a year",
    "brokers": "persons",
    "contracts_per_bn_rd": "contracts a year per billion CNY of R&D",
    "contract_mean": "million CNY",
    "joint_projects": "projects a year",
    "key_projects": "projects a year",
    "scenarios": "scenarios a year",
    "fund_capital": "million CNY",
    "skilled_workers": "persons",
    "highly_skilled_share": "share of skilled workers",
    "vice_presidents": "persons",
    "industry_professors": "persons",
    "top_talents": "persons",
    "leading_talents": "persons a year",
    "institute_talents": "persons or teams",
    "graduates": "persons a year",
}


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


def load_city(name_or_tree: str | Mapping[str, Any], where: str) -> City:
    """Return a city by the name of its file, or from a block in the same form.

    Raises:
        ConfigError: If there is no such city, or anything in it is wrong.
    """
    if isinstance(name_or_tree, str):
        where, tree = f"city {name_or_tree}", read_tree("city", name_or_tree)
    else:
        tree = dict(name_or_tree)
    entry = Entry(tree, where, ("name", "zh", "districts", "clusters", "figures", "background"))
    return City(
        name=as_name(entry.text("name"), where),
        zh=entry.text("zh", ""),
        districts={district.id: district for district in _districts(entry)},
        clusters=_clusters(entry),
        figures=_figures(entry),
        background=tuple(
            instrument_from(name, tree, place) for name, tree, place in entry.entries("background")
        ),
    )


def _districts(city: Entry) -> tuple[District, ...]:
    found = []
    for name, tree, where in city.entries("districts"):
        entry = Entry(tree, where, ("zh", "share"))
        found.append(
            District(id=name, zh=entry.text("zh", ""), share=entry.amount("share", "share"))
        )
    _check_sum([district.share for district in found], f"{city.where}: districts")
    return tuple(found)


def _clusters(city: Entry) -> tuple[Cluster, ...]:
    found = []
    for name, tree, where in city.entries("clusters"):
        entry = Entry(tree, where, ("zh", "fields", "share"))
        found.append(
            Cluster(
                id=name,
                zh=entry.text("zh", ""),
                fields=_fields(entry),
                share=entry.amount("share", "share"),
            )
        )
    _check_sum([cluster.share for cluster in found], f"{city.where}: clusters")
    return tuple(found)


def _fields(cluster: Entry) -> tuple[int, ...]:
    fields = cluster.value("fields")
    if not isinstance(fields, list) or not fields:
        raise cluster.wrong("fields", "a list of WIPO fields, such as [12, 13], is needed")
    for field in fields:
        if type(field) is not int or not 1 <= field <= WIPO_FIELDS:
            raise ConfigError(
                f"{cluster.where}.fields: a WIPO field is a whole number from 1 to "
                f"{WIPO_FIELDS}, not {field!r}"
            )
    return tuple(fields)


def _check_sum(shares: list[float], where: str) -> None:
    if not math.isclose(sum(shares), 1.0, abs_tol=1e-6):
        raise ConfigError(f"{where}: the shares sum to {sum(shares):g}; they must sum to 1")


def _figures(city: Entry) -> dict[str, Figure]:
    tree = Entry(city.value("figures"), f"{city.where}: figures", FIGURES)
    missing = [name for name in FIGURES if not tree.has(name)]
    if missing:
        raise ConfigError(f"{tree.where}: '{missing[0]}' is missing ({len(missing)} in all)")
    return {name: _figure(name, tree.tree[name], f"{tree.where}.{name}") for name in FIGURES}


def _figure(name: str, tree: object, where: str) -> Figure:
    entry = Entry(
        tree,
        where,
        ("value", "default", "low", "high", "unit", "source", "status", "spread", "year"),
    )
    plain = {key: value for key, value in entry.tree.items() if key != "year"}
    if entry.has("value"):
        for key in ("default", "low", "high", "spread"):
            if entry.has(key):
                raise ConfigError(f"{where}: give a value, or a range with '{key}', not both")
        value = plain.pop("value")
        plain |= {"default": value, "low": value, "high": value, "spread": "fixed"}
    quantity = quantity_from(plain, where)
    if quantity.unit != FIGURES[name]:
        raise ConfigError(f"{where}: its unit is '{FIGURES[name]}', not '{quantity.unit}'")
    return Figure(name=name, quantity=quantity, year=_year(entry))


def _year(figure: Entry) -> int | None:
    year = figure.tree.get("year")
    if year is not None and type(year) is not int:
        raise figure.wrong("year", "a year such as 2017 is needed")
    return year
