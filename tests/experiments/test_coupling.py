"""What a process left out changes, and what an instrument moves."""

import coupling
import numpy as np
import pandas as pd
import pytest

from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.policy.mix import Choice
from sim.region.case import case_of
from sim.region.region import start_city


@pytest.fixture(scope="module")
def weihai():
    """A small Weihai at its start, as written."""
    plan = load_plan("weihai_2018")
    return start_city(case_of(plan, Choice(mix=build_mix(plan, "as_written")), seed=1, scale=0.1))


def effect_of(*, values, others, growth=np.nan):
    return coupling.effect(np.array(values, float), np.array(others, float), growth)


def test_an_effect_beyond_two_errors_and_half_a_percent_has_moved():
    # Differences 1, 2, 3: mean 2, standard error 1/sqrt(3).
    told = effect_of(values=[101, 102, 103], others=[100, 100, 100])
    assert told["effect"] == 2.0
    assert told["error"] == pytest.approx(3**-0.5)
    assert told["moved"]


@pytest.mark.parametrize(
    ("values", "why"),
    [([104, 100, 96], "within two errors"), ([100.4, 100.4, 100.4], "below half a percent")],
)
def test_less_has_not(values, why):
    assert not effect_of(values=values, others=[100, 100, 100])["moved"], why


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([100, 100, 100], "equal"),
        ([104, 100, 96], "within the error"),
        ([100.4, 100.4, 100.4], "too little"),
        ([101, 102, 103], "moved"),
    ],
)
def test_what_has_not_moved_says_why(values, verdict):
    assert effect_of(values=values, others=[100, 100, 100])["verdict"] == verdict


def test_a_target_in_a_knockout_must_move_by_a_twentieth_of_its_growth():
    same = {"values": [102, 102, 102], "others": [100, 100, 100]}
    assert effect_of(**same, growth=30.0)["moved"]
    assert not effect_of(**same, growth=50.0)["moved"]


def test_without_contracts_there_are_none_and_without_founding_nothing_new_opens(weihai):
    mix = build_mix(weihai.plan, "as_written")
    whole = coupling.live(weihai, mix)
    assert whole.figures["activity", "contracts"] > 0
    assert coupling.live(weihai, mix, "contract").figures["activity", "contracts"] == 0
    carriers = ("target", "incubators_makerspaces")
    assert coupling.live(weihai, mix, "founding").figures[carriers] < whole.figures[carriers]


# Effect over the figure as written, in the plan's last quarter: what holds the city together.
BOUNDS = {
    ("founding", "target", "incubators_makerspaces"): (-0.25, -0.05),
    ("contract", "activity", "contracts"): (-1.0, -1.0),
    ("incubation", "activity", "startups_incubated"): (-0.35, -0.1),
    ("services", "target", "brokers"): (-0.95, -0.6),
    ("demography", "activity", "high_tech_firms"): (-0.75, -0.4),
    ("research", "activity", "valid_invention_patents"): (-0.3, -0.1),
    ("market", "activity", "valid_invention_patents"): (-0.06, 0.03),
    ("accounts", "target", "incubators_makerspaces"): (-0.08, 0.02),
    ("accounts", "activity", "startups_incubated"): (-0.08, 0.05),
    ("equipment", "activity", "high_tech_firms"): (0.0, 0.0),
}


def test_knockouts_of_a_small_plan_are_within_committed_bounds():
    plan, effects = load_plan("weihai_2018"), {}
    mix = build_mix(plan, "as_written")
    case = case_of(plan, Choice(mix=mix), seed=1, scale=0.1)
    for replicate in range(4):
        start = start_city(case, replicate)
        whole = coupling.live(start, mix).figures
        for process in {name for name, _, _ in BOUNDS}:
            other = coupling.live(start, mix, process).figures
            for name, *key in BOUNDS:
                if name == process:
                    effect = other[tuple(key)] / whole[tuple(key)] - 1
                    effects.setdefault((name, *key), []).append(effect)
    found = {key: round(float(np.mean(each)), 3) for key, each in effects.items()}
    beyond = {key: each for key, each in found.items() if not _within(each, BOUNDS[key])}
    assert beyond == {}


def _within(value, bounds):
    return bounds[0] - 1e-9 <= value <= bounds[1] + 1e-9


def test_what_a_process_noted_before_it_was_left_out_does_not_go_on(weihai):
    run = weihai.under(build_mix(weihai.plan, "as_written"))
    run.step()
    firms = run.state.firms
    assert firms.absorbed.sum() > 0
    results = firms.results.copy()
    coupling._nothing_of(run.state, "contract")
    assert firms.absorbed.sum() == 0
    assert firms.results.tolist() == results.tolist()  # of research


def test_a_process_is_left_out_and_everything_else_is_the_city_as_it_was(weihai):
    mix = build_mix(weihai.plan, "as_written")
    assert coupling.live(weihai, mix, "no process of this name") == coupling.live(weihai, mix)


