"""The terminal of a command line: what it can show, and how a command ends there."""

import io
import os
import sys
from collections.abc import Callable

from sim.core.errors import ConfigError, SimError

_ERRORS = 2  # the number of the error output, by custom


def status_of(work: Callable[[], int]) -> int:
    """Do the work of a command line; return its exit status.

    It is 2 where the input is wrong, 1 for any other error of ours or of the system's, and 130
    where it was stopped; one sentence says which.
    """
    _make_ready()
    try:
        return work()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (SimError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What is finished is kept; the same command goes on.", file=sys.stderr)
        return 130


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
