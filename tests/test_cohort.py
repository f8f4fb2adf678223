"""The cohort: who is at risk and from when, and an attrition row for every filter."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.errors import ConfigError, DataError
from tests.builders import build, case, cohort_settings, day, random_cohorts, random_histories, report, shuffled
from tests.cohort_reference import landmarks
from tests.outcome_reference import known_before

COMPARED = (
    "case_id", "landmark_on", "landmark_at", "landmark_event_id", "index_event_id", "index_severity", "incident_on",
    "person_id", "exposed_person_id", "merged_until", "history_from",
)  # fmt: skip


def eligible(column, **condition):
    """Return one eligibility filter, as it is read from TOML."""
    return CohortSettings.parse({"eligible": [{"column": column, **condition}]}, where="cohort")


@given(st.data())
@settings(max_examples=100)
def test_landmarks_and_attrition_equal_the_slow_reference(data):
    histories = data.draw(random_histories(min_events=5))
    options = data.draw(cohort_settings(histories))
    expected, steps = landmarks(histories, options)
    if not expected:
        with pytest.raises(DataError, match="at least one landmark"):
            select_landmarks(histories, options)
        return
    cohort = select_landmarks(histories, options)
    assert cohort.landmarks.select(COMPARED).rows() == [tuple(one[name] for name in COMPARED) for one in expected]
    assert cohort.landmarks["landmark_id"].to_list() == list(range(len(expected)))
    table = cohort.attrition
    assert table["remaining"].to_list() == [left for _, left in steps]
    assert table["step"].to_list()[1:] == [step for step, _ in steps[1:]]
    assert (table["remaining"].shift(1) - table["removed"] == table["remaining"])[1:].all()
    assert table["remaining"][0] - table["removed"].sum() == cohort.landmarks.height


@settings(max_examples=50)
@given(random_cohorts(), st.integers(0, 100))
def test_a_landmark_depends_on_nothing_that_became_known_later(drawn, place):
    histories, cohort = drawn
    row = cohort.landmarks[place % cohort.landmarks.height].drop("landmark_id", "observed_until", "end_reason")
    known = known_before(histories, row["landmark_on"].item() + timedelta(days=2))
    again = select_landmarks(known, cohort.settings).landmarks.select(row.columns)
    same = again.filter(pl.col("case_id") == row["case_id"].item(), pl.col("landmark_on") == row["landmark_on"].item())
    assert same.rows() == row.rows()


@settings(max_examples=50)
@given(random_cohorts(), st.integers(0, 9))
def test_the_order_of_the_rows_changes_nothing(drawn, seed):
    histories, cohort = drawn
    again = select_landmarks(shuffled(histories, seed), cohort.settings)
    assert again.landmarks.equals(cohort.landmarks)
    assert again.attrition.equals(cohort.attrition)


class TestEligibility:
    histories = build(
        [report(0, severity=1.0, code="a"), report(0, severity=4.0, case_id="H2")],
        [case("H1", age=17, sector="x"), case("H2", age=45)],
    )

    @pytest.mark.parametrize(
        ("column", "condition", "left"),
        [
            ("index_severity", {"at_least": 2}, ["H2"]),
            ("index_code", {"is_null": False}, ["H1"]),
            ("age", {"at_most": 17}, ["H1"]),
            ("sector", {"not_equals": "x"}, ["H2"]),
        ],
    )
    def test_a_filter_may_look_at_landmark_index_report_and_case(self, column, condition, left):
        cohort = select_landmarks(self.histories, eligible(column, **condition))
        assert cohort.landmarks["case_id"].to_list() == left
        row = cohort.attrition.row(-1, named=True)
        assert row["step"].startswith(f"eligible: {column} ")
        assert (row["remaining"], row["removed"], row["reason"]) == (1, 1, "does not meet the condition")

    def test_an_unknown_column_is_refused(self):
        with pytest.raises(DataError) as caught:
            select_landmarks(self.histories, eligible("agee", at_least=18))
        text = str(caught.value)
        assert text.startswith(
            "An eligibility filter names a column of the landmark, its index report or its case, "
            "but found 'agee': use one of age, case_id, "
        )
        assert "observed_until" not in text

    @pytest.mark.parametrize("column", ["observed_until", "end_reason"])
    def test_trap_5_what_lies_after_the_landmark_decides_nothing(self, column):
        with pytest.raises(DataError) as caught:
            select_landmarks(self.histories, eligible(column, is_null=True))
        assert str(caught.value) == (
            "Eligibility is decided by what is known at the landmark, "
            f"but found {column!r}, which lies after it: leave the filter out, or make the end of observation a "
            "competing event of the outcome."
        )


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "step"),
        [
            ({"landmark_kinds": ("arrest",)}, "events: arrest"),
            ({"from_on": day(500)}, "cohort period"),
            ({"lookback": "require", "lookback_days": 9000}, "lookback window"),
            ({"landmarks": "calendar", "dates": (day(0),)}, "open cases at the calendar dates"),
        ],
    )
    def test_an_empty_cohort_names_the_filter_that_emptied_it(self, options, step):
        with pytest.raises(DataError) as caught:
            select_landmarks(build([report(0)]), CohortSettings(**options))
        assert str(caught.value) == (
            f"A cohort has at least one landmark, but found none after '{step}': loosen that filter."
        )

    def test_no_events_at_all_are_an_empty_cohort(self):
        with pytest.raises(DataError, match="none after 'events: report'"):
            select_landmarks(build([], [case()]))

    def test_dates_and_calendar_landmarks_go_together(self):
        for values, found in (
            ({"landmarks": "calendar"}, "'calendar' with 0"),
            ({"dates": [day(0)]}, "'events' with 1"),
        ):
            with pytest.raises(ConfigError) as caught:
                CohortSettings.parse(values, where="cohort")
            assert str(caught.value) == (
                f"Calendar landmarks, and only those, have dates, but found landmarks = {found} dates: "
                "set landmarks = 'calendar' and list dates, or neither."
            )

    def test_a_period_ends_after_it_starts(self):
        with pytest.raises(ConfigError) as caught:
            CohortSettings.parse({"from_on": date(2021, 1, 1), "until_on": date(2020, 1, 1)}, where="cohort")
        assert str(caught.value) == (
            "A period ends after it starts, but found 2021-01-01 to 2020-01-01: swap the dates."
        )

    def test_an_extra_column_of_the_cases_may_not_take_the_name_of_a_landmark_column(self):
        with pytest.raises(DataError) as caught:
            select_landmarks(build([report(0)], [case(person_id="p")]))
        assert str(caught.value) == (
            "An extra column of the cases table has a name of its own, but found 'person_id': rename it in the source."
        )


def test_a_household_with_10_000_events_is_one_like_another():
    histories = build([report(n % 2000, n % 2000 + n % 7, event_id=f"e{n}") for n in range(10_000)])
    first = select_landmarks(histories, CohortSettings(which="first"))
    assert first.landmarks["landmark_on"].to_list() == [day(0)]
    every = select_landmarks(histories)
    assert every.attrition["remaining"][0] == 10_000
    gaps = every.landmarks["incident_on"].sort().diff().drop_nulls().dt.total_days()
    assert gaps.min() > 14
    assert every.landmarks.height > 2000 / 28 - 1


def test_trap_12_the_region_is_that_of_the_day_and_merged_regions_are_followed():
    histories = build(
        [report(0), report(100), report(200)],
        [case(region="home")],
        case_regions=[{"case_id": "H1", "region": "old", "from_on": day(50), "until_on": day(150)}],
        regions=[{"region": "old", "valid_until": day(90), "successor": "new"}],
    )
    assert select_landmarks(histories).landmarks["region"].to_list() == ["home", "new", "home"]


def test_trap_11_landmarks_carry_the_network_of_their_household():
    stays = [{"case_id": name, "person_id": "p"} for name in ("H1", "H3")]
    histories = build([report(on, case_id=name) for on, name in enumerate(("H1", "H2", "H3"))], memberships=stays)
    assert select_landmarks(histories).landmarks["network_id"].to_list() == [0, 1, 0]
