import re
import sys
from pathlib import Path

import pytest

from sim.core.errors import ConfigError
from sim.core.home import PACKAGE
from sim.core.quantity import STATUSES
from sim.core.units import UNITS
from sim.inputs import numbers, reading
from sim.inputs.kinds import KIND_NUMBERS, KINDS
from sim.inputs.number_set import settable
from sim.inputs.numbers import SHEETS, Numbers, meaning, meanings, quantities, sheet_from, sheets
from sim.region.declared import DECLARED, unit_and_meaning

ROW = {
    "default": 0.07,
    "low": 0.05,
    "high": 0.09,
    "unit": "share a year",
    "status": "cited",
    "source": "S36",
}


def row(**changes):
    """Return a sheet of one number, with other companions; None leaves one out."""
    return {"stop": {key: value for key, value in (ROW | changes).items() if value is not None}}


def test_every_sheet_has_its_class_and_every_class_its_sheet():
    assert tuple(DECLARED) == SHEETS


@pytest.mark.parametrize("sheet", SHEETS)
def test_names_in_data_and_class_agree_and_every_number_has_a_meaning(sheet):
    said = meanings(DECLARED[sheet])
    assert said.keys() == quantities(DECLARED[sheet]).keys()
    assert all(words.strip() for words in said.values())


def test_every_number_has_a_unit_of_the_list_a_range_within_it_a_status_and_a_source():
    for name, quantity in settable().items():
        unit = UNITS[quantity.unit]
        assert unit.holds(quantity.low), name
        assert unit.holds(quantity.high), name
        assert quantity.low <= quantity.default <= quantity.high, name
        assert quantity.status in STATUSES, name
        assert quantity.source.strip(), name


def test_every_unit_is_the_unit_of_some_number():
    assert {quantity.unit for quantity in settable().values()} == set(UNITS)


# Numbers that the start of a city reads in the name of a process.
AT_THE_START = {("research", "grants_per_patent"), ("incubation", "seek")}


