"""A region: one city, one mix, one replicate, from its start through its quarters.

``agents.Region`` wraps it as a Mesa model.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.indicators.measure import founded_for
from sim.indicators.table import INDICATORS
from sim.inputs import design, parameters
from sim.inputs.city import FIGURES, Figures
from sim.inputs.instrument import Instrument
from sim.inputs.plan import Plan
from sim.inputs.plugin import Plugin
from sim.inputs.values import Values
from sim.policy import schedule
from sim.policy.mix import NO_POLICY, Choice, Mix
from sim.processes import (
    contract,
    enact,
    government,
    maturation,
    meeting,
    research,
)
from sim.region.case import Case, case_of
from sim.region.declared import DECLARED
from sim.region.pages import QUARTER, START, UNDER_WAY
from sim.region.plugins import put_in_force
from sim.region.record import Record
from sim.region.recorder import Recorder
from sim.state import founders, knowledge, partners, researchers
from sim.state.offers import Offers
from sim.state.state import State
from sim.state.targets import Watched

HISTORY = 4  # quarters before the start whose flows are lived through, with all stocks held


@dataclass
class Run:
    """A city under way: its state, what is in force, and its parameters.

    Attributes:
        state: The city.
        program: The mix, made ready.
        values: The parameters of this replicate.
        plugins: The rules from outside by which it lives, too.
    """

    state: State
    program: schedule.Program
    values: Values
    plugins: tuple[Plugin, ...] = ()

    def __post_init__(self) -> None:
        """Look up each process's parameters once."""
        put_in_force(self.plugins)
        self._arguments = {
            name: self.program if name == "enact" else self.values.of(DECLARED[name])
            for name, _ in QUARTER
            if name == "enact" or name in DECLARED
        }

    def live(self, name: str, process: Callable[..., None]) -> None:
        """Carry out one process."""
        if name in self._arguments:
            process(self.state, self._arguments[name])
        else:
            process(self.state)

    def begin(self) -> None:
        """Carry balances over into a new quarter."""
        self.state.books.begin_quarter()

    def step(self) -> None:
        """Advance by one quarter."""
        put_in_force(self.plugins)
        self.begin()
        for name, process in QUARTER:
            self.live(name, process)

    def finish(self) -> None:
        """Note where watched targets stand, put flows into history and move to the next quarter."""
        self.state.targets = tuple(
            replace(target, now=INDICATORS[target.indicator].measure(self.state))
            for target in self.state.targets
        )
        self.state.remember()


@dataclass(frozen=True)
class Start:
    """A city just before its plan begins, the same under every mix: made once, lived from often.

    Attributes:
        case: A case that begins so; others differ from it in mix and length.
        replicate: Which replicate of it.
        state: The city.
        values: The parameters of this replicate.
        shares: Name → where in its range each parameter and each vague wording lies.
    """

    case: Case
    replicate: int
    state: State
    values: Values
    shares: Mapping[str, float]

    @property
    def plan(self) -> Plan:
        """The plan that begins."""
        return self.case.plan

    def under(self, mix: Mix, plan: Plan | None = None) -> Run:
        """Return the city as it begins its plan, or one with other goals, under a mix.

        Whatever happens to it reaches neither this start nor the city under another mix.
        """
        shares = self._with_doses(mix.instruments)
        ready = schedule.build(self.plan.city.background, mix.instruments, shares, mix.money)
        state = self.state.copy(ready.open_books())
        if mix.watched:
            state.targets = tuple(_watched(plan or self.plan, state))
        return Run(state, ready, self.values, self.case.plugins)

    def _with_doses(self, instruments: Iterable[Instrument]) -> Mapping[str, float]:
        """Return the shares, with those of instruments that are not the plan's own."""
        others = [name for name in parameters.dose_names(instruments) if name not in self.shares]
        if not others:
            return self.shares
        return {**self.shares, **_drawn(others, self.case, self.replicate)}


def _watched(plan: Plan, state: State) -> Iterator[Watched]:
    """Yield what a government that is to carry out a plan can press for."""
    for target in plan.targets:
        if target.reason:
            continue
        indicator = INDICATORS[target.indicator]
        kinds = founded_for(indicator)
        if not kinds and indicator.name not in government.PRESSED:
            continue
        stands = indicator.measure(state)
        yield Watched(
            indicator=indicator.name,
            kinds=kinds,
            start=stands,
            now=stands,
            goal=target.value,
            since=plan.start,
            by=target.by,
        )


