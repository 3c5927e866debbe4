"""All five plans: the null policy, the books, and each instrument alone."""

import dataclasses

import numpy as np
import pytest

from sim.indicators import INDICATORS
from sim.plan import load_plan, plan_from_tree, plan_names, tree_of
from sim.policy import Mix, build_mix
from sim.region import Run, simulate, start_run

PLANS = {name: load_plan(name) for name in plan_names()}
COUNTS = {
    "changzhou_2019": (14, 24),
    "jiangyin_2025": (18, 21),
    "ningbo_2019": (24, 21),
    "ningbo_315": (19, 25),
    "weihai_2018": (7, 42),
}
SMALL = 0.1
# What only steers the money of others does nothing alone; tested beside them by its lever.
STEERING = {"special_fund_priority"}
# A threshold ten times as high is passed by nobody.
THRESHOLDS = {"priority_high_rd"}
EVERY = [(plan, i.id) for plan in PLANS.values() for i in plan.instruments if i.modelled]


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
    first = simulate(plan, build_mix(plan, "none"), **options)
    second = simulate(plan, None, **options)
    for column, series in first.trajectories.items():
        assert np.array_equal(series, second.trajectories[column]), column
    assert first.payments.equals(second.payments)


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


def lived(plan, mix, factor, replicate):
    """Return every indicator in every quarter, and all money, with the doses multiplied."""
    run = start_run(plan, mix, seed=1, replicate=replicate, scale=SMALL)
    entries = tuple(
        dataclasses.replace(e, offer=dataclasses.replace(e.offer, dose=e.offer.dose * factor))
        if not run.program.accounts[number].background
        else e
        for number, e in enumerate(run.program.entries)
    )
    run = Run(run.state, dataclasses.replace(run.program, entries=entries), run.values)
    measured = []
    for _ in range(plan.end - plan.start + 1):
        run.step()
        measured.append([i.measure(run.state) for i in INDICATORS.values()])
        run.finish()
    measured.append([len(run.state.organisations), len(run.state.projects)])
    money = [(p.quarter, p.payee, p.amount) for p in run.state.books.payments]
    return measured, sorted(money)


@pytest.mark.parametrize(("plan", "name"), EVERY, ids=lambda v: getattr(v, "name", v))
def test_an_instrument_alone_acts_at_ten_times_its_dose_and_not_at_none(plan, name):
    one = Mix(name=name, instruments=tuple(i for i in plan.instruments if i.id == name))
    nothing = lived(plan, one, 0.0, 0)
    assert nothing == lived(plan, Mix(name="none", instruments=()), 1.0, 0)
    if name in STEERING:
        return
    factor = 1.0 if name in THRESHOLDS else 10.0
    assert any(
        lived(plan, one, factor, replicate) != lived(plan, one, 0.0, replicate)
        for replicate in range(24)
    )
