"""The cheapest mix that meets the targets, and what more money buys.

    python experiments/optimise.py plan=weihai_2018 [probability=0.8] [targets=[a,b]]
    python experiments/optimise.py plan=weihai_2018 cost=plan

A mix offers multiples (0 to ``bound=``, in quarters) of the doses of each group's instruments, or
of each instrument with ``by=instrument``; only what city or county pays is multiplied, all else
stays as written. The money of the city's and the counties' lines is multiplied, too (``city fund``,
half of it to ``bound=``), since larger offers from the same lines go to fewer.

Sought are least expected public outlay and highest attainment (NSGA-II): with ``probability=`` the
mean over targets of min(P, p) / p, which is 1 where every target is met with probability p; with
``cost=plan`` their mean probability at no more than the plan's outlay. No mix counts whose mean
real activity of any target falls below the plan's by more than ``slack=`` and its Monte Carlo
error.

The luckiest of many mixes looks better than it is. So the plan and the front (the mixes that no
other beats in both) are run again on a fresh seed, and the verdict on the best of them is what it
comes to there. It is written as a policy file. A mix that was run is read from disk, so the same
command goes on where it was interrupted and finds what it would have found.
"""

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
import yaml
from asking import Asked, Experiment, Key, ask, choice, names, number, probability, told, whole
from evaluation import (
    EPSILON,
    FUND,
    Evaluator,
    Outcome,
    evaluator,
    groups_of,
    later_seed,
    markdown,
    paying,
    picture,
    real_losses,
    wanted,
    write_files,
)

from sim.command.study_file import quoted
from sim.core.errors import ConfigError
from sim.inputs.plan import Plan, Target
from sim.policy.choosing import build_mix
from sim.runs.folder import replacing
from sim.runs.precision import jeffreys

PROBABILITY = 0.8  # with which each target is to be met, where none is typed
STEP = 0.25  # between two multiples that are tried
LEAST_FUND = 0.5  # times the money of the lines
GENERATION = 20  # mixes that are run together
FRONT = 10  # mixes of the front, at most, that are run again
SAID = ("seed", "replicates")  # of the run again, in the command that is told
EXPERIMENT = Experiment(
    name="optimise",
    doc=__doc__,
    replicates=20,
    keys=(
        Key(
            name="probability",
            read=probability,
            default=None,
            shown=f"{PROBABILITY}",
            words="with which each target is to be met",
        ),
        Key(name="targets", read=names, default=(), shown="[a,b]", words="else behavioural ones"),
        Key(
            name="cost",
            read=choice("free", "plan"),
            default="free",
            words="what it may be: free, or that of the plan",
        ),
        Key(
            name="by",
            read=choice("group", "instrument"),
            default="group",
            words="what is varied: group or instrument",
        ),
        Key(
            name="bound",
            read=number(
                lambda value: 1 <= value < math.inf and value % STEP == 0,
                f"1 or more, in steps of {STEP:g},",
            ),
            default=3.0,
            words="the largest multiple of a dose",
        ),
        Key(
            name="slack",
            read=number(lambda value: value >= 0, "a share from 0 on"),
            default=0.02,
            words="the loss of real activity allowed",
        ),
        Key(name="trials", read=whole(1), default=80, words="mixes to be tried"),
    ),
)
PLAN, BEST = "plan as written", "best"

