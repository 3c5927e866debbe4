"""Shapley values, their sums and synergies: by hand, and of real coalitions."""

from dataclasses import replace

import attribute
import numpy as np
import pandas as pd
import pytest
from evaluation import groups_of, shared_instruments, standard_error
from studies import stand_in
from toy import evaluator_of, toy

from sim.core.errors import ConfigError
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.policy.mix import Mix
from sim.runs.folder import LOCK, held

PLAYERS = ("a", "b", "c")
# One replicate: a brings 6, b 2, both together 4 more; c nothing.
BY_HAND = {
    coalition: np.array([6.0 * ("a" in coalition) + 2 * ("b" in coalition)])
    + 4 * ({"a", "b"} <= coalition)
    for coalition in attribute.coalitions(PLAYERS)
}


def test_a_game_worked_by_hand():
    values = attribute.shapley(PLAYERS, BY_HAND)
    assert [float(values[player][0]) for player in PLAYERS] == pytest.approx([8, 4, 0])
    assert float(values["c"][0]) == 0
    pairs = attribute.synergy(PLAYERS, BY_HAND)
    assert float(pairs["a", "b"][0]) == pytest.approx(4)
    assert float(pairs["a", "c"][0]) == float(pairs["b", "c"][0]) == 0


def test_orders_and_their_reverses_average_to_the_same_for_pairs_of_players():
    orders = attribute.drawn_orders(PLAYERS, 6, seed=1)
    assert all(two == one[::-1] for one, two in zip(orders[::2], orders[1::2], strict=True))
    added = attribute.sampled(orders, BY_HAND)
    # In an order and its reverse a comes once before and once after b.
    assert np.array_equal(added["a"], np.full((6, 1), 8.0))
    assert not added["c"].any()


def test_every_modelled_instrument_has_one_group_and_shared_ones_are_told():
    plan = load_plan("jiangyin_2025")
    groups = groups_of(plan)
    members = [i for ids in groups.values() for i in ids]
    assert sorted(members) == sorted(i.id for i in plan.instruments if i.modelled)
    assert groups["budget"] == ["budget_growth"]
    assert "broker_training" in groups["transfer"]
    assert sorted(shared_instruments(plan)) == [
        "broker_training",
        "incubation_chain",
        "joint_training",
    ]


def test_of_two_searches_in_one_folder_the_second_stops(tmp_path):
    plan = load_plan("weihai_2018")
    evaluate = evaluator_of(tmp_path / "evaluations", plan, replicates=1, scale=0.1, quarters=1)
    evaluate.folder.mkdir()
    with held(evaluate.folder), pytest.raises(ConfigError, match="another run is at work"):
        evaluate.outcome(build_mix(plan, "none"))
    assert [path.name for path in evaluate.folder.iterdir()] == [LOCK]


def test_the_error_counts_a_draw_once_however_often_it_is_repeated():
    draws = np.random.default_rng(1).normal(size=50)
    assert standard_error(np.tile(draws, 4)) == pytest.approx(standard_error(draws))
    assert standard_error(draws) == pytest.approx(draws.std(ddof=1) / np.sqrt(50))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    plan = load_plan("weihai_2018")
    targets = tuple(replace(t, by=plan.start + 5) for t in plan.targets)
    plan = replace(plan, targets=targets)
    folder = tmp_path_factory.mktemp("evaluations")
    return evaluator_of(folder, plan, replicates=2, scale=0.1, quarters=6)


