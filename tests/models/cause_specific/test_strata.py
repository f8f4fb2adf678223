"""Strata that are columns of X: their names in words, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, DataError
from hgrisk.models.cause_specific.strata import StrataOfColumns


class Stratified(StrataOfColumns):
    """A model that has nothing but strata."""

    def __init__(self, strata):
        self.strata = strata


FRAME = pd.DataFrame({"region": ["north", "south", "north"], "year": [2020, 2021, 2020], "count": [1.0, 2.0, 3.0]})


def labels(strata, frame=FRAME):
    return Stratified(strata)._stratum_labels(frame).tolist()


def test_a_stratum_is_named_by_its_values():
    assert labels(["region"]) == ["region='north'", "region='south'", "region='north'"]
    assert labels(["year", "region"])[:2] == ["year=2020, region='north'", "year=2021, region='south'"]


def test_a_whole_number_is_the_same_in_any_type_and_no_text():
    types = ("int16", "int64", "float32", "float64", "Int64", "category")
    assert {tuple(labels(["year"], FRAME.assign(year=FRAME["year"].astype(one)))) for one in types} == {
        ("year=2020", "year=2021", "year=2020")
    }
    assert labels(["year"], FRAME.assign(year=FRAME["year"].astype(str)))[0] == "year='2020'"
    assert labels(["count"], FRAME.assign(count=[0.5, 1.0, np.float32(2)])) == ["count=0.5", "count=1", "count=2"]


def test_strata_are_no_features():
    assert Stratified(["region", "year"])._features(FRAME).columns.tolist() == ["count"]
    for none in (None, []):
        assert Stratified(none)._features(FRAME) is FRAME
        assert Stratified(none)._stratum_labels(FRAME) is None


def test_wrong_strata_are_refused_in_one_sentence():
    with pytest.raises(ConfigError, match=r"Strata are a list of columns, but found 'region': give \['region'\]\."):
        labels("region")
    with pytest.raises(ConfigError, match="Strata are columns of the features, but found 'town'"):
        labels(["region", "town"])
    with pytest.raises(DataError, match="Every row has a stratum, but found a missing value in 'year'"):
        labels(["year"], FRAME.assign(year=[2020, None, 2021]))
