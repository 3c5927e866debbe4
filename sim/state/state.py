"""The state of a city: its tables, its books, its luck, and what is offered this quarter."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Flags, Floats, Ids, Rows, Whole
from sim.core.compiled import compiled
from sim.core.draws import Addressed, Draws, mix
from sim.core.tables import Table
from sim.inputs.city import City, Figures
from sim.inputs.codes import KIND_CODE, KIND_NAMES
from sim.inputs.kinds import KINDS
from sim.inputs.levers import Lever
from sim.state import ties
from sim.state.books import Books, Purse, yuan
from sim.state.claims import EQUAL, Claim
from sim.state.columns import (
    ACTIVE,
    BODIES,
    BODY_CODE,
    Contracts,
    Firms,
    Organisations,
    People,
    Projects,
    Results,
    Talents,
)
from sim.state.declared import Declared
from sim.state.flows import Flows, Totals
from sim.state.founders import Parameters as Outlook
from sim.state.knowledge import Parameters as Knowledge
from sim.state.norms import Norms
from sim.state.offers import Offer, Offers
from sim.state.partners import Parameters as Ties
from sim.state.researchers import Parameters as Time
from sim.state.targets import Watched

_OF_HOST = np.array([data.of_host for data in KINDS.values()])


@dataclass(frozen=True)
class Matches:
    """Buyers and results that met in a quarter and registered the intention to deal.

    Attributes:
        result: Rows of results.
        buyer: Rows of firms.
        service: Rows of the organisation that brought them together, -1 for none.
        appeal: Fit of knowledge, 0 to 1.
    """

    result: Rows
    buyer: Rows
    service: Rows
    appeal: NDArray[np.float64]


def no_matches() -> Matches:
    """Return a quarter in which nobody met."""
    none = np.empty(0, np.int64)
    return Matches(none, none, none, np.empty(0))


@cache
def _wanted(kinds: tuple[str, ...]) -> Flags:
    """Return per kind or body code whether it is one of these kinds."""
    wanted = np.zeros(len(KIND_NAMES) + len(BODIES), np.bool_)
    wanted[[KIND_CODE[kind] for kind in kinds]] = True
    return wanted


@compiled
def _in_operation(kind: Whole, status: Whole, wanted: Flags, asked: int) -> Rows:
    """Return the rows whose kind is wanted and whose status is the one asked for."""
    rows = np.empty(kind.size, np.int64)
    found = 0
    for row in range(kind.size):
        rows[found] = row
        found += wanted[kind[row]] and status[row] == asked
    return rows[:found].copy()


@dataclass
class State:
    """A city in one quarter.

    Attributes:
        city: What the city is made of.
        draws: The luck of this replicate.
        books: The public books.
        start: The plan's first quarter.
        quarter: The present quarter.
        costs: Per kind and replicate: true costs, building time and founding rates.
        scale: Firms in the model per firm in the city.
        macro_growth: Nominal growth of the economy, share a year.
        gdp: Million CNY a year.
        fund: Money a year that the city's platform fund holds, million CNY.
        trust: Line with a budget → the part of its promises that recipients count on.
        claims: What was claimed in this quarter and is not cleared yet.
        cleared: Line with a budget → yuan granted and claimed in each of the last four quarters.
        founders: How founders look ahead.
        knowledge: How knowledge is spread and compared.
        ties: Whom firms remember and whom they ask.
        researchers: What researchers' time can go to.
        figures: The city's starting figures.
        norms: What else was fixed once at the start.
        flows: Sums of the present quarter.
        history: Those of the quarters before it.
        totals: Sums since before the start, such as floor space in being.
        targets: The targets of the plan in force; none where no plan is.
        kept: What plug-ins keep from quarter to quarter, by a name of theirs; 0 until it is set.
    """

    city: City
    draws: Draws
    books: Books
    start: int
    quarter: int
    costs: dict[str, NDArray[np.float64]]
    scale: float
    macro_growth: float
    gdp: float
    fund: float
    figures: Figures
    founders: Outlook
    knowledge: Knowledge
    ties: Ties
    researchers: Time
    trust: dict[str, float] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    cleared: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    firms: Firms = field(default_factory=lambda: Firms(4096))
    organisations: Organisations = field(default_factory=lambda: Organisations(512))
    people: People = field(default_factory=lambda: People(512))
    talents: Talents = field(default_factory=lambda: Talents(256))
    projects: Projects = field(default_factory=lambda: Projects(256))
    results: Results = field(default_factory=lambda: Results(512))
    contracts: Contracts = field(default_factory=lambda: Contracts(4096))
    offers: Offers = field(default_factory=Offers)
    matches: Matches = field(default_factory=no_matches)
    norms: Norms = field(default_factory=Norms)
    flows: Flows = field(default_factory=Flows)
    history: list[Flows] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    targets: tuple[Watched, ...] = ()
    kept: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _lasting: dict[tuple[str, int, bool], NDArray[np.float64]] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """How many real firms one row of the firms table stands for."""
        return 1 / self.scale

    def copy(self, books: Books) -> "State":
        """Return the same city between two quarters, with other books and nothing offered yet."""
        parts: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        copies: dict[str, Any] = {
            name: part.copy()
            for name, part in parts.items()
            if isinstance(part, (Table, Declared, dict))
        }
        copies |= {"history": [*self.history], "claims": []}
        return replace(self, **copies, books=books, offers=Offers())

    def remember(self) -> None:
        """Put the quarter's flows into history and move on to the next."""
        self.history.append(self.flows)
        self.flows = Flows()
        self.quarter += 1

    def luck(self, process: str) -> Addressed:
        """Return the draws of a process in this quarter."""
        return self.draws.at(process, self.quarter)

    def lasting(self, process: str, slot: int, *, normal: bool = False) -> NDArray[np.float64]:
        """Return each firm's draw of its life, uniform or normal, kept from quarter to quarter."""
        ids, asked = self.firms.id, (process, slot, normal)
        kept = self._lasting.get(asked, np.empty(0))
        if kept.size < ids.size:
            luck = self.draws.at(process, 0)
            draw = luck.normal if normal else luck.uniform
            kept = self._lasting[asked] = np.concatenate([kept, draw(ids[kept.size :], slot)])
        return kept

    def lot(self, ids: Ids, slot: int = 0) -> NDArray[np.float64]:
        """Return the lots that decide between equal claimants in this quarter."""
        return self.luck("lot").uniform(ids, slot)

    def tie(self, firms: Rows, others: Rows, when: Whole | None = None) -> None:
        """Let firms remember whom they dealt with: firms by row, ``ties.of_organisation``.

        Args:
            firms: Their rows, deal after deal.
            others: The counterpart of each deal.
            when: The quarter of each deal; None for now.
        """
        now = np.full(firms.size, self.quarter) if when is None else when
        ties.remember(self.firms, firms, others, now)

    def remembered(self, firms: Rows) -> Rows:
        """Return whom each firm remembers, in columns: the same, or ``ties.NOBODY``."""
        return ties.remembered(self.firms, firms, self.quarter - self.ties.memory)

    def organisations_remembered(self, firms: Rows) -> Rows:
        """Return the organisations that each firm remembers, in columns: rows, or -1."""
        known = self.remembered(firms)
        organisation = ties.of_organisation(np.minimum(known, ties.NOBODY - 1))
        return np.where(known < ties.NOBODY, organisation, ties.NOBODY)

    def taste(self, first: Ids, second: Ids, deal: Ids) -> NDArray[np.float64]:
        """Return what pairs are to each other beside the fit of their knowledge, for good.

        Where that is nothing, the lot of a deal decides between those who fit as well.
        """
        luck = self.draws.at("ties", 0)
        lot = luck.uniform(mix(deal, second), ties.LOT_SLOT)
        return np.asarray(self.ties.taste * luck.normal(mix(first, second)) + ties.LOT * lot)

    def counted_on(
        self,
        lever: Lever,
        kind: str | None = None,
        level: str | None = None,
        host: str | None = None,
        *,
        most: float = math.inf,
    ) -> float:
        """Return the dose that recipients count on: all that is offered, up to a most, by trust."""
        offers = list(self.offers.on(lever, kind, level, host))
        offered = sum(offer.dose for offer in offers)
        trusted = sum(self.trust_in(offer) * offer.dose for offer in offers)
        return min(offered, most) * trusted / offered if trusted else 0.0

    def trust_in(self, offer: Offer) -> float:
        """Return the part of an offer that is counted on; 1 where its line has no budget."""
        return self.trust.get(offer.account.line, 1.0)

    def claim(
        self,
        offer: Offer,
        million: NDArray[np.float64] | float,
        *,
        payee: Sequence[str] | str,
        merit: Whole | None = None,
        rows: Rows,
        to: Purse | None = None,
        note: Callable[["State", Rows, Floats], None] | None = None,
    ) -> None:
        """Claim what an offer promises for events that happened; ``settle`` says what is granted.

        Args:
            offer: The offer, whose account pays.
            million: Million CNY for each claimant, or for all alike.
            payee: Their class, or that of each, of ``books.PAYEES``.
            merit: Their classes of merit, see ``claims``; all are equal if none is given.
            rows: Their rows in the table of whom or what the offer rewards.
            to: Whose it is when it is paid, if it goes to an account or to means.
            note: What notes what they are granted, as it is granted.
        """
        if rows.size:
            self.claims.append(
                Claim(
                    offer=offer,
                    amounts=yuan(np.broadcast_to(np.float64(million), rows.shape)),
                    payee=payee,
                    merit=np.full(rows.size, EQUAL) if merit is None else merit,
                    rows=rows,
                    to=to,
                    note=note,
                )
            )

    def reserve(
        self,
        offer: Offer,
        ids: Ids,
        million: NDArray[np.float64] | float,
        *,
        due: NDArray[np.int64] | int | None = None,
        payee: Sequence[str] | str,
        merit: NDArray[np.float64] | None = None,
        lot: NDArray[np.float64] | None = None,
    ) -> NDArray[np.bool_]:
        """Reserve money for places of a call or programme; return who has one.

        Args:
            offer: The offer, whose account pays.
            ids: Who asks for a place.
            million: Million CNY for each, or for all alike.
            due: The quarter in which each is paid; this one if none is given.
            payee: The class of each recipient, one of ``books.PAYEES``.
            merit: Who comes first; all are equal if none is given.
            lot: What decides between equals; the offer's own lots if none are given.
        """
        if ids.size == 0:
            return np.zeros(0, np.bool_)
        return self.books.reserve(
            offer.account,
            yuan(np.broadcast_to(np.float64(million), ids.shape)),
            due=self.quarter if due is None else due,
            payees=payee,
            merit=np.zeros(ids.size) if merit is None else merit,
            lot=self.lot(ids, offer.lot) if lot is None else lot,
        )

    def platforms(self, *kinds: str, status: int = ACTIVE) -> Rows:
        """Return the rows of platforms of these kinds that are active (or of another status)."""
        table = self.organisations
        return _in_operation(table.kind, table.status, _wanted(kinds), status)

    def stands_for(self, codes: Rows | int, *, firms: bool) -> NDArray[np.float64]:
        """Return how many platforms of the city one of these kinds is, by whether firms host it.

        What is a part of a firm is thinned with the firms; what has a life of its own is not.
        """
        return np.where(firms & _OF_HOST[codes], self.weight, 1.0)

    def number(self, rows: Rows | Flags) -> float:
        """Return how many platforms of the city these rows stand for."""
        return float(self.organisations.stands_for[rows].sum())

    def serve(self, kind: str, number: float) -> None:
        """Let the platforms of a kind bring so many results or projects further, each in turn."""
        rows = self.platforms(kind)
        if rows.size:
            self.organisations.cases[rows] += number // rows.size
            self.organisations.cases[rows] += np.arange(rows.size) < number % rows.size
        self.flows.helped[KIND_CODE[kind]] += number

    def of_kinds(self, *kinds: str) -> NDArray[np.bool_]:
        """Return which rows are platforms of these kinds, whatever their status."""
        return np.asarray(_wanted(kinds)[self.organisations.kind], np.bool_)

    def bodies(self, body: str) -> Rows:
        """Return the rows of universities, hospitals, public bodies or outside parents."""
        return np.flatnonzero(self.organisations.kind == BODY_CODE[body])

    def last_year(self, flow: Callable[[Flows], float]) -> float:
        """Return a flow's sum over this quarter and the three before it.

        Between two quarters, where nothing is counted yet, it is the sum of the last four.
        """
        if self.flows.empty:
            return self.past_year(flow)
        return sum(flow(quarter) for quarter in self.history[-3:]) + flow(self.flows)

    def past_year(self, flow: Callable[[Flows], float]) -> float:
        """Return a flow's sum over the four quarters before this one."""
        return sum(flow(quarter) for quarter in self.history[-4:])
