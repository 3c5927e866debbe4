"""Subsidy response: what firms make of money for their R&D, in fact and in their reports.

A subsidy pays a share of the R&D that a firm reports, once a year after the fact; a deduction
saves it tax in the same way. A firm applies when what it may expect exceeds the errand:

    grant = min(share · reported R&D, ceiling),    applies if trust · grant > cost

Trust is that in the line that pays (``settle``), since money runs out. What it expects adds
to its real R&D by ``additional`` a yuan, 0 for large and 0.5 for small firms [P8, K10; P1 below];
besides, it claims other costs as R&D, 0.10-0.53 a yuan [P3, P5]. Real R&D (``rd``) and what is
claimed beside it (``rd_padded``) are two columns; research lets real R&D adjust step by step. A
rule that stood before the start is in the city's starting R&D already: it is paid, and adds none.

A grant for a project that a firm leads is money for R&D to come, which it has while the project
runs; of a yuan of it as much R&D comes on top as of a yuan of a subsidy, times ``of_grants``, and
nothing is claimed beside it:

    rd_induced += of_grants · additional · sum(grant / length of the project in years)

By threshold designs a grant adds none in large firms and up to as much as is granted in small ones
[K10, P50]; 0.17-0.25 on average over all studies [P9]; 4-9 M CNY a recipient in one of large and
medium firms [P2]; none in another [P58].
The city's standing calls, like a rule that stood before the start, are in its starting R&D.

R&D is kept in two books: the expense that firms account for exceeds the statistical expenditure,
which the tables hold, by a ratio that the city's year gives.
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import quarter
from sim.core.arrays import Rows
from sim.inputs.levers import RD_PRICE, RD_SHARE
from sim.inputs.numbers import Numbers, meaning
from sim.state.offers import Offer
from sim.state.state import State


class Parameters(Numbers, name="subsidy_response"):
    """Numbers of the process."""

    additional_large: float = meaning("real R&D for what is expected, large firms")
    additional_small: float = meaning("real R&D for what is expected, small firms")
    of_grants: float = meaning("real R&D for a project's grant to that for what is expected")
    relabelled: float = meaning("other costs claimed as R&D for what is expected")
    small_staff: float = meaning("staff below which a firm is small")
    application: float = meaning("cost of a claim")
    ceiling: float = meaning("a subsidy to one firm at most")
    knows: float = meaning("firms with R&D that know of a subsidy and take the trouble")


LEVERS = (RD_SHARE, RD_PRICE)
CLAIM_SEASON = 2  # claims for last year's R&D close with the calls
_KNOWS = 0  # slot of a firm's draw of its life


def grant(rd: NDArray[np.float64], share: float, p: Parameters) -> NDArray[np.float64]:
    """Return what a subsidy of a share promises on a year's R&D, million CNY."""
    return np.asarray(np.minimum(share * rd, p.ceiling))


def _promise(p: Parameters, offer: Offer, rd: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what an offer promises: a subsidy has a ceiling, a deduction has none."""
    return grant(rd, offer.dose, p) if offer.lever == RD_SHARE else offer.dose * rd


def _expected(
    state: State, p: Parameters, offer: Offer, rows: Rows, rd: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what firms expect a year of an offer; 0 for those who do not apply."""
    expected = state.trust_in(offer) * _promise(p, offer, rd)
    knows = state.lasting("subsidy_response", _KNOWS)[rows] < p.knows
    return np.where(knows & (expected > p.application), expected, 0.0)


def reported_rd(state: State) -> NDArray[np.float64]:
    """Return the R&D that each firm reports, million CNY a year, in the statistical book."""
    firms = state.firms
    return np.asarray(firms.rd + firms.rd_relabelled + firms.rd_padded)


def _claim(state: State, p: Parameters, offer: Offer, rows: Rows) -> None:
    """Let firms claim for last year's reported R&D."""
    reported = reported_rd(state)[rows]
    applies = _expected(state, p, offer, rows, reported) > 0
    rows, sums = rows[applies], _promise(p, offer, reported[applies]) * state.weight
    note = _note_subsidy if offer.lever == RD_SHARE else _note_deduction
    state.claim(offer, sums, payee="firm", rows=rows, note=note)
    state.flows.rd_subsidy_claims += rows.size * state.weight


def _note_subsidy(state: State, rows: Rows, million: NDArray[np.float64]) -> None:
    state.firms.rd_subsidy[rows] += million / state.weight
    _note_deduction(state, rows, million)


def _note_deduction(state: State, rows: Rows, million: NDArray[np.float64]) -> None:
    state.flows.rd_subsidy_granted += float(million.sum())


def project_grants(state: State) -> NDArray[np.float64]:
    """Return what projects under way grant each firm on top of standing calls, million CNY a year.

    Where a row of firms stands for more firms than a project for projects, it is their mean.
    """
    projects = state.projects
    under_way = (projects.began <= state.quarter) & (state.quarter < projects.ends)
    rows = np.flatnonzero(under_way & (projects.grant > 0))
    years = (projects.ends[rows] - projects.began[rows]) / 4
    yearly = projects.grant[rows] / years * projects.stands_for[rows] / state.weight
    return np.bincount(projects.firm[rows], yearly, len(state.firms))


def respond(state: State, p: Parameters) -> None:
    """Let firms claim once a year, and adjust what they plan and report to what they expect."""
    offers = [offer for lever in LEVERS for offer in state.offers.on(lever) if offer.dose > 0]
    firms = state.firms
    additional = np.where(firms.employees < p.small_staff, p.additional_small, p.additional_large)
    # Plus 0, since crowding out of nothing is a negative zero.
    firms.rd_induced[:] = p.of_grants * additional * project_grants(state) + 0.0
    firms.rd_subsidy[:] = 0.0
    if not offers:
        firms.rd_padded[:] = 0.0
        return
    rows = np.flatnonzero(firms.alive & (firms.rd > 0))
    for offer in offers if quarter.season(state.quarter) == CLAIM_SEASON else ():
        _claim(state, p, offer, rows)
    # What one pads is part of what one claims: the padding is reckoned on real R&D alone.
    firms.rd_padded[:] = 0.0
    for offer in offers:
        if offer.account.background:
            continue
        expected = _expected(state, p, offer, rows, firms.rd[rows])
        firms.rd_induced[rows] += additional[rows] * expected
        firms.rd_padded[rows] += p.relabelled * expected
