"""Results on their way: time, help as far as places go, worth to a buyer, firms of their own."""

from types import SimpleNamespace

import numpy as np
import pytest
from world import (
    START,
    add_bodies,
    add_firms,
    add_platforms,
    add_results,
    next_quarter,
    spread,
    tiny,
)

from sim.inputs.codes import KIND_CODE
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.processes import contract, maturation
from sim.processes.maturation import CONCEPT, PILOT, PROTOTYPE, READY, Parameters
from sim.region.region import start_run
from sim.state.state import Matches

# Every result needs four years: one as a concept, two as a prototype, one as a pilot.
EVEN = {"median": 4.0, "spread": 0.8, "concept_share": 0.25, "prototype_share": 0.5}


def laboratory(number, *, found=START - 1, seed=1, **stock):
    """Return a tiny city with a university and open results."""
    state = tiny(seed=seed, **stock)
    add_bodies(state, "university", 1, researchers=100.0)
    add_results(state, 0, number, found=found, field=25)
    return state


def values(p):
    return SimpleNamespace(of=lambda name: p)


@pytest.mark.parametrize(
    ("years", "stage"),
    [(0.0, CONCEPT), (0.9, CONCEPT), (1.0, PROTOTYPE), (3.0, PILOT), (3.9, PILOT), (4.0, READY)],
)
def test_stages_by_time(years, stage):
    assert maturation.stage_after(np.array([years]), np.array([4.0]), Parameters(**EVEN)) == stage


def test_half_of_the_results_are_ready_after_the_median():
    state = laboratory(4000, found=START - 16)
    maturation.mature(state, Parameters(**EVEN))
    ready = (state.results.open & (state.results.stage == READY)).mean()
    assert ready == pytest.approx(0.5, abs=spread(0.5, 4000))


def test_worth_of_what_is_not_ready_and_of_what_was_piloted():
    p = Parameters(discount=0.1, succeeds=0.3, succeeds_piloted=0.5, foreseen=0.5)
    stage = np.array([CONCEPT, PILOT, READY, READY])
    piloted = np.array([False, False, False, True])
    # 0.9 for each of three steps, for one, for none; half of 0.5 / 0.3 - 1 is foreseen.
    assert maturation.worth(stage, piloted, p) == pytest.approx([0.729, 0.9, 1.0, 4 / 3])


def test_without_platforms_nobody_is_helped():
    state = laboratory(100, found=START - 14)
    maturation.mature(state, Parameters())
    results = state.results
    assert not results.validated.any()
    assert not results.piloted.any()
    assert not results.spin_off.any()
    assert set(results.success.tolist()) == {0.3}
    assert len(state.firms) == 0


def test_platforms_help_as_many_as_they_have_places():
    p = Parameters(concept_places=10, pilot_places=20, spread=0.8)
    state = laboratory(300, found=START - 1)
    add_platforms(state, "proof_of_concept_centre", 2)
    helped = []
    for _ in range(4):
        maturation.mature(state, p)
        helped.append(state.flows.helped[KIND_CODE["proof_of_concept_centre"]])
        next_quarter(state)
    assert helped == [5.0] * 4
    assert state.results.validated.sum() == 20
    assert state.organisations.cases.sum() == 20
    assert state.flows.helped[KIND_CODE["pilot_platform"]] == 0


def test_a_fraction_of_a_place_is_carried_along():
    state = laboratory(300)
    add_platforms(state, "proof_of_concept_centre", 1)
    for _ in range(8):
        maturation.mature(state, Parameters(concept_places=13))
        next_quarter(state)
    assert state.results.validated.sum() == 26


def test_more_platforms_help_a_superset():
    before = set()
    for number in (0, 1, 3, 9):
        state = laboratory(200)
        add_platforms(state, "proof_of_concept_centre", number)
        maturation.mature(state, Parameters(concept_places=40))
        seen = set(state.results.id[state.results.validated].tolist())
        assert before <= seen
        assert len(seen) == 10 * number
        before = seen


def test_results_and_projects_share_the_places_of_pilot_platforms():
    state = laboratory(2000, found=START - 14)
    add_platforms(state, "pilot_platform", 4)
    waiting = 2000.0
    state.results.stage[:] = PILOT
    state.totals.pilot_projects = 3 * waiting  # three projects ask for each result
    maturation._help(state, Parameters(pilot_places=40), np.arange(2000), "pilot_platform", PILOT)
    assert state.totals.pilot_share == 40 / 8000
    assert state.results.piloted.sum() == 10  # a quarter of the quarter's forty places
    assert state.organisations.cases.sum() == 10


@pytest.mark.parametrize("name", ["jiangyin_2025", "ningbo_2019"])
def test_no_more_is_piloted_than_pilot_platforms_have_places(name):
    plan = load_plan(name)
    scale = 1.0 if name == "jiangyin_2025" else 0.3
    run = start_run(plan, build_mix(plan, "as_written"), seed=2, uncertainty="noise", scale=scale)
    p, code = run.values.of(Parameters), KIND_CODE["pilot_platform"]
    tested = places = 0.0
    for _ in range(8):
        places += maturation.yearly_places(run.state, p, "pilot_platform") / 4
        run.step()
        tested += run.state.flows.helped[code]
        run.finish()
    # Where a row stands for several projects the last of a quarter may take more than is left.
    assert tested <= places + (scale < 1) * 4 * np.sqrt(8) / scale
    assert tested > 0.5 * places


