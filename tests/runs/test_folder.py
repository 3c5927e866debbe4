"""Names of folders, that every file system takes and that are none of our own files."""

import dataclasses
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
