"""Talent: titles that a province grants, talents who move, students, skilled staff, exchange.

Titles (science vice-president, industry professor, leading talent). Once a year applicants of the
city compete with a finite pool of applicants elsewhere for one quota: with ``a`` applicants here,
``b`` elsewhere and ``q`` places, the ``q`` best scores of ``a + b`` win, so that a city wins about
q · a / (a + b). Without policy a R&D firm applies with chance

    a · (R&D stock / typical)^e / Σ at the start of the same,    a = yearly titles / pass share

where the yearly titles follow from the stock in office and its terms: in a city whose stock is 0
the title does not exist. Posts that a plan offers bring further, weaker applicants; the quota stays
what it is, and universities nominate only so many professors a year. A vice-president may bring
a capability that is new to the firm and, like a professor, a tie to the university; the firm
must do R&D [K8]; at the end of the term the capability may be forgotten [K9].

Talents who move. Candidates weigh an offer and come with the odds

    s / (1 - s) · (1 + package / true cost)^response · (hosts / hosts at the start)^pull

from finite pools: top talents from the nation's; teams from those that know an institute, in which
new institutes recruit faster. Leading talents weigh alike whether to apply through the city.

Students enrol in autumn and finish two or three springs on; the cohorts of earlier years are under
way at the start. Skilled staff: the highly skilled gain by certificates and lose by retirement,
and the others gain beginners, so that the share moves slowly. Exchange posts are filled as far as
firms accept and staff can be sent; a firm without a partner may gain one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Flags, Floats, Ids, Rows
from sim.core.draws import Addressed
from sim.core.quarter import season
from sim.inputs.codes import KIND_CODE
from sim.inputs.levers import (
    EXCHANGE_POSTS,
    GRADUATE_PLACES,
    PROFESSOR_POSTS,
    TALENT_MONEY,
    VICE_PRESIDENT_POSTS,
    Lever,
)
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state.columns import BODY_CODE, TALENT_KINDS
from sim.state.kene import PER_FIELD
from sim.state.offers import Offer
from sim.state.ring import ring
from sim.state.state import State

CODE = {name: code for code, name in enumerate(TALENT_KINDS)}
# Titles whose holders are tied to a row of the firms table, which stands for ``weight`` firms.
OF_FIRMS = ("vice_president", "industry_professor")
PUBLIC_HOSTS = frozenset(("university", "institute", "public_body", "outside"))
ONE_EVENT = 0.5  # events before any is known: Jeffreys prior of a rate
# Quarters from an autumn's start of a degree to the spring two and three years on.
TWO_YEARS, THREE_YEARS = 7, 11
AUTUMNS = 3  # years of students who are under way at once


class Parameters(Numbers, name="talent"):
    """Numbers of the process."""

    vice_president_quota: float = meaning("titles of vice-presidents in the province, at the start")
    vice_president_growth: float = meaning("quota and applications of vice-presidents")
    vice_president_pass: float = meaning("applicants for vice-president who pass")
    vice_president_term: float = meaning("term of a vice-president")
    professor_quota: float = meaning("titles of industry professors in the province, at the start")
    professor_growth: float = meaning("quota and applications of industry professors")
    professor_pass: float = meaning("applicants for industry professor who pass")
    professor_term: float = meaning("term of an industry professor, whole years")
    nominations: float = meaning(
        "nominations of professors per university, at most; never below the usual"
    )
    local_senders: float = meaning(
        "vice-presidents sent by universities and institutes of the city"
    )
    mobilised: float = meaning("further applications per post that a plan offers")
    weaker: float = meaning("by how much an application that a plan's posts bring is weaker")
    size_of_applicant: float = meaning("a firm's applications to its R&D stock")
    carries: float = meaning("vice-presidents who bring a capability to a firm that does R&D")
    forgets: float = meaning(
        "capabilities brought by vice-presidents that are lost at the end of the term"
    )
    ties: float = meaning("a post ties a firm without a partner to the local organisation")
    leading_quota: float = meaning(
        "national and provincial titles of leading talent in the province"
    )
    leading_growth: float = meaning("quota and applications of leading talent")
    leading_pass: float = meaning("applicants for leading talent who pass")
    leading_package: float = meaning("what a leading talent is given elsewhere in all")
    at_firms: float = meaning("leading talents at firms")
    candidates: float = meaning("candidates per talent who comes or applies without policy")
    response: float = meaning("the odds of a talent's coming to the package")
    pull: float = meaning("the odds of a talent's coming to the city's universities and institutes")
    programme_years: float = meaning("time in which the top talents of the start came")
    top_pool: float = meaning("top talents of all places who weigh a move to such a city")
    top_package: float = meaning("what a top talent's team is given elsewhere in all")
    top_stay: float = meaning("mean stay of a top talent")
    build_up: float = meaning(
        "recruitment of an institute in its first years over that of later ones"
    )
    build_up_years: float = meaning("an institute's first years")
    team_pool: float = meaning(
        "most candidates of all institutes together, over those of the start"
    )
    team_package: float = meaning("what a talent or team is given elsewhere in all")
    team_stay: float = meaning("mean stay of a talent or team at an institute")
    team_staff: float = meaning(
        "researchers by which a talent or team raises its institute's staff"
    )
    payment_delay: float = meaning("time from the arrival to the payment")
    willing: float = meaning("a R&D firm would take somebody sent to it")
    sent: float = meaning("the city's public researchers that can be sent")
    post_cost: float = meaning("cost of an exchange post")
    years_before: float = meaning(
        "graduates trained before the start at the start's rate: so many years' worth"
    )
    enrolment_growth: float = meaning("enrolment before the start")
    two_years: float = meaning("students who finish after two years, the others after three")
    completes: float = meaning("students who complete their studies")
    supervises: float = meaning("new students per researcher of an institute, at most")
    filled: float = meaning("further places that are granted and find a student")
    stays: float = meaning("graduates who take work in the city")
    certifies: float = meaning("the other skilled staff who become highly skilled")
    enters: float = meaning("beginners per skilled worker")
    retires: float = meaning("the other skilled staff who retire")
    retires_highly: float = meaning("the highly skilled who retire")
    cost_growth: float = meaning("R&D expenditure per person-year")
    employment_growth: float = meaning("the employed")
    top_share: float = meaning(
        "a quarter's top talents on the move whom one city draws unasked, at most"
    )


@dataclass(frozen=True)
class Title:
    """A title that the province grants to firms' people or to people sent to firms.

    Attributes:
        kind: One of ``OF_FIRMS``.
        lever: The lever that brings further applications.
        quota: Titles a year in the province at the start.
        growth: Growth a year of quota and applications.
        passes: Share of applicants who win.
        term: Years in office.
    """

    kind: str
    lever: Lever
    quota: float
    growth: float
    passes: float
    term: int


# Slots of a firm's draws in a quarter: first for vice-presidents, then for professors.
_APPLIES, _PUSHED, _WILLING, _LOT = 0, 2, 4, 5
# Slots of a talent's or a post's draws.
_SCORE, _SENDER, _POINTER, _CARRIES, _TIES, _UNIT, _STAYS, _ACCEPTS, _FORGETS = range(8, 17)
# Slots of a start's draws: who holds a title, and since when.
_HOLDS, _SINCE = 20, 22
# Slots of places on rings.
_LOCAL, _OUTSIDE, _FIRM = 24, 25, 26
_CANDIDATES = 28  # an institute's candidates of a quarter
_RIVALS = len(TALENT_KINDS)  # groups of strangers: candidates by kind, then rivals by kind


def titles(p: Parameters) -> tuple[Title, ...]:
    """Return the titles that are bound to firms."""
    return (
        Title(
            "vice_president",
            VICE_PRESIDENT_POSTS,
            p.vice_president_quota,
            p.vice_president_growth,
            p.vice_president_pass,
            round(p.vice_president_term),
        ),
        Title(
            "industry_professor",
            PROFESSOR_POSTS,
            p.professor_quota,
            p.professor_growth,
            p.professor_pass,
            round(p.professor_term),
        ),
    )


def recruit_and_train(state: State, p: Parameters) -> None:
    """End terms, grant titles, bring talents in, send people out, train."""
    _end_terms(state, p)
    if season(state.quarter) == 4:
        for title in titles(p):
            _grant(state, p, title)
        _grant_leading(state, p)
    _come_to_the_top(state, p)
    _come_to_institutes(state, p)
    _exchange(state, p)
    _teach(state, p)
    _age(state, p)


# The start.


def begin(state: State, values: Values) -> None:
    """Put title holders, talents, students and skilled staff into a new city, in flow."""
    prepare(state, values.of(Parameters))


def prepare(state: State, p: Parameters) -> None:
    """Do so with the parameters at hand; firms and organisations stand already."""
    totals = state.totals
    for title in titles(p):
        _begin_title(state, p, title)
    state.norms.talent_hosts = float(local_science(state).size)
    state.norms.institutes = float(state.platforms("institute").size)
    _begin_top(state, p)
    _begin_institute_talents(state, p)
    _begin_graduates(state, p)
    totals.skilled = state.figures.skilled_workers
    totals.highly_skilled = state.figures.skilled_workers * state.figures.highly_skilled_share
    totals.employed = state.figures.employed
    totals.person_year_cost = state.figures.rd_expenditure / max(state.figures.rd_staff, 1.0)


def yearly_flow(in_office: float, term: int, growth: float) -> float:
    """Return the titles of the last year where so many stand from terms of whole years."""
    return float(in_office / sum((1 + growth) ** -year for year in range(term)))


def _begin_title(state: State, p: Parameters, title: Title) -> None:
    """Give the title to as many R&D firms as the city's stock says, and fix who may apply."""
    firms = state.firms
    slot, luck = OF_FIRMS.index(title.kind), state.draws.at("talent", 0)
    rows = _seekers(state)
    fit = _suitability(state, rows, p)
    key = -np.log(luck.uniform(firms.id[rows], _HOLDS + slot)) / np.maximum(fit, 1e-9)
    count = round(_in_office(state, title) / state.weight)
    held = rows[np.argsort(key, kind="stable")[:count]]
    weights = np.cumsum((1 + title.growth) ** -np.arange(title.term, dtype=np.float64))
    since = luck.uniform(firms.id[held], _SINCE + slot) * weights[-1]
    last_autumn = state.start // 4 * 4 - 1
    came = last_autumn - 4 * np.searchsorted(weights, since)
    _appoint(state, p, title, luck, held, _senders(state, p, title, luck, held), came)
    free = rows[~_holders(state, title.kind, state.start + 3)[rows]]
    state.norms.seekers[CODE[title.kind]] = float(_suitability(state, free, p).sum()) * state.weight
    state.norms.eligible[CODE[title.kind]] = free.size * state.weight