Factors = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is sought.

    Attributes:
        plan: The plan.
        groups: The instruments that each variable multiplies.
        targets: The targets to be met.
        bound: The largest multiple.
        probability: With which each target is to be met; None where the plan's outlay is given.
        slack: By which share real activity may stay below the plan's.
        seed: Of the search.
    """

    plan: Plan
    groups: Mapping[str, Sequence[str]]
    targets: tuple[Target, ...]
    bound: float
    probability: float | None
    slack: float
    seed: int

    @property
    def lowest(self) -> Factors:
        """The least multiple of each variable: the money of the lines, or a group's doses."""
        return {FUND: LEAST_FUND} | dict.fromkeys(self.groups, 0.0)

    def tree(self, factors: Mapping[str, float], name: str) -> dict[str, Any]:
        """Return a mix as a policy file has it."""
        by_id = {i: factors[group] for group, ids in self.groups.items() for i in ids}
        return {
            "name": name,
            "types": "all",
            "budget": factors[FUND],
            "without": [i for i, factor in by_id.items() if factor == 0],
            "instruments": {i: {"scale": f} for i, f in by_id.items() if f not in (0, 1)},
        }

    def attainment(self, outcome: Outcome) -> float:
        """Return how far the targets are met: mean probability, or how near all are to p."""
        chances = outcome.chances(self.targets)
        if self.probability is None:
            return float(chances.mean())
        return float(np.minimum(chances, self.probability).mean() / self.probability)


def first_mixes(question: Question) -> list[Factors]:
    """Return where the search begins: the plan, all doubled, and each variable least or doubled."""
    lowest = question.lowest
    plan = dict.fromkeys(lowest, 1.0)
    more = min(2.0, question.bound)
    varied = [plan | {name: factor} for name in lowest for factor in (lowest[name], more)]
    return [plan, dict.fromkeys(lowest, more), lowest, *varied]


