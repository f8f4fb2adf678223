"""Compiled sums over clusters of landmarks."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.engine.compiled import compiled


@compiled
def add_clusters(values, landmarks, starts, strata, sums, crosses):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0917
    """Add every cluster's sums, their squares, and their products with its size and in pairs, to its stratum.

    Whole numbers in floating point: exact below 2**53, and several a step of short loops.

    Parameters
    ----------
    values : ndarray of int16, shape (landmarks, columns)
        Values of each landmark; neighbours 0 and 1, 2 and 3 and so on are a pair.
    landmarks, starts, strata : ndarray of int64
        The clusters, as in `populations.Clusters`.
    sums : ndarray of float64, shape (strata, 3, columns)
        Changed in place: the sums, their squares, and their products with the cluster's number of landmarks.
    crosses : ndarray of float64, shape (strata, columns / 2)
        Changed in place: the product of the two sums of a pair.
    """
    columns = values.shape[1]
    cluster = np.empty(columns)
    for place in range(strata.size):
        cluster[:] = 0.0
        for entry in range(starts[place], starts[place + 1]):
            row = values[landmarks[entry]]
            for column in range(columns):
                cluster[column] += row[column]
        size = float(starts[place + 1] - starts[place])
        into = sums[strata[place]]
        total, square, product = into[0], into[1], into[2]
        for column in range(columns):
            total[column] += cluster[column]
        for column in range(columns):
            square[column] += cluster[column] * cluster[column]
        for column in range(columns):
            product[column] += cluster[column] * size
        cross = crosses[strata[place]]
        for pair in range(columns // 2):
            cross[pair] += cluster[2 * pair] * cluster[2 * pair + 1]
