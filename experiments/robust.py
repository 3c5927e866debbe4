"""Where does the plan fail, and which mix is regretted least when nobody knows the parameters?

    python experiments/robust.py plan=weihai_2018 replicates=200

A world is one draw of all parameters with its own luck, and one reading of every target whose text
leaves several open; replicates beyond 50 take the next seed, so that no draw comes twice. A mix's
attainment in a world is the share of behavioural targets met, its regret what the best of the mixes
attains there beyond it. All mixes meet the same worlds.

For each behavioural target, and for all together, PRIM (Friedman & Fisher 1999, ema-workbench)
looks for the circumstances in which the plan misses it: ranges of at most three parameters. It is
shown every other draw; coverage (which share of all misses lies there) and density (which share of
what lies there is missed) are told for the draws held back, beside the share missed in all of them.
What the draws held back do not bear out is said not to hold; the test counts a draw once, however
many readings it has, and allows for all targets that are looked into.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from asking import Experiment, Key, ask, names, told
from evaluation import (
    Evaluator,
    Floats,
    Outcome,
    evaluator,
    later_seed,
    markdown,
    picture,
    wanted,
    write_files,
)
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from scipy.stats import binomtest, spearmanr

from sim.core.quantity import STRATA
from sim.inputs.parameters import all_parameters
from sim.inputs.plan import Plan, Target
from sim.inputs.plan_file import plan_from_tree
from sim.policy.choosing import MIXES, build_mix
from sim.region.declared import unit_and_meaning

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of ipyparallel, which PRIM does not need
    from ema_workbench.analysis import prim

CANDIDATES = 12  # parameters that PRIM is shown: those that go most with a miss
MOST_LIMITS = 3  # parameters in a sentence
RARE = 8  # misses, or their absences, of the draws shown: with fewer nothing can be told apart
CHANCE = 0.05  # likelier than this by chance, a limit tells nothing
TINY = 1e-9  # what adding thirds may lack of a whole
EXPERIMENT = Experiment(
    name="robust",
    doc=__doc__,
    replicates=200,
    policy=True,
    keys=(
        Key(
            name="policies",
            read=names,
            default=MIXES,
            shown="[a,b]",
            words="mixes that are compared, else those of the package; policy= is the one that "
            "is looked into",
        ),
    ),
)
SMALLEST = 0.1  # share of the draws shown that a box holds at least
READING = "reading"  # of the target, as a circumstance
ALL = "all behavioural targets"

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Box:
    """Circumstances: parameters with their limits, or readings, and how well they tell misses.

    Attributes:
        limits: Name → lowest and highest value, or the readings.
        shown: Coverage, density and base share of the draws that PRIM was shown.
        held: The same of the draws held back.
        holds: Whether the draws held back miss more often there, too, beyond chance.
    """

    limits: Mapping[str, tuple[float, float] | frozenset[str]]
    shown: tuple[float, float, float]
    held: tuple[float, float, float]
    holds: bool


def with_readings(tree: Mapping[str, Any], where: str) -> Plan:
    """Return a plan that measures each other reading of a target as a target of its own."""
    plan = plan_from_tree(tree, where)
    targets = dict(tree["targets"])
    for target in plan.targets:
        for variant in target.variants:
            if variant.id != target.variant:
                own = {"indicator": target.id, **tree["targets"][target.id], "variant": variant.id}
                targets[f"{target.id}~{variant.id}"] = own
    return plan_from_tree({**tree, "targets": targets}, where)


def readings_of(target: Target) -> dict[str, str]:
    """Return per reading of a target the id under which ``with_readings`` measures it."""
    others = [v.id for v in target.variants if v.id != target.variant]
    return {target.variant: target.id} | {other: f"{target.id}~{other}" for other in others}


def blocks(evaluate: Evaluator) -> list[Evaluator]:
    """Return evaluators that together have every draw once, 50 to a seed."""
    first, draws = evaluate.case.seed, evaluate.effort.replicates
    return [
        evaluate.fresh(later_seed(first, at), min(STRATA, draws - at * STRATA))
        for at in range(-(-draws // STRATA))
    ]


def met_by_id(outcomes: Sequence[Outcome]) -> dict[str, Flags]:
    """Return per target whether it was met in each draw, block after block."""
    met = np.concatenate([outcome.met for outcome in outcomes])
    return {target.id: met[:, at] for at, target in enumerate(outcomes[0].targets)}


def attainment(met: Mapping[str, Flags], targets: Sequence[Target]) -> Floats:
    """Return the share of targets met, a row per draw, a column per combination of readings."""
    combinations = product(*(readings_of(target).values() for target in targets))
    return np.column_stack([np.mean([met[i] for i in ids], axis=0) for ids in combinations])


def regrets(attained: Mapping[str, Floats]) -> pd.DataFrame:
    """Return each mix's regret against the best of all in each world."""
    best = np.max(list(attained.values()), axis=0)
    rows = []
    for name, own in attained.items():
        regret = best - own
        rows.append(
            {
                "mix": name,
                "attainment": float(own.mean()),
                "regret_mean": float(regret.mean()),
                "regret_90": float(np.quantile(regret, 0.9)),
                "regret_worst": float(regret.max()),
            }
        )
    return pd.DataFrame(rows)


