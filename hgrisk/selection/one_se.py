"""The one-standard-error rule: the simplest candidate that the data cannot tell from the best."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError


def mean_and_se(losses: Any) -> tuple[Floats, Floats]:
    """Return the mean loss of each candidate over the folds and its standard error.

    Parameters
    ----------
    losses : array-like, shape (n_candidates, n_folds)
        Loss of each candidate in each fold, 2 folds or more; NaN for a candidate that could not be fitted there.

    Returns
    -------
    mean, se : ndarray, shape (n_candidates,)
        NaN for a candidate without a loss in some fold: its other folds would not compare with those of the rest.
    """
    values = np.asarray(losses, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise DataError("Losses are candidates by two folds or more", f"shape {values.shape}", "use more folds")
    return values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])


def se_of_difference(losses: Any, best: int) -> Floats:
    """Return the standard error of each candidate's mean difference with the best, fold by fold.

    Parameters
    ----------
    losses : array-like, shape (n_candidates, n_folds)
        As of :func:`mean_and_se`.
    best : int
        Place of the best candidate.

    Returns
    -------
    ndarray, shape (n_candidates,)
        0 for the best; NaN for a candidate without a loss in some fold.

    Examples
    --------
    >>> se_of_difference([[0.18, 0.22, 0.26], [0.17, 0.21, 0.25]], 1).round(12).tolist()
    [0.0, 0.0]
    """
    values = np.asarray(losses, dtype=np.float64)
    return mean_and_se(values - values[best])[1]


def best_of(mean: Any) -> int:
    """Return the best candidate; of equals, the simpler.

    Parameters
    ----------
    mean : array-like, shape (n_candidates,)
        Mean loss, candidates from the simplest on; NaN for one that does not count.

    Returns
    -------
    int
        Its place.

    Raises
    ------
    DataError
        If no candidate counts.

    Examples
    --------
    >>> best_of([0.30, 0.20, 0.20])
    1
    """
    if not np.isfinite(mean).any():
        raise DataError("A candidate has a loss in every fold", "none that has", "use fewer folds, or other candidates")
    return int(np.nanargmin(mean))


def best_and_simplest(mean: Floats, se_difference: Floats) -> tuple[int, int]:
    """Return the best candidate and the simplest one whose difference with it is within one standard error.

    Parameters
    ----------
    mean : ndarray, shape (n_candidates,)
        Mean loss, candidates from the simplest on; NaN for one that does not count.
    se_difference : ndarray, shape (n_candidates,)
        Standard error of each mean difference with the best, as of :func:`se_of_difference`.

    Returns
    -------
    best, simplest : int
        Places of the two; of equals, the simpler.

    Raises
    ------
    DataError
        If no candidate counts.

    Notes
    -----
    The rule is that of Breiman et al. (1984), Classification and Regression Trees, section 3.4.3, but with the error
    of the paired difference in place of that of the best: what makes a fold hard, such as a year with many re-reports,
    is common to all candidates and tells nothing between them (Vehtari, Gelman and Gabry 2017,
    doi:10.1007/s11222-016-9696-4, for differences between models; Chen and Yang 2021, doi:10.3390/stats4040051, for
    how far the error of the best is off).

    Examples
    --------
    >>> best_and_simplest(np.array([0.30, 0.21, 0.20, 0.25]), np.array([0.03, 0.02, 0.0, 0.02]))
    (2, 1)
    >>> best_and_simplest(np.array([0.22, 0.21]), np.array([0.001, 0.0]))
    (1, 1)
    """
    best = best_of(mean)
    near: NDArray[np.bool_] = np.isfinite(mean) & (mean <= mean[best] + se_difference)
    near[best] = True
    return best, int(np.flatnonzero(near)[0])
