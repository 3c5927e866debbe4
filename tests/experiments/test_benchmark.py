"""What the benchmark reports, on a tiny run, and when its guard complains."""

import json
import math
from pathlib import Path
from time import process_time

import benchmark
import numpy as np
import pytest

from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.region.region import start_run
from sim.runs.outcome import Failure

TINY = benchmark.Measured(
    sizes={150: 2, 300: 1},
    span=(150, 300),
    reference=(150,),
    plans=("weihai_2018", "ningbo_315"),
    runs=2,
    small_runs=4,
    sweep=3,
)
OUTSIDE = 5.0  # seconds that the pretended command seems to save


def leaves(content):
    """Yield the numbers and words at the ends of nested mappings and lists."""
    if isinstance(content, dict):
        for part in content.values():
            yield from leaves(part)
    elif isinstance(content, list):
        for part in content:
            yield from leaves(part)
    else:
        yield content


@pytest.fixture
def tiny(monkeypatch):
    """Make the benchmark small, in one process, with two workers twice as fast as one."""
    for name, value in (("YEAR", 1), ("QUARTERS", 2), ("LONG", 3), ("QUICK", TINY)):
        monkeypatch.setattr(benchmark, name, value)
    monkeypatch.setattr(benchmark, "apart", lambda function, *arguments: function(*arguments))
    monkeypatch.setattr(benchmark, "speed", lambda name, workers, runs, scale=1.0: 2.0 * workers)

    def command(typed, **_):
        folder = Path(typed[-1].removeprefix("output="))
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps({"seconds": -OUTSIDE}), "utf-8")

    monkeypatch.setattr(benchmark.subprocess, "run", command)


def test_a_tiny_run_fills_every_noted_figure_and_writes_it(tiny, tmp_path):
    benchmark.write(tmp_path, benchmark.measured(TINY))
    found = json.loads((tmp_path / "benchmark.json").read_text("utf-8"))
    assert set(benchmark.NOTES) - {"starsim_ns_per_agent_step"} <= set(found)
    assert all(isinstance(leaf, str) or math.isfinite(leaf) for leaf in leaves(found))
    for name in ("ns_per_firm_quarter", "ns_per_firm_quarter_wall", "bytes_per_quarter"):
        assert list(found[name]) == ["150", "300"]
        assert all(number > 0 for number in found[name].values())
    assert set(found["ns_per_firm_quarter_by_process"]) == set(benchmark.PROCESSES)
    assert found["workers_speedup"] == 2
    assert found["sobol_hours_projected"]["weihai_2018"] == pytest.approx(29.86)
    assert found["seconds_outside_simulation"] == pytest.approx(OUTSIDE, abs=1)
    told = found["reference"]["150"]
    assert told["philox_calls"] > 150
    assert found["reference_ratio"] == found["reference_ratio_by_firms"]["150"]
    assert 0 < found["reference_ratio_without_philox"]["150"] < found["reference_ratio"]
    guard = json.loads((tmp_path / "guard.json").read_text("utf-8"))
    assert benchmark.slower(guard, found["guard"]) == []
    assert (tmp_path / "benchmark.png").stat().st_size > 10_000


def test_the_guard_tells_which_process_became_slow(tiny, monkeypatch):
    before = {"150": benchmark.lives(150, 2, 2)["guard"]}

    def slow(process):
        def slowed(*arguments):
            seconds_until = process_time() + 0.05
            process(*arguments)
            while process_time() < seconds_until:
                pass

        return slowed

    quarter = [(n, slow(do) if n == "market" else do) for n, do in benchmark.QUARTER]
    monkeypatch.setattr(benchmark, "QUARTER", quarter)
    lines = benchmark.slower(before, {"150": benchmark.lives(150, 2, 2)["guard"]})
    assert any(line.startswith("market at 150 firms") for line in lines)


