"""Trap 7: detention and the like are time not at risk, over spells (start, end]."""

import polars as pl
import pytest

from hgrisk.outcome import OutcomeSettings
from hgrisk.risk_time import days_in_gaps, gap_spells, in_gap
from tests.builders import build, case, day, event, first, follow, report


def away(start, end=None, **rest):
    """Return a spell of detention."""
    return event("detention", start, ended=end, **rest)


def spells(events, last=2000):
    """Return the merged spells of H1, in days from the start."""
    histories = build(events, [case(last=last)])
    rows = gap_spells(histories.events, ["detention"], histories.cases).select("from_on", "until_on").rows()
    return [tuple((on - day(0)).days for on in row) for row in rows]


@pytest.mark.parametrize(
    ("drawn", "merged"),
    [
        ([away(10, 20), away(30, 40)], [(10, 20), (30, 40)]),
        ([away(10, 20), away(15, 40)], [(10, 40)]),
        ([away(10, 20), away(20, 40)], [(10, 40)]),
        ([away(10, 20), away(21, 40)], [(10, 20), (21, 40)]),
        ([away(10, 50), away(20, 30), away(45, 60)], [(10, 60)]),
        ([away(10), away(20, 30)], [(10, 2000)]),
        ([away(10, 10)], []),
        ([away(30, 40), event("detention", 10, 60, ended=20)], [(10, 20), (30, 40)]),
        ([event("arrest", 10, ended=20)], []),
    ],
    ids=["apart", "overlapping", "touching", "a day between", "nested", "open", "no day long", "known late", "other"],
)
def test_spells_of_a_household_are_merged(drawn, merged):
    assert spells(drawn) == merged


def test_spells_of_households_are_not_merged_with_each_other():
    histories = build([away(10, 30), away(20, 40, case_id="H2")])
    found = gap_spells(histories.events, ["detention"], histories.cases)
    assert found["case_id"].to_list() == ["H1", "H2"]
    assert found["until_on"].to_list() == [day(30), day(40)]


@pytest.mark.parametrize(("on", "inside"), [(10, False), (11, True), (20, True), (21, False)])
def test_a_spell_holds_its_last_day_and_not_its_first(on, inside):
    histories = build([away(10, 20), report(on)])
    dated = histories.events.filter(kind="report")
    assert in_gap(dated, gap_spells(histories.events, ["detention"], histories.cases)).to_list() == [inside]


@pytest.mark.parametrize(
    ("gaps", "days"),
    [
        ([], 60),
        ([away(10, 20)], 50),
        ([away(10, 20), away(15, 30)], 40),
        ([away(-5, 5)], 55),
        ([away(0, 5)], 55),
        ([away(50, 59)], 51),
        ([away(60, 90)], 60),
        ([away(70, 90)], 60),
        ([away(10, 20), away(30, 40)], 40),
        ([away(-20, -10)], 60),
    ],
    ids=[
        "none",
        "one",
        "overlapping",
        "over the landmark",
        "from it",
        "to the eve",
        "from the day",
        "after it",
        "two",
        "before",
    ],
)
def test_days_in_gaps_are_taken_off_the_time_to_a_re_report(gaps, days):
    assert first(build([report(0), *gaps, report(60)])) == (1, 60, days)


def test_days_in_gaps_lie_between_landmark_and_stop():
    followed = pl.DataFrame({"landmark_id": [7, 8], "landmark_on": day(0), "stopped_on": day(60)})
    spans = [(7, -9, 5), (7, 20, 30), (7, 55, 90), (7, 95, 99), (9, 0, 60)]
    rows = [(key, day(begun), day(last)) for key, begun, last in spans]
    gaps = pl.DataFrame(rows, schema=["landmark_id", "from_on", "until_on"], orient="row")
    assert days_in_gaps(followed, gaps).to_list() == [5 + 10 + 5, 0]


@pytest.mark.parametrize(
    ("on", "ignored"), [(20, (1, 20, 20)), (21, (1, 90, 80)), (30, (1, 90, 80)), (31, (1, 31, 21))]
)
def test_a_re_report_in_a_gap_is_ignored(on, ignored):
    assert first(build([report(0), away(20, 30), report(on), report(90)])) == ignored


