"""Leading talents: the city's rate, and money that raises it."""

import numpy as np
import pytest
from talent_towns import FIRM, live, new, town
from world import offer, promised

from sim.indicators import talent as counted


def test_leading_talents_follow_the_citys_rate_and_money_raises_them():
    won = {}
    for money in (0.0, 3.0):
        state = town(offer("talent_money", money), leading_talents=30, money=1000, columns=FIRM)
        live(state)
        rows = new(state, "leading_talent")
        won[money] = rows.size
        at_firm = state.talents.firm[rows] >= 0
        assert ((state.talents.organisation[rows] >= 0) != at_firm).all()
        assert counted.leading_talents_new_present(state) == rows.size
    assert won[0.0] == pytest.approx(30, abs=4 * np.sqrt(30))
    assert won[3.0] > won[0.0]
    assert sum(promised(state).values()) == won[3.0] * 3_000_000
