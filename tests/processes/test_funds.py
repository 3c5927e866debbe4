"""Funds: partners decide what closes, start-ups get equity by appeal, and nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest
from world import (
    START,
    Given,
    add_firms,
    grant_money,
    next_quarter,
    offer,
    promised,
    set_figure,
    tiny,
)

from sim.indicators.funds import (
    equity_invested,
    funds_in_being,
    public_commitments,
)
from sim.processes.funds import (
    Parameters,
    begin,
    candidates,
    raise_and_invest,
    signing,
)

# Funds of exactly 100 M CNY at a leverage of 4, each closing after two quarters.
PLAIN = Parameters(
    size=0.0001, size_spread=0.4, usual=0.05, leverage=4.0, leverage_spread=0.0, closes=0.9,
    private_money=0.02, fastest=2, slowest=4, term=10, local=0.4, period=4, ticket=2.0,
)  # fmt: skip
EXACT = replace(PLAIN, size_spread=0.0, slowest=2)
GDP = 1_000_000.0


def town(*offers, money=100_000.0, firms=0, fund_capital=0.0, seed=1, **options):
    state = tiny(*offers, seed=seed, gdp=GDP, fund_capital=fund_capital, **options)
    if any(one.payer == "fund" for one in offers) and money:
        grant_money(state, money, "venture_fund")
    if firms:
        add_firms(
            state,
            firms,
            founded=START - 4,
            above_scale=False,
            revenue=np.linspace(1, 10, firms),
            employees=10.0,
        )
    return state


def guidance(yearly):
    return offer("guidance_fund", yearly, payer="fund")


def capital(yearly):
    return offer("fund_capital", yearly, payer="fund")


def live(state, p=EXACT, quarters=1):
    for _ in range(quarters):
        raise_and_invest(state, p)
        next_quarter(state)


# Raising


def test_private_partners_have_so_much():
    p = Parameters(closes=0.6)
    assert signing(1000.0, 0.0, p) == pytest.approx(0.6)
    assert signing(1000.0, 1000.0, p) == pytest.approx(0.3)
    assert signing(0.0, 1000.0, p) == 0.0


def test_a_commitment_draws_its_leverage_and_counts_when_it_closes():
    # 100 M a year are 25 M a quarter: one fund of 100 M, if its partners sign.
    state = town(guidance(100.0))
    live(state, quarters=1)
    assert state.history[-1].fund_commitments == pytest.approx(25.0)
    assert funds_in_being(state) == 0.0
    live(state, quarters=40)
    closed = funds_in_being(state)
    paid = sum(payment.amount for payment in state.books.payments) / 1e6
    assert closed == pytest.approx(4 * paid)
    assert 25 * 100 <= closed <= 41 * 100
    assert public_commitments(state) >= closed / 4 - 1e-6


def test_what_fails_is_free_again():
    never = replace(EXACT, closes=0.3, private_money=0.002)
    state = town(guidance(100.0))
    set_figure(state, "gdp", GDP)
    live(state, never, quarters=40)
    offered = 100.0 * 10
    spent = sum(promised(state).values()) / 1e6
    totals = state.totals
    free = [*totals.commitments_open.values(), *totals.commitments_free.values()]
    assert spent + sum(free) == pytest.approx(offered)
    assert funds_in_being(state) < 4 * offered


def test_partners_run_out_of_money():
    few, many = town(guidance(1_000.0)), town(guidance(10_000.0))
    p = replace(EXACT, private_money=0.002)
    live(few, p, 20)
    live(many, p, 20)
    assert funds_in_being(few) < funds_in_being(many) < 6 * funds_in_being(few)


def test_the_line_bounds_what_is_promised():
    state = town(guidance(1000.0), money=60.0)
    live(state, quarters=8)
    assert funds_in_being(state) == 200.0
    assert sum(promised(state).values()) == 50_000_000


def test_funds_of_the_start_end_and_others_are_raised_anyway():
    p = replace(EXACT, usual=0.10, term=10)
    state = town(fund_capital=10_000.0)
    begin(state, Given(p))
    assert funds_in_being(state) == 10_000.0
    live(state, p, quarters=20)
    # 5 of 10 years are over; 1000 M a year come anyway: 50 funds of 100 M.
    assert funds_in_being(state) == pytest.approx(10_000, abs=4 * 100 * np.sqrt(50))


def test_who_closes_anyway_is_not_larger_with_public_money():
    p = replace(PLAIN, usual=0.35, comes=0.10, closes=0.3, private_money=0.002)
    without = town(fund_capital=20_000.0)
    with_money = town(guidance(500.0), fund_capital=20_000.0)
    for state in (without, with_money):
        begin(state, Given(p))
        live(state, p, quarters=12)
    gain = funds_in_being(with_money) - funds_in_being(without)
    drawn = 4 * sum(promised(with_money).values()) / 1e6
    assert 0 <= gain < drawn


def test_the_more_is_committed_the_more_closes():
    sizes = []
    for yearly in (0.0, 200.0, 800.0, 3200.0):
        state = town(guidance(yearly), fund_capital=5_000.0)
        begin(state, Given(PLAIN))
        live(state, PLAIN, quarters=16)
        sizes.append(funds_in_being(state))
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


# Investing


def test_closed_funds_invest_in_the_most_appealing():
    p = replace(EXACT, seen=0.0, ticket_spread=0.3)
    state = town(firms=100, fund_capital=800.0)
    begin(state, Given(p))
    # Half of 800 is left; a sixteenth of it a quarter, 0.4 of that in the city: 10 M.
    raise_and_invest(state, p)
    got = np.flatnonzero(state.firms.equity)
    assert got.size > 0
    assert (got == np.arange(100 - got.size, 100)).all()
    assert equity_invested(state) == pytest.approx(state.firms.equity.sum())
    assert equity_invested(state) <= 10.0 < equity_invested(state) + 8.0


def test_only_young_firms_without_equity_are_looked_at():
    state = town(firms=8)
    state.firms.alive[0] = False
    state.firms.above_scale[1] = True
    state.firms.equity[2] = 1.0
    state.firms.founded[3] = START - 41
    assert set(candidates(state, Parameters(oldest=5)).tolist()) == {4, 5, 6, 7}


def test_capital_is_spent_until_it_is_gone():
    state = town(capital(400.0), money=10.0, firms=100)
    live(state)
    spent = sum(promised(state).values()) / 1e6
    assert 4.0 < spent <= 10.0
    assert equity_invested(state) == pytest.approx(spent, abs=1e-4)


def test_more_capital_reaches_a_superset():
    small, large = town(capital(40.0), firms=100), town(capital(160.0), firms=100)
    live(small)
    live(large)
    assert ((large.firms.equity > 0) >= (small.firms.equity > 0)).all()
    assert (large.firms.equity > 0).sum() > (small.firms.equity > 0).sum() > 0


def test_a_row_stands_for_its_weight():
    one = town(capital(200.0), firms=400)
    thin = town(capital(200.0), firms=40, weight=10.0)
    live(one, quarters=4)
    live(thin, quarters=4)
    assert equity_invested(thin) == pytest.approx(equity_invested(one), rel=0.3)


def test_equity_changes_nothing_else():
    one, other = town(firms=50), town(capital(200.0), firms=50)
    live(one)
    live(other)
    for name in one.firms.columns:
        if name != "equity":
            assert (getattr(one.firms, name) == getattr(other.firms, name)).all()


@pytest.mark.parametrize("empty", [guidance(0.0), capital(0.0)])
def test_an_empty_offer_changes_nothing(empty):
    worlds = []
    for state in (
        town(fund_capital=5_000.0, firms=50),
        town(empty, fund_capital=5_000.0, firms=50),
    ):
        begin(state, Given(PLAIN))
        live(state, PLAIN, quarters=8)
        worlds.append(state)
    one, other = worlds
    assert funds_in_being(one) == funds_in_being(other)
    assert (one.firms.equity == other.firms.equity).all()


def test_a_city_without_funds_or_offers_has_none():
    state = town(firms=20)
    begin(state, Given(PLAIN))
    live(state, PLAIN, quarters=8)
    assert funds_in_being(state) == equity_invested(state) == 0.0
