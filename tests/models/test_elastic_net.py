"""ElasticNetLogistic: the optimum itself, glmnet's numbers, the ridge it ends in, terms, refusals."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.elastic_net import ElasticNetLogistic
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.surv import Surv

GLMNET = 1e-9
KKT = 1e-8
RIDGE = 1e-6
"""ReReportLogistic's own search ends at a tolerance of 1e-9 in its loss."""

# l1_ratio, penalty: intercept and coefficients, glmnet 4.1-6 in R 4.2.2, thresh = 1e-20, weights as below and
# lambda = penalty * sum(w y) / sum(w)
BY_GLMNET = {
    (0.5, 0.02): [0.052883932996, 0.236444850876, -0.315781968958, 0.021764761125, -0.053808860492],
    (0.5, 0.2): [-0.259597348967, 0.125652604691, -0.199972547433, 0.0, 0.0],
    (1.0, 0.02): [0.040978134954, 0.230793693956, -0.314440897065, 0.0, -0.047897983331],
    (1.0, 0.2): [-0.176441882070, 0.064096218631, -0.169904637365, 0.0, 0.0],
    (0.2, 0.02): [0.057045275994, 0.239761079316, -0.316477825631, 0.049497264794, -0.057381541508],
    (0.2, 0.2): [-0.179861833211, 0.156765646486, -0.215063619851, 0.0, -0.024648856172],
}


def by_formula():
    """Rows that another program can make too."""
    i = np.arange(120)
    X = pd.DataFrame({"a": i % 7, "b": (i * i) % 11, "c": (i % 5 == 0) * 1.0, "d": ((i * 37) % 101) / 10})
    yes = (i * 53) % 97 < 15 + 8 * X["a"] - 3 * X["b"] + 20 * X["c"]
    return X, Surv.from_arrays(yes.astype(int), np.where(yes, 100, 400)), 1 + (i % 4) / 4


@pytest.mark.parametrize("setting", BY_GLMNET, ids=str)
def test_coefficients_are_those_of_glmnet(setting):
    X, y, weight = by_formula()
    l1_ratio, penalty = setting
    model = ElasticNetLogistic((365,), penalty, l1_ratio).fit(X, y, sample_weight=weight)
    found = [model.intercept_[0], *model.coef_[0]]
    np.testing.assert_allclose(found, BY_GLMNET[setting], atol=GLMNET)
    np.testing.assert_array_equal(model.coef_[0] == 0, np.array(BY_GLMNET[setting][1:]) == 0)


def slopes_left(model, X, y, penalty, l1_ratio):
    """What the conditions of an optimum leave, per weighted re-report, worked out from the loss as it is written."""
    horizon = model.supported_times_[0]
    known = (y["duration_days"] >= horizon) | (y["event"] != 0)
    label = (y["event"] == 1) & (y["duration_days"] <= horizon)
    columns = model.preparer_.transform(X).to_numpy()[known]
    w = model_weights(y, horizon)[known]
    spread = np.sqrt(w @ (columns - w @ columns / w.sum()) ** 2 / w.sum())
    logit = columns @ model.coef_[0] + model.intercept_[0]
    residual = w * (label[known] - 1 / (1 + np.exp(-logit)))
    n_events = w @ label[known]
    slope = residual @ ((columns - w @ columns / w.sum()) / spread) / n_events
    coef = model.coef_[0] * spread
    slope = slope - penalty * (1 - l1_ratio) * coef
    lasso = penalty * l1_ratio
    left = np.where(coef == 0, np.maximum(np.abs(slope) - lasso, 0), slope - lasso * np.sign(coef))
    return np.abs([residual.sum() / n_events, *left])


def model_weights(y, horizon):
    """Inverse of Kaplan-Meier's probability to be uncensored, one step at a time; no two rows end on one day here."""
    left, weight = 1.0, np.empty(len(y))
    order = np.argsort(y["duration_days"])
    at_end = None
    for place, row in enumerate(order):
        if y["duration_days"][row] >= horizon and at_end is None:
            at_end = left
        weight[row] = 1 / (left if at_end is None else at_end)
        if y["event"][row] == 0:
            left *= 1 - 1 / (len(y) - place)
    return weight


def made_up(n=300, p=8, seed=3):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, p)) @ rng.normal(size=(p, p)), columns=[f"x{i}" for i in range(p)])
    speed = np.exp(0.3 * X["x0"] - 0.2 * X["x1"])
    rank = np.argsort(np.argsort(rng.exponential(size=n) / speed))
    return X, Surv.from_arrays(rng.choice([0, 1, 2], n, p=[0.3, 0.5, 0.2]), 2.0 * rank + 1)


