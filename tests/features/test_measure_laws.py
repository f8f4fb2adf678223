"""Laws of time and counting that every measure keeps, and histories of any size."""

from datetime import timedelta

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars import selectors as cs

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features import measures as m
from hgrisk.schema import TABLES
from tests.builders import build, day, event, report, shuffled
from tests.features.agreement import MOMENTS, assert_equal, assert_table
from tests.features.planted import computed, specs_of
from tests.features.reference import Past, reference_value
from tests.features.strategies import MEASURES, SELECTIONS, cohorts, every_measure


@st.composite
def _cut_off(draw, drawn):
    """Draw a landmark day of a cohort, on which all that came later is taken away."""
    return draw(st.sampled_from(sorted(set(drawn[1].landmarks["landmark_on"]))))


def without_future(histories, last):
    """Return histories without anything that came after a day, or ended, began or was corrected on it or later."""
    ended, begun = pl.col("ended_on") < last, pl.col("from_on").is_null() | (pl.col("from_on") < last)
    right = (pl.col("corrected_on") >= last).fill_null(value=False).not_()
    events = histories.events.filter(pl.col("known_on") <= last).with_columns(
        pl.when(ended).then("ended_on").alias("ended_on"),
        pl.when(right).then("severity").alias("severity"),
        pl.when(right).then("corrected_on").alias("corrected_on"),
    )
    stays = histories.memberships.filter(begun)
    left = pl.when(pl.col("until_on") < last).then("until_on").alias("until_on")
    frames = {name: getattr(histories, name) for name in TABLES}
    frames |= {"events": events, "memberships": stays.with_columns(left)}
    return type(histories)(**frames, account=histories.account)


def moved(histories, days):
    """Return histories whose every date lies some days later."""
    later = {
        name: getattr(histories, name).with_columns(cs.temporal() + pl.duration(days=days)) for name in TABLES
    }  # fmt: skip
    return type(histories)(**later, account=histories.account)


class TestLaws:
    @settings(max_examples=12)
    @given(cohorts(), MEASURES, st.integers(0, 9))
    def test_the_order_of_the_rows_changes_nothing(self, drawn, measures, seed):
        histories, cohort = drawn
        mixed = shuffled(histories, seed)
        again = computed(mixed, select_landmarks(mixed, cohort.settings), measures)
        pd.testing.assert_frame_equal(again, computed(histories, cohort, measures), check_exact=True)

    @settings(max_examples=12)
    @given(cohorts(), MEASURES, st.sampled_from((1, 29, 365, -1000, 20_000)))
    def test_a_shift_of_all_dates_changes_nothing(self, drawn, measures, days):
        histories, cohort = drawn
        measures = [measure for measure in measures if not getattr(measure, "working", False)]
        by, dates = timedelta(days=days), cohort.settings
        period = {name: on + by for name in ("from_on", "until_on") if (on := getattr(dates, name)) is not None}
        dates = dates.model_copy(update={"dates": tuple(on + by for on in dates.dates), **period})
        later = moved(histories, days)
        again = computed(later, select_landmarks(later, dates), measures)
        pd.testing.assert_frame_equal(again, computed(histories, cohort, measures), rtol=MOMENTS, atol=MOMENTS)

    @settings(max_examples=12)
    @given(cohorts(), SELECTIONS, st.sets(st.integers(1, 450), min_size=4))
    def test_counts_grow_with_the_window(self, drawn, events, windows):
        table = computed(*drawn, [m.Count(events, days) for days in (*sorted(windows), None)])
        assert (table.isna().all(axis=1) | table.notna().all(axis=1)).all()
        assert (table.dropna().diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)

    @settings(max_examples=20)
    @given(cohorts().flatmap(lambda drawn: st.tuples(st.just(drawn), _cut_off(drawn))), MEASURES)
    def test_what_became_known_after_the_landmark_changes_nothing(self, drawn, measures):
        (histories, cohort), last = drawn
        early = without_future(histories, last)
        chosen = select_landmarks(early, cohort.settings)
        key = ["landmark_on", "case_id"]
        then = cohort.landmarks.filter(pl.col("landmark_on") <= last)
        assert chosen.landmarks.filter(pl.col("landmark_on") <= last).select(key).equals(then.select(key))
        found = computed(early, chosen, measures).iloc[: then.height]
        pd.testing.assert_frame_equal(
            found, computed(histories, cohort, measures).iloc[: then.height], check_exact=True
        )


