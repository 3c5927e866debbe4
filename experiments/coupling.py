"""How the processes of a city hang together, and what each instrument moves.

    python experiments/coupling.py plan=weihai_2018 write=DIR [replicates=24] [seed=1] [workers=1]

Every comparison is of the same city with the same luck. Three questions are asked of a plan:

* *Knock-outs.* As written, with one process left out of every quarter and all others alive
  (``knockout.csv``): what it notes of a quarter is nothing. What only publishes offers, opens
  budgets or pays is no such process.
* *Instruments alone.* Each instrument beside the city's standing rules alone, as written and at ten
  times its dose, against none of the plan's instruments (``instruments.csv``).
* *Doses.* Each instrument that pays, at several times its dose within the plan as written, with the
  lines' money as written, against the plan without it (``dose.csv``).

A figure is a target at its date or an activity of the city in the last quarter; where a count has
a real activity beside it, that is what is compared. It is *moved* where the mean of the paired
differences lies beyond two standard errors and beyond 0.5 % of the figure (a target in a
knock-out: 5 % of its growth over the run). An instrument alone has ten times the lines' money, so
that crowding does not count. What is not moved is *equal* in every future, differs *within the
error*, or by *too little* to count (``verdict``); of some 30 figures of an instrument about one
lies beyond two errors by luck. Beside targets and activities the table has the instrument's direct
product: working platforms of each kind, plaques apart. ``paid`` is what all payers paid for the
instrument over the run, ``owed`` what is granted and not yet due at its end, ``outlay`` their sum,
in million CNY; effects are in the figure's own unit. ``coupling.png`` draws the knock-outs,
``coupling.md`` tells on a page which targets hang on one process or none, and which instruments
move nothing. Futures are kept in ``futures``: a job that was stopped goes on.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from inspect import Parameter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from asking import Experiment, Key, ask_alone, number, path, text, told, whole
from matplotlib.figure import Figure

from sim.core.plain import hash_of, plain
from sim.indicators.measure import busy
from sim.indicators.table import INDICATORS
from sim.inputs.kinds import KINDS
from sim.inputs.plan import Plan
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.policy.mix import NO_POLICY, Choice, Mix, paying
from sim.region.case import case_of
from sim.region.pages import QUARTER
from sim.region.paths import MoneyPath, paths
from sim.region.region import Start, start_city
from sim.runs.version import code_hash
from sim.runs.workers import computed
from sim.state.books import YUAN
from sim.state.state import State

EXPERIMENT = Experiment(
    name="coupling",
    doc=__doc__,
    keys=(
        Key(name="plan", read=text, default="weihai_2018", words="the plan"),
        Key(name="replicates", read=whole(3), default=24, words="futures of each mix"),
        Key(name="seed", read=whole(0), default=1, words="which world of luck"),
        Key(name="workers", read=whole(1), default=1, words="processes of this machine"),
        Key(
            name="scale",
            read=number(lambda value: 0 < value <= 1, "above 0, at most 1"),
            default=1.0,
            words="population.scale",
        ),
        Key(name="write", read=path, default=Parameter.empty, shown="DIR", words="where to"),
    ),
)
# They press, publish, open and pay: no process of the city.
PUBLIC_SIDE = ("government", "enact", "budget", "settle")
PROCESSES = tuple(name for name, _ in QUARTER if name not in PUBLIC_SIDE)
ACTIVITIES = (
    "contracts",
    "contract_turnover",
    "startups_incubated",
    "rd_to_gdp",
    "valid_invention_patents",
    "high_tech_firms",
    "technology_smes",
    "above_scale_firms",
)
ALONE = (1.0, 10.0)  # times the dose of an instrument alone
DOSES = (1.0, 3.0, 10.0)  # within the plan as written; the plan without it is compared with
FUTURES = "futures"  # the folder of what was lived
MONEY = 10.0  # times the lines' money for instruments alone
MOVED = "moved"
ERRORS, OF_FIGURE, OF_GROWTH = 2.0, 0.005, 0.05  # what moved means
TARGET, PRODUCT = "target", "product"
MONEY_OF = ("outlay", "paid", "owed", "paid_to")
KNOCKOUT, INSTRUMENT, DOSE = "knockout", "instrument", "dose"


@dataclass(frozen=True)
class Variant:
    """A mix, and a process to leave out, whose figures are compared with another's.

    Attributes:
        question: Which of the three.
        name: The process or the instrument.
        mix: What is in force.
        without: The process that is left out, if one is.
        dose: Times the instrument's dose.
        against: What it is compared with, the name of a reference.
    """

    question: str
    name: str
    mix: Mix
    without: str = ""
    dose: float = 1.0
    against: str = "as_written"


@dataclass
class Lived:
    """What became of a city.

    Attributes:
        figures: (``target``, ``activity`` or ``product``, name) → its value.
        growth: Target → its growth over the run.
        paid: Instrument → payee → million CNY, paid or owed.
        owed: Instrument → million CNY of these not yet due.
    """

    figures: dict[tuple[str, str], float] = field(default_factory=dict)
    growth: dict[str, float] = field(default_factory=dict)
    paid: dict[str, dict[str, float]] = field(default_factory=dict)
    owed: dict[str, float] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as plain numbers and names."""
        figures = [[kind, name, value] for (kind, name), value in self.figures.items()]
        money = {"paid": self.paid, "owed": self.owed}
        return {"figures": figures, "growth": self.growth, **money}

    @classmethod
    def told(cls, life: Mapping[str, Any]) -> "Lived":
        """Return it from plain numbers and names."""
        figures = {(kind, name): value for kind, name, value in life["figures"]}
        paid = {k: dict(v) for k, v in life["paid"].items()}
        return cls(figures, dict(life["growth"]), paid, dict(life["owed"]))

    def outlay(self, instrument: str) -> float:
        """Return what was paid or is owed for an instrument, million CNY."""
        return sum(self.paid.get(instrument, {}).values())


