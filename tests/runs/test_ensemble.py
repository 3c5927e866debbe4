import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from studies import write_tables

from sim.command.compose import compose
from sim.command.grammar import parse
from sim.core.errors import SimError
from sim.core.quantity import STRATA
from sim.inputs.design import luck, shares
from sim.publish import run_and_read
from sim.runs.chunks import CHUNKS, read
from sim.runs.ensemble import run

QUICK = ("quarters=2", "population.scale=0.1")
TABLES = (
    "attainment.csv",
    "summary.csv",
    "ledger.parquet",
    "trajectories.parquet",
    "parameters.parquet",
)
SCRIPT = """
import sys
from pathlib import Path
from sim.command.compose import compose
from sim.command.grammar import parse
from sim.publish import run_and_read
from sim.results.files import write_combinations, write_whole
job, _ = compose(parse(sys.argv[2:]))
study = run_and_read(job, Path(sys.argv[1]))
write_combinations(study)
write_whole(study)
"""


def job_of(*arguments):
    return compose(parse([*QUICK, *arguments]))[0]


def carried_out(root, *arguments):
    study = run_and_read(job_of(*arguments), root)
    write_tables(study)
    return study


def files(root):
    return {name: (root / name).read_bytes() for name in TABLES}


def same(a, b):
    # What nothing measures is NaN in both.
    return set(a) == set(b) and all(
        np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f") for name in a
    )


def chunks(root):
    return sorted((root / CHUNKS).iterdir())


# Which parameters, which luck


def test_fifty_replicates_meet_every_stratum_once():
    drawn = [shares(["a", "b"], 1, replicate)["a"] for replicate in range(STRATA)]
    assert sorted(int(share * STRATA) for share in drawn) == list(range(STRATA))
    assert drawn != sorted(drawn)


def test_a_new_parameter_moves_no_other():
    for kind in ("both", "parameters"):
        few = [shares(["a", "b"], 1, replicate, kind) for replicate in range(120)]
        more = [shares(["new", "b", "a"], 1, replicate, kind) for replicate in range(120)]
        assert [one["a"] for one in few] == [one["a"] for one in more]


def test_two_names_and_two_seeds_are_drawn_apart():
    drawn = np.array([list(shares(["a", "b"], 1, r).values()) for r in range(STRATA)])
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.4
    assert shares(["a"], 1, 0) != shares(["a"], 2, 0)


def test_what_differs_between_replicates_is_what_was_asked_for():
    assert shares(["a"], 1, 7, "noise") == {"a": 0.5}
    assert shares(["a"], 1, 7) == shares(["a"], 1, 57)
    assert shares(["a"], 1, 7, "parameters") != shares(["a"], 1, 57, "parameters")
    assert [luck(1, 7, kind).replicate for kind in ("both", "noise", "parameters")] == [7, 7, 0]


def test_a_later_block_of_parameters_meets_every_stratum_too():
    later = [shares(["a"], 1, r, "parameters")["a"] for r in range(3 * STRATA, 4 * STRATA)]
    assert sorted(int(share * STRATA) for share in later) == list(range(STRATA))


# Chunks


def test_the_first_of_more_replicates_are_the_same_and_a_run_grows_in_place(tmp_path):
    carried_out(tmp_path / "four", "replicates=4", "workers=1")
    carried_out(tmp_path / "two", "replicates=2", "workers=1")
    assert same(read(tmp_path / "four", 2), read(tmp_path / "two", 2))
    kept = {path: path.stat().st_mtime_ns for path in chunks(tmp_path / "two")}
    carried_out(tmp_path / "two", "replicates=4", "workers=1")
    assert files(tmp_path / "two") == files(tmp_path / "four")
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


def test_one_worker_and_two_give_the_same_files(tmp_path):
    carried_out(tmp_path / "one", "replicates=9", "workers=1")
    carried_out(tmp_path / "two", "replicates=9", "workers=2")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    carried_out(tmp_path / "two", "replicates=12", "workers=2")
    carried_out(tmp_path / "one", "replicates=12", "workers=1")
    assert files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.parametrize("damage", ["cut short", "garbage", "one byte", "empty"])
