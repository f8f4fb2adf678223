"""Evaluation of one model: every metric at every horizon, for everyone and by group, with paired intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import Counts, cluster_weights, percentile_interval
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.registry import get_metrics
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.evaluation.support import support_table
from hgrisk.surv import RE_REPORT

EVERYONE = "all"
COLUMNS = ("model", "metric", "horizon_days", "group", "estimate", "lower", "upper", "n", "n_events")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Performance of one model.

    Attributes
    ----------
    model : str
        Name of the model.
    table : DataFrame
        Columns ``model``, ``metric``, ``horizon_days``, ``group`` ("all" or "column=value"), ``estimate``, ``lower``,
        ``upper``, ``n`` (rows judged at the horizon) and ``n_events`` (re-reports observed among them by the horizon);
        one row per combination. A metric at capacity has a row for each capacity: "capacity_recall@5%".
    replicates : mapping of (str, int) to ndarray, shape (1 + B,)
        By metric and horizon, for everyone: the estimate, then its value in each bootstrap draw.
    support : DataFrame
        Columns ``horizon_days``, ``n`` (rows judged), ``n_known`` (rows of known status), ``smallest_g`` (the smallest
        probability of still being followed that a weight divides by), ``largest_weight`` and ``effective_n`` (of the
        weights).
    level : float
        Coverage of the intervals.
    pairing : str
        Fingerprint of the test outcome, who could be followed, the censoring distribution, the clusters, the seed and
        the number of draws; equal for evaluations whose draws can be compared one by one.
    """

    model: str
    table: pd.DataFrame
    replicates: Mapping[tuple[str, int], Floats]
    support: pd.DataFrame
    level: float
    pairing: str


def evaluate(
    y_train: Any,
    y_test: Any,
    risk: Any,
    times: Any,
    *,
    clusters: Any,
    settings: EvaluationSettings,
    seed: int = 0,
    by: pd.DataFrame | None = None,
    model: str = "model",
    followable_days: Any = None,
) -> Evaluation:
    """Evaluate predicted risks on test rows.

    Parameters
    ----------
    y_train : ndarray or DataFrame, shape (m,)
        Outcome of the training data; it gives the censoring distribution, unless ``followable_days`` are given, and
        nothing else. If the follow-up of the training data ends earlier by design, as after a temporal split, pass an
        outcome censored like the test rows.
    y_test : ndarray or DataFrame, shape (n,)
        Outcome of the test rows.
    risk : array-like of float, shape (n, k)
        Predicted cumulative incidence of a re-report by each of ``times``, in [0, 1].
    times : array-like of float, shape (k,)
        Days, increasing; they hold every horizon. ``grid_times`` gives a grid that serves every metric.
    clusters : array-like, shape (n,)
        Household network of each test row; networks are resampled, never rows.
    settings : EvaluationSettings
        Horizons, metrics, capacity, draws and groups.
    seed : int
        Seed of the bootstrap. Models evaluated with the same clusters and seed have the same draws.
    by : DataFrame, n rows, optional
        Audit columns in the order of the test rows; those of ``settings.by``, or all of them if it is empty.
    model : str
        Name of the model in the table.
    followable_days : array-like of float, shape (n,), optional
        For how many days each test row could be followed, whatever happens to it: each horizon is then judged on the
        rows that could be followed to it, with their own censoring, as in training.

    Returns
    -------
    Evaluation
        Table, replicates and the support of the weights. A group with too few rows or re-reports, or without
        follow-up up to the horizon, is listed with empty estimates.

    Raises
    ------
    DataError
        If an input is not valid, lengths differ, or a horizon is beyond the follow-up.

    Notes
    -----
    A group is weighted with its own censoring, and judged at the capacity threshold of everyone in the same
    draw. A missing value of an
    audit column is a group of its own, "column=missing". Censoring is taken to be independent of outcome and risk.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0] * 10, [100, 400, 300, 600] * 10)
    >>> risk = np.tile([[0.5], [0.1], [0.2], [0.4]], (10, 1))
    >>> settings = EvaluationSettings(horizons_days=(365,), metrics=("auc",), n_resamples=20)
    >>> result = evaluate(y, y, risk, [365], clusters=np.arange(40), settings=settings)
    >>> result.table[["metric", "horizon_days", "group", "estimate", "n", "n_events"]].to_dict("records")
    [{'metric': 'auc', 'horizon_days': 365, 'group': 'all', 'estimate': 0.75, 'n': 40, 'n_events': 20}]
    """
    sample = Sample.build(y_train, y_test, risk, times, followable_days=followable_days)
    for horizon in settings.horizons_days:
        sample.require(horizon)
    keys = np.asarray(clusters)
    _check_rows("clusters", len(keys), len(sample))
    weights = cluster_weights(keys, settings.n_resamples, seed)
    replicates = _replicates(sample, weights, settings)
    rows = _table_rows(EVERYONE, sample, replicates, settings)
    for group, mask in _groups(by, settings.by, len(sample)):
        part = sample.take(mask, weights).with_own_censoring()
        rows += _table_rows(group, part, _group_replicates(part, weights[:, mask], settings), settings)
    table = pd.DataFrame(rows)
    table.insert(0, "model", model)
    return Evaluation(
        model=model,
        table=table[list(COLUMNS)],
        replicates=MappingProxyType(replicates),
        support=support_table(sample, settings.horizons_days),
        level=settings.level,
        pairing=_fingerprint(sample, keys, seed, settings.n_resamples),
    )


