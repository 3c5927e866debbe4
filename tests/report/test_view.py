"""The order of mixes and targets, and the rows that a chapter asks for."""

from studies import study_of

from sim.inputs.plan import NATURES
from sim.report.view import by_nature, ordered, view_of


def test_the_plans_own_mix_comes_first_and_what_it_is_compared_with_last(plan, study, several):
    view = view_of(study, plan)
    assert [one.policy for one in view.ones] == ["as_written", "none"]
    assert (view.main.policy, view.base.policy, view.many) == ("as_written", "none", False)
    view = view_of(several, plan)
    assert [one.policy for one in view.told] == ["as_written", "none"]
    assert view.many


def test_the_first_column_is_what_arrives_anyway(tmp_path, plan, several):
    ones = view_of(several, plan).anyway_first
    assert [one.policy for one in ones][:3] == ["none", "as_written", "founding"]
    late = study_of(tmp_path, "founding", "none", "ladder", baselines=["as_written"], replicates=1)
    ones = view_of(late, plan).anyway_first
    assert [one.policy for one in ones] == ["none", "as_written", "founding", "ladder"]


def test_targets_are_ordered_by_nature_and_none_is_lost(plan):
    natures = [nature for nature, _ in by_nature(plan)]
    assert natures == sorted(natures, key=NATURES.index)
    assert sorted(t.id for t in ordered(plan)) == sorted(t.id for t in plan.targets)


def test_what_is_added_is_told_against_the_baseline(plan, study):
    view = view_of(study, plan)
    target, gain = view.most_added(plan.targets)
    rows = study.comparison.set_index("target")["probability_change"]
    assert gain == rows[target.id] == rows.max()
    assert view.binding(view.main).id in rows.index


def test_without_a_baseline_nothing_is_added(tmp_path, plan):
    view = view_of(study_of(tmp_path, "as_written", baselines=(), replicates=1), plan)
    assert view.base is None
    assert view.most_added(plan.targets) is None
