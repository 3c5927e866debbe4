"""The city's calls: who applies, who comes first, and how far places and money go.

City calls close in the second quarter. Firms apply the likelier the more places there are for those
who usually apply; they lead with a local partner and pay more than half. Proposals are ranked by
expertise and fit, those above a stated R&D share first, until places or money end. The places that
the city had before any plan are filled first and are not booked.
"""

import numpy as np
from scipy.special import ndtr

from sim.core import identity
from sim.core.arrays import Flags, Floats, Rows, Whole
from sim.inputs.codes import KIND_CODE
from sim.inputs.levers import PROJECT_MONEY, PROJECT_NUMBER, PROJECT_PRIORITY
from sim.processes.projects import slots
from sim.processes.projects.beginning import Beginning, called_value, start
from sim.processes.projects.codes import CITY
from sim.processes.projects.parameters import Parameters
from sim.processes.projects.partner import Partners, choose
from sim.processes.projects.proposals import Proposals, able_to_lead, expertise
from sim.state import kene
from sim.state.columns import ACTIVE, BODY_CODE
from sim.state.offers import Offer
from sim.state.state import State
from sim.state.time import taken_on

FIRMS = frozenset({"firm", "leading_firm"})
FIRST_CALL = 10.0  # added to a merit of at most 1: who has priority comes before all others


def worth(places: float, usual: float, p: Parameters) -> float:
    """Return how many apply beside the usual number when so many places are offered."""
    if places <= 0:
        return 0.0
    return float(min(p.most_worth, (places / max(usual, 1e-9)) ** p.response))


def fit(first: Whole, second: Whole, p: Parameters) -> Floats:
    """Return how near the fields of two partners are: same field, same sector, or neither."""
    return kene.nearness(first, second, p.fit_sector, p.fit_far)


def merit(able: Floats, fits: Floats, first: Flags, p: Parameters) -> Floats:
    """Return the merit of proposals: expertise and fit, after who has the first call."""
    return (1 - p.fit_weight) * able + p.fit_weight * fits + FIRST_CALL * first


def first_in_line(state: State, rows: Rows) -> Flags:
    """Return which firms lie strictly above the R&D share that a plan puts first."""
    firms = state.firms
    bars = [offer.dose for offer in state.offers.on(PROJECT_PRIORITY) if offer.dose > 0]
    if not bars:
        return np.zeros(rows.size, np.bool_)
    reported = firms.rd[rows] + firms.rd_relabelled[rows]
    return np.asarray(reported > min(bars) * firms.revenue[rows], np.bool_)


def _proposals(state: State, p: Parameters, those: Partners, places: float) -> Proposals:
    """Let firms that are able apply for so many places; a firm hands in one proposal."""
    firms, luck = state.firms, state.luck("projects")
    rows = able_to_lead(state, p)
    chance = state.norms.project_applies
    chance *= worth(places, state.norms.project_places, p)
    rows = rows[luck.happens(firms.id[rows], min(chance, 1.0), slots.APPLIES)]
    ids = identity.mixed(identity.CONTRACT, firms.id[rows], state.quarter, 3 << 20)
    organisation = choose(state, p, those, ids, rows)
    found = organisation >= 0
    ids, rows, organisation = ids[found], rows[found], organisation[found]
    return Proposals(
        ids,
        rows,
        organisation,
        called_value(state, p, ids, rows, p.city_value),
        merit(
            expertise(firms.rd_stock[rows], state.norms.typical_rd_stock),
            fit(firms.field[rows], state.organisations.field[organisation], p),
            first_in_line(state, rows),
            p,
        ),
        np.full(rows.size, state.weight),
    )


def _joined(first: Proposals, second: Proposals) -> Proposals:
    return Proposals(
        np.concatenate([first.ids, second.ids]),
        np.concatenate([first.firm, second.firm]),
        np.concatenate([first.organisation, second.organisation]),
        np.concatenate([first.value, second.value]),
        np.concatenate([first.merit, second.merit]),
        np.concatenate([first.stands_for, second.stands_for]),
    )


def _platform_proposals(state: State, p: Parameters, those: Partners, offer: Offer) -> Proposals:
    """Let the platforms that an offer names propose, or universities and institutes."""
    table, firms = state.organisations, state.firms
    if offer.kinds:
        codes = sorted(offer.kinds)
    else:
        codes = [BODY_CODE["university"]] if "university" in offer.hosts else []
        codes += [KIND_CODE["institute"]] if "institute" in offer.hosts else []
    rows = np.flatnonzero(np.isin(table.kind, codes) & (table.status == ACTIVE))
    host = table.host_firm[rows].astype(np.int64)
    own = table.researchers[rows] > 0
    hosted = (host >= 0) & (firms.rd[host] > 0 if len(firms) else False)
    rows, host, own = rows[own | hosted], host[own | hosted], own[own | hosted]
    luck = state.luck("projects")
    keen = luck.happens(table.id[rows], p.platforms_apply, slots.APPLIES)
    rows, host, own = rows[keen], host[keen], own[keen]
    ids = identity.mixed(identity.CONTRACT, table.id[rows], state.quarter, offer.lot)
    firm = np.where(own, -1, host)
    organisation = rows.copy()
    organisation[~own] = choose(state, p, those, ids[~own], firm[~own])
    able = ndtr(table.quality[rows])
    fits = np.ones(rows.size)
    if firm[~own].size:
        typical = state.norms.typical_rd_stock
        able[~own] = expertise(firms.rd_stock[firm[~own]], typical)
        fits[~own] = fit(firms.field[firm[~own]], table.field[organisation[~own]], p)
    value = called_value(state, p, ids, firm, p.city_value)
    first = np.zeros(rows.size, np.bool_)
    made = Proposals(
        ids, firm, organisation, value, merit(able, fits, first, p), np.ones(rows.size)
    )
    return made.take(organisation >= 0)


