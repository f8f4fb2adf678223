"""Calibrated: maps are learnt on rows not trained on, by whole networks; storage, order of rows, refusals."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy.special import expit, logit
from sklearn.base import clone

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.by_horizon.risk_maps import isotonic_map, level_intercept, platt_slope
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.cox import CoxRegression
from hgrisk.models.inputs.censoring_weights import outcome_at, uncensored_probability
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.penalty import choose_penalty
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.registry import TRUSTED_TYPES
from hgrisk.models.report_count import ReportCount
from hgrisk.models.score_terms import ScoreTerms
from hgrisk.surv import Surv

HORIZONS = (183, 365, 548)
EXACT, NOISE = 1e-12, 0.03


class Memory(SurvivalModel):
    """Remember which household re-reported, and guess at every other household's risk."""

    supported_times_ = None

    def fit(self, X, y, sample_weight=None):
        training = self._check_training(X, y, sample_weight)
        hit = (training.event == 1) & (training.duration <= 365)
        self.names_, self.hit_ = training.frame["name"].to_numpy(), hit
        return self

    def predict(self, X):
        return self.predict_risk(X, 365)

    def _cumulative_incidence(self, frame, days):
        known = dict(zip(self.names_, np.where(self.hit_, 0.85, 0.15), strict=True))
        guess = pd.Series(expit(3 * np.sin(7.0 * frame["name"])), index=frame.index)
        return np.tile(frame["name"].map(known).fillna(guess).to_numpy()[:, None], (1, len(days)))


def households(n=600, seed=1):
    rng = np.random.default_rng(seed)
    names = np.arange(n) // 2
    y = Surv.from_arrays(rng.random(n) < 0.4, np.full(n, 366.0) - 200 * rng.random(n))
    y["duration_days"] = np.where(y["event"] == 1, y["duration_days"], 366.0)
    y["event"] = np.repeat(y["event"][::2], 2)  # both rows of a household fare alike
    y["duration_days"] = np.repeat(y["duration_days"][::2], 2)
    return pd.DataFrame({"name": names}), y, names


@pytest.mark.parametrize("method", ["isotonic", "platt"])
def test_a_model_that_remembers_households_is_found_out(method):
    X, y, names = households()
    honest = Calibrated(Memory(), method, horizons_days=(365,)).fit(X, y, cluster=names)
    share = ((y["event"] == 1) & (y["duration_days"] <= 365)).mean()
    assert np.abs(honest.predict_risk(X, 365) - share).max() < 0.25
    apart = Calibrated(Memory(), method, horizons_days=(365,)).fit(X, y, cluster=np.arange(len(X)))
    assert np.abs(apart.predict_risk(X, 365) - share).max() > 0.3  # rows of one household on both sides


def test_the_map_is_learnt_from_predictions_of_the_other_folds(features, outcome):
    clusters = np.arange(len(features)) // 3
    isotonic, platt = (
        Calibrated(ReReportLogistic(), method, folds=4, horizons_days=(365,), seed=2).fit(
            features, outcome, cluster=clusters
        )
        for method in ("isotonic", "platt")
    )
    fold = network_folds(clusters, 4, 2)
    risk = np.empty(len(features))
    for number in range(4):
        others = ReReportLogistic((365,)).fit(features[fold != number], outcome[fold != number])
        risk[fold == number] = others.predict_risk(features[fold == number], 365)
    uncensored = uncensored_probability(outcome["duration_days"], outcome["event"], np.ones(len(features)))
    known = outcome_at(outcome["duration_days"], outcome["event"], uncensored, 365.0)
    knots, values = isotonic_map(risk, known.label, known.weight, clusters)
    np.testing.assert_allclose(isotonic.knots_[0], knots, atol=EXACT)
    whole = ReReportLogistic((365,)).fit(features, outcome).predict_risk(features, 365)
    np.testing.assert_allclose(isotonic.predict_risk(features, 365), np.interp(whole, knots, values), atol=EXACT)
    slope = platt_slope(risk, known.label, known.weight, fold)
    level = level_intercept(whole, known.label, known.weight, slope)  # of the model itself, not of its copies
    assert abs(slope - platt_slope(risk, known.label, known.weight)) > 1e-3
    np.testing.assert_allclose(platt.predict_risk(features, 365), expit(level + slope * logit(whole)), atol=1e-9)


