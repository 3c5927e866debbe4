"""Rules from outside the package: what plug-ins register, and which of them are in force.

A plug-in is a module of the user's that calls ``register`` while it is loaded. What it registers
joins the lists that our own rules stand in: processes of the quarter, their numbers, levers, types
of instruments, indicators. At any time the plug-ins of one case are in force in a process, and no
others: ``put_in_force`` takes out what another case had. Without plug-ins nothing here does
anything.
"""

import dataclasses
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial, wraps
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim.core.errors import ConfigError, SimError, unknown
from sim.inputs.levers import LEVERS, TYPES, InstrumentType, Lever
from sim.inputs.number_set import settable
from sim.inputs.numbers import Numbers, own_sheet, sheets
from sim.inputs.plugin import Names, Plugin, read_plugins, sha256_of

if TYPE_CHECKING:
    from sim.indicators.measure import Indicator

# Codes of draws: below the first stand our own, and a code and a quarter share 32 bits.
_FIRST_CODE, _CODES = 1 << 10, 1 << 16
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_GROUPS = ("kind", "start", "dose")  # first halves of full names of numbers that no sheet holds
_LAST = "settle"  # the process after which nothing is paid


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process of a plug-in.

    Attributes:
        name: Its name: of its draws, ``state.luck(name)``, and of the sheet of its numbers.
        acts: What it does in each quarter; it takes the state and, where it has any, its numbers.
        after: The process that it comes after, ours or one that was registered before.
        numbers: The class of its numbers, declared with ``number``.
    """

    name: str
    acts: Callable[..., None]
    after: str
    numbers: type[Numbers] | None = None


@dataclass
class _Registered:
    """What a plug-in registered while it was loaded, and its module."""

    plugin: Plugin
    module: ModuleType
    processes: list[Process] = field(default_factory=list)
    indicators: "list[Indicator]" = field(default_factory=list)
    types: dict[str, InstrumentType] = field(default_factory=dict)


_loading: list[_Registered] = []  # the one that is being loaded, if there is one
_in_force: list[_Registered] = []
_added: list[tuple[str, Plugin, Callable[[], object]]] = []  # name, whose, what takes it out


def register(
    *,
    process: Process | None = None,
    indicator: "Indicator | None" = None,
    instrument_type: dict[str, InstrumentType] | None = None,
    kind: object = None,
) -> None:
    """Register rules of one's own; called by a plug-in while it is loaded.

    Args:
        process: A process of the quarter, with its numbers.
        indicator: What a target of a plan may name.
        instrument_type: Types of instruments by name; levers of theirs that are new come with them.
        kind: A platform kind, which cannot be added from outside.

    Raises:
        ConfigError: If no plug-in is being loaded, or it is none of these things.
    """
    if kind is not None:
        raise ConfigError(
            "sim.register(kind=...): a platform kind cannot come from outside, since arrays of the "
            "model are sized by kind; numbers of the kinds that there are can be set "
            "(kinds.KIND.NAME=), and a kind can be added to the package (docs/architecture.md)"
        )
    if not _loading:
        raise ConfigError(
            "sim.register is called while a plug-in is loaded: name its module, as in "
            "plugins=[my_rules], instead of importing or running it"
        )
    from sim.indicators.measure import Indicator

    one = _loading[-1]
    if process is not None:
        one.processes.append(_of_class("process", process, Process))
    if indicator is not None:
        one.indicators.append(_of_class("indicator", indicator, Indicator))
    for name, added in _of_class("instrument_type", instrument_type or {}, dict).items():
        if name in one.types:
            raise ConfigError(f"the type '{name}' is registered twice")
        one.types[name] = _of_class(f"instrument_type {name}", added, InstrumentType)


def _of_class[T](what: str, value: object, wanted: type[T]) -> T:
    if not isinstance(value, wanted):
        needed = "a dict by name" if wanted is dict else f"a sim.{wanted.__name__}"
        raise ConfigError(f"sim.register({what}=...): {needed} is needed, not {value!r}")
    return value


def load(names: Names) -> tuple[Plugin, ...]:
    """Read plug-ins and put them, and no others, in force: before plans and numbers are read.

    Args:
        names: Names of modules, or paths of their files; none for a model as it comes.

    Raises:
        ConfigError: If one is not found or cannot be loaded, or it names what there is already.
    """
    plugins = read_plugins(names)
    put_in_force(plugins)
    return plugins


def put_in_force(plugins: Sequence[Plugin]) -> None:
    """Let these plug-ins, and no others, be in force in this process.

    Raises:
        ConfigError: If one cannot be loaded, is not what its hash says, or names what there is.
    """
    if [one.plugin for one in _in_force] == list(plugins):
        return
    _take_out()
    try:
        for number, plugin in enumerate(plugins, start=1):
            if plugin.name in sys.modules or plugin.name in sys.stdlib_module_names:
                raise ConfigError(
                    f"plug-in {plugin.name}: another module has this name; give the file another "
                    "one"
                )
            one = _loaded(tuple(plugins[:number]))
            sys.modules[plugin.name] = one.module
            _in_force.append(one)
            _put_in(one)
    except ConfigError:
        _take_out()
        raise
    except Exception as error:  # a name that is no text, a lever that is none
        _take_out()
        raise ConfigError(_sentence(plugin, error)) from None


def in_force() -> tuple[Plugin, ...]:
    """Return the plug-ins that are in force in this process."""
    return tuple(one.plugin for one in _in_force)


def told(plugin: Plugin) -> str:
    """Return what a plug-in that is in force adds, in words."""
    (one,) = (one for one in _in_force if one.plugin == plugin)
    parts = [f"the process {p.name}, after {p.after}" for p in one.processes]
    parts += [f"the type of instrument {name}" for name in one.types]
    parts += [f"the indicator {each.name}" for each in one.indicators]
    return f"{plugin.words}: {'; '.join(parts) or 'nothing of its own'}"


# Loading


@cache
def _loaded(plugins: tuple[Plugin, ...]) -> _Registered:
    """Return what the last of some plug-ins registers, which may import those before it.

    Its module is carried out once in a process.
    """
    plugin = plugins[-1]
    if sha256_of(plugin.source) != plugin.sha256:
        raise ConfigError(
            f"plug-in {plugin.name}: its text has not the hash {plugin.sha256[:12]} of the case, "
            f"but {sha256_of(plugin.source)[:12]}: it was changed on its way"
        )
    module = ModuleType(plugin.name)
    module.__file__ = _file(plugin)
    one = _Registered(plugin, module)
    sys.modules[plugin.name] = module
    _loading.append(one)
    try:
        exec(compile(plugin.source.encode(), _file(plugin), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise ConfigError(_sentence(plugin, error)) from None
    finally:
        _loading.pop()
        del sys.modules[plugin.name]
    return one


def _file(plugin: Plugin) -> str:
    return f"{plugin.name}.py"


def _sentence(plugin: Plugin, error: BaseException) -> str:
    """Return an error that a plug-in raised, with the line of its file."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == _file(plugin)
    ]
    where = f"plug-in {plugin.name}" + (f", line {lines[-1]}" if lines else "")
    if isinstance(error, SimError):
        return f"{where}: {error}"
    return f"{where}: {traceback.format_exception_only(error)[-1].strip()}"


