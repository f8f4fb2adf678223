"""Sums over clusters, against sums written out."""

import numpy as np

from hgrisk.simulate.truth._cluster_sums import add_clusters


def added(values, landmarks, starts, strata, before=0.0):
    sums, crosses = np.full((2, 3, 2), before), np.full((2, 1), before)
    given = (np.array(part) for part in (landmarks, starts, strata))
    add_clusters(np.array(values, dtype=np.int16), *given, sums, crosses)
    return sums, crosses


def test_sums_squares_and_products_of_two_clusters_in_one_stratum():
    sums, crosses = added([[5, 2], [1, 3], [4, 7]], [2, 0, 1], [0, 2, 3], [1, 1])
    # the first cluster has sums 9 and 9 over two landmarks, the second 1 and 3 over one
    assert sums[1].tolist() == [[10, 12], [81 + 1, 81 + 9], [18 + 1, 18 + 3]]
    assert crosses.tolist() == [[0], [81 + 3]]
    assert not sums[0].any()


def test_a_landmark_may_be_in_clusters_of_several_strata():
    sums, crosses = added([[5, 2]], [0, 0], [0, 1, 2], [0, 1])
    assert sums.tolist() == [[[5, 2], [25, 4], [5, 2]]] * 2
    assert crosses.tolist() == [[10], [10]]


def test_sums_go_on_from_what_was_there():
    sums, crosses = added([[2, 3]], [0], [0, 1], [0], before=100.0)
    assert sums[0].tolist() == [[102, 103], [104, 109], [102, 103]]
    assert crosses.tolist() == [[106], [100]]
