"""The colour and the marker of each mix, one in all figures and tables.

Colour-blind readers tell the colours apart.
"""

from collections.abc import Mapping, Sequence

COLOURS = {
    "none": "#6b6b6b",
    "as_written": "#0072b2",
    "founding": "#e69f00",
    "ladder": "#009e73",
    "transfer": "#d55e00",
    "incubation": "#cc79a7",
    "talent": "#56b4e9",
    "research": "#8a7500",
}
MARKERS = {
    "none": "s",
    "as_written": "o",
    "founding": "^",
    "ladder": "D",
    "transfer": "v",
    "incubation": "P",
    "talent": "X",
    "research": "*",
}


def colour_of(policy: str, policies: Sequence[str]) -> str:
    """Return the colour of a mix among all mixes of its plan."""
    return _look(policy, policies, COLOURS)


def marker_of(policy: str, policies: Sequence[str]) -> str:
    """Return the marker of a mix among all mixes of its plan."""
    return _look(policy, policies, MARKERS)


def _look(policy: str, policies: Sequence[str], looks: Mapping[str, str]) -> str:
    """Return a built-in mix's look; mixes of one's own take in turn what the others leave."""
    if policy in looks:
        return looks[policy]
    names = dict.fromkeys(policies)
    kept = {"none", "as_written", *names}
    spare = [look for name, look in looks.items() if name not in kept] or list(looks.values())
    own = [name for name in names if name not in looks]
    return spare[own.index(policy) % len(spare)]
