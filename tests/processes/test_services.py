"""Services: brokers with and without work, and services that enter and leave."""

import numpy as np
import pytest
from world import (
    AUTUMN,
    NORTH,
    SOUTH,
    START,
    TOOLS,
    add_bodies,
    add_brokers,
    add_firms,
    add_platforms,
    founded,
    next_quarter,
    offer,
    promised,
    set_cost,
    spread,
    tiny,
)

from sim.inputs.codes import HOSTS, KIND_CODE
from sim.inputs.kinds import KINDS
from sim.inputs.plan_file import load_plan, plan_names
from sim.processes import evaluation, services
from sim.processes.enact import publish_offers
from sim.processes.services import (
    Parameters,
    active_share,
    expected_openings,
    opening_chance,
    train_and_enter,
)
from sim.region.region import start_run
from sim.state.columns import ACTIVE, BUILDING, CLOSED
from sim.state.flows import Flows

SERVICE, IP = "transfer_service", "ip_service"
# Nobody trains, opens or closes anything.
STILL = {
    "enrol": 0.0,
    "weighs": 0.0,
    "weighs_outside": 0.0,
    "registration_weighs": 0.0,
    "ip_weighs": 0.0,
    "closes": 0.0,
}


def still(**numbers):
    return Parameters(**(STILL | numbers))


def school(*offers, people=1000, money=0.0):
    """Return a city in which so many people could become brokers, at one per researcher."""
    state = tiny(*offers, money=money)
    add_bodies(state, "university", 1, researchers=float(people))
    return state


EVERYBODY = {"enrol": 1.0, "passes": 1.0, "per_researcher": 1.0, "national_places": 0.0}


# Training


def test_who_could_become_a_broker():
    state = tiny()
    add_platforms(state, SERVICE, 2)
    add_platforms(state, SERVICE, 1, status=CLOSED)
    add_platforms(state, "incubator", 1)
    add_platforms(state, "makerspace", 2)
    add_bodies(state, "university", 1, researchers=100.0)
    add_firms(state, 10, rd=1.0)
    add_firms(state, 5)  # no R&D
    add_firms(state, 5, rd=1.0, above_scale=False)  # start-ups
    add_firms(state, 4, rd=1.0, above_scale=False, technology_sme=True)
    p = Parameters(per_service=4, per_carrier=2, per_firm=0.5, per_researcher=0.05)
    # 2 · 4 + 3 · 2 + 14 · 0.5 + 100 · 0.05 = 8 + 6 + 7 + 5.
    assert services.trainable(state, p) == 26


def test_places_cap_certificates():
    state = school()
    train_and_enter(state, still(**(EVERYBODY | {"national_places": 40.0})))
    assert len(state.people) == 10  # a quarter of a year's places
    assert state.flows.certified == 10


def test_places_of_the_plan_come_on_top_and_are_paid_one_by_one():
    state = school(offer("training_places", 24.0), money=1)
    train_and_enter(state, still(**(EVERYBODY | {"national_places": 40.0, "place_cost": 0.004})))
    assert len(state.people) == 10 + 6
    assert promised(state) == {(START, "training_places"): 6 * 4000}


def test_places_without_money_train_nobody_more():
    state = school(offer("training_places", 24.0))
    train_and_enter(state, still(**(EVERYBODY | {"national_places": 40.0})))
    assert len(state.people) == 10
    assert promised(state) == {}


def test_more_places_never_mean_fewer_brokers():
    before = set()
    for places in (0.0, 40.0, 400.0, 40_000.0):
        state = school(offer("training_places", places), money=100)
        train_and_enter(state, still(**(EVERYBODY | {"national_places": 40.0, "enrol": 0.3})))
        assert before <= set(state.people.id.tolist())
        before = set(state.people.id.tolist())
    assert len(before) / 1000 == pytest.approx(0.3, abs=spread(0.3, 1000))


def test_a_share_of_those_trained_passes():
    state = school(people=4000)
    train_and_enter(state, still(**(EVERYBODY | {"national_places": 16_000.0, "passes": 0.85})))
    assert len(state.people) / 4000 == pytest.approx(0.85, abs=spread(0.85, 4000))


def test_nobody_is_certified_twice_and_the_citys_people_run_out():
    state = school(people=30)
    add_brokers(state, 5)
    p = still(**(EVERYBODY | {"national_places": 80.0}))
    counts = []
    for _ in range(4):
        train_and_enter(state, p)
        counts.append(len(state.people))
        next_quarter(state)
    assert counts == [25, 30, 30, 30]
    assert np.unique(state.people.id).size == 30


# Work


