"""The city as a Mesa model, and windows on table rows as its agents.

Who does not ask for them does not wait for Mesa to load. A window reads its row when it is asked:
``firm.revenue``, ``platform.level``; who has left the city is no longer among its agents, and a
window on them shows the row as it is then. What would change a city from outside is refused.

Agents of one's own live beside the city, in ``Region.own_agents``: they see it through the windows
and act when it has. What is to change the city is a process of a plug-in.
"""

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn, Self

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.core.checks import as_whole, check_words
from sim.core.errors import ConfigError, SimError
from sim.core.quarter import label
from sim.core.tables import Table
from sim.inputs.codes import KIND_CODE, KIND_NAMES, LEVELS
from sim.inputs.number_set import number_set
from sim.inputs.plan import Plan
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.policy.mix import NO_POLICY, Choice, Mix
from sim.region.case import LARGEST_SEED, case_of
from sim.region.plugins import load
from sim.region.recorder import Recorder
from sim.region.region import start_city
from sim.state.columns import ACTIVE, BODIES, BODY_CODE, CLOSED, Firms, Organisations
from sim.state.state import State

WORDS = (
    "plan",
    "policy",
    "seed",
    "scale",
    "start",
    "parameters",
    "kinds",
    "plugins",
    "model_reporters",
    "agent_reporters",
)


_INSTEAD = (
    "the city's processes alone change it; what can be changed is its mix (policy=), parameters=, "
    "kinds=, start= and plugins= of sim.Region"
)


