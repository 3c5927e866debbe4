"""The script for Slurm: a shell and Slurm can read it, and it does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import slurm_script
import yaml

import sim
from sim.core.errors import ConfigError

# Options of sbatch as its manual spells them, those that a script of ours may hold.
OPTIONS = {
    *("job-name", "nodes", "ntasks-per-node", "cpus-per-task", "mem-per-cpu", "time", "signal"),
    *("partition", "account"),
}
QUICK = "replicates=2 population.scale=0.05 quarters=1 baseline=none"
HOME = Path(sim.__file__).parents[1]
PAGE = (HOME / "docs/clusters.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(*typed, command=QUICK):
    slurm_script.main([f"command={command}", f"python={sys.executable}", *typed])
    return Path("job.slurm")


def test_a_shell_can_read_it_and_slurm_knows_its_options(capsys):
    script = written("nodes=4", "partition=short", "account=ris", "interface=ib0", "hours=1.5")
    assert capsys.readouterr().out == "sbatch job.slurm\n"
    subprocess.run(["bash", "-n", script], check=True)
    text = script.read_text("utf-8")
    told = dict(re.findall(r"^#SBATCH --([a-z-]+)=(\S+)$", text, re.MULTILINE))
    assert len(told) == text.count("#SBATCH")
    assert set(told) == OPTIONS
    assert (told["nodes"], told["time"], told["mem-per-cpu"]) == ("4", "01:30:00", "2048M")
    assert text.count("--interface ib0") == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["nodes=0"], "nodes"),
        (["hours=0"], "hours"),
        (["hours=nan"], "hours"),
        (["memory=-1"], "memory"),
        (["partition=a b"], "partition"),
        (["account=$(rm)"], "account"),
        (["script=/proc/nowhere/job"], "script"),
        (["nods=3"], "'nods'"),
    ],
)
def test_what_cannot_be_is_refused(typed, words):
    with pytest.raises(ConfigError, match=words):
        written(*typed)


@pytest.mark.parametrize("command", ["", "seed='1", "workers=2", "seed=1 cluster=tcp://a:1"])
def test_a_command_that_cannot_be_typed_is_refused(command):
    with pytest.raises(ConfigError, match="command"):
        written(command=command)


def test_whatever_is_typed_reaches_the_run_as_one_word():
    text = written(command="policy='a b' 'start.brokers=$(reboot)'").read_text("utf-8")
    assert "-m sim 'policy=a b' 'start.brokers=$(reboot)' cluster=" in text


SRUN = """#!/bin/bash
while [[ $1 == --* ]]; do shift; done
exec "$@"
"""


def submitted(script, tmp_path):
    """Run a script as Slurm would, all nodes being this machine."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in {"srun": SRUN, "scontrol": "#!/bin/bash\necho 127.0.0.1\n"}.items():
        (tools / name).write_text(text, "utf-8")
        (tools / name).chmod(0o755)
    slurm = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(HOME),
        "SLURM_JOB_ID": str(os.getpid()),
        "SLURM_JOB_NODELIST": "node[1-2]",
        "SLURM_JOB_NUM_NODES": "1",
        "SLURM_SUBMIT_DIR": str(tmp_path),
    }
    return subprocess.run(
        ["bash", script], env=os.environ | slurm, capture_output=True, text=True, timeout=120
    )


def still_there(word):
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    return [line for line in found.splitlines() if word in line]


def test_it_runs_and_leaves_nothing_behind(tmp_path):
    script = written("cores=2", command=f"{QUICK} output=far")
    done = submitted(script, tmp_path)
    assert done.returncode == 0, done.stderr
    own = [sys.executable, "-m", "sim", *QUICK.split(), "workers=1", "output=near"]
    subprocess.run(own, env=os.environ | {"PYTHONPATH": str(HOME)}, check=True, capture_output=True)
    for name in ("attainment.csv", "comparison.csv"):
        assert Path("far", name).read_bytes() == Path("near", name).read_bytes()
    assert not still_there(f".scheduler-{os.getpid()}.json")
    assert not list(tmp_path.glob(".scheduler*"))


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_what_the_page_shows_can_be_read():
    assert len(blocks("python")) == 1
    for text in blocks("python"):
        compile(text, "clusters.md", "exec")
    assert blocks("bash")
    for text in blocks("bash"):
        subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    kinds = [part["kind"] for text in blocks("yaml") for part in yaml.safe_load_all(text)]
    assert kinds == ["Deployment", "Service", "Deployment", "Job"]
