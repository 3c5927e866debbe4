"""The numbers of researchers' time; ``state/time`` keeps account of it."""

from sim.inputs.numbers import Numbers, meaning


class Parameters(Numbers, name="researchers"):
    """Numbers of what a researcher's time can go to, in full posts."""

    room: float = meaning("time of a researcher that can go to work with and for others")
    sale: float = meaning("a year's posts that follow a result sold, per million CNY")
    visits: float = meaning("time of a researcher who visits firms")
    post: float = meaning("time of a researcher on an exchange post, which lasts about a year")
    vice_president: float = meaning("time of a researcher who is a firm's science vice-president")
    student: float = meaning("supervision of a student of an institute")
