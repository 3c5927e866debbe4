"""The careful reading of the YAML that all data stand in.

A plan, a city, a mix and a sheet of numbers are mappings in a YAML file. ``read_tree`` reads one
file, ``read_folder`` all of a folder of ``configs``; ``Entry`` reads one mapping key by key.
Whatever is wrong becomes a ConfigError that says where it is, what stands there and what may stand
there.
"""

import datetime
import hashlib
import json
import os
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from sim.core.errors import ConfigError, closest, unknown
from sim.core.home import cache, configs
from sim.core.units import Unit

LONGEST = 80  # characters of a wrong text that a message repeats
_DEEPEST = 10_000  # brackets in a file, and signs in a line
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
# What readers of CSV files take for nothing, or for yes and no.
_NOT_NAMES = ("na", "nan", "null", "true", "false")
_NAME = re.compile(r"\w[\w.,~+=-]*")
_DATED = "by"  # the key at which a date stands
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")  # 1,000
_PERCENT = re.compile(r"[-+]?[0-9.]+ *[%‰]")
_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]")  # as a Chinese keyboard types them
_MISTYPED = re.compile("^ *[^ '\":#]+?(：)|^ *(\u3000)|:(\u3000)")  # between key and value
_ILLEGIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FULL_WIDTH_KEY = re.compile("(?:^|\\s)([a-z_.]+\\s*：)")


# Files


def names_in(folder: str) -> list[str]:
    """Return the names of the files of one folder of ``configs``, sorted."""
    return sorted(path.stem for path in (configs() / folder).glob("*.yaml"))


def read_tree(folder: str, name_or_path: str | Path) -> dict[str, Any]:
    """Return the mapping in a YAML file, given by its name in ``configs`` or by its path.

    Raises:
        ConfigError: If there is no such file, or it does not hold one plain mapping.
    """
    path = _find(folder, name_or_path)
    return _tree(_content(path), str(path), folder)


def read_file(path: Path, thing: str) -> dict[str, Any]:
    """Return the mapping in a YAML file that no folder of ``configs`` knows.

    Args:
        path: The file.
        thing: What it should hold, for errors.

    Raises:
        ConfigError: If there is no such file, or it does not hold one plain mapping.
    """
    if _is(Path.is_dir, path):
        raise ConfigError(f"{path}: it is a folder; the file of a {thing} is needed")
    if not _is(Path.exists, path):
        near = closest(path.name, (other.name for other in path.parent.glob("*.yaml")))
        raise ConfigError(f"no {thing} '{path}': there is no such file.{near}")
    return _tree(_content(path), str(path), thing)


def read_folder(folder: str) -> dict[str, dict[str, Any]]:
    """Return the mappings in all files of a folder of ``configs``, by name.

    What was parsed is kept in the user's cache under a hash of all it was parsed from, since
    reading it from there takes a tenth of the time.

    Raises:
        ConfigError: If a file does not hold one plain mapping.
    """
    paths = {name: configs() / folder / f"{name}.yaml" for name in names_in(folder)}
    contents = {name: _content(path) for name, path in paths.items()}
    place = _place(contents)
    trees = place and _kept(place)
    if not trees:
        trees = {name: _tree(contents[name], str(path), folder) for name, path in paths.items()}
        if place:
            _keep(trees, place)
    return trees


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _tree(content: bytes, where: str, thing: str) -> dict[str, Any]:
    tree = _parsed(_decoded(content, where), where)
    if tree is None:
        raise ConfigError(f"{where}: the file is empty; a {thing} is needed")
    return as_mapping(tree, where)


def _place(contents: Mapping[str, bytes]) -> Path | None:
    """Return where the trees of these files are kept; the rules of reading count, too."""
    folder = cache("read")
    total = hashlib.blake2b(Path(__file__).read_bytes(), digest_size=16)
    for name, content in contents.items():
        total.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return folder and folder / f"{total.hexdigest()}.json"


