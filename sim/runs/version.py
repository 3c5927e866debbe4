"""Which code it is: its hash, its commit, and the libraries that decide on numbers."""

import hashlib
import platform
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from sim.core.home import PACKAGE, configs

DISTRIBUTION = "regional-innovation-simulator"
LIBRARIES = ("numpy", "numba", "scipy", "pandas", "pyarrow", "mesa")


def code_hash() -> str:
    """Return the hash of the package and of the configurations that come with it.

    It is the same where the configurations lie inside the package, as they do once installed.
    """
    total = hashlib.sha256()
    for folder in (PACKAGE, configs()):
        for name, path in _files(folder):
            total.update(f"{folder.name}/{name}\0".encode())
            total.update(path.read_bytes() + b"\0")
    return total.hexdigest()


def release() -> str:
    """Return which release and code it is, in a line."""
    try:
        number = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        number = "not installed"
    return f"{DISTRIBUTION} {number}, code {code_hash()[:12]}, Python {platform.python_version()}"


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decide on numbers."""
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version()} | libraries


def commit() -> dict[str, Any]:
    """Return the commit of the code and whether anything differs from it; None if unknown."""
    project = configs().parent
    git = ["git", "-C", str(project)]
    try:
        said = [
            subprocess.run([*git, *arguments], capture_output=True, text=True, check=True).stdout
            for arguments in (["rev-parse", "--show-toplevel", "HEAD"], ["status", "--porcelain"])
        ]
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "dirty": None}
    top, head = said[0].split("\n")[:2]
    if Path(top) != project.resolve():  # installed inside some other repository
        return {"commit": None, "dirty": None}
    return {"commit": head, "dirty": bool(said[1])}


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files below a folder and their names, configurations inside the package apart."""
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        inside = folder == PACKAGE and below.parts[0] == configs().name
        unseen = any(part.startswith((".", "__py")) for part in below.parts)
        if path.is_file() and not inside and not unseen:
            yield below.as_posix(), path
