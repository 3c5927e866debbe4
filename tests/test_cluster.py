"""More than one machine, one folder, one disk: a scheduler and two workers on the loopback."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pandas as pd
import pytest

from sim import cluster
from sim.command import compose, main, parse
from sim.errors import ConfigError
from sim.precision import jeffreys, next_number, width
from sim.results import carry_out, write_tables
from sim.settings import Settings, claim, held

QUICK = ("quarters=2", "population.scale=0.1")


@contextmanager
def started(*arguments):
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def loopback(workers):
    """A scheduler with some workers; gives its address and the workers' processes."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    here = ("--host", "127.0.0.1")
    with ExitStack() as stack:
        stack.enter_context(
            started("scheduler", *here, "--port", str(port), "--no-dashboard", "--no-show")
        )
        deadline = time.monotonic() + 30
        while not answers(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        own = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", *here)
        yield address, [stack.enter_context(started(*own)) for _ in range(workers)]


def files(root):
    return {path.name: path.read_bytes() for path in root.glob("*.*") if path.is_file()}


def carried_out(root, *arguments):
    study = carry_out(compose(parse([*QUICK, *arguments]))[0], root)
    write_tables(study)
    return study


def kill_when_something_is_there(process, root):
    deadline = time.monotonic() + 60
    while not list(root.glob(".chunks/*.npz")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)


def test_a_cluster_gives_the_same_files_though_a_worker_is_killed(tmp_path):
    carried_out(tmp_path / "one", "replicates=16", "workers=1", "micro=true")
    with loopback(2) as (address, workers):
        killer = threading.Thread(
            target=kill_when_something_is_there, args=(workers[0], tmp_path / "far")
        )
        killer.start()
        arguments = ("replicates=16", f"cluster={address}", "micro=true")
        assert carried_out(tmp_path / "far", *arguments).failures == []
        killer.join()
        assert workers[0].wait(10) == -signal.SIGKILL
    assert files(tmp_path / "far") == files(tmp_path / "one")


def test_a_worker_with_other_code_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.cluster.code_hash", lambda: "0123456789abcdef")
    with (
        loopback(1) as (address, _),
        pytest.raises(ConfigError, match=r"other code: .*0123456789ab here"),
    ):
        carried_out(tmp_path, "replicates=1", f"cluster={address}")
    assert list(tmp_path.glob(".chunks/*")) == []


def test_a_worker_that_joins_later_with_other_code_runs_nothing():
    with pytest.raises(ConfigError, match="joined has other code"):
        cluster._checked({**cluster.identity(), "python": "2.7"}, print, "ran")


def test_a_cluster_that_does_not_answer_is_told_within_ten_seconds(tmp_path, capsys):
    begun = time.monotonic()
    arguments = (*QUICK, "replicates=1", f"output={tmp_path / 'out'}")
    assert main([*arguments, f"cluster=tcp://127.0.0.1:{free_port()}"]) == 2
    assert time.monotonic() - begun < 10
    assert "no Dask scheduler answers there" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address", ["here", "http://a:1", "tcp://a", "tcp://:8786", "tcp://a:x", "tcp://a:1/b", 5]
)
def test_an_address_is_written_in_one_way(address):
    with pytest.raises(ConfigError, match="tcp://HOST:PORT"):
        Settings(cluster=address)


# One folder


def test_the_second_run_in_a_folder_stops_and_harms_nothing(tmp_path, capsys):
    out = tmp_path / "out"
    arguments = [*QUICK, "replicates=1", "workers=1", f"output={out}"]
    job = compose(parse(arguments))[0]
    with claim(out, job, "the first"):
        before = files(out)
        assert main(arguments) == 2
        assert "another run is at work in it" in capsys.readouterr().err
        assert files(out) == before


def test_a_killed_run_leaves_its_folder_free(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from sim.settings import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ConfigError, match="another run"), held(tmp_path):
            pass
        other.kill()
    with held(tmp_path):
        pass


# A full disk, for which a limit on the size of a file stands


def limited(size, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "sim", *QUICK, *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        env={**os.environ, "TQDM_DISABLE": "1"},
    )


def test_a_full_disk_loses_nothing_and_the_same_command_goes_on(tmp_path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    # Of a report there is more than there is room for: all chunks are finished.
    told = limited(300_000, "replicates=2", "workers=1", f"output={out}")
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (1, "", 1), told.stderr
    assert "no room" in told.stderr
    chunks = {path: path.stat().st_mtime_ns for path in out.glob(".chunks/*.npz")}
    assert len(chunks) == 2
    # Nor is there any for the chunks of a larger number, which two processes write.
    more = ("replicates=40", "workers=2", f"output={out}")
    small = limited(15_000, *more)
    assert (small.returncode, small.stderr.count("\n")) == (1, 1), small.stderr
    assert not list(out.glob("**/.unfinished*"))
    carried_out(whole, "replicates=40", "workers=1")
    carried_out(out, "replicates=40", "workers=1")
    for name in ("attainment.csv", "trajectories.parquet", "ledger.parquet"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
    assert all(path.stat().st_mtime_ns == when for path, when in chunks.items())


# Precision


def test_the_width_of_an_interval_is_from_end_to_end():
    low, high = jeffreys(50, 100)
    assert width(50, 100) == high - low == pytest.approx(0.1944, abs=5e-4)
    assert width(0, 100) == pytest.approx(0.0247, abs=5e-4)


def test_the_next_number_is_whole_blocks_at_most_twice_and_never_above_the_most():
    assert next_number([(0, 100)], 100, 0.05, 1000) == 100
    assert next_number([(50, 100)], 100, 0.19, 1000) == 150
    assert next_number([(50, 100)], 100, 0.02, 10_000) == 200
    assert next_number([(7, 30)], 30, 0.02, 10_000) == 50
    assert next_number([(50, 100)], 100, 0.02, 170) == 170
    assert next_number([(85, 170)], 170, 0.02, 170) == 170
    assert next_number([], 100, 0.02, 1000) == 100


@pytest.mark.parametrize("precision", [0, -0.1, 1.5, float("nan"), "much", True])
def test_a_precision_that_is_none_is_refused(precision):
    with pytest.raises(ConfigError, match="precision = "):
        Settings(precision=precision)


def test_a_precision_out_of_reach_is_refused_before_anything_runs():
    with pytest.raises(ConfigError, match="10000 replicates cannot reach it"):
        Settings(precision=1e-5)
    with pytest.raises(ConfigError, match="most_replicates = 50"):
        Settings(precision=0.1, most_replicates=50)


def test_replicates_are_added_until_every_interval_is_narrow(tmp_path):
    precise = ("replicates=10", "precision=0.3", "-m", "policy=as_written", "quarters=8")
    study = carried_out(tmp_path / "a", *precise, "workers=1")
    again = carried_out(tmp_path / "b", *precise, "workers=2")
    assert study.widest["width"] <= 0.3
    assert 10 < study.settings.replicates == again.settings.replicates
    assert {len(one.replicates) for one in study.combinations} == {study.settings.replicates}
    pd.testing.assert_frame_equal(study.attainment, again.attainment)


def test_the_limit_is_told_with_what_was_reached(tmp_path, capsys):
    limit = ("precision=0.1", "most_replicates=20", "replicates=5", "quarters=8")
    assert main([*QUICK[1:], *limit, "workers=1", f"output={tmp_path / 'out'}"]) == 0
    out = capsys.readouterr().out
    assert "Precision: 0.1 was not reached by most_replicates=; the widest is" in out
    assert "with 20 replicates" in out
    assert '"replicates": 20' in Path(tmp_path / "out/manifest.json").read_text("utf-8")
