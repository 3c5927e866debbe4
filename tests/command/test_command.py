import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
import yaml

import sim
from sim.__main__ import main
from sim.command.compose import compose
from sim.command.grammar import parse
from sim.command.study_file import quoted
from sim.inputs.plan_file import tree_of
from sim.runs.version import code_hash, release

CENTRE = "policy.instruments.innovation_centre_firm"
QUICK = ["quarters=1", "population.scale=0.1", "workers=1"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def bare(monkeypatch):
    """The command without figures and report."""
    monkeypatch.setattr("sim.report.drawing.draw", lambda study: None)
    monkeypatch.setattr("sim.report.page.write", lambda study, gallery: None)


def job_of(*arguments):
    return compose(parse(arguments))[0]


def names(job):
    return [(case.plan.name, case.mix.name) for case in job.cases]


def own_plan(path, **plan):
    tree = tree_of("weihai_2018")
    tree["plan"] |= {"name": "my_city", **plan}
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")


WRONG = [
    (["plan=weihai_2019"], ["weihai_2019", "weihai_2018"]),
    (["plan="], ["plan=", "missing"]),
    (["plan=missing.yaml"], ["missing.yaml"]),
    (["policy=as_writen"], ["as_writen", "Did you mean 'as_written'?"]),
    (["baseline=nothing"], ["no policy 'nothing'", "none"]),
    (["policy=as_written~evaluatoin"], ["'evaluatoin'", "mean 'evaluation'?"]),
    (["policy=ladder~innovation_voucher"], ["~innovation_voucher is not in the mix"]),
    (["policy=ladder+evaluation"], ["+evaluation is in the mix ladder already"]),
    (["policy=as_written+scale=-1"], ["scale = -1", "from 0"]),
    ([f"{CENTRE}.scale=-1"], [f"{CENTRE}.scale", "from 0 on"]),
    (["policy=founding+cost=laddr"], ["no policy 'laddr'", "mean 'ladder'?"]),
    (["policy=founding+cost=founding"], ["is the mix itself"]),
    (["policy=founding+cost=none"], ["pay for nothing in none"]),
    (["policy=as_written+from=weihai"], ["no plan 'weihai'", "mean 'weihai_2018'?"]),
    (["policy=none+from=changzhou_2019"], ["nothing of it attaches"]),
    (["policy=as_written~each"], ["a mix per instrument", "-m"]),
    (["baseline=as_written~each"], ["a mix per instrument"]),
    (["-m", "policy=none~each"], ["no instrument is left"]),
    (["-m", "policy=as_written~evaluation,as_written~evaluation"], ["~evaluation", "twice"]),
    (["-m", "policy=talent~each,talent~talent_priority"], ["talent~talent_priority", "twice"]),
    (["experiment=five_plan"], ["no experiment 'five_plan'", "'five_plans'?"]),
    (["+x=1"], ["no key 'x'"]),
    (["++replicates=2"], ["typed replicates=2"]),
    (["~policy"], ["~policy", "policy=MIX~ID"]),
    (["--versoin"], ["--versoin", "'--version'?"]),
    (["replicats=3"], ["no key 'replicats'", "Did you mean 'replicates'?"]),
    (["population=3"], ["no key 'population'", "'population.scale'?"]),
    (["population.scales=3"], ["population.scales", "'population.scale'?"]),
    (["policy.types=all"], ["no key 'policy.types'"]),
    (["plan.starts=2019Q1"], ["no key 'starts'", "Did you mean 'start'?"]),
    (["targets.brokers.valu=1"], ["targets.brokers", "no key 'valu'", "'value'?"]),
    (["targets.broker.value=1"], ["no target 'broker'", "Did you mean 'brokers'?"]),
    (["targets.brokers.value=nan"], ["targets.brokers.value", "nan"]),
    (["targets.brokers.value=many"], ["targets.brokers.value", "many"]),
    (["targets.brokers.variant=newer"], ["no variant 'newer'", "default, new", "'new'?"]),
    (["targets.ip_services.variant=new"], ["no variant 'new'", "known: default"]),
    (["targets.brokers.indicator=broker"], ["no indicator 'broker'", "'brokers'?"]),
    (["start.vice_presidents=-1"], ["start.vice_presidents = -1"]),
    (
        ["plan=changzhou_2019", "policy.instruments.industry_professors.amount=-1"],
        ["industry_professors.amount", "from 0 on"],
    ),
    (["targets=5"], ["targets", "mapping"]),
    ([f"{CENTRE}s.amount=1"], ["innovation_centre_firms", "'innovation_centre_firm'?"]),
    ([f"{CENTRE}.amout=1"], ["no key 'amout'", "Did you mean 'amount'?"]),
    ([f"{CENTRE}.amount=abc"], [f"{CENTRE}.amount", "'abc'"]),
    ([f"{CENTRE}.amount=nan"], [f"{CENTRE}.amount", "nan"]),
    ([f"{CENTRE}.amount=-1"], [f"{CENTRE}.amount", "-1"]),
    ([f"{CENTRE}=5"], [CENTRE, "mapping"]),
    (["policy.instruments=5"], ["policy.instruments", "mapping"]),
    (["policy=none", f"{CENTRE}.amount=1"], ["innovation_centre_firm", "does not select"]),
    (["-m", "policy=none,talent", f"{CENTRE}.amount=1"], ["none of the mixes selects"]),
    (["policy.without=[innovation_centre_firn]"], ["'innovation_centre_firm'?"]),
    (["policy.without=5"], ["policy.without", "list"]),
    (["replicates=0"], ["replicates = 0", "from 1"]),
    (["replicates=-3"], ["replicates = -3"]),
    (["replicates=1.5"], ["replicates = 1.5", "whole number"]),
    (["replicates=true"], ["replicates = True"]),
    (["replicates='5'"], ["replicates = '5'"]),
    (["replicates=null"], ["replicates = None"]),
    (["replicates=2000000"], ["replicates = 2000000"]),
    (["seed=-1"], ["seed = -1"]),
    (["seed=nan"], ["seed = nan"]),
    (["seed=18446744073709551616"], ["seed = 18446744073709551616"]),
    (["seed=${nothing}"], ["nothing"]),
    (["seed=a=b"], ["seed=a=b"]),
    (["quarters=0"], ["quarters = 0"]),
    (["quarters=9"], ["quarters = 9", "has 8", "after=1"]),
    (["quarters=3", "after=2"], ["quarters = 3", "after = 2"]),
    (["after=-1"], ["after = -1"]),
    (["workers=0"], ["workers = 0", "auto"]),
    (["workers=all"], ["workers = 'all'", "auto"]),
    (["population.scale=0"], ["population.scale = 0"]),
    (["population.scale=-1"], ["population.scale = -1"]),
    (["population.scale=nan"], ["population.scale = nan"]),
    (["population.scale=abc"], ["population.scale = 'abc'"]),
    (["population.scale=5000"], ["population.scale = 5000", "firms", "GB", "force"]),
    (["force=maybe"], ["force = 'maybe'"]),
    (["population.scale=1e5"], ["population.scale = 100000"]),
    (["start.brokers=1e9"], ["start.brokers = 1e+09", "persons", "force"]),
    (["start.shared_equipment=3e9"], ["start.shared_equipment = 3e+09", "instruments"]),
    (["uncertainty=bot"], ["'bot'", "Did you mean 'both'?"]),
    (["uncertainty=5"], ["'5'", "both, noise, parameters"]),
    (["start.broker=5"], ["'broker'", "Did you mean 'brokers'?"]),
    (["start.gdp=nan"], ["start.gdp = nan"]),
    (["start.gdp=-1"], ["start.gdp = -1", "million CNY"]),
    (["start.gdp=much"], ["start.gdp = 'much'"]),
    (["start.gdp=0"], ["start.gdp = 0", "above 0"]),
    (["start.researchers=1e12"], ["start.researchers", "force"]),
    (["start.science_share=2"], ["start.science_share = 2", "0 to 1"]),
    (["start=5"], ["start", "mapping"]),
    (["plan=weihai_2018,weihai_2018"], ["need -m"]),
    (["-m", "plan=weihai_2018,weihai_2018"], ["weihai_2018", "twice"]),
    (["-m", "policy=none,none"], ["none", "twice"]),
    (["output=a,b"], ["output=a,b"]),
    (["output="], ["output=", "missing"]),
    (["precision=0"], ["precision = 0", "above 0"]),
    (["precision=1e-5"], ["cannot reach it", "most_replicates="]),
    (["cluster=localhost"], ["cluster = localhost", "tcp://HOST:PORT"]),
    (["micro=maybe"], ["micro = 'maybe'", "or true: the first 3"]),
    (["micro=-1"], ["micro = -1"]),
    (["micro=null"], ["micro = None"]),
    (["micro.replicates=3"], ["micro.replicates=3", "needs micro=true"]),
    (["micro=false", "micro.replicates=3"], ["needs micro=true"]),
    (["micro=true", "micro.replicates=0"], ["micro.replicates = 0", "from 1"]),
    (["micro=true", "micro.replicates=-1"], ["micro.replicates = -1"]),
    (["micro=true", "micro.replicates=1.5"], ["micro.replicates = 1.5", "whole number"]),
    (["micro=true", "micro.replicates=true"], ["micro.replicates = True"]),
    (["micro=true", "micro.replicate=3"], ["'micro.replicate'", "'micro.replicates'?"]),
    (["--worker"], ["no flag '--worker'"]),
    (["--workers"], ["--workers: it is typed workers="]),
    (["--plan=weihai_2018"], ["--plan=weihai_2018: it is typed plan="]),
    (["--starts", "start.brokers=1"], ["--starts: it is typed start="]),
    (["research.stop=0.05"], ["research.stop=0.05: it is typed parameters.research.stop="]),
    (["kind.incubator.rate=1"], ["it is typed kinds.incubator.rate="]),
    (["parameters.incubator.rate=1"], ["it is spelt kinds.incubator.rate"]),
    (["parameters="], ["parameters=", "missing"]),
    (
        ["parameters.research.stop=0.05", "parameters.research.stop=0.06"],
        ["parameters.research.stop=0.06", "parameters.research.stop=0.05 was given already"],
    ),
    (["--cfg"], ["--cfg job"]),
    (["--cfg", "hydra"], ["--cfg job"]),
    (["seed"], ["'seed'", "key=value"]),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=lambda value: " ".join(value)[:40])
def test_wrong_input_is_one_sentence_and_nothing_is_written(arguments, said, capsys, tmp_path):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    for words in said:
        assert words in err
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_ones_own_with_an_error_is_named(tmp_path, capsys):
    Path("bad.yaml").write_text("plan: {name: x}\ntargets: {}\ninstruments: {}\n", "utf-8")
    assert main(["plan=bad.yaml"]) == 2
    assert "bad.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["a_file", "a_file/below", "/proc/nowhere"])
def test_a_place_that_cannot_be_written_is_refused(place, bare, capsys):
    Path("a_file").write_text("kept", "utf-8")
    assert main([*QUICK, "replicates=1", f"output={place}"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert place in err
    assert [path.name for path in Path().iterdir()] == ["a_file"]
    assert Path("a_file").read_text("utf-8") == "kept"


def test_a_foreign_folder_is_refused_and_left_alone(bare, capsys):
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("dear", "utf-8")
    assert main([*QUICK, "replicates=1", "output=mine"]) == 2
    assert "mine" in capsys.readouterr().err
    assert [path.name for path in Path("mine").iterdir()] == ["letter.txt"]


def test_a_folder_with_another_configuration_is_refused_with_what_differs(bare, capsys):
    assert main([*QUICK, "replicates=1", "output=out"]) == 0
    before = Path("out/attainment.csv").read_bytes()
    capsys.readouterr()
    changed = [*QUICK, "replicates=1", "output=out", "seed=2", "targets.brokers.value=900"]
    assert main(changed) == 2
    err = capsys.readouterr().err
    assert "seed was 1, is 2" in err
    assert "targets.brokers.value was 1000.0, is 900.0" in err
    assert Path("out/attainment.csv").read_bytes() == before


def test_a_folder_made_by_other_code_is_refused(bare, capsys, monkeypatch):
    assert main([*QUICK, "replicates=1", "output=out"]) == 0
    monkeypatch.setattr("sim.runs.manifest.code_hash", lambda: "0123456789abcdef")
    assert main([*QUICK, "replicates=1", "output=out"]) == 2
    assert "other code" in capsys.readouterr().err


def test_the_same_configuration_in_other_words_goes_on(bare):
    assert main([*QUICK, "replicates=1", "output=out"]) == 0
    other = ["quarters=1", "population.scale=1e-1", "policy=as_written", "seed=1", "workers=1"]
    assert main([*other, "replicates=2", "output=out"]) == 0
    assert set(pd.read_csv("out/attainment.csv")["replicates"]) == {2}


def test_the_first_run_says_that_it_compiles(bare, capsys, monkeypatch):
    monkeypatch.setattr("sim.core.compiled.first_use", lambda: True)
    assert main([*QUICK, "replicates=1"]) == 0
    assert capsys.readouterr().err.startswith("Compiling the model")


def test_where_no_folder_can_be_written_kernels_work_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    script = (
        "import tempfile; tempfile.tempdir = '{}'\n"
        "from sim.core import compiled, draws\n"
        "import numpy\n"
        "assert compiled.CACHE is None and compiled.first_use()\n"
        "print(draws.ordered(numpy.array([0.5, 0.1])))"
    ).format(tmp_path / "file")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "file")}
    told = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (0, "[1 0]\n"), told.stderr


def test_one_run_leaves_its_files_in_one_folder(bare, capsys, monkeypatch):
    monkeypatch.setattr("sim.core.compiled.first_use", lambda: False)
    assert main([*QUICK, "replicates=2"]) == 0
    out, err = capsys.readouterr()
    (root,) = Path("outputs/weihai_2018").iterdir()
    assert sorted(path.name for path in root.iterdir()) == [
        ".chunks",
        ".lock",
        "attainment.csv",
        "ledger.parquet",
        "manifest.json",
        "parameters.parquet",
        "summary.csv",
        "trajectories.parquet",
    ]
    assert out.splitlines()[-1] == f"Report: {root}/report.html"
    assert re.search(r"^brokers +\d+ .* 1000$", out, re.MULTILINE)  # no date, no probability
    assert err == ""
    manifest = json.loads((root / "manifest.json").read_text("utf-8"))
    assert manifest["command"].startswith("python -m sim quarters=1")
    assert manifest["rows"]["trajectories.parquet"] == 2
    assert manifest["failed"] == []
    assert {"commit", "dirty", "versions", "started", "finished", "seconds"} <= set(manifest)


def test_a_sweep_leaves_a_folder_per_combination_and_a_comparison(bare, capsys):
    assert main([*QUICK, "-m", "policy=as_written,transfer", "replicates=2", "output=out"]) == 0
    root = Path("out/weihai_2018")
    assert sorted(path.name for path in root.iterdir()) == ["as_written", "none", "transfer"]
    assert {"attainment.csv", "ledger.parquet", "manifest.json"} <= {
        path.name for path in (root / "none").iterdir()
    }
    comparison = pd.read_csv("out/comparison.csv", keep_default_na=False)
    assert set(comparison["policy"]) == {"as_written", "transfer"}
    assert set(comparison["against"]) == {"none"}
    assert set(pd.read_csv("out/summary.csv", keep_default_na=False)["policy"]) == {
        "none",
        "as_written",
        "transfer",
    }
    own = json.loads((root / "transfer/manifest.json").read_text("utf-8"))
    assert list(own["configuration"]["policy"]) == ["weihai_2018/transfer"]
    assert own["rows"]["parameters.parquet"] == 2
    assert "without" in capsys.readouterr().out


def test_micro_data_lie_beside_the_files_of_each_combination(bare):
    arguments = ["-m", "policy=as_written", "replicates=2", "output=out", "micro=true"]
    assert main([*QUICK, *arguments, "micro.replicates=1"]) == 0
    rows = json.loads(Path("out/manifest.json").read_text("utf-8"))["rows"]
    for policy in ("none", "as_written"):
        root = Path("out/weihai_2018") / policy
        own = json.loads((root / "manifest.json").read_text("utf-8"))
        for name in ("firms", "organisations", "contracts", "projects"):
            table = pd.read_parquet(root / f"{name}.parquet")
            assert own["rows"][f"{name}.parquet"] == len(table) > 0
            assert rows[f"weihai_2018/{policy}/{name}.parquet"] == len(table)
            assert set(table["policy"]) == {policy}
        assert own["micro"] == 1


def test_micro_data_can_be_asked_for_from_python(bare):
    sim.run("weihai_2018", replicates=1, quarters=1, scale=0.1, workers=1, micro=1, output="out")
    assert set(pd.read_parquet("out/firms.parquet")["replicate"]) == {0}


def test_a_failed_replicate_is_listed_and_the_rest_is_complete(bare, capsys, monkeypatch):
    from sim.region import region

    real = region.live_out

    def unlucky(start, *others, **goals):
        if start.replicate == 1:
            raise ZeroDivisionError("no firms left")
        return real(start, *others, **goals)

    monkeypatch.setattr(region, "live_out", unlucky)
    assert main([*QUICK, "replicates=3", "output=out"]) == 1
    said = "failed: weihai_2018, as_written, replicate 1: ZeroDivisionError: no firms left"
    assert said in capsys.readouterr().err
    assert set(pd.read_csv("out/attainment.csv")["replicates"]) == {2}
    (failed,) = json.loads(Path("out/manifest.json").read_text("utf-8"))["failed"]
    assert failed["replicate"] == 1
    monkeypatch.setattr(region, "live_out", real)
    assert main([*QUICK, "replicates=3", "output=out"]) == 0
    assert set(pd.read_parquet("out/parameters.parquet")["replicate"]) == {0, 1, 2}


def test_ctrl_c_while_running_is_130(bare, capsys, monkeypatch):
    def interrupted(*arguments, **others):
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.region.region.start_city", interrupted)
    assert main([*QUICK, "replicates=3", "output=out"]) == 130
    assert "goes on" in capsys.readouterr().err


def test_an_empty_mix_runs_as_none_and_says_so(bare, capsys):
    tree = {"name": "empty", "only": [], "types": []}
    Path("empty.yaml").write_text(yaml.safe_dump(tree), "utf-8")
    assert main([*QUICK, "policy=empty.yaml", "replicates=1", "output=out"]) == 0
    assert "empty selects nothing of weihai_2018" in capsys.readouterr().err


# From what is typed to a job


def test_the_default_is_the_plan_as_written():
    job = job_of()
    assert names(job) == [("weihai_2018", "as_written")]
    (case,) = job.cases
    assert (job.effort.replicates, case.seed, case.uncertainty) == (
        100,
        1,
        "both",
    )
    assert (job.cases[0].quarters, job.baselines, job.several) == (8, (), False)


def test_quarters_and_after_change_how_many_are_run():
    assert job_of("quarters=3").cases[0].quarters == 3
    assert job_of("after=4").cases[0].quarters == 12


def test_one_value_of_an_instrument_can_be_changed():
    (case,) = job_of(f"{CENTRE}.amount=0.05").cases
    assert case.mix.name == "as_written+innovation_centre_firm.amount=0.05"
    assert {i.id: i.amount for i in case.mix.instruments}["innovation_centre_firm"] == 0.05
    assert {i.id: i.amount for i in case.plan.instruments}["innovation_centre_firm"] == 2.0


def test_a_value_that_the_text_leaves_open_can_be_given():
    (case,) = job_of("policy.instruments.sharing_reward.effect.default=0.05").cases
    (reward,) = [i for i in case.mix.instruments if i.id == "sharing_reward"]
    assert (reward.effect.default, reward.effect.high) == (0.05, 0.2)


def test_instruments_can_be_left_out():
    (case,) = job_of("policy.without=[innovation_centre_firm,platform_tax]").cases
    assert case.mix.name == "as_written~innovation_centre_firm~platform_tax"
    assert not {"innovation_centre_firm", "platform_tax"} & {i.id for i in case.mix.instruments}


def test_a_mix_can_be_typed_as_it_is_called():
    typed = ["as_written~transfer_bonus", "as_written+transfer_bonus.amount=0.05"]
    typed += ["as_written+from=weihai_2018", "transfer+scale=2+cost=as_written"]
    job = job_of("-m", "plan=changzhou_2019", f"policy={','.join(typed)}")
    assert [mix for _, mix in names(job)] == ["none", *typed]
    assert job.cases[-1].costs_as.name == "as_written"


def test_what_is_typed_apart_holds_for_such_a_mix_too():
    (case,) = job_of("policy=founding~overseas_rd_centre+cost=ladder", f"{CENTRE}.amount=3").cases
    assert case.mix.name == (
        "founding~overseas_rd_centre+innovation_centre_firm.amount=3+cost=ladder"
    )
    assert {i.id: i.amount for i in case.mix.instruments}["innovation_centre_firm"] == 3


def test_each_stands_for_a_mix_per_instrument_of_each_plan():
    job = job_of("-m", "plan=changzhou_2019,ningbo_2019", "policy=as_written~each")
    for plan in {case.plan.name: case.plan for case in job.cases}.values():
        own = [mix for name, mix in names(job) if name == plan.name]
        assert own == ["none", *(f"as_written~{i.id}" for i in plan.instruments)]


def test_the_configuration_of_an_equal_cost_is_known_before_its_scale():
    job = job_of("policy=founding+cost=ladder")
    told = job.configuration()
    assert list(told["cost"]["weihai_2018/founding+cost=ladder"]) == ["ladder"]
    other = job_of("policy=founding+cost=talent").configuration()
    assert other["cost"] != told["cost"]
    assert job_of().configuration()["cost"] == {}
    richer = job_of("policy=founding+budget=2").configuration()["policy"]
    assert richer["weihai_2018/founding+budget=2"]["budget"] == 2


def test_the_shown_configuration_names_the_mix_as_typed(capsys):
    assert main(["--cfg", "job", "policy=founding+cost=as_written"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["policy"]["name"] == "founding+cost=as_written"


def test_a_goal_and_a_start_can_be_typed_in():
    job = job_of("targets.brokers.value=500", "start.brokers=40")
    assert {t.id: t.value for t in job.cases[0].plan.targets}["brokers"] == 500
    assert job.cases[0].start == {"brokers": 40}


def test_a_sweep_adds_the_baseline_once():
    job = job_of("-m", "policy=as_written,transfer")
    assert [mix for _, mix in names(job)] == ["none", "as_written", "transfer"]
    assert (job.baselines, job.several) == (("none",), True)
    listed = job_of("-m", "policy=as_written,none", "baseline=none,as_written")
    assert [mix for _, mix in names(listed)] == ["as_written", "none"]
    assert listed.baselines == ("none", "as_written")


def test_a_change_is_compared_with_the_mix_it_starts_from():
    job = job_of(f"{CENTRE}.amount=3", "baseline=as_written")
    changed = "as_written+innovation_centre_firm.amount=3"
    assert [mix for _, mix in names(job)] == ["as_written", changed]
    assert job.baselines == ("as_written",)


def test_in_a_sweep_a_change_holds_for_the_mixes_that_select_it():
    job = job_of("-m", "policy=none,talent,as_written", f"{CENTRE}.amount=3")
    assert [mix for _, mix in names(job)] == [
        "none",
        "talent",
        "as_written+innovation_centre_firm.amount=3",
    ]


def test_an_experiment_is_a_sweep_and_what_is_typed_wins():
    job = job_of("experiment=five_plans")
    assert {mix for _, mix in names(job)} == {"none", "as_written"}
    assert job.baselines == ("none",)
    assert {mix for _, mix in names(job_of("experiment=five_plans", "policy=founding"))} == {
        "none",
        "founding",
    }


def test_the_version_is_told_with_the_code(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{release()}\n"
    assert code_hash()[:12] in release()


def test_a_plan_of_ones_own_may_lie_anywhere(tmp_path):
    path = tmp_path / "我的 城市=1,2.yaml"
    own_plan(path, title="${not.a.key}")
    (case,) = job_of(f"plan='{path}'", "targets.brokers.by=2020-06-30").cases
    assert (case.plan.name, case.plan.title) == ("my_city", "${not.a.key}")
    assert {t.id: t.date for t in case.plan.targets}["brokers"] == "2020-06-30"


def test_two_plans_are_swept_together(tmp_path):
    own_plan(tmp_path / "mine.yaml", start="2019Q1", end="2020Q4")
    job = job_of("-m", "plan=weihai_2018,mine.yaml", "policy=none")
    assert names(job) == [("weihai_2018", "none"), ("my_city", "none")]


def test_the_composed_configuration_can_be_shown(capsys):
    assert main(["--cfg", "job", f"{CENTRE}.amount=3", "seed=5"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert (shown["seed"], shown["plan"]["name"]) == (5, "weihai_2018")
    assert shown["policy"]["instruments"]["innovation_centre_firm"]["amount"] == 3
    assert shown["start"]["gdp"] is None


@pytest.mark.parametrize("name", ["a,b.yaml", "'a'.yaml", '"a,b"', "it's, or isn't", "'", "a b"])
def test_a_name_that_is_told_in_quotes_reads_back(name):
    assert parse([f"policy={quoted(name)}"]).choices["policy"] == [name]


def test_help_fits_a_screen(monkeypatch):
    five = ["changzhou_2019", "jiangyin_2025", "ningbo_2019", "ningbo_315", "weihai_2018"]
    monkeypatch.setattr("sim.command.help.names_in", lambda folder: five)
    with redirect_stdout(io.StringIO()) as out:
        assert main(["--help"]) == 0
    lines = out.getvalue().splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


# As a process


def process(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_exit_status_of_the_process():
    wrong = process("replicats=3")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)
    helped = process("--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert helped.stdout.startswith("python -m sim")


def test_ctrl_c_ends_the_process_with_130_and_keeps_what_is_finished(tmp_path):
    small = ("population.scale=0.1", "quarters=4")
    command = [sys.executable, "-m", "sim", "replicates=4000", "workers=2", "output=out", *small]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # What is started in the background of a script inherits that Ctrl-C is ignored.
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, start_new_session=True, preexec_fn=hears, **options) as running:
        try:
            deadline = time.monotonic() + 120
            while not list(tmp_path.glob("out/.chunks/*.npz")) and time.monotonic() < deadline:
                time.sleep(0.05)
            os.killpg(running.pid, signal.SIGINT)
            out, err = running.communicate(timeout=60)
        finally:
            running.kill()
    assert (running.returncode, out) == (130, "")
    assert err == "Stopped. What is finished is kept; the same command goes on.\n"
    assert list(tmp_path.glob("out/.chunks/*.npz"))


@pytest.mark.parametrize("workers", [1, 2])
def test_without_an_error_output_a_run_ends_as_with_one(workers, tmp_path):
    typed = [
        *QUICK[:1],
        "population.scale=0.1",
        "replicates=4",
        f"workers={workers}",
        "output=out",
    ]
    closed = partial(os.close, 2)
    command = [sys.executable, "-m", "sim", *typed]
    ended = subprocess.run(
        command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, preexec_fn=closed, check=False
    )
    assert ended.returncode == 0
    assert ended.stdout.endswith("Report: out/report.html\n")
    assert (tmp_path / "out/report.html").exists()


def test_from_python_without_an_error_output_a_run_ends(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    result = sim.run("weihai_2018", replicates=2, scale=0.1, quarters=1, workers=1)
    assert len(result.attainment()) == 7
