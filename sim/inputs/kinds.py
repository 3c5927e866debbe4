"""Platform kinds, as data: one file each in ``configs/kinds``.

A file says who may found a kind, at what true cost, how long it is built, how often cities found
one without any plan, which levels it may climb and which processes it lifts. Costs are the whole
cost to the host, not the subsidy: two million CNY are a small share of most of them.

To add a kind, add its file, its name at the end of ``codes.KIND_NAMES``, and its stock in
``Figures`` and in every city.
"""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sim.core.errors import ConfigError, unknown
from sim.core.home import configs
from sim.core.quantity import Quantity
from sim.core.units import UNITS
from sim.inputs.codes import HOSTS, KIND_NAMES, LEVELS
from sim.inputs.numbers import quantity_from
from sim.inputs.reading import Entry, read_folder

FOLDER = "kinds"
FUNCTIONS = ("research", "transfer", "incubation", "service", "talent")


def _usual(value: float, unit: str, source: str) -> Quantity:
    """Return the number of a kind whose file does not give it; it is not drawn."""
    return Quantity(
        default=value,
        low=value,
        high=value,
        unit=unit,
        status="assumed",
        source=source,
        spread="fixed",
    )


_NONE = "the kind has none"
# Each number of a kind: its unit, and what stands for it where it is left out, if it may be.
KIND_NUMBERS: dict[str, tuple[str, Quantity | None]] = {
    "found_cost": ("million CNY", None),
    "run_cost": ("million CNY a year", None),
    "building": ("quarters", None),
    "rate": ("rate a year", None),
    "seats": ("units", _usual(0, "units", _NONE)),
    "researchers": ("persons", _usual(0, "persons", _NONE)),
    "plaque": ("share", _usual(0, "share", _NONE)),
    "firm_weight": ("weight", _usual(1, "weight", "a firm is as likely a host as a body")),
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One platform kind.

    Attributes:
        name: Its name in plans and tables.
        zh: The documents' term.
        hosts: Classes of founders, a subset of ``HOSTS``.
        levels: Levels it may have, lowest first.
        functions: What it does: which processes it lifts.
        stock: Name of the city figure that holds the starting stock.
        per_host: Whether ``rate`` is per eligible host.
        legal_person: Whether it is usually a body of its own that pays income tax.
        joint: Whether it needs a partner from science who agrees.
        found_cost: True cost of founding one, to the host.
        run_cost: True cost of running one for a year.
        building: Quarters from the decision to the opening.
        rate: Foundings a year without any plan, by hosts in the city, per unit in being at the
            start; where a city starts with none, per eligible host.
        seats: Seats for firms.
        researchers: Researchers who find results that can be sold.
        plaque: Share of foundings that are a name on a unit that works already.
        firm_weight: How likely a firm is to found one, beside a body of science or government.
    """

    name: str
    zh: str
    hosts: tuple[str, ...]
    levels: tuple[str, ...]
    functions: tuple[str, ...]
    stock: str
    per_host: bool
    legal_person: bool
    joint: bool
    found_cost: Quantity
    run_cost: Quantity
    building: Quantity
    rate: Quantity
    seats: Quantity
    researchers: Quantity
    plaque: Quantity
    firm_weight: Quantity

    @property
    def of_host(self) -> bool:
        """Whether it is a part of any firm, with no legal person, seats or researchers of its own.

        Where firms are thinned, it is thinned with the firms that host it. The few of a kind that
        leading firms alone host beside science stand one to one with the city's.
        """
        apart = self.legal_person or self.seats.default > 0 or self.researchers.default > 0
        return "firm" in self.hosts and not apart

    @property
    def meanings(self) -> dict[str, str]:
        """What each of its numbers means, to be read after the unit."""
        per = "eligible host" if self.per_host else "unit in being at the start"
        return {
            "found_cost": "true cost of founding one, to the host",
            "run_cost": "true cost of running one",
            "building": "time from the decision to the opening",
            "rate": f"foundings per {per}",
            "seats": "seats for firms",
            "researchers": "researchers who find results that can be sold",
            "plaque": "foundings that are a name on a unit that works already",
            "firm_weight": "how likely a firm is to found one, beside a body",
        }


_KEYS = tuple(field.name for field in dataclasses.fields(Kind) if field.name != "name")


def kinds_from(trees: Mapping[str, object]) -> dict[str, Kind]:
    """Return all kinds from the mappings in their files, in the order of ``KIND_NAMES``.

    Raises:
        ConfigError: If a kind is missing or unknown, or anything in it is.
    """
    for name in trees:
        if name not in KIND_NAMES:
            raise unknown(str(configs() / FOLDER), "kind", name, KIND_NAMES)
    for name in KIND_NAMES:
        if name not in trees:
            raise ConfigError(f"{configs() / FOLDER}: the file of the kind '{name}' is missing")
    return {name: kind_from(name, trees[name]) for name in KIND_NAMES}


def kind_from(name: str, tree: object) -> Kind:
    """Return a kind from the mapping in its file.

    Raises:
        ConfigError: If anything in it is missing or unknown or does not fit.
    """
    entry = Entry(tree, str(configs() / FOLDER / f"{name}.yaml"), _KEYS)
    levels = _words(entry, "levels", LEVELS)
    if list(levels) != sorted(levels, key=LEVELS.index):
        raise ConfigError(f"{entry.where}: levels stand lowest first, not {', '.join(levels)}")
    return Kind(
        name=name,
        zh=entry.text("zh"),
        hosts=_words(entry, "hosts", HOSTS),
        levels=levels,
        functions=_words(entry, "functions", FUNCTIONS),
        stock=entry.text("stock"),
        per_host=entry.flag("per_host", False),
        legal_person=entry.flag("legal_person", False),
        joint=entry.flag("joint", False),
        **{number: _number(entry, number) for number in KIND_NUMBERS},
    )


def _words(entry: Entry, key: str, known: Collection[str]) -> tuple[str, ...]:
    entry.value(key)
    words = entry.words(key, known)
    if not words or len(set(words)) < len(words):
        raise ConfigError(f"{entry.where}.{key}: at least one is needed, and none twice")
    return words


def _number(entry: Entry, key: str) -> Quantity:
    unit, usual = KIND_NUMBERS[key]
    if usual is not None and not entry.has(key):
        return usual
    return quantity_from(entry.value(key), f"{entry.where}.{key}", {unit: UNITS[unit]})


KINDS: dict[str, Kind] = kinds_from(read_folder(FOLDER))
