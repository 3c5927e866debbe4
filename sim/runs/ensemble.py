"""Replicates of cases on all cores, in chunks on disk: an interruption costs a chunk.

The number of workers has no influence on any number. A chunk that was damaged is computed again,
and so is a replicate that a chunk holds where its micro-data are wanted and missing.
"""

import dataclasses
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sim.core.errors import SimError, is_full
from sim.region.case import Case
from sim.runs import archives, chunks, cluster, micro, workers
from sim.runs.effort import Effort
from sim.runs.folder import replacing
from sim.runs.outcome import Failure

if TYPE_CHECKING:
    from sim.region.record import Record
    from sim.region.region import Start

_LARGEST_CHUNK = 10
_CHUNKS_PER_WORKER = 4
_MOST_LIVES = 16  # lived from one start in one task


_Done = tuple[int, list[Failure]]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A case, with the replicates that its chunks lack and those whose micro-data are lacking."""

    case: Case
    folder: Path
    unrecorded: frozenset[int]
    micro: frozenset[int]

    @property
    def missing(self) -> frozenset[int]:
        return self.unrecorded | self.micro


@dataclass(frozen=True, kw_only=True)
class _Task:
    """Replicates of one world to run under its mixes, each from one start."""

    parts: Sequence[_Part]
    replicates: Sequence[int]

    @property
    def size(self) -> int:
        return sum(len(part.missing.intersection(self.replicates)) for part in self.parts)


def run(cases: Sequence[Case], folders: Sequence[Path], effort: Effort) -> list[Failure]:
    """Run the replicates that the cases' folders do not hold yet; return those that failed.

    Raises:
        ConfigError: If a plan has a target that nothing measures, or a plug-in cannot be loaded.
        SimError: If a worker process was ended from outside.
    """
    from tqdm import tqdm

    from sim.indicators.table import check_measured
    from sim.region.plugins import put_in_force

    for case in cases:
        put_in_force(case.plugins)
        check_measured([case.plan])
    worlds = _worlds(cases, folders, effort)
    missing = [sorted(frozenset().union(*(part.missing for part in parts))) for parts in worlds]
    processes = workers.number_of(effort.workers)
    share = sum(len(replicates) for replicates in missing) // (_CHUNKS_PER_WORKER * processes)
    size = min(_LARGEST_CHUNK, max(1, share))
    tasks = [
        _Task(parts=parts, replicates=replicates[i : i + size])
        for i in range(0, effort.replicates, size)
        for parts, replicates in zip(worlds, missing, strict=True)
        if replicates[i : i + size]
    ]
    failures: list[Failure] = []
    total = sum(map(effort.replicates_of, cases))
    todo = sum(task.size for task in tasks)
    unseen = None if sys.stderr else True  # None: seen in a terminal only
    with tqdm(total=total, initial=total - todo, unit="replicate", disable=unseen) as bar:
        for done, failed in _computed(tasks, min(processes, len(tasks)), effort.cluster):
            failures += failed
            bar.update(done)
    return sorted(failures, key=lambda f: (f.key, f.replicate))


def _worlds(cases: Sequence[Case], folders: Sequence[Path], effort: Effort) -> list[list[_Part]]:
    """Return what is missing of the cases, those together that begin from the same start.

    Many of them are told apart in several lots, so that an interruption does not cost too much;
    what comes to the same stays together.
    """
    worlds: dict[str, dict[tuple[str, str, int, str], list[_Part]]] = {}
    for case, folder in zip(cases, folders, strict=True):
        replicates = effort.replicates_of(case)
        part = _Part(
            case=case,
            folder=folder,
            unrecorded=frozenset(chunks.missing(folder, replicates)),
            micro=archives.missing(folder, min(effort.kept, replicates)),
        )
        worlds.setdefault(case.world, {}).setdefault(case.life, []).append(part)
    lots = [
        [part for parts in lives[i : i + _MOST_LIVES] for part in parts]
        for lives in (list(alike.values()) for alike in worlds.values())
        for i in range(0, len(lives), _MOST_LIVES)
    ]
    # The longest first, so that at the end no worker waits long for another.
    return sorted(lots, key=lambda parts: -max(part.case.quarters for part in parts))


def _computed(tasks: list[_Task], processes: int, address: str | None) -> Iterator[_Done]:
    """Yield how many replicates are done, task by task, and which of them failed.

    Raises:
        SimError: If a worker process was ended from outside.
    """
    if address and tasks:
        for task, (done, files) in cluster.computed(address, _computed_afar, tasks):
            for (number, name), content in files.items():
                with replacing(task.parts[number].folder / name) as unfinished:
                    unfinished.write_bytes(content)
            yield done
        return
    yield from workers.computed(_compute, tasks, processes)


def _compute(task: _Task) -> _Done:
    """Run some replicates of a world under its mixes and write each mix's as a chunk.

    Raises:
        ConfigError: If a plug-in of the case cannot be loaded here.
    """
    workers.load_plugins(task.parts[0].case.plugins)
    records: list[list[Record]] = [[] for _ in task.parts]
    failures: list[Failure] = []
    try:
        for replicate in task.replicates:
            for part, kept, outcome in zip(
                task.parts, records, _simulated(task, replicate), strict=True
            ):
                if isinstance(outcome, str):
                    failures.append(
                        Failure(
                            plan=part.case.plan.name,
                            policy=part.case.mix.name,
                            point=part.case.point,
                            replicate=replicate,
                            error=outcome,
                        )
                    )
                elif outcome is not None and replicate in part.unrecorded:
                    kept.append(outcome)
    finally:  # Ctrl-C keeps what is finished
        for part, kept in zip(task.parts, records, strict=True):
            if kept:
                chunks.save(part.folder, chunks.gathered(kept))
    return task.size, failures


def _computed_afar(task: _Task) -> tuple[_Done, dict[tuple[int, str], bytes]]:
    """Run a task on another machine; return the files, by part and name, instead of keeping them.

    No disk is shared: the files are written into a folder of that machine and sent.
    """
    if task.parts[0].case.plugins:
        cluster.check_alone()
    with TemporaryDirectory(prefix="sim-") as name:
        rooms = [Path(name) / str(number) for number in range(len(task.parts))]
        parts = [
            dataclasses.replace(part, folder=room)
            for part, room in zip(task.parts, rooms, strict=True)
        ]
        done = _compute(dataclasses.replace(task, parts=parts))
        files = {
            (number, path.relative_to(room).as_posix()): path.read_bytes()
            for number, room in enumerate(rooms)
            for path in sorted(room.rglob("*"))
            if path.is_file()
        }
    return done, files


def _simulated(task: _Task, replicate: int) -> "Iterator[Record | str | None]":
    """Yield per mix the record of a replicate, its error, or None where nothing is missing.

    Cases that differ in what they are called alone, as where a goal is swept that nobody watches,
    are run once.
    """
    from sim.region.region import start_city

    start = None
    known: dict[tuple[str, str, int, str], Record | str] = {}
    for part in task.parts:
        if replicate not in part.missing:
            yield None
            continue
        case = part.case
        before = known.get(case.life)
        if before is not None and replicate not in part.micro:
            yield before
            continue
        try:
            start = start or start_city(case, replicate)
            outcome: Record | str = _recorded(start, part, replicate)
        except Exception as error:
            if is_full(error):  # of micro-data: no fault of the replicate
                raise
            outcome = _told(error, case)
        known[case.life] = outcome
        yield outcome


def _told(error: Exception, case: Case) -> str:
    """Return an error of a replicate in a sentence, with the likeliest reason of a strange one."""
    if isinstance(error, SimError):
        return str(error)
    words = traceback.format_exception_only(error)[-1].strip()
    return "; perhaps because ".join([words, *case.remarks])


def _recorded(start: "Start", part: _Part, replicate: int) -> "Record":
    from sim.region.region import live_out

    case, panels = part.case, None
    if replicate in part.micro:
        panels = micro.Panels(case.plan.name, case.mix.name, replicate)
    watch = panels.note if panels else None
    record = live_out(start, case.mix, case.quarters, watch, plan=case.plan)
    if panels:
        panels.save(part.folder)
    return record
