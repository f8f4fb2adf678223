"""What every model in the registry must do: probabilities, refusals, scikit-learn's ways, storage without rows."""

import itertools
import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy.special import expit
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks

from hgrisk.errors import DataError, FitError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.registry import MODELS, OF_CURVES, OF_OTHER_MODELS, OF_ROWS_OF_THEIR_OWN, TRUSTED_TYPES
from hgrisk.surv import Surv

HORIZONS = [183.0, 365.0, 548.0]
SETTINGS = {
    "boosted_classifier": {"min_leaf": 30, "n_rounds": 40},
    "checklist_count": {"items": {"prior_reports_ever": 2, "children_present": 1, "age_youngest_child": 12}},
    "explainable_boosting": {"n_rounds": 100, "outer_bags": 2, "learning_rate": 0.05},
    "boosted_hazard": {"horizon_days": 548, "interval_days": 60},
    "cox": {"penalty": 0.01},
    "discrete_time": {"penalty": 0.01, "horizon_days": 548},
    "fine_gray": {"penalty": 0.01},
    "flexible_parametric": {"penalty": 0.01},
    "mixture_cure": {"penalty": 0.01, "short_follow_up": "allow"},
    "parametric": {"penalty": 0.01},
    "piecewise_exponential": {"penalty": 0.01},
}


@pytest.fixture(params=sorted(MODELS), scope="module")
def kind(request):
    return request.param


@pytest.fixture
def unfitted(kind):
    return MODELS[kind](**SETTINGS.get(kind, {}))


@pytest.fixture(scope="module")
def model(kind, features, outcome):
    """The fitted model, which no test alters."""
    return MODELS[kind](**SETTINGS.get(kind, {})).fit(features, outcome)


def test_predictions_are_rising_probabilities_of_the_right_shape(model, features):
    incidence = model.predict_cumulative_incidence(features, HORIZONS)
    assert incidence.shape == (len(features), 3)
    assert incidence.dtype == np.float64
    assert np.all((incidence >= 0) & (incidence <= 1))
    assert np.all(np.diff(incidence, axis=1) >= 0)
    np.testing.assert_array_equal(model.predict_survival(features, HORIZONS), 1 - incidence)
    np.testing.assert_array_equal(model.predict_risk(features, 365), incidence[:, 1])
    np.testing.assert_array_equal(model.predict_cumulative_incidence(features, HORIZONS[::-1]), incidence[:, ::-1])
    assert model.predict_cumulative_incidence(features.iloc[:0], HORIZONS).shape == (0, 3)


def test_survival_starts_at_one(model, features):
    if model.supported_times_ is None:
        np.testing.assert_array_equal(model.predict_survival(features, [0.0]), 1.0)


def test_score_orders_risk(model, features):
    score, risk = model.predict(features), model.predict_risk(features, HORIZONS[-1])
    assert score.shape == (len(features),)
    if model.supported_times_ is not None:  # rows whose horizons had to be put in rising order aside
        kept = np.isclose(risk, expit(score))
        assert kept.mean() > 0.9
        score, risk = score[kept], risk[kept]
    assert np.all(np.diff(risk[np.argsort(score)]) >= -1e-12)


def test_mean_risk_is_near_the_observed_incidence(model, features, outcome):
    base = MODELS["base_rate"]().fit(features, outcome).predict_cumulative_incidence(features[:1], HORIZONS)[0]
    np.testing.assert_allclose(model.predict_cumulative_incidence(features, HORIZONS).mean(axis=0), base, atol=0.02)


def test_each_row_is_predicted_on_its_own(model, features):
    mixed = np.random.default_rng(1).permutation(len(features))
    part = features.iloc[mixed[:50]]
    whole = model.predict_cumulative_incidence(features, HORIZONS)
    np.testing.assert_allclose(model.predict_cumulative_incidence(part, HORIZONS), whole[mixed[:50]], rtol=1e-12)


