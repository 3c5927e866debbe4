"""Fonts for Chinese, and the colours and markers of mixes."""

import pytest
from matplotlib import font_manager
from studies import study_of

from sim.policy.choosing import build_mix
from sim.report.figures import look
from sim.report.figures.look import Ink, chinese_font
from sim.report.view import view_of


def test_a_font_that_is_newer_than_the_list_of_fonts_is_found(monkeypatch):
    family = chinese_font()
    if family is None:
        pytest.skip("no Chinese font on this machine")
    fonts = font_manager.fontManager
    files = {entry.fname for entry in fonts.ttflist if entry.name == family}
    older = [entry for entry in fonts.ttflist if entry.fname not in files]
    monkeypatch.setattr(fonts, "ttflist", older)
    assert chinese_font() == family


def test_a_font_without_the_signs_of_simplified_chinese_does_not_count(monkeypatch):
    monkeypatch.setattr(look, "FONTS", ("DejaVu Sans",))
    assert chinese_font() is None


def test_a_font_that_was_removed_does_not_count(monkeypatch):
    gone = font_manager.FontEntry(fname="/nowhere/gone.ttf", name="SimHei")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [gone])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    assert chinese_font() is None


def ink_of(study, plan):
    """Return what a plan's figures share."""
    return Ink(view_of(study, plan).policies, chinese=True)


def test_a_mix_looks_the_same_in_every_study(tmp_path, plan, study):
    other = study_of(tmp_path, "transfer", "as_written", replicates=1)
    one, two = ink_of(study, plan), ink_of(other, plan)
    for policy in ("none", "as_written"):
        assert one.colour(policy) == two.colour(policy)
        assert one.marker(policy) == two.marker(policy)


def test_mixes_of_ones_own_look_different_from_all_others(tmp_path, plan):
    names = [i.id for i in plan.instruments if i.modelled][:2]
    own = [build_mix(plan, "as_written", without=[name]) for name in names]
    ink = ink_of(study_of(tmp_path, "as_written", "founding", *own, replicates=1), plan)
    policies = ["none", "as_written", "founding", *(mix.name for mix in own)]
    assert len({ink.colour(policy) for policy in policies}) == len(policies)
    assert len({ink.marker(policy) for policy in policies}) == len(policies)