# Circumstances


def inside(circumstances: pd.DataFrame, box: Mapping[str, object]) -> Flags:
    """Return which rows lie within limits."""
    held = np.ones(len(circumstances), np.bool_)
    for name, limits in box.items():
        column = circumstances[name]
        if isinstance(limits, tuple):
            held &= column.between(*limits).to_numpy()
        else:
            held &= column.isin(list(limits)).to_numpy()
    return held


def told_apart(rows: Flags, missed: Flags) -> tuple[float, float, float]:
    """Return coverage, density and base share of misses; NaN for none of something."""
    both, misses, within = (rows & missed).sum(), missed.sum(), rows.sum()
    return (
        both / misses if misses else np.nan,
        both / within if within else np.nan,
        float(missed.mean()),
    )


def circumstances_of_misses(
    circumstances: pd.DataFrame, missed: Flags, draw: NDArray[np.intp], chance: float = CHANCE
) -> Box | None:
    """Return where misses are, found in every other draw and judged by the others.

    None where misses, or their absence, are too rare to tell, or no limit helps.

    Args:
        circumstances: A row per draw, or one per draw and reading.
        missed: Whether the target was missed there.
        draw: Which draw a row is of; all rows of a draw are shown, or held back.
        chance: Likelier than this by chance, what was found is said not to hold.
    """
    shown = draw % 2 == 0
    if min(missed[shown].sum(), (~missed[shown]).sum()) < RARE:
        return None
    near = nearest(circumstances[shown], missed[shown])
    x = circumstances.loc[shown, near].reset_index(drop=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        box = prim.Prim(x, missed[shown], mass_min=SMALLEST).find_box()
    steps = box.peeling_trajectory
    steps = steps[steps["res_dim"].between(1, MOST_LIMITS)]
    if steps.empty:
        return None
    # The harmonic mean of the two, so that neither is bought with the other.
    worth = 2 / (1 / steps["coverage"] + 1 / steps["density"])
    last, whole = box.box_lims[int(worth.idxmax())], box.box_lims[0]
    limits: dict[str, tuple[float, float] | frozenset[str]] = {}
    for name in near:
        if name == READING:
            if last[name].iloc[0] != whole[name].iloc[0]:
                limits[name] = frozenset(last[name].iloc[0])
        elif tuple(last[name]) != tuple(whole[name]):
            # A limit that PRIM did not move is none for the draws held back either.
            low = -np.inf if last[name].iloc[0] == whole[name].iloc[0] else last[name].iloc[0]
            high = np.inf if last[name].iloc[1] == whole[name].iloc[1] else last[name].iloc[1]
            limits[name] = (float(low), float(high))
    limits = needed(limits, circumstances[shown], missed[shown], draw[shown])
    if not limits:
        return None
    rows = inside(circumstances, limits)
    there = ~shown & rows
    return Box(
        limits=limits,
        shown=told_apart(rows[shown], missed[shown]),
        held=told_apart(rows[~shown], missed[~shown]),
        holds=likely_by_chance(missed[there], draw[there], missed[~shown].mean()) < chance,
    )


def needed(
    limits: dict[str, tuple[float, float] | frozenset[str]],
    rows: pd.DataFrame,
    missed: Flags,
    draw: NDArray[np.intp],
) -> dict[str, tuple[float, float] | frozenset[str]]:
    """Return the limits without which misses would be rarer, beyond chance."""
    within = inside(rows, limits)
    without = {
        name: inside(rows, {other: limit for other, limit in limits.items() if other != name})
        for name in limits
    }
    return {
        name: limits[name]
        for name, others in without.items()
        if likely_by_chance(missed[within], draw[within], missed[others].mean()) < CHANCE
    }


def likely_by_chance(missed: Flags, draw: NDArray[np.intp], base: float) -> float:
    """Return how likely chance alone misses as often where the share missed is a base.

    Readings of one draw are nearly copies of each other: together they count as one trial.
    """
    if not missed.size:
        return 1.0
    _, of, readings = np.unique(draw, return_inverse=True, return_counts=True)
    share = np.bincount(of, missed) / readings
    test = binomtest(int(share.sum() + TINY), share.size, min(base, 1.0), alternative="greater")
    return float(test.pvalue)


def nearest(circumstances: pd.DataFrame, missed: Flags) -> list[str]:
    """Return the circumstances that go most with a miss, by rank correlation."""
    numbers = circumstances.drop(columns=READING, errors="ignore")
    varied = [name for name in numbers if numbers[name].nunique() > 1]
    linked = {name: abs(spearmanr(numbers[name], missed).statistic) for name in varied}
    chosen = sorted(linked, key=lambda name: -linked[name])[:CANDIDATES]
    reading = READING in circumstances and circumstances[READING].nunique() > 1
    return [*chosen, READING] if reading else chosen


def sentence(plan: Plan, name: str, box: Box | None, share: float) -> str:
    """Return what PRIM found of a target, in a sentence."""
    if box is None:
        return f"{name}: missed in {share:.0%} of all; nothing stands out that tells where."
    units = {key: unit_and_meaning(key, quantity) for key, quantity in all_parameters(plan).items()}
    parts = []
    for key, limits in box.limits.items():
        if isinstance(limits, frozenset):
            parts.append(f"the text is read as {' or '.join(sorted(limits))}")
            continue
        low, high = limits
        if np.isinf(low):
            words = f"at most {high:.3g}"
        else:
            words = f"at least {low:.3g}" if np.isinf(high) else f"{low:.3g} to {high:.3g}"
        parts.append(f"{key} is {words}" + (f" ({units[key]})" if key in units else ""))
    coverage, density, base = box.held
    where = "missed most often where" if box.holds else "what seemed to tell, and does not hold:"
    return (
        f"{name}: {where} {' and '.join(parts)}; of the draws held back "
        f"{density:.0%} there miss it ({base:.0%} of all), and {coverage:.0%} of all misses lie "
        f"there (of those shown {box.shown[1]:.0%} and {box.shown[0]:.0%})."
    )


def scenarios(
    targets: Sequence[Target], met: Mapping[str, Flags], parameters: pd.DataFrame
) -> dict[str, tuple[Box | None, float]]:
    """Return per target, and for all, the circumstances of misses and the share missed."""
    draws = np.arange(len(parameters))
    chance = CHANCE / (len(targets) + 1)  # so many are looked into
    found = {}
    for target in targets:
        names = readings_of(target)
        missed = np.concatenate([~met[i] for i in names.values()])
        rows = pd.concat([parameters.assign(reading=name) for name in names], ignore_index=True)
        draw = np.tile(draws, len(names))
        found[target.id] = circumstances_of_misses(rows, missed, draw, chance), float(missed.mean())
    missed = ~np.all([met[target.id] for target in targets], axis=0)
    box = circumstances_of_misses(parameters, missed, draws, chance)
    return found | {ALL: (box, float(missed.mean()))}


def figures(name: str, box: Box | None, share: float) -> dict[str, object]:
    """Return what PRIM found of a target as a row of ``circumstances.csv``."""
    row: dict[str, object] = {"target": name, "missed": share, "limits": ""}
    if box is None:
        return row
    row["limits"] = "; ".join(f"{key}: {limits}" for key, limits in box.limits.items())
    for part, values in (("shown", box.shown), ("held_back", box.held)):
        for what, value in zip(("coverage", "density", "base"), values, strict=True):
            row[f"{what}_{part}"] = value
    return row


def draw(attained: Mapping[str, Floats], path: Path, title: str) -> None:
    """Draw the regret of each mix over all worlds."""
    best = np.max(list(attained.values()), axis=0)
    with picture(path, figsize=(7, 4.5), layout="tight") as figure:
        axes = figure.add_subplot()
        lines = list[Line2D]()
        for at, (name, own) in enumerate(attained.items()):
            regret = np.sort((best - own).ravel())
            wide = 5.0 - 4.0 * at / len(attained)  # so that one line does not hide another
            shares = np.arange(1, regret.size + 1) / regret.size
            lines += axes.step([0, *regret], [0, *shares], where="post", label=name, lw=wide)
        axes.set(
            xlabel="regret, share of behavioural targets", ylabel="share of worlds", title=title
        )
        axes.legend(handles=lines)  # also of a name that begins with _


def main(typed: Sequence[str] | None = None) -> None:
    """Run the mixes in all worlds; write regrets and circumstances."""
    asked = ask(EXPERIMENT, typed)
    own, folder, looked_into = asked.case.plan, asked.folder, asked.case.mix.name
    mixes = {mix.name: mix for mix in (build_mix(own, name) for name in asked.own["policies"])}
    mixes[looked_into] = asked.case.mix
    targets = wanted(own, (), asked.case.quarters)
    evaluate = evaluator(asked)
    plan = with_readings(asked.tree, f"plan {asked.plan}")
    evaluate = replace(evaluate, case=replace(evaluate.case, plan=plan))
    by_block = [block.outcomes(list(mixes.values())) for block in blocks(evaluate)]
    by_mix = dict(zip(mixes, zip(*by_block, strict=True), strict=True))
    attained = {n: attainment(met_by_id(outcomes), targets) for n, outcomes in by_mix.items()}
    table = regrets(attained)
    outlays = [np.concatenate([o.outlay for o in outcomes]).mean() for outcomes in by_mix.values()]
    table.insert(1, "outlay", outlays)
    table = table.sort_values("regret_mean", kind="stable")
    looked = by_mix[looked_into]
    parameters = pd.concat([o.parameters for o in looked], ignore_index=True)
    found = scenarios(targets, met_by_id(looked), parameters)
    boxes = pd.DataFrame([figures(name, *both) for name, both in found.items()])
    sentences = [f"* {sentence(own, name, *both)}" for name, both in found.items()]
    readings = sum(len(target.variants) > 1 for target in targets)
    worlds, seed = attained[looked_into].shape, asked.case.seed
    text = f"""# How robust the mixes of {own.name} are

{worlds[0]} draws of all parameters, seeds from {seed} on, and {worlds[1]} combinations of
readings (targets that can be read in several ways: {readings}). Attainment is the share of
{len(targets)} behavioural targets met; regret is what the best of these mixes attains in the same
world beyond it. Outlay, in million CNY, is paid or owed at the end; regret says nothing of it.

{markdown(table)}

When {looked_into} misses its targets:

{chr(10).join(sentences)}
"""
    draw(attained, folder / "regret.png", f"{own.name}: regret over {worlds[0]} draws")
    write_files(asked, {"regret": table, "circumstances": boxes}, text)


if __name__ == "__main__":
    told(main)
