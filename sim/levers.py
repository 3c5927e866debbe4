"""What policy may pull: levers, instrument types and the offers of one quarter.

An instrument never edits the world. In each quarter ``enact`` turns the instruments in force into
*offers* on levers; a process reads the levers that it knows, agents decide on what they expect
from them, and the process in which the event happens has it paid. Without an offer every lever
is neutral (0), and a process that reads 0 does exactly what it does without policy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.kinds import HOSTS, KIND_CODE, LEVEL_CODE


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
            reads=("contract",),
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
    "platform_support": InstrumentType(levers=("founding_means",), process="founding"),
    "capacity_building": InstrumentType(levers=("founding_means",), process="founding"),
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
    "training": InstrumentType(levers=("training_places",), process="services"),
    "fund": InstrumentType(levers=("transfer_finance", "platform_equity"), process="contract"),
    "evaluation": InstrumentType(levers=("strictness",), process="evaluation"),
    "tax_incentive": InstrumentType(
        levers=("status_relief", "high_tech_relief", "running_relief"), process="demography"
    ),
    "priority": InstrumentType(levers=("reserved_money", "founding_means"), process="budget"),
    # Types whose process does not exist yet: their instruments are listed, never faked.
    "contract_bonus": InstrumentType(levers=(), process="contract"),
    "project_funding": InstrumentType(levers=(), process="projects"),
    "rd_subsidy": InstrumentType(levers=(), process="subsidy_response"),
    "secondment": InstrumentType(levers=(), process="talent"),
    "talent_package": InstrumentType(levers=(), process="talent"),
    "matchmaking": InstrumentType(levers=(), process="meeting"),
    "market_listing": InstrumentType(levers=(), process="meeting"),
    "incentive": InstrumentType(levers=(), process="contract"),
    "transfer_term": InstrumentType(levers=(), process="contract"),
    "management": InstrumentType(levers=(), process="evaluation"),
    "demand_pull": InstrumentType(levers=(), process="market"),
    "budget_rule": InstrumentType(levers=(), process="budget"),
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
}


@dataclass(frozen=True)
class Offer:
    """What one instrument offers in this quarter.

    Attributes:
        instrument: Its number in the books.
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


class Offers:
    """All offers of one quarter, looked up by lever."""

    def __init__(self, offers: Iterable[Offer] = ()) -> None:
        """Sort the offers by lever, in the order in which they were published."""
        self._by_lever: dict[str, list[Offer]] = {name: [] for name in LEVERS}
        for offer in offers:
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
        return sum(offer.dose for offer in self.on(lever, kind, level, host))
