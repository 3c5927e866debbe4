"""Behind at mid-term: which change of the mix still meets the target, and what it costs.

    python experiments/correct.py --plan weihai_2018 --at 2019Q4 [--figure brokers=150]

The mix is as it was until the end of the quarter ``--at`` and changed from the next one on, in the
same city with the same luck. Changes tried: each group's doses (of what city or county pays) times
1.5, 2 and 3; what the mix lacks, group by group; and all of it together. For each target the
cheapest is told that meets it with the probability asked and leaves it as much real activity; or
that none does, and whether time is the reason: whether the strongest change would do so from the
first quarter on.

``--figure TARGET=VALUE``, once or more, says where the city stands at that quarter: then only the
third of the futures counts whose values lie nearest to it (each in standard deviations).
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from evaluation import (
    Outcome,
    evaluator,
    groups_of,
    markdown,
    parser,
    paying,
    probability,
    told,
    wanted,
    write_files,
)
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.errors import ConfigError, unknown
from sim.instrument import Instrument
from sim.plan import Plan, Target, load_plan
from sim.policy import Mix, build_mix
from sim.quarter import label, parse
from sim.settings import replacing

TIMES = (1.5, 2.0, 3.0)
NEAREST = 3  # one in so many futures counts as near to the figures typed
SLACK = 0.02  # share by which real activity may lie below that of the unchanged mix
UNCHANGED, STRONGEST, EARLIER = "unchanged", "all x3", "all x3 from the first quarter"
_WRITTEN = ("start", "scale", "later_start", "later_scale")


def changed(plan: Plan, mix: Mix, factors: Mapping[str, float], since: int, name: str) -> Mix:
    """Return a mix that offers other multiples, and instruments that it lacked, from a quarter on.

    Raises:
        ConfigError: If it changes on its way already.
    """
    own = {instrument.id: instrument for instrument in mix.instruments}
    found = []
    for instrument in plan.instruments:
        factor = factors.get(instrument.id)
        if instrument.id in own:
            ready = own[instrument.id]
            found.append(ready if factor is None else _rescaled(ready, factor, since))
        elif factor is not None and instrument.end >= since:
            start = max(instrument.start, since)
            found.append(dataclasses.replace(instrument, start=start, scale=factor))
    return Mix(name=name, instruments=tuple(found))


def _rescaled(instrument: Instrument, factor: float, since: int) -> Instrument:
    if instrument.later_start is not None:
        raise ConfigError(
            f"--policy: {instrument.id} changes in {label(instrument.later_start)} already; a "
            "correction needs a mix that stays the same"
        )
    if instrument.end < since:
        return instrument
    scale = factor * instrument.scale
    if instrument.start >= since:
        return dataclasses.replace(instrument, scale=scale)
    return dataclasses.replace(instrument, later_start=since, later_scale=scale)


def candidates(plan: Plan, mix: Mix, since: int) -> list[Mix]:
    """Return the mix, its changes from a quarter on, and last the strongest from the first on."""
    own, paid = {i.id for i in mix.instruments}, paying(plan)
    found = [dataclasses.replace(mix, name=UNCHANGED)]
    everything: dict[str, float] = {}
    for group, ids in groups_of(plan).items():
        scaled = [i for i in ids if i in own and i in paid]
        lacking = [i for i in ids if i not in own]
        everything |= dict.fromkeys(scaled, max(TIMES)) | dict.fromkeys(lacking, 1.0)
        for times in TIMES if scaled else ():
            name = f"{group} x{times:g}"
            found.append(changed(plan, mix, dict.fromkeys(scaled, times), since, name))
        if lacking:
            name = f"with {group}"
            found.append(changed(plan, mix, dict.fromkeys(lacking, 1.0), since, name))
    found.append(changed(plan, mix, everything, since, STRONGEST))
    return [*found, changed(plan, mix, everything, plan.start, EARLIER)]


def near(
    outcome: Outcome, quarter: str, figures: Mapping[str, float]
) -> tuple[NDArray[np.intp], list[str]]:
    """Return the futures nearest to some figures, and what to say where none comes near."""
    every = np.arange(len(outcome.outlay))
    if not figures:
        return every, []
    ids = [target.id for target in outcome.targets]
    distance, remarks = np.zeros(every.size), []
    for name, value in figures.items():
        there = outcome.paths[:, outcome.quarters.index(quarter), ids.index(name)]
        distance += ((there - value) / (there.std() or 1.0)) ** 2
        if not there.min() <= value <= there.max():
            remarks.append(
                f"{name} = {value:g} lies outside all futures, {there.min():.4g} to "
                f"{there.max():.4g} in {quarter}: what follows is of the nearest, not of the city."
            )
    nearest = np.argsort(distance, kind="stable")[: math.ceil(every.size / NEAREST)]
    return np.sort(nearest), remarks


def table(
    outcomes: Sequence[Outcome], targets: Sequence[Target], rows: NDArray[np.intp]
) -> pd.DataFrame:
    """Return per target and change: probability, extra outlay and change in real activity."""
    before = outcomes[0]
    found = []
    for at, target in zip(before.columns(targets), targets, strict=True):
        was = before.reals[rows, at].mean()
        for outcome in outcomes:
            found.append(
                {
                    "target": target.id,
                    "change": outcome.mix.name,
                    "probability": float(outcome.met[rows, at].mean()),
                    "extra_outlay": float((outcome.outlay - before.outlay)[rows].mean()),
                    "median": float(np.median(outcome.values[rows, at])),
                    "real": float(outcome.reals[rows, at].mean()),
                    "works": bool(outcome.reals[rows, at].mean() >= (1 - SLACK) * was),
                }
            )
    return pd.DataFrame(found)


def cheapest(rows: pd.DataFrame, p: float) -> pd.Series | None:
    """Return the cheapest change of a target that reaches a probability; None where none does."""
    tried = rows[rows["works"] & (rows["change"] != EARLIER) & (rows["probability"] >= p)]
    order = tried.sort_values("extra_outlay", kind="stable")
    return None if order.empty else order.iloc[0]


def first_effect(outcomes: Sequence[Outcome], target: Target, rows: NDArray[np.intp]) -> str:
    """Return the first quarter in which the strongest change moves a target; empty for none."""
    at = outcomes[0].columns([target])[0]
    strongest = next(outcome for outcome in outcomes if outcome.mix.name == STRONGEST)
    moved = (strongest.paths != outcomes[0].paths)[rows, :, at].any(axis=0)
    quarters = [q for q, m in zip(strongest.quarters, moved, strict=True) if m]
    return quarters[0] if quarters else ""


def verdict(target: Target, rows: pd.DataFrame, p: float, effect: str, since: int) -> str:
    """Return what helps a target, in a sentence or two."""
    by_change = rows.set_index("change")
    now = by_change.loc[UNCHANGED, "probability"]
    if now >= p:
        return f"nothing is left to do: it is met with probability {now:.2f} as it is."
    best = cheapest(rows, p)
    if best is not None:
        return (
            f"{best['change']} raises its probability from {now:.2f} to {best['probability']:.2f} "
            f"for {best['extra_outlay']:.1f} million CNY more."
        )
    tried = rows[rows["works"] & (rows["change"] != EARLIER)]
    highest = tried.loc[tried["probability"].idxmax()]
    was, most = by_change.loc[[UNCHANGED, STRONGEST], "median"]
    said = (
        f"no change of those tried reaches {p:g}: the highest is {highest['probability']:.2f} "
        f"({highest['change']}), from {now:.2f}; its median goes from "
        f"{was:.3g} to {most:.3g} of {target.value:g} with {STRONGEST}."
    )
    left = target.by - since + 1
    earlier = by_change.loc[EARLIER, "probability"]
    if earlier >= p:
        return (
            f"{said} Time no longer allows it: {left} quarters are left; from the first, all x3 "
            f"would have reached {earlier:.2f}."
        )
    if target.nature == "quota":
        return (
            f"{said} A quota set outside the city decides: from the first quarter on all x3 "
            f"reaches {earlier:.2f}."
        )
    when = f"moves it from {effect} on" if effect else "moves it in no quarter"
    return (
        f"{said} Not time alone: all x3 {when}, and from the first quarter on reaches "
        f"{earlier:.2f}."
    )


def tree_of(plan: Plan, mix: Mix, name: str) -> dict[str, Any]:
    """Return a corrected mix as a policy file has it."""
    written = {instrument.id: instrument for instrument in plan.instruments}
    changes: dict[str, dict[str, Any]] = {}
    for instrument in mix.instruments:
        for key in _WRITTEN:
            value = getattr(instrument, key)
            if value != getattr(written[instrument.id], key):
                shown = label(value) if key.endswith("start") else value
                changes.setdefault(instrument.id, {})[key] = shown
    return {"name": name, "only": [i.id for i in mix.instruments], "instruments": changes}


def figures_of(plan: Plan, typed: Sequence[str]) -> dict[str, float]:
    """Return the figures that were typed, by target.

    Raises:
        ConfigError: If one cannot be read, or there is no such target.
    """
    known = [target.id for target in plan.targets if not target.reason]
    found = {}
    for text in typed:
        name, _, value = text.partition("=")
        if name not in known:
            raise unknown("--figure", f"modelled target of {plan.name}", name, known)
        try:
            found[name] = float(value)
        except ValueError:
            raise ConfigError(f"--figure {text}: TARGET=VALUE with a number is needed") from None
        if not math.isfinite(found[name]):
            raise ConfigError(f"--figure {text}: a finite number is needed")
    return found


def quarter_of(plan: Plan, typed: str) -> int:
    """Return the quarter after which the mix changes.

    Raises:
        ConfigError: If nothing of the plan is left then.
    """
    at = parse(typed, "--at")
    if not plan.start <= at < plan.end:
        raise ConfigError(
            f"--at {typed}: a quarter of {plan.name} that leaves one to change is needed, "
            f"{label(plan.start)} to {label(plan.end - 1)}"
        )
    return at


def draw(rows: pd.DataFrame, p: float, path: Path, title: str) -> None:
    """Draw extra outlay against probability, a panel per target."""
    names = list(dict.fromkeys(rows["target"]))
    figure = Figure(figsize=(7, 2.2 * len(names)), layout="constrained")
    panels = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        tried = rows[(rows["target"] == name) & (rows["change"] != EARLIER)]
        axes.scatter(tried["extra_outlay"], tried["probability"], s=18)
        axes.axhline(p, color="0.6", linestyle="--")
        axes.set(title=name, ylim=(-0.05, 1.05), ylabel="probability")
    panels[-1].set_xlabel("extra public outlay, million CNY")
    figure.suptitle(title)
    with replacing(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=120)


def main(typed: Sequence[str] | None = None) -> None:
    """Try the changes and write what each does."""
    options = parser(__doc__, replicates=30)
    options.add_argument("--at", required=True, help="the quarter at whose end the state is known")
    options.add_argument("--policy", default="as_written", help="the mix until then, or its file")
    options.add_argument("--figure", action="append", default=[], metavar="TARGET=VALUE")
    options.add_argument("--targets", help="with commas; the behavioural ones if not given")
    options.add_argument("--probability", type=float, default=0.8)
    asked = options.parse_args(typed)
    plan = load_plan(asked.plan)
    p, at = probability("--probability", asked.probability), quarter_of(plan, asked.at)
    figures, targets = figures_of(plan, asked.figure), wanted(plan, asked.targets)
    mix = build_mix(plan, asked.policy)
    evaluate, folder = evaluator(asked, plan, "correct")
    mixes = candidates(plan, mix, at + 1)
    outcomes = evaluate.outcomes(mixes)
    rows, remarks = near(outcomes[0], label(at), figures)
    tried = table(outcomes, targets, rows)
    lines = []
    for target in targets:
        own = tried[tried["target"] == target.id]
        effect = first_effect(outcomes, target, rows)
        lines.append(f"* {target.id}: {verdict(target, own, p, effect, at + 1)}")
        best = cheapest(own, p)
        if best is not None and best["change"] != UNCHANGED:
            chosen = next(m for m in mixes if m.name == best["change"])
            with replacing(folder / f"{target.id}.yaml") as unfinished:
                tree = tree_of(plan, chosen, f"correct_{target.id}")
                unfinished.write_text(yaml.safe_dump(tree, sort_keys=False), "utf-8")
    spent = outcomes[-1].outlay[rows].mean() / max(outcomes[0].outlay[rows].mean(), 1e-9)
    wide = tried.pivot(index="change", columns="target", values="probability")
    wide.insert(0, "extra_outlay", tried.groupby("change")["extra_outlay"].first())
    wide = wide.loc[[m.name for m in mixes], ["extra_outlay", *(t.id for t in targets)]]
    typed_in = ", ".join(f"{name} = {value:g}" for name, value in figures.items())
    stands = f"nearest to {typed_in}: " if figures else ""
    text = f"""# What still helps {plan.name} after {label(at)}

The mix is {mix.name} to the end of {label(at)}, and changed from {label(at + 1)} on.
What counts is {stands}{len(rows)} of {asked.replicates} futures of seed {asked.seed}.
{" ".join(remarks)}

{chr(10).join(lines)}

Doses are multiplied, budget lines are not: {EARLIER} costs
{spent:.2f} times what the unchanged mix does. Where that is near 1, larger offers go to fewer.

Probability of each target, and extra outlay (million CNY, paid or owed at the end), by change:

{markdown(wide.reset_index())}

A change that helps is written as a policy file, TARGET.yaml: `python -m sim policy=FILE` runs it.
"""
    draw(tried, p, folder / "correction.png", f"{plan.name} after {label(at)}")
    write_files(folder, {"changes": tried}, text)


if __name__ == "__main__":
    told(main)
