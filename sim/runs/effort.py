"""Effort: how much is run, and on what; no number of a replicate depends on it."""

import math
from dataclasses import dataclass
from pathlib import Path

from sim.core.checks import as_whole, finite
from sim.core.errors import ConfigError
from sim.region.case import Case
from sim.runs.cluster import check_address

MOST_REPLICATES = 1_000_000
MOST_WORKERS = 4096
_MICRO_REPLICATES = 3


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is run, and on what.

    Attributes:
        replicates: How many replicates of each case.
        workers: How many processes; ``auto`` for all cores.
        precision: How wide the 95 % interval of a probability may be, from end to end; replicates
            are added until each is that narrow. None adds none.
        most_replicates: Up to how many replicates ``precision`` adds.
        cluster: The address of a Dask scheduler whose workers run the replicates, if any.
        micro: Of how many replicates micro-data are kept, the first ones; True for three.
        force: Whether a city of more rows, or more combinations, are run than is usual.
        output: Where the files go, where not to ``outputs``.
    """

    replicates: int = 100
    workers: int | str = "auto"
    precision: float | None = None
    most_replicates: int = 10_000
    cluster: str | None = None
    micro: int = 0
    force: bool = False
    output: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be run.

        Raises:
            ConfigError: If a value is of the wrong type or outside its range.
        """
        self._make_whole("replicates", 1, MOST_REPLICATES)
        if self.workers != "auto":
            self._make_whole("workers", 1, MOST_WORKERS, " (or auto: all cores)")
        if self.cluster is not None:
            check_address(self.cluster)
        if self.precision is not None:
            self._check_precision(self.precision)
        if not isinstance(self.micro, bool):
            more = f" (or true: the first {_MICRO_REPLICATES} replicates)"
            self._make_whole("micro", 0, more=more)
        if not isinstance(self.output, Path | None):
            raise ConfigError(f"output = {self.output!r}: the path of a folder is needed")
        if not isinstance(self.force, bool):
            raise ConfigError(f"force = {self.force!r}: true or false is needed")

    def _make_whole(self, name: str, least: int, most: float = math.inf, more: str = "") -> None:
        """Have a field be one of Python's own whole numbers, where it is any."""
        value = as_whole(name, getattr(self, name), least, most, more)
        object.__setattr__(self, name, value)

    def _check_precision(self, precision: float) -> None:
        from sim.runs.precision import width

        if not 0 < finite("precision", precision) <= 1:
            raise ConfigError(
                f"precision = {precision}: a number above 0 and up to 1 is needed, the width of "
                "the 95 % interval of a probability"
            )
        self._make_whole("most_replicates", self.replicates, MOST_REPLICATES)
        if width(0, self.most_replicates) > precision:
            raise ConfigError(
                f"precision = {precision}: {self.most_replicates} replicates cannot reach it even "
                "where a target is never met; most_replicates= allows more"
            )

    def replicates_of(self, case: Case) -> int:
        """Return how many replicates of a case there are to be: fewer where that is swept."""
        fewer: int = dict(case.swept).get("replicates", self.replicates)
        return min(self.replicates, fewer)

    @property
    def kept(self) -> int:
        """Of how many replicates micro-data are kept."""
        wanted = _MICRO_REPLICATES if self.micro is True else self.micro
        return min(wanted, self.replicates)
