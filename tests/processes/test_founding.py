"""Founding: who founds what, for how much more when it pays, and what happens without money."""

import dataclasses

import numpy as np
import pytest
from world import (
    SHIPS,
    START,
    TOOLS,
    Given,
    add_bodies,
    add_firms,
    add_platforms,
    founded,
    kind_names,
    next_quarter,
    offer,
    promised,
    set_cost,
    set_figure,
    set_hazard,
    spread,
    tiny,
)

from sim.core.draws import Draws
from sim.inputs.codes import HOSTS, KIND_CODE, KIND_NAMES
from sim.inputs.kinds import KINDS
from sim.inputs.plan_file import load_plan, plan_names
from sim.processes import founding
from sim.processes.enact import publish_offers
from sim.processes.founding import pick_cluster
from sim.region.region import start_run
from sim.state.columns import ACTIVE, BUILDING, CLOSED
from sim.state.flows import Flows
from sim.state.hosts import each_stands_for, hosts
from sim.state.platforms import REPEATABLE
from sim.state.promises import boost, expected_gain

CENTRE, STATION = "enterprise_technology_centre", "academician_station"
JOINT, OFFICE = "joint_rd_unit", "technology_transfer_office"
SURE = 100.0  # a hazard a quarter at which every host founds

# Neither neighbours nor gaps matter, and the city lets everybody found.
PLAIN = founding.Parameters(peers=0.0, lack=1.0, approval=1.0, talks=0.0)


def performers(state, number, **columns):
    """Add firms of suitability 1: with R&D, and the typical stock of it."""
    return add_firms(state, number, **({"rd": 1.0, "rd_stock": 10.0} | columns))


def founders_of(state, kind):
    """Return the host firms of what was founded of a kind."""
    return set(state.organisations.host_firm[founded(state, kind)].tolist())


def chances(state):
    """Return the draw of each firm that decides whether it founds."""
    return state.luck("founding").uniform(state.firms.id, 0)


# What offers promise: a kind costs 10 M CNY to found and 2 M CNY a year to run


@pytest.mark.parametrize(
    ("lever", "dose", "level", "gain"),
    [
        ("founding_grant", 5.0, "", 5.0),
        ("founding_grant", 5.0, "municipal", 5.0),
        ("founding_grant", 5.0, "provincial", 0.0),  # nobody founds at provincial level
        ("founding_means", 0.2, "", 0.2 * 10),
        ("operating_grant", 1.0, "", 1.0 * 3),  # three years ahead
        ("operating_grant", 5.0, "", 2.0 * 3),  # no more than running costs
        ("grade_reward", 2.0, "", 2.0 * 3 * 0.25),  # an A every fourth year
        ("first_pass_reward", 1.0, "", 1.0),
        ("level_reward", 4.0, "provincial", 4.0 * 0.1),  # a chance of a tenth to climb
        ("level_reward", 4.0, "national", 0.0),  # too far away
        ("platform_equity", 0.5, "", 0.5 * 10 * 0.3),  # a yuan of equity is worth 0.3
        ("running_relief", 0.1, "", 0.1 * 2 * 3),
    ],
)
def test_what_an_offer_promises_a_founder(lever, dose, level, gain):
    state = tiny(offer(lever, dose, "institute", level=level))
    assert expected_gain(state, "institute", "university") == pytest.approx(gain)
    assert boost(state, "institute", "university") == pytest.approx(1 + gain / 10)


def test_the_rate_rises_by_gain_over_true_cost_up_to_fivefold():
    for grant, ratio in ((0.0, 1.0), (5.0, 1.5), (39.0, 4.9), (40.0, 5.0), (900.0, 5.0)):
        assert boost(tiny(offer("founding_grant", grant, CENTRE)), CENTRE, "firm") == ratio


def test_the_same_grant_moves_a_dear_institute_by_a_fortieth():
    state = tiny(offer("founding_grant", 2.0, "institute"))
    set_cost(state, "institute", found_cost=80.0)
    assert boost(state, "institute", "university") == pytest.approx(1 + 1 / 40)


