"""Equipment: owners register their instruments, firms use them where that is the cheaper way.

Owners. Universities and institutes hold large instruments in proportion to their researchers and
buy more each year; an institute that opens brings its own. An owner hands in its list now and
then; the register's staff then enters so many instruments a quarter. An office's effort toward
institutes raises both. So coverage runs after purchases and is never quite whole.

Use. A firm that does R&D has tests to make, Poisson with mean ∝ R&D^elasticity. It makes one on a
shared instrument if the price is under its outside option (a commercial laboratory, doing without;
a lasting trait of the firm), and finds one more easily the more stand in the register:

    uses = scale · R&D^elasticity · (registered / registered at the start)^reach

for firms whose outside option exceeds the price. The scale gives the city's uses at the start.
Instruments have hours: 1440 a year, of which owners open a part to others; 16 % was the sharing
rate [2019]. A reward per value served moves owners to open more hours and to ask for less.

Opened instruments raise what users' R&D yields [K26; not significantly in I76]: the tests that a
firm is expected to make, as far as instruments have hours, raise its results (``research``).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.arithmetic import power
from sim.core.arrays import Flags, Floats, Rows
from sim.core.compiled import compiled, record
from sim.core.draws import laplace_share, poisson
from sim.inputs.levers import MANAGEMENT_EFFORT, SHARING_REWARD
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state.books import Purse
from sim.state.columns import BODY_CODE
from sim.state.state import State


class Parameters(Numbers, name="equipment"):
    """Numbers of the process."""

    registered: float = meaning("instruments that are registered at the start")
    purchases: float = meaning("instruments bought per instrument held")
    hands_in: float = meaning("an owner hands in its list")
    staff_pace: float = meaning("instruments that the register's staff enters")
    elasticity: float = meaning("tests to R&D across firms")
    reach: float = meaning("tests that find an instrument to those registered")
    hours: float = meaning("time that an instrument runs")
    opened: float = meaning("hours that owners open to others")
    most_opened: float = meaning("hours that owners open to others, at most")
    hours_per_use: float = meaning("time of a use")
    price: float = meaning("price of an instrument's hour")
    outside: float = meaning("outside option over the usual price, median of firms")
    outside_spread: float = meaning("logarithm of the outside option")
    opens_more: float = meaning("open hours to income per hour")
    passed_on: float = meaning("a reward that lowers the price")
    small: float = meaning("staff below which a firm is small")


LARGEST_MEAN = 500.0  # tests a quarter of one firm: what an inverted Poisson draw can bear
# Slots: of a firm's life (first block), of a firm in a quarter; of an owner's life and quarter.
_OUTSIDE, _USES = 0, 0
_HOLDS, _ENTERED = 4, 5
_BUYS, _HANDS_IN, _QUEUE = 4, 5, 6


class Seen(NamedTuple):
    """What a firm's use of instruments depends on."""

    alive: Flags
    rd: Floats
    employees: Floats


@compiled
def _firms(
    life: Floats,
    draws: Floats,
    seen: Seen,
    scale: float,
    elasticity: float,
    least: float,
    small: float,
    expected: Floats,
) -> tuple[int, int, float]:
    uses = 0
    of_small = 0
    weights = 0.0
    for i in range(seen.alive.size):
        expected[i] = 0.0
        if not seen.alive[i] or seen.rd[i] <= 0.0 or life[i] <= least:
            continue
        mean = power(seen.rd[i], elasticity)
        weights += mean
        expected[i] = min(scale * mean, LARGEST_MEAN)
        number = poisson(expected[i], draws[i])
        uses += number
        if seen.employees[i] < small:
            of_small += number
    return uses, of_small, weights


def share(state: State, p: Parameters) -> None:
    """Buy and register instruments, let firms use them, reward those who share."""
    _equip(state, p)
    _register(state, p)
    _use(state, p)


def begin(state: State, values: Values) -> None:
    """Start the city with its instruments, registered in part, and with their uses of a year."""
    p = values.of(Parameters)
    table, rows = state.organisations, owners(state)
    people = float(table.researchers[rows].sum())
    held = state.figures.shared_equipment / p.registered
    state.norms.instruments_per_researcher = held / people if people > 0 else 0.0
    _bring(state, rows)
    luck = state.draws.at("equipment", 0)
    part = p.registered * table.instruments[rows] + luck.uniform(table.id[rows], _ENTERED)
    table.instruments_registered[rows] = np.minimum(np.floor(part), table.instruments[rows])
    state.norms.registered_at_the_start = float(table.instruments_registered[rows].sum())
    _, _, weights = _tests(state, p, 0.0, 1.0)
    yearly = state.figures.equipment_uses
    state.norms.uses_scale = yearly / 4 / (weights * state.weight) if weights > 0 else 0.0
    _tests(state, p, state.norms.uses_scale, 1.0)
    for flows in state.history:
        flows.equipment_uses = yearly / 4


