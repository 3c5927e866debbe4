"""Projects: firms and researchers work together; cities, provinces and nations hold calls.

Joint projects. A firm that does R&D agrees on a project with a local university or institute

    at a rate a quarter of scale · R&D^elasticity · (tie if it has worked with one before, else 1)

or because it met the owner of a result this quarter, or through a science vice-president who
works in it. ``scale`` is fixed once so that all this together gives the city's yearly number of
joint projects at the start. The partner is the one it knows, or whoever is near its field and
has researchers free: a large project binds some of them. Most projects are small; those of a
million CNY and more are the major ones (Changzhou, three quarters of 2019: 71 of 815, 187 M CNY).
Only those are followed one by one; of up to three partners the table names the first.

Calls. City calls close in the second quarter. Firms apply the likelier the more places there are
for those who usually apply; they lead with a local partner and pay more than half. Proposals are
ranked by expertise and fit, those above a stated R&D share first, until places or money end.
The places that the city had before any plan are filled first and are not booked. Provincial and
national places are set outside: applicants are ranked with rivals from elsewhere whose number
does not move, and city money moves nothing but experience. A vice-president's joint project
becomes a provincial one if the firm pays enough (Jiangsu 2018: 0.3 M CNY) and the province lists
it.

Results. Half-way a technology is proved or not; proved, it finds a paying user with chance 0.3, or
0.5 after pilot tests as far as there are pilot platforms [K12]. A project that sells has its firm
invest in production, as far as its revenue allows, and sells, rising from mid-project to its end
and for some years after. At its end it passes its last milestone or not: that is a technology.
Sizes are lognormal [S10]: few projects bring most of the sales. Sales of projects are part of
what firms sell anyway and are not added to their revenue.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.core import identity, quarter
from sim.core.arithmetic import power
from sim.core.arrays import Flags, Floats, Ids, Rows, Whole
from sim.core.compiled import compiled, record
from sim.core.draws import mix, poisson, poisson_counts
from sim.inputs.codes import KIND_CODE
from sim.inputs.levers import PROJECT_MONEY, PROJECT_NUMBER, PROJECT_PRIORITY
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state import kene, rules
from sim.state.columns import ACTIVE, BODY_CODE, PROJECT_KINDS, TALENT_KINDS
from sim.state.offers import Offer
from sim.state.ring import Ring, ring
from sim.state.state import State

JOINT, CITY, PROVINCIAL, NATIONAL = range(len(PROJECT_KINDS))
FIRST_HALF, SECOND_HALF, OVER, STOPPED = range(4)
LARGEST_MEAN = 200.0  # projects: what an inverted Poisson draw can bear
FIRMS = frozenset({"firm", "leading_firm"})
FIRST_CALL = 10.0  # added to a merit of at most 1: who has priority comes before all others
STEPS = 12  # iterations of the fixed point for the scale of joint projects


class Parameters(Numbers, name="projects"):
    """Numbers of the process."""

    elasticity: float = meaning("joint projects to R&D across firms")
    tie: float = meaning("rate of those who have had a partner to the others'")
    same_partner: float = meaning("projects of firms with a partner that go to the same one")
    own_field: float = meaning("strangers that are sought within the WIPO field")
    after_match: float = meaning("joint projects per registered intention to deal")
    major: float = meaning("joint projects of 1 million CNY and more")
    major_from: float = meaning("value from which a joint project is major")
    major_above: float = meaning(
        "mean of what major joint projects have above the value that makes them major"
    )
    small_value: float = meaning("mean value of joint projects that are not major")
    value_spread: float = meaning("a project's value")
    vice_president_projects: float = meaning(
        "joint projects that a science vice-president brings about"
    )
    vice_president_value: float = meaning(
        "median value of joint projects that a science vice-president brings about"
    )
    listed_from: float = meaning(
        "what the firm pays within the term at least, for a project to be listed"
    )
    listed: float = meaning("joint projects large enough to be listed that the province lists")
    staff: float = meaning("researchers of a partner that a large project binds")
    least_rd: float = meaning("R&D below which a firm leads no called project")
    usual_pass: float = meaning("proposals that the city's standing calls take")
    floor: float = meaning("usual places per firm able to lead, where the city holds no calls yet")
    response: float = meaning("applications to places")
    fit_weight: float = meaning("fit beside expertise in the ranking")
    city_value: float = meaning("mean cost of a city project")
    large_from: float = meaning("cost from which a called project is a major one")
    public_share: float = meaning("a called project's cost that public money pays")
    platforms_apply: float = meaning("proposals of a working platform that a call asks")
    provincial_proposals: float = meaning("provincial proposals per 100 researchers")
    national_proposals: float = meaning("proposals for major national projects per 100 researchers")
    firm_proposals: float = meaning("provincial proposals per firm able to lead")
    firm_national: float = meaning("national proposals per provincial one, of firms")
    provincial_pass: float = meaning("provincial proposals that are taken")
    national_pass: float = meaning("national proposals that are taken")
    rivals: float = meaning("rival proposals from elsewhere per proposal of the city at the start")
    lasting: float = meaning("the score's standard deviation that lasting strength weighs")
    experience: float = meaning("what a doubling of called projects carried before adds to a score")
    provincial_value: float = meaning("mean cost of a provincial project")
    national_value: float = meaning("mean cost of a major national project")
    years: float = meaning("time that a large project takes")
    proves: float = meaning("a milestone is passed")
    finds_user: float = meaning("a paying user is found without pilot tests")
    finds_user_piloted: float = meaning("a paying user is found after pilot tests")
    per_pilot_platform: float = meaning("projects that a pilot platform tests")
    production: float = meaning("investment in production over the project's value, where it sells")
    most_production: float = meaning("largest investment in production over the firm's revenue")
    turnover: float = meaning("sales a year for what is invested")
    sales_spread: float = meaning("investment in production, and sales on it")
    counted: float = meaning("time after its end in which a project's sales are counted")
    profit_tax: float = meaning("sales that are profit and tax")
    payment_delay: float = meaning("time from the call to the grant")
    per_place: float = meaning("researchers per place of an organisation on the ring of partners")
    fit_sector: float = meaning("fit of two partners of one sector, of one field being 1")
    fit_far: float = meaning("fit of two partners of different sectors, of one field being 1")
    most_worth: float = meaning("applicants for a call at most, beside the usual number")
    strongest: float = meaning("lasting strength that counts at most")
    years_apart: float = meaning("the usual length by which projects are longer or shorter at most")
    least_spread: float = meaning("R&D stock of firms able to lead, at least")
    least_own: float = meaning("joint projects that come of firms' own accord at least")
    past: float = meaning(
        "time before the start in which a project may have begun that still counts"
    )


# Slots of a firm's, an organisation's or a talent's draws in a quarter.
_COUNT, _APPLIES, _PROVINCIAL, _NATIONAL, _BRINGS = 0, 4, 5, 6, 0
# Slots of a project's own draws.
_SAME, _NEAR, _POINTER, _MAJOR, _VALUE, _LENGTH, _PROTOTYPE, _ACCEPTED = range(8)
_SELLS, _PILOT, _USER, _PRODUCTION, _SALES, _LISTED, _SCORE, _BEGAN = range(8, 16)
# Slots of the start: past projects by kind, and ties.
_PAST, _TIED = 20, 30
# Slots of rings.
_NEAR_RING, _WIDE_RING, _FIRM_RING = 40, 41, 42
_RIVALS = 1000  # groups of ids that stand for no row: rivals by kind


def undertake(state: State, p: Parameters) -> None:
    """Agree on joint projects, hold the calls of the year, and carry all projects on."""
    those = partners(state, p)
    _agree(state, p, those)
    _through_vice_presidents(state, p, those)
    if quarter.season(state.quarter) == 2:
        _hold_city_calls(state, p, those)
        for kind in (NATIONAL, PROVINCIAL):
            _compete(state, p, those, kind)
    _carry_on(state, p)
    _count(state, p)


# Joint projects


class Seen(NamedTuple):
    """What a firm's joint projects depend on."""

    alive: Flags
    rd: Floats
    ally: Whole
    partner: Whole


