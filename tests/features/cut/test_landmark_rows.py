"""Landmarks as numbers."""

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.cut.history import CutHistory
from hgrisk.features.cut.layout import ALWAYS, NEVER, NONE
from tests.builders import build, day, event, report


def landmarks(*events, **settings):
    histories = build(events)
    return CutHistory.of(histories, select_landmarks(histories, CohortSettings(**settings)))


def test_a_landmark_knows_its_event_and_its_incident():
    cut = landmarks(report(0), report(8), report(50))
    moments = cut.landmarks.moments
    assert moments["event"].tolist() == [0, 2]
    assert moments["incident"].tolist() == [cut.rows.incident[0], cut.rows.incident[2]]
    assert (moments["incident_until"] - moments["incident_from"]).tolist() == [8, 0]
    assert moments["from_day"].tolist() == [ALWAYS, ALWAYS]


def test_a_calendar_landmark_has_neither():
    moments = landmarks(report(0), landmarks="calendar", dates=(day(9),)).landmarks.moments
    assert moments["event"].tolist() == moments["incident"].tolist() == [NONE]
    assert moments["incident_from"].tolist() == [NEVER]


def test_a_lookback_cap_is_the_first_day_of_history():
    moments = landmarks(report(0), lookback="cap", lookback_days=30).landmarks.moments
    assert (moments["day"] - moments["from_day"]).tolist() == [30]


def test_households_and_persons_that_no_landmark_names_have_no_number():
    cut = landmarks(report(0, person_id="p", exposed_person_id="q"), event("arrest", 5, case_id="H2", person_id="r"))
    numbered = cut.landmarks
    assert numbered.case_numbers(cut.rows.frame["case_id"]).tolist() == [0, NONE]
    assert numbered.person_numbers(cut.rows.frame["person_id"]).tolist() == [0, NONE]
    assert numbered.person_numbers(cut.rows.frame["exposed_person_id"]).tolist() == [1, NONE]
