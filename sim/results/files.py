"""The files that a study's tables stand in."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sim.policy.mix import Attachment
from sim.results.combination import Combination
from sim.results.study import Study
from sim.runs.folder import replacing

TRANSPLANT = ("plan", "policy", *(f.name for f in dataclasses.fields(Attachment)))


def write_combinations(study: Study) -> dict[str, int]:
    """Write the tables of each combination; return the rows of each by its path below the root."""
    tables: dict[Path, pd.DataFrame] = {}
    for one in study.combinations:
        tables[one.folder / "attainment.csv"] = one.attainment
        tables[one.folder / "trajectories.parquet"] = one.trajectories
        tables[one.folder / "ledger.parquet"] = one.ledger.drop(columns="background")
        tables[one.folder / "parameters.parquet"] = one.parameters
        if one.mix.attached:
            tables[one.folder / "transplant.csv"] = transplant_table(one)
    return _written(tables, study.root)


def write_whole(study: Study) -> dict[str, int]:
    """Write the tables of all combinations together; return the rows of each likewise."""
    whole, root = study.sweep or study, study.root
    tables = {root / "attainment.csv": whole.attainment, root / "summary.csv": whole.summary}
    if study.baselines:
        tables[root / "comparison.csv"] = whole.comparison
    if study.sweep:
        tables |= {root / f"sweep.{ending}": study.sweep.table for ending in ("csv", "parquet")}
    return _written(tables, root)


def _written(tables: Mapping[Path, pd.DataFrame], root: Path) -> dict[str, int]:
    for path, table in tables.items():
        with replacing(path) as unfinished:
            write_table(table, unfinished)
    return {str(path.relative_to(root)): len(table) for path, table in tables.items()}


def transplant_table(one: Combination) -> pd.DataFrame:
    """Return what became of each instrument of a mix of another plan."""
    rows = [vars(attachment) for attachment in one.mix.attached]
    return pd.DataFrame(rows).assign(plan=one.plan, policy=one.policy)[list(TRANSPLANT)]


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the form that the ending of its path says."""
    if path.suffix == ".csv":
        table.to_csv(path, index=False, lineterminator="\n")
        return
    import pyarrow as pa
    from pyarrow import parquet

    numbers = table.select_dtypes("float64")
    keys = pa.Table.from_pandas(table.drop(columns=numbers.columns), preserve_index=False)
    columns = dict(zip(keys.column_names, keys.columns, strict=True))
    columns |= {
        name: pa.array(column, from_pandas=True)
        for name, column in zip(numbers, numbers.to_numpy().T, strict=True)
    }
    parquet.write_table(
        pa.table({name: columns[name] for name in table}),
        path,
        compression="zstd",
        use_dictionary=keys.column_names,
        column_encoding=dict.fromkeys(numbers, "BYTE_STREAM_SPLIT"),
    )
