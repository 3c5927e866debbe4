"""Yearly flows and ratios of each city beside what was published of cities like it.

    python experiments/sanity.py [replicates=20] [seed=1] [write=docs/sanity.md]

Each plan is run as written. A figure is the median over replicates (5 % and 95 % in brackets) of
the plan's first year and of its last. The published column is an order of magnitude from a place
and year as near as could be found, scaled by the row's denominator; nothing is fitted to it here. A
median that lies outside the published range by more than a factor of two is marked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from asking import Experiment, Key, ask_alone, names, path, told, whole

from sim.indicators.table import INDICATORS
from sim.inputs.codes import KIND_CODE, LEVEL_CODE
from sim.inputs.kinds import KINDS
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.processes.subsidy_response import reported_rd
from sim.region.region import start_run
from sim.state.columns import ACTIVE
from sim.state.state import State

PLANS = ("weihai_2018", "changzhou_2019", "ningbo_2019", "ningbo_315", "jiangyin_2025")
CARRIERS = ("incubator", "makerspace")
ENGINEERING = ("engineering_research_centre", "enterprise_technology_centre")
EXPERIMENT = Experiment(
    name="sanity",
    doc=__doc__,
    keys=(
        Key(name="replicates", read=whole(1), default=20, words="futures of each plan"),
        Key(name="seed", read=whole(0), default=1, words="which world of luck"),
        Key(name="plans", read=names, default=PLANS, shown="[a,b]", words="else all five"),
        Key(name="write", read=path, default=None, shown="FILE", words="also writes the page"),
    ),
)
FACTOR = 2.0  # further off than this a figure is marked


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure beside a published order of magnitude.

    Attributes:
        name: What it is, with its unit.
        measure: State at the end of a year → the figure of that year; NaN where undefined.
        low: The published range.
        high: Its upper end.
        source: Where the range comes from.
        remark: Why the figure is off, where it is.
    """

    name: str
    measure: Callable[[State], float]
    low: float
    high: float
    source: str
    remark: str = ""


def ratio(over: float, under: float) -> float:
    """Return a quotient; NaN for nothing under it."""
    return over / under if under else np.nan


def indicator(name: str) -> Callable[[State], float]:
    """Return an indicator's measure."""
    return INDICATORS[name].measure


def flow(name: str) -> Callable[[State], float]:
    """Return a flow of the last four quarters."""
    return lambda state: state.past_year(attrgetter(name))


def founded(*kinds: str) -> Callable[[State], float]:
    """Return units founded in the last four quarters per unit in being."""

    def measure(state: State) -> float:
        codes = [KIND_CODE[kind] for kind in kinds]
        new = state.past_year(lambda flows: float(flows.founded[codes].sum()))
        return ratio(new, state.number(state.platforms(*kinds)))

    return measure


def promoted(level: str) -> Callable[[State], float]:
    """Return platforms of all kinds promoted to a level in a year, per platform a level below."""

    def measure(state: State) -> float:
        at = LEVEL_CODE[level]
        won = state.past_year(lambda flows: float(flows.promoted[:, at].sum()))
        table = state.organisations
        standing = 0.0
        for kind, data in KINDS.items():
            if level in data.levels[1:]:
                here = (table.kind == KIND_CODE[kind]) & (table.status == ACTIVE)
                standing += state.number(here)
        return ratio(won, standing)

    return measure


def tenants_per(kind: str) -> Callable[[State], float]:
    """Return tenants per unit of a kind of carrier."""

    def measure(state: State) -> float:
        rows = state.platforms(kind)
        return ratio(float(state.organisations.tenants[rows].sum()), rows.size)

    return measure


def researchers(state: State) -> float:
    """Return researchers of universities and institutes."""
    table = state.organisations
    return float(table.researchers[table.status == ACTIVE].sum())


def firms_with_rd(state: State) -> float:
    """Return the share of above-scale firms that do R&D."""
    firms = state.firms
    large = firms.alive & firms.above_scale
    return float((firms.rd[large] > 0).mean())


def rd(state: State) -> float:
    """Return firms' reported R&D in million CNY a year."""
    firms = state.firms
    return float(reported_rd(state)[firms.alive].sum()) * state.weight


def tenants(state: State) -> float:
    """Return tenants of all carriers."""
    return float(state.organisations.tenants.sum())


