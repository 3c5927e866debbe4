"""The interactive chart of a sweep: one page in HTML that needs nothing outside itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.colours import colour_of

if TYPE_CHECKING:
    import altair

_FIGURES = {
    "chance": ("probability", "probability_low", "probability_high"),
    "median": ("p50", "p05", "p95"),
    "what the mix adds": ("delta_mean", "delta_mean", "delta_mean"),
}
_TOLD = (
    *("goal", "start_p50", "p05", "p50", "p95", "probability", "probability_low"),
    *("probability_high", "outlay_mean", "delta_mean", "replicates"),
)
_WIDTH, _HEIGHT = 620, 340
_STYLE = "body{font:15px sans-serif;margin:2em} .vega-bind{margin:.4em 0}"


def sweep_page(table: pd.DataFrame, keys: Sequence[str]) -> str:
    """Return the page of a sweep.

    Args:
        table: A row per combination and target, as in ``sweep.csv``.
        keys: The keys that are swept.
    """
    import altair as alt

    names = {key: f"key{place}" for place, key in enumerate(keys)}  # no dots, which are paths
    rows = table.rename(columns=names)
    rows = rows.astype(object).where(rows.notna(), None)
    shown = _shown(table, keys)
    target = _menu("target", "Target or indicator ", list(dict.fromkeys(table["target"])))
    plan = _menu("plan", "Plan ", list(dict.fromkeys(table["plan"])))
    across = _menu("across", "Across ", shown, list(map(names.__getitem__, shown)))
    figure = _menu("figure", "Upward ", list(_FIGURES))
    chosen = {what: _chosen(place) for place, what in enumerate(("y", "low", "high"))}
    data = alt.Data(values=rows.to_dict("records"))  # type: ignore[no-untyped-call]
    base = (
        alt.Chart(data)
        .transform_filter("datum.target == target && datum.plan == plan")
        .transform_calculate(x="datum[across]", **chosen)
        .transform_filter("isValid(datum.y)")
        .properties(width=_WIDTH, height=_HEIGHT)
    )
    x = alt.X("x:N", title=None)
    if all(pd.api.types.is_numeric_dtype(table[key]) for key in keys):
        x = alt.X("x:Q", title=None, scale=alt.Scale(zero=False))
    mixes = list(dict.fromkeys(table["policy"]))
    colours = alt.Scale(domain=mixes, range=[colour_of(mix, mixes) for mix in mixes])
    colour = alt.Color("policy:N", title="Mix", scale=colours)
    told = [alt.Tooltip(f"{name}:N", title=key) for key, name in names.items()]
    told += [alt.Tooltip(f"{name}:N") for name in ("plan", "policy", "target", "unit")]
    told += [alt.Tooltip(f"{name}:Q", format=".4g") for name in _TOLD]
    lines = base.mark_line(strokeWidth=2).encode(
        x=x, y=alt.Y("mean(y):Q", title=None), color=colour
    )
    points = base.mark_circle(size=70).encode(
        x=x, y=alt.Y("y:Q", title=None), color=colour, tooltip=told
    )
    bars = base.mark_rule(opacity=0.35).encode(x=x, y="low:Q", y2="high:Q", color=colour)
    chart = (
        alt.layer(bars, lines, points)
        .add_params(target, plan, across, figure)
        .properties(
            title="A sweep: choose what stands across and upward",
            autosize=alt.AutoSizeParams(type="pad"),
        )
        .configure_view(stroke="#cccccc")
    )
    page: str = chart.to_html(inline=True, embed_options={"actions": {"export": True}})
    return page.replace("</head>", f"<title>A sweep</title><style>{_STYLE}</style></head>", 1)


def _menu(
    name: str, words: str, shown: Sequence[str], values: Sequence[str] | None = None
) -> "altair.Parameter":
    """Return a menu of a page."""
    import altair as alt

    options = list(shown if values is None else values)
    labels = list(shown)
    bound = alt.binding_select(options=options, labels=labels, name=words)
    return alt.param(name=name, bind=bound, value=options[0])


def _chosen(place: int) -> str:
    """Return the expression for the column that is chosen upward, or for an end of its band."""
    *firsts, last = ((what, columns[place]) for what, columns in _FIGURES.items())
    tests = [f"figure == '{what}' ? datum.{column}" for what, column in firsts]
    return " : ".join([*tests, f"datum.{last[1]}"])


def _shown(table: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """Return the keys that have several values; all of them where none has."""
    return [key for key in keys if table[key].nunique() > 1] or list(keys)