class Window(mesa.Agent):
    """One row of a table; its columns are its attributes, to be read only.

    What only other agents have is None here, so that all can be asked for it.

    Attributes:
        table: The table.
        row: The row number, which holds for this run only; ``id`` is the identity.
    """

    model: "Region"
    table: Table
    row: int

    def __init__(self, model: "Region", *arguments: Any, **values: Any) -> None:
        """Refuse to add to a city.

        Raises:
            SimError: Always; ``Region.agents`` has windows on all that there is.
        """
        raise SimError(f"{type(self).__name__}: no agent is added to a city; {_INSTEAD}")

    @classmethod
    def on(cls, model: "Region", table: Table, row: int) -> Self:
        """Return a window on a row."""
        window = cls.__new__(cls)
        identity = {"unique_id": int(table.id[row]), "pos": None}
        window.__dict__.update(identity, model=model, table=table, row=row)
        return window

    def __getattr__(self, name: str) -> Any:
        """Return the value of a column in this row; None of what only others have."""
        table = self.__dict__.get("table")
        if table is None or name not in table.columns:
            if table is not None and name in _everywhere():
                return None
            raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")
        value = getattr(table, name)[self.__dict__["row"]]
        return value.copy() if isinstance(value, np.ndarray) else value.item()

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse to write: a window shows the city, it does not change it."""
        raise AttributeError(f"{type(self).__name__}.{name} can be read only; {_INSTEAD}")

    def __delattr__(self, name: str) -> None:
        """Refuse to write; see ``__setattr__``."""
        self.__setattr__(name, None)

    def __dir__(self) -> list[str]:
        """Return its columns among its attributes."""
        return sorted({*super().__dir__(), *self.table.columns})

    def __repr__(self) -> str:
        """Return its columns and their values."""
        values = ", ".join(f"{name}={getattr(self, name)}" for name in self.table.columns)
        return f"{type(self).__name__}({values})"

    def step(self) -> None:
        """Refuse to act alone.

        Raises:
            SimError: Always.
        """
        raise SimError("agents act when their city does: call step() of the Region")

    def advance(self) -> None:
        """See ``step``."""
        self.step()

    def remove(self) -> None:
        """Refuse to take somebody out of a city.

        Raises:
            SimError: Always.
        """
        raise SimError(f"{type(self).__name__}: no agent is removed from a city; {_INSTEAD}")


class Firm(Window):
    """A firm; money in million CNY a year."""

    @property
    def high_tech(self) -> bool:
        """Whether its high-tech status is valid now."""
        return bool(self.high_tech_until > self.model.state.quarter)


class Organisation(Window):
    """A university, a hospital, a public body or a platform of any kind."""

    @property
    def kind_name(self) -> str:
        """The name of its kind."""
        return (*KIND_NAMES, *BODIES)[int(self.kind)]

    @property
    def level_name(self) -> str:
        """The name of its level."""
        return LEVELS[self.level]

    @property
    def active(self) -> bool:
        """Whether it is in operation."""
        return bool(self.status == ACTIVE)


class University(Organisation):
    """A university."""


class Platform(Organisation):
    """A platform of any kind."""


class Institute(Platform):
    """A new-type R&D institution (新型研发机构)."""


class Incubator(Platform):
    """An incubator or a makerspace."""


_CLASSES: dict[int, type[Organisation]] = {
    **dict.fromkeys(range(len(KIND_NAMES)), Platform),
    KIND_CODE["institute"]: Institute,
    KIND_CODE["incubator"]: Incubator,
    KIND_CODE["makerspace"]: Incubator,
    BODY_CODE["university"]: University,
}


class Agents(AgentSet):
    """Who is in a city, as it was when it was asked; it loses those who leave it."""

    def add(self, agent: mesa.Agent) -> NoReturn:
        """Refuse to add to a city, or to what was selected of it.

        Raises:
            SimError: Always.
        """
        raise SimError(f"agents stand in no set of one's own, but in a list; {_INSTEAD}")

    def discard(self, agent: mesa.Agent) -> NoReturn:
        """See ``add``; ``select`` returns fewer."""
        self.add(agent)

    def remove(self, agent: mesa.Agent) -> NoReturn:
        """See ``add``; ``select`` returns fewer."""
        self.add(agent)


@cache
def _everywhere() -> frozenset[str]:
    """Return what any agent has, by name."""
    classes = (Firm, Organisation)
    own = {n for c in classes for n, value in vars(c).items() if isinstance(value, property)}
    return frozenset(own | Firms.columns.keys() | Organisations.columns.keys())


def _seen(state: State) -> Iterator[tuple[type[Window], Table, int]]:
    """Yield the rows of all living firms and of all organisations of the city not closed."""
    for row in np.flatnonzero(state.firms.alive).tolist():
        yield Firm, state.firms, row
    table = state.organisations
    here = (table.status != CLOSED) & (table.kind != BODY_CODE["outside"])
    for row in np.flatnonzero(here).tolist():
        yield _CLASSES.get(int(table.kind[row]), Organisation), table, row


class Region(mesa.Model):
    """A city as a Mesa model: replicate 0 of a seed, parameters at their defaults.

    Its agents are windows on table rows. They are made when they are first asked for, and each
    stands for the same agent for as long as that is in the city. ``datacollector`` has a row for
    the start and one per quarter.
    """

    running: bool

    def __init__(
        self,
        plan: Plan | str | Path = "weihai_2018",
        policy: Mix | str | Path | None = "none",
        seed: int | None = None,
        rng: Any = None,
        *,
        scale: float = 1.0,
        start: Mapping[str, float] | None = None,
        **others: Any,
    ) -> None:
        """Make the city.

        Args:
            plan: A plan, its name, or the path of its file.
            policy: A mix, its name, or the path of its file; None for no policy at all.
            seed: A whole number from 0: which world.
            rng: The same under Mesa's newer name, as ``mesa.batch_run`` passes it.
            scale: Firms per firm of the city.
            start: Starting figures that are known, by name.
            others: ``parameters`` that are set, as ``{"research.stop": 0.05}`` or their file;
                ``kinds``, as ``{"incubator.rate": 0.1}``; ``plugins``, modules of rules of one's
                own; ``model_reporters`` and ``agent_reporters``, what ``datacollector`` collects
                beside the indicators: by name a function of the model, or of an agent, or the
                name of an attribute.

        Raises:
            ConfigError: If no seed is given, or anything in it is wrong.
        """
        check_words("sim.Region", others, WORDS)
        if seed is not None and rng is not None:
            raise ConfigError(f"sim.Region: seed={seed!r} and rng={rng!r} say the same; give one")
        world = as_whole("sim.Region: seed", rng if seed is None else seed, 0, LARGEST_SEED)
        super().__init__(rng=world)
        self._windows: dict[tuple[str, int], Window] | None = None
        plugins = load(others.get("plugins"))
        self.plan = plan if isinstance(plan, Plan) else load_plan(plan)
        self.recorder = Recorder(self.plan)
        self.mix = None if policy is None else build_mix(self.plan, policy)
        case = case_of(
            self.plan,
            Choice(mix=self.mix or NO_POLICY),
            seed=world,
            uncertainty="noise",
            scale=scale,
            start={} if start is None else start,
            numbers=number_set(others.get("parameters"), others.get("kinds")),
            plugins=plugins,
        )
        for remark in case.remarks:
            warnings.warn(remark, stacklevel=2)
        self.run_of_city = start_city(case, 0).under(case.mix)
        self.recorder.note_start(self.state)
        self.indicators = dict(self.recorder.start)
        columns = {name: partial(_indicator, name) for name in self.recorder.columns()}
        self.datacollector = mesa.DataCollector(
            columns | _reporters("model_reporters", others, columns),
            _reporters("agent_reporters", others),
        )
        self.datacollector.collect(self)

    @property
    def agents(self) -> Agents:
        """Windows on all living firms and all organisations, as they are now."""
        return Agents(self._looked(), random=self.random)

    @agents.setter
    def agents(self, agents: object) -> None:
        raise AttributeError(f"Region.agents can be read only; {_INSTEAD}")

    @property
    def agent_types(self) -> list[type]:
        """The classes that its agents are of."""
        return list(dict.fromkeys(map(type, self._looked())))

    @property
    def agents_by_type(self) -> dict[type, Agents]:
        """Its agents by their class."""
        found: dict[type, list[Window]] = {kind: [] for kind in self.agent_types}
        for window in self._looked():
            found[type(window)].append(window)
        return {kind: Agents(own, random=self.random) for kind, own in found.items()}

    def _looked(self) -> Collection[Window]:
        """Return windows on all that are in the city, the same for the same agents."""
        if self._windows is None:
            self._windows = self._now({})
        return self._windows.values()

    def _now(self, known: Mapping[tuple[str, int], Window]) -> dict[tuple[str, int], Window]:
        """Return the windows of this moment: those known of agents still here, and new ones."""
        return {
            (table.name, row): known.get((table.name, row)) or kind.on(self, table, row)
            for kind, table, row in _seen(self.state)
        }

    @property
    def own_agents(self) -> AgentSet:
        """Agents of one's own, beside the city; each steps when the city has, in turn."""
        return super().agents

    def register_agent(self, agent: mesa.Agent) -> None:
        """Let an agent of one's own live beside the city, among ``own_agents``.

        Raises:
            SimError: If it is a window on the city.
        """
        if isinstance(agent, Window):
            raise SimError(f"{type(agent).__name__}: no agent is added to a city; {_INSTEAD}")
        super().register_agent(agent)

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Take an agent of one's own away; see ``register_agent``."""
        if isinstance(agent, Window):
            raise SimError(f"{type(agent).__name__}: no agent is removed from a city; {_INSTEAD}")
        super().deregister_agent(agent)

    def remove_all_agents(self) -> None:
        """Refuse to empty a city.

        Raises:
            SimError: Always.
        """
        raise SimError(f"no agent is removed from a city; {_INSTEAD}")

    def reset_randomizer(self, seed: int | None = None) -> None:
        """Refuse another luck.

        Raises:
            SimError: Always.
        """
        raise SimError("the luck of a city follows from seed= of sim.Region: make another Region")

    def reset_rng(self, rng: Any = None) -> None:
        """See ``reset_randomizer``."""
        self.reset_randomizer()

    @property
    def state(self) -> State:
        """The city's tables, books and luck."""
        return self.run_of_city.state

    def step(self) -> None:
        """Advance by one quarter; the run ends with the plan."""
        self.run_of_city.step()
        self.recorder.note_quarter(self.state)
        self.indicators = dict(self.recorder.rows[-1])
        if self._windows is not None:
            self._windows = self._now(self._windows)
        try:  # who looks on sees the quarter that was measured
            self.own_agents.do("step")
            self.datacollector.collect(self)
        finally:
            self.run_of_city.finish()
        self.running = self.state.quarter <= self.plan.end

    def _advance_time(self, until: float) -> None:
        """Let Mesa go on to a time, for ``step``, ``run_for`` and ``run_until``.

        Raises:
            SimError: If the plan ends before; nothing happens then.
        """
        last = self.plan.end - self.plan.start + 1
        if until >= last + 1:
            raise SimError(
                f"the plan {self.plan.name} ends with {label(self.plan.end)}, at time {last}: "
                f"there is no time {until:g}; python -m sim after=N goes on after it"
            )
        super()._advance_time(until)


def _reporters(
    word: str, said: Mapping[str, Any], known: Collection[str] = ()
) -> dict[str, Callable[..., Any] | str]:
    """Return reporters by name, as Mesa takes them; it calls what is no function in another way.

    Raises:
        ConfigError: If one is no function and no name, or is called as an indicator is.
    """
    reporters = said.get(word) or {}
    if not isinstance(reporters, Mapping):
        raise ConfigError(f"sim.Region: {word} is a mapping from names, not {reporters!r}")
    for name, reporter in reporters.items():
        if name in known:
            raise ConfigError(f"sim.Region: {word}: '{name}' is collected already; rename yours")
        if not isinstance(reporter, str) and not callable(reporter):
            raise ConfigError(
                f"sim.Region: {word}: {name}: a function or the name of an attribute is needed, "
                f"not {reporter!r}"
            )
    return {name: r if isinstance(r, str) else partial(r) for name, r in reporters.items()}


def _indicator(column: str, region: Region) -> float:
    return region.indicators[column]
