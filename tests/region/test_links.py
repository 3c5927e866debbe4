"""What each process reads and writes, as declared, against what it touches in small cities.

`python tests/region/test_links.py` writes the declarations anew after a change of a process.
"""

from collections import defaultdict
from pathlib import Path
from textwrap import fill

import numpy as np

from sim.core.tables import Table
from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.choosing import build_mix
from sim.region import links
from sim.region.pages import QUARTER
from sim.region.region import start_run
from sim.state.flows import Flows, Totals

TABLES = ("firms", "organisations", "people", "talents", "projects", "results", "contracts")
SUMS = {"flows": Flows, "totals": Totals}
QUARTERS, SCALE = 9, 0.05


def held(state):
    """Return a copy of every column, and every sum, by name."""
    columns = {f"{t}.{c}": getattr(state, t) for t in TABLES for c in getattr(state, t).columns}
    kept = {name: getattr(table, name.split(".")[1]).copy() for name, table in columns.items()}
    for name in SUMS:
        for key, value in getattr(state, name).flat():
            declared = f"{name}.{key.split(' ')[0]}"
            kept[declared] = kept.get(declared, 0.0) + value
    return kept


def changed(before, after):
    """Return the names of what is not the same."""
    return {
        name
        for name in before.keys() | after.keys()
        if not np.array_equal(before.get(name, 0.0), after.get(name, 0.0))
    }


def touched(process, *arguments):
    """Let a process act; return the columns and sums that it looks at, its writing apart."""
    seen = set()

    def of_table(table, name):
        if name in type(table).columns and name != "id":
            seen.add(f"{type(table).name}.{name}")
        return object.__getattribute__(table, name)

    def of_sums(sums, name):
        if name in type(sums).__dataclass_fields__:
            seen.add(f"{type(sums).__name__.lower()}.{name}")
        return object.__getattribute__(sums, name)

    watched = {Table: of_table, Flows: of_sums, Totals: of_sums}
    for kind, spy in watched.items():
        kind.__getattribute__ = spy
    try:
        process(*arguments)
    finally:
        for kind in watched:
            del kind.__getattribute__
    return seen


def traced():
    """Return what processes read and write in small cities of all plans, as written."""
    reads, writes = defaultdict(set), defaultdict(set)
    for plan in map(load_plan, plan_names()):
        run = start_run(plan, build_mix(plan, "as_written"), seed=1, scale=SCALE)
        for _ in range(QUARTERS):
            run.begin()
            for name, process in QUARTER:
                before = held(run.state)
                reads[name] |= touched(run.live, name, process)
                writes[name] |= changed(before, held(run.state))
            run.finish()
    return reads, writes


def test_processes_read_and_write_what_is_declared():
    reads, writes = traced()
    for name, _ in QUARTER:
        told = {n for n in writes[name] if not n.endswith(".id")}
        assert sorted(reads[name]) == sorted(links.READS[name].split()), name
        assert sorted(told) == sorted(links.WRITES[name].split()), name


def written(reads, writes):
    """Return the declarations as code."""
    text = (links.__doc__ or "").strip()
    parts = [f'"""{text}\n"""\n']
    for heading, found in (("READS", reads), ("WRITES", writes)):
        parts.append(f"\n{heading}: dict[str, str] = {{\n")
        for name, _ in QUARTER:
            names = sorted(n for n in found[name] if not n.endswith(".id"))
            inside = fill(" ".join(names), 96, initial_indent=" " * 8, subsequent_indent=" " * 8)
            parts.append(f'    "{name}": """\n{inside}\n    """,\n')
        parts.append("}\n")
    return "".join(parts)


if __name__ == "__main__":
    Path(links.__file__).write_text(written(*traced()), encoding="utf-8")
