"""Accounts: what platforms with an account of their own earn and spend, who shrinks, who fails.

Every platform that is no part of a firm has one. In a quarter

    cash' = cash + (host + earned - R · capacity) / 4 + received

with R the running cost of its kind, the host's yearly contribution, rents or contract income as
earned, and the public money that was paid to it. A unit follows its income of a year, up where
it has its reserve, down where it has not,

    capacity' = capacity · (income / cost)^adjusts

and with it go its seats, researchers and costs. Below zero for four quarters, its host either
makes the loss good or closes it: of centres whose support ended 0.67-0.8 went on [I30, I31], of
institutes that had to live on their own no more closed than of others [I38]. At the start each
balances: tenants pay a part of what a carrier costs [I43, I45: less than the rent], an applied
institute earns 0.4-0.7 [I34, I49, I51], a service less than it costs [T41], and the host adds the
rest, as long as the unit stands. Whose support was promised when it opened has so much less from
its host (``replaces``). Rents follow occupancy, and start-ups prefer low ones (``incubation``).

Hosts have means for founding platforms,

    means' = means + set aside / 4, as far as saved · set aside, + granted - founding costs
             - yearly money of units founded since the start - opening reserves - losses made good

A firm sets aside a part of its revenue, a university or institute a sum per researcher, a hospital
a sum, and public bodies together a part of GDP. What closed units leave, and public money for units
without an account, is their hosts'. ``founding`` asks whether the means carry another one.
"""

import numpy as np

from sim.core.arrays import Flags, Floats, Rows
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES
from sim.inputs.kinds import KINDS
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state.columns import ACTIVE, CLOSED
from sim.state.founders import SERVICES
from sim.state.means import to_hosts
from sim.state.platforms import close
from sim.state.promises import each_year
from sim.state.state import State


class Parameters(Numbers, name="accounts"):
    """Numbers of the process."""

    tenants_pay: float = meaning("running cost of carriers that rents pay, at the start")
    institutes_earn: float = meaning("running cost of institutes that contracts pay, at the start")
    services_earn: float = meaning("running cost of services that clients pay, at the start")
    reserve: float = meaning("running cost that a unit opens with, and keeps before it grows")
    adjusts: float = meaning("size to the ratio of income to cost, a quarter")
    steady: float = meaning("income of a quarter that a unit still reckons with in the next")
    largest: float = meaning("size of a unit to the usual one of its kind, at most")
    smallest: float = meaning("size of a unit to the usual one of its kind, at least")
    patience: float = meaning("quarters below zero after which the host decides")
    rescued: float = meaning("units below zero whose loss the host makes good")
    replaces: float = meaning("promised support that takes the place of the host's own money")
    rent_answers: float = meaning("rent to seats taken, beside the start")
    lowest_rent: float = meaning("rent to the usual one, at least")
    highest_rent: float = meaning("rent to the usual one, at most")
    firms_set_aside: float = meaning("revenue that a firm can put into platforms")
    science_sets_aside: float = meaning(
        "what universities and institutes can put into platforms, per researcher"
    )
    hospital_sets_aside: float = meaning("what a hospital can put into platforms")
    public_sets_aside: float = meaning("GDP that public bodies together can put into platforms")
    saved: float = meaning("what a host sets aside that it keeps at hand, at most")


_HAS_ACCOUNT = np.array([not data.of_host for data in KINDS.values()])
_SEATED = np.array([data.seats.default > 0 for data in KINDS.values()])
_RESERVE, _RESCUED = 0, 1  # slots of a platform's draws: of its life, and of a quarter


def holders(state: State) -> Rows:
    """Return the rows of active platforms with an account."""
    table = state.organisations
    able = (table.kind < len(KIND_NAMES)) & (table.status == ACTIVE)
    able[able] = _HAS_ACCOUNT[table.kind[able]]
    return np.flatnonzero(able)