def _guarded[**P, R](plugin: Plugin, function: Callable[P, R]) -> Callable[P, R]:
    """Return a function of a plug-in whose errors say that it is the plug-in's, and where."""
    if not callable(function):
        raise ConfigError(f"plug-in {plugin.name}: a function is needed, not {function!r}")

    @wraps(function)
    def guarded(*arguments: P.args, **words: P.kwargs) -> R:
        try:
            return function(*arguments, **words)
        except Exception as error:
            raise SimError(_sentence(plugin, error)) from error

    return guarded


# Putting in and taking out


def _put_in(one: _Registered) -> None:
    """Let what a plug-in registered join our own lists."""
    from sim.indicators.table import INDICATORS
    from sim.region.pages import QUARTER

    plugin = one.plugin
    for process in one.processes:
        _add_process(plugin, process)
    known = [name for name, _ in QUARTER]
    for name, kind in one.types.items():
        for lever in kind.levers:
            _add_lever(plugin, lever, known)
        _check_known(plugin, f"type {name}", [kind.process], known)
        _add(plugin, "type of instrument", TYPES, name, kind)
    for indicator in one.indicators:
        _check_known(plugin, f"indicator {indicator.name}", indicator.moved_by, known)
        real = indicator.real and _guarded(plugin, indicator.real)
        measure = _guarded(plugin, indicator.measure)
        guarded = dataclasses.replace(indicator, measure=measure, real=real)
        _add(plugin, "indicator", INDICATORS, indicator.name, guarded)


