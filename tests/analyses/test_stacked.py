"""Tables of several models below each other."""

import pandas as pd

from hgrisk.analyses.stacked import not_empty, stacked


def test_facts_stand_in_front_and_empty_tables_are_passed_over():
    one, none = pd.DataFrame({"n": [1, 2]}), pd.DataFrame({"n": []})
    found = stacked([({"model": "a", "by": "x"}, one), ({"model": "b", "by": "x"}, none)])
    assert found.to_dict("list") == {"model": ["a", "a"], "by": ["x", "x"], "n": [1, 2]}
    assert list(one.columns) == ["n"]
    assert stacked([]).empty


def test_only_tables_with_rows_are_kept():
    full = pd.DataFrame({"n": [1]})
    assert list(not_empty({"a": full, "b": pd.DataFrame({"n": []})})) == ["a"]