ROWS = (
    Row(
        name="registered contracts a year per bn CNY of firms' R&D",
        measure=lambda s: ratio(s.past_year(lambda flows: flows.contracts), rd(s) / 1000),
        low=150,
        high=250,
        source="China 2019: 484 077 on 2 214 bn; Shandong 2017: 25 947",
    ),
    Row(
        name="mean registered contract, million CNY",
        measure=lambda s: ratio(
            s.past_year(lambda flows: flows.turnover), s.past_year(lambda flows: flows.contracts)
        ),
        low=0.94,
        high=4.6,
        source="Hefei 2017: 0.94; Shandong 2017: 2.1; Jiangsu 2021: 3.65; China 2019: 4.6",
    ),
    Row(
        name="registered turnover a year, million CNY per bn of GDP",
        measure=lambda s: ratio(s.past_year(lambda flows: flows.turnover), s.gdp / 1000),
        low=7.5,
        high=26,
        source="Jiangyin 2019: 3.6 bn on some 400; Ningbo 2017: 8.2 bn on 985; Wuxi 2021: 27; "
        "Jiangsu 2021: 26",
    ),
    Row(
        name="results transferred a year per researcher",
        measure=lambda s: ratio(s.past_year(lambda flows: flows.transfers), researchers(s)),
        low=0.03,
        high=0.04,
        source="T14, S16 (calibrated to)",
    ),
    Row(
        name="invention grants a year per valid patent",
        measure=lambda s: ratio(
            s.past_year(lambda flows: flows.grants),
            float(s.firms.patents[s.firms.alive].sum()) * s.weight,
        ),
        low=0.14,
        high=0.30,
        source="Ningbo 2017: 5 382 on some 18 000",
    ),
    Row(
        name="new incubators and makerspaces a year per unit",
        measure=founded(*CARRIERS),
        low=0.12,
        high=0.21,
        source="China 2016-18: +25, +33, +19 % a year, slowing; Changzhou 2018: 20 planned on 136",
    ),
    Row(
        name="new engineering and technology centres of firms a year per unit",
        measure=founded(*ENGINEERING),
        low=0.05,
        high=0.20,
        source="Wuxi 2012-21: +91 %; Zhenjiang: 28 on 247, 20 on 125",
    ),
    Row(
        name="new institutes a year per unit",
        measure=founded("institute"),
        low=0.08,
        high=0.15,
        source="China 2019-21: 326 founded on 2 140, stock +12.7 %; Ningbo 2018-20: 21 on 48",
        remark="Weihai begins with a handful of institutes; outside parents come by the size of a "
        "city's economy, not by its stock, so that two or three a year are a third.",
    ),
    Row(
        name="promotions to provincial level a year per platform of such a kind",
        measure=promoted("provincial"),
        low=0.01,
        high=0.08,
        source="Yangzhou 2017: 15 of 77 stations in ten years; Zhenjiang 2022: 20 on 125",
    ),
    Row(
        name="certified brokers per 10 000 residents",
        measure=lambda s: ratio(indicator("brokers")(s), s.figures.population / 10_000),
        low=0.2,
        high=1.5,
        source="China 2024: 110 000 trained since 2018 = 0.8",
    ),
    Row(
        name="share of brokers who work",
        measure=lambda s: ratio(float(s.people.active.sum()), len(s.people)),
        low=0.05,
        high=0.20,
        source="assumed: 5-20 %",
    ),
    Row(
        name="tenants per incubator",
        measure=tenants_per("incubator"),
        low=40,
        high=43,
        source="China 2017-18: 43, Jiangsu 2019: 40",
        remark="A city's incubators are drawn at up to Jiangsu's density (three times China's per "
        "head), its start-ups from filings of a city programme and from those incubators' tenants; "
        "where both were drawn apart, seats stand empty. Incubators then multiply at the nation's "
        "rate of 2016-18 while start-ups grow with output only, so the number falls. What hangs on "
        "it is the real activity beside the count of carriers (hollow ones); founding compares "
        "seats taken with those at the start and is not biased by the level.",
    ),
    Row(
        name="firms per makerspace",
        measure=tenants_per("makerspace"),
        low=10,
        high=30,
        source="China 2018: 59 firms and teams each (620 000 in all less 206 000 in incubators); a "
        "national one has 20 teams and 10 new firms a year: firms are a third to a half at most",
    ),
    Row(
        name="graduates a year per tenant",
        measure=lambda s: ratio(s.past_year(lambda flows: flows.graduates), tenants(s)),
        low=0.07,
        high=0.13,
        source="China 2013-17: about 10 %",
    ),
    Row(
        name="high-tech firms per 1000 above-scale firms",
        measure=lambda s: (
            1000 * ratio(indicator("high_tech_firms")(s), indicator("above_scale_firms")(s))
        ),
        low=150,
        high=660,
        source="Wuxi 2021: 4 608 on 7 003; Ningbo 2022: 5 337 on some 10 000, 2017: 1 479 on 7 500",
    ),
    Row(
        name="share of above-scale firms with R&D",
        measure=firms_with_rd,
        low=0.25,
        high=0.60,
        source="Ningbo 2014: 45 %, 2019-20: some 40 %; Nanjing 2021: 44 %; Jiangyin 2019: 60 %",
    ),
    Row(
        name="R&D over GDP, percent",
        measure=indicator("rd_to_gdp"),
        low=2.35,
        high=3.2,
        source="Ningbo 2017: 2.35, 2020: 2.85; Jiangyin 2019: 3.16; Yantai 2018: 2.58",
    ),
    Row(
        name="public outlay under the plan over GDP, per mille a year",
        measure=lambda s: 1000 * ratio(indicator("public_spending")(s), s.gdp),
        low=0.05,
        high=1.0,
        source="fiscal science money of 3-5 % of a budget of some 8-10 % of GDP, a tenth of it",
        remark="In the first year little falls due: rewards are paid two quarters to years after "
        "they are earned, and Changzhou's plan pays hardly anything else.",
    ),
)


