"""A model that answers at once, for the searches: targets follow from the doses of a mix."""

import numpy as np
import pandas as pd
from evaluation import Evaluator
from studies import parted

from sim.indicators.table import CONTEXT
from sim.policy.choosing import choose
from sim.region.case import case_of
from sim.region.record import PAYMENTS, Record


def evaluator_of(folder, plan, **settings):
    """Return an evaluator of mixes of a plan, with one worker."""
    words, effort = parted(settings)
    case = case_of(plan, choose(plan, "none"), **words)
    return Evaluator(case=case, effort=effort, folder=folder)


def toy(plan, mix, *, replicate, quarters, **others):
    """Each paid instrument in force adds to every target and costs as much in each quarter.

    The second behavioural target has only half of what it counts behind it, and less with more
    transfer; the first needs less than the plan offers.
    """
    targets = [target for target in plan.targets if not target.reason]
    now = np.arange(plan.start, plan.start + quarters)
    offered = np.zeros(quarters)
    for instrument in mix.instruments:
        for start, end, scale in instrument.phases:
            if instrument.modelled:
                offered += scale * ((start <= now) & (now <= end))
    luck = 1 + 0.1 * np.sin(replicate + 1)
    whole = sum(i.modelled for i in plan.instruments) * quarters
    path = luck * np.cumsum(offered) / whole
    paths = {t.id: 1.3 * t.value * path for t in targets}
    paid = [
        (f"2019Q{quarter % 4 + 1}", "x", "c", "city", "firm", amount, 0.25, False)
        for quarter, amount in enumerate(offered)
    ]
    context = {name: np.full(quarters, 0.5) for name in CONTEXT if name not in paths}
    return Record(
        replicate=replicate,
        quarters=now.tolist(),
        trajectories=paths | context,
        real={t.id: np.minimum(paths[t.id], t.value) for t in targets},
        pressed={t.id: 0 * paths[t.id] for t in targets},
        nominal={t.id: 0 * paths[t.id] for t in targets},
        start=dict.fromkeys([*paths, *context], 0.0),
        payments=pd.DataFrame(paid, columns=PAYMENTS),
        committed=1.0 if mix.instruments else 0.0,
        claimed={"city_fund": 0.5},
        parameters={"market.spread": float(luck), "start.brokers": float(replicate % 7)},
    )
