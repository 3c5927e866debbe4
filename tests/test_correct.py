"""A change of the mix at mid-term: in force from its quarter on, and what is said of it."""

from dataclasses import replace

import correct
import numpy as np
import pandas as pd
import pytest
import yaml
from evaluation import Evaluator, wanted
from plans import same
from studies import stand_in
from toy import toy

from sim.design import Fork
from sim.errors import ConfigError
from sim.parameters import Values, values
from sim.plan import load_plan
from sim.policy import build_mix
from sim.quarter import label, parse
from sim.region import live_out, start_city
from sim.settings import Settings

PLAN = load_plan("weihai_2018")
WRITTEN = build_mix(PLAN, "as_written")
AT = PLAN.start + 3  # 2019Q4
TRIPLED = {i.id: 3.0 for i in PLAN.instruments}


def test_a_mix_changed_to_itself_is_itself_and_a_changed_one_differs_only_afterwards():
    start = start_city(PLAN, seed=1, replicate=1, scale=0.05)
    before = live_out(start, WRITTEN, 6)
    twice = correct.changed(PLAN, WRITTEN, dict.fromkeys(TRIPLED, 1.0), AT + 1, "same")
    same(before, live_out(start, twice, 6))
    after = live_out(start, correct.changed(PLAN, WRITTEN, TRIPLED, AT + 1, "more"), 6)
    until = AT + 1 - PLAN.start
    for name, path in before.trajectories.items():
        assert np.array_equal(path[:until], after.trajectories[name][:until]), name
    earlier = before.payments[before.payments["quarter"] <= label(AT)]
    kept = after.payments[after.payments["quarter"] <= label(AT)]
    assert earlier.reset_index(drop=True).equals(kept.reset_index(drop=True))
    assert any(
        not np.array_equal(path, after.trajectories[name])
        for name, path in before.trajectories.items()
    )


def test_the_futures_of_one_run_share_its_state_and_its_parameters_and_then_part():
    settings = Settings(replicates=4, workers=1, scale=0.05, quarters=6)
    own = records(settings)[2]
    futures = records(replace(settings, fork=Fork(2, AT)))
    until = AT + 1 - PLAN.start
    for replicate, future in enumerate(futures):
        assert future.replicate == replicate
        assert future.parameters == own.parameters
        for name, path in own.trajectories.items():
            assert np.array_equal(path[:until], future.trajectories[name][:until]), name
        earlier = future.payments[future.payments["quarter"] <= label(AT)]
        before = own.payments[own.payments["quarter"] <= label(AT)]
        assert earlier.reset_index(drop=True).equals(before.reset_index(drop=True))
    same(own, futures[2])
    assert len({future.trajectories["contract_turnover"][-1] for future in futures}) == 4


def records(settings):
    """Return the records of the plan as written, replicate by replicate."""
    return [
        live_out(
            start_city(PLAN, seed=1, replicate=replicate, scale=settings.scale, fork=settings.fork),
            WRITTEN,
            settings.quarters,
        )
        for replicate in range(settings.replicates)
    ]


def test_what_a_mix_lacked_comes_from_the_quarter_on_and_what_has_ended_stays_ended():
    ladder = build_mix(PLAN, "ladder")
    own = {i.id for i in ladder.instruments}
    found = correct.changed(PLAN, ladder, TRIPLED, AT + 1, "more")
    for instrument in found.instruments:
        if instrument.id in own:
            assert instrument.phases[0] == (instrument.start, AT, 1.0)
            assert instrument.phases[1] == (AT + 1, instrument.end, 3.0)
        else:
            assert (instrument.start, instrument.scale) == (AT + 1, 3.0)
    over = replace(WRITTEN, instruments=(replace(WRITTEN.instruments[0], end=AT),))
    assert correct.changed(PLAN, over, TRIPLED, AT + 1, "x").instruments[0].scale == 1.0
    with pytest.raises(ConfigError, match="changes in 2020Q1 already"):
        correct.changed(PLAN, found, TRIPLED, AT + 2, "again")


def test_a_corrected_mix_is_what_its_file_says():
    found = correct.changed(PLAN, build_mix(PLAN, "ladder"), TRIPLED, AT + 1, "more")
    tree = yaml.safe_load(yaml.safe_dump(correct.tree_of(PLAN, found, "more")))
    assert build_mix(PLAN, tree) == found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"later_start": "2020Q1"}, "later_start and later_scale go together"),
        ({"later_start": "2019Q1", "later_scale": 2.0}, "must lie after its start 2019Q1"),
        ({"later_start": "2020Q1", "later_scale": -1.0}, "later_scale: an amount from 0 on"),
    ],
)
def test_a_later_multiple_needs_a_quarter_within_the_window(change, said):
    with pytest.raises(ConfigError, match=said):
        build_mix(PLAN, "as_written", changes={PLAN.instruments[0].id: change})


