"""Fan charts of a study whose numbers are told."""

import dataclasses

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from pages import words_in
from plans import target_of
from studies import study_of

from sim.inputs.plan_file import load_plan
from sim.report.figures.fan import fan_chart, value_range
from sim.report.figures.look import Ink
from sim.report.view import view_of


def brokers(study, change=lambda one: one):
    """Return the target brokers, its mixes, changed, and its fan chart."""
    plan = study.plans["weihai_2018"]
    target, view = target_of(plan, "brokers"), view_of(study, plan)
    ones = [change(one) for one in view.ones]
    return target, ones, fan_chart(target, ones, Ink(view.policies, chinese=False))


def fan_words(study):
    """Return the texts of the fan chart of the target brokers."""
    return " ".join(words_in(brokers(study)[-1]))


def test_a_fan_chart_names_goal_date_clause_and_real_activity(study):
    words = fan_words(study)
    for part in ("1,000", "by 2020-12-31", "clause 4(7)", "real activity", "without the plan"):
        assert part in words


def test_a_real_activity_of_another_size_is_told_and_not_drawn(study):
    def busy(one):
        return dataclasses.replace(one, reals=one.reals.assign(brokers=54_321.0))

    target, ones, figure = brokers(study, busy)
    assert "54,321 at the end (not drawn)" in " ".join(words_in(figure))
    assert value_range(target, ones)[1] < 10_000


def test_a_real_activity_of_another_unit_is_told_in_its_own(tmp_path):
    plan = load_plan("ningbo_2019")
    study = study_of(tmp_path, "as_written", plans=(plan,), replicates=2)
    target = target_of(plan, "equipment_registered")
    one = study.find(plan.name, "as_written")
    one = dataclasses.replace(one, reals=one.reals.assign(equipment_registered=0.75))
    figure = fan_chart(target, [one], Ink([one.policy], chinese=False))
    (legend,) = [text for text in figure.findobj(Text) if "(not drawn)" in text.get_text()]
    assert "written: 0.75 uses a year per instrument at the end (not drawn)" in legend.get_text()
    renderer = FigureCanvasAgg(figure).get_renderer()
    assert legend.get_window_extent(renderer).x1 < figure.bbox.x1


def test_a_long_run_names_its_first_year_without_covering_the_start(tmp_path):
    words = fan_words(study_of(tmp_path, "as_written", after=12, replicates=2))
    assert "start" in words
    assert " \n2019" in words
    assert "Q1\n2020" in words
    assert "Q1\n2019" not in words


def test_a_run_that_ends_early_says_that_the_date_lies_beyond_it(tmp_path):
    assert "beyond\nthis run" in fan_words(
        study_of(tmp_path, "as_written", baselines=(), quarters=3)
    )


def test_a_long_run_goes_on_after_the_date(tmp_path):
    assert "Q1\n2023" in fan_words(study_of(tmp_path, "as_written", after=12, replicates=2))
