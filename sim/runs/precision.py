"""How narrow the interval of a probability is, and how many replicates make it narrower."""

import math
from collections.abc import Iterable

from scipy.special import betaincinv

from sim.core.quantity import STRATA


def jeffreys(successes: int, trials: int) -> tuple[float, float]:
    """Return the Jeffreys 95 % interval of a probability, closed at 0 and at 1."""
    a, b = successes + 0.5, trials - successes + 0.5
    low = 0.0 if successes == 0 else float(betaincinv(a, b, 0.025))
    high = 1.0 if successes == trials else float(betaincinv(a, b, 0.975))
    return low, high


def width(successes: int, trials: int) -> float:
    """Return how wide that interval is, from end to end."""
    low, high = jeffreys(successes, trials)
    return high - low


def needed_at_half(precision: float) -> int:
    """Return about how many replicates a probability of 1/2 needs, which needs the most."""
    return math.ceil((1.96 / precision) ** 2)


def next_number(
    counts: Iterable[tuple[int, int]], replicates: int, precision: float, most: int
) -> int:
    """Return how many replicates to run next; the same number where no more are needed or allowed.

    It is what the shares so far would need, at most twice as many as there are (or one block), and
    in whole blocks of draws, so that each draw of the parameters is met equally often.

    Args:
        counts: Successes and trials of each target.
        replicates: How many there are.
        precision: How wide the intervals may be.
        most: How many there may be.
    """
    wide = [(k, n) for k, n in counts if width(k, n) > precision]
    if not wide or replicates >= most:
        return replicates
    wanted = replicates + STRATA - replicates % STRATA
    while wanted + STRATA <= 2 * replicates and any(
        width(round(k * wanted / replicates), round(n * wanted / replicates)) > precision
        for k, n in wide
    ):
        wanted += STRATA
    return min(wanted, most)
