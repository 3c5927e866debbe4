"""Research: firms start, stop and adjust R&D; universities and institutes find results.

Firms. Each quarter a performer stops with chance ``stop`` / 4; another starts with

    stop / 4 · s / (1 - s) · w / mean(w of non-performers),    w = employees^size_effect

where s is the share of performers of its class (above-scale or small), so that without policy
the share stays where the city has it (K21's 8 and 17 % a year would drain every city); size
makes starting likelier and stopping less so [S26, S36]. A quarter closes a part of the gap to
propensity × revenue, or to the threshold of the high-tech status by those that hold it; firms
plan ahead for the economy's growth. The propensity is unrelated to size [S26]. The R&D stock
loses 15 % a year. Results are Poisson with mean

    scale · R&D^0.85 · (1 + units of knowledge learnt from outside)^outside_effect
                     · (1 + post_effect · people of science who serve in it)
                     · (1 + tests on shared instruments)^equipment_effect

across firms [K1, K33], scaled to the city's invention grants: what a firm learnt of partners raises
them (``learning``), a dual post of science does by 7 % [K50], and so do tests that it makes on
others' instruments [K26; I76 finds none]. What expected subsidies add to a firm's R&D is part of
what it adjusts to. A share of the patents is of high value (kept for long, in the key industries,
paid for): of a firm's grants the share min(1, n · (R&D over revenue)^e), with n set so that the
city begins with its own share; they lapse later than others.

A firm that founds an R&D unit of its own (a centre or laboratory that is more than a plaque on one
that works already) aims at more R&D, one that loses its last one at less:

    propensity · (1 + unit_effect · has one) / (1 + unit_effect · had one at the start)

for laboratories in firms raise patents through staff and science [I60], though what funded centres
add differs widely [I78]. No size was found: 0 is in the range.

Firms that are diagnosed and coached start R&D with odds raised by ``coaching``: a technology firm
is coached with the offer's share a year, as far as the money goes; 0 is in the range.

Universities and institutes. Results per researcher-year are Poisson; a small part is ever
sellable, and more is offered where sellers keep more of what it brings [T22, T23]; values are
lognormal [S9, S10, T13]. What is not sold loses its value with age.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

from sim.core import identity
from sim.core.arithmetic import log, power
from sim.core.arrays import Flags, Floats, Whole
from sim.core.compiled import compiled, record
from sim.core.draws import poisson
from sim.inputs.codes import KIND_NAMES
from sim.inputs.kinds import KINDS
from sim.inputs.levers import DIAGNOSIS, SELLER_INCENTIVE
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state import kene
from sim.state.columns import ACTIVE, RESULT_UNITS
from sim.state.learnt import who_serve
from sim.state.norms import LARGE, SMALL
from sim.state.rules import status_share
from sim.state.state import State


class Parameters(Numbers, name="research"):
    """Numbers of the process."""

    stop: float = meaning("performers that stop R&D")
    size_effect: float = meaning("starting R&D to employees")
    adjustment: float = meaning("the gap to the R&D aimed at that is closed")
    unit_effect: float = meaning("R&D that a unit of its own adds to a firm's")
    depreciation: float = meaning("R&D stock that is lost")
    elasticity: float = meaning("results to R&D across firms")
    equipment_effect: float = meaning("results to 1 + tests a quarter on shared instruments")
    outside_effect: float = meaning("results to 1 + units of knowledge learnt from outside")
    post_effect: float = meaning("results that a dual post adds to a firm's")
    grants_per_patent: float = meaning("invention grants per valid patent at the start")
    patent_lapse: float = meaning("valid patents that lapse")
    high_value_slope: float = meaning("a grant's chance of high value to R&D over revenue")
    high_value_grants: float = meaning(
        "share of high value among grants, over that among the patents at the start"
    )
    high_value_lapse: float = meaning("lapse of patents of high value to that of all patents")
    coaching: float = meaning("chance of starting R&D in the quarter of a diagnosis")
    diagnosis_cost: float = meaning("cost of a diagnosis")
    result_rate: float = meaning("results per researcher")
    sellable: float = meaning("results that are ever sellable")
    value_mean: float = meaning("mean value of a sellable result")
    value_spread: float = meaning("value of sellable results")
    ageing: float = meaning("open results that lapse")


# Slots of a firm's draws in a quarter.
_STATUS, _GRANTS, _LAPSES, _HIGH_VALUE, _DIAGNOSED, _COACHED, _LOT = range(7)
_HELD = 40  # slot of a firm's draw at the start
_RESEARCHES = np.array(["research" in KINDS[name].functions for name in KIND_NAMES])
_VALUE = 63  # slot of a result's draw of its life, after those of its knowledge


class Seen(NamedTuple):
    """What a firm's R&D depends on."""

    alive: Flags
    above_scale: Flags
    employees: Floats
    revenue: Floats
    propensity: Floats
    rd_induced: Floats
    high_tech_until: Whole
    rd_relabelled: Floats


