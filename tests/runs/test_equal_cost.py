"""A mix rescaled until it costs what another costs."""

import json
import math

import pandas as pd
import pytest
from markupsafe import escape
from plans import PLANS
from studies import stand_in, study_of, told, write_tables

from sim.__main__ import main
from sim.policy.choosing import choose
from sim.publish import run_and_read
from sim.region.case import case_of
from sim.region.record import PAYMENTS
from sim.runs import equal_cost
from sim.runs.effort import Effort
from sim.runs.job import job_of

PLAN = "weihai_2018"
MIX = "founding+cost=as_written"
HALF = "as_written+scale=0.5+cost=as_written"


class Paying:
    """Stands in for a city that pays, replicate by replicate, and notes what it was asked to run.

    A mix pays its number of instruments times a replicate's own factor, times a function of its
    scale, and owes a share of that beyond; the luck of founding differs from that of other mixes.
    """

    def __init__(self, paid=lambda scale: scale, luck=lambda replicate: 1.0, owed=0.0):
        self.paid, self.luck, self.owed = paid, luck, owed
        self.runs = []

    def __call__(self, plan, mix, *, replicate, **others):
        self.runs.append((mix.name, replicate))
        record = told(plan, mix, replicate=replicate, **others)
        scale = max((i.scale for i in mix.instruments), default=0.0)
        amount = len(mix.instruments) * (1 + replicate % 5)
        if mix.name.startswith("founding"):
            amount *= self.paid(scale) * self.luck(replicate)
            record.committed = self.owed * amount
        else:
            record.committed = 0.0
        rows = [
            ("2019Q2", "grant", "四(三)", "city", "firm", 0.75 * amount, 1.0, False),
            ("2019Q3", "grant", "四(三)", "county", "firm", 0.25 * amount, 0.0, False),
            ("2019Q3", "fund", "四(三)", "fund", "firm", 99.0, 0.0, False),
            ("2019Q3", "rule", "税法", "city", "firm", 99.0, 0.0, True),
        ]
        record.payments = pd.DataFrame(rows[2:] if mix.empty else rows, columns=PAYMENTS)
        return record


def costs(study, policy):
    return study.find(PLAN, policy).outlays.mean()


@pytest.mark.parametrize(
    "paid",
    [
        lambda scale: scale,
        lambda scale: 0.1 * scale,
        lambda scale: 30 * scale,
        lambda scale: math.sqrt(scale),
        lambda scale: 5 * scale / (scale + 0.1),  # lines that are soon exhausted
        lambda scale: 0.0 if scale < 3 else scale,  # nothing below a threshold
        lambda scale: round(20 * scale) / 20,  # whole claims
    ],
    ids=["even", "dear", "cheap", "root", "exhausted", "threshold", "claims"],
)
def test_the_mix_costs_what_the_other_costs_within_two_percent(tmp_path, paid):
    model = Paying(paid)
    study = study_of(tmp_path, "as_written", MIX, model=model, replicates=5)
    assert costs(study, MIX) == pytest.approx(costs(study, "as_written"), rel=0.02)
    fit = study.find(PLAN, MIX).fit
    assert fit.outlay == pytest.approx(costs(study, MIX))
    assert fit.wanted == pytest.approx(costs(study, "as_written"))
    assert {i.scale for i in study.find(PLAN, MIX).mix.instruments} >= {fit.scale}
    assert len(model.runs) < 5 * 20


def test_the_summary_says_scale_and_both_outlays(tmp_path):
    study = study_of(tmp_path, "as_written", MIX, model=Paying(), replicates=4)
    write_tables(study)
    rows = pd.read_csv(tmp_path / "summary.csv", keep_default_na=False).set_index("policy")
    row, other = rows.loc[MIX], rows.loc["as_written"]
    assert float(row["scale"]) == pytest.approx(4.2, rel=0.01)  # 42 instruments, beside 10
    assert row["costs_as"] == "as_written"
    assert float(row["outlay_wanted"]) == pytest.approx(float(other["outlay_mean"]))
    assert float(row["outlay_mean"]) == pytest.approx(float(row["outlay_wanted"]), rel=0.02)
    assert float(row["outlay_mean"]) == pytest.approx(float(row["cost_mean"]))
    assert float(row["cost_assumed_share"]) == pytest.approx(0.75)
    assert (other["scale"], other["costs_as"]) == ("", "")