@compiled
def _joint(
    draws: Floats,
    seen: Seen,
    elasticity: float,
    scale: float,
    tie: float,
    leaders: Rows,
    numbers: Rows,
) -> int:
    found = 0
    for i in range(seen.alive.size):
        if seen.alive[i] and seen.rd[i] > 0.0:
            mean = scale * power(seen.rd[i], elasticity)
            if seen.ally[i] >= 0 or seen.partner[i] >= 0:
                mean *= tie
            number = poisson(mean, draws[i])
            if number > 0:
                leaders[found] = i
                numbers[found] = number
                found += 1
    return found


@dataclass(frozen=True)
class Partners:
    """Local universities and institutes on rings, as often as they have researchers free.

    Attributes:
        near: Grouped by WIPO field.
        wide: All together.
    """

    near: Ring
    wide: Ring


def free_researchers(state: State, p: Parameters) -> Floats:
    """Return per organisation the researchers that no large project binds."""
    table, projects = state.organisations, state.projects
    rows = np.flatnonzero((projects.phase < OVER) & (projects.organisation >= 0))
    bound = np.bincount(
        projects.organisation[rows], projects.stands_for[rows], minlength=len(table)
    )
    able = np.where(table.status == ACTIVE, table.researchers, 0.0)
    return np.maximum(able - p.staff * bound, 0.0)


def partners(state: State, p: Parameters) -> Partners:
    """Return those who could be a partner this quarter."""
    table = state.organisations
    places = np.ceil(free_researchers(state, p) / p.per_place).astype(np.int64)
    rows = np.repeat(np.arange(len(table)), places)
    ends = np.cumsum(places)
    serial = np.arange(rows.size) - np.repeat(ends - places, places)
    ids = mix(table.id[rows], serial)
    luck = state.draws.at("projects", 0)
    fields = table.field[rows].astype(np.int64)
    return Partners(
        ring(luck, ids, rows, fields, slot=_NEAR_RING), ring(luck, ids, rows, slot=_WIDE_RING)
    )


def _choose(state: State, p: Parameters, those: Partners, ids: Ids, firm: Rows) -> Rows:
    """Return each project's partner: the known one, one in the field, or anyone; -1 for none."""
    firms, table = state.firms, state.organisations
    if len(table) == 0:
        return np.full(ids.size, -1)
    u = state.draws.at("projects", 0).block(ids, 0)
    known = np.where(firms.ally[firm] >= 0, firms.ally[firm], firms.partner[firm])
    works = (known >= 0) & (table.status[known] == ACTIVE) & (table.researchers[known] > 0)
    field = firms.field[firm].astype(np.int64)
    near = np.where(u[_NEAR] < p.own_field, those.near.pick(u[_POINTER], field), -1)
    stranger = np.where(near >= 0, near, those.wide.pick(u[_POINTER]))
    return np.where(works & (u[_SAME] < p.same_partner), known, stranger)