def real(indicator: str, state: State) -> float:
    """Return the real activity beside a count, or the measure where that is real already."""
    declared = INDICATORS[indicator]
    return (declared.real or declared.measure)(state)


def references(plan: Plan) -> dict[str, Mix]:
    """Return the mixes that others are compared with, by name."""
    written = build_mix(plan, "as_written")
    return {
        "as_written": written,
        "none": NO_POLICY.financed(MONEY),
        **{
            f"~{one.id}": build_mix(plan, f"as_written~{one.id}")
            for one in written.instruments
            if paying(one)
        },
    }


def variants(plan: Plan) -> list[Variant]:
    """Return all that is compared with a reference."""
    written = build_mix(plan, "as_written")
    found = [Variant(KNOCKOUT, name, written, without=name) for name in PROCESSES]
    for one in written.instruments:
        if not one.modelled:
            continue
        for dose in ALONE:
            alone = build_mix(plan, f"none+{one.id}").scaled({one.id: dose}, one.id).financed(MONEY)
            found.append(Variant(INSTRUMENT, one.id, alone, dose=dose, against="none"))
        if paying(one):
            for dose in DOSES:
                mix = written.scaled({one.id: dose}, f"{one.id} x {dose:g}")
                found.append(Variant(DOSE, one.id, mix, dose=dose, against=f"~{one.id}"))
    return found


def live(start: Start, mix: Mix, without: str = "") -> Lived:
    """Let a city live through its plan, without a process, and return its figures."""
    run, plan, lived = start.under(mix), start.plan, Lived()
    modelled = [target for target in plan.targets if not target.reason]
    first = {target.id: real(target.indicator, run.state) for target in modelled}
    while run.state.quarter <= plan.end:
        run.begin()
        for name, process in QUARTER:
            if name != without:
                run.live(name, process)
            else:
                _nothing_of(run.state, without)
        for target in modelled:
            if target.by == run.state.quarter:
                value = real(target.indicator, run.state)
                lived.figures[TARGET, target.id] = value
                lived.growth[target.id] = value - first[target.id]
        if run.state.quarter == plan.end:
            lived.figures |= others_at_the_end(run.state)
        run.finish()
    books = run.state.books
    for payment in (*books.payments, *books.pending()):
        paid = lived.paid.setdefault(payment.account.name, {})
        paid[payment.payee] = paid.get(payment.payee, 0.0) + payment.amount / YUAN
    for payment in books.pending():
        name = payment.account.name
        lived.owed[name] = lived.owed.get(name, 0.0) + payment.amount / YUAN
    return lived


def _nothing_of(state: State, process: str) -> None:
    """Let nothing have happened this quarter of what a process that is left out notes there."""
    for table in (state.firms, state.organisations, state.contracts):
        for name, column in table.columns.items():
            if column.owners[:1] == (process,) and "this quarter" in column.unit:
                getattr(table, name)[:] = column.default


def others_at_the_end(state: State) -> dict[tuple[str, str], float]:
    """Return the activities, and working platforms of each kind, without what is only a plaque."""
    figures = {("activity", name): real(name, state) for name in ACTIVITIES}
    return figures | {(PRODUCT, kind): busy(kind)(state) for kind in KINDS}


def future(plan: Plan, seed: int, scale: float, replicate: int) -> tuple[dict[str, Lived], list]:
    """Return what became of one city under each reference and each variant."""
    case = case_of(plan, Choice(mix=build_mix(plan, "as_written")), seed=seed, scale=scale)
    start, asked = start_city(case, replicate), variants(plan)
    wanted = {one.against for one in asked}
    lives: dict[tuple[str, str], Lived] = {}

    def life(mix: Mix, without: str = "") -> Lived:
        key = (mix.effect, without)  # what is equal is lived once
        if key not in lives:
            lives[key] = live(start, mix, without)
        return lives[key]

    known = {name: life(mix) for name, mix in references(plan).items() if name in wanted}
    return known, [life(one.mix, one.without) for one in asked]


