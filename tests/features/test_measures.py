"""Every measure that the engine computes equals a slow reference, and what was worked out by hand."""

import random

import pytest
from hypothesis import given, settings

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.errors import ConfigError
from hgrisk.features import measures as m
from tests.builders import build, day, event, member, report
from tests.features.agreement import assert_equal, assert_table, value
from tests.features.planted import computed
from tests.features.reference import PERSONS
from tests.features.strategies import EVERY_MEASURE, MEASURES, cohorts


@settings(max_examples=50)
@given(cohorts(), MEASURES)
def test_every_measure_equals_the_slow_reference(drawn, measures):
    assert_table(*drawn, measures)


def crowd(seed, n_events):
    """Return the rows of six households that share five persons, with events on few days and much late knowledge."""
    draw = random.Random(seed)  # noqa: S311
    people = "pqrst"
    events = []
    for _ in range(n_events):
        on, late = draw.randrange(0, 700), draw.choice((0, 0, 0, 1, 40))
        ended = draw.choice((None, on, on + draw.randrange(300)))
        kind = draw.choice(("report", "report", "follow_up_report", "detention", "sent", "signal"))
        rest = {
            "case_id": f"H{draw.randrange(6)}",
            "person_id": draw.choice(people[:3]),
            "exposed_person_id": draw.choice(people[:3]),
            "code": draw.choice((None, "a", "b")),
            "further_kinds": draw.choice((None, "c", "a;d")),
            "corrected_on": draw.choice((None, None, day(on + late + 30))),
            "severity": draw.choice((None, 1.0, 2.0, 4.5)),
            "value": draw.choice((None, 0.0, 1.0)),
            "source": draw.choice((None, "police", "school")),
            "at": draw.choice((None, 8, 12)),
        }
        events.append(event(kind, on, on + late, ended=ended, **rest))
    stays = [member(f"H{place}", draw.choice(people), draw.choice((None, 0, 300)), None) for place in range(6)] * 2
    stays += [member(f"H{place}", draw.choice(people), None, draw.choice((None, 400))) for place in range(6)]
    return events, stays


def test_every_way_of_every_measure_in_every_stream_equals_the_reference():
    events, stays = crowd(4, 130)
    histories = build(events, memberships=stays)
    cohort = select_landmarks(histories, CohortSettings(merge_window_days=10))
    table = assert_table(histories, cohort, EVERY_MEASURE)
    assert table.notna().any().all()
    assert (table.nunique() > 1).mean() > 0.9


def test_events_of_nobody_leave_every_measure_of_persons_empty():
    histories = build([event("signal", 0), report(9)])
    measures = [measure for measure in EVERY_MEASURE if PERSONS[measure.events.stream]]
    assert computed(histories, select_landmarks(histories), measures).isna().all(axis=None)


def test_no_event_but_the_landmarks_own_gives_zeros_and_empties():
    histories = build([report(9, person_id="p", exposed_person_id="q")])
    table = assert_table(histories, select_landmarks(histories), EVERY_MEASURE)
    zero = [name for name in table if table[name].notna().all()]
    assert (table[zero] == 0).all(axis=None)
    assert {name.split()[1].split("(")[0] for name in zero} == {
        "Count", "Decayed", "Periods", "Distinct", "Changes", "Spells",
    }  # fmt: skip


