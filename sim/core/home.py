"""Where the package stands, and the configurations that come with it."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def configs() -> Path:
    """Return the folder of the plans, cities, mixes and numbers that come with the package."""
    inside = PACKAGE / "configs"
    return inside if inside.is_dir() else PACKAGE.parent / "configs"
