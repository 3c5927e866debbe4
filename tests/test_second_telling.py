"""The firm-level rules told twice: by ``sim``, and by plain agents in ``tests/reference``.

Both tellings live through the same quarters side by side and are compared after every process, so
that a failure names the process, the quarter, the column and the agent.
"""

import dataclasses
from math import isclose

import numpy as np
import pytest
from reference import founding as plain_founding
from reference import luck
from reference.city import RETOLD, PlainCity
from vectors import VECTORS

import sim
from sim.core import draws, identity
from sim.core.quarter import label
from sim.inputs.kinds import KINDS
from sim.inputs.number_set import NumberSet
from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.choosing import build_mix
from sim.processes import founding
from sim.processes.enact import publish_offers
from sim.region.pages import QUARTER
from sim.region.recorder import Recorder
from sim.region.region import HISTORY, start_run
from sim.state.ring import ring

SCALES = {"ningbo_2019": 0.02, "ningbo_315": 0.02}
SCALE = 0.05  # of the other cities
QUARTERS, A_YEAR = 5, 4
RELATIVE, ABSOLUTE = 1e-9, 1e-12
TABLES = ("firms", "organisations", "people", "talents", "projects", "results", "contracts")
SEED = 3


def start(plan, policy, uncertainty="noise", numbers=None):
    """Return a city just before its plan begins."""
    scale = SCALES.get(plan.name, SCALE)
    mix = build_mix(plan, policy)
    words = {"numbers": NumberSet(values=numbers or {})}
    return start_run(plan, mix, seed=SEED, uncertainty=uncertainty, scale=scale, **words)


def close(one, other):
    return isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def columns_that_differ(name, first, second):
    """Yield what differs between two tables: column, who, and both values."""
    if len(first) != len(second):
        yield f"{name}: {len(first)} rows, told plainly {len(second)}"
        return
    for column in first.columns:
        one, other = getattr(first, column), getattr(second, column)
        same = one == other
        if np.issubdtype(one.dtype, np.floating):
            same |= np.isclose(one, other, rtol=RELATIVE, atol=ABSOLUTE)
        for at in np.argwhere(~same)[:1]:
            where = tuple(at.tolist())
            yield (
                f"{name}.{column} of row {where[0]}, id {first.id[where[0]]}: "
                f"{one[where]}, told plainly {other[where]}"
            )


def sums_that_differ(name, first, second):
    """Yield the declared numbers that differ; one that was never counted is 0."""
    one, other = dict(first.flat()), dict(second.flat())
    for key in one.keys() | other.keys():
        here, told = one.get(key, 0.0), other.get(key, 0.0)
        if not close(here, told):
            yield f"{name}.{key}: {here}, told plainly {told}"


def differences(first, second):
    """Yield all that differs between two states."""
    for name in TABLES:
        yield from columns_that_differ(name, getattr(first, name), getattr(second, name))
    for name in ("flows", "totals", "norms"):
        yield from sums_that_differ(name, getattr(first, name), getattr(second, name))
    if not close(first.gdp, second.gdp):
        yield f"gdp: {first.gdp}, told plainly {second.gdp}"
    for field in dataclasses.fields(first.matches):
        one, other = getattr(first.matches, field.name), getattr(second.matches, field.name)
        if one.shape != other.shape or not np.allclose(one, other, rtol=RELATIVE):
            yield f"matches.{field.name}: {one}, told plainly {other}"
    if first.trust != second.trust:
        yield f"trust: {first.trust}, told plainly {second.trust}"
    if (claimed := claims_of(first)) != (told := claims_of(second)):
        yield f"claims: {claimed}, told plainly {told}"
    for name in ("lines", "payments", "_due"):
        if getattr(first.books, name) != getattr(second.books, name):
            yield f"books.{name} differ"


def claims_of(state):
    """Return what is claimed: by whom, how much, and before whom."""
    return [
        (c.offer.account.name, c.payee, c.rows.tolist(), c.amounts.tolist(), c.merit.tolist())
        for c in state.claims
    ]


def live_side_by_side(run, city, quarters=QUARTERS):
    """Live through quarters in both tellings, as long as they agree.

    Returns:
        Process, quarter and what differs, or None; and the recorders of both.
    """
    measured = Recorder(city.recorder.plan), city.recorder
    for _ in range(quarters):
        run.begin()
        city.run.begin()
        for name, process in QUARTER:
            run.live(name, process)
            city.live(name, process)
            found = list(differences(run.state, city.run.state))
            if found:
                return f"{name} in {label(run.state.quarter)}: {'; '.join(found[:4])}", None
        for recorder, told in zip(measured, (run, city.run), strict=True):
            recorder.note_quarter(told.state)
            told.finish()
    return None, measured


def assert_same_trajectories(first, second, quarters=QUARTERS):
    """Compare what two recorders measured, counts and the real activity beside them."""
    assert len(first.rows) == len(second.rows) == quarters
    for one, other in zip(first.rows + first.real, second.rows + second.real, strict=True):
        assert one == pytest.approx(other, rel=RELATIVE, abs=ABSOLUTE, nan_ok=True)


@pytest.mark.parametrize(("policy", "uncertainty"), [("none", "noise"), ("as_written", "both")])
@pytest.mark.parametrize("name", plan_names())
def test_both_tellings_agree_on_every_number_of_every_process(name, policy, uncertainty):
    plan = load_plan(name)
    run, other = (start(plan, policy, uncertainty) for _ in range(2))
    quarters = QUARTERS if policy == "as_written" else A_YEAR
    found, measured = live_side_by_side(run, PlainCity(other, plan), quarters)
    assert found is None, found
    assert_same_trajectories(*measured, quarters)


