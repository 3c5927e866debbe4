"""Names in words: targets with their goals, instruments, mixes."""

import re
from collections.abc import Sequence

from sim.inputs.plan import NATURES, Plan, Target
from sim.policy.spelling import COST
from sim.report.numerals import number

NATURE_WORDS = {
    "behavioural": "Behavioural: firms, universities and other agents decide",
    "delivered": "Delivered: the government and its staff bring it about",
    "quota": "Quota: a higher level or an outside party decides; city money decides little",
    "statistical": "Statistical: a ratio by definition of the statistics",
}
WORDINGS = {
    "exact": "",
    "at_least": "“at least”",
    "about": "“about”",
    "aspiration": "an aspiration (力争, 争取)",
    "full_coverage": "full coverage",
}
_SHORT = {"rd": "R&D", "ip": "IP", "tto": "TTO", "vp": "VP"}


def capital(words: str) -> str:
    """Return words with a capital letter at their beginning."""
    return words[:1].upper() + words[1:]


def plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def name_words(name: str) -> str:
    """Return the id of an instrument or target in words."""
    return capital(" ".join(_SHORT.get(word, word) for word in name.split("_")))


def natures_words(plan: Plan) -> str:
    """Return how many targets of each nature a plan has."""
    counts = [(nature, sum(t.nature == nature for t in plan.targets)) for nature in NATURES]
    return ", ".join(f"{count} {nature}" for nature, count in counts if count)


def is_share(target: Target) -> bool:
    """Return whether a target's numbers are shares of one."""
    return target.measure == "share" or target.unit.startswith("share")


def goal_words(target: Target) -> str:
    """Return a target's goal with its unit and, where the text hedges, how."""
    hedge = {"at_least": "at least ", "about": "about ", "aspiration": "strives for "}
    prefix = "more than " if target.strict else hedge.get(target.wording, "")
    unit = f" of {share_of(target)}" if is_share(target) else f" {target.unit}"
    return f"{prefix}{number(target.value, is_share(target))}{unit}"


def share_of(target: Target) -> str:
    """Return what the whole is that a target's numbers are shares of."""
    return target.unit.removeprefix("share").removeprefix(" of ").replace(" x ", " × ") or "all"


def date_words(target: Target) -> str:
    """Return by when a target is to be met, and whether the text says so."""
    return f"by {target.date}" + (
        "" if target.date_stated else " (end of the plan; no date stated)"
    )


def mix_words(policy: str) -> str:
    """Return what a mix is called, with what was left out of it or changed."""
    whole, _, cost = policy.partition(COST)
    base, *changes = re.split("(?=[~+])", whole)
    words = {"none": "without the plan", "as_written": "with the plan as written"}
    first = words.get(base, f"with the mix {base}")
    if changes and changes[0].startswith("+from="):
        source = changes.pop(0).removeprefix("+from=")
        first = f"with {source} as written" if base == "as_written" else f"{first} of {source}"
    parts = [_change_words(change) for change in changes]
    parts += [f"at the cost of {cost}"] if cost else []
    return ", ".join([first, *parts])


def _change_words(change: str) -> str:
    word, _, value = change[1:].partition("=")
    if change[0] == "~":
        return f"less {word}"
    words = {"scale": f"{value} times the doses", "budget": f"{value} times the budget"}
    return words.get(word, change[1:] if value else f"plus {word}")


def short_names(policies: Sequence[str], most: int) -> list[str]:
    """Return names of mixes, without the mix they begin with where all but none begin with it.

    A mix of another plan, or one at another's cost, would read as an addition: it stays whole.
    """
    pairs = [re.split("(?=[~+])", policy, maxsplit=1) for policy in policies]
    one = len({pair[0] for pair in pairs if pair != ["none"]}) == 1
    names = [
        pair[-1] if one and not re.search(r"\+from=|^\+cost=", pair[-1]) else "".join(pair)
        for pair in pairs
    ]
    return [name if len(name) <= most else f"{name[: most - 1]}…" for name in names]
