"""Micro-data: what is counted from them is what the model counts, and every id leads somewhere."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest
from pyarrow import parquet
from studies import write_tables
from world import (
    START,
    add_bodies,
    add_firms,
    add_platforms,
    add_results,
    ids,
    next_quarter,
    tiny,
)

import sim
from sim.command.compose import compose
from sim.command.grammar import parse
from sim.core.errors import ConfigError
from sim.inputs.codes import KIND_CODE
from sim.inputs.kinds import KINDS
from sim.inputs.plan_file import load_plan
from sim.publish import run_and_read
from sim.results.study import Study
from sim.runs import ensemble
from sim.runs.archives import FOLDER, TABLES, publish
from sim.runs.carry_out import carry_out
from sim.runs.chunks import CHUNKS
from sim.runs.effort import Effort
from sim.runs.manifest import default_root
from sim.runs.micro import Panels

QUICK = ("quarters=2", "population.scale=0.1", "workers=1")
OTHERS = (
    "attainment.csv",
    "summary.csv",
    "ledger.parquet",
    "trajectories.parquet",
    "parameters.parquet",
)
PLANS = ("weihai_2018", "changzhou_2019", "ningbo_2019", "ningbo_315", "jiangyin_2025")
REFERENCES = {
    "firms": {
        "partner": "organisations",
        "ally": "organisations",
        "carrier": "organisations",
        "visitor": "organisations",
        "origin": "organisations",
    },
    "organisations": {
        "host_firm": "firms",
        "host_body": "organisations",
        "partner": "organisations",
    },
    "contracts": {"buyer": "firms", "seller": "organisations", "service": "organisations"},
    "projects": {"firm": "firms", "organisation": "organisations"},
}


def job_of(*arguments):
    return compose(parse(arguments))[0]


def carried_out(root, *arguments):
    done = carry_out(job_of(*QUICK, *arguments), root, ensemble.run)
    return done.rows | write_tables(Study.read(done, root))


def content(root, names=TABLES):
    return {name: (root / name).read_bytes() for name in names}


def files(root):
    return content(root, [f"{name}.parquet" for name in TABLES])


def told(root, name):
    """Return a micro table as plain values."""
    return parquet.read_table(root / f"{name}.parquet").to_pylist()


@pytest.fixture(scope="module", params=PLANS)
def run(request, tmp_path_factory):
    """A whole plan with a row for five firms, and its tables."""
    root = tmp_path_factory.mktemp(request.param)
    job = job_of(
        f"plan={request.param}", "population.scale=0.2", "workers=1", "replicates=1", "micro=true"
    )
    study = run_and_read(job, root)
    assert study.failures == []
    write_tables(study)
    tables = {name: pd.read_parquet(root / f"{name}.parquet") for name in TABLES}
    path = study.combinations[0].trajectories.set_index("quarter")
    return SimpleNamespace(root=root, plan=job.cases[0].plan, path=path, **tables)


# Counted from micro-data as by the model


def test_firms_counted_are_those_of_the_model(run):
    firms = run.firms

    def number(which, values=1.0):
        return (firms["stands_for"] * which * values).groupby(firms["quarter"]).sum()[1:]

    counted = {
        "above_scale_firms": number(firms["above_scale"]),
        "high_tech_firms": number(firms["high_tech"]),
        "technology_smes": number(firms["technology_sme"] & ~firms["above_scale"]),
        "startups_incubated": number(firms["carrier"].notna()),
        "valid_invention_patents": number(True, firms["patents"]),
    }
    assert set(firms["stands_for"]) == {5.0}
    for name, values in counted.items():
        assert values.tolist() == run.path[name].tolist(), name


def test_organisations_counted_are_those_of_the_model(run):
    active = run.organisations[run.organisations["status"] == "active"]
    measured_by = {target.id: target.indicator for target in run.plan.targets}
    for name, kinds in {
        "institutes_total": ["institute"],
        "incubators_makerspaces": ["incubator", "makerspace"],
    }.items():
        if measured_by.get(name, name) != name:
            continue  # a target of that name counts those that closed, too
        chosen = active[active["kind"].isin(kinds)].groupby("quarter").size()
        assert chosen.reindex(run.path.index, fill_value=0).tolist() == run.path[name].tolist()


def test_contracts_of_four_quarters_are_those_of_the_model(run):
    registered = run.contracts[run.contracts["registered"]]
    number = registered["stands_for"].groupby(registered["quarter"]).sum()
    turnover = (registered["stands_for"] * registered["value"]).groupby(registered["quarter"]).sum()
    assert number.size == len(run.path) + 4  # the year before the start is there, too
    years = number.rolling(4).sum()[4:]
    assert years.tolist() == pytest.approx(run.path["contracts"].tolist(), rel=1e-12)
    years = turnover.rolling(4).sum()[4:]
    assert years.tolist() == pytest.approx(run.path["contract_turnover"].tolist(), rel=1e-9)


def test_major_joint_projects_are_those_of_the_model(run):
    if "joint_projects_new" not in run.path:
        assert run.plan.name != "changzhou_2019"
        return
    projects = run.projects
    which = ((projects["kind"] == "joint") | projects["led_by_talent"]) & projects["major"]
    new = projects[which & (projects["began"] >= run.path.index[0])]
    number = new.groupby("began")["stands_for"].sum()
    path = number.reindex(run.path.index, fill_value=0).cumsum()
    assert path.tolist() == run.path["joint_projects_new"].tolist()


# Who is who


def test_every_id_leads_to_a_firm_or_organisation(run):
    tables = {name: getattr(run, name) for name in TABLES}
    for name, columns in REFERENCES.items():
        for column, target in columns.items():
            known = tables[name][column].dropna()
            lost = known[~known.isin(tables[target]["id"])]
            assert lost.empty, f"{name}.{column}: {len(lost)} of {len(known)} lead nowhere"


def test_an_id_is_one_firm_or_organisation_from_quarter_to_quarter(run):
    for table, fixed in (
        (run.firms, ["founded", "district", "cluster", "field"]),
        (run.organisations, ["kind", "district", "decided", "host_class", "host_firm"]),
    ):
        assert not table.duplicated(["quarter", "id"]).any()
        assert (table.groupby("id")[fixed].nunique(dropna=False) == 1).all(axis=None)
        first = table["quarter"].iloc[0]
        stays = table.groupby("id")["quarter"].agg(["min", "size"])
        assert (stays.loc[stays["min"] == first, "size"] > 1).mean() > 0.9
    assert run.contracts["id"].is_unique
    assert run.projects["id"].is_unique


def test_the_panel_begins_with_the_moment_before_the_first_quarter(run):
    for table in (run.firms, run.organisations):
        assert table["quarter"].unique()[1:].tolist() == run.path.index.tolist()
        assert table["quarter"].iloc[0] < run.path.index[0]


def test_every_column_has_a_unit_and_none_speaks_of_rows_and_codes(run):
    for name in TABLES:
        schema = parquet.read_schema(run.root / f"{name}.parquet")
        assert schema.names[:3] == ["plan", "policy", "replicate"]
        for field in schema:
            unit = field.metadata[b"unit"].decode()
            assert unit
            inner = re.search(r"(?<!in a )\brow\b|\bcode\b|\bbits\b|-1|\b0 for", unit)
            assert not inner, f"{name}.{field.name}: {unit}"


def test_pandas_reads_ids_whole_where_some_are_missing(run):
    firms = run.firms
    assert firms["carrier"].dtype == "UInt64"
    assert firms["carrier"].dropna().min() > 2**53  # a float would lose its last digits
    kinds = run.organisations[["id", "kind"]].drop_duplicates()
    seated = firms.merge(kinds, left_on="carrier", right_on="id")
    assert all("incubation" in KINDS[kind].functions for kind in set(seated["kind"]))
    assert len(seated) == firms["carrier"].notna().sum()


def test_what_stands_in_a_row_by_hand(tmp_path):
    state = tiny(weight=4.0)
    university = add_bodies(state, "university", 1)[0]
    host, spin_off, _ = add_firms(state, 3, rd=2.0, rd_relabelled=0.5, rd_padded=0.25, field=4)
    incubator = add_platforms(state, "incubator", 1, host_firm=host, grade=1)[0]
    state.firms.platforms[host] = 1 << KIND_CODE["incubator"] | 1 << KIND_CODE["institute"]
    state.firms.capabilities[host, :2] = (100, 7)
    state.firms.origin[spin_off] = add_results(state, university, 1)[0]
    state.firms.carrier[spin_off] = incubator
    state.firms.high_tech_until[spin_off] = START + 1
    state.firms.alive[2] = False
    for serial, (seller, transfer) in enumerate(((university, True), (-1, False), (-2, False))):
        state.contracts.add(
            ids(1, 7000 + serial), quarter=START, seller=seller, transfer=transfer, buyer=host
        )
    panels = Panels("tiny", "by_hand", 7)
    panels.note(state)
    next_quarter(state)
    panels.note(state)
    panels.save(tmp_path)
    publish(tmp_path, 8, tmp_path)

    first, second, *later = told(tmp_path, "firms")
    assert [row["quarter"] for row in (first, second, *later)] == ["2018Q4"] * 2 + ["2019Q2"] * 2
    assert (first["plan"], first["policy"], first["replicate"]) == ("tiny", "by_hand", 7)
    assert (first["district"], first["cluster"], first["field"]) == ("north", "tools", 5)
    assert first["platforms"] == ["institute", "incubator"]
    assert first["capabilities"] == [100, 7]
    assert (first["founded"], first["seated"], first["carrier"]) == ("2009Q1", None, None)
    assert (first["rd"], first["rd_reported"], first["stands_for"]) == (2.0, 2.75, 4.0)
    assert second["origin"] == state.organisations.id[university]
    assert second["carrier"] == state.organisations.id[incubator]
    assert [row["high_tech"] for row in (second, later[1])] == [True, False]
    assert "alive" not in first

    school, carrier = told(tmp_path, "organisations")[:2]
    assert (school["kind"], school["level"], school["host_class"]) == ("university", None, None)
    assert (carrier["kind"], carrier["level"], carrier["grade"]) == ("incubator", "municipal", "A")
    assert (carrier["host_firm"], carrier["host_body"]) == (state.firms.id[host], None)
    assert (school["status"], school["grade"], school["cluster"]) == ("active", None, None)

    signed = told(tmp_path, "contracts")
    assert [row["seller_class"] for row in signed] == ["organisation", "firm", "outsider"]
    assert [row["seller"] for row in signed] == [school["id"], None, None]
    assert [row["stands_for"] for row in signed] == [1.0, 4.0, 4.0]
    assert {row["buyer"] for row in signed} == {first["id"]}
    assert told(tmp_path, "projects") == []


# Kept, gone on with, added


def test_workers_and_interruptions_do_not_matter(tmp_path, monkeypatch):
    asked = ("replicates=3", "micro=true", "micro.replicates=2")
    rows = carried_out(tmp_path / "one", *asked)
    carried_out(tmp_path / "two", *asked, "workers=2")
    whole = files(tmp_path / "one")
    assert files(tmp_path / "two") == whole
    real = Panels.save

    def interrupted(self, folder):
        if (folder / FOLDER).exists():  # the second one
            raise KeyboardInterrupt
        real(self, folder)

    monkeypatch.setattr(Panels, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        carried_out(tmp_path / "cut", *asked)
    assert [path.name for path in (tmp_path / "cut" / FOLDER).iterdir()] == ["000000.zip"]
    monkeypatch.setattr(Panels, "save", real)
    carried_out(tmp_path / "cut", *asked)
    assert files(tmp_path / "cut") == whole
    firms = pd.read_parquet(tmp_path / "one/firms.parquet")
    assert firms["replicate"].unique().tolist() == [0, 1]
    assert rows["firms.parquet"] == len(firms)
    assert content(tmp_path / "cut", OTHERS) == content(tmp_path / "one", OTHERS)


def test_micro_data_are_added_later_by_running_those_replicates_alone(tmp_path, monkeypatch):
    from sim.region import region

    carried_out(tmp_path, "replicates=4")
    before = content(tmp_path, OTHERS)
    chunks = {path: path.stat().st_mtime_ns for path in (tmp_path / CHUNKS).iterdir()}
    real, ran = region.live_out, []

    def noted(start, *others, **goals):
        ran.append(start.replicate)
        return real(start, *others, **goals)

    monkeypatch.setattr(region, "live_out", noted)
    for asked, runs in ((1, [0]), (3, [1, 2]), (3, []), (2, [])):
        carried_out(tmp_path, "replicates=4", "micro=true", f"micro.replicates={asked}")
        assert ran == runs
        ran.clear()
        kept = pd.read_parquet(tmp_path / "firms.parquet")["replicate"]
        assert kept.unique().tolist() == list(range(asked))
    assert content(tmp_path, OTHERS) == before
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / CHUNKS).iterdir()} == chunks
    carried_out(tmp_path / "at_once", "replicates=4", "micro=2")
    assert files(tmp_path) == files(tmp_path / "at_once")


@pytest.mark.parametrize("damage", ["cut short", "garbage", "one byte", "empty"])
def test_a_damaged_archive_is_computed_again_and_said(damage, tmp_path, capsys):
    carried_out(tmp_path, "replicates=1", "micro=true")
    before = files(tmp_path)
    path = tmp_path / FOLDER / "000000.zip"
    archive = bytearray(path.read_bytes())
    if damage == "one byte":
        archive[len(archive) // 2] ^= 0xFF
    damaged = {"cut short": archive[:-100], "garbage": b"garbage" * 99, "empty": b""}
    path.write_bytes(damaged.get(damage, archive))
    carried_out(tmp_path, "replicates=1", "micro=true")
    assert f"{path}: damaged" in capsys.readouterr().err
    assert files(tmp_path) == before


def test_of_fewer_replicates_all_are_kept_and_a_failed_one_has_no_rows(tmp_path, monkeypatch):
    from sim.region import region

    real = region.live_out

    def unlucky(start, *others, **goals):
        if start.replicate == 0:
            raise ArithmeticError("no luck")
        return real(start, *others, **goals)

    monkeypatch.setattr(region, "live_out", unlucky)
    rows = carried_out(tmp_path / "one", "replicates=1", "micro=true")
    assert "firms.parquet" not in rows
    carried_out(tmp_path / "two", "replicates=2", "micro=true", "micro.replicates=50")
    firms = pd.read_parquet(tmp_path / "two/firms.parquet")
    assert firms["replicate"].unique().tolist() == [1]


def test_micro_data_belong_to_the_folder_of_the_same_run_without_them():
    plain, more = job_of(*QUICK), job_of(*QUICK, "micro=true")
    assert default_root("weihai_2018", plain) == default_root("weihai_2018", more)
    assert (plain.effort.kept, more.effort.kept) == (0, 3)
    assert job_of("micro=true", "micro.replicates=5").effort.kept == 5
    assert job_of("micro=true", "replicates=2").effort.kept == 2
    assert job_of("micro=false").effort.kept == 0


def test_from_python_a_number_or_true_and_a_folder_are_needed():
    assert Effort(micro=True).kept == 3
    assert Effort(micro=5).kept == 5
    for wrong in ("yes", 1.5, -1, None):
        with pytest.raises(ConfigError, match="micro = "):
            Effort(micro=wrong)
    with pytest.raises(ConfigError, match="output="):
        sim.run(load_plan("weihai_2018"), replicates=1, micro=True)
