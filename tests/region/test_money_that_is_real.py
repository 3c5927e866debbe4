"""Trust and accounts in whole cities: what they change, and that at 0 they change nothing."""

import numpy as np
import pytest

from sim.inputs.number_set import NumberSet
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.region import region
from sim.region.region import simulate, start_run
from sim.state.books import Books

PLAN = "weihai_2018"
# Believed for ever; units that neither grow, shrink nor fail, and rents that nobody minds.
BELIEVED = {"settle.first_trust": 0.98, "settle.kept_trust": 1.0}
UNMOVED = {"accounts.adjusts": 0.0, "accounts.rescued": 1.0, "incubation.rent_matters": 0.0}


def lived(words, quarters=8, **numbers):
    """Return what a small city measured under a mix."""
    plan = load_plan(PLAN)
    options = {"numbers": NumberSet(values=numbers), "uncertainty": "noise", "scale": 0.1}
    return simulate(plan, build_mix(plan, words), quarters=quarters, seed=2, **options)


def same(first, second):
    """Return whether two records measured the same of all but trust and public money."""
    money = {"public_spending", "city_trust", "county_trust"}
    names = first.trajectories.keys() - money
    return all(np.array_equal(first.trajectories[n], second.trajectories[n]) for n in names)


def test_accounts_that_change_nothing_leave_the_city_as_it_is_without_them(monkeypatch):
    kept = lived("as_written", **UNMOVED)
    without = [entry for entry in region.QUARTER if entry[0] != "accounts"]
    monkeypatch.setattr(region, "QUARTER", without)
    assert same(kept, lived("as_written", **UNMOVED))
    assert not same(kept, lived("as_written", quarters=8, **(UNMOVED | {"market.spread": 0.0})))


def test_accounts_change_what_happens():
    assert not same(lived("none", quarters=12), lived("none", quarters=12, **UNMOVED))


def test_promises_believed_for_ever_move_as_much_unpaid_as_paid():
    # The city's claims alone: calls and places are no promises.
    words = "none+operating_support"
    numbers = BELIEVED | UNMOVED
    paid, unpaid = lived(words, **numbers), lived(words + "+budget=0", **numbers)
    assert same(paid, unpaid)
    assert paid.payments["amount"].sum() > unpaid.payments["amount"].sum()


@pytest.mark.parametrize("words", ["as_written", "as_written+budget=0"])
def test_cash_of_all_platforms_changes_by_what_comes_in_and_goes_out(words):
    plan = load_plan(PLAN)
    run = start_run(plan, build_mix(plan, words), seed=2, scale=0.1)
    table = run.state.organisations
    for _ in range(8):
        before = float((table.cash * table.stands_for).sum())
        run.step()
        table, flows = run.state.organisations, run.state.flows
        inflow = flows.hosts_paid + flows.earned + flows.received - flows.spent
        after = float((table.cash * table.stands_for).sum())
        assert after - before == pytest.approx(inflow, abs=1e-6)
        run.finish()


def test_all_that_is_paid_to_platforms_is_taken_in_by_them_or_their_hosts(monkeypatch):
    plan, paid = load_plan(PLAN), []

    def spied(books, quarter, receipts=Books.receipts):
        paid.append(receipts(books, quarter))
        return paid[-1]

    monkeypatch.setattr(Books, "receipts", spied)
    run = start_run(plan, build_mix(plan, "as_written"), seed=2, scale=0.3)
    taken_in = due = received = 0.0
    for _ in range(12):
        due += (
            sum(float(sums.sum()) for to, sums in (paid[-1] if paid else []) if to.of == "account")
            / 1e6
        )
        run.step()
        flows = run.state.flows
        received += flows.received
        taken_in += flows.received + flows.passed_on
        run.finish()
    assert received > 0
    assert taken_in == pytest.approx(due, abs=1e-6)
