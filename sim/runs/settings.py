"""What is to be run and how, checked before anything is written, and the folder it is kept in.

A manifest in the folder remembers the configuration and the code. A run goes on only where both
are the same; the number of replicates, of workers and of replicates whose micro-data are kept is
free, so that a run can grow in place.
"""

import dataclasses
import hashlib
import json
import math
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from numbers import Integral, Real
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import numpy as np

from sim.core.errors import ConfigError, SimError, is_full, unknown
from sim.core.home import PACKAGE, configs
from sim.core.quantity import UNCERTAINTIES
from sim.core.quarter import label
from sim.inputs.city import FIGURES
from sim.inputs.design import Fork
from sim.inputs.plan import Plan, check_indicators
from sim.policy.policy import Mix

MANIFEST = "manifest.json"
LOCK = ".lock"
LIBRARIES = ("numpy", "numba", "scipy", "pandas", "pyarrow", "mesa")

_MOST = {
    "replicates": 1_000_000,
    "most_replicates": 1_000_000,
    "after": 400,
    "workers": 4096,
    "seed": 2**64 - 1,
}
_LARGEST_SCALE = 1e4
MOST_ROWS = 10_000_000  # of a table at the start, unless forced: beyond, memory runs out unseen
_COHORTS = 5  # years of start-ups in being at the start, closing left out
_COPIES = 3  # of the firms' rows in memory: the start, the living city, room to grow
# Figures that become rows, or counts in a column of 32 bits.
_ROWS = (
    *(name for name, unit in FIGURES.items() if unit == "platforms"),
    "universities",
    "hospitals",
    "public_bodies",
    "outside_parents",
    "consultancies",
    "brokers",
    "vice_presidents",
    "industry_professors",
    "top_talents",
    "institute_talents",
    "shared_equipment",
    "researchers",
)
_POSITIVE = ("gdp", "population", "revenue_per_employee", "contract_mean")  # 0 would mean nothing
_MICRO_REPLICATES = 3
LARGEST_FIGURE = 1e12  # no starting figure of a city is larger, in its unit
_LONGEST_FOLDER = 100
_UNFINISHED = ".unfinished."
_SHOWN = 5  # differences in an error message


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run is, apart from its plans and mixes.

    Attributes:
        replicates: How many replicates of each plan and mix.
        seed: Which world of luck.
        uncertainty: What differs between replicates, one of ``UNCERTAINTIES``.
        scale: Firms in the model per firm in the city.
        force: Whether more rows are run than ``MOST_ROWS``.
        quarters: How many quarters to run, where not the whole plan.
        after: How many quarters to go on after the plan.
        starts: Known starting figures, by name.
        fork: Of which replicate all are futures, and from when on; None where each is itself.
        workers: How many processes; ``auto`` for all cores.
        cluster: The address of a Dask scheduler whose workers run the replicates, if any.
        precision: How wide the 95 % interval of a probability may be, from end to end; replicates
            are added until each is that narrow. None adds none.
        most_replicates: Up to how many replicates ``precision`` adds.
        micro: Of how many replicates micro-data are kept, the first ones; True for three.
        output: Where the files go, where not to ``outputs``.
    """

    replicates: int = 100
    seed: int = 1
    uncertainty: str = "both"
    scale: float = 1.0
    force: bool = False
    quarters: int | None = None
    after: int = 0
    starts: Mapping[str, float] = field(default_factory=dict)
    fork: Fork | None = None
    workers: int | str = "auto"
    cluster: str | None = None
    precision: float | None = None
    most_replicates: int = 10_000
    micro: int = 0
    output: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be run.

        Raises:
            ConfigError: If a value is of the wrong type or outside its range.
        """
        check_whole("replicates", self.replicates, 1)
        check_whole("seed", self.seed, 0)
        check_whole("after", self.after, 0)
        if self.quarters is not None:
            check_whole("quarters", self.quarters, 1)
        if self.workers != "auto":
            check_whole("workers", self.workers, 1, " (or auto: all cores)")
        if self.cluster is not None:
            _check_address(self.cluster)
        if self.precision is not None:
            self._check_precision(self.precision)
        if not isinstance(self.micro, bool):
            more = f" (or true: the first {_MICRO_REPLICATES} replicates)"
            check_whole("micro", self.micro, 0, more)
        if not isinstance(self.force, bool):
            raise ConfigError(f"population.force = {self.force!r}: true or false is needed")
        if self.uncertainty not in UNCERTAINTIES:
            raise unknown("uncertainty", "kind", self.uncertainty, UNCERTAINTIES)
        if not 0 < _number("population.scale", self.scale) <= _LARGEST_SCALE:
            raise ConfigError(
                f"population.scale = {self.scale}: a number above 0 and up to {_LARGEST_SCALE:g} "
                "is needed; 1 is one firm in the model per firm in the city"
            )

    def _check_precision(self, precision: float) -> None:
        from sim.runs.precision import width

        if not 0 < _number("precision", precision) <= 1:
            raise ConfigError(
                f"precision = {precision}: a number above 0 and up to 1 is needed, the width of "
                "the 95 % interval of a probability"
            )
        check_whole("most_replicates", self.most_replicates, self.replicates)
        if width(0, self.most_replicates) > precision:
            raise ConfigError(
                f"precision = {precision}: {self.most_replicates} replicates cannot reach it even "
                "where a target is never met; most_replicates= allows more"
            )

    @property
    def kept(self) -> int:
        """Of how many replicates micro-data are kept."""
        wanted = _MICRO_REPLICATES if self.micro is True else self.micro
        return min(wanted, self.replicates)

    def quarters_of(self, plan: Plan) -> int:
        """Return how many quarters a plan is run.

        Raises:
            ConfigError: If the plan is shorter than ``quarters``.
        """
        length = plan.end - plan.start + 1
        if self.quarters is None or self.quarters == length:
            return length + self.after
        if self.quarters > length:
            raise ConfigError(
                f"quarters = {self.quarters}: the plan {plan.name} has {length} "
                f"({label(plan.start)} to {label(plan.end)}); after={self.quarters - length} lets "
                "it go on beyond its end"
            )
        if self.after:
            raise ConfigError(
                f"quarters = {self.quarters} ends the plan {plan.name} early and "
                f"after = {self.after} lets it go on; give one of them"
            )
        return self.quarters

    def check_starts(self, plan: Plan) -> None:
        """Refuse a starting figure that the plan's city does not have, or an impossible value.

        Raises:
            ConfigError: If there is one.
        """
        figures = plan.city.figures
        for name, value in self.starts.items():
            if name not in figures:
                raise unknown("start", f"starting figure of {plan.city.name}", name, figures)
            unit = figures[name].quantity.unit
            highest = 1.0 if unit.startswith("share") else LARGEST_FIGURE
            if value == 0 and name in _POSITIVE:
                raise ConfigError(f"start.{name} = 0: a number above 0 is needed ({unit})")
            if not 0 <= _number(f"start.{name}", value) <= highest:
                needed = "a share from 0 to 1" if highest == 1 else f"0 to {LARGEST_FIGURE:.0e}"
                raise ConfigError(f"start.{name} = {value}: {needed} is needed ({unit})")

    def check_size(self, plan: Plan) -> None:
        """Refuse a city whose tables would not fit into memory, or whose counts into a column.

        Raises:
            ConfigError: If it is larger than ``MOST_ROWS``, unless forced.
        """

        def most(name: str) -> float:
            return float(self.starts.get(name, plan.city.figures[name].quantity.high))

        firms = most("above_scale_firms") + most("technology_smes")
        firms = self.scale * (firms + _COHORTS * most("startup_entry"))
        if firms > MOST_ROWS and not self.force:
            from sim.state.columns import Firms

            row = sum(
                np.dtype(column.dtype).itemsize * max(column.width, 1)
                for column in Firms.columns.values()
            )
            raise ConfigError(
                f"population.scale = {self.scale:g}: {plan.name} would begin with up to "
                f"{firms:.2g} firms, which take some {_COPIES * row * firms / 1e9:.0f} GB per "
                f"worker; up to {MOST_ROWS:.0e} are run, more with population.force=true"
            )
        for name in _ROWS:
            if most(name) > MOST_ROWS and not self.force:
                raise ConfigError(
                    f"start.{name} = {most(name):g}: up to {MOST_ROWS:.0e} {FIGURES[name]} are "
                    "run, more with population.force=true"
                )


