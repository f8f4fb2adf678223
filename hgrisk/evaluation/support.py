"""Support: how far the weights carry at each horizon."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
        Columns ``horizon_days``, ``n_known``, ``smallest_g``, ``largest_weight`` and ``effective_n`` (Kish: the square
        of the sum of the weights over the sum of their squares).

    Raises
    ------
    DataError
        If a horizon is refused.
    """
    rows = []
    for horizon in horizons_days:
        sample.require(horizon)
        weight = sample.status(horizon).weight
        largest = float(weight.max())
        rows.append(
            {
                "horizon_days": horizon,
                "n_known": int(np.count_nonzero(weight)),
                "smallest_g": 1.0 / largest,
                "largest_weight": largest,
                "effective_n": float(weight.sum() ** 2 / (weight**2).sum()),
            }
        )
    return pd.DataFrame(rows)
