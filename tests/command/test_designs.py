import math

import numpy as np
import pytest

from sim.command.designs import Design, Interval, Steps, value_at
from sim.command.grammar import parse
from sim.core.errors import ConfigError

LISTS = {"seed": [1, 2, 3], "start.brokers": [50, 100]}
RANGES = {
    "start.brokers": Interval(low=50.0, high=150.0),
    "start.makerspaces": Interval(low=1, high=9),
}


def points(design, axes, seed=1):
    design.check(axes)
    found = [
        {key: value_at(axes[key], place) for key, place in places.items()}
        for places in design.places(axes, seed)
    ]
    assert len(found) == design.count(axes)
    return found


def test_a_grid_has_every_value_with_every_other():
    found = points(Design(), LISTS)
    assert {tuple(point.values()) for point in found} == {
        (seed, brokers) for seed in (1, 2, 3) for brokers in (50, 100)
    }
    assert len(found) == 6


def test_a_range_has_as_many_points_as_are_typed_evenly_spaced():
    found = points(Design(points=3), {"start.brokers": Interval(low=50.0, high=150.0)})
    assert [point["start.brokers"] for point in found] == [50.0, 100.0, 150.0]
    logs = points(Design(points=3), {"x": Interval(low=1.0, high=100.0, log=True)})
    assert [point["x"] for point in logs] == pytest.approx([1, 10, 100])


def test_lists_run_in_step():
    axes = {"seed": [1, 2], "start.brokers": [50, 100]}
    assert points(Design(name="zip"), axes) == [
        {"seed": 1, "start.brokers": 50},
        {"seed": 2, "start.brokers": 100},
    ]
    with pytest.raises(ConfigError, match=r"seed has 3, start\.brokers has 2"):
        Design(name="zip").check(LISTS)


@pytest.mark.parametrize("samples", [1, 7, 40])
def test_a_latin_hypercube_meets_every_stratum_of_every_range_once(samples):
    found = points(Design(name="lhs", samples=samples), RANGES)
    for key, axis in RANGES.items():
        shares = [(point[key] - axis.low) / (axis.high - axis.low) for point in found]
        strata = sorted(math.floor(share * samples) for share in shares)
        assert strata == list(range(samples))


def test_a_latin_hypercube_is_drawn_from_the_seed_and_meets_every_value_of_a_list():
    design = Design(name="lhs", samples=5)
    assert points(design, RANGES) == points(design, RANGES)
    assert points(design, RANGES) != points(design, RANGES, seed=2)
    mixed = points(design, {**RANGES, "uncertainty": ["both", "noise"]})
    assert len(mixed) == 10
    both = [point["start.brokers"] for point in mixed if point["uncertainty"] == "both"]
    noise = [point["start.brokers"] for point in mixed if point["uncertainty"] == "noise"]
    assert both == noise


def test_whole_numbers_of_a_range_are_whole():
    found = points(Design(points=4), {"seed": Interval(low=1, high=4, whole=True)})
    assert [point["seed"] for point in found] == [1, 2, 3, 4]
    assert all(isinstance(point["seed"], int) for point in found)


@pytest.mark.parametrize(
    ("design", "axes", "words"),
    [
        ({"name": "lhs", "samples": 3}, LISTS, "there is none"),
        ({}, RANGES, "needs points=N"),
        ({"points": 3}, LISTS, "no key is swept over a range"),
        ({"name": "lhs", "samples": 3, "points": 3}, RANGES, "samples= instead"),
    ],
)
def test_a_design_that_does_not_fit_is_refused(design, axes, words):
    with pytest.raises(ConfigError, match=words):
        Design(**design).check(axes)


@pytest.mark.parametrize("name", ["sobol", "morris", "lattice"])
def test_a_design_that_there_is_not_is_refused(name):
    with pytest.raises(ConfigError, match=r"grid, (lhs, )?zip"):
        Design(name=name, samples=8)


RAW = [
    ("seed=1,2", [1, 2]),
    ("seed=choice(3,1)", [3, 1]),
    ("seed=range(1,4)", [1, 2, 3]),
    ("seed=range(3)", [0, 1, 2]),
    ("start.brokers=range(0,0.3,0.1)", [0.0, 0.1, 0.2]),
    ("start.brokers=range(3,0,-1)", [3, 2, 1]),
    ("uncertainty='both',noise", ["both", "noise"]),
    ("policy.without=[a],[b,c]", [["a"], ["b", "c"]]),
    ("quarters=null,4", [None, 4]),
    ("seed=sort(3,1)", [1, 3]),
    ("parameters='a.yaml','b,c.yaml'", ["a.yaml", "b,c.yaml"]),
]


@pytest.mark.parametrize(("typed", "values"), RAW, ids=[typed for typed, _ in RAW])
def test_values_are_typed_in_hydras_grammar(typed, values):
    (axis,) = parse(["-m", typed]).swept.values()
    assert list(axis) == values


def test_intervals_are_typed_in_hydras_grammar():
    typed = ["-m", "start.brokers=interval(50,150)", "seed=interval(1,9)", "points=2"]
    swept = parse([*typed, "start.makerspaces=tag(log,interval(1,100))"]).swept
    assert swept["start.brokers"] == Interval(low=50.0, high=150.0)
    assert swept["seed"] == Interval(low=1.0, high=9.0, whole=True)
    assert swept["start.makerspaces"] == Interval(low=1.0, high=100.0, log=True)


def test_a_long_range_is_counted_without_being_made():
    (axis,) = parse(["-m", "start.brokers=range(0,1e7,0.5)"]).swept.values()
    assert isinstance(axis, Steps)
    assert len(axis) == 20_000_000
    assert axis[19_999_999] == 9_999_999.5


def test_names_are_found_by_their_letters():
    assert parse(["-m", "plan=glob(ningbo*)"]).choices["plan"] == ["ningbo_2019", "ningbo_315"]
    found = parse(["-m", "policy=glob(*,exclude=[none,t*])"]).choices["policy"]
    assert "as_written" in found
    assert not {"none", "transfer", "talent"} & set(found)
    assert parse(["-m", "policy=choice(none,founding)"]).choices["policy"] == ["none", "founding"]


def test_shares_of_a_range_are_its_own():
    log = Interval(low=1.0, high=100.0, log=True)
    assert np.allclose([log.at(0), log.at(0.5), log.at(1)], [1, 10, 100])