@pytest.mark.parametrize(("on", "counted"), [(20, 20), (21, 20), (30, 20), (31, 21)])
def test_or_counted_with_the_clock_stopped(on, counted):
    histories = build([report(0), away(20, 30), report(on), report(90)])
    assert first(histories, events_in_gaps="counted") == (1, on, counted)


def test_an_event_counted_in_a_gap_over_the_landmark_has_its_own_day_at_risk():
    assert first(build([report(0), away(-5, 60), report(40)]), events_in_gaps="counted") == (1, 40, 1)


def test_a_competing_event_in_a_gap_counts_in_any_case():
    assert first(build([report(0), away(20, 60), event("death", 40), report(90)])) == (2, 40, 20)


def test_an_open_gap_lasts_to_the_end_of_observation():
    assert first(build([report(0), away(20), report(60)], [case(last=100)])) == (0, 100, 20)


def test_a_landmark_in_a_gap_to_the_end_was_never_at_risk():
    histories = build([report(0), report(50), away(40)], [case(last=100)])
    row = follow(histories).attrition[-1]
    assert (row.step, row.remaining, row.removed, row.reason) == (
        "ever at risk", 1, 1, "no day at risk after the landmark",
    )  # fmt: skip


def test_only_landmarks_whose_re_report_was_ignored_before_they_stopped_are_counted():
    events = [report(0), away(20, 30), report(25), report(40), away(50, 60), report(55)]
    outcome = follow(build(events, [case(last=100)]), which="first")
    assert outcome.ignored_in_gaps == 1
    assert follow(build(events[:1] + events[3:]), which="first").ignored_in_gaps == 0
    counted = follow(build(events), OutcomeSettings(events_in_gaps="counted"), which="first")
    assert counted.ignored_in_gaps == 0


def test_gaps_are_reported_by_landmark_from_the_landmark_on():
    outcome = follow(build([report(0), away(-10, 5), away(20, 30), away(-30, -20)]))
    rows = outcome.gaps.rows()
    assert rows == [(0, day(0), day(5)), (0, day(20), day(30))]
    assert outcome.table["gap_days"].to_list() == [15]


class TestWhose:
    """Trap 2 and trap 7: the gaps and ends of those whom the landmark is about."""

    def followed(self, spell, index=None, **settings):
        """Return the days at risk to a re-report on day 60."""
        named = {"person_id": "p", "exposed_person_id": "q"} if index is None else index
        return first(build([report(0, **named), spell, report(60, **named)]), **settings)[2]

    @pytest.mark.parametrize(("who", "days"), [("p", 50), (None, 50), ("q", 60), ("r", 60)])
    def test_of_the_person_reported_or_of_nobody_named(self, who, days):
        assert self.followed(away(10, 20, person_id=who)) == days
        assert self.followed(away(10, 20, person_id=who), whose="anyone") == 50

    def test_of_anyone_where_the_index_report_names_nobody(self):
        assert self.followed(away(10, 20, person_id="r"), index={}) == 50

    @pytest.mark.parametrize(("unit", "who", "days"), [("person", "q", 60), ("dyad", "q", 50), ("dyad", "r", 60)])
    def test_of_either_person_of_a_dyad(self, unit, who, days):
        assert self.followed(away(10, 20, person_id=who), unit=unit) == days

    @pytest.mark.parametrize(("unit", "concerned"), [("household", ""), ("person", "p"), ("dyad", "pq")])
    def test_in_every_household_for_a_person_or_dyad(self, unit, concerned):
        for who in ("p", "q", "r", None):
            days = 50 if who and who in concerned else 60
            assert self.followed(away(10, 20, person_id=who, case_id="H2"), unit=unit) == days

    def test_a_spell_that_is_kept_in_two_households_counts_once(self):
        events = [report(0, person_id="p"), *(away(10, 20, person_id="p", case_id=name) for name in ("H1", "H2"))]
        assert first(build([*events, report(60, person_id="p")]), unit="person")[2] == 50

    @pytest.mark.parametrize(("who", "event_code"), [("p", 2), (None, 2), ("r", 1)])
    def test_the_death_of_somebody_else_does_not_end_it(self, who, event_code):
        events = [report(0, person_id="p"), event("death", 30, person_id=who), report(60)]
        assert first(build(events))[0] == event_code
        assert first(build(events), whose="anyone")[0] == 2
