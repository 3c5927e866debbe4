"""The cheapest mix that meets the targets, and what more money buys.

    python experiments/optimise.py --plan weihai_2018 [--probability 0.8] [--targets a,b]
    python experiments/optimise.py --plan weihai_2018 --cost plan

A mix offers multiples (0 to ``--bound``, in quarters) of the doses of each group's instruments, or
of each instrument with ``--by instrument``; only what city or county pays is multiplied, all else
stays as written. The money of the city's and the counties' lines is multiplied, too (``city fund``,
half of it to ``--bound``), since larger offers from the same lines go to fewer.

Sought are least expected public outlay and highest attainment (NSGA-II): with ``--probability`` the
mean over targets of min(P, p) / p, which is 1 where every target is met with probability p; with
``--cost plan`` their mean probability at no more than the plan's outlay. No mix counts whose mean
real activity of any target falls below the plan's by more than ``--slack``.

The best mix is run again on a fresh seed, and both figures are told; it is written as a policy
file. A mix that was run is read from disk, so the same command goes on where it was interrupted and
finds what it would have found.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
import yaml
from evaluation import (
    FUND,
    Evaluator,
    Floats,
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

from sim.errors import ConfigError
from sim.plan import Plan, Target, load_plan
from sim.policy import build_mix
from sim.settings import replacing

STEP = 0.25  # between two multiples that are tried
LEAST_FUND = 0.5  # times the money of the lines
GENERATION = 20  # mixes that are run together
FRESH = 1000  # the seed of the second run is so much higher
EPSILON = 1e-9

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


def real_loss(outcome: Outcome, plan: Outcome) -> Floats:
    """Return by which share of the plan's real activity each target's is lower."""
    theirs = plan.reals.mean(axis=0)
    return np.asarray((theirs - outcome.reals.mean(axis=0)) / np.maximum(np.abs(theirs), EPSILON))


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
    sampler = optuna.samplers.NSGAIISampler(population_size=GENERATION, seed=question.seed)
    study = optuna.create_study(directions=["minimize", "maximize"], sampler=sampler)
    for start in first_mixes(question)[:trials]:
        study.enqueue_trial(start)
    space: dict[str, optuna.distributions.BaseDistribution] = {
        name: optuna.distributions.FloatDistribution(least, question.bound, step=STEP)
        for name, least in question.lowest.items()
    }
    plan = evaluate.outcome(build_mix(question.plan, "as_written"))
    rows: list[dict[str, float]] = []
    while len(rows) < trials:
        asked = [study.ask(space) for _ in range(min(GENERATION, trials - len(rows)))]
        trees = [question.tree(trial.params, "found") for trial in asked]
        outcomes = evaluate.outcomes([build_mix(question.plan, tree) for tree in trees])
        for trial, outcome in zip(asked, outcomes, strict=True):
            row = judged(question, outcome, plan)
            trial.set_constraint("real", row["real_loss"] - question.slack)
            if question.probability is None:
                trial.set_constraint("outlay", row["outlay"] - plan.outlay.mean())
            study.tell(trial, [row["outlay"], row["attainment"]])
            rows.append(dict(trial.params) | row)
    found = pd.DataFrame(rows)
    found["allowed"] = found["real_loss"] <= question.slack
    if question.probability is None:
        found["allowed"] &= found["outlay"] <= plan.outlay.mean() + EPSILON
    return found


def judged(question: Question, outcome: Outcome, plan: Outcome) -> dict[str, float]:
    """Return the figures of a mix."""
    chances = outcome.chances(question.targets)
    return {
        "outlay": float(outcome.outlay.mean()),
        "paid": float(outcome.paid.mean()),
        "assumed_share": outcome.assumed_share,
        "attainment": question.attainment(outcome),
        "real_loss": float(real_loss(outcome, plan).max()),
    } | {f"P({t.id})": float(p) for t, p in zip(question.targets, chances, strict=True)}


def best_of(question: Question, found: pd.DataFrame) -> tuple[pd.Series, bool]:
    """Return the best mix, and whether it reaches what was asked.

    Of mixes that reach it the cheapest; else, of those allowed, the one that comes nearest.
    """
    allowed = found[found["allowed"]]
    reached = allowed[allowed["attainment"] >= 1 - EPSILON]
    if question.probability is not None and len(reached):
        return reached.sort_values("outlay", kind="stable").iloc[0], True
    order = allowed.sort_values(["attainment", "outlay"], ascending=[False, True], kind="stable")
    return order.iloc[0], question.probability is None


def front(found: pd.DataFrame) -> pd.DataFrame:
    """Return the allowed mixes that no other beats in both outlay and attainment."""
    order = found[found["allowed"]].sort_values(
        ["outlay", "attainment"], ascending=[True, False], kind="stable"
    )
    before = order["attainment"].cummax().shift(fill_value=-1.0)
    return order[order["attainment"] > before]


def draw(found: pd.DataFrame, path: Path, title: str) -> None:
    """Draw outlay against attainment."""
    figure = Figure(figsize=(7, 5), layout="tight")
    axes = figure.add_subplot()
    for allowed, colour, words in ((False, "0.75", "not allowed"), (True, "C0", "allowed")):
        rows = found[found["allowed"] == allowed]
        axes.scatter(rows["outlay"], rows["attainment"], c=colour, s=18, label=words)
    best = front(found)
    axes.step(best["outlay"], best["attainment"], where="post", color="C3", label="front")
    axes.scatter(*found.loc[0, ["outlay", "attainment"]], marker="*", s=120, c="k", label="plan")
    axes.set(xlabel="public outlay, million CNY", ylabel="attainment", title=title)
    axes.legend()
    with replacing(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=120)


def verdict(question: Question, best: pd.Series, reached: bool) -> str:
    """Return what was found, in a sentence or two."""
    chances = {t.id: best[f"P({t.id})"] for t in question.targets}
    least = min(chances, key=lambda name: chances[name])
    if question.probability is None:
        return (
            f"At no more than the plan's outlay the targets are met with probability "
            f"{best['attainment']:.2f} on average."
        )
    if reached:
        return (
            f"Every target is met with probability {question.probability:g} or more at an outlay "
            f"of {best['outlay']:.1f} million CNY, the least that was found."
        )
    short = [name for name, chance in chances.items() if chance < question.probability]
    return (
        f"No mix that was tried meets every target with probability {question.probability:g}. The "
        f"nearest misses {', '.join(short)}; {least} binds, at {chances[least]:.2f}."
    )


def main(typed: Sequence[str] | None = None) -> None:
    """Search, run the best mix again and write it."""
    options = parser(__doc__, replicates=20)
    options.add_argument("--probability", type=float, default=0.8)
    options.add_argument("--targets", help="with commas; the behavioural ones if not given")
    options.add_argument("--cost", choices=("free", "plan"), default="free")
    options.add_argument("--by", choices=("group", "instrument"), default="group")
    options.add_argument("--bound", type=float, default=3.0)
    options.add_argument("--slack", type=float, default=0.02)
    options.add_argument("--trials", type=int, default=80)
    asked = options.parse_args(typed)
    plan = load_plan(asked.plan)
    if asked.trials < 1:
        raise ConfigError(f"--trials {asked.trials}: a whole number from 1 on is needed")
    if asked.bound < 1 or asked.bound % STEP:
        raise ConfigError(f"--bound {asked.bound:g}: 1 or more, in steps of {STEP:g}, is needed")
    if asked.slack < 0:
        raise ConfigError(f"--slack {asked.slack:g}: a share from 0 on is needed")
    paid = paying(plan)
    groups = {n: [i for i in ids if i in paid] for n, ids in groups_of(plan, asked.by).items()}
    question = Question(
        plan=plan,
        groups={name: ids for name, ids in groups.items() if ids},
        targets=wanted(plan, asked.targets),
        bound=asked.bound,
        probability=None
        if asked.cost == "plan"
        else probability("--probability", asked.probability),
        slack=asked.slack,
        seed=asked.seed,
    )
    evaluate, folder = evaluator(asked, plan, "optimise")
    found = search(question, evaluate, asked.trials)
    report(question, asked.plan, evaluate, folder, found)


def report(
    question: Question, source: str, evaluate: Evaluator, folder: Path, found: pd.DataFrame
) -> None:
    """Run the best mix and the plan again on a fresh seed, and write all that was found."""
    plan, settings = question.plan, evaluate.settings
    best, reached = best_of(question, found)
    path = folder / "best_mix.yaml"
    tree = question.tree({name: float(best[name]) for name in question.lowest}, "best_mix")
    with replacing(path) as unfinished:
        unfinished.write_text(yaml.safe_dump(tree, sort_keys=False), "utf-8")
    again = evaluate.fresh(settings.seed + FRESH, settings.replicates)
    written, mix = again.outcomes([build_mix(plan, "as_written"), build_mix(plan, path)])
    rows = [
        {"mix": "plan as written", "seed": settings.seed, **found.iloc[0]},
        {"mix": "best", "seed": settings.seed, **best},
        *(
            {"mix": name, "seed": again.settings.seed, **judged(question, outcome, written)}
            for name, outcome in (("plan as written", written), ("best", mix))
        ),
    ]
    figures = pd.DataFrame(rows).drop(columns=[*question.lowest, "allowed"])
    gains = [rows[at + 1]["attainment"] - rows[at]["attainment"] for at in (0, 2)]
    loss = rows[3]["real_loss"]
    within = "within" if loss <= question.slack else "more than"
    multiples = pd.DataFrame([{"of": name, "times": best[name]} for name in question.lowest])
    command = shlex.join(
        [
            *("python", "-m", "sim", f"plan={source}", f"policy={path}", "baseline=as_written"),
            *(f"seed={again.settings.seed}", f"replicates={settings.replicates}"),
            f"population.scale={settings.scale:g}",
        ]
    )
    text = f"""# The best mix of {plan.name} among {len(found)} that were tried

{verdict(question, best, reached)}

{markdown(multiples)}

Found with seed {settings.seed}; run again with a fresh one, since the luckiest of many mixes looks
better than it is. Attainment beyond the plan's: {gains[0]:+.3f} when found, {gains[1]:+.3f} run
again; one future more or less moves the chance of a target by {1 / settings.replicates:.3f}.
Money is in million CNY; outlay is paid or owed at the end.

{markdown(figures)}

Of the money that the best mix pays, {mix.assumed_share:.0%} rests on amounts that no text states.
Its largest loss of real activity against the plan is {loss:.1%} on the fresh seed: {within} the
{question.slack:.1%} that were allowed.

Run it: `{command}`
"""
    draw(found, folder / "front.png", f"{plan.name}: outlay and attainment")
    write_files(folder, {"trials": found, "front": front(found), "best": figures}, text)


if __name__ == "__main__":
    told(main)
