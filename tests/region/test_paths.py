"""Money paths: generated from what is declared, for every instrument of every plan."""

import pytest

from sim.indicators.table import INDICATORS
from sim.inputs.levers import LEVERS
from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.choosing import build_mix
from sim.region import links, paths
from sim.region.pages import QUARTER
from sim.region.paths import changes, path_of
from sim.region.region import simulate
from sim.state.state import State

PLANS = {name: load_plan(name) for name in plan_names()}


def path(plan, name):
    [instrument] = [one for one in PLANS[plan].instruments if one.id == name]
    return path_of(PLANS[plan], instrument)


def test_a_path_leads_from_the_offer_to_accounts_and_on_to_who_reads_them():
    support = path("weihai_2018", "operating_support")
    assert support.lever.name == "operating_grant"
    assert support.acts == ("founding", "services", "evaluation")
    assert support.booked == ("accounts",)
    assert {"incubation", "research"} <= set(support.onward)
    assert "incubation" in support.changes["organisations.seats"]
    assert "incubators_makerspaces" in support.at_once
    assert support.ends == ""


def test_targets_of_other_kinds_are_not_reached_at_once():
    carriers = path("weihai_2018", "incubator_national")
    assert "incubators_makerspaces" in carriers.at_once
    assert "ip_services" not in carriers.at_once


def test_what_nobody_acts_on_or_reads_ends_there():
    assert path("ningbo_315", "ip_protection").ends == "no process acts on it"
    assert path("jiangyin_2025", "budget_growth").ends == "at the offer"
    funds = path("ningbo_2019", "incubation_funds")
    assert (funds.changes, funds.ends) == ({}, "at firm")


def test_changes_are_what_others_read(monkeypatch):
    monkeypatch.setattr(paths, "WRITES", {"one": "a b c"})
    monkeypatch.setattr(paths, "READS", {"one": "a", "two": "b c", "three": "c", "settle": "a"})
    monkeypatch.setattr(paths, "_ORDER", ["one", "two", "three", "settle"])
    assert changes(["one"]) == {"b": ("two",), "c": ("two", "three")}


@pytest.mark.parametrize("plan", PLANS)
def test_every_instrument_has_a_path_and_every_payment_goes_where_its_lever_says(plan):
    by_name = {one.instrument: one for one in paths.paths(PLANS[plan])}
    assert list(by_name) == [one.id for one in PLANS[plan].instruments]
    record = simulate(
        PLANS[plan], build_mix(PLANS[plan], "as_written"), quarters=10, seed=1, scale=0.1
    )
    paid = record.payments[~record.payments["background"]]
    assert len(paid) > 0
    for row in paid.to_dict("records"):
        assert row["payee"] in by_name[row["instrument"]].paid_to, row


def test_what_accounts_take_in_is_of_the_levers_that_say_so(monkeypatch):
    booked = set()

    def spied(state, offer, million, *, to=None, claim=State.claim, **others):
        booked.update({offer.lever.name} if to is not None and to.of == "account" else ())
        claim(state, offer, million, to=to, **others)

    monkeypatch.setattr(State, "claim", spied)
    for plan in PLANS.values():
        simulate(plan, build_mix(plan, "as_written"), quarters=8, seed=1, scale=0.1)
    said = {lever.name for lever in LEVERS.values() if lever.booked}
    assert booked <= said
    assert said - booked <= {"sharing_reward"}  # nobody shares in so small cities


def test_levers_that_pay_say_to_whom_and_processes_that_move_something_write():
    assert [lever.name for lever in LEVERS.values() if lever.pays != bool(lever.paid_to)] == []
    movers = {process for one in INDICATORS.values() for process in one.moved_by}
    idle = {name for name, _ in QUARTER if not links.WRITES[name].split()}
    assert movers & idle <= {"enact"}


def test_links_are_of_columns_that_one_process_changes_and_another_reads():
    links_of = paths.feedbacks()
    assert links_of["learning", "research"] == ("firms.outside",)
    assert "firms.rd" in links_of["research", "contract"]
    assert "firms.known" in links_of["contract", "meeting"]
    assert ("research", "research") not in links_of
    for (writer, reader), carried in links_of.items():
        assert set(carried) <= set(links.READS[reader].split()), (writer, reader)


def test_a_link_lies_on_a_loop_where_a_way_leads_back():
    assert paths.in_loops([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]) == {
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
    }
    assert paths.in_loops([("a", "b")]) == set()
    # What is bought teaches, and what was learnt says who sells and what is bought.
    loops = paths.in_loops(paths.feedbacks())
    assert {("contract", "learning"), ("learning", "contract")} <= loops
    assert ("learning", "meeting") not in loops  # matches are no table
