"""Starts that hold: what the rules themselves keep, and what was published all at once."""

import numpy as np
import pytest

from sim.inputs.codes import LEVEL_CODE
from sim.inputs.number_set import NumberSet
from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.choosing import build_mix
from sim.region.region import start_run

PLANS = [name for name in plan_names() if name != "toy"]
SCALE = {"ningbo_2019": 0.2, "ningbo_315": 0.2, "changzhou_2019": 0.4}
# Growth, drift, luck, entry and exit of firms are off.
STILL = {
    "market.spread": 0.0,
    "market.youth": 0.0,
    "market.elasticity": 0.0,
    "market.contract_return": 0.0,
    "market.order_stays": 0.0,
    "demography.exit_scale": 0.0,
    "demography.above_scale_exit": 0.0,
    "demography.above_scale_entry": 0.0,
    "demography.startups_enter": 0.0,
    "demography.spin_offs": 0.0,
    "demography.becomes_sme": 0.0,
    "demography.leaves_technology": 0.0,
    "maturation.own_firm": 0.0,
    "maturation.own_firm_centre": 0.0,
    "research.stop": 0.0,
    "research.grants_per_patent": 0.0,
    "research.patent_lapse": 0.0,
}
NO_GROWTH = {"gdp_growth": 0.0}


def city(name, numbers=None, start=None, scale=None, seed=1):
    """Return a run of a city without policy, its numbers at their usual values."""
    plan = load_plan(name)
    return start_run(
        plan,
        build_mix(plan, "none"),
        seed=seed,
        uncertainty="noise",
        scale=scale or SCALE.get(name, 1.0),
        numbers=NumberSet(values=numbers or {}),
        start=NO_GROWTH | (start or {}),
    )


def stocks(state):
    """Return what a city of firms has."""
    firms, alive = state.firms, state.firms.alive
    large = alive & firms.above_scale
    return {
        "firms": float(alive.sum()),
        "above scale": float(large.sum()),
        "revenue": float(firms.revenue[alive].sum()),
        "performers": float((alive & (firms.rd > 0)).sum()),
        "R&D": float(firms.rd[alive].sum()),
        "R&D above scale": float(firms.rd[large].sum()),
        "R&D stock above scale": float(firms.rd_stock[large].sum()),
        "patents": float(firms.patents[alive].sum()),
        "technology SMEs": float((alive & firms.technology_sme).sum()),
        "gdp": state.gdp,
    }


def holders(state):
    return float((state.firms.alive & (state.firms.high_tech_until > state.quarter)).sum())


def live(run, quarters=12):
    for _ in range(quarters):
        run.step()
        run.finish()


@pytest.mark.parametrize("name", PLANS)
def test_nothing_moves_in_a_still_life(name):
    run = city(name, STILL)
    before, held = stocks(run.state), holders(run.state)
    live(run)
    assert stocks(run.state) == pytest.approx(before, rel=0.01)
    # Those that hold the status once, for its first reward, are replaced by entrants alone.
    assert holders(run.state) == pytest.approx(held, rel=0.15)


@pytest.mark.parametrize(
    ("name", "start"),
    [(name, {}) for name in PLANS]
    + [
        ("ningbo_315", {"high_tech_firms": 11_700}),
        ("ningbo_2019", {"high_tech_firms": 4_000}),
        ("weihai_2018", {"high_tech_firms": 200}),
        ("jiangyin_2025", {"high_tech_firms": 1_400}),
    ],
)
def test_a_typed_number_of_high_tech_firms_is_kept(name, start):
    run = city(name, start=start)
    asked = start.get("high_tech_firms", run.state.figures.high_tech_firms)
    assert holders(run.state) * run.state.weight == pytest.approx(asked, rel=0.01)
    live(run)
    assert holders(run.state) * run.state.weight == pytest.approx(asked, rel=0.15)


def test_above_scale_firms_are_kept_beside_many_small_ones():
    run = city("weihai_2018", start={"above_scale_firms": 1668, "technology_smes": 12_000})
    live(run, 4)
    first = float((run.state.firms.alive & run.state.firms.above_scale).sum())
    assert first == pytest.approx(1668, rel=0.06)
    live(run, 4)
    assert float((run.state.firms.alive & run.state.firms.above_scale).sum()) == pytest.approx(
        1668, rel=0.1
    )


