"""Numbers as people read them."""

import pytest

from sim.report.numerals import between, exact, number, rough, signed


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


def test_differences_carry_a_sign():
    assert [signed(1.5), signed(-1.5), signed(0.0)] == ["+1.5", "−1.5", "0"]
    assert signed(0.305, share=True) == "+30 points"


def test_a_range_without_width_is_nothing():
    assert between(0.46, 0.71, share=True) == "46 to 71\u00a0%"
    assert between(2.0, 2.001) == ""
    assert between(float("nan"), 1.0) == ""


def test_ticks_that_stand_evenly_read_evenly():
    assert [exact(value) for value in (0.025, 0.05, 12000)] == ["0.025", "0.05", "12,000"]
