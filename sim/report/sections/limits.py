"""What is in the model and what is absent from it."""

import re
import sys

from sim.region.pages import QUARTER
from sim.results.study import Study


def processes() -> dict[str, str]:
    """Return what each process of a quarter does, by the first line of its module."""
    found = {}
    for name, process in QUARTER:
        line = ((sys.modules[process.__module__].__doc__ or "").splitlines() or ["a plug-in's"])[0]
        title = name.replace("_", " ").capitalize()
        found[name] = re.sub(rf"^({title}|Floor space)( \(.*?\))?: ", "", line).rstrip(".")
    return found


def absent(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the processes that types of instruments in the plans wait for, with those types."""
    found: dict[str, dict[str, None]] = {}
    for plan in study.plans.values():
        for instrument in plan.instruments:
            if instrument.waits_for:
                found.setdefault(instrument.waits_for, {})[instrument.type] = None
    return {process: tuple(types) for process, types in found.items()}