@pytest.mark.parametrize("policy", ["none", "as_written"])
def test_both_tellings_expect_as_many_foundings_of_every_kind(policy):
    plan = load_plan("weihai_2018")
    run, other = (start(plan, policy) for _ in range(2))
    city = PlainCity(other, plan)
    for told in (run, other):
        publish_offers(told.state, told.program)
    city.read()
    expected = founding.expected_foundings(run.state, city.parameters["founding"])
    told = plain_founding.expected_foundings(city, city.parameters["founding"])
    assert expected.max() > 1.0
    assert told == pytest.approx(dict(zip(KINDS, expected, strict=True)), rel=RELATIVE)


def test_both_tellings_agree_in_a_city_of_extremes():
    # What hardly happens otherwise: platforms open at once, most close, coached firms start R&D.
    known = {f"kind.{kind}.building": 0 for kind in KINDS}
    known |= {"evaluation.worst": 0.6, "evaluation.closes_after": 1}
    known |= {"research.coaching": 1000.0, "market.spread": 0.0}
    plan = load_plan("ningbo_315")
    run, other = (start(plan, "as_written", numbers=known) for _ in range(2))
    found, _ = live_side_by_side(run, PlainCity(other, plan))
    assert found is None, found
    happened = {flow for flows in run.state.history[HISTORY:] for flow, _ in flows.flat()}
    assert happened >= {"closed_platforms", "coached_into_rd", "founded joint_rd_unit"}


# What each process of the plain telling is told otherwise: a parameter, and by which ratio.
OTHERWISE = {
    "research": ("adjustment", 1.01),
    "subsidy_response": ("relabelled", 1.01),
    "meeting": ("chance", 1.5),
    "contract": ("close", 0.5),
    "founding": ("approval", 0.5),
    "learning": ("fades", 0.5),
    "incubation": ("leave", 3.0),
    "market": ("youth", 1.01),
    "demography": ("considers", 0.5),
    "accreditation": ("apply", 0.5),
    "evaluation": ("best", 0.5),
    "accounts": ("reserve", 1.01),
    "settle": ("kept_trust", 0.5),
}


@pytest.mark.parametrize("process", RETOLD)
def test_a_rule_told_otherwise_is_found_out_in_its_own_process(process):
    # Of the plans only this one subsidises R&D.
    plan = load_plan("ningbo_315" if process == "subsidy_response" else "weihai_2018")
    run, other = (start(plan, "as_written") for _ in range(2))
    city = PlainCity(other, plan)
    name, ratio = OTHERWISE[process]
    told = city.parameters[process]
    city.parameters[process] = dataclasses.replace(told, **{name: ratio * getattr(told, name)})
    found, _ = live_side_by_side(run, city)
    assert found is not None
    assert found.startswith(f"{process} in ")


@pytest.mark.filterwarnings("ignore:population.scale")
def test_the_plain_city_has_the_trajectories_of_the_region():
    plan = load_plan("jiangyin_2025")
    region = sim.Region(plan, "as_written", seed=SEED, scale=SCALE)
    city = PlainCity(start(plan, "as_written"), plan)
    for _ in range(QUARTERS):
        region.step()
        city.step()
    assert_same_trajectories(region.recorder, city.recorder)


@pytest.mark.parametrize(("counter", "key", "words"), VECTORS)
def test_the_plain_philox_matches_published_vectors(counter, key, words):
    assert luck.philox(counter, luck.round_keys(key)) == words


def test_plain_draws_and_ids_are_those_of_the_model():
    ids = identity.plain(identity.INCUMBENT_FIRM, 7, np.arange(40))
    plain = [luck.plain_id(identity.INCUMBENT_FIRM, 7, number) for number in range(40)]
    assert ids.tolist() == plain
    mixed = identity.mixed(identity.CONTRACT, ids, 8076, 1 << 20)
    assert mixed.tolist() == [
        luck.descending_id(identity.CONTRACT, one, 8076, 1 << 20) for one in plain
    ]
    at, told = draws.Draws(5, 2).at("market", 8076), luck.Luck(5, 2)
    for slot in (0, 1, 6, 63, 1 << 30):
        expected = at.uniform(ids, slot)
        assert [told.uniform("market", 8076, one, slot) for one in plain] == expected.tolist()
        assert [told.normal("market", 8076, one, slot) for one in plain] == at.normal(
            ids, slot
        ).tolist()


def test_a_plain_ring_finds_whom_the_model_finds():
    ids, rows = identity.plain(identity.RESULT, 1, np.arange(60)), np.arange(60)
    groups, at = rows % 7, draws.Draws(5, 2).at("meeting", 8076)
    laid, plain = ring(at, ids, rows, groups, slot=3), luck.Ring()
    for row, place in enumerate(at.uniform(ids, 3).tolist()):
        plain.lay(place, row, row % 7)
    plain.close()
    pointers = at.uniform(identity.plain(identity.PERSON, np.arange(200)))
    wanted = np.arange(200) % 9  # two groups are empty
    found = [plain.pick(u, g) for u, g in zip(pointers.tolist(), wanted.tolist(), strict=True)]
    assert [-1 if row is None else row for row in found] == laid.pick(pointers, wanted).tolist()


def test_columns_that_differ_names_column_and_agent():
    first, second = (start(load_plan("jiangyin_2025"), "none").state.firms for _ in range(2))
    assert list(columns_that_differ("firms", first, second)) == []
    second.revenue[4] *= 1 + 1e-8
    second.patents[5] += 1
    found = list(columns_that_differ("firms", first, second))
    assert len(found) == 2
    assert any(f"firms.revenue of row 4, id {first.id[4]}" in text for text in found)
    assert any("firms.patents of row 5" in text for text in found)
