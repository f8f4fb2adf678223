"""LandmarkSupermodel: Cox regressions as special cases, known truth, dynamic prediction, refusals."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone

from hgrisk.errors import ConfigError, DataError, FitError, ResultError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.landmark_supermodel import LandmarkSupermodel
from hgrisk.models.registry import TRUSTED_TYPES
from hgrisk.surv import Surv

SAME = 1e-7
NOISE = 0.02
LANDMARKS = (0.0, 100.0, 200.0)


def stack(n=1500, seed=1, window=100.0):
    """Cases with a count that grows; hazard .002 exp(.5 count + (.8 - .006 s) fixed) over the window after s."""
    rng = np.random.default_rng(seed)
    alive, rows = np.ones(n, dtype=bool), []
    fixed, count = rng.normal(size=n) * 0.7, rng.poisson(0.5, n).astype(float)
    for day in LANDMARKS:
        rate = 0.002 * np.exp(0.5 * count + (0.8 - 0.006 * day) * fixed)
        end, other = rng.exponential(1 / rate), rng.exponential(1500, n)
        time = np.minimum(np.minimum(end, other), window)
        event = np.where(time == window, 0, np.where(time == end, 1, 2))
        here = pd.DataFrame({"landmark_day": day, "fixed": fixed, "count": count, "case": np.arange(n)})
        rows.append(here.assign(time=time, event=event, rate=rate)[alive])
        alive &= event == 0
        count += rng.random(n) < 0.3
    table = pd.concat(rows, ignore_index=True)
    y = Surv.from_arrays(table["event"], table["time"])
    return table[["landmark_day", "fixed", "count"]], y, table


def build(**settings):
    return LandmarkSupermodel(**{"landmark_days": LANDMARKS, "window_days": 100.0, "prepare": False, **settings})


def test_one_landmark_is_a_cox_regression():
    X, y, table = stack()
    first = X["landmark_day"] == 0
    X, y, cluster = X[first], y[first], table["case"][first] // 2
    cox = CoxRegression(prepare=False).fit(X.drop(columns="landmark_day"), y, cluster=cluster)
    model = build(landmark_days=(0,)).fit(X, y, cluster=cluster)
    pd.testing.assert_frame_equal(model.summary_, cox.summary_, rtol=1e-9)
    expected = cox.predict_cumulative_incidence(X.drop(columns="landmark_day"), [30, 80])
    np.testing.assert_allclose(model.predict_cumulative_incidence(X, [30, 80]), expected, rtol=1e-9)


def test_effects_of_full_degree_are_those_of_a_regression_at_each_landmark():
    X, y, table = stack()
    model = build(time_effects="all", degree=2).fit(X, y, cluster=table["case"])
    for day in LANDMARKS:
        here = (X["landmark_day"] == day).to_numpy()
        columns = X[here].drop(columns="landmark_day")
        alone = CoxRegression(prepare=False).fit(columns, y[here], cluster=table["case"][here])
        effects = model.effects_at(day)
        np.testing.assert_allclose(effects["coef"], alone.coef_, atol=SAME)
        np.testing.assert_allclose(effects["se"], alone.summary_["se"], rtol=1e-5)
        expected = alone.predict_cumulative_incidence(columns, [50, 100])
        np.testing.assert_allclose(model.predict_cumulative_incidence(X[here], [50, 100]), expected, atol=SAME)


def fading(n=4000, seed=1, days=(0.0, 50.0, 100.0), window=150.0):
    """Cases with a hazard of .003 exp((.9 - .006 day) a): what a tells fades as the case goes on."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    ahead = (0.9 - 0.006 * np.arange(260)) * a[:, None]
    reached = np.cumsum(0.003 * np.exp(ahead), axis=1)
    time = 1.0 + (reached < rng.exponential(size=n)[:, None]).sum(axis=1)
    event = time <= 260
    parts = [pd.DataFrame({"landmark_day": day, "a": a, "case": np.arange(n)})[time > day] for day in days]
    table = pd.concat(parts, ignore_index=True)
    end = time[table["case"]] - table["landmark_day"]
    truth = {
        day: 1 - np.exp(-reached[:, int(day + window) - 1] + (reached[:, int(day) - 1] if day else 0)) for day in days
    }
    truth[25.0] = 1 - np.exp(-reached[:, 174] + reached[:, 24])
    return table, Surv.from_arrays(event[table["case"]], end), truth, a


