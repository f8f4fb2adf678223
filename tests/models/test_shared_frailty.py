"""Shared frailty: identities, predictions for a household not seen, what is kept and what is refused."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma
from sklearn.base import clone
from sklearn.utils import estimator_checks

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.cause_specific.incidence import Hazards, cumulative_incidence
from hgrisk.models.cox import CoxRegression
from hgrisk.models.registry import TRUSTED_TYPES
from hgrisk.models.shared_frailty import SharedFrailtyCox, mean_over_frailty
from hgrisk.surv import Surv


def courses(seed=1, n=80, *, variance=1.0, competing=False, mixed=False):
    """Households with all their re-reports as intervals, some ended by a competing event."""
    rng = np.random.default_rng(seed)
    rows = []
    for household in range(n):
        frailty = rng.gamma(1 / variance, variance) if variance else 1.0
        children = float(rng.integers(0, 2))
        since, until, leaves = 0.0, float(rng.integers(200, 1500)), float(rng.integers(200, 4000))
        while True:
            at = since + np.ceil(rng.exponential(500 / frailty / np.exp(0.7 * children)))
            stop, event = min(at, until), int(at <= until)
            if competing and leaves <= stop and leaves > since:
                stop, event = leaves, 2
            rows.append((f"household-{household}", children, rng.normal(), since, stop, event))
            if event != 1 or at == until:
                break
            since = at
    table = pd.DataFrame(rows, columns=["household", "children", "noise", "since", "stop", "event"])
    table = table.sample(frac=1, random_state=seed) if mixed else table
    y = Surv.from_arrays(table["event"], table["stop"], table["since"])
    return table[["children", "noise"]].set_index(table["household"]), y, table["household"].to_numpy()


def fitted(seed=1, **kinds):
    X, y, household = courses(seed, **kinds)
    return SharedFrailtyCox(prepare=False).fit(X, y, cluster=household), X, y, household


def test_a_variance_of_0_is_a_cox_regression():
    X, y, household = courses(competing=True)
    mine = SharedFrailtyCox(prepare=False, variance=0.0).fit(X, y, cluster=household)
    theirs = CoxRegression(prepare=False).fit(X, y)
    np.testing.assert_allclose(mine.coef_, theirs.coef_, rtol=1e-9)
    np.testing.assert_allclose(mine.covariance_, theirs.model_covariance_, rtol=1e-9)
    assert mine.loglik_ == mine.loglik_without_frailty_ == pytest.approx(theirs.loglik_)
    assert mine.loglik_null_ == pytest.approx(theirs.loglik_null_)
    days = [0, 100, 400]
    ours, cox = (model.predict_cumulative_incidence(X, days) for model in (mine, theirs))
    np.testing.assert_allclose(ours, cox, rtol=1e-9)


def test_a_tiny_variance_is_nearly_one():
    X, y, household = courses(competing=True)
    tiny = SharedFrailtyCox(prepare=False, variance=1e-5).fit(X, y, cluster=household)
    none = SharedFrailtyCox(prepare=False, variance=0.0).fit(X, y, cluster=household)
    np.testing.assert_allclose(tiny.coef_, none.coef_, atol=1e-4)
    np.testing.assert_allclose(tiny.covariance_, none.covariance_, rtol=1e-3)
    ours, cox = (model.predict_cumulative_incidence(X, [100, 400]) for model in (tiny, none))
    np.testing.assert_allclose(ours, cox, atol=1e-3)


def test_the_found_variance_is_the_best_given_one():
    model, X, y, household = fitted(2)
    assert model.frailty_interval_[0] < model.frailty_variance_ < model.frailty_interval_[1]
    same = SharedFrailtyCox(prepare=False, variance=model.frailty_variance_).fit(X, y, cluster=household)
    np.testing.assert_allclose(same.coef_, model.coef_, atol=1e-6)
    np.testing.assert_allclose(same.covariance_, model.model_covariance_, rtol=1e-5)
    assert np.linalg.eigvalsh(model.covariance_ - model.model_covariance_).max() > 0
    assert np.isnan(same.frailty_interval_).all()
    assert np.isnan(same.frailty_p_value_)
    for factor in (0.7, 1.4):
        other = SharedFrailtyCox(prepare=False, variance=factor * model.frailty_variance_).fit(X, y, cluster=household)
        assert other.loglik_ < model.loglik_


@settings(max_examples=5)
@given(st.integers(0, 1000))
def test_splitting_an_interval_and_mixing_the_rows_change_nothing(seed):
    X, y, household = courses(seed, mixed=True)
    whole = SharedFrailtyCox(prepare=False).fit(X, y, cluster=household)
    middle = np.floor((y["entry_days"] + y["duration_days"]) / 2)
    keep = middle > y["entry_days"]
    first = Surv.from_arrays(np.zeros(keep.sum()), middle[keep], y["entry_days"][keep])
    second = Surv.from_arrays(y["event"][keep], y["duration_days"][keep], middle[keep])
    both = np.concatenate((first, second, y[~keep]))
    more = pd.concat((X[keep], X[keep], X[~keep]))
    labels = np.concatenate((household[keep], household[keep], household[~keep]))
    split = SharedFrailtyCox(prepare=False).fit(more, both, cluster=labels)
    np.testing.assert_allclose(split.coef_, whole.coef_, atol=1e-5)
    np.testing.assert_allclose(split.covariance_, whole.covariance_, rtol=1e-4)
    assert split.frailty_variance_ == pytest.approx(whole.frailty_variance_, abs=1e-5)
    assert split.loglik_ == pytest.approx(whole.loglik_, abs=1e-6)


def test_the_unit_of_time_and_equal_weights_do_not_matter():
    model, X, y, household = fitted(3)
    years = Surv.from_arrays(y["event"], y["duration_days"] / 365.25, y["entry_days"] / 365.25)
    assert SharedFrailtyCox(prepare=False).fit(X, years, cluster=household).frailty_variance_ == pytest.approx(
        model.frailty_variance_, abs=1e-5
    )
    heavy = SharedFrailtyCox(prepare=False).fit(X, y, sample_weight=np.full(len(y), 4.0), cluster=household)
    assert heavy.frailty_variance_ == pytest.approx(model.frailty_variance_, abs=1e-5)
    np.testing.assert_allclose(heavy.coef_, model.coef_, atol=1e-5)
    np.testing.assert_allclose(heavy.covariance_, model.covariance_ / 4, rtol=1e-4)


def test_effects_within_a_household_are_further_from_0_than_those_over_all():
    X, y, household = courses(4, n=300)
    within = SharedFrailtyCox(prepare=False).fit(X, y, cluster=household)
    assert within.coef_[0] == pytest.approx(0.7, abs=0.35)
    assert within.frailty_variance_ == pytest.approx(1.0, abs=0.4)
    assert within.frailty_p_value_ < 1e-6
    assert within.n_groups_ == 300


def test_strata_have_a_baseline_of_their_own_and_share_the_frailties():
    X, y, household = courses(8, competing=True)
    X = X.assign(region=np.where(X["noise"] > 0, "north", "south"))  # a household has rows in both
    model = SharedFrailtyCox(prepare=False, strata=["region"]).fit(X, y, cluster=household)
    assert model.strata_levels_ == ["region='north'", "region='south'"]
    assert model.design_names_ == ["children", "noise"]
    south = (X["region"] == "south").to_numpy()
    hazards = model._hazards(1)
    risk = model.predict_cumulative_incidence(X, [100, 400])
    expected = mean_over_frailty(model.predict(X)[south], hazards, np.array([100.0, 400.0]), model.frailty_variance_)
    np.testing.assert_allclose(risk[south], expected, rtol=1e-12)
    none = SharedFrailtyCox(prepare=False, variance=0.0, strata=["region"]).fit(X, y, cluster=household)
    cox = CoxRegression(prepare=False, strata=["region"]).fit(X, y)
    np.testing.assert_allclose(none.coef_, cox.coef_, rtol=1e-9)
    np.testing.assert_allclose(none.covariance_, cox.model_covariance_, rtol=1e-9)
    np.testing.assert_allclose(none.predict_risk(X, 300), cox.predict_risk(X, 300), rtol=1e-9)


def test_strata_are_as_good_as_clocks_that_do_not_overlap():
    X, y, household = courses(9)
    X = X.assign(part=np.arange(len(X)) % 2)
    moved = y.copy()
    for field in ("duration_days", "entry_days"):
        moved[field][X["part"] == 1] += 5000.0
    model = SharedFrailtyCox(prepare=False, strata=["part"]).fit(X, y, cluster=household)
    apart = SharedFrailtyCox(prepare=False).fit(X.drop(columns="part"), moved, cluster=household)
    np.testing.assert_allclose(model.coef_, apart.coef_, atol=1e-6)
    np.testing.assert_allclose(model.covariance_, apart.covariance_, rtol=1e-5)
    assert model.frailty_variance_ == pytest.approx(apart.frailty_variance_, abs=1e-5)
    assert model.loglik_ == pytest.approx(apart.loglik_)


def test_a_probability_is_the_mean_over_the_gamma_distribution():
    hazards = Hazards(np.array([10.0, 20.0, 30.0]), np.array([0.1, 0.0, 0.3]), np.array([0.0, 0.2, 0.1]))
    variance, days, predictor = 0.8, np.array([5.0, 10.0, 25.0, 30.0]), np.array([0.5, -1.0])
    found = mean_over_frailty(predictor, hazards, days, variance)
    density = gamma(1 / variance, scale=variance).pdf
    for row, score in enumerate(predictor):
        for place, day in enumerate(days):
            expected = quad(
                lambda z, score=score, day=day: (
                    density(z) * cumulative_incidence(np.array([score + np.log(z)]), hazards, np.array([day]))[0, 0]
                ),
                0,
                np.inf,
            )[0]
            # within a jump of both hazards, the order of the two ends is taken in the mean
            assert found[row, place] == pytest.approx(expected, abs=2e-3 if day == 30 else 1e-9)


def test_predictions_are_rising_probabilities():
    model, X, _, _ = fitted(5, competing=True)
    days = np.array([0.0, 50.0, 200.0, 900.0])
    risk = model.predict_cumulative_incidence(X, days)
    assert risk.shape == (len(X), 4)
    assert np.all((risk >= 0) & (risk <= 1))
    assert np.all(np.diff(risk, axis=1) >= 0)
    np.testing.assert_array_equal(risk[:, 0], 0.0)
    np.testing.assert_array_equal(model.predict_cumulative_incidence(X, days[::-1]), risk[:, ::-1])
    order = np.argsort(model.predict(X))
    assert np.all(np.diff(risk[order, 2]) >= -1e-12)


def test_it_keeps_no_household_and_loads_without_code():
    X, y, household = courses(6)
    model = SharedFrailtyCox(prepare=True).fit(X, y, cluster=household)
    assert b"household-" not in pickle.dumps(model)
    lengths = {len(value) for value in vars(model).values() if isinstance(value, np.ndarray)}
    assert not lengths & {80, len(y)}
    stored = skops.io.dumps(model)
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(TRUSTED_TYPES)
    loaded = skops.io.loads(stored, trusted=list(TRUSTED_TYPES))
    np.testing.assert_array_equal(loaded.predict_risk(X, 300), model.predict_risk(X, 300))
    pd.testing.assert_frame_equal(loaded.summary_, model.summary_)
    assert tuple(loaded.frailty_interval_) == model.frailty_interval_
    assert clone(model).get_params() == model.get_params()


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_get_params_invariance,
    ],
)
def test_scikit_learn_checks_that_need_no_outcome(check):
    check("SharedFrailtyCox", SharedFrailtyCox())


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_bad_input_is_refused_in_one_sentence():
    X, y, household = courses(7)
    fit = SharedFrailtyCox(prepare=False).fit
    assert "a group for each row, but found none: pass cluster" in message(DataError, fit, X, y)
    alone = message(DataError, fit, X, y, cluster=np.arange(len(y)))
    assert "but found one row in every group: use CoxRegression" in alone
    assert "but found one group" in message(DataError, fit, X, y, cluster=np.zeros(len(y)))
    missing = np.where(np.arange(len(y)) == 0, None, household)
    assert "a cluster label, but found a missing one" in message(DataError, fit, X, y, cluster=missing)
    weight = np.where(np.arange(len(y)) == np.flatnonzero(pd.Series(household).duplicated())[0], 2.0, 1.0)
    unequal = message(DataError, fit, X, y, sample_weight=weight, cluster=household)
    assert "have one weight, but found two weights in one group" in unequal
    wrong = SharedFrailtyCox(variance=-1.0).fit
    assert "finite number from 0, but found -1.0" in message(ConfigError, wrong, X, y, cluster=household)
    none = Surv.from_arrays(np.zeros(len(y)), y["duration_days"], y["entry_days"])
    assert "at least one re-report, but found none" in message(FitError, fit, X, none, cluster=household)
    flat = message(FitError, fit, X.assign(noise=1.0), y, cluster=household)
    assert "no variation in 'noise'" in flat
    assert "'noise'" in message(DataError, fit, X.assign(noise=np.nan), y, cluster=household)
    assert "'noise'" in message(DataError, fit, X.assign(noise=1e300 * X["noise"]), y, cluster=household)
    regions = X.assign(region=np.where(np.arange(len(X)) % 2, "north", "south"))
    stratified = SharedFrailtyCox(prepare=False, strata=["region"]).fit(regions, y, cluster=household)
    unknown = message(FitError, stratified.predict_risk, regions.assign(region="east"), 30)
    assert unknown == "A stratum to predict for was there at fit, but found \"region='east'\": fit with its rows."
    ordered = X.assign(noise=y["event"] == 1)
    assert "perfectly ordered by 'noise'" in message(FitError, fit, ordered, y, cluster=household)
    assert "at least one column" in message(DataError, fit, X[[]], y, cluster=household)


def test_its_help_says_that_the_group_is_required():
    assert "Required: the group of each row" in SharedFrailtyCox.fit.__doc__
    assert "Huber" not in SharedFrailtyCox.fit.__doc__
