"""The state of a city: its tables, its books, its luck, and what is offered this quarter."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.compiled import compiled
from sim.core.draws import Addressed, Draws, Ids
from sim.core.tables import Column, Rows, Table
from sim.inputs.city import City
from sim.inputs.kinds import KIND_CODE, KIND_NAMES
from sim.state.books import Books, yuan
from sim.state.founders import Parameters as Outlook
from sim.state.kene import Parameters as Knowledge
from sim.state.offers import Offer, Offers

# Bodies that found platforms but are none themselves, beside the platform kinds.
BODIES = ("university", "hospital", "public_body", "outside", "consultancy")
BODY_CODE = {name: len(KIND_NAMES) + code for code, name in enumerate(BODIES)}
BUILDING, ACTIVE, CLOSED = 0, 1, 2

FIRM_UNITS = 12  # units of knowledge a firm can hold, after SKIN
RESULT_UNITS = 3  # units of knowledge in a result


def _column(
    name: str, unit: str, dtype: type, *owners: str, default: float = 0, width: int = 0
) -> Column:
    return Column(name=name, unit=unit, dtype=dtype, owners=owners, default=default, width=width)


FIRMS = (
    _column("id", "id", np.uint64),
    _column("alive", "yes/no", np.bool_, "demography"),
    _column("founded", "quarter", np.int32),
    _column("district", "district number", np.int16),
    _column("cluster", "cluster number", np.int16),
    _column("field", "WIPO field 0-34", np.int16),
    _column(
        "capabilities", "capability numbers, -1 for none", np.int16, "talent", width=FIRM_UNITS
    ),
    _column("employees", "persons", np.float64, "market"),
    _column("revenue", "million CNY a year", np.float64, "market"),
    _column("above_scale", "yes/no", np.bool_, "demography"),
    _column("technology_sme", "yes/no", np.bool_, "demography"),
    _column("leading", "yes/no", np.bool_),
    _column("high_tech_industry", "yes/no", np.bool_),
    _column("propensity", "R&D over revenue", np.float64),
    _column("rd", "million CNY a year, real", np.float64, "research"),
    _column("rd_relabelled", "million CNY a year, reported beside it", np.float64, "demography"),
    _column("rd_induced", "million CNY a year that subsidies add", np.float64, "subsidy_response"),
    _column(
        "rd_padded", "million CNY a year claimed for subsidies", np.float64, "subsidy_response"
    ),
    _column(
        "rd_subsidy",
        "million CNY of R&D subsidies granted this quarter, deductions apart",
        np.float64,
        "subsidy_response",
    ),
    _column("rd_stock", "million CNY", np.float64, "research"),
    _column(
        "rd_growth",
        "log change of the R&D stock plus the typical one, in the quarter",
        np.float64,
        "research",
    ),
    _column("patents", "valid invention patents", np.int32, "research"),
    _column("high_value", "high-value ones of them", np.int32, "research"),
    _column("results", "results of this quarter", np.int16, "research"),
    _column("absorbed", "million CNY of technology bought this quarter", np.float64, "contract"),
    _column("purchases", "contracts of its life", np.int32, "contract"),
    _column("voucher", "million CNY of vouchers used this quarter", np.float64, "contract"),
    _column(
        "partner", "last partner, organisation row", np.int32, "contract", "talent", default=-1
    ),
    _column("ally", "partner of its last joint project, row", np.int32, "projects", default=-1),
    _column("high_tech_until", "quarter, 0 for never", np.int32, "demography"),
    _column("service_status", "technologically advanced service firm", np.bool_, "demography"),
    _column("carrier", "incubator or makerspace, row", np.int32, "incubation", default=-1),
    _column("seated", "quarter of the seat, 0 for never", np.int32, "incubation"),
    _column("left_seat", "quarter of leaving the seat, 0 for never", np.int32, "incubation"),
    _column("hatched", "yes/no: seated by an institute's carrier", np.bool_, "incubation"),
    _column("seedling", "yes/no: hatched, and passes the tests", np.bool_, "incubation"),
    _column("graduated", "yes/no", np.bool_, "incubation"),
    _column("visited", "quarter of the researchers' visit, 0 for never", np.int32, "outreach"),
    _column("visitor", "organisation that visited, row", np.int32, "outreach", default=-1),
    _column("attended", "quarter of its last event, 0 for never", np.int32, "outreach"),
    _column("first_orders", "million CNY of public orders this quarter", np.float64, "outreach"),
    _column("equity", "million CNY from funds", np.float64, "funds"),
    _column("origin", "result it was founded for, row; -1 for none", np.int32, default=-1),
    _column("platforms", "bits of the kinds it hosts", np.int64, "founding", "evaluation"),
)

ORGANISATIONS = (
    _column("id", "id", np.uint64),
    _column("kind", "kind or body code", np.int16),
    _column("registration", "yes/no: technology-market registration", np.bool_),
    _column("level", "level code", np.int16, "accreditation"),
    _column(
        "status", "0 building, 1 active, 2 closed", np.int8, "founding", "evaluation", "services"
    ),
    _column("host_class", "code of kinds.HOSTS", np.int8),
    _column("host_firm", "row of the host firm, -1 for none", np.int32, default=-1),
    _column("host_body", "row of the host organisation, -1 for none", np.int32, default=-1),
    _column("district", "district number", np.int16),
    _column("cluster", "cluster number, -1 for all", np.int16, default=-1),
    _column("field", "WIPO field 0-34", np.int16),
    _column("decided", "quarter of the decision", np.int32),
    _column("opens", "quarter of the opening", np.int32),
    _column("new_unit", "yes/no: more than a plaque", np.bool_),
    _column("partner", "partner from science, organisation row", np.int32, default=-1),
    _column("design", "yes/no: an institute of design", np.bool_),
    _column("jointly", "yes/no: brought in with the government", np.bool_),
    _column("quality", "standard score, persistent", np.float64),
    _column("researchers", "persons", np.float64, "talent"),
    _column("visiting", "persons who visit firms now", np.int32, "outreach"),
    _column("visitors", "persons who ever visited firms", np.int32, "outreach"),
    _column("instruments", "large instruments bought", np.int32, "equipment"),
    _column("instruments_registered", "of them in the register", np.int32, "equipment"),
    _column("seats", "seats for firms", np.int32),
    _column("tenants", "firms", np.float64, "incubation"),
    _column(
        "cases",
        "contracts served, fading from quarter to quarter",
        np.float64,
        "contract",
        "maturation",
    ),
    _column("income", "million CNY of this quarter", np.float64, "contract", "services"),
    _column("grade", "last grade: 0 none, 1 A to 4 D", np.int8, "evaluation"),
    _column("passed", "yes/no: has passed an evaluation since the start", np.bool_, "evaluation"),
    _column("failures", "grades D in a row", np.int8, "evaluation"),
    _column("reached", "quarter in which the level was reached", np.int32, "accreditation"),
    _column("negotiates_until", "quarter, 0 for no talks", np.int32, "founding"),
    _column(
        "platforms", "bits of the kinds it hosts", np.int64, "founding", "evaluation", "services"
    ),
)

PEOPLE = (
    _column("id", "id", np.uint64),
    _column("certified", "quarter", np.int32),
    _column("active", "yes/no: brokers contracts", np.bool_, "services"),
)

TALENT_KINDS = (
    "vice_president",
    "industry_professor",
    "top_talent",
    "leading_talent",
    "institute_talent",
)

TALENTS = (
    _column("id", "id", np.uint64),
    _column("kind", "code of TALENT_KINDS", np.int8),
    _column("came", "quarter", np.int32),
    _column("until", "quarter in which the term ends, 0 for no end", np.int32),
    _column("firm", "firm, row; -1 for none", np.int32, default=-1),
    _column("organisation", "organisation, row; -1 for none", np.int32, default=-1),
    _column("capability", "capability brought to the firm, -1 for none", np.int16, default=-1),
    _column("tied", "yes/no: brought the firm a partner", np.bool_),
)

PROJECT_KINDS = ("joint", "city", "provincial", "national")

PROJECTS = (
    _column("id", "id", np.uint64),
    _column("kind", "code of PROJECT_KINDS", np.int8),
    _column("major", "yes/no: of the larger class", np.bool_),
    _column(
        "firm", "firm that leads or takes it up, row; -1 for none", np.int32, "projects", default=-1
    ),
    _column("organisation", "university or institute, row; -1 for none", np.int32, default=-1),
    _column("led_by_talent", "yes/no: a science vice-president leads it", np.bool_),
    _column("began", "quarter", np.int32),
    _column("ends", "quarter", np.int32),
    _column("value", "million CNY of the project's budget", np.float64),
    _column("public", "million CNY of it from public money", np.float64),
    _column("stands_for", "real projects", np.float64, default=1),
    _column("phase", "0 first half, 1 second half, 2 over, 3 stopped", np.int8, "projects"),
    _column("accepted", "quarter of the last milestone, 0 for never", np.int32, "projects"),
    _column("production", "million CNY invested to sell it", np.float64, "projects"),
    _column("potential", "million CNY a year of sales at its end", np.float64, "projects"),
    _column("milestones", "technologies proved", np.int8, "projects"),
    _column("products", "products with a paying user", np.int8, "projects"),
    _column("sales", "million CNY a year of new sales now", np.float64, "projects"),
)

# Where a result stands on its way; the last needs nothing more before a buyer can use it.
STAGES = ("proof_of_concept", "prototype", "pilot", "ready")

RESULTS = (
    _column("id", "id", np.uint64),
    _column("owner", "organisation, row", np.int32),
    _column("field", "WIPO field 0-34", np.int16),
    _column("capabilities", "capability numbers", np.int16, width=RESULT_UNITS),
    _column("value", "million CNY to a perfect buyer", np.float64),
    _column("found", "quarter", np.int32),
    _column("open", "yes/no: neither sold nor lapsed", np.bool_, "research", "contract"),
    _column("sold", "quarter, 0 for never", np.int32, "contract"),
    _column("stage", "code of STAGES", np.int8, "maturation"),
    _column("validated", "yes/no: seen by a proof-of-concept centre", np.bool_, "maturation"),
    _column("spin_off", "yes/no: meant for a firm of its own", np.bool_, "maturation"),
    _column("piloted", "yes/no: tried on a pilot platform", np.bool_, "maturation"),
    _column("worth", "ratio to a ready result never piloted", np.float64, "maturation", default=1),
    _column("success", "chance that a product comes of a sale", np.float64, "maturation"),
)

CONTRACTS = (
    _column("id", "id", np.uint64),
    _column("quarter", "quarter", np.int32),
    _column("transfer", "yes/no: a university's or institute's result", np.bool_),
    _column("buyer", "firm, row", np.int32),
    _column("seller", "organisation, row; -1 a firm; -2 an outsider", np.int32),
    _column("service", "intermediary, organisation row, -1 for none", np.int32, default=-1),
    _column("value", "million CNY", np.float64),
    _column("registered", "yes/no: with the technology market", np.bool_),
    _column("additional", "yes/no: a voucher brought it about", np.bool_),
    _column("bonus", "million CNY to the intermediary", np.float64, "contract"),
)


@dataclass(frozen=True)
class Matches:
    """Buyers and results that met in a quarter and registered the intention to deal.

    Attributes:
        result: Rows of results.
        buyer: Rows of firms.
        service: Rows of the organisation that brought them together, -1 for none.
        appeal: Fit of knowledge, 0 to 1.
    """

    result: Rows
    buyer: Rows
    service: Rows
    appeal: NDArray[np.float64]


def no_matches() -> Matches:
    """Return a quarter in which nobody met."""
    none = np.empty(0, np.int64)
    return Matches(none, none, none, np.empty(0))


@cache
def _wanted(kinds: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return per kind or body code whether it is one of these kinds."""
    wanted = np.zeros(len(KIND_NAMES) + len(BODIES), np.bool_)
    wanted[[KIND_CODE[kind] for kind in kinds]] = True
    return wanted


