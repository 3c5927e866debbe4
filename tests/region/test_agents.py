"""A city as a Mesa model: what its users do with one works, or they are told what to do instead."""

import copy
import pickle
import subprocess
import sys

import mesa
import numpy as np
import pandas as pd
import pytest

import sim
from sim.core.errors import ConfigError, SimError
from sim.core.quarter import label
from sim.state.columns import CLOSED

SMALL = {"policy": "as_written", "scale": 0.1}


def small(seed=1, **others):
    return sim.Region("weihai_2018", seed=seed, **SMALL | others)


@pytest.fixture(scope="module")
def fresh():
    """A city that no test steps."""
    return small()


@pytest.fixture(scope="module")
def year():
    """A city that has lived a year, with what was seen of it at the start."""
    region = small()
    before = region.agents
    firms = before.select(agent_type=sim.Firm)
    kept = {"all": before, "firms": firms, "ids": [firm.unique_id for firm in firms]}
    kept["held"] = list(firms)
    for _ in range(4):
        region.step()
    return region, kept


def bytes_of(region):
    """Return all numbers of a city."""
    state = region.state
    tables = (state.firms, state.organisations, state.people, state.contracts, state.projects)
    columns = {f"{t.name}.{n}": getattr(t, n).tobytes() for t in tables for n in t.columns}
    return columns | {"fund": state.fund, "paid": len(state.books.payments)}


# Who is there


def test_agents_stand_by_type_and_together_are_all(fresh):
    by_type = fresh.agents_by_type
    assert list(by_type) == fresh.agent_types
    assert {sim.Firm, sim.University, sim.Institute, sim.Incubator} <= set(by_type)
    assert sum(map(len, by_type.values())) == len(fresh.agents) > 100
    assert all(type(agent) is kind for kind, own in by_type.items() for agent in own)
    assert len(by_type[sim.Firm]) == fresh.state.firms.alive.sum()


def test_an_agent_is_the_same_object_while_it_lives(year):
    region, kept = year
    now = {firm.unique_id: firm for firm in region.agents_by_type[sim.Firm]}
    stayed = [firm for firm in kept["held"] if firm.unique_id in now]
    assert 0 < len(stayed) < len(kept["held"])
    assert all(now[firm.unique_id] is firm for firm in stayed)
    assert not set(now) <= set(kept["ids"])


def test_a_set_that_is_kept_holds_those_still_there(year):
    region, kept = year
    del kept["held"]
    left = {firm.unique_id for firm in kept["firms"]}
    assert left == set(kept["ids"]) & {firm.unique_id for firm in region.agents}
    assert 0 < len(left) < len(kept["ids"])
    state = region.state
    assert len(kept["all"].select(lambda agent: agent.status == CLOSED)) == 0
    assert len(region.agents_by_type[sim.Firm]) == state.firms.alive.sum()


def test_what_mesa_asks_of_a_set_is_answered(fresh):
    firms = fresh.agents_by_type[sim.Firm]
    revenue = fresh.state.firms.revenue[fresh.state.firms.alive]
    assert firms.agg("revenue", sum) == pytest.approx(revenue.sum())
    assert sorted(firms.get("revenue")) == sorted(revenue.tolist())
    assert len(firms.select(lambda firm: firm.high_tech, at_most=3)) == 3
    (largest, *_) = firms.sort("revenue")
    assert largest.revenue == revenue.max()
    assert set(firms.shuffle()) == set(firms)
    districts = fresh.agents.groupby("district").count()
    assert sum(districts.values()) == len(fresh.agents)
    assert set(firms.map(lambda firm: firm.id)) == {firm.unique_id for firm in firms}


# One of them


def test_columns_are_attributes_that_can_be_listed(fresh):
    firm = next(iter(fresh.agents_by_type[sim.Firm]))
    assert set(fresh.state.firms.columns) < set(dir(firm))
    assert "high_tech" in dir(firm)
    assert repr(firm).startswith("Firm(")
    assert f"revenue={firm.revenue}" in repr(firm)
    assert (firm.model, firm.unique_id, firm.pos) == (fresh, firm.id, None)
    with pytest.raises(AttributeError, match="Firm has no attribute 'revenu'"):
        _ = firm.revenu


