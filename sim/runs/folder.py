"""A folder of ours: its name, its lock, and files that are whole or absent."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.core.errors import ConfigError
from sim.core.plain import hash_of

LOCK = ".lock"
UNFINISHED = ".unfinished."
_LONGEST_NAME = 100
_TAKEN = re.compile(
    r"figures|.*\.(html|json|csv|parquet|png|svg|pdf|xlsx|)"
    r"|(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?",
    re.IGNORECASE | re.DOTALL,
)


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Keep others from working in a root; the system frees it when this process ends.

    Raises:
        ConfigError: If another run is at work in it.
    """
    if sys.platform == "win32":
        yield  # it has no such lock
        return
    import fcntl

    with (root / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"output = {root}: another run is at work in it; wait for its end, or give "
                "another folder"
            ) from None
        yield


def in_use(root: Path) -> bool:
    """Return whether a folder holds anything but a lock and what is unfinished."""
    return any(
        path.name != LOCK and not path.name.startswith(UNFINISHED) for path in root.iterdir()
    )


def folder_name(name: str) -> str:
    """Return a name that every file system takes, and that differs where the names do.

    It is none of a file that is written beside it, nor one that Windows keeps for a device.
    """
    safe = re.sub(r"[^\w.,~+=-]", "_", name)
    if _TAKEN.fullmatch(name):
        safe = safe.replace(".", "_")
    elif safe == name and len(name.encode()) <= _LONGEST_NAME:
        return name
    return f"{safe[: _LONGEST_NAME // 4]}-{hash_of(name)[:10]}"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to; what is written there then takes the place of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(UNFINISHED + path.name)
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)  # what was half written takes room
        raise