@pytest.mark.parametrize(
    ("income", "share"),
    [
        (0.06, 0.10),  # the reserve
        (0.12, 0.14142),  # twice the reserve: its root
        (0.24, 0.20),  # four times the reserve: the root is two
        (0.96, 0.20),  # held at the most
        (0.015, 0.05),
        (0.0, 0.05),  # held at the least
    ],
)
def test_how_many_holders_work(income, share):
    p = Parameters(active=0.1, reserve=0.06)
    assert active_share(income, p) == pytest.approx(share, abs=1e-5)


def test_a_certificate_is_no_active_broker():
    state = tiny()
    add_brokers(state, 4000)
    train_and_enter(state, still())  # no fee was earned: a twentieth works
    assert len(state.people) == 4000
    share = state.people.active.mean()
    assert share == pytest.approx(0.05, abs=spread(0.05, 4000))


def test_fees_are_shared_by_those_who_work():
    state = tiny()
    add_brokers(state, 4000, active=False)
    state.people.active[:400] = True
    # 400 work; a fee of 2 % on 1200 M CNY in four quarters is 0.06 M CNY each: the reserve.
    state.history = [Flows(brokered_value=300.0)] * 9
    state.flows.brokered_value = 300.0
    train_and_enter(state, still(fee=0.02, active=0.1, reserve=0.06))
    assert state.people.active.mean() == pytest.approx(0.1, abs=spread(0.1, 4000))


def test_the_same_people_work_when_income_stays_and_more_when_it_rises():
    worlds = []
    for value in (0.0, 300.0, 900.0):
        state = tiny()
        add_brokers(state, 1000)
        state.flows.brokered_value = value
        train_and_enter(state, still())
        worlds.append(set(np.flatnonzero(state.people.active).tolist()))
    assert worlds[0] <= worlds[1] <= worlds[2]


# Opening


@pytest.mark.parametrize(
    ("income", "support", "chance"),
    [
        (1.0, 0.0, 0.5),  # pays its cost
        (0.0, 1.0, 0.5),  # support does
        (0.0, 0.0, 0.04743),  # 1 / (1 + e^3)
        (2.0, 0.0, 0.95257),
        (0.5, 0.0, 0.18243),  # 1 / (1 + e^1.5)
    ],
)
def test_the_chance_of_opening_by_hand(income, support, chance):
    p = Parameters(sensitivity=3.0)
    assert opening_chance(income, support, 1.0, p) == pytest.approx(chance, abs=1e-5)


# Sure to weigh, and to open exactly where the income covers the cost.
SURE = {"weighs": 4.0, "sensitivity": 500.0}


@pytest.mark.parametrize(("own_use", "opens"), [(0.9, 0), (1.1, 3)])
def test_a_body_opens_a_service_where_it_pays(own_use, opens):
    state = tiny()
    add_bodies(state, "university", 2)
    add_platforms(state, "incubator", 1)
    train_and_enter(state, still(**SURE, own_use=own_use))
    rows = founded(state, SERVICE)
    assert rows.size == opens
    assert (state.organisations.status[rows] == BUILDING).all()


def test_fees_are_shared_with_the_services_that_are_there():
    # Fees of 2 % on 800 M CNY are 16 M CNY, with a cost of 5.33 each: three could live.
    for serving, opens in ((1, True), (2, False)):
        state = tiny()
        add_bodies(state, "university", 1)
        add_platforms(state, SERVICE, serving)
        state.flows.brokered_value = 800.0
        train_and_enter(state, still(**SURE, fee=0.02, own_use=-0.1))
        assert (founded(state, SERVICE, 1 + serving).size == 1) == opens, serving


def test_a_body_with_a_service_weighs_no_second_one():
    state = tiny()
    add_bodies(state, "university", 1)
    p = still(**SURE, own_use=2.0)
    for _ in range(3):
        train_and_enter(state, p)
        next_quarter(state)
    assert founded(state, SERVICE).size == 1


def test_an_outside_parent_knows_no_own_use_and_gets_a_district():
    for own_use, fees in ((9.0, 0.0), (0.0, 100_000.0)):
        state = tiny()
        add_bodies(state, "outside", 200)
        state.flows.brokered_value = fees
        train_and_enter(state, still(weighs_outside=4.0, sensitivity=500.0, own_use=own_use))
        rows = founded(state, SERVICE)
        assert rows.size == (200 if fees else 0)
        if fees:
            assert set(state.organisations.district[rows].tolist()) == {NORTH, SOUTH}


