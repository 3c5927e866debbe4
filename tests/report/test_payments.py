"""What each instrument paid over a run."""

import pytest

from sim.report.payments import spending


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
