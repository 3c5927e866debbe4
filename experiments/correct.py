"""Behind at mid-term: which change of the mix still meets the target, and what it costs.

    python experiments/correct.py plan=weihai_2018 at=2019Q4 [figure.brokers=150]
    python experiments/correct.py plan=weihai_2018 at=2019Q4 replicate=7

The mix is as it was until the end of the quarter ``at=`` and changed from the next one on, in the
same city with the same luck. Changes tried: each group's doses (of what city or county pays) times
1.5, 2 and 3; what the mix lacks, group by group; all of that together; and, alone and with it all,
1.5 or 2 times the money of the city's and the counties' lines (``city fund``) from the next year
that begins. For each target the cheapest is told that meets it with the probability asked and
leaves every target as much real activity; or that none does, and whether time is the reason:
whether the strongest change would do so from the first quarter on, and what building times, rounds
of accreditation and the yearly opening of money leave time for. The luckiest of many changes looks
better than it is, so what is chosen is run again on fresh futures, and both figures are told.

``figure.TARGET=VALUE``, once or more, says where the city stands at that quarter: then only the
third of the futures counts whose values lie nearest to it (each in standard deviations).
``replicate=K`` starts from one city instead: the state that replicate K of this seed shows then,
with its parameters; its futures differ in the luck that follows.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from asking import NEEDED, Experiment, Key, ask, names, number, probability, text, told, whole
from evaluation import (
    FUND,
    Evaluator,
    Outcome,
    Rows,
    evaluator,
    figure,
    groups_of,
    later_seed,
    markdown,
    paying,
    picture,
    real_losses,
    wanted,
    write_files,
)

from sim.core.errors import ConfigError, unknown
from sim.core.fork import Fork
from sim.core.quarter import label, parse, season
from sim.indicators.table import INDICATORS
from sim.inputs.codes import KIND_CODE
from sim.inputs.instrument import Instrument
from sim.inputs.instrument_file import INSTRUMENT_KEYS
from sim.inputs.kinds import KINDS
from sim.inputs.parameters import values
from sim.inputs.plan import Plan, Target
from sim.inputs.values import Values
from sim.policy.choosing import build_mix
from sim.policy.mix import Mix
from sim.processes import accreditation, founding
from sim.processes.accreditation import pass_share
from sim.runs.folder import replacing
from sim.runs.precision import jeffreys

TIMES = (1.5, 2.0, 3.0)
FUNDS = (1.5, 2.0)
NEAREST = 3  # one in so many futures counts as near to the figures typed
EXPERIMENT = Experiment(
    name="correct",
    doc=__doc__,
    replicates=30,
    policy=True,
    keys=(
        Key(
            name="at",
            read=text,
            default=NEEDED,
            shown="2019Q4",
            words="the quarter at whose end the state is known; needed",
        ),
        Key(
            name="figure.",
            read=number(lambda value: 0 <= value < math.inf, "a number from 0 on"),
            default=None,
            words="where target NAME stands then; once or more",
        ),
        Key(
            name="replicate",
            read=whole(0),
            default=None,
            shown="K",
            words="whose state it is, where one run is meant",
        ),
        Key(name="targets", read=names, default=(), shown="[a,b]", words="else behavioural ones"),
        Key(name="probability", read=probability, default=0.8, words="to be reached"),
    ),
)
SLACK = 0.02  # share by which real activity may be lower than in the unchanged mix
UNCHANGED, ALL = "unchanged", f"all x{max(TIMES):g}"
STRONGEST = f"{ALL} and {FUND} x{max(FUNDS):g}"
EARLIER = f"{STRONGEST} from the first quarter"


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
            f"policy: the budget changes in {label(mix.later_start)} already; a correction needs "
            "a mix that stays the same"
        )
    if since <= plan.start:
        return mix.financed(fund)
    return dataclasses.replace(mix, later_start=since, later_budget=fund * mix.budget)


def _rescaled(instrument: Instrument, factor: float, since: int) -> Instrument:
    if instrument.later_start is not None:
        raise ConfigError(
            f"policy: {instrument.id} changes in {label(instrument.later_start)} already; a "
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


def near(outcome: Outcome, quarter: str, figures: Mapping[str, float]) -> tuple[Rows, list[str]]:
    """Return the futures nearest to some figures, and how near to each they come."""
    every = np.arange(len(outcome.outlay))
    if not figures:
        return every, []
    ids = [target.id for target in outcome.targets]
    then = outcome.paths[:, outcome.quarters.index(quarter)]
    there = {name: then[:, ids.index(name)] for name in figures}
    distance = np.zeros(every.size)
    for name, value in figures.items():
        distance += ((there[name] - value) / (there[name].std() or 1.0)) ** 2
    nearest = np.argsort(distance, kind="stable")[: math.ceil(every.size / NEAREST)]
    remarks = []
    for name, value in figures.items():
        kept = there[name][nearest]
        remark = (
            f"{name} = {value:g}: in {quarter} the futures kept have {np.median(kept):.4g} "
            f"({kept.min():.4g} to {kept.max():.4g})."
        )
        if not kept.min() <= value <= kept.max():
            remark += " No future kept is there: what follows is of the nearest, not of the city."
        remarks.append(remark)
    return np.sort(nearest), remarks


def again(
    evaluate: Evaluator, mixes: Sequence[Mix], quarter: str, figures: Mapping[str, float]
) -> tuple[list[Outcome], Rows]:
    """Return what mixes come to on futures on which none was chosen, and which of them count."""
    seed, replicates = evaluate.case.seed, evaluate.effort.replicates
    if evaluate.case.fork:
        # Another seed would be another city; the replicates beyond are other luck of the same.
        both = evaluate.fresh(seed, 2 * replicates)
        return both.outcomes(mixes), np.arange(replicates, 2 * replicates)
    found = evaluate.fresh(later_seed(seed), replicates).outcomes(mixes)
    return found, near(found[0], quarter, figures)[0]


def table(outcomes: Sequence[Outcome], targets: Sequence[Target], rows: Rows) -> pd.DataFrame:
    """Return per target and change: probability, extra outlay and change in real activity.

    A change works if no target of the plan, asked for or not, loses real activity by it;
    ``less_real`` names the one that loses most, with its mean in the unchanged mix and after.
    """
    before = outcomes[0]
    found = []
    for outcome in outcomes:
        losses = real_losses(before, outcome, rows)
        worst = int(losses.argmax())
        works = bool(losses[worst] <= SLACK)
        for at, target in zip(before.columns(targets), targets, strict=True):
            met = outcome.met[rows, at]
            low, high = jeffreys(int(met.sum()), len(rows))
            found.append(
                {
                    "target": target.id,
                    "change": outcome.mix.name,
                    "futures": len(rows),
                    "probability": float(met.mean()),
                    "probability_low": low,
                    "probability_high": high,
                    "extra_outlay": float((outcome.outlay - before.outlay)[rows].mean()),
                    "median": float(np.median(outcome.values[rows, at])),
                    "real": float(np.median(outcome.reals[rows, at])),
                    "works": works,
                    "less_real": "" if works else outcome.targets[worst].id,
                    "less_real_from": np.nan if works else before.reals[rows, worst].mean(),
                    "less_real_to": np.nan if works else outcome.reals[rows, worst].mean(),
                }
            )
    return pd.DataFrame(found)


def cheapest(rows: pd.DataFrame, p: float) -> pd.Series | None:
    """Return the cheapest change of a target that reaches a probability; None where none does.

    Where the unchanged mix reaches it nothing is left to do, even if a change costs less.
    """
    tried = rows[rows["works"] & (rows["change"] != EARLIER) & (rows["probability"] >= p)]
    order = tried.assign(changes=tried["change"] != UNCHANGED).sort_values(
        ["changes", "extra_outlay"], kind="stable"
    )
    return None if order.empty else order.iloc[0]


def standing(outcome: Outcome, target: Target, rows: Rows, quarter: str) -> str:
    """Return where a target stands at the end of a quarter, in words."""
    at = outcome.quarters.index(quarter), outcome.columns([target])[0]
    low, median, high = np.quantile(outcome.paths[(rows, *at)], [0.05, 0.5, 0.95])
    spread = "" if low == high else f"; {figure(low)} to {figure(high)}"
    return f"{figure(median)} of {target.value:g}{spread}"


def first_effect(outcomes: Sequence[Outcome], target: Target, rows: Rows) -> str:
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
        wait += round(known.of(founding.Parameters).shortest_talks)
        begun = "talks begin about"
    late = "too late for" if since + wait > target.by else "in time for"
    said.append(
        f"What {begun} in {label(since)} ({kind}) opens {wait} quarter{'s' * (wait != 1)} later, "
        f"in {label(since + wait)}: {late} {due}."
    )
    levels = KINDS[kind].levels
    steps = levels.index(indicator.level) if indicator.level else 0
    if steps:
        p = known.of(accreditation.Parameters)
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


def less_real(row: pd.Series) -> str:
    """Return whose real activity a change lowers, in words."""
    return (
        f"less real activity of {row['less_real']} "
        f"({figure(row['less_real_from'])} -> {figure(row['less_real_to'])} on average)"
    )


def advice(best: pd.Series, rows: pd.DataFrame, fresh: pd.DataFrame, p: float) -> str:
    """Return what the change chosen for a target does, as found and on fresh futures."""
    was, then = rows.set_index("change").loc[UNCHANGED], fresh.set_index("change").loc[UNCHANGED]
    now = fresh.set_index("change").loc[best["change"]]
    interval = f"(95 %: {now['probability_low']:.2f} to {now['probability_high']:.2f})"
    failure = ""
    if now["probability"] < p:
        failure = f" It does not hold on fresh futures: {p:g} is not reached there."
    elif not now["works"]:
        failure = f" It does not hold on fresh futures: it leaves {less_real(now)} there."
    if best["change"] == UNCHANGED:
        return (
            f"{'' if failure else 'nothing is left to do: '}it is met with probability "
            f"{best['probability']:.2f} as it is, with real activity {figure(best['real'])}; on "
            f"{now['futures']} fresh futures with {now['probability']:.2f} {interval}, real "
            f"activity {figure(now['real'])}.{failure}"
        )
    needless = " There it is met without a change." if then["probability"] >= p else ""
    return (
        f"{best['change']} raises its probability from {was['probability']:.2f} to "
        f"{best['probability']:.2f} for {best['extra_outlay']:.1f} million CNY more (real activity "
        f"{figure(was['real'])} -> {figure(best['real'])}). On {now['futures']} fresh futures: "
        f"probability {then['probability']:.2f} -> {now['probability']:.2f} {interval}, real "
        f"activity {figure(then['real'])} -> {figure(now['real'])}.{failure}{needless}"
    )


def no_advice(
    target: Target, rows: pd.DataFrame, p: float, effect: str, since: int, why: str
) -> str:
    """Return why no change helps a target: real activity forbids it, time, a quota or neither."""
    by_change = rows.set_index("change")
    now = by_change.loc[UNCHANGED, "probability"]
    tried = rows[rows["change"] != EARLIER]
    allowed = tried[tried["works"]]
    highest = allowed.loc[allowed["probability"].idxmax()]
    raised = f": the highest is {highest['probability']:.2f} ({highest['change']}), from {now:.2f}"
    so_far = raised if highest["probability"] > now else f", nor raises its {now:.2f}"
    reaching = tried[~tried["works"] & (tried["probability"] >= p)]
    if len(reaching):
        least = reaching.sort_values("extra_outlay", kind="stable").iloc[0]
        return (
            f"{least['change']} reaches {p:g} only with {less_real(least)}; no change that leaves "
            f"as much real activity reaches it{so_far}."
        )
    was, most = by_change.loc[[UNCHANGED, STRONGEST], "median"]
    said = (
        f"no change of those tried reaches {p:g}{so_far}; its median goes from {figure(was)} to "
        f"{figure(most)} of {target.value:g} with {STRONGEST}."
    )
    why = f" {why}" if why else ""
    left = target.by - since + 1
    first = by_change.loc[EARLIER]
    earlier, reaches = f"{first['probability']:.2f}", first["probability"] >= p
    if reaches and not first["works"]:
        earlier += f", but with {less_real(first)}"
    elif reaches:
        return (
            f"{said} Time no longer allows it: {left} quarters are left; from the first, "
            f"{STRONGEST} would have reached {earlier}.{why}"
        )
    if target.nature == "quota" and not reaches:
        return (
            f"{said} A quota set outside the city decides: from the first quarter on "
            f"{STRONGEST} reaches {earlier}.{why}"
        )
    when = f"moves it from {effect} on" if effect else "moves it in no quarter"
    return (
        f"{said} Not time alone: {STRONGEST} {when}, and from the first quarter on reaches "
        f"{earlier}.{why}"
    )


def tree_of(plan: Plan, mix: Mix, name: str) -> dict[str, Any]:
    """Return a mix of a plan's instruments as a policy file has it."""
    written = {instrument.id: instrument for instrument in plan.instruments}
    changes: dict[str, dict[str, Any]] = {}
    for instrument in mix.instruments:
        own, theirs = dataclasses.asdict(instrument), dataclasses.asdict(written[instrument.id])
        for key, value in own.items():
            if value != theirs[key]:
                quarter = key in ("start", "end", "later_start") and value is not None
                changes.setdefault(instrument.id, {})[key] = label(value) if quarter else value
    tree = {"name": name, "only": [i.id for i in mix.instruments], "instruments": changes}
    if not mix.watched:
        tree["watched"] = False
    if mix.budget != 1:
        tree["budget"] = mix.budget
    if mix.later_start is not None:
        tree |= {"later_start": label(mix.later_start), "later_budget": mix.later_budget}
    return tree