def test_values_of_real_groups_add_up_and_a_group_without_effect_gets_exactly_nothing(real):
    # The third group's window lies beyond the run's end.
    late = [
        replace(i, start=real.plan.end) if i.type == "training" else i
        for i in real.plan.instruments
    ]
    plan = replace(real.plan, instruments=tuple(late))
    evaluate = replace(real, case=replace(real.case, plan=plan))
    ladder, founding = (
        [i.id for i in build_mix(real.plan, name).instruments] for name in ("ladder", "founding")
    )
    idle = [i.id for i in late if i.start == real.plan.end]
    assert idle
    groups = {"ladder": ladder, "founding": founding, "idle": idle}
    table, pairs = attribute.attribute(evaluate, groups, pairs=2)
    by_group = table.pivot(index=["quantity", "target"], columns="group", values="effect")
    assert by_group[list(groups)].sum(axis=1).to_numpy() == pytest.approx(
        by_group["total"].to_numpy(), abs=1e-9
    )
    assert (by_group["idle"] == 0).all()
    assert by_group.loc[("outlay", ""), "founding"] > 0
    assert (pairs[(pairs["group"] == "idle") | (pairs["other"] == "idle")]["effect"] == 0).all()


def test_what_was_evaluated_is_read_from_disk(real, monkeypatch):
    mix = build_mix(real.plan, "ladder")
    first = real.outcome(mix)
    monkeypatch.setattr("sim.region.region.start_city", None)
    again = real.outcome(Mix(name="other", instruments=mix.instruments))
    assert np.array_equal(first.values, again.values)
    assert np.array_equal(first.outlay, again.outlay)


def test_a_table_shows_what_moves_and_names_what_does_not():
    rows = [
        ("probability", "a", "one", 0.25, 0.1),
        ("probability", "a", "two", 0.0, 0.0),
        ("probability", "b", "one", 0.0, 0.0),
        ("probability", "b", "two", 0.0, np.nan),
        ("probability", "c", "one", 0.0, 0.05),
        ("probability", "c", "two", -0.5, 0.2),
        ("probability", "d", "one", 1070.4, 23.0),
        ("probability", "d", "two", 1.5, np.nan),
    ]
    table = pd.DataFrame(rows, columns=["quantity", "target", "group", "effect", "se"])
    assert attribute.section(table, "probability").splitlines() == [
        "| target | one | two |",
        "| --- | --- | --- |",
        "| a | +0.25 ± 0.1 | 0 |",
        "| c | +0 ± 0.05 | -0.5 ± 0.2 |",
        "| d | +1070 ± 23 | +1.5 |",
        "",
        "No group moves: b.",
    ]
    assert attribute.section(table[table["target"] == "b"], "probability") == "No group moves: b."


def test_the_command_writes_tables_a_figure_and_a_text(monkeypatch, tmp_path, capsys):
    stand_in(monkeypatch, toy)
    typed = ["plan=changzhou_2019", "replicates=2", "workers=1"]
    attribute.main([*typed, f"output={tmp_path}"])
    told = capsys.readouterr().out
    assert (tmp_path / "result.md").read_text("utf-8") == told
    assert "joint_rd_units_new" in told
    assert {p.name for p in tmp_path.iterdir()} >= {"shapley.csv", "synergy.csv", "attribution.png"}
    typed += [f"output={tmp_path}/other", "by=type", "orders=2"]
    attribute.main(typed)  # too many for all coalitions
    assert "Too many groups" in capsys.readouterr().out


def test_each_question_has_a_folder_of_its_own_and_all_share_what_was_run(monkeypatch, tmp_path):
    stand_in(monkeypatch, toy)
    monkeypatch.chdir(tmp_path)
    typed = ["plan=changzhou_2019", "replicates=2", "workers=1"]
    attribute.main(typed)
    attribute.main([*typed, "by=type", "orders=2"])
    folder = tmp_path / "outputs" / "attribute" / "changzhou_2019"
    asked = {"replicates-2", "replicates-2_by-type_orders-2"}
    assert {path.name for path in folder.iterdir()} == {"evaluations", *asked}
    for name in asked:
        assert (folder / name / "result.md").is_file()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["plan=weihai_2081"], "Did you mean 'weihai_2018'?"),
        (["replicates=0"], "replicates = 0: a whole number from 1"),
        (["orders=1"], "orders = 1: a whole number from 2 on is needed"),
        ([f"output={__file__}"], "cannot be written: File exists"),
    ],
)
def test_wrong_input_ends_with_status_2_and_a_sentence(typed, said, capsys):
    with pytest.raises(SystemExit) as ended:
        attribute.told(attribute.main, typed)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
