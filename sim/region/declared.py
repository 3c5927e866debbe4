"""All classes of numbers, by sheet: what a table of numbers, or a run, looks them up in.

Each is held against its sheet as this is loaded, so that nothing runs where the two differ.
"""

from sim.core.quantity import Quantity
from sim.inputs.kinds import KINDS
from sim.inputs.numbers import Numbers, meanings, quantities
from sim.processes import (
    accounts,
    accreditation,
    budget,
    contract,
    demography,
    districts,
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
from sim.region.population import numbers as population
from sim.state import founders, knowledge, partners, researchers

DECLARED: dict[str, type[Numbers]] = {
    numbers.sheet: numbers
    for numbers in (
        population.Parameters,
        founders.Parameters,
        knowledge.Parameters,
        partners.Parameters,
        budget.Parameters,
        research.Parameters,
        meeting.Parameters,
        contract.Parameters,
        founding.Parameters,
        incubation.Parameters,
        services.Parameters,
        market.Parameters,
        demography.Parameters,
        accreditation.Parameters,
        evaluation.Parameters,
        funds.Parameters,
        space.Parameters,
        equipment.Parameters,
        districts.Parameters,
        maturation.Parameters,
        outreach.Parameters,
        projects.Parameters,
        subsidy_response.Parameters,
        talent.Parameters,
        settle.Parameters,
        accounts.Parameters,
        researchers.Parameters,
        government.Parameters,
        learning.Parameters,
    )
}

for _numbers in DECLARED.values():
    quantities(_numbers)


def unit_and_meaning(name: str, quantity: Quantity) -> str:
    """Return a number's unit with its meaning, by its full name; a figure's unit says both."""
    group, _, rest = name.partition(".")
    if group in DECLARED:
        return f"{quantity.unit}: {meanings(DECLARED[group])[rest]}"
    if group == "kind":
        kind, _, number = rest.partition(".")
        return f"{quantity.unit}: {KINDS[kind].meanings[number]}"
    return quantity.unit