def usual_size(state: State, rows: Rows) -> Floats:
    """Return the size of units, by their seats or researchers, to the usual one of their kind."""
    table, size = state.organisations, np.ones(rows.size)
    for name, held in (("seats", table.seats), ("researchers", table.researchers)):
        usual = state.costs[name][table.kind[rows]]
        np.divide(held[rows], usual, out=size, where=(usual > 0) & (held[rows] > 0))
    return size


def cost(state: State, rows: Rows) -> Floats:
    """Return what units cost a year, million CNY."""
    table = state.organisations
    return np.asarray(state.costs["run_cost"][table.kind[rows]] * table.capacity[rows])


def earned(state: State, rows: Rows) -> Floats:
    """Return what units earn at their present rents or contracts, million CNY a year."""
    table = state.organisations
    kind = table.kind[rows]
    sold = np.where(_SEATED[kind], table.rent[rows] * table.tenants[rows], 4 * table.income[rows])
    return np.asarray(state.norms.price[kind] * sold)


def rents(taken: Floats, usual: float, p: Parameters) -> Floats:
    """Return rents to the usual one, where so large a share of the seats is taken."""
    if usual <= 0:
        return np.ones_like(taken)
    answer = (taken / usual) ** p.rent_answers
    return np.asarray(np.clip(answer, p.lowest_rent, p.highest_rent))


def _ask_rents(state: State, p: Parameters, rows: Rows) -> None:
    table = state.organisations
    rows = rows[table.seats[rows] > 0]
    taken = table.tenants[rows] / table.seats[rows]
    table.rent[rows] = rents(taken, state.norms.seats_taken, p)


def _shares(p: Parameters) -> Floats:
    """Return by kind the part of its cost that a unit earns at the start, if it sells anything."""
    share = np.where(_SEATED, p.tenants_pay, 0.0)
    share[KIND_CODE["institute"]] = p.institutes_earn
    share[[KIND_CODE[kind] for kind in SERVICES]] = p.services_earn
    return share


def _sold(state: State, rows: Rows) -> Floats:
    """Return what units sell as the plan begins: seats at their rents, or million CNY a year."""
    table, sold = state.organisations, state.contracts
    kind, known = table.kind[rows], sold.seller >= 0
    weight = np.where(sold.transfer[known], 1.0, state.weight)
    contracts = np.bincount(sold.seller[known], sold.value[known] * weight, len(table))[rows]
    serves = np.isin(kind, [KIND_CODE[name] for name in SERVICES])
    sales = np.where(serves, state.norms.service_income[kind], contracts)
    return np.where(_SEATED[kind], table.rent[rows] * table.tenants[rows], sales)


def begin(state: State, values: Values) -> None:
    """Open accounts that balance: prices by what is sold, hosts that add the rest."""
    p, table, rows = values.of(Parameters), state.organisations, holders(state)
    table.capacity[rows] = usual_size(state, rows)
    _ask_rents(state, p, rows)
    kind, costs, sold = table.kind[rows], cost(state, rows), _sold(state, rows)
    whole = np.bincount(kind, sold, len(KINDS))
    wanted = np.bincount(kind, _shares(p)[kind] * costs, len(KINDS))
    state.norms.price[:] = np.divide(wanted, whole, out=np.zeros(len(KINDS)), where=whole > 0)
    # Contracts are few and large: each unit is taken to earn of them what its kind does.
    usual = _shares(p)[kind] * costs * (state.norms.price[kind] > 0)
    pays = np.where(_SEATED[kind], state.norms.price[kind] * sold, usual)
    lot = state.draws.at("accounts", 0).uniform(table.id[rows], _RESERVE)
    _open(state, p, rows, costs - pays, 2 * lot)
    _save_before(state, p)


def _yearly(state: State, p: Parameters) -> tuple[Floats, Floats]:
    """Return what firms and bodies set aside a year, million CNY each, by row."""
    firms, table = state.firms, state.organisations
    by_firm = p.firms_set_aside * firms.revenue * firms.alive
    by_body = np.zeros(len(table))
    institutes = state.platforms("institute")
    institutes = institutes[table.short[institutes] == 0]  # who is below zero sets nothing aside
    science = np.concatenate([state.bodies("university"), institutes])
    by_body[science] = p.science_sets_aside * table.researchers[science]
    by_body[state.bodies("hospital")] = p.hospital_sets_aside
    public = state.bodies("public_body")
    by_body[public] = p.public_sets_aside * state.gdp / max(public.size, 1)
    return by_firm, by_body


