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
    {"errors", "quarter", "quantity", "compiled"},
    {"draws", "rules"},
    {"identity", "kinds", "tables"},
    {"levers", "books", "kene", "ring"},
    {"instrument", "city"},
    {"plan", "policy", "places", "program"},
    {"state"},
    {"founders"},
    {"processes"},
    {"population", "indicators", "design"},
    {"parameters", "record", "agents"},
    {"region"},
    {"settings"},
    {"ensemble"},
    {"results", "audit"},
    {"figures", "report"},
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
