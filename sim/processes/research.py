"""Research: firms start, stop and adjust R&D; universities and institutes find results.

Firms. Each quarter a performer stops with chance ``stop`` / 4; another starts with

    stop / 4 · s / (1 - s) · w / mean(w of non-performers),    w = employees^size_effect

where s is the share of performers of its class (above-scale or small), so that without policy
the share stays where the city has it (K21's 8 and 17 % a year would drain every city); size
makes starting likelier and stopping less so [S26, S36]. A quarter closes a part of the gap to
propensity × revenue, or to the threshold of the high-tech status by those that hold it; firms
plan ahead for the economy's growth. The propensity is unrelated to size [S26]. The R&D stock
loses 15 % a year. Results are Poisson with mean ∝ R&D^0.85 across firms [K1, K33], scaled to the
city's invention grants.

Universities and institutes. Results per researcher-year are Poisson; a small part is ever
sellable; values are lognormal [S9, S10, T13]. What is not sold loses its value with age.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim import identity, kene
from sim.compiled import compiled
from sim.draws import four, poisson
from sim.quantity import quantity
from sim.rules import status_share
from sim.state import ACTIVE, RESULT_UNITS, State


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of the process."""

    stop: float = quantity(
        0.07,
        unit="share of performers a year",
        low=0.05,
        high=0.09,
        status="cited",
        source="docs/odd.md, below K21's 17 %; S36",
    )
    size_effect: float = quantity(
        0.3,
        unit="elasticity of starting to employees",
        low=0.0,
        high=0.6,
        status="assumed",
        source="S26: size raises the chance of doing R&D; size of the effect judged",
    )
    adjustment: float = quantity(
        0.15,
        unit="share of the gap a quarter",
        low=0.05,
        high=0.30,
        status="assumed",
        source="partial adjustment of R&D; judged",
    )
    depreciation: float = quantity(
        0.15,
        unit="share a year",
        low=0.10,
        high=0.20,
        status="cited",
        source="K section, Hall, Mairesse & Mohnen 2010 (from memory): about 15 %",
    )
    elasticity: float = quantity(
        0.85,
        unit="elasticity of results to R&D across firms",
        low=0.8,
        high=0.9,
        status="cited",
        source="docs/odd.md; K33: below 1",
    )
    grants_per_patent: float = quantity(
        0.28,
        unit="invention grants a year per valid patent at the start",
        low=0.20,
        high=0.35,
        status="cited",
        source="Ningbo 2017: 5 382 grants on 23 per 10 000 of some 7.9 M people = 0.30; a city's "
        "own patents, not Ningbo's 4.3 M CNY per grant, since R&D per patent differs by city",
    )
    patent_lapse: float = quantity(
        0.06,
        unit="share of valid patents a year",
        low=0.03,
        high=0.10,
        status="assumed",
        source="fees rise with age; judged",
    )
    result_rate: float = quantity(
        0.35,
        unit="results per researcher-year",
        low=0.2,
        high=0.6,
        status="assumed",
        source="some two patent applications per R&D post in six years; judged",
    )
    sellable: float = quantity(
        0.15,
        unit="share of results",
        low=0.05,
        high=0.25,
        status="assumed",
        source="docs/odd.md: 5-25 % are ever sellable",
    )
    value_mean: float = quantity(
        0.64,
        unit="million CNY",
        low=0.4,
        high=1.2,
        status="cited",
        source="T13: mean deal 0.639 M CNY in 2023; T15: 1.22 M in 2017",
    )
    value_spread: float = quantity(
        1.6,
        unit="standard deviation of the logarithm",
        low=1.3,
        high=2.0,
        status="cited",
        source="S9-S11",
    )
    ageing: float = quantity(
        0.20,
        unit="share of open results that lapse a year",
        low=0.10,
        high=0.35,
        status="assumed",
        source="T7: median delay 3.7 years from filing to transfer",
    )


# Slots of a firm's draws in a quarter.
_STATUS, _GRANTS, _LAPSES = 0, 1, 2


