"""ReReportLogistic: known truth, censoring weights, horizons, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from hgrisk.curves import aalen_johansen
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.inputs.censoring_weights import outcome_at, uncensored_probability
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.surv import Surv

NOISE = 0.02


def simulate(n=20_000, seed=1):
    """A logistic risk by day 365, spread evenly over the year; competing events among the others; censoring."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n)})
    truth = expit(-1.0 + 0.8 * X["a"] - 0.4 * X["b"]).to_numpy()
    chance = rng.random(n)
    re_report = np.where(chance < truth, np.ceil(365 * chance / truth), np.inf)
    competing = np.where((chance >= truth) & (rng.random(n) < 0.2), rng.integers(1, 366, n), np.inf)
    stop = rng.integers(100, 800, n)
    days = np.minimum(np.minimum(re_report, competing), stop)
    event = np.where(days == re_report, 1, np.where(days == competing, 2, 0))
    return X, Surv.from_arrays(event, days), truth


@pytest.fixture(scope="module")
def simulated():
    return simulate()


def test_known_coefficients_and_risks_are_recovered_despite_censoring(simulated):
    X, y, truth = simulated
    model = ReReportLogistic(horizons_days=(365,), penalty=1e-4).fit(X, y)
    z = (model.coef_[0] - [0.8, -0.4]) / np.sqrt(np.diag(model.covariance_[0]))
    assert np.all(np.abs(z) < 3.5)
    assert model.intercept_[0] == pytest.approx(-1.0, abs=0.1)
    assert np.abs(model.predict_risk(X, 365) - truth).mean() < NOISE
    ignoring = y["event"] * (y["duration_days"] <= 365) == 1
    assert abs(ignoring.mean() - truth.mean()) > 2 * NOISE  # counting censored rows as no would be this far off


def test_robust_errors_have_the_spread_of_repeated_samples():
    fits = [ReReportLogistic(horizons_days=(365,), penalty=1e-4).fit(*simulate(1500, seed)[:2]) for seed in range(60)]
    spread = np.std([fit.coef_[0] for fit in fits], axis=0)
    mean = np.mean([np.sqrt(np.diag(fit.covariance_[0])) for fit in fits], axis=0)
    np.testing.assert_allclose(mean, spread, rtol=0.3)


def test_mean_risk_equals_aalen_johansen(simulated):
    X, y, _ = simulated
    horizons = [183, 365]
    model = ReReportLogistic(horizons_days=horizons, penalty=1e-4).fit(X, y)
    expected = aalen_johansen(y["duration_days"], y["event"]).at(horizons)
    np.testing.assert_allclose(model.predict_cumulative_incidence(X, horizons).mean(axis=0), expected, atol=0.003)


def test_it_minimises_the_penalised_weighted_loss():
    X, y, _ = simulate(400)
    model = ReReportLogistic(horizons_days=(365,), penalty=0.05).fit(X, y)
    uncensored = uncensored_probability(y["duration_days"], y["event"], np.ones(400))
    known = outcome_at(y["duration_days"], y["event"], uncensored, 365.0)
    w, label, columns = known.weight, known.label, X.to_numpy()
    mean = w @ columns / w.sum()
    variance = w @ (columns - mean) ** 2 / w.sum()

    def loss(theta):
        logit = theta[0] + columns @ theta[1:]
        fit = w @ (np.logaddexp(0, logit) - label * logit)
        return fit + 0.5 * 0.05 * (w @ label) * variance @ theta[1:] ** 2

    best = minimize(loss, np.zeros(3), tol=1e-12).x
    np.testing.assert_allclose([model.intercept_[0], *model.coef_[0]], best, atol=1e-4)
    assert model.n_events_[0] == pytest.approx(w @ label)
    assert model.least_uncensored_[0] == pytest.approx(1 / w[y["duration_days"] > 365][0])


def test_location_and_scale_do_not_matter(simulated):
    X, y, _ = simulated
    one = ReReportLogistic(horizons_days=(365,)).fit(X, y)
    other = ReReportLogistic(horizons_days=(365,)).fit(X * [100, 0.01] + [5, 1000], y)
    np.testing.assert_allclose(other.predict(X * [100, 0.01] + [5, 1000]), one.predict(X), atol=1e-6)


def test_horizons_are_sorted_and_each_row_rises(features, outcome):
    model = ReReportLogistic(horizons_days=(548, 183, 365)).fit(features, outcome)
    assert model.supported_times_ == (183.0, 365.0, 548.0)
    assert model.summary_["horizon_days"].unique().tolist() == [183, 365, 548]
    extreme = features.assign(prior_reports_ever=np.linspace(0, 5000, len(features)))
    crossed = np.diff(model._logits(extreme), axis=1) < 0
    assert crossed.any()
    assert np.all(np.diff(model.predict_cumulative_incidence(extreme, model.supported_times_), axis=1) >= 0)


