import pickle

import numpy as np
import pytest

from sim.core.errors import ConfigError
from sim.inputs import design
from sim.inputs.number_set import NumberSet, number_set, settable, spelled
from sim.inputs.parameters import drawn_names, values
from sim.inputs.plan_file import load_plan
from sim.processes import research
from sim.region.region import simulate

PLAN = load_plan("weihai_2018")
TEXT = """
name: quick
why: what if firms adjusted at once
parameters:
  research: {stop: 0.06, adjustment: {range: [0.1, 0.2], why: "half of what we assume"}}
kinds: {incubator.rate: 0.1}
"""


def a_file(folder, text=TEXT):
    path = folder / "my_set.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def drawn(numbers, uncertainty="both", replicate=3):
    """Return the parameters of a replicate in which numbers are set."""
    names = drawn_names(PLAN, (), numbers)
    return values(PLAN, design.shares(names, 1, replicate, uncertainty), numbers).flat


def test_dotted_and_nested_say_the_same():
    dotted = number_set(
        {"research.stop": 0.06, "research.adjustment.range": [0.1, 0.2]}, {"incubator.rate": 0.1}
    )
    nested = number_set(
        {"research": {"stop": {"value": 0.06}, "adjustment": {"range": (0.1, 0.2)}}},
        {"incubator": {"rate": 0.1}},
    )
    half = number_set(
        {"research.stop": 0.06, "research": {"adjustment.range": [0.1, 0.2]}},
        {"incubator": {"rate.value": np.float64(0.1)}},
    )
    assert dotted == nested == half
    assert len({dotted, nested, half}) == 1
    assert dotted.values == {"research.stop": 0.06, "kind.incubator.rate": 0.1}
    assert dotted.ranges == {"research.adjustment": (0.1, 0.2)}


def test_a_file_says_what_python_says_and_why(tmp_path):
    read = number_set(a_file(tmp_path), None)
    typed = number_set(
        {
            "research.stop": 0.06,
            "research.adjustment.range": [0.1, 0.2],
            "research.adjustment.why": "half of what we assume",
            "research.stop.why": "what if firms adjusted at once",
        },
        {"incubator.rate": 0.1, "incubator.rate.why": "what if firms adjusted at once"},
    )
    assert (read.values, read.ranges, read.reasons) == (typed.values, typed.ranges, typed.reasons)
    assert (read.name, read.why) == ("quick", "what if firms adjusted at once")
    assert number_set(str(tmp_path / "my_set.yaml"), None) == read
    assert pickle.loads(pickle.dumps(read)) == read


def test_what_is_typed_holds_against_the_file(tmp_path):
    read = number_set(a_file(tmp_path), None)
    both = read.joined(
        number_set({"research.adjustment": 0.12}, {"incubator.rate.range": [0.1, 1]})
    )
    assert both.values == {"research.stop": 0.06, "research.adjustment": 0.12}
    assert both.ranges == {"kind.incubator.rate": (0.1, 1.0)}
    assert both.reasons == {"research.stop": read.why}  # the others' reasons were for other values
    assert both.why == read.why
    beside = number_set(tmp_path / "my_set.yaml", {"incubator.rate": 0.2})
    assert beside.values == read.values | {"kind.incubator.rate": 0.2}


def test_a_value_holds_in_all_futures():
    numbers = number_set({"research.stop": 0.2}, {"incubator.rate": 0.11, "institute.seats": 30})
    for replicate in range(4):
        flat = drawn(numbers, replicate=replicate)
        assert flat["research.stop"] == 0.2
        assert flat["kind.incubator.rate"] == pytest.approx(0.11, rel=1e-15)
        assert flat["kind.institute.seats"] == 30
    found = values(PLAN, {}, numbers)
    assert found.of(research.Parameters).stop == 0.2
    assert 30 in found.kinds()["seats"]


def test_another_range_is_drawn_from_at_the_same_share():
    usual = drawn(NumberSet())
    share = (usual["research.stop"] - 0.05) / 0.04  # both halves are as wide as each other
    wider = drawn(number_set({"research.stop.range": [0.02, 0.12]}, None))
    half = (0.02, 0.07) if share < 0.5 else (0.07, 0.12)
    assert wider["research.stop"] == pytest.approx(half[0] + (2 * share % 1) * (half[1] - half[0]))
    assert {n for n in usual if usual[n] != wider[n]} == {"research.stop"}
    moved = number_set({"research.stop": {"value": 0.1, "range": [0.08, 0.2]}}, None)
    assert drawn(moved, "noise")["research.stop"] == 0.1


def test_a_fixed_number_is_drawn_when_it_gets_a_range():
    numbers = number_set({"incubation.longest.range": [12, 20]}, None)
    assert "incubation.longest" not in drawn_names(PLAN, ())
    assert "incubation.longest" in drawn_names(PLAN, (), numbers)
    lengths = {drawn(numbers, replicate=replicate)["incubation.longest"] for replicate in range(8)}
    assert len(lengths) == 8
    assert all(12 <= length <= 20 for length in lengths)
    assert drawn(numbers, "noise")["incubation.longest"] == 16