def _in_office(state: State, title: Title) -> float:
    """Return the city's holders of a title at the start."""
    figures = state.figures
    return figures.vice_presidents if title.kind == OF_FIRMS[0] else figures.industry_professors


def _incumbents(kind: str, number: int) -> Ids:
    """Return people of the start; the 0 is left to certified brokers."""
    return identity.plain(identity.PERSON, CODE[kind], np.arange(1, number + 1))


def _begin_top(state: State, p: Parameters) -> None:
    number = round(state.figures.top_talents)
    state.norms.top_talents_a_year = (state.figures.top_talents + ONE_EVENT) / p.programme_years
    ids = _incumbents("top_talent", number)
    luck = state.draws.at("talent", 0)
    back = luck.uniform(ids, _SINCE) * 4 * p.programme_years
    state.talents.add(
        ids,
        kind=CODE["top_talent"],
        came=state.start - 1 - back.astype(np.int64),
        until=state.start + _stay(luck, ids, p.top_stay),
        organisation=_hosts(state, luck, ids),
    )


def _begin_institute_talents(state: State, p: Parameters) -> None:
    """Spread those brought in so far over the institutes' years, and fix the rate behind them."""
    table = state.organisations
    rows = state.platforms("institute")
    years = (state.start - table.opens[rows]) / 4
    weighted = recruiting_years(years, p)
    number = round(state.figures.institute_talents) if rows.size else 0
    known = max(float(weighted.sum()), 1.0)
    state.norms.talents_a_year = (state.figures.institute_talents + ONE_EVENT) / known
    state.norms.recruiting = float(recruiting(years, p).sum())
    ids = _incumbents("institute_talent", number)
    luck = state.draws.at("talent", 0)
    at = np.searchsorted(np.cumsum(weighted), luck.uniform(ids, _POINTER) * weighted.sum())
    age = luck.uniform(ids, _SINCE) * years[at] * 4
    came = state.start - 1 - age.astype(np.int64)
    state.talents.add(
        ids,
        kind=CODE["institute_talent"],
        came=came,
        until=came + _stay(luck, ids, p.team_stay),
        organisation=rows[at],
    )