def test_what_only_others_have_is_none(fresh):
    university = next(iter(fresh.agents_by_type[sim.University]))
    assert (university.revenue, university.high_tech) == (None, None)
    firm = next(iter(fresh.agents_by_type[sim.Firm]))
    assert (firm.kind_name, firm.seats) == (None, None)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda region, firm: setattr(firm, "revenue", 1), "Firm.revenue can be read only"),
        (lambda region, firm: setattr(firm, "tag", 1), "Firm.tag can be read only"),
        (lambda region, firm: region.agents.set("revenue", 1.0), "can be read only"),
        (lambda region, firm: delattr(firm, "revenue"), "Firm.revenue can be read only"),
        (lambda region, firm: delattr(firm, "row"), "Firm.row can be read only"),
        (lambda region, firm: setattr(region, "agents", []), "Region.agents can be read only"),
        (lambda region, firm: region.agents.add(firm), "but in a list"),
        (lambda region, firm: region.agents.remove(firm), "but in a list"),
        (lambda region, firm: region.agents.discard(firm), "but in a list"),
        (lambda region, firm: region.agents_by_type[sim.Firm].clear(), "but in a list"),
        (lambda region, firm: region.agents.select(at_most=3).pop(), "but in a list"),
        (lambda region, firm: firm.remove(), "no agent is removed"),
        (lambda region, firm: region.agents.do("remove"), "no agent is removed"),
        (lambda region, firm: region.remove_all_agents(), "no agent is removed"),
        (lambda region, firm: region.deregister_agent(firm), "no agent is removed"),
        (lambda region, firm: region.register_agent(firm), "no agent is added"),
        (lambda region, firm: sim.Firm(region), "no agent is added"),
        (lambda region, firm: sim.Firm.create_agents(region, 3, revenue=1.0), "no agent is added"),
        (lambda region, firm: firm.step(), r"call step\(\) of the Region"),
        (lambda region, firm: region.agents.shuffle_do("step"), r"call step\(\) of the Region"),
        (lambda region, firm: firm.advance(), r"call step\(\) of the Region"),
        (lambda region, firm: region.reset_rng(5), "seed= of sim.Region"),
        (lambda region, firm: region.reset_randomizer(5), "seed= of sim.Region"),
    ],
)
def test_what_would_change_a_city_from_outside_is_refused(fresh, act, words):
    before, firm = bytes_of(fresh), next(iter(fresh.agents_by_type[sim.Firm]))
    with pytest.raises((AttributeError, SimError), match=words):
        act(fresh, firm)
    assert bytes_of(fresh) == before
    assert firm in fresh.agents


# What is collected


def test_the_start_is_collected_and_then_each_quarter(year):
    region, _ = year
    collected = region.datacollector.get_model_vars_dataframe()
    assert len(collected) == 5
    assert collected.loc[0].to_dict() == pytest.approx(region.recorder.start)
    assert collected.iloc[-1].to_dict() == pytest.approx(region.indicators)


def test_reporters_may_be_names(fresh):
    collector = mesa.DataCollector(
        model_reporters={"steps": "steps"},
        agent_reporters={"revenue": "revenue", "kind": "kind_name"},
        agenttype_reporters={sim.Firm: {"rd": "rd"}, sim.Institute: {"level": "level_name"}},
    )
    collector.collect(fresh)
    agents = collector.get_agent_vars_dataframe()
    assert len(agents) == len(fresh.agents)
    firms = fresh.state.firms
    assert agents["revenue"].sum() == pytest.approx(firms.revenue[firms.alive].sum())
    assert (agents["kind"] == "university").sum() == len(fresh.agents_by_type[sim.University])
    by_type = collector.get_agenttype_vars_dataframe(sim.Firm)
    assert by_type["rd"].sum() == pytest.approx(firms.rd[firms.alive].sum())
    institutes = collector.get_agenttype_vars_dataframe(sim.Institute)
    assert len(institutes) == len(fresh.agents_by_type[sim.Institute])
    assert collector.get_model_vars_dataframe()["steps"].tolist() == [0]


