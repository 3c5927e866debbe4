"""Rules from outside: what a plug-in adds, that nothing of it stays, and what is wrong with one."""

import copy
import dataclasses
import hashlib
import json
import runpy
from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pytest

import sim
from sim.__main__ import main
from sim.core.draws import PROCESSES
from sim.core.errors import ConfigError, SimError
from sim.core.identity import of_name
from sim.indicators.table import INDICATORS
from sim.inputs.levers import LEVERS, TYPES
from sim.inputs.number_set import settable
from sim.inputs.numbers import sheets
from sim.region import plugins
from sim.region.declared import DECLARED
from sim.region.pages import QUARTER

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SCHOOL, PLAN = EXAMPLES / "evening_school.py", EXAMPLES / "evening_plan.yaml"
QUICK = {"replicates": 2, "scale": 0.1, "quarters": 3, "workers": 1}

PROCESS = """
import sim

def act(state, *numbers):
    {act}

sim.register(process=sim.Process(name="{name}", acts=act, after="{after}"))
"""
NUMBERS = """
import sim

class Parameters(sim.Numbers, name="{sheet}"):
    speed: float = sim.number("speed", {rest})

sim.register(
    process=sim.Process(name="own", acts=lambda *taken: None, after="market", numbers=Parameters)
)
"""
WHOLE = "default=1, low=1, high=2, unit='ratio', status='assumed', source='here'"


@pytest.fixture(autouse=True)
def _nothing_stays():
    yield
    plugins.load(None)