def test_offers_add_up():
    state = tiny(
        offer("founding_grant", 3.0, CENTRE),
        offer("founding_means", 0.1, CENTRE),
        offer("first_pass_reward", 0.5, CENTRE),
    )
    assert boost(state, CENTRE, "firm") == pytest.approx(1 + (3.0 + 1.0 + 0.5) / 10)


def test_the_citys_match_is_worth_what_the_province_grants():
    grant = offer("level_reward", 2.0, "institute", level="provincial", payer="province")
    state = tiny(grant, offer("level_match", 0.5, "institute"))
    # A tenth of a chance of 2 M CNY from the province and half of it again from the city.
    assert expected_gain(state, "institute", "university") == pytest.approx(0.1 * (2.0 + 1.0))


@pytest.mark.parametrize("lever", ["platform_equity", "running_relief"])
def test_only_legal_persons_have_equity_and_income_tax(lever):
    state = tiny(offer(lever, 0.5, "institute", CENTRE))
    assert expected_gain(state, "institute", "university") > 0
    assert expected_gain(state, CENTRE, "firm") == 0


def test_an_offer_holds_for_its_kind_and_its_recipients_only():
    state = tiny(offer("founding_grant", 5.0, "institute", recipient="firm"))
    assert boost(state, "institute", "leading_firm") == 1.5
    assert boost(state, "institute", "university") == 1.0
    assert boost(state, CENTRE, "firm") == 1.0


# Who may found


def test_hosts_are_living_above_scale_firms_that_do_research():
    state = tiny()
    performers(state, 1)
    performers(state, 1, leading=True)
    for able in ({"alive": False}, {"above_scale": False}, {"rd": 0.0}):
        performers(state, 1, **able)
    assert hosts(state, "firm").rows.tolist() == [0]
    assert hosts(state, "leading_firm").rows.tolist() == [1]


def test_a_firm_with_four_times_the_research_is_half_again_as_likely_a_host():
    state = tiny()
    add_firms(state, 2, rd=1.0, rd_stock=np.array([10.0, 40.0]))
    # Typical is 10; 4 ** 0.3 = 1.5157.
    assert hosts(state, "firm").suitability == pytest.approx([1.0, 1.5157], abs=1e-4)


# What all hosts found together as the plan begins, without it


def free_hosts(state, kind):
    """Return how many possible hosts have none of a kind."""
    classes = [name for name in KINDS[kind].hosts if name != "outside"]
    code, free = np.array([KIND_CODE[kind]]), 0.0
    for name in classes:
        without = (hosts(state, name).hosted >> code) & 1 == 0
        free += without.sum() * float(each_stands_for(state, code, name)[0])
    return free


def told_foundings(state, p, kind):
    """Return what a kind's file says is founded in a quarter."""
    free, data = free_hosts(state, kind), KINDS[kind]
    if data.per_host:
        return state.costs["rate"][KIND_CODE[kind]] / 4 * free
    stock = max(getattr(state.figures, data.stock), p.least_stock)
    return min(state.costs["rate"][KIND_CODE[kind]] / 4 * stock, p.most_hosts * free)


def city_with_standing_rules(name, uncertainty="noise", replicate=0, **options):
    """Return a city as its plan begins, what it lives by, and its parameters of founding."""
    options |= {"seed": 1, "uncertainty": uncertainty, "replicate": replicate}
    run = start_run(load_plan(name), None, **options)
    publish_offers(run.state, run.program)
    return run.state, run, run.values.of(founding.Parameters)


FOUNDED_HERE = [kind for kind in KIND_NAMES if kind not in founding.ELSEWHERE]


@pytest.mark.parametrize("name", plan_names())
def test_without_a_plan_hosts_found_the_rate_times_the_stock(name):
    state, _, p = city_with_standing_rules(name)
    expected = founding.expected_foundings(state, p)
    for kind in FOUNDED_HERE:
        data = KINDS[kind]
        units = max(getattr(state.figures, data.stock), p.least_stock)
        units = free_hosts(state, kind) if data.per_host else units
        told = state.costs["rate"][KIND_CODE[kind]] * units
        assert 4 * expected[KIND_CODE[kind]] == pytest.approx(told, rel=0.01), kind


