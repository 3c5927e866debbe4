"""All five plans: the null policy, the books, every reading, still life and fair comparison."""

import dataclasses
import functools
from dataclasses import dataclass

import numpy as np
import pytest
from plans import PLANS, columns_of, same

from sim.indicators.table import INDICATORS
from sim.inputs.kinds import KINDS
from sim.inputs.number_set import NumberSet
from sim.inputs.plan_file import plan_from_tree, tree_of
from sim.policy.choosing import build_mix
from sim.processes.research import technology_firms
from sim.region.recorder import Recorder
from sim.region.region import simulate, start_run
from sim.state.state import State

COUNTS = {
    "changzhou_2019": (14, 24),
    "jiangyin_2025": (18, 21),
    "ningbo_2019": (24, 21),
    "ningbo_315": (19, 25),
    "weihai_2018": (7, 42),
}
SMALL = 0.1
YEARS = 2  # as long as the shortest plan
LUCKS = range(4)
LIFE = ("revenue", "employees", "rd", "rd_stock", "patents", "alive", "above_scale")


def test_all_82_targets_and_133_instruments_are_there():
    counts = {name: (len(p.targets), len(p.instruments)) for name, p in PLANS.items()}
    assert counts == COUNTS
    assert sum(t for t, _ in counts.values()) == 82
    assert sum(i for _, i in counts.values()) == 133


@pytest.mark.parametrize("name", PLANS)
def test_every_target_has_an_indicator_or_a_reason(name):
    for target in PLANS[name].targets:
        assert target.reason or target.indicator in INDICATORS, target.id


def test_at_most_six_targets_are_not_modelled():
    assert sum(bool(t.reason) for plan in PLANS.values() for t in plan.targets) <= 6


@pytest.mark.parametrize("name", PLANS)
def test_none_equals_a_run_without_any_policy_object(name):
    plan = PLANS[name]
    options = {"seed": 1, "replicate": 2, "quarters": 6, "scale": SMALL}
    same(simulate(plan, build_mix(plan, "none"), **options), simulate(plan, None, **options))


@pytest.mark.parametrize("name", PLANS)
def test_books_close_and_ids_are_unique_over_the_whole_plan(name):
    plan = PLANS[name]
    run = start_run(plan, build_mix(plan, "as_written"), seed=1, replicate=1, scale=SMALL)
    for _ in range(plan.end - plan.start + 1):
        run.step()  # settle raises where a line does not close
        for line in run.state.books.lines.values():
            assert line.gap() == 0
            assert min(line.free, line.committed, line.paid, line.lapsed) >= 0
        run.finish()
    state = run.state
    for table in (
        state.firms,
        state.organisations,
        state.people,
        state.talents,
        state.projects,
        state.results,
        state.contracts,
    ):
        assert np.unique(table.id).size == len(table), table.name


# Variants that count less than the target's own reading, and those that count more.
LESS = {"new", "stock", "signed", "brokering", "once", "local", "new_projects", "annual"}
LESS |= {"statistical"}
MORE = {"all", "begun", "cumulative", "mean", "any_field"}


def in_all_readings(plan):
    """Return a plan that has each target once in every reading, and what its targets are."""
    readings = []
    for name, tree in tree_of(plan.name)["targets"].items():
        for variant in tree.get("variants", {}):
            whole = tree_of(plan.name)
            whole["targets"] = {name: tree | {"variant": variant}}
            readings += plan_from_tree(whole, variant).targets
    own = tuple(dataclasses.replace(t, id=f"{t.id}.{t.variant}") for t in readings)
    return dataclasses.replace(plan, targets=(*plan.targets, *own)), own


@pytest.mark.parametrize("name", PLANS)
def test_every_target_in_every_reading_is_a_number_in_every_quarter(name):
    plan, readings = in_all_readings(PLANS[name])
    assert len(readings) == sum(len(t.variants[1:]) for t in PLANS[name].targets) > 0
    record = simulate(
        plan, None, seed=1, replicate=3, quarters=plan.end - plan.start + 1, scale=SMALL
    )
    for column, series in (*record.trajectories.items(), *record.real.items()):
        assert np.isfinite(series).all(), column
    for target in readings:
        own = record.trajectories[target.id.removesuffix(f".{target.variant}")][-1]
        if target.variant in LESS:
            assert record.trajectories[target.id][-1] <= own, target.id
        if target.variant in MORE:
            assert record.trajectories[target.id][-1] >= own, target.id