@pytest.mark.parametrize("l1_ratio", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("penalty", [1e-4, 0.01, 0.1])
def test_the_conditions_of_an_optimum_hold(penalty, l1_ratio):
    X, y = made_up()
    model = ElasticNetLogistic((365,), penalty, l1_ratio).fit(X, y)
    assert slopes_left(model, X, y, penalty, l1_ratio).max() < KKT


def test_without_lasso_it_is_the_ridge_regression(features, outcome):
    ridge = ReReportLogistic(penalty=0.02).fit(features, outcome)
    model = ElasticNetLogistic(penalty=0.02, l1_ratio=0).fit(features, outcome)
    np.testing.assert_allclose(model.coef_, ridge.coef_, atol=RIDGE)
    np.testing.assert_allclose(model.intercept_, ridge.intercept_, atol=RIDGE)
    np.testing.assert_array_equal(model.n_events_, ridge.n_events_)
    np.testing.assert_array_equal(model.center_, ridge.center_)


def test_a_large_penalty_leaves_the_base_rate_and_more_lasso_fewer_columns(features, outcome):
    none = ElasticNetLogistic(penalty=50, l1_ratio=1).fit(features, outcome)
    assert not none.coef_.any()
    risk = none.predict_cumulative_incidence(features, none.supported_times_)
    assert np.ptp(risk, axis=0).max() == 0
    left = [
        np.count_nonzero(ElasticNetLogistic(penalty=0.05, l1_ratio=ratio).fit(features, outcome).coef_)
        for ratio in (0, 0.3, 1)
    ]
    assert left[0] > left[1] > left[2] > 0


def test_columns_that_make_up_for_each_other_are_fitted_all_the_same():
    X, y = made_up()
    X = X.assign(total=X["x0"] + X["x1"])
    model = ElasticNetLogistic((365,), penalty=0.001, l1_ratio=1).fit(X, y)
    assert slopes_left(model, X, y, 0.001, 1).max() < KKT


def test_terms_add_up_to_the_logit_of_the_horizon_around_the_training_mean(features, outcome):
    weight = np.random.default_rng(0).uniform(0.5, 2, len(features))
    model = ElasticNetLogistic(penalty=0.003).fit(features, outcome, sample_weight=weight)
    for place, day in enumerate(model.supported_times_):
        terms = model.score_terms(features, day)
        assert terms.largest_gap() < 1e-12
        np.testing.assert_array_equal(terms.score, model._logits(features)[:, place])
        assert terms.base == pytest.approx(np.average(terms.score, weights=weight), abs=1e-12)
        np.testing.assert_allclose(weight @ terms.values, 0, atol=1e-9)
        assert terms.scale == "logit"
    assert terms.names == tuple(features.columns)
    other = features.assign(region="south")
    moved = model.score_terms(other, 548).values != terms.values
    assert moved[:, terms.names.index("region")].any()
    assert not np.delete(moved, terms.names.index("region"), axis=1).any()


def test_terms_of_another_day_or_other_columns_are_refused(features, outcome):
    model = ElasticNetLogistic().fit(features, outcome)
    with pytest.raises(FitError, match="predicts 183, 365, 548 days only, but found 200"):
        model.score_terms(features, 200)
    with pytest.raises(FitError, match="missing 'region'"):
        model.score_terms(features.drop(columns="region"), 365)


def test_the_same_rows_give_the_same_digits(features, outcome):
    one, two = (ElasticNetLogistic().fit(features, outcome) for _ in range(2))
    assert one.coef_.tobytes() == two.coef_.tobytes()
    assert one.intercept_.tobytes() == two.intercept_.tobytes()


def test_a_summary_has_each_coefficient_and_no_errors(features, outcome):
    model = ElasticNetLogistic().fit(features, outcome)
    assert list(model.summary_) == ["horizon_days", "feature", "coef", "odds_ratio"]
    np.testing.assert_array_equal(model.summary_["coef"], model.coef_.ravel())
    assert model.summary_["feature"].tolist()[: model.coef_.shape[1]] == list(model.preparer_.feature_names_out_)


def test_settings_and_empty_designs_are_refused(features, outcome):
    with pytest.raises(ConfigError, match="An elastic-net penalty is finite and above 0, but found 0"):
        ElasticNetLogistic(penalty=0).fit(features, outcome)
    with pytest.raises(ConfigError, match=r"l1_ratio is a number from 0 to 1, but found 1\.5"):
        ElasticNetLogistic(l1_ratio=1.5).fit(features, outcome)
    with pytest.raises(DataError, match="at least one column that varies"):
        ElasticNetLogistic().fit(features[["region"]].assign(region="north"), outcome)
