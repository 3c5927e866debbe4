"""More than one machine: a scheduler and two workers on the loopback."""

import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from distributed import Client
from studies import write_tables

from sim.__main__ import main
from sim.command.compose import compose
from sim.command.grammar import parse
from sim.core.errors import ConfigError
from sim.publish import run_and_read
from sim.runs import cluster
from sim.runs.effort import Effort

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
def loopback(workers, *more):
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
        own = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", *here, *more)
        processes = [stack.enter_context(started(*own)) for _ in range(workers)]
        if workers:
            with Client(address) as client:
                client.wait_for_workers(workers, timeout=30)
        yield address, processes


def files(root):
    return {path.name: path.read_bytes() for path in root.glob("*.*") if path.is_file()}


def carried_out(root, *arguments):
    study = run_and_read(compose(parse([*QUICK, *arguments]))[0], root)
    write_tables(study)
    return study


FAILING = """
from sim.region import region

def failing(case, replicate, start=region.start_city):
    if replicate == 1:
        raise ValueError("too few")
    return start(case, replicate)

region.start_city = failing
"""


def kill_after_the_first_chunk(process, root):
    """Kill a worker in the middle of a run; return how many chunks were there by then."""
    deadline = time.monotonic() + 60
    while not list(root.glob(".chunks/*.npz")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    return len(list(root.glob(".chunks/*.npz")))


def test_a_cluster_gives_the_same_files_though_a_worker_is_killed(tmp_path):
    near, far = tmp_path / "near", tmp_path / "far"
    carried_out(near, "replicates=24", "workers=1", "micro=1")
    with loopback(2) as (address, workers), ThreadPoolExecutor(1) as other:
        chunks = other.submit(kill_after_the_first_chunk, workers[0], far)
        arguments = ("replicates=24", "workers=3", f"cluster={address}", "micro=1")
        assert carried_out(far, *arguments).failures == []
        assert workers[0].wait(10) == -signal.SIGKILL
        assert 0 < chunks.result() < 12 == len(list(far.glob(".chunks/*.npz")))
    assert files(far) == files(near)
    assert {"attainment.csv", "trajectories.parquet", "firms.parquet"} <= files(far).keys()


def test_a_worker_with_other_code_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.runs.cluster.code_hash", lambda: "0123456789abcdef")
    with (
        loopback(1) as (address, _),
        pytest.raises(ConfigError, match=r"other code: .*0123456789ab here"),
    ):
        carried_out(tmp_path, "replicates=1", f"cluster={address}")
    assert list(tmp_path.glob(".chunks/*")) == []


@pytest.mark.parametrize("made", [False, True])
def test_a_cluster_without_workers_leaves_nothing_behind(tmp_path, capsys, made):
    root = tmp_path / "new" / "root"
    if made:
        root.mkdir(parents=True)
    with loopback(0) as (address, _):
        assert main([*QUICK, "replicates=1", f"cluster={address}", f"output={root}"]) == 2
    assert "has no workers" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == (["new", "root"] if made else [])


def test_a_worker_that_joins_later_with_other_code_runs_nothing():
    with pytest.raises(ConfigError, match="joined has other code"):
        cluster._checked({**cluster.identity(), "python": "2.7"}, print, "ran")


def test_a_replicate_that_fails_afar_is_told_and_the_others_are_kept(tmp_path):
    (tmp_path / "failing.py").write_text(FAILING, "utf-8")
    with loopback(1, "--preload", str(tmp_path / "failing.py")) as (address, _):
        study = carried_out(tmp_path / "out", "replicates=3", f"cluster={address}")
    assert [(one.replicate, one.error) for one in study.failures] == [(1, "ValueError: too few")]
    assert study.combinations[0].replicates == [0, 2]


@pytest.mark.parametrize("silent", [False, True])
def test_a_cluster_that_does_not_answer_is_told_within_ten_seconds(tmp_path, capsys, silent):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1] if silent else free_port()
        begun = time.monotonic()
        arguments = (*QUICK, "replicates=1", f"output={tmp_path / 'out'}")
        assert main([*arguments, f"cluster=tcp://127.0.0.1:{port}"]) == 2
        assert time.monotonic() - begun < 10
    assert "no Dask scheduler answers there" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "address", ["here", "http://a:1", "tcp://a", "tcp://:8786", "tcp://a:x", "tcp://a:1/b", 5]
)
def test_an_address_is_written_in_one_way(address):
    with pytest.raises(ConfigError, match="tcp://HOST:PORT"):
        Effort(cluster=address)
