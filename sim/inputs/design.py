"""Which parameters and which luck a replicate gets: stratified draws, addressed by name.

Every parameter's range of probability is cut into 50 strata. In a block of 50 draws each stratum
is met once, in an order of the parameter's own:

    share(name, draw) = (stratum(name, draw) + jitter(name, draw)) / 50

where ``stratum`` ranks 50 addressed uniforms of that name and ``jitter`` is one more. The first
100 replicates are therefore the first 100 of 200, and a new parameter moves no other.

| uncertainty  | parameters                         | luck             |
|--------------|------------------------------------|------------------|
| both         | draw = replicate mod 50, one block | the replicate's  |
| parameters   | a new block every 50 replicates    | replicate 0's    |
| noise        | the medians, which are defaults    | the replicate's  |

A fork makes all replicates futures of one: its parameters and its luck up to a quarter, and each
replicate's own luck from then on.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from sim.core.arrays import Floats
from sim.core.draws import Draws
from sim.core.fork import Fork
from sim.core.identity import of_name
from sim.core.quantity import STRATA

_MEDIAN = 0.5
# A block reads 100 slots of a name: 50 to rank, 50 to jitter; draws come in fours.
_FOURS = 2 * STRATA // 4


def shares(
    names: Iterable[str],
    seed: int,
    replicate: int,
    uncertainty: str = "both",
    fork: Fork | None = None,
) -> dict[str, float]:
    """Return for each parameter the share of probability below the value a replicate gets."""
    wanted = tuple(names)
    if fork:
        replicate = fork.replicate
    if uncertainty == "noise":
        return dict.fromkeys(wanted, _MEDIAN)
    block = replicate // STRATA if uncertainty == "parameters" else 0
    return dict(zip(wanted, _block(wanted, seed, block)[replicate % STRATA].tolist(), strict=True))


def luck(seed: int, replicate: int, uncertainty: str = "both", fork: Fork | None = None) -> Draws:
    """Return the luck of a replicate."""
    if fork:
        return Draws(seed, fork.replicate, until=fork.quarter, then=replicate)
    return Draws(seed, 0 if uncertainty == "parameters" else replicate)


@lru_cache(maxsize=8)
def _block(names: tuple[str, ...], seed: int, block: int) -> Floats:
    """Return the shares of a block: one row per draw, one column per name."""
    if not names:
        return np.empty((STRATA, 0))
    ids = np.concatenate([of_name(name) for name in names])
    draws = Draws(seed, 0).at("parameters")
    slots = np.concatenate([draws.block(ids, block * _FOURS + four) for four in range(_FOURS)])
    strata = np.argsort(slots[:STRATA], axis=0, kind="stable")
    return np.asarray((strata + slots[STRATA:]) / STRATA, np.float64)
