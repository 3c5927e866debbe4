"""Demography: firms close and enter, cross the statistical threshold, and apply for a status.

Small firms close at the yearly hazards of their age [F1, S15]; inside a carrier at 0.8 of it and
for three years after leaving one at 1.2 [I1, I9-I11]. Above-scale firms close at 1.5-3 % a year;
those whose revenue falls under 20 M CNY leave the statistics at the year's end, emergent from
growth. Entrants come from slots of latent founders: a city's rate of entry decides which of them
enter, so the same founder exists in every scenario.

A status is applied for when it pays: high-tech firm (高新技术企业), when R&D reaches 3 / 4 / 5 % of
revenue, or a little less where a firm is one that relabels other costs as R&D [P5], and

    tax saved over three years + first reward > c · exp(spread · z)

with z a firm's own normal draw of its life, so that the chance to hold it rises with the gain, and
c fixed at the start: with it the rule itself keeps the city's number of holders, where those who
could hold the status hold it with a / (a + (1 - renewals that pass) / 3), a = share that weighs it
a year · applications that pass. A status lasts three years. That of technologically advanced
service firm is weighed by small firms of information technology, and kept.

Of the technology start-ups so many a year are evaluated as technology SMEs (科技型中小企业) as
leave them at the start, by closing: without policy the city keeps the number it has.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.core import identity, quarter
from sim.core.arithmetic import power
from sim.core.arrays import Flags, Floats, Rows, Whole
from sim.core.compiled import compiled, record
from sim.inputs.levers import HIGH_TECH_RELIEF, HIGH_TECH_REWARD, RECOGNITION_REWARD, STATUS_RELIEF
from sim.inputs.numbers import Numbers, meaning
from sim.state import kene, places, rules
from sim.state.columns import ACTIVE, FIRM_UNITS
from sim.state.norms import LARGE, SMALL
from sim.state.state import State


class Parameters(Numbers, name="demography"):
    """Numbers of the process."""

    exit_scale: float = meaning("closing hazards to the national ones by age")
    above_scale_exit: float = meaning("above-scale firms that close")
    size_effect: float = meaning("closing to employees, negative, above scale")
    above_scale_entry: float = meaning(
        "above-scale firms that enter to those that leave less those that rise, at the start"
    )
    inside: float = meaning("closing hazard inside a carrier to that outside")
    after: float = meaning("closing hazard in the years after a carrier to that of others")
    startups_enter: float = meaning("start-ups that enter to the city's rate")
    cohort_years: float = meaning("age until which a start-up counts as technology start-up")
    leaves_technology: float = meaning(
        "start-ups of that age, no technology SMEs, that end their R&D for good"
    )
    spin_offs: float = meaning("researchers who found a spin-off")
    becomes_sme: float = meaning("new technology SMEs to those that close, at the start")
    considers: float = meaning("firms that weigh an application")
    passes: float = meaning("applications that pass")
    cost: float = meaning("cost of an application for the status of advanced service firm")
    cost_spread: float = meaning("cost of an application for the high-tech status, by firm")
    margin: float = meaning("taxable income over revenue")
    above_threshold: float = meaning(
        "R&D over revenue above the threshold, of firms at the high-tech thresholds"
    )
    relabels: float = meaning("firms that relabel where they are just below a threshold")
    reach: float = meaning("threshold from which relabelling is tried")
    renews: float = meaning("renewals that pass")
    startups_with_rd: float = meaning("technology start-ups that do R&D")
    size_spread: float = meaning("an entrant's size")
    after_years: float = meaning("time after leaving a carrier in which the hazard is raised")
    first_year: float = meaning("closing hazard of a firm in its first year")
    second_year: float = meaning("closing hazard of a firm in its second year")
    third_year: float = meaning("closing hazard of a firm in its third year")
    middle_years: float = meaning("closing hazard of a firm from its fourth to its seventh year")
    later_years: float = meaning("closing hazard of a firm from its eighth year on")
    startup_revenue: float = meaning("median revenue of a new technology start-up")
    startup_staff: float = meaning(
        "staff of a start-up of median revenue; staff goes with revenue's root"
    )
    startup_rd: float = meaning("R&D over revenue, median of technology start-ups and SMEs")
    entrant_above: float = meaning(
        "revenue above the threshold of 20 M CNY over the threshold, median of new large firms"
    )
    latent: float = meaning("latent founders per expected entrant")


MIDDLE_YEARS = 4  # years of age, after the third, that share one hazard: F1, ages 3 to 6
SERVICE_FIELDS = (2, 6)  # WIPO fields from 0: telecommunications to IT methods
# Slots of a firm's draws: of a quarter, and of its life (quarter 0).
_EXIT, _SME = 0, 1
_WEIGHS, _PASSES, _WEIGHS_SERVICE, _PASSES_SERVICE = 4, 5, 7, 8
_ENTERS, _DISTRICT, _CLUSTER, _FIELD, _SIZE, _PROPENSITY, _DOES_RD, _LENGTH, _INDUSTRY = range(9)
_BASED, _RELABELS, _COSTS, _STAYS = 9, 10, 11, 12


class Seen(NamedTuple):
    """What a firm's closing depends on."""

    above_scale: Flags
    founded: Whole
    employees: Floats
    carrier: Whole
    left_seat: Whole


