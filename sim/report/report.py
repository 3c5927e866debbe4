"""The report: one page in HTML that needs nothing outside itself.

Each plan is a chapter. This module puts numbers into words and tables; how they look is in
``templates/report.html.j2``. The same study gives the same bytes.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.core.quantity import Quantity
from sim.core.quarter import label
from sim.indicators.indicators import CONTEXT, INDICATORS
from sim.inputs.design import STRATA
from sim.inputs.instrument import CASE_BY_CASE
from sim.inputs.levers import LEVERS
from sim.inputs.numbers import SHEETS
from sim.inputs.parameters import all_parameters
from sim.inputs.plan import NATURES, Instrument, Plan, Target
from sim.region.declared import unit_and_meaning
from sim.region.region import QUARTER
from sim.report import audit, contrast, figures
from sim.report.figures import (
    NATURE_WORDS,
    PAYER_GROUPS,
    PERCENT,
    Floats,
    Ink,
    goal_words,
    has_real,
    headline,
    is_share,
    mix_words,
    name_words,
    number,
    rough,
    span_words,
)
from sim.results.combination import Combination
from sim.results.study import Study
from sim.runs.folder import folder_name, replacing
from sim.runs.precision import jeffreys

TEMPLATES = Path(__file__).parent / "templates"
WORDINGS = {
    "exact": "",
    "at_least": "“at least”",
    "about": "“about”",
    "aspiration": "an aspiration (力争, 争取)",
    "full_coverage": "full coverage",
}
# Context indicator → the city's figure that it starts from.
STARTS_FROM = {
    "gdp": "gdp",
    "above_scale_firms": "above_scale_firms",
    "high_tech_firms": "high_tech_firms",
    "technology_smes": "technology_smes",
    "valid_invention_patents": "valid_patents",
    "high_tech_value_added_share": "high_tech_output_share",
    "institutes_total": "institutes",
    "brokers": "brokers",
}
_NONE = "–"
_SPAN = (0.05, 0.5, 0.95)  # nine in ten futures, and the middle one
_POINTS = " points"
Drawn = Callable[[str, str], "Picture"]  # a figure by its name, with the words for it


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: What it says.
        note: What stands below in small print.
        zh: Chinese words below.
        share: A share from 0 to 1 to be drawn as a bar.
        colour: The bar's colour.
        strong: Whether it is what the eye should find.
        link: The part of the page that it leads to.
    """

    text: str
    note: str = ""
    zh: str = ""
    share: float | None = None
    colour: str = ""
    strong: bool = False
    link: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        heads: A heading per column.
        rows: Cells; or one text, which heads the rows that follow.
        look: Classes for the style.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[Cell] | str]
    look: str = ""


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes:
        drawing: The figure as SVG, to stand in the page.
        words: What it shows, for those who cannot see it.
    """

    drawing: Markup
    words: str


class Shapes:
    """The shapes that figures are made of, letters above all, each of which a page holds once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._names: dict[str, str] = {}

    def drawing(self, svg: str) -> str:
        """Return a figure as matplotlib wrote it, without the shapes and what no reader sees."""
        for pattern in _UNSEEN:
            svg = pattern.sub("", svg)
        svg = _LONG_NUMBER.sub(r"\1", svg)
        svg = " ".join(svg.split()).replace("> <", "><").replace(' "', '"')
        svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # nobody refers to groups
        names: dict[str, str] = {}
        svg = _SHAPE.sub(lambda found: self._keep(found, names), svg)
        svg = svg.replace("<defs></defs>", "").replace("xlink:href", "href")
        return _REFERENCE.sub(lambda found: f"{found[1]}#{names[found[2]]}", svg).strip()

    def _keep(self, found: re.Match[str], names: dict[str, str]) -> str:
        shape = found[0].replace(f' id="{found[2]}"', "", 1)
        names[found[2]] = self._names.setdefault(shape, f"s{len(self._names)}")
        return ""

    def all(self) -> Markup:
        """Return the shapes of all figures so far."""
        marked = (
            re.sub(r"^<(\w+)", rf'<\1 id="{name}"', shape) for shape, name in self._names.items()
        )
        return Markup("".join(marked))


_UNSEEN = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"^.*?(?=<svg)",
        r"<!--.*?-->",
        r"<metadata>.*?</metadata>",
        r"<style.*?</style>",
        r' xmlns(:xlink)?="[^"]*"',
    )
]
_LONG_NUMBER = re.compile(r"([1-9]\d*\.\d\d)\d+")
_REFERENCE = re.compile(r'(href="|url\()#([\w.-]+)')
_SHAPE = re.compile(r'<(path|clipPath|pattern) [^>]*?id="([^"]+)"[^>]*?(?:/>|>.*?</\1>)')


@dataclass(frozen=True, kw_only=True)
class View:
    """A plan's runs, as its chapter looks at them.

    Attributes:
        study: The study.
        plan: The plan.
        ones: Its mixes that have replicates: the chapter's own first, baselines last.
        base: The mix that it is compared with, if there is one.
    """

    study: Study
    plan: Plan
    ones: Sequence[Combination]
    base: Combination | None

    @property
    def main(self) -> Combination:
        """The mix that the chapter is about."""
        return self.ones[0]

    @property
    def many(self) -> bool:
        """Whether its mixes are compared, and not told one by one."""
        return len(self.ones) > figures.FEW

    @property
    def told(self) -> Sequence[Combination]:
        """The mixes that are told one by one: the chapter's own and what it is compared with."""
        return [one for one in self.ones if not self.many or one in (self.main, self.base)]

    def attained(self, one: Combination, target: Target) -> Mapping[str, Any]:
        """Return a target's row of attainment."""
        return self._attained[one.policy, target.id]

    def summary(self, one: Combination) -> Mapping[str, Any]:
        """Return a mix's row of the summary."""
        return self._summaries[one.policy]

    def added(self, one: Combination, target: Target) -> Mapping[str, Any]:
        """Return a target's row of the comparison with the baseline; empty without one."""
        against = self.base.policy if self.base else ""
        return self._added.get((one.policy, against, target.id), {})

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """The parameters that each target's value goes with most."""
        return audit.drivers(self.plan, self.main, self.main.case.uncertainty)

    @cached_property
    def _attained(self) -> Mapping[tuple[str, str], Mapping[Any, Any]]:
        return {
            (one.policy, row["target"]): row
            for one in self.ones
            for row in one.attainment.to_dict("records")
        }

    @cached_property
    def _summaries(self) -> Mapping[str, Mapping[Any, Any]]:
        return {row["policy"]: row for row in self._own(self.study.summary)}

    @cached_property
    def _added(self) -> Mapping[tuple[str, str, str], Mapping[Any, Any]]:
        rows = self._own(self.study.comparison)
        return {(row["policy"], row["against"], row["target"]): row for row in rows}

    def _own(self, rows: pd.DataFrame) -> list[dict[Any, Any]]:
        return rows[rows["plan"] == self.plan.name].to_dict("records")


