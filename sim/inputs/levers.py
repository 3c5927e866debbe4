"""What policy may pull: levers, and the types of instruments that pull them.

An instrument never edits the world. In each quarter ``enact`` turns the instruments in force into
*offers* on levers; a process reads the levers that it knows, agents decide on what they expect
from them, and the process in which the event happens has it claimed. Without an offer every lever
is neutral (0), and a process that reads 0 does exactly what it does without policy.
"""

from dataclasses import dataclass

from sim.inputs.codes import HOSTS


@dataclass(frozen=True, kw_only=True)
class Lever:
    """A named handle.

    Attributes:
        name: Its name.
        unit: Unit of an offer's dose.
        reads: The processes that read it.
        pays: Whether its event is paid from public money.
        paid_to: Who gets the money, of ``books.PAYEES``.
        booked: Whether accounts of platforms take it in.
        meaning: One line on what it offers, and to whom.
    """

    name: str
    unit: str
    reads: tuple[str, ...]
    pays: bool
    meaning: str
    paid_to: tuple[str, ...] = ()
    booked: bool = False


FOUNDING_GRANT = Lever(
    name="founding_grant",
    unit="million CNY per founding",
    reads=("founding", "services"),
    pays=True,
    paid_to=("firm", "university", "institute", "hospital", "public_body", "outside", "platform"),
    meaning="money for founding a platform of a kind",
)
FOUNDING_MEANS = Lever(
    name="founding_means",
    unit="share of the true founding cost",
    reads=("founding", "services"),
    pays=True,
    paid_to=("firm", "university", "institute", "hospital", "public_body", "outside", "platform"),
    meaning="money, land, rooms and staff toward founding a kind",
)
CLUSTER_AREA_MEANS = Lever(
    name="cluster_area_means",
    unit="share of the true cost of a block",
    reads=("space",),
    pays=True,
    paid_to=("public_body",),
    meaning="money, land and rooms toward the blocks of a cluster area for institutes",
)
OPERATING_GRANT = Lever(
    name="operating_grant",
    unit="million CNY a year",
    reads=("founding", "evaluation", "services", "accounts"),
    pays=True,
    paid_to=("platform",),
    booked=True,
    meaning="running costs of platforms that their founders are promised, in their first years",
)
RUNNING_RELIEF = Lever(
    name="running_relief",
    unit="share of the running cost",
    reads=("founding", "evaluation", "services", "accounts"),
    pays=True,
    paid_to=("platform",),
    booked=True,
    meaning="tax relief of platforms that are legal persons (tax forgone)",
)
LEVEL_REWARD = Lever(
    name="level_reward",
    unit="million CNY per level reached",
    reads=("founding", "accreditation", "services"),
    pays=True,
    paid_to=("platform",),
    booked=True,
    meaning="money on being accredited at a level",
)
LEVEL_MATCH = Lever(
    name="level_match",
    unit="ratio to the provincial grant",
    reads=("founding", "accreditation", "services"),
    pays=True,
    paid_to=("platform",),
    booked=True,
    meaning="the city adds to what the province grants for a level",
)
GRADE_REWARD = Lever(
    name="grade_reward",
    unit="million CNY per top grade",
    reads=("founding", "evaluation", "services"),
    pays=True,
    paid_to=("platform",),
    booked=True,
    meaning="money for an A in the yearly evaluation",
)
FIRST_PASS_REWARD = Lever(
    name="first_pass_reward",
    unit="million CNY, once",
    reads=("founding", "evaluation", "services"),
    pays=True,
    paid_to=("platform",),
    booked=True,
    meaning="money when a platform first passes its evaluation",
)
AWARD_MATCH = Lever(
    name="award_match",
    unit="million CNY per award",
    reads=("evaluation",),
    pays=True,
    paid_to=("platform",),
    booked=True,
    meaning="the city adds to a higher government's technology-market award",
)
STRICTNESS = Lever(
    name="strictness",
    unit="share of the lowest score tenth graded D; two D in a row close",
    reads=("evaluation",),
    pays=False,
    meaning="evaluation that weeds out: 0 adds nothing to usual practice",
)
RECOGNITION_REWARD = Lever(
    name="recognition_reward",
    unit="million CNY per recognition",
    reads=("demography",),
    pays=True,
    paid_to=("firm",),
    meaning="money for a firm's status as technologically advanced service enterprise",
)
STATUS_RELIEF = Lever(
    name="status_relief",
    unit="share of taxable income",
    reads=("demography",),
    pays=True,
    paid_to=("firm",),
    meaning="income tax saved by technologically advanced service firms (tax forgone)",
)
HIGH_TECH_RELIEF = Lever(
    name="high_tech_relief",
    unit="share of taxable income",
    reads=("demography",),
    pays=True,
    paid_to=("firm",),
    meaning="income tax that the status of high-tech firm saves (tax forgone)",
)
HIGH_TECH_REWARD = Lever(
    name="high_tech_reward",
    unit="million CNY per recognition",
    reads=("demography",),
    pays=True,
    paid_to=("firm",),
    meaning="money for a firm's first status as high-tech firm",
)
VOUCHER_SHARE = Lever(
    name="voucher_share",
    unit="share of the service price",
    reads=("contract",),
    pays=True,
    paid_to=("firm",),
    meaning="a voucher pays this share of a small firm's bill for technology or tests",
)
EQUIPMENT_SHARE = Lever(
    name="equipment_share",
    unit="share of the service price",
    reads=("contract",),
    pays=True,
    paid_to=("firm",),
    meaning="a voucher pays this share of equipment hired from incubators or lessors",
)
SHARING_REWARD = Lever(
    name="sharing_reward",
    unit="share of the value of services rendered",
    reads=("contract", "equipment"),
    pays=True,
    paid_to=("university", "institute", "platform"),
    booked=True,
    meaning="reward to organisations that share equipment and services",
)
TRANSFER_FINANCE = Lever(
    name="transfer_finance",
    unit="million CNY a year",
    reads=("budget", "contract"),
    pays=True,
    paid_to=("firm",),
    meaning="venture money and risk cover for buyers of results",
)
TRAINING_PLACES = Lever(
    name="training_places",
    unit="places a year",
    reads=("services",),
    pays=True,
    paid_to=("broker_training",),
    meaning="places in training for technology brokers",
)
PLATFORM_EQUITY = Lever(
    name="platform_equity",
    unit="share of the true founding cost",
    reads=("founding", "services"),
    pays=True,
    paid_to=("firm", "university", "institute", "hospital", "public_body", "outside", "platform"),
    meaning="venture capital for platforms that are legal persons; it must be earned back",
)
TRANSFER_BONUS = Lever(
    name="transfer_bonus",
    unit="share of the contract's value",
    reads=("services", "contract"),
    pays=True,
    paid_to=("platform",),
    booked=True,
    meaning="bonus to the intermediary of a registered technology contract",
)
PILOT_OFFICES = Lever(
    name="pilot_offices",
    unit="offices a year",
    reads=("founding",),
    pays=False,  # the text selects hosts, who bear the office themselves; it promises no money
    meaning="pilot technology transfer offices offered to universities and institutes",
)
DIAGNOSIS = Lever(
    name="diagnosis",
    unit="share of technology firms a year",
    reads=("research",),
    pays=True,
    paid_to=("firm",),
    meaning="diagnosis and coaching of firms' R&D, which makes starting R&D likelier",
)
VICE_PRESIDENT_POSTS = Lever(
    name="vice_president_posts",
    unit="posts a year",
    reads=("talent",),
    pays=False,
    meaning="help with applications for the provincial title of science vice-president",
)
PROFESSOR_POSTS = Lever(
    name="professor_posts",
    unit="posts a year",
    reads=("talent",),
    pays=False,
    meaning="help with applications for the provincial title of industry professor",
)
EXCHANGE_POSTS = Lever(
    name="exchange_posts",
    unit="posts a year",
    reads=("talent",),
    pays=True,
    paid_to=("university",),
    meaning="scientists and engineers sent into firms, parks and transfer offices",
)
TALENT_MONEY = Lever(
    name="talent_money",
    unit="million CNY per talent",
    reads=("talent",),
    pays=True,
    paid_to=("firm", "university", "institute"),
    meaning="package for a talent or team that comes",
)
EVENT_NUMBER = Lever(
    name="event_number",
    unit="events a year",
    reads=("outreach",),
    pays=True,
    paid_to=("public_body",),
    meaning="matchmaking events between researchers and firms",
)
VISIT_NUMBER = Lever(
    name="visit_number",
    unit="firms a year",
    reads=("outreach",),
    pays=True,
    paid_to=("university",),
    meaning="firms that researchers are sent to visit",
)
LISTING = Lever(
    name="listing",
    unit="share of open results",
    reads=("meeting",),
    pays=False,
    meaning="results shown on a technology market",
)
SELLER_INCENTIVE = Lever(
    name="seller_incentive",
    unit="relative rise of what researchers try to sell",
    reads=("research", "contract"),
    pays=False,
    meaning="income retention, ownership and autonomy of those who found a result",
)
RISK_RELIEF = Lever(
    name="risk_relief",
    unit="share of the perceived risk of a deal",
    reads=("contract",),
    pays=False,
    meaning="liability exemption, use first and pay later, insurance",
)
FUND_CAPITAL = Lever(
    name="fund_capital",
    unit="million CNY a year",
    reads=("budget", "funds"),
    pays=True,
    paid_to=("firm",),
    meaning="equity for start-ups",
)
GUIDANCE_FUND = Lever(
    name="guidance_fund",
    unit="million CNY a year",
    reads=("budget", "funds"),
    pays=True,
    paid_to=("outside",),
    meaning="public commitments that funds are set up with",
)
RD_SHARE = Lever(
    name="rd_share",
    unit="share of the R&D expense",
    reads=("subsidy_response",),
    pays=True,
    paid_to=("firm",),
    meaning="subsidy of firms' R&D after the fact",
)
RD_PRICE = Lever(
    name="rd_price",
    unit="share of the R&D expense",
    reads=("subsidy_response",),
    pays=True,
    paid_to=("firm",),
    meaning="tax saved by deducting R&D again (tax forgone)",
)
PROJECT_MONEY = Lever(
    name="project_money",
    unit="million CNY a year",
    reads=("projects",),
    pays=True,
    paid_to=("firm", "university", "platform"),
    meaning="money of city calls for projects",
)
PROJECT_NUMBER = Lever(
    name="project_number",
    unit="projects a year",
    reads=("projects",),
    pays=True,
    paid_to=("firm", "university", "platform"),
    meaning="projects that a city programme takes in",
)
PROJECT_PRIORITY = Lever(
    name="project_priority",
    unit="R&D over revenue above which a firm comes first",
    reads=("projects",),
    pays=False,
    meaning="first call on programmes for firms with much R&D",
)
SCENARIO_NUMBER = Lever(
    name="scenario_number",
    unit="scenarios a year",
    reads=("outreach",),
    pays=True,
    paid_to=("firm",),
    meaning="application scenarios that departments offer",
)
GRADUATE_PLACES = Lever(
    name="graduate_places",
    unit="places a year",
    reads=("talent",),
    pays=False,
    meaning="enrolment places of graduate schools at institutes",
)
BUDGET_GROWTH = Lever(
    name="budget_growth",
    unit="growth per year",
    reads=("budget",),
    pays=False,
    meaning="growth rule of the science budget",
)
MANAGEMENT_EFFORT = Lever(
    name="management_effort",
    unit="relative rise of applications for a level or an office's pace",
    reads=("accreditation", "outreach", "equipment", "space", "districts"),
    pays=False,
    meaning="classification, monitoring, registers; 0 in the range",
)
RESERVED_MONEY = Lever(
    name="reserved_money",
    unit="relative increase of the platform budget",
    reads=("budget",),
    pays=False,
    meaning="platforms have first call on the city's science fund",
)