def test_score_is_the_logit_of_the_longest_horizon(features, outcome):
    model = ReReportLogistic().fit(features, outcome)
    prepared = model.preparer_.transform(features)
    np.testing.assert_allclose(model.predict(features), prepared @ model.coef_[-1] + model.intercept_[-1])


def test_rows_cut_off_at_the_horizon_itself_are_known():
    """A study that ends all follow-up on day 365 still supports a horizon of 365 days."""
    X, y, truth = simulate(5000)
    late = y["duration_days"] > 365
    y["event"][late], y["duration_days"][late] = 0, 365
    model = ReReportLogistic(horizons_days=(365,)).fit(X, y)
    assert np.abs(model.predict_risk(X, 365) - truth).mean() < NOISE


def test_weights_are_copies_and_their_scale_changes_no_error():
    X, y, _ = simulate(600)
    copies = np.random.default_rng(2).integers(0, 4, 600)
    row = np.repeat(np.arange(600), copies)
    model = ReReportLogistic(horizons_days=(365,))
    weighted = model.fit(X, y, sample_weight=copies).predict(X)
    np.testing.assert_allclose(weighted, model.fit(X.iloc[row], y[row]).predict(X), atol=1e-6)
    once = model.fit(X, y).covariance_
    np.testing.assert_allclose(model.fit(X, y, sample_weight=np.full(600, 9.0)).covariance_, once, rtol=1e-6)


def calendar(n=8000, seed=1):
    """Follow-up ends on one date for all, and a feature tells how early the landmark was."""
    X, y, truth = simulate(n, seed)
    X["early"] = np.random.default_rng(seed + 1).uniform(0, 1, n)
    followable = 30 + 1000 * X["early"].to_numpy()
    over = y["duration_days"] > followable
    y["event"][over], y["duration_days"][over] = 0, followable[over]
    return X, y, truth, followable


def test_only_rows_that_could_be_followed_teach_a_horizon():
    X, y, _, followable = calendar()
    model = ReReportLogistic(horizons_days=(183, 365)).fit(X, y, followable_days=followable)
    for row, day in enumerate((183, 365)):
        able = followable >= day
        # the preparation is learned on all rows: none is skewed here, so that both designs are the same
        alone = ReReportLogistic(horizons_days=(day,)).fit(X[able], y[able])
        np.testing.assert_allclose(model.coef_[row], alone.coef_[0], rtol=1e-6)
        np.testing.assert_allclose(model.covariance_[row], alone.covariance_[0], rtol=1e-6)
        assert model.least_uncensored_[row] == pytest.approx(alone.least_uncensored_[0])


def test_a_feature_of_the_calendar_gets_no_effect_of_its_own():
    X, y, truth, followable = calendar(20_000)
    model = ReReportLogistic(horizons_days=(365,), penalty=1e-4).fit(X, y, followable_days=followable)
    z = model.coef_[0, 2] / np.sqrt(model.covariance_[0, 2, 2])
    assert abs(z) < 3.5
    assert np.abs(model.predict_risk(X, 365) - truth).mean() < 0.03


def test_rows_followable_for_ever_change_nothing(features, outcome):
    plain = ReReportLogistic().fit(features, outcome)
    model = ReReportLogistic().fit(features, outcome, followable_days=np.full(len(features), np.inf))
    np.testing.assert_array_equal(model.coef_, plain.coef_)


def test_wrong_or_too_short_followable_days_are_refused():
    X, y, _, followable = calendar(500)
    model = ReReportLogistic(horizons_days=(365,))
    with pytest.raises(DataError, match="followable_days has one number per row"):
        model.fit(X, y, followable_days=followable[:-1])
    with pytest.raises(FitError, match="Some row is followed for 365 days"):
        model.fit(X, y, followable_days=np.full(500, 100.0))


def refusal(error, X, y, **settings):
    with pytest.raises(error) as caught:
        ReReportLogistic(**settings).fit(X, y)
    return str(caught.value)


def test_horizons_that_cannot_be_learned_are_refused():
    X, y, _ = simulate(500)
    text = refusal(FitError, X, y, horizons_days=(365, 900))
    assert "Some row is followed for 900 days, but found a longest follow-up of" in text
    none = y.copy()
    none["event"] = np.where(y["event"] == 1, 2, y["event"])
    assert "Some row re-reports within 365 days, but found none" in refusal(FitError, X, none, horizons_days=(365,))
    always = Surv.from_arrays(np.ones(500), np.full(500, 365))
    assert "is known not to re-report within 365 days" in refusal(FitError, X, always, horizons_days=(365,))


def test_settings_and_empty_designs_are_refused():
    X, y, _ = simulate(500)
    assert "Horizons are days above 0" in refusal(ConfigError, X, y, horizons_days=())
    assert "Horizons are days above 0" in refusal(ConfigError, X, y, horizons_days=(0, 365))
    assert "A ridge penalty is finite and above 0, but found 0" in refusal(ConfigError, X, y, penalty=0)
    flat = X.assign(a=1, b=1)
    assert "at least one column that varies" in refusal(DataError, flat, y, horizons_days=(365,))