def recruiting(years: Floats, p: Parameters) -> Floats:
    """Return how fast institutes of an age recruit, later years being 1."""
    return np.where(years < p.build_up_years, p.build_up, 1.0)


def recruiting_years(years: Floats, p: Parameters) -> Floats:
    """Return the years behind institutes, weighted by how fast they recruited."""
    young = np.clip(years, 0.0, p.build_up_years)
    return np.asarray(p.build_up * young + np.maximum(years - p.build_up_years, 0.0))


def _begin_graduates(state: State, p: Parameters) -> None:
    """Put the students of the last three autumns on their way; G a year finish at the start."""
    yearly = state.figures.graduates
    growth = 1 + p.enrolment_growth
    finishing = p.completes * (p.two_years * growth**-2 + (1 - p.two_years) * growth**-3)
    state.norms.enrolled = yearly / finishing
    autumn = state.start - 1 - (state.start + 1) % 4  # the last third quarter before the start
    for back in range(AUTUMNS):
        _enrol(state, p, autumn - 4 * back, state.norms.enrolled * growth**-back)
    state.totals.graduates = yearly * p.years_before


# Titles.


def _seekers(state: State) -> Rows:
    """Return firms that do R&D, start-ups apart."""
    firms = state.firms
    settled = firms.above_scale | firms.technology_sme
    return np.flatnonzero(firms.alive & settled & (firms.rd > 0))


