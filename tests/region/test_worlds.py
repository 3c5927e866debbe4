"""Whole runs: fair comparison, closed books, still life, and who may write what."""

import dataclasses

import numpy as np
import pytest
from plans import PLANS, columns_of, instrument_of, same

from sim.core.errors import ConfigError
from sim.core.identity import LATENT_FOUNDER
from sim.indicators.table import INDICATORS
from sim.inputs.levers import LEVERS
from sim.inputs.number_set import NumberSet
from sim.inputs.parameters import values
from sim.policy.choosing import build_mix
from sim.region.pages import QUARTER
from sim.region.region import Run, simulate, start_run
from sim.state.promises import expected_gain

PLAN = PLANS["weihai_2018"]
QUARTERS = 8


def mix_of(name="as_written", **changes):
    return build_mix(PLAN, name, changes=changes)


def lived(mix, *, seed=1, replicate=3, quarters=QUARTERS, uncertainty="both"):
    """Return a run after some quarters."""
    run = start_run(PLAN, mix, seed=seed, replicate=replicate, uncertainty=uncertainty)
    for _ in range(quarters):
        run.step()
        run.finish()
    return run


def record(mix, **options):
    return simulate(PLAN, mix, seed=1, replicate=3, quarters=QUARTERS, **options)


@pytest.fixture(scope="module")
def none():
    return lived(mix_of("none"))


@pytest.fixture(scope="module")
def as_written():
    return lived(mix_of())


def firms_by_id(run, column):
    firms = run.state.firms
    return dict(zip(firms.id.tolist(), getattr(firms, column).tolist(), strict=True))


def test_an_instrument_that_nobody_can_take_changes_nothing():
    # No firm of the city may found a clinical centre, and no accelerator is national at all.
    idle = dataclasses.replace(
        instrument_of(PLAN, "innovation_centre_firm"),
        id="idle",
        platform_kind=("clinical_research_centre",),
    )
    plain = mix_of()
    with_idle = dataclasses.replace(plain, instruments=(*plain.instruments, idle))
    same(record(plain), record(with_idle), parameters=False)


def test_an_instrument_at_amount_zero_changes_no_life():
    without = build_mix(PLAN, "as_written", without=("innovation_centre_firm",))
    nothing = mix_of(innovation_centre_firm={"amount": 0.0})
    same(record(without), record(nothing), parameters=False)


def test_almost_all_firms_differ_only_where_policy_reached_them(none, as_written):
    ours, theirs = firms_by_id(none, "revenue"), firms_by_id(as_written, "revenue")
    differing = [i for i in ours if ours[i] != theirs.get(i)]
    bought = firms_by_id(as_written, "purchases"), firms_by_id(none, "purchases")
    seated = firms_by_id(as_written, "seated"), firms_by_id(none, "seated")
    for i in differing:
        assert bought[0][i] != bought[1][i] or seated[0][i] != seated[1][i] or _dealt(i, bought)


def _dealt(i, bought):
    """Whether a firm bought at all: with other sellers or values although as often."""
    return bought[0][i] > 0


def test_the_same_founder_has_the_same_id_and_draws_in_both_worlds(none, as_written):
    entrants = {}
    for name, run in (("none", none), ("as_written", as_written)):
        firms = run.state.firms
        new = (firms.id >> np.uint64(56) == LATENT_FOUNDER) & (firms.founded >= PLAN.start)
        entrants[name] = {
            # Who has learnt of others knows what these taught.
            int(i): (int(founded), int(field), tuple(capabilities) if outside == 0 else None)
            for i, founded, field, capabilities, outside in zip(
                firms.id[new],
                firms.founded[new],
                firms.field[new],
                firms.capabilities[new].tolist(),
                firms.outside[new],
                strict=True,
            )
        }
    shared = set(entrants["none"]) & set(entrants["as_written"])
    assert len(shared) > 500
    pairs = [(entrants["none"][i], entrants["as_written"][i]) for i in shared]
    assert all(one[:2] == other[:2] for one, other in pairs)
    untaught = [(one, other) for one, other in pairs if one[2] and other[2]]
    assert len(untaught) > 400
    assert all(one == other for one, other in untaught)


