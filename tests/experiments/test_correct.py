"""A change of the mix at mid-term: in force from its quarter on, and what is said of it."""

from dataclasses import replace
from types import SimpleNamespace

import correct
import numpy as np
import pandas as pd
import pytest
import yaml
from evaluation import figure, wanted
from plans import begun, same
from studies import stand_in
from toy import evaluator_of, toy

from sim.core.errors import ConfigError
from sim.core.fork import Fork
from sim.core.quarter import label, parse
from sim.inputs.parameters import values
from sim.inputs.plan_file import load_plan
from sim.inputs.values import Values
from sim.policy.choosing import MIXES, build_mix
from sim.region.region import live_out

PLAN = load_plan("weihai_2018")
WRITTEN = build_mix(PLAN, "as_written")
AT = PLAN.start + 3  # 2019Q4
TRIPLED = {i.id: 3.0 for i in PLAN.instruments}


def test_a_mix_changed_to_itself_is_itself_and_a_changed_one_differs_only_afterwards():
    start = begun(PLAN, 1, scale=0.1)
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
    own = records(None)[2]
    futures = records(Fork(2, AT))
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


def records(fork):
    """Return the records of the plan as written, replicate by replicate."""
    return [
        live_out(begun(PLAN, replicate, scale=0.1, fork=fork), WRITTEN, 6) for replicate in range(4)
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


@pytest.mark.parametrize(
    "policy",
    [
        *MIXES,
        "as_written+innovation_centre_firm.amount=3+innovation_voucher.amount=0.3",
        "as_written+operating_support.acts_on=incubator+operating_support.effect.high=50",
        "as_written+innovation_centre_firm.payer=county+innovation_centre_firm.end=2020Q3",
    ],
)
def test_a_corrected_mix_is_what_its_file_says(policy):
    found = correct.changed(PLAN, build_mix(PLAN, policy), TRIPLED, AT + 1, "more")
    tree = yaml.safe_load(yaml.safe_dump(correct.tree_of(PLAN, found, "more")))
    assert build_mix(PLAN, tree) == found
    correct.check_written(PLAN, WRITTEN, [found])


def test_a_change_that_no_file_can_hold_is_refused():
    first = next(i for i in PLAN.instruments if i.lever)
    mix = replace(WRITTEN, instruments=(replace(first, lever=None),))
    with pytest.raises(ConfigError, match=rf"policy=as_written: .* {first.id}.lever = None \("):
        correct.check_written(PLAN, WRITTEN, [mix])


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
    evaluate = evaluator_of(tmp_path / "evaluations", PLAN, replicates=9)
    return evaluate.outcomes(correct.candidates(PLAN, build_mix(PLAN, "ladder"), AT + 1))


def test_the_nearest_third_of_the_futures_counts(tried):
    everything, _ = correct.near(tried[0], label(AT), {})
    assert len(everything) == 9
    there = tried[0].paths[:, AT - PLAN.start, tried[0].columns(wanted(PLAN, ("brokers",)))[0]]
    rows, remarks = correct.near(tried[0], label(AT), {"brokers": float(there.max())})
    assert set(rows) == set(np.argsort(there)[-3:])
    assert "No future kept is there" not in remarks[0]


def test_how_near_the_futures_kept_come_is_told_and_that_none_is_there_where_none_is(tried):
    brokers = tried[0].columns(wanted(PLAN, ("brokers",)))[0]
    paths = tried[0].paths.copy()
    # The nearest three to 27 are 30, 20 and 35, and 27 lies among them.
    paths[:, AT - PLAN.start, brokers] = [0.0, 10.0, 20.0, 30.0, 35.0, 40.0, 45.0, 60.0, 80.0]
    there = replace(tried[0], paths=paths)
    rows, remarks = correct.near(there, label(AT), {"brokers": 27.0})
    assert list(rows) == [2, 3, 4]
    assert remarks == ["brokers = 27: in 2019Q4 the futures kept have 30 (20 to 35)."]
    # The nearest three to 60 are 46, 45 and 40, although some future lies beyond it.
    paths[:, AT - PLAN.start, brokers] = [0.0, 10.0, 20.0, 30.0, 35.0, 40.0, 45.0, 46.0, 99.0]
    rows, remarks = correct.near(there, label(AT), {"brokers": 60.0})
    assert list(rows) == [5, 6, 7]
    assert remarks == [
        "brokers = 60: in 2019Q4 the futures kept have 45 (40 to 46). No future kept is there: "
        "what follows is of the nearest, not of the city."
    ]


def test_extra_outlay_is_paired_and_the_cheapest_that_works_is_chosen(tried):
    targets = wanted(PLAN, ("brokers",))
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
    told.loc[0, "probability"] = 0.85
    told.loc[1, "extra_outlay"] = -1.0
    assert correct.cheapest(told, 0.8)["change"] == "unchanged"


def test_no_change_works_that_costs_any_target_real_activity_beyond_chance(tried):
    before, after = tried[0], tried[-1]
    asked, other = before.columns(wanted(PLAN, ("brokers", "ip_services")))
    reals = np.full_like(before.reals, 100.0)

    def row(lost):
        changed = reals.copy()
        changed[:, other] -= lost
        both = [replace(before, reals=reals), replace(after, reals=changed)]
        rows = correct.table(both, wanted(PLAN, ("brokers",)), np.arange(9)).set_index("change")
        assert rows.loc["unchanged", "works"]
        return rows.loc[after.mix.name]

    assert asked != other
    assert row(2.0)["works"]
    assert not row(3.0)["works"]
    assert row(3.0)[["less_real", "less_real_from", "less_real_to"]].tolist() == [
        "ip_services",
        100.0,
        97.0,
    ]
    # A loss of 27 in one of nine futures is 3 on average, with an error of 3: it may be chance.
    assert row(np.array([27.0, *[0.0] * 8]))["works"]


def test_where_a_target_stands_is_its_median_and_what_nine_of_ten_lie_between(tried):
    brokers = wanted(PLAN, ("brokers",))[0]
    there = tried[0].paths[:, AT - PLAN.start, tried[0].columns([brokers])[0]]
    low, high = (there.min() + share * np.ptp(there) for share in (0.05, 0.95))
    two = np.array([there.argmin(), there.argmax()])
    assert correct.standing(tried[0], brokers, two, label(AT)) == (
        f"{(low + high) / 2:.3g} of 1000; {low:.3g} to {high:.3g}"
    )
    assert correct.standing(tried[0], brokers, np.array([3]), label(AT)) == (
        f"{there[3]:.3g} of 1000"
    )


def figures(**chances):
    """Return a row per change with its chance, and 5 of real activity lost where it says so."""
    names = {"most": correct.STRONGEST, "earlier": correct.EARLIER}
    return pd.DataFrame(
        {
            "change": names.get(name, name),
            "futures": 10,
            "probability": abs(chance),
            "probability_low": abs(chance) - 0.2,
            "probability_high": abs(chance) + 0.1,
            "extra_outlay": 9.0,
            "median": {"unchanged": 100.0, "most": 120.0}.get(name, 150.0),
            "real": {"unchanged": 40.0}.get(name, 44.0),
            "works": chance >= 0,
            "less_real": "" if chance >= 0 else "ip_services",
            "less_real_from": 12.0,
            "less_real_to": 7.0,
        }
        for name, chance in chances.items()
    )


def no_advice(target, now, strongest, earlier):
    rows = figures(unchanged=now, most=strongest, earlier=earlier)
    return correct.no_advice(target, rows, 0.8, "2020Q3", AT + 1, "")


def advice(found, fresh):
    return correct.advice(correct.cheapest(found, 0.8), found, fresh, 0.8)


def medians(**others):
    return Values(values(PLAN, {}).flat | others)


def due(name, quarter, plan=PLAN):
    return replace(wanted(plan, (name,))[0], by=parse(quarter))


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


def test_what_is_said_of_a_target_that_nothing_helps():
    brokers = wanted(PLAN, ("brokers",))[0]
    quota = wanted(PLAN, ("national_innovation_centres",))[0]
    assert "reaches 0.8: the highest is 0.50 (" in no_advice(brokers, 0.3, 0.5, 0.9)
    assert "reaches 0.8, nor raises its 0.30; its median" in no_advice(brokers, 0.3, 0.3, 0.9)
    assert "Time no longer allows it: 4 quarters are left" in no_advice(brokers, 0.3, 0.5, 0.9)
    assert "city fund x2 moves it from 2020Q3 on" in no_advice(brokers, 0.3, 0.5, 0.6)
    assert "its median goes from 100 to 120 of 1000" in no_advice(brokers, 0.3, 0.5, 0.6)
    assert "A quota set outside the city decides" in no_advice(quota, 0.0, 0.0, 0.1)


def test_a_figure_keeps_its_whole_part():
    values = [0.25, 12.0, 999.4, 999.6, 12345.6]
    assert [figure(x) for x in values] == ["0.25", "12", "999", "1000", "12346"]


def test_neither_time_nor_a_quota_is_blamed_where_real_activity_forbids():
    for name in ("brokers", "national_innovation_centres"):
        target = wanted(PLAN, (name,))[0]
        # Chances below 0 stand for a change that does less real work.
        assert no_advice(target, 0.3, -0.9, 0.95) == (
            f"{correct.STRONGEST} reaches 0.8 only with less real activity of ip_services "
            "(12 -> 7 on average); no change that leaves as much real activity reaches it, nor "
            "raises its 0.30."
        )
        said = no_advice(target, 0.3, 0.5, -0.95)
        assert "Time no longer" not in said
        assert "quota" not in said
        assert said.endswith(
            "from the first quarter on reaches 0.95, but with less real activity of ip_services "
            "(12 -> 7 on average)."
        )


def test_what_is_chosen_is_told_as_found_and_as_it_is_on_fresh_futures():
    found = figures(unchanged=0.3, more=0.9)
    assert advice(found, figures(unchanged=0.2, more=0.8)) == (
        "more raises its probability from 0.30 to 0.90 for 9.0 million CNY more (real activity "
        "40 -> 44). On 10 fresh futures: probability 0.20 -> 0.80 (95 %: 0.60 to 0.90), real "
        "activity 40 -> 44."
    )
    assert advice(found, figures(unchanged=0.2, more=0.7)).endswith(
        " It does not hold on fresh futures: 0.8 is not reached there."
    )
    assert advice(found, figures(unchanged=0.2, more=-0.9)).endswith(
        " It does not hold on fresh futures: it leaves less real activity of ip_services "
        "(12 -> 7 on average) there."
    )
    assert advice(found, figures(unchanged=0.8, more=0.9)).endswith("met without a change.")
    met = figures(unchanged=0.9, more=0.95)
    assert advice(met, figures(unchanged=0.8)) == (
        "nothing is left to do: it is met with probability 0.90 as it is, with real activity 40; "
        "on 10 fresh futures with 0.80 (95 %: 0.60 to 0.90), real activity 40."
    )
    said = advice(met, figures(unchanged=0.6))
    assert "nothing is left to do" not in said
    assert said.endswith("It does not hold on fresh futures: 0.8 is not reached there.")


def lucky(monkeypatch, at_first):
    """Have brokers reach their goal with any larger dose, but only in futures that came first."""

    def start(case, replicate):
        return SimpleNamespace(plan=case.plan, seed=case.seed, replicate=replicate)

    def life(start, mix, quarters, watch=None, plan=None):
        record = toy(start.plan, mix, replicate=start.replicate, quarters=quarters)
        more = any(i.later_scale for i in mix.instruments) and at_first(start)
        path = np.linspace(100 + start.replicate, 1001 if more else 900, quarters)
        return replace(record, trajectories=record.trajectories | {"brokers": path})

    monkeypatch.setattr("sim.region.region.start_city", start)
    monkeypatch.setattr("sim.region.region.live_out", life)


@pytest.mark.parametrize(
    ("typed", "at_first", "futures", "high"),
    [
        # The upper ends are quantiles of a beta distribution: of (0.5, 2.5) and (0.5, 6.5).
        (["figure.brokers=500"], lambda start: start.seed == 1, 2, 0.6668),
        (["replicate=2"], lambda start: start.replicate < 6, 6, 0.3304),
    ],
)
def test_the_luckiest_of_many_changes_is_run_again_where_it_was_not_chosen(
    typed, at_first, futures, high, monkeypatch, tmp_path
):
    lucky(monkeypatch, at_first)
    common = ["replicates=6", "workers=1", "at=2019Q4", "targets=brokers"]
    correct.main([*common, *typed, f"output={tmp_path}"])
    said = (tmp_path / "result.md").read_text("utf-8")
    assert "raises its probability from 0.00 to 1.00" in said
    assert (
        f"On {futures} fresh futures: probability 0.00 -> 0.00 (95 %: 0.00 to {high:.2f})" in said
    )
    assert "does not hold on fresh futures" in said
    again = pd.read_csv(tmp_path / "again.csv").set_index("change")
    assert len(again) == 2
    assert again["futures"].tolist() == [futures] * 2
    assert again["probability"].tolist() == [0.0, 0.0]
    assert again["probability_high"].tolist() == pytest.approx([high] * 2, abs=1e-4)


@pytest.mark.parametrize("seed", [2**64 - 1, 2**64 - 1000])
def test_beyond_the_largest_seed_the_fresh_one_begins_again(seed, monkeypatch, tmp_path):
    stand_in(monkeypatch, toy)
    typed = ["replicates=2", "workers=1", "at=2019Q4", "targets=brokers", f"seed={seed}"]
    correct.main([*typed, f"output={tmp_path}"])
    assert f"fresh ones of seed {(seed + 1000) % 2**64}," in (tmp_path / "result.md").read_text(
        "utf-8"
    )


def test_the_command_says_that_nothing_is_left_to_do(monkeypatch, tmp_path, capsys):
    stand_in(monkeypatch, toy)
    typed = ["replicates=3", "workers=1", "at=2019Q4", "targets=brokers"]
    correct.main([*typed, f"output={tmp_path / 'a'}", "figure.brokers=250"])
    assert ": nothing is left to do" in capsys.readouterr().out
    correct.main([*typed, f"output={tmp_path / 'c'}", "figure.ip_services=7"])
    assert "* ip_services (" in capsys.readouterr().out  # whoever tells of it wants to know
    correct.main([*typed, f"output={tmp_path / 'b'}", "policy=ladder"])
    assert "* brokers (" in capsys.readouterr().out
    assert build_mix(PLAN, tmp_path / "b" / "brokers.yaml").name == "correct_brokers"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["at=2020Q4"], "at=2020Q4: a quarter of weihai_2018 that leaves one to change"),
        (["at=soon"], "at"),
        (["at=2019Q4", "figure.broker=3"], "Did you mean 'brokers'?"),
        (["at=2019Q4", "figure.brokers="], "figure.brokers = : a number from 0 on"),
        (["at=2019Q4", "figure.brokers=-5"], "figure.brokers = -5: a number from 0 on"),
        (
            ["at=2019Q4", "figure.brokers=1", "figure.brokers=2"],
            "figure.brokers=2: figure.brokers=1 was given already",
        ),
        (["at=2019Q4", "policy=laddder"], "no policy 'laddder'"),
        (
            ["at=2019Q4", "policy=as_written+from=changzhou_2019"],
            "is another plan's, and a policy file of weihai_2018 holds none",
        ),
        (
            ["at=2019Q4", "policy=ladder+cost=as_written"],
            "+cost= works with python -m sim",
        ),
        (
            ["at=2019Q4", "policy=as_written+scale=50"],
            ".later_scale: up to 100 times the dose of the text is needed, not the number 150",
        ),
        (["at=2019Q4", "replicate=-1"], "replicate = -1: a whole number from 0 on"),
        (
            ["at=2019Q4", "replicate=7", "figure.brokers=3"],
            "figure.brokers=3 with replicate=7: where the city stands is told either",
        ),
    ],
)
def test_wrong_input_ends_with_status_2_and_a_sentence(typed, said, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        correct.told(correct.main, [*typed, f"output={tmp_path}"])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