def test_row_order_and_zero_weight_rows_do_not_matter(unfitted, model, features, outcome):
    mixed = np.random.default_rng(2).permutation(len(features))
    again = clone(unfitted).fit(features.iloc[mixed], outcome[mixed])
    expected = model.predict_cumulative_incidence(features, HORIZONS)
    np.testing.assert_allclose(again.predict_cumulative_incidence(features, HORIZONS), expected, atol=1e-7)
    weight = np.concatenate([np.ones(len(features)), np.zeros(100)])
    more = pd.concat([features, features.iloc[:100].assign(prior_reports_ever=50)])
    longer = np.concatenate([outcome, outcome[:100]])
    weighted = clone(unfitted).fit(more, longer, sample_weight=weight)
    np.testing.assert_allclose(weighted.predict_cumulative_incidence(features, HORIZONS), expected, atol=1e-12)


def test_equal_weights_of_any_size_are_no_weights(unfitted, model, features, outcome):
    weighted = clone(unfitted).fit(features, outcome, sample_weight=np.full(len(features), 7.0))
    expected = model.predict_cumulative_incidence(features, HORIZONS)
    np.testing.assert_allclose(weighted.predict_cumulative_incidence(features, HORIZONS), expected, atol=1e-6)


def test_fitting_leaves_its_input_alone_and_repeats_itself(unfitted, features, outcome):
    before, y = features.copy(), outcome.copy()
    first = unfitted.fit(features, outcome).predict_cumulative_incidence(features, HORIZONS)
    np.testing.assert_array_equal(
        unfitted.fit(features, outcome).predict_cumulative_incidence(features, HORIZONS), first
    )
    pd.testing.assert_frame_equal(features, before)
    np.testing.assert_array_equal(outcome, y)


def test_outcome_may_be_a_frame_and_times_a_single_number(unfitted, model, features, outcome):
    frame = pd.DataFrame({"event": outcome["event"], "duration_days": outcome["duration_days"]})
    again = clone(unfitted).fit(features, frame)
    risk = again.predict_cumulative_incidence(features, 365)
    assert risk.shape == (len(features), 1)
    np.testing.assert_array_equal(risk, model.predict_cumulative_incidence(features, [365]))


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_changed_columns_are_refused_in_one_sentence(model, features):
    for predict in (model.predict, lambda X: model.predict_risk(X, 365)):
        text = message(FitError, predict, features.drop(columns="region"))
        assert text == "Features have the columns of fit, but found missing 'region': select feature_names_in_."
        assert "extra 'note'" in message(FitError, predict, features.assign(note=1))
        moved = features[[*features.columns[1:], features.columns[0]]]
        assert "found 'days_since_last_report' moved" in message(FitError, predict, moved)
        assert "found an array after a DataFrame" in message(FitError, predict, np.zeros((2, 6)))


def test_times_outside_the_follow_up_are_refused(model, features, outcome):
    longest = outcome["duration_days"].max()
    text = message(FitError, model.predict_risk, features, longest + 1)
    assert f"{longest + 1:g}" in text
    for wrong in (-1.0, np.nan, np.inf):
        assert "Times are a list of days, each 0 or more" in message(FitError, model.predict_risk, features, wrong)


def test_wrong_training_input_is_refused(unfitted, features, outcome):
    assert "one row per landmark" in message(DataError, unfitted.fit, features, outcome[:-1])
    assert "one row per landmark" in message(DataError, unfitted.fit, features[:0], outcome[:0])
    assert "fields 'event' and 'duration_days'" in message(DataError, unfitted.fit, features, np.ones(len(features)))
    twice = features.rename(columns={"region": "source"})
    assert "text names, each once" in message(DataError, unfitted.fit, twice, outcome)
    for weight, rule in (
        ([1.0], "one number per row"),
        (-np.ones(len(features)), "finite and 0 or more, but found -1.0"),
        (np.zeros(len(features)), "Some case weight is above 0"),
    ):
        assert rule in message(DataError, unfitted.fit, features, outcome, sample_weight=weight)


