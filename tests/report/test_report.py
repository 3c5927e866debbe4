"""The report of a study whose numbers are told, so that it does not hang on the model."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from plans import target_of
from studies import study_of, told

from sim.indicators.indicators import INDICATORS
from sim.inputs.levers import TYPES
from sim.inputs.plan import load_plan, plan_names
from sim.region.region import QUARTER
from sim.report import figures, report
from sim.report.report import amount_words, between, mechanism_words, signed

EMPTY = {"br", "img", "meta", "link", "hr"}


class Page(HTMLParser):
    """Reads a page: its words, its addresses, and whether every tag is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.addresses, self.words, self.ids = [], [], [], []
        self.feed(html)
        self.text = re.sub(r"\s+", " ", " ".join(self.words)).replace("\u00a0", " ")

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.addresses += [found[name] for name in ("src", "href") if name in found]
        self.ids += [found["id"]] if "id" in found else []
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def written(root, study):
    """Write the report of a study, without its figures; return what is read in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "picture", lambda *names: report.Picture("<svg></svg>", names[-1]))
        report.write(root, study)
    return Page((root / "report.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def plan():
    return load_plan("weihai_2018")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("told"), "as_written")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, study):
    """A root that holds the study's figures."""
    root = tmp_path_factory.mktemp("drawn")
    figures.draw(root, study)
    return root


@pytest.fixture(scope="module")
def html(study, drawn):
    return report.render(drawn, study)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_every_tag_is_closed_and_every_id_is_used_once(page):
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)


def test_nothing_comes_from_outside_the_page(html, page):
    for address in page.addresses:
        assert address.startswith("#"), address[:80]
    used = {address[1:] for address in page.addresses} | set(re.findall(r"url\(#([^)]*)\)", html))
    assert used <= set(page.ids)
    assert not re.search(r"https?:|url\((?!#)|@import|<script|<link|<image", html)


def test_the_same_study_gives_the_same_page(drawn, study, html):
    assert report.render(drawn, study) == html


def test_every_figure_is_in_it_whole(html, drawn):
    files = [path.read_text("utf-8") for path in (drawn / "figures").glob("*.svg")]
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

    shapes = report.Shapes()
    drawings = [shapes.drawing(svg(*each)) for each in (("x", 1), ("y", 1), ("x", 2))]
    bodies = [f'<svg><g><use href="#{name}"/></g></svg>' for name in ("s0", "s0", "s1")]
    assert drawings == bodies
    assert shapes.all() == '<path id="s0" d="M 0 0 L 1 1.23"/><path id="s1" d="M 0 0 L 2 1.23"/>'


def test_every_target_and_instrument_is_in_it_with_clause_and_words(plan, page):
    for thing in (*plan.targets, *plan.instruments, *plan.city.background):
        for words in (thing.id, thing.clause, thing.zh):
            assert re.sub(r"\s+", " ", words) in page.text, words


def test_behavioural_targets_come_first(page):
    natures = ("behavioural", "delivered", "quota")
    places = [page.text.index(figures.NATURE_WORDS[nature]) for nature in natures]
    assert places == sorted(places)


def test_the_answer_holds_chance_addition_and_what_arrives_anyway(page):
    answer = page.text[page.text.index("Half have met it by") :]
    brokers = answer[answer.index("Certified technology brokers") :][:420]
    # Starts at 100 to 400; grows by 400 without and by 800 with the plan; the goal is 1000.
    for words in ("250", "75 %", "0 %", "1,050", "650", "+400", "525"):
        assert words in brokers, words


def test_every_word_on_public_cost_says_how_much_is_assumed(page):
    sentences = re.findall(r"City and count\w+[^.]*?million[^.]*", page.text)
    assert sentences
    for sentence in sentences:
        assert "25 % of it assumed" in sentence, sentence


def test_the_cost_is_the_city_s_and_the_rest_is_apart(page):
    # 8 million in half of the replicates and 16 in the others, of city and counties.
    assert "City and counties pay 12 million CNY in the median future" in page.text
    assert "(nine in ten futures: 8 to 16)" in page.text
    assert "Fund capital: not in the public cost; in all 75 (50 to 100)" in page.text