def check_written(plan: Plan, mix: Mix, mixes: Sequence[Mix]) -> None:
    """Refuse a mix that changes of it would not be written as they were run.

    Raises:
        ConfigError: If a policy file cannot hold it.
    """
    policy = f"policy={mix.name}"
    own = [instrument.id for instrument in plan.instruments]
    for instrument in mix.instruments:
        if mix.attached or instrument.id not in own:
            raise ConfigError(
                f"{policy}: {instrument.id} is another plan's, and a policy file of {plan.name} "
                f"holds none; name a mix of {plan.name} itself"
            )
    for one in mixes:
        try:
            rebuilt = build_mix(plan, tree_of(plan, one, "corrected"))
        except ConfigError as error:
            raise ConfigError(
                f"{policy}: no policy file can hold its change '{one.name}': {error}"
            ) from None
        both = [("money", one.money, rebuilt.money)]
        for meant, read in zip(one.instruments, rebuilt.instruments, strict=True):
            for key in INSTRUMENT_KEYS:
                both.append((f"{meant.id}.{key}", getattr(meant, key), getattr(read, key)))
        for what, meant, read in both:
            if meant != read:
                raise ConfigError(
                    f"{policy}: no policy file can hold {what} = {meant} (read back it is {read}); "
                    f"leave it as {plan.name} has it, or change it in the plan's own file"
                )