def _agree(state: State, p: Parameters, those: Partners) -> None:
    """Let firms agree on joint projects on their own accord and after meetings."""
    routes = (_own_accord(state, p), _after_meetings(state, p))
    ids, firm, stands = (np.concatenate(part) for part in zip(*routes, strict=True))
    if ids.size == 0:
        return
    organisation = _choose(state, p, those, ids, firm)
    found = organisation >= 0
    ids, firm, stands, organisation = ids[found], firm[found], stands[found], organisation[found]
    state.firms.ally[firm] = organisation
    luck = state.draws.at("projects", 0)
    able = state.firms.rd[firm] >= p.major_from
    major = able & luck.happens(ids, state.norms.project_major_chance, _MAJOR)
    value = joint_values(luck.normal(ids, _VALUE), major, p)
    state.flows.joint_projects += float(stands.sum())
    state.flows.joint_value += float((stands * value).sum())
    _start(
        state,
        p,
        Beginning(
            kind=JOINT,
            ids=ids[major],
            firm=firm[major],
            organisation=organisation[major],
            value=value[major],
            stands_for=stands[major],
        ),
    )


def _own_accord(state: State, p: Parameters) -> tuple[Ids, Rows, Floats]:
    firms = state.firms
    leaders, numbers = np.empty(len(firms), np.int64), np.empty(len(firms), np.int64)
    found = _joint(
        state.luck("projects").uniform(firms.id, _COUNT),
        record(Seen, firms),
        p.elasticity,
        state.norms.project_scale,
        p.tie,
        leaders,
        numbers,
    )
    return _repeated(state, leaders[:found], numbers[:found], state.quarter)


def _repeated(
    state: State, firm: Rows, number: NDArray[np.int64], when: int
) -> tuple[Ids, Rows, Floats]:
    """Return ids, firms and weights of so many projects per firm."""
    rows = np.repeat(firm, number)
    serial = np.arange(rows.size) - np.repeat(np.cumsum(number) - number, number)
    ids = identity.mixed(identity.CONTRACT, state.firms.id[rows], when, serial)
    return ids, rows, np.full(rows.size, state.weight)


def _after_meetings(state: State, p: Parameters) -> tuple[Ids, Rows, Floats]:
    """Of those who met over a result and mean to deal, some agree on a project instead."""
    firms, matches = state.firms, state.matches
    pairs = mix(state.results.id[matches.result], firms.id[matches.buyer])
    ids = identity.mixed(identity.CONTRACT, pairs, state.quarter, 1 << 20)
    agreed = state.luck("projects").happens(ids, p.after_match)
    agreed &= firms.alive[matches.buyer] & (firms.rd[matches.buyer] > 0)
    rows = matches.buyer[agreed]
    return ids[agreed], rows, np.ones(rows.size)


def joint_values(normal: Floats, major: Flags, p: Parameters) -> Floats:
    """Return values of joint projects in million CNY: lognormal within each class."""
    size = np.exp(p.value_spread * normal - p.value_spread**2 / 2)
    small = np.minimum(p.small_value * size, rules.JUST_UNDER * p.major_from)
    return np.where(major, p.major_from + p.major_above * size, small)


def _through_vice_presidents(state: State, p: Parameters, those: Partners) -> None:
    """Let vice-presidents bring joint projects about; the province may list one in a term."""
    talents, firms = state.talents, state.firms
    rows = serving_vice_presidents(state)
    luck = state.luck("projects")
    rows = rows[luck.happens(talents.id[rows], p.vice_president_projects / 4, _BRINGS)]
    rows = rows[firms.alive[talents.firm[rows]] & (firms.rd[talents.firm[rows]] > 0)]
    if rows.size == 0:
        return
    ids = identity.mixed(identity.CONTRACT, talents.id[rows], state.quarter, 2 << 20)
    firm = talents.firm[rows].astype(np.int64)
    home = talents.organisation[rows]
    found = _choose(state, p, those, ids, firm)
    organisation = np.where(home >= 0, home, found)
    own = state.draws.at("projects", 0)
    value = p.vice_president_value * np.exp(p.value_spread * own.normal(ids, _VALUE))
    value = np.minimum(value, np.maximum(firms.rd[firm], 0.0))
    agreed = organisation >= 0
    firms.ally[firm[agreed]] = organisation[agreed]
    state.flows.joint_projects += float(agreed.sum())
    state.flows.joint_value += float(value[agreed].sum())
    able = agreed & (value >= p.listed_from) & ~_listed_before(state, rows)
    listed = able & own.happens(ids, p.listed, _LISTED)
    state.flows.listed_projects += float(listed.sum())
    for kind, here in ((PROVINCIAL, listed), (JOINT, agreed & ~listed & (value >= p.major_from))):
        _start(
            state,
            p,
            Beginning(
                kind=kind,
                ids=ids[here],
                firm=firm[here],
                organisation=organisation[here],
                value=value[here],
                stands_for=np.ones(int(here.sum())),
                led=kind == PROVINCIAL,
            ),
        )


def serving_vice_presidents(state: State) -> Rows:
    """Return the rows of science vice-presidents who serve in a firm now."""
    talents = state.talents
    serving = (talents.kind == TALENT_KINDS.index("vice_president")) & (talents.firm >= 0)
    serving &= (talents.came <= state.quarter) & (
        (talents.until == 0) | (talents.until >= state.quarter)
    )
    return np.flatnonzero(serving)


def _listed_before(state: State, rows: Rows) -> Flags:
    """Return whether a vice-president's firm has a listed project within the term."""
    projects, talents = state.projects, state.talents
    led = np.flatnonzero(projects.led_by_talent)
    last = np.full(len(state.firms), -1, np.int64)
    np.maximum.at(last, projects.firm[led], projects.began[led])
    return np.asarray(last[talents.firm[rows]] >= talents.came[rows], np.bool_)


# Calls of the city


