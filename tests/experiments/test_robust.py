"""Regret by hand, and circumstances that PRIM finds where they were planted."""

import numpy as np
import pandas as pd
import pytest
import robust
from evaluation import wanted
from scipy.stats import binom
from studies import stand_in
from toy import evaluator_of, toy

from sim.inputs.plan_file import load_plan, tree_of

PLAN = load_plan("weihai_2018")
DRAWS = np.arange(400)


def planted(noise=0.0):
    """Return 400 draws of 20 parameters, and misses where two of them are low."""
    random = np.random.default_rng(1)
    rows = pd.DataFrame({f"p{at}": random.uniform(size=400) for at in range(20)})
    missed = ((rows["p3"] < 0.5) & (rows["p7"] < 0.6)).to_numpy()
    return rows, missed ^ (random.uniform(size=400) < noise)


def test_a_planted_box_is_found_and_holds_on_draws_held_back():
    rows, missed = planted()
    box = robust.circumstances_of_misses(rows, missed, DRAWS)
    assert {"p3", "p7"} <= set(box.limits)
    assert box.limits["p3"] == (-np.inf, pytest.approx(0.5, abs=0.06))
    assert box.limits["p7"] == (-np.inf, pytest.approx(0.6, abs=0.06))
    coverage, density, base = box.held
    assert coverage > 0.85
    assert density > 0.85
    assert base == pytest.approx(missed[1::2].mean())
    assert box.holds


def test_of_pure_luck_the_held_back_draws_show_that_nothing_was_found(monkeypatch):
    rows, _ = planted()
    missed = np.random.default_rng(2).uniform(size=400) < 0.3
    assert robust.circumstances_of_misses(rows, missed, DRAWS) is None
    monkeypatch.setattr(robust, "needed", lambda limits, *_: limits)  # believe all that it finds
    box = robust.circumstances_of_misses(rows, missed, DRAWS)
    coverage, density, _ = box.held
    inside = robust.inside(rows[1::2], box.limits)
    assert density == pytest.approx(missed[1::2][inside].mean())
    assert coverage == pytest.approx(inside[missed[1::2]].mean())
    assert box.shown[1] > box.shown[2]  # what was shown looks like something
    assert not box.holds
    assert "does not hold" in robust.sentence(PLAN, "brokers", box, 0.3)


def test_a_limit_that_tells_nothing_is_dropped():
    rows, missed = planted()
    limits = {"p3": (-np.inf, 0.5), "p7": (-np.inf, 0.6), "p1": (-np.inf, 0.9)}
    assert list(robust.needed(limits, rows, missed, DRAWS)) == ["p3", "p7"]


def test_readings_of_a_draw_are_one_trial():
    missed = np.array([True, True, True, False, True, False, False, False])
    by_chance = robust.likely_by_chance(missed, np.arange(8), 0.25)
    assert by_chance == pytest.approx(binom.sf(3, 8, 0.25))
    # Said three times, it is no better known; of halves, whole misses count.
    thrice = robust.likely_by_chance(np.tile(missed, 3), np.tile(np.arange(8), 3), 0.25)
    assert thrice == by_chance
    halves = robust.likely_by_chance(missed, np.repeat(np.arange(4), 2), 0.25)
    assert halves == pytest.approx(binom.sf(1, 4, 0.25))
    assert robust.likely_by_chance(missed[:0], np.arange(0), 0.25) == 1.0


def test_a_reading_of_the_text_can_be_the_circumstance():
    rows, _ = planted()
    rows["reading"] = np.where(DRAWS % 4 < 2, "strict", "default")
    missed = (rows["reading"] == "strict").to_numpy()
    box = robust.circumstances_of_misses(rows, missed, DRAWS)
    assert box.limits["reading"] == frozenset({"strict"})
    assert box.held[:2] == (1.0, 1.0)
    assert "the text is read as strict" in robust.sentence(PLAN, "brokers", box, 0.5)


def test_where_misses_are_rare_nothing_is_said():
    rows, missed = planted()
    few = missed & (np.cumsum(missed) <= 10)
    assert robust.circumstances_of_misses(rows, few, DRAWS) is None
    assert "nothing stands out" in robust.sentence(PLAN, "brokers", None, 0.02)


def test_regret_is_against_the_best_in_the_same_world():
    attained = {"a": np.array([[1.0], [0.5]]), "b": np.array([[0.5], [1.0]]), "c": np.ones((2, 1))}
    table = robust.regrets({name: attained[name] for name in ("a", "b")}).set_index("mix")
    assert table.loc["a", ["regret_mean", "regret_worst"]].tolist() == [0.25, 0.5]
    assert robust.regrets(attained).set_index("mix").loc["c", "regret_worst"] == 0


def test_every_reading_of_a_target_is_measured_in_one_run():
    plan = robust.with_readings(tree_of("weihai_2018"), "plan weihai_2018")
    services = next(t for t in plan.targets if t.id == "transfer_services")
    names = robust.readings_of(services)
    assert len(names) == 3
    by_id = {target.id: target for target in plan.targets}
    for reading, name in names.items():
        assert by_id[name].variant == reading
    met = {name: np.array([at == 0]) for at, name in enumerate(names.values())}
    shares = robust.attainment(met, [services])
    assert shares.tolist() == [[1.0, 0.0, 0.0]]


def test_no_draw_comes_twice(tmp_path):
    parts = robust.blocks(evaluator_of(tmp_path, PLAN, replicates=120, seed=7))
    assert [(p.case.seed, p.effort.replicates) for p in parts] == [(7, 50), (8, 50), (9, 20)]
    last = robust.blocks(evaluator_of(tmp_path, PLAN, replicates=120, seed=2**64 - 2))
    assert [p.case.seed for p in last] == [2**64 - 2, 2**64 - 1, 0]


def test_the_command_writes_regrets_and_sentences(monkeypatch, tmp_path, capsys):
    stand_in(monkeypatch, toy)
    typed = ["replicates=52", "workers=1", f"output={tmp_path}"]
    robust.main([*typed, "policies=none,as_written"])
    told = capsys.readouterr().out
    regret = pd.read_csv(tmp_path / "regret.csv")
    assert regret["mix"].tolist() == ["as_written", "none"]
    assert regret["regret_worst"].tolist()[0] == 0
    assert (tmp_path / "result.md").read_text("utf-8") == told
    assert all(f"* {target.id}: " in told for target in wanted(PLAN, ()))
    assert (tmp_path / "regret.png").stat().st_size > 5000


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["policies=as_writen"], "Did you mean 'as_written'?"),
        (["plan=nowhere"], "no plan 'nowhere'"),
        (["population.scale=0"], "population.scale = 0"),
        (["replicate=7"], "no key 'replicate'"),
        (["policies=founding+cost=ladder"], "+cost= works with python -m sim, "),
    ],
)
def test_wrong_input_ends_with_status_2_and_a_sentence(typed, said, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        robust.told(robust.main, [*typed, f"output={tmp_path}"])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
