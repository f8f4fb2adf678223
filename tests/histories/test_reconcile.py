"""Laws of the row account, on random dirty deliveries."""

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from hgrisk.errors import DataError
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.schema import ROW_KEY, TABLES, column_types

DAYS = ["2019-01-05", "2019-01-06", "2019-01-06 00:00:00", "31-02-2019", "soon", "", "0019-01-05", "9999-12-31"]
IDS = ["H1", " H1", "H2", "H3", "", "NULL", "1E+05"]
POOLS = {
    "events": {
        "event_id": ["E1", "E2", "E3", ""],
        "case_id": IDS,
        "person_id": ["P1", "P2", "P9", ""],
        "kind": ["report", "advice", ""],
        "occurred_on": DAYS,
        "known_on": [*DAYS, "", ""],
        "known_at": ["2019-01-06T10:00:00", "2019-01-06", "", "", ""],
        "ended_on": [*DAYS, "", ""],
        "severity": ["1", "1,5", "nan", ""],
    },
    "cases": {"case_id": IDS, "observed_from": DAYS, "observed_until": DAYS},
    "persons": {"person_id": ["P1", "P2", "P3", ""], "born_on": ["1980-01-01", "0001-01-01", ""]},
    "memberships": {"case_id": IDS, "person_id": ["P1", "P2", "P9", ""], "until_on": DAYS},
}
SOUND = {"case_id": "H0", "kind": "report", "occurred_on": "2019-01-05"}
BROKEN = st.sampled_from([[], [""], ["H1"], ["x"] * 20, ['"H1', "report"], ["H1\ufffd", *[""] * 9]])
SLOW = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def rows_of(table, max_size=10):
    return st.lists(st.fixed_dictionaries({k: st.sampled_from(v) for k, v in POOLS[table].items()}), max_size=max_size)


@st.composite
def deliveries(draw) -> dict[str, pl.DataFrame]:
    """Draw frames of text: some events, one of them sound, and some of the other tables."""
    tables = {"events": [*draw(rows_of("events")), {**dict.fromkeys(POOLS["events"], ""), **SOUND}]}
    for name in draw(st.sets(st.sampled_from(["cases", "persons", "memberships"]))):
        tables[name] = draw(rows_of(name))
    if "cases" in tables:
        tables["cases"].append({"case_id": "H0", "observed_from": "2018-01-01", "observed_until": "2020-01-01"})
    return {name: pl.DataFrame(rows) for name, rows in tables.items() if rows}


def refusal_of(rows) -> str:
    try:
        CaseHistories.read({"events": pl.DataFrame(rows)})
    except DataError as error:
        return str(error)
    return "None"


def frames_of(histories, delivery) -> dict[str, pl.DataFrame]:
    return {name: getattr(histories, name) for name in delivery if not getattr(histories, name).is_empty()}


@SLOW
@given(deliveries())
def test_counts_reconcile_and_every_unused_row_is_told_once(delivery):
    account = CaseHistories.read(delivery).account
    for row in account.table.rows(named=True):
        name = row["source"].split(": ")[1]
        unused = account.unused.filter(source=row["source"])
        assert row["read"] == delivery[name].height == row["used"] + unused.height
        assert unused["source_row"].is_unique().all()
        assert unused["source_row"].is_between(1, row["read"]).all()
        for status in ("merged", "excluded", "quarantined"):
            assert row[status] == unused.filter(status=status).height
    assert account.unused.null_count().sum_horizontal().item() == 0


@SLOW
@given(deliveries())
def test_every_table_keeps_its_rules(delivery):
    histories = CaseHistories.read(delivery)
    for name, table in TABLES.items():
        frame = getattr(histories, name).select(*column_types(name)).with_row_index(ROW_KEY)
        assert table.is_valid(frame), name
    assert (histories.cases["observed_until"] >= histories.cases["observed_from"]).all()


@SLOW
@given(deliveries())
def test_what_was_used_is_used_again_unchanged(delivery):
    once = CaseHistories.read(delivery)
    again = CaseHistories.read(frames_of(once, delivery))
    assert again.account.unused.is_empty()
    assert again.digest == once.digest
    for name, frame in frames_of(once, delivery).items():
        assert_frame_equal(getattr(again, name), frame)


@SLOW
@given(deliveries())
def test_the_order_of_rows_changes_no_fate(delivery):
    one = CaseHistories.read(delivery)
    other = CaseHistories.read({name: frame.reverse() for name, frame in delivery.items()})
    assert_frame_equal(one.account.reasons, other.account.reasons)
    assert_frame_equal(one.cases, other.cases)
    content = [name for name in one.events.columns if name != "event_id"]
    assert_frame_equal(one.events.select(content), other.events.select(content), check_row_order=False)


@SLOW
@given(deliveries())
def test_a_sound_row_more_changes_no_other_fate(delivery):
    more = pl.DataFrame({**dict.fromkeys(POOLS["events"], ""), **SOUND, "event_id": "new"})
    one = CaseHistories.read(delivery)
    other = CaseHistories.read({**delivery, "events": pl.concat([delivery["events"], more], how="diagonal")})
    assert_frame_equal(one.account.unused, other.account.unused)
    assert other.events.height == one.events.height + 1


@SLOW
@given(st.lists(st.one_of(rows_of("events", max_size=1), BROKEN), max_size=12))
def test_a_row_is_used_or_told_under_its_own_number(lines):
    """Each line of a CSV file carries its number: the used ones and those told of are all of them, none twice."""
    columns = [*POOLS["events"], "mark"]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for number, line in enumerate([*lines, [SOUND]], start=1):
        if line and isinstance(line[0], dict):
            writer.writerow([line[0].get(name, "") for name in columns[:-1]] + [number])
        else:
            text.write(",".join(line) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "events.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
        histories = CaseHistories.read(folder)
    used, told = histories.events["mark"].cast(pl.Int64).to_list(), histories.account.unused["source_row"].to_list()
    assert sorted([*used, *told]) == list(range(1, len(lines) + 2))


@SLOW
@given(rows_of("events", max_size=6))
def test_a_delivery_is_read_or_refused_in_one_sentence(rows):
    assert refusal_of(rows or [SOUND]).startswith(("Case histories have at least one usable event", "None"))
