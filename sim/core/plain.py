"""Values of ours as plain ones, that a file can hold and a hash can tell apart."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Return dataclasses as mappings, and tuples of things with ids as mappings by id."""
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        if value and all(hasattr(inner, "id") for inner in value):
            return {inner.id: plain(inner) for inner in value}
        return [plain(inner) for inner in value]
    return value


def as_json(value: Any, **options: Any) -> str:
    """Return plain values as JSON."""
    # The only values that json does not know are NumPy's whole numbers.
    return json.dumps(value, ensure_ascii=False, default=int, **options)


def hash_of(value: Any) -> str:
    """Return the hash of plain values, whatever the order of their keys."""
    return hashlib.sha256(as_json(value, sort_keys=True).encode()).hexdigest()
