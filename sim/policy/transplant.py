"""The instruments of one plan in the city of another: what attaches there, and what does not.

A window is counted from the plan's start. One that lasts to the end of its own plan lasts to the
end of the other; any other keeps its length and is cut where the other plan ends.
"""

import dataclasses
from collections.abc import Iterable

from sim.core.quarter import label
from sim.inputs.city import City
from sim.inputs.instrument import GOVERNMENTS, Instrument
from sim.inputs.kinds import KINDS
from sim.inputs.plan import Plan
from sim.policy.mix import Attachment

# Classes of recipients → the city's figures that count them; all other classes exist everywhere.
CLASSES = {
    "university": ("universities",),
    "institute": ("institutes",),
    "hospital": ("hospitals",),
    "public_body": ("public_bodies",),
    "carrier": ("incubators", "makerspaces", "accelerators"),
    "outside": ("outside_parents",),
    "consultancy": ("consultancies",),
}


def transplanted(
    instruments: Iterable[Instrument], source: Plan, plan: Plan
) -> tuple[tuple[Instrument, ...], tuple[Attachment, ...]]:
    """Return the instruments that attach to another plan's city, and what became of each."""
    attached, told = [], []
    standing = {rule.id for rule in plan.city.background}
    for one in instruments:
        start, end = _window(one, source, plan)
        why_not = _why_not(one, start, plan)
        name = f"{one.id}_of_{source.name}" if one.id in standing else one.id
        if not why_not:
            later = one.later_start and one.later_start + plan.start - source.start
            if later is not None and later > end:
                later = None
            attached.append(
                dataclasses.replace(
                    one,
                    id=name,
                    start=start,
                    end=end,
                    later_start=later,
                    later_scale=None if later is None else one.later_scale,
                )
            )
        absent = [] if why_not else _absent_kinds(one, plan.city)
        told.append(
            Attachment(
                instrument=one.id,
                name="" if why_not else name,
                type=one.type,
                clause=one.clause,
                attaches="no" if why_not else _when(one, absent),
                why=why_not or "; ".join(_to_know(one, name, absent)),
                start="" if why_not else label(start),
                end="" if why_not else label(end),
            )
        )
    return tuple(attached), tuple(told)


def _window(one: Instrument, source: Plan, plan: Plan) -> tuple[int, int]:
    shift = plan.start - source.start
    lasting = one.end == source.end
    return one.start + shift, plan.end if lasting else min(one.end + shift, plan.end)


def _when(one: Instrument, absent: list[str]) -> str:
    return "later" if absent and len(absent) == len(one.kinds) else "yes"


def _why_not(one: Instrument, start: int, plan: Plan) -> str:
    """Return why an instrument does not attach; nothing if it does."""
    if not one.modelled:
        return f"not modelled: {one.reason or 'no process acts on its type yet'}"
    if start > plan.end:
        return f"its window would begin in {label(start)}, after the plan's end {label(plan.end)}"
    if not any(_exists(host, plan.city) for host in one.hosts):
        return f"none of its recipients exists here: {', '.join(one.hosts)}"
    if one.kinds and one.levels:
        ladder = {level for kind in one.kinds for level in KINDS[kind].levels}
        if not ladder & set(one.levels):
            return f"its level is not in the ladder of {', '.join(one.kinds)}: {one.level}"
    if one.kinds and not any(_possible(kind, one, plan.city) for kind in one.kinds):
        return f"there is none here, and nobody who could found one: {', '.join(one.kinds)}"
    return ""


def _to_know(one: Instrument, name: str, absent: list[str]) -> list[str]:
    """Return what to know of an instrument that attaches."""
    words = []
    if absent:
        words.append(f"none here at the start: {', '.join(absent)}")
    if name != one.id:
        words.append(f"beside a rule of the city that is called {one.id}, too")
    if one.controller not in GOVERNMENTS[:2]:
        words.append(f"decided by the {one.controller}")
    return words


def _exists(host: str, city: City) -> bool:
    return host not in CLASSES or any(_number(name, city) > 0 for name in CLASSES[host])


def _possible(kind: str, one: Instrument, city: City) -> bool:
    """Return whether a kind is there, or can be founded by someone who may take the offer."""
    founders = set(KINDS[kind].hosts) & set(one.hosts)
    return _number(KINDS[kind].stock, city) > 0 or any(_exists(host, city) for host in founders)


def _absent_kinds(one: Instrument, city: City) -> list[str]:
    """Return the kinds that it names and of which the city has none at the start."""
    if "all" in one.platform_kind and not one.acts_on:
        return []
    return [kind for kind in one.kinds if _number(KINDS[kind].stock, city) == 0]


def _number(figure: str, city: City) -> float:
    """Return the most that a figure can be."""
    return city.figures[figure].quantity.high
