"""Subsidy response: what firms make of money for their R&D, in fact and in their reports.

A subsidy pays a share of the R&D that a firm reports, once a year after the fact; a deduction
saves it tax in the same way. A firm applies when what it may expect exceeds the errand:

    grant = min(share · reported R&D, ceiling),    applies if trust · grant > cost

Trust is the part of last year's claims that was paid, since money runs out. What it expects adds
to its real R&D by ``additional`` a yuan, 0 for large and 0.5 for small firms [P8, K10; P1 below];
besides, it claims other costs as R&D, 0.10-0.53 a yuan [P3, P5]. Real R&D (``rd``) and what is
claimed beside it (``rd_padded``) are two columns; research lets real R&D adjust step by step. A
rule that stood before the start is in the city's starting R&D already: it is paid, and adds none.

R&D is kept in two books: the expense that firms account for exceeds the statistical expenditure,
which the tables hold, by 1.25-1.3.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core import quarter
from sim.core.quantity import quantity
from sim.core.tables import Rows
from sim.inputs.levers import RD_PRICE, RD_SHARE
from sim.state.offers import Offer
from sim.state.state import State

if TYPE_CHECKING:
    from sim.inputs.parameters import Values

LEVERS = (RD_SHARE, RD_PRICE)
CLAIM_SEASON = 2  # claims for last year's R&D close with the calls


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of the process."""

    additional_large: float = quantity(
        0.0,
        unit="yuan of real R&D per yuan expected, large firms",
        low=-0.5,
        high=0.25,
        status="cited",
        source="P1, P8, P9, K10",
    )
    additional_small: float = quantity(
        0.5,
        unit="yuan of real R&D per yuan expected, small firms",
        low=0.0,
        high=1.0,
        status="cited",
        source="K10: 1 for small firms; P8: 0 over all studies",
    )
    relabelled: float = quantity(
        0.25,
        unit="yuan of other costs claimed as R&D per yuan expected",
        low=0.10,
        high=0.53,
        status="cited",
        source="P3: 53 % of subsidy money misused; P5: 24-30 % of the reported response",
    )
    small_staff: float = quantity(
        300,
        unit="persons: a firm below it is small",
        low=300,
        high=300,
        status="cited",
        source="national size classes of industry: small is below 300 employees",
        spread="fixed",
    )
    application: float = quantity(
        0.02,
        unit="million CNY per claim",
        low=0.005,
        high=0.06,
        status="assumed",
        source="a special audit of the R&D expense; judged",
        spread="log-uniform",
    )
    ceiling: float = quantity(
        1.0,
        unit="million CNY per firm and year of a subsidy",
        low=0.2,
        high=5.0,
        status="assumed",
        source="Jiangyin 2019: 44 firms, 0.14 M CNY each; Haimen 2022: up to 5 M; wide",
        spread="log-uniform",
    )
    knows: float = quantity(
        0.6,
        unit="share of firms with R&D that know of a subsidy and take the trouble",
        low=0.3,
        high=0.9,
        status="assumed",
        source="no count of take-up found; judged",
    )
    first_trust: float = quantity(
        0.6,
        unit="part of a first promise that firms count on",
        low=0.2,
        high=1.0,
        status="assumed",
        source="paid after the fact, 'within the budget'; judged",
    )
    payment_delay: float = quantity(
        2,
        unit="quarters from the claim to the payment",
        low=1,
        high=4,
        status="assumed",
        source="docs/odd.md: rewards are paid 2-6 quarters after they are earned",
    )
    accounting: float = quantity(
        1.27,
        unit="R&D expense accounted for over the statistical R&D expenditure",
        low=1.25,
        high=1.30,
        status="assumed",
        source="docs/odd.md: about 1.25-1.3",
    )


_KNOWS = 0  # slot of a firm's draw of its life


def begin(state: State, values: "Values") -> None:
    """Keep the ratio of the two books, which measures need."""
    state.starting_stock["rd_accounting"] = values.of("subsidy_response").accounting


