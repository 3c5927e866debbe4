"""Names of folders, that every file system takes and that are none of our own files."""

import dataclasses
import subprocess
import sys
import time
from pathlib import Path

import pytest
from plans import PLANS

from sim.core.errors import ConfigError
from sim.policy.choosing import choose
from sim.region.case import case_of
from sim.runs import workers
from sim.runs.effort import Effort
from sim.runs.folder import folder_name
from sim.runs.job import job_of

PLAN = PLANS["weihai_2018"]


@pytest.mark.parametrize(
    "name",
    [
        *("report.html", "manifest.json", "Manifest.JSON", "figures", "Figures", "summary.csv"),
        *("trajectories.parquet", "tables.xlsx", "CON", "aux.txt", "com1", "ends."),
    ],
)
def test_a_plan_called_as_a_file_of_ours_has_a_folder_of_another_name(name):
    safe = folder_name(name)
    assert safe not in ("", name)
    assert folder_name(safe) == safe
    assert safe.casefold() != name.casefold()


@pytest.mark.parametrize(
    "name", ["weihai_2018", "as_written~evaluation", "figures_2", "v1.5", "甬"]
)
def test_any_other_name_is_that_of_its_folder(name):
    assert folder_name(name) == name


def test_names_that_differ_by_capitals_only_are_refused():
    plans = [PLAN, dataclasses.replace(PLAN, name="Weihai_2018")]
    cases = [case_of(plan, choose(plan, "none")) for plan in plans]
    with pytest.raises(ConfigError, match=r"Weihai_2018 with policy none .* by more than capitals"):
        job_of(cases, Effort(), several=True)


def _here(item):
    return str(Path.cwd())


def test_work_is_done_where_the_main_process_is_though_it_has_moved(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        assert set(workers.computed(_here, [0, 1, 2], 2)) == {str(tmp_path / name)}


LONG = """
import os, sys, time
from pathlib import Path
from sim.runs import workers

def long(item):
    Path(f"{item}.pid").write_text(str(os.getpid()))
    time.sleep(60)

if __name__ == "__main__":
    list(workers.computed(long, [1, 2], 2))
"""


def _lives(pid):
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "\nState:\tZ" not in status.read_text("utf-8")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="processes are told by /proc")
def test_workers_end_soon_after_a_main_process_that_was_killed(tmp_path):
    (tmp_path / "long.py").write_text(LONG, "utf-8")
    with subprocess.Popen([sys.executable, "long.py"], cwd=tmp_path) as process:
        files = [tmp_path / f"{item}.pid" for item in (1, 2)]
        _wait(lambda: all(file.exists() and file.read_text() for file in files), 60)
        process.kill()
    pids = [file.read_text() for file in files]
    _wait(lambda: not any(map(_lives, pids)), 20)


def _wait(until, seconds):
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.1)
