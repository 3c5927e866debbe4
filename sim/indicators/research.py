"""Research: R&D expenditure, staff and units, as reported and real, and patents."""

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Floats
from sim.indicators.measure import Indicator
from sim.inputs.codes import KIND_CODE
from sim.processes.subsidy_response import reported_rd
from sim.state.state import State

RD_UNITS = (
    "technology_innovation_centre",
    "key_laboratory",
    "engineering_research_centre",
    "enterprise_technology_centre",
    "joint_rd_unit",
    "enterprise_joint_innovation_centre",
    "academician_station",
)
_OWN_UNIT_SLOT = 20


def published_rd(state: State) -> Floats:
    """Return the R&D of each firm as it is published: reported, and over-reported for a target."""
    return reported_rd(state) * (1 + state.totals.over_reported)


def _of_all(state: State, of_firms: Floats) -> float:
    return float(of_firms[state.firms.alive].sum()) * state.weight


def rd(state: State, of_firms: Floats) -> float:
    """Return R&D expenditure, million CNY a year: that of firms, universities and institutes."""
    performed = _of_all(state, of_firms)
    start = state.figures
    public = start.rd_expenditure * (1 - start.firm_rd_share)
    return performed + public * state.gdp / start.gdp


def _beside(state: State) -> tuple[Floats, Floats]:
    """Return what of published R&D is over-reported, and all of it that is not done, by firm."""
    published = published_rd(state)
    return published - reported_rd(state), published - state.firms.rd


def _over_revenue(state: State, rd: NDArray[np.float64]) -> float:
    firms = state.firms
    large = firms.alive & firms.above_scale
    revenue = float(firms.revenue[large].sum())
    return float(rd[large].sum()) / revenue if revenue > 0 else 0.0


def rd_to_revenue_above_scale(state: State) -> float:
    """Return R&D expense over revenue of above-scale firms, as accounted and reported."""
    return _over_revenue(state, published_rd(state)) * state.norms.rd_accounting


def real_rd_to_revenue_above_scale(state: State) -> float:
    """Return the same without what is no R&D."""
    return _over_revenue(state, state.firms.rd) * state.norms.rd_accounting


def statistical_rd_to_revenue_above_scale(state: State) -> float:
    """Return statistical R&D expenditure over revenue of above-scale firms, as reported."""
    return _over_revenue(state, published_rd(state))


def rd_staff_per_10k(state: State, rd: float) -> float:
    """Return R&D person-years per 10 000 employed at an R&D expenditure, million CNY a year."""
    totals = state.totals
    if totals.person_year_cost <= 0:
        return 0.0
    return 10_000 * rd / totals.person_year_cost / max(totals.employed, 1.0)


def _rd_units(state: State, *, working: bool) -> float:
    """Return the share of above-scale firms with an R&D unit; ``working`` asks for R&D now."""
    firms = state.firms
    large = firms.alive & firms.above_scale
    if not large.any():
        return 0.0
    bits = sum(1 << KIND_CODE[kind] for kind in RD_UNITS)
    performs = firms.rd > 0
    share = state.norms.own_unit
    own = state.draws.at("population", 0).uniform(firms.id, _OWN_UNIT_SLOT) < share
    has = (firms.platforms & bits != 0) | (own & performs)
    return float((has & performs if working else has)[large].mean())


def rd_unit_coverage(state: State) -> float:
    """Return the share of above-scale firms with an R&D unit, named or of their own."""
    return _rd_units(state, working=False)


def rd_unit_coverage_real(state: State) -> float:
    """Return the share of above-scale firms with such a unit that do R&D now."""
    return _rd_units(state, working=True)


def high_value_patents_per_10k(state: State) -> float:
    """Return firms' valid invention patents of high value per 10 000 residents."""
    firms = state.firms
    held = float(firms.high_value[firms.alive].sum()) * state.weight
    return held / state.figures.population * 10_000


def patents_per_10k(state: State) -> float:
    """Return all valid invention patents of firms per 10 000 residents."""
    firms = state.firms
    held = float(firms.patents[firms.alive].sum()) * state.weight
    return held / state.figures.population * 10_000


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="rd_to_gdp",
        unit="percent",
        zh="研发投入强度",
        meaning="R&D expenditure over GDP, as reported",
        measure=lambda state: 100 * rd(state, published_rd(state)) / state.gdp,
        pressed=lambda state: 100 * _of_all(state, _beside(state)[0]) / state.gdp,
        nominal=lambda state: 100 * _of_all(state, _beside(state)[1]) / state.gdp,
        real=lambda state: 100 * rd(state, state.firms.rd) / state.gdp,
        activity="of real R&D",
        moved_by=("research", "subsidy_response", "market", "demography"),
    ),
    Indicator(
        name="valid_invention_patents",
        unit="patents",
        zh="有效发明专利",
        meaning="valid invention patents of firms",
        measure=lambda state: float(state.firms.patents[state.firms.alive].sum()) * state.weight,
        moved_by=("research", "demography"),
    ),
    Indicator(
        name="rd_to_revenue_above_scale",
        unit="percent",
        zh="规上工业企业研发费用占比",
        meaning="R&D expense over revenue of above-scale firms, as reported",
        measure=lambda state: 100 * rd_to_revenue_above_scale(state),
        pressed=lambda state: (
            100 * _over_revenue(state, _beside(state)[0]) * state.norms.rd_accounting
        ),
        nominal=lambda state: (
            100 * _over_revenue(state, _beside(state)[1]) * state.norms.rd_accounting
        ),
        real=lambda state: 100 * real_rd_to_revenue_above_scale(state),
        activity="of real R&D",
        moved_by=("research", "subsidy_response", "market", "demography"),
    ),
    Indicator(
        name="high_value_patents_per_10k",
        unit="patents per 10 000 residents",
        zh="高价值发明专利",
        meaning="high-value invention patents of firms per 10 000 residents",
        measure=high_value_patents_per_10k,
        real=patents_per_10k,
        activity="all valid invention patents",
        moved_by=("research",),
    ),
    Indicator(
        name="rd_staff_per_10k",
        unit="person-years per 10 000 employed",
        zh="研发人员",
        meaning="R&D person-years per 10 000 employed",
        measure=lambda state: rd_staff_per_10k(state, rd(state, published_rd(state))),
        real=lambda state: rd_staff_per_10k(state, rd(state, state.firms.rd)),
        activity="by real R&D",
        pressed=lambda state: rd_staff_per_10k(state, _of_all(state, _beside(state)[0])),
        nominal=lambda state: rd_staff_per_10k(state, _of_all(state, _beside(state)[1])),
        moved_by=("research", "subsidy_response", "market"),
    ),
    Indicator(
        name="rd_unit_coverage",
        unit="share",
        zh="规上工业企业研发机构全覆盖",
        meaning="above-scale firms with an R&D unit",
        measure=rd_unit_coverage,
        real=rd_unit_coverage_real,
        activity="that do R&D now",
        moved_by=("founding", "research", "demography", "market"),
    ),
    Indicator(
        name="rd_to_revenue_statistical",
        unit="percent",
        zh="规上工业企业研发投入占比",
        meaning="statistical R&D over revenue of above-scale firms, as reported",
        measure=lambda state: 100 * statistical_rd_to_revenue_above_scale(state),
        pressed=lambda state: 100 * _over_revenue(state, _beside(state)[0]),
        nominal=lambda state: 100 * _over_revenue(state, _beside(state)[1]),
        moved_by=("research", "subsidy_response", "market", "demography"),
    ),
)
