"""Replicates are added until every interval is narrow enough."""

import pandas as pd
import pytest
from pages import written
from studies import study_of

from sim.__main__ import main
from sim.core.errors import ConfigError
from sim.runs.effort import Effort
from sim.runs.precision import jeffreys, needed_at_half, next_number, width


def test_the_width_of_an_interval_is_from_end_to_end():
    low, high = jeffreys(50, 100)
    assert width(50, 100) == high - low == pytest.approx(2 * 1.96 * 0.5 / 101**0.5, rel=0.01)
    assert width(0, 100) == pytest.approx(0.0247, abs=5e-4)


def test_the_next_number_is_whole_blocks_at_most_twice_and_never_above_the_most():
    assert next_number([(0, 100)], 100, 0.05, 1000) == 100
    assert next_number([(50, 100)], 100, 0.19, 1000) == 150
    assert next_number([(50, 100)], 100, 0.02, 10_000) == 200
    assert next_number([(7, 30)], 30, 0.02, 10_000) == 50
    assert next_number([(50, 100)], 100, 0.02, 170) == 170
    assert next_number([(85, 170)], 170, 0.02, 170) == 170
    assert next_number([], 100, 0.02, 1000) == 100


@pytest.mark.parametrize("precision", [0, -0.1, 1.5, float("nan"), "much", True])
def test_a_precision_that_is_none_is_refused(precision):
    with pytest.raises(ConfigError, match="precision = "):
        Effort(precision=precision)


def test_a_precision_out_of_reach_is_refused_before_anything_runs():
    with pytest.raises(ConfigError, match="10000 replicates cannot reach it"):
        Effort(precision=1e-5)
    with pytest.raises(ConfigError, match="most_replicates = 50"):
        Effort(precision=0.1, most_replicates=50)


def test_a_probability_of_one_half_needs_about_the_number_told():
    assert needed_at_half(0.1) == 385
    assert width(193, 385) <= 0.1 < width(187, 374)


def test_replicates_are_added_until_every_interval_is_narrow(tmp_path):
    study = study_of(tmp_path / "a", "as_written", replicates=10, precision=0.3)
    enough = study.effort.replicates
    assert study.widest["width"] <= 0.3
    assert enough > 10
    assert {len(one.replicates) for one in study.combinations} == {enough}
    asked = study_of(tmp_path / "b", "as_written", replicates=enough)
    pd.testing.assert_frame_equal(study.attainment, asked.attainment)


def test_the_report_says_that_futures_beyond_fifty_share_draws(tmp_path):
    shared = "they share 50 draws of the parameters"
    for replicates, uncertainty, said in ((50, "both", 0), (51, "both", 1), (51, "parameters", 0)):
        folder = tmp_path / f"{replicates} {uncertainty}"
        study = study_of(folder, "as_written", replicates=replicates, uncertainty=uncertainty)
        assert written(study).text.count(shared) == said


def test_it_is_told_whether_the_precision_was_reached(tmp_path):
    limit = {"precision": 0.1, "most_replicates": 30, "replicates": 5}
    short = study_of(tmp_path / "short", "as_written", **limit)
    assert short.effort.replicates == 30
    assert short.precision_words.startswith("0.1 was not reached by most_replicates=; the widest")
    assert short.precision_words.endswith("with 30 replicates")
    narrow = study_of(tmp_path / "narrow", "as_written", replicates=5, precision=0.9)
    assert narrow.precision_words.startswith("every 95 % interval is at most 0.9 wide; the widest")
    assert f"Precision asked for: {narrow.precision_words}." in written(narrow).text
    assert study_of(tmp_path / "none", replicates=5).precision_words == ""


@pytest.mark.parametrize(("most", "warned"), [(40, True), (50, False)])
def test_before_a_run_it_is_told_what_one_half_would_need(tmp_path, capsys, most, warned):
    nowhere = tmp_path / "file"
    nowhere.touch()
    limit = ("precision=0.3", "replicates=10", f"most_replicates={most}")
    assert main([*limit, f"output={nowhere}"]) == 2
    said = "a probability of 1/2 needs some 43 replicates, and most_replicates = 40"
    assert (said in capsys.readouterr().err) == warned