class TestWorkedOutByHand:
    """Ages of 900, 600 and 100 days: a, b, and a with c; scored 2, not, and 4."""

    signals = (
        event("signal", 100, code="a", value=1.0, severity=2.0, source="x"),
        event("signal", 400, code="b"),
        event("signal", 900, code="a", further_kinds="c", value=3.0, severity=4.0, source="y"),
    )
    of = m.Events(("signal",))

    @pytest.mark.parametrize(
        ("measure", "expected"),
        [
            (m.Count(of), 3),
            (m.Count(of, 600), 2),
            (m.Count(of, 599), 1),
            (m.Count(m.Events(("signal",), codes=("b", "c"))), 2),
            (m.Count(m.Events(("signal",), sources=("x",))), 1),
            (m.Count(m.Events(("signal",), values=(None, 3.0))), 2),
            (m.Count(m.Events(("signal",), reports=True)), 0),
            (m.Count(m.Events()), 3),
            (m.DaysSince(of), 100),
            (m.DaysSince(of, which="first"), 900),
            (m.DaysSince(of, 99), None),
            (m.Decayed(of, half_life_days=100), 1 / 512 + 1 / 64 + 1 / 2),
            (m.Decayed(of, 99), 0),
            (m.Gaps(of), 500),
            (m.Gaps(of, how="mean"), 400),
            (m.Gaps(of, how="shrink"), 0),
            (m.Gaps(of, how="burstiness"), (100 - 400) / (100 + 400)),
            (m.Gaps(of, 600, how="shrink"), None),
            (m.Gaps(of, 600, how="last"), 500),
            (m.Gaps(of, 100, how="last"), None),
            (m.Periods(of, period_days=100), 3),
            (m.Periods(of, period_days=500), 2),
            (m.Field(of, how="first"), 2),
            (m.Field(of, how="last"), 4),
            (m.Field(of, how="max"), 4),
            (m.Field(of, how="min"), 2),
            (m.Field(of, how="mean"), 3),
            (m.Field(of, how="sum"), 6),
            (m.Field(of, how="slope"), 2 / (800 / 365.25)),
            (m.Field(of, how="change"), 2),
            (m.Field(of, 600, how="change"), None),
            (m.Field(of, 600, how="slope"), None),
            (m.Field(of, field="value", how="mean"), 2),
            (m.Field(of, field="value", how="last"), 3),
            (m.Field(m.Events(codes=("b",)), field="value"), None),
            (m.Distinct(of), 3),
            (m.Distinct(of, of="source"), 2),
            (m.Distinct(of, of="case"), 1),
            (m.Distinct(of, of="reported"), 0),
            (m.Last(of), "a"),
            (m.Last(of, of="source"), "y"),
            (m.Last(m.Events(codes=("b",)), of="source"), None),
            (m.Changes(of), 2),
            (m.Changes(of, 100), 0),
            (m.Share(of, part=m.Events(codes=("a",))), 2 / 3),
            (m.Share(of, 99), None),
        ],
    )
    def test_a_measure(self, measure, expected):
        assert_equal(value([*self.signals, report(1000)], measure), expected, measure)

    def test_the_last_value_is_empty_where_that_of_the_last_event_is_not_known(self):
        events = [event("signal", 0, value=1.0), event("signal", 5), report(9)]
        found = [value(events, m.Field(self.of, field="value", how=how)) for how in ("first", "last", "max", "change")]
        assert found == [1, None, 1, None]

    @pytest.mark.parametrize(
        ("days", "expected"), [((0, 0, 0), None), ((0, 10), None), ((0, 10, 20), -1), ((0, 0, 10), 0)]
    )
    def test_burstiness_runs_from_regular_to_as_if_at_random(self, days, expected):
        assert value([*(event("signal", on) for on in days), report(90)], m.Gaps(self.of, how="burstiness")) == expected

    @pytest.mark.parametrize(
        ("how", "expected"), [("active", 2), ("ended", 1), ("days_since_end", 800), ("days", 100 + 100 + 50)]
    )
    def test_spells_that_were_not_seen_to_end_last_on(self, how, expected):
        spells = [event("stay", 100, ended=200), event("stay", 900), event("stay", 950, ended=1000)]
        assert value([*spells, report(1000)], m.Spells(m.Events(("stay",)), how=how)) == expected

    @pytest.mark.parametrize(("how", "expected"), [("active", 0), ("ended", 0), ("days_since_end", None), ("days", 0)])
    def test_without_spells_there_are_none(self, how, expected):
        assert value([report(1000)], m.Spells(m.Events(("stay",)), how=how)) == expected

    @pytest.mark.parametrize(
        ("answers", "waiting", "latency"),
        [
            ((), 900, None),
            ((50,), 900, None),
            ((100,), 500, 0),
            ((500,), 400, 400),
            ((500, 550), 400, 400),
            ((500, 700), None, 100),
            ((700,), None, 600),
        ],
    )
    def test_an_answer_answers_all_of_its_own_day_and_before(self, answers, waiting, latency):
        events = [event("sent", on) for on in (100, 500, 600)] + [event("accepted", on) for on in answers]
        sent, accepted = m.Events(("sent",)), m.Events(("accepted",))
        assert value([*events, report(1000)], m.OpenSince(sent, until=accepted)) == waiting
        assert value([*events, report(1000)], m.Latency(sent, until=accepted)) == latency

    def test_the_window_applies_to_the_answers_too(self):
        events = [event("sent", 100), event("sent", 600), event("accepted", 550), report(1000)]
        sent, accepted = m.Events(("sent",)), m.Events(("accepted",))
        assert value(events, m.Latency(sent, until=accepted)) == 450
        assert value(events, m.Latency(sent, 449, until=accepted)) is None
        assert value(events, m.OpenSince(sent, 900, until=accepted)) == 400

    def test_working_days_leave_out_weekends_and_easter(self):
        thursday = 1191
        assert day(thursday).isoformat() == "2023-04-06"
        events = [event("sent", thursday), event("accepted", thursday + 8), event("sent", thursday + 9)]
        sent, accepted = m.Events(("sent",)), m.Events(("accepted",))
        assert value([*events, report(1300)], m.Latency(sent, until=accepted, working=True)) == 5
        assert value([*events, report(thursday + 12)], m.OpenSince(sent, until=accepted, working=True)) == 2

    def test_a_window_is_at_least_one_day(self):
        with pytest.raises(ConfigError) as caught:
            m.Count(m.Events(), 0)
        assert str(caught.value) == "A window is at least one day, but found 0: give positive days."


