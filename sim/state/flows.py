"""Sums of a city: what happens in a quarter, and what has come together until now."""

from dataclasses import dataclass

from sim.core.arrays import Floats
from sim.inputs.codes import KIND_NAMES, LEVELS
from sim.state.columns import PROJECT_KINDS, TALENT_KINDS
from sim.state.declared import Declared, amount, amounts, by_number

KINDS = (KIND_NAMES,)
KINDS_AND_LEVELS = (KIND_NAMES, LEVELS)


@dataclass(eq=False, slots=True)
class Flows(Declared):
    """What happens in one quarter."""

    # Research and subsidies
    grants: float = amount("patents", "invention patents granted to firms")
    diagnosed: float = amount("firms", "technology firms diagnosed and coached")
    coached_into_rd: float = amount("firms", "coached firms that started R&D")
    rd_subsidy_claims: float = amount("firms", "claims of R&D subsidies")
    rd_subsidy_granted: float = amount("million CNY", "R&D subsidies granted")
    # Results, meetings and contracts
    spin_offs: float = amount("firms", "firms founded for a result")
    helped: Floats = amounts(
        "results and projects", "that platforms of a kind brought further", *KINDS
    )
    meetings: float = amount("meetings", "results that met firms")
    matches: float = amount("matches", "meetings that became intentions to deal")
    institute_matches: float = amount("matches", "those over results of institutes")
    broker_cases: float = amount("cases", "contracts that brokers have time to serve")
    transfers: float = amount("contracts", "results of universities and institutes sold")
    products_of_transfers: float = amount("products", "products that will come of results sold")
    contracts: float = amount("contracts", "contracts registered with the technology market")
    contracts_real: float = amount("contracts", "contracts signed")
    turnover: float = amount("million CNY", "value of the registered contracts")
    turnover_real: float = amount("million CNY", "value of all contracts")
    brokered: float = amount("contracts", "contracts with an intermediary")
    brokered_value: float = amount("million CNY", "value of the contracts with an intermediary")
    voucher_contracts: float = amount("contracts", "contracts that vouchers brought about")
    bonus_base: float = amount("million CNY", "value that earns intermediaries a bonus")
    bonus: float = amount("million CNY", "bonus to intermediaries")
    units_learnt: float = amount("units", "units of knowledge that firms learnt from outside")
    # Outreach
    events: float = amount("events", "matchmaking events")
    event_firms: float = amount("firms", "firms that attended an event")
    visits: float = amount("firms", "firms that researchers visited")
    scenarios: float = amount("scenarios", "application scenarios built")
    scenarios_opened: float = amount("scenarios", "application scenarios opened")
    first_orders: float = amount("million CNY", "first public orders")
    # Projects
    joint_projects: float = amount("projects", "joint R&D projects agreed")
    joint_value: float = amount("million CNY", "budgets of the joint projects agreed")
    joint_investment: float = amount("million CNY", "investment in major joint projects")
    joint_sales: float = amount("million CNY", "new sales of major joint projects")
    joint_profit_and_tax: float = amount("million CNY", "profit and tax of those sales")
    declined: float = amount("projects", "agreed on or won, for which a partner had no time")
    sales_declined: float = amount("results", "results whose owners had no time to follow a sale")
    listed_projects: float = amount("projects", "vice-presidents' projects that are listed")
    city_projects: float = amount("projects", "projects of the city's calls")
    key_projects: float = amount("projects", "key projects of the city's calls")
    won_projects: Floats = amounts("projects", "projects won outside the city", PROJECT_KINDS)
    # Platforms
    founded: Floats = amounts("platforms", "platforms that hosts began to build", *KINDS)
    promoted: Floats = amounts("platforms", "platforms that rose to a level", *KINDS_AND_LEVELS)
    awards: Floats = amounts("awards", "technology-market awards of a level", LEVELS)
    closed_platforms: float = amount("platforms", "platforms that evaluation closed")
    failed_platforms: float = amount("platforms", "platforms closed for lack of money")
    rescued_platforms: float = amount("platforms", "platforms whose losses the host made good")
    hosts_paid: float = amount("million CNY", "added by hosts to platforms' accounts")
    earned: float = amount("million CNY", "rents and contracts of platforms with an account")
    received: float = amount("million CNY", "public money paid to them")
    passed_on: float = amount("million CNY", "public money for platforms that their hosts took in")
    spent: float = amount("million CNY", "running costs of platforms with an account")
    set_aside: float = amount("million CNY", "set aside by hosts for founding platforms")
    invested: float = amount("million CNY", "means of hosts that what they found changes")
    founders_paid: float = amount("million CNY", "paid to hosts for founding")
    from_platforms: float = amount("million CNY", "that came to hosts from their platforms")
    services_closed: float = amount("platforms", "services that gave up")
    instruments_registered: float = amount("instruments", "large instruments registered")
    equipment_uses: float = amount("uses", "uses of shared equipment")
    parks_granted: float = amount("parks", "provincial high-tech parks granted")
    park_applications: float = amount("applications", "districts that applied for a park")
    poles_named: float = amount("poles", "innovation poles named")
    space_finished: float = amount("square metres", "floor space of carriers finished")
    # Start-ups and funds
    seated: float = amount("firms", "start-ups seated")
    turned_away: float = amount("firms", "start-ups that found no seat")
    graduates: float = amount("firms", "tenants that graduated")
    hatched: float = amount("firms", "start-ups seated by an institute's carrier")
    private_raised: float = amount("million CNY", "private money of funds raised")
    fund_commitments: float = amount("million CNY", "public money committed to funds")
    funds_closed: float = amount("million CNY", "funds that closed")
    equity: float = amount("million CNY", "equity given to start-ups")
    equity_firms: float = amount("firms", "start-ups that got equity")
    # People
    applied: Floats = amounts("applications", "applications for a title or package", TALENT_KINDS)
    exchange_posts: float = amount("posts", "scientists sent into firms and offices")
    exchange_ties: float = amount("firms", "firms whom such a post left with a partner")
    enrolled: float = amount("students", "students who began at institutes")
    students_graduated: float = amount("students", "students of institutes who finished")
    certified: float = amount("persons", "brokers certified")
    # Firms
    closed: float = amount("firms", "firms closed")
    entered: float = amount("firms", "firms entered")
    fell_below: float = amount("firms", "firms that fell below the statistical threshold")
    rose_above: float = amount("firms", "firms that rose above it")
    high_tech_applications: float = amount("firms", "applications for the high-tech status")
    service_statuses: float = amount("firms", "statuses of advanced service firm granted")


