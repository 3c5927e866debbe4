"""What mixes add to targets, and what stands behind the counts."""

import dataclasses

import pytest
from pages import words_in, written
from plans import target_of
from studies import study_of, told

from sim.inputs.plan import NATURES
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.report.counted import has_real, headline
from sim.report.figures import panels as drawing
from sim.report.figures.heat_map import heat_map
from sim.report.figures.look import Ink
from sim.report.figures.panels import added_chart, added_panels, real_chart, real_panels
from sim.report.numerals import PERCENT
from sim.report.view import view_of
from sim.report.words import short_names


@pytest.fixture(scope="module")
def view(several, plan):
    return view_of(several, plan)


@pytest.fixture(scope="module")
def ink(view):
    return Ink(view.policies, chinese=False)


def test_what_a_mix_adds_is_what_the_comparison_says(plan, view):
    panels = added_panels(view)
    assert {panel.target.id for panel in panels} == {t.id for t in plan.targets if not t.reason}
    natures = [panel.target.nature for panel in panels]
    assert natures == sorted(natures, key=NATURES.index)
    rows = view.study.comparison.set_index(["target", "policy"])
    anyway, *others = [one.policy for one in view.anyway_first]
    assert anyway == "none"
    for panel in panels:
        assert [row.policy for row in panel.bars] == others
        for row in panel.bars:
            expected = rows.loc[(panel.target.id, row.policy)]
            assert row.mark == expected["delta_mean"]
            assert (row.low, row.high) == (expected["delta_p05"], expected["delta_p95"])


def test_a_small_gain_has_its_sign():
    row = {"policy": "mine", "delta_mean": 0.25, "delta_p05": 0.0, "delta_p95": 1.0}
    assert drawing._added_bar(row, share=False).words == "+0.25"
    assert drawing._added_bar(row, share=True).words == "+25"
    assert drawing._added_bar(row | {"delta_mean": -3.0}, share=False).words == "−3"
    assert drawing._added_bar(row | {"delta_mean": 0.0}, share=False).words == "0"


def test_of_many_mixes_a_panel_shows_those_that_differ_most(tmp_path, plan):
    names = [i.id for i in plan.instruments][:20]
    mixes = [build_mix(plan, f"as_written~{name}") for name in names]

    def model(plan, mix, *, replicate, quarters, **others):
        record = told(plan, mix, replicate=replicate, quarters=quarters)
        more = 1 + names.index(mix.name.partition("~")[2]) if "~" in mix.name else 0
        record.trajectories["brokers"] = record.trajectories["brokers"] + 10.0 * more
        return record

    study = study_of(tmp_path, *mixes, baselines=["as_written"], model=model, replicates=2)
    view = view_of(study, plan)
    panels = added_panels(view)
    (brokers,) = [panel for panel in panels if panel.target.id == "brokers"]
    assert [row.policy for row in brokers.bars] == [mix.name for mix in mixes[-12:]]
    assert brokers.note == "persons; 8 mixes that change less are left out"
    ink = Ink(view.policies, chinese=False)
    said = words_in(added_chart(panels, "as_written", ink))
    assert short_names([mixes[-1].name], 27)[0] in said
    heads = words_in(heat_map(plan, view.anyway_first, ink))
    assert "Share of futures that meet it, percent. First column: as_written." in heads
    assert set(short_names(view.policies, 45)) <= set(heads)


def test_count_and_real_activity_stand_beside_each_other(plan, view, ink):
    panels = real_panels(view)
    assert {panel.target.id for panel in panels} == {
        t.id for t in plan.targets if not t.reason and has_real(t)
    }
    (brokers,) = [panel for panel in panels if panel.target.id == "brokers"]
    assert [row.policy for row in brokers.bars] == [one.policy for one in view.anyway_first]
    for row, one in zip(brokers.bars, view.anyway_first, strict=True):
        own = one.attainment.set_index("target").loc["brokers"]
        assert (row.mark, row.hollow) == (own["p50"], own["real_p50"])
    assert brokers.upright == target_of(plan, "brokers").value
    assert "What stands behind the counts?" in words_in(real_chart(panels, ink))


def test_a_real_activity_of_another_size_is_told_and_not_drawn(tmp_path, plan):
    def model(plan, mix, *, replicate, quarters, **others):
        record = told(plan, mix, replicate=replicate, quarters=quarters)
        record.real["brokers"] = record.real["brokers"] + 9_000
        return record

    study = study_of(tmp_path, "as_written", "ladder", model=model, replicates=2)
    panels = real_panels(view_of(study, plan))
    by_target = {panel.target.id: panel for panel in panels}
    assert {row.hollow for row in by_target["brokers"].bars} == {None}
    assert by_target["brokers"].bars[0].words.count("9,") == 1
    assert "(not drawn)" in by_target["brokers"].note
    assert all(row.hollow is not None for row in by_target["ip_services"].bars)


def test_a_real_activity_of_another_unit_is_told_in_its_own(tmp_path):
    def model(plan, mix, *, replicate, quarters, **others):
        record = told(plan, mix, replicate=replicate, quarters=quarters)
        record.trajectories["equipment_registered"][:] = 0.93
        record.real["equipment_registered"][:] = 0.75  # less than the goal, and yet not drawn
        return record

    plan = load_plan("ningbo_2019")
    study = study_of(tmp_path, "as_written", plans=(plan,), model=model, replicates=2)
    panels = real_panels(view_of(study, plan))
    (panel,) = [panel for panel in panels if panel.target.id == "equipment_registered"]
    assert {(bar.words, bar.hollow) for bar in panel.bars} == {(f"93{PERCENT} · 0.75", None)}
    drawn = words_in(real_chart([panel], Ink((*study.baselines, "as_written"), chinese=False)))
    assert "real: uses a year per instrument (not drawn)" in drawn
    page = written(study).text
    assert "0.75 how often an instrument that is held is used (uses a year per instrument)" in page
    assert f"75{PERCENT} how often" not in page


def test_targets_that_no_mix_moves_are_named_together(view, ink):
    panels = added_panels(view)
    still = [
        dataclasses.replace(row, low=0.0, high=0.0, mark=0.0, words="0") for row in panels[0].bars
    ]
    panels[0] = dataclasses.replace(panels[0], bars=still)
    said = words_in(added_chart(panels, "none", ink))
    assert headline(panels[0].target) not in said
    assert any(f"No mix changes: {headline(panels[0].target)}." in text for text in said)
    assert headline(panels[1].target) in said


def test_a_tick_is_in_percent_where_the_values_are_shares():
    assert drawing._percent(0.0025) == f"0.25{PERCENT}"
