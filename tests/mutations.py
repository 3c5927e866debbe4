"""Shipped files with something wrong in them: each is run or refused in a sentence of ours.

``python tests/mutations.py 10000 [seed]`` reads so many changed plans, cities, mixes and sets of
numbers, starts the cities that read well, and runs some of them. Each has a number; ``python
tests/mutations.py 1 NUMBER`` repeats it.
"""

import copy
import datetime
import difflib
import random
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from time import perf_counter

import numpy as np
import yaml
from studies import write_tables

from sim.core.errors import SimError
from sim.indicators.table import check_measured
from sim.inputs.number_set import number_set
from sim.inputs.plan_file import load_plan, plan_names
from sim.inputs.reading import names_in, read_tree
from sim.policy.choosing import choose
from sim.publish import run_and_read
from sim.region.case import case_of, check_size
from sim.region.region import start_city
from sim.runs.effort import Effort
from sim.runs.job import job_of

RUN = 0.05  # of what reads well, run to its tables
NUMBERS = (0, -1, 1, 0.5, 1e-300, 1e9, 1e300, -1e300, 10**400, float("nan"), float("inf"))
OTHERS = (
    *(None, True, False, "", " ", "x", "各", "1,000", "50%", "１２", "a\u0007b", "${plan}", "../x"),
    *([], {}, [1, 2], ["x"], {"x": 1}, {1: 2}, datetime.date(2018, 12, 31)),
    *("2019Q1", "each", "a~b"),
)
NAMES = ("each", "none", "", "2018", 7, "a b", "a~b")
SIGNS = (
    "：",
    "　",
    "１",
    "\t",
    "\0",
    "&a",
    "*a",
    "<<: ",
    "- ",
    "'",
    '"',
    "{",
    "]",
    "#",
    "\n",
    "!!int",
)
SET = {"name": "mine", "why": "a test", "parameters": {"research.stop": 0.06}, "kinds": {}}


def texts(luck, folder):
    """Write a plan, city, mix and set, one of them changed; return text before and after."""
    plan = luck.choice(plan_names())
    tree = read_tree("plan", plan)
    city = read_tree("city", tree["plan"]["city"])
    tree["plan"]["city"] = str(folder / "city.yaml")
    trees = {
        "plan": tree,
        "city": city,
        "mix": {**read_tree("policy", luck.choice(names_in("policy"))), "name": "mine"},
        "set": copy.deepcopy(SET),
    }
    changed = luck.choices(list(trees), (5, 3, 1, 1))[0]
    before = as_text(trees[changed])
    for _ in range(luck.choice((1, 1, 1, 2, 5))):
        change(luck, trees[changed])
    after = as_text(trees[changed])
    if luck.random() < 0.2:
        after = retyped(luck, after)
    for name, each in trees.items():
        text = after if name == changed else as_text(each)
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return before, after


def as_text(tree):
    return yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)


def places(tree):
    """Yield each container of a tree and a key of it."""
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from places(tree[key])


def change(luck, tree):
    """Change one value, name or entry of a tree."""
    found = list(places(tree))
    numbers = [(h, k) for h, k in found if type(h[k]) in (int, float) and abs(h[k]) < 1e100]
    if not found:
        return
    if numbers and luck.random() < 0.5:  # half of all changes read well more often than not
        holder, key = luck.choice(numbers)
        holder[key] *= luck.choice((0, 0.3, 0.9, 2, 10, 1000, -1, 1e-3, 1e12))
        return
    holder, key = luck.choice(found)
    value, (other, there) = holder[key], luck.choice(found)
    match luck.choice(("number", "number", "other", "remove", "name", "swap", "nest", "copy")):
        case "number":
            holder[key] = luck.choice(NUMBERS)
        case "other":
            holder[key] = copy.deepcopy(luck.choice(OTHERS))
        case "remove":
            del holder[key]
        case "name" if isinstance(holder, dict):
            holder[luck.choice((f"{key}x", str(key).upper(), *NAMES))] = holder.pop(key)
        case "swap":
            holder[key], other[there] = copy.deepcopy(other[there]), copy.deepcopy(value)
        case "nest":
            holder[key] = luck.choice(({"x": value}, [value]))
        case "copy":
            holder[key] = copy.deepcopy(other[there])


def retyped(luck, text):
    """Cut a text short, or put a sign into it."""
    at = luck.randrange(len(text) + 1)
    return text[:at] if luck.random() < 0.3 else text[:at] + luck.choice(SIGNS) + text[at:]


def tried(luck, folder):
    """Read the files as the command does, start the city, run some to the tables."""
    plan = load_plan(folder / "plan.yaml")
    choice = choose(plan, str(folder / "mix.yaml"))
    numbers = number_set(folder / "set.yaml", None)
    case = case_of(plan, choice, quarters=1, seed=7, scale=0.1, numbers=numbers)
    check_size(case)
    check_measured([plan])
    start_city(case)
    if luck.random() >= RUN:
        return "started"
    case = case_of(
        plan, choice, quarters=min(2, plan.end - plan.start + 1), scale=0.1, numbers=numbers
    )
    job = job_of([case], Effort(replicates=1, workers=1))
    study = run_and_read(job, folder / "out")
    write_tables(study)
    if study.failures:
        raise RuntimeError(study.failures[0].error)
    return "run"


def outcome(number):
    """Return what became of the files of a number, and the fault with how they differ."""
    luck = random.Random(number)
    with tempfile.TemporaryDirectory() as place:
        before, after = texts(luck, Path(place))
        try:
            with np.errstate(all="raise"), warnings.catch_warnings():
                warnings.simplefilter("error")
                return tried(luck, Path(place)), ""
        except SimError:
            return "refused", ""
        except Exception:
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
            return "fault", "\n".join([f"seed {number}", traceback.format_exc(), *list(lines)[:20]])


def main(count, first=0):
    """Try files of so many numbers and tell what became of them; return how many were faults."""
    began, seen = perf_counter(), {}
    for number in range(first, first + count):
        what, told = outcome(number)
        seen[what] = seen.get(what, 0) + 1
        if told:
            print(told, end="\n\n", flush=True)
    print(f"{count} files in {perf_counter() - began:.0f} s: {seen}")
    return seen.get("fault", 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > 0)
