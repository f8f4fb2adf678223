"""The time law: history is what was known before the landmark, and nothing is both predictor and outcome."""

import pytest
from hypothesis import given, settings

from hgrisk.errors import DataError
from hgrisk.features import measures as m
from hgrisk.outcome import OutcomeSettings, time_to_rereport
from tests.builders import day, event, member, random_cohorts, report
from tests.features.agreement import value
from tests.features.planted import computed
from tests.features.reference import PERSONS, Past

ALL = m.Events(once=False)
ARRESTS = m.Events(("arrest",))
PEOPLE = {"person_id": "p", "exposed_person_id": "q"}
TURNED = {"person_id": "q", "exposed_person_id": "p"}


def count(events, selection=ALL, memberships=(), **cohort):
    """Return how many events of a selection are history at the last landmark."""
    return value(events, m.Count(selection), memberships, **cohort)


@settings(max_examples=20)
@given(random_cohorts())
def test_nothing_is_both_predictor_and_outcome(drawn):
    histories, cohort = drawn
    definition = OutcomeSettings(counts="any", events_in_gaps="counted")
    try:
        table = time_to_rereport(histories, cohort, definition).table.filter(event=1)
    except DataError:
        return
    past, window = Past.of(histories, cohort), cohort.settings.merge_window_days
    youngest = computed(histories, cohort, [m.DaysSince(ALL)]).iloc[:, 0].fillna(0)
    for landmark in table.drop("landmark_on").join(cohort.landmarks, on="landmark_id").to_dicts():
        set_by = {landmark["index_event_id"], landmark["landmark_event_id"]}
        used = past.known(landmark, "household") + [one for one in past.events if one["event_id"] in set_by]
        assert youngest[landmark["landmark_id"]] >= 0
        assert all(one["occurred_on"] <= landmark["landmark_on"] < landmark["stopped_on"] for one in used)
        assert all((landmark["stopped_on"] - one["incident_on"]).days > window for one in used if one["is_report"])


class TestWhatIsKnown:
    """Trap 4: what was known at the time, not what had happened."""

    @pytest.mark.parametrize(("known", "counted"), [(50, 1), (99, 1), (100, 0), (101, 0)])
    def test_what_became_known_the_day_before_is_history_and_on_the_day_itself_is_not(self, known, counted):
        assert count([event("arrest", 50, known), report(100)]) == counted

    def test_what_is_registered_after_the_landmark_is_not_history_though_it_occurred_before(self):
        events = [event("arrest", 50, 101), report(0, 60), report(100)]
        assert count(events) == 1
        assert count(events, ARRESTS) == 0

    @pytest.mark.parametrize(("at", "counted"), [(8, 1), (12, 1), (13, 0), (None, 0)])
    def test_on_the_day_itself_what_bears_an_instant_up_to_the_landmarks(self, at, counted):
        assert count([event("arrest", 100, at=at), report(100, at=12)]) == counted
        assert count([event("arrest", 50, 100, at=at), report(100, at=12)]) == counted

    def test_an_instant_says_nothing_where_the_landmark_has_none(self):
        assert count([event("arrest", 100, at=8), report(100)]) == 0

    def test_nor_does_an_earlier_hour_of_a_later_day(self):
        assert count([event("arrest", 99, 101, at=8), report(100, at=12)]) == 0

    @pytest.mark.parametrize(("ended", "seen"), [(99, 1), (100, None), (101, None), (None, None)])
    def test_the_end_of_a_spell_on_the_day_or_later_is_hidden(self, ended, seen):
        events = [event("detention", 50, ended=ended), report(100)]
        assert value(events, m.Spells(m.Events(("detention",)), how="days_since_end")) == seen
        assert value(events, m.Spells(m.Events(("detention",)), how="active")) == (seen is None)

    @pytest.mark.parametrize(("corrected", "seen"), [(None, 4), (99, 4), (100, None), (101, None)])
    def test_a_severity_that_was_corrected_on_the_day_or_later_is_hidden_and_a_value_is_not(self, corrected, seen):
        events = [report(50, severity=4.0, value=2.0, corrected_on=day(corrected)), report(100)]
        assert value(events, m.Field(m.Events(reports=True))) == seen
        assert value(events, m.Field(m.Events(reports=True), field="value")) == 2
        assert count(events) == 1

    @pytest.mark.parametrize(("days", "counted"), [(60, 1), (59, 0)])
    def test_a_capped_lookback_holds_its_first_day(self, days, counted):
        assert count([event("arrest", 40), report(100)], lookback="cap", lookback_days=days) == counted

    def test_a_cap_is_about_when_it_occurred_and_not_when_it_became_known(self):
        assert count([event("arrest", 39, 90), report(100)], lookback="cap", lookback_days=60) == 0


