"""The kinds of arrays that the model is made of, by what stands in them."""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]  # row numbers of a table, or codes
Whole = NDArray[np.integer]  # whole numbers of any width
_GONE = 700.0  # exp(-x) of more is below what a float holds
Address = tuple[np.uint64, np.uint64, np.uint64]  # where a process's draws of a quarter stand


def decay(x: Floats) -> Floats:
    """Return exp(-x) for x from 0 on; of the largest, the least that a float holds."""
    return np.asarray(np.exp(-np.minimum(x, _GONE)))
