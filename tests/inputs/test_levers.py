"""Which process reads which lever: what is declared is what the code does."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import sim
from sim.inputs import levers
from sim.inputs.levers import LEVERS, Lever

HOME = Path(sim.__file__).parent
CONSTANTS = {name: one.name for name, one in vars(levers).items() if isinstance(one, Lever)}
PROMISES = "sim.state.promises"


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def names_in(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def levers_of_promises():
    """Return for each function of the promises the levers that it, or whom it calls, reads."""
    tree = parsed(HOME / "state" / "promises.py")
    bodies = {n.name: names_in(n) for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}

    def reached(function, above=()):
        called = [n for n in bodies[function] if n in bodies and n not in (function, *above)]
        own = {CONSTANTS[name] for name in bodies[function] if name in CONSTANTS}
        return own.union(*(reached(name, (*above, function)) for name in called))

    return {function: reached(function) for function in bodies}


def used_of_promises(tree):
    """Return the functions of the promises that a file uses, by name or through the module."""
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    named = {a.name for n in imports if n.module == PROMISES for a in n.names}
    through = {
        n.attr
        for n in ast.walk(tree)
        if isinstance(n, ast.Attribute)
        and isinstance(n.value, ast.Name)
        and n.value.id == "promises"
    }
    return named | through


def readers():
    """Return lever → the processes whose files name it, or use a promise that reads it."""
    promised, found = levers_of_promises(), defaultdict(set)
    for path in (HOME / "processes").rglob("*.py"):
        process = path.relative_to(HOME / "processes").parts[0].removesuffix(".py")
        tree = parsed(path)
        read = {CONSTANTS[name] for name in names_in(tree) if name in CONSTANTS}
        read = read.union(*(promised.get(function, ()) for function in used_of_promises(tree)))
        for lever in read:
            found[lever].add(process)
    return found


READERS = readers()


@pytest.mark.parametrize("name", LEVERS)
def test_the_processes_that_read_a_lever_are_those_declared(name):
    assert set(LEVERS[name].reads) == READERS[name]
