"""Made-up rows of one horizon: counts, many values with missing ones, a column missing in some, levels."""

import numpy as np

from hgrisk.models.by_horizon.binned_classifier import HorizonRows

N_BINS = (6, 40, 3, 12)


def rows_of(n=1500, seed=0, missing=(0.0, 0.2, 0.1, 0.0)):
    """A column of few bins without missing values, two with, and one of twelve levels."""
    rng = np.random.default_rng(seed)
    bins = np.column_stack([rng.integers(1, n_bins + 1, n) for n_bins in N_BINS]).astype(np.uint16)
    for column, share in enumerate(missing):
        bins[rng.random(n) < share, column] = 0
    eta = 0.4 * bins[:, 0] - 1.5 + 0.03 * bins[:, 1] * (bins[:, 2] == 1) + 0.8 * (bins[:, 1] == 0)
    eta = eta + 0.5 * np.isin(bins[:, 3], (2, 5, 11))
    weight = rng.uniform(0.5, 2, n)
    label = rng.random(n) < 1 / (1 + np.exp(-eta))
    return HorizonRows(bins, label, weight / weight.mean(), np.arange(n) // 3)
