"""Instruments of policy as data: what a plan's text offers, to whom, when and how much."""

import dataclasses
from dataclasses import dataclass

from sim.core.quantity import Quantity
from sim.inputs.codes import KIND_NAMES, LEVELS
from sim.inputs.levers import (
    LEVERS,
    RECIPIENTS,
    TYPES,
)

GOVERNMENTS = ("city", "county", "province", "nation")
PAYERS = (*GOVERNMENTS, "firm", "fund")
LARGEST_SCALE = 100.0  # times the dose of the text, or the money, that a mix may offer
CASE_BY_CASE = (0.5, 20.0)  # million CNY, log-uniform

OR_HIGHER = " or higher"
AND = " and "


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One instrument of a plan, or one rule that stands in its city anyway.

    Attributes:
        id: Its name in tables.
        type: One of ``levers.TYPES``.
        platform_kind: The kinds that the text names; ``all`` for every kind.
        acts_on: The kinds it acts on, where the text names none or the mix takes only some.
        level: A level, one with "or higher", two with "and", or nothing for every level.
        recipient: Who may take it, in the words of ``levers.RECIPIENTS``.
        amount: The number in the text, if there is one.
        unit: Unit of the amount, in the text's words.
        wording: How the text states the amount.
        strength: Whether the text gives an amount, a measure or only encouragement.
        clause: Where in the text it stands.
        zh: The text's own words.
        note: What it means.
        controller: The government that decides on it.
        payer: Who pays.
        start: First quarter in force.
        end: Last quarter in force.
        effect: The dose, where the text gives no amount; beside an amount that is not in the
            lever's unit, the dose per unit of it.
        scale: How many times that dose a mix offers; 1 is the text's. A share stays below 1.
        later_start: The quarter from which a mix offers another multiple, if it changes on its way.
        later_scale: The multiple from then on.
        lever: The lever it pulls; none while the process of its type is absent.
        reason: Why it has no mechanism, if it has none.
    """

    id: str
    type: str
    platform_kind: tuple[str, ...] = ()
    acts_on: tuple[str, ...] = ()
    level: str = ""
    recipient: str = ""
    amount: float | None = None
    unit: str = ""
    wording: str
    strength: str
    clause: str
    zh: str = ""
    note: str = ""
    controller: str
    payer: str
    start: int
    end: int
    effect: Quantity | None = None
    scale: float = 1.0
    later_start: int | None = None
    later_scale: float | None = None
    lever: str | None
    reason: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the platform kinds it acts on."""
        if self.acts_on:
            return self.acts_on
        return KIND_NAMES if "all" in self.platform_kind else self.platform_kind

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels it holds for; none where the text names none: whatever the level."""
        if self.level.endswith(OR_HIGHER):
            return LEVELS[LEVELS.index(self.level.removesuffix(OR_HIGHER)) :]
        return tuple(self.level.split(AND)) if self.level else ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The classes of those who may take it."""
        return RECIPIENTS[self.recipient]

    @property
    def modelled(self) -> bool:
        """Whether it can act: it pulls a lever and nothing speaks against it."""
        return self.lever is not None and not self.reason

    @property
    def waits_for(self) -> str:
        """The process that it waits for, if that process is absent."""
        return "" if TYPES[self.type].levers else TYPES[self.type].process

    @property
    def has_draw(self) -> bool:
        """Whether its dose differs between replicates."""
        return self.modelled and self.dose(0.0) != self.dose(1.0)

    @property
    def assumed(self) -> float:
        """The share of its money that rests on no number in the text."""
        guessed = self.effect is not None and self.effect.status == "assumed"
        return 1.0 if self.amount is None or guessed else 0.0

    @property
    def phases(self) -> tuple[tuple[int, int, float], ...]:
        """First quarter, last quarter and multiple of each stretch of its window."""
        if self.later_start is None or self.later_scale is None:
            return ((self.start, self.end, self.scale),)
        later = (self.later_start, self.end, self.later_scale)
        return (self.start, self.later_start - 1, self.scale), later

    def scaled(self, factor: float) -> "Instrument":
        """Return the same with so many times the dose, from first to last."""
        later = None if self.later_scale is None else self.later_scale * factor
        return dataclasses.replace(self, scale=self.scale * factor, later_scale=later)

    def dose(self, share: float, scale: float | None = None) -> float:
        """Return the lever's dose at a share (0 to 1) of the probability below it.

        A ceiling pays half of its number to all of it, "about" means a tenth either way, and a
        case-by-case amount is anything from 0.5 to 20 million CNY. One half is the median.
        ``scale`` is the multiple of a later phase, where not that of the beginning.
        """
        scale = self.scale if scale is None else scale
        dose = scale * self._as_written(share)
        whole = self.lever is not None and LEVERS[self.lever].unit.startswith("share")
        return min(dose, 1.0) if whole and scale != 1 else dose

    def _as_written(self, share: float) -> float:
        if self.effect is not None:
            return (1.0 if self.amount is None else self.amount) * self.effect.at(share)
        if self.amount is not None:
            factors = {"ceiling": 0.5 + 0.5 * share, "about": 0.9 + 0.2 * share}
            return self.amount * factors.get(self.wording, 1.0)
        if self.wording == "case_by_case":
            low, high = CASE_BY_CASE
            return float(low * (high / low) ** share)
        return 0.0
