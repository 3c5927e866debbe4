"""Targets that a government watches: what is counted, from where to where, and by when."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One target of the plan in force.

    Attributes:
        indicator: The indicator that measures it.
        kinds: The platform kinds of which a founding by anybody raises it at once.
        start: Where it stood as the plan began.
        now: Where it stood as the last quarter ended.
        goal: Its goal.
        since: The plan's first quarter.
        by: The quarter of its date.
    """

    indicator: str
    kinds: tuple[str, ...] = ()
    start: float
    now: float
    goal: float
    since: int
    by: int
