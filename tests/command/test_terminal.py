"""What a terminal can show, and how a command ends there."""

import io
import os
import subprocess
import sys
import time
from contextlib import redirect_stdout, suppress
from functools import partial
from pathlib import Path

import pytest

from sim.__main__ import main
from sim.command.terminal import status_of
from sim.core.errors import AccountingError, ConfigError

ROOT = Path(__file__).parents[2]
SEARCH = """
import sys
sys.path.insert(0, "experiments")
from asking import told
from joblib import Parallel, delayed

def work(typed):
    print(sum(Parallel(n_jobs=2)(delayed(abs)(one) for one in range(8))), flush=True)
    print("what a worker says", file=sys.stderr)

told(work, [])
"""
ENDED = """
import os, signal, sys, time
from joblib.externals.loky import process_executor
from sim.__main__ import main

executor = process_executor.ProcessPoolExecutor
started = executor._adjust_process_count

def struck(self):
    started(self)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.5)

executor._adjust_process_count = struck
sys.exit(main(["replicates=400", "workers=2", "output=out"]))
"""
GBK = "测试".encode("gbk").decode("utf-8", "surrogateescape")


LACKING = pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp437", "gb2312", "ascii"])


def shown(encoding, *typed):
    """Return what a command shows in a terminal of an encoding."""
    output = io.BytesIO()
    terminal = io.TextIOWrapper(output, encoding, write_through=True)
    with redirect_stdout(terminal):
        assert main(typed) == 0
    return output.getvalue().decode(encoding)


@LACKING
def test_help_is_whole_in_a_terminal_that_lacks_letters(encoding):
    told = shown(encoding, "--help")
    assert "\nExit status: 0 all right" in told
    assert "\\u" not in told


@LACKING
def test_a_configuration_is_shown_in_a_terminal_that_lacks_letters(encoding):
    assert "faster building of innovation platforms" in shown(encoding, "--cfg", "job")


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (ConfigError("wrong: 威海"), 2),
        (AccountingError("open: 威海"), 1),
        (OSError("威海"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_a_command_ends_with_a_sentence_and_its_status(raised, status, capsys):
    def work():
        raise raised

    assert status_of(work) == status
    told = capsys.readouterr().err
    assert told.startswith(str(raised) or "Stopped.")
    assert told.count("\n") == 1


@pytest.mark.parametrize("key", ["output", "plan", "policy", "parameters", "experiment"])
def test_bytes_of_another_encoding_are_refused_before_anything_is_written(
    key, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main([f"{key}={GBK}", "quarters=1"]) == 2
    assert f"in GBK they read {key}=测试" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["長" * 100, f"new/{'a' * 300}/below"])
def test_a_name_too_long_for_a_folder_is_refused(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([f"output={name}", "quarters=1"]) == 2
    assert f"output = {name}: cannot be written: File name too long" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_without_an_error_output_a_search_keeps_its_workers():
    closed = partial(os.close, 2)
    command = [sys.executable, "-c", SEARCH]
    ended = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=closed, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "28\n")


def alive(group):
    """Return whether a process of a group is left."""
    with suppress(ProcessLookupError):
        os.killpg(group, 0)
        return True
    return False


def test_a_run_that_the_system_ends_as_its_workers_start_leaves_none(tmp_path):
    command = [sys.executable, "-c", ENDED]
    options = {"stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, cwd=tmp_path, **options) as running:
        told = running.communicate(timeout=60)[1]
    assert (running.returncode, told.splitlines()[-1]) == (
        143,
        "Stopped. What is finished is kept; the same command goes on.",
    )
    deadline = time.monotonic() + 10
    while alive(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(running.pid)