def _replicates(sample: Sample, weights: Counts, settings: EvaluationSettings) -> dict[tuple[str, int], Floats]:
    found = {}
    for horizon in settings.horizons_days:
        judged, drawn = sample.judged_at(horizon), weights[:, sample.rows_at(horizon)]
        for name, metric in _metrics(settings).items():
            found[name, horizon] = metric.compute(judged, horizon, drawn)
    return found


def _group_replicates(part: Sample, weights: Counts, settings: EvaluationSettings) -> dict[tuple[str, int], Floats]:
    """Compute the metrics of a group at the horizons where it is large enough and followed long enough."""
    large_enough = tuple(
        horizon
        for horizon in settings.horizons_days
        if _n_rows(part, horizon) >= settings.min_group_n
        and _n_events(part, horizon) >= settings.min_group_events
        and part.is_followed(horizon)
    )
    if not large_enough:
        return {}
    return _replicates(part, weights, settings.model_copy(update={"horizons_days": large_enough}))


def _table_rows(
    group: str, sample: Sample, replicates: Mapping[tuple[str, int], Floats], settings: EvaluationSettings
) -> list[dict[str, Any]]:
    empty = np.full(1, np.nan)
    rows = []
    for horizon in settings.horizons_days:
        n_events = _n_events(sample, horizon)
        for metric in _metrics(settings):
            values = replicates.get((metric, horizon), empty)
            lower, upper = percentile_interval(values, settings.level)
            rows.append(
                {
                    "metric": metric,
                    "horizon_days": horizon,
                    "group": group,
                    "estimate": float(values[0]),
                    "lower": lower,
                    "upper": upper,
                    "n": _n_rows(sample, horizon),
                    "n_events": n_events,
                }
            )
    return rows


def _groups(by: pd.DataFrame | None, columns: tuple[str, ...], n: int) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    if by is None and columns:
        raise DataError("Audit groups need the frame 'by'", f"none, with columns {list(columns)}", "pass by=")
    if by is None:
        return
    _check_rows("by", len(by), n)
    for column in columns or tuple(by.columns):
        if column not in by.columns:
            raise DataError("An audit column is a column of 'by'", f"{column!r}", f"use one of {list(by.columns)}")
        labels = by[column].astype(object).where(by[column].notna().to_numpy(), "missing").astype(str).to_numpy()
        for value in np.unique(labels):
            yield f"{column}={value}", labels == value


def _metrics(settings: EvaluationSettings) -> Mapping[str, Metric]:
    return get_metrics(settings.metrics, settings.capacity_shares, cost_ratio=settings.cost_ratio)


def _n_rows(sample: Sample, horizon_days: float) -> int:
    return int(np.count_nonzero(sample.rows_at(horizon_days)))


def _n_events(sample: Sample, horizon_days: float) -> int:
    by_then = (sample.event == RE_REPORT) & (sample.duration_days <= horizon_days)
    return int(np.count_nonzero(by_then & sample.rows_at(horizon_days)))


def _check_rows(what: str, found: int, n: int) -> None:
    if found != n:
        raise DataError(f"{what!r} has one entry per test row, {n}", f"{found}", "align it with the test rows")


def _fingerprint(sample: Sample, clusters: NDArray[Any], seed: int, n_resamples: int) -> str:
    digest = blake2b(f"{seed}/{n_resamples}/".encode(), digest_size=16)
    _, codes = np.unique(clusters, return_inverse=True)
    censoring = sample.censoring
    able = np.empty(0) if sample.followable_days is None else sample.followable_days
    for values in (codes.astype(np.int64), sample.event, sample.duration_days, able, censoring.times, censoring.values):
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
