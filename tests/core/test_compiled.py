import os
import subprocess
import sys
from dataclasses import dataclass
from typing import NamedTuple

import pytest

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
