"""Kinds of talents: their codes in the table, and which of them hold a title at a firm."""

from sim.state.columns import TALENT_KINDS

CODE = {name: code for code, name in enumerate(TALENT_KINDS)}
# Titles whose holders are tied to a row of the firms table, which stands for ``weight`` firms.
OF_FIRMS = ("vice_president", "industry_professor")
