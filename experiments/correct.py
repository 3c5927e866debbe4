"""Behind at mid-term: which change of the mix still meets the target, and what it costs.

    python experiments/correct.py --plan weihai_2018 --at 2019Q4 [--figure brokers=150]
    python experiments/correct.py --plan weihai_2018 --at 2019Q4 --replicate 7

The mix is as it was until the end of the quarter ``--at`` and changed from the next one on, in the
same city with the same luck. Changes tried: each group's doses (of what city or county pays) times
1.5, 2 and 3; what the mix lacks, group by group; all of that together; and, alone and with it all,
1.5 or 2 times the money of the city's and the counties' lines (``city fund``) from the next year
that begins. For each target the cheapest is told that meets it with the probability asked and
leaves it as much real activity; or that none does, and whether time is the reason: whether the
strongest change would do so from the first quarter on, and what building times, rounds of
accreditation and the yearly opening of money leave time for.

``--figure TARGET=VALUE``, once or more, says where the city stands at that quarter: then only the
third of the futures counts whose values lie nearest to it (each in standard deviations).
``--replicate K`` starts from one city instead: the state that replicate K of this seed shows then,
with its parameters; its futures differ in the luck that follows.
"""

import argparse
import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from evaluation import (
    FUND,
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

from sim.design import Fork
from sim.errors import ConfigError, unknown
from sim.indicators import INDICATORS
from sim.instrument import Instrument
from sim.kinds import KIND_CODE, KINDS
from sim.parameters import Values, values
from sim.plan import Plan, Target, load_plan
from sim.policy import Mix, build_mix
from sim.processes.accreditation import pass_share
from sim.quarter import label, parse, season
from sim.settings import check_whole, replacing

TIMES = (1.5, 2.0, 3.0)
FUNDS = (1.5, 2.0)
NEAREST = 3  # one in so many futures counts as near to the figures typed
SLACK = 0.02  # share by which real activity may lie below that of the unchanged mix
UNCHANGED, ALL = "unchanged", f"all x{max(TIMES):g}"
STRONGEST = f"{ALL} and {FUND} x{max(FUNDS):g}"
EARLIER = f"{STRONGEST} from the first quarter"
_WRITTEN = ("start", "scale", "later_start", "later_scale")


def changed(
    plan: Plan, mix: Mix, factors: Mapping[str, float], since: int, name: str, fund: float = 1.0
) -> Mix:
    """Return a mix that offers other multiples, and instruments that it lacked, from a quarter on.

    Args:
        plan: The plan.
        mix: The mix.
        factors: Instrument → times its dose.
        since: The quarter.
        name: What it is called.
        fund: Times the money of the lines.

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
    mix = dataclasses.replace(mix, name=name, instruments=tuple(found))
    if fund == 1:
        return mix
    if mix.later_start is not None:
        raise ConfigError(
            f"--policy: the budget changes in {label(mix.later_start)} already; a correction needs "
            "a mix that stays the same"
        )
    if since <= plan.start:
        return mix.financed(fund)
    return dataclasses.replace(mix, later_start=since, later_budget=fund * mix.budget)


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
    found.append(changed(plan, mix, everything, since, ALL))
    found += [changed(plan, mix, {}, since, f"{FUND} x{fund:g}", fund) for fund in FUNDS]
    found.append(changed(plan, mix, everything, since, STRONGEST, max(FUNDS)))
    return [*found, changed(plan, mix, everything, plan.start, EARLIER, max(FUNDS))]


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


def standing(outcome: Outcome, target: Target, rows: NDArray[np.intp], quarter: str) -> str:
    """Return where a target stands at the end of a quarter, in words."""
    at = outcome.quarters.index(quarter), outcome.columns([target])[0]
    low, median, high = np.quantile(outcome.paths[(rows, *at)], [0.05, 0.5, 0.95])
    spread = "" if low == high else f" ({low:.3g} to {high:.3g})"
    return f"{median:.3g}{spread} of {target.value:g}"


def first_effect(outcomes: Sequence[Outcome], target: Target, rows: NDArray[np.intp]) -> str:
    """Return the first quarter in which the strongest change moves a target; empty for none."""
    at = outcomes[0].columns([target])[0]
    strongest = next(outcome for outcome in outcomes if outcome.mix.name == STRONGEST)
    moved = (strongest.paths != outcomes[0].paths)[rows, :, at].any(axis=0)
    quarters = [q for q, m in zip(strongest.quarters, moved, strict=True) if m]
    return quarters[0] if quarters else ""


def why_not(target: Target, since: int, known: Values) -> str:
    """Return what is decided from a quarter on can still come in time for a target, or not."""
    indicator, said = INDICATORS[target.indicator], []
    due, opening = label(target.by), next_opening(since)
    if opening > target.by:
        said.append(
            f"A year's money opens in its first quarter: none opens any more from {label(since)} "
            f"to {due}."
        )
    if not indicator.kinds:
        return " ".join(said)
    building = known.kinds()["building"]
    kind = min(indicator.kinds, key=lambda kind: building[KIND_CODE[kind]])
    wait, begun = round(building[KIND_CODE[kind]]), "is decided"
    if indicator.host == "outside":
        wait += round(known.of("founding").shortest_talks)
        begun = "talks begin about"
    late = "too late for" if since + wait > target.by else "in time for"
    said.append(
        f"What {begun} in {label(since)} ({kind}) opens {wait} quarter{'s' * (wait != 1)} later, "
        f"in {label(since + wait)}: {late} {due}."
    )
    levels = KINDS[kind].levels
    steps = levels.index(indicator.level) if indicator.level else 0
    if steps:
        p = known.of("accreditation")
        rounds = sum(season(quarter) == 4 for quarter in range(since, target.by + 1))
        young = since + wait + 4 * p.youngest * steps > target.by
        said.append(
            f"The {indicator.level} level is given in fourth quarters, to some "
            f"{pass_share(kind, indicator.level, p):.2g} of all applicants, after {p.youngest:.2g} "
            f"years at the level below: {rounds} {'round is' if rounds == 1 else 'rounds are'} left"
            + (", for which what is new is too young." if young else ".")
        )
    return " ".join(said)


def next_opening(since: int) -> int:
    """Return the first quarter from one on in which the money of a year opens."""
    return since + (1 - season(since)) % 4


def verdict(
    target: Target, rows: pd.DataFrame, p: float, effect: str, since: int, why: str = ""
) -> str:
    """Return what helps a target, in a sentence or two, and why where nothing does."""
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
    raised = f": the highest is {highest['probability']:.2f} ({highest['change']}), from {now:.2f}"
    moves = highest["probability"] > now
    said = (
        f"no change of those tried reaches {p:g}"
        f"{raised if moves else f', nor raises its {now:.2f}'}; its median goes from "
        f"{was:.3g} to {most:.3g} of {target.value:g} with {STRONGEST}."
    )
    why = f" {why}" if why else ""
    left = target.by - since + 1
    earlier = by_change.loc[EARLIER, "probability"]
    if earlier >= p:
        return (
            f"{said} Time no longer allows it: {left} quarters are left; from the first, "
            f"{STRONGEST} would have reached {earlier:.2f}.{why}"
        )
    if target.nature == "quota":
        return (
            f"{said} A quota set outside the city decides: from the first quarter on "
            f"{STRONGEST} reaches {earlier:.2f}.{why}"
        )
    when = f"moves it from {effect} on" if effect else "moves it in no quarter"
    return (
        f"{said} Not time alone: {STRONGEST} {when}, and from the first quarter on reaches "
        f"{earlier:.2f}.{why}"
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
    tree = {"name": name, "only": [i.id for i in mix.instruments], "instruments": changes}
    if mix.budget != 1:
        tree["budget"] = mix.budget
    if mix.later_start is not None:
        tree |= {"later_start": label(mix.later_start), "later_budget": mix.later_budget}
    return tree


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


def fork_of(asked: argparse.Namespace, at: int) -> Fork | None:
    """Return the replicate whose state it is; None where it is of no single one.

    Raises:
        ConfigError: If there is no such replicate, or figures say where the city stands, too.
    """
    if asked.replicate is None:
        return None
    if asked.figure:
        raise ConfigError(
            f"--figure {asked.figure[0]} with --replicate {asked.replicate}: where the city stands "
            "is told either by figures or by a replicate"
        )
    check_whole("--replicate", asked.replicate, 0)
    return Fork(asked.replicate, at)


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
    options.add_argument("--replicate", type=int, help="whose state it is, where one run is meant")
    options.add_argument("--targets", help="with commas; the behavioural ones if not given")
    options.add_argument("--probability", type=float, default=0.8)
    asked = options.parse_args(typed)
    plan = load_plan(asked.plan)
    p, at = probability("--probability", asked.probability), quarter_of(plan, asked.at)
    figures, targets = figures_of(plan, asked.figure), wanted(plan, asked.targets)
    mix = build_mix(plan, asked.policy)
    fork = fork_of(asked, at)
    evaluate, folder = evaluator(asked, plan, "correct", fork)
    mixes = candidates(plan, mix, at + 1)
    outcomes = evaluate.outcomes(mixes)
    rows, remarks = near(outcomes[0], label(at), figures)
    tried = table(outcomes, targets, rows)
    medians = outcomes[0].parameters.iloc[rows].median().to_dict()
    known = Values({**values(plan, {}).flat, **medians})
    lines = []
    for target in targets:
        own = tried[tried["target"] == target.id]
        effect, why = first_effect(outcomes, target, rows), why_not(target, at + 1, known)
        there = standing(outcomes[0], target, rows, label(at))
        lines.append(f"* {target.id} ({there}): {verdict(target, own, p, effect, at + 1, why)}")
        best = cheapest(own, p)
        if best is not None and best["change"] != UNCHANGED:
            chosen = next(m for m in mixes if m.name == best["change"])
            with replacing(folder / f"{target.id}.yaml") as unfinished:
                tree = tree_of(plan, chosen, f"correct_{target.id}")
                unfinished.write_text(yaml.safe_dump(tree, sort_keys=False), "utf-8")
    before = max(outcomes[0].outlay[rows].mean(), 1e-9)
    spent = {o.mix.name: o.outlay[rows].mean() / before for o in outcomes}
    opening = next_opening(at + 1)
    opens = f"next in {label(opening)}" if opening <= plan.end else "no more before the plan's end"
    wide = tried.pivot(index="change", columns="target", values="probability")
    wide.insert(0, "extra_outlay", tried.groupby("change")["extra_outlay"].first())
    wide = wide.loc[[m.name for m in mixes], ["extra_outlay", *(t.id for t in targets)]]
    typed_in = ", ".join(f"{name} = {value:g}" for name, value in figures.items())
    stands = f"nearest to {typed_in}: " if figures else ""
    of = f"replicate {fork.replicate} of " if fork else ""
    text = f"""# What still helps {plan.name} after {label(at)}

The mix is {mix.name} to the end of {label(at)}, and changed from {label(at + 1)} on.
In brackets is where it stands then{" (90 % of futures)" * (fork is None)}, beside its goal.
What counts is {stands}{len(rows)} of {asked.replicates} futures of {of}seed {asked.seed}.
{"".join(f"{remark}{chr(10)}" for remark in remarks)}
{chr(10).join(lines)}

Larger doses from the same lines may only go to fewer: {ALL} costs {spent[ALL]:.2f} times what the
unchanged mix does. With twice the money of the lines it costs {spent[STRONGEST]:.2f} times, and
{spent[EARLIER]:.2f} times from the first quarter on. A year's money opens in its first quarter,
{opens}.

Probability of each target, and extra outlay (million CNY, paid or owed at the end), by change:

{markdown(wide.reset_index())}

A change that helps is written as a policy file, TARGET.yaml: `python -m sim policy=FILE` runs it.
"""
    draw(tried, p, folder / "correction.png", f"{plan.name} after {label(at)}")
    write_files(folder, {"changes": tried}, text)


if __name__ == "__main__":
    told(main)
