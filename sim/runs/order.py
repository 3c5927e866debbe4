"""An order: cases and effort become a job, once what no case knows alone is checked."""

from collections.abc import Sequence

from sim.core.errors import ConfigError
from sim.inputs.plan import check_indicators
from sim.region.case import Case, check_size
from sim.runs.effort import Effort
from sim.runs.job import Job, Key


def job_of(
    cases: Sequence[Case], effort: Effort, baselines: Sequence[str] = (), *, several: bool = False
) -> Job:
    """Return the job of running cases.

    Raises:
        ConfigError: If a plan has a target that nothing measures, a city is too large, or two
            cases have one name.
    """
    from sim.indicators.indicators import INDICATORS

    known = set[Key]()
    for case in cases:
        check_indicators(case.plan, INDICATORS)
        if not effort.force:
            check_size(case)
        if case.key in known:
            raise ConfigError(
                f"plan {case.plan.name} with policy {case.mix.name} is asked for twice; a plan or "
                "mix of one's own needs a name of its own"
            )
        known.add(case.key)
    return Job(cases=tuple(cases), effort=effort, baselines=tuple(baselines), several=several)
