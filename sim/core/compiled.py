"""The one place where Numba's decorator is named, so that types stay strict around it.

Numba looks only at a kernel's own file when it decides whether its machine code is still good;
ours call each other across files. The cache is therefore a folder per version of all files that
hold kernels, in the user's cache, where a read-only installation can write too. A file there that
is damaged is as good as none, and where nothing can be kept each process compiles for itself.
"""

import functools
import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

import numba
from numba.core import caching, types
from numba.extending import intrinsic

from sim.core.home import PACKAGE, cache


def _cache() -> Path | None:
    """Return the folder for the machine code of this version of the kernels; None for none."""
    code = hashlib.blake2b(digest_size=8)
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if b"compiled" in text:
            code.update(text)
    return cache(code.hexdigest())


CACHE = _cache()
if CACHE:
    os.environ.setdefault("NUMBA_CACHE_DIR", str(CACHE))
configuration: Any = numba.config
_files: Any = caching
configuration.reload_config()


def first_use() -> bool:
    """Return whether nothing of this version was ever compiled here, by this version of Python."""
    major, minor, *_ = sys.version_info
    return CACHE is None or not any(CACHE.rglob(f"*.py{major}{minor}*.nbi"))


class _Sealed(_files.IndexDataCacheFile):
    """Files of machine code, each with a hash of what it holds: code cut short would still run."""

    def _save_data(self, name: str, data: Any) -> None:
        code = self._dump(data)
        super()._save_data(name, (hashlib.sha256(code).digest(), code))

    def _load_data(self, name: str) -> Any:
        seal, code = super()._load_data(name)
        if seal != hashlib.sha256(code).digest():
            raise ValueError(f"{name} is damaged")
        return pickle.loads(code)


class _Kept(_files.FunctionCache):
    """A kernel's machine code on disk; what cannot be read or written is compiled again."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file: Any = _Sealed(self.cache_path, self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the machine code of a signature; None where there is none or it is damaged."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # pickle promises nothing of what a damaged file raises
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the machine code of a signature, or say once that this cannot be done."""
        try:
            super().save_overload(sig, data)
        except Exception as error:  # a full disk above all
            _say_not_kept(f"{error}")


@functools.cache
def _say_not_kept(why: str) -> None:
    told = f"{CACHE}: compiled code is not kept: {why}; the next run compiles again"
    print(told, file=sys.stderr)


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays, numbers and records of them, and keep its types.

    The machine code stays on disk where that goes. A record is a named tuple that stands at the
    top of a file, where a later process finds it; it holds what the kernel uses and no more, since
    every column costs time at each call.
    """
    kernel: Any = numba.njit(nogil=True, error_model="numpy")(function)
    if CACHE:
        with suppress(RuntimeError):  # it found no folder that it can write to
            kernel._cache = _Kept(function)
    return cast(Callable[P, R], kernel)


def inlined[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function into each kernel that calls it, so that a loop over it is vectorised."""
    kernel: Callable[P, R] = numba.njit(inline="always", error_model="numpy")(function)
    return kernel


def record[Record: NamedTuple](kind: type[Record], source: object) -> Record:
    """Return what a record's fields name of a table or of parameters, as kernels take it."""
    return kind._make(getattr(source, name) for name in kind._fields)


def _same_bits(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))


def _number(context: Any, bits: Any) -> Any:
    """Return the floating-point number that 64 bits stand for."""
    return types.float64(types.int64), _same_bits


def _bits(context: Any, number: Any) -> Any:
    """Return the 64 bits of a floating-point number."""
    return types.int64(types.float64), _same_bits


# For use inside kernels.
as_number: Callable[[int], float] = cast(Any, intrinsic(_number))
as_bits: Callable[[float], int] = cast(Any, intrinsic(_bits))
