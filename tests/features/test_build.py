"""X: one row per landmark, one described column per feature, and covariates that somebody vouches for."""

import math

import numpy as np
import pytest

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.errors import ConfigError, DataError
from hgrisk.features.build import MOST_LEVELS, build_features
from hgrisk.features.registry import families
from hgrisk.features.settings import FeatureSettings
from tests.builders import build, case, day, report


def table(covariates=None, cases=(), **settings):
    """Return the features of two households with these covariates."""
    histories = build([report(0, code="a"), report(9, case_id="H2")], cases)
    chosen = {"covariates": covariates or {}, **settings}
    return build_features(histories, select_landmarks(histories), FeatureSettings.parse(chosen, where="features"))


def vouched(values, **how):
    """Return the column of one covariate."""
    cases = [case(name, extra=value) for name, value in zip(("H1", "H2"), values, strict=True)]
    return table({"extra": how}, cases, families=["context"]).X["extra"]


def test_every_landmark_has_a_row_and_every_column_a_description():
    features = table()
    assert features.X.index.tolist() == [0, 1]
    assert features.X.columns.tolist() == [spec.name for spec in features.catalogue]
    assert len(set(features.X.columns)) == features.X.shape[1]
    assert not {"case_id", "landmark_id", "landmark_on", "person_id", "network_id"} & set(features.X.columns)


def test_numbers_are_floats_and_categories_objects():
    features = table()
    for spec in features.catalogue:
        assert features.X[spec.name].dtype == ("float32" if spec.kind == "number" else "object"), spec.name


def test_every_feature_is_described_in_two_languages_and_says_when_it_is_empty():
    features = table()
    assert set(features.X.columns[features.X.isna().any()]) <= {
        spec.name for spec in features.catalogue if spec.missing
    }
    for spec in features.catalogue:
        assert spec.sentence_en
        assert spec.sentence_nl
        assert spec.sentence_en != spec.sentence_nl
        assert not spec.sentence_en.endswith(".")
    frame = features.describe()
    assert frame["name"].tolist() == features.X.columns.tolist()
    assert frame.set_index("name").loc["index_code", "missing_share"] == 0.5
    texts = ["missing", "missing_nl"]
    assert frame[texts].to_numpy().tolist() == [[spec.missing, spec.missing_nl] for spec in features.catalogue]


def test_the_numbers_as_a_sparse_matrix_keep_missing_values_and_leave_zeros_out():
    features = table()
    numbers = features.X.select_dtypes("float32")
    sparse = features.to_sparse()
    assert np.array_equal(sparse.toarray(), numbers.to_numpy(), equal_nan=True)
    assert sparse.nnz == np.count_nonzero(numbers.to_numpy())
    assert sparse.dtype == np.float32


def test_features_can_be_picked_by_family():
    features = table(families=["context", "household"])
    assert features.X.columns[0] == "region"
    assert features.of_family("household")[0] == "household_members"
    assert features.of_family("household", "context") == features.X.columns.tolist()
    assert features.of_family("prior_violence") == []


