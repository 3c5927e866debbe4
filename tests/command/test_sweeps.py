"""Sweeps over any key: which cases they are, what they are called, and what is refused."""

import subprocess
import sys

import pytest
import yaml

from sim.__main__ import main
from sim.command.compose import compose
from sim.command.grammar import parse
from sim.core.errors import ConfigError
from sim.inputs.plan_file import tree_of

CENTRE = "policy.instruments.innovation_centre_firm"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def job_of(*arguments):
    return compose(parse(["-m", *arguments]))[0]


def cases_of(*arguments, policy="as_written"):
    return [case for case in job_of(*arguments).cases if case.mix.name == policy]


def alone(*arguments):
    """Return the case of the same typed alone, as a run."""
    (case,) = compose(parse(arguments))[0].cases
    return case


def numbers(path, name, **parameters):
    tree = {"name": name, "why": "a test", "parameters": parameters}
    path.write_text(yaml.safe_dump(tree), "utf-8")


KEYS = [
    ("seed", ["1", "2"]),
    ("uncertainty", ["both", "noise"]),
    ("population.scale", ["0.1", "0.2"]),
    ("quarters", ["2", "4"]),
    ("after", ["0", "2"]),
    ("start.brokers", ["50", "100"]),
    ("start", ["{brokers:50}", "{brokers:60,makerspaces:9}"]),
    ("targets.brokers.value", ["500", "900"]),
    ("targets.brokers.variant", ["default", "new"]),
    ("targets.brokers.by", ["2020-06-30", "2020-12-31"]),
    ("plan.end", ["2020Q2", "2020Q4"]),
    (f"{CENTRE}.amount", ["1", "2"]),
    (f"{CENTRE}.scale", ["1", "3"]),
    ("policy.without", ["[evaluation]", "[innovation_centre_firm]"]),
    ("parameters.research.stop", ["0.05", "0.1"]),
    ("parameters.research.stop.range", ["[0.05,0.1]", "[0.05,0.12]"]),
    ("kinds.incubator.rate", ["0.1", "0.2"]),
    ("parameters", ["low.yaml", "high.yaml"]),
]


@pytest.mark.parametrize(("key", "values"), KEYS, ids=[key for key, _ in KEYS])
def test_every_kind_of_key_is_swept_as_if_each_value_were_typed_alone(key, values, tmp_path):
    numbers(tmp_path / "low.yaml", "low", **{"research.stop": 0.05})
    numbers(tmp_path / "high.yaml", "high", **{"research.stop": 0.1})
    found = cases_of(f"{key}={','.join(values)}")
    assert len(found) == len(values)
    assert all([key for key, _ in case.swept] == [key] for case in found)
    assert len({case.hash for case in found}) == len(values)
    same = alone(f"{key}={values[-1]}")
    for part in ("plan", "seed", "uncertainty", "scale", "quarters", "start", "numbers"):
        assert getattr(found[-1], part) == getattr(same, part), part
    assert found[-1].mix.instruments == same.mix.instruments


def test_replicates_are_swept_within_one_effort():
    job = job_of("replicates=2,5")
    assert job.effort.replicates == 5
    assert [job.effort.replicates_of(case) for case in job.cases] == [2, 2, 5, 5]
    with pytest.raises(ConfigError, match="cannot be swept beside it"):
        job_of("replicates=2,5", "precision=0.5")


def test_all_that_is_swept_is_combined_with_every_plan_and_mix():
    job = job_of("plan=weihai_2018,jiangyin_2025", "policy=as_written,founding", "seed=1,2,3")
    assert len(job.cases) == 2 * 3 * 3
    assert job.baselines == ("none",)
    assert {case.key for case in job.cases if case.seed == 2} == {
        (plan, mix, "seed=2")
        for plan in ("weihai_2018", "jiangyin_2025")
        for mix in ("none", "as_written", "founding")
    }


def test_in_step_plans_and_mixes_run_with_the_other_lists():
    job = job_of("design=zip", "plan=weihai_2018,jiangyin_2025", "start.brokers=50,70")
    found = [(case.plan.name, case.mix.name, case.start["brokers"]) for case in job.cases]
    assert found == [
        ("weihai_2018", "none", 50),
        ("weihai_2018", "as_written", 50),
        ("jiangyin_2025", "none", 70),
        ("jiangyin_2025", "as_written", 70),
    ]
    mixes = cases_of("design=zip", "policy=founding,talent", "seed=1,2", policy="talent")
    assert [case.seed for case in mixes] == [2]