def test_support_is_paid_to_those_who_open_and_moves_some_of_them():
    numbers = {"weighs": 4.0, "own_use": 0.5, "sensitivity": 3.0}
    opened = {}
    grant = offer("founding_grant", 8.0, SERVICE)  # 8 / 3 M CNY a year: the other half of the cost
    for name, offers, trust in (
        ("without", (), 1.0),
        ("trusted", (grant,), 1.0),
        ("mistrusted", (grant,), 0.0),
    ):
        state = tiny(*offers, money=1e6 if offers else 0)
        state.trust["city_fund"] = trust
        add_bodies(state, "university", 2000)
        train_and_enter(state, still(**numbers))
        opened[name] = set(state.organisations.host_body[founded(state, SERVICE)].tolist())
        paid = sum(promised(state).values())
        assert paid == (len(opened[name]) * 8_000_000 if offers else 0)
    # Half of the cost is own use: 1 / (1 + e^1.5) = 0.182, and with the grant one half.
    assert len(opened["without"]) / 2000 == pytest.approx(0.182, abs=spread(0.182, 2000))
    assert len(opened["trusted"]) / 2000 == pytest.approx(0.5, abs=spread(0.5, 2000))
    assert opened["without"] < opened["trusted"]
    assert opened["mistrusted"] == opened["without"]


def test_running_costs_that_were_promised_to_an_outside_parent_are_paid():
    # A branch weighs the operating grant as its income; when it has opened it must get it.
    grant = offer(
        "operating_grant",
        6.0,
        SERVICE,
        recipient="institution brought in or co-founded by government",
    )
    state = tiny(grant, money=1000)
    add_firms(state, 1)
    add_bodies(state, "outside", 40)
    set_cost(state, SERVICE, building=0.0)
    # The grant of 6 M CNY pays the running cost of 2 M and no more.
    train_and_enter(state, still(weighs_outside=4.0, sensitivity=0.0))
    opened = state.platforms(SERVICE).size
    assert 10 < opened < 30
    state.quarter = AUTUMN
    evaluation.grade(state, evaluation.Parameters(worst=0.0, hollow=0.0))
    assert promised(state) == {(AUTUMN + 4, "operating_grant"): opened * 2_000_000}


# Registration


def test_one_body_of_a_district_without_registration_opens_it():
    state = tiny()
    add_bodies(state, "public_body", 4, district=np.array([NORTH, NORTH, SOUTH, SOUTH]))
    add_platforms(state, SERVICE, 1, registration=True, district=SOUTH)
    for _ in range(3):
        train_and_enter(state, still(registration_weighs=1.0))
        next_quarter(state)
    rows = founded(state, SERVICE, 5)
    assert state.organisations.district[rows].tolist() == [NORTH]
    assert state.organisations.registration[rows].all()


def test_a_district_whose_registration_closed_may_open_another():
    state = tiny()
    add_bodies(state, "public_body", 2, district=np.array([NORTH, SOUTH]))
    add_platforms(
        state, SERVICE, 2, registration=True, district=np.array([NORTH, SOUTH]), status=CLOSED
    )
    train_and_enter(state, still(registration_weighs=1.0))
    assert founded(state, SERVICE, 4).size == 2


def test_a_body_that_opens_two_services_at_once_gives_them_two_ids():
    state = tiny()
    add_bodies(state, "public_body", 1)
    train_and_enter(state, still(**SURE, own_use=2.0, registration_weighs=1.0))
    rows = founded(state, SERVICE)
    assert rows.size == 2
    assert np.unique(state.organisations.id[rows]).size == 2


# Offices for patents

AGENTS = 8  # latent agents, of whom all weigh an office at four times as many a year


def test_what_filing_brings_in():
    state = tiny()
    state.history = [Flows(grants=250.0)] * 9
    state.flows.grants = 250.0
    p = Parameters(patent_fee=0.04, local_agents=0.4)
    assert services.ip_income(state, p) == pytest.approx(1000 * 0.04 * 0.4)


@pytest.mark.parametrize(("serving", "opens"), [(2, True), (3, False)])
def test_an_office_opens_while_a_share_of_the_filing_pays_it(serving, opens):
    # 1200 grants at 0.04 · 0.4 M CNY are 19.2 M CNY; an office costs 2 + 10 / 3 = 5.33 a year:
    # a third can live on 6.4, a fourth not on 4.8.
    state = tiny()
    add_bodies(state, "outside", 3)
    add_platforms(state, IP, serving)
    state.flows.grants = 1200.0
    p = still(ip_weighs=4.0 * AGENTS, latent_agents=AGENTS, sensitivity=500.0, patent_fee=0.04)
    train_and_enter(state, p)
    assert (founded(state, IP, 3 + serving).size > 0) == opens


