"""Where several futures of one replicate part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fork:
    """Where the futures of one replicate part.

    Attributes:
        replicate: Which.
        quarter: The last that they share.
    """

    replicate: int
    quarter: int