@dataclass(frozen=True)
class Proposals:
    """What is handed in to a call.

    Attributes:
        ids: The project each would become.
        firm: Who leads, row; -1 for the organisation itself.
        organisation: The partner.
        value: Cost, million CNY.
        merit: Who comes first.
        stands_for: Real proposals that each stands for.
    """

    ids: Ids
    firm: Rows
    organisation: Rows
    value: Floats
    merit: Floats
    stands_for: Floats

    def take(self, which: NDArray[Any]) -> "Proposals":
        """Return some of them."""
        return Proposals(
            self.ids[which],
            self.firm[which],
            self.organisation[which],
            self.value[which],
            self.merit[which],
            self.stands_for[which],
        )

    def ranked(self, lot: Floats) -> "Proposals":
        """Return them by merit, then by lot."""
        return self.take(np.lexsort((lot, -self.merit)))


def able_to_lead(state: State, p: Parameters) -> Rows:
    """Return firms that could lead a called project: settled, with R&D enough."""
    firms = state.firms
    settled = firms.above_scale | firms.technology_sme
    return np.flatnonzero(firms.alive & settled & (firms.rd >= p.least_rd))


def worth(places: float, usual: float, p: Parameters) -> float:
    """Return how many apply beside the usual number when so many places are offered."""
    if places <= 0:
        return 0.0
    return float(min(p.most_worth, (places / max(usual, 1e-9)) ** p.response))


def _hold_city_calls(state: State, p: Parameters, those: Partners) -> None:
    """Fill the standing places, the plan's places, then spend the plan's call money."""
    standing = round(state.figures.key_projects)
    number = max(round(state.offers.dose(PROJECT_NUMBER)) - standing, 0)
    grant = p.public_share * p.city_value
    money = sum(o.dose for o in state.offers.on(PROJECT_MONEY) if _for_firms(o))
    left = _proposals(state, p, those, standing + number + money / grant)
    left = left.ranked(state.lot(left.ids))
    within = np.cumsum(left.stands_for) <= standing
    _start_called(state, p, left.take(within), programme=True)
    left = left.take(~within)
    if number > 0:
        left = _fill_places(state, p, left, number)
    for offer in state.offers.on(PROJECT_MONEY):
        left = _spend(state, p, those, left, offer)


def _for_firms(offer: Offer) -> bool:
    """Return whether firms may ask for an offer without being a platform's host."""
    return not offer.kinds and bool(FIRMS & offer.hosts)


def _proposals(state: State, p: Parameters, those: Partners, places: float) -> Proposals:
    """Let firms that are able apply for so many places; a firm hands in one proposal."""
    firms, luck = state.firms, state.luck("projects")
    rows = able_to_lead(state, p)
    chance = state.norms.project_applies
    chance *= worth(places, state.norms.project_places, p)
    rows = rows[luck.happens(firms.id[rows], min(chance, 1.0), _APPLIES)]
    ids = identity.mixed(identity.CONTRACT, firms.id[rows], state.quarter, 3 << 20)
    organisation = _choose(state, p, those, ids, rows)
    found = organisation >= 0
    ids, rows, organisation = ids[found], rows[found], organisation[found]
    return Proposals(
        ids,
        rows,
        organisation,
        _called_value(state, p, ids, rows, p.city_value),
        merit(
            expertise(firms.rd_stock[rows], state.norms.typical_rd_stock),
            fit(firms.field[rows], state.organisations.field[organisation], p),
            first_in_line(state, rows),
            p,
        ),
        np.full(rows.size, state.weight),
    )


def expertise(rd_stock: Floats, typical: float) -> Floats:
    """Return R&D stock over itself plus the typical stock: 0 without own R&D, below 1."""
    return rd_stock / (rd_stock + max(typical, 1e-9))


def fit(first: NDArray[np.integer], second: NDArray[np.integer], p: Parameters) -> Floats:
    """Return how near the fields of two partners are: same field, same sector, or neither."""
    same_sector = kene.sector(first) == kene.sector(second)
    return np.where(first == second, 1.0, np.where(same_sector, p.fit_sector, p.fit_far))


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


def _called_value(state: State, p: Parameters, ids: Ids, firm: Rows, mean: float) -> Floats:
    """Return costs of called projects; what a firm pays itself must fit into its R&D."""
    normal = state.draws.at("projects", 0).normal(ids, _VALUE)
    value = mean * np.exp(p.value_spread * normal - p.value_spread**2 / 2)
    led = firm >= 0
    most = state.firms.rd[firm[led]] * p.years / (1 - p.public_share)
    value[led] = np.minimum(value[led], most)
    return np.asarray(value)


def _fill_places(state: State, p: Parameters, left: Proposals, number: int) -> Proposals:
    """Fill the plan's places from the best on, as far as the money goes; return who is left."""
    total = state.offers.dose(PROJECT_NUMBER)
    for offer in state.offers.on(PROJECT_NUMBER):
        asking = np.cumsum(left.stands_for) <= number * offer.dose / total
        taken = np.zeros(left.ids.size, np.bool_)
        taken[asking] = _pay(state, p, offer, left.take(asking))
        _start_called(state, p, left.take(taken), programme=True)
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
    pool = pool.ranked(state.lot(pool.ids, offer.lot))
    grants = p.public_share * pool.value * pool.stands_for
    pool = pool.take(np.cumsum(grants) <= offer.dose)
    pool = pool.take(_pay(state, p, offer, pool))
    _start_called(state, p, pool, programme=False)
    return left.take(~np.isin(left.ids, pool.ids))


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
    keen = luck.happens(table.id[rows], p.platforms_apply, _APPLIES)
    rows, host, own = rows[keen], host[keen], own[keen]
    ids = identity.mixed(identity.CONTRACT, table.id[rows], state.quarter, offer.lot)
    firm = np.where(own, -1, host)
    organisation = rows.copy()
    organisation[~own] = _choose(state, p, those, ids[~own], firm[~own])
    able = ndtr(table.quality[rows])
    fits = np.ones(rows.size)
    if firm[~own].size:
        typical = state.norms.typical_rd_stock
        able[~own] = expertise(firms.rd_stock[firm[~own]], typical)
        fits[~own] = fit(firms.field[firm[~own]], table.field[organisation[~own]], p)
    value = _called_value(state, p, ids, firm, p.city_value)
    first = np.zeros(rows.size, np.bool_)
    made = Proposals(
        ids, firm, organisation, value, merit(able, fits, first, p), np.ones(rows.size)
    )
    return made.take(organisation >= 0)


