"""A lasso penalty that is chosen by the model's own loss: against a slow way, in noise and signal, and refusals."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.elastic_net import ElasticNetLogistic
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.models.points_card import PointsCard
from hgrisk.surv import Surv

EVERYONE_KNOWN = 400.0


def made(effect, n=400, n_features=25, seed=0):
    """Rows of which four features have an effect; all are followed past the horizons."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, n_features)), columns=[f"x{place:02}" for place in range(n_features)])
    hazard = np.exp(-6.5 + effect * X.iloc[:, :4].sum(axis=1))
    days = np.ceil(rng.exponential(1 / hazard))
    return X, Surv.from_arrays((days <= EVERYONE_KNOWN).astype(int), np.minimum(days, EVERYONE_KNOWN))


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_a_loss_is_that_of_copies_fitted_without_each_fold(l1_ratio):
    X, y = made(0.4, n=200, n_features=6)
    y["event"][::9] = 2
    clusters, days = np.arange(200) // 2, (183.0, 365.0)
    fold = network_folds(clusters, 5, seed=3)
    asking = ElasticNetLogistic(days, 1.0, l1_ratio)
    training, outcomes = asking._known(X, y, None, None)
    penalties = asking._penalties(training, outcomes)
    losses = []
    for penalty in penalties:
        total = 0.0
        for number in range(5):
            out = fold == number
            model = ElasticNetLogistic(days, float(penalty), l1_ratio).fit(X[~out], y[~out])
            logit = model._logits(X[out])
            label = (y["event"][out, None] == 1) & (y["duration_days"][out, None] <= np.array(days))
            total += np.sum(np.log1p(np.exp(logit)) - label * logit)
        losses.append(total / 400)
    np.testing.assert_allclose(asking._losses(training, outcomes, fold, penalties), losses, rtol=1e-8)
    best = penalties[int(np.argmin(losses))]
    chosen = ElasticNetLogistic(days, "chosen", l1_ratio).choose_penalty(X, y, clusters, seed=3)
    assert chosen == pytest.approx(best)


@pytest.mark.parametrize("l1_ratio", [0.5, 1.0])
def test_the_largest_penalty_is_the_smallest_that_leaves_no_column(l1_ratio):
    X, y = made(0.4)
    asking = ElasticNetLogistic((183, 365), 1.0, l1_ratio)
    largest = asking._penalties(*asking._known(X, y, None, None))[0]
    counts = [
        np.count_nonzero(ElasticNetLogistic((183, 365), largest * part, l1_ratio).fit(X, y).coef_)
        for part in (1.001, 0.95)
    ]
    assert counts[0] == 0 < counts[1]


@pytest.mark.parametrize("model", [ElasticNetLogistic((365,), l1_ratio=1.0), PointsCard((365,))], ids=str)
def test_what_has_an_effect_is_found_and_noise_is_not(model):
    new, after = made(0.4, 3000, seed=9)
    X, y = made(0.4, 800)
    penalty = model.set_params(penalty="chosen").choose_penalty(X, y, np.arange(800))
    model.set_params(penalty=penalty).fit(X, y)
    assert model.score(new, after) > 0.65
    of_a_ridge = clone(model).set_params(penalty=0.3).fit(X, y)
    assert model.score(new, after) > of_a_ridge.score(new, after) + 0.03
    left = []
    for seed in range(5):
        X, y = made(0.0, 400, seed=seed)
        penalty = model.set_params(penalty="chosen").choose_penalty(X, y, np.arange(400))
        left.append(np.ptp(model.set_params(penalty=penalty).fit(X, y).predict_risk(X, 365)))
    assert np.median(left) < 0.12


def test_the_order_of_rows_does_not_matter_and_networks_do():
    X, y = made(0.3, 300)
    asking, names = ElasticNetLogistic((365,), "chosen"), np.arange(300)
    expected = asking.choose_penalty(X, y, names, seed=1)
    mixed = np.random.default_rng(0).permutation(300)
    assert asking.choose_penalty(X.iloc[mixed], y[mixed], names[mixed], seed=1) == pytest.approx(expected, rel=1e-12)
    noise, drawn = made(0.0, 120)
    rows = np.tile(np.arange(120), 4)
    often = noise.iloc[rows].reset_index(drop=True), drawn[rows]
    assert asking.choose_penalty(*often, rows) > 2 * asking.choose_penalty(*often, np.arange(480))
    assert asking.penalty == "chosen"


def test_rows_that_could_not_be_followed_are_left_out():
    X, y = made(0.5, 600)
    able, asking = np.where(np.arange(600) < 300, 1000.0, 100.0), ElasticNetLogistic((365,), "chosen")
    other = Surv.from_arrays(np.where(able < 365, 1 - y["event"], y["event"]), y["duration_days"])
    chosen = [asking.choose_penalty(X, its, np.arange(600), followable_days=able) for its in (y, other)]
    assert chosen[0] == chosen[1]
    assert asking.choose_penalty(X, other, np.arange(600)) != asking.choose_penalty(X, y, np.arange(600))


def test_what_cannot_be_chosen_is_refused():
    X, y = made(0.3, 100)
    for asking in (ElasticNetLogistic((365,), "chosen"), PointsCard((365,), penalty="chosen")):
        with pytest.raises(ConfigError, match="found 1 clusters for 5 folds: set the penalty"):
            asking.choose_penalty(X, y, np.zeros(100))
        with pytest.raises(DataError, match="Every row has a cluster, but found 99 clusters for 100 rows"):
            asking.choose_penalty(X, y, np.arange(99))
        few = Surv.from_arrays(np.arange(100) == 0, np.where(np.arange(100) == 0, 100, 400))
        with pytest.raises(FitError, match="are left when a fold is left out, but found all rows with one"):
            asking.choose_penalty(X, few, np.arange(100))
        with pytest.raises(ConfigError, match="is finite and above 0, but found 'chosen': use 0"):
            asking.fit(X, y)
    with pytest.raises(DataError, match="at least one column that varies"):
        ElasticNetLogistic((365,), "chosen").choose_penalty(X[["x00"]] * 0, y, np.arange(100))