@dataclass(frozen=True, kw_only=True)
class Case:
    """One plan and mix to run.

    Attributes:
        plan: The plan.
        mix: The mix.
        quarters: How many quarters to run.
    """

    plan: Plan
    mix: Mix
    quarters: int


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be run.

    Attributes:
        settings: How.
        cases: The plans and mixes, with the baselines.
        baselines: Names of the mixes that the others are compared with.
        several: Whether each case has a folder of its own below the root.
    """

    settings: Settings
    cases: tuple[Case, ...]
    baselines: tuple[str, ...]
    several: bool

    def folder(self, root: Path, case: Case) -> Path:
        """Return where a case's files go."""
        if not self.several:
            return root
        return root / folder_name(case.plan.name) / folder_name(case.mix.name)


def job_of(
    settings: Settings,
    chosen: Sequence[tuple[Plan, Mix]],
    baselines: Sequence[str],
    *,
    several: bool,
) -> Job:
    """Return the job of running plans and mixes.

    Raises:
        ConfigError: If the settings do not fit a plan, or two cases have one name.
    """
    from sim.indicators.table import INDICATORS

    cases: dict[tuple[str, str], Case] = {}
    for plan, mix in chosen:
        check_indicators(plan, INDICATORS)
        settings.check_starts(plan)
        settings.check_size(plan)
        if (plan.name, mix.name) in cases:
            raise ConfigError(
                f"plan {plan.name} with policy {mix.name} is asked for twice; a plan or mix of "
                "one's own needs a name of its own"
            )
        quarters = settings.quarters_of(plan)
        cases[plan.name, mix.name] = Case(plan=plan, mix=mix, quarters=quarters)
    return Job(
        settings=settings,
        cases=tuple(cases.values()),
        baselines=tuple(baselines),
        several=several,
    )