def figures_of(plan: Plan, typed: Mapping[str, float]) -> dict[str, float]:
    """Return the figures that were typed, by target.

    Raises:
        ConfigError: If there is no such target, or it is not modelled.
    """
    known = [target.id for target in plan.targets if not target.reason]
    for name in typed:
        if name not in known:
            raise unknown("figure", f"modelled target of {plan.name}", name, known)
    return dict(typed)


def fork_of(replicate: int | None, figures: Mapping[str, float], at: int) -> Fork | None:
    """Return the replicate whose state it is; None where it is of no single one.

    Raises:
        ConfigError: If figures say where the city stands, too.
    """
    if replicate is None:
        return None
    for name, value in figures.items():
        raise ConfigError(
            f"figure.{name}={value:g} with replicate={replicate}: where the city stands is told "
            "either by figures or by a replicate"
        )
    return Fork(replicate, at)


def quarter_of(plan: Plan, typed: str) -> int:
    """Return the quarter after which the mix changes.

    Raises:
        ConfigError: If nothing of the plan is left then.
    """
    at = parse(typed, "at")
    if not plan.start <= at < plan.end:
        raise ConfigError(
            f"at={typed}: a quarter of {plan.name} that leaves one to change is needed, "
            f"{label(plan.start)} to {label(plan.end - 1)}"
        )
    return at


