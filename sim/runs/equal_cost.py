"""Equal cost: how many times its dose a mix offers, so that it costs what another mix costs.

    mean outlay of the mix at that scale = mean outlay of the other      city and county

Outlay is what is paid in the run or owed at its end: rewards fall due years after they
are earned, and a mix must not look cheap because its bills come later.

The scale is looked for on the first ten replicates, then on the first fifty, which meet each draw
of the parameters once; both mixes are the same city with the same luck. A step is a secant of
log(outlay ratio) over log(scale), kept within a bracket. Then all replicates are run; where they
miss by more than two percent, the scale is looked for on all of them. It therefore follows from
the configuration and the number of replicates alone. What was tried is kept until all is run, so
that an interrupted search goes on; a file beside a mix's replicates says what their scale is.

A mix that cannot cost what it is to cost is left out and told; what was tried of it stays.
"""

import dataclasses
import json
import math
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.errors import ConfigError
from sim.core.quantity import STRATA
from sim.inputs.instrument import LARGEST_SCALE
from sim.region.case import Case, Key
from sim.runs import archives, chunks
from sim.runs.folder import folder_name, replacing
from sim.runs.job import Done, Engine, Job
from sim.runs.outcome import Fit, Unreached

FOLDER = ".equal_cost"  # below the root: what is tried, and mixes that only tell a cost
STAMP = ".equal_cost.json"  # beside a mix's replicates: the scale that they have
_NEAR = math.log(1.01)  # from the outlay wanted: near enough to end a search
_WITHIN = math.log(1.02)  # near enough on all replicates
_FEW = 10  # replicates that a search begins with
_SMALLEST_SCALE = 1e-4
_HOPELESS = math.log(1.1)  # so far from the outlay wanted, a few replicates are proof enough
_STEPS = 25
_SLOPES = (0.25, 4.0)  # of log outlay over log scale, on which a step may rest
_LINES = {"city_fund": "the city's line", "county_fund": "the counties' line"}


def run(job: Job, root: Path, engine: Engine) -> Done:
    """Run what a root does not hold yet of a job, each mix at another's cost with its scale.

    Raises:
        ConfigError: If no mix is left that can cost what it is to cost.
    """
    searches = {case.key: _Search(job, root, case, engine) for case in job.cases if case.costs_as}
    scales, unreached = dict[Key, float](), dict[Key, Unreached]()
    asked = {key: search.first_scale for key, search in searches.items()}
    while True:
        for key, scale in asked.items():
            _note(key, scale, scales, unreached)
        left = _scaled_job(job, scales)
        if not left.cases:
            raise ConfigError("; ".join(one.why for one in unreached.values()))
        own = [job.folder(root, case) for case in left.cases]
        beside = {searches[key].other_folder: searches[key].other for key in scales}
        beside = {folder: other for folder, other in beside.items() if folder not in own}
        failures = engine([*left.cases, *beside.values()], [*own, *beside], job.effort)
        fits = {key: searches[key].reached(scale) for key, scale in scales.items()}
        asked = {
            key: partial(searches[key].last_scale, scales[key])
            for key, fit in fits.items()
            if not abs(fit.miss) <= _WITHIN
        }
        if not asked:
            break
    for key in scales:
        searches[key].forget()
    return Done(
        job=dataclasses.replace(left, fits=fits),
        failures=tuple(failures),
        unreached=tuple(unreached.values()),
    )


def _note(
    key: Key,
    scale: Callable[[], float],
    scales: dict[Key, float],
    unreached: dict[Key, Unreached],
) -> None:
    """Note the scale of a mix, or that it has none."""
    try:
        scales[key] = scale()
    except _NoScaleError as error:
        scales.pop(key, None)
        unreached[key] = error.found


def _scaled_job(job: Job, scales: Mapping[Key, float]) -> Job:
    """Return a job with the scales that were found, and without the mixes that have none."""
    cases = (
        _scaled(case, scales[case.key]) if case.costs_as else case
        for case in job.cases
        if not case.costs_as or case.key in scales
    )
    return dataclasses.replace(job, cases=tuple(cases))


def _scaled(case: Case, scale: float) -> Case:
    return dataclasses.replace(case, mix=case.mix.rescaled(scale), costs_as=None)


class _NoScaleError(Exception):
    """There is no scale at which a mix costs what it is to cost."""

    def __init__(self, found: Unreached) -> None:
        self.found = found


