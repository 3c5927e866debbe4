"""The report of a study whose numbers are told, so that it does not hang on the model."""

import dataclasses
import re

import pytest
from pages import Page, written
from studies import study_of, told

from sim.report import drawing, page
from sim.report.shapes import Shapes


@pytest.fixture(scope="module")
def html(study, drawn):
    return page.render(study, drawn)


@pytest.fixture(scope="module")
def read(html):
    return Page(html)


def test_every_tag_is_closed_and_every_id_is_used_once(read):
    assert read.open == []
    assert len(set(read.ids)) == len(read.ids)


def test_nothing_comes_from_outside_the_page(html, read):
    for address in read.addresses:
        assert address.startswith("#"), address[:80]
    used = {address[1:] for address in read.addresses} | set(re.findall(r"url\(#([^)]*)\)", html))
    assert used <= set(read.ids)
    assert not re.search(r"https?:|url\((?!#)|@import|<script|<link|<image", html)


def test_the_same_study_gives_the_same_page(study, drawn, html):
    assert page.render(study, drawn) == html


def test_every_figure_is_in_it_whole(html, drawn):
    files = [picture.svg for picture in drawn.pictures]
    figures_in_page = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    # As many letters and marks, lines and areas; what stands in no <defs> stays where it is.
    uses = sorted(svg.count("<use ") for svg in files)
    assert sorted(figure.count("<use ") for figure in figures_in_page) == uses
    bare = [re.sub(r"<defs>.*?</defs>", "", svg, flags=re.DOTALL) for svg in files]
    paths = sorted(svg.count("<path ") for svg in bare)
    assert sorted(figure.count("<path ") for figure in figures_in_page) == paths


def test_a_shape_that_two_figures_share_stands_in_the_page_once():
    def svg(name, size):
        shape = f'<defs><path id="{name}" d="M 0 0 L {size} 1.23456"/></defs>'
        return f'<?xml version="1.0"?><svg><g id="a">{shape}<use xlink:href="#{name}"/></g></svg>'

    shapes = Shapes()
    drawings = [shapes.drawing(svg(*each)) for each in (("x", 1), ("y", 1), ("x", 2))]
    bodies = [f'<svg><g><use href="#{name}"/></g></svg>' for name in ("s0", "s0", "s1")]
    assert drawings == bodies
    assert shapes.all() == '<path id="s0" d="M 0 0 L 1 1.23"/><path id="s1" d="M 0 0 L 2 1.23"/>'


def test_every_target_and_instrument_is_in_it_with_clause_and_words(plan, read):
    for thing in (*plan.targets, *plan.instruments, *plan.city.background):
        for words in (thing.id, thing.clause, thing.zh):
            assert re.sub(r"\s+", " ", words) in read.text, words


def test_all_parts_are_there(read):
    for words in (
        "Target by target",
        "The plan's arithmetic",
        "Contradictions",
        "At which start would a target be an even bet?",
        "Luck and not knowing",
        "What the city published",
        "What this cannot tell",
        "What was assumed",
    ):
        assert words in read.text, words


def test_a_single_run_compares_with_nothing(tmp_path):
    read = written(study_of(tmp_path, "as_written", baselines=()))
    assert "Arrives anyway" not in read.text
    assert "Added, on average" not in read.text
    assert "without the plan" not in read.text
    assert "Chance with the plan as written" in read.text


def test_a_run_without_policy_says_that_nothing_is_paid(tmp_path):
    read = written(study_of(tmp_path, "none", baselines=()))
    assert "City and counties pay nothing under it." in read.text
    assert "No instrument pays anything." in read.text


def test_a_run_that_ends_before_all_dates_gives_no_chance(tmp_path):
    read = written(study_of(tmp_path, "as_written", quarters=2))
    assert "No target's date lies within this run." in read.text
    assert "the date lies beyond this run" in read.text


def test_several_plans_are_chapters(tmp_path, plan):
    plans = (plan, dataclasses.replace(plan, name="second", title="Another plan"))
    read = written(study_of(tmp_path, "as_written", plans=plans, replicates=2))
    assert {"weihai_2018", "second", "second-answer"} <= set(read.ids)
    assert read.text.count("Will the plans meet their targets?") == 1
    assert read.open == []
    assert len(set(read.ids)) == len(read.ids)


def test_several_mixes_are_compared(tmp_path):
    study = study_of(tmp_path, "as_written", "founding", "transfer", replicates=2)
    read = written(study)
    assert "The mixes compared" in read.text
    assert "with the mix transfer" in read.text


def test_the_pictures_of_several_mixes_stand_in_it_and_none_of_single_targets(several):
    html = page.render(several, drawing.draw(several))
    assert html.count("<figure ") == 4
    assert "Target by target" not in html


def test_what_failed_is_listed(tmp_path):
    def breaks(*arguments, replicate, **others):
        if replicate == 1:
            raise RuntimeError("the town hall burned down")
        return told(*arguments, replicate=replicate, **others)

    read = written(study_of(tmp_path, "as_written", model=breaks))
    assert "2 replicates failed" in read.text
    assert "the town hall burned down" in read.text


def test_without_a_single_replicate_there_is_no_answer_but_an_appendix(tmp_path, plan):
    def broken(*_, **__):
        raise RuntimeError("no city")

    read = written(study_of(tmp_path, "as_written", model=broken))
    assert "No replicate of this plan was completed" in read.text
    assert plan.instruments[0].id in read.text


def test_words_of_a_plan_are_no_markup(tmp_path, plan):
    first, *rest = plan.targets
    first = dataclasses.replace(first, meaning="<script>alert(1)</script>")
    changed = dataclasses.replace(plan, targets=(first, *rest))
    read = written(study_of(tmp_path, "as_written", plans=(changed,), replicates=1))
    assert "<script>alert(1)</script>" in read.text