class TestSize:
    """There is no limit on events: not of a household, a day, or a selection."""

    def test_a_household_with_ten_thousand_events_and_a_landmark_at_each_report(self):
        kinds = ("report", "signal", "stay", "sent")
        events = [
            event(
                kinds[place % 4],
                place * 3 // 2,
                place * 3 // 2 + 45 * (place % 7 == 0),
                ended=place * 2 if place % 3 else None,
                severity=float(place % 5),
                value=float(place % 2),
                code="abc"[place % 3],
                person_id="pq"[place % 5 == 0],
                exposed_person_id="qp"[place % 5 == 0],
            )
            for place in range(10_000)
        ]
        histories = build(events, [{"case_id": "H1", "observed_from": day(-1), "observed_until": day(20_000)}])
        cohort = select_landmarks(histories, CohortSettings(merge_window_days=0))
        assert cohort.landmarks.height > 2_000
        measures = [
            measure
            for stream, reports in (("household", True), ("reversed", False))
            for measure in every_measure(m.Events(stream=stream, reports=reports))
        ]
        table = computed(histories, cohort, measures)
        past, specs = Past.of(histories, cohort), specs_of(measures)
        landmarks = cohort.landmarks.to_dicts()
        for place in (0, 300, len(landmarks) - 1):
            for spec in specs:
                found, wanted = table[spec.name].iloc[place], reference_value(spec.measure, landmarks[place], past)
                assert_equal(found, wanted, spec.measure, f"at landmark {place}")

    @pytest.mark.parametrize("n", [256, 70_001])
    def test_a_selection_of_any_number_of_events(self, n):
        events = [
            event("signal", place % 1000, code=f"c{place % 300}", value=1.0, ended=place % 1000) for place in range(n)
        ]
        histories = build([*events, report(1000)])
        of = m.Events(("signal",))
        measures = [
            m.Count(of),
            m.Count(of, 1000),
            m.Field(of, field="value", how="sum"),
            m.Spells(of, how="ended"),
            m.Distinct(of),
            m.Periods(of, period_days=1),
            m.Decayed(of, half_life_days=1e12),
            m.Share(of, part=of),
        ]
        found = computed(histories, select_landmarks(histories), measures).iloc[0].tolist()
        assert found == pytest.approx([n, n, n, n, min(n, 300), min(n, 1000), n, 1], rel=MOMENTS)

    def test_three_hundred_events_of_one_day(self):
        events = [
            report(50, at=place % 24, severity=float(place % 5), event_id=f"{place:03}") for place in range(300)
        ]  # fmt: skip
        signals = [
            event("signal", 50, at=(None, *range(24))[place % 25], event_id=f"s{place:03}", code="ab"[place % 2])
            for place in range(300)
        ]
        histories = build([*events, *signals, report(0), report(50, 51, severity=9.0), report(90)])
        cohort = select_landmarks(histories, CohortSettings(merge_window_days=14))
        own = every_measure(m.Events()) + every_measure(m.Events(reports=True, once=False))
        assert assert_table(histories, cohort, own).shape[0] == 3
        counts = assert_table(histories, cohort, [m.Count(m.Events(once=False)), m.Count(m.Events(("signal",)))])
        assert counts.iloc[1].tolist() == [1 + 12, 12]
        assert counts.iloc[2].tolist() == [1 + 301 + 300, 300]