def code_of(sheet):
    """Return the code of what a sheet belongs to: its file, or all files of its folder."""
    file = Path(sys.modules[DECLARED[sheet].__module__].__file__)
    # Founders' rules stand in the whole room of the state, whom firms ask where they deal.
    files = file.parent.rglob("*.py") if file.parent.name in (sheet, "state") else [file]
    if sheet == "ties":
        files = [*files, *(PACKAGE / "processes").rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_number_is_read_by_its_process(sheet):
    # A number nobody reads is a promise nobody keeps.
    own = code_of(sheet)
    start = code_of("population")
    for name in quantities(DECLARED[sheet]):
        code = start if (sheet, name) in AT_THE_START else own
        assert re.search(rf"\.{name}\b", code), f"{sheet}.{name}"


def test_every_number_of_a_kind_is_read():
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for name in KIND_NUMBERS:
        assert f'costs["{name}"]' in code, name


def test_one_number_can_be_replaced_and_the_others_keep_their_defaults():
    research = DECLARED["research"]
    changed = research(stop=0.5)
    assert changed.stop == 0.5
    assert changed.depreciation == sheets()["research"]["depreciation"].default
    assert research().stop == sheets()["research"]["stop"].default
    with pytest.raises(TypeError, match="stpo"):
        research(stpo=0.5)
    with pytest.raises(AttributeError, match="cannot assign"):
        changed.stop = 0.1


def test_class_and_sheet_that_differ_name_both(monkeypatch):
    class Renamed(Numbers, name="research"):
        stpo: float = meaning("performers that stop R&D")

    monkeypatch.setattr(numbers, "sheets", lambda: {"research": sheet_from(row(), "here")})
    with pytest.raises(ConfigError, match=r"sheet research: .*Renamed 'stop'.*mean 'stpo'"):
        Renamed()
    both = {"stpo": row()["stop"]}
    monkeypatch.setattr(numbers, "sheets", lambda: {"research": sheet_from(both, "here")})
    assert Renamed().stpo == 0.07
    monkeypatch.setattr(numbers, "sheets", lambda: {"research": {}})
    with pytest.raises(ConfigError, match=r"sheet research: 'stpo' is missing.*Renamed"):
        Renamed()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": None}, "'source' is missing"),
        ({"source": " "}, "'source' is empty"),
        ({"low": None}, "'low' is missing"),
        ({"loww": 0.05}, "key 'loww'.*Did you mean 'low'"),
        ({"unit": "shares a year"}, "unit 'shares a year'.*Did you mean 'share a year'"),
        ({"status": "sited"}, "status 'sited'.*Did you mean 'cited'"),
        ({"spread": "log-unifrom"}, "spread 'log-unifrom'.*Did you mean 'log-uniform'"),
        ({"default": float("nan")}, r"\.default: a finite number is needed, not the number nan"),
        ({"default": "0.07"}, r"\.default: a number is needed .*not the text '0.07'"),
        ({"default": True}, r"\.default: a number is needed .*not the yes/no value true"),
        ({"default": 0.04}, r"0\.04 share a year is outside \[0\.05, 0\.09\]"),
        ({"high": 1.5}, r"\.high: a number from 0 to 1 is needed \(share a year\)"),
        ({"low": 0.0, "spread": "log-uniform"}, "log-uniform range starts above 0"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_in_a_sentence(changes, said):
    with pytest.raises(ConfigError, match=f"^research.yaml: stop.*{said}") as error:
        sheet_from(row(**changes), "research.yaml")
    assert "\n" not in str(error.value)


def test_a_number_that_is_never_drawn_needs_no_range():
    fixed = sheet_from(row(low=None, high=None, spread="fixed"), "research.yaml")["stop"]
    assert fixed.low == fixed.high == 0.07


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Return an empty folder of sheets, and keep what is read in another."""
    monkeypatch.setattr(reading, "configs", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    folder = tmp_path / "parameters"
    folder.mkdir()
    return folder


def kept(own):
    return list((own.parent / "kept").rglob("*.json"))


def test_a_sheet_that_is_missing_or_unknown_is_named(own, monkeypatch):
    monkeypatch.setattr(numbers, "configs", lambda: own.parent)
    (own / "reserach.yaml").write_text("stop: {}\n")
    with pytest.raises(ConfigError, match=r"sheet 'reserach'.*Did you mean 'research'"):
        sheets.__wrapped__()
    (own / "reserach.yaml").rename(own / "research.yaml")
    with pytest.raises(ConfigError, match=r"sheet of 'population' is missing"):
        sheets.__wrapped__()


def test_a_key_that_stands_twice_is_refused(own):
    (own / "research.yaml").write_text("stop: {default: 1}\nstop: {default: 2}\n")
    with pytest.raises(ConfigError, match=r"research\.yaml: line 2: the key 'stop' stands twice"):
        reading.read_folder("parameters")
    assert not kept(own)


def test_what_was_read_is_kept_until_the_files_change(own, monkeypatch):
    sheet = own / "research.yaml"
    sheet.write_text("stop: {default: 1}\n")
    assert reading.read_folder("parameters") == {"research": {"stop": {"default": 1}}}
    sheet.write_text("stop: {default: 2}\n")
    second = reading.read_folder("parameters")
    assert second == {"research": {"stop": {"default": 2}}}
    assert len(kept(own)) == 2
    monkeypatch.setattr(reading, "_parsed", None)  # not parsed again
    assert reading.read_folder("parameters") == second


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\n", b'0\n{"research": {}}'])
def test_what_is_kept_damaged_is_read_again_and_mended(own, damage):
    (own / "research.yaml").write_text("stop: {default: 1}\n")
    trees = reading.read_folder("parameters")
    (place,) = kept(own)
    whole = place.read_bytes()
    place.write_bytes(damage)
    assert reading.read_folder("parameters") == trees
    assert place.read_bytes() == whole


def test_where_nothing_can_be_kept_all_is_read_anyway(own, monkeypatch):
    (own / "research.yaml").write_text("stop: {default: 1}\n")
    monkeypatch.setattr(reading, "cache", lambda name: None)
    assert reading.read_folder("parameters") == {"research": {"stop": {"default": 1}}}
    monkeypatch.setattr(reading, "cache", lambda name: own / "nowhere")
    assert reading.read_folder("parameters") == {"research": {"stop": {"default": 1}}}


@pytest.mark.parametrize("odd", ["1: 2", "by: 2019-01-01"])
def test_what_would_come_back_otherwise_is_not_kept(own, odd):
    (own / "research.yaml").write_text(f"stop: {{{odd}}}\n")
    reading.read_folder("parameters")
    assert not kept(own)


def test_a_number_is_told_with_its_unit_and_meaning():
    stop, rate = sheets()["research"]["stop"], KINDS["clinical_research_centre"].rate
    assert unit_and_meaning("research.stop", stop) == "share a year: performers that stop R&D"
    assert (
        unit_and_meaning("kind.clinical_research_centre.rate", rate)
        == "rate a year: foundings per eligible host"
    )


@pytest.mark.parametrize("written", ["100", "-3", "0", "0.5", ".5", "5.", "1.0e+5", "-0.0"])
def test_a_number_is_read_as_people_write_it(written, tmp_path):
    (tmp_path / "a.yaml").write_text(f"x: {written}", "utf-8")
    assert reading.read_tree("policy", tmp_path / "a.yaml") == {"x": float(written)}


@pytest.mark.parametrize(
    "written",
    ["010", "0100", "1:30", "190:20:30.15", "0b11", "0x1f", "1_000", ".inf", "-.inf", ".nan"],
)
def test_a_number_that_yaml_reads_otherwise_is_refused_with_its_line(written, tmp_path):
    (tmp_path / "a.yaml").write_text(f"why: so\nx: {written}", "utf-8")
    with pytest.raises(ConfigError, match=rf"line 2: '{re.escape(written)}' is no plain number"):
        reading.read_tree("policy", tmp_path / "a.yaml")
    (tmp_path / "a.yaml").write_text(f"x: '{written}'", "utf-8")
    assert reading.read_tree("policy", tmp_path / "a.yaml") == {"x": written}
