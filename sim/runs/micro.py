"""Micro-data: the firms, organisations, contracts and projects of some replicates, for estimators.

Firms and organisations are panels: a row per quarter and living firm (or organisation that is not
closed), the moment before the first quarter included. Contracts and projects have a row each, with
all that the tables hold at the end: those of the year before the start, and projects under way
then, too. Columns are the tables' own. A row number, which holds for one run only, becomes the id
of whoever stands there; a code becomes a word, a quarter is written like 2019Q1, and where there
is nobody or no date the cell is null. The unit of a column stands in its field's metadata.

A group of rows is a quarter, so that memory holds no more than that.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sim.core.arrays import Rows
from sim.core.quarter import label
from sim.core.tables import Column, Table
from sim.inputs.city import City
from sim.inputs.codes import HOSTS, KIND_NAMES, LEVELS
from sim.processes.subsidy_response import reported_rd
from sim.runs import archives
from sim.state import ties
from sim.state.columns import BODIES, CLOSED, PROJECT_KINDS
from sim.state.kene import PER_FIELD
from sim.state.state import State

# Columns that hold row numbers, and the table whose rows they are.
_REFERENCES = {
    "partner": "organisations",
    "ally": "organisations",
    "carrier": "organisations",
    "visitor": "organisations",
    "origin": "organisations",
    "host_firm": "firms",
    "host_body": "organisations",
    "firm": "firms",
    "organisation": "organisations",
    "buyer": "firms",
    "seller": "organisations",
    "seller_firm": "firms",
    "service": "organisations",
}
_WORDS: dict[str, tuple[str | None, ...]] = {
    "organisations.kind": (*KIND_NAMES, *BODIES),
    "organisations.level": LEVELS,
    "organisations.status": ("building", "active", "closed"),
    "organisations.host_class": HOSTS,
    "organisations.grade": (None, "A", "B", "C", "D"),
    "projects.kind": PROJECT_KINDS,
    "projects.phase": ("first half", "second half", "over", "stopped"),
}
_SELLERS = ("outsider", "firm", "organisation")  # of the row numbers -2, -1, and 0 on
# Where the unit in the tables does not say what stands here.
_UNITS = {
    "origin": "organisation whose result it was founded for, id; null for none",
    "seller": "organisation, id; null for a firm or an outsider: see seller_class",
    "seller_firm": "firm, id; null for an organisation or an outsider: see seller_class",
    "cluster": "name; null for all",
    "district": "name",
    "field": "WIPO field 1-35",
    "known": "firms and organisations that it remembers, ids",
    "capabilities": f"capability numbers; n // {PER_FIELD} + 1 is the WIPO field",
    "platforms": "kinds of the platforms it hosts",
    "plan": "name",
    "policy": "name",
    "replicate": "number",
}
_Cells = tuple[Any, str]  # an Arrow array and its unit


class Panels:
    """The tables of one replicate, while it runs."""

    def __init__(self, plan: str, policy: str, replicate: int) -> None:
        """Begin with nothing noted."""
        self._replicate = replicate
        self._keys = {"plan": plan, "policy": policy, "replicate": replicate}
        self._state: State | None = None
        self._files = {name: _File() for name in archives.TABLES}

    def note(self, state: State) -> None:
        """Remember this moment: the first one is that before the first quarter."""
        when = state.quarter - (self._state is None)
        self._state = state
        firms, table = state.firms, state.organisations
        keys = {**self._keys, "quarter": label(when)}
        living = np.flatnonzero(firms.alive)
        self._files["firms"].add(_firms(state, living, keys))
        present = np.flatnonzero(table.status != CLOSED)
        self._files["organisations"].add(_table(state, table, present, keys, {}))

    def save(self, folder: Path) -> None:
        """Write all tables as the replicate's archive in a combination's folder."""
        state = self._state
        assert state is not None
        self._files["contracts"].add(_contracts(state, self._keys))
        everything = np.arange(len(state.projects))
        self._files["projects"].add(_table(state, state.projects, everything, self._keys, {}))
        contents = {name: file.content() for name, file in self._files.items()}
        archives.save(folder, self._replicate, contents)


class _File:
    """A parquet file that grows in memory, a group of rows at a time."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._writer: Any = None

    def add(self, table: Any) -> None:
        self._writer = self._writer or archives.writer(self._buffer, table.schema)
        self._writer.write_table(table)

    def content(self) -> memoryview:
        self._writer.close()
        return self._buffer.getbuffer()


# Tables


def _firms(state: State, rows: Rows, keys: dict[str, Any]) -> Any:
    firms = state.firms
    return _table(
        state,
        firms,
        rows,
        keys,
        {
            "high_tech": (
                pa.array(firms.high_tech_until[rows] > state.quarter),
                "yes/no: its high-tech status is valid",
            ),
            "rd_reported": (
                pa.array(reported_rd(state)[rows]),
                "million CNY a year: real, relabelled and padded",
            ),
            "stands_for": (pa.array(np.full(rows.size, state.weight)), "real firms"),
        },
    )


