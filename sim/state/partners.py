"""The numbers of whom firms remember and whom they ask; ``state/ties`` keeps account of it."""

from sim.inputs.numbers import Numbers, meaning


class Parameters(Numbers, name="ties"):
    """Numbers of ties. No number says that a partner is chosen again."""

    memory: float = meaning("time after the last deal in which a counterpart is remembered")
    asked: float = meaning("strangers that are asked beside those remembered")
    taste: float = meaning("what two partners are to each other beside the fit of their knowledge")
