"""The family context: the calendar, the rules of the time, and the region as it was then known."""

import math
from datetime import date, timedelta

import polars as pl
import pytest

from hgrisk.features.context import FEWEST, compute, describe
from hgrisk.features.cut.regional import SUMS
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.view import HistoryView

SETTINGS = FeatureSettings()
ON = date(2022, 9, 27)
REGIONAL = ("region_reports_trend", "region_reports_waiting", "region_handovers_waiting", "region_base_rate")


def context(on=ON, region="north", days=(), observed_from=date(2015, 1, 1), most=730):
    """Return the family at a date, where a region had sums so many days before it."""
    rows = [{"region": name, "known_on": on - timedelta(days=back), **sums} for name, back, sums in days]
    schema = {"region": pl.String, "known_on": pl.Date, **dict.fromkeys(SUMS, pl.Int64)}
    regional = pl.DataFrame(rows, schema=schema).fill_null(0)
    landmarks = pl.DataFrame(
        {"landmark_id": [3], "landmark_on": [on], "region": [region], "observed_from": [observed_from]},
        schema_overrides={"region": pl.String},
    )
    settings = FeatureSettings(windows_days=(30, most))
    frame = compute(HistoryView(landmarks, pl.DataFrame(), regional), settings)
    assert set(frame.columns) == {"landmark_id", *(spec.name for spec in describe(settings))}
    (row,) = frame.to_dicts()
    return row


class TestCalendar:
    @pytest.mark.parametrize(
        ("name", "on", "value"),
        [
            ("barring_order_act_2009", "2008-12-31", 0),
            ("barring_order_act_2009", "2009-01-01", 1),
            ("reporting_code_act_2013", "2013-06-30", 0),
            ("reporting_code_act_2013", "2013-07-01", 1),
            ("veilig_thuis_2015", "2014-12-31", 0),
            ("veilig_thuis_2015", "2015-01-01", 1),
            ("protocol_2019", "2018-12-31", 0),
            ("protocol_2019", "2019-01-01", 1),
            ("covid_period", "2020-03-11", 0),
            ("covid_period", "2020-03-12", 1),
            ("covid_period", "2022-03-23", 1),
            ("covid_period", "2022-03-24", 0),
            ("weekend", "2021-10-01", 0),
            ("weekend", "2021-10-02", 1),
            ("weekend", "2021-10-03", 1),
            ("weekend", "2021-10-04", 0),
        ],
    )
    def test_trap_12_shocks_and_weekends_begin_and_end_on_their_day(self, name, on, value):
        assert context(date.fromisoformat(on))[name] == value

    @pytest.mark.parametrize(("on", "days"), [("2020-02-29", 59 + 1), ("2019-12-31", 365), ("2020-12-31", 366)])
    def test_the_time_of_the_year_goes_round_once_a_year(self, on, days):
        row = context(date.fromisoformat(on))
        angle = 2 * math.pi * days / 365.25
        assert row["month_sin"] == pytest.approx(math.sin(angle), abs=1e-9)
        assert row["month_cos"] == pytest.approx(math.cos(angle), abs=1e-9)

    @pytest.mark.parametrize(("days", "most", "seen"), [(1, 730, 1), (0, 730, 0), (800, 730, 730), (800, 900, 800)])
    def test_observed_days_count_from_the_start_of_observation_up_to_the_longest_window(self, days, most, seen):
        assert context(observed_from=ON - timedelta(days=days), most=most)["observed_days"] == seen


def test_the_region_is_a_text_and_unknown_is_missing():
    assert context(region="Zeeland")["region"] == "Zeeland"
    row = context(region=None)
    assert [row[name] for name in ("region", *REGIONAL)] == [None] * 5


ENOUGH = ("north", 500, {"incidents_matured": FEWEST, "incidents_followed": 12})


