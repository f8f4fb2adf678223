"""The time law: history is what was known before the landmark, and nothing is both predictor and outcome."""

import pytest
from hypothesis import given, settings

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.errors import DataError
from hgrisk.features.cut import cut_history
from hgrisk.outcome import OutcomeSettings, time_to_rereport
from tests.builders import build, event, random_cohorts, report
from tests.features.reference import incidents, linked_history, own_history

SHOWN = (
    "days_before",
    "kind",
    "code",
    "severity",
    "source",
    "value",
    "ended_days_before",
    "is_report",
    "starts_incident",
)


def own(events, **cohort):
    """Return (kind, days before the landmark) of the history at the last landmark."""
    histories = build(events)
    chosen = select_landmarks(histories, CohortSettings(**cohort))
    rows = cut_history(histories, chosen, (), linked=False).own
    return rows.filter(landmark_id=chosen.landmarks.height - 1).select("kind", "days_before").rows()


def as_shown(landmark, event, marks, kinds):
    """Return what a family may see of an event."""
    ended = None if event["ended_on"] is None else (landmark["landmark_on"] - event["ended_on"]).days
    return {
        **event,
        "days_before": (landmark["landmark_on"] - event["occurred_on"]).days,
        "ended_days_before": ended if ended is not None and ended > 0 else None,
        "is_report": event["kind"] in kinds,
        "starts_incident": marks.get(event["event_id"], (True, None))[0],
    }


@settings(max_examples=60)
@given(random_cohorts())
def test_the_cut_equals_the_slow_reference(drawn):
    histories, cohort = drawn
    view = cut_history(histories, cohort, (), linked=True)
    events, memberships = histories.events.to_dicts(), histories.memberships.to_dicts()
    marks = incidents(events, cohort.settings.report_kinds, cohort.settings.merge_window_days)
    for landmark in cohort.landmarks.to_dicts():
        mine = own_history(landmark, events, marks)
        elsewhere = linked_history(landmark, events, memberships)
        for frame, known in ((view.own, mine), (view.linked, elsewhere)):
            rows = [as_shown(landmark, one, marks, cohort.settings.report_kinds) for one in known]
            expected = sorted((tuple(row[name] for name in SHOWN) for row in rows), key=str)
            found = frame.filter(landmark_id=landmark["landmark_id"]).select(SHOWN).rows()
            assert sorted(found, key=str) == expected
            assert frame["days_before"].min() is None or frame["days_before"].min() >= 0
        numbers = view.linked.filter(landmark_id=landmark["landmark_id"])["linked_case"]
        assert numbers.n_unique() == len({one["case_id"] for one in elsewhere})


@settings(max_examples=60)
@given(random_cohorts())
def test_nothing_is_both_predictor_and_outcome(drawn):
    histories, cohort = drawn
    definition = OutcomeSettings(counts="any", events_in_gaps="counted")
    try:
        table = time_to_rereport(histories, cohort, definition).table.filter(event=1)
    except DataError:
        return
    events, window = histories.events.to_dicts(), cohort.settings.merge_window_days
    marks = incidents(events, cohort.settings.report_kinds, window)
    for landmark in table.drop("landmark_on").join(cohort.landmarks, on="landmark_id").to_dicts():
        used = own_history(landmark, events, marks)
        used += [
            one for one in events if one["event_id"] in {landmark["index_event_id"], landmark["landmark_event_id"]}
        ]
        assert all(one["occurred_on"] <= landmark["landmark_on"] < landmark["stopped_on"] for one in used)
        known = [marks[one["event_id"]][1] for one in used if one["event_id"] in marks]
        assert all((landmark["stopped_on"] - on).days > window for on in known)


class TestWhatIsKnown:
    """Trap 4: what was known at the time, not what had happened."""

    def test_what_became_known_the_day_before_is_history_and_on_the_day_itself_is_not(self):
        assert own([event("arrest", 50, 99), report(100)]) == [("arrest", 50)]
        assert own([event("arrest", 50, 100), report(100)]) == []

    def test_what_is_registered_after_the_landmark_is_not_history_though_it_occurred_before(self):
        assert own([event("arrest", 50, 101), report(0, 60), report(100)]) == [("report", 100)]

    @pytest.mark.parametrize(("at", "known"), [(8, True), (12, True), (13, False), (None, False)])
    def test_on_the_day_itself_what_bears_an_instant_up_to_the_landmarks(self, at, known):
        assert own([event("arrest", 100, at=at), report(100, at=12)]) == ([("arrest", 0)] if known else [])

    def test_an_instant_says_nothing_where_the_landmark_has_none(self):
        assert own([event("arrest", 100, at=8), report(100)]) == []

    @pytest.mark.parametrize(("ended", "seen"), [(99, 1), (100, None), (101, None), (None, None)])
    def test_the_end_of_a_spell_on_the_day_or_later_is_hidden(self, ended, seen):
        histories = build([event("detention", 50, ended=ended), report(100)])
        rows = cut_history(histories, select_landmarks(histories), (), linked=False).own
        assert rows.select("kind", "ended_days_before").rows() == [("detention", seen)]

    def test_a_capped_lookback_holds_its_first_day(self):
        events = [event("arrest", 40), event("arrest", 39), report(100)]
        assert own(events, lookback="cap", lookback_days=60) == [("arrest", 60)]

    def test_a_family_sees_no_identifier_and_nothing_of_the_end_of_observation(self):
        histories = build([report(0), report(100), report(50, case_id="H2")])
        view = cut_history(histories, select_landmarks(histories), (), linked=True)
        hidden = {"case_id", "event_id", "person_id", "exposed_person_id", "network_id", "observed_until", "end_reason"}
        for frame in (view.landmarks, view.own, view.linked):
            assert not hidden & set(frame.columns)
            assert not [name for name in frame.columns if name.startswith("hg:")]


class TestTheIndexIncident:
    """The incident that set the landmark is described by the index report and is no history."""

    def test_the_index_report_is_no_history_even_with_an_instant(self):
        assert own([report(100, at=12)]) == []

    def test_nor_is_another_report_of_its_incident(self):
        assert own([report(100, at=9), report(95, 100, at=8), report(0, 100, at=8)]) == [("report", 100)]

    def test_a_screening_is_not_its_own_history(self):
        kinds = {"landmark_kinds": ("screening",)}
        assert own([report(60), event("screening", 90), event("screening", 100, at=12)], **kinds) == [("screening", 10)]

    def test_the_index_incident_of_a_screening_is_no_history_and_earlier_ones_are(self):
        events = [report(0), report(80), report(85), event("arrest", 85), event("screening", 100)]
        expected = [("report", 100), ("arrest", 15)]
        assert own(events, landmark_kinds=("screening",), index_within_days=30) == expected

    def test_at_a_calendar_date_the_last_incident_is_history(self):
        day_of = select_landmarks(build([report(100)])).landmarks["landmark_on"].item()
        events = [report(0), report(80), report(85)]
        found = own(events, landmarks="calendar", dates=(day_of,))
        assert found == [("report", 100), ("report", 20), ("report", 15)]
