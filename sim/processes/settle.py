"""Settle: what falls due is paid, what nobody claimed lapses, and the books are checked.

The rest of the venture fund does not lapse: a fund is invested over several years.
"""

from sim.core import quarter
from sim.state.state import State


def pay_what_is_due(state: State) -> None:
    """Close the public books of the quarter.

    Raises:
        AccountingError: If an identity does not close.
    """
    if quarter.season(state.quarter) == 4:
        for line in sorted(state.books.limited - {"venture_fund"}):
            state.books.lapse(line)
    state.books.settle(state.quarter)
