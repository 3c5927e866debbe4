"""What the sections of the report say of a study whose numbers are told."""

import dataclasses
import re

import pytest
from pages import written
from plans import PLANS, target_of
from studies import study_of, told

from sim.indicators.table import INDICATORS
from sim.inputs.levers import TYPES
from sim.inputs.number_set import number_set
from sim.inputs.plan_file import load_plan, plan_names
from sim.region.pages import QUARTER
from sim.report.sections.appendix import (
    amount_words,
    instruments_appendix,
    mechanism_words,
    reading_words,
    target_mechanism_words,
)
from sim.report.sections.overview import sort_targets
from sim.report.sections.parameters import parameter_tables
from sim.report.view import view_of
from sim.report.words import NATURE_WORDS


@pytest.fixture(scope="module")
def read(study):
    return written(study)


# The first page


def test_the_first_page_sets_all_plans_side_by_side(tmp_path):
    names = ("weihai_2018", "jiangyin_2025")
    plans = tuple(load_plan(name) for name in names)
    read = written(study_of(tmp_path, "as_written", plans=plans))
    first = read.text[: read.text.index("The question and the answer")]
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
    view = view_of(study, study.plans["weihai_2018"])
    # With the plan three of four futures end at the goal or above, without it none.
    assert sort_targets(view, view.main) == (7, 0, 0)
    assert view.base is not None
    assert sort_targets(view, view.base) == (0, 0, 7)


# The answer


def test_behavioural_targets_come_first(read):
    natures = ("behavioural", "delivered", "quota")
    places = [read.text.index(NATURE_WORDS[nature]) for nature in natures]
    assert places == sorted(places)


def test_the_answer_holds_chance_addition_and_what_arrives_anyway(read):
    answer = read.text[read.text.index("Half have met it by") :]
    brokers = answer[answer.index("Certified technology brokers") :][:420]
    # Starts at 100 to 400; grows by 400 without and by 800 with the plan; the goal is 1000.
    for words in ("250", "75 %", "0 %", "1,050", "650", "+400", "525"):
        assert words in brokers, words


def test_a_target_that_is_not_modelled_gives_its_reason(tmp_path, plan):
    first, *rest = plan.targets
    first = dataclasses.replace(first, reason="Nobody counts it")
    changed = dataclasses.replace(plan, targets=(first, *rest))
    read = written(study_of(tmp_path, "as_written", plans=(changed,), replicates=2))
    assert read.text.count("Nobody counts it") >= 2
    assert "not modelled" in read.text


# Money


def test_every_word_on_public_cost_says_how_much_is_assumed(read):
    sentences = re.findall(r"City and count\w+[^.]*?million[^.]*", read.text)
    assert sentences
    for sentence in sentences:
        assert "25 % of it assumed" in sentence, sentence


def test_the_cost_is_the_city_s_and_the_rest_is_apart(read):
    # 8 million in half of the replicates and 16 in the others, of city and counties.
    assert "City and counties pay 12 million CNY in the median future" in read.text
    assert "(nine in ten futures: 8 to 16)" in read.text
    assert "Fund capital: not in the public cost; in all 75 (50 to 100)" in read.text


def test_the_report_tells_scale_outlays_and_what_of_it_is_assumed(tmp_path):
    def model(plan, mix, *, replicate, quarters, **others):
        record = told(plan, mix, replicate=replicate, quarters=quarters)
        scale = max((i.scale for i in mix.instruments), default=0.0)
        fewer = 0.5 if mix.name.startswith("founding") else 1.0
        record.payments["amount"] *= scale * fewer
        return record

    study = study_of(tmp_path, "as_written", "founding+cost=as_written", model=model, replicates=4)
    said = written(study).text
    fit = study.combinations[-1].fit
    assert fit.scale == pytest.approx(2.0, rel=0.01)
    assert "At equal cost" in said
    assert re.search(
        r"With the mix founding, at the cost of as_written: every paying instrument that city or "
        r"county decide on offers 2 times its dose\. That costs 14\.5 million CNY on average, paid "
        r"or owed at the end, beside 14\.5 million; 25.% of it assumed",
        said,
    )


