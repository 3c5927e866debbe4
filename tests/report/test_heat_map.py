"""Chances of all targets under many mixes, as colours."""

import pytest
from matplotlib.patches import Rectangle

from sim.report.figures.heat_map import heat_map
from sim.report.figures.look import Ink
from sim.report.view import view_of


@pytest.fixture(scope="module")
def view(several, plan):
    return view_of(several, plan)


@pytest.fixture(scope="module")
def ink(view):
    return Ink(view.policies, chinese=False)


def test_the_heat_map_has_a_cell_for_every_mix_and_target_with_its_chance(plan, view, ink):
    figure = heat_map(plan, view.anyway_first, ink)
    axes = figure.axes[0]
    cells = [patch for patch in axes.findobj(Rectangle) if patch.get_width() == 1]
    cells = [patch for patch in cells if patch.get_edgecolor() == (1.0, 1.0, 1.0, 1.0)]
    cells = [patch for patch in cells if patch is not axes.patch]
    assert len(cells) == len(plan.targets) * len(view.ones)
    attained = view.anyway_first[1].attainment.set_index("target")
    for target in plan.targets:
        chance = attained.loc[target.id, "probability"]
        row = [text for text in axes.texts if text.get_text() == f"{100 * chance:.0f}"]
        assert row, target.id


def test_a_darker_cell_is_a_likelier_target(plan, view, ink):
    figure = heat_map(plan, view.anyway_first, ink)
    shades = {}
    for text in figure.axes[0].texts:
        if text.get_text().isdigit():
            x, y = text.get_position()
            cells = figure.axes[0].findobj(Rectangle)
            (cell,) = [
                cell
                for cell in cells
                if cell.get_width() == 1 and cell.get_xy() == pytest.approx((x - 0.5, y - 0.5))
            ]
            shades[int(text.get_text())] = sum(cell.get_facecolor()[:3])
    order = [shades[chance] for chance in sorted(shades)]
    assert len(order) > 1
    assert order == sorted(order, reverse=True)
