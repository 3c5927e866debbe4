"""What a replicate leaves behind: indicators by quarter, payments, and the parameters drawn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

Series = dict[str, np.ndarray]
PAYMENTS = [
    "quarter",
    "instrument",
    "clause",
    "payer",
    "payee",
    "amount",
    "assumed",
    "background",
]


@dataclass
class Record:
    """One replicate of one plan and mix.

    Attributes:
        replicate: Its number.
        quarters: The quarters that were run.
        trajectories: Target id or context indicator → one value per quarter.
        real: Target id → the real activity beside the count, one value per quarter.
        pressed: Target id → what of the count came of effort for a target alone.
        nominal: Target id → what of the count is so in name only: plaques, relabelled R&D.
        start: Target id or context indicator → value just before the first quarter.
        payments: One row per payment: quarter, instrument, clause, payer, payee, amount in
            million CNY, assumed (share), background.
        committed: Million CNY of city and county money earned under the plan but due later.
        claimed: Budget line → the share of its money that was claimed.
        parameters: Full name → value drawn.
    """

    replicate: int
    quarters: list[int]
    trajectories: Series
    real: Series
    pressed: Series
    nominal: Series
    start: dict[str, float]
    payments: pd.DataFrame
    committed: float
    claimed: dict[str, float]
    parameters: dict[str, float]