def lists():
    """Return all lists that a plug-in may join, as they are now."""
    dicts = (PROCESSES, LEVERS, TYPES, sheets(), DECLARED, INDICATORS, settable())
    return [*map(dict, dicts), list(QUARTER)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A current folder in which plug-ins can be written."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def process(name="own", after="market", act="pass"):
    return PROCESS.format(name=name, after=after, act=act)


# What it adds


def test_a_plug_in_joins_all_lists_and_leaves_none_of_it_behind():
    before = lists()
    plugins.load(SCHOOL)
    assert "evening_school" in PROCESSES.keys() & TYPES.keys() & sheets().keys()
    assert {"evening_school.passes", "evening_school.price"} <= settable().keys()
    names = [name for name, _ in QUARTER]
    assert names[names.index("services") + 1] == "evening_school"
    plugins.load(None)
    assert lists() == before


def test_one_that_is_loaded_again_is_the_same():
    first = plugins.load(SCHOOL)
    acts = QUARTER[:]
    assert plugins.load([SCHOOL, str(SCHOOL)]) == first
    assert acts == QUARTER


def test_its_instrument_pays_and_moves_its_indicator_and_ours(folder):
    result = sim.run(PLAN, plugins=SCHOOL, **QUICK)
    passed = result.trajectories("evening_brokers")
    assert (passed.iloc[:, -1] > 100).all()
    without = sim.run(PLAN, "none", plugins=SCHOOL, **QUICK)
    more = result.trajectories("brokers") - without.trajectories("brokers")
    assert np.array_equal(more, passed)
    paid = result.ledger().query("instrument == 'evening_courses'")
    prices = result.parameters()["evening_school.price"]
    assert paid.groupby("replicate").amount.sum().to_numpy() == pytest.approx(300 * prices, 1e-3)


def test_its_numbers_are_drawn_and_set_and_move_no_draw_of_ours(folder):
    plain, own = sim.run("weihai_2018", **QUICK), sim.run("weihai_2018", plugins=SCHOOL, **QUICK)
    drawn = own.parameters()
    assert drawn["evening_school.passes"].between(0.4, 0.8).all()
    assert drawn["evening_school.passes"].nunique() == 2
    assert drawn[plain.parameters().columns].equals(plain.parameters())
    assert own.attainment().equals(plain.attainment())
    assert own.ledger().equals(plain.ledger())
    with pytest.warns(UserWarning, match=r"evening_school.passes = 1 lies outside its range"):
        one = sim.run(PLAN, plugins=SCHOOL, parameters={"evening_school.passes": 1}, **QUICK)
    assert (one.trajectories("evening_brokers").iloc[:, -1] == 300).all()


def test_two_after_one_process_come_in_the_order_of_their_names(folder):
    for name in ("first", "second"):
        (folder / f"{name}_rules.py").write_text(process(name))
    plugins.load(["second_rules", "first_rules"])
    names = [name for name, _ in QUARTER]
    at = names.index("market")
    assert names[at : at + 3] == ["market", "second", "first"]


def test_one_may_import_one_that_is_named_before_and_follows_its_changes(folder):
    (folder / "my_tables.py").write_text("NAME = 'own'")
    (folder / "my_rules.py").write_text(
        process()
        .replace('"own"', "NAME")
        .replace("import sim", "import sim\nfrom my_tables import NAME")
    )
    with pytest.raises(ConfigError, match=r"name it before, as in plugins=\[my_tables,my_rules\]"):
        plugins.load("my_rules")
    for name in ("own", "other"):
        (folder / "my_tables.py").write_text(f"NAME = '{name}'")
        plugins.load(["my_tables", "my_rules"])
        assert name in dict(QUARTER)


def test_what_it_keeps_is_kept_per_mix():
    region = sim.Region(PLAN, "as_written", seed=1, scale=0.1, plugins=[SCHOOL])
    start = region.state.copy(region.state.books)
    region.step()
    assert region.state.kept["evening_pupils"] == 100
    assert start.kept["evening_pupils"] == 0


# The page that tells of them


def test_the_page_shows_the_examples_as_they_are():
    page = (EXAMPLES.parent / "extending.md").read_text("utf-8")
    for name in ("evening_school.py", "journalist.py"):
        assert f"```python\n{(EXAMPLES / name).read_text('utf-8')}```\n" in page
    plan = PLAN.read_text("utf-8")
    assert f"```yaml\n{plan[plan.index('instruments:') :]}```\n" in page
    (school,) = plugins.load(SCHOOL)
    assert plugins.told(school) in " ".join(page.replace("> ", "").split())


def test_the_agent_of_the_page_notes_what_the_collector_does(capsys):
    shown = runpy.run_path(str(EXAMPLES / "journalist.py"))
    collected = shown["region"].datacollector.get_model_vars_dataframe()
    assert shown["journalist"].notes == collected["high_tech_firms"].tolist()[1:]
    assert str(shown["journalist"].notes) in capsys.readouterr().out


# One case after another, and two at once


def test_the_case_and_its_start_are_others_with_a_plug_in_and_the_plan_is_not(folder):
    (folder / "a_rule.py").write_text(process())
    hashes, worlds = set(), set()
    for names, text in ((None, ""), (["a_rule"], ""), (["a_rule"], "\n# changed")):
        (folder / "a_rule.py").write_text(process() + text)
        settings = {"plugins": names, "replicates": 1, "output": None}
        (case,) = sim._job("test", "weihai_2018", ["none"], (), settings).cases
        hashes.add(case.hash)
        worlds.add(case.world)
    assert len(hashes) == len(worlds) == 3


def test_two_regions_with_and_without_a_plug_in_can_step_in_turn():
    words = {"policy": "as_written", "seed": 1, "scale": 0.1}
    own = sim.Region(PLAN, plugins=SCHOOL, **words)
    plain = sim.Region("weihai_2018", **words)
    alone = sim.Region("weihai_2018", **words)
    for _ in range(2):
        own.step()
        plain.step()
    for _ in range(2):
        alone.step()
    assert own.indicators["evening_brokers"] > 50
    assert plain.indicators == alone.indicators
    assert "evening_school.passes" not in plain.run_of_city.values.flat


def test_a_copy_of_a_region_with_a_plug_in_goes_on_as_the_original_would():
    region = sim.Region(PLAN, "as_written", seed=1, scale=0.1, plugins=SCHOOL)
    region.step()
    other = copy.deepcopy(region)
    plugins.load(None)
    region.step()
    other.step()
    assert region.indicators == other.indicators
    assert region.indicators["evening_brokers"] > 100


def test_a_job_runs_with_its_own_plug_ins_whatever_was_loaded_since(folder):
    settings = {"plugins": SCHOOL, **QUICK, "seed": 1, "output": None}
    job = sim._job("test", PLAN, ["as_written"], (), settings)
    plugins.load(None)
    from sim.publish import publish

    study = publish(job, folder / "out", "test")
    assert study.failures == []
    report = (folder / "out" / "report.html").read_text("utf-8")
    assert "Rules from outside the package were in force" in report
    assert f"evening_school (sha256 {job.cases[0].plugins[0].sha256[:12]}): the process" in report


# What is wrong with one


def refused(names):
    """Return the sentence with which plug-ins are refused; nothing of them stays."""
    before = lists()
    with pytest.raises(ConfigError) as caught:
        plugins.load(names)
    assert lists() == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("my_rule", r"no my_rule.py in this folder nor where Python looks .* mean 'my_rules'\?"),
        ("rules/my_rules.py", "no such file"),
        ("my-rules", "no my-rules.py in this folder"),
        ("numpy", "no package"),
        ("math", "another module has this name|one file of Python"),
        ("", "names of modules"),
        (5, "names of modules"),
        ([5], "names of modules"),
    ],
)
def test_one_that_is_missing_is_told(folder, name, words):
    (folder / "my_rules.py").write_text(process())
    with pytest.raises(ConfigError, match=words):
        plugins.load(name)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import sim\n\n1 / 0", "plug-in own_rules, line 3: ZeroDivisionError: division by zero"),
        ("import sim\nfrom os import nix", "line 2: ImportError: cannot import name 'nix'"),
        ("import sim\ndef", "line 2: it is no Python"),
        ("raise SystemExit(3)", "line 1: SystemExit: 3"),
        ("from . import others", "line 1: a plug-in is one file"),
        (
            process("research"),
            "process 'research': the model has one of that name already; give yours another",
        ),
        (process("wording"), "process 'wording': the model has one of that name"),
        (process("founders"), ".* 'founders': the model has one of that name"),
        (process("start"), "process 'start': the model has one of that name"),
        (process() + process().replace("import sim", ""), "'own': the plug-in own_rules has one"),
        (process("Own"), "small letters"),
        (process(after="marked"), "process own: after: no process 'marked'; .* mean 'market'"),
        (process(after="settle"), "process own: after: no process 'settle'"),
        (NUMBERS.format(sheet="other", rest=WHOLE), r"sim.Numbers, name='own'\) is needed"),
        (NUMBERS.format(sheet="own", rest="default=1"), "own_rules: numbers of own: speed"),
        (NUMBERS.format(sheet="own", rest=WHOLE.replace("ratio", "share")), "own: speed"),
        (
            "import sim\nsim.register(kind={})",
            "line 2: .* a platform kind cannot come from outside",
        ),
        ("import sim\nsim.register(process=print)", "a sim.Process is needed"),
        (
            process().replace('"own"', "5"),
            "a name of small letters, .* not 5",
        ),
        (process().replace("acts=act", "acts=5"), "a function is needed, not 5"),
        (
            process().replace("after=", "numbers=dict, after="),
            r"sim.Numbers, name='own'\) is needed",
        ),
        ("import sim\nsim.register(instrument_type='x')", "a dict by name is needed"),
        (
            "import sim\nsim.register(instrument_type={'fund': sim.InstrumentType(levers=(), "
            "process='market')})",
            "type of instrument 'fund': the model has one of that name",
        ),
        (
            "import sim\nsim.register(instrument_type={'own': sim.InstrumentType(levers=(sim.Lever("
            "name='listing', unit='u', reads=('market',), pays=False, meaning='m'),), "
            "process='market')})",
            "lever 'listing': the model has one of that name",
        ),
        (
            "import sim\nsim.register(indicator=sim.Indicator(name='brokers', unit='', zh='', "
            "meaning='', measure=len, moved_by=('services',)))",
            "indicator 'brokers': the model has one of that name",
        ),
        (
            "import sim\nsim.register(indicator=sim.Indicator(name='own', unit='', zh='', "
            "meaning='', measure=len, moved_by=('servicing',)))",
            "indicator own: no process 'servicing'",
        ),
    ],
)
def test_one_that_does_not_fit_is_told_in_a_sentence(folder, source, words):
    (folder / "own_rules.py").write_text(source)
    sentence = refused("own_rules")
    assert sentence.startswith("plug-in own_rules")
    with pytest.raises(ConfigError, match=words):
        plugins.load("own_rules")


