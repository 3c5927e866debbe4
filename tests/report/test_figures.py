"""Figures of a study whose numbers are told, so that they do not hang on the model."""

import dataclasses
import io
import re
from contextlib import redirect_stderr

import pytest
from matplotlib import font_manager
from matplotlib.text import Text
from PIL import Image
from plans import target_of
from studies import study_of

from sim.inputs.plan import load_plan
from sim.policy.policy import build_mix
from sim.report import figures
from sim.report.figures import Ink, chinese_font, mix_words, number, rough, spending


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("told"), "as_written")


@pytest.fixture
def no_chinese_font(monkeypatch):
    monkeypatch.setattr(figures, "FONTS", ("No Such Font",))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, study):
    """The figures' bytes by name, on this machine."""
    return drawn(tmp_path_factory.mktemp("pictures"), study)


@pytest.fixture(scope="module")
def english(tmp_path_factory, study):
    """The figures' texts by name, and what the user was told, without a Chinese font."""
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(io.StringIO()) as said:
        patch.setattr(figures, "FONTS", ("No Such Font",))
        made = drawn(tmp_path_factory.mktemp("english"), study)
    words = {name: " ".join(texts(svg)) for name, svg in made.items() if name.endswith(".svg")}
    return words, said.getvalue()


def fan_words(study):
    """Return the texts of the fan chart of the target brokers."""
    plan = study.plans["weihai_2018"]
    target = target_of(plan, "brokers")
    ones = figures.shown_mixes(study, plan)
    figure = figures.fan_chart(target, ones, Ink(study, plan, chinese=False))
    return " ".join(text.get_text() for text in figure.findobj(Text))


def drawn(root, study):
    figures.draw(root, study)
    return {path.name: path.read_bytes() for path in (root / "figures").iterdir()}


def texts(svg):
    """Return the texts of a figure, which matplotlib leaves as comments beside the shapes."""
    return re.findall("<!-- (.*?) -->", svg.decode(), re.DOTALL)


def test_there_is_a_fan_chart_per_target_and_one_figure_of_all_and_of_spending(study, pictures):
    names = {f"weihai_2018-{target.id}" for target in study.plans["weihai_2018"].targets}
    names |= {"weihai_2018-attainment", "weihai_2018-spending-as_written"}
    assert set(pictures) == {name + ending for name in names for ending in (".png", ".svg")}


def test_a_png_has_110_dots_per_inch(pictures):
    with Image.open(io.BytesIO(pictures["weihai_2018-brokers.png"])) as image:
        assert image.info["dpi"] == pytest.approx((110, 110), abs=0.1)


def test_the_same_study_gives_the_same_bytes_and_no_date(tmp_path, study, pictures):
    assert drawn(tmp_path, study) == pictures
    assert not any(b"dc:date" in content for content in pictures.values())


def test_a_fan_chart_names_goal_date_clause_and_real_activity(english):
    words = english[0]["weihai_2018-brokers.svg"]
    for part in ("1,000", "by 2020-12-31", "clause 4(7)", "real activity", "without the plan"):
        assert part in words


def test_without_a_chinese_font_it_is_english_and_one_line_says_how_to_get_one(english):
    words, said = english
    assert not figures._CHINESE.search(" ".join(words.values()))
    assert said.count("\n") == 1
    assert "apt-get install fonts-wqy-microhei" in said


def test_chinese_terms_stand_in_the_figures_where_there_is_a_font(pictures):
    if chinese_font() is None:
        pytest.skip("no Chinese font on this machine")
    words = " ".join(texts(pictures["weihai_2018-brokers.svg"]))
    assert "经纪人队伍" in words
    assert "四(七)" in words


def test_a_font_that_is_newer_than_the_list_of_fonts_is_found(monkeypatch):
    family = chinese_font()
    if family is None:
        pytest.skip("no Chinese font on this machine")
    fonts = font_manager.fontManager
    files = {entry.fname for entry in fonts.ttflist if entry.name == family}
    older = [entry for entry in fonts.ttflist if entry.fname not in files]
    monkeypatch.setattr(fonts, "ttflist", older)
    assert chinese_font() == family


def test_a_font_without_the_signs_of_simplified_chinese_does_not_count(monkeypatch):
    monkeypatch.setattr(figures, "FONTS", ("DejaVu Sans",))
    assert chinese_font() is None


def test_a_font_that_was_removed_does_not_count(monkeypatch):
    gone = font_manager.FontEntry(fname="/nowhere/gone.ttf", name="SimHei")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [gone])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    assert chinese_font() is None


