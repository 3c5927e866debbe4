"""How fast the model is and how much memory it takes, beside a plain telling of the same rules.

    python experiments/benchmark.py write=docs/benchmark            some ten minutes
    python experiments/benchmark.py quick=true check=docs/benchmark/guard.json

``write=`` puts ``benchmark.json``, ``benchmark.png`` and ``guard.json`` into a folder; without it
the figures are printed. ``check=`` (``make bench``) says which process takes longer than when the
guard was written, and ends with status 1 then. Machines differ: compare ratios within one run, and
let the machine do nothing else meanwhile. ``NOTES`` says what each figure is.
"""

import importlib.util
import json
import math
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import timeit
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib import metadata
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import numpy as np
from asking import Experiment, Key, ask_alone, flag, path, told
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.core import identity
from sim.core.draws import Draws
from sim.core.errors import ConfigError
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix, choose
from sim.region.case import case_of
from sim.region.pages import QUARTER
from sim.region.region import Run, Start, start_city
from sim.runs import ensemble
from sim.runs.effort import Effort
from sim.state.columns import Firms

ROOT = Path(__file__).parents[1]
PLAN, POLICY, SEED = "weihai_2018", "as_written", 1
LARGEST_PLAN = "ningbo_315"
YEAR, QUARTERS, LONG = 4, 8, 20  # quarters: told plainly; timed; lived at the largest size
SOBOL_RUNS, SOBOL_SCALE = 430_000, 0.1
DRAWS, STEPS = 1_000_000, 200_000  # of the yardstick
TIMES = 2  # the same runs twice, since workers are started in the first
SLOWER = 1.5  # a process that takes so many times as long as it did is told
MATTERS = 0.01  # unless that adds less than this share of a whole quarter
SHOWN = 6  # processes with a line of their own in the figure

PROCESSES = tuple(name for name, _ in QUARTER)
COLUMNS = ("firms", "rows", "organisations", "wall", "all", *PROCESSES)