def _drawn(names: Sequence[str], case: Case, replicate: int) -> dict[str, float]:
    return design.shares(names, case.seed, replicate, case.uncertainty, case.fork)


def start_city(case: Case, replicate: int = 0) -> Start:
    """Return a city just before its plan begins.

    Args:
        case: The case; its mix and its length have no influence.
        replicate: Which replicate of it.
    """
    put_in_force(case.plugins)
    plan = case.plan
    # All instruments of the plan are drawn for, so that every mix has the same doses.
    instruments = (*plan.city.background, *plan.instruments)
    shares = _drawn(parameters.drawn_names(plan, instruments, case.numbers), case, replicate)
    values = parameters.values(plan, shares, case.numbers, case.start)
    nothing = schedule.build((), (), shares)
    start = values.start
    state = State(
        city=plan.city,
        draws=design.luck(case.seed, replicate, case.uncertainty, case.fork),
        books=nothing.open_books(),
        start=plan.start,
        quarter=plan.start - HISTORY,
        costs=values.kinds(),
        scale=case.scale,
        macro_growth=start("gdp_growth"),
        gdp=start("gdp"),
        figures=Figures(**{name: start(name) for name in FIGURES}),
        fund=start("general_budget") * start("science_share") * start("platform_fund_share"),
        founders=values.of(founders.Parameters),
        knowledge=values.of(knowledge.Parameters),
        ties=values.of(partners.Parameters),
        researchers=values.of(researchers.Parameters),
    )
    # Who is there knows what stands anyway; nothing is offered or paid before the plan.
    state.offers = Offers(schedule.build(plan.city.background, (), shares).offers_in(plan.start))
    for verb in START:
        verb(state, values)
    state.offers = Offers()
    _live_through_history(Run(state, nothing, values, case.plugins))
    enact.publish_offers(state, schedule.build(plan.city.background, (), shares))
    for verb in UNDER_WAY:
        verb(state, values)
    return Start(case, replicate, state, values, shares)


def start_run(plan: Plan, mix: Mix | None, *, replicate: int = 0, **others: Any) -> Run:
    """Return a city as it begins its plan under a mix.

    Args:
        plan: The plan.
        mix: What is in force beside the background; None for nothing.
        replicate: Which replicate.
        others: What else ``Case`` takes.
    """
    case = case_of(plan, Choice(mix=mix or NO_POLICY), **others)
    return start_city(case, replicate).under(case.mix)


def _live_through_history(run: Run) -> None:
    """Let contracts be signed for a year, with all stocks held, so that flows have a past."""
    state = run.state
    grants = state.norms.yearly_grants / 4
    while state.quarter < state.start:
        run.begin()
        research.find_results(state, run.values.of(research.Parameters))
        run.live("maturation", maturation.mature)
        run.live("meeting", meeting.meet)
        run.live("contract", contract.agree)
        state.flows.grants = grants
        state.flows.key_projects = state.figures.key_projects / 4
        state.flows.scenarios = state.figures.scenarios / 4
        seated = (state.firms.seated == state.quarter) & state.firms.hatched
        state.flows.hatched = float(seated.sum()) * state.weight
        run.finish()


def live_out(
    start: Start,
    mix: Mix,
    quarters: int,
    watch: Callable[[State], None] | None = None,
    plan: Plan | None = None,
) -> Record:
    """Let a city live under a mix and return its record.

    Args:
        start: The city.
        mix: What is in force beside the background.
        quarters: How many quarters to run.
        watch: Is shown the city just before the first quarter and at the end of each.
        plan: The plan whose goals the government watches, if not the start's.
    """
    run = start.under(mix, plan)
    recorder = Recorder(start.plan)
    recorder.note_start(run.state)
    if watch:
        watch(run.state)
    for _ in range(quarters):
        run.step()
        recorder.note_quarter(run.state)
        if watch:
            watch(run.state)
        run.finish()
    drawn = {**run.values.flat, **run.program.doses}
    return recorder.close(start.replicate, run.state.books, drawn)


def simulate(
    plan: Plan, mix: Mix | None, *, quarters: int, replicate: int = 0, **others: Any
) -> Record:
    """Run one replicate and return its record; see ``start_run``."""
    case = case_of(plan, Choice(mix=mix or NO_POLICY), **others)
    return live_out(start_city(case, replicate), case.mix, quarters)