class Closing(NamedTuple):
    """The yearly hazards of closing, and what moves them.

    Attributes:
        by_age: Of a small firm by age in years, the last for all later ages.
        large: Of a firm above scale of one person.
        size_effect: Elasticity of that to employees, negative.
        inside: Ratio in a carrier.
        after: Ratio after leaving one.
        after_quarters: How long that lasts.
    """

    by_age: Floats
    large: float
    size_effect: float
    inside: float
    after: float
    after_quarters: float


def hazards(p: Parameters) -> NDArray[np.float64]:
    """Return the yearly hazards of small firms by age in years, the last for all later ages."""
    middle = [p.middle_years] * MIDDLE_YEARS
    by_age = [p.first_year, p.second_year, p.third_year, *middle, p.later_years]
    return np.array(by_age) * p.exit_scale


@compiled
def _close(draws: Floats, seen: Seen, alive: Flags, now: int, closing: Closing) -> int:
    closed = 0
    for i in range(alive.size):
        if not alive[i]:
            continue
        if seen.above_scale[i]:
            hazard = closing.large * power(seen.employees[i], -closing.size_effect)
        else:
            age = max((now - seen.founded[i]) // 4, 0)
            hazard = closing.by_age[min(age, closing.by_age.size - 1)]
            if seen.carrier[i] >= 0:
                hazard *= closing.inside
            elif seen.left_seat[i] > 0 and now - seen.left_seat[i] < closing.after_quarters:
                hazard *= closing.after
        if draws[i] < hazard / 4.0:
            alive[i] = False
            closed += 1
    return closed


def _closing(state: State, p: Parameters) -> Closing:
    return Closing(
        by_age=hazards(p),
        large=p.above_scale_exit / state.norms.mean_closing_size,
        size_effect=p.size_effect,
        inside=p.inside,
        after=p.after,
        after_quarters=4 * p.after_years,
    )


def _enter(state: State, p: Parameters) -> None:
    """Let latent founders enter: start-ups, spin-offs of researchers, and new large firms.

    Start-ups grow in number as the economy does: China's tenants of incubators grew by 18 % in
    2018, its incubators by 19 %.
    """
    table = state.organisations
    spin_offs = p.spin_offs * float(table.researchers[table.status == ACTIVE].sum())
    usual = p.startups_enter * state.figures.startup_entry * state.gdp / state.figures.gdp
    startups = (usual + spin_offs) / state.weight
    _enter_group(state, p, startups / 4, group=0)
    _enter_group(state, p, p.above_scale_entry * state.norms.leave_above_scale, group=1)


def _enter_group(state: State, p: Parameters, expected: float, group: int) -> None:
    """Draw the latent founders of a group; ids follow from quarter, group and slot."""
    if expected <= 0:
        return
    slots = np.arange(int(np.ceil(expected * p.latent)))
    ids = identity.plain(identity.LATENT_FOUNDER, state.quarter, slots + (group << 28))
    # Each slot has a chance of its own: one more expected entrant removes nobody.
    chance = np.clip(expected * p.latent - slots, 0.0, 1.0) / p.latent
    ids = ids[state.draws.at("demography", 0).happens(ids, chance, _ENTERS)]
    add_firms(state, p, ids, large=bool(group), founded=state.quarter)
    state.flows.entered += ids.size * state.weight


def _below_scale(p: Parameters) -> float:
    """Return the share of start-ups, as they are drawn, that would be below the threshold."""
    return float(ndtr(np.log(rules.ABOVE_SCALE / p.startup_revenue) / p.size_spread))


def add_firms(
    state: State,
    p: Parameters,
    ids: NDArray[np.uint64],
    *,
    large: bool,
    founded: int | NDArray[np.int64],
) -> Rows:
    """Append young firms: technology start-ups, or firms that just crossed the threshold."""
    luck = state.draws.at("demography", 0)
    u = luck.table(ids, _BASED + 1)
    cluster = places.clusters(state.city, u[:, _CLUSTER])
    field = places.fields(state.city, cluster, u[:, _FIELD])
    # Cut where a start-up would be above scale from its first day.
    size = u[:, _SIZE] if large else u[:, _SIZE] * _below_scale(p)
    spread = np.exp(p.size_spread * ndtri(size))
    does_rd = u[:, _DOES_RD] < (state.figures.rd_firm_share if large else p.startups_with_rd)
    entrant = rules.ABOVE_SCALE * (1 + p.entrant_above * spread)
    revenue = entrant if large else p.startup_revenue * spread
    large_staff = revenue / state.figures.revenue_per_employee
    staff = large_staff if large else p.startup_staff * np.sqrt(spread)
    typical = state.norms.typical_propensity if large else p.startup_rd
    normal = luck.normal(ids, _PROPENSITY)
    propensity = places.propensity(typical, normal)
    based = u[:, _BASED] < state.norms.technology_based[LARGE if large else SMALL]
    at_threshold = threshold_intensity(revenue, normal, p)
    propensity = np.where(based, np.maximum(propensity, at_threshold), propensity)
    rd = np.where(does_rd, propensity * revenue, 0.0)
    lengths = kene.lengths(u[:, _LENGTH], FIRM_UNITS, state.knowledge)
    knows = kene.build(ids, field, lengths, FIRM_UNITS, state.draws.at("kene", 0), state.knowledge)
    return state.firms.add(
        ids,
        alive=True,
        founded=founded,
        district=places.districts(state.city, u[:, _DISTRICT]),
        cluster=cluster,
        field=field,
        capabilities=knows,
        employees=staff,
        revenue=revenue,
        above_scale=large,
        propensity=propensity,
        rd=rd,
        rd_stock=rd,
        high_tech_industry=u[:, _INDUSTRY] < state.figures.high_tech_output_share,
    )


def threshold_intensity(revenue: Floats, normal: Floats, p: Parameters) -> Floats:
    """Return R&D over revenue a little above what the high-tech status asks, by a normal draw."""
    return np.asarray(rules.status_shares(revenue) * np.exp(p.above_threshold * np.abs(normal)))


def _not_yet_smes(state: State) -> Flags:
    firms = state.firms
    return np.asarray(firms.alive & ~firms.above_scale & ~firms.technology_sme & (firms.rd > 0))


def keep_technology_smes(state: State, p: Parameters) -> None:
    """Fix, once, a start-up's chance to be evaluated: as many come as leave by closing."""
    firms = state.firms
    smes = firms.alive & firms.technology_sme & ~firms.above_scale
    age = np.maximum((state.start - firms.founded[smes]) // 4, 0)
    by_age = hazards(p)
    leave = by_age[np.minimum(age, by_age.size - 1)].sum() / 4
    state.norms.becomes_sme = min(float(leave) / max(int(_not_yet_smes(state).sum()), 1), 1.0)


def _become_technology_smes(state: State, p: Parameters) -> None:
    firms = state.firms
    chance = min(p.becomes_sme * state.norms.becomes_sme, 1.0)
    new = state.luck("demography").happens(firms.id, chance, _SME)
    firms.technology_sme[_not_yet_smes(state) & new] = True


def _leave_technology(state: State, p: Parameters) -> None:
    """Let start-ups that have grown too old for one, and are no technology SMEs, end their R&D."""
    firms = state.firms
    old = _not_yet_smes(state) & (state.quarter - firms.founded >= round(4 * p.cohort_years))
    rows = np.flatnonzero(old)
    leaves = state.draws.at("demography", 0).happens(firms.id[rows], p.leaves_technology, _STAYS)
    firms.rd[rows[leaves]] = 0.0
    firms.propensity[rows[leaves]] = 0.0


def _count_above_scale(state: State) -> None:
    """The yearly count: firms of 20 M CNY and more are above-scale, others are not."""
    firms = state.firms
    before = firms.above_scale & firms.alive
    now = firms.alive & (firms.revenue >= rules.ABOVE_SCALE)
    state.flows.fell_below += float((before & ~now).sum()) * state.weight
    state.flows.rose_above += float((now & ~before).sum()) * state.weight
    firms.above_scale[:] = now


class Candidates(NamedTuple):
    """Firms that could hold the high-tech status by their R&D, or by what passes for it.

    Attributes:
        rows: Who.
        missing: R&D that each would relabel, million CNY a year.
        saved: Tax that the status saves each over its years, million CNY.
        costs: An application's cost to each over its median.
        pushed: Who relabels by a government's effort alone.
    """

    rows: Rows
    missing: Floats
    saved: Floats
    costs: Floats
    pushed: Flags


def candidates(state: State, p: Parameters) -> Candidates:
    """Return who could hold the high-tech status, whether they hold it or not."""
    firms = state.firms
    rows = np.flatnonzero(firms.alive & (firms.rd > 0) & (firms.above_scale | firms.technology_sme))
    revenue = firms.revenue[rows]
    missing = np.maximum(rules.status_shares(revenue) * revenue - firms.rd[rows], 0.0)
    # Nobody further below than some reach applies.
    near = firms.rd[rows] >= p.reach * (firms.rd[rows] + missing)
    chance = min(p.relabels * (1 + state.totals.lift_of_statuses), 1.0)
    u = state.draws.at("demography", 0).uniform(firms.id[rows], _RELABELS)
    kept = (missing == 0) | (near & (u < chance))
    pushed = (missing > 0) & (u >= p.relabels)
    rows, missing, revenue, pushed = rows[kept], missing[kept], revenue[kept], pushed[kept]
    saved = state.counted_on(HIGH_TECH_RELIEF) * p.margin * revenue * rules.STATUS_YEARS
    costs = np.exp(p.cost_spread * state.draws.at("demography", 0).normal(firms.id[rows], _COSTS))
    return Candidates(rows, missing, saved, costs, pushed)


def gainers(state: State, could: Candidates, cost: float) -> tuple[Flags, Flags]:
    """Return who gains by the tax saved, at a median cost, and who by a first reward only."""
    lasting = could.saved > cost * could.costs
    reward = state.counted_on(HIGH_TECH_REWARD)
    return lasting, ~lasting & (could.saved + reward > cost * could.costs)


def share_that_holds(p: Parameters) -> float:
    """Return which share of those who could hold the high-tech status, and want it, hold it."""
    gained, lost = p.considers * p.passes, (1 - p.renews) / rules.STATUS_YEARS
    return gained / (gained + lost) if gained > 0 else 1.0


def _decide_on_high_tech(state: State, p: Parameters) -> None:
    firms, luck = state.firms, state.luck("demography")
    firms.rd_relabelled[firms.high_tech_until <= state.quarter] = 0.0
    could = candidates(state, p)
    open_to = firms.high_tech_until[could.rows] <= state.quarter
    lasting, once = gainers(state, could, state.norms.status_cost)
    rows, missing = could.rows[open_to], could.missing[open_to]
    first = firms.high_tech_until[rows] == 0
    renews = firms.high_tech_until[rows] == state.quarter
    u = luck.uniform(firms.id[rows], _WEIGHS)
    weighs = (u < p.considers * (1 + state.totals.lift_of_statuses)) | renews
    applies = weighs & (lasting[open_to] | (once[open_to] & first))
    wins = applies & luck.happens(firms.id[rows], np.where(renews, p.renews, p.passes), _PASSES)
    firms.high_tech_until[rows[wins]] = state.quarter + 4 * rules.STATUS_YEARS
    firms.rd_relabelled[rows[wins]] = missing[wins]
    pressed = could.pushed[open_to] | np.where(renews, firms.status_pressed[rows], u >= p.considers)
    firms.status_pressed[rows[wins]] = pressed[wins]
    state.flows.high_tech_applications += float(applies.sum()) * state.weight
    relabelled = np.flatnonzero(firms.rd_relabelled > 0)
    asked = rules.status_shares(firms.revenue[relabelled]) * firms.revenue[relabelled]
    firms.rd_relabelled[relabelled] = np.maximum(asked - firms.rd[relabelled], 0.0)
    new = rows[wins & first]
    for offer in state.offers.on(HIGH_TECH_REWARD):
        state.claim(offer, offer.dose * state.weight, payee="firm", rows=new)
    holders = np.flatnonzero(firms.alive & (firms.high_tech_until > state.quarter))
    for offer in state.offers.on(HIGH_TECH_RELIEF):
        saved = offer.dose * p.margin * firms.revenue[holders] * state.weight
        state.claim(offer, saved, payee="firm", rows=holders)


def _decide_on_service_status(state: State, p: Parameters) -> None:
    """Small firms of information technology weigh the status of advanced service firm."""
    firms, luck = state.firms, state.luck("demography")
    first, last = SERVICE_FIELDS
    able = firms.alive & firms.technology_sme & ~firms.service_status
    rows = np.flatnonzero(able & (firms.field >= first) & (firms.field <= last))
    reward = state.counted_on(RECOGNITION_REWARD)
    relief = state.counted_on(STATUS_RELIEF)
    gain = reward + relief * p.margin * firms.revenue[rows] * rules.STATUS_YEARS
    applies = (gain > p.cost) & luck.happens(firms.id[rows], p.considers, _WEIGHS_SERVICE)
    wins = rows[applies & luck.happens(firms.id[rows], p.passes, _PASSES_SERVICE)]
    firms.service_status[wins] = True
    state.flows.service_statuses += wins.size * state.weight
    for offer in state.offers.on(RECOGNITION_REWARD):
        state.claim(offer, offer.dose * state.weight, payee="firm", rows=wins)
    holders = np.flatnonzero(firms.alive & firms.service_status)
    for offer in state.offers.on(STATUS_RELIEF):
        saved = offer.dose * p.margin * firms.revenue[holders] * state.weight
        state.claim(offer, saved, payee="firm", rows=holders)


def renew(state: State, p: Parameters) -> None:
    """Close and enter firms; at the year's end count them anew and decide on statuses."""
    firms = state.firms
    draws = state.luck("demography").uniform(firms.id, _EXIT)
    closed = _close(draws, record(Seen, firms), firms.alive, state.quarter, _closing(state, p))
    state.flows.closed += closed * state.weight
    _enter(state, p)
    _become_technology_smes(state, p)
    _leave_technology(state, p)
    if quarter.season(state.quarter) == 4:
        _count_above_scale(state)
        _decide_on_high_tech(state, p)
        _decide_on_service_status(state, p)