def test_defaults_under_noise_and_own_ranges_move_no_value():
    every = settable()
    defaults = NumberSet({name: quantity.default for name, quantity in every.items()})
    assert drawn(defaults, "noise") == drawn(NumberSet(), "noise")
    drawn_anyway = {n: q for n, q in every.items() if q.spread != "fixed"}
    ranges = NumberSet({}, {name: (q.low, q.high) for name, q in drawn_anyway.items()})
    assert drawn(ranges) == drawn(NumberSet())


def test_defaults_move_no_run_without_draws():
    def run(values):
        options = {"seed": 1, "replicate": 2, "scale": 0.1, "uncertainty": "noise", "quarters": 2}
        trajectories = simulate(PLAN, None, **options, numbers=NumberSet(values, {})).trajectories
        return {name: list(series) for name, series in trajectories.items()}

    usual = run({})
    np.testing.assert_equal(run({n: q.default for n, q in settable().items()}), usual)
    assert run({"research.stop": 0.5}) != usual


def test_a_value_outside_its_range_is_told_not_refused():
    numbers = number_set(
        {"research.stop": 0.2, "research.adjustment": 0.15, "incubation.longest": 12},
        {"incubator.rate": 0.5},
    )
    assert numbers.outside() == (
        "parameters.research.stop = 0.2 lies outside its range, 0.05 to 0.09 (share a year)",
        "parameters.incubation.longest = 12 is not the one value known, 16",
        "kinds.incubator.rate = 0.5 lies outside its range, 0.08 to 0.2 (rate a year)",
    )


def test_full_names_are_spelled_as_they_are_typed():
    for name in settable():
        root, _, rest = spelled(name).partition(".")
        assert number_set(
            *({rest: 1.0} if root == part else {} for part in ("parameters", "kinds"))
        )


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"reserach.stop": 0.05}, "parameters: no sheet 'reserach'.*Did you mean 'research'"),
        ({"research.stpo": 0.05}, r"parameters\.research: no parameter 'stpo'.*mean 'stop'"),
        ({"research": 0.05}, r"parameters\.research: name one of its numbers, like .*\.stop"),
        ({"research": {}}, r"parameters\.research: nothing is set"),
        ({"research.stop.rnage": [0, 1]}, r"\.stop: no key 'rnage'.*mean 'range'"),
        ({"research.stop": 1.5}, r"\.stop: a number from 0 to 1 is needed \(share a year\), not"),
        ({"research.stop": -0.1}, r"\.stop: a number from 0 to 1 is needed"),
        ({"research.stop": "0.05"}, r"\.stop: a number is needed .*not the text '0.05'"),
        ({"research.stop": None}, r"\.stop: a number is needed .*not nothing"),
        ({"research.stop": True}, r"\.stop: a number is needed .*not the yes/no value true"),
        ({"research.stop": [0.05]}, r"\.stop: a number is needed .*not a list"),
        ({"market.size_effect": float("nan")}, r"\.size_effect: a finite number is needed"),
        ({"market.size_effect": float("inf")}, r"\.size_effect: a finite number is needed"),
        ({"market.size_effect": 10**400}, r"\.size_effect: a finite number is needed"),
        ({"research.stop.range": [0.08, 0.2]}, r"does not hold its value, 0\.07"),
        ({"research.stop": {"value": 0.3, "range": [0, 0.2]}}, r"does not hold its value, 0\.3"),
        ({"research.stop.range": [0.2, 0.01]}, "the lowest comes first"),
        ({"research.stop.range": [0.05]}, r"\[lowest, highest\] is needed, not 1 values"),
        ({"research.stop.range": 0.05}, r"\[lowest, highest\] is needed, not the number 0\.05"),
        ({"research.stop.range": [0.05, 1.5]}, r"a number from 0 to 1 is needed"),
        ({"research.stop.range": [0.05, "1"]}, r"a number is needed .*not the text '1'"),
        ({"services.fee": {"why": "so"}}, "says why, but sets neither value nor range"),
        ({"services.fee": {"value": 0.1, "why": 3}}, "a reason in words is needed"),
        ({"services.enrol.range": [0, 1]}, "drawn by logarithms, it starts above 0"),
        ({"research.stop": 0.1, "research": {"stop": 0.1}}, r"\.stop: its value is set twice"),
        ({"research.stop": 0.1, "research.stop.value": 0.1}, r"\.stop: its value is set twice"),
        ({"research.stop.range": [-1, 0.2]}, r"\.stop\.range: a number from 0 to 1 is needed"),
        ({"demography.cohort_years": 1e9}, r"\.cohort_years: a number from 0 to 1000 is needed"),
        ({"parameters.research.stop": 0.1}, r"it is spelt parameters\.research\.stop"),
        ({"research": {"stop": {"value": {"a": 1}}}}, r"\.stop\.value: one value is needed"),
        ({3: 0.1}, "parameters: a key is a text"),
        ([0.1], "parameters: a mapping .* is needed"),
        ([], "parameters: a mapping .* is needed"),
        (False, "parameters: a mapping .* is needed"),
        ("", "the file of a set of numbers is missing"),
        ("x" * 5000, "there is no such file"),
        ("/", "it is a folder"),
    ],
)
def test_what_cannot_be_set_is_refused_in_a_sentence(parameters, said):
    with pytest.raises(ConfigError, match=said) as error:
        number_set(parameters, None)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ({"incubater.rate": 0.1}, "kinds: no kind 'incubater'.*Did you mean 'incubator'"),
        ({"incubator.rat": 0.1}, r"kinds\.incubator: no number of the kind 'rat'.*mean 'rate'"),
        ({"incubator.plaque": 2}, r"kinds\.incubator\.plaque: a number from 0 to 1 is needed"),
        ({"incubator": {"rate": 1}, "incubator.rate": 1}, r"kinds\.incubator\.rate: its value is"),
    ],
)
def test_what_cannot_be_set_of_a_kind_is_refused(kinds, said):
    with pytest.raises(ConfigError, match=said):
        number_set(None, kinds)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("parameters: {research.stop: 0.05}", "'why' is missing"),
        ("why: ' '\nparameters: {research.stop: 0.05}", "'why' is empty"),
        ("why: so", "sets no number"),
        ("why: so\nparameter: {research.stop: 0.05}", "no key 'parameter'.*mean 'parameters'"),
        ("why: so\nparameters: {research.stpo: 0.05}", r"no parameter 'stpo'.*mean 'stop'"),
        ("why: so\nparameters: {research.stop: 0.1, research: {stop: 0.1}}", "is set twice"),
        ("why: so\nparameters: [research]", "parameters: a mapping .* is needed"),
        ("why: so\nwhy: no", "the key 'why' stands twice"),
        ("why: so\nparameters: false", "parameters: a mapping .* is needed"),
        ("why: so\nname: ''\nparameters: {research.stop: 0.05}", "'name' is empty"),
        ("why: so\nparameters: &x {research: *x}", "holds a value that YAML cannot read"),
        ("why: so\nparameters: {research: {<<: {stop: 0.1}, stop: 0.2}}", "'<<' is not read"),
        ("- why", "a mapping .* is needed"),
        ("", "the file is empty"),
    ],
)
def test_a_file_that_is_no_set_is_refused_in_a_sentence(text, said, tmp_path):
    with pytest.raises(ConfigError, match=rf"my_set\.yaml.*{said}") as error:
        number_set(a_file(tmp_path, text), None)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named_with_its_neighbour(tmp_path):
    a_file(tmp_path)
    with pytest.raises(ConfigError, match=r"no such file.*Did you mean 'my_set.yaml'"):
        number_set(tmp_path / "myset.yaml", None)
    with pytest.raises(ConfigError, match=r"no such file"):
        number_set(tmp_path / "none" / "at_all", None)


