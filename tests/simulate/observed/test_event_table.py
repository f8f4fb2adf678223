"""Ends, order, doubles and names of the events."""

import itertools
from datetime import date

import numpy as np
import polars as pl
import pytest

from hgrisk.simulate.observed.event_table import cut_ends, event_table, in_order
from hgrisk.simulate.observed.period import Period
from hgrisk.simulate.observed.rows import CODES, KIND, make_rows
from hgrisk.simulate.parameters.reporting import SOURCES
from hgrisk.simulate.records import DIED, NEVER, OBSERVED
from hgrisk.simulate.scenario import Scenario
from tests.simulate.observed.builders import on, plain_homes

LAST = on("2024-12-31")


def period(until=None, n=4):
    homes = plain_homes(n, terminal=DIED if until else OBSERVED, terminal_at=on(until) if until else np.inf)
    return Period.of(Scenario(), homes)


@pytest.mark.parametrize(
    ("until", "ended", "shown"),
    [
        (None, LAST - 1, LAST - 1), (None, LAST, LAST), (None, LAST + 1, NEVER), (None, NEVER, NEVER),
        ("2020-01-01", on("2019-12-01"), on("2019-12-01")), ("2020-01-01", on("2022-01-01"), on("2020-01-01")),
        ("2020-01-01", LAST + 9, on("2020-01-01")), ("2020-01-01", NEVER, NEVER), ("2024-12-31", LAST + 1, NEVER),
    ],
)  # fmt: skip
def test_ends_that_are_not_known_are_left_out(until, ended, shown):
    rows = make_rows(KIND["shelter"], np.zeros(1, int), np.full(1, on("2019-11-01")), ended=ended)
    assert cut_ends(rows, period(until)).tolist() == [shown]


def test_every_order_of_the_rows_gives_the_same_order():
    day = on("2020-01-01")
    rows = make_rows(
        np.array([KIND["signal"], KIND["signal"], KIND["report"], KIND["report"], KIND["report"]]),
        np.array([1, 1, 1, 0, 3]),
        np.array([day, day, day, day, day - 1]),
        known=np.array([day + 1, day + 1, day + 1, day + 1, day + 2]),
        code=np.array([4, 3, 0, 0, 0]),
    )
    wanted = [(0, 0), (1, 0), (1, 3), (1, 4), (3, 0)]
    for order in itertools.permutations(range(5)):
        found = in_order(rows[list(order)], period())
        assert list(zip(found["home"].tolist(), found["code"].tolist(), strict=True)) == wanted


def test_rows_that_tell_the_same_are_one_and_the_first_stays():
    day = on("2020-01-01")
    rows = make_rows(
        KIND["follow_up_report"], np.zeros(5, int), np.full(5, day), known=day, source=np.array([1, 2, 1, 2, 1]),
        report=np.array([7, 8, 9, -1, -1]), first=np.array([True, True, True, False, False]),
    )  # fmt: skip
    found = in_order(rows, period())
    assert found["source"].tolist() == [1, 2]
    assert found["report"].tolist() == [7, 8]
    rows["severity"] = np.arange(5)
    assert in_order(rows, period()).size == 5


def test_names_and_empty_places():
    day = on("2020-01-01")
    rows = make_rows(
        np.array([KIND["report"], KIND["signal"]]), np.arange(2), np.full(2, day), known=day + 1,
        code=np.array([1, -1]), source=np.array([7, -1]), severity=np.array([4, -1]), value=np.array([-1, 0]),
        further=np.array([True, False]), corrected=np.array([day + 5, NEVER]), ended=np.array([NEVER, day + 2]),
    )  # fmt: skip
    keys = [pl.Series(values, dtype=pl.String) for values in (["a", "b"], ["p", None], [None, "q"])]
    first, second = event_table(rows, 3, *keys).rows(named=True)
    today = date(2020, 1, 1)
    assert first == {
        "event_id": "E000030000001", "case_id": "a", "kind": "report", "code": CODES[1], "further_kinds": "child_abuse",
        "occurred_on": today, "known_on": date(2020, 1, 2), "ended_on": None, "corrected_on": date(2020, 1, 6),
        "severity": 4.0, "source": SOURCES[7], "person_id": "p", "exposed_person_id": None, "value": None,
    }  # fmt: skip
    assert second["value"] == 0.0
    assert second["ended_on"] == date(2020, 1, 3)
    assert [second[name] for name in ("code", "further_kinds", "corrected_on", "severity", "source")] == [None] * 5


def test_rows_of_one_day_that_differ_elsewhere_stay_in_their_order():
    n, day = 5000, on("2020-01-01")
    known = day + np.random.default_rng(1).integers(0, 5, n)
    rows = make_rows(KIND["advice"], np.zeros(n, int), np.full(n, day), known=known, value=np.arange(n))
    assert in_order(rows, period())["value"].tolist() == np.argsort(known, kind="stable").tolist()
