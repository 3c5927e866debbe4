"""What a target counts, in words, and what is real of it."""

from sim.indicators.table import INDICATORS
from sim.inputs.plan import Target
from sim.report.numerals import number
from sim.report.sections.cells import Cell
from sim.report.words import capital, is_share, name_words


def headline(target: Target) -> str:
    """Return in a few words what a target counts."""
    known = INDICATORS.get(target.indicator)
    words = known.meaning if known else target.meaning or name_words(target.id)
    return capital(words)


def has_real(target: Target) -> bool:
    """Return whether a real activity is measured beside the count."""
    known = INDICATORS.get(target.indicator)
    return known is not None and known.real is not None


def activity_words(target: Target) -> str:
    """Return what the real activity is that is measured beside the count."""
    return INDICATORS[target.indicator].beside


def real_unit(target: Target) -> str:
    """Return the real activity's unit, where it is another than the count's."""
    return INDICATORS[target.indicator].real_unit


def real_number(target: Target, value: float) -> str:
    """Return a value of the real activity for people; a share in percent."""
    return number(value, is_share(target) and not real_unit(target))


def target_cell(target: Target) -> Cell:
    """Return what a target counts, where it stands in the text, and in which words."""
    notes = [f"clause {target.clause}", target.id]
    notes += [f"read as {target.variant}"] if target.variants else []
    return Cell(headline(target), " · ".join(notes), target.zh, strong=True)
