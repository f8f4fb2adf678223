"""Cross-validation over household networks: every network is judged by models that never saw it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hgrisk.curves import Floats
from hgrisk.dataset import Dataset
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

    Each fold of networks is predicted by a model trained on the other folds; the predictions of all folds are pooled,
    and judged once.

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
        One part, "all folds"; ``n_train`` is that of the smallest training part.

    Raises
    ------
    ConfigError
        If there are fewer networks than folds.
    DataError
        If no horizon can be judged.

    Notes
    -----
    Folds do not heed the calendar: a model may learn from later years than those it is judged on. The interval is of
    the pooled predictions and holds the models fixed, so that it is somewhat narrow (Bengio and Grandvalet 2004: there
    is no unbiased estimate of the variance of cross-validation).
    """
    fold = network_folds(data.clusters, settings.n_folds, seed)
    trains = [keep(data, fold != number) for number in range(settings.n_folds)]
    horizons, omitted = _common_horizons(data, trains, settings, evaluation)
    rows, judged = [], {}
    asked = evaluation.model_copy(update={"horizons_days": horizons, "by": ()})
    for name, fit in fits.items() if horizons else ():
        risk, times = _out_of_fold(data, trains, fold, fit, asked)
        judged[POOLED, name] = found = judge(data, risk, times, asked, seed=seed, name=name)
        rows += table_rows(FOLDS, POOLED, found, min(len(train.X) for train in trains))
    return collect(FOLDS, rows, omitted, judged)


def _out_of_fold(
    data: Dataset, trains: list[Dataset], fold: object, fit: Fit, asked: EvaluationSettings
) -> tuple[Floats, Floats]:
    """Return the risk of every row by the model that did not see its network, and the days."""
    risk, times = np.empty((0, 0)), np.empty(0)
    for number, train in enumerate(trains):
        model = fit(train, asked.horizons_days)
        if number == 0:
            times = times_of(model, asked)
            risk = np.full((len(data.X), len(times)), np.nan)
        rows = np.asarray(fold) == number
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
