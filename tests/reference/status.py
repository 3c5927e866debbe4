"""The R&D over revenue that the high-tech status asks of one firm."""

from sim.state import rules


def status_share(revenue):
    """Return the share, by the firm's size."""
    if revenue > rules.LARGE:
        return rules.LARGE_SHARE
    if revenue > rules.MIDDLE:
        return rules.MIDDLE_SHARE
    return rules.SMALL_SHARE
