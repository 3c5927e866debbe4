"""The search for a cheapest mix: what it finds in a toy, and what its written file gives."""

from dataclasses import replace

import numpy as np
import optimise
import pandas as pd
import pytest
import yaml
from evaluation import FUND, Evaluator, groups_of, paying, wanted
from studies import stand_in
from toy import toy

import sim
from sim.plan import load_plan
from sim.policy import build_mix
from sim.settings import Settings

PLAN = load_plan("weihai_2018")


def question(**others):
    paid = paying(PLAN)
    groups = {n: [i for i in ids if i in paid] for n, ids in groups_of(PLAN).items()}
    return optimise.Question(
        **{
            "plan": PLAN,
            "groups": {name: ids for name, ids in groups.items() if ids},
            "targets": wanted(PLAN, None),
            "bound": 3.0,
            "probability": 0.8,
            "slack": 0.02,
            "seed": 1,
        }
        | others
    )


@pytest.fixture
def evaluate(monkeypatch, tmp_path):
    stand_in(monkeypatch, toy)
    settings = Settings(replicates=2, workers=1)
    return Evaluator(plan=PLAN, settings=settings, folder=tmp_path)


def test_only_what_the_city_or_its_counties_pay_is_multiplied():
    by_id = {i.id: i for i in PLAN.instruments}
    members = [i for ids in question().groups.values() for i in ids]
    assert {by_id[i].payer for i in members} <= {"city", "county"}
    assert "incubation" not in question().groups  # its money comes from funds


def test_a_mix_is_what_its_file_says():
    names = list(question().groups)
    factors = dict.fromkeys(names, 1.0) | {names[0]: 0.0, names[1]: 2.5, FUND: 1.75}
    tree = question().tree(factors, "mine")
    mix = build_mix(PLAN, yaml.safe_load(yaml.safe_dump(tree)))
    scales = {i.id: i.scale for i in mix.instruments}
    assert mix.budget == 1.75
    assert not set(question().groups[names[0]]) & set(scales)
    assert {scales[i] for i in question().groups[names[1]]} == {2.5}
    assert {scales[i] for i in question().groups[names[2]]} == {1.0}


def test_the_cheapest_allowed_mix_that_reaches_the_targets_is_found(evaluate):
    asked = question(slack=1.0)
    found = optimise.search(asked, evaluate, 24)
    best, reached = optimise.best_of(asked, found)
    assert reached
    chances = [best[f"P({target.id})"] for target in asked.targets]
    assert min(chances) >= 0.8
    met = found[(found["attainment"] >= 1 - 1e-9) & found["allowed"]]
    assert best["outlay"] == met["outlay"].min() < found.loc[0, "outlay"]


def test_no_mix_counts_that_does_less_real_work_than_the_plan(evaluate):
    asked = question(slack=0.0)
    found = optimise.search(asked, evaluate, 16)
    cheaper = found[found["outlay"] < found.loc[0, "outlay"]]
    assert len(cheaper)
    # In the toy less money is less work, but for what lies beyond the goals.
    plan = evaluate.outcome(build_mix(PLAN, "as_written")).reals.mean(axis=0)
    for _, row in found[found["allowed"]].iterrows():
        tree = asked.tree({name: row[name] for name in asked.lowest}, "again")
        assert (evaluate.outcome(build_mix(PLAN, tree)).reals.mean(axis=0) >= plan - 1e-6).all()
    assert not found["allowed"].all()


def test_at_the_plans_cost_nothing_dearer_is_allowed(evaluate):
    asked = question(probability=None, slack=1.0)
    found = optimise.search(asked, evaluate, 16)
    best, _ = optimise.best_of(asked, found)
    assert best["outlay"] <= found.loc[0, "outlay"] + 1e-9
    assert best["attainment"] == found[found["allowed"]]["attainment"].max()
    assert (found["outlay"] > found.loc[0, "outlay"] + 1e-9).any()


def test_an_interrupted_search_goes_on_to_what_it_would_have_found(monkeypatch, tmp_path):
    settings = Settings(replicates=2, workers=1)
    monkeypatch.setattr(optimise, "GENERATION", 7)
    stand_in(monkeypatch, toy)
    whole = Evaluator(plan=PLAN, settings=settings, folder=tmp_path / "whole")
    uninterrupted = optimise.search(question(), whole, 20)
    parts = replace(whole, folder=tmp_path / "parts")
    runs = []

    def counted(plan, mix, *, replicate, **others):
        runs.append(replicate)
        if len(runs) == 30:
            raise KeyboardInterrupt
        return toy(plan, mix, replicate=replicate, **others)

    stand_in(monkeypatch, counted)
    with pytest.raises(KeyboardInterrupt):
        optimise.search(question(), parts, 20)
    before = len(runs)
    resumed = optimise.search(question(), parts, 20)
    pd.testing.assert_frame_equal(resumed, uninterrupted)
    kept = sum(1 for _ in (tmp_path / "whole").iterdir()) * 2 - (len(runs) - before)
    assert kept >= 20  # what was finished was not run again


def test_where_no_mix_reaches_it_the_binding_target_is_told(evaluate):
    asked = question(targets=wanted(PLAN, "brokers,transfer_services"), bound=1.0)
    found = optimise.search(asked, evaluate, 12)
    best, reached = optimise.best_of(asked, found.assign(attainment=found["attainment"] / 2))
    assert not reached
    told = optimise.verdict(asked, best.replace(best["P(brokers)"], 0.25), False)
    assert "No mix that was tried" in told
    assert "brokers binds, at 0.25" in told


def test_the_front_holds_what_no_mix_beats():
    found = pd.DataFrame(
        {
            "outlay": [5.0, 1.0, 3.0, 4.0, 2.0],
            "attainment": [0.6, 0.2, 0.5, 0.4, 0.9],
            "allowed": [True, True, True, True, False],
        }
    )
    assert optimise.front(found)["outlay"].tolist() == [1.0, 3.0, 5.0]


def test_the_written_mix_run_again_gives_the_reported_figures(tmp_path, capsys):
    typed = ["--replicates", "2", "--scale", "0.05", "--workers", "1", "--trials", "4"]
    optimise.main([*typed, "--cost", "plan", "--slack", "1", "--output", str(tmp_path)])
    told = pd.read_csv(tmp_path / "best.csv").iloc[-1]
    assert told["mix"] == "best"
    assert told["seed"] == 1001
    again = sim.run(
        PLAN, str(tmp_path / "best_mix.yaml"), 2, int(told["seed"]), scale=0.05, workers=1
    )
    assert again.combination.costs.mean() == pytest.approx(told["paid"])
    assert again.combination.assumed_share == pytest.approx(told["assumed_share"])
    rows = again.attainment().set_index("target")["probability"]
    behavioural = wanted(PLAN, None)
    assert [told[f"P({t.id})"] for t in behavioural] == [rows[t.id] for t in behavioural]
    assert told["attainment"] == pytest.approx(np.mean([rows[t.id] for t in behavioural]))
    assert "best_mix.yaml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--targets", "broker"], "--targets: no target of weihai_2018 'broker'"),
        (["--probability", "1.5"], "--probability 1.5: a probability above 0 and up to 1"),
        (["--bound", "0.5"], "--bound 0.5: 1 or more"),
        (["--trials", "0"], "--trials 0: a whole number from 1 on is needed"),
        (["--slack", "-1"], "--slack -1: a share from 0 on is needed"),
    ],
)
def test_wrong_input_ends_with_status_2_and_a_sentence(typed, said, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        optimise.told(optimise.main, [*typed, "--output", str(tmp_path)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
