"""Faulty rows are set aside by the reader, and nothing but them."""

from datetime import date, datetime, time

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.errors import DataError
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.schema import column_types
from hgrisk.simulate.planted import FAULTS, plant

NOON = datetime.combine(date(2021, 1, 5), time(12))
REASONS = {
    "known_before_it_occurred": "known before it occurred",
    "ends_before_it_starts": "ends before it starts",
    "unknown_case": "case_id is not among the cases",
    "date_before_1900": "date before 1900",
    "date_after_2100": "date after 2100",
    "missing_kind": "kind is empty",
    "missing_occurred_on": "occurred_on is empty",
    "severity_infinite": "severity is not a number",
    "known_at_on_another_day": "instant not on its date",
}


def sound(n):
    """Return n sound events of a tenth as many cases, and their cases."""
    rows = [
        {
            "event_id": f"E{number}",
            "case_id": f"H{number // 10}",
            "person_id": f"P{number}",
            "kind": "report" if number % 3 else "detention",
            "occurred_on": date(2020, 1 + number % 12, 1 + number % 28),
            "known_on": date(2021, 1, 5),
            "ended_on": None if number % 3 else date(2022, 2, 2),
            "known_at": NOON if number % 2 else None,
            "severity": float(number % 5) if number % 7 else None,
        }
        for number in range(n)
    ]
    events = pl.DataFrame(rows, schema=column_types("events"))
    cases = events.select(pl.col("case_id").unique(maintain_order=True)).with_columns(
        region=pl.lit("Drenthe"), observed_from=date(2015, 1, 1), observed_until=date(2024, 12, 31)
    )
    return events, cases


@pytest.mark.parametrize("n", [1, 10, 400])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 1])
def test_the_reader_sets_aside_the_planted_rows_and_no_other(tmp_path, n, share):
    events, cases = sound(n)
    planted = plant(events, share, np.random.default_rng(n), "F0-")
    assert planted.height == round(share * n)
    assert planted.columns == [*events.columns, "fault"]
    both = pl.concat([events, planted.drop("fault")])
    assert both["event_id"].is_unique().all()
    both.write_parquet(tmp_path / "events.parquet")
    cases.write_parquet(tmp_path / "cases.parquet")
    histories = CaseHistories.read(tmp_path)
    unused = histories.account.unused
    found = unused.select("reason", event_id=both["event_id"].gather(unused["source_row"].cast(pl.UInt32) - 1)).sort(
        "event_id"
    )
    expected = planted.select(
        pl.col("fault").replace_strict(REASONS, return_dtype=pl.String).alias("reason"), "event_id"
    )
    assert_frame_equal(found, expected.sort("event_id"))
    assert unused["status"].unique().to_list() == (["quarantined"] if planted.height else [])
    assert_frame_equal(histories.events.sort("event_id"), events.sort("event_id"))


def test_every_fault_comes_in_turn():
    planted = plant(sound(400)[0], 0.5, np.random.default_rng(3), "F")
    assert set(planted["fault"]) == set(FAULTS)
    assert set(planted["fault"].value_counts()["count"]) == {200 // len(FAULTS), 200 // len(FAULTS) + 1}


def test_no_event_is_copied_twice():
    assert plant(sound(50)[0], 1, np.random.default_rng(3), "F")["person_id"].is_unique().all()


def test_few_rows_do_not_always_have_the_first_faults():
    events = sound(10)[0]
    found = {plant(events, 0.1, np.random.default_rng(seed), "F")["fault"][0] for seed in range(100)}
    assert found == set(FAULTS)


def test_the_same_generator_gives_the_same_rows():
    events = sound(50)[0]
    one, two, other = (plant(events, 0.5, np.random.default_rng(seed), "F") for seed in (1, 1, 2))
    assert_frame_equal(one, two)
    assert not one.equals(other)


def test_a_fault_whose_column_is_absent_is_left_out():
    events = sound(50)[0].drop("severity", "known_at")
    planted = plant(events, 1, np.random.default_rng(1), "F")
    assert planted.height == 50
    assert set(FAULTS) - set(planted["fault"]) == {"severity_infinite", "known_at_on_another_day"}


@pytest.mark.parametrize(
    ("share", "prefix", "text"),
    [
        (1.5, "F", "A share of faulty rows lies between 0 and 1, but found 1.5: give for example 0.02."),
        (0.5, "E", "Faulty rows have identifiers of their own, but found 'E' in use: give another prefix."),
    ],
)
def test_errors(share, prefix, text):
    with pytest.raises(DataError) as caught:
        plant(sound(3)[0], share, np.random.default_rng(1), prefix)
    assert str(caught.value) == text
