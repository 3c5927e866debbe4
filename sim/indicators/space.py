"""Space: floor space of carriers, and the cluster area."""

from sim.indicators.measure import Indicator
from sim.processes.space import SQUARE_METRES, blocks_finish
from sim.state.state import State


def carrier_space_new(state: State) -> float:
    """Return floor space of carriers finished since the start, million square metres."""
    return state.totals.space_new / SQUARE_METRES


def carrier_space_taken(state: State) -> float:
    """Return how much of it is in use beyond the start's use, million square metres."""
    more = state.totals.space_in_use - state.norms.space_taken
    return max(min(more, state.totals.space_new), 0.0) / SQUARE_METRES


def cluster_area_built(state: State) -> float:
    """Return the share of the cluster area's blocks whose key buildings are finished."""
    blocks = state.totals.blocks
    return float((blocks_finish(state) <= state.quarter).sum()) / blocks if blocks else 0.0


def cluster_area_begun(state: State) -> float:
    """Return the share of its blocks that are begun, the finished included."""
    blocks = state.totals.blocks
    return blocks_finish(state).size / blocks if blocks else 0.0


ROWS: tuple[Indicator, ...] = (
    Indicator(
        name="cluster_area_built",
        unit="share",
        zh="完成各功能板块重点楼宇建设",
        meaning="functional blocks of the cluster area that are built",
        measure=cluster_area_built,
        real=cluster_area_begun,
        activity="begun",
        moved_by=("space",),
    ),
    Indicator(
        name="carrier_space_new",
        unit="million square metres",
        zh="科创载体",
        meaning="new floor space of innovation carriers",
        measure=carrier_space_new,
        real=carrier_space_taken,
        activity="taken",
        moved_by=("space", "founding"),
    ),
)
