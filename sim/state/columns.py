"""The columns of a city's tables, each with its unit and the processes that may change it."""

import numpy as np

from sim.core.arrays import Flags, Floats, Ids, Rows, Whole
from sim.core.tables import Table, column
from sim.inputs.codes import KIND_NAMES

# Bodies that found platforms but are none themselves, beside the platform kinds.
BODIES = ("university", "hospital", "public_body", "outside", "consultancy")
BODY_CODE = {name: len(KIND_NAMES) + code for code, name in enumerate(BODIES)}
BUILDING, ACTIVE, CLOSED = 0, 1, 2
A, B, C, D = 1, 2, 3, 4  # grades; 0 before the first
TALENT_KINDS = (
    "vice_president",
    "industry_professor",
    "top_talent",
    "leading_talent",
    "institute_talent",
)
PROJECT_KINDS = ("joint", "city", "provincial", "national")
# Where a result stands on its way; the last needs nothing more before a buyer can use it.
STAGES = ("proof_of_concept", "prototype", "pilot", "ready")

# What hosts have at hand, firms and bodies alike, and who may change it.
MEANS = (
    "million CNY at hand for founding platforms",
    *("accounts", "founding", "services", "settle"),
)

FIRM_UNITS = 12  # units of knowledge a firm can hold, after SKIN
TIES = 6  # counterparts that a firm can remember
RESULT_UNITS = 3  # units of knowledge in a result


class Firms(Table):
    """Firms; a row stands for one firm or, where the city is scaled, for several."""

    id: Ids = column(np.uint64, "id")
    alive: Flags = column(np.bool_, "yes/no", "demography")
    founded: Whole = column(np.int32, "quarter")
    district: Whole = column(np.int16, "district number")
    cluster: Whole = column(np.int16, "cluster number")
    field: Whole = column(np.int16, "WIPO field 0-34")
    capabilities: Whole = column(
        np.int16, "capability numbers, -1 for none", "talent", "learning", width=FIRM_UNITS
    )
    oldest: Whole = column(np.int16, "place of the unit taken in longest ago", "learning")
    outside: Floats = column(
        np.float64, "units of knowledge learnt from outside that are at work", "learning"
    )
    tests: Floats = column(
        np.float64, "tests on shared instruments this quarter, expected", "equipment"
    )
    posted_until: Whole = column(
        np.int32, "quarter in which a researcher's post in it ends, 0 for never", "talent"
    )
    employees: Floats = column(np.float64, "persons", "market")
    revenue: Floats = column(np.float64, "million CNY a year", "market")
    above_scale: Flags = column(np.bool_, "yes/no", "demography")
    technology_sme: Flags = column(np.bool_, "yes/no", "demography")
    leading: Flags = column(np.bool_, "yes/no")
    high_tech_industry: Flags = column(np.bool_, "yes/no")
    propensity: Floats = column(np.float64, "R&D over revenue", "demography")
    rd_unit: Floats = column(
        np.float64, "share that had an R&D unit of its own at the start, more than a plaque"
    )
    rd: Floats = column(np.float64, "million CNY a year, real", "research", "demography")
    rd_relabelled: Floats = column(
        np.float64, "million CNY a year, reported beside it", "demography"
    )
    rd_induced: Floats = column(
        np.float64, "million CNY a year that subsidies and grants add", "subsidy_response"
    )
    rd_padded: Floats = column(
        np.float64, "million CNY a year claimed for subsidies", "subsidy_response"
    )
    rd_subsidy: Floats = column(
        np.float64,
        "million CNY of R&D subsidies granted this quarter, deductions apart",
        "subsidy_response",
        "settle",
    )
    rd_stock: Floats = column(np.float64, "million CNY", "research")
    rd_growth: Floats = column(
        np.float64, "log change of the R&D stock plus the typical one, in the quarter", "research"
    )
    patents: Whole = column(np.int32, "valid invention patents", "research")
    high_value: Whole = column(np.int32, "high-value ones of them", "research")
    results: Whole = column(np.int16, "results of this quarter", "research")
    absorbed: Floats = column(
        np.float64, "million CNY of technology taken up this quarter", "contract", "projects"
    )
    known: Whole = column(
        np.int32,
        "whom it remembers: a firm's row, -2 less an organisation's, or -1",
        "contract",
        "projects",
        default=-1,
        width=TIES,
    )
    dealt: Whole = column(
        np.int32, "quarter of the last deal with each", "contract", "projects", width=TIES
    )
    purchases: Whole = column(np.int32, "contracts of its life", "contract")
    voucher: Floats = column(
        np.float64, "million CNY of vouchers used this quarter", "contract", "settle"
    )
    partner: Whole = column(
        np.int32, "last partner, organisation row", "contract", "talent", default=-1
    )
    ally: Whole = column(np.int32, "partner of its last joint project, row", "projects", default=-1)
    high_tech_until: Whole = column(np.int32, "quarter, 0 for never", "demography")
    status_pressed: Flags = column(
        np.bool_, "yes/no: came to its high-tech status by effort for a target", "demography"
    )
    service_status: Flags = column(np.bool_, "technologically advanced service firm", "demography")
    carrier: Whole = column(np.int32, "incubator or makerspace, row", "incubation", default=-1)
    seated: Whole = column(np.int32, "quarter of the seat, 0 for never", "incubation")
    left_seat: Whole = column(np.int32, "quarter of leaving the seat, 0 for never", "incubation")
    hatched: Flags = column(np.bool_, "yes/no: seated by an institute's carrier", "incubation")
    seedling: Flags = column(np.bool_, "yes/no: hatched, and passes the tests", "incubation")
    graduated: Flags = column(np.bool_, "yes/no", "incubation")
    visited: Whole = column(np.int32, "quarter of the researchers' visit, 0 for never", "outreach")
    visitor: Whole = column(np.int32, "organisation that visited, row", "outreach", default=-1)
    attended: Whole = column(np.int32, "quarter of its last event, 0 for never", "outreach")
    first_orders: Floats = column(
        np.float64, "million CNY of public orders this quarter", "outreach"
    )
    equity: Floats = column(np.float64, "million CNY from funds", "funds")
    origin: Whole = column(np.int32, "result it was founded for, row; -1 for none", default=-1)
    means: Floats = column(np.float64, *MEANS)
    platforms: Rows = column(np.int64, "bits of the kinds it hosts", "founding", "evaluation")


