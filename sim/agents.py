"""Windows on table rows: what a Mesa user sees of firms and organisations.

A window reads its row when it is asked: ``firm.revenue``, ``platform.level``. Windows are made when
``region.agents`` is read and are held by the region for that step; a window kept longer shows the
row as it is then.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.kinds import KIND_CODE, KIND_NAMES, LEVELS
from sim.state import ACTIVE, BODIES, BODY_CODE, CLOSED
from sim.tables import Table

if TYPE_CHECKING:
    from sim.region import Region


class Window(mesa.Agent):
    """One row of a table; its columns are its attributes.

    Attributes:
        table: The table.
        row: The row number, which holds for this run only; ``id`` is the identity.
    """

    def __init__(self, model: "Region", table: Table, row: int) -> None:
        """Open a window on a row."""
        super().__init__(model)
        self.table = table
        self.row = row
        self.unique_id = int(table.id[row])

    def __getattr__(self, name: str) -> Any:
        """Return the value of a column in this row."""
        table = self.__dict__.get("table")
        if table is None or name not in table.columns:
            raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")
        value = getattr(table, name)[self.__dict__["row"]]
        return value.copy() if isinstance(value, np.ndarray) else value.item()


class Firm(Window):
    """A firm; money in million CNY a year."""

    @property
    def high_tech(self) -> bool:
        """Whether its high-tech status is valid now."""
        return bool(self.high_tech_until > self.model.state.quarter)


class Organisation(Window):
    """A university, a hospital, a public body or a platform of any kind."""

    @property
    def kind_name(self) -> str:
        """The name of its kind."""
        return (*KIND_NAMES, *BODIES)[int(self.kind)]

    @property
    def level_name(self) -> str:
        """The name of its level."""
        return LEVELS[self.level]

    @property
    def active(self) -> bool:
        """Whether it is in operation."""
        return bool(self.status == ACTIVE)


class University(Organisation):
    """A university."""


class Platform(Organisation):
    """A platform of any kind."""


class Institute(Platform):
    """A new-type R&D institution (新型研发机构)."""


class Incubator(Platform):
    """An incubator or a makerspace."""


_CLASSES: dict[int, Callable[..., Organisation]] = {
    **dict.fromkeys(range(len(KIND_NAMES)), Platform),
    KIND_CODE["institute"]: Institute,
    KIND_CODE["incubator"]: Incubator,
    KIND_CODE["makerspace"]: Incubator,
    BODY_CODE["university"]: University,
}


def windows(model: "Region") -> list[Window]:
    """Return windows on all living firms and all organisations of the city that are not closed."""
    state = model.state
    table = state.organisations
    found: list[Window] = [
        Firm(model, state.firms, row) for row in np.flatnonzero(state.firms.alive).tolist()
    ]
    here = (table.status != CLOSED) & (table.kind != BODY_CODE["outside"])
    for row in np.flatnonzero(here).tolist():
        found.append(_CLASSES.get(int(table.kind[row]), Organisation)(model, table, row))
    return found