class Spending(NamedTuple):
    """A firm's R&D."""

    rd: Floats
    rd_stock: Floats
    rd_growth: Floats


class Able(NamedTuple):
    """Who may find something."""

    alive: Flags
    revenue: Floats


class Held(NamedTuple):
    """A firm's patents."""

    patents: Whole
    high_value: Whole
    results: Whole


class Deciding(NamedTuple):
    """The numbers of a quarter's decisions.

    Attributes:
        stop: Chance that a firm of one person stops R&D, of a small and of a large one.
        start: Chance that it starts it.
        size_effect: Elasticity of starting to employees, and of stopping, negative.
        adjustment: Part of the way to the R&D aimed at.
        lead: R&D aimed at over its share of revenue, since revenue grows meanwhile.
        depreciation: Part of the stock that is lost.
        typical: R&D stock beside which growth is told, million CNY.
    """

    stop: Floats
    start: Floats
    size_effect: float
    adjustment: float
    lead: float
    depreciation: float
    typical: float


class Patenting(NamedTuple):
    """The numbers of a quarter's patents.

    Attributes:
        elasticity: Of grants to R&D.
        scale: Grants of a firm with R&D of a million CNY.
        lapse: Part of the patents that lapses.
        valued: Chance of high value at an intensity of R&D of 1.
        slope: Its elasticity to the intensity of R&D.
        valued_lapse: Part of the patents of high value that lapses.
    """

    elasticity: float
    scale: float
    lapse: float
    valued: float
    slope: float
    valued_lapse: float


def grants_scale(rd: np.ndarray, yearly: float, p: Parameters) -> float:
    """Return a so that the sum of a · R&D^elasticity is a quarter of the yearly grants."""
    return float(yearly / 4 / np.sum(rd**p.elasticity))


@compiled
def _kept(held: int, lapse: float, share: float) -> int:
    """Return what is left of some patents after a quarter."""
    return held - min(held, poisson(lapse * held, share)) if held > 0 else 0


@compiled
def _valued(grants: int, chance: float, share: float) -> int:
    """Return how many of a quarter's grants are of high value, rounded by a draw."""
    return int(grants * min(chance, 1.0) + share)


@compiled
def _decide(
    draws: Floats, seen: Seen, units: Floats, spending: Spending, now: int, deciding: Deciding
) -> None:
    alive, rd, rd_stock = seen.alive, spending.rd, spending.rd_stock
    # What is the same for all stands in loops without a branch: several firms are taken at a time.
    size = np.empty(alive.size)
    for i in range(alive.size):
        size[i] = power(seen.employees[i], deciding.size_effect)
    for i in range(alive.size):
        if not alive[i]:
            continue
        group = 1 if seen.above_scale[i] else 0
        if rd[i] > 0.0:
            if draws[_STATUS, i] < deciding.stop[group] / size[i]:
                rd[i] = 0.0
            else:
                share = seen.propensity[i]
                # Who passes other costs off as R&D need not do more of it.
                if seen.high_tech_until[i] >= now and seen.rd_relabelled[i] == 0.0:
                    share = max(share, status_share(seen.revenue[i]))
                aim = share * seen.revenue[i] * deciding.lead * units[i] + seen.rd_induced[i]
                rd[i] += deciding.adjustment * (aim - rd[i])
        elif draws[_STATUS, i] < deciding.start[group] * size[i]:
            rd[i] = seen.propensity[i] * seen.revenue[i] * units[i]
    for i in range(alive.size):
        stock = rd_stock[i] + (rd[i] / 4.0 - deciding.depreciation * rd_stock[i])
        growth = log((deciding.typical + stock) / (deciding.typical + rd_stock[i]))
        spending.rd_growth[i] = growth if alive[i] else spending.rd_growth[i]
        rd_stock[i] = stock if alive[i] else rd_stock[i]