NOTES = {
    "per_quarter": f"{PLAN} under {POLICY}, seed {SEED}, default parameters, population.scale for "
    f"so many firms at the start; first {QUARTERS} quarters, all processes and nothing else; a "
    "size has a process of its own. Means over quarters, medians over repetitions: firms alive, "
    "rows of firms, organisations; seconds by the clock (wall) and of one thread's processor",
    "ns_per_firm_quarter": "processor time over firms alive at the beginning of each quarter",
    "fixed_ms_per_quarter": "by process, the cost at no firms on the straight line through the "
    "smallest and the largest size; population.scale does not scale organisations",
    "ns_per_organisation_quarter": "that of all processes over the organisations of that size",
    "slope": "of log cost of a quarter on log firms, over the sizes of span",
    "bytes_per_firm": f"difference in peak resident memory after {QUARTERS} quarters over that in "
    "firms at the start, over the sizes of span; a start is kept beside the living city, as users "
    "have it",
    "million_firms_seconds": f"by the clock, {LONG} quarters of the largest size, beyond the "
    "plan's end, nothing extrapolated; firms_at_the_end are alive then",
    "reference_ratio": "at the larger size of reference_ratio_by_firms",
    "reference_ratio_by_firms": "rules of the ten processes in tests/reference (plain Python, an "
    "object a firm; its reading and writing of tables apart) over the same in sim.region.region, "
    f"{YEAR} quarters of the same city. without_philox: less its pure-Python Philox (calls times "
    "one call), which users of Python's own generator do not pay",
    "runs_per_second": "by plan (as written, population.scale=1, uncertainty=both) and workers, "
    f"through sim.runs.ensemble; the faster of {TIMES} times",
    "workers_speedup": f"two workers over one, {LARGEST_PLAN}, simulation only",
    "sobol_hours_projected": f"{SOBOL_RUNS} runs, population.scale={SOBOL_SCALE}, two workers, at "
    "the speed of sobol_runs_measured of them",
    "seconds_outside_simulation": "python -m sim with two mixes of sweep_replicates replicates, by "
    "the clock, less its replicates: start, tables, figures, report",
    "copy_bandwidth_gb_per_s": "np.copyto of a large array, bytes read and written",
    "bytes_per_quarter": "informational: all declared columns of the firms table once, all rows",
    "guard": "by size and process: the fastest repetition of each quarter, over the yardstick",
    "machine": f"the yardstick: processor seconds of {DRAWS} uniform draws, and of {STEPS} steps "
    "in plain Python",
    "starsim_ns_per_agent_step": "starsim's SIR model on a random network, where it is installed",
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """How much is measured; what is empty is left out.

    Attributes:
        sizes: Firms at the start, from small to large → repetitions.
        span: The two sizes of slope and memory.
        reference: Firms of the cities that are told plainly, too.
        plans: The plans that are run many times.
        runs: Replicates of each at full size.
        small_runs: And at the scale of a Sobol design.
        sweep: Replicates of each mix of a whole command.
    """

    sizes: Mapping[int, int]
    span: tuple[int, ...] = ()
    reference: tuple[int, ...] = ()
    plans: tuple[str, ...] = ()
    runs: int = 0
    small_runs: int = 0
    sweep: int = 0


FULL = Measured(
    sizes={1000: 15, 10_000: 15, 100_000: 3, 1_000_000: 1},
    span=(10_000, 1_000_000),
    reference=(1000, 10_000),
    plans=("weihai_2018", "changzhou_2019", "ningbo_2019", LARGEST_PLAN, "jiangyin_2025"),
    runs=16,
    small_runs=64,
    sweep=20,
)
QUICK = Measured(sizes={1000: 15, 10_000: 15}, reference=(1000,))


EXPERIMENT = Experiment(
    name="benchmark",
    doc=__doc__,
    keys=(
        Key(name="quick", read=flag, default=False, shown="true", words="two sizes, in a minute"),
        Key(
            name="write",
            read=path,
            default=None,
            shown="FOLDER",
            words="where figures, picture and guard are written",
        ),
        Key(
            name="check",
            read=path,
            default=None,
            shown="GUARD",
            words="a guard that was written: what is slower ends it with status 1",
        ),
    ),
)


# One city


def city_of(firms: int) -> Start:
    """Return the city with about so many firms."""
    plan = load_plan(PLAN)
    case = case_of(plan, choose(plan, POLICY), seed=SEED, uncertainty="noise")
    scale = firms / len(start_city(case).state.firms)
    return start_city(replace(case, scale=scale))


def quarters_of(run: Run, quarters: int) -> NDArray[np.float64]:
    """Live through quarters and return ``COLUMNS`` of each."""
    told = np.empty((quarters, len(COLUMNS)))
    for row in told:
        firms = run.state.firms
        row[:3] = firms.alive.sum(), len(firms), len(run.state.organisations)
        began = perf_counter()
        run.begin()
        for at, (name, process) in enumerate(QUARTER, start=-len(QUARTER)):
            before = process_time()
            run.live(name, process)
            row[at] = process_time() - before
        run.finish()
        row[3:5] = perf_counter() - began, row[-len(QUARTER) :].sum()
    return told


def yardstick() -> tuple[float, float]:
    """Return processor seconds of plain work: compiled draws, and steps of the interpreter."""
    ids, at = identity.plain(identity.PERSON, np.arange(DRAWS)), Draws(SEED, 0).at("market")
    return seconds_of(lambda: at.uniform(ids)), seconds_of(lambda: sum(map(abs, range(STEPS))))


def seconds_of(work: Callable[[], Any], times: int = 1) -> float:
    """Return the processor seconds of one go, in the fastest of some trials."""
    return min(timeit.repeat(work, timer=process_time, number=times, repeat=5)) / times


def lives(firms: int, repetitions: int, quarters: int) -> dict[str, Any]:
    """Let a city live several times and return what its first quarters took."""
    mix = build_mix(load_plan(PLAN), POLICY)
    quarters_of(city_of(min(firms, 10_000)).under(mix), QUARTERS)  # loads all that is compiled
    began = perf_counter()
    start = city_of(firms)
    built, told, marks, peaks = perf_counter() - began, [], [], []
    for _ in range(repetitions):
        marks.append(yardstick())
        run = start.under(mix)
        told.append(quarters_of(run, QUARTERS))
        peaks.append(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    later = quarters_of(run, quarters - QUARTERS)
    usual = np.median(np.mean(told, axis=1), axis=0)
    fastest = np.min(told, axis=0).mean(axis=0) / np.min(marks, axis=0).sum()
    return {
        "start": len(start.state.firms),
        "per_quarter": dict(zip(COLUMNS, usual.tolist(), strict=True)),
        "guard": dict(zip(PROCESSES, fastest[-len(PROCESSES) :].tolist(), strict=True)),
        "building_seconds": built,
        "peak_bytes": peaks[0],
        "seconds": float(np.concatenate([told[-1], later])[:, COLUMNS.index("wall")].sum()),
        "firms_at_the_end": int(run.state.firms.alive.sum()),
    }


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns in a process of its own, whose memory is its own."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawned) as pool:
        return pool.submit(function, *arguments).result()


def one_city(effort: Measured) -> dict[str, Any]:
    """Return what a quarter costs, by size and by process."""
    longest = max(effort.span, default=0)
    found = {
        str(firms): apart(lives, firms, repetitions, LONG if firms == longest else QUARTERS)
        for firms, repetitions in effort.sizes.items()
    }
    sizes = {n: life["per_quarter"] for n, life in found.items()}
    (_, small), *_, (_, large) = sizes.items()
    more = large["firms"] - small["firms"]
    fixed = {
        name: 1e3 * (small[name] - small["firms"] * (large[name] - small[name]) / more)
        for name in PROCESSES
    }
    row = sum(
        np.dtype(column.dtype).itemsize * max(column.width, 1) for column in Firms.columns.values()
    )
    told = {
        "per_quarter": sizes,
        "ns_per_firm_quarter": per_firm(sizes, "all"),
        "ns_per_firm_quarter_wall": per_firm(sizes, "wall"),
        "ns_per_firm_quarter_by_process": {name: per_firm(sizes, name) for name in PROCESSES},
        "fixed_ms_per_quarter": fixed,
        "ns_per_organisation_quarter": 1e6 * sum(fixed.values()) / small["organisations"],
        "building_seconds": {n: life["building_seconds"] for n, life in found.items()},
        "bytes_per_row": row,
        "bytes_per_quarter": {n: round(row * size["rows"]) for n, size in sizes.items()},
        "guard": {n: life["guard"] for n, life in found.items()},
    }
    return told | (spanned(*(found[str(firms)] for firms in effort.span)) if effort.span else {})


def per_firm(sizes: Mapping[str, Mapping[str, float]], name: str) -> dict[str, float]:
    """Return nanoseconds per firm and quarter by size."""
    return {n: 1e9 * size[name] / size["firms"] for n, size in sizes.items()}


def spanned(small: Mapping[str, Any], large: Mapping[str, Any]) -> dict[str, Any]:
    """Return how time and memory grow between two sizes, and what the larger one takes."""
    cost, firms = (
        math.log(large["per_quarter"][what] / small["per_quarter"][what])
        for what in ("all", "firms")
    )
    memory, starts = (large[what] - small[what] for what in ("peak_bytes", "start"))
    return {
        "span": [small["start"], large["start"]],
        "slope": cost / firms,
        "bytes_per_firm": memory / starts,
        "million_firms_seconds": large["seconds"],
        "firms_at_the_end": large["firms_at_the_end"],
    }


# The same rules told plainly


def told_twice(firms: int) -> dict[str, Any]:
    """Live through a year in both tellings; return seconds of the ten processes in each."""
    sys.path.append(str(ROOT / "tests"))
    from reference import luck
    from reference.city import RETOLD, PlainCity

    plan, start = load_plan(PLAN), city_of(firms)
    mix = build_mix(plan, POLICY)
    years = np.array([quarters_of(start.under(mix), YEAR) for _ in range(1 + 5)])
    seconds = np.median(years[1:].sum(axis=1), axis=0)  # the first one loads what is compiled
    here = {name: seconds[COLUMNS.index(name)] for name in RETOLD}
    calls, bare = count(), luck.philox

    def counted(counter: Any, keys: Any) -> Any:
        next(calls)
        return bare(counter, keys)

    city = PlainCity(start.under(mix), plan)
    with patch.object(luck, "philox", counted):
        for _ in range(YEAR):
            city.step()
    number, keys = next(calls), luck.round_keys((1, 2))
    call, counted_call = (
        seconds_of(lambda f=f: f((1 << 31, 2, 3, 4), keys), times=20_000) for f in (bare, counted)
    )
    plain = sum(city.seconds.values()) - number * (counted_call - call)  # less the counting
    return {
        "quarters": YEAR,
        "firms": years[0, :, 0].mean(),
        "plain_seconds": plain,
        "philox_calls": number,
        "philox_seconds": number * call,
        "region_seconds": sum(here.values()),
        "ratio": plain / sum(here.values()),
        "ratio_without_philox": (plain - number * call) / sum(here.values()),
        "ratio_by_process": {name: city.seconds[name] / here[name] for name in RETOLD},
    }


def reference(effort: Measured) -> dict[str, Any]:
    """Return how many times as long the plain telling takes."""
    told = {str(firms): apart(told_twice, firms) for firms in effort.reference}
    without = {n: one["ratio_without_philox"] for n, one in told.items()}
    return {
        "reference": told,
        "reference_ratio": told[str(max(effort.reference))]["ratio"],
        "reference_ratio_by_firms": {n: one["ratio"] for n, one in told.items()},
        "reference_ratio_without_philox": without,
    }


# Many runs


def speed(name: str, workers: int, runs: int, scale: float = 1.0) -> float:
    """Return runs per second of a plan as written."""
    plan = load_plan(name)
    case = case_of(plan, choose(plan, POLICY), scale=scale, seed=SEED)
    effort = Effort(replicates=runs, workers=workers)
    seconds = []
    for _ in range(TIMES):
        with TemporaryDirectory() as folder:
            began = perf_counter()
            failures = ensemble.run([case], [Path(folder)], effort)
            seconds.append(perf_counter() - began)
        if failures:
            raise SystemExit(f"{name}: {failures[0].error}")
    return runs / min(seconds)


def many_runs(effort: Measured) -> dict[str, Any]:
    """Return how fast replicates of the plans are."""
    full = {name: {str(n): speed(name, n, effort.runs) for n in (1, 2)} for name in effort.plans}
    small = {name: speed(name, 2, effort.small_runs, SOBOL_SCALE) for name in effort.plans}
    return {
        "runs_per_second": full,
        "runs_measured": effort.runs,
        "workers_speedup": full[LARGEST_PLAN]["2"] / full[LARGEST_PLAN]["1"],
        "sobol_hours_projected": {name: SOBOL_RUNS / rate / 3600 for name, rate in small.items()},
        "sobol_runs_measured": effort.small_runs,
    }


def whole_command(effort: Measured) -> dict[str, Any]:
    """Return what a sweep takes beside its replicates."""
    with TemporaryDirectory() as folder:
        typed = [f"plan={PLAN}", f"policy=none,{POLICY}", f"replicates={effort.sweep}"]
        command = [sys.executable, "-m", "sim", "-m", *typed, f"output={folder}/sweep"]
        began = perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        seconds = perf_counter() - began
        manifest = json.loads((Path(folder) / "sweep" / "manifest.json").read_text("utf-8"))
    outside = seconds - manifest["seconds"]
    return {"seconds_outside_simulation": outside, "sweep_replicates": effort.sweep}


# The machine, and another simulator


def machine() -> dict[str, Any]:
    """Return what the machine is and how fast it is at plain things."""
    source = np.ones(1 << 25)
    target = np.zeros_like(source)
    compiled, interpreted = yardstick()
    copying = seconds_of(lambda: np.copyto(target, source))
    facts = {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
        "numba": metadata.version("numba"),
        "seconds_of_draws": compiled,
        "seconds_of_steps": interpreted,
    }
    return {"machine": facts, "copy_bandwidth_gb_per_s": 2 * source.nbytes / copying / 1e9}


def starsim(agents: int = 10_000) -> dict[str, Any]:
    """Return what another simulator's simplest model costs, where it is installed."""
    if importlib.util.find_spec("starsim") is None:
        return {}
    import starsim

    for _ in range(2):  # the first run compiles
        model = starsim.Sim(n_agents=agents, diseases="sir", networks="random", verbose=0)
        model.init()
        before = process_time()
        model.run()
        spent = process_time() - before
    return {"starsim_ns_per_agent_step": 1e9 * spent / agents / len(model.t.timevec)}


# All of it


def measured(effort: Measured) -> dict[str, Any]:
    """Return all figures, with what each is."""
    load = os.getloadavg()[0]
    found = one_city(effort)  # first: a child's peak memory is at least its parent's
    found |= reference(effort) if effort.reference else {}
    found |= many_runs(effort) if effort.plans else {}
    found |= whole_command(effort) if effort.sweep else {}
    found |= machine() | starsim() | {"load_before": load}
    return {"notes": {name: note for name, note in NOTES.items() if name in found}} | found


def slower(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return a line for each size and process that takes longer, by the yardstick."""
    return [
        f"{name} at {firms} firms: {before.get(name, 0.0):.3g} → {ratio:.3g} of the yardstick"
        for firms, before in then.items()
        for name, ratio in now[firms].items()
        if ratio > SLOWER * before.get(name, 0.0)
        and ratio - before.get(name, 0.0) > MATTERS * sum(before.values())
    ]


def drawn(found: Mapping[str, Any]) -> Figure:
    """Return the cost per firm and quarter against the number of firms."""
    figure = Figure(figsize=(8.4, 5.2), layout="constrained")
    axes = figure.subplots()
    sizes = [size["firms"] for size in found["per_quarter"].values()]
    by_process = found["ns_per_firm_quarter_by_process"].items()
    costs = {name: np.array(list(by_size.values())) for name, by_size in by_process}
    order = sorted(costs, key=lambda name: -costs[name][-1])
    lines = {name: costs[name] for name in order[:SHOWN]}
    lines[f"the other {len(order) - SHOWN}"] = sum(costs[name] for name in order[SHOWN:])
    axes.plot(sizes, sum(costs.values()), "o-", color="black", lw=2, label="all processes")
    for name, cost in lines.items():
        axes.plot(sizes, cost, ".-", lw=1, label=name)
    told = found["reference"].values()
    words = {"plain": "ten of them, told plainly", "region": "the same ten here"}
    for (which, label), marker in zip(words.items(), "s^", strict=True):
        cost = [1e9 * one[f"{which}_seconds"] / one["quarters"] / one["firms"] for one in told]
        at = [one["firms"] for one in told]
        axes.plot(at, cost, f"{marker}:", color="firebrick", label=label)
    floor = found["bytes_per_row"] / found["copy_bandwidth_gb_per_s"]
    axes.axhline(floor, color="grey", ls="--", lw=1, label="a firm's row copied once")
    axes.set(xscale="log", yscale="log", xlabel="firms", ylabel="ns per firm and quarter")
    axes.set_title(f"Processor time of a quarter of {PLAN}", loc="left")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def rounded(content: Any) -> Any:
    """Return the same with four digits of each number."""
    if isinstance(content, Mapping):
        return {name: rounded(part) for name, part in content.items()}
    return float(f"{content:.4g}") if isinstance(content, float) else content


def write(folder: Path, found: Mapping[str, Any]) -> None:
    """Write figures, picture and guard into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    guard = {n: found["guard"][n] for n in map(str, QUICK.sizes)}
    for name, content in (("benchmark.json", found), ("guard.json", guard)):
        text = json.dumps(rounded(content), indent=1, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    drawn(found).savefig(folder / "benchmark.png", dpi=110)


def main(typed: Sequence[str] | None = None) -> None:
    """Measure, then write or print or compare."""
    asked = ask_alone(EXPERIMENT, typed)
    check, folder = asked["check"], asked["write"]
    if check and not check.is_file():
        raise ConfigError(f"check={check}: there is no such file; write= makes one")
    then = json.loads(check.read_text("utf-8")) if check else {}
    found = measured(QUICK if asked["quick"] else FULL)
    if folder:
        write(folder, found)
    elif not check:
        print(json.dumps(rounded(found), indent=1, ensure_ascii=False))
    if check:
        lines = slower(then, found["guard"])
        print("\n".join(lines) or f"No process takes {SLOWER} times what it took.")
        sys.exit(bool(lines))


if __name__ == "__main__":
    told(main)