def check_whole(name: str, value: object, least: int, more: str = "") -> None:
    """Refuse what is no whole number or outside its range.

    Raises:
        ConfigError: If it is.
    """
    most = _MOST.get(name, math.inf)
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not least <= int(cast(int, value)) <= most:
        upper = f" to {most}" if most < math.inf else " on"
        raise ConfigError(f"{name} = {value!r}: a whole number from {least}{upper} is needed{more}")


def _number(name: str, value: object) -> float:
    if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value):
        raise ConfigError(f"{name} = {value!r}: a finite number is needed")
    return float(value)


def _check_address(cluster: object) -> None:
    try:
        parts = urlsplit(str(cluster))
        whole = parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path
    except ValueError:
        whole = False
    if not whole:
        raise ConfigError(f"cluster = {cluster}: tcp://HOST:PORT is needed, as dask scheduler says")


# The folder, and the manifest that says what is in it


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


@contextmanager
def claim(root: Path, job: Job, command: str) -> Iterator[dict[str, Any]]:
    """Hold a root that is new or holds the same job, and give its manifest.

    Raises:
        ConfigError: If it is no folder, holds something else or cannot be written.
    """
    if root.exists() and not root.is_dir():
        raise ConfigError(f"output = {root}: it is a file; a folder is needed")
    manifest = _manifest(job, command)
    made = [folder for folder in (root, *root.parents) if not folder.exists()]
    with ExitStack() as stack:
        try:
            if not made and _in_use(root):
                _check_same(root, manifest)
            root.mkdir(parents=True, exist_ok=True)
            stack.enter_context(held(root))
            write_manifest(root, manifest)
        except OSError as error:
            with suppress(OSError):
                if root in made:
                    (root / LOCK).unlink()
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()
            if is_full(error):
                raise _full(root) from None
            raise ConfigError(f"output = {root}: cannot be written: {error.strerror}") from None
        try:
            yield manifest
        except OSError as error:
            if is_full(error):
                raise _full(root) from None
            raise


def _in_use(root: Path) -> bool:
    return any(
        path.name != LOCK and not path.name.startswith(_UNFINISHED) for path in root.iterdir()
    )


def _full(root: Path) -> SimError:
    return SimError(
        f"output = {root}: there is no room to write. What is finished is kept; make room, and the "
        "same command goes on."
    )


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest into a folder."""
    with replacing(folder / MANIFEST) as unfinished:
        unfinished.write_text(_json(manifest, indent=1) + "\n", "utf-8")


def manifest_of(case: Case, job: Job, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest of one case of several."""
    own = configuration(dataclasses.replace(job, cases=(case,), baselines=()))
    return {**manifest, "configuration": own, "configuration_hash": _hash(own)}


def default_root(title: str, job: Job) -> Path:
    """Return the folder below ``outputs`` that belongs to a job and this code."""
    both = _hash([_hash(configuration(job)), code_hash()])
    return Path("outputs") / folder_name(title) / both[:12]