@dataclass(eq=False, slots=True)
class Totals(Declared):
    """What has come together until now, and what is under way."""

    years_of_science_money: float = amount("years", "years opened since the start")
    growth_of_science_money: float = amount("share", "growth of science money in them, added up")
    matches: float = amount("matches", "intentions to deal since the start")
    institute_matches: float = amount("matches", "those over results of institutes")
    firms_visited: float = amount("firms", "firms visited since the start")
    scenarios: float = amount("scenarios", "application scenarios in being")
    scenarios_since_the_start: float = amount("scenarios", "those opened since the start")
    scenarios_additional: float = amount("scenarios", "those that offers added")
    scenarios_due: dict[int, float] = by_number("scenarios", "being built, by quarter of opening")
    joint_investment: float = amount("million CNY", "investment in major joint projects")
    joint_investment_new: float = amount("million CNY", "that in projects begun since the start")
    joint_sales: float = amount("million CNY", "new sales of major joint projects")
    joint_sales_new: float = amount("million CNY", "those of projects begun since the start")
    joint_profit_and_tax: float = amount("million CNY", "profit and tax of those sales")
    joint_profit_and_tax_new: float = amount(
        "million CNY", "those of projects begun since the start"
    )
    pilot_offices_offered: float = amount("offices", "pilot transfer offices offered so far")
    pilot_projects: float = amount("projects", "that ask for pilot tests in the next quarter")
    pilot_room: float = amount("places", "of pilot platforms in this quarter, for projects")
    pilot_share: float = amount("share", "of the pilot tests asked for that there is a place for")
    reached: Floats = amounts("platforms", "platforms that reached a level", *KINDS_AND_LEVELS)
    equipment_uses: float = amount("uses", "uses of shared equipment since the start")
    equipment_uses_of_small_firms: float = amount("uses", "those of firms below the threshold")
    parks: dict[int, float] = by_number("yes/no", "high-tech parks, by district number")
    poles_of_districts: dict[int, float] = by_number("yes/no", "poles named, by district number")
    poles_of_zones: dict[int, float] = by_number("yes/no", "poles named, by number of a zone")
    space: float = amount("square metres", "floor space of carriers")
    space_new: float = amount("square metres", "that finished since the start")
    space_begun: float = amount("square metres", "that under construction")
    space_in_use: float = amount("square metres", "that in use")
    space_due: dict[int, float] = by_number("square metres", "being built, by quarter of the end")
    blocks: float = amount("blocks", "blocks of the cluster area")
    blocks_finished: dict[int, float] = by_number("quarter", "when a begun block is finished")
    seedlings: float = amount("firms", "hatched firms that passed the tests")
    funds: float = amount("million CNY", "funds in being")
    funds_closed: float = amount("million CNY", "funds closed since the start")
    funds_due: dict[int, float] = by_number("million CNY", "being raised, by quarter of closing")
    fund_money: float = amount("million CNY", "money of funds not yet invested")
    to_invest: float = amount("million CNY", "money that funds invest here, not yet given")
    fund_commitments: float = amount("million CNY", "public money in funds whose partners signed")
    commitments_open: dict[int, float] = by_number("million CNY", "not yet committed, by offer")
    commitments_free: dict[tuple[int, int], float] = by_number(
        "million CNY", "commitments that fell through, by offer and quarter in which they are free"
    )
    capital_open: dict[int, float] = by_number("million CNY", "equity not yet given, by offer")
    equity: float = amount("million CNY", "equity given to start-ups since the start")
    lift_of_kinds: dict[tuple[int, int], float] = by_number(
        "relative rise", "of what is let through in this quarter, by kind and district"
    )
    bids: dict[int, float] = by_number("weight", "of districts that bid for institutes, beside 1")
    served_first: Floats = amounts(
        "yes/no", "claims for a kind come first in this quarter", KIND_NAMES
    )
    lift_of_brokers: float = amount("relative rise", "of certificates in this quarter")
    lift_of_statuses: float = amount("relative rise", "of applications for the high-tech status")
    over_reported: float = amount("share", "R&D reported in this quarter beside what is done")
    graduates: float = amount("persons", "graduates trained")
    graduates_since_the_start: float = amount("persons", "those who finished since the start")
    graduates_staying: float = amount("persons", "those of them who stay")
    graduates_due: dict[int, float] = by_number("persons", "students, by quarter of finishing")
    skilled: float = amount("persons", "skilled workers")
    highly_skilled: float = amount("persons", "highly skilled ones of them")
    employed: float = amount("persons", "persons employed in the city")
    person_year_cost: float = amount("million CNY", "R&D expenditure per person-year of R&D staff")
