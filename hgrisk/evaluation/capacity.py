"""Capacity: which households are flagged when there is room for a fixed share."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import weighted_sums

DEFAULT_SHARE = 0.05
DEFAULT_SHARES = (0.01, 0.02, 0.05, 0.10)
AT_CAPACITY = MappingProxyType({"capacity_share": DEFAULT_SHARE})
"""The parameters of a metric at capacity."""

DEFAULT_COST_RATIO = 10.0
"""A re-report that was not flagged counts as this many flags that were not needed; a choice, not a finding."""


@dataclass(frozen=True, eq=False)
class Flags:
    """The households that fill the capacity.

    Attributes
    ----------
    share : ndarray of float, shape (n,)
        1 flagged, 0 not flagged, in between for risks equal to the threshold. Not flagged does not mean safe.
    threshold : float
        The risk at which the capacity is filled.
    """

    share: Floats
    threshold: float


def at_capacity(metric: str, capacity_share: float) -> str:
    """Name the row of a metric at a capacity.

    Parameters
    ----------
    metric : str
        Name of the metric.
    capacity_share : float
        Share that can be flagged.

    Returns
    -------
    str
        The name, an at sign and the percentage.

    Examples
    --------
    >>> at_capacity("capacity_recall", 0.125)
    'capacity_recall@12.5%'
    """
    return f"{metric}@{100 * capacity_share:g}%"


def without_capacity(name: str) -> str:
    """Return the name of the metric of a row, without the capacity.

    Parameters
    ----------
    name : str
        As in the table of an evaluation.

    Returns
    -------
    str
        The metric's own name.

    Examples
    --------
    >>> without_capacity("net_benefit@5%"), without_capacity("auc")
    ('net_benefit', 'auc')
    """
    return name.partition("@")[0]


def has_own_threshold(row: str) -> bool:
    """Return whether a metric is judged at a threshold of each model's own, so that differences mean nothing."""
    return without_capacity(row) == "net_benefit"


def fill_capacity(sample: Sample, horizon_days: float, capacity_share: float) -> Flags:
    """Flag the highest risks until the capacity is filled.

    Parameters
    ----------
    sample : Sample
        Risks of n rows. The threshold is that of its population, if it is a part of one.
    horizon_days : float
        Days, one of ``sample.times``.
    capacity_share : float
        Share of the population that can be flagged, above 0 and at most 1.

    Returns
    -------
    Flags
        Flags of the sample's rows. Over the population they sum to exactly the capacity: risks equal to the
        threshold are flagged in part, which is the expectation over a random choice among them.

    Raises
    ------
    ConfigError
        If the share is not above 0 and at most 1.
    DataError
        If no risk is given at the horizon.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> flags = fill_capacity(Sample.build(y, y, [[0.5], [0.1], [0.4], [0.4]], [365]), 365, 0.5)
    >>> flags.share.tolist(), flags.threshold
    ([1.0, 0.0, 0.5, 0.5], 0.4)
    """
    if not 0.0 < capacity_share <= 1.0:
        raise ConfigError("A capacity is a share above 0 and at most 1", f"{capacity_share}", "give 0.05 for 5 %")
    population = sample if sample.population is None else sample.population
    everyone = population.risk_at(horizon_days)
    capacity = capacity_share * len(everyone)
    # 0.07 * 100 is a little above 7: without the small margin the 8th risk would set the threshold
    place = max(1, int(np.ceil(capacity - 1e-9)))
    threshold = float(np.partition(everyone, len(everyone) - place)[len(everyone) - place])
    room = capacity - np.count_nonzero(everyone > threshold)
    boundary = min(1.0, room / np.count_nonzero(everyone == threshold))
    risk = sample.risk_at(horizon_days)
    return Flags((risk > threshold) + boundary * (risk == threshold), threshold)


def flagged_sums(
    sample: Sample, horizon_days: float, weights: NDArray[Any], capacity_share: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Sum the four cells of flagged and re-report, weighted by the inverse probability of censoring.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows.
    horizon_days : float
        Days.
    weights : ndarray, shape (b, n)
        How often each row counts.
    capacity_share : float
        Share of the households that can be flagged, above 0 and at most 1.

    Returns
    -------
    found, needless, missed, spared : ndarray, shape (b,)
        Flagged with and without a re-report by the horizon, then not flagged with and without one. The flags are
        those of the sample as it is, in every draw.

    Raises
    ------
    ConfigError
        If the share is not above 0 and at most 1.
    """
    status, flags = sample.status(horizon_days), fill_capacity(sample, horizon_days, capacity_share).share
    events, others = status.weight * status.happened, status.weight * (1.0 - status.happened)
    cells = (events * flags, others * flags, events * (1.0 - flags), others * (1.0 - flags))
    found, needless, missed, spared = weighted_sums(weights, np.column_stack(cells)).T
    return found, needless, missed, spared
