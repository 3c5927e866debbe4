"""Which processes read each instrument: what docs/targets.md says is what happens in a run."""

import re
from collections import defaultdict
from pathlib import Path
from typing import ClassVar

import pytest

from sim.inputs.kinds import KINDS
from sim.inputs.levers import LEVERS
from sim.inputs.plan_file import load_plan, plan_names
from sim.policy.choosing import build_mix
from sim.region.pages import QUARTER
from sim.region.region import start_run
from sim.state.offers import Offers

PLANS = [name for name in plan_names() if name != "toy"]
PAGE = Path(__file__).parents[2] / "docs" / "targets.md"
ROW = re.compile(r"^\| `(\w+)` \|")


def told():
    """Return plan → instrument → the processes by which the page says that it is read."""
    plan, found = "", defaultdict(dict)
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## .*`(\w+)`$", line):
            plan = heading[1]
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
        if ROW.match(line) and len(cells) == 8:
            found[plan][cells[1].strip("`")] = cells[5]
    return found


class Read(Offers):
    """Offers that note which process looked at which instrument."""

    by: ClassVar[defaultdict] = defaultdict(set)
    process = ""

    def on(self, *asked, **more):
        for offer in super().on(*asked, **more):
            Read.by[offer.account.name].add(Read.process)
            yield offer

    def dose(self, *asked):
        return sum(offer.dose for offer in self.on(*asked))


def readers(name):
    """Return instrument → the processes that look at what it offers, in two years."""
    Read.by = defaultdict(set)
    plan = load_plan(name)
    run = start_run(plan, build_mix(plan, "as_written"), seed=1, scale=0.1)
    for _ in range(min(8, plan.end - plan.start + 1)):
        run.begin()
        for process, verb in QUARTER:
            Read.process = process
            run.live(process, verb)
            if process == "enact":
                run.state.offers = Read(run.state.offers.published, run.state.offers.money)
        run.finish()
    return Read.by


@pytest.mark.parametrize("name", PLANS)
def test_the_page_names_who_reads_an_instrument(name):
    plan, page, found = load_plan(name), told()[name], readers(name)
    differ = {}
    for instrument in plan.instruments:
        said = page[instrument.id]
        read = found.get(instrument.id, set())
        if not instrument.modelled:
            assert (said, read) == ("–", set()), instrument.id
            continue
        # What nobody weighed, and a contest that nobody entered, was not looked at.
        named = {word.strip() for word in said.split(",")}
        if not read <= named <= set(LEVERS[instrument.lever].reads):
            differ[instrument.id] = (said, ", ".join(sorted(read)))
    assert not differ, differ
    modelled = sum(instrument.modelled for instrument in plan.instruments)
    assert len(found.keys() & page.keys()) >= 0.9 * modelled


def test_what_founders_look_ahead_to_is_the_next_level_alone():
    """A reward for a higher level moves nobody who founds: the page must not say so."""
    for name in PLANS:
        for instrument in load_plan(name).instruments:
            if instrument.modelled and instrument.lever in ("level_reward", "level_match"):
                ladders = [KINDS[kind].levels for kind in instrument.kinds]
                next_level = any(levels[1] in instrument.levels for levels in ladders)
                said = told()[name][instrument.id]
                assert ("founding" in said) == (next_level or not instrument.levels), instrument.id
