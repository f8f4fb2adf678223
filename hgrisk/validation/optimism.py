"""Optimism: how much a model flatters itself on the rows that it was trained on, by bootstrap of networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.dataset import Dataset
from hgrisk.errors import DataError, FitError
from hgrisk.evaluation.bootstrap import SMALLEST_DEFINED_SHARE, Counts, cluster_weights, percentile_interval
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.registry import get_metrics
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fit, columns_of
from hgrisk.models.protocol import SurvivalModel
from hgrisk.validation.designs import CANNOT_LEARN, Part, times_of, usable_horizons
from hgrisk.validation.settings import ValidationSettings

Key = tuple[str, int]
COLUMNS = (
    *("model", "metric", "horizon_days", "apparent", "optimism", "corrected", "lower", "upper"),
    *("n", "n_draws", "n_failed"),
)


@dataclass(frozen=True, eq=False)
class Optimism:
    """What the bootstrap found.

    Attributes
    ----------
    table : DataFrame
        ``model``, ``metric``, ``horizon_days``, ``apparent`` (on the training rows), ``optimism`` (apparent minus true,
        so negative where a low metric is good), ``corrected`` (apparent minus optimism), ``lower`` and ``upper`` (of
        ``corrected``), ``n``, ``n_draws`` and ``n_failed`` (draws in which the model could not be fitted).
    draws : mapping of (str, str, int) to ndarray, shape (B,)
        Optimism in each draw, by model, metric and horizon; NaN where it is not defined.
    """

    table: pd.DataFrame
    draws: Mapping[tuple[str, str, int], Floats]


def correct_optimism(
    data: Dataset,
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    *,
    seed: int = 0,
) -> Optimism:
    """Correct the apparent performance of models for optimism.

    Household networks are drawn with replacement; everything that ``fit`` does, choices included, is done again on
    each draw. The optimism of a draw is the metric of its model on the draw minus that on all rows.

    Parameters
    ----------
    data : Dataset
        The rows that the models are trained and judged on.
    fits : mapping of str to callable
        ``fit(train, horizons_days)`` by the model's name.
    settings : ValidationSettings
        Number of draws.
    evaluation : EvaluationSettings
        Horizons and metrics.
    seed : int
        Seed of the draws, the same for every model.

    Returns
    -------
    Optimism
        Apparent and corrected performance.

    Raises
    ------
    DataError
        If no horizon can be judged.
    FitError
        If a model cannot be fitted in more than a tenth of the draws.

    Notes
    -----
    Harrell, Lee and Mark (1996), doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4. The interval is
    that of the draws' apparent performance, moved by the optimism: Noma et al. (2021), arXiv:2005.01457.

    Some flattery stays, so that folds of networks come first. The optimism of the Brier score is right also for pure
    noise; that of an AUC near chance is only sqrt(2) - sqrt(1/2), or 0.7, of what noise gains. And every draw holds two
    thirds of the networks, which a model that remembers rows then knows.
    """
    horizons, omitted = usable_horizons(Part("all", data, data), evaluation.horizons_days, settings)
    if not horizons:
        raise DataError("Optimism is of a horizon that can be judged", omitted[0][2], "choose an earlier horizon")
    asked = evaluation.model_copy(update={"horizons_days": horizons, "by": ()})
    metrics = get_metrics(asked.metrics, asked.capacity_shares, cost_ratio=asked.cost_ratio)
    counts = cluster_weights(data.clusters, settings.n_bootstrap, seed)
    rows, draws = [], {}
    for name, fit in fits.items():
        own = _metrics_of(fit(data, horizons), data, asked, metrics, np.ones((1, len(data.X))))
        pairs, n_failed = _pairs(data, fit, asked, metrics, counts[1:])
        for key, values in pairs.items():
            draws[name, *key] = values[:, 0] - values[:, 1]
            rows.append((name, *key, *_corrected(own[key][0], values, asked.level), len(data.X), len(values), n_failed))
    return Optimism(pd.DataFrame(rows, columns=list(COLUMNS)), draws)


def _pairs(
    data: Dataset, fit: Fit, asked: EvaluationSettings, metrics: Mapping[str, Metric], counts: Counts
) -> tuple[dict[Key, Floats], int]:
    """Return each metric of each draw's model on the draw and on all rows, shape (B, 2), and the failed draws."""
    found: list[dict[Key, Floats]] = []
    n_failed = 0
    for copies in counts:
        try:
            model = fit(data.repeated(copies), asked.horizons_days)
            weights = np.stack((copies.astype(np.float64), np.ones(len(copies))))
            found.append(_metrics_of(model, data, asked, metrics, weights))
        except CANNOT_LEARN:
            n_failed += 1
    if len(found) < SMALLEST_DEFINED_SHARE * len(counts):
        failed = f"{n_failed} of {len(counts)} that cannot"
        raise FitError("A model can be fitted in nine of ten draws", failed, "make it simpler or choose other horizons")
    return {key: np.array([one[key] for one in found]) for key in found[0]}, n_failed


def _metrics_of(
    model: SurvivalModel, data: Dataset, asked: EvaluationSettings, metrics: Mapping[str, Metric], weights: Floats
) -> dict[Key, Floats]:
    times = times_of(model, asked)
    y = data.y_from_landmark
    risk = model.predict_cumulative_incidence(columns_of(model, data.X), times)
    sample = Sample.build(y, y, risk, times, followable_days=data.followable_days)
    days = asked.horizons_days
    return {(name, day): metric.compute(sample, day, weights) for day in days for name, metric in metrics.items()}


def _corrected(apparent: float, values: Floats, level: float) -> tuple[float, ...]:
    defined = values[np.isfinite(values).all(axis=1)]
    optimism = float((defined[:, 0] - defined[:, 1]).mean()) if len(defined) else float("nan")
    lower, upper = percentile_interval(np.concatenate(([apparent], values[:, 0])), level)
    return apparent, optimism, apparent - optimism, lower - optimism, upper - optimism
