"""The rooms of the house: imports point down, and each thing has one place."""

import ast
from pathlib import Path

import pytest

import sim
from sim.draws import PROCESSES
from sim.levers import LEVERS, TYPES
from sim.region import QUARTER

HOME = Path(sim.__file__).parent
MODULES = sorted(HOME.rglob("*.py"))

# From the ground up: a module may import what stands in a line above its own, and its line.
LAYERS = [
    {"errors", "quarter", "quantity", "compiled", "arithmetic"},
    {"draws", "rules"},
    {"identity", "kinds", "tables"},
    {"levers", "books", "kene", "ring"},
    {"instrument", "city"},
    {"plan", "policy", "mixes", "transplant", "places", "program"},
    {"state"},
    {"founders"},
    {"processes"},
    {"population", "indicators", "design"},
    {"parameters", "record", "precision"},
    {"region"},
    {"agents"},
    {"settings"},
    {"micro", "cluster"},
    {"ensemble"},
    {"equal_cost"},
    {"results", "audit"},
    {"figures", "contrast", "report"},
    {"command"},
    {"__init__", "__main__"},
]


def name_of(path: Path) -> str:
    relative = path.relative_to(HOME)
    return "processes" if relative.parts[0] == "processes" else relative.stem


def layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


def imports(path: Path) -> set[str]:
    """Return the package's own modules that a file imports, type checking apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    names = {tuple(name.split(".")) for name in found}
    known = set().union(*LAYERS)
    return {parts[1] for parts in names if parts[0] == "sim" and len(parts) > 1} & known


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_imports_point_down(path):
    here = layer(name_of(path))
    upward = {name for name in imports(path) if layer(name) > here}
    assert not upward, f"{path.name} imports {sorted(upward)}, which stand above it"


@pytest.mark.parametrize(
    "path", sorted((HOME / "processes").glob("*.py")), ids=lambda path: path.stem
)
def test_no_process_imports_another(path):
    assert "sim.processes" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_only_draws_makes_random_numbers(path):
    text = path.read_text(encoding="utf-8")
    for word in ("np.random", "default_rng", "import random", "from random"):
        assert word not in text, f"{path.name} mentions {word}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_functions_fit_on_a_screen(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
            assert length <= 60, f"{path.name}: {node.name} has {length} lines"


# Numbers that a rule may hold bare: counts of one or two, quarters of a year, percent, per 10 000
# residents, and guards against division by zero. All others are quantities or named with a unit.
PLAIN = {0, 1, 2, 4, 100, 10_000, 1e-9, 1e-12}
RULES = [
    *sorted((HOME / "processes").glob("*.py")),
    *(HOME / f"{name}.py" for name in ("founders", "kene", "population", "indicators", "rules")),
]


def no_quantity(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a node that hold indices, slots, serials, powers, seasons, rounding."""
    if isinstance(node, ast.Subscript):
        return [node.slice]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift):
        return [node]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return [node.right]
    if isinstance(node, ast.keyword) and node.arg == "slot":
        return [node.value]
    if isinstance(node, ast.Compare) and "season" in ast.unparse(node.left):
        return node.comparators
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.floor":
        return list(node.args)
    return []


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_no_bare_number_in_a_rule(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    free = {c for n in ast.walk(tree) for part in no_quantity(n) for c in ast.walk(part)}
    bodies = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    bare = [
        f"line {n.lineno}: {n.value}"
        for body in bodies
        for statement in body.body
        for n in ast.walk(statement)
        if isinstance(n, ast.Constant) and type(n.value) in (int, float)
        if n not in free and n.value not in PLAIN
    ]
    assert not bare, f"{path.name} holds {bare}: declare a quantity, or a constant with its unit"


def test_all_is_what_the_door_exports():
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    with pytest.raises(AttributeError, match="Regoin"):
        sim.Regoin  # noqa: B018


def test_every_lever_is_read_by_a_process_of_the_quarter():
    processes = {name for name, _ in QUARTER}
    for lever in LEVERS.values():
        assert set(lever.reads) <= processes, lever.name
        for process in lever.reads:
            code = (HOME / "processes" / f"{process}.py").read_text(encoding="utf-8")
            code += (HOME / "founders.py").read_text(encoding="utf-8")
            assert f'"{lever.name}"' in code, f"{process} does not read {lever.name}"


def test_every_type_pulls_known_levers():
    for name, kind in TYPES.items():
        assert set(kind.levers) <= set(LEVERS), name


def test_every_process_of_the_quarter_has_its_own_draws_or_needs_none():
    for name, _ in QUARTER:
        assert name in PROCESSES or name in ("enact", "settle")
