import copy
import dataclasses
import datetime
from pathlib import Path

import pytest
import yaml
from plans import instrument_of, target_of

from sim.core import home
from sim.core.errors import ConfigError
from sim.core.home import configs
from sim.core.quarter import parse
from sim.indicators.table import INDICATORS
from sim.inputs.codes import KIND_NAMES
from sim.inputs.instrument_file import instrument_from
from sim.inputs.levers import LEVERS, TYPES, InstrumentType
from sim.inputs.plan import Plan, Target, check_indicators
from sim.inputs.plan_file import load_plan, plan_from_tree, plan_names, tree_of

TARGETS = (
    "incubators_makerspaces",
    "transfer_services",
    "brokers",
    "ip_services",
    "five_ones_coverage",
    "national_innovation_centres",
    "county_transfer_coverage",
)
INSTRUMENTS = (
    "new_rd_institution_support",
    "innovation_centre_firm",
    "innovation_centre_public",
    "innovation_centre_provincial",
    "innovation_centre_national",
    "clinical_centre_evaluated",
    "clinical_centre_upgraded",
    "incubator_national",
    "makerspace_national",
    "star_makerspace",
    "incubator_provincial_match",
    "technology_service_firm",
    "transfer_demo_national",
    "transfer_demo_provincial",
    "market_award_national",
    "market_award_provincial",
    "innovation_voucher",
    "evaluation",
    "operating_support",
    "new_rd_institution_case_by_case",
    "industrial_institute_support",
    "innovation_centre_resources",
    "selected_platform_grant",
    "academician_station_reward",
    "technology_service_tax",
    "carrier_land",
    "transfer_branches",
    "broker_training_bases",
    "transfer_finance",
    "overseas_rd_centre",
    "ip_service_reward",
    "innovation_park_priority",
    "special_fund_priority",
    "public_platform_funding",
    "platform_projects",
    "platform_reward",
    "platform_capital",
    "talent_priority",
    "platform_tax",
    "external_resources",
    "sharing_reward",
    "equipment_leasing_voucher",
)
AMOUNTS = {
    "new_rd_institution_support": (2.0, "四(一)"),
    "innovation_centre_firm": (2.0, "四(三)"),
    "innovation_centre_public": (3.0, "四(三)"),
    "innovation_centre_provincial": (5.0, "四(三)"),
    "innovation_centre_national": (10.0, "四(三)"),
    "clinical_centre_evaluated": (1.0, "四(四)"),
    "clinical_centre_upgraded": (2.0, "四(四)"),
    "incubator_national": (2.0, "四(六)"),
    "makerspace_national": (2.0, "四(六)"),
    "star_makerspace": (1.0, "四(六)"),
    "incubator_provincial_match": (1.0, "四(六)"),
    "technology_service_firm": (0.2, "四(六)"),
    "transfer_demo_national": (2.0, "四(七)"),
    "transfer_demo_provincial": (1.0, "四(七)"),
    "market_award_national": (0.2, "四(七)"),
    "market_award_provincial": (0.1, "四(七)"),
}
GOALS = {
    "incubators_makerspaces": (50, "stock", "四(六)"),
    "transfer_services": (100, "cumulative", "四(七)"),
    "brokers": (1000, "cumulative", "四(七)"),
    "ip_services": (10, "stock", "四(九)"),
    "five_ones_coverage": (1, "share", "五(一)"),
    "national_innovation_centres": (2, "cumulative", "四(三)"),
    "county_transfer_coverage": (1, "share", "四(七)"),
}
OWN = """
plan:
  name: my_plan
  document: no. 1
  status: draft
  start: 2019Q1
  end: 2020Q4
  city: weihai
targets:
  brokers:
    value: 300
    unit: persons
    measure: cumulative
    by: 2020-12-31
    wording: at_least
    nature: delivered
    clause: "3"
instruments:
  grant:
    type: founding_subsidy
    platform_kind: [incubator, makerspace]
    level: provincial or higher
    recipient: firm
    amount: 2
    unit: million CNY
    strength: amount
    wording: exact
    controller: city
    clause: "4"
  voucher:
    type: voucher
    strength: stated
    wording: unstated
    controller: city
    clause: "5"
    start: 2019Q3
    effect: {default: 0.3, low: 0, high: 0.5, unit: share of the service price,
             status: assumed, source: judged}
"""


