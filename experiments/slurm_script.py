"""A script with which Slurm runs a job of this program on several nodes.

    python experiments/slurm_script.py nodes=4 cores=32 hours=2 command='experiment=my_study.yaml'
    sbatch job.slurm

The script starts a Dask scheduler on the first node and a worker for each core of all nodes, waits
for them, runs ``python -m sim`` with what ``command=`` says, and ends them with it, whatever
happens. Its exit status is that of the run. Submitted again it goes on where it stopped.
"""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from asking import NEEDED, Experiment, Key, ask_alone, number, path, text, told, whole

from sim.core.errors import ConfigError
from sim.runs.folder import replacing

_NAME = re.compile(r"[\w.,:-]+")  # of a partition, an account, a network interface
_OF_THE_SCRIPT = ("cluster", "workers")  # keys that the script itself types


def name(key: str, raw: str) -> str:
    """Return a name that stands in a line of the script, or nothing."""
    if raw and not _NAME.fullmatch(raw):
        raise ConfigError(f"{key} = {raw}: a name of letters, digits and . , : _ - is needed")
    return raw


def command(key: str, raw: str) -> str:
    """Return what is typed behind ``python -m sim``, as a shell reads it."""
    try:
        typed = shlex.split(text(key, raw))
    except ValueError as error:
        raise ConfigError(f"{key} = {raw}: a shell could not read it: {error}") from None
    for argument in typed:
        if argument.partition("=")[0] in _OF_THE_SCRIPT:
            raise ConfigError(f"{key} = {raw}: {argument} is left out; the script says it")
    return shlex.join(typed)


EXPERIMENT = Experiment(
    name="slurm_script",
    doc=__doc__,
    keys=(
        Key(
            name="command",
            read=command,
            default=NEEDED,
            shown="'…'",
            words="what is typed behind python -m sim; needed",
        ),
        Key(name="nodes", read=whole(1), default=2, words="how many nodes"),
        Key(name="cores", read=whole(1), default=32, words="how many cores of each"),
        Key(
            name="memory",
            read=number(lambda value: 0.1 <= value <= 1024, "gigabytes from 0.1 to 1024"),
            default=2.0,
            words="gigabytes for each core",
        ),
        Key(
            name="hours",
            read=number(lambda value: 0 < value <= 1000, "hours above 0 and up to 1000"),
            default=2.0,
            words="how long it may take",
        ),
        Key(name="partition", read=name, default="", words="the partition, if one is needed"),
        Key(name="account", read=name, default="", words="the account, if one is needed"),
        Key(
            name="interface",
            read=name,
            default="",
            words="the network between nodes, such as ib0, if not the usual one",
        ),
        Key(
            name="python",
            read=path,
            default=Path(".venv/bin/python"),
            words="the Python of this program on the nodes",
        ),
        Key(name="script", read=path, default=Path("job.slurm"), words="the file to be written"),
    ),
)
_SCRIPT = """\
#!/bin/bash
{directives}

# Written by experiments/slurm_script.py. Submitted again it goes on where it stopped.
set -u
cd "${{SLURM_SUBMIT_DIR:-.}}" || exit 2
python={python}
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
port=$((20000 + SLURM_JOB_ID % 20000))
told=$PWD/.scheduler-$SLURM_JOB_ID.json  # where the scheduler says its address
trap 'rm -f "$told"; kill $(jobs -p) 2>/dev/null; wait' EXIT

"$python" -m dask scheduler {place} --port "$port" --no-dashboard --scheduler-file "$told" &
srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 --cpus-per-task={cores} \\
    "$python" -m dask worker --scheduler-file "$told" {interface}\\
    --nworkers {cores} --nthreads 1 --no-dashboard --death-timeout 600 \\
    --local-directory "${{TMPDIR:-/tmp}}" &

# The run begins when there are workers; others join it as they come.
address=$("$python" -c '
import json, sys, time
from pathlib import Path
from distributed import Client

file, until = Path(sys.argv[1]), time.monotonic() + 600
while not file.exists() and time.monotonic() < until:
    time.sleep(0.2)
address = json.loads(file.read_text())["address"]
with Client(address, timeout=600) as client:
    client.wait_for_workers(1, timeout=600)
print(address)
' "$told") || exit 1

"$python" -m sim {command} cluster="$address" &
run=$!
trap 'kill -TERM "$run" 2>/dev/null' TERM INT
status=0
wait "$run" || status=$?
while kill -0 "$run" 2>/dev/null; do  # a signal ended the waiting, not the run
    wait "$run" || status=$?
done
exit "$status"
"""


def script_of(asked: dict[str, object]) -> str:
    """Return the script for what was asked."""
    minutes = max(1, round(60 * float(str(asked["hours"]))))
    directives = {
        "job-name": "regional-innovation",
        "nodes": asked["nodes"],
        "ntasks-per-node": 1,
        "cpus-per-task": asked["cores"],
        "mem-per-cpu": f"{round(1024 * float(str(asked['memory'])))}M",
        "time": f"{minutes // 60:02}:{minutes % 60:02}:00",
        "signal": "B:TERM@120",
        "partition": asked["partition"],
        "account": asked["account"],
    }
    interface = asked["interface"]
    lines = [f"#SBATCH --{key}={value}" for key, value in directives.items() if value]
    return _SCRIPT.format(
        directives="\n".join(lines),
        python=shlex.quote(str(asked["python"])),
        place=f"--interface {interface}" if interface else '--host "$first"',
        interface=f"--interface {interface} " if interface else "",
        cores=asked["cores"],
        command=asked["command"],
    )


def main(typed: Sequence[str] | None = None) -> None:
    """Write the script, and say how it is submitted."""
    asked = dict(ask_alone(EXPERIMENT, typed))
    file = asked["script"]
    try:
        with replacing(file) as unfinished:
            unfinished.write_text(script_of(asked), "utf-8")
    except OSError as error:
        raise ConfigError(f"script = {file}: cannot be written: {error.strerror}") from None
    print(f"sbatch {shlex.quote(str(file))}")


if __name__ == "__main__":
    told(main)
