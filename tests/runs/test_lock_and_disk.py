"""One folder for one run, and a disk that is full."""

import os
import resource
import subprocess
import sys

import pytest
from studies import write_tables

from sim.__main__ import main
from sim.command.compose import compose
from sim.command.grammar import parse
from sim.core.errors import ConfigError
from sim.publish import run_and_read
from sim.runs.folder import LOCK, held
from sim.runs.manifest import hold

QUICK = ("quarters=2", "population.scale=0.1")

# One folder


def test_the_second_run_in_a_folder_stops_and_harms_nothing(tmp_path, capsys):
    out = tmp_path / "out"
    arguments = [*QUICK, "replicates=1", "workers=1", f"output={out}"]
    job = compose(parse(arguments))[0]
    with hold(out, job, "the first"):
        before = (out / "manifest.json").read_bytes()
        assert main(arguments) == 2
        assert "another run is at work in it" in capsys.readouterr().err
        assert (out / "manifest.json").read_bytes() == before
        assert {path.name for path in out.iterdir()} == {"manifest.json", LOCK}


def test_a_killed_run_leaves_its_folder_free(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from sim.runs.folder import held\n"
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


def limited(size, *command):
    """Run Python where no file may grow beyond a size."""
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        env={**os.environ, "TQDM_DISABLE": "1"},
    )


def carried_out(root, *arguments):
    study = run_and_read(compose(parse([*QUICK, *arguments]))[0], root)
    write_tables(study)


def test_a_full_disk_loses_nothing_and_the_same_command_goes_on(tmp_path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    command = ("-m", "sim", *QUICK, "replicates=2", "workers=1", f"output={out}")
    told = limited(200_000, *command)  # for the manifest and the chunks, not for the parameters
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (1, "", 1), told.stderr
    assert "there is no room to write" in told.stderr
    chunks = {path: path.stat().st_mtime_ns for path in out.glob(".chunks/*.npz")}
    assert len(chunks) == 2
    assert list(out.glob("**/.unfinished*")) == []
    carried_out(out, "replicates=2", "workers=1")
    carried_out(whole, "replicates=2", "workers=1")
    for name in ("attainment.csv", "trajectories.parquet", "ledger.parquet"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
    assert all(path.stat().st_mtime_ns == when for path, when in chunks.items())


def test_a_chunk_without_room_leaves_nothing_half_written(tmp_path):
    script = (
        "import sys; from pathlib import Path\n"
        "from sim.command.compose import compose; from sim.command.grammar import parse\n"
        "from sim.core.errors import is_full\n"
        "from sim.publish import run_and_read\n"
        "try: run_and_read(compose(parse(sys.argv[2:]))[0], Path(sys.argv[1]))\n"
        "except OSError as error: sys.exit(f'full: {is_full(error)}')"
    )
    full = limited(9_000, "-c", script, str(tmp_path), *QUICK, "replicates=4", "workers=2")
    assert full.stderr.splitlines()[-1:] == ["full: True"], full.stderr
    assert list(tmp_path.glob(".chunks/*")) == []
