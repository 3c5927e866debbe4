"""What is built and installed elsewhere is the same program: data, hashes and all."""

import json
import os
import subprocess
import sys
from pathlib import Path

from plans import PLANS

from sim.policy.choosing import choose
from sim.region.case import case_of
from sim.runs.version import code_hash

ROOT = Path(__file__).parents[1]
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
SCRIPT = """
import json
import sim
from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.choosing import choose
from sim.region.case import case_of
from sim.runs.version import code_hash
plan = load_plan("weihai_2018")
case = case_of(plan, choose(plan, "as_written"), start={"brokers": 150})
told = {"home": sim.__file__, "code": code_hash(), "case": case.hash, "plans": plan_names()}
print(json.dumps(told))
"""


def test_a_wheel_installed_elsewhere_finds_its_data_and_has_the_same_hashes(tmp_path):
    built, target = tmp_path / "built", tmp_path / "installed"
    wheel = (*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(built))
    subprocess.run([*wheel, str(ROOT)], check=True, capture_output=True)
    (path,) = built.glob("*.whl")
    install = (*PIP, "install", "--no-deps", "--no-index", "--target", str(target))
    subprocess.run([*install, str(path)], check=True, capture_output=True)
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(target)},
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(told.stdout)
    assert Path(found["home"]).is_relative_to(target)
    assert found["plans"] == sorted(PLANS)
    assert found["code"] == code_hash()
    plan = PLANS["weihai_2018"]
    assert found["case"] == case_of(plan, choose(plan, "as_written"), start={"brokers": 150}).hash