def test_offices_that_open_at_once_have_their_own_ids():
    state = tiny()
    add_bodies(state, "outside", 3)
    state.flows.grants = 1e6
    train_and_enter(state, still(ip_weighs=4.0 * AGENTS, latent_agents=AGENTS, sensitivity=500.0))
    rows = founded(state, IP)
    assert rows.size == AGENTS
    assert np.unique(state.organisations.id[rows]).size == rows.size


# Closing: certain, for those below a running cost of 2 M CNY a year


def closing(**column):
    state = tiny()
    row = add_platforms(state, SERVICE, 1, **column)
    train_and_enter(state, still(closes=4.0, fee=0.02, own_use=0.0))
    return bool(state.organisations.status[row][0] == CLOSED)


def test_a_service_below_its_cost_closes_and_a_registration_service_does_not():
    assert closing()
    assert not closing(registration=True)


@pytest.mark.parametrize(("brokered", "closes"), [(24.9, True), (25.1, False)])
def test_a_service_lives_on_its_fees(brokered, closes):
    # 2 % of 25 M CNY a quarter are 2 M CNY a year.
    assert closing(income=brokered) == closes


def test_a_service_with_a_contract_in_about_a_year_stays():
    assert not closing(cases=1.0)
    assert closing(cases=0.99)


def test_an_office_lives_on_the_filing_of_its_own_clients():
    state = tiny(weight=2.0)
    offices = add_platforms(state, IP, 4)
    results = np.arange(100) % 3
    add_firms(state, 100, results=results)
    p = still(closes=4.0, patent_fee=0.025, local_agents=0.4, own_use=0.0)
    train_and_enter(state, p)
    table = state.organisations
    income = table.income[offices]
    # A row stands for two firms, each grant brings 0.01 M CNY, to the office of its firm.
    assert income.sum() == pytest.approx(2 * 0.01 * results.sum())
    assert np.unique(income).size == 4
    # At a running cost of 2 M CNY a year who earns less closes, and its clients go to others.
    lives = income * 4 >= 2.0
    assert 0 < lives.sum() < 4
    assert (table.status[offices] == CLOSED).tolist() == (~lives).tolist()
    next_quarter(state)
    train_and_enter(state, p)
    assert table.income[offices[lives]].sum() == pytest.approx(income.sum())
    assert (table.income[offices[lives]] >= income[lives]).all()


def test_support_keeps_those_it_is_for():
    state = tiny(offer("operating_grant", 1.0, SERVICE, recipient="platform brought in jointly"))
    classes = np.array([HOSTS.index("public_body"), HOSTS.index("consultancy")])
    rows = add_platforms(state, SERVICE, 2, host_class=classes)
    train_and_enter(state, still(closes=4.0))
    assert state.organisations.status[rows].tolist() == [ACTIVE, CLOSED]


def test_support_that_nobody_counts_on_keeps_nobody():
    state = tiny(offer("operating_grant", 1.0, SERVICE, recipient="platform brought in jointly"))
    state.trust["city_fund"] = 0.1
    [row] = add_platforms(state, SERVICE, 1, host_class=HOSTS.index("public_body"))
    train_and_enter(state, still(closes=4.0))
    assert state.organisations.status[row] == CLOSED


def test_a_share_of_those_below_their_cost_closes():
    state = tiny()
    rows = add_platforms(state, SERVICE, 4000)
    train_and_enter(state, still(closes=0.08))
    share = (state.organisations.status[rows] == CLOSED).mean()
    assert share == pytest.approx(0.02, abs=spread(0.02, 4000))
    assert state.flows.services_closed == (state.organisations.status[rows] == CLOSED).sum()


def test_a_body_whose_service_closed_may_weigh_another():
    state = tiny()
    bit = 1 << KIND_CODE[SERVICE]
    university = add_bodies(state, "university", 1, platforms=bit)[0]
    add_platforms(
        state, SERVICE, 1, host_body=university, host_class=HOSTS.index("university"), cluster=TOOLS
    )
    train_and_enter(state, still(closes=4.0))
    assert state.platforms(SERVICE).size == 0
    assert state.organisations.platforms[university] & bit == 0


@pytest.mark.parametrize("name", [name for name in plan_names() if name != "toy"])
def test_as_the_plan_begins_a_rate_of_the_stock_opens(name):
    run = start_run(load_plan(name), None, seed=1, uncertainty="noise", scale=0.3)
    publish_offers(run.state, run.program)
    p = run.values.of(Parameters)
    for kind, rate in (("transfer_service", 0.08), ("ip_service", 0.05)):
        stock = getattr(run.state.figures, KINDS[kind].stock)
        assert 4 * expected_openings(run.state, p, kind) == pytest.approx(rate * stock, rel=0.01)
