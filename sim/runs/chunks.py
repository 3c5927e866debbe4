"""Chunks: some replicates of one case as arrays, in a file that is whole or absent.

A chunk is written under another name and then renamed. Which replicates share a chunk has no
influence on any number.
"""

import os
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Floats
from sim.inputs.plan import Plan, Target
from sim.state.books import PUBLIC

if TYPE_CHECKING:
    import pandas as pd

    from sim.region.record import Record

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
_PARTS = ("trajectories", "real", "pressed", "nominal", "start", "claimed", "parameters")
_PER_REPLICATE = ("replicate", "committed", *_PARTS)
_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def read(folder: Path, replicates: int) -> Arrays:
    """Return what a folder holds of the first replicates, in their order."""
    chunks, seen = [], set[int]()
    for path in sorted((folder / CHUNKS).glob("*.npz")):
        chunk = _load(path)
        new = [int(r) for r in chunk["replicate"] if r < replicates and int(r) not in seen]
        seen.update(new)
        chunks.append(_only(chunk, new))
    return _joined(chunks) if chunks else gathered([])


def missing(folder: Path, replicates: int) -> list[int]:
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


def gathered(records: Sequence["Record"]) -> Arrays:
    """Return the arrays of some replicates of one case; of none, arrays without rows."""
    arrays: Arrays = {
        "replicate": np.array([record.replicate for record in records], np.int64),
        "quarters": np.array(records[0].quarters if records else [], np.int64),
        "committed": np.array([record.committed for record in records], np.float64),
    }
    for part in _PARTS:
        names = list(getattr(records[0], part)) if records else []
        columns = [[getattr(record, part)[name] for record in records] for name in names]
        arrays[f"{part}.names"] = np.array(names, np.str_)
        numbers = np.array(columns, np.float64) if names else np.zeros((0, len(records)))
        arrays[part] = np.moveaxis(numbers, 0, -1)
    paid = _ledger(records)
    return arrays | {f"ledger.{name}": paid[name].to_numpy(kind) for name, kind in LEDGER.items()}


def _ledger(records: Sequence["Record"]) -> "pd.DataFrame":
    """Return the payments of each replicate by quarter, instrument, payer and payee."""
    import pandas as pd

    payments = [r.payments.assign(replicate=r.replicate) for r in records if len(r.payments)]
    if not payments:
        return pd.DataFrame(columns=list(LEDGER))
    return pd.concat(payments).sort_values(list(LEDGER), ignore_index=True)


def save(folder: Path, chunk: Arrays) -> None:
    """Write a chunk into a folder."""
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


# What arrays say


def is_public(arrays: Arrays) -> NDArray[np.bool_]:
    """Return which payments are city or county money, beyond the background."""
    return np.asarray(np.isin(arrays["ledger.payer"], PUBLIC) & ~arrays["ledger.background"])


def public_paid(arrays: Arrays, share: str = "") -> Floats:
    """Return per replicate what city and county paid in the run beyond the background.

    Args:
        arrays: The arrays.
        share: A column of shares of the ledger, such as ``assumed``: only that share counts.
    """
    import pandas as pd

    public = is_public(arrays)
    amounts = arrays["ledger.amount"][public]
    if share:
        amounts = amounts * arrays[f"ledger.{share}"][public]
    # These sums are compensated for rounding, as they are in all tables.
    sums = pd.Series(amounts).groupby(arrays["ledger.replicate"][public]).sum()
    return np.asarray(sums.reindex(arrays["replicate"], fill_value=0.0), np.float64)


def public_outlay(arrays: Arrays) -> Floats:
    """Return per replicate what city and county paid, or owe at the run's end, million CNY.

    Rewards fall due years after they are earned, and a mix must not look cheap because
    its bills come later.
    """
    return np.asarray(public_paid(arrays) + arrays["committed"])


def mean_claimed(arrays: Arrays) -> dict[str, float]:
    """Return of each budget line the mean share of its money that was claimed."""
    names = arrays["claimed.names"].tolist()
    return dict(zip(names, arrays["claimed"].mean(axis=0).tolist(), strict=True))


def dated(arrays: Arrays, plan: Plan) -> tuple[Target, ...]:
    """Return the modelled targets of a plan whose date lies within the run."""
    quarters = arrays["quarters"].tolist()
    return tuple(t for t in plan.targets if not t.reason and t.by in quarters)


def paths(arrays: Arrays, targets: Sequence[Target], part: str = "trajectories") -> Floats:
    """Return the values of targets by replicate, quarter and target; of ``real`` their activity."""
    names = arrays[f"{part}.names"].tolist()
    return np.asarray(arrays[part][:, :, [names.index(target.id) for target in targets]])


def at_dates(arrays: Arrays, targets: Sequence[Target], part: str = "trajectories") -> Floats:
    """Return the values of targets at their dates by replicate and target."""
    quarters = arrays["quarters"].tolist()
    dates = [quarters.index(target.by) for target in targets]
    return np.asarray(paths(arrays, targets, part)[:, dates, range(len(targets))])


# Parts of chunks


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