# All of them by name, in the order above.
LEVERS: dict[str, Lever] = {
    lever.name: lever for lever in tuple(globals().values()) if isinstance(lever, Lever)
}


@dataclass(frozen=True, kw_only=True)
class InstrumentType:
    """How instruments of one type become offers.

    Attributes:
        levers: The levers an instrument of the type may pull; the first unless it says which.
            None where the process that would read them is still absent.
        process: The process that acts on it, or that the type waits for.
    """

    levers: tuple[Lever, ...]
    process: str


TYPES: dict[str, InstrumentType] = {
    "founding_subsidy": InstrumentType(levers=(FOUNDING_GRANT,), process="founding"),
    "operating_subsidy": InstrumentType(levers=(OPERATING_GRANT,), process="evaluation"),
    "platform_support": InstrumentType(
        levers=(FOUNDING_MEANS, CLUSTER_AREA_MEANS), process="founding"
    ),
    "capacity_building": InstrumentType(
        levers=(FOUNDING_MEANS, PILOT_OFFICES, DIAGNOSIS), process="founding"
    ),
    "accreditation_reward": InstrumentType(levers=(LEVEL_REWARD,), process="accreditation"),
    "performance_reward": InstrumentType(
        levers=(GRADE_REWARD, FIRST_PASS_REWARD), process="evaluation"
    ),
    "matching_grant": InstrumentType(levers=(LEVEL_MATCH, AWARD_MATCH), process="accreditation"),
    "recognition_reward": InstrumentType(
        levers=(RECOGNITION_REWARD, HIGH_TECH_REWARD), process="demography"
    ),
    "voucher": InstrumentType(levers=(VOUCHER_SHARE, EQUIPMENT_SHARE), process="contract"),
    "sharing_reward": InstrumentType(levers=(SHARING_REWARD,), process="contract"),
    "training": InstrumentType(levers=(TRAINING_PLACES, GRADUATE_PLACES), process="services"),
    "fund": InstrumentType(
        levers=(TRANSFER_FINANCE, PLATFORM_EQUITY, FUND_CAPITAL, GUIDANCE_FUND),
        process="incubation",
    ),
    "evaluation": InstrumentType(levers=(STRICTNESS,), process="evaluation"),
    "tax_incentive": InstrumentType(
        levers=(STATUS_RELIEF, HIGH_TECH_RELIEF, RUNNING_RELIEF, RD_PRICE),
        process="demography",
    ),
    "priority": InstrumentType(
        levers=(RESERVED_MONEY, FOUNDING_MEANS, PROJECT_PRIORITY), process="budget"
    ),
    "contract_bonus": InstrumentType(levers=(TRANSFER_BONUS,), process="contract"),
    "project_funding": InstrumentType(levers=(PROJECT_MONEY, PROJECT_NUMBER), process="projects"),
    "rd_subsidy": InstrumentType(levers=(RD_SHARE,), process="subsidy_response"),
    "secondment": InstrumentType(
        levers=(VICE_PRESIDENT_POSTS, PROFESSOR_POSTS, EXCHANGE_POSTS), process="talent"
    ),
    "talent_package": InstrumentType(levers=(TALENT_MONEY,), process="talent"),
    "matchmaking": InstrumentType(levers=(EVENT_NUMBER, VISIT_NUMBER), process="outreach"),
    "market_listing": InstrumentType(levers=(LISTING,), process="meeting"),
    "incentive": InstrumentType(levers=(SELLER_INCENTIVE, RISK_RELIEF), process="contract"),
    "transfer_term": InstrumentType(levers=(RISK_RELIEF,), process="contract"),
    "management": InstrumentType(levers=(MANAGEMENT_EFFORT, DIAGNOSIS), process="accreditation"),
    "demand_pull": InstrumentType(levers=(SCENARIO_NUMBER,), process="outreach"),
    "budget_rule": InstrumentType(levers=(BUDGET_GROWTH,), process="budget"),
}

