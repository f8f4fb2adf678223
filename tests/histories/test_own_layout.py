"""Our own layout is found by its names, and a near miss is refused rather than passed over."""

from datetime import date

import polars as pl
import pytest

from hgrisk.errors import DataError
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.delivery import Delivery
from hgrisk.histories.own_layout import own_layout

EVENTS = "case_id,kind,occurred_on\nH1,report,2019-01-05\n"
FRAME = pl.DataFrame({"case_id": ["H1"], "kind": ["report"], "occurred_on": ["2019-01-05"]})


def refusal(data) -> str:
    with pytest.raises(DataError) as caught:
        own_layout(Delivery.of(data))
    return str(caught.value)


def test_tables_are_found_and_further_columns_travel_along(deliver):
    deliver(events="kind,note,occurred_on,case_id\nreport,x,2019-01-05,H1\n", cases="case_id\nH1\n", other="a\n1\n")
    pl.DataFrame({"person_id": ["P1"]}).write_parquet(deliver() / "persons.parquet")
    plan = own_layout(Delivery.of(deliver()))
    assert [(one.table, one.file, one.extra) for one in plan.source] == [
        ("events", "events.csv", "all"),
        ("cases", "cases.csv", "all"),
        ("persons", "persons.parquet", "all"),
    ]
    assert list(plan.source[0].columns) == ["case_id", "kind", "occurred_on"]


def test_further_kinds_and_corrections_are_columns_of_ours(deliver):
    deliver(events="case_id,kind,occurred_on,further_kinds,corrected_on\nH1,report,2019-01-05,a;b,2019-02-01\n")
    plan = own_layout(Delivery.of(deliver()))
    assert list(plan.source[0].columns) == ["case_id", "kind", "further_kinds", "occurred_on", "corrected_on"]
    events = CaseHistories.read(deliver()).events
    assert events.select("further_kinds", "corrected_on").row(0) == ("a;b", date(2019, 2, 1))


def test_frames_are_found_by_name():
    plan = own_layout(Delivery.of({"cases": FRAME.select("case_id"), "events": FRAME}))
    assert [(one.table, one.file) for one in plan.source] == [("events", "events"), ("cases", "cases")]


@pytest.mark.parametrize(("names", "found"), [([], "nothing"), (["cases.csv", "b.csv"], "b.csv, cases.csv")])
def test_no_events(tmp_path, names, found):
    for name in names:
        (tmp_path / name).write_text("case_id\nH1\n")
    assert refusal(tmp_path) == (
        f"Case histories have an events table (events.csv, .csv.gz or .parquet), but found {found}: add it, or write a "
        "mapping file that says what your tables mean."
    )


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_the_folder_around_a_made_up_register(tmp_path, ending):
    (tmp_path / "observed").mkdir()
    assert "add it, or write a mapping file" in refusal(tmp_path)
    (tmp_path / "observed" / f"events{ending}").write_text("x")
    assert refusal(tmp_path) == (
        f"Case histories have an events table, but found none in {tmp_path}, which holds a made-up world: give its "
        "folder observed/."
    )


def test_the_truth_of_a_made_up_world(tmp_path):
    for name in ("violence", "outcomes", "regions"):
        (tmp_path / f"{name}.parquet").write_text("x")
    assert refusal(tmp_path) == (
        f"A pipeline never reads what no register knows, but found in {tmp_path} the truth of a made-up world: give "
        "the folder observed/ beside it."
    )


def test_two_files_for_one_table(deliver):
    folder = deliver(events=EVENTS)
    FRAME.write_parquet(folder / "events.parquet")
    assert refusal(folder) == (
        "A table stands in one file, but found events.csv and events.parquet: remove one or write a mapping."
    )


@pytest.mark.parametrize("name", ["Cases.csv", "cases.CSV", "cases.xlsx", "memberships.tsv", "persons.zip"])
def test_a_file_that_would_be_passed_over(deliver, name):
    folder = deliver(events=EVENTS)
    (folder / name).write_text("x")
    assert refusal(folder) == (
        "A table is one of events, cases, persons, memberships, regions, case_regions, and a file ends in .csv, "
        f".csv.gz or .parquet, but found '{name}': rename or convert it, or write a mapping file."
    )


@pytest.mark.parametrize("name", ["README.md", "parameters.toml", "events.md", "case.csv", "extract_events.csv"])
def test_other_files_are_left_alone(deliver, name):
    folder = deliver(events=EVENTS)
    (folder / name).write_text("x")
    assert [one.file for one in own_layout(Delivery.of(folder)).source] == ["events.csv"]


def test_a_frame_that_would_be_passed_over():
    assert refusal({"events": FRAME, "case": FRAME}) == (
        "A table is one of events, cases, persons, memberships, regions, case_regions, but found 'case': rename or "
        "convert it, or write a mapping file."
    )


@pytest.mark.parametrize("name", ["Known_on", "known on", " known_on", "KNOWN-ON"])
def test_a_column_that_is_nearly_ours(deliver, name):
    folder = deliver(events=f"case_id,kind,occurred_on,{name}\nH1,report,2019-01-05,2019-01-06\n")
    assert refusal(folder) == (
        f"The columns of events.csv bear exactly our names, but found {name!r} for 'known_on': rename it, or write a "
        "mapping file."
    )


def test_a_second_spelling_beside_ours_is_an_extra_column(deliver):
    folder = deliver(events="case_id,kind,occurred_on,Kind\nH1,report,2019-01-05,x\n")
    assert list(own_layout(Delivery.of(folder)).source[0].columns) == ["case_id", "kind", "occurred_on"]


@pytest.mark.parametrize(
    ("text", "found", "cure"),
    [
        (
            "id,kind,day\nH1,r,x\n",
            "no case_id, occurred_on among id, kind, day",
            "rename your columns, or write a mapping file",
        ),
        (
            "H1,r,2019-01-05\nH2,r,x\n",
            "no case_id, kind, occurred_on among names that seem to be a row of data",
            "rename your columns, or write a mapping file",
        ),
        (
            EVENTS.replace(",", ";"),
            "no case_id, kind, occurred_on among case_id;kind;occurred_on",
            "write a mapping file with delimiter = ';'",
        ),
    ],
)
def test_missing_columns(deliver, text, found, cure):
    assert refusal(deliver(events=text)) == (
        f"events.csv has every compulsory column of events, but found {found}: {cure}."
    )


@pytest.mark.parametrize(
    ("file", "raw", "text"),
    [
        (
            "events.csv",
            b"",
            "A source file has a header and rows, but found events.csv, which is empty: deliver the file again.",
        ),
        ("events.csv.gz", b"x", "A .gz file is gzip, but found events.csv.gz, which is not: deliver the file again."),
        ("events.csv", "a\n".encode("utf-16"), "A CSV file is not UTF-16, but found events.csv: export it as UTF-8."),
        (
            "events.parquet",
            b"x",
            "A .parquet file is Parquet, but found events.parquet, which is not: deliver it again.",
        ),
    ],
)
def test_a_spoilt_file_is_told_as_what_it_is(tmp_path, file, raw, text):
    (tmp_path / file).write_bytes(raw)
    assert refusal(tmp_path) == text
