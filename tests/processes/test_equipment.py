"""Equipment: registered by staff, used where cheaper, within the hours there are."""

from dataclasses import replace

import numpy as np
import pytest
from world import (
    START,
    Given,
    add_bodies,
    add_firms,
    add_platforms,
    next_quarter,
    offer,
    promised,
    tiny,
)

from sim.indicators.equipment import (
    equipment_registered,
    equipment_used,
    equipment_uses,
    equipment_uses_a_year,
    equipment_uses_of_small_firms,
)
from sim.processes import research
from sim.processes.equipment import (
    Parameters,
    begin,
    entered,
    found,
    open_hours,
    price_asked,
    share,
)
from sim.state.flows import Flows

PLAIN = Parameters(
    registered=0.4, purchases=0.08, hands_in=0.3, staff_pace=500, reach=0.6, hours=1440,
    opened=0.25, hours_per_use=4, price=0.0002, outside=1.5, outside_spread=0.6, opens_more=0.5,
    passed_on=0.3,
)  # fmt: skip


def town(*offers, p=PLAIN, firms=2000, institutes=10, uses=8000.0, money=100.0, seed=1, weight=1.0):
    """A university of 1000 researchers, ten institutes of 100: 1000 instruments, 400 shared."""
    money = money if offers else 0.0
    state = tiny(
        *offers, money=money, seed=seed, weight=weight, shared_equipment=400.0, equipment_uses=uses
    )
    add_bodies(state, "university", 1, researchers=1000.0)
    add_platforms(state, "institute", institutes, researchers=100.0)
    add_firms(state, firms, rd=1.0)
    begin(state, Given(p))
    return state


def live(state, p=PLAIN, quarters=1):
    for _ in range(quarters):
        share(state, p)
        next_quarter(state)


def effort(dose):
    return offer("management_effort", dose, "institute")


# Owners


def test_instruments_follow_researchers():
    state = town()
    held = state.organisations.instruments
    assert held[0] == 500
    assert (held[1:] == 50).all()
    assert (state.organisations.instruments_registered[1:] == 20).all()
    assert equipment_registered(state) == pytest.approx(0.4)


def test_the_staff_gets_to_so_many():
    waiting = np.array([30, 50, 10])
    assert entered(waiting, 100).tolist() == [30, 50, 10]
    assert entered(waiting, 60).tolist() == [30, 30, 0]
    assert entered(waiting, 0).tolist() == [0, 0, 0]


def test_lists_are_handed_in_now_and_then():
    p = replace(PLAIN, hands_in=0.25, purchases=0.03)
    state = town(p=p, institutes=400)
    p = replace(p, staff_pace=10**6)
    live(state, p)
    # A quarter of the institutes is covered wholly, the others as before.
    chance = 0.25
    assert equipment_registered(state) == pytest.approx(
        0.4 + 0.6 * chance, abs=4 * 0.6 * np.sqrt(chance * 0.75 / 400)
    )


def test_staff_bounds_the_register():
    p = replace(PLAIN, staff_pace=40, purchases=0.03)
    state = town(p=p)
    before = state.organisations.instruments_registered.sum()
    live(state, p, quarters=5)
    assert state.organisations.instruments_registered.sum() <= before + 5 * 40


def test_purchases_keep_coverage_from_being_whole():
    state = town()
    live(state, quarters=40)
    assert 0.85 < equipment_registered(state) < 1.0
    assert (state.organisations.instruments_registered <= state.organisations.instruments).all()
    assert state.organisations.instruments.sum() == pytest.approx(1000 * 1.02**40, rel=0.05)


def test_effort_raises_coverage():
    def coverage(*offers):
        p = replace(PLAIN, hands_in=0.05)
        state = town(*offers, p=p, institutes=200)
        live(state, p, quarters=8)
        return equipment_registered(state)

    assert coverage() < coverage(effort(0.5)) < coverage(effort(2.0))


def test_an_institute_that_opens_brings_its_own():
    state = town()
    row = add_platforms(state, "institute", 1, researchers=60.0)[0]
    live(state)
    assert state.organisations.instruments[row] in (30, 31)


# Use


def test_the_city_starts_with_its_uses():
    p = replace(PLAIN, hands_in=0.03, purchases=0.03, staff_pace=40)
    state = town(p=p)
    state.organisations.instruments_registered[:] = 0
    share(state, p)  # nothing registered, but for what the staff enters now
    state = town(p=p)
    state.history.extend(Flows() for _ in range(4))
    begin(state, Given(p))
    assert equipment_uses_a_year(state) == pytest.approx(8000)
    assert equipment_uses(state) == 0
    live(state, p)
    assert equipment_uses(state) == pytest.approx(2000, rel=0.15)
    assert equipment_used(state) == pytest.approx(8, rel=0.1)


