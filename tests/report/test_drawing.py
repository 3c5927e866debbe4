"""Which pictures a study has, how they are saved, and how they are found."""

import dataclasses
import io
import re
from contextlib import redirect_stderr

import pytest
from PIL import Image
from plans import target_of
from studies import study_of

from sim.report import drawing, gallery
from sim.report.figures import look
from sim.report.gallery import Gallery


def files(study):
    """Return the bytes of a study's figures by name."""
    return {path.name: path.read_bytes() for path in (study.root / drawing.FOLDER).iterdir()}


def elsewhere(study, root, **effort):
    """Return a study that is published below another root."""
    changed = dataclasses.replace(study.effort, **effort)
    return dataclasses.replace(study, root=root, effort=changed)


@pytest.fixture(scope="module")
def pictures(drawn, study):
    """The figures' bytes by name, on this machine."""
    return files(study)


@pytest.fixture(scope="module")
def english(tmp_path_factory, study):
    """The pictures, and what the user was told, without a Chinese font."""
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(io.StringIO()) as said:
        patch.setattr(look, "FONTS", ("No Such Font",))
        made = drawing.draw(elsewhere(study, tmp_path_factory.mktemp("english")))
    return made.pictures, said.getvalue()


def texts(svg):
    """Return the texts of a figure, which matplotlib leaves as comments beside the shapes."""
    return " ".join(re.findall("<!-- (.*?) -->", svg, re.DOTALL))


def test_there_is_a_fan_chart_per_target_and_one_figure_of_all_and_of_spending(study, pictures):
    names = {f"weihai_2018-{target.id}" for target in study.plans["weihai_2018"].targets}
    names |= {"weihai_2018-attainment", "weihai_2018-spending-as_written"}
    assert set(pictures) == {name + ending for name in names for ending in (".png", ".svg")}


def test_a_picture_says_what_it_belongs_to_in_the_order_of_the_report(plan, drawn):
    of_all, *fans, spending = drawn.pictures
    assert (of_all.kind, of_all.target, of_all.policy) == ("attainment", "", "")
    natures = [next(t.nature for t in plan.targets if t.id == fan.target) for fan in fans]
    assert [fan.name for fan in fans] == [f"weihai_2018-{fan.target}" for fan in fans]
    assert natures == sorted(natures)  # behavioural, delivered, quota
    assert (spending.kind, spending.policy) == ("spending", "as_written")
    assert {picture.plan for picture in drawn.pictures} == {"weihai_2018"}
    assert all(picture.words for picture in drawn.pictures)


def test_pictures_are_found_by_plan_kind_and_mix(plan, drawn):
    assert [picture.name for picture in drawn.of(plan.name, gallery.SPENDING, "as_written")] == [
        "weihai_2018-spending-as_written"
    ]
    assert drawn.of(plan.name, gallery.SPENDING, "none") == []
    assert len(drawn.of(plan.name, gallery.FAN)) == len(plan.targets)
    assert drawn.of("jiangyin_2025", gallery.FAN) == []


def test_a_picture_is_what_its_file_holds(drawn, pictures):
    for picture in drawn.pictures:
        assert picture.svg.encode() == pictures[f"{picture.name}.svg"]


def test_a_png_has_110_dots_per_inch(pictures):
    with Image.open(io.BytesIO(pictures["weihai_2018-brokers.png"])) as image:
        assert image.info["dpi"] == pytest.approx((110, 110), abs=0.1)


def test_the_same_study_gives_the_same_bytes_and_no_date(tmp_path, study, drawn, pictures):
    other = elsewhere(study, tmp_path)
    assert drawing.draw(other) == drawn
    assert files(other) == pictures
    assert not any(b"dc:date" in content for content in pictures.values())


def test_without_a_chinese_font_it_is_english_and_one_line_says_how_to_get_one(english):
    made, said = english
    assert not look._CHINESE.search(" ".join(texts(picture.svg) for picture in made))
    assert said.count("\n") == 1
    assert "apt-get install fonts-wqy-microhei" in said


def test_chinese_terms_stand_in_the_figures_where_there_is_a_font(drawn):
    if look.chinese_font() is None:
        pytest.skip("no Chinese font on this machine")
    (brokers,) = [picture for picture in drawn.pictures if picture.target == "brokers"]
    words = texts(brokers.svg)
    assert "经纪人队伍" in words
    assert "四(七)" in words


def test_many_figures_are_drawn_by_several_processes_with_the_same_bytes(
    tmp_path, study, drawn, pictures, monkeypatch
):
    monkeypatch.setattr(drawing, "_MANY", 4)
    other = elsewhere(study, tmp_path, workers=2)
    assert drawing.draw(other) == drawn
    assert files(other) == pictures


def test_no_replicates_no_figures(tmp_path):
    def broken(*_, **__):
        raise RuntimeError("no city")

    assert drawing.draw(study_of(tmp_path, "as_written", model=broken)) == Gallery()
    assert not (tmp_path / drawing.FOLDER).exists()


def test_a_plan_in_chinese_is_drawn_without_a_chinese_font(tmp_path, plan, monkeypatch):
    monkeypatch.setattr(look, "FONTS", ("No Such Font",))
    targets = tuple(dataclasses.replace(t, unit="家", meaning="孵化器") for t in plan.targets)
    study = study_of(tmp_path, "as_written", plans=(dataclasses.replace(plan, targets=targets),))
    assert drawing.draw(study).pictures


def test_the_spending_figure_says_how_much_is_assumed(english):
    words = texts(english[0][-1].svg)
    assert "25\u00a0% of the public cost rests on amounts that are assumed" in words
    assert "the amount stands in the text" in words


def test_more_than_two_mixes_are_compared_in_four_figures_and_not_drawn_one_by_one(
    tmp_path, several
):
    several = elsewhere(several, tmp_path)
    made = drawing.draw(several)
    names = [f"weihai_2018-mixes-{what}" for what in ("attainment", "added", "outlay", "real")]
    assert [picture.name for picture in made.pictures] == names
    assert {picture.kind for picture in made.pictures} == {gallery.COMPARED}
    assert set(files(several)) == {name + end for name in names for end in (".png", ".svg")}


def test_a_run_that_ends_before_all_dates_has_only_what_it_can_tell(tmp_path):
    short = study_of(tmp_path, "as_written", "founding", "transfer", replicates=2, quarters=2)
    (picture,) = drawing.draw(short).pictures
    assert picture.name == "weihai_2018-mixes-attainment"


@pytest.mark.parametrize("unit", ["$$", "US$ per US$", r"\$x_$"])
def test_signs_of_formulas_are_drawn_as_they_stand(unit, tmp_path, plan):
    brokers = dataclasses.replace(target_of(plan, "brokers"), unit=unit, clause="$a_$")
    rest = [target for target in plan.targets if target.id != "brokers"]
    spelt = dataclasses.replace(plan, targets=(brokers, *rest))
    study = study_of(tmp_path, "as_written", plans=(spelt,))
    made = {picture.name: texts(picture.svg) for picture in drawing.draw(study).pictures}
    for name in ("weihai_2018-brokers", "weihai_2018-attainment"):
        assert unit in made[name]
        assert "clause $a_$" in made[name]
