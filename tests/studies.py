"""Studies whose numbers are told, so that they do not hang on the model."""

from dataclasses import fields
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.indicators.table import CONTEXT
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import choose
from sim.publish import run_and_read
from sim.region.case import case_of
from sim.region.record import PAYMENTS, Record
from sim.results.files import write_combinations, write_whole
from sim.runs.effort import Effort
from sim.runs.job import job_of

PAID = pd.DataFrame(
    [
        ("2019Q2", "innovation_centre_firm", "四(三)", "city", "firm", 2.0, 0.0, False),
        ("2019Q3", "innovation_centre_firm", "四(三)", "city", "firm", 4.0, 0.0, False),
        ("2019Q3", "transfer_branches", "四(七)", "county", "platform", 2.0, 1.0, False),
        ("2019Q3", "platform_capital", "五(二)", "fund", "firm", 50.0, 1.0, False),
        ("2019Q3", "platform_tax", "五(二)", "nation", "platform", 5.0, 1.0, False),
        ("2019Q3", "high_tech_income_tax", "税法", "nation", "firm", 90.0, 0.0, True),
    ],
    columns=PAYMENTS,
)


def told(plan, mix, *, replicate, quarters, **others):
    """Stand in for the model: each target goes from a tenth of its goal on, by twentieths."""
    targets = [target for target in plan.targets if not target.reason]
    climb = np.arange(1, quarters + 1) * (0.05 if mix.empty else 0.1)
    paths = {t.id: t.value * (0.1 * (1 + replicate % 5) + climb) for t in targets}
    context = {name: np.full(quarters, 0.5) for name in CONTEXT if name not in paths}
    paid = PAID[PAID["background"] | (not mix.empty)]
    return Record(
        replicate=replicate,
        quarters=list(range(plan.start, plan.start + quarters)),
        trajectories=paths | context,
        real={t.id: paths[t.id] / 2 for t in targets},
        pressed={t.id: paths[t.id] / 10 for t in targets},
        nominal={t.id: paths[t.id] / 4 for t in targets},
        start={t.id: t.value * 0.1 * (1 + replicate % 5) for t in targets}
        | dict.fromkeys(context, 0.4),
        payments=paid.assign(amount=paid["amount"] * (1 + replicate % 2)),
        committed=0.0 if mix.empty else 1.0 + replicate,
        claimed={"city_fund": 0.5},
        parameters={"start.brokers": 80.0 + replicate % 50, "market.spread": 0.1},
    )


def study_of(folder, *policies, plans=(), baselines=("none",), model=told, **settings):
    """Return a study of some mixes of some plans, without the model."""
    plans = plans or (load_plan("weihai_2018"),)
    mixes = dict.fromkeys((*baselines, *policies))
    words, effort = parted(settings)
    job = job_of(
        [case_of(plan, choose(plan, policy), **words) for plan in plans for policy in mixes],
        effort,
        baselines,
        several=bool(baselines),
    )
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch, model)
        return run_and_read(job, folder)


def write_tables(study):
    """Write all tables of a study that is no sweep of keys; return the rows of each."""
    return write_combinations(study) | write_whole(study)


def parted(settings):
    """Return what of some settings is a case's, and the effort; few replicates, one worker."""
    own = {field.name for field in fields(Effort)}
    effort = {name: value for name, value in settings.items() if name in own}
    words = {name: value for name, value in settings.items() if name not in own}
    return words, Effort(**{"replicates": 4, "workers": 1} | effort)


def stand_in(patch, model):
    """Have a function of plan, mix, replicate and quarters stand in for the city and its life."""

    def start(case, replicate):
        return SimpleNamespace(plan=case.plan, replicate=replicate)

    def life(start, mix, quarters, watch=None, plan=None):
        return model(start.plan, mix, replicate=start.replicate, quarters=quarters)

    import_module("sim.region.agents")  # if first imported later, it would keep the stand-in
    patch.setattr("sim.region.region.start_city", start)
    patch.setattr("sim.region.region.live_out", life)
