"""Landmarks: at events and at calendar dates, and the index report that goes with them."""

import pytest

from hgrisk.cohort import CohortSettings, select_landmarks
from tests.builders import build, case, day, event, report


def chosen(histories, **options):
    """Return the landmarks as (household, days from the start)."""
    frame = select_landmarks(histories, CohortSettings(**options)).landmarks
    return [(case_id, (on - day(0)).days) for case_id, on in frame.select("case_id", "landmark_on").rows()]


def attrition(histories, **options):
    """Return the attrition as {step: (remaining, removed, reason)}."""
    rows = select_landmarks(histories, CohortSettings(**options)).attrition.rows()
    return {step: rest for step, *rest in rows}


class TestLandmarksAtEvents:
    def test_a_landmark_falls_on_the_day_the_report_became_known(self):
        assert chosen(build([report(0, 9)])) == [("H1", 9)]

    def test_trap_3_advice_sets_no_landmark_by_default(self):
        assert chosen(build([event("advice", 0), report(5)])) == [("H1", 5)]

    def test_trap_1_one_landmark_per_incident_and_per_day(self):
        histories = build([report(0), report(10), report(60, 80), report(80)])
        assert chosen(histories) == [("H1", 0), ("H1", 80)]
        steps = attrition(histories)
        assert steps["one landmark per incident"] == [3, 1, "another report of an incident known before"]
        assert steps["one landmark per day"] == [2, 1, "same household, same day"]

    def test_of_two_on_a_day_the_earlier_instant_sets_the_landmark(self):
        histories = build([report(60, 80, at=15), report(80, at=9)])
        assert select_landmarks(histories).landmarks["landmark_event_id"].to_list() == ["e01"]

    def test_a_landmark_outside_the_observation_is_removed(self):
        histories = build([report(on) for on in (-1, 0, 99, 100)], [case(first=0, last=100)])
        assert chosen(histories, merge_window_days=0) == [("H1", 0), ("H1", 99)]
        assert attrition(histories, merge_window_days=0)["observed at the landmark"][1] == 2

    def test_the_period_holds_both_its_days(self):
        histories = build([report(on) for on in (0, 30, 60, 90)])
        assert chosen(histories, from_on=day(30), until_on=day(60)) == [("H1", 30), ("H1", 60)]
        assert chosen(histories, from_on=day(61)) == [("H1", 90)]
        row = attrition(histories, until_on=day(29))["cohort period"]
        assert row == [1, 3, "landmark outside the start to 2020-01-30"]

    def test_the_first_landmark_is_the_first_in_the_period(self):
        histories = build([report(0), report(30), report(60), report(20, case_id="H2")])
        assert chosen(histories, which="first") == [("H1", 0), ("H2", 20)]
        assert chosen(histories, which="first", from_on=day(10)) == [("H2", 20), ("H1", 30)]

    def test_trap_10_a_lookback_can_be_required_capped_or_both(self):
        histories = build([report(0), report(30), report(60)], [case(first=-70)])
        assert chosen(histories, lookback="require", lookback_days=100) == [("H1", 30), ("H1", 60)]
        assert attrition(histories, lookback="require", lookback_days=100)["lookback window"] == [
            2, 1, "observed for less than 100 days",
        ]  # fmt: skip
        reach = {
            lookback: select_landmarks(histories, CohortSettings(lookback=lookback, lookback_days=100)).landmarks
            for lookback in ("none", "require", "cap", "require_and_cap")
        }
        assert {name: frame.height for name, frame in reach.items()} == {
            "none": 3, "require": 2, "cap": 3, "require_and_cap": 2,
        }  # fmt: skip
        assert reach["require"]["history_from"].null_count() == 2
        assert reach["cap"]["history_from"].to_list() == [day(-100), day(-70), day(-40)]