def _pay(state: State, p: Parameters, offer: Offer, those: Proposals) -> Flags:
    """Have the city's part of projects paid; return who got it."""
    university = BODY_CODE["university"]
    kind = state.organisations.kind[those.organisation]
    payees = np.where(
        those.firm >= 0, "firm", np.where(kind == university, "university", "platform")
    )
    return state.claim(
        offer,
        those.ids,
        p.public_share * those.value * those.stands_for,
        due=state.quarter + round(p.payment_delay),
        payee=payees.tolist(),
        merit=those.merit,
    )


def _start_called(state: State, p: Parameters, those: Proposals, *, programme: bool) -> None:
    _start(
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
        ),
    )
    number = float(those.stands_for.sum())
    state.flows.city_projects += number
    if programme:
        state.flows.key_projects += number


# Provincial and national projects


def _compete(state: State, p: Parameters, those: Partners, kind: int) -> None:
    """Rank the city's proposals with the rivals' for places that are set outside."""
    made, strength = _higher_proposals(state, p, those, kind)
    if made.ids.size == 0:
        return
    noise = state.draws.at("projects", 0).normal(made.ids, _SCORE)
    scores = strength + np.sqrt(1 - p.lasting**2) * noise
    expected = float(state.norms.project_proposals[kind])
    number = max(round(p.rivals * expected), 1)
    rivals = identity.plain(identity.OUTSIDER, _RIVALS + kind, np.arange(number))
    bar = np.sort(state.luck("projects").normal(mix(rivals, state.quarter), _SCORE))[::-1]
    share = p.national_pass if kind == NATIONAL else p.provincial_pass
    won = ahead(scores, made.stands_for, bar) < share * (number + expected)
    mean = p.national_value if kind == NATIONAL else p.provincial_value
    taken = made.take(won)
    value = _called_value(state, p, taken.ids, taken.firm, mean)
    _start(
        state,
        p,
        Beginning(
            kind=kind,
            ids=taken.ids,
            firm=taken.firm,
            organisation=taken.organisation,
            value=value,
            stands_for=taken.stands_for,
            public=p.public_share,
        ),
    )
    state.flows.won_projects[kind] += float(taken.stands_for.sum())


def ahead(scores: Floats, stands_for: Floats, bar: Floats) -> Floats:
    """Return how many proposals, rivals' and the city's own, rank before each; bar descends."""
    order = np.argsort(-scores, kind="stable")
    before = np.empty(scores.size)
    before[order] = np.cumsum(stands_for[order]) - stands_for[order]
    return before + np.searchsorted(-bar, -scores)


def proposal_means(state: State, p: Parameters, kind: int) -> Floats:
    """Return the proposals a year that each organisation is expected to hand in."""
    table = state.organisations
    per_hundred = p.national_proposals if kind == NATIONAL else p.provincial_proposals
    return np.where(table.status == ACTIVE, per_hundred * table.researchers / 100, 0.0)


def firm_chance(p: Parameters, kind: int) -> float:
    """Return the chance that a firm able to lead applies in a year."""
    return p.firm_proposals * (p.firm_national if kind == NATIONAL else 1.0)


def _higher_proposals(
    state: State, p: Parameters, those: Partners, kind: int
) -> tuple[Proposals, Floats]:
    """Return this year's proposals for higher projects and the applicants' lasting strength."""
    table, firms, luck = state.organisations, state.firms, state.luck("projects")
    slot = _NATIONAL if kind == NATIONAL else _PROVINCIAL
    rows = np.flatnonzero(table.researchers > 0)
    number = luck.poisson(
        table.id[rows], np.minimum(proposal_means(state, p, kind)[rows], LARGEST_MEAN), slot
    )
    bodies = np.repeat(rows, number)
    serial = np.arange(bodies.size) - np.repeat(np.cumsum(number) - number, number)
    leads = able_to_lead(state, p)
    leads = leads[luck.happens(firms.id[leads], firm_chance(p, kind), slot)]
    stamp = (4 + kind) << 20
    own = identity.mixed(identity.CONTRACT, table.id[bodies], state.quarter, stamp + serial)
    led = identity.mixed(identity.CONTRACT, firms.id[leads], state.quarter, stamp)
    chosen = _choose(state, p, those, led, leads)
    found = chosen >= 0
    leads, led, chosen = leads[found], led[found], chosen[found]
    blank = np.zeros(bodies.size + leads.size)
    made = Proposals(
        np.concatenate([own, led]),
        np.concatenate([np.full(bodies.size, -1), leads]),
        np.concatenate([bodies, chosen]),
        blank,
        blank,
        np.concatenate([np.ones(bodies.size), np.full(leads.size, state.weight)]),
    )
    return made, np.concatenate([_body_strength(state, p, bodies), _firm_strength(state, p, leads)])


def _body_strength(state: State, p: Parameters, rows: Rows) -> Floats:
    """Return the lasting part of organisations' scores: quality and experience."""
    table = state.organisations
    gained = np.log2(1 + carried(state)[rows] * 100 / np.maximum(table.researchers[rows], 1.0))
    gained -= state.norms.project_experience
    return np.asarray(
        p.lasting * np.clip(table.quality[rows], -p.strongest, p.strongest) + p.experience * gained
    )


