"""A city of fewer firms tells the same means."""

import pandas as pd
import scale


def test_two_plans_have_the_same_means_at_a_tenth():
    """What a row of firms stands for is counted in the city's units, whatever the scale."""
    table = scale.compared(["weihai_2018", "jiangyin_2025"], 8, 1, full=0.5, scales=(0.1,))
    assert len(table) == 25
    assert not table["differs"].any(), scale.answer(table)


def test_a_mean_that_differs_is_named():
    row = {"plan": "p", "scale": 0.1, "mean": 2.0, "mean_at_full": 9.0, "difference": -7.0}
    rows = [row | {"target": "a", "t": 9.0}, row | {"target": "b", "t": 1.0}]
    table = pd.DataFrame(rows).assign(bound=5.0, error=1.0)
    table["differs"] = table["t"] > table["bound"]
    first, *named = scale.answer(table).splitlines()
    assert first.startswith("2 means of targets compared; 1 differ")
    assert named == ["p a at 0.1: 2, at full 9 (t 9.0)"]
