"""The one place where Numba's decorator is named, so that types stay strict around it.

Numba looks only at a kernel's own file when it decides whether its machine code is still good;
ours call each other across files. The cache is therefore a folder per version of all files that
hold kernels, in the user's cache, where a read-only installation can write too.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import types
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
configuration.reload_config()


def first_use() -> bool:
    """Return whether nothing of this version was ever compiled here."""
    return CACHE is None or not any(CACHE.rglob("*.nbi"))


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays and numbers; keep the machine code on disk where that goes."""
    options: dict[str, Any] = {"cache": CACHE is not None, "nogil": True, "error_model": "numpy"}
    kernel: Callable[..., Any] = numba.njit(**options)(function)
    return kernel


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function into each kernel that calls it, so that a loop over it is vectorised."""
    kernel: Callable[..., Any] = numba.njit(inline="always", error_model="numpy")(function)
    return kernel


def _same_bits(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))


def _number(context: Any, bits: Any) -> Any:
    """Return the floating-point number that 64 bits stand for."""
    return types.float64(types.int64), _same_bits


def _bits(context: Any, number: Any) -> Any:
    """Return the 64 bits of a floating-point number."""
    return types.int64(types.float64), _same_bits


# For use inside kernels.
as_number: Any = intrinsic(_number)
as_bits: Any = intrinsic(_bits)