def carried(state: State) -> Floats:
    """Return per organisation the called projects that it has carried or carries."""
    projects = state.projects
    rows = np.flatnonzero((projects.kind != JOINT) & (projects.organisation >= 0))
    number = np.bincount(
        projects.organisation[rows],
        projects.stands_for[rows],
        minlength=len(state.organisations),
    )
    return np.asarray(number, np.float64)


def _firm_strength(state: State, p: Parameters, rows: Rows) -> Floats:
    """Return the lasting part of firms' scores: R&D stock beside the start's able firms."""
    size = np.log(np.maximum(state.firms.rd_stock[rows], 1e-9))
    standard = (size - state.norms.project_size) / state.norms.project_spread
    return np.asarray(p.lasting * np.clip(standard, -p.strongest, p.strongest))


# The life of a project


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """Projects of one kind that begin.

    Attributes:
        kind: ``JOINT``, ``CITY``, ``PROVINCIAL`` or ``NATIONAL``.
        ids: Their ids.
        firm: Who leads, row; -1 for the organisation itself.
        organisation: The partner, row.
        value: Million CNY.
        stands_for: Real projects that each stands for.
        public: Share of the value from public money.
        led: Whether a science vice-president leads them.
        began: Quarters in which they began; None for this one.
    """

    kind: int
    ids: Ids
    firm: Rows
    organisation: Rows
    value: Floats
    stands_for: Floats
    public: float = 0.0
    led: bool = False
    began: Rows | None = None


def _start(state: State, p: Parameters, those: Beginning) -> None:
    """Write projects down, as beginning now or then."""
    if those.ids.size == 0:
        return
    begins = np.full(those.ids.size, state.quarter) if those.began is None else those.began
    joint = those.kind == JOINT or those.led
    duration = lengths(state.draws.at("projects", 0).uniform(those.ids, _LENGTH), p)
    state.projects.add(
        those.ids,
        kind=those.kind,
        major=those.value >= (p.major_from if joint else p.large_from),
        firm=those.firm,
        organisation=those.organisation,
        led_by_talent=those.led,
        began=begins,
        ends=begins + duration,
        value=those.value,
        public=those.public * those.value,
        stands_for=those.stands_for,
    )


def lengths(u: Floats, p: Parameters) -> NDArray[np.int64]:
    """Return how many quarters projects take, evenly around the usual length; two at least."""
    shortest, longest = 1 - p.years_apart, 1 + p.years_apart
    share = shortest + (longest - shortest) * u
    return np.maximum(np.rint(4 * p.years * share), 2).astype(np.int64)


