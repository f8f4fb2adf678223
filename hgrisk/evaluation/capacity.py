"""Capacity: which households are flagged when there is room for a fixed share."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.evaluation.filling import Filled, fill_draws, flagged_totals
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import weighted_sums

DEFAULT_SHARE = 0.05
DEFAULT_SHARES = (0.01, 0.02, 0.05, 0.10)
AT_CAPACITY = MappingProxyType({"capacity_share": DEFAULT_SHARE})
"""The parameters of a metric at capacity."""

DEFAULT_COST_RATIO = 10.0
"""A re-report that was not flagged counts as this many flags that were not needed; a choice, not a finding."""


@dataclass(frozen=True, eq=False)
class FlaggedSums:
    """What the flags find in each draw, weighted by the inverse probability of censoring but for ``flagged``.

    Attributes
    ----------
    found, needless : ndarray of float, shape (b,)
        Flagged rows with and without a re-report by the horizon.
    missed, spared : ndarray of float, shape (b,)
        Rows that were not flagged, with and without one.
    flagged : ndarray of float, shape (b,)
        Number of flagged rows, whatever is known of them.
    thresholds : ndarray of float, shape (b,)
        The risk at which the capacity is filled.
    """

    found: Floats
    needless: Floats
    missed: Floats
    spared: Floats
    flagged: Floats
    thresholds: Floats


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
    filled = _filled(sample, horizon_days, None, capacity_share)
    risk, threshold = sample.risk_at(horizon_days), float(filled.thresholds[0])
    return Flags((risk > threshold) + filled.part[0] * (risk == threshold), threshold)


def flagged_sums(sample: Sample, horizon_days: float, weights: NDArray[Any], capacity_share: float) -> FlaggedSums:
    """Fill the capacity of each draw, and sum the four cells of flagged and re-report.

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
    FlaggedSums
        The sums. The capacity is a share of everyone in the draw: with flags that stayed where they are in the sample,
        more would be flagged in one draw than in another, and intervals would be too wide.

    Raises
    ------
    ConfigError
        If the share is not above 0 and at most 1.
    DataError
        If the sample is part of a population with another number of draws.
    """
    status, risk = sample.status(horizon_days), sample.risk_at(horizon_days)
    filled = _filled(sample, horizon_days, weights, capacity_share)
    events, others = status.weight * status.happened, status.weight * (1.0 - status.happened)
    values = np.column_stack((events, others, np.ones(len(risk))))
    found, needless, flagged = flagged_totals(filled, risk, weights, values).T
    # what is left of all of them; below 0 by rounding only
    missed, spared, _ = np.maximum(weighted_sums(weights, values).T - (found, needless, flagged), 0.0)
    return FlaggedSums(found, needless, missed, spared, flagged, filled.thresholds)


def _filled(sample: Sample, horizon_days: float, weights: NDArray[Any] | None, capacity_share: float) -> Filled:
    """Fill the capacity of each draw over everyone; without draws, over everyone as they are."""
    if not 0.0 < capacity_share <= 1.0:
        raise ConfigError("A capacity is a share above 0 and at most 1", f"{capacity_share}", "give 0.05 for 5 %")
    everyone, drawn = (sample, weights) if sample.population is None else (sample.population, sample.population_weights)
    n_draws = 1 if weights is None else len(weights)
    if drawn is None or (n_draws == 1 and len(drawn) > 1):  # an estimate, or a part that was taken without draws
        drawn = np.ones((n_draws, len(everyone)))
    if len(drawn) != n_draws:
        cure = "take the part with the draws it is judged in"
        raise DataError("A part has as many draws as its population", f"{n_draws} and {len(drawn)}", cure)
    return fill_draws(everyone.risk_at(horizon_days), drawn, capacity_share)
