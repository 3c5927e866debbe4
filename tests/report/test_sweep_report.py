"""The report of a sweep: which pictures there are, what they are drawn from, and its page."""

import json
import re
from types import SimpleNamespace

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest
from studies import stand_in, told

from sim.command.compose import compose
from sim.command.grammar import parse
from sim.indicators.table import CONTEXT
from sim.inputs.plan_file import load_plan
from sim.publish import run_and_read
from sim.report import drawing, page
from sim.report.figures.look import Ink
from sim.report.figures.sweep import (
    against_chart,
    binned,
    heat_chart,
    plans_chart,
    positions,
    rows_of,
)
from sim.report.figures.sweep_page import sweep_page
from sim.report.sections.sweep import sweep_part

PLAN = load_plan("weihai_2018")
OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""")


def study_of(folder, *typed):
    """Return a sweep in which brokers, and nothing else, go by what is swept."""
    with pytest.MonkeyPatch.context() as patch:

        def start(case, replicate):
            shift = case.start.get("brokers", 0.0) + 10 * case.seed
            return SimpleNamespace(plan=case.plan, replicate=replicate, shift=shift)

        def life(start, mix, quarters, watch=None, plan=None):
            record = told(start.plan, mix, replicate=start.replicate, quarters=quarters)
            for name in {"brokers"} & set(record.trajectories):
                record.trajectories[name] = record.trajectories[name] + 5 * start.shift
            return record

        stand_in(patch, told)
        patch.setattr("sim.region.region.start_city", start)
        patch.setattr("sim.region.region.live_out", life)
        job, _ = compose(parse(["-m", "replicates=4", "workers=1", *typed]))
        return run_and_read(job, folder)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    root = tmp_path_factory.mktemp("one")
    return study_of(root, "start.brokers=20,60,100", "policy=as_written,founding")


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    root = tmp_path_factory.mktemp("two")
    return study_of(root, "start.brokers=20,60,100", "seed=1,2")


def ink_of(study):
    return Ink(study.sweep.table["policy"].unique().tolist(), chinese=False)


def rows(study, plan=PLAN):
    return rows_of(study.sweep.table, plan, study.sweep.keys)


def texts(figure):
    found = figure.findobj(matplotlib.text.Text)
    return " ".join(text.get_text() for text in found)


def test_only_what_moves_is_drawn_and_the_rest_is_named(one):
    assert [target.id for target in rows(one).moving] == ["brokers"]
    figure = against_chart(rows(one), "start.brokers", ink_of(one))
    assert len(figure.axes) == 2
    assert "Certified technology brokers" in texts(figure)
    assert "The same at all points: Incubators and makerspaces" in texts(figure)


def test_chance_and_median_stand_where_the_table_has_them(one):
    chance, median = against_chart(rows(one), "start.brokers", ink_of(one)).axes
    table = one.sweep.table
    for policy in ("as_written", "founding"):
        own = table[(table["policy"] == policy) & (table["target"] == "brokers")]
        for axes, column in ((chance, "probability"), (median, "p50")):
            drawn = [np.column_stack(line.get_data()) for line in axes.lines]
            wanted = own[["start.brokers", column]].to_numpy(np.float64)
            assert any(line.shape == wanted.shape and (line == wanted).all() for line in drawn)
    assert len(chance.collections) == len(median.collections) == 3  # a band per mix


def test_where_others_vary_too_there_are_means_and_no_bands(two, tmp_path):
    chance, median = against_chart(rows(two), "start.brokers", ink_of(two)).axes
    assert len(chance.collections) == len(median.collections) == 0
    sampled = study_of(
        tmp_path, "design=lhs", "samples=20", "vary=[start.brokers,start.makerspaces]"
    )
    _, median = against_chart(rows(sampled), "start.brokers", ink_of(sampled)).axes
    assert not median.collections
    goal, bins, dots = 2, 8, 20
    assert sorted({len(line.get_xdata()) for line in median.lines}) == [goal, bins, dots]


def test_a_goal_that_is_swept_is_drawn_as_it_goes(tmp_path):
    study = study_of(tmp_path, "targets.brokers.value=500,900")
    _, median = against_chart(rows(study), "targets.brokers.value", ink_of(study)).axes
    goals = [line.get_ydata() for line in median.lines if line.get_linestyle() == "--"]
    assert [list(goal) for goal in goals] == [[500.0, 900.0]]


def test_two_keys_are_a_heat_map_of_the_chance(two):
    figure = heat_chart(rows(two), "as_written", ink_of(two))
    (axes,) = figure.axes
    table = two.sweep.table
    own = table[(table["policy"] == "as_written") & (table["target"] == "brokers")]
    column = "probability" if own["probability"].nunique() > 1 else "p50"
    wanted = own.pivot(index="seed", columns="start.brokers", values=column).to_numpy()
    shown = axes.images[0].get_array()
    assert shown.shape == (2, 3)
    assert (np.argsort(shown.ravel()) == np.argsort(wanted.ravel())).all()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("start.brokers", "seed")


def names(study):
    return [sketch.words for sketch in drawing.swept(study)]


def test_which_pictures_there_are(one, two, tmp_path):
    assert names(one) == ["A sweep: weihai_2018 against start.brokers"]
    assert names(two) == [
        "A sweep: weihai_2018 over start.brokers and seed, as_written",
        "A sweep: weihai_2018 against start.brokers",
        "A sweep: weihai_2018 against seed",
    ]
    both = study_of(tmp_path, "plan=weihai_2018,jiangyin_2025", "start.brokers=20,60")
    assert "A sweep: all plans against start.brokers" in names(both)
    plans = [rows(both, plan) for plan in both.plans.values()]
    assert len(plans_chart(plans, "start.brokers", ink_of(both)).axes) == 2


def test_words_and_flags_stand_beside_each_other_in_their_order():
    assert positions(pd.Series(["b", "a", "b"])) == {"b": 0.0, "a": 1.0}
    assert positions(pd.Series([True, False])) == {True: 0.0, False: 1.0}
    assert positions(pd.Series([3, 1])) == {3: 3.0, 1: 1.0}


def test_many_points_are_told_by_the_means_of_bins():
    x = pd.Series(np.arange(80.0))
    means = binned(x, 2 * x)
    assert len(means) == 8
    assert np.allclose(means.to_numpy(), 2 * means.index.to_numpy())
    few = binned(pd.Series([1, 1, 2]), pd.Series([0.0, 1.0, 5.0]))
    assert few.to_dict() == {1: 0.5, 2: 5.0}


SWEEPS = [
    ["policy.without=[evaluation],[]", "seed=1,2"],
    ["uncertainty=both,noise"],
    ["seed=1"],
    ["quarters=1,2", "start.brokers=20,60"],
    ["design=lhs", "samples=20", "vary=[start.brokers,start.makerspaces,parameters.research.stop]"],
]


@pytest.mark.parametrize("typed", SWEEPS, ids=lambda typed: " ".join(typed)[:40])
def test_whatever_is_swept_has_its_report(typed, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.report.drawing.sketches", lambda view: [])
    study = study_of(tmp_path, *typed)
    gallery = drawing.draw(study)
    html = page.render(study, gallery)
    if study.sweep is None:
        assert "What was swept" not in html
        return
    assert "What was swept" in html
    for key in study.sweep.keys:
        assert f"<code>{key}</code>" in html
    assert (tmp_path / "figures/sweep.html").exists()
    assert study.sweep.design in html


def test_the_report_says_what_was_swept_and_that_chapters_tell_the_first_point(two, monkeypatch):
    monkeypatch.setattr("sim.report.drawing.sketches", lambda view: [])
    gallery = drawing.draw(two)
    html = page.render(two, gallery)
    assert "6 points (a grid), 1 plan, 2 mixes, 4 futures each" in html
    assert "This chapter tells the first of 6 points of a sweep: start.brokers=20,seed=1" in html
    for name in ("over-start.brokers-and-seed,-as_written", "against-seed"):
        for ending in ("png", "svg"):
            (found,) = (two.root / "figures").glob(f"sweep-weihai_2018-{name}*.{ending}")
            assert found.stat().st_size > 1000
    part = sweep_part(two, gallery)
    assert len(part["table"].rows) == 12
    assert part["more"] == 0


def test_the_same_sweep_gives_the_same_bytes(two, monkeypatch):
    monkeypatch.setattr("sim.report.drawing.sketches", lambda view: [])
    pages = [page.render(two, drawing.draw(two)) for _ in range(2)]
    charts = [sweep_page(two.sweep.table, two.sweep.keys) for _ in range(2)]
    assert pages[0] == pages[1]
    assert charts[0] == charts[1]


def test_the_interactive_chart_holds_all_rows_and_asks_for_nothing_outside(two):
    html = sweep_page(two.sweep.table, two.sweep.keys)
    assert not OUTSIDE.search(html)
    found = re.search(r"const spec = (\{.*?\});?\s*\n", html, re.DOTALL) or re.search(
        r"spec\s*=\s*(\{.*\});", html
    )
    assert found, "the chart's specification"
    spec = json.loads(found[1])
    data = spec.get("data") or spec["layer"][0]["data"]
    values = data.get("values") or next(iter(spec["datasets"].values()))
    assert (
        len(values)
        == len(two.sweep.table)
        == 12 * (7 + len(set(CONTEXT) - {"brokers", "incubators_makerspaces"}))
    )
    assert {row["key0"] for row in values} == {20, 60, 100}
    assert {param["name"] for param in spec["params"]} >= {"target", "plan", "across", "figure"}