def test_what_publishes_opens_and_pays_is_never_left_out():
    names = {one.without for one in coupling.variants(load_plan("weihai_2018"))}
    assert not names & {"enact", "budget", "settle"}
    assert {"founding", "contract", "market", ""} <= names


def test_an_instrument_alone_is_compared_with_none_and_has_ten_times_the_money():
    found = coupling.variants(load_plan("weihai_2018"))
    alone = [o for o in found if (o.name, o.question) == ("innovation_voucher", "instrument")]
    assert [one.dose for one in alone] == [1.0, 10.0]
    assert {one.against for one in alone} == {"none"}
    assert all(one.mix.budget == 10.0 and len(one.mix.instruments) == 1 for one in alone)


@pytest.fixture(scope="module")
def table():
    """Three futures of Weihai with three processes and two instruments."""
    kept = {"contract", "funds", "founding", "innovation_voucher", "special_fund_priority"}
    every = coupling.variants
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(coupling, "variants", lambda p: [v for v in every(p) if v.name in kept])
        return coupling.compared(load_plan("weihai_2018"), 3, 1, scale=0.1)


def test_a_voucher_alone_is_paid_ten_times_as_far_and_moves_contracts(table):
    rows = table[(table["question"] == "instrument") & (table["name"] == "innovation_voucher")]
    small, large = (rows[rows["dose"] == dose] for dose in coupling.ALONE)
    assert 0 < small["outlay"].iloc[0] < large["outlay"].iloc[0]
    assert set(large["paid_to"]) == {"firm"}
    assert large.set_index("figure")["moved"]["contracts"]


def test_what_is_granted_and_not_yet_due_at_the_end_is_owed_and_not_paid(table):
    rows = table[(table["question"] == "instrument") & (table["name"] == "innovation_voucher")]
    assert (rows["paid"] + rows["owed"]).to_numpy() == pytest.approx(rows["outlay"].to_numpy())
    assert 0 < rows["owed"].iloc[0] < rows["outlay"].iloc[0]


def test_platforms_that_do_hardly_anything_are_no_product(weihai):
    run = weihai.under(build_mix(weihai.plan, "as_written"))
    run.step()
    found = {name: n for (kind, name), n in coupling.others_at_the_end(run.state).items()
             if kind == "product"}  # fmt: skip
    rows = run.state.platforms("makerspace")
    assert found["makerspace"] > 0
    run.state.organisations.tenants[rows] = 0
    emptied = coupling.others_at_the_end(run.state)
    assert emptied["product", "makerspace"] == 0
    assert emptied["product", "incubator"] == found["incubator"]


def test_the_page_names_what_moves_no_target_and_the_tables_hold_every_question(table, tmp_path):
    plan = load_plan("weihai_2018")
    coupling.written(plan, table, tmp_path)
    told = (tmp_path / "coupling.md").read_text(encoding="utf-8")
    assert "| special_fund_priority | 0 | 0 | nobody | none | none |" in told
    found = {one.name for one in tmp_path.iterdir()}
    assert found == {"knockout.csv", "instruments.csv", "dose.csv", "coupling.png", "coupling.md"}
    alone = pd.read_csv(tmp_path / "instruments.csv").set_index("name")["path"]
    assert set(alone["innovation_voucher"]) == {
        "contract > talent research maturation outreach meeting projects founding learning "
        "services market accreditation evaluation accounts"
    }
    knockouts = (tmp_path / "knockout.csv").read_text(encoding="utf-8")
    assert knockouts.splitlines()[0] == "plan,name,kind,figure,reference,effect,error,moved,verdict"


def test_a_job_that_was_stopped_goes_on_and_lives_a_damaged_future_again(monkeypatch, tmp_path):
    plan, every, lived = load_plan("weihai_2018"), coupling.variants, []

    def few(plan):
        return [one for one in every(plan) if one.name == "equipment"]

    def counted(plan, seed, scale, replicate, future=coupling.future):
        lived.append(replicate)
        return future(plan, seed, scale, replicate)

    monkeypatch.setattr(coupling, "variants", few)
    monkeypatch.setattr(coupling, "future", counted)
    first = coupling.compared(plan, 2, 1, scale=0.05, folder=tmp_path)
    assert lived == [0, 1]
    pd.testing.assert_frame_equal(first, coupling.compared(plan, 2, 1, scale=0.05, folder=tmp_path))
    assert lived == [0, 1]
    [damaged, _] = sorted(tmp_path.iterdir())
    damaged.write_text("{", encoding="utf-8")
    pd.testing.assert_frame_equal(first, coupling.compared(plan, 2, 1, scale=0.05, folder=tmp_path))
    assert lived == [0, 1, 0]
    coupling.compared(plan, 2, 2, scale=0.05, folder=tmp_path)  # other luck
    assert lived == [0, 1, 0, 0, 1]
