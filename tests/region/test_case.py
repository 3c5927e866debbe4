"""A case owns all that decides its numbers, and nothing else."""

import pickle
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from plans import PLANS

from sim.core.errors import ConfigError
from sim.inputs.design import Fork
from sim.inputs.number_set import NumberSet, number_set
from sim.policy.policy import build_mix, choose
from sim.region.case import case_of
from sim.runs.effort import Effort
from sim.runs.job import job_of
from sim.runs.manifest import default_root

PLAN = PLANS["weihai_2018"]
NUMBERS = number_set({"research.stop": 0.06, "market.spread.range": [0.0, 0.2]}, None)
CASE = case_of(
    PLAN, choose(PLAN, "ladder+scale=2"), seed=7, start={"brokers": 150.0}, numbers=NUMBERS
)


def test_a_case_survives_pickling_and_has_the_same_folder_and_hash(tmp_path):
    again = pickle.loads(pickle.dumps(CASE))
    assert again == CASE
    assert again.hash == CASE.hash
    roots = [default_root("x", job_of([case], Effort())) for case in (CASE, again)]
    assert roots[0] == roots[1]
    path = tmp_path / "case"
    path.write_bytes(pickle.dumps(replace(CASE)))
    script = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).hash)"
    command = [sys.executable, "-c", script, str(path)]
    elsewhere = subprocess.run(command, capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == CASE.hash


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 8},
        {"scale": 0.5},
        {"quarters": 3},
        {"uncertainty": "noise"},
        {"start": {"brokers": 151.0}},
        {"start": {}},
        {"numbers": number_set({"research.stop": 0.06}, None)},
        {"numbers": number_set({"research.stop": 0.07}, None)},
        {"numbers": number_set(None, {"incubator.rate": 0.3})},
        {"fork": Fork(0, PLAN.start)},
        {"mix": build_mix(PLAN, "ladder")},
        {"mix": build_mix(PLAN, "ladder+budget=2")},
        {"costs_as": build_mix(PLAN, "as_written")},
        {"plan": replace(PLAN, targets=PLAN.targets[:-1])},
    ],
    ids=str,
)
def test_whatever_decides_on_numbers_changes_the_hash(change):
    assert replace(CASE, **{str(name): value for name, value in change.items()}).hash != CASE.hash


def test_the_order_in_which_it_was_said_does_not():
    values = {"research.stop": 0.06, "market.spread": 0.1}
    back = dict(reversed(values.items()))
    cases = [replace(CASE, numbers=NumberSet(each)) for each in (values, back)]
    assert cases[0].hash == cases[1].hash


def test_effort_has_no_say_in_the_folder():
    efforts = (Effort(), Effort(replicates=7, workers=3, micro=2, force=True))
    assert len({default_root("x", job_of([CASE], effort)) for effort in efforts}) == 1


def test_a_world_is_one_for_all_mixes_and_lengths():
    others = [replace(CASE, mix=build_mix(PLAN, "none")), replace(CASE, quarters=2)]
    assert {case.world for case in others} == {CASE.world}
    assert replace(CASE, seed=8).world != CASE.world
    assert replace(CASE, start={}).world != CASE.world


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"seed": -1}, "seed = -1"),
        ({"seed": True}, "seed = True"),
        ({"scale": float("nan")}, "population.scale = nan"),
        ({"uncertainty": "bot"}, "Did you mean 'both'?"),
        ({"start": {"broker": 1.0}}, "Did you mean 'brokers'?"),
        ({"start": {"science_share": 2.0}}, "a share from 0 to 1"),
        ({"quarters": 9}, "after=1"),
    ],
)
def test_a_case_that_cannot_be_run_is_never_made(words, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        case_of(PLAN, choose(PLAN, "none"), **words)
