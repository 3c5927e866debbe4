"""Replicates of plans and mixes on all cores, in chunks on disk: an interruption costs a chunk.

A chunk holds some replicates of one plan and mix. It is written under another name and then
renamed, so a chunk is whole or absent; one that was damaged afterwards is computed again. Which
replicates share a chunk has no influence on any number, nor has the number of workers.
"""

import logging
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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.settings import Case, Settings

if TYPE_CHECKING:
    import pandas as pd

    from sim.record import Record

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
class _Task:
    case: Case
    settings: Settings
    replicates: Sequence[int]
    folder: Path


def run(cases: Sequence[Case], folders: Sequence[Path], settings: Settings) -> list[Failure]:
    """Run the replicates that the cases' folders do not hold yet; return those that failed."""
    from tqdm import tqdm

    missing = [_missing(folder, settings.replicates) for folder in folders]
    todo = sum(len(replicates) for replicates in missing)
    workers = _workers(settings)
    size = min(_LARGEST_CHUNK, max(1, todo // (_CHUNKS_PER_WORKER * workers)))
    tasks = [
        _Task(case=case, settings=settings, replicates=replicates[i : i + size], folder=folder)
        for i in range(0, settings.replicates, size)
        for case, folder, replicates in zip(cases, folders, missing, strict=True)
        if replicates[i : i + size]
    ]
    failures: list[Failure] = []
    total = settings.replicates * len(cases)
    with tqdm(total=total, initial=total - todo, unit="replicate", disable=None) as bar:
        for done, failed in _computed(tasks, min(workers, len(tasks))):
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


def _computed(tasks: list[_Task], workers: int) -> Iterator[_Done]:
    """Yield how many replicates are done, task by task, and which of them failed.

    Raises:
        SimError: If a worker process was ended from outside.
    """
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
    """Run some replicates of a case and write them as a chunk."""
    records: list[Record] = []
    failures: list[Failure] = []
    try:
        for replicate in task.replicates:
            try:
                records.append(_simulate(task.case, task.settings, replicate))
            except Exception as error:
                failures.append(
                    Failure(
                        plan=task.case.plan.name,
                        policy=task.case.mix.name,
                        replicate=replicate,
                        error=traceback.format_exception_only(error)[-1].strip(),
                    )
                )
    finally:  # Ctrl-C keeps what is finished
        if records:
            _save(task.folder, _gathered(records))
    return len(task.replicates), failures


def _simulate(case: Case, settings: Settings, replicate: int) -> "Record":
    logging.getLogger("MESA").setLevel(logging.WARNING)
    from sim.region import simulate

    return simulate(
        case.plan,
        case.mix,
        seed=settings.seed,
        replicate=replicate,
        uncertainty=settings.uncertainty,
        quarters=case.quarters,
        scale=settings.scale,
        starts=settings.starts,
    )


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
    with unfinished.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **chunk)
    unfinished.replace(path)


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
