"""The family violence_kinds: which kinds, how they were rated, and how severity ran, counted by hand."""

import numpy as np
import pytest

from tests.builders import event, family_row, report


def kinds(*events, **cohort):
    return family_row([*events, report(1000)], "violence_kinds", **cohort)


def rating(day, code):
    return event("safety_assessment", day, code=code)


class TestKinds:
    """What was reported, under its main code and its further kinds."""

    @pytest.mark.parametrize(
        "code",
        [
            *(
                "partner_violence",
                "child_abuse",
                "violence_against_parents",
                "elder_abuse",
                "physical",
                "psychological",
            ),
            *("sexual", "neglect", "witness", "stalking", "complex_separation"),
        ],
    )
    def test_each_kind_counts_by_the_reports_that_start_an_incident(self, code):
        incident = [report(650, code="other"), report(655, code=code)]
        x = kinds(*incident, report(300, code=code), report(700, code=code), event("advice", 900, code=code))
        assert x[f"reports_of_{code}_ever"] == 2
        assert x.get(f"reports_of_{code}_365d", 1) == 1

    @pytest.mark.parametrize("code", ["honour_related", "forced_marriage"])
    def test_kinds_that_would_stand_for_origin_are_no_features(self, code):
        x = kinds(report(700, code=code), report(900, code="other", further_kinds=code))
        assert not [name for name in x.index if code in name]
        assert (x[[name for name in x.index if name.startswith("reports_of_")]] == 0).all()

    def test_the_main_kinds_count_recently_too(self):
        x = kinds(
            report(100, code="partner_violence"),
            report(635, code="child_abuse"),
            report(700, code="child_abuse"),
            report(800, code="elder_abuse"),
        )
        found = {name: x[name] for name in x.index if name.startswith("reports_of_") and x[name] > 0}
        assert found == {
            "reports_of_partner_violence_ever": 1,
            "reports_of_child_abuse_365d": 2,
            "reports_of_child_abuse_ever": 2,
            "reports_of_elder_abuse_365d": 1,
            "reports_of_elder_abuse_ever": 1,
        }

    def test_a_report_counts_under_each_of_its_further_kinds(self):
        old, advice = report(500, code="sexual"), event("advice", 990, code="stalking")
        new = report(900, code="child_abuse", further_kinds="neglect;witness"), report(950, code="neglect")
        x = kinds(old, *new, advice)
        found = [x[f"reports_of_{code}_ever"] for code in ("child_abuse", "neglect", "witness", "physical")]
        assert found == [1, 2, 1, 0]
        assert x["n_violence_kinds_365d"] == 3

    def test_trap_1_an_incident_counts_under_its_first_report_and_all_its_kinds_are_told_apart(self):
        x = kinds(report(900, code="partner_violence"), report(905, code="child_abuse"))
        assert (x["reports_of_partner_violence_365d"], x["reports_of_child_abuse_365d"]) == (1, 0)
        assert x["n_violence_kinds_365d"] == 2

    def test_changes_of_kind_skip_what_has_none(self):
        codes = {100: "child_abuse", 200: "partner_violence", 700: "child_abuse", 750: None, 800: "child_abuse"}
        advice, same_incident = event("advice", 650, code="other"), report(910, code="elder_abuse")
        reports = [report(on, code=code) for on, code in codes.items()]
        x = kinds(*reports, advice, report(900, code="partner_violence"), same_incident)
        assert (x["kind_changes_ever"], x["kind_changes_365d"]) == (3, 1)
        assert x["last_violence_kind"] == "partner_violence"

    def test_advice_is_no_report(self):
        x = kinds(event("advice", 900, code="child_abuse"))
        assert x["reports_of_child_abuse_ever"] == 0
        assert x[["last_violence_kind"]].isna().all()


class TestRatings:
    """Acute and structural danger, each counted also where both were found."""

    def test_both_dangers_count_under_each(self):
        x = kinds(rating(500, "structural"), rating(900, "acute"), rating(950, "acute_and_structural"))
        assert (x["acute_ratings_365d"], x["acute_ratings_ever"]) == (2, 2)
        assert (x["structural_ratings_365d"], x["structural_ratings_ever"]) == (1, 2)
        assert (x["acute_and_structural_ratings_ever"], x["days_since_acute_rating"]) == (1, 50)

    def test_the_last_rating_is_named_and_nothing_counts_as_safe(self):
        x = kinds(rating(800, "acute"), rating(900, "safe_enough"))
        assert x["last_safety_rating"] == "safe_enough"
        assert (x["acute_ratings_ever"], x["structural_ratings_ever"], x["days_since_acute_rating"]) == (1, 0, 200)
        assert not [name for name in x.index if "safe_enough" in name]

    def test_without_an_assessment_there_is_no_rating(self):
        assert kinds()[["last_safety_rating", "days_since_acute_rating"]].isna().all()


class TestSeverity:
    """How severity ran, beyond the highest, mean and last that prior_violence has."""

    def test_the_recent_reports_and_all_of_them(self):
        x = kinds(
            report(100, severity=5.0), report(300, severity=1.0), report(635, severity=2.0), report(700, severity=3.0)
        )
        assert (x["max_severity_365d"], x["mean_severity_365d"], x["min_severity"]) == (3, 2.5, 1)
        assert x["severity_change"] == -2
        # times 0, 335 and 400 days about their mean 245; scores 1, 2, 3 about 2
        slope = (-245 * -1 + 155 * 1) / (245**2 + 90**2 + 155**2) * 365.25
        assert x["escalation_slope_730d"] == pytest.approx(slope, rel=1e-6)

    def test_trap_16_an_unknown_severity_is_missing_and_not_zero(self):
        x = kinds(report(100), report(700, severity=3.0), report(900))
        assert (x["max_severity_365d"], x["min_severity"]) == (3, 3)
        assert np.isnan(x["severity_change"])
        assert np.isnan(x["escalation_slope_730d"])

    def test_an_old_report_leaves_the_recent_ones_empty(self):
        x = kinds(report(100, severity=4.0))
        assert x[["max_severity_365d", "mean_severity_365d"]].isna().all()
        assert x["min_severity"] == 4