def _suitability(state: State, rows: Rows, p: Parameters) -> Floats:
    typical = max(state.norms.typical_rd_stock, 1e-9)
    return np.asarray((state.firms.rd_stock[rows] / typical) ** p.size_of_applicant)


def _holders(state: State, kind: str, quarter: int) -> Flags:
    """Return which firms have a title of a kind in office after a quarter."""
    talents = state.talents
    rows = np.flatnonzero((talents.kind == CODE[kind]) & (talents.until > quarter))
    held = np.zeros(len(state.firms), np.bool_)
    held[talents.firm[rows]] = True
    return held


def _grown(state: State, growth: float) -> float:
    """Return growth since the award before the start."""
    return float((1 + growth) ** ((state.quarter - state.start) // 4 + 1))


def wins(scores: Floats, rivals: Floats, places: float, weight: float) -> Flags:
    """Return who is among the best; an applicant stands for ``weight`` of them, a rival for one."""
    better = np.searchsorted(np.sort(-rivals), -scores)
    rank = np.argsort(np.argsort(-scores, kind="stable"), kind="stable")
    return np.asarray(better + rank * weight < places, np.bool_)


def nominated(organisation: Rows, scores: Floats, room: float) -> Flags:
    """Return who is among the best ``room`` applicants; who has no university (-1) is not."""
    able = organisation >= 0
    rank = np.argsort(np.argsort(np.where(able, -scores, np.inf), kind="stable"), kind="stable")
    return np.asarray(able & (rank < room), np.bool_)


def _strangers(state: State, group: int, number: float) -> Ids:
    """Return candidates or rivals of this quarter, known by a number within their group."""
    numbers = np.arange(max(round(number), 0)) + (group << 20)
    return identity.plain(identity.OUTSIDER, state.quarter, numbers)


def _rivals(state: State, kind: str, applicants: float, own: float) -> Floats:
    """Return the scores of applicants elsewhere, where so many apply in all without policy."""
    ids = _strangers(state, _RIVALS + CODE[kind], applicants - own)
    return state.luck("talent").normal(ids, _SCORE)


def _grant(state: State, p: Parameters, title: Title) -> None:
    """Let firms apply for a title, and appoint those that win it."""
    luck = state.luck("talent")
    in_office = _in_office(state, title)
    if in_office <= 0:
        return
    rows = _seekers(state)
    rows = rows[~_holders(state, title.kind, state.quarter)[rows]]
    grown = _grown(state, title.growth)
    normal = yearly_flow(in_office, title.term, title.growth) / title.passes * grown
    rows, pushed = _applicants(state, p, title, rows, normal)
    ids = _of_firms(state, title.kind, rows, state.quarter)
    organisation = _senders(state, p, title, luck, rows)
    scores = luck.normal(ids, _SCORE) - p.weaker * pushed
    if title.kind == "industry_professor":
        room = max(p.nominations * state.bodies("university").size, normal)
        able = nominated(organisation, scores, room / state.weight)
        rows, organisation, scores = rows[able], organisation[able], scores[able]
    places = title.quota * grown
    won = wins(
        scores, _rivals(state, title.kind, places / title.passes, normal), places, state.weight
    )
    state.flows.applied[CODE[title.kind]] += float(rows.size) * state.weight
    _appoint(state, p, title, luck, rows[won], organisation[won], state.quarter)


def _applicants(
    state: State, p: Parameters, title: Title, rows: Rows, normal: float
) -> tuple[Rows, Flags]:
    """Return who applies, and who of them only because posts are offered."""
    luck = state.luck("talent")
    ids, slot = state.firms.id[rows], OF_FIRMS.index(title.kind)
    own = normal * _suitability(state, rows, p) / max(state.norms.seekers[CODE[title.kind]], 1e-9)
    posts = state.offers.dose(title.lever)
    push = posts * p.mobilised / max(state.norms.eligible[CODE[title.kind]], 1e-9)
    applies = luck.happens(ids, own, _APPLIES + slot)
    pushed = ~applies & luck.happens(ids, push, _PUSHED + slot)
    return rows[applies | pushed], pushed[applies | pushed]


def _of_firms(state: State, kind: str, rows: Rows, came: NDArray[np.int64] | int) -> Ids:
    return identity.mixed(identity.PERSON, state.firms.id[rows], came, CODE[kind])


def local_science(state: State) -> Rows:
    """Return universities and institutes in operation."""
    return np.concatenate([state.bodies("university"), state.platforms("institute")])


def _senders(state: State, p: Parameters, title: Title, luck: Addressed, rows: Rows) -> Rows:
    """Return the university or institute of each pair: the firm's partner, or one near or far.

    Professors teach at universities of the city.
    """
    table, ids = state.organisations, state.firms.id[rows]
    professor = title.kind == "industry_professor"
    near = state.bodies("university") if professor else local_science(state)
    far = near if professor else state.bodies("outside")
    own = luck.uniform(ids, _SENDER) < p.local_senders
    pointer = luck.uniform(ids, _POINTER)
    close = ring(luck, table.id[near], near, slot=_LOCAL).pick(pointer)
    distant = ring(luck, table.id[far], far, slot=_OUTSIDE).pick(pointer)
    found = np.where((own | professor) & (close >= 0), close, distant)
    partner = state.firms.partner[rows].astype(np.int64)
    return np.where(np.isin(partner, near), partner, found)


def _appoint(
    state: State,
    p: Parameters,
    title: Title,
    luck: Addressed,
    rows: Rows,
    organisation: Rows,
    came: NDArray[np.int64] | int,
) -> None:
    """Write title holders down, with what they bring."""
    ids = _of_firms(state, title.kind, rows, came)
    brought = np.full(rows.size, -1)
    if title.kind == "vice_president":
        brought = _bring_knowledge(state, p, luck, ids, rows)
    state.talents.add(
        ids,
        kind=CODE[title.kind],
        came=came,
        until=came + 4 * title.term,
        firm=rows,
        organisation=organisation,
        capability=brought,
        tied=_tie(state, p, luck, ids, rows, organisation),
    )


def _bring_knowledge(state: State, p: Parameters, luck: Addressed, ids: Ids, rows: Rows) -> Rows:
    """Let scientists of the firm's field bring a capability; -1 where known or without room."""
    firms = state.firms
    unit = firms.field[rows].astype(np.int64) * PER_FIELD
    unit += (luck.uniform(ids, _UNIT) * PER_FIELD).astype(np.int64)
    known = firms.capabilities[rows]
    room = (known < 0).any(axis=1) & ~(known == unit[:, None]).any(axis=1)
    brings = room & (firms.rd[rows] > 0) & luck.happens(ids, p.carries, _CARRIES)
    firms.capabilities[rows[brings], (known < 0).argmax(axis=1)[brings]] = unit[brings]
    return np.where(brings, unit, -1)


def _tie(
    state: State, p: Parameters, luck: Addressed, ids: Ids, rows: Rows, organisation: Rows
) -> Flags:
    """Tie firms without a partner to a local university or institute; return which."""
    partner = state.firms.partner
    free = np.isin(organisation, local_science(state)) & (partner[rows] < 0)
    tied = free & luck.happens(ids, p.ties, _TIES)
    partner[rows[tied]] = organisation[tied]
    return tied


def _end_terms(state: State, p: Parameters) -> None:
    """Let those whose term ends go: some knowledge is forgotten, an institute loses its talent."""
    talents, firms, luck = state.talents, state.firms, state.luck("talent")
    ending = np.flatnonzero(talents.until == state.quarter)
    lost = ending[talents.capability[ending] >= 0]
    lost = lost[luck.happens(talents.id[lost], p.forgets, _FORGETS)]
    rows = talents.firm[lost]
    units = firms.capabilities[rows]
    firms.capabilities[rows] = np.where(units == talents.capability[lost][:, None], -1, units)
    teams = ending[talents.kind[ending] == CODE["institute_talent"]]
    _staff(state, talents.organisation[teams], -p.team_staff)


def _staff(state: State, institutes: Rows, number: float) -> None:
    """Change institutes' researchers by a number per talent or team."""
    researchers = state.organisations.researchers
    np.add.at(researchers, institutes, number)
    researchers[institutes] = np.maximum(researchers[institutes], 0.0)


# Talents who move.


def attraction(money: float, package: float, hosts: float, p: Parameters) -> float:
    """Return by how much a package and the hosts raise the odds, against the start."""
    return float((1 + money / package) ** p.response * hosts**p.pull)


def acceptance(share: float, raised: float) -> float:
    """Return the chance that a candidate comes where the odds of a share are raised."""
    odds = share / (1 - share) * raised
    return odds / (1 + odds)


def _hosts_now(state: State) -> float:
    """Return universities and institutes over those of the start."""
    return local_science(state).size / max(state.norms.talent_hosts, 1.0)


def packages(state: State, kind: str) -> list[Offer]:
    """Return the packages that hold for a talent of a kind."""
    found = state.offers.on(TALENT_MONEY)
    if kind == "leading_talent":
        return list(found)
    institute = KIND_CODE["institute"]
    return [
        offer
        for offer in found
        if offer.hosts & PUBLIC_HOSTS and (not offer.kinds or institute in offer.kinds)
    ]


def _pay_packages(state: State, p: Parameters, kind: str, ids: Ids, payees: Sequence[str]) -> Flags:
    """Have the packages paid; return who got all that was promised."""
    served = np.ones(ids.size, np.bool_)
    for offer in packages(state, kind):
        due = state.quarter + round(p.payment_delay)
        served &= state.claim(offer, ids, offer.dose, due=due, payee=payees)
    return served


def _payees(state: State, organisation: Rows) -> list[str]:
    kinds = state.organisations.kind[organisation]
    at_university = (kinds == BODY_CODE["university"]).tolist()
    return [
        "firm" if row < 0 else "university" if teaches else "institute"
        for row, teaches in zip(organisation.tolist(), at_university, strict=True)
    ]


def _stay(luck: Addressed, ids: Ids, mean: float) -> NDArray[np.int64]:
    """Return quarters until somebody leaves, a year at least."""
    quarters = -4 * mean * np.log(luck.uniform(ids, _STAYS))
    return np.maximum(np.rint(quarters), 4).astype(np.int64)


def _hosts(state: State, luck: Addressed, ids: Ids) -> Rows:
    """Return a university or institute per talent."""
    rows = local_science(state)
    around = ring(luck, state.organisations.id[rows], rows, slot=_LOCAL)
    return around.pick(luck.uniform(ids, _POINTER))


def _grant_leading(state: State, p: Parameters) -> None:
    """Let people apply through the city for titles of leading talent."""
    yearly, luck = state.figures.leading_talents, state.luck("talent")
    if yearly <= 0:
        return
    kind, grown = "leading_talent", _grown(state, p.leading_growth)
    normal = yearly / p.leading_pass * grown
    ids = _strangers(state, CODE[kind], normal * p.candidates)
    money = sum(offer.dose for offer in packages(state, kind))
    raised = attraction(money, p.leading_package, _hosts_now(state), p)
    ids = ids[luck.happens(ids, acceptance(1 / p.candidates, raised), _ACCEPTS)]
    places = p.leading_quota * grown
    rivals = _rivals(state, kind, places / p.leading_pass, normal)
    state.flows.applied[CODE[kind]] += float(ids.size)
    ids = ids[wins(luck.normal(ids, _SCORE), rivals, places, 1.0)]
    firms = np.flatnonzero(state.firms.alive & state.firms.above_scale & (state.firms.rd > 0))
    around = ring(luck, state.firms.id[firms], firms, slot=_FIRM)
    at_firm = luck.happens(ids, p.at_firms, _SENDER)
    organisation = np.where(at_firm, -1, _hosts(state, luck, ids))
    firm = np.where(organisation < 0, around.pick(luck.uniform(ids, _POINTER)), -1)
    state.talents.add(
        ids, kind=CODE[kind], came=state.quarter, firm=firm, organisation=organisation
    )
    _pay_packages(state, p, kind, ids, _payees(state, organisation))


def _weighing(
    state: State, p: Parameters, kind: str, ids: Ids, share: float, package: float, hosts: float
) -> tuple[Ids, Flags]:
    """Return the candidates whom the city draws, and who of them comes whatever is paid."""
    u = state.luck("talent").uniform(ids, _ACCEPTS)
    money = sum(offer.dose for offer in packages(state, kind))
    drawn = u < acceptance(share, attraction(money, package, hosts, p))
    anyway = u < acceptance(share, attraction(0.0, package, hosts, p))
    return ids[drawn], anyway[drawn]


def _come_to_the_top(state: State, p: Parameters) -> None:
    """Let top talents weigh the city; who was promised money and gets none stays away."""
    kind, luck = "top_talent", state.luck("talent")
    pool = _strangers(state, CODE[kind], max(p.top_pool / 4, 1.0))
    share = min(state.norms.top_talents_a_year / 4 / pool.size, p.top_share)
    ids, anyway = _weighing(state, p, kind, pool, share, p.top_package, _hosts_now(state))
    organisation = _hosts(state, luck, ids)
    if (organisation < 0).any():  # nobody to host them
        return
    comes = anyway | _pay_packages(state, p, kind, ids, _payees(state, organisation))
    state.talents.add(
        ids[comes],
        kind=CODE[kind],
        came=state.quarter,
        until=state.quarter + _stay(luck, ids[comes], p.top_stay),
        organisation=organisation[comes],
    )


def _come_to_institutes(state: State, p: Parameters) -> None:
    """Let talents and teams weigh the institutes that would have them."""
    kind, luck = "institute_talent", state.luck("talent")
    rows = state.platforms("institute")
    if rows.size == 0:
        return
    table = state.organisations
    speed = recruiting((state.quarter - table.opens[rows]) / 4, p)
    crowding = min(1.0, p.team_pool * max(state.norms.recruiting, 1.0) / float(speed.sum()))
    mean = state.norms.talents_a_year / 4 * speed * p.candidates * crowding
    number = luck.poisson(table.id[rows], mean, _CANDIDATES)
    serial = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    at = np.repeat(rows, number)
    everybody = identity.mixed(identity.OUTSIDER, table.id[at], state.quarter, serial)
    ids, anyway = _weighing(state, p, kind, everybody, 1 / p.candidates, p.team_package, 1.0)
    at = at[np.isin(everybody, ids)]
    comes = anyway | _pay_packages(state, p, kind, ids, "institute")
    state.talents.add(
        ids[comes],
        kind=CODE[kind],
        came=state.quarter,
        until=state.quarter + _stay(luck, ids[comes], p.team_stay),
        organisation=at[comes],
    )
    _staff(state, at[comes], p.team_staff)


# Exchange, students, skilled staff.


def posts_of_quarter(yearly: float, quarter: int) -> int:
    """Return how many of a year's posts are filled in a quarter, in whole posts."""
    return int(yearly * season(quarter) / 4) - int(yearly * (season(quarter) - 1) / 4)


def _exchange(state: State, p: Parameters) -> None:
    """Send researchers into firms that would take them, as far as posts, staff and money go."""
    offers = list(state.offers.on(EXCHANGE_POSTS))
    if not offers:
        return
    firms, luck = state.firms, state.luck("talent")
    rows = _seekers(state)
    rows = rows[luck.happens(firms.id[rows], p.willing, _WILLING)]
    rows = rows[np.argsort(luck.uniform(firms.id[rows], _LOT), kind="stable")]
    near = local_science(state)
    staff = p.sent * float(state.organisations.researchers[near].sum())
    rows = rows[: int(posts_of_quarter(staff, state.quarter) / state.weight)]
    around = ring(luck, state.organisations.id[near], near, slot=_LOCAL)
    for offer in offers:
        number = int(posts_of_quarter(offer.dose, state.quarter) / state.weight)
        group, rows = rows[:number], rows[number:]
        cost = p.post_cost * state.weight
        served = state.claim(offer, firms.id[group], cost, payee="university")
        sent = group[served]
        sender = around.pick(luck.uniform(firms.id[sent], _POINTER))
        tied = _tie(state, p, luck, firms.id[sent], sent, sender)
        state.flows.exchange_posts += sent.size * state.weight
        state.flows.exchange_ties += float(tied.sum()) * state.weight


def _enrol(state: State, p: Parameters, autumn: int, number: float) -> None:
    """Let students begin in an autumn; they finish in the second or third spring after a year."""
    for quarters, share in ((TWO_YEARS, p.two_years), (THREE_YEARS, 1 - p.two_years)):
        if autumn + quarters >= state.start:
            state.totals.graduates_due[autumn + quarters] += number * share * p.completes


def enrolment(normal: float, places: float, researchers: float, p: Parameters) -> float:
    """Return who enrols: the usual number and further places, as far as there are supervisors."""
    return normal + min(places * p.filled, max(p.supervises * researchers - normal, 0.0))


def _teach(state: State, p: Parameters) -> None:
    """Let students enrol in autumn and finish in spring."""
    rows = state.platforms("institute")
    if season(state.quarter) == 3 and rows.size:
        normal = state.norms.enrolled * rows.size / max(state.norms.institutes, 1.0)
        staff = float(state.organisations.researchers[rows].sum())
        places = state.offers.dose(GRADUATE_PLACES)
        number = enrolment(normal, places, staff, p)
        state.flows.enrolled += number
        _enrol(state, p, state.quarter, number)
    finished = state.totals.graduates_due.pop(state.quarter, 0.0)
    state.flows.students_graduated += finished
    state.totals.graduates += finished
    state.totals.graduates_since_the_start += finished
    state.totals.graduates_staying += finished * p.stays


def skilled_after(skilled: float, highly: float, p: Parameters) -> tuple[float, float]:
    """Return the skilled and, of them, the highly skilled after one more quarter."""
    others = skilled - highly
    gain = p.certifies / 4 * others - p.retires_highly / 4 * highly
    change = p.enters / 4 * skilled - p.retires / 4 * others - p.retires_highly / 4 * highly
    return skilled + change, highly + gain


def _age(state: State, p: Parameters) -> None:
    """Let skilled staff learn and retire, and the cost of R&D staff and employment move."""
    totals = state.totals
    totals.skilled, totals.highly_skilled = skilled_after(totals.skilled, totals.highly_skilled, p)
    totals.employed *= (1 + p.employment_growth) ** 0.25
    totals.person_year_cost *= (1 + p.cost_growth) ** 0.25