# In the fifth draw of Jiangyin most firms that could have an engineering centre have one.
@pytest.mark.parametrize("replicate", [1, 4])
@pytest.mark.parametrize("name", plan_names())
def test_so_they_do_in_other_futures_as_far_as_there_are_hosts(name, replicate):
    state, _, p = city_with_standing_rules(name, "both", replicate)
    expected = founding.expected_foundings(state, p)
    told = [told_foundings(state, p, kind) for kind in FOUNDED_HERE]
    assert [expected[KIND_CODE[kind]] for kind in FOUNDED_HERE] == pytest.approx(told, rel=0.01)


def test_what_is_founded_over_many_replicates_is_what_is_expected():
    replicates = 150
    state, run, p = city_with_standing_rules("weihai_2018", scale=0.5)
    founding.open_what_is_built(state)
    state.organisations.negotiates_until[:] = 0  # no outside parent founds now
    expected = founding.expected_foundings(state, p)
    counted = np.zeros(len(KIND_NAMES))
    for replicate in range(replicates):
        other = state.copy(run.program.open_books())
        other.draws, other.flows = Draws(2, replicate), Flows()
        publish_offers(other, run.program)
        founding.found(other, p)
        counted += other.flows.founded
    # What a row of two firms founds counts twice.
    bound = 4 * np.sqrt(replicates * expected * state.weight)
    away = np.abs(counted - replicates * expected) > bound
    assert not away.any(), kind_names(np.flatnonzero(away))
    assert counted.sum() == pytest.approx(replicates * expected.sum(), rel=0.05)


def begun(state, p=PLAIN, **rates):
    """Fix the norms of a tiny city in which kinds have these rates; return the expected."""
    for kind, rate in rates.items():
        set_cost(state, kind, rate=rate)
    founding.begin(state, Given(p))
    return founding.expected_foundings(state, p)


def test_the_rate_counts_what_is_approved_in_a_city_with_gaps_neighbours_and_standing_rules():
    p = founding.Parameters(peers=2.0, lack=3.0, approval=0.5)
    state = tiny(offer("founding_grant", 5.0, CENTRE), enterprise_technology_centres=10.0)
    performers(state, 60, cluster=np.arange(60) % 2, rd_stock=np.linspace(1.0, 90.0, 60))
    add_platforms(state, CENTRE, 10, cluster=TOOLS)
    expected = begun(state, p, **{CENTRE: 0.2, STATION: 0.4})
    assert expected[KIND_CODE[CENTRE]] == pytest.approx(0.2 / 4 * 10)
    assert expected[KIND_CODE[STATION]] == pytest.approx(0.4 / 4 * p.least_stock)  # it has none


def test_the_rate_counts_joint_units_whose_partner_agreed():
    p = founding.Parameters(known_agrees=0.8, partner_agrees=0.2)
    state = tiny(joint_rd_units=10.0)
    institutes = add_platforms(state, "institute", 2)
    performers(state, 60, partner=np.where(np.arange(60) < 20, institutes[0], -1))
    expected = begun(state, p, **{JOINT: 0.2})
    assert expected[KIND_CODE[JOINT]] == pytest.approx(0.2 / 4 * 10)


def test_where_nobody_can_found_a_kind_yet_it_has_the_norm_of_a_lone_host():
    state = tiny(enterprise_technology_centres=2.0, technology_transfer_offices=2.0)
    add_bodies(state, "university", 1, platforms=1 << KIND_CODE[OFFICE])
    expected = begun(state, **{CENTRE: 0.2, OFFICE: 0.1})
    assert expected[[KIND_CODE[CENTRE], KIND_CODE[OFFICE]]].tolist() == [0.0, 0.0]
    assert state.norms.founding_rate[KIND_CODE[CENTRE]] == pytest.approx(0.2 / 4 * 2)
    assert state.norms.founding_rate[KIND_CODE[OFFICE]] == pytest.approx(0.1 / 4)


