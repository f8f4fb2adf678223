"""The risk at each total of points, with its interval: what a count or a card predicts with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import norm

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.out_of_fold import parts_within, rank_ends
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.cluster_sums import clustered_square

Z_95 = float(norm.ppf(0.975))
ONE_ROW = 1e-6
"""By how much parts of rows may miss a whole one."""


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
        Probability of a re-report by each horizon and its 95 % interval, each horizon by itself.
    """

    lowest: Floats
    n_rows: NDArray[np.int64]
    risk: Floats
    lower: Floats
    upper: Floats


def risk_by_total(
    total: Floats,
    outcomes: tuple[HorizonOutcome, ...],
    case_weight: Floats,
    min_rows: int,
    *,
    cluster: NDArray[Any] | None = None,
    ranges: Floats | None = None,
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
    cluster : ndarray, shape (n,), optional
        Household network of each row.
    ranges : ndarray, shape (n, 2), optional
        Ranks at which each row stands on a card made without it: its answer counts for the totals of these ranks,
        instead of its own total, which its answer helped to make.

    Returns
    -------
    TotalRisks
        Groups with their risks. The interval is Wilson's, with Kish's effective number of rows ``sum(w)**2 /
        sum(w**2)``, divided by the design effect of clusters where that is above 1: the variance of the share from
        sums by cluster over that from single rows. A group of one cluster counts as one row.

    Notes
    -----
    Wilson (1927), doi:10.1080/01621459.1927.10502953; Kish (1965), "Survey Sampling".
    """
    distinct, where = np.unique(total, return_inverse=True)
    n_rows = np.bincount(where)
    parts = _in_groups(where) if ranges is None else parts_within(ranges, rank_ends(where, case_weight))
    answers = [(o.weight > 0) & (o.label == answer) for o in outcomes for answer in (True, False)]
    group_of = _pooled(n_rows, np.array([parts.T @ rows.astype(np.float64) for rows in answers]), min_rows)
    parts = parts @ _in_groups(group_of)
    codes = None if cluster is None else np.unique(cluster, return_inverse=True)[1]
    risks = [_risk(parts, outcome.weight * case_weight, outcome.label, codes) for outcome in outcomes]
    risk, lower, upper = (np.column_stack(part) for part in zip(*risks, strict=True))
    first = np.searchsorted(group_of, np.arange(group_of[-1] + 1))
    return TotalRisks(distinct[first], np.bincount(group_of, n_rows).astype(np.int64), risk, lower, upper)


def _in_groups(group: NDArray[np.intp]) -> csr_array:
    """Return rows by group: 1 in its own, 0 in all others."""
    return csr_array((np.ones(len(group)), group, np.arange(len(group) + 1)), shape=(len(group), int(group.max()) + 1))


def _pooled(n_rows: NDArray[np.intp], with_answer: Floats, min_rows: int) -> NDArray[np.intp]:
    """Return the group of each distinct total; what is left over at the top joins the last group."""
    group = np.empty(len(n_rows), dtype=np.intp)
    number, rows, answers = 0, 0, np.zeros(len(with_answer))
    for place in range(len(n_rows)):
        group[place] = number
        rows, answers = rows + n_rows[place], answers + with_answer[:, place]
        if rows >= min_rows and answers.min() > 1.0 - ONE_ROW:
            number, rows, answers = number + 1, 0, np.zeros(len(with_answer))
    return np.minimum(group, max(number - 1, 0))


def _risk(
    parts: csr_array, weight: Floats, label: NDArray[np.bool_], cluster: NDArray[np.intp] | None
) -> tuple[Floats, Floats, Floats]:
    """Return share, lower and upper limit of each group at one horizon."""
    pool = _isotonic(parts.T @ weight, parts.T @ (weight * label))
    pooled = (parts @ _in_groups(pool)).tocsc()
    whole, yes = pooled.T @ weight, pooled.T @ (weight * label)
    rows = whole**2 / ((pooled**2).T @ weight**2)
    if cluster is not None:
        for place, share in enumerate(yes / whole):
            of = slice(pooled.indptr[place], pooled.indptr[place + 1])
            some = pooled.indices[of]
            residual = pooled.data[of] * weight[some] * (label[some] - share)
            counted = weight[some] > 0
            rows[place] = max(1.0, rows[place] / _design_effect(residual[counted], cluster[some][counted]))
    share, lower, upper = _wilson(yes / whole, rows)
    return share[pool], lower[pool], upper[pool]


def _isotonic(whole: Floats, yes: Floats) -> NDArray[np.intp]:
    """Return the pool of each group: neighbours whose share falls are one."""
    pools: list[tuple[float, float, int]] = []
    for its_whole, its_yes in zip(whole, yes, strict=True):
        pool = (its_whole, its_yes, 1)
        while pools and pools[-1][1] * pool[0] > pool[1] * pools[-1][0]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    return np.repeat(np.arange(len(pools)), [size for *_, size in pools])


def _design_effect(residual: Floats, cluster: NDArray[np.intp]) -> float:
    """Return by how much the variance of a share grows because rows of a cluster go together; 1 if it does not."""
    if len(np.unique(cluster)) < 2:
        return np.inf
    return max(1.0, float(clustered_square(residual[:, None], cluster)[0, 0] / (residual @ residual)))


def _wilson(share: Floats, rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Return share, lower and upper limit."""
    middle = (share + Z_95**2 / (2.0 * rows)) / (1.0 + Z_95**2 / rows)
    half = Z_95 / (1.0 + Z_95**2 / rows) * np.sqrt(share * (1.0 - share) / rows + Z_95**2 / (4.0 * rows**2))
    return share, middle - half, middle + half