def _kept(place: Path) -> dict[str, dict[str, Any]] | None:
    """Return what is kept; None where there is nothing, or something damaged."""
    with suppress(OSError, ValueError):
        seal, _, text = place.read_bytes().partition(b"\n")
        if seal == _seal(text):
            trees: dict[str, dict[str, Any]] = json.loads(text)
            return trees
    return None


def _keep(trees: dict[str, dict[str, Any]], place: Path) -> None:
    """Keep trees, whole or not at all, where JSON gives back the same and the folder takes it."""
    with suppress(OSError, TypeError, ValueError):
        text = json.dumps(trees).encode()
        if json.loads(text) != trees:
            return
        handle, unfinished = tempfile.mkstemp(dir=place.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_seal(text) + b"\n" + text)
            Path(unfinished).replace(place)
        finally:
            Path(unfinished).unlink(missing_ok=True)


def _seal(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).hexdigest().encode()


def _find(folder: str, name_or_path: str | Path) -> Path:
    if not isinstance(name_or_path, str | Path):
        raise ConfigError(f"{folder}: a name or a file is needed, not {shown(name_or_path)}")
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and name_or_path in names_in(folder):
        return configs() / folder / f"{name_or_path}.yaml"
    if _is(Path.is_file, path):
        return path
    known = names_in(folder)
    raise ConfigError(
        f"no {folder} '{name_or_path}': neither a known name nor a file; "
        f"known: {', '.join(known)}.{closest(path.stem, known)}"
    )


def _is(question: Callable[[Path], bool], path: Path) -> bool:
    """Return what holds of a path; nothing does of one too long for a file."""
    with suppress(OSError):
        return question(path)
    return False


def _decoded(content: bytes, where: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{where}: byte {error.start} (0x{content[error.start]:02x}, line {line}) is not "
            "UTF-8; the file was probably saved in another encoding, such as GBK: save it as UTF-8"
        ) from None
    for number, row in enumerate(text.splitlines(), start=1):
        if "\t" in row:
            raise ConfigError(f"{where}: line {number} holds a tab; YAML is indented with spaces")
    return text


class _Loader(yaml.CSafeLoader):
    """A safe loader that refuses a key that stands twice, and what is not as it looks."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping of a node."""
        seen: set[str] = set()
        for key, value in node.value:
            if key.tag.endswith(":merge"):
                raise _refused(key, "'<<' is not read; say each key where it holds")
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _refused(key, f"the key '{key.value}' stands twice")
                seen.add(key.value)
                if sign := _FULL_WIDTH.search(key.value):
                    raise _refused(key, f"the key '{key.value}' holds {_full_width(sign[0])}")
                if value.tag.endswith(":timestamp") and key.value != _DATED:
                    raise _refused(
                        value,
                        f"'{value.value}' is a date, and {key.value} has none; a text stands in "
                        "quotes",
                    )
        return super().construct_mapping(node, deep=deep)


def _refused(node: yaml.Node, why: str) -> ConfigError:
    return ConfigError(f"line {node.start_mark.line + 1}: {why}")


def _full_width(sign: str) -> str:
    """Return what a sign is that a Chinese keyboard types, and what is meant."""
    meant = unicodedata.normalize("NFKC", sign)
    return f"the full-width sign '{sign}' (U+{ord(sign):04X}); type '{meant}'"


