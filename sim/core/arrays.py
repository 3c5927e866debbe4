"""The kinds of arrays that the model is made of, by what stands in them."""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]  # row numbers of a table, or codes
Whole = NDArray[np.integer]  # whole numbers of any width
Address = tuple[np.uint64, np.uint64, np.uint64]  # where a process's draws of a quarter stand
