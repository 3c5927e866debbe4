"""Enact: the instruments in force publish their offers. Nothing is paid here."""

from sim.policy.schedule import Program
from sim.state.offers import Offers
from sim.state.state import State


def publish_offers(state: State, program: Program) -> None:
    """Replace last quarter's offers by those of the instruments in force now, if they differ."""
    now = program.offers_in(state.quarter)
    money = program.money_in(state.quarter)
    if now != state.offers.published or money != state.offers.money:
        state.offers = Offers(now, money)
