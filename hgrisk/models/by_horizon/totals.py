"""The risk at each total of points, with its interval: what a count or a card predicts with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hgrisk.curves import Floats
from hgrisk.models.inputs.censoring_weights import HorizonOutcome

Z_95 = float(norm.ppf(0.975))


@dataclass(frozen=True, eq=False)
class TotalRisks:
    """Risks of k groups of neighbouring totals at H horizons.

    Attributes
    ----------
    lowest : ndarray, shape (k,)
        Lowest total of each group, rising; a group reaches to the next.
    n_rows : ndarray of int, shape (k,)
        Training rows with such a total.
    risk, lower, upper : ndarray, shape (k, H)
        Probability of a re-report by each horizon and its 95 % interval.
    """

    lowest: Floats
    n_rows: NDArray[np.int64]
    risk: Floats
    lower: Floats
    upper: Floats


def risk_by_total(
    total: Floats, outcomes: tuple[HorizonOutcome, ...], case_weight: Floats, min_rows: int
) -> TotalRisks:
    """Return the weighted share of rows that re-reported, by total.

    Neighbouring totals are pooled from the lowest on, until a group has enough rows, and at each horizon a row that
    re-reported and one that did not. Where the share of a horizon falls as the total rises, groups share their mean at
    that horizon (isotonic regression, weighted: Barlow and others 1972).

    Parameters
    ----------
    total : ndarray, shape (n,)
        Total of each row.
    outcomes : tuple of HorizonOutcome, length H
        What is known at each horizon; some row of each has re-reported, and some has not.
    case_weight : ndarray, shape (n,)
        Case weights.
    min_rows : int
        Fewest rows of a group.

    Returns
    -------
    TotalRisks
        Groups with their risks. The interval is Wilson's, with Kish's effective number of rows
        ``sum(w)**2 / sum(w**2)``; it does not know of clusters.

    Notes
    -----
    Wilson (1927), doi:10.1080/01621459.1927.10502953.
    """
    distinct, where = np.unique(total, return_inverse=True)
    answers = [(o.weight > 0) & (o.label == answer) for o in outcomes for answer in (True, False)]
    with_answer = np.array([np.bincount(where[rows], minlength=len(distinct)) for rows in answers])
    group_of = _pooled(np.bincount(where), with_answer, min_rows)
    group = group_of[where]
    risks = [_wilson(*_isotonic(*_sums(group, outcome, case_weight))) for outcome in outcomes]
    risk, lower, upper = (np.column_stack(part) for part in zip(*risks, strict=True))
    first = np.searchsorted(group_of, np.arange(group_of[-1] + 1))
    return TotalRisks(distinct[first], np.bincount(group).astype(np.int64), risk, lower, upper)


def _pooled(n_rows: NDArray[np.intp], with_answer: NDArray[np.intp], min_rows: int) -> NDArray[np.intp]:
    """Return the group of each distinct total; what is left over at the top joins the last group."""
    group = np.empty(len(n_rows), dtype=np.intp)
    number, rows, answers = 0, 0, np.zeros(len(with_answer))
    for place in range(len(n_rows)):
        group[place] = number
        rows, answers = rows + n_rows[place], answers + with_answer[:, place]
        if rows >= min_rows and answers.min() > 0:
            number, rows, answers = number + 1, 0, np.zeros(len(with_answer))
    return np.minimum(group, max(number - 1, 0))


def _sums(group: NDArray[np.intp], outcome: HorizonOutcome, case_weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Return by group the weight, that of rows with a re-report, and the squared weight."""
    weight = outcome.weight * case_weight
    sums = (np.bincount(group, values) for values in (weight, weight * outcome.label, weight**2))
    whole, yes, squared = (np.asarray(values, dtype=np.float64) for values in sums)
    return whole, yes, squared


def _isotonic(whole: Floats, yes: Floats, squared: Floats) -> tuple[Floats, Floats, Floats]:
    """Pool neighbours whose share falls, and give each group the sums of its pool."""
    pools: list[tuple[Floats, int]] = []
    for sums in np.column_stack([whole, yes, squared]):
        pool, size = sums, 1
        while pools and pools[-1][0][1] * pool[0] > pool[1] * pools[-1][0][0]:
            before, more = pools.pop()
            pool, size = before + pool, size + more
        pools.append((pool, size))
    pooled = np.repeat([pool for pool, _ in pools], [size for _, size in pools], axis=0)
    return pooled[:, 0], pooled[:, 1], pooled[:, 2]


def _wilson(whole: Floats, yes: Floats, squared: Floats) -> tuple[Floats, Floats, Floats]:
    """Return share, lower and upper limit."""
    share, rows = yes / whole, whole**2 / squared
    middle = (share + Z_95**2 / (2.0 * rows)) / (1.0 + Z_95**2 / rows)
    half = Z_95 / (1.0 + Z_95**2 / rows) * np.sqrt(share * (1.0 - share) / rows + Z_95**2 / (4.0 * rows**2))
    return share, middle - half, middle + half
