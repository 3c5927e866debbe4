"""A mix of policy: what is in force, how many times its dose, with how much money."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.core.errors import ConfigError
from sim.core.plain import hash_of, plain
from sim.inputs.instrument import Instrument
from sim.inputs.levers import LEVERS
from sim.state.books import PUBLIC


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What became of an instrument of another plan.

    Attributes:
        instrument: Its id in its own plan.
        name: Its id here; empty where it does not attach.
        type: Its type.
        clause: Its clause in its own plan.
        attaches: ``yes``, ``later`` where it acts on what must be founded first, or ``no``.
        why: Why not, or what to know of it.
        start: The first quarter in force here.
        end: The last.
    """

    instrument: str
    name: str
    type: str
    clause: str
    attaches: str
    why: str
    start: str
    end: str


@dataclass(frozen=True, kw_only=True)
class Mix:
    """A policy mix.

    Attributes:
        name: Its name, which says how it differs from the mix it is made from.
        instruments: What is in force beside the city's background, in the plan's order.
        budget: How many times the money of the city's and the counties' lines there is.
        later_start: The quarter from which there is another multiple, if it changes on its way;
            money opens in first quarters, so the first of them from then on has it.
        later_budget: The multiple from then on.
        attached: Where it is another plan's: what became of each instrument in this city.
        watched: Whether there is a plan at all, whose targets the government watches.
    """

    name: str
    instruments: tuple[Instrument, ...]
    budget: float = 1.0
    later_start: int | None = None
    later_budget: float | None = None
    attached: tuple[Attachment, ...] = ()
    watched: bool = True

    @property
    def empty(self) -> bool:
        """Whether nothing is in force, so that the mix is no policy."""
        return not self.instruments and not self.watched

    def offered(self) -> dict[str, Any]:
        """Return what decides on its effect, as plain values."""
        later = None if self.later_start is None else [self.later_start, self.later_budget]
        return {
            "instruments": plain(self.instruments),
            "budget": self.budget,
            "later_budget": later,
            "watched": self.watched,
        }

    @cached_property
    def effect(self) -> str:
        """The hash of what decides on its effect: equal where two mixes differ in name alone."""
        return hash_of(self.offered())

    @property
    def spends(self) -> bool:
        """Whether anything in it is paid by the city or its counties."""
        return any(paying(i) and i.payer in PUBLIC for i in self.instruments)

    @property
    def money(self) -> tuple[tuple[int, float], ...]:
        """From which quarter on the lines have how many times their money, in order."""
        if self.later_start is None or self.later_budget is None:
            return ((0, self.budget),)
        return (0, self.budget), (self.later_start, self.later_budget)

    def financed(self, factor: float) -> "Mix":
        """Return the mix with so many times the money of the lines, from first to last."""
        later = None if self.later_budget is None else self.later_budget * factor
        return dataclasses.replace(self, budget=self.budget * factor, later_budget=later)

    def scaled(self, factors: Mapping[str, float], name: str) -> "Mix":
        """Return a mix of another name that offers so many times the dose, by instrument."""
        scaled = [i.scaled(factors.get(i.id, 1.0)) for i in self.instruments]
        return dataclasses.replace(self, name=name, instruments=tuple(scaled))

    def rescaled(self, factor: float) -> "Mix":
        """Return the mix with that many times the dose of all that pays; the rest stays."""
        factors = {i.id: factor for i in self.instruments if paying(i)}
        return self.scaled(factors, self.name)


NO_POLICY = Mix(name="none", instruments=(), watched=False)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A mix as it is asked for.

    Attributes:
        mix: The mix.
        costs_as: The mix whose public outlay it is to have, if it is to have another's; its scale
            is found over many replicates.
    """

    mix: Mix
    costs_as: Mix | None = None

    def alone(self) -> Mix:
        """Return the mix where it has no other's cost.

        Raises:
            ConfigError: If it is to have it.
        """
        if self.costs_as is not None:
            raise ConfigError(
                f"policy {self.mix.name}: its scale is found over many replicates, so +cost= works "
                "with python -m sim, sim.run and sim.compare alone; their summary.csv says the "
                "scale, which +scale= takes here"
            )
        return self.mix


def paying(instrument: Instrument) -> bool:
    """Return whether an instrument pays public money that city or county decide on."""
    decided = instrument.controller in PUBLIC
    return instrument.modelled and decided and LEVERS[str(instrument.lever)].pays
