"""The outcome: what counts, when it counts, and how much time was at risk."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.cohort import select_landmarks
from hgrisk.errors import ConfigError, DataError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.piecewise_exponential import PiecewiseExponential
from hgrisk.outcome import OutcomeSettings, time_to_rereport
from tests.builders import build, case, day, event, first, follow, random_cohorts, report
from tests.outcome_reference import known_before, outcomes

OUTCOMES = st.builds(
    OutcomeSettings,
    unit=st.sampled_from(("household", "person", "dyad")),
    counts=st.sampled_from(("re_report", "follow_up", "any")),
    involvement_kinds=st.sampled_from(((), ("involvement",))),
    competing=st.sampled_from((("death", "moved_out_of_region"), (), ("moved_out_of_region", "case_closed", "death"))),
    gap_kinds=st.sampled_from((("detention",), ("detention", "involvement"), ())),
    events_in_gaps=st.sampled_from(("ignored", "counted")),
    whose=st.sampled_from(("reported", "anyone")),
    reporting_lag_days=st.sampled_from((0, 0, 10, 40)),
    follow_up_days=st.sampled_from((None, None, 1, 30, 90)),
)
LATE = OUTCOMES.map(lambda one: one.model_copy(update={"unit": "household", "at_risk_from": "merge_window"}))


@settings(max_examples=100)
@given(random_cohorts(), OUTCOMES | LATE)
def test_every_outcome_equals_the_slow_reference(drawn, definition):
    histories, cohort = drawn
    expected = outcomes(histories, cohort, definition)
    if not expected:
        with pytest.raises(DataError, match="followed for at least a day"):
            time_to_rereport(histories, cohort, definition)
        return
    table = time_to_rereport(histories, cohort, definition).table
    found = table.select("landmark_id", "event", "stopped_on", "duration_days", "entry_days").rows()
    assert {key: rest for key, *rest in found} == {key: list(rest) for key, rest in expected.items()}
    assert table["landmark_id"].is_sorted()


@settings(max_examples=50)
@given(random_cohorts(), OUTCOMES | LATE, st.integers(0, 60))
def test_an_outcome_as_known_on_a_day_equals_starting_again_from_what_was_known(drawn, definition, step):
    histories, cohort = drawn
    try:
        outcome = time_to_rereport(histories, cohort, definition)
    except DataError:
        return
    on = cohort.landmarks["landmark_on"].min() + timedelta(days=step)
    assert facts(outcome.as_known_on(on), cohort) == facts_known_before(on, histories, cohort, definition, outcome)


def facts(outcome, cohort):
    """Return the outcome by household and landmark, because another cohort numbers its landmarks anew."""
    table = outcome.table.drop("landmark_on").join(cohort.landmarks, on="landmark_id")
    return sorted(table.select("case_id", "landmark_on", "event", "stopped_on", "duration_days").rows())


def facts_known_before(on, histories, cohort, definition, outcome):
    """Return the outcome of the same landmarks, with cohort and outcome made anew from truncated histories."""
    known = known_before(histories, on)
    period = {"until_on": min(on, cohort.settings.until_on or on)}
    try:
        again = select_landmarks(known, cohort.settings.model_copy(update=period))
        redone = facts(time_to_rereport(known, again, definition), again)
    except DataError:
        return []
    followed = {row[:2] for row in facts(outcome, cohort)}
    return [row for row in redone if row[:2] in followed]


class TestWhatCounts:
    """Trap 2: the definition of a re-report is explicit."""

    def test_only_what_occurred_strictly_after_the_landmark(self):
        histories = build([report(0, 5), report(5, 6), report(6)])
        assert first(histories, merge=0) == (1, 6, 1)

    @pytest.mark.parametrize("window", [7, 14, 28])
    def test_trap_1_a_report_in_the_merge_window_is_no_outcome(self, window):
        histories = build([report(0), report(window), report(window + 1)])
        assert first(histories, merge=window) == (1, window + 1, window + 1)

    def test_trap_1_another_report_of_an_incident_in_the_history_is_no_outcome(self):
        # e01 is old violence that becomes known late; e02 repeats e00, which is history at that landmark
        histories = build([report(100), report(0, 103), report(105), report(115)])
        outcome = follow(histories, OutcomeSettings(), merge_window_days=14)
        late = outcome.landmarks.filter(landmark_event_id="e01")["landmark_id"].item()
        assert outcome.table.filter(landmark_id=late)["stopped_on"].item() == day(115)

    @pytest.mark.parametrize("kind", ["advice", "radar_link"])
    def test_trap_3_advice_and_radar_links_never_count(self, kind):
        assert first(build([report(0), event(kind, 30), report(50)]))[1] == 50
        assert first(build([report(0), event(kind, 30)]), counts="any") == (0, 2000, 2000)
        for name in ("re_report_kinds", "follow_up_kinds"):
            with pytest.raises(ConfigError) as caught:
                OutcomeSettings.parse({name: ("report", kind)}, where="outcome")
            assert str(caught.value) == (
                "Advice and radar links never count as an outcome, "
                f"but found {kind}: take it out of the outcome's kinds."
            )

    @pytest.mark.parametrize(("counts", "stop"), [("re_report", 60), ("follow_up", 40), ("any", 40)])
    def test_re_reports_and_follow_up_reports_are_kept_apart(self, counts, stop):
        assert first(build([report(0), event("follow_up_report", 40), report(60)]), counts=counts)[:2] == (1, stop)

    @pytest.mark.parametrize(("counts", "stop"), [("re_report", 71), ("follow_up", 70), ("any", 50)])
    def test_a_report_within_an_involvement_is_a_follow_up_report(self, counts, stop):
        # the spell is (50, 70]: its first day lies outside, its last inside
        histories = build([report(0), event("involvement", 50, ended=70), *[report(on) for on in (70, 71)]])
        if counts == "any":
            histories = build([report(0), event("involvement", 50, ended=70), report(50), report(71)])
        assert first(histories, counts=counts, involvement_kinds=("involvement",))[:2] == (1, stop)

    def test_the_first_day_of_an_involvement_is_outside_and_an_open_one_lasts(self):
        histories = build([report(0), event("involvement", 50), report(50), report(900)])
        assert first(histories, involvement_kinds=("involvement",))[:2] == (1, 50)
        assert first(histories, counts="follow_up", involvement_kinds=("involvement",))[:2] == (1, 900)

    def test_a_re_report_counts_from_the_day_it_occurred_however_late_it_became_known(self):
        assert first(build([report(0), report(40, 90), report(60)])) == (1, 40, 40)


class TestWhose:
    """Trap 2 and trap 17: household, person reported as perpetrator, or the same two persons in either role."""

    events = (
        report(0, person_id="p", exposed_person_id="q"),
        report(30, person_id="r", exposed_person_id="q"),
        report(50, person_id="p", exposed_person_id="r", case_id="H2"),
        report(70, person_id="q", exposed_person_id="p", case_id="H2"),
        report(90, person_id="p", exposed_person_id="q"),
    )

    @pytest.mark.parametrize(("unit", "stop"), [("household", 30), ("person", 50), ("dyad", 70)])
    def test_the_first_re_report_of_each_unit(self, unit, stop):
        assert first(build(self.events), unit=unit)[:2] == (1, stop)

    def test_the_merge_window_is_that_of_the_household(self):
        elsewhere = report(3, person_id="p", case_id="H2")
        assert first(build([report(0, person_id="p"), report(3, person_id="p"), elsewhere]), unit="person")[:2] == (
            1,
            3,
        )
        assert first(build([report(0, person_id="p"), report(3, person_id="p")]), unit="person")[0] == 0

    @pytest.mark.parametrize(
        ("unit", "left", "reason"),
        [("person", 2, "does not name person_id"), ("dyad", 1, "does not name person_id and exposed_person_id")],
    )
    def test_a_landmark_that_names_nobody_leaves_with_an_attrition_row(self, unit, left, reason):
        histories = build([report(0), report(50, person_id="p"), report(90, person_id="p", exposed_person_id="q")])
        row = follow(histories, OutcomeSettings(unit=unit)).attrition[0]
        assert (row.step, row.remaining, row.removed) == (f"{unit} known", left, 3 - left)
        assert row.reason == f"the index report {reason}"


class TestWhatEndsIt:
    """Trap 9 and trap 10: competing events, and the end of what can be known."""

    def test_competing_events_have_codes_in_the_order_of_the_settings(self):
        for order, code in ((("death", "case_closed"), 2), (("case_closed", "death"), 3)):
            assert first(build([report(0), event("death", 30), report(60)]), competing=order) == (code, 30, 30)

    def test_of_two_competing_events_the_earlier_counts_and_on_one_day_the_lower_code(self):
        events, order = [report(0), event("case_closed", 30)], ("death", "case_closed")
        assert first(build([*events, event("death", 31)]), competing=order) == (3, 30, 30)
        assert first(build([*events, event("death", 30)]), competing=order) == (2, 30, 30)

    def test_the_end_of_a_case_for_a_competing_reason_is_an_event_and_for_another_is_censoring(self):
        for reason, code in (("death", 2), ("moved_out_of_region", 3), ("end_of_data", 0), (None, 0)):
            assert first(build([report(0)], [case(last=80, end_reason=reason)])) == (code, 80, 80)

    def test_on_one_day_a_re_report_goes_before_a_competing_event_and_that_before_the_end(self):
        events = [report(0), event("death", 80)]
        assert first(build([*events, report(80)], [case(last=80)]))[0] == 1
        assert first(build(events, [case(last=80)]))[0] == 2

    def test_a_competing_event_on_the_landmarks_own_day_or_before_does_not_come_after_it(self):
        assert first(build([event("death", -5), report(0), event("death", 0), report(60)])) == (1, 60, 60)

    def test_the_reporting_lag_is_taken_off_the_end_of_the_delivery(self):
        events, others = [report(0), report(95)], [case("H2", last=100)]
        assert first(build(events, [case(last=100), *others]), reporting_lag_days=5) == (1, 95, 95)
        assert first(build(events, [case(last=100), *others]), reporting_lag_days=6) == (0, 94, 94)

    def test_an_end_before_the_incomplete_weeks_stays_what_it_is(self):
        histories = build([report(0)], [case(last=60, end_reason="death"), case("H2", last=100)])
        assert first(histories, reporting_lag_days=30) == (2, 60, 60)

    def test_follow_up_ends_after_so_many_days_with_the_last_day_included(self):
        assert first(build([report(0), report(90)]), follow_up_days=90) == (1, 90, 90)
        assert first(build([report(0), report(91)]), follow_up_days=90) == (0, 90, 90)

    def test_a_landmark_without_a_day_at_risk_leaves_with_an_attrition_row(self):
        histories = build([report(0), report(95)], [case(last=100)])
        outcome = follow(histories, OutcomeSettings(reporting_lag_days=10))
        assert outcome.table["landmark_id"].to_list() == [0]
        row = outcome.attrition[-1]
        assert (row.step, row.remaining, row.removed) == ("ever at risk", 1, 1)

    def test_a_cohort_that_is_never_at_risk_is_refused(self):
        with pytest.raises(DataError) as caught:
            follow(build([report(95)], [case(last=100)]), OutcomeSettings(reporting_lag_days=10))
        assert str(caught.value) == (
            "A landmark is followed for at least a day, but found none that is: check the end of observation."
        )


class TestAsKnownOn:
    """Trap 4: training outcomes are what was known at the split."""

    def known(self, histories, on, **settings):
        outcome = follow(histories, OutcomeSettings(**settings), which="first").as_known_on(day(on))
        return outcome.table.select("event", "duration_days").rows()

    def test_follow_up_ends_the_day_before(self):
        histories = build([report(0), report(50)])
        assert self.known(histories, 50) == [(0, 49)]
        assert self.known(histories, 51) == [(1, 50)]
        assert self.known(histories, 1) == []

    def test_a_report_that_became_known_later_is_not_there_but_one_known_in_time_is(self):
        histories = build([report(0), report(30, 100), report(60)])
        assert self.known(histories, 70) == [(1, 60)]
        assert self.known(histories, 101) == [(1, 30)]

    def test_a_gap_and_an_involvement_that_became_known_later_are_not_there(self):
        away = build([report(0), event("detention", 10, 100, ended=90), report(60)])
        assert (self.known(away, 70), self.known(away, 110)) == ([(1, 60)], [(0, 29)])
        helped = build([report(0), event("involvement", 10, 100, ended=90), report(60)])
        assert self.known(helped, 70, involvement_kinds=("involvement",)) == [(1, 60)]
        assert self.known(helped, 110, involvement_kinds=("involvement",)) == [(0, 109)]

    def test_the_end_of_a_spell_or_of_a_case_that_lies_later_is_not_known(self):
        away = build([report(0), event("detention", 10, ended=60)], [case(last=60, end_reason="death")])
        assert self.known(away, 60) == [(0, 10)]
        assert self.known(away, 61) == [(2, 10)]

    def test_the_last_weeks_before_the_day_are_incomplete_too(self):
        assert self.known(build([report(0), report(50)]), 60, reporting_lag_days=10) == [(0, 49)]


def test_the_array_follows_the_table():
    outcome = follow(build([report(0), report(50), report(80, case_id="H2")]))
    assert outcome.y["event"].tolist() == outcome.table["event"].to_list() == [1, 0, 0]
    assert outcome.y["duration_days"].tolist() == outcome.table["duration_days"].to_list()
    assert outcome.causes == ("death", "moved_out_of_region")


N_HOUSEHOLDS, WINDOW, DAILY_CHANCE = 500, 90, 1 / 60
FAR = 3.0
"""Standard errors from the truth beyond which an estimate is wrong."""


@pytest.fixture(scope="module")
def with_windows():
    """Return households with one chance of a re-report on each day after a window that began before the landmark."""
    rng = np.random.default_rng(8)
    late, gap = rng.integers(0, WINDOW, N_HOUSEHOLDS).tolist(), rng.geometric(DAILY_CHANCE, N_HOUSEHOLDS).tolist()
    events = [
        row
        for number in range(N_HOUSEHOLDS)
        for row in (
            report(0, late[number], case_id=f"H{number:03}"),
            report(WINDOW + gap[number], case_id=f"H{number:03}"),
        )
    ]
    return build(events, [case(f"H{number:03}", last=300) for number in range(N_HOUSEHOLDS)]), late


@pytest.mark.parametrize(("start", "holds"), [("merge_window", True), ("landmark", False)])
def test_hazards_are_those_of_the_days_on_which_an_outcome_was_possible(with_windows, start, holds):
    histories, late = with_windows
    outcome = follow(histories, OutcomeSettings(at_risk_from=start), merge_window_days=WINDOW, which="first")
    case_of = outcome.landmarks.sort("landmark_id")["case_id"].to_list()
    X = pd.DataFrame({"known_late": [late[int(name[1:])] / WINDOW for name in case_of]})
    for model in (CoxRegression(prepare=False), PiecewiseExponential(breaks_days=(), prepare=False)):
        effect = model.fit(X, outcome.y).summary_.iloc[-1]
        assert effect["feature"] == "known_late"
        assert (abs(effect["coef"]) < FAR * effect["se"]) == holds
    hazard = model.hazard_table_.iloc[0]
    assert (hazard["lower"] < DAILY_CHANCE < hazard["upper"]) == holds


class TestAtRiskFromTheEndOfTheMergeWindow:
    """The days on which no outcome can fall are no time at risk, and horizons still count from the landmark."""

    LATE = OutcomeSettings(at_risk_from="merge_window")

    def test_a_household_enters_when_its_window_ends(self):
        events = [report(0, 5), report(30), report(0, case_id="H2"), report(0, 20, case_id="H3")]
        histories = build(events, [case(name, last=100) for name in ("H1", "H2", "H3")])
        outcome = follow(histories, self.LATE, merge_window_days=14, which="first")
        assert outcome.y.tolist() == [(0, 100.0, 14.0), (1, 25.0, 9.0), (0, 80.0, 0.0)]
        plain = follow(histories, OutcomeSettings(), merge_window_days=14, which="first")
        assert plain.y.tolist() == outcome.y_from_landmark.tolist() == plain.y_from_landmark.tolist()
        assert plain.y.dtype.names == ("event", "duration_days")

    def test_who_is_not_followed_beyond_the_window_is_counted_as_lost(self):
        ends = {"H1": 13, "H2": 14, "H3": 15}
        events = [*(report(0, case_id=name) for name in ends), report(0, case_id="H4"), event("death", 9, case_id="H4")]
        histories = build(events, [case(name, last=last) for name, last in {**ends, "H4": 99}.items()])
        outcome = follow(histories, self.LATE, merge_window_days=14, which="first")
        assert outcome.y.tolist() == [(0, 15.0, 14.0)]
        last = outcome.attrition[-1]
        assert (last.step, last.remaining, last.removed) == ("at risk after the merge window", 1, 3)
        assert last.reason == "no day at risk after the merge window"
        assert outcome.attrition[-2].remaining == 4
        assert outcome.as_known_on(day(15)).table.height == 0

    def test_gaps_stop_the_clock_of_the_window_too(self):
        histories = build([report(0), event("detention", 4, ended=10), report(40)], [case(last=100)])
        outcome = follow(histories, self.LATE, merge_window_days=14, which="first")
        assert outcome.y.tolist() == [(1, 34.0, 8.0)]

    def test_a_person_can_be_reported_elsewhere_in_the_window(self):
        with pytest.raises(ValueError, match="after the merge window for households only") as caught:
            OutcomeSettings(unit="person", at_risk_from="merge_window")
        assert "found unit = 'person': set at_risk_from = 'landmark'" in str(caught.value)