def test_the_score_is_a_concordance_of_the_ranks(model, features, outcome):
    days, event, score = outcome["duration_days"], outcome["event"], model.predict(features)
    weight = np.random.default_rng(0).uniform(0.5, 2, len(outcome))
    some = slice(0, 150)
    won = compared = 0.0
    for i, j in itertools.permutations(range(150), 2):
        longer = days[j] > days[i] or (days[j] == days[i] and event[j] != 1)
        if event[i] == 1 and (longer or (event[j] >= 2 and days[j] < days[i])):
            pair = weight[i] * weight[j]
            compared += pair
            won += pair * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    found = model.score(features[some], outcome[some], sample_weight=weight[some])
    assert found == pytest.approx(won / compared, abs=1e-12)
    none = outcome[:3].copy()
    none["event"] = 0
    assert "rows that can be compared" in message(DataError, model.score, features[:3], none)


def test_the_score_compares_with_rows_that_are_under_observation(model, features, outcome):
    some, rng = slice(0, 150), np.random.default_rng(1)
    days, event, score = outcome["duration_days"][some], outcome["event"][some], model.predict(features[some])
    entry, weight = np.floor(days * rng.choice([0, 0.5, 0.9], 150)), rng.uniform(0.5, 2, 150)
    won = compared = 0.0
    for i, j in itertools.permutations(range(150), 2):
        later = days[j] > days[i] or event[j] >= 2 or (days[j] == days[i] and event[j] == 0)
        if event[i] == 1 and later and entry[j] < days[i]:
            compared += weight[i] * weight[j]
            won += weight[i] * weight[j] * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    late = Surv.from_arrays(event, days, entry)
    assert model.score(features[some], late, sample_weight=weight) == pytest.approx(won / compared, abs=1e-12)
    none, shares = Surv.from_arrays([1] + [0] * 9, [100] + [300] * 9, [0] + [100] * 9), rng.uniform(0.1, 0.3, 10)
    assert "rows that can be compared" in message(DataError, model.score, features[:10], none, sample_weight=shares)


def test_cross_validation_and_searches_take_the_model_as_it_is(unfitted, features, outcome):
    found = cross_validate(unfitted, features[:400], outcome[:400], cv=KFold(2), error_score="raise")
    assert np.all(found["test_score"] > 0.4)
    if "penalty" in unfitted.get_params():
        grid = {"penalty": [0.1, 1.0]}
        search = GridSearchCV(unfitted, grid, cv=KFold(2), error_score="raise").fit(features[:400], outcome[:400])
        assert search.best_params_["penalty"] in grid["penalty"]


def test_an_unfitted_model_says_so(unfitted, features):
    with pytest.raises(NotFittedError):
        unfitted.predict(features)


def test_summary_lists_each_coefficient_with_its_interval(model):
    if not hasattr(model, "coef_") or "se" not in model.summary_:
        pytest.skip("no coefficients, or none with errors")
    summary = model.summary_
    ratio = "odds_ratio" if "odds_ratio" in summary else "hazard_ratio"
    assert list(summary)[-6:] == ["feature", "coef", "se", ratio, "lower", "upper"]
    np.testing.assert_array_equal(summary["coef"], np.ravel(model.coef_))
    np.testing.assert_allclose(np.log(summary["upper"]) - summary["coef"], 1.959964 * summary["se"], rtol=1e-6)
    np.testing.assert_allclose(summary["coef"] - np.log(summary["lower"]), 1.959964 * summary["se"], rtol=1e-6)
    assert (summary["se"] > 0).all()