def _plain_number(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    """Return a number written as people write it; YAML 1.1 would take 010 for 8 and 1:30 for 90."""
    if _WHOLE.fullmatch(node.value):
        return int(node.value)
    if _DECIMAL.fullmatch(node.value):
        return float(node.value)
    raise _refused(node, f"'{node.value}' is no plain number: {_AS_NUMBER}")


_AS_NUMBER = "write it like 100, 0.5 or 1.0e+5, or put it in quotes if it is a text"


def _text(loader: _Loader, node: yaml.ScalarNode) -> str | float:
    """Return a text; what is a number to people is one, or refused where it can be read twice."""
    value: str = node.value
    if node.style:  # in quotes, or a block
        return value
    if _DECIMAL.fullmatch(value):
        return float(value)  # 5e-2, which is a text to YAML 1.1
    if _GROUPED.fullmatch(value):
        raise _refused(
            node,
            f"'{value}': a number has no commas: {_AS_NUMBER}; several are a list, [1, 2]",
        )
    if _PERCENT.fullmatch(value):
        raise _refused(
            node, f"'{value}': a number has no sign of percent; 5 % of all is 0.05: {_AS_NUMBER}"
        )
    if (sign := _FULL_WIDTH.search(value)) and _is_number(unicodedata.normalize("NFKC", value)):
        raise _refused(node, f"'{value}' holds {_full_width(sign[0])}, or put a text in quotes")
    if node.end_mark.line > node.start_mark.line and (key := _FULL_WIDTH_KEY.search(value)):
        line = f"between lines {node.start_mark.line + 1} and {node.end_mark.line + 1}"
        raise ConfigError(f"{line}: '{key[1]}' holds {_full_width('：')}, or put a text in quotes")
    return value


def _is_number(text: str) -> bool:
    return any(kind.fullmatch(text.strip()) for kind in (_DECIMAL, _GROUPED, _PERCENT))


for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _plain_number)
_Loader.add_constructor("tag:yaml.org,2002:str", _text)


def _parsed(text: str, where: str) -> object:
    # The loader in C is ten times faster, but knows no limit but its stack; no text is nested
    # deeper than it has brackets, or a line columns.
    if text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0) > _DEEPEST:
        raise ConfigError(f"{where}: holds a value that YAML cannot read: nested too deeply")
    try:
        tree = yaml.load(text, Loader=_Loader)  # a safe loader
        json.dumps(tree, default=str, skipkeys=True)  # refuses what holds itself
        return tree
    except yaml.constructor.ConstructorError as error:
        raise ConfigError(f"{where}: {_position(error)}{error.problem}: plain YAML only") from None
    except yaml.MarkedYAMLError as error:
        hint = _hint(text, error)
        raise ConfigError(f"{where}: not YAML: {_position(error)}{error.problem}{hint}") from None
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # e.g. a 31st of February
        raise ConfigError(f"{where}: holds a value that YAML cannot read: {error}") from None


