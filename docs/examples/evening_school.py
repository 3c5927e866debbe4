"""Evening school: people learn to broker technology after work, and the city pays their places."""

import numpy as np

import sim
from sim.core import identity

PUPILS = 1 << 23  # numbers of persons from here on are the school's

PLACES = sim.Lever(
    name="evening_places",
    unit="places a year",
    reads=("evening_school",),
    pays=True,
    meaning="places in evening courses for technology brokers",
)


class Parameters(sim.Numbers, name="evening_school"):
    """Numbers of the school: parameters.evening_school.passes=0.7 sets one."""

    passes: float = sim.number(
        "pupils who pass", default=0.6, low=0.4, high=0.8, unit="share",
        status="assumed", source="fewer than by day",
    )  # fmt: skip
    price: float = sim.number(
        "price of a place", default=0.004, low=0.002, high=0.006, unit="million CNY",
        status="assumed", source="half of a course by day",
    )  # fmt: skip


def teach(state, p):
    """Fill the places that are offered and paid; who passes is a broker."""
    luck = state.luck("evening_school")
    for offer in state.offers.on(PLACES):
        places = luck.whole(identity.of_name("evening places"), offer.dose / 4)
        numbers = PUPILS + int(state.kept["evening_pupils"]) + np.arange(places)
        pupils = identity.plain(identity.PERSON, numbers)
        pupils = pupils[state.reserve(offer, pupils, p.price, payee="broker_training")]
        passed = pupils[luck.happens(pupils, p.passes)]
        state.people.add(passed, certified=state.quarter)
        state.kept["evening_pupils"] += places
        state.kept["evening_brokers"] += passed.size


sim.register(
    process=sim.Process(name="evening_school", acts=teach, after="services", numbers=Parameters),
    instrument_type={
        "evening_school": sim.InstrumentType(levers=(PLACES,), process="evening_school")
    },
    indicator=sim.Indicator(
        name="evening_brokers",
        unit="persons",
        zh="夜校技术经纪人",
        meaning="technology brokers from evening courses",
        measure=lambda state: state.kept["evening_brokers"],
        moved_by=("evening_school",),
    ),
)
