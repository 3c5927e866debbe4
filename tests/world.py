"""A tiny city made by hand: two districts, two clusters, and whoever a test puts there.

Nothing in it is drawn at the start. Its clock stands at 2019Q1; every platform kind costs 10 M CNY
to found and 2 M CNY a year to run, is built in three quarters, and is founded by nobody until a
test says at what rate.
"""

import dataclasses

import numpy as np

from sim.core import identity
from sim.core.draws import Draws
from sim.inputs.city import FIGURES, City, Cluster, District, Figures
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES, LEVEL_CODE
from sim.inputs.instrument import Instrument
from sim.inputs.kinds import KINDS
from sim.inputs.levers import LEVERS, TYPES
from sim.inputs.numbers import Numbers
from sim.policy import schedule
from sim.processes import enact, settle
from sim.state.books import yuan
from sim.state.columns import ACTIVE, BODY_CODE
from sim.state.founders import Parameters as Outlook
from sim.state.knowledge import Parameters as Knowledge
from sim.state.partners import Parameters as Ties
from sim.state.researchers import Parameters as Time
from sim.state.state import State

START = 2019 * 4  # 2019Q1
AUTUMN = START + 3  # 2019Q4, in which accreditation, evaluation and the yearly count take place
NORTH, SOUTH = 0, 1  # districts
TOOLS, SHIPS = 0, 1  # clusters

CITY = City(
    name="tiny",
    zh="小城",
    districts={
        "north": District(id="north", zh="北区", share=0.5),
        "south": District(id="south", zh="南区", share=0.5),
    },
    clusters=(
        Cluster(id="tools", zh="工具", fields=(26,), share=0.5),
        Cluster(id="ships", zh="船舶", fields=(32,), share=0.5),
    ),
    figures={},
    background=(),
)

# How founders look ahead, in round numbers; nothing differs between units of a kind but quality.
OUTLOOK = Outlook(
    horizon=3,
    climb=0.1,
    top_grade=0.25,
    equity_worth=0.3,
    size_of_host=0.3,
    spread=0.0,
    carries=0.0,
)

# Nothing takes researchers' time, and there is no end of it.
ENDLESS = Time(room=1e6, sale=0.0, visits=0.0, post=0.0, vice_president=0.0, student=0.0)

# Starting figures and what else is fixed once at a run's start, in round numbers; all others are 0.
FIXED = {
    "typical_rd_stock": 10.0,
    "typical_propensity": 0.02,
    "revenue_per_employee": 1.0,
    "mean_employees": 100.0,
    "population": 1e6,
    "rd_accounting": 1.28,
    "gdp": 1000.0,
    "mean_closing_size": 1.0,
    "contract_mean": 1.0,
    "own_unit": 0.69,
    "seeks_seat": 1.0,
}


def offer(
    lever: str,
    dose: float,
    *kinds: str,
    level: str = "",
    recipient: str = "",
    payer: str = "city",
    name: str = "",
) -> Instrument:
    """Return an instrument with a known dose on a lever."""
    return Instrument(
        id=name or lever,
        type=next(name for name, kind in TYPES.items() if LEVERS[lever] in kind.levers),
        platform_kind=kinds,
        level=level,
        recipient=recipient,
        amount=dose,
        wording="exact",
        strength="amount",
        clause="by hand",
        controller="city" if payer == "fund" else payer,
        payer=payer,
        start=START,
        end=START + 40,
        lever=lever,
    )


def tiny(
    *offers: Instrument,
    money: float = 0.0,
    quarter: int = START,
    seed: int = 1,
    weight: float = 1.0,
    fund: float = 100.0,
    **fixed: float | tuple[float, ...],
) -> State:
    """Return an empty tiny city in which the offers stand, with money (M CNY) on the city's line.

    Other names are starting figures or norms that take the place of the default ones.
    """
    ready = schedule.build((), offers, {})
    figures = {name: (FIXED | fixed).get(name, 0.0) for name in FIGURES}
    state = State(
        city=CITY,
        draws=Draws(seed, 0),
        books=ready.open_books(),
        start=START,
        quarter=quarter,
        costs={
            "found_cost": np.full(len(KINDS), 10.0),
            "run_cost": np.full(len(KINDS), 2.0),
            "building": np.full(len(KINDS), 3.0),
            "rate": np.zeros(len(KINDS)),
            "seats": np.zeros(len(KINDS)),
            "researchers": np.zeros(len(KINDS)),
            "plaque": np.zeros(len(KINDS)),
            "firm_weight": np.ones(len(KINDS)),
        },
        scale=1 / weight,
        macro_growth=0.0,
        gdp=1000.0,
        fund=fund,
        figures=Figures(**figures),
        founders=OUTLOOK,
        knowledge=Knowledge(),
        ties=Ties(),
        researchers=ENDLESS,
    )
    for name, value in (FIXED | fixed).items():
        if name not in FIGURES:
            set_norm(state, name, value)
    state.norms.weighing[:] = 1.0
    if money:
        grant_money(state, money)
    enact.publish_offers(state, ready)
    return state


class Given:
    """Values of a replicate in which some processes' parameters are given, all others usual."""

    def __init__(self, *parameters: Numbers) -> None:
        """Take the parameters."""
        self._given = {type(p): p for p in parameters}

    def of[T: Numbers](self, kind: type[T]) -> T:
        """Return the parameters of a process."""
        return self._given.get(kind) or kind()


