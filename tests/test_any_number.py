"""Any number can be set, by one name everywhere, and it gives one run wherever it is said."""

import pandas as pd
import pytest
import yaml

import sim
from sim.__main__ import main
from sim.command.compose import compose
from sim.command.grammar import parse
from sim.core.errors import ConfigError
from sim.publish import run_and_read

QUICK = {"quarters": 2, "scale": 0.1, "workers": 1}
TYPED = ("quarters=2", "population.scale=0.1", "workers=1", "replicates=2")
PARAMETERS = {"research.stop": 0.06, "market.spread.range": [0.0, 0.3]}
KINDS = {"incubator.rate": 0.15}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.yaml"
    tree = {"name": "mine", "why": "a test", "parameters": dict(PARAMETERS), "kinds": dict(KINDS)}
    path.write_text(yaml.safe_dump(tree), "utf-8")
    return path


def typed():
    return [
        "parameters.research.stop=0.06",
        "parameters.market.spread.range=[0.0,0.3]",
        "kinds.incubator.rate=0.15",
    ]


def cases(*arguments):
    return compose(parse([*TYPED, *arguments]))[0].cases


def run(tmp_path, *arguments):
    job, _ = compose(parse([*TYPED, *arguments]))
    return run_and_read(job, tmp_path).combinations[0]


def test_typed_in_a_file_and_in_python_it_is_the_same_run(file, tmp_path):
    by_hand = run(tmp_path / "typed", *typed())
    filed = run(tmp_path / "filed", f"parameters={file}")
    said = sim.run("weihai_2018", replicates=2, **QUICK, parameters=PARAMETERS, kinds=KINDS)
    for name in ("trajectories", "parameters", "ledger", "attainment"):
        for other in (filed, said.combination):
            one = getattr(by_hand, name)
            pd.testing.assert_frame_equal(one, getattr(other, name), check_exact=True)
    drawn, plain = by_hand.parameters, run(tmp_path / "plain").parameters
    assert set(drawn["research.stop"]) == {0.06}
    assert set(drawn["kind.incubator.rate"]) == {0.15}
    moved = [name for name in drawn if not drawn[name].equals(plain[name])]
    assert sorted(moved) == ["kind.incubator.rate", "market.spread", "research.stop"]


