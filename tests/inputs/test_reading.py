"""Files as people type them: read as they mean them, or refused with the line."""

import datetime

import pytest

from sim.core.errors import ConfigError
from sim.inputs.plan_file import plan_from_tree, tree_of
from sim.inputs.reading import Entry, read_tree


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "a.yaml").write_text(text, "utf-8")
        return read_tree("plan", tmp_path / "a.yaml")

    return read


@pytest.mark.parametrize(
    ("written", "meant"), [("5e-2", 0.05), ("1e5", 1e5), ("-2E3", -2000.0), ("1.5e3", 1500.0)]
)
def test_powers_of_ten_are_numbers(read, written, meant):
    assert read(f"a: {written}\nb: '{written}'") == {"a": meant, "b": written}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nvalue: １２００", ["line 2", "'１２００'", "full-width sign '１'", "type '1'"]),
        ("a: 1\nvalue: 1２．５", ["line 2", "full-width sign '２'"]),
        ("a: 1\nvalue: 50％", ["line 2", "full-width sign '％'"]),
        ("a: 1\nvalue: 12\u3000", ["line 2", "(U+3000)"]),
        ("a: 1\nva１ue: 12", ["line 2", "the key 'va１ue'", "full-width sign '１'"]),
        ("a: 1\n\u3000\u3000b: 12", ["line 2", "(U+3000)", "type ' '"]),
        ("a: 1\nvalue：12\nc: 3", ["line 2 holds the full-width sign '：'", "type ':'"]),
        ("a:\n  unit: x\n  value：12\n  by: 3", ["line 3 holds the full-width sign '：'"]),
        ("a:\n  unit: x\n  value:\u300012\n  b: 3", ["line 3 holds the full-width", "(U+3000)"]),
        ("a:\n  unit: x\n    value：12", ["between lines 2 and 3", "'value：' holds", "type ':'"]),
        ("a: 1\nvalue: 1,000", ["line 2", "'1,000'", "no commas", "write it like 100"]),
        ("a: 1\nvalue: 12,345,678.5", ["line 2", "no commas"]),
        ("a: 1\nvalue: 50%", ["line 2", "'50%'", "5 % of all is 0.05"]),
        ("a: 1\nvalue: 2.5 %", ["line 2", "'2.5 %'"]),
        ("a: 1\nvalue: 2018-12-31", ["line 2", "'2018-12-31' is a date, and value has none"]),
        ("a: 1\nvalue: 2018-12-31 10:00:00", ["line 2", "is a date"]),
    ],
)
def test_what_a_keyboard_or_a_habit_types_otherwise_is_refused_with_its_line(read, text, words):
    with pytest.raises(ConfigError) as error:
        read(text)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)


def test_chinese_texts_keep_their_signs(read):
    texts = {
        "zh": "目标：到２０２０年，达到１０家（含）以上　约50％",
        "long": "目标 全市：一",
        "quoted": "１２００",
        "key words": "value：3",
    }
    assert read("\n".join(f"{key}: '{text}'" for key, text in texts.items())) == texts
    assert read(f"zh: {texts['zh']}") == {"zh": texts["zh"]}
    assert read("zh: 目标\n  全市：一") == {"zh": "目标 全市：一"}
    assert read("zh: |\n  value：3\n") == {"zh": "value：3\n"}
    assert read("by: 2020-12-31") == {"by": datetime.date(2020, 12, 31)}


@pytest.mark.parametrize("sign", ["\a", "\0", "\x1b", "\r", "\x85", "\ud800", "\ufffe", "\uffff"])
def test_a_character_that_no_page_can_show_is_refused(sign):
    entry = Entry({"zh": f"a{sign}b", "of": ["a", f"b{sign}"]}, "plan x", ("zh", "of"))
    for read in (lambda: entry.text("zh"), lambda: entry.words("of")):
        with pytest.raises(ConfigError, match=rf"plan x\.\w+: .* U\+{ord(sign):04X}"):
            read()


@pytest.mark.parametrize("key", ["clause", "zh", "meaning", "unit", "reading"])
def test_no_text_of_a_target_is_overlooked(key):
    tree = tree_of("weihai_2018")
    tree["targets"]["brokers"][key] = "a\ab"
    with pytest.raises(ConfigError, match=rf"targets\.brokers\.{key}: .*U\+0007"):
        plan_from_tree(tree, "plan")


def test_lines_and_tabs_may_stand_in_a_text():
    assert Entry({"zh": "a\n\tb 😀"}, "plan x", ("zh",)).text("zh") == "a\n\tb 😀"