def test_an_overfitted_model_gets_a_slope_below_1_and_its_risks_come_right():
    rng = np.random.default_rng(3)
    n = 1500
    X = pd.DataFrame(rng.normal(size=(n, 40))).add_prefix("x")
    truth = expit(-0.7 + 0.8 * X["x0"]).to_numpy()
    days = np.where(rng.random(n) < truth, 200.0, 400.0)
    y = Surv.from_arrays(days == 200, days)
    model = Calibrated(ReReportLogistic(penalty=1e-6), "platt", horizons_days=(365,)).fit(X[:400], y[:400])
    plain = ReReportLogistic((365,), penalty=1e-6).fit(X[:400], y[:400])
    assert model.slope_[0] < 0.8
    error, before = (((one.predict_risk(X[400:], 365) - truth[400:]) ** 2).mean() for one in (model, plain))
    assert error < before


def test_no_map_changes_nothing(features, outcome):
    for inner in (CoxRegression(penalty=0.01), ReReportLogistic(HORIZONS)):
        model = Calibrated(inner, "none").fit(features, outcome)
        alone = clone(inner).fit(features, outcome)
        np.testing.assert_array_equal(model.predict(features), alone.predict(features))
        np.testing.assert_array_equal(model.predict_risk(features, 365), alone.predict_risk(features, 365))
        assert model.supported_times_ == alone.supported_times_
    late = (int(outcome["duration_days"].max()) + 1,)
    assert (
        Calibrated(CoxRegression(penalty=0.01), "none", horizons_days=late)
        .fit(features, outcome)
        .predict(features)
        .any()
    )


@pytest.fixture(scope="module", params=["isotonic", "platt"])
def model(request, features, outcome):
    return Calibrated(method=request.param, folds=3).fit(features, outcome)


def test_risks_are_rising_probabilities_with_the_observed_mean(model, features, outcome):
    risk = model.predict_cumulative_incidence(features, HORIZONS)
    assert np.all((risk >= 0) & (risk <= 1))
    assert np.all(np.diff(risk, axis=1) >= 0)
    base = BaseRate().fit(features, outcome).predict_cumulative_incidence(features[:1], HORIZONS)[0]
    np.testing.assert_allclose(risk.mean(axis=0), base, atol=NOISE)
    assert np.isclose(expit(model.predict(features)), risk[:, -1]).mean() > 0.9


def test_risks_of_the_model_are_calibrated_as_its_predictions_are(model, features):
    inner = model.model_.predict_cumulative_incidence(features, HORIZONS)
    expected = model.predict_cumulative_incidence(features, HORIZONS)
    np.testing.assert_array_equal(model.calibrate_risk(inner), expected)
    falling = model.calibrate_risk([[0.9, 0.5, 0.1]])  # raised to the shorter horizon, as predictions are
    assert falling[0, 2] >= falling[0, 0] > 0


def test_without_a_map_risks_stay(features, outcome):
    plain = Calibrated(CoxRegression(penalty=0.01), "none").fit(features, outcome)
    assert plain.calibrate_risk([[0.3, 0.6]]).tolist() == [[0.3, 0.6]]


@pytest.mark.parametrize(
    ("risk", "text"),
    [
        ([0.1, 0.2, 0.3], r"a column for each horizon, but found shape \(3,\): give 3 columns\."),
        ([[0.1, 0.2]], r"a column for each horizon, but found shape \(1, 2\): give 3 columns\."),
        ([[0.1, 1.2, 0.3]], r"A risk lies from 0 to 1, but found 1\.2: give what the model predicts\."),
        ([[0.1, np.nan, 0.3]], r"A risk lies from 0 to 1, but found nan: give what the model predicts\."),
    ],
)
def test_what_is_no_risk_by_horizon_is_not_calibrated(model, risk, text):
    with pytest.raises(DataError, match=text):
        model.calibrate_risk(risk)


