"""Who sells: firms and organisations with a name, of the field, the cluster, or known."""

import dataclasses

import numpy as np
import pytest
from world import SHIPS, START, TOOLS, add_bodies, add_firms, next_quarter, tiny

from sim.core import identity
from sim.processes.contract import sellers
from sim.state import ties

NO_UNIT = [-1] * 11
OTHER_FIELD = 34 * 20


def town(number=40, *, field=0, taste=0.0, **columns):
    """Firms of one field that do R&D and hold its first unit; the first one buys."""
    state = tiny()
    state.ties = dataclasses.replace(state.ties, taste=taste, asked=4.0)
    usual = {"rd": 1.0, "field": field, "capabilities": np.array([field * 20, *NO_UNIT])}
    add_firms(state, number, **(usual | columns))
    return state


def contracts(number, first=0):
    return identity.plain(identity.CONTRACT, 1, np.arange(first, first + number))


def named(state, number=100, first=0, *, organisation=False):
    """Name the sellers of contracts of the first firm."""
    nobody = np.zeros(number, np.bool_)
    buyer = np.zeros(number, np.int64)
    which = ~nobody if organisation else nobody
    return sellers.name_sellers(state, contracts(number, first), buyer, nobody, which)


def test_a_firm_that_does_rd_and_is_another_sells():
    state = town(10)
    state.firms.alive[3] = False
    state.firms.rd[4] = 0.0
    found = named(state)  # of so few, all that are asked may be the buyer: then nobody is named
    assert set(found.firm.tolist()) - {ties.NOBODY} == {1, 2, *range(5, 10)}
    assert set(found.seller.tolist()) == {sellers.FIRM_SELLS}


def test_where_no_other_firm_does_rd_nobody_is_named():
    found = named(town(1))
    assert set(found.firm.tolist()) == {ties.NOBODY}


def test_an_outsider_has_no_name_and_sells_what_is_wanted():
    state, nobody = town(5), np.zeros(50, np.bool_)
    rows = np.zeros(50, np.int64)
    found = sellers.name_sellers(state, contracts(50), rows, ~nobody, nobody)
    assert set(found.seller.tolist()) == {sellers.OUTSIDER_SELLS}
    assert set(found.firm.tolist()) == {ties.NOBODY}
    assert (found.unit >= 0).all()


def test_who_holds_what_is_wanted_is_taken_before_who_does_not():
    state = town(60, taste=0.0)
    state.firms.capabilities[30:, 0] = OTHER_FIELD
    found = named(state)
    knows = state.firms.capabilities[found.firm, 0] < 20
    wanted = sellers._wanted(state, contracts(100), np.zeros(100, np.int64))
    assert knows[wanted < 20].mean() > 0.9  # of four asked one knows, but for luck
    assert (found.unit[knows] == 0).all()  # what the seller holds, not what was wanted


def test_strangers_are_of_the_field_wanted_or_of_the_cluster():
    state = town(40, cluster=[TOOLS] * 20 + [SHIPS] * 20)
    state.firms.field[1:] = 34
    found = named(state, 300)
    wanted = sellers._wanted(state, contracts(300), np.zeros(300, np.int64))
    of_cluster = state.firms.cluster[found.firm] == TOOLS
    assert of_cluster[wanted // 20 != 34].all()  # nobody of the field: those of the cluster


def test_a_partner_who_fits_is_asked_again_and_without_memory_as_rarely_as_a_stranger():
    share = {}
    for memory in (0.0, 12.0):
        state = town(200, taste=0.3)
        state.ties = dataclasses.replace(state.ties, memory=memory)
        first = int(named(state, 1).firm[0])
        state.tie(np.array([0]), np.array([first]))
        next_quarter(state)
        again = named(state, 400, first=1).firm == first
        share[memory] = again.mean()
    assert share[0.0] < 0.05 < 0.2 < share[12.0]


def test_without_taste_a_lot_decides_between_those_who_fit_as_well_known_or_not():
    state = town(200, taste=0.0)
    state.tie(np.array([0]), np.array([1]))
    wanted = sellers._wanted(state, contracts(2000, 1), np.zeros(2000, np.int64))
    again = named(state, 2000, first=1).firm == 1
    of_field = (wanted < 20) & (wanted > 0)  # nobody holds just this: all fit by the field alone
    # It and some four others (less who is met twice): not one in two.
    assert 0.15 < again[of_field].mean() < 0.3


def test_with_whom_a_partner_has_dealt_is_asked():
    # Nobody is of a field that is wanted, nor of the buyer's cluster; the first firm remembers
    # the second, and that one the third.
    state = town(10, cluster=[TOOLS] + [SHIPS] * 9)
    state.firms.field[1:] = 34
    state.ties = dataclasses.replace(state.ties, asked=0.0)
    state.tie(np.array([0, 1]), np.array([1, 2]))
    state.firms.alive[1] = False
    found = named(state, 400)
    assert set(found.firm.tolist()) == {ties.NOBODY, 2}
    # One of six places of the buyer's, and one of six of its partner's.
    assert (found.firm == 2).mean() == pytest.approx(1 / 36, abs=4 * (1 / 36 / 400) ** 0.5)


def test_an_organisation_that_sells_provides_what_its_field_knows():
    state = town(5)
    university = add_bodies(state, "university", 1, field=3)[0]
    add_bodies(state, "hospital", 1)
    found = named(state, organisation=True)
    assert set(found.seller.tolist()) == {university}
    assert set((found.unit // 20).tolist()) == {3}


def test_without_an_organisation_that_sells_firms_do():
    state = town(40)
    found = named(state, organisation=True)
    assert set(found.seller.tolist()) == {sellers.FIRM_SELLS}
    assert (found.firm > 0).all()


def test_buyer_and_selling_firm_remember_each_other(monkeypatch):
    from sim.processes.contract import Parameters, agree

    state = town(30, taste=0.3)
    state.norms.contract_scale = 1.0
    agree(state, Parameters(outside=0.0, organisations_sell=0.0))
    table = state.contracts
    assert (table.quarter == START).all()
    assert (table.seller_firm >= 0).all()
    of_last = {}
    for buyer, seller in zip(table.buyer.tolist(), table.seller_firm.tolist(), strict=True):
        of_last[buyer], of_last[seller] = seller, buyer
    remembers = state.remembered(np.arange(30))
    assert all(other in remembers[row] for row, other in of_last.items())