@compiled
def _patent(
    draws: Floats, able: Able, rd: Floats, outside: Floats, held: Held, patenting: Patenting
) -> None:
    alive, revenue = able.alive, able.revenue
    patents, high_value, results = held.patents, held.high_value, held.results
    for i in range(alive.size):
        results[i] = 0
        if not alive[i]:
            continue
        if rd[i] > 0.0:
            mean = patenting.scale * power(rd[i], patenting.elasticity) * outside[i]
            results[i] = poisson(mean, draws[_GRANTS, i])
        if patents[i] > 0:
            # The same draw: whoever loses a patent of high value has lost one.
            high_value[i] = _kept(high_value[i], patenting.valued_lapse, draws[_LAPSES, i])
            patents[i] = _kept(patents[i], patenting.lapse, draws[_LAPSES, i])
        if results[i] > 0:
            chance = patenting.valued * power(rd[i] / revenue[i], patenting.slope)
            patents[i] += results[i]
            high_value[i] += _valued(results[i], chance, draws[_HIGH_VALUE, i])
        high_value[i] = min(patents[i], high_value[i])


def transition_norms(state: State, p: Parameters) -> None:
    """Fix, once, the rates of stopping and starting R&D for a firm of one person, by class.

    Expected starts equal expected stops at the start of the run: stop · number of performers.
    """
    firms = state.firms
    size = firms.employees**p.size_effect
    for group in (SMALL, LARGE):
        here = firms.alive & (firms.above_scale == bool(group))
        performs, rests = here & (firms.rd > 0), here & (firms.rd <= 0)
        number = float(performs.sum())
        weight = float((1 / size[performs]).sum()), float(size[rests].sum())
        state.norms.stop[group] = p.stop / 4 * number / max(weight[0], 1e-9)
        state.norms.start[group] = p.stop / 4 * number / max(weight[1], 1e-9)


def _value_patents(state: State, p: Parameters) -> None:
    """Choose the patents of high value, so that the city has its share; fix that of grants."""
    firms = state.firms
    holds = firms.alive & (firms.patents > 0) & (firms.rd > 0)
    intensity = (firms.rd[holds] / firms.revenue[holds]) ** p.high_value_slope
    share = state.figures.high_value_share
    held = float((firms.patents[holds] * intensity).sum())
    wanted = share * float(firms.patents[firms.alive].sum())
    chance = np.minimum(wanted / max(held, 1e-9) * intensity, 1.0)
    u = state.draws.at("research", 0).uniform(firms.id[holds], _HELD)
    firms.high_value[holds] = (firms.patents[holds] * chance + u).astype(np.int64)
    performs = firms.alive & (firms.rd > 0)
    grants = firms.rd[performs] ** p.elasticity
    weight = grants * (firms.rd[performs] / firms.revenue[performs]) ** p.high_value_slope
    expected = p.high_value_grants * share * float(grants.sum())
    state.norms.high_value_norm = expected / max(float(weight.sum()), 1e-9)


def rd_units(state: State) -> Floats:
    """Return the share of the firms of each row that have an R&D unit that is more than a plaque.

    Shape (firms,), from 0 to 1. A plaque that was pressed for, or is a name on what works already,
    is none; a unit counts once it is open, and no more when it is closed.
    """
    table = state.organisations
    rows = np.flatnonzero((table.host_firm >= 0) & (table.status == ACTIVE) & table.new_unit)
    rows = rows[_RESEARCHES[table.kind[rows]]]
    units = np.bincount(table.host_firm[rows], table.stands_for[rows], len(state.firms))
    return np.minimum(units / state.weight, 1.0)


def of_units(state: State, p: Parameters) -> Floats:
    """Return what R&D units make of each firm's propensity, compared with those of the start."""
    effect = p.unit_effect
    return np.asarray((1 + effect * rd_units(state)) / (1 + effect * state.firms.rd_unit))


def of_outside(state: State, p: Parameters) -> Floats:
    """Return what knowledge and instruments from outside make of each firm's results."""
    firms, people = state.firms, who_serve(state.firms, state.talents, state.quarter)
    learnt = (1 + firms.outside) ** p.outside_effect * (1 + p.post_effect * people)
    return np.asarray(learnt * (1 + firms.tests) ** p.equipment_effect)


def allow_for_tests(state: State, values: Values) -> None:
    """Let the scale of grants allow for tests on shared instruments, to be called as they begin."""
    p, firms = values.of(Parameters), state.firms
    grants = np.where(firms.alive & (firms.rd > 0), firms.rd, 0.0) ** p.elasticity
    raised = float((grants * of_outside(state, p)).sum())
    usual = float((grants * of_outside(state, dataclasses.replace(p, equipment_effect=0.0))).sum())
    state.norms.grants_scale *= usual / raised if raised > 0 else 1.0


def know_units(state: State, values: Values) -> None:
    """Note who has an R&D unit at the start, to be called when platforms are placed."""
    state.firms.rd_unit[:] = rd_units(state)


