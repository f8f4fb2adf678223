"""Leave one region out: each region is judged by models trained elsewhere, and the regions are pooled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.dataset import UNKNOWN, Dataset
from hgrisk.errors import DataError
from hgrisk.evaluation.capacity import has_own_threshold, without_capacity
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fit
from hgrisk.validation.designs import DesignResult, Part, judge_parts, keep
from hgrisk.validation.pooling import Pooled, Scale, obstacle, pool_draws
from hgrisk.validation.settings import ValidationSettings
from hgrisk.validation.shares import pool_shares

REGIONS = "regions"
POOLED = (
    *("design", "model", "metric", "horizon_days", "scale", "n_parts", "estimate", "lower", "upper"),
    *("tau2", "i2", "prediction_lower", "prediction_upper", "remark"),
)
FEW_REGIONS = 5
"""With fewer regions the pooled numbers bear a remark."""

PoolScale = Scale | Literal["binomial"]


def leave_one_region_out(
    data: Dataset,
    fits: Mapping[str, Fit],
    settings: ValidationSettings,
    evaluation: EvaluationSettings,
    *,
    seed: int = 0,
) -> DesignResult:
    """Judge each region's landmarks by models trained in the other regions.

    Parameters
    ----------
    data : Dataset
        All landmarks.
    fits : mapping of str to callable
        ``fit(train, horizons_days)`` by the model's name.
    settings : ValidationSettings
        Column of the regions, and what a region needs to be judged.
    evaluation : EvaluationSettings
        Horizons, metrics and draws.
    seed : int
        Seed of the draws.

    Returns
    -------
    DesignResult
        A part for each region; :func:`pool_regions` pools them.

    Raises
    ------
    DataError
        If there are fewer than two regions, or none can be judged.

    Notes
    -----
    A household network may span regions: its landmarks in the region left out are judged, and none of it is learnt
    from. Landmarks of unknown region are learnt from only. Internal-external cross-validation: Steyerberg and Harrell
    (2016), doi:10.1016/j.jclinepi.2015.04.005.

    A network comes to span regions through a re-report after a move, so that networks with a re-report are left out of
    the training more often than others, and risks come out too low. With two regions of which 20 % of the networks
    move, observed over expected is about 5 % too high; with five about 1 %; with twelve or more nothing is seen. Be
    careful with fewer than five regions: pooled tables then say so.
    """
    parts = region_parts(data, settings.region_column)
    return judge_parts(REGIONS, parts, fits, settings, evaluation, seed=seed)


def region_parts(data: Dataset, column: str) -> Iterator[Part]:
    """Yield the regions, each with the landmarks of the networks that have none in it.

    Parameters
    ----------
    data : Dataset
        All landmarks.
    column : str
        Column of the landmarks.

    Yields
    ------
    Part
        A region.

    Raises
    ------
    DataError
        If the column is not there, or has fewer than two values.
    """
    region = data.groups((column,))[column].to_numpy()
    names = sorted(set(region) - {UNKNOWN})
    if len(names) < 2:
        raise DataError("A region is left out of two or more", f"{len(names)} in {column!r}", "leave the design out")
    for name in names:
        inside = region == name
        elsewhere = ~np.isin(data.clusters, data.clusters[inside])
        yield Part(str(name), keep(data, elsewhere), keep(data, inside))


def pool_regions(result: DesignResult, method: str = "REML", test: str = "adhoc") -> pd.DataFrame:
    """Pool the parts of a design in a random-effects meta-analysis, each model and metric by itself.

    Parameters
    ----------
    result : DesignResult
        Parts that share no test household, judged with bootstrap draws.
    method, test : str
        As in `hgrisk.validation.pooling.pool`.

    Returns
    -------
    DataFrame
        ``design``, ``model``, ``metric``, ``horizon_days``, ``scale`` (on which it was pooled), ``n_parts``,
        ``estimate``, ``lower``, ``upper``, ``tau2`` and ``i2`` (on that scale, that of logits for "binomial"),
        ``prediction_lower`` and ``prediction_upper``: where the metric of a new region is to be expected; ``remark``.
        Numbers are empty, and the remark says why, where some part has no estimate or no variance: no part is left out
        by its result. With fewer than five parts the remark is a caution.

    Notes
    -----
    Concordance, AUC and other numbers between 0 and 1 are pooled as logits, the ratio of observed to expected and
    other numbers above 0 as logarithms: Snell et al. (2018), doi:10.1177/0962280217705678. Variances are of the
    bootstrap draws. Shares at capacity are pooled as counts: :func:`hgrisk.validation.shares.pool_shares`. With 8 to 12
    regions a prediction interval of 95 % holds a new region in about 85 to 90 %; see
    :func:`hgrisk.validation.pooling.pool`.
    """
    level = next(iter(result.evaluations.values())).level
    rows = []
    for (model, metric, horizon), draws in _draws(result).items():
        scale = _scale_of(metric)
        if scale == "binomial":
            found = _pooled_shares(draws, _sizes(result, metric, horizon, draws), level)
        else:
            found = _pooled(draws, scale, level, method, test)
        rows.append((result.design, model, metric, horizon, *found))
    return pd.DataFrame(rows, columns=list(POOLED))


def pool_differences(result: DesignResult, against: str, method: str = "REML", test: str = "adhoc") -> pd.DataFrame:
    """Pool the paired differences with one model over the parts of a design.

    Parameters
    ----------
    result : DesignResult
        Parts that share no test household, judged with bootstrap draws.
    against : str
        Name of a model.
    method, test : str
        As in `hgrisk.validation.pooling.pool`.

    Returns
    -------
    DataFrame
        As of :func:`pool_regions`, with the differences pooled as they are. Two models that find nothing in some part
        differ by 0 in all of its draws: such a difference has no variance, and is not pooled.

    Raises
    ------
    DataError
        If there is no such model.
    """
    result.require(against)
    level = next(iter(result.evaluations.values())).level
    every = _draws(result)
    rows = []
    for (model, metric, horizon), draws in every.items():
        if model != against and not has_own_threshold(metric):
            others = every[against, metric, horizon]
            paired = {part: values - others[part] for part, values in draws.items()}
            rows.append((result.design, model, metric, horizon, *_pooled(paired, "identity", level, method, test)))
    return pd.DataFrame(rows, columns=list(POOLED))


def _draws(result: DesignResult) -> dict[tuple[str, str, int], dict[str, Floats]]:
    """Return the draws of each model, metric and horizon, by part."""
    found: dict[tuple[str, str, int], dict[str, Floats]] = {}
    for (part, model), evaluation in result.evaluations.items():
        for (metric, horizon), replicates in evaluation.replicates.items():
            found.setdefault((model, metric, horizon), {})[part] = replicates
    return found


def _pooled(draws: Mapping[str, Floats], scale: Scale, level: float, method: str, test: str) -> tuple[object, ...]:
    found = pool_draws(list(draws.values()), scale, level=level, method=method, test=test)
    return _row(scale, len(draws), found, obstacle(draws, scale))


def _pooled_shares(draws: Mapping[str, Floats], sizes: list[float], level: float) -> tuple[object, ...]:
    try:
        found, reason = pool_shares(list(draws.values()), sizes, level=level), ""
    except DataError as error:
        found, reason = None, str(error)
    return _row("binomial", len(draws), found, reason)


def _row(scale: PoolScale, n_parts: int, found: Pooled | None, reason: str) -> tuple[object, ...]:
    if found is None:
        return (scale, n_parts, *[np.nan] * 7, f"not pooled: {reason}")
    values = (found.mean, found.lower, found.upper, found.tau2, found.i2, found.prediction_lower)
    remark = f"fewer than {FEW_REGIONS} regions" if n_parts < FEW_REGIONS else ""
    return (scale, found.n, *values, found.prediction_upper, remark)


def _sizes(result: DesignResult, row: str, horizon: int, parts: Iterable[str]) -> list[float]:
    """Return of how many cases a share is in each part: of re-reports for recall, of flags for precision."""
    table = result.table[(result.table["metric"] == row) & (result.table["horizon_days"] == horizon)]
    facts = table.drop_duplicates("part").set_index("part").loc[list(parts)]
    if without_capacity(row) == "capacity_recall":
        return facts["n_events"].astype(float).tolist()
    share = float(row.partition("@")[2].removesuffix("%")) / 100.0
    return (share * facts["n_test"]).astype(float).tolist()


def _scale_of(name: str) -> PoolScale:
    metric = get_metric(without_capacity(name))
    if metric.value_range == (0.0, 1.0):
        return "binomial" if metric.kind == "decision" else "logit"
    return "log" if metric.value_range[0] >= 0.0 and metric.value_range[1] == np.inf else "identity"
