"""The question to many stored runs gives what all of them at once would."""

import numpy as np
import pandas as pd
import pytest
import stored_runs


@pytest.fixture
def real():
    keys = {"plan": "weihai_2018", "policy": "as_written"}
    rows = [{**keys, "replicate": r, "quarter": f"2019Q{q}"} for r in range(3) for q in (1, 2)]
    return pd.DataFrame(rows).assign(brokers=[10.0, 20, 30, 40, 50, 60], gdp=1.0)


@pytest.mark.parametrize("files", [1, 3])
def test_the_bands_are_those_of_all_runs_together(real, tmp_path, files):
    stored_runs.store(tmp_path, real, runs=50, files=files)
    paths = sorted(tmp_path.glob("*/trajectories.parquet"))
    rows = pd.concat([pd.read_parquet(path) for path in paths])
    assert (len(paths), rows.columns.tolist()) == (files, real.columns.tolist())
    assert sorted(rows["replicate"].unique()) == list(range(50))
    found = stored_runs.bands(tmp_path, "brokers")
    assert found["quarter"].unique().tolist() == ["2019Q1", "2019Q2"]
    for quarter, band in found.groupby("quarter"):
        values = rows.loc[rows["quarter"] == quarter, "brokers"]
        assert band["value"].tolist() == pytest.approx(np.quantile(values, (0.05, 0.5, 0.95)))


def test_a_made_up_value_is_near_a_real_one_of_its_column_and_quarter(real):
    rows = stored_runs.made_up(real, 7, 40)
    first = rows.loc[rows["quarter"] == "2019Q1", "brokers"].to_numpy()
    assert (np.abs(first[:, None] / [10, 30, 50] - 1).min(axis=1) <= 0.1 + 1e-12).all()
    assert rows["replicate"].tolist() == np.repeat(np.arange(7, 47), 2).tolist()
