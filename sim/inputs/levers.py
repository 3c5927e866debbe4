"""What policy may pull: levers, instrument types and the offers of one quarter.

An instrument never edits the world. In each quarter ``enact`` turns the instruments in force into
*offers* on levers; a process reads the levers that it knows, agents decide on what they expect
from them, and the process in which the event happens has it paid. Without an offer every lever
is neutral (0), and a process that reads 0 does exactly what it does without policy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.kinds import HOSTS, KIND_CODE, LEVEL_CODE


@dataclass(frozen=True, kw_only=True)
class Lever:
    """A named handle.

    Attributes:
        name: Its name.
        unit: Unit of an offer's dose.
        reads: The processes that read it.
        pays: Whether its event is paid from public money.
        meaning: One line on what it offers, and to whom.
    """

    name: str
    unit: str
    reads: tuple[str, ...]
    pays: bool
    meaning: str


LEVERS: dict[str, Lever] = {
    lever.name: lever
    for lever in (
        Lever(
            name="founding_grant",
            unit="million CNY per founding",
            reads=("founding",),
            pays=True,
            meaning="money for founding a platform of a kind",
        ),
        Lever(
            name="founding_means",
            unit="share of the true founding cost",
            reads=("founding", "services"),
            pays=True,
            meaning="money, land, rooms and staff toward founding a kind",
        ),
        Lever(
            name="cluster_area_means",
            unit="share of the true cost of a block",
            reads=("space",),
            pays=True,
            meaning="money, land and rooms toward the blocks of a cluster area for institutes",
        ),
        Lever(
            name="operating_grant",
            unit="million CNY a year",
            reads=("founding", "evaluation"),
            pays=True,
            meaning="running costs of platforms brought in jointly, in their first years",
        ),
        Lever(
            name="running_relief",
            unit="share of the running cost",
            reads=("founding", "evaluation"),
            pays=True,
            meaning="tax relief of platforms that are legal persons (tax forgone)",
        ),
        Lever(
            name="level_reward",
            unit="million CNY per level reached",
            reads=("founding", "accreditation"),
            pays=True,
            meaning="money on being accredited at a level",
        ),
        Lever(
            name="level_match",
            unit="ratio to the provincial grant",
            reads=("accreditation",),
            pays=True,
            meaning="the city adds to what the province grants for a level",
        ),
        Lever(
            name="grade_reward",
            unit="million CNY per top grade",
            reads=("founding", "evaluation"),
            pays=True,
            meaning="money for an A in the yearly evaluation",
        ),
        Lever(
            name="first_pass_reward",
            unit="million CNY, once",
            reads=("evaluation",),
            pays=True,
            meaning="money when a platform first passes its evaluation",
        ),
        Lever(
            name="award_match",
            unit="million CNY per award",
            reads=("evaluation",),
            pays=True,
            meaning="the city adds to a higher government's technology-market award",
        ),
        Lever(
            name="strictness",
            unit="share of the lowest score tenth graded D; two D in a row close",
            reads=("evaluation",),
            pays=False,
            meaning="evaluation that weeds out: 0 adds nothing to usual practice",
        ),
        Lever(
            name="recognition_reward",
            unit="million CNY per recognition",
            reads=("demography",),
            pays=True,
            meaning="money for a firm's status as technologically advanced service enterprise",
        ),
        Lever(
            name="status_relief",
            unit="share of taxable income",
            reads=("demography",),
            pays=True,
            meaning="income tax saved by technologically advanced service firms (tax forgone)",
        ),
        Lever(
            name="high_tech_relief",
            unit="share of taxable income",
            reads=("demography",),
            pays=True,
            meaning="income tax that the status of high-tech firm saves (tax forgone)",
        ),
        Lever(
            name="high_tech_reward",
            unit="million CNY per recognition",
            reads=("demography",),
            pays=True,
            meaning="money for a firm's first status as high-tech firm",
        ),
        Lever(
            name="voucher_share",
            unit="share of the service price",
            reads=("contract",),
            pays=True,
            meaning="a voucher pays this share of a small firm's bill for technology or tests",
        ),
        Lever(
            name="equipment_share",
            unit="share of the service price",
            reads=("contract",),
            pays=True,
            meaning="a voucher pays this share of equipment hired from incubators or lessors",
        ),
        Lever(
            name="sharing_reward",
            unit="share of the value of services rendered",
            reads=("contract", "equipment"),
            pays=True,
            meaning="reward to organisations that share equipment and services",
        ),
        Lever(
            name="transfer_finance",
            unit="million CNY a year",
            reads=("contract",),
            pays=True,
            meaning="venture money and risk cover for buyers of results",
        ),
        Lever(
            name="training_places",
            unit="places a year",
            reads=("services",),
            pays=True,
            meaning="places in training for technology brokers",
        ),
        Lever(
            name="platform_equity",
            unit="share of the true founding cost",
            reads=("founding",),
            pays=True,
            meaning="venture capital for platforms that are legal persons; it must be earned back",
        ),
        Lever(
            name="transfer_bonus",
            unit="share of the contract's value",
            reads=("services", "contract"),
            pays=True,
            meaning="bonus to the intermediary of a registered technology contract",
        ),
        Lever(
            name="pilot_offices",
            unit="offices a year",
            reads=("founding",),
            pays=True,
            meaning="pilot technology transfer offices offered to universities and institutes",
        ),
        Lever(
            name="diagnosis",
            unit="share of technology firms a year",
            reads=("research",),
            pays=True,
            meaning="diagnosis and coaching of firms' R&D, which makes starting R&D likelier",
        ),
        Lever(
            name="vice_president_posts",
            unit="posts a year",
            reads=("talent",),
            pays=False,
            meaning="help with applications for the provincial title of science vice-president",
        ),
        Lever(
            name="professor_posts",
            unit="posts a year",
            reads=("talent",),
            pays=False,
            meaning="help with applications for the provincial title of industry professor",
        ),
        Lever(
            name="exchange_posts",
            unit="posts a year",
            reads=("talent",),
            pays=True,
            meaning="scientists and engineers sent into firms, parks and transfer offices",
        ),
        Lever(
            name="talent_money",
            unit="million CNY per talent",
            reads=("talent",),
            pays=True,
            meaning="package for a talent or team that comes",
        ),
        Lever(
            name="event_number",
            unit="events a year",
            reads=("outreach",),
            pays=True,
            meaning="matchmaking events between researchers and firms",
        ),
        Lever(
            name="visit_number",
            unit="firms a year",
            reads=("outreach",),
            pays=True,
            meaning="firms that researchers are sent to visit",
        ),
        Lever(
            name="listing",
            unit="share of open results",
            reads=("meeting",),
            pays=False,
            meaning="results shown on a technology market",
        ),
        Lever(
            name="seller_incentive",
            unit="relative rise of what researchers try to sell",
            reads=("research", "contract"),
            pays=False,
            meaning="income retention, ownership and autonomy of those who found a result",
        ),
        Lever(
            name="risk_relief",
            unit="share of the perceived risk of a deal",
            reads=("contract",),
            pays=False,
            meaning="liability exemption, use first and pay later, insurance",
        ),
        Lever(
            name="fund_capital",
            unit="million CNY a year",
            reads=("funds",),
            pays=True,
            meaning="equity for start-ups",
        ),
        Lever(
            name="guidance_fund",
            unit="million CNY a year",
            reads=("funds",),
            pays=True,
            meaning="public commitments that funds are set up with",
        ),
        Lever(
            name="rd_share",
            unit="share of the R&D expense",
            reads=("subsidy_response",),
            pays=True,
            meaning="subsidy of firms' R&D after the fact",
        ),
        Lever(
            name="rd_price",
            unit="share of the R&D expense",
            reads=("subsidy_response",),
            pays=True,
            meaning="tax saved by deducting R&D again (tax forgone)",
        ),
        Lever(
            name="project_money",
            unit="million CNY a year",
            reads=("projects",),
            pays=True,
            meaning="money of city calls for projects",
        ),
        Lever(
            name="project_number",
            unit="projects a year",
            reads=("projects",),
            pays=True,
            meaning="projects that a city programme takes in",
        ),
        Lever(
            name="project_priority",
            unit="R&D over revenue above which a firm comes first",
            reads=("projects",),
            pays=False,
            meaning="first call on programmes for firms with much R&D",
        ),
        Lever(
            name="scenario_number",
            unit="scenarios a year",
            reads=("outreach",),
            pays=True,
            meaning="application scenarios that departments offer",
        ),
        Lever(
            name="graduate_places",
            unit="places a year",
            reads=("talent",),
            pays=False,
            meaning="enrolment places of graduate schools at institutes",
        ),
        Lever(
            name="budget_growth",
            unit="growth per year",
            reads=("budget",),
            pays=False,
            meaning="growth rule of the science budget",
        ),
        Lever(
            name="management_effort",
            unit="relative rise of applications for a level or an office's pace",
            reads=("accreditation", "outreach", "equipment", "space", "districts"),
            pays=False,
            meaning="classification, monitoring, registers; 0 in the range",
        ),
        Lever(
            name="reserved_money",
            unit="relative increase of the platform budget",
            reads=("budget",),
            pays=False,
            meaning="platforms have first call on the city's science fund",
        ),
    )
}


@dataclass(frozen=True, kw_only=True)
class InstrumentType:
    """How instruments of one type become offers.

    Attributes:
        levers: The levers an instrument of the type may pull; the first unless it says which.
            None where the process that would read them is still absent.
        process: The process that acts on it, or that the type waits for.
    """

    levers: tuple[str, ...]
    process: str


TYPES: dict[str, InstrumentType] = {
    "founding_subsidy": InstrumentType(levers=("founding_grant",), process="founding"),
    "operating_subsidy": InstrumentType(levers=("operating_grant",), process="evaluation"),
    "platform_support": InstrumentType(
        levers=("founding_means", "cluster_area_means"), process="founding"
    ),
    "capacity_building": InstrumentType(
        levers=("founding_means", "pilot_offices", "diagnosis"), process="founding"
    ),
    "accreditation_reward": InstrumentType(levers=("level_reward",), process="accreditation"),
    "performance_reward": InstrumentType(
        levers=("grade_reward", "first_pass_reward"), process="evaluation"
    ),
    "matching_grant": InstrumentType(
        levers=("level_match", "award_match"), process="accreditation"
    ),
    "recognition_reward": InstrumentType(
        levers=("recognition_reward", "high_tech_reward"), process="demography"
    ),
    "voucher": InstrumentType(levers=("voucher_share", "equipment_share"), process="contract"),
    "sharing_reward": InstrumentType(levers=("sharing_reward",), process="contract"),
    "training": InstrumentType(levers=("training_places", "graduate_places"), process="services"),
    "fund": InstrumentType(
        levers=("transfer_finance", "platform_equity", "fund_capital", "guidance_fund"),
        process="incubation",
    ),
    "evaluation": InstrumentType(levers=("strictness",), process="evaluation"),
    "tax_incentive": InstrumentType(
        levers=("status_relief", "high_tech_relief", "running_relief", "rd_price"),
        process="demography",
    ),
    "priority": InstrumentType(
        levers=("reserved_money", "founding_means", "project_priority"), process="budget"
    ),
    "contract_bonus": InstrumentType(levers=("transfer_bonus",), process="contract"),
    "project_funding": InstrumentType(
        levers=("project_money", "project_number"), process="projects"
    ),
    "rd_subsidy": InstrumentType(levers=("rd_share",), process="subsidy_response"),
    "secondment": InstrumentType(
        levers=("vice_president_posts", "professor_posts", "exchange_posts"), process="talent"
    ),
    "talent_package": InstrumentType(levers=("talent_money",), process="talent"),
    "matchmaking": InstrumentType(levers=("event_number", "visit_number"), process="outreach"),
    "market_listing": InstrumentType(levers=("listing",), process="meeting"),
    "incentive": InstrumentType(levers=("seller_incentive", "risk_relief"), process="contract"),
    "transfer_term": InstrumentType(levers=("risk_relief",), process="contract"),
    "management": InstrumentType(
        levers=("management_effort", "diagnosis"), process="accreditation"
    ),
    "demand_pull": InstrumentType(levers=("scenario_number",), process="outreach"),
    "budget_rule": InstrumentType(levers=("budget_growth",), process="budget"),
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


@dataclass(frozen=True)
class Offer:
    """What one instrument offers in this quarter.

    Attributes:
        instrument: Its number in the books of this mix.
        lot: Its number in draws by lot, the same in every mix.
        lever: The lever.
        dose: How much, in the lever's unit.
        kinds: Codes of the platform kinds it holds for; empty where no kind is meant.
        levels: Codes of the levels it holds for; empty for every level.
        hosts: Classes of founders or recipients it holds for.
    """

    instrument: int
    lever: str
    dose: float
    kinds: frozenset[int]
    levels: frozenset[int]
    hosts: frozenset[str]
    lot: int = 0


class Offers:
    """All offers of one quarter, looked up by lever.

    Attributes:
        published: The offers in the order in which they were published.
        gains: What founders made of them: kind and class of host → million CNY.
        boosts: Class of host → by how much they lift its rate of founding, by kind.
        money: How many times their money the city's and the counties' lines have.
    """

    def __init__(self, offers: Iterable[Offer] = (), money: float = 1.0) -> None:
        """Sort the offers by lever."""
        self.published = list(offers)
        self.money = money
        self.gains: dict[tuple[str, str], float] = {}
        self.boosts: dict[str, NDArray[np.float64]] = {}
        self._by_lever: dict[str, list[Offer]] = {name: [] for name in LEVERS}
        self._doses: dict[tuple[str, str | None, str | None, str | None], float] = {}
        for offer in self.published:
            self._by_lever[offer.lever].append(offer)

    def on(
        self, lever: str, kind: str | None = None, level: str | None = None, host: str | None = None
    ) -> Iterator[Offer]:
        """Yield the offers on a lever that hold for a kind, a level and a class of recipient."""
        for offer in self._by_lever[lever]:
            if kind is not None and KIND_CODE[kind] not in offer.kinds:
                continue
            if level is not None and offer.levels and LEVEL_CODE[level] not in offer.levels:
                continue
            if host is not None and host not in offer.hosts:
                continue
            yield offer

    def dose(
        self, lever: str, kind: str | None = None, level: str | None = None, host: str | None = None
    ) -> float:
        """Return the sum of the doses of those offers; 0 where there is none."""
        asked = (lever, kind, level, host)
        if asked not in self._doses:
            self._doses[asked] = sum(offer.dose for offer in self.on(*asked))
        return self._doses[asked]
