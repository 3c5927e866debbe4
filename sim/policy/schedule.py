"""A mix made ready to run: every instrument with its dose in this replicate, and its account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sim.core.identity import of_name
from sim.inputs.codes import KIND_CODE, LEVEL_CODE
from sim.inputs.instrument import Instrument
from sim.inputs.levers import LEVERS, PLATFORM_EQUITY
from sim.state.books import Account, Books
from sim.state.offers import Offer

LOTS = 1 << 30  # a lot is a slot of a draw, which has 32 bits
# Lines with a budget, by payer. Equity for platforms is raised with each founding, on demand.
PLAN_LINES = {"city": "city_fund", "county": "county_fund", "fund": "venture_fund"}


@dataclass(frozen=True)
class Entry:
    """One phase of an instrument: its window (quarters, both included) and its offer."""

    start: int
    end: int
    offer: Offer


@dataclass(frozen=True)
class Program:
    """What is in force beside and with the plan.

    Attributes:
        entries: Instruments that a process acts on, background first.
        accounts: One account per entry.
        doses: ``dose.<instrument>`` → dose in this replicate.
        money: From which quarter on the lines have how many times their money, in order.
    """

    entries: tuple[Entry, ...]
    accounts: tuple[Account, ...]
    doses: dict[str, float]
    money: tuple[tuple[int, float], ...] = ()

    def offers_in(self, quarter: int) -> list[Offer]:
        """Return what is offered in a quarter, background first."""
        return [entry.offer for entry in self.entries if entry.start <= quarter <= entry.end]

    def money_in(self, quarter: int) -> float:
        """Return how many times their money the city's and the counties' lines have."""
        return next((times for since, times in reversed(self.money) if since <= quarter), 1.0)

    def open_books(self) -> Books:
        """Return empty books with a line for whatever may be paid."""
        limited = {a.line for a in self.accounts if a.line in PLAN_LINES.values()}
        return Books(self.accounts, sorted(limited))


def build(
    background: Iterable[Instrument],
    instruments: Iterable[Instrument],
    shares: Mapping[str, float],
    money: tuple[tuple[int, float], ...] = (),
) -> Program:
    """Return the program of a mix in a replicate.

    Args:
        background: The city's standing rules, in force under every mix.
        instruments: What the mix selects.
        shares: ``dose.<instrument>`` → where in its range this replicate lies; 0.5 where none.
        money: From which quarter on the lines have how many times their money, in order.
    """
    entries: list[Entry] = []
    accounts: list[Account] = []
    doses: dict[str, float] = {}
    for standing, group in ((True, background), (False, instruments)):
        # In an order of their own: whoever is asked first is so in every mix that has both.
        for instrument in sorted(group, key=lambda one: one.id):
            if not instrument.modelled:
                continue
            name = f"dose.{instrument.id}"
            share = shares.get(name, 0.5)
            doses[name] = instrument.dose(share)
            account = _account(instrument, standing, len(accounts))
            entries += _entries(instrument, account, share)
            accounts.append(account)
    return Program(tuple(entries), tuple(accounts), doses, money)


def _entries(instrument: Instrument, account: Account, share: float) -> list[Entry]:
    """Return an instrument's offer in each phase of its window; all draw on one account."""
    assert instrument.lever is not None
    offer = Offer(
        account=account,
        lever=LEVERS[instrument.lever],
        dose=0.0,
        kinds=frozenset(KIND_CODE[kind] for kind in instrument.kinds),
        levels=frozenset(LEVEL_CODE[level] for level in instrument.levels),
        hosts=frozenset(instrument.hosts),
        lot=int(of_name(instrument.id)[0]) % LOTS,
    )
    return [
        Entry(start, end, replace(offer, dose=instrument.dose(share, scale)))
        for start, end, scale in instrument.phases
    ]


def _account(instrument: Instrument, standing: bool, number: int) -> Account:
    payer = instrument.payer
    line = f"standing {payer}" if standing else PLAN_LINES.get(payer, payer)
    if instrument.lever == PLATFORM_EQUITY.name:
        line = "equity"
    return Account(
        number=number,
        name=instrument.id,
        clause=instrument.clause,
        payer=payer,
        line=line,
        assumed=instrument.assumed,
        background=standing,
    )