@pytest.fixture(scope="module")
def weihai() -> Plan:
    return load_plan("weihai_2018")


@pytest.fixture
def tree() -> dict:
    return yaml.safe_load(OWN)


def refused(tree: dict) -> str:
    with pytest.raises(ConfigError) as error:
        plan_from_tree(tree, "my.yaml")
    return str(error.value)


def put(tree: dict, path: str, value: object) -> dict:
    *outer, last = path.split("/")
    inner = tree
    for key in outer:
        inner = inner[key]
    inner[last] = value
    return tree


def without(tree: dict, path: str) -> dict:
    *outer, last = path.split("/")
    inner = tree
    for key in outer:
        inner = inner[key]
    del inner[last]
    return tree


# Weihai


def test_weihai_is_a_known_plan_for_two_years(weihai):
    assert "weihai_2018" in plan_names()
    assert (weihai.start, weihai.end) == (parse("2019Q1"), parse("2020Q4"))
    assert weihai.document == "威政办字〔2018〕106号"
    assert weihai.city.name == "weihai"


def test_weihai_has_its_targets_and_instruments_in_the_order_of_the_text(weihai):
    assert tuple(target.id for target in weihai.targets) == TARGETS
    assert tuple(instrument.id for instrument in weihai.instruments) == INSTRUMENTS


@pytest.mark.parametrize("name", TARGETS)
def test_a_goal_is_carried_over_as_written(weihai, name):
    target = target_of(weihai, name)
    assert (target.value, target.measure, target.clause) == GOALS[name]
    assert target.date == "2020-12-31"
    assert target.by == parse("2020Q4")
    assert not target.strict
    assert target.date_stated == (name not in TARGETS[4:])
    assert target.indicator == name


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_amount_is_carried_over_as_written(weihai, name):
    instrument = instrument_of(weihai, name)
    amount, clause = AMOUNTS.get(name, (None, instrument.clause))
    assert (instrument.amount, instrument.clause) == (amount, clause)
    assert instrument.strength == ("amount" if name in AMOUNTS else "stated")
    assert instrument.assumed == (0.0 if name in AMOUNTS else 1.0)
    assert instrument.zh
    assert (instrument.start, instrument.end) == (weihai.start, weihai.end)


def test_every_instrument_of_weihai_is_modelled(weihai):
    assert all(i.modelled for i in weihai.instruments)
    assert instrument_of(weihai, "evaluation").waits_for == ""


def test_every_dose_is_in_the_unit_of_its_lever(weihai):
    for instrument in weihai.instruments:
        if instrument.modelled and instrument.effect:
            assert instrument.effect.unit == LEVERS[instrument.lever].unit


def test_national_rules_that_the_plan_restates_may_add_nothing(weihai):
    for name in ("technology_service_tax", "platform_tax"):
        assert instrument_of(weihai, name).payer == "nation"
        assert instrument_of(weihai, name).dose(0.0) == 0.0


@pytest.mark.parametrize(
    ("name", "doses"),
    [
        ("innovation_centre_firm", (2.0, 2.0, 2.0)),
        ("new_rd_institution_support", (1.0, 1.5, 2.0)),
        ("new_rd_institution_case_by_case", (0.5, 10**0.5, 20.0)),
        ("innovation_voucher", (0.0, 0.3, 0.5)),
        ("broker_training_bases", (80, 260, 600)),
        ("platform_projects", (2.0, 8.0, 35.0)),
    ],
)
def test_a_dose_follows_the_wording(weihai, name, doses):
    instrument = instrument_of(weihai, name)
    assert [instrument.dose(share) for share in (0, 0.5, 1)] == pytest.approx(doses)
    assert instrument.has_draw == (doses[0] != doses[2])


