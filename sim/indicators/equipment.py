"""Equipment: instruments in the register, and their shared use."""

from sim.indicators.measure import Indicator
from sim.inputs.codes import KIND_CODE
from sim.processes.equipment import owners
from sim.state.columns import ACTIVE
from sim.state.state import State


def equipment_registered(state: State) -> float:
    """Return the share of institutes' instruments that is in the register."""
    table = state.organisations
    here = (table.kind == KIND_CODE["institute"]) & (table.status == ACTIVE)
    held = float(table.instruments[here].sum())
    return float(table.instruments_registered[here].sum()) / held if held else 0.0


def equipment_used(state: State) -> float:
    """Return uses of the last year per instrument held, registered or not."""
    held = float(state.organisations.instruments[owners(state)].sum())
    return state.last_year(lambda flows: flows.equipment_uses) / held if held else 0.0


def equipment_uses(state: State) -> float:
    """Return uses of shared instruments since the start."""
    return state.totals.equipment_uses


def equipment_uses_a_year(state: State) -> float:
    """Return uses of shared instruments in the last year."""
    return state.last_year(lambda flows: flows.equipment_uses)


def equipment_uses_of_small_firms(state: State) -> float:
    """Return those since the start by firms below 300 employees."""
    return state.totals.equipment_uses_of_small_firms


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="equipment_registered",
        unit="share",
        zh="登记入库全覆盖",
        meaning="institutes' purchased equipment that is in the register",
        measure=equipment_registered,
        real=equipment_used,
        activity="how often an instrument that is held is used",
        real_unit="uses a year per instrument",
        moved_by=("equipment", "founding"),
    ),
    Indicator(
        name="equipment_sharing_uses",
        unit="uses",
        zh="仪器设备共享次数",
        meaning="uses of shared equipment since the start",
        measure=equipment_uses,
        real=equipment_uses_of_small_firms,
        activity="by small firms",
        moved_by=("equipment", "research"),
    ),
    Indicator(
        name="equipment_uses_a_year",
        unit="uses per year",
        zh="仪器设备共享次数",
        meaning="uses of shared equipment in four quarters",
        measure=equipment_uses_a_year,
        moved_by=("equipment", "research"),
    ),
)
