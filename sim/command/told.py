"""What is told in the terminal: a table per plan and mix, and where the report lies."""

import math
from collections.abc import Sequence
from pathlib import Path

from sim.results.combination import Combination
from sim.results.starts import unmet_starts
from sim.results.study import Study, Sweep

_MOST_LINES = 40  # points of a sweep that are told one by one


def told(study: Study) -> str:
    """Return the table of attainment and where the report lies."""
    if study.sweep:
        whole = study.root / "sweep.csv"
        return f"{_points(study.sweep, whole)}\nReport: {study.root / 'report.html'}\n"
    shown = [one for one in study.combinations if one.policy not in study.baselines[:1]]
    tables = [_table(study, one) for one in shown or study.combinations]
    return "\n".join([*tables, f"Report: {study.root / 'report.html'}\n"])


def _points(sweep: Sweep, whole: Path) -> str:
    """Return a line for each plan and mix at each point of a sweep."""
    keys = [*sweep.keys, "plan", "policy"]
    means = {"mean chance": ("probability", "mean"), "outlay": ("outlay_mean", "first")}
    lines = sweep.table.groupby(keys, sort=False, dropna=False).agg(**means).reset_index()
    rows = [[*keys, *means]]
    for row in lines.head(_MOST_LINES).to_dict("records"):
        values = [_value(row[key]) for key in keys]
        rows.append([*values, _chance(row["mean chance"]), _short(row["outlay"])])
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    title = f"{sweep.points} points, {len(lines)} combinations; outlay in million CNY\n"
    more = len(lines) - _MOST_LINES
    rest = f"and {more} more in {whole}\n" if more > 0 else ""
    return title + "".join(_line(cells, widths) for cells in rows) + rest


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(study: Study, one: Combination) -> str:
    baseline = study.against(one)
    rows = [["target", "start", "median", "5-95 %", "goal", "probability"]]
    for row in one.attainment.to_dict("records"):
        if row["status"] == "not_modelled":
            numbers = ["", "not modelled", "", _short(row["goal"]), ""]
        else:
            span = "" if math.isnan(row["p05"]) else f"{_short(row['p05'])}-{_short(row['p95'])}"
            ends = [_short(row["goal"]), _chance(row["probability"])]
            numbers = [_short(row["start_p50"]), _short(row["p50"]), span, *ends]
        rows.append([row["target"], *numbers])
    if baseline:
        beside = baseline.attainment["probability"]
        title = "without" if baseline.policy == "none" else baseline.policy
        last = [title, *map(_chance, beside)]
        rows = [[*cells, cell] for cells, cell in zip(rows, last, strict=True)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    title = f"{one.plan}, {one.policy}, {len(one.replicates)} replicates\n"
    unmet = "".join(f"{start.sentence}\n" for start in unmet_starts(one))
    return title + "".join(_line(cells, widths) for cells in rows) + unmet


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(c.rjust(w) for c, w in rest)]).rstrip() + "\n"


def _short(number: float) -> str:
    """Return a number with three digits or, where it is larger, without decimals."""
    if math.isnan(number):
        return ""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _chance(probability: float) -> str:
    return "" if math.isnan(probability) else f"{probability:.2f}"
