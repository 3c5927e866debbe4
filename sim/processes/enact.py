"""Enact: the instruments in force publish their offers. Nothing is paid here."""

from sim.levers import Offers
from sim.program import Program
from sim.state import State


def publish_offers(state: State, program: Program) -> None:
    """Replace last quarter's offers by those of the instruments in force now."""
    state.offers = Offers(
        entry.offer for entry in program.entries if entry.start <= state.quarter <= entry.end
    )
