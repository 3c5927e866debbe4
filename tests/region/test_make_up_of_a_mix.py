"""What happens does not hang on what else a mix has, nor on the order in which it stands."""

import dataclasses

import numpy as np
import pytest

from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.choosing import build_mix
from sim.policy.mix import Choice
from sim.region.case import case_of
from sim.region.region import live_out, start_city

PLANS = [name for name in plan_names() if name != "toy"]
QUARTERS = 6


def lived(start, mix):
    """Return what is measured in some quarters, and what was paid by instrument."""
    record = live_out(start, mix, QUARTERS)
    paid = record.payments.groupby(["quarter", "instrument", "payee"])["amount"].sum()
    return {**record.trajectories, **{f"real {k}": v for k, v in record.real.items()}}, paid


def same(one, other):
    measured, paid = one
    again, paid_again = other
    for name, path in measured.items():
        np.testing.assert_array_equal(path, again[name], err_msg=name)
    assert paid.sort_index().equals(paid_again.sort_index())


def nothing_more(mix):
    """Return instruments on each lever of the mix that hold out nothing, first and last by name."""
    added, seen = [], set()
    for instrument in mix.instruments:
        if instrument.modelled and instrument.lever not in seen:
            seen.add(instrument.lever)
            for name in (f"a_{instrument.id}", f"zz_{instrument.id}"):
                added.append(dataclasses.replace(instrument, id=name, scale=0.0, later_scale=None))
    return added


@pytest.mark.parametrize("name", PLANS)
def test_neither_order_nor_what_holds_out_nothing_moves_anything(name):
    plan = load_plan(name)
    mix = build_mix(plan, "as_written")
    case = case_of(plan, Choice(mix=mix), seed=5, scale=0.1, uncertainty="noise")
    start = start_city(case)
    usual = lived(start, mix)
    backwards = dataclasses.replace(mix, instruments=mix.instruments[::-1])
    same(usual, lived(start, backwards))
    more = dataclasses.replace(mix, instruments=(*nothing_more(mix), *mix.instruments))
    same(usual, lived(start, more))
