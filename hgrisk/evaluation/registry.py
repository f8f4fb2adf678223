"""The metrics that exist: one module each, found in the package of metrics."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import get_args

from hgrisk.errors import ConfigError
from hgrisk.evaluation.capacity import DEFAULT_SHARES, at_capacity
from hgrisk.evaluation.metric import Kind, Metric

PACKAGE = "hgrisk.evaluation.metrics"


@cache
def all_metrics() -> Mapping[str, Metric]:
    """Return every metric by name, sorted by what it measures and then by name.

    Returns
    -------
    mapping of str to Metric
        Discrimination first, then accuracy, calibration and decision.

    Raises
    ------
    ConfigError
        If a module of the package exports no ``METRIC`` of its own name.

    Examples
    --------
    >>> list(all_metrics())[:3]
    ['antolini_c', 'auc', 'harrell_c']
    """
    found = [_metric_of(info.name) for info in pkgutil.iter_modules(import_module(PACKAGE).__path__)]
    kinds = get_args(Kind)
    ordered = sorted(found, key=lambda metric: (kinds.index(metric.kind), metric.name))
    return MappingProxyType({metric.name: metric for metric in ordered})


def default_metrics() -> tuple[str, ...]:
    """Return the names of the metrics that an evaluation computes unasked.

    Returns
    -------
    tuple of str
        Names, in the order of :func:`all_metrics`.

    Examples
    --------
    >>> "brier" in default_metrics(), "e90" in default_metrics()
    (True, False)
    """
    return tuple(name for name, metric in all_metrics().items() if metric.by_default)


def get_metric(name: str) -> Metric:
    """Return the metric of a name.

    Parameters
    ----------
    name : str
        Name of a metric.

    Returns
    -------
    Metric
        The metric.

    Raises
    ------
    ConfigError
        If there is no such metric.

    Examples
    --------
    >>> get_metric("uno_c").label
    "Uno's C"
    """
    known = all_metrics()
    if name not in known:
        raise ConfigError("A metric has a known name", f"{name!r}", f"use one of {', '.join(known)}")
    return known[name]


def get_metrics(
    names: Iterable[str], capacity_shares: Iterable[float] = DEFAULT_SHARES, **parameters: float
) -> Mapping[str, Metric]:
    """Return several metrics by the name of their rows, with values for the parameters that they have.

    Parameters
    ----------
    names : iterable of str
        Names of metrics.
    capacity_shares : iterable of float
        Shares that can be flagged; a metric at capacity is listed once for each, as ``"capacity_recall@5%"``.
    **parameters : float
        Other values by parameter name, such as ``cost_ratio``; each metric takes those it has.

    Returns
    -------
    mapping of str to Metric
        The metrics, in the order of the names and of the shares.

    Raises
    ------
    ConfigError
        If a name is not known.

    Examples
    --------
    >>> list(get_metrics(["brier", "capacity_recall"], capacity_shares=(0.02, 0.1)))
    ['brier', 'capacity_recall@2%', 'capacity_recall@10%']
    """
    found = {}
    for name in names:
        metric = get_metric(name).with_parameters(**parameters)
        if "capacity_share" not in metric.parameters:
            found[name] = metric
            continue
        for share in capacity_shares:
            found[at_capacity(name, share)] = metric.with_parameters(capacity_share=share)
    return MappingProxyType(found)


def _metric_of(module_name: str) -> Metric:
    metric = getattr(import_module(f"{PACKAGE}.{module_name}"), "METRIC", None)
    if not isinstance(metric, Metric) or metric.name != module_name:
        raise ConfigError(
            f"The module of metrics {module_name!r} exports METRIC, a Metric named {module_name!r}",
            f"{metric if metric is None else getattr(metric, 'name', type(metric).__name__)!r}",
            "define it, or move the module out of the package of metrics",
        )
    return metric
