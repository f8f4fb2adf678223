"""The only door for raw data: the same content gives the same histories, and no row is lost on the way."""

import gzip
from dataclasses import FrozenInstanceError
from datetime import date

import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.errors import ConfigError, DataError
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.mapping import MappingFile
from hgrisk.schema import TABLES, column_types

TABLES_AS_TEXT = {
    "events": {
        "event_id": ["E1", "E2", "E2", "E4", "E5"],
        "case_id": ["7", "7", "7", "008", "9"],
        "person_id": ["1", None, None, "2", "1"],
        "kind": ["report", "advice", "advice", "report", "report"],
        "occurred_on": ["2019-01-05", "2019-02-28", "2019-02-28", "2019-02-31", "2019-03-01"],
        "known_at": ["2019-01-05T10:20:30", None, None, None, None],
        "severity": ["1.5", "2.0", "2.0", None, None],
        "note": ["a", None, None, "b", "c"],
    },
    "cases": {"case_id": ["7", "008"], "region": ["A", None], "observed_until": ["2020-12-31", "2020-12-31"]},
    "persons": {"person_id": ["1", "2"], "born_on": ["1980-01-01", None]},
    "memberships": {"case_id": ["7", "008", "9", "7"], "person_id": ["1", "2", "1", "3"]},
    "regions": {"region": ["A", "B"], "valid_until": ["2019-12-31", None], "successor": ["B", None]},
    "case_regions": {"case_id": ["7", "9"], "region": ["A", "A"]},
}
TYPED = {"occurred_on": pl.Date, "observed_until": pl.Date, "born_on": pl.Date, "valid_until": pl.Date}


def texts() -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame(table) for name, table in TABLES_AS_TEXT.items()}


def typed() -> dict[str, pl.DataFrame]:
    """Return the tables with dates, instants, categories and numbers in place of text, where that loses nothing."""
    events = texts()["events"].with_columns(
        pl.col("known_at").str.to_datetime(), pl.col("severity").cast(pl.Float64), pl.col("kind").cast(pl.Categorical)
    )
    dated = {name: frame.with_columns(_dates(frame)) for name, frame in texts().items() if name != "events"}
    return {"events": events, **dated}


def _dates(frame):
    return [pl.col(name).str.to_date() for name in TYPED if name in frame.columns]


def in_files(folder, ending):
    for name, frame in texts().items():
        path = folder / f"{name}{ending}"
        if ending == ".parquet":
            typed()[name].write_parquet(path)
        else:
            raw = frame.write_csv().encode()
            path.write_bytes(gzip.compress(raw) if ending == ".csv.gz" else raw)
    return folder