def kept_future(
    plan: Plan, seed: int, scale: float, folder: Path | None, replicate: int
) -> tuple[dict[str, Lived], list[Lived]]:
    """Return a future, of a file of the folder if a job that was stopped had lived it already."""
    if folder is None:
        return future(plan, seed, scale, replicate)
    path = folder / f"{job_of(plan, seed, scale)}-{replicate:04}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        lives = json.loads(path.read_text(encoding="utf-8"))
        known = {name: Lived.told(life) for name, life in lives["known"].items()}
        return known, [Lived.told(life) for life in lives["lived"]]
    known, lived = future(plan, seed, scale, replicate)
    told_so = {"known": {n: one.plain() for n, one in known.items()}}
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(
        json.dumps(told_so | {"lived": [one.plain() for one in lived]}), encoding="utf-8"
    )
    unfinished.replace(path)
    return known, lived


def job_of(plan: Plan, seed: int, scale: float) -> str:
    """Return what futures hang on, in short: code, plan, luck, scale and what is asked."""
    asked = [[one.question, one.name, one.dose, one.mix.name] for one in variants(plan)]
    own = Path(__file__).read_text(encoding="utf-8")
    return hash_of([code_hash(), own, plain(plan), seed, scale, asked])[:12]


def compared(
    plan: Plan,
    replicates: int,
    seed: int,
    *,
    scale: float = 1.0,
    workers: int = 1,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Return a row per variant and figure: means, the paired effect, and whether it moved.

    Money is in million CNY per run; ``paid_to`` names who got it, the most first. Each future is
    kept in a folder, so that the same command goes on where it was stopped.
    """
    work = partial(kept_future, plan, seed, scale, folder)
    futures = list(computed(work, range(replicates), workers, in_order=True))
    rows = []
    for number_of, one in enumerate(variants(plan)):
        pairs = [(lived[number_of], known[one.against]) for known, lived in futures]
        outlay = float(np.mean([lived.outlay(one.name) for lived, _ in pairs]))
        owed = float(np.mean([lived.owed.get(one.name, 0.0) for lived, _ in pairs]))
        money = {
            "outlay": outlay,
            "paid": outlay - owed,
            "owed": owed,
            "paid_to": " ".join(_payees([lived for lived, _ in pairs], one.name)),
        }
        for kind, name in pairs[0][1].figures:
            values = np.array([[either.figures[kind, name] for either in pair] for pair in pairs])
            growth = float(np.mean([other.growth.get(name, 0.0) for _, other in pairs]))
            growth = growth if kind == TARGET and one.question == KNOCKOUT else np.nan
            rows.append(
                {
                    "plan": plan.name,
                    "question": one.question,
                    "name": one.name,
                    "dose": one.dose,
                    **money,
                    "kind": kind,
                    "figure": name,
                    **effect(values[:, 0], values[:, 1], growth),
                }
            )
    return pd.DataFrame(rows)


def _payees(lived: Sequence[Lived], instrument: str) -> list[str]:
    paid = pd.DataFrame([one.paid.get(instrument, {}) for one in lived]).sum()
    return [str(payee) for payee in paid.sort_values(ascending=False).index if paid[payee] > 0]


def effect(values: np.ndarray, others: np.ndarray, growth: float = np.nan) -> dict[str, Any]:
    """Return means, the paired effect with its standard error, and whether the figure moved.

    Args:
        values: A figure by replicate.
        others: The same where nothing was changed.
        growth: Its growth over the run, where that is the measure; else the figure itself is.
    """
    differences = values - others
    error = float(differences.std(ddof=1) / np.sqrt(differences.size))
    mean, beside = float(differences.mean()), float(others.mean())
    least = OF_FIGURE * abs(beside) if np.isnan(growth) else OF_GROWTH * abs(growth)
    verdict = MOVED
    if not differences.any():
        verdict = "equal"
    elif abs(mean) <= ERRORS * error:
        verdict = "within the error"
    elif abs(mean) <= least:
        verdict = "too little"
    told_so = {"moved": verdict == MOVED, "verdict": verdict}
    return {"reference": beside, "effect": mean, "error": error, **told_so}


def page(plan: Plan, table: pd.DataFrame) -> str:
    """Return what was found on a page."""
    targets = table[table["kind"] == TARGET]
    hangs = targets[targets["question"] == KNOCKOUT].groupby("figure", sort=False)
    on = {name: list(rows["name"][rows["moved"]]) for name, rows in hangs}
    alone = table[(table["question"] == INSTRUMENT) & (table["dose"] == max(ALONE))]
    products = alone[alone["kind"] == PRODUCT]
    alone = alone[alone["kind"] != PRODUCT]
    by_instrument = list(alone.groupby("name", sort=False))
    without = {
        name: rows
        for name, rows in by_instrument
        if not rows["moved"][rows["kind"] == TARGET].any()
    }
    still = [name for name, rows in by_instrument if not rows["moved"].any()]
    equal = [name for name, rows in by_instrument if (rows["verdict"] == "equal").all()]
    made = {name: rows["figure"][rows["moved"]] for name, rows in products.groupby("name")}
    few = {name: processes for name, processes in on.items() if len(processes) < 2}
    lines = [
        f"# How {plan.name} hangs together",
        "",
        f"{len(few)} of {len(on)} targets are moved by one process or none:",
        "",
        *(f"* {name}: {', '.join(processes) or 'none'}" for name, processes in few.items()),
        "",
        f"{len(without)} of {len(by_instrument)} instruments move no target alone, at "
        f"{max(ALONE):g} times their dose; {len(still)} of them move no activity either, and "
        f"{len(equal)} leave every target and activity equal in every future:",
        "",
        "| instrument | million CNY paid | owed | to | activities it moves | platforms it moves |",
        "|---|---|---|---|---|---|",
        *(_told(name, rows, made[name]) for name, rows in without.items()),
        "",
    ]
    return "\n".join(lines)


def _told(name: str, rows: pd.DataFrame, made: Iterable[str]) -> str:
    moved, first = rows["figure"][rows["moved"]], rows.iloc[0]
    cells = [f"{first['paid']:.4g}", f"{first['owed']:.4g}", first["paid_to"] or "nobody"]
    cells += [", ".join(moved) or "none", ", ".join(made) or "none"]
    return f"| {name} | {' | '.join(cells)} |"


def _along(one: MoneyPath) -> str:
    """Return which processes act on an instrument's offer, and which read what these change."""
    acts = " ".join((*one.acts, *one.booked)) or "nobody"
    return f"{acts} > {' '.join(one.onward) or one.ends or 'its targets'}"


def drawn(plan: Plan, table: pd.DataFrame) -> Figure:
    """Return the knock-outs as a heat map: a row per process, a column per figure."""
    rows = table[(table["question"] == KNOCKOUT) & (table["kind"] != PRODUCT)]
    beside = rows["reference"].abs().clip(lower=1e-9)
    shares = rows.assign(share=rows["effect"] / beside)
    order = list(dict.fromkeys(rows["figure"]))
    of = shares.pivot_table(index="name", columns="figure", values="share", sort=False)[order]
    moved = rows.pivot_table(index="name", columns="figure", values="moved", sort=False)[order]
    figure = Figure(figsize=(2.5 + 0.42 * of.shape[1], 2.2 + 0.32 * of.shape[0]))
    axes = figure.subplots()
    image = axes.imshow(of.clip(-1, 1), cmap="RdBu", vmin=-1, vmax=1, aspect="auto")
    axes.set_xticks(range(of.shape[1]), of.columns, rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(of.shape[0]), of.index, fontsize=8)
    for row, column in np.argwhere(moved.to_numpy() > 0):
        axes.plot(column, row, ".", color="black", markersize=4)
    axes.set_title(f"{plan.name}: what a process left out changes (dot: moved)", fontsize=10)
    figure.colorbar(image, label="effect / figure as written, cut at 1")
    figure.tight_layout()
    return figure


def written(plan: Plan, table: pd.DataFrame, folder: Path) -> None:
    """Write tables, picture and page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    per_million = table["effect"] / table["outlay"].where(table["outlay"] > 0)
    along = {one.instrument: _along(one) for one in paths(plan)}
    table = table.assign(per_million=per_million, path=table["name"].map(along))
    parts: Mapping[str, tuple[str, list[str]]] = {
        "knockout.csv": (KNOCKOUT, ["dose", *MONEY_OF, "per_million", "path"]),
        "instruments.csv": (INSTRUMENT, []),
        "dose.csv": (DOSE, []),
    }
    for name, (question, apart) in parts.items():
        rows = table[table["question"] == question]
        rows.drop(columns=["question", *apart]).to_csv(folder / name, index=False)
    drawn(plan, table).savefig(folder / "coupling.png", dpi=120)
    (folder / "coupling.md").write_text(page(plan, table), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, write, and tell the page."""
    asked = ask_alone(EXPERIMENT, arguments)
    plan = load_plan(asked["plan"])
    table = compared(
        plan,
        asked["replicates"],
        asked["seed"],
        scale=asked["scale"],
        workers=asked["workers"],
        folder=asked["write"] / FUTURES,
    )
    written(plan, table, asked["write"])
    print(page(plan, table), end="")


if __name__ == "__main__":
    told(main)
