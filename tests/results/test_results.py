"""Hand-checked numbers: five replicates of a model that does what it is told."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet
from studies import stand_in, write_tables
from studies import study_of as study_of_mixes

import sim
from sim.core.errors import ConfigError
from sim.inputs.plan_file import load_plan
from sim.region.record import PAYMENTS, Record
from sim.results.study import Study
from sim.runs.job import Done, Job
from sim.runs.precision import jeffreys

REPLICATES = 5
QUARTERS = range(8076, 8084)  # 2019Q1 to 2020Q4
# The goal of `brokers`, 1000, is met by replicates 2, 3 and 4, first in the quarters below.
AT_THE_END = (900.0, 950.0, 1000.0, 1050.0, 1100.0)
FIRST_MET = (None, None, 7, 5, 2)
ADDED = (0.0, 10.0, 20.0, 30.0, 140.0)  # brokers that `as_written` adds, per replicate
PAID = (1.0, 2.0, 3.0, 4.0, 5.0)  # million CNY of the city, of the nation and of the background


def brokers(replicate, mix):
    path = np.full(len(QUARTERS), 100.0)
    if FIRST_MET[replicate] is not None:
        path[FIRST_MET[replicate] :] = 1000.0
    path[-1] = AT_THE_END[replicate]
    return path + (ADDED[replicate] if mix.name == "as_written" else 0.0)


def payments(replicate, mix):
    rows = [("2019Q4", "standing", "city", 0.0, True)]
    if mix.name == "as_written":
        rows += [
            ("2020Q1", "stated", "city", 0.0, False),
            ("2019Q2", "guessed", "county", 1.0, False),
            ("2019Q2", "elsewhere", "nation", 1.0, False),
        ]
    return pd.DataFrame(
        [
            (q, name, "一(一)", payer, "firm", PAID[replicate], a, b)
            for q, name, payer, a, b in rows
        ],
        columns=PAYMENTS,
    )


def obedient(plan, mix, *, replicate, quarters, **others):
    """Stand in for the model."""
    values = {t.id: np.full(len(QUARTERS), 0.0) for t in plan.targets if not t.reason}
    values |= {"gdp": np.arange(8.0), "brokers": brokers(replicate, mix)}
    values["ip_services"] += 5.0 + 5.0 * (replicate == 4)  # the goal is 10
    values = {name: series[:quarters] for name, series in values.items()}
    return Record(
        replicate=replicate,
        quarters=list(QUARTERS[:quarters]),
        trajectories=values,
        real={"brokers": values["brokers"] / 10},
        pressed={"brokers": values["brokers"] / 20},
        nominal={"brokers": values["brokers"] / 5},
        start={name: 10.0 * replicate for name in values},
        payments=payments(replicate, mix),
        committed=0.5 * replicate,
        claimed={"city_fund": 0.5},
        parameters={"start.gdp": 1.0 + replicate, "market.spread": 0.1},
    )


@pytest.fixture(autouse=True)
def model(monkeypatch):
    stand_in(monkeypatch, obedient)


def study_of(root, *mixes, **settings):
    usual = {"replicates": REPLICATES, "baselines": (), "model": obedient}
    return study_of_mixes(root, *mixes, **usual | settings)


def row_of(frame, target="brokers"):
    return frame.set_index("target").loc[target]


@pytest.mark.parametrize(
    ("successes", "low", "high"),
    [(0, 0.0, 0.217), (1, 0.011, 0.381), (5, 0.224, 0.776), (10, 0.783, 1.0)],
)
def test_jeffreys_interval_of_ten(successes, low, high):
    assert jeffreys(successes, 10) == pytest.approx((low, high), abs=5e-4)


def test_jeffreys_interval_holds_95_percent():
    low, high = jeffreys(3, 10)
    share = np.linspace(0, 1, 200_001)[1:-1]
    density = share**2.5 * (1 - share) ** 6.5
    inside = density[(share > low) & (share < high)].sum() / density.sum()
    assert inside == pytest.approx(0.95, abs=1e-4)
    assert density[share < low].sum() / density.sum() == pytest.approx(0.025, abs=1e-4)


def test_attainment_by_hand(tmp_path):
    row = row_of(study_of(tmp_path, "none").attainment)
    assert (row["goal"], row["by"], row["unit"]) == (1000.0, "2020-12-31", "persons")
    assert (row["status"], row["nature"], row["measure"]) == (
        "modelled",
        "delivered",
        "cumulative",
    )
    assert (row["p05"], row["p50"], row["p95"], row["mean"]) == (910.0, 1000.0, 1090.0, 1000.0)
    assert row["probability"] == 0.6
    assert (row["probability_low"], row["probability_high"]) == jeffreys(3, 5)
    assert row["shortfall_p50"] == 0.0  # of 100, 50, 0, 0, 0
    assert row["start_p50"] == 20.0
    assert row["real_p50"] == 100.0
    assert row["replicates"] == 5


def test_the_expected_quarter_is_when_half_have_met(tmp_path):
    attainment = study_of(tmp_path, "none").attainment
    assert row_of(attainment)["expected_quarter"] == "2020Q4"  # the third of five meets it then
    assert row_of(attainment, "ip_services")["expected_quarter"] == ""  # only one of five does


def test_a_target_whose_date_lies_beyond_the_run_has_no_probability(tmp_path):
    row = row_of(study_of(tmp_path, "none", quarters=3).attainment)
    assert row[["p05", "p50", "p95", "mean", "probability", "shortfall_p50"]].isna().all()
    assert row["start_p50"] == 20.0


def test_a_target_without_a_mechanism_has_no_numbers(tmp_path):
    plan = load_plan("weihai_2018")
    from dataclasses import replace

    first, *rest = plan.targets
    plan = replace(plan, targets=(replace(first, reason="nothing moves it"), *rest))
    study = study_of(tmp_path, "none", plans=(plan,))
    row = row_of(study.attainment, first.id)
    assert row["status"] == "not_modelled"
    assert row.loc["start_p50":"real_p50"].replace("", math.nan).isna().all()


def test_summary_by_hand(tmp_path):
    study = study_of(tmp_path, "none", "as_written", baselines=["none"])
    nothing, plan = study.summary.to_dict("records")
    # The public cost: what city and county pay, without the background; 2 to 10 million CNY.
    assert (nothing["cost_p05"], nothing["cost_p95"]) == (0.0, 0.0)
    assert math.isnan(nothing["cost_assumed_share"])
    assert (plan["cost_p05"], plan["cost_p50"], plan["cost_p95"]) == pytest.approx((2.4, 6.0, 9.6))
    assert plan["cost_assumed_share"] == 0.5
    assert plan["all_behavioural_probability"] == 0.0
    assert plan["binding_target"] in {t.id for t in load_plan("weihai_2018").targets}
    assert plan["binding_target"] not in {"brokers", "ip_services"}


def test_comparison_by_hand(tmp_path):
    study = study_of(tmp_path, "none", "as_written", baselines=["none"])
    row = row_of(study.comparison)
    assert (row["policy"], row["against"]) == ("as_written", "none")
    assert (row["delta_p05"], row["delta_p50"], row["delta_p95"]) == pytest.approx((2, 20, 118))
    assert row["delta_mean"] == 40.0
    # Deviations -40, -30, -20, -10, 100: variance 13000 / 4; over 5, its root.
    assert row["delta_se"] == pytest.approx(math.sqrt(3250 / 5))
    assert row["probability_change"] == pytest.approx(0.0)
    assert row["cost_change"] == 6.0
    assert row["cost_per_unit"] == 6.0 / 40.0
    # none: -100 … 100, variance 25000 / 4; as_written: 900, 960, 1020, 1080, 1240: mean 1040.
    own = (140**2 + 80**2 + 20**2 + 40**2 + 200**2) / 4
    assert row["variance_ratio"] == pytest.approx(3250 / (6250 + own))
    same = row_of(study.comparison, "ip_services")
    assert (same["delta_mean"], same["variance_ratio"]) == (0.0, 0.0)
    assert math.isnan(same["cost_per_unit"])
    assert math.isnan(row_of(study.comparison, "transfer_services")["variance_ratio"])


def test_only_replicates_that_both_mixes_completed_are_paired(tmp_path):
    def unlucky(plan, mix, *, replicate, **others):
        if mix.name == "none" and replicate == 4:
            raise ArithmeticError
        return obedient(plan, mix, replicate=replicate, **others)

    study = study_of(tmp_path, "none", "as_written", baselines=["none"], model=unlucky)
    assert row_of(study.comparison)["delta_mean"] == 15.0
    assert row_of(study.comparison)["cost_change"] == 5.0


def test_columns_are_the_contract(tmp_path):
    study = study_of(tmp_path, "none", "as_written", baselines=["none"])
    write_tables(study)
    columns = {
        "attainment.csv": "plan,policy,target,status,clause,nature,measure,unit,goal,by,start_p50,"
        "p05,p50,p95,mean,probability,probability_low,probability_high,expected_quarter,"
        "shortfall_p50,real_p50,replicates",
        "summary.csv": "plan,policy,cost_p05,cost_p50,cost_p95,cost_assumed_share,"
        "all_behavioural_probability,binding_target,replicates,"
        "cost_mean,outlay_mean,scale,costs_as,outlay_wanted",
        "comparison.csv": "plan,policy,against,target,delta_p05,delta_p50,delta_p95,delta_mean,"
        "delta_se,probability_change,cost_change,cost_per_unit,variance_ratio",
    }
    for name, expected in columns.items():
        assert (tmp_path / name).read_text("utf-8").splitlines()[0] == expected
    own = tmp_path / "weihai_2018" / "as_written"
    ledger = pd.read_parquet(own / "ledger.parquet")
    assert ",".join(ledger) == (
        "plan,policy,replicate,quarter,instrument,clause,payer,payee,amount,assumed"
    )
    assert len(ledger) == 4 * REPLICATES
    assert ledger["quarter"].tolist()[:4] == ["2019Q2", "2019Q2", "2019Q4", "2020Q1"]
    trajectories = pd.read_parquet(own / "trajectories.parquet")
    assert list(trajectories)[:4] == ["plan", "policy", "replicate", "quarter"]
    assert trajectories[["replicate", "quarter"]].iloc[8].tolist() == [1, "2019Q1"]
    assert trajectories["brokers"].tolist()[7] == 900.0
    assert trajectories["gdp"].tolist()[:9] == [0, 1, 2, 3, 4, 5, 6, 7, 0]
    parameters = pd.read_parquet(own / "parameters.parquet")
    assert list(parameters) == ["plan", "policy", "replicate", "start.gdp", "market.spread"]
    assert parameters["start.gdp"].tolist() == [1, 2, 3, 4, 5]


def test_number_columns_are_split_by_bytes(tmp_path):
    write_tables(study_of(tmp_path, "none"))
    column = parquet.ParquetFile(tmp_path / "trajectories.parquet").metadata.row_group(0).column(4)
    assert "BYTE_STREAM_SPLIT" in column.encodings
    assert column.compression == "ZSTD"


def test_a_study_is_read_from_its_folders_without_the_engine(tmp_path):
    study = study_of(tmp_path, "none", "as_written", baselines=["none"])
    cases = tuple(one.case for one in study.combinations)
    job = Job(cases=cases, effort=study.effort, baselines=("none",), several=True)
    again = Study.read(Done(job=job, failures=()), tmp_path)
    for name in ("attainment", "summary", "comparison"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(study, name))
    engine = ("sim.processes", "sim.state.state", "sim.region.region", "sim.runs.ensemble", "mesa")
    code = (
        "import sys; import sim.results.study, sim.results.files\n"
        f"print([name for name in {engine} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# From Python


def test_a_run_from_python_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = sim.run("weihai_2018", policy="none", replicates=3, workers=1)
    assert list(Path().iterdir()) == []
    assert row_of(result.attainment())["replicates"] == 3
    table = result.trajectories("brokers")
    assert table.shape == (3, 8)
    assert list(table.columns)[::7] == ["2019Q1", "2020Q4"]
    assert table.loc[2, "2020Q4"] == 1000.0
    assert len(result.ledger()) == 3
    assert result.parameters()["start.gdp"].tolist() == [1, 2, 3]
    with pytest.raises(ConfigError, match="Did you mean 'brokers'"):
        result.trajectories("broker")


def test_compare_from_python_runs_the_baseline_too():
    plan = sim.load_plan("weihai_2018")
    alone = sim.compare(plan, ["as_written"], replicates=REPLICATES, workers=1)
    listed = sim.compare(plan, ["none", "as_written"], replicates=REPLICATES, workers=1)
    pd.testing.assert_frame_equal(alone, listed)
    assert row_of(alone)["delta_mean"] == 40.0


def test_wrong_input_from_python_is_refused():
    with pytest.raises(ConfigError, match="replicates = 0"):
        sim.run("weihai_2018", replicates=0)
    with pytest.raises(ConfigError, match="no starting figure"):
        sim.run("weihai_2018", start={"gdpp": 1.0})


def test_a_failed_replicate_is_a_warning_from_python(monkeypatch):
    def unlucky(*arguments, replicate, **others):
        if replicate == 1:
            raise ArithmeticError("bad luck")
        return obedient(*arguments, replicate=replicate, **others)

    stand_in(monkeypatch, unlucky)
    with pytest.warns(UserWarning, match="1 replicates failed.*bad luck"):
        result = sim.run("weihai_2018", replicates=3, workers=1)
    assert row_of(result.attainment())["replicates"] == 2


def test_importing_the_package_loads_nothing():
    heavy = ["numpy", "pandas", "mesa", "numba", "hydra", "scipy"]
    code = f"import sim, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_everything_that_is_exported_exists():
    assert sorted(sim.__all__) == sim.__all__
    for name in sim.__all__:
        assert getattr(sim, name).__name__ == name