def test_what_falls_due_after_the_end_is_part_of_the_cost(tmp_path):
    later = Paying(owed=1.0)  # founding owes as much as it pays
    study = study_of(tmp_path, "as_written", MIX, model=later, replicates=4)
    one, other = (study.find(PLAN, name) for name in (MIX, "as_written"))
    assert one.fit.scale == pytest.approx(4.2 / 2, rel=0.01)
    assert one.costs.mean() == pytest.approx(other.costs.mean() / 2, rel=0.02)
    assert one.outlays.mean() == pytest.approx(other.outlays.mean(), rel=0.02)


@pytest.fixture
def first_five(monkeypatch):
    """A search on the first five replicates instead of fifty, which takes a tenth of the time."""
    monkeypatch.setattr(equal_cost, "STRATA", 5)
    monkeypatch.setattr(equal_cost, "_FEW", 2)


def test_what_lies_beyond_the_first_draws_can_ask_for_another_scale(tmp_path, first_five):
    dear = Paying(luck=lambda replicate: 1.0 if replicate < 5 else 1.5)
    study = study_of(tmp_path / "10", "as_written", MIX, model=dear, replicates=10)
    assert costs(study, MIX) == pytest.approx(costs(study, "as_written"), rel=0.02)
    scale = study.find(PLAN, MIX).fit.scale
    assert scale == pytest.approx(4.2 / 1.25, rel=0.02)
    again = Paying(luck=dear.luck)
    same = study_of(tmp_path / "10", "as_written", MIX, model=again, replicates=10)
    assert again.runs == []
    assert same.find(PLAN, MIX).fit.scale == scale
    # Grown from five, whose scale was another, it is what it would have been at once.
    few = study_of(tmp_path / "grown", "as_written", MIX, model=dear, replicates=5)
    grown = study_of(tmp_path / "grown", "as_written", MIX, model=dear, replicates=10)
    assert few.find(PLAN, MIX).fit.scale == pytest.approx(4.2, rel=0.01)
    assert grown.find(PLAN, MIX).fit.scale == scale
    pd.testing.assert_frame_equal(grown.attainment, study.attainment)


def test_with_more_replicates_the_scale_of_the_first_is_kept(tmp_path, first_five):
    first = study_of(tmp_path, "as_written", MIX, model=Paying(), replicates=5)
    model = Paying()
    more = study_of(tmp_path, "as_written", MIX, model=model, replicates=8)
    assert more.find(PLAN, MIX).fit.scale == first.find(PLAN, MIX).fit.scale
    assert {replicate for _, replicate in model.runs} == {5, 6, 7}


def test_an_interrupted_search_goes_on(tmp_path, first_five):
    whole = Paying(math.sqrt)
    straight = study_of(tmp_path / "straight", MIX, model=whole, replicates=5)

    class Stopped(Paying):
        def __call__(self, *things, **others):
            if len(self.runs) == 10:
                raise KeyboardInterrupt
            return super().__call__(*things, **others)

    with pytest.raises(KeyboardInterrupt):
        study_of(tmp_path / "stopped", MIX, model=Stopped(math.sqrt), replicates=5)
    rest = Paying(math.sqrt)
    study = study_of(tmp_path / "stopped", MIX, model=rest, replicates=5)
    pd.testing.assert_frame_equal(study.summary, straight.summary)
    assert len(whole.runs) > 10
    assert len(rest.runs) == len(whole.runs) - 10