def _add_process(plugin: Plugin, process: Process) -> None:
    from sim.core import draws
    from sim.region.declared import DECLARED
    from sim.region.pages import QUARTER

    name, places = process.name, [each for each, _ in QUARTER]
    _check_name(plugin, "process", name)
    if name in (*_GROUPS, *places, *sheets()):
        raise _clash(plugin, "process", name)
    before_last = places[: places.index(_LAST)]
    _check_known(plugin, f"process {name}: after", [process.after], before_last)
    _add(plugin, "process", draws.PROCESSES, name, _code_of(plugin, name))
    numbers = process.numbers
    if numbers is not None:
        if getattr(numbers, "sheet", None) != name:
            raise ConfigError(
                f"plug-in {plugin.name}: the numbers of the process {name}: a class "
                f"Parameters(sim.Numbers, name='{name}') is needed, not {numbers!r}"
            )
        _add(plugin, "sheet of numbers", sheets(), name, _checked_sheet(plugin, numbers))
        _add(plugin, "sheet of numbers", DECLARED, name, numbers)
        settable.cache_clear()
    own = [added for added, _, _ in _added]
    at = places.index(process.after) + 1
    while places[at] in own:
        at += 1
    entry = (name, _guarded(plugin, process.acts))
    QUARTER.insert(at, entry)
    _added.append((name, plugin, partial(QUARTER.remove, entry)))


def _code_of(plugin: Plugin, process: str) -> int:
    """Return the code of a process's draws, which follows from its name alone."""
    from sim.core.draws import PROCESSES
    from sim.core.identity import of_name

    code = _FIRST_CODE + int(of_name(process)[0]) % (_CODES - _FIRST_CODE)
    for other, taken in PROCESSES.items():
        if taken == code and other != process:
            raise ConfigError(
                f"plug-in {plugin.name}: the process {process} would have the draws of the process "
                f"{other}: give it another name"
            )
    return code


def _checked_sheet(plugin: Plugin, numbers: type[Numbers]) -> Mapping[str, Any]:
    try:
        return own_sheet(numbers)
    except ConfigError as error:
        raise ConfigError(f"plug-in {plugin.name}: numbers of {error}") from None


def _add_lever(plugin: Plugin, lever: Lever, processes: Iterable[str]) -> None:
    """Put in a lever, unless it is ours or the plug-in's own already."""
    if LEVERS.get(lever.name) is lever:
        return
    _check_known(plugin, f"lever {lever.name}", lever.reads, processes)
    _add(plugin, "lever", LEVERS, lever.name, lever)


def _check_known(plugin: Plugin, what: str, named: Iterable[str], processes: Iterable[str]) -> None:
    for name in named:
        if name not in processes:
            raise unknown(f"plug-in {plugin.name}: {what}", "process", name, processes)


def _check_name(plugin: Plugin, what: str, name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(
            f"plug-in {plugin.name}: {what}: a name of small letters, digits and _ is needed, a "
            f"letter first, not {name!r}"
        )


def _add(plugin: Plugin, what: str, ours: dict[str, Any], name: str, value: object) -> None:
    _check_name(plugin, what, name)
    if name in ours:
        raise _clash(plugin, what, name)
    ours[name] = value
    _added.append((name, plugin, partial(ours.pop, name)))


def _clash(plugin: Plugin, what: str, name: str) -> ConfigError:
    others = (f"the plug-in {one.name}" for added, one, _ in _added if added == name)
    return ConfigError(
        f"plug-in {plugin.name}: {what} '{name}': {next(others, 'the model')} has one of that name "
        "already; give yours another"
    )


def _take_out() -> None:
    """Leave nothing in our lists but what is ours."""
    while _added:
        _, _, take_out = _added.pop()
        take_out()
    while _in_force:
        del sys.modules[_in_force.pop().plugin.name]
    settable.cache_clear()
