"""An agent of one's own beside a city, and reporters of one's own."""

import mesa

import sim


class Journalist(mesa.Agent):
    """Notes each quarter how many firms have the high-tech status."""

    def __init__(self, model):
        """Begin with an empty notebook."""
        super().__init__(model)
        self.notes = []

    def step(self):
        """Count them."""
        firms = self.model.agents_by_type[sim.Firm]
        self.notes.append(len(firms.select(lambda firm: firm.high_tech)))


region = sim.Region(
    "weihai_2018",
    "as_written",
    seed=1,
    model_reporters={"firms": lambda model: len(model.agents_by_type[sim.Firm])},
)
journalist = Journalist(region)
region.run_for(4)
print(journalist.notes)
print(region.datacollector.get_model_vars_dataframe()[["high_tech_firms", "firms"]])
