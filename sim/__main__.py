"""``python -m sim``: what is typed, run and told."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.command.terminal import status_of
from sim.core.checks import check_encoding

if TYPE_CHECKING:
    from sim.command.grammar import Request
    from sim.results.study import Study
    from sim.runs.job import Job


_MOST_REMARKS = 20  # in the terminal


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit status."""
    return status_of(lambda: _main(list(arguments)))


def _main(arguments: list[str]) -> int:
    for argument in arguments:
        check_encoding(argument)
    if "-h" in arguments or "--help" in arguments:
        from sim.command.help import help_text

        print(help_text(), end="")
        return 0
    if "--version" in arguments:
        from sim.runs.version import release

        print(release())
        return 0
    from sim.command.grammar import parse

    request = parse(arguments)
    from sim.command.compose import as_yaml, compose  # slow to load: a typing error is told before

    job, shown = compose(request)
    _remark(job.remarks)
    if request.show:
        print(as_yaml(shown, job), end="")
        return 0
    from sim.publish import publish
    from sim.runs.manifest import default_root

    root = job.effort.output or default_root(_title(request, job), job)
    command = shlex.join(["python", "-m", "sim", *arguments])
    study = publish(job, root, command, request.typed if request.sweep else {})
    _tell(study)
    return 0 if study.whole else 1


def _title(request: "Request", job: "Job") -> str:
    studies = [Path(name).stem for name in request.choices["experiment"]]
    names = studies or [case.plan.name for case in job.cases]
    return "+".join(dict.fromkeys(names))


def _remark(remarks: Sequence[str]) -> None:
    """Say what was set beyond its range, up to so many times."""
    for remark in remarks[:_MOST_REMARKS]:
        print(remark, file=sys.stderr)
    if (more := len(remarks) - _MOST_REMARKS) > 0:
        print(f"and {more} more remarks, in manifest.json", file=sys.stderr)


def _tell(study: "Study") -> None:
    """Print the table, and what else is to be known of a study."""
    from sim.command.told import told

    print(told(study), end="")
    if study.effort.precision is not None:
        print(f"Precision: {study.precision_words}.")
    for one in study.combinations:
        if not one.mix.instruments and one.policy != "none":
            words = f"{one.policy} selects nothing of {one.plan}: its targets alone are watched"
            print(words, file=sys.stderr)
    for left_out in study.unreached:
        print(f"left out: {left_out.why}", file=sys.stderr)
    for failure in study.failures:
        print(f"failed: {failure.where}: {failure.error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
