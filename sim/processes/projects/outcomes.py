"""What comes of projects: proved technologies, paying users, investment in production, sales.

A project's technology works or not: that shows half-way, and in its last milestone. Where it works,
it finds a paying user half-way with chance 0.3, or 0.5 after pilot tests, as far as pilot platforms
have a place (``maturation``) [K12]. A project that sells has its firm invest in
production, as far as its revenue allows, and sells, rising from mid-project to its end and for some
years after. Passing the last milestone is a technology. Sales of projects are part of what firms
sell anyway and are not added to their revenue; what a product cost is technology that its firm
takes up, as what it buys is, and adds to its growth (``market``).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Flags, Rows
from sim.processes.projects import slots
from sim.processes.projects.codes import FIRST_HALF, JOINT, OVER, SECOND_HALF, STOPPED
from sim.processes.projects.parameters import Parameters
from sim.state.ring import ring
from sim.state.state import State


def half_way(state: State, rows: Rows) -> NDArray[np.int64]:
    """Return the quarter in which projects are half-way."""
    projects = state.projects
    return np.asarray(projects.began[rows] + (projects.ends[rows] - projects.began[rows]) // 2)


def _led_by_living(state: State, rows: Rows) -> Flags:
    if len(state.firms) == 0:
        return np.zeros(rows.size, np.bool_)
    return np.asarray(state.firms.alive[state.projects.firm[rows]], np.bool_)


def _have_a_firm(state: State, rows: Rows) -> Flags:
    """Find a firm that takes up what an organisation did alone: one with R&D in its field."""
    projects, firms = state.projects, state.firms
    alone = rows[projects.firm[rows] < 0]
    takers = np.flatnonzero(firms.alive & (firms.rd > 0)) if alone.size else alone
    luck = state.draws.at("projects", 0)
    by_field = ring(
        luck, firms.id[takers], takers, firms.field[takers].astype(np.int64), slot=slots.FIRM_RING
    )
    field = state.organisations.field[projects.organisation[alone]].astype(np.int64)
    projects.firm[alone] = by_field.pick(luck.uniform(projects.id[alone], slots.USER), field)
    return np.asarray(projects.firm[rows] >= 0, np.bool_)


def proved(state: State, rows: Rows) -> Flags:
    """Return whose technology works: it shows half-way, and in the last milestone."""
    luck, projects = state.draws.at("projects", 0), state.projects
    return luck.happens(projects.id[rows], projects.works[rows], slots.PROVED)


def ask_for_pilots(state: State, p: Parameters, when: int) -> None:
    """Note how many projects will be half-way in a quarter, and ask for pilot tests."""
    projects = state.projects
    rows = np.flatnonzero(projects.phase == FIRST_HALF)
    rows = rows[half_way(state, rows) <= when]
    rows = rows[proved(state, rows)]
    state.totals.pilot_projects = float(projects.stands_for[rows].sum())


def tested_before(state: State, rows: Rows) -> Flags:
    """Return which projects of earlier years pilot platforms tested: a share, as it is now."""
    luck = state.draws.at("projects", 0)
    return luck.happens(state.projects.id[rows], state.totals.pilot_share, slots.PILOT)


def tested_now(state: State, rows: Rows) -> Flags:
    """Return which projects pilot platforms test: by lot, as far as places are left for them.

    A last one that stands for more projects than are left has its place by lot, too.
    """
    projects = state.projects
    lot = state.draws.at("projects", 0).uniform(projects.id[rows], slots.PILOT)
    order = np.argsort(lot, kind="stable")
    stands = projects.stands_for[rows[order]]
    last = state.luck("projects").uniform(projects.id[rows[order]], slots.LAST_PLACE)
    tested = np.zeros(rows.size, np.bool_)
    before = np.cumsum(stands) - stands
    tested[order] = before + last * stands < state.totals.pilot_room
    state.serve("pilot_platform", float(projects.stands_for[rows[tested]].sum()))
    return tested


def find_users(
    state: State, p: Parameters, rows: Rows, test: Callable[[State, Rows], Flags]
) -> None:
    """Half-way: whose technology works may find a paying user and invests in production."""
    projects, firms = state.projects, state.firms
    projects.phase[rows] = SECOND_HALF
    luck = state.draws.at("projects", 0)
    rows = rows[proved(state, rows)]
    chance = np.where(test(state, rows), p.finds_user_piloted, p.finds_user)
    rows = rows[luck.happens(projects.id[rows], chance, slots.SELLS)]
    rows = rows[_have_a_firm(state, rows)]
    ids, spread = projects.id[rows], p.sales_spread
    invested = (
        p.production
        * projects.value[rows]
        * np.exp(spread * luck.normal(ids, slots.PRODUCTION) - spread**2 / 2)
    )
    invested = np.minimum(invested, p.most_production * firms.revenue[projects.firm[rows]])
    projects.production[rows] = invested
    projects.potential[rows] = (
        p.turnover * invested * np.exp(spread * luck.normal(ids, slots.SALES) - spread**2 / 2)
    )


def finish(state: State, p: Parameters, rows: Rows) -> None:
    """At the end: the last milestone is passed or not; what sells is a product."""
    projects = state.projects
    projects.phase[rows] = OVER
    passed = rows[proved(state, rows)]
    projects.milestones[passed] = 1
    projects.accepted[passed] = projects.ends[passed]
    projects.products[passed] = projects.potential[passed] > 0
    sells = passed[projects.products[passed] > 0]
    used = p.taken_up * projects.value[sells] * projects.stands_for[sells] / state.weight
    np.add.at(state.firms.absorbed, projects.firm[sells], used)


def sell(state: State, p: Parameters) -> None:
    """Sales rise from mid-project to its end and are counted for some years after."""
    projects = state.projects
    projects.sales[:] = 0.0
    rows = np.flatnonzero(
        (projects.potential > 0)
        & (projects.phase != STOPPED)
        & (projects.ends + 4 * p.counted > state.quarter)
    )
    rows = rows[_led_by_living(state, rows)]
    half = half_way(state, rows)
    risen = (state.quarter - half + 1) / np.maximum(projects.ends[rows] - half, 1)
    projects.sales[rows] = projects.potential[rows] * np.minimum(risen, 1.0)


def carry_on(state: State, p: Parameters) -> None:
    """Stop projects of firms that are gone; pass or fail milestones; set this quarter's sales."""
    projects = state.projects
    running = np.flatnonzero(projects.phase < OVER)
    gone = running[(projects.firm[running] >= 0) & ~_led_by_living(state, running)]
    projects.phase[gone] = STOPPED
    running = running[projects.phase[running] < OVER]
    half = running[projects.phase[running] == FIRST_HALF]
    find_users(state, p, half[half_way(state, half) <= state.quarter], tested_now)
    last = running[projects.phase[running] == SECOND_HALF]
    finish(state, p, last[projects.ends[last] <= state.quarter])
    ask_for_pilots(state, p, state.quarter + 1)
    sell(state, p)


