"""Pools elsewhere: the best of the city and of elsewhere win."""

import numpy as np

from sim.processes.talent.pools import wins


def test_the_best_of_the_city_and_of_elsewhere_win():
    scores, rivals = np.array([0.0, 2.0, 1.0]), np.array([0.5, 1.5])
    lot = np.full(3, 0.5)
    assert wins(scores, rivals, 1, 1.0, lot).tolist() == [False, True, False]
    assert wins(scores, rivals, 2, 1.0, lot).tolist() == [False, True, False]  # 1.5 comes second
    assert wins(scores, rivals, 3, 1.0, lot).tolist() == [False, True, True]
    assert wins(scores, rivals, 5, 1.0, lot).all()
    # Each stands for two: places 1 and 2 are taken by the first, 3 by the rival.
    assert wins(scores, rivals, 3, 2.0, lot).tolist() == [False, True, False]
    # One place is half of what the first stands for: it wins by every other lot.
    assert wins(scores, rivals, 1, 2.0, np.full(3, 0.4)).tolist() == [False, True, False]
    assert wins(scores, rivals, 1, 2.0, np.full(3, 0.6)).tolist() == [False, False, False]
    assert wins(np.empty(0), rivals, 3, 1.0, np.empty(0)).size == 0