def test_organisations_that_both_worlds_found_have_the_same_id_and_quality(none, as_written):
    worlds = [
        dict(zip(t.id.tolist(), t.quality.tolist(), strict=True))
        for t in (none.state.organisations, as_written.state.organisations)
    ]
    shared = set(worlds[0]) & set(worlds[1])
    assert len(shared) > 300
    assert all(worlds[0][i] == worlds[1][i] for i in shared)


def test_ids_are_unique_in_every_table(as_written):
    state = as_written.state
    for table in (state.firms, state.organisations, state.people, state.results, state.contracts):
        assert np.unique(table.id).size == len(table), table.name


def test_two_seeds_are_two_worlds():
    first = simulate(PLAN, None, seed=1, replicate=0, quarters=2)
    second = simulate(PLAN, None, seed=2, replicate=0, quarters=2)
    assert first.trajectories["contracts"].tolist() != second.trajectories["contracts"].tolist()


@pytest.mark.parametrize("name", ["none", "as_written"])
@pytest.mark.parametrize("replicate", [0, 7])
def test_books_close_every_quarter_and_never_pay_more_than_allotted(name, replicate):
    run = start_run(PLAN, mix_of(name), seed=1, replicate=replicate)
    opening = dict.fromkeys(run.state.books.lines, 0)
    totals = {line: {"allotted": 0, "paid": 0} for line in opening}
    for _ in range(QUARTERS + 6):
        run.step()
        paid = {line: 0 for line in opening}
        for payment in run.state.books.payments:
            if payment.quarter == run.state.quarter:
                paid[payment.account.line] += payment.amount
        for line, book in run.state.books.lines.items():
            closing = book.free + book.committed
            assert book.opening == opening[line]
            assert book.opening + book.allotted == book.paid + book.lapsed + closing
            assert book.paid == paid[line]
            assert min(book.free, book.committed) >= 0
            totals[line]["allotted"] += book.allotted
            totals[line]["paid"] += book.paid
            assert totals[line]["paid"] <= totals[line]["allotted"]
            opening[line] = closing
        run.finish()


def test_spending_by_instrument_equals_spending_by_payee():
    payments = record(mix_of()).payments
    by_instrument = payments.groupby("instrument")["amount"].sum().sum()
    by_payee = payments.groupby("payee")["amount"].sum().sum()
    assert by_instrument == pytest.approx(by_payee, rel=1e-12)
    assert (payments["amount"] > 0).all()


def test_a_larger_city_fund_pays_each_instrument_at_least_as_much_in_the_first_quarter():
    paid = {}
    for share in (0.001, 0.2):
        run = start_run(
            PLAN,
            mix_of(),
            seed=1,
            uncertainty="noise",
            start={"platform_fund_share": share},
            numbers=NumberSet(values={"budget.county_share": 0.0}),
        )
        run.step()
        books = run.state.books
        due = [p for claims in books._due.values() for p in claims] + books.payments
        sums = {}
        for payment in due:
            key = (payment.account, payment.payee, payment.quarter)
            sums[key] = sums.get(key, 0) + payment.amount
        paid[share] = sums
    assert all(paid[0.2].get(key, 0) >= amount for key, amount in paid[0.001].items())
    assert sum(paid[0.2].values()) > sum(paid[0.001].values())


@pytest.mark.parametrize("name", ["none", "as_written"])
def test_each_column_is_written_by_its_owners_only(name):
    run = start_run(PLAN, mix_of(name), seed=1)
    tables = ("firms", "organisations", "people", "results", "contracts")
    for _ in range(QUARTERS):
        run.begin()
        for process, verb in QUARTER:
            before = {table: columns_of(run.state, table) for table in tables}
            run.live(process, verb)
            for table, columns in before.items():
                for column, old in columns.items():
                    now = getattr(getattr(run.state, table), column)[: len(old)]
                    if not np.array_equal(now, old):
                        owners = getattr(run.state, table).columns[column].owners
                        assert process in owners, f"{process} writes {table}.{column} of {owners}"
        run.finish()


