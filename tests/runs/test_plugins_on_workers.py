"""Rules from outside in other processes and on other machines: the same bytes, or one sentence."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_cluster import carried_out, files, loopback

import sim
from sim.core.errors import ConfigError
from sim.indicators.table import INDICATORS
from sim.region import plugins
from sim.runs import ensemble, workers
from sim.runs.effort import Effort

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TYPED = (
    f"plugins=[{EXAMPLES / 'evening_school.py'}]",
    f"plan={EXAMPLES / 'evening_plan.yaml'}",
    "replicates=6",
    "parameters.evening_school.passes.range=[0.3,0.9]",
)
NEEDY = """
import sim
import only_here

sim.register(process=sim.Process(name="needy", acts=print, after="market"))
"""
GROWING = """
import sim

def grow(state):
    state.gdp *= 1.1

sim.register(process=sim.Process(name="growing", acts=grow, after="market"))
"""


@pytest.fixture(autouse=True)
def _nothing_stays():
    yield
    plugins.load(None)


def test_a_plug_in_acts_alike_with_one_worker_two_and_on_a_cluster(tmp_path):
    roots = [tmp_path / name for name in ("one", "two", "cluster")]
    carried_out(roots[0], *TYPED, "workers=1")
    carried_out(roots[1], *TYPED, "workers=2")
    with loopback(2) as (address, _):
        study = carried_out(roots[2], *TYPED, "workers=2", f"cluster={address}")
    assert study.failures == []
    paid = study.combinations[0].ledger.query("instrument == 'evening_courses'")
    assert paid["replicate"].nunique() == 6
    assert files(roots[0]) == files(roots[1]) == files(roots[2])
    assert {"trajectories.parquet", "ledger.parquet"} <= files(roots[0]).keys()


def test_a_worker_that_had_a_plug_in_runs_the_next_job_without_it(tmp_path):
    plain = ("plan=weihai_2018", "replicates=4")
    carried_out(tmp_path / "before", *plain, "workers=1")
    carried_out(tmp_path / "own", *TYPED, "workers=2")
    carried_out(tmp_path / "after", *plain, "workers=2")
    assert files(tmp_path / "before") == files(tmp_path / "after")


def needy(folder, monkeypatch):
    """Return a job with a plug-in that imports what is nowhere but in this process."""
    monkeypatch.chdir(folder)
    monkeypatch.setitem(sys.modules, "only_here", sys)
    (folder / "needy_rules.py").write_text(NEEDY)
    settings = {"plugins": ["needy_rules"], "replicates": 4, "output": None, "scale": 0.1}
    return sim._job("test", "weihai_2018", ["none"], (), settings | {"quarters": 1})


LACKS = (
    r"^worker \d+ on .*: plug-in needy_rules, line 3: ModuleNotFoundError: No module named "
    "'only_here'$"
)


def test_a_worker_that_lacks_what_a_plug_in_needs_is_told_once(tmp_path, monkeypatch):
    job = needy(tmp_path, monkeypatch)
    with pytest.raises(ConfigError, match=LACKS):
        ensemble.run(job.cases, [tmp_path / "out"], Effort(replicates=4, workers=2))
    assert not list(tmp_path.glob("out/.chunks/*"))


def test_a_machine_that_lacks_what_a_plug_in_needs_is_told_once(tmp_path, monkeypatch):
    job = needy(tmp_path, monkeypatch)
    with loopback(1) as (address, _):
        effort = Effort(replicates=4, workers=1, cluster=address)
        with pytest.raises(ConfigError, match=LACKS):
            ensemble.run(job.cases, [tmp_path / "out"], effort)


def seen(item):
    """Return what an indicator is, as far as it is known where this is asked."""
    return INDICATORS["evening_brokers"].unit if item else os.getpid()


def test_whatever_else_is_worked_on_in_other_processes_knows_the_plug_in():
    plugins.load(EXAMPLES / "evening_school.py")
    assert list(workers.computed(seen, [1, 1, 1, 1], 2)) == ["persons"] * 4
    assert os.getpid() not in workers.computed(seen, [0, 0], 2)


def test_a_machine_whose_worker_has_several_threads_is_told(tmp_path):
    with loopback(1, "--nthreads", "2") as (address, _):
        words = r"worker tcp://127.* has 2 threads, .* --nthreads 1"
        with pytest.raises(ConfigError, match=words):
            carried_out(tmp_path, *TYPED, f"cluster={address}")


def test_a_worker_with_another_text_than_the_case_names_is_told(tmp_path):
    settings = {"plugins": EXAMPLES / "evening_school.py", "replicates": 1, "output": None}
    (case,) = sim._job("test", "weihai_2018", ["none"], (), settings).cases
    (plugin,) = case.plugins
    other = dataclasses.replace(plugin, source=plugin.source + "#")
    changed = dataclasses.replace(case, plugins=(other,))
    part = ensemble._Part(
        case=changed, folder=tmp_path, unrecorded=frozenset([0]), micro=frozenset()
    )
    with pytest.raises(ConfigError, match=r"^worker \d+ on .*: plug-in evening_school: its text"):
        ensemble._compute(ensemble._Task(parts=[part], replicates=[0]))


def test_a_script_of_ones_own_names_a_plug_in_beside_it(tmp_path):
    (tmp_path / "my_rules.py").write_text(GROWING)
    (tmp_path / "study.py").write_text(
        "import sim\n"
        "words = dict(replicates=2, scale=0.1, quarters=2, workers=2)\n"
        "own = sim.run('weihai_2018', plugins=['my_rules'], **words).trajectories('gdp')\n"
        "plain = sim.run('weihai_2018', **words).trajectories('gdp')\n"
        "print((own > plain).all(axis=None), len(own))\n"
    )
    environment = {"PYTHONPATH": str(Path(sim.__file__).parents[1]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "study.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True 2\n", done.stderr