def test_a_damaged_chunk_is_computed_again_and_said(damage, tmp_path, capsys):
    carried_out(tmp_path, "replicates=3", "workers=1")
    before = files(tmp_path)
    chunk = chunks(tmp_path)[1]
    content = bytearray(chunk.read_bytes())
    if damage == "one byte":
        content[len(content) // 2] ^= 0xFF
    damaged = {"cut short": content[:-100], "garbage": b"garbage" * 99, "empty": b""}
    chunk.write_bytes(damaged.get(damage, content))
    capsys.readouterr()
    carried_out(tmp_path, "replicates=3", "workers=1")
    assert f"{chunk}: damaged" in capsys.readouterr().err
    assert files(tmp_path) == before


def test_an_unfinished_chunk_is_cleared_away(tmp_path):
    carried_out(tmp_path, "replicates=2", "workers=1")
    left = tmp_path / CHUNKS / "000002-000003.4711"
    left.write_bytes(b"half")
    carried_out(tmp_path, "replicates=2", "workers=1")
    assert not left.exists()


def test_a_replicate_that_was_computed_twice_counts_once(tmp_path):
    carried_out(tmp_path, "replicates=2", "workers=1")
    once = read(tmp_path, 2)
    chunk = chunks(tmp_path)[0]
    (tmp_path / CHUNKS / "000000-000009.npz").write_bytes(chunk.read_bytes())
    assert same(read(tmp_path, 2), once)


def test_a_failed_replicate_leaves_the_others_and_is_tried_again(tmp_path, monkeypatch):
    from sim.region import region

    real = region.live_out

    def unlucky(start, *others, **goals):
        if start.replicate in (0, 2):
            raise ArithmeticError(f"replicate {start.replicate}")
        return real(start, *others, **goals)

    monkeypatch.setattr(region, "live_out", unlucky)
    job = job_of("replicates=4", "workers=1")
    failures = run(job.cases, [tmp_path], job.effort)
    assert [(f.replicate, f.error) for f in failures] == [
        (0, "ArithmeticError: replicate 0"),
        (2, "ArithmeticError: replicate 2"),
    ]
    assert read(tmp_path, 4)["replicate"].tolist() == [1, 3]
    monkeypatch.setattr(region, "live_out", real)
    assert run(job.cases, [tmp_path], job.effort) == []
    assert read(tmp_path, 4)["replicate"].tolist() == [0, 1, 2, 3]


def test_a_strange_error_is_told_with_what_was_set_beyond_its_range(tmp_path, monkeypatch):
    def strange(*arguments):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("sim.region.region.start_city", strange)
    job = job_of("replicates=1", "workers=1", "parameters.research.stop=0.9")
    (failure,) = run(job.cases, [tmp_path], job.effort)
    assert failure.error.startswith(
        "ZeroDivisionError: division by zero; perhaps because parameters.research.stop = 0.9 lies "
        "outside its range"
    )


@pytest.mark.parametrize("number", ["budget.growth=-0.5", "budget.swing=9"])
def test_money_that_shrinks_by_all_there_is_ends_at_nothing(number, tmp_path):
    job = job_of("replicates=2", "workers=1", f"parameters.{number}")
    assert run(job.cases, [tmp_path], job.effort) == []


def test_an_error_of_ours_is_told_in_its_own_words(tmp_path, monkeypatch):
    def refused(*arguments):
        raise SimError("brokers became infinite")

    monkeypatch.setattr("sim.region.region.start_city", refused)
    job = job_of("replicates=1", "workers=1")
    assert [one.error for one in run(job.cases, [tmp_path], job.effort)] == [
        "brokers became infinite"
    ]


def test_where_every_replicate_fails_the_tables_are_empty(tmp_path, monkeypatch):
    def unlucky(*arguments, **others):
        raise ArithmeticError("always")

    monkeypatch.setattr("sim.region.region.start_city", unlucky)
    study = carried_out(tmp_path, "replicates=2", "workers=1")
    assert len(study.failures) == 2
    assert set(study.attainment["replicates"]) == {0}
    assert study.attainment["probability"].isna().all()


def test_ctrl_c_keeps_the_replicates_that_are_finished(tmp_path, monkeypatch):
    from sim.region import region

    real = region.live_out

    def interrupted(start, *others, **goals):
        if start.replicate == 5:
            raise KeyboardInterrupt
        return real(start, *others, **goals)

    monkeypatch.setattr(region, "live_out", interrupted)
    job = job_of("replicates=20", "workers=1")
    with pytest.raises(KeyboardInterrupt):
        run(job.cases, [tmp_path], job.effort)
    assert read(tmp_path, 20)["replicate"].tolist() == [0, 1, 2, 3, 4]


def test_a_run_killed_midway_goes_on_to_the_same_files(tmp_path):
    arguments = [*QUICK, "replicates=24"]
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "killed"), *arguments, "workers=2"]
    with subprocess.Popen(command, start_new_session=True) as running:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob(f"killed/{CHUNKS}/*.npz")) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(running.pid, signal.SIGKILL)
    kept = len(chunks(tmp_path / "killed"))
    carried_out(tmp_path / "killed", "replicates=24", "workers=2")
    carried_out(tmp_path / "whole", "replicates=24", "workers=2")
    assert 0 < kept < len(chunks(tmp_path / "whole"))
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def end_this_process(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.runs.ensemble._compute", end_this_process)
    job = job_of("replicates=4", "workers=2")
    with pytest.raises(SimError, match="ended from outside"):
        run(job.cases, [tmp_path], job.effort)


def test_a_city_begins_once_for_all_its_mixes(tmp_path, monkeypatch):
    from sim.region import region

    real, begun = region.start_city, []

    def noted(case, replicate):
        begun.append(replicate)
        return real(case, replicate)

    monkeypatch.setattr("sim.region.region.start_city", noted)
    apart, together = tmp_path / "apart", tmp_path / "together"
    job = job_of("-m", "policy=none,as_written", "replicates=2", "workers=1")
    run(job.cases, [job.folder(together, case) for case in job.cases], job.effort)
    assert begun == [0, 1]
    for case in job.cases:
        run([case], [job.folder(apart, case)], job.effort)
        assert same(read(job.folder(apart, case), 2), read(job.folder(together, case), 2))


def test_mixes_that_differ_in_name_only_are_run_once_and_have_the_same_files(tmp_path, monkeypatch):
    from sim.region import region

    lived, live_out = [], region.live_out

    def counted(start, mix, quarters, watch=None, plan=None):
        lived.append(mix.name)
        return live_out(start, mix, quarters, watch)

    monkeypatch.setattr(region, "live_out", counted)
    # Changzhou's plan has no instrument that the mixes research and incubation select.
    arguments = ("plan=changzhou_2019", "workers=1", "replicates=2")
    job, _ = compose(
        parse(["-m", *QUICK, *arguments, "policy=none,research,ladder,incubation", "baseline=none"])
    )
    study = run_and_read(job, tmp_path)
    write_tables(study)
    # Without instruments the targets are watched all the same, but not under none.
    assert lived == ["none", "research", "ladder"] * 2
    idle = [study.find("changzhou_2019", name) for name in ("research", "incubation")]
    for one in idle[1:]:
        assert same(read(one.folder, 2), read(idle[0].folder, 2))
        assert (one.attainment["policy"] == one.policy).all()


def test_mixes_are_computed_side_by_side(tmp_path, monkeypatch):
    order = []

    def noted(start, mix, *others, **goals):
        order.append((mix.name, start.replicate))
        raise ArithmeticError

    monkeypatch.setattr("sim.region.region.live_out", noted)
    job = job_of("-m", "policy=none,as_written", "replicates=2", "workers=1")
    run(job.cases, [job.folder(Path(tmp_path), case) for case in job.cases], job.effort)
    assert order == [("none", 0), ("as_written", 0), ("none", 1), ("as_written", 1)]
