"""Study files: keys, sweeps and designs in one file, as in ``experiment=my_study.yaml``.

A file holds the keys of the command line, with dots or nested. A text is read as if it were typed;
a list is swept over, except at a key that takes a list. What stands below ``hydra.sweeper.params``
is read likewise. Files that are named in it are looked for beside it first. Beside the results of
every sweep lies such a file with all that was typed, so that the sweep can be run again.
"""

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.core.errors import ConfigError, unknown
from sim.core.plain import as_json
from sim.inputs.reading import as_mapping, names_in, read_file, read_tree, shown
from sim.runs.folder import replacing
from sim.runs.version import code_hash, versions

STORED = "experiment.yaml"  # beside the results
NAMING = ("plan", "policy", "baseline", "parameters")  # keys whose values may be files
_PARAMS = "hydra.sweeper.params"
_LISTS = ("without", "range", "kinds", "levels", "hosts", "vary", "plugins")  # take lists


def read_study(name: str) -> dict[str, str]:
    """Return what a study says, by key, each as it would be typed.

    Raises:
        ConfigError: If there is no such study, or it names no plan.
    """
    if name in names_in("experiment"):
        tree, folder = read_tree("experiment", name), None
    elif name.endswith((".yaml", ".yml")) or "/" in name:
        tree, folder = read_file(Path(name).expanduser(), "study"), Path(name).expanduser().parent
    else:
        raise unknown("command line", "experiment", name, names_in("experiment"))
    where = f"experiment {name}"
    typed: dict[str, str] = {}
    for path, value in _leaves(tree, ""):
        key = path.removeprefix(f"{_PARAMS}.")
        if key in typed:
            raise ConfigError(f"{where}: {key} stands twice")
        typed[key] = _as_typed(key, value, where, folder)
    return typed


def write_study(path: Path, typed: Mapping[str, str]) -> None:
    """Write what was typed as a study, with the versions of what it was run with."""
    made = ", ".join(f"{name} {number}" for name, number in versions().items())
    head = f"# python -m sim experiment={STORED}\n# Run with code {code_hash()[:12]}, {made}.\n"
    said = {key: raw for key, raw in typed.items() if key not in ("output", "experiment")}
    text = "".join(f"{key}: {as_json(raw)}\n" for key, raw in said.items())  # YAML reads it, too
    with replacing(path) as unfinished:
        unfinished.write_text(head + text, "utf-8")


def _leaves(tree: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    """Yield each value of a tree by its key with dots."""
    for name, value in tree.items():
        key = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from _leaves(as_mapping(value, key), f"{key}.")
        else:
            yield key, value


def _as_typed(key: str, value: Any, where: str, folder: Path | None) -> str:
    """Return a value of a file as it would be typed."""
    if isinstance(value, list) and not value and key.rpartition(".")[2] not in _LISTS:
        raise ConfigError(f"{where}: {key}: an empty list; there is nothing to sweep over")
    if key == "plugins" and not str(value).startswith("["):
        return _written([_plugin(value, folder)])
    if key == "plugins" and isinstance(value, list):
        return _written([_plugin(each, folder) for each in value])
    if key in NAMING:
        values = value if isinstance(value, list) else [value]
        return ",".join(
            _named(key, each, where, folder, several=len(values) > 1) for each in values
        )
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return _written(value)
    if key.rpartition(".")[2] in _LISTS and not any(isinstance(each, list) for each in value):
        return _written(value)
    return f"choice({','.join(map(_written, value))})"


def _plugin(name: Any, folder: Path | None) -> Any:
    """Return a module of rules from outside as it is typed; one beside the study with its path."""
    if folder is None or not isinstance(name, str):
        return name
    beside = folder / (name if name.endswith(".py") else f"{name}.py")
    return str(beside) if beside.is_file() else name


def _named(key: str, name: Any, where: str, folder: Path | None, *, several: bool) -> str:
    """Return a name as it is typed; a file beside the study with its path."""
    if name is None:
        return "null"
    if not isinstance(name, str):
        raise ConfigError(f"{where}: {key}: a name or a file is needed, not {shown(name)}")
    beside = folder and folder / name
    if beside and beside.is_file():
        return quoted(str(beside))
    return quoted(name) if several else name


def quoted(name: str) -> str:
    """Return a name or file as it is typed, in quotes where it would be read as several."""
    if "," not in name and name[:1] not in ("'", '"'):
        return name
    return "'" + name.replace("'", "''") + "'"


def _written(value: object) -> str:
    """Return a value in Hydra's grammar."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, Mapping):
        inner = ",".join(f"{key}:{_written(each)}" for key, each in value.items())
        return f"{{{inner}}}"
    if isinstance(value, datetime.date):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
