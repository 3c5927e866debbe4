import copy

import pytest

from sim.core.errors import ConfigError
from sim.inputs.city import FIGURES, City
from sim.inputs.city_file import load_city
from sim.inputs.kinds import KINDS
from sim.inputs.reading import read_tree

CITY = read_tree("city", "weihai")


@pytest.fixture(scope="module")
def weihai() -> City:
    return load_city("weihai", "here")


@pytest.fixture
def tree() -> dict:
    return copy.deepcopy(CITY)


def refused(tree: object) -> str:
    with pytest.raises(ConfigError) as error:
        load_city(tree, "my.yaml: plan.city")
    return str(error.value)


# Weihai


def test_weihai_has_four_counties_and_seven_clusters(weihai):
    assert [district.zh for district in weihai.districts.values()] == [
        "环翠区",
        "文登区",
        "荣成市",
        "乳山市",
    ]
    assert len(weihai.clusters) == 7
    assert all(cluster.zh and cluster.fields for cluster in weihai.clusters)


def test_every_kind_of_platform_has_its_starting_stock(weihai):
    assert set(weihai.figures) == set(FIGURES)
    assert {kind.stock for kind in KINDS.values()} <= set(weihai.figures)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gdp", 348010),
        ("population", 2825600),
        ("general_budget", 35956),
        ("above_scale_firms", 1860),
        ("above_scale_revenue", 700340),
        ("high_tech_output_share", 0.411),
        ("technology_innovation_centres_provincial", 2),
        ("clinical_research_centres", 0),
    ],
)
def test_a_published_figure_is_known_and_never_drawn(weihai, name, value):
    figure = weihai.figures[name]
    assert figure.quantity.status == "cited"
    assert [figure.quantity.at(share) for share in (0, 0.5, 1)] == [value] * 3
    assert figure.year in (2017, 2018)


def test_what_nobody_published_is_a_range_around_an_assumption(weihai):
    for figure in weihai.figures.values():
        if figure.quantity.spread != "fixed":
            assert figure.quantity.status == "assumed"
            assert figure.quantity.low < figure.quantity.high


def test_provincial_centres_are_never_more_than_all_centres(weihai):
    all_of_them = weihai.figures["technology_innovation_centres"].quantity
    assert (
        all_of_them.low >= weihai.figures["technology_innovation_centres_provincial"].quantity.high
    )
    registering = weihai.figures["registration_services"].quantity
    assert registering.high <= weihai.figures["transfer_services"].quantity.low


def test_the_background_is_controlled_by_higher_governments(weihai):
    assert {rule.controller for rule in weihai.background} == {"nation", "province"}
    modelled = {rule.id for rule in weihai.background if rule.modelled}
    assert modelled == {
        "high_tech_income_tax",
        "high_tech_first_recognition",
        "earlier_carrier_practice",
        "voucher_province",
    }
    assert all(rule.reason for rule in weihai.background if not rule.modelled)


def test_a_block_is_read_like_a_file(tree, weihai):
    assert load_city(tree, "here") == weihai


def test_a_known_figure_may_take_the_place_of_a_range(tree):
    tree["figures"]["brokers"] = {
        "value": 120,
        "unit": "persons",
        "status": "cited",
        "source": "own count",
    }
    figure = load_city(tree, "here").figures["brokers"]
    assert figure.quantity.at(0.9) == 120
    assert figure.year is None


# What is refused, and how


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["nam"], "x", ["my.yaml: plan.city: no key 'nam'", "mean 'name'?"]),
        (["name"], None, ["'name' is missing"]),
        (["districts", "rushan", "share"], 0.2, ["districts: the shares sum to 1.07"]),
        (["districts", "rushan", "share"], 1.2, ["rushan.share", "from 0 to 1"]),
        (["districts", "rushan", "fields"], [1], ["districts.rushan: no key 'fields'"]),
        (["clusters", "composites", "share"], 0.0, ["clusters: the shares sum to 0.92"]),
        (["clusters", "composites", "fields"], [], ["composites.fields: a list of WIPO"]),
        (["clusters", "composites", "fields"], 12, ["a list of WIPO", "the number 12"]),
        (["clusters", "composites", "fields"], [36], ["from 1 to 35, not 36"]),
        (["clusters", "composites", "fields"], [True], ["from 1 to 35, not True"]),
        (["clusters", "composites", "fields"], ["12"], ["from 1 to 35, not '12'"]),
        (["figures"], [], ["figures: a mapping", "a list"]),
        (["figures", "broker"], {}, ["no key 'broker'", "mean 'brokers'?"]),
        (["figures", "brokers"], None, ["'brokers' is missing (1 in all)"]),
        (["figures", "brokers"], 80, ["figures.brokers: a mapping", "the number 80"]),
        (["figures", "brokers", "low"], 90, ["figures.brokers", "outside [90.0, 250.0]"]),
        (["figures", "brokers", "low"], 0, ["figures.brokers", "starts above 0"]),
        (["figures", "brokers", "value"], 80, ["give a value, or a range with 'default'"]),
        (["figures", "brokers", "unit"], "10k persons", ["is 'persons', not '10k persons'"]),
        (["figures", "brokers", "source"], None, ["'source' is missing"]),
        (["figures", "gdp", "value"], "348010", ["gdp.default", "the text '348010'"]),
        (["figures", "gdp", "year"], "2017", ["gdp.year: a year", "the text '2017'"]),
        (["figures", "gdp", "year"], True, ["gdp.year: a year"]),
        (["figures", "science_share", "high"], 1.5, ["science_share.high", "from 0 to 1"]),
        (["background", "voucher_province", "effect"], None, ["needs an effect range"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(tree, path, value, words):
    inner = tree
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    message = refused(tree)
    assert message.startswith("my.yaml: plan.city")
    for word in words:
        assert word in message


def test_an_unknown_city_lists_those_that_are_known():
    assert "known: changzhou, jiangyin, " in refused("weihei")
    assert "Did you mean 'weihai'?" in refused("weihei")