def _for_firms(offer: Offer) -> bool:
    """Return whether firms may ask for an offer without being a platform's host."""
    return not offer.kinds and bool(FIRMS & offer.hosts)


def _pay(state: State, p: Parameters, offer: Offer, those: Proposals) -> Flags:
    """Reserve the city's part of projects; return who has it."""
    university = BODY_CODE["university"]
    kind = state.organisations.kind[those.organisation]
    payees = np.where(
        those.firm >= 0, "firm", np.where(kind == university, "university", "platform")
    )
    return state.reserve(
        offer,
        those.ids,
        p.public_share * those.value * those.stands_for,
        due=state.quarter + round(p.payment_delay),
        payee=payees.tolist(),
        merit=those.merit,
    )


def _start_called(
    state: State, p: Parameters, those: Proposals, *, programme: bool, on_top: bool
) -> None:
    start(
        state,
        p,
        Beginning(
            kind=CITY,
            ids=those.ids,
            firm=those.firm,
            organisation=those.organisation,
            value=those.value,
            stands_for=those.stands_for,
            public=p.public_share,
            on_top=on_top,
        ),
    )
    number = float(those.stands_for.sum())
    state.flows.city_projects += number
    if programme:
        state.flows.key_projects += number


def _fill_places(state: State, p: Parameters, left: Proposals, number: int) -> Proposals:
    """Fill the plan's places from the best on, as far as the money goes; return who is left."""
    total = state.offers.dose(PROJECT_NUMBER)
    for offer in state.offers.on(PROJECT_NUMBER):
        left = _with_time(state, p, left)
        asking = _within(state, left, number * offer.dose / total)
        taken = np.zeros(left.ids.size, np.bool_)
        taken[asking] = _pay(state, p, offer, left.take(asking))
        _start_called(
            state, p, left.take(taken), programme=True, on_top=not offer.account.background
        )
        left = left.take(~taken)
    return left


def _spend(
    state: State, p: Parameters, those: Partners, left: Proposals, offer: Offer
) -> Proposals:
    """Spend one offer's money of the year on those it is for; return the firms that are left."""
    pool = left if _for_firms(offer) else left.take(np.zeros(left.ids.size, np.bool_))
    if FIRMS & offer.hosts == {"leading_firm"}:
        pool = pool.take(state.firms.leading[pool.firm])
    pool = _joined(pool, _platform_proposals(state, p, those, offer))
    pool = _with_time(state, p, pool.ranked(state.lot(pool.ids, offer.lot)))
    grants = p.public_share * pool.value * pool.stands_for
    pool = pool.take(np.cumsum(grants) <= offer.dose)
    pool = pool.take(_pay(state, p, offer, pool))
    _start_called(state, p, pool, programme=False, on_top=not offer.account.background)
    return left.take(~np.isin(left.ids, pool.ids))


def _within(state: State, pool: Proposals, places: float) -> Flags:
    """Return which proposals, the first ones first, have one of so many places.

    A last one that stands for more than are left has its place by lot.
    """
    lot = state.luck("projects").uniform(pool.ids, slots.LAST_PLACE)
    before = np.cumsum(pool.stands_for) - pool.stands_for
    return np.asarray(before + lot * pool.stands_for < places, np.bool_)


def _with_time(state: State, p: Parameters, pool: Proposals) -> Proposals:
    """Return those, the first ones first, whose partner has researchers' time beside the others."""
    partners = np.where(pool.firm >= 0, pool.organisation, -1)
    able = taken_on(state, partners, p.staff * pool.stands_for, np.arange(pool.ids.size))
    return pool.take(able)


def hold_city_calls(state: State, p: Parameters, those: Partners) -> None:
    """Fill the standing places, the plan's places, then spend the plan's call money."""
    standing = round(state.figures.key_projects)
    number = max(round(state.offers.dose(PROJECT_NUMBER)) - standing, 0)
    grant = p.public_share * p.city_value
    money = sum(o.dose for o in state.offers.on(PROJECT_MONEY) if _for_firms(o))
    left = _proposals(state, p, those, standing + number + money / grant)
    left = left.ranked(state.lot(left.ids))
    left = _with_time(state, p, left)
    within = _within(state, left, standing)
    _start_called(state, p, left.take(within), programme=True, on_top=False)
    left = left.take(~within)
    if number > 0:
        left = _fill_places(state, p, left, number)
    for offer in state.offers.on(PROJECT_MONEY):
        left = _spend(state, p, those, left, offer)