def major_joint(state: State) -> Flags:
    """Return which rows are major projects of a university or institute with a firm."""
    projects = state.projects
    return np.asarray(((projects.kind == JOINT) | projects.led_by_talent) & projects.major)


def count(state: State, p: Parameters) -> None:
    """Add this quarter's investment and sales of major joint projects to flows and totals."""
    projects = state.projects
    rows = np.flatnonzero(major_joint(state) & (projects.phase != STOPPED))
    stands, length = projects.stands_for[rows], projects.ends[rows] - projects.began[rows]
    running = projects.phase[rows] < OVER
    later = length - length // 2
    invested = running * projects.value[rows] / length
    invested += (running & (projects.phase[rows] == SECOND_HALF)) * (
        projects.production[rows] / later
    )
    new = projects.began[rows] >= state.start
    investment, sales = stands * invested, stands * projects.sales[rows] / 4
    profit_and_tax, totals = p.profit_tax * sales, state.totals
    for counted in (state.flows, totals):
        counted.joint_investment += float(investment.sum())
        counted.joint_sales += float(sales.sum())
        counted.joint_profit_and_tax += float(profit_and_tax.sum())
    totals.joint_investment_new += float(investment[new].sum())
    totals.joint_sales_new += float(sales[new].sum())
    totals.joint_profit_and_tax_new += float(profit_and_tax[new].sum())
