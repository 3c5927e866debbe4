"""The five plans, read once; what stands in them, and what whole runs of them leave behind."""

from typing import Any

import numpy as np

from sim.inputs.instrument import Instrument
from sim.inputs.plan import Plan, Target
from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.mix import NO_POLICY, Choice
from sim.region.case import case_of
from sim.region.record import Record
from sim.region.region import Start, start_city
from sim.state.state import State

PLANS = {name: load_plan(name) for name in plan_names()}


def begun(plan: Plan, replicate: int = 0, **words: Any) -> Start:
    """Return a city just before its plan begins."""
    return start_city(case_of(plan, Choice(mix=NO_POLICY), **words), replicate)


def target_of(plan: Plan, name: str) -> Target:
    """Return a target by its id."""
    return next(target for target in plan.targets if target.id == name)


def instrument_of(plan: Plan, name: str) -> Instrument:
    """Return an instrument by its id."""
    return next(instrument for instrument in plan.instruments if instrument.id == name)


def columns_of(state: State, name: str) -> dict[str, np.ndarray]:
    """Return a copy of each column of a table."""
    table = getattr(state, name)
    return {column: getattr(table, column).copy() for column in table.columns}


def same(first: Record, second: Record, *, parameters: bool = True) -> None:
    """Assert that two records agree bit for bit."""
    for name, series in first.trajectories.items():
        assert np.array_equal(series, second.trajectories[name]), name
    for name, series in first.real.items():
        assert np.array_equal(series, second.real[name]), name
    assert first.start == second.start
    assert first.payments.equals(second.payments)
    assert first.committed == second.committed
    if parameters:
        assert first.parameters == second.parameters
