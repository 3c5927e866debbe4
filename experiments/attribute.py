"""Which instruments bring which effect: Shapley values of groups of a plan's instruments.

    python experiments/attribute.py plan=weihai_2018 [by=group|type|instrument]

A group's Shapley value is what it adds, averaged over all orders in which the groups could be put
into force; the values of all groups add up to the plan as written less its targets alone, which a
government watches without any instrument too, replicate by replicate. Up to seven groups all
coalitions are run, beyond that some orders are drawn, each with its reverse. An instrument that two
groups' mixes select (a training, say) stands in the first; budget rules are a group of their own,
so that a group without effect gets exactly nothing.
The error of a value is that of a mean over replicates and, where orders are drawn, over orders.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import factorial
from pathlib import Path

import numpy as np
import pandas as pd
from asking import Experiment, Key, ask, choice, told, whole
from evaluation import (
    Evaluator,
    Floats,
    Outcome,
    evaluator,
    figure,
    groups_of,
    markdown,
    picture,
    shared_instruments,
    standard_error,
    write_files,
)

from sim.policy.mix import Mix

LARGEST = 7  # players whose coalitions are all run
EXPERIMENT = Experiment(
    name="attribute",
    doc=__doc__,
    replicates=20,
    keys=(
        Key(
            name="by",
            read=choice("group", "type", "instrument"),
            default="group",
            words="the players: group, type or instrument",
        ),
        Key(
            name="orders",
            read=whole(2),
            default=10,
            words="pairs of orders drawn, where coalitions are too many to run all",
        ),
    ),
)

Coalition = frozenset[str]
Values = Mapping[Coalition, Floats]


def coalitions(players: Sequence[str]) -> list[Coalition]:
    """Return all coalitions, the smallest first."""
    sizes = range(len(players) + 1)
    return [frozenset(chosen) for size in sizes for chosen in combinations(players, size)]


def shapley(players: Sequence[str], values: Values) -> dict[str, Floats]:
    """Return each player's Shapley value from the values of all coalitions."""
    n = len(players)
    found = {}
    for player in players:
        others = [other for other in players if other != player]
        found[player] = sum(
            (
                factorial(len(s))
                * factorial(n - len(s) - 1)
                / factorial(n)
                * (values[s | {player}] - values[s])
                for s in coalitions(others)
            ),
            np.zeros_like(values[frozenset()]),
        )
    return found


def synergy(players: Sequence[str], values: Values) -> dict[tuple[str, str], Floats]:
    """Return the Shapley interaction index of each pair: what the two add only together."""
    n = len(players)
    found = {}
    for one, two in combinations(players, 2):
        others = [other for other in players if other not in (one, two)]
        found[one, two] = sum(
            (
                factorial(len(s))
                * factorial(n - len(s) - 2)
                / factorial(n - 1)
                * (values[s | {one, two}] - values[s | {one}] - values[s | {two}] + values[s])
                for s in coalitions(others)
            ),
            np.zeros_like(values[frozenset()]),
        )
    return found


def drawn_orders(players: Sequence[str], pairs: int, seed: int) -> list[tuple[str, ...]]:
    """Return orders of the players, each followed by its reverse."""
    random = np.random.default_rng(seed)
    orders = []
    for _ in range(pairs):
        order = tuple(players[at] for at in random.permutation(len(players)))
        orders += [order, order[::-1]]
    return orders


def along(order: Sequence[str]) -> list[Coalition]:
    """Return the coalitions that an order goes through."""
    return [frozenset(order[:size]) for size in range(len(order) + 1)]


def sampled(orders: Sequence[Sequence[str]], values: Values) -> dict[str, Floats]:
    """Return what each player adds in each order: pairs of orders first, then as the values."""
    found: dict[str, list[Floats]] = {player: [] for player in orders[0]}
    for order in orders:
        for before, after, player in zip(along(order), along(order)[1:], order, strict=False):
            found[player].append(values[after] - values[before])
    return {
        player: np.array([(a + b) / 2 for a, b in zip(added[::2], added[1::2], strict=True)])
        for player, added in found.items()
    }


def figures(outcome: Outcome) -> Floats:
    """Return per replicate each target's value, whether it was met, and outlay."""
    return np.column_stack([outcome.values, outcome.met, outcome.outlay])


def headings(outcome: Outcome) -> list[tuple[str, str]]:
    """Return quantity and target of each column of ``figures``."""
    ids = [target.id for target in outcome.targets]
    return [("value", i) for i in ids] + [("probability", i) for i in ids] + [("outlay", "")]


def worth(
    evaluate: Evaluator, groups: Mapping[str, Sequence[str]], wanted: Iterable[Coalition]
) -> tuple[dict[Coalition, Floats], list[tuple[str, str]]]:
    """Run coalitions; return the figures of each, and what their columns are."""
    asked = list(dict.fromkeys(wanted))
    mixes = []
    for coalition in asked:
        ids = {i for group in coalition for i in groups[group]}
        instruments = tuple(i for i in evaluate.plan.instruments if i.id in ids)
        mixes.append(
            Mix(name="+".join(sorted(coalition)) or "targets_alone", instruments=instruments)
        )
    outcomes = evaluate.outcomes(mixes)
    found = {c: figures(outcome) for c, outcome in zip(asked, outcomes, strict=True)}
    return found, headings(outcomes[0])