def test_more_in_the_register_is_found_more_often():
    p = Parameters(reach=0.5)
    assert found(400.0, 100.0, p) == pytest.approx(2.0)
    assert found(100.0, 100.0, p) == 1.0
    assert found(100.0, 0.0, p) == 0.0


def test_instruments_have_hours():
    # 400 instruments · 360 hours a quarter · a quarter of them / 4 hours = 9000 uses.
    p = replace(PLAIN, hands_in=0.03, purchases=0.03, staff_pace=40)
    state = town(p=p, uses=80_000.0)
    share(state, p)
    registered = state.organisations.instruments_registered.sum()
    assert equipment_uses(state) == pytest.approx(registered * 22.5)


def test_only_firms_with_a_dearer_outside_option_come():
    state = town()
    cheap = replace(PLAIN, outside=0.8, outside_spread=0.3)
    live(state)
    usual = equipment_uses(state)
    state = town()
    live(state, cheap)  # the scale is the first world's: fewer firms come
    assert 0 < equipment_uses(state) < usual
    state = town()
    state.firms.rd[:] = 0.0
    live(state)
    assert equipment_uses(state) == 0


def test_small_firms_are_told_apart():
    state = town()
    state.firms.employees[::2] = 400.0
    live(state)
    assert equipment_uses_of_small_firms(state) == pytest.approx(equipment_uses(state) / 2, rel=0.2)


def test_a_row_stands_for_its_weight():
    one, thin = town(), town(firms=200, weight=10.0)
    live(one, quarters=4)
    live(thin, quarters=4)
    assert equipment_uses(thin) == pytest.approx(equipment_uses(one), rel=0.25)


# Rewards


def test_what_a_reward_moves():
    p = Parameters(opened=0.25, opens_more=1.0, passed_on=0.5)
    assert open_hours(0.0, p) == 0.25
    assert open_hours(0.2, p) == pytest.approx(0.3)
    assert open_hours(9.0, p) == 0.5
    assert open_hours(0.2, replace(p, opens_more=0.0)) == 0.25
    assert price_asked(0.2, p) == pytest.approx(0.9)
    assert price_asked(0.2, replace(p, passed_on=0.0)) == 1.0


def test_owners_are_rewarded_by_value_served():
    state = town(offer("sharing_reward", 0.10))
    share(state, PLAIN)
    paid = promised(state)
    assert {quarter for quarter, _ in paid} == {START + 4}
    # A use is four hours at 200 yuan.
    assert sum(paid.values()) == pytest.approx(0.10 * 800 * equipment_uses(state), rel=0.001)


def test_rewards_bring_uses_where_hours_are_short():
    def uses(*offers):
        state = town(*offers, uses=80_000.0)
        live(state, quarters=4)
        return equipment_uses(state)

    assert uses() < uses(offer("sharing_reward", 0.1)) < uses(offer("sharing_reward", 0.4))


@pytest.mark.parametrize("empty", [offer("sharing_reward", 0.0), effort(0.0)])
def test_an_empty_offer_changes_nothing(empty):
    one, other = town(), town(empty)
    live(one, quarters=8)
    live(other, quarters=8)
    assert one.history == other.history
    assert one.totals == other.totals
    for name in ("instruments", "instruments_registered"):
        assert (getattr(one.organisations, name) == getattr(other.organisations, name)).all()


def test_a_city_without_owners_shares_nothing():
    state = tiny(shared_equipment=400.0, equipment_uses=8000.0)
    add_firms(state, 100, rd=1.0)
    begin(state, Given(PLAIN))
    live(state, quarters=4)
    assert equipment_uses(state) == equipment_registered(state) == equipment_used(state) == 0.0


def test_users_find_more_than_those_whose_outside_option_is_cheaper_and_none_without_the_effect():
    state = town()
    share(state, PLAIN)
    uses = state.firms.tests
    assert 0 < (uses > 0).mean() < 1
    assert uses.sum() == pytest.approx(equipment_uses(state), rel=0.15)
    found = research.of_outside(state, research.Parameters(equipment_effect=0.03))
    assert (found[uses == 0] == 1).all()
    assert found[uses > 0] == pytest.approx((1 + uses[uses > 0]) ** 0.03)
    assert (research.of_outside(state, research.Parameters(equipment_effect=0.0)) == 1).all()


def test_where_instruments_have_no_hours_nobody_makes_tests():
    state = town()
    share(state, replace(PLAIN, hours=0.0))
    assert (state.firms.tests == 0).all()