def _save_before(state: State, p: Parameters) -> None:
    """Give hosts all that they keep, less what they founded lately and have not saved anew.

    What a quarter sets aside they have at least: a city founds what it did, though some owe for it.
    """
    firms, table = state.firms, state.organisations
    by_firm, by_body = _yearly(state, p)
    units = np.flatnonzero((table.kind < len(KIND_NAMES)) & (table.status <= ACTIVE))
    units = units[np.argsort(table.decided[units], kind="stable")]
    costs = state.costs["found_cost"][table.kind[units]] * table.stands_for[units]
    for means, yearly, host, weight in (
        (firms.means, by_firm, table.host_firm[units], state.weight),
        (table.means, by_body, table.host_body[units], 1.0),
    ):
        keeps, since = p.saved * yearly, np.zeros(yearly.size, np.int64)
        means[:] = keeps
        for unit in np.flatnonzero(host >= 0).tolist():
            row, when = host[unit], min(int(table.decided[units[unit]]), state.start)
            means[row] = min(keeps[row], means[row] + yearly[row] * (when - since[row]) / 4)
            means[row] -= costs[unit] / weight
            since[row] = when
        means[:] = np.minimum(keeps, means + yearly * (state.start - since) / 4)
        np.maximum(means, yearly / 4, out=means)


def _set_aside(state: State, p: Parameters) -> None:
    """Let hosts set money aside, up to what they keep at hand."""
    firms, table = state.firms, state.organisations
    by_firm, by_body = _yearly(state, p)
    added = added_to(firms.means, by_firm, p)
    state.flows.set_aside += float(added.sum()) * state.weight
    firms.means[:] += added
    added = added_to(table.means, by_body, p)
    state.flows.set_aside += float((added * table.stands_for).sum())
    table.means[:] += added


def added_to(means: Floats, yearly: Floats, p: Parameters) -> Floats:
    """Return what hosts add to their means in a quarter: less as they near what they keep."""
    return np.clip(p.saved * yearly - means, 0.0, yearly / 4)


def _open(state: State, p: Parameters, rows: Rows, host: Floats, reserves: Floats) -> None:
    """Open accounts: what hosts add a year, and a reserve to begin with."""
    table, costs = state.organisations, cost(state, rows)
    table.funded[rows] = True
    table.host_pays[rows] = host
    table.cash[rows] = reserves * p.reserve * costs
    table.takings[rows] = costs / 4


def _open_new(state: State, p: Parameters, rows: Rows) -> None:
    """Open accounts for units that opened since; promised support replaces money of the host."""
    table = state.organisations
    new = rows[~table.funded[rows]]
    table.capacity[new] = usual_size(state, new)
    kinds = table.kind[new]
    earns = _shares(p)[kinds] * (state.norms.price[kinds] > 0)
    host = (1 - earns) * cost(state, new)
    for kind in np.unique(kinds).tolist():
        for number, name in enumerate(HOSTS):
            here = (kinds == kind) & (table.host_class[new] == number)
            if here.any():
                promised = each_year(state, KIND_NAMES[kind], name)
                support = sum(promise.counted_on(state) for promise in promised)
                host[here] -= np.minimum(p.replaces * support, host[here])
    _open(state, p, new, host, np.ones(new.size))
    reserves = table.cash[new] * table.stands_for[new]
    state.flows.hosts_paid += float(reserves.sum())
    to_hosts(state, new, -reserves)