def test_changing_effects_and_risks_are_recovered():
    X, y, table = stack(n=6000)
    model = build(time_effects=("fixed",), degree=1).fit(X, y, cluster=table["case"])
    found = model.summary_.set_index("feature")["coef"]
    assert found["count"] == pytest.approx(0.5, abs=0.08)
    assert found["fixed"] == pytest.approx(0.8, abs=0.1)
    assert found["fixed x landmark^1"] == pytest.approx(-1.2, abs=0.25)
    both = table["rate"].to_numpy() + 1 / 1500
    truth = table["rate"].to_numpy() / both * (1 - np.exp(-both * 100))
    error = np.abs(model.predict_risk(X, 100) - truth)
    assert error.mean() < NOISE
    plain = build().fit(X, y)
    assert np.abs(plain.predict_risk(X, 100) - truth).mean() > 1.3 * error.mean()


def test_a_smooth_baseline_predicts_between_landmarks():
    table, y, truth, a = fading()
    settings = {"landmark_days": (0, 50, 100), "window_days": 150.0, "baseline": "smooth", "degree": 1}
    X = table[["landmark_day", "a"]]
    model = build(**settings, time_effects="all").fit(X, y, cluster=table["case"])
    plain = build(**settings).fit(X, y)
    for day, expected in truth.items():
        row = pd.DataFrame({"landmark_day": day, "a": a})
        error = np.abs(model.predict_risk(row, 150) - expected).mean()
        assert error < NOISE
    assert np.abs(plain.predict_risk(row, 150, landmark=0) - truth[0.0]).mean() > 2 * NOISE
    effects = [model.effects_at(day)["coef"][0] for day in (0, 25, 50)]
    assert effects[0] > effects[1] > effects[2]
    assert effects[1] == pytest.approx((effects[0] + effects[2]) / 2)
    with pytest.raises(FitError, match=r"predicts at landmarks from 0 to 100, but found 101"):
        model.predict_risk(row, 60, landmark=101)


def test_overlapping_windows_count_a_case_once_in_robust_errors():
    rng = np.random.default_rng(5)
    n = 800
    a, time = rng.normal(size=n), rng.exponential(400, n)
    parts = [(day, time > day) for day in (0.0, 1.0, 2.0)]  # windows nearly the same
    X = pd.concat([pd.DataFrame({"landmark_day": day, "a": a})[reached] for day, reached in parts])
    end = np.concatenate([time[reached] - day for day, reached in parts])
    y = Surv.from_arrays(np.ones(len(end)), end)
    case = np.concatenate([np.flatnonzero(reached) for _, reached in parts])
    model = build(landmark_days=(0, 1, 2), window_days=5000).fit(X, y, cluster=case)
    naive = np.sqrt(np.diag(model.model_covariance_))
    assert model.summary_["se"][0] == pytest.approx(naive[0] * np.sqrt(3), rel=0.1)


def test_the_window_ends_follow_up_and_predictions():
    X, y, _ = stack()
    short = build(window_days=40.0).fit(X, y)
    cut = Surv.from_arrays(np.where(y["duration_days"] > 40, 0, y["event"]), np.minimum(y["duration_days"], 40))
    same = build().fit(X, cut)
    np.testing.assert_array_equal(short.predict_risk(X, 40), same.predict_risk(X, 40))
    np.testing.assert_array_equal(short.competing_hazard_, same.competing_hazard_)
    with pytest.raises(FitError, match="Predictions end"):
        short.predict_risk(X, 41)


def test_the_landmark_may_be_an_argument_and_rows_may_come_in_any_order():
    X, y, table = stack()
    model = build(time_effects=("count",)).fit(X, y, cluster=table["case"])
    mixed = np.random.default_rng(1).permutation(len(X))
    columns = X[["fixed", "count"]].iloc[mixed]
    other = build(time_effects=("count",)).fit(
        columns, y[mixed], landmark_day=X["landmark_day"].iloc[mixed], cluster=table["case"].iloc[mixed]
    )
    np.testing.assert_allclose(other.covariance_, model.covariance_, rtol=1e-6)
    risk = other.predict_risk(columns, 70, landmark=X["landmark_day"].iloc[mixed])
    np.testing.assert_allclose(risk, model.predict_risk(X, 70)[mixed], atol=SAME)
    survival = other.predict_survival(columns, [30, 70], landmark=X["landmark_day"].iloc[mixed])
    np.testing.assert_array_equal(survival[:, 1], 1 - risk)
    np.testing.assert_allclose(model.predict_survival(X, [70])[mixed], survival[:, 1:], atol=SAME)
    order = np.argsort(model.predict(X))
    assert np.all(np.diff(model.predict_risk(X, 100)[order]) >= -1e-12)
    with pytest.raises(DataError, match="Each row has a landmark"):
        other.predict_risk(columns, 70)


