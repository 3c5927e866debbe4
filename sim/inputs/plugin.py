"""Plug-ins as files: a Python module of the user's that registers rules of its own.

A plug-in is one file. Its text travels with the case that names it, so that whoever runs the case
has it: another process, or a machine that shares no disk. What it registers is put in force by
``region.plugins``.
"""

import ast
import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path

from sim.core.errors import ConfigError, closest

_PACKAGE = __name__.partition(".")[0]

type Names = Sequence[str | Path] | str | Path | None


@dataclass(frozen=True)
class Plugin:
    """A module of the user's.

    Attributes:
        name: The name of the module.
        sha256: The hash of its text.
        source: Its text.
    """

    name: str
    sha256: str
    source: str = field(repr=False)

    @property
    def words(self) -> str:
        """Its name, with the beginning of its hash."""
        return f"{self.name} (sha256 {self.sha256[:12]})"


def sha256_of(source: str) -> str:
    """Return the hash of a plug-in's text."""
    return hashlib.sha256(source.encode()).hexdigest()


def read_plugins(names: Names) -> tuple[Plugin, ...]:
    """Return plug-ins by the names of their modules or the paths of their files, in that order.

    A module is looked for in the current folder, then where Python looks.

    Raises:
        ConfigError: If one is not found, is no file of Python in UTF-8, or imports a file beside it
            that is not named before it.
    """
    asked = [names] if isinstance(names, str | Path) else names or ()
    if not isinstance(asked, list | tuple):
        raise ConfigError(f"plugins: names of modules, or paths of their files, not {names!r}")
    found: dict[str, Plugin] = {}
    for name in asked:
        path = _path(name)
        plugin = _read(path, str(name))
        if found.setdefault(plugin.name, plugin) != plugin:
            raise ConfigError(f"plugins: two files are called {plugin.name}.py; rename one")
        for other in _imports(plugin):
            if other not in found and _is_own(path.parent, other):
                raise ConfigError(
                    f"plug-in {plugin.name}: it imports {other}, which lies beside it and would "
                    f"not travel with it: name it before, as in plugins=[{other},{plugin.name}]"
                )
    return tuple(found.values())


def _path(name: object) -> Path:
    """Return where the file of a plug-in is."""
    if not isinstance(name, str | Path) or not str(name):
        raise ConfigError(f"plugins: names of modules, or paths of their files, not {name!r}")
    text = str(name)
    if text.endswith(".py") or os.sep in text:
        path = Path(text).expanduser()
        if not path.is_file():
            raise ConfigError(f"plug-in {text}: there is no such file")
        return path
    here = [path.stem for path in Path().glob("*.py")]
    spec = PathFinder.find_spec(text, [str(Path.cwd()), *sys.path]) if text.isidentifier() else None
    if spec is None:
        raise ConfigError(
            f"plug-in {text}: no {text}.py in this folder nor where Python looks for modules; a "
            f"file elsewhere is given by its path.{closest(text, here)}"
        )
    if spec.submodule_search_locations is not None or not str(spec.origin).endswith(".py"):
        raise ConfigError(f"plug-in {text}: a plug-in is one file of Python, no package")
    return Path(str(spec.origin))


def _is_own(folder: Path, module: str) -> bool:
    """Return whether a module is a file of the user's in a folder, and none that is installed."""
    installed = {"site-packages", "dist-packages"} & set(folder.resolve().parts)
    if module == _PACKAGE or module in sys.stdlib_module_names or installed:
        return False
    return (folder / f"{module}.py").exists() or (folder / module / "__init__.py").exists()


def _read(path: Path, name: str) -> Plugin:
    if not path.stem.isidentifier() or path.suffix != ".py":
        raise ConfigError(
            f"plug-in {name}: its file is to be called NAME.py, NAME of letters, digits and _"
        )
    try:
        source = path.read_bytes().decode()
    except OSError as error:
        raise ConfigError(f"plug-in {name}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"plug-in {name}: its file is not UTF-8") from None
    return Plugin(path.stem, sha256_of(source), source)


def _imports(plugin: Plugin) -> Iterator[str]:
    """Yield the first parts of the names of the modules that a plug-in imports."""
    try:
        tree = ast.parse(plugin.source.encode())
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        reason = getattr(error, "msg", None) or error
        raise ConfigError(f"plug-in {plugin.name}{where}: it is no Python: {reason}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            raise ConfigError(
                f"plug-in {plugin.name}, line {node.lineno}: a plug-in is one file, no part of a "
                "package: no import with a dot before it"
            )
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
