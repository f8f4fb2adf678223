"""A counting sort keeps the order within a key."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.features.cut.sorting import sort_by_key


@given(st.lists(st.integers(0, 9), max_size=60))
def test_it_is_a_stable_sort(keys):
    keys = np.array(keys, dtype=np.int32)
    order, offsets = sort_by_key(keys, 10)
    assert order.tolist() == np.argsort(keys, kind="stable").tolist()
    assert offsets.tolist() == np.searchsorted(np.sort(keys), np.arange(11)).tolist()
