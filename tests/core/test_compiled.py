import errno
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

from sim.core import compiled
from sim.core.compiled import record

SCRIPT = """
import numpy
from sim.processes.projects import joint

none, nobody = numpy.empty(0), numpy.empty(0, numpy.int64)
seen = joint.Seen(numpy.empty(0, numpy.bool_), none, nobody, nobody)
assert joint._joint(none, seen, 1.0, 1.0, 1.0, nobody, nobody) == 0
print(sum(joint._joint.stats.cache_hits.values()))
"""


class Seen(NamedTuple):
    rd: float
    employees: float


@dataclass
class Source:
    employees: float = 5.0
    revenue: float = 20.0
    rd: float = 0.5


def test_a_record_holds_what_its_fields_name():
    assert record(Seen, Source()) == Seen(rd=0.5, employees=5.0)
    with pytest.raises(AttributeError, match="rd"):
        record(Seen, object())


def test_a_later_process_loads_the_machine_code_of_a_kernel_that_takes_records(tmp_path):
    environment = {name: os.environ[name] for name in os.environ if name != "NUMBA_CACHE_DIR"}
    environment["XDG_CACHE_HOME"] = str(tmp_path)
    told = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True
        )
        for _ in range(2)
    ]
    assert [process.stdout for process in told] == ["0\n", "1\n"], told[-1].stderr


def double(values):
    return 2 * values.sum()


def rewritten(change):
    """Return what changes all bytes of a file."""
    return lambda path: path.write_bytes(change(path.read_bytes()))


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "CACHE", tmp_path)
    monkeypatch.setattr(compiled.configuration, "CACHE_DIR", str(tmp_path))
    compiled._say_not_kept.cache_clear()
    return tmp_path


def loaded():
    """Return the sum that a kernel gives, and whether its machine code was found."""
    kernel = compiled.compiled(double)
    return kernel(np.ones(3)), bool(kernel.stats.cache_hits)


def test_machine_code_is_kept(folder):
    assert [loaded(), loaded()] == [(6.0, False), (6.0, True)]


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "damage",
    [
        rewritten(lambda content: b""),
        rewritten(lambda content: content[: len(content) // 2]),
        rewritten(lambda content: bytes(len(content))),
        rewritten(flipped),
    ],
    ids=["emptied", "cut", "zeros", "flipped"],
)
def test_a_damaged_file_of_machine_code_is_dropped_and_compiled_again(folder, ending, damage):
    loaded()
    for path in folder.rglob(f"*.{ending}"):
        damage(path)
    assert [loaded(), loaded()] == [(6.0, False), (6.0, True)]


def test_without_room_for_machine_code_it_is_told_once_and_computed(folder, monkeypatch, capfd):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("numba.core.caching.os.replace", full)
    assert [loaded(), loaded()] == [(6.0, False), (6.0, False)]
    (told,) = capfd.readouterr().err.splitlines()
    assert told.startswith(f"{folder}: compiled code is not kept: [Errno 28]")
    assert not list(folder.rglob("*.nbc"))


def test_where_no_folder_takes_machine_code_kernels_are_compiled(folder, monkeypatch):
    def none(*arguments):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr("sim.core.compiled._Kept", none)
    assert loaded() == (6.0, False)


def test_what_another_python_compiled_is_not_what_this_one_will_load(folder):
    own = "{}{}".format(*sys.version_info[:2])
    assert compiled.first_use()
    (folder / "core").mkdir()
    (folder / "core" / "draws._block-129.py399.nbi").touch()
    assert compiled.first_use()
    (folder / "core" / f"draws._block-129.py{own}.nbi").touch()
    assert not compiled.first_use()
