"""Tables as struct of arrays: columns are declared once, rows are appended and never move.

    class Firms(Table):
        revenue: Floats = column(np.float64, "million CNY a year", "market")

A row number is where somebody is stored; it stays the same within a run, but differs between
scenarios. Who somebody is, is the 64-bit ``id`` column, which every table has.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Rows
from sim.core.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Column:
    """One declared column.

    Attributes:
        name: Its name.
        unit: Its unit, in words.
        dtype: Its NumPy type.
        owners: The processes that may change it; ``population`` may set it at the start.
        default: The value of a new row that does not say otherwise.
        width: How many numbers stand in one cell; 0 for one plain number.
    """

    name: str
    unit: str
    dtype: Any
    owners: tuple[str, ...]
    default: float = 0
    width: int = 0


def column(dtype: type, unit: str, *owners: str, default: float = 0, width: int = 0) -> Any:
    """Declare a column of a table's class; its name is the attribute's."""
    return Column(name="", unit=unit, dtype=dtype, owners=owners, default=default, width=width)


def among(size: int, numbers: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return for each whole number below a size whether it occurs; -1 is nowhere."""
    found = np.zeros(size + 1, np.bool_)
    found[numbers] = True
    return found[:-1]


class Table:
    """Columns of equal length, each reached as an attribute: ``firms.revenue``.

    An attribute is a view on the rows in use: writing into it writes into the table.
    """

    name: ClassVar[str]
    columns: ClassVar[dict[str, Column]]
    size: int
    _capacity: int
    _data: dict[str, NDArray[Any]]

    def __init_subclass__(cls) -> None:
        """Take the declared columns, so that an attribute of that name is a table's data."""
        declared = {name: c for name, c in vars(cls).items() if isinstance(c, Column)}
        cls.name = cls.__name__.lower()
        cls.columns = {name: replace(column, name=name) for name, column in declared.items()}
        for name in declared:
            delattr(cls, name)

    def __init__(self, capacity: int = 64) -> None:
        """Make an empty table."""
        self.__dict__["size"] = 0
        self.__dict__["_capacity"] = capacity
        self.__dict__["_data"] = {c.name: self._blank(c, capacity) for c in self.columns.values()}

    @staticmethod
    def _blank(column: Column, capacity: int) -> NDArray[Any]:
        shape = (capacity, column.width) if column.width else capacity
        return np.full(shape, column.default, column.dtype)

    def __getattr__(self, name: str) -> NDArray[Any]:
        """Return the rows in use of a column, and keep the view until rows are added."""
        try:
            view: NDArray[Any] = self.__dict__["_data"][name][: self.size]
        except KeyError:
            raise AttributeError(f"table '{self.name}' has no column '{name}'") from None
        self.__dict__[name] = view
        return view

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse to replace a column: write into it instead."""
        raise AttributeError(f"write into {self.name}.{name}[rows], do not replace the column")

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.size

    def add(self, ids: NDArray[np.uint64], **values: Any) -> Rows:
        """Append one row per id and return their row numbers.

        Raises:
            DataError: If a value belongs to no declared column.
        """
        strange = set(values) - set(self.columns)
        if strange:
            raise DataError(f"table '{self.name}' has no column {sorted(strange)}")
        first, last = self.size, self.size + ids.size
        if last == first:
            return np.arange(first, last)
        if last > self._capacity:
            self._grow(max(last, self._capacity * 3 // 2))
        self._data["id"][first:last] = ids
        for name, value in values.items():
            self._data[name][first:last] = value
        self.__dict__["size"] = last
        for name in self.columns:
            self.__dict__.pop(name, None)
        return np.arange(first, last)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out views that are kept: copied, they would be views no more."""
        return {name: self.__dict__[name] for name in ("size", "_capacity", "_data")}

    def copy(self) -> Self:
        """Return a table with the same rows, which nothing that is written here reaches."""
        other = type(self)(0)
        other.__dict__["size"] = self.size
        other.__dict__["_capacity"] = self._capacity
        other.__dict__["_data"] = {name: data.copy() for name, data in self._data.items()}
        return other

    def _grow(self, capacity: int) -> None:
        for column in self.columns.values():
            larger = self._blank(column, capacity)
            larger[: self.size] = self._data[column.name][: self.size]
            self._data[column.name] = larger
        self.__dict__["_capacity"] = capacity