def configuration(job: Job) -> dict[str, Any]:
    """Return all that decides on a job's numbers, as plain values."""
    settings = job.settings
    mixes = {f"{case.plan.name}/{case.mix.name}": case.mix for case in job.cases}
    return {
        "seed": settings.seed,
        "uncertainty": settings.uncertainty,
        "population.scale": float(settings.scale),
        "quarters": {case.plan.name: case.quarters for case in job.cases},
        "start": {name: float(value) for name, value in settings.starts.items()},
        **({"fork": _plain(settings.fork)} if settings.fork else {}),
        "baseline": list(job.baselines),
        "several": job.several,
        "plan": {case.plan.name: _plain(case.plan) for case in job.cases},
        "policy": {name: _plain(mix.instruments) for name, mix in mixes.items()},
        "budget": {name: mix.budget for name, mix in mixes.items() if mix.budget != 1},
        "later_budget": {
            name: [mix.later_start, mix.later_budget]
            for name, mix in mixes.items()
            if mix.later_start is not None
        },
        "cost": {
            name: {mix.costs_as.name: [_plain(mix.costs_as.instruments), *_money(mix.costs_as)]}
            for name, mix in mixes.items()
            if mix.costs_as
        },
    }


def _money(mix: Mix) -> list[float | None]:
    return [mix.budget, mix.later_start, mix.later_budget]


def code_hash() -> str:
    """Return the hash of the package and of the configurations that come with it."""
    total = hashlib.sha256()
    for folder in (PACKAGE, configs()):
        for path in sorted(folder.rglob("*")):
            below = path.relative_to(folder)
            if path.is_file() and not any(part.startswith((".", "__py")) for part in below.parts):
                total.update(f"{folder.name}/{below.as_posix()}\0".encode())
                total.update(path.read_bytes() + b"\0")
    return total.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decide on numbers."""
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version()} | libraries


def folder_name(name: str) -> str:
    """Return a name that every file system takes, and that differs where the names do."""
    safe = re.sub(r"[^\w.,~+=-]", "_", name)
    if safe == name and len(name.encode()) <= _LONGEST_FOLDER:
        return name
    return f"{safe[: _LONGEST_FOLDER // 4]}-{_hash(name)[:10]}"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to; what is written there then takes the place of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(_UNFINISHED + path.name)
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)  # what was half written takes room
        raise


def _manifest(job: Job, command: str) -> dict[str, Any]:
    own = configuration(job)
    return {
        "command": command,
        "configuration_hash": _hash(own),
        "code_hash": code_hash(),
        "seed": job.settings.seed,
        "replicates": job.settings.replicates,
        "workers": job.settings.workers,
        "cluster": job.settings.cluster,
        "precision": job.settings.precision,
        "micro": job.settings.kept,
        **_commit(),
        "versions": versions(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "configuration": own,
    }


def _check_same(root: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse a folder that some other job, or something else, has filled."""
    try:
        found = json.loads((root / MANIFEST).read_text("utf-8"))
        before, code = found["configuration"], found["code_hash"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(
            f"output = {root}: the folder is not empty and holds no run of ours "
            f"(no readable {MANIFEST}); give another"
        ) from None
    now = json.loads(_json(manifest["configuration"]))
    old, new = dict(_flat(before)), dict(_flat(now))
    differ = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    if differ:
        shown = "; ".join(f"{k} was {old.get(k)!r}, is {new.get(k)!r}" for k in differ[:_SHOWN])
        more = f"; and {len(differ) - _SHOWN} more" if len(differ) > _SHOWN else ""
        raise ConfigError(
            f"output = {root}: it holds another configuration: {shown}{more}; give another folder"
        )
    if code != manifest["code_hash"]:
        raise ConfigError(
            f"output = {root}: it was made by other code: sim/ or configs/ have changed since "
            f"({code[:12]} was, {manifest['code_hash'][:12]} is); give another folder"
        )


def _plain(value: Any) -> Any:
    """Return dataclasses as mappings, and tuples of things with ids as mappings by id."""
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        if value and all(hasattr(inner, "id") for inner in value):
            return {inner.id: _plain(inner) for inner in value}
        return [_plain(inner) for inner in value]
    return value


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    else:
        yield name, value


def _json(value: Any, **options: Any) -> str:
    # The only values that json does not know are NumPy's whole numbers.
    return json.dumps(value, ensure_ascii=False, default=int, **options)


def _hash(value: Any) -> str:
    return hashlib.sha256(_json(value, sort_keys=True).encode()).hexdigest()


def _commit() -> dict[str, Any]:
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
    top, commit = said[0].split("\n")[:2]
    if Path(top) != project.resolve():  # installed inside some other repository
        return {"commit": None, "dirty": None}
    return {"commit": commit, "dirty": bool(said[1])}
