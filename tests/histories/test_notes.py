"""What is allowed but suspect is said, without identifiers."""

from datetime import date, timedelta

import polars as pl
import pytest

from hgrisk.histories.notes import MANY_EVENTS, origin_notes, quality_notes
from hgrisk.provenance import MADE_UP_NOTE

DAY = date(2019, 1, 5)
NO_LATE_KNOWLEDGE = (
    "No event is known later than it occurred: if the source has no date of registration, late knowledge cannot be "
    "told from timely knowledge."
)


def frame(n=1, late=1, **columns) -> pl.DataFrame:
    plain = {
        "case_id": "H1",
        "person_id": None,
        "kind": "report",
        "occurred_on": DAY,
        "known_on": DAY + timedelta(late),
        "corrected_on": None,
    }
    return pl.DataFrame({"row": range(n)}).with_columns(
        pl.Series(name, value) if isinstance(value, list) else pl.lit(value).alias(name)
        for name, value in {**plain, **columns}.items()
    )


def notes(events, persons=()) -> list[str]:
    return quality_notes(events, pl.DataFrame({"person_id": list(persons)}, schema={"person_id": pl.String}))


def test_nothing_to_say():
    assert notes(frame(MANY_EVENTS)) == []


def test_a_household_with_very_many_events():
    events = pl.concat([frame(MANY_EVENTS + 234), frame(MANY_EVENTS, case_id="H2")])
    assert notes(events) == [
        (
            "1 household(s) have more than 1,000 events (at most 1,234): check that the case identifier is not a "
            "place-holder."
        )
    ]


def test_no_late_knowledge():
    assert notes(frame(2, late=0)) == [NO_LATE_KNOWLEDGE]
    assert notes(frame(2, known_on=[DAY, DAY + timedelta(1)])) == []


def test_kinds_that_differ_in_capitals_only():
    events = frame(4, kind=["Report", "report", "advice", "report"])
    assert notes(events) == ["Kinds that differ in capitals only are different kinds: Report, report."]


@pytest.mark.parametrize(("persons", "said"), [((), False), (("P1",), True), (("P1", "P2"), False)])
def test_events_of_persons_that_are_not_there(persons, said):
    events = frame(4, person_id=["P1", "P2", "P2", None])
    expected = ["2 event(s) name a person who is not among the persons."] if said else []
    assert notes(events, persons) == expected


def test_corrected_events():
    assert notes(frame(1200, corrected_on=[DAY + timedelta(9)] * 1100 + [None] * 100))[1:] == [
        (
            "1,100 event(s) were corrected after they became known. Their severity is hidden at landmarks up to that "
            "day, and its absence there tells of the correction to come: supply the first version to be free of that."
        )
    ]


def test_made_up_data_are_called_so():
    assert origin_notes(made_up=True) == [MADE_UP_NOTE]
    assert "no number from them is evidence" in MADE_UP_NOTE
    assert origin_notes(made_up=False) == []
