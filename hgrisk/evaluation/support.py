"""Support: how far the weights carry at each horizon."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.evaluation.sample import Sample


def support_table(sample: Sample, horizons_days: tuple[int, ...]) -> pd.DataFrame:
    """Tabulate how far the weights carry at each horizon.

    Parameters
    ----------
    sample : Sample
        Outcomes and the censoring distribution.
    horizons_days : tuple of int
        Horizons in days.

    Returns
    -------
    DataFrame
        Columns ``horizon_days``, ``n`` (rows judged), ``n_known``, ``smallest_g``, ``largest_weight`` and
        ``effective_n``.

    Raises
    ------
    DataError
        If a horizon is refused.
    """
    rows = []
    for horizon in horizons_days:
        judged = sample.judged_at(horizon)
        weight = judged.status(horizon).weight
        largest = float(weight.max())
        rows.append(
            {
                "horizon_days": horizon,
                "n": len(judged),
                "n_known": int(np.count_nonzero(weight)),
                "smallest_g": 1.0 / largest,
                "largest_weight": largest,
                "effective_n": effective_n(weight),
            }
        )
    return pd.DataFrame(rows)


def effective_n(weight: Floats) -> float:
    """Return how many rows of equal weight would tell as much.

    Parameters
    ----------
    weight : ndarray of float, shape (n,)
        Weights, 0 or more, some of them above 0.

    Returns
    -------
    float
        At most the number of rows with a weight.

    Notes
    -----
    Kish (1965), Survey Sampling: the square of the sum of the weights over the sum of their squares.

    Examples
    --------
    >>> effective_n(np.array([1.0, 1.0, 0.0])), effective_n(np.array([1.0, 1.0, 8.0])).__round__(2)
    (2.0, 1.52)
    """
    return float(weight.sum() ** 2 / (weight**2).sum())
