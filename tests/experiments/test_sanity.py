"""Yearly figures beside published ones: every row is measured."""

import sanity


def test_every_row_is_measured_in_both_years():
    found = sanity.figures("weihai_2018", replicates=1, seed=1)
    assert found.keys() == {row.name for row in sanity.ROWS}
    for name, (first, last) in found.items():
        assert len(first) == len(last) == 1, name
    centres, _ = found["new engineering and technology centres of firms a year per unit"]
    assert 0.02 < centres[0] < 0.5
    assert "share of above-scale firms with R&D" in sanity.table({"weihai_2018": found})
