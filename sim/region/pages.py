"""The two pages that a city lives by: how it is placed at the start, and what a quarter does.

Each verb of the start takes the state and the replicate's values, each verb of the quarter the
state and its process's own numbers.
"""

from collections.abc import Callable

from sim.inputs.values import Values
from sim.processes import (
    accounts,
    accreditation,
    budget,
    contract,
    demography,
    districts,
    enact,
    equipment,
    evaluation,
    founding,
    funds,
    government,
    incubation,
    learning,
    market,
    maturation,
    meeting,
    outreach,
    projects,
    research,
    services,
    settle,
    space,
    subsidy_response,
    talent,
)
from sim.region.population import firms, norms, organisations, seats, transfer
from sim.state.state import State

Verb = Callable[[State, Values], None]

# Who is there before the year of history that gives every flow a past.
START: tuple[Verb, ...] = (
    settle.begin,
    firms.place_large_firms,
    firms.place_small_firms,
    firms.place_startups,
    firms.choose_rd,
    norms.fix_norms,
    research.begin,
    organisations.place_bodies,
    organisations.place_platforms,
    research.know_units,
    seats.seat_tenants,
    firms.give_high_tech_status,
    transfer.certify_brokers,
    transfer.lay_open_results,
    talent.begin,
    projects.expect_pilots,
    maturation.begin,
    contract.begin,
    transfer.know_what_contracts_taught,
)
# What is under way as the plan begins, after that year.
UNDER_WAY: tuple[Verb, ...] = (
    projects.begin,
    outreach.begin,
    funds.begin,
    equipment.begin,
    research.allow_for_tests,
    space.begin,
    districts.begin,
    services.begin,
    accounts.begin,
    founding.begin,
)

# The quarter, in its order. Offers come before the budget, since the venture money of a year is
# what is offered; everything else follows the design's order. Plug-ins put theirs in between.
QUARTER: list[tuple[str, Callable[..., None]]] = [
    ("government", government.watch),
    ("enact", enact.publish_offers),
    ("budget", budget.open_the_year),
    ("talent", talent.recruit_and_train),
    ("research", research.invest_and_find),
    ("subsidy_response", subsidy_response.respond),
    ("maturation", maturation.mature),
    ("outreach", outreach.reach_out),
    ("meeting", meeting.meet),
    ("contract", contract.agree),
    ("projects", projects.undertake),
    ("founding", founding.found),
    ("equipment", equipment.share),
    ("learning", learning.learn),
    ("incubation", incubation.incubate),
    ("funds", funds.raise_and_invest),
    ("services", services.train_and_enter),
    ("market", market.grow),
    ("space", space.build),
    ("demography", demography.renew),
    ("accreditation", accreditation.promote),
    ("evaluation", evaluation.grade),
    ("districts", districts.designate),
    ("accounts", accounts.keep_accounts),
    ("settle", settle.settle),
]
