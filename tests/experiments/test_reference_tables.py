"""The reference tables say what the declarations say, and all of it."""

import re

import pytest
import reference_tables
from reference_tables import FOLDER, Listing, Page, plain

from sim.indicators.table import INDICATORS
from sim.inputs.city import FIGURES
from sim.inputs.levers import LEVERS, TYPES
from sim.inputs.number_set import settable, spelled

PAGES = reference_tables.pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_old_as_what_it_shows(name):
    path = FOLDER / name
    held = path.read_text(encoding="utf-8") if path.exists() else ""
    assert held == PAGES[name], f"docs/reference/{name} is old: make reference writes it again"


def test_no_page_is_left_of_what_is_shown_no_longer():
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("levers.md", [*TYPES, *LEVERS]),
        ("indicators.md", [*INDICATORS]),
        ("figures.md", [f"start.{figure}" for figure in FIGURES]),
        ("kinds.md", [spelled(name) for name in settable() if name.startswith("kind.")]),
        ("parameters.md", [spelled(name) for name in settable() if not name.startswith("kind.")]),
    ],
)
def test_all_that_is_declared_has_a_row(name, first):
    rows = re.findall(r"^\| `([\w.]+)` \|", PAGES[name], re.MULTILINE)
    missing = set(first) - set(rows)
    assert not missing


@pytest.mark.parametrize("name", PAGES)
def test_each_row_has_a_cell_under_each_head(name):
    for table in re.findall(r"(?:^\|.*\n)+", PAGES[name], re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(cells) == 1, table


def test_signs_of_markdown_in_a_source_do_not_break_its_row():
    source = "S1 | S2 *and*\nS_3, <4"
    page = Page(
        title="T",
        holds="H.",
        change="C.",
        listings=[Listing(heads=("a", "b"), rows=[("1", plain(source))])],
    )
    assert page.text().splitlines()[-1] == r"| 1 | S1 \| S2 \*and\* S\_3, \<4 |"


def test_the_command_writes_what_stands_in_the_folder_of_the_project(tmp_path):
    reference_tables.main([f"write={tmp_path / 'new'}"])
    written = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert written == {name: text.encode() for name, text in PAGES.items()}