def test_about_means_a_tenth_either_way(tree):
    plan = plan_from_tree(put(tree, "instruments/grant/wording", "about"), "my.yaml")
    doses = [plan.instruments[0].dose(share) for share in (0, 0.5, 1)]
    assert doses == pytest.approx([1.8, 2.0, 2.2])


def test_kinds_levels_and_hosts_are_expanded(weihai):
    assert instrument_of(weihai, "evaluation").kinds == KIND_NAMES
    assert instrument_of(weihai, "overseas_rd_centre").kinds == ("overseas_rd_centre",)
    assert instrument_of(weihai, "carrier_land").kinds == ("incubator", "makerspace")
    assert instrument_of(weihai, "innovation_voucher").kinds == ()
    assert instrument_of(weihai, "clinical_centre_upgraded").levels == ("provincial", "national")
    assert instrument_of(weihai, "incubator_national").levels == ("national",)
    assert instrument_of(weihai, "evaluation").levels == ()
    assert instrument_of(weihai, "innovation_centre_firm").hosts == ("firm", "leading_firm")


def test_check_indicators_names_the_target_that_nothing_measures(weihai):
    check_indicators(weihai, INDICATORS)
    known = ["broker", *(name for name in INDICATORS if name != "brokers")]
    with pytest.raises(ConfigError, match=r"targets\.brokers: no indicator.*mean 'broker'"):
        check_indicators(weihai, known)


# Readings of a target


def read(**changes: object) -> Target:
    """Return the first target of the plan of one's own with keys added."""
    tree = yaml.safe_load(OWN)
    tree["targets"]["brokers"] |= changes
    return plan_from_tree(tree, "my.yaml").targets[0]


NEW = {"new": {"indicator": "brokers_new", "measure": "new", "reading": "since the start"}}


def test_a_target_is_read_as_it_stands_until_a_variant_is_chosen():
    plain, own, chosen = read(), read(variants=NEW), read(variants=NEW, variant="new")
    assert (plain.variant, plain.variants) == ("default", ())
    assert dataclasses.replace(own, variants=()) == plain
    assert read(variants=NEW, variant="default") == own
    assert (chosen.indicator, chosen.measure) == ("brokers_new", "new")
    assert (chosen.value, chosen.by, chosen.clause) == (own.value, own.by, own.clause)
    assert chosen.variants == own.variants
    assert [(v.id, v.indicator) for v in own.variants] == [
        ("default", "brokers"),
        ("new", "brokers_new"),
    ]


def test_a_variant_does_not_inherit_the_words_of_another_reading():
    variants = {"exceed": {"strict": True}}
    own = read(reading="all of them", variants=variants)
    assert [v.reading for v in own.variants] == ["all of them", ""]
    chosen = read(reading="all of them", variants=variants, variant="exceed")
    assert not own.strict
    assert chosen.strict


@pytest.mark.parametrize(
    ("variant", "variants", "said"),
    [
        ("nwe", NEW, "my.yaml: targets.brokers: no variant 'nwe'; known: default, new. Did you"),
        ("new", {}, "no variant 'new'; known: default."),
        ("default", {"default": {}}, "variants.default: this is the name of the target's own"),
        ("default", {"new": {"value": 5}}, "variants.new: no key 'value'"),
        ("default", {"new": {"measure": "yearly"}}, "variants.new: no measure 'yearly'"),
        ("default", {"new": 5}, "variants.new: a mapping"),
    ],
)
def test_a_variant_that_cannot_be_is_refused(tree, variant, variants, said):
    tree["targets"]["brokers"] |= {"variant": variant, "variants": variants}
    assert said in refused(tree)


def test_a_variant_that_nothing_measures_is_refused_even_if_it_is_not_chosen(tree):
    put(tree, "targets/brokers/variants", {"new": {"indicator": "brokers_newer"}})
    with pytest.raises(ConfigError, match=r"brokers\.variants\.new: no indicator 'brokers_newer'"):
        check_indicators(plan_from_tree(tree, "my.yaml"), ["brokers"])


def test_a_target_with_a_reason_needs_no_indicator(tree):
    plan = plan_from_tree(put(tree, "targets/brokers/reason", "no mechanism"), "my.yaml")
    check_indicators(plan, [])


# A plan of one's own


