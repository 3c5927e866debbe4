"""One object per firm and per organisation; results and contracts are plain objects too.

Attributes are those of the tables' columns, as numbers, truths and lists of Python; others are
named by their place in the city's lists.
"""

import mesa

from sim.state.state import Contracts, Firms, Organisations, Results

from .accounts import PlatformWithAccount
from .accreditation import AccreditedPlatform
from .contract import ContractingFirm, ContractingOrganisation, DrawnContract, SoldResult
from .demography import MortalFirm
from .evaluation import EvaluatedPlatform
from .founding import HostingFirm, HostingOrganisation, OutsideParent
from .incubation import IncubatedFirm, SeatingOrganisation
from .learning import LearningFirm
from .market import GrowingFirm
from .means import SavingFirm, SavingOrganisation
from .meeting import MeetingFirm, MeetingResult
from .research import LapsingResult, ResearchingFirm, ResearchingOrganisation
from .subsidy_response import SubsidisedFirm
from .ties import RememberingFirm
from .time import OrganisationWithTime


def _defaults(table):
    """Return what somebody new is who does not say otherwise."""
    return {
        column.name: [column.default] * column.width or column.dtype(column.default).item()
        for column in table.columns.values()
    }


class Drawn:
    """Whoever draws under an id of its own."""

    def draw(self, process, slot=0):
        """Return this quarter's number in (0, 1)."""
        city = self.model
        return city.luck.uniform(process, city.quarter, self.id, slot)

    def normal(self, process, slot=0):
        """Return this quarter's standard normal number."""
        city = self.model
        return city.luck.normal(process, city.quarter, self.id, slot)

    def draw_for_life(self, process, slot=0):
        """Return a number in (0, 1) that stays the same."""
        return self.model.luck.uniform(process, 0, self.id, slot)

    def normal_for_life(self, process, slot=0):
        """Return a standard normal number that stays the same."""
        return self.model.luck.normal(process, 0, self.id, slot)


class Agent(Drawn, mesa.Agent):
    """A Mesa agent whose attributes begin as the columns' defaults."""

    defaults: dict

    def __init__(self, city, row, **values):
        super().__init__(city)
        self.row = row
        self.__dict__.update(self.defaults, **values)


class PlainFirm(
    ResearchingFirm,
    SubsidisedFirm,
    MeetingFirm,
    ContractingFirm,
    HostingFirm,
    IncubatedFirm,
    GrowingFirm,
    SavingFirm,
    RememberingFirm,
    LearningFirm,
    MortalFirm,
    Agent,
):
    """A firm."""

    defaults = _defaults(Firms)


class PlainOrganisation(
    ResearchingOrganisation,
    ContractingOrganisation,
    HostingOrganisation,
    OutsideParent,
    SeatingOrganisation,
    AccreditedPlatform,
    EvaluatedPlatform,
    PlatformWithAccount,
    SavingOrganisation,
    OrganisationWithTime,
    Agent,
):
    """A platform or a body."""

    defaults = _defaults(Organisations)


class Record(Drawn):
    """What agents make: no agent of its own."""

    defaults: dict

    def __init__(self, city, row, **values):
        self.model = city
        self.row = row
        self.__dict__.update(self.defaults, **values)


class PlainResult(LapsingResult, MeetingResult, SoldResult, Record):
    """A sellable result."""

    defaults = _defaults(Results)


class PlainContract(DrawnContract, Record):
    """A technology contract."""

    defaults = _defaults(Contracts)