def test_the_order_of_rows_and_rows_of_weight_0_do_not_matter(model, features, outcome):
    mixed = np.random.default_rng(2).permutation(len(features))
    expected = model.predict_cumulative_incidence(features, HORIZONS)
    again = clone(model).fit(features.iloc[mixed], outcome[mixed])
    np.testing.assert_allclose(again.predict_cumulative_incidence(features, HORIZONS), expected, atol=1e-6)
    more = pd.concat([features, features.iloc[:100].assign(prior_reports_ever=50)])
    weight = np.concatenate([np.ones(len(features)), np.zeros(100)])
    weighted = clone(model).fit(more, np.concatenate([outcome, outcome[:100]]), sample_weight=weight)
    np.testing.assert_allclose(weighted.predict_cumulative_incidence(features, HORIZONS), expected, atol=EXACT)


def test_a_stored_model_is_numbers_and_names_and_predicts_the_same(model, features):
    kind = f"{Calibrated.__module__}.{Calibrated.__qualname__}"
    stored = skops.io.dumps(model)
    assert set(skops.io.get_untrusted_types(data=stored)) <= {*TRUSTED_TYPES, kind}
    loaded = skops.io.loads(stored, trusted=[*TRUSTED_TYPES, kind])
    np.testing.assert_array_equal(loaded.predict_risk(features, 365), model.predict_risk(features, 365))
    assert b"case-7" not in stored


def test_changed_columns_and_other_times_are_refused(model, features):
    with pytest.raises(FitError, match="missing 'region'"):
        model.predict(features.drop(columns="region"))
    with pytest.raises(FitError, match="This model predicts 183, 365, 548 days only, but found 200"):
        model.predict_risk(features, 200)


def test_arrays_do_as_well_as_frames(features, outcome):
    X = features[["prior_reports_ever"]].to_numpy(dtype=float)
    model = Calibrated(method="platt", horizons_days=(365,)).fit(X, outcome)
    assert model.predict_risk(X, 365).shape == (len(X),)
    with pytest.raises(FitError, match="found a DataFrame after an array"):
        model.predict(features[["prior_reports_ever"]])


