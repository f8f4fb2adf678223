"""Residuals against what they add up to, and the test of proportional hazards against the likelihood it is of."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from hgrisk.errors import ConfigError, DataError
from hgrisk.hazards.fit import CoxRows, pose_rows
from hgrisk.models.aalen_johansen import AalenJohansen
from hgrisk.models.cox import CoxRegression
from hgrisk.models.cox_diagnostics import (
    TRANSFORMS,
    proportional_hazards_test,
    residuals,
    schoenfeld_residuals,
)
from hgrisk.surv import Surv

SAME = 1e-8


def rows(n=150, seed=1):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": rng.integers(0, 3, n) * 1.0})
    entry = rng.integers(0, 5, n)
    return X, Surv.from_arrays(rng.random(n) < 0.6, entry + rng.integers(1, 15, n), entry), rng.uniform(0.5, 2, n)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_residuals_add_up_to_nothing_at_the_optimum(ties):
    X, y, weight = rows()
    model = CoxRegression(ties=ties, prepare=False).fit(X, y, weight)
    martingale = residuals(model, X, y, sample_weight=weight)
    assert martingale.shape == (150,)
    assert weight @ martingale == pytest.approx(0.0, abs=SAME)
    score = residuals(model, X, y, "score", sample_weight=weight)
    np.testing.assert_allclose(score.sum(axis=0), 0.0, atol=1e-7)
    robust = residuals(model, X, y, "dfbeta", sample_weight=weight)
    clustered = CoxRegression(ties=ties, prepare=False).fit(X, y, weight, cluster=np.arange(150))
    np.testing.assert_allclose(robust.T @ robust, clustered.covariance_, rtol=1e-6)
    deviance = residuals(model, X, y, "deviance", sample_weight=weight)
    np.testing.assert_array_equal(np.sign(deviance), np.sign(martingale))


def test_schoenfeld_residuals_are_the_gradient_event_by_event():
    X, y, _ = rows()
    model = CoxRegression(prepare=False).fit(X, y)
    table = schoenfeld_residuals(model, X, y)
    assert list(table) == ["time_days", "a", "b"]
    assert len(table) == (y["event"] == 1).sum()
    assert table["time_days"].is_monotonic_increasing
    np.testing.assert_allclose(table[["a", "b"]].sum(), 0.0, atol=1e-7)


@pytest.mark.parametrize("transform", ["identity", "log"])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_the_test_is_the_score_test_of_columns_times_time(transform, ties):
    X, y, _ = rows(60)
    model = CoxRegression(ties=ties, prepare=False).fit(X, y)
    found = proportional_hazards_test(model, X, y, transform)["statistic"]
    np.testing.assert_allclose(found, by_splitting(model, X.to_numpy(), y, transform, ties), rtol=1e-6)


def by_splitting(model, X, y, transform, ties):
    """One row for each row at risk at each event time, with the columns times the time beside them."""
    parts, before = [], 0.0
    for day in np.unique(y["duration_days"][y["event"] == 1]):
        there = (y["entry_days"] < day) & (y["duration_days"] >= day)
        time = day if transform == "identity" else np.log(day)
        ended = (y["event"] == 1) & (y["duration_days"] == day)
        n = there.sum()
        parts.append((np.hstack([X, X * time])[there], np.full(n, day), ended[there], np.full(n, before)))
        before = day
    problem = pose_rows(CoxRows(*(np.concatenate(part) for part in zip(*parts, strict=True))), efron=ties == "efron")
    scale = problem.design.scale
    gradient, information = problem.derivatives(problem.at(np.append(model.coef_, [0.0, 0.0]) * scale))
    gradient, information = gradient * scale, information * np.outer(scale, scale)
    statistics = []
    for chosen in ([0, 1, 2], [0, 1, 3], [0, 1, 2, 3]):
        u = gradient[chosen] * (np.array(chosen) >= 2)
        statistics.append(u @ np.linalg.solve(information[np.ix_(chosen, chosen)], u))
    return statistics


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_an_effect_that_fades_is_found_and_a_lasting_one_is_not(transform):
    rng = np.random.default_rng(3)
    n = 4000
    fading, lasting = rng.random(n) < 0.5, rng.random(n) < 0.5
    early = rng.exponential(100 / np.exp(1.2 * fading + 0.5 * lasting))
    late = 50 + rng.exponential(100 / np.exp(0.5 * lasting))
    days = np.where(early < 50, early, late)
    X, y = pd.DataFrame({"fading": fading, "lasting": lasting}), Surv.from_arrays(days < 200, np.minimum(days, 200))
    table = proportional_hazards_test(CoxRegression(prepare=False).fit(X, y), X, y, transform).set_index("feature")
    assert table.loc["fading", "p_value"] < 1e-6
    assert table.loc["lasting", "p_value"] > 0.01
    assert table.loc["all together", "df"] == 2


def test_strata_have_residuals_of_their_own_means():
    X, y, _ = rows()
    X["region"] = np.where(np.arange(150) % 2, "north", "south")
    model = CoxRegression(prepare=False, strata=["region"]).fit(X, y)
    south = X["region"] == "south"
    martingale = residuals(model, X, y)
    assert martingale[south].sum() == pytest.approx(0.0, abs=SAME)
    assert residuals(model, X[south], y[south]) == pytest.approx(martingale[south])


def test_the_test_knows_the_rows_of_the_fit():
    X, y, weight = rows()
    model = CoxRegression(prepare=False).fit(X, y, weight)
    order = np.random.default_rng(0).permutation(150)
    mine = proportional_hazards_test(model, X, y, sample_weight=weight)
    moved = proportional_hazards_test(model, X.iloc[order], y[order], sample_weight=weight[order])
    np.testing.assert_allclose(moved["statistic"], mine["statistic"], rtol=SAME)
    rule = "The test is of the rows of the fit, but found"
    with pytest.raises(DataError, match=f"{rule} events .* where the fit had .*: pass X, y and the weights"):
        proportional_hazards_test(model, X, y)
    ended = y["event"] == 1
    with pytest.raises(DataError, match=f"{rule} log likelihood"):
        proportional_hazards_test(model, X[ended], y[ended], sample_weight=weight[ended])
    with pytest.raises(DataError, match=f"{rule} log likelihood"):
        proportional_hazards_test(model, X, y, sample_weight=weight, offset=X["a"])


def test_what_cannot_be_tested_is_refused():
    X, y, _ = rows()
    model = CoxRegression(prepare=False).fit(X, y)
    with pytest.raises(ConfigError, match="Residuals are martingale, deviance, score or dfbeta"):
        residuals(model, X, y, "pearson")
    with pytest.raises(ConfigError, match="The time is one of km, rank, identity, log"):
        proportional_hazards_test(model, X, y, "sqrt")
    with pytest.raises(ConfigError, match=r"without a penalty, but found 0\.1"):
        proportional_hazards_test(CoxRegression(penalty=0.1, prepare=False).fit(X, y), X, y)
    for look in (residuals, schoenfeld_residuals, proportional_hazards_test):
        for other in (make_pipeline(model), AalenJohansen().fit(X, y)):
            with pytest.raises(ConfigError, match=r"Diagnostics are of Cox regressions, but found [PA].* last step"):
                look(other, X, y)
        with pytest.raises(ConfigError, match="of fit sample_weight, entry, offset, but found cluster: leave it out"):
            look(model, X, y, cluster=np.arange(len(X)))
    once = Surv.from_arrays([1, 1, 0, 0], [5, 5, 9, 7])
    four = pd.DataFrame({"a": [0.0, 1.0, 0.5, 2.0]})
    with pytest.raises(DataError, match="one event time"):
        proportional_hazards_test(CoxRegression(prepare=False).fit(four, once), four, once)
