"""Work on several processes of this machine.

Whoever ends the main process ends them, too: at once where it is stopped, in a few seconds where
it was killed, or in ``IDLE`` where they had no work yet.
"""

import os
import platform
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from time import sleep
from typing import Any

from sim.core.errors import ConfigError, SimError
from sim.inputs.plugin import Plugin
from sim.region.plugins import in_force, put_in_force

IDLE = 30  # seconds after which a process without work ends
_GLANCE = 2  # seconds between looks at whether the main process is there


def number_of(workers: int | str) -> int:
    """Return how many processes there are to be: ``auto`` is one for each core."""
    from joblib import cpu_count

    return int(cpu_count()) if workers == "auto" else int(workers)


def computed[T, R](
    function: Callable[[T], R], items: Sequence[T], workers: int, *, in_order: bool = False
) -> Iterator[R]:
    """Yield what a function returns of each item, as it arrives or in order.

    The plug-ins that are in force here are so in each process, and its folder is this one's.

    Raises:
        ConfigError: If one of them cannot be loaded there.
        SimError: If a process was ended from outside.
    """
    if workers <= 1:
        yield from map(function, items)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    parallel = Parallel(
        n_jobs=workers,
        return_as="generator" if in_order else "generator_unordered",
        batch_size=1,
        idle_worker_timeout=IDLE,
    )
    results: Iterator[R] = iter(())
    try:
        with _undisturbed():
            work = partial(_work, os.getpid(), Path.cwd(), in_force(), function)
            results = parallel(delayed(work)(item) for item in items)
        yield from results
    except TerminatedWorkerError:
        raise SimError(
            "A worker process was ended from outside, perhaps for lack of memory. What is finished "
            "is kept, and the same command goes on; fewer workers= need less memory."
        ) from None
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of tasks that are given up
            del results


def _work[T, R](
    main: int, here: Path, plugins: Sequence[Plugin], function: Callable[[T], R], item: T
) -> R:
    """Do a piece of work where the main process is, which may have moved since this one began."""
    _end_with(main)
    if Path.cwd() != here:
        os.chdir(here)
    load_plugins(plugins)
    return function(item)


@cache
def _end_with(main: int) -> None:
    """End this process soon after the main one, however that ended and whatever is done here.

    A process that is killed while it hands out work leaves another one waiting for the rest of it.
    """

    def watch() -> None:
        while os.getppid() == main:
            sleep(_GLANCE)
        os._exit(1)

    if os.getppid() == main:
        threading.Thread(target=watch, daemon=True).start()


def load_plugins(plugins: Sequence[Plugin]) -> None:
    """Put plug-ins in force in a worker, which knows no more of them than comes with its work.

    Raises:
        ConfigError: If one cannot be loaded here; it names the worker.
    """
    try:
        put_in_force(plugins)
    except ConfigError as error:
        raise ConfigError(f"worker {os.getpid()} on {platform.node()}: {error}") from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Start processes: what would end this one waits until they can end with it.

    Ctrl-C reaches all processes of a terminal, and those started meanwhile ignore it for good: it
    is for the main one, which ends them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    asked = list[signal.Signals]()

    def note(number: int, frame: Any) -> None:
        asked.append(signal.Signals(number))

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, note),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for one in asked:
            os.kill(os.getpid(), one)