# Other plans' mixes


def test_the_report_says_what_of_another_plan_attaches(several):
    said = written(several).text
    assert "What attaches with the mix talent of changzhou_2019" in said
    assert re.search(r"\d+ of \d+ instruments attach to this city", said)


def test_a_mix_of_another_plan_is_not_taken_for_the_plans_own(tmp_path):
    plan = PLANS["changzhou_2019"]
    study = study_of(tmp_path, "as_written+from=weihai_2018", plans=[plan], baselines=())
    view = view_of(study, plan)
    in_force = {row[0].note: row[-1].text for row in instruments_appendix(view).rows}
    assert in_force["evaluation"] == "no"  # Weihai's has the same name
    assert set(in_force.values()) == {"no"}


# The city, and what cannot be told


def test_a_figure_that_the_city_published_stands_beside_the_model_s(read):
    assert "2017: 348,010" in read.text
    assert "not published" in read.text


def test_a_typed_start_is_marked(tmp_path):
    study = study_of(tmp_path, "as_written", start={"brokers": 120.0}, replicates=2)
    assert "set for this run" in written(study).text


def test_a_number_that_is_set_says_why(tmp_path):
    own = "why: The survey of 2020\nparameters:\n  research.stop: {value: 0.05, why: Fewer}\n"
    (tmp_path / "own.yaml").write_text(f"{own}  market.spread: 0.1\n")
    numbers = number_set(str(tmp_path / "own.yaml"), {"incubator": {"rate": {"range": [0.1, 0.2]}}})
    study = study_of(tmp_path / "run", "none", numbers=numbers, replicates=2)
    rows = [
        (title.split()[0], row[0].text, row[4].text)
        for title, table in parameter_tables(view_of(study, PLANS["weihai_2018"])).items()
        for row in table.rows
        if "set for this run" in row[4].text
    ]
    assert sorted(rows) == [
        ("kinds", "incubator.rate", "range set for this run"),
        ("market", "spread", "set for this run: The survey of 2020"),
        ("research", "stop", "set for this run: Fewer"),
    ]


def test_quota_targets_are_said_to_be_decided_elsewhere(read):
    assert "city money decides little" in read.text


def test_what_is_absent_is_told_if_an_instrument_waits_for_it(tmp_path, plan, read, monkeypatch):
    assert "Still absent" not in read.text
    kind = dataclasses.replace(TYPES["voucher"], levers=(), process="barter")
    monkeypatch.setitem(TYPES, "voucher", kind)
    read = written(study_of(tmp_path, "none", plans=(plan,), replicates=1))
    assert "Still absent: barter (for voucher)." in read.text


def test_every_process_of_a_quarter_is_told(read):
    told = read.text[read.text.index("In the model:") :]
    for name, _ in QUARTER:
        assert f"{name.replace('_', ' ')} (" in told, name


# What stands for targets and instruments


@pytest.mark.parametrize("name", plan_names())
def test_every_instrument_has_a_mechanism_or_a_reason(name):
    for instrument in load_plan(name).instruments:
        words = mechanism_words(instrument)
        assert "Read by" in words or words.startswith(("Not modelled: ", "Not yet modelled: "))


@pytest.mark.parametrize("name", plan_names())
def test_every_target_says_which_processes_move_it_or_why_none_does(name):
    for target in load_plan(name).targets:
        words = target_mechanism_words(target)
        assert "Moved by " in words or words.startswith("Not modelled: "), target.id


def test_the_processes_that_move_an_indicator_are_those_of_a_quarter():
    processes = {process for process, _ in QUARTER}
    for indicator in INDICATORS.values():
        assert indicator.moved_by, indicator.name
        assert set(indicator.moved_by) <= processes, indicator.name


def test_a_target_says_how_its_text_is_read_and_how_else_it_could_be():
    target = target_of(load_plan("ningbo_2019"), "equipment_sharing_uses")
    words = reading_words(target)
    assert "is default (The sum since the start" in words
    assert "targets.equipment_sharing_uses.variant may also be annual (The last year's" in words
    assert words in target_mechanism_words(target)


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