def write(root: Path, study: Study) -> None:
    """Write the report of a study, whose figures have been drawn, below a root."""
    with replacing(root / "report.html") as unfinished:
        unfinished.write_text(render(root, study), encoding="utf-8")


def render(root: Path, study: Study) -> str:
    """Return the report of a study as HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    views = [view_of(study, plan) for plan in study.plans.values()]
    shapes = Shapes()
    drawn = partial(picture, shapes, root / figures.FOLDER)
    chapters = [chapter(view, drawn) for view in views]
    return environment.get_template("report.html.j2").render(
        chapters=chapters,
        shapes=shapes.all(),
        overview=overview(views) if len(views) > 1 else None,
        effort=study.effort,
        case=study.combinations[0].case,
        failures=study.failures,
        absent=_absent(study),
        processes=_processes(),
    )


def view_of(study: Study, plan: Plan) -> View:
    """Return what a plan's chapter looks at."""
    ones = figures.shown_mixes(study, plan)
    bases = [one for one in ones[1:] if one.policy in study.baselines]
    return View(study=study, plan=plan, ones=ones, base=bases[0] if bases else None)


def chapter(view: View, drawn: Drawn) -> dict[str, Any]:
    """Return all that a plan's chapter says."""
    plan = view.plan
    said: dict[str, Any] = {
        "anchor": folder_name(plan.name),
        "plan": plan,
        "asked": asked(plan),
        "run": bool(view.ones),
        "figures_known": _known_figures(plan),
        "parameters": parameter_tables(view),
        "targets": targets_appendix(plan),
        "instruments": instruments_appendix(view),
        "background": background_appendix(plan),
        "counts": instrument_counts(plan),
    }
    return said | (results_of(view, drawn) if view.ones else {})


def results_of(view: View, drawn: Drawn) -> dict[str, Any]:
    """Return what of a chapter rests on the runs."""
    plan, main = view.plan, view.main
    return {
        "main_words": mix_words(main.policy),
        "base_words": mix_words(view.base.policy) if view.base else "",
        "futures": len(main.replicates),
        "quarters": (main.quarters[0], main.quarters[-1]),
        "verdict": verdict(view),
        "cost": cost_words(view),
        "answers": answer_table(view),
        "mixes": mixes_tables(view),
        "costs": equal_cost_words(view),
        "transplants": [transplant_part(one) for one in view.ones if one.mix.attached],
        "pictures": [drawn(name, words) for name, words in _comparing(view)],
        "overview": None
        if view.many
        else drawn(figures.attainment_name(plan), "Attainment of all targets"),
        "fans": [
            drawn(figures.fan_name(plan, target), f"Fan chart: {headline(target)}")
            for target in _ordered(plan)
            if not (target.reason or view.many)
        ],
        "spending": [spending_part(view, one, drawn) for one in _paying(view)],
        "standing": standing_table(main),
        "requirements": requirements_table(view),
        "break_even": break_even_table(view),
        "contradictions": contradiction_words(plan),
        "together": together_words(view),
        "spread": spread_table(view),
        "chance": _chance(view),
        "precision": view.study.precision_words,
        "few_draws": few_draws(view),
        "context": context_table(view),
    }


def picture(shapes: Shapes, folder: Path, name: str, words: str) -> Picture:
    """Return a drawn figure, whose shapes go to those of the page."""
    svg = (folder / f"{name}.svg").read_text("utf-8")
    return Picture(Markup(shapes.drawing(svg)), words)


def _ordered(plan: Plan) -> list[Target]:
    """Return a plan's targets, behavioural ones first."""
    return sorted(plan.targets, key=lambda target: NATURES.index(target.nature))


def _processes() -> dict[str, str]:
    """Return what each process of a quarter does, by the first line of its module."""
    found = {}
    for name, process in QUARTER:
        line = (sys.modules[process.__module__].__doc__ or "").splitlines()[0]
        title = name.replace("_", " ").capitalize()
        found[name] = re.sub(rf"^({title}|Floor space)( \(.*?\))?: ", "", line).rstrip(".")
    return found


