"""The city as a Mesa model, and windows on table rows as its agents.

Who does not ask for them does not wait for Mesa to load. A window reads its row when it is asked:
``firm.revenue``, ``platform.level``. Windows are made when ``region.agents`` is read and are held
by the region for that step; a window kept longer shows the row as it is then.
"""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.core.checks import check_words
from sim.core.errors import ConfigError
from sim.core.tables import Table
from sim.indicators.table import check_measured
from sim.inputs.codes import KIND_CODE, KIND_NAMES, LEVELS
from sim.inputs.number_set import number_set
from sim.inputs.plan import Plan
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix
from sim.policy.mix import NO_POLICY, Choice, Mix
from sim.region.case import case_of
from sim.region.recorder import Recorder
from sim.region.region import start_city
from sim.state.columns import ACTIVE, BODIES, BODY_CODE, CLOSED
from sim.state.state import State

WORDS = ("plan", "policy", "seed", "scale", "start", "parameters", "kinds")


class Window(mesa.Agent):
    """One row of a table; its columns are its attributes.

    Attributes:
        table: The table.
        row: The row number, which holds for this run only; ``id`` is the identity.
    """

    def __init__(self, model: "Region", table: Table, row: int) -> None:
        """Open a window on a row."""
        super().__init__(model)
        self.table = table
        self.row = row
        self.unique_id = int(table.id[row])

    def __getattr__(self, name: str) -> Any:
        """Return the value of a column in this row."""
        table = self.__dict__.get("table")
        if table is None or name not in table.columns:
            raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")
        value = getattr(table, name)[self.__dict__["row"]]
        return value.copy() if isinstance(value, np.ndarray) else value.item()


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


_CLASSES: dict[int, Callable[..., Organisation]] = {
    **dict.fromkeys(range(len(KIND_NAMES)), Platform),
    KIND_CODE["institute"]: Institute,
    KIND_CODE["incubator"]: Incubator,
    KIND_CODE["makerspace"]: Incubator,
    BODY_CODE["university"]: University,
}


def windows(model: "Region") -> list[Window]:
    """Return windows on all living firms and all organisations of the city that are not closed."""
    state = model.state
    table = state.organisations
    found: list[Window] = [
        Firm(model, state.firms, row) for row in np.flatnonzero(state.firms.alive).tolist()
    ]
    here = (table.status != CLOSED) & (table.kind != BODY_CODE["outside"])
    for row in np.flatnonzero(here).tolist():
        found.append(_CLASSES.get(int(table.kind[row]), Organisation)(model, table, row))
    return found


class Region(mesa.Model):
    """A city as a Mesa model: replicate 0 of a seed, parameters at their defaults.

    Its agents are windows on table rows, made when they are asked for and held for that step.
    """

    def __init__(
        self,
        plan: Plan | str | Path = "weihai_2018",
        policy: Mix | str | Path | None = "none",
        seed: int | None = None,
        rng: Any = None,
        *,
        scale: float = 1.0,
        start: Mapping[str, float] | None = None,
        **numbers: Any,
    ) -> None:
        """Make the city.

        Args:
            plan: A plan, its name, or the path of its file.
            policy: A mix, its name, or the path of its file; None for no policy at all.
            seed: A whole number from 0: which world.
            rng: The same under Mesa's newer name, as ``mesa.batch_run`` passes it.
            scale: Firms per firm of the city.
            start: Starting figures that are known, by name.
            numbers: ``parameters`` that are set, as ``{"research.stop": 0.05}`` or their file, and
                ``kinds``, as ``{"incubator.rate": 0.1}``.

        Raises:
            ConfigError: If no seed is given, or anything in it is wrong.
        """
        check_words("sim.Region", numbers, WORDS)
        world = rng if seed is None else seed
        if isinstance(world, bool) or not isinstance(world, int) or world < 0:
            raise ConfigError(f"Region(seed={world!r}): give a whole number from 0, like seed=1")
        super().__init__(rng=world)
        self._windows: list[Window] | None = None
        self.plan = plan if isinstance(plan, Plan) else load_plan(plan)
        check_measured([self.plan])
        self.mix = None if policy is None else build_mix(self.plan, policy)
        case = case_of(
            self.plan,
            Choice(mix=self.mix or NO_POLICY),
            seed=world,
            uncertainty="noise",
            scale=scale,
            start={} if start is None else start,
            numbers=number_set(numbers.get("parameters"), numbers.get("kinds")),
        )
        for remark in case.remarks:
            warnings.warn(remark, stacklevel=2)
        self.run_of_city = start_city(case, 0).under(case.mix)
        self.recorder = Recorder(self.plan)
        self.recorder.note_start(self.state)
        self.indicators = dict(self.recorder.start)
        self.datacollector = mesa.DataCollector(
            model_reporters={column: _reporter(column) for column in self.recorder.columns()}
        )

    @property
    def agents(self) -> AgentSet:
        """Windows on all living firms and all organisations, held until the next step."""
        if self._windows is None:
            self._windows = windows(self)
        return AgentSet(self._windows, random=self.random)

    def register_agent(self, agent: mesa.Agent) -> None:
        """Leave windows out of Mesa's own register: the tables are the register."""

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """See ``register_agent``."""

    @property
    def state(self) -> State:
        """The city's tables, books and luck."""
        return self.run_of_city.state

    def step(self) -> None:
        """Advance by one quarter; the run ends with the plan."""
        self._windows = None
        self.run_of_city.step()
        self.recorder.note_quarter(self.state)
        self.indicators = dict(self.recorder.rows[-1])
        self.run_of_city.finish()
        self.datacollector.collect(self)
        self.running = self.state.quarter <= self.plan.end


def _reporter(column: str) -> Callable[[Region], float]:
    return lambda region: region.indicators[column]