def test_it_has_the_same_hash_and_stands_in_the_manifest_and_the_shown_job(file, capsys):
    (by_hand,), (filed,) = cases(*typed()), cases(f"parameters={file}")
    assert by_hand.hash == filed.hash != cases()[0].hash
    assert (filed.numbers.name, filed.numbers.why) == ("mine", "a test")
    told = by_hand.configuration()
    assert (told["parameters"], told["kinds"]) == (PARAMETERS, KINDS)
    assert main(["--cfg", "job", *typed()]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert (shown["parameters"], shown["kinds"]) == (PARAMETERS, KINDS)


def test_what_is_typed_wins_over_the_file(file):
    (case,) = cases(f"parameters={file}", "parameters.research.stop=0.08")
    assert case.numbers.values == {"research.stop": 0.08, "kind.incubator.rate": 0.15}
    assert case.numbers.name == "mine"


def test_what_lies_outside_its_range_is_told_and_run(capsys):
    assert main(["--cfg", "job", "parameters.research.stop=0.5"]) == 0
    said = "parameters.research.stop = 0.5 lies outside its range"
    assert capsys.readouterr().err.count(said) == 1
    with pytest.warns(UserWarning, match=said):
        sim.compare("weihai_2018", [], 1, parameters={"research.stop": 0.5}, **QUICK)
    with pytest.warns(UserWarning, match=said):
        sim.Region("weihai_2018", seed=1, scale=0.1, parameters={"research.stop": 0.5})


def test_a_region_takes_the_same_words():
    region = sim.Region(
        "weihai_2018",
        seed=1,
        scale=0.1,
        start={"brokers": 77.0},
        parameters={"research.stop": 0.06},
        kinds=KINDS,
    )
    flat = region.run_of_city.values.flat
    assert (flat["start.brokers"], flat["research.stop"]) == (77.0, 0.06)
    assert flat["kind.incubator.rate"] == 0.15


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"starts": {"brokers": 1.0}}, "say start="),
        ({"known": {"start.brokers": 1.0}}, "say start="),
        ({"population_scale": 0.1}, "say scale="),
        ({"scales": 0.1}, "Did you mean 'scale'?"),
        ({"parameters": {"reserch.stop": 0.1}}, "Did you mean 'research'?"),
        ({"parameters": {"research.stop": 1.5}}, "parameters.research.stop"),
        ({"kinds": {"incubatr.rate": 0.1}}, "Did you mean 'incubator'?"),
        ({"parameters": "nowhere.yaml"}, "nowhere.yaml"),
        ({"start": 5}, "start: a mapping (key: value) is needed, not the number 5"),
        ({"start": []}, "start: a mapping (key: value) is needed"),
        ({"start": {"brokers": 10**400}}, "start.brokers"),
    ],
)
def test_old_and_wrong_words_are_told_with_the_right_one(words, said):
    callers = [
        lambda: sim.run("weihai_2018", **words),
        lambda: sim.compare("weihai_2018", ["none"], **words),
        lambda: sim.Region("weihai_2018", seed=1, **words),
    ]
    for call in callers:
        with pytest.raises(ConfigError) as error:
            call()
        assert said in str(error.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sim.run("weihai_2018", output=5), "output = 5"),
        (lambda: sim.run("weihai_2018", policy=5), "policy: a name or a file is needed"),
        (lambda: sim.run(5), "plan: a name or a file is needed, not the number 5"),
        (lambda: sim.compare("weihai_2018", "as_written"), "a list of mixes, not 'as_written'"),
        (lambda: sim.compare("weihai_2018", 5), "a list of mixes, not 5"),
        (lambda: sim.compare("weihai_2018", [], baseline=5), "policy: a name or a file is needed"),
        (lambda: sim.Region(5, seed=1), "plan: a name or a file is needed"),
    ],
)
def test_a_wrong_type_is_told_with_its_word(call, said):
    with pytest.raises(ConfigError) as error:
        call()
    assert said in str(error.value)


def test_a_figure_outside_its_range_and_a_range_without_effect_are_told(capsys):
    noise = ["uncertainty=noise", "parameters.research.stop.range=[0.06,0.08]"]
    assert main(["--cfg", "job", "start.brokers=1", *noise]) == 0
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("start.brokers = 1 lies outside its range")
    assert second.startswith("parameters.research.stop.range says nothing with uncertainty=noise")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_city_that_becomes_infinite_is_no_success(capsys, tmp_path):
    # Nobody declines, since the sale of a result takes no time.
    dear = ["parameters.research.value_mean=1e308", "parameters.researchers.sale=0"]
    assert main([*TYPED, *dear, f"output={tmp_path}/x"]) == 1
    told = capsys.readouterr().err
    assert "parameters.research.value_mean = 1e+308 lies outside its range" in told
    assert "failed: weihai_2018, as_written, replicate 0" in told
    assert "infinite" in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("scale=0.1", "scale=0.1: scale is now population.scale="),
        ("starts.brokers=3", "starts is now start.brokers="),
        ("parameters.research.stap=0.1", "Did you mean 'stop'?"),
        ("parameters.research.stop=1.5", "parameters.research.stop"),
        ("parameters.research.stop=nan", "parameters.research.stop"),
        ("parameters.research.stop=much", "parameters.research.stop"),
        ("parameters.research.stop.range=[0.1,0.05]", "the lowest comes first"),
        ("parameters.research.stop.range=0.1", "[lowest, highest]"),
        ("parameters.research=0.1", "name one of its numbers"),
        ("parameters=5", "several by parameters=FILE"),
        ("parameters=nowhere.yaml", "nowhere.yaml"),
        ("kinds=5", "kinds.KIND.NAME=value"),
        ("kinds.incubator.rats=0.1", "Did you mean 'rate'?"),
    ],
)
def test_wrong_numbers_are_one_sentence(typed, said, capsys, tmp_path):
    assert main([typed]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err
    assert list(tmp_path.iterdir()) == []