def _balance(state: State, p: Parameters, rows: Rows) -> None:
    """Book a quarter's income and costs."""
    table, flows = state.organisations, state.flows
    stands, costs, sold = table.stands_for[rows], cost(state, rows), earned(state, rows)
    income = (table.host_pays[rows] + sold) / 4 + table.received[rows]
    table.cash[rows] += income - costs / 4
    table.takings[rows] = p.steady * table.takings[rows] + (1 - p.steady) * income
    table.short[rows] = np.where(table.cash[rows] < 0, table.short[rows] + 1, 0)
    flows.hosts_paid += float((table.host_pays[rows] / 4 * stands).sum())
    flows.earned += float((sold / 4 * stands).sum())
    flows.received += float((table.received[rows] * stands).sum())
    flows.spent += float((costs / 4 * stands).sum())
    newer = table.decided[rows] >= state.start
    to_hosts(state, rows[newer], -(table.host_pays[rows] / 4 * stands)[newer])
    table.received[rows] = 0.0
    # Who has no account, or has closed meanwhile, leaves it to the host.
    others = np.flatnonzero(table.received)
    passed = table.received[others] * table.stands_for[others]
    flows.passed_on += float(passed.sum())
    to_hosts(state, others, passed)
    table.received[others] = 0.0


def resized(size: Floats, income: Floats, costs: Floats, rich: Flags, p: Parameters) -> Floats:
    """Return the sizes to which units go that take in so much a year and cost so much."""
    ratio = np.maximum(income / costs, p.smallest)
    follows = size * ratio**p.adjusts
    # Who is beyond a bound already stays there.
    grown = np.minimum(follows, np.maximum(p.largest, size))
    shrunk = np.maximum(follows, np.minimum(p.smallest, size))
    return np.where(ratio > 1, np.where(rich, grown, size), np.where(rich, size, shrunk))


def _resize(state: State, p: Parameters, rows: Rows) -> None:
    """Let units grow or shrink with their income, and their seats and researchers with them."""
    table, costs = state.organisations, cost(state, rows)
    rich = table.cash[rows] >= p.reserve * costs
    before = table.capacity[rows].copy()
    after = resized(before, 4 * table.takings[rows], costs, rich, p)
    moved = after != before
    rows, after, before = rows[moved], after[moved], before[moved]
    table.capacity[rows] = after
    table.researchers[rows] *= after / before
    seats = table.seats[rows] > 0
    usual = state.costs["seats"][table.kind[rows[seats]]]
    table.seats[rows[seats]] = np.maximum(np.rint(usual * after[seats]), 1).astype(np.int32)


def _fail(state: State, p: Parameters, rows: Rows) -> None:
    """Let hosts make losses good or close what has been below zero too long."""
    table, flows = state.organisations, state.flows
    failing = rows[table.short[rows] >= p.patience]
    saved = state.luck("accounts").happens(table.id[failing], p.rescued, _RESCUED)
    losses = -table.cash[failing] * table.stands_for[failing]
    flows.hosts_paid += float(losses.sum())
    to_hosts(state, failing, -losses)
    table.cash[failing] = 0.0
    table.short[failing] = 0
    closing = failing[~saved]
    close(state, closing)
    flows.failed_platforms += state.number(closing)
    flows.rescued_platforms += state.number(failing[saved])


def _wind_up(state: State) -> None:
    """Leave what closed units had, or owed, to their hosts."""
    table = state.organisations
    closed = np.flatnonzero((table.status == CLOSED) & (table.means != 0))
    means = table.means[closed] * table.stands_for[closed]
    state.flows.from_platforms -= float(means.sum())
    table.means[closed] = 0.0
    to_hosts(state, closed, means)
    gone = np.flatnonzero((table.status == CLOSED) & (table.cash != 0))
    left = table.cash[gone] * table.stands_for[gone]
    state.flows.hosts_paid -= float(left.sum())
    to_hosts(state, gone, left)
    table.cash[gone] = 0.0


def keep_accounts(state: State, p: Parameters) -> None:
    """Open new accounts, book the quarter, let units follow their income, and let some fail."""
    _set_aside(state, p)
    _wind_up(state)
    rows = holders(state)
    _open_new(state, p, rows)
    _ask_rents(state, p, rows)
    _balance(state, p, rows)
    _resize(state, p, rows)
    _fail(state, p, rows)