class _Search:
    """The search for one mix's scale."""

    def __init__(self, job: Job, root: Path, case: Case, engine: Engine) -> None:
        assert case.costs_as is not None
        below = root / FOLDER / folder_name(case.plan.name)
        self.key = case.key
        self.other = dataclasses.replace(case, mix=case.costs_as, costs_as=None)
        self.other_folder = (
            job.folder(root, self.other)
            if self.other in job.cases
            else below / self.other.hash[:12]
        )
        self._case = case
        self._effort = job.of([case]).effort
        self._engine = engine
        self._folder = job.folder(root, case)
        self._tries = below / folder_name("/".join(filter(None, case.key[1:])))
        self._slope = 1.0

    def first_scale(self) -> float:
        """Return the scale that the first fifty replicates ask for, or that all asked for."""
        size = min(self._effort.replicates, STRATA)
        with suppress(OSError, ValueError, KeyError, TypeError):
            stamp = json.loads((self._folder / STAMP).read_text("utf-8"))
            if stamp["searched"] in (size, self._effort.replicates):
                return float(stamp["scale"])
        scale = 1.0
        for few in sorted({min(_FEW, size), size}):
            scale = self._found(few, scale, final=few == size)
        return self._begin(scale, size)

    def last_scale(self, scale: float) -> float:
        """Return the scale that all replicates ask for."""
        size = self._effort.replicates
        return self._begin(self._found(size, scale, final=True), size)

    def reached(self, scale: float) -> Fit:
        """Return what the mix costs in its own folder."""
        return self._fit(self._folder, scale, self._effort.replicates)

    def forget(self) -> None:
        """Remove what was tried."""
        shutil.rmtree(self._tries, ignore_errors=True)

    def _begin(self, scale: float, searched: int) -> float:
        """Make the mix's folder ready for replicates of a scale; return the scale."""
        for name in (chunks.CHUNKS, archives.FOLDER):  # of another scale
            shutil.rmtree(self._folder / name, ignore_errors=True)
        with replacing(self._folder / STAMP) as unfinished:
            unfinished.write_text(json.dumps({"scale": scale, "searched": searched}), "utf-8")
        return scale

    def _found(self, size: int, scale: float, *, final: bool) -> float:
        """Return the scale at which the first replicates cost what is wanted, from a guess on."""
        low, high = math.log(_SMALLEST_SCALE), math.log(LARGEST_SCALE)
        ends, x, tried = {low, high}, math.log(scale), list[Fit]()
        for _ in range(_STEPS):
            fit = self._try(x, size)
            if abs(fit.miss) <= _NEAR:
                return fit.scale
            self._slope = _slope(tried[-1], fit) if tried else self._slope
            tried.append(fit)
            low, high = (x, high) if fit.miss < 0 else (low, x)
            if high - low < _NEAR / 10:
                break
            x -= fit.miss / self._slope
            if not low < x < high:
                end = low if x <= low else high
                x = end if end in ends else (low + high) / 2
            ends.discard(x)
        best = min(tried, key=lambda fit: abs(fit.miss))
        between = min(fit.miss for fit in tried) < 0 < max(fit.miss for fit in tried)
        # With few replicates outlay goes by leaps that more of them make smaller.
        enough = _WITHIN if final else math.inf if between else _HOPELESS
        if abs(best.miss) > enough:
            raise self._impossible(best, size)
        return best.scale

    def _try(self, x: float, size: int) -> Fit:
        """Run the first replicates of both mixes, where that is not done yet."""
        scale = float(f"{math.exp(x):.6g}")
        folder = self._tries / str(scale)
        few = dataclasses.replace(self._effort, replicates=size, micro=0)
        both = [self.other, _scaled(self._case, scale)]
        failures = self._engine(both, [self.other_folder, folder], few)
        fit = self._fit(folder, scale, size)
        if math.isnan(fit.wanted):
            raise self._none(f"no replicate was completed: {failures[0].error}")
        return fit

    def _fit(self, folder: Path, scale: float, size: int) -> Fit:
        own, others = _costs(folder, size), _costs(self.other_folder, size)
        both = sorted(own.keys() & others.keys())
        outlay, wanted = (
            float(np.mean([costs[r] for r in both])) if both else math.nan
            for costs in (own, others)
        )
        if wanted == 0:
            raise self._none(
                f"in {len(both)} replicates of {self.key[0]} city and county pay nothing under "
                f"{self.other.mix.name}, so nothing can cost as much"
            )
        return Fit(other=self.other.mix.name, scale=scale, outlay=outlay, wanted=wanted)

    def _impossible(self, best: Fit, size: int) -> _NoScaleError:
        arrays = chunks.read(self._tries / str(best.scale), size)
        claimed = chunks.mean_claimed(arrays)
        lines = " and ".join(
            f"{100 * claimed[line]:.0f} % of the money of {words}"
            for line, words in _LINES.items()
            if line in claimed
        )
        why = (
            f"{lines or 'no money'} is claimed then"
            if best.outlay < best.wanted
            else "its claims are too large to be cut to that; more replicates make finer steps"
        )
        return self._none(
            f"under {self.key[0]} it cannot cost what {best.other} costs: "
            f"{best.outlay:.4g} of {best.wanted:.4g} million CNY, at {best.scale:g} times the "
            f"doses, is the nearest (scales up to {LARGEST_SCALE:g}, {size} replicates): {why}",
            nearest=best,
            claimed=claimed,
        )

    def _none(self, why: str, **found: Any) -> _NoScaleError:
        plan, policy, point = self.key
        words = f"policy {policy}{f' at {point}' if point else ''}: {why}"
        return _NoScaleError(Unreached(plan=plan, policy=policy, point=point, why=words, **found))


def _slope(one: Fit, two: Fit) -> float:
    """Return the slope between two tries, within bounds."""
    run = math.log(two.scale) - math.log(one.scale)
    slope = (two.miss - one.miss) / run if run else 1.0
    return min(max(slope, _SLOPES[0]), _SLOPES[1])


def _costs(folder: Path, replicates: int) -> Mapping[int, float]:
    """Return the public outlay of each completed replicate, paid or owed, million CNY."""
    arrays = chunks.read(folder, replicates)
    outlay = chunks.public_outlay(arrays)
    return dict(zip(arrays["replicate"].tolist(), outlay.tolist(), strict=True))