WAYS = {
    "csv": lambda folder: in_files(folder, ".csv"),
    "csv.gz": lambda folder: in_files(folder, ".csv.gz"),
    "parquet": lambda folder: in_files(folder, ".parquet"),
    "polars": lambda _: texts(),
    "polars typed": lambda _: typed(),
    "lazy": lambda _: {name: frame.lazy() for name, frame in typed().items()},
    "pandas": lambda _: {name: frame.to_pandas() for name, frame in texts().items()},
    "pandas typed": lambda _: {name: frame.to_pandas() for name, frame in typed().items()},
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_gives_equal_histories(tmp_path, way):
    expected, got = CaseHistories.read(texts()), CaseHistories.read(WAYS[way](tmp_path))
    for name in TABLES:
        assert_frame_equal(getattr(got, name), getattr(expected, name))
    assert got.digest == expected.digest
    assert got.notes == expected.notes
    unused = [one.account.unused.drop("source") for one in (got, expected)]
    assert_frame_equal(*(frame.sort("table", "source_row") for frame in unused))


def test_the_tables_and_the_fates_of_that_delivery(fates):
    histories = CaseHistories.read(texts())
    assert histories.events.select("event_id", "case_id", "person_id", "severity", "note").rows() == [
        ("E1", "7", "1", 1.5, "a"),
        ("E2", "7", None, 2.0, None),
    ]
    assert fates(histories, "events: events") == [
        (3, "merged", "exact duplicate of an earlier row"),
        (4, "quarantined", "occurred_on is not a date"),
        (5, "quarantined", "case_id is not among the cases"),
    ]
    assert fates(histories, "memberships: memberships") == [
        (3, "quarantined", "case_id is not among the cases"),
        (4, "quarantined", "person_id is not among the persons"),
    ]
    assert fates(histories, "case_regions: case_regions") == [(2, "quarantined", "case_id is not among the cases")]
    assert histories.regions.rows() == [("A", None, date(2019, 12, 31), "B"), ("B", None, None, None)]
    assert dict(histories.account.table.select("source", "quarantined").iter_rows())["events: events"] == 2


def test_identifiers_that_a_gap_made_floats():
    data = {**texts(), "persons": pd.DataFrame({"person_id": [1.0, 2.0]})}
    data["events"] = texts()["events"].to_pandas().assign(person_id=[1.0, float("nan"), float("nan"), 2.0, 1.0])
    assert_frame_equal(CaseHistories.read(data).events, CaseHistories.read(texts()).events)


def test_absent_tables_are_empty_but_have_their_columns():
    histories = CaseHistories.read({"events": texts()["events"]})
    for name in ("persons", "memberships", "regions", "case_regions"):
        assert dict(getattr(histories, name).schema) == column_types(name)
        assert getattr(histories, name).is_empty()
    assert histories.cases["case_id"].to_list() == ["7", "9"]


def test_events_are_sorted_by_household_and_knowledge(mapped, events):
    days = ["2019-01-05", "2019-01-03", "2019-01-04"]
    known = ["2019-01-05", "2019-01-06", "2019-01-05"]
    histories = mapped(
        events(case_id=["H2", "H1", "H1"], occurred_on=days, known_on=known), {"known_on": "known_on"}, name="s"
    )
    assert histories.events["event_id"].to_list() == ["row:s:3", "row:s:2", "row:s:1"]


def test_several_sources_stacked_from_one_file_each_account_for_every_row(deliver, fates):
    folder = deliver(all="id,a,b\nH1,2019-01-01,2019-02-01\n\nH2,,2019-02-31\nH3,2019-01-03\n")
    sources = [
        {"name": day, "table": "events", "file": "all.csv", "where": [{"column": day, "is_null": False}]}
        | {"columns": {"case_id": "id", "kind": {"value": f"kind {day}"}, "occurred_on": day}}
        for day in "ab"
    ]
    histories = CaseHistories.read(folder, MappingFile.parse({"name": "x", "source": sources}, "m.toml"))
    assert histories.account.table.rows() == [("a", 4, 1, 0, 2, 1), ("b", 4, 1, 0, 1, 2)]
    ragged = (4, "quarantined", "has 2 fields where the header has 3")
    assert fates(histories, "a") == [(2, "excluded", "blank row"), (3, "excluded", "filter: a is_null False"), ragged]
    assert fates(histories, "b") == [
        (2, "excluded", "blank row"),
        (3, "quarantined", "occurred_on is not a date"),
        ragged,
    ]
    assert histories.events["kind"].to_list() == ["kind a", "kind b"]


def test_a_prefix_keeps_the_identifiers_of_sources_apart():
    plan = [
        {"name": name, "table": "events", "file": name}
        | {"columns": {"case_id": {"column": "case_id", "prefix": name}, "kind": "kind", "occurred_on": "occurred_on"}}
        for name in ("x", "y")
    ]
    frame = texts()["events"].head(1)
    histories = CaseHistories.read({"x": frame, "y": frame}, MappingFile.parse({"name": "p", "source": plan}, "m"))
    assert histories.cases["case_id"].to_list() == ["x7", "y7"]


def test_a_mapping_file_by_its_path(tmp_path, deliver):
    folder = deliver(r="dossier;datum\n1;05-01-2019\n2;31-02-2019\n")
    path = tmp_path / "m.toml"
    path.write_text(
        """
        name = "dossiers"
        [[source]]
        table = "events"
        file = "r.csv"
        delimiter = ";"
        date_format = "%d-%m-%Y"
        [source.columns]
        case_id = "dossier"
        kind = { value = "report" }
        occurred_on = "datum"
        """
    )
    assert CaseHistories.read(str(folder), str(path)).account.table.row(0)[1:] == (2, 1, 0, 0, 1)
    path.write_text(path.read_text().replace("r.csv", "../r.csv"))
    with pytest.raises(ConfigError, match="A source file lies inside the data folder"):
        CaseHistories.read(folder, path)


def test_a_household_with_ten_thousand_events(events):
    n = 10_000
    days = pl.date_range(date(1990, 1, 1), date(2023, 1, 1), eager=True).head(n).cast(pl.String).to_list()
    histories = CaseHistories.read(
        {"events": pl.DataFrame(events(case_id=["H1"] * n, kind=["report"] * n, occurred_on=days))}
    )
    assert histories.account.table.row(0)[1:] == (n, n, 0, 0, 0)
    assert histories.notes[0].startswith("1 household(s) have more than 1,000 events (at most 10,000): ")


def test_no_usable_event(mapped, events):
    with pytest.raises(DataError) as caught:
        mapped(events(occurred_on=["x", "2019-01-05", "y"], case_id=["secret-1", None, "secret-3"]))
    assert str(caught.value) == (
        "Case histories have at least one usable event, but found 1 x case_id is empty, 2 x occurred_on is not a date: "
        "mend the source or the mapping."
    )


def test_no_case_that_can_be_right():
    with pytest.raises(DataError) as caught:
        CaseHistories.read({"events": texts()["events"], "cases": pl.DataFrame({"case_id": [None], "region": ["A"]})})
    assert "4 x case_id is not among the cases" not in str(caught.value)
    assert "3 x case_id is not among the cases" in str(caught.value)


def test_the_account_holds_no_values():
    unused = CaseHistories.read(texts()).account.unused
    words = {value for table in TABLES_AS_TEXT.values() for column in table.values() for value in column if value}
    shown = set(unused.drop("source", "table", "source_row").unpivot()["value"].to_list())
    assert not {word for text in shown for word in text.split()} & (words - {"a"})


CHANGES = {
    "a number": lambda t: {**t, "events": t["events"].with_columns(severity=pl.lit("3"))},
    "an extra column": lambda t: {**t, "events": t["events"].rename({"note": "remark"})},
    "a row less": lambda t: {**t, "events": t["events"].head(1)},
    "a region": lambda t: {**t, "regions": t["regions"].with_columns(successor=None)},
    "a table less": lambda t: {name: frame for name, frame in t.items() if name != "case_regions"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_sees_every_change(change):
    assert CaseHistories.read(CHANGES[change](texts())).digest != CaseHistories.read(texts()).digest


def test_the_digest_is_that_of_the_content():
    """A fixed value: it must be the same on every machine and in every run."""
    digest = CaseHistories.read(texts()).digest
    shuffled = {**texts(), "events": texts()["events"].reverse(), "cases": texts()["cases"].reverse()}
    assert CaseHistories.read(shuffled).digest == digest
    assert digest == "2eddfdd0fdcc801c8a8962b07fc1556f152c4581d12c01af32702ecaa00acb85"


def test_histories_are_frozen():
    histories = CaseHistories.read(texts())
    with pytest.raises(FrozenInstanceError):
        histories.events = histories.events.clear()


def test_networks_join_households_that_share_a_person():
    networks = CaseHistories.read(texts()).networks
    assert networks["case_id"].to_list() == ["008", "7"]
    assert networks["network_id"].n_unique() == 2
