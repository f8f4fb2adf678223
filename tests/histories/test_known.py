"""Trap 4: case histories as they were known just before a day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.histories.known import known_before
from tests import outcome_reference
from tests.builders import AFTER_ALL, build, case, day, event, member, random_histories, report


@settings(max_examples=50)
@given(random_histories(min_events=2), st.integers(0, 9), st.sampled_from((0, 1, 5)))
def test_events_and_cases_equal_the_slow_reference(histories, place, step):
    on = histories.events["known_on"][place % histories.events.height] + (day(step) - day(0))
    known, expected = known_before(histories, on), outcome_reference.known_before(histories, on)
    assert known.events.rows() == expected.events.rows()
    assert known.cases.rows() == expected.cases.rows()


def test_an_event_is_there_from_the_day_after_it_became_known():
    histories = build([report(0, 10)])
    assert [known_before(histories, day(on)).events.height for on in (10, 11)] == [0, 1]


@pytest.mark.parametrize(("on", "ended"), [(30, None), (31, 30)])
def test_the_end_of_a_spell_is_known_from_the_day_after(on, ended):
    known = known_before(build([event("detention", 0, ended=30)]), day(on))
    assert known.events["ended_on"].to_list() == [day(ended)]


@pytest.mark.parametrize(("on", "seen"), [(30, (None, None)), (31, (2.0, 30))])
def test_a_corrected_severity_is_known_from_the_day_after(on, seen):
    known = known_before(build([report(0, severity=2.0, corrected_on=day(30))]), day(on))
    assert known.events.select("severity", "corrected_on").row(0) == (seen[0], day(seen[1]))


@pytest.mark.parametrize(("on", "last", "reason"), [(30, 29, None), (31, 30, "death"), (9000, 30, "death")])
def test_the_end_of_a_case_is_known_from_the_day_after(on, last, reason):
    known = known_before(build([], [case(last=30, end_reason="death")]), day(on))
    assert known.cases.select("observed_until", "end_reason").row(0) == (day(last), reason)


@pytest.mark.parametrize("table", ["memberships", "case_regions"])
def test_memberships_and_residences_that_begin_later_are_not_there_and_ends_that_lie_later_not_known(table):
    who = {"memberships": {"person_id": "p"}, "case_regions": {"region": "r"}}[table]
    spans = ((None, None), (None, 30), (10, 29), (29, 40), (30, 50))
    rows = [{"case_id": "H1", "from_on": day(first), "until_on": day(last), **who} for first, last in spans]
    known = getattr(known_before(build([], [case()], **{table: rows}), day(30)), table)
    expected = [(None, None), (None, None), (10, 29), (29, None)]
    assert known.select("from_on", "until_on").rows() == [(day(first), day(last)) for first, last in expected]


def test_nothing_changes_when_all_is_known():
    histories = build([report(0)], memberships=[member("H1", "p", 0, 9)])
    known = known_before(histories, day(AFTER_ALL + 1))
    assert known.events.equals(histories.events)
    assert known.cases.equals(histories.cases)
    assert known.memberships.equals(histories.memberships)
