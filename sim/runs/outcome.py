"""What becomes of a replicate that fails, and of a mix that is to cost what another costs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A replicate that raised an error."""

    plan: str
    policy: str
    replicate: int
    error: str
    point: str = ""  # the keys that are swept with their values

    def told(self) -> dict[str, Any]:
        """Return it as plain values, for a manifest."""
        return {name: value for name, value in vars(self).items() if value != ""}

    @property
    def key(self) -> tuple[str, str, str]:
        """What the case is called that it belongs to."""
        return self.plan, self.policy, self.point

    @property
    def where(self) -> str:
        """Which replicate of what it is, in words."""
        point = f", {self.point}" if self.point else ""
        return f"{self.plan}, {self.policy}{point}, replicate {self.replicate}"


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A mix at another's cost.

    Attributes:
        other: The name of the mix that it costs as much as.
        scale: How many times their dose its paying instruments offer.
        outlay: Its mean public outlay, million CNY.
        wanted: That of the other mix.
    """

    other: str
    scale: float
    outlay: float
    wanted: float

    @property
    def miss(self) -> float:
        """The logarithm of the outlay over what is wanted; far below 0 where nothing is paid."""
        return math.log(max(self.outlay, 1e-9 * self.wanted) / self.wanted)


@dataclass(frozen=True, kw_only=True)
class Unreached:
    """A mix that cannot cost what it is to cost, and was left out.

    Attributes:
        plan: The plan's name.
        policy: The mix's name.
        why: How far it got, and why no further.
        point: The keys that are swept with their values.
        nearest: What came nearest, where something can.
        claimed: The share of the money of city and counties that was claimed then, by line.
    """

    plan: str
    policy: str
    why: str
    point: str = ""
    nearest: Fit | None = None
    claimed: Mapping[str, float] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return it as plain values, for a manifest."""
        nearest = vars(self.nearest) if self.nearest else {}
        names = {"plan": self.plan, "policy": self.policy}
        names |= {"point": self.point} if self.point else {}
        return names | nearest | {"claimed": dict(self.claimed), "why": self.why}