def search(question: Question, evaluate: Evaluator, trials: int) -> pd.DataFrame:
    """Return the mixes that were tried: multiples, outlay, attainment and what forbids them."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    luck = question.seed % 2**32  # it takes no larger seed
    sampler = optuna.samplers.NSGAIISampler(population_size=GENERATION, seed=luck)
    study = optuna.create_study(directions=["minimize", "maximize"], sampler=sampler)
    for start in first_mixes(question)[:trials]:
        study.enqueue_trial(start)
    space: dict[str, optuna.distributions.BaseDistribution] = {
        name: optuna.distributions.FloatDistribution(least, question.bound, step=STEP)
        for name, least in question.lowest.items()
    }
    plan = evaluate.outcome(build_mix(question.plan, "as_written"))
    rows: list[dict[str, Any]] = []
    while len(rows) < trials:
        asked = [study.ask(space) for _ in range(min(GENERATION, trials - len(rows)))]
        trees = [question.tree(trial.params, "found") for trial in asked]
        outcomes = evaluate.outcomes([build_mix(question.plan, tree) for tree in trees])
        for trial, outcome in zip(asked, outcomes, strict=True):
            row = judged(question, outcome, plan)
            trial.set_constraint("real", row["real_loss"] - question.slack - EPSILON)
            if question.probability is None:
                trial.set_constraint("outlay", row["outlay"] - plan.outlay.mean() - EPSILON)
            study.tell(trial, [row["outlay"], row["attainment"]])
            rows.append(dict(trial.params) | row)
    return pd.DataFrame(rows)


def outlay_of(outcome: Outcome) -> float:
    """Return the expected public outlay."""
    return float(outcome.outlay.mean())


def judged(question: Question, outcome: Outcome, plan: Outcome) -> dict[str, Any]:
    """Return the figures of a mix, and whether it is allowed beside the plan on the same seed."""
    chances = outcome.chances(question.targets)
    losses = real_losses(plan, outcome)
    most = int(losses.argmax())
    loses = losses[most] > EPSILON
    dearer = outlay_of(outcome) > outlay_of(plan) + EPSILON
    return {
        "outlay": outlay_of(outcome),
        "paid": float(outcome.paid.mean()),
        "assumed_share": outcome.assumed_share,
        "attainment": question.attainment(outcome),
        "real_loss": float(losses[most]) if loses else 0.0,
        "real_loss_of": outcome.targets[most].id if loses else "",
        "allowed": bool(losses[most] <= question.slack + EPSILON)
        and not (question.probability is None and dearer),
    } | {f"P({t.id})": float(p) for t, p in zip(question.targets, chances, strict=True)}


def front(found: pd.DataFrame) -> pd.DataFrame:
    """Return the allowed mixes that no other beats in both outlay and attainment, the best last.

    Of more than ``FRONT`` those remain that lie evenly spread, the first and the best among them.
    """
    order = found[found["allowed"]].sort_values(
        ["outlay", "attainment"], ascending=[True, False], kind="stable"
    )
    before = order["attainment"].cummax().shift(fill_value=-1.0)
    unbeaten = order[order["attainment"] > before]
    spread = np.linspace(0, len(unbeaten) - 1, min(len(unbeaten), FRONT))
    return unbeaten.iloc[spread.round().astype(int)]


def draw(
    question: Question, found: pd.DataFrame, both: pd.DataFrame, plan: pd.Series, path: Path
) -> None:
    """Draw outlay against attainment: what was tried, and the front run again."""
    with picture(path, figsize=(8, 5.5), layout="constrained") as figure:
        axes = figure.add_subplot()
        for allowed, colour, words in (
            (False, "0.75", "tried, not allowed"),
            (True, "C0", "tried, allowed"),
        ):
            rows = found[found["allowed"] == allowed]
            axes.scatter(rows["outlay"], rows["attainment"], c=colour, s=18, label=words)
        ends = [both[[f"{what}_found", f"{what}_again"]].T for what in ("outlay", "attainment")]
        axes.plot(*ends, color="C3", lw=0.6, alpha=0.5)
        again = {"c": "C3", "marker": "D", "s": 30, "label": "front, run again on a fresh seed"}
        axes.scatter(both["outlay_again"], both["attainment_again"], **again)
        for row, colour, words in (
            (found.loc[0], "k", "plan, when found"),
            (plan, "none", "plan, run again"),
        ):
            star = {"marker": "*", "s": 130, "c": colour, "edgecolors": "k", "label": words}
            axes.scatter([row["outlay"]], [row["attainment"]], **star)
        axes.set(
            xlabel="public outlay, million CNY",
            ylabel="mean probability of the targets"
            if question.probability is None
            else f"attainment (1: each target with probability {question.probability:g})",
            title=f"{question.plan.name}: outlay and attainment",
        )
        figure.legend(loc="outside lower center", ncols=3)


def missed(question: Question, row: pd.Series) -> list[str]:
    """Return the targets that are met with less than the probability that was asked."""
    least = question.probability or 0.0
    return [t.id for t in question.targets if row[f"P({t.id})"] < least - EPSILON]


def failings(question: Question, found: pd.DataFrame, again: pd.DataFrame) -> list[str]:
    """Return what the best mix does on the fresh seed that it must not do."""
    best, plan = again.loc[BEST], again.loc[PLAN]
    short = missed(question, best)
    told = [f"misses {', '.join(short)}"] if short else []
    if question.probability is None:
        more = found.loc[BEST, "attainment"] > found.loc[PLAN, "attainment"] + EPSILON
        if more and best["attainment"] <= plan["attainment"] + EPSILON:
            told.append("meets the targets no more often than the plan")
        elif best["attainment"] < plan["attainment"] - EPSILON:
            told.append("meets the targets less often than the plan")
        if best["outlay"] > plan["outlay"] + EPSILON:
            told.append("costs more than the plan")
    if best["real_loss"] > question.slack + EPSILON:
        told.append(
            f"loses {best['real_loss']:.1%} of the real activity behind {best['real_loss_of']}"
        )
    return told


def binding(question: Question, row: pd.Series, futures: int) -> str:
    """Return how likely the least likely target is on the fresh seed, and how sure that is."""
    chances = {t.id: row[f"P({t.id})"] for t in question.targets}
    least = min(chances, key=lambda name: chances[name])
    met = round(chances[least] * futures)
    low, high = jeffreys(met, futures)
    return (
        f"The target that binds is {least}: it is met with {met / futures:.2f} there ({met} of "
        f"{futures} futures; 95 % interval {low:.2f} to {high:.2f})."
    )


def verdict(question: Question, found: pd.DataFrame, again: pd.DataFrame, futures: int) -> str:
    """Return what is known of the best mix, judged on the fresh seed.

    Args:
        question: What was sought.
        found: The figures of the plan and of the best mix when found.
        again: The same on the fresh seed.
        futures: How many were run there.
    """
    best, plan = again.loc[BEST], again.loc[PLAN]
    wrong = failings(question, found, again)
    holds = (
        f"held when found, not on the fresh seed: it {' and '.join(wrong)} there"
        if wrong
        else "holds on the fresh seed, too"
    )
    sure = binding(question, best, futures)
    if question.probability is None:
        subject = "The best mix at no more than the plan's outlay"
        if found.loc[BEST, "attainment"] <= found.loc[PLAN, "attainment"] + EPSILON:
            subject = (
                "No mix that was tried met the targets more often than the plan for no more than "
                "its outlay. The cheapest that did as well"
            )
        where = "within" if best["outlay"] <= plan["outlay"] + EPSILON else "above"
        return (
            f"{subject} {holds}. On the fresh seed it meets the targets with probability "
            f"{best['attainment']:.2f} on average, the plan with {plan['attainment']:.2f}. Its "
            f"outlay there, {best['outlay']:.2f} million CNY, is {where} the plan's, "
            f"{plan['outlay']:.2f}. {sure}"
        )
    asked = f"every target with probability {question.probability:g} or more"
    cost = f"It costs {best['outlay']:.2f} million CNY there, the plan {plan['outlay']:.2f}."
    short = missed(question, found.loc[BEST])
    if not short:
        return f"The cheapest mix found to meet {asked} {holds}. {cost} {sure}"
    there = " and ".join(wrong) or "meets them all"
    return (
        f"No mix that was tried met {asked} when found: the nearest missed {', '.join(short)}. On "
        f"the fresh seed it {there}. {cost} {sure}"
    )


def forbidden(question: Question, found: pd.DataFrame) -> str:
    """Return how many mixes did too little real work, and in which targets most often."""
    mixes = found.drop_duplicates(list(question.lowest))
    less = mixes[mixes["real_loss"] > question.slack + EPSILON]
    limit = f"more than {question.slack:.1%} of the plan's real activity, chance set aside"
    if less.empty:
        return f"None of {len(mixes)} different mixes was forbidden for losing {limit}."
    often = less["real_loss_of"].value_counts().head(3)
    of = ", ".join(f"{name} ({times})" for name, times in often.items())
    return (
        f"Of {len(mixes)} different mixes {len(less)} were forbidden for losing {limit}. The "
        f"largest loss was most often that of {of}."
    )


def main(typed: Sequence[str] | None = None) -> None:
    """Search, run the front again and write the best mix."""
    asked = ask(EXPERIMENT, typed)
    plan, own = asked.case.plan, asked.own
    paid = paying(plan)
    groups = {n: [i for i in ids if i in paid] for n, ids in groups_of(plan, own["by"]).items()}
    question = Question(
        plan=plan,
        groups={name: ids for name, ids in groups.items() if ids},
        targets=wanted(plan, own["targets"], asked.case.quarters),
        bound=own["bound"],
        probability=sought(own["cost"], own["probability"]),
        slack=own["slack"],
        seed=asked.case.seed,
    )
    evaluate = evaluator(asked)
    found = search(question, evaluate, own["trials"])
    report(question, asked, evaluate, found)


def sought(cost: str, typed: float | None) -> float | None:
    """Return the probability that each target is to have; None where the plan's outlay is given.

    Raises:
        ConfigError: If both were typed.
    """
    if cost != "plan":
        return PROBABILITY if typed is None else typed
    if typed is not None:
        raise ConfigError(
            f"probability={typed:g} with cost=plan: at the plan's outlay the highest "
            "probabilities are sought; give one of the two"
        )
    return None


def report(question: Question, asked: Asked, evaluate: Evaluator, found: pd.DataFrame) -> None:
    """Run the front and the plan again on a fresh seed, and write all that was found."""
    plan, names, folder = question.plan, list(question.lowest), asked.folder
    seed, replicates = asked.case.seed, asked.effort.replicates
    unbeaten = front(found)
    trees = [question.tree(row, "best_mix") for row in unbeaten[names].to_dict("records")]
    again = evaluate.fresh(later_seed(seed), replicates)
    written, *outcomes = again.outcomes(
        [build_mix(plan, "as_written"), *(build_mix(plan, tree) for tree in trees)]
    )
    rows = [judged(question, outcome, written) for outcome in (written, *outcomes)]
    rerun = pd.DataFrame(rows[1:], index=unbeaten.index)
    both = unbeaten.drop(columns=names).add_suffix("_found").join(rerun.add_suffix("_again"))
    path = folder / "best_mix.yaml"
    with replacing(path) as unfinished:
        unfinished.write_text(yaml.safe_dump(trees[-1], sort_keys=False), "utf-8")
    pair = [PLAN, BEST]
    before = found.loc[[0, unbeaten.index[-1]]].set_axis(pair)
    after = pd.DataFrame([rows[0], rows[-1]], index=pair)
    seeds = {seed: before.drop(columns=names), later_seed(seed): after}
    figures = pd.concat(seeds, names=["seed", "mix"]).drop(columns="allowed").reset_index()
    heads = figures["mix"] + ", seed " + figures["seed"].astype(str)
    shown = figures.drop(columns=["seed", "mix"]).set_axis(heads).T.reset_index(names="figure")
    gains = [two.loc[BEST, "attainment"] - two.loc[PLAN, "attainment"] for two in (before, after)]
    multiples = pd.DataFrame({"of": names, "times": unbeaten[names].iloc[-1].tolist()})
    columns = ["outlay_found", "attainment_found", "outlay_again", "attainment_again"]
    short = both[[*columns, "allowed_again"]]
    meaning = "the mean probability of the targets"
    if question.probability is not None:
        meaning = f"1 where each target is met with probability {question.probability:g} or more"
    assumed = after.loc[BEST, "assumed_share"]
    command = shlex.join(
        [
            *("python", "-m", "sim", f"plan={quoted(asked.plan)}", f"policy={quoted(str(path))}"),
            "baseline=as_written",
            *(f"seed={later_seed(seed)}", f"replicates={replicates}"),
            *(f"{key}={raw}" for key, raw in asked.typed.items() if key not in SAID),
        ]
    )
    text = f"""# The best mix of {plan.name} among {len(found)} that were tried

{verdict(question, before, after, replicates)}

{markdown(multiples)}

Found with seed {seed}; run again with a fresh one, another draw of luck, since the
luckiest of many mixes looks better than it is. Attainment beyond the plan's: {gains[0]:+.3f} when
found, {gains[1]:+.3f} run again; one future more or less moves the chance of a target by
{1 / replicates:.3f}. Attainment is {meaning}.
Money is in million CNY; outlay is paid or owed at the end.

{markdown(shown)}

Of the money that the best mix pays, {assumed:.0%} rests on amounts that no text states.

{forbidden(question, found)}

The front, the mixes that no other beat in both outlay and attainment when found, the best last, and
what they come to on the fresh seed:

{markdown(short)}

Run the best: `{command}`
"""
    draw(question, found, both, after.loc[PLAN], folder / "front.png")
    tables = {"trials": found, "front": unbeaten[names].join(both), "best": figures}
    write_files(asked, tables, text)


if __name__ == "__main__":
    told(main)
