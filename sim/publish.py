"""A job carried out and published: run in a folder, where all its files are then written."""

import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.results.study import Study
    from sim.runs.effort import Effort
    from sim.runs.job import Job


def publish(job: "Job", root: Path, command: str) -> "Study":
    """Run a job in a folder and write all its files there.

    Args:
        job: The job.
        root: The folder.
        command: What the manifest says was asked.

    Raises:
        ConfigError: If the cluster or the folder cannot be used; nothing is written then.
    """
    from sim.runs.cluster import check_reached
    from sim.runs.manifest import claim

    if job.effort.cluster:
        check_reached(job.effort.cluster)  # before anything else takes time
    _warn_of_precision(job.effort)
    from sim.core.compiled import first_use
    from sim.indicators.table import check_measured
    from sim.results.files import write_tables

    check_measured(case.plan for case in job.cases)
    with claim(root, job, command) as manifest:
        if first_use():
            print("Compiling the model, once for this version: about a minute", file=sys.stderr)
        # What is needed afterwards is loaded while the replicates run.
        later = ("sim.report.drawing", "sim.report.page")
        Thread(target=lambda: [*map(import_module, later)], daemon=True).start()
        began = perf_counter()
        study = run_and_read(job, root)
        manifest["seconds"] = round(perf_counter() - began, 3)
        rows = write_tables(study)
        from sim.report import drawing, page

        page.write(study, drawing.draw(study))
        _complete(manifest, job, study, rows)
        return study


def run_and_read(job: "Job", root: Path) -> "Study":
    """Run what a root does not hold yet of a job; return all that it then holds.

    Raises:
        ConfigError: If a mix cannot cost what it is to cost.
    """
    from sim.results.study import Study
    from sim.runs import ensemble
    from sim.runs.carry_out import carry_out

    done = carry_out(job, root, ensemble.run)
    return Study.read(done.job, root, done.failures)


def _complete(manifest: dict[str, Any], job: "Job", study: "Study", rows: dict[str, int]) -> None:
    """Write into the manifests, the root's and each case's, what became of the job."""
    from sim.runs.manifest import manifest_of, write_manifest

    manifest |= {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "replicates": study.effort.replicates,
        "micro": study.effort.kept,
        "widest_interval": study.widest,
        "rows": rows,
        "failed": [vars(failure) for failure in study.failures],
    }
    write_manifest(study.root, manifest)
    for case, one in zip(job.cases, study.combinations, strict=True) if job.several else ():
        own = one.folder.relative_to(study.root)
        part = manifest_of(case, job, manifest)
        part["rows"] = {
            Path(name).name: count for name, count in rows.items() if Path(name).parent == own
        }
        part["failed"] = [vars(failure) for failure in one.failures]
        write_manifest(one.folder, part)


def _warn_of_precision(effort: "Effort") -> None:
    """Say before a run that its precision may be out of reach."""
    from sim.runs.precision import needed_at_half

    if effort.precision is None:
        return
    needed = needed_at_half(effort.precision)
    if needed > effort.most_replicates:
        print(
            f"precision = {effort.precision:g}: a probability of 1/2 needs some {needed} "
            f"replicates, and most_replicates = {effort.most_replicates}",
            file=sys.stderr,
        )