def test_a_mix_looks_the_same_in_every_study(tmp_path, study):
    other = study_of(tmp_path, "transfer", "as_written", replicates=1)
    plan = study.plans["weihai_2018"]
    one, two = Ink(study, plan, True), Ink(other, plan, True)
    for policy in ("none", "as_written"):
        assert one.colour(policy) == two.colour(policy)
        assert one.marker(policy) == two.marker(policy)


def test_mixes_of_ones_own_look_different_from_all_others(tmp_path):
    plan = load_plan("weihai_2018")
    names = [i.id for i in plan.instruments if i.modelled][:2]
    own = [build_mix(plan, "as_written", without=[name]) for name in names]
    ink = Ink(study_of(tmp_path, "as_written", "founding", *own, replicates=1), plan, True)
    policies = ["none", "as_written", "founding", *(mix.name for mix in own)]
    assert len({ink.colour(policy) for policy in policies}) == len(policies)
    assert len({ink.marker(policy) for policy in policies}) == len(policies)


def test_many_figures_are_drawn_by_several_processes_with_the_same_bytes(
    tmp_path, study, pictures, monkeypatch
):
    monkeypatch.setattr(figures, "_MANY", 4)
    several = dataclasses.replace(study.effort, workers=2)
    assert drawn(tmp_path, dataclasses.replace(study, effort=several)) == pictures


def test_a_real_activity_of_another_size_is_told_and_not_drawn(study):
    plan = study.plans["weihai_2018"]
    target = target_of(plan, "brokers")
    ones = [
        dataclasses.replace(one, reals=one.reals.assign(brokers=54_321.0))
        for one in figures.shown_mixes(study, plan)
    ]
    figure = figures.fan_chart(target, ones, Ink(study, plan, chinese=False))
    assert "54,321 at the end (not drawn)" in " ".join(t.get_text() for t in figure.findobj(Text))
    assert figures.value_range(target, ones)[1] < 10_000


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


def test_no_replicates_no_figures(tmp_path):
    def broken(*_, **__):
        raise RuntimeError("no city")

    study = study_of(tmp_path, "as_written", model=broken)
    figures.draw(tmp_path, study)
    assert not (tmp_path / "figures").exists()


def test_a_plan_in_chinese_is_drawn_without_a_chinese_font(tmp_path, no_chinese_font):
    plan = load_plan("weihai_2018")
    targets = tuple(dataclasses.replace(t, unit="家", meaning="孵化器") for t in plan.targets)
    study = study_of(tmp_path, "as_written", plans=(dataclasses.replace(plan, targets=targets),))
    figures.draw(tmp_path, study)


def test_spending_is_summed_over_the_run_with_its_quantiles(study):
    table = spending(study.find("weihai_2018", "as_written")).set_index("instrument")
    centre = table.loc["innovation_centre_firm"]
    assert centre["p50"] == pytest.approx(9)  # 6 in half of the replicates, 12 in the others
    assert centre[["p05", "p95"]].tolist() == pytest.approx([6, 12])
    assert centre["assumed"] == 0
    assert table.loc["transfer_branches", "assumed"] == 1
    assert "high_tech_income_tax" not in table.index


def test_the_background_is_apart(study):
    table = spending(study.find("weihai_2018", "none"), background=True)
    assert table["instrument"].tolist() == ["high_tech_income_tax"]
    assert spending(study.find("weihai_2018", "none")).empty


def test_the_spending_figure_says_how_much_is_assumed(english):
    words = english[0]["weihai_2018-spending-as_written.svg"]
    assert "25\u00a0% of the public cost rests on amounts that are assumed" in words
    assert "the amount stands in the text" in words


@pytest.mark.parametrize(
    ("value", "share", "words"),
    [
        (1234.4, False, "1,234"),
        (48.5, False, "48.5"),
        (0.256, False, "0.26"),
        (-3.0, False, "−3"),
        (-0.001, False, "0"),
        (0.46, True, "46\u00a0%"),
        (0.025, True, "2.5\u00a0%"),
        (0.995, True, "99.5\u00a0%"),
        (1.0, True, "100\u00a0%"),
        (float("nan"), False, "–"),
    ],
)
def test_numbers_are_for_people(value, share, words):
    assert number(value, share) == words


def test_ends_of_ranges_have_two_digits():
    assert [rough(value) for value in (27.516, 7.26, 0.123)] == ["28", "7.3", "0.12"]


def test_a_modified_mix_says_what_was_changed():
    assert mix_words("as_written~voucher") == "with the plan as written, less voucher"
    assert mix_words("transfer+bonus.amount=0.05") == "with the mix transfer, bonus.amount=0.05"
