import pytest

from sim.core.home import PACKAGE
from sim.core.quantity import STATUSES
from sim.core.units import UNITS
from sim.inputs.numbers import SHEETS, meanings, quantities
from sim.region.declared import DECLARED


def test_every_sheet_has_its_class_and_every_class_its_sheet():
    assert tuple(DECLARED) == SHEETS


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_number_has_unit_range_status_source_and_meaning(sheet):
    for name, quantity in quantities(DECLARED[sheet]).items():
        assert quantity.low <= quantity.default <= quantity.high, name
        assert UNITS[quantity.unit].holds(quantity.low), name
        assert UNITS[quantity.unit].holds(quantity.high), name
        assert quantity.status in STATUSES, name
        assert quantity.source.strip(), name
        assert meanings(DECLARED[sheet])[name].strip(), name


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_number_is_read(sheet):
    # A number nobody reads is a promise nobody keeps: each must stand in the code.
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for name in quantities(DECLARED[sheet]):
        assert f".{name}" in code, f"{sheet}.{name}"


def test_one_number_can_be_replaced_and_the_others_keep_their_defaults():
    research = DECLARED["research"]
    changed = research(stop=0.5)
    assert changed.stop == 0.5
    assert changed.depreciation == research().depreciation == 0.15
    with pytest.raises(TypeError, match="stpo"):
        research(stpo=0.5)
