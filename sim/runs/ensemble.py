"""Replicates of plans and mixes on all cores, in chunks on disk: an interruption costs a chunk.

A chunk holds some replicates of one plan and mix. It is written under another name and then
renamed, so a chunk is whole or absent; one that was damaged afterwards is computed again. Which
replicates share a chunk has no influence on any number, nor has the number of workers. A replicate
that a chunk holds is run again where its micro-data are wanted and missing.
"""

import dataclasses
import os
import signal
import sys
import threading
import traceback
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import SimError, is_full
from sim.runs import cluster, micro
from sim.runs.settings import Case, Settings, replacing

if TYPE_CHECKING:
    import pandas as pd

    from sim.policy.policy import Mix
    from sim.region.record import Record
    from sim.region.region import Start

Arrays = dict[str, NDArray[Any]]

CHUNKS = ".chunks"
LEDGER = {
    "replicate": np.int64,
    "quarter": np.str_,
    "instrument": np.str_,
    "clause": np.str_,
    "payer": np.str_,
    "payee": np.str_,
    "background": np.bool_,
    "amount": np.float64,
    "assumed": np.float64,
}
_LARGEST_CHUNK = 10
_CHUNKS_PER_WORKER = 4
IDLE = 30  # seconds after which a worker ends, also where the main process was killed
_PER_REPLICATE = ("replicate", "committed", "trajectories", "real", "start", "parameters")
_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A replicate that raised an error."""

    plan: str
    policy: str
    replicate: int
    error: str


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
    """Replicates of one plan to run under its mixes, each from one start."""

    parts: Sequence[_Part]
    settings: Settings
    replicates: Sequence[int]

    @property
    def size(self) -> int:
        return sum(len(part.missing.intersection(self.replicates)) for part in self.parts)


def run(cases: Sequence[Case], folders: Sequence[Path], settings: Settings) -> list[Failure]:
    """Run the replicates that the cases' folders do not hold yet; return those that failed."""
    from tqdm import tqdm

    plans: dict[str, list[_Part]] = {}
    for case, folder in zip(cases, folders, strict=True):
        part = _Part(
            case=case,
            folder=folder,
            unrecorded=frozenset(_missing(folder, settings.replicates)),
            micro=micro.missing(folder, settings.kept),
        )
        plans.setdefault(case.plan.name, []).append(part)
    # The longest first, so that at the end no worker waits long for another.
    parted = sorted(plans.values(), key=lambda parts: -parts[0].case.quarters)
    missing = [sorted(frozenset().union(*(part.missing for part in parts))) for parts in parted]
    workers = _workers(settings)
    share = sum(len(replicates) for replicates in missing) // (_CHUNKS_PER_WORKER * workers)
    size = min(_LARGEST_CHUNK, max(1, share))
    tasks = [
        _Task(parts=parts, settings=settings, replicates=replicates[i : i + size])
        for i in range(0, settings.replicates, size)
        for parts, replicates in zip(parted, missing, strict=True)
        if replicates[i : i + size]
    ]
    failures: list[Failure] = []
    total = settings.replicates * len(cases)
    todo = sum(task.size for task in tasks)
    with tqdm(total=total, initial=total - todo, unit="replicate", disable=None) as bar:
        for done, failed in _computed(tasks, min(workers, len(tasks)), settings.cluster):
            failures += failed
            bar.update(done)
    return sorted(failures, key=lambda f: (f.plan, f.policy, f.replicate))


def read(folder: Path, replicates: int) -> Arrays:
    """Return what a folder holds of the first replicates, in their order."""
    chunks, seen = [], set[int]()
    for path in sorted((folder / CHUNKS).glob("*.npz")):
        chunk = _load(path)
        new = [int(r) for r in chunk["replicate"] if r < replicates and int(r) not in seen]
        seen.update(new)
        chunks.append(_only(chunk, new))
    return _joined(chunks) if chunks else _gathered([])


def _workers(settings: Settings) -> int:
    from joblib import cpu_count

    return int(cpu_count()) if settings.workers == "auto" else int(settings.workers)


def _missing(folder: Path, replicates: int) -> list[int]:
    """Return the replicates that a folder lacks, after removing what is left of broken chunks."""
    done: set[int] = set()
    for path in sorted((folder / CHUNKS).glob("*")):
        if path.suffix != ".npz":
            path.unlink(missing_ok=True)
            continue
        try:
            done.update(_load(path)["replicate"].tolist())
        except _BROKEN:
            print(f"{path}: damaged; its replicates are computed again", file=sys.stderr)
            path.unlink()
    return [replicate for replicate in range(replicates) if replicate not in done]


