"""Reference tables: all that the model declares, a page for each kind of thing.

    python experiments/reference_tables.py [write=docs/reference]

Levers and instrument types, indicators, platform kinds, parameters, units, figures of a city and
what a city counts. Nothing stands in a page that does not stand in a declaration, and the same
declarations give the same bytes.
"""

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asking import Experiment, Key, ask_alone, path, told

import sim
from sim.core.quantity import Quantity
from sim.core.tables import Column, Table
from sim.core.units import UNITS
from sim.indicators.table import CONTEXT, INDICATORS
from sim.inputs.city import FIGURES
from sim.inputs.codes import KIND_NAMES, LEVELS
from sim.inputs.kinds import KIND_NUMBERS, KINDS, Kind
from sim.inputs.levers import LEVERS, RECIPIENTS, TYPES
from sim.inputs.number_set import spelled
from sim.inputs.numbers import Numbers, meanings, quantities
from sim.inputs.plan_file import load_plan, plan_names
from sim.region.declared import DECLARED
from sim.region.paths import feedbacks, in_loops, paths
from sim.state import columns
from sim.state.declared import Declared
from sim.state.flows import Flows, Totals
from sim.state.norms import Norms

HOME = Path(sim.__file__).parents[1]
FOLDER = HOME / "docs" / "reference"
EXPERIMENT = Experiment(
    name="reference_tables",
    doc=__doc__,
    keys=(
        Key(name="write", read=path, default=FOLDER, shown="docs/reference", words="where they go"),
    ),
)
NUMBER_HEADS = ("typed", "default", "range", "spread", "unit", "meaning", "status", "source")
RENEWED = "After a change of a declaration `make reference` writes this page again."
FEW = 4  # names in a cell of a path
CODED = {KIND_NAMES: "platform kind", LEVELS: "level"}  # codes too many to be listed in a cell

Row = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One table of a page.

    Attributes:
        heads: The heads of its columns.
        rows: Its rows, in Markdown.
        heading: What stands above it; nothing where the page has one table.
        says: A paragraph between heading and table, where one is needed.
    """

    heads: Row
    rows: Sequence[Row]
    heading: str = ""
    says: str = ""

    def text(self) -> str:
        """Return the table with its heading, in Markdown."""
        lines = [f"## {self.heading}", ""] if self.heading else []
        lines += [self.says, ""] if self.says else []
        lines += [line(self.heads), line(["---"] * len(self.heads)), *map(line, self.rows)]
        return "\n".join([*lines, ""])


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page.

    Attributes:
        title: Its title.
        holds: A sentence on what stands there, for the table of contents, too.
        change: A sentence on how to change it.
        listings: Its tables.
    """

    title: str
    holds: str
    change: str
    listings: Sequence[Listing]

    def text(self) -> str:
        """Return the page in Markdown."""
        opening = f"# {self.title}\n\n{self.holds} {self.change} {RENEWED}\n"
        return "\n".join([opening, *(listing.text() for listing in self.listings)])


# Cells


def line(row: Row) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(row)} |"


def plain(text: str) -> str:
    """Return words as they stand, with nothing in them that Markdown would take for a sign."""
    return re.sub(r"([\\|*_<`~])", r"\\\1", " ".join(text.split()))


def code(name: str) -> str:
    """Return a name as it is typed or spelt in code."""
    return f"`{name}`"


def names(several: Iterable[str]) -> str:
    """Return names as they are spelt, with commas."""
    return ", ".join(map(code, several))


def yes(holds: bool) -> str:
    """Return yes, or nothing."""
    return "yes" if holds else ""


def exact(value: float) -> str:
    """Return a number as it can be typed."""
    return f"{value:.12g}"