def test_only_results_at_the_pilot_stage_are_piloted():
    state = laboratory(400, found=START - 13)
    add_platforms(state, "pilot_platform", 4)
    maturation.mature(state, Parameters(pilot_places=40))
    results = state.results
    assert results.piloted.sum() == 40
    assert (results.stage[results.piloted] == PILOT).all()
    assert (results.success[results.piloted] == 0.5).all()
    assert (
        results.worth[results.piloted]
        > results.worth[~results.piloted & (results.stage == PILOT)][0]
    ).all()


def test_the_route_is_that_of_the_centre():
    p = Parameters(own_firm=0.15, own_firm_centre=0.84, concept_places=40)
    assert maturation.route_share(p) == pytest.approx(0.69 / 0.85)
    assert maturation.route_share(Parameters(own_firm=0.25, own_firm_centre=0.25)) == 0.0
    state = laboratory(4000)
    add_platforms(state, "proof_of_concept_centre", 200)
    maturation.mature(state, p)
    seen = state.results.validated
    share = state.results.spin_off[seen].mean()
    assert share == pytest.approx(0.812, abs=spread(0.812, int(seen.sum())))
    assert not state.results.spin_off[~seen].any()


def sell(state, number):
    """Let a firm meet the first results and sign whatever it meets."""
    rows = np.arange(number)
    firm = add_firms(state, 1, rd=5.0, rd_stock=100.0)[0]
    state.matches = Matches(rows, np.full(number, firm), np.full(number, -1), np.ones(number))
    eager = contract.Parameters(close=0.7, gain=8.0, noise=0.2, transaction_cost=0.01, risk=0.0)
    contract.agree(state, eager)


def test_the_route_changes_not_the_rate():
    sold = []
    for centres in (0, 50):
        state = laboratory(400)
        add_platforms(state, "proof_of_concept_centre", centres)
        maturation.mature(state, Parameters(concept_places=40))
        sell(state, 400)
        sold.append(state.results.id[state.results.sold == START].tolist())
        next_quarter(state)
        maturation.mature(state, Parameters(concept_places=40))
    assert sold[0] == sold[1]
    assert len(sold[0]) > 200
    assert state.flows.spin_offs == ((state.firms.origin >= 0) & state.firms.alive).sum()
    expected = (state.results.spin_off & (state.results.sold == START)).sum()
    assert state.flows.spin_offs == expected > 100
    new = state.firms.origin >= 0
    assert (state.firms.founded[new] == START + 1).all()
    assert (state.firms.capabilities[new][:, :3] == -1).all()  # its result's, which has none here
    assert np.unique(state.firms.id).size == len(state.firms)
    # What goes into firms of their own is not the partner's.
    used = (state.results.sold == START) & ~state.results.spin_off
    assert state.firms.absorbed.sum() == pytest.approx(state.results.value[used].sum())


def test_a_row_that_stands_for_many_firms_is_founded_by_lot():
    state = laboratory(1000)
    state.scale = 1 / 10.0
    state.results.spin_off[:] = True
    state.results.sold[:] = START - 1
    maturation.mature(state, Parameters())
    assert state.flows.spin_offs / 1000 == pytest.approx(1.0, abs=10 * spread(0.1, 1000))


def test_the_same_result_founds_the_same_firm_in_two_worlds():
    ids = []
    for others in (0, 50):
        state = laboratory(10)
        add_firms(state, others)
        state.results.spin_off[:5] = True
        state.results.sold[:5] = START - 1
        maturation.mature(state, Parameters())
        ids.append(state.firms.id[state.firms.origin >= 0].tolist())
    assert ids[0] == ids[1]
    assert len(ids[0]) == 5


def test_a_city_begins_in_flow():
    p = Parameters(**EVEN, concept_places=40, pilot_places=20)
    state = tiny()
    add_bodies(state, "university", 1)
    for back in range(40):
        for row in add_results(state, 0, 10, found=START - back).tolist():
            state.results.id[row] += np.uint64(100_000 * back)
    add_platforms(state, "pilot_platform", 1)
    maturation.begin(state, values(p))
    results = state.results
    at_pilot = results.stage == PILOT
    share = results.piloted[results.stage >= PILOT].mean()
    # 20 places a year for those who pass the stage in one year at the median.
    assert share == pytest.approx(min(1, 20 / at_pilot.sum()), abs=0.1)
    assert not results.piloted[results.stage < PILOT].any()
    assert not results.validated.any()


def test_buyers_of_better_results_are_likelier_to_sign_and_products_follow():
    signed, products = [], []
    for success in (0.3, 0.5):
        state = laboratory(2000)
        state.results.worth[:] = 1.0
        state.results.success[:] = success
        sell(state, 2000)
        signed.append(state.flows.transfers)
        products.append(state.last_year(lambda flows: flows.products_of_transfers))
    assert signed[0] == signed[1]
    assert products[0] / signed[0] == pytest.approx(0.3, abs=spread(0.3, int(signed[0])))
    assert products[1] > products[0]