def _computed(tasks: list[_Task], workers: int, address: str | None) -> Iterator[_Done]:
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
    if workers <= 1:
        yield from map(_compute, tasks)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    parallel = Parallel(
        n_jobs=workers,
        return_as="generator_unordered",
        batch_size=1,
        idle_worker_timeout=IDLE,
    )
    try:
        with _deaf_to_ctrl_c():
            results = parallel(delayed(_compute)(task) for task in tasks)
        yield from results
    except TerminatedWorkerError:
        raise SimError(
            "A worker process was ended from outside, perhaps for lack of memory. What is finished "
            "is kept, and the same command goes on; fewer workers= need less memory."
        ) from None


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Ignore Ctrl-C for a moment, and have the processes started meanwhile ignore it for good.

    Ctrl-C reaches all processes of a terminal; it is for the main one, which ends the workers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _compute(task: _Task) -> _Done:
    """Run some replicates of a plan under its mixes and write each mix's as a chunk."""
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
                            replicate=replicate,
                            error=outcome,
                        )
                    )
                elif outcome is not None and replicate in part.unrecorded:
                    kept.append(outcome)
    finally:  # Ctrl-C keeps what is finished
        for part, kept in zip(task.parts, records, strict=True):
            if kept:
                _save(part.folder, _gathered(kept))
    return task.size, failures


def _computed_afar(task: _Task) -> tuple[_Done, dict[tuple[int, str], bytes]]:
    """Run a task on another machine; return the files, by part and name, instead of keeping them.

    No disk is shared: the files are written into a folder of that machine and sent.
    """
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

    Mixes that differ in name only, as some select nothing of a plan, are run once.
    """
    from sim.region.region import start_city

    settings, start = task.settings, None
    known: list[tuple[Mix, Record | str]] = []
    for part in task.parts:
        if replicate not in part.missing:
            yield None
            continue
        mix = dataclasses.replace(part.case.mix, name="")
        before = next((outcome for other, outcome in known if other == mix), None)
        if before is not None and replicate not in part.micro:
            yield before
            continue
        try:
            start = start or start_city(
                part.case.plan,
                seed=settings.seed,
                replicate=replicate,
                uncertainty=settings.uncertainty,
                scale=settings.scale,
                known={f"start.{name}": value for name, value in settings.starts.items()},
                fork=settings.fork,
            )
            outcome: Record | str = _recorded(start, part, replicate)
        except Exception as error:
            if is_full(error):  # of micro-data: no fault of the replicate
                raise
            outcome = traceback.format_exception_only(error)[-1].strip()
        known.append((mix, outcome))
        yield outcome


def _recorded(start: "Start", part: _Part, replicate: int) -> "Record":
    from sim.region.region import live_out

    case, panels = part.case, None
    if replicate in part.micro:
        panels = micro.Panels(case.plan.name, case.mix.name, replicate)
    record = live_out(start, case.mix, case.quarters, panels.note if panels else None)
    if panels:
        panels.save(part.folder)
    return record


# Chunks


def _gathered(records: Sequence["Record"]) -> Arrays:
    """Return the arrays of some replicates of one case; of none, arrays without rows."""
    arrays: Arrays = {
        "replicate": np.array([record.replicate for record in records], np.int64),
        "quarters": np.array(records[0].quarters if records else [], np.int64),
        "committed": np.array([record.committed for record in records], np.float64),
    }
    for part in ("trajectories", "real", "start", "parameters"):
        names = list(getattr(records[0], part)) if records else []
        columns = [[getattr(record, part)[name] for record in records] for name in names]
        arrays[f"{part}.names"] = np.array(names, np.str_)
        arrays[part] = np.moveaxis(np.array(columns, np.float64), 0, -1)
    paid = _ledger(records)
    return arrays | {f"ledger.{name}": paid[name].to_numpy(kind) for name, kind in LEDGER.items()}


def _ledger(records: Sequence["Record"]) -> "pd.DataFrame":
    """Return the payments of each replicate by quarter, instrument, payer and payee."""
    import pandas as pd

    payments = [r.payments.assign(replicate=r.replicate) for r in records if len(r.payments)]
    if not payments:
        return pd.DataFrame(columns=list(LEDGER))
    return pd.concat(payments).sort_values(list(LEDGER), ignore_index=True)


def _save(folder: Path, chunk: Arrays) -> None:
    chunks = folder / CHUNKS
    chunks.mkdir(parents=True, exist_ok=True)
    first, last = chunk["replicate"][[0, -1]]
    path = chunks / f"{first:06}-{last:06}.npz"
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **chunk)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)  # what was half written takes room
        raise


def _load(path: Path) -> Arrays:
    """Return a chunk; the archive's own checksums reveal damage."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _only(chunk: Arrays, replicates: Sequence[int]) -> Arrays:
    """Return the part of a chunk that belongs to some replicates."""
    rows = np.isin(chunk["replicate"], replicates)
    paid = np.isin(chunk["ledger.replicate"], replicates)
    return {name: array[_rows(name, rows, paid)] for name, array in chunk.items()}


def _rows(name: str, rows: NDArray[Any], paid: NDArray[Any]) -> Any:
    if name.startswith("ledger."):
        return paid
    return rows if name in _PER_REPLICATE else slice(None)


def _joined(chunks: Sequence[Arrays]) -> Arrays:
    """Return several chunks as one, in the order of the replicates."""
    joined: Arrays = {}
    for name, array in chunks[0].items():
        grows = name in _PER_REPLICATE or name.startswith("ledger.")
        joined[name] = np.concatenate([chunk[name] for chunk in chunks]) if grows else array
    rows = np.argsort(joined["replicate"])
    paid = np.argsort(joined["ledger.replicate"], kind="stable")
    return {name: array[_rows(name, rows, paid)] for name, array in joined.items()}