# Who may take an offer, in the plans' words; the classes are those of ``kinds.HOSTS``.
RECIPIENTS: dict[str, tuple[str, ...]] = {
    "": HOSTS,
    "any founder": HOSTS,
    "platform": HOSTS,
    "firm": ("firm", "leading_firm"),
    "university or institute": (
        "university",
        "institute",
        "hospital",
        "public_body",
        "carrier",
        "outside",
    ),
    "institution brought in or co-founded by government": ("public_body", "outside"),
    "platform brought in jointly": ("public_body", "outside"),
    "technologically advanced service firm": ("firm", "leading_firm"),
    "incorporated platform": HOSTS,
    "carrier": HOSTS,
    "park": HOSTS,
    "district; park or organisation": HOSTS,
    "transfer project": HOSTS,
    "talent team": HOSTS,
    "firm; university; service": HOSTS,
    "service organisation": HOSTS,
    "incubator; leasing firm": HOSTS,
    "buyer and seller of technology; firm that buys shared services": ("firm", "leading_firm"),
    "above-scale firm and technology SME": ("firm", "leading_firm"),
    "any innovation actor": HOSTS,
    "broker": ("consultancy",),
    "broker; transfer staff": ("consultancy", "university", "institute"),
    "decision makers": HOSTS,
    "design institute": ("university", "public_body"),
    "engineer and university": ("firm", "leading_firm", "university", "public_body"),
    "firm and talent": ("firm", "leading_firm"),
    "firm and university": ("firm", "leading_firm", "university"),
    "firm with R&D over 5 percent of revenue": ("firm", "leading_firm"),
    "firm; university": ("firm", "leading_firm", "university"),
    "firm; university; institute": ("firm", "leading_firm", "university", "institute"),
    "government": HOSTS,
    "institute": HOSTS,  # whoever founded it
    "institute and firm": ("firm", "leading_firm", "institute"),
    "leading firm": ("leading_firm",),
    "leading firm; university; central firm": ("leading_firm", "university", "outside"),
    "national academy or top university": ("outside",),
    "new_rd_institution": ("institute",),
    "park and university": ("public_body", "university"),
    "public body": ("public_body",),
    "scientist": ("university", "institute"),
    "scientist and firm": ("firm", "leading_firm", "university", "institute"),
    "selected institute": HOSTS,
    "start-up": HOSTS,
    "state-owned platform": ("public_body",),
    "talent": HOSTS,
    "talent or team": HOSTS,
    "technology SME": ("firm", "leading_firm"),
    "technology firm": ("firm", "leading_firm"),
    "transfer organisation": HOSTS,
    "university and firm": ("firm", "leading_firm", "university"),
    "university and institute": ("university", "institute"),
    "university or transfer organisation": ("university", "outside", "consultancy"),
    "university; institute; firm": ("firm", "leading_firm", "university", "institute"),
    "university; institute; park; firm": (
        "firm",
        "leading_firm",
        "university",
        "institute",
        "public_body",
    ),
    "university; park; firm": ("firm", "leading_firm", "university", "public_body"),
    "young scientist": ("university", "institute"),
}
