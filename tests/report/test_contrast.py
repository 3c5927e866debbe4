"""Figures and report of many mixes, of a study whose numbers are told."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from plans import PLANS, target_of
from studies import study_of, told

from sim.inputs.plan import NATURES
from sim.policy.policy import build_mix
from sim.report import contrast, figures, report
from sim.report.contrast import anyway_first, on_the_front, outlay_points, short_names
from sim.report.figures import Ink, mix_words
from sim.results.files import transplant_table, write_tables

PLAN = PLANS["weihai_2018"]
POLICIES = ("as_written", "founding", "transfer", "talent+from=changzhou_2019")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("several")


@pytest.fixture(scope="module")
def study(root):
    return study_of(root, *POLICIES, replicates=4)


@pytest.fixture(scope="module")
def columns(study):
    return anyway_first(study, figures.shown_mixes(study, PLAN))


@pytest.fixture(scope="module")
def ink(study):
    return Ink(study, PLAN, chinese=False)


@pytest.fixture(scope="module")
def page(root, study):
    figures.draw(root, study)
    return report.render(root, study)


def words(figure):
    return [text.get_text() for text in figure.findobj(Text)]


def test_more_than_two_mixes_are_compared_in_four_figures_and_not_drawn_one_by_one(root, page):
    names = [f"weihai_2018-mixes-{what}" for what in ("added", "attainment", "outlay", "real")]
    drawn = sorted(path.name for path in (root / figures.FOLDER).iterdir())
    assert drawn == sorted(name + end for name in names for end in (".png", ".svg"))
    assert page.count("<figure ") == 4
    assert "Target by target" not in page


def test_the_first_column_is_what_arrives_anyway(tmp_path, columns):
    assert [one.policy for one in columns] == ["none", *POLICIES]
    late = study_of(tmp_path, "founding", "none", "ladder", baselines=["as_written"], replicates=1)
    ones = anyway_first(late, figures.shown_mixes(late, PLAN))
    assert [one.policy for one in ones] == ["none", "as_written", "founding", "ladder"]


def test_the_heat_map_has_a_cell_for_every_mix_and_target_with_its_chance(columns, ink):
    figure = contrast.heat_map(PLAN, columns, ink)
    axes = figure.axes[0]
    cells = [patch for patch in axes.findobj(Rectangle) if patch.get_width() == 1]
    cells = [patch for patch in cells if patch.get_edgecolor() == (1.0, 1.0, 1.0, 1.0)]
    cells = [patch for patch in cells if patch is not axes.patch]
    assert len(cells) == len(PLAN.targets) * len(columns)
    attained = columns[1].attainment.set_index("target")
    for target in PLAN.targets:
        chance = attained.loc[target.id, "probability"]
        row = [text for text in axes.texts if text.get_text() == f"{100 * chance:.0f}"]
        assert row, target.id


def test_a_darker_cell_is_a_likelier_target(columns, ink):
    figure = contrast.heat_map(PLAN, columns, ink)
    shades = {}
    for text in figure.axes[0].texts:
        if text.get_text().isdigit():
            x, y = text.get_position()
            cells = figure.axes[0].findobj(Rectangle)
            (cell,) = [
                cell
                for cell in cells
                if cell.get_width() == 1 and cell.get_xy() == pytest.approx((x - 0.5, y - 0.5))
            ]
            shades[int(text.get_text())] = sum(cell.get_facecolor()[:3])
    order = [shades[chance] for chance in sorted(shades)]
    assert len(order) > 1
    assert order == sorted(order, reverse=True)


def test_what_a_mix_adds_is_what_the_comparison_says(study, columns):
    panels = contrast.added_rows(study, PLAN, columns)
    assert {panel.target.id for panel in panels} == {t.id for t in PLAN.targets if not t.reason}
    natures = [panel.target.nature for panel in panels]
    assert natures == sorted(natures, key=NATURES.index)
    rows = study.comparison.set_index(["target", "policy"])
    for panel in panels:
        assert [row.policy for row in panel.rows] == list(POLICIES)
        for row in panel.rows:
            expected = rows.loc[(panel.target.id, row.policy)]
            assert row.mark == expected["delta_mean"]
            assert (row.low, row.high) == (expected["delta_p05"], expected["delta_p95"])


def test_a_small_gain_has_its_sign():
    row = {"policy": "mine", "delta_mean": 0.25, "delta_p05": 0.0, "delta_p95": 1.0}
    assert contrast._added_row(row, share=False).words == "+0.25"
    assert contrast._added_row(row, share=True).words == "+25"
    assert contrast._added_row(row | {"delta_mean": -3.0}, share=False).words == "−3"
    assert contrast._added_row(row | {"delta_mean": 0.0}, share=False).words == "0"


def test_of_many_mixes_a_panel_shows_those_that_differ_most(tmp_path):
    names = [i.id for i in PLAN.instruments][:20]
    mixes = [build_mix(PLAN, f"as_written~{name}") for name in names]

    def model(plan, mix, *, replicate, quarters, **others):
        record = told(plan, mix, replicate=replicate, quarters=quarters)
        more = 1 + names.index(mix.name.partition("~")[2]) if "~" in mix.name else 0
        record.trajectories["brokers"] = record.trajectories["brokers"] + 10.0 * more
        return record

    study = study_of(tmp_path, *mixes, baselines=["as_written"], model=model, replicates=2)
    ones = anyway_first(study, figures.shown_mixes(study, PLAN))
    panels = contrast.added_rows(study, PLAN, ones)
    (brokers,) = [panel for panel in panels if panel.target.id == "brokers"]
    assert [row.policy for row in brokers.rows] == [mix.name for mix in mixes[-12:]]
    assert brokers.note == "persons; 8 mixes that change less are left out"
    ink = Ink(study, PLAN, chinese=False)
    said = words(contrast.added_chart(panels, "as_written", ink))
    assert short_names([mixes[-1].name], 27)[0] in said
    heads = words(contrast.heat_map(PLAN, ones, ink))
    assert "Share of futures that meet it, percent. First column: as_written." in heads
    assert set(short_names([one.policy for one in ones], 45)) <= set(heads)


def test_count_and_real_activity_stand_beside_each_other(columns, ink):
    panels = contrast.real_rows(PLAN, columns)
    assert {panel.target.id for panel in panels} == {
        t.id for t in PLAN.targets if not t.reason and figures.has_real(t)
    }
    (brokers,) = [panel for panel in panels if panel.target.id == "brokers"]
    assert [row.policy for row in brokers.rows] == ["none", *POLICIES]
    for row, one in zip(brokers.rows, columns, strict=True):
        own = one.attainment.set_index("target").loc["brokers"]
        assert (row.mark, row.hollow) == (own["p50"], own["real_p50"])
    assert brokers.upright == target_of(PLAN, "brokers").value
    assert "What stands behind the counts?" in words(contrast.real_chart(panels, ink))


def test_a_real_activity_of_another_size_is_told_and_not_drawn(tmp_path):
    def model(plan, mix, *, replicate, quarters, **others):
        record = told(plan, mix, replicate=replicate, quarters=quarters)
        record.real["brokers"] = record.real["brokers"] + 9_000
        return record

    study = study_of(tmp_path, "as_written", "ladder", model=model, replicates=2)
    panels = contrast.real_rows(PLAN, figures.shown_mixes(study, PLAN))
    by_target = {panel.target.id: panel for panel in panels}
    assert {row.hollow for row in by_target["brokers"].rows} == {None}
    assert by_target["brokers"].rows[0].words.count("9,") == 1
    assert "(not drawn)" in by_target["brokers"].note
    assert all(row.hollow is not None for row in by_target["ip_services"].rows)


def test_targets_that_no_mix_moves_are_named_together(columns, study, ink):
    panels = contrast.added_rows(study, PLAN, columns)
    still = [
        dataclasses.replace(row, low=0.0, high=0.0, mark=0.0, words="0") for row in panels[0].rows
    ]
    panels[0] = dataclasses.replace(panels[0], rows=still)
    said = words(contrast.added_chart(panels, "none", ink))
    assert figures.headline(panels[0].target) not in said
    assert any(f"No mix changes: {figures.headline(panels[0].target)}." in text for text in said)
    assert figures.headline(panels[1].target) in said


def test_ticks_that_stand_evenly_read_evenly():
    assert [contrast._tick(1, value) for value in (0.025, 0.05, 12000)] == [
        "0.025",
        "0.05",
        "12,000",
    ]
    assert contrast._percent(0.0025) == f"0.25{figures.PERCENT}"


def test_a_point_is_a_mixs_outlay_and_the_share_of_behavioural_targets_it_meets(columns, ink):
    points = outlay_points(PLAN, columns).set_index("policy")
    assert points.loc["none", "cost"] == 0
    one = columns[1]
    own = one.attainment[one.attainment["nature"] == "behavioural"]
    assert points.loc["as_written", "met"] == pytest.approx(own["probability"].mean())
    assert points.loc["as_written", "cost"] == pytest.approx(one.outlays.mean())
    assert one.outlays.mean() > one.costs.mean()
    said = words(contrast.outlay_chart(points.reset_index(), ink))
    assert {"none", "as_written", "founding"} <= set(said)


def test_on_the_front_is_what_no_other_beats():
    points = pd.DataFrame(
        [("none", 0, 0.2), ("dear", 9, 0.5), ("good", 5, 0.5), ("bad", 6, 0.4), ("best", 20, 0.9)],
        columns=["policy", "cost", "met"],
    )
    assert points["policy"][on_the_front(points)].tolist() == ["none", "good", "best"]
    same = pd.DataFrame([("one", 1.0, 0.5), ("two", 1.0, 0.5)], columns=["policy", "cost", "met"])
    assert on_the_front(same).all()


def test_a_run_that_ends_before_all_dates_has_only_what_it_can_tell(tmp_path):
    short = study_of(tmp_path, *POLICIES, replicates=2, quarters=2)
    figures.draw(tmp_path, short)
    names = {path.stem for path in (tmp_path / figures.FOLDER).iterdir()}
    assert names == {"weihai_2018-mixes-attainment"}
    assert "The mixes compared" in report.render(tmp_path, short)


def test_names_are_short_where_all_begin_with_the_same_mix():
    assert short_names(["none", "as_written~a", "as_written+b"], 9) == ["none", "~a", "+b"]
    assert short_names(["founding~a", "as_written+b"], 20) == ["founding~a", "as_written+b"]
    whole = ["none", "as_written", "founding+scale=2"]
    assert short_names(whole, 45) == whole
    for name in ("as_written+cost=ladder", "as_written~a+from=changzhou_2019"):
        assert short_names(["as_written", name, "as_written~b"], 45) == ["as_written", name, "~b"]
    (long,) = short_names(["as_written~" + 40 * "a"], 27)
    assert len(long) == 27
    assert long.endswith("…")


def test_words_for_a_mix():
    assert mix_words("as_written+from=changzhou_2019") == "with changzhou_2019 as written"
    assert mix_words("talent+from=changzhou_2019~a") == (
        "with the mix talent of changzhou_2019, less a"
    )
    assert mix_words("founding~a+b+scale=2+budget=1.1+cost=as_written~c") == (
        "with the mix founding, less a, plus b, 2 times the doses, 1.1 times the budget, "
        "at the cost of as_written~c"
    )


# Report and tables


def test_the_report_says_what_of_another_plan_attaches(page):
    assert "What attaches with the mix talent of changzhou_2019" in page
    assert re.search(r"\d+ of \d+ instruments attach to this city", page)


def test_the_table_of_a_transplant_lies_beside_the_mixs_files(root, study):
    rows = write_tables(study)
    (one,) = [one for one in study.combinations if one.mix.attached]
    table = pd.read_csv(one.folder / "transplant.csv", keep_default_na=False)
    assert list(table.columns[:3]) == ["plan", "policy", "instrument"]
    assert list(table["instrument"]) == list(transplant_table(one)["instrument"])
    assert set(table["attaches"]) <= {"yes", "later", "no"}
    assert set(table["policy"]) == {one.policy}
    assert rows[str((one.folder / "transplant.csv").relative_to(root))] == len(table)


def test_the_report_tells_scale_outlays_and_what_of_it_is_assumed(tmp_path):
    def model(plan, mix, *, replicate, quarters, **others):
        record = told(plan, mix, replicate=replicate, quarters=quarters)
        scale = max((i.scale for i in mix.instruments), default=0.0)
        fewer = 0.5 if mix.name.startswith("founding") else 1.0
        record.payments["amount"] *= scale * fewer
        return record

    study = study_of(tmp_path, "as_written", "founding+cost=as_written", model=model, replicates=4)
    figures.draw(tmp_path, study)
    page = report.render(tmp_path, study)
    fit = study.combinations[-1].fit
    assert fit.scale == pytest.approx(2.0, rel=0.01)
    assert "At equal cost" in page
    assert re.search(
        r"With the mix founding, at the cost of as_written: every paying instrument that city or "
        r"county decide on offers 2 times its dose\. That costs 14\.5 million CNY on average, paid "
        r"or owed at the end, beside 14\.5 million; 25.% of it assumed",
        page,
    )


def test_a_mix_of_another_plan_is_not_taken_for_the_plans_own(tmp_path):
    plan = PLANS["changzhou_2019"]
    study = study_of(tmp_path, "as_written+from=weihai_2018", plans=[plan], baselines=())
    view = report.view_of(study, plan)
    in_force = {row[0].note: row[-1].text for row in report.instruments_appendix(view).rows}
    assert in_force["evaluation"] == "no"  # Weihai's has the same name
    assert np.array_equal(list(set(in_force.values())), ["no"])