def _absent(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the processes that types of instruments in the plans wait for, with those types."""
    found: dict[str, dict[str, None]] = {}
    for plan in study.plans.values():
        for instrument in plan.instruments:
            if instrument.waits_for:
                found.setdefault(instrument.waits_for, {})[instrument.type] = None
    return {process: tuple(types) for process, types in found.items()}


# Words


def signed(value: float, share: bool = False) -> str:
    """Return a difference with its sign; of shares in percentage points."""
    if not np.isfinite(value):
        return _NONE
    size = rough(abs(100 * value if share else value))
    sign = "" if size == "0" else "+" if value > 0 else "−"
    return f"{sign}{size}" + (_POINTS if share else "")


def between(low: float, high: float, share: bool = False) -> str:
    """Return a range, or nothing where it has no width that can be seen."""
    first, last = rough(low, share), rough(high, share)
    if first == last or not np.isfinite(low + high):
        return ""
    return f"{first.removesuffix(PERCENT)} to {last}"


def amount_words(instrument: Instrument) -> str:
    """Return what an instrument offers, and how the number is known."""
    if instrument.amount is not None:
        drawn = {
            "ceiling": "; drawn from half of it to all of it",
            "about": "; “about”: drawn from a tenth below to a tenth above",
        }
        words = in_unit(exact(instrument.amount), instrument.unit)
        return words + drawn.get(instrument.wording, "")
    if instrument.wording == "case_by_case":
        low, high = CASE_BY_CASE
        return f"case by case: drawn from {exact(low)} to {exact(high)} million CNY"
    if instrument.effect:
        return f"no amount in the text; assumed {range_words(instrument.effect)}"
    return "no amount in the text"


def range_words(quantity: Quantity) -> str:
    """Return a quantity's default, range and unit."""
    span = ""
    if quantity.low < quantity.high:
        span = f" (range {exact(quantity.low)} to {exact(quantity.high)})"
    return in_unit(f"{exact(quantity.default)}{span}", quantity.unit)


def in_unit(words: str, unit: str) -> str:
    """Return a number's words with its unit; a ratio's unit says what it is a ratio of."""
    return f"{words} ({unit})" if unit.startswith(("ratio", "share")) else f"{words} {unit}"


def exact(value: float) -> str:
    """Return a number as it was declared."""
    return f"{value:,.6g}".replace("-", "−")


def mechanism_words(instrument: Instrument) -> str:
    """Return what stands for an instrument in the model, or why nothing does."""
    if instrument.reason:
        return f"Not modelled: {instrument.reason}"
    if instrument.lever is None:
        process = instrument.waits_for
        if process in SHEETS:
            return f"Not yet modelled: the process {process} has no rule for it yet"
        return f"Not yet modelled: waits for the process {process}"
    lever = LEVERS[instrument.lever]
    return f"{lever.name}: {lever.meaning}. Read by {', '.join(lever.reads)}"


def target_mechanism_words(target: Target) -> str:
    """Return what stands for a target in the model, or why nothing does."""
    if target.reason:
        return f"Not modelled: {target.reason}"
    known = INDICATORS[target.indicator]
    words = [f"Counted: {known.meaning} ({known.zh})"]
    if known.real is not None:
        words.append(f"Beside it: those {known.activity}")
    words.append(f"Moved by {', '.join(known.moved_by)}")
    words += [reading_words(target)] if target.variants else []
    return ". ".join(words)


def reading_words(target: Target) -> str:
    """Return which reading of the text a target has, and which others there are."""
    told = {
        variant.id: f"{variant.id} ({variant.reading or INDICATORS[variant.indicator].meaning})"
        for variant in target.variants
    }
    chosen = told.pop(target.variant)
    choose = f"targets.{target.id}.variant"
    return f"The reading of the text is {chosen}; {choose} may also be {' or '.join(told.values())}"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


# All plans

LIKELY, UNLIKELY = 2 / 3, 1 / 3  # chances above and below which a target is called so


def overview(views: Sequence[View]) -> dict[str, Any]:
    """Return the first page: what stands for each plan, side by side."""
    run = [view for view in views if view.ones]
    return {
        "words": _overview_words(run),
        "answers": _overview_answers(views),
        "money": _overview_money(run),
        "starts": _overview_starts(views),
    }


def _overview_words(views: Sequence[View]) -> list[str]:
    if not views:
        return []
    mains = [sort_targets(view, view.main) for view in views]
    first, total = views[0].main.policy, sum(map(sum, mains))
    words = [
        f"Of the {total} targets of all plans that have a chance here, "
        f"{sum(m[0] for m in mains)} are likely, {sum(m[1] for m in mains)} about even and "
        f"{sum(m[2] for m in mains)} unlikely to be met by their dates, {mix_words(first)}."
    ]
    pairs = [(view, view.base) for view in views if view.base]
    if len(pairs) == len(views):
        bases = [sort_targets(view, base) for view, base in pairs]
        words[0] += (
            f" {mix_words(pairs[0][1].policy).capitalize()}, {sum(b[0] for b in bases)} are "
            f"likely, {sum(b[1] for b in bases)} even, {sum(b[2] for b in bases)} unlikely."
        )
        moved = [_moved(view) for view in views]
        words.append(
            f"For {sum(m[0] for m in moved)} of them the plan raises the chance by 10 points or "
            f"more; {sum(m[1] for m in moved)} are likely already {mix_words(pairs[0][1].policy)}."
        )
    return words


def _moved(view: View) -> tuple[int, int]:
    """Return how many targets a plan makes clearly likelier, and how many are likely without it."""
    rows = [view.added(view.main, target) for target in view.plan.targets]
    clear = sum(bool(row) and row["probability_change"] >= _CLEARLY for row in rows)
    return clear, sort_targets(view, view.base)[0] if view.base else 0


def sort_targets(view: View, one: Combination) -> tuple[int, int, int]:
    """Return how many targets are likely, about even and unlikely to be met."""
    rows = [view.attained(one, target)["probability"] for target in view.plan.targets]
    chances = np.array([chance for chance in rows if np.isfinite(chance)])
    likely, unlikely = chances >= LIKELY, chances <= UNLIKELY
    return int(likely.sum()), int((~likely & ~unlikely).sum()), int(unlikely.sum())


def _plan_cell(view: View) -> Cell:
    plan = view.plan
    english = re.search(r"\(([^()]+)\)$", plan.title)
    where = english[1] if english else plan.city.zh or plan.city.name
    words = f"{where}; {label(plan.start)} to {label(plan.end)}"
    return Cell(plan.name, words, strong=True, link=folder_name(plan.name))


def _overview_answers(views: Sequence[View]) -> Table:
    bases = any(view.base for view in views)
    heads = ["Plan", "Targets", "Likely · even · unlikely"]
    heads += ["The same, without"] if bases else []
    heads += ["All behavioural targets met", "What holds it back most", "Most added by the plan"]
    rows: list[Sequence[Cell] | str] = []
    for view in views:
        cells = [_plan_cell(view), _natures_cell(view.plan)]
        if not view.ones:
            rows.append([*cells, Cell("no replicate was completed")])
            continue
        cells.append(_sorted_cell(view, view.main))
        if bases:
            cells.append(_sorted_cell(view, view.base) if view.base else Cell(_NONE))
        rows.append([*cells, _all_met_cell(view), _binding_cell(view), _gain_cell(view)])
    return Table(heads, rows, "cards")


def _natures_cell(plan: Plan) -> Cell:
    counts = [(nature, sum(t.nature == nature for t in plan.targets)) for nature in NATURES]
    notes = ", ".join(f"{count} {nature}" for nature, count in counts if count)
    unmodelled = sum(bool(target.reason) for target in plan.targets)
    more = f"; {unmodelled} not modelled" if unmodelled else ""
    return Cell(str(len(plan.targets)), notes + more)


def _sorted_cell(view: View, one: Combination) -> Cell:
    return Cell(" · ".join(map(str, sort_targets(view, one))), mix_words(one.policy))


def _all_met_cell(view: View) -> Cell:
    met = all_met(view, view.main)
    if view.base is None or met.text == _NONE:
        return met
    without = f"{mix_words(view.base.policy)}: {all_met(view, view.base).text}"
    return Cell(met.text, f"{met.note}; {without}", strong=True)


def _binding_cell(view: View) -> Cell:
    name = view.summary(view.main)["binding_target"]
    target = next((t for t in view.plan.targets if t.id == name), None)
    if target is None:
        return Cell(_NONE)
    row, share = view.attained(view.main, target), is_share(target)
    return Cell(
        headline(target),
        f"chance {number(row['probability'], share=True)}; median {number(row['p50'], share)}; "
        f"goal: {goal_words(target)}",
    )


def _gain_cell(view: View) -> Cell:
    rows = [(view.added(view.main, target), target) for target in view.plan.targets]
    rows = [(row, target) for row, target in rows if row]
    if not rows:
        return Cell(_NONE)
    row, target = max(rows, key=lambda pair: pair[0]["probability_change"])
    gain = row["probability_change"]
    if not gain > 0:
        return Cell("no target is likelier")
    return Cell(headline(target), f"{signed(gain, share=True)} of chance")


def _overview_money(views: Sequence[View]) -> Table:
    heads = ["Plan", "Instruments", "Public cost, million CNY", "Assumed"]
    heads += ["Committed beyond the run, million CNY", "Public cost a year over GDP"]
    rows: list[Sequence[Cell]] = []
    for view in views:
        row, counts = view.summary(view.main), instrument_counts(view.plan)
        share = view.main.assumed_share
        words = f"{counts['with_amount']} with an amount, {counts['modelled']} act in the model"
        committed = np.quantile(view.main.committed, _SPAN).tolist()
        rows.append(
            [
                _plan_cell(view),
                Cell(str(counts["all"]), words),
                Cell(span_words(row["cost_p05"], row["cost_p50"], row["cost_p95"])),
                Cell(number(share, share=True) if np.isfinite(share) else "nothing is paid"),
                Cell(span_words(*committed)),
                Cell(_of_gdp(view)),
            ]
        )
    return Table(heads, rows, "cards")


def _of_gdp(view: View) -> str:
    """Return the yearly public cost in the median future over the city's GDP at the start."""
    years = len(view.main.quarters) / 4
    gdp = view.main.starts["gdp"].median() if "gdp" in view.main.starts else 0.0
    cost = view.summary(view.main)["cost_p50"] / years
    return f"{100 * cost / gdp:.2g}{PERCENT}" if gdp > 0 and cost > 0 else _NONE


def _overview_starts(views: Sequence[View]) -> Table:
    heads = ["Plan", "Figures of the city", "Starting stocks of targets that were not known"]
    rows: list[Sequence[Cell]] = []
    for view in views:
        known, number_of = _known_figures(view.plan)
        figure = Cell(f"{known} of {number_of} published")
        rows.append([_plan_cell(view), figure, Cell(*_unknown_starts(view))])
    return Table(heads, rows, "cards")


def _unknown_starts(view: View) -> tuple[str, str]:
    """Return the targets whose start was drawn, with its range, and how many begin at nothing."""
    if not view.ones:
        return _NONE, ""
    drawn, from_nothing = [], 0
    for target in _ordered(view.plan):
        if target.reason:
            continue
        share = is_share(target)
        low, _, high = np.quantile(view.main.starts[target.id], _SPAN).tolist()
        span = between(low, high, share)
        if span:
            drawn.append(f"{headline(target)} ({span})")
        from_nothing += low == high == 0
    note = f"{plural(from_nothing, 'target')} counted from nothing" if from_nothing else ""
    return "; ".join(drawn) or "none", note


# The answer


def asked(plan: Plan) -> str:
    """Return what a plan asks, in a sentence."""
    natures = [(n, sum(target.nature == n for target in plan.targets)) for n in NATURES]
    kinds = ", ".join(f"{count} {nature}" for nature, count in natures if count)
    numbers = sum(instrument.amount is not None for instrument in plan.instruments)
    return (
        f"{plan.document or plan.name} sets {plural(len(plan.targets), 'target')} ({kinds}) and "
        f"{plural(len(plan.instruments), 'instrument')}, {numbers} of them with an amount in the "
        f"text, for {label(plan.start)} to {label(plan.end)}."
    )


def all_met(view: View, one: Combination) -> Cell:
    """Return in how many futures all behavioural targets are met."""
    chance = view.summary(one)["all_behavioural_probability"]
    if not np.isfinite(chance):
        return Cell(_NONE)
    futures = len(one.replicates)
    low, high = jeffreys(round(chance * futures), futures)
    return Cell(number(chance, share=True), f"95 % interval {between(low, high, share=True)}")


def binding_words(view: View, one: Combination) -> str:
    """Return the target that holds a plan back most."""
    name = view.summary(one)["binding_target"]
    return next((headline(target) for target in view.plan.targets if target.id == name), _NONE)


def assumed_words(one: Combination) -> str:
    """Return how much of a mix's cost is assumed; it goes with every word on cost."""
    share = one.assumed_share
    return f"{number(share, share=True)} of it assumed" if np.isfinite(share) else "nothing is paid"


def cost_cell(view: View, one: Combination) -> Cell:
    """Return a mix's public cost with its assumed share."""
    row = view.summary(one)
    return Cell(span_words(row["cost_p05"], row["cost_p50"], row["cost_p95"]), assumed_words(one))


def cost_words(view: View) -> str:
    """Return what the chapter's mix costs the city and its counties."""
    row, one = view.summary(view.main), view.main
    if row["cost_p95"] == 0:
        return "City and counties pay nothing under it."
    low, middle, high = np.quantile(one.committed, _SPAN).tolist()
    return (
        f"City and counties pay {rough(row['cost_p50'])} million CNY in the median future "
        f"(nine in ten futures: {rough(row['cost_p05'])} to {rough(row['cost_p95'])}), "
        f"{assumed_words(one)}, because the text gives no amount. A further {rough(middle)} "
        f"million ({rough(low)} to {rough(high)}) are earned in the run and fall due after its "
        "end; they rest on assumed amounts in the same way. Fund capital, provincial and national "
        "money and tax forgone are not in it."
    )


def verdict(view: View) -> list[str]:
    """Return the answer in a few sentences."""
    main, base = view.main, view.base
    rows = [(t, view.attained(main, t)) for t in _ordered(view.plan) if not t.reason]
    rows = [(target, row) for target, row in rows if np.isfinite(row["probability"])]
    if not rows:
        return ["No target's date lies within this run."]
    words = []
    met = all_met(view, main)
    if met.text != _NONE:
        without = f"; {mix_words(base.policy)}, in {all_met(view, base).text}" if base else ""
        words.append(
            f"All behavioural targets are met together in {met.text} of the futures "
            f"({met.note}){without}."
        )
    likely, best = max(rows, key=lambda pair: pair[1]["probability"])
    words.append(f"Most likely: {_told(view, likely, best)}.")
    name = view.summary(main)["binding_target"]
    held = next((pair for pair in rows if pair[0].id == name), None)
    if held:
        words.append(f"What holds the plan back most: {_told(view, *held)}{_short(*held)}.")
    return words + _most_added(view, rows)


def _told(view: View, target: Target, row: Mapping[str, Any]) -> str:
    chance = number(row["probability"], share=True)
    if view.base is None:
        return f"{headline(target)}, {chance}"
    without = number(view.attained(view.base, target)["probability"], share=True)
    return f"{headline(target)}, {chance} ({mix_words(view.base.policy)}: {without})"


def _short(target: Target, row: Mapping[str, Any]) -> str:
    if row["shortfall_p50"] <= 0:
        return ""
    size = number(row["shortfall_p50"], is_share(target))
    return f"; half of the futures fall short of {_goal(target)} by {size} or more"


def _goal(target: Target) -> str:
    return number(target.value, is_share(target))


def _most_added(view: View, rows: Sequence[tuple[Target, Mapping[str, Any]]]) -> list[str]:
    """Return for which target the mix adds most to the chance."""
    added = [(view.added(view.main, target), target) for target, _ in rows]
    added = [(row, target) for row, target in added if row]
    if not added or view.base is None:
        return []
    against = f"Compared with the runs {mix_words(view.base.policy)}"
    row, target = max(added, key=lambda pair: pair[0]["probability_change"])
    gain = row["probability_change"]
    if gain <= 0:
        return [f"{against}, no target is more likely."]
    return [f"{against}, most is added for: {headline(target)}, {signed(gain, share=True)}."]


def answer_table(view: View) -> Table:
    """Return the answer for every target, behavioural ones first."""
    main, base = mix_words(view.main.policy), view.base
    heads = ["Target", "Start", "Goal", f"Chance {main}"]
    heads += [f"Chance {mix_words(base.policy)}"] if base else []
    heads += [f"At the date, {main}"]
    heads += [_without_head(base), "Added, on average"] if base else []
    heads += ["Falls short by", "Real activity beside the count", "Half have met it by"]
    rows: list[Sequence[Cell] | str] = []
    for nature in NATURES:
        targets = [target for target in view.plan.targets if target.nature == nature]
        rows += [NATURE_WORDS[nature]] if targets else []
        rows += [_answer(view, target) for target in targets]
    return Table(heads, rows, "cards answers")


def _without_head(base: Combination) -> str:
    return "Arrives anyway" if base.mix.empty else f"At the date, {mix_words(base.policy)}"


def _answer(view: View, target: Target) -> list[Cell]:
    cells = [_target_cell(target), _start_cell(view, target, met=True), _goal_cell(target)]
    if target.reason:
        return [*cells, Cell("not modelled", target.reason)]
    share, base = is_share(target), view.base
    main = view.attained(view.main, target)
    cells += [_chance_cell(view, one, target) for one in (view.main, base) if one]
    cells.append(Cell(number(main["p50"], share), _span(main, share)))
    if base:
        anyway = view.attained(base, target)
        cells.append(Cell(number(anyway["p50"], share), _span(anyway, share)))
        cells.append(_added_cell(view.added(view.main, target), share))
    return [
        *cells,
        Cell(number(main["shortfall_p50"], share)),
        _real_cell(view, target),
        _expected_cell(view, target),
    ]


def _target_cell(target: Target) -> Cell:
    notes = [f"clause {target.clause}", target.id]
    notes += [f"read as {target.variant}"] if target.variants else []
    return Cell(headline(target), " · ".join(notes), target.zh, strong=True)


def _start_cell(view: View, target: Target, *, met: bool = False) -> Cell:
    """Return where a target starts and, if asked, in how many futures it is met already."""
    if target.reason:
        return Cell(_NONE)
    start, share = view.main.starts[target.id], is_share(target)
    low, middle, high = np.quantile(start, _SPAN).tolist()
    notes = [between(low, high, share) or ("known" if middle else "counted from nothing")]
    already = float(target.met(start).mean())
    if met and already > 0:
        notes.append(f"met already in {number(already, share=True)} of the futures")
    return Cell(number(middle, share), "; ".join(notes))


def _goal_cell(target: Target) -> Cell:
    date = f"by {target.date}" + ("" if target.date_stated else " (inferred: the plan's end)")
    return Cell(goal_words(target), "; ".join(filter(None, [date, WORDINGS[target.wording]])))


def _chance_cell(view: View, one: Combination, target: Target) -> Cell:
    row = view.attained(one, target)
    chance = row["probability"]
    if not np.isfinite(chance):
        return Cell(_NONE, "the date lies beyond this run")
    notes = [between(row["probability_low"], row["probability_high"], share=True)]
    if is_share(target) and target.value == 1:
        nearly = (one.at(target) >= _NEARLY).mean()
        notes.append(f"{number(_NEARLY, share=True)} or more: {number(nearly, share=True)}")
    return Cell(
        number(chance, share=True),
        "; ".join(notes),
        share=chance,
        colour=Ink(view.study, view.plan, chinese=True).colour(one.policy),
        strong=True,
    )


def _span(row: Mapping[str, Any], share: bool) -> str:
    return between(row["p05"], row["p95"], share)


def _added_cell(row: Mapping[str, Any], share: bool) -> Cell:
    mean, error = row["delta_mean"], 1.96 * row["delta_se"]
    if not np.isfinite(mean):
        return Cell(_NONE)
    notes = [f"± {rough(100 * error if share else error)}"] if np.isfinite(error) else []
    low, high = (signed(row[name], share) for name in ("delta_p05", "delta_p95"))
    if low != high:
        notes.append(f"in single futures {low.removesuffix(_POINTS)} to {high}")
    return Cell(signed(mean, share), "; ".join(notes))


def _real_cell(view: View, target: Target) -> Cell:
    if not has_real(target):
        return Cell(_NONE, "nothing else is measured")
    words = [INDICATORS[target.indicator].activity]
    if view.base:
        words.append(f"{mix_words(view.base.policy)}: {_real(view, view.base, target)}")
    return Cell(_real(view, view.main, target), "; ".join(words))


def _real(view: View, one: Combination, target: Target) -> str:
    return number(view.attained(one, target)["real_p50"], is_share(target))


def _expected_cell(view: View, target: Target) -> Cell:
    main = view.attained(view.main, target)["expected_quarter"]
    base = view.attained(view.base, target)["expected_quarter"] if view.base else ""
    note = f"{mix_words(view.base.policy)}: {base or _NONE}" if view.base and (main or base) else ""
    return Cell(main or _NONE, note)


def _comparing(view: View) -> list[tuple[str, str]]:
    """Return the figures that compare many mixes: name, and words for who cannot see them."""
    if not view.many:
        return []
    found = contrast.compared(view.study, view.plan, view.ones)
    return [(name, f"The mixes compared: {name}") for name, _ in found]


def few_draws(view: View) -> int:
    """Return how many draws of the parameters a plan's futures share; 0 where each has its own."""
    shared = view.main.case.uncertainty == "both" and view.study.effort.replicates > STRATA
    return STRATA if shared else 0


def equal_cost_words(view: View) -> list[str]:
    """Return for each mix at another's cost its scale, its outlay, and how much is assumed."""
    return [
        f"{_capital(mix_words(one.policy))}: every paying instrument that city or county decide "
        f"on offers {number(one.fit.scale)} times its dose. That costs {number(one.fit.outlay)} "
        f"million CNY on average, paid or owed at the end, beside {number(one.fit.wanted)} "
        f"million; {assumed_words(one)}."
        for one in view.ones
        if one.fit
    ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def transplant_part(one: Combination) -> dict[str, Any]:
    """Return what of another plan's mix attaches to this city, and what does not."""
    attached = one.mix.attached
    count = sum(attachment.attaches != "no" for attachment in attached)
    rows = [
        [
            Cell(name_words(a.instrument), f"{a.type.replace('_', ' ')}; clause {a.clause}"),
            Cell({"later": "yes, to what is founded first"}.get(a.attaches, a.attaches)),
            Cell(f"{a.start} to {a.end}" if a.start else _NONE),
            Cell(a.why or _NONE),
        ]
        for a in attached
    ]
    return {
        "title": mix_words(one.policy),
        "words": f"{count} of {plural(len(attached), 'instrument')} attach to this city.",
        "table": Table(("Instrument", "Attaches", "In force", "Why"), rows, "cards"),
    }


def mixes_tables(view: View) -> list[Table]:
    """Return how several mixes compare: each in all, and each target's chance under each."""
    if not view.many:
        return []
    heads = ("Mix", "All behavioural targets met", "Hardest target", "Public cost, million CNY")
    ones = contrast.anyway_first(view.study, view.ones)
    whole = [
        [
            Cell(mix_words(one.policy), strong=True),
            all_met(view, one),
            Cell(binding_words(view, one)),
            _mean_cost_cell(view, one),
        ]
        for one in ones
    ]
    if len(view.ones) > _COLUMNS:  # the heat map has them, and attainment.csv
        return [Table(heads, whole)]
    chances = [
        [_target_cell(target), *(_chance_cell(view, one, target) for one in ones)]
        for target in _ordered(view.plan)
        if not target.reason
    ]
    names = [mix_words(one.policy) for one in ones]
    return [Table(heads, whole), Table(["Target", *names], chances, "cards")]


def _mean_cost_cell(view: View, one: Combination) -> Cell:
    cost, mean = cost_cell(view, one), view.summary(one)["cost_mean"]
    return Cell(cost.text, f"{rough(mean)} on average; {cost.note}" if mean else cost.note)


# Money


def _paying(view: View) -> list[Combination]:
    """Return the chapter's mix, and of the others that are told those that pay anything."""
    return [one for one in view.told if one is view.main or not figures.spending(one).empty]


def spending_part(view: View, one: Combination, drawn: Drawn) -> dict[str, Any]:
    """Return what a mix pays: words, picture and table."""
    table = figures.spending(one)
    silent = [i.id for i in one.mix.instruments if i.modelled and not _pays(table, i)]
    cost = cost_cell(view, one)
    part: dict[str, Any] = {
        "title": mix_words(one.policy),
        "words": f"City and counties: {cost.text} million CNY, {cost.note}.",
        "silent": [name_words(name) for name in silent if LEVERS[_lever(one, name)].pays],
        "paid": not table.empty,
    }
    if part["paid"]:
        words = f"Spending by instrument, {mix_words(one.policy)}"
        part["picture"] = None if view.many else drawn(figures.spending_name(one), words)
        part["table"] = spending_table(one, table)
    return part


def _pays(table: pd.DataFrame, instrument: Instrument) -> bool:
    return instrument.id in set(table["instrument"])


def _lever(one: Combination, name: str) -> str:
    return next(str(i.lever) for i in one.mix.instruments if i.id == name)


def spending_table(one: Combination, table: pd.DataFrame) -> Table:
    """Return what each instrument paid, by who pays."""
    rows: list[Sequence[Cell] | str] = []
    for payers, words in PAYER_GROUPS.items():
        part = table[table["payer"].isin(payers)]
        if len(part):
            total = np.quantile(figures.paid_by(one, payers), _SPAN)
            rows.append(f"{words}; in all {span_words(*total)}, {_assumed(one, payers)}")
            rows += [_payment(row) for row in part.to_dict("records")]
    return Table(_PAID_HEADS, rows, "cards")


_PAID_HEADS = ("Instrument", "Paid by", "Median", "Nine in ten futures", "Mean", "Amount")


def _assumed(one: Combination, payers: Sequence[str]) -> str:
    paid = one.ledger[one.ledger["payer"].isin(payers) & ~one.ledger["background"]]
    total = paid["amount"].sum()
    share = (paid["amount"] * paid["assumed"]).sum() / total if total else 0.0
    return f"{number(share, share=True)} of it assumed"


def _payment(row: Mapping[Any, Any]) -> list[Cell]:
    return [
        Cell(name_words(row["instrument"]), f"clause {row['clause']}", strong=True),
        Cell(row["payer"]),
        Cell(rough(row["p50"])),
        Cell(f"{rough(row['p05'])} to {rough(row['p95'])}"),
        Cell(rough(row["mean"])),
        Cell("assumed" if row["assumed"] else "in the text"),
    ]


def standing_table(one: Combination) -> Table:
    """Return what the rules that stand anyway pay, whatever the mix."""
    table = figures.spending(one, background=True)
    return Table(_PAID_HEADS, [_payment(row) for row in table.to_dict("records")], "cards")


# The audit


def requirements_table(view: View) -> Table:
    """Return what each target asks against the start."""
    heads = ["Target", "Start", "Where the start comes from", "Goal", "Asked a year"]
    heads += ["Met at the start already"]
    asked = audit.requirements(view.plan, view.main.starts).set_index("target").to_dict("index")
    rows = []
    for target in _ordered(view.plan):
        row, share = asked[target.id], is_share(target)
        over = row["asked_over_start"]
        pace = f"{signed(100 * over)} % of the start" if np.isfinite(over) else ""
        rows.append(
            [
                _target_cell(target),
                _start_cell(view, target),
                Cell(_prior_words(view, target)),
                _goal_cell(target),
                Cell(signed(row["asked_a_year"], share), pace),
                Cell(number(row["met_at_start"], share=True), "of the draws"),
            ]
        )
    return Table(heads, rows, "cards")


def _prior_words(view: View, target: Target) -> str:
    if target.reason:
        return _NONE
    if not target.start_stock:
        return "worked out from the city's other figures"
    if target.start_stock in view.study.case(view.plan.name).start:
        return "typed in for this run"
    quantity = view.plan.city.figures[target.start_stock].quantity
    return f"{quantity.status}, {range_words(quantity)}: {quantity.source}"


def break_even_table(view: View) -> Table:
    """Return the start at which each target would be an even bet, mix by mix."""
    found = audit.break_even(view.plan, view.told)
    by_key = found.set_index(["target", "policy"]).to_dict("index")
    rows = []
    for target in _ordered(view.plan):
        cells = [_even_cell(target, by_key.get((target.id, one.policy))) for one in view.told]
        rows.append([_target_cell(target), _start_cell(view, target), *cells])
    names = [f"Even bet, {mix_words(one.policy)}" for one in view.told]
    return Table(["Target", "Start assumed", *names], rows, "cards")


def _even_cell(target: Target, row: Mapping[Any, Any] | None) -> Cell:
    if row is None:
        return Cell(_NONE)
    share, even = is_share(target), row["break_even"]
    tried = between(row["tried_low"], row["tried_high"], share)
    if not tried:
        return Cell(number(even, share), "the same start in all futures")
    if not np.isfinite(even):
        return Cell("none found", f"the end does not rise with the start ({tried})")
    if share and even > 1:
        return Cell("none", f"above 100 %; starts tried: {tried}")
    where = "starts tried" if row["tried"] else "beyond the starts tried"
    return Cell(number(even, share), f"{where}: {tried}")


def contradiction_words(plan: Plan) -> list[str]:
    """Return what in the targets does not fit together."""
    names = {target.id: headline(target) for target in plan.targets}
    return [
        " and ".join(names[name] for name in (row["target"], row["other"]) if name)
        + f": {row['problem']}."
        for row in audit.contradictions(plan).to_dict("records")
    ]


def together_words(view: View) -> list[str]:
    """Return which targets are nearly one."""
    names = {target.id: headline(target) for target in view.plan.targets}
    return [
        f"{names[row['target']]} and {names[row['other']]}: "
        + ("the same count; " if row["same_count"] else "")
        + f"rank correlation {signed(row['correlation'])} over the futures."
        for row in audit.moving_together(view.plan, view.main).to_dict("records")
    ]


# Where the spread comes from


def spread_table(view: View) -> Table:
    """Return how much of each outcome's variance is luck, and what else moves it."""
    shares = audit.spread(view.plan, view.main, view.main.case.uncertainty)
    by_target = shares.set_index("target").to_dict("index")
    drivers = view.drivers
    rows = []
    for target in _ordered(view.plan):
        if target.id not in by_target:
            continue
        row, own = by_target[target.id], drivers[drivers["target"] == target.id]
        error = f"± {number(100 * row['error'])} points" if row["error"] > 0 else ""
        clear = own[own["correlation"].abs() >= own["chance"]]
        unclear = own[own["correlation"].abs() < own["chance"]]
        rows.append(
            [
                _target_cell(target),
                Cell(number(row["parameters"], share=True), error),
                Cell(number(row["luck"], share=True)),
                Cell(_driver_words(clear) or "none stands out"),
                Cell(_driver_words(unclear) or _NONE),
            ]
        )
    heads = ("Target", "Not knowing the parameters", "Luck", "Goes with, clearly")
    return Table([*heads, "Goes with, perhaps by chance"], rows, "cards")


def _driver_words(rows: pd.DataFrame) -> str:
    pairs = zip(rows["parameter"], rows["correlation"], strict=True)
    return ", ".join(f"{name} ({signed(value)})" for name, value in pairs)


def _chance(view: View) -> str:
    return "" if view.drivers.empty else number(float(view.drivers["chance"].iloc[0]))


# The city and what was assumed


def context_table(view: View) -> Table:
    """Return the city's indicators at the start and the end, beside what was published."""
    heads = ["Indicator", "Start", *(f"End, {mix_words(one.policy)}" for one in view.told)]
    rows = [_context(view, name) for name in CONTEXT if name in view.main.starts]
    return Table([*heads, "What the city published"], rows, "cards")


def _context(view: View, name: str) -> list[Cell]:
    known = INDICATORS[name]
    share = known.unit == "share"
    start = view.main.starts[name]
    ends = [one.paths(name)[:, -1] for one in view.told]
    words = known.meaning[:1].upper() + known.meaning[1:]
    cells = [Cell(words, "%" if share else known.unit, known.zh, strong=True)]
    cells += [_quantile_cell(values, share) for values in (start.to_numpy(np.float64), *ends)]
    return [*cells, _published_cell(view.plan, name, share)]


def _quantile_cell(values: Floats, share: bool) -> Cell:
    low, middle, high = np.quantile(values, _SPAN).tolist()
    return Cell(number(middle, share), between(low, high, share))


def _published_cell(plan: Plan, name: str, share: bool) -> Cell:
    if name not in STARTS_FROM:
        return Cell(_NONE)
    figure = plan.city.figures[STARTS_FROM[name]]
    if figure.quantity.status != "cited":
        return Cell("not published", f"assumed: {figure.quantity.source}")
    year = f"{figure.year}: " if figure.year else ""
    percent = INDICATORS[name].unit == "percent" and figure.quantity.unit.startswith("share")
    value = figure.quantity.default * (100 if percent else 1)
    return Cell(year + number(value, share), figure.quantity.source)


def _known_figures(plan: Plan) -> tuple[int, int]:
    """Return how many of a city's figures were published, and how many there are."""
    figures_of_city = plan.city.figures.values()
    published = sum(figure.quantity.status == "cited" for figure in figures_of_city)
    return published, len(plan.city.figures)


def parameter_tables(view: View) -> dict[str, Table]:
    """Return all numbers that the runs rest on, by where they belong."""
    groups: dict[str, list[Sequence[Cell]]] = {}
    case = view.study.case(view.plan.name)
    figures = {f"start.{name}": value for name, value in case.start.items()}
    known = {**case.numbers.values, **figures}
    for name, quantity in all_parameters(view.plan, case.numbers).items():
        group, _, rest = name.partition(".")
        typed = known.get(name)
        if name in case.numbers.ranges:
            typed, source = None, f"range set for this run; {quantity.source}"
            quantity = replace(quantity, source=source)
        unit = unit_and_meaning(name, quantity)
        groups.setdefault(group, []).append(_parameter(rest, quantity, unit, typed))
    doses = [_dose(i) for i in (*view.plan.city.background, *view.plan.instruments) if i.modelled]
    titles = {"start": "start (figures of the city)", "kind": "kind (platform kinds)"}
    tables = {titles.get(group, group): Table(_HEADS, rows) for group, rows in groups.items()}
    return tables | {"dose (amounts of the instruments)": Table(_HEADS, doses)}


_COLUMNS = 9  # mixes whose chances fit into a table
_NEARLY = 0.95  # a share that is nearly all
_CLEARLY = 0.1  # by which a chance is clearly higher
_HEADS = ("Name", "Median", "Range", "Unit and meaning", "Status", "Source")


def _parameter(name: str, quantity: Quantity, unit: str, typed: float | None) -> list[Cell]:
    low, high = exact(quantity.low), exact(quantity.high)
    drawn = quantity.spread != "fixed" and quantity.low < quantity.high and typed is None
    return [
        Cell(name),
        Cell(exact(quantity.default if typed is None else typed)),
        Cell(f"{low} to {high}, {quantity.spread}" if drawn else "not drawn"),
        Cell(unit),
        Cell(quantity.status if typed is None else "typed in for this run"),
        Cell(quantity.source),
    ]


def _dose(instrument: Instrument) -> list[Cell]:
    low, middle, high = (exact(instrument.dose(share)) for share in (0.0, 0.5, 1.0))
    in_text = instrument.amount is not None
    source = instrument.effect.source if instrument.effect else f"clause {instrument.clause}"
    return [
        Cell(instrument.id),
        Cell(middle),
        Cell(f"{low} to {high}" if instrument.has_draw else "not drawn"),
        Cell(LEVERS[str(instrument.lever)].unit),
        Cell("cited" if in_text else "assumed"),
        Cell(source),
    ]


# Appendix


def targets_appendix(plan: Plan) -> Table:
    """Return every target with its clause, its words and what stands for it."""
    heads = ("Target", "Clause and words", "Meaning", "Goal", "Nature", "What stands for it")
    rows = [
        [
            Cell(target.id, strong=True),
            Cell(target.clause, zh=target.zh),
            Cell(target.meaning),
            Cell(goal_words(target), _measure_words(target)),
            Cell(target.nature),
            Cell(target_mechanism_words(target)),
        ]
        for target in plan.targets
    ]
    return Table(heads, rows, "cards")


def _measure_words(target: Target) -> str:
    words = [target.measure, WORDINGS[target.wording], f"by {target.date}"]
    words.append("" if target.date_stated else "date inferred")
    words.append("each level reached counts" if target.count_rule else "")
    return "; ".join(filter(None, words))


def instruments_appendix(view: View) -> Table:
    """Return every instrument with its clause, its words and what stands for it."""
    heads = ["Instrument", "Clause and words", "Meaning", "Amount", "Paid by", "What stands for it"]
    mix = {i.id: i for i in view.main.mix.instruments} if view.ones else {}
    rows = []
    for instrument in view.plan.instruments:
        cells = _instrument(mix.get(instrument.id, instrument))
        if view.ones:
            cells.append(Cell(_in_force(instrument, mix)))
        rows.append(cells)
    if view.ones:
        heads.append(f"In force {mix_words(view.main.policy)}")
    return Table(heads, rows, "cards")


def _in_force(instrument: Instrument, mix: Mapping[str, Instrument]) -> str:
    held = mix.get(instrument.id)
    if held is None or held.clause != instrument.clause:  # another plan's may have the same name
        return "no"
    return "yes" if held == instrument else "yes, changed for this run"


def _instrument(instrument: Instrument) -> list[Cell]:
    unit = f"dose: {LEVERS[instrument.lever].unit}" if instrument.lever else ""
    kinds = ", ".join(kind.replace("_", " ") for kind in instrument.platform_kind)
    about = "; ".join(filter(None, [instrument.type.replace("_", " "), kinds, instrument.level]))
    return [
        Cell(name_words(instrument.id), instrument.id, strong=True),
        Cell(instrument.clause, zh=instrument.zh),
        Cell(instrument.note, about),
        Cell(amount_words(instrument), f"strength: {instrument.strength}; {unit}".rstrip("; ")),
        Cell(instrument.payer, f"decided by the {instrument.controller}"),
        Cell(mechanism_words(instrument)),
    ]


def background_appendix(plan: Plan) -> Table:
    """Return the rules that stand under every mix."""
    heads = ("Rule", "Clause and words", "Meaning", "Amount", "Paid by", "What stands for it")
    return Table(heads, [_instrument(rule) for rule in plan.city.background], "cards")


def instrument_counts(plan: Plan) -> dict[str, int]:
    """Return how many instruments there are, have an amount, and have a mechanism."""
    return {
        "all": len(plan.instruments),
        "with_amount": sum(i.amount is not None for i in plan.instruments),
        "modelled": sum(i.modelled for i in plan.instruments),
        "waiting": sum(bool(i.waits_for) and not i.reason for i in plan.instruments),
    }
