"""Numbers as data: a sheet of them for each part of the model, in ``configs/parameters``.

What a number means changes with the rule that reads it, and stands in the code; its value, range,
unit, status and source change with the literature, and stand in the sheet::

    stop: {default: 0.07, low: 0.05, high: 0.09, unit: share a year, status: cited, source: "S36"}

    class Parameters(Numbers, name="research"):
        stop: float = meaning("performers that stop R&D")

``Parameters()`` holds the defaults, ``Parameters(stop=0.1)`` another value of one. The sheet's
name is the first half of a number's full name, ``research.stop``, under which it is drawn: it must
not change, or results do.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, dataclass_transform

from sim.core.errors import ConfigError, unknown
from sim.core.home import configs
from sim.core.quantity import SPREADS, STATUSES, Quantity
from sim.core.units import UNITS, Unit
from sim.inputs.reading import Entry, read_folder

FOLDER = "parameters"
# In the order of the columns of the parameters that runs were made with.
SHEETS = (
    "population",
    "founders",
    "kene",
    "ties",
    "budget",
    "research",
    "meeting",
    "contract",
    "founding",
    "incubation",
    "services",
    "market",
    "demography",
    "accreditation",
    "evaluation",
    "funds",
    "space",
    "equipment",
    "districts",
    "maturation",
    "outreach",
    "projects",
    "subsidy_response",
    "talent",
    "settle",
    "accounts",
    "researchers",
    "government",
    "learning",
)
_FIELDS = tuple(field.name for field in dataclasses.fields(Quantity))
_ENDS = ("low", "high")


def meaning(text: str) -> Any:
    """Declare a number of a sheet by what it means, to be read after its unit."""
    return dataclasses.field(default_factory=_left_out, metadata={"meaning": text})


def number(text: str, **quantity: Any) -> Any:
    """Declare a number of a plug-in by what it means, with all that a sheet says of one.

    Args:
        text: What it means, to be read after its unit.
        quantity: ``default``, ``low``, ``high``, ``unit``, ``status`` and ``source``; ``spread``
            and ``above`` where they are wanted.
    """
    metadata = {"meaning": text, "quantity": quantity}
    return dataclasses.field(default_factory=_left_out, metadata=metadata)


def _left_out() -> None:
    """Stand for a number that is not given, until its default is read."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(meaning, number))
class Numbers:
    """Numbers of one sheet, frozen, by keyword only; whatever is left out has its default.

    Attributes:
        sheet: The name of the sheet.
    """

    sheet: ClassVar[str]

    def __init_subclass__(cls, *, name: str) -> None:
        """Take the name of the sheet, and make the class a dataclass."""
        cls.sheet = name
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)

    def __post_init__(self) -> None:
        """Give the default to each number that was left out."""
        for name, quantity in quantities(type(self)).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, quantity.default)


def quantities(numbers: type[Numbers]) -> dict[str, Quantity]:
    """Return the quantities of a class of numbers by name, from its sheet.

    Raises:
        ConfigError: If the class and its sheet do not hold the same names.
    """
    declared, sheet = meanings(numbers), sheets()[numbers.sheet]
    code = f"{numbers.__module__}.{numbers.__name__}"
    for name in sheet:
        if name not in declared:
            raise unknown(f"sheet {numbers.sheet}", f"number of {code}", name, declared)
    for name in declared:
        if name not in sheet:
            raise ConfigError(f"sheet {numbers.sheet}: '{name}' is missing, which {code} declares")
    return sheet


def meanings(numbers: type[Numbers]) -> dict[str, str]:
    """Return what each number of a class means, by name."""
    return {field.name: field.metadata["meaning"] for field in dataclasses.fields(numbers)}  # type: ignore[arg-type]


def own_sheet(numbers: type[Numbers]) -> dict[str, Quantity]:
    """Return the quantities of a class that holds its sheet itself, as a plug-in's does.

    Raises:
        ConfigError: If one of them lacks anything or does not fit.
    """
    rows = {f.name: f.metadata.get("quantity") for f in dataclasses.fields(numbers)}  # type: ignore[arg-type]
    return sheet_from(rows, numbers.sheet)


@cache
def sheets() -> dict[str, dict[str, Quantity]]:
    """Return all numbers of the model by sheet and name, in the order of ``SHEETS``.

    Raises:
        ConfigError: If a sheet is missing or unknown, or a number lacks anything or does not fit.
    """
    trees, folder = read_folder(FOLDER), configs() / FOLDER
    for name in trees:
        if name not in SHEETS:
            raise unknown(str(folder), "sheet", name, SHEETS)
    for name in SHEETS:
        if name not in trees:
            raise ConfigError(f"{folder}: the sheet of '{name}' is missing")
    return {name: sheet_from(trees[name], str(folder / f"{name}.yaml")) for name in SHEETS}


def sheet_from(tree: Mapping[str, object], where: str) -> dict[str, Quantity]:
    """Return the quantities of a sheet by name.

    Raises:
        ConfigError: If one of them lacks anything or does not fit.
    """
    return {name: quantity_from(row, f"{where}: {name}", UNITS) for name, row in tree.items()}


def quantity_from(tree: object, where: str, units: Mapping[str, Unit] | None = None) -> Quantity:
    """Return a quantity from ``{default, low, high, unit, status, source, spread, above}``.

    A quantity that is never drawn needs no ``low`` and ``high``.

    Args:
        tree: What stands in the file.
        where: The file and the name, for errors.
        units: The units it may be in; None for one in any words: amounts from 0 on, and shares.

    Raises:
        ConfigError: If anything is missing or does not fit.
    """
    entry = Entry(tree, where, _FIELDS)
    unit = entry.text("unit") if units is None else entry.choice("unit", units)
    spread = entry.choice("spread", SPREADS, "uniform")

    def read(key: str) -> float:
        return entry.amount(key, unit) if units is None else entry.within(key, units[unit])

    default = read("default")
    low, high = (
        default if spread == "fixed" and not entry.has(key) else read(key) for key in _ENDS
    )
    status = entry.choice("status", STATUSES)
    source = entry.text("source")
    try:
        return Quantity(
            default=default,
            low=low,
            high=high,
            unit=unit,
            status=status,
            source=source,
            spread=spread,
            above=entry.number("above") if entry.has("above") else None,
        )
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