class TestTheIndexIncident:
    """The incident that set the landmark is described by the index report and is no history."""

    def test_the_index_report_is_no_history_even_with_an_instant(self):
        assert count([report(100, at=12)]) == 0

    def test_nor_is_another_report_of_its_incident(self):
        events = [report(100, at=9), report(95, 100, at=8), report(0, 100, at=8)]
        assert count(events) == 1
        assert value(events, m.DaysSince(ALL)) == 100

    def test_a_screening_is_not_its_own_history(self):
        events = [report(60), event("screening", 90), event("screening", 100, at=12)]
        assert count(events, landmark_kinds=("screening",)) == 1

    def test_the_index_incident_of_a_screening_is_no_history_and_earlier_ones_are(self):
        events = [report(0), report(80), report(85), event("arrest", 85), event("screening", 100)]
        screened = {"landmark_kinds": ("screening",), "index_within_days": 30}
        assert count(events, **screened) == 2
        assert count(events, m.Events(reports=True, once=False), **screened) == 1

    def test_at_a_calendar_date_the_last_incident_is_history(self):
        events = [report(0), report(80), report(85)]
        assert count(events, landmarks="calendar", dates=(day(100),)) == 3
        assert count(events, m.Events(reports=True), landmarks="calendar", dates=(day(100),)) == 2

    @pytest.mark.parametrize("stream", ["reported", "exposed", "dyad"])
    def test_it_is_no_history_of_its_persons_either(self, stream):
        events = [report(on, 100, at=8, **PEOPLE) for on in (95, 96)] + [report(100, at=12, **PEOPLE)]
        events.append(event("follow_up_report", 95, 100, at=7, case_id="H2", **PEOPLE))
        assert count(events, m.Events(stream=stream, once=False)) == 0
        events.append(report(110, **PEOPLE))
        assert count(events, m.Events(stream=stream, once=False), merge_window_days=5) == 4

    @pytest.mark.parametrize(("occurred", "counted"), [(84, 1), (85, 0), (90, 0), (95, 0), (96, 1)])
    @pytest.mark.parametrize("stream", sorted(set(PERSONS) - {"household", "linked"}))
    def test_nor_is_a_report_elsewhere_of_the_same_persons_within_the_merge_window(self, stream, occurred, counted):
        there = TURNED if stream in {"as_exposed", "reversed"} else PEOPLE
        for kind, found in (("follow_up_report", counted), ("arrest", 1)):
            events = [event(kind, occurred, 105, case_id="H2", **there), report(90, 110, **PEOPLE)]
            assert count(events, m.Events(stream=stream, once=False), merge_window_days=5) == found

    @pytest.mark.parametrize("stream", ["reported", "as_exposed", "exposed", "dyad", "reversed"])
    def test_the_window_is_about_its_first_known_report(self, stream):
        there = TURNED if stream in {"as_exposed", "reversed"} else PEOPLE
        events = [event("follow_up_report", 84, case_id="H2", **there)]
        incident = [report(90, 95, **PEOPLE), report(86, 110, at=9, **PEOPLE)]
        assert count([*events, *incident], m.Events(stream=stream, once=False), merge_window_days=5) == 1

    @pytest.mark.parametrize("stream", ["reported", "exposed", "dyad"])
    def test_nor_is_one_of_an_earlier_incident_of_this_household(self, stream):
        events = [report(on, **PEOPLE) for on in (80, 90, 100)]
        assert count(events, m.Events(stream=stream, once=False)) == 1
        assert count(events) == 2

    @pytest.mark.parametrize(("occurred", "counted"), [(65, 1), (66, 0), (94, 0), (95, 1)])
    def test_the_window_is_about_the_index_incident_and_not_about_the_landmark(self, occurred, counted):
        there = event("follow_up_report", occurred, case_id="H2", **PEOPLE)
        events = [there, report(80, **PEOPLE), event("screening", 100, **PEOPLE)]
        screened = {"landmark_kinds": ("screening",), "index_within_days": 30}
        assert count(events, m.Events(stream="dyad", once=False), **screened) == counted

    def test_a_report_of_a_linked_household_is_history_within_the_window_too(self):
        stays = [member("H1", "p"), member("H2", "p")]
        for occurred in (84, 90, 95):
            events = [event("follow_up_report", occurred, 105, case_id="H2", **PEOPLE), report(90, 110, **PEOPLE)]
            assert count(events, m.Events(stream="linked", once=False), stays, merge_window_days=5) == 1


