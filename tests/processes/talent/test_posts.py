"""Exchange posts: filled as far as firms, staff and money go."""

import dataclasses

import numpy as np
import pytest
from talent_towns import FIRM, PLAIN, town
from world import AUTUMN, START, offer, promised

from sim.processes.talent import recruit_and_train
from sim.processes.talent.posts import posts_of_quarter


def test_a_years_posts_fall_into_its_quarters():
    assert [posts_of_quarter(10, AUTUMN + back) for back in range(-3, 1)] == [2, 3, 2, 3]
    assert sum(posts_of_quarter(33, quarter) for quarter in range(START, START + 4)) == 33


SENT = dataclasses.replace(PLAIN, willing=0.06, sent=0.08, ties=1.0, post_cost=0.05)


def exchange(posts, p=SENT, money=100.0, **options):
    state = town(offer("exchange_posts", posts), p=p, money=money, **options)
    recruit_and_train(state, p)
    return state


def test_exchange_fills_posts_as_far_as_firms_accept():
    few = exchange(8, firms=2000)
    assert few.flows.exchange_posts == 2
    assert few.flows.exchange_ties == 2
    assert (few.firms.partner >= 0).sum() == 2
    assert sum(promised(few).values()) == 100_000
    many = exchange(4000, firms=2000)
    assert many.flows.exchange_posts == 4  # 8 % of 200 researchers, a quarter of a year
    staffed = exchange(4000, p=dataclasses.replace(SENT, sent=1.0), firms=400)
    assert staffed.flows.exchange_posts == pytest.approx(24, abs=4 * np.sqrt(24))


def test_exchange_needs_money_and_staff():
    assert exchange(8, money=0.0).flows.exchange_posts == 0
    assert exchange(8, universities=0).flows.exchange_posts == 0
    assert exchange(8, p=dataclasses.replace(SENT, ties=0.0)).flows.exchange_ties == 0
    tied = exchange(8, columns=FIRM | {"partner": 1})
    assert tied.flows.exchange_posts == 2
    assert tied.flows.exchange_ties == 0
