"""The tables, their columns and their rules by name."""

from datetime import date, datetime

import polars as pl
import pytest

from hgrisk.schema import END_DATES, KEYS, ROW_KEY, TABLES, Cases, Events, Persons, column_types, compulsory_columns

at = datetime.fromisoformat
DAY = date(2019, 1, 5)


def broken_rules(table, **values) -> set[str]:
    """Return the rules that one row, sound but for these values, breaks."""
    sound = dict.fromkeys(column_types(next(key for key, one in TABLES.items() if one is table)))
    for name in sound:
        sound[name] = "x" if name in {"event_id", "case_id", "person_id", "kind", "region"} else None
    sound |= {name: DAY for name in ("occurred_on", "known_on", "observed_from", "observed_until") if name in sound}
    row = pl.DataFrame([{ROW_KEY: 0, **sound, **values}], schema=table.create_empty().schema, strict=False)
    _, failure = table.filter(row)
    return set(failure.counts())


@pytest.mark.parametrize("table", list(TABLES))
def test_every_table_has_types_keys_and_no_working_column(table):
    types = column_types(table)
    assert ROW_KEY not in types
    assert set(KEYS[table]) <= set(types)
    assert set(END_DATES.get(table, ())) <= {name for name, dtype in types.items() if dtype == pl.Date}
    assert set(compulsory_columns(table)) <= set(types)


def test_compulsory_columns():
    assert {table: compulsory_columns(table) for table in TABLES} == {
        "events": ["case_id", "kind", "occurred_on"],
        "cases": ["case_id"],
        "persons": ["person_id"],
        "memberships": ["case_id", "person_id"],
        "regions": ["region"],
        "case_regions": ["case_id", "region"],
    }


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_sound_row_breaks_nothing(table):
    assert broken_rules(table) == set()


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"known_on": date(2019, 1, 4)}, "known_before_it_occurred"),
        (
            {"occurred_at": at("2019-01-05T12:00"), "known_at": at("2019-01-05T11:00")},
            "known_before_it_occurred",
        ),
        ({"ended_on": date(2019, 1, 4)}, "ends_before_it_starts"),
        ({"known_at": at("2019-01-06T00:00")}, "instant_not_on_its_date"),
        ({"occurred_at": at("2019-01-04T00:00")}, "instant_not_on_its_date"),
        ({"occurred_on": date(1899, 12, 31)}, "date_before_1900"),
        ({"known_on": date(2101, 1, 1)}, "date_after_2100"),
        ({"ended_on": date(2101, 1, 1)}, "date_after_2100"),
        ({"kind": ""}, "kind|min_length"),
        ({"case_id": None}, "case_id|nullability"),
    ],
)
def test_event_rules(values, rule):
    assert broken_rules(Events, **values) == {rule}


@pytest.mark.parametrize(
    "values",
    [
        {"ended_on": DAY},
        {"ended_on": date(2100, 12, 31)},
        {"known_on": date(2100, 12, 31)},
        {"occurred_on": date(1900, 1, 1)},
        {"occurred_at": at("2019-01-05T11:00"), "known_at": at("2019-01-05T11:00")},
        {"occurred_at": at("2019-01-05T23:00"), "known_on": date(2019, 1, 6), "known_at": at("2019-01-06T01:00")},
    ],
)
def test_event_rules_at_their_edge(values):
    assert broken_rules(Events, **values) == set()


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"observed_until": date(2019, 1, 4)}, "observation_ends_before_it_starts"),
        ({"observed_from": date(1753, 1, 1)}, "date_before_1900"),
        ({"observed_until": date(2101, 1, 1)}, "date_after_2100"),
    ],
)
def test_case_rules(values, rule):
    assert broken_rules(Cases, **values) == {rule}


def test_person_rule():
    assert broken_rules(Persons, born_on=date(1, 1, 1)) == {"date_before_1900"}


@pytest.mark.parametrize(
    ("table", "start", "end", "rule"),
    [
        ("memberships", "from_on", "until_on", "membership_ends_before_it_starts"),
        ("case_regions", "from_on", "until_on", "residence_ends_before_it_starts"),
        ("regions", "valid_from", "valid_until", "region_ends_before_it_starts"),
    ],
)
def test_periods_end_on_or_after_their_start(table, start, end, rule):
    assert broken_rules(TABLES[table], **{start: DAY, end: date(2019, 1, 4)}) == {rule}
    assert broken_rules(TABLES[table], **{start: DAY, end: DAY}) == set()
    assert broken_rules(TABLES[table], **{start: DAY}) == set()
    assert broken_rules(TABLES[table], **{end: DAY}) == set()