def pulls(plan, lever):
    return any(i.lever == lever for i in (*plan.instruments, *plan.city.background))


@pytest.mark.parametrize("lever", sorted(LEVERS))
def test_every_lever_moves_some_indicator_of_some_plan(lever):
    """Each lever, pulled ten times as hard as its instruments may, moves an indicator."""
    plans = [plan for plan in PLANS.values() if pulls(plan, lever)]
    assert plans, f"no instrument of any plan or background pulls {lever}"
    # An event as rare as a national award does not come up in every replicate.
    assert any(
        _run_with_lever(plan, lever, 10.0, replicate)
        != _run_with_lever(plan, lever, 0.0, replicate)
        for replicate in range(24)
        for plan in plans
    ), f"{lever} moves nothing"


def _run_with_lever(plan, lever, factor, replicate):
    """Run with all doses on a lever multiplied; return every indicator in every quarter."""
    mix = build_mix(plan, "as_written")
    run = start_run(plan, mix, seed=1, replicate=replicate, scale=0.2)
    entries = tuple(
        dataclasses.replace(
            entry, offer=dataclasses.replace(entry.offer, dose=entry.offer.dose * factor)
        )
        if entry.offer.lever.name == lever
        else entry
        for entry in run.program.entries
    )
    run = Run(run.state, dataclasses.replace(run.program, entries=entries), run.values)
    measured = []
    for _ in range(QUARTERS + 4):
        run.step()
        measured.append([i.measure(run.state) for i in INDICATORS.values()])
        measured.append([i.real(run.state) for i in INDICATORS.values() if i.real])
        run.finish()
    return measured


def test_rd_share_stays_near_its_start_over_five_years_without_policy():
    shares = []
    for replicate in range(4):
        run = start_run(PLAN, None, seed=1, replicate=replicate, uncertainty="noise")
        firms = run.state.firms
        start = (firms.rd > 0)[firms.above_scale & firms.alive].mean()
        for _ in range(20):
            run.step()
            run.finish()
        end = (firms.rd > 0)[firms.above_scale & firms.alive].mean()
        shares.append(end - start)
    assert abs(np.mean(shares)) < 0.05


def test_a_higher_founding_grant_never_lowers_what_founders_expect():
    gains = []
    for amount in (0.0, 2.0, 20.0):
        run = start_run(
            PLAN, mix_of(innovation_centre_firm={"amount": amount}), seed=1, uncertainty="noise"
        )
        run.step()
        gains.append(expected_gain(run.state, "technology_innovation_centre", "leading_firm"))
    assert gains[0] < gains[1] < gains[2]
    assert gains[1] - gains[0] == pytest.approx(2.0 * run.state.trust["city_fund"])


def test_typed_in_figures_start_the_city():
    typed = {"incubators": 30.0, "makerspaces": 12.0, "brokers": 77.0}
    start = record(None, start=typed).start
    assert start["incubators_makerspaces"] == 42
    assert start["brokers"] == 77


def test_scaled_firms_keep_the_city_whole():
    whole = simulate(PLAN, None, seed=1, replicate=0, quarters=2, uncertainty="noise")
    fifth = simulate(PLAN, None, seed=1, replicate=0, quarters=2, uncertainty="noise", scale=0.2)
    for name in ("above_scale_firms", "contracts", "rd_to_gdp", "startups_incubated"):
        assert fifth.start[name] == pytest.approx(whole.start[name], rel=0.3), name
    assert fifth.start["brokers"] == whole.start["brokers"]


def test_values_reject_a_name_that_does_not_exist():
    with pytest.raises(ConfigError, match=r"market\.spraed"):
        values(PLAN, {}, NumberSet({"market.spraed": 0.1}))
    with pytest.raises(ConfigError, match=r"start\.brokres"):
        values(PLAN, {}, start={"brokres": 1.0})