# Owners


def owners(state: State) -> Rows:
    """Return the universities and institutes in operation."""
    return np.concatenate([state.bodies("university"), state.platforms("institute")])


def _bring(state: State, rows: Rows) -> None:
    """Let owners that have none yet bring instruments, in proportion to their researchers."""
    table = state.organisations
    new = rows[table.instruments[rows] == 0]
    mean = state.norms.instruments_per_researcher * table.researchers[new]
    rounding = state.draws.at("equipment", 0).uniform(table.id[new], _HOLDS)
    table.instruments[new] = np.floor(mean + rounding)


def _equip(state: State, p: Parameters) -> None:
    table, rows = state.organisations, owners(state)
    _bring(state, rows)
    ids = table.id[rows]
    more = p.purchases / 4 * table.instruments[rows]
    whole = np.floor(more + state.luck("equipment").uniform(ids, _BUYS))
    table.instruments[rows] += whole.astype(np.int32)


def entered(waiting: NDArray[np.int64], room: int) -> NDArray[np.int64]:
    """Return how many of each list, in the order of the queue, the staff gets to."""
    before = np.cumsum(waiting) - waiting
    return np.asarray(np.clip(room - before, 0, waiting), np.int64)


def _register(state: State, p: Parameters) -> None:
    """Enter the lists that are handed in, by lot, as far as the staff gets."""
    table, luck = state.organisations, state.luck("equipment")
    effort = 1 + state.offers.dose(MANAGEMENT_EFFORT, "institute")
    rows = owners(state)
    ids = table.id[rows]
    rows = rows[luck.happens(ids, p.hands_in * effort, _HANDS_IN)]
    rows = rows[np.argsort(luck.uniform(table.id[rows], _QUEUE), kind="stable")]
    waiting = (table.instruments[rows] - table.instruments_registered[rows]).astype(np.int64)
    done = entered(waiting, int(p.staff_pace * effort))
    table.instruments_registered[rows] += done.astype(np.int32)
    state.flows.instruments_registered += float(done.sum())


# Use


def _tests(state: State, p: Parameters, scale: float, price: float) -> tuple[float, float, float]:
    """Return tests made on shared instruments, those of small firms, and Σ R&D^elasticity.

    What each firm is expected to make is noted.
    """
    firms = state.firms
    uses, small, weights = _firms(
        state.lasting("equipment", _OUTSIDE),
        state.luck("equipment").uniform(firms.id, _USES),
        record(Seen, firms),
        scale,
        p.elasticity,
        declining(price, p),
        p.small,
        firms.tests,
    )
    return float(uses), float(small), float(weights)


def declining(price: float, p: Parameters) -> float:
    """Return the share of firms whose outside option, lasting and Laplace, is no dearer."""
    if price <= 0:
        return 0.0
    return laplace_share(math.log(price / p.outside) / p.outside_spread)


def open_hours(reward: float, p: Parameters) -> float:
    """Return the share of hours that owners open when so much is added to the price."""
    return float(min(p.opened * (1 + reward) ** p.opens_more, p.most_opened))


def price_asked(reward: float, p: Parameters) -> float:
    """Return the price over the usual price, when so much is added to it."""
    return max(1 - p.passed_on * reward, 0.0)


def found(registered: float, at_start: float, p: Parameters) -> float:
    """Return the ratio of tests that find an instrument to those at the start."""
    return float((registered / at_start) ** p.reach) if at_start > 0 else 0.0


def _use(state: State, p: Parameters) -> None:
    """Let firms make their tests, as far as instruments have hours."""
    table, rows = state.organisations, owners(state)
    registered = table.instruments_registered[rows].astype(np.float64)
    whole = float(registered.sum())
    reward = state.counted_on(SHARING_REWARD)
    scale = state.norms.uses_scale * found(whole, state.norms.registered_at_the_start, p)
    uses, small, _ = _tests(state, p, scale, price_asked(reward, p))
    room = whole * p.hours / 4 * open_hours(reward, p) / p.hours_per_use
    served = min(uses * state.weight, room)
    state.firms.tests[:] *= served / (uses * state.weight) if uses > 0 else 0.0
    state.flows.equipment_uses += served
    state.totals.equipment_uses += served
    if served > 0:
        state.totals.equipment_uses_of_small_firms += served * small / uses
        _reward(state, p, rows, served * registered / whole)


def _reward(state: State, p: Parameters, rows: Rows, uses: Floats) -> None:
    """Have a share of the value served claimed by those who share."""
    table = state.organisations
    value = uses * p.hours_per_use * p.price
    serving = uses > 0
    teaches = table.kind[rows[serving]] == BODY_CODE["university"]
    for offer in state.offers.on(SHARING_REWARD):
        state.claim(
            offer,
            offer.dose * value[serving],
            payee=["university" if one else "institute" for one in teaches.tolist()],
            rows=rows[serving],
            to=Purse(rows[serving]),
        )
