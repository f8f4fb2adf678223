"""Choose a penalty on the training rows, by cross-validation over household networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.hazards.fit import CoxRows, fit_cox
from hgrisk.hazards.risk_sets import build_risk_sets
from hgrisk.hazards.steps import likelihood_at, weigh
from hgrisk.models.by_horizon.own_penalty import OwnPenalty
from hgrisk.models.inputs.columns import numeric_matrix, refuse_other_rows
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import SurvivalModel
from hgrisk.surv import ENTRY, RE_REPORT, as_surv

CHOSEN = "chosen"
RIDGES = ("CoxRegression", "DiscreteTimeHazard", "FineGray", "PiecewiseExponential", "ReReportLogistic")
"""Models with a ridge per event on standardised columns, of log hazard ratios or what is near them: one value means
about the same to all of them."""
GRID = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


def choose_penalty(
    X: pd.DataFrame, y: Any, clusters: Any, *, grid: Sequence[float] = GRID, n_folds: int = 5, seed: int = 0
) -> float:
    """Return the ridge penalty of a Cox regression with the highest cross-validated partial likelihood.

    Whole clusters are left out, so that a household never helps to predict itself.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        Raw training features; they are prepared as ``CoxRegression`` does.
    y : ndarray or DataFrame, shape (n,)
        Training outcome.
    clusters : array-like, shape (n,)
        Household network of each row.
    grid : sequence of float
        Penalties per event, above 0.
    n_folds : int
        Folds, 2 or more.
    seed : int
        Seed of the folds.

    Returns
    -------
    float
        One of the grid; of equals the largest.

    Raises
    ------
    ConfigError
        If a penalty is not above 0 or there are fewer clusters than folds.
    DataError
        If features, outcome and clusters differ in length.
    FitError
        If a fold leaves no re-report to learn from.

    Notes
    -----
    The criterion is the sum over folds of l(b) - l_train(b), with b fitted without the fold: Verweij and van
    Houwelingen (1993), doi:10.1002/sim.4780122407.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"noise": rng.normal(size=60)})
    >>> y = Surv.from_arrays(np.ones(60, dtype=int), rng.permutation(60) + 1)
    >>> choose_penalty(X, y, clusters=np.arange(60))
    100.0
    """
    if not grid or not all(0 < penalty < np.inf for penalty in grid):
        raise ConfigError("A grid of penalties holds numbers above 0", f"{list(grid)}", f"use {list(GRID)}")
    refuse_other_rows(X, y)
    outcome, keys = as_surv(y), np.asarray(clusters)
    if not len(X) == len(outcome) == len(keys):
        found = f"{len(X)} rows, {len(outcome)} outcomes and {len(keys)} clusters"
        raise DataError("Every row has an outcome and a cluster", found, "pass the same landmarks to all three")
    fold = network_folds(keys, n_folds, seed, cure="set the penalty")
    design = numeric_matrix(FeaturePreparer().fit(X).transform(X))
    design = (design - design.mean(axis=0)) / np.where(design.std(axis=0) > 0, design.std(axis=0), 1.0)
    duration, happened = np.ascontiguousarray(outcome["duration_days"]), outcome["event"] == RE_REPORT
    entry = np.ascontiguousarray(outcome[ENTRY]) if ENTRY in (outcome.dtype.names or ()) else None
    scores = _scores(CoxRows(design, duration, happened, entry), fold, grid)
    best = np.flatnonzero(scores >= scores.max() - 1e-9)
    return float(max(np.asarray(grid)[best]))


def can_choose(model: SurvivalModel) -> bool:
    """Return whether a model's penalty can be chosen on training rows."""
    return isinstance(model, OwnPenalty) or type(model).__name__ in RIDGES


def settle_penalty(
    model: SurvivalModel,
    X: pd.DataFrame,
    y: Any,
    clusters: Any,
    seed: int,
    *,
    known: dict[tuple[str, ...], float],
    followable_days: Any = None,
) -> SurvivalModel:
    """Return the model with its penalty chosen on the training rows, if it asks for that with ``"chosen"``.

    The models of `RIDGES` share the choice by `choose_penalty`, on the partial likelihood. A lasso is on another scale
    than a ridge: a model with one chooses by its own loss (`OwnPenalty`). Others cannot choose.

    Parameters
    ----------
    model : SurvivalModel
        The model, not fitted.
    X : DataFrame, shape (n, p)
        Raw training features.
    y : ndarray or DataFrame, shape (n,)
        Training outcome.
    clusters : array-like, shape (n,)
        Household network of each row.
    seed : int
        Seed of the folds.
    known : dict
        Penalties chosen before on the same rows, by who shares them and columns; a new choice is added.
    followable_days : array-like of float, shape (n,), optional
        Calendar days until follow-up of everyone ends, for models that choose by their own loss.

    Returns
    -------
    SurvivalModel
        The model itself, or a copy with a number for its penalty.

    Raises
    ------
    ConfigError
        If the model cannot choose its penalty, or there are fewer networks than folds.
    DataError, FitError
        As for `choose_penalty` and `OwnPenalty.choose_penalty`.
    """
    if getattr(model, "penalty", None) != CHOSEN:
        return model
    settled: SurvivalModel = clone(model)
    kind = type(model).__name__
    if not can_choose(model):
        rule = "A penalty is chosen for Cox, Fine-Gray and logistic regressions, elastic nets and points cards"
        raise ConfigError(rule, f"{CHOSEN!r} for {kind}", "set a number")
    shared = f"{kind} {settled.get_params()}" if isinstance(settled, OwnPenalty) else "ridge"
    key = (shared, *map(str, X.columns))
    if key not in known:
        if isinstance(settled, OwnPenalty):
            known[key] = settled.choose_penalty(X, y, clusters, seed=seed, followable_days=followable_days)
        else:
            known[key] = choose_penalty(X, y, clusters, seed=seed)
    settled.set_params(penalty=known[key])
    return settled


def _scores(rows: CoxRows, fold: Any, grid: Sequence[float]) -> Floats:
    """Return the cross-validated partial likelihood of each penalty."""
    totals = np.zeros(len(grid))
    for left_out in np.unique(fold):
        kept = fold != left_out
        if not rows.happened[kept].any():
            raise FitError("Every fold leaves a re-report to learn from", "none", "set the penalty")
        entry = None if rows.entry is None else rows.entry[kept]
        part = CoxRows(rows.X[kept], rows.duration[kept], rows.happened[kept], entry)
        coef = None
        for place in np.argsort(grid)[::-1]:  # from the largest: each search begins where the one before ended
            coef = fit_cox(part, penalty=grid[place], start=coef).coef
            totals[place] += _loglik(rows, coef) - _loglik(part, coef)
    return totals


def _loglik(rows: CoxRows, coef: Floats) -> float:
    sets = build_risk_sets(rows.duration, rows.happened, rows.entry)
    weighted = weigh(sets, np.ones(len(rows.duration)), efron=True)
    with one_blas_thread():
        return likelihood_at(weighted, rows.X @ coef).loglik