def shifted(n=4000, seed=5):
    """Return rows of one site and of another, whose logit of the risk is 0.8 lower."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n)})
    days = [np.where(rng.random(n) < expit(move + X["a"]), 200.0, 400.0) for move in (0.0, -0.8)]
    return X, *(Surv.from_arrays(each == 200, each) for each in days)


def test_a_new_site_moves_the_intercept_and_leaves_the_model_alone():
    X, here, there = shifted()
    fitted = ReReportLogistic((365,), penalty=1e-4).fit(X, here)
    model = Calibrated(fitted, "site", horizons_days=(365,)).fit(X, there)
    assert model.model_ is fitted
    assert model.change_ == ["intercept"]
    assert (model.intercept_[0], model.slope_[0]) == (pytest.approx(-0.8, abs=0.15), 1.0)
    risk = fitted.predict_risk(X, 365)
    np.testing.assert_allclose(model.predict_risk(X, 365), expit(logit(risk) + model.intercept_[0]), atol=EXACT)
    assert Calibrated(fitted, "site", horizons_days=(365,)).fit(X, here).change_ == ["none"]
    with pytest.raises(FitError, match="The model for a new site is fitted elsewhere, but found one not fitted"):
        clone(model).fit(X, there)


def test_rows_that_could_not_be_followed_teach_no_map():
    X, y, _ = shifted()
    brief = np.arange(len(X)) < 1500
    cut = y.copy()
    cut["event"][brief], cut["duration_days"][brief] = 1, 150.0
    followable = np.where(brief, 160.0, 5000.0)
    fitted = ReReportLogistic((365,), penalty=1e-4).fit(X[~brief], y[~brief])
    model = Calibrated(fitted, "site", horizons_days=(365,)).fit(X, cut, followable_days=followable)
    assert model.change_ == ["none"]
    assert Calibrated(fitted, "site", horizons_days=(365,)).fit(X, cut).change_ != ["none"]


def test_late_entry_is_for_the_model_and_not_for_the_map(features, outcome):
    rows = outcome["duration_days"] > 20
    X, y = features[rows], outcome[rows]
    late = Surv.from_arrays(
        y["event"], y["duration_days"], np.full(len(y), 5.0)
    )  # all are at risk when the first is hit
    model = Calibrated(CoxRegression(penalty=0.1), "platt", horizons_days=(365,))
    assert model.takes_entry
    assert not Calibrated().takes_entry
    folds = np.arange(len(X)) // 3
    expected = model.fit(X, y, cluster=folds).predict_risk(X, 365)
    np.testing.assert_allclose(model.fit(X, late, cluster=folds).predict_risk(X, 365), expected, atol=1e-9)
    with pytest.raises(DataError, match="takes rows that are at risk from day 0, but found an entry at 5 days"):
        Calibrated(method="platt").fit(X, late)


def test_a_penalty_to_be_chosen_is_chosen_without_the_fold(features, outcome):
    X, clusters = features[["prior_reports_ever"]], np.arange(len(features)) // 3
    model = Calibrated(CoxRegression(penalty="chosen"), "platt", folds=2, horizons_days=(365,))
    model.fit(X, outcome, cluster=clusters)
    assert model.model_.penalty == choose_penalty(X, outcome, clusters)


def test_terms_are_scaled_with_the_slope_where_they_are_logits():
    class Termed(ReReportLogistic):
        def score_terms(self, X, at_days):  # noqa: ARG002
            values = X.to_numpy() @ np.diag(self.coef_[0])
            return ScoreTerms(("a",), values, float(self.intercept_[0]), self.intercept_[0] + values[:, 0], "logit")

    X, y, _ = shifted()
    model = Calibrated(Termed((365,)), "platt", horizons_days=(365,)).fit(X, y)
    terms = model.score_terms(X, 365)
    assert terms.largest_gap() < EXACT
    np.testing.assert_allclose(terms.score, model.predict(X), atol=1e-9)
    plain = Calibrated(Termed((365,)), "isotonic", horizons_days=(365,)).fit(X, y)
    np.testing.assert_array_equal(plain.score_terms(X, 365).score, plain.model_.score_terms(X, 365).score)


def test_settings_that_are_not_allowed_are_refused(features, outcome):
    with pytest.raises(ConfigError, match="A calibration has a known method, but found 'beta': use none, isotonic"):
        Calibrated(method="beta").fit(features, outcome)
    with pytest.raises(ConfigError, match="a cluster for each, but found 2 clusters for 5 folds"):
        Calibrated().fit(features, outcome, cluster=np.arange(len(features)) % 2)
    with pytest.raises(DataError, match="Every row belongs to a household network, but found shape"):
        Calibrated().fit(features, outcome, cluster=[1, 2])
    with pytest.raises(ConfigError, match="Horizons are days above 0"):
        Calibrated(horizons_days=()).fit(features, outcome)


def counts(n=3000, seed=0):
    """Rows of one count with risks of .2 to .6, all followed for 400 days: many are equal in all."""
    rng = np.random.default_rng(seed)
    reports = np.minimum(rng.poisson(1.0, n), 4)
    days = np.ceil(rng.exponential(-365 / np.log1p(-(0.2 + 0.1 * reports))))
    X = pd.DataFrame({"prior_reports_ever": reports.astype(float)})
    return X, Surv.from_arrays(days <= 400, np.minimum(days, 400))


@pytest.mark.parametrize("method", ["isotonic", "platt"])
def test_equal_rows_without_networks_are_not_parted_by_their_outcome(method):
    X, y = counts()
    model = Calibrated(ReportCount((365,)), method, horizons_days=(365,)).fit(X, y)
    asked = pd.DataFrame({"prior_reports_ever": [0.0, 2.0, 4.0]})
    np.testing.assert_allclose(model.predict_risk(asked, 365), [0.2, 0.4, 0.6], atol=0.06)
    mixed, weight = np.random.default_rng(1).permutation(len(X)), np.tile([1.0, 3.0], len(X) // 2)
    model = clone(model).fit(X, y, sample_weight=weight)  # equal rows of unequal weight
    again = clone(model).fit(X.iloc[mixed], y[mixed], sample_weight=weight[mixed])
    np.testing.assert_allclose(again.predict_risk(asked, 365), model.predict_risk(asked, 365), atol=EXACT)


def noise(n, seed):
    rng = np.random.default_rng(seed)
    days = np.where(rng.random(n) < 0.3, 200.0, rng.integers(300, 1000, n))
    event = np.where(days == 200, 1, rng.choice([0, 2], n))
    return pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc")), Surv.from_arrays(event, days)


@pytest.mark.parametrize("seed", range(6))
def test_noise_never_turns_a_ranking_over_and_the_mean_risk_is_the_observed_share(seed):
    X, y = noise(400, seed)
    model = Calibrated(method="platt", horizons_days=(365,)).fit(X, y)
    assert model.slope_[0] >= 0
    uncensored = uncensored_probability(y["duration_days"], y["event"], np.ones(400))
    known = outcome_at(y["duration_days"], y["event"], uncensored, 365.0)
    mean = np.average(model.predict_risk(X, 365), weights=known.weight)
    assert mean == pytest.approx(np.average(known.label, weights=known.weight), abs=1e-9)
    score = np.argsort(model.model_.predict(X))
    assert np.all(np.diff(model.predict_risk(X, 365)[score]) >= -EXACT)


def test_isotonic_risks_are_never_0_or_1():
    rng = np.random.default_rng(2)
    X = pd.DataFrame({"a": rng.normal(size=600)})
    days = np.where(rng.random(600) < expit(-2 + 1.5 * X["a"]), 100.0, 400.0)
    model = Calibrated(horizons_days=(365,)).fit(X, Surv.from_arrays(days == 100, days))
    risk = model.predict_risk(pd.DataFrame({"a": [-9.0, 9.0]}), 365)
    assert 0.001 < risk[0] < 0.05
    assert risk[1] < 0.999
    row, y = np.repeat(np.arange(600), 5), Surv.from_arrays(days == 100, days)
    once = Calibrated(horizons_days=(365,)).fit(X, y, cluster=np.arange(600))
    copied = Calibrated(horizons_days=(365,)).fit(X.iloc[row], y[row], cluster=row)
    np.testing.assert_allclose(copied.predict_risk(X, 365), once.predict_risk(X, 365), atol=1e-6)


def test_a_new_site_counts_each_network_once():
    X, y, _ = shifted(60)
    mild = y.copy()
    flipped = np.flatnonzero(y["event"] == 1)[:4]
    mild["event"][flipped], mild["duration_days"][flipped] = 0, 400.0
    fitted = ReReportLogistic((365,), penalty=1e-4).fit(X, y)
    row = np.repeat(np.arange(60), 30)
    alone = Calibrated(fitted, "site", horizons_days=(365,)).fit(X, mild)
    networks = Calibrated(fitted, "site", horizons_days=(365,)).fit(X.iloc[row], mild[row], cluster=row)
    rows = Calibrated(fitted, "site", horizons_days=(365,)).fit(X.iloc[row], mild[row])
    assert alone.change_ == networks.change_ == ["none"]
    assert rows.change_ != ["none"]


def test_a_fold_that_cannot_teach_is_named():
    X = pd.DataFrame({"a": np.arange(10.0)})
    y = Surv.from_arrays([1] + [0] * 9, [10] + [400] * 9)
    sentence = "Without fold {} of {}, some row re-reports within 365 days, but found none: {}."
    with pytest.raises(FitError) as caught:
        Calibrated(folds=5, horizons_days=(365,)).fit(X, y)
    assert str(caught.value) in {sentence.format(number, 5, "use fewer folds") for number in range(1, 6)}
    with pytest.raises(FitError) as caught:
        Calibrated(folds=2, horizons_days=(365,)).fit(X, y)
    assert str(caught.value) in {sentence.format(number, 2, "use method='none'") for number in (1, 2)}
    with pytest.raises(FitError, match=r"^Some row re-reports within 5 days, but found none: leave this horizon out"):
        Calibrated(horizons_days=(5,)).fit(X, y)  # of all rows
    with pytest.raises(FitError, match=r"^Some row is followed for 500 days"):
        Calibrated(CoxRegression(penalty=0.1), horizons_days=(500,)).fit(X, y)
