"""Rankings judged within each fold, then combined: risks of models of different folds are never compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.bootstrap import Counts, percentile_interval
from hgrisk.evaluation.capacity import flagged_sums
from hgrisk.evaluation.evaluate import Evaluation
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.evaluation.sums import ratio, weighted_sums

RANKING = ("discrimination", "decision")
"""Kinds of metrics that compare the risks of one landmark with those of others."""


@dataclass(frozen=True, eq=False)
class FoldSamples:
    """The rows of each fold, and the draws of networks over all of them.

    Attributes
    ----------
    sample : Sample
        Outcomes and out-of-fold risks of n rows.
    fold : ndarray of int, shape (n,)
        Fold of each row.
    weights : ndarray, shape (1 + B, n)
        How often each row counts in each draw; draws are of networks of all folds together.
    """

    sample: Sample
    fold: NDArray[Any]
    weights: Counts

    def at(self, horizon_days: float) -> Iterator[tuple[Sample, Counts]]:
        """Yield the folds that a horizon is judged on, with their draws.

        Parameters
        ----------
        horizon_days : float
            Days.

        Yields
        ------
        Sample, ndarray of shape (1 + B, rows)
            Rows of a fold that could be followed to the horizon, with the censoring of those of all folds; each fold
            is a population of its own, with its own capacity.
        """
        able, judged = self.sample.rows_at(horizon_days), self.sample.judged_at(horizon_days)
        fold, weights = self.fold[able], self.weights[:, able]
        for number in np.unique(fold):
            mask = fold == number
            yield replace(judged.take(mask), population=None), weights[:, mask]


def is_ranking(name: str) -> bool:
    """Tell whether a metric compares landmarks with each other, so that it is judged within folds.

    Parameters
    ----------
    name : str
        Name of a metric, without a capacity.

    Returns
    -------
    bool
        True for discrimination and decisions.

    Examples
    --------
    >>> is_ranking("auc"), is_ranking("capacity_recall"), is_ranking("brier")
    (True, True, False)
    """
    return get_metric(name).kind in RANKING


def within_folds(metric: Metric, horizon_days: float, folds: FoldSamples) -> Floats:
    """Return a metric within each fold, averaged over the folds in each draw.

    Parameters
    ----------
    metric : Metric
        A metric of discrimination or of a decision at capacity.
    horizon_days : float
        Horizon in days.
    folds : FoldSamples
        Folds and draws.

    Returns
    -------
    ndarray, shape (1 + B,)
        The estimate, then the value in each draw; NaN where no fold can be judged, or one that counts cannot.

    Notes
    -----
    Folds weigh by what the metric is a mean of: pairs with and without a re-report by the horizon for AUC and
    concordance, re-reports for recall, flags for precision, landmarks for cost and net benefit, all weighted for
    censoring. So recall is the re-reports found in all folds, each at its own capacity, of all re-reports; a fold
    without a pair or without a re-report weighs nothing. The number needed to flag is 1 over that precision.
    """
    if metric.name == "number_needed_to_flag":
        precision = get_metric("capacity_precision").with_parameters(**metric.parameters)
        return ratio(1.0, within_folds(precision, horizon_days, folds))
    total, sizes = np.zeros(len(folds.weights)), np.zeros(len(folds.weights))
    for part, weights in folds.at(horizon_days):
        # the horizon was required of all rows: a fold that no row outlasts has no pair, and so no say
        values = metric.function(part, horizon_days, weights, **metric.parameters)
        size = _size(metric, part, horizon_days, weights)
        total += np.where(size > 0, size * values, 0.0)
        sizes += size
    return ratio(total, sizes)


def with_rankings(pooled: Evaluation, metrics: Mapping[str, Metric], folds: FoldSamples) -> Evaluation:
    """Return an evaluation whose rankings are judged within folds.

    Parameters
    ----------
    pooled : Evaluation
        Of all rows at once; it has the metrics that may be pooled, at every horizon.
    metrics : mapping of str to Metric
        All metrics by the name of their rows.
    folds : FoldSamples
        Folds, with the draws of the evaluation.

    Returns
    -------
    Evaluation
        All metrics, in their order, with the draws that pair them.
    """
    facts: list[Any] = pooled.table.drop_duplicates("horizon_days").to_dict("records")
    replicates: dict[tuple[str, int], Floats] = {}
    rows = []
    for fact in facts:
        horizon = int(fact["horizon_days"])
        for name, metric in metrics.items():
            inside = metric.kind in RANKING
            draws = within_folds(metric, float(horizon), folds) if inside else pooled.replicates[name, horizon]
            replicates[name, horizon] = draws
            lower, upper = percentile_interval(draws, pooled.level)
            rows.append({**fact, "metric": name, "estimate": float(draws[0]), "lower": lower, "upper": upper})
    table = pd.DataFrame(rows)[list(pooled.table.columns)]
    return replace(pooled, table=table, replicates=MappingProxyType(replicates))


def pooled_settings(asked: EvaluationSettings) -> EvaluationSettings:
    """Return the settings with the metrics that may be pooled, or with one of any kind where there is none."""
    names = tuple(name for name in asked.metrics if not is_ranking(name)) or asked.metrics[:1]
    return asked.model_copy(update={"metrics": names})


def _size(metric: Metric, part: Sample, horizon_days: float, weights: Counts) -> Floats:
    """Return what a fold weighs in each draw."""
    if metric.kind == "discrimination":
        status = part.status(horizon_days)
        sides = np.column_stack((status.weight * status.happened, status.weight * (1.0 - status.happened)))
        cases, controls = weighted_sums(weights, sides).T
        return np.asarray(cases * controls)
    if metric.name in ("capacity_recall", "capacity_precision"):
        sums = flagged_sums(part, horizon_days, weights, metric.parameters["capacity_share"])
        return sums.found + (sums.missed if metric.name == "capacity_recall" else sums.needless)
    return weighted_sums(weights, np.ones(len(part)))
