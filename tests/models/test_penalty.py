"""The cross-validated penalty: against a likelihood by hand, whole clusters left out, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.fit import CoxRows
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.by_horizon.own_penalty import OwnPenalty
from hgrisk.models.cox import CoxRegression
from hgrisk.models.elastic_net import ElasticNetLogistic
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.penalty import GRID, _scores, choose_penalty, settle_penalty
from hgrisk.models.points_card import PointsCard
from hgrisk.models.registry import MODELS
from hgrisk.surv import Surv

SAME_LIKELIHOOD = 1e-5  # of the general optimiser


def simulate(effect, n=300, seed=1):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 8)), columns=list("abcdefgh"))
    time, stop = rng.exponential(500 * np.exp(-effect * X["a"])), rng.uniform(50, 900, n)
    return X, Surv.from_arrays(time <= stop, np.ceil(np.minimum(time, stop))), np.arange(n) // 2


def test_noise_is_shrunk_away_and_a_strong_effect_is_kept():
    assert choose_penalty(*simulate(effect=0.0)) >= 3.0
    assert choose_penalty(*simulate(effect=1.2)) <= 0.1


def loglik(z, days, happened, rows, coef):
    """Return the Efron partial likelihood by a loop over the days."""
    total, risk = 0.0, np.exp(z @ coef)
    for day in np.unique(days[rows & happened]):
        at_risk, dead = risk[rows & (days >= day)].sum(), rows & happened & (days == day)
        out = np.arange(dead.sum()) / dead.sum() * risk[dead].sum()
        total += (z[dead] @ coef).sum() - np.log(at_risk - out).sum()
    return total


def slow_score(z, days, happened, fold, penalty):
    """Return the cross-validated likelihood with coefficients by a general optimiser."""
    total, everyone = 0.0, np.ones(len(z), dtype=bool)
    for left_out in np.unique(fold):
        kept = fold != left_out
        spread = z[kept].std(axis=0)

        def loss(coef, kept=kept, spread=spread):
            shrink = 0.5 * penalty * (kept & happened).sum() * ((coef * spread) ** 2).sum()
            return shrink - loglik(z, days, happened, kept, coef)

        coef = minimize(loss, np.zeros(z.shape[1]), method="BFGS", options={"gtol": 1e-4}).x
        total += loglik(z, days, happened, everyone, coef) - loglik(z, days, happened, kept, coef)
    return total


def test_it_is_the_best_of_the_grid_by_a_slow_and_obvious_way():
    X, y, clusters = simulate(effect=0.5, n=120)
    X = X[["a", "b", "c"]]
    y["event"][::7] = 2  # a competing event only ends the time at risk
    y["duration_days"] = np.ceil(y["duration_days"] / 30)  # with many ties
    values, happened = X.to_numpy(), y["event"] == 1
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    fold = network_folds(clusters, 5, seed=3)
    grid = (0.003, 0.03, 0.1, 0.3, 1.0)
    scores = [slow_score(z, y["duration_days"], happened, fold, penalty) for penalty in grid]
    assert 0 < int(np.argmax(scores)) < len(grid) - 1
    found = _scores(CoxRows(z, np.array(y["duration_days"]), happened), fold, grid)
    np.testing.assert_allclose(found, scores, rtol=SAME_LIKELIHOOD)
    assert choose_penalty(X, y, clusters, grid=grid, seed=3) == grid[int(np.argmax(scores))]


def test_rows_that_are_cut_in_two_ask_for_the_same_penalty():
    X, y, clusters = simulate(effect=0.5, n=120)
    z, days, happened = X.to_numpy(), np.array(y["duration_days"]), y["event"] == 1
    cut, fold = np.ceil(days / 3), network_folds(clusters, 5, seed=3)
    entry, until = np.concatenate((np.zeros(120), cut)), np.concatenate((cut, days))
    some = until > entry
    rows = CoxRows(
        np.vstack((z, z))[some], until[some], np.concatenate((~happened & happened, happened))[some], entry[some]
    )
    np.testing.assert_allclose(
        _scores(rows, np.tile(fold, 2)[some], GRID),
        _scores(CoxRows(z, days, happened), fold, GRID),
        rtol=SAME_LIKELIHOOD,
    )
    late = Surv.from_arrays(y["event"], days, np.minimum(cut, days / 2))
    assert choose_penalty(X, late, clusters) in GRID


def test_a_household_does_not_help_to_predict_itself():
    rng = np.random.default_rng(2)
    X = pd.DataFrame(rng.normal(size=(40, 12))).add_prefix("noise")
    days = rng.permutation(40) + 1.0
    often = pd.concat([X] * 4, ignore_index=True)
    y = Surv.from_arrays(np.ones(160, dtype=int), np.tile(days, 4) + 0.1 * np.repeat(np.arange(4), 40))
    together, apart = np.tile(np.arange(40), 4), np.arange(160)
    assert choose_penalty(often, y, together) == max(GRID)
    assert choose_penalty(often, y, apart) < max(GRID)


def test_the_rows_order_and_the_names_of_clusters_do_not_matter():
    X, y, clusters = simulate(effect=0.5, n=120)
    expected = choose_penalty(X, y, clusters, seed=1)
    order = np.random.default_rng(0).permutation(len(X))
    assert choose_penalty(X.iloc[order], y[order], clusters[order], seed=1) == expected
    named = np.array([f"network {name:03}" for name in clusters])
    assert choose_penalty(X, y, named, seed=1) == expected
    assert [choose_penalty(X, y, clusters, seed=1) for _ in range(2)] == [expected] * 2


def test_raw_features_are_prepared_and_nothing_to_learn_is_shrunk_away():
    X, y, clusters = simulate(effect=1.2)
    raw = pd.DataFrame({"a": X["a"].where(X["b"] > -1), "group": np.where(X["c"] > 0, "x", "y"), "same": 1.0})
    assert choose_penalty(raw, y, clusters) in GRID[:-1]
    assert choose_penalty(raw[["same"]], y, clusters) == max(GRID)


def test_only_a_model_that_asks_gets_a_choice():
    X, y, clusters = simulate(effect=0.5)
    for model in (CoxRegression(penalty=0.2), BaseRate()):
        assert settle_penalty(model, X, y, clusters, seed=0, known={}) is model
    asking = CoxRegression(penalty="chosen")
    settled = settle_penalty(asking, X, y, clusters, seed=0, known={})
    assert settled.penalty == choose_penalty(X, y, clusters, seed=0)
    assert asking.penalty == "chosen"


def test_ridges_share_a_choice_and_a_lasso_makes_its_own():
    X, y, clusters = simulate(effect=0.5)
    known = {}

    def settled(model):
        return settle_penalty(model.set_params(penalty="chosen"), X, y, clusters, seed=0, known=known).penalty

    ridge = settled(CoxRegression())
    assert known == {("ridge", *X.columns): ridge}
    assert settled(ReReportLogistic((365,))) == ridge
    assert len(known) == 1
    for model in (
        ElasticNetLogistic((365,), l1_ratio=0.5),
        ElasticNetLogistic((365,), l1_ratio=1.0),
        ElasticNetLogistic((183,), l1_ratio=1.0),
        PointsCard((365,)),
    ):
        before = len(known)
        assert settled(model) == model.choose_penalty(X, y, clusters, seed=0)
        assert len(known) == before + 1
        assert settled(model) in known.values()
        assert len(known) == before + 1
    assert settled(CoxRegression()) == ridge


@pytest.mark.parametrize("kind", [name for name, kind in MODELS.items() if "penalty" in kind().get_params()])
def test_every_model_with_a_penalty_chooses_on_its_own_scale_or_refuses(kind):
    X, y, clusters = simulate(effect=0.5)
    model = MODELS[kind]().set_params(penalty="chosen")
    if kind in ("flexible_parametric", "mixture_cure", "parametric", "prior_count", "prior_count_recency"):
        with pytest.raises(ConfigError, match=r"^A penalty is chosen for .*, but found 'chosen' for \w+: set"):
            settle_penalty(model, X, y, clusters, seed=0, known={("ridge", *X.columns): 0.5})
    elif isinstance(model, OwnPenalty):
        model.set_params(horizons_days=(365,))
        assert settle_penalty(model, X, y, clusters, seed=0, known={("ridge", *X.columns): 0.5}).penalty != 0.5
    else:
        settled = settle_penalty(model, X, y, clusters, seed=0, known={("ridge", *X.columns): 0.5})
        assert settled.penalty == 0.5
        settled.fit(X, y)


def test_what_cannot_be_chosen_is_refused():
    X, y, clusters = simulate(effect=0.5)
    with pytest.raises(ConfigError, match=r"holds numbers above 0, but found \[0, 1\]"):
        choose_penalty(X, y, clusters, grid=[0, 1])
    for grid in ([], [np.nan, 1.0], [1.0, np.inf]):
        with pytest.raises(ConfigError, match="A grid of penalties holds numbers above 0"):
            choose_penalty(X, y, clusters, grid=grid)
    with pytest.raises(ConfigError, match="found 150 clusters for 1 folds: set the penalty"):
        choose_penalty(X, y, clusters, n_folds=1)
    with pytest.raises(DataError, match="found 300 rows, 300 outcomes and 299 clusters: pass the same landmarks"):
        choose_penalty(X, y, clusters[1:])
    with pytest.raises(ConfigError, match="found 1 clusters for 5 folds: set the penalty"):
        choose_penalty(X, y, np.zeros(len(X)))
    alone = Surv.from_arrays(np.arange(len(X)) == 0, y["duration_days"])
    with pytest.raises(FitError, match="Every fold leaves a re-report to learn from"):
        choose_penalty(X, alone, clusters)
