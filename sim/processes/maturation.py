"""Maturation: how far a result is on its way to use, and who helps it there.

A result that can ever be sold needs time to be ready, lognormal with a median of 3.7 years [T7]:

    T = median · exp(spread · z)

It spends the first part of T in proof of concept, the next as a prototype, the last as a pilot,
and is ready then. A buyer may take it earlier and pays with risk: what it is worth beside a
result that is ready is

    worth = (1 - discount)^(steps missing) · (1 + foreseen · (s / s0 - 1))

where s is its chance of becoming a product once sold: s0 = 0.30, and 0.50 after a pilot platform
has tried it [K12: 0.80 is folklore, a bound]. Platforms help as far as their places go, by lot;
who finds none goes on alone, no slower. The places of pilot platforms are one capacity for results
and for projects half-way (``projects``): a quarter's are shared among all that ask,

    share = min(1, places / (results that wait + projects that ask))

A proof-of-concept centre changes the route, not the rate [T10]: of what is commercialised, firms
of its own take 0.15 without it and 0.84 with it. The spin-offs of every quarter in `demography`
are those 0.15; of results seen by a centre a further share (r1 - r0) / (1 - r0) is meant for a
firm of its own, which is founded in the quarter after a partner has signed.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Rows
from sim.inputs.numbers import Numbers, meaning
from sim.inputs.values import Values
from sim.state import kene, places
from sim.state.columns import FIRM_UNITS, RESULT_UNITS, STAGES
from sim.state.state import State


class Parameters(Numbers, name="maturation"):
    """Numbers of the process."""

    median: float = meaning("time from the find to readiness, median")
    spread: float = meaning("years from the find to readiness")
    concept_share: float = meaning("the years to readiness that are proof of concept")
    prototype_share: float = meaning("the years to readiness as a prototype")
    discount: float = meaning("the worth that a result lacks, per step missing")
    succeeds: float = meaning("sold results that become a product")
    succeeds_piloted: float = meaning("sold results that become a product after a pilot platform")
    foreseen: float = meaning("the higher chance that buyers foresee")
    own_firm: float = meaning(
        "what is commercialised that goes to a firm of its own, without a centre"
    )
    own_firm_centre: float = meaning(
        "what is commercialised that goes to a firm of its own, after a proof-of-concept centre"
    )
    concept_places: float = meaning("results per proof-of-concept centre")
    pilot_places: float = meaning("results and projects that a pilot platform tests")
    staff: float = meaning("staff of a new firm founded for a result")
    revenue: float = meaning("revenue of a new firm founded for a result")
    intensity: float = meaning("R&D over revenue of a new firm founded for a result")


CONCEPT, PROTOTYPE, PILOT, READY = range(len(STAGES))
# Slots of a result's draws of its life (quarter 0), and of a new firm's.
_TIME, _CONCEPT_LOT, _PILOT_LOT, _ROUTE, _NUMBER, _BEGUN = 0, 4, 5, 6, 7, 8
_ROUNDED = 0  # slot of a kind's draw of a quarter
_DISTRICT, _CLUSTER, _LENGTH = 0, 1, 2


def stage_after(years: NDArray[np.float64], needed: NDArray[np.float64], p: Parameters) -> Rows:
    """Return the stage after so many years of a result that needs so many to be ready."""
    edges = np.array([p.concept_share, p.concept_share + p.prototype_share, 1.0])
    return np.searchsorted(edges, years / needed, side="right")


def worth(stage: NDArray[np.integer], piloted: NDArray[np.bool_], p: Parameters) -> np.ndarray:
    """Return what results are worth to a buyer beside one that is ready and was never piloted."""
    better = 1 + p.foreseen * (p.succeeds_piloted / p.succeeds - 1)
    return np.asarray((1 - p.discount) ** (READY - stage) * np.where(piloted, better, 1.0))


def route_share(p: Parameters) -> float:
    """Return the share of a centre's results that only the centre turns into firms."""
    return max(p.own_firm_centre - p.own_firm, 0.0) / (1 - p.own_firm)


def _advance(state: State, p: Parameters, rows: Rows, now: int) -> None:
    results = state.results
    z = state.draws.at("maturation", 0).normal(results.id[rows], _TIME)
    needed = p.median * np.exp(p.spread * z)
    results.stage[rows] = stage_after((now - results.found[rows]) / 4, needed, p)


def yearly_places(state: State, p: Parameters, kind: str) -> float:
    """Return how many results a year the platforms of a kind can help."""
    each = p.concept_places if kind == "proof_of_concept_centre" else p.pilot_places
    return state.number(state.platforms(kind)) * each


def _help(state: State, p: Parameters, rows: Rows, kind: str, stage: int) -> None:
    """Help the results that stand at a stage, by a lot that they keep, as places go.

    Pilot platforms test projects, too: of all that ask each has the same chance of a place.
    """
    results = state.results
    mark = results.validated if stage == CONCEPT else results.piloted
    waiting = rows[(results.stage[rows] == stage) & ~mark[rows]]
    yearly = yearly_places(state, p, kind)
    # Whole places a quarter; what is left of a place is carried into the next.
    number = int(yearly * (state.quarter + 1) / 4) - int(yearly * state.quarter / 4)
    if stage == PILOT:
        asked = waiting.size + state.totals.pilot_projects
        state.totals.pilot_share = share = min(1.0, number / max(asked, 1.0))
        luck = state.luck("maturation")
        for_results = luck.whole(identity.of_name(kind), share * waiting.size, _ROUNDED)
        state.totals.pilot_room = float(max(number - for_results, 0))
        number = min(for_results, number)
    slot = _CONCEPT_LOT if stage == CONCEPT else _PILOT_LOT
    lot = state.draws.at("maturation", 0).uniform(results.id[waiting], slot)
    served = waiting[np.argsort(lot, kind="stable")[:number]]
    mark[served] = True
    state.serve(kind, float(served.size))


