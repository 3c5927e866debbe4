"""A job carried out: run in a folder, and again with more replicates until it is precise."""

import dataclasses
from pathlib import Path

from sim.region.case import Case
from sim.runs import chunks, equal_cost
from sim.runs.equal_cost import Done
from sim.runs.job import Engine, Job
from sim.runs.precision import next_number


def carry_out(job: Job, root: Path, engine: Engine) -> Done:
    """Run what a root does not hold yet of a job.

    Raises:
        ConfigError: If a mix cannot cost what it is to cost.
        SimError: If workers were lost.
    """
    while True:
        done = equal_cost.run(job, root, engine)
        more = precise(job, root)
        if more is job:
            return done
        job = more


def precise(job: Job, root: Path) -> Job:
    """Return a job with the replicates that its precision asks for next, from what was run."""
    effort = job.effort
    if effort.precision is None:
        return job
    counts = [count for case in job.cases for count in _counts(job, root, case)]
    enough = next_number(counts, effort.replicates, effort.precision, effort.most_replicates)
    if enough == effort.replicates:
        return job
    return dataclasses.replace(job, effort=dataclasses.replace(effort, replicates=enough))


def _counts(job: Job, root: Path, case: Case) -> list[tuple[int, int]]:
    """Return of each target in how many replicates it is met, and of how many."""
    arrays = chunks.read(job.folder(root, case), job.effort.replicates)
    targets = chunks.dated(arrays, case.plan)
    if not targets:
        return []
    columns = chunks.at_dates(arrays, targets).T
    met = [target.met(values) for target, values in zip(targets, columns, strict=True)]
    return [(int(each.sum()), each.size) for each in met]
