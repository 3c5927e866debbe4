"""Which pictures a study has; each is drawn and saved once.

Up to two mixes of a plan are told one by one: how likely each target is, a fan chart per target,
what each mix pays. More are compared instead. Each picture is saved as PNG and SVG below
``figures``; many are drawn by several processes. The same study gives the same bytes.
"""

import dataclasses
import gc
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.report.counted import headline
from sim.report.figures.attainment import attainment_chart
from sim.report.figures.fan import fan_chart
from sim.report.figures.heat_map import heat_map
from sim.report.figures.look import NO_FONT, Ink, chinese_font, styled
from sim.report.figures.outlay import outlay_chart, outlay_points
from sim.report.figures.panels import added_chart, added_panels, real_chart, real_panels
from sim.report.figures.spending import spending_chart
from sim.report.figures.sweep import against_chart, heat_chart, plans_chart, rows_of
from sim.report.figures.sweep_page import sweep_page
from sim.report.gallery import (
    ATTAINMENT,
    COMPARED,
    FAN,
    SPENDING,
    SWEPT,
    Caption,
    Gallery,
    Picture,
)
from sim.report.payments import spending
from sim.report.view import View, ordered, views_of
from sim.report.words import mix_words
from sim.results.study import Study
from sim.runs import workers
from sim.runs.folder import folder_name, replacing

FOLDER = "figures"
DPI = 110
_FORMATS: dict[str, dict[str, Any]] = {
    "png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 3}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
}
PAGE = "sweep.html"  # the interactive chart of a sweep
_MOST_KEYS = 8  # that each have a figure of their own
_MANY = 24  # pictures from which they are worth several processes


@dataclass(frozen=True, kw_only=True)
class Sketch(Caption):
    """A picture yet to be drawn.

    Attributes:
        figure: What draws it.
    """

    figure: Callable[[Ink], Figure]


def draw(study: Study) -> Gallery:
    """Draw all pictures of a study, save them below its root and return them."""
    if chinese_font() is None:
        print(NO_FONT, file=sys.stderr)
    folder = study.root / FOLDER
    wanted = [(view.policies, part) for view in views_of(study) for part in _parts(sketches(view))]
    if study.sweep:
        wanted.append((study.sweep.table["policy"].unique().tolist(), swept(study)))
        with replacing(folder / PAGE) as unfinished:
            unfinished.write_text(sweep_page(study.sweep.table, study.sweep.keys), "utf-8")
    number = sum(len(part) for _, part in wanted)
    processes = 1 if number < _MANY else min(workers.number_of(study.effort.workers), number)
    # Where replicates were run, these are the same processes.
    drawn = workers.computed(partial(_drawn, folder), wanted, processes, in_order=True)
    return Gallery(tuple(picture for part in drawn for picture in part))


