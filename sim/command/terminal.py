"""The terminal of a command line: what it can show, and how a command ends there."""

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from sim.core.errors import ConfigError, SimError

_ERRORS = 2  # the number of the error output, by custom


def status_of(work: Callable[[], int]) -> int:
    """Do the work of a command line; return its exit status.

    It is 2 where the input is wrong, 1 for any other error of ours or of the system's, 130 where
    Ctrl-C stopped it and 143 where the system did; one sentence says which.
    """
    _make_ready()
    try:
        with _ended_as_by_hand():
            return work()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (SimError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt as stopped:
        print("Stopped. What is finished is kept; the same command goes on.", file=sys.stderr)
        return 128 + (signal.SIGTERM if isinstance(stopped, _Ended) else signal.SIGINT)


class _Ended(KeyboardInterrupt):
    """The system asks this process to end."""


@contextmanager
def _ended_as_by_hand() -> Iterator[None]:
    """Have the system end this process as Ctrl-C does, with its workers."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return

    def end(number: int, frame: Any) -> NoReturn:
        raise _Ended

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _make_ready() -> None:
    """Have an error output, and a terminal that gets by without the letters that it lacks."""
    if sys.stderr is None:
        _say_nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _say_nowhere() -> None:
    """Give this process and its workers an error output, where they were started without one."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != _ERRORS:
        os.dup2(nowhere, _ERRORS)
        os.close(nowhere)
    os.set_inheritable(_ERRORS, True)
    sys.stderr = os.fdopen(_ERRORS, "w", closefd=False)