@pytest.fixture
def tried(monkeypatch, tmp_path):
    stand_in(monkeypatch, toy)
    evaluate = Evaluator(
        plan=PLAN, settings=Settings(replicates=9, workers=1), folder=tmp_path / "evaluations"
    )
    return evaluate.outcomes(correct.candidates(PLAN, build_mix(PLAN, "ladder"), AT + 1))


def test_the_nearest_third_of_the_futures_counts(tried):
    everything, _ = correct.near(tried[0], label(AT), {})
    assert len(everything) == 9
    there = tried[0].paths[:, AT - PLAN.start, tried[0].columns(wanted(PLAN, "brokers"))[0]]
    rows, remarks = correct.near(tried[0], label(AT), {"brokers": float(there.max())})
    assert set(rows) == set(np.argsort(there)[-3:])
    assert not remarks
    _, remarks = correct.near(tried[0], label(AT), {"brokers": 1e6})
    assert "brokers = 1e+06 lies outside all futures" in remarks[0]


def test_extra_outlay_is_paired_and_the_cheapest_that_works_is_chosen(tried):
    targets = wanted(PLAN, "brokers")
    rows = correct.table(tried, targets, np.arange(9)).set_index("change")
    assert rows.loc["unchanged", "extra_outlay"] == 0
    twice, thrice = (rows.loc[f"ladder x{t}", "extra_outlay"] for t in (2, 3))
    assert thrice == pytest.approx(2 * twice)
    assert rows.loc["all x3", "probability"] >= rows.loc["ladder x3", "probability"]
    told = pd.DataFrame(
        {
            "change": ["unchanged", "a", "b", "c", correct.EARLIER],
            "probability": [0.1, 0.9, 0.9, 0.95, 1.0],
            "extra_outlay": [0.0, 7.0, 5.0, 1.0, 0.5],
            "works": [True, True, True, False, True],
        }
    )
    assert correct.cheapest(told, 0.8)["change"] == "b"
    assert correct.cheapest(told, 0.99) is None


def test_where_a_target_stands_is_its_median_and_what_nine_of_ten_lie_between(tried):
    brokers = wanted(PLAN, "brokers")[0]
    there = tried[0].paths[:, AT - PLAN.start, tried[0].columns([brokers])[0]]
    low, high = (there.min() + share * np.ptp(there) for share in (0.05, 0.95))
    two = np.array([there.argmin(), there.argmax()])
    assert correct.standing(tried[0], brokers, two, label(AT)) == (
        f"{(low + high) / 2:.3g} ({low:.3g} to {high:.3g}) of 1000"
    )
    assert correct.standing(tried[0], brokers, np.array([3]), label(AT)) == (
        f"{there[3]:.3g} of 1000"
    )


def verdict(target, now, strongest, earlier):
    rows = pd.DataFrame(
        {
            "change": ["unchanged", correct.STRONGEST, correct.EARLIER],
            "probability": [now, strongest, earlier],
            "extra_outlay": [0.0, 9.0, 12.0],
            "median": [100.0, 120.0, 150.0],
            "works": True,
        }
    )
    return correct.verdict(target, rows, 0.8, "2020Q3", AT + 1)


def medians(**others):
    return Values(values(PLAN, {}).flat | others)


def due(name, quarter, plan=PLAN):
    return replace(wanted(plan, name)[0], by=parse(quarter))


def test_what_is_left_time_for_is_reckoned_from_building_talks_rounds_and_money():
    known = medians(
        **{
            "kind.incubator.building": 5.0,
            "kind.makerspace.building": 2.0,
            "kind.institute.building": 3.0,
            "kind.technology_innovation_centre.building": 3.0,
            "founding.shortest_talks": 4.0,
            "accreditation.youngest": 2.0,
            "accreditation.national_innovation_centres": 0.03,
        }
    )
    first = parse("2020Q1")
    carriers = due("incubators_makerspaces", "2020Q4")
    assert correct.why_not(carriers, first, known) == (
        "What is decided in 2020Q1 (makerspace) opens 2 quarters later, in 2020Q3: in time for "
        "2020Q4."
    )
    # From the second quarter on no money opens, and from the third nothing is built in time.
    assert correct.why_not(carriers, first + 2, known) == (
        "A year's money opens in its first quarter: none opens any more from 2020Q3 to 2020Q4. "
        "What is decided in 2020Q3 (makerspace) opens 2 quarters later, in 2021Q1: too late for "
        "2020Q4."
    )
    outside = due("high_level_institutes_new", "2021Q4", load_plan("ningbo_2019"))
    assert "What talks begin about in 2020Q1 (institute) opens 7 quarters later, in 2021Q4: in" in (
        correct.why_not(outside, first, known)
    )
    centres = due("national_innovation_centres", "2021Q4")
    assert correct.why_not(centres, first, known).endswith(
        "The national level is given in fourth quarters, to some 0.03 of all applicants, after 2 "
        "years at the level below: 2 rounds are left, for which what is new is too young."
    )
    # Opened in 2020Q4, it has climbed twice, two years apart, by 2024Q4.
    assert "9 rounds are left." in correct.why_not(due(centres.id, "2028Q4"), first, known)
    assert not correct.why_not(due("brokers", "2020Q4"), first, known)


