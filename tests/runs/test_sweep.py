"""Sweeps as they are run: one job, each life lived once, one tidy table."""

import json
import shutil
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from studies import stand_in, told
from test_cluster import loopback

import sim
from sim.__main__ import main
from sim.command.compose import compose
from sim.command.grammar import parse
from sim.indicators.table import CONTEXT
from sim.publish import run_and_read
from sim.region import region
from sim.results.sweep import SWEEP
from sim.runs.chunks import read

QUICK = ("population.scale=0.1", "workers=1", "replicates=2")
AMOUNT = "policy.instruments.innovation_centre_firm.amount"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def bare(monkeypatch):
    """The command without figures and report."""
    monkeypatch.setattr("sim.report.drawing.draw", lambda study: None)
    monkeypatch.setattr("sim.report.page.write", lambda study, gallery: None)


def job_of(*arguments):
    return compose(parse(["-m", *QUICK, *arguments]))[0]


def files(root):
    """Return all files of a sweep but those that tell of its making."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.suffix in (".csv", ".parquet")
    }


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A small sweep by one worker."""
    root = tmp_path_factory.mktemp("swept") / "one"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.report.drawing.draw", lambda study: None)
        patch.setattr("sim.report.page.write", lambda study, gallery: None)
        assert main([*COMMAND, f"output={root}"]) == 0
    return root


COMMAND = ["-m", *QUICK, "start.brokers=50,90", "seed=1,2", f"{AMOUNT}=1,4", "policy=as_written"]


def test_the_tidy_table_equals_single_runs_value_for_value(swept):
    table = pd.read_parquet(swept / "sweep.parquet")
    assert list(table) == ["start.brokers", "seed", AMOUNT, *SWEEP]
    assert len(table) == 8 * 2 * (7 + len(set(CONTEXT) - {"brokers", "incubators_makerspaces"}))
    own = table[
        (table["start.brokers"] == 90)
        & (table["seed"] == 2)
        & (table[AMOUNT] == 4)
        & (table["policy"] == "as_written")
    ].set_index("target")
    alone = compose(parse([*QUICK, "start.brokers=90", "seed=2", f"{AMOUNT}=4", "baseline=none"]))
    study = run_and_read(alone[0], Path("alone"))
    (one,) = [each for each in study.combinations if each.policy != "none"]
    single = one.attainment.set_index("target")
    numbers = ["goal", "start_p50", "p05", "p50", "p95", "mean", "probability"]
    numbers += ["probability_low", "probability_high", "replicates"]
    for target in single.index:
        pd.testing.assert_series_equal(
            own.loc[target, numbers], single.loc[target, numbers], check_exact=True
        )
    assert set(own["outlay_mean"]) == {one.outlays.mean()}
    compared = study.comparison.set_index("target")
    for name in ("delta_mean", "delta_se"):
        assert (own.loc[compared.index, name] == compared[name]).all()
    gdp = one.paths("gdp")[:, -1]
    assert own.loc["gdp", "p50"] == np.median(gdp)
    assert own.loc["gdp", "mean"] == gdp.mean()
    assert own.loc["gdp", ["goal", "probability"]].isna().all()


def test_the_files_at_the_root_have_the_swept_keys_first(swept):
    for name in ("attainment", "summary", "comparison"):
        table = pd.read_csv(swept / f"{name}.csv", keep_default_na=False)
        assert list(table)[:3] == ["start.brokers", "seed", AMOUNT]
        assert len(table.drop_duplicates(list(table)[:3])) == 8
    text = pd.read_csv(swept / "sweep.csv", keep_default_na=False)
    assert len(text) == len(pd.read_parquet(swept / "sweep.parquet"))
    manifest = json.loads((swept / "manifest.json").read_text("utf-8"))
    assert manifest["rows"]["sweep.csv"] == len(text)
    assert len(manifest["configuration"]["combinations"]) == 16
    own = swept / "weihai_2018/as_written" / f"start.brokers=90,seed=2,{AMOUNT}=4"
    assert json.loads((own / "manifest.json").read_text("utf-8"))["seed"] == [1, 2]
    assert len(pd.read_csv(own / "attainment.csv")) == 7


def test_a_sweep_goes_on_where_it_stopped_and_can_be_typed_as_its_study(swept, bare):
    root = Path("again")
    shutil.copytree(swept, root)
    chunks = sorted(root.rglob("*.npz"))
    kept = {path: path.stat().st_mtime_ns for path in chunks[1::2]}
    for path in chunks[::2]:
        path.unlink()
    (root / "sweep.csv").unlink()
    study = str(swept / "experiment.yaml")
    assert main([f"experiment={study}", f"output={root}"]) == 0
    assert files(root) == files(swept)
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


def test_two_workers_and_a_cluster_give_the_same_bytes(bare):
    sweep = ["-m", *QUICK, "start.brokers=50,90", "policy=as_written"]
    assert main([*sweep, "output=one"]) == 0
    two = ["workers=2" if typed == "workers=1" else typed for typed in sweep]
    assert main([*two, "output=two"]) == 0
    assert files(Path("two")) == files(Path("one"))
    with loopback(2) as (address, _):
        assert main([*sweep, f"cluster={address}", "output=far"]) == 0
    assert files(Path("far")) == files(Path("one"))