def test_hosts_that_are_left_over_found_a_part_in_a_quarter_however_large_the_stock():
    state = tiny(enterprise_technology_centres=1000.0)
    performers(state, 8)
    p = founding.Parameters(most_hosts=0.25)
    assert begun(state, p, **{CENTRE: 0.5})[KIND_CODE[CENTRE]] == pytest.approx(0.25 * 8)


@pytest.fixture(scope="module")
def weihai():
    """A real city at its start: how its hosts and stocks fit together."""
    return start_run(load_plan("weihai_2018"), None, seed=1, uncertainty="noise").state


@pytest.mark.parametrize("kind", [CENTRE, "engineering_research_centre"])
def test_neighbours_are_a_share_of_all_possible_hosts(weihai, kind):
    everybody = sum(hosts(weihai, name).rows.size for name in KINDS[kind].hosts)
    clusters = len(weihai.city.clusters)
    factor = founding._lacks(weihai, founding.Parameters(peers=0.5))[:clusters, KIND_CODE[kind]]
    ready, begun = (weihai.platforms(kind, status=status) for status in (ACTIVE, BUILDING))
    where = weihai.organisations.cluster[np.concatenate([ready, begun])]
    own = np.bincount(where, minlength=clusters)
    assert (own > 0).all()
    expected = 1 + 0.5 * np.minimum(own / (everybody / clusters), 1.0)
    assert factor == pytest.approx(expected)


def test_the_hazard_is_the_rate_times_the_suitability():
    state = tiny()
    set_hazard(state, CENTRE, 0.2)
    stock = np.repeat([10.0, 40.0], 1000)
    performers(state, 2000, rd_stock=stock)
    u = chances(state)
    founding.found(state, PLAIN)
    hazard = 0.2 * np.repeat([1.0, 4**0.3], 1000)
    assert founders_of(state, CENTRE) == set(np.flatnonzero(u < 1 - np.exp(-hazard)).tolist())


def test_a_host_that_has_the_kind_cannot_found_it_again():
    state = tiny()
    set_hazard(state, CENTRE, SURE)
    performers(state, 3, platforms=np.array([1 << KIND_CODE[CENTRE], 0, 1 << KIND_CODE[STATION]]))
    founding.found(state, PLAIN)
    assert founders_of(state, CENTRE) == {1, 2}
    next_quarter(state)
    founding.found(state, PLAIN)
    assert founded(state, CENTRE).size == 2


@pytest.mark.parametrize("kind", REPEATABLE)
def test_a_university_may_found_a_second_carrier_institute_or_park(kind):
    state = tiny()
    set_hazard(state, kind, SURE)
    add_bodies(state, "university", 1)
    for _ in range(2):
        founding.found(state, PLAIN)
        next_quarter(state)
    assert founded(state, kind).size == 2


def test_a_host_that_starts_with_an_incubator_may_found_a_second():
    run = start_run(load_plan("weihai_2018"), None, seed=1, uncertainty="noise", scale=0.1)
    bits = sum(1 << KIND_CODE[kind] for kind in REPEATABLE)
    for table in (run.state.firms, run.state.organisations):
        barred = np.flatnonzero(table.platforms & bits)
        assert barred.size == 0, f"{barred.size} {table.name} may found no second one"


def test_the_city_approves_of_a_share_of_proposals():
    state = tiny()
    set_hazard(state, CENTRE, SURE)
    performers(state, 4000)
    founding.found(state, founding.Parameters(peers=0.0, lack=1.0, approval=0.7))
    share = founded(state, CENTRE).size / 4000
    assert share == pytest.approx(0.7, abs=spread(0.7, 4000))


def test_two_kinds_compete_by_their_hazards():
    state = tiny()
    set_hazard(state, CENTRE, 0.75 * SURE)
    set_hazard(state, STATION, 0.25 * SURE)
    performers(state, 4000)
    founding.found(state, PLAIN)
    centres, stations = founders_of(state, CENTRE), founders_of(state, STATION)
    assert not centres & stations
    assert len(centres) + len(stations) == 4000
    assert len(centres) / 4000 == pytest.approx(0.75, abs=spread(0.75, 4000))


