"""A region: one city, one mix, one replicate; and the quarter, as a page of verbs.

``agents.Region`` wraps it as a Mesa model.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.errors import ConfigError
from sim.inputs import design, parameters
from sim.inputs.city import FIGURES, Figures
from sim.inputs.number_set import NumberSet
from sim.inputs.plan import Instrument, Plan
from sim.policy import program
from sim.policy.policy import Mix
from sim.processes import (
    accreditation,
    budget,
    contract,
    demography,
    districts,
    enact,
    equipment,
    evaluation,
    founding,
    funds,
    incubation,
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
from sim.region import population
from sim.region.declared import DECLARED
from sim.region.record import Record, Recorder
from sim.state import founders, kene
from sim.state.state import State

HISTORY = 4  # quarters before the start whose flows are lived through, with all stocks held

# The quarter, in its order. Offers come before the budget, since the venture money of a year is
# what is offered; everything else follows the design's order.
QUARTER: tuple[tuple[str, Callable[..., None]], ...] = (
    ("enact", enact.publish_offers),
    ("budget", budget.open_the_year),
    ("talent", talent.recruit_and_train),
    ("research", research.invest_and_find),
    ("subsidy_response", subsidy_response.respond),
    ("maturation", maturation.mature),
    ("outreach", outreach.reach_out),
    ("meeting", meeting.meet),
    ("contract", contract.agree),
    ("projects", projects.undertake),
    ("founding", founding.found),
    ("equipment", equipment.share),
    ("incubation", incubation.incubate),
    ("funds", funds.raise_and_invest),
    ("services", services.train_and_enter),
    ("market", market.grow),
    ("space", space.build),
    ("demography", demography.renew),
    ("accreditation", accreditation.promote),
    ("evaluation", evaluation.grade),
    ("districts", districts.designate),
    ("settle", settle.pay_what_is_due),
)


@dataclass
class Run:
    """A city under way: its state, what is in force, and its parameters.

    Attributes:
        state: The city.
        program: The mix, made ready.
        values: The parameters of this replicate.
    """

    state: State
    program: program.Program
    values: parameters.Values

    def __post_init__(self) -> None:
        """Look up each process's parameters once."""
        self._arguments = {
            name: self.program if name == "enact" else self.values.of(DECLARED[name])
            for name, _ in QUARTER
            if name != "settle"
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
        self.begin()
        for name, process in QUARTER:
            self.live(name, process)

    def finish(self) -> None:
        """Put the quarter's flows into history and move on to the next."""
        self.state.remember()


@dataclass(frozen=True)
class Start:
    """A city just before its plan begins, the same under every mix: made once, lived from often.

    Attributes:
        plan: The plan.
        seed: The world.
        replicate: Which replicate of it.
        uncertainty: ``both``, ``noise`` or ``parameters``.
        state: The city.
        values: The parameters of this replicate.
        shares: Name → where in its range each parameter and each vague wording lies.
        fork: Whose future it is, if it is one of several of one city.
    """

    plan: Plan
    seed: int
    replicate: int
    uncertainty: str
    state: State
    values: parameters.Values
    shares: Mapping[str, float]
    fork: design.Fork | None

    def under(self, mix: Mix | None) -> Run:
        """Return the city as it begins its plan under a mix; None for nothing but the background.

        Whatever happens to it reaches neither this start nor the city under another mix.

        Raises:
            ConfigError: If the mix is to cost what another costs, and its scale is not found yet.
        """
        mix = mix or Mix(name="none", instruments=())
        if mix.costs_as is not None:
            raise ConfigError(
                f"policy {mix.name}: its scale is found over many replicates, by the command line, "
                "sim.run and sim.compare; a single region takes +scale="
            )
        shares = self._with_doses(mix.instruments)
        ready = program.build(self.plan.city.background, mix.instruments, shares, mix.money)
        return Run(self.state.copy(ready.open_books()), ready, self.values)

    def _with_doses(self, instruments: Iterable[Instrument]) -> Mapping[str, float]:
        """Return the shares, with those of instruments that are not the plan's own."""
        others = [name for name in parameters.dose_names(instruments) if name not in self.shares]
        if not others:
            return self.shares
        drawn = design.shares(others, self.seed, self.replicate, self.uncertainty, self.fork)
        return {**self.shares, **drawn}


def start_city(
    plan: Plan,
    *,
    seed: int,
    replicate: int = 0,
    uncertainty: str = "both",
    scale: float = 1.0,
    known: Mapping[str, float] | None = None,
    fork: design.Fork | None = None,
) -> Start:
    """Return a city just before its plan begins.

    Args:
        plan: The plan.
        seed: The world.
        replicate: Which replicate of it.
        uncertainty: ``both``, ``noise`` or ``parameters``.
        scale: Firms per firm of the city.
        known: Full parameter name → value that replaces the draw.
        fork: Of which replicate it is a future, if of another.
    """
    # All instruments of the plan are drawn for, so that every mix has the same doses.
    numbers, figures = _known(known or {})
    names = parameters.drawn_names(plan, (*plan.city.background, *plan.instruments), numbers)
    shares = design.shares(names, seed, replicate, uncertainty, fork)
    values = parameters.values(plan, shares, numbers, figures)
    nothing = program.build((), (), shares)
    start = values.start
    state = State(
        city=plan.city,
        draws=design.luck(seed, replicate, uncertainty, fork),
        books=nothing.open_books(),
        start=plan.start,
        quarter=plan.start - HISTORY,
        costs=values.kinds(),
        weight=1 / scale,
        macro_growth=start("gdp_growth"),
        gdp=start("gdp"),
        figures=Figures(**{name: start(name) for name in FIGURES}),
        fund=start("general_budget") * start("science_share") * start("platform_fund_share"),
        founders=values.of(founders.Parameters),
        knowledge=values.of(kene.Parameters),
    )
    population.settle(state, values, scale)
    _live_through_history(Run(state, nothing, values))
    return Start(plan, seed, replicate, uncertainty, state, values, shares, fork)


def _known(known: Mapping[str, float]) -> tuple[NumberSet, dict[str, float]]:
    """Return what is known of the model's numbers, and of the city's starting figures."""
    prefix = "start."
    figures = {n.removeprefix(prefix): x for n, x in known.items() if n.startswith(prefix)}
    return NumberSet({n: x for n, x in known.items() if not n.startswith(prefix)}), figures


def start_run(plan: Plan, mix: Mix | None, **options: Any) -> Run:
    """Return a city as it begins its plan under a mix; the options are those of ``start_city``."""
    return start_city(plan, **options).under(mix)


def _live_through_history(run: Run) -> None:
    """Let contracts be signed for a year, with all stocks held, so that flows have a past."""
    state = run.state
    contracting = run.values.of(contract.Parameters)
    contract.prepare(state, contracting, run.values.start)
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
    for process in (projects, outreach, funds, equipment, space, districts):
        process.begin(state, run.values)


def live_out(
    start: Start,
    mix: Mix | None,
    quarters: int,
    watch: Callable[[State], None] | None = None,
) -> Record:
    """Let a city live under a mix and return its record.

    Args:
        start: The city.
        mix: What is in force beside the background; None for nothing.
        quarters: How many quarters to run.
        watch: Is shown the city just before the first quarter and at the end of each.
    """
    run = start.under(mix)
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


def simulate(plan: Plan, mix: Mix | None, *, quarters: int, **options: Any) -> Record:
    """Run one replicate and return its record; the options are those of ``start_city``."""
    return live_out(start_city(plan, **options), mix, quarters)