def test_what_is_equal_is_lived_once_and_a_city_is_made_once(monkeypatch):
    lives, starts = [], []

    def start(case, replicate):
        starts.append((case.seed, replicate))
        return SimpleNamespace(plan=case.plan, replicate=replicate, seed=case.seed)

    def life(start, mix, quarters, watch=None, plan=None):
        lives.append((start.seed, mix.effect, start.replicate, plan.goals if mix.watched else ""))
        return told(start.plan, mix, replicate=start.replicate, quarters=quarters)

    import_module("sim.region.agents")
    monkeypatch.setattr("sim.region.region.start_city", start)
    monkeypatch.setattr("sim.region.region.live_out", life)
    job = job_of("seed=1,2", f"{AMOUNT}=1,2,4", "targets.brokers.value=500,900")
    study = run_and_read(job, Path("out"))
    assert len(job.cases) == 24
    assert sorted(starts) == [(1, 0), (1, 1), (2, 0), (2, 1)]
    # Goals move those who watch them, and nobody under none.
    assert len(lives) == len(set(lives)) == 2 * 2 * (3 * 2 + 1)
    goals = study.sweep.table.query("target == 'brokers'").groupby("targets.brokers.value")["goal"]
    assert goals.unique().explode().to_dict() == {500: 500.0, 900: 900.0}


def test_a_combination_that_fails_leaves_the_others_whole(monkeypatch, bare, capsys):
    def start(case, replicate, whole=region.start_city):
        if case.start["brokers"] == 60:
            raise ValueError("nobody is left")
        return whole(case, replicate)

    monkeypatch.setattr("sim.region.region.start_city", start)
    arguments = ["-m", *QUICK, "quarters=1", "start.brokers=50,60,70", "output=out"]
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert "start.brokers=60, replicate 0: ValueError: nobody is left" in err
    assert "start.brokers=50, rep" not in err
    table = pd.read_csv("out/sweep.csv", keep_default_na=False)
    assert table.groupby("start.brokers")["replicates"].unique().explode().to_dict() == {
        50: 2,
        60: 0,
        70: 2,
    }
    failed = json.loads(Path("out/manifest.json").read_text("utf-8"))["failed"]
    assert {one["point"] for one in failed} == {"start.brokers=60"}
    monkeypatch.undo()


def test_replicates_are_swept_and_the_fewer_are_the_first_of_the_more(monkeypatch):
    stand_in(monkeypatch, told)
    job = compose(parse(["-m", *QUICK[:2], "replicates=2,5"]))[0]
    study = run_and_read(job, Path("out"))
    assert set(study.sweep.table["replicates"]) == {2, 5}
    few, more = (read(job.folder(Path("out"), case), 9) for case in job.cases[1::2])
    assert few["replicate"].tolist() == [0, 1]
    assert more["replicate"].tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(few["trajectories"], more["trajectories"][:2])


def test_keys_of_any_type_stand_in_columns_of_one_type(monkeypatch):
    stand_in(monkeypatch, told)
    job = job_of("policy.without=[evaluation],[]", "quarters=null,8", "uncertainty=both,noise")
    table = run_and_read(job, Path("out")).sweep.table
    assert set(table["policy.without"]) == {"[evaluation]", "[]"}
    assert set(table["uncertainty"]) == {"both", "noise"}
    assert table["quarters"].dtype == "float64"


def test_python_gives_the_same_table_as_the_command(swept):
    table = sim.sweep(
        "weihai_2018",
        {"start.brokers": [50, 90], "seed": range(1, 3), AMOUNT: np.array([1, 4])},
        replicates=2,
        scale=0.1,
        workers=1,
    )
    pd.testing.assert_frame_equal(
        table, pd.read_parquet(swept / "sweep.parquet"), check_exact=True, check_dtype=False
    )


WRONG = [
    ({"seed": []}, {}, "empty list"),
    ({"seed": 5}, {}, "a list of values is needed"),
    ({"seed": "1,two"}, {}, "'two' is a text"),
    ({"sed": [1]}, {}, "no key 'sed'"),
    ({"workers": [1, 2]}, {}, "one for all"),
    ({"policy": ["none"]}, {}, "say policy="),
    ({"start.brokers": "interval(1,5)"}, {}, "points=N"),
    ({"start.brokers": [1, 2]}, {"design": "lhs", "samples": 3}, "there is none"),
    (["seed"], {}, "keys is a mapping"),
]


@pytest.mark.parametrize(("keys", "others", "words"), WRONG)
def test_a_sweep_from_python_that_cannot_be_run_is_told(keys, others, words):
    with pytest.raises(sim.core.errors.ConfigError, match=words):
        sim.sweep("weihai_2018", keys, **others)


def test_a_design_is_said_in_python_too(monkeypatch):
    stand_in(monkeypatch, told)
    words = {"design": "lhs", "samples": 3, "vary": "start.brokers", "replicates": 1, "workers": 1}
    table = sim.sweep("weihai_2018", {"start.makerspaces": "interval(10,30)"}, **words)
    assert list(table)[:2] == ["start.makerspaces", "start.brokers"]
    assert len(table.drop_duplicates(["start.makerspaces", "start.brokers"])) == 3


def test_targets_of_a_plan_that_is_an_object_cannot_be_swept():
    with pytest.raises(sim.core.errors.ConfigError, match="by its name or its file"):
        sim.sweep(sim.load_plan("weihai_2018"), {"targets.brokers.value": [1, 2]})
