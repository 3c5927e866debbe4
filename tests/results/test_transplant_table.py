"""The table of what of another plan's mix attaches to a city."""

import pandas as pd
from studies import study_of, write_tables

from sim.results.files import transplant_table


def test_the_table_of_a_transplant_lies_beside_the_mixs_files(tmp_path):
    study = study_of(tmp_path, "talent+from=changzhou_2019", replicates=1)
    rows = write_tables(study)
    (one,) = [one for one in study.combinations if one.mix.attached]
    table = pd.read_csv(one.folder / "transplant.csv", keep_default_na=False)
    assert list(table.columns[:3]) == ["plan", "policy", "instrument"]
    assert list(table["instrument"]) == list(transplant_table(one)["instrument"])
    assert set(table["attaches"]) <= {"yes", "later", "no"}
    assert set(table["policy"]) == {one.policy}
    assert rows[str((one.folder / "transplant.csv").relative_to(tmp_path))] == len(table)
