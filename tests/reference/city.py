"""A city told a second time: one Mesa agent per firm and per organisation, plain Python throughout.

The rules of thirteen processes of the quarter (``RETOLD``) stand here once more, each in a module
of its name: in sentences about one firm, platform, result or contract at a time, without arrays of
agents and without compiled code. With the same addressed draws they must lead to the same numbers
as ``sim.Region``, which ``tests/test_second_telling.py`` checks after every process: this is the
specification by which ``sim`` may be made faster.

Not retold: enact, budget, talent, maturation, outreach, projects, equipment, funds, services,
space and districts, the books, the start of the population and the year of history before
the plan. A ``Run`` that the city owns does them. Around each retold process the city reads
the run's tables into its agents and writes the agents back; only the rules in between are timed.
"""

from math import inf
from operator import attrgetter
from time import process_time

import mesa
import numpy as np

from sim.inputs.codes import KIND_CODE
from sim.region.declared import DECLARED
from sim.region.pages import QUARTER
from sim.region.recorder import Recorder
from sim.state.books import yuan
from sim.state.claims import EQUAL, Claim
from sim.state.columns import ACTIVE, BODY_CODE
from sim.state.state import Matches

from . import (
    accounts,
    accreditation,
    contract,
    demography,
    evaluation,
    founding,
    incubation,
    learning,
    market,
    meeting,
    research,
    settle,
    subsidy_response,
)
from .agents import PlainContract, PlainFirm, PlainOrganisation, PlainResult
from .luck import Luck
from .meeting import Meeting

RETOLD = {
    "research": research.invest_and_find,
    "subsidy_response": subsidy_response.respond,
    "meeting": meeting.meet,
    "contract": contract.agree,
    "founding": founding.found,
    "learning": learning.learn,
    "incubation": incubation.incubate,
    "market": market.grow,
    "demography": demography.renew,
    "accreditation": accreditation.promote,
    "evaluation": evaluation.grade,
    "accounts": accounts.keep_accounts,
    "settle": settle.settle,
}


