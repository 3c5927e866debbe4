"""What is fixed once, at the start: whom and what everybody is compared with from then on.

No firm's life may hang on who else lives, so means, scales and usual numbers are those of the
start. The verbs of the start set them; no process of a quarter does.
"""

from dataclasses import dataclass

from sim.core.arrays import Floats
from sim.inputs.codes import KIND_NAMES
from sim.state.columns import PROJECT_KINDS, TALENT_KINDS
from sim.state.declared import Declared, amount, amounts

SMALL, LARGE = 0, 1  # classes of firms: below the statistical threshold, and above it
SIZES = ("small", "large")


@dataclass(eq=False, slots=True)
class Norms(Declared):
    """Norms of a city."""

    # Firms
    mean_employees: float = amount("persons", "mean of firms")
    mean_youth: float = amount("a year", "mean of 1 / age, weighted by revenue")
    mean_closing_size: float = amount("ratio", "mean of above-scale firms' size in closing")
    leave_above_scale: float = amount("rows a quarter", "large firms that new ones replace")
    left_by_closing: float = amount("share a year", "revenue that closing leaves to others")
    high_tech_share_drawn: float = amount("share", "above-scale revenue in high-tech industry")
    own_unit: float = amount("share", "firms with R&D that have an R&D unit of their own")
    status_cost: float = amount("million CNY", "cost of applying for the high-tech status, median")
    becomes_sme: float = amount("chance a quarter", "that a start-up becomes a technology SME")
    technology_based: Floats = amounts(
        "chance", "that an entrant is at the high-tech thresholds", SIZES
    )
    # Research
    typical_propensity: float = amount("ratio", "R&D over revenue of performers, mean")
    typical_rd_stock: float = amount("million CNY", "R&D stock of performers, median")
    stop: Floats = amounts("chance a quarter", "stopping R&D, for a firm of one person", SIZES)
    start: Floats = amounts("chance a quarter", "starting R&D, for a firm of one person", SIZES)
    yearly_grants: float = amount("patents a year", "invention grants")
    grants_scale: float = amount("patents a quarter", "grants at R&D of one million CNY")
    high_value_norm: float = amount("ratio", "chance that a grant is of high value, at intensity 1")
    rd_accounting: float = amount(
        "ratio", "above-scale firms' R&D in their own books over that in the statistical one"
    )
    # Contracts and equipment
    contract_scale: float = amount("contracts a quarter", "commissions at R&D of one million CNY")
    instruments_per_researcher: float = amount("instruments", "large instruments per researcher")
    registered_at_the_start: float = amount("instruments", "large instruments in the register")
    uses_scale: float = amount("uses a quarter", "uses of shared equipment at a weight of 1")
    # Projects
    project_scale: float = amount("projects a quarter", "joint projects at R&D of one million CNY")
    project_major_chance: float = amount("chance", "that a joint project of an able firm is major")
    project_places: float = amount("projects a year", "places of the city's calls")
    project_applies: float = amount("chance a year", "that an able firm applies")
    project_proposals: Floats = amounts("proposals a year", "sent by the city", PROJECT_KINDS)
    project_size: float = amount("log million CNY", "mean log R&D stock of firms able to lead")
    project_spread: float = amount("log million CNY", "its standard deviation")
    project_experience: float = amount("doublings", "projects carried, mean over researchers")
    # Talent
    seekers: Floats = amounts("firms", "suitability of possible applicants, summed", TALENT_KINDS)
    eligible: Floats = amounts("firms", "possible applicants", TALENT_KINDS)
    talent_hosts: float = amount("organisations", "universities and institutes")
    institutes: float = amount("organisations", "institutes")
    top_talents_a_year: float = amount("persons a year", "top talents who come")
    talents_a_year: float = amount("persons a year", "talents per recruiting institute")
    recruiting: float = amount("institutes", "institutes, weighted by how fast they recruit")
    enrolled: float = amount("students a year", "students who begin at institutes")
    # Founding
    founding_rate: Floats = amounts(
        "a quarter", "hazard of founding, for a body that nothing else moves", KIND_NAMES
    )
    weighing: Floats = amounts(
        "ratio", "how often a service is weighed, to what bodies are said to", KIND_NAMES
    )
    possible_hosts: Floats = amounts("hosts", "possible hosts, with one or without", KIND_NAMES)
    # Accounts, seats, space and districts
    price: Floats = amounts(
        "million CNY a year", "earned for a tenant, or for one of contracts", KIND_NAMES
    )
    service_income: Floats = amounts(
        "million CNY a year", "what a service may expect, a mean share", KIND_NAMES
    )
    seeks_seat: float = amount("share", "start-ups that seek a seat")
    seats_taken: float = amount("share", "seats of carriers taken")
    space_taken: float = amount("square metres", "floor space of carriers in use")
    space_tenants: float = amount("firms", "tenants of carriers")
    space_firms: float = amount("firms", "small firms outside carriers")
    empty_ahead: float = amount("share", "space empty, now and under construction")
    district_mean: float = amount("log million CNY", "mean log R&D of districts")
    district_spread: float = amount("log million CNY", "its standard deviation")