@compiled
def _in_operation(kind: Any, status: Any, wanted: Any, asked: Any) -> Any:
    """Return the rows whose kind is wanted and whose status is the one asked for."""
    rows = np.empty(kind.size, np.int64)
    found = 0
    for row in range(kind.size):
        rows[found] = row
        found += wanted[kind[row]] and status[row] == asked
    return rows[:found].copy()


@dataclass
class State:
    """A city in one quarter.

    Attributes:
        city: What the city is made of.
        draws: The luck of this replicate.
        books: The public books.
        start: The plan's first quarter.
        quarter: The present quarter.
        costs: Per kind and replicate: true costs, building time and founding rates.
        weight: How many real firms one row of the firms table stands for.
        macro_growth: Nominal growth of the economy, share a year.
        gdp: Million CNY a year.
        fund: Money a year that the city's platform fund holds, million CNY.
        founders: How founders look ahead.
        knowledge: How knowledge is spread and compared.
        starting_stock: The city's figures, and what was fixed once at the start.
        host_weight: Per kind the suitability of all hosts at the start that had none of it.
        free_hosts: Per kind how many such hosts there were.
        possible_hosts: Per kind how many hosts there were, with it or without.
        flows: Named sums of the present quarter; ``history`` keeps all quarters' flows.
        totals: Named sums since before the start, such as floor space in being.
    """

    city: City
    draws: Draws
    books: Books
    start: int
    quarter: int
    costs: dict[str, NDArray[np.float64]]
    weight: float
    macro_growth: float
    gdp: float
    fund: float
    founders: Outlook
    knowledge: Knowledge
    firms: Table = field(default_factory=lambda: Table("firms", FIRMS, 4096))
    organisations: Table = field(default_factory=lambda: Table("organisations", ORGANISATIONS, 512))
    people: Table = field(default_factory=lambda: Table("people", PEOPLE, 512))
    talents: Table = field(default_factory=lambda: Table("talents", TALENTS, 256))
    projects: Table = field(default_factory=lambda: Table("projects", PROJECTS, 256))
    results: Table = field(default_factory=lambda: Table("results", RESULTS, 512))
    contracts: Table = field(default_factory=lambda: Table("contracts", CONTRACTS, 4096))
    offers: Offers = field(default_factory=Offers)
    matches: Matches = field(default_factory=no_matches)
    flows: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    history: list[dict[str, float]] = field(default_factory=list)
    totals: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    starting_stock: dict[str, float] = field(default_factory=dict)
    host_weight: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(KIND_NAMES)))
    free_hosts: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(KIND_NAMES)))
    possible_hosts: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(KIND_NAMES)))
    _lasting: dict[tuple[str, int, bool], NDArray[np.float64]] = field(default_factory=dict)

    def copy(self, books: Books) -> "State":
        """Return the same city between two quarters, with other books and nothing offered yet."""
        parts: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        copies: dict[str, Any] = {
            name: part.copy() for name, part in parts.items() if isinstance(part, (Table, dict))
        }
        history = [dict(flows) for flows in self.history]
        return replace(self, **copies, history=history, books=books, offers=Offers())

    def luck(self, process: str) -> Addressed:
        """Return the draws of a process in this quarter."""
        return self.draws.at(process, self.quarter)

    def lasting(self, process: str, slot: int, *, normal: bool = False) -> NDArray[np.float64]:
        """Return each firm's draw of its life, uniform or normal, kept from quarter to quarter."""
        ids, asked = self.firms.id, (process, slot, normal)
        kept = self._lasting.get(asked, np.empty(0))
        if kept.size < ids.size:
            luck = self.draws.at(process, 0)
            draw = luck.normal if normal else luck.uniform
            kept = self._lasting[asked] = np.concatenate([kept, draw(ids[kept.size :], slot)])
        return kept

    def lot(self, ids: Ids, slot: int = 0) -> NDArray[np.float64]:
        """Return the lots that decide between equal claimants in this quarter."""
        return self.luck("lot").uniform(ids, slot)

    def claim(
        self,
        offer: Offer,
        ids: Ids,
        million: NDArray[np.float64] | float,
        *,
        due: NDArray[np.int64] | int | None = None,
        payee: Sequence[str] | str,
        merit: NDArray[np.float64] | None = None,
        lot: NDArray[np.float64] | None = None,
    ) -> NDArray[np.bool_]:
        """Claim what an offer promises for events that happened; return who is promised it.

        Args:
            offer: The offer, whose account pays.
            ids: Who claims.
            million: Million CNY for each, or for all alike.
            due: The quarter in which each is paid; this one if none is given.
            payee: The class of each recipient, one of ``books.PAYEES``.
            merit: Who comes first; all are equal if none is given.
            lot: What decides between equals; the offer's own lots if none are given.
        """
        if ids.size == 0:
            return np.zeros(0, np.bool_)
        return self.books.pay(
            offer.account,
            yuan(np.broadcast_to(np.float64(million), ids.shape)),
            due=self.quarter if due is None else due,
            payees=payee,
            merit=np.zeros(ids.size) if merit is None else merit,
            lot=self.lot(ids, offer.lot) if lot is None else lot,
        )

    def platforms(self, *kinds: str, status: int = ACTIVE) -> Rows:
        """Return the rows of platforms of these kinds that are active (or of another status)."""
        table = self.organisations
        rows: Rows = _in_operation(table.kind, table.status, _wanted(kinds), status)
        return rows

    def of_kinds(self, *kinds: str) -> NDArray[np.bool_]:
        """Return which rows are platforms of these kinds, whatever their status."""
        return np.asarray(_wanted(kinds)[self.organisations.kind], np.bool_)

    def bodies(self, body: str) -> Rows:
        """Return the rows of universities, hospitals, public bodies or outside parents."""
        return np.flatnonzero(self.organisations.kind == BODY_CODE[body])

    def last_year(self, flow: str) -> float:
        """Return a flow's sum over this quarter and the three before it.

        Between two quarters it is the sum of the last four.
        """
        past = sum(quarter.get(flow, 0.0) for quarter in self.history[-3:])
        return past + self.flows.get(flow, 0.0) if self.flows else self.past_year(flow)

    def past_year(self, flow: str) -> float:
        """Return a flow's sum over the four quarters before this one."""
        return sum(quarter.get(flow, 0.0) for quarter in self.history[-4:])