def test_equal_combinations_are_there_once():
    assert len(cases_of("seed=1,1,2")) == 2


def test_what_does_not_change_a_mix_leaves_it_the_same_life():
    job = job_of(f"{CENTRE}.amount=1,2,4", "targets.brokers.value=500,900")
    bare = [case for case in job.cases if case.mix.name == "none"]
    own = [case for case in job.cases if case.mix.name == "as_written"]
    assert len(bare) == len(own) == 6
    assert len({case.life for case in bare}) == 1
    assert len({case.life for case in own}) == 6  # a government watches its goals
    assert len({case.world for case in job.cases}) == 1
    assert len({case.hash for case in own}) == 6


def test_a_mix_keeps_its_name_and_its_baseline_its_values():
    job = job_of(f"{CENTRE}.amount=1,4", "policy=as_written", "baseline=as_written")
    told = [
        (
            case.mix.name,
            next(i for i in case.mix.instruments if i.id.endswith("centre_firm")).amount,
        )
        for case in job.cases
    ]
    assert told == [
        ("as_written", 2.0),
        ("as_written+swept", 1.0),
        ("as_written", 2.0),
        ("as_written+swept", 4.0),
    ]


def test_folders_say_the_values_and_are_shortened_where_they_are_long(tmp_path):
    job = job_of("seed=1,2", "start.brokers=50,100")
    assert job.folder(tmp_path, job.cases[-1]) == (
        tmp_path / "weihai_2018" / "as_written" / "seed=2,start.brokers=100"
    )
    long = job_of("design=lhs", "samples=3", "vary=[parameters.research]")
    folders = [long.folder(tmp_path, case).name for case in long.cases]
    assert max(map(len, folders)) <= 100
    assert len(set(folders)) == 3


def test_numbers_vary_over_the_ranges_that_they_have():
    job = job_of("design=lhs", "samples=20", "vary=[start.brokers,parameters.research.stop]")
    own = [case for case in job.cases if case.mix.name == "as_written"]
    usual = own[0].plan.city.figures["brokers"].quantity
    brokers = [case.start["brokers"] for case in own]
    assert len(set(brokers)) == 20
    assert usual.low <= min(brokers) < max(brokers) <= usual.high
    assert len({case.numbers.values["research.stop"] for case in own}) == 20
    again = job_of("design=lhs", "samples=20", "vary=[start.brokers,parameters.research.stop]")
    assert [case.start for case in again.cases] == [case.start for case in job.cases]


def test_what_is_set_does_not_vary_and_a_range_that_is_set_is_the_range():
    swept = job_of("design=lhs", "samples=2", "vary=[start.*]", "start.brokers=70").swept
    assert "start.brokers" not in swept
    assert len(swept) > 20
    found = cases_of(
        "points=3", "vary=[parameters.research.stop]", "parameters.research.stop.range=[0.05,0.3]"
    )
    assert found[0].numbers.values["research.stop"] == 0.05
    assert found[-1].numbers.values["research.stop"] == 0.3