def numbered(name: str, quantity: Quantity, meaning: str) -> Row:
    """Return the row of a number, by its full name."""
    span = f"{exact(quantity.low)} to {exact(quantity.high)}"
    unit = quantity.unit if quantity.above is None else f"{quantity.unit}, above {quantity.above:g}"
    return (
        code(spelled(name)),
        exact(quantity.default),
        span if quantity.low < quantity.high else "",
        quantity.spread,
        plain(unit),
        plain(meaning),
        quantity.status,
        plain(quantity.source),
    )


# Pages


def levers() -> Page:
    """Return the page of instrument types and levers."""
    types = [(code(name), names(x.name for x in t.levers), t.process) for name, t in TYPES.items()]
    rows = [
        (
            code(lever.name),
            plain(lever.unit),
            plain(lever.meaning),
            names(name for name, kind in TYPES.items() if lever in kind.levers),
            ", ".join(lever.reads),
            yes(lever.pays),
        )
        for lever in LEVERS.values()
    ]
    recipients = [(code(words), names(hosts)) for words, hosts in RECIPIENTS.items() if words]
    return Page(
        title="Instrument types and levers",
        holds="What an instrument can be, which lever it pulls, and which processes read that.",
        change="To change it, edit `sim/inputs/levers.py` and the process that reads the lever.",
        listings=(
            Listing(
                heading="Types",
                says="An instrument pulls the first of its type's levers unless its plan says "
                "which.",
                heads=("type", "levers", "process that acts on it"),
                rows=types,
            ),
            Listing(
                heading="Levers",
                says="Without an offer a lever is 0, and changes nothing. One that pays has its "
                "event paid from public money.",
                heads=("lever", "unit of its dose", "offers", "pulled by", "read by", "pays"),
                rows=rows,
            ),
            Listing(
                heading="Recipients",
                says="Where a plan names none, every class may take an offer.",
                heads=("in a plan", "classes that may take the offer"),
                rows=recipients,
            ),
        ),
    )


def money_paths() -> Page:
    """Return the page of money paths: from each instrument of each plan to what it may change."""
    listings = []
    for name in plan_names():
        plan = load_plan(name)
        rows = [
            (
                code(one.instrument),
                code(one.lever.name) if one.lever else "",
                ", ".join(one.paid_to),
                ", ".join(one.acts),
                ", ".join(one.booked),
                few(names, one.changes),
                ", ".join(one.onward),
                few(names, one.at_once),
                f"{len(one.onwards)} more" if one.onwards else one.ends,
            )
            for one in paths(plan)
        ]
        heads = ("instrument", "lever", "paid to", "acts on the offer", "booked by")
        heads += ("which changes, for others", "that is read by", "targets at once", "further on")
        listings.append(Listing(heading=name, heads=heads, rows=rows))
    return Page(
        title="Money paths",
        holds="From each instrument of a plan to who gets its money, which processes act on it, "
        "what these change that others read, and which targets lie on the way. A path says what "
        "can happen; whether it does is measured by `experiments/coupling.py`.",
        change="It follows from `reads` and `paid_to` of levers, from `sim/region/links.py` and "
        "from `moved_by` of the indicators.",
        listings=listings,
    )


def feedback() -> Page:
    """Return the page of feedbacks: which processes change what others act on, and come back."""
    links = feedbacks()
    loops = in_loops(links)
    diagram = ["```mermaid", "flowchart LR"]
    diagram += [
        f"    {writer} --> {reader}" for writer, reader in links if (writer, reader) in loops
    ]
    rows = [
        (writer, reader, names(carried), yes((writer, reader) in loops))
        for (writer, reader), carried in links.items()
    ]
    return Page(
        title="Feedbacks",
        holds="Which process changes what another one reads of firms, organisations, people, "
        "projects, results and contracts, and where that comes back. A link says what can happen; "
        "how much is measured by `experiments/coupling.py`.",
        change="It follows from the columns that a process may change and from "
        "`sim/region/links.py`; money is on the page of money paths.",
        listings=[
            Listing(
                heading="Links",
                says="\n".join([*diagram, "```"]),
                heads=("changed by", "read by", "what", "on a loop"),
                rows=rows,
            )
        ],
    )


