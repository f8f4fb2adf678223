"""Risks that rise from one horizon to the next."""

from __future__ import annotations

import numpy as np

from hgrisk.curves import Floats


def risen(values: Floats) -> Floats:
    """Return the largest value up to each horizon.

    A risk that lies below that of a shorter horizon is raised to it. The shortest horizon is never changed: most rows
    could be followed for it, the latest among them, so that it is known best.

    Parameters
    ----------
    values : ndarray, shape (n, H)
        Risks or their logits, shortest horizon first.

    Returns
    -------
    ndarray, shape (n, H)
        Values that do not fall along a row.

    Examples
    --------
    >>> risen(np.array([[0.2, 0.1, 0.3]])).tolist()
    [[0.2, 0.2, 0.3]]
    """
    return np.asarray(np.maximum.accumulate(values, axis=1), dtype=np.float64)


def share_raised(values: Floats, weight: Floats) -> float:
    """Return the weighted share of rows with a value below that of a shorter horizon.

    Parameters
    ----------
    values : ndarray, shape (n, H)
        Risks or their logits, shortest horizon first.
    weight : ndarray, shape (n,)
        Weights.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> share_raised(np.array([[0.2, 0.1], [0.2, 0.3]]), np.array([1.0, 3.0]))
    0.25
    """
    return float(weight @ (np.diff(values, axis=1) < 0).any(axis=1) / weight.sum())