class TestIncidents:
    """Reports of one incident count once, and are as severe as the worst that was known."""

    reports = (report(0, severity=1.0, code="a"), report(5, severity=4.0, code="b"), report(7, 200, severity=5.0))

    def test_a_repeated_report_counts_only_where_it_is_asked_for(self):
        events = [*self.reports, report(100)]
        assert value(events, m.Count(m.Events(reports=True))) == 1
        assert value(events, m.Count(m.Events(reports=True, once=False))) == 2
        assert value(events, m.Count(m.Events(codes=("b",)))) == 0

    def test_an_incident_is_as_severe_as_its_worst_report_that_was_known(self):
        rated = m.Field(m.Events(codes=("a",)))
        assert value([*self.reports, report(100)], rated) == 4
        assert value([*self.reports, report(300)], rated) == 5
        assert value([*self.reports, report(300)], m.Field(m.Events(codes=("a",), once=False))) == 1

    def test_the_window_is_that_of_the_report_that_started_the_incident(self):
        assert value([*self.reports, report(100)], m.Field(m.Events(reports=True), 99)) is None
        assert value([*self.reports, report(100)], m.Field(m.Events(reports=True), 100)) == 4

    def test_a_report_that_is_out_of_reach_makes_no_incident_worse(self):
        events = [report(20, severity=1.0), report(10, 21, severity=5.0), report(100)]
        assert value(events, m.Field(m.Events(reports=True))) == 5
        assert value(events, m.Field(m.Events(reports=True)), lookback="cap", lookback_days=85) == 1


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"stream": "neighbours"}, "A stream is known, but found 'neighbours': use one of household, linked, "),
        ({"kinds": "arrest"}, "A condition of a selection is a tuple, but found kinds = 'arrest': write for example"),
        ({"values": [1.0]}, "A condition of a selection is a tuple, but found values = [1.0]: write for example"),
    ],
)
def test_a_selection_says_what_is_wrong_with_it(conditions, found):
    with pytest.raises(ConfigError) as caught:
        m.Events(**conditions)
    assert str(caught.value).startswith(found)
