"""The offers of one quarter: what instruments in force hold out on each lever.

In each quarter ``enact`` turns the instruments in force into offers; a process reads those on the
levers that it knows. Without an offer every lever is neutral (0).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Flags
from sim.inputs.codes import HOSTS, KIND_CODE, LEVEL_CODE
from sim.inputs.levers import Lever
from sim.state.books import Account


@dataclass(frozen=True)
class Offer:
    """What one instrument offers in this quarter.

    Attributes:
        account: What the books know of the instrument.
        lot: Its number in draws by lot, the same in every mix.
        lever: The lever.
        dose: How much, in the lever's unit.
        kinds: Codes of the platform kinds it holds for; empty where no kind is meant.
        levels: Codes of the levels it holds for; empty for every level.
        hosts: Classes of founders or recipients it holds for.
    """

    account: Account
    lever: Lever
    dose: float
    kinds: frozenset[int]
    levels: frozenset[int]
    hosts: frozenset[str]
    lot: int = 0

    def holds_for(self, host_class: NDArray[np.integer[Any]]) -> Flags:
        """Return for which hosts, given by the number of their class, it holds."""
        meant = np.array([name in self.hosts for name in HOSTS])
        return np.asarray(meant[host_class], np.bool_)


class Offers:
    """All offers of one quarter, looked up by lever.

    Attributes:
        published: The offers in the order in which they were published.
        gains: What founders made of them: kind and class of host → million CNY.
        boosts: Class of host → by how much they lift its rate of founding, by kind.
        money: How many times their money the city's and the counties' lines have.
    """

    def __init__(self, offers: Iterable[Offer] = (), money: float = 1.0) -> None:
        """Sort the offers by lever."""
        self.published = list(offers)
        self.money = money
        self.gains: dict[tuple[str, str], float] = {}
        self.boosts: dict[str, NDArray[np.float64]] = {}
        self._by_lever: dict[str, list[Offer]] = defaultdict(list)
        self._doses: dict[tuple[Lever, str | None, str | None, str | None], float] = {}
        for offer in self.published:
            self._by_lever[offer.lever.name].append(offer)

    def weigh_anew(self) -> None:
        """Forget what founders made of the offers, since what they count on is not the same."""
        self.gains.clear()
        self.boosts.clear()

    def on(
        self,
        lever: Lever,
        kind: str | None = None,
        level: str | None = None,
        host: str | None = None,
    ) -> Iterator[Offer]:
        """Yield the offers on a lever that hold for a kind, a level and a class of recipient."""
        for offer in self._by_lever[lever.name]:
            if kind is not None and KIND_CODE[kind] not in offer.kinds:
                continue
            if level is not None and offer.levels and LEVEL_CODE[level] not in offer.levels:
                continue
            if host is not None and host not in offer.hosts:
                continue
            yield offer

    def dose(
        self,
        lever: Lever,
        kind: str | None = None,
        level: str | None = None,
        host: str | None = None,
    ) -> float:
        """Return the sum of the doses of those offers; 0 where there is none."""
        asked = (lever, kind, level, host)
        if asked not in self._doses:
            self._doses[asked] = sum(offer.dose for offer in self.on(*asked))
        return self._doses[asked]
