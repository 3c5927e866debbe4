"""The report: one page in HTML that needs nothing outside itself.

Each plan is a chapter. What it says comes from ``sections`` and the gallery; how it looks is in
``templates/``. The same study and gallery give the same bytes.
"""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.region.plugins import told
from sim.report.gallery import ATTAINMENT, COMPARED, FAN, SPENDING, Gallery
from sim.report.sections.answers import answer_table, asked, verdict
from sim.report.sections.appendix import (
    background_appendix,
    instruments_appendix,
    targets_appendix,
)
from sim.report.sections.arithmetic import (
    break_even_table,
    contradiction_words,
    requirements_table,
    together_words,
)
from sim.report.sections.behind import behind_table
from sim.report.sections.city import context_table
from sim.report.sections.limits import absent, processes
from sim.report.sections.mixes import equal_cost_words, mixes_tables, transplant_part
from sim.report.sections.money import cost_words, paths_table, spending_parts, standing_table
from sim.report.sections.overview import overview
from sim.report.sections.parameters import parameter_tables
from sim.report.sections.spread import spread_part
from sim.report.sections.sweep import sweep_part
from sim.report.shapes import Shapes
from sim.report.view import View, instrument_counts, published_figures, views_of
from sim.report.words import mix_words
from sim.results.starts import unmet_starts
from sim.results.study import Study
from sim.runs.folder import replacing

TEMPLATES = Path(__file__).parent / "templates"


def write(study: Study, gallery: Gallery) -> None:
    """Write the report of a study, with its pictures, below its root."""
    with replacing(study.root / "report.html") as unfinished:
        unfinished.write_text(render(study, gallery), encoding="utf-8")


def render(study: Study, gallery: Gallery) -> str:
    """Return the report of a study, with its pictures, as HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    views, shapes = views_of(study), Shapes()
    drawings = {each.name: Markup(shapes.drawing(each.svg)) for each in gallery.pictures}
    return environment.get_template("report.html.j2").render(
        chapters=[chapter(view, gallery) for view in views],
        drawings=drawings,
        shapes=shapes.all(),
        overview=overview(views) if len(views) > 1 else None,
        sweep=sweep_part(study, gallery),
        effort=study.effort,
        case=study.combinations[0].case,
        failures=study.failures,
        unreached=study.unreached,
        absent=absent(study),
        processes=processes(),
    )


def chapter(view: View, gallery: Gallery) -> dict[str, Any]:
    """Return all that a plan's chapter says."""
    plan, case = view.plan, view.study.case(view.plan.name)
    said: dict[str, Any] = {
        "anchor": view.anchor,
        "plan": plan,
        "asked": asked(plan),
        "run": bool(view.ones),
        "sweep": view.study.sweep,
        "case": case,
        "set": case.set_words,
        "plugins": [told(plugin) for plugin in case.plugins],
        "remarks": case.remarks,
        "figures_known": published_figures(plan),
        "parameters": parameter_tables(view),
        "targets": targets_appendix(plan),
        "instruments": instruments_appendix(view),
        "background": background_appendix(plan),
        "counts": instrument_counts(plan),
    }
    return said | (results_of(view, gallery) if view.ones else {})


def results_of(view: View, gallery: Gallery) -> dict[str, Any]:
    """Return what of a chapter rests on the runs."""
    plan, main = view.plan, view.main
    said: dict[str, Any] = {
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
        "compared": gallery.of(plan.name, COMPARED),
        "attainment": gallery.of(plan.name, ATTAINMENT),
        "fans": gallery.of(plan.name, FAN),
        "spending": [
            part | {"pictures": gallery.of(plan.name, SPENDING, part["policy"])}
            for part in spending_parts(view)
        ],
        "standing": standing_table(main),
        "paths": paths_table(view),
        "behind": behind_table(view),
        "requirements": requirements_table(view),
        "break_even": break_even_table(view),
        "contradictions": contradiction_words(plan),
        "together": together_words(view),
        "precision": view.study.precision_words,
        "context": context_table(view),
        "unmet": [start.sentence for start in unmet_starts(main)],
    }
    return said | spread_part(view)