def _contracts(state: State, keys: dict[str, Any]) -> Any:
    table = state.contracts
    weight = np.where(table.transfer, 1.0, state.weight)
    seller = np.minimum(table.seller, 0) + 2
    return _table(
        state,
        table,
        np.arange(len(table)),
        keys,
        {
            "seller_class": (_named(_SELLERS, seller), _one_of(_SELLERS)),
            "stands_for": (pa.array(weight), "real contracts"),
        },
    )


def _table(
    state: State, table: Table, rows: Rows, keys: dict[str, Any], more: dict[str, _Cells]
) -> Any:
    """Return rows of a table: the keys, the declared columns, and more."""
    columns: dict[str, _Cells] = {
        name: (pa.array([value] * rows.size, pa.scalar(value).type), _UNITS.get(name, name))
        for name, value in keys.items()
    }
    for name, column in table.columns.items():
        if name not in ("alive", "dealt"):  # all who are here are; see known
            columns[name] = _translated(state, table, column, rows)
    columns |= more
    fields = [
        pa.field(name, cells.type, metadata={"unit": unit})
        for name, (cells, unit) in columns.items()
    ]
    schema = pa.schema(
        fields, metadata=_for_pandas(name for name in columns if name in _REFERENCES)
    )
    return pa.table([cells for cells, _ in columns.values()], schema=schema)


def _for_pandas(names: Iterator[str]) -> dict[bytes, bytes]:
    """Return the note by which pandas reads ids that may be null as whole numbers, not floats."""
    empty = pd.DataFrame({name: pd.Series(dtype="UInt64") for name in names})
    return dict(pa.Schema.from_pandas(empty, preserve_index=False).metadata)


def _translated(state: State, table: Table, column: Column, rows: Rows) -> _Cells:
    """Return a declared column as others can read it, and its unit."""
    name, values = column.name, _values(state, table, column.name, rows)
    unit = _UNITS.get(name, column.unit)
    words = _city_words(state.city).get(name) or _WORDS.get(f"{table.name}.{name}")
    if words:
        return _named(words, values), _UNITS.get(name) or _one_of(words)
    if name in _REFERENCES:
        unit = unit.replace("row", "id").replace("-1 for none", "null for none")
        return _ids(getattr(state, _REFERENCES[name]), values), unit
    if unit.startswith("quarter"):
        return _quarters(values), unit.replace("0 for", "null for")
    if name == "known":
        return _counterparts(state, rows), unit
    if name == "platforms":
        return _hosted(values), unit
    if column.width:
        return _lists(values, values >= 0), unit
    return pa.array(values), unit


def _values(state: State, table: Table, name: str, rows: Rows) -> NDArray[Any]:
    values = getattr(table, name)[rows]
    if name == "field":
        return np.asarray(values + 1)  # WIPO counts from 1
    if name == "origin":
        return _follow(state.results.owner, values, -1)
    if name in ("level", "host_class"):  # of platforms alone: bodies have neither
        return np.where(table.kind[rows] < len(KIND_NAMES), values, -1)
    return np.asarray(values)


def _city_words(city: City) -> dict[str, tuple[str | None, ...]]:
    return {
        "district": tuple(city.districts),
        "cluster": tuple(cluster.id for cluster in city.clusters),
    }


def _follow(target: NDArray[Any], rows: NDArray[Any], nobody: int) -> NDArray[Any]:
    """Return what stands in other rows; ``nobody`` for a negative row number."""
    found = np.full(rows.size, nobody, target.dtype)
    found[rows >= 0] = target[rows[rows >= 0]]
    return found


def _ids(table: Table, rows: NDArray[Any]) -> Any:
    return pa.array(_follow(table.id, rows, 0), mask=rows < 0)


def _counterparts(state: State, rows: Rows) -> Any:
    """Return lists of the ids of whom firms remember, firms and organisations alike."""
    whom = state.remembered(rows)
    organisation = ties.of_organisation(np.minimum(whom, -2))
    ids = np.where(whom >= 0, _at(state.firms, whom), _at(state.organisations, organisation))
    return _lists(ids, whom != ties.NOBODY)


def _at(table: Table, rows: Rows) -> NDArray[np.uint64]:
    """Return the ids of rows, and of a row that there is not some number."""
    return np.append(table.id, np.uint64(0))[np.clip(rows, -1, len(table))]


def _named(words: Sequence[str | None], codes: NDArray[Any]) -> Any:
    return pa.array(words, pa.string()).take(pa.array(codes, mask=codes < 0))


def _one_of(words: Sequence[str | None]) -> str:
    return "one of " + ", ".join(word for word in words if word)


def _quarters(values: NDArray[Any]) -> Any:
    known, at = np.unique(values, return_inverse=True)
    return _named([label(int(quarter)) if quarter else None for quarter in known], at)


def _hosted(bits: NDArray[Any]) -> Any:
    known, at = np.unique(bits, return_inverse=True)
    names = [
        [name for code, name in enumerate(KIND_NAMES) if int(mask) >> code & 1] for mask in known
    ]
    return pa.array(names, pa.list_(pa.string())).take(pa.array(at))


def _lists(values: NDArray[Any], used: NDArray[np.bool_]) -> Any:
    """Return lists of what is used of each row."""
    ends = np.concatenate(([0], np.cumsum(used.sum(axis=1))))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(values[used]))