def test_a_platform_stands_where_its_firm_stands():
    state = tiny()
    set_hazard(state, CENTRE, SURE)
    performers(state, 2, cluster=np.array([TOOLS, SHIPS]), district=np.array([1, 0]), field=31)
    founding.found(state, PLAIN)
    rows = founded(state, CENTRE)
    table = state.organisations
    assert table.host_firm[rows].tolist() == [0, 1]
    assert table.cluster[rows].tolist() == [TOOLS, SHIPS]
    assert table.district[rows].tolist() == [1, 0]
    assert table.field[rows].tolist() == [31, 31]


def test_the_same_decision_has_the_same_id_in_two_worlds():
    worlds = []
    for bystanders in (0, 5):
        state = tiny()
        set_hazard(state, CENTRE, SURE)
        performers(state, 1)
        add_platforms(state, "incubator", bystanders)
        founding.found(state, PLAIN)
        row = founded(state, CENTRE)
        worlds.append((state.organisations.id[row].item(), state.organisations.quality[row].item()))
    assert worlds[0] == worlds[1]


# What lacks, what neighbours have, and whether seats are taken


def test_a_gap_in_the_cluster_and_neighbours_raise_the_rate():
    state = tiny()
    code = KIND_CODE[CENTRE]
    state.norms.possible_hosts[code] = 20  # ten to a cluster
    add_platforms(state, CENTRE, 4, cluster=TOOLS)
    add_platforms(state, CENTRE, 1, cluster=TOOLS, status=CLOSED)
    factor = founding._lacks(state, founding.Parameters(peers=0.5, lack=1.5))
    assert factor[TOOLS, code] == 1 + 0.5 * 4 / 10
    assert factor[SHIPS, code] == 1.5
    assert factor[2, code] == 1.0  # a host of no cluster
    add_platforms(state, CENTRE, 1, cluster=SHIPS, status=BUILDING)
    add_platforms(state, CENTRE, 40, cluster=TOOLS)
    factor = founding._lacks(state, founding.Parameters(peers=0.5, lack=1.5))
    assert factor[SHIPS, code] == 1 + 0.5 * 1 / 10  # what is being built is no gap
    assert factor[TOOLS, code] == 1.5  # never more than all hosts


def test_a_host_of_no_cluster_picks_one_that_lacks_the_kind():
    # Shares of one half each, times 1.5 and 1: three fifths to two fifths.
    place = np.array([0.01, 0.59, 0.61, 0.99])
    assert pick_cluster(tiny(), np.array([1.5, 1.0]), place).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("tenants", "turned_away", "factor"),
    [
        (50, 0, 1.0),  # as at the start
        (25, 0, 0.5**1.5),
        (2, 0, 0.1),  # (2/50) ** 1.5 = 0.008 is held at the least
        (75, 0, 1.5**1.5),
        (50, 25, 1.5**1.5),
        (90, 60, 3.0),  # 3 ** 1.5 = 5.2 is held at the most
    ],
)
def test_carriers_are_founded_where_seats_are_sought(tenants, turned_away, factor):
    state = tiny(seats_taken=0.5)
    add_platforms(state, "incubator", 1, seats=100, tenants=tenants)
    add_platforms(state, "incubator", 1, seats=900, status=CLOSED)
    state.history.append(Flows(turned_away=turned_away))
    assert founding._demand(state, founding.Parameters(demand=1.5)) == pytest.approx(factor)


def test_empty_carriers_slow_down_carriers_and_nothing_else():
    state = tiny(seats_taken=0.5)
    add_platforms(state, "incubator", 1, seats=100, tenants=25)
    for kind in ("makerspace", "rural_makerspace"):
        set_hazard(state, kind, 0.4)
    demand = founding._demand(state, PLAIN)
    rate, _ = founding._rates(state, "university", demand)
    assert rate[KIND_CODE["makerspace"]] == pytest.approx(0.4 * 0.5**1.5)
    assert rate[KIND_CODE["rural_makerspace"]] == pytest.approx(0.4)


# Partners of joint units