def test_mesas_batch_run_runs_to_the_end_of_the_plan():
    rows = pd.DataFrame(
        mesa.batch_run(
            sim.Region,
            parameters={"policy": ["none", "as_written"], "scale": 0.1},
            rng=[np.int64(1), 2],
            number_processes=1,
            display_progress=False,
            max_steps=100,
        )
    )
    assert rows.groupby("policy").size().to_dict() == {"none": 2, "as_written": 2}
    assert set(rows["Step"]) == {8}


# Time


def test_a_run_ends_with_the_plan_and_a_step_beyond_is_told():
    region = small(policy="none")
    assert (region.running, region.steps, region.time) == (True, 0, 0.0)
    region.run_model()
    assert (region.running, region.steps, region.time) == (False, 8, 8.0)
    assert label(region.state.quarter - 1) == "2020Q4"
    before = bytes_of(region)
    beyond = (region.step, region.step, lambda: region.run_for(3), lambda: region.run_until(20))
    for on in beyond:
        with pytest.raises(SimError, match=r"weihai_2018 ends with 2020Q4, at time 8: .* after=N"):
            on()
        assert (region.steps, region.time) == (8, 8.0)
    assert bytes_of(region) == before


def test_time_that_is_too_long_is_refused_before_anything_happens(fresh):
    before = bytes_of(fresh)
    with pytest.raises(SimError, match="there is no time 9"):
        fresh.run_for(9)
    assert (fresh.steps, fresh.time, fresh.running) == (0, 0.0, True)
    assert bytes_of(fresh) == before


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda region: pickle.loads(pickle.dumps(region))]
)
def test_a_copy_goes_on_as_the_original_would(copied):
    region = small()
    region.step()
    assert len(region.agents) > 0
    other = copied(region)
    assert bytes_of(other) == bytes_of(region)
    before = bytes_of(region)
    for _ in range(3):
        other.step()
    assert bytes_of(region) == before
    for _ in range(3):
        region.step()
    assert bytes_of(other) == bytes_of(region)
    assert other.indicators == region.indicators
    collected = [each.datacollector.get_model_vars_dataframe() for each in (region, other)]
    pd.testing.assert_frame_equal(*collected)
    firm = next(iter(other.agents_by_type[sim.Firm]))
    assert firm.model is other
    assert firm.table is other.state.firms


# Seeds


@pytest.mark.parametrize("seed", [np.int64(3), np.uint8(3), 3])
def test_whole_numbers_of_numpy_are_seeds(seed):
    region = small(seed=seed, policy="none")
    assert bytes_of(region) == bytes_of(small(seed=3, policy="none"))


def test_the_largest_seed_is_one():
    assert len(small(seed=2**64 - 1).agents) > 0


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        (2**64, "seed = 18446744073709551616: a whole number from 0 to 18446744073709551615"),
        (-1, "seed = -1: a whole number from 0"),
        ("3", "seed = '3': a whole number .* without quotes"),
        (1.0, "seed = 1.0"),
        (True, "seed = True"),
        (None, "seed = None"),
    ],
)
def test_what_is_no_seed_is_told_with_what_is(seed, words):
    with pytest.raises(ConfigError, match=words):
        small(seed=seed)
    if seed is not None:
        with pytest.raises(ConfigError, match=words):
            sim.run("weihai_2018", seed=seed)


def test_a_seed_is_said_once():
    with pytest.raises(ConfigError, match="seed=1 and rng=2 say the same; give one"):
        small(rng=2)


def test_whole_numbers_of_numpy_say_how_much_is_run():
    words = {"seed": np.int32(2), "quarters": np.int8(1), "scale": np.float32(0.1)}
    own = sim.run("weihai_2018", replicates=np.int64(2), workers=np.int16(1), **words)
    plain = sim.run("weihai_2018", replicates=2, seed=2, quarters=1, scale=0.1, workers=1)
    pd.testing.assert_frame_equal(own.attainment(), plain.attainment())


def test_who_does_not_ask_for_it_does_not_load_mesa():
    code = "import sys, sim, sim.region.region; print('mesa' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