@pytest.mark.parametrize("name", PLANS)
def test_technology_smes_and_performers_are_kept(name):
    run = city(name)
    before = stocks(run.state)
    live(run, 8)
    after = stocks(run.state)
    for kept in ("technology SMEs", "performers", "above scale"):
        assert after[kept] == pytest.approx(before[kept], rel=0.1), kept


@pytest.mark.parametrize("name", PLANS)
def test_published_figures_are_met_at_once(name):
    state = city(name).state
    firms, figures, weight = state.firms, state.figures, state.weight
    large = firms.alive & firms.above_scale
    spent = float(firms.rd.sum()) * weight
    assert spent == pytest.approx(figures.rd_expenditure * figures.firm_rd_share, rel=0.005)
    assert large.sum() * weight == pytest.approx(figures.above_scale_firms, rel=0.005)
    revenue = float(firms.revenue[large].sum()) * weight
    assert revenue == pytest.approx(figures.above_scale_revenue, rel=0.005)
    assert (large & (firms.rd > 0)).sum() / large.sum() == pytest.approx(
        figures.rd_firm_share, abs=0.005
    )
    assert firms.patents.sum() * weight == pytest.approx(figures.valid_patents, rel=0.05)
    smes = (firms.technology_sme & firms.alive).sum() * weight
    assert smes == pytest.approx(figures.technology_smes, rel=0.01)
    carriers = state.platforms("incubator", "makerspace")
    levels = state.organisations.level[carriers]
    for level, share in (
        ("national", figures.national_share_of_carriers),
        ("provincial", figures.provincial_share_of_carriers),
    ):
        # So many are at this level or above it, drawn one by one.
        bound = 4 * np.sqrt(share * (1 - share) / carriers.size)
        assert (levels >= LEVEL_CODE[level]).mean() == pytest.approx(share, abs=bound), level
    expense = float(firms.rd[large].sum()) * weight * state.norms.rd_accounting
    assert expense == pytest.approx(figures.rd_expense * spent, rel=0.005)


def test_the_expense_of_ningbos_firms_is_the_published_one():
    state = city("ningbo_315").state
    large = state.firms.alive & state.firms.above_scale
    expense = float(state.firms.rd[large].sum()) * state.weight * state.norms.rd_accounting
    assert expense == pytest.approx(59_930, rel=0.02)
    assert expense / (float(state.firms.revenue[large].sum()) * state.weight) == pytest.approx(
        0.026, abs=0.001
    )


@pytest.mark.parametrize("name", PLANS)
def test_high_tech_firms_do_most_of_the_research(name):
    """Ningbo 2017: over 65 % of the spending, 68 % of the patents, by another definition."""
    state = city(name).state
    firms = state.firms
    holds = firms.alive & (firms.high_tech_until > state.quarter)
    assert 0.4 < firms.rd[holds].sum() / firms.rd.sum() < 0.85
    assert 0.4 < firms.patents[holds].sum() / firms.patents.sum() < 0.85


def test_holders_are_those_for_whom_the_rule_says_yes():
    """With applications that always pass, nobody loses the status while nothing moves."""
    always = {"demography.passes": 1.0, "demography.renews": 1.0, "demography.considers": 1.0}
    run = city("weihai_2018", STILL | always)
    held = run.state.firms.high_tech_until > run.state.quarter
    assert (run.state.firms.above_scale & held).sum() > 0.8 * held.sum()
    live(run)
    holds = run.state.firms.high_tech_until > run.state.quarter
    assert (held & holds).sum() > 0.9 * held.sum()  # the others had it for a first reward only


def test_more_holders_than_firms_that_can_be_leave_the_citys_research_as_it_is():
    usual, many = (
        city("weihai_2018", start=start).state for start in ({}, {"high_tech_firms": 1500})
    )
    assert holders(usual) == 335
    assert 600 < holders(many) < 900  # all that do enough; the report says that 1500 are too many
    assert many.firms.rd.sum() == pytest.approx(usual.firms.rd.sum(), rel=0.005)
