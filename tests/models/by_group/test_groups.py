"""Groups by the values of columns: every kind of column, order, refusals."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.by_group.groups import MOST_GROUPS, GroupMemory, columns_of

FRAME = pd.DataFrame(
    {
        "region": ["south", "north", "south", "east"],
        "year": [2021, 2020, 2020, 2020],
        "children": [True, False, True, True],
        "source": pd.Categorical(["b", "a", "b", "b"], categories=["b", "a", "never"]),
        "mixed": [1, "a", 1, 2.5],
    }
)


class Grouped(GroupMemory, BaseEstimator):
    """An estimator that has nothing but groups."""

    def fit(self, frame, *by):
        self._learn_groups(frame, columns_of(by))
        return self


def learned(*by):
    memory = Grouped()
    return memory, memory._learn_groups(FRAME, columns_of(by))


@pytest.mark.parametrize("by", [*FRAME.columns, ("region", "year"), ("children", "source", "region")])
def test_rows_are_found_again_in_the_groups_that_hold_their_values(by):
    names = columns_of(by)
    memory, group = learned(*names)
    np.testing.assert_array_equal(memory._find_groups(FRAME), group)
    found = memory.groups_.iloc[group].reset_index(drop=True)
    assert found.astype(str).to_numpy().tolist() == FRAME[list(names)].astype(str).to_numpy().tolist()
    assert len(memory.groups_.drop_duplicates()) == len(memory.groups_) == group.max() + 1


def test_groups_are_in_the_order_of_their_values_or_categories():
    assert learned("region")[0].groups_["region"].tolist() == ["east", "north", "south"]
    assert learned("year")[0].groups_["year"].tolist() == [2020, 2021]
    assert learned("source")[0].groups_["source"].tolist() == ["b", "a"]


def test_without_columns_all_rows_are_one_group():
    memory, group = learned()
    assert group.tolist() == [0, 0, 0, 0]
    assert memory._group_names() == ["all rows"]
    assert memory.groups_.shape == (1, 0)
    assert memory._find_groups(FRAME.iloc[:2]).tolist() == [0, 0]


def test_groups_in_words():
    assert learned("region", "year")[0]._group_names()[0] == "region 'east' and year 2020"
    assert learned("children")[0]._group_names() == ["children False", "children True"]


def message(error, call, *args):
    with pytest.raises(error) as caught:
        call(*args)
    return str(caught.value)


def test_unknown_groups_are_refused_by_name():
    memory, _ = learned("region", "year")
    text = message(FitError, memory._find_groups, FRAME.assign(region="west"))
    assert text == (
        "A curve is known for the groups of fit, but found region 'west': fit with this group, or leave its rows out."
    )
    assert "found a missing region" in message(FitError, memory._find_groups, FRAME.assign(region=None))
    unseen = pd.DataFrame({"region": ["north"], "year": [2021]})  # both values are known, not together
    assert "found region 'north' and year 2021" in message(FitError, memory._find_groups, unseen)
    two = Grouped()
    crossed = pd.DataFrame({"a": ["x", "y"], "b": [2, 1]})
    two._learn_groups(crossed, ("a", "b"))
    for a, b in (("x", 1), ("y", 2)):  # before and after all that are known
        assert f"found a '{a}' and b {b}" in message(FitError, two._find_groups, pd.DataFrame({"a": [a], "b": [b]}))
    assert "found year 1999" in message(FitError, memory._find_groups, FRAME.assign(year=1999))


def test_wrong_columns_are_refused():
    memory = Grouped()
    assert "by names columns of X, but found 'town', which" in message(
        DataError, memory._learn_groups, FRAME, ("town",)
    )
    assert "'town' and no columns: correct the name, or pass X" in message(
        DataError, memory._learn_groups, FRAME[[]], ("town",)
    )
    holes = FRAME.assign(region=["a", None, "b", "c"])
    assert "no missing value, but found one in 'region'" in message(DataError, memory._learn_groups, holes, ("region",))
    many = pd.DataFrame({"id": np.arange(MOST_GROUPS + 1), "a": np.arange(MOST_GROUPS + 1) % 25})
    assert "at most 500 groups, but found 501 in 'id'" in message(DataError, memory._learn_groups, many, ("id",))
    crossed = many.assign(b=many["id"] // 20)
    assert "found 501 in 'a', 'b'" in message(DataError, memory._learn_groups, crossed, ("a", "b"))


def test_wrong_settings_are_refused():
    assert "by names columns, each once" in message(ConfigError, columns_of, ("a", "a"))
    assert "by names columns, each once" in message(ConfigError, columns_of, (1,))
    assert "at most 6 columns, but found 7" in message(ConfigError, columns_of, tuple("abcdefg"))
    assert columns_of("region") == ("region",)