def test_a_plan_file_of_ones_own_is_loaded_by_its_path(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text(OWN, encoding="utf-8")
    plan = load_plan(path)
    assert plan == load_plan(str(path))
    assert (plan.name, plan.title) == ("my_plan", "my_plan")
    grant, voucher = plan.instruments
    assert grant.payer == "city"
    assert grant.levels == ("provincial", "national")
    assert (voucher.start, voucher.end) == (parse("2019Q3"), plan.end)
    assert voucher.dose(0.5) == 0.3


def test_a_city_may_stand_in_the_plan_itself(tree):
    city = yaml.safe_load((configs() / "city" / "weihai.yaml").read_text(encoding="utf-8"))
    plan = plan_from_tree(put(tree, "plan/city", city | {"name": "elsewhere"}), "my.yaml")
    assert plan.city.name == "elsewhere"


def test_kinds_may_be_written_with_semicolons(tree):
    plan = plan_from_tree(
        put(tree, "instruments/grant/platform_kind", "incubator;makerspace"), "my.yaml"
    )
    assert plan.instruments[0].platform_kind == ("incubator", "makerspace")


def test_a_date_may_be_a_date_or_a_text(tree):
    assert plan_from_tree(tree, "my.yaml").targets[0].date == "2020-12-31"
    put(tree, "targets/brokers/by", "2020-06-30")
    target = plan_from_tree(tree, "my.yaml").targets[0]
    assert (target.date, target.by) == ("2020-06-30", parse("2020Q2"))


def test_a_goal_is_met_at_its_value_whatever_the_rounding(tree):
    target = plan_from_tree(tree, "my.yaml").targets[0]
    assert target.met(300)
    assert target.met(300 * (1 - 1e-12))
    assert not target.met(299)
    assert not target.met(float("nan"))


def test_a_strict_goal_asks_for_more(tree):
    target = plan_from_tree(put(tree, "targets/brokers/strict", True), "my.yaml").targets[0]
    assert not target.met(300)
    assert not target.met(300 * (1 + 1e-12))
    assert target.met(301)


def test_an_instrument_without_mechanism_gives_its_reason(tree):
    put(tree, "instruments/voucher/effect", None)
    put(tree, "instruments/voucher/reason", "the text says nothing that agents could take up")
    assert not plan_from_tree(tree, "my.yaml").instruments[1].modelled


# What is refused, and how


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("extra", {}, ["my.yaml", "no key 'extra'", "plan, targets"]),
        ("plan/ende", "2020Q4", ["no key 'ende'", "Did you mean 'end'?"]),
        ("plan/start", "2019", ["plan.start", "2019Q1"]),
        ("plan/start", datetime.date(2019, 1, 1), ["plan.start", "2019Q1"]),
        ("plan/end", "2018Q4", ["ends in 2018Q4, before it starts"]),
        ("plan/name", "a/b", ["the name 'a/b' may hold only"]),
        *(
            ("plan/name", name, [f"plan: the name '{name}' would be read back", "give another"])
            for name in ("NA", "None", "nan", "NULL", "2018", "1e5", "True", "inf")
        ),
        ("plan/city", "weihia", ["no city 'weihia'", "Did you mean 'weihai'?"]),
        ("plan/city", 3, ["plan.city: a mapping", "not the number 3"]),
        ("plan", [1], ["plan: a mapping (key: value) is needed, not a list"]),
        ("targets", [1], ["targets: a mapping", "not a list"]),
        ("targets", {}, ["at least one target"]),
        ("targets", {1: {}}, ["a key is a text, not the number 1"]),
        ("targets", {True: {}}, ["a key is a text, not the yes/no value true"]),
        ("targets/brokers", None, ["targets.brokers: a mapping", "not nothing"]),
        ("targets/brokers/valu", 3, ["targets.brokers: no key 'valu'", "mean 'value'?"]),
        ("targets/brokers/value", "300", ["targets.brokers.value", "the text '300'", "no quotes"]),
        ("targets/brokers/value", True, ["brokers.value", "the yes/no value true"]),
        ("targets/brokers/value", float("nan"), ["brokers.value: a finite number"]),
        ("targets/brokers/value", 10**400, ["brokers.value: a finite number"]),
        ("targets/brokers/value", datetime.date(2020, 1, 1), ["the date 2020-01-01"]),
        ("targets/brokers/value", -1, ["brokers.value", "from 0 on", "-1"]),
        ("targets/brokers/unit", 5, ["brokers.unit: a text is needed", "the number 5"]),
        ("targets/brokers/measure", "stok", ["no measure 'stok'", "mean 'stock'?"]),
        ("targets/brokers/measure", "share", ["share from 0 to 1", "the number 300"]),
        ("targets/brokers/wording", "atleast", ["no wording 'atleast'", "mean 'at_least'?"]),
        ("targets/brokers/nature", "quotas", ["no nature 'quotas'", "mean 'quota'?"]),
        ("targets/brokers/count_rule", "x", ["no count_rule 'x'", "accreditations"]),
        ("targets/brokers/strict", "maybe", ["brokers.strict: yes or no", "'maybe'"]),
        ("targets/brokers/by", "31.12.2020", ["brokers.by", "2020-12-31"]),
        ("targets/brokers/by", "2018-12-31", ["date 2018-12-31 lies before", "2019Q1"]),
        ("targets/brokers/clause", "", ["targets.brokers: 'clause' is empty"]),
        ("targets/brokers/clause", " ", ["targets.brokers: 'clause' is empty"]),
        ("targets/brokers/start_stock", "broker", ["no start_stock", "mean 'brokers'?"]),
        ("instruments/grant", 4, ["instruments.grant: a mapping", "the number 4"]),
        ("instruments/bad name", {}, ["the name 'bad name' may hold only"]),
        ("instruments/grant/typ", "x", ["instruments.grant: no key 'typ'", "mean 'type'?"]),
        ("instruments/grant/type", "vouchr", ["no type 'vouchr'", "mean 'voucher'?"]),
        ("instruments/grant/platform_kind", "incubatr", ["incubatr", "mean 'incubator'?"]),
        ("instruments/grant/platform_kind", [1], ["platform_kind: a text", "the number 1"]),
        ("instruments/grant/platform_kind", {"a": 1}, ["platform_kind: a list", "a mapping"]),
        ("instruments/grant/platform_kind", [], ["founding_grant acts through a platform kind"]),
        ("instruments/grant/acts_on", ["institute"], ["acts_on 'institute' is none of"]),
        ("instruments/grant/level", "provinical", ["no level", "mean 'provincial'?"]),
        ("instruments/grant/level", "county", ["kind incubator: no level 'county'", "municipal"]),
        ("instruments/grant/recipient", "firms", ["no recipient 'firms'", "mean 'firm'?"]),
        ("instruments/grant/controller", "town", ["no controller 'town'", "city, county"]),
        ("instruments/grant/payer", "funds", ["no payer 'funds'", "mean 'fund'?"]),
        ("instruments/grant/wording", "exactly", ["no wording", "mean 'exact'?"]),
        ("instruments/grant/wording", "unstated", ["an amount of 2.0 with wording 'unstated'"]),
        ("instruments/grant/strength", "amounts", ["no strength", "mean 'amount'?"]),
        ("instruments/grant/lever", "founding_means", ["no lever", "known: founding_grant"]),
        ("instruments/grant/amount", "2", ["grant.amount", "the text '2'"]),
        ("instruments/grant/amount", True, ["grant.amount", "the yes/no value true"]),
        ("instruments/grant/amount", float("inf"), ["grant.amount: a finite number"]),
        ("instruments/grant/amount", -2, ["grant.amount", "from 0 on", "million CNY"]),
        ("instruments/grant/amount", None, ["strength 'amount'", "need an amount"]),
        ("instruments/grant/unit", "share of the cost", ["share from 0 to 1", "0.05"]),
        ("instruments/grant/unit", "percent", ["'percent' does not fit", "founding_grant"]),
        ("instruments/grant/clause", None, ["instruments.grant: 'clause' is missing"]),
        ("instruments/grant/start", "2018Q4", ["2018Q4 to 2020Q4 leaves the plan's"]),
        ("instruments/grant/end", "2021Q1", ["leaves the plan's, 2019Q1 to 2020Q4"]),
        ("instruments/voucher/end", "2019Q2", ["end 2019Q2 lies before its start 2019Q3"]),
        ("instruments/grant/start", "2019Q5", ["grant.start", "Q1 to Q4"]),
        ("instruments/voucher/effect", None, ["'stated'", "needs an effect range", "reason"]),
        ("instruments/voucher/effect", [0, 1], ["voucher.effect: a mapping", "a list"]),
        ("instruments/voucher/effect/sorce", "x", ["voucher.effect: no key", "mean 'source'?"]),
        ("instruments/voucher/effect/high", 2, ["effect.high", "share from 0 to 1"]),
        ("instruments/voucher/effect/low", -1, ["effect.low", "from 0 on"]),
        ("instruments/voucher/effect/low", 0.4, ["voucher.effect", "outside [0.4, 0.5]"]),
        ("instruments/voucher/effect/status", "guess", ["no status 'guess'", "assumed"]),
        ("instruments/voucher/effect/spread", "unifrm", ["no spread", "mean 'uniform'?"]),
        ("instruments/voucher/effect/unit", "million CNY", ["does not fit", "voucher_share"]),
        ("instruments/voucher/type", "fund", ["does not fit", "transfer_finance"]),
        ("instruments/voucher/lever", "equipment", ["no lever", "mean 'equipment_share'?"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(tree, path, value, words):
    message = refused(put(tree, path, value))
    assert message.startswith(("my.yaml", "no city"))
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    "path",
    [
        "plan",
        "targets",
        "instruments",
        *(f"plan/{key}" for key in ("name", "document", "status", "start", "end", "city")),
        *(
            f"targets/brokers/{key}"
            for key in ("value", "unit", "measure", "by", "wording", "nature", "clause")
        ),
        *(
            f"instruments/voucher/{key}"
            for key in ("type", "strength", "wording", "controller", "clause")
        ),
        *(
            f"instruments/voucher/effect/{key}"
            for key in ("default", "low", "high", "unit", "status", "source")
        ),
    ],
)
def test_a_missing_key_is_named(tree, path):
    assert f"'{path.split('/')[-1]}' is missing" in refused(without(tree, path))


def test_an_amount_and_a_range_contradict_each_other(tree):
    effect = copy.deepcopy(tree["instruments"]["voucher"]["effect"])
    assert "an amount or an effect" in refused(put(tree, "instruments/grant/effect", effect))


def test_an_effect_beside_an_amount_is_what_one_unit_of_it_does(tree):
    tree["instruments"]["offices"] = {
        "type": "capacity_building",
        "lever": "pilot_offices",
        "amount": 40,
        "unit": "offices",
        "strength": "amount",
        "wording": "exact",
        "controller": "city",
        "clause": "6",
        "effect": {
            "default": 0.5,
            "spread": "fixed",
            "unit": "offices a year per office of the plan",
            "status": "cited",
            "source": "spread over two years",
        },
    }
    offices = plan_from_tree(tree, "my.yaml").instruments[2]
    assert [offices.dose(share) for share in (0, 0.5, 1)] == [20.0] * 3
    assert not offices.has_draw
    put(tree, "instruments/offices/effect/unit", "places a year per office of the plan")
    assert "does not fit the lever pilot_offices" in refused(tree)
    put(tree, "instruments/offices/effect/unit", "offices a year")
    assert "'offices a year'" in refused(tree)
    tree["instruments"]["offices"]["effect"] |= {
        "unit": "offices a year per office of the plan",
        "spread": "uniform",
    }
    assert "'low' is missing" in refused(tree)


def test_a_lever_of_a_type_that_waits_is_refused(tree, monkeypatch):
    monkeypatch.setitem(TYPES, "pageant", InstrumentType(levers=(), process="festival"))
    tree["instruments"]["voucher"] |= {"type": "pageant", "effect": None}
    waiting = plan_from_tree(tree, "my.yaml").instruments[1]
    assert (waiting.modelled, waiting.waits_for) == (False, "festival")
    tree["instruments"]["voucher"]["lever"] = "voucher_share"
    assert "waits for the process 'festival'" in refused(tree)


def test_two_levels_are_both_meant(tree):
    plan = plan_from_tree(
        put(tree, "instruments/grant/level", "municipal and provincial"), "my.yaml"
    )
    assert plan.instruments[0].levels == ("municipal", "provincial")


def test_an_instrument_may_not_take_the_name_of_a_background_rule(tree):
    tree["instruments"]["voucher_province"] = tree["instruments"].pop("voucher")
    assert "voucher_province has the name of a background rule" in refused(tree)


def test_case_by_case_is_an_amount_of_money(tree):
    tree["instruments"]["voucher"] |= {"wording": "case_by_case", "effect": None}
    assert "'million CNY' does not fit the lever voucher_share" in refused(tree)


# Files


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["the file is empty"]),
        (b"# nothing\n", ["the file is empty"]),
        (b"- a\n- b\n", ["a mapping", "a list"]),
        (b"just words", ["a mapping", "the text 'just words'"]),
        (b"a: [1,\nb: {", ["not YAML", "line 3"]),
        (b"a: 1\nb: \x07", ["YAML cannot read"]),
        (b"plan:\n\tname: x\n", ["line 2 holds a tab"]),
        (b"a: 1\nb: 2\na: 3\n", ["line 3: the key 'a' stands twice"]),
        (b"plan:\n  a: 1\n  a: 2\n", ["line 3: the key 'a' stands twice"]),
        (b"a: !!python/object/apply:os.getcwd []", ["python/object", "plain YAML only"]),
        (b"? [a, b]\n: 1\n", ["line 1", "unhashable"]),
        (b"by: 2020-02-31", ["YAML cannot read", "day"]),
        (b"[" * 100_000, ["YAML cannot read", "nested too deeply"]),
        (b"- " * 100_000, ["YAML cannot read", "nested too deeply"]),
        ("plan: 计划".encode("gbk"), ["byte 6 (0xbc, line 1) is not UTF-8", "GBK"]),
        (b"a: 1\nb: \xff", ["byte 8 (0xff, line 2) is not UTF-8"]),
    ],
)
def test_a_file_that_is_no_plain_mapping_is_refused(tmp_path, content, words):
    path = tmp_path / "my.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        tree_of(path)
    for word in (str(path), *words):
        assert word in str(error.value)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_bytes(b"\xef\xbb\xbfplan: 1\n")
    assert tree_of(path) == {"plan": 1}


