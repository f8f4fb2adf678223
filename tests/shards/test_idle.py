"""Features are idle over all parts, as they are over the whole."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.features.quality import quality_of
from hgrisk.features.spec import FeatureSpec
from hgrisk.features.table import FeatureTable
from hgrisk.shards.idle import idle_features

NAMES = "abcdef"
ROWS = st.lists(st.tuples(*[st.sampled_from((0.0, -0.0, 1.0, np.nan))] * 4, *[st.sampled_from(("x", "y", None))] * 2))


def table(rows):
    X = pd.DataFrame(rows, columns=list(NAMES)).astype(dict.fromkeys("abcd", "float32") | dict.fromkeys("ef", object))
    kinds = {name: "category" if name in "ef" else "number" for name in NAMES}
    return FeatureTable(
        X, tuple(FeatureSpec(name, "one" if name < "c" else "two", "", "", "", "", kinds[name]) for name in NAMES)
    )


@given(ROWS.filter(bool), st.integers(1, 5))
def test_parts_tell_what_the_whole_tells(rows, size):
    parts = [table(rows[start : start + size]) for start in range(0, len(rows), size)]
    whole = table(rows)
    family = {spec.name: spec.family for spec in whole.catalogue}
    pd.testing.assert_frame_equal(idle_features(parts), quality_of(whole.X, family=family))


@pytest.mark.parametrize("values", [([1.0], [2.0]), ([1.0], [np.nan])])
def test_a_column_that_is_constant_in_each_part_may_still_vary(values):
    parts = [table([(value[0], value[0], 5.0, np.nan, "x", "y")]) for value in values]
    assert dict(idle_features(parts)[["feature", "problem"]].to_numpy()) == {
        "b": "same as", "c": "constant", "d": "wholly missing", "e": "constant", "f": "constant",
    }  # fmt: skip
