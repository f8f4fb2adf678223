"""Choosing a candidate on the training landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.dataset import Dataset
from hgrisk.errors import DataError, FitError
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.models.fitting import Fit, checked_fits, columns_of
from hgrisk.selection.one_se import best_and_simplest, best_of, mean_and_se, se_of_difference
from hgrisk.selection.settings import SelectionSettings
from hgrisk.selection.time_folds import TimeFold, time_folds
from hgrisk.surv import RE_REPORT

WHOLE_CURVE = 30
"""Step in days of the risks for a metric of the whole curve, where the model gives them."""


@dataclass(frozen=True, eq=False)
class Choice:
    """A choice among candidates.

    Attributes
    ----------
    table : DataFrame
        ``candidate`` (from the simplest on), ``mean`` and ``se`` of the metric over the folds, ``se_difference`` (of
        the mean difference with the best, fold by fold), ``is_best``, ``is_chosen``.
    folds : DataFrame
        ``origin``, ``group``, ``n_train``, ``n_test``, ``candidate``, ``estimate`` (empty where it could not be
        fitted) and ``reason``.
    best, chosen : str
        The best candidate, and the one that the rule takes.
    """

    table: pd.DataFrame
    folds: pd.DataFrame
    best: str
    chosen: str


def choose(
    candidates: Mapping[str, Fit], train: Dataset, settings: SelectionSettings | None = None, *, seed: int = 0
) -> Choice:
    """Choose among candidates on the training landmarks, by folds in order of time.

    Parameters
    ----------
    candidates : mapping of str to callable
        ``fit(train, horizons_days)`` by name, from the simplest to the most complex: the order is what the
        one-standard-error rule calls simple. ``Fitting(model)`` makes one of a model.
    train : Dataset
        Training landmarks; test landmarks are never seen.
    settings : SelectionSettings, optional
        Metric, folds and rule.
    seed : int
        Seed of the groups of networks.

    Returns
    -------
    Choice
        The choice, and what it rests on.

    Raises
    ------
    DataError
        If fewer than two folds can be judged, no candidate can be fitted in all of them, or a candidate is a model
        itself: wrap it as a `Fitting`.

    Notes
    -----
    Each fold learns the outcome as it was known at its origin. A candidate is as good as the best if its mean differs
    by no more than the standard error of that difference: see :func:`hgrisk.selection.one_se.best_and_simplest`. Folds
    share training rows, so that either standard error is a yardstick and no more.
    """
    checked_fits(candidates)
    settings = settings or SelectionSettings()
    folds = [fold for fold in time_folds(train, settings, seed) if _can_be_judged(fold, settings)]
    if len(folds) < 2:
        found = f"{len(folds)} with {settings.min_events} re-reports by {settings.horizon_days} days"
        raise DataError(
            "A choice rests on two folds or more", found, "set an earlier horizon_days, or fewer n_windows or n_groups"
        )
    metric = get_metric(settings.metric)
    rows = [row for fold in folds for row in _fold_rows(fold, candidates, metric, settings)]
    table = pd.DataFrame(rows)
    values = table["estimate"].to_numpy(dtype=np.float64).reshape(len(folds), len(candidates)).T
    sign = -1.0 if metric.direction == "higher" else 1.0
    loss, se = mean_and_se(sign * values)
    se_difference = se_of_difference(sign * values, best_of(loss))
    best, simplest = best_and_simplest(loss, se_difference)
    chosen = simplest if settings.rule == "one_se" else best
    names = list(candidates)
    place = np.arange(len(names))
    summary = {
        "candidate": names,
        "mean": sign * loss,
        "se": se,
        "se_difference": se_difference,
        "is_best": place == best,
        "is_chosen": place == chosen,
    }
    return Choice(pd.DataFrame(summary), table, names[best], names[chosen])


def _fold_rows(
    fold: TimeFold, candidates: Mapping[str, Fit], metric: Metric, settings: SelectionSettings
) -> list[dict[str, Any]]:
    facts = {"origin": fold.origin, "group": fold.group, "n_train": len(fold.train.X), "n_test": len(fold.test.X)}
    rows = []
    for name, fit in candidates.items():
        value, reason = _value(fold, fit, metric, settings.horizon_days)
        rows.append({**facts, "candidate": name, "estimate": value, "reason": reason})
    return rows


def _value(fold: TimeFold, fit: Fit, metric: Metric, horizon: int) -> tuple[float, str]:
    """Return the metric of a candidate in a fold, or why it has none."""
    try:
        model = fit(fold.train, (horizon,))
    except FitError as error:
        return float("nan"), str(error)
    days = {float(horizon)}
    if model.supported_times_ is None:
        days |= set(np.arange(WHOLE_CURVE, horizon, WHOLE_CURVE, dtype=np.float64))
    times = np.array(sorted(days))
    risk = model.predict_cumulative_incidence(columns_of(model, fold.test.X), times)
    return metric.estimate(_sample(fold.test, risk, times), horizon), ""


def _sample(test: Dataset, risk: Floats, times: Floats) -> Sample:
    y = test.y_from_landmark
    return Sample.build(y, y, risk, times, followable_days=test.followable_days)


def _can_be_judged(fold: TimeFold, settings: SelectionSettings) -> bool:
    horizon = settings.horizon_days
    y, learnt = fold.test.y_from_landmark, fold.train.y_from_landmark
    test = _sample(fold.test, np.zeros((len(y), 1)), np.array([horizon]))
    able = fold.train.followable_days >= horizon
    enough = all(
        int(np.count_nonzero(rows & (each["event"] == RE_REPORT) & (each["duration_days"] <= horizon)))
        >= settings.min_events
        for each, rows in ((y, test.rows_at(horizon)), (learnt, able))
    )
    return bool(enough and test.is_followed(horizon) and np.any(learnt["duration_days"] >= horizon))