def test_a_timed_quarter_is_a_quarter_of_the_region():
    plan = load_plan(benchmark.PLAN)
    mix = build_mix(plan, benchmark.POLICY)
    timed, plain = (start_run(plan, mix, seed=1, scale=0.1) for _ in range(2))
    first = len(plain.state.firms)
    told = benchmark.quarters_of(timed, 2)
    for _ in range(2):
        plain.step()
        plain.finish()
    assert timed.state.quarter == plain.state.quarter
    assert np.array_equal(timed.state.firms.revenue, plain.state.firms.revenue)
    column = dict(zip(benchmark.COLUMNS, told.T, strict=True))
    assert column["rows"][0] == first
    assert column["all"] == pytest.approx(sum(column[name] for name in benchmark.PROCESSES))


def test_slope_and_memory_between_two_sizes():
    small = {"start": 10_000, "peak_bytes": 3e8, "per_quarter": {"all": 0.04, "firms": 11_000}}
    large = {"start": 1_000_000, "peak_bytes": 3e8 + 500 * 990_000, "seconds": 60.0}
    large |= {"per_quarter": {"all": 0.4, "firms": 1_100_000}, "firms_at_the_end": 2_000_000}
    found = benchmark.spanned(small, large)
    assert found["slope"] == pytest.approx(0.5)
    assert found["bytes_per_firm"] == pytest.approx(500)


def test_runs_per_second_are_those_of_an_ensemble(monkeypatch):
    asked = []

    def run(cases, folders, effort):
        asked.append((cases[0].plan.name, cases[0].quarters, effort.replicates, effort.workers))
        return []

    monkeypatch.setattr(benchmark.ensemble, "run", run)
    monkeypatch.setattr(benchmark, "perf_counter", iter([0.0, 9.0, 10.0, 14.0]).__next__)
    assert benchmark.speed("weihai_2018", workers=2, runs=8) == 2.0  # the faster time took 4 s
    assert asked == [("weihai_2018", 8, 8, 2)] * 2


def test_a_failed_replicate_ends_the_benchmark(monkeypatch):
    failure = Failure(plan="weihai_2018", policy="as_written", replicate=0, error="no money")
    monkeypatch.setattr(benchmark.ensemble, "run", lambda *_: [failure])
    with pytest.raises(SystemExit, match="weihai_2018: no money"):
        benchmark.speed("weihai_2018", workers=1, runs=1)


def test_the_guard_tells_what_takes_half_as_long_again_and_matters():
    then = {"1000": {"founding": 1.0, "market": 1.0, "settle": 0.001}}
    same = {"1000": {"founding": 1.49, "market": 0.2, "settle": 0.01}}
    assert benchmark.slower(then, same) == []
    now = {"1000": {"founding": 1.51, "market": 1.0, "settle": 0.03, "lottery": 0.5}}
    lines = benchmark.slower(then, now)
    assert [line.split()[0] for line in lines] == ["founding", "settle", "lottery"]
    assert lines[0] == "founding at 1000 firms: 1 → 1.51 of the yardstick"


@pytest.mark.parametrize(("ratio", "status"), [(1.0, 0), (2.0, 1)])
def test_the_guard_ends_with_status_1_when_something_is_slower(
    monkeypatch, tmp_path, ratio, status, capsys
):
    path = tmp_path / "guard.json"
    path.write_text(json.dumps({"1000": {"market": 1.0}}), "utf-8")
    monkeypatch.setattr(benchmark, "measured", lambda _: {"guard": {"1000": {"market": ratio}}})
    monkeypatch.setattr("sys.argv", ["benchmark.py", "quick=true", f"check={path}"])
    with pytest.raises(SystemExit) as ended:
        benchmark.main()
    assert ended.value.code == status
    assert ("market at 1000 firms" in capsys.readouterr().out) == bool(status)


def test_a_guard_that_is_not_there_is_wrong_input(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmark.py", "check=nowhere.json"])
    with pytest.raises(SystemExit) as ended:
        benchmark.told(benchmark.main)
    assert ended.value.code == 2
    assert "nowhere.json: there is no such file" in capsys.readouterr().err