class Organisations(Table):
    """Platforms, and the bodies that found them."""

    id: Ids = column(np.uint64, "id")
    kind: Whole = column(np.int16, "kind or body code")
    registration: Flags = column(np.bool_, "yes/no: technology-market registration")
    level: Whole = column(np.int16, "level code", "accreditation")
    status: Whole = column(
        np.int8,
        "0 building, 1 active, 2 closed",
        "founding",
        "evaluation",
        "services",
        "accounts",
    )
    host_class: Whole = column(np.int8, "code of kinds.HOSTS")
    host_firm: Whole = column(np.int32, "row of the host firm, -1 for none", default=-1)
    host_body: Whole = column(np.int32, "row of the host organisation, -1 for none", default=-1)
    district: Whole = column(np.int16, "district number")
    cluster: Whole = column(np.int16, "cluster number, -1 for all", default=-1)
    field: Whole = column(np.int16, "WIPO field 0-34")
    decided: Whole = column(np.int32, "quarter of the decision")
    opens: Whole = column(np.int32, "quarter of the opening")
    new_unit: Flags = column(np.bool_, "yes/no: more than a plaque", "founding", "services")
    pressed: Flags = column(np.bool_, "yes/no: came of effort for a target alone")
    partner: Whole = column(np.int32, "partner from science, organisation row", default=-1)
    stands_for: Floats = column(np.float64, "platforms of the city that it stands for", default=1)
    design: Flags = column(np.bool_, "yes/no: an institute of design")
    quality: Floats = column(np.float64, "standard score, persistent")
    researchers: Floats = column(np.float64, "persons", "talent", "accounts")
    visiting: Whole = column(np.int32, "persons who visit firms now", "outreach")
    posted: Floats = column(
        np.float64, "persons on exchange posts, fading from quarter to quarter", "talent"
    )
    visitors: Whole = column(np.int32, "persons who ever visited firms", "outreach")
    instruments: Whole = column(np.int32, "large instruments bought", "equipment")
    instruments_registered: Whole = column(np.int32, "of them in the register", "equipment")
    seats: Whole = column(np.int32, "seats for firms", "accounts")
    tenants: Floats = column(np.float64, "firms", "incubation")
    cases: Floats = column(
        np.float64,
        "contracts served, fading from quarter to quarter",
        "contract",
        "maturation",
        "projects",
    )
    income: Floats = column(np.float64, "million CNY of this quarter", "contract", "services")
    funded: Flags = column(np.bool_, "yes/no: has opened an account", "accounts")
    capacity: Floats = column(
        np.float64, "ratio to the usual unit of its kind", "accounts", default=1
    )
    host_pays: Floats = column(np.float64, "million CNY a year that its host adds", "accounts")
    cash: Floats = column(np.float64, "million CNY", "accounts")
    takings: Floats = column(np.float64, "million CNY a quarter, over a year", "accounts")
    received: Floats = column(
        np.float64, "million CNY of public money since its last booking", "accounts", "settle"
    )
    short: Whole = column(np.int8, "quarters below zero in a row", "accounts")
    rent: Floats = column(np.float64, "rent to the usual one", "accounts", default=1)
    means: Floats = column(np.float64, *MEANS)
    grade: Whole = column(np.int8, "last grade: 0 none, 1 A to 4 D", "evaluation")
    passed: Flags = column(
        np.bool_, "yes/no: has passed an evaluation since the start", "evaluation"
    )
    failures: Whole = column(np.int8, "grades D in a row", "evaluation")
    reached: Whole = column(np.int32, "quarter in which the level was reached", "accreditation")
    negotiates_until: Whole = column(np.int32, "quarter, 0 for no talks", "founding")
    platforms: Rows = column(
        np.int64, "bits of the kinds it hosts", "founding", "evaluation", "services", "accounts"
    )


