"""Projects of all kinds: fair comparison, and a city without any."""

from project_towns import CALL, QUIET, start, town
from world import offer, tiny

from sim.indicators import projects as counted
from sim.processes.projects import Parameters, undertake


def test_a_firm_that_is_not_there_changes_only_its_own_projects():
    worlds = []
    for alive in (True, False):
        state = town(joint_projects=800.0)
        state.firms.alive[7] = alive
        undertake(state, Parameters(**QUIET))
        worlds.append(
            dict(zip(state.projects.id.tolist(), state.projects.firm.tolist(), strict=True))
        )
    gone = set(worlds[0]) - set(worlds[1])
    assert set(worlds[1]) <= set(worlds[0])
    assert {worlds[0][i] for i in gone} <= {7}


def test_an_offer_of_nothing_changes_nothing():
    tables = []
    for offers in (
        (),
        (
            offer("project_money", 0.0, recipient="firm"),
            offer("project_number", 0.0),
            offer("project_priority", 0.0),
        ),
    ):
        state = town(*offers, quarter=CALL, key_projects=20.0, joint_projects=400.0, firms=400)
        undertake(state, Parameters())
        tables.append([state.projects.id.tolist(), state.projects.value.tolist(), state.flows])
    assert tables[0] == tables[1]


def test_an_empty_city_measures_nothing():
    state = tiny()
    start(state, Parameters())
    undertake(state, Parameters())
    for name in (
        "joint_projects_new",
        "vp_led_projects",
        "key_technologies",
        "strategic_products",
        "provincial_projects_per_institute",
        "national_project_coverage",
        "key_rd_projects_per_year",
        "hard_core_results",
    ):
        assert getattr(counted, name)(state) == 0
