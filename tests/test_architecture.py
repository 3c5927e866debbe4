"""The rooms of the house: imports point down, and each thing has one place."""

import ast
import re
from pathlib import Path

import pytest

import sim
from sim.core.draws import PROCESSES
from sim.inputs import levers
from sim.inputs.levers import LEVERS, TYPES, Lever
from sim.region.pages import QUARTER

HOME = Path(sim.__file__).parent
MODULES = sorted(HOME.rglob("*.py"))
EXPERIMENTS = sorted((HOME.parent / "experiments").glob("*.py"))

# The rooms from the top down: a room may import what stands below it.
ROOMS = (
    "door",
    "command",
    "report",
    "results",
    "runs",
    "region",
    "indicators",
    "processes",
    "policy",
    "state",
    "inputs",
    "core",
)
LONGEST_CHAIN = 14  # files that import each other one after the other


def name_of(path: Path) -> str:
    """Return a file's name as it is imported."""
    return ".".join(path.relative_to(HOME.parent).with_suffix("").parts).removesuffix(".__init__")


def room_of(name: str) -> str:
    """Return the room that a module stands in; the package's own files are its door."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else "door"


NAMES = {name_of(path): path for path in MODULES}


def imports(path: Path) -> set[str]:
    """Return the package's own modules that a file imports, for type checking, too."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{path}: say from which room it imports"
            assert not node.level, f"{path}: say from which room it imports"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & NAMES.keys() or {node.module}
            found |= {node.module} if not inner <= NAMES.keys() else set()
    return found & NAMES.keys() - {name_of(path)}


IMPORTS = {name: imports(path) for name, path in NAMES.items()}


def test_every_folder_is_a_room_and_every_room_a_folder():
    folders = {path.name for path in HOME.iterdir() if (path / "__init__.py").exists()}
    assert folders == set(ROOMS) - {"door"}


@pytest.mark.parametrize("name", NAMES)
def test_imports_point_down(name):
    here = ROOMS.index(room_of(name))
    upward = {other for other in IMPORTS[name] if ROOMS.index(room_of(other)) < here}
    assert not upward, f"{name} imports {sorted(upward)}, which stand above it"


def test_no_files_import_each_other_in_a_circle_nor_in_a_long_chain():
    longest: dict[str, list[str]] = {}

    def chain(name: str, above: tuple[str, ...]) -> list[str]:
        assert name not in above, " > ".join((*above[above.index(name) :], name))
        if name not in longest:
            below = [chain(other, (*above, name)) for other in sorted(IMPORTS[name])]
            longest[name] = [name, *max(below, key=len, default=[])]
        return longest[name]

    worst = max((chain(name, ()) for name in NAMES), key=len)
    assert len(worst) <= LONGEST_CHAIN, " > ".join(worst)


@pytest.mark.parametrize("name", [name for name in NAMES if room_of(name) == "processes"])
def test_no_process_imports_another(name):
    own = name.split(".")[2:3]  # its file or its folder
    near = {other for other in IMPORTS[name] if room_of(other) == "processes"}
    others = {other for other in near if other.split(".")[2:3] != own}
    assert not others, f"{name} imports {sorted(others)}, which are not its own"


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


MOST_ARGUMENTS = 8  # of a function; ``self`` and ``cls`` are none


def functions(path: Path) -> list[ast.FunctionDef]:
    """Return a file's functions and methods."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def arguments(function: ast.FunctionDef) -> list[ast.arg]:
    """Return what a function takes."""
    takes = function.args
    several = [part for part in (takes.vararg, takes.kwarg) if part]
    named = [*takes.posonlyargs, *takes.args, *takes.kwonlyargs, *several]
    return [part for part in named if part.arg not in ("self", "cls")]


@pytest.mark.parametrize("path", [*MODULES, *EXPERIMENTS], ids=lambda path: path.stem)
def test_no_function_takes_more_arguments_than_a_reader_can_hold(path):
    for function in functions(path):
        number = len(arguments(function))
        assert number <= MOST_ARGUMENTS, f"{path.name}: {function.name} takes {number}"


KERNELS = {
    f"{name_of(path)}.{function.name}": function
    for path in MODULES
    for function in functions(path)
    if {"compiled", "inlined"} & {ast.unparse(part) for part in function.decorator_list}
}


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_say_their_types(name):
    for part in (KERNELS[name].returns, *(each.annotation for each in arguments(KERNELS[name]))):
        assert part is not None
        assert not re.search(r"\bAny\b", ast.unparse(part)), f"{name} takes or returns Any"


# Numbers that a rule may hold bare: counts of one or two, quarters of a year, percent, per 10 000
# residents, and guards against division by zero. All others are quantities or named with a unit.
PLAIN = {0, 1, 2, 4, 100, 10_000, 1e-9, 1e-12}
RULES = [
    *sorted((HOME / "processes").rglob("*.py")),
    *(
        HOME / "state" / f"{name}.py"
        for name in ("hosts", "kene", "platforms", "promises", "rules")
    ),
    *sorted((HOME / "region" / "population").glob("*.py")),
    *sorted((HOME / "indicators").glob("*.py")),
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


def files_of(process: str) -> list[Path]:
    """Return the files that hold a process: one of its name, or all of its folder."""
    folder = HOME / "processes" / process
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def levers_in(*paths: Path) -> set[str]:
    """Return the names of the levers whose constants files use."""
    constants = {name for name, value in vars(levers).items() if isinstance(value, Lever)}
    nodes = [n for path in paths for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    return {n.id.lower() for n in nodes if isinstance(n, ast.Name) and n.id in constants}


def test_a_lever_is_read_by_the_processes_that_it_names():
    promised = levers_in(HOME / "state" / "promises.py")
    for process, _ in QUARTER:
        files = files_of(process)
        read = {lever.name for lever in LEVERS.values() if process in lever.reads}
        used = levers_in(*files)
        imported = set().union(*(IMPORTS[name_of(path)] for path in files))
        through = promised if "sim.state.promises" in imported else set()
        assert used <= read, f"{process} reads {used - read}, which do not say so"
        assert read <= used | through, f"{process} does not read {read - used - through}"


def test_a_lever_is_read_by_processes_of_the_quarter_alone():
    processes = {name for name, _ in QUARTER}
    for lever in LEVERS.values():
        assert set() < set(lever.reads) <= processes, lever.name


def test_a_lever_is_a_constant_of_its_name():
    for lever in LEVERS.values():
        assert getattr(levers, lever.name.upper()) is lever


def test_every_type_pulls_known_levers():
    for name, kind in TYPES.items():
        assert set(kind.levers) <= set(LEVERS.values()), name


def test_every_process_of_the_quarter_has_its_own_draws_or_needs_none():
    for name, _ in QUARTER:
        assert name in PROCESSES or name in ("government", "enact", "settle")
