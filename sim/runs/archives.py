"""Archives: the micro-data of a replicate, whole or absent, and the files joined from them."""

import io
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from sim.runs.folder import replacing

FOLDER = ".micro"
TABLES = ("firms", "organisations", "contracts", "projects")
_BROKEN = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile)


def save(folder: Path, replicate: int, contents: Mapping[str, memoryview]) -> None:
    """Write the tables of a replicate, each as a parquet file, into an archive of a folder."""
    path = _archive(folder, replicate)
    with replacing(path) as unfinished, zipfile.ZipFile(unfinished, "w") as archive:
        for name, content in contents.items():
            archive.writestr(f"{name}.parquet", content)


def missing(folder: Path, replicates: int) -> frozenset[int]:
    """Return which of the first replicates a folder lacks, after removing damaged archives."""
    paths = {replicate: _archive(folder, replicate) for replicate in range(replicates)}
    for path in paths.values():
        if path.exists() and not _is_whole(path):
            print(f"{path}: damaged; its replicate is computed again", file=sys.stderr)
            path.unlink()
    return frozenset(replicate for replicate, path in paths.items() if not path.exists())


def publish(folder: Path, replicates: int, root: Path) -> dict[str, int]:
    """Join the tables of the first replicates into files; return the rows of each, below a root."""
    archives = [_archive(folder, replicate) for replicate in range(replicates)]
    archives = [path for path in archives if path.exists()]
    rows = {}
    for name in TABLES if archives else ():
        path = folder / f"{name}.parquet"
        with replacing(path) as unfinished:
            rows[str(path.relative_to(root))] = _join(_read(archives, name), unfinished)
    return rows


def _join(tables: Iterator[Any], path: Path) -> int:
    first = next(tables)
    rows = first.num_rows
    with writer(path, first.schema) as file:
        file.write_table(first)
        for table in tables:
            file.write_table(table)
            rows += table.num_rows
    return int(rows)


def _read(archives: Sequence[Path], name: str) -> Iterator[Any]:
    for path in archives:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(f"{name}.parquet")
        groups = parquet.ParquetFile(io.BytesIO(content))
        yield from (groups.read_row_group(i) for i in range(groups.num_row_groups))


def writer(where: Any, schema: Any) -> Any:
    """Return a writer of a parquet file in the form that all micro-data have."""
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    return parquet.ParquetWriter(
        where,
        schema,
        compression="zstd",
        use_dictionary=[field.name for field in schema if pa.types.is_string(field.type)],
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
    )


def _archive(folder: Path, replicate: int) -> Path:
    return folder / FOLDER / f"{replicate:06}.zip"


def _is_whole(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except _BROKEN:
        return False
