"""Money paths: from an instrument to who gets its money, what they do, and what that changes.

Nothing is told that is not declared: a lever says which processes read it and who is paid, a
process what it reads and writes (``links``), an indicator which processes move it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sim.indicators.table import INDICATORS
from sim.inputs.instrument import Instrument
from sim.inputs.kinds import KINDS
from sim.inputs.levers import LEVERS, Lever
from sim.inputs.plan import Plan
from sim.region.links import READS, WRITES
from sim.region.pages import QUARTER
from sim.state.columns import (
    Contracts,
    Firms,
    Organisations,
    People,
    Projects,
    Results,
    Talents,
)
from sim.state.promises import PAYEE

# They publish, open and pay: every path leads through them.
PUBLIC_SIDE = ("enact", "budget", "settle")
ACCOUNTS = "accounts"
TABLES = (Firms, Organisations, People, Talents, Projects, Results, Contracts)
_ORDER = [name for name, _ in QUARTER]


@dataclass(frozen=True, kw_only=True)
class MoneyPath:
    """Where an instrument's money and offer lead in a plan.

    Attributes:
        instrument: The instrument's id.
        lever: Its lever; none where no process acts on it.
        paid_to: Who gets its money, of ``books.PAYEES``; of founders those that it is for.
        acts: The processes that read the offer, in the order of the quarter.
        booked: The processes in which public money that was paid acts by itself.
        changes: What these write that another process reads: name → those readers.
        onward: All those readers.
        at_once: Targets of the plan that the first ones move.
        onwards: Targets that only the readers move.
    """

    instrument: str
    lever: Lever | None
    paid_to: tuple[str, ...]
    acts: tuple[str, ...]
    booked: tuple[str, ...]
    changes: dict[str, tuple[str, ...]]
    onward: tuple[str, ...]
    at_once: tuple[str, ...]
    onwards: tuple[str, ...]

    @property
    def ends(self) -> str:
        """Say where the path ends, if it does not reach a target."""
        if self.lever is None:
            return "no process acts on it"
        if self.at_once or self.onwards:
            return ""
        return f"at {', '.join(self.paid_to)}" if self.paid_to else "at the offer"


def changes(processes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what processes write that others read: name → the readers, public side apart."""
    own = set(processes)
    found = {}
    reads = {name: set(READS[name].split()) for name in _ORDER}
    for name in sorted({written for process in own for written in WRITES[process].split()}):
        readers = [p for p in _ORDER if name in reads[p] and p not in own and p not in PUBLIC_SIDE]
        if readers:
            found[name] = tuple(readers)
    return found


def _moved(plan: Plan, processes: Iterable[str], kinds: Iterable[str] = ()) -> list[str]:
    """Return the targets whose indicator one of these processes moves, for platforms of kinds."""
    own, meant = set(processes), set(kinds)
    counted = {t.id: INDICATORS[t.indicator] for t in plan.targets if not t.reason}
    return [
        name
        for name, indicator in counted.items()
        if own & set(indicator.moved_by)
        and not (meant and indicator.kinds and meant.isdisjoint(indicator.kinds))
    ]


def _paid_to(instrument: Instrument, lever: Lever | None) -> tuple[str, ...]:
    """Return who is paid: what is promised to founders goes to those that may found its kinds."""
    if lever is None or set(lever.paid_to) != set(PAYEE.values()):
        return lever.paid_to if lever else ()
    founders = {host for kind in instrument.kinds for host in KINDS[kind].hosts}
    paid = {PAYEE[host] for host in instrument.hosts if host in founders}
    return tuple(payee for payee in lever.paid_to if payee in paid)


def path_of(plan: Plan, instrument: Instrument) -> MoneyPath:
    """Return the path of an instrument of a plan."""
    lever = LEVERS[str(instrument.lever)] if instrument.modelled else None
    reads = lever.reads if lever else ()
    acts = tuple(name for name in _ORDER if name in reads and name != ACCOUNTS)
    booked = (ACCOUNTS,) if lever and lever.booked else ()
    first = {*acts, *booked}
    written = changes(first)
    onward = tuple(name for name in _ORDER if any(name in readers for readers in written.values()))
    at_once = _moved(plan, first, instrument.kinds)
    onwards = [target for target in _moved(plan, onward) if target not in at_once]
    return MoneyPath(
        instrument=instrument.id,
        lever=lever,
        paid_to=_paid_to(instrument, lever),
        acts=acts,
        booked=booked,
        changes=written,
        onward=onward,
        at_once=tuple(at_once),
        onwards=tuple(onwards),
    )


def paths(plan: Plan) -> list[MoneyPath]:
    """Return the path of each instrument of a plan, in the plan's order."""
    return [path_of(plan, instrument) for instrument in plan.instruments]


def feedbacks() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return what links two processes: who changes a column of who is there, and who reads it.

    A column of firms or organisations counts for the processes that may change it, not for those
    that add a row: who enters is new in everything. Sums of the city are left out, since they are
    mostly counted and not acted on.
    """
    found = {}
    for writer in _ORDER:
        mine = {
            f"{table.name}.{column.name}"
            for table in TABLES
            for column in table.columns.values()
            if writer in column.owners or _noted(writer, f"{table.name}.{column.name}")
        }
        for reader in _ORDER:
            carried = tuple(sorted(mine & set(READS[reader].split())))
            if carried and reader != writer:
                found[writer, reader] = carried
    return found


def _noted(writer: str, column: str) -> bool:
    """Return whether a process writes records, such as contracts, with this column."""
    living = column.startswith((f"{Firms.name}.", f"{Organisations.name}."))
    return not living and column in WRITES[writer].split()


def in_loops(links: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those links that lie on a loop: from whose end a way leads back to their beginning."""
    onward: dict[str, set[str]] = {}
    for writer, reader in links:
        onward.setdefault(writer, set()).add(reader)

    def reached(start: str) -> set[str]:
        seen, ahead = set[str](), [start]
        while ahead:
            for reader in onward.get(ahead.pop(), set()) - seen:
                seen.add(reader)
                ahead.append(reader)
        return seen

    return {(writer, reader) for writer, reader in links if writer in reached(reader)}
