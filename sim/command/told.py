"""What is told in the terminal: a table per plan and mix, and where the report lies."""

import math
from collections.abc import Sequence

from sim.results.combination import Combination
from sim.results.study import Study


def told(study: Study) -> str:
    """Return the table of attainment and where the report lies."""
    shown = [one for one in study.combinations if one.policy not in study.baselines[:1]]
    tables = [_table(study, one) for one in shown or study.combinations]
    return "\n".join([*tables, f"Report: {study.root / 'report.html'}\n"])


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
    return title + "".join(_line(cells, widths) for cells in rows)


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