def contents(value, path="model"):
    """All values inside a fitted object, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from contents(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from contents(inner, f"{path}[]")
    elif hasattr(value, "__dict__"):
        yield from contents(vars(value), path)
    else:
        yield path, value


def test_a_fitted_model_holds_no_rows_and_no_identifiers(model, features):
    plain = (np.ndarray, float, int, str, bool, type(None))
    for path, value in contents(vars(model)):
        assert isinstance(value, plain), path
        assert len(features) not in np.shape(value), path
    stored = pickle.dumps(model)
    assert not any(str(name).encode() in stored for name in features.index)


def test_skops_loads_the_model_with_our_types_alone(model, features):
    stored = skops.io.dumps(model)
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(TRUSTED_TYPES)
    loaded = skops.io.loads(stored, trusted=list(TRUSTED_TYPES))
    for predict in ("predict_cumulative_incidence", "predict_survival"):
        expected = getattr(model, predict)(features, HORIZONS)
        np.testing.assert_array_equal(getattr(loaded, predict)(features, HORIZONS), expected)
    np.testing.assert_array_equal(loaded.predict(features), model.predict(features))
    assert loaded.supported_times_ == model.supported_times_
    if hasattr(model, "coef_"):
        pd.testing.assert_frame_equal(loaded.summary_, model.summary_)


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_set_params,
        estimator_checks.check_valid_tag_types,
        estimator_checks.check_estimator_tags_renamed,
    ],
)
def test_scikit_learn_checks_that_need_no_outcome(unfitted, check):
    check(type(unfitted).__name__, unfitted)


def test_a_clone_has_the_settings_and_nothing_learned(model):
    copied = clone(model)
    assert copied.get_params() == model.get_params()
    assert not any(name.endswith("_") and not name.startswith("_") for name in vars(copied))


def test_models_end_a_pipeline(features, outcome):
    pipeline = Pipeline([("prepare", FeaturePreparer()), ("cox", CoxRegression(penalty=0.01, prepare=False))])
    inside = CoxRegression(penalty=0.01).fit(features, outcome)
    np.testing.assert_allclose(pipeline.fit(features, outcome).predict(features), inside.predict(features), rtol=1e-12)


def test_arrays_do_where_no_names_are_needed():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 3))
    y = Surv.from_arrays(rng.integers(0, 2, 200), rng.integers(1, 400, 200))
    for name in ("base_rate", "cox", "logistic"):
        model = MODELS[name]() if name != "logistic" else MODELS[name](horizons_days=(183,))
        model.fit(X, y)
        assert model.n_features_in_ == 3
        assert not hasattr(model, "feature_names_in_")
        assert model.predict_risk(X, 183).shape == (200,)
        assert "Features have the 3 columns of fit, but found 2" in message(FitError, model.predict, X[:, :2])
        assert "found a DataFrame after an array" in message(
            FitError, model.predict, pd.DataFrame(X, columns=list("abc"))
        )
    assert "a DataFrame or a numeric array" in message(DataError, MODELS["cox"]().fit, X[:, 0], y)


def test_a_refit_forgets_the_names_of_the_fit_before(outcome):
    frame = pd.DataFrame({"a": np.arange(len(outcome))})
    model = MODELS["base_rate"]().fit(frame, outcome).fit(frame.to_numpy(), outcome)
    assert not hasattr(model, "feature_names_in_")
    assert model.predict(frame.to_numpy()).shape == (len(outcome),)


@pytest.mark.parametrize("whole", [*MODELS.values(), *OF_ROWS_OF_THEIR_OWN, *OF_CURVES])
def test_a_result_before_the_fit_is_refused_as_such(whole):
    unfitted = whole()
    learned = [name for name in dir(whole) if name.endswith("_") and not name.startswith("_")]
    tables = [name for name in learned if isinstance(getattr(whole, name), property)]
    for name in tables:
        with pytest.raises(NotFittedError):
            getattr(unfitted, name)
    assert whole.__name__ in unfitted._repr_html_()


def test_the_registry_is_complete_and_closed():
    assert set(MODELS) == {
        "aalen_johansen",
        "base_rate",
        "boosted_classifier",
        "boosted_hazard",
        "checklist_count",
        "cox",
        "discrete_time",
        "elastic_net",
        "explainable_boosting",
        "fine_gray",
        "flexible_parametric",
        "logistic",
        "mixture_cure",
        "parametric",
        "piecewise_exponential",
        "points_card",
        "prior_count",
        "prior_count_recency",
        "report_count",
    }
    assert all(issubclass(kind, SurvivalModel) for kind in MODELS.values())
    others = (*OF_ROWS_OF_THEIR_OWN, *OF_OTHER_MODELS, *OF_CURVES)
    assert len(TRUSTED_TYPES) == len(MODELS) + len(others) + 1
    with pytest.raises(TypeError):
        MODELS["another"] = CoxRegression
