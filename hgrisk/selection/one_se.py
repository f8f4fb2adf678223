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


def best_and_simplest(mean: Floats, se: Floats) -> tuple[int, int]:
    """Return the best candidate and the simplest one within one standard error of it.

    Parameters
    ----------
    mean, se : ndarray, shape (n_candidates,)
        Mean loss and its standard error, candidates from the simplest on; NaN for one that does not count.

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
    Breiman et al. (1984), Classification and Regression Trees, section 3.4.3.

    Examples
    --------
    >>> best_and_simplest(np.array([0.30, 0.21, 0.20, 0.25]), np.array([0.02, 0.02, 0.015, 0.02]))
    (2, 1)
    """
    counts: NDArray[np.bool_] = np.isfinite(mean)
    if not counts.any():
        raise DataError("A candidate has a loss in every fold", "none that has", "use fewer folds, or other candidates")
    best = int(np.nanargmin(mean))
    near = counts & (mean <= mean[best] + se[best])
    return best, int(np.flatnonzero(near)[0])