class TestRegion:
    def test_the_base_rate_is_the_share_of_the_matured_incidents_that_were_followed(self):
        assert context(days=[ENOUGH])["region_base_rate"] == 12 / FEWEST
        more = ("north", 1, {"incidents_matured": 10})
        assert context(days=[ENOUGH, more])["region_base_rate"] == 12 / (FEWEST + 10)

    def test_the_landmarks_day_and_other_regions_do_not_count(self):
        days = [ENOUGH, ("north", 0, {"incidents_matured": 10}), ("south", 20, {"incidents_matured": 10})]
        assert context(days=days)["region_base_rate"] == 12 / FEWEST

    @pytest.mark.parametrize("region", ["south", None, "north"])
    def test_with_too_few_matured_incidents_nothing_is_said(self, region):
        few = ("north", 500, {"incidents_matured": FEWEST - 1, "incidents_followed": 12, "reports": 50, "handovers": 5})
        row = context(region=region, days=[few, ("north", 20, {"reports": 10, "handovers": 7})])
        assert [row[name] for name in REGIONAL] == [None] * 4

    def test_the_trend_lays_90_days_beside_the_year_before_them(self):
        days = [ENOUGH, ("north", 90, {"reports": 40}), ("north", 91, {"reports": 50}), ("north", 455, {"reports": 60})]
        assert context(days=days)["region_reports_trend"] == pytest.approx((40 / 90) / (110 / 365), abs=1e-12)
        older = ("north", 456, {"reports": 1000})
        assert context(days=[*days, older])["region_reports_trend"] == pytest.approx((40 / 90) / (110 / 365), abs=1e-12)

    def test_there_is_no_trend_without_a_whole_year_before_or_reports_in_it(self):
        young = ("north", 454, {"incidents_matured": FEWEST, "reports": 60})
        assert context(days=[young])["region_reports_trend"] is None
        begun = ("north", 455, {"incidents_matured": FEWEST, "reports": 60})
        assert context(days=[begun])["region_reports_trend"] == 0
        assert context(days=[ENOUGH, ("north", 456, {"reports": 60})])["region_reports_trend"] is None

    def test_the_backlog_is_what_came_on_the_list_and_not_off_it(self):
        days = [
            ENOUGH,
            ("north", 300, {"reports": 70, "handovers": 9}),
            ("north", 210, {"reports_off_list": 70}),
            ("north", 80, {"reports": 50, "handovers": 3}),
            ("north", 70, {"reports_off_list": 20, "handovers_off_list": 4}),
            ("north", 0, {"reports_off_list": 30, "handovers_off_list": 8}),
        ]
        row = context(days=days)
        assert row["region_reports_waiting"] == 30 / 50
        assert row["region_handovers_waiting"] == 8 / 12

    def test_there_is_no_backlog_where_nothing_was_asked(self):
        row = context(days=[ENOUGH])
        assert (row["region_reports_waiting"], row["region_handovers_waiting"]) == (None, None)


def test_only_the_backlogs_are_the_work_of_organisations_and_the_regions_say_when_they_are_empty():
    specs = {spec.name: spec for spec in describe(SETTINGS)}
    assert {name for name, spec in specs.items() if spec.process} == {
        "region_reports_waiting",
        "region_handovers_waiting",
    }
    assert {name for name, spec in specs.items() if spec.missing} == {"region", *REGIONAL}
    assert specs["region"].kind == "category"
    assert specs["observed_days"].sentence_en == "days of history seen, up to 730"


def test_landmarks_keep_their_order():
    landmarks = pl.DataFrame(
        {
            "landmark_id": [8, 1, 5],
            "landmark_on": [ON, ON, date(2018, 1, 1)],
            "region": ["b", None, "a"],
            "observed_from": [ON] * 3,
        }
    )
    regional = pl.DataFrame(
        [{"region": name, "known_on": date(2017, 1, 1), **dict.fromkeys(SUMS, n)} for name, n in (("a", 40), ("b", 80))]
    ).with_columns(
        pl.when(pl.col("region") == "a").then(10).otherwise("incidents_followed").alias("incidents_followed")
    )
    frame = compute(HistoryView(landmarks, pl.DataFrame(), regional), SETTINGS)
    assert frame.select("landmark_id", "region", "region_base_rate").rows() == [
        (8, "b", 1.0),
        (1, None, None),
        (5, "a", 0.25),
    ]
