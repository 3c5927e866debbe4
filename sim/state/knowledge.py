"""The numbers of what firms and results know."""

from sim.inputs.numbers import Numbers, meaning


class Parameters(Numbers, name="kene"):
    """Numbers of what is known; structural, after SKIN: outcomes should not hang on them."""

    least: float = meaning("units of knowledge that a firm holds at least")
    own_field: float = meaning("units in the owner's own field, the others in its sector")
    same_field: float = meaning("overlap of two units of one field, the same capability being 1")
    same_sector: float = meaning("overlap of two units of one sector, the same capability being 1")