# Everything that moves a city, switched off: shocks, growth, entry, exit, decisions.
STILL_FIGURES = {
    "gdp_growth": 0.0,
    "startup_entry": 0.0,
    "contracts_per_bn_rd": 0.0,
    "transfer_services": 0.0,
    "registration_services": 0.0,
    "brokers": 0.0,
    "scenarios": 0.0,
    "joint_projects": 0.0,
    "key_projects": 0.0,
    "vice_presidents": 0.0,
    "industry_professors": 0.0,
    "leading_talents": 0.0,
    "institute_talents": 0.0,
    "graduates": 0.0,
    "fund_capital": 0.0,
    "equipment_uses": 0.0,
    "top_talents": 0.0,
}
STILL = {
    "talent.team_staff": 0.0,
    "research.stop": 0.0,
    "research.grants_per_patent": 0.0,
    "research.patent_lapse": 0.0,
    "research.sellable": 0.0,
    "contract.voucher_reach": 0.0,
    "founding.talks": 0.0,
    "founding.talks_succeed": 0.0,
    "incubation.search": 0.0,
    "services.enrol": 0.0,
    "services.weighs": 0.0,
    "services.weighs_outside": 0.0,
    "services.registration_weighs": 0.0,
    "services.ip_weighs": 0.0,
    "services.closes": 0.0,
    "services.active": 0.0,
    "market.spread": 0.0,
    "market.youth": 0.0,
    "demography.exit_scale": 0.0,
    "demography.above_scale_exit": 0.0,
    "demography.above_scale_entry": 0.0,
    "demography.spin_offs": 0.0,
    "demography.becomes_sme": 0.0,
    "demography.considers": 0.0,
    "demography.relabels": 0.0,
    "demography.renews": 1.0,
    "accreditation.apply": 0.0,
    "evaluation.worst": 0.0,
    "budget.growth": 0.0,
    "budget.swing": 0.0,
    "funds.usual": 0.0,
    "space.growth": 0.0,
    "space.block_start": 0.0,
    "space.blocks_begun": 0.0,
    "equipment.purchases": 0.0,
    "equipment.hands_in": 0.0,
    "districts.proposes": 0.0,
    "districts.quota": 0.0,
    "outreach.usual_visits": 0.0,
    "outreach.usual_events": 0.0,
    "projects.provincial_proposals": 0.0,
    "projects.national_proposals": 0.0,
    "projects.firm_proposals": 0.0,
    "projects.floor": 0.0,
    "talent.top_pool": 0.0,
    "talent.team_pool": 0.0,
    "talent.certifies": 0.0,
    "talent.enters": 0.0,
    "talent.retires": 0.0,
    "talent.retires_highly": 0.0,
    "talent.cost_growth": 0.0,
    "talent.employment_growth": 0.0,
    "talent.willing": 0.0,
    **{f"kind.{kind}.rate": 0.0 for kind in KINDS},
}
# What changes even so: grades are given anew, terms of the high-tech status end without a new one
# where R&D lies below what it asks, a fund of the background buys equity, and hosts save anew what
# they founded for.
MOVING = {
    ("organisations", "grade"),
    ("organisations", "means"),
    ("firms", "means"),
    ("firms", "high_tech_until"),
    ("firms", "equity"),
}
MEASURED_BY_IT = {"high_tech_firms"}
TABLES = ("firms", "organisations", "people", "talents", "projects", "results", "contracts")


