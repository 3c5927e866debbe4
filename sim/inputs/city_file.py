"""A city read from its file, or from a block in the same form, and checked."""

import math
from collections.abc import Mapping
from typing import Any

from sim.core.errors import ConfigError
from sim.inputs.city import FIGURES, WIPO_FIELDS, City, Cluster, District, Figure
from sim.inputs.instrument_file import instrument_from
from sim.inputs.numbers import quantity_from
from sim.inputs.reading import Entry, as_name, read_tree


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
    numbers = cluster.value("fields")
    if not isinstance(numbers, list) or not numbers:
        raise cluster.wrong("fields", "a list of WIPO fields, such as [12, 13], is needed")
    for number in numbers:
        if type(number) is not int or not 1 <= number <= WIPO_FIELDS:
            raise ConfigError(
                f"{cluster.where}.fields: a WIPO field is a whole number from 1 to "
                f"{WIPO_FIELDS}, not {number!r}"
            )
    return tuple(numbers)


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