def test_a_text_with_windows_ends_of_lines_and_a_mark_before_it_is_read(folder):
    text = ("\ufeff" + process()).replace("\n", "\r\n").encode()
    (folder / "own_rules.py").write_bytes(text)
    (plugin,) = plugins.load("own_rules")
    assert plugin.sha256 == hashlib.sha256(text).hexdigest()
    (folder / "own_rules.py").write_bytes("# 规则".encode("gbk"))
    assert "its file is not UTF-8" in refused("own_rules")


def test_the_first_page_of_several_plans_tells_of_them(folder):
    (folder / "own_rules.py").write_text(process())
    typed = ["-m", "plan=weihai_2018,jiangyin_2025", "policy=none", "plugins=[own_rules]"]
    typed += ["replicates=1", "quarters=1", "population.scale=0.1", "workers=1", "output=out"]
    assert main(typed) == 0
    page = (folder / "out" / "report.html").read_text("utf-8")
    assert page.count("Rules from outside the package") == 3
    manifest = json.loads((folder / "out" / "manifest.json").read_text("utf-8"))
    assert list(manifest["plugins"]) == ["own_rules"]


def test_a_study_names_one_that_lies_beside_it_and_a_sweep_sets_its_numbers(folder):
    (folder / "study").mkdir()
    (folder / "study" / "own_rules.py").write_text(NUMBERS.format(sheet="own", rest=WHOLE))
    (folder / "study" / "my_study.yaml").write_text(
        "plan: weihai_2018\npolicy: none\nreplicates: 1\nquarters: 1\nworkers: 1\n"
        "population.scale: 0.05\nplugins: [own_rules]\nparameters.own.speed: [1.0, 1.5, 2.0]\n"
    )
    assert main(["experiment=study/my_study.yaml", "output=out"]) == 0
    table = pd.read_csv(folder / "out" / "sweep.csv")
    assert sorted(table["parameters.own.speed"].unique()) == [1.0, 1.5, 2.0]
    assert main(["experiment=out/experiment.yaml", "output=again"]) == 0
    assert (folder / "again" / "sweep.csv").read_bytes() == (
        folder / "out" / "sweep.csv"
    ).read_bytes()


