"""Firms at the start: how many, how large, with how much R&D, with which status."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import bisect
from scipy.special import ndtr, ndtri

from sim.core import identity
from sim.core.arrays import Flags, Floats, Ids, Rows, Whole
from sim.core.draws import poisson_counts
from sim.inputs.city import City
from sim.inputs.levers import HIGH_TECH_REWARD
from sim.inputs.values import Values
from sim.processes import (
    demography,
    research,
)
from sim.region.population.numbers import (
    AGE,
    APPLIES,
    BASED,
    CLUSTER,
    DISTRICT,
    FIELD,
    HOLDS,
    INDUSTRY,
    LENGTH,
    PATENTS,
    PERFORMS,
    PROPENSITY,
    SIZE,
    SLOTS,
    STAFF,
    TERM,
    Parameters,
    ids_of,
    lognormal,
)
from sim.state import kene, places, rules
from sim.state.columns import FIRM_UNITS
from sim.state.norms import LARGE, SMALL
from sim.state.state import State

SURE = 0.999  # a chance that is as good as certain, and has a logarithm
LARGEST_MEAN = 500.0  # patents of one firm: what an inverted Poisson draw can bear


def _common(state: State, ids: Ids, u: NDArray[np.float64]) -> dict[str, NDArray[np.generic]]:
    """Return where firms stand and what they know."""
    city: City = state.city
    cluster = places.clusters(city, u[:, CLUSTER])
    field = places.fields(city, cluster, u[:, FIELD])
    lengths = kene.lengths(u[:, LENGTH], FIRM_UNITS, state.knowledge)
    luck = state.draws.at("kene", 0)
    return {
        "district": places.districts(city, u[:, DISTRICT]),
        "cluster": cluster,
        "field": field,
        "capabilities": kene.build(ids, field, lengths, FIRM_UNITS, luck, state.knowledge),
        "high_tech_industry": u[:, INDUSTRY] < state.figures.high_tech_output_share,
    }


def revenues(u: NDArray[np.float64], total: float, p: Parameters) -> NDArray[np.float64]:
    """Return above-scale revenues: a Pareto tail from 20 M CNY up, cut, scaled to the total."""
    least = rules.ABOVE_SCALE
    cut = (least / p.largest) ** p.size_tail
    raw = least * (1 - u * (1 - cut)) ** (-1 / p.size_tail)
    above = raw - least
    return np.asarray(least + above * max(total - least * u.size, 0.0) / above.sum())


def place_large_firms(state: State, values: Values) -> None:
    """Place firms above the statistical threshold."""
    p, scale = values.of(Parameters), state.scale
    count = max(round(state.figures.above_scale_firms * scale), 1)
    ids = ids_of(identity.INCUMBENT_FIRM, count, 0)
    luck = state.draws.at("population", 0)
    u = luck.table(ids, SLOTS)
    revenue = revenues(u[:, SIZE], state.figures.above_scale_revenue * scale, p)
    staff = (
        revenue
        / state.figures.revenue_per_employee
        * lognormal(luck.normal(ids, STAFF), p.staff_spread)
    )
    years = -p.mean_age * np.log(u[:, AGE])
    state.firms.add(
        ids,
        alive=True,
        founded=state.start - 1 - np.minimum(4 * years, 4 * p.oldest_firm).astype(np.int64),
        employees=np.maximum(staff, p.least_staff),
        revenue=revenue,
        above_scale=True,
        **_common(state, ids, u),
    )


def place_small_firms(state: State, values: Values) -> None:
    """Place technology SMEs below the threshold."""
    p = values.of(Parameters)
    count = round(state.figures.technology_smes * state.scale)
    ids = ids_of(identity.INCUMBENT_FIRM, count, 1)
    luck = state.draws.at("population", 0)
    u = luck.table(ids, SLOTS)
    # Lognormal, cut at the threshold: no crowd stands just below it.
    least = ndtr(np.log(rules.ABOVE_SCALE / p.sme_revenue) / p.sme_spread)
    spread = np.exp(p.sme_spread * ndtri(least * u[:, SIZE]))
    youngest, ages = 4 * p.youngest_sme, 4 * (p.oldest_sme - p.youngest_sme)
    state.firms.add(
        ids,
        alive=True,
        founded=state.start - round(youngest) - (u[:, AGE] * ages).astype(np.int64),
        employees=p.sme_staff + p.sme_staff_by_size * spread,
        revenue=p.sme_revenue * spread,
        technology_sme=True,
        **_common(state, ids, u),
    )


def choose_rd(state: State, values: Values) -> None:
    """Choose who does R&D and how much, so that the city's share and total are met.

    Start-ups stand already, with R&D of their own.
    """
    firms, own, p = state.firms, values.of(Parameters), values.of(research.Parameters)
    luck = state.draws.at("population", 0)
    large, incumbent = firms.above_scale, firms.above_scale | firms.technology_sme
    size = np.log(firms.employees / firms.employees[large].mean())
    u = luck.uniform(firms.id, PERFORMS)
    # Size makes starting likelier and stopping less so: who is where both are even.
    score = 2 * p.size_effect * size + np.log(u / (1 - u))
    count = round(state.figures.rd_firm_share * large.sum())
    performs = np.where(firms.technology_sme, u < own.smes_with_rd, firms.rd > 0)
    performs[np.argsort(np.where(large, -score, np.inf), kind="stable")[:count]] = True
    mean = _propensities(state, own, values.of(demography.Parameters), performs)
    firms.rd[:] = np.where(performs, firms.propensity * firms.revenue, 0.0)
    firms.rd_stock[:] = np.where(incumbent, firms.rd / p.depreciation, firms.rd)
    accounted = state.figures.rd_expense * float(firms.rd.sum())
    state.norms.rd_accounting = accounted / max(float(firms.rd[large].sum()), 1e-9)
    busy = firms.rd[performs]
    state.norms.typical_propensity = mean
    state.norms.typical_rd_stock = float(np.median(firms.rd_stock[performs])) if count else 0.0
    state.norms.yearly_grants = state.figures.valid_patents * p.grants_per_patent
    rows_yearly = state.norms.yearly_grants / state.weight
    state.norms.grants_scale = research.grants_scale(busy, rows_yearly, p) if busy.size else 0.0
    share = busy**p.elasticity / max(np.sum(busy**p.elasticity), 1e-9)
    held = poisson_counts(
        np.minimum(share * state.figures.valid_patents / state.weight, LARGEST_MEAN),
        luck.uniform(firms.id[performs], PATENTS),
    )
    firms.patents[performs] = held
    leading = np.argsort(np.where(large & performs, -firms.revenue, np.inf), kind="stable")
    firms.leading[leading[: min(round(own.leading_share * large.sum()), count)]] = True


def _propensities(
    state: State, p: Parameters, aging: demography.Parameters, performs: Flags
) -> float:
    """Set R&D over revenue: technology-based firms near the high-tech thresholds, others below.

    The rest of the city's R&D fixes the mean of the other large firms, which is returned. Neither
    hangs on size, but for firms so large that the threshold alone would be a large part of the
    city's R&D. Small firms are typically at that of start-ups.
    """
    firms, large = state.firms, state.firms.above_scale
    normal = state.draws.at("population", 0).normal(firms.id, PROPENSITY)
    drawn = places.propensity(1.0, normal) * np.where(large, 1.0, aging.startup_rd)
    incumbent = large | firms.technology_sme
    firms.propensity[incumbent] = drawn[incumbent]
    total = state.figures.rd_expenditure * state.figures.firm_rd_share / state.weight
    intensity = demography.threshold_intensity(firms.revenue, normal, aging)
    based = _technology_based(state, p, aging, performs, intensity, total)
    firms.propensity[based] = intensity[based]
    rest = performs & large & ~based
    done = performs & ~rest
    left = total - float((firms.propensity * firms.revenue)[done].sum())
    weight = float((firms.propensity * firms.revenue)[rest].sum())
    mean = max(left, p.least_for_others * total) / max(weight, 1e-9)
    firms.propensity[large & ~based] *= mean
    return mean


def _technology_based(
    state: State,
    p: Parameters,
    aging: demography.Parameters,
    performs: Flags,
    intensity: Floats,
    total: float,
) -> Flags:
    """Return who is technology-based: as many as the city's holders of the status imply.

    Above-scale performers come first, as far as the city's R&D goes, then small firms whose own
    R&D does not reach the threshold. Firms that do no R&D now, and entrants, are of this sort as
    often as performers of their class.
    """
    firms, large = state.firms, state.firms.above_scale
    u = state.draws.at("population", 0).uniform(firms.id, BASED)
    asked = rules.status_shares(firms.revenue)
    share = demography.share_that_holds(aging)
    wanted = round(state.figures.high_tech_firms / state.weight / max(share, 1e-9))
    able = large & (asked * firms.revenue < p.based_share * total)
    first = _by_lot(np.flatnonzero(performs & able), u)[:wanted]
    fits = np.cumsum((intensity * firms.revenue)[first]) <= p.based_together * total
    first = first[fits]
    short = firms.propensity < asked
    smes = performs & firms.technology_sme
    natural = int((smes & ~short).sum())
    second = _by_lot(np.flatnonzero(smes & short), u)[: max(wanted - first.size - natural, 0)]
    cuts = state.norms.technology_based
    cuts[LARGE] = u[first[-1]] if first.size else 0.0
    cuts[SMALL] = u[second[-1]] if second.size else 0.0
    return np.asarray((able & (u <= cuts[LARGE])) | (~large & short & (u <= cuts[SMALL])))


def _by_lot(rows: Rows, u: Floats) -> Rows:
    """Return rows in the order of their lots."""
    return np.asarray(rows[np.argsort(u[rows], kind="stable")])


def place_startups(state: State, values: Values) -> None:
    """Place cohorts of the last years, thinned by the hazards they have lived through."""
    p = values.of(demography.Parameters)
    hazards = demography.hazards(p)
    yearly = state.figures.startup_entry / state.weight
    cohort_of, slots = [], []
    for age in range(1, round(4 * p.cohort_years) + 1):
        alive = np.prod(1 - np.repeat(hazards, 4)[:age] / 4)
        number = round(yearly / 4 * float(alive) * (1 + state.macro_growth) ** (-age / 4))
        cohort_of.append(np.full(number, state.start - age))
        slots.append(np.arange(number))
    founded = np.concatenate(cohort_of)
    ids = identity.plain(identity.LATENT_FOUNDER, founded, np.concatenate(slots))
    demography.add_firms(state, p, ids, large=False, founded=founded)


def give_high_tech_status(state: State, values: Values) -> None:
    """Give the high-tech status to firms for which the rule itself says yes, with years to run.

    What an application costs is fixed so that the rule keeps the city's number of holders, from
    then on. Who gains by the tax saved applies again and again; who gains by the first reward only
    held it once, as long ago as its age allows.
    """
    firms, p = state.firms, values.of(demography.Parameters)
    luck = state.draws.at("population", 0)
    could = demography.candidates(state, p)
    ids = firms.id[could.rows]
    # A status ends with a calendar year: the first, second or third from now.
    left = (luck.uniform(ids, TERM) * rules.STATUS_YEARS).astype(np.int64)
    waited = np.log(luck.uniform(ids, APPLIES)) / np.log1p(
        -np.clip(p.considers * p.passes, 1e-9, SURE)
    )
    ago = (state.start - firms.founded[could.rows]) // 4 - waited.astype(np.int64)
    count = round(state.figures.high_tech_firms / state.weight)
    share = demography.share_that_holds(p)

    def too_many(cost: float) -> float:
        lasting, once = demography.gainers(state, could, cost)
        return share * float(lasting.sum()) + float((once & _runs(ago)).sum()) - count

    dearest = float(np.max(could.saved, initial=0.0)) + state.counted_on(HIGH_TECH_REWARD) + 1.0
    cheap = too_many(0.0) <= 0
    state.norms.status_cost = cost = 0.0 if cheap else bisect(too_many, 0.0, dearest * 100)
    lasting, once = demography.gainers(state, could, cost)
    holds = once & (ago > 0)
    ends = np.where(once, rules.STATUS_YEARS - ago, left)
    by_lot = _by_lot(np.flatnonzero(lasting), luck.uniform(ids, HOLDS))
    holds[by_lot[: max(count - int((once & _runs(ago)).sum()), 0)]] = True
    firms.high_tech_until[could.rows[holds]] = 4 * (state.start // 4 + 1 + ends[holds]) - 1
    now = holds & (ends >= 0)
    firms.rd_relabelled[could.rows[now]] = could.missing[now]


def _runs(ago: Whole) -> Flags:
    """Return which statuses still run, by how many years ago they were won."""
    return np.asarray((ago > 0) & (ago <= rules.STATUS_YEARS))
