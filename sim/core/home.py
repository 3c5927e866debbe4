"""Where the package stands, the configurations that come with it, and where it may keep things."""

import os
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def configs() -> Path:
    """Return the folder of the plans, cities, mixes and numbers that come with the package."""
    inside = PACKAGE / "configs"
    return inside if inside.is_dir() else PACKAGE.parent / "configs"


def cache(name: str) -> Path | None:
    """Return a folder of a name to keep in what can be made again; None where nothing can be kept.

    It is in the user's cache, where a read-only installation can write too, else among the
    temporary files.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for base in (home, Path(tempfile.gettempdir())):
        folder = base / "regional-innovation-simulator" / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None
