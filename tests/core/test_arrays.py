"""Arithmetic that ends at nothing, and not in an error."""

import numpy as np

from sim.core.arrays import decay


def test_what_is_long_gone_ends_at_nothing_without_an_error():
    with np.errstate(all="raise"):
        left = decay(np.array([0.0, 1.0, 650.0, 1e6, 1e300]))
    np.testing.assert_array_equal(left[:3], np.exp([0.0, -1.0, -650.0]))
    assert (left > 0).all()
    assert (1 - left[3:] == 1).all()