def test_quota_targets_are_said_to_be_decided_elsewhere(page):
    assert "city money decides little" in page.text


def test_all_parts_are_there(page):
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
        assert words in page.text, words


def test_what_is_absent_is_told_if_an_instrument_waits_for_it(tmp_path, plan, page, monkeypatch):
    assert "Still absent" not in page.text
    kind = dataclasses.replace(TYPES["voucher"], levers=(), process="barter")
    monkeypatch.setitem(TYPES, "voucher", kind)
    page = written(tmp_path, study_of(tmp_path, "none", plans=(plan,), replicates=1))
    assert "Still absent: barter (for voucher)." in page.text


def test_a_figure_that_the_city_published_stands_beside_the_model_s(page):
    assert "2017: 348,010" in page.text
    assert "not published" in page.text


def test_a_single_run_compares_with_nothing(tmp_path):
    page = written(tmp_path, study_of(tmp_path, "as_written", baselines=()))
    assert "Arrives anyway" not in page.text
    assert "Added, on average" not in page.text
    assert "without the plan" not in page.text
    assert "Chance with the plan as written" in page.text


def test_a_run_without_policy_says_that_nothing_is_paid(tmp_path):
    page = written(tmp_path, study_of(tmp_path, "none", baselines=()))
    assert "City and counties pay nothing under it." in page.text
    assert "No instrument pays anything." in page.text


def test_a_run_that_ends_before_all_dates_gives_no_chance(tmp_path):
    page = written(tmp_path, study_of(tmp_path, "as_written", quarters=2))
    assert "No target's date lies within this run." in page.text
    assert "the date lies beyond this run" in page.text


def test_several_plans_are_chapters(tmp_path, plan):
    plans = (plan, dataclasses.replace(plan, name="second", title="Another plan"))
    page = written(tmp_path, study_of(tmp_path, "as_written", plans=plans, replicates=2))
    assert {"weihai_2018", "second", "second-answer"} <= set(page.ids)
    assert page.text.count("Will the plans meet their targets?") == 1
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)


def test_the_first_page_sets_all_plans_side_by_side(tmp_path):
    names = ("weihai_2018", "jiangyin_2025")
    plans = tuple(load_plan(name) for name in names)
    page = written(tmp_path, study_of(tmp_path, "as_written", plans=plans))
    first = page.text[: page.text.index("The question and the answer")]
    for words in (
        *names,
        "Of the 25 targets of all plans that have a chance here,",
        "5 behavioural, 1 delivered, 1 quota",
        "Likely · even · unlikely",
        "All behavioural targets met",
        "What holds it back most",
        "12 (8 to 16)",  # public cost of Weihai, as in its chapter
        "25 %",  # of it assumed
        "2.5 (1.",  # committed beyond the run
        "published",
        "Certified technology brokers, cumulative (115 to 385)",  # a start that was drawn
    ):
        assert words in first, words


def test_targets_are_sorted_by_chance(study):
    view = report.view_of(study, study.plans["weihai_2018"])
    # With the plan three of four futures end at the goal or above, without it none.
    assert report.sort_targets(view, view.main) == (7, 0, 0)
    assert view.base is not None
    assert report.sort_targets(view, view.base) == (0, 0, 7)


def test_several_mixes_are_compared(tmp_path):
    study = study_of(tmp_path, "as_written", "founding", "transfer", replicates=2)
    page = written(tmp_path, study)
    assert "The mixes compared" in page.text
    assert "with the mix transfer" in page.text


def test_what_failed_is_listed(tmp_path):
    def breaks(*arguments, replicate, **others):
        if replicate == 1:
            raise RuntimeError("the town hall burned down")
        return told(*arguments, replicate=replicate, **others)

    page = written(tmp_path, study_of(tmp_path, "as_written", model=breaks))
    assert "2 replicates failed" in page.text
    assert "the town hall burned down" in page.text


