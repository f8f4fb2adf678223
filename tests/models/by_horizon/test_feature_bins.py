"""Bins of enough rows, an order that depends on what rows hold, whole clusters left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.models.by_horizon.feature_bins import bin_columns, learn_edges, leave_out, settled_order


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 30))
def test_every_bin_has_enough_rows_and_not_too_many_bins(seed, max_bins, least):
    rng = np.random.default_rng(seed)
    values = rng.exponential(5, 300).round(int(rng.integers(0, 4)))
    values[rng.random(300) < 0.1] = np.nan
    edges = learn_edges(values, max_bins, least)
    assert np.all(np.diff(edges) > 0)
    assert len(edges) < max_bins
    bins = bin_columns(values[:, None], [edges])[:, 0]
    np.testing.assert_array_equal(bins == 0, np.isnan(values))
    present = bins[bins > 0]
    assert present.max() == len(edges) + 1
    assert np.bincount(present)[1:].min() >= least
    order = np.argsort(values)
    assert np.all(np.diff(bins[order][: len(present)].astype(int)) >= 0)


def test_few_distinct_values_have_a_bin_each_and_rare_ones_join_their_neighbours():
    values = np.repeat([0.0, 1.0, 2.0, 3.0, 50.0], [40, 30, 25, 15, 1])
    np.testing.assert_array_equal(learn_edges(values), [0.5, 1.5])  # 16 rows above 2 are too few: with those of 2
    np.testing.assert_array_equal(learn_edges(values, least=1), [0.5, 1.5, 2.5, 26.5])
    assert learn_edges(np.full(100, np.nan)).size == 0
    assert learn_edges(np.full(100, 3.0)).size == 0


def test_middles_that_round_to_the_upper_value_do_not_part_a_value_from_itself():
    one = 1.0
    above = np.nextafter(one, 2)
    edges = learn_edges(np.repeat([one, above], 30))
    np.testing.assert_array_equal(bin_columns(np.array([[one], [above]]), [edges])[:, 0], [1, 2])


def test_a_value_equal_to_an_edge_lies_below_it_and_any_value_has_a_bin():
    bins = bin_columns(np.array([[-1e300], [1.0], [1.5], [2.0], [1e300], [np.nan]]), [np.array([1.0, 2.0])])
    np.testing.assert_array_equal(bins[:, 0], [1, 1, 2, 2, 3, 0])


def test_the_settled_order_does_not_depend_on_the_order_given():
    rng = np.random.default_rng(1)
    bins, label, weight = rng.integers(0, 4, (200, 3)).astype(np.uint8), rng.random(200) < 0.4, rng.random(200).round(1)
    mixed = rng.permutation(200)
    one, other = settled_order(bins, label, weight), mixed[settled_order(bins[mixed], label[mixed], weight[mixed])]
    for values in (bins, label, weight):
        np.testing.assert_array_equal(values[one], values[other])
    assert not np.array_equal(one, np.arange(200))
    first, last = bins[one[:100]].mean(), bins[one[100:]].mean()
    assert abs(first - last) < 0.3  # mixed, not sorted: those left out are like the others


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_whole_clusters_are_left_out(share):
    codes = np.repeat(np.arange(50), 4)
    out = leave_out(codes, share, np.random.default_rng(2))
    assert all(len(set(out[codes == code])) == 1 for code in range(50))
    assert out.sum() == 4 * max(1, round(share * 50))
    np.testing.assert_array_equal(out, leave_out(codes, share, np.random.default_rng(2)))
    assert not leave_out(codes, 0, np.random.default_rng(2)).any()
