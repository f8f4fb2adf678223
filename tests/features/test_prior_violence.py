"""The family prior_violence equals a slow reference, and its features mean what they say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.build import build_features
from hgrisk.features.settings import FeatureSettings
from tests.builders import build, event, member, random_cohorts, report
from tests.features.reference import prior_violence

MOMENTS = 1e-9
"""Tolerance of means and slopes; counts and days are equal exactly."""
INEXACT = {"mean_gap_days", "mean_severity", "escalation_slope"}

FEATURES = st.builds(
    FeatureSettings,
    families=st.just(("prior_violence",)),
    windows_days=st.sampled_from(((7, 30, 90, 180, 365, 730), (30, 365), (1,))),
    linked_households=st.sampled_from((True, True, False)),
)


def features(histories, landmark_event=None, settings=None, **cohort):
    """Return the features of prior violence at one landmark, by default the last."""
    chosen = select_landmarks(histories, CohortSettings(**cohort))
    table = build_features(histories, chosen, settings or FeatureSettings(families=("prior_violence",)))
    ids = chosen.landmarks["landmark_event_id"].to_list()
    return table.X.iloc[ids.index(landmark_event) if landmark_event else -1]


@given(random_cohorts(), FEATURES)
def test_every_feature_equals_the_slow_reference(drawn, settings):
    histories, cohort = drawn
    table = build_features(histories, cohort, settings)
    expected = prior_violence(histories, cohort, settings)
    assert sorted(table.X.columns) == sorted(expected[0])
    for name in table.X:
        for found, wanted in zip(table.X[name], (row[name] for row in expected), strict=True):
            if wanted is None:
                assert math.isnan(found), name
            elif name in INEXACT:
                assert found == pytest.approx(wanted, rel=MOMENTS, abs=MOMENTS), name
            else:
                assert found == wanted, name


def test_a_first_report_has_counts_of_zero_and_no_moments():
    x = features(build([report(0)]))
    counts = [name for name in x.index if name.startswith(("prior_", "linked_")) or name == "n_violence_kinds"]
    assert (x[counts] == 0).all()
    assert x.drop(counts).isna().all()


@pytest.mark.parametrize("window", [30, 90, 180, 365, 730])
def test_a_window_holds_its_last_day_and_not_the_day_before(window):
    landmark = report(1000)
    for age, counted in ((window, 1), (window + 1, 0)):
        assert features(build([report(1000 - age), landmark]))[f"prior_reports_{window}d"] == counted


def test_prior_counts_tell_kinds_apart_and_advice_is_no_report():
    x = features(build([event("advice", 10), event("radar_link", 20), event("arrest", 30), report(100), report(200)]))
    assert x["prior_reports_ever"] == 1
    assert [x[f"prior_{kind}_ever"] for kind in ("advice", "radar_link", "arrest", "barring_order")] == [1, 1, 1, 0]


def test_shrinking_gaps_and_rising_severity_are_seen():
    days, scores = (0, 400, 600, 665), (1.0, 2.0, 3.0, 4.0)
    x = features(build([*(report(on, severity=score) for on, score in zip(days, scores, strict=True)), report(700)]))
    assert (x["last_gap_days"], x["gaps_shrink"]) == (65, 1)
    assert x["mean_gap_days"] == pytest.approx((400 + 200 + 65) / 3, rel=MOMENTS)
    assert (x["max_severity"], x["mean_severity"], x["last_severity"]) == (4, 2.5, 4)
    assert x["escalation_slope"] > 0


def test_the_slope_is_in_score_per_year():
    x = features(build([report(0, severity=1.0), report(365, severity=2.0), report(900)]))
    assert x["escalation_slope"] == pytest.approx(365.25 / 365, rel=MOMENTS)


def test_trap_16_an_unknown_severity_is_missing_and_not_zero():
    x = features(build([report(0), report(100, severity=3.0), report(200), report(300)]))
    assert (x["max_severity"], x["mean_severity"], x["last_severity"]) == (3, 3, 3)
    assert math.isnan(x["escalation_slope"])
    assert math.isnan(features(build([report(0), report(100)]))["max_severity"])


def test_trap_1_reports_of_one_incident_count_once():
    histories = build([report(0, code="a"), report(3, code="b"), report(14), report(100)])
    assert features(histories, merge_window_days=14)["prior_reports_ever"] == 1
    assert features(histories, merge_window_days=7)["prior_reports_ever"] == 2
    assert features(histories, merge_window_days=0)["prior_reports_ever"] == 3


def test_trap_1_an_incident_is_as_severe_as_its_worst_report_that_was_known():
    events = [
        report(0, severity=1.0, code="a"),
        report(5, severity=4.0, code="b"),
        report(7, 200, severity=5.0, code="c"),
    ]
    for mark, severity, kinds in ((100, 4, 2), (300, 5, 3)):
        x = features(build([*events, report(mark, event_id="mark")]), "mark")
        assert (x["prior_reports_ever"], x["max_severity"], x["n_violence_kinds"]) == (1, severity, kinds)


def test_trap_1_an_incident_counts_under_the_kind_of_its_first_known_report():
    x = features(
        build([event("follow_up_report", 0), report(5), report(50), event("follow_up_report", 55), report(100)])
    )
    assert (x["prior_reports_ever"], x["prior_follow_up_report_ever"]) == (2, 1)


def test_trap_10_a_capped_lookback_hides_what_is_older():
    histories = build([report(0), report(700), report(1000)])
    assert features(histories)["prior_reports_ever"] == 2
    capped = features(histories, lookback="cap", lookback_days=300)
    assert (capped["prior_reports_ever"], capped["days_since_first_report"]) == (1, 300)
    assert features(histories, lookback="cap", lookback_days=299)["prior_reports_ever"] == 0


class TestEarlierHouseholds:
    """Persons carry the history of their other households along, as far as it was known."""

    def linked(self, events, memberships, **settings):
        family = FeatureSettings(families=("prior_violence",), **settings)
        return features(build([*events, report(100, event_id="mark")], memberships=memberships), "mark", family)

    def test_a_report_while_the_person_belonged_there_counts(self):
        x = self.linked([report(50, case_id="H2")], [member("H1", "p", 90), member("H2", "p", 0, 60)])
        assert (x["linked_reports_ever"], x["linked_reports_30d"], x["linked_households"]) == (1, 0, 1)
        assert x["days_since_last_linked_report"] == 50
        assert x["prior_reports_ever"] == 0

    def test_trap_1_reports_of_one_incident_there_count_once_too(self):
        events = [report(on, case_id="H2") for on in (30, 44, 60)]
        x = self.linked(events, [member("H1", "p"), member("H2", "p")])
        assert (x["linked_reports_ever"], x["days_since_last_linked_report"]) == (2, 40)

    @pytest.mark.parametrize(("first", "last", "counted"), [(50, 50, 1), (51, 60, 0), (0, 49, 0), (None, None, 1)])
    def test_both_ends_of_a_membership_belong_to_it(self, first, last, counted):
        stays = [member("H1", "p"), member("H2", "p", first, last)]
        assert self.linked([report(50, case_id="H2")], stays)["linked_reports_ever"] == counted

    @pytest.mark.parametrize(("begun", "counted"), [(99, 1), (100, 0), (101, 0)])
    def test_a_membership_that_begins_on_the_day_or_later_is_not_known(self, begun, counted):
        stays = [member("H1", "p", begun), member("H2", "p")]
        assert self.linked([report(50, case_id="H2")], stays)["linked_reports_ever"] == counted

    @pytest.mark.parametrize(("begun", "counted"), [(99, 1), (100, 0)])
    def test_nor_is_a_stay_elsewhere_that_begins_on_the_day(self, begun, counted):
        stays = [member("H1", "p"), member("H2", "p", begun)]
        events = [report(100, at=8, case_id="H2"), report(100, at=12, event_id="mark")]
        assert features(build(events, memberships=stays), "mark")["linked_reports_ever"] == counted

    def test_several_persons_and_stays_count_a_report_once(self):
        stays = [member(name, who) for name in ("H1", "H2") for who in ("p", "q")] + [member("H2", "p", 10, 60)]
        assert self.linked([report(50, case_id="H2")], stays)["linked_reports_ever"] == 1

    def test_households_further_away_do_not_count(self):
        stays = [member("H1", "p"), member("H2", "p"), member("H2", "q"), member("H3", "q")]
        assert self.linked([report(50, case_id="H3")], stays)["linked_reports_ever"] == 0

    def test_they_can_be_left_out(self):
        stays = [member("H1", "p"), member("H2", "p")]
        x = self.linked([report(50, case_id="H2")], stays, linked_households=False)
        assert not [name for name in x.index if "linked" in name]