def test_more_money_is_there_from_the_quarter_on_and_stands_in_the_file():
    half = build_mix(PLAN, "as_written+budget=0.5")
    more = correct.changed(PLAN, half, {}, AT + 1, "more", 2.0)
    assert (more.budget, more.later_start, more.later_budget) == (0.5, AT + 1, 1.0)
    assert more.instruments == half.instruments
    tree = yaml.safe_load(yaml.safe_dump(correct.tree_of(PLAN, more, "more")))
    assert build_mix(PLAN, tree) == more
    assert correct.changed(PLAN, half, {}, PLAN.start, "more", 2.0).budget == 1.0
    assert correct.changed(PLAN, half, TRIPLED, AT + 1, "doses").budget == 0.5
    with pytest.raises(ConfigError, match="the budget changes in 2020Q1 already"):
        correct.changed(PLAN, more, {}, AT + 2, "again", 2.0)


def test_what_is_said_of_a_target():
    brokers = wanted(PLAN, "brokers")[0]
    quota = wanted(PLAN, "national_innovation_centres")[0]
    assert "nothing is left to do" in verdict(brokers, 0.85, 0.9, 1.0)
    raises = "all x3 and city fund x2 raises its probability from 0.30 to 0.90 for 9.0 million CNY"
    assert raises in verdict(brokers, 0.3, 0.9, 1.0)
    assert "reaches 0.8: the highest is 0.50 (" in verdict(brokers, 0.3, 0.5, 0.9)
    assert "reaches 0.8, nor raises its 0.30; its median" in verdict(brokers, 0.3, 0.3, 0.9)
    assert "Time no longer allows it: 4 quarters are left" in verdict(brokers, 0.3, 0.5, 0.9)
    assert "city fund x2 moves it from 2020Q3 on" in verdict(brokers, 0.3, 0.5, 0.6)
    assert "its median goes from 100 to 120 of 1000" in verdict(brokers, 0.3, 0.5, 0.6)
    assert "A quota set outside the city decides" in verdict(quota, 0.0, 0.0, 0.1)


def test_the_command_says_that_nothing_is_left_to_do(monkeypatch, tmp_path, capsys):
    stand_in(monkeypatch, toy)
    typed = ["--replicates", "3", "--workers", "1", "--at", "2019Q4", "--targets", "brokers"]
    correct.main([*typed, "--output", str(tmp_path / "a"), "--figure", "brokers=250"])
    assert "of 1000): nothing is left to do" in capsys.readouterr().out
    correct.main([*typed, "--output", str(tmp_path / "b"), "--policy", "ladder"])
    assert "* brokers (" in capsys.readouterr().out
    assert build_mix(PLAN, tmp_path / "b" / "brokers.yaml").name == "correct_brokers"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--at", "2020Q4"], "--at 2020Q4: a quarter of weihai_2018 that leaves one to change"),
        (["--at", "soon"], "--at"),
        (["--at", "2019Q4", "--figure", "broker=3"], "Did you mean 'brokers'?"),
        (["--at", "2019Q4", "--figure", "brokers"], "TARGET=VALUE with a number is needed"),
        (["--at", "2019Q4", "--policy", "laddder"], "no policy 'laddder'"),
        (["--at", "2019Q4", "--replicate", "-1"], "--replicate = -1: a whole number from 0 on"),
        (
            ["--at", "2019Q4", "--replicate", "7", "--figure", "brokers=3"],
            "--figure brokers=3 with --replicate 7: where the city stands is told either",
        ),
    ],
)
def test_wrong_input_ends_with_status_2_and_a_sentence(typed, said, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        correct.told(correct.main, [*typed, "--output", str(tmp_path)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