@pytest.mark.parametrize(("status", "founds"), [(ACTIVE, 5), (CLOSED, 0)])
def test_a_firm_asks_the_seller_it_knows_if_that_is_still_at_work(status, founds):
    # Strangers always refuse, who is known always agrees.
    p = dataclasses.replace(PLAIN, known_agrees=1.0, partner_agrees=0.0)
    state = tiny()
    set_hazard(state, JOINT, SURE)
    (known,) = add_platforms(state, "institute", 1, status=status)
    add_bodies(state, "outside", 1)
    performers(state, 5, partner=known)
    founding.found(state, p)
    rows = founded(state, JOINT)
    assert rows.size == founds
    assert (state.organisations.partner[rows] == known).all()


def test_nobody_is_its_own_partner():
    p = dataclasses.replace(PLAIN, partner_agrees=1.0)
    for universities, founds in ((1, 0), (2, 2), (20, 20)):
        state = tiny()
        set_hazard(state, JOINT, SURE)
        add_bodies(state, "university", universities)
        founding.found(state, p)
        rows, table = founded(state, JOINT), state.organisations
        assert rows.size == founds
        assert (table.partner[rows] >= 0).all()
        assert (table.partner[rows] != table.host_body[rows]).all()


# Money


def test_without_an_offer_nothing_is_paid():
    state = tiny(offer("founding_grant", 5.0, "institute"), money=100)
    set_hazard(state, CENTRE, SURE)
    performers(state, 5)
    founding.found(state, PLAIN)
    assert founded(state, CENTRE).size == 5
    assert promised(state) == {}


def test_a_grant_is_paid_and_the_platform_opens_after_its_building_time():
    state = tiny(offer("founding_grant", 5.0, CENTRE), money=100)
    set_hazard(state, CENTRE, SURE)
    performers(state, 4)
    founding.found(state, PLAIN)
    assert promised(state) == {(START + 4, "founding_grant"): 4 * 5_000_000}
    assert state.flows.founded[KIND_CODE[CENTRE]] == 4
    rows = founded(state, CENTRE)
    for quarter, status in enumerate((BUILDING, BUILDING, BUILDING, ACTIVE)):
        founding.open_what_is_built(state)
        assert state.organisations.opens[rows].tolist() == [START + 3] * 4
        assert state.organisations.status[rows].tolist() == [status] * 4, quarter
        next_quarter(state)


def test_a_kind_without_building_time_is_open_at_once():
    state = tiny()
    set_hazard(state, CENTRE, SURE)
    set_cost(state, CENTRE, building=0.0)
    performers(state, 1)
    founding.found(state, PLAIN)
    assert state.platforms(CENTRE).size == 1


def one_kind(grant, trust=1.0, money=0, number=400):
    """Return the firms that found at a plain hazard of 0.3, and their draws."""
    state = tiny(offer("founding_grant", grant, CENTRE), money=money)
    state.trust["city_fund"] = trust
    set_hazard(state, CENTRE, 0.3)
    performers(state, number)
    u = chances(state)
    founding.found(state, PLAIN)
    return founders_of(state, CENTRE), u, state


def test_a_grant_brings_those_whose_draw_lies_between_the_two_hazards():
    who, u, _ = one_kind(grant=20.0)
    assert who == set(np.flatnonzero(u < 1 - np.exp(-0.3 * 3)).tolist())


def test_a_grant_moves_as_far_as_it_is_counted_on():
    for trust in (0.0, 0.35, 0.7):
        who, u, _ = one_kind(grant=20.0, trust=trust)
        assert who == set(np.flatnonzero(u < 1 - np.exp(-0.3 * (1 + 2 * trust))).tolist())


def test_who_trusted_has_founded_though_no_money_comes_and_nobody_trusts_then():
    who, _, state = one_kind(grant=20.0)
    assert who == one_kind(grant=20.0, money=1e6)[0]
    assert promised(state) == {}
    assert state.trust["city_fund"] == 0.5
    state.offers.weigh_anew()
    for trust in (0.25, 0.125):
        state.claim(state.offers.published[0], 20.0, payee="firm", rows=np.arange(1))
        promised(state)
        assert state.trust["city_fund"] == trust


