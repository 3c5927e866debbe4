"""A job carried out: run in a folder, and again with more replicates until it is precise."""

import dataclasses
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from sim.core import compiled
from sim.region.case import Case
from sim.runs import archives, chunks, equal_cost
from sim.runs.cluster import check_reached
from sim.runs.effort import Effort
from sim.runs.job import Done, Engine, Job
from sim.runs.manifest import hold
from sim.runs.precision import needed_at_half, next_number


@contextmanager
def kept(job: Job, root: Path, command: str, engine: Engine) -> Iterator[Done]:
    """Hold a root, run there what it does not hold yet of a job, and complete its manifest.

    Raises:
        ConfigError: If the cluster or the root cannot be used, or no mix can cost what it is to.
        SimError: If workers were lost, or there is no room to write.
    """
    if job.effort.cluster:
        check_reached(job.effort.cluster)  # before anything else takes time
    _warn_of_precision(job.effort)
    with hold(root, job, command) as complete:
        if compiled.first_use():
            print("Compiling the model, once for this version: about a minute", file=sys.stderr)
        began = perf_counter()
        done = carry_out(job, root, engine)
        seconds = perf_counter() - began
        yield done
        complete(done, seconds)


def carry_out(job: Job, root: Path, engine: Engine) -> Done:
    """Run what a root does not hold yet of a job, and join the micro-data of its replicates.

    Raises:
        ConfigError: If no mix can cost what it is to cost.
        SimError: If workers were lost, or there is no room to write.
    """
    done = equal_cost.run(job, root, engine)
    while (more := precise(job, root, done.job.cases)) is not job:
        done = equal_cost.run(job := more, root, engine)
    for case in done.job.cases:
        done.rows |= archives.publish(job.folder(root, case), job.effort.kept, root)
    return done


def precise(job: Job, root: Path, ran: Sequence[Case]) -> Job:
    """Return a job with the replicates that its precision asks for next, from what was run."""
    effort = job.effort
    if effort.precision is None:
        return job
    counts = [count for case in ran for count in _counts(job, root, case)]
    enough = next_number(counts, effort.replicates, effort.precision, effort.most_replicates)
    if enough == effort.replicates:
        return job
    return dataclasses.replace(job, effort=dataclasses.replace(effort, replicates=enough))


def _counts(job: Job, root: Path, case: Case) -> list[tuple[int, int]]:
    """Return of each target in how many replicates it is met, and of how many."""
    arrays = chunks.read(job.folder(root, case), job.effort.replicates_of(case))
    targets = chunks.dated(arrays, case.plan)
    if not targets:
        return []
    columns = chunks.at_dates(arrays, targets).T
    met = [target.met(values) for target, values in zip(targets, columns, strict=True)]
    return [(int(each.sum()), each.size) for each in met]


def _warn_of_precision(effort: Effort) -> None:
    """Say before a run that its precision may be out of reach."""
    if effort.precision is None:
        return
    needed = needed_at_half(effort.precision)
    if needed > effort.most_replicates:
        print(
            f"precision = {effort.precision:g}: a probability of 1/2 needs some {needed} "
            f"replicates, and most_replicates = {effort.most_replicates}",
            file=sys.stderr,
        )