def autumn(*offers: Instrument, quarter: int = AUTUMN, **options: float) -> State:
    """Return a tiny city in a fourth quarter, with one firm that does nothing."""
    state = tiny(*offers, quarter=quarter, **options)
    add_firms(state, 1)
    return state


def grant_money(state: State, million: float, line: str = "city_fund") -> None:
    """Put money on a line."""
    state.books.allot(line, int(yuan(million)))


def ids(number: int, first: int = 0) -> np.ndarray:
    """Return plain ids."""
    return identity.plain(identity.INCUMBENT_FIRM, first, np.arange(number))


def add_firms(state: State, number: int, **columns: object) -> np.ndarray:
    """Add above-scale firms of ten years and return their rows; columns may say otherwise."""
    usual = {
        "alive": True,
        "founded": START - 40,
        "employees": 100.0,
        "revenue": 100.0,
        "above_scale": True,
        "capabilities": -1,
    }
    return state.firms.add(ids(number, len(state.firms)), **(usual | columns))


def add_bodies(state: State, body: str, number: int, **columns: object) -> np.ndarray:
    """Add universities, hospitals, public bodies or outside parents and return their rows."""
    usual = {"status": ACTIVE, "host_class": HOSTS.index("public_body")}
    numbers = ids(number, 1000 + len(state.organisations))
    return state.organisations.add(numbers, kind=BODY_CODE[body], **(usual | columns))


def add_platforms(state: State, kind: str, number: int, **columns: object) -> np.ndarray:
    """Add active platforms, ten years old, of public bodies, and return their rows."""
    usual = {
        "status": ACTIVE,
        "level": LEVEL_CODE[KINDS[kind].levels[0]],
        "host_class": HOSTS.index("public_body"),
        "cluster": TOOLS,
        "decided": START - 40,
        "opens": START - 40,
        "reached": START - 40,
    }
    numbers = ids(number, 1000 + len(state.organisations))
    return state.organisations.add(numbers, kind=KIND_CODE[kind], **(usual | columns))


def add_brokers(state: State, number: int, *, active: bool = True) -> None:
    """Add certified brokers."""
    persons = identity.plain(identity.PERSON, np.arange(number))
    state.people.add(persons, certified=START - 1, active=active)


def add_results(state: State, owner: int, number: int, **columns: object) -> np.ndarray:
    """Add open results of an organisation, worth 1 M CNY each, and return their rows."""
    usual = {"value": 1.0, "found": START - 1, "open": True, "capabilities": -1}
    numbers = ids(number, 5000 + len(state.results))
    return state.results.add(numbers, owner=owner, **(usual | columns))


def one_project(
    state: State,
    kind: int = 0,
    *,
    began: int = START,
    quarters: int = 4,
    firm: int = 0,
    **columns: object,
) -> int:
    """Add a major project of 2 M CNY of the first firm and organisation; return its row."""
    numbers = identity.plain(
        identity.CONTRACT, 7, np.arange(len(state.projects), len(state.projects) + 1)
    )
    usual = {"kind": kind, "major": True, "firm": firm, "organisation": 0, "value": 2.0}
    usual["works"] = 0.75
    return state.projects.add(numbers, began=began, ends=began + quarters, **(usual | columns))[0]


def set_figure(state: State, name: str, value: float) -> None:
    """Let the city have begun with another figure."""
    state.figures = dataclasses.replace(state.figures, **{name: value})


def set_norm(state: State, name: str, value: float | tuple[float, ...]) -> None:
    """Fix a norm, which must be declared: a number, or one per class."""
    declared = getattr(state.norms, name)
    setattr(state.norms, name, np.array(value) if isinstance(declared, np.ndarray) else value)


def set_cost(state: State, kind: str, **numbers: float) -> None:
    """Set costs, building time, rate, seats or researchers of a kind."""
    for name, number in numbers.items():
        state.costs[name][KIND_CODE[kind]] = number


def set_hazard(state: State, kind: str, hazard: float) -> None:
    """Let a host of suitability 1 found a kind at this hazard a quarter, offers apart."""
    state.norms.founding_rate[KIND_CODE[kind]] = hazard


def founded(state: State, kind: str, first: int = 0) -> np.ndarray:
    """Return the rows of platforms of a kind, from a row number on."""
    rows = np.flatnonzero(state.organisations.kind == KIND_CODE[kind])
    return rows[rows >= first]


def kind_names(codes: np.ndarray) -> list[str]:
    """Return the names of kind codes."""
    return [KIND_NAMES[code] for code in codes]


def next_quarter(state: State, quarters: int = 1) -> None:
    """Clear the claims, close the quarter's books, remember its flows, and move on."""
    for _ in range(quarters):
        settle.clear_claims(state, settle.Parameters())
        settle.pay(state)
        state.remember()
        state.books.begin_quarter()


def promised(state: State) -> dict[tuple[int, str], int]:
    """Clear the claims; return yuan by quarter and instrument, paid and to be paid."""
    settle.clear_claims(state, settle.Parameters())
    books = state.books
    sums: dict[tuple[int, str], int] = {}
    later = [payment for payments in books._due.values() for payment in payments]
    for payment in [*books.payments, *later]:
        key = (payment.quarter, payment.account.name)
        sums[key] = sums.get(key, 0) + payment.amount
    return sums


def spread(share: float, number: int) -> float:
    """Return four standard errors of a share of so many independent events."""
    return float(4 * np.sqrt(share * (1 - share) / number))
