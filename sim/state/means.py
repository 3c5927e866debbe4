"""Means: what hosts of platforms have at hand for another one, and what goes in and out of it.

A row of firms has the means of each firm for which it stands. Parents from outside and
consultancies have theirs elsewhere, and the city does not book them.
"""

from typing import NamedTuple

import numpy as np

from sim.core.arithmetic import power
from sim.core.arrays import Floats, Rows
from sim.core.compiled import compiled
from sim.inputs.codes import KIND_CODE
from sim.state.columns import BODY_CODE
from sim.state.founders import FIRMS, Hosts
from sim.state.state import State

# Codes of the bodies whose means are booked, beside firms.
SAVERS = (
    BODY_CODE["university"],
    BODY_CODE["hospital"],
    BODY_CODE["public_body"],
    KIND_CODE["institute"],
)


def at_hand(state: State, host: Hosts) -> Floats:
    """Return what each possible founder of a class has at hand, million CNY, 0 or more."""
    table = state.firms if host.name in FIRMS else state.organisations
    return np.maximum(table.means[host.rows], 0.0)


class Money(NamedTuple):
    """What hosts of one class have at hand, and per kind what they count on and what it costs."""

    means: Floats
    advance: Floats
    cost: Floats
    carries: float


def money_of(state: State, host: Hosts, advance: Floats) -> Money:
    """Return what decides how far a founding is carried, given the advance on each kind."""
    costs, carries = state.costs["found_cost"], state.founders.carries
    return Money(at_hand(state, host), advance, costs, carries)


@compiled
def carried(money: Money, host: int, kind: int, advance: float) -> float:
    """Return how far means and an advance carry the cost of a kind, 0 to 1."""
    part = (money.means[host] + advance) / money.cost[kind]
    if part >= 1.0 or money.carries == 0.0:
        return 1.0
    return power(part, money.carries) if part > 0.0 else 0.0


def bear(state: State, kind: str, host: str, rows: Rows) -> None:
    """Let hosts of a class bear the cost of founding a kind."""
    code, firms = KIND_CODE[kind], host in FIRMS
    cost = state.costs["found_cost"][code] * float(state.stands_for(code, firms=firms))
    state.flows.invested += _give(state, rows, np.full(rows.size, -cost), firms=firms)


def repaid(state: State, rows: Rows, million: Floats, *, firms: bool) -> None:
    """Let firms or bodies have what is paid to them for founding."""
    state.flows.founders_paid += _give(state, rows, million, firms=firms)


def to_hosts(state: State, platforms: Rows, million: Floats) -> None:
    """Let the hosts of platforms have money, or make it good where it is below zero."""
    table = state.organisations
    firm = table.host_firm[platforms].astype(np.int64)
    body = table.host_body[platforms].astype(np.int64)
    of_firm, of_body = firm >= 0, (firm < 0) & (body >= 0)
    given = _give(state, firm[of_firm], million[of_firm], firms=True)
    given += _give(state, body[of_body], million[of_body], firms=False)
    state.flows.from_platforms += given


def _give(state: State, rows: Rows, million: Floats, *, firms: bool) -> float:
    """Add to means, for all that a row stands for; return what was booked."""
    if firms:
        np.add.at(state.firms.means, rows, million / state.weight)
        return float(million.sum())
    table = state.organisations
    saves = np.isin(table.kind[rows], SAVERS)
    np.add.at(table.means, rows[saves], million[saves] / table.stands_for[rows[saves]])
    return float(million[saves].sum())