def test_an_unreadable_file_says_so(tmp_path, monkeypatch):
    path = tmp_path / "my.yaml"
    path.write_text("a: 1")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ConfigError, match=r"my\.yaml: cannot be read: Permission denied"):
        tree_of(path)


@pytest.mark.parametrize("name", ["weihia_2018", "weihai_2018.yml", "nowhere/weihai_2018.yaml"])
def test_a_plan_that_is_not_found_lists_those_that_are(name):
    with pytest.raises(ConfigError, match=r"no plan .*known: .*mean 'weihai_2018'\?"):
        load_plan(name)


def test_a_folder_is_no_plan(tmp_path):
    with pytest.raises(ConfigError, match="neither a known name nor a file"):
        load_plan(tmp_path)


def test_the_configs_lie_inside_the_package_once_it_is_installed(tmp_path, monkeypatch):
    assert (configs() / "plan" / "weihai_2018.yaml").is_file()
    (tmp_path / "configs").mkdir()
    monkeypatch.setattr(home, "PACKAGE", tmp_path)
    assert configs() == tmp_path / "configs"


def test_an_instrument_that_no_plan_bounds_is_always_in_force():
    rule = instrument_from(
        "rule",
        {
            "type": "tax_incentive",
            "amount": 0.1,
            "unit": "share of taxable income",
            "strength": "amount",
            "wording": "exact",
            "controller": "nation",
            "clause": "law",
        },
        "here",
    )
    assert rule.start < parse("1900Q1")
    assert rule.end > parse("2100Q4")
