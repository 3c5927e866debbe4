"""What is handed in to calls, who may hand it in, and what strength stands behind it.

Firms lead that are settled and do R&D enough; organisations hand in by their researchers. Expertise
is R&D stock over itself plus the typical stock, experience the called projects carried before.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.arrays import Floats, Ids, Rows
from sim.processes.projects.codes import JOINT, NATIONAL
from sim.processes.projects.parameters import Parameters
from sim.state.columns import ACTIVE
from sim.state.state import State

LARGEST_MEAN = 200.0  # projects: what an inverted Poisson draw can bear


def expertise(rd_stock: Floats, typical: float) -> Floats:
    """Return R&D stock over itself plus the typical stock: 0 without own R&D, below 1."""
    return rd_stock / (rd_stock + max(typical, 1e-9))


def firm_chance(p: Parameters, kind: int) -> float:
    """Return the chance that a firm able to lead applies in a year."""
    return p.firm_proposals * (p.firm_national if kind == NATIONAL else 1.0)


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


def proposal_means(state: State, p: Parameters, kind: int) -> Floats:
    """Return the proposals a year that each organisation is expected to hand in."""
    table = state.organisations
    per_hundred = p.national_proposals if kind == NATIONAL else p.provincial_proposals
    return np.where(table.status == ACTIVE, per_hundred * table.researchers / 100, 0.0)


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