def test_without_a_single_replicate_there_is_no_answer_but_an_appendix(tmp_path, plan):
    def broken(*_, **__):
        raise RuntimeError("no city")

    page = written(tmp_path, study_of(tmp_path, "as_written", model=broken))
    assert "No replicate of this plan was completed" in page.text
    assert plan.instruments[0].id in page.text


def test_words_of_a_plan_are_no_markup(tmp_path, plan):
    first, *rest = plan.targets
    first = dataclasses.replace(first, meaning="<script>alert(1)</script>")
    changed = dataclasses.replace(plan, targets=(first, *rest))
    page = written(tmp_path, study_of(tmp_path, "as_written", plans=(changed,), replicates=1))
    assert "<script>alert(1)</script>" in page.text


def test_a_target_that_is_not_modelled_gives_its_reason(tmp_path, plan):
    first, *rest = plan.targets
    first = dataclasses.replace(first, reason="Nobody counts it")
    changed = dataclasses.replace(plan, targets=(first, *rest))
    page = written(tmp_path, study_of(tmp_path, "as_written", plans=(changed,), replicates=2))
    assert page.text.count("Nobody counts it") >= 2
    assert "not modelled" in page.text


def test_a_typed_start_is_marked(tmp_path):
    study = study_of(tmp_path, "as_written", start={"brokers": 120.0}, replicates=2)
    assert "typed in for this run" in written(tmp_path, study).text


@pytest.mark.parametrize("name", plan_names())
def test_every_instrument_has_a_mechanism_or_a_reason(name):
    for instrument in load_plan(name).instruments:
        words = mechanism_words(instrument)
        assert "Read by" in words or words.startswith(("Not modelled: ", "Not yet modelled: "))


@pytest.mark.parametrize("name", plan_names())
def test_every_target_says_which_processes_move_it_or_why_none_does(name):
    for target in load_plan(name).targets:
        words = report.target_mechanism_words(target)
        assert "Moved by " in words or words.startswith("Not modelled: "), target.id


def test_the_processes_that_move_an_indicator_are_those_of_a_quarter():
    processes = {process for process, _ in QUARTER}
    for indicator in INDICATORS.values():
        assert indicator.moved_by, indicator.name
        assert set(indicator.moved_by) <= processes, indicator.name


def test_every_process_of_a_quarter_is_told(page):
    told = page.text[page.text.index("In the model:") :]
    for name, _ in QUARTER:
        assert f"{name.replace('_', ' ')} (" in told, name


def test_a_target_says_how_its_text_is_read_and_how_else_it_could_be():
    target = target_of(load_plan("ningbo_2019"), "equipment_sharing_uses")
    words = report.reading_words(target)
    assert "is default (The sum since the start" in words
    assert "targets.equipment_sharing_uses.variant may also be annual (The last year's" in words
    assert words in report.target_mechanism_words(target)


def test_an_instrument_that_waits_says_for_what(plan):
    waiting = [i for i in plan.instruments if i.waits_for and not i.reason]
    for instrument in waiting:
        assert f"waits for the process {instrument.waits_for}" in mechanism_words(instrument)


def test_amounts_are_told_with_how_they_are_known(plan):
    words = {i.id: amount_words(i) for i in plan.instruments}
    assert words["innovation_centre_firm"] == "2 million CNY"
    assert "drawn from half of it to all of it" in words["new_rd_institution_support"]
    assert words["new_rd_institution_case_by_case"] == (
        "case by case: drawn from 0.5 to 20 million CNY"
    )
    assert words["innovation_voucher"].startswith("no amount in the text; assumed 0.3 (range 0 to")


def test_differences_carry_a_sign():
    assert [signed(1.5), signed(-1.5), signed(0.0)] == ["+1.5", "−1.5", "0"]
    assert signed(0.305, share=True) == "+30 points"


def test_a_range_without_width_is_nothing():
    assert between(0.46, 0.71, share=True) == "46 to 71\u00a0%"
    assert between(2.0, 2.001) == ""
    assert between(float("nan"), 1.0) == ""