@pytest.mark.parametrize("name", PLANS)
def test_a_city_without_shocks_growth_or_policy_stays_still(name):
    plan = PLANS[name]
    numbers = NumberSet(values=STILL)
    case = {"seed": 1, "uncertainty": "noise", "scale": SMALL}
    run = start_run(plan, None, start=STILL_FIGURES, numbers=numbers, **case)
    recorder = Recorder(plan)
    recorder.note_start(run.state)
    before = {table: columns_of(run.state, table) for table in TABLES}
    for _ in range(YEARS * 4):
        run.step()
        recorder.note_quarter(run.state)
        run.finish()
    for table, columns in before.items():
        for column, old in columns.items():
            if (table, column) not in MOVING:
                now = getattr(getattr(run.state, table), column)
                np.testing.assert_allclose(now, old, rtol=1e-12, err_msg=f"{table}.{column}")
    for row in recorder.rows:
        for column, value in row.items():
            if column not in MEASURED_BY_IT:
                assert value == pytest.approx(recorder.start[column], rel=1e-12), column


# A city lived through twice with the same luck


@dataclass
class World:
    """One replicate of a plan and mix: how it ends, and the firms that policy could reach."""

    state: State
    measured: dict[str, float]
    reached: set[int]


def within_reach(state, plan):
    """Return the ids of firms that anything links to what a plan can move."""
    firms = state.firms
    linked = (firms.purchases > 0) | (firms.partner >= 0) | (firms.ally >= 0)
    linked |= (firms.seated > 0) | (firms.platforms > 0) | (firms.equity > 0)
    linked |= (firms.visited > 0) | (firms.attended > 0) | firms.service_status
    linked |= (firms.rd_induced > 0) | (firms.rd_padded > 0)
    if any(instrument.lever == "diagnosis" for instrument in plan.instruments):
        linked |= technology_firms(state)
    for table in (state.talents, state.projects):
        linked[table.firm[table.firm >= 0]] = True
    return set(firms.id[linked].tolist())


@functools.cache
def world(name, policy, replicate):
    """Return a world after some years; parameters at their defaults, so that only luck differs."""
    plan = PLANS[name]
    mix = build_mix(plan, policy)
    run = start_run(plan, mix, seed=1, replicate=replicate, uncertainty="noise", scale=SMALL)
    recorder, reached = Recorder(plan), set()
    for _ in range(YEARS * 4):
        run.step()
        recorder.note_quarter(run.state)
        run.finish()
        reached |= within_reach(run.state, plan)
    return World(run.state, recorder.rows[-1], reached)


@pytest.mark.parametrize("name", PLANS)
def test_firms_that_no_mechanism_links_to_policy_live_the_same_life(name):
    without, with_plan = (world(name, policy, 0) for policy in ("none", "as_written"))
    reached = without.reached | with_plan.reached
    lives = []
    for state in (without.state, with_plan.state):
        firms = state.firms
        columns = [getattr(firms, column).tolist() for column in LIFE]
        rows = zip(firms.id.tolist(), *columns, strict=True)
        lives.append({id: life for id, *life in rows if id not in reached})
    assert lives[0] == lives[1]
    assert len(lives[0]) > 0.15 * len(without.state.firms)


@pytest.mark.parametrize("name", PLANS)
def test_pairing_takes_most_of_the_luck_out_of_a_difference(name):
    pairs = [[world(name, policy, r).measured for policy in ("none", "as_written")] for r in LUCKS]
    ratios = {}
    for column in pairs[0][0]:
        ours, theirs = np.array([[one[column] for one in pair] for pair in pairs]).T
        apart = ours.var(ddof=1) + theirs.var(ddof=1)
        if apart > 0:
            ratios[column] = (theirs - ours).var(ddof=1) / apart
    # Independent worlds have a ratio of one.
    assert np.median(list(ratios.values())) < 0.1
    for column in ("above_scale_firms", "technology_smes", "valid_invention_patents"):
        assert ratios[column] < 0.05, column


@pytest.mark.parametrize("name", PLANS)
def test_a_city_of_one_firm_lives_through_its_plan(name):
    plan = PLANS[name]
    mix = build_mix(plan, "as_written")
    record = simulate(plan, mix, seed=1, quarters=plan.end - plan.start + 1, scale=1e-5)
    assert record.start["above_scale_firms"] >= 1
    for column, series in (*record.trajectories.items(), *record.real.items()):
        assert np.isfinite(series).all(), column