def test_a_mapping_that_holds_itself_is_refused():
    own = {}
    own["research"] = own
    with pytest.raises(ConfigError, match=r"one value is needed|no parameter 'research'"):
        number_set(own, None)


@pytest.mark.parametrize("value", [np.int64(0), np.float32(0.5), np.float64(0.5)])
def test_numbers_of_numpy_are_numbers(value):
    assert number_set({"research.stop": value}, None).values == {"research.stop": float(value)}


def test_a_range_beyond_the_usual_one_is_told():
    own = {"research.stop.range": [0.05, 0.09], "incubation.longest.range": [12, 20]}
    assert number_set(own, None).outside() == ()
    wide = number_set({"research.stop": {"value": 0.5, "range": [0.4, 0.6]}}, None).outside()
    assert wide == (
        "parameters.research.stop.range = [0.4, 0.6] goes beyond its range, "
        "0.05 to 0.09 (share a year)",
    )


@pytest.mark.parametrize(
    ("name", "value", "needed"),
    [
        ("population.size_tail", 0, "above 0"),
        ("population.size_tail", -1.5, "above 0"),
        ("population.largest", 0, "above 0"),
        ("demography.cohort_years", 0, "above 0.2"),
        ("space.blocks", 0.4, "above 0.5"),
        ("talent.enrolment_growth", -1, "above -1"),
    ],
)
def test_a_number_with_which_no_city_can_be_reckoned_is_refused(name, value, needed):
    words = rf"parameters\.{name}: a number {needed} is needed \(.*; usual are .* {value:g}$"
    with pytest.raises(ConfigError, match=words):
        number_set({name: value}, None)
    with pytest.raises(ConfigError, match=rf"parameters\.{name}\.range: a number {needed}"):
        number_set({f"{name}.range": [value, 1e5]}, None)


def test_no_kind_is_founded_for_nothing():
    with pytest.raises(ConfigError, match=r"kinds\.incubator\.found_cost: a number above 0"):
        number_set(None, {"incubator.found_cost": 0})
