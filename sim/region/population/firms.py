"""Firms at the start: how many, how large, with how much R&D, with which status."""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Ids
from sim.core.draws import poisson_counts
from sim.inputs.city import City
from sim.inputs.values import Values
from sim.processes import (
    demography,
    research,
)
from sim.region.population.numbers import (
    AGE,
    BASED,
    CLUSTER,
    DISTRICT,
    FIELD,
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
from sim.state.state import State

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
    spread = np.exp(p.sme_spread * luck.normal(ids, SIZE))
    youngest, ages = 4 * p.youngest_sme, 4 * (p.oldest_sme - p.youngest_sme)
    state.firms.add(
        ids,
        alive=True,
        founded=state.start - round(youngest) - (u[:, AGE] * ages).astype(np.int64),
        employees=p.sme_staff + p.sme_staff_by_size * spread,
        revenue=np.minimum(p.sme_revenue * spread, rules.ABOVE_SCALE * rules.JUST_UNDER),
        technology_sme=True,
        **_common(state, ids, u),
    )


def choose_rd(state: State, values: Values) -> None:
    """Choose who does R&D and how much, so that the city's share and total are met."""
    firms, own, p = state.firms, values.of(Parameters), values.of(research.Parameters)
    luck = state.draws.at("population", 0)
    large = firms.above_scale
    size = np.log(firms.employees / firms.employees[large].mean())
    u = luck.uniform(firms.id, PERFORMS)
    score = p.size_effect * size + np.log(u / (1 - u))
    count = round(state.figures.rd_firm_share * large.sum())
    performs = ~large & (u < own.smes_with_rd)
    performs[np.argsort(np.where(large, -score, np.inf), kind="stable")[:count]] = True
    typical = values.of(demography.Parameters).startup_rd
    mean = _propensities(state, own, performs, typical)
    firms.rd[:] = np.where(performs, firms.propensity * firms.revenue, 0.0)
    firms.rd_stock[:] = firms.rd / p.depreciation
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


def _propensities(state: State, p: Parameters, performs: NDArray[np.bool_], small: float) -> float:
    """Set R&D over revenue: technology-based firms near the high-tech thresholds, others below.

    The city's high-tech firms fix how many performers are technology-based; the rest of the
    city's R&D fixes the mean of the others, which is returned. Neither hangs on size, but for
    firms so large that the threshold alone would be a large part of the city's R&D. Small firms
    are typically at ``small``.
    """
    firms, large = state.firms, state.firms.above_scale
    luck = state.draws.at("population", 0)
    normal = luck.normal(firms.id, PROPENSITY)
    firms.propensity[:] = places.propensity(1.0, normal)
    firms.propensity[~large] *= small
    total = state.figures.rd_expenditure * state.figures.firm_rd_share / state.weight
    needed = rules.status_shares(firms.revenue)
    able = performs & (needed * firms.revenue < p.based_share * total)
    wanted = round(state.figures.high_tech_firms * p.technology_based / state.weight)
    order = np.argsort(np.where(able, luck.uniform(firms.id, BASED), 2.0), kind="stable")
    order = order[: min(wanted, int(able.sum()))]
    intensity = needed[order] * np.exp(p.above_threshold * np.abs(normal[order]))
    fits = np.cumsum(intensity * firms.revenue[order]) <= p.based_together * total
    based = order[fits]
    firms.propensity[based] = intensity[fits]
    rest = performs & large
    rest[based] = False
    done = performs & ~rest
    left = total - float((firms.propensity * firms.revenue)[done].sum())
    weight = float((firms.propensity * firms.revenue)[rest].sum())
    mean = max(left, p.least_for_others * total) / max(weight, 1e-9)
    others = large.copy()
    others[based] = False
    firms.propensity[others] *= mean
    return mean


def place_startups(state: State, values: Values) -> None:
    """Place cohorts of the last years, thinned by the hazards they have lived through."""
    own, p = values.of(Parameters), values.of(demography.Parameters)
    hazards = demography.hazards(p)
    yearly = state.figures.startup_entry / state.weight
    cohort_of, slots = [], []
    for age in range(1, round(4 * own.cohort_years) + 1):
        alive = np.prod(1 - np.repeat(hazards, 4)[:age] / 4)
        number = round(yearly / 4 * float(alive) * (1 + state.macro_growth) ** (-age / 4))
        cohort_of.append(np.full(number, state.start - age))
        slots.append(np.arange(number))
    founded = np.concatenate(cohort_of)
    ids = identity.plain(identity.LATENT_FOUNDER, founded, np.concatenate(slots))
    demography.add_firms(state, p, ids, large=False, founded=founded)


def give_high_tech_status(state: State, values: Values) -> None:
    """Give the high-tech status to the firms nearest to what it asks for, with years to run."""
    firms = state.firms
    needed = rules.status_shares(firms.revenue) * firms.revenue
    able = firms.alive & (firms.rd > 0) & (firms.above_scale | firms.technology_sme)
    ratio = np.where(able, firms.rd / needed, -1.0)
    count = min(round(state.figures.high_tech_firms / state.weight), int(able.sum()))
    rows = np.argsort(-ratio, kind="stable")[:count]
    # A status ends with a calendar year: the first, second or third from now.
    years = (
        state.draws.at("population", 0).uniform(firms.id[rows], TERM) * rules.STATUS_YEARS
    ).astype(np.int64)
    firms.high_tech_until[rows] = 4 * (state.start // 4 + 1 + years) - 1
    firms.rd_relabelled[rows] = np.maximum(needed[rows] - firms.rd[rows], 0.0)