def test_plug_ins_are_not_swept(folder, capsys):
    assert main(["-m", "plugins=one_rules,two_rules"]) == 2
    assert "plugins" in capsys.readouterr().err


def test_two_that_add_one_name_are_told(folder):
    for name in ("one_rules", "two_rules"):
        (folder / f"{name}.py").write_text(process())
    words = "plug-in two_rules: process 'own': the plug-in one_rules has one of that name"
    assert words in refused(["one_rules", "two_rules"])


def test_two_files_of_one_name_and_a_name_of_a_module_are_told(folder):
    (folder / "below").mkdir()
    (folder / "my_rules.py").write_text(process())
    (folder / "below" / "my_rules.py").write_text(process("other"))
    (folder / "below" / "json.py").write_text(process("other"))
    assert "two files are called my_rules.py" in refused(["my_rules", "below/my_rules.py"])
    assert "another module has this name" in refused("below/json.py")


def test_one_whose_draws_would_be_those_of_another_is_told(folder, monkeypatch):
    monkeypatch.setattr(plugins, "_CODES", plugins._FIRST_CODE + 1)
    for name in ("one", "two"):
        (folder / f"{name}_rules.py").write_text(process(name))
    words = "the process two would have the draws of the process one"
    assert words in refused(["one_rules", "two_rules"])


def test_codes_of_draws_follow_from_names_and_lie_apart_from_ours():
    plugins.load(SCHOOL)
    code = PROCESSES["evening_school"]
    assert 1024 <= code < 65536
    assert code == 1024 + int(of_name("evening_school")[0]) % 64512
    assert max(own for name, own in PROCESSES.items() if name != "evening_school") < 1024


