"""A counting sort keeps the order within a key."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.features.cut.sorting import sort_by_key


@given(st.lists(st.integers(0, 9), max_size=60))
def test_it_is_a_stable_sort(keys):
    keys = np.array(keys, dtype=np.int32)
    order, offsets = sort_by_key(keys, 10)
    assert order.tolist() == np.argsort(keys, kind="stable").tolist()
    assert offsets.tolist() == np.searchsorted(np.sort(keys), np.arange(11)).tolist()


@pytest.mark.parametrize("n_keys", [1, 2047, 2048, 2049, 5_000_000])
def test_keys_of_more_than_one_digit_are_sorted_too(n_keys):
    keys = np.random.default_rng(n_keys).integers(0, n_keys, 30_000).astype(np.int32)
    keys[:2] = n_keys - 1
    order, offsets = sort_by_key(keys, n_keys)
    assert (order == np.argsort(keys, kind="stable")).all()
    assert (offsets == np.searchsorted(np.sort(keys), np.arange(n_keys + 1))).all()