class TestCovariates:
    def test_a_covariate_counts_with_the_family_it_is_given(self):
        how = {"priors": {"family": "prior_violence", "unit": "count", "sentence_en": "earlier charges"}}
        features = table(how, [case("H1", priors=3.0), case("H2", priors=None)])
        assert features.X["priors"].tolist()[0] == 3
        assert math.isnan(features.X["priors"].tolist()[1])
        spec = features.catalogue[-1]
        assert (spec.name, spec.family, spec.unit, spec.missing) == (
            "priors",
            "prior_violence",
            "count",
            "not recorded",
        )
        assert (spec.sentence_en, spec.sentence_nl) == ("earlier charges", "earlier charges")
        assert "priors" in features.of_family("prior_violence")

    def test_a_text_with_numbers_is_a_number_and_a_category_stays_text(self):
        assert vouched(["12", "7.5"]).tolist() == [12, 7.5]
        assert vouched([True, False]).tolist() == [1, 0]
        assert vouched(["x", None], kind="category").tolist() == ["x", None]
        assert vouched([3, 4], kind="category").tolist() == ["3", "4"]

    def test_a_text_that_is_no_number_is_refused(self):
        with pytest.raises(DataError) as caught:
            vouched(["12", "twelve"])
        assert str(caught.value) == (
            "The covariate 'extra' is a number, but found 'twelve': mend it or set kind = 'category'."
        )

    @pytest.mark.parametrize("levels", [MOST_LEVELS, MOST_LEVELS + 1])
    def test_a_category_with_a_text_of_its_own_for_every_household_is_refused(self, levels):
        names = [f"H{number:03}" for number in range(levels)]
        histories = build([report(0, case_id=name) for name in names], [case(name, note=name) for name in names])
        chosen = FeatureSettings.parse(
            {"covariates": {"note": {"kind": "category"}}, "families": ["context"]}, where="features"
        )
        cohort = select_landmarks(histories)
        if levels == MOST_LEVELS:
            assert build_features(histories, cohort, chosen).X["note"].tolist() == names
            return
        with pytest.raises(DataError) as caught:
            build_features(histories, cohort, chosen)
        assert str(caught.value).startswith("A category has at most 100 levels, but found 101 in 'note': ")

    def test_an_unknown_covariate_is_refused(self):
        with pytest.raises(DataError) as caught:
            table({"agee": {}}, [case("H1", age=3.0)])
        assert str(caught.value) == (
            "A covariate is an extra column of the cases table, but found agee among the covariates: use one of age."
        )
        with pytest.raises(DataError, match="map it under extra of the cases source"):
            table({"age": {}})

    @pytest.mark.parametrize(
        "name", ["observed_until", "end_reason", "case_id", "region", "network_id", "merged_until"]
    )
    def test_what_belongs_to_the_landmark_or_lies_after_it_is_no_covariate(self, name):
        with pytest.raises(DataError, match=f"but found {name} among the covariates"):
            table({name: {}}, [case("H1", age=3.0)])

    def test_a_covariate_may_not_take_the_name_of_a_feature(self):
        with pytest.raises(ConfigError) as caught:
            table({"weekend": {}}, [case("H1", weekend=1.0)])
        assert str(caught.value) == (
            "Every feature has a name of its own, but found 'weekend' twice: rename the covariate or kind."
        )

    def test_covariates_alone_will_do_but_something_there_must_be(self):
        assert table({"age": {}}, [case("H1", age=3.0), case("H2", age=4.0)], families=[]).X["age"].tolist() == [3, 4]
        with pytest.raises(ConfigError) as caught:
            table(families=[])
        assert str(caught.value) == "There is at least one feature, but found no family and no covariate: add one."


class TestRefusals:
    def test_an_unknown_family_is_refused(self):
        with pytest.raises(ConfigError) as caught:
            table(families=["prior_violance"])
        assert str(caught.value) == (
            f"A feature family is known, but found 'prior_violance': use one of {', '.join(families())}."
        )

    def test_the_index_report_has_no_meaning_at_calendar_dates(self):
        histories = build([report(0)])
        cohort = select_landmarks(histories, CohortSettings(landmarks="calendar", dates=(day(9),)))
        with pytest.raises(ConfigError) as caught:
            build_features(histories, cohort)
        usable = [name for name in families() if name != "index_report"]
        assert str(caught.value) == (
            "The family 'index_report' describes the report that set the landmark, but found landmarks at calendar "
            f"dates: set families to {usable}."
        )

    @pytest.mark.parametrize(
        ("key", "values", "text"),
        [
            ("windows_days", [30, 0], "A window is at least one day, but found 0: give positive days."),
            ("windows_days", [30, 30], "Every window is listed once, but found 30 twice: remove one."),
            ("kinds", ["arrest", "arrest"], "Every kind is listed once, but found arrest twice: remove one."),
            ("families", ["context", "context"], "Every family is listed once, but found context twice: remove one."),
        ],
    )
    def test_settings_that_make_no_sense_are_refused(self, key, values, text):
        with pytest.raises(ConfigError) as caught:
            FeatureSettings.parse({key: values}, where="features")
        assert str(caught.value) == text