def _parts(own: Sequence[Sketch]) -> Iterator[Sequence[Sketch]]:
    """Yield a plan's sketches in parts that are alike in number, each for one process."""
    of = -(-len(own) // (_MANY // 2))
    for place in range(of):
        yield own[place * len(own) // of : (place + 1) * len(own) // of]


def _drawn(folder: Path, wanted: tuple[Sequence[str], Sequence[Sketch]]) -> list[Picture]:
    """Draw and save some pictures of a plan whose mixes are named."""
    policies, part = wanted
    font = chinese_font()  # each process looks for itself
    ink = Ink(policies, chinese=font is not None)
    gc.freeze()  # figures make so much garbage that all else would be searched again and again
    with styled(font):
        found = [_picture(sketch, ink, folder) for sketch in part]
    gc.unfreeze()
    return found


def _picture(sketch: Sketch, ink: Ink, folder: Path) -> Picture:
    caption = {field.name: getattr(sketch, field.name) for field in dataclasses.fields(Caption)}
    svg = _save(sketch.figure(ink), folder / sketch.name)
    return Picture(**caption, svg=svg)


def _save(figure: Figure, path: Path) -> str:
    """Save a figure in all forms; return it as SVG."""
    canvas = FigureCanvasAgg(figure)
    for ending, options in _FORMATS.items():
        drawn = io.BytesIO()  # the drawing library would not say that a disk is full
        canvas.print_figure(drawn, format=ending, dpi=DPI, **options)
        with replacing(path.with_name(f"{path.name}.{ending}")) as unfinished:
            unfinished.write_bytes(drawn.getvalue())
    return drawn.getvalue().decode()


def sketches(view: View) -> list[Sketch]:
    """Return a plan's pictures, yet to be drawn; what has no replicates has none."""
    if not view.ones:
        return []
    return _compared(view) if view.many else _one_by_one(view)


def swept(study: Study) -> list[Sketch]:
    """Return the pictures of a sweep: of each plan against a key, or two, and of all plans."""
    assert study.sweep is not None
    table, keys = study.sweep.table, study.sweep.keys
    plans = [rows_of(table, plan, keys) for plan in study.plans.values()]
    found: dict[str, Callable[[Ink], Figure]] = {}
    for rows in plans:
        name = rows.plan.name
        if not rows.moving:
            continue
        if len(rows.keys) == 2:
            found |= {
                f"{name} over {' and '.join(rows.keys)}, {policy}": partial(
                    heat_chart, rows, policy
                )
                for policy in rows.policies
                if policy not in study.baselines or len(rows.policies) == 1
            }
        found |= {
            f"{name} against {key}": partial(against_chart, rows, key)
            for key in rows.keys[:_MOST_KEYS]
        }
    if len(plans) > 1:
        found |= {
            f"all plans against {key}": partial(plans_chart, plans, key)
            for key in keys[:_MOST_KEYS]
            if table[key].nunique() > 1
        }
    return [
        Sketch(
            name=folder_name(f"sweep-{words.replace(' ', '-')}"),
            words=f"A sweep: {words}",
            kind=SWEPT,
            plan="",
            figure=figure,
        )
        for words, figure in found.items()
    ]


def _one_by_one(view: View) -> list[Sketch]:
    plan, ones = view.plan, view.ones
    found = [
        Sketch(
            name=folder_name(f"{plan.name}-attainment"),
            words="Attainment of all targets",
            kind=ATTAINMENT,
            plan=plan.name,
            figure=partial(attainment_chart, plan, ones),
        )
    ]
    found += [
        Sketch(
            name=folder_name(f"{plan.name}-{target.id}"),
            words=f"Fan chart: {headline(target)}",
            kind=FAN,
            plan=plan.name,
            target=target.id,
            figure=partial(fan_chart, target, ones),
        )
        for target in ordered(plan)
        if not target.reason
    ]
    found += [
        Sketch(
            name=folder_name(f"{plan.name}-spending-{one.policy}"),
            words=f"Spending by instrument, {mix_words(one.policy)}",
            kind=SPENDING,
            plan=plan.name,
            policy=one.policy,
            figure=partial(spending_chart, one),
        )
        for one in ones
        if not spending(one).empty
    ]
    return found


def _compared(view: View) -> list[Sketch]:
    ones = view.anyway_first
    found: dict[str, Callable[[Ink], Figure]] = {
        "attainment": partial(heat_map, view.plan, ones),
    }
    if changes := added_panels(view):
        found["added"] = partial(added_chart, changes, view.study.baselines[0])
    if not (points := outlay_points(ones)).empty:
        found["outlay"] = partial(outlay_chart, points)
    if activities := real_panels(view):
        found["real"] = partial(real_chart, activities)
    names = {what: folder_name(f"{view.plan.name}-mixes-{what}") for what in found}
    return [
        Sketch(
            name=names[what],
            words=f"The mixes compared: {names[what]}",
            kind=COMPARED,
            plan=view.plan.name,
            figure=figure,
        )
        for what, figure in found.items()
    ]
