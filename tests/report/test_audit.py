"""Hand-checked arithmetic of plans, and of where the spread comes from."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from plans import target_of
from studies import study_of, told

from sim.inputs.plan_file import load_plan
from sim.report import audit


@pytest.fixture(scope="module")
def plan():
    return load_plan("weihai_2018")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("told"), "as_written", replicates=100)


def with_targets(plan, **changes):
    """Return a plan whose targets are brokers and the same target changed."""
    brokers = target_of(plan, "brokers")
    other = dataclasses.replace(brokers, id="other", **changes)
    return dataclasses.replace(plan, targets=(brokers, other))


# Before any quarter is run


def test_what_a_target_asks_a_year(plan):
    starts = pd.DataFrame({"brokers": [100.0, 200.0, 300.0, 1000.0]})
    rows = audit.requirements(plan, starts).set_index("target")
    row = rows.loc["brokers"]  # the goal is 1000, eight quarters away
    assert row["start_p50"] == 250
    assert row["years"] == 2
    assert row["asked_a_year"] == 375
    assert row["asked_over_start"] == 1.5
    assert row["met_at_start"] == 0.25
    assert not row["start_known"]


def test_a_start_that_is_the_same_in_all_draws_is_known(plan):
    rows = audit.requirements(plan, pd.DataFrame({"brokers": [0.0, 0.0]})).set_index("target")
    assert rows.loc["brokers", "start_known"]
    assert np.isnan(rows.loc["brokers", "asked_over_start"])


def test_a_target_that_is_not_modelled_has_no_start(plan):
    row = audit.requirements(plan, pd.DataFrame()).iloc[0]
    assert np.isnan(row["start_p50"])
    assert row["goal"] == 50


def test_wording_and_inferred_dates_are_told(plan):
    rows = audit.requirements(plan, pd.DataFrame()).set_index("target")
    assert rows.loc["national_innovation_centres", "wording"] == "aspiration"
    assert not rows.loc["county_transfer_coverage", "date_stated"]


def test_the_plan_of_weihai_does_not_contradict_itself(plan):
    assert audit.contradictions(plan).empty


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"value": 900.0}, "two goals for the same count at the same date"),
        ({"value": 2000.0, "by": 8079}, "the later goal for the same count is the lower one"),
        ({"by": 8090, "date": "2022-09-30"}, "its date, 2022-09-30, lies after the plan's end"),
    ],
)
def test_contradictions(plan, changes, problem):
    found = audit.contradictions(with_targets(plan, **changes))
    assert len(found) == 1
    assert found["problem"].iloc[0].startswith(problem)


@pytest.mark.parametrize(
    "changes",
    [{"value": 500.0, "by": 8079}, {"value": 900.0, "measure": "new"}, {"value": 1000.0}],
)
def test_what_contradicts_nothing(plan, changes):
    assert audit.contradictions(with_targets(plan, **changes)).empty


# After the runs


def test_the_start_at_which_a_target_is_an_even_bet(plan, study):
    rows = audit.break_even(plan, study.combinations).set_index(["target", "policy"])
    # With the plan each start grows by eight tenths of the goal, without it by four.
    assert rows.loc[("brokers", "as_written"), "break_even"] == pytest.approx(200)
    assert rows.loc[("brokers", "as_written"), "tried"]
    assert rows.loc[("brokers", "none"), "break_even"] == pytest.approx(600)
    assert not rows.loc[("brokers", "none"), "tried"]


def test_with_one_start_for_all_it_is_the_goal_less_the_growth(plan, tmp_path):
    study = study_of(tmp_path, "as_written", replicates=1)
    rows = audit.break_even(plan, study.combinations).set_index(["target", "policy"])
    assert rows.loc[("brokers", "as_written"), "break_even"] == pytest.approx(200)


def test_where_the_end_does_not_rise_with_the_start_there_is_none(plan, tmp_path):
    def flat(*arguments, **others):
        record = told(*arguments, **others)
        record.trajectories["brokers"] = np.full(others["quarters"], 7.0)
        return record

    study = study_of(tmp_path, "as_written", model=flat)
    rows = audit.break_even(plan, study.combinations).set_index(["target", "policy"])
    assert np.isnan(rows.loc[("brokers", "as_written"), "break_even"])
    assert not rows.loc[("brokers", "as_written"), "tried"]


def test_targets_that_move_together_are_found(plan, study):
    found = audit.moving_together(plan, study.find("weihai_2018", "as_written"))
    modelled = [target for target in plan.targets if not target.reason]
    assert len(found) == len(modelled) * (len(modelled) - 1) / 2  # all rise with the replicate
    assert found["correlation"].min() == pytest.approx(1)


def test_rank_correlation_has_nothing_to_say_of_what_does_not_vary():
    ends = pd.DataFrame({"end": [1.0, 2.0, 3.0], "cube": [1.0, 8.0, 27.0], "same": 1.0})
    found = audit.rank_correlations(ends)
    assert found.loc["end", "cube"] == pytest.approx(1)
    assert np.isnan(found.loc["end", "same"])
    assert np.isnan(audit.rank_correlations(ends[:2]).loc["end", "cube"])


def test_the_share_between_groups():
    # Two groups with means 2 and 6: between 16, within 2, two of each: (16 - 2) / (16 + 2).
    share, error = audit.between_share(np.array([1.0, 3, 5, 7]), np.array([0, 0, 1, 1]))
    assert share == pytest.approx(14 / 18)
    assert error == pytest.approx((1 - share) * (1 + share))


def test_luck_alone_has_no_share_between_groups():
    assert audit.between_share(np.array([1.0, 3, 1, 3]), np.array([0, 0, 1, 1]))[0] == 0


def test_single_members_tell_nothing():
    assert np.isnan(audit.between_share(np.array([1.0, 2, 3]), np.array([0, 1, 2]))[0])


def test_replicates_share_a_draw_every_fifty():
    assert audit.draws([0, 49, 50, 120], "both").tolist() == [0, 49, 0, 20]
    assert audit.draws([0, 49, 50, 120], "parameters").tolist() == [0, 49, 50, 120]


def test_what_hangs_on_the_draw_alone_is_no_luck(plan, study):
    rows = audit.spread(plan, study.find("weihai_2018", "as_written"), "both")
    # 100 replicates, 50 draws; the told values repeat every five replicates, so every fifty.
    assert rows["parameters"].tolist() == pytest.approx([1.0] * len(rows))
    assert rows["luck"].tolist() == pytest.approx([0.0] * len(rows))


@pytest.mark.parametrize(("uncertainty", "share"), [("noise", 0.0), ("parameters", 1.0)])
def test_where_only_one_thing_varies_it_has_the_whole_share(plan, study, uncertainty, share):
    rows = audit.spread(plan, study.find("weihai_2018", "as_written"), uncertainty)
    assert rows["parameters"].tolist() == [share] * len(rows)


def test_the_parameter_that_drives_a_target_comes_first(plan, tmp_path):
    def driven(*arguments, replicate, **others):
        record = told(*arguments, replicate=replicate, **others)
        record.trajectories["brokers"] = record.trajectories["brokers"] * 0 - replicate % 50
        noise = {f"market.p{i}": float((replicate % 50) * (7 + i) % 23) for i in range(6)}
        return dataclasses.replace(record, parameters=record.parameters | noise)

    study = study_of(tmp_path, "as_written", model=driven, replicates=100)
    rows = audit.drivers(plan, study.find("weihai_2018", "as_written"), "both")
    brokers = rows[rows["target"] == "brokers"]
    assert len(brokers) == 5
    assert brokers["parameter"].iloc[0] == "start.brokers"
    assert brokers["correlation"].iloc[0] == pytest.approx(-1)
    assert "market.spread" not in set(rows["parameter"])  # it does not vary


def test_of_fewer_than_ten_draws_no_driver_is_told(plan, tmp_path):
    for replicates, enough in ((9, False), (10, True)):
        study = study_of(tmp_path / str(replicates), "as_written", replicates=replicates)
        rows = audit.drivers(plan, study.find("weihai_2018", "as_written"), "both")
        assert rows.empty != enough


def test_chance_correlation_is_the_tabled_one_and_grows_with_the_parameters():
    assert audit.chance_correlation(50, 1) == pytest.approx(0.279, abs=0.001)
    assert audit.chance_correlation(50, 200) > 0.45


def test_a_run_that_ends_before_the_date_tells_nothing(plan, tmp_path):
    study = study_of(tmp_path, "as_written", quarters=2)
    one = study.find("weihai_2018", "as_written")
    assert audit.break_even(plan, study.combinations).empty
    assert audit.spread(plan, one, "both").empty
    assert audit.drivers(plan, one, "both").empty