def attribute(
    evaluate: Evaluator, groups: Mapping[str, Sequence[str]], pairs: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the Shapley values and, where all coalitions were run, the synergies."""
    players, seed = list(groups), evaluate.case.seed
    synergies: dict[tuple[str, str], Floats] = {}
    if len(players) <= LARGEST:
        values, columns = worth(evaluate, groups, coalitions(players))
        added = shapley(players, values)
        errors = {player: standard_error(rows) for player, rows in added.items()}
        synergies = synergy(players, values)
    else:
        orders = drawn_orders(players, pairs, seed)
        values, columns = worth(evaluate, groups, (c for order in orders for c in along(order)))
        by_order = sampled(orders, values)
        added = {player: rows.mean(axis=0) for player, rows in by_order.items()}
        errors = {
            player: np.hypot(standard_error(rows.mean(axis=0)), spread(rows.mean(axis=1)))
            for player, rows in by_order.items()
        }
    total = values[frozenset(players)] - values[frozenset()]
    added["total"], errors["total"] = total, standard_error(total)
    tables = [
        pd.DataFrame(
            {**dict(zip(("quantity", "target"), column, strict=True)), **names}
            | {"effect": rows.mean(axis=0)[at], "se": error[at]}
            for at, column in enumerate(columns)
            for names, rows, error in entries
        )
        for entries in (
            [({"group": p}, rows, errors[p]) for p, rows in added.items()],
            [
                ({"group": a, "other": b}, rows, standard_error(rows))
                for (a, b), rows in synergies.items()
            ],
        )
    ]
    return tables[0], tables[1]


def spread(means: Floats) -> Floats:
    """Return the error that is left from drawing only some orders, a row per pair of orders."""
    return np.asarray(means.std(axis=0, ddof=1) / np.sqrt(len(means)))


def _with_error(effect: float, error: float) -> str:
    of_several = "" if np.isnan(error) else f" ± {figure(error, 2)}"
    return figure(effect, sign="+") + of_several


def section(table: pd.DataFrame, quantity: str) -> str:
    """Return a row per target that some group moves, a column per group, and the other targets."""
    rows = table[table["quantity"] == quantity]
    still = (rows["effect"] == 0) & (rows["se"].fillna(0.0) == 0)
    cells = list(map(_with_error, rows["effect"], rows["se"]))
    shown = rows.assign(text=np.where(still, "0", cells))
    wide = shown.pivot(index="target", columns="group", values="text")
    names, groups = dict.fromkeys(rows["target"]), list(dict.fromkeys(rows["group"]))
    moved = [name for name in names if not still[rows["target"] == name].all()]
    others = ", ".join(name for name in names if name not in moved)
    parts = [markdown(wide.loc[moved, groups].reset_index())] if moved else []
    return "\n\n".join([*parts, f"No group moves: {others}."] if others else parts)


def draw(table: pd.DataFrame, path: Path, title: str) -> None:
    """Draw what each group adds to each target's probability."""
    rows = table[(table["quantity"] == "probability") & (table["group"] != "total")]
    grid = rows.pivot(index="target", columns="group", values="effect")
    with picture(
        path, figsize=(2 + 1.1 * grid.shape[1], 1.5 + 0.4 * grid.shape[0]), layout="tight"
    ) as figure:
        axes = figure.add_subplot()
        most = max(0.01, float(grid.abs().to_numpy().max()))
        image = axes.imshow(grid, cmap="RdBu", vmin=-most, vmax=most, aspect="auto")
        axes.set_xticks(range(grid.shape[1]), grid.columns, rotation=30, ha="right")
        axes.set_yticks(range(grid.shape[0]), grid.index)
        axes.set_title(title)
        figure.colorbar(image, label="added to the probability")


def main(typed: Sequence[str] | None = None) -> None:
    """Run the coalitions and write the tables."""
    asked = ask(EXPERIMENT, typed)
    evaluate, folder, plan = evaluator(asked), asked.folder, asked.case.plan
    groups = groups_of(plan, asked.own["by"])
    values, synergies = attribute(evaluate, groups, asked.own["orders"])
    members = pd.DataFrame([(i, g) for g, ids in groups.items() for i in ids])
    members.columns = pd.Index(["instrument", "group"])
    tables = {"shapley": values, "groups": members}
    strongest = "Too many groups for their synergies: these need all coalitions."
    if not synergies.empty:
        tables["synergy"] = synergies
        chances = synergies[synergies["quantity"] == "probability"]
        chances = chances[chances["effect"] != 0]
        order = chances["effect"].abs().sort_values(ascending=False, kind="stable").index
        strongest = markdown(chances.loc[order].head(5).drop(columns="quantity"))
        strongest = strongest if len(chances) else "none: no two groups need each other."
    replicates, seed = asked.effort.replicates, asked.case.seed
    both = ", ".join(shared_instruments(plan)) or "none"
    text = f"""# What each group of instruments of {plan.name} adds

Mean over {replicates} replicates of seed {seed}, ± its Monte Carlo error. The groups
add up to the total: the plan as written less its targets alone.

Probability of each target:

{section(values, "probability")}

Value of each target at its date:

{section(values, "value")}

Public outlay, million CNY, paid or owed at the end:

{section(values.replace({"target": {"": "all"}}), "outlay")}

Strongest synergies (what two groups add to a probability only together; negative: they stand in
for each other):

{strongest}

Instruments that two groups' mixes select, counted in the first only: {both}.
"""
    draw(values, folder / "attribution.png", f"{plan.name}: what each group adds")
    write_files(asked, tables, text)


if __name__ == "__main__":
    told(main)