class People(Table):
    """Technology brokers."""

    id: Ids = column(np.uint64, "id")
    certified: Whole = column(np.int32, "quarter")
    active: Flags = column(np.bool_, "yes/no: brokers contracts", "services")
    pressed: Flags = column(np.bool_, "yes/no: certified by effort for a target alone", "services")


class Talents(Table):
    """Holders of titles, talents and teams that came."""

    id: Ids = column(np.uint64, "id")
    kind: Whole = column(np.int8, "code of TALENT_KINDS")
    came: Whole = column(np.int32, "quarter")
    until: Whole = column(np.int32, "quarter in which the term ends, 0 for no end")
    firm: Whole = column(np.int32, "firm, row; -1 for none", default=-1)
    organisation: Whole = column(np.int32, "organisation, row; -1 for none", default=-1)
    capability: Whole = column(np.int16, "capability brought to the firm, -1 for none", default=-1)
    tied: Flags = column(np.bool_, "yes/no: brought the firm a partner")


class Projects(Table):
    """R&D projects."""

    id: Ids = column(np.uint64, "id")
    kind: Whole = column(np.int8, "code of PROJECT_KINDS")
    major: Flags = column(np.bool_, "yes/no: of the larger class")
    firm: Whole = column(
        np.int32, "firm that leads or takes it up, row; -1 for none", "projects", default=-1
    )
    organisation: Whole = column(np.int32, "university or institute, row; -1 for none", default=-1)
    led_by_talent: Flags = column(np.bool_, "yes/no: a science vice-president leads it")
    began: Whole = column(np.int32, "quarter")
    ends: Whole = column(np.int32, "quarter")
    value: Floats = column(np.float64, "million CNY of the project's budget")
    public: Floats = column(np.float64, "million CNY of it from public money")
    grant: Floats = column(np.float64, "million CNY of it that the plan's calls grant its firm")
    researchers: Floats = column(np.float64, "persons of the partner that a firm's project binds")
    stands_for: Floats = column(np.float64, "real projects", default=1)
    works: Floats = column(np.float64, "chance that its technology works")
    phase: Whole = column(np.int8, "0 first half, 1 second half, 2 over, 3 stopped", "projects")
    accepted: Whole = column(np.int32, "quarter of the last milestone, 0 for never", "projects")
    production: Floats = column(np.float64, "million CNY invested to sell it", "projects")
    potential: Floats = column(np.float64, "million CNY a year of sales at its end", "projects")
    milestones: Whole = column(np.int8, "technologies proved", "projects")
    products: Whole = column(np.int8, "products with a paying user", "projects")
    sales: Floats = column(np.float64, "million CNY a year of new sales now", "projects")


class Results(Table):
    """Research results that could be sold."""

    id: Ids = column(np.uint64, "id")
    owner: Whole = column(np.int32, "organisation, row")
    field: Whole = column(np.int16, "WIPO field 0-34")
    capabilities: Whole = column(np.int16, "capability numbers", width=RESULT_UNITS)
    value: Floats = column(np.float64, "million CNY to a perfect buyer")
    found: Whole = column(np.int32, "quarter")
    open: Flags = column(np.bool_, "yes/no: neither sold nor lapsed", "research", "contract")
    sold: Whole = column(np.int32, "quarter, 0 for never", "contract")
    stage: Whole = column(np.int8, "code of STAGES", "maturation")
    validated: Flags = column(np.bool_, "yes/no: seen by a proof-of-concept centre", "maturation")
    spin_off: Flags = column(np.bool_, "yes/no: meant for a firm of its own", "maturation")
    piloted: Flags = column(np.bool_, "yes/no: tried on a pilot platform", "maturation")
    worth: Floats = column(
        np.float64, "ratio to a ready result never piloted", "maturation", default=1
    )
    success: Floats = column(np.float64, "chance that a product comes of a sale", "maturation")


class Contracts(Table):
    """Technology contracts, of the year before the start, too."""

    id: Ids = column(np.uint64, "id")
    quarter: Whole = column(np.int32, "quarter")
    transfer: Flags = column(np.bool_, "yes/no: a university's or institute's result")
    buyer: Whole = column(np.int32, "firm, row")
    seller: Whole = column(np.int32, "organisation, row; -1 a firm; -2 an outsider")
    seller_firm: Whole = column(np.int32, "firm that sells, row; -1 for none", default=-1)
    unit: Whole = column(np.int16, "capability that it is about", default=-1)
    service: Whole = column(np.int32, "intermediary, organisation row, -1 for none", default=-1)
    value: Floats = column(np.float64, "million CNY")
    registered: Flags = column(np.bool_, "yes/no: with the technology market")
    additional: Flags = column(np.bool_, "yes/no: a voucher brought it about")
    bonus: Floats = column(np.float64, "million CNY granted to the intermediary", "settle")