def figures(name: str, replicates: int, seed: int) -> dict[str, tuple[list[float], list[float]]]:
    """Run a plan and return each row's figures of the first and of the last year."""
    plan = load_plan(name)
    mix = build_mix(plan, "as_written")
    found: dict[str, tuple[list[float], list[float]]] = {row.name: ([], []) for row in ROWS}
    for replicate in range(replicates):
        run = start_run(plan, mix, seed=seed, replicate=replicate)
        for moment, last in enumerate((plan.start + 3, plan.end)):
            while run.state.quarter <= last:
                run.step()
                run.finish()
            for row in ROWS:
                found[row.name][moment].append(row.measure(run.state))
    return found


def cell(values: list[float], row: Row) -> str:
    """Return the median with 5 and 95 %, marked where it is off by more than the factor."""
    numbers = np.array(values)
    numbers = numbers[~np.isnan(numbers)]
    if numbers.size == 0:
        return "–"
    low, middle, high = np.quantile(numbers, [0.05, 0.5, 0.95])
    off = not row.low / FACTOR <= middle <= row.high * FACTOR
    return f"{'**' if off else ''}{middle:.3g}{'**' if off else ''} ({low:.3g}-{high:.3g})"


def table(results: dict[str, dict[str, tuple[list[float], list[float]]]]) -> str:
    """Return the table in Markdown."""
    lines = [
        "| figure | published | " + " | ".join(results) + " | from |",
        "|" + "---|" * (len(results) + 3),
    ]
    for row in ROWS:
        cells = []
        for found in results.values():
            first, last = found[row.name]
            cells.append(f"{cell(first, row)} → {cell(last, row)}")
        lines.append(
            f"| {row.name} | {row.low:g}-{row.high:g} | {' | '.join(cells)} | {row.source} |"
        )
    return "\n".join(lines)


def page(table: str, replicates: int, seed: int) -> str:
    """Return the page: what the table is, the table, and why some figures are off."""
    remarks = "\n".join(f"* *{row.name}*. {row.remark}" for row in ROWS if row.remark)
    return (
        f"# Yearly figures beside published ones\n\n{__doc__}\n"
        f"Made with {replicates} replicates of seed {seed}; first year → last year of the plan.\n\n"
        f"{table}\n\nWhat is off, and why:\n\n{remarks}\n"
    )


def main(typed: Sequence[str] | None = None) -> None:
    """Run the plans and print the table."""
    asked = ask_alone(EXPERIMENT, typed)
    replicates, seed = asked["replicates"], asked["seed"]
    results = {name: figures(name, replicates, seed) for name in asked["plans"]}
    text = table(results)
    print(text)
    if asked["write"]:
        asked["write"].write_text(page(text, replicates, seed), encoding="utf-8")


if __name__ == "__main__":
    told(main)