def respond(state: State, p: Parameters) -> None:
    """Let firms claim once a year, and adjust what they plan and report to what they expect."""
    offers = [offer for lever in LEVERS for offer in state.offers.on(lever) if offer.dose > 0]
    firms = state.firms
    firms.rd_induced[:] = 0.0
    firms.rd_subsidy[:] = 0.0
    if not offers:
        firms.rd_padded[:] = 0.0
        return
    rows = np.flatnonzero(firms.alive & (firms.rd > 0))
    for offer in offers if quarter.season(state.quarter) == CLAIM_SEASON else ():
        _claim(state, p, offer, rows)
    # What one pads is part of what one claims: the padding is reckoned on real R&D alone.
    firms.rd_padded[:] = 0.0
    small = firms.employees[rows] < p.small_staff
    additional = np.where(small, p.additional_small, p.additional_large)
    for offer in offers:
        if offer.account.background:
            continue
        expected = _expected(state, p, offer, rows, firms.rd[rows])
        firms.rd_induced[rows] += additional * expected
        firms.rd_padded[rows] += p.relabelled * expected


def grant(rd: NDArray[np.float64], share: float, p: Parameters) -> NDArray[np.float64]:
    """Return what a subsidy of a share promises on a year's R&D, million CNY."""
    return np.asarray(np.minimum(share * rd, p.ceiling))


def _promise(p: Parameters, offer: Offer, rd: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what an offer promises: a subsidy has a ceiling, a deduction has none."""
    return grant(rd, offer.dose, p) if offer.lever == RD_SHARE else offer.dose * rd


def trust(state: State, offer: Offer, p: Parameters) -> float:
    """Return the part of a promise that firms count on: what part of the claims was paid."""
    claimed = state.totals[f"claimed {offer.account.number}"]
    if offer.lever == RD_PRICE or claimed == 0:
        return 1.0 if offer.lever == RD_PRICE else p.first_trust
    return state.totals[f"granted {offer.account.number}"] / claimed


def _expected(
    state: State, p: Parameters, offer: Offer, rows: Rows, rd: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what firms expect a year of an offer; 0 for those who do not apply."""
    expected = trust(state, offer, p) * _promise(p, offer, rd)
    knows = state.lasting("subsidy_response", _KNOWS)[rows] < p.knows
    return np.where(knows & (expected > p.application), expected, 0.0)


def _claim(state: State, p: Parameters, offer: Offer, rows: Rows) -> None:
    """Claim for last year's reported R&D; the line pays by lot until its money is gone."""
    firms = state.firms
    reported = reported_rd(state)[rows]
    applies = _expected(state, p, offer, rows, reported) > 0
    rows, sums = rows[applies], _promise(p, offer, reported[applies]) * state.weight
    due = state.quarter + round(p.payment_delay)
    served = state.claim(offer, firms.id[rows], sums, due=due, payee="firm")
    if offer.lever == RD_SHARE:
        state.firms.rd_subsidy[rows[served]] += sums[served] / state.weight
    state.totals[f"claimed {offer.account.number}"] += float(sums.sum())
    state.totals[f"granted {offer.account.number}"] += float(sums[served].sum())
    state.flows["rd_subsidy_claims"] += rows.size * state.weight
    state.flows["rd_subsidy_granted"] += float(sums[served].sum())


# Measures


def reported_rd(state: State) -> NDArray[np.float64]:
    """Return the R&D that each firm reports, million CNY a year, in the statistical book."""
    firms = state.firms
    return np.asarray(firms.rd + firms.rd_relabelled + firms.rd_padded)


def _over_revenue(state: State, rd: NDArray[np.float64]) -> float:
    firms = state.firms
    large = firms.alive & firms.above_scale
    revenue = float(firms.revenue[large].sum())
    return float(rd[large].sum()) / revenue if revenue > 0 else 0.0


def rd_to_revenue_above_scale(state: State) -> float:
    """Return R&D expense over revenue of above-scale firms, as accounted and reported."""
    return _over_revenue(state, reported_rd(state)) * state.starting_stock["rd_accounting"]


def real_rd_to_revenue_above_scale(state: State) -> float:
    """Return the same without what is no R&D."""
    return _over_revenue(state, state.firms.rd) * state.starting_stock["rd_accounting"]


def statistical_rd_to_revenue_above_scale(state: State) -> float:
    """Return statistical R&D expenditure over revenue of above-scale firms, as reported."""
    return _over_revenue(state, reported_rd(state))