class PlainCity(mesa.Model):
    """A city of plain agents.

    Attributes:
        run: What it begins with, and who does what is not retold.
        recorder: What it measured, quarter by quarter.
        firms, organisations, results: Everybody, in the order of the tables.
        contracts: Those signed in this quarter.
        matches: This quarter's meetings that became matches.
        parameters: Process → its ``Parameters``.
        seconds: Process → processor seconds spent in its rules.
    """

    def __init__(self, run, plan):
        """Take over a run that is about to begin its plan."""
        super().__init__(rng=run.state.draws.seed)
        state = run.state
        self.run, self.recorder = run, Recorder(plan)
        self.luck = Luck(state.draws.seed, state.draws.replicate)
        self.parameters = {name: run.values.of(DECLARED[name]) for name in RETOLD}
        self.seconds = dict.fromkeys(RETOLD, 0.0)
        self.firms, self.organisations, self.results = [], [], []
        self.contracts, self.matches = [], []
        # What no retold process replaces.
        self.made_of, self.books, self.costs = state.city, state.books, state.costs
        self.start, self.weight = state.start, state.weight
        self.founders, self.knowledge = state.founders, state.knowledge
        self.given_time = state.researchers
        self.ties = state.ties
        self.figures, self.norms = state.figures, state.norms

    # The quarter

    def step(self):
        """Live through a quarter."""
        self.run.begin()
        for name, process in QUARTER:
            self.live(name, process)
        self.recorder.note_quarter(self.run.state)
        self.run.finish()

    def live(self, name, process):
        """Carry out one process: by the agents where it is retold, by the run where not."""
        if name not in RETOLD:
            self.run.live(name, process)
            return
        self.read()
        began = process_time()
        RETOLD[name](self, self.parameters[name])
        self.seconds[name] += process_time() - began
        self.write()

    # What rules ask of their city

    def platforms(self, *kinds):
        """Return the active platforms of these kinds."""
        codes = {KIND_CODE[kind] for kind in kinds}
        return [o for o in self.organisations if o.kind in codes and o.status == ACTIVE]

    def bodies(self, body):
        """Return the universities, hospitals, public bodies or outside parents."""
        return [o for o in self.organisations if o.kind == BODY_CODE[body]]

    def past_year(self, flow):
        """Return a flow's sum over the four quarters before this one."""
        return sum(flow(quarter) for quarter in self.run.state.history[-4:])

    def counted_on(self, lever, kind=None, level=None, host=None, *, most=inf):
        """Return the dose of a lever that recipients count on, each offer's by their trust."""
        offers = list(self.offers.on(lever, kind, level, host))
        offered = sum(offer.dose for offer in offers)
        trusted = sum(self.trust_in(offer) * offer.dose for offer in offers)
        return min(offered, most) * trusted / offered if trusted else 0.0

    def trust_in(self, offer):
        """Return the part of an offer that is counted on; all of it where no budget bounds it."""
        return self.trust.get(offer.account.line, 1.0)

    def claim(self, offer, rows, millions, payee, *, merits=None, to=None, note=None):
        """Claim money for what happened, each with a class of merit."""
        if rows:
            self.run.state.claims.append(
                Claim(
                    offer=offer,
                    amounts=yuan(np.array(millions, float)),
                    payee=payee,
                    merit=np.array(merits or [EQUAL] * len(rows)),
                    rows=np.array(rows),
                    to=to,
                    note=note,
                )
            )

    def reserve(self, offer, millions, *, due, payees, lots):
        """Reserve money for places, each with a lot; return whom it reaches."""
        return self.books.reserve(
            offer.account,
            yuan(np.array(millions, float)),
            due=due,
            payees=payees,
            merit=np.zeros(len(millions)),
            lot=np.array(lots, float),
        ).tolist()

    def promise(self, offer, sums, *, due, payees, to):
        """Commit sums of money, in yuan, some of it to accounts of organisations."""
        self.books.promise(offer.account, np.array(sums, np.int64), due=due, payees=payees, to=to)

    def new_firm(self, **values):
        """Add a firm."""
        self.firms.append(PlainFirm(self, len(self.firms), **values))

    def new_organisation(self, **values):
        """Add an organisation and return it."""
        self.organisations.append(PlainOrganisation(self, len(self.organisations), **values))
        return self.organisations[-1]

    def new_result(self, **values):
        """Add a result."""
        self.results.append(PlainResult(self, len(self.results), **values))

    def new_contract(self, **values):
        """Return a contract that is not yet signed."""
        return PlainContract(self, None, **values)

    # Reading and writing the run's tables

    def read(self):
        """Read the tables into the agents."""
        state = self.run.state
        self.quarter, self.offers, self.trust = state.quarter, state.offers, state.trust
        self.flows, self.totals = state.flows, state.totals
        self.gdp, self.macro_growth = state.gdp, state.macro_growth
        self.brokers = int(state.people.active.sum())
        _read(state.firms, self.firms, self.new_firm)
        _read(state.organisations, self.organisations, self.new_organisation)
        _read(state.results, self.results, self.new_result)
        self.contracts = []
        self.dual_posts = learning.dual_posts(state)
        found = state.matches
        columns = (found.result, found.buyer, found.service, found.appeal)
        self.matches = [
            Meeting(
                id=None,
                result=self.results[result],
                buyer=self.firms[buyer],
                service=self.organisations[service] if service >= 0 else None,
                appeal=appeal,
            )
            for result, buyer, service, appeal in zip(*(c.tolist() for c in columns), strict=True)
        ]

    def write(self):
        """Write the agents into the tables."""
        state = self.run.state
        _write(state.firms, self.firms)
        _write(state.organisations, self.organisations)
        _write(state.results, self.results)
        _append(state.contracts, self.contracts)
        state.gdp = self.gdp
        services = [match.service for match in self.matches]
        state.matches = Matches(
            result=np.array([match.result.row for match in self.matches], np.int64),
            buyer=np.array([match.buyer.row for match in self.matches], np.int64),
            service=np.array([-1 if s is None else s.row for s in services], np.int64),
            appeal=np.array([match.appeal for match in self.matches], float),
        )


def _read(table, members, add):
    """Give everybody the numbers of their row; add those who are new."""
    columns = {name: getattr(table, name).tolist() for name in table.columns}
    for _ in range(len(members), len(table)):
        add()
    for member, values in zip(members, zip(*columns.values(), strict=True), strict=True):
        member.__dict__.update(zip(columns, values, strict=True))


def _write(table, members):
    """Write everybody's numbers into their row, and new members into rows of their own."""
    size = len(table)
    for name, values in _columns(table, members[:size]).items():
        getattr(table, name)[:] = values
    _append(table, members[size:])


def _append(table, members):
    """Write new members into rows of their own."""
    values = _columns(table, members)
    if values:
        table.add(np.array(values.pop("id"), np.uint64), **values)


def _columns(table, members):
    """Return the members' numbers by column; nothing where there is nobody."""
    rows = map(attrgetter(*table.columns), members)
    return dict(zip(table.columns, zip(*rows, strict=True), strict=False))
