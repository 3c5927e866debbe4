"""What a project begins with: its value, its length, and its row in the table.

Sizes are lognormal [S10]: few projects bring most of the sales. What a firm pays of a called
project must fit into its R&D. Projects are longer or shorter evenly around the usual length.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Flags, Floats, Ids, Rows
from sim.processes.projects import slots
from sim.processes.projects.codes import JOINT
from sim.processes.projects.parameters import Parameters
from sim.state import kene, rules, ties
from sim.state.columns import ACTIVE
from sim.state.state import State

HALF = 0.5  # of a scale from 0 to 1: where a term of a chance is 0


def joint_values(normal: Floats, major: Flags, p: Parameters) -> Floats:
    """Return values of joint projects in million CNY: lognormal within each class."""
    size = np.exp(p.value_spread * normal - p.value_spread**2 / 2)
    small = np.minimum(p.small_value * size, rules.JUST_UNDER * p.major_from)
    return np.where(major, p.major_from + p.major_above * size, small)


def lengths(u: Floats, p: Parameters) -> NDArray[np.int64]:
    """Return how many quarters projects take, evenly around the usual length; two at least."""
    shortest, longest = 1 - p.years_apart, 1 + p.years_apart
    share = shortest + (longest - shortest) * u
    return np.maximum(np.rint(4 * p.years * share), 2).astype(np.int64)


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
        on_top: Whether a plan's call pays it, on top of the standing ones.
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
    on_top: bool = False
    led: bool = False
    began: Rows | None = None


def called_value(state: State, p: Parameters, ids: Ids, firm: Rows, mean: float) -> Floats:
    """Return costs of called projects; what a firm pays itself must fit into its R&D."""
    normal = state.draws.at("projects", 0).normal(ids, slots.VALUE)
    value = mean * np.exp(p.value_spread * normal - p.value_spread**2 / 2)
    led = firm >= 0
    most = state.firms.rd[firm[led]] * p.years / (1 - p.public_share)
    value[led] = np.minimum(value[led], most)
    return np.asarray(value)


def repeated(
    state: State, firm: Rows, number: NDArray[np.int64], when: int
) -> tuple[Ids, Rows, Floats]:
    """Return ids, firms and weights of so many projects per firm."""
    rows = np.repeat(firm, number)
    serial = np.arange(rows.size) - np.repeat(np.cumsum(number) - number, number)
    ids = identity.mixed(identity.CONTRACT, state.firms.id[rows], when, serial)
    return ids, rows, np.full(rows.size, state.weight)


def works(state: State, p: Parameters, firm: Rows, organisation: Rows) -> Floats:
    """Return the chance that the technology of each pair's project works.

    ::

        odds = odds of proves · exp(of_fit · (fit - 1/2) + of_known · (known - 1/2)
                                    + of_unit · joint unit)

    where a pair is known that dealt before and remembers it, and has a joint unit that is open.
    What an organisation does alone works with chance ``proves``. A fifth to a third of projects
    fail [I65, I66], fewer where the partners dealt before [I66; no fewer in I68]; a university
    makes no difference [I65, I69], or more fail or are late with public research [I67].
    """
    firms, table, more = state.firms, state.organisations, np.zeros(firm.size)
    pair = np.flatnonzero((firm >= 0) & (organisation >= 0))
    by, of = firm[pair], organisation[pair]
    near = kene.nearness(firms.field[by], table.field[of], p.fit_sector, p.fit_far)
    known = (state.organisations_remembered(by) == of[:, None]).any(axis=1)
    more[pair] += p.of_fit * (near - HALF)
    more[pair] += p.of_known * (known - HALF) + p.of_unit * _share_a_unit(state, by, of)
    odds = np.exp(more)  # to those of a usual pair
    return np.asarray(p.proves * odds / (1 + p.proves * (odds - 1)))


def _share_a_unit(state: State, firm: Rows, organisation: Rows) -> Flags:
    """Return which pairs have a joint unit, such as a laboratory, that is open."""
    table = state.organisations
    joint = np.flatnonzero((table.host_firm >= 0) & (table.partner >= 0) & (table.status == ACTIVE))
    of_unit = table.host_firm[joint].astype(np.int64) * len(table) + table.partner[joint]
    return np.isin(firm.astype(np.int64) * len(table) + organisation, of_unit)


def start(state: State, p: Parameters, those: Beginning) -> None:
    """Write projects down, as beginning now or then."""
    if those.ids.size == 0:
        return
    begins = np.full(those.ids.size, state.quarter) if those.began is None else those.began
    joint = those.kind == JOINT or those.led
    duration = lengths(state.draws.at("projects", 0).uniform(those.ids, slots.LENGTH), p)
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
        grant=np.where(those.firm >= 0, those.on_top * those.public * those.value, 0.0),
        researchers=np.where(those.firm >= 0, p.staff, 0.0),
        stands_for=those.stands_for,
        works=works(state, p, those.firm, those.organisation),
    )
    # As many of the firms of a row remember it as have it.
    lot = state.draws.at("projects", 0).uniform(those.ids, slots.REMEMBERED)
    paired = (those.firm >= 0) & (those.organisation >= 0)
    pairs = np.flatnonzero(paired & (lot < those.stands_for / state.weight))
    organisation = ties.of_organisation(those.organisation[pairs])
    state.tie(those.firm[pairs], organisation, np.minimum(begins[pairs], state.quarter))
