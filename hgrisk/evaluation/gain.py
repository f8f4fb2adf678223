"""Gain: the difference between models on the same bootstrap draws."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import percentile_interval
from hgrisk.evaluation.capacity import has_own_threshold
from hgrisk.evaluation.evaluate import Evaluation

DIFFERENCES = ("model", "against", "metric", "horizon_days", "difference", "lower", "upper")


def differences(judged: Mapping[str, Evaluation], against: str) -> pd.DataFrame:
    """Return by how much each model differs from one, in every metric and at every horizon.

    Parameters
    ----------
    judged : mapping of str to Evaluation
        Evaluations on the same test rows and draws, by model.
    against : str
        Name of the model to compare with, one of them.

    Returns
    -------
    DataFrame
        ``model``, ``against``, ``metric``, ``horizon_days``, ``difference`` (the model's metric minus that of
        ``against``), ``lower``, ``upper``. Net benefit is left out: its threshold differs by model.

    Raises
    ------
    DataError
        If the draws are not the same, or a metric was not computed for ``against``.
    """
    rows = [
        (name, against, *key, *gain(judged[against], evaluation, *key))
        for name, evaluation in judged.items()
        if name != against
        for key in evaluation.replicates
        if not has_own_threshold(key[0])
    ]
    return pd.DataFrame(rows, columns=list(DIFFERENCES))


def gain(a: Evaluation, b: Evaluation, metric: str, horizon_days: int) -> tuple[float, float, float]:
    """Compare two models draw by draw.

    Parameters
    ----------
    a, b : Evaluation
        Two evaluations on the same test rows, censoring, clusters, seed and number of draws.
    metric : str
        Name of a row, such as "auc" or "capacity_recall@5%".
    horizon_days : int
        Horizon in days.

    Returns
    -------
    gain, lower, upper : float
        Metric of ``b`` minus metric of ``a``, with the paired percentile interval. For a metric of which lower is
        better, a negative gain is an improvement.

    Raises
    ------
    DataError
        If the draws are not the same, or the metric was not computed at the horizon.
    """
    before, after = paired(a, b, metric, horizon_days)
    difference = after - before
    return float(difference[0]), *percentile_interval(difference, a.level)


def paired(a: Evaluation, b: Evaluation, metric: str, horizon_days: int) -> tuple[Floats, Floats]:
    """Return a metric of two models, draw by draw.

    Parameters
    ----------
    a, b : Evaluation
        Two evaluations on the same test rows, censoring, clusters, seed and number of draws.
    metric : str
        Name of a row, such as "auc" or "capacity_recall@5%".
    horizon_days : int
        Horizon in days.

    Returns
    -------
    of_a, of_b : ndarray, shape (1 + B,)
        The estimate, then the value in each draw.

    Raises
    ------
    DataError
        If the draws are not the same, or the metric was not computed at the horizon.
    """
    if a.pairing != b.pairing or a.level != b.level:
        raise DataError(
            "A paired comparison needs the same test rows, censoring, clusters, seed, draws and level",
            f"different ones for {a.model!r} and {b.model!r}",
            "evaluate both models in the same way",
        )
    for one in (a, b):
        if (metric, horizon_days) not in one.replicates:
            known = ", ".join(f"{name} at {days}" for name, days in one.replicates)
            raise DataError(
                f"The evaluation of {one.model!r} holds the metric asked for",
                f"{metric} at {horizon_days}",
                f"use {known}",
            )
    return a.replicates[metric, horizon_days], b.replicates[metric, horizon_days]
