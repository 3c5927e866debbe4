"""What firms learn of those they deal with, and how much of it is at work."""

import dataclasses

import numpy as np
import pytest
from world import START, add_bodies, add_firms, next_quarter, one_project, tiny

from sim.core import identity
from sim.inputs.number_set import NumberSet
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.processes import learning, research
from sim.processes.learning import PLACES, Parameters, learn
from sim.region.pages import QUARTER
from sim.region.recorder import Recorder
from sim.region.region import start_run
from sim.state.columns import FIRM_UNITS, TALENT_KINDS
from sim.state.learnt import who_serve

EAGER = Parameters(learns=1.0, visit=0.0, kept=0.5, fades=0.4)
OWN = np.array([0, *[-1] * (FIRM_UNITS - 1)])


def town(firms=1, *, weight=1.0, rd_stock=1e9, **columns):
    """Firms whose R&D stock is beyond all others', that hold the first unit of a field."""
    state = tiny(weight=weight)
    usual = {"rd": 1.0, "rd_stock": rd_stock, "capabilities": OWN}
    add_firms(state, firms, **(usual | columns))
    return state


def bought(state, *units, buyer=0, transfer=False):
    """Let a firm sign a contract about each unit."""
    ids = identity.plain(identity.CONTRACT, 3, np.arange(len(units)) + len(state.contracts))
    state.contracts.add(
        ids, quarter=state.quarter, buyer=buyer, seller=-2, unit=np.array(units), value=1.0,
        transfer=transfer,
    )  # fmt: skip


def held(state, row=0):
    return {unit for unit in state.firms.capabilities[row].tolist() if unit >= 0}


def test_what_is_learnt_is_what_the_contract_was_about():
    state = town(2)
    bought(state, 41, 42)
    learn(state, EAGER)
    assert held(state) == {0, 41, 42}
    assert held(state, 1) == {0}
    assert state.firms.outside.tolist() == [2.0, 0.0]
    assert state.flows.units_learnt == 2.0


def test_what_one_holds_teaches_nothing():
    state = town()
    bought(state, 0, 41, 41)
    learn(state, EAGER)
    assert state.firms.outside[0] == 1.0


def test_a_contract_of_an_earlier_quarter_or_about_nothing_teaches_nothing():
    state = town()
    bought(state, 41)
    next_quarter(state)
    bought(state, -1)
    learn(state, EAGER)
    assert held(state) == {0}


@pytest.mark.parametrize(("rd", "rd_stock", "alive"), [(0.0, 9.0, True), (1.0, 0.0, True),
                                                       (1.0, 9.0, False)])  # fmt: skip
def test_without_rd_of_its_own_a_firm_takes_nothing_in(rd, rd_stock, alive):
    state = town(rd=rd, rd_stock=rd_stock, alive=alive)
    bought(state, 41, 42, 43)
    learn(state, EAGER)
    assert state.firms.outside[0] == 0.0


def test_the_chance_is_that_of_absorptive_capacity():
    # The typical stock is 10: a firm that has as much takes in half of what it could.
    state = town(4000, rd_stock=10.0)
    for row in range(4000):
        bought(state, 41, buyer=row)
    learn(state, Parameters(learns=0.6))
    assert state.firms.outside.mean() == pytest.approx(0.3, abs=4 * (0.3 * 0.7 / 4000) ** 0.5)


def test_a_new_unit_takes_the_place_of_the_one_taken_in_longest_ago():
    state = town(capabilities=np.array([*range(PLACES), -1]))
    bought(state, 101, 102)
    learn(state, EAGER)
    assert held(state) == {101, 102, *range(2, PLACES)}
    assert state.firms.capabilities[0, -1] == -1  # kept for what a person brings


def test_units_fade_and_are_never_more_than_a_firm_holds():
    state = town(outside=5.0)
    learn(state, EAGER)
    assert state.firms.outside[0] == pytest.approx(5.0 * 0.9)
    state.firms.outside[0] = 40.0
    learn(state, EAGER)
    assert state.firms.outside[0] == PLACES