def _position(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def _hint(text: str, error: yaml.MarkedYAMLError) -> str:
    """Return where a full-width colon or space may be why a text is no YAML."""
    marks = [mark.line for mark in (error.context_mark, error.problem_mark) if mark]
    rows = text.splitlines()
    for line in range(min(marks, default=0), min(max(marks, default=-1) + 1, len(rows))):
        if sign := _MISTYPED.search(rows[line]):
            return f"; line {line + 1} holds {_full_width(sign[sign.lastindex or 0])}"
    return ""


# Entries


def shown(value: object) -> str:
    """Return a value as an error message shows it: what it is, and the value."""
    if isinstance(value, bool):
        return f"the yes/no value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text '{value if len(value) <= LONGEST else value[:LONGEST] + '…'}'"
    if isinstance(value, datetime.date):
        return f"the date {value}"
    if isinstance(value, Mapping):
        return "a mapping"
    return "nothing" if value is None else f"a {type(value).__name__}"


def as_mapping(value: object, where: str) -> dict[str, Any]:
    """Return a mapping with text keys.

    Raises:
        ConfigError: If the value is anything else.
    """
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: a mapping (key: value) is needed, not {shown(value)}")
    for key in value:
        if not isinstance(key, str):
            raise ConfigError(f"{where}: a key is a text, not {shown(key)}; put it in quotes")
    return dict(value)


def legible(text: str, where: str) -> str:
    """Return a text that can be drawn and written into any file.

    Raises:
        ConfigError: If it holds a character that no page may hold.
    """
    if sign := _ILLEGIBLE.search(text):
        raise ConfigError(
            f"{where}: the text holds the character U+{ord(sign[0]):04X}, which no page can show; "
            "leave it out"
        )
    return text


def as_name(value: str, where: str) -> str:
    """Return a name that may head a column or a folder: letters, digits and some signs.

    Raises:
        ConfigError: If it holds anything else.
    """
    if not _NAME.fullmatch(value):
        raise ConfigError(
            f"{where}: the name '{value}' may hold only letters, digits and . , _ ~ + = -, "
            "and starts with a letter or digit"
        )
    if _is_read_otherwise(value):
        raise ConfigError(
            f"{where}: the name '{value}' would be read back from a table as a number or as "
            "nothing; give another"
        )
    return value


def _is_read_otherwise(name: str) -> bool:
    """Return whether a reader of CSV files takes a name for a number, for yes or no, or nothing."""
    if name.lower() in _NOT_NAMES or name == "None":
        return True
    with suppress(ValueError):
        float(name)
        return True
    return False


class Entry:
    """One mapping of a file, read key by key."""

    def __init__(self, tree: object, where: str, keys: Collection[str]) -> None:
        """Take a mapping that may hold certain keys.

        Raises:
            ConfigError: If it is no mapping or holds another key.
        """
        self.where = where
        self.tree = as_mapping(tree, where)
        for key in self.tree:
            if key not in keys:
                raise unknown(where, "key", key, keys)

    def has(self, key: str) -> bool:
        """Return whether something stands at a key."""
        return self.tree.get(key) is not None

    def wrong(self, key: str, needed: str) -> ConfigError:
        """Return the error for a value that cannot stand at a key."""
        return ConfigError(f"{self.where}.{key}: {needed}, not {shown(self.tree[key])}")

    def value(self, key: str) -> Any:
        """Return what stands at a key that must not be left out."""
        if not self.has(key):
            raise ConfigError(f"{self.where}: '{key}' is missing")
        return self.tree[key]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it is needed and must not be empty."""
        if default is not None and not self.has(key):
            return default
        value = self.value(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a text is needed (put it in quotes)")
        if default is None and not value.strip():
            raise ConfigError(f"{self.where}: '{key}' is empty")
        return legible(value, f"{self.where}.{key}")

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """Return a text that is one of the known ones."""
        value = self.text(key, default)
        if value not in known:
            raise unknown(self.where, key, value, (word for word in known if word))
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return yes or no."""
        value = self.tree.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "yes or no is needed")
        return default if value is None else value

    def number(self, key: str) -> float:
        """Return a finite number."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "a number is needed (no quotes; a large one like 1.0e+5)")
        if not abs(value) <= sys.float_info.max:  # false for NaN, too
            raise self.wrong(key, "a finite number is needed")
        return float(value)

    def amount(self, key: str, unit: str) -> float:
        """Return a number from 0 on; a share is at most 1."""
        value = self.number(key)
        if value < 0:
            raise self.wrong(key, f"an amount from 0 on is needed ({unit})")
        if unit.startswith("share") and value > 1:
            raise self.wrong(key, f"a share from 0 to 1 is needed ({unit}; 5 percent is 0.05)")
        return value

    def within(self, key: str, unit: Unit) -> float:
        """Return a number that can be in a unit."""
        value = self.number(key)
        if not unit.holds(value):
            raise self.wrong(key, f"{unit.reach} is needed ({unit.name})")
        return value

    def words(self, key: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """Return the texts of a list, or of one text with semicolons; none if left out."""
        value = self.tree.get(key)
        listed = value.split(";") if isinstance(value, str) else value or []
        if not isinstance(listed, list | tuple):
            raise self.wrong(key, "a list of texts is needed")
        for word in listed:
            if not isinstance(word, str):
                raise ConfigError(f"{self.where}.{key}: a text is needed, not {shown(word)}")
            if known is not None and word and word not in known:
                raise unknown(self.where, key, word, known)
            legible(word, f"{self.where}.{key}")
        return tuple(word for word in listed if word)

    def entries(self, key: str) -> Iterator[tuple[str, object, str]]:
        """Yield name, tree and place of each entry of a mapping by name."""
        where = f"{self.where}: {key}"
        for name, tree in as_mapping(self.value(key), where).items():
            yield as_name(name, where), tree, f"{where}.{name}"
