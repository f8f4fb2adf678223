"""The families calendar, index_report and region describe the landmark itself."""

import math
from datetime import date

import pytest

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.build import build_features
from hgrisk.features.settings import FeatureSettings
from tests.builders import START, build, case, event, report


def row(events, family, cases=(), **cohort):
    """Return the features of one family at the last landmark."""
    histories = build(events, cases)
    chosen = select_landmarks(histories, CohortSettings(**cohort))
    return build_features(histories, chosen, FeatureSettings(families=(family,))).X.iloc[-1]


def calendar(on, first=-9000):
    """Return the family calendar at a date."""
    return row([report((date.fromisoformat(on) - START).days)], "calendar", [case(first=first, last=3000)])


@pytest.mark.parametrize(
    ("name", "on", "value"),
    [
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
def test_trap_12_shocks_and_weekends_begin_and_end_on_their_day(name, on, value):
    assert calendar(on)[name] == value


@pytest.mark.parametrize(("on", "days"), [("2020-02-29", 59 + 1), ("2019-12-31", 365), ("2020-12-31", 366)])
def test_the_time_of_the_year_goes_round_once_a_year(on, days):
    x = calendar(on)
    angle = 2 * math.pi * days / 365.25
    assert x["month_sin"] == pytest.approx(math.sin(angle), abs=1e-9)
    assert x["month_cos"] == pytest.approx(math.cos(angle), abs=1e-9)


def test_observed_days_count_from_the_start_of_observation():
    assert calendar("2020-03-01", first=59)["observed_days"] == 1
    assert calendar("2020-03-01", first=60)["observed_days"] == 0


def test_the_index_report_is_described_with_its_delay():
    x = row([report(0, 12, code="partner_violence", source="police", severity=3.0)], "index_report")
    assert x.to_dict() == {
        "index_kind": "report",
        "index_code": "partner_violence",
        "index_source": "police",
        "index_severity": 3,
        "index_delay_days": 12,
    }


def test_what_the_index_report_does_not_say_is_missing():
    x = row([report(0)], "index_report")
    assert x[["index_code", "index_source", "index_severity"]].isna().all()
    assert x["index_delay_days"] == 0


def test_at_a_screening_the_last_report_is_described():
    events = [report(0, code="a"), report(60, code="b"), event("screening", 80)]
    x = row(events, "index_report", landmark_kinds=("screening",))
    assert (x["index_code"], x["index_delay_days"]) == ("b", 20)


def test_the_region_is_a_text_and_unknown_is_missing():
    assert row([report(0)], "region", [case(region="Zeeland")])["region"] == "Zeeland"
    assert row([report(0)], "region")["region"] is None
