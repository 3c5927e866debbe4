"""What mixes cost, and what they reach."""

import pandas as pd
import pytest
from pages import words_in

from sim.report.figures.look import Ink
from sim.report.figures.outlay import on_the_front, outlay_chart, outlay_points
from sim.report.view import view_of


@pytest.fixture(scope="module")
def view(several, plan):
    return view_of(several, plan)


@pytest.fixture(scope="module")
def ink(view):
    return Ink(view.policies, chinese=False)


def test_a_point_is_a_mixs_outlay_and_the_share_of_behavioural_targets_it_meets(view, ink):
    points = outlay_points(view.anyway_first).set_index("policy")
    assert points.loc["none", "cost"] == 0
    one = view.anyway_first[1]
    own = one.attainment[one.attainment["nature"] == "behavioural"]
    assert points.loc["as_written", "met"] == pytest.approx(own["probability"].mean())
    assert points.loc["as_written", "cost"] == pytest.approx(one.outlays.mean())
    assert one.outlays.mean() > one.costs.mean()
    said = words_in(outlay_chart(points.reset_index(), ink))
    assert {"none", "as_written", "founding"} <= set(said)


def test_on_the_front_is_what_no_other_beats():
    points = pd.DataFrame(
        [("none", 0, 0.2), ("dear", 9, 0.5), ("good", 5, 0.5), ("bad", 6, 0.4), ("best", 20, 0.9)],
        columns=["policy", "cost", "met"],
    )
    assert points["policy"][on_the_front(points)].tolist() == ["none", "good", "best"]
    same = pd.DataFrame([("one", 1.0, 0.5), ("two", 1.0, 0.5)], columns=["policy", "cost", "met"])
    assert on_the_front(same).all()