def test_raw_features_are_prepared_and_their_effects_may_change():
    X, y, table = stack()
    X = X.assign(place=np.where(X["fixed"] > 0, "town", "land"), count=X["count"].where(X["count"] > 0))
    model = build(prepare=True, penalty=0.01, time_effects=("count", "place"), degree=1).fit(
        X, y, cluster=table["case"]
    )
    assert "count__missing x landmark^1" in model.design_names_
    assert any(name.startswith("place=") and name.endswith("landmark^1") for name in model.design_names_)
    assert "landmark_day" not in model.design_names_
    stored = skops.io.dumps(model)
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(TRUSTED_TYPES)
    loaded = skops.io.loads(stored, trusted=list(TRUSTED_TYPES))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert clone(model).get_params() == model.get_params()
    assert all(len(X) not in np.shape(value) for value in vars(model).values())


def test_errors_without_clusters_are_not_shown():
    X, y, _ = stack(n=300)
    model = build().fit(X, y)
    for look in (lambda: model.summary_, lambda: model.effects_at(0)):
        with pytest.raises(ResultError, match="Errors of stacked landmarks need clusters, but found a fit without"):
            look()
    assert "LandmarkSupermodel" in model._repr_html_()


def refusal(error, X, y, fit=None, **settings):
    with pytest.raises(error) as caught:
        build(**settings).fit(X, y, **(fit or {}))
    return str(caught.value)


def test_settings_are_checked_at_fit():
    X, y, _ = stack(n=200)
    for wrong in ((), (-1, 5), (5, 5), (0, np.inf), 5):
        assert "from 0 and increasing" in refusal(ConfigError, X, y, landmark_days=wrong)
    assert "window_days is a finite number above 0" in refusal(ConfigError, X, y, window_days=0)
    assert "baseline is 'stratified' or 'smooth'" in refusal(ConfigError, X, y, baseline="none")
    assert "degree is 1, 2 or 3" in refusal(ConfigError, X, y, degree=0)
    assert "more landmarks than its degree" in refusal(ConfigError, X, y, degree=3, baseline="smooth")
    assert "windows of 100 days 100 apart" in refusal(ConfigError, X, y, baseline="smooth")
    assert "time_effects are features, but found 'other'" in refusal(ConfigError, X, y, time_effects=("other",))
    assert "a list of features or 'all'" in refusal(ConfigError, X, y, time_effects="fixed")
    assert "A penalty is a finite number" in refusal(ConfigError, X, y, penalty=-1)


def test_bad_input_is_refused():
    X, y, _ = stack(n=300)
    assert "A row stands at landmark 0, 100, but found 200" in refusal(DataError, X, y, landmark_days=(0, 100))
    quiet = y.copy()
    quiet["event"][X["landmark_day"] == 100] = 0
    assert "none after day 100 in 100 days" in refusal(FitError, X, quiet)
    quiet["event"] = 2
    assert "Each landmark has a re-report" in refusal(FitError, X, quiet, baseline="smooth", window_days=101)
    assert "missing or infinite values in 'fixed'" in refusal(DataError, X.assign(fixed=np.nan), y)
    assert "no variation in 'fixed'" in refusal(FitError, X.assign(fixed=1.0), y)
    assert "at least one column that varies" in refusal(DataError, X[["landmark_day"]], y)
    wrong = {"landmark_day": [1, 2]}
    assert "Landmarks are one per row" in refusal(DataError, X, y, fit=wrong)
    table, ends, _, _ = fading(n=400)
    ends["event"][table["landmark_day"] == 50] = 0
    smooth = build(baseline="smooth", window_days=150.0, degree=1, landmark_days=(0, 50, 100))
    assert np.isfinite(smooth.fit(table[["landmark_day", "a"]], ends).coef_).all()
    with pytest.raises(FitError, match="predicts at landmarks 0, 100, 200, but found 50"):
        build().fit(X, y).predict_risk(X, 30, landmark=50)