WRONG = [
    (["start.broker=1,2"], ["'broker'", "'brokers'?"]),
    (["targets.broker.value=1,2"], ["no target 'broker'", "'brokers'?"]),
    ([f"{CENTRE}s.amount=1,2"], ["innovation_centre_firms", "'innovation_centre_firm'?"]),
    (["parameters.research.stopp=1,2"], ["'stopp'", "'stop'?"]),
    (["sed=1,2"], ["no key 'sed'"]),
    (["start.brokers=choice()"], ["start.brokers=choice()", "empty"]),
    (["start.brokers=range(5,5)"], ["start.brokers=range(5,5)", "empty"]),
    (["seed=range(0,1,0)"], ["never ends"]),
    (["seed=range(0,1e999)"], ["no end"]),
    (["seed=range(0,10000000)"], ["10,000,000 combinations", "10,000", "force=true"]),
    (["vary=all", "points=9"], ["10^", "combinations", "force=true"]),
    (["output=a,b"], ["output=a,b", "one for all"]),
    (["workers=1,2"], ["workers=1,2", "one for all"]),
    (["cluster='tcp://a:1','tcp://b:1'"], ["cluster=", "one for all"]),
    (["precision=0.1,0.2"], ["precision", "one for all"]),
    (["micro=true,false"], ["micro=true,false", "one for all"]),
    (["experiment=a,b"], ["experiment=a,b", "one for all"]),
    (["design=grid,zip"], ["design=grid,zip", "one for all"]),
    (["seed=1,2", "seed=3"], ["seed=3", "seed=1,2 was given already"]),
    (["seed=3", "seed=1,2"], ["seed=1,2", "seed=3 was given already"]),
    (["start.brokers=1,abc"], ["1 is a number", "'abc' is a text", "one type"]),
    (["start.brokers=true,2"], ["True is yes or no", "2 is a number"]),
    (["start.brokers=5,-1"], ["start.brokers = -1"]),
    (["replicates=0,2"], ["replicates = 0", "from 1"]),
    (["seed=1.5,2"], ["seed = 1.5"]),
    (["uncertainty=both,nois"], ["'nois'", "'noise'?"]),
    (["quarters=4,9"], ["quarters = 9", "has 8"]),
    (["design=lhs", "samples=4"], ["samples ranges", "there is none"]),
    (["design=lhs", "start.brokers=interval(1,5)"], ["samples=N"]),
    (["start.brokers=interval(1,5)"], ["points=N"]),
    (["start.brokers=interval(5,1)", "points=2"], ["the lower one first"]),
    (["start.brokers=tag(lin,interval(1,5))", "points=2"], ["the only tag is log"]),
    (["start.brokers=tag(log,interval(0,5))", "points=2"], ["above 0"]),
    (["samples=4"], ["samples = 4", "design=lhs"]),
    (["points=4"], ["points = 4", "interval"]),
    (["points=0", "start.brokers=interval(1,5)"], ["points = 0", "from 1"]),
    (["design=sobol", "samples=4"], ["sobol", "not built yet", "grid, zip, lhs"]),
    (["design=latin"], ["no design 'latin'", "lhs"]),
    (["design=zip", "seed=1,2", "start.brokers=1,2,3"], ["seed has 2, start.brokers has 3"]),
    (["vary=5"], ["vary = 5", "names are needed"]),
    (["vary=[start.broker]", "points=2"], ["'start.broker'"]),
    (["vary=[research.stop]", "points=2"], ["typed parameters.research.stop"]),
    (["vary=[start.brokers]", "points=2", "start.brokers=1,2"], ["start.brokers", "vary, too"]),
    (["vary=[start.brokers]", "points=2", "start.brokers=5"], ["nothing of it has a range"]),
    (["seed=glob(*)"], ["glob()", "plan, policy and baseline"]),
    (["plan=glob(beijing*)"], ["no name of ours", "weihai_2018"]),
    (["policy=none,talent", f"{CENTRE}.amount=1,2"], ["none of the mixes selects"]),
    (["targets.brokers.indicator=brokers,broker"], ["no indicator 'broker'"]),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=lambda value: " ".join(value)[:40])
