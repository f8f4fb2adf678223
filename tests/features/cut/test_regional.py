"""Daily sums of regions: equal to a slow loop, additive, and blind to the landmark's day and later."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.features.cut.regional import SUMS, add_series, regional_series, sums_before
from hgrisk.histories.incidents import mark_incidents
from tests.builders import build, case, day, event, random_histories, report

KINDS = ("report", "follow_up_report")
SHIFTS = st.lists(st.integers(-5, 900), min_size=1, max_size=4)
ASKED_FOR = {"arrest": "safety_assessment", "detention": "handover_sent", "screening": "handover_accepted"}


def series(histories, window=14):
    """Return the series of some histories."""
    return regional_series(histories, mark_incidents(histories.events, KINDS, window), KINDS)


def of_region(events, region="north", **tables):
    """Return the sums of a region by day from the start, for households that live there."""
    names = {row["case_id"] for row in events}
    histories = build(events, [case(name, region="north") for name in sorted(names)], **tables)
    rows = series(histories).filter(region=region).to_dicts()
    return {(row["known_on"] - day(0)).days: {name: row[name] for name in SUMS if row[name]} for row in rows}


class TestByHand:
    def test_reports_count_on_the_day_they_became_known_and_stop_waiting_when_assessed(self):
        found = of_region([report(0, 2), event("safety_assessment", 30), report(50), event("safety_assessment", 50)])
        assert found[2] == {"reports": 1}
        assert found[30] == {"reports_off_list": 1}
        assert found[50] == {"reports": 1, "reports_off_list": 1}

    def test_an_assessment_answers_all_reports_that_waited_and_none_that_came_later_or_elsewhere(self):
        elsewhere = report(0, case_id="H2")
        found = of_region([report(0), report(20), event("safety_assessment", 29), report(40), elsewhere])
        assert found[29] == {"reports_off_list": 2}
        assert found[90] == {"reports_off_list": 1}
        assert found[130] == {"reports_off_list": 1}

    def test_a_follow_up_report_and_a_repeat_wait_for_no_assessment(self):
        repeat, follow_up = report(3), event("follow_up_report", 30)
        found = of_region([report(0), repeat, event("safety_assessment", 9), follow_up, event("safety_assessment", 35)])
        assert {on: sums for on, sums in found.items() if on < 366} == {
            0: {"reports": 1},
            9: {"reports_off_list": 1},
        }
        assert found[366 + 30] == {"incidents_matured": 1}  # though it starts an incident

    @pytest.mark.parametrize(("answered", "off_list"), [(89, 89), (90, 90), (91, 90), (None, 90)])
    def test_a_report_waits_for_90_days_at_most(self, answered, off_list):
        events = [report(0)] + ([event("safety_assessment", answered)] if answered else [])
        assert [on for on, sums in of_region(events).items() if "reports_off_list" in sums] == [off_list]

    @pytest.mark.parametrize(("answered", "off_list"), [(364, 364), (365, 365), (366, 365), (None, 365)])
    def test_a_handover_waits_for_a_year_at_most(self, answered, off_list):
        events = [event("handover_sent", 0)] + ([event("handover_accepted", answered)] if answered else [])
        found = of_region(events)
        assert found[0] == {"handovers": 1}
        assert [on for on, sums in found.items() if "handovers_off_list" in sums] == [off_list]

    @pytest.mark.parametrize(("again", "followed"), [(15, 1), (365, 1), (366, 0)])
    def test_an_incident_matures_after_366_days_and_is_followed_within_365(self, again, followed):
        found = of_region([report(0), report(again)])
        assert found[366].get("incidents_followed", 0) == followed
        assert found[366]["incidents_matured"] == 1
        assert found[366 + again] == {"incidents_matured": 1}

    def test_a_second_report_of_an_incident_is_no_incident_and_two_of_one_day_do_not_follow_each_other(self):
        merged = of_region([report(0), report(5)])
        assert merged[366] == {"incidents_matured": 1}
        assert 371 not in merged
        late = of_region([report(0, 40), report(30, 40)])
        assert late[40 + 366] == {"incidents_matured": 2}

    def test_a_report_of_another_household_does_not_follow(self):
        assert of_region([report(0), report(50, case_id="H2")])[366] == {"incidents_matured": 1}

    def test_late_knowledge_counts_from_when_it_was_known(self):
        found = of_region([report(0), report(100, 366)])
        assert found[366] == {"reports": 1, "incidents_matured": 1}

    def test_what_becomes_of_a_report_counts_where_the_household_lived_when_it_became_known(self):
        stays = [{"case_id": "H1", "region": "south", "from_on": day(20)}]
        events = [report(0), event("safety_assessment", 30), report(40)]
        assert of_region(events, "north", case_regions=stays)[30] == {"reports_off_list": 1}
        assert sorted(of_region(events, "south", case_regions=stays)) == [40, 130, 406]

    def test_a_merged_region_has_the_past_of_its_parts(self):
        merger = [
            {"region": "north", "valid_until": day(20), "successor": "east"},
            {"region": "east", "valid_until": day(60), "successor": "whole"},
        ]
        events = [report(0), report(50, case_id="H2"), report(70, case_id="H3")]
        days = {name: sorted(of_region(events, name, regions=merger)) for name in ("north", "east", "whole")}
        assert days["north"] == [0, 90, 366]
        assert days["east"] == [0, 50, 90, 140, 366, 416]
        assert days["whole"] == [0, 50, 70, 90, 140, 160, 366, 416, 436]

    def test_households_without_a_region_count_nowhere(self):
        assert series(build([report(0)])).height == 0


def asked(histories):
    """Return histories with the kinds that the series looks at."""
    return replace(histories, events=histories.events.with_columns(pl.col("kind").replace(ASKED_FOR)))


def slow_sums(histories, region, before, within):
    """Count in a loop over what was known before a day, in the region as it was, or a part of it."""
    known = [row for row in marked(histories) if row["known_on"] < before]
    since = before - timedelta(days=within) if within else date.min
    sums = Counter()
    for row in known:
        if region not in row["regions"]:
            continue
        for asks, answer, name, wait in (
            (row["kind"] == "report" and row["starts_incident"], "safety_assessment", "reports", 90),
            (row["kind"] == "handover_sent", "handover_accepted", "handovers", 365),
        ):
            if not asks:
                continue
            sums[name] += row["known_on"] >= since
            same = [other for other in known if other["case_id"] == row["case_id"] and other["kind"] == answer]
            ends = [other["known_on"] for other in same if other["known_on"] >= row["known_on"]]
            end = min([*ends, row["known_on"] + timedelta(days=wait)])
            sums[f"{name}_off_list"] += since <= end < before
        mature = row["known_on"] + timedelta(days=366)
        if row["kind"] in KINDS and row["starts_incident"] and since <= mature < before:
            sums["incidents_matured"] += 1
            sums["incidents_followed"] += any(
                other["kind"] in KINDS
                and other["starts_incident"]
                and other["case_id"] == row["case_id"]
                and row["known_on"] < other["known_on"] < mature
                for other in known
            )
    return tuple(sums[name] for name in SUMS)


def marked(histories):
    """Return the events with every region in which each counts."""
    homes = {row["case_id"]: row["region"] for row in histories.cases.to_dicts()}
    rows = mark_incidents(histories.events, KINDS, 14).to_dicts()
    for row in rows:
        on = row["known_on"]
        stays = [
            stay
            for stay in histories.case_regions.to_dicts()
            if stay["case_id"] == row["case_id"]
            and (stay["from_on"] is None or stay["from_on"] <= on)
            and (stay["until_on"] is None or stay["until_on"] >= on)
        ]
        stays.sort(key=lambda stay: (stay["from_on"] or date.min, stay["region"]))
        region = stays[-1]["region"] if stays else homes[row["case_id"]]
        merged_on = next(r["valid_until"] for r in histories.regions.to_dicts() if r["region"] == "north")
        past = {"north": {"east"} if on > merged_on else {"north", "east"}}
        row["regions"] = past.get(region, {region})
    return rows


def moments(days, regions=("north", "south", "east", "nowhere", None)):
    """Return a landmark in every region on some days."""
    rows = [(on, region) for on in days for region in regions]
    frame = pl.DataFrame(rows, schema={"landmark_on": pl.Date, "region": pl.String}, orient="row")
    return frame.with_row_index("landmark_id").sample(fraction=1, shuffle=True, seed=3)


@settings(max_examples=25)
@given(random_histories(min_events=7), SHIFTS, st.sampled_from((1, 90, 400, None)))
def test_the_sums_before_a_landmark_are_those_of_a_slow_loop(drawn, shifts, within):
    histories = asked(drawn)
    first = histories.events["known_on"].min()
    landmarks = moments([first + timedelta(days=shift) for shift in shifts])
    found = sums_before(landmarks, series(histories), within)
    assert found["landmark_id"].to_list() == landmarks["landmark_id"].to_list()
    for row, sums in zip(landmarks.to_dicts(), found.select(SUMS).rows(), strict=True):
        nothing = tuple(None for _ in SUMS)
        expected = slow_sums(histories, row["region"], row["landmark_on"], within) if row["region"] else nothing
        assert sums == expected, row


@settings(max_examples=25)
@given(random_histories(min_events=7), st.sampled_from(("A", "B", "C")))
def test_the_series_of_parts_of_the_cases_add_up(drawn, apart):
    histories = asked(drawn)
    mine, others = (
        replace(histories, events=histories.events.filter(chosen), cases=histories.cases.filter(chosen))
        for chosen in (pl.col("case_id") == apart, pl.col("case_id") != apart)
    )
    whole = series(histories)
    assert add_series([series(mine), series(others)]).equals(whole)
    assert add_series([whole]).equals(whole)


@settings(max_examples=25)
@given(random_histories(min_events=7), st.integers(-5, 900))
def test_nothing_known_on_the_landmarks_day_or_later_counts(drawn, shift):
    histories = asked(drawn)
    on = histories.events["known_on"].min() + timedelta(days=shift)
    earlier = replace(histories, events=histories.events.filter(pl.col("known_on") < on))
    altered = histories.events.filter(pl.col("known_on") >= on).with_columns(
        pl.lit("safety_assessment").alias("kind"), (pl.col("event_id") + "x").alias("event_id")
    )
    later = replace(histories, events=pl.concat([earlier.events, altered]))
    landmarks = moments([on])
    for within in (90, None):
        found = [sums_before(landmarks, series(some), within) for some in (histories, earlier, later)]
        assert found[0].equals(found[1])
        assert found[0].equals(found[2])
    seen = series(histories).filter(pl.col("known_on") < on)
    assert series(later).filter(pl.col("known_on") < on).equals(seen)


def test_the_window_begins_on_its_first_day_and_ends_before_the_landmark():
    histories = build([report(0), report(20), report(40)], [case(region="north")])
    landmarks = moments([day(on) for on in (0, 1, 20, 40, 41)], ["north"]).sort("landmark_id")
    assert sums_before(landmarks, series(histories), 20)["reports"].to_list() == [0, 1, 1, 1, 1]
    assert sums_before(landmarks, series(histories))["reports"].to_list() == [0, 1, 1, 2, 3]


def test_without_a_region_there_is_no_sum_and_without_a_series_there_are_noughts():
    histories = build([report(0)])
    landmarks = moments([day(5)], ["north", None]).sort("landmark_id")
    assert sums_before(landmarks, series(histories), 20)["reports"].to_list() == [0, None]