def half_way(state: State, rows: Rows) -> NDArray[np.int64]:
    """Return the quarter in which projects are half-way."""
    projects = state.projects
    return np.asarray(projects.began[rows] + (projects.ends[rows] - projects.began[rows]) // 2)


def _carry_on(state: State, p: Parameters) -> None:
    """Stop projects of firms that are gone; pass or fail milestones; set this quarter's sales."""
    projects = state.projects
    running = np.flatnonzero(projects.phase < OVER)
    gone = running[(projects.firm[running] >= 0) & ~_led_by_living(state, running)]
    projects.phase[gone] = STOPPED
    running = running[projects.phase[running] < OVER]
    half = running[projects.phase[running] == FIRST_HALF]
    _find_users(state, p, half[half_way(state, half) <= state.quarter])
    last = running[projects.phase[running] == SECOND_HALF]
    _finish(state, p, last[projects.ends[last] <= state.quarter])
    _sell(state, p)


def _led_by_living(state: State, rows: Rows) -> Flags:
    if len(state.firms) == 0:
        return np.zeros(rows.size, np.bool_)
    return np.asarray(state.firms.alive[state.projects.firm[rows]], np.bool_)


def pilot_share(platforms: int, halves: float, p: Parameters) -> float:
    """Return the share of projects half-way in a quarter for which pilot platforms have time."""
    return float(min(1.0, platforms * p.per_pilot_platform / 4 / max(halves, 1e-9)))


def _find_users(state: State, p: Parameters, rows: Rows) -> None:
    """Half-way: who has proved the technology may find a paying user and invests in production."""
    projects, firms = state.projects, state.firms
    projects.phase[rows] = SECOND_HALF
    luck = state.draws.at("projects", 0)
    rows = rows[luck.happens(projects.id[rows], p.proves, _PROTOTYPE)]
    pilots = pilot_share(state.platforms("pilot_platform").size, state.norms.project_halves, p)
    piloted = luck.happens(projects.id[rows], pilots, _PILOT)
    chance = np.where(piloted, p.finds_user_piloted, p.finds_user)
    rows = rows[luck.happens(projects.id[rows], chance, _SELLS)]
    rows = rows[_have_a_firm(state, rows)]
    ids, spread = projects.id[rows], p.sales_spread
    invested = (
        p.production
        * projects.value[rows]
        * np.exp(spread * luck.normal(ids, _PRODUCTION) - spread**2 / 2)
    )
    invested = np.minimum(invested, p.most_production * firms.revenue[projects.firm[rows]])
    projects.production[rows] = invested
    projects.potential[rows] = (
        p.turnover * invested * np.exp(spread * luck.normal(ids, _SALES) - spread**2 / 2)
    )


def _have_a_firm(state: State, rows: Rows) -> Flags:
    """Find a firm that takes up what an organisation did alone: one with R&D in its field."""
    projects, firms = state.projects, state.firms
    alone = rows[projects.firm[rows] < 0]
    takers = np.flatnonzero(firms.alive & (firms.rd > 0)) if alone.size else alone
    luck = state.draws.at("projects", 0)
    by_field = ring(
        luck, firms.id[takers], takers, firms.field[takers].astype(np.int64), slot=_FIRM_RING
    )
    field = state.organisations.field[projects.organisation[alone]].astype(np.int64)
    projects.firm[alone] = by_field.pick(luck.uniform(projects.id[alone], _USER), field)
    return np.asarray(projects.firm[rows] >= 0, np.bool_)


def _finish(state: State, p: Parameters, rows: Rows) -> None:
    """At the end: the last milestone is passed or not; what sells is a product."""
    projects = state.projects
    projects.phase[rows] = OVER
    passed = rows[state.draws.at("projects", 0).happens(projects.id[rows], p.proves, _ACCEPTED)]
    projects.milestones[passed] = 1
    projects.accepted[passed] = projects.ends[passed]
    projects.products[passed] = projects.potential[passed] > 0


def _sell(state: State, p: Parameters) -> None:
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


def major_joint(state: State) -> Flags:
    """Return which rows are major projects of a university or institute with a firm."""
    projects = state.projects
    return np.asarray(((projects.kind == JOINT) | projects.led_by_talent) & projects.major)


def _count(state: State, p: Parameters) -> None:
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


# The start: norms, ties and projects under way


def begin(state: State, values: Values) -> None:
    """Fix what later quarters are compared with, and start the city with its projects under way.

    To be called when firms, organisations and talents are there, and best after the year of
    history, whose matches count as one of the ways to a joint project.
    """
    p = values.of(Parameters)
    _fix_norms(state, p)
    scale_joint_projects(state, p)
    those = partners(state, p)
    _tie_up(state, p, those)
    _past_joint_projects(state, p, those)
    _past_city_projects(state, p, those)
    for kind in (PROVINCIAL, NATIONAL):
        _past_higher_projects(state, p, those, kind)
    _past_listed_projects(state, p, those)
    _ripen(state, p)


def _fix_norms(state: State, p: Parameters) -> None:
    """Fix the usual numbers of applicants and the strength of the firms able to lead."""
    able = able_to_lead(state, p)
    number = able.size * state.weight
    state.norms.project_places = max(state.figures.key_projects, p.floor * number)
    state.norms.project_applies = state.norms.project_places / p.usual_pass / max(number, 1.0)
    for kind in (PROVINCIAL, NATIONAL):
        expected = float(proposal_means(state, p, kind).sum()) + firm_chance(p, kind) * number
        state.norms.project_proposals[kind] = expected
    size = np.log(np.maximum(state.firms.rd_stock[able], 1e-9))
    state.norms.project_size = float(size.mean()) if able.size else 0.0
    state.norms.project_spread = max(float(size.std()), p.least_spread) if able.size else 1.0
    state.norms.project_experience = 0.0


def tied_share(rate: Floats, age: Floats) -> Floats:
    """Return the chance that a firm of this age has had a project at this rate a quarter."""
    return np.asarray(1 - np.exp(-rate * np.maximum(age, 0.0)))


def scale_joint_projects(state: State, p: Parameters) -> None:
    """Find the scale at which all ways together give the city's joint projects of a year."""
    firms = state.firms
    rows = np.flatnonzero(firms.alive & (firms.rd > 0))
    size = firms.rd[rows] ** p.elasticity
    age = (state.quarter - firms.founded[rows]).astype(np.float64)
    target = state.figures.joint_projects / 4
    past = state.history[-4:]
    matches = sum(flows.matches for flows in past) / max(len(past), 1)
    others = p.after_match * matches
    others += p.vice_president_projects / 4 * serving_vice_presidents(state).size
    wanted = max(target - others, p.least_own * target) / state.weight
    total = max(float(size.sum()), 1e-9)
    scale = wanted / total
    for _ in range(STEPS):
        lift = 1 + (p.tie - 1) * tied_share(scale * size, age)
        scale = wanted / max(float((size * lift).sum()), 1e-9)
    state.norms.project_scale = scale
    means = scale * size * (1 + (p.tie - 1) * tied_share(scale * size, age))
    able = float(means[firms.rd[rows] >= p.major_from].sum()) / max(float(means.sum()), 1e-9)
    state.norms.project_major_chance = min(p.major / max(able, 1e-9), 1.0)
    state.norms.project_halves = max(p.major * target, 1e-9)


def _tie_up(state: State, p: Parameters, those: Partners) -> None:
    """Give firms the partner of an earlier project, as likely as their age and R&D make it."""
    firms, luck = state.firms, state.draws.at("projects", 0)
    rows = np.flatnonzero(firms.alive & (firms.rd > 0))
    rate = state.norms.project_scale * firms.rd[rows] ** p.elasticity
    share = tied_share(rate, (state.quarter - firms.founded[rows]).astype(np.float64))
    rows = rows[luck.happens(firms.id[rows], share, _TIED)]
    firms.ally[rows] = _choose(state, p, those, firms.id[rows], rows)


def _past_of_firms(
    state: State, p: Parameters, those: Partners, rows: Rows, yearly: Floats, kind: int
) -> tuple[Ids, Rows, Rows, Floats, NDArray[np.int64]]:
    """Return ids, firms, partners, weights and beginnings of firms' projects of the past."""
    firms, luck = state.firms, state.draws.at("projects", 0)
    age = np.clip(state.quarter - firms.founded[rows], 0, round(p.past))
    means = np.minimum(yearly / 4 * age, LARGEST_MEAN)
    number = poisson_counts(means, luck.uniform(firms.id[rows], _PAST + kind))
    ids, firm, stands = _repeated(state, rows, number, (1 << 20) + kind)
    back = 1 + (luck.uniform(ids, _BEGAN) * np.repeat(age, number)).astype(np.int64)
    organisation = _choose(state, p, those, ids, firm)
    found = organisation >= 0
    return ids[found], firm[found], organisation[found], stands[found], state.start - back[found]


def _past_joint_projects(state: State, p: Parameters, those: Partners) -> None:
    firms = state.firms
    rows = np.flatnonzero(firms.alive & (firms.rd >= p.major_from))
    means = state.norms.project_scale * firms.rd[rows] ** p.elasticity
    means *= np.where(firms.ally[rows] >= 0, p.tie, 1.0)
    # Those that came about by meetings and vice-presidents began with these firms, too.
    yearly = (
        state.figures.joint_projects * min(p.major, state.norms.project_major_chance) / state.weight
    )
    share = means / max(float(means.sum()), 1e-9)
    ids, firm, organisation, stands, began = _past_of_firms(
        state, p, those, rows, yearly * share, JOINT
    )
    value = joint_values(
        state.draws.at("projects", 0).normal(ids, _VALUE), np.ones(ids.size, np.bool_), p
    )
    _start(
        state,
        p,
        Beginning(
            kind=JOINT,
            ids=ids,
            firm=firm,
            organisation=organisation,
            value=value,
            stands_for=stands,
            began=began,
        ),
    )


def _past_city_projects(state: State, p: Parameters, those: Partners) -> None:
    """Projects of standing calls: the likelier the more expertise a firm has."""
    rows = able_to_lead(state, p)
    weight = expertise(state.firms.rd_stock[rows], state.norms.typical_rd_stock)
    total = state.figures.key_projects / state.weight
    yearly = np.asarray(total * weight / max(float(weight.sum()), 1e-9))
    _past_called(state, p, those, rows, yearly, CITY, p.city_value)


def _past_called(
    state: State, p: Parameters, those: Partners, rows: Rows, yearly: Floats, kind: int, mean: float
) -> None:
    ids, firm, organisation, stands, began = _past_of_firms(state, p, those, rows, yearly, kind)
    value = _called_value(state, p, ids, firm, mean)
    _start(
        state,
        p,
        Beginning(
            kind=kind,
            ids=ids,
            firm=firm,
            organisation=organisation,
            value=value,
            stands_for=stands,
            public=p.public_share,
            began=began,
        ),
    )


def _past_higher_projects(state: State, p: Parameters, those: Partners, kind: int) -> None:
    """Provincial and national projects of organisations since they opened, and of firms."""
    table, luck = state.organisations, state.draws.at("projects", 0)
    national = kind == NATIONAL
    share = p.national_pass if national else p.provincial_pass
    mean = p.national_value if national else p.provincial_value
    able = able_to_lead(state, p)
    yearly = np.full(able.size, share * firm_chance(p, kind))
    _past_called(state, p, those, able, yearly, kind, mean)
    rows = np.flatnonzero((table.researchers > 0) & (table.status == ACTIVE))
    age = np.clip(state.start - table.opens[rows], 0, round(p.past))
    means = share * proposal_means(state, p, kind)[rows] / 4 * age
    number = poisson_counts(
        np.minimum(means, LARGEST_MEAN), luck.uniform(table.id[rows], _PAST + kind)
    )
    body = np.repeat(rows, number)
    serial = np.arange(body.size) - np.repeat(np.cumsum(number) - number, number)
    ids = identity.mixed(identity.CONTRACT, table.id[body], (1 << 20) + kind, serial)
    back = 1 + (luck.uniform(ids, _BEGAN) * np.repeat(age, number)).astype(np.int64)
    nobody = np.full(ids.size, -1)
    value = _called_value(state, p, ids, nobody, mean)
    _start(
        state,
        p,
        Beginning(
            kind=kind,
            ids=ids,
            firm=nobody,
            organisation=body,
            value=value,
            stands_for=np.ones(ids.size),
            public=p.public_share,
            began=state.start - back,
        ),
    )


def _past_listed_projects(state: State, p: Parameters, those: Partners) -> None:
    """Projects that the vice-presidents of the start have had listed in their terms so far."""
    talents, luck = state.talents, state.draws.at("projects", 0)
    rows = serving_vice_presidents(state)
    large = 1 - ndtr(np.log(p.listed_from / p.vice_president_value) / p.value_spread)
    rate = p.vice_president_projects / 4 * large * p.listed
    share = tied_share(np.full(rows.size, rate), (state.start - talents.came[rows]).astype(float))
    rows = rows[luck.happens(talents.id[rows], share, _PAST)]
    firm = talents.firm[rows].astype(np.int64)
    ids = identity.mixed(identity.CONTRACT, talents.id[rows], 1 << 20, 2 << 20)
    home = talents.organisation[rows]
    organisation = np.where(home >= 0, home, _choose(state, p, those, ids, firm))
    value = np.full(rows.size, p.listed_from)
    began = (
        state.start
        - 1
        - (luck.uniform(ids, _BEGAN) * (state.start - talents.came[rows])).astype(np.int64)
    )
    began = np.maximum(began, talents.came[rows])
    _start(
        state,
        p,
        Beginning(
            kind=PROVINCIAL,
            ids=ids,
            firm=firm,
            organisation=organisation,
            value=value,
            stands_for=np.ones(rows.size),
            led=True,
            began=began,
        ),
    )


def _ripen(state: State, p: Parameters) -> None:
    """Bring past projects to where they stand now, and fix the usual experience."""
    projects, table = state.projects, state.organisations
    rows = np.arange(len(projects))
    _find_users(state, p, rows[half_way(state, rows) < state.start])
    _finish(state, p, rows[projects.ends < state.start])
    _sell(state, p)
    staff = np.where(table.status == ACTIVE, table.researchers, 0.0)
    gained = np.log2(1 + carried(state) * 100 / np.maximum(staff, 1.0))
    usual = float((gained * staff).sum()) / max(float(staff.sum()), 1e-9)
    state.norms.project_experience = usual
