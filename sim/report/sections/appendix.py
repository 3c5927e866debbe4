"""Every target, instrument and standing rule, with what stands for it in the model."""

from collections.abc import Mapping

from sim.indicators.table import INDICATORS
from sim.inputs.instrument import CASE_BY_CASE, Instrument
from sim.inputs.levers import LEVERS
from sim.inputs.numbers import SHEETS
from sim.inputs.plan import Plan, Target
from sim.report.numerals import exact, in_unit, range_words
from sim.report.sections.cells import Cell, Table
from sim.report.view import View
from sim.report.words import WORDINGS, goal_words, mix_words, name_words


def targets_appendix(plan: Plan) -> Table:
    """Return every target with its clause, its words and what stands for it."""
    heads = ("Target", "Clause and words", "Meaning", "Goal", "Nature", "What stands for it")
    rows = [
        [
            Cell(target.id, strong=True),
            Cell(target.clause, zh=target.zh),
            Cell(target.meaning),
            Cell(goal_words(target), _measure_words(target)),
            Cell(target.nature),
            Cell(target_mechanism_words(target)),
        ]
        for target in plan.targets
    ]
    return Table(heads, rows, "cards")


def _measure_words(target: Target) -> str:
    words = [target.measure, WORDINGS[target.wording], f"by {target.date}"]
    words.append("" if target.date_stated else "date inferred")
    words.append("each level reached counts" if target.count_rule else "")
    return "; ".join(filter(None, words))


def target_mechanism_words(target: Target) -> str:
    """Return what stands for a target in the model, or why nothing does."""
    if target.reason:
        return f"Not modelled: {target.reason}"
    known = INDICATORS[target.indicator]
    words = [f"Counted: {known.meaning} ({known.zh})"]
    if known.real is not None:
        words.append(f"Beside it: {'' if known.real_unit else 'those '}{known.beside}")
    words.append(f"Moved by {', '.join(known.moved_by)}")
    words += [reading_words(target)] if target.variants else []
    return ". ".join(words)


def reading_words(target: Target) -> str:
    """Return which reading of the text a target has, and which others there are."""
    told = {
        variant.id: f"{variant.id} ({variant.reading or INDICATORS[variant.indicator].meaning})"
        for variant in target.variants
    }
    chosen = told.pop(target.variant)
    choose = f"targets.{target.id}.variant"
    return f"The reading of the text is {chosen}; {choose} may also be {' or '.join(told.values())}"


def instruments_appendix(view: View) -> Table:
    """Return every instrument with its clause, its words and what stands for it."""
    heads = ["Instrument", "Clause and words", "Meaning", "Amount", "Paid by", "What stands for it"]
    mix = {i.id: i for i in view.main.mix.instruments} if view.ones else {}
    rows = []
    for instrument in view.plan.instruments:
        cells = _instrument(mix.get(instrument.id, instrument))
        if view.ones:
            cells.append(Cell(_in_force(instrument, mix)))
        rows.append(cells)
    if view.ones:
        heads.append(f"In force {mix_words(view.main.policy)}")
    return Table(heads, rows, "cards")


def _in_force(instrument: Instrument, mix: Mapping[str, Instrument]) -> str:
    held = mix.get(instrument.id)
    if held is None or held.clause != instrument.clause:  # another plan's may have the same name
        return "no"
    return "yes" if held == instrument else "yes, changed for this run"


def _instrument(instrument: Instrument) -> list[Cell]:
    unit = f"dose: {LEVERS[instrument.lever].unit}" if instrument.lever else ""
    kinds = ", ".join(kind.replace("_", " ") for kind in instrument.platform_kind)
    about = "; ".join(filter(None, [instrument.type.replace("_", " "), kinds, instrument.level]))
    return [
        Cell(name_words(instrument.id), instrument.id, strong=True),
        Cell(instrument.clause, zh=instrument.zh),
        Cell(instrument.note, about),
        Cell(amount_words(instrument), f"strength: {instrument.strength}; {unit}".rstrip("; ")),
        Cell(instrument.payer, f"decided by the {instrument.controller}"),
        Cell(mechanism_words(instrument)),
    ]


def amount_words(instrument: Instrument) -> str:
    """Return what an instrument offers, and how the number is known."""
    if instrument.amount is not None:
        drawn = {
            "ceiling": "; drawn from half of it to all of it",
            "about": "; “about”: drawn from a tenth below to a tenth above",
        }
        words = in_unit(exact(instrument.amount), instrument.unit)
        return words + drawn.get(instrument.wording, "")
    if instrument.wording == "case_by_case":
        low, high = CASE_BY_CASE
        return f"case by case: drawn from {exact(low)} to {exact(high)} million CNY"
    if instrument.effect:
        return f"no amount in the text; assumed {range_words(instrument.effect)}"
    return "no amount in the text"


def mechanism_words(instrument: Instrument) -> str:
    """Return what stands for an instrument in the model, or why nothing does."""
    if instrument.reason:
        return f"Not modelled: {instrument.reason}"
    if instrument.lever is None:
        process = instrument.waits_for
        if process in SHEETS:
            return f"Not yet modelled: the process {process} has no rule for it yet"
        return f"Not yet modelled: waits for the process {process}"
    lever = LEVERS[instrument.lever]
    return f"{lever.name}: {lever.meaning}. Read by {', '.join(lever.reads)}"


def background_appendix(plan: Plan) -> Table:
    """Return the rules that stand under every mix."""
    heads = ("Rule", "Clause and words", "Meaning", "Amount", "Paid by", "What stands for it")
    return Table(heads, [_instrument(rule) for rule in plan.city.background], "cards")