def test_a_higher_offer_never_means_fewer_foundings():
    before = set()
    for grant in (0.0, 1.0, 5.0, 20.0, 40.0):
        who, _, _ = one_kind(grant=grant)
        assert before <= who
        before = who
    assert len(before) > 300  # of 400: 1 - exp(-1.5) = 78 %


def test_scarce_money_is_shared_by_those_who_founded():
    who, _, state = one_kind(grant=20.0, money=40)
    assert len(who) > 100
    [claim] = [claim for claim in state.claims if claim.rows.size]
    assert promised(state) == {(START + 4, "founding_grant"): 40_000_000 // len(who) * len(who)}
    assert set(claim.rows.tolist()) == who


def two_kinds(*offers, trust=1.0):
    """Return what 2000 firms found, each at a hazard of 0.1 for either of two kinds."""
    state = tiny(*offers)
    state.trust["city_fund"] = trust
    for kind in (CENTRE, STATION):
        set_hazard(state, kind, 0.1)
    performers(state, 2000)
    founding.found(state, PLAIN)
    return founders_of(state, CENTRE), founders_of(state, STATION)


def test_a_higher_offer_for_one_kind_never_means_fewer_of_it():
    before = set()
    for grant in (0.0, 1.0, 5.0, 20.0, 40.0):
        centres, _ = two_kinds(offer("founding_grant", grant, CENTRE))
        assert before <= centres
        before = centres


def test_offers_only_add_and_only_what_they_are_for():
    centres, stations = two_kinds()
    more, same = two_kinds(offer("founding_grant", 40.0, CENTRE))
    assert same == stations
    assert centres < more
    # Both kinds have a hazard of 0.1; fourfold more of one adds what lies between 0.2 and 0.6.
    expected = np.exp(-0.2) - np.exp(-0.6)
    assert len(more - centres) / 2000 == pytest.approx(expected, abs=spread(expected, 2000))


def test_an_offer_that_nobody_counts_on_changes_nothing_that_is_founded():
    # A boost of 5 on one of two kinds: who would have founded the other must not switch for
    # money that nobody believes in.
    mistrusted = two_kinds(offer("founding_grant", 40.0, CENTRE), trust=0.0)
    assert mistrusted == two_kinds()


# Talks with parents from outside


def talking(*offers, number=1000, money=0.0, **numbers):
    state = tiny(*offers, money=money)
    add_bodies(state, "outside", number)
    set_figure(state, "gdp", 1e6)  # 1000 bn CNY: the parameter is the chance itself
    numbers = {"talks": 4.0, "talks_succeed": 0.22} | numbers
    return state, founding.Parameters(**numbers)


def test_talks_last_four_to_eight_quarters_each_as_often():
    state, p = talking()
    founding.found(state, p)
    length = state.organisations.negotiates_until[state.bodies("outside")] - START
    assert sorted(set(length.tolist())) == [4, 5, 6, 7, 8]
    for quarters in range(4, 9):
        share = (length == quarters).mean()
        assert share == pytest.approx(0.2, abs=spread(0.2, 1000)), quarters


def test_a_share_of_outsiders_opens_talks():
    state, p = talking(number=4000, talks=0.4)
    founding.found(state, p)
    share = (state.organisations.negotiates_until > 0).mean()
    assert share == pytest.approx(0.1, abs=spread(0.1, 4000))


def test_as_many_talks_end_as_the_plan_begins_as_are_opened():
    # Ningbo's output is large: a sixth to a quarter of all parents are in talks.
    many = {"scale": 0.02, "start": {"outside_parents": 40_000}}
    state, _, p = city_with_standing_rules("ningbo_315", **many)
    until = state.organisations.negotiates_until[state.bodies("outside")]
    ending = np.mean([(until == state.start + quarter).sum() for quarter in range(4)])
    opening = (until == 0).sum() * founding.talks_a_quarter(state, p)
    assert ending == pytest.approx(opening, rel=0.08)


def institutes_after_talks(*offers, money=0.0):
    state, p = talking(*offers, money=money, number=3000, shortest_talks=4, longest_talks=4)
    founding.found(state, p)
    for _ in range(3):
        next_quarter(state)
        founding.found(state, p)
        assert founded(state, "institute").size == 0
    next_quarter(state)
    founding.found(state, p)
    rows = founded(state, "institute")
    return set(state.organisations.host_body[rows].tolist()), state


def test_talks_that_end_succeed_with_the_stated_chance():
    who, state = institutes_after_talks()
    assert len(who) / 3000 == pytest.approx(0.22, abs=spread(0.22, 3000))
    rows = founded(state, "institute")
    table = state.organisations
    assert set(table.host_class[rows].tolist()) == {HOSTS.index("outside")}
    assert set(table.cluster[rows].tolist()) == {TOOLS, SHIPS}
    assert set(table.district[rows].tolist()) == {0, 1}


def test_support_lets_more_talks_succeed_and_none_fail():
    without, _ = institutes_after_talks()
    grant = offer("founding_grant", 10.0, "institute")  # its cost again: a boost of 2
    funded, state = institutes_after_talks(grant, money=1e6)
    assert without < funded
    assert len(funded) / 3000 == pytest.approx(0.44, abs=spread(0.44, 3000))
    assert promised(state) == {(START + 8, "founding_grant"): len(funded) * 10_000_000}


def test_after_its_talks_an_outsider_may_open_new_ones():
    state, p = talking(number=200, shortest_talks=4, longest_talks=4)
    founding.found(state, p)
    next_quarter(state, 4)
    founding.found(state, p)
    assert set(state.organisations.negotiates_until[state.bodies("outside")]) == {START + 8}


def test_services_are_founded_elsewhere():
    state = tiny()
    for kind in KIND_NAMES:
        set_hazard(state, kind, SURE)
    for body in ("university", "hospital", "public_body", "outside"):
        add_bodies(state, body, 3)
    founding.found(state, PLAIN)
    for kind in ("transfer_service", "ip_service"):
        assert founded(state, kind).size == 0


def openings(state, first, last):
    """Return platforms, services apart, that opened within these quarters."""
    table = state.organisations
    apart = np.isin(table.kind, [KIND_CODE["transfer_service"], KIND_CODE["ip_service"]])
    open_now = (table.kind < len(KIND_NAMES)) & (table.status != BUILDING) & ~apart
    return int((open_now & (table.opens >= first) & (table.opens <= last)).sum())


def test_a_city_begins_with_platforms_under_way():
    early = late = 0
    for replicate in range(2):
        run = start_run(
            load_plan("ningbo_2019"),
            None,
            seed=1,
            replicate=replicate,
            uncertainty="noise",
        )
        state = run.state
        begun = (state.organisations.status == BUILDING) & (
            state.organisations.kind < len(KIND_NAMES)
        )
        assert (state.organisations.opens[begun] >= state.start).all()
        assert (state.organisations.decided[begun] < state.start).all()
        for _ in range(8):
            run.step()
            run.finish()
        early += openings(state, state.start, state.start + 3)
        late += openings(state, state.start + 4, state.start + 7)
    # What opens in the first year is what opens in the second: nothing waits for the plan.
    assert early == pytest.approx(late, rel=0.25)


@pytest.mark.parametrize("name", ["jiangyin_2025", "weihai_2018"])
@pytest.mark.parametrize("scale", [0.1, 0.3])
def test_a_thinned_city_begins_with_its_platforms_and_founds_as_many(name, scale):
    state, _, p = city_with_standing_rules(name, scale=scale)
    table = state.organisations
    for kind in FOUNDED_HERE:
        stock = getattr(state.figures, KINDS[kind].stock)
        # A row of firms is the city's so many: the last of them is taken by lot.
        assert state.number(state.platforms(kind)) == pytest.approx(stock, abs=1 / scale), kind
    hosted = (table.host_firm >= 0) | (table.host_body >= 0)
    platform = table.kind < len(KIND_NAMES)
    assert state.number(platform & ~hosted) < 0.02 * state.number(platform)
    expected = founding.expected_foundings(state, p)
    told = [told_foundings(state, p, kind) for kind in FOUNDED_HERE]
    assert [expected[KIND_CODE[kind]] for kind in FOUNDED_HERE] == pytest.approx(told, rel=0.01)