def draw(rows: pd.DataFrame, p: float, path: Path, title: str) -> None:
    """Draw extra outlay against probability, a panel per target."""
    names = list(dict.fromkeys(rows["target"]))
    with picture(path, figsize=(7, 2.2 * len(names)), layout="constrained") as figure:
        panels = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
        for axes, name in zip(panels, names, strict=True):
            tried = rows[(rows["target"] == name) & (rows["change"] != EARLIER)]
            axes.scatter(tried["extra_outlay"], tried["probability"], s=18)
            axes.axhline(p, color="0.6", linestyle="--")
            axes.set(title=name, ylim=(-0.05, 1.05), ylabel="probability")
        panels[-1].set_xlabel("extra public outlay, million CNY")
        figure.suptitle(title)


def main(typed: Sequence[str] | None = None) -> None:
    """Try the changes and write what each does."""
    asked = ask(EXPERIMENT, typed)
    plan, mix, p = asked.case.plan, asked.case.mix, asked.own["probability"]
    at = quarter_of(plan, asked.own["at"])
    figures = figures_of(plan, asked.own["figure."])
    targets = wanted(plan, asked.own["targets"], asked.case.quarters)
    # Whoever tells where a target stands wants to know of it.
    stood = wanted(plan, tuple(figures), asked.case.quarters) if figures else ()
    targets += tuple(target for target in stood if target not in targets)
    fork = fork_of(asked.own["replicate"], figures, at)
    mixes = candidates(plan, mix, at + 1)
    check_written(plan, mix, mixes)
    evaluate, folder = evaluator(asked), asked.folder
    evaluate = dataclasses.replace(evaluate, case=dataclasses.replace(evaluate.case, fork=fork))
    replicates, seed = asked.effort.replicates, asked.case.seed
    outcomes = evaluate.outcomes(mixes)
    rows, remarks = near(outcomes[0], label(at), figures)
    tried = table(outcomes, targets, rows)
    own = {target.id: tried[tried["target"] == target.id] for target in targets}
    best = {target.id: cheapest(own[target.id], p) for target in targets}
    chosen = {row["change"] for row in best.values() if row is not None}
    ran = [m for m in mixes if m.name in {UNCHANGED, *chosen}]
    ran_again, counted = again(evaluate, ran, label(at), figures)
    fresh = table(ran_again, targets, counted)
    medians = outcomes[0].parameters.iloc[rows].median().to_dict()
    known = Values({**values(plan, {}).flat, **medians})
    lines = []
    for target in targets:
        there, row = standing(outcomes[0], target, rows, label(at)), best[target.id]
        if row is None:
            effect, why = first_effect(outcomes, target, rows), why_not(target, at + 1, known)
            said = no_advice(target, own[target.id], p, effect, at + 1, why)
        else:
            said = advice(row, own[target.id], fresh[fresh["target"] == target.id], p)
        lines.append(f"* {target.id} ({there}): {said}")
        if row is not None and row["change"] != UNCHANGED:
            found = next(m for m in mixes if m.name == row["change"])
            with replacing(folder / f"{target.id}.yaml") as unfinished:
                tree = tree_of(plan, found, f"correct_{target.id}")
                unfinished.write_text(yaml.safe_dump(tree, sort_keys=False), "utf-8")
    spent = {o.mix.name: o.outlay[rows].mean() for o in outcomes}
    opening = next_opening(at + 1)
    opens = f"next in {label(opening)}" if opening <= plan.end else "no more before the plan's end"
    wide = tried.pivot(index="change", columns="target", values="probability")
    wide = wide.loc[[m.name for m in mixes], [t.id for t in targets]]
    by_change = tried.groupby("change")
    wide.insert(0, "extra_outlay", by_change["extra_outlay"].first())
    wide["forbidden_by"] = by_change["less_real"].first()
    typed_in = ", ".join(f"{name} = {value:g}" for name, value in figures.items())
    stands = f"nearest to {typed_in}: " if figures else ""
    of = f"replicate {fork.replicate} of " if fork else ""
    luck = "the same replicate with other luck" if fork else f"seed {later_seed(seed)}"
    nearest = ", the nearest" if figures else ""
    anew = f"{len(counted)} of {replicates} fresh ones of {luck}{nearest}"
    text = f"""# What still helps {plan.name} after {label(at)}

The mix is {mix.name} to the end of {label(at)}, and changed from {label(at + 1)} on.
In brackets is where it stands then, beside its goal{"; median, and nine in ten" * (fork is None)}.
What counts is {stands}{len(rows)} of {replicates} futures of {of}seed {seed}.
What is chosen on them, and the unchanged mix, is run again on {anew},
since the luckiest of many changes looks better than it is. Real activity is the median of what
stands behind a target's count at its date.
{"".join(f"{remark}{chr(10)}" for remark in remarks)}
{chr(10).join(lines)}

Larger doses from the same lines may only go to fewer: the unchanged mix costs
{spent[UNCHANGED]:.1f} million CNY, {ALL} {spent[ALL]:.1f}, with twice the money of the lines
{spent[STRONGEST]:.1f}, and that from the first quarter on {spent[EARLIER]:.1f}. A year's money
opens in its first quarter, {opens}.

Probability of each target, and extra outlay (million CNY, paid or owed at the end), by change.
No change is chosen that some target forbids, asked for or not, because its real activity would fall
by more than {SLACK:.0%} beyond chance; the one that would lose most is named.

{markdown(wide.reset_index())}

A change chosen for a target is written as a policy file, TARGET.yaml; `python -m sim policy=FILE`
runs it.
"""
    draw(tried, p, folder / "correction.png", f"{plan.name} after {label(at)}")
    write_files(asked, {"changes": tried, "again": fresh}, text)


if __name__ == "__main__":
    told(main)
