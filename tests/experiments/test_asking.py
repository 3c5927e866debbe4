"""Experiments are typed like a run, and have keys of their own."""

import importlib
import json
import sys

import asking
import attribute
import correct
import pytest
import yaml
from evaluation import Evaluator
from studies import stand_in
from toy import toy

from sim.core.errors import ConfigError
from sim.core.fork import Fork

NAMES = (
    "attribute",
    "correct",
    "optimise",
    "robust",
    "benchmark",
    "sanity",
    "scale",
    "stored_runs",
    "reference_tables",
)


def asked(*arguments, of=attribute):
    return asking.ask(of.EXPERIMENT, arguments)


@pytest.mark.parametrize("name", NAMES)
def test_help_fits_a_screen_and_names_every_key(name, capsys):
    experiment = importlib.import_module(name)
    with pytest.raises(SystemExit) as ended:
        asking.told(experiment.main, ["--help"])
    assert not ended.value.code
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    for key in experiment.EXPERIMENT.keys:
        assert any(line.startswith(f"  {key.name}") for line in lines), key.name


@pytest.mark.parametrize(
    ("experiment", "typed", "said"),
    [
        (attribute, ["--plan", "weihai_2018"], "--plan is now plan="),
        (attribute, ["--scale=0.2"], "--scale is now population.scale="),
        (attribute, ["--by", "type"], "--by is now by="),
        (correct, ["--figure", "brokers=3"], "--figure is now figure.NAME="),
        (attribute, ["--fast"], "no flag '--fast'"),
        (attribute, ["by=kind"], "no by 'kind'; known: group, instrument, type"),
        (attribute, ["bye=type"], "no key 'bye'"),
        (attribute, ["orders=2.5"], "orders = '2.5': a whole number from 2 on is needed"),
        (attribute, ["by=type", "by=group"], "by=type was given already"),
        (attribute, ["policy=none"], "policy=none: attribute.py takes no policy"),
        (attribute, ["-m"], "-m: attribute.py takes no -m"),
        (attribute, ["precision=0.1"], "attribute.py takes no precision"),
        (attribute, ["parameters.reserch.stop=0.1"], "Did you mean 'research'?"),
        (attribute, ["start.broker=3"], "Did you mean 'brokers'?"),
        (correct, [], "at= is missing: the quarter"),
    ],
)
def test_wrong_input_is_one_sentence_and_nothing_is_written(
    experiment, typed, said, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        asking.told(experiment.main, typed)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_what_decides_on_a_run_can_be_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = asked(
        "population.scale=0.2",
        "start.brokers=150",
        "parameters.research.stop=0.06",
        "kinds.incubator.rate=0.3",
        "targets.brokers.value=900",
        "quarters=6",
        "workers=1",
        "orders=4",
    )
    assert (found.case.scale, found.case.quarters, found.effort.workers) == (0.2, 6, 1)
    assert found.case.start == {"brokers": 150}
    assert found.case.numbers.values == {"research.stop": 0.06, "kind.incubator.rate": 0.3}
    assert {t.id: t.value for t in found.case.plan.targets}["brokers"] == 900
    assert found.tree["targets"]["brokers"]["value"] == 900
    assert found.effort.replicates == 20
    assert found.own == {"by": "group", "orders": 4}


def test_the_same_question_in_other_words_has_the_same_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plain = asked().folder
    assert plain.name == "default"
    assert asked("seed=1", "by=group", "replicates=20", "workers=2").folder == plain
    assert asked("seed=2").folder != plain
    one, other = ("parameters.research.stop=0.06", "start.brokers=150")
    assert asked(one, other).folder == asked(other, one).folder


def test_an_evaluation_is_kept_under_what_decides_on_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stand_in(monkeypatch, toy)
    folders = set()
    for typed in ([], ["start.brokers=150"], ["parameters.research.stop=0.06"], ["seed=2"]):
        found = asked("replicates=1", "workers=1", *typed)
        Evaluator(case=found.case, effort=found.effort, folder=found.kept).outcome(found.case.mix)
        now = {path.name for path in found.kept.iterdir() if path.is_dir()}
        assert len(now - folders) == 1
        folders = now


def test_the_composed_configuration_can_be_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        attribute.main(["--cfg", "job", "seed=5", "by=type"])
    assert not ended.value.code
    assert yaml.safe_load(capsys.readouterr().out)["seed"] == 5
    assert list(tmp_path.iterdir()) == []


def test_names_are_written_with_commas_or_as_a_list():
    assert asking.names("targets", "a,b,a") == asking.names("targets", "[a, b]") == ("a", "b")
    with pytest.raises(ConfigError, match="a name is missing"):
        asking.names("targets", "a,,b")


def test_figures_and_a_replicate_contradict_each_other():
    assert correct.fork_of(None, {"brokers": 3.0}, 7) is None
    assert correct.fork_of(2, {}, 7) == Fork(2, 7)
    with pytest.raises(ConfigError, match="either by figures or by a replicate"):
        correct.fork_of(2, {"brokers": 3.0}, 7)


def test_what_is_typed_is_what_the_process_was_given(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["attribute.py", "seed=9"])
    assert asking.ask(attribute.EXPERIMENT, None).case.seed == 9


def test_another_file_of_the_same_name_has_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own.yaml"
    own.write_text("why: so\nparameters: {research.stop: 0.06}", "utf-8")
    before = asked(f"parameters={own}").folder
    assert "own-" in before.name
    own.write_text("why: so\nparameters: {research.stop: 0.08}", "utf-8")
    assert asked(f"parameters={own}").folder != before


def test_a_folder_that_was_told_keeps_its_own_question(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        asked("output=there", "parameters.research.stop=0.06")
    question = json.loads((tmp_path / "there/question.json").read_text("utf-8"))
    assert question["set"] == ["parameters.research.stop = 0.06, instead of 0.07 (0.05 to 0.09)"]
    with pytest.raises(ConfigError, match="output = there: it answers another question"):
        asked("output=there", "parameters.research.stop=0.08")
    (tmp_path / "run").mkdir()
    (tmp_path / "run/manifest.json").write_text("{}", "utf-8")
    with pytest.raises(ConfigError, match="output = run: it holds a run of the model"):
        asked("output=run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["manifest.json"]
