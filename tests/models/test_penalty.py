"""The cross-validated penalty: against a likelihood by hand, whole clusters left out, refusals."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, FitError
from hgrisk.models._cox_newton import fit_cox
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.cox import CoxRegression
from hgrisk.models.penalty import GRID, _folds, choose_penalty, settle_penalty
from hgrisk.surv import Surv


def simulate(effect, n=300, seed=1):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 8)), columns=list("abcdefgh"))
    time, stop = rng.exponential(500 * np.exp(-effect * X["a"])), rng.uniform(50, 900, n)
    return X, Surv.from_arrays(time <= stop, np.ceil(np.minimum(time, stop))), np.arange(n) // 2


def test_noise_is_shrunk_away_and_a_strong_effect_is_kept():
    assert choose_penalty(*simulate(effect=0.0)) == max(GRID)
    assert choose_penalty(*simulate(effect=1.2)) <= 0.1


def test_it_is_the_best_of_the_grid_by_loops():
    X, y, clusters = simulate(effect=0.5)
    values, days, happened = X.to_numpy(), y["duration_days"], y["event"] == 1
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    fold = _folds(clusters, 5, seed=3)

    def loglik(rows, coef):
        total, risk = 0.0, np.exp(z @ coef)
        for day in np.unique(days[rows & happened]):
            at_risk, dead = risk[rows & (days >= day)].sum(), rows & happened & (days == day)
            out = np.arange(dead.sum()) / dead.sum() * risk[dead].sum()
            total += (z[dead] @ coef).sum() - np.log(at_risk - out).sum()
        return total

    def score(penalty):
        total, everyone = 0.0, np.ones(len(X), dtype=bool)
        for left_out in range(5):
            kept = fold != left_out
            coef = fit_cox(z[kept], days[kept], happened[kept], penalty=penalty).coef
            total += loglik(everyone, coef) - loglik(kept, coef)
        return total

    grid = (0.01, 0.1, 1.0)
    assert choose_penalty(X, y, clusters, grid=grid, seed=3) == grid[int(np.argmax([score(p) for p in grid]))]


def test_a_cluster_is_never_split_and_folds_repeat_with_their_seed():
    clusters = np.random.default_rng(1).integers(0, 40, 200).astype(str)
    fold = _folds(clusters, 5, seed=0)
    assert all(len(np.unique(fold[clusters == name])) == 1 for name in np.unique(clusters))
    np.testing.assert_array_equal(fold, _folds(clusters, 5, seed=0))
    assert (fold != _folds(clusters, 5, seed=1)).any()


def test_only_a_model_that_asks_gets_a_choice():
    X, y, clusters = simulate(effect=0.5)
    for model in (CoxRegression(penalty=0.2), BaseRate()):
        assert settle_penalty(model, X, y, clusters, seed=0) is model
    asking = CoxRegression(penalty="chosen")
    settled = settle_penalty(asking, X, y, clusters, seed=0)
    assert settled.penalty == choose_penalty(X, y, clusters, seed=0)
    assert asking.penalty == "chosen"


def test_what_cannot_be_chosen_is_refused():
    X, y, clusters = simulate(effect=0.5)
    with pytest.raises(ConfigError, match=r"holds numbers above 0, but found \[0, 1\]"):
        choose_penalty(X, y, clusters, grid=[0, 1])
    with pytest.raises(ConfigError, match="found 1 clusters for 5 folds: set the penalty"):
        choose_penalty(X, y, np.zeros(len(X)))
    alone = Surv.from_arrays(np.arange(len(X)) == 0, y["duration_days"])
    with pytest.raises(FitError, match="Every fold leaves a re-report to learn from"):
        choose_penalty(X, alone, clusters)
