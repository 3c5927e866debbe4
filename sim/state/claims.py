"""Claims: what recipients ask of the offers for events that happened, and how a line is divided.

The claims of a quarter on one line are cleared together at its end, whichever instrument and
process they come from: the best class of merit is served whole before the next one, and the class
that the money does not fill gets the same share of every claim,

    granted = ⌊claim · free / claims of the class⌋    in whole yuan

so that from the same claims nobody gets less from a larger budget, and no order matters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.arrays import Floats, Rows, Whole
from sim.state.books import Purse, Yuan
from sim.state.offers import Offer

FIRST, EQUAL, LAST = 1, 0, -1  # classes of merit: graded A; not told apart; graded D


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What the recipients of one offer ask for at once.

    Attributes:
        offer: The offer.
        amounts: Yuan for each.
        payee: The class of the recipients, or that of each, of ``books.PAYEES``.
        merit: Their classes of merit, the highest first.
        rows: Their rows in the table of whom or what the offer rewards.
        to: Whose it is when it is paid; none where it is in no book of the city.
        note: What notes the million CNY that each is granted, as it is granted; it takes the
            state, the rows and these. None where nothing does.
    """

    offer: Offer
    amounts: Yuan
    payee: Sequence[str] | str
    merit: Whole
    rows: Rows
    to: Purse | None = None
    note: Callable[[Any, Rows, Floats], None] | None = None


def divided(free: int, amounts: Yuan, merit: Whole) -> Yuan:
    """Return what each claim is granted of so much free money, in whole yuan.

    Args:
        free: Yuan that a line could still promise, 0 or more.
        amounts: Yuan per claim, 0 or more.
        merit: The class of each.
    """
    granted = np.zeros_like(amounts)
    for best in np.unique(merit)[::-1]:
        here = merit == best
        wanted = int(amounts[here].sum())
        if wanted > free:
            granted[here] = [amount * free // wanted for amount in amounts[here].tolist()]
            break
        granted[here] = amounts[here]
        free -= wanted
    return granted