def _invest(state: State, p: Parameters) -> None:
    firms, seen = state.firms, record(Seen, state.firms)
    draws = state.luck("research").block(firms.id)
    units = of_units(state, p)
    _decide(draws, seen, units, record(Spending, firms), state.quarter, _deciding(state, p))
    able, held, outside = record(Able, firms), record(Held, firms), of_outside(state, p)
    _patent(draws, able, firms.rd, outside, held, _patenting(state, p))


def _deciding(state: State, p: Parameters) -> Deciding:
    return Deciding(
        stop=state.norms.stop,
        start=state.norms.start,
        size_effect=p.size_effect,
        adjustment=p.adjustment,
        lead=1 + float(np.log1p(state.macro_growth)) / 4 / p.adjustment,
        depreciation=p.depreciation / 4,
        typical=max(state.norms.typical_rd_stock, 1e-9),
    )


def _patenting(state: State, p: Parameters) -> Patenting:
    return Patenting(
        elasticity=p.elasticity,
        scale=state.norms.grants_scale,
        lapse=p.patent_lapse / 4,
        valued=state.norms.high_value_norm,
        slope=p.high_value_slope,
        valued_lapse=p.patent_lapse * p.high_value_lapse / 4,
    )


def technology_firms(state: State) -> np.ndarray:
    """Return which firms a government calls technology firms."""
    firms = state.firms
    known = firms.technology_sme | (firms.high_tech_until > state.quarter)
    return np.asarray(firms.alive & (known | (firms.above_scale & firms.high_tech_industry)))


def _diagnose(state: State, p: Parameters) -> None:
    """Coach technology firms, as far as the money goes; some that had no R&D start it."""
    firms, luck = state.firms, state.luck("research")
    if state.offers.dose(DIAGNOSIS) == 0:
        return
    rows = np.flatnonzero(technology_firms(state))
    u = luck.uniform(firms.id[rows], _DIAGNOSED)
    first, coached = 0.0, []
    # Of several offers each has firms of its own.
    for offer in state.offers.on(DIAGNOSIS):
        mine = rows[(u >= first) & (u < first + offer.dose / 4)]
        first += offer.dose / 4
        ids, cost = firms.id[mine], p.diagnosis_cost * state.weight
        served = state.reserve(offer, ids, cost, payee="firm", lot=luck.uniform(ids, _LOT))
        coached.append(mine[served])
    for mine in coached:
        resting = mine[firms.rd[mine] <= 0]
        chance = p.coaching * start_chance(state, resting, p)
        starts = resting[luck.happens(firms.id[resting], chance, _COACHED)]
        units = of_units(state, p)[starts]
        firms.rd[starts] = firms.propensity[starts] * firms.revenue[starts] * units
        state.flows.diagnosed += mine.size * state.weight
        state.flows.coached_into_rd += starts.size * state.weight


def start_chance(state: State, rows: np.ndarray, p: Parameters) -> np.ndarray:
    """Return the chance a quarter that these firms start R&D of themselves."""
    firms = state.firms
    of_class = np.where(firms.above_scale[rows], state.norms.start[LARGE], state.norms.start[SMALL])
    return np.asarray(of_class * firms.employees[rows] ** p.size_effect)


def find_results(state: State, p: Parameters) -> None:
    """Let researchers find results, and old ones lapse."""
    table = state.organisations
    rows = np.flatnonzero((table.researchers > 0) & (table.status == ACTIVE))
    luck = state.luck("research")
    lapsed = luck.happens(state.results.id, p.ageing / 4)
    state.results.open[:] &= ~lapsed
    # Sellers who keep more of the income bring more of what they found to be sold.
    sellable = min(p.sellable * (1 + state.offers.dose(SELLER_INCENTIVE)), 1.0)
    found = luck.poisson(table.id[rows], table.researchers[rows] * p.result_rate * sellable / 4)
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
    values = np.exp(np.log(p.value_mean) - spread**2 / 2 + spread * luck.normal(ids, slot=_VALUE))
    state.results.add(
        ids,
        owner=owners,
        field=table.field[owners],
        capabilities=kene.build(
            ids, table.field[owners], lengths, RESULT_UNITS, luck, state.knowledge
        ),
        value=values,
        found=found,
        open=True,
    )


def invest_and_find(state: State, p: Parameters) -> None:
    """Let firms decide on R&D and find results; let researchers find theirs."""
    firms = state.firms
    if len(firms):
        _invest(state, p)
    _diagnose(state, p)
    state.flows.grants += float(firms.results.sum()) * state.weight
    find_results(state, p)


def begin(state: State, values: Values) -> None:
    """Set what research compares with, and which patents of the start are of high value."""
    p = values.of(Parameters)
    transition_norms(state, p)
    _value_patents(state, p)