def test_a_mix_that_is_only_compared_with_has_no_files_of_its_own(tmp_path):
    study = study_of(tmp_path, MIX, model=Paying(), replicates=3, baselines=())
    assert [one.policy for one in study.combinations] == [MIX]
    write_tables(study)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name[0] != ".") == [
        "attainment.csv",
        "ledger.parquet",
        "parameters.parquet",
        "summary.csv",
        "trajectories.parquet",
    ]
    assert study.find(PLAN, MIX).fit.other == "as_written"


def test_what_was_tried_is_removed_and_the_scale_is_remembered(tmp_path):
    study = study_of(tmp_path, "as_written", MIX, model=Paying(), replicates=3)
    kept = list((tmp_path / equal_cost.FOLDER).rglob("*.npz"))
    assert kept == []
    stamp = json.loads((study.find(PLAN, MIX).folder / equal_cost.STAMP).read_text("utf-8"))
    assert stamp["scale"] == study.find(PLAN, MIX).fit.scale


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        (lambda scale: min(scale, 2.0), ["founding", "cannot cost what as_written costs", "2"]),
        (lambda scale: 0.0, ["0 of", "million CNY"]),
        (lambda scale: 40.0 + scale, ["too large to be cut", "more replicates"]),
        (lambda scale: 0.1 if scale < 4 else 100.0, ["is the nearest"]),
    ],
    ids=["exhausted", "nothing is paid", "never little", "a leap"],
)
def test_a_mix_that_cannot_cost_it_is_left_out_with_how_far_it_got(tmp_path, paid, words):
    study = study_of(tmp_path, MIX, model=Paying(paid), replicates=4)
    assert [one.policy for one in study.combinations] == ["none"]
    (found,) = study.unreached
    assert "\n" not in found.why
    said = rf"{found.nearest.outlay:.4g} of {found.nearest.wanted:.4g} million CNY, at "
    assert f"{said}{found.nearest.scale:g} times the doses, is the nearest" in found.why
    for word in words:
        assert word in found.why


class Spent(Paying):
    """A city whose line is spent at twice the dose, and whose counties' line never is."""

    def __init__(self):
        super().__init__(lambda scale: min(scale, 2.0))

    def __call__(self, plan, mix, **others):
        record = super().__call__(plan, mix, **others)
        scale = max((i.scale for i in mix.instruments), default=0.0)
        record.claimed = {"city_fund": min(scale / 2, 1.0), "county_fund": 0.25}
        return record


def test_the_others_are_run_where_one_cannot_cost_it(tmp_path):
    mixes = ("as_written", MIX, "founding+cost=founding+scale=0.5")
    study = study_of(tmp_path, *mixes, model=Spent(), replicates=4)
    assert [one.policy for one in study.combinations] == ["none", mixes[0], mixes[2]]
    assert study.find(PLAN, mixes[2]).fit.scale == pytest.approx(0.5, rel=0.02)
    assert len(study.comparison["policy"].unique()) == 2
    (found,) = study.unreached
    assert (found.plan, found.policy, found.nearest.other) == (PLAN, MIX, "as_written")
    assert found.nearest.outlay == pytest.approx(found.nearest.wanted * 20 / 42)
    assert found.claimed == {"city_fund": 1.0, "county_fund": 0.25}
    assert found.why.endswith(
        "100 % of the money of the city's line and 25 % of the money of the counties' line is "
        "claimed then"
    )
    again = Spent()
    same = study_of(tmp_path, *mixes, model=again, replicates=4)
    assert (again.runs, same.unreached) == ([], study.unreached)


def test_a_mix_that_is_compared_with_can_be_the_one_left_out(tmp_path):
    study = study_of(tmp_path, "ladder", model=Spent(), replicates=3, baselines=(MIX, "none"))
    assert [one.policy for one in study.combinations] == ["none", "ladder"]
    assert set(study.comparison["against"]) == {"none"}
    assert study.against(study.find(PLAN, "ladder")).policy == "none"


