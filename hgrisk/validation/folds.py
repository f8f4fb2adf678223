"""Cross-validation over household networks: every network is judged by models that never saw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.dataset import Dataset
from hgrisk.evaluation.bootstrap import cluster_weights
from hgrisk.evaluation.evaluate import Evaluation
from hgrisk.evaluation.registry import get_metrics
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fit, columns_of
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.validation.designs import (
    DesignResult,
    Part,
    collect,
    judge,
    keep,
    table_rows,
    times_of,
    usable_horizons,
)
from hgrisk.validation.settings import ValidationSettings
from hgrisk.validation.within_folds import FoldSamples, pooled_settings, with_rankings

FOLDS = "folds"
POOLED = "all folds"


def unseen_networks(
    data: Dataset,
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    *,
    seed: int = 0,
) -> DesignResult:
    """Judge models on household networks that they never saw: the cross-validated evaluation.

    Each fold of networks is predicted by a model trained on the other folds. Accuracy and calibration are judged over
    all predictions at once; discrimination and decisions at capacity within each fold, and then combined.

    Parameters
    ----------
    data : Dataset
        All landmarks.
    fits : mapping of str to callable
        ``fit(train, horizons_days)`` by the model's name.
    settings : ValidationSettings
        Number of folds, and what they need to be judged.
    evaluation : EvaluationSettings
        Horizons, metrics and draws.
    seed : int
        Seed of the folds and of the draws.

    Returns
    -------
    DesignResult
        One part, "all folds", with the rows of all folds; ``n_train`` is that of the smallest training part.

    Raises
    ------
    ConfigError
        If there are fewer networks than folds.
    DataError
        If no horizon can be judged.

    Notes
    -----
    Folds do not heed the calendar: a model may learn from later years than those it is judged on.

    A fold with many re-reports is predicted by a model that saw few: over all folds the level of the predictions runs
    against the outcome, and the pooled AUC of a constant lies below one half (Parker, Guenter and Bedo 2007,
    doi:10.1186/1471-2105-8-326). So AUC and concordance compare pairs within a fold only, and a capacity is filled in
    each fold; see :func:`hgrisk.validation.within_folds.within_folds`.

    Intervals and differences are of draws of all networks, and hold the models fixed, so that they are somewhat narrow
    (Bengio and Grandvalet 2004: there is no unbiased estimate of the variance of cross-validation).
    """
    fold = network_folds(data.clusters, settings.n_folds, seed)
    trains = [keep(data, fold != number) for number in range(settings.n_folds)]
    horizons, omitted = _common_horizons(data, trains, settings, evaluation)
    rows, judged = [], {}
    asked = evaluation.model_copy(update={"horizons_days": horizons, "by": ()})
    for name, fit in fits.items() if horizons else ():
        risk, times = _out_of_fold(data, trains, fold, fit, asked)
        judged[POOLED, name] = found = _judge(data, risk, times, fold, asked, seed=seed, name=name)
        rows += table_rows(FOLDS, POOLED, found, min(len(train.X) for train in trains))
    return collect(FOLDS, rows, omitted, judged)


def _judge(
    data: Dataset, risk: Floats, times: Floats, fold: NDArray[Any], asked: EvaluationSettings, *, seed: int, name: str
) -> Evaluation:
    """Judge levels over all rows, rankings within folds, on the same draws of networks."""
    pooled = judge(data, risk, times, pooled_settings(asked), seed=seed, name=name)
    y = data.y_from_landmark
    draws = cluster_weights(data.clusters, asked.n_resamples, seed)
    metrics = get_metrics(asked.metrics, asked.capacity_shares, cost_ratio=asked.cost_ratio)
    return with_rankings(
        pooled, metrics, FoldSamples(Sample.build(y, y, risk, times, followable_days=data.followable_days), fold, draws)
    )


def _out_of_fold(
    data: Dataset, trains: list[Dataset], fold: NDArray[Any], fit: Fit, asked: EvaluationSettings
) -> tuple[Floats, Floats]:
    """Return the risk of every row by the model that did not see its network, and the days."""
    risk, times = np.empty((0, 0)), np.empty(0)
    for number, train in enumerate(trains):
        model = fit(train, asked.horizons_days)
        if number == 0:
            times = times_of(model, asked)
            risk = np.full((len(data.X), len(times)), np.nan)
        rows = fold == number
        risk[rows] = model.predict_cumulative_incidence(columns_of(model, data.X.loc[rows]), times)
    return risk, times


def _common_horizons(
    data: Dataset, trains: list[Dataset], settings: ValidationSettings, evaluation: EvaluationSettings
) -> tuple[tuple[int, ...], list[tuple[str, int, str]]]:
    """Return the horizons at which every fold can be learnt and all rows judged, and why not the others."""
    left_out: dict[int, tuple[str, int, str]] = {}
    for train in trains:
        _, obstacles = usable_horizons(Part(POOLED, train, data), evaluation.horizons_days, settings)
        for row in obstacles:
            left_out.setdefault(row[1], row)
    return tuple(day for day in evaluation.horizons_days if day not in left_out), list(left_out.values())
