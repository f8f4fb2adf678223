"""The features of prior violence mean what they say, on histories small enough to count by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.build import build_features
from hgrisk.features.prior_violence import describe
from hgrisk.features.settings import FeatureSettings
from tests.builders import build, event, member, random_cohorts, report
from tests.features.agreement import assert_features
from tests.features.reference import PERSONS

MOMENTS = 1e-6
"""Tolerance of means, weights and slopes; counts and days are equal exactly."""
PRIOR = FeatureSettings(families=("prior_violence",))
BOTH = "the report does not name both persons"


def features(histories, landmark_event=None, settings=PRIOR, **cohort):
    """Return the features of prior violence at one landmark, by default the last."""
    chosen = select_landmarks(histories, CohortSettings(**cohort))
    ids = chosen.landmarks["landmark_event_id"].to_list()
    return build_features(histories, chosen, settings).X.iloc[ids.index(landmark_event) if landmark_event else -1]


DRAWN = st.builds(
    FeatureSettings,
    families=st.just(("prior_violence",)),
    windows_days=st.sampled_from(((7, 30, 90, 180, 365, 730), (30, 365), (1,))),
    linked_households=st.sampled_from((True, True, False)),
    persons=st.sampled_from((True, True, False)),
)


@examples(max_examples=30)
@given(random_cohorts(), DRAWN)
def test_every_feature_equals_the_slow_reference(drawn, settings):
    histories, cohort = drawn
    assert_features(histories, cohort, build_features(histories, cohort, settings).X, describe(settings))


def test_a_first_report_has_counts_of_zero_and_no_moments():
    x = features(build([report(0)]), settings=PRIOR.model_copy(update={"persons": False}))
    counts = [name for name in x.index if name.startswith(("prior_", "linked_", "report_quarters", "n_violence"))]
    assert (x[counts] == 0).all()
    assert x.drop(counts).isna().all()


@pytest.mark.parametrize("window", [30, 90, 180, 365, 730])
def test_a_window_holds_its_last_day_and_not_the_day_before(window):
    landmark = report(1000)
    for age, counted in ((window, 1), (window + 1, 0)):
        assert features(build([report(1000 - age), landmark]))[f"prior_reports_{window}d"] == counted


def test_prior_counts_tell_kinds_apart_and_advice_is_no_report():
    kinds = ("advice", "radar_link", "arrest", "barring_order")
    histories = build([event("advice", 10), event("radar_link", 20), event("arrest", 30), report(100), report(200)])
    x = features(histories, settings=PRIOR.model_copy(update={"kinds": kinds}))
    assert x["prior_reports_ever"] == 1
    assert [x[f"prior_{kind}_ever"] for kind in kinds] == [1, 1, 1, 0]
    assert [x[f"prior_{kind}_180d"] for kind in kinds] == [0, 1, 1, 0]


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


def test_reports_fade_with_the_half_life_of_the_settings():
    histories = build([report(100), report(280), report(460)])
    assert features(histories)["prior_reports_decayed"] == pytest.approx(0.25 + 0.5, rel=MOMENTS)
    shorter = PRIOR.model_copy(update={"half_life_days": 90.0})
    assert features(histories, settings=shorter)["prior_reports_decayed"] == pytest.approx(1 / 16 + 1 / 4, rel=MOMENTS)


@pytest.mark.parametrize(("days", "burstiness"), [((0, 20, 80), -1 / 3), ((0, 50, 100), -1), ((0, 20), np.nan)])
def test_burstiness_compares_the_spread_of_the_gaps_with_their_mean(days, burstiness):
    x = features(build([*map(report, days), report(300)]))
    assert x["report_burstiness"] == pytest.approx(burstiness, rel=MOMENTS, nan_ok=True)


def test_chronicity_counts_quarters_of_91_days_with_a_report():
    ages = (1000, 731, 730, 182, 181, 91, 90)
    x = features(build([report(1000 - age) for age in ages] + [report(1000)]), merge_window_days=0)
    assert (x["report_quarters_ever"], x["report_quarters_730d"]) == (5, 4)
    assert x["days_since_first_report"] - x["days_since_last_report"] == 910


def test_trap_16_an_unknown_severity_is_missing_and_not_zero():
    x = features(build([report(0), report(100, severity=3.0), report(200), report(300)]))
    assert (x["max_severity"], x["mean_severity"], x["last_severity"]) == (3, 3, 3)
    assert np.isnan(x["escalation_slope"])
    assert np.isnan(features(build([report(0), report(100)]))["max_severity"])


def test_trap_1_reports_of_one_incident_count_once():
    histories = build([report(0, code="a"), report(3, code="b"), report(14), report(100)])
    assert features(histories, merge_window_days=14)["prior_reports_ever"] == 1
    assert features(histories, merge_window_days=7)["prior_reports_ever"] == 2
    assert features(histories, merge_window_days=0)["prior_reports_ever"] == 3


def test_trap_1_further_reports_of_an_incident_and_what_is_no_report_change_nothing():
    events = [report(0, severity=2.0), report(300, severity=1.0), report(400, severity=3.0), report(600, severity=4.0)]
    further = [report(-3, 20, severity=1.5), report(405, severity=2.5), report(610, severity=0.5)]
    others = [event(kind, on, severity=5.0) for kind in ("advice", "arrest") for on in (-100, 200, 450, 690)]
    x, noisy = features(build([*events, report(700)])), features(build([*events, *further, *others, report(700)]))
    assert x["prior_reports_ever"] == 4
    assert noisy.equals(x)


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


class TestPersons:
    """The persons named at the landmark bring along what was reported of them, in any household and role."""

    EVENTS = (
        report(0, case_id="H2", person_id="p", exposed_person_id="q"),
        report(50, person_id="p", exposed_person_id="q"),
        report(70, person_id="q", exposed_person_id="p"),
        report(90, case_id="H2", person_id="r", exposed_person_id="p"),
        report(110, case_id="H3", person_id="r", exposed_person_id="q"),
        report(112, case_id="H3", person_id="r", exposed_person_id="q"),
    )

    def at(self, mark, **names):
        histories = build([*self.EVENTS, report(mark, event_id="mark", **names)])
        return features(histories, "mark")

    def test_reports_of_the_person_count_in_any_household(self):
        x = self.at(430, person_id="p")
        assert (x["reported_person_reports_365d"], x["reported_person_reports_ever"]) == (0, 2)
        assert (x["days_since_reported_person_reports"], x["reported_person_households"]) == (380, 2)
        assert self.at(415, person_id="p")["reported_person_reports_365d"] == 1
        assert self.at(430, person_id="r")["reported_person_households"] == 2

    def test_trap_17_roles_can_be_mutual_and_change(self):
        x = self.at(430, person_id="p", exposed_person_id="q")
        assert (x["dyad_reports_365d"], x["dyad_reports_ever"], x["days_since_dyad_reports"]) == (1, 3, 360)
        assert (x["reversed_reports_365d"], x["reversed_reports_ever"]) == (1, 1)
        assert (x["reported_person_exposed_365d"], x["reported_person_exposed_ever"]) == (2, 2)
        assert (x["exposed_person_reports_365d"], x["exposed_person_reports_ever"]) == (2, 4)
        turned = self.at(440, person_id="q", exposed_person_id="p")
        assert (turned["reversed_reports_365d"], turned["reversed_reports_ever"]) == (0, 2)
        assert (turned["reported_person_exposed_365d"], turned["reported_person_exposed_ever"]) == (2, 4)

    def test_every_report_counts_here_and_its_sentences_speak_of_reports(self):
        assert self.at(430, person_id="r")["reported_person_reports_ever"] == 3
        specs = [spec for spec in describe(PRIOR) if PERSONS[spec.measure.events.stream]]
        assert {spec.measure.events.once for spec in specs} == {False}
        assert all("earlier reports" in spec.sentence_en for spec in specs if spec.unit == "count")
        assert all("eerdere meldingen" in spec.sentence_nl for spec in specs if spec.unit == "count")

    @pytest.mark.parametrize("first", [{}, {"person_id": "r", "exposed_person_id": "q"}])
    def test_a_later_report_of_an_incident_can_be_the_first_to_name_a_person(self, first):
        further = report(205, person_id="p", exposed_person_id="q")
        mark = report(300, person_id="p", exposed_person_id="q", event_id="mark")
        x = features(build([report(200, **first), further, mark]), "mark")
        assert (x["prior_reports_ever"], x["reported_person_reports_ever"], x["dyad_reports_ever"]) == (1, 1, 1)
        assert (x["days_since_reported_person_reports"], x["days_since_dyad_reports"]) == (95, 95)
        assert x["exposed_person_reports_ever"] == 1 + bool(first)

    @pytest.mark.parametrize(("mark", "counted"), [(124, 1), (125, 2), (126, 2), (127, 3)])
    def test_reports_within_the_merge_window_of_the_index_incident_are_no_history(self, mark, counted):
        assert self.at(mark, person_id="r", exposed_person_id="q")["reported_person_reports_ever"] == counted

    def test_nor_is_one_elsewhere_in_opposite_roles_nor_the_household_there(self):
        x = self.at(15, person_id="q", exposed_person_id="p")
        assert (x["dyad_reports_ever"], x["reversed_reports_ever"], x["reported_person_exposed_ever"]) == (1, 1, 1)
        x = self.at(14, person_id="q", exposed_person_id="p")
        assert (x["dyad_reports_ever"], x["reversed_reports_ever"], x["reported_person_exposed_ever"]) == (0, 0, 0)
        x = self.at(100, person_id="r", exposed_person_id="p")
        assert (x["reported_person_reports_ever"], x["reported_person_households"]) == (0, 0)

    def test_a_person_without_history_has_counts_of_zero(self):
        x = self.at(430, person_id="s", exposed_person_id="q")
        assert (x["reported_person_reports_ever"], x["reported_person_households"], x["dyad_reports_ever"]) == (0, 0, 0)
        assert np.isnan(x["days_since_reported_person_reports"])
        assert x["exposed_person_reports_ever"] == 4

    def empty_by(self, missing):
        return [spec.name for spec in describe(PRIOR) if spec.missing.endswith(missing)]

    def test_a_report_that_names_nobody_leaves_them_empty_and_says_why(self):
        one, both = self.empty_by("the report names no such person"), self.empty_by(BOTH)
        assert (len(one), len(both)) == (8, 5)
        assert self.at(430)[one + both].isna().all()
        assert self.at(430)["prior_reports_ever"] == 2

    @pytest.mark.parametrize(
        ("named", "other"),
        [({"person_id": "p"}, "exposed_person_"), ({"exposed_person_id": "q"}, "reported_person_")],
    )
    def test_a_report_that_names_one_person_leaves_empty_what_is_about_both(self, named, other):
        x, names = self.at(430, **named), self.empty_by(BOTH)
        assert all("dyad_" in name or "reversed_" in name for name in names)
        assert x[names].isna().all()
        about = self.empty_by("the report names no such person")
        assert {name for name in about if np.isnan(x[name])} == {name for name in about if other in name}

    def test_they_can_be_left_out(self):
        without = describe(PRIOR.model_copy(update={"persons": False}))
        assert {spec.name for spec in describe(PRIOR)} - {spec.name for spec in without} == {
            *("reported_person_reports_365d", "reported_person_reports_ever", "days_since_reported_person_reports"),
            *("reported_person_households", "dyad_reports_365d", "dyad_reports_ever", "days_since_dyad_reports"),
            *("reversed_reports_365d", "reversed_reports_ever", "reported_person_exposed_365d"),
            *("reported_person_exposed_ever", "exposed_person_reports_365d", "exposed_person_reports_ever"),
        }
