"""A job published: run in a folder, where all its files are then written; for both doors."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.results.study import Study
    from sim.runs.job import Job


def publish(
    job: "Job", root: Path, command: str, typed: Mapping[str, str] | None = None
) -> "Study":
    """Run a job in a folder and write all its files there.

    Args:
        job: The job.
        root: The folder.
        command: What the manifest says was asked.
        typed: What was typed of a sweep, to be stored as a study that runs it again.

    Raises:
        ConfigError: If the cluster or the folder cannot be used; nothing is written then.
    """
    from sim.command.study_file import STORED, write_study
    from sim.region.plugins import put_in_force
    from sim.results import sweep
    from sim.results.files import write_combinations, write_whole
    from sim.runs import ensemble
    from sim.runs.carry_out import kept

    put_in_force(job.cases[0].plugins)
    # What is needed afterwards is loaded while the replicates run.
    later = ("sim.report.drawing", "sim.report.page")
    Thread(target=lambda: [*map(import_module, later)], daemon=True).start()
    with kept(job, root, command, ensemble.run) as done:
        if typed:
            write_study(root / STORED, typed)
        study = sweep.read(done, root, write_combinations)
        done.rows |= write_whole(study)
        from sim.report import drawing, page

        page.write(study, drawing.draw(study))
        done.widest |= study.widest
    return study


def run_and_read(job: "Job", root: Path) -> "Study":
    """Run what a root does not hold yet of a job; return all that it then holds.

    Raises:
        ConfigError: If no mix can cost what it is to cost.
    """
    from sim.results import sweep
    from sim.runs import ensemble
    from sim.runs.carry_out import carry_out

    return sweep.read(carry_out(job, root, ensemble.run), root)