@compiled
def _firms(
    address: Any,
    ids: Any,
    alive: Any,
    above_scale: Any,
    employees: Any,
    revenue: Any,
    propensity: Any,
    rd: Any,
    rd_stock: Any,
    rd_growth: Any,
    patents: Any,
    results: Any,
    high_tech_until: Any,
    now: Any,
    stop: Any,
    start: Any,
    size_effect: Any,
    adjustment: Any,
    lead: Any,
    depreciation: Any,
    elasticity: Any,
    scale: Any,
    lapse: Any,
    typical: Any,
) -> Any:
    for i in range(ids.size):
        results[i] = 0
        if not alive[i]:
            continue
        draws = four(address, ids[i], 0)
        size = employees[i] ** size_effect
        group = 1 if above_scale[i] else 0
        if rd[i] > 0.0:
            if draws[_STATUS] < stop[group] / size:
                rd[i] = 0.0
            else:
                share = propensity[i]
                if high_tech_until[i] >= now:
                    share = max(share, status_share(revenue[i]))
                rd[i] += adjustment * (share * revenue[i] * lead - rd[i])
        elif draws[_STATUS] < start[group] * size:
            rd[i] = propensity[i] * revenue[i]
        before = rd_stock[i]
        rd_stock[i] += rd[i] / 4.0 - depreciation * before
        rd_growth[i] = np.log((typical + rd_stock[i]) / (typical + before))
        if rd[i] > 0.0:
            results[i] = poisson(scale * rd[i] ** elasticity, draws[_GRANTS])
        if patents[i] > 0:
            patents[i] -= min(patents[i], poisson(lapse * patents[i], draws[_LAPSES]))
        patents[i] += results[i]


def transition_norms(state: State, p: Parameters) -> None:
    """Fix, once, the rates of stopping and starting R&D for a firm of one person, by class.

    Expected starts equal expected stops at the start of the run: stop · number of performers.
    """
    firms = state.firms
    size = firms.employees**p.size_effect
    for group, name in enumerate(("small", "large")):
        here = firms.alive & (firms.above_scale == bool(group))
        performs, rests = here & (firms.rd > 0), here & (firms.rd <= 0)
        number = float(performs.sum())
        weight = float((1 / size[performs]).sum()), float(size[rests].sum())
        state.starting_stock[f"stop {name}"] = p.stop / 4 * number / max(weight[0], 1e-9)
        state.starting_stock[f"start {name}"] = p.stop / 4 * number / max(weight[1], 1e-9)


def invest_and_find(state: State, p: Parameters) -> None:
    """Let firms decide on R&D and find results; let researchers find theirs."""
    firms = state.firms
    if len(firms):
        _invest(state, p, firms.alive)
    state.flows["grants"] += float(firms.results.sum()) * state.weight
    find_results(state, p)


def grants_scale(rd: np.ndarray, yearly: float, p: Parameters) -> float:
    """Return a so that the sum of a · R&D^elasticity is a quarter of the yearly grants."""
    return float(yearly / 4 / np.sum(rd**p.elasticity))


def _invest(state: State, p: Parameters, live: np.ndarray) -> None:
    firms, stock = state.firms, state.starting_stock
    _firms(
        state.luck("research").address,
        firms.id,
        live,
        firms.above_scale,
        firms.employees,
        firms.revenue,
        firms.propensity,
        firms.rd,
        firms.rd_stock,
        firms.rd_growth,
        firms.patents,
        firms.results,
        firms.high_tech_until,
        state.quarter,
        np.array([stock["stop small"], stock["stop large"]]),
        np.array([stock["start small"], stock["start large"]]),
        p.size_effect,
        p.adjustment,
        1 + np.log1p(state.macro_growth) / 4 / p.adjustment,
        p.depreciation / 4,
        p.elasticity,
        stock["grants_scale"],
        p.patent_lapse / 4,
        max(stock["typical_rd_stock"], 1e-9),
    )


def find_results(state: State, p: Parameters) -> None:
    """Let researchers find results, and old ones lapse."""
    table = state.organisations
    rows = np.flatnonzero((table.researchers > 0) & (table.status == ACTIVE))
    luck = state.luck("research")
    lapsed = luck.happens(state.results.id, p.ageing / 4)
    state.results.open[:] &= ~lapsed
    found = luck.poisson(table.id[rows], table.researchers[rows] * p.result_rate * p.sellable / 4)
    owners = np.repeat(rows, found)
    serial = np.concatenate([np.arange(n) for n in found]) if found.any() else np.empty(0, np.int64)
    add_results(state, owners, serial, state.quarter, p)


def add_results(
    state: State, owners: np.ndarray, serial: np.ndarray, found: int | np.ndarray, p: Parameters
) -> None:
    """Append sellable results; an id descends from its owner, its quarter and a serial number."""
    if owners.size == 0:
        return
    table = state.organisations
    ids = identity.mixed(identity.RESULT, table.id[owners], np.asarray(found), serial)
    luck = state.draws.at("kene", 0)
    lengths = np.full(ids.size, RESULT_UNITS)
    spread = p.value_spread
    values = np.exp(np.log(p.value_mean) - spread**2 / 2 + spread * luck.normal(ids, slot=63))
    state.results.add(
        ids,
        owner=owners,
        field=table.field[owners],
        capabilities=kene.build(ids, table.field[owners], lengths, RESULT_UNITS, luck),
        value=values,
        found=found,
        open=True,
    )
