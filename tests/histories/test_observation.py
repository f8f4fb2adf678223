"""The period in which a case is observed: stated, derived, or cut off at the extraction."""

from datetime import date

import pytest

from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.mapping import MappingFile

EVENTS = """case_id,kind,occurred_on,known_on
H1,report,2018-03-01,2018-03-05
H1,report,2019-01-05,2019-02-01
H2,report,2018-06-01,2018-06-01
"""
FIRST, LAST = date(2018, 3, 5), date(2019, 2, 1)


@pytest.fixture
def observe(deliver):
    """Read EVENTS with these lines of cases."""

    def read(*cases: str, extracted_on: str | None = None) -> CaseHistories:
        folder = deliver(events=EVENTS, cases="\n".join(["case_id,observed_from,observed_until", *cases]))
        own = {
            table: {name: name for name in names}
            for table, names in {
                "events": ("case_id", "kind", "occurred_on", "known_on"),
                "cases": ("case_id", "observed_from", "observed_until"),
            }.items()
        }
        sources = [{"table": table, "file": f"{table}.csv", "columns": columns} for table, columns in own.items()]
        plan = {"name": "x", "extracted_on": extracted_on, "source": sources}
        return CaseHistories.read(folder, MappingFile.parse(plan, "m.toml"))

    return read


def periods(histories) -> dict[str, tuple]:
    return {row[0]: row[1:] for row in histories.cases.select("case_id", "observed_from", "observed_until").rows()}


def test_without_cases_every_household_is_one_and_is_seen_as_long_as_anything(deliver):
    histories = CaseHistories.read(deliver(events=EVENTS))
    assert periods(histories) == {"H1": (FIRST, LAST), "H2": (FIRST, LAST)}
    assert histories.cases["region"].to_list() == [None, None]


def test_a_stated_period_is_kept_and_a_missing_end_is_filled(observe):
    histories = observe("H1,2018-01-01,2020-12-31", "H2,,")
    assert periods(histories) == {"H1": (date(2018, 1, 1), date(2020, 12, 31)), "H2": (FIRST, LAST)}
    assert observe("H1,2018-01-01,", "H2,,2018-12-31").cases.select("observed_from", "observed_until").rows() == [
        (date(2018, 1, 1), LAST),
        (FIRST, date(2018, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("case", "period"),
    [
        ("H2,,2018-01-01", (date(2018, 1, 1), date(2018, 1, 1))),
        ("H2,2019-06-01,", (date(2019, 6, 1), date(2019, 6, 1))),
        ("H2,,9999-12-31", (FIRST, LAST)),
        ("H2,2018-01-01,9999-12-31", (date(2018, 1, 1), LAST)),
    ],
)
def test_a_filled_period_never_ends_before_it_starts_nor_at_the_end_of_time(observe, case, period):
    assert periods(observe("H1,,", case))["H2"] == period


def test_the_extraction_ends_every_observation(observe):
    histories = observe("H1,,", "H2,,2030-01-01", extracted_on="2019-06-30")
    assert periods(histories) == {name: (FIRST, date(2019, 6, 30)) for name in ("H1", "H2")}
    assert histories.notes == ("1 case(s) had an end of observation after the extraction: it is put on that day.",)
    assert observe("H1,,", "H2,,2019-06-30", extracted_on="2019-06-30").notes == ()


def test_what_is_known_after_the_extraction_cannot_be(observe, fates):
    histories = observe("H1,,", "H2,,", extracted_on="2019-01-31")
    assert fates(histories) == [(2, "quarantined", "known after the extraction")]
    assert observe("H1,,", "H2,,", extracted_on="2019-02-01").account.unused.is_empty()


def test_a_case_first_observed_after_the_extraction_takes_its_events_along(observe, fates):
    histories = observe("H1,,", "H2,2019-07-01,", extracted_on="2019-06-30")
    assert fates(histories, "cases: cases.csv") == [(2, "quarantined", "first observed after the extraction")]
    assert fates(histories, "events: events.csv") == [(3, "quarantined", "case_id is not among the cases")]


def test_events_after_the_end_of_observation_are_excluded(observe, fates):
    histories = observe("H1,,2019-01-04", "H2,,2018-06-01")
    assert fates(histories) == [(2, "excluded", "after its case is observed")]
    assert observe("H1,,2019-01-05", "H2,,2018-06-01").account.unused.is_empty()