def few(shown: Callable[[Iterable[str]], str], several: Iterable[str]) -> str:
    """Return the first of some names, and how many there are beside them."""
    listed = list(several)
    beside = f" and {len(listed) - FEW} more" if len(listed) > FEW else ""
    return shown(listed[:FEW]) + beside


def indicators() -> Page:
    """Return the page of indicators."""
    rows = [
        (
            code(one.name),
            plain(one.unit),
            one.zh,
            plain(one.meaning),
            plain(one.beside) if one.real else "the count itself",
            ", ".join(one.moved_by),
            yes(one.name in CONTEXT),
        )
        for one in INDICATORS.values()
    ]
    return Page(
        title="Indicators",
        holds="What is measured in every quarter, with the real activity beside each count.",
        change="To change one, edit the row in its theme's file in `sim/indicators/`; a new one "
        "needs its name in `COLUMNS` of `sim/indicators/table.py`, too.",
        listings=(
            Listing(
                says="Processes stand with the one that moves most first. Context is shown for "
                "every plan, whether or not it names the indicator as a target.",
                heads=(
                    "indicator",
                    "unit",
                    "中文",
                    "meaning",
                    "real activity",
                    "moved by",
                    "context",
                ),
                rows=rows,
            ),
        ),
    )


def kinds() -> Page:
    """Return the page of platform kinds."""
    flags = ("per_host", "legal_person", "joint")
    rows = [
        (
            code(kind.name),
            kind.zh,
            names(kind.hosts),
            names(kind.levels),
            names(kind.functions),
            code(f"start.{kind.stock}"),
            *(yes(getattr(kind, flag)) for flag in flags),
        )
        for kind in KINDS.values()
    ]
    heads = ("kind", "中文", "hosts", "levels", "functions", "starting stock")
    return Page(
        title="Platform kinds",
        holds="Who may found each kind of platform, at which levels, what it does and its numbers.",
        change="To change one, edit its file in `configs/kinds/`; for one run, type the name in "
        "the first column of its numbers.",
        listings=(
            Listing(
                heading="Kinds",
                says="`per_host`: its rate is per eligible host, not per unit in being. "
                "`legal_person`: a body of its own that pays income tax. `joint`: it needs a "
                "partner from science who agrees.",
                heads=(*heads, *map(code, flags)),
                rows=rows,
            ),
            *map(kind_numbers, KINDS.values()),
        ),
    )


def kind_numbers(kind: Kind) -> Listing:
    """Return the numbers of a kind."""
    rows = [
        numbered(f"kind.{kind.name}.{name}", getattr(kind, name), kind.meanings[name])
        for name in KIND_NUMBERS
    ]
    return Listing(heading=f"{code(kind.name)} {kind.zh}", heads=NUMBER_HEADS, rows=rows)


def parameters() -> Page:
    """Return the page of parameters."""
    return Page(
        title="Parameters",
        holds="Every number that the model's rules rest on, by sheet.",
        change="To change one, edit its row in `configs/parameters/`; for one run, type the name "
        "in the first column.",
        listings=[sheet(name, numbers) for name, numbers in DECLARED.items()],
    )


def sheet(name: str, numbers: type[Numbers]) -> Listing:
    """Return the numbers of a sheet."""
    words = meanings(numbers)
    rows = [
        numbered(f"{name}.{number}", quantity, words[number])
        for number, quantity in quantities(numbers).items()
    ]
    reader = Path(inspect.getfile(numbers)).relative_to(HOME).as_posix()
    says = f"In `configs/parameters/{name}.yaml`; meanings in `{reader}`."
    return Listing(heading=name, says=says, heads=NUMBER_HEADS, rows=rows)


def units() -> Page:
    """Return the page of units."""
    rows = [(code(unit.name), unit.reach, plain(unit.meaning)) for unit in UNITS.values()]
    return Page(
        title="Units",
        holds="The units that parameters and numbers of kinds are in, and how far each can go.",
        change="To change one, edit `sim/core/units.py`.",
        listings=(Listing(heads=("unit", "bounds", "meaning"), rows=rows),),
    )