class TestTheIndexReport:
    """The report that set the landmark, or for other landmarks the last one known by then."""

    def index(self, events, **options):
        return select_landmarks(build(events), CohortSettings(landmark_kinds=("screening",), **options)).landmarks

    def test_it_is_the_landmark_itself_where_that_is_a_report(self):
        frame = select_landmarks(build([report(0, 5, code="a", severity=2.0, source="police")])).landmarks
        row = frame.row(0, named=True)
        assert row["index_event_id"] == row["landmark_event_id"] == "e00"
        assert (row["index_code"], row["index_severity"], row["index_source"]) == ("a", 2.0, "police")
        assert (row["index_occurred_on"], row["incident_on"], row["merged_until"]) == (day(0), day(0), day(14))

    def test_it_is_the_last_report_known_by_a_screening_and_may_be_known_on_its_day(self):
        events = [report(0), report(20), report(35, 40), event("screening", 30)]
        assert self.index(events)["index_event_id"].to_list() == ["e01"]
        assert self.index([*events, report(15, 30)])["index_event_id"].to_list() == ["e04"]

    def test_a_report_at_a_later_instant_of_the_day_is_not_known(self):
        events = [report(0), event("screening", 30, at=12), report(29, 30, at=13)]
        assert self.index(events)["index_event_id"].to_list() == ["e00"]
        assert self.index([*events[:2], report(29, 30, at=12)])["index_event_id"].to_list() == ["e02"]

    def test_reports_are_merged_with_the_latest_incident_known_by_then(self):
        frame = select_landmarks(build([report(100), report(0, 103), report(-90, 105)])).landmarks
        assert frame["incident_on"].to_list() == [day(100), day(0), day(-90)]
        assert frame["merged_until"].to_list() == [day(114)] * 3

    @pytest.mark.parametrize(("days", "found"), [(29, []), (30, ["e00"]), (None, ["e00"])])
    def test_it_occurred_within_so_many_days_or_the_landmark_is_removed(self, days, found):
        events = [report(0), event("screening", 30), event("screening", 500, case_id="H2"), report(499, case_id="H2")]
        frame = self.index(events, index_within_days=days)
        assert frame.filter(case_id="H1")["index_event_id"].to_list() == found

    @pytest.mark.parametrize(("corrected", "severity"), [(None, 2.0), (29, 2.0), (30, None), (40, None)])
    def test_a_severity_that_is_corrected_on_the_day_or_later_is_hidden(self, corrected, severity):
        events = [report(20, severity=2.0, corrected_on=day(corrected)), event("screening", 30)]
        assert self.index(events)["index_severity"].to_list() == [severity]

    def test_at_the_report_itself_a_corrected_severity_is_never_seen(self):
        events = [report(0, severity=2.0, corrected_on=day(0)), report(50, severity=3.0)]
        assert select_landmarks(build(events)).landmarks["index_severity"].to_list() == [None, 3.0]

    def test_old_violence_that_became_known_last_does_not_hide_a_recent_report(self):
        events = [report(20), report(-300, 25), event("screening", 30)]
        assert self.index(events, index_within_days=30)["index_event_id"].to_list() == ["e00"]
        assert self.index(events)["index_event_id"].to_list() == ["e01"]

    def test_a_report_that_sets_a_landmark_itself_may_be_older(self):
        options = CohortSettings(landmark_kinds=("report", "screening"), index_within_days=30)
        assert select_landmarks(build([report(0, 50)]), options).landmarks["index_event_id"].to_list() == ["e00"]

    def test_landmarks_without_one_have_an_attrition_row(self):
        histories = build([event("screening", 0), report(10), event("screening", 20), event("screening", 90)])
        kinds = {"landmark_kinds": ("screening",)}
        assert attrition(histories, **kinds)["index report"] == [2, 1, "no report known by the landmark"]
        row = attrition(histories, **kinds, index_within_days=30)["index report"]
        assert row == [1, 2, "no report in the 30 days before the landmark"]

    def test_they_stay_where_none_is_required(self):
        histories = build([event("release", 0), report(10), event("release", 20)])
        options = CohortSettings(landmark_kinds=("release",), index_required=False)
        cohort = select_landmarks(histories, options)
        assert cohort.landmarks["index_event_id"].to_list() == [None, "e01"]
        assert cohort.landmarks["merged_until"].to_list() == [None, day(24)]
        assert "index report" not in cohort.attrition["step"].to_list()


class TestLandmarksAtDates:
    """A landmark at each date for every case that was open, as known before that date."""

    def at(self, events, on=(100,), **options):
        return chosen(build(events), landmarks="calendar", dates=[day(n) for n in on], **options)

    def test_a_case_is_open_from_the_day_after_its_report_became_known(self):
        assert self.at([report(80, 90), report(0, case_id="H2")], on=(90, 91, 100)) == [
            ("H2", 90), ("H1", 91), ("H2", 91), ("H1", 100), ("H2", 100),
        ]  # fmt: skip

    @pytest.mark.parametrize(("known", "open_"), [(70, True), (69, False)])
    def test_for_so_many_days(self, known, open_):
        anchor = report(99, case_id="H2")
        assert (("H1", 100) in self.at([report(60, known), anchor], open_within_days=30)) == open_

    @pytest.mark.parametrize(
        ("closed", "known", "open_"), [(49, 49, True), (50, 50, False), (60, 99, False), (60, 100, True)]
    )
    def test_until_its_closing_is_known_and_a_new_report_opens_it_again(self, closed, known, open_):
        events = [report(99, case_id="H2"), report(50), event("case_closed", closed, known)]
        assert (("H1", 100) in self.at(events)) == open_

    def test_other_kinds_can_close(self):
        events = [report(50), report(99, case_id="H2"), event("handover_accepted", 60)]
        assert self.at(events, closing_kinds=("handover_accepted",)) == [("H2", 100)]

    def test_dates_are_taken_once_and_the_index_report_is_empty(self):
        histories = build([report(50, code="a", person_id="p"), report(60, code="b", person_id="q")])
        options = CohortSettings(landmarks="calendar", dates=(day(100), day(70), day(100)))
        frame = select_landmarks(histories, options).landmarks
        assert frame["landmark_on"].to_list() == [day(70), day(100)]
        names = ["index_event_id", "index_kind", "index_code", "index_severity", "index_source", "index_occurred_on"]
        assert frame.select(names).null_count().sum_horizontal().item() == 2 * len(names)
        assert frame["person_id"].to_list() == ["q", "q"]
        assert frame["merged_until"].to_list() == [day(64), day(64)]

    def test_the_attrition_starts_with_the_open_cases(self):
        histories = build([report(50)])
        table = select_landmarks(histories, CohortSettings(landmarks="calendar", dates=(day(60),))).attrition
        assert table.row(0) == ("open cases at the calendar dates", 1, 0, "")
