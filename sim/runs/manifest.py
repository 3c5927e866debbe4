"""The manifest of a root: what is in it, made by which code; only the same job goes on there.

The number of replicates, of workers and of replicates whose micro-data are kept is free, so that a
run can grow in place.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sim.core.checks import check_encoding
from sim.core.errors import ConfigError, SimError, is_full
from sim.core.plain import as_json, hash_of
from sim.inputs.number_set import spelled
from sim.region.case import Case
from sim.runs.folder import LOCK, folder_name, held, in_use, replacing
from sim.runs.job import Done, Job
from sim.runs.version import code_hash, commit, versions

MANIFEST = "manifest.json"
_SHOWN = 5  # differences in an error message


@contextmanager
def hold(root: Path, job: Job, command: str) -> Iterator[Callable[[Done, float], None]]:
    """Hold a root that is new or holds the same job; give what completes its manifests.

    Raises:
        ConfigError: If it is no folder, holds something else or cannot be written.
    """
    check_encoding(str(root))
    manifest = _manifest(job, command)
    made = list[Path]()
    with ExitStack() as stack:
        try:
            if root.exists() and not root.is_dir():
                raise ConfigError(f"output = {root}: it is a file; a folder is needed")
            made += [folder for folder in (root, *root.parents) if not folder.exists()]
            new = bool(made) or not in_use(root)
            if not new:
                _check_same(root, manifest)
            root.mkdir(parents=True, exist_ok=True)
            stack.enter_context(held(root))
            write_manifest(root, manifest)
        except OSError as error:
            _leave(root, made)
            if is_full(error):
                raise _full(root) from None
            raise ConfigError(f"output = {root}: cannot be written: {error.strerror}") from None
        try:
            yield partial(_complete, manifest, root, job)
        except OSError as error:
            if is_full(error):
                raise _full(root) from None
            raise
        except ConfigError:
            if new and {path.name for path in root.iterdir()} <= {LOCK, MANIFEST}:
                for name in (MANIFEST, LOCK):  # nothing was run
                    (root / name).unlink()
                _leave(root, made)
            raise


def _leave(root: Path, made: Sequence[Path]) -> None:
    """Remove the folders that were made, as far as they are empty but for a lock."""
    with suppress(OSError):
        if root in made:
            (root / LOCK).unlink()
    for folder in made:
        with suppress(OSError):
            folder.rmdir()


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest into a folder."""
    with replacing(folder / MANIFEST) as unfinished:
        unfinished.write_text(as_json(manifest, indent=1) + "\n", "utf-8")


def _complete(manifest: dict[str, Any], root: Path, job: Job, done: Done, seconds: float) -> None:
    """Write into the manifests, the root's and each case's, what became of a job."""
    effort = done.job.effort
    manifest |= {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "replicates": effort.replicates,
        "micro": effort.kept,
        "widest_interval": done.widest,
        "rows": done.rows,
        "failed": [failure.told() for failure in done.failures],
        "unreached": [one.told() for one in done.unreached],
    }
    write_manifest(root, manifest)
    ran = {case.key for case in done.job.cases}
    for case in job.cases if job.several else ():
        if case.key not in ran:
            continue
        folder = job.folder(root, case)
        write_manifest(folder, manifest | _own(case, job, done, str(folder.relative_to(root))))


def _own(case: Case, job: Job, done: Done, folder: str) -> dict[str, Any]:
    """Return what the manifest of one case of several says otherwise."""
    alone = dataclasses.replace(job.of([case]), baselines=())
    return {
        "configuration": alone.configuration(),
        "configuration_hash": case.hash,
        "replicates": alone.effort.replicates,
        "rows": {
            Path(name).name: rows
            for name, rows in done.rows.items()
            if str(Path(name).parent) == folder
        },
        "failed": [f.told() for f in done.failures if f.key == case.key],
        "unreached": [],
    }


def default_root(title: str, job: Job) -> Path:
    """Return the folder below ``outputs`` that belongs to a job and this code."""
    return Path("outputs") / folder_name(title) / hash_of([job.hash, code_hash()])[:12]


def _manifest(job: Job, command: str) -> dict[str, Any]:
    effort, seeds = job.effort, list(dict.fromkeys(case.seed for case in job.cases))
    return {
        "command": command,
        "configuration_hash": job.hash,
        "code_hash": code_hash(),
        "seed": seeds[0] if len(seeds) == 1 else seeds,
        "design": job.design,
        "replicates": effort.replicates,
        "workers": effort.workers,
        "cluster": effort.cluster,
        "precision": effort.precision,
        "micro": effort.kept,
        "set": list(dict.fromkeys(words for case in job.first.cases for words in case.set_words)),
        "remarks": job.remarks,
        "numbers": _reasons(job),
        "plugins": {one.name: one.sha256 for case in job.cases for one in case.plugins},
        **commit(),
        "versions": versions(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "configuration": job.configuration(),
    }


def _reasons(job: Job) -> list[dict[str, Any]]:
    """Return which sets of numbers are in force and why, as their files say."""
    told = [
        {
            "name": numbers.name,
            "why": numbers.why,
            "reasons": {spelled(name): why for name, why in numbers.reasons.items()},
        }
        for numbers in dict.fromkeys(case.numbers for case in job.cases)
    ]
    return [one for one in told if any(one.values())]


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
    now = json.loads(as_json(manifest["configuration"]))
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


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    else:
        yield name, value


def _full(root: Path) -> SimError:
    return SimError(
        f"output = {root}: there is no room to write. What is finished is kept; make room, and the "
        "same command goes on."
    )