def test_other_times_are_refused(simulated):
    X, y, _ = simulated
    model = ReReportLogistic(horizons_days=(183, 365)).fit(X, y)
    with pytest.raises(
        FitError, match=r"This model predicts 183, 365 days only, but found 200: ask for one of these\."
    ):
        model.predict_risk(X, 200)
    np.testing.assert_array_equal(
        model.predict_cumulative_incidence(X, [365, 183]), model.predict_cumulative_incidence(X, [183, 365])[:, ::-1]
    )


def test_terms_add_up_to_each_horizons_own_logit(features, outcome):
    weight = np.random.default_rng(0).uniform(0.5, 2, len(features))
    model = ReReportLogistic().fit(features, outcome, sample_weight=weight)
    for place, day in enumerate(model.supported_times_):
        terms = model.score_terms(features, day)
        assert terms.largest_gap() < 1e-12
        np.testing.assert_array_equal(terms.score, model._logits(features)[:, place])
        assert terms.base == pytest.approx(np.average(terms.score, weights=weight), abs=1e-12)
    region = [name.startswith("region=") for name in model.preparer_.get_feature_names_out()]
    prepared = model.preparer_.transform(features).to_numpy()
    expected = ((prepared - model.center_) * model.coef_[-1])[:, region].sum(axis=1)
    np.testing.assert_allclose(terms.values[:, terms.names.index("region")], expected, atol=1e-12)


def households(seed, n=100, size=8):
    """Rows of households that fare alike, a covariate of the household and one of the row; neither has an effect."""
    rng = np.random.default_rng(seed)
    name = np.repeat(np.arange(n), size)
    X = pd.DataFrame({"household": rng.normal(size=n)[name], "row": rng.normal(size=len(name))})
    hit = rng.random(len(name)) < expit(-0.5 + rng.normal(0.0, 2.0, n)[name])
    return X, Surv.from_arrays(hit, np.where(hit, 100, 400)), name


def test_clustered_errors_have_the_spread_of_repeated_samples_of_households():
    draws = [households(seed) for seed in range(80)]
    fits = [ReReportLogistic((365,)).fit(X, y, cluster=name) for X, y, name in draws]
    spread = np.std([fit.coef_[0] for fit in fits], axis=0)
    error = np.mean([np.sqrt(np.diag(fit.covariance_[0])) for fit in fits], axis=0)
    np.testing.assert_allclose(error, spread, rtol=0.2)
    plain = [ReReportLogistic((365,)).fit(X, y) for X, y, _ in draws]
    np.testing.assert_array_equal(plain[0].coef_, fits[0].coef_)
    assert np.mean([np.sqrt(fit.covariance_[0, 0, 0]) for fit in plain]) < 0.75 * spread[0]


def test_copies_within_a_cluster_tell_nothing_more():
    X, y, _ = simulate(300)
    row = np.repeat(np.arange(300), 4)
    once = ReReportLogistic((365,)).fit(X, y)
    copied = ReReportLogistic((365,)).fit(X.iloc[row], y[row], cluster=[f"case {number}" for number in row])
    known = np.isin(y["event"], (1, 2)) | (y["duration_days"] >= 365)
    factor = known.sum() / (known.sum() - 1)
    np.testing.assert_allclose(copied.covariance_, factor * once.covariance_, rtol=1e-6)
    alone = ReReportLogistic((365,)).fit(X, y, cluster=np.arange(300))
    np.testing.assert_allclose(alone.covariance_, factor * once.covariance_, rtol=1e-12)


def test_rows_of_weight_0_have_no_cluster_and_wrong_labels_are_refused():
    X, y, name = households(1)
    weight = np.where(name < 50, 0.0, 1.0)
    some = weight > 0
    model = ReReportLogistic((365,)).fit(X, y, sample_weight=weight, cluster=name)
    fewer = ReReportLogistic((365,)).fit(X[some], y[some], cluster=name[some])
    np.testing.assert_allclose(model.covariance_, fewer.covariance_, rtol=1e-9)
    for labels, rule in (
        (np.zeros(800), "Cluster-robust errors need at least 2 clusters, but found 1"),
        (name[:-1], "Cluster labels are one per row"),
        ([None, *name[1:]], "Each row has a cluster label"),
    ):
        with pytest.raises(DataError, match=rule):
            ReReportLogistic((365,)).fit(X, y, cluster=labels)


def test_clusters_follow_their_rows_where_some_have_no_answer():
    X, y, _ = simulate(600)
    name, mixed = np.arange(600) // 3, np.random.default_rng(3).permutation(600)
    model = ReReportLogistic((183, 365)).fit(X, y, cluster=name)
    again = ReReportLogistic((183, 365)).fit(X.iloc[mixed], y[mixed], cluster=name[mixed])
    np.testing.assert_allclose(again.covariance_, model.covariance_, rtol=1e-6)