def test_a_text_that_is_not_what_the_case_names_is_told():
    (school,) = plugins.load(SCHOOL)
    other = dataclasses.replace(school, source=school.source + "\n# else")
    with pytest.raises(ConfigError, match="evening_school: its text has not the hash"):
        plugins.put_in_force([other])


def test_to_register_without_being_loaded_is_refused():
    with pytest.raises(ConfigError, match=r"plugins=\[my_rules\]"):
        sim.register(process=sim.Process(name="own", acts=print, after="market"))


def test_an_error_of_its_rule_is_told_with_its_line(folder):
    (folder / "own_rules.py").write_text(process(act="return 1 / state.kept['none']"))
    with pytest.warns(UserWarning, match="2 replicates failed"):
        result = sim.run("weihai_2018", plugins="own_rules", **QUICK)
    words = "plug-in own_rules, line 5: ZeroDivisionError: float division by zero"
    assert {failure.error for failure in result.combination.failures} == {words}


def test_the_command_line_tells_what_is_wrong_with_one(folder, capsys):
    (folder / "own_rules.py").write_text("import sim\n1 / 0\n")
    assert main(["plugins=[own_rules]"]) == 2
    assert capsys.readouterr().err == (
        "plug-in own_rules, line 2: ZeroDivisionError: division by zero\n"
    )


def test_a_folder_goes_on_with_the_same_plug_in_only(folder, capsys):
    (folder / "own_rules.py").write_text(process())
    typed = ["plugins=own_rules", "replicates=1", "quarters=1", "population.scale=0.1"]
    typed += ["workers=1", "output=out"]
    assert main(typed) == main(typed) == 0
    (folder / "own_rules.py").write_text(process() + "# changed")
    assert main(typed) == 2
    assert "it holds another configuration: plugins was [['own_rules', '" in capsys.readouterr().err


# Reporters and agents of one's own, in a city as a Mesa model


class Journalist(mesa.Agent):
    """Notes in each quarter how many firms there are."""

    def __init__(self, model):
        super().__init__(model)
        self.notes = []

    def step(self):
        self.notes.append(len(self.model.agents_by_type[sim.Firm]))


def firms_of(model):
    return len(model.agents_by_type[sim.Firm])


def test_reporters_of_ones_own_stand_beside_the_indicators():
    region = sim.Region(
        "weihai_2018",
        seed=1,
        scale=0.1,
        model_reporters={"firms": firms_of, "quarters": "steps"},
        agent_reporters={"revenue": "revenue"},
    )
    region.step()
    collected = region.datacollector.get_model_vars_dataframe()
    assert collected["quarters"].tolist() == [0, 1]
    assert collected["firms"].iloc[-1] == region.state.firms.alive.sum()
    assert {"brokers", "firms"} < set(collected)
    assert len(region.datacollector.get_agent_vars_dataframe().loc[1.0]) == len(region.agents)


@pytest.mark.parametrize(
    ("reporters", "words"),
    [
        ({"brokers": firms_of}, "'brokers' is collected already"),
        ({"firms": 5}, "firms: a function or the name of an attribute is needed, not 5"),
        ([firms_of], "a mapping from names"),
    ],
)
def test_reporters_that_do_not_fit_are_told(reporters, words):
    with pytest.raises(ConfigError, match=words):
        sim.Region("weihai_2018", seed=1, scale=0.1, model_reporters=reporters)


def test_agents_of_ones_own_live_beside_the_city_and_change_nothing_of_it():
    plain, region = (sim.Region("weihai_2018", seed=1, scale=0.1) for _ in range(2))
    journalist = Journalist(region)
    assert list(region.own_agents) == [journalist]
    assert journalist not in region.agents
    assert Journalist not in region.agents_by_type
    for _ in range(2):
        plain.step()
        region.step()
    assert journalist.notes[-1] == region.state.firms.alive.sum()
    assert len(journalist.notes) == 2
    assert region.indicators == plain.indicators
    journalist.remove()
    assert len(region.own_agents) == 0
    firm = next(iter(region.agents_by_type[sim.Firm]))
    with pytest.raises(SimError, match="no agent is added to a city"):
        region.register_agent(firm)
