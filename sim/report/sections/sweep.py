"""What was swept, and what it shows: the first part of a sweep's report."""

from typing import Any

import pandas as pd

from sim.region.case import value_words
from sim.report.gallery import SWEPT, Gallery
from sim.report.numerals import NONE, number, rough
from sim.report.sections.cells import Cell, Table
from sim.report.words import mix_words, plural
from sim.results.study import Study, Sweep

_MOST_VALUES = 8  # of a key that are told one by one
_MOST_ROWS = 60


def sweep_part(study: Study, gallery: Gallery) -> dict[str, Any] | None:
    """Return what the report says of a sweep over other keys than plan and mix."""
    sweep = study.sweep
    if sweep is None:
        return None
    plans, policies = (sweep.table[name].nunique() for name in ("plan", "policy"))
    return {
        "design": sweep.design,
        "points": plural(sweep.points, "point"),
        "size": f"{plural(plans, 'plan')}, {policies} {'mix' if policies == 1 else 'mixes'}",
        "replicates": study.effort.replicates,
        "keys": [(key, _values(sweep.table[key])) for key in sweep.keys],
        "table": _table(sweep),
        "more": max(0, len(_combinations(sweep)) - _MOST_ROWS),
        "pictures": gallery.of("", SWEPT),
    }


def _values(column: "pd.Series[Any]") -> str:
    """Return the values of a key; of many, from where to where they go."""
    known = list(dict.fromkeys(value_words(_plain(value)) for value in column))
    if len(known) <= _MOST_VALUES:
        return ", ".join(known)
    if pd.api.types.is_numeric_dtype(column):
        return f"{len(known)} values from {column.min():g} to {column.max():g}"
    return f"{len(known)} values, {known[0]} to {known[-1]}"


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _combinations(sweep: Sweep) -> pd.DataFrame:
    """Return a row per plan and mix at each point: mean chance over its targets, and outlay."""
    keys = list(dict.fromkeys([*sweep.keys, "plan", "policy"]))
    groups = sweep.table.groupby(keys, sort=False, dropna=False)
    return groups.agg(chance=("probability", "mean"), outlay=("outlay_mean", "first")).reset_index()


def _table(sweep: Sweep) -> Table:
    several = sweep.table["plan"].nunique() > 1
    keys = [*sweep.keys, "plan"] if several else list(sweep.keys)
    heads = [*keys, "Mix", "Mean chance over the targets", "Public outlay, million CNY"]
    rows = []
    for row in _combinations(sweep).head(_MOST_ROWS).to_dict("records"):
        chance = row["chance"]
        rows.append(
            [
                *(Cell(value_words(_plain(row[key]))) for key in keys),
                Cell(mix_words(row["policy"]), strong=True),
                Cell(number(chance, share=True) if pd.notna(chance) else NONE),
                Cell(rough(row["outlay"]) if pd.notna(row["outlay"]) else NONE),
            ]
        )
    return Table(heads, rows)