def _route(state: State, p: Parameters, rows: Rows) -> None:
    """Results seen by a centre: some are meant for a firm of their own."""
    results = state.results
    seen = rows[results.validated[rows]]
    luck = state.draws.at("maturation", 0)
    results.spin_off[seen] = luck.happens(results.id[seen], route_share(p), _ROUTE)


def _weigh(state: State, p: Parameters, rows: Rows) -> None:
    results = state.results
    piloted = results.piloted[rows]
    results.worth[rows] = worth(results.stage[rows], piloted, p)
    results.success[rows] = np.where(piloted, max(p.succeeds_piloted, p.succeeds), p.succeeds)


def _found_firms(state: State, p: Parameters) -> None:
    """Found the firms for which a partner signed last quarter; their ids are their results'."""
    results = state.results
    rows = np.flatnonzero(results.spin_off & (results.sold == state.quarter - 1))
    # A row stands for ``weight`` firms: each result founds that part of a row, rounded by lot.
    u = state.draws.at("maturation", 0).uniform(results.id[rows], _NUMBER)
    number = (1 / state.weight + u).astype(np.int64)
    copy = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    rows = np.repeat(rows, number)
    if rows.size:
        ids = identity.mixed(identity.LATENT_FOUNDER, results.id[rows], copy)
        _add_firms(state, p, ids, rows)
    state.flows.spin_offs += rows.size * state.weight


def _add_firms(state: State, p: Parameters, ids: NDArray[np.uint64], rows: Rows) -> None:
    """Append start-ups that know their result, and its field besides."""
    results, table = state.results, state.organisations
    luck = state.draws.at("maturation", 0)
    u = luck.table(ids, _LENGTH + 1)
    owner, field = results.owner[rows], results.field[rows].astype(np.int64)
    lengths = kene.lengths(u[:, _LENGTH], FIRM_UNITS, state.knowledge)
    knows = kene.build(ids, field, lengths, FIRM_UNITS, state.draws.at("kene", 0), state.knowledge)
    knows[:, :RESULT_UNITS] = results.capabilities[rows]
    # A firm belongs to a cluster that its field is in, or to any.
    cluster = _cluster(state, field, u[:, _CLUSTER])
    rd = p.intensity * p.revenue
    state.firms.add(
        ids,
        alive=True,
        founded=state.quarter,
        district=table.district[owner],
        cluster=cluster,
        field=field,
        capabilities=knows,
        employees=p.staff,
        revenue=p.revenue,
        propensity=p.intensity,
        rd=rd,
        rd_stock=rd,
        high_tech_industry=True,
        partner=owner,
        origin=rows,
    )


def _cluster(state: State, field: Rows, u: NDArray[np.float64]) -> Rows:
    """Return a cluster that works in each field; where none does, one by its share of firms."""
    inside = np.array(
        [[at + 1 in cluster.fields for cluster in state.city.clusters] for at in field.tolist()]
    )
    likely = np.argmax(inside * (1 + u[:, None]), axis=1)
    return np.where(inside.any(axis=1), likely, places.clusters(state.city, u))


def mature(state: State, p: Parameters) -> None:
    """Found the firms of last quarter's deals; move results on; help as far as places go."""
    _found_firms(state, p)
    rows = np.flatnonzero(state.results.open)
    _advance(state, p, rows, state.quarter)
    _help(state, p, rows, "proof_of_concept_centre", CONCEPT)
    _help(state, p, rows, "pilot_platform", PILOT)
    _route(state, p, rows)
    _weigh(state, p, rows)


def begin(state: State, values: Values) -> None:
    """Set how far the results of earlier years are, and which of them platforms have helped."""
    p = values.of(Parameters)
    rows = np.flatnonzero(state.results.open)
    _advance(state, p, rows, state.quarter)
    for kind, mark, stage, share in (
        ("proof_of_concept_centre", "validated", CONCEPT, p.concept_share),
        ("pilot_platform", "piloted", PILOT, 1 - p.concept_share - p.prototype_share),
    ):
        # In flow: who has come so far was helped as places stood to those who passed.
        passing = float((state.results.stage[rows] == stage).sum()) / (p.median * share)
        others = 4 * state.totals.pilot_projects if stage == PILOT else 0.0
        helped = min(1.0, yearly_places(state, p, kind) / max(passing + others, 1e-9))
        luck = state.draws.at("maturation", 0)
        lucky = luck.happens(state.results.id[rows], helped, _BEGUN + stage)
        arrived = state.results.stage[rows] >= stage
        getattr(state.results, mark)[rows[arrived & lucky]] = True
    _route(state, p, rows)
    _weigh(state, p, rows)