def figures() -> Page:
    """Return the page of a city's figures."""
    rows = [
        (
            code(f"start.{name}"),
            plain(unit),
            names(kind.name for kind in KINDS.values() if kind.stock == name),
        )
        for name, unit in FIGURES.items()
    ]
    return Page(
        title="Figures of a city",
        holds="The figures that every city's file in `configs/city/` gives, each with a value or "
        "a range and its source.",
        change="To change one for a city, edit that file; for one run, type the name in the first "
        "column; for a new one, add a field to `Figures` in `sim/inputs/city.py`.",
        listings=(Listing(heads=("typed", "unit", "starting stock of"), rows=rows),),
    )


def counted() -> Page:
    """Return the page of what a city counts."""
    sums = ((Flows, "Flows"), (Totals, "Totals"), (Norms, "Norms"))
    tables = [x for x in vars(columns).values() if isinstance(x, type) and issubclass(x, Table)]
    return Page(
        title="What a city counts",
        holds="Sums of a quarter, totals, norms of the start, and the columns of the tables.",
        change="To change one, edit `flows.py`, `norms.py` or `columns.py` in `sim/state/`.",
        listings=[
            *(sums_of(declared, heading) for declared, heading in sums),
            *(columns_of(table) for table in tables if table is not Table),
        ],
    )


def sums_of(declared: type[Declared], heading: str) -> Listing:
    """Return the numbers of a class that declares them."""
    rows = [
        (
            code(field.name),
            plain(field.metadata["unit"]),
            plain(field.metadata["meaning"]),
            ", by ".join(map(coded, field.metadata.get("by", ()))),
        )
        for field in dataclasses.fields(declared)
    ]
    says = inspect.cleandoc(declared.__doc__ or "")
    return Listing(
        heading=heading, says=says, heads=("name", "unit", "meaning", "one for each"), rows=rows
    )


def coded(by: tuple[str, ...]) -> str:
    """Return what the codes of an array stand for."""
    return CODED.get(by) or names(by)


def columns_of(table: type[Table]) -> Listing:
    """Return the columns of a table."""
    rows = [
        (code(name), plain(column.unit), cells(column), ", ".join(column.owners))
        for name, column in table.columns.items()
    ]
    heads = ("column", "unit", "numbers in a cell", "changed by")
    says = f"{inspect.cleandoc(table.__doc__ or '')} What no process changes is set with the row."
    return Listing(heading=f"Table `{table.name}`", says=says, heads=heads, rows=rows)


def cells(column: Column) -> str:
    """Return how many numbers stand in a cell, where there are several."""
    return str(column.width) if column.width else ""


PAGES = {
    "levers.md": levers,
    "paths.md": money_paths,
    "feedbacks.md": feedback,
    "indicators.md": indicators,
    "kinds.md": kinds,
    "parameters.md": parameters,
    "units.md": units,
    "figures.md": figures,
    "counted.md": counted,
}


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name, the table of contents first."""
    made = {name: page() for name, page in PAGES.items()}
    return {"README.md": contents(made)} | {name: page.text() for name, page in made.items()}


def contents(made: Mapping[str, Page]) -> str:
    """Return the table of contents."""
    lines = [f"* [{page.title}]({name}): {page.holds}" for name, page in made.items()]
    return "\n".join(
        [
            "# Reference",
            "",
            "What the model declares, as tables. After a change of a declaration `make reference` "
            "writes them again, and a test says when one is old.",
            "",
            *lines,
            "",
        ]
    )


def main(typed: Sequence[str] | None = None) -> None:
    """Write the pages."""
    folder = ask_alone(EXPERIMENT, typed)["write"]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(PAGES) + 1} pages in {folder}")


if __name__ == "__main__":
    told(main)