def test_a_project_that_ends_teaches_what_its_partner_knows_for_the_firms_it_stands_for():
    state = town(weight=4.0)
    add_bodies(state, "university", 1, field=7)
    one_project(state, began=START - 4, quarters=4, phase=2)
    one_project(state, began=START - 4, quarters=4, phase=3)  # stopped
    learn(state, EAGER)
    assert state.firms.outside[0] == 0.25
    assert {unit // 20 for unit in held(state)} <= {0, 7}


def test_a_visit_teaches_as_rarely_as_stated():
    state = town(6000, visited=START, visitor=0)
    add_bodies(state, "university", 1, field=7)
    learn(state, dataclasses.replace(EAGER, visit=0.2))
    assert state.firms.outside.mean() == pytest.approx(0.2, abs=4 * (0.16 / 6000) ** 0.5)


def serving(state, until, came=START - 4):
    [row] = state.talents.add(
        identity.plain(identity.PERSON, 9), kind=TALENT_KINDS.index("vice_president"),
        came=came, until=until, firm=0,
    )  # fmt: skip
    return row


def test_who_serves_in_a_firm_counts_as_long_and_leaves_a_part():
    state = town()
    serving(state, until=START + 1)
    state.firms.posted_until[0] = START + 1
    assert who_serve(state.firms, state.talents, state.quarter)[0] == 2.0
    next_quarter(state)
    learn(state, EAGER)
    assert who_serve(state.firms, state.talents, state.quarter)[0] == 0.0
    assert state.firms.outside[0] == pytest.approx(2 * 0.5)


def test_a_dual_post_raises_patents_as_published_and_what_was_learnt_by_its_own_effect():
    state = town(3)
    serving(state, until=0)
    state.firms.outside[1] = 1.0
    found = research.of_outside(state, research.Parameters())
    assert found.tolist() == pytest.approx([1.07, 2**0.12, 1.0])  # 7 % of grants [K50]
    none = research.Parameters(outside_effect=0.0, post_effect=0.0)
    assert research.of_outside(state, none).tolist() == [1, 1, 1]


def test_a_firm_that_knows_nothing_and_a_city_without_science_run():
    state = town(capabilities=-1)
    bought(state, 41)
    learn(state, EAGER)
    assert held(state) == {41}
    learn(tiny(), EAGER)


def test_nothing_is_learnt_where_the_chance_is_none():
    state = town(3)
    bought(state, 41, 42)
    before = {name: getattr(state.firms, name).copy() for name in state.firms.columns}
    learn(state, Parameters(learns=0.0))
    for name, values in before.items():
        assert np.array_equal(getattr(state.firms, name), values), name


def test_the_code_of_a_project_carried_through_is_that_of_projects():
    from sim.processes.projects import codes

    assert learning._OVER == codes.OVER


def test_without_its_effects_a_city_is_the_one_without_the_process_to_the_bit():
    plan = load_plan("jiangyin_2025")
    none = {"learning.learns": 0.0, "research.outside_effect": 0.0, "research.post_effect": 0.0}
    rows = []
    for left_out in (False, True):
        run = start_run(plan, build_mix(plan, "as_written"), seed=2, scale=0.1,
                        numbers=NumberSet(values=none))  # fmt: skip
        recorder = Recorder(plan)
        for _ in range(6):
            run.begin()
            for name, process in QUARTER:
                if not (left_out and name == "learning"):
                    run.live(name, process)
            recorder.note_quarter(run.state)
            run.finish()
        assert run.state.talents.firm.max() >= 0  # people serve, and are of no effect
        rows.append(recorder.rows)
    assert rows[0] == rows[1]


def test_a_city_begins_with_as_much_at_work_as_it_goes_on_with():
    plan = load_plan("weihai_2018")
    run = start_run(plan, build_mix(plan, "none"), seed=2, scale=0.5, uncertainty="noise")
    p, factors = research.Parameters(), []
    for _ in range(9):
        firms = run.state.firms
        performs = firms.alive & (firms.rd > 0)
        grants = firms.rd[performs] ** p.elasticity
        factors.append((research.of_outside(run.state, p)[performs] * grants).sum() / grants.sum())
        run.step()
        run.finish()
    assert factors[0] > 1.1
    assert factors[-1] == pytest.approx(factors[0], rel=0.015)