class TestWhoseEvents:
    """A stream holds the events of those it is about, in any household."""

    events = (
        event("arrest", 10, person_id="p", exposed_person_id="x", case_id="H2"),
        event("arrest", 20, person_id="q", exposed_person_id="p", case_id="H3"),
        event("arrest", 30, person_id="x", exposed_person_id="q", case_id="H3"),
        event("arrest", 40, person_id="p", exposed_person_id="q"),
        event("arrest", 50, person_id="p"),
        event("arrest", 60),
    )

    @pytest.mark.parametrize(
        ("stream", "counted"),
        [("household", 3), ("linked", 0), ("reported", 3), ("as_exposed", 1), ("exposed", 2), ("dyad", 2),
         ("reversed", 1)],
    )  # fmt: skip
    def test_a_stream_has_its_events(self, stream, counted):
        assert count([*self.events, report(100, **PEOPLE)], m.Events(stream=stream)) == counted

    @pytest.mark.parametrize("named", [{}, {"person_id": "p"}, {"exposed_person_id": "q"}])
    @pytest.mark.parametrize("stream", sorted(PERSONS))
    def test_a_landmark_that_names_nobody_has_no_value(self, stream, named):
        found = count([*self.events, report(100, **named)], m.Events(stream=stream))
        assert (found is None) == (not set(PERSONS[stream]) <= set(named))


class TestLinks:
    """Persons carry the history of their other households along, as far as it was known."""

    def linked(self, stays, occurred=50, **rest):
        events = [event("arrest", occurred, case_id="H2", **rest), report(100, at=12)]
        return count(events, m.Events(stream="linked"), [member(*stay) for stay in stays])

    @pytest.mark.parametrize(("first", "last", "counted"), [(50, 50, 1), (51, 60, 0), (0, 49, 0), (None, None, 1)])
    def test_both_ends_of_a_membership_belong_to_it(self, first, last, counted):
        assert self.linked([("H1", "p"), ("H2", "p", first, last)]) == counted

    @pytest.mark.parametrize(("begun", "counted"), [(None, 1), (99, 1), (100, 0), (101, 0)])
    def test_a_membership_of_this_household_that_begins_on_the_day_or_later_is_not_known(self, begun, counted):
        assert self.linked([("H1", "p", begun), ("H2", "p")]) == counted

    @pytest.mark.parametrize(("begun", "counted"), [(99, 1), (100, 0)])
    def test_nor_is_a_stay_elsewhere_that_begins_on_the_day(self, begun, counted):
        assert self.linked([("H1", "p"), ("H2", "p", begun)], 100, at=8) == counted

    def test_who_left_this_household_still_links_it(self):
        assert self.linked([("H1", "p", 0, 10), ("H2", "p", 40)]) == 1

    def test_several_persons_and_stays_count_an_event_once(self):
        stays = [(name, who) for name in ("H1", "H2") for who in ("p", "q")]
        assert self.linked([*stays, ("H2", "p", 10, 60)]) == 1

    def test_a_stay_that_does_not_reach_hides_none_that_does(self):
        assert self.linked([("H1", "p"), ("H1", "q"), ("H2", "p", 60), ("H2", "q", 40, 55), ("H2", "q", 100)]) == 1

    def test_households_further_away_do_not_count(self):
        assert self.linked([("H1", "p"), ("H3", "p"), ("H3", "q"), ("H2", "q")]) == 0