def test_a_mix_of_which_nothing_is_completed_does_not_end_the_others(tmp_path):
    def lost(plan, mix, **others):
        if mix.name == "ladder":
            raise ZeroDivisionError("no firms left")
        return Paying()(plan, mix, **others)

    study = study_of(tmp_path, "founding+cost=ladder", "as_written", model=lost, replicates=3)
    assert [one.policy for one in study.combinations] == ["none", "as_written"]
    assert study.unreached[0].why == (
        "policy founding+cost=ladder: no replicate was completed: ZeroDivisionError: no firms left"
    )


def test_nothing_can_cost_what_pays_nothing_in_the_end(tmp_path):
    class Free(Paying):
        def __call__(self, plan, mix, **others):
            record = super().__call__(plan, mix, **others)
            if mix.name == "as_written":
                record.payments = record.payments[record.payments["background"]]
            return record

    (found,) = study_of(tmp_path, MIX, model=Free(), replicates=4).unreached
    assert "pay nothing under as_written" in found.why


def test_replicates_that_fail_are_left_out_of_both(tmp_path):
    class Unlucky(Paying):
        def __call__(self, plan, mix, *, replicate, **others):
            if replicate == 1 and mix.name == "as_written":
                raise ZeroDivisionError("no firms left")
            return super().__call__(plan, mix, replicate=replicate, **others)

    study = study_of(tmp_path, "as_written", MIX, model=Unlucky(), replicates=5)
    assert study.find(PLAN, MIX).fit.scale == pytest.approx(4.2, rel=0.01)
    assert [failure.replicate for failure in study.failures] == [1]


# The model itself


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The same command with one worker and with two."""
    found = {}
    for workers in (1, 2):
        root = tmp_path_factory.mktemp("small") / "out"
        found[workers] = root
        effort, plan = Effort(replicates=2, workers=workers), PLANS[PLAN]
        cases = [
            case_of(plan, choose(plan, name), quarters=4, scale=0.1)
            for name in ("as_written", HALF)
        ]
        study = run_and_read(job_of(cases, effort, ["as_written"], several=True), root)
        write_tables(study)
    return found


def test_in_a_small_city_the_mixes_cost_the_same_within_two_percent(small):
    rows = pd.read_csv(small[1] / "summary.csv", keep_default_na=False).set_index("policy")
    costs = rows["outlay_mean"].astype(float)
    assert costs["as_written"] > float(rows.loc["as_written", "cost_mean"]) > 1
    assert costs[HALF] == pytest.approx(costs["as_written"], rel=0.02)


def test_the_scale_does_not_depend_on_the_number_of_workers(small):
    for name in ("summary.csv", "comparison.csv", "attainment.csv"):
        assert (small[1] / name).read_bytes() == (small[2] / name).read_bytes()


def run_without_the_model(folder, monkeypatch, *arguments):
    monkeypatch.chdir(folder)
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch, Spent())
        return main([*arguments, "replicates=2", "workers=1", "output=out"])


def test_what_cannot_be_spent_is_exit_status_two_and_one_sentence(tmp_path, monkeypatch, capsys):
    assert run_without_the_model(tmp_path, monkeypatch, f"policy={MIX}") == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "cannot cost what as_written costs" in err


def test_a_sweep_without_one_of_its_mixes_is_exit_status_one_and_tells_it_everywhere(
    tmp_path, monkeypatch, capsys
):
    mixes = f"policy=founding,{MIX},as_written"
    assert run_without_the_model(tmp_path, monkeypatch, "-m", mixes) == 1
    out, err = capsys.readouterr()
    assert [line.split(", ")[1] for line in out.splitlines() if ", 2 rep" in line] == [
        "founding",
        "as_written",
    ]
    (why,) = [line.removeprefix("left out: ") for line in err.splitlines() if "left out" in line]
    assert f"policy {MIX}: under {PLAN} it cannot cost what as_written costs" in why
    assert str(escape(why)) in (tmp_path / "out" / "report.html").read_text("utf-8")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    (told,) = manifest["unreached"]
    assert (told["policy"], told["why"]) == (MIX, why)
    assert told["claimed"] == {"city_fund": 1.0, "county_fund": 0.25}
    assert not (tmp_path / "out" / PLAN / MIX / "manifest.json").exists()
