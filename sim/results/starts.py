"""Starts that were asked for and cannot be met: what a city begins with beside its figures."""

from dataclasses import dataclass

import pandas as pd

from sim.results.combination import Combination

# Context indicator → the city's figure that it starts from.
STARTS_FROM = {
    "gdp": "gdp",
    "above_scale_firms": "above_scale_firms",
    "high_tech_firms": "high_tech_firms",
    "technology_smes": "technology_smes",
    "valid_invention_patents": "valid_patents",
    "high_tech_value_added_share": "high_tech_output_share",
    "institutes_total": "institutes",
    "brokers": "brokers",
}
TOLERANCE = 0.03  # by which a median may differ, over what was asked
# Those that other figures can contradict.
_REASONS = {
    "high_tech_firms": "too few of its above-scale firms and technology SMEs do enough R&D",
    "rd_expenditure": "its small firms and those with the high-tech status do more",
}


@dataclass(frozen=True)
class Unmet:
    """A starting figure that the city's other figures leave no room for.

    Attributes:
        figure: Its name.
        asked: Its median over replicates, in its unit.
        begun: What the city begins with in the median, in the same.
    """

    figure: str
    asked: float
    begun: float

    @property
    def sentence(self) -> str:
        """What is told."""
        return (
            f"start.{self.figure} = {self.asked:g} cannot be met with the city's other figures: it "
            f"begins with {self.begun:.4g}, since {_REASONS[self.figure]}"
        )


def unmet_starts(one: Combination) -> list[Unmet]:
    """Return the starting figures that are not met in the median over replicates."""
    asked, begun = one.parameters, one.starts
    told = []
    if one.replicates and "start.high_tech_firms" in asked:
        told.append(_compared("high_tech_firms", asked, begun["high_tech_firms"]))
    if one.replicates and "start.rd_expenditure" in asked:
        spent = begun["rd_to_gdp"].reset_index(drop=True) / 100 * asked["start.gdp"]
        told.append(_compared("rd_expenditure", asked, spent))
    return [start for start in told if abs(start.begun - start.asked) > TOLERANCE * start.asked]


def _compared(figure: str, asked: pd.DataFrame, begun: "pd.Series[float]") -> Unmet:
    return Unmet(figure, float(asked[f"start.{figure}"].median()), float(begun.median()))
