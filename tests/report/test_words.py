"""What mixes and targets are called."""

from sim.report.words import mix_words, short_names


def test_a_modified_mix_says_what_was_changed():
    assert mix_words("as_written~voucher") == "with the plan as written, less voucher"
    assert mix_words("transfer+bonus.amount=0.05") == "with the mix transfer, bonus.amount=0.05"


def test_words_for_a_mix():
    assert mix_words("as_written+from=changzhou_2019") == "with changzhou_2019 as written"
    assert mix_words("talent+from=changzhou_2019~a") == (
        "with the mix talent of changzhou_2019, less a"
    )
    assert mix_words("founding~a+b+scale=2+budget=1.1+cost=as_written~c") == (
        "with the mix founding, less a, plus b, 2 times the doses, 1.1 times the budget, "
        "at the cost of as_written~c"
    )


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