def test_a_sweep_that_cannot_be_run_is_one_sentence(arguments, said, capsys, tmp_path):
    assert main(["-m", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    for words in said:
        assert words in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "argument", ["seed=1,2", "design=lhs", "samples=3", "points=2", "vary=all", "plan=glob(*)"]
)
def test_without_the_flag_several_values_are_refused(argument, capsys):
    assert main([argument]) == 2
    assert "-m" in capsys.readouterr().err


OF_HYDRA = [
    ("hydra/launcher=joblib", "workers="),
    ("hydra.launcher.n_jobs=4", "workers="),
    ("hydra/sweeper=optuna", "design="),
    ("hydra.sweeper.params.seed=1,2", "-m seed=1,2"),
    ("hydra.sweep.dir=out", "output="),
    ("hydra.run.dir=out", "output="),
    ("+hydra.job.name=x", "not read"),
    ("--config-dir=mine", "plan=my_city.yaml"),
    ("--config-name", "experiment=my_study.yaml"),
    ("--info", "--cfg job"),
    ("--resolve", "--cfg job"),
    ("-p", "--cfg job"),
    ("--run", "without a flag"),
    ("--shell-completion", "--help"),
    ("++seed=2", "typed seed=2"),
    ("+seed=2", "typed seed=2"),
    ("~policy", "policy=MIX~ID"),
]


@pytest.mark.parametrize(("argument", "instead"), OF_HYDRA, ids=[one for one, _ in OF_HYDRA])
def test_what_hydra_users_type_is_told_what_to_type_instead(argument, instead, capsys):
    assert main([argument]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert argument.partition("=")[0].lstrip("+") in err
    assert instead in err


def test_with_force_very_many_are_composed(monkeypatch):
    monkeypatch.setattr("sim.command.combine.MOST_COMBINATIONS", 5)
    with pytest.raises(ConfigError, match="6 combinations"):
        job_of("seed=range(0,6)")
    assert len(job_of("seed=range(0,6)", "force=true").cases) == 12


def test_the_composed_configuration_says_what_is_swept(capsys):
    assert main(["-m", "seed=1,2", "start.brokers=50,60", "--cfg", "job"]) == 0
    *_, swept = yaml.safe_load_all(capsys.readouterr().out)
    assert swept["swept"] == {"seed": ["1", "2"], "start.brokers": ["50", "60"]}
    assert (swept["points"], swept["cases"]) == (4, 8)


STUDY = """
plan: my_city.yaml
policy: [as_written, founding]
start:
  brokers: [50, 100]
seed: 1,2
population.scale: 0.1
policy.without: [evaluation]
replicates: 3
"""


def own_study(folder, text=STUDY):
    folder.mkdir(exist_ok=True)
    tree = tree_of("weihai_2018")
    tree["plan"]["name"] = "my_city"
    (folder / "my_city.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")
    path = folder / "my_study.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_study_from_another_folder_says_all_of_it(tmp_path):
    path = own_study(tmp_path / "elsewhere")
    job = compose(parse([f"experiment={path}"]))[0]
    typed = job_of(
        f"plan={path.parent / 'my_city.yaml'}",
        *("policy=as_written,founding", "start.brokers=50,100", "seed=1,2", "replicates=3"),
        *("population.scale=0.1", "policy.without=[evaluation]"),
    )
    assert job.hash == typed.hash
    assert job.effort == typed.effort
    assert len(job.cases) == 2 * 2 * 3
    fewer = compose(parse([f"experiment={path}", "seed=5", "policy=founding"]))[0]
    assert {case.seed for case in fewer.cases} == {5}
    assert {case.mix.name for case in fewer.cases} == {"none", "founding"}


def test_what_stands_below_hydras_sweeper_is_read_likewise(tmp_path):
    text = "hydra:\n  sweeper:\n    params:\n      plan: weihai_2018\n      seed: 1,2\n"
    path = own_study(tmp_path / "a", text)
    assert [case.seed for case in compose(parse([f"experiment={path}"]))[0].cases] == [1, 1, 2, 2]


WRONG_STUDIES = [
    ("policy: none\n", ["my_study.yaml", "plan is missing"]),
    ("plan: weihai_2018\nsed: 1,2\n", ["my_study.yaml", "no key 'sed'"]),
    ("plan: weihai_2018\nseed: []\n", ["my_study.yaml", "seed", "empty list"]),
    ("plan: weihai_2018\nseed: [1, two]\n", ["seed", "'two' is a text"]),
    ("plan: 5\n", ["my_study.yaml", "plan", "a name or a file"]),
    ("plan: weihai_2018\nhydra:\n  launcher: joblib\n", ["hydra.launcher", "workers="]),
    ("plan: weihai_2018\nstart.brokers: 50,100\n", ["50,100", "several are a list"]),
    ("plan: weihai_2018\nseed: 1\nhydra: {sweeper: {params: {seed: '1,2'}}}\n", ["seed", "twice"]),
    ("plan: weihai_2018\nexperiment: five_plans\n", ["names no other"]),
    ("plan: weihai_2018\nworkers: 1,2\n", ["workers", "one for all"]),
    ("- a\n", ["my_study.yaml", "mapping"]),
    ("", ["my_study.yaml", "empty"]),
]


@pytest.mark.parametrize(("text", "said"), WRONG_STUDIES, ids=[text for text, _ in WRONG_STUDIES])
def test_a_study_that_cannot_be_run_is_one_sentence(text, said, tmp_path, capsys):
    path = own_study(tmp_path / "elsewhere", text)
    assert main([f"experiment={path}"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1), err
    for words in said:
        assert words in err


def test_a_study_that_is_not_there_is_told(capsys):
    assert main(["experiment=nowhere.yaml"]) == 2
    assert "no study 'nowhere.yaml'" in capsys.readouterr().err


@pytest.mark.parametrize("typed", [["start.broker=5"], ["-m", "seed=1,2", "start.broker=5,6"]])
def test_a_wrong_value_is_told_before_the_model_is_loaded(typed):
    script = (
        "import sys; from sim.__main__ import main\n"
        f"assert main({typed!r}) == 2\n"
        "assert not {'numba', 'scipy', 'pandas'} & set(sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (told.returncode, told.stderr.count("\n")) == (0, 1), told.stderr
