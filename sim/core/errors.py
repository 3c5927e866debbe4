"""What can go wrong, and the sentence a user reads when it does.

SimError
├── ConfigError      the user's input: a plan, a mix, an override, an output folder
├── DataError        a file of ours that is damaged or does not fit
└── AccountingError  an identity of the public books that does not close
"""

import difflib
import errno
from collections.abc import Iterable


class SimError(Exception):
    """Any error this package raises on purpose; its text is meant for the user."""


class ConfigError(SimError):
    """Input that cannot be run: it names the thing, the value and what is allowed."""


class DataError(SimError):
    """A stored file that is damaged or was written by something else."""


class AccountingError(SimError):
    """An identity of the public books that does not close."""


def is_full(error: BaseException) -> bool:
    """Return whether there was no room: a full disk, a quota, a limit on the size of a file."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return isinstance(error, OSError) and error.errno in full


def closest(word: object, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest known word, else an empty string."""
    names = [str(name) for name in known]
    near = difflib.get_close_matches(str(word), names, n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""


def unknown(where: str, thing: str, value: object, known: Iterable[str]) -> ConfigError:
    """Return the error for a name that does not exist, listing those that do."""
    names = sorted(str(name) for name in known)
    shown = ", ".join(names[:40]) + (", …" if len(names) > 40 else "")
    return ConfigError(f"{where}: no {thing} '{value}'; known: {shown}.{closest(value, names)}")
